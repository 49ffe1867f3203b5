"""Finds what the book holds: pages of entries by filter and words, the trays of staff, and the counts of the day."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, false, func, or_, tuple_
from sqlalchemy.orm import QueryableAttribute, aliased, defer
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ledger.errors import LedgerError
from ledger.models import Arrival, Entry, Letter, MailboxState, Message, Staff
from ledger.telephones import core_of
from ledger.words import (
    CLOSED,
    ArrivalState,
    Channel,
    Disposition,
    Kind,
    LetterState,
    Register,
    Status,
)

LONGEST_WORDS = 200
"""How many characters a search may have."""

NOBODY = "-"
"""The officer of entries that were handed to nobody."""

_MOST_WORDS = 8
_BY_NAME = "nama"
_NUMBER = re.compile(
    r"\[?\s*(?:(?P<series>PGD|REG|SRN|INF)[\s/.\-]*)?(?:(?P<year>20\d\d)\s*[\s/\-]\s*)?(?P<sequence>\d{1,6})\s*\]?",
    re.IGNORECASE,
)
_NUMBER_THEN_YEAR = re.compile(r"(?P<sequence>\d{1,6})\s*/\s*(?P<year>20\d\d)")
_PHONE = re.compile(r"\+?[\d\s()./\-]{4,}")
_UNSEARCHABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")
_NO_DUE_DAY, _AFTER_ALL = "9999-12-30", "9999-12-31"


class WrongCursor(LedgerError):
    """A place in the book was named that cannot be read."""


class Order(StrEnum):
    """The orders of the book: newest or oldest first, what is due soonest (closed entries last), or by name."""

    TERBARU = "terbaru"
    TERLAMA = "terlama"
    TENGGAT = "tenggat"
    NAMA = "nama"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted of the book; `since` and `until` are days of receipt in the office's zone, both included.

    `new_since` is the day from whose beginning on it was written into the book, whenever it was received.

    `officer` is a login; NOBODY asks for entries that no officer has. A `discreet` search does not find secret entries
    by their words, only by their number: else it would tell whose they are.
    """

    series: Register | None = None
    channel: Channel | None = None
    service: str | None = None
    status: Status | None = None
    officer: str | None = None
    mailbox: str | None = None
    since: date | None = None
    until: date | None = None
    new_since: date | None = None
    needs_review: bool = False
    overdue: bool = False
    due_today: bool = False
    open_only: bool = False
    text: str = ""
    discreet: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two lines of the book: the sort key and the entry's id."""

    key: str
    id: int

    def __str__(self) -> str:
        return f"{self.key}~{self.id}"

    @classmethod
    def read(cls, written: str) -> "Cursor":
        """Read a cursor from an address; raises WrongCursor."""
        key, _, number = written.rpartition("~")
        if not re.fullmatch(rf"[0-9T:.+\-]{{10,40}}|{_BY_NAME}", key) or not re.fullmatch(r"\d{1,10}", number):
            raise WrongCursor("tempat dalam buku tidak dikenali")
        return cls(key, int(number))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the book as a table shows it; moments in UTC."""

    id: int
    series: Register
    year: int
    sequence: int
    number: str
    channel: Channel
    channel_word: str
    kind: Kind
    service: str
    status: Status
    received_at: datetime
    due_on: date | None
    name: str
    sender_name: str
    organisation: str
    phone: str
    email: str
    address: str
    represents: str
    matter: str
    needs_review: bool
    review_reason: str
    secret: bool = False
    recorded_at: datetime | None = None
    urgent: str = ""
    restricted: bool = False

    @property
    def closed(self) -> bool:
        """Say whether nothing is owed any more."""
        return self.status in CLOSED


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the book: its lines, how many the filter finds in all, and where the pages beside it begin."""

    lines: tuple[Line, ...]
    total: int
    newer: Cursor | None = None
    older: Cursor | None = None


