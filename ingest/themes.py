"""Tells what a letter is about and whether it can wait, by the phrases of themes.toml, with the words as reasons."""

from collections.abc import Iterable, Mapping, Sequence

from config.themes import Themes
from ingest.folding import Hit, PhraseBook
from ingest.rules import RuleClassifier, negated
from ledger.ports import Themed, Wording

_SHOWN = 3
"""How many words are shown for one theme, and how many reasons for one urgency."""


class ThemeReader:
    """Finds themes and signs of danger in a letter; it is deterministic, and folds words as the classifier does."""

    def __init__(self, themes: Themes, rules: RuleClassifier, abbreviations: Mapping[str, str]) -> None:
        self._themes = themes
        self._rules = rules
        self._ignored = PhraseBook([("ignored", themes.ignored)], abbreviations)
        self._about = PhraseBook(((key, each.phrases) for key, each in themes.themes.items()), abbreviations)
        self._secrecy = PhraseBook([("secrecy", themes.secrecy)], abbreviations)
        self._danger = PhraseBook(((key, each.phrases) for key, each in themes.urgency.items()), abbreviations)

    def read(self, wording: Wording) -> Themed:
        """Read subject and newly written text; what stands behind a negation does not count where so configured."""
        words = self._rules.words_of(wording)
        words = _blanked(words, self._ignored.find(words))
        themes, urgency = self._themes.themes, self._themes.urgency
        about = _found(self._about.find(words), words, {key for key, each in themes.items() if each.negatable})
        danger = _found(self._danger.find(words), words, {key for key, each in urgency.items() if each.negatable})
        unnamed = _found(self._secrecy.find(words), words, {"secrecy"}).get("secrecy", [])
        keys = [key for key in themes if key in about]
        dangers = [f"{urgency[key].says} ({_quoted(danger[key])})" for key in urgency if key in danger]
        return Themed(
            themes=tuple(keys),
            urgent="; ".join(dangers[:_SHOWN]),
            restricted=any(themes[key].restricted for key in keys),
            secret=bool(unnamed),
            reasons=(
                *([f"minta dirahasiakan: {_quoted(unnamed)}"] if unnamed else ()),
                *(f"mendesak: {said}" for said in dangers),
                *(f"tema {themes[key].label}: {_quoted(about[key])}" for key in keys),
            ),
        )


def _blanked(words: Sequence[str], hits: Iterable[Hit]) -> list[str]:
    """Put a full stop in the place of every word of these hits."""
    gone = {place for hit in hits for place in range(hit.start, hit.end)}
    return ["." if at in gone else word for at, word in enumerate(words)]


def _found(hits: Iterable[Hit], words: Sequence[str], negatable: set[str]) -> dict[str, list[str]]:
    """Return the words found for each owner, each once, in the order of the letter."""
    found: dict[str, list[str]] = {}
    for hit in hits:
        if hit.owner in negatable and negated(words, hit.start):
            continue
        said = " ".join(words[hit.start : hit.end]).replace("#uang", "(jumlah uang)")
        shown = found.setdefault(hit.owner, [])
        if not any(said in longer for longer in shown):
            shown.append(said)
    return found


def _quoted(said: Sequence[str]) -> str:
    return ", ".join(f"“{words}”" for words in said[:_SHOWN])
