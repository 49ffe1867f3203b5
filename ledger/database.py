"""Opens the database and hands out sessions whose transactions are what they claim to be, on SQLite and PostgreSQL."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from config.mistakes import unopened
from ledger import events
from ledger.errors import DatabaseUnavailable
from ledger.unopened import in_plain_words

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 20_000
"""How long SQLite waits for another writer, in milliseconds."""

_TOGETHER = 0.01
"""How long one that opens a blank file waits for another that opens it in the same moment, in seconds."""
_BEGIN = "sqlite_begin"
_UPGRADING = 0x62756B75_00000001
"""The advisory lock on PostgreSQL that makes two starting processes upgrade one after the other."""
_KEEPALIVE = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver must not begin or commit by itself: only then are savepoints and DDL transactional.
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_write_ahead_log(cursor)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _use_write_ahead_log(cursor: DBAPICursor) -> None:
    """Turn the write-ahead log on; a blank file that others open in the same moment is waited for.

    SQLite needs the file to itself for that and, where two ask together, refuses without heeding its busy time-out.
    """
    give_up = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as wrong:
            if wrong.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(_TOGETHER)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_BEGIN, "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


class Database:
    """One opened database. Sessions commit where their `with` block ends well, and roll back otherwise."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writers = engine.execution_options(**{_BEGIN: "IMMEDIATE"})
        self._readers = engine if self.is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open the database of a URL (sqlite:///… or postgresql+psycopg://…); makes the folder of an SQLite file.

        Raises DatabaseUnavailable where that folder cannot be made.
        """
        if not url.startswith("sqlite"):
            return cls(
                create_engine(
                    url,
                    hide_parameters=True,
                    pool_size=10,
                    max_overflow=10,
                    pool_pre_ping=True,
                    connect_args=_KEEPALIVE,
                )
            )
        path = make_url(url).database
        if path:
            _make_room(Path(path).parent)
        engine = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=10)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return cls(engine)

    @property
    def is_sqlite(self) -> bool:
        """Say whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading, all of it as of one moment; nothing it does is kept."""
        with Session(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def noting(self) -> Iterator[Session]:
        """Give a writing session that touches no entry (arrivals, raw bytes, states of mailboxes and letters)."""
        with Session(self._writers, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that writes into the book: the head of the chain is locked before anything else is read.

        That makes duplicate checks, numbers and the chain serial on both databases, and leaves nothing to deadlock.
        """
        with Session(self._writers, expire_on_commit=False) as session:
            events.lock_head(session)
            yield session
            session.commit()

    def upgrade(self) -> None:
        """Bring the tables to this program's version, in one transaction; raises DatabaseUnavailable."""
        try:
            with self._writers.begin() as connection:
                if not self.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADING})")
                command.upgrade(_alembic(connection), "head")
        except DatabaseError as wrong:
            raise DatabaseUnavailable(in_plain_words(wrong)) from wrong
        except CommandError as wrong:
            raise DatabaseUnavailable(
                f"basis data ini ditulis oleh versi program yang lain ({wrong}); pasang versi program yang terbaru"
            ) from wrong

    def revision(self) -> tuple[str | None, str | None]:
        """Return the migration in force and the one that this program expects; raises DatabaseUnavailable."""
        try:
            with self.engine.connect() as connection:
                current = MigrationContext.configure(connection).get_current_revision()
        except DBAPIError as wrong:
            raise DatabaseUnavailable(in_plain_words(wrong)) from wrong
        return current, ScriptDirectory(str(MIGRATIONS)).get_current_head()

    def scrub(self) -> str:
        """Overwrite what deleted rows have left behind; returns in plain Indonesian what could not be done, else "".

        SQLite: the file is written anew and the write-ahead log emptied, which others must let happen (20 seconds).
        PostgreSQL: VACUUM; its own log and its own backups are the matter of whoever runs the server.
        """
        try:
            if not self.is_sqlite:
                with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("VACUUM")
                return ""
            return self._scrub_file()
        except (DBAPIError, sqlite3.Error) as wrong:
            said = wrong.orig if isinstance(wrong, DBAPIError) else wrong
            return f"sisa data di dalam berkas basis data belum ditimpa ({said})"

    def _scrub_file(self) -> str:
        connection = self.engine.raw_connection()  # outside any transaction: the listener of `begin` would open one
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            cursor.execute("VACUUM")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            connection.close()
        return "catatan tulis (WAL) masih dipakai proses lain, jadi belum dikosongkan" if busy else ""

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _make_room(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise DatabaseUnavailable(f"folder basis data {folder} tidak dapat dibuat: {unopened(wrong)}") from wrong


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
