"""The original of a mail is shown without doing anything: its HTML, its files, its bytes."""

import pytest

from ledger.desk.safety import clean_html, disposition, file_name, type_of
from ledger.models import Message, Raw
from ledger.ports import OpenedFile, OpenedMail
from ledger.words import Disposition
from tests.ledger.desk.conftest import Desk
from tests.ledger.shelf import PreparedReader, put_entry, put_file, put_mail

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
HOSTILE_HTML = """
<html><head><title>TITLE</title><style>body{background:url(http://example.org/s)}</style><base href="http://example.org/">
<meta http-equiv="refresh" content="0;url=http://example.org/m"><link rel="stylesheet" href="http://example.org/l"></head>
<body background="http://example.org/b" onload="alert(1)">
<p style="background:url(http://example.org/p)" class="c" id="isi">Gaji <b>belum</b> dibayar</p>
<script>alert(2)</script><img src="http://example.org/i" onerror="alert(3)"><img srcset="http://example.org/j 2x">
<a href="https://example.org/bukti" onclick="alert(4)" target="_top" ping="http://example.org/k">bukti</a>
<a href="javascript:alert(5)">satu</a><a href="data:text/html,<script>alert(6)</script>">dua</a>
<iframe src="http://example.org/f"></iframe><object data="http://example.org/o"></object><embed src="http://example.org/e">
<form action="http://example.org/a"><input name="x"><button formaction="javascript:alert(7)">kirim</button></form>
<svg><animate onbegin="alert(8)"/><style><img src=x onerror=alert(9)></style></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(10)&gt;"></table></mtext>
</math>
<video src="http://example.org/v" poster="http://example.org/w"></video><table background="http://example.org/t"><tr>
<td colspan="2" rowspan="999999999">sel</td></tr></table>
<noscript><p title="</noscript><img src=x onerror=alert(11)>"></noscript>
"""


def put(desk: Desk, raw: bytes, *files: OpenedFile, html: str | None = None, text: str = "") -> int:
    """Put one readable mail into the book and return its id."""
    with desk.database.noting() as session:
        mail = put_mail(session, Disposition.RECORDED, raw=raw, text=text)
        for position, file in enumerate(files):
            put_file(session, mail, position, file.name, file.content)
        assert mail.id is not None
        number = mail.id
    desk.reader.knows(raw, *files, html=html, text=text)
    return number


def test_the_html_of_a_mail_stands_apart_in_a_sandbox_without_anything_that_acts(desk: Desk) -> None:
    number = put(desk, b"satu", html=HOSTILE_HTML, text="Gaji belum dibayar")
    page = desk.text(f"/surat/{number}")
    assert (
        f'<iframe class="safe" sandbox="" loading="lazy" referrerpolicy="no-referrer" src="/surat/{number}/tampilan"'
        in page
    )
    assert "alert(" not in page and "onerror" not in page
    assert '<li class="breaking">https://example.org/bukti</li>' in page
    answer = desk.browser.get(f"/surat/{number}/tampilan")
    policy = answer.headers["content-security-policy"]
    assert (
        policy.startswith("sandbox; default-src 'none'")
        and "frame-ancestors 'self'" in policy
        and "allow" not in policy
    )
    assert "Gaji <b>belum</b> dibayar" in answer.text and '<td colspan="2">sel</td>' in answer.text
    body = answer.text[answer.text.index("<body>") :].lower()
    acting = ("script", "onload", "onerror", "onclick", "style", "http", "data:", "src=", "href", "id=", "class=")
    for gone in (*acting, "<form", "<button", "<svg", "<iframe", "<meta", "<base", "title", "999999"):
        assert gone not in body, gone


@pytest.mark.parametrize("html", ["<div>" * 200_000, "x" * 1_100_000, "<p><b>" * 6_000])
def test_html_that_would_take_for_ever_to_clean_is_not_cleaned(desk: Desk, html: str) -> None:
    assert clean_html(html) is None
    number = put(desk, b"satu", html=html, text="isi")
    assert "terlalu besar untuk dibersihkan" in desk.text(f"/surat/{number}")
    desk.text(f"/surat/{number}/tampilan", status=404)


