"""One process alone reads and sends: by a lock that falls with the process, and names its holder."""

import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.database import Database
from ledger.holding import AlreadyHeld, MailboxHold, holding_the_book, own_name
from tests.office import FIRST, ROOT, SECOND

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@sqlite_only
def test_a_second_holder_of_an_sqlite_book_is_refused_and_told_who_holds_it(database: Database) -> None:
    with holding_the_book(database):
        with pytest.raises(AlreadyHeld) as refused, holding_the_book(database):
            pytest.fail("both hold the book")
        assert own_name() in str(refused.value)
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
    one.release()
    assert [other.held(), one.held()] == [True, False]
    for hold in (one, other, elsewhere):
        hold.release()


def _cut_off_holders(database: Database) -> int:
    query = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' "
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
    other.release()
    assert one.held()
    one.release()


@postgresql_only
def test_a_reader_takes_its_mailbox_again_after_its_connection_was_cut_off(database: Database) -> None:
    one, other = MailboxHold(database, FIRST), MailboxHold(database, FIRST)
    assert one.held()
    _cut_off_holders(database)
    assert [one.held(), other.held()] == [True, False]
    one.release()


@postgresql_only
def test_an_unreachable_server_is_an_error_of_the_database_and_nothing_is_held(database_url: str) -> None:
    database = Database.open(database_url + "_tidak_ada")
    hold = MailboxHold(database, FIRST)
    with pytest.raises(DBAPIError):
        hold.held()
    database.close()
