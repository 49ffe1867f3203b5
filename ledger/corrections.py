"""What the office corrected of the machine's judgements: examples to learn from, and how often it was right."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from ledger.dates import MONTHS
from ledger.models import Attachment, Entry, Event, Message
from ledger.ports import Wording
from ledger.words import Channel, Disposition, Kind

_SPOKEN = ("diubah", "dikonfirmasi")
_JUDGED = frozenset({"kind", "service"})


@dataclass(frozen=True, slots=True)
class Corrected:
    """A letter together with what an officer said that it is."""

    wording: Wording
    kind: Kind
    service: str


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


def made(session: Session) -> list[Corrected]:
    """Return every letter whose judgement an officer corrected or confirmed, with the classification now in force."""
    spoken = select(Event.entry_id).where(col(Event.verb).in_(_SPOKEN), col(Event.actor) != "sistem")
    query = (
        select(Message, Entry)
        .join(Entry, col(Entry.id) == col(Message.entry_id))
        .where(
            col(Message.disposition) == Disposition.RECORDED,
            col(Message.erased_at).is_(None),
            col(Entry.id).in_(spoken),
        )
        .order_by(col(Message.id))
    )
    rows = list(session.exec(query))
    names = _names_of_files(session, [message.id for message, _ in rows if message.id is not None])
    return [
        Corrected(
            Wording(message.subject, message.text, tuple(names.get(message.id or 0, ())), message.mailbox),
            entry.kind,
            entry.service,
        )
        for message, entry in rows
    ]


def _names_of_files(session: Session, message_ids: list[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    query = select(Attachment).where(col(Attachment.message_id).in_(message_ids)).order_by(col(Attachment.position))
    for file in session.exec(query):
        names.setdefault(file.message_id, []).append(file.name)
    return names


def by_month(session: Session, zone: ZoneInfo) -> list[Month]:
    """Count, by the month of recording, how many judgements there were, were looked at, and were corrected."""
    corrected_entries = set(_corrected(session))
    reviewed_entries = corrected_entries | set(_confirmed(session))
    judged: Counter[str] = Counter()
    reviewed: Counter[str] = Counter()
    corrected: Counter[str] = Counter()
    for entry_id, recorded_at in session.exec(
        select(Entry.id, Entry.recorded_at).where(col(Entry.channel) == Channel.EMAIL)
    ):
        label = f"{recorded_at.astimezone(zone):%Y-%m}"
        judged[label] += 1
        reviewed[label] += entry_id in reviewed_entries
        corrected[label] += entry_id in corrected_entries
    return [Month(label, judged[label], reviewed[label], corrected[label]) for label in sorted(judged)]


def _confirmed(session: Session) -> Iterator[int]:
    query = select(Event.entry_id).where(col(Event.verb) == "dikonfirmasi")
    return (entry_id for entry_id in session.exec(query) if entry_id is not None)


def _corrected(session: Session) -> Iterator[int]:
    query = select(Event.entry_id, Event.body).where(col(Event.verb) == "diubah")
    for entry_id, body in session.exec(query):
        if entry_id is not None and _JUDGED & json.loads(body)["set"].keys():
            yield entry_id
