"""The database keeps what its transactions promise, on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, select

from ledger.database import Database
from ledger.errors import DatabaseUnavailable
from ledger.models import Arrival, ChainHead, FolderState
from ledger.words import ArrivalState
from tests.office import FIRST, NOW, Office, judged

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


class Mishap(Exception):
    """What a test throws into a transaction."""


def _folder(name: str, uid: int = 1) -> FolderState:
    return FolderState(mailbox=FIRST, folder=name, uid_validity=1, highest_uid=uid)


def _folders(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.exec(select(FolderState.folder)))


def test_a_released_savepoint_does_not_survive_the_outer_rollback(database: Database) -> None:
    with pytest.raises(Mishap), database.writing() as session:
        with session.begin_nested():
            session.add(_folder("released"))
        raise Mishap
    assert _folders(database) == []


def test_a_savepoint_rolls_back_alone(database: Database) -> None:
    with database.writing() as session:
        session.add(_folder("before"))
        session.flush()
        with pytest.raises(Mishap), session.begin_nested():
            session.add(_folder("inside"))
            session.flush()
            raise Mishap
        session.add(_folder("after"))
    assert _folders(database) == ["after", "before"]


def test_ddl_is_rolled_back(database: Database) -> None:
    with pytest.raises(Mishap), database.noting() as session:
        session.execute(text("CREATE TABLE halfway (id INTEGER)"))
        raise Mishap
    assert not inspect(database.engine).has_table("halfway")


@pytest.mark.parametrize("way", ["writing", "noting"])
def test_a_writer_that_reads_first_waits_for_another_writer_and_then_writes(database: Database, way: str) -> None:
    opened: AbstractContextManager[Session] = getattr(database, way)()
    has_read, wrong = threading.Event(), []
    with database.writing() as session:
        session.add(_folder("INBOX", 1))

    def second_writer() -> None:
        try:
            with opened as session:
                folder = session.get_one(FolderState, (FIRST, "INBOX"), with_for_update=True)
                has_read.set()
                folder.highest_uid += 10
        except Exception as error:
            wrong.append(error)

    thread = threading.Thread(target=second_writer)
    with database.writing() as session:
        session.get_one(FolderState, (FIRST, "INBOX"), with_for_update=True).highest_uid += 1
        session.flush()
        thread.start()
        assert not has_read.wait(0.3)
    thread.join()
    with database.reading() as session:
        assert (wrong, session.get_one(FolderState, (FIRST, "INBOX")).highest_uid) == ([], 12)


def test_a_reader_neither_waits_for_a_writer_nor_sees_its_work_before_the_commit(database: Database) -> None:
    with database.writing() as session:
        session.add(_folder("INBOX"))
        session.flush()
        assert _folders(database) == []
    assert _folders(database) == ["INBOX"]


def test_all_that_one_reading_session_sees_is_of_one_moment(database: Database) -> None:
    with database.reading() as session:
        assert session.exec(select(FolderState.folder)).all() == []
        with database.noting() as writer:
            writer.add(_folder("INBOX"))
        assert session.exec(select(FolderState.folder)).all() == []
    assert _folders(database) == ["INBOX"]


def test_nothing_that_a_reading_session_does_is_kept(database: Database) -> None:
    with database.reading() as session:
        session.add(_folder("INBOX"))
        session.flush()
    assert _folders(database) == []


@pytest.mark.parametrize("way", ["writing", "noting"])
def test_a_writing_session_that_fails_keeps_nothing(database: Database, way: str) -> None:
    with pytest.raises(Mishap), getattr(database, way)() as session:
        session.add(_folder("INBOX"))
        session.flush()
        raise Mishap
    assert _folders(database) == []


def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError), database.noting() as session:
        session.add(
            Arrival(
                mailbox=FIRST,
                folder="INBOX",
                uid_validity=1,
                uid=1,
                state=ArrivalState.TAKEN,
                seen_at=NOW,
                raw_digest="0" * 64,
            )
        )


@sqlite_only
def test_sqlite_is_opened_to_survive_a_power_cut_and_to_wait_for_others(database: Database) -> None:
    with database.reading() as session:
        asked = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
        }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 20_000,
    }


def test_the_tables_that_the_migrations_make_are_those_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_upgrading_a_blank_database_brings_it_to_this_programs_version_once(blank_url: str) -> None:
    database = Database.open(blank_url)
    try:
        assert database.revision()[0] is None
        database.upgrade()
        database.upgrade()
        current, expected = database.revision()
        assert current == expected is not None
        with database.reading() as session:
            assert session.exec(select(ChainHead.position)).all() == [0]
    finally:
        database.close()


def test_processes_that_start_together_upgrade_one_after_the_other(blank_url: str) -> None:
    databases = [Database.open(blank_url) for _ in range(3)]
    start, wrong = threading.Barrier(len(databases)), []

    def upgrade(database: Database) -> None:
        start.wait()
        try:
            database.upgrade()
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=upgrade, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    current, expected = databases[0].revision()
    for database in databases:
        database.close()
    assert (wrong, current) == ([], expected)


def test_a_blank_file_opened_by_many_in_the_same_moment_opens_for_each(tmp_path: Path) -> None:
    together, rounds = 6, 40

    def opened(database: Database, start: threading.Barrier) -> str:
        start.wait()
        with database.reading() as session:
            return str(session.execute(text("PRAGMA journal_mode")).scalar_one())

    with ThreadPoolExecutor(together) as pool:
        for number in range(rounds):
            databases = [Database.open(f"sqlite:///{tmp_path}/{number}.db") for _ in range(together)]
            start = threading.Barrier(together)
            answers = [pool.submit(opened, database, start) for database in databases]
            assert [answer.result() for answer in answers] == ["wal"] * together
            for database in databases:
                database.close()


def test_an_upgrade_that_fails_halfway_leaves_the_database_as_it_was(blank_url: str) -> None:
    database = Database.open(blank_url)
    try:
        with database.noting() as session:
            session.execute(text("CREATE TABLE letter (id INTEGER)"))
        with pytest.raises(DatabaseUnavailable, match="tabel yang bukan milik buku ini"):
            database.upgrade()
        assert inspect(database.engine).get_table_names() == ["letter"]
    finally:
        database.close()


def test_a_book_of_a_later_version_is_refused_with_words(blank_url: str) -> None:
    database = Database.open(blank_url)
    try:
        database.upgrade()
        with database.noting() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(DatabaseUnavailable, match="versi program yang lain"):
            database.upgrade()
    finally:
        database.close()


def test_a_file_that_is_no_database_is_refused_with_words(tmp_path: Path) -> None:
    (tmp_path / "book.db").write_text("Yth. Bapak/Ibu, " * 500, encoding="utf-8")
    database = Database.open(f"sqlite:///{(tmp_path / 'book.db').as_posix()}")
    with pytest.raises(DatabaseUnavailable, match="bukan basis data buku"):
        database.upgrade()
    with pytest.raises(DatabaseUnavailable, match="bukan basis data buku"):
        database.revision()
    database.close()


@postgresql_only
def test_a_database_that_does_not_exist_is_refused_with_words(database_url: str) -> None:
    database = Database.open(database_url + "_tidak_ada")
    with pytest.raises(DatabaseUnavailable, match="tidak ada di server PostgreSQL"):
        database.upgrade()
    with pytest.raises(DatabaseUnavailable, match="tidak ada di server PostgreSQL"):
        database.revision()
    database.close()


@postgresql_only
def test_a_cut_network_to_postgresql_is_noticed_by_the_client_within_seconds(database: Database) -> None:
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        asked = driver.info.get_parameters()
    assert {name: asked[name] for name in sorted(asked) if name.startswith(("keepalives", "tcp_", "connect_"))} == {
        "connect_timeout": "5",
        "keepalives": "1",
        "keepalives_count": "3",
        "keepalives_idle": "5",
        "keepalives_interval": "2",
        "tcp_user_timeout": "10000",
    }


def test_the_folder_of_a_new_book_is_made(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{(tmp_path / 'var' / 'deep' / 'book.db').as_posix()}")
    database.upgrade()
    database.close()
    assert (tmp_path / "var" / "deep" / "book.db").is_file()


def test_a_book_is_checked_as_of_one_moment_while_others_write(database: Database) -> None:
    office = Office(database)
    for number in range(30):
        office.arrive(judged(f"Keluhan {number}", sender=f"warga{number}@example.org"))
    wrong: list[str] = []
    settling = threading.Thread(target=office.settle)
    settling.start()
    while settling.is_alive():
        wrong += office.wrong()
    settling.join()
    assert wrong + office.wrong() == []
