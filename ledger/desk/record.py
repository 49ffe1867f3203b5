"""Catat baru: one form for what came by telephone, at the counter, on the radio or otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException

from ledger import broadcasts, drafts, entries, files, labels, recording
from ledger.desk.access import Officer, Recorder
from ledger.desk.forms import Form, FormErrors, read_form
from ledger.desk.frame import Frame
from ledger.desk.typed import (
    CHOOSE_AGAIN,
    KINDS,
    MOST_FORM_BYTES,
    assist,
    attached,
    new_token,
    new_values,
    services_of,
    told_in,
    twins_in_words,
    values_of,
)
from ledger.files import UnfitFile
from ledger.models import Broadcast, Entry
from ledger.ports import Classifier
from ledger.recording import Desk, TakenOtherwise, Untakable
from ledger.words import Channel

TABS = {
    Channel.TELEPON: "Telepon",
    Channel.PETUGAS: "Datang langsung",
    Channel.RADIO: "Radio",
    Channel.LAINNYA: "Lainnya",
}
WITH_FILES = frozenset({Channel.PETUGAS, Channel.LAINNYA})
_WORTH_KEEPING = ("nama", "telepon", "instansi", "alamat", "surel", "mewakili", "perihal", "uraian")


async def typed_form(request: Request) -> Form:
    """Read the form of a request, with room for its files."""
    return await read_form(request, max_bytes=MOST_FORM_BYTES)


async def small_form(request: Request) -> Form:
    """Read the form of a request that carries no files."""
    return await read_form(request, max_bytes=200_000)


TypedForm = Annotated[Form, Depends(typed_form)]
SmallForm = Annotated[Form, Depends(small_form)]
Word = Annotated[str, Query(max_length=32)]
_TO = "ke-"
"""A button of this name and a channel leads to the form of that channel."""


@dataclass(frozen=True, slots=True)
class Before:
    """What an address says of the step before: what was taken down, and where what was typed came from or stayed."""

    dicatat: Word = ""
    kembar: Annotated[int, Query(ge=0, le=999)] = 0
    dari: Word = ""
    tinggal: Word = ""


JustBefore = Annotated[Before, Depends()]


@dataclass(frozen=True, slots=True)
class Place:
    """Which form it is: its channel and, on the radio, its broadcast."""

    channel: Channel
    broadcast: Broadcast | None = None

    @property
    def draft(self) -> str:
        """The name under which its draft is kept."""
        return f"{self.channel.value}:{self.broadcast.id}" if self.broadcast else self.channel.value

    @property
    def path(self) -> str:
        """Its address."""
        return f"/catat/{self.channel.value}" + (f"/{self.broadcast.id}" if self.broadcast else "")


@dataclass(frozen=True, slots=True)
class Recording:
    """What the forms of "Catat baru" work with."""

    frame: Frame
    desk: Desk
    classifier: Classifier | None

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.frame.clock()

    def shown(
        self,
        session: Session,
        officer: Officer,
        place: Place,
        values: Mapping[str, str],
        *,
        errors: Mapping[str, str] | None = None,
        restored_at: datetime | None = None,
        before: Before | None = None,
    ) -> HTMLResponse:
        """Return the page of a form with what stands in it."""
        settings = self.frame.settings
        callers = broadcasts.callers(session, place.broadcast) if place.broadcast else []
        return self.frame.page(
            session,
            "record.html",
            "record",
            officer=officer,
            status=422 if errors else 200,
            place=place,
            radio_day=date.fromisoformat(place.broadcast.aired_on) if place.broadcast else None,
            tabs=TABS,
            values=values,
            errors=errors or {},
            restored_at=restored_at,
            made=entries.by_number(session, before.dicatat) if before and before.dicatat else None,
            before=before or Before(),
            twins=twins_in_words(before.kembar if before else 0),
            callers=callers,
            assistance=assist(session, values, settings, self.desk, self.classifier, now=self.now),
            kinds={kind.value: labels.KINDS[kind] for kind in KINDS},
            services=services_of(settings),
            others={word: word for word in settings.office.other_channels},
            with_files=place.channel in WITH_FILES,
            most_files=files.MOST_FILES,
        )

    def opened(self, officer: Officer, place: Place, before: Before) -> HTMLResponse:
        """Return a form as it opens: with the draft that was left in it, or empty."""
        with self.frame.database.reading() as session:
            draft = drafts.kept(session, officer.id, place.draft, at=self.now)
            values = new_values(**draft.content) if draft else new_values()
            return self.shown(
                session,
                officer,
                place,
                values,
                restored_at=draft.saved_at if draft else None,
                before=before,
            )

    def kept(self, officer: Officer, place: Place, form: Form) -> HTMLResponse:
        """Keep a draft and return what can be said about it, as a piece of the page."""
        values = values_of(form)
        self._keep(officer, place, values)
        with self.frame.database.reading() as session:
            told = assist(session, values, self.frame.settings, self.desk, self.classifier, now=self.now)
        return self.frame.bare("record_assistance.html", assistance=told, values=values)

    def discarded(self, officer: Officer, place: Place) -> Response:
        """Throw the draft away and open the form empty."""
        with self.frame.database.noting() as session:
            drafts.discard(session, officer.id, place.draft)
        return RedirectResponse(place.path, 303)

    def sent(self, officer: Officer, place: Place, form: Form) -> Response:
        """Do what the button that was pressed says: save the form, or only look it over."""
        step = form.values.get("langkah", "")
        if step.startswith(_TO):
            return self._carried(officer, place, form, step.removeprefix(_TO))
        if step == "periksa":
            with self.frame.database.reading() as session:
                return self.shown(session, officer, place, values_of(form))
        try:
            entry, twins = self._save(officer, place, form)
        except FormErrors as wrong:
            return self._refused(officer, place, form, wrong.errors)
        except TakenOtherwise as wrong:
            return self._refused(officer, place, form, {wrong.field: str(wrong)}, again=True)
        except Untakable as wrong:
            return self._refused(officer, place, form, {wrong.field: str(wrong)})
        except UnfitFile as wrong:
            return self._refused(officer, place, form, {"berkas": str(wrong)})
        again = place.broadcast is not None or step == "berikutnya"
        return RedirectResponse(_after(entry, place, again=again, twins=twins), 303)

    def _carried(self, officer: Officer, place: Place, form: Form, wanted: str) -> Response:
        """Go to the form of another channel and take along what was typed, unless a draft lies there already.

        Then it stays here as a draft: what somebody else said is not written over.
        """
        to = next((each for each in TABS if each.value == wanted), None)
        if to is None:
            raise HTTPException(404)
        there, values = Place(to), values_of(form) | new_token()
        self._keep(officer, place, values)
        with self.frame.database.noting() as session:
            kept = drafts.kept(session, officer.id, place.draft, at=self.now)
            if kept is None:
                return RedirectResponse(there.path, 303)
            stays = to is Channel.RADIO or drafts.kept(session, officer.id, there.draft, at=self.now) is not None
            if not stays:
                drafts.keep(session, officer.id, there.draft, values, at=self.now)
                drafts.discard(session, officer.id, place.draft)
        return RedirectResponse(f"{there.path}?{'tinggal' if stays else 'dari'}={place.channel.value}", 303)

    def _save(self, officer: Officer, place: Place, form: Form) -> tuple[Entry, int]:
        """Write the entry; returns it, and how many of the files were the same as another one."""
        now = self.now
        told = told_in(form, place.channel, self.frame.settings, now=now, broadcast=place.broadcast)
        packed = attached(form)
        if packed and place.channel not in WITH_FILES:
            raise UnfitFile("Berkas hanya dapat dilampirkan pada pengaduan tertulis.")
        with self.frame.database.writing() as session:
            entry, _ = recording.take_down(session, told, self.desk, attached=packed, at=now, actor=officer.login)
            drafts.discard(session, officer.id, place.draft)
        self.frame.wake_post()
        return entry, len(form.files) - len(packed)

    def _refused(
        self, officer: Officer, place: Place, form: Form, errors: dict[str, str], *, again: bool = False
    ) -> HTMLResponse:
        """Show a form once more, and keep its words as a draft too; where it is to be sent `again`, as another one."""
        values = values_of(form) | (new_token() if again else {})
        if form.files and "berkas" not in errors:
            errors["berkas"] = CHOOSE_AGAIN
        self._keep(officer, place, values)
        with self.frame.database.reading() as session:
            return self.shown(session, officer, place, values, errors=errors)

    def _keep(self, officer: Officer, place: Place, values: Mapping[str, str]) -> None:
        with self.frame.database.noting() as session:
            if any(values[name].strip() for name in _WORTH_KEEPING):
                drafts.keep(session, officer.id, place.draft, values, at=self.now)
            else:
                drafts.discard(session, officer.id, place.draft)


def _after(entry: Entry, place: Place, *, again: bool, twins: int) -> str:
    more = f"&kembar={twins}" if twins else ""
    if again:
        return f"{place.path}?dicatat={quote(entry.number, safe='')}{more}"
    return f"/buku/{entry.series.value}/{entry.year}/{entry.sequence}?dicatat={place.channel.value}{more}"


def _channel(written: str) -> Channel:
    channel = next((each for each in TABS if each.value == written and each is not Channel.RADIO), None)
    if channel is None:
        raise HTTPException(404)
    return channel


def routes(room: Recording) -> APIRouter:
    """Return the routes of this room; those of the radio are its own."""
    router = APIRouter(prefix="/catat")

    @router.get("")
    def start(officer: Recorder) -> Response:
        return RedirectResponse(f"/catat/{Channel.TELEPON.value}", 303)

    @router.get("/{channel}")
    def opened(officer: Recorder, channel: str, before: JustBefore) -> HTMLResponse:
        return room.opened(officer, Place(_channel(channel)), before)

    @router.post("/{channel}")
    def sent(officer: Recorder, channel: str, form: TypedForm) -> Response:
        return room.sent(officer, Place(_channel(channel)), form)

    @router.post("/{channel}/draf")
    def kept(officer: Recorder, channel: str, form: SmallForm) -> HTMLResponse:
        return room.kept(officer, Place(_channel(channel)), form)

    @router.post("/{channel}/buang")
    def discarded(officer: Recorder, channel: str) -> Response:
        return room.discarded(officer, Place(_channel(channel)))

    return router


def recording_of(frame: Frame, desk: Desk, classifier: Classifier | None) -> Recording:
    """Build what the forms work with."""
    return Recording(frame, desk, classifier)
