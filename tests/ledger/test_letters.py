"""A letter goes one way, from owed to its end, and each step that counts is an event."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from ledger import letters, seals
from ledger.database import Database
from ledger.errors import LedgerError
from ledger.letters import Answering, Rendered
from ledger.models import Event, EventValue, Letter
from ledger.words import LetterState
from tests.office import FIRST, NOW, SECOND, Office, write_entry

WORDS = Rendered("Tanda terima", "Yth. Saudara", "<p>Yth. Saudara</p>")


@contextmanager
def _letter(database: Database) -> Iterator[tuple[Session, Letter]]:
    with database.writing() as session:
        yield session, session.exec(select(Letter)).one()


@pytest.fixture
def owed(database: Database) -> Database:
    """A book with one entry whose acknowledgement is owed."""
    with database.writing() as session:
        write_entry(session, email="siti@example.org")
    return database


def _queue(database: Database, *, mailbox: str = FIRST, at_minute: int = 0) -> None:
    with database.writing() as session:
        entry = write_entry(session, email="siti@example.org")
        letter = letters.of_entry(session, entry.id or 0)[0]
        letter.mailbox = mailbox
        letters.queue(session, letter, WORDS, at=NOW + timedelta(minutes=at_minute))


def _take(database: Database, now_minute: int = 0, leave: frozenset[str] = frozenset()) -> Letter | None:
    with database.noting() as session:
        return letters.take_due(session, now=NOW + timedelta(minutes=now_minute), sender="pc:1", leave=leave)


def test_a_letter_has_its_message_id_from_the_start_and_no_two_have_the_same(database: Database) -> None:
    with database.writing() as session:
        for _ in range(3):
            write_entry(session, email="siti@example.org")
        ids = session.exec(select(Letter.rfc_message_id)).all()
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"tt\.pgd-2026-000[123]\.[0-9a-f]{16}@gmail\.com", one) for one in ids)


@pytest.mark.parametrize(
    ("state", "verb", "reason"),
    [
        (LetterState.SENT, "surat_terkirim", ""),
        (LetterState.WITHHELD, "surat_ditahan", "Alamat tidak dapat dikirimi."),
        (LetterState.FAILED, "surat_gagal", "Ditolak."),
        (LetterState.UNCERTAIN, "surat_tidak_pasti", "Terputus."),
    ],
)
def test_how_a_letter_ended_is_an_event_with_its_reason(
    owed: Database, state: LetterState, verb: str, reason: str
) -> None:
    with _letter(owed) as (session, letter):
        letters.end(session, letter, state, reason=reason, at=NOW)
    office = Office(owed)
    letter = office.rows(Letter)[0]
    event = office.rows(Event)[-1]
    assert (letter.state, letter.reason, letter.ended_at, letter.next_attempt_at) == (state, reason, NOW, None)
    assert (event.verb, event.letter_id, event.entry_id) == (verb, letter.id, letter.entry_id)
    told = {value.value for value in office.rows(EventValue) if value.event_id == event.id}
    assert told == {seals.of_letter(letter), *([reason] if reason else [])}
    assert office.wrong() == []


def test_a_queued_letter_keeps_its_words_and_is_due_at_once(owed: Database) -> None:
    with _letter(owed) as (session, letter):
        letters.queue(session, letter, WORDS, at=NOW)
    taken = _take(owed)
    assert taken is not None
    assert (taken.subject, taken.body_text, taken.body_html) == ("Tanda terima", "Yth. Saudara", "<p>Yth. Saudara</p>")
    assert (taken.state, taken.sending_at, taken.sender, taken.attempts) == (LetterState.SENDING, NOW, "pc:1", 1)
    assert Office(owed).rows(Letter)[0].state is LetterState.SENDING


def test_a_letter_taken_is_not_taken_again(owed: Database) -> None:
    with _letter(owed) as (session, letter):
        letters.queue(session, letter, WORDS, at=NOW)
    assert _take(owed) is not None
    assert _take(owed) is None


def test_a_letter_that_failed_for_now_waits_for_its_time_and_behind_fresh_ones(database: Database) -> None:
    _queue(database)
    first = _take(database)
    assert first is not None
    with database.writing() as session:
        row, later = session.get_one(Letter, first.id), NOW + timedelta(minutes=5)
        letters.requeue(session, row, reason="Server penuh.", next_attempt_at=later, at=NOW)
    assert _take(database, now_minute=4) is None
    _queue(database)
    taken = [_take(database, now_minute=5), _take(database, now_minute=5)]
    assert [letter and letter.attempts for letter in taken] == [1, 2]


def test_a_mailbox_at_rest_gives_no_letter(database: Database) -> None:
    _queue(database)
    _queue(database, mailbox=SECOND)
    taken = _take(database, leave=frozenset({FIRST}))
    assert taken is not None
    assert taken.mailbox == SECOND
    assert _take(database, leave=frozenset({FIRST})) is None


def test_senders_at_once_take_each_letter_once(database: Database) -> None:
    for _ in range(8):
        _queue(database)
    start, taken = threading.Barrier(3), []

    def send() -> None:
        start.wait()
        while letter := _take(database):
            taken.append(letter.id)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [letter.id for letter in Office(database).rows(Letter)]


def test_letters_left_in_sending_are_found_by_when_they_were_taken(database: Database) -> None:
    _queue(database)
    _take(database)
    with database.reading() as session:
        assert letters.left_sending(session, NOW - timedelta(seconds=1)) == []
        assert len(letters.left_sending(session, NOW)) == 1


def test_letters_to_one_address_are_counted_if_they_went_may_have_gone_or_wait_to_go(database: Database) -> None:
    states = [
        LetterState.SENT,
        LetterState.SENDING,
        LetterState.UNCERTAIN,
        LetterState.FAILED,
        LetterState.QUEUED,
        LetterState.WITHHELD,
    ]
    for _ in states:
        _queue(database)
        _take(database)
    with database.writing() as session:
        for letter, state in zip(session.exec(select(Letter)), states, strict=True):
            letter.state = state
    with database.reading() as session:
        assert letters.sent_to_since(session, "siti@example.org", NOW) == 4
        assert letters.sent_to_since(session, "siti@example.org", NOW + timedelta(seconds=1)) == 1
        assert letters.sent_to_since(session, "budi@example.org", NOW) == 0
        assert [letters.sent_from_since(session, box, NOW) for box in (FIRST, SECOND)] == [3, 0]


def test_our_letters_are_found_by_their_message_ids(owed: Database) -> None:
    letter = Office(owed).rows(Letter)[0]
    with owed.reading() as session:
        assert letters.by_rfc_message_ids(session, ["lain@x", letter.rfc_message_id]) == letter
        assert letters.by_rfc_message_ids(session, ["lain@x"]) is None
        assert letters.by_rfc_message_ids(session, []) is None
        assert letters.owed_now(session, NOW) == [letter.id]


def test_a_letter_that_cannot_be_written_stays_owed_with_the_reason_shown(owed: Database) -> None:
    with _letter(owed) as (_, letter):
        letters.keep_owed(letter, reason="Templat rusak.", next_attempt_at=NOW)
    letter = Office(owed).rows(Letter)[0]
    assert (letter.state, letter.reason, letter.next_attempt_at) == (LetterState.OWED, "Templat rusak.", NOW)


def test_a_letter_withheld_by_a_limit_alone_may_be_released_and_that_is_an_event(owed: Database) -> None:
    with _letter(owed) as (session, letter):
        letters.end(session, letter, LetterState.WITHHELD, reason="Batas harian.", releasable=True, at=NOW)
    with _letter(owed) as (session, letter):
        letters.release(session, letter, actor="petugas", at=NOW)
    letter, event = Office(owed).rows(Letter)[0], Office(owed).rows(Event)[-1]
    assert (letter.state, letter.released, letter.ended_at) == (LetterState.OWED, True, None)
    assert (event.verb, event.actor, event.letter_id) == ("surat_dilepas", "petugas", letter.id)


@pytest.mark.parametrize("state", [LetterState.WITHHELD, LetterState.SENT, LetterState.FAILED])
def test_no_other_letter_can_be_released(owed: Database, state: LetterState) -> None:
    with _letter(owed) as (session, letter):
        letters.end(session, letter, state, at=NOW)
    with pytest.raises(LedgerError), _letter(owed) as (session, letter):
        letters.release(session, letter, actor="petugas", at=NOW)
    assert Office(owed).rows(Letter)[0].state is state


def test_a_letter_that_nobody_wants_sent_is_withheld_from_the_start_with_its_reason(database: Database) -> None:
    with database.writing() as session:
        entry = write_entry(session)
        letters.owe(session, entry, Answering(FIRST, withheld="Diimpor dari berkas."), at=NOW)
    letter = Office(database).rows(Letter)[0]
    assert (letter.state, letter.reason) == (LetterState.WITHHELD, "Diimpor dari berkas.")
    assert [event.verb for event in Office(database).rows(Event)] == ["dicatat", "surat_ditahan"]
