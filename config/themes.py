"""The shape of themes.toml: what letters are about, what belongs before the head alone, and what cannot wait."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.base import Key, Line, Part
from config.rules import checked_phrase, spellings

_NAMED = re.compile(r"<([^<>]+)>")


def _single_words(value: str) -> str:
    checked_phrase(value)
    if any(" " in spelling for spelling in spellings(value)):
        raise ValueError(f"{value!r}: kelompok kata hanya berisi kata tunggal")
    return value


ClassedPhrase = Annotated[str, AfterValidator(partial(checked_phrase, classes=True))]
ClassWord = Annotated[str, AfterValidator(_single_words)]


class Sign(Part):
    """Phrases that show one matter.

    `phrases` show it wherever they stand. `weak` ones do only in a sentence that also holds one of `near`, if there are
    any, and none of `unless`. `negatable` phrases do not count where the clause denies them.
    """

    phrases: tuple[ClassedPhrase, ...] = Field(min_length=1)
    weak: tuple[ClassedPhrase, ...] = ()
    near: tuple[ClassedPhrase, ...] = ()
    unless: tuple[ClassedPhrase, ...] = ()
    negatable: bool = True

    @property
    def written(self) -> Iterable[str]:
        """All phrases, whatever they do."""
        return (*self.phrases, *self.weak, *self.near, *self.unless)


class Theme(Sign):
    """One matter that letters are about, for the recap and for whoever looks for more of its kind.

    A `restricted` one marks letters on the conduct of officers (berkadar pengawasan), which few should read.
    """

    label: Line
    restricted: bool = False


class Urgency(Sign):
    """One reason why a letter cannot wait; `says` is what the officer reads."""

    says: Line


class Themes(Part):
    """The tables of phrases; `ignored` ones are taken out before anything is looked for.

    `secrecy` are the words of a writer who wants to stay unnamed. `classes` are words that phrases call by "<name>".
    """

    classes: dict[Key, Annotated[tuple[ClassWord, ...], Field(min_length=1)]] = Field(default_factory=dict)
    ignored: tuple[ClassedPhrase, ...] = ()
    secrecy: tuple[ClassedPhrase, ...] = ()
    themes: dict[Key, Theme] = Field(default_factory=dict)
    urgency: dict[Key, Urgency] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _classes_exist(self) -> Self:
        signs = (*self.themes.values(), *self.urgency.values())
        written = (*self.ignored, *self.secrecy, *(phrase for sign in signs for phrase in sign.written))
        unknown = sorted({name for phrase in written for name in _NAMED.findall(phrase)} - set(self.classes))
        if unknown:
            raise ValueError(f"kelompok kata <{unknown[0]}> tidak ada dalam [classes]")
        return self
