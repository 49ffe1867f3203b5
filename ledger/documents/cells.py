"""What the columns of a table and of a print say of one line of the book."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from ledger import dates
from ledger.documents.book import Record
from ledger.documents.plain import shortened
from ledger.documents.sheets import Cell

_LONGEST_ACCOUNT, _LONGEST_BROAD = 1200, 750
"""Characters of an account in print, and of one in broad signs: a row must never be taller than a page."""
_MOST_BROAD = 200
_LONGEST_CELL = 180
_MOST_FOLLOWED = 6
_CUT = " [selengkapnya di buku digital]"


@dataclass(frozen=True, slots=True)
class Written:
    """One column of a table: its title, its width in characters, and what it says of a record."""

    title: str
    width: float
    of: Callable[[Record, ZoneInfo], Cell]
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """One column of a print: its title, its share of the width, and what it says of a record."""

    title: str
    width: float
    of: Callable[[Record, ZoneInfo], str]
    align: str = "left"


def flat(text: str) -> str:
    """Return a text on one line, cut where it is long."""
    return shortened(" ".join(text.split()), _LONGEST_CELL)


def above(*parts: str) -> str:
    """Return what is told, each on a line of its own."""
    return "\n".join(flat(part) for part in parts if part)


def account(record: Record) -> str:
    """Return the matter and what was written, cut where it is long."""
    whole = "\n".join(" ".join(part.split()) for part in record.told)
    short = shortened(whole, _LONGEST_ACCOUNT)
    if sum(map(_is_broad, short)) > _MOST_BROAD:
        short = shortened(short, _LONGEST_BROAD)
    return short if short == whole else short + _CUT


def _is_broad(sign: str) -> bool:
    return sign in "@%…—" or sign.isupper() or (not sign.isascii() and east_asian_width(sign) in "WF")


def latest(record: Record) -> str:
    """Return the latest follow-ups with their dates."""
    earlier = len(record.followed) - _MOST_FOLLOWED
    shown = [f"{dates.dense_date(each.on)} {each.words}" for each in record.followed[-_MOST_FOLLOWED:]]
    return "\n".join([f"({earlier} lebih awal)", *shown] if earlier > 0 else shown)


def standing(record: Record, zone: ZoneInfo) -> str:
    """Return the status, and since when a closed matter is closed."""
    on = closed_on(record, zone)
    return above(record.status.upper() if record.void else record.status, dates.dense_date(on) if on else "")


def remarks(record: Record, zone: ZoneInfo) -> str:
    """Return the remarks, each on a line of its own."""
    return above(*record.remarks)


def followed(record: Record) -> str:
    """Return every follow-up with its date."""
    return "\n".join(f"{dates.dense_date(each.on)} {each.words}" for each in record.followed)


def closed_on(record: Record, zone: ZoneInfo) -> date | None:
    """Return the day (of the office) on which a matter was closed."""
    return dates.local_date(record.entry.closed_at, zone) if record.entry.closed_at else None
