"""Tinjau: what an officer must look at, what could not be read, and the mail that is not in the book."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from ledger import labels, search
from ledger.desk.frame import Frame
from ledger.search import Filter
from ledger.words import Disposition

ROWS = 50
OTHER = (
    Disposition.UNREGISTERED,
    Disposition.AUTOMATIC,
    Disposition.BOUNCE,
    Disposition.LIST,
    Disposition.OWN,
)
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter(prefix="/tinjau")

    @router.get("")
    def review() -> HTMLResponse:
        with frame.database.reading() as session:
            page = search.book(
                session, Filter(needs_review=True), zone=frame.settings.office.zone, today=frame.today(), limit=ROWS
            )
            return frame.page(
                session,
                "review.html",
                "review",
                tray="review",
                page=page,
                mails=search.mails_to_review(session, limit=ROWS),
                quarantined=search.mails_in(session, [Disposition.QUARANTINED]),
            )

    @router.get("/karantina")
    def quarantine(sebelum: Before = None) -> HTMLResponse:
        with frame.database.reading() as session:
            found = search.mails(session, [Disposition.QUARANTINED], before=sebelum, limit=ROWS + 1)
            return frame.page(
                session,
                "quarantine.html",
                "review",
                tray="quarantine",
                mails=found[:ROWS],
                older=found[ROWS - 1].id if len(found) > ROWS else None,
                unfetchable=search.unfetchable(session, limit=ROWS),
                quarantined=search.mails_in(session, [Disposition.QUARANTINED]),
            )

    @router.get("/kotak-lain")
    def other(jenis: Annotated[str, Query(max_length=20)] = "", sebelum: Before = None) -> HTMLResponse:
        chosen = [each for each in OTHER if each.value == jenis] or list(OTHER)
        with frame.database.reading() as session:
            found = search.mails(session, chosen, before=sebelum, limit=ROWS + 1)
            return frame.page(
                session,
                "other.html",
                "review",
                tray="other",
                mails=found[:ROWS],
                older=found[ROWS - 1].id if len(found) > ROWS else None,
                chosen=chosen[0].value if len(chosen) == 1 else "",
                kinds={each.value: labels.DISPOSITIONS[each] for each in OTHER},
                total=search.mails_in(session, chosen),
                quarantined=search.mails_in(session, [Disposition.QUARANTINED]),
            )

    return router
