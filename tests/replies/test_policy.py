"""The sending policy: every row has its case, its reason, and its place in the table."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import Settings
from ledger.ports import LetterFacts
from replies.policy import TABLE, Send, Withheld, decide
from tests.wire.office import Box, office_of


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return office_of(tmp_path, [Box("layanan@kantor.example.org")], letters={"daily_cap": 3})


CASES: dict[str, tuple[LetterFacts, str]] = {
    "no address": (LetterFacts(""), "tidak menyebut alamat"),
    "not writable": (LetterFacts("bukan alamat"), "bukan alamat surel"),
    "our own address": (LetterFacts("Layanan@Kantor.example.org"), "kotak surat kantor sendiri"),
    "forbidden by the mail": (LetterFacts("a@warga.example.org", ("Precedence: bulk", "no-reply")), "no-reply"),
    "restored book": (LetterFacts("a@warga.example.org", in_doubt=True), "cadangan"),
    "cap of an address": (LetterFacts("a@warga.example.org", sent_lately=3), "3 surat dalam 24 jam"),
}


def test_every_row_of_the_table_has_its_case_here() -> None:
    assert [row.name for row in TABLE] == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_each_row_withholds_and_says_why(settings: Settings, name: str) -> None:
    facts, reason = CASES[name]
    decision = decide(facts, settings)
    assert isinstance(decision, Withheld)
    assert reason in decision.reason
    assert decision.releasable is (name in ("restored book", "cap of an address"))


def test_an_ordinary_writer_gets_the_letter(settings: Settings) -> None:
    assert decide(LetterFacts("warga@warga.example.org", sent_lately=2), settings) == Send()


def test_an_officer_can_lift_the_cap_and_the_doubt_and_nothing_else(settings: Settings) -> None:
    assert decide(LetterFacts("a@warga.example.org", sent_lately=9, released=True), settings) == Send()
    assert decide(LetterFacts("a@warga.example.org", in_doubt=True, released=True), settings) == Send()
    forbidden = LetterFacts("a@warga.example.org", ("Auto-Submitted",), released=True)
    assert isinstance(decide(forbidden, settings), Withheld)


@pytest.mark.parametrize(
    "address",
    ["a@exämple.org", "ü@example.org", "a@[127.0.0.1]", "a b@example.org", "a@example.org\nBcc: x@example.org", "a@"],
)
def test_an_address_that_smtp_cannot_carry_is_never_written_to(settings: Settings, address: str) -> None:
    assert isinstance(decide(LetterFacts(address), settings), Withheld)


def test_the_first_row_that_holds_speaks(settings: Settings) -> None:
    spoken: Callable[[LetterFacts], object] = lambda facts: decide(facts, settings)  # noqa: E731
    both = spoken(LetterFacts("layanan@kantor.example.org", ("Auto-Submitted",), sent_lately=9))
    assert isinstance(both, Withheld)
    assert "kotak surat kantor sendiri" in both.reason
