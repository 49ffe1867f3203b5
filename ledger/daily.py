"""The backup of the day: made once its hour has come, the last ones kept, and how it went remembered in the book."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from config.settings import Settings
from ledger import backup, erasure_list
from ledger.backup import Made
from ledger.database import Database
from ledger.dates import local
from ledger.errors import LedgerError
from ledger.holding import alone
from ledger.models import BackupState
from ledger.snapshot import Stopping

log = logging.getLogger(__name__)

RETRY = timedelta(minutes=15)
"""How long a backup that failed waits before it is tried again."""
_DAY = timedelta(days=1)


def state_of(session: Session) -> BackupState | None:
    """Return how backing up last went; None where none was ever tried."""
    return session.get(BackupState, 1)


def due(state: BackupState | None, hour: time, *, zone: ZoneInfo, now: datetime) -> bool:
    """Say whether a backup is to be made now: the newest good one is from before the last time the hour struck.

    So a machine that was off at that hour makes it when it is on again. One that failed is tried again after a while.
    """
    if state is None:
        return True
    if state.trouble and timedelta(0) <= now - state.tried_at < RETRY:
        return False
    here = local(now, zone)
    struck = here.replace(hour=hour.hour, minute=hour.minute, second=hour.second, microsecond=0)
    struck = struck if struck <= here else struck - _DAY
    # One from the future was made while the clock was wrong, and says nothing.
    return state.succeeded_at is None or not struck <= state.succeeded_at <= now


def note(session: Session, *, at: datetime, made: Path | None = None, trouble: str = "") -> None:
    """Remember how backing up went: the file that was made, or the trouble."""
    state = state_of(session) or BackupState(tried_at=at)
    state.tried_at, state.trouble = at, trouble
    if made is not None:
        state.succeeded_at, state.place = at, str(made)
    session.add(state)


def make(
    database: Database, settings: Settings, folder: Path, *, now: datetime, stopping: Stopping = lambda: False
) -> Made:
    """Make a backup in a folder, with the list of lawful erasures beside it, and remember it; raises LedgerError.

    The list outlives every backup, so that a restored book is told also of erasures that came after it. One that cannot
    be read or written is the `trouble` of a backup that is made for all that.
    """
    made = backup.make(database, folder, zone=settings.office.zone, now=now, stopping=stopping)
    own = erasure_list.place(settings)
    made = replace(made, trouble=_listed(database, own) or _listed(database, erasure_list.beside(settings, folder)))
    with database.noting() as session:
        note(session, at=now, made=made.file, trouble=made.trouble)
    log.info("backup made: %s, %s entries, %s bytes", made.file, made.contents.entries, made.size)
    return made


def _listed(database: Database, erasures: Path) -> str:
    """Complete a list of erasures, and return what is wrong with it."""
    try:
        with database.reading() as session:
            erasure_list.complete(session, erasures)
    except LedgerError as wrong:
        log.error("list of erasures: %s", wrong)
        return str(wrong)
    return ""


def make_if_due(
    database: Database, settings: Settings, *, now: datetime, stopping: Stopping = lambda: False
) -> Made | None:
    """Make the backup of the day if one is due and no other process is at it; None where none was made.

    A failure goes no further: it is logged and stands in the book, with what to do. The oldest backups give way.
    """
    plan = settings.backup
    if plan.folder is None:
        return None
    with alone(database, "cadangan harian") as mine:
        if not mine or not _is_due(database, settings, now):
            return None
        try:
            made = make(database, settings, plan.folder, now=now, stopping=stopping)
        except LedgerError as wrong:
            log.error("no backup: %s", wrong)
            with database.noting() as session:
                note(session, at=now, trouble=str(wrong))
            return None
        # A medium that goes now has its backup, and the old ones wait for the next time.
        with suppress(OSError), database.reading() as session:
            rotate(session, made, keep=plan.keep)
        return made


def _is_due(database: Database, settings: Settings, now: datetime) -> bool:
    with database.reading() as session:
        return due(state_of(session), settings.backup.at, zone=settings.office.zone, now=now)


def rotate(session: Session, made: Made, *, keep: int) -> list[Path]:
    """Remove the oldest backups of the same book beside one just made, so that `keep` are left; returns what went.

    Only files with just our kind of name go, that can be read and that this book goes on from, never the one just made.
    One whose name lies after that, made while the clock was wrong, counts as the oldest: else it would stay for ever.
    """
    beside = (file for file in made.file.parent.iterdir() if backup.NAME.fullmatch(file.name) and file != made.file)
    others = sorted(beside, key=lambda file: (file.name < made.file.name, file.name), reverse=True)
    gone = [file for file in others if backup.is_earlier(session, file)][max(keep - 1, 0) :]
    for file in gone:
        with suppress(OSError):
            file.unlink()
    return gone
