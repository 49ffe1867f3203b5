"""Catat baru in a real browser: a call and a batch of the radio by keyboard alone, and nothing typed is ever lost."""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from pypdf import PdfReader
from sqlmodel import select

from config.settings import load
from ledger.database import Database
from ledger.desk.app import create
from ledger.models import Entry
from ledger.words import Channel, Kind
from tests.browser.keys import stands_in
from tests.browser.serving import PNG, Served, serving
from tests.browser.signing import signed_in
from tests.ledger.shelf import NOW, PreparedReader, put_entry
from tests.wire.chromium import Viewport

SHIPPED = Path(__file__).parents[2] / "config" / "office.toml"
WIDE, PHONE = Viewport(1366, 768), Viewport(390, 844)
SECONDS_A_CALLER = 20
KEY_PAUSE = 5
"""Milliseconds between two keys; the pauses of real fingers and of a caller who thinks are not the program's."""


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def server(database: Database) -> Iterator[Served]:
    with database.noting() as session:
        put_entry(session, 40, name="Budi Santoso", phone_e164="+6281234567890", phone="0812-3456-7890",
                  address="Jalan Mawar 1", organisation="PT Contoh", matter="Upah bulan Mei")  # fmt: skip
    with serving(lambda _: create(database, load(SHIPPED), PreparedReader(), lambda: NOW)) as running:
        yield running


@pytest.fixture
def open_desk(open_page: Callable[[Viewport], Page], server: Served, database: Database) -> Callable[[Viewport], Page]:
    """Give a function that opens a page signed in as an officer."""

    def open_it(viewport: Viewport) -> Page:
        return signed_in(open_page(viewport), server.address, database)

    return open_it


def entries(database: Database, channel: Channel) -> list[Entry]:
    with database.reading() as session:
        return [row for row in session.exec(select(Entry).order_by(Entry.id)) if row.channel is channel]  # type: ignore[arg-type]


def kept(page: Page) -> None:
    """Press Tab and wait until the server has kept what was typed."""
    with page.expect_response(lambda answer: answer.url.endswith("/draf") and answer.ok):
        page.keyboard.press("Tab")


def write(page: Page, *fields: str) -> None:
    """Type one field after another, going on with Enter."""
    for words in fields:
        if words:
            page.keyboard.type(words, delay=KEY_PAUSE)
        page.keyboard.press("Enter")


def test_a_telephone_call_is_taken_down_by_keyboard_alone(
    open_desk: Callable[[Viewport], Page], server: Served, database: Database
) -> None:
    page = open_desk(WIDE)
    page.goto(server.address + "/catat/telepon")
    began = time.monotonic()
    stands_in(page, "nama")
    write(page, "Budi Santoso", "812 3456 7890")
    stands_in(page, "instansi")
    write(page, "PT Contoh", "Jalan Mawar 1, Kanigaran", "Upah belum dibayar")
    stands_in(page, "uraian")
    page.keyboard.type("Upah Mei belum dibayar.", delay=KEY_PAUSE)
    page.keyboard.press("Enter")
    page.keyboard.type("Sudah ditanyakan dua kali.", delay=KEY_PAUSE)
    page.locator("[data-assistance]").get_by_text("PGD/2026/0040").wait_for()
    expect(page.locator("[data-assistance]")).to_contain_text("nomor telepon sama")
    expect(page.locator("[data-assistance]")).to_contain_text("0812-3456-7890")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("jam 8 pagi", delay=KEY_PAUSE)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/buku/PGD/2026/1?dicatat=telepon")
    assert time.monotonic() - began < SECONDS_A_CALLER
    entry = entries(database, Channel.TELEPON)[0]
    assert (entry.name, entry.phone_e164, entry.kind) == ("Budi Santoso", "+6281234567890", Kind.PENGADUAN)
    assert entry.account == "Upah Mei belum dibayar.\nSudah ditanyakan dua kali."
    assert entry.received_at.isoformat() == "2026-11-23T01:00:00+00:00"


