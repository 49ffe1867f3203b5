"""Judges what a letter is by what was learned from examples together with rules.toml, with its reasons."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.features import FeatureReader, Features
from ingest.folding import MONEY
from ingest.model import Linear, Model, UnusableModel, read_model
from ingest.rules import UMUM, RuleClassifier, Weighed
from ingest.spelling import MONEY_SHOWN, Spelling
from ledger.ports import Classifier, Judgement, Reason, Wording
from ledger.words import REGISTER_OF, Kind

log = logging.getLogger(__name__)

SHOWN_FOR = 6
"""Reasons shown for the kind that was chosen; half as many for the service and, in doubt, for the next likely kind."""
_LEAST_SHOWN = 0.05
_KINDS = frozenset(kind.value for kind in Kind)
_KNOWN_WORD = len("s kk")
"""The shortest key of a word that tells anything: a single letter does not."""
_TOO_LITTLE = 0.002
"""What a single feature must weigh to be looked at when the reasons are gathered."""


@dataclass(frozen=True, slots=True)
class Caution:
    """When an officer is asked to look: confidence below `review_below`, or a missed complaint would cost more.

    Overlooking a complaint costs `complaint_cost` times as much as a needless look.
    """

    review_below: float
    complaint_cost: float

    def doubts(self, kind: Kind, chances: Mapping[Kind, float]) -> bool:
        """Say whether a letter of these chances, recorded as `kind`, needs a look."""
        if chances[kind] < self.review_below:
            return True
        return kind is not Kind.PENGADUAN and chances[Kind.PENGADUAN] * self.complaint_cost >= 1


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that reasons are told from: the features of a letter, what the rules found in it, and how it spells."""

    features: Features
    weighed: Weighed
    spelling: Spelling

    def rule_grounds(self, name: str) -> Iterable[tuple[str, float]]:
        """Yield the phrases whose families the score of the rules for a kind is the sum of, each with its part."""
        hits = [each for each in self.weighed.said if each.kind.value == name and each.reason.weight > 0]
        total = sum(hit.reason.weight for hit in hits)
        for hit in hits:
            yield self.features.shown[f"r {hit.family}"][0], hit.reason.weight / total

    def as_written(self, says: str, found: str) -> str:
        """Return what was found as the letter spells it."""
        if says in _NO_WORDS:
            return found
        told, colon, words = found.rpartition(": ")
        return f"{told}{colon}{self.spelling.of(words)}"

    def against(self, name: str) -> "_Against":
        """Return what the rules count for other kinds alone; what a service is not about, they do not say."""
        if name not in _KINDS:
            return _Against(frozenset(), frozenset())
        ours = {each.family for each in self.weighed.said if each.kind.value == name and each.reason.weight > 0}
        theirs = [each for each in self.weighed.said if each.family not in ours and each.reason.weight > 0]
        words = frozenset(word for each in theirs for word in each.reason.found.split())
        return _Against(frozenset(f"r {each.family}" for each in theirs), words)


@dataclass(frozen=True, slots=True)
class _Against:
    """What would puzzle as a reason for one kind: the families of rules, and their words, that speak for another."""

    families: frozenset[str]
    words: frozenset[str]

    def holds(self, says: str, found: str) -> bool:
        """Say whether what was found is nothing else."""
        return not says and bool(self.words) and self.words.issuperset(found.split())


