"""Writes the opened book in each of its forms: PDF, XLSX, CSV and JSON lines, a line at a time."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import StringIO
from typing import IO
from zoneinfo import ZoneInfo

from ledger import dates
from ledger.documents import ledgers
from ledger.documents.book import EmptyMonth, OpenBook, Record
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
from ledger.documents.plain import plain
from ledger.documents.sheets import WHOLE, Cell, Column, workbook
from ledger.documents.typeset import Row, typeset_rows
from ledger.models import Broadcast
from ledger.words import Form, Ledger

Counted = Callable[[int], None]
"""Hears how many lines were done since it was last called; of a PDF each line counts twice."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


_COLUMNS: tuple[Written, ...] = (
    Written("No.", 6, lambda record, zone: record.place, WHOLE),
    Written("Nomor Register", 15, lambda record, zone: record.entry.number),
    Written("Tanggal & Jam Terima ({zone})", 17, lambda record, zone: record.entry.received_at),
    Written("Media/Kanal", 14, lambda record, zone: record.channel),
    Written("Layanan", 20, lambda record, zone: record.service),
    Written("Nama Pengadu", 24, lambda record, zone: record.name),
    Written("Instansi", 22, lambda record, zone: record.entry.organisation),
    Written("Alamat", 28, lambda record, zone: record.entry.address),
    Written("No. Telepon/HP", 17, lambda record, zone: record.entry.phone),
    Written("Surel", 26, lambda record, zone: record.entry.email),
    Written("Uraian Pengaduan", 56, lambda record, zone: "\n".join(record.told)),
    Written("Klasifikasi", 16, lambda record, zone: record.classification),
    Written("Disposisi/Diteruskan kepada", 26, lambda record, zone: record.handed_to),
    Written("Tindak Lanjut & Tanggal", 30, lambda record, zone: followed(record)),
    Written("Batas Waktu", 12, lambda record, zone: record.due_on),
    Written("Status", 15, lambda record, zone: record.status),
    Written("Tanggal Selesai", 12, lambda record, zone: closed_on(record, zone)),
    Written("Petugas", 20, lambda record, zone: record.officer),
    Written("Keterangan", 34, lambda record, zone: "\n".join(record.remarks)),
)


def _columns(book: OpenBook) -> tuple[Written, ...]:
    """Return the columns of the book, or of the ledger that was asked for."""
    return ledgers.WRITTEN[book.asked.ledger] if book.asked.ledger else _COLUMNS


def _titles(book: OpenBook) -> list[str]:
    return [column.title.format(zone=book.settings.office.zone_label) for column in _columns(book)]


def _cells(book: OpenBook, line: Record | Broadcast) -> list[Cell]:
    if isinstance(line, Broadcast):
        return ledgers.cells_of_silence(line)
    return [column.of(line, book.settings.office.zone) for column in _columns(book)]


def lines(book: OpenBook) -> Iterator[bytes]:
    """Give the book as CSV or JSON lines, a line at a time, as the form that was asked for."""
    return _csv_lines(book) if book.asked.form is Form.CSV else _json_lines(book)


def write(book: OpenBook, out: IO[bytes], counted: Counted = lambda _: None) -> None:
    """Write the book in the form that was asked for. Raises TypesettingFailed."""
    if book.asked.form is Form.PDF:
        typeset_rows("book.typ", book.cover, _table(book), _printed_rows(book), out, on_rows=counted)
    elif book.asked.form is Form.XLSX:
        _write_sheets(book, out, counted)
    else:
        for line in lines(book):
            out.write(line)
            counted(1)


# CSV

_RISKY = re.compile(r"(^|[\n\t;])(?=[ \xa0\x22]*[=+\-@\t\r＝＋－＠])")
"""Where a spreadsheet might begin to read a formula: at the head of a cell, and where one that takes semicolons or
tabs for its separators would see the head of one, perhaps behind quotation marks that it takes for its own."""


