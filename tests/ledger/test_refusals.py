"""What a mail server answers with a number is said in plain words."""

import pytest

from ledger.refusals import meaning_of


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("5.1.1", "alamat penerima tidak ada atau salah tulis"),
        ("5.2.2", "kotak surat penerima penuh"),
        ("5.2.25", "kotak surat penerima tidak dapat menerima surat"),
        ("5.7.26", "ditolak oleh aturan keamanan server penerima"),
        ("5.0.0", "alasannya tidak dijelaskan"),
        ("", "alasannya tidak dijelaskan"),
    ],
)
def test_a_status_code_is_said_in_plain_words(status: str, meaning: str) -> None:
    assert meaning_of(status) == meaning
