"""A whole day at the desk in a real browser; with SCREENSHOTS=folder it leaves a picture of each step there."""

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from ledger import staff
from ledger.database import Database
from ledger.models import Entry, EntryFile, Letter
from ledger.words import Channel, Kind, Purpose, Role, Status
from tests.browser.keys import stands_in
from tests.browser.morning import desk_of, office_of_the_morning
from tests.browser.serving import PNG, served
from tests.browser.signing import type_in
from tests.office import NOW, Office
from tests.wire.chromium import Viewport

WIDE, PHONE = Viewport(1366, 768), Viewport(390, 844)
FOLDER = os.environ.get("SCREENSHOTS", "")
CALLERS = (
    ("Bu Sumiati", "0812 3456 7810", "", "Jalan Mawar 3, Kanigaran", "THR tahun lalu baru dibayar separuh"),
    ("Pak Darmaji", "0812 3456 7820", "CV Contoh Makmur", "Mayangan", "Lembur hari Minggu tidak dihitung"),
    ("Yanti", "", "", "Kedopok", "Petugas loket rekom paspor kurang ramah"),
    ("Pak Slamet", "0812 3456 7840", "", "Wonoasih", "Diberhentikan lewat telepon tanpa surat"),
    ("Rukmini", "0812 3456 7850", "PT Contoh Sejahtera", "Kademangan", "Upah bulan Oktober belum dibayar"),
)


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@dataclass(frozen=True, slots=True)
class Desk:
    """The running desk, the office behind it, and the passwords of an officer and of the head."""

    office: Office
    address: str
    passwords: dict[str, str]

    def enter(self, page: Page, login: str) -> Page:
        """Sign in by typing."""
        type_in(page, self.address, login, self.passwords[login])
        return page

    def go(self, page: Page, path: str) -> Page:
        """Open a page of the desk."""
        page.goto(self.address + path)
        return page

    def entries(self, channel: Channel) -> list[Entry]:
        """Return what came by a channel."""
        return [entry for entry in self.office.rows(Entry) if entry.channel is channel]

    def entry(self, number: str) -> Entry:
        """Return the entry of a number."""
        return next(entry for entry in self.office.rows(Entry) if entry.number == number)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    office = office_of_the_morning(database)
    with database.writing() as session:
        officer, password = staff.add(session, "siti", "Siti Rahmawati", Role.PETUGAS, at=NOW, actor="admin")
        head, heads = staff.add(
            session, "bambang", "Drs. H. Bambang Sutrisno, M.Si.", Role.KEPALA, at=NOW, actor="admin"
        )
        officer.must_change = head.must_change = False
    with served(lambda stopping: desk_of(office, stopping)) as address:
        yield Desk(office, address, {"siti": password, "bambang": heads})


def picture(page: Page, name: str) -> None:
    """Leave a picture of the page, where one is asked for."""
    if FOLDER:
        page.mouse.move(0, 0)
        page.screenshot(path=Path(FOLDER) / f"{name}.png")


def _write(page: Page, *fields: str) -> None:
    for words in fields:
        page.keyboard.type(words)
        page.keyboard.press("Enter")


def _number(page: Page) -> str:
    return page.locator("h1").inner_text()


def _takes_a_call(desk: Desk, page: Page) -> None:
    page.keyboard.press("n")
    page.wait_for_url("**/catat/telepon")
    stands_in(page, "nama")
    _write(page, "Ratna Wulandari", "0335 422 121", "PT Contoh Abadi", "Jalan Panglima Sudirman 5", "")
    page.keyboard.type("Menanyakan perjanjian kerja yang didaftarkan dua minggu lalu, belum juga terbit.")
    expect(page.locator("[data-assistance]")).to_contain_text("PGD/2026/0001")
    picture(page, "catat-telepon")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**?dicatat=telepon")
    (taken,) = desk.entries(Channel.TELEPON)
    assert (_number(page), taken.name, taken.recorded_by) == (taken.number, "Ratna Wulandari", "siti")
    assert taken.phone_e164 == "+62335422121"


