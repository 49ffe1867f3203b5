"""rules.toml: its phrases are checked when it is read, and the file that we ship is sound."""

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.rules import Evidence, Rules, spellings

SHIPPED = Path(__file__).parents[2] / "config" / "rules.toml"


def _evidence(*phrases: str) -> Evidence:
    return Evidence(kind="pengaduan", says="uji", weight=1.0, phrases=phrases)


def test_the_alternatives_of_a_phrase_are_all_written_out() -> None:
    assert spellings("(di|mem)bentak* (petugas|pegawai)") == (
        "dibentak* petugas",
        "dibentak* pegawai",
        "membentak* petugas",
        "membentak* pegawai",
    )


@pytest.mark.parametrize("phrase", ["gaji", "gaji .. belum", "minta #uang", "# hari", "menipu*", "~tipu"])
def test_a_phrase_of_words_stems_gaps_and_numbers_is_accepted(phrase: str) -> None:
    assert _evidence(phrase).phrases == (phrase,)


@pytest.mark.parametrize(
    "phrase", ["", "Gaji", "gaji..", ".. gaji", "gaji ..", "ga*", "~ti", "<siapa> minta", "^gaji$", "gaji (belum"]
)
def test_a_phrase_that_could_never_be_found_is_refused(phrase: str) -> None:
    with pytest.raises(ValidationError):
        _evidence(phrase)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        Rules.model_validate({"evidences": {}})


def test_a_weight_must_speak_for_its_kind() -> None:
    with pytest.raises(ValidationError):
        Evidence(kind="pengaduan", says="uji", weight=-1.0, phrases=("gaji",))


def test_an_abbreviation_is_one_word_for_words() -> None:
    with pytest.raises(ValidationError):
        Rules(abbreviations={"dua kata": "salah"})


def test_the_shipped_rules_are_valid_and_speak_for_every_kind() -> None:
    rules = Rules.model_validate(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    assert {each.kind for each in rules.evidence.values()} == {
        "pengaduan",
        "permohonan",
        "saran",
        "informasi",
        "lainnya",
    }
    assert {"ppjp", "siskotkln", "umum"} <= set(rules.service)
    assert sum(len(each.phrases) for each in rules.evidence.values()) > 300


def test_no_shipped_abbreviation_leads_to_another_abbreviation() -> None:
    rules = Rules.model_validate(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    again = {
        short: meant
        for short, meant in rules.abbreviations.items()
        if any(rules.abbreviations.get(word, word) != word for word in meant.split())
    }
    assert again == {}
