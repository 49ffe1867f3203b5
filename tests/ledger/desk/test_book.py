"""The book as a table: its filters say what they cannot read, its pages follow each other, names stay words."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from ledger.words import Channel, Register, Status
from tests.ledger.desk.conftest import Desk
from tests.ledger.shelf import NOW, put_entry

LONG_NAME = "Raden Ajeng Kusumawardhani Sulistyowati Wahyuningtyas Suryaningrat binti Abdurrahman"


def numbers(page: str) -> list[str]:
    return re.findall(r"data-row[^>]*>([A-Z]{3}/\d{4}/\d{4})<", page)


def test_an_empty_book_says_why_and_what_will_come(desk: Desk) -> None:
    assert "Buku ini masih kosong" in desk.text("/buku")
    assert "<table" not in desk.text("/buku")
    assert "Tidak ada entri yang cocok" in desk.text("/buku?cari=siapa")


def test_a_line_says_number_time_channel_who_matter_service_status_and_days_left(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, name=LONG_NAME, matter="Gaji & lembur", due_on="2026-11-26", channel=Channel.RADIO)
        put_entry(
            session, 2, channel=Channel.LAINNYA, channel_word="WhatsApp", due_on="2026-11-21", status=Status.DIPROSES
        )
    page = desk.text("/buku")
    assert numbers(page) == ["PGD/2026/0001", "PGD/2026/0002"]
    for said in (LONG_NAME, "Gaji &amp; lembur", "3 hari lagi", "terlambat 2 hari", "Radio", "WhatsApp", "Diproses"):
        assert said in page
    assert (
        '<time datetime="2026-11-23T10:09+07:00"><span>Sen, 23 Nov</span> <span class="year">2026</span> 10.09</time>'
        in page
    )
    assert page.count('<th scope="col"') == 8 and page.count('<th scope="row"') == 2


def test_pages_follow_each_other_and_keep_the_filter(desk: Desk) -> None:
    with desk.database.noting() as session:
        for sequence in range(1, 121):
            put_entry(session, sequence, matter="gaji")
    path, seen = "/buku?cari=gaji", []
    for _ in range(3):
        page = desk.text(path)
        seen += numbers(page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        path = html.unescape(more.group(1)) if more else ""
        assert not path or "cari=gaji" in path
    assert seen == [f"PGD/2026/{sequence:04}" for sequence in range(1, 121)] and path == ""
    back = re.search(r'href="([^"]+)" rel="prev"', page)
    assert back and numbers(desk.text(html.unescape(back.group(1)))) == seen[50:100]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("register=REG", ["REG/2026/0003"]),
        ("kanal=radio", ["PGD/2026/0002"]),
        ("layanan=siskotkln", ["PGD/2026/0002"]),
        ("keadaan=selesai", ["REG/2026/0003"]),
        ("pilih=terlambat", ["PGD/2026/0001"]),
        ("dari=2026-11-23", ["PGD/2026/0001", "PGD/2026/0002"]),
        ("sampai=22-11-2026", ["REG/2026/0003"]),
        ("dari=&kanal=&cari=", ["PGD/2026/0001", "PGD/2026/0002", "REG/2026/0003"]),
        ("urut=tenggat", ["PGD/2026/0001", "PGD/2026/0002", "REG/2026/0003"]),
        ("unknown=1", ["PGD/2026/0001", "PGD/2026/0002", "REG/2026/0003"]),
    ],
)
def test_each_filter_of_the_form_narrows_the_table(desk: Desk, query: str, expected: list[str]) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, due_on="2026-11-20")
        put_entry(session, 2, channel=Channel.RADIO, service="siskotkln")
        put_entry(session, 3, series=Register.REG, status=Status.SELESAI, received_at=NOW - timedelta(days=3))
    assert numbers(desk.text(f"/buku?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("kanal=pos", "Kanal: Pilihan ini tidak ada."),
        ("register=pgd", "Register: Pilihan ini tidak ada."),
        ("layanan=x", "Layanan: Pilihan ini tidak ada."),
        ("dari=32-13-2026", "Diterima dari: Tanggal ini tidak terbaca."),
        ("sampai=0001-01-01", "Sampai: Tahun ini di luar buku."),
        ("dari=9999-12-31", "Diterima dari: Tahun ini di luar buku."),
        ("dari=2026-11-23&sampai=2026-11-01", "Sampai: Tanggal akhir mendahului tanggal awal."),
        ("cari=" + "x" * 5000, "Cari: Terlalu panjang"),
        ("sebelum=x", "Tempat dalam buku tidak dikenali."),
        ("sesudah=2026-11-23T03:10:00~1", "Tempat dalam buku tidak dikenali."),
        ("sesudah=" + "9" * 5000, "Terlalu panjang"),
        ("urut=acak", "Urutan: Pilihan ini tidak ada."),
    ],
)
def test_what_a_filter_cannot_read_is_said_beside_it_and_keeps_what_was_typed(
    desk: Desk, query: str, said: str
) -> None:
    page = desk.text(f"/buku?{query}&keadaan=diproses", status=422)
    assert said in page and "Saringan belum dapat dipakai" in page
    assert '<option value="diproses" selected>' in page


def test_what_was_typed_stands_in_the_form_again_as_text(desk: Desk) -> None:
    page = desk.text("/buku?cari=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page


def test_a_whole_number_in_the_search_opens_its_entry(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1)
        put_entry(session, 2, series=Register.REG)
    desk.browser.follow_redirects = False
    for written in ("PGD/2026/0001", "pgd 1", "[PGD/2026/1]", "PGD-2026-0001"):
        answer = desk.browser.get("/buku", params={"cari": written})
        assert (answer.status_code, answer.headers.get("location")) == (303, "/buku/PGD/2026/1"), written
    assert desk.browser.get("/permohonan?cari=REG/2026/2").headers["location"] == "/buku/REG/2026/2"
    for asked in ("/buku?cari=1", "/buku?cari=PGD/2026/9", "/buku?cari=PGD/2026/1&keadaan=selesai", "/buku?cari=2026/1",
                  "/permohonan?cari=PGD/2026/1"):  # fmt: skip
        assert desk.browser.get(asked).status_code == 200, asked


def test_a_number_of_two_years_is_listed_and_not_guessed(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1)
        second = put_entry(session, 2)
        second.year, second.sequence, second.number = 2027, 1, "PGD/2027/0001"
    assert numbers(desk.text("/buku?cari=PGD 1")) == ["PGD/2026/0001", "PGD/2027/0001"]


def test_an_empty_register_does_not_say_that_the_book_is_empty(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1)
    page = desk.text("/permohonan")
    assert "Belum ada permohonan dalam buku." in page and "Buku ini masih kosong" not in page
    assert '<a href="/catat/telepon">Catat baru</a>' in page


def test_days_are_written_as_words_so_that_no_browser_turns_them_round(desk: Desk) -> None:
    page = desk.text("/buku?dari=23-11-2026")
    assert 'type="date"' not in page and 'value="23-11-2026"' in page and page.count('placeholder="23-11-2026"') == 2


def test_hostile_names_and_matters_stay_words(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(
            session, 1, name="<img src=x onerror=alert(1)>", matter='"><script>alert(2)</script>', needs_review=True
        )
    for path in ("/", "/buku", "/tinjau", "/buku/PGD/2026/1"):
        page = desk.text(path)
        assert "<img src=x" not in page and "<script>alert" not in page
        assert "&lt;script&gt;alert(2)" in page


def test_requests_are_their_own_room(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1)
        put_entry(session, 2, series=Register.REG)
    assert numbers(desk.text("/permohonan?register=PGD")) == ["REG/2026/0002"]
    assert "<h1>Permohonan</h1>" in desk.text("/permohonan")


def test_a_table_of_fifty_lines_needs_no_more_questions_than_one_of_one(desk: Desk) -> None:
    asked: list[str] = []
    event.listen(desk.database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    counts = []
    for sequence in (1, 50):
        with desk.database.noting() as session:
            put_entry(session, sequence, matter="a")
            for more in range(2, 50) if sequence == 50 else ():
                put_entry(session, more)
        asked.clear()
        assert len(numbers(desk.text("/buku"))) == sequence
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9
