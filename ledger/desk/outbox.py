"""Belum tersampaikan: the letters that did not reach anybody, each with its reason, and those still under way."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException

from ledger import labels, search, workflow
from ledger.desk.access import Officer, Reader, Recorder
from ledger.desk.forms import Form, read_form
from ledger.desk.frame import Frame
from ledger.desk.numbered import RowId
from ledger.desk.secrecy import is_hidden
from ledger.errors import LedgerError
from ledger.models import Entry, Letter
from ledger.search import LetterLine
from ledger.words import LetterState
from ledger.workflow import Act

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
        "Surat ini sengaja tidak dikirim. Alasannya tertulis pada masing-masing surat; "
        "yang hanya melewati batas harian, atau diragukan sesudah buku dipulihkan, dapat dilepas.",
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


HERE = "/belum-tersampaikan"
_AGAIN = (LetterState.FAILED, LetterState.UNCERTAIN)
_DONE = {
    LetterState.OWED: "akan disusun dan dikirim dengan sendirinya",
    LetterState.QUEUED: "masuk antrean dan akan dikirim dengan sendirinya",
    LetterState.SENDING: "sedang dikirim",
    LetterState.SENT: "sudah terkirim",
}


async def _sent(request: Request) -> Form:
    return await read_form(request, max_bytes=10_000)


Sent = Annotated[Form, Depends(_sent)]


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter(prefix=HERE)

    @router.get("")
    def outbox(officer: Reader, surat: Before = None) -> HTMLResponse:
        return _all_shelves(frame, officer, done=surat)

    @router.get("/{key}")
    def shelf(officer: Reader, key: str, sebelum: Before = None, surat: Before = None) -> HTMLResponse:
        chosen = next((each for each in SHELVES if each.key == key), None)
        if chosen is None:
            raise HTTPException(404)
        with frame.database.reading() as session:
            filled = _fill(session, chosen, open_only=False, before=sebelum, limit=ROWS)
            older = filled.found[-1].letter.id if filled.more else None
            return _page(frame, session, officer, [filled], alone=chosen.key, older=older, done=surat)

    @router.post("/surat/{letter_id}")
    def act(officer: Recorder, letter_id: RowId, form: Sent) -> Response:
        chosen = form.values.get("kelompok", "")
        back = f"{HERE}/{chosen}" if chosen in {each.key for each in SHELVES} else HERE
        try:
            _do(frame, officer, letter_id, form.text("tindakan", 20))
        except LedgerError as wrong:
            return _all_shelves(frame, officer, trouble=str(wrong))
        return RedirectResponse(f"{back}?surat={letter_id}", status_code=303)

    return router


def _do(frame: Frame, officer: Officer, letter_id: int, said: str) -> None:
    with frame.database.writing() as session:
        letter = session.get(Letter, letter_id, with_for_update=True)
        if letter is None:
            raise HTTPException(404)
        if said == "lepas":
            workflow.let_go(session, letter, Act(officer.login, frame.clock()))
        elif said == "ulang":
            workflow.send_again(session, letter, Act(officer.login, frame.clock()))
        else:
            raise LedgerError("Pilihan ini tidak ada. Pilihlah salah satu tombol.")
    frame.wake_post()


def _all_shelves(frame: Frame, officer: Officer, *, done: int | None = None, trouble: str = "") -> HTMLResponse:
    with frame.database.reading() as session:
        filled = [_fill(session, shelf, open_only=True, before=None, limit=_FEW) for shelf in SHELVES]
        return _page(frame, session, officer, filled, done=done, trouble=trouble)


def _page(
    frame: Frame,
    session: Session,
    officer: Officer,
    filled: list[Filled],
    *,
    alone: str = "",
    older: int | None = None,
    done: int | None = None,
    trouble: str = "",
) -> HTMLResponse:
    return frame.page(
        session,
        "outbox.html",
        "outbox",
        officer=officer,
        status=422 if trouble else 200,
        shelves=filled,
        alone=alone,
        older=older,
        again=_AGAIN,
        notice=_notice(session, done, officer),
        trouble=trouble,
    )


def _notice(session: Session, letter_id: int | None, officer: Officer) -> str:
    """Say how the letter that an address names stands now, to those who may know whose it is."""
    letter = session.get(Letter, letter_id) if letter_id is not None else None
    if letter is None or letter.state not in _DONE or is_hidden(session.get(Entry, letter.entry_id), officer):
        return ""
    return f"{labels.PURPOSES[letter.purpose]} kepada {letter.recipient} {_DONE[letter.state]}."


def _fill(session: Session, shelf: Shelf, *, open_only: bool, before: int | None, limit: int) -> Filled:
    found = search.letters(session, shelf.states, open_only=open_only, before=before, limit=limit + 1)
    return Filled(shelf, tuple(found[:limit]), len(found) > limit)
