"""Belum tersampaikan: the letters that did not reach anybody, each with its reason, and those still under way."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException

from ledger import search
from ledger.desk.frame import Frame
from ledger.search import LetterLine
from ledger.words import LetterState

ROWS = 50
_FEW = 20
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One group of letters: its address, its title, what it means and what to do."""

    key: str
    title: str
    meaning: str
    states: tuple[LetterState, ...]


SHELVES = (
    Shelf(
        "gagal",
        "Belum terkirim",
        "Surat ini tidak sampai. Hubungi pelapor dengan cara lain, lalu sampaikan nomor registernya.",
        (LetterState.FAILED,),
    ),
    Shelf(
        "belum-pasti",
        "Belum pasti",
        "Sambungan terputus pada saat terakhir: surat mungkin sudah, mungkin belum terkirim. "
        "Periksa folder Terkirim di kotak surat; surat ini tidak diulang dengan sendirinya.",
        (LetterState.UNCERTAIN,),
    ),
    Shelf(
        "ditahan",
        "Ditahan",
        "Surat ini sengaja tidak dikirim. Alasannya tertulis pada masing-masing surat.",
        (LetterState.WITHHELD,),
    ),
    Shelf(
        "menunggu",
        "Menunggu giliran",
        "Surat ini akan disusun dan dikirim dengan sendirinya.",
        (LetterState.OWED, LetterState.QUEUED, LetterState.SENDING),
    ),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A shelf with the letters shown on it; `more` says that there are others."""

    shelf: Shelf
    found: tuple[LetterLine, ...]
    more: bool


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter(prefix="/belum-tersampaikan")

    @router.get("")
    def outbox() -> HTMLResponse:
        with frame.database.reading() as session:
            filled = [_fill(session, shelf, open_only=True, before=None, limit=_FEW) for shelf in SHELVES]
            return frame.page(session, "outbox.html", "outbox", shelves=filled, alone=False, older=None)

    @router.get("/{key}")
    def shelf(key: str, sebelum: Before = None) -> HTMLResponse:
        chosen = next((each for each in SHELVES if each.key == key), None)
        if chosen is None:
            raise HTTPException(404)
        with frame.database.reading() as session:
            filled = _fill(session, chosen, open_only=False, before=sebelum, limit=ROWS)
            older = filled.found[-1].letter.id if filled.more else None
            return frame.page(session, "outbox.html", "outbox", shelves=[filled], alone=True, older=older)

    return router


def _fill(session: Session, shelf: Shelf, *, open_only: bool, before: int | None, limit: int) -> Filled:
    found = search.letters(session, shelf.states, open_only=open_only, before=before, limit=limit + 1)
    return Filled(shelf, tuple(found[:limit]), len(found) > limit)
