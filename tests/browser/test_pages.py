"""The desk in a real browser: it fits, it obeys its own policy, it works with keys and without scripts."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlmodel import select

from config.settings import load
from ledger.database import Database
from ledger.desk.app import create
from ledger.models import Staff
from ledger.ports import OpenedFile
from ledger.words import Channel, Disposition, LetterState
from tests.browser.keys import press, stands_in
from tests.browser.serving import PNG, served
from tests.browser.signing import signed_in
from tests.ledger.shelf import PreparedReader, put_entry, put_file, put_letter, put_mail
from tests.wire.chromium import Viewport

SHIPPED = Path(__file__).parents[2] / "config" / "office.toml"
WIDE, PHONE = Viewport(1366, 768), Viewport(390, 844)
LONG_NAME = "Raden Ajeng Kusumawardhani Sulistyowati Wahyuningtyas Suryaningrat binti Abdurrahman"
PAGES = [
    "/",
    "/buku",
    "/buku?register=PGD&kanal=radio",
    "/buku?cari=tidakada",
    "/buku/PGD/2026/1",
    "/surat/1",
    "/tinjau",
    "/tinjau/kotak-lain",
    "/tinjau/ketepatan",
    "/belum-tersampaikan",
    "/laporan",
    "/laporan/rekap",
    "/tidak-ada",
]
HTML = (
    "<p>Gaji <b>belum</b> dibayar</p><script>top.document.title='diambil alih'</script>"
    "<img src='/static/book.svg' onerror='top.document.title=1'><a href='/buku' target='_top'>bukti</a>"
)


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def furnish(database: Database, reader: PreparedReader) -> None:
    with database.noting() as session:
        first = put_entry(
            session, 1, name=LONG_NAME, organisation="PT " + "Sejahtera" * 12, matter="Gaji belum dibayar " * 12,
            due_on="2026-11-20", phone="0812-3456-7890", needs_review=True, review_reason="Jenisnya meragukan.",
        )  # fmt: skip
        put_letter(session, first, LetterState.FAILED, "Alamat tidak ditemukan oleh server penerima (5.1.1).")
        mail = put_mail(session, Disposition.RECORDED, raw=b"satu", entry=first, text="Gaji " * 80 + "x" * 300)
        assert mail.id == 1
        put_file(session, mail, 0, "slip gaji " * 12 + ".png", PNG)
        put_mail(session, Disposition.LIST, subject="edaran" * 40, text="<script>alert(1)</script>")
        for sequence in range(2, 61):
            put_entry(session, sequence, name=f"Siti {sequence}", channel=Channel.RADIO, matter="Lembur")
    reader.knows(b"satu", OpenedFile("slip.png", "image/png", PNG), text="Gaji", html=HTML)


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """The address of a desk over a book with long names and sixty lines."""
    reader = PreparedReader()
    furnish(database, reader)
    with served(
        lambda _: create(database, load(SHIPPED), reader, lambda: datetime(2026, 11, 23, 3, 10, tzinfo=UTC))
    ) as here:
        yield here


@pytest.fixture
def open_page(open_page: Callable[[Viewport], Page], address: str, database: Database) -> Callable[[Viewport], Page]:
    """Give a function that opens a page in which an officer is signed in."""
    return lambda viewport: signed_in(open_page(viewport), address, database)


NARROW = [Viewport(1100, 768), Viewport(1025, 768), Viewport(911, 512), Viewport(770, 768), Viewport(320, 640)]
"""A browser beside another, an office's screen magnified by half, a small telephone."""


