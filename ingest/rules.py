"""Judges what a letter is by the phrases and plain facts of rules.toml, with its reasons."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.rules import Evidence, Rules
from ingest.closings import Courtesies
from ingest.folding import ENDS, Hit, PhraseBook, fold, without
from ingest.spelling import Spelling
from ledger.ports import Judgement, Reason, Wording
from ledger.words import REGISTER_OF, Kind

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
_NEW_LINE = "\ue000"
"""Stands between two lines while they are folded in one go; nobody writes it (Unicode, private use)."""
_PARTS = 8
"""How many texts are kept as folded: the parts of the mail at hand."""
NEARLY_NIL = 1.0
"""Evidence below this is no evidence."""


@dataclass(frozen=True, slots=True)
class Said:
    """A ground together with the kind it speaks for; `family` is its key in rules.toml, or the name of a plain fact."""

    kind: Kind
    reason: Reason
    family: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """A letter on the scales of the rules: its folded words without set phrases, and all that was found in it."""

    words: Sequence[str]
    said: Sequence[Said]
    topics: Mapping[str, Sequence[Reason]]
    scores: Mapping[Kind, float]


class RuleClassifier:
    """A Classifier whose whole knowledge is rules.toml; it is deterministic and says why.

    `mailboxes` maps each address of the office to the key of its service, a weak hint for the service alone.
    `services` are the keys that a judgement may name beside "umum"; `titles` is how reasons call them.
    """

    def __init__(
        self,
        rules: Rules,
        review_below: float,
        mailboxes: Mapping[str, str],
        services: Iterable[str],
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self._titles = titles or {}
        self._rules = rules
        self._review_below = review_below
        self._mailboxes = {address.lower(): key for address, key in mailboxes.items()}
        self._services = tuple(dict.fromkeys(key for key in services if key != UMUM))
        self._set_phrases = PhraseBook([("set", rules.set_phrases)], rules.abbreviations)
        self._courtesies = Courtesies(rules.politeness, rules.abbreviations)
        self._evidence = PhraseBook(((key, each.phrases) for key, each in rules.evidence.items()), rules.abbreviations)
        self._topics = PhraseBook(self._topic_phrases(), rules.abbreviations)
        self._files = PhraseBook(
            ((key, rules.service[key].files) for key in self._services if key in rules.service), {}
        )
        # Each part of a mail is folded for the classifier, the themes, and whoever asks how much it says.
        self._folded = lru_cache(maxsize=_PARTS)(self._fold_lines)
        self._plain_words = lru_cache(maxsize=_PARTS)(self._words_of)

    def _topic_phrases(self) -> Iterable[tuple[str, Sequence[str]]]:
        for key in (*self._services, UMUM):
            if key in self._rules.service:
                yield f"word {key}", self._rules.service[key].words
                yield f"hint {key}", self._rules.service[key].hints

    def weigh(self, wording: Wording) -> Weighed:
        """Find all that rules.toml knows in a letter, without deciding anything."""
        words = self.words_of(wording)
        topics = self._weigh_topics(words, wording)
        said = [*self._weigh_phrases(words), *self._weigh_facts(words, wording, topics)]
        return Weighed(words, said, topics, self._scores(said))

    def judge(self, wording: Wording) -> Judgement:
        """Weigh every phrase and fact; doubt stands in `needs_review`, and never hides a complaint."""
        weighed = self.weigh(wording)
        words, said, topics = weighed.words, weighed.said, weighed.topics
        chances = chances_of(weighed.scores)
        evidence = sum(each.reason.weight for each in said if each.reason.weight > 0)
        kind = max(Kind, key=lambda each: chances[each]) if evidence >= NEARLY_NIL else _undecided(words)
        service, why_service = self.service(kind, topics, wording)
        return Judgement(
            kind=kind,
            service=service,
            confidence=round(chances[kind], 3),
            needs_review=self._doubtful(kind, chances, said, evidence),
            otherwise=max(REGISTER_OF, key=lambda each: chances[each]),
            reasons=_told(said, why_service, self.spelling(wording)),
        )

    def subject_words(self, wording: Wording) -> list[str]:
        """Fold the subject, its prefixes such as Re: left out."""
        subject = self.fold(wording.subject)
        while subject and (subject[0] in SUBJECT_PREFIXES or subject[0] in ENDS):
            subject = subject[1:]
        return subject

    def fold(self, text: str) -> list[str]:
        """Fold a text with the short forms that rules.toml writes out."""
        return fold(text, self._rules.abbreviations)

    def fold_letter(self, text: str) -> list[str]:
        """Fold the first pages of a letter, without the sentences that only open or close it politely."""
        return list(self._folded(text[:MOST_LETTERS]))

    def _fold_lines(self, text: str) -> tuple[str, ...]:
        lines: list[list[str]] = [[]]
        for word in self.fold(f" {_NEW_LINE} ".join(text.replace(_NEW_LINE, " ").splitlines())):
            if word == _NEW_LINE:
                lines.append([])
            else:
                lines[-1].append(word)
        return tuple(self._courtesies.without([line or ["."] for line in lines]))

    def box(self, wording: Wording) -> str | None:
        """Return the service of the mailbox that received the letter, None where it is none of the office's."""
        return self._mailboxes.get((wording.mailbox or "").lower())

    def title(self, key: str) -> str:
        """Return what reasons call a service."""
        return self._titles.get(key, key)

    def spelling(self, wording: Wording) -> Spelling:
        """Return how a letter spells the words that it is folded into."""
        return Spelling("\n".join((wording.subject, *wording.attachments, wording.text)), self._rules.abbreviations)

    def words_of(self, wording: Wording) -> list[str]:
        """Fold subject and text into words, without set phrases and courtesies."""
        return list(self._plain_words(wording))

    def _words_of(self, wording: Wording) -> tuple[str, ...]:
        words = [*self.subject_words(wording), ".", *self.fold_letter(wording.text)]
        return tuple(self.without_set_phrases(words))

    def without_set_phrases(self, words: Sequence[str]) -> list[str]:
        """Leave out greetings, closings and the like."""
        return without(words, self._set_phrases.find(words))

    def _weigh_phrases(self, words: Sequence[str]) -> list[Said]:
        found: dict[str, dict[str, Hit]] = defaultdict(dict)
        for hit in self._evidence.find(words):
            evidence = self._rules.evidence[hit.owner]
            if not (evidence.negatable and negated(words, hit.start)):
                found[hit.owner].setdefault(hit.phrase, hit)
        said: list[Said] = []
        for key, hits in found.items():
            said.extend(_weighed(key, self._rules.evidence[key], list(hits.values()), words))
        return said

    def _weigh_topics(self, words: Sequence[str], wording: Wording) -> dict[str, list[Reason]]:
        topics: dict[str, list[Reason]] = defaultdict(list)
        seen: set[tuple[str, str]] = set()
        for hit in self._topics.find(words):
            rank, _, key = hit.owner.partition(" ")
            if (hit.owner, hit.phrase) not in seen:
                seen.add((hit.owner, hit.phrase))
                weight = 1.5 if rank == "word" else 0.5
                topics[key].append(Reason(_shown(words, hit), f"menyebut urusan {self.title(key)}", weight))
        names = [word for name in wording.attachments for word in [*fold(name.replace("_", " "), {}), "."]]
        for hit in self._files.find(names):
            topics[hit.owner].append(
                Reason(_shown(names, hit), f"nama lampiran menyebut urusan {self.title(hit.owner)}", 0.8)
            )
        return topics

    def _weigh_facts(
        self, words: Sequence[str], wording: Wording, topics: Mapping[str, Sequence[Reason]]
    ) -> Iterable[Said]:
        facts = self._rules.facts
        questions = words.count("?")
        if questions:
            asked = Reason("?" * questions, "berisi pertanyaan", facts.question * min(questions, 2))
            yield Said(Kind.INFORMASI, asked, "#question")
        served = [key for key in self._services if topics.get(key)]
        if served:
            named = Reason(", ".join(map(self.title, served)), "menyebut layanan kantor", facts.service_named)
            yield Said(Kind.PERMOHONAN, named, "#served")
        else:
            unnamed = Reason("-", "tidak menyebut layanan yang dapat dimohon", facts.request_without_service)
            yield Said(Kind.PERMOHONAN, unnamed, "#unserved")
        if wording.attachments and not any(word.isalpha() for word in words):
            alone = Reason(wording.attachments[0], "hanya berisi lampiran", facts.files_alone)
            yield Said(Kind.PERMOHONAN, alone, "#files_alone")
        elif wording.attachments and served:
            files = Reason(wording.attachments[0], "disertai berkas", facts.files_for_request)
            yield Said(Kind.PERMOHONAN, files, "#files")
        if shouts(wording):
            loud = Reason("HURUF BESAR", "ditulis dengan huruf besar", facts.shouting)
            yield Said(Kind.PENGADUAN, loud, "#shouting")

    def _scores(self, said: Iterable[Said]) -> dict[Kind, float]:
        scores = {kind: self._rules.facts.ground.get(kind.value, 0.0) for kind in Kind}
        for each in said:
            scores[each.kind] += each.reason.weight
        return scores

    def _doubtful(self, kind: Kind, chances: Mapping[Kind, float], said: Iterable[Said], evidence: float) -> bool:
        if evidence < NEARLY_NIL or chances[kind] < self._review_below:
            return True
        if kind is Kind.PENGADUAN:
            return False
        complaint = sum(each.reason.weight for each in said if each.kind is Kind.PENGADUAN)
        return chances[Kind.PENGADUAN] > COMPLAINT_DOUBT or (kind is Kind.LAINNYA and complaint >= NEARLY_NIL)

    def service(self, kind: Kind, topics: Mapping[str, Sequence[Reason]], wording: Wording) -> tuple[str, list[Reason]]:
        """Say which service a letter of this kind is about, with the grounds."""
        if kind is Kind.LAINNYA:
            return UMUM, []
        scores = {key: sum(each.weight for each in topics.get(key, ())) for key in (*self._services, UMUM)}
        why = [each for key in scores for each in topics.get(key, ())]
        box = self.box(wording)
        if box in scores:
            hint = self._rules.facts.mailbox / (2 if kind is Kind.PENGADUAN else 1)
            scores[box] += hint
            why.append(Reason(wording.mailbox or "", f"masuk ke kotak surat {self.title(box)}", hint))
        if kind is Kind.PERMOHONAN and self._services:
            del scores[UMUM]
        best = max(scores, key=lambda key: scores[key])
        return (best if scores[best] > 0 else UMUM), why


