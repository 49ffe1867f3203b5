"""Learns the model of the classifier from labelled letters with scikit-learn, and says whether it is any better."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import compress
from pathlib import Path

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from ingest.classify import Caution, likeliest_service
from ingest.examples import Example, letter_of
from ingest.features import FACTS, KIND_GROUPS, SERVICE_GROUPS, FeatureReader, Features
from ingest.model import Linear, Model, rarities, scaled, softmax
from ingest.tally import Tally, Verdict, cost, tally
from ledger.words import Kind

STRENGTH = 30.0
"""The inverse of how hard large weights are held down; like the shares of the groups chosen by leaving writers out."""
HARD_SHARE = 0.7
"""How much a letter written to be hard counts beside an ordinary one: there are more of them than life would send."""
SERVICE_STRENGTH = 10.0
"""The same for the services, which lean on fewer words."""
LEAST_LETTERS = 3
"""A word that stands in fewer letters is not learned."""
DIGITS = 3
FOLDS = 6
"""Into how many parts the letters are divided to be held out in turn; what one writer wrote is never divided."""
ROUNDS = 400
TOLERANCE = 1e-3
_TEMPERATURES = [round(0.5 + step / 50, 2) for step in range(126)]


@dataclass(frozen=True, slots=True)
class Compared:
    """How the old and the new model fared on the same held-out letters; `old` is None where there was none."""

    old: Tally | None
    new: Tally

    def said(self, about: str) -> str:
        """Say both in Indonesian, in one line."""
        old = f"model lama {self.old.said}; " if self.old else ""
        return f"{about}: {old}model baru {self.new.said}."


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of learning anew; `model` is the one to keep, `keeps_new` whether it is the new one.

    `all` counts the built-in examples and the corrections together, `corrections` the latter alone. `why` is plain
    Indonesian.
    """

    keeps_new: bool
    why: str
    model: Model
    all: Compared
    corrections: Compared

    def said(self, place: Path) -> str:
        """Say in Indonesian how the models fared and which is in use; `place` is where a new one lies."""
        if not self.keeps_new:
            used = f"Model yang sekarang tetap dipakai: {self.why}."
        else:
            used = (
                f"Model baru sekarang dipakai: {self.why}. Letaknya {place}; `serve`, `daemon`, dan `desk` yang sedang "
                "berjalan memakainya sesudah dijalankan ulang."
            )
        counted = [self.all.said("Semua surat yang disisihkan")]
        if self.corrections.new.letters:
            counted.append(self.corrections.said("Pembetulan petugas saja"))
        return "\n".join([*counted, used])


@dataclass(frozen=True, slots=True)
class _Seen:
    """An example with its features and the fold that it is held out in."""

    example: Example
    features: Features
    fold: int


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """One held-out letter: the true answers, and the scores of a model that did not learn from it."""

    example: Example
    kinds: Mapping[str, float]
    services: Mapping[str, float]


def train(examples: Sequence[Example], reader: FeatureReader, today: date) -> Model:
    """Learn a model from examples; the same examples give the same numbers. Takes seconds."""
    seen = _seen(examples, reader)
    return _calibrated(_learned(seen, today), _held_out(seen))


def cross_validate(examples: Sequence[Example], reader: FeatureReader, caution: Caution) -> Tally:
    """Hold out some writers after the others and count what the others' model makes of their letters."""
    seen = _seen(examples, reader)
    return tally(_verdicts(_held_out(seen), caution))


def learn(
    old: Model | None,
    examples: Sequence[Example],
    corrections: Sequence[Example],
    reader: FeatureReader,
    caution: Caution,
    today: date,
) -> Report:
    """Learn from examples and corrections, and compare with the old model on letters held out from both.

    What the old model was made of (the examples, and those corrections that it names, as it was told them) is learned
    again without the held-out letters, so that neither side is asked about letters that it knows. The new one is kept
    if it costs the office no more than the old, chance apart: on all letters, and on the corrections by themselves. An
    old model that was trained with a letter since erased is never kept.
    """
    seen = _seen([*examples, *corrections], reader)
    held_out = _held_out(seen)
    new = _calibrated(_learned(seen, today), held_out)
    verdicts = _verdicts(held_out, caution)
    if old is None:
        return _report("belum ada model yang dapat dibaca", new, held_out, verdicts, None)
    if not {each.letter for each in corrections}.issuperset(map(letter_of, old.corrections)):
        return _report("model lama memuat koreksi yang sudah tidak ada", new, held_out, verdicts, None)
    known = [each for each in seen if each.example.writer or each.example.told in old.corrections]
    before = _verdicts(_held_out(seen, known), caution)
    dearer = [
        cost(now, caution.complaint_cost) - cost(then, caution.complaint_cost)
        for now, then in zip(verdicts, before, strict=True)
    ]
    told = [by for by, each in zip(dearer, held_out, strict=True) if not each.example.writer]
    if much_dearer(dearer):
        return _report("model baru lebih buruk pada surat yang disisihkan", old, held_out, verdicts, before, kept=False)
    if much_dearer(told):
        return _report("model baru lebih buruk pada pembetulan petugas", old, held_out, verdicts, before, kept=False)
    return _report("model baru tidak lebih buruk pada surat yang disisihkan", new, held_out, verdicts, before)


def much_dearer(differences: Sequence[float]) -> bool:
    """Say whether costs rose by more than one standard error of their sum, which is what chance alone would do."""
    return sum(differences) > math.sqrt(sum(each * each for each in differences))


