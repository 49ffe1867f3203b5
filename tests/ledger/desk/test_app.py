"""Every answer of the desk is harmless and plain: headers, names it answers to, refusals."""

import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from config.settings import Settings
from ledger import labels
from ledger.database import Database
from ledger.desk.app import create
from ledger.desk.frame import STATIC, remaining
from ledger.labels import size
from ledger.words import ArrivalState, Channel, Disposition, Kind, LetterState, Purpose, Register, Role, Status
from tests.ledger.desk.conftest import Desk
from tests.ledger.desk.signed import sign
from tests.ledger.shelf import NOW, TODAY, PreparedReader, put_entry, put_mail

PAGES = [
    "/",
    "/buku",
    "/permohonan",
    "/buku/PGD/2026/1",
    "/surat/1",
    "/tinjau",
    "/tinjau/karantina",
    "/tinjau/kotak-lain",
    "/tinjau/ketepatan",
    "/belum-tersampaikan",
    "/belum-tersampaikan/gagal",
    "/laporan/rekap",
]


class Faults(HTMLParser):
    """Collects what a page must not hold: inline style or script, event attributes, foreign addresses, dead rooms."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.unlabelled: list[str] = []
        self.labels: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(f"inline {tag}")
        if given.get("method", "get") == "get":
            self.addresses += [given[name] or "" for name in ("href", "src", "action") if name in given]
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.unlabelled.append(given.get("id") or "(no id)")


def faults_of(page: str) -> Faults:
    faults = Faults()
    faults.feed(page)
    return faults


@pytest.fixture
def furnished(desk: Desk) -> Desk:
    with desk.database.noting() as session:
        entry = put_entry(session, 1, due_on="2026-11-20", needs_review=True)
        from_mail = put_mail(session, Disposition.RECORDED, raw=b"satu", entry=entry)
        assert from_mail.id == 1
        put_mail(session, Disposition.QUARANTINED)
    desk.reader.knows(b"satu", text="isi", html="<p>isi</p>")
    return desk


@pytest.mark.parametrize("path", [*PAGES, "/tidak-ada", "/buku?dari=x", "/surat/x"])
def test_every_page_carries_the_strict_headers_and_nothing_inline(furnished: Desk, path: str) -> None:
    answer = furnished.browser.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';")
    assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy and "form-action 'self'" in policy
    assert "unsafe" not in policy and "*" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers
    faults = faults_of(answer.text)
    assert faults.found == []
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in faults.addresses)
    assert len(set(faults.ids)) == len(faults.ids)
    assert set(faults.unlabelled) <= faults.labels
    assert '<html lang="id">' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_leads_to_a_room_that_does_not_exist(furnished: Desk, path: str) -> None:
    addresses = {re.sub("#.*", "", each) for each in faults_of(furnished.text(path)).addresses} - {""}
    for address in addresses:
        assert furnished.browser.get(address).status_code == 200, address


def test_every_answer_to_a_static_file_is_kept_by_the_browser_and_typed(desk: Desk) -> None:
    addresses = [each for each in faults_of(desk.text("/")).addresses if each.startswith("/static/")]
    assert any("desk.css?v=" in each for each in addresses)
    for address in addresses:
        answer = desk.browser.get(address)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"].split(";")[0] in ("text/css", "image/svg+xml", "text/javascript")


def test_the_stylesheet_is_one_and_stays_small() -> None:
    assert sorted(file.name for file in STATIC.glob("*.css")) == ["desk.css", "recap.css"]
    assert len((STATIC / "recap.css").read_text("utf-8").splitlines()) < 60
    text = (STATIC / "desk.css").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 500
    assert "url(" not in text and "@import" not in text


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_colours_can_be_read_by_weak_eyes() -> None:
    tokens = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", (STATIC / "desk.css").read_text(encoding="utf-8")))
    pairs = [
        ("ink", "ground"),
        ("faint", "ground"),
        ("faint", "paper"),
        ("accent", "ground"),
        ("accent", "accent-soft"),
    ]
    pairs += [
        ("late", "late-soft"),
        ("due", "due-soft"),
        ("ink", "calm-soft"),
        ("faint", "due-soft"),
        ("late", "paper"),
    ]
    for text, behind in pairs:
        assert _contrast(tokens[text], tokens[behind]) >= 4.5, (text, behind)
    assert _contrast(tokens["edge"], tokens["paper"]) >= 3
    assert _contrast(tokens["accent"], "#ffffff") >= 4.5


@pytest.mark.parametrize(
    "host", ["evil.example.org", "127.0.0.1.evil.example.org", "192.0.2.7:8025", "", "localhost@evil"]
)
def test_a_foreign_host_name_is_refused(desk: Desk, host: str) -> None:
    answer = desk.browser.get("/buku", headers={"Host": host})
    assert answer.status_code == 400
    assert "content-security-policy" in answer.headers
    assert "Buku" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8025", "localhost:8025", "localhost", "[::1]:8025"])
def test_the_names_of_this_machine_are_answered(desk: Desk, host: str) -> None:
    assert desk.browser.get("/buku", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed_from_the_page(desk: Desk, method: str) -> None:
    answer = desk.browser.request(method, "/buku")
    assert answer.status_code == 405
    assert "hanya untuk dibaca" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/buku/PGD/2026/9",
        "/buku/XXX/2026/1",
        "/surat/999",
        "/surat/999/asli.eml",
        "/surat/999/lampiran/0",
        "/belum-tersampaikan/apa",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/..%5capp.py",
        "/surat/1/lampiran/..%2f..%2fasli.eml",
        "/docs",
        "/openapi.json",
        "/<script>alert(1)</script>",
    ],
)
def test_what_does_not_exist_is_said_in_plain_words(desk: Desk, path: str) -> None:
    page = desk.text(path, status=404)
    assert "Halaman tidak ditemukan" in page
    assert "alert(1)" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/surat/x",
        "/surat/-1",
        "/surat/99999999999999999999999",
        "/surat/1/lampiran/-1",
        "/surat/1/lampiran/99999999999999999999",
        "/buku/PGD/99999999999/1",
        "/buku/PGD/2026/99999999999999999999",
        "/tinjau/karantina?sebelum=99999999999999999999",
        "/tinjau/kotak-lain?sebelum=x",
        "/tinjau/kotak-lain?jenis=" + "x" * 5000,
        "/belum-tersampaikan/gagal?sebelum='",
    ],
)
def test_what_cannot_be_read_is_said_in_plain_words(desk: Desk, path: str) -> None:
    page = desk.text(path, status=422)
    assert "Permintaan tidak dapat dibaca" in page
    assert "Input should" not in page


class BrokenReader(PreparedReader):
    def open(self, raw: bytes) -> object:  # type: ignore[override]
        raise RuntimeError("disk <b>gone</b>")


def test_a_failure_of_the_program_shows_no_entrails_and_keeps_the_headers(database: Database, office: Settings) -> None:
    with database.noting() as session:
        number = put_mail(session, Disposition.RECORDED).id
    app = create(database, office, BrokenReader(), lambda: NOW)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as browser:
        sign(browser, app.state.door, Role.PEMBACA)
        answer = browser.get(f"/surat/{number}")
    assert answer.status_code == 500
    assert "gone" not in answer.text and "Traceback" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_only_rooms_that_exist_stand_on_the_rail_and_say_what_waits(furnished: Desk) -> None:
    page = furnished.text("/")
    rail = page[page.index('class="rail"') : page.index("<main")]
    rooms = ("Hari ini", "Buku", "Permohonan", "Tinjau", "Belum tersampaikan", "Laporan")
    assert [f"<span>{each}</span>" in rail for each in rooms] == [True] * 6
    assert rail.count("<li>") == 6
    assert re.search(r'Tinjau</span>\s*<b class="count">2', rail)
    assert rail.count('aria-current="page"') == 1


def test_every_word_of_the_book_has_its_words_for_people() -> None:
    for words, said in (
        (Channel, labels.CHANNELS),
        (Kind, labels.KINDS),
        (Register, labels.REGISTERS),
        (Role, labels.ROLES),
        (Status, labels.STATUSES),
        (Disposition, labels.DISPOSITIONS),
        (LetterState, labels.LETTER_STATES),
        (Purpose, labels.PURPOSES),
        (ArrivalState, labels.ARRIVAL_STATES),
    ):
        assert set(said) == set(words)  # type: ignore[call-overload]
        assert all(said.values())
    assert labels.verb("dipinjam") == "dipinjam" and labels.field("anu") == "anu"
    assert labels.value("needs_review", True) == "ya" and labels.value("channel", "email") == "Surel"


def test_days_left_are_counted_in_calendar_days() -> None:
    def words(offset: int, status: Status = Status.DITERIMA) -> str | None:
        left = remaining(status, TODAY.fromordinal(TODAY.toordinal() + offset), TODAY)
        return left.words if left else None

    assert [words(offset) for offset in (-2, 0, 1, 3)] == ["terlambat 2 hari", "hari ini", "besok", "3 hari lagi"]
    assert words(-2, Status.SELESAI) is None
    assert remaining(Status.DITERIMA, None, TODAY) is None


def test_sizes_are_said_with_the_decimal_comma() -> None:
    assert [size(count) for count in (0, 999, 240_400, 1_449_000)] == ["0 bita", "999 bita", "240 KB", "1,4 MB"]
