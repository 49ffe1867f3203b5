"""Checks the whole book against its own promises, and names the first thing that is wrong of each."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col, select

from ledger import erasure, files, issuing, letters, messages, seals, triggers
from ledger.entries import PERSONAL_FIELDS, PLAIN_FIELDS, plain_value
from ledger.erasure import Lawful
from ledger.events import GENESIS, digest_of, hash_of
from ledger.messages import unpack
from ledger.models import (
    Arrival,
    Attachment,
    ChainHead,
    Entry,
    EntryFile,
    Event,
    EventValue,
    Letter,
    Message,
    Raw,
    Recap,
    Series,
    Tombstone,
)
from ledger.words import ArrivalState, Channel, Disposition, LetterState, Purpose, Register

RowT = TypeVar("RowT", Entry, Message, Letter)
_AT_ONCE, _RAWS = 500, 3
"""How many rows are read at once; a mail may have 25 MB."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One promise of the book: what was counted, and the first thing found wrong (nothing, if all is well).

    `note` says what else there is to know of it.
    """

    promise: str
    counted: int
    wrong: str = ""
    note: str = ""


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


def _batches(session: Session, table: type[RowT]) -> Iterator[tuple[list[int], list[RowT]]]:
    """Read a table a few hundred rows at a time, by id; what was read is let go before the next are."""
    last = 0
    while batch := list(
        session.exec(select(table).where(col(table.id) > last).order_by(col(table.id)).limit(_AT_ONCE))
    ):
        ids = [row.id or 0 for row in batch]
        yield ids, batch
        last = ids[-1]
        session.expunge_all()


def _triggers(session: Session) -> Checked:
    lacking = sorted(triggers.NAMES - triggers.present(session.connection()))
    wrong = f"basis data tidak lagi menolak perubahan peristiwa: {', '.join(lacking)} hilang" if lacking else ""
    return Checked("peristiwa dilindungi oleh basis data", len(triggers.NAMES), wrong)


def _references(session: Session) -> Checked:
    """Look for rows that name others which are gone; whoever deletes with the database's own guard off leaves them."""

    def findings() -> Findings:
        for table in SQLModel.metadata.sorted_tables:
            for key in sorted(table.foreign_keys, key=lambda one: one.parent.name):
                yield _lost(session, table, key)

    return _first("setiap rujukan menunjuk ke baris yang ada", findings())


def _lost(session: Session, table: sa.Table, key: sa.ForeignKey) -> str | None:
    there = key.column.table.alias()
    found = sa.select(sa.literal(1)).where(there.c[key.column.name] == key.parent).correlate(table).exists()
    query = sa.select(*table.primary_key.columns).where(key.parent.is_not(None), ~found)
    row = session.execute(query.order_by(*table.primary_key.columns).limit(1)).first()
    if row is None:
        return None
    return f"{table.name} {' '.join(map(str, row))}: {key.column.table.name} yang dirujuknya hilang"


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
    """Compare what every event promises of personal values with those that are kept, and with those lawfully erased."""

    def findings() -> Findings:
        lawful = erasure.lawful(session)
        last = 0
        while batch := session.exec(
            select(Event.id, Event.body).where(col(Event.id) > last).order_by(col(Event.id)).limit(_AT_ONCE)
        ).all():
            kept = _kept_values(session, last, batch[-1][0])
            for event_id, body in batch:
                promised = json.loads(body).get("digests", {})
                values = kept.pop(event_id, {})
                for field in sorted(promised.keys() | values.keys()):
                    yield _value_amiss(event_id, field, promised.get(field), values.get(field), lawful)
            last = batch[-1][0]
        for event_id in session.exec(select(EventValue.event_id).where(col(EventValue.event_id) > last).limit(1)):
            yield f"nilai pribadi tanpa peristiwa {event_id}"

    return _first("nilai pribadi sesuai dengan sidiknya", findings())


def _kept_values(session: Session, after: int, until: int) -> dict[int, dict[str, str]]:
    """Return the digests of the values kept of some events, by event and field."""
    kept: dict[int, dict[str, str]] = {}
    between = col(EventValue.event_id) > after, col(EventValue.event_id) <= until
    for event_id, field, salt, value in session.exec(
        select(EventValue.event_id, EventValue.field, EventValue.salt, EventValue.value).where(*between)
    ):
        kept.setdefault(event_id, {})[field] = digest_of(salt, value)
    return kept


