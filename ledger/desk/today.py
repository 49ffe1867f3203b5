"""Hari ini: what came in, what is due, what waits for a person, and how the mailboxes fare."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from ledger import daily, search, status
from ledger.desk.access import Reader
from ledger.desk.frame import Frame
from ledger.desk.signin import CHANGED
from ledger.search import Filter, Order

_SHOWN = 8


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter()
    zone = frame.settings.office.zone

    @router.get("/")
    def today(officer: Reader, selesai: Annotated[str, Query(max_length=20)] = "") -> HTMLResponse:
        day, now = frame.today(), frame.clock()
        mine = Filter(officer=officer.login, open_only=True)
        with frame.database.reading() as session:
            addresses = [box.address for box in frame.settings.mailboxes]
            return frame.page(
                session,
                "today.html",
                "today",
                officer=officer,
                password_changed=selesai == CHANGED,
                state=search.overview(session, addresses, zone=zone, today=day),
                new=search.top(session, Filter(new_since=day - timedelta(days=1)), zone=zone, today=day, limit=_SHOWN),
                late=search.top(session, Filter(overdue=True), zone=zone, today=day, order=Order.TENGGAT, limit=_SHOWN),
                due=search.top(session, Filter(due_today=True), zone=zone, today=day, limit=_SHOWN),
                mine=search.count(session, mine, zone=zone, today=day),
                lag=lambda at: status.in_minutes(now - at),
                late_after=status.LATE,
                backup=status.backup_line(
                    daily.state_of(session), configured=frame.settings.backup.folder is not None, zone=zone, now=now
                ),
            )

    return router
