"""Tells what a letter is about and whether it can wait, by the phrases of themes.toml, with the words as reasons."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from config.themes import Sign, Themes
from ingest.folding import ENDS, Hit, PhraseBook
from ingest.rules import NEGATORS, RuleClassifier
from ingest.spelling import Spelling
from ledger.ports import Themed, Wording

_SHOWN = 3
"""How many words are shown for one theme, and how many reasons for one urgency."""
_AROUND = 14
"""How many words of its sentence before and behind a weak phrase strengthen or weaken it."""
_SHORT = 4
"""How many words, the full stop among them, make a sentence that tells nothing by itself."""
_CLAUSE = 10
"""How many words a denial reaches at most."""
_DENIERS = NEGATORS - {"jangan", "no"}
"""A plea that it may not happen again tells that it happened; "no" is also short for a number."""
_NO_DENIAL = frozenset(
    re.findall(
        r"\w+",
        # not only, not seldom
        "hanya cuma sekadar sekedar saja only jarang sekali dua henti hentinya berhenti lama "
        # cannot bear, does not want, does not know why
        "tahan kuat betah terima tahu tau paham mengerti ngerti mau ingin sanggup berani bisa dapat menyangka nyangka "
        "mengira puas cukup terhitung",
    )
)
"""Behind "tidak", these deny something else than what follows."""
_CLAUSE_ENDS = frozenset(
    re.findall(
        r"\w+",
        "tapi namun karena sebab sehingga hingga sampai lalu kemudian terus malah malahan bahkan justru padahal "
        "sedangkan melainkan kalau jika bila saat waktu ketika setelah sesudah sebelum kenapa mengapa akibat gara agar "
        "supaya but because",
    )
)
_EXPERIENCE = frozenset(
    re.findall(
        r"\w+",
        "melakukan mengalami mendengar melihat menemukan menemui menjumpai mendapat mendapatkan menerima mengandung "
        "bermaksud menuduh mengatakan terjadi terbukti terdapat terdengar terlihat ditemukan dialami dilakukan",
    )
)
"""Verbs through which a denial reaches what they speak of; any other verb is what is denied itself."""
_OR = frozenset(["atau", "ataupun", "maupun", "apalagi", "or"])
"""A denial reaches over these to the second verb."""
_VERB_BEGINNINGS = ("di", "me", "ter", "ber", "ng", "ny")


class _Signs:
    """The phrases of some matters, found in one walk over the words."""

    def __init__(
        self, signs: Mapping[str, Sign], abbreviations: Mapping[str, str], classes: Mapping[str, Sequence[str]]
    ) -> None:
        self._signs = signs
        ranked = {
            f"{rank} {key}": phrases
            for key, sign in signs.items()
            for rank, phrases in (
                ("strong", sign.phrases),
                ("weak", sign.weak),
                ("near", sign.near),
                ("unless", sign.unless),
            )
        }
        self._book = PhraseBook(ranked.items(), abbreviations, classes)

    def find(self, words: Sequence[str], ignored: Collection[int] = ()) -> dict[str, list[Hit]]:
        """Return what counts for each matter, in the order of the letter; nothing does at an ignored place."""
        ranked: dict[str, list[Hit]] = defaultdict(list)
        for hit in self._book.find(words):
            if hit.owner.startswith("unless ") or not any(at in ignored for at in range(hit.start, hit.end)):
                ranked[hit.owner].append(hit)
        found = {key: self._counted(key, ranked, words) for key in self._signs}
        return {key: hits for key, hits in found.items() if hits}

    def _counted(self, key: str, ranked: Mapping[str, Sequence[Hit]], words: Sequence[str]) -> list[Hit]:
        sign = self._signs[key]
        near, unless = ranked.get(f"near {key}", ()), ranked.get(f"unless {key}", ())
        hits = [*ranked.get(f"strong {key}", ())]
        for hit in ranked.get(f"weak {key}", ()):
            around = _around(words, hit)
            if (not sign.near or _any_in(near, around)) and not _any_in(unless, around):
                hits.append(hit)
        hits.sort(key=lambda hit: (hit.start, -hit.end))
        return [hit for hit in hits if not (sign.negatable and denied(words, hit))]


class ThemeReader:
    """Finds themes and signs of danger in a letter; it is deterministic, and folds words as the classifier does."""

    def __init__(self, themes: Themes, rules: RuleClassifier, abbreviations: Mapping[str, str]) -> None:
        self._themes = themes
        self._rules = rules
        secrecy = {"secrecy": Sign(phrases=themes.secrecy)} if themes.secrecy else {}
        self._ignored = PhraseBook([("ignored", themes.ignored)], abbreviations, themes.classes)
        self._about = _Signs(themes.themes, abbreviations, themes.classes)
        self._secrecy = _Signs(secrecy, abbreviations, themes.classes)
        self._danger = _Signs(themes.urgency, abbreviations, themes.classes)

    def read(self, wording: Wording) -> Themed:
        """Read subject and newly written text; what the clause denies does not count where so configured."""
        words = self._rules.words_of(wording)
        ignored = frozenset(at for hit in self._ignored.find(words) for at in range(hit.start, hit.end))
        spelling = self._rules.spelling(wording)

        def quoted(hits: Iterable[Hit]) -> str:
            return ", ".join(f"“{said}”" for said in _said(hits, words, spelling)[:_SHOWN])

        themes, urgency = self._themes.themes, self._themes.urgency
        about, danger = self._about.find(words, ignored), self._danger.find(words, ignored)
        unnamed = self._secrecy.find(words, ignored).get("secrecy", ())
        dangers = [f"{urgency[key].says} ({quoted(danger[key])})" for key in danger]
        return Themed(
            themes=tuple(about),
            urgent="; ".join(dangers[:_SHOWN]),
            restricted=any(themes[key].restricted for key in about),
            secret=bool(unnamed),
            reasons=(
                *([f"minta dirahasiakan: {quoted(unnamed)}"] if unnamed else ()),
                *(f"mendesak: {said}" for said in dangers),
                *(f"tema {themes[key].label}: {quoted(about[key])}" for key in about),
            ),
        )


def denied(words: Sequence[str], hit: Hit) -> bool:
    """Say whether the clause in which a phrase stands says that it was not so."""
    return _denied_before(words, hit.start) or _denied_behind(words, hit.end)


def _denied_before(words: Sequence[str], at: int) -> bool:
    for place in range(at - 1, max(-1, at - 1 - _CLAUSE), -1):
        word = words[place]
        if word in ENDS or word == "," or word in _CLAUSE_ENDS:
            return False
        if word in _DENIERS:
            return place + 1 == at or words[place + 1] not in _NO_DENIAL
        if _own_verb(word) and words[place + 1] not in _OR:
            return False
    return False


def _own_verb(word: str) -> bool:
    return word.startswith(_VERB_BEGINNINGS) and len(word) > 5 and word not in _EXPERIENCE


def _denied_behind(words: Sequence[str], end: int) -> bool:
    behind = [word for word in words[end : end + 4] if word not in ("itu", "pernah", "sama", "sekali")]
    if len(behind) < 2 or behind[0] not in _DENIERS or behind[1] not in ("ada", "terjadi", "benar"):
        return False
    return len(behind) == 2 or behind[2] in ENDS or behind[2] in (",", "di")


def _around(words: Sequence[str], hit: Hit) -> range:
    """Return the places of the sentence in which a phrase stands, its closing mark too, as far as they are close.

    A sentence of hardly more than the phrase goes with the next one.
    """
    start, end = hit.start, hit.end
    while start > max(0, hit.start - _AROUND) and words[start - 1] not in ENDS:
        start -= 1
    last = min(len(words), hit.end + _AROUND)
    while end < last and words[end - 1] not in ENDS:
        end += 1
    if end - start <= _SHORT:
        end = next((at + 1 for at in range(end, last) if words[at] in ENDS), last)
    return range(start, end)


def _any_in(hits: Iterable[Hit], places: range) -> bool:
    return any(hit.start in places and hit.end - 1 in places for hit in hits)


def _said(hits: Iterable[Hit], words: Sequence[str], spelling: Spelling) -> list[str]:
    """Return the words found as the letter spells them, each once, in the order of the letter."""
    shown: list[str] = []
    for hit in hits:
        said = spelling.of(" ".join(words[hit.start : hit.end]))
        if not any(said in longer for longer in shown):
            shown.append(said)
    return shown
