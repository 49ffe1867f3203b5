"""The book as a document: which entries, in which order, and what each column of the register says of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from config.settings import Settings
from ledger import dates, events, labels, search
from ledger.broadcasts import PROGRAMME
from ledger.database import Database
from ledger.documents import exports
from ledger.documents.cover import Cover
from ledger.letters import ACTOR
from ledger.models import Broadcast, Entry, Event
from ledger.periods import Period
from ledger.recording import recorded_later
from ledger.search import NOBODY, Filter
from ledger.secrecy import is_hidden, masked
from ledger.words import CLOSED, Channel, Form, Ledger, Paper, Register, Status

NOT_TOLD = "(tidak menyebutkan nama)"
BY_ADDRESS = "(menurut alamat pengirim)"
ERASED = "(data pribadi dihapus)"
AIRED = "Disiarkan"
"""How the remark begins that says when a matter was told on the radio."""
TITLES: dict[Register, str] = {
    Register.PGD: "Buku Pengaduan",
    Register.REG: "Buku Permohonan",
    Register.SRN: "Buku Saran",
    Register.INF: "Buku Permintaan Informasi",
}
EVERY_REGISTER = "Buku Pengaduan"
LEDGERS: dict[Ledger, str] = {
    Ledger.TELEPON: "Buku Telepon",
    Ledger.PETUGAS: "Buku Petugas",
    Ledger.RADIO: f"Buku {PROGRAMME}",
}

FOLLOWED = (
    *("didisposisikan", "diteruskan", "status", "dijawab", "dibuka_kembali"),
    *("digabungkan", "dibatalkan", "diurungkan"),
)
"""What counts as follow-up in the column of that name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the book: which part of it, in which form, and for whom.

    `actor` is a login; `may_see` says whether he may see secret identities; `at` is the moment of asking (aware). A
    `ledger` of what staff typed in has its own title, columns and order, and the entries of its channel alone.
    """

    wanted: Filter
    form: Form
    actor: str
    at: datetime
    may_see: bool = False
    paper: Paper = Paper.A4
    ledger: Ledger | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """One follow-up of an entry."""

    on: date
    words: str


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the register, all of it as it may be shown: identities already masked where they must be.

    `place` counts the lines of the document from 1; moments are in UTC. `taker` took the matter down; `broadcast` is
    known in the ledger of the radio alone.
    """

    place: int
    entry: Entry
    name: str
    channel: str
    service: str
    classification: str
    handed_to: str
    followed: tuple[Followed, ...]
    due_on: date | None
    status: str
    officer: str
    remarks: tuple[str, ...]
    taker: str = ""
    broadcast: Broadcast | None = None

    @property
    def void(self) -> bool:
        """Say whether the number is void."""
        return self.entry.status is Status.BATAL

    @property
    def told(self) -> tuple[str, ...]:
        """What the matter is: its subject, then what was written, one of them where they are the same."""
        matter, account = self.entry.matter.strip(), self.entry.account.strip()
        return tuple(part for part in (matter, account if account != matter else "") if part)


@dataclass(frozen=True, slots=True)
class EmptyMonth:
    """A month of the period without any entry, by its first day; `before` is the first day of a book begun later."""

    month: date
    before: date | None = None

    def __str__(self) -> str:
        name = f"{dates.MONTHS[self.month.month - 1]} {self.month.year}"
        return f"{name}: NIHIL" + (f" (buku ini dimulai {dates.plain_date(self.before)})" if self.before else "")


