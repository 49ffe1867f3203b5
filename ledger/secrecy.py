"""The rule of secrecy: whose identity is kept from those who only read, on pages and in documents alike."""

from collections.abc import Iterable

from ledger.models import Entry
from ledger.search import Line

HIDDEN = "(dirahasiakan)"
_LEAST = 4
"""Letters from which on a value names somebody wherever it stands."""
_EMPTY = ("sender_name", "organisation", "address", "phone", "phone_e164", "email", "represents", "review_reason")


def is_hidden(entry: Entry | None, *, may_see: bool) -> bool:
    """Say whether somebody may not see who stands behind an entry, nor what he wrote.

    That holds for what is to be kept secret, and for complaints about officers (berkadar pengawasan); `may_see` says
    whether the one who asks has a role that works on entries.
    """
    return entry is not None and (entry.secret or entry.restricted) and not may_see


def masked(entry: Entry) -> Entry:
    """Return a copy of an entry, tied to no session, that does not tell whose it is.

    Its matter stays, but where that names him or is nothing but the beginning of what he said.
    """
    told = entry.model_dump() | {"name": HIDDEN, "account": HIDDEN} | dict.fromkeys(_EMPTY, "")
    return Entry(**told | ({"matter": HIDDEN} if _matter_tells(entry) else {}))


def matter_in_a_list(line: Line) -> str:
    """Return what a list says of a matter: in lists nobody sees who stands behind a secret entry."""
    who = (line.name, line.sender_name, line.organisation, line.phone, line.email)
    return HIDDEN if line.secret and _names(_folded(line.matter), who) else line.matter


def _matter_tells(entry: Entry) -> bool:
    matter = _folded(entry.matter)
    opening = matter.removesuffix(" …")
    who = (str(getattr(entry, field)) for field in ("name", *_EMPTY))
    return bool(opening) and (_folded(entry.account).startswith(opening) or _names(matter, who))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _names(matter: str, who: Iterable[str]) -> bool:
    return any(one in matter for one in map(_folded, who) if len(one) >= _LEAST)
