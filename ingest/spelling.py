"""Finds the words of a letter again as its writer spelt them, behind the plain words that they were folded into."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cached_property

from ingest.folding import MONEY, fold

_WRITTEN = re.compile(r"[^\W_]+(?:[’‘ʼ`´'][^\W_]+)*[’‘ʼ`´'²]?")


class Spelling:
    """How one letter spells: what was folded from "gak" is shown as "gak", not as the word that it means."""

    def __init__(self, text: str, abbreviations: Mapping[str, str]) -> None:
        self._text = text
        self._abbreviations = abbreviations

    def of(self, words: str) -> str:
        """Return folded words as they stand in the letter, in small letters; numbers are only said to be some."""
        shown: list[str] = []
        for word in words.split():
            written = self._word(word)
            if not shown or shown[-1] != written or word == written:  # one "suwun" stands for two words
                shown.append(written)
        return " ".join(shown)

    def _word(self, word: str) -> str:
        if word in _UNSAID:
            return _UNSAID[word]
        return word if word in self._literal or not word.isalnum() else self._spelt.get(word, word)

    @cached_property
    def _literal(self) -> frozenset[str]:
        return frozenset(_WRITTEN.findall(unicodedata.normalize("NFKC", self._text).lower()))

    @cached_property
    def _spelt(self) -> dict[str, str]:
        """Return one spelling of each folded word, always the same."""
        spelt: dict[str, str] = {}
        for written in sorted(self._literal):
            for word in fold(written, self._abbreviations):
                spelt.setdefault(word, written)
        return spelt


MONEY_SHOWN = "(jumlah uang)"
"""What stands for an amount of money, however it was written."""
_UNSAID = {MONEY: MONEY_SHOWN, "#": "(angka)"}
