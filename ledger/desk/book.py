"""Buku: the book as a table, with its filters, its search and its pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from ledger import dates, labels, search
from ledger.desk.access import Officer, Permission, Reader
from ledger.desk.frame import Frame
from ledger.desk.numbered import address_of
from ledger.models import Entry
from ledger.search import LONGEST_WORDS, NOBODY, Cursor, Filter, Order, Page, WrongCursor
from ledger.words import Channel, Register, Status

ROWS = 50
CHOICES = {
    "": "Semua",
    "baru": "Baru sejak kemarin",
    "terlambat": "Terlambat",
    "hari_ini": "Tenggat hari ini",
    "tinjau": "Perlu ditinjau",
    "saya": "Bagian saya",
}
ORDERS = {
    Order.TERBARU: "Terbaru dahulu",
    Order.TERLAMA: "Terlama dahulu",
    Order.TENGGAT: "Tenggat terdekat",
    Order.NAMA: "Nama pelapor",
}
FIELDS = {
    "cari": "Cari",
    "register": "Register",
    "kanal": "Kanal",
    "layanan": "Layanan",
    "keadaan": "Keadaan",
    "petugas": "Petugas",
    "kotak": "Kotak surat",
    "pilih": "Pilihan cepat",
    "dari": "Diterima dari",
    "sampai": "Sampai",
    "urut": "Urutan",
}

WordT = TypeVar("WordT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen beside fixed words: services, officers and mailboxes by key; `own` is who asks."""

    services: Mapping[str, str]
    officers: Mapping[str, str]
    mailboxes: Mapping[str, str]
    own: str

    @classmethod
    def of(cls, frame: Frame, session: Session, officer: Officer) -> "Choices":
        """Return what an officer may choose now."""
        settings = frame.settings
        return cls(
            {key: settings.service_title(key) for key in (*settings.services, "umum")},
            {NOBODY: "Belum ada petugas"} | search.officers(session),
            {box.address: box.address for box in settings.mailboxes},
            officer.login,
        )


