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
    """A labelled letter; `writer` is the file of the examples that it stands in, empty for a correction."""

    wording: Wording
    kind: Kind
    service: str
    writer: str = ""

    @property
    def ordinary(self) -> bool:
        """Say whether a letter is written as people write, not to be hard: files of such have names of their own."""
        return not self.writer.startswith(CONTRASTS)

    @property
    def digest(self) -> str:
        """Return what tells this letter from others, without its words."""
        wording = self.wording
        parts = [wording.subject, wording.text, *wording.attachments, wording.mailbox or "", self.kind, self.service]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


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
    text = separate(str(row["text"]), subject).text
    wording = Wording(subject, text, tuple(map(str, files)), str(row["mailbox"]))
    return Example(wording, Kind(str(row["kind"])), str(row["service"]), writer)
