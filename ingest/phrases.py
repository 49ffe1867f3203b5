"""Build one pattern out of a readable table of phrases."""

import re


def one_of(*phrases: str, start: str = "", end: str = "") -> re.Pattern[str]:
    """Compile a pattern, blind to case: any of the phrases (regular expressions) between `start` and `end`."""
    return re.compile(f"{start}(?:{'|'.join(phrases)}){end}", re.IGNORECASE)
