"""Judges what a letter is by the phrases and plain facts of rules.toml, with its reasons."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.rules import Evidence, Rules
from ingest.folding import ENDS, Hit, PhraseBook, fold, without
from ledger.ports import Judgement, Reason, Wording
from ledger.words import Kind

UMUM = "umum"
NEGATORS = frozenset(
    ["tidak", "bukan", "tanpa", "belum", "jangan", "ora", "dudu", "mboten", "tada", "not", "no", "without"]
)
SUBJECT_PREFIXES = frozenset(["re", "fw", "fwd", "bls", "trs", "balasan", "tanggapan"])
COMPLAINT_DOUBT = 0.12
"""A letter that is a complaint with at least this probability is never filed as something else unseen."""
ASKED_SHARE = 0.4
"""What is left of a request's words where they stand in a question: who asks whether to apply does not apply."""
MOST_LETTERS = 20_000
"""What a letter wants stands in its first pages."""
NEARLY_NIL = 1.0
"""Evidence below this is no evidence."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A ground together with the kind it speaks for."""

    kind: Kind
    reason: Reason


class RuleClassifier:
    """A Classifier whose whole knowledge is rules.toml; it is deterministic and says why.

    `mailboxes` maps each address of the office to the key of its service, a weak hint for the service alone.
    `services` are the keys that a judgement may name beside "umum".
    """

    def __init__(
        self, rules: Rules, review_below: float, mailboxes: Mapping[str, str], services: Iterable[str]
    ) -> None:
        self._rules = rules
        self._review_below = review_below
        self._mailboxes = {address.lower(): key for address, key in mailboxes.items()}
        self._services = tuple(dict.fromkeys(key for key in services if key != UMUM))
        self._set_phrases = PhraseBook([("set", rules.set_phrases)], rules.abbreviations)
        self._evidence = PhraseBook(((key, each.phrases) for key, each in rules.evidence.items()), rules.abbreviations)
        self._topics = PhraseBook(self._topic_phrases(), rules.abbreviations)
        self._files = PhraseBook(
            ((key, rules.service[key].files) for key in self._services if key in rules.service), {}
        )

    def _topic_phrases(self) -> Iterable[tuple[str, Sequence[str]]]:
        for key in (*self._services, UMUM):
            if key in self._rules.service:
                yield f"word {key}", self._rules.service[key].words
                yield f"hint {key}", self._rules.service[key].hints

    def judge(self, wording: Wording) -> Judgement:
        """Weigh every phrase and fact; doubt stands in `needs_review`, and never hides a complaint."""
        words = self._fold(wording)
        topics = self._weigh_topics(words, wording)
        said = [*self._weigh_phrases(words), *self._weigh_facts(words, wording, topics)]
        scores = self._scores(said)
        chances = _chances(scores)
        evidence = sum(each.reason.weight for each in said if each.reason.weight > 0)
        kind = max(Kind, key=lambda each: chances[each]) if evidence >= NEARLY_NIL else _undecided(words)
        service, why_service = self._service(kind, topics, wording)
        return Judgement(
            kind=kind,
            service=service,
            confidence=round(chances[kind], 3),
            needs_review=self._doubtful(kind, chances, said, evidence),
            reasons=_told(said, why_service),
        )

    def _fold(self, wording: Wording) -> list[str]:
        subject = fold(wording.subject, self._rules.abbreviations)
        while subject and (subject[0] in SUBJECT_PREFIXES or subject[0] in ENDS):
            subject = subject[1:]
        words = [*subject, ".", *fold(wording.text[:MOST_LETTERS], self._rules.abbreviations)]
        return without(words, self._set_phrases.find(words))

    def _weigh_phrases(self, words: Sequence[str]) -> list[_Said]:
        found: dict[str, dict[str, Hit]] = defaultdict(dict)
        for hit in self._evidence.find(words):
            evidence = self._rules.evidence[hit.owner]
            if not (evidence.negatable and _negated(words, hit.start)):
                found[hit.owner].setdefault(hit.phrase, hit)
        said: list[_Said] = []
        for key, hits in found.items():
            said.extend(_weighed(self._rules.evidence[key], list(hits.values()), words))
        return said

    def _weigh_topics(self, words: Sequence[str], wording: Wording) -> dict[str, list[Reason]]:
        topics: dict[str, list[Reason]] = defaultdict(list)
        seen: set[tuple[str, str]] = set()
        for hit in self._topics.find(words):
            rank, _, key = hit.owner.partition(" ")
            if (hit.owner, hit.phrase) not in seen:
                seen.add((hit.owner, hit.phrase))
                weight = 1.5 if rank == "word" else 0.5
                topics[key].append(Reason(_shown(words, hit), f"menyebut urusan {key}", weight))
        names = [word for name in wording.attachments for word in [*fold(name.replace("_", " "), {}), "."]]
        for hit in self._files.find(names):
            topics[hit.owner].append(Reason(_shown(names, hit), f"nama lampiran menyebut urusan {hit.owner}", 0.8))
        return topics

    def _weigh_facts(
        self, words: Sequence[str], wording: Wording, topics: Mapping[str, Sequence[Reason]]
    ) -> Iterable[_Said]:
        facts = self._rules.facts
        questions = words.count("?")
        if questions:
            yield _Said(
                Kind.INFORMASI, Reason("?" * questions, "berisi pertanyaan", facts.question * min(questions, 2))
            )
        served = [key for key in self._services if topics.get(key)]
        if served:
            yield _Said(Kind.PERMOHONAN, Reason(", ".join(served), "menyebut layanan kantor", facts.service_named))
        else:
            yield _Said(
                Kind.PERMOHONAN, Reason("-", "tidak menyebut layanan yang dapat dimohon", facts.request_without_service)
            )
        if wording.attachments and not any(word.isalpha() for word in words):
            yield _Said(Kind.PERMOHONAN, Reason(wording.attachments[0], "hanya berisi lampiran", facts.files_alone))
        elif wording.attachments and served:
            yield _Said(Kind.PERMOHONAN, Reason(wording.attachments[0], "disertai berkas", facts.files_for_request))
        if _shouts(wording):
            yield _Said(Kind.PENGADUAN, Reason("HURUF BESAR", "ditulis dengan huruf besar", facts.shouting))

    def _scores(self, said: Iterable[_Said]) -> dict[Kind, float]:
        scores = {kind: self._rules.facts.ground.get(kind.value, 0.0) for kind in Kind}
        for each in said:
            scores[each.kind] += each.reason.weight
        return scores

    def _doubtful(self, kind: Kind, chances: Mapping[Kind, float], said: Iterable[_Said], evidence: float) -> bool:
        if evidence < NEARLY_NIL or chances[kind] < self._review_below:
            return True
        if kind is Kind.PENGADUAN:
            return False
        complaint = sum(each.reason.weight for each in said if each.kind is Kind.PENGADUAN)
        return chances[Kind.PENGADUAN] > COMPLAINT_DOUBT or (kind is Kind.LAINNYA and complaint >= NEARLY_NIL)

    def _service(
        self, kind: Kind, topics: Mapping[str, Sequence[Reason]], wording: Wording
    ) -> tuple[str, list[Reason]]:
        if kind is Kind.LAINNYA:
            return UMUM, []
        scores = {key: sum(each.weight for each in topics.get(key, ())) for key in (*self._services, UMUM)}
        why = [each for key in scores for each in topics.get(key, ())]
        box = self._mailboxes.get((wording.mailbox or "").lower())
        if box in scores:
            hint = self._rules.facts.mailbox / (2 if kind is Kind.PENGADUAN else 1)
            scores[box] += hint
            why.append(Reason(wording.mailbox or "", f"masuk ke kotak surat {box}", hint))
        if kind is Kind.PERMOHONAN and self._services:
            del scores[UMUM]
        best = max(scores, key=lambda key: scores[key])
        return (best if scores[best] > 0 else UMUM), why


