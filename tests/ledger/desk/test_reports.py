"""Laporan: the book as a document from the desk, by role, and under hostile forms."""

import json
import tempfile
from collections.abc import MutableMapping
from io import BytesIO
from pathlib import Path

import anyio
import pytest
from pypdf import PdfReader
from sqlmodel import select
from starlette.requests import ClientDisconnect

from ledger.database import Database
from ledger.desk import reports
from ledger.documents.exports import MEDIA_TYPES
from ledger.models import Event
from ledger.words import Channel, Form, Register, Role
from tests.ledger.desk.conftest import ClientAs, Desk
from tests.ledger.documents.asking import csv_rows, json_rows, sheet
from tests.ledger.shelf import put_entry

PATH = "/laporan/buku"


def furnish(database: Database) -> None:
    with database.writing() as session:
        put_entry(session, 1, name="Budi Terbuka", channel=Channel.RADIO)
        put_entry(session, 2, name="Siti Tertutup", secret=True)
        put_entry(session, 1, series=Register.REG, name="PT Maju")


def exports(database: Database) -> list[Event]:
    with database.reading() as session:
        return list(session.exec(select(Event).where(Event.verb == "diekspor")))


def test_the_room_is_the_sixth_of_the_rail_and_leads_to_the_other_documents(desk: Desk) -> None:
    page = desk.text("/laporan")
    rail = page.partition('<nav class="rail"')[2].partition("</nav>")[0]
    assert rail.count("<li>") == 6
    assert '<a href="/laporan" data-room="reports" aria-current="page">' in rail
    for path, title, _ in reports.MORE:
        assert f'<a href="{path}">{title}</a>' in page
        assert desk.browser.get(path).status_code == 200


def test_the_form_offers_this_month_first(desk: Desk) -> None:
    assert '<option value="2026-11" selected>Bulan November 2026</option>' in desk.text("/laporan")


@pytest.mark.parametrize("asked", ["", "?kanal=radio"])
def test_identities_are_masked_unless_an_officer_unticks_it(desk: Desk, asked: str) -> None:
    assert 'name="samarkan" type="checkbox" value="ya" checked' in desk.text(f"/laporan{asked}")


@pytest.mark.parametrize(("sent", "ticked"), [({}, False), ({"samarkan": "ya"}, True)])
def test_a_form_that_comes_back_shows_the_tick_as_it_was_sent(desk: Desk, sent: dict[str, str], ticked: bool) -> None:
    page = desk.browser.post(PATH, data={"masa": "0000"} | sent)
    assert page.status_code == 422
    assert ('name="samarkan" type="checkbox" value="ya" checked' in page.text) is ticked


@pytest.mark.parametrize("form", list(Form))
def test_each_form_is_handed_out_as_a_file_under_its_own_name(desk: Desk, form: Form) -> None:
    furnish(desk.database)
    answer = desk.browser.post(PATH, data={"format": form.value, "masa": "2026-11", "register": "PGD"})
    assert answer.status_code == 200
    name = f"buku-pengaduan-2026-11-01-2026-11-30-peristiwa-1.{form.value}"
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{name}"')
    assert answer.headers["content-type"] == MEDIA_TYPES[form]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]
    read = {
        Form.PDF: lambda: ["PGD/2026/0001" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()],
        Form.XLSX: lambda: [sheet(answer.content)["B2"].value == "PGD/2026/0001"],
        Form.CSV: lambda: [row["Nomor Register"] == "PGD/2026/0001" for row in csv_rows(answer.content)[:1]],
        Form.JSONL: lambda: [row["nomor"] == "PGD/2026/0001" for row in json_rows(answer.content)[:1]],
    }[form]()
    assert read == [True]


def test_an_export_is_an_event_of_the_officer_and_says_which_part(desk: Desk) -> None:
    furnish(desk.database)
    desk.browser.post(PATH, data={"format": "csv", "kanal": "radio", "cari": "Budi"})
    (event,) = exports(desk.database)
    assert event.actor == "petugas"
    said = json.loads(event.body)["set"]
    assert (said["saringan"], said["baris"], said["rahasia"]) == (["kanal=radio", "kata dicari"], 1, "tampak")


@pytest.mark.parametrize(
    ("role", "more", "seen"),
    [
        (Role.PEMBACA, {}, False),
        (Role.PETUGAS, {}, True),
        (Role.KEPALA, {}, True),
        (Role.PETUGAS, {"samarkan": "ya"}, False),
        (Role.PEMBACA, {"samarkan": "", "tampilkan": "ya"}, False),
    ],
)
def test_secret_identities_are_seen_by_those_who_work_on_entries_unless_they_ask_otherwise(
    client_as: ClientAs, database: Database, role: Role, more: dict[str, str], seen: bool
) -> None:
    furnish(database)
    answer = client_as(role).post(PATH, data={"format": "csv"} | more)
    assert ("Siti Tertutup" in answer.text) is seen
    assert "Budi Terbuka" in answer.text


def test_a_reader_cannot_find_out_a_secret_name_by_searching(client_as: ClientAs, database: Database) -> None:
    furnish(database)
    answer = client_as(Role.PEMBACA).post(PATH, data={"format": "csv", "cari": "Tertutup"})
    assert csv_rows(answer.content) == []


