"""The paper beside an entry: its receipt (tanda terima) for the citizen, and the files that were handed in."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException

from ledger import files, messages, staff
from ledger.desk.access import Officer, Reader
from ledger.desk.frame import Frame
from ledger.desk.history import due_label
from ledger.desk.numbered import PLACE, Numbered, room_of
from ledger.desk.safety import FILE_POLICY, disposition
from ledger.desk.secrecy import refuse_hidden
from ledger.errors import LedgerError
from ledger.models import Entry, EntryFile, Staff

PREVIEWED = frozenset({"image/jpeg", "image/png"})
Where = Annotated[Numbered, Depends()]
FileId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Paper(StrEnum):
    """What the receipt is printed on: A5, or a sheet of F4 with two copies to be cut apart."""

    A5 = "a5"
    F4 = "f4"


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter(prefix=PLACE)

    @router.get("/tanda-terima")
    def receipt(officer: Reader, where: Where, kertas: Paper = Paper.A5) -> HTMLResponse:
        with frame.database.reading() as session:
            entry = where.entry(session)
            refuse_hidden(entry, officer)
            return frame.page(
                session,
                "receipt.html",
                room_of(entry),
                officer=officer,
                entry=entry,
                due=date.fromisoformat(entry.due_on) if entry.due_on else None,
                due_label=due_label(frame, entry.due_rule),
                files=files.names_of(session, entry.id or 0),
                receiver=_receiver(session, entry),
                paper=kertas,
                copies=("Untuk pelapor", "Untuk arsip") if kertas is Paper.F4 else ("",),
            )

    @router.get("/berkas/{file_id}")
    def download(officer: Reader, where: Where, file_id: FileId) -> Response:
        file, content = _file(frame, officer, where, file_id)
        return _answer(content, file.content_type, disposition("attachment", file.name))

    @router.get("/berkas/{file_id}/gambar")
    def image(officer: Reader, where: Where, file_id: FileId) -> Response:
        file, content = _file(frame, officer, where, file_id)
        if file.content_type not in PREVIEWED:
            raise HTTPException(404)
        return _answer(content, file.content_type, disposition("inline", file.name))

    return router


def _file(frame: Frame, officer: Officer, where: Numbered, file_id: int) -> tuple[EntryFile, bytes]:
    """Return a file of this very entry and its bytes; a file of another entry is not found."""
    with frame.database.reading() as session:
        entry = where.entry(session)
        refuse_hidden(entry, officer)
        file = session.get(EntryFile, file_id)
        if file is None or file.entry_id != entry.id:
            raise HTTPException(404)
        try:
            return file, messages.raw_of(session, file.raw_digest)
        except LedgerError as gone:
            raise HTTPException(404) from gone


def _answer(content: bytes, kind: str, disposed: str) -> Response:
    headers = {"Content-Disposition": disposed, "Content-Security-Policy": FILE_POLICY}
    return Response(content, media_type=kind, headers=headers)


def _receiver(session: Session, entry: Entry) -> Staff | None:
    """Return the officer who took the matter down; None where the program recorded it or the account is unknown."""
    try:
        return staff.account(session, entry.recorded_by)
    except LedgerError:
        return None
