"""A Monday morning at the office: the sample letters read and settled as they came in, and a desk over that book."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import FastAPI

from demo.letters import Sample, samples
from ingest.judge import Judge, Unread, classifier_of
from ingest.reading import Opener
from ingest.resettle import Resettler
from ledger import messages
from ledger.database import Database
from ledger.desk.app import create
from ledger.errors import UnreadableRaw
from ledger.models import Entry
from ledger.ports import OpenedMail
from ledger.words import LetterState
from replies.compose import Composer
from tests.office import FIRST, NOW, SECOND, Office, rulebook, settings

DELAYED = "16-upah-di-bawah-umk"
"""The letter whose reading took too long at first, so that it waits in quarantine; it can be read since."""
MINUTES_APART = 3


@dataclass(frozen=True, slots=True)
class DirectReader:
    """Opens kept mails as the real reader does, but within this process."""

    def open(self, raw: bytes) -> OpenedMail:
        """Open one mail; raises UnreadableRaw."""
        opened = Opener(settings())(raw)
        if isinstance(opened, str):
            raise UnreadableRaw(opened)
        return opened


def office_of_the_morning(database: Database) -> Office:
    """Fill an empty book with the sample letters, each received a few minutes after the one before."""
    office, judge = Office(database), Judge(settings())
    letters = samples()
    for at, sample in enumerate(letters):
        verdict = judge(sample.raw, sample.mailbox)
        first = Unread("pembacaan surat melewati batas waktu") if sample.name == DELAYED else verdict
        _arrive(office, sample, first, minutes_ago=MINUTES_APART * (len(letters) - at))
        if sample.name == DELAYED:
            office.settle()
            office.mails[sample.raw] = verdict
    office.settle()
    _note_that_both_mailboxes_were_read(office)
    for entry in office.rows(Entry):
        if entry.email and office.the_letter(entry.number).state is LetterState.OWED:
            office.mark_sent(entry.number)
    return office


def _arrive(office: Office, sample: Sample, verdict: object, *, minutes_ago: int) -> None:
    office.arrive(
        verdict,  # type: ignore[arg-type]
        raw=sample.raw,
        mailbox=sample.mailbox,
        folder=sample.folder,
        received_at=NOW - timedelta(minutes=minutes_ago),
    )


def _note_that_both_mailboxes_were_read(office: Office) -> None:
    with office.database.noting() as session:
        for mailbox in (FIRST, SECOND):
            messages.note_mailbox(session, mailbox, trouble="", at=NOW)


def desk_of(office: Office, stopping: Callable[[], bool]) -> FastAPI:
    """Build the whole desk over an office, as the program itself does."""
    return create(
        office.database,
        settings(),
        DirectReader(),
        office.clock,
        classifier_of(settings()),
        resettling=Resettler(office.database, office.means),
        preview=Composer(settings(), rulebook()),
        stopping=stopping,
    )
