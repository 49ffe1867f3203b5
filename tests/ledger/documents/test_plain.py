"""Texts of strangers on paper and in tables."""

import pytest

from ledger.documents.plain import plain, printable, shortened


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("a\x00b\x1bc", "abc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\ud800b\uffff", "ab"),
        ("\ttab tetap\n", "\ttab tetap\n"),
        ("Sulistyowati – “kutipan” é 中 🙏", "Sulistyowati – “kutipan” é 中 🙏"),
    ],
)
def test_only_what_no_text_should_hold_is_left_out(said: str, left: str) -> None:
    assert plain(said) == left


def test_a_long_word_may_break_after_its_signs_and_inside() -> None:
    assert printable("warga.kota@alamat.example.org") == "warga.\u200bkota@\u200balamat.\u200bexample.\u200borg"
    assert printable("a" * 30) == "a" * 12 + "\u200b" + "a" * 12 + "\u200b" + "a" * 6
    assert printable("kata-kata pendek") == "kata-kata pendek"


def test_pictures_without_a_letter_form_are_shown_as_a_box() -> None:
    assert printable("Terima kasih 🙏🏽🙏!") == "Terima kasih ▫!"


def test_signs_that_turn_the_direction_of_a_text_are_left_out() -> None:
    assert printable("abc\u202edef\u2066") == "abcdef"


@pytest.mark.parametrize(
    ("said", "longest", "left"),
    [
        ("pendek", 6, "pendek"),
        ("satu dua tiga", 10, "satu dua…"),
        ("a" * 100, 10, "a" * 9 + "…"),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_between_words_where_it_can_be(said: str, longest: int, left: str) -> None:
    assert shortened(said, longest) == left