def book(
    session: Session,
    wanted: Filter,
    *,
    zone: ZoneInfo,
    today: date,
    order: Order = Order.TERBARU,
    before: Cursor | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page:
    """Return one page of the book, further down from `before` or further up from `after` (keyset paging).

    `today` is the office's day; it decides what is overdue. Raises WrongCursor for a cursor of another order.
    """
    conditions = _conditions(wanted, zone=zone, today=today)
    step = _STEPS[order]
    query = select(Entry).options(without_account()).where(*conditions)
    if wanted.text and before is None and after is None:
        return _searched(session, query, step, limit)
    total = count(session, wanted, zone=zone, today=today)
    if after is not None:
        rows = session.exec(query.where(step.above(after)).order_by(*step.upwards).limit(limit + 1)).all()
        return _page(rows[:limit][::-1], total, step, more_above=len(rows) > limit, more_below=True)
    if before is not None:
        query = query.where(step.below(before))
    rows = session.exec(query.order_by(*step.downwards).limit(limit + 1)).all()
    return _page(rows[:limit], total, step, more_above=before is not None, more_below=len(rows) > limit)


def _searched(session: Session, query: SelectOfScalar[Entry], step: "_Step", limit: int) -> Page:
    """Return the first page of a search with its count in one reading of the book: no index helps to find words."""
    counting = query.add_columns(func.count().over()).order_by(*step.downwards).limit(limit + 1)
    found = session.execute(counting).all()
    rows = [row[0] for row in found]
    return _page(rows[:limit], found[0][1] if found else 0, step, more_above=False, more_below=len(rows) > limit)


def top(
    session: Session, wanted: Filter, *, zone: ZoneInfo, today: date, order: Order = Order.TERBARU, limit: int
) -> tuple[Line, ...]:
    """Return the first lines of the book alone, uncounted; open matters that cannot wait stand before all others."""
    lean = select(Entry).options(_left_out(Entry.account)).where(*_conditions(wanted, zone=zone, today=today))
    rows = session.exec(lean.order_by(urgent_first(), *_STEPS[order].downwards).limit(limit))
    return tuple(line_of(row) for row in rows)


def count(session: Session, wanted: Filter, *, zone: ZoneInfo, today: date) -> int:
    """Count what a filter finds."""
    query = select(func.count()).select_from(Entry).where(*_conditions(wanted, zone=zone, today=today))
    return session.exec(query).one()


def in_order(
    session: Session, wanted: Filter, *, zone: ZoneInfo, today: date, batch: int = 500
) -> Iterator[Sequence[Entry]]:
    """Give whole entries in the order of a paper book, some at a time: by number, over several registers as recorded.

    Memory does not grow with the book; each batch leaves the session before the next one is read.
    """
    conditions = _conditions(wanted, zone=zone, today=today)
    key = [col(Entry.year), col(Entry.sequence), col(Entry.id)] if wanted.series else [col(Entry.id)]
    query = select(Entry).where(*conditions).order_by(*key).limit(batch)
    rows = session.exec(query).all()
    while rows:
        session.expunge_all()
        yield rows
        last = rows[-1]
        further = tuple_(*key) > ((last.year, last.sequence, last.id) if wanted.series else (last.id,))
        rows = session.exec(query.where(further)).all() if len(rows) == batch else []


def months_of(session: Session, wanted: Filter, *, zone: ZoneInfo, today: date) -> set[date]:
    """Return the first days of the months (in the office's zone) in which what a filter finds was received."""
    query = select(Entry.received_at).where(*_conditions(wanted, zone=zone, today=today))
    moments = session.exec(query.execution_options(yield_per=5000))
    return {at.astimezone(zone).date().replace(day=1) for at in moments}


def first_day(session: Session, *, series: Register | None, zone: ZoneInfo) -> date | None:
    """Return the day on which the first entry of a register, or of the book, was written; None while it is empty."""
    query = select(func.min(Entry.recorded_at))
    at = session.exec(query if series is None else query.where(col(Entry.series) == series)).one()
    return at.astimezone(zone).date() if at else None


def _page(rows: Sequence[Entry], total: int, step: "_Step", *, more_above: bool, more_below: bool) -> Page:
    lines = tuple(line_of(row) for row in rows)
    if not lines:
        return Page((), total)
    return Page(
        lines,
        total,
        newer=step.place(lines[0]) if more_above else None,
        older=step.place(lines[-1]) if more_below else None,
    )


def without_account() -> ExecutableOption:
    """Leave the whole of what was written unread: a line of the book does not show it."""
    return _left_out(Entry.account)


def _left_out(column: object) -> ExecutableOption:
    """Leave a long column unread; touching it all the same is a mistake that raises."""
    return defer(cast("QueryableAttribute[str]", column), raiseload=True)


def line_of(entry: Entry) -> Line:
    """Return an entry as a line of the book."""
    assert entry.id is not None, "the entry was read from the database"
    return Line(
        id=entry.id,
        series=entry.series,
        year=entry.year,
        sequence=entry.sequence,
        number=entry.number,
        channel=entry.channel,
        channel_word=entry.channel_word,
        kind=entry.kind,
        service=entry.service,
        status=entry.status,
        received_at=entry.received_at,
        due_on=date.fromisoformat(entry.due_on) if entry.due_on else None,
        name=entry.name,
        sender_name=entry.sender_name,
        organisation=entry.organisation,
        phone=entry.phone,
        email=entry.email,
        address=entry.address,
        represents=entry.represents,
        matter=entry.matter,
        needs_review=entry.needs_review,
        review_reason=entry.review_reason,
        urgent=entry.urgent,
        restricted=entry.restricted,
        secret=entry.secret or entry.restricted,
        recorded_at=entry.recorded_at,
    )


_OPEN = col(Entry.status).not_in(CLOSED)


def urgent_first() -> ColumnElement[int]:
    """Return what sorts open matters that cannot wait before all others."""
    return case((and_(col(Entry.urgent) != "", _OPEN), 0), else_=1)


_due_key: ColumnElement[str] = case(
    (col(Entry.status).in_(CLOSED), _AFTER_ALL), else_=func.coalesce(Entry.due_on, _NO_DUE_DAY)
)


def _name_of(entry: type[Entry]) -> ColumnElement[str]:
    return func.substr(func.lower(func.coalesce(func.nullif(entry.name, ""), entry.email)), 1, 40)


_name_key = _name_of(Entry)


_Key = ColumnElement[datetime] | ColumnElement[str] | ColumnElement[int | None]


@dataclass(frozen=True, slots=True)
class _Step:
    above: Callable[[Cursor], ColumnElement[bool]]
    below: Callable[[Cursor], ColumnElement[bool]]
    upwards: tuple[_Key, ...]
    downwards: tuple[_Key, ...]
    place: Callable[[Line], Cursor]


def _moment(cursor: Cursor) -> datetime:
    try:
        moment = datetime.fromisoformat(cursor.key)
    except ValueError as wrong:
        raise WrongCursor("tempat dalam buku tidak dikenali") from wrong
    if moment.tzinfo is None or not 1900 <= moment.year <= 2999:
        raise WrongCursor("tempat dalam buku tidak dikenali")
    return moment


def _newer_than(cursor: Cursor) -> ColumnElement[bool]:
    at = _moment(cursor)
    # The first condition says nothing new, but it is what lets the index on received_at begin there.
    return and_(
        col(Entry.received_at) >= at,
        or_(col(Entry.received_at) > at, col(Entry.id) > cursor.id),
    )


def _older_than(cursor: Cursor) -> ColumnElement[bool]:
    at = _moment(cursor)
    return and_(
        col(Entry.received_at) <= at,
        or_(col(Entry.received_at) < at, col(Entry.id) < cursor.id),
    )


def _due_before(cursor: Cursor) -> ColumnElement[bool]:
    return or_(_due_key < cursor.key, and_(_due_key == cursor.key, col(Entry.id) > cursor.id))


def _due_after(cursor: Cursor) -> ColumnElement[bool]:
    return or_(_due_key > cursor.key, and_(_due_key == cursor.key, col(Entry.id) < cursor.id))


def _name_there(cursor: Cursor) -> ScalarSelect[str]:
    """Ask the database for the name at a place: it alone knows how it folds letters, and no address tells a name."""
    if cursor.key != _BY_NAME:
        raise WrongCursor("tempat dalam buku tidak dikenali")
    there = aliased(Entry)
    return select(_name_of(there)).where(col(there.id) == cursor.id).scalar_subquery()


def _name_before(cursor: Cursor) -> ColumnElement[bool]:
    name = _name_there(cursor)
    return or_(_name_key < name, and_(_name_key == name, col(Entry.id) > cursor.id))


def _name_after(cursor: Cursor) -> ColumnElement[bool]:
    name = _name_there(cursor)
    return or_(_name_key > name, and_(_name_key == name, col(Entry.id) < cursor.id))


def _due_place(line: Line) -> Cursor:
    day = line.due_on.isoformat() if line.due_on else _NO_DUE_DAY
    return Cursor(_AFTER_ALL if line.closed else day, line.id)


_STEPS = {
    Order.TERBARU: _Step(
        above=_newer_than,
        below=_older_than,
        upwards=(col(Entry.received_at).asc(), col(Entry.id).asc()),
        downwards=(col(Entry.received_at).desc(), col(Entry.id).desc()),
        place=lambda line: Cursor(line.received_at.isoformat(timespec="microseconds"), line.id),
    ),
    Order.TERLAMA: _Step(
        above=_older_than,
        below=_newer_than,
        upwards=(col(Entry.received_at).desc(), col(Entry.id).desc()),
        downwards=(col(Entry.received_at).asc(), col(Entry.id).asc()),
        place=lambda line: Cursor(line.received_at.isoformat(timespec="microseconds"), line.id),
    ),
    Order.TENGGAT: _Step(
        above=_due_before,
        below=_due_after,
        upwards=(_due_key.desc(), col(Entry.id).asc()),
        downwards=(_due_key.asc(), col(Entry.id).desc()),
        place=_due_place,
    ),
    Order.NAMA: _Step(
        above=_name_before,
        below=_name_after,
        upwards=(_name_key.desc(), col(Entry.id).asc()),
        downwards=(_name_key.asc(), col(Entry.id).desc()),
        place=lambda line: Cursor(_BY_NAME, line.id),
    ),
}


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a day begins in a zone, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _conditions(wanted: Filter, *, zone: ZoneInfo, today: date) -> list[ColumnElement[bool]]:
    exact = (
        (col(Entry.series), wanted.series),
        (col(Entry.channel), wanted.channel),
        (col(Entry.service), wanted.service),
        (col(Entry.status), wanted.status),
        (col(Entry.officer), "" if wanted.officer == NOBODY else wanted.officer),
        (col(Entry.mailbox), wanted.mailbox),
    )
    conditions: list[ColumnElement[bool]] = [column == value for column, value in exact if value is not None]
    if wanted.since is not None:
        conditions.append(col(Entry.received_at) >= midnight(wanted.since, zone))
    if wanted.until is not None:
        conditions.append(col(Entry.received_at) < midnight(wanted.until + timedelta(days=1), zone))
    if wanted.new_since is not None:
        conditions.append(col(Entry.recorded_at) >= midnight(wanted.new_since, zone))
    if wanted.needs_review:
        conditions.append(col(Entry.needs_review).is_(True))
    if wanted.open_only:
        conditions.append(_OPEN)
    if wanted.overdue:
        conditions += [_OPEN, col(Entry.due_on) < today.isoformat()]
    if wanted.due_today:
        conditions += [_OPEN, col(Entry.due_on) == today.isoformat()]
    if wanted.discreet and wanted.text:
        open_to_all = and_(col(Entry.secret).is_(False), col(Entry.restricted).is_(False))
        conditions.append(or_(open_to_all, _of_number(wanted.text)))
    return conditions + _of_words(wanted.text)


def _of_number(text: str) -> ColumnElement[bool]:
    text = _UNSEARCHABLE.sub(" ", text[:LONGEST_WORDS]).strip()
    asked = _NUMBER_THEN_YEAR.fullmatch(text) or _NUMBER.fullmatch(text)
    return _numbered(asked) if asked else false()


def by_written_number(session: Session, written: str, *, like: Entry) -> Entry | None:
    """Return the entry of a number however it is written; register and year left out are those of another entry."""
    asked = _NUMBER.fullmatch(_UNSEARCHABLE.sub(" ", written[:LONGEST_WORDS]).strip())
    if asked is None:
        return None
    series = Register(asked["series"].upper()) if asked["series"] else like.series
    return entry_numbered(session, series, int(asked["year"] or like.year), int(asked["sequence"]))


def only_numbered(session: Session, text: str) -> Entry | None:
    """Return the entry whose number a search writes out, with its register; None where another one has it too."""
    asked = _NUMBER.fullmatch(_UNSEARCHABLE.sub(" ", text[:LONGEST_WORDS]).strip())
    if asked is None or not asked["series"]:
        return None
    found = session.exec(select(Entry).where(_numbered(asked)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _of_words(text: str) -> list[ColumnElement[bool]]:
    """Return what a search asks: a register number, a telephone number, or words that must all be found."""
    text = _UNSEARCHABLE.sub(" ", text[:LONGEST_WORDS]).strip()
    if not text:
        return []
    numbered = _NUMBER_THEN_YEAR.fullmatch(text) or _NUMBER.fullmatch(text)
    if numbered:
        return [or_(_numbered(numbered), phoned(text))]
    if _PHONE.fullmatch(text):
        return [phoned(text)]
    return [_holding(word) for word in text.split()[:_MOST_WORDS]]


def _numbered(found: re.Match[str]) -> ColumnElement[bool]:
    asked = found.groupdict()
    conditions = [col(Entry.sequence) == int(asked["sequence"])]
    if asked.get("year"):
        conditions.append(col(Entry.year) == int(asked["year"]))
    if asked.get("series"):
        conditions.append(col(Entry.series) == Register(asked["series"].upper()))
    return and_(*conditions)


def phoned(text: str) -> ColumnElement[bool]:
    """Return the condition that an entry bears a telephone number, however the book or the text writes it."""
    core = core_of(text)
    # Two or three digits stand in half of all telephone numbers: that would find nothing by finding everything.
    if len(core) < 4 or not _PHONE.fullmatch(text):
        return false()
    return or_(col(Entry.phone_e164).contains(core), _digits_of(col(Entry.phone)).contains(core))


def _digits_of(phone: SQLCoreOperations[str]) -> ColumnElement[str]:
    digits: ColumnElement[str] = func.replace(phone, "-", "")
    for mark in ". /()":
        digits = func.replace(digits, mark, "")
    return digits


def _holding(word: str) -> ColumnElement[bool]:
    columns = (
        *(Entry.number, Entry.name, Entry.sender_name, Entry.organisation, Entry.phone, Entry.email),
        Entry.matter,
    )
    return or_(*(col(column).icontains(word, autoescape=True) for column in columns))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a person in the rooms of the rail."""

    review: int
    quarantined: int
    undelivered: int

    @property
    def to_look_at(self) -> int:
        """Return how much waits in all trays of the review."""
        return self.review + self.quarantined


_NOT_ERASED = col(Letter.erased_at).is_(None)
"""Letters about which somebody can still do something."""

_UNDELIVERED = (LetterState.FAILED, LetterState.UNCERTAIN, LetterState.WITHHELD)
_WITH_DOUBT = (Disposition.UNREGISTERED, Disposition.FOLLOW_UP)


def waiting(session: Session) -> Waiting:
    """Count what waits for a person: entries and mails to look at, letters of open entries that did not go out."""
    entries = session.exec(select(func.count()).select_from(Entry).where(col(Entry.needs_review).is_(True))).one()
    doubtful = and_(col(Message.disposition).in_(_WITH_DOUBT), col(Message.needs_review).is_(True))
    unread = col(Message.disposition) == Disposition.QUARANTINED
    both = select(func.count().filter(doubtful), func.count().filter(unread)).select_from(Message)
    mails, quarantined = session.exec(both.where(or_(doubtful, unread))).one()
    return Waiting(entries + mails, quarantined, sum(undelivered(session).values()))


def undelivered(session: Session) -> dict[LetterState, int]:
    """Count the letters of open entries that failed, are uncertain, or were withheld."""
    query = (
        select(Letter.state, func.count())
        .join(Entry, col(Entry.id) == col(Letter.entry_id))
        .where(col(Letter.state).in_(_UNDELIVERED), _OPEN, _NOT_ERASED)
        .group_by(col(Letter.state))
    )
    return {LetterState(state): count for state, count in session.exec(query)}


@dataclass(frozen=True, slots=True)
class MailboxLine:
    """How reading one mailbox last went (None where it was never tried), and which letters it could not send so far.

    `unsent` letters wait although they were tried, the first of them since `unsent_since`; `hindrance` is why.
    """

    address: str
    tried_at: datetime | None = None
    succeeded_at: datetime | None = None
    failing_since: datetime | None = None
    trouble: str = ""
    unsent: int = 0
    unsent_since: datetime | None = None
    hindrance: str = ""


@dataclass(frozen=True, slots=True)
class Today:
    """The state of the book at one moment.

    `unsettled` mails are kept but have no disposition yet; `unfetchable` ones the server would not give so far, and
    `gone` ones were not there any more when it might have.
    """

    new: int
    review: int
    due_today: int
    overdue: int
    letters: dict[LetterState, int]
    underway: int
    quarantined: int
    unsettled: int
    unfetchable: int
    gone: int
    mailboxes: tuple[MailboxLine, ...]


def overview(session: Session, addresses: Sequence[str], *, zone: ZoneInfo, today: date) -> Today:
    """Count what an officer must know in the morning; new is what was written into the book since yesterday began.

    By receipt, what a mailbox gave late (after a weekend without network) would never be new to anybody.
    """

    # A question each, because each has an index of its own: all in one would read the whole book.
    def counted(wanted: Filter) -> int:
        return count(session, wanted, zone=zone, today=today)

    underway = select(func.count()).where(
        col(Letter.state).in_([LetterState.OWED, LetterState.QUEUED, LetterState.SENDING])
    )
    waits = waiting(session)
    return Today(
        new=counted(Filter(new_since=today - timedelta(days=1))),
        review=waits.review,
        due_today=counted(Filter(due_today=True)),
        overdue=counted(Filter(overdue=True)),
        letters=undelivered(session),
        underway=session.exec(underway).one(),
        quarantined=waits.quarantined,
        unsettled=session.exec(select(func.count()).where(_UNSETTLED)).one(),
        unfetchable=session.exec(select(func.count()).where(_UNFETCHABLE)).one(),
        gone=session.exec(select(func.count()).where(_GONE)).one(),
        mailboxes=_mailboxes(session, addresses),
    )


_UNSETTLED = and_(col(Arrival.message_id).is_(None), col(Arrival.state) == ArrivalState.TAKEN)
_UNFETCHABLE = col(Arrival.state) == ArrivalState.UNFETCHABLE
_GONE = col(Arrival.state) == ArrivalState.GONE


def _mailboxes(session: Session, addresses: Sequence[str]) -> tuple[MailboxLine, ...]:
    known = {state.mailbox: state for state in session.exec(select(MailboxState))}
    unsent = _unsent(session)
    return tuple(
        MailboxLine(
            address, state.tried_at, state.succeeded_at, state.failing_since, state.trouble, *unsent.get(address, ())
        )
        if (state := known.get(address))
        else MailboxLine(address)
        for address in addresses
    )


def _unsent(session: Session) -> dict[str, tuple[int, datetime | None, str]]:
    """Return by mailbox how many letters were tried and wait, since when, and what hindered the last of them."""
    waits = col(Letter.state) == LetterState.QUEUED, col(Letter.trying_since).is_not(None), col(Letter.reason) != ""
    query = (
        select(Letter.mailbox, func.count(), func.min(Letter.trying_since)).where(*waits).group_by(col(Letter.mailbox))
    )
    found = {}
    for mailbox, number, since in session.exec(query).all():
        last = select(Letter.reason).where(*waits, col(Letter.mailbox) == mailbox)
        found[mailbox] = number, since, session.exec(last.order_by(col(Letter.sending_at).desc()).limit(1)).one()
    return found


def mails_in(session: Session, dispositions: Sequence[Disposition]) -> int:
    """Count the mails of some dispositions."""
    return session.exec(
        select(func.count()).select_from(Message).where(col(Message.disposition).in_(dispositions))
    ).one()


def mails(session: Session, dispositions: Sequence[Disposition], *, before: int | None, limit: int) -> list[Message]:
    """Return mails of some dispositions, newest first, further down from the id `before`."""
    query = select(Message).where(col(Message.disposition).in_(dispositions))
    if before is not None:
        query = query.where(col(Message.id) < before)
    return list(session.exec(query.order_by(col(Message.id).desc()).limit(limit)))


def mails_to_review(session: Session, *, before: int | None = None, limit: int) -> list[Message]:
    """Return the mails that an officer must look at, newest first (those in quarantine apart), down from id `before`.

    They have no entry, or continue one that is closed.
    """
    query = select(Message).where(col(Message.disposition).in_(_WITH_DOUBT), col(Message.needs_review).is_(True))
    if before is not None:
        query = query.where(col(Message.id) < before)
    return list(session.exec(query.order_by(col(Message.id).desc()).limit(limit)))


def unfetchable(session: Session, *, limit: int) -> list[Arrival]:
    """Return the mails that a server would not give so far, and those gone meanwhile, newest first."""
    missed = or_(_UNFETCHABLE, _GONE)
    return list(session.exec(select(Arrival).where(missed).order_by(col(Arrival.id).desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter with the line of the book that it belongs to."""

    letter: Letter
    line: Line


def letters(
    session: Session, states: Sequence[LetterState], *, open_only: bool, before: int | None, limit: int
) -> list[LetterLine]:
    """Return letters of some states with their entries, newest first, further down from the id `before`."""
    query = (
        select(Letter, Entry)
        .join(Entry, col(Entry.id) == col(Letter.entry_id))
        .options(
            _left_out(Entry.account),
            _left_out(Letter.body_html),
            _left_out(Letter.body_text),
        )
        .where(col(Letter.state).in_(states))
    )
    if open_only:
        query = query.where(_OPEN, _NOT_ERASED)
    if before is not None:
        query = query.where(col(Letter.id) < before)
    rows = session.exec(query.order_by(col(Letter.id).desc()).limit(limit))
    return [LetterLine(letter, line_of(entry)) for letter, entry in rows]


def entry_numbered(session: Session, series: Register, year: int, sequence: int) -> Entry | None:
    """Return the entry of a number."""
    return session.exec(
        select(Entry).where(col(Entry.series) == series, col(Entry.year) == year, col(Entry.sequence) == sequence)
    ).first()


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The lines before and after one in the book, by receipt."""

    newer: Line | None
    older: Line | None


def neighbours(session: Session, entry: Entry) -> Neighbours:
    """Return the lines beside an entry in the order of the book."""
    here = _STEPS[Order.TERBARU].place(line_of(entry))
    step = _STEPS[Order.TERBARU]
    lean = select(Entry).options(_left_out(Entry.account))
    newer = session.exec(lean.where(step.above(here)).order_by(*step.upwards).limit(1)).first()
    older = session.exec(lean.where(step.below(here)).order_by(*step.downwards).limit(1)).first()
    return Neighbours(line_of(newer) if newer else None, line_of(older) if older else None)


def arrivals_of(session: Session, messages: Sequence[int]) -> dict[int, list[Arrival]]:
    """Return where mails arrived, by message, each in the order in which they were seen."""
    found: dict[int, list[Arrival]] = {}
    for arrival in session.exec(select(Arrival).where(col(Arrival.message_id).in_(messages)).order_by(col(Arrival.id))):
        found.setdefault(arrival.message_id or 0, []).append(arrival)
    return found


def officers(session: Session) -> dict[str, str]:
    """Return the names of all officers by login, in the order of their names."""
    query = select(Staff.login, Staff.name).order_by(func.lower(Staff.name), col(Staff.login))
    return {login: name or login for login, name in session.exec(query)}


@dataclass(frozen=True, slots=True)
class News:
    """What has come since some entry was the newest, and how much waits; while two are equal nobody need be told."""

    entries: int
    by_mail: int
    review: int
    undelivered: int


def news(session: Session, since: int) -> News:
    """Look what has been written into the book after the entry with the id `since`, and what waits."""
    entries = func.count()
    by_mail = entries.filter(col(Entry.channel) == Channel.EMAIL)
    found = session.exec(select(entries, by_mail).select_from(Entry).where(col(Entry.id) > since)).one()
    waits = waiting(session)
    return News(found[0], found[1], waits.to_look_at, waits.undelivered)


def newest_entry(session: Session) -> int:
    """Return the id of the entry written last, 0 in an empty book."""
    return session.exec(select(func.max(Entry.id))).one() or 0
