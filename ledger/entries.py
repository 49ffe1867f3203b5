"""Writes entries into the book: number, deadline, event and owed acknowledgement, all in the caller's transaction."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from config.settings import Deadlines, Registers, Settings
from ledger import events, letters, numbering, restored
from ledger.deadlines import WorkingCalendar, final_due, limits
from ledger.errors import LedgerError
from ledger.letters import Answering
from ledger.models import Entry
from ledger.words import REGISTER_OF, Channel, Kind

PLAIN_FIELDS = (
    "series",
    "year",
    "sequence",
    "number",
    "channel",
    "channel_word",
    "mailbox",
    "kind",
    "service",
    "status",
    "received_at",
    "recorded_at",
    "due_on",
    "due_rule",
    "closed_at",
    "needs_review",
    "themes",
    "restricted",
    "recorded_by",
    "officer",
    "unit",
    "forwarded_to",
    "secret",
    "merged_into",
    "split_from",
    "aired_at",
    "broadcast_id",
    "erased_at",
)
PERSONAL_FIELDS = (
    "name",
    "sender_name",
    "organisation",
    "address",
    "phone",
    "phone_e164",
    "email",
    "matter",
    "account",
    "review_reason",
    "urgent",
    "represents",
)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What numbers and deadlines follow from: the office's zone, its registers, its rules of time."""

    zone: ZoneInfo
    registers: Registers
    deadlines: Deadlines
    calendar: WorkingCalendar

    @classmethod
    def of(cls, settings: Settings) -> "Rulebook":
        """Build the rulebook of a configuration."""
        calendar = WorkingCalendar(settings.deadlines, settings.office.workdays)
        return cls(settings.office.zone, settings.registers, settings.deadlines, calendar)

    def due(self, kind: Kind, service: str, received_at: datetime) -> tuple[date | None, str]:
        """Return the date by which a matter must be finished and the rule that says so."""
        promise = final_due(
            limits(self.deadlines, self.calendar, kind=kind, service=service, received_at=received_at, zone=self.zone)
        )
        return (promise.due, promise.key) if promise else (None, "")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written into the book, before it has a number. `received_at` is aware."""

    channel: Channel
    kind: Kind
    service: str
    received_at: datetime
    mailbox: str = ""
    channel_word: str = ""
    name: str = ""
    sender_name: str = ""
    organisation: str = ""
    address: str = ""
    phone: str = ""
    phone_e164: str = ""
    email: str = ""
    matter: str = ""
    account: str = ""
    needs_review: bool = False
    review_reason: str = ""
    themes: tuple[str, ...] = ()
    urgent: str = ""
    restricted: bool = False
    secret: bool = False
    represents: str = ""
    split_from: str = ""
    aired_at: datetime | None = None
    broadcast_id: int | None = None
    once: str | None = None


def record(
    session: Session, draft: Draft, *, rulebook: Rulebook, answering: Answering, at: datetime, actor: str
) -> Entry:
    """Write one entry with its number, deadline and event, and owe its acknowledgement.

    An entry that came by e-mail always gets an acknowledgement row; another one if the caller left an address.
    The session must come from `Database.writing`. Raises LedgerError for a kind that has no register.
    """
    if draft.kind not in REGISTER_OF:
        raise LedgerError(f"jenis “{draft.kind.value}” tidak mempunyai buku register")
    number = numbering.give(session, REGISTER_OF[draft.kind], at=at, zone=rulebook.zone, registers=rulebook.registers)
    due, rule = rulebook.due(draft.kind, draft.service, draft.received_at)
    doubts = [draft.review_reason] if draft.review_reason else []
    if restored.promised_before(session, str(number)):
        doubts.append(restored.NUMBER_IN_DOUBT)
    entry = Entry(
        series=number.series,
        year=number.year,
        sequence=number.sequence,
        number=str(number),
        channel=draft.channel,
        channel_word=draft.channel_word,
        mailbox=draft.mailbox,
        kind=draft.kind,
        service=draft.service,
        received_at=draft.received_at,
        recorded_at=at,
        due_on=due.isoformat() if due else None,
        due_rule=rule,
        name=draft.name,
        sender_name=draft.sender_name,
        organisation=draft.organisation,
        address=draft.address,
        phone=draft.phone,
        phone_e164=draft.phone_e164,
        email=draft.email,
        matter=draft.matter,
        account=draft.account,
        needs_review=draft.needs_review or bool(doubts),
        review_reason="; ".join(doubts),
        themes=list(draft.themes),
        urgent=draft.urgent,
        restricted=draft.restricted,
        secret=draft.secret,
        represents=draft.represents,
        split_from=draft.split_from,
        aired_at=draft.aired_at,
        broadcast_id=draft.broadcast_id,
        once=draft.once,
        recorded_by=actor,
    )
    session.add(entry)
    session.flush()
    events.append(
        session,
        "dicatat",
        at=at,
        actor=actor,
        about=events.Subject(entry_id=entry.id),
        plain={field: plain_value(entry, field) for field in PLAIN_FIELDS},
        personal={field: value for field in PERSONAL_FIELDS if (value := getattr(entry, field))},
    )
    if draft.channel is Channel.EMAIL or draft.email:
        letters.owe(session, entry, answering, at=at)
    return entry


def written(session: Session, entry: Entry) -> dict[str, object]:
    """Return the fields of an entry as they were first written, without those empty or erased since."""
    opening = events.of_entry(session, entry.id or 0)[:1]
    said = events.said_in(opening[0].body) if opening else {}
    return said | dict(*events.values_of(session, opening).values())


def plain_value(entry: Entry, field: str) -> events.Plain:
    """Return a field of an entry as its event holds it (moments as ISO 8601 in UTC, words by their value)."""
    value = getattr(entry, field)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    plain: events.Plain = value
    return plain


def by_number(session: Session, number: str) -> Entry | None:
    """Return the entry that bears a number."""
    return session.exec(select(Entry).where(col(Entry.number) == number.upper())).first()
