"""The shape of themes.toml: what letters are about, what belongs before the head alone, and what cannot wait."""

from pydantic import Field

from config.base import Key, Line, Part
from config.rules import Phrase


class Theme(Part):
    """One matter that letters are about, for the recap and for whoever looks for more of its kind.

    `negatable` phrases do not count behind "tidak", "bukan", "tanpa" and the like. A `restricted` one marks letters on
    the conduct of officers (berkadar pengawasan), which few should read.
    """

    label: Line
    phrases: tuple[Phrase, ...] = Field(min_length=1)
    negatable: bool = True
    restricted: bool = False


class Urgency(Part):
    """One reason why a letter cannot wait; `says` is what the officer reads."""

    says: Line
    phrases: tuple[Phrase, ...] = Field(min_length=1)
    negatable: bool = True


class Themes(Part):
    """The tables of phrases; `ignored` ones are taken out before anything is looked for.

    `secrecy` are the words of a writer who wants to stay unnamed.
    """

    ignored: tuple[Phrase, ...] = ()
    secrecy: tuple[Phrase, ...] = ()
    themes: dict[Key, Theme] = Field(default_factory=dict)
    urgency: dict[Key, Urgency] = Field(default_factory=dict)
