"""What must hold of a book whatever happened in its office: each promise one function that fails where it is broken."""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, select

from ledger import erasure, snapshot
from ledger.messages import PackedRaw
from ledger.models import Arrival, Entry, Letter, Message, Tombstone
from ledger.periods import Period
from ledger.verify import verify
from ledger.words import CLOSED, ArrivalState, Channel, Disposition, LetterState, Purpose, Status
from tests.ledger.test_recap import follows, reconciles
from tests.office import settings
from tests.world import World

ENDED_BADLY = (LetterState.WITHHELD, LetterState.FAILED, LetterState.UNCERTAIN)
OUTSIDE = (
    Disposition.AUTOMATIC,
    Disposition.BOUNCE,
    Disposition.LIST,
    Disposition.OWN,
    Disposition.UNREGISTERED,
    Disposition.QUARANTINED,
)
"""Where a mail lies that is no part of the book: *kotak lain* and quarantine."""


def verify_finds_nothing_wrong(world: World) -> None:
    with world.database.reading() as session:
        assert [f"{one.promise}: {one.wrong}" for one in verify(session) if one.wrong] == []


def numbers_have_no_gap(world: World) -> None:
    given: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for entry in world.office.rows(Entry):
        assert entry.number == f"{entry.series.value}/{entry.year}/{entry.sequence:04d}"
        given[entry.series.value, entry.year].append(entry.sequence)
    for series, sequences in given.items():
        assert sorted(sequences) == list(range(1, len(sequences) + 1)), series


def nobody_has_two_acknowledgements(world: World) -> None:
    owed = Counter(one.entry_id for one in world.office.rows(Letter) if one.purpose is Purpose.TANDA_TERIMA)
    assert [entry_id for entry_id, number in owed.items() if number > 1] == []


def every_mail_has_its_acknowledgement_or_a_reason(world: World) -> None:
    letters = {one.entry_id: one for one in world.office.rows(Letter) if one.purpose is Purpose.TANDA_TERIMA}
    for entry in world.office.rows(Entry):
        letter = letters.get(entry.id or 0)
        assert letter is not None or (entry.channel is not Channel.EMAIL and not entry.email), entry.number
        assert letter is None or letter.state not in ENDED_BADLY or letter.reason, entry.number


def every_mail_is_accounted_for_once(world: World) -> None:
    """Everything that lies on the server has arrived once, and its message stands in exactly one place."""
    arrived = {(one.mailbox, one.folder, one.uid): one for one in world.office.rows(Arrival)}
    assert len(arrived) == len(world.delivered)
    found = {one.id: one for one in world.office.rows(Message)}
    entries = {one.id: one for one in world.office.rows(Entry)}
    for mail in world.delivered:
        arrival = arrived[mail.place.mailbox, mail.place.folder, mail.place.uid]
        assert arrival.state is ArrivalState.TAKEN and arrival.raw_digest == PackedRaw.of(mail.raw).digest
        assert arrival.message_id in found, arrival.id
        message = found[arrival.message_id]
        assert message.reason, arrival.id
        assert list(_places(message, found, entries)) == [True], (message.id, message.disposition)
    openings = [one.entry_id for one in found.values() if one.disposition is Disposition.RECORDED]
    came = [one.id for one in entries.values() if one.channel is Channel.EMAIL and not one.split_from]
    assert sorted(openings, key=str) == sorted(came, key=str)


def _places(message: Message, found: dict[int | None, Message], entries: dict[int | None, Entry]) -> Iterator[bool]:
    """Yield once for each place in which a message stands."""
    if message.disposition in (Disposition.RECORDED, Disposition.FOLLOW_UP):
        yield message.entry_id in entries
    if message.disposition is Disposition.DUPLICATE:
        yield message.duplicate_of in found and message.duplicate_of != message.id
    if message.disposition in OUTSIDE:
        yield True


def nothing_waits_to_be_sent_for_a_void_entry(world: World) -> None:
    void = {one.id for one in world.office.rows(Entry) if one.status is Status.BATAL}
    waiting = (LetterState.OWED, LetterState.QUEUED)
    assert [one.id for one in world.office.rows(Letter) if one.entry_id in void and one.state in waiting] == []


def recaps_reconcile_and_follow_one_another(world: World) -> None:
    figures = {period: world.report(period).figures for period in _periods(world)}
    for period, counted in figures.items():
        reconciles(counted)
        if (following := period.after()) in figures:
            follows(counted, figures[following])
    last = max(figures, key=lambda period: (period.year, period.month))
    standing = sum(entry.status not in CLOSED for entry in world.office.rows(Entry))
    assert figures[last].total.remaining == standing


def issued_recaps_print_the_same_for_ever(world: World) -> None:
    for period, report in world.issued.items():
        assert world.report(period) == report, period.key


def _periods(world: World) -> list[Period]:
    """Return all months from the one before the first act to the one after the latest moment in the book."""
    zone = settings().office.zone
    last = max([world.now, *(one.recorded_at for one in world.office.rows(Entry))]).astimezone(zone).date()
    months, period = [], Period(2026, 9, 1)
    while period.first <= last:
        months.append(period)
        period = period.after()
    return [*months, period]


def nothing_erased_comes_back(world: World) -> None:
    """A mark that was erased stands nowhere, but where the same words came in another letter that is not erased."""
    if not world.gone:
        return
    with world.database.reading() as session:
        here = world.gone - _in_other_letters(session, world)
        assert [(mark, where) for where, said in _texts(session) for mark in here if mark in said] == []


def _in_other_letters(session: Session, world: World) -> set[str]:
    stones = list(session.exec(select(Tombstone)))
    digests, keys = {stone.digest for stone in stones}, {stone.letter_key for stone in stones} - {None}
    marks = {PackedRaw.of(raw).digest: mark for raw, mark in world.written.items()}
    kept = (one for one in session.exec(select(Message)) if one.erased_at is None and one.raw_digest not in digests)
    return {marks[one.raw_digest] for one in kept if erasure.key_of(one) not in keys}


def _texts(session: Session) -> Iterator[tuple[str, str]]:
    """Yield all that stands in any column of any table, packed bytes unpacked, with where it stands."""
    for table in snapshot.tables():
        for row in session.execute(sa.select(table)).mappings():
            for column, value in row.items():
                said = zlib.decompress(value).decode(errors="replace") if isinstance(value, bytes) and value else value
                yield f"{table.name}.{column}", str(said)


CHEAP = (
    verify_finds_nothing_wrong,
    numbers_have_no_gap,
    nobody_has_two_acknowledgements,
    every_mail_has_its_acknowledgement_or_a_reason,
    every_mail_is_accounted_for_once,
    nothing_waits_to_be_sent_for_a_void_entry,
    nothing_erased_comes_back,
)
"""The promises that are looked at after every act."""
DEAR = (recaps_reconcile_and_follow_one_another, issued_recaps_print_the_same_for_ever)
"""Those that take longer, at the end of a walk and after a recap was issued."""
