"""A mail finds its entry by what only its correspondent can know; a number that anyone may quote is a hint."""

import pytest

from ingest.thread import match, numbers_in
from ledger.database import Database
from ledger.messages import storable_id
from tests.office import FIRST, SECOND, Office, judged


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Nomor PGD/2026/0001.", ["PGD/2026/0001"]),
        ("pgd-2026-1 dan REG / 2026 / 12", ["PGD/2026/0001", "REG/2026/0012"]),
        ("SRN/2026/10000", ["SRN/2026/10000"]),
        ("PGD/2026/0001, sekali lagi PGD/2026/1", ["PGD/2026/0001"]),
        ("(INF/2026/0003)\nRe: [INF/2026/0003]", ["INF/2026/0003"]),
        ("XPGD/2026/0001 PGD/26/0001 PGD/2026/ PGD2026001 ABC/2026/0001 PGD/2026/1234567", []),
        ("", []),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, numbers: list[str]) -> None:
    assert numbers_in(text) == numbers


def test_a_long_row_of_slashes_is_read_in_no_time() -> None:
    assert numbers_in("PGD/" * 100_000 + " " * 100_000 + "PGD / " * 50_000) == []


@pytest.fixture
def office(database: Database) -> Office:
    """A book with two entries, of Siti and of Budi."""
    office = Office(database)
    office.arrive(judged("Upah", rfc_message_id="siti@x"))
    office.arrive(judged("Pesangon", sender="budi@example.org", rfc_message_id="budi@x"))
    office.settle()
    return office


def _matched(office: Office, text: str = "Halo", **mail: object) -> tuple[str, bool] | None:
    with office.database.reading() as session:
        found = match(session, judged(text, **mail), {FIRST, SECOND})  # type: ignore[arg-type]
        return found and (found.entry.number, found.certain)


def test_nothing_known_matches_nothing(office: Office) -> None:
    assert _matched(office, "Soal PGD/2026/0009", references=["lain@x"]) is None


def test_our_letter_wins_over_a_number_that_is_quoted(office: Office) -> None:
    ours = office.the_letter("PGD/2026/0002").rfc_message_id
    assert _matched(office, "Soal PGD/2026/0001", references=[ours]) == ("PGD/2026/0002", True)


def test_the_number_of_ones_own_entry_wins_over_strangers_numbers_named_before(office: Office) -> None:
    text = "Seperti PGD/2026/0001, punya saya PGD/2026/0002"
    assert _matched(office, text, sender="budi@example.org") == ("PGD/2026/0002", True)
    assert _matched(office, text, sender="tono@example.org") == ("PGD/2026/0001", False)


def test_a_number_in_the_subject_counts_like_one_in_the_text(office: Office) -> None:
    assert _matched(office, subject="Re: Tanda terima PGD/2026/0001") == ("PGD/2026/0001", True)


def test_a_mail_without_sender_is_nobodys_follow_up(office: Office) -> None:
    assert _matched(office, "PGD/2026/0001", sender="", references=["siti@x"]) == ("PGD/2026/0001", False)


def test_the_chain_of_a_strangers_letter_does_not_lead_into_an_entry(office: Office) -> None:
    assert _matched(office, sender="tono@example.org", references=["siti@x", "budi@x"]) is None
    assert _matched(office, sender="BUDI@example.org", references=["siti@x", "budi@x"]) == ("PGD/2026/0002", True)


@pytest.mark.parametrize("sender", [SECOND, SECOND.upper()])
@pytest.mark.parametrize("way", ["references", "carried"])
def test_what_staff_forward_from_one_mailbox_to_the_other_belongs_to_the_entry_of_its_letter(
    office: Office, sender: str, way: str
) -> None:
    assert _matched(office, sender=sender, **{way: ["lain@x", "budi@x"]}) == ("PGD/2026/0002", True)
    assert _matched(office, sender=sender, **{way: ["lain@x"]}) is None


def test_a_letter_of_another_that_somebody_attaches_may_stand_in_the_book_already(office: Office) -> None:
    assert _matched(office, sender="tono@example.org", carried=["siti@x"]) == ("PGD/2026/0001", False)
    text = "Menyusul PGD/2026/0002"
    assert _matched(office, text, sender="tono@example.org", carried=["siti@x"]) == ("PGD/2026/0001", False)
    assert _matched(office, text, sender="budi@example.org", carried=["siti@x"]) == ("PGD/2026/0002", True)


def test_our_own_letter_that_somebody_attaches_names_its_entry(office: Office) -> None:
    ours = office.the_letter("PGD/2026/0002").rfc_message_id
    assert _matched(office, sender="tono@example.org", carried=[ours]) == ("PGD/2026/0002", False)


def test_a_monstrous_message_id_threads_like_any_other(office: Office) -> None:
    monster = "x" * 5000 + "@x"
    number = office.settle_one(judged("Monster", rfc_message_id=monster)).number
    assert storable_id(monster) != monster
    assert _matched(office, references=[monster]) == (number, True)
    assert _matched(office, references=[monster + "y"]) is None


def test_a_thousand_references_are_looked_at_from_the_nearest_on(office: Office) -> None:
    ours = office.the_letter("PGD/2026/0001").rfc_message_id
    assert _matched(office, references=[ours, *(f"{n}@x" for n in range(5000))]) == ("PGD/2026/0001", True)
