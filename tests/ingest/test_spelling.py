"""Reasons quote a letter as it is written, though it was judged by what its words mean."""

import pytest

from ingest.spelling import Spelling

SHORT = {"gak": "tidak", "tdk": "tidak", "blm": "belum", "suwun": "terima kasih"}


@pytest.mark.parametrize(
    ("text", "folded", "written"),
    [
        ("Lemburnya gak pernah cair", "tidak pernah cair", "gak pernah cair"),
        ("Tidak ada, gak ada", "tidak ada", "tidak ada"),
        ("suwun bu", "terima kasih", "suwun"),
        ("Terima kasih bu", "terima kasih", "terima kasih"),
        ("LAMAAAA sekali", "lama sekali", "lamaaaa sekali"),
        ("surat2 saya blm balik Jum'at", "surat belum jumat", "surat2 blm jum'at"),
        ("bayar 50 ribu, 3 bulan", "bayar #uang # bulan", "bayar (jumlah uang) (angka) bulan"),
        ("upah blm turun", "belum … turun", "blm … turun"),
        ("", "tidak", "tidak"),
    ],
)
def test_folded_words_are_shown_as_they_stand_in_the_letter(text: str, folded: str, written: str) -> None:
    assert Spelling(text, SHORT).of(folded) == written
