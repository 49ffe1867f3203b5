"""One mail as it came: its words, its harmless HTML, its files, and the original as a download."""

import hashlib
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select
from starlette.exceptions import HTTPException

from config.settings import Office
from ledger import dates, erasure, messages
from ledger.desk.access import Officer, Reader
from ledger.desk.entry import mails_of
from ledger.desk.frame import Frame
from ledger.desk.numbered import Digits, RowId
from ledger.desk.safety import FILE_POLICY, MAIL_POLICY, PDF_POLICY, CleanHtml, clean_html, disposition, type_of
from ledger.desk.secrecy import refuse_hidden
from ledger.errors import LedgerError
from ledger.models import Attachment, Entry, Message
from ledger.ports import OpenedFile, OpenedMail

Position = Annotated[int, Path(ge=0, le=10_000), Digits]

_MOST_BYTES_SHOWN = 200_000
_HEADERS_SHOWN = {
    "from": "Dari",
    "sender": "Pengirim",
    "reply-to": "Balas ke",
    "to": "Kepada",
    "cc": "Tembusan",
    "date": "Tanggal menurut pengirim",
    "subject": "Perihal",
    "message-id": "Message-ID",
    "in-reply-to": "Menjawab Message-ID",
}
_LONGEST_HEADER = 1000
PREVIEWED = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class Original:
    """The original of a mail as far as it can still be read; `trouble` says in plain words what cannot."""

    raw: bytes | None
    opened: OpenedMail | None
    trouble: str = ""

    @property
    def as_text(self) -> str:
        """The bytes of a mail that nothing can read, as text, the beginning at least."""
        shown = (self.raw or b"")[:_MOST_BYTES_SHOWN].decode("utf-8", "replace")
        return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in shown.replace("\r\n", "\n"))

    @property
    def html(self) -> CleanHtml | None:
        """The harmless part of the mail's HTML; None where there is none or it is too big."""
        return clean_html(self.opened.html) if self.opened and self.opened.html else None


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter(prefix="/surat/{message_id}")

    @router.get("")
    def mail(message_id: RowId, officer: Reader) -> HTMLResponse:
        message, original = _opened(frame, message_id, officer)
        with frame.database.reading() as session:
            return _shown(frame, officer, session, message, original)

    @router.get("/asli.eml")
    def original(message_id: RowId, officer: Reader) -> Response:
        with frame.database.reading() as session:
            raw = _raw(session, _message(session, message_id, officer))
        if isinstance(raw, LedgerError):
            raise HTTPException(404)
        return _download(raw, f"surat-{message_id}.eml", "message/rfc822")

    @router.get("/tampilan")
    def html(message_id: RowId, officer: Reader) -> HTMLResponse:
        clean = _opened(frame, message_id, officer)[1].html
        if clean is None:
            raise HTTPException(404)
        page = frame.bare("mail_html.html", body=clean.body)
        page.headers["Content-Security-Policy"] = MAIL_POLICY
        return page

    @router.get("/lampiran/{position}")
    def attachment(message_id: RowId, position: Position, officer: Reader) -> Response:
        file = _file(frame, message_id, position, officer)
        return _download(file.content, file.name, type_of(file.content))

    @router.get("/lampiran/{position}/gambar")
    def image(message_id: RowId, position: Position, officer: Reader) -> Response:
        file = _file(frame, message_id, position, officer)
        kind = type_of(file.content)
        if kind not in PREVIEWED:
            raise HTTPException(404)
        return _file_response(file.content, kind, disposition("inline", file.name))

    @router.get("/lampiran/{position}/pdf")
    def pdf(message_id: RowId, position: Position, officer: Reader) -> Response:
        file = _file(frame, message_id, position, officer)
        if type_of(file.content) != "application/pdf":
            raise HTTPException(404)
        page = _file_response(file.content, "application/pdf", disposition("inline", file.name))
        page.headers["Content-Security-Policy"] = PDF_POLICY
        return page

    return router


