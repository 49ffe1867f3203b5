"""The chain of events cannot be bent unnoticed, and the database itself refuses to try."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from ledger import events
from ledger.database import Database
from ledger.events import GENESIS, Subject, digest_of, hash_of
from ledger.models import ChainHead, Event, EventValue
from tests.office import NOW, write_entry

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


def _append(session: Session, verb: str = "diuji", **personal: str) -> Event:
    return events.append(
        session, verb, at=NOW, actor="petugas", about=Subject(), plain={"urut": 1}, personal=personal or None
    )


@pytest.fixture
def chain(database: Database) -> Database:
    """A book with three events, the second of which has a personal value."""
    with database.writing() as session:
        _append(session)
        _append(session, nama="Siti Aminah")
        _append(session)
    return database


def _all(database: Database) -> list[Event]:
    with database.reading() as session:
        return sorted(session.exec(select(Event)), key=lambda event: event.id)


def test_every_event_carries_its_place_and_the_hash_of_the_one_before(chain: Database) -> None:
    first, second, third = _all(chain)
    assert [first.id, second.id, third.id] == [1, 2, 3]
    assert [first.previous, second.previous, third.previous] == [GENESIS, first.hash, second.hash]
    assert all(event.hash == hash_of(event) for event in (first, second, third))
    with chain.reading() as session:
        head = session.get_one(ChainHead, 1)
    assert (head.position, head.hash) == (3, third.hash)


_OTHERWISE: dict[str, Callable[[Event], object]] = {
    "id": lambda event: event.id + 1,
    "at": lambda event: event.at + timedelta(microseconds=1),
    "actor": lambda event: event.actor + "2",
    "verb": lambda event: event.verb + "2",
    "entry_id": lambda event: 7,
    "message_id": lambda event: 7,
    "letter_id": lambda event: 7,
    "body": lambda event: event.body + " ",
    "previous": lambda event: event.previous[::-1],
}


def test_the_hash_covers_every_column(chain: Database) -> None:
    covered = set(Event.model_fields) - {"hash"}
    assert covered == set(_OTHERWISE)
    for column, otherwise in _OTHERWISE.items():
        event = _all(chain)[1]
        before = hash_of(event)
        setattr(event, column, otherwise(event))
        assert hash_of(event) != before, column


def test_what_is_said_of_an_entry_cannot_be_said_of_a_message_with_the_same_hash(chain: Database) -> None:
    event = _all(chain)[0]
    event.entry_id, event.message_id = 7, None
    of_entry = hash_of(event)
    event.entry_id, event.message_id = None, 7
    assert hash_of(event) != of_entry


_REFUSED = [
    "UPDATE event SET actor = 'orang lain' WHERE id = 2",
    "UPDATE event SET hash = hash",
    "DELETE FROM event WHERE id = 3",
    "DELETE FROM event",
    "UPDATE event_value SET value = 'orang lain'",
]


@pytest.mark.parametrize("statement", _REFUSED)
def test_the_database_refuses_to_change_what_happened(chain: Database, statement: str) -> None:
    before = [event.model_dump() for event in _all(chain)]
    with pytest.raises(IntegrityError, match="events are never changed"), chain.noting() as session:
        session.execute(text(statement))
    assert [event.model_dump() for event in _all(chain)] == before


@sqlite_only
def test_sqlite_refuses_to_replace_an_event(chain: Database) -> None:
    columns = ", ".join(Event.model_fields)
    same = columns.replace("actor", "'orang lain'")
    statement = f"INSERT OR REPLACE INTO event ({columns}) SELECT {same} FROM event WHERE id = 2"
    with pytest.raises(IntegrityError, match="events are never changed"), chain.noting() as session:
        session.execute(text(statement))


@postgresql_only
@pytest.mark.parametrize("statement", ["TRUNCATE event CASCADE", "TRUNCATE event_value"])
def test_postgresql_refuses_to_empty_the_events(chain: Database, statement: str) -> None:
    with pytest.raises(IntegrityError, match="events are never changed"), chain.noting() as session:
        session.execute(text(statement))


def test_a_place_in_the_chain_is_never_given_twice(chain: Database) -> None:
    event = _all(chain)[1]
    with pytest.raises(IntegrityError), chain.noting() as session:
        session.add(Event(**event.model_dump()))


def test_a_rollback_takes_back_events_and_head_alike(chain: Database) -> None:
    with chain.writing() as session, pytest.raises(ZeroDivisionError), session.begin_nested():
        _append(session)
        _ = 1 / 0
    with chain.writing() as session:
        fourth = _append(session)
    assert (fourth.id, fourth.previous) == (4, _all(chain)[2].hash)


def test_an_event_holds_digests_of_personal_values_and_never_the_values(chain: Database) -> None:
    event = _all(chain)[1]
    with chain.reading() as session:
        value = session.exec(select(EventValue)).one()
        assert events.values_of(session, [event]) == {2: {"nama": "Siti Aminah"}}
    assert "Siti" not in event.body
    assert json.loads(event.body) == {"set": {"urut": 1}, "digests": {"nama": digest_of(value.salt, "Siti Aminah")}}


def test_the_same_personal_value_has_another_digest_each_time(chain: Database) -> None:
    with chain.writing() as session:
        again = _append(session, nama="Siti Aminah")
    assert json.loads(again.body)["digests"] != json.loads(_all(chain)[1].body)["digests"]


def test_a_personal_value_can_be_erased_and_the_event_stays(chain: Database) -> None:
    with chain.noting() as session:
        session.execute(text("DELETE FROM event_value"))
    with chain.reading() as session:
        assert events.values_of(session, _all(chain)) == {}
    assert len(_all(chain)) == 3


def test_events_of_an_entry_come_oldest_first_and_the_newest_moment_is_known(database: Database) -> None:
    with database.reading() as session:
        assert events.last_moment(session) is None
    with database.writing() as session:
        other, entry = write_entry(session), write_entry(session, email="siti@example.org")
        events.append(session, "diuji", at=NOW + timedelta(hours=1), actor="petugas", about=Subject(entry_id=entry.id))
    with database.reading() as session:
        assert [event.verb for event in events.of_entry(session, entry.id or 0)] == ["dicatat", "diuji"]
        assert [event.entry_id for event in events.of_entry(session, other.id or 0)] == [other.id]
        assert events.last_moment(session) == NOW + timedelta(hours=1)
