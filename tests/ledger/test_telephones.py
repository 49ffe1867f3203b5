"""A telephone number is understood in every ordinary way of writing, and said again as people here write it."""

import pytest

from ledger import telephones


@pytest.mark.parametrize(
    ("written", "e164", "spoken"),
    [
        ("0812-3456-7890", "+6281234567890", "0812-3456-7890"),
        ("0812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("+62 812.3456.7890", "+6281234567890", "0812-3456-7890"),
        ("62812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("(62) 812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("0062 812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("+62 0812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("O812 3456 789O", "+6281234567890", "0812-3456-7890"),
        ("wa 081234567890", "+6281234567890", "0812-3456-7890"),
        ("no hp: 0812 3456 7890 (istri)", "+6281234567890", "0812-3456-7890"),
        ("0812-3456-7890 / 0857-1111-2222", "+6281234567890", "0812-3456-7890"),
        ("081234567890, kantor 422121", "+6281234567890", "0812-3456-7890"),
        ("0895000123456", "+62895000123456", "0895-0001-23456"),
        ("422121", "+62335422121", "(0335) 422121"),
        ("42 21 21", "+62335422121", "(0335) 422121"),
        ("(0335) 422121", "+62335422121", "(0335) 422121"),
        ("0335/422121", "+62335422121", "(0335) 422121"),
        ("telp. 0335-422121 psw. 12", "+62335422121", "(0335) 422121"),
        ("021 5701234", "+62215701234", "(021) 5701234"),
        ("+65 6123 4567", "+6561234567", "+65 6123 4567"),
    ],
)
def test_every_ordinary_way_of_writing_is_understood(written: str, e164: str, spoken: str) -> None:
    read = telephones.read(written, local_area="0335")
    assert read is not None and (read.e164, read.spoken) == (e164, spoken)


@pytest.mark.parametrize(
    "written",
    [
        *("", "tidak ada", "110", "0812", "3574012345670001", "-", "0" * 400, "++", "/" * 99),
        *("0812 3456", "081234", "0812-345-67", "0335 422", "021 570"),
    ],
)
def test_what_cannot_be_a_number_is_not_made_one(written: str) -> None:
    assert telephones.read(written, local_area="0335") is None


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("0812 3456 7890 / 0857 1234 5678", "+6281234567890"),
        ("0335 422121 psw 12", "+62335422121"),
        ("0335 422121 x 12", "+62335422121"),
        ("422121/22", "+62335422121"),
        ("08123456789 (istri, Bu Ani)", "+628123456789"),
        ("08123456789 (RT 3)", "+628123456789"),
        ("wa 081234567890", "+6281234567890"),
        ("0334 (Lumajang) 570123", "+62334570123"),
        ("yang kemarin itu", ""),
        ("0812 3456", ""),
    ],
)
def test_what_was_written_beside_a_number_is_kept_with_it_word_for_word(written: str, e164: str) -> None:
    assert telephones.kept(written, local_area="0335") == (written, e164)


@pytest.mark.parametrize("written", ["081234567890", "0812.3456.7890", "+62 (0) 812 3456 7890", "O812 3456 789O"])
def test_a_number_alone_is_kept_as_people_here_write_it(written: str) -> None:
    assert telephones.kept(written, local_area="0335") == ("0812-3456-7890", "+6281234567890")


def test_a_number_without_its_area_code_needs_to_know_the_city() -> None:
    assert telephones.read("422121", local_area=None) is None
    assert telephones.read("570123", local_area="0334").e164 == "+62334570123"  # type: ignore[union-attr]


def test_the_area_code_is_that_of_the_offices_own_telephone() -> None:
    assert telephones.area_of("(0335) 422121") == "0335"
    assert telephones.area_of("021 5701234") == "021"
    assert telephones.area_of("0812 3456 7890") is None
    assert telephones.area_of("tidak ada") is None


def test_a_number_that_nothing_can_read_is_said_as_it_stands() -> None:
    assert telephones.spoken("422121") == "422121"
