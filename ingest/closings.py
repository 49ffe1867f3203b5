"""Leaves out the sentences that only open or close a letter politely: thanks, wishes, apologies, "demikian"."""

from collections.abc import Container, Mapping, Sequence
from functools import lru_cache

from config.rules import Politeness, spellings
from ingest.folding import ENDS, PhraseBook, forms

LEAST_SAID = 3
"""Words of its own that a letter must have to be about something else than its courtesies."""


class Courtesies:
    """Finds courtesies by their openers: each reaches to the end of its sentence or line if only polite words follow.

    A courtesy also takes in the polite words before its opener, back to where the sentence, the clause or the line
    begins. A question is none. Where a letter has next to no other word, its courtesies are what it says, and stay.
    """

    def __init__(self, politeness: Politeness, abbreviations: Mapping[str, str]) -> None:
        self._openers = PhraseBook([("opener", politeness.openers)], abbreviations)
        phrases = (*politeness.words, *politeness.openers)
        words = [word for phrase in phrases for spelling in spellings(phrase) for word in spelling.split()]
        self._words = frozenset(word for word in words if not word.endswith("*"))
        self._stems = tuple(word.removesuffix("*") for word in words if word.endswith("*"))
        self._polite = lru_cache(maxsize=10_000)(self._is_polite)

    def without(self, lines: Sequence[Sequence[str]]) -> list[str]:
        """Return the folded words of a letter, given line by line, without its courtesies and their marks."""
        words = [word for line in lines for word in line]
        breaks = _breaks(lines)
        gone: set[int] = set()
        for hit in self._openers.find(words):
            end = self._end(words, breaks, hit.end)
            if end > hit.start:
                gone.update(range(self._start(words, breaks, hit.start), end))
        kept: list[str] = []
        for at, word in enumerate(words):
            if at not in gone:
                kept.append(word)
            elif kept and kept[-1] not in ENDS:
                kept.append(".")
        while len(kept) > 1 and kept[-1] == "." and kept[-2] in ENDS:
            kept.pop()  # the blank line above a courtesy
        return kept if sum(map(self._tells, kept)) >= LEAST_SAID else words

    def _tells(self, word: str) -> bool:
        return word not in ENDS and word != "," and not self._polite(word)

    def _is_polite(self, word: str) -> bool:
        return word.startswith(self._stems) or any(form in self._words for form in forms(word))

    def _end(self, words: Sequence[str], breaks: Container[int], at: int) -> int:
        """Return behind which word a courtesy ends whose opener ends here; 0 where it is none."""
        end = 0
        while True:
            end = at if at in breaks else end
            if at == len(words) or words[at] == "?":
                return end
            if words[at] in ENDS:
                return at + 1
            if words[at] != "," and not self._polite(words[at]):
                return end
            at += 1

    def _start(self, words: Sequence[str], breaks: Container[int], opener: int) -> int:
        at = opener
        while at and at not in breaks and words[at - 1] not in ENDS and words[at - 1] != ",":
            if not self._polite(words[at - 1]):
                return opener
            at -= 1
        return at


def _breaks(lines: Sequence[Sequence[str]]) -> frozenset[int]:
    """Return the places of the words that begin a line, and the place behind the last."""
    at, breaks = 0, set()
    for line in lines:
        at += len(line)
        breaks.add(at)
    return frozenset(breaks)
