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
        return Checked(promise, counted + 1, f"isi setelah urutan ke-{counted} tidak dapat dibaca: {wrong}")
    return Checked(promise, counted)


def _triggers(session: Session) -> Checked:
    lacking = sorted(triggers.NAMES - triggers.present(session.connection()))
    wrong = f"basis data tidak lagi menolak perubahan peristiwa: {', '.join(lacking)} hilang" if lacking else ""
    return Checked("peristiwa dilindungi oleh basis data", len(triggers.NAMES), wrong)


def _misplaced(event: Event, place: int, previous: str) -> str | None:
    if event.id != place:
        return f"peristiwa {place} hilang"
    if event.previous != previous:
        return f"peristiwa {event.id} tidak menyambung yang sebelumnya"
    return None if event.hash == hash_of(event) else f"peristiwa {event.id} telah diubah"


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
            yield "kepala rantai hilang"
        elif (head.position, head.hash) != (place, previous):
            yield f"kepala rantai berada pada peristiwa {head.position}, peristiwa terakhir {place}"

    return _first("rantai peristiwa tidak terputus", findings())


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
                yield None if same else f"nilai {value.field!r} pada peristiwa {event.id} telah diubah"

    return _first("nilai pribadi sesuai dengan sidiknya", findings())


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
                yield f"{name}: nomor {lowest}–{highest} ada di buku, yang diberikan {series.first}–{series.last}"
            elif number != series.last - series.first + 1:
                yield f"{name}: {number} entri untuk nomor {series.first}–{series.last}"
            else:
                yield None
        for series_name, year in counts:
            yield f"{series_name.value}/{year}: entri tanpa deret nomor"

    return _first("nomor urut tanpa celah", findings())


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

    return _first("entri sesuai dengan peristiwanya", findings())


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
    "diurungkan",
)
"""The verbs of events that set fields of an entry."""


UNSAID: _Plain = {"themes": [], "restricted": False}
"""What stands in fields that the book got later, for entries whose events know nothing of them."""


def _disagreement(entry: Entry, plain: _Plain, personal: _Personal) -> str | None:
    if not plain:
        return f"{entry.number} tidak mempunyai peristiwa pencatatan"
    for field in PLAIN_FIELDS:
        if plain.get(field, UNSAID.get(field)) != plain_value(entry, field):
            return f"{entry.number}: {field} tidak sesuai dengan peristiwanya"
    for field in PERSONAL_FIELDS:
        salt, digest = personal.get(field, (None, ""))
        value = getattr(entry, field)
        if digest and salt is None:
            continue  # lawfully erased: the salt is gone, nothing can be compared
        if digest_of(salt, value) != digest if salt else bool(value):
            return f"{entry.number}: {field} tidak sesuai dengan peristiwanya"
    return None


def _raws(session: Session) -> Checked:
    def findings() -> Findings:
        kept = select(Raw.digest).where(col(Raw.digest) == col(Message.raw_digest)).exists()
        for message in session.exec(select(Message).where(~kept).limit(1)):
            yield f"surat asli dari surat {message.id} hilang"
        query = select(Raw).order_by(col(Raw.digest)).execution_options(yield_per=20)
        with session.exec(query) as raws:
            for raw in raws:
                yield (
                    None if unpack(raw) is not None else f"surat asli {raw.digest[:12]} bukan lagi seperti saat diambil"
                )
                session.expunge(raw)

    return _first("surat asli sesuai dengan sidiknya", findings())


def _arrivals(session: Session) -> Checked:
    def findings() -> Findings:
        taken = col(Arrival.state) == ArrivalState.TAKEN
        bare = select(Arrival).where(taken, col(Arrival.raw_digest).is_(None)).limit(1)
        for arrival in session.exec(bare):
            yield f"kedatangan {arrival.id} tidak menyimpan suratnya"
        orphan = (
            select(Message)
            .where(~select(Arrival.id).where(col(Arrival.message_id) == col(Message.id)).exists())
            .limit(1)
        )
        for message in session.exec(orphan):
            yield f"surat {message.id} tidak mempunyai kedatangan"
        for _ in range(session.execute(sa.select(sa.func.count()).select_from(Arrival).where(taken)).scalar_one()):
            yield None

    return _first("setiap surat pernah datang dan setiap kedatangan menyimpan suratnya", findings())


def _dispositions(session: Session) -> Checked:
    def findings() -> Findings:
        query = select(Message.id, Message.disposition, Message.entry_id, Message.reason)
        for message_id, disposition, entry_id, reason in session.exec(query):
            needs_entry = disposition in (Disposition.RECORDED, Disposition.FOLLOW_UP)
            if needs_entry and entry_id is None:
                yield f"surat {message_id} digolongkan {disposition} tetapi tidak terikat pada entri"
            else:
                yield None if reason else f"surat {message_id} tidak mempunyai alasan penggolongan"

    return _first("setiap surat mempunyai penggolongan dan alasannya", findings())


def _openings(session: Session) -> Checked:
    """An entry that came by mail was opened by exactly one message, and owes exactly one acknowledgement.

    One split off another was opened by none: its mail is the other's.
    """

    def findings() -> Findings:
        opened = _per_entry(session, col(Message.entry_id), col(Message.disposition) == Disposition.RECORDED)
        owed = _per_entry(session, col(Letter.entry_id), col(Letter.purpose) == Purpose.TANDA_TERIMA)
        query = select(Entry.id, Entry.number, Entry.split_from).where(col(Entry.channel) == Channel.EMAIL)
        for entry_id, number, split_from in session.exec(query):
            if opened[entry_id or 0] != (0 if split_from else 1):
                yield f"{number}: dibuka oleh {opened[entry_id or 0]} surat"
            elif owed[entry_id or 0] != 1:
                yield f"{number}: {owed[entry_id or 0]} tanda terima"
            else:
                yield None

    return _first("setiap entri dari surel dibuka satu surat dan mempunyai satu tanda terima", findings())


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
