"""The trays in a real browser: mails reviewed by keyboard, one freed from quarantine, a letter that slides in."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from ingest.resettle import Resettler
from ledger import letters
from ledger.database import Database
from ledger.desk.app import create
from ledger.models import Entry, Letter, Message
from ledger.words import Disposition, Kind, LetterState, Role, Status
from tests.browser.keys import press
from tests.browser.serving import Served, serving
from tests.browser.signing import signed_in
from tests.ledger.shelf import PreparedReader
from tests.office import NOW, Office, identity, judged, settings, unread
from tests.wire.chromium import Viewport

WIDE, PHONE = Viewport(1366, 768), Viewport(390, 844)
LONG = "Raden Ajeng Kusumawardhani Sulistyowati Wahyuningtyas Suryaningrat binti Abdurrahman"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@dataclass(frozen=True, slots=True)
class Running:
    """The office, and the desk over it that is being served."""

    office: Office
    desk: Served

    def page(self, page: Page, path: str, role: Role = Role.PETUGAS) -> Page:
        """Open a path, signed in."""
        signed_in(page, self.desk.address, self.office.database, role)
        page.goto(self.desk.address + path)
        return page


@pytest.fixture
def running(database: Database) -> Iterator[Running]:
    office = Office(database)

    def desk(stopping: Callable[[], bool]) -> FastAPI:
        resettler = Resettler(database, office.means)
        return create(database, settings(), PreparedReader(), office.clock, resettling=resettler, stopping=stopping)

    with serving(desk) as it:
        yield Running(office, it)


def _three_doubts(office: Office) -> None:
    office.settle_one(judged("Gaji saya belum dibayar.", subject="Gaji", who=identity(name=LONG)))
    office.settle_one(judged("Mohon diproses " * 30, subject="Permohonan atau pengaduan", needs_review=True))
    office.settle_one(judged("Sebaiknya loket dibuka pagi.", subject="Loket", needs_review=True))
    office.settle_one(judged("Saya saksi PGD/2026/0001.", subject="Saksi", sender="saksi@example.org"))


def test_three_uncertain_mails_are_reviewed_by_keyboard_alone(
    open_page: Callable[[Viewport], Page], running: Running
) -> None:
    _three_doubts(running.office)
    page = running.page(open_page(WIDE), "/tinjau")
    expect(page.locator("[data-item]")).to_have_count(3)
    expect(page.locator("[data-room=review] .count")).to_contain_text("3")
    for key in ("g", "3", "y"):
        shown = page.locator("[data-item]").count()
        press(page, key)
        expect(page.locator("[data-item]")).to_have_count(shown - 1)
    expect(page.locator(".empty")).to_contain_text("Tidak ada yang perlu ditinjau")
    _, second, third, fourth = running.office.rows(Entry)
    assert (second.kind, third.kind, fourth.status) == (Kind.PENGADUAN, Kind.SARAN, Status.DUPLIKAT)
    assert running.office.wrong() == []
    press(page, "z")
    expect(page.locator("[data-item]")).to_have_count(1)


def test_arrows_choose_the_item_and_shortcuts_can_be_switched_off(
    open_page: Callable[[Viewport], Page], running: Running
) -> None:
    _three_doubts(running.office)
    page = running.page(open_page(WIDE), "/tinjau")
    press(page, "ArrowDown")
    press(page, "ArrowDown")
    press(page, "2")
    expect(page.locator("[data-item]")).to_have_count(2)
    assert [entry.kind for entry in running.office.rows(Entry)][2] is Kind.PERMOHONAN
    page.locator("[data-keys]").click()
    page.locator("h1").click()
    press(page, "y")
    press(page, "/")
    expect(page.locator("[data-item]")).to_have_count(2)
    assert page.evaluate("document.activeElement.id") != "cari-cepat"
    expect(page.locator("[data-item] kbd").first).not_to_be_visible()


def test_a_mail_is_freed_from_quarantine_with_one_key_and_another_typed_in(
    open_page: Callable[[Viewport], Page], running: Running
) -> None:
    office = running.office
    raw = office.arrive(unread("pembacaan surat melewati batas waktu"))
    office.settle()
    office.mails[raw] = judged()
    page = running.page(open_page(WIDE), "/tinjau/karantina")
    press(page, "l")
    expect(page.locator(".note.done")).to_contain_text("dicatat dengan nomor PGD/2026/0001")
    office.settle_one(unread("tidak berkepala"), raw=b"tolong gaji saya")
    page.reload()
    press(page, "l")
    expect(page.locator(".note.late")).to_contain_text("tidak berkepala")
    expect(page.locator(".bytes")).to_contain_text("tolong gaji saya")
    page.get_by_label("Isi surat").fill("Tolong gaji saya.")
    page.get_by_role("button", name="Catat sebagai entri").click()
    expect(page.locator(".note.done")).to_contain_text("PGD/2026/0002")
    assert [mail.disposition for mail in office.rows(Message)] == [Disposition.RECORDED] * 2


def test_a_mail_is_rejected_with_a_reason_by_keyboard(open_page: Callable[[Viewport], Page], running: Running) -> None:
    running.office.settle_one(unread())
    page = running.page(open_page(WIDE), "/tinjau/karantina")
    press(page, "t")
    page.keyboard.type("Iklan")
    press(page, "Enter")
    expect(page.locator(".empty")).to_contain_text("Karantina kosong")
    assert running.office.rows(Message)[0].reason == "Iklan"


def test_a_mail_of_the_other_box_is_promoted_by_two_keys_and_never_by_one_unseen(
    open_page: Callable[[Viewport], Page], running: Running
) -> None:
    running.office.settle_one(judged(kind=Kind.LAINNYA))
    page = running.page(open_page(WIDE), "/tinjau/kotak-lain")
    press(page, "1")
    expect(page.get_by_role("button", name="Saran")).to_be_hidden()
    press(page, "c")
    press(page, "3")
    expect(page.locator(".note.done")).to_contain_text("dicatat dengan nomor SRN/2026/0001")
    assert len(running.office.rows(Entry)) == 1


def test_letters_are_let_go_and_sent_again_by_key(open_page: Callable[[Viewport], Page], running: Running) -> None:
    office = running.office
    for number, state in ((1, LetterState.WITHHELD), (2, LetterState.UNCERTAIN)):
        office.settle_one(judged(f"Surat {number}"))
        with office.database.writing() as session:
            letter = session.get_one(Letter, office.rows(Letter)[-1].id)
            letter.subject = "Tanda terima"  # it was written before it ended
            letters.end(session, letter, state, reason="sebabnya", releasable=True, at=NOW)
    page = running.page(open_page(WIDE), "/belum-tersampaikan")
    expect(page.locator(".warning")).to_contain_text("dua kali")
    press(page, "u")
    expect(page.locator(".note.done")).to_contain_text("masuk antrean")
    press(page, "l")
    expect(page.locator(".note.done")).to_contain_text("akan disusun")
    assert [letter.state for letter in office.rows(Letter)] == [LetterState.OWED, LetterState.QUEUED]


@pytest.mark.parametrize("path", ["/", "/buku"])
def test_a_new_letter_slides_in_without_a_reload(
    open_page: Callable[[Viewport], Page], running: Running, path: str
) -> None:
    running.office.settle_one(judged("Yang lama"))
    page = running.page(open_page(WIDE), path)
    page.evaluate("window.same = true")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    running.office.settle_one(judged("Yang baru", subject="Perihal baru", needs_review=True))
    expect(page.locator("[data-news]")).to_have_text("1 surat baru — tampilkan")
    expect(page.locator("[data-room=review] .count")).to_contain_text("1")
    expect(page.get_by_text("Perihal baru")).to_have_count(0)
    page.locator("[data-news] a").click()
    expect(page.locator("tr.fresh, li.fresh")).to_have_count(1)
    expect(page.locator(".fresh .matter")).to_contain_text("Perihal baru")
    expect(page.locator("[data-news]")).to_have_text("")
    assert page.evaluate("window.same") is True and said == []
    running.office.settle_one(judged("Yang ketiga"))
    expect(page.locator("[data-news]")).to_have_text("1 surat baru — tampilkan")


def test_a_button_pressed_twice_on_a_slow_network_is_one_change(
    open_page: Callable[[Viewport], Page], running: Running
) -> None:
    running.office.settle_one(judged())
    page = running.page(open_page(WIDE), "/buku/PGD/2026/1/catatan")
    page.get_by_label("Catatan intern").fill("Sudah ditelepon.")
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    limits = {"offline": False, "latency": 600, "downloadThroughput": -1, "uploadThroughput": -1}
    slow.send("Network.emulateNetworkConditions", limits)
    box = page.get_by_role("button", name="Simpan catatan").bounding_box()
    assert box is not None
    for _ in range(3):
        page.mouse.click(box["x"] + 10, box["y"] + 10)
    expect(page.locator(".note.done")).to_contain_text("Catatan sudah disimpan")
    assert running.office.rows(Entry)[0].version == 2


def test_one_document_after_another_is_downloaded_from_the_same_page(
    open_page: Callable[[Viewport], Page], running: Running
) -> None:
    running.office.settle_one(judged())
    page = running.page(open_page(WIDE), "/laporan")
    for form in ("csv", "jsonl"):
        page.get_by_label("Bentuk").select_option(form)
        with page.expect_download() as given:
            page.get_by_role("button", name="Unduh").click()
        assert given.value.suggested_filename.endswith(f".{form}")


def test_without_scripts_everything_is_done_by_buttons(open_page: Callable[[Viewport], Page], running: Running) -> None:
    _three_doubts(running.office)
    page = running.page(open_page(Viewport(1366, 768, scripts=False)), "/tinjau")
    page.get_by_role("button", name="Gabungkan ke PGD/2026/0001").click()
    page.get_by_role("button", name="Benar, pengaduan").first.click()
    expect(page.locator("[data-item]")).to_have_count(1)
    expect(page.locator("[data-item] kbd").first).not_to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_trays_fit_with_long_names_and_say_nothing_amiss(
    open_page: Callable[[Viewport], Page], running: Running, viewport: Viewport
) -> None:
    office = running.office
    _three_doubts(office)
    office.settle_one(judged("Kerja " * 300, subject=LONG * 3, kind=Kind.LAINNYA))
    office.settle_one(judged("Upah", subject=LONG), folder="Spam")
    office.settle_one(unread("x" * 300), raw=b"y" * 3000)
    page = open_page(viewport)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda wrong: said.append(str(wrong)))
    for path in (
        "/tinjau",
        "/tinjau/karantina",
        "/tinjau/kotak-lain",
        "/belum-tersampaikan",
        "/",
        "/tinjau/karantina/7/catat",
    ):
        running.page(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport.width, path
    assert said == []


def test_the_server_ends_at_once_although_a_page_listens(
    open_page: Callable[[Viewport], Page], running: Running
) -> None:
    page = running.page(open_page(WIDE), "/buku")
    running.office.settle_one(judged())
    expect(page.locator("[data-news]")).to_have_text("1 surat baru — tampilkan")
    began = time.monotonic()
    running.desk.stop()
    assert time.monotonic() - began < 4