def test_five_callers_of_a_broadcast_are_taken_down_by_keyboard_alone(
    open_desk: Callable[[Viewport], Page], server: Served, database: Database
) -> None:
    page = open_desk(WIDE)
    page.goto(server.address + "/catat/radio")
    stands_in(page, "tanggal")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Rini")
    page.keyboard.press("Enter")
    page.wait_for_url("**/catat/radio/1")
    callers = ("Budi", "Sari", "Agus", "Rukmini", "Slamet")
    for at, name in enumerate(callers, 1):
        began = time.monotonic()
        stands_in(page, "nama")
        write(page, name, f"0812 3456 78{at}0", "", f"Jalan Mawar {at}", "Lampu jalan mati sejak Senin", f"09.{at}0")
        stands_in(page, "jenis")
        page.keyboard.press("Control+Enter")
        page.get_by_text(f"PGD/2026/000{at} sudah dicatat.").wait_for()
        assert time.monotonic() - began < SECONDS_A_CALLER
    batch = page.locator(".batch").inner_text()
    assert "Penelepon siaran ini (5)" in batch and all(name in batch for name in callers)
    made = entries(database, Channel.RADIO)
    assert [entry.name for entry in made] == list(callers)
    assert [f"{entry.aired_at:%H.%M}" for entry in made] == ["02.10", "02.20", "02.30", "02.40", "02.50"]
    page.locator(".batch button").press("Enter")
    page.get_by_text("Siaran ini ditutup").wait_for()


def test_what_was_typed_survives_the_death_of_the_browser(
    open_desk: Callable[[Viewport], Page], server: Served
) -> None:
    page = open_desk(WIDE)
    page.goto(server.address + "/catat/telepon")
    stands_in(page, "nama")
    write(page, "Budi Santoso", "422121")
    kept(page)
    page.context.close()
    again = open_desk(WIDE)
    again.goto(server.address + "/catat/telepon")
    expect(again.get_by_text("Draf dipulihkan")).to_be_visible()
    expect(again.locator("#isian-telepon")).to_have_value("422121")
    again.get_by_role("button", name="Lainnya").click()
    again.wait_for_url("**/catat/lainnya?dari=telepon")
    expect(again.get_by_text("Isian dibawa dari formulir Telepon.")).to_be_visible()
    expect(again.locator("#isian-telepon")).to_have_value("422121")
    again.get_by_role("button", name="Buang draf").click()
    expect(again.locator("#isian-nama")).to_have_value("")


def test_what_was_typed_survives_the_death_of_the_network(
    open_desk: Callable[[Viewport], Page], server: Served, database: Database
) -> None:
    page = open_desk(WIDE)
    page.goto(server.address + "/catat/telepon")
    page.locator("#isian-uraian").fill("Upah belum dibayar")
    server.stop()
    page.keyboard.press("Control+Enter")
    page.get_by_text("Belum tersimpan: sambungan terputus").wait_for()
    expect(page.locator("#isian-uraian")).to_have_value("Upah belum dibayar")
    server.start()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/buku/PGD/2026/1?dicatat=telepon")
    assert len(entries(database, Channel.TELEPON)) == 1


def test_a_session_that_ended_meanwhile_takes_nothing_typed_with_it(
    open_desk: Callable[[Viewport], Page], server: Served, database: Database
) -> None:
    page = open_desk(WIDE)
    page.goto(server.address + "/catat/telepon")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.locator("#isian-uraian").fill("Upah belum dibayar")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Sesi Saudara berakhir").wait_for()
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/buku/PGD/2026/1?dicatat=telepon")
    assert entries(database, Channel.TELEPON)[0].account == "Upah belum dibayar"


def test_two_presses_make_one_entry(open_desk: Callable[[Viewport], Page], server: Served, database: Database) -> None:
    page = open_desk(WIDE)
    page.goto(server.address + "/catat/telepon")
    page.locator("#isian-uraian").fill("Upah belum dibayar")
    sent: list[Route] = []
    page.route("**/catat/telepon", lambda route: (sent.append(route), route.continue_())[1])
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/buku/PGD/2026/1?dicatat=telepon")
    assert len(sent) == 1
    assert len(entries(database, Channel.TELEPON)) == 1


def test_the_identity_of_an_earlier_call_is_taken_over_where_nothing_was_typed(
    open_desk: Callable[[Viewport], Page], server: Served
) -> None:
    page = open_desk(WIDE)
    page.goto(server.address + "/catat/telepon")
    stands_in(page, "nama")
    write(page, "Budi S", "0812-3456-7890")
    page.get_by_role("button", name="Pakai identitas ini").click()
    expect(page.locator("#isian-nama")).to_have_value("Budi S")
    expect(page.locator("#isian-alamat")).to_have_value("Jalan Mawar 1")
    stands_in(page, "uraian")