@pytest.mark.parametrize("viewport", NARROW, ids=lambda viewport: str(viewport.width))
def test_between_desk_and_telephone_every_page_fits_and_the_tables_say_who_and_what(
    open_page: Callable[[Viewport], Page], address: str, database: Database, viewport: Viewport
) -> None:
    page = open_page(viewport)
    with database.noting() as session:
        session.exec(select(Staff)).one().name = LONG_NAME
    for path in (*PAGES, "/buku/PGD/2026/1/jawab", "/buku/PGD/2026/1/identitas"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport.width, path
    menu = page.locator(".me summary").bounding_box()
    assert menu is not None and menu["x"] + menu["width"] <= viewport.width
    for path in ("/", "/buku") if viewport.width > 768 else ():
        page.goto(address + path)
        widths = page.evaluate("[...document.querySelector('.book thead').rows[0].cells].map(h => h.offsetWidth)")
        assert widths[3] >= 90 and widths[4] >= 140, path
    measured = "s => [s.scrollWidth - s.clientWidth, s.getBoundingClientRect().right]"
    rooms = page.evaluate(f"[...document.querySelectorAll('.rail a > span')].map({measured})")
    assert all(over <= 1 and right <= viewport.width for over, right in rooms)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_fits_and_obeys_its_own_policy(
    open_page: Callable[[Viewport], Page], address: str, viewport: Viewport
) -> None:
    page = open_page(viewport)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda wrong: said.append(str(wrong)))
    # Going on to the next page cuts off what the last one still fetched lazily; that is no fault of either.
    page.on("requestfailed", lambda request: said.append(f"{request.url}: {request.failure}"))
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport.width, path
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "16px"
        broken = "[...document.images].filter(i => i.loading !== 'lazy' && i.naturalWidth === 0).length"
        assert page.evaluate(broken) == 0, path
    assert [each for each in said if "404" not in each and "ERR_ABORTED" not in each] == []


def test_rows_are_forty_pixels_and_long_names_do_not_break_the_columns(
    open_page: Callable[[Viewport], Page], address: str
) -> None:
    page = open_page(WIDE)
    page.goto(address + "/buku")
    heights = page.evaluate("[...document.querySelectorAll('.book tbody tr')].map(r => r.offsetHeight)")
    assert len(heights) == 50 and min(heights) >= 40 and max(heights) <= 44
    widths = page.evaluate("[...document.querySelectorAll('.book thead th')].map(h => h.offsetWidth)")
    assert min(widths) >= 90
    assert page.locator(".book thead").evaluate("h => getComputedStyle(h.querySelector('th')).position") == "sticky"


@pytest.mark.parametrize("viewport", [WIDE, Viewport(1280, 720)], ids=["1366", "1280"])
@pytest.mark.parametrize("path", ["/", "/buku"])
def test_the_matter_is_the_widest_column(
    open_page: Callable[[Viewport], Page], address: str, viewport: Viewport, path: str
) -> None:
    page = open_page(viewport)
    page.goto(address + path)
    widths = page.evaluate("[...document.querySelector('.book thead').rows[0].cells].map(h => h.offsetWidth)")
    assert widths[4] == max(widths) and widths[4] >= 170
    heights = page.evaluate("[...document.querySelectorAll('.book tbody tr')].map(r => r.offsetHeight)")
    assert min(heights) >= 40 and max(heights) <= 44


def test_the_whole_row_leads_to_its_entry_without_scripts(open_page: Callable[[Viewport], Page], address: str) -> None:
    page = open_page(Viewport(1366, 768, scripts=False))
    page.goto(address + "/buku?cari=" + LONG_NAME.split()[2])
    page.locator(".book tbody td.matter").first.click(force=True)
    page.wait_for_url("**/buku/PGD/2026/1")
    page.locator("details.quote, details.why").first.locator("summary").click()
    page.locator("#cari-cepat").fill("Siti 12")
    page.locator("#cari-cepat").press("Enter")
    expect(page.locator(".book tbody tr")).to_have_count(1)


