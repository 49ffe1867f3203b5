"""Every page of the desk passes axe-core's rules of WCAG 2.2 AA, in a real Chromium and under the desk's own policy."""

import re
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Page, Response
from sqlmodel import select

from ledger import workflow
from ledger.database import Database
from ledger.models import Entry, Message
from ledger.words import Disposition, Role, Status
from ledger.workflow import Act
from tests.browser.morning import desk_of, office_of_the_morning
from tests.browser.serving import served
from tests.browser.signing import signed_in
from tests.ledger.desk.test_access import routes_of
from tests.office import NOW, Office
from tests.wire.chromium import Viewport

WIDE, PHONE = Viewport(1366, 768), Viewport(390, 844)
# Only the file of the package is used: it is evaluated by the debugger, which the page's own policy does not concern.
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
RUN = """
async rules => (await axe.run(document, rules)).violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.target}: ${node.failureSummary.replaceAll('\\n', ' ')}`)
)
"""
LONG = "Raden Ajeng Kusumawardhani Sulistyowati Wahyuningtyas Suryaningrat binti Abdurrahman"
ACTS = (
    "jawab",
    "keadaan",
    "disposisi",
    "teruskan",
    "catatan",
    "berkas",
    "golongkan",
    "identitas",
    "gabungkan",
    "pisahkan",
    "batalkan",
    "urungkan",
)
ENTRY, CLOSED = "/buku/PGD/2026/1", "/buku/PGD/2026/2"
PAGES = (
    "/",
    "/buku",
    "/buku?register=PGD&kanal=radio",
    "/buku?dari=kapan",
    "/buku?cari=tidakada",
    "/permohonan",
    ENTRY,
    f"{ENTRY}?selesai=catatan",
    *(f"{ENTRY}/{act}" for act in ACTS),
    f"{ENTRY}/tanda-terima",
    f"{ENTRY}/tanda-terima?kertas=f4",
    "/buku/PGD/2026/1000",
    "/tinjau",
    "/tinjau/karantina",
    "/tinjau/kotak-lain",
    "/tinjau/ketepatan",
    "/belum-tersampaikan",
    "/belum-tersampaikan/gagal",
    "/laporan",
    "/laporan?masa=kapan&cari=upah",
    "/laporan/rekap",
    "/laporan/rekap?periode=2025",
    "/catat/telepon",
    "/catat/petugas",
    "/catat/lainnya",
    "/catat/radio",
    "/catat/radio/1",
    "/akun",
    "/sandi",
    "/pengaturan",
)


NO_PAGES = {
    "/masuk",  # it has a test of its own
    "/catat",  # it leads on
    "/kabar",
    "/sehat",
    "/surat/{message_id}/asli.eml",
    "/surat/{message_id}/tampilan",
    "/surat/{message_id}/lampiran/{position}",
    "/surat/{message_id}/lampiran/{position}/gambar",
    "/surat/{message_id}/lampiran/{position}/pdf",
    "/buku/{series}/{year}/{sequence}/berkas/{file_id}",
    "/buku/{series}/{year}/{sequence}/berkas/{file_id}/gambar",
    "/buku/{series}/{year}/{sequence}/berkas/{file_id}/pdf",
    "/laporan/rekap/{key}/pdf",
    "/laporan/rekap/{key}/xlsx",
}
"""What is no page of the desk: files, words for scripts, and what a mail itself shows in its sandbox."""