def test_the_page_of_the_book_takes_its_filter_along(desk: Desk) -> None:
    furnish(desk.database)
    page = desk.text("/buku?kanal=radio&cari=Budi&pilih=terlambat&urut=nama")
    assert 'href="/laporan?cari=Budi&amp;kanal=radio&amp;pilih=terlambat"' in page
    form = desk.text("/laporan?cari=Budi&kanal=radio&pilih=terlambat")
    assert '<option value="radio" selected>' in form
    assert 'name="cari" type="text" value="Budi"' in form
    assert '<option value="terlambat" selected>' in form
    assert '<option value="2026-11" selected>' not in form


def test_the_requests_page_leads_to_its_own_register(desk: Desk) -> None:
    assert 'href="/laporan?register=REG"' in desk.text("/permohonan")


def test_typed_days_go_before_the_period_that_the_page_had_chosen(desk: Desk) -> None:
    page = desk.text("/laporan")
    assert 'value="2026-11" selected' in page and 'type="date"' not in page and 'placeholder="23-11-2026"' in page
    furnish(desk.database)
    for period, month, held in (("2026-11", "10-2026", False), ("2026-10", "11-2026", True)):
        days = {"dari": f"1-{month}", "sampai": f"23-{month}"}
        answer = desk.browser.post(PATH, data={"format": "csv", "masa": period} | days)
        assert answer.status_code == 200 and ("PGD/2026" in answer.text) is held


@pytest.mark.parametrize(
    "hostile",
    [
        {"format": "exe"},
        {"format": "../../etc/passwd"},
        {"kertas": "a5"},
        {"kertas": "x" * 5000},
        {"masa": "2026-13"},
        {"masa": "0000"},
        {"dari": "kemarin"},
        {"dari": "9999-12-31"},
        {"sampai": "0001-01-01"},
        {"dari": "2026-12-01", "sampai": "2026-11-01"},
        {"register": "XXX"},
        {"kanal": "' OR 1=1 --"},
        {"layanan": "<script>alert(1)</script>"},
        {"keadaan": "selesai\x00"},
        {"petugas": "tidakada"},
        {"cari": "x" * 5000},
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field_and_nothing_is_handed_out(
    desk: Desk, hostile: dict[str, str]
) -> None:
    furnish(desk.database)
    answer = desk.browser.post(PATH, data={"format": "csv"} | hostile)
    assert answer.status_code == 422
    assert "Dokumen belum dibuat." in answer.text
    assert "<script>alert" not in answer.text
    assert "content-disposition" not in answer.headers
    assert exports(desk.database) == []


@pytest.mark.parametrize("words", ["%", "_", "' --", "\x00", "\ud7ff\u202e", "#set page()", "(?:a+)+$", "0812%"])
def test_words_of_a_search_do_no_harm_in_any_form(desk: Desk, words: str) -> None:
    furnish(desk.database)
    for form in ("pdf", "xlsx"):
        assert desk.browser.post(PATH, data={"format": form, "cari": words}).status_code == 200


def test_another_site_can_start_no_export(client_as: ClientAs, database: Database) -> None:
    answer = client_as(Role.PETUGAS).post(PATH, data={"format": "csv"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert exports(database) == []


def test_looking_at_the_form_writes_no_event(desk: Desk) -> None:
    desk.text("/laporan?format=csv&masa=2026-11")
    assert exports(desk.database) == []


def test_many_documents_one_after_the_other_leave_no_place_taken(desk: Desk) -> None:
    furnish(desk.database)
    answers = [desk.browser.post(PATH, data={"format": "csv"}).status_code for _ in range(3 * reports.MOST_AT_ONCE)]
    assert answers == [200] * len(answers)


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_who_leaves_in_the_middle_of_a_download_leaves_nothing_open(version: str) -> None:
    put_away = []
    download = reports.Download(iter([b"satu", b"dua"]), lambda: put_away.append(True), {})

    async def receive() -> dict[str, object]:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: MutableMapping[str, object]) -> None:
        if message["type"] == "http.response.body":
            raise OSError("gone")

    async def answer() -> None:
        await download({"type": "http", "asgi": {"spec_version": version}}, receive, send)

    with pytest.raises((OSError, ClientDisconnect, ExceptionGroup)):
        anyio.run(answer)
    assert put_away == [True]


@pytest.mark.parametrize("form", [Form.PDF, Form.XLSX])
def test_a_document_that_has_no_room_is_told_in_words_and_leaves_no_place_taken(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Form
) -> None:
    furnish(desk.database)
    for _ in range(reports.MOST_AT_ONCE + 1):
        with monkeypatch.context() as broken:
            broken.setattr(tempfile, "tempdir", str(tmp_path / "tidak-ada"))
            answer = desk.browser.post(PATH, data={"format": form.value})
        assert answer.status_code == 500
        assert "Dokumen tidak dapat ditulis di komputer kantor: tidak ditemukan." in answer.text
    assert desk.browser.post(PATH, data={"format": form.value}).status_code == 200


@pytest.mark.parametrize(("field", "value"), [("masa", "2026-12"), ("dari", "2026-11-24")])
def test_no_document_is_made_of_days_that_have_not_come(desk: Desk, field: str, value: str) -> None:
    page = desk.browser.post(PATH, data={field: value})
    assert page.status_code == 422
    assert "Masa itu belum tiba: baru dimulai" in page.text
    assert exports(desk.database) == []
    assert desk.browser.post(PATH, data={"masa": "2026", "format": "csv"}).status_code == 200