def test_the_original_is_a_download_of_the_very_bytes(desk: Desk) -> None:
    raw = b"Subject: <script>\r\n\r\n\xff\x00isi"
    number = put(desk, raw)
    answer = desk.browser.get(f"/surat/{number}/asli.eml")
    assert answer.content == raw
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="surat-{number}.eml"')
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("content", "declared", "served"),
    [
        (SVG, "image/svg+xml", "application/octet-stream"),
        (b"<html><script>alert(1)</script>", "text/html", "application/octet-stream"),
        (b"<html>", "image/png", "application/octet-stream"),
        (b"%PDF-1.7", "text/html", "application/pdf"),
        (PNG, "text/html", "image/png"),
        (b"", "application/pdf", "application/octet-stream"),
    ],
)
def test_a_file_is_a_download_of_the_type_that_its_bytes_show(
    desk: Desk, content: bytes, declared: str, served: str
) -> None:
    number = put(desk, b"satu", OpenedFile("berkas.bin", declared, content))
    answer = desk.browser.get(f"/surat/{number}/lampiran/0")
    assert answer.content == content
    assert answer.headers["content-type"] == served
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_only_a_true_picture_is_shown(desk: Desk) -> None:
    files = (OpenedFile("foto.png", "image/png", PNG), OpenedFile("gambar.svg", "image/svg+xml", SVG))
    files += (OpenedFile("palsu.png", "image/png", b"<script>alert(1)</script>"), OpenedFile("a.pdf", "x/y", b"%PDF-1"))
    number = put(desk, b"satu", *files)
    answer = desk.browser.get(f"/surat/{number}/lampiran/0/gambar")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("inline; ")
    for position in (1, 2, 3):
        desk.text(f"/surat/{number}/lampiran/{position}/gambar", status=404)
    page = desk.text(f"/surat/{number}")
    assert page.count("/gambar") == 1


def test_a_file_is_found_by_its_bytes_and_never_another_one(desk: Desk) -> None:
    number = put(desk, b"satu", OpenedFile("a.txt", "text/plain", b"satu"), OpenedFile("b.txt", "text/plain", b"dua"))
    desk.reader.knows(b"satu", OpenedFile("b.txt", "text/plain", b"dua"), OpenedFile("c.txt", "text/plain", b"lain"))
    assert desk.browser.get(f"/surat/{number}/lampiran/1").content == b"dua"
    desk.text(f"/surat/{number}/lampiran/0", status=404)
    desk.text(f"/surat/{number}/lampiran/2", status=404)


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\slip.pdf", "slip.pdf"),
        ("slip\r\nSet-Cookie: a=b.pdf", "slip__Set-Cookie_ a=b.pdf"),
        ('a"; filename="b.exe', "a__; filename=_b.exe".replace("__;", "_;")),
        ("foto\u202egnp.exe", "foto_gnp.exe"),
        ("..", "lampiran"),
        ("", "lampiran"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
        ("surat kuasa – Siti.pdf", "surat kuasa – Siti.pdf"),
        ("\ud800.pdf", "_.pdf"),
    ],
)
def test_a_file_name_carries_no_path_no_controls_and_an_end(written: str, safe: str) -> None:
    assert file_name(written) == safe
    header = disposition("attachment", written)
    assert header.isascii() and "\r" not in header and "\n" not in header
    assert header.count('"') == 2 and "/" not in header and "\\" not in header


def test_a_name_beyond_ascii_is_given_twice_as_rfc_6266_says() -> None:
    header = disposition("attachment", "slip é.pdf")
    assert header == "attachment; filename=\"slip _.pdf\"; filename*=UTF-8''slip%20%C3%A9.pdf"


