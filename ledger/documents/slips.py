"""The papers of one entry: the slip for whoever told it, and the sheet that hands it over to those who must act."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from config.settings import Settings
from ledger import dates, events, files, labels, search, staff, workflow
from ledger.database import Database
from ledger.documents import exports
from ledger.documents.book import channel_word, name_of
from ledger.documents.cover import Cover, Seal
from ledger.documents.plain import shortened
from ledger.documents.typeset import typeset
from ledger.errors import LedgerError
from ledger.models import Entry, Event
from ledger.secrecy import HIDDEN, blackened, is_hidden
from ledger.words import CLOSED, Form, Paper, Status

SLIP_PAPERS = (Paper.A5, Paper.HALF_F4)
SHEET_PAPERS = (Paper.A4, Paper.F4)

_LONGEST_ACCOUNT = 3500
_LONGEST_FACT = 300
_PROMISE = (
    "Layanan ini tidak dipungut biaya; jangan memberi imbalan dalam bentuk apa pun. Simpan slip ini dan sebutkan nomor "
    "register di atas bila menanyakan perkembangannya"
)
_KEPT_HERE = (
    "Identitas pelapor dirahasiakan dan disimpan pada buku kantor ini. Jangan mencari atau menyebarkannya; hasilnya "
    "disampaikan kepada pelapor oleh kantor ini."
)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Who asks for a paper (a login), when (aware), and on which sheet."""

    actor: str
    at: datetime
    paper: Paper


