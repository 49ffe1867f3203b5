"""Rekap: the figures of a period with plots and tables, its documents, and its issuing by the head of the office."""

from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException

from ledger import issuing
from ledger.desk.access import Disposer, Officer, Reader
from ledger.desk.forms import Form, FormErrors
from ledger.desk.frame import Frame
from ledger.desk.record import SmallForm
from ledger.desk.safety import FILE_POLICY, PDF_POLICY, disposition
from ledger.documents import recap as document
from ledger.documents.exports import MEDIA_TYPES
from ledger.errors import LedgerError
from ledger.issuing import LONGEST_TEXT, Narrative, Report
from ledger.models import Staff
from ledger.periods import NoPeriod, NotBegun, Period, check_begun
from ledger.words import Form as BookForm
from ledger.words import RecapForm

PLACE = "/laporan/rekap"
_YEARS = 3
Asked = Annotated[str, Query(max_length=20)]


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter(prefix=PLACE)

    @router.get("")
    def page(officer: Reader, periode: Asked = "", terbit: Asked = "") -> HTMLResponse:
        period = _period(frame, periode) if periode else Period.month_of(frame.today())
        return _shown(frame, officer, period, just_issued=bool(terbit))

    @router.get("/{key}/pdf")
    def pdf(officer: Reader, key: str) -> Response:
        return _file(_report(frame, _period(frame, key)), RecapForm.PDF, "inline", PDF_POLICY)

    @router.get("/{key}/xlsx")
    def xlsx(officer: Reader, key: str) -> Response:
        return _file(_report(frame, _period(frame, key)), RecapForm.XLSX, "attachment", FILE_POLICY)

    @router.post("/{key}/terbit")
    def issue(officer: Disposer, key: str, form: SmallForm) -> Response:
        period = _period(frame, key)
        try:
            _issue(frame, officer, period, form)
        except FormErrors as wrong:
            return _shown(frame, officer, period, typed=form, errors=wrong.errors)
        except LedgerError as refused:
            return _shown(frame, officer, period, typed=form, errors={"": str(refused)})
        return RedirectResponse(f"{PLACE}?periode={period.key}&terbit=ya", 303)

    return router


def _period(frame: Frame, written: str) -> Period:
    try:
        period = Period.read(written)
        check_begun(period.first, frame.today())
    except NoPeriod as wrong:
        raise HTTPException(404) from wrong
    except NotBegun as wrong:
        raise FormErrors({"periode": str(wrong)}) from wrong
    return period


def _report(frame: Frame, period: Period) -> Report:
    with frame.database.reading() as session:
        return issuing.report(session, period, frame.settings, at=frame.clock())


def _issue(frame: Frame, officer: Officer, period: Period, form: Form) -> None:
    """Issue a recap from its form; raises FormErrors, or LedgerError where it may not be issued."""
    narrative = Narrative(form.lines("kendala", LONGEST_TEXT), form.lines("rekomendasi", LONGEST_TEXT))
    if not form.text("diperiksa"):
        raise FormErrors({"diperiksa": "Nyatakan dahulu bahwa angkanya sudah diperiksa."})
    with frame.database.writing() as session:
        who = session.get_one(Staff, officer.id)
        issuing.issue(session, period, frame.settings, who, narrative=narrative, at=frame.clock())


def _file(report: Report, form: RecapForm, disposed: str, policy: str) -> Response:
    made = BytesIO()
    document.write(report, form, made)
    name = disposition(disposed, document.file_name(report, form))
    headers = {"Content-Disposition": name, "Content-Security-Policy": policy}
    return Response(made.getvalue(), media_type=MEDIA_TYPES[BookForm(form.value)], headers=headers)


def _shown(
    frame: Frame,
    officer: Officer,
    period: Period,
    *,
    just_issued: bool = False,
    typed: Form | None = None,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    with frame.database.reading() as session:
        report = issuing.report(session, period, frame.settings, at=frame.clock())
        return frame.page(
            session,
            "recap.html",
            "reports",
            officer=officer,
            status=422 if errors else 200,
            period=period,
            choices=_choices(frame, period),
            waiting=issuing.waiting(session, frame.settings, at=frame.clock()),
            report=report,
            figures=report.figures,
            document=document,
            pictures=document.pictures(report.figures),
            why_not=_why_not(frame, session, period),
            just_issued=just_issued and report.issued is not None,
            values=typed.values if typed else {},
            errors=errors or {},
            longest=LONGEST_TEXT,
        )


def _why_not(frame: Frame, session: Session, period: Period) -> str:
    return issuing.why_not(session, period, frame.settings.office, at=frame.clock())


def _choices(frame: Frame, chosen: Period) -> dict[str, list[Period]]:
    """Return the periods to choose from, newest first: those of the last years that have begun, and the chosen one."""
    today = frame.today()
    groups = {"Bulan": 1, "Triwulan": 3, "Semester": 6, "Tahun": 12}
    found = {}
    for title, months in groups.items():
        periods = {
            Period(year, month, months)
            for year in range(today.year, today.year - _YEARS, -1)
            for month in range(1, 13, months)
        }
        begun = {period for period in periods if period.first <= today}
        found[title] = sorted(begun | ({chosen} if chosen.months == months else set()), reverse=True)
    return found
