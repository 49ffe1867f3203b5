"""Reads the sample letters of the demonstration and the index that says where each of them lies."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import Field

from config.base import Line, Part

LETTERS: Final = Path(__file__).parent / "letters"


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter as it lies in one folder of one mailbox; a letter in two mailboxes is two samples of one name.

    `hours_ago` counts back from the start of the demonstration; `raw` is the mail byte for byte; `note` says in
    Indonesian what the letter shows.
    """

    name: str
    mailbox: str
    folder: str
    hours_ago: float
    raw: bytes
    note: str


class _Row(Part):
    file: Line
    mailboxes: tuple[Line, ...] = Field(min_length=1)
    folder: Line
    hours_ago: float = Field(ge=0)
    note: Line


class _Index(Part):
    letter: tuple[_Row, ...]


def samples() -> tuple[Sample, ...]:
    """Return every sample, the oldest first, as mail would have come in."""
    with (LETTERS / "index.toml").open("rb") as file:
        index = _Index.model_validate(tomllib.load(file))
    found = (sample for row in index.letter for sample in _of(row))
    return tuple(sorted(found, key=lambda sample: -sample.hours_ago))


def _of(row: _Row) -> Iterator[Sample]:
    raw = (LETTERS / row.file).read_bytes()
    for mailbox in row.mailboxes:
        yield Sample(Path(row.file).stem, mailbox, row.folder, row.hours_ago, raw, row.note)