def _message(session: Session, message_id: int, officer: Officer) -> Message:
    found = session.get(Message, message_id)
    if found is None:
        raise HTTPException(404)
    refuse_hidden(session.get(Entry, found.entry_id) if found.entry_id else None, officer)
    return found


def _raw(session: Session, message: Message) -> bytes | LedgerError:
    if message.erased_at is not None:
        return LedgerError("isinya telah dihapus menurut aturan")
    try:
        return messages.raw_of(session, message.raw_digest)
    except LedgerError as gone:
        return gone


def _opened(frame: Frame, message_id: int, officer: Officer) -> tuple[Message, Original]:
    """Return a message and its original.

    The database is let go first: opening a hostile mail may take as long as the reader allows.
    """
    with frame.database.reading() as session:
        message = _message(session, message_id, officer)
        raw = _raw(session, message)
    return message, _original(frame, raw)


def _original(frame: Frame, raw: bytes | LedgerError) -> Original:
    if isinstance(raw, LedgerError):
        return Original(None, None, str(raw))
    try:
        return Original(raw, frame.reader.open(raw))
    except LedgerError as unreadable:
        return Original(raw, None, str(unreadable))


def _shown(frame: Frame, officer: Officer, session: Session, message: Message, original: Original) -> HTMLResponse:
    return frame.page(
        session,
        "mail.html",
        "book" if message.entry_id else "review",
        officer=officer,
        mail=mails_of(session, [message])[0],
        entry=session.get(Entry, message.entry_id) if message.entry_id else None,
        original=original,
        headers=_headers(original, frame.settings.office),
        erased=erasure.of_mail(session, message),
        html=original.html,
        pictures=_pictures(original),
    )


def _headers(original: Original, office: Office) -> list[tuple[str, str]]:
    """Return the header rows that a person may want to see, none of them endless, the date in the office's words."""
    rows = [(name.lower(), value) for name, value in (original.opened.headers if original.opened else ())]
    known = [(name, value[:_LONGEST_HEADER]) for name, value in rows if name in _HEADERS_SHOWN][:40]
    return [(_HEADERS_SHOWN[name], _dated(value, office) if name == "date" else value) for name, value in known]


def _dated(written: str, office: Office) -> str:
    """Say a date of a mail as the office says it; one that cannot be read, or tells no zone, stays as it is written."""
    try:
        at = parsedate_to_datetime(written)
        return dates.long_moment(at, office.zone, office.zone_label) if at.tzinfo else written
    except (ValueError, OverflowError):  # no date, or one at the edge of the calendar
        return written


def _pictures(original: Original) -> frozenset[str]:
    """Return the digests of those files that are pictures by their own bytes."""
    files = original.opened.files if original.opened else ()
    return frozenset(_digest(file.content) for file in files if type_of(file.content) in PREVIEWED)


def _file(frame: Frame, message_id: int, position: int, officer: Officer) -> OpenedFile:
    """Return the file at a position of a mail, found in the original by its digest."""
    with frame.database.reading() as session:
        wanted = session.exec(
            select(Attachment).where(col(Attachment.message_id) == message_id, col(Attachment.position) == position)
        ).first()
    opened = _opened(frame, message_id, officer)[1].opened if wanted else None
    if wanted is None or opened is None:
        raise HTTPException(404)
    for file in opened.files:
        if _digest(file.content) == wanted.digest:
            return OpenedFile(wanted.name or file.name, file.content_type, file.content)
    raise HTTPException(404)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _download(content: bytes, name: str, kind: str) -> Response:
    return _file_response(content, kind, disposition("attachment", name))


def _file_response(content: bytes, kind: str, disposed: str) -> Response:
    headers = {"Content-Disposition": disposed, "Content-Security-Policy": FILE_POLICY}
    return Response(content, media_type=kind, headers=headers)
