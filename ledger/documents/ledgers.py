"""The ledgers that staff typed in: callers, visitors, and the callers of each radio broadcast in their order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ledger import broadcasts, dates
from ledger.documents.book import AIRED, OpenBook, Record
from ledger.documents.cells import (
    Printed,
    Written,
    above,
    account,
    closed_on,
    flat,
    followed,
    latest,
    remarks,
    standing,
)
from ledger.documents.sheets import WHOLE, Cell
from ledger.documents.typeset import Row
from ledger.models import Broadcast
from ledger.words import Ledger

_ALONE = frozenset({"channel", "since", "until", "discreet"})
"""What a filter may ask for while a broadcast without callers still belongs to what it finds."""
SILENCE = "NIHIL, tanpa penelepon"


def lines(book: OpenBook) -> Iterator[Record | Broadcast]:
    """Give the lines of a book in the order of its table.

    Those of the radio come a broadcast after the other; one without callers is a line of its own.
    """
    if book.asked.ledger is not Ledger.RADIO:
        yield from book.records()
        return
    for broadcast, callers in _aired(book):
        yield from callers
        if broadcast is not None and not callers:
            yield broadcast


def cells_of_silence(broadcast: Broadcast) -> list[Cell]:
    """Return the cells of a broadcast without callers in the table of the radio."""
    told: list[Cell] = [date.fromisoformat(broadcast.aired_on), broadcast.programme, broadcast.presenter]
    return [*told, *[None] * (len(WRITTEN[Ledger.RADIO]) - len(told) - 1), SILENCE]


def rows_by_broadcast(book: OpenBook) -> Iterator[Row]:
    """Give the rows of the print of the radio's ledger: each broadcast, and below it its callers in their order."""
    zone = book.settings.office.zone
    empty: dict[date, Row] = {each.month: {"note": str(each)} for each in book.empty}
    for broadcast, callers in _aired(book):
        month = _day_of(broadcast, callers, zone).replace(day=1)
        empty.pop(month, None)
        yield from _earlier(empty, month)
        yield {"lead": _lead(broadcast, len(callers))}
        for record in callers:
            yield {"cells": [column.of(record, zone) for column in PRINTED[Ledger.RADIO]], "void": record.void}
    yield from _earlier(empty, date.max)


def _earlier(empty: dict[date, Row], month: date) -> Iterator[Row]:
    """Take out the months without broadcasts that lie before another."""
    for each in [each for each in empty if each < month]:
        yield empty.pop(each)


def _aired(book: OpenBook) -> list[tuple[Broadcast | None, list[Record]]]:
    """Return the broadcasts by their days, each with its callers; last what belongs to none.

    All callers of the period are in memory at once; a broadcast has a handful of them.
    """
    callers: dict[int | None, list[Record]] = defaultdict(list)
    for record in book.records():
        remarks_left = tuple(
            each for each in record.remarks if not each.startswith(AIRED)
        )  # a column of its own says it
        callers[record.entry.broadcast_id].append(replace(record, remarks=remarks_left))
    callers.update({key: _in_turn(heard) for key, heard in callers.items()})
    known = [*broadcasts.of_ids(book.session, [key for key in callers if key is not None]), *_silent(book, callers)]
    known.sort(key=lambda each: (each.aired_on, each.id or 0))
    found: list[tuple[Broadcast | None, list[Record]]] = [
        (each, [replace(record, broadcast=each) for record in callers.get(each.id, [])]) for each in known
    ]
    return [*found, (None, callers[None])] if callers.get(None) else found


def _in_turn(heard: list[Record]) -> list[Record]:
    """Return callers as they were on the air, each with his place; last, as typed, those of whom no time was told."""

    def turn(record: Record) -> tuple[bool, datetime, int]:
        entry = record.entry
        return entry.aired_at is None, entry.aired_at or entry.recorded_at, entry.id or 0

    return [replace(record, place=place) for place, record in enumerate(sorted(heard, key=turn), 1)]


def _silent(book: OpenBook, callers: Iterable[int | None]) -> list[Broadcast]:
    """Return the broadcasts of the period without any caller; none where only a part of the callers is asked for."""
    wanted = book.asked.wanted
    if any(getattr(wanted, field.name) for field in fields(wanted) if field.name not in _ALONE):
        return []
    last = min(wanted.until or book.today, book.today)
    return [each for each in broadcasts.between(book.session, wanted.since, last) if each.id not in callers]


def _day_of(broadcast: Broadcast | None, callers: list[Record], zone: ZoneInfo) -> date:
    if broadcast is not None:
        return date.fromisoformat(broadcast.aired_on)
    return dates.local_date(callers[0].entry.received_at, zone)


def _lead(broadcast: Broadcast | None, count: int) -> str:
    """Say which broadcast it is, who presented it, and how many called."""
    heard = f"{count} penelepon" if count else SILENCE
    if broadcast is None:
        return f"Tanpa siaran yang tercatat · {heard}"
    day = dates.long_date(date.fromisoformat(broadcast.aired_on))
    presenter = f"Penyiar: {broadcast.presenter}" if broadcast.presenter else ""
    return " · ".join(part for part in (day, broadcast.programme, presenter, heard) if part)


