"""The tables hold what they claim, and the database itself refuses what may not be."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from ledger.database import Database
from ledger.models import Arrival, Entry, Letter, MailboxState
from ledger.words import ArrivalState, Kind, Purpose
from tests.office import FIRST, NOW, write_entry

WIB = timezone(timedelta(hours=7))


def _state(tried_at: datetime) -> MailboxState:
    return MailboxState(mailbox=FIRST, tried_at=tried_at)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 23, 8, 15, tzinfo=WIB),
        datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 8, 2, 30, tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_a_moment_comes_back_as_the_same_instant_in_utc(database: Database, moment: datetime) -> None:
    with database.noting() as session:
        session.add(_state(moment))
    with database.reading() as session:
        kept = session.exec(select(MailboxState.tried_at)).one()
    assert kept == moment
    assert kept.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), database.noting() as session:
        session.add(_state(datetime(2026, 11, 23, 8, 15)))  # noqa: DTZ001


def test_moments_are_compared_as_instants_whatever_their_zone(database: Database) -> None:
    with database.noting() as session:
        session.add(_state(NOW))
    with database.reading() as session:
        later = select(MailboxState).where(MailboxState.tried_at > (NOW - timedelta(minutes=1)).astimezone(WIB))
        assert session.exec(later).one().mailbox == FIRST


def test_a_word_that_is_none_of_ours_is_refused(database: Database) -> None:
    with database.writing() as session:
        write_entry(session)
    with pytest.raises(StatementError), database.writing() as session:
        entry = session.exec(select(Entry)).one()
        entry.kind = "keluhan"  # type: ignore[assignment]


def test_words_are_kept_as_the_office_reads_them(database: Database) -> None:
    with database.writing() as session:
        write_entry(session, kind=Kind.PERMOHONAN)
    with database.reading() as session:
        kept = session.execute(text("SELECT kind, status, series FROM entry")).one()
    assert tuple(kept) == ("permohonan", "diterima", "REG")


def _second_acknowledgement(entry: Entry) -> Letter:
    return Letter(
        entry_id=entry.id or 0, purpose=Purpose.TANDA_TERIMA, mailbox=FIRST, rfc_message_id="lain@x", owed_at=NOW
    )


def _same_number(entry: Entry) -> Entry:
    return Entry(**entry.model_dump(exclude={"id", "sequence"}), sequence=99)


def _same_place_in_the_series(entry: Entry) -> Entry:
    return Entry(**entry.model_dump(exclude={"id", "number"}), number="PGD/2026/9999")


@pytest.mark.parametrize("another", [_second_acknowledgement, _same_number, _same_place_in_the_series])
def test_the_database_refuses_a_second_one(database: Database, another: Callable[[Entry], Entry | Letter]) -> None:
    with database.writing() as session:
        entry = write_entry(session, email="siti@example.org")
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(another(entry))


def test_the_database_refuses_a_uid_that_arrived_already(database: Database) -> None:
    def arrival(uid_validity: int) -> Arrival:
        return Arrival(
            mailbox=FIRST,
            folder="INBOX",
            uid_validity=uid_validity,
            uid=4_294_967_295,
            state=ArrivalState.BEFORE_START,
            seen_at=NOW,
        )

    with database.noting() as session:
        session.add_all([arrival(4_294_967_294), arrival(4_294_967_295)])
    with pytest.raises(IntegrityError), database.noting() as session:
        session.add(arrival(4_294_967_295))
