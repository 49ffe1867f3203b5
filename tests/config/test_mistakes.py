"""Whatever stands in the place of what is expected, the operator reads one line of plain Indonesian."""

from collections.abc import Iterator
from datetime import date, datetime, time

import pytest
from pydantic import BaseModel, ValidationError

from config.mistakes import FORMS, command_line, one_line, unopened
from config.rules import Rules
from config.settings import Deadlines, OfficeFile, Service
from config.themes import Themes
from tests.config.test_documentation import bare, is_table

ROOTS = (OfficeFile, Service, Deadlines, Rules, Themes)
ODD: tuple[object, ...] = (
    "kata",
    "",
    "dua\nbaris",
    7.5,
    -(10**30),
    10**5000,
    float("nan"),
    float("inf"),
    True,
    [],
    ["kata"],
    [{"kunci": 1}],
    {},
    {"kunci": "kata"},
    {"Bukan Kunci!": 1},
    date(2026, 11, 23),
    time(7, 30),
    datetime.fromisoformat("2026-11-23T07:30:00"),
)
"""One of each kind of value that TOML knows, and some that no setting bears."""

TOLD_APART = {"value_error", "literal_error", "string_pattern_mismatch"}


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        kind = bare(field.annotation)
        for inner in (kind, *map(bare, getattr(kind, "__args__", ()))):
            if is_table(inner):
                assert isinstance(inner, type)
                yield from _models(inner)


MODELS = sorted({model for root in ROOTS for model in _models(root)}, key=lambda model: model.__name__)


def _mistake(model: type[BaseModel], content: dict[str, object]) -> ValidationError | None:
    try:
        model.model_validate(content)
    except ValidationError as wrong:
        return wrong
    return None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_mistake_that_can_be_made_is_told_in_the_words_of_the_library(model: type[BaseModel]) -> None:
    contents: list[dict[str, object]] = [{name: value} for name in model.model_fields for value in ODD]
    mistakes = [wrong for content in contents if (wrong := _mistake(model, content))]
    assert len(mistakes) >= len(model.model_fields)
    for wrong in mistakes:
        assert {error["type"] for error in wrong.errors()} <= TOLD_APART | set(FORMS)
        assert len(one_line(wrong, model).splitlines()) == 1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_of_every_table_is_suggested_for_a_slip_in_it(model: type[BaseModel]) -> None:
    for name in model.model_fields:
        wrong = _mistake(model, {f"{name}x": 1})
        assert wrong is not None
        assert one_line(wrong, model).startswith(f"{name}x: kunci ini tidak dikenal; mungkin maksudnya {name}")


def test_a_slip_deep_inside_is_told_with_the_key_of_its_own_table() -> None:
    wrong = _mistake(
        Rules, {"evidence": {"upah": {"kind": "pengaduan", "says": "Upah", "wieght": 1, "phrases": ["upah"]}}}
    )
    assert wrong is not None
    assert one_line(wrong, Rules) == (
        "evidence.upah.wieght: kunci ini tidak dikenal; mungkin maksudnya weight (dan 1 kesalahan lain)"
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (FileNotFoundError(2, "No such file or directory"), "tidak ditemukan"),
        (PermissionError(13, "Permission denied"), "izin membukanya tidak ada"),
        (IsADirectoryError(21, "Is a directory"), "ini folder, bukan berkas"),
        (FileExistsError(17, "File exists"), "nama foldernya sudah dipakai oleh sebuah berkas"),
        (OSError(5, "Input/output error"), "Input/output error"),
    ],
)
def test_why_a_file_does_not_open_is_told_in_plain_words(wrong: OSError, said: str) -> None:
    assert unopened(wrong) == said


@pytest.mark.parametrize(
    ("english", "indonesian"),
    [
        ("No such command 'tutup'.", "perintah 'tutup' tidak dikenal."),
        (
            "No such command 'demp'. Did you mean 'demo'?",
            "perintah 'demp' tidak dikenal. Mungkin maksudnya 'demo'.",
        ),
        (
            "No such option: --onc (Possible options: --once)",
            "pilihan --onc tidak dikenal. Mungkin maksudnya --once.",
        ),
        ("Missing argument 'PATH...'.", "PATH... belum disebutkan."),
        ("Missing option '--mailbox'.", "--mailbox belum disebutkan."),
        ("Got unexpected extra argument(s) (lebih dua)", "ada yang berlebih: lebih dua."),
        ("Option '--config' requires an argument.", "--config memerlukan isi."),
        (
            "Invalid value for '--port': 70000 is not in the range 0<=x<=65535.",
            "isi '--port' tidak dapat dipakai: 70000 di luar batas 0<=x<=65535.",
        ),
        (
            "Invalid value for '--port': 'x' is not a valid int.",
            "isi '--port' tidak dapat dipakai: 'x' bukan bilangan bulat.",
        ),
    ],
)
def test_a_mistake_on_the_command_line_is_told_in_indonesian(english: str, indonesian: str) -> None:
    assert command_line(english) == indonesian
