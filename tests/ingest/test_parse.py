"""Reading raw mail into a plain value."""

import base64
import os
import tracemalloc
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parse import ParsedMail, UnreadableMail, html_to_text, parse
from ingest.quote import separate
from ingest.screen import screen
from tests.fuzzing import FUZZ

LETTER = (
    b"From: Siti <siti@example.org>\r\nTo: dinas@example.go.id\r\nSubject: Upah\r\n"
    b"Date: Mon, 23 Nov 2026 08:15:00 +0700\r\nMessage-ID: <a@example.org>\r\n\r\nUpah belum dibayar.\r\n"
)


def _with_file(name: str, content: bytes) -> bytes:
    return (
        b"From: siti@example.org\r\nSubject: Berkas\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=batas\r\n\r\n--batas\r\n\r\nTerlampir.\r\n--batas\r\n"
        b'Content-Type: application/pdf; name="'
        + name.encode()
        + b'"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(content)
        + b"\r\n--batas--\r\n"
    )


def test_the_sender_date_is_given_in_utc() -> None:
    assert parse(LETTER).date == datetime(2026, 11, 23, 1, 15, tzinfo=UTC)


def test_the_result_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        parse(LETTER).subject = "lain"  # type: ignore[misc]


def test_headers_keep_order_and_repetition_under_lower_case_names() -> None:
    mail = parse(b"Received: satu\r\nFROM: a@example.org\r\nReceived: dua\r\n tiga\r\n\r\nx")
    assert mail.headers == (("received", "satu"), ("from", "a@example.org"), ("received", "dua tiga"))


def test_the_null_return_path_differs_from_none_at_all() -> None:
    assert parse(b"Return-Path: <>\r\n" + LETTER).return_path == ""
    assert parse(b"Return-Path: <b@Example.ORG>\r\n" + LETTER).return_path == "b@example.org"
    assert parse(LETTER).return_path is None


def test_recipients_of_several_headers_and_groups_are_all_found() -> None:
    mail = parse(
        b"To: Dinas <dinas@example.go.id>\r\nTo: b@example.org\r\nCc: Warga: c@example.org, d@example.org;\r\n\r\nx"
    )
    assert [found.address for found in mail.to] == ["dinas@example.go.id", "b@example.org"]
    assert [found.address for found in mail.cc] == ["c@example.org", "d@example.org"]


def test_the_content_key_ignores_what_travel_changes() -> None:
    again = b"Received: from x by y\r\n" + LETTER.replace(b"<a@", b"<b@").replace(b"08:15", b"09:15")
    assert parse(again).content_key == parse(LETTER).content_key


@pytest.mark.parametrize(
    ("old", "new"), [(b"Upah belum", b"Upah sudah"), (b"siti@", b"sita@"), (b"Subject: Upah", b"Subject: Upah lagi")]
)
def test_the_content_key_changes_with_writer_subject_and_words(old: bytes, new: bytes) -> None:
    assert parse(LETTER.replace(old, new)).content_key != parse(LETTER).content_key


def test_the_content_key_looks_into_the_files_and_not_at_their_names() -> None:
    assert parse(_with_file("a.pdf", b"satu")).content_key == parse(_with_file("b.pdf", b"satu")).content_key
    assert parse(_with_file("a.pdf", b"satu")).content_key != parse(_with_file("a.pdf", b"dua")).content_key


def test_a_nameless_file_has_the_same_name_every_time() -> None:
    raw = _with_file("", b"satu")
    assert parse(raw) == parse(raw)
    assert parse(raw).files[0].name == "lampiran-1.pdf"


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("/etc/passwd", "passwd"),
        ("..", "lampiran-1.pdf"),
        ("con.pdf", "_con.pdf"),
        ("a\u202efdp.exe", "a fdp.exe"),
        (".htaccess", "htaccess"),
        ("x" * 300 + ".pdf", "x" * 108 + ".pdf"),
    ],
)
def test_a_file_name_is_made_safe(written: str, safe: str) -> None:
    assert parse(_with_file(written, b"x")).files[0].name == safe


def test_a_letter_in_a_letter_is_named_after_its_whole_subject() -> None:
    raw = (
        b"From: siti@example.org\r\nContent-Type: message/rfc822\r\n\r\nSubject: Upah 10/2026 dan lembur\r\n\r\nIsi\r\n"
    )
    assert [file.name for file in parse(raw).files] == ["Upah 10-2026 dan lembur.eml"]


def test_a_report_gives_its_fields_and_the_returned_headers() -> None:
    raw = (
        b"From: x@example.net\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <surat@example.go.id>\r\n--b--\r\n"
    )
    assert parse(raw).report == "Reporting-MTA: dns; x\n\nAction: failed\n\nMessage-ID: <surat@example.go.id>"


@pytest.mark.parametrize("encoding", ["7bit", "base64", "quoted-printable"])
def test_the_message_id_of_an_attached_letter_is_known(encoding: str) -> None:
    wrapped = base64.b64encode(LETTER) if encoding == "base64" else LETTER
    raw = (
        b"From: loket@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nDiteruskan.\r\n--b\r\nContent-Type: message/rfc822\r\n"
        b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + wrapped + b"\r\n--b--\r\n"
    )
    assert parse(raw).carried == ("a@example.org",)
    assert parse(LETTER).carried == ()


