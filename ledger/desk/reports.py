"""Laporan: the book as a document, for any part of it, and the way to the other documents."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from config.mistakes import unopened
from ledger import labels
from ledger.desk.access import Officer, Reader
from ledger.desk.book import CHOICES, FIELDS, Choices
from ledger.desk.book import Asked as AskedOfBook
from ledger.desk.frame import Frame
from ledger.desk.record import SmallForm
from ledger.desk.safety import FILE_POLICY, disposition
from ledger.desk.secrecy import may_see
from ledger.documents import book, forms
from ledger.documents.book import Asked, OpenBook
from ledger.documents.exports import MEDIA_TYPES
from ledger.documents.typeset import TypesettingFailed
from ledger.periods import NoPeriod, NotBegun, Period, check_begun
from ledger.search import Filter
from ledger.words import Form, Ledger, Paper

MOST_AT_ONCE = 3
"""Documents made at a time in one process; whoever comes then is asked to come again."""

MORE: tuple[tuple[str, str, str], ...] = (
    (
        "/laporan/rekap",
        "Rekap per bulan, triwulan, semester, atau tahun",
        "Jumlah menurut kanal, layanan, jenis, dan keadaan, dengan grafik; diterbitkan oleh kepala.",
    ),
)
"""The other documents: where each is made, what it is called, and what it holds."""

FORMS: dict[str, str] = {
    Form.PDF.value: "PDF, untuk dicetak dan ditandatangani",
    Form.XLSX.value: "Excel (XLSX)",
    Form.CSV.value: "CSV",
    Form.JSONL.value: "JSON, satu baris tiap entri",
}
PAPERS: dict[str, str] = {Paper.A4.value: "A4 mendatar", Paper.F4.value: "F4 (215 × 330 mm) mendatar"}

_PIECE = 65_536
_BUSY = "Beberapa dokumen sedang disusun. Tunggu sebentar, lalu ulangi."
_UNMADE = "Dokumen tidak dapat ditulis di komputer kantor:"


class Download(StreamingResponse):
    """A file handed out piece by piece; what it was made from is put away in the end, however that comes."""

    def __init__(self, pieces: Iterator[bytes], put_away: Callable[[], None], headers: Mapping[str, str]) -> None:
        super().__init__(pieces, headers=headers)
        self._put_away = put_away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._put_away()


@dataclass(slots=True)
class Wish:
    """What the form asks for: the part of the book as its own page reads it, and beside that the document's form."""

    of_book: AskedOfBook
    typed: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Wish":
        """Take the known fields; one that is too long is cut and said to be wrong."""
        own = {"buku": "", "masa": "", "format": Form.PDF.value, "kertas": Paper.A4.value, "samarkan": ""}
        return cls(AskedOfBook.of(values), {name: values.get(name, usual)[:20] for name, usual in own.items()})

    def filter(self, choices: Choices, today: date) -> Filter:
        """Return the part of the book that is wanted, remembering everything that cannot be read.

        Days that were typed go before the period, which stands there chosen when the page is opened.
        """
        wanted = self.of_book.filter(choices, today)
        self.wrong |= self.of_book.wrong
        by_period = self.typed["masa"] and not (self.of_book.typed["dari"] or self.of_book.typed["sampai"])
        if by_period:
            since, until = self._days()
            wanted = replace(wanted, since=since, until=until)
        try:
            check_begun(wanted.since, today)
        except NotBegun as wrong:
            self.wrong["masa" if by_period else "dari"] = str(wrong)
        return wanted

    def _days(self) -> tuple[date | None, date | None]:
        try:
            period = Period.read(self.typed["masa"])
        except NoPeriod as wrong:
            self.wrong["masa"] = str(wrong)
            return None, None
        return period.first, period.end - timedelta(days=1)

    def ledger(self) -> Ledger | None:
        """Return the ledger of what staff typed in, None for the registers; remember what cannot go together."""
        if not self.typed["buku"]:
            return None
        if self.typed["buku"] not in book.LEDGERS:
            self.wrong["buku"] = "Pilihan ini tidak ada."
            return None
        ledger = Ledger(self.typed["buku"])
        if self.of_book.typed["kanal"] not in ("", ledger.channel):
            self.wrong["kanal"] = f"{book.LEDGERS[ledger]} memuat kanal lain; pilih “Semua”."
        return ledger

    def form(self) -> Form:
        """Return the form of the document, or remember that there is none such."""
        if self.typed["format"] not in FORMS:
            self.wrong["format"] = "Pilihan ini tidak ada."
            return Form.PDF
        return Form(self.typed["format"])

    def paper(self) -> Paper:
        """Return the paper, or remember that the book is not printed on such."""
        if self.typed["kertas"] not in PAPERS:
            self.wrong["kertas"] = "Pilihan ini tidak ada."
            return Paper.A4
        return Paper(self.typed["kertas"])


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter(prefix="/laporan")
    places = BoundedSemaphore(MOST_AT_ONCE)

    @router.get("")
    def page(request: Request, officer: Reader) -> HTMLResponse:
        wish = Wish.of(request.query_params)
        wish.typed["samarkan"] = "ya"
        if not request.query_params:
            wish.typed["masa"] = Period.month_of(frame.today()).key
        return _shown(frame, officer, wish)

    @router.post("/buku")
    def download(officer: Reader, form: SmallForm) -> Response:
        wish = Wish.of(form.values)
        asked = _asked(frame, officer, wish)
        if wish.wrong:
            return _shown(frame, officer, wish)
        if not places.acquire(blocking=False):
            wish.wrong[""] = _BUSY
            return _shown(frame, officer, wish, status=503)
        with ExitStack() as stack:
            stack.callback(places.release)
            try:
                answer = _answer(stack.enter_context(book.opened(frame.database, frame.settings, asked)), stack)
            except TypesettingFailed as failed:
                wish.wrong[""] = str(failed)
                return _shown(frame, officer, wish, status=500)
            except OSError as wrong:
                wish.wrong[""] = f"{_UNMADE} {unopened(wrong)}."
                return _shown(frame, officer, wish, status=500)
            return Download(answer.pieces, stack.pop_all().close, answer.headers)

    return router