def _aired_day(record: Record) -> date | None:
    return date.fromisoformat(record.broadcast.aired_on) if record.broadcast else None


def _on_air(record: Record, zone: ZoneInfo) -> str:
    """Say at what time a caller was on the air; a dash where that was not told."""
    return f"{dates.local(record.entry.aired_at, zone):%H.%M}" if record.entry.aired_at else "–"


def _caller(record: Record) -> str:
    return above(record.name, record.entry.organisation)


def _person(who: str) -> tuple[Written, ...]:
    """Return the columns that say who it was and what he told."""
    return (
        Written(f"Nama {who}", 24, lambda record, zone: record.name),
        Written("Mewakili", 20, lambda record, zone: record.entry.represents),
        Written("Instansi", 22, lambda record, zone: record.entry.organisation),
        Written("Alamat", 28, lambda record, zone: record.entry.address),
        Written("No. Telepon/HP", 17, lambda record, zone: record.entry.phone),
        Written("Uraian", 56, lambda record, zone: "\n".join(record.told)),
    )


_WHAT_BECAME: tuple[Written, ...] = (
    Written("Layanan", 20, lambda record, zone: record.service),
    Written("Klasifikasi", 16, lambda record, zone: record.classification),
    Written("Disposisi/Diteruskan kepada", 26, lambda record, zone: record.handed_to),
    Written("Tindak Lanjut & Tanggal", 30, lambda record, zone: followed(record)),
    Written("Batas Waktu", 12, lambda record, zone: record.due_on),
    Written("Status", 15, lambda record, zone: record.status),
    Written("Tanggal Selesai", 12, closed_on),
    Written("Dicatat oleh", 20, lambda record, zone: record.taker),
    Written("Keterangan", 34, lambda record, zone: "\n".join(record.remarks)),
)
_PLACE = Written("No.", 6, lambda record, zone: record.place, WHOLE)
_NUMBER = Written("Nomor Register", 15, lambda record, zone: record.entry.number)


def _received(title: str) -> Written:
    return Written(title, 17, lambda record, zone: record.entry.received_at)


WRITTEN: dict[Ledger, tuple[Written, ...]] = {
    Ledger.TELEPON: (_PLACE, _NUMBER, _received("Waktu Telepon ({zone})"), *_person("Penelepon"), *_WHAT_BECAME),
    Ledger.PETUGAS: (_PLACE, _NUMBER, _received("Waktu Datang ({zone})"), *_person("Pelapor"), *_WHAT_BECAME),
    Ledger.RADIO: (
        Written("Tanggal Siaran", 12, lambda record, zone: _aired_day(record)),
        Written("Acara", 16, lambda record, zone: record.broadcast.programme if record.broadcast else ""),
        Written("Penyiar", 18, lambda record, zone: record.broadcast.presenter if record.broadcast else ""),
        Written("Urutan", 8, lambda record, zone: record.place, WHOLE),
        _NUMBER,
        Written("Jam Siar ({zone})", 9, _on_air),
        *_person("Penelepon"),
        *_WHAT_BECAME,
    ),
}
"""The columns of each ledger as a table."""


def _print(when: Printed, who: str, *, place: str = "No.") -> tuple[Printed, ...]:
    return (
        Printed(place, 2.8, lambda record, zone: str(record.place), "right"),
        Printed("Nomor Register", 7.2, lambda record, zone: record.entry.number),
        when,
        Printed(f"{who} / Instansi", 8.6, lambda record, zone: _caller(record)),
        Printed("Alamat / No. Telepon", 8.6, lambda record, zone: above(record.entry.address, record.entry.phone)),
        Printed("Uraian", 19, lambda record, zone: account(record)),
        Printed("Layanan / Klasifikasi", 6.6, lambda record, zone: above(record.service, record.classification)),
        Printed("Disposisi / Diteruskan kepada", 7, lambda record, zone: flat(record.handed_to)),
        Printed("Tindak Lanjut & Tanggal", 7.6, lambda record, zone: latest(record)),
        Printed("Status / Tanggal Selesai", 6.8, standing),
        Printed("Dicatat oleh", 7, lambda record, zone: flat(record.taker)),
        Printed("Keterangan", 7, remarks),
    )


def _moment(title: str) -> Printed:
    return Printed(title, 5.2, lambda record, zone: dates.dense_moment(record.entry.received_at, zone))


PRINTED: dict[Ledger, tuple[Printed, ...]] = {
    Ledger.TELEPON: _print(_moment("Waktu Telepon ({zone})"), "Penelepon"),
    Ledger.PETUGAS: _print(_moment("Waktu Datang ({zone})"), "Pelapor"),
    Ledger.RADIO: _print(Printed("Jam Siar ({zone})", 4.2, _on_air), "Penelepon", place="Urut"),
}
"""The columns of each ledger as a print."""
