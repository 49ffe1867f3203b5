"""Checks the whole book against its own promises, and names the first thing that is wrong of each."""

import json
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from ledger import triggers
from ledger.entries import PERSONAL_FIELDS, PLAIN_FIELDS, plain_value
from ledger.events import GENESIS, digest_of, hash_of
from ledger.messages import unpack
from ledger.models import Arrival, ChainHead, Entry, Event, EventValue, Letter, Message, Raw, Series
from ledger.words import ArrivalState, Channel, Disposition, Purpose, Register

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """One promise of the book: what was counted, and the first thing found wrong (nothing, if all is well)."""

    promise: str
    counted: int
    wrong: str = ""


def verify(session: Session) -> list[Checked]:
    """Check every promise and return what was found of each, in the order in which they build on one another.

    The session should be one of `Database.reading`, so that all is seen as of one moment.
    """
    return [check(session) for check in CHECKS]


Findings = Generator[str | None, None, None]


def _first(promise: str, findings: Findings) -> Checked:
    counted = 0
    try:
        with closing(findings):
            for finding in findings:
                counted += 1
                if finding:
                    return Checked(promise, counted, finding)
    except (AttributeError, LookupError, TypeError, ValueError) as wrong:  # no word of ours, no moment, no JSON
        return Checked(promise, counted + 1, f"what follows after {counted} cannot be read: {wrong}")
    return Checked(promise, counted)


def _triggers(session: Session) -> Checked:
    lacking = sorted(triggers.NAMES - triggers.present(session.connection()))
    wrong = f"the database no longer refuses changes of events: {', '.join(lacking)} missing" if lacking else ""
    return Checked("events are protected by the database", len(triggers.NAMES), wrong)


def _misplaced(event: Event, place: int, previous: str) -> str | None:
    if event.id != place:
        return f"event {place} is missing"
    if event.previous != previous:
        return f"event {event.id} does not follow the one before it"
    return None if event.hash == hash_of(event) else f"event {event.id} was changed"


def _chain(session: Session) -> Checked:
    def findings() -> Findings:
        place, previous = 0, GENESIS
        query = select(Event).order_by(col(Event.id)).execution_options(yield_per=_AT_ONCE)
        with session.exec(query) as events:
            for event in events:
                place += 1
                yield _misplaced(event, place, previous)
                previous = event.hash
        head = session.get(ChainHead, 1)
        if head is None:
            yield "the head of the chain is missing"
        elif (head.position, head.hash) != (place, previous):
            yield f"the head of the chain stands at event {head.position}, the last event is {place}"

    return _first("the chain of events is unbroken", findings())


def _values(session: Session) -> Checked:
    def findings() -> Findings:
        query = (
            select(EventValue, Event)
            .join(Event, col(Event.id) == col(EventValue.event_id))
            .order_by(col(EventValue.id))
            .execution_options(yield_per=_AT_ONCE)
        )
        with session.exec(query) as rows:
            for value, event in rows:
                promised = json.loads(event.body).get("digests", {}).get(value.field)
                same = promised == digest_of(value.salt, value.value)
                yield None if same else f"value {value.field!r} of event {event.id} was changed"

    return _first("personal values agree with their digests", findings())


def _numbers_in_the_book(session: Session) -> dict[tuple[Register, int], tuple[int, int, int]]:
    """Return how many entries, the lowest and the highest number of each register and year."""
    sequence = col(Entry.sequence)
    query = sa.select(
        col(Entry.series), col(Entry.year), sa.func.count(), sa.func.min(sequence), sa.func.max(sequence)
    ).group_by(col(Entry.series), col(Entry.year))
    return {(series, year): (number, low, high) for series, year, number, low, high in session.execute(query)}


def _numbers(session: Session) -> Checked:
    def findings() -> Findings:
        counts = _numbers_in_the_book(session)
        for series in session.exec(select(Series).order_by(col(Series.name), col(Series.year))):
            name = f"{series.name.value}/{series.year}"
            number, lowest, highest = counts.pop((series.name, series.year), (0, series.first, series.first - 1))
            if (lowest, highest) != (series.first, series.last):
                yield f"{name}: numbers {lowest}–{highest} stand in the book, {series.first}–{series.last} were given"
            elif number != series.last - series.first + 1:
                yield f"{name}: {number} entries for the numbers {series.first}–{series.last}"
            else:
                yield None
        for series_name, year in counts:
            yield f"{series_name.value}/{year}: entries without a series of numbers"

    return _first("numbers are without gaps", findings())


def _entries(session: Session) -> Checked:
    """Fold the events of each entry and compare what they say with what stands in the book."""

    def findings() -> Findings:
        last = 0
        while batch := list(
            session.exec(select(Entry).where(col(Entry.id) > last).order_by(col(Entry.id)).limit(_AT_ONCE))
        ):
            said = _said_of(session, [entry.id for entry in batch if entry.id is not None])
            for entry in batch:
                last = entry.id or 0
                yield _disagreement(entry, *said.get(last, ({}, {})))
            session.expunge_all()

    return _first("entries agree with their events", findings())


_Plain = dict[str, object]
_Personal = dict[str, tuple[str | None, str]]