def _weighed(evidence: Evidence, hits: Sequence[Hit], words: Sequence[str]) -> Iterable[_Said]:
    kind, share = Kind(evidence.kind), 1.0
    for hit in hits[: evidence.at_most]:
        asked = ASKED_SHARE if kind is Kind.PERMOHONAN and _in_question(words, hit.end) else 1.0
        yield _Said(kind, Reason(_shown(words, hit), evidence.says, round(evidence.weight * share * asked, 2)))
        share = 0.5
    for other, against in evidence.against.items():
        yield _Said(Kind(other), Reason(_shown(words, hits[0]), evidence.says, against))


def _shown(words: Sequence[str], hit: Hit) -> str:
    return " ".join(words[hit.start : hit.end]).replace("#uang", "(jumlah uang)")


def _negated(words: Sequence[str], at: int) -> bool:
    for word in reversed(words[max(0, at - 3) : at]):
        if word in ENDS or word == ",":
            return False
        if word in NEGATORS:
            return True
    return False


def _in_question(words: Sequence[str], at: int) -> bool:
    return next((word for word in words[at:] if word in ENDS), ".") == "?"


def _shouts(wording: Wording) -> bool:
    letters = [sign for sign in wording.text if sign.isalpha()]
    return len(letters) > 40 and sum(sign.isupper() for sign in letters) > 0.7 * len(letters)


def _chances(scores: Mapping[Kind, float]) -> dict[Kind, float]:
    top = max(scores.values())
    powers = {kind: math.exp(score - top) for kind, score in scores.items()}
    total = sum(powers.values())
    return {kind: power / total for kind, power in powers.items()}


def _undecided(words: Sequence[str]) -> Kind:
    """Doubt resolves towards the ledger: a bare question is one, anything else may be a complaint."""
    return Kind.INFORMASI if "?" in words else Kind.PENGADUAN


def _told(said: Sequence[_Said], why_service: Sequence[Reason]) -> tuple[Reason, ...]:
    by_kind = sorted(said, key=lambda each: -abs(each.reason.weight))
    kinds = [
        Reason(each.reason.found, f"{each.kind.value}: {each.reason.says}", each.reason.weight) for each in by_kind
    ]
    return (*kinds, *(Reason(each.found, f"layanan: {each.says}", each.weight) for each in why_service))
