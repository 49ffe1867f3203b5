"""What a book that came back from a backup must take care of: letters and numbers that went out after it was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from ledger import events
from ledger.letters import ACTOR
from ledger.models import Entry, Letter, Restoration, StaffSession
from ledger.words import LetterState

LETTER_IN_DOUBT = (
    "Surat pelapor diterima sebelum buku dipulihkan dari cadangan, jadi tanda terima mungkin sudah terkirim, "
    "mungkin dengan nomor lain. Periksa folder Terkirim; bila belum ada, lepaskan surat ini."
)
NUMBER_IN_DOUBT = (
    "nomor ini sudah disebut dalam surat kepada pelapor sebelum buku dipulihkan dari cadangan; pastikan pelapornya sama"
)


@dataclass(frozen=True, slots=True)
class Bound:
    """What was found when a restored book was bound to what went out since: letters in doubt, numbers promised."""

    letters: int
    promised: tuple[str, ...]


def bind(session: Session, *, made_at: datetime, promised: Sequence[str], at: datetime) -> Bound:
    """Prepare a restored book for what happened after its backup was made; the session is one of `Database.writing`.

    Letters that had not gone out are looked for in the Sent folder before anything is sent; every session of the desk
    ends. `promised` are numbers seen in letters of that time; those that stand in the book are left out.
    """
    known = set(session.exec(select(Entry.number).where(col(Entry.number).in_(promised))))
    unknown = tuple(sorted(set(promised) - known))
    waiting = col(Letter.state).in_([LetterState.OWED, LetterState.QUEUED])
    letters = list(session.exec(select(Letter).where(waiting)))
    for letter in letters:
        # As if an interruption had left it so: the post asks the Sent folder, and sends nothing blindly. A backup from
        # the future was made while the clock was wrong.
        letter.state, letter.sending_at, letter.next_attempt_at = LetterState.SENDING, min(made_at, at), None
        letter.attempts, letter.owed_at = max(letter.attempts, 1), at
    session.execute(delete(StaffSession))
    session.add(Restoration(made_at=made_at, restored_at=at, promised=list(unknown)))
    events.append(
        session,
        "dipulihkan",
        at=at,
        actor=ACTOR,
        about=events.Subject(),
        plain={"cadangan": made_at.isoformat(), "nomor_terjanji": list(unknown)},
    )
    return Bound(len(letters), unknown)


def may_have_been_answered(session: Session, entry: Entry, letter: Letter) -> bool:
    """Say whether a letter now owed may have gone out already: its matter came in before the book was restored."""
    query = select(Restoration.id).where(
        col(Restoration.restored_at) >= entry.received_at, col(Restoration.restored_at) < letter.owed_at
    )
    return session.exec(query.limit(1)).first() is not None


def promised_before(session: Session, number: str) -> bool:
    """Say whether a letter told this number to somebody before the book was restored."""
    return any(number in promised for promised in session.exec(select(Restoration.promised)))