@dataclass(frozen=True, slots=True)
class OpenBook:
    """The asked part of the book, held as it was at the moment of its event, until the document is made."""

    session: Session
    settings: Settings
    asked: Asked
    cover: Cover
    lines: int
    empty: tuple[EmptyMonth, ...]
    today: date

    def records(self) -> Iterator[Record]:
        """Give the lines in the order of the register; memory does not grow with the book."""
        officers = search.officers(self.session)
        place = 0
        zone = self.settings.office.zone
        for entries in search.in_order(self.session, self.asked.wanted, zone=zone, today=self.today):
            told = _told(self.session, entries)
            for entry in entries:
                place += 1
                yield self._record(place, entry, told.get(entry.id or 0, _NOTHING), officers)

    def _record(self, place: int, entry: Entry, told: "_Told", officers: Mapping[str, str]) -> Record:
        hidden = is_hidden(entry, may_see=self.asked.may_see)
        reason = "" if hidden else told.void_reason
        entry = masked(entry) if hidden else entry
        return Record(
            place=place,
            entry=entry,
            name=name_of(entry),
            channel=channel_word(entry),
            service=self.settings.service_title(entry.service),
            classification=_classification(entry),
            handed_to="; ".join(part for part in (entry.unit, entry.forwarded_to) if part),
            followed=tuple(self._followed(event) for event in told.followed),
            due_on=date.fromisoformat(entry.due_on) if entry.due_on else None,
            status=labels.STATUSES[entry.status],
            officer=_officer(entry, officers),
            remarks=tuple(self._remarks(entry, reason)),
            taker=officers.get(entry.recorded_by, entry.recorded_by.capitalize()),
        )

    def _followed(self, event: Event) -> Followed:
        status = events.said_in(event.body).get("status")
        words = labels.value("status", status) if event.verb == "status" else labels.verb(event.verb)
        return Followed(dates.local_date(event.at, self.settings.office.zone), words)

    def _remarks(self, entry: Entry, void_reason: str) -> Iterator[str]:
        zone = self.settings.office.zone
        if entry.status is Status.BATAL:
            yield f"BATAL: {void_reason}" if void_reason else "BATAL"
        if entry.merged_into:
            yield f"Digabungkan ke {entry.merged_into}"
        if entry.split_from:
            yield f"Dipisahkan dari {entry.split_from}"
        if entry.secret or entry.restricted:
            yield "DIRAHASIAKAN"
        if entry.represents:
            yield f"Mewakili {entry.represents}"
        if entry.aired_at:
            yield f"{AIRED} {dates.dense_moment(entry.aired_at, zone)}"
        if recorded_later(entry.channel, entry.received_at, entry.recorded_at):
            yield f"Dicatat {dates.dense_moment(entry.recorded_at, zone)}"
        if entry.due_on and entry.status not in CLOSED and entry.due_on < self.today.isoformat():
            yield "Lewat batas waktu"
        if entry.erased_at:
            yield f"Data pribadi dihapus {dates.dense_date(entry.erased_at, zone)}"


def name_of(entry: Entry) -> str:
    """Return who told the matter, as documents say it; where nobody was named, by what the sender's address tells."""
    if entry.name or not entry.sender_name:
        return entry.name or (ERASED if entry.erased_at else NOT_TOLD)
    return f"{entry.sender_name} {BY_ADDRESS}"


def channel_word(entry: Entry) -> str:
    """Return the channel of an entry in words; another one by the word that was typed for it."""
    other = entry.channel is Channel.LAINNYA and entry.channel_word
    return entry.channel_word if other else labels.CHANNELS[entry.channel]


def _classification(entry: Entry) -> str:
    return labels.KINDS[entry.kind] + (", berkadar pengawasan" if entry.restricted else "")


