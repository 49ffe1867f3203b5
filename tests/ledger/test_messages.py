"""Fetched mail is kept whole, once, and found again."""

import hashlib

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from ledger import messages
from ledger.database import Database
from ledger.errors import LedgerError
from ledger.messages import PackedRaw, Place, storable, storable_id
from ledger.models import Arrival, MailboxState, Message, Raw
from ledger.words import ArrivalState
from tests.office import FIRST, NOW, SECOND, Office, judged


def _place(uid: int, mailbox: str = FIRST) -> Place:
    return Place(mailbox, "INBOX", 7, uid)


def _take(session: Session, place: Place, raw: bytes) -> None:
    messages.take(session, place, PackedRaw.of(raw), received_at=NOW, at=NOW)


def test_what_no_database_can_hold_is_shown_as_a_replacement() -> None:
    assert (
        storable("Si\x00ti \ud83d dan \udfff, \U0001f600 \ufffd é")
        == "Si\ufffdti \ufffd dan \ufffd, \U0001f600 \ufffd é"
    )


@pytest.mark.parametrize(
    ("rfc_message_id", "kept"), [(None, None), ("", ""), ("a@x", "a@x"), ("x" * 512, "x" * 512), ("a\x00b", "a\ufffdb")]
)
def test_a_sane_message_id_is_kept_as_it_is(rfc_message_id: str | None, kept: str | None) -> None:
    assert storable_id(rfc_message_id) == kept


def test_monstrous_message_ids_are_told_apart_by_their_ends() -> None:
    monsters = ["x" * 513, "x" * 512 + "y", "x" * 100_000, "\udcff" * 600, "\udcfe" * 600]
    kept = [storable_id(monster) or "" for monster in monsters]
    assert len(set(kept)) == len(monsters)
    assert max(map(len, kept)) <= 512
    assert storable_id(monsters[0]) == kept[0]


def test_anything_storable_is_kept_and_read_back(database: Database) -> None:
    everything = "".join(map(chr, [*range(0x250), *range(0xD7FE, 0xE002), 0xFFFE, 0xFFFF, 0x1F600, 0x10FFFF]))
    with database.noting() as session:
        messages.note_mailbox(session, FIRST, trouble=everything, at=NOW)
    with database.reading() as session:
        assert session.exec(select(MailboxState.trouble)).one() == storable(everything)


@pytest.mark.parametrize("raw", [b"", b"Subject: x\r\n\r\n\x00\xff", bytes(range(256)) * 4000])
def test_raw_bytes_come_back_untouched(database: Database, raw: bytes) -> None:
    with database.noting() as session:
        _take(session, _place(1), raw)
    with database.reading() as session:
        digest = session.exec(select(Arrival.raw_digest)).one() or ""
        assert (messages.raw_of(session, digest), digest) == (raw, hashlib.sha256(raw).hexdigest())
        assert session.get_one(Raw, digest).size == len(raw)


def test_the_same_bytes_are_stored_once_for_all_their_arrivals(database: Database) -> None:
    with database.noting() as session:
        _take(session, _place(1), b"surat")
        _take(session, _place(1, SECOND), b"surat")
    office = Office(database)
    assert (len(office.rows(Raw)), len(office.rows(Arrival))) == (1, 2)


def test_raw_bytes_that_are_gone_or_damaged_are_named(database: Database) -> None:
    with database.noting() as session:
        _take(session, _place(1), b"surat")
    digest = Office(database).rows(Raw)[0].digest
    for packed in (b"bukan zlib", PackedRaw.of(b"surat lain").packed):
        with database.noting() as session:
            session.get_one(Raw, digest).packed = packed
        with pytest.raises(LedgerError, match="rusak"), database.reading() as session:
            messages.raw_of(session, digest)
    with pytest.raises(LedgerError, match="tidak ada"), database.reading() as session:
        messages.raw_of(session, "0" * 64)


