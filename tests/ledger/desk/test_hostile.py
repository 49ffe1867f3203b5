"""Whoever means harm gets nowhere: hostile letters, forms, addresses and names, against every page and every route."""

import html
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import select
from starlette.testclient import TestClient

from ingest.judge import Judge
from ingest.reading import Opener
from ingest.resettle import Resettler
from ledger import staff
from ledger.database import Database
from ledger.desk.app import create
from ledger.errors import UnreadableRaw
from ledger.models import Attachment, Entry, EntryFile, Event, Letter, Message, Staff, StaffSession
from ledger.ports import OpenedMail
from ledger.words import Kind, Role
from replies.compose import Composer
from tests.ledger.desk.conftest import HERE
from tests.ledger.desk.signed import put_account, sign
from tests.ledger.desk.test_access import OPEN, routes_of
from tests.office import NOW, Office, judged, rulebook, settings, unread

MARK = "xk7q"
XSS = f"\"'><script>{MARK}()</script><img src=x onerror={MARK}()><svg onload={MARK}()>{{{{7*7}}}}"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{MARK}()"><script>{MARK}()</script></svg>'.encode()
JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
PASSWORD_FIELDS = ("sandi", "lama", "baru", "ulang")


class Acting(HTMLParser):
    """Collects what would act on a page: scripts and attributes that are not the desk's own, and hostile addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("svg", "object", "embed", "base", "style", "math") or (
            tag == "script" and not given.get("src", "").startswith("/static/")
        ):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in given if name.startswith("on") or name in ("style", "srcdoc")]
        for name in ("href", "src", "action", "formaction"):
            where = given.get(name, "/")
            if not where.startswith(("/", "#", "?")) or where.startswith("//"):
                self.found.append(f"{tag} {name}={where[:60]}")


def acting(page: str) -> list[str]:
    """Return what would act on a page."""
    reading = Acting()
    reading.feed(page)
    return reading.found


class Reader:
    """Opens kept mails as the real reader does, but within this process."""

    def open(self, raw: bytes) -> OpenedMail:
        opened = Opener(settings())(raw)
        if isinstance(opened, str):
            raise UnreadableRaw(opened)
        return opened


@dataclass
class Target:
    """The whole desk, and a browser of each role at it."""

    office: Office
    app: FastAPI
    browsers: dict[Role, TestClient] = field(default_factory=dict)

    @property
    def admin(self) -> TestClient:
        return self.browsers[Role.ADMIN]

    def routes(self, method: str) -> list[str]:
        """Return the paths of all routes of a method."""
        found = (each for each in routes_of(list(self.app.routes)) if isinstance(each, APIRoute))
        return sorted({route.path for route in found if method in route.methods})

    def settled(self, raw: bytes) -> Message:
        """Let a real mail arrive, be read by the real reader and settled."""
        self.office.settle_one(_judge()(raw, "pentalasker@yahoo.co.id"), raw=raw)
        return self.office.rows(Message)[-1]

    def rows(self) -> dict[str, int]:
        """Return how much stands in the book."""
        tables = (Entry, EntryFile, Event, Letter, Message, Staff)
        return {table.__name__: len(self.office.rows(table)) for table in tables}


@cache
def _judge() -> Judge:
    return Judge(settings())


@cache
def _hash() -> str:
    return PasswordHash((Argon2Hasher(),)).hash("kuda terbang di atas sawah")


@pytest.fixture
def target(database: Database) -> Iterator[Target]:
    office = Office(database)
    app = create(
        database,
        settings(),
        Reader(),
        office.clock,
        resettling=Resettler(database, office.means),
        preview=Composer(settings(), rulebook()),
    )
    target = Target(office, app)
    with ExitStack() as stack:
        for role in Role:
            with database.noting() as session:
                put_account(session, role, password_hash=_hash())
            browser = TestClient(app, base_url=HERE, follow_redirects=False, raise_server_exceptions=False)
            target.browsers[role] = stack.enter_context(browser)
            sign(browser, app.state.door, role)
        yield target
    assert office.wrong() == []


def hostile_mail() -> bytes:
    """Return a mail that attacks by every field that it has."""
    mail = EmailMessage()
    mail["From"] = '"<script>xk7q()</script>" <siti@example.org>'
    mail["To"] = "pentalasker@yahoo.co.id"
    mail["Subject"] = f"Pengaduan upah {XSS}"
    mail["Message-ID"] = f"<{MARK}.onload@example.org>"
    mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0700"
    mail.set_content(
        f"Upah saya belum dibayar tiga bulan. {XSS}\n\nNama: {XSS}\nInstansi: PT {XSS}\nAlamat: Jalan {XSS}\n"
        f"Telepon: 0812-3456-7890 {XSS}\n\n> kutipan {XSS}\n"
    )
    mail.add_alternative(f"<p>Upah saya belum dibayar {XSS}</p><a href='javascript:{MARK}()'>bukti</a>", subtype="html")
    mail.add_attachment(SVG, maintype="image", subtype="svg+xml", filename=f"{XSS}.svg")
    mail.add_attachment(SVG, maintype="image", subtype="png", filename="../../../../etc/cron.d/x.png")
    mail.add_attachment(JPEG, maintype="text", subtype="html", filename="..\\..\\foto\u202egpj.exe")
    return mail.as_bytes()


# What a letter carries


def test_nothing_that_a_mail_says_acts_on_any_page(target: Target) -> None:
    message = target.settled(hostile_mail())
    entry = target.office.rows(Entry)[-1]
    assert message.entry_id == entry.id and MARK in entry.matter
    target.office.settle_one(judged(f"Lainnya {XSS}", subject=XSS, sender="lain@example.org", kind=Kind.LAINNYA))
    target.office.settle_one(judged(f"Ragu {XSS}", subject=XSS, sender="ragu@example.org", needs_review=True))
    target.office.settle_one(unread(f"tidak terbaca {XSS}"), raw=XSS.encode())
    here = f"/buku/{entry.series.value}/{entry.year}/{entry.sequence}"
    paths = ["/", "/buku", f"/buku?cari={MARK}", "/permohonan", here, f"{here}/tanda-terima"]
    paths += [f"/surat/{mail.id}" for mail in target.office.rows(Message)]
    paths += [f"{here}/{act}" for act in ("jawab", "identitas", "golongkan", "pisahkan", "gabungkan", "batalkan")]
    paths += ["/tinjau", "/tinjau/karantina", "/tinjau/kotak-lain", "/belum-tersampaikan", "/catat/telepon"]
    seen = 0
    for path in paths:
        answer = target.admin.get(path)
        assert answer.status_code == 200, path
        assert acting(answer.text) == [], path
        assert "49" not in re.findall(r"onload=xk7q\(\)&gt;(\d+)", answer.text), path
        seen += answer.text.count(MARK)
    assert seen > 30
    shown = target.admin.get(f"/surat/{message.id}/tampilan")
    assert acting(shown.text) == [] and MARK not in shown.text.replace(html.escape(XSS), "")
    assert shown.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_no_attachment_of_a_mail_runs_or_leaves_its_place(target: Target) -> None:
    message = target.settled(hostile_mail())
    files = target.office.rows(Attachment)
    assert len(files) == 3
    for file in files:
        for look in ("", "/gambar", "/pdf"):
            answer = target.admin.get(f"/surat/{message.id}/lampiran/{file.position}{look}")
            assert answer.status_code in ((200,) if not look else (200, 404))
            if answer.status_code == 404:
                continue
            assert answer.headers["content-type"] in ("application/octet-stream", "image/jpeg")
            assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
            assert answer.headers["x-content-type-options"] == "nosniff"
            _harmless_name(answer.headers["content-disposition"])
    assert target.admin.get(f"/surat/{message.id}/lampiran/0/gambar").status_code == 404
    assert target.admin.get(f"/surat/{message.id}/lampiran/1/gambar").status_code == 404


def _harmless_name(header: str) -> None:
    assert header.isascii() and header.isprintable() and header.count('"') == 2
    kind, plain, starred = header.split("; ", 2)
    assert kind in ("attachment", "inline")
    assert re.fullmatch(r'filename="[A-Za-z0-9 ._()+\-]+"', plain), plain
    assert re.fullmatch(r"filename\*=UTF-8''[A-Za-z0-9._~%\-]+", starred), starred
    for harm in ("..%2F", "%2F", "%5C", "%0D", "%0A", "%E2%80%AE", "%3C", "%00"):
        assert harm not in starred.upper()
    assert ".." not in plain.strip('"')


# What is typed in


FIELDS = ("nama", "telepon", "instansi", "alamat", "surel", "mewakili", "perihal", "uraian")


@pytest.mark.parametrize("channel", ["telepon", "petugas", "lainnya"])
def test_nothing_that_is_typed_in_acts_on_any_page(target: Target, channel: str) -> None:
    words = dict.fromkeys(FIELDS, XSS) | {"surel": "siti@example.org"}
    draft = target.admin.post(f"/catat/{channel}/draf", data=words)
    assert draft.status_code == 200 and acting(draft.text) == []
    form = target.admin.get(f"/catat/{channel}")
    assert MARK in form.text and acting(form.text) == []
    answer = target.admin.post(f"/catat/{channel}", data=words)
    assert answer.status_code == 303, answer.text[-2000:]
    here = answer.headers["location"].partition("?")[0]
    for path in (
        answer.headers["location"],
        f"{here}/tanda-terima",
        f"{here}/identitas",
        "/",
        "/buku",
        f"/catat/{channel}",
    ):
        page = target.admin.get(path)
        assert page.status_code == 200 and acting(page.text) == [], path
    again = target.admin.post(f"/catat/{channel}", data=dict.fromkeys([*FIELDS, "diterima", "jenis", "layanan"], XSS))
    assert again.status_code == 422 and MARK in again.text and acting(again.text) == []


def test_nothing_that_is_said_of_a_broadcast_acts(target: Target) -> None:
    opened = target.admin.post("/catat/radio", data={"acara": XSS[:100], "penyiar": XSS[:100]})
    assert opened.status_code == 303
    taken = target.admin.post(
        opened.headers["location"], data=dict.fromkeys(FIELDS, XSS) | {"surel": "", "jam_siar": ""}
    )
    assert taken.status_code == 303, taken.text[-2000:]
    refused = target.admin.post("/catat/radio", data=dict.fromkeys(("tanggal", "acara", "penyiar"), XSS))
    assert refused.status_code == 422 and acting(refused.text) == []
    for path in ("/catat/radio", opened.headers["location"], taken.headers["location"]):
        page = target.admin.get(path)
        assert page.status_code == 200 and MARK in page.text and acting(page.text) == [], path


def test_no_name_of_an_uploaded_file_leaves_its_place(target: Target) -> None:
    names = (
        "../../../etc/passwd.jpg",
        "..\\..\\boot.ini",
        f"{XSS}.jpg",
        "a\r\nSet-Cookie: sesi=1.jpg",
        "\u202egpj.exe",
    )
    for name in names:
        target.admin.post("/catat/petugas", data={"perihal": "Surat"}, files=[("berkas", (name, JPEG, "text/html"))])
    kept = target.office.rows(EntryFile)
    assert len(kept) == len(names)
    for number, file in enumerate(kept, 1):
        answer = target.admin.get(f"/buku/PGD/2026/{number}/berkas/{file.id}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert "set-cookie" not in answer.headers
        _harmless_name(answer.headers["content-disposition"])
        for page in (f"/buku/PGD/2026/{number}", f"/buku/PGD/2026/{number}/tanda-terima"):
            assert acting(target.admin.get(page).text) == []


AWAY = (
    "/static/../app.py",
    "/static/..%2fapp.py",
    "/static/%2e%2e/app.py",
    "/static/..%5capp.py",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/",
    "/surat/1/lampiran/..%2f..%2fasli.eml",
    "/surat/..%2f..%2fetc%2fpasswd",
    "/buku/PGD/2026/1/berkas/..%2f..%2fbook.db",
    "/belum-tersampaikan/..%2f..%2fetc",
    "/catat/..%2f..%2fakun",
)


def test_no_address_leads_out_of_the_desk(target: Target) -> None:
    target.settled(hostile_mail())
    for path in AWAY:
        answer = target.admin.get(path)
        assert answer.status_code in (404, 422)
        assert "root:" not in answer.text and "def create" not in answer.text


# Requests of others

FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": HERE},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example.org"},
)


def filled(path: str, number: str = "1") -> str:
    """Return the address of a route with its placeholders filled in."""
    given = {"series": "PGD", "year": "2026", "channel": "telepon", "key": "gagal"}
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: given.get(found.group(1), number), path)


def test_no_unsafe_route_takes_anything_from_another_site(target: Target) -> None:
    target.settled(hostile_mail())
    target.admin.post("/catat/petugas", data={"perihal": "Surat"}, files=[("berkas", ("a.jpg", JPEG))])
    target.admin.post("/catat/radio", data={})
    before = target.rows()
    unsafe = [path for method in ("POST", "PUT", "PATCH", "DELETE") for path in target.routes(method)]
    assert len(unsafe) > 25
    for path in unsafe:
        for headers in FOREIGN:
            answer = target.admin.post(filled(path), data={"versi": "1", "tindakan": "benar"}, headers=headers)
            assert answer.status_code == 403, (path, headers)
            assert "set-cookie" not in answer.headers
    silent = {name: value for name, value in target.admin.headers.items() if name != "sec-fetch-site"}
    target.admin.headers.clear()
    target.admin.headers.update(silent)
    for path in unsafe:
        assert target.admin.post(filled(path), data={"versi": "1"}).status_code == 403, path
    assert target.rows() == before


def test_no_safe_route_changes_anything(target: Target) -> None:
    target.settled(hostile_mail())
    target.admin.post("/catat/petugas", data={"perihal": "Surat"}, files=[("berkas", ("a.jpg", JPEG))])
    before = target.rows()
    for path in target.routes("GET"):
        if path != "/kabar":
            answer = target.admin.get(filled(path) + "?versi=1&tindakan=benar&langkah=kirim&catatan=x&jawaban=x")
            assert answer.status_code < 500, path
    assert target.rows() == before


# What does not exist, and what is another's

ABSENT = ("999999", "2147483647")
NONSENSE = (
    "0",
    "-1",
    "2147483648",
    "9" * 30,
    "1e3",
    "1.0",
    "+1",
    "0x1",
    "0_1",
    "%201",
    "%31%00",
    "%C2%B2",
    "%D9%A1",
    "' OR 1=1--",
    "null",
    "x" * 3000,
)


def test_what_does_not_exist_is_refused_on_every_route(target: Target) -> None:
    target.settled(hostile_mail())
    target.admin.post("/catat/radio", data={})
    before = target.rows()
    form = {"versi": "1", "tindakan": "benar", "alasan": "x", "peran": "admin", "catatan": "x", "uraian": "x"}
    numbered = [
        (method, path)
        for method in ("GET", "POST")
        for path in target.routes(method)
        if re.search(r"\{\w*(id|sequence|position)\}", path)
    ]
    assert len(numbered) > 35
    for number in (*ABSENT, *NONSENSE):
        for method, path in numbered:
            address = filled(path, number)
            answer = target.admin.get(address) if method == "GET" else target.admin.post(address, data=form)
            assert answer.status_code in (404, 405, 422), (method, path, number[:20], answer.status_code)
            assert MARK not in answer.text
    assert target.rows() == before


def test_the_file_of_one_entry_is_not_reached_through_another(target: Target) -> None:
    message = target.settled(hostile_mail())
    other = target.settled(b"From: budi@example.org\r\nSubject: Pengaduan\r\n\r\nUpah saya belum dibayar.\r\n")
    target.admin.post("/catat/petugas", data={"perihal": "satu"}, files=[("berkas", ("a.jpg", JPEG))])
    (file,) = target.office.rows(EntryFile)
    owner = next(entry for entry in target.office.rows(Entry) if entry.id == file.entry_id)
    for entry in target.office.rows(Entry):
        for look in ("", "/gambar"):
            address = f"/buku/{entry.series.value}/{entry.year}/{entry.sequence}/berkas/{file.id}{look}"
            assert target.admin.get(address).status_code == (200 if entry.id == owner.id else 404)
    assert target.admin.get(f"/surat/{message.id}/lampiran/0").status_code == 200
    assert target.admin.get(f"/surat/{other.id}/lampiran/0").status_code == 404


def test_who_may_only_read_reaches_nothing_of_a_secret_entry_by_any_address(target: Target) -> None:
    target.settled(hostile_mail())
    target.admin.post("/catat/petugas", data={"perihal": "b", "rahasia": "ya"}, files=[("berkas", ("a.jpg", JPEG))])
    known = {"versi": "1", "nama": f"Pelapor {MARK}", "surel": "siti@example.org", "rahasia": "ya"}
    assert target.admin.post("/buku/PGD/2026/1/identitas", data=known).status_code == 303
    reader = target.browsers[Role.PEMBACA]
    refused = 0
    for path in target.routes("GET"):
        if path == "/kabar":
            continue
        for number in ("1", "2"):
            answer = reader.get(filled(path, number))
            assert "siti@example.org" not in answer.text, path
            assert f"Pelapor {MARK}" not in answer.text, path
            assert JPEG not in answer.content and SVG not in answer.content, path
            refused += answer.status_code in (403, 404)
    assert refused > 20


# Forms that are no forms

MULTIPART = "multipart/form-data; boundary=batas"
BODIES = {
    "nothing": (b"", "application/x-www-form-urlencoded"),
    "no type": (b"\xff\xfe\x00", ""),
    "json": (b'{"versi": 1}', "application/json"),
    "xml": (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "application/xml"),
    "many fields": (b"&".join(b"a%d=1" % at for at in range(5000)), "application/x-www-form-urlencoded"),
    "one name often": (b"versi=1&versi=2&versi=%00&versi=" + b"9" * 500, "application/x-www-form-urlencoded"),
    "broken escapes": (b"versi=%&surel=%ZZ%C3%28&%=%", "application/x-www-form-urlencoded"),
    "controls": (b"versi=1%00%0d%0a&catatan=%00%1b&surel=%ED%A0%80&nama=%00", "application/x-www-form-urlencoded"),
    "no boundary": (b"--x\r\n\r\n", "multipart/form-data"),
    "no end": (b'--batas\r\nContent-Disposition: form-data; name="versi"\r\n\r\n1', MULTIPART),
    "no name": (b"--batas\r\nContent-Disposition: form-data\r\n\r\n1\r\n--batas--\r\n", MULTIPART),
    "noise": (bytes(range(256)) * 20, MULTIPART),
    "endless header": (b"--batas\r\nContent-Disposition: " + b"x" * 100_000, MULTIPART),
}


def test_what_is_no_form_breaks_no_route(target: Target) -> None:
    target.settled(hostile_mail())
    target.admin.post("/catat/radio", data={})
    before = {name: count for name, count in target.rows().items() if name in ("Entry", "EntryFile", "Letter", "Staff")}
    reading_none = ("/keluar", "/akun/{staff_id}/sesi", "/akun/{staff_id}/nonaktif")
    for sort, (body, kind) in BODIES.items():
        headers = {"Content-Type": kind} if kind else {}
        for path in target.routes("POST"):
            if path not in reading_none:
                answer = target.admin.post(filled(path), content=body, headers=headers)
                assert answer.status_code < 500, (sort, path, answer.status_code)
                page = answer.text if answer.headers.get("content-type", "").startswith("text/html") else ""
                assert acting(page) == [], (sort, path)
    after = target.rows()
    assert {name: after[name] for name in before} == before


def test_a_form_without_end_is_refused_on_every_route_that_reads_one(target: Target) -> None:
    target.settled(hostile_mail())
    target.admin.post("/catat/radio", data={})
    body, refused = b"uraian=" + b"x" * 1_100_000, []
    before = target.rows()
    for path in target.routes("POST"):
        if path == "/keluar" or path.startswith("/akun/"):
            continue
        answer = target.admin.post(
            filled(path), content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code in (413, 422, 303), (path, answer.status_code)
        if answer.status_code == 413:
            refused.append(path)
            assert "Kiriman terlalu besar" in answer.text
    after = target.rows()
    assert len(refused) > 20 and after["Entry"] == before["Entry"] and after["Letter"] == before["Letter"]


# Signing in


@pytest.fixture
def password(target: Target) -> str:
    with target.office.database.writing() as session:
        who, password = staff.add(session, "siti", "Siti", Role.PETUGAS, at=NOW, actor="admin")
        who.must_change = False
    return password


@pytest.fixture
def nobody(target: Target) -> Iterator[TestClient]:
    with TestClient(target.app, base_url=HERE, follow_redirects=False) as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        yield browser


def test_a_session_planted_before_or_by_another_is_never_taken_over(
    target: Target, nobody: TestClient, password: str
) -> None:
    planted = "p" * 43
    for cookie in (f"sesi={planted}", f"sesi={planted}; sesi={planted}", f"__Host-sesi={planted}"):
        answer = nobody.post("/masuk", data={"masuk": "siti", "sandi": password}, headers={"Cookie": cookie})
        assert answer.status_code == 303 and planted not in answer.headers["set-cookie"]
        nobody.cookies.clear()
        assert nobody.get("/", headers={"Cookie": f"sesi={planted}"}).status_code == 303
    other = target.browsers[Role.PETUGAS].cookies["sesi"]
    answer = nobody.post("/masuk", data={"masuk": "siti", "sandi": password}, headers={"Cookie": f"sesi={other}"})
    assert other not in answer.headers["set-cookie"]
    with target.office.database.reading() as session:
        kept = session.exec(select(StaffSession)).all()
    assert all(planted not in str(each.model_dump()) and other not in str(each.model_dump()) for each in kept)


def test_no_session_is_taken_from_anywhere_but_the_cookie(target: Target, nobody: TestClient) -> None:
    token = target.admin.cookies["sesi"]
    assert nobody.get(f"/akun?sesi={token}").status_code == 303
    assert nobody.get("/akun", headers={"Authorization": f"Bearer {token}", "X-Sesi": token}).status_code == 303
    sent = nobody.post("/akun", data={"sesi": token, "nama": "X", "masuk": "x", "peran": "admin"})
    assert sent.status_code == 401
    assert len(target.office.rows(Staff)) == len(Role)


ELSEWHERE = (
    "//evil.example.org",
    "https://evil.example.org/buku",
    "/\\evil.example.org",
    "/%5Cevil.example.org/..",
    "\t//evil.example.org",
    "/\r\nLocation: https://evil.example.org",
    "http:///evil.example.org",
    "javascript:alert(1)",
    "/masuk?ke=//evil.example.org",
    "@evil.example.org",
    "/" * 50 + "evil.example.org",
    "/ /evil.example.org",
)


def test_signing_in_leads_nowhere_else_by_whichever_way_it_is_asked(
    target: Target, nobody: TestClient, password: str
) -> None:
    for going in ELSEWHERE:
        page = nobody.get("/masuk", params={"ke": going})
        assert page.status_code == 200 and acting(page.text) == []
        (asked,) = re.findall(r'name="ke" value="([^"]*)"', page.text)
        _stays_here(html.unescape(asked))
        answer = nobody.post("/masuk", data={"masuk": "siti", "sandi": password, "ke": going})
        _stays_here(answer.headers["location"])
        nobody.cookies.clear()
        _stays_here(target.admin.get("/masuk", params={"ke": going}).headers["location"])


def _stays_here(location: str) -> None:
    parts = urlsplit(location)
    assert (parts.scheme, parts.netloc) == ("", "") and location.startswith("/") and not location.startswith("//")
    assert location.isprintable() and "\\" not in location


def test_no_redirect_of_any_route_leads_elsewhere(target: Target) -> None:
    target.settled(hostile_mail())
    evil = dict.fromkeys(("ke", "kembali", "next", "url", "dicatat", "selesai"), "//evil.example.org")
    for path in target.routes("POST"):
        if path in ("/keluar", "/sandi"):
            continue
        answer = target.admin.post(filled(path), data=evil | {"versi": "1", "perihal": "x"}, params=evil)
        if answer.status_code == 303:
            _stays_here(answer.headers["location"])
        assert "set-cookie" not in answer.headers or path == "/masuk"
    for path in target.routes("GET"):
        if path != "/kabar":
            answer = target.admin.get(filled(path), params=evil, headers={"X-Forwarded-Host": "evil.example.org"})
            _stays_here(answer.headers.get("location", "/"))
            assert "evil.example.org" not in answer.headers.get("location", "")


def test_every_open_route_is_known(target: Target) -> None:
    assert {path for _, path in OPEN} == {"/masuk", "/sehat"}
    assert all(field not in target.admin.get("/sehat").text for field in PASSWORD_FIELDS)
