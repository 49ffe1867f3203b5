"""Reads off a letter the numbers that the learned classifier weighs, each with the words or the fact it stands for."""

import math
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ingest.folding import ENDS
from ingest.rules import MOST_LETTERS, NEGATORS, RuleClassifier, Weighed, shouts
from ledger.ports import Wording
from ledger.words import Kind

VERSION = "3"
"""Changes whenever the same letter gives other numbers than before; a model of another version is not read."""

KIND_GROUPS = frozenset("wscBnqkuayFRrT")
SERVICE_GROUPS = frozenset("wscBuayrSMK")
"""Groups that speak for the kind of a letter, and for the service that it is about."""

FACTS = frozenset("FRrTSMK")
"""Groups whose values count as they are. All others are words: damped, weighed by rarity, their group of length one."""

SHARES: Mapping[str, float] = {"c": 2.0, "k": 0.7, "q": 0.5, "n": 0.5, "u": 0.5, "a": 0.5, "y": 0.5}
"""How much a group of words counts beside the others; chosen by leaving out one writer of the examples at a time."""

_FACT_SHARE = 0.25
_RULE_SHARE = 0.125
_SCORE_SHARE = 0.2
_TOPIC_SHARE = 0.8
_BOX_SHARE = 0.25
"""Facts and the scores of the rules are kept small, or the model would trust them more than the words."""

_NEGATION_REACH = 3
_TURN_REACH = 6
_TURNS = frozenset(
    ["tapi", "namun", "cuma", "hanya", "padahal", "malah", "ternyata", "nyatanya", "sayangnya", "sedangkan"]
)
_SHORT = 12
_GRAMS = (3, 4, 5)
_LONGEST_WORD = 40
_ADDRESSED = frozenset(["kepada", "yth", "ke", "untuk", "bapak", "ibu"])
_SUFFIXES = (("nya", "ku", "mu", "lah", "kah", "pun", "ne"), ("kan", "an", "i", "e"))
_PREFIXES = (
    *("memper", "diper", "menge", "meng", "meny", "mem", "men", "ber", "ter", "per"),
    *("peng", "pem", "pen", "di", "me", "ke", "se", "ng", "ny"),
)
_BARE = 4
"""Letters that must be left of a word when an ending or a beginning is taken off."""

_IDENTITY_LINE = re.compile(
    r"^(?:(?!\n)[\W\d]){0,40}"
    r"(?:nama(?: lengkap)?|alamat(?: \w+)?|no(?:mor)?\.? ?(?:hp|telp|telepon|wa|ktp|rekening)[\w/. ]*|telp|telepon"
    r"|hp|wa|nik|e-?mail|ttl|tempat[\w/,. ]*lahir|jabatan|nomor|lampiran|tanggal|tgl|umur|agama|jenis kelamin)"
    r"\s*[:=].*$",
    re.IGNORECASE | re.MULTILINE,
)
_FILE_MARKS = re.compile(r"[_.\-]")


@dataclass(frozen=True, slots=True)
class Features:
    """The numbers of one letter by key; the letter before the first blank of a key is its group.

    `shown` holds for each key the words of the letter that it stands for, or for a fact its plain Indonesian.
    """

    values: Mapping[str, float]
    shown: Mapping[str, Sequence[str]]


