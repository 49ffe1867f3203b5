"""Turns what officers said of letters into examples, each with the words that the machine judged it by."""

from collections.abc import Callable

from sqlmodel import Session

from ingest.examples import Example, letter_named
from ingest.isolate import ReaderDied
from ingest.judge import Judged, Verdict
from ledger import corrections, messages
from ledger.corrections import Corrected
from ledger.errors import LedgerError
from ledger.ports import Wording

Read = Callable[[bytes, str], Verdict]
"""Judges the bytes of a mail that came into a mailbox."""


def lessons(session: Session, read: Read) -> list[Example]:
    """Return an example for every correction; a mail that cannot be read again counts with what the book holds."""
    return [
        Example(_wording(session, read, one), one.kind, one.service, mail=one.raw_digest)
        for one in corrections.made(session)
    ]


def known_letters(session: Session) -> set[str]:
    """Return which letters a model may know: those that are corrections now."""
    return {letter_named(one.raw_digest) for one in corrections.made(session)}


def _wording(session: Session, read: Read, one: Corrected) -> Wording:
    try:
        verdict = read(messages.raw_of(session, one.raw_digest), one.wording.mailbox or "")
    except (LedgerError, ReaderDied):
        return one.wording
    return verdict.wording if isinstance(verdict, Judged) else one.wording