def test_what_cannot_be_read_says_why_in_plain_words() -> None:
    with pytest.raises(UnreadableMail, match="kosong"):
        parse(b"  \r\n")
    with pytest.raises(UnreadableMail, match="kepala surat"):
        parse(b"PK\x03\x04 tanpa kepala surat\r\n\r\nisi berkas")


def test_words_without_any_header_are_read_as_from_nobody() -> None:
    mail = parse(b"Upah kami belum dibayar.\r\n\r\nMohon bantuan.\r\n")
    assert (mail.sender, mail.subject, mail.headers) == (None, "", ())
    assert mail.text.split() == ["Upah", "kami", "belum", "dibayar.", "Mohon", "bantuan."]


@pytest.mark.parametrize(
    "raw", [b"QUJDREVGRw==\r\nSElKS0xNTk8=\r\n", "Gaji für alle\r\n".encode("latin-1"), b"upah\r\n"]
)
def test_bytes_without_headers_that_are_not_plainly_words_wait_for_an_officer(raw: bytes) -> None:
    with pytest.raises(UnreadableMail, match="kepala surat"):
        parse(raw)


def test_a_report_does_not_speak_with_the_letter_that_it_returns() -> None:
    raw = (
        b"From: mailer-daemon@example.org\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Upah\r\n\r\nUpah belum dibayar.\r\n--b--\r\n"
    )
    assert parse(raw).enclosed == ""


def test_letters_in_letters_are_opened_only_so_far() -> None:
    letter = b"Subject: Upah\r\n\r\nUpah belum dibayar.\r\n"
    for _ in range(3):
        letter = b"Content-Type: message/rfc822\r\n\r\n" + letter
    assert parse(letter).enclosed == "Upah belum dibayar."
    for _ in range(20):
        letter = b"Content-Type: message/rfc822\r\n\r\n" + letter
    assert parse(letter).enclosed == ""


def test_the_content_key_knows_words_that_stand_among_the_headers() -> None:
    letter = b"From: siti@example.org\r\nX-A: b\r\nUpah belum dibayar.\r\nSubject: Upah\r\n\r\nSiti\r\n"
    assert parse(letter).content_key != parse(letter.replace(b"belum", b"sudah")).content_key


def test_html_is_read_as_text_with_its_quotes_marked() -> None:
    html = '<p>Baru</p><blockquote type="cite"><p>Lama</p></blockquote>'
    assert html_to_text(html) == "Baru\n>\n> Lama"


def test_a_large_mail_takes_only_a_few_times_its_size() -> None:
    raw = _with_file("besar.pdf", os.urandom(6_000_000))
    tracemalloc.start()
    try:
        mail = parse(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(mail.files[0].content) == 6_000_000
    assert peak < 6 * len(raw)


_PIECES = st.sampled_from(
    [
        *(
            b"From: a@example.org\r\n",
            b"Subject: =?utf-8?B?",
            b"?=",
            b"\r\n",
            b"\n",
            b"\r",
            b"\x00",
            b"\xff",
            b": ",
            b"--b",
        ),
        *(
            b"Content-Type: multipart/mixed; boundary=b\r\n",
            b"Content-Type: text/html; charset=utf-16\r\n",
            b"<p>",
            b"<!--",
        ),
        *(b"Content-Type: message/delivery-status\r\n", b"Content-Type: message/rfc822\r\n", b"\r\n--b\r\n", b"--b--"),
        *(
            b"Content-Transfer-Encoding: base64\r\n",
            b"Content-Transfer-Encoding: quoted-printable\r\n",
            b"=E2=",
            b"=?a?q?",
        ),
        *(
            b'Content-Disposition: attachment; filename*0*="',
            b'charset="\x00"',
            b"charset=hz",
            b"charset=utf-7",
            b"> ",
            b"-- ",
        ),
        *(
            b"begin 644 x\n",
            b"M",
            b"end\n",
            b"On 1 Jan 2026, a@b.c wrote:\n",
            b"Dari: a\nTanggal: 1.00\nKepada: b\n",
            b"Nama : Siti\n",
            b"upah belum dibayar\n",
            b"VXBhaCBiZWx1bSBkaWJheWFy\n",
            b"\n--b--\n\n--b\n",
            b"References: <",
        ),
    ]
)
_RAW = st.lists(st.one_of(_PIECES, st.binary(max_size=20)), max_size=40).map(b"".join)


def _strings(mail: ParsedMail) -> list[str]:
    headers = [text for header in mail.headers for text in header]
    texts = (mail.subject, mail.text, mail.html or "", mail.report, mail.astray, mail.enclosed)
    return [*texts, *headers, *(file.name for file in mail.files)]


@FUZZ
@given(_RAW)
def test_no_mail_whatever_makes_the_pipeline_raise_anything_but_unreadable(raw: bytes) -> None:
    try:
        mail = parse(b"From: a@example.org\r\n" + raw)
    except UnreadableMail:
        return
    written = separate(mail.text, mail.subject)
    screen(mail, own_message=False, own_addresses=frozenset())
    assert bool(written.text) == bool(mail.text.strip())
    for text in _strings(mail):
        assert "\x00" not in text
        text.encode("utf-8")


@FUZZ
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_called_unreadable(raw: bytes) -> None:
    try:
        parse(raw)
    except UnreadableMail as reason:
        assert str(reason)
