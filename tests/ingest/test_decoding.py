"""Turning the bytes of a mail into text."""

import base64

import pytest

from ingest.decoding import (
    codec_of,
    decode_base64,
    decode_bytes,
    decode_words,
    header_text,
    one_line,
    scrub,
    split_uuencoded,
    undo_transfer,
)


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF-8", "utf-8"),
        ('"utf-8"', "utf-8"),
        ("iso-8859-1", "cp1252"),
        ("GB2312", "gb18030"),
        ("utf-8; format=flowed", "utf-8"),
        ("unicode_escape", None),
        ("tidak-ada", None),
        ("é", None),
        ("", None),
        (None, None),
    ],
)
def test_a_charset_label_is_understood_as_mail_writes_it(label: str | None, codec: str | None) -> None:
    assert codec_of(label) == codec


def test_a_transport_codec_is_no_charset() -> None:
    assert decode_bytes(b"abc", "base64") == "abc"
    assert decode_bytes(b"abc", "rot13") == "abc"


def test_broken_octets_in_utf_8_do_not_turn_the_rest_into_western_letters() -> None:
    assert decode_bytes("Upah – lembur – ".encode() + b"\xe2", "utf-8").startswith("Upah – lembur – ")


def test_utf_16_without_a_mark_is_read_in_either_order() -> None:
    assert decode_bytes("Upah".encode("utf-16-be"), "utf-16") == "Upah"
    assert decode_bytes("Upah".encode("utf-16-le"), "utf-16") == "Upah"


def test_adjacent_words_of_two_charsets_are_each_read_in_their_own() -> None:
    assert decode_words("=?utf-8?Q?=E2=80=93?= =?iso-8859-1?Q?=E9?=") == "–é"


def test_text_around_encoded_words_keeps_its_white_space() -> None:
    assert decode_words("a =?utf-8?Q?b?= c") == "a b c"


def test_a_header_value_is_unfolded() -> None:
    assert header_text("satu\r\n dua") == "satu dua"


def test_base64_goes_on_after_padding_in_the_midst() -> None:
    assert decode_base64(b"c2F0dQ==\r\nZHVh") == b"satudua"


def test_a_text_that_only_speaks_of_begin_is_no_uuencoded_file() -> None:
    text = "begin 644 orang\nlalu kami pulang\n"
    assert split_uuencoded(text) == (text, ())


def test_scrubbing_leaves_nothing_that_cannot_be_stored() -> None:
    assert scrub("a\x00b\ud800c") == "ab\ufffdc"
    assert one_line("a\r\n\tb\u2028c") == "a b c"


_WORDS = "Upah saya – dan lembur – belum dibayar.".encode()
_FOOTER = "-- \nMilis pekerja: tulis ke keluar@example.org\n"


@pytest.mark.parametrize("width", [76, 20, 400])
def test_plain_words_below_base64_are_kept_beside_what_it_holds(width: int) -> None:
    letters = base64.b64encode(_WORDS).decode()
    lines = "\n".join(letters[at : at + width] for at in range(0, len(letters), width))
    assert undo_transfer(f"{lines}\n{_FOOTER}", "base64", is_text=True) == _WORDS + b"\n\n" + _FOOTER.strip().encode()


def test_of_a_file_nothing_but_its_base64_is_read() -> None:
    assert undo_transfer(base64.encodebytes(_WORDS).decode(), "base64") == _WORDS


@pytest.mark.parametrize(
    "plain", ["Tolong", "Upah belum dibayar", "Pengaduanperburuhan belum\nditanggapi sampai sekarang"]
)
def test_plain_words_under_the_label_of_base64_stay_words(plain: str) -> None:
    assert undo_transfer(plain, "base64", is_text=True) == plain.encode()


def test_base64_of_one_short_word_is_still_decoded() -> None:
    assert undo_transfer("VXBhaA==", "base64", is_text=True) == b"Upah"
    assert undo_transfer("VXBhaCBi", "base64", is_text=True) == b"Upah b"