def _asked(frame: Frame, officer: Officer, wish: Wish) -> Asked:
    with frame.database.reading() as session:
        wanted = wish.filter(Choices.of(frame, session, officer), frame.today())
    unmasked = may_see(officer) and not wish.typed["samarkan"]
    return Asked(
        wanted,
        wish.form(),
        officer.login,
        frame.clock(),
        may_see=unmasked,
        paper=wish.paper(),
        ledger=wish.ledger(),
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    pieces: Iterator[bytes]
    headers: dict[str, str]


def _answer(opened: OpenBook, stack: ExitStack) -> _Answer:
    """Return the file: text line by line from the database, what must first be whole from a temporary file."""
    headers = {
        "Content-Type": MEDIA_TYPES[opened.asked.form],
        "Content-Disposition": disposition("attachment", book.file_name(opened.cover, opened.asked)),
        "Content-Security-Policy": FILE_POLICY,
    }
    if opened.asked.form in (Form.CSV, Form.JSONL):
        return _Answer(forms.lines(opened), headers)
    file = stack.enter_context(TemporaryFile())  # noqa: SIM115 - the stack that was handed in closes it
    forms.write(opened, file)
    length = file.tell()
    file.seek(0)
    return _Answer(_pieces(file), headers | {"Content-Length": str(length)})


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(_PIECE), b"")


def _shown(frame: Frame, officer: Officer, wish: Wish, *, status: int = 422) -> HTMLResponse:
    with frame.database.reading() as session:
        return frame.page(
            session,
            "reports.html",
            "reports",
            officer=officer,
            status=status if wish.wrong else 200,
            values=wish.of_book.typed | wish.typed,
            errors=wish.wrong,
            available=Choices.of(frame, session, officer),
            ledgers=book.LEDGERS,
            months=_months(frame.today(), wish.typed["masa"]),
            registers=labels.REGISTERS,
            channels=labels.CHANNELS,
            statuses=labels.STATUSES,
            fields=FIELDS,
            choices={key: words for key, words in CHOICES.items() if key},
            forms_of=FORMS,
            papers=PAPERS,
            may_see=may_see(officer),
            more=MORE,
        )


def _months(today: date, chosen: str) -> dict[str, str]:
    """Return the periods to choose from by their keys: this month and those before, quarters, half-years, years."""
    month = Period.month_of(today)
    found = [month]
    for _ in range(11):
        found.append(found[-1].before())
    for length in (3, 6, 12):
        now = Period(today.year, (today.month - 1) // length * length + 1, length)
        found += [now, now.before()]
    known = {period.key: period.label for period in found}
    return known | ({chosen: chosen} if chosen and chosen not in known else {})
