"""Makes texts that strangers wrote fit for paper and tables: no control signs, and words that can be broken."""

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What XML 1.0 forbids or discourages, and what no text should hold."""
_TURNING = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
"""Signs without a form of their own; some turn the direction of what follows."""
_PICTURES = re.compile("[\U0001f000-\U000fffff]+")
_LONG_WORD = re.compile(r"\S{15,}")
_BREAKABLE = re.compile(r"([@/\\_.,;:?&=+-])(?=\w)|(\w{12})(?=\w{3})")
_ZERO_WIDTH_SPACE = "\u200b"


def plain(text: str) -> str:
    """Return a text without the signs that XML forbids; its line ends are \\n."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def printable(text: str) -> str:
    """Return a text for the page: pictures that no font of ours holds as ▫, long words with places to break them."""
    seen = _PICTURES.sub("▫", _TURNING.sub("", plain(text)))
    return _LONG_WORD.sub(lambda word: _BREAKABLE.sub(_with_break, word[0]), seen)


def _with_break(found: re.Match[str]) -> str:
    return found[0] + _ZERO_WIDTH_SPACE


def shortened(text: str, longest: int) -> str:
    """Return at most `longest` characters of a text, cut between words where it can be, with … where something went."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    return (kept.rpartition(" ")[0] if " " in kept[-40:] else kept).rstrip() + "…"
