"""One entry: the letter as a letter, its correspondence, our letters and why one was not sent, facts and history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select
from starlette.exceptions import HTTPException

from ledger import dates, events, labels, letters, messages, search
from ledger.desk.frame import Frame, said_in
from ledger.models import Arrival, Attachment, Entry, Event, Letter, Message
from ledger.words import Disposition, Register


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of an entry with its files and the places where it arrived."""

    message: Message
    files: tuple[Attachment, ...]
    arrivals: tuple[Arrival, ...]

    @property
    def at(self) -> datetime:
        """When it was received."""
        return self.message.received_at


@dataclass(frozen=True, slots=True)
class Post:
    """One letter of ours that stands in the correspondence."""

    letter: Letter

    @property
    def at(self) -> datetime:
        """When it ended, or when it became owed."""
        return self.letter.ended_at or self.letter.owed_at


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of an entry's history in words."""

    at: datetime
    words: str
    actor: str
    details: tuple[tuple[str, str], ...]


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter()

    @router.get("/buku/{series}/{year}/{sequence}")
    def entry(
        series: str,
        year: Annotated[int, Path(ge=2000, le=2999)],
        sequence: Annotated[int, Path(ge=1, le=999_999)],
    ) -> HTMLResponse:
        with frame.database.reading() as session:
            found = search.entry_numbered(session, _register(series), year, sequence)
            if found is None:
                raise HTTPException(404)
            return _shown(frame, session, found)

    return router


def _register(series: str) -> Register:
    try:
        return Register(series.upper())
    except ValueError as wrong:
        raise HTTPException(404) from wrong


def _shown(frame: Frame, session: Session, entry: Entry) -> HTMLResponse:
    assert entry.id is not None, "the entry was read from the database"
    mails = mails_of(session, messages.of_entry(session, entry.id))
    opening = next((mail for mail in mails if mail.message.disposition is Disposition.RECORDED), None)
    posts = [Post(letter) for letter in letters.of_entry(session, entry.id)]
    rest: list[Mail | Post] = [mail for mail in mails if mail is not opening]
    return frame.page(
        session,
        "entry.html",
        "requests" if entry.series is Register.REG else "book",
        entry=entry,
        due=date.fromisoformat(entry.due_on) if entry.due_on else None,
        due_label=_due_label(frame, entry.due_rule),
        opening=opening,
        correspondence=sorted([*rest, *posts], key=lambda piece: piece.at),
        posts=posts,
        history=_history(frame, session, events.of_entry(session, entry.id)),
        beside=search.neighbours(session, entry),
        is_mail=lambda piece: isinstance(piece, Mail),
    )


def mails_of(session: Session, found: Sequence[Message]) -> list[Mail]:
    """Return messages with their files and arrivals, in three queries however many they are."""
    ids = [message.id for message in found if message.id is not None]
    arrivals = search.arrivals_of(session, ids)
    files: dict[int, list[Attachment]] = {}
    wanted = select(Attachment).where(col(Attachment.message_id).in_(ids)).order_by(col(Attachment.position))
    for file in session.exec(wanted):
        files.setdefault(file.message_id, []).append(file)
    return [
        Mail(message, tuple(files.get(message.id or 0, ())), tuple(arrivals.get(message.id or 0, ())))
        for message in found
    ]


def _due_label(frame: Frame, key: str) -> str:
    return next((rule.label for rule in frame.settings.deadlines.rules if rule.key == key), key)


def _history(frame: Frame, session: Session, found: list[Event]) -> list[Happening]:
    personal = events.values_of(session, found)
    return [
        Happening(
            event.at,
            labels.verb(event.verb),
            event.actor,
            tuple(_details(frame, said_in(event.body) | personal.get(event.id, {}))),
        )
        for event in found
    ]


def _details(frame: Frame, said: dict[str, object]) -> list[tuple[str, str]]:
    return [
        (labels.field(name), _in_words(frame, name, value)) for name, value in said.items() if value not in (None, "")
    ]


def _in_words(frame: Frame, name: str, value: object) -> str:
    """Return a value of an event in words: moments and days as dates, services by their title."""
    office = frame.settings.office
    try:
        if name.endswith("_at"):
            return dates.long_moment(datetime.fromisoformat(str(value)), office.zone, office.zone_label)
        if name == "due_on":
            return dates.long_date(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)
    if name == "service":
        return frame.settings.service_title(str(value))
    return _due_label(frame, str(value)) if name == "due_rule" else labels.value(name, value)
