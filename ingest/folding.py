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
    r"\brp\.?\s?\d[\d.,]{0,20}(?:\s?(?:ribu|rb|juta|jt)\b)?"
    r"|\b\d[\d.,]{0,20}\s?(?:ribu|rb|juta|jt|ebu|ewu|rebu)\b"
    r"|\b\d{1,3}\s?k\b"
    rf"|\b(?:{_AMOUNT_WORD}\s)+(?:ribu|juta|rb|jt)\b"
    r"|\b(?:seribu|sejuta|cepek|gopek|goceng|ceban|seket ewu)\b"
)
_DOUBLED = re.compile(r"\b([a-z]{3,})[2²](nya|an|e)?\b")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_GLUED = re.compile(r"(?<![a-z0-9])(\d+)(?=[a-z]{3})")
_TIMES = re.compile(r"(?<![a-z0-9])(\d+)\s?[x×](?![a-z0-9])")
_TOKEN = re.compile(r"#uang|[a-z0-9]+|\ue000|[?!]+|[.…;:]+(?=\s|$)|,(?=\s)|\n\s*\n")
_SCHOOL = "smp"
"""A school behind words that speak of pupils; elsewhere it is short for "sampai"."""
_PUPILS = frozenset(["anak", "kelas", "lulus", "lulusan", "masih", "murid", "pelajar", "sekolah", "siswa", "siswi"])
_NASAL = {"p": "m", "t": "n", "k": "ng", "s": "ny", "b": "mb", "d": "nd", "c": "nc", "j": "nj", "g": "ngg", "h": "ngh"}
_SUFFIXES = ("", "i", "in", "kan", "no", "ake")
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


def voices(root: str) -> frozenset[str]:
    """Return a root in its voices: di-, me-, ke-, ter-, the bare nasal of speech (mukul), Madurese e-, pe-an; -i, -kan.

    The root alone is none of them: "pukul" is also the hour.
    """
    begins = root[0]
    nasal = _NASAL.get(begins, "ng" + begins if begins in "aiueo" else begins)
    nasal += root[1:]
    spoken = {nasal, *(("ny" + root[1:], "nge" + root) if begins == "c" else ("nge" + root,))}
    active = {("me" + nasal), *spoken} - {root}
    stems = {*active, *(prefix + root for prefix in ("di", "ke", "ter", "e"))}
    return frozenset({f"pe{nasal}an", *(stem + suffix for stem in stems for suffix in _SUFFIXES)})


def _written_out(tokens: Iterable[str], abbreviations: Mapping[str, str]) -> list[str]:
    words: list[str] = []
    for token in tokens:
        meant = abbreviations.get(token)
        if meant is None or (token == _SCHOOL and not _PUPILS.isdisjoint(words[-2:])):
            words.append(_mark(token))
        else:
            words.extend(meant.split())
    return words


def fold(text: str, abbreviations: Mapping[str, str]) -> list[str]:
    """Split text into lower-case words and marks: amounts become "#uang", short forms are written out."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[‘’ʼ`´']", "", plain)
    plain = _MONEY.sub(" #uang ", plain)
    plain = _TIMES.sub(r"\1 kali ", plain)
    plain = _GLUED.sub(r"\1 ", plain)
    plain = _STRETCHED.sub(r"\1", plain)
    plain = _DOUBLED.sub(r"\1\2", plain)
    return _written_out(_TOKEN.findall(plain), abbreviations)


@dataclass(frozen=True, slots=True)
class Hit:
    """One phrase found: whose it is, the phrase as configured, and where it stands among the words."""

    owner: str
    phrase: str
    start: int
    end: int


def is_number(token: str) -> bool:
    """Say whether a word is a number in digits or letters."""
    return token[0].isdigit() or token in _NUMBER_WORDS


class _Choice:
    """A place in a phrase where any of several words may stand; `written` is how the phrase calls them."""

    def __init__(self, written: str, words: Iterable[str]) -> None:
        self.written = written
        words = frozenset(words)
        self.stems = frozenset(word for word in words if word[-1] == "*")
        self.exact = words - self.stems
        self._beginnings = tuple(stem[:-1] for stem in self.stems)
        self.has = lru_cache(maxsize=10_000)(self._has)

    def _has(self, token: str) -> bool:
        return not self.exact.isdisjoint(forms(token)) or token.startswith(self._beginnings)


_Word = str | _Choice


def _written_words(word: _Word) -> Iterable[str]:
    return (*word.exact, *word.stems) if isinstance(word, _Choice) else (word,)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A phrase by its first word, the words right behind that, and the parts that may follow a few words further on."""

    owner: str
    phrase: str
    first: _Word
    behind: tuple[_Word, ...]
    later: tuple[tuple[_Word, ...], ...]
    needs: frozenset[_Word]
    """All words but the first: where one of them is nowhere in a letter, the rest need not be looked for."""


def _word_fits(word: _Word, token: str) -> bool:
    if isinstance(word, _Choice):
        return word.has(token)
    if word[-1] == "*":
        return token.startswith(word[:-1])
    if word == "#":
        return is_number(token)
    return word == token or word in forms(token)


