"""One office with a book, mail that has come, and its post, for tests of what goes out."""

from collections.abc import Sequence
from pathlib import Path

from sqlmodel import col, select

from config.settings import Settings
from ingest.judge import Judge
from ingest.settle import Means as Settling
from ingest.settle import settle_pending
from ledger import messages
from ledger.database import Database
from ledger.entries import Rulebook
from ledger.messages import PackedRaw, Place
from ledger.models import Arrival, Event, Letter
from ledger.ports import SentFolder, SentUnreachable
from ledger.verify import verify
from ledger.words import LetterState
from replies.compose import TEMPLATES, Composer
from replies.post import Delivered, Means, deliver
from tests.wire.office import Clock


class FakeSent:
    """A Sent folder that answers as it is told, and remembers what it was asked and given."""

    def __init__(self, answer: bool | str | None = None) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.filed: list[bytes] = []

    def find(self, mailbox: str, rfc_message_id: str) -> bool | None:
        """Answer; a text is the reason why nothing can be told now."""
        self.asked.append(rfc_message_id)
        if isinstance(self.answer, str):
            raise SentUnreachable(self.answer)
        return self.answer

    def append(self, mailbox: str, raw: bytes, at: object) -> None:
        """Remember a copy, or be out of reach."""
        if isinstance(self.answer, str):
            raise SentUnreachable(self.answer)
        self.filed.append(raw)

    def close(self) -> None:
        """Nothing is open."""


class Outbox:
    """The book and the post of one office; every round of the post is asked for by name."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        *,
        sent: SentFolder | None = None,
        templates: Path = TEMPLATES,
        name: str = "uji:1",
    ) -> None:
        rulebook = Rulebook.of(settings)
        self.database, self.settings, self.clock = database, settings, clock
        self._settling = Settling(settings, rulebook, Judge(settings), clock)
        composer = Composer(settings, rulebook, templates)
        self.means = Means(settings, composer, sent or FakeSent(), clock, name)

    def arrive(self, *raws: bytes, mailbox: str | None = None) -> None:
        """Keep and settle mails as if they had been fetched just now."""
        address = mailbox or self.settings.mailboxes[0].address
        for raw in raws:
            with self.database.noting() as session:
                uid = len(session.exec(select(Arrival.id)).all()) + 1
                place = Place(address, "INBOX", 1, uid)
                messages.take(session, place, PackedRaw.of(raw), received_at=self.clock(), at=self.clock())
        settle_pending(self.database, self._settling)

    def round(self) -> Delivered:
        """Do one round of the post."""
        return deliver(self.database, self.means, lambda: False)

    def letters(self) -> list[Letter]:
        """Return every letter, oldest first."""
        with self.database.reading() as session:
            return list(session.exec(select(Letter).order_by(col(Letter.id))))

    def letter(self) -> Letter:
        """Return the only letter."""
        (letter,) = self.letters()
        return letter

    def states(self) -> Sequence[LetterState]:
        """Return the state of every letter, oldest first."""
        return [letter.state for letter in self.letters()]

    def verbs(self) -> list[str]:
        """Return the verbs of all events on letters, oldest first."""
        with self.database.reading() as session:
            query = select(Event.verb).where(col(Event.letter_id).is_not(None)).order_by(col(Event.id))
            return list(session.exec(query))

    def nothing_wrong(self) -> None:
        """Verify the whole book."""
        with self.database.reading() as session:
            assert [checked for checked in verify(session) if checked.wrong] == []
