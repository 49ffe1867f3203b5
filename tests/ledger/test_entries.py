"""An entry is written whole or not at all: number, deadline, event and the acknowledgement it owes."""

import json

import pytest
from sqlmodel import select

from ledger import entries
from ledger.database import Database
from ledger.entries import PERSONAL_FIELDS, PLAIN_FIELDS
from ledger.errors import LedgerError
from ledger.models import Entry, Event, EventValue, Letter, Series
from ledger.words import Channel, Kind, LetterState, Purpose
from tests.office import FIRST, NOW, Office, write_entry

WHOLE = {
    "channel": Channel.EMAIL,
    "service": "ppjp",
    "mailbox": FIRST,
    "name": "Siti Aminah",
    "sender_name": "Warung Siti",
    "organisation": "PT Contoh",
    "address": "Jalan Mawar 1",
    "phone": "0812-0000-1111",
    "phone_e164": "+6281200001111",
    "email": "siti@example.org",
    "matter": "Upah",
    "account": "Upah belum dibayar.",
    "needs_review": True,
    "review_reason": "jenis surat belum pasti",
    "represents": "ibunya, Sulastri",
    "themes": ("upah", "thr"),
    "urgent": "kekerasan atau ancaman (“dipukul”)",
    "restricted": True,
}


def test_every_field_of_an_entry_stands_in_its_event(database: Database) -> None:
    with database.writing() as session:
        entry = write_entry(session, **WHOLE)
    with database.reading() as session:
        event = session.exec(select(Event)).one()
        values = {value.field: value.value for value in session.exec(select(EventValue))}
    told = json.loads(event.body)
    assert (event.verb, event.actor, event.entry_id, event.at) == ("dicatat", "petugas", entry.id, NOW)
    assert told["set"] == {field: entries.plain_value(entry, field) for field in PLAIN_FIELDS}
    assert values == {field: getattr(entry, field) for field in PERSONAL_FIELDS}
    assert set(told["digests"]) == set(PERSONAL_FIELDS)


def test_every_column_of_an_entry_is_either_plain_or_personal_or_bookkeeping() -> None:
    assert set(PLAIN_FIELDS).isdisjoint(PERSONAL_FIELDS)
    assert set(Entry.model_fields) - set(PLAIN_FIELDS) - set(PERSONAL_FIELDS) == {"id", "version", "once"}


def test_no_personal_value_stands_in_the_event_itself(database: Database) -> None:
    with database.writing() as session:
        write_entry(session, **WHOLE)
    with database.reading() as session:
        body = session.exec(select(Event.body)).one()
    for field in PERSONAL_FIELDS:
        assert str(WHOLE[field]) not in body, field


def test_an_entry_by_mail_owes_its_acknowledgement_from_the_same_transaction(database: Database) -> None:
    with database.writing() as session:
        entry = write_entry(session, **WHOLE)
        owed = session.exec(select(Letter)).one()
    assert (owed.entry_id, owed.purpose, owed.state) == (entry.id, Purpose.TANDA_TERIMA, LetterState.OWED)
    assert (owed.recipient, owed.mailbox, owed.owed_at) == ("siti@example.org", FIRST, NOW)


@pytest.mark.parametrize(
    ("channel", "email", "letters"),
    [
        (Channel.EMAIL, "", 1),
        (Channel.TELEPON, "", 0),
        (Channel.RADIO, "siti@example.org", 1),
        (Channel.LAINNYA, "siti@example.org", 1),
    ],
)
def test_a_letter_is_owed_by_mail_always_and_else_where_an_address_was_left(
    database: Database, channel: Channel, email: str, letters: int
) -> None:
    with database.writing() as session:
        write_entry(session, channel=channel, email=email)
    assert len(Office(database).rows(Letter)) == letters


@pytest.mark.parametrize("whole", [True, False], ids=["whole transaction", "savepoint"])
def test_a_rollback_leaves_nothing_of_an_entry(database: Database, whole: bool) -> None:
    def write_and_fail() -> None:
        with database.writing() as session:
            if whole:
                write_entry(session, **WHOLE)
                raise ZeroDivisionError
            with session.begin_nested():
                write_entry(session, **WHOLE)
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    office = Office(database)
    assert [office.rows(table) for table in (Entry, Series, Event, EventValue, Letter)] == [[], [], [], [], []]
    assert office.wrong() == []


def test_a_kind_without_a_register_gets_no_number(database: Database) -> None:
    with pytest.raises(LedgerError, match="register"), database.writing() as session:
        write_entry(session, kind=Kind.LAINNYA)
    assert Office(database).rows(Entry) == []


def test_the_deadline_that_was_promised_is_kept_with_the_rule_that_set_it(database: Database) -> None:
    with database.writing() as session:
        entry = write_entry(session, kind=Kind.PERMOHONAN, service="ppjp")
    due = entry.due_on or ""
    assert due > NOW.date().isoformat()
    assert entry.due_rule


def test_an_entry_is_found_by_its_number_however_it_is_typed(database: Database) -> None:
    with database.writing() as session:
        entry = write_entry(session)
    with database.reading() as session:
        assert entries.by_number(session, "pgd/2026/0001") == entry
        assert entries.by_number(session, "PGD/2026/0002") is None
