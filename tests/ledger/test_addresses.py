"""Addresses are judged by their form alone."""

import pytest

from ledger.addresses import is_writable


@pytest.mark.parametrize(
    "address", ["siti@example.org", "siti.aminah+upah@kantor.example.co.id", "o'brien@example.org", "SITI@EXAMPLE.ORG"]
)
def test_a_letter_can_be_addressed_to_it(address: str) -> None:
    assert is_writable(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "siti",
        "siti@",
        "@example.org",
        "siti@localhost",
        "siti@example.invalid",
        "siti @example.org",
        "siti@example..org",
        "siti@example.org\r\nBcc: lain@example.org",
        "siti@example.org, lain@example.org",
        "sïti@example.org",
        "siti\x00@example.org",
        "siti\udcff@example.org",
        "x" * 5000 + "@example.org",
    ],
)
def test_no_letter_can_be_addressed_to_it(address: str) -> None:
    assert not is_writable(address)