def harmless(text: str) -> str:
    """Return a text of which no spreadsheet makes a formula: an apostrophe stands before what could begin one."""
    return _RISKY.sub(r"\1'", plain(text))


def _csv_lines(book: OpenBook) -> Iterator[bytes]:
    """Give a head and a line a record; UTF-8 with a byte order mark, by which Excel knows it (RFC 4180 otherwise)."""
    zone = book.settings.office.zone
    yield _BYTE_ORDER_MARK + _csv_line(_titles(book))
    for line in ledgers.lines(book):
        yield _csv_line([_written(cell, zone) for cell in _cells(book, line)])


def _written(value: Cell, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return harmless(value)
    return "" if value is None else str(value)


def _csv_line(cells: list[str]) -> bytes:
    line = StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


# JSON lines

_LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
"""What some readers take for the end of a line though JSON does not."""


def _json_lines(book: OpenBook) -> Iterator[bytes]:
    for line in ledgers.lines(book):
        told = json.dumps(_plainly(_told(book, line)), ensure_ascii=False, separators=(",", ":"))
        yield f"{told.translate(_LINE_ENDS)}\n".encode()


def _told(book: OpenBook, line: Record | Broadcast) -> dict[str, object]:
    """Return a line as machines read it; in the ledger of the radio with its broadcast, of which it may be all."""
    zone = book.settings.office.zone
    if isinstance(line, Broadcast):
        return {"nomor": None, "siaran": _broadcast(line), "keterangan": [ledgers.SILENCE]}
    facts = _facts(line, zone)
    if book.asked.ledger is not Ledger.RADIO:
        return facts
    on_air = {"urutan": line.place, "disiarkan": _iso(line.entry.aired_at, zone)}
    return facts | {"siaran": line.broadcast and _broadcast(line.broadcast)} | on_air


def _broadcast(broadcast: Broadcast) -> dict[str, object]:
    said = {"tanggal": broadcast.aired_on, "acara": broadcast.programme, "penyiar": broadcast.presenter}
    return _plainly(said)


def _plainly(facts: Mapping[str, object]) -> dict[str, object]:
    return {key: plain(value) if isinstance(value, str) else value for key, value in facts.items()}


def _facts(record: Record, zone: ZoneInfo) -> dict[str, object]:
    """Return a record as machines read it: enumerations by their own words, moments with their offset from UTC."""
    entry = record.entry
    return {
        "nomor": entry.number,
        "register": entry.series.value,
        "diterima": _iso(entry.received_at, zone),
        "dicatat": _iso(entry.recorded_at, zone),
        "kanal": entry.channel.value,
        "kanal_lain": entry.channel_word,
        "layanan": entry.service,
        "jenis": entry.kind.value,
        "nama": entry.name,
        "mewakili": entry.represents,
        "instansi": entry.organisation,
        "alamat": entry.address,
        "telepon": entry.phone,
        "surel": entry.email,
        "perihal": entry.matter,
        "uraian": entry.account,
        "bidang": entry.unit,
        "diteruskan_kepada": entry.forwarded_to,
        "tindak_lanjut": [{"tanggal": each.on.isoformat(), "tindakan": each.words} for each in record.followed],
        "batas_waktu": entry.due_on,
        "status": entry.status.value,
        "selesai": _iso(entry.closed_at, zone),
        "petugas": record.officer,
        "keterangan": list(record.remarks),
        "batal": record.void,
        "digabungkan_ke": entry.merged_into or None,
        "rahasia": entry.secret or entry.restricted,
    }


def _iso(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


# XLSX


def _write_sheets(book: OpenBook, out: IO[bytes], counted: Counted) -> None:
    with workbook(out, book.cover) as sheets:
        columns = [
            Column(title, column.width, column.shown)
            for title, column in zip(_titles(book), _columns(book), strict=True)
        ]
        table = sheets.table("Buku", columns, frozen=2)
        for line in ledgers.lines(book):
            table.write(_cells(book, line), struck=isinstance(line, Record) and line.void)
            counted(1)
        sheets.facts("Keterangan", _about(book))


def _about(book: OpenBook) -> Iterator[tuple[str, Cell]]:
    cover = book.cover
    yield "Dokumen", cover.title
    yield "Kantor", f"{cover.office.government}, {cover.office.name}"
    yield "Periode", cover.period
    for note in cover.notes:
        yield "Bagian buku", note
    yield "Jumlah baris", book.lines
    yield "Bulan tanpa entri", "\n".join(map(str, book.empty)) or "tidak ada"
    yield "Dibuat", cover.made
    yield "Segel buku", str(cover.seal)


# PDF: columns that belong together stand above each other, so that the print can be read

_PRINTED: tuple[Printed, ...] = (
    Printed("No.", 2.8, lambda record, zone: str(record.place), "right"),
    Printed("Nomor Register", 8.3, lambda record, zone: record.entry.number),
    Printed(
        "Tanggal & Jam Terima ({zone})", 5.4, lambda record, zone: dates.dense_moment(record.entry.received_at, zone)
    ),
    Printed("Media / Kanal", 5.5, lambda record, zone: record.channel),
    Printed("Layanan", 6.8, lambda record, zone: record.service),
    Printed("Nama Pengadu / Instansi", 7.6, lambda record, zone: above(record.name, record.entry.organisation)),
    Printed(
        "Alamat / No. Telepon / Surel",
        8.0,
        lambda record, zone: above(record.entry.address, record.entry.phone, record.entry.email),
    ),
    Printed("Uraian Pengaduan", 15.5, lambda record, zone: account(record)),
    Printed("Klasifikasi", 6.4, lambda record, zone: record.classification),
    Printed("Disposisi / Diteruskan kepada", 7.1, lambda record, zone: flat(record.handed_to)),
    Printed("Tindak Lanjut & Tanggal", 7.0, lambda record, zone: latest(record)),
    Printed("Batas Waktu", 5.4, lambda record, zone: dates.dense_date(record.due_on) if record.due_on else ""),
    Printed("Status / Tanggal Selesai", 7.0, standing),
    Printed("Petugas", 6.0, lambda record, zone: flat(record.officer)),
    Printed("Keterangan", 8.3, remarks),
)


def _printed(book: OpenBook) -> tuple[Printed, ...]:
    return ledgers.PRINTED[book.asked.ledger] if book.asked.ledger else _PRINTED


def _table(book: OpenBook) -> Mapping[str, object]:
    zone = book.settings.office.zone_label
    printed = _printed(book)
    columns = [{"title": each.title.format(zone=zone), "width": each.width, "align": each.align} for each in printed]
    legible = [place for place, each in enumerate(printed) if each.of in (standing, remarks)]
    return {"columns": columns, "legible": legible, "sum": f"Buku ini ditutup dengan {book.lines} entri."}


def _printed_rows(book: OpenBook) -> Iterator[Row]:
    """Give the lines of the print, and among them, where they belong, the months without any."""
    if book.asked.ledger is Ledger.RADIO:
        yield from ledgers.rows_by_broadcast(book)
    else:
        yield from _rows_by_month(book)
    if not book.lines and not book.empty:
        yield {"note": "NIHIL"}


def _rows_by_month(book: OpenBook) -> Iterator[Row]:
    zone = book.settings.office.zone
    empty = list(book.empty)
    for record in book.records():
        month = dates.local_date(record.entry.received_at, zone).replace(day=1)
        while empty and empty[0].month < month:
            yield _without(empty.pop(0))
        yield {"cells": [column.of(record, zone) for column in _printed(book)], "void": record.void}
    yield from map(_without, empty)


def _without(month: EmptyMonth) -> Row:
    return {"note": str(month)}