def test_a_written_complaint_with_its_photo_and_the_receipt(
    open_desk: Callable[[Viewport], Page], server: Served, database: Database
) -> None:
    page = open_desk(WIDE)
    page.goto(server.address + "/catat/petugas")
    page.locator("#isian-nama").fill("Siti Aminah")
    page.locator("#isian-perihal").fill("Pengaduan upah")
    page.locator("#isian-berkas").set_input_files([{"name": "surat.png", "mimeType": "image/png", "buffer": PNG}])
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/buku/PGD/2026/1?dicatat=petugas")
    page.get_by_role("link", name="Cetak tanda terima").first.click()
    expect(page.locator(".slip")).to_contain_text("surat.png")
    for paper, width, height in (("a5", 420, 595), ("f4", 609, 935)):
        page.goto(f"{server.address}/buku/PGD/2026/1/tanda-terima?kertas={paper}")
        printed = page.pdf(prefer_css_page_size=True)
        boxes = [tuple(map(float, box.split())) for box in _between(printed, b"/MediaBox [", b"]")]
        assert [(round(box[2]) - width, round(box[3]) - height) for box in boxes] == [(0, 0)], paper


@pytest.mark.parametrize(("paper", "copies", "tall"), [("a5", 1, 190), ("f4", 2, 157)])
def test_a_receipt_of_much_is_cut_in_the_account_alone(
    open_desk: Callable[[Viewport], Page], server: Served, database: Database, paper: str, copies: int, tall: int
) -> None:
    page = open_desk(WIDE)
    with database.noting() as session:
        put_entry(
            session, 7, channel=Channel.PETUGAS, name=("Raden Ajeng Kusumawardhani " * 3)[:64], due_on="2026-12-07",
            address=("Jalan Panglima Sudirman " * 6)[:140], organisation="PT Sejahtera " * 6, represents="Abdurrahman",
            matter=("Upah lembur tidak dibayar " * 6)[:150], account="Pelapor menyampaikan bahwa " * 40,
        )  # fmt: skip
    # On the paper itself a millimetre of CSS is 96 / 25.4 pixels; the page is as wide as its printable part.
    page.set_viewport_size({"width": 484 if paper == "a5" else 722, "height": 1200})
    page.goto(f"{server.address}/buku/PGD/2026/7/tanda-terima?kertas={paper}")
    page.emulate_media(media="print")
    slips = page.locator(".slip")
    expect(slips).to_have_count(copies)
    for at in range(copies):
        slip = slips.nth(at)
        whole, due = slip.bounding_box(), slip.locator(".facts div").last.bounding_box()
        note, lines = slip.locator("p.small").nth(1).bounding_box(), slip.locator(".line")
        last = slip.locator(".nip").bounding_box()
        assert whole and due and note and last
        assert whole["height"] <= tall * 96 / 25.4
        assert due["height"] > 10 and due["y"] + due["height"] <= note["y"] + 1
        assert last["y"] + last["height"] <= whole["y"] + whole["height"] - (0 if paper == "a5" else 3)
        ends = lines.evaluate_all("all => all.map(each => each.getBoundingClientRect().bottom)")
        assert len(ends) == 2 and abs(ends[0] - ends[1]) < 1
        clipped = "each => each.scrollWidth > each.clientWidth + 1"
        assert not slip.locator(".facts div:last-child dd").evaluate(clipped)
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) == 1 and printed.pages[0].extract_text().count("Batas waktu") == copies


def _between(text: bytes, start: bytes, end: bytes) -> list[str]:
    return [piece.split(end)[0].decode() for piece in text.split(start)[1:]]


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_form_fits_and_obeys_the_policy(
    open_desk: Callable[[Viewport], Page], server: Served, viewport: Viewport
) -> None:
    page = open_desk(viewport)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda wrong: said.append(str(wrong)))
    for path in ("telepon", "petugas", "lainnya", "radio"):
        page.goto(f"{server.address}/catat/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport.width, path
    assert said == []


def test_without_scripts_enter_looks_the_form_over_and_the_button_saves(
    open_desk: Callable[[Viewport], Page], server: Served, database: Database
) -> None:
    page = open_desk(Viewport(1366, 768, scripts=False))
    page.goto(server.address + "/catat/telepon")
    page.locator("#isian-nama").fill("Budi Santoso")
    page.locator("#isian-telepon").fill("0812 3456 7890")
    page.locator("#isian-telepon").press("Enter")
    expect(page.locator("[data-assistance]")).to_contain_text("Orang ini pernah menghubungi")
    expect(page.locator("#isian-nama")).to_have_value("Budi Santoso")
    page.locator("#isian-uraian").fill("Upah")
    page.get_by_role("button", name="Simpan", exact=True).click()
    page.wait_for_url("**/buku/PGD/2026/1?dicatat=telepon")
    assert len(entries(database, Channel.TELEPON)) == 1