def _value_amiss(event_id: int, field: str, promised: str | None, kept: str | None, lawful: Lawful) -> str | None:
    if event_id in lawful.events:
        return f"nilai {field!r} pada peristiwa {event_id} telah dihapus, tetapi ada lagi" if kept else None
    if kept is None:
        return f"nilai {field!r} pada peristiwa {event_id} hilang tanpa penghapusan yang sah"
    return None if kept == promised else f"nilai {field!r} pada peristiwa {event_id} telah diubah"


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
        lawful = erasure.lawful(session)
        for ids, batch in _batches(session, Entry):
            said = _said_of(session, ids, lawful)
            for entry in batch:
                yield _disagreement(entry, *said.get(entry.id or 0, ({}, {})))

    return _first("entri sesuai dengan peristiwanya", findings())


_Plain = dict[str, object]
_ERASED = ""
_Personal = dict[str, tuple[str | None, str]]
"""The salt (None: gone) and the digest of each field; of one lawfully erased no digest is left to compare with."""


def _said_of(session: Session, ids: list[int], lawful: Lawful) -> dict[int, tuple[_Plain, _Personal]]:
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
            personal[field] = (salts.get((event.id, field)), _ERASED if event.id in lawful.events else digest)
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
    erasure.VERB,
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
        salt, digest = personal.get(field, (None, _ERASED))
        value = getattr(entry, field)
        if digest_of(salt or "", value) != digest if digest else bool(value):
            return f"{entry.number}: {field} tidak sesuai dengan peristiwanya"
    return None


def _raws(session: Session) -> Checked:
    def findings() -> Findings:
        kept = select(Raw.digest).where(col(Raw.digest) == col(Message.raw_digest)).exists()
        for message in session.exec(select(Message).where(~kept).limit(1)):
            yield f"surat asli dari surat {message.id} hilang"
        erased = erasure.lawful(session).digests
        query = select(Raw).order_by(col(Raw.digest)).execution_options(yield_per=_RAWS)
        with session.exec(query) as raws:
            for raw in raws:
                yield _raw_amiss(raw, erased)
                session.expunge(raw)

    return _first("surat asli sesuai dengan sidiknya", findings())


def _raw_amiss(raw: Raw, erased: frozenset[str]) -> str | None:
    if not raw.packed:
        return None if raw.digest in erased else f"surat asli {raw.digest[:12]} hilang tanpa penghapusan yang sah"
    found = unpack(raw)
    whole = found is not None and len(found) == raw.size
    return None if whole else f"surat asli {raw.digest[:12]} bukan lagi seperti saat diambil"


def _erasures(session: Session) -> Checked:
    """Compare the tombstones, and what is left of erased mails and letters, with the events that erased them."""
    notes: list[str] = []

    def findings() -> Findings:
        lawful, counted = erasure.lawful(session), erasure.counted(session)
        notes.append(str(counted) if counted.erasures else "")
        yield from (None for _ in range(counted.erasures))
        stones = {(stone.digest, stone.letter_key) for stone in session.exec(select(Tombstone))}
        for digest, _ in sorted(stones - lawful.mails, key=str):
            yield f"nisan surat {digest[:12]} tidak disebut oleh penghapusan mana pun"
        for digest, _ in sorted(lawful.mails - stones, key=str):
            yield f"nisan surat {digest[:12]} yang telah dihapus hilang"
        yield from erasure.left_behind(session)

    checked = _first("data pribadi hanya dihapus dengan peristiwanya", findings())
    return replace(checked, note="".join(notes))


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


def _mails(session: Session) -> Checked:
    """Compare what stands of each mail with the digest in the last event that told it; an erased one has none left."""

    def findings() -> Findings:
        lawful = erasure.lawful(session)
        first = select(Event.message_id).where(col(Event.verb) == messages.KEPT).order_by(col(Event.id)).limit(1)
        since = session.exec(first).first() or 0
        for ids, batch in _batches(session, Message):
            told = _sealed(session, col(Event.message_id), ids, seals.MAIL)
            files = _attached(session, ids)
            for key, message in zip(ids, batch, strict=True):
                of_old = not 0 < since <= key  # settled before mails were sealed at all
                whole = seals.of_mail(message, files[key])
                wrong = message.erased_at is None and _unlike(told.get(key), whole, lawful, unsealed=of_old)
                yield f"isi surat {key} tidak sesuai dengan peristiwanya" if wrong else None

    return _first("isi setiap surat sesuai dengan sidiknya", findings())


