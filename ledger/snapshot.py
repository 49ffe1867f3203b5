"""Copies a whole book, as of one moment, from one database into another: every table, every row, every byte."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from ledger.database import Database
from ledger.errors import LedgerError
from ledger.models import ChainHead, Raw

Stopping = Callable[[], bool]
_ROWS, _RAWS = 500, 3
"""How many rows are copied at once; a mail with its files may have 25 MB."""
_PAGES = 2048


class Unfinished(LedgerError):
    """The copying was told to stop."""


def url_of(file: Path) -> str:
    """Return the URL of an SQLite file."""
    return f"sqlite:///{file.as_posix()}"


def tables() -> list[Table]:
    """Return the tables of the book, each behind those that it refers to."""
    return SQLModel.metadata.sorted_tables


def into_file(database: Database, file: Path, stopping: Stopping) -> None:
    """Copy the book as it is now into a new SQLite file, while others write into it.

    Raises Unfinished, and what the databases raise (sqlite3.Error, DBAPIError, DatabaseUnavailable).
    """
    if database.is_sqlite:
        _pages(database, file, stopping)
    else:
        with closing(Database.open(url_of(file))) as copy:
            copy.upgrade()
            with database.reading() as source, copy.writing() as target:
                pour(source, target, stopping)


def _pages(database: Database, file: Path, stopping: Stopping) -> None:
    def on_the_way(*_: int) -> None:
        if stopping():
            raise Unfinished("dihentikan")

    with database.reading() as session, closing(sqlite3.connect(file)) as target:
        session.get_one(ChainHead, 1)  # begins the snapshot: without it each write of others would start all over again
        source = cast(sqlite3.Connection, session.connection().connection.driver_connection)
        source.backup(target, pages=_PAGES, progress=on_the_way)


def pour(source: Session, target: Session, stopping: Stopping = lambda: False) -> None:
    """Copy every row of the book of one session into the empty book of another, in the target's transaction.

    The target comes from `Database.writing`, of the same migration. On PostgreSQL the next keys follow the highest.
    """
    reading, writing = source.connection(), target.connection()
    for table in tables():
        _table(reading, writing, table, stopping)
    if writing.dialect.name == "postgresql":
        _go_on_behind(writing)
    target.expire_all()


def _table(reading: Connection, writing: Connection, table: Table, stopping: Stopping) -> None:
    # Rows of one table may name each other in any order, so such columns are filled in when all are there.
    mutual = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    named: list[dict[str, object]] = []
    query = sa.select(table).order_by(*table.primary_key.columns)
    rows = reading.execution_options(yield_per=_RAWS if table.name == Raw.__tablename__ else _ROWS).execute(query)
    for some in rows.mappings().partitions():
        if stopping():
            raise Unfinished("dihentikan")
        made = [dict(row) for row in some]
        named += [row for row in made if any(row[name] is not None for name in mutual)]
        _put(writing, table, [row | dict.fromkeys(mutual) for row in made])
    (key, *_) = table.primary_key.columns
    for row in named:
        writing.execute(sa.update(table).where(key == row[key.name]).values({name: row[name] for name in mutual}))


def _put(writing: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    if table.name == ChainHead.__tablename__:  # its one row is there, and others wait for it: it must not vanish
        writing.execute(sa.update(table).values(rows[0]))
    else:
        writing.execute(sa.insert(table), rows)


def _go_on_behind(writing: Connection) -> None:
    for table in tables():
        column = table.autoincrement_column
        if column is None:
            continue
        highest = writing.execute(sa.select(sa.func.max(column))).scalar_one()
        if highest is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            writing.execute(sa.select(sa.func.setval(sequence, highest)))


def holds_anything(session: Session) -> bool:
    """Say whether anything at all stands in a book: an event, or one row in any table."""
    if session.get_one(ChainHead, 1).position:
        return True
    wanted = [table for table in tables() if table.name != ChainHead.__tablename__]
    return any(session.connection().execute(sa.select(table).limit(1)).first() is not None for table in wanted)


def unsound(file: Path) -> str:
    """Say what SQLite itself finds wrong with a file: its structure, or rows that name others which are not there."""
    try:
        with closing(sqlite3.connect(file)) as book:
            (said,) = book.execute("PRAGMA integrity_check(1)").fetchone()
            lost = book.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as wrong:
        return str(wrong)
    if said != "ok":
        return str(said)
    return f"baris {lost[1]} pada {lost[0]} menunjuk ke {lost[2]} yang tidak ada" if lost else ""


def shut(file: Path) -> None:
    """Leave an SQLite file that nobody uses any more as one file, readable from a medium that cannot be written."""
    with closing(sqlite3.connect(file)) as book:
        book.execute("PRAGMA journal_mode=DELETE")


FAILURES = (sqlite3.Error, DBAPIError)
"""What a database raises that cannot go on."""