def test_a_mail_that_nothing_can_read_shows_its_bytes_as_text(desk: Desk) -> None:
    raw = b"\xff\xfe<script>alert(1)</script>\x00\x1b[31m\r\nbaris dua"
    with desk.database.noting() as session:
        mail = put_mail(session, Disposition.QUARANTINED, raw=raw, error="tanpa kepala <surat>")
        number = mail.id
    page = desk.text(f"/surat/{number}")
    assert "Surel tidak dapat dibaca." in page and "</b> Tanpa kepala &lt;surat&gt;.</p>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "\nbaris dua" in page
    assert "\x00" not in page and "\x1b" not in page and "<script>alert" not in page
    desk.text(f"/surat/{number}/tampilan", status=404)
    assert desk.browser.get(f"/surat/{number}/asli.eml").content == raw


def test_a_mail_whose_original_was_damaged_keeps_what_the_book_knows(desk: Desk) -> None:
    with desk.database.noting() as session:
        mail = put_mail(session, Disposition.RECORDED, raw=b"satu", text="Isi yang dicatat")
        session.get_one(Raw, mail.raw_digest).packed = b"rusak"
        number = mail.id
    page = desk.text(f"/surat/{number}")
    assert "Isi yang dicatat" in page and "Surat asli tidak tersedia" in page
    desk.text(f"/surat/{number}/asli.eml", status=404)


def test_hostile_headers_and_names_stay_words(desk: Desk) -> None:
    number = put(desk, b"satu", OpenedFile("<img src=x onerror=alert(1)>.pdf", "x/y", b"%PDF-"))
    with desk.database.noting() as session:
        mail = session.get_one(Message, number)
        mail.subject = "</title><script>alert(1)</script>"
        mail.sender_name = '"><svg onload=alert(2)>'
        mail.reason = "<b>alasan</b>"
        mail.reasons = ["<i>sebab</i>"]
        session.add(mail)
    page = desk.text(f"/surat/{number}")
    for harm in ("<script>alert", "<svg", "<img src=x", "<b>alasan", "<i>sebab"):
        assert harm not in page
    assert "&lt;/title&gt;&lt;script&gt;" in page
    assert "tidak tampil" not in page


def test_a_mail_names_its_entry_and_what_became_of_it(desk: Desk) -> None:
    with desk.database.noting() as session:
        mail = put_mail(session, Disposition.FOLLOW_UP, entry=put_entry(session, 7), reason="menjawab surat kita")
        number = mail.id
    page = desk.text(f"/surat/{number}")
    assert 'href="/buku/PGD/2026/7"' in page and "Surat susulan" in page and "</b> Menjawab surat kita.</p>" in page


def test_types_come_from_the_first_bytes_alone() -> None:
    assert type_of(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert type_of(b"RIFF\x00\x00\x00\x00WAVE") == "application/octet-stream"
    assert type_of(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert type_of(b"GIF89a") == "image/gif"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Mon, 16 Nov 2026 09:30:00 +0700", "Senin, 16 November 2026 pukul 09.30 WIB"),
        ("Mon, 16 Nov 2026 02:30:00 GMT", "Senin, 16 November 2026 pukul 09.30 WIB"),
        ("kemarin sore", "kemarin sore"),
        ("Mon, 16 Nov 2026 09:30:00 -0000", "Mon, 16 Nov 2026 09:30:00 -0000"),
        ("Fri, 31 Dec 9999 23:30:00 -0500", "Fri, 31 Dec 9999 23:30:00 -0500"),
    ],
)
def test_the_date_of_a_mail_is_told_as_the_office_tells_dates(
    desk: Desk, reader: PreparedReader, written: str, said: str
) -> None:
    with desk.database.noting() as session:
        number = put_mail(session, Disposition.RECORDED, raw=b"satu").id
    reader.known[b"satu"] = OpenedMail((("Date", written),), "Upah", None, ())
    assert f'<dd class="breaking">{said}</dd>' in desk.text(f"/surat/{number}")
