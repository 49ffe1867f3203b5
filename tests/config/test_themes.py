"""themes.toml: its phrases are checked when it is read, and the file that we ship is sound."""

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.themes import Themes

SHIPPED = Themes.model_validate(
    tomllib.loads((Path(__file__).parents[2] / "config" / "themes.toml").read_text(encoding="utf-8"))
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"themes": {"upah": {"label": "Upah", "phrases": ["Gaji"]}}},
        {"themes": {"upah": {"label": "Upah", "phrases": []}}},
        {"themes": {"Upah!": {"label": "Upah", "phrases": ["gaji"]}}},
        {"urgency": {"anak": {"label": "Anak", "phrases": ["anak"]}}},
        {"tema": {}},
        {"secrecy": ["<siapa> .. rahasia"]},
        {"classes": {"siapa": ["orang dinas"]}},
        {"classes": {"siapa": []}},
    ],
)
def test_a_table_that_could_never_work_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Themes.model_validate(wrong)


def test_a_phrase_calls_a_class_of_words_that_the_table_holds() -> None:
    table = {"classes": {"siapa": ["petugas*", "~jaga"]}, "secrecy": ["<siapa> .. rahasia"]}
    assert Themes.model_validate(table).secrecy == ("<siapa> .. rahasia",)


def test_the_shipped_themes_cover_what_the_office_hears_of() -> None:
    wanted = {"upah", "phk", "thr", "bpjs", "jam_kerja", "k3", "pengawasan", "penempatan", "layanan", "kekerasan"}
    assert wanted | {"ijazah_ditahan"} <= set(SHIPPED.themes)
    assert {"kekerasan", "penyekapan", "anak", "berangkat", "celaka"} == set(SHIPPED.urgency)


def test_letters_on_the_conduct_of_officers_alone_are_restricted() -> None:
    assert [key for key, theme in SHIPPED.themes.items() if theme.restricted] == ["pengawasan"]
