"""Papers made at the desk: the ledgers of what staff typed in, the slip, the sheet that hands a matter over."""

import re
from datetime import date
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import select
from starlette.testclient import TestClient

from ledger import broadcasts, workflow
from ledger.database import Database
from ledger.events import said_in
from ledger.models import Entry, Event
from ledger.words import Channel, Role, Status
from ledger.workflow import Act
from tests.ledger.desk.conftest import ClientAs
from tests.ledger.shelf import NOW
from tests.office import write_entry

ENTRY = "/buku/PGD/2026/1"


@pytest.fixture
def officer(client_as: ClientAs, database: Database) -> TestClient:
    """An officer at a book of one call and one caller of a broadcast."""
    with database.writing() as session:
        write_entry(session, name="Siti Aminah", phone="0812-0000-1111", matter="Upah", actor="petugas", at=NOW)
        aired = broadcasts.open_broadcast(
            session, aired_on=date(2026, 11, 23), programme="", presenter="Cak Rudi", at=NOW, actor="petugas"
        )
        write_entry(session, channel=Channel.RADIO, broadcast_id=aired.id, name="Rahasia", secret=True, at=NOW)
    return client_as(Role.PETUGAS)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def exports(database: Database) -> list[dict[str, object]]:
    with database.reading() as session:
        found = session.exec(select(Event).where(Event.verb == "diekspor").order_by(Event.id))  # type: ignore[arg-type]
        return [said_in(event.body) for event in found]


def test_a_ledger_is_made_from_the_page_of_reports(officer: TestClient, database: Database) -> None:
    page = officer.get("/laporan").text
    assert all(f">{title}<" in page for title in ("Buku Telepon", "Buku Petugas", "Buku Laporo Rek"))
    answer = officer.post("/laporan/buku", data={"buku": "telepon", "masa": "2026-11", "format": "xlsx"})
    assert answer.status_code == 200
    assert "buku-telepon-2026-11-01-2026-11-30" in answer.headers["content-disposition"]
    head, *rows = load_workbook(BytesIO(answer.content))["Buku"].iter_rows(values_only=True)
    assert [dict(zip(head, row, strict=True))["Nama Penelepon"] for row in rows] == ["Siti Aminah"]
    (event,) = exports(database)
    assert (event["dokumen"], event["baris"]) == ("buku telepon", 1)


def test_a_ledger_of_one_channel_is_not_made_of_another(officer: TestClient, database: Database) -> None:
    answer = officer.post("/laporan/buku", data={"buku": "telepon", "kanal": "radio", "masa": "2026-11"})
    assert answer.status_code == 422
    assert "Buku Telepon memuat kanal lain" in answer.text
    assert officer.post("/laporan/buku", data={"buku": "arisan", "masa": "2026-11"}).status_code == 422
    assert exports(database) == []


def test_who_only_reads_gets_the_ledger_of_the_radio_without_secret_names(
    officer: TestClient, client_as: ClientAs
) -> None:
    told = {"buku": "radio", "masa": "2026-11", "format": "csv"}
    assert "Rahasia" in officer.post("/laporan/buku", data=told).text
    seen = client_as(Role.PEMBACA).post("/laporan/buku", data=told).text
    assert "(dirahasiakan)" in seen and "Rahasia" not in seen


def test_the_page_of_broadcasts_leads_to_the_ledger_of_that_day(officer: TestClient) -> None:
    found = re.search(r'href="(/laporan\?buku=radio[^"]*)"', officer.get("/catat/radio").text)
    assert found
    page = officer.get(unescape(found[1])).text
    assert re.search(r'<option value="radio" selected', page)
    assert page.count('value="2026-11-23"') == 2


def test_the_slip_is_handed_out_as_a_file_and_is_an_event(officer: TestClient, database: Database) -> None:
    assert "Slip pelapor, A5" in officer.get(ENTRY).text
    answer = officer.post(f"{ENTRY}/slip", data={"kertas": "setengah-f4"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert 'filename="slip-pgd-2026-0001.pdf"' in answer.headers["content-disposition"]
    assert "Siti Aminah" in text_of(answer.content)
    assert [event["dokumen"] for event in exports(database)] == ["slip pelapor"]


def test_the_sheet_is_offered_once_the_matter_was_handed_to_somebody(officer: TestClient, database: Database) -> None:
    assert "Lembar" not in officer.get(ENTRY).text
    refused = officer.post(f"{ENTRY}/lembar")
    assert refused.status_code == 409 and "belum didisposisikan" in refused.text
    with database.writing() as session:
        workflow.dispose(session, session.get_one(Entry, 1), Act("petugas", NOW), officer="", unit="Bidang Penempatan")
    assert "Lembar disposisi, A4" in officer.get(ENTRY).text
    assert "Bidang Penempatan" in text_of(officer.post(f"{ENTRY}/lembar").content)
    with database.writing() as session:
        workflow.forward(session, session.get_one(Entry, 1), Act("petugas", NOW), office="Dinas Sosial")
    assert "Lembar penerusan, F4" in officer.get(ENTRY).text
    assert "Dinas Sosial" in text_of(officer.post(f"{ENTRY}/lembar", data={"kertas": "f4"}).content)


def test_beside_the_sheet_that_is_blackened_by_machine_the_officer_is_told_to_read_it(
    officer: TestClient, database: Database
) -> None:
    warning = "ditutup oleh mesin; bacalah dahulu sebelum diserahkan"
    for entry_id, told in ((1, False), (2, True)):
        with database.writing() as session:
            entry = session.get_one(Entry, entry_id)
            workflow.dispose(session, entry, Act("petugas", NOW), officer="", unit="Bidang Penempatan")
        assert warning not in officer.get(f"/buku/PGD/2026/{entry_id}").text
        with database.writing() as session:
            workflow.forward(session, session.get_one(Entry, entry_id), Act("petugas", NOW), office="Dinas Sosial")
        assert (warning in officer.get(f"/buku/PGD/2026/{entry_id}").text) is told


def test_who_only_reads_is_offered_no_paper_and_gets_none(officer: TestClient, client_as: ClientAs) -> None:
    reader = client_as(Role.PEMBACA)
    assert "Slip pelapor" not in reader.get(ENTRY).text
    assert reader.post(f"{ENTRY}/slip").status_code == reader.post(f"{ENTRY}/lembar").status_code == 403


@pytest.mark.parametrize("kind", ["slip", "lembar"])
def test_a_paper_of_an_odd_size_or_of_nothing_is_refused(officer: TestClient, database: Database, kind: str) -> None:
    assert officer.post(f"{ENTRY}/{kind}", data={"kertas": "kartu pos"}).status_code == 422
    assert officer.post(f"/buku/PGD/2026/99/{kind}").status_code == 404
    assert exports(database) == []


def test_a_void_number_gets_no_paper(officer: TestClient, database: Database) -> None:
    with database.writing() as session:
        session.get_one(Entry, 1).status = Status.BATAL
    assert "Slip pelapor" not in officer.get(ENTRY).text
    assert officer.post(f"{ENTRY}/slip").status_code == 409
    assert exports(database) == []