def _attached(session: Session, ids: list[int]) -> defaultdict[int, list[Attachment]]:
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    for one in session.exec(select(Attachment).where(col(Attachment.message_id).in_(ids))):
        found[one.message_id].append(one)
    return found


_Seal = tuple[int, str | None]
"""The event that told a digest last, and the digest; None where its value is gone."""


def _sealed(session: Session, about: "Mapped[int | None]", ids: list[int], field: str) -> dict[int, _Seal]:
    """Return by mail, or by letter, the last event that holds its digest under `field`."""
    query = (
        sa.select(about, col(Event.id), col(Event.body), col(EventValue.value))
        .join(
            EventValue, sa.and_(col(EventValue.event_id) == col(Event.id), col(EventValue.field) == field), isouter=True
        )
        .where(about.in_(ids))
        .order_by(col(Event.id))
    )
    rows = session.execute(query)
    return {
        key: (event_id, value) for key, event_id, body, value in rows if field in json.loads(body).get("digests", {})
    }


def _unlike(told: _Seal | None, whole: str, lawful: Lawful, *, unsealed: bool) -> bool:
    """Say whether a digest is not the one told; what was never told is right only where it may stand `unsealed`."""
    if told is None:
        return not unsealed
    event_id, value = told
    return event_id not in lawful.events and value != whole


_FOLLOWED = {"surat_susulan": Disposition.FOLLOW_UP.value, "balasan_webmail": Disposition.FOLLOW_UP.value}
"""The verbs of events that tell by themselves what a mail was taken for."""


def _dispositions(session: Session) -> Checked:
    def findings() -> Findings:
        told = _dispositions_told(session)
        query = select(Message.id, Message.disposition, Message.entry_id, Message.reason)
        for message_id, disposition, entry_id, reason in session.exec(query):
            needs_entry = disposition in (Disposition.RECORDED, Disposition.FOLLOW_UP)
            said, belongs = told.get(message_id or 0, (disposition, entry_id))
            if said != disposition:
                yield f"surat {message_id} digolongkan {disposition}, menurut peristiwanya {said}"
            elif needs_entry and entry_id is None:
                yield f"surat {message_id} digolongkan {disposition} tetapi tidak terikat pada entri"
            elif belongs != entry_id:
                yield f"surat {message_id} tidak terikat pada entri yang disebut peristiwanya"
            else:
                yield None if reason else f"surat {message_id} tidak mempunyai alasan penggolongan"

    return _first("setiap surat mempunyai penggolongan dan alasannya", findings())


_SAY_WHAT = ("disposisi_berubah", messages.KEPT)
"""The verbs of events that name what a mail was taken for."""


def _dispositions_told(session: Session) -> dict[int, tuple[str, int | None]]:
    """Return what each mail was taken for, and its entry, by the last event that says so; not of mails without one."""
    query = select(Event.message_id, Event.verb, Event.entry_id, Event.body).where(
        col(Event.verb).in_([*_SAY_WHAT, *_FOLLOWED]), col(Event.message_id).is_not(None)
    )
    told = {}
    for message_id, verb, entry_id, body in session.exec(query.order_by(col(Event.id))):
        said = json.loads(body)["set"]
        disposition = _FOLLOWED.get(verb) or str(said["menjadi"])
        told[message_id or 0] = disposition, said["entri"] if verb == messages.KEPT else entry_id
    return told


def _letters(session: Session) -> Checked:
    """Compare how each letter stands with the last event about it; owed at first, and sending, have none."""

    def findings() -> Findings:
        query = select(Event.letter_id, Event.body).where(col(Event.letter_id).is_not(None)).order_by(col(Event.id))
        told = {letter_id: str(json.loads(body)["set"]["keadaan"]) for letter_id, body in session.exec(query)}
        for letter_id, state in session.exec(select(Letter.id, Letter.state).order_by(col(Letter.id))):
            said = told.get(letter_id, LetterState.OWED.value)
            as_told = state in _UNDER_WAY if said in _UNDER_WAY else state == said
            yield None if as_told else f"surat kita {letter_id} berkeadaan {state}, menurut peristiwanya {said}"

    return _first("keadaan setiap surat kita sesuai dengan peristiwanya", findings())


