"""Labelled letters: the built-in ones of config/examples and the corrections of the office."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.base import ConfigError
from ingest.quote import separate
from ledger.ports import Wording
from ledger.words import Kind

CONTRASTS = "kontras"
"""How the names of files begin whose letters were written to be hard: alike in words, unlike in what they want."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled letter; `writer` is the file of the examples that it stands in, empty for a correction.

    `mail` tells the mail of a correction from all others, however often the office changes its mind about it.
    """

    wording: Wording
    kind: Kind
    service: str
    writer: str = ""
    mail: str = ""

    @property
    def ordinary(self) -> bool:
        """Say whether a letter is written as people write, not to be hard: files of such have names of their own."""
        return not self.writer.startswith(CONTRASTS)

    @property
    def digest(self) -> str:
        """Return what tells this letter from others, its labels included, without its words."""
        return _digest(*self._words, self.kind, self.service)

    @property
    def letter(self) -> str:
        """Return what tells this letter from others whatever is said of it, without its words."""
        return letter_named(self.mail) if self.mail else _digest(*self._words)

    @property
    def told(self) -> str:
        """Return which letter this is and what was said of it: what a model keeps of a correction."""
        return f"{self.letter} {self.kind.value} {self.service}"

    @property
    def _words(self) -> tuple[str, ...]:
        wording = self.wording
        return wording.subject, wording.text, *wording.attachments, wording.mailbox or ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def letter_named(mail: str) -> str:
    """Return what tells the letter of a mail from others, by what tells the mail."""
    return _digest(mail)


def letter_of(told: str) -> str:
    """Return which letter a line is about that a model keeps of a correction."""
    return told.partition(" ")[0]


def read_examples(folder: Path) -> tuple[Example, ...]:
    """Read the labelled letters of a folder (*.jsonl, a letter a line); raises ConfigError naming file and line."""
    examples: list[Example] = []
    for file in sorted(folder.glob("*.jsonl")):
        for place, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                try:
                    examples.append(example(json.loads(line), file.stem))
                except (ValueError, KeyError, TypeError) as wrong:
                    raise ConfigError(f"{file}: line {place}: {wrong}") from wrong
    return tuple(examples)


def example(row: Mapping[str, object], writer: str = "") -> Example:
    """Read one row; its mail footers and quotes are left out as with a mail. Raises ValueError, KeyError, TypeError."""
    subject, files = str(row["subject"]), row["attachments"]
    if not isinstance(files, list):
        raise TypeError("attachments is not a list")
    text = separate(str(row["text"]), subject, answers=True).text  # a row has no header that would say so
    wording = Wording(subject, text, tuple(map(str, files)), str(row["mailbox"]))
    return Example(wording, Kind(str(row["kind"])), str(row["service"]), writer)
