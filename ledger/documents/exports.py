"""Notes in the chain that a document left the book, before it is handed out; that event is the document's seal."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from ledger import events
from ledger.documents.cover import Seal
from ledger.words import Form

VERB = "diekspor"


MEDIA_TYPES: dict[Form, str] = {
    Form.PDF: "application/pdf",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
    Form.JSONL: "application/x-ndjson; charset=utf-8",
}


def note(
    session: Session,
    *,
    document: str,
    form: Form,
    chosen: Sequence[str],
    lines: int,
    unmasked: bool,
    at: datetime,
    actor: str,
) -> Seal:
    """Write the event of an export in the caller's transaction, which holds the head of the chain; return the seal.

    `chosen` says in plain words what was asked for. It stands in the chain for ever: no personal value may be in it.
    """
    plain: dict[str, events.Plain] = {
        "dokumen": document,
        "format": form.value,
        "saringan": list(chosen),
        "baris": lines,
        "rahasia": "tampak" if unmasked else "disamarkan",
    }
    return Seal.of(events.append(session, VERB, at=at, actor=actor, about=events.Subject(), plain=plain))