def _said_of(session: Session, ids: list[int]) -> dict[int, tuple[_Plain, _Personal]]:
    said: dict[int, tuple[_Plain, _Personal]] = {}
    query = select(Event).where(col(Event.entry_id).in_(ids), col(Event.verb).in_(ENTRY_VERBS)).order_by(col(Event.id))
    events = list(session.exec(query))
    salts = {
        (value.event_id, value.field): value.salt
        for value in session.exec(
            select(EventValue).where(col(EventValue.event_id).in_([event.id for event in events]))
        )
    }
    for event in events:
        plain, personal = said.setdefault(event.entry_id or 0, ({}, {}))
        body = json.loads(event.body)
        plain.update(body["set"])
        for field, digest in body.get("digests", {}).items():
            personal[field] = (salts.get((event.id, field)), digest)
    return said


ENTRY_VERBS = (
    "dicatat",
    "diubah",
    "dikonfirmasi",
    "status",
    "didisposisikan",
    "diteruskan",
    "digabungkan",
    "dibuka_kembali",
    "dibatalkan",
    "dijawab",
)
"""The verbs of events that set fields of an entry."""


def _disagreement(entry: Entry, plain: _Plain, personal: _Personal) -> str | None:
    if not plain:
        return f"{entry.number} has no event that recorded it"
    for field in PLAIN_FIELDS:
        if plain.get(field) != plain_value(entry, field):
            return f"{entry.number}: {field} is not what its events say"
    for field in PERSONAL_FIELDS:
        salt, digest = personal.get(field, (None, ""))
        value = getattr(entry, field)
        if digest and salt is None:
            continue  # lawfully erased: the salt is gone, nothing can be compared
        if digest_of(salt, value) != digest if salt else bool(value):
            return f"{entry.number}: {field} is not what its events say"
    return None


def _raws(session: Session) -> Checked:
    def findings() -> Findings:
        kept = select(Raw.digest).where(col(Raw.digest) == col(Message.raw_digest)).exists()
        for message in session.exec(select(Message).where(~kept).limit(1)):
            yield f"the raw mail of message {message.id} is missing"
        query = select(Raw).order_by(col(Raw.digest)).execution_options(yield_per=20)
        with session.exec(query) as raws:
            for raw in raws:
                yield None if unpack(raw) is not None else f"raw mail {raw.digest[:12]} is not what was fetched"
                session.expunge(raw)

    return _first("raw mails agree with their digests", findings())


def _arrivals(session: Session) -> Checked:
    def findings() -> Findings:
        taken = col(Arrival.state) == ArrivalState.TAKEN
        bare = select(Arrival).where(taken, col(Arrival.raw_digest).is_(None)).limit(1)
        for arrival in session.exec(bare):
            yield f"arrival {arrival.id} was taken without its mail"
        orphan = (
            select(Message)
            .where(~select(Arrival.id).where(col(Arrival.message_id) == col(Message.id)).exists())
            .limit(1)
        )
        for message in session.exec(orphan):
            yield f"message {message.id} has no arrival"
        for _ in range(session.execute(sa.select(sa.func.count()).select_from(Arrival).where(taken)).scalar_one()):
            yield None

    return _first("every message has arrived, every arrival has its mail", findings())


def _dispositions(session: Session) -> Checked:
    def findings() -> Findings:
        query = select(Message.id, Message.disposition, Message.entry_id, Message.reason)
        for message_id, disposition, entry_id, reason in session.exec(query):
            needs_entry = disposition in (Disposition.RECORDED, Disposition.FOLLOW_UP)
            if needs_entry and entry_id is None:
                yield f"message {message_id} is {disposition} and belongs to no entry"
            else:
                yield None if reason else f"message {message_id} has no reason for its disposition"

    return _first("every message has its disposition and a reason", findings())


def _openings(session: Session) -> Checked:
    """An entry that came by mail was opened by exactly one message, and owes exactly one acknowledgement."""

    def findings() -> Findings:
        opened = _per_entry(session, col(Message.entry_id), col(Message.disposition) == Disposition.RECORDED)
        owed = _per_entry(session, col(Letter.entry_id), col(Letter.purpose) == Purpose.TANDA_TERIMA)
        query = select(Entry.id, Entry.number).where(col(Entry.channel) == Channel.EMAIL)
        for entry_id, number in session.exec(query):
            if opened[entry_id or 0] != 1:
                yield f"{number}: {opened[entry_id or 0]} messages opened it"
            elif owed[entry_id or 0] != 1:
                yield f"{number}: {owed[entry_id or 0]} acknowledgements"
            else:
                yield None

    return _first("every entry by mail has one opening message and one acknowledgement", findings())


def _per_entry(
    session: Session, key: "Mapped[int | None] | Mapped[int]", which: sa.ColumnElement[bool]
) -> Counter[int]:
    query = sa.select(key, sa.func.count()).where(which).group_by(key)
    return Counter({entry_id: number for entry_id, number in session.execute(query) if entry_id is not None})


CHECKS: tuple[Callable[[Session], Checked], ...] = (
    _triggers,
    _chain,
    _values,
    _numbers,
    _entries,
    _raws,
    _arrivals,
    _dispositions,
    _openings,
)
