"""Folds Indonesian everyday writing into plain words and finds the phrases of rules.toml in it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.rules import spellings

GAP = 4
"""How many words ".." may skip."""
MONEY = "#uang"
ENDS = frozenset({".", "?", "!"})

_NUMBER_WORDS = frozenset(
    [
        "belasan",
        "beratus",
        "berpuluh",
        "delapan",
        "dua",
        "empat",
        "enam",
        "enem",
        "five",
        "four",
        "lima",
        "limo",
        "loro",
        "one",
        "papat",
        "pindho",
        "ping",
        "pitu",
        "puluhan",
        "ratusan",
        "satu",
        "sebelas",
        "sembilan",
        "separuh",
        "sepuluh",
        "setengah",
        "siji",
        "six",
        "songo",
        "telu",
        "three",
        "tiga",
        "tujuh",
        "two",
        "wolu",
    ]
)
_AMOUNT_WORD = (
    r"(?:se|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|puluh|belas|ratus|setengah|sepuluh|sebelas|seratus)"
)
_MONEY = re.compile(
    r"\brp\.?\s?\d[\d.,]*(?:\s?(?:ribu|rb|juta|jt)\b)?"
    r"|\b\d[\d.,]*\s?(?:ribu|rb|juta|jt|ebu|ewu|rebu)\b"
    r"|\b\d{1,3}\s?k\b"
    rf"|\b(?:{_AMOUNT_WORD}\s)+(?:ribu|juta|rb|jt)\b"
    r"|\b(?:seribu|sejuta|cepek|gopek|goceng|ceban|seket ewu)\b"
)
_DOUBLED = re.compile(r"\b([a-z]{3,})[2²](nya|an|e)?\b")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_GLUED = re.compile(r"(?<![a-z0-9])(\d+)(?=[a-z]{3})")
_TIMES = re.compile(r"(?<![a-z0-9])(\d+)\s?[x×](?![a-z0-9])")
_TOKEN = re.compile(r"#uang|[a-z0-9]+|[?!]+|[.…;:]+(?=\s|$)|,(?=\s)|\n\s*\n")
_ENDINGS = re.compile(r"^(.{3,}?)(?:(?:nya|ku|mu)(?:lah|kah|pun)?|lah|kah|pun|ne|e)$")


@lru_cache(maxsize=20_000)
def forms(token: str) -> tuple[str, ...]:
    """Return the word itself and, where it wears an ending such as -nya, the bare word."""
    bare = _ENDINGS.match(token)
    return (token, bare.group(1)) if bare else (token,)


def _mark(token: str) -> str:
    if token[0] in "?!":
        return "?" if "?" in token else "!"
    return "." if token[0] in ".…;:\n" else token


def fold(text: str, abbreviations: Mapping[str, str]) -> list[str]:
    """Split text into lower-case words and marks: amounts become "#uang", short forms are written out."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[‘’ʼ`´']", "", plain)
    plain = _MONEY.sub(" #uang ", plain)
    plain = _TIMES.sub(r"\1 kali ", plain)
    plain = _GLUED.sub(r"\1 ", plain)
    plain = _STRETCHED.sub(r"\1", plain)
    plain = _DOUBLED.sub(r"\1\2", plain)
    words: list[str] = []
    for token in _TOKEN.findall(plain):
        meant = abbreviations.get(token)
        if meant is None:
            words.append(_mark(token))
        else:
            words.extend(meant.split())
    return words


@dataclass(frozen=True, slots=True)
class Hit:
    """One phrase found: whose it is, the phrase as configured, and where it stands among the words."""

    owner: str
    phrase: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    owner: str
    phrase: str
    parts: tuple[tuple[str, ...], ...]


def is_number(token: str) -> bool:
    """Say whether a word is a number in digits or letters."""
    return token[0].isdigit() or token in _NUMBER_WORDS


def _word_fits(word: str, token: str) -> bool:
    if word[-1] == "*":
        return token.startswith(word[:-1])
    if word == "#":
        return is_number(token)
    return word == token or word in forms(token)


def _part_fits(part: Sequence[str], tokens: Sequence[str], at: int) -> bool:
    if at + len(part) > len(tokens):
        return False
    for place, word in enumerate(part, at):  # a plain loop: this is asked some thousand times a letter
        token = tokens[place]
        if word != token and not _word_fits(word, token):
            return False
    return True


def _next_part(part: Sequence[str], tokens: Sequence[str], after: int) -> int | None:
    """Return where a part begins that may stand a few words further on in the same sentence."""
    for start in range(after, min(after + GAP + 1, len(tokens))):
        if _part_fits(part, tokens, start):
            return start
        if tokens[start] in ENDS:
            return None
    return None


def _end_of(parts: Sequence[tuple[str, ...]], tokens: Sequence[str], at: int) -> int | None:
    """Return where the pattern that begins at a word ends, or None if it does not stand there."""
    if not _part_fits(parts[0], tokens, at):
        return None
    end = at + len(parts[0])
    for part in parts[1:]:
        start = _next_part(part, tokens, end)
        if start is None:
            return None
        end = start + len(part)
    return end


class PhraseBook:
    """Finds all phrases of all owners in one walk over the words.

    The phrases may themselves use the short forms of `abbreviations`; both sides are written out alike.
    """

    def __init__(self, phrases: Iterable[tuple[str, Sequence[str]]], abbreviations: Mapping[str, str]) -> None:
        self._abbreviations = abbreviations
        self._exact: dict[str, list[_Pattern]] = {}
        self._stems: dict[str, list[_Pattern]] = {}
        for owner, written in phrases:
            for phrase in written:
                for spelling in spellings(phrase):
                    self._add(owner, spelling)

    def _add(self, owner: str, phrase: str) -> None:
        spelling = " ".join(self._abbreviations.get(word, word) for word in phrase.split())
        parts = tuple(tuple(part.split()) for part in re.split(r"\s\.\.\s", spelling))
        first = parts[0][0]
        pattern = _Pattern(owner, spelling, parts)
        if first.endswith("*"):
            self._stems.setdefault(first[:3], []).append(pattern)
        else:
            self._exact.setdefault(first, []).append(pattern)

    def _begun_by(self, token: str) -> Iterable[_Pattern]:
        for form in forms(token):
            yield from self._exact.get(form, ())
        if is_number(token):
            yield from self._exact.get("#", ())
        yield from self._stems.get(token[:3], ())

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Return every phrase found, in order of the words."""
        hits = []
        for at, token in enumerate(tokens):
            for pattern in self._begun_by(token):
                end = _end_of(pattern.parts, tokens, at)
                if end is not None:
                    hits.append(Hit(pattern.owner, pattern.phrase, at, end))
        return hits


def without(tokens: Sequence[str], hits: Iterable[Hit]) -> list[str]:
    """Leave out the words of these hits, a full stop in their place."""
    hits = list(hits)
    gone = {place for hit in hits for place in range(hit.start, hit.end)}
    starts = {hit.start for hit in hits}
    return [("." if at in starts else token) for at, token in enumerate(tokens) if at not in gone or at in starts]
