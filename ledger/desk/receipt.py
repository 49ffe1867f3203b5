"""The paper beside an entry: receipt and slip for the citizen, the sheet that hands it over, files handed in."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from itertools import dropwhile
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException

from config.settings import Settings
from ledger import files, messages, staff
from ledger.database import Database
from ledger.desk.access import Officer, Reader, Recorder
from ledger.desk.forms import Form, FormErrors
from ledger.desk.frame import Frame
from ledger.desk.history import due_label
from ledger.desk.numbered import PLACE, Numbered, RowId, room_of
from ledger.desk.record import SmallForm
from ledger.desk.safety import FILE_POLICY, PDF_POLICY, disposition
from ledger.desk.secrecy import refuse_hidden
from ledger.documents import slips
from ledger.documents.exports import MEDIA_TYPES
from ledger.documents.typeset import TypesettingFailed
from ledger.errors import LedgerError
from ledger.models import Entry, EntryFile, Staff
from ledger.words import Form as Document
from ledger.words import Paper as OnPaper
from ledger.words import Status

PREVIEWED = frozenset({"image/jpeg", "image/png"})
Where = Annotated[Numbered, Depends()]
Making = Callable[[Database, Settings, int, slips.Ordered], slips.Made]


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
            if entry.status is Status.BATAL:
                words = f"Entri {entry.number} sudah batal, jadi tanda terimanya tidak berlaku lagi."
                return frame.bare("refusal.html", status=409, title="Tidak ada tanda terima", words=words)
            return frame.page(
                session,
                "receipt.html",
                room_of(entry),
                officer=officer,
                entry=entry,
                due=date.fromisoformat(entry.due_on) if entry.due_on else None,
                due_label=due_label(frame, entry.due_rule),
                account=_told(entry.account),
                files=files.names_of(session, entry.id or 0),
                receiver=_receiver(session, entry),
                paper=kertas,
                copies=("Untuk pelapor", "Untuk arsip") if kertas is Paper.F4 else ("",),
            )

    @router.post("/slip")
    def slip(officer: Recorder, where: Where, form: SmallForm) -> Response:
        return _made(frame, officer, where, form, slips.slip, slips.SLIP_PAPERS)

    @router.post("/lembar")
    def sheet(officer: Recorder, where: Where, form: SmallForm) -> Response:
        return _made(frame, officer, where, form, slips.hand_over, slips.SHEET_PAPERS)

    @router.get("/berkas/{file_id}")
    def download(officer: Reader, where: Where, file_id: RowId) -> Response:
        file, content = _file(frame, officer, where, file_id)
        return _answer(content, file.content_type, disposition("attachment", file.name))

    @router.get("/berkas/{file_id}/gambar")
    def image(officer: Reader, where: Where, file_id: RowId) -> Response:
        file, content = _file(frame, officer, where, file_id)
        if file.content_type not in PREVIEWED:
            raise HTTPException(404)
        return _answer(content, file.content_type, disposition("inline", file.name))

    @router.get("/berkas/{file_id}/pdf")
    def pdf(officer: Reader, where: Where, file_id: RowId) -> Response:
        file, content = _file(frame, officer, where, file_id)
        if file.content_type != "application/pdf":
            raise HTTPException(404)
        page = _answer(content, file.content_type, disposition("inline", file.name))
        page.headers["Content-Security-Policy"] = PDF_POLICY
        return page

    return router


def _made(
    frame: Frame, officer: Officer, where: Numbered, form: Form, make: Making, papers: tuple[OnPaper, ...]
) -> Response:
    """Make a paper of an entry and hand it out; what stands against it is said on a page of its own."""
    wanted = form.text("kertas", 20) or papers[0]
    paper = next((each for each in papers if each == wanted), None)
    if paper is None:
        raise FormErrors({"kertas": "Kertas ini tidak ada."})
    with frame.database.reading() as session:
        entry_id = where.entry(session).id or 0
    try:
        made = make(frame.database, frame.settings, entry_id, slips.Ordered(officer.login, frame.clock(), paper))
    except LedgerError as wrong:
        status = 500 if isinstance(wrong, TypesettingFailed) else 409
        return frame.bare("refusal.html", status=status, title="Dokumen belum dibuat", words=str(wrong))
    return _answer(made.content, MEDIA_TYPES[Document.PDF], disposition("attachment", made.name))


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


_ADDRESSED = re.compile(r"(kepada|yth|yang terhormat|di[- ]?tempat)\b", re.IGNORECASE)
_LABELLED = re.compile(r"[\w./() -]{2,25}\s*:")
_GREETING = 8


def _told(account: str) -> str:
    """Return an account without what a letter says before it comes to its matter, on one line."""
    parts = [part for part in re.split(r"\n\s*\n", account) if part.strip()]
    matter = dropwhile(_opens_a_letter, parts)
    return " ".join(" ".join(matter).split()) or " ".join(account.split())


def _opens_a_letter(part: str) -> bool:
    """Say whether a paragraph is place and day, whom it is addressed to, a greeting, or who writes it."""
    written = part.strip()
    lines = written.splitlines()
    if all(_LABELLED.match(line.strip()) for line in lines):
        return True
    if written.endswith((".", "?", "!")) and not _ADDRESSED.fullmatch(lines[-1].strip(" .")):
        return False
    greeting = len(lines) == 1 and len(written.split()) <= _GREETING
    return bool(_ADDRESSED.match(written)) or (greeting and (written[-1] in ",:" or written[-4:].isdigit()))


def _receiver(session: Session, entry: Entry) -> Staff | None:
    """Return the officer who took the matter down; None where the program recorded it or the account is unknown."""
    try:
        return staff.account(session, entry.recorded_by)
    except LedgerError:
        return None
