"""Ketepatan: how often the machine's classification was right, month by month."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ledger import corrections
from ledger.desk.access import Reader
from ledger.desk.frame import Frame


def routes(frame: Frame) -> APIRouter:
    """Build the page of the months, newest first."""
    router = APIRouter(prefix="/tinjau/ketepatan")

    @router.get("")
    def months(officer: Reader) -> HTMLResponse:
        with frame.database.reading() as session:
            counted = corrections.by_month(session, frame.settings.office.zone)
            return frame.page(session, "accuracy.html", "tinjau", officer=officer, months=counted[::-1])

    return router
