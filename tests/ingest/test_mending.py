"""The beginning of a raw mail is mended, and no word of a letter is lost by it."""

import pytest

from ingest.mending import mended

FROM = b"From: siti@example.org\r\n"


def test_a_sound_mail_stays_as_it_is() -> None:
    raw = FROM + b"Subject: Upah\r\n lanjutan\r\n\r\nNama: Siti\r\n"
    assert mended(raw).raw == raw
    assert mended(raw).astray == b""


def test_what_stands_before_the_headers_is_taken_away() -> None:
    raw = FROM + b"\r\nUpah.\r\n"
    assert mended(b"\xef\xbb\xbf\r\nFrom x Mon Nov 23\r\n" + raw).raw == raw


def test_a_line_that_ends_the_headers_of_others_is_both_header_and_word() -> None:
    found = mended(FROM + b"X-A: b\r\nkata\r\nSubject: Upah\r\nX-C: d\r\n\r\nIsi\r\n")
    assert found.raw == FROM + b"X-A: b\r\n kata\r\nSubject: Upah\r\nX-C: d\r\n\r\nIsi\r\n"
    assert found.astray.rstrip() == b"kata\r\nSubject: Upah\r\nX-C: d"


def test_words_below_the_last_header_are_left_to_the_letter() -> None:
    raw = FROM + b"Subject: Upah\r\nGaji: belum dibayar, kata mandor.\r\nMohon bantuan\r\n\r\nSiti\r\n"
    assert mended(raw).raw == raw


def test_a_broken_line_above_all_headers_is_alone_in_doubt() -> None:
    found = mended(b"garis rusak\r\n" + FROM + b"X-A: b\r\n\r\nIsi\r\n")
    assert found.astray == b"garis rusak\r\n"
    assert found.raw.endswith(FROM + b"X-A: b\r\n\r\nIsi\r\n")


@pytest.mark.parametrize("line", [b"This is a multi-part message in MIME format.", b'boundary="batas"'])
def test_a_line_of_the_envelope_is_no_word(line: bytes) -> None:
    assert mended(FROM + b"Content-Type: multipart/mixed;\r\n" + line + b"\r\nTo: a@example.org\r\n\r\n").astray == b""


@pytest.mark.parametrize("label", [b"Nama", b"Alamat", b"Telp", b"Perihal", b"Keluhan"])
def test_the_label_of_a_letter_among_the_headers_is_kept_as_words(label: bytes) -> None:
    assert mended(FROM + label + b": Siti\r\nMohon bantuan\r\n").astray == label + b": Siti\r\n"


def test_white_space_before_a_colon_is_taken_out_where_headers_follow() -> None:
    assert mended(b"X-A : b\r\nSubject : c\r\n\r\n").raw == b"X-A: b\r\nSubject: c\r\n\r\n"
    assert mended(FROM + b"Nama : Siti\r\n\r\n").raw == FROM + b"Nama : Siti\r\n\r\n"