def _takes_a_batch_of_the_radio(desk: Desk, page: Page) -> None:
    desk.go(page, "/catat/radio")
    stands_in(page, "tanggal")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    _write(page, "Rini Astuti")
    page.wait_for_url("**/catat/radio/1")
    stands_in(page, "nama")
    for at, (name, phone, organisation, address, account) in enumerate(CALLERS, 1):
        _write(page, name, phone, organisation, address)
        page.keyboard.type(account)
        page.keyboard.press("Tab")
        page.keyboard.type(f"09.{at}0")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".batch h2")).to_have_text(f"Penelepon siaran ini ({at})")
        stands_in(page, "nama")
    picture(page, "catat-radio")
    taken = desk.entries(Channel.RADIO)
    assert [(entry.name, entry.account) for entry in taken] == [(caller[0], caller[4]) for caller in CALLERS]
    assert [f"{entry.aired_at:%H.%M}" for entry in taken] == ["02.10", "02.20", "02.30", "02.40", "02.50"]


def _takes_a_complaint_at_the_counter(desk: Desk, page: Page) -> None:
    desk.go(page, "/catat/petugas")
    page.get_by_label("Nama", exact=True).fill("Siti Aminah")
    page.get_by_label("Telepon", exact=True).fill("0813 5555 0101")
    page.get_by_label("Alamat", exact=True).fill("Jalan Melati 9, Mayangan")
    page.get_by_label("Perihal", exact=True).fill("Ijazah ditahan perusahaan")
    page.get_by_label("Foto atau pindaian surat").set_input_files(
        [{"name": "surat pengaduan.png", "mimeType": "image/png", "buffer": PNG}]
    )
    page.get_by_label("Foto atau pindaian surat").scroll_into_view_if_needed()
    picture(page, "catat-petugas")
    page.get_by_role("button", name="Simpan", exact=True).click()
    page.wait_for_url("**?dicatat=petugas")
    (taken,) = desk.entries(Channel.PETUGAS)
    (kept,) = desk.office.rows(EntryFile)
    assert kept.entry_id == taken.id
    page.get_by_role("link", name="Cetak tanda terima").first.click()
    slip = page.locator(".slip").first
    for told in (taken.number, "Siti Aminah", "surat pengaduan.png", "Siti Rahmawati"):
        expect(slip).to_contain_text(told)
    picture(page, "tanda-terima")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) == 1 and taken.number in printed.pages[0].extract_text()


def _reviews_three_uncertain_mails(desk: Desk, page: Page) -> None:
    desk.go(page, "/tinjau")
    doubts = page.locator("[data-item]:has(form[action^='/tinjau/entri/'])")
    numbers = [entry.number for entry in desk.office.rows(Entry) if entry.needs_review]
    assert len(numbers) > 3
    expect(doubts).to_have_count(len(numbers))
    follow_up = doubts.filter(has_text="mungkin susulan")
    picture(page, "tinjau")
    follow_up.get_by_role("button", name="Gabungkan ke").click()
    expect(doubts).to_have_count(len(numbers) - 1)
    doubts.filter(has_text="upah borongan").get_by_role("button", name="Benar, pengaduan").click()
    expect(doubts).to_have_count(len(numbers) - 2)
    doubts.filter(has_text="Klien kami").get_by_role("button", name="Permohonan").click()
    expect(doubts).to_have_count(len(numbers) - 3)
    done = [entry for number in numbers if not (entry := desk.entry(number)).needs_review]
    assert sorted((entry.kind, entry.status) for entry in done) == [
        (Kind.PENGADUAN, Status.DITERIMA),
        (Kind.PENGADUAN, Status.DUPLIKAT),
        (Kind.PERMOHONAN, Status.DITERIMA),
    ]


def _releases_one_from_quarantine(desk: Desk, page: Page) -> None:
    desk.go(page, "/tinjau/karantina")
    item = page.locator("[data-item]").filter(has_text="melewati batas waktu")
    picture(page, "karantina")
    before = len(desk.office.rows(Entry))
    item.get_by_role("button", name="Lepas").click()
    expect(page.locator(".note.done")).to_contain_text("dicatat dengan nomor")
    assert len(desk.office.rows(Entry)) == before + 1
    expect(page.locator("[data-item]")).to_have_count(1)