@dataclass(frozen=True, slots=True)
class Made:
    """A paper that was made: what its file is called, and its bytes (PDF)."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Handed:
    """To whom a matter was handed last: `outside` of the office or within, when, and what was written about it."""

    outside: bool
    to: str
    on: date
    asked: str


def slip(database: Database, settings: Settings, entry_id: int, ordered: Ordered) -> Made:
    """Make the slip for whoever told a matter, and note in the chain that it was made.

    Raises LedgerError for an entry whose number is void, TypesettingFailed.
    """
    with database.writing() as session:
        entry = session.get_one(Entry, entry_id)
        _standing(entry)
        content = _slip(session, settings, entry)
        seal = _noted(session, "slip pelapor", entry, ordered, named=True)
    cover = Cover(
        settings.office,
        f"Slip {labels.KINDS[entry.kind]}",
        "",
        ordered.at,
        seal=seal,
        paper=ordered.paper,
        signed=False,
    )
    return Made(f"slip-{_file_part(entry)}.pdf", typeset("slip.typ", cover, content))


def hand_over(database: Database, settings: Settings, entry_id: int, ordered: Ordered) -> Made:
    """Make the sheet that goes with a matter to the section, officer or office that must act, and note it in the chain.

    A sheet that leaves the office is blackened where the identity is to be kept secret (`is_nameless`). Raises
    LedgerError where the matter was handed to nobody or its number is void, TypesettingFailed.
    """
    zone = settings.office.zone
    with database.writing() as session:
        entry = session.get_one(Entry, entry_id)
        _standing(entry)
        handed = handed_over(session, settings, entry)
        if handed is None:
            raise LedgerError(f"{entry.number} belum didisposisikan atau diteruskan.")
        nameless = is_nameless(entry, handed)
        content = _sheet(session, settings, entry, handed, nameless=nameless)
        document = "lembar penerusan" if handed.outside else "lembar disposisi"
        seal = _noted(session, document, entry, ordered, named=not nameless)
    cover = Cover(
        settings.office,
        document,
        f"Nomor register {entry.number}, {dates.plain_date(handed.on, zone)}",
        ordered.at,
        seal=seal,
        paper=ordered.paper,
    )
    return Made(f"{document.replace(' ', '-')}-{_file_part(entry)}.pdf", typeset("hand-over.typ", cover, content))


def is_nameless(entry: Entry, handed: Handed) -> bool:
    """Say whether a sheet must not tell whose matter it is: its matter, account and note are blackened by machine."""
    return handed.outside and is_hidden(entry, may_see=False)


def handed_over(session: Session, settings: Settings, entry: Entry) -> Handed | None:
    """Return to whom an entry was handed last, as far as that still holds; None where it was not."""
    for event in reversed(_not_undone(workflow.changes_of(session, entry))):
        if event.verb not in ("didisposisikan", "diteruskan"):
            continue
        outside = event.verb == "diteruskan"
        to = entry.forwarded_to if outside else _within(session, entry)
        if to:
            return Handed(outside, to, dates.local_date(event.at, settings.office.zone), _written(session, event))
    return None


def _not_undone(changes: Sequence[Event]) -> list[Event]:
    """Leave out what was taken back: always the change just before."""
    standing: list[Event] = []
    for change in changes:
        if change.verb == "diurungkan":
            standing.pop()
        else:
            standing.append(change)
    return standing


def _within(session: Session, entry: Entry) -> str:
    officer = search.officers(session).get(entry.officer, entry.officer)
    return " / ".join(part for part in (entry.unit, officer) if part)


def _written(session: Session, event: Event) -> str:
    return events.values_of(session, [event]).get(event.id, {}).get("catatan", "")


def _standing(entry: Entry) -> None:
    if entry.status is Status.BATAL:
        raise LedgerError(f"Nomor {entry.number} batal; untuknya tidak dibuat surat apa pun.")


def _noted(session: Session, document: str, entry: Entry, ordered: Ordered, *, named: bool) -> Seal:
    return exports.note(
        session,
        document=document,
        form=Form.PDF,
        chosen=[f"nomor={entry.number}"],
        lines=1,
        unmasked=named and (entry.secret or entry.restricted),
        at=ordered.at,
        actor=ordered.actor,
    )


def _file_part(entry: Entry) -> str:
    return entry.number.lower().replace("/", "-")


Fact = tuple[str, str]


def _facts(facts: Iterator[Fact]) -> list[Fact]:
    """Return what is known, on one line each; what is empty is left out."""
    return [(label, shortened(" ".join(value.split()), _LONGEST_FACT)) for label, value in facts if value.strip()]


def _slip(session: Session, settings: Settings, entry: Entry) -> dict[str, object]:
    office = settings.office
    return {
        "number": entry.number,
        "secret": entry.secret,
        "facts": _facts(_told_to_the_caller(session, settings, entry)),
        "contact": f"{_PROMISE}: telepon {office.telephone}, {', '.join(office.hours)}.",
    }


def _told_to_the_caller(session: Session, settings: Settings, entry: Entry) -> Iterator[Fact]:
    yield "Diterima", _moment(settings, entry.received_at)
    if entry.aired_at:
        yield "Disiarkan", _moment(settings, entry.aired_at)
    yield "Melalui", channel_word(entry)
    yield "Nama", name_of(entry)
    yield "Layanan", settings.service_title(entry.service)
    yield "Perihal", entry.matter or entry.account
    yield "Petugas penerima", _taker(session, entry)
    yield "Batas waktu", _due(settings, entry) or "tidak ada"


def _moment(settings: Settings, at: datetime) -> str:
    return dates.long_moment(at, settings.office.zone, settings.office.zone_label)


def _taker(session: Session, entry: Entry) -> str:
    """Return name and NIP of the officer who took the matter down; nothing where the program did."""
    try:
        who = staff.account(session, entry.recorded_by)
    except LedgerError:
        return ""
    return f"{who.name}, NIP {who.nip}" if who.nip else who.name


def _due(settings: Settings, entry: Entry) -> str:
    """Return the day by which the matter must be finished, and by which rule; nothing where none is due any more."""
    if not entry.due_on or entry.status in CLOSED:
        return ""
    label = next((rule.label for rule in settings.deadlines.rules if rule.key == entry.due_rule), "")
    return dates.long_date(date.fromisoformat(entry.due_on)) + (f" ({label})" if label else "")


def _sheet(session: Session, settings: Settings, entry: Entry, handed: Handed, *, nameless: bool) -> dict[str, object]:
    due = _due(settings, entry)
    account = _discreet(entry.account.strip() or entry.matter.strip(), entry, nameless=nameless)
    return {
        "to": handed.to,
        "outside": handed.outside,
        "secret": entry.secret or entry.restricted,
        "kept_here": _KEPT_HERE if nameless else "",
        "facts": _facts(_told_to_those_who_act(session, settings, entry, nameless=nameless)),
        "account": shortened(account or "(tidak ada uraian)", _LONGEST_ACCOUNT),
        "asked": _discreet(handed.asked.strip(), entry, nameless=nameless) or _usual(handed),
        "due": f"Paling lambat {due}." if due else "Tidak ada batas waktu yang tercatat; segera setelah diterima.",
        "back_to": f"{settings.office.name}, telepon {settings.office.telephone}",
    }


def _discreet(text: str, entry: Entry, *, nameless: bool) -> str:
    return blackened(text, entry) if nameless else text


def _usual(handed: Handed) -> str:
    """Return what is asked where nothing was written about it."""
    if handed.outside:
        return "Mohon ditindaklanjuti sesuai kewenangan, dan hasilnya disampaikan kepada kantor ini."
    return "Mohon ditindaklanjuti, dan hasilnya dicatat pada lembar ini serta pada buku pengaduan."


def _told_to_those_who_act(session: Session, settings: Settings, entry: Entry, *, nameless: bool) -> Iterator[Fact]:
    yield "Nomor register", entry.number
    yield "Diterima", _moment(settings, entry.received_at)
    yield "Melalui", channel_word(entry)
    yield "Jenis", labels.KINDS[entry.kind] + (", berkadar pengawasan" if entry.restricted else "")
    yield "Layanan", settings.service_title(entry.service)
    yield "Pelapor", HIDDEN if nameless else name_of(entry)
    if not nameless:
        yield "Mewakili", entry.represents
        yield "Instansi", entry.organisation
        yield "Alamat", entry.address
        yield "Telepon", entry.phone
        yield "Surel", entry.email
    yield "Perihal", _discreet(entry.matter, entry, nameless=nameless)
    names = files.names_of(session, entry.id or 0)
    yield "Berkas", (f"{len(names)} berkas" if nameless and names else "; ".join(names)) or "tidak ada"
