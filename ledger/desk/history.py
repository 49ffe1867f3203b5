"""Tells the history of an entry in words: what each event changed, from which value to which."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from ledger import dates, erasure, events, labels, seals, search
from ledger.desk.frame import Frame
from ledger.entries import PERSONAL_FIELDS, PLAIN_FIELDS
from ledger.events import said_in
from ledger.models import Entry, Event

ERASED = "(sudah dihapus)"
_SILENT = frozenset({"phone_e164", "review_reason", "needs_review", "closed_at", "due_rule", "year", "sequence"})
"""Fields whose change follows from another one, and would only be noise beside it."""

_FOR_VERIFY = frozenset(
    {erasure.VALUES, erasure.BYTES, erasure.FILES, erasure.AGAIN, seals.MAIL, seals.DECISION, seals.LETTER}
)
"""What an event tells `verify` alone."""
_FOR_THE_SERVERS = frozenset({"message_id", "digest"})
"""Marks by which programs know a letter or a file; they say nothing to a person."""

_PLACES = {field: place for place, field in enumerate(labels.FIELDS)}
_FIELDS = frozenset((*PLAIN_FIELDS, *PERSONAL_FIELDS))


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that an event says; `before` is the value until then, None where there was none to change."""

    label: str
    value: str
    before: str | None = None

    @property
    def is_note(self) -> bool:
        """Whether it is what an officer wrote about the change."""
        return self.label == labels.field("catatan")


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of an entry's history in words."""

    event_id: int
    at: datetime
    verb: str
    words: str
    actor: str
    details: tuple[Detail, ...]

    @property
    def opening(self) -> bool:
        """Whether it is the event that wrote the entry into the book."""
        return self.verb == "dicatat"


def history(frame: Frame, session: Session, entry: Entry, *, discreet: bool) -> list[Happening]:
    """Return what happened to an entry, oldest first; discreetly without any personal value."""
    found = events.of_entry(session, entry.id or 0)
    personal = {} if discreet else events.values_of(session, found)
    return _told(frame, session, found, personal, discreet=discreet)


def _told(
    frame: Frame,
    session: Session,
    found: Sequence[Event],
    personal: dict[int, dict[str, str]],
    *,
    discreet: bool,
) -> list[Happening]:
    names = search.officers(session)
    known: dict[str, object] = {}
    lines: list[Happening] = []
    for event in found:
        said = said_in(event.body) | (_personal(event, personal.get(event.id, {})) if not discreet else {})
        details = tuple(_details(frame, names, said, known))
        actor = names.get(event.actor, event.actor)
        lines.append(Happening(event.id, event.at, event.verb, labels.verb(event.verb), actor, details))
        known |= {field: value for field, value in said.items() if field in _FIELDS}
    return lines


def _personal(event: Event, kept: dict[str, str]) -> dict[str, object]:
    try:
        digests = json.loads(event.body).get("digests", {})
    except (ValueError, AttributeError):
        digests = {}
    told: dict[str, object] = {field: kept.get(field, ERASED) for field in digests}
    return told | kept


def _details(frame: Frame, names: dict[str, str], said: dict[str, object], known: dict[str, object]) -> list[Detail]:
    opening = not known
    details = []
    for field, value in sorted(said.items(), key=lambda one: _PLACES.get(one[0], len(_PLACES))):
        if field in _FOR_VERIFY | _FOR_THE_SERVERS:
            continue
        before = known.get(field)
        changes = not opening and field in _FIELDS
        if (changes and (field in _SILENT or (before or "") == (value or ""))) or (
            not changes and value in (None, "", [])
        ):
            continue
        old = _in_words(frame, names, field, before) if changes else None
        details.append(Detail(labels.field(field), _in_words(frame, names, field, value), old))
    return details


def _in_words(frame: Frame, names: dict[str, str], name: str, value: object) -> str:
    """Return a value of an event in words: moments and days as dates, services by their title, officers by name."""
    if value in (None, ""):
        return "(kosong)"
    office = frame.settings.office
    try:
        if name.endswith("_at"):
            return dates.long_moment(datetime.fromisoformat(str(value)), office.zone, office.zone_label)
        if name == "due_on":
            return dates.long_date(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)
    if name in ("officer", "recorded_by"):
        return names.get(str(value), str(value))
    if name == "service":
        return frame.settings.service_title(str(value))
    return due_label(frame, str(value)) if name == "due_rule" else labels.value(name, value)


def due_label(frame: Frame, key: str) -> str:
    """Return what the rule of a deadline is called."""
    return next((rule.label for rule in frame.settings.deadlines.rules if rule.key == key), key)
