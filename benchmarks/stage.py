"""Sets up what a benchmark of the whole way needs: real servers, an office that points at them, its rooms."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from ingest.settle import Means
from ingest.watch import Watcher
from ledger.database import Database
from ledger.entries import Rulebook
from tests.wire.certificate import make_certificate
from tests.wire.dovecot import Account, Dovecot, running_dovecot
from tests.wire.office import Box, imap_of, office_of, smtp_of, write_office
from tests.wire.smtp import SmtpSink, running_sink


def now() -> datetime:
    """Return the present moment (UTC)."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """A running office: its servers, its configuration file, and its settings."""

    folder: Path
    dovecot: Dovecot
    sink: SmtpSink
    account: Account
    file: Path
    settings: Settings

    def fresh_book(self, name: str) -> Database:
        """Open an empty book of its own."""
        database = Database.open(f"sqlite:///{(self.folder / name).as_posix()}")
        database.upgrade()
        return database

    def watcher(self, database: Database, means: Means) -> Watcher:
        """Return a watcher of the only mailbox."""
        return Watcher(database, self.settings.mailboxes[0], means, stop=threading.Event())

    @property
    def rulebook(self) -> Rulebook:
        """Return the rulebook of the office."""
        return Rulebook.of(self.settings)


@contextmanager
def running_stage() -> Iterator[Stage]:
    """Start Dovecot (TLS, IDLE) and an SMTP sink, with one mailbox."""
    with tempfile.TemporaryDirectory(prefix="buku-bench-") as name, running_sink() as sink:
        folder = Path(name)
        with running_dovecot(make_certificate(folder)) as dovecot:
            account = dovecot.account()
            box = Box(account.address, account.password, imap_of(dovecot), smtp_of(sink))
            file = write_office(folder, [box], database_url="sqlite:///book.db")
            settings = office_of(folder, [box], database_url="sqlite:///book.db")
            yield Stage(folder, dovecot, sink, account, file, settings)
