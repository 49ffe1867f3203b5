"""Who called before is found by telephone and by name, and of a secret matter nothing is told."""

import pytest

from ledger.callers import called_before
from ledger.database import Database
from ledger.words import Status
from tests.ledger.shelf import put_entry

PHONE = "+6281234567890"


def numbers(database: Database, **told: str) -> list[str]:
    with database.reading() as session:
        return [call.number[-4:] for call in called_before(session, **told)]  # type: ignore[arg-type]


@pytest.fixture
def book(database: Database) -> Database:
    with database.noting() as session:
        put_entry(session, 1, name="Siti Aminah", phone_e164=PHONE, matter="Upah", address="Jalan Mawar")
        put_entry(session, 2, name="SITI AMINAH binti Ali")
        put_entry(session, 3, name="Aminah")
        put_entry(session, 4, name="Budi", phone_e164=PHONE)
        put_entry(session, 5, name="Siti Aminah", secret=True, matter="rahasia", phone_e164=PHONE)
        put_entry(session, 6, name="Siti Aminah", status=Status.BATAL, phone_e164=PHONE)
        put_entry(session, 7, name="Basiti 100% Ahmad")
    return database


def test_the_same_number_comes_first_then_the_same_name(book: Database) -> None:
    assert numbers(book, phone_e164=PHONE) == ["0001", "0004", "0005"]
    assert numbers(book, name="siti aminah") == ["0001", "0002"]
    assert numbers(book, phone_e164=PHONE, name="Ibu Siti Aminah") == ["0001", "0004", "0005", "0002"]
    with book.reading() as session:
        assert [call.by_phone for call in called_before(session, phone_e164=PHONE, name="aminah")] == [
            True, True, True, False, False,
        ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "Bu", "Pak", "ibu", "a b c", "%%%%", "____", "nobody here"])
def test_a_name_that_tells_nobody_finds_nobody(book: Database, name: str) -> None:
    assert numbers(book, name=name) == []


def test_a_name_is_looked_for_at_the_beginning_of_words_and_as_it_is_written(book: Database) -> None:
    assert numbers(book, name="amin siti") == ["0001", "0002"]
    assert numbers(book, name="basiti ahm") == ["0007"]
    assert numbers(book, name="hmad") == []


def test_of_a_secret_matter_only_the_number_and_the_time_are_told(book: Database) -> None:
    with book.reading() as session:
        secret = next(call for call in called_before(session, phone_e164=PHONE) if call.secret)
    assert secret.number == "PGD/2026/0005"
    assert (secret.name, secret.matter, secret.address, secret.phone, secret.email) == ("", "", "", "", "")


def test_no_more_are_shown_than_can_be_read_while_listening(database: Database) -> None:
    with database.noting() as session:
        for sequence in range(1, 20):
            put_entry(session, sequence, name="Siti Aminah", phone_e164=PHONE if sequence > 15 else "")
    assert numbers(database, phone_e164=PHONE, name="Siti Aminah") == ["0016", "0017", "0018", "0019", "0001"]