@pytest.fixture(scope="module")
def office(sqlite_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    file = tmp_path_factory.mktemp("accessible") / "book.db"
    shutil.copy(sqlite_book, file)
    database = Database.open(f"sqlite:///{file.as_posix()}")
    office = office_of_the_morning(database)
    with database.writing() as session:
        entry = session.exec(select(Entry).where(Entry.number == "PGD/2026/0002")).one()
        workflow.set_status(session, entry, Status.DICABUT, Act("admin", NOW), note="Dicabut oleh pelapor.")
    yield office
    database.close()


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    with served(lambda stopping: desk_of(office, stopping)) as address:
        yield address


@pytest.fixture
def admin(open_page: Callable[[Viewport], Page], address: str, office: Office) -> Callable[[Viewport], Page]:
    """Give a function that opens a page in which somebody is signed in who may see everything."""
    return lambda viewport: signed_in(open_page(viewport), address, office.database, Role.ADMIN)


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on the page that is open."""
    page.evaluate(AXE)
    return [f"{page.url}: {each}" for each in page.evaluate(RUN, RULES)]


def _broadcast(page: Page, address: str) -> None:
    page.goto(address + "/catat/radio")
    page.get_by_role("button", name="Buka siaran").click()
    page.wait_for_url(re.compile("/catat/radio/[0-9]+"))


def _pages(office: Office) -> tuple[str, ...]:
    """Return the addresses of all pages: of a mail of each disposition, too, and of one that was typed by hand."""
    mails = {mail.disposition: mail.id for mail in office.rows(Message)}
    review = next(entry for entry in office.rows(Entry) if entry.needs_review)
    doubtful = f"/buku/{review.series.value}/{review.year}/{review.sequence}"
    by_hand = f"/tinjau/karantina/{mails[Disposition.QUARANTINED]}/catat"
    ways = (f"{doubtful}/benarkan", CLOSED, f"{CLOSED}/buka-kembali", doubtful, by_hand)
    return (*PAGES, *(f"/surat/{number}" for number in mails.values()), *ways)


def test_no_page_is_forgotten(office: Office) -> None:
    app = desk_of(office, lambda: False)
    routes = [route for route in routes_of(list(app.routes)) if isinstance(route, APIRoute) and "GET" in route.methods]
    asked = [path.partition("?")[0] for path in _pages(office)]
    forgotten = {route.path for route in routes if not any(route.path_regex.match(path) for path in asked)}
    assert forgotten == NO_PAGES


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_breaks_a_rule(
    admin: Callable[[Viewport], Page], address: str, office: Office, viewport: Viewport
) -> None:
    page = admin(viewport)
    _broadcast(page, address)
    found: list[str] = []
    for path in _pages(office):
        answer = page.goto(address + path)
        assert answer is not None and answer.status < 500 and "/masuk" not in page.url, path
        found += violations(page)
    assert not found, "\n".join(found)


def _of_the_form(answer: Response) -> bool:
    return answer.request.method == "POST" and not answer.url.endswith("/draf")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_breaks_a_rule_when_it_complains(
    admin: Callable[[Viewport], Page], address: str, viewport: Viewport
) -> None:
    page = admin(viewport)
    found: list[str] = []
    for path, field, words, button in (
        ("/catat/telepon", "#isian-diterima", "kapan-kapan", "Simpan"),
        (f"{ENTRY}/identitas", "#isian-surel", "bukan alamat", "Simpan"),
        (f"{ENTRY}/gabungkan", "#isian-nomor", LONG[:40], "Cari"),
        ("/akun", "#isian-masuk", "???", "Tambah akun"),
        ("/sandi", "#isian-baru", "kuda terbang di atas sawah", "Ganti kata sandi"),
    ):
        page.goto(address + path)
        page.locator(field).fill(words)
        with page.expect_response(_of_the_form) as answered:
            page.locator("main").get_by_role("button", name=button, exact=True).click()
        assert answered.value.status == 422, path
        page.locator(".summary").wait_for()
        found += violations(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_pages_of_nobody_break_no_rule(
    open_page: Callable[[Viewport], Page], address: str, viewport: Viewport
) -> None:
    page = open_page(viewport)
    page.goto(address + "/masuk")
    found = violations(page)
    page.locator("#isian-masuk").fill("siti")
    page.locator("#isian-sandi").fill("salah")
    page.locator("#isian-sandi").press("Enter")
    page.get_by_role("alert").wait_for()
    found += violations(page)
    assert not found, "\n".join(found)


def test_opened_folds_and_menus_break_no_rule(admin: Callable[[Viewport], Page], address: str, office: Office) -> None:
    page = admin(WIDE)
    found: list[str] = []
    for path in ("/", ENTRY, "/tinjau", "/tinjau/karantina", "/buku"):
        page.goto(address + path)
        page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        found += violations(page)
    assert not found, "\n".join(found)


def test_a_broken_rule_would_be_found(admin: Callable[[Viewport], Page], address: str) -> None:
    page = admin(WIDE)
    page.goto(address + "/buku")
    page.evaluate("document.querySelector('#cari-cepat').removeAttribute('aria-label')")
    page.evaluate("document.querySelectorAll('label[for=cari-cepat]').forEach(each => each.remove())")
    page.evaluate("document.querySelector('h1').outerHTML = '<h1><img src=\"/static/book.svg\"></h1>'")
    assert any(each.split(": ")[1] == "image-alt" for each in violations(page))