def _officer(entry: Entry, officers: Mapping[str, str]) -> str:
    """Return the name of the officer in charge, else of the one who took the matter down."""
    login = entry.officer or entry.recorded_by
    return officers.get(login, login.capitalize() if login == ACTOR else login)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the chain tells of an entry."""

    followed: tuple[Event, ...] = ()
    void_reason: str = ""


_NOTHING = _Told()


def _told(session: Session, entries: Sequence[Entry]) -> dict[int, _Told]:
    by_entry: dict[int, list[Event]] = defaultdict(list)
    for event in events.of_entries(session, [entry.id or 0 for entry in entries], FOLLOWED):
        by_entry[event.entry_id or 0].append(event)
    voiding = [event for some in by_entry.values() for event in some if event.verb == "dibatalkan"]
    said = events.values_of(session, voiding)
    reasons = {event.entry_id or 0: said.get(event.id, {}).get("catatan", "") for event in voiding}
    return {entry: _Told(tuple(some), reasons.get(entry, "")) for entry, some in by_entry.items()}


@contextmanager
def opened(database: Database, settings: Settings, asked: Asked) -> Iterator[OpenBook]:
    """Write the event of the export, and give the book as of that very moment.

    The reading begins while the head of the chain is held, so that nothing can come between what the seal says and
    what the document shows.
    """
    asked = replace(asked, wanted=replace(asked.wanted, discreet=not asked.may_see))
    if asked.ledger:
        asked = replace(asked, wanted=replace(asked.wanted, channel=asked.ledger.channel))
    with ExitStack() as stack:
        with database.writing() as writing:
            session = stack.enter_context(database.reading())
            book = _read(session, settings, asked)
            seal = exports.note(
                writing,
                document=f"buku {asked.ledger}" if asked.ledger else "buku",
                form=asked.form,
                chosen=chosen(asked.wanted),
                lines=book.lines,
                unmasked=asked.may_see,
                at=asked.at,
                actor=asked.actor,
            )
        yield replace(book, cover=replace(book.cover, seal=seal))


def _read(session: Session, settings: Settings, asked: Asked) -> OpenBook:
    zone = settings.office.zone
    today = dates.local_date(asked.at, zone)
    lines = search.count(session, asked.wanted, zone=zone, today=today)
    empty = tuple(_empty_months(session, settings, asked.wanted, today))
    cover = Cover(
        settings.office,
        LEDGERS[asked.ledger] if asked.ledger else title_of(asked.wanted),
        period_of(asked.wanted, today),
        asked.at,
        notes=tuple(_notes(asked, settings)),
        paper=asked.paper,
        landscape=True,
    )
    return OpenBook(session, settings, asked, cover, lines, empty, today)


def title_of(wanted: Filter) -> str:
    """Return the title of the book, or of the one register that is wanted."""
    return TITLES[wanted.series] if wanted.series else EVERY_REGISTER


def period_of(wanted: Filter, today: date) -> str:
    """Say the period: a month, quarter, half-year or year by its name, any other by its days."""
    since, until = wanted.since, wanted.until
    if since and until:
        named = _named_period(since, until)
        return named or f"{dates.plain_date(since)} s.d. {dates.plain_date(until)}"
    if since:
        return f"Sejak {dates.plain_date(since)}"
    return f"Sampai dengan {dates.plain_date(until or today)}"


def _named_period(since: date, until: date) -> str:
    for months in (1, 3, 6, 12):
        period = Period(since.year, since.month, months)
        if (since.month - 1) % months == 0 and period.first == since and period.end == until + timedelta(days=1):
            return period.label
    return ""


def _empty_months(session: Session, settings: Settings, wanted: Filter, today: date) -> Iterator[EmptyMonth]:
    """Give the months of the period that have come and hold nothing, in order."""
    zone = settings.office.zone
    full = search.months_of(session, wanted, zone=zone, today=today)
    begun = search.first_day(session, series=wanted.series, zone=zone)
    month = (wanted.since or min(full, default=today)).replace(day=1)
    last = min(wanted.until or today, today)
    while month <= last:
        after = Period.month_of(month).end
        if month not in full:
            yield EmptyMonth(month, begun if begun and after <= begun else None)
        month = after


_CHOSEN: tuple[tuple[str, str], ...] = (
    ("series", "register"),
    ("channel", "kanal"),
    ("service", "layanan"),
    ("status", "keadaan"),
    ("officer", "petugas"),
    ("mailbox", "kotak"),
    ("since", "dari"),
    ("until", "sampai"),
    ("new_since", "baru sejak"),
)
_TICKED: tuple[tuple[str, str], ...] = (
    ("needs_review", "perlu ditinjau"),
    ("overdue", "terlambat"),
    ("due_today", "tenggat hari ini"),
    ("open_only", "belum selesai"),
)


def chosen(wanted: Filter) -> list[str]:
    """Say what a filter asks for, for the chain: without the words of a search, which may name a person."""
    said = [f"{word}={value}" for field, word in _CHOSEN if (value := getattr(wanted, field)) is not None]
    return said + _ticked(wanted) + (["kata dicari"] if wanted.text else [])


def _ticked(wanted: Filter) -> list[str]:
    return [word for field, word in _TICKED if getattr(wanted, field)]


_ORDER = "Memuat entri yang diterima pada masa ini, menurut urutan pencatatan."
"""Why a number may be missing from the book of a month: what it bears was received in another one."""
_ORDER_ON_AIR = "Memuat siaran pada masa ini dengan peneleponnya, menurut urutan siar."


def _notes(asked: Asked, settings: Settings) -> Iterator[str]:
    """Say beneath the title what part of the book this is, and that it is not all."""
    wanted = asked.wanted
    said = [
        "" if wanted.series or asked.ledger else "Semua register",
        f"Kanal: {labels.CHANNELS[wanted.channel]}" if wanted.channel and not asked.ledger else "",
        f"Layanan: {settings.service_title(wanted.service)}" if wanted.service else "",
        f"Keadaan: {labels.STATUSES[wanted.status]}" if wanted.status else "",
        f"Petugas: {'belum ada' if wanted.officer == NOBODY else wanted.officer}" if wanted.officer else "",
        f"Kotak surat: {wanted.mailbox}" if wanted.mailbox else "",
        f"Baru sejak {dates.plain_date(wanted.new_since)}" if wanted.new_since else "",
        *(word.capitalize() for word in _ticked(wanted)),
        f"Memuat kata “{wanted.text}”" if wanted.text else "",
    ]
    if any(said):
        yield " · ".join(part for part in said if part)
    if wanted.since or wanted.until:
        yield _ORDER_ON_AIR if asked.ledger is Ledger.RADIO else _ORDER
    if not asked.may_see:
        yield "Identitas yang dirahasiakan disamarkan."


def file_name(cover: Cover, asked: Asked) -> str:
    """Return what the file of a document is called: title, period and event, such as buku-pengaduan-2026-11-01-…."""
    wanted = asked.wanted
    parts = [cover.title.lower().replace(" ", "-"), *(str(day) for day in (wanted.since, wanted.until) if day)]
    seal = [f"peristiwa-{cover.seal.position}"] if cover.seal else []
    return "-".join([*parts, *seal]) + f".{asked.form.value}"
