"""Checks the whole book against its own promises, and names the first thing that is wrong of each."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ledger import broadcasts, erasure, files, issuing, letters, messages, seals, staff, triggers
from ledger.entries import PERSONAL_FIELDS, PLAIN_FIELDS, plain_value
from ledger.erasure import Lawful
from ledger.events import GENESIS, digest_of, hash_of
from ledger.messages import unpack
from ledger.models import (
    Arrival,
    Attachment,
    Broadcast,
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
    Staff,
    Tombstone,
)
from ledger.words import ArrivalState, Channel, Disposition, LetterState, Purpose, Register

RowT = TypeVar("RowT", Entry, Message, Letter)
OwnRowT = TypeVar("OwnRowT", Broadcast, Staff)
_AT_ONCE, _LONG, _RAWS = 500, 50, 3
"""How many rows are read at once; a letter may be as long as a book, and a raw mail may have 25 MB."""


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
    """Read a table some rows at a time, by id; what was read is let go before the next are."""
    query = select(table).order_by(col(table.id)).limit(_LONG)
    batch = list(session.exec(query))
    while batch:
        ids = [row.id or 0 for row in batch]
        yield ids, batch
        session.expunge_all()
        batch = list(session.exec(query.where(col(table.id) > ids[-1])))


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
        for digest in session.exec(_nobodys().limit(1)):
            yield f"surat asli {digest[:12]} tidak disebut oleh kedatangan, surat, atau berkas mana pun"
        erased = erasure.lawful(session).digests
        query = select(Raw).order_by(col(Raw.digest)).execution_options(yield_per=_RAWS)
        with session.exec(query) as raws:
            for raw in raws:
                yield _raw_amiss(raw, erased)
                session.expunge(raw)

    return _first("surat asli sesuai dengan sidiknya", findings())


def _nobodys() -> SelectOfScalar[str]:
    """Select the bytes that nothing names: what named them was taken out."""
    named = (
        select(Arrival.id).where(col(Arrival.raw_digest) == col(Raw.digest), col(Arrival.state) == ArrivalState.TAKEN),
        select(Message.id).where(col(Message.raw_digest) == col(Raw.digest)),
        select(EntryFile.id).where(col(EntryFile.raw_digest) == col(Raw.digest)),
    )
    return select(Raw.digest).where(sa.func.length(col(Raw.packed)) > 0, *(~one.exists() for one in named))


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
    """Compare what stands of each mail, and what was decided about it, with the digests in the last event of each.

    One lawfully erased has none left, and one settled before there were such digests never had any.
    """

    def findings() -> Findings:
        lawful = erasure.lawful(session)
        first = select(Event.message_id).where(col(Event.verb) == messages.KEPT).order_by(col(Event.id)).limit(1)
        since = session.exec(first).first()
        for ids, batch in _batches(session, Message):
            about = col(Event.message_id)
            said, decided = (_sealed(session, about, ids, field) for field in (seals.MAIL, seals.DECISION))
            files = _attached(session, ids)
            for key, message in zip(ids, batch, strict=True):
                of_old = since is None or 0 < key < since
                if message.erased_at is not None:
                    yield None
                elif _unlike(said.get(key), seals.of_mail(message, files[key]), lawful, unsealed=of_old):
                    yield f"isi surat {key} tidak sesuai dengan peristiwanya"
                else:
                    wrong = _unlike(decided.get(key), seals.of_decision(message), lawful, unsealed=of_old)
                    yield f"penggolongan surat {key} tidak sesuai dengan peristiwanya" if wrong else None

    return _first("isi dan penggolongan setiap surat sesuai dengan sidiknya", findings())


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
    """Compare what stands of each letter with the last event about it; owed at first, and sending, have none."""

    def findings() -> Findings:
        told, lawful = _told_of_letters(session), erasure.lawful(session)
        columns = (
            *(Letter.id, Letter.state, Letter.reason, Letter.entry_id, Letter.purpose),
            *(Letter.rfc_message_id, Letter.ended_at),
        )
        for row in session.execute(sa.select(*map(col, columns)).order_by(col(Letter.id))):
            yield _letter_amiss(row, told.get(row.id), lawful)

    return _first("keadaan setiap surat kita sesuai dengan peristiwanya", findings())


@dataclass(slots=True)
class _ToldOfLetter:
    """What the events about a letter say of it; `ended_at` is when its last state was told, `event_id` the last one."""

    event_id: int
    entry_id: int | None
    said: dict[str, object]
    reason: str
    ended_at: datetime | None


def _told_of_letters(session: Session) -> dict[int, _ToldOfLetter]:
    columns = (Event.letter_id, Event.id, Event.entry_id, Event.verb, Event.at, Event.body, EventValue.value)
    why = sa.and_(col(EventValue.event_id) == col(Event.id), col(EventValue.field) == "alasan")
    query = sa.select(*map(col, columns)).join(EventValue, why, isouter=True)
    found: dict[int, _ToldOfLetter] = {}
    for key, event_id, entry_id, verb, at, body, reason in session.execute(
        query.where(col(Event.letter_id).is_not(None)).order_by(col(Event.id))
    ):
        before = found.get(key)
        ended_at = before.ended_at if before and verb == letters.READDRESSED else at
        found[key] = _ToldOfLetter(event_id, entry_id, json.loads(body)["set"], reason or "", ended_at)
    return found


def _letter_amiss(row: sa.Row[Any], told: _ToldOfLetter | None, lawful: Lawful) -> str | None:
    said = told.said["keadaan"] if told else LetterState.OWED
    if row.state not in _UNDER_WAY if said in _UNDER_WAY else row.state != said:
        return f"surat kita {row.id} berkeadaan {row.state}, menurut peristiwanya {said}"
    if told is None:
        return None
    same = (row.entry_id, row.purpose, row.rfc_message_id) == (
        told.entry_id,
        told.said["surat"],
        told.said["message_id"],
    )
    if not same:
        return f"surat kita {row.id} bukan surat yang disebut peristiwanya"
    if row.state not in _UNDER_WAY and row.ended_at != told.ended_at:
        return f"surat kita {row.id} berakhir pada waktu lain daripada menurut peristiwanya"
    if row.state not in _UNDER_WAY and row.reason not in _reasons(told, lawful):
        return f"alasan keadaan surat kita {row.id} tidak sesuai dengan peristiwanya"
    return None


def _reasons(told: _ToldOfLetter, lawful: Lawful) -> tuple[str, ...]:
    """Return what may stand as the reason of a letter that ended: what was told, or what an erasure put there."""
    return ("", erasure.WITHHELD, erasure.INTERRUPTED) if told.event_id in lawful.events else (told.reason,)


def _words(session: Session) -> Checked:
    """Compare each letter with the digest in the last event that told it; one never told is not written yet."""

    def findings() -> Findings:
        lawful = erasure.lawful(session)
        for ids, batch in _batches(session, Letter):
            told = _sealed(session, col(Event.letter_id), ids, seals.LETTER)
            of_old = _with_events(session, ids) - told.keys()  # told before letters were sealed at all
            emails = dict(
                session.exec(select(Entry.id, Entry.email).where(col(Entry.id).in_(_entries_of(batch)))).all()
            )
            for key, letter in zip(ids, batch, strict=True):
                seal = told.get(key)
                if seal is not None and seal[0] in lawful.events:
                    wrong = any(_said_in(letter))
                else:
                    blank = key in of_old or _untouched(letter, emails.get(letter.entry_id, ""))
                    wrong = _unlike(seal, seals.of_letter(letter), lawful, unsealed=blank)
                yield f"isi surat kita {key} tidak sesuai dengan peristiwanya" if wrong else None

    return _first("isi setiap surat kita sesuai dengan sidiknya", findings())


def _entries_of(batch: list[Letter]) -> set[int]:
    return {letter.entry_id for letter in batch}


def _said_in(letter: Letter) -> tuple[str, ...]:
    return letter.recipient, letter.answers, letter.words, letter.subject, letter.body_text, letter.body_html


def _untouched(letter: Letter, email: str) -> bool:
    """Say whether a letter that no event has told yet stands as it was owed: unwritten, to the entry's own address.

    One that a restored book took for interrupted keeps the address that it may have gone to.
    """
    if letter.state is LetterState.OWED and letter.recipient != email:
        return False
    by_an_officer = letter.purpose is not Purpose.JAWABAN and (letter.words or letter.written_by)
    return not (by_an_officer or letter.subject or letter.body_text or letter.body_html)


def _with_events(session: Session, ids: list[int]) -> set[int]:
    query = select(Event.letter_id).where(col(Event.letter_id).in_(ids)).distinct()
    return {letter_id for letter_id in session.exec(query) if letter_id is not None}


def _answers(session: Session) -> Checked:
    """Compare the answers to each entry with the events in which officers gave them, in their order."""

    def findings() -> Findings:
        lawful = erasure.lawful(session)
        given: defaultdict[int | None, list[tuple[int, str, str | None]]] = defaultdict(list)
        note = sa.and_(col(EventValue.event_id) == col(Event.id), col(EventValue.field) == "catatan")
        query = select(Event.entry_id, Event.id, Event.actor, EventValue.value).join(EventValue, note, isouter=True)
        for entry_id, event_id, actor, words in session.execute(
            query.where(col(Event.verb) == "dijawab").order_by(col(Event.id))
        ):
            given[entry_id].append((event_id, actor, words))
        answers = select(Letter.entry_id, Letter.written_by, Letter.words).where(col(Letter.purpose) == Purpose.JAWABAN)
        for entry_id, written_by, words in session.execute(answers.order_by(col(Letter.entry_id), col(Letter.id))):
            event_id, actor, said = given[entry_id].pop(0) if given[entry_id] else (0, "", None)
            same = written_by == actor and words == ("" if event_id in lawful.events else said)
            yield None if same else f"jawaban pada entri {entry_id} tidak sesuai dengan peristiwanya"
        for entry_id, left in given.items():
            yield f"jawaban pada entri {entry_id} hilang" if left else None

    return _first("setiap jawaban ditulis oleh petugas", findings())


_UNDER_WAY = (LetterState.OWED, LetterState.QUEUED, LetterState.SENDING)


def _files(session: Session) -> Checked:
    """Compare the files handed in with what the events say of them, and with what was lawfully erased."""

    def findings() -> Findings:
        lawful = erasure.lawful(session)
        kept: defaultdict[int | None, list[EntryFile]] = defaultdict(list)
        for row in session.exec(select(EntryFile).order_by(col(EntryFile.id))):
            kept[row.entry_id].append(row)
        names = sa.and_(col(EventValue.event_id) == col(Event.id), col(EventValue.field) == "nama_berkas")
        query = select(Event, EventValue.value).join(EventValue, names, isouter=True)
        for event, named in session.execute(query.where(col(Event.verb) == files.ADDED).order_by(col(Event.id))):
            digests = str(json.loads(event.body)["set"]["digest"]).split()
            made, kept[event.entry_id] = kept[event.entry_id][: len(digests)], kept[event.entry_id][len(digests) :]
            same = [row.raw_digest for row in made] == digests
            same = same and {(row.added_by, row.added_at) for row in made} == {(event.actor, event.at)}
            said = [row.name for row in made]
            same = same and (not any(said) if event.id in lawful.events else "; ".join(said) == named)
            yield None if same else f"berkas pada entri {event.entry_id} tidak sesuai dengan peristiwanya"
        for entry_id, left in kept.items():
            yield f"berkas pada entri {entry_id} tanpa peristiwa" if left else None

    return _first("berkas yang diserahkan sesuai dengan peristiwanya", findings())


def _openings(session: Session) -> Checked:
    """An entry that came by mail was opened by exactly one message, and owes exactly one acknowledgement.

    One split off another was opened by none: its mail is the other's.
    """

    def findings() -> Findings:
        opened = _per_entry(session, col(Message.entry_id), col(Message.disposition) == Disposition.RECORDED)
        owed = _per_entry(session, col(Letter.entry_id), col(Letter.purpose) == Purpose.TANDA_TERIMA)
        query = select(Entry.id, Entry.number, Entry.split_from).where(col(Entry.channel) == Channel.EMAIL)
        for entry_id, number, split_from in session.exec(query.order_by(col(Entry.id))):
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
        for entry_id, number in session.exec(typed.order_by(col(Entry.id))):
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


def _broadcasts(session: Session) -> Checked:
    findings = _as_told(session, Broadcast, broadcasts.VERB, broadcasts.OPENED, seals.of_broadcast)
    return _first("siaran sesuai dengan peristiwanya", findings)


def _accounts(session: Session) -> Checked:
    findings = _as_told(session, Staff, staff.VERB, staff.MADE, seals.of_account)
    return _first("akun petugas sesuai dengan peristiwanya", findings)


@dataclass(frozen=True, slots=True)
class _ToldOfRow:
    """What the events about a broadcast or an account say: the digest in the last one, and the role told last."""

    digest: str | None = None
    role: str | None = None


def _as_told(session: Session, table: type[OwnRowT], verb: str, made: str, whole: Callable[[OwnRowT], str]) -> Findings:
    """Compare each row with the digest in the last event of a verb about it, and look for rows that are gone.

    Of one older than the first that was made with a digest, no more is known than its events say in plain words, if
    there are any.
    """
    told: dict[int, _ToldOfRow] = {}
    since = None
    for said, digest in _told_of_rows(session, verb):
        key = int(said[verb])
        before = told.get(key, _ToldOfRow())
        told[key] = _ToldOfRow(digest or before.digest, said.get("role", before.role))
        since = key if since is None and digest and said["tindakan"] == made else since
    for row in session.exec(select(table).order_by(col(table.id))):
        key = row.id or 0
        known = told.pop(key, None)
        of_old = since is None or 0 < key < since
        if known is None or known.digest is None:
            same = of_old and (known is None or known.role in (None, getattr(row, "role", None)))
        else:
            same = known.digest == whole(row)
        yield None if same else f"{verb} {key} tidak sesuai dengan peristiwanya"
    for key in sorted(told):
        yield f"{verb} {key} hilang"


def _told_of_rows(session: Session, verb: str) -> Iterator[tuple[dict[str, Any], str | None]]:
    seal = sa.and_(col(EventValue.event_id) == col(Event.id), col(EventValue.field) == seals.ROW)
    query = select(Event.body, EventValue.value).join(EventValue, seal, isouter=True).where(col(Event.verb) == verb)
    for body, digest in session.exec(query.order_by(col(Event.id))):
        said = json.loads(body)["set"]
        if verb in said:
            yield said, digest


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
    _answers,
    _broadcasts,
    _accounts,
    _recaps,
)