class FeatureReader:
    """Reads the features of letters by one set of rules; deterministic, and never fails on any text."""

    def __init__(self, rules: RuleClassifier) -> None:
        self._rules = rules

    def read(self, wording: Wording) -> Features:
        """Return the features of a letter; `weigh` of the rules is part of it."""
        return self.features(wording, self._rules.weigh(wording))

    def features(self, wording: Wording, weighed: Weighed) -> Features:
        """Return the features of a letter that the rules have weighed already."""
        values: dict[str, float] = {}
        shown: dict[str, list[str]] = {}
        for key, value, found in self._signs(wording, weighed):
            values[key] = values.get(key, 0.0) + value
            shown.setdefault(key, []).append(found)
        return Features(values, shown)

    def _signs(self, wording: Wording, weighed: Weighed) -> Iterator[tuple[str, float, str]]:
        folded = self._rules.fold_letter(_IDENTITY_LINE.sub("", wording.text[:MOST_LETTERS]))
        subject = self._rules.subject_words(wording)
        words = _plain(self._rules.without_set_phrases([*subject, ".", *folded]))
        yield from _words(words)
        yield from _pairs(words)
        yield from _denied(words)
        yield from _asked(words)
        yield from _turned(words)
        yield from ((f"u {stem(word)}", 1.0, word) for word in _plain(subject) if _is_word(word))
        yield from _addressee(folded)
        for name in wording.attachments:
            file = self._rules.fold(_FILE_MARKS.sub(" ", name))
            yield from ((f"a {stem(word)}", 1.0, word) for word in _plain(file) if _is_word(word))
        yield from _facts(wording, words)
        yield from _rule_signs(weighed)
        yield f"M {self._rules.box(wording) or '-'}", _BOX_SHARE, f"kotak surat {wording.mailbox or '-'}"


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Take the commonest endings and beginnings off an Indonesian word; a rough cut, the same for every form."""
    for endings in _SUFFIXES:
        word = next((word.removesuffix(end) for end in endings if _leaves(word, end, word.endswith(end))), word)
    return next((word.removeprefix(head) for head in _PREFIXES if _leaves(word, head, word.startswith(head))), word)


def _leaves(word: str, affix: str, worn: bool) -> bool:
    return worn and len(word) - len(affix) >= (_BARE - 1 if affix == "di" else _BARE)


def _plain(words: Iterable[str]) -> list[str]:
    """Leave out commas; every number is alike."""
    return ["#" if word[0].isdigit() else word[:_LONGEST_WORD] for word in words if word != ","]


def _is_word(word: str) -> bool:
    return word not in ENDS and word[0] not in "#,"


@lru_cache(maxsize=20_000)
def _grams(word: str) -> tuple[str, ...]:
    edged = f"_{word}_"
    return tuple(f"c {edged[at : at + size]}" for size in _GRAMS for at in range(len(edged) - size + 1))


def _words(words: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    for word, times in Counter(words).items():
        if word in ENDS or word == "#":
            continue
        yield f"w {word}", times, word
        yield f"s {stem(word)}", times, word
        for gram in _grams(word):
            yield gram, times, word


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    for first, second in pairwise(words):
        if first not in ENDS or second not in ENDS:
            yield f"B {_stem_or_mark(first)} {_stem_or_mark(second)}", 1.0, f"{first} {second}"


def _stem_or_mark(word: str) -> str:
    return word if word in ENDS else stem(word)


def _reached(words: Sequence[str], openers: Container[str], span: int) -> Iterator[tuple[str, str]]:
    """Yield each opener with itself, then with the words of its sentence that it reaches, `span` of them at most."""
    reach, opener = 0, ""
    for word in words:
        if word in ENDS:
            reach = 0
        elif word in openers:
            reach, opener = span, word
            yield word, word
        elif reach:
            reach -= 1
            yield opener, word


def _denied(words: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    """Yield the words that a "tidak" or the like reaches."""
    for negator, word in _reached(words, NEGATORS, _NEGATION_REACH):
        if word not in NEGATORS:
            yield f"n {stem(word)}", 1.0, f"{negator} … {word}"


def _asked(words: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    """Yield the words of questions."""
    sentence: list[str] = []
    for word in words:
        if word not in ENDS:
            sentence.append(word)
            continue
        if word == "?":
            yield from ((f"q {stem(each)}", 1.0, f"{each} … ?") for each in sentence)
        sentence = []


def _turned(words: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    """Yield the words right behind a "tapi" or the like: there stands what a polite letter is really about."""
    for turn, word in _reached(words, _TURNS, _TURN_REACH):
        if word in _TURNS:
            yield f"k _{word}", 1.0, word
        elif _is_word(word):
            yield f"k {stem(word)}", 1.0, f"{turn} … {word}"


def _addressee(folded: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    """Yield the words behind "kepada", "yth", "bapak" and the like: whom the letter speaks to or of."""
    for at, word in enumerate(folded):
        if word in _ADDRESSED:
            for other in folded[at + 1 : at + 4]:
                if other in ENDS:
                    break
                if other.isalpha():
                    yield f"y {other[:_LONGEST_WORD]}", 1.0, f"{word} … {other}"


def _facts(wording: Wording, words: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    length = sum(_is_word(word) for word in words)
    marks = [word for word in words if word in ENDS]
    last = next((mark for mark in reversed(marks)), ".")
    facts = (
        ("panjang", math.log1p(length) / 3, f"panjang surat: {length} kata"),
        ("pendek", float(length < _SHORT), "surat sangat pendek"),
        ("kosong", float(length == 0), "isi surat kosong"),
        ("tanya", min(words.count("?"), 3) / 2, "tanda tanya"),
        ("seru", min(words.count("!"), 3) / 2, "tanda seru"),
        ("uang", float("#uang" in words), "menyebut jumlah uang"),
        ("berkas", float(bool(wording.attachments)), "disertai lampiran"),
        ("besar", float(shouts(wording)), "ditulis dengan huruf besar"),
        ("akhir", float(last == "?"), "diakhiri dengan pertanyaan"),
    )
    yield from ((f"F {name}", value * _FACT_SHARE, says) for name, value, says in facts if value)


def _rule_signs(weighed: Weighed) -> Iterator[tuple[str, float, str]]:
    for kind in Kind:
        score = max(-20.0, min(20.0, weighed.scores[kind]))
        yield f"R {kind.value}", score / 4 * _SCORE_SHARE, f"jumlah nilai aturan untuk {kind.value}"
    families: dict[str, float] = {}
    shown: dict[str, str] = {}
    for each in weighed.said:
        families[each.family] = families.get(each.family, 0.0) + each.reason.weight
        shown.setdefault(each.family, f"{each.reason.says}: {each.reason.found}")
    for family, weight in families.items():
        yield f"r {family}", max(-1.0, min(1.5, weight / 3)) * _RULE_SHARE, shown[family]
    for service, found in weighed.topics.items():
        weight = min(3.0, sum(reason.weight for reason in found))
        named = f"{found[0].says}: {found[0].found}"
        yield f"T {service}", weight / 2 * _RULE_SHARE, named
        yield f"S {service}", weight / 2 * _TOPIC_SHARE, named