def test_a_mail_that_could_not_be_fetched_is_tried_again_until_it_comes(database: Database) -> None:
    with database.noting() as session:
        _take(session, _place(1), b"surat")
        for _ in range(2):
            messages.note_unfetchable(session, _place(2), "[UNAVAILABLE]\x00", at=NOW)
            session.flush()
        messages.note_passed_over(session, [_place(3)], ArrivalState.BEFORE_START, at=NOW)
        messages.note_passed_over(session, [_place(5)], ArrivalState.LEFT, at=NOW)
    with database.reading() as session:
        assert messages.uids_done(session, FIRST, "INBOX", 7, {1, 2, 3, 4, 5}) == {1, 3, 5}
        assert messages.uids_to_retry(session, FIRST, "INBOX", 7) == {2}
        assert messages.uids_to_retry(session, FIRST, "INBOX", 8) == set()
        assert session.exec(select(Arrival.attempts).where(Arrival.uid == 2)).one() == 2
    with database.noting() as session:
        _take(session, _place(2), b"surat kedua")
    with database.reading() as session:
        assert messages.uids_to_retry(session, FIRST, "INBOX", 7) == set()
        found = session.exec(select(Arrival).where(Arrival.uid == 2)).one()
    assert (found.state, found.attempts, found.error) == (ArrivalState.TAKEN, 0, "")


def test_a_mail_once_unfetchable_may_turn_out_to_be_too_old(database: Database) -> None:
    with database.noting() as session:
        messages.note_unfetchable(session, _place(2), "[UNAVAILABLE]", at=NOW)
    with database.noting() as session:
        messages.note_needless(session, _place(2), ArrivalState.BEFORE_START, at=NOW)
        messages.note_needless(session, _place(3), ArrivalState.BEFORE_START, at=NOW)
    with database.reading() as session:
        assert messages.uids_done(session, FIRST, "INBOX", 7, {2, 3}) == {2, 3}
        assert messages.uids_to_retry(session, FIRST, "INBOX", 7) == set()


def test_how_far_a_folder_was_looked_through_holds_for_one_uidvalidity(database: Database) -> None:
    with database.noting() as session:
        messages.note_folder(session, FIRST, "INBOX", 7, 10)
        messages.note_folder(session, FIRST, "INBOX", 7, 12)
    with database.reading() as session:
        assert messages.highest_uid(session, FIRST, "INBOX", 7) == 12
        assert messages.highest_uid(session, FIRST, "INBOX", 8) is None
        assert messages.highest_uid(session, SECOND, "INBOX", 7) is None


def test_a_mailbox_says_since_when_it_fails_and_forgets_it_when_it_is_read_again(database: Database) -> None:
    later = NOW.replace(hour=5)
    for trouble, at in (("sandi ditolak", NOW), ("sandi masih ditolak", later)):
        with database.noting() as session:
            messages.note_mailbox(session, FIRST, trouble=trouble, at=at)
    with database.reading() as session:
        state = session.get_one(MailboxState, FIRST)
        assert (state.failing_since, state.tried_at, state.succeeded_at) == (NOW, later, None)
        assert state.trouble == "sandi masih ditolak"
    with database.noting() as session:
        messages.note_mailbox(session, FIRST, trouble="", at=later)
    with database.reading() as session:
        state = session.get_one(MailboxState, FIRST)
        assert (state.failing_since, state.succeeded_at, state.trouble) == (None, later, "")


def test_mails_to_settle_come_in_the_order_of_their_receipt_and_none_that_is_settled(database: Database) -> None:
    office = Office(database)
    office.settle_one(judged("lama"))
    for hour in (5, 4, 6):
        office.arrive(judged(f"jam {hour}"), received_at=NOW.replace(hour=hour))
    with database.reading() as session:
        waiting = messages.to_settle(session, limit=2)
        assert [arrival.received_at for arrival in waiting] == [NOW.replace(hour=4), NOW.replace(hour=5)]
        others = messages.to_settle(session, limit=9, put_off=[arrival.id or 0 for arrival in waiting])
        assert [arrival.received_at for arrival in others] == [NOW.replace(hour=6)]


def test_files_that_opened_an_entry_are_counted(database: Database) -> None:
    office = Office(database)
    office.settle_one(judged())
    with database.noting() as session:
        session.execute(
            text(
                "INSERT INTO attachment (message_id, position, name, content_type, size, digest) "
                "SELECT id, 0, 'ktp.jpg', 'image/jpeg', 1, raw_digest FROM message"
            )
        )
    with database.reading() as session:
        entry_id = session.exec(select(Message.entry_id)).one() or 0
        assert (messages.count_files(session, entry_id), messages.count_files(session, entry_id + 1)) == (1, 0)