class LearnedClassifier:
    """A Classifier that scores a letter's features with a learned model; what the model cannot tell, the rules say."""

    def __init__(self, rules: RuleClassifier, model: Model, caution: Caution, services: Collection[str]) -> None:
        self._rules = rules
        self._reader = FeatureReader(rules)
        self._model = model
        self._caution = caution
        self._knows_services = set(model.service.classes) == {*services, UMUM}

    def judge(self, wording: Wording) -> Judgement:
        """Judge by model and rules; a letter without any known word is left to the rules and to an officer."""
        weighed = self._rules.weigh(wording)
        features = self._reader.features(wording, weighed)
        values = self._model.kind.scaled(features)
        if not any(key[0] in "sa" and len(key) >= _KNOWN_WORD for key in values):
            return self._rules.judge(wording)
        chances = kind_chances(self._model.kind, values)
        kind, other = sorted(Kind, key=lambda each: -chances[each])[:2]
        otherwise = max(REGISTER_OF, key=lambda each: chances[each])
        doubtful = self._caution.doubts(kind, chances)
        recorded = otherwise if doubtful and kind not in REGISTER_OF else kind
        seen = _Seen(features, weighed, self._rules.spelling(wording))
        service, why_service = self._service(recorded, seen, wording)
        return Judgement(
            kind=kind,
            service=service,
            confidence=round(chances[kind], 3),
            needs_review=doubtful,
            otherwise=otherwise,
            reasons=(
                *_reasons(self._model.kind, kind.value, values, seen, SHOWN_FOR),
                *(_reasons(self._model.kind, other.value, values, seen, SHOWN_FOR // 2) if doubtful else ()),
                *why_service,
            ),
        )

    def _service(self, kind: Kind, seen: _Seen, wording: Wording) -> tuple[str, Iterable[Reason]]:
        if not self._knows_services:
            service, grounds = self._rules.service(kind, seen.weighed.topics, wording)
            return service, [Reason(each.found, f"layanan: {each.says}", each.weight) for each in grounds]
        linear = self._model.service
        values = linear.scaled(seen.features)
        service = likeliest_service(kind, linear.chances(values))
        why = _reasons(linear, service, values, seen, SHOWN_FOR // 2) if kind is not Kind.LAINNYA else ()
        title = self._rules.title(service)
        return service, [
            Reason(each.found, f"layanan {title}{each.says.removeprefix(service)}", each.weight) for each in why
        ]


def kind_chances(linear: Linear, values: Mapping[str, float]) -> dict[Kind, float]:
    """Return the chance of every kind, also of one that no example showed."""
    chances = linear.chances(values)
    return {kind: chances.get(kind.value, 0.0) for kind in Kind}


def likeliest_service(kind: Kind, chances: Mapping[str, float]) -> str:
    """Choose the service: a request always asks for one of them, what stays out of the book for none."""
    if kind is Kind.LAINNYA:
        return UMUM
    served = {key: chance for key, chance in chances.items() if key != UMUM or kind is not Kind.PERMOHONAN}
    return max(served or chances, key=lambda key: chances[key])


def _reasons(linear: Linear, name: str, values: Mapping[str, float], seen: _Seen, most: int) -> Sequence[Reason]:
    """Say which words and facts spoke most for a class: all that the model sees in a word is summed up on the word."""
    against = seen.against(name)
    told: dict[tuple[str, str], float] = {}
    for (says, found), weight in sorted(_weights(linear, name, values, seen, against), key=_heaviest_first):
        if len(told) == most or weight < _LEAST_SHOWN:
            break
        if not against.holds(says, found):
            ground = says, seen.as_written(says, found)
            told[ground] = told.get(ground, 0.0) + weight
    return [
        Reason(found, f"{name}: {says or _usual(found)}", round(weight, 2))
        for (says, found), weight in sorted(told.items(), key=_heaviest_first)
    ]


_Ground = tuple[str, str]
"""A group of features in words, and what was found of it."""


def _heaviest_first(item: tuple[_Ground, float]) -> tuple[float, _Ground]:
    return -item[1], item[0]


def _weights(
    linear: Linear, name: str, values: Mapping[str, float], seen: _Seen, against: _Against
) -> Iterable[tuple[_Ground, float]]:
    """Sum up what every ground weighs for a class; a plain loop, because a letter has many hundred features."""
    at, learned, shown_for = linear.classes.index(name), linear.weights, seen.features.shown
    weights: defaultdict[_Ground, float] = defaultdict(float)
    for key, value in values.items():
        share = learned[key][at] * value
        if -_TOO_LITTLE < share < _TOO_LITTLE or key in against.families:
            continue  # what the rules make of another kind would puzzle the reader
        group = key[0]
        if group == "R":
            for found, part in seen.rule_grounds(name) if key[2:] == name else ():
                weights[_SAYS["r"], found] += share * part
            continue
        shown, says = shown_for[key], _SAYS.get(group, "")
        part = share / len(shown)
        for found in shown:
            weights[says, found] += part
    return weights.items()


def _usual(found: str) -> str:
    return "frasa yang lazim" if " " in found.replace(MONEY_SHOWN, MONEY) else "kata yang lazim"


_SAYS = {
    "n": "kata yang disangkal",
    "q": "kata dalam pertanyaan",
    "k": "kata sesudah “tapi” dan sejenisnya",
    "a": "kata pada nama lampiran",
    "y": "sapaan atau pihak yang disebut",
    "r": "tanda yang dikenal aturan",
    "T": "urusan yang disebut",
    "S": "urusan yang disebut",
    "M": "kotak surat penerima",
    "F": "ciri surat",
}


_NO_WORDS = (_SAYS["M"], _SAYS["F"])
"""Groups whose grounds are told in words of ours, not of the letter."""


def classifier(
    rules: RuleClassifier, model_files: Sequence[Path], caution: Caution, services: Collection[str]
) -> Classifier:
    """Return the learned classifier of the first model that can be used, else the rules alone and a warning of it."""
    wrong = "tidak ada berkas model"
    for file in model_files:
        if not file.exists():
            continue
        try:
            return LearnedClassifier(rules, read_model(file), caution, services)
        except UnusableModel as unusable:
            wrong = str(unusable)
            log.warning("%s; penggolong belajar tidak memakainya", wrong)
    log.warning("penggolong bekerja dengan aturan saja (%s); jalankan `run.py learn`", wrong)
    return rules
