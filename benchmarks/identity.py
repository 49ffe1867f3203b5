"""How well a letter's writer is read out of it: precision and recall of each item, exact and lenient.

Measured on the letters of config/examples that carry what their writers say of themselves, a writer at a time, and, if
LABELLED names a folder of .eml files with labels.jsonl (a line a mail: file, mailbox, nama, instansi, alamat, telepon;
null where absent), on those. Nothing is learned from either: names and addresses are read by rules alone.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from config.settings import load
from ingest.identity import identify
from ingest.judge import Judge, Judged
from ingest.quote import separate
from ledger.ports import Found, Identity
from tests.wire.office import SHIPPED

FIELDS = ("nama", "instansi", "alamat", "telepon")
ENOUGH = 0.75
"""The share of words (F1, in any order) that two values must have in common to be the same, leniently."""

Four = Mapping[str, str | None]


def values(identity: Identity) -> dict[str, str | None]:
    """Return the four items as plain text by the names that the labels use."""

    def value(found: Found | None) -> str | None:
        return found.value if found else None

    found = (identity.name, identity.organisation, identity.address, identity.phone)
    return dict(zip(FIELDS, map(value, found), strict=True))


def plain(field: str, value: str | None) -> str | None:
    """Return a value in the form in which two of them are compared: white space, case and closing marks apart."""
    if value is None:
        return None
    if field == "telepon":
        digits = re.sub(r"\D", "", value)
        return ("0" + digits[2:] if digits.startswith("62") else digits) or None
    return " ".join(value.split()).strip(".,;:-–—").strip().casefold() or None


def alike(left: str, right: str) -> bool:
    """Say whether two values have nearly all of their words in common."""
    ours, theirs = (Counter(re.findall(r"\w+", value)) for value in (left, right))
    common = sum((ours & theirs).values())
    return bool(common) and 2 * common / (ours.total() + theirs.total()) >= ENOUGH


def same(field: str, left: str, right: str, *, lenient: bool) -> bool:
    """Say whether two comparable values are the same; a telephone number is so digit for digit or not at all."""
    return left == right or (lenient and field != "telepon" and alike(left, right))


def _rates(pairs: Iterable[tuple[Four, Four]], field: str, *, lenient: bool) -> str:
    right = wrong = missed = 0
    for true, read in pairs:
        expected, found = plain(field, true[field]), plain(field, read[field])
        hit = expected is not None and found is not None and same(field, expected, found, lenient=lenient)
        right += hit
        wrong += found is not None and not hit
        missed += expected is not None and not hit
    return f"{right / max(1, right + wrong):.3f} / {right / max(1, right + missed):.3f}"


def _say(name: str, pairs: list[tuple[Four, Four]]) -> None:
    for field in FIELDS:
        exact, lenient = (_rates(pairs, field, lenient=way) for way in (False, True))
        given = sum(true[field] is not None for true, _ in pairs)
        print(f"{name}: {field:<8} precision / recall exact {exact}, lenient {lenient} (named in {given})", flush=True)


def _of_examples(file: Path) -> list[tuple[Four, Four]]:
    pairs: list[tuple[Four, Four]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not set(FIELDS) <= row.keys():
            continue
        parted = separate(row["text"], row["subject"])
        text = "\n\n".join(part for part in (parted.text, parted.signature) if part)
        pairs.append((row, values(identify(text))))
    return pairs


def _of_mails(folder: Path) -> list[tuple[Four, Four]]:
    judge = Judge(load(SHIPPED / "office.toml"))
    pairs: list[tuple[Four, Four]] = []
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        verdict = judge((folder / label["file"]).read_bytes(), label.get("mailbox") or "")
        read = values(verdict.identity) if isinstance(verdict, Judged) else dict.fromkeys(FIELDS)
        pairs.append((label, read))
    return pairs


def main() -> None:
    """Print the figures of each writer of the examples, of all, and of the labelled mails."""
    by_writer = {file.stem: _of_examples(file) for file in sorted((SHIPPED / "examples").glob("*.jsonl"))}
    for writer, pairs in by_writer.items():
        if any(true[field] for true, _ in pairs for field in FIELDS):
            _say(writer, pairs)
    _say("all examples", [pair for pairs in by_writer.values() for pair in pairs])
    folder = os.environ.get("LABELLED")
    if folder:
        _say("labelled mails", _of_mails(Path(folder)))
    else:
        print("labelled mails: skipped, LABELLED names no folder")
