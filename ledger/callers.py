"""Finds who called before, by telephone and by name, while an officer is still listening."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from ledger.models import Entry
from ledger.words import Kind, Register, Status

SHOWN = 5
_SHORTEST_WORD, _MOST_WORDS = 3, 6
_WORD = re.compile(r"\w+")
_TITLES = frozenset({"bapak", "ibu", "pak", "saudara", "saudari", "sdr", "sdri", "bpk", "mas", "mbak", "haji", "cak"})


@dataclass(frozen=True, slots=True)
class Call:
    """An earlier matter of what may be the same person; `by_phone` tells a certain match from a namesake.

    Of a matter kept secret nothing is told but its number and its time.
    """

    series: Register
    year: int
    sequence: int
    number: str
    received_at: datetime
    kind: Kind
    status: Status
    secret: bool
    by_phone: bool
    name: str = ""
    organisation: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    matter: str = ""


def called_before(session: Session, *, phone_e164: str = "", name: str = "", limit: int = SHOWN) -> list[Call]:
    """Return earlier entries of this telephone number, then of this name, newest first; none where neither is told."""
    found = _entries(session, col(Entry.phone_e164) == phone_e164, limit) if phone_e164 else []
    known = {entry.id for entry in found}
    words = _told_words(name)
    if words and len(found) < limit:
        same_name = _entries(session, _named(words), limit + len(found))
        found += [entry for entry in same_name if entry.id not in known][: limit - len(found)]
    return [_call(entry, by_phone=entry.id in known) for entry in found]


def _told_words(name: str) -> list[str]:
    """Return the words of a name that tell people apart; one short word alone tells nobody."""
    words = [word for word in _WORD.findall(name.lower()) if len(word) >= _SHORTEST_WORD and word not in _TITLES]
    return words[:_MOST_WORDS] if sum(map(len, words)) > _SHORTEST_WORD else []


def _named(words: list[str]) -> ColumnElement[bool]:
    """Every word of the name begins a word of the name in the book."""
    lowered = func.lower(col(Entry.name))
    begins = (
        or_(lowered.startswith(word, autoescape=True), lowered.contains(f" {word}", autoescape=True)) for word in words
    )
    return and_(col(Entry.secret).is_(False), *begins)


def _entries(session: Session, which: ColumnElement[bool], limit: int) -> list[Entry]:
    query = select(Entry).where(which, col(Entry.status) != Status.BATAL)
    return list(session.exec(query.order_by(col(Entry.received_at).desc(), col(Entry.id).desc()).limit(limit)))


def _call(entry: Entry, *, by_phone: bool) -> Call:
    known = (entry.series, entry.year, entry.sequence, entry.number, entry.received_at, entry.kind, entry.status)
    if entry.secret:
        return Call(*known, secret=True, by_phone=by_phone)
    return Call(
        *known,
        secret=False,
        by_phone=by_phone,
        name=entry.name,
        organisation=entry.organisation,
        address=entry.address,
        phone=entry.phone,
        email=entry.email,
        matter=entry.matter,
    )