def _words(session: Session) -> Checked:
    """Compare each letter with the digest in the last event that told it; one not written yet has neither."""

    def findings() -> Findings:
        lawful = erasure.lawful(session)
        for ids, batch in _batches(session, Letter):
            told = _sealed(session, col(Event.letter_id), ids, seals.LETTER)
            of_old = _written(session, ids) - told.keys()  # written before letters were sealed at all
            for key, letter in zip(ids, batch, strict=True):
                blank = key in of_old or not (letter.subject or letter.body_text or letter.body_html)
                wrong = _unlike(told.get(key), seals.of_letter(letter), lawful, unsealed=blank)
                yield f"isi surat kita {key} tidak sesuai dengan peristiwanya" if wrong else None

    return _first("isi setiap surat kita sesuai dengan sidiknya", findings())


def _written(session: Session, ids: list[int]) -> set[int]:
    query = select(Event.letter_id).where(col(Event.letter_id).in_(ids), col(Event.verb) == letters.QUEUED)
    return {letter_id for letter_id in session.exec(query) if letter_id is not None}


_UNDER_WAY = (LetterState.OWED, LetterState.QUEUED, LetterState.SENDING)


def _files(session: Session) -> Checked:
    """Compare the files handed in with what the events say of them, and with what was lawfully erased."""

    def findings() -> Findings:
        query = select(Event.entry_id, Event.body).where(col(Event.verb) == files.ADDED)
        promised = Counter(
            (entry_id, digest)
            for entry_id, body in session.exec(query)
            for digest in str(json.loads(body)["set"]["digest"]).split()
        )
        rows = session.exec(select(EntryFile.entry_id, EntryFile.raw_digest))
        kept = Counter((entry_id or None, digest) for entry_id, digest in rows)
        for each in sorted(promised.keys() | kept.keys(), key=str):
            same = promised[each] == kept[each]
            yield None if same else f"berkas {each[1][:12]} tidak sesuai dengan peristiwanya"

    return _first("berkas yang diserahkan sesuai dengan peristiwanya", findings())


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


def _acknowledged(session: Session) -> Checked:
    """An entry that was typed in owes exactly one acknowledgement once it has an address."""

    def findings() -> Findings:
        owed = _per_entry(session, col(Letter.entry_id), col(Letter.purpose) == Purpose.TANDA_TERIMA)
        typed = select(Entry.id, Entry.number).where(col(Entry.channel) != Channel.EMAIL, col(Entry.email) != "")
        for entry_id, number in session.exec(typed):
            yield None if owed[entry_id or 0] == 1 else f"{number}: {owed[entry_id or 0]} tanda terima"

    return _first("setiap entri lain yang beralamat surel mempunyai satu tanda terima", findings())


def _per_entry(
    session: Session, key: "Mapped[int | None] | Mapped[int]", which: sa.ColumnElement[bool]
) -> Counter[int]:
    query = sa.select(key, sa.func.count()).where(which).group_by(key)
    return Counter({entry_id: number for entry_id, number in session.execute(query) if entry_id is not None})


def _recaps(session: Session) -> Checked:
    """Compare each issued recap with the digest in its event, and look for recaps whose event alone is left."""

    def findings() -> Findings:
        query = select(Event.id, Event.body).where(col(Event.verb) == issuing.ISSUED)
        promised = {event_id: json.loads(body)["set"]["sidik"] for event_id, body in session.exec(query)}
        for made in session.exec(select(Recap).order_by(col(Recap.event_id))):
            same = promised.pop(made.event_id, "") == issuing.digest_of(made)
            yield None if same else f"rekap {made.period} bukan lagi seperti saat diterbitkan"
        for event_id in sorted(promised):
            yield f"rekap yang diterbitkan pada peristiwa {event_id} hilang"

    return _first("rekap yang diterbitkan tidak berubah", findings())


CHECKS: tuple[Callable[[Session], Checked], ...] = (
    _triggers,
    _references,
    _chain,
    _values,
    _numbers,
    _entries,
    _raws,
    _files,
    _erasures,
    _arrivals,
    _mails,
    _dispositions,
    _openings,
    _acknowledged,
    _letters,
    _words,
    _recaps,
)
