"""What the office corrected of the machine's judgements: examples to learn from, and how often it was right."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from ledger.dates import MONTHS
from ledger.events import said_in
from ledger.models import Attachment, Entry, Event, Message
from ledger.ports import Wording
from ledger.words import Channel, Disposition, Kind
from ledger.workflow import TRUE_KIND

_MACHINE = "sistem"
_JUDGED = frozenset({"kind", "service"})
_SAID = _JUDGED | {"needs_review"}
"""Whoever states the kind, even the same one, ends the review by it."""
_NO_SERVICE = "umum"
_PUT_ASIDE = frozenset({Disposition.UNREGISTERED, Disposition.AUTOMATIC, Disposition.BOUNCE, Disposition.LIST})
"""Where the machine puts letters that it keeps out of the book by its own judgement."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A letter together with what an officer said that it is.

    `wording` is as much of it as the book holds, `raw_digest` that of the whole mail.
    """

    wording: Wording
    kind: Kind
    service: str
    raw_digest: str


@dataclass(frozen=True, slots=True)
class Month:
    """How the judgements of one month fared: `label` is "2026-11" (the office's zone).

    `reviewed` counts those that an officer corrected or confirmed; while it is 0, `right` tells nothing.
    """

    label: str
    judged: int
    reviewed: int
    corrected: int

    @property
    def spoken(self) -> str:
        """Return the month in words, "November 2026"."""
        year, month = self.label.split("-")
        return f"{MONTHS[int(month) - 1]} {year}"

    @property
    def right(self) -> float:
        """Return the share that nobody had to correct, 0 to 1."""
        return 1 - self.corrected / self.judged


@dataclass(slots=True)
class _Spoken:
    """What officers said of the judgement of one entry, the latest last; `undone` takes the latest back."""

    judgements: list[bool] = field(default_factory=list)
    took_up: bool = False
    no_concern: bool = False

    @property
    def corrected(self) -> bool:
        return any(self.judgements) or self.took_up or self.no_concern

    @property
    def at_all(self) -> bool:
        return bool(self.judgements) or self.took_up or self.no_concern

    def hear(self, event: Event) -> None:
        """Take in the next event of the entry."""
        said = said_in(event.body)
        match event.verb:
            case "dikonfirmasi":
                self.judgements.append(False)
            case "diubah" if said.keys() & _SAID:
                self.judgements.append(bool(said.keys() & _JUDGED))
            case "diurungkan" if said.keys() & _SAID and self.judgements:
                self.judgements.pop()
            case "dibatalkan":
                self.no_concern = said.get(TRUE_KIND) == Kind.LAINNYA.value
            case "disposisi_berubah":
                self.took_up = self.took_up or said.get("dari") in _PUT_ASIDE


_VERBS = ("diubah", "dikonfirmasi", "diurungkan", "dibatalkan", "disposisi_berubah")


def _spoken(session: Session) -> dict[int, _Spoken]:
    query = (
        select(Event)
        .where(col(Event.verb).in_(_VERBS), col(Event.actor) != _MACHINE, col(Event.entry_id).is_not(None))
        .order_by(col(Event.id))
    )
    spoken: dict[int, _Spoken] = {}
    for event in session.exec(query):
        spoken.setdefault(event.entry_id or 0, _Spoken()).hear(event)
    return spoken


def made(session: Session) -> list[Corrected]:
    """Return every letter of which an officer said what it is, with the classification now in force.

    Such are those whose judgement was corrected or confirmed, those that an officer took up himself, out of the other
    box or of quarantine, and those whose entry was made void because they are none of the office's concern.
    """
    spoken = _spoken(session)
    query = (
        select(Message, Entry)
        .join(Entry, col(Entry.id) == col(Message.entry_id))
        .where(col(Message.disposition) == Disposition.RECORDED, col(Message.erased_at).is_(None))
        .order_by(col(Message.id))
    )
    rows = [
        (message, entry, said)
        for message, entry in session.exec(query)
        if (said := spoken.get(entry.id or 0, _Spoken())).at_all or entry.recorded_by != _MACHINE
    ]
    names = _names_of_files(session, [message.id for message, _, _ in rows if message.id is not None])
    corrected = (_corrected(message, entry, said, names.get(message.id or 0, ())) for message, entry, said in rows)
    return [one for one in corrected if one.wording.subject or one.wording.text or one.wording.attachments]


def _corrected(message: Message, entry: Entry, said: _Spoken, names: Iterable[str]) -> Corrected:
    wording = Wording(message.subject, message.text, tuple(names), message.mailbox)
    if said.no_concern:
        return Corrected(wording, Kind.LAINNYA, _NO_SERVICE, message.raw_digest)
    return Corrected(wording, entry.kind, entry.service, message.raw_digest)


def _names_of_files(session: Session, message_ids: list[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    query = select(Attachment).where(col(Attachment.message_id).in_(message_ids)).order_by(col(Attachment.position))
    for file in session.exec(query):
        names.setdefault(file.message_id, []).append(file.name)
    return names


def by_month(session: Session, zone: ZoneInfo) -> list[Month]:
    """Count, by the month of recording, how many judgements there were, were looked at, and were corrected.

    What an officer took up out of the other box was judged wrongly, too; what was never judged, such as a mail typed
    in from quarantine, counts nowhere.
    """
    spoken = _spoken(session)
    judged: Counter[str] = Counter()
    reviewed: Counter[str] = Counter()
    corrected: Counter[str] = Counter()
    query = select(Entry.id, Entry.recorded_at, Entry.recorded_by).where(col(Entry.channel) == Channel.EMAIL)
    for entry_id, recorded_at, recorded_by in session.exec(query):
        said = spoken.get(entry_id or 0, _Spoken())
        if recorded_by != _MACHINE and not said.took_up:
            continue
        label = f"{recorded_at.astimezone(zone):%Y-%m}"
        judged[label] += 1
        reviewed[label] += said.at_all
        corrected[label] += said.corrected
    return [Month(label, judged[label], reviewed[label], corrected[label]) for label in sorted(judged)]
