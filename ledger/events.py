"""The chain of events: appended only, each carrying the hash of the one before it, personal values apart."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from ledger.models import ChainHead, Event, EventValue

GENESIS = "0" * 64
Plain = str | int | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about."""

    entry_id: int | None = None
    message_id: int | None = None
    letter_id: int | None = None


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8 characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(salt: str, value: str) -> str:
    """Return the salted SHA-256 of a personal value, in hex."""
    return hashlib.sha256(f"{salt}:{value}".encode("utf-8", "surrogatepass")).hexdigest()


def hash_of(event: Event) -> str:
    """Return the SHA-256 that an event must carry: over the hash before it and all that it says."""
    said = canonical(
        [
            event.id,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.actor,
            event.verb,
            event.entry_id,
            event.message_id,
            event.letter_id,
            event.body,
        ]
    )
    return hashlib.sha256(f"{event.previous}\n{said}".encode("utf-8", "surrogatepass")).hexdigest()


def lock_head(session: Session) -> ChainHead:
    """Lock the head of the chain for the rest of the transaction and return it."""
    return session.exec(select(ChainHead).where(col(ChainHead.id) == 1).with_for_update()).one()


def append(
    session: Session,
    verb: str,
    *,
    at: datetime,
    actor: str,
    about: Subject,
    plain: Mapping[str, Plain] | None = None,
    personal: Mapping[str, str] | None = None,
) -> Event:
    """Append one event in the caller's transaction, which must hold the head of the chain.

    `plain` values stand in the event for ever; of `personal` ones it holds only salted digests. `at` is aware.
    """
    head = session.get_one(ChainHead, 1)
    salted = {field: (secrets.token_hex(16), value) for field, value in (personal or {}).items()}
    body: dict[str, object] = {"set": dict(plain or {})}
    if salted:
        body["digests"] = {field: digest_of(salt, value) for field, (salt, value) in salted.items()}
    event = Event(
        id=head.position + 1,
        at=at.astimezone(UTC),
        actor=actor,
        verb=verb,
        entry_id=about.entry_id,
        message_id=about.message_id,
        letter_id=about.letter_id,
        body=canonical(body),
        previous=head.hash,
        hash="",
    )
    event.hash = hash_of(event)
    head.position, head.hash = event.id, event.hash
    session.add(event)
    session.flush()
    session.add_all(
        EventValue(event_id=event.id, field=field, salt=salt, value=value) for field, (salt, value) in salted.items()
    )
    return event


def said_in(body: str) -> dict[str, object]:
    """Return the plain values that an event's body holds; nothing where it is not of the known form."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    values = said.get("set") if isinstance(said, dict) else None
    return dict(values) if isinstance(values, dict) else {}


def last_moment(session: Session) -> datetime | None:
    """Return when the newest event was written; None in an empty book."""
    return session.exec(select(Event.at).order_by(col(Event.id).desc()).limit(1)).first()


def book_of(session: Session) -> str:
    """Return what tells one book from every other: the hash of its first event; empty in an empty book."""
    return session.exec(select(Event.hash).where(col(Event.id) == 1)).first() or ""


def of_entry(session: Session, entry_id: int) -> list[Event]:
    """Return the events of an entry, oldest first."""
    return list(session.exec(select(Event).where(col(Event.entry_id) == entry_id).order_by(col(Event.id))))


def of_entries(session: Session, entry_ids: Sequence[int], verbs: Sequence[str]) -> list[Event]:
    """Return the events of some entries that are of some verbs, oldest first."""
    query = select(Event).where(col(Event.entry_id).in_(entry_ids), col(Event.verb).in_(verbs))
    return list(session.exec(query.order_by(col(Event.id))))


def values_of(session: Session, events: list[Event]) -> dict[int, dict[str, str]]:
    """Return the personal values of events that were not erased, by event and field."""
    found: dict[int, dict[str, str]] = {}
    wanted = col(EventValue.event_id).in_([event.id for event in events])
    for value in session.exec(select(EventValue).where(wanted)):
        found.setdefault(value.event_id, {})[value.field] = value.value
    return found