def _report(
    why: str,
    model: Model,
    held_out: Sequence["_HeldOut"],
    new: Sequence[Verdict],
    old: Sequence[Verdict] | None,
    *,
    kept: bool = True,
) -> Report:
    def compared(chosen: Sequence[bool]) -> Compared:
        before = tally(list(compress(old, chosen))) if old is not None else None
        return Compared(before, tally(list(compress(new, chosen))))

    corrected = [not each.example.writer for each in held_out]
    return Report(kept, why, model, compared([True] * len(held_out)), compared(corrected))


def _seen(examples: Sequence[Example], reader: FeatureReader) -> list[_Seen]:
    writers = sorted({each.writer for each in examples if each.writer})
    folds = {writer: number % FOLDS for number, writer in enumerate(writers)}
    return [
        _Seen(each, reader.read(each.wording), folds.get(each.writer, int(each.letter, 16) % FOLDS))
        for each in examples
    ]


def _learned(seen: Sequence[_Seen], today: date) -> Model:
    corrections = sorted({each.example.told for each in seen if not each.example.writer})
    digest = hashlib.sha256("".join(sorted(each.example.digest for each in seen)).encode()).hexdigest()
    registered = [each for each in seen if each.example.kind is not Kind.LAINNYA]
    return Model(
        trained=today.isoformat(),
        examples=digest,
        letters=len(seen),
        corrections=tuple(corrections),
        kind=_fitted(seen, KIND_GROUPS, STRENGTH, lambda each: each.kind.value),
        service=_fitted(registered, SERVICE_GROUPS, SERVICE_STRENGTH, lambda each: each.service),
    )


def _fitted(seen: Sequence[_Seen], groups: frozenset[str], strength: float, answer: Callable[[Example], str]) -> Linear:
    counts: dict[str, int] = {}
    for each in seen:
        for key in each.features.values:
            if key[0] in groups:
                counts[key] = counts.get(key, 0) + 1
    kept = {key: count for key, count in counts.items() if count >= LEAST_LETTERS or key[0] in FACTS}
    return _fit(seen, [answer(each.example) for each in seen], kept, strength)


def _fit(seen: Sequence[_Seen], answers: Sequence[str], counts: Mapping[str, int], strength: float) -> Linear:
    keys = sorted(counts)
    column = {key: at for at, key in enumerate(keys)}
    rarity = rarities(counts, len(seen))
    rows, columns, numbers = [], [], []
    for row, each in enumerate(seen):
        for key, value in scaled(each.features, rarity).items():
            rows.append(row)
            columns.append(column[key])
            numbers.append(value)
    matrix = csr_matrix((numbers, (rows, columns)), shape=(len(seen), len(keys)))
    counted = [1.0 if each.example.ordinary else HARD_SHARE for each in seen]
    with threadpool_limits(limits=1):  # one thread sums in one order; on a busy machine it is faster, too
        regression = LogisticRegression(C=strength, max_iter=ROUNDS, tol=TOLERANCE).fit(matrix, answers, counted)
    by_class = regression.coef_.tolist()
    bias = regression.intercept_.tolist()
    if len(regression.classes_) == 2:  # scikit-learn then gives one row, for the second class against the first
        by_class = [[-weight / 2 for weight in by_class[0]], [weight / 2 for weight in by_class[0]]]
        bias = [-bias[0] / 2, bias[0] / 2]
    return Linear(
        classes=tuple(map(str, regression.classes_)),
        bias=tuple(round(number, DIGITS) for number in bias),
        letters=len(seen),
        temperature=1.0,
        weights={key: tuple(round(row[at], DIGITS) for row in by_class) for at, key in enumerate(keys)},
        counts=dict(counts),
    )


def _held_out(seen: Sequence[_Seen], known: Sequence[_Seen] | None = None) -> list[_HeldOut]:
    """Score every letter by a model of the other folds; `known` limits what may be learned from."""
    known = seen if known is None else known
    out: list[_HeldOut] = []
    for fold in sorted({each.fold for each in seen}):
        model = _learned([each for each in known if each.fold != fold], date.min)
        out += [
            _HeldOut(each.example, _scores(model.kind, each.features), _scores(model.service, each.features))
            for each in seen
            if each.fold == fold
        ]
    return out


def _scores(linear: Linear, features: Features) -> dict[str, float]:
    return dict(zip(linear.classes, linear.scores(linear.scaled(features)), strict=True))


def _chances(scores: Mapping[str, float], temperature: float) -> dict[str, float]:
    return dict(zip(scores, softmax(list(scores.values()), temperature), strict=True))


def _temperature(held_out: Sequence[_HeldOut]) -> float:
    """Choose the temperature under which the held-out answers to ordinary letters are likeliest.

    Letters written to be hard would make the model doubt the others more than they deserve.
    """
    ordinary = [each for each in held_out if each.example.ordinary] or held_out

    def surprise(temperature: float) -> float:
        chances = (_chances(each.kinds, temperature).get(each.example.kind.value, 0.0) for each in ordinary)
        return -sum(math.log(max(chance, 1e-9)) for chance in chances)

    return min(_TEMPERATURES, key=surprise)


def _calibrated(model: Model, held_out: Sequence[_HeldOut]) -> Model:
    return replace(model, kind=replace(model.kind, temperature=_temperature(held_out)))


def _verdicts(held_out: Sequence[_HeldOut], caution: Caution) -> list[Verdict]:
    temperature = _temperature(held_out)
    return [(each.example.kind, each.example.service, *_verdict(each, temperature, caution)) for each in held_out]


def _verdict(each: _HeldOut, temperature: float, caution: Caution) -> tuple[Kind, str, float, bool]:
    likely = _chances(each.kinds, temperature)
    chances = {kind: likely.get(kind.value, 0.0) for kind in Kind}
    kind = max(Kind, key=lambda one: chances[one])
    service = likeliest_service(kind, _chances(each.services, 1.0))
    return kind, service, chances[kind], caution.doubts(kind, chances)
