"""The radio: a broadcast is opened, its callers are taken down one after another, and it is closed."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException

from ledger import broadcasts, moments
from ledger.desk.access import Officer, Recorder
from ledger.desk.forms import Form, FormErrors
from ledger.desk.frame import Frame
from ledger.desk.numbered import RowId
from ledger.desk.record import TABS, Before, JustBefore, Place, Recording, SmallForm, TypedForm
from ledger.models import Broadcast
from ledger.moments import UnreadableMoment
from ledger.words import Channel

_SHOWN = 10


def routes(frame: Frame, room: Recording) -> APIRouter:
    """Return the routes of the radio."""
    router = APIRouter(prefix="/catat/radio")

    def place(broadcast_id: int) -> Place:
        with frame.database.reading() as session:
            return Place(Channel.RADIO, _broadcast(session, broadcast_id))

    @router.get("")
    def all_broadcasts(officer: Recorder, before: JustBefore) -> HTMLResponse:
        with frame.database.reading() as session:
            return _shown(frame, session, officer, {}, {}, before)

    @router.post("")
    def open_one(officer: Recorder, form: SmallForm) -> Response:
        try:
            aired_on, programme, presenter = _told(form, frame)
        except FormErrors as wrong:
            with frame.database.reading() as session:
                return _shown(frame, session, officer, form.values, wrong.errors)
        with frame.database.writing() as session:
            opened = broadcasts.open_broadcast(
                session,
                aired_on=aired_on,
                programme=programme,
                presenter=presenter,
                at=frame.clock(),
                actor=officer.login,
            )
        return RedirectResponse(f"/catat/radio/{opened.id}", 303)

    @router.get("/{broadcast_id}")
    def opened(officer: Recorder, broadcast_id: RowId, before: JustBefore) -> HTMLResponse:
        return room.opened(officer, place(broadcast_id), before)

    @router.post("/{broadcast_id}")
    def sent(officer: Recorder, broadcast_id: RowId, form: TypedForm) -> Response:
        return room.sent(officer, place(broadcast_id), form)

    @router.post("/{broadcast_id}/draf")
    def kept(officer: Recorder, broadcast_id: RowId, form: SmallForm) -> HTMLResponse:
        return room.kept(officer, place(broadcast_id), form)

    @router.post("/{broadcast_id}/buang")
    def discarded(officer: Recorder, broadcast_id: RowId) -> Response:
        return room.discarded(officer, place(broadcast_id))

    @router.post("/{broadcast_id}/tutup")
    def close(officer: Recorder, broadcast_id: RowId) -> Response:
        with frame.database.writing() as session:
            broadcasts.close(session, _broadcast(session, broadcast_id), at=frame.clock(), actor=officer.login)
        return RedirectResponse(f"/catat/radio/{broadcast_id}", 303)

    @router.post("/{broadcast_id}/buka")
    def reopen(officer: Recorder, broadcast_id: RowId) -> Response:
        with frame.database.writing() as session:
            broadcasts.reopen(session, _broadcast(session, broadcast_id), at=frame.clock(), actor=officer.login)
        return RedirectResponse(f"/catat/radio/{broadcast_id}", 303)

    return router


def _broadcast(session: Session, broadcast_id: int) -> Broadcast:
    found = session.get(Broadcast, broadcast_id)
    if found is None:
        raise HTTPException(404)
    return found


def _told(form: Form, frame: Frame) -> tuple[date, str, str]:
    """Return day, programme and presenter; raises FormErrors."""
    try:
        aired_on = moments.read_day(form.text("tanggal", moments.LONGEST), today=frame.today())
    except UnreadableMoment as wrong:
        raise FormErrors({"tanggal": str(wrong)}) from wrong
    return aired_on, form.text("acara", 100), form.text("penyiar", 100)


def _shown(
    frame: Frame,
    session: Session,
    officer: Officer,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    before: Before | None = None,
) -> HTMLResponse:
    found = broadcasts.latest(session, limit=_SHOWN)
    return frame.page(
        session,
        "radio.html",
        "record",
        officer=officer,
        status=422 if errors else 200,
        tabs=TABS,
        channel=Channel.RADIO,
        before=before or Before(),
        values={
            "tanggal": values.get("tanggal", ""),
            "acara": values.get("acara", broadcasts.PROGRAMME),
            "penyiar": values.get("penyiar", found[0].presenter if found else ""),
        },
        errors=errors,
        found=[(each, date.fromisoformat(each.aired_on), len(broadcasts.callers(session, each))) for each in found],
    )
