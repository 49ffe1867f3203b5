"""Finds the entry that the address of a page names."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path
from sqlmodel import Session
from starlette.exceptions import HTTPException

from ledger import search
from ledger.models import Entry
from ledger.words import Register

PLACE = "/buku/{series}/{year}/{sequence}"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number of the book as it stands in an address."""

    series: str
    year: Annotated[int, Path(ge=2000, le=2999)]
    sequence: Annotated[int, Path(ge=1, le=999_999)]

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
