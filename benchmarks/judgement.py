"""How well letters are judged: held out from the examples, on a folder of labelled mails, on adversarial letters.

LABELLED names a folder of .eml files with labels.jsonl (a line a mail: file, mailbox, kind, service).
"""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.memory import peak
from config.settings import Settings, load
from ingest.examples import example, read_examples
from ingest.features import FeatureReader
from ingest.judge import Judge, Judged, caution_of, classifier_of, rules_of
from ingest.tally import Tally, Verdict, tally
from ledger.words import Kind
from tests.wire.office import SHIPPED

ADVERSARIAL = Path(__file__).with_name("adversarial.jsonl")


def _say(name: str, count: Tally) -> None:
    rest = count.letters - count.reviewed
    print(
        f"{name}: {count.letters} letters, kind {count.right / count.letters:.2%} without abstention; "
        f"review {count.reviewed / count.letters:.1%}, kind {count.right_unreviewed / max(1, rest):.2%} on the rest; "
        f"complaints silently lost {count.lost} of {count.complaints}; "
        f"service {count.right_services / max(1, count.served):.2%}; calibration error {count.calibration_error:.3f}",
        flush=True,
    )


def _surest(rows: Sequence[Verdict]) -> None:
    """Print what would be right if the tenth of least confidence, and no other, were sent to review."""
    kept = sorted(rows, key=lambda row: -row[4])[: len(rows) - len(rows) // 10]
    right = sum(true is kind for true, _, kind, _, _, _ in kept)
    print(f"  the nine tenths of most confidence: kind {right / max(1, len(kept)):.2%}")


def _judge_files(settings: Settings, folder: Path) -> None:
    judge = Judge(settings)
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines() if line]
    raws = [(folder / label["file"]).read_bytes() for label in labels]
    began = time.perf_counter()
    verdicts = [judge(raw, label.get("mailbox") or "") for raw, label in zip(raws, labels, strict=True)]
    seconds = time.perf_counter() - began
    rows: list[Verdict] = []
    for label, verdict in zip(labels, verdicts, strict=True):
        if isinstance(verdict, Judged):
            said = verdict.judgement
            true = Kind(label["kind"]), str(label["service"])
            rows.append((*true, said.kind, said.service, said.confidence, said.needs_review))
    _say("labelled mails", tally(rows))
    _surest(rows)
    print(f"  {len(raws) / seconds:.0f} mails/s in this process, unread {len(raws) - len(rows)}")


def _judge_adversarial(settings: Settings) -> None:
    classifier = classifier_of(settings)
    boxes = {box.service: box.address for box in settings.mailboxes}
    rows: list[Verdict] = []
    for line in ADVERSARIAL.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        letter = example({**row, "mailbox": boxes.get(row["mailbox"], row["mailbox"])})
        said = classifier.judge(letter.wording)
        rows.append((letter.kind, letter.service, said.kind, said.service, said.confidence, said.needs_review))
    _say("adversarial letters", tally(rows))


def main() -> None:
    """Print the figures; the memory is this process's peak after loading the model and judging, before learning."""
    settings = load(SHIPPED / "office.toml")
    folder = os.environ.get("LABELLED")
    if folder:
        _judge_files(settings, Path(folder))
    else:
        print("labelled mails: skipped, LABELLED names no folder")
    _judge_adversarial(settings)
    print(f"peak memory {peak(os.getpid())} MB")
    from ingest.learn import cross_validate  # scikit-learn would count as memory of the program

    examples = read_examples(settings.folder / "examples")
    began = time.perf_counter()
    count = cross_validate(examples, FeatureReader(rules_of(settings)), caution_of(settings))
    _say("own examples, a sixth of the writers held out at a time", count)
    print(f"  learned {time.perf_counter() - began:.0f} s")
