"""The recap as a page: figures, plots with tables, documents, and its issuing by the head alone."""

from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from ledger.database import Database
from ledger.models import Recap
from ledger.words import Role
from tests.ledger.desk.conftest import ClientAs
from tests.ledger.shelf import NOW
from tests.office import write_entry

PAGE = "/laporan/rekap"
OCTOBER = f"{PAGE}?periode=2026-10"
FILLED = {"kendala": "Telepon <b>rusak</b>.\r\nDua hari.", "rekomendasi": "Ganti pesawat.", "diperiksa": "ya"}


@pytest.fixture
def head(client_as: ClientAs) -> TestClient:
    return client_as(Role.KEPALA)


@pytest.fixture
def october(database: Database) -> None:
    """Two matters of October, in a book that is looked at in November."""
    with database.writing() as session:
        for days in (30, 40):
            write_entry(session, at=NOW - timedelta(days=days))


def shown(browser: TestClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return " ".join(unescape(answer.text).split())


def recaps(database: Database) -> list[str]:
    with database.reading() as session:
        found = [session.get(Recap, key) for key in ("2026-10", "2026-11")]
    return [each.period for each in found if each is not None]


def test_the_page_opens_with_this_month_and_says_that_it_is_not_over(head: TestClient, october: None) -> None:
    page = shown(head, PAGE)
    assert "<h1>Rekap Bulan November 2026</h1>" in page
    assert "<b>2</b> sisa periode lalu" in page
    assert "Angka sementara" in page
    assert "setelah periodenya berakhir, Senin, 30 November 2026" in page
    assert f'Menunggu diterbitkan: <a href="{OCTOBER}">Bulan Oktober 2026</a>' in page


@pytest.mark.parametrize("period", ["2026-10", "2026-T4", "2026-S2", "2026"])
def test_every_length_of_period_can_be_chosen(head: TestClient, october: None, period: str) -> None:
    page = shown(head, f"{PAGE}?periode={period}")
    assert f'<option value="{period}" selected>' in page
    assert "<b>2</b> masuk" in page


def test_each_plot_stands_beside_its_table(head: TestClient, october: None) -> None:
    page = shown(head, OCTOBER)
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg"') == page.count('<section class="picture">') == 4
    assert page.count("<caption") == 6


def test_the_head_issues_a_recap_and_it_stays(
    head: TestClient, october: None, database: Database, client_as: ClientAs
) -> None:
    answer = head.post(f"{PAGE}/2026-10/terbit", data=FILLED)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{OCTOBER}&terbit=ya")
    assert "sudah diterbitkan dan tidak berubah lagi" in shown(head, answer.headers["location"])
    with database.writing() as session:
        write_entry(session, at=NOW, received_at=NOW - timedelta(days=35))
    page = shown(client_as(Role.PEMBACA), OCTOBER)
    assert "Diterbitkan oleh Drs. H. Bambang Sutrisno, M.Si. (Kepala)" in page
    assert "Telepon <b>rusak</b>. Dua hari." in page
    assert "&lt;b&gt;rusak" in client_as(Role.PEMBACA).get(OCTOBER).text
    assert "<b>2</b> masuk" in page
    assert "Terbitkan rekap ini" not in page
    assert "<b>3</b> sisa dan tambahan periode lalu" in shown(head, PAGE)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"diperiksa": ""}, "Nyatakan dahulu bahwa angkanya sudah diperiksa."),
        ({"kendala": "a" * 5001}, "paling banyak 5000 huruf"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(
    head: TestClient, october: None, database: Database, changed: dict[str, str], said: str
) -> None:
    answer = head.post(f"{PAGE}/2026-10/terbit", data=FILLED | changed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Ganti pesawat.</textarea>" in answer.text
    assert recaps(database) == []


def test_a_period_under_way_and_one_already_issued_are_refused(
    head: TestClient, october: None, database: Database
) -> None:
    assert "belum" not in head.post(f"{PAGE}/2026-10/terbit", data=FILLED).headers["location"]
    for key in ("2026-10", "2026-11"):
        assert head.post(f"{PAGE}/{key}/terbit", data=FILLED).status_code == 422
    assert recaps(database) == ["2026-10"]


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.PEMBACA])
def test_others_read_the_recap_and_do_not_issue_it(
    client_as: ClientAs, october: None, database: Database, role: Role
) -> None:
    browser = client_as(role)
    page = shown(browser, OCTOBER)
    assert "<button>Terbitkan" not in page and "Rekap ini diterbitkan oleh kepala." in page
    assert "Menunggu diterbitkan" not in page
    assert browser.post(f"{PAGE}/2026-10/terbit", data=FILLED).status_code == 403
    assert recaps(database) == []


@pytest.mark.parametrize(
    "path", [f"{PAGE}?periode=2026-13", f"{PAGE}/x/pdf", f"{PAGE}/2026-0/xlsx", f"{PAGE}?periode=<b>"]
)
def test_what_is_no_period_is_not_found(head: TestClient, path: str) -> None:
    assert head.get(path).status_code == 404


def test_the_documents_come_as_what_they_are(head: TestClient, october: None) -> None:
    pdf, xlsx = (head.get(f"{PAGE}/2026-10/{kind}") for kind in ("pdf", "xlsx"))
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert 'inline; filename="rekap-2026-10.pdf"' in pdf.headers["content-disposition"]
    assert 'attachment; filename="rekap-2026-10.xlsx"' in xlsx.headers["content-disposition"]
    assert load_workbook(BytesIO(xlsx.content))["Neraca"]["E2"].value == 2


def test_an_empty_month_is_nil_and_draws_nothing(head: TestClient) -> None:
    page = shown(head, OCTOBER)
    assert "NIHIL." in page
    assert "<svg" not in page
    assert "Menunggu diterbitkan" not in page


@pytest.mark.parametrize("path", ["?periode=2026-12", "/2026-12/pdf", "/2027/xlsx"])
def test_a_period_that_has_not_come_is_refused_in_words(head: TestClient, path: str) -> None:
    answer = head.get(f"{PAGE}{path}")
    assert answer.status_code == 422
    assert "Masa itu belum tiba: baru dimulai" in answer.text
    assert head.get(f"{PAGE}?periode=2026").status_code == 200
