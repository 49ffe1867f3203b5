"""The ledgers that staff typed in: each holds its own channel, the radio's its broadcasts and callers in order."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from ledger import broadcasts, staff
from ledger.database import Database
from ledger.documents import book, forms
from ledger.documents.book import Asked
from ledger.events import said_in
from ledger.models import Entry, Event
from ledger.search import Filter
from ledger.words import Channel, Form, Ledger, Role
from tests.office import NOW, Office, settings, write_entry

NOVEMBER = Filter(since=date(2026, 11, 1), until=date(2026, 11, 30))
WIB = settings().office.zone


@pytest.fixture
def office(database: Database) -> Office:
    """A book with two broadcasts that were heard, one that was not, a caller of none, and calls and visits."""
    with database.writing() as session:
        staff.add(session, "siti", "Siti Rahmawati", Role.PETUGAS, at=NOW, actor=staff.PROGRAM)
        days = {day: date(2026, 11, day) for day in (19, 12, 5)}
        aired = {
            day: broadcasts.open_broadcast(
                session, aired_on=on, programme="", presenter=f"Cak Rudi {day}", at=NOW, actor="siti"
            )
            for day, on in days.items()
        }

        def call(name: str, day: int, clock: str = "", **more: object) -> Entry:
            at = datetime.combine(days[day], time.fromisoformat(clock or "12:00"), WIB).astimezone(UTC)
            told = {"channel": Channel.RADIO, "received_at": at, "aired_at": at if clock else None}
            told |= {"broadcast_id": aired[day].id, "name": name, "account": f"Upah {name} belum dibayar."}
            return write_entry(session, at=NOW, actor="siti", **(told | more))

        call("Kedua Satu", 19, "09:30")
        call("Pertama Satu", 5, "09:05")
        call("Pertama Dua", 5)
        call("Kedua Dua", 19, "09:10", secret=True, phone="0812-0000-9999")
        call("Tanpa Siaran", 5, broadcast_id=None)
        write_entry(session, channel=Channel.TELEPON, name="Penelepon", phone="0812-0000-1111", actor="siti")
        write_entry(session, channel=Channel.PETUGAS, name="Pengunjung", address="Jalan Mawar 1", actor="siti")
        write_entry(session, channel=Channel.LAINNYA, channel_word="WhatsApp", name="Yang Lain", actor="siti")
    return Office(database)


def _made(database: Database, ledger: Ledger, form: Form, wanted: Filter = NOVEMBER, *, may_see: bool = False) -> bytes:
    out = BytesIO()
    with book.opened(database, settings(), Asked(wanted, form, "siti", NOW, may_see=may_see, ledger=ledger)) as opened:
        forms.write(opened, out)
    return out.getvalue()


def _text(pdf: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    return " ".join(" ".join(pages).split())


def _table(xlsx: bytes) -> list[dict[str, object]]:
    head, *rows = load_workbook(BytesIO(xlsx))["Buku"].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("ledger", "title", "name", "others"),
    [
        (Ledger.TELEPON, "BUKU TELEPON", "Penelepon", ["Pengunjung", "Pertama Satu", "Yang Lain"]),
        (Ledger.PETUGAS, "BUKU PETUGAS", "Pengunjung", ["Yang Lain", "Pertama Satu", "WhatsApp"]),
        (Ledger.RADIO, "BUKU LAPORO REK", "Pertama Satu", ["Pengunjung", "Yang Lain", "WhatsApp"]),
    ],
)
def test_a_ledger_has_its_own_title_and_holds_its_own_channel_alone(
    office: Office, ledger: Ledger, title: str, name: str, others: list[str]
) -> None:
    text = _text(_made(office.database, ledger, Form.PDF))
    assert title in text and "Bulan November 2026" in text
    assert name in text and "Siti Rahmawati" in text and "NIP" in text
    assert [other for other in others if other in text] == []


def _in_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def test_each_broadcast_leads_its_callers_in_the_order_in_which_they_called(office: Office) -> None:
    text = _text(_made(office.database, Ledger.RADIO, Form.PDF))
    assert _in_order(
        text,
        "Kamis, 5 November 2026 · Laporo Rek · Penyiar: Cak Rudi 5 · 2 penelepon",
        "Pertama Satu",
        "Pertama Dua",
        "Kamis, 12 November 2026 · Laporo Rek · Penyiar: Cak Rudi 12 · NIHIL, tanpa penelepon",
        "Kamis, 19 November 2026 · Laporo Rek · Penyiar: Cak Rudi 19 · 2 penelepon",
        "Kedua Satu",
        "Tanpa siaran yang tercatat · 1 penelepon",
        "Tanpa Siaran",
    )
    assert "09.05" in text and "09.30" in text
    assert "Disiarkan" not in text  # the time on the air has a column of its own


def test_the_table_of_the_radio_says_with_each_caller_the_broadcast_and_the_place_in_it(office: Office) -> None:
    rows = _table(_made(office.database, Ledger.RADIO, Form.XLSX, may_see=True))
    told = [(row["Tanggal Siaran"], row["Urutan"], row["Jam Siar (WIB)"], row["Nama Penelepon"]) for row in rows]
    first, second = datetime(2026, 11, 5), datetime(2026, 11, 19)  # noqa: DTZ001  # openpyxl gives days without a zone
    assert told == [
        (first, 1, "09.05", "Pertama Satu"),
        (first, 2, "–", "Pertama Dua"),
        (datetime(2026, 11, 12), None, None, None),  # noqa: DTZ001
        (second, 1, "09.10", "Kedua Dua"),
        (second, 2, "09.30", "Kedua Satu"),
        (None, 1, "–", "Tanpa Siaran"),
    ]
    assert {row["Acara"] for row in rows[:5]} == {"Laporo Rek"}
    assert rows[0]["Dicatat oleh"] == "Siti Rahmawati"


def test_callers_typed_in_later_stand_where_they_were_on_the_air(office: Office) -> None:
    text = _text(_made(office.database, Ledger.RADIO, Form.PDF, may_see=True))
    assert _in_order(text, "Kamis, 19 November 2026", "09.10", "Kedua Dua", "09.30", "Kedua Satu")
    assert _in_order(text, "Kamis, 5 November 2026", "Pertama Satu", "Pertama Dua")


def test_callers_of_the_same_minute_or_of_no_known_one_stand_as_they_were_typed(database: Database) -> None:
    with database.writing() as session:
        day = date(2026, 11, 5)
        aired = broadcasts.open_broadcast(session, aired_on=day, programme="", presenter="", at=NOW, actor="siti")
        at = datetime.combine(day, time(9), WIB).astimezone(UTC)
        told = {"A": None, "B": at + timedelta(minutes=5), "C": at, "D": at, "E": None}
        for minutes, (name, on_air) in enumerate(told.items()):
            more = {"aired_at": on_air, "received_at": at - timedelta(minutes=minutes), "name": f"Warga {name}"}
            write_entry(session, channel=Channel.RADIO, broadcast_id=aired.id, **more)
    rows = _table(_made(database, Ledger.RADIO, Form.XLSX))
    assert [(row["Urutan"], str(row["Nama Penelepon"])[-1]) for row in rows] == list(enumerate("CDBAE", 1))


def test_every_form_names_the_broadcast_that_nobody_called(office: Office) -> None:
    (silent,) = [row for row in _table(_made(office.database, Ledger.RADIO, Form.XLSX)) if not row["Nomor Register"]]
    assert (silent["Penyiar"], silent["Keterangan"]) == ("Cak Rudi 12", "NIHIL, tanpa penelepon")
    csv = _made(office.database, Ledger.RADIO, Form.CSV).decode()
    assert [line for line in csv.splitlines() if line.startswith('"2026-11-12","Laporo Rek","Cak Rudi 12","",')]
    aired = {"tanggal": "2026-11-12", "acara": "Laporo Rek", "penyiar": "Cak Rudi 12"}
    assert {"nomor": None, "siaran": aired, "keterangan": ["NIHIL, tanpa penelepon"]} in _lines(office.database)


def test_the_lines_for_machines_say_with_each_caller_the_broadcast_and_the_place_in_it(database: Database) -> None:
    with database.writing() as session:
        day = date(2026, 11, 5)
        aired = broadcasts.open_broadcast(session, aired_on=day, programme="", presenter="Rini", at=NOW, actor="siti")
        for clock, name in ((time(9, 30), "Kedua"), (time(9, 5), "Pertama")):
            at = datetime.combine(day, clock, WIB).astimezone(UTC)
            more = {"aired_at": at, "received_at": at, "represents": f"Serikat {name}", "name": name}
            write_entry(session, channel=Channel.RADIO, broadcast_id=aired.id, **more)
    on_air = {"tanggal": "2026-11-05", "acara": "Laporo Rek", "penyiar": "Rini"}
    told = [
        ("Pertama", "Serikat Pertama", on_air, 1, "2026-11-05T09:05:00+07:00"),
        ("Kedua", "Serikat Kedua", on_air, 2, "2026-11-05T09:30:00+07:00"),
    ]
    fields = ("nama", "mewakili", "siaran", "urutan", "disiarkan")
    assert [tuple(line[field] for field in fields) for line in _lines(database)] == told


def _lines(database: Database) -> list[dict[str, object]]:
    made = _made(database, Ledger.RADIO, Form.JSONL)
    return [json.loads(line) for line in made.decode().splitlines()]


@pytest.mark.parametrize("form", [Form.PDF, Form.XLSX, Form.CSV])
def test_a_secret_caller_is_masked_where_the_asker_may_not_see_him(office: Office, form: Form) -> None:
    def read(made: bytes) -> str:
        said = {Form.PDF: _text, Form.XLSX: lambda xlsx: str(_table(xlsx)), Form.CSV: bytes.decode}
        return str(said[form](made))

    masked = read(_made(office.database, Ledger.RADIO, form))
    assert "(dirahasiakan)" in masked and "Kedua Dua" not in masked and "0000-9999" not in masked
    seen = read(_made(office.database, Ledger.RADIO, form, may_see=True))
    assert "Kedua Dua" in seen and "0000-9999" in seen


def test_a_broadcast_without_callers_is_not_told_of_where_only_some_callers_are_asked_for(office: Office) -> None:
    wanted = Filter(since=NOVEMBER.since, until=NOVEMBER.until, open_only=True)
    text = _text(_made(office.database, Ledger.RADIO, Form.PDF, wanted))
    assert "Pertama Satu" in text and "12 November 2026" not in text


def test_months_without_any_broadcast_say_so(office: Office) -> None:
    wanted = Filter(since=date(2026, 10, 1), until=date(2026, 11, 30))
    text = _text(_made(office.database, Ledger.RADIO, Form.PDF, wanted))
    assert _in_order(text, "Oktober 2026: NIHIL", "Kamis, 5 November 2026")
    assert "November 2026: NIHIL" not in text.replace("Oktober 2026: NIHIL", "")


def test_a_broadcast_alone_is_no_empty_month(database: Database) -> None:
    with database.writing() as session:
        broadcasts.open_broadcast(
            session, aired_on=date(2026, 11, 12), programme="", presenter="", at=NOW, actor="siti"
        )
    text = _text(_made(database, Ledger.RADIO, Form.PDF))
    assert "Kamis, 12 November 2026 · Laporo Rek · NIHIL, tanpa penelepon" in text
    assert "November 2026: NIHIL" not in text


def test_an_export_of_a_ledger_is_an_event_that_names_the_ledger(office: Office) -> None:
    before = len(office.rows(Event))
    _made(office.database, Ledger.TELEPON, Form.XLSX)
    (event,) = sorted(office.rows(Event), key=lambda one: one.id)[before:]
    said = said_in(event.body)
    assert (event.verb, event.actor, said["dokumen"], said["baris"]) == ("diekspor", "siti", "buku telepon", 1)
    assert office.wrong() == []


def test_a_broadcast_of_many_callers_goes_over_pages_and_each_page_has_the_head_row(
    database: Database, pages: Callable[[bytes], list[str]]
) -> None:
    with database.writing() as session:
        aired = broadcasts.open_broadcast(
            session, aired_on=date(2026, 11, 5), programme="", presenter="", at=NOW, actor="siti"
        )
        for number in range(60):
            at = NOW - timedelta(days=10) + timedelta(minutes=number)
            write_entry(session, channel=Channel.RADIO, broadcast_id=aired.id, received_at=at, name=f"Warga {number}")
    shown = pages(_made(database, Ledger.RADIO, Form.PDF))
    assert len(shown) > 2
    assert all("Nomor Register" in page for page in shown[:-1])
    assert sum(page.count("60 penelepon") for page in shown) == 1


@pytest.fixture
def pages() -> Callable[[bytes], list[str]]:
    """Give the text of each page of a PDF."""
    return lambda pdf: [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]
