"""Courtesies: what only opens or closes a letter says nothing of it, in whatever words; what says more stays."""

import tomllib
from pathlib import Path

import pytest

from config.rules import Rules
from ingest.features import FeatureReader
from ingest.rules import RuleClassifier
from ledger.ports import Wording

SHIPPED = Path(__file__).parents[2] / "config" / "rules.toml"
RULES = RuleClassifier(Rules.model_validate(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))), 0.75, {}, ["ppjp"])
READER = FeatureReader(RULES)
LETTER = "Lembur saya di pabrik mebel tidak pernah dihitung, kapan diperiksa?"


@pytest.mark.parametrize(
    "courtesy",
    [
        "Mator sakalangkong.",
        "matur nuwun sanget nggih bu",
        "Maturnuwun sakderengipun Pak.",
        "Demikian kami sampaikan; atas waktu dan kesediaan Bapak/Ibu kami haturkan banyak terima kasih.",
        "Sekian dulu dari kami, mohon maaf apabila merepotkan.",
        "Kalau ada kata kami yang menyinggung perasaan, mohon dimaafkan lahir dan batin.",
        "Kami sangat berharap laporan ini berkenan ditanggapi.",
        "Semoga Bapak dan keluarga dilimpahi rahmat serta umur panjang. Amin.",
        "Mugi-mugi panjenengan sekeluarga tansah pinaringan sehat.",
        "Surat ini saya buat dengan sadar dan sejujurnya,\ndemikian, tanpa tekanan dari siapa pun.",
        "Thank you very much for your kind attention.",
        "Wassalam,",
        "Tembusan: arsip",
    ],
)
def test_a_courtesy_at_the_end_changes_nothing_that_the_classifier_sees(courtesy: str) -> None:
    bare, dressed = (READER.read(Wording("Lembur", text)) for text in (LETTER, f"{LETTER}\n\n{courtesy}"))
    assert dressed == bare


@pytest.mark.parametrize(
    "courtesy",
    [
        "Puji syukur ke hadirat Tuhan Yang Maha Esa.",
        "Semoga Ibu beserta staf sehat dan sukses dalam menjalankan tugas.",
        "Salam sejahtera untuk kita semua, om swastiastu.",
        "Maaf mengganggu waktunya ya Pak.",
    ],
)
def test_a_courtesy_at_the_beginning_changes_nothing_either(courtesy: str) -> None:
    assert RULES.words_of(Wording("", f"{courtesy}\n{LETTER}"))[-9:] == RULES.words_of(Wording("", LETTER))[-9:]
    assert "tuhan" not in RULES.fold_letter(f"{courtesy}\n{LETTER}")


def test_thanks_without_any_stop_before_them_are_left_out_too() -> None:
    assert RULES.fold_letter("gaji bulan kemarin kurang pak suwun sanget") == [
        *("gaji", "bulan", "kemarin", "kurang", "bapak", ".")
    ]


def test_a_courtesy_broken_over_two_lines_is_one() -> None:
    broken = f"{LETTER}\nBesar harapan kami agar permohonan\nini dapat dikabulkan.\nSiti"
    assert "harapan" not in RULES.fold_letter(broken)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Terima kasih sudah memotong upah kami tanpa bertanya.", "memotong"),
        ("Semoga antrean di loket dua tidak sampai siang lagi.", "antrean"),
        ("Mohon maaf, berkas kemarin kurang fotokopi KTP.", "maaf"),
        ("Besar harapan kami pesangon dibayar bulan ini.", "harapan"),
        ("Demikian pula mandor menahan ijazah kami.", "demikian"),
        ("Saya dipaksa minta maaf di depan karyawan.", "maaf"),
        ("Apakah ini dapat diterima, terima kasih?", "diterima"),
    ],
)
def test_a_sentence_that_says_more_stays_whole(said: str, word: str) -> None:
    words = RULES.fold_letter(f"{LETTER}\n{said}")
    assert word in words
    assert words[-len(RULES.fold(said)) :] == RULES.fold(said)


@pytest.mark.parametrize("text", ["Terima kasih banyak Bu, semoga sehat selalu.", "Sekian.", "Wassalam"])
def test_a_letter_of_nothing_but_courtesies_keeps_them(text: str) -> None:
    assert RULES.fold_letter(text) == RULES.fold(text)


def test_without_configured_courtesies_every_word_stays() -> None:
    plain = RuleClassifier(Rules(), 0.75, {}, [])
    assert plain.fold_letter("Upah kurang. Terima kasih.") == ["upah", "kurang", ".", "terima", "kasih", "."]
