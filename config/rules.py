"""The shape of rules.toml: phrases, what they speak for, and how much plain facts weigh."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from config.base import Key, Line, Part

KindWord = Literal["pengaduan", "permohonan", "saran", "informasi", "lainnya"]

_WORD = re.compile(r"(?:#|#uang|\.\.|~[a-z]{3,}|[a-z0-9]+\*?|[?!])")
_CLASS = re.compile(r"<[a-z][a-z0-9_]{1,30}>")
_ALTERNATIVES = re.compile(r"\(([^()]*)\)")


def spellings(phrase: str) -> tuple[str, ...]:
    """Write out the alternatives of a phrase: "(di|mem)bentak*" becomes "dibentak*" and "membentak*"."""
    found = _ALTERNATIVES.search(phrase)
    if found is None:
        return (" ".join(phrase.split()),)
    head, tail = phrase[: found.start()], phrase[found.end() :]
    return tuple(each for choice in found.group(1).split("|") for each in spellings(head + choice + tail))


def checked_phrase(value: str, *, classes: bool = False) -> str:
    """Return a phrase as it is; raise ValueError where it could never be found. `classes` allows "<name>"."""
    for spelling in spellings(value):
        words = spelling.split()
        if not words or words[0] == ".." or words[-1] == "..":
            raise ValueError(f"{value!r}: frasa harus diawali dan diakhiri kata")
        wrong = next(
            (word for word in words if not (_WORD.fullmatch(word) or (classes and _CLASS.fullmatch(word)))), None
        )
        if wrong is None:
            wrong = next((word for word in words if word.endswith("*") and len(word) < 4), None)
        if wrong is not None:
            raise ValueError(
                f"{value!r}: {wrong!r} bukan kata berhuruf kecil, pangkal*, ~akar, '..', '#', atau '#uang'"
            )
    return value


Phrase = Annotated[str, AfterValidator(checked_phrase)]


class Evidence(Part):
    """A family of phrases that speak for one kind.

    `weight` counts for the first phrase found, half of it for each further one up to `at_most`. `negatable` phrases
    lose their force behind "tidak", "bukan", "tanpa" and the like. `against` weighs on other kinds, once.
    """

    kind: KindWord
    says: Line
    weight: float = Field(gt=0, le=10)
    phrases: tuple[Phrase, ...] = Field(min_length=1)
    negatable: bool = False
    at_most: int = Field(default=3, ge=1, le=9)
    against: dict[KindWord, Annotated[float, Field(ge=-10, le=10)]] = Field(default_factory=dict)


class ServiceWords(Part):
    """The words by which letters name a service; `hints` count a third of `words`."""

    words: tuple[Phrase, ...] = ()
    hints: tuple[Phrase, ...] = ()
    files: tuple[Phrase, ...] = ()


class Facts(Part):
    """How much the plain facts around the words weigh."""

    ground: dict[KindWord, float] = Field(default_factory=dict)
    question: float = 0.6
    request_without_service: float = -2.5
    service_named: float = 0.5
    files_alone: float = 2.0
    files_for_request: float = 0.8
    mailbox: float = 0.8
    shouting: float = 0.7


class Politeness(Part):
    """The sentences that only open or close a letter: how they begin, and the single words that they may consist of.

    Such a sentence is left out from its opener to its end, if no word stands in it that is not among these.
    """

    openers: tuple[Phrase, ...] = ()
    words: tuple[Phrase, ...] = ()


class Rules(Part):
    """Phrases and their weights for the rule-based classifier.

    `abbreviations` maps one written word to the words meant; `set_phrases` are greetings and closings that say nothing.
    """

    abbreviations: dict[str, str] = Field(default_factory=dict)
    set_phrases: tuple[Phrase, ...] = ()
    politeness: Politeness = Politeness()
    facts: Facts = Facts()
    evidence: dict[Key, Evidence] = Field(default_factory=dict)
    service: dict[Key, ServiceWords] = Field(default_factory=dict)

    @field_validator("abbreviations")
    @classmethod
    def _single_words(cls, value: dict[str, str]) -> dict[str, str]:
        for short, meant in value.items():
            if not re.fullmatch(r"[a-z0-9]+", short) or not re.fullmatch(r"[a-z0-9]+(?: [a-z0-9]+)*", meant):
                raise ValueError(f"{short!r}: harus satu kata berhuruf kecil untuk kata-kata berhuruf kecil")
        return value