def test_keys_search_and_walk_through_the_book(open_page: Callable[[Viewport], Page], address: str) -> None:
    page = open_page(WIDE)
    page.goto(address + "/buku")
    press(page, "j")
    press(page, "j")
    expect(page.locator(":focus")).to_have_text("PGD/2026/0002")
    press(page, "k")
    press(page, "Enter")
    page.wait_for_url("**/buku/PGD/2026/1")
    press(page, "j")
    page.wait_for_url("**/buku/PGD/2026/2")
    press(page, "/")
    page.keyboard.type("jk/")
    expect(page.locator("#cari-cepat")).to_have_value("jk/")
    page.locator("[data-keys]").click()
    page.locator("h1").click()
    press(page, "k")
    expect(page.locator("[data-keys]")).to_have_text("Nyalakan pintasan")
    assert page.url.endswith("/buku/PGD/2026/2")


def test_the_first_tab_skips_to_the_content_and_focus_is_seen(
    open_page: Callable[[Viewport], Page], address: str
) -> None:
    page = open_page(WIDE)
    page.goto(address + "/buku")
    press(page, "Tab")
    expect(page.locator(".skip")).to_be_focused()
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    press(page, "Enter")
    expect(page.locator("#isi")).to_be_focused()
    press(page, "Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_hostile_mail_can_do_nothing_in_its_frame(open_page: Callable[[Viewport], Page], address: str) -> None:
    page = open_page(WIDE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + "/surat/1")
    title = page.title()
    page.locator("iframe").scroll_into_view_if_needed()
    frame = page.frame_locator("iframe")
    expect(frame.locator("p")).to_have_text("Gaji belum dibayar")
    frame.get_by_text("bukti").click()
    assert page.title() == title and page.url == address + "/surat/1"
    assert frame.locator("script, img").count() == 0
    assert all(each.startswith(address) for each in asked)
    assert page.locator("iframe").evaluate("f => f.contentDocument") is None


def test_every_page_prints_as_a_document(open_page: Callable[[Viewport], Page], address: str) -> None:
    page = open_page(WIDE)
    page.goto(address + "/buku/PGD/2026/1")
    expect(page.locator(".letterhead")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".letterhead")).to_be_visible()
    assert "Dinas Perindustrian dan Tenaga Kerja" in page.locator(".letterhead").inner_text()
    for hidden in (".rail", ".bar", ".pager"):
        expect(page.locator(hidden).first).to_be_hidden()
    page.goto(address + "/buku")
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert "Dinas Perindustrian" in sheets[0].extract_text() and "PGD/2026/0001" in sheets[0].extract_text()
    assert len({(sheet.mediabox.width, sheet.mediabox.height) for sheet in sheets}) == 1


def test_a_form_is_filled_by_keys_and_nothing_typed_is_left_behind(
    open_page: Callable[[Viewport], Page], address: str, database: Database
) -> None:
    page = open_page(WIDE)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    for act, field in (("keadaan", "keadaan"), ("teruskan", "tujuan"), ("golongkan", "jenis"), ("berkas", "berkas")):
        page.goto(f"{address}/buku/PGD/2026/1/{act}")
        stands_in(page, field)
    page.goto(address + "/buku/PGD/2026/1/identitas")
    page.locator("#isian-nama").fill("Budi")
    page.locator("h1").click()
    press(page, "n")
    assert page.url.endswith("/identitas") and "akan hilang" in asked[0]
    page.locator("#isian-surel").fill("bukan alamat")
    press(page, "Control+Enter")
    expect(page.locator("#salah-surel")).to_be_visible()
    stands_in(page, "surel")
    expect(page.locator("#isian-nama")).to_have_value("Budi")
    page.goto(address + "/buku/PGD/2026/1")
    page.locator(".me summary").click()
    press(page, "Escape")
    expect(page.locator(".me > div")).to_be_hidden()
    press(page, "n")
    page.wait_for_url("**/catat/telepon")
    assert len(asked) == 1


def test_on_a_telephone_the_next_act_stands_before_the_letter(
    open_page: Callable[[Viewport], Page], address: str
) -> None:
    page = open_page(PHONE)
    page.goto(address + "/buku/PGD/2026/1")
    act, letter = page.locator(".ways").bounding_box(), page.locator(".letter").bounding_box()
    assert act is not None and letter is not None and act["y"] + act["height"] <= letter["y"]