@dataclass(slots=True)
class Asked:
    """What an address asks of the book: the values as typed, and what is wrong with them, beside their fields."""

    typed: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Take the known fields of a query; one that is too long is cut and said to be wrong."""
        asked = cls({name: query.get(name, "").strip()[:LONGEST_WORDS] for name in FIELDS})
        for name in (*FIELDS, "sebelum", "sesudah"):
            if len(query.get(name, "")) > LONGEST_WORDS:
                asked.wrong[name] = f"Terlalu panjang: paling banyak {LONGEST_WORDS} huruf."
        return asked

    def word(self, name: str, words: type[WordT]) -> WordT | None:
        """Return a value of an enumeration, or remember that there is none such."""
        if not self.typed[name]:
            return None
        try:
            return words(self.typed[name])
        except ValueError:
            self.wrong.setdefault(name, "Pilihan ini tidak ada.")
            return None

    def one_of(self, name: str, choices: Mapping[str, str]) -> str | None:
        """Return a value that stands among the choices, or remember that it does not."""
        value = self.typed[name]
        if value and value not in choices:
            self.wrong.setdefault(name, "Pilihan ini tidak ada.")
            return None
        return value or None

    def day(self, name: str) -> date | None:
        """Return a day written as 2026-11-23 or 23-11-2026, or remember that it cannot be read."""
        written = self.typed[name]
        if not written:
            return None
        try:
            return dates.read_date(written)
        except dates.UnreadableDate as wrong:
            self.wrong.setdefault(name, str(wrong))
            return None

    def filter(self, choices: "Choices", today: date) -> Filter:
        """Return what is wanted, remembering everything that cannot be read."""
        choice = self.one_of("pilih", CHOICES)
        officer = self.one_of("petugas", choices.officers)
        since, until = self.day("dari"), self.day("sampai")
        if since and until and since > until:
            self.wrong.setdefault("sampai", "Tanggal akhir mendahului tanggal awal.")
        return Filter(
            series=self.word("register", Register),
            channel=self.word("kanal", Channel),
            service=self.one_of("layanan", choices.services),
            status=self.word("keadaan", Status),
            officer=choices.own if choice == "saya" else officer,
            mailbox=self.one_of("kotak", choices.mailboxes),
            since=since,
            until=until,
            new_since=today - timedelta(days=1) if choice == "baru" else None,
            needs_review=choice == "tinjau",
            overdue=choice == "terlambat",
            due_today=choice == "hari_ini",
            open_only=choice == "saya",
            text=self.typed["cari"],
        )

    def sifts(self, *beside: str) -> bool:
        """Say whether anything but the fields named narrows the book."""
        return any(value for name, value in self.typed.items() if name not in beside)

    def address(self, path: str, **more: str) -> str:
        """Return the address of the same question, at another place or in another order."""
        kept = {name: value for name, value in (self.typed | more).items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter()

    @router.get("/buku")
    def book(request: Request, officer: Reader) -> Response:
        return _shown(frame, officer, request.query_params, path="/buku", room="book")

    @router.get("/permohonan")
    def requests(request: Request, officer: Reader) -> Response:
        query = {**request.query_params, "register": Register.REG.value}
        return _shown(frame, officer, query, path="/permohonan", room="requests")

    return router


def _shown(frame: Frame, officer: Officer, query: Mapping[str, str], *, path: str, room: str) -> Response:
    asked = Asked.of(query)
    fixed = ("urut", "register") if room == "requests" else ("urut",)
    with frame.database.reading() as session:
        if (only := _named(session, asked, query, fixed)) is not None:
            return RedirectResponse(address_of(only), 303)
        choices = Choices.of(frame, session, officer)
        wanted = replace(asked.filter(choices, frame.today()), discreet=not officer.may(Permission.RECORD))
        order = asked.word("urut", Order) or Order.TERBARU
        page = Page((), 0)
        if not asked.wrong:
            try:
                page = search.book(
                    session,
                    wanted,
                    zone=frame.settings.office.zone,
                    today=frame.today(),
                    order=order,
                    before=_cursor(query.get("sebelum")),
                    after=_cursor(query.get("sesudah")),
                    limit=ROWS,
                )
            except WrongCursor:
                asked.wrong["sebelum"] = "Tempat dalam buku tidak dikenali. Mulailah dari halaman pertama."
        return frame.page(
            session,
            "book.html",
            room,
            officer=officer,
            status=422 if asked.wrong else 200,
            path=path,
            page=page,
            asked=asked,
            filtered=asked.sifts(*fixed),
            sifted=asked.sifts("pilih", "cari", *fixed),
            registers=labels.REGISTERS,
            channels=labels.CHANNELS,
            available=choices,
            statuses=labels.STATUSES,
            fields=FIELDS,
            choices=CHOICES,
            orders=ORDERS,
            order=order,
            sorting=_sorting(asked, path, order),
            newer=asked.address(path, sesudah=str(page.newer)) if page.newer else None,
            older=asked.address(path, sebelum=str(page.older)) if page.older else None,
        )


def _named(session: Session, asked: Asked, query: Mapping[str, str], fixed: tuple[str, ...]) -> Entry | None:
    """Return the entry that a search names by its whole number, where nothing else narrows the book."""
    if not asked.typed["cari"] or asked.wrong or asked.sifts("cari", *fixed) or {"sebelum", "sesudah"} & query.keys():
        return None
    entry = search.only_numbered(session, asked.typed["cari"])
    return entry if entry and asked.typed["register"] in ("", entry.series.value) else None


@dataclass(frozen=True, slots=True)
class Sorted:
    """A column head that sorts: where it leads, and how the column stands now (aria-sort)."""

    address: str
    now: str


def _sorting(asked: Asked, path: str, order: Order) -> dict[str, Sorted]:
    received = {Order.TERBARU: "descending", Order.TERLAMA: "ascending"}.get(order, "none")
    turned = Order.TERLAMA if order is Order.TERBARU else Order.TERBARU
    return {
        "received": Sorted(asked.address(path, urut=turned.value), received),
        "who": Sorted(asked.address(path, urut=Order.NAMA.value), "ascending" if order is Order.NAMA else "none"),
        "left": Sorted(
            asked.address(path, urut=Order.TENGGAT.value), "ascending" if order is Order.TENGGAT else "none"
        ),
    }


def _cursor(written: str | None) -> Cursor | None:
    return Cursor.read(written) if written else None