def _weighed(key: str, evidence: Evidence, hits: Sequence[Hit], words: Sequence[str]) -> Iterable[Said]:
    kind, share = Kind(evidence.kind), 1.0
    for hit in hits[: evidence.at_most]:
        asked = ASKED_SHARE if kind is Kind.PERMOHONAN and _in_question(words, hit.end) else 1.0
        yield Said(kind, Reason(_shown(words, hit), evidence.says, round(evidence.weight * share * asked, 2)), key)
        share = 0.5
    for other, against in evidence.against.items():
        yield Said(Kind(other), Reason(_shown(words, hits[0]), evidence.says, against), key)


def _shown(words: Sequence[str], hit: Hit) -> str:
    return " ".join(words[hit.start : hit.end]).replace("#uang", "(jumlah uang)")


def negated(words: Sequence[str], at: int) -> bool:
    """Say whether a word that denies stands closely before a place, in the same part of the sentence."""
    for word in reversed(words[max(0, at - 3) : at]):
        if word in ENDS or word == ",":
            return False
        if word in NEGATORS:
            return True
    return False


def _in_question(words: Sequence[str], at: int) -> bool:
    return next((word for word in words[at:] if word in ENDS), ".") == "?"


def shouts(wording: Wording) -> bool:
    """Say whether a text is written in capitals for the most part."""
    letters = [sign for sign in wording.text if sign.isalpha()]
    return len(letters) > 40 and sum(sign.isupper() for sign in letters) > 0.7 * len(letters)


def chances_of(scores: Mapping[Kind, float]) -> dict[Kind, float]:
    """Turn scores into chances that add up to one (softmax)."""
    top = max(scores.values())
    powers = {kind: math.exp(score - top) for kind, score in scores.items()}
    total = sum(powers.values())
    return {kind: power / total for kind, power in powers.items()}


def _undecided(words: Sequence[str]) -> Kind:
    """Doubt resolves towards the ledger: a bare question is one, anything else may be a complaint."""
    return Kind.INFORMASI if "?" in words else Kind.PENGADUAN


def _told(said: Sequence[Said], why_service: Sequence[Reason], spelling: Spelling) -> tuple[Reason, ...]:
    def told(each: Reason, about: str) -> Reason:
        return Reason(spelling.of(each.found), f"{about}: {each.says}", each.weight)

    by_kind = sorted(said, key=lambda each: -abs(each.reason.weight))
    kinds = [told(each.reason, each.kind.value) for each in by_kind]
    return (*kinds, *(told(each, "layanan") for each in why_service))
