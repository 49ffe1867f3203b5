"""Sees to it that one process alone reads a mailbox or sends: by a lock file beside SQLite, or by advisory locks."""

import os
import platform
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ledger.database import Database
from ledger.errors import LedgerError

_SPACE = 0x62756B75
"""The first half of our advisory lock keys on PostgreSQL ("buku")."""


class AlreadyHeld(LedgerError):
    """Another process already reads and sends for this book; the text names it."""


def own_name() -> str:
    """Return how this process names itself to others: host and process id."""
    return f"{platform.node() or 'komputer ini'}:{os.getpid()}"


def _in_words(name: str) -> str:
    """Say which process a name of `own_name` is."""
    host, _, process = name.rpartition(":")
    return f"proses {process} di komputer {host.removeprefix('komputer ')}" if host else "proses lain"


@contextmanager
def holding_the_book(database: Database) -> Iterator[None]:
    """Hold an SQLite book for reading mailboxes and sending letters; raises AlreadyHeld, naming the holder.

    The lock is the operating system's and falls with the process. PostgreSQL needs none: there each mailbox is held.
    """
    path = database.engine.url.database
    if not database.is_sqlite or not path:
        yield
        return
    lock = FileLock(f"{path}.kunci")
    # Windows forbids reading a locked file, so the holder's name stands in one beside it.
    holder = Path(f"{path}.pemegang")
    try:
        lock.acquire(timeout=0)
    except Timeout as wrong:
        name = holder.read_text(encoding="utf-8") if holder.exists() else ""
        raise AlreadyHeld(f"buku ini sedang dipakai oleh {_in_words(name)}; hentikan dahulu proses itu") from wrong
    try:
        holder.write_text(own_name(), encoding="utf-8")
        yield
    finally:
        lock.release()


class MailboxHold:
    """The right to read one mailbox, held on PostgreSQL by a session advisory lock on a connection of its own.

    The lock is no fence: a holder that lost its connection may believe in it a second longer. What keeps a mail from
    being taken twice is the unique arrival.
    """

    def __init__(self, database: Database, mailbox: str) -> None:
        self._database = database
        self._mailbox = mailbox
        self._connection: Connection | None = None

    def held(self) -> bool:
        """Say whether this process may read the mailbox now, taking the lock if it is free."""
        if self._database.is_sqlite:
            return True
        return self._still_held() or self._take()

    def _still_held(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:  # the lock fell with its connection
            self.release()
            return False
        return True

    def _take(self) -> bool:
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        query = text("SELECT pg_try_advisory_lock(:space, hashtext(:mailbox))")
        if connection.execute(query, {"space": _SPACE, "mailbox": self._mailbox}).scalar_one():
            connection.detach()  # it must never go back to the pool: the lock would outlive our interest in it
            self._connection = connection
            return True
        connection.close()
        return False

    def release_at_once(self) -> None:
        """Give the mailbox free for who asks next; after `release` the server takes a moment to notice."""
        if self._connection is not None:
            with suppress(DBAPIError):  # the lock fell with its connection
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
        self.release()

    def release(self) -> None:
        """Give the mailbox free."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


@contextmanager
def alone(database: Database, work: str) -> Iterator[bool]:
    """Say whether this process alone does some work for the book as long as the block lasts, or leaves it to another.

    On SQLite it does: who has such work to do holds the whole book.
    """
    hold = MailboxHold(database, work)
    try:
        yield hold.held()
    finally:
        hold.release_at_once()


@contextmanager
def holding_everything(database: Database, mailboxes: Iterable[str]) -> Iterator[None]:
    """Hold a book against every other process that reads and sends, on either database; raises AlreadyHeld."""
    with ExitStack() as stack:
        stack.enter_context(holding_the_book(database))
        for mailbox in mailboxes:
            if not stack.enter_context(alone(database, mailbox)):
                raise AlreadyHeld(f"kotak surat {mailbox} sedang dibaca oleh proses lain; hentikan dahulu proses itu")
        yield
