"""One process alone reads and sends: by a lock that falls with the process, and names its holder."""

import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.database import Database
from ledger.holding import AlreadyHeld, MailboxHold, alone, holding_everything, holding_the_book, own_name
from tests.office import FIRST, ROOT, SECOND
from tests.wire.waiting import wait_until

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@sqlite_only
def test_a_second_holder_of_an_sqlite_book_is_refused_and_told_who_holds_it(database: Database) -> None:
    with holding_the_book(database):
        with pytest.raises(AlreadyHeld) as refused, holding_the_book(database):
            pytest.fail("both hold the book")
        host, _, process = own_name().rpartition(":")
        assert f"sedang dipakai oleh proses {process} di komputer {host}" in str(refused.value)
    with holding_the_book(database):
        pass


@sqlite_only
def test_a_book_is_free_again_when_its_holder_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), holding_the_book(database):
        raise ZeroDivisionError
    with holding_the_book(database):
        pass


_HOLD_AND_DIE = """
import os, sys
from ledger.database import Database
from ledger.holding import holding_the_book
with holding_the_book(Database.open(sys.argv[1])):
    os._exit(9)
"""


@sqlite_only
def test_a_book_is_free_again_when_its_holder_is_killed(database: Database, database_url: str) -> None:
    died = subprocess.run([sys.executable, "-c", _HOLD_AND_DIE, database_url], cwd=ROOT, check=False)
    assert died.returncode == 9
    with holding_the_book(database):
        pass


@sqlite_only
def test_any_mailbox_may_be_read_by_the_process_that_holds_an_sqlite_book(database: Database) -> None:
    assert MailboxHold(database, FIRST).held()


@postgresql_only
def test_postgresql_lets_several_processes_work_on_one_book(database: Database) -> None:
    with holding_the_book(database), holding_the_book(database):
        pass


@postgresql_only
def test_a_mailbox_on_postgresql_has_one_reader_at_a_time(database: Database) -> None:
    one, other, elsewhere = (MailboxHold(database, box) for box in (FIRST, FIRST, SECOND))
    assert [one.held(), other.held(), elsewhere.held(), one.held()] == [True, False, True, True]
    one.release_at_once()
    assert [other.held(), one.held()] == [True, False]
    for hold in (one, other, elsewhere):
        hold.release_at_once()


_READ_UNTIL_KILLED = """
import sys, time
from ledger.database import Database
from ledger.holding import MailboxHold
hold = MailboxHold(Database.open(sys.argv[1]), sys.argv[2])
print(hold.held(), flush=True)
time.sleep(60)
"""


@postgresql_only
def test_the_mailbox_of_a_reader_that_was_killed_is_taken_over_at_once(database: Database, database_url: str) -> None:
    command = [sys.executable, "-c", _READ_UNTIL_KILLED, database_url, FIRST]
    other = MailboxHold(database, FIRST)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "True\n"
        assert not other.held()
        reader.kill()
        reader.wait()
        wait_until(other.held)
    other.release_at_once()


@postgresql_only
def test_a_mailbox_is_held_on_a_connection_of_its_own_outside_any_transaction(database: Database) -> None:
    hold = MailboxHold(database, FIRST)
    assert hold.held()
    query = (
        "SELECT activity.state FROM pg_locks JOIN pg_stat_activity activity USING (pid) WHERE locktype = 'advisory' "
        "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with database.engine.connect() as connection:
        assert connection.execute(text(query)).scalars().all() == ["idle"]
    database.engine.dispose()
    other = MailboxHold(database, FIRST)
    assert not other.held()
    hold.release()
    wait_until(other.held)
    other.release_at_once()


def _cut_off_holders(database: Database) -> int:
    """End the sessions that hold advisory locks, wait until they and their locks are gone, and return how many."""
    query = (
        "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 30000)) FROM pg_locks WHERE locktype = 'advisory' "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with database.engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


@postgresql_only
def test_a_reader_whose_connection_was_cut_off_does_not_go_on_believing_in_its_lock(database: Database) -> None:
    one, other = MailboxHold(database, FIRST), MailboxHold(database, FIRST)
    assert one.held()
    assert _cut_off_holders(database) == 1
    assert other.held()
    assert [one.held(), one.held()] == [False, False]
    other.release_at_once()
    assert one.held()
    one.release_at_once()


@postgresql_only
def test_a_reader_takes_its_mailbox_again_after_its_connection_was_cut_off(database: Database) -> None:
    one, other = MailboxHold(database, FIRST), MailboxHold(database, FIRST)
    assert one.held()
    _cut_off_holders(database)
    assert [one.held(), other.held()] == [True, False]
    one.release_at_once()


@postgresql_only
def test_an_unreachable_server_is_an_error_of_the_database_and_nothing_is_held(database_url: str) -> None:
    database = Database.open(database_url + "_tidak_ada")
    hold = MailboxHold(database, FIRST)
    with pytest.raises(DBAPIError):
        hold.held()
    database.close()


@postgresql_only
def test_work_for_one_alone_is_left_to_the_other_and_is_free_at_once_afterwards(
    database: Database, database_url: str
) -> None:
    other = Database.open(database_url)
    for _ in range(20):
        with alone(database, "cadangan") as mine, alone(other, "cadangan") as theirs, alone(other, "lain") as free:
            assert (mine, theirs, free) == (True, False, True)
    other.close()


def test_a_book_whose_mailbox_is_being_read_cannot_be_held_as_a_whole(database: Database, database_url: str) -> None:
    other = Database.open(database_url)
    with (
        holding_everything(other, [FIRST, SECOND]),
        pytest.raises(AlreadyHeld),
        holding_everything(database, [SECOND]),
    ):
        pytest.fail("both hold the book")
    with holding_everything(database, [FIRST, SECOND]):
        pass
    other.close()
