"""Holds docs/CONFIGURATION.md to the models: every setting with its type and default, and none that does not exist."""

import json
import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import pytest
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from config.rules import Rules
from config.settings import Deadlines, OfficeFile, Service
from config.themes import Themes

PAGE = Path(__file__).parents[2] / "docs" / "CONFIGURATION.md"
FILES: dict[str, type[BaseModel]] = {
    "office.toml": OfficeFile,
    "services/*.toml": Service,
    "deadlines.toml": Deadlines,
    "rules.toml": Rules,
    "themes.toml": Themes,
}
WORDS: dict[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    date: "date",
    time: "time of day",
    AwareDatetime: "moment with offset",
}
Row = tuple[str, str, str]


def bare(kind: object) -> object:
    """Take the annotations and the `| None` off a type."""
    if get_origin(kind) is Annotated:
        return bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        return bare(kind)
    return kind


def is_table(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def type_word(kind: object) -> str:
    kind = bare(kind)
    if get_origin(kind) is Literal:
        return " / ".join(f'"{word}"' for word in get_args(kind))
    if get_origin(kind) is tuple:
        return f"list of {type_word(get_args(kind)[0])}"
    if get_origin(kind) is dict:
        return f"table of {type_word(get_args(kind)[1])}"
    return "table" if is_table(kind) else next(word for of, word in WORDS.items() if kind is of)


def default_word(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, time):  # TOML writes it bare
        return f"`{value.isoformat()}`"
    return "–" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"


def settings_of(model: type[BaseModel], before: str = "") -> Iterator[Row]:
    for name, field in model.model_fields.items():
        key, kind = before + name, bare(field.annotation)
        inner, step = kind, "."
        if get_origin(kind) is tuple:
            inner = bare(get_args(kind)[0])
        elif get_origin(kind) is dict:
            inner, step = bare(get_args(kind)[1]), ".<name>."
        if inner is not kind or not is_table(kind) or field.annotation is not kind:
            yield key, type_word(field.annotation), default_word(field)
        if is_table(inner):
            assert isinstance(inner, type)
            yield from settings_of(inner, key + step)


def documented(file: str) -> dict[str, list[str]]:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"\n## {file}\n")
    section = rest.partition("\n## ")[0]
    rows = (
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in section.splitlines() if line[:3] == "| `"
    )
    return {row[0].strip("` "): row[1:] for row in rows}


@pytest.mark.parametrize("file", FILES)
def test_every_setting_of_a_file_is_documented_and_no_other(file: str) -> None:
    expected = {key for key, _, _ in settings_of(FILES[file])}
    assert expected
    assert sorted(documented(file)) == sorted(expected)


@pytest.mark.parametrize(("file", "row"), [(file, row) for file, model in FILES.items() for row in settings_of(model)])
def test_the_documented_type_and_default_are_the_real_ones(file: str, row: Row) -> None:
    key, kind, default = row
    assert documented(file)[key][:2] == [kind, default]


@pytest.mark.parametrize("file", FILES)
def test_every_documented_setting_says_what_it_means(file: str) -> None:
    for key, cells in documented(file).items():
        assert len(cells) == 3, key
        assert re.search(r"\w{3}.*\.$", cells[2]), key
