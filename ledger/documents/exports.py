"""Notes in the chain that a document left the book, before it is handed out; that event is the document's seal."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from ledger import events
from ledger.dates import short_moment
from ledger.documents.cover import Seal
from ledger.models import Entry, Event
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


def made_since(session: Session, entries: Sequence[Entry], zone: ZoneInfo) -> list[str]:
    """Return the documents that left the book since the first of some entries was recorded, each in words.

    A paper of another entry is none of them; what was asked of the book may hold any entry, and is.
    """
    if not entries:
        return []
    begun = min(events.of_entry(session, entry.id or 0)[0].id for entry in entries)
    query = select(Event).where(col(Event.verb) == VERB, col(Event.id) > begun).order_by(col(Event.id))
    own = {f"nomor={entry.number}" for entry in entries}
    return [_in_words(event, zone) for event in session.exec(query) if _may_hold(event, own)]


def _may_hold(event: Event, own: set[str]) -> bool:
    of_one = {each for each in _chosen(event) if each.startswith("nomor=")}
    return not of_one or bool(of_one & own)


def _chosen(event: Event) -> list[str]:
    chosen = events.said_in(event.body).get("saringan")
    return list(map(str, chosen)) if isinstance(chosen, list) else []


def _in_words(event: Event, zone: ZoneInfo) -> str:
    said = events.said_in(event.body)
    asked = ", ".join([str(said["format"]), *_chosen(event)])
    return f"{said['dokumen']} ({asked}), {short_moment(event.at, zone)}, oleh {event.actor}"
