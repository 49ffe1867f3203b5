"""Knows the courtesies that close a letter without telling of its writer."""

import re
from collections.abc import Sequence

from ingest.writer.words import is_common

_COURTESY = re.compile(
    r"(?i)^\W*(?:demikian\w*|atas\s+(?:perhatian|bantuan|kerja|segala|waktu|kebijak|terkabul|per?kenan|dikabulkan|respon)\w*|"
    r"sekian|wassalam\w*|wss\w*|terima\s*kasih|makasih|trims|matur|suwun|sakalangkong|mator|semoga|(?:sebelum|sesudah)nya|"
    r"besar\s+harapan|(?:mohon|nyuwun)\s+(?:di)?(?:maaf|pangapunten)\w*|apabila\s+ada|bila\s+ada|jika\s+ada|kurang\s+lebihnya|"
    r"salam|hormat|aamiin|amin|billahi\w*|jazaku\w*|thank\w*|(?:best|kind|warm)?\s*regards)\b"
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def without_courtesies(lines: Sequence[str]) -> list[str]:
    """Leave out the courtesies below a letter, and the empty lines around them."""
    end = len(lines)
    while end and (not lines[end - 1] or _is_courtesy(lines[end - 1])):
        end -= 1
    return list(lines[:end])


def _is_courtesy(line: str) -> bool:
    """Say whether each sentence of a line is one that closes letters, and none of its words may be a name."""
    words = re.findall(r"[^\W\d_]{3,}", line)
    return all(map(_COURTESY.match, _SENTENCES.split(line))) and not any(map(_may_name, words))


def _may_name(word: str) -> bool:
    return not (word.islower() or is_common(word) or _COURTESY.match(word) or word == "alaikum")