def _answers_one(desk: Desk, page: Page) -> None:
    desk.go(page, "/buku/INF/2026/1")
    page.get_by_role("link", name="Jawab dengan surel").click()
    page.get_by_label("Isi jawaban").fill(
        "Syarat pendaftaran dapat diambil di loket kami pada jam pelayanan.\n\nPendaftaran tidak dipungut biaya."
    )
    page.get_by_role("button", name="Lihat pratinjau").click()
    expect(page.locator(".preview")).to_contain_text("Yth. Bapak/Ibu/Saudara Dewi Lestari")
    picture(page, "jawab")
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.locator(".note.done")).to_contain_text("akan dikirim")
    (letter,) = [letter for letter in desk.office.rows(Letter) if letter.purpose is Purpose.JAWABAN]
    assert (desk.entry("INF/2026/0001").status, letter.written_by) == (Status.DIJAWAB, "siti")


def _disposes_one(desk: Desk, page: Page) -> None:
    page.locator(".me summary").click()
    page.get_by_role("button", name="Keluar").click()
    desk.enter(page, "bambang")
    desk.go(page, "/buku/PGD/2026/1")
    page.get_by_role("link", name="Disposisikan").click()
    page.get_by_label("Petugas").select_option(label="Siti Rahmawati")
    page.get_by_label("Isi disposisi").fill("Mohon dicek hari ini, lalu kabari pelapor.")
    page.get_by_role("main").get_by_role("button", name="Disposisikan").click()
    expect(page.locator(".note.done")).to_contain_text("didisposisikan")
    picture(page, "entri")
    disposed = desk.entry("PGD/2026/0001")
    assert (disposed.status, disposed.officer) == (Status.DIDISPOSISIKAN, "siti")


def _prints_the_book(desk: Desk, page: Page) -> None:
    desk.go(page, "/buku")
    picture(page, "buku")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".letterhead")).to_be_visible()
    picture(page, "buku-cetak")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "".join(sheet.extract_text() for sheet in printed.pages)
    shown = page.locator(".book tbody tr").count()
    assert shown >= 38 and len(printed.pages) >= 2
    assert [entry.number for entry in desk.office.rows(Entry) if entry.number not in text] == []
    page.emulate_media(media="screen")


def test_an_officer_works_through_a_whole_day(desk: Desk, open_page: Callable[[Viewport], Page]) -> None:
    page = open_page(WIDE)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda wrong: said.append(str(wrong)))
    picture(desk.go(page, "/"), "masuk")
    desk.enter(page, "siti")
    picture(page, "hari-ini")
    _takes_a_call(desk, page)
    _takes_a_batch_of_the_radio(desk, page)
    _takes_a_complaint_at_the_counter(desk, page)
    _reviews_three_uncertain_mails(desk, page)
    _releases_one_from_quarantine(desk, page)
    _answers_one(desk, page)
    _disposes_one(desk, page)
    _prints_the_book(desk, page)
    assert said == []
    assert desk.office.wrong() == []


def test_the_same_desk_is_of_use_on_a_telephone(desk: Desk, open_page: Callable[[Viewport], Page]) -> None:
    page = desk.enter(open_page(PHONE), "siti")
    for name, path in (("hari-ini", "/"), ("buku", "/buku"), ("entri", "/buku/PGD/2026/1"), ("tinjau", "/tinjau")):
        desk.go(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE.width, path
        picture(page, f"ponsel-{name}")
    page.get_by_role("link", name="Catat baru").click()
    page.get_by_label("Nama", exact=True).fill("Slamet")
    page.get_by_label("Uraian").fill("Upah belum dibayar.")
    page.get_by_role("button", name="Simpan", exact=True).click()
    page.wait_for_url("**?dicatat=telepon")
    assert [entry.name for entry in desk.entries(Channel.TELEPON)] == ["Slamet"]
