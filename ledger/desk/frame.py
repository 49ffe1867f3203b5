"""The frame of every page: what the desk works with, the rail of rooms, and how dates and days left are said."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel import Session

from config.settings import Settings
from ledger import dates, labels, search
from ledger.database import Database
from ledger.desk.access import Officer
from ledger.ports import MailReader
from ledger.recording import recorded_later
from ledger.secrecy import matter_in_a_list
from ledger.staff import Lifetime
from ledger.words import CLOSED, LetterState, Status

HERE = Path(__file__).parent
STATIC = HERE / "static"


@dataclass(frozen=True, slots=True)
class Room:
    """One room of the rail; `waiting` is how much in it waits for a person."""

    key: str
    title: str
    path: str
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many days are left, in words, with the tone of the chip that says so."""

    words: str
    tone: str


def remaining(status: Status, due: date | None, today: date) -> Remaining | None:
    """Say how many calendar days are left of a matter; None where nothing is due any more."""
    if due is None or status in CLOSED:
        return None
    days = (due - today).days
    if days < 0:
        return Remaining(f"terlambat {-days} hari", "late")
    if days <= 1:
        return Remaining("besok" if days else "hari ini", "due")
    return Remaining(f"{days} hari lagi", "due" if days == 2 else "calm")


def grouped(count: int) -> str:
    """Say a count with Indonesian grouping: "10.482"."""
    return f"{count:,}".replace(",", ".")


LETTER_TONES: dict[LetterState, str] = {
    LetterState.OWED: "calm",
    LetterState.QUEUED: "calm",
    LetterState.SENDING: "calm",
    LetterState.SENT: "done",
    LetterState.FAILED: "late",
    LetterState.WITHHELD: "due",
    LetterState.UNCERTAIN: "due",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of the desk works with.

    `wake_post` is called after a commit that may owe a letter, so that it need not wait for the next round of the post;
    where the post runs in another process, it does nothing.
    """

    database: Database
    settings: Settings
    reader: MailReader
    clock: Callable[[], datetime]
    templates: Environment
    wake_post: Callable[[], None]

    @classmethod
    def of(
        cls,
        database: Database,
        settings: Settings,
        reader: MailReader,
        clock: Callable[[], datetime],
        wake_post: Callable[[], None] | None = None,
    ) -> "Frame":
        """Build the frame of an office."""
        return cls(database, settings, reader, clock, _environment(settings), wake_post or (lambda: None))

    @property
    def lifetime(self) -> Lifetime:
        """How long a session lasts, as the settings say."""
        desk = self.settings.desk
        return Lifetime(timedelta(minutes=desk.idle_minutes), timedelta(hours=desk.session_hours))

    def today(self) -> date:
        """Return the office's day."""
        return dates.local_date(self.clock(), self.settings.office.zone)

    def page(
        self, session: Session, template: str, room: str, *, officer: Officer, status: int = 200, **shown: object
    ) -> HTMLResponse:
        """Render a page inside the frame for an officer; `room` is the key of the room in which it stands."""
        text = self.templates.get_template(template).render(
            rooms=_rooms(search.waiting(session)),
            room=room,
            officer=officer,
            newest=search.newest_entry(session) if self.templates.globals["live"] else 0,
            now=self.clock(),
            today=self.today(),
            **shown,
        )
        return HTMLResponse(text, status_code=status)

    def bare(self, template: str, *, status: int = 200, **shown: object) -> HTMLResponse:
        """Render a page that stands alone and needs no database."""
        return HTMLResponse(self.templates.get_template(template).render(**shown), status_code=status)


def _rooms(waiting: search.Waiting) -> tuple[Room, ...]:
    return (
        Room("today", "Hari ini", "/"),
        Room("book", "Buku", "/buku"),
        Room("requests", "Permohonan", "/permohonan"),
        Room("review", "Tinjau", "/tinjau", waiting.to_look_at),
        Room("outbox", "Belum tersampaikan", "/belum-tersampaikan", waiting.undelivered),
        Room("reports", "Laporan", "/laporan"),
    )


def _environment(settings: Settings) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    office = settings.office
    environment.filters.update(
        day=dates.long_date,
        day_of=lambda at: dates.short_date(at, office.zone),
        time_of=lambda at: dates.short_moment(at, office.zone).rpartition(" ")[2],
        moment=lambda at: dates.short_moment(at, office.zone),
        long_moment=lambda at: dates.long_moment(at, office.zone, office.zone_label),
        iso=lambda at: at.astimezone(office.zone).isoformat(timespec="minutes"),
        size=labels.size,
        grouped=grouped,
    )
    environment.globals.update(
        office=office,
        labels=labels,
        remaining=remaining,
        recorded_later=recorded_later,
        matter_in_a_list=matter_in_a_list,
        letter_tones=LETTER_TONES,
        service_title=settings.service_title,
        theme_title=settings.theme_title,
        static=_static_addresses(),
        live=False,
    )
    return environment


def _static_addresses() -> dict[str, str]:
    """Return the address of each static file with a mark of its content, so that browsers may keep it for ever."""
    return {
        file.name: f"/static/{file.name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
        for file in sorted(STATIC.iterdir())
        if file.is_file()
    }
