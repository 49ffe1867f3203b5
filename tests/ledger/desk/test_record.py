"""Catat baru: whatever was told is taken down, what is missing never blocks, and nothing typed is lost."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from config.settings import Settings
from ledger.database import Database
from ledger.desk.app import create
from ledger.desk.safety import PDF_POLICY
from ledger.models import Broadcast, Entry, EntryFile, FormDraft, Letter, Staff
from ledger.ports import Judgement, Reason, Themed, Wording
from ledger.words import Channel, Kind, Role
from tests.ledger.desk.conftest import HERE, ClientAs, Desk
from tests.ledger.desk.signed import sign
from tests.ledger.shelf import NOW, PreparedReader, put_entry

JPEG = b"\xff\xd8\xff\xe0" + b"foto" * 50
ONCE = "0123456789abcdef" * 2
HOSTILE = "\"><script>alert(1)</script>'{{7*7}}"


@pytest.fixture
def officer(client_as: ClientAs) -> TestClient:
    return client_as(Role.PETUGAS)


def rows(database: Database) -> list[Entry]:
    with database.reading() as session:
        return list(session.exec(select(Entry).order_by(Entry.id)))  # type: ignore[arg-type]


def said(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def typed(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) or re.search(
        rf'<textarea id="isian-{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL
    )
    assert found, name
    return unescape(found[1])


# Telephone


def test_a_call_is_taken_down_and_leads_to_its_entry(officer: TestClient, database: Database) -> None:
    answer = officer.post(
        "/catat/telepon",
        data={"nama": "  Budi   Santoso ", "telepon": "422121", "instansi": "PT Contoh", "alamat": "Jalan Mawar 1",
              "uraian": "Upah belum dibayar.\r\nSudah tiga bulan.", "jenis": "permohonan", "layanan": "ppjp",
              "rahasia": "ya", "mewakili": "Istrinya", "once": ONCE, "langkah": "simpan"},
    )  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, "/buku/REG/2026/1?dicatat=telepon")
    entry = rows(database)[0]
    assert (entry.name, entry.phone, entry.phone_e164) == ("Budi Santoso", "(0335) 422121", "+62335422121")
    assert (entry.account, entry.matter) == ("Upah belum dibayar.\nSudah tiga bulan.", "Upah belum dibayar")
    assert (entry.channel, entry.kind, entry.service) == (Channel.TELEPON, Kind.PERMOHONAN, "ppjp")
    assert (entry.secret, entry.represents, entry.recorded_by) == (True, "Istrinya", "petugas")
    assert (entry.received_at, entry.recorded_at) == (NOW, NOW)


def test_what_is_missing_never_blocks(officer: TestClient, database: Database) -> None:
    assert officer.post("/catat/telepon", data={"uraian": "gaji"}).status_code == 303
    assert officer.post("/catat/telepon", data={"perihal": "gaji"}).status_code == 303
    assert [(row.kind, row.service, row.matter) for row in rows(database)] == [(Kind.PENGADUAN, "umum", "gaji")] * 2


def test_without_any_matter_the_form_comes_back_with_all_that_was_typed(
    officer: TestClient, database: Database
) -> None:
    told = {"nama": HOSTILE, "alamat": HOSTILE, "telepon": HOSTILE, "surel": HOSTILE, "diterima": HOSTILE, "uraian": ""}
    answer = officer.post("/catat/telepon", data=told | {"once": ONCE})
    assert answer.status_code == 422
    assert {name: typed(answer.text, name) for name in told} == told
    assert typed(answer.text, "once") == ONCE
    assert "<script>alert" not in answer.text
    assert 'href="#isian-diterima"' in answer.text
    assert rows(database) == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("surel", "budi@", "Alamat surel ini tidak lengkap"),
        ("diterima", "entah", "tidak terbaca sebagai tanggal"),
        ("diterima", "besok", "tidak terbaca"),
        ("diterima", "24-11-2026", "belum tiba"),
        ("jenis", "lainnya", "Pilihlah salah satu jenis"),
        ("jenis", "x" * 99, "paling banyak 20 huruf"),
        ("layanan", "../../etc", "Pilihlah salah satu layanan"),
        ("nama", "x" * 201, "paling banyak 200 huruf"),
        ("uraian", "x" * 20_001, "paling banyak 20000 huruf"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    officer: TestClient, database: Database, field: str, value: str, words: str
) -> None:
    answer = officer.post("/catat/telepon", data={"uraian": "gaji", field: value})
    assert answer.status_code == 422
    assert words in said(answer.text)
    assert f'id="salah-{field}"' in answer.text and f'href="#isian-{field}"' in answer.text
    assert "error" not in said(answer.text).lower()
    assert rows(database) == []


def test_the_time_of_receipt_stands_apart_from_that_of_the_typing(
    officer: TestClient, desk: Desk, database: Database
) -> None:
    officer.post("/catat/telepon", data={"uraian": "gaji", "diterima": "kemarin jam 2 siang"})
    officer.post("/catat/telepon", data={"uraian": "upah"})
    later, now = rows(database)
    assert later.received_at == NOW - timedelta(hours=20, minutes=10) and later.recorded_at == NOW
    assert "Dicatat kemudian. Diterima Minggu, 22 November 2026 pukul 14.00 WIB" in said(desk.text("/buku/PGD/2026/1"))
    assert "Dicatat kemudian" not in said(desk.text("/buku/PGD/2026/2"))
    assert said(desk.text("/buku")).count("dicatat kemudian") == 1
    assert now.received_at == now.recorded_at


def test_a_double_submission_makes_one_entry(officer: TestClient, database: Database) -> None:
    told = {"uraian": "gaji", "once": ONCE, "langkah": "simpan"}
    first, second = officer.post("/catat/telepon", data=told), officer.post("/catat/telepon", data=told)
    assert first.headers["location"] == second.headers["location"] == "/buku/PGD/2026/1?dicatat=telepon"
    assert len(rows(database)) == 1


def test_a_caller_is_not_lost_where_another_tab_has_sent_the_same_draft_otherwise(
    officer: TestClient, database: Database
) -> None:
    officer.post("/catat/telepon", data={"nama": "Yanti", "uraian": "lampu mati", "once": ONCE})
    told = {"nama": "Xaver", "uraian": "gaji belum dibayar", "once": ONCE}
    refused = officer.post("/catat/telepon", data=told)
    assert refused.status_code == 422 and "PGD/2026/0001" in said(refused.text)
    assert (typed(refused.text, "nama"), typed(refused.text, "uraian")) == ("Xaver", "gaji belum dibayar")
    token = typed(refused.text, "once")
    assert token != ONCE and typed(officer.get("/catat/telepon").text, "nama") == "Xaver"
    assert officer.post("/catat/telepon", data=told | {"once": token}).status_code == 303
    assert [entry.name for entry in rows(database)] == ["Yanti", "Xaver"]


def test_the_next_one_can_follow_at_once(officer: TestClient) -> None:
    answer = officer.post("/catat/telepon", data={"uraian": "gaji", "langkah": "berikutnya"})
    assert answer.headers["location"] == "/catat/telepon?dicatat=PGD%2F2026%2F0001"
    page = officer.get(answer.headers["location"]).text
    assert "PGD/2026/0001 sudah dicatat." in said(page)
    assert typed(page, "uraian") == ""


@pytest.mark.parametrize("made", ["PGD/2026/0009", "x", "%00", HOSTILE[:32]])
def test_a_number_that_was_not_made_is_not_said_to_be(officer: TestClient, made: str) -> None:
    answer = officer.get("/catat/telepon", params={"dicatat": made})
    assert answer.status_code == 200 and "sudah dicatat" not in answer.text


def test_an_address_left_by_telephone_gets_its_acknowledgement(officer: TestClient, database: Database) -> None:
    officer.post("/catat/telepon", data={"uraian": "gaji", "surel": "budi@contoh.co.id", "layanan": "siskotkln"})
    with database.reading() as session:
        letter = session.exec(select(Letter)).one()
    assert (letter.recipient, letter.mailbox) == ("budi@contoh.co.id", "pentalasker@yahoo.co.id")


# Looking it over


def test_the_form_says_what_it_understood_and_who_called_before(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(
            session, 7, name="Budi Santoso", phone_e164="+6281234567890", matter="Upah Mei", address="Jalan Mawar"
        )
        put_entry(session, 8, name="Budi Santoso", phone_e164="+6281234567890", matter="tersembunyi", secret=True)
    told = {"nama": "budi santoso", "telepon": "wa 0812 3456 7890", "diterima": "kemarin", "langkah": "periksa"}
    answer = desk.browser.post("/catat/telepon", data=told)
    words = said(answer.text)
    assert answer.status_code == 200
    assert "0812-3456-7890" in words and "Minggu, 22 November 2026 pukul 12.00 WIB (jam tidak disebut)" in words
    assert "PGD/2026/0007" in words and "Upah Mei" in words and "nomor telepon sama" in words
    assert "PGD/2026/0008" in words and "tersembunyi" not in words
    assert "instansi (kosong bila perorangan), alamat" in words
    assert typed(answer.text, "nama") == "budi santoso"
    assert rows(desk.database)[-1].sequence == 8


def test_pressing_enter_without_scripts_only_looks_the_form_over(desk: Desk) -> None:
    buttons = re.findall(r'<button[^>]*name="langkah" value="(\w+)"', desk.text("/catat/telepon"))
    assert buttons == ["periksa", "simpan", "berikutnya", "periksa"]


class Ear:
    """A classifier that hears one thing."""

    def judge(self, wording: Wording) -> Judgement:
        assert wording.mailbox is None
        return Judgement(Kind.PERMOHONAN, "ppjp", 0.9, False, (Reason("mohon", "permohonan", 2.0),))


def test_a_suggestion_is_shown_and_decides_nothing(database: Database, office: Settings) -> None:
    app = create(database, office, PreparedReader(), lambda: NOW, Ear())
    with TestClient(app, base_url=HERE, follow_redirects=False) as browser:
        sign(browser, app.state.door, Role.PETUGAS)
        words = said(browser.post("/catat/telepon/draf", data={"uraian": "mohon didaftarkan perjanjian kami"}).text)
        assert "Permohonan" in words and "90%" in words
        assert "Saran jenis" not in browser.post("/catat/telepon/draf", data={"uraian": "mohon"}).text
        chosen = {"uraian": "mohon didaftarkan perjanjian", "jenis": "permohonan", "layanan": "ppjp"}
        assert "Saran jenis" not in browser.post("/catat/telepon/draf", data=chosen).text
        browser.post("/catat/telepon", data={"uraian": "mohon didaftarkan perjanjian"})
    assert rows(database)[0].kind is Kind.PENGADUAN


class Watchman:
    """Finds every text that names a blow urgent."""

    def read(self, wording: Wording) -> Themed:
        assert wording.mailbox is None
        return Themed(("k3",), "kekerasan (“dipukul”)", True) if "dipukul" in wording.text else Themed(("upah",))


def test_what_was_typed_is_marked_at_saving_on_every_form_and_what_cannot_wait_stands_first(
    database: Database, office: Settings
) -> None:
    app = create(database, office, PreparedReader(), lambda: NOW, themes=Watchman())
    with TestClient(app, base_url=HERE, follow_redirects=False) as browser:
        sign(browser, app.state.door, Role.PETUGAS)
        radio = browser.post("/catat/radio", data={"tanggal": "hari ini", "penyiar": "Ani"}).headers["location"]
        browser.post("/catat/telepon", data={"uraian": "saya dipukul mandor"})
        browser.post(radio, data={"uraian": "teman saya dipukul mandor", "jam_siar": "08.10"})
        browser.post("/catat/petugas", data={"uraian": "gaji belum dibayar"})
        today = said(browser.get("/").text)
    assert [(row.themes, row.urgent, row.restricted) for row in rows(database)] == [
        (["k3"], "kekerasan (“dipukul”)", True), (["k3"], "kekerasan (“dipukul”)", True), (["upah"], "", False),
    ]  # fmt: skip
    assert today.count("segera") >= 2 and max(today.find("0001"), today.find("0002")) < today.find("0003")


# Drafts


def test_a_draft_is_kept_restored_and_thrown_away(officer: TestClient, database: Database) -> None:
    told = {"nama": HOSTILE, "uraian": "baris satu\nbaris dua", "once": ONCE, "jenis": "saran"}
    kept = officer.post("/catat/telepon/draf", data=told)
    assert kept.status_code == 200 and "<html" not in kept.text and "<script>" not in kept.text
    page = officer.get("/catat/telepon").text
    assert "Draf dipulihkan" in page
    assert (typed(page, "nama"), typed(page, "uraian"), typed(page, "once")) == (HOSTILE, told["uraian"], ONCE)
    assert '<option value="saran" selected>' in page
    assert "Draf dipulihkan" not in officer.get("/catat/petugas").text
    assert officer.post("/catat/telepon/buang").headers["location"] == "/catat/telepon"
    assert "Draf dipulihkan" not in officer.get("/catat/telepon").text
    assert rows(database) == []


def test_a_saved_form_leaves_no_draft_even_if_its_last_words_come_late(officer: TestClient, database: Database) -> None:
    told = {"uraian": "gaji", "once": ONCE}
    officer.post("/catat/telepon/draf", data=told)
    officer.post("/catat/telepon", data=told)
    officer.post("/catat/telepon/draf", data=told | {"uraian": "gaji!"})
    with database.reading() as session:
        assert session.exec(select(FormDraft)).all() == []


def test_an_empty_form_leaves_no_draft(officer: TestClient) -> None:
    officer.post("/catat/telepon/draf", data={"nama": "B", "once": ONCE})
    officer.post("/catat/telepon/draf", data={"nama": " ", "once": ONCE})
    assert "Draf dipulihkan" not in officer.get("/catat/telepon").text


def test_what_was_typed_goes_along_to_the_form_of_another_channel(officer: TestClient) -> None:
    page = officer.get("/catat/telepon").text
    assert '<button form="catat" name="langkah" value="ke-lainnya">' in page
    told = {"nama": "Budi", "telepon": "0812 3456 7890", "uraian": "gaji", "once": ONCE, "langkah": "ke-lainnya"}
    answer = officer.post("/catat/telepon", data=told)
    assert answer.headers["location"] == "/catat/lainnya?dari=telepon"
    page = officer.get(answer.headers["location"]).text
    assert (typed(page, "nama"), typed(page, "uraian")) == ("Budi", "gaji") and typed(page, "once") != ONCE
    assert "Isian dibawa dari formulir Telepon." in said(page)
    assert "Budi" not in officer.get("/catat/telepon").text


def test_a_draft_that_lies_in_the_other_form_is_not_written_over(officer: TestClient) -> None:
    officer.post("/catat/lainnya/draf", data={"nama": "Sari", "once": ONCE})
    for channel in ("lainnya", "radio"):
        answer = officer.post("/catat/telepon", data={"nama": "Budi", "langkah": f"ke-{channel}"})
        assert answer.headers["location"] == f"/catat/{channel}?tinggal=telepon"
        assert "formulir Telepon tidak dibawa ke sini" in said(officer.get(answer.headers["location"]).text)
    assert typed(officer.get("/catat/lainnya").text, "nama") == "Sari"
    assert typed(officer.get("/catat/telepon").text, "nama") == "Budi"


def test_an_empty_form_only_leads_to_another_one(officer: TestClient) -> None:
    assert officer.post("/catat/telepon", data={"langkah": "ke-petugas"}).headers["location"] == "/catat/petugas"
    assert officer.post("/catat/telepon", data={"langkah": "ke-email"}).status_code == 404


def test_nobody_sees_the_draft_of_another(client_as: ClientAs) -> None:
    client_as(Role.PETUGAS).post("/catat/telepon/draf", data={"nama": "Rahasia Sekali"})
    assert "Rahasia Sekali" not in client_as(Role.KEPALA).get("/catat/telepon").text


@pytest.mark.parametrize("words", ["\x00", "\ud800".encode("utf-8", "surrogatepass"), b"\xff\xfe", "‮gnp"])
def test_hostile_letters_are_taken_as_letters(officer: TestClient, words: str | bytes) -> None:
    assert officer.post("/catat/telepon/draf", data={"nama": words, "uraian": "gaji"}).status_code == 200
    assert officer.get("/catat/telepon").status_code == 200
    assert officer.post("/catat/telepon", data={"nama": words, "uraian": "gaji"}).status_code == 303


def test_an_endless_form_is_refused(officer: TestClient) -> None:
    assert officer.post("/catat/telepon/draf", data={"uraian": "x" * 300_000}).status_code == 413


# Otherwise


def test_another_way_is_named_by_a_word_of_the_office(
    officer: TestClient, database: Database, office: Settings
) -> None:
    for word in ("SP4N-LAPOR!", ""):
        officer.post("/catat/lainnya", data={"uraian": "gaji", "kanal_lain": word})
    answer = officer.post("/catat/lainnya", data={"uraian": "gaji", "kanal_lain": "merpati"})
    assert answer.status_code == 422 and "Pilihlah jalan masuknya" in answer.text
    assert [row.channel_word for row in rows(database)] == ["SP4N-LAPOR!", office.office.other_channels[0]]


@pytest.mark.parametrize(
    "path", ["/catat/email", "/catat/x", "/catat/telepon/x", "/catat/radio/9", "/catat/radio/9/draf"]
)
def test_a_form_that_does_not_exist_is_not_found(officer: TestClient, path: str) -> None:
    assert officer.get(path).status_code in (404, 405)
    assert officer.post(path, data={"uraian": "gaji"}).status_code in (404, 405)


@pytest.mark.parametrize("path", ["/catat/telepon", "/catat/petugas", "/catat/lainnya", "/catat/radio"])
def test_who_may_only_read_takes_nothing_down(client_as: ClientAs, database: Database, path: str) -> None:
    reader = client_as(Role.PEMBACA)
    assert reader.get(path).status_code == 403
    assert reader.post(path, data={"uraian": "gaji"}).status_code == 403
    nobody = client_as(None)
    nobody.headers["Sec-Fetch-Site"] = "same-origin"
    assert nobody.post(path, data={"uraian": "gaji"}).status_code == 401
    assert rows(database) == []
    assert "Catat baru" not in reader.get("/").text


def test_another_site_cannot_make_an_entry(officer: TestClient, database: Database) -> None:
    for headers in ({"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "cross-site"}):
        assert officer.post("/catat/telepon", data={"uraian": "gaji"}, headers=headers).status_code == 403
    assert rows(database) == []


# The counter


def test_a_written_complaint_is_kept_and_served_safely(officer: TestClient, database: Database) -> None:
    answer = officer.post(
        "/catat/petugas",
        data={"perihal": "Surat pengaduan", "langkah": "simpan"},
        files=[("berkas", ("../../foto ‮gnp.jpg", JPEG, "text/html")), ("berkas", ("s.pdf", b"%PDF-1.7", "x/y"))],
    )
    assert answer.headers["location"] == "/buku/PGD/2026/1?dicatat=petugas"
    photo = officer.get("/buku/PGD/2026/1/berkas/1")
    assert (photo.content, photo.headers["content-type"]) == (JPEG, "image/jpeg")
    assert photo.headers["content-disposition"].startswith('attachment; filename="foto')
    assert ".." not in photo.headers["content-disposition"] and "/" not in photo.headers["content-disposition"]
    assert photo.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert photo.headers["x-content-type-options"] == "nosniff"
    assert officer.get("/buku/PGD/2026/1/berkas/1/gambar").headers["content-disposition"].startswith("inline")
    assert officer.get("/buku/PGD/2026/1/berkas/2/gambar").status_code == 404
    assert officer.get("/buku/PGD/2026/1/berkas/2").content == b"%PDF-1.7"
    shown = officer.get("/buku/PGD/2026/1/berkas/2/pdf")
    assert (shown.content, shown.headers["content-security-policy"]) == (b"%PDF-1.7", PDF_POLICY)
    assert shown.headers["content-disposition"].startswith("inline")
    assert officer.get("/buku/PGD/2026/1/berkas/1/pdf").status_code == 404
    page = officer.get("/buku/PGD/2026/1").text
    assert "/buku/PGD/2026/1/berkas/1" in page and "s.pdf" in page


def test_a_file_of_another_entry_is_not_found(officer: TestClient) -> None:
    officer.post("/catat/petugas", data={"perihal": "satu"}, files=[("berkas", ("a.jpg", JPEG))])
    officer.post("/catat/petugas", data={"perihal": "dua"})
    assert officer.get("/buku/PGD/2026/1/berkas/1").status_code == 200
    for path in ("/buku/PGD/2026/2/berkas/1", "/buku/PGD/2026/9/berkas/1", "/buku/XXX/2026/1/berkas/1"):
        assert officer.get(path).status_code == 404
    assert officer.get("/buku/PGD/2026/1/berkas/2").status_code == 404
    assert officer.get("/buku/PGD/2026/1/berkas/x").status_code in (404, 422)


@pytest.mark.parametrize(
    ("channel", "files", "words"),
    [
        ("petugas", [("berkas", ("foto.jpg", b"<svg onload=alert(1)>", "image/jpeg"))], "foto.jpg bukan foto"),
        ("petugas", [("berkas", (f"{at}.jpg", JPEG + bytes([at]))) for at in range(7)], "Paling banyak 6 berkas"),
        ("petugas", [("berkas", (f"{at}.jpg", JPEG + bytes([at]))) for at in range(40)], "Paling banyak 6 berkas"),
        ("petugas", [("berkas", ("besar.jpg", JPEG.ljust(10_000_001, b"x")))], "terlalu besar"),
        ("telepon", [("berkas", ("a.jpg", JPEG))], "hanya dapat dilampirkan"),
    ],
)
def test_an_unfit_file_leaves_no_entry_and_loses_nothing_typed(
    officer: TestClient, database: Database, channel: str, files: list[tuple[str, tuple[str, bytes]]], words: str
) -> None:
    answer = officer.post(f"/catat/{channel}", data={"uraian": "gaji lama"}, files=files)
    assert answer.status_code == 422
    assert words in said(answer.text)
    assert typed(answer.text, "uraian") == "gaji lama"
    assert rows(database) == []


@pytest.mark.parametrize("step", ["simpan", "berikutnya"])
def test_two_files_of_the_same_bytes_are_one_and_that_is_said(
    officer: TestClient, database: Database, step: str
) -> None:
    files = [("berkas", ("a.jpg", JPEG)), ("berkas", ("salinan.jpg", JPEG)), ("berkas", ("b.jpg", JPEG + b"2"))]
    answer = officer.post("/catat/petugas", data={"perihal": "a", "langkah": step}, files=files)
    assert "1 berkas tidak disimpan lagi" in said(officer.get(answer.headers["location"]).text)
    with database.reading() as session:
        assert [file.name for file in session.exec(select(EntryFile)).all()] == ["a.jpg", "b.jpg"]
    files.append(("berkas", ("c.jpg", JPEG + b"3")))
    again = officer.post("/buku/PGD/2026/1/berkas", data={"versi": "2"}, files=files)
    assert "3 berkas tidak disimpan lagi" in said(officer.get(again.headers["location"]).text)


def test_a_form_sent_twice_keeps_its_files_once(officer: TestClient, database: Database) -> None:
    for _ in range(2):
        officer.post("/catat/petugas", data={"perihal": "a", "once": ONCE}, files=[("berkas", ("a.jpg", JPEG))])
    with database.reading() as session:
        assert len(session.exec(select(EntryFile)).all()) == 1


@pytest.mark.parametrize("paper", ["a5", "f4"])
def test_the_receipt_says_what_the_law_asks_for(officer: TestClient, database: Database, paper: str) -> None:
    with database.noting() as session:
        session.exec(select(Staff)).one().nip = "198001012005012003"
    officer.post(
        "/catat/petugas",
        data={"nama": HOSTILE, "alamat": "Jalan Mawar 1", "telepon": "422121", "perihal": "Upah", "uraian": "Rinci.",
              "layanan": "ppjp", "diterima": "kemarin jam 2 siang", "rahasia": "ya", "mewakili": "Istri"},
        files=[("berkas", ("surat.jpg", JPEG))],
    )  # fmt: skip
    answer = officer.get(f"/buku/PGD/2026/1/tanda-terima?kertas={paper}")
    words = said(answer.text)
    for part in (
        "PGD/2026/0001", "Minggu, 22 November 2026 pukul 14.00 WIB", "Datang langsung", HOSTILE, "Jalan Mawar 1",
        "(0335) 422121", "Upah", "Rinci.", "surat.jpg", "Siti Rahmawati", "NIP 198001012005012003", "DIRAHASIAKAN",
        "tidak dipungut biaya", "Batas waktu", "Petugas Penerima Pengaduan", "Probolinggo, 23 November 2026", "Istri",
    ):  # fmt: skip
        assert part in words, part
    assert "<script>alert" not in answer.text
    assert words.count("NIP 198001012005012003") == (2 if paper == "f4" else 1)


@pytest.mark.parametrize(
    ("account", "told"),
    [
        (
            "Probolinggo, 16 November 2026\n\nKepada Yth.\nKepala Dinas\ndi tempat\n\nDengan hormat,\n\n"
            "Yang bertanda tangan di bawah ini:\n\nNama : Siti\nNo. HP : 0812\n\nUpah saya belum dibayar.\nMohon.",
            "Upah saya belum dibayar. Mohon.",
        ),
        ("Perihal : Upah\nLampiran: -\n\nYth. Bapak Kepala,\n\nKami mengajukan permohonan:\n1. satu", None),
        ("Yth. Disperinaker, bersama ini kami teruskan surat warga.", "Yth. Disperinaker, bersama ini kami teruskan"),
        ("Selamat siang Bu, upah belum dibayar.", "Selamat siang Bu, upah belum dibayar."),
        ("Dengan hormat,", "Dengan hormat,"),
    ],
)
def test_the_receipt_of_a_letter_tells_its_matter_and_not_its_letterhead(
    officer: TestClient, database: Database, account: str, told: str | None
) -> None:
    with database.noting() as session:
        put_entry(session, 7, matter="Pengaduan", account=account)
    words = said(officer.get("/buku/PGD/2026/7/tanda-terima").text).partition("Uraian singkat ")[2]
    assert words.startswith(told or "Kami mengajukan permohonan: 1. satu")


def test_who_may_only_read_sees_no_paper_of_those_who_stay_unknown(client_as: ClientAs) -> None:
    officer, reader = client_as(Role.PETUGAS), client_as(Role.PEMBACA)
    officer.post("/catat/petugas", data={"perihal": "a", "rahasia": "ya"}, files=[("berkas", ("a.jpg", JPEG))])
    officer.post("/catat/petugas", data={"perihal": "b"}, files=[("berkas", ("a.jpg", JPEG))])
    assert [reader.get(f"/buku/PGD/2026/{at}/tanda-terima").status_code for at in (1, 2)] == [403, 200]
    assert [reader.get(f"/buku/PGD/2026/{at}/berkas/{at}").status_code for at in (1, 2)] == [403, 200]
    assert officer.get("/buku/PGD/2026/1/berkas/1").status_code == 200


@pytest.mark.parametrize("path", ["/buku/PGD/2026/9/tanda-terima", "/buku/X/2026/1/tanda-terima"])
def test_there_is_no_receipt_of_what_was_not_recorded(officer: TestClient, path: str) -> None:
    assert officer.get(path).status_code == 404
    assert officer.get("/buku/PGD/2026/1/tanda-terima?kertas=a0").status_code == 422


def test_the_entry_leads_to_its_receipt_and_to_the_next_one(officer: TestClient) -> None:
    location = officer.post("/catat/petugas", data={"perihal": "Upah"}).headers["location"]
    words = said(officer.get(location).text)
    assert "PGD/2026/0001 sudah dicatat." in words and "Cetak tanda terima" in words and "Catat berikutnya" in words
    assert "Belum disebut: nama, instansi (kosong bila perorangan), alamat, telepon" in words
    plain = said(officer.get("/buku/PGD/2026/1").text)
    assert "sudah dicatat" not in plain and "Cetak tanda terima" in plain


# The radio


def open_broadcast(officer: TestClient, **told: str) -> str:
    answer = officer.post("/catat/radio", data=told)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_broadcast_holds_a_batch_and_each_caller_makes_room_for_the_next(
    officer: TestClient, database: Database
) -> None:
    path = open_broadcast(officer, penyiar="Rini")
    for at, name in enumerate(("Budi", "Sari", "Agus"), 1):
        answer = officer.post(path, data={"nama": name, "uraian": "lampu mati", "jam_siar": "09.20"})
        assert answer.headers["location"] == f"{path}?dicatat=PGD%2F2026%2F000{at}"
    page = officer.get(path).text
    assert "Penelepon siaran ini (3)" in said(page) and "siar 09.20" in said(page)
    made = rows(database)
    assert [row.name for row in made] == ["Budi", "Sari", "Agus"]
    assert {row.aired_at for row in made} == {row.received_at for row in made} == {NOW - timedelta(minutes=50)}
    assert {row.recorded_at for row in made} == {NOW}
    assert {row.channel for row in made} == {Channel.RADIO}


def test_a_broadcast_of_another_day_keeps_its_day(officer: TestClient, database: Database) -> None:
    path = open_broadcast(officer, tanggal="20 Nov", acara="Bolinggoan")
    assert "Bolinggoan, Jumat, 20 November 2026" in said(officer.get(path).text)
    officer.post(path, data={"uraian": "lampu mati"})
    entry = rows(database)[0]
    assert entry.aired_at is None and entry.received_at.isoformat() == "2026-11-20T05:00:00+00:00"


def test_a_closed_broadcast_takes_nobody_until_it_is_opened_again(officer: TestClient, database: Database) -> None:
    path = open_broadcast(officer)
    assert officer.post(f"{path}/tutup").headers["location"] == path
    assert "ditutup" in officer.get(path).text
    answer = officer.post(path, data={"nama": "Budi", "uraian": "gaji"})
    assert answer.status_code == 422 and "Siaran ini sudah ditutup" in said(answer.text)
    assert (typed(answer.text, "nama"), typed(answer.text, "uraian")) == ("Budi", "gaji")
    officer.post(f"{path}/buka")
    assert typed(officer.get(path).text, "nama") == "Budi"
    assert officer.post(path, data={"uraian": "gaji"}).status_code == 303
    assert "masih dibuka" in said(officer.get("/catat/radio").text)


@pytest.mark.parametrize(
    ("told", "words"), [({"tanggal": "besok"}, "tidak terbaca"), ({"tanggal": "24-11"}, "belum tiba")]
)
def test_a_broadcast_that_has_not_been_is_not_opened(
    officer: TestClient, database: Database, told: dict[str, str], words: str
) -> None:
    answer = officer.post("/catat/radio", data=told | {"penyiar": HOSTILE})
    assert answer.status_code == 422 and words in said(answer.text)
    assert typed(answer.text, "penyiar") == HOSTILE
    with database.reading() as session:
        assert session.exec(select(Broadcast)).all() == []


def test_an_on_air_time_that_has_not_come_is_said_beside_its_field(officer: TestClient) -> None:
    answer = officer.post(open_broadcast(officer), data={"uraian": "gaji", "jam_siar": "23.00"})
    assert answer.status_code == 422 and "Jam siar 23.00 belum tiba" in said(answer.text)


def test_each_broadcast_has_its_own_draft(officer: TestClient) -> None:
    first, second = open_broadcast(officer, acara="Laporo Rek"), open_broadcast(officer, acara="Bolinggoan")
    officer.post(f"{first}/draf", data={"nama": "Budi"})
    assert "Draf dipulihkan" in officer.get(first).text and "Draf dipulihkan" not in officer.get(second).text
    officer.post(f"{first}/buang")
    assert "Draf dipulihkan" not in officer.get(first).text
