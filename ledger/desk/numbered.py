"""Finds the entry that the address of a page names."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path
from pydantic import BeforeValidator
from sqlmodel import Session
from starlette.exceptions import HTTPException

from ledger import search
from ledger.models import Entry
from ledger.words import Register

PLACE = "/buku/{series}/{year}/{sequence}"


def _digits(written: object) -> object:
    """Refuse what the book never writes and a parser would read as a number all the same: "1.0", "+1", "1_0"."""
    if isinstance(written, str) and not (written.isascii() and written.isdigit()):
        raise ValueError("not a number of the book")
    return written


Digits = BeforeValidator(_digits)
RowId = Annotated[int, Path(ge=1, le=2**31 - 1), Digits]
"""The key of a row as it stands in an address."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number of the book as it stands in an address."""

    series: str
    year: Annotated[int, Path(ge=2000, le=2999), Digits]
    sequence: Annotated[int, Path(ge=1, le=999_999), Digits]

    def entry(self, session: Session) -> Entry:
        """Return the entry; raises HTTPException 404 where there is none."""
        register = next((each for each in Register if each.value == self.series.upper()), None)
        found = search.entry_numbered(session, register, self.year, self.sequence) if register else None
        if found is None:
            raise HTTPException(404)
        return found


def address_of(entry: Entry) -> str:
    """Return the address of the page of an entry."""
    return f"/buku/{entry.series.value}/{entry.year}/{entry.sequence}"


def room_of(entry: Entry) -> str:
    """Return the key of the room in which the page of an entry stands."""
    return "requests" if entry.series is Register.REG else "book"