def _part_fits(part: Sequence[_Word], tokens: Sequence[str], at: int) -> bool:
    if at + len(part) > len(tokens):
        return False
    for place, word in enumerate(part, at):  # a plain loop: this is asked some thousand times a letter
        token = tokens[place]
        if word != token and not _word_fits(word, token):
            return False
    return True


def _next_part(part: Sequence[_Word], tokens: Sequence[str], after: int) -> int | None:
    """Return where a part begins that may stand a few words further on in the same sentence."""
    for start in range(after, min(after + GAP + 1, len(tokens))):
        if _part_fits(part, tokens, start):
            return start
        if tokens[start] in ENDS:
            return None
    return None


def _end_of(pattern: _Pattern, tokens: Sequence[str], at: int) -> int | None:
    """Return where a pattern whose first word stands at a place ends, or None if the rest of it does not follow."""
    if not _part_fits(pattern.behind, tokens, at + 1):
        return None
    end = at + 1 + len(pattern.behind)
    for part in pattern.later:
        start = _next_part(part, tokens, end)
        if start is None:
            return None
        end = start + len(part)
    return end


class PhraseBook:
    """Finds all phrases of all owners in one walk over the words.

    The phrases may themselves use the short forms of `abbreviations`; both sides are written out alike. `classes` are
    the words that stand behind "<name>" in a phrase.
    """

    def __init__(
        self,
        phrases: Iterable[tuple[str, Sequence[str]]],
        abbreviations: Mapping[str, str],
        classes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._abbreviations = abbreviations
        self._choices: dict[str, _Choice] = {}
        for name, members in (classes or {}).items():
            self._choose(f"<{name}>", (word for member in members for word in spellings(member)))
        self._exact: dict[str, list[_Pattern]] = {}
        self._stems: dict[str, list[_Pattern]] = {}
        self._needed: dict[str, set[_Word]] = {}
        self._needed_stems: dict[str, list[tuple[str, _Word]]] = {}
        self._begun_by = lru_cache(maxsize=10_000)(self._patterns_of)  # most words of a letter stand in many others
        self._meant_by = lru_cache(maxsize=10_000)(self._words_of)
        for owner, written in phrases:
            for phrase in written:
                for spelling in spellings(phrase):
                    self._add(owner, spelling)

    def _choose(self, written: str, words: Iterable[str]) -> None:
        meant = (each for word in words for each in (voices(word[1:]) if word[0] == "~" else (word,)))
        self._choices[written] = _Choice(written, (self._abbreviations.get(word, word) for word in meant))

    def _word(self, written: str) -> _Word:
        if written[0] == "~" and written not in self._choices:
            self._choose(written, [written])
        return self._choices.get(written, written)

    def _add(self, owner: str, phrase: str) -> None:
        parts = [_written_out(part.split(), self._abbreviations) for part in re.split(r"\s\.\.\s", phrase)]
        (first, *behind), *later = (tuple(map(self._word, part)) for part in parts)
        spelling = " .. ".join(map(" ".join, parts))
        needs = frozenset(word for part in (behind, *later) for word in part)
        self._index(_Pattern(owner, spelling, first, tuple(behind), tuple(later), needs))
        for word in needs:
            self._need(word)

    def _index(self, pattern: _Pattern) -> None:
        for word in _written_words(pattern.first):
            if word[-1] == "*":
                self._stems.setdefault(word[:3], []).append(pattern)
            else:
                self._exact.setdefault(word, []).append(pattern)

    def _need(self, needed: _Word) -> None:
        for word in _written_words(needed):
            if word[-1] != "*":
                self._needed.setdefault(word, set()).add(needed)
            elif (word, needed) not in (stems := self._needed_stems.setdefault(word[:3], [])):
                stems.append((word, needed))

    def _words_of(self, token: str) -> frozenset[_Word]:
        """Return the words of phrases, other than first ones, that a token is."""
        meant = {word for form in forms(token) for word in self._needed.get(form, ())}
        if is_number(token):
            meant |= self._needed.get("#", set())
        stems = self._needed_stems.get(token[:3], ())
        return frozenset(meant.union(word for stem, word in stems if _word_fits(stem, token)))

    def _patterns_of(self, token: str) -> tuple[_Pattern, ...]:
        found = [pattern for form in forms(token) for pattern in self._exact.get(form, ())]
        if is_number(token):
            found += self._exact.get("#", ())
        found += (each for each in self._stems.get(token[:3], ()) if _word_fits(each.first, token))
        return tuple(dict.fromkeys(found))

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Return every phrase found, in order of the words."""
        hits = []
        present = frozenset().union(*map(self._meant_by, tokens))
        for at, token in enumerate(tokens):
            for pattern in self._begun_by(token):
                end = _end_of(pattern, tokens, at) if pattern.needs <= present else None
                if end is not None:
                    hits.append(Hit(pattern.owner, pattern.phrase, at, end))
        return hits


def without(tokens: Sequence[str], hits: Iterable[Hit]) -> list[str]:
    """Leave out the words of these hits, a full stop in their place."""
    hits = list(hits)
    gone = {place for hit in hits for place in range(hit.start, hit.end)}
    starts = {hit.start for hit in hits}
    return [("." if at in starts else token) for at, token in enumerate(tokens) if at not in gone or at in starts]
