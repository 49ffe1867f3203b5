"""A book comes back from a backup whole, into either database, and never over another book."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from ledger import backup, erasure, letters, restored, snapshot
from ledger.backup import BackupDamaged
from ledger.database import Database
from ledger.entries import by_number
from ledger.letters import Rendered
from ledger.messages import change_disposition
from ledger.models import Entry, Event, Letter, Message, Restoration, StaffSession
from ledger.restore import NotRestored, restore
from ledger.words import Disposition, LetterState, Register
from tests.ledger.full_book import fill, rows_of
from tests.office import NOW, Office, judged, rulebook, write_entry

LATER = NOW + timedelta(days=1)
KINDS = ("sqlite", "postgresql")
OpenBook = Callable[[str], Database]
BOUND = {"event", "chain_head", "letter", "staff_session", "restoration", "backup_state"}
"""Tables in which binding a restored book to the present changes something."""


@pytest.fixture
def open_book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenBook]:
    """Open empty books of either kind."""
    with ExitStack() as stack:

        def opened(kind: str) -> Database:
            if kind == "sqlite":
                file = tmp_path / f"baru-{len(list(tmp_path.iterdir()))}.db"
                shutil.copy(request.getfixturevalue("sqlite_book"), file)
                return stack.enter_context(closing(Database.open(snapshot.url_of(file))))
            server, empty = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_book")
            name = server.create_database(template=empty)
            stack.callback(server.drop_database, name)
            return stack.enter_context(closing(Database.open(server.url(name))))

        yield opened


def backed_up(database: Database, folder: Path, now: datetime = NOW) -> Path:
    return backup.make(database, folder, zone=rulebook().zone, now=now).file


@pytest.mark.parametrize("into", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_a_book_comes_back_row_by_row_on_either_database(
    open_book: OpenBook, tmp_path: Path, source: str, into: str
) -> None:
    before, after = open_book(source), open_book(into)
    fill(before)
    done = restore(backed_up(before, tmp_path), after, at=LATER)
    was, now = rows_of(before), rows_of(after)
    assert {name for name in was if was[name] != now[name]} == BOUND - {"staff_session"}
    assert now["event"][:-1] == was["event"] and now["event"][-1]["verb"] == "dipulihkan"
    assert done.contents.entries == len(now["entry"]) == 4
    office = Office(after)
    assert office.wrong() == []
    # The numbers and the keys go on behind those that came back.
    office.clock.now = LATER
    assert office.settle_one(judged("Surat baru.", sender="baru@example.org", subject="Baru"), validity=2).number
    assert office.wrong() == []


def test_mails_that_name_later_ones_come_back_too(database: Database, open_book: OpenBook, tmp_path: Path) -> None:
    source = open_book("sqlite")
    fill(source)
    with source.writing() as session:
        message = session.get_one(Message, 2)
        message.duplicate_of = session.execute(text("SELECT max(id) FROM message")).scalar_one()
        change_disposition(session, message, message.disposition, message.reason, at=NOW, actor="sistem")
    restore(backed_up(source, tmp_path), database, at=LATER)
    assert rows_of(database)["message"] == rows_of(source)["message"]


@pytest.mark.parametrize("what", ["an entry", "a mail that waits", "an account alone"])
def test_a_book_that_holds_anything_is_never_written_over(
    database: Database, open_book: OpenBook, tmp_path: Path, what: str
) -> None:
    source = open_book("sqlite")
    fill(source)
    file = backed_up(source, tmp_path)
    if what == "a mail that waits":
        Office(database).arrive(judged())
    else:
        with database.writing() as session:
            write_entry(session)
    before = rows_of(database)
    with pytest.raises(NotRestored, match="tidak kosong, dan tidak akan ditimpa"):
        restore(file, database, at=LATER)
    assert rows_of(database) == before


def test_a_damaged_backup_is_refused_and_the_database_stays_empty(
    database: Database, open_book: OpenBook, tmp_path: Path
) -> None:
    source = open_book("sqlite")
    fill(source)
    file = backed_up(source, tmp_path)
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)
    before = rows_of(database)
    with pytest.raises(BackupDamaged, match="rusak"):
        restore(file, database, at=LATER)
    assert rows_of(database) == before


def put_up(book: Path, target: Path) -> Path:
    """Write a backup of a book as it is, its digest right."""
    import hashlib

    content = book.read_bytes()
    about = {
        "format": 1,
        "made_at": NOW.isoformat(),
        "book": "",
        "last_event_at": None,
        "digest": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    } | dict.fromkeys(("entries", "mails", "letters", "events"), 0)
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("buku.db", content)
        archive.writestr("keterangan.json", json.dumps(about))
    return target


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "wrong", "words"),
    [
        ("UPDATE entry SET name = 'Orang Lain' WHERE sequence = 1", BackupDamaged, "tidak lolos pemeriksaan"),
        ("UPDATE message SET entry_id = 999 WHERE id = 1", BackupDamaged, "menunjuk ke entry yang tidak ada"),
        ("UPDATE alembic_version SET version_num = '9999'", NotRestored, "pasang versi program yang terbaru"),
    ],
)
def test_a_backup_whose_book_is_wrong_is_refused(
    database: Database,
    open_book: OpenBook,
    tmp_path: Path,
    change: str,
    wrong: type[Exception],
    words: str,
) -> None:
    source = open_book("sqlite")
    fill(source)
    backup.unpack(backed_up(source, tmp_path), tmp_path / "isi.db")
    import sqlite3

    with closing(sqlite3.connect(tmp_path / "isi.db")) as book, book:
        book.execute(change)
    before = rows_of(database)
    with pytest.raises(wrong, match=words):
        restore(put_up(tmp_path / "isi.db", tmp_path / "buatan.cadangan"), database, at=LATER)
    assert rows_of(database) == before


def test_a_backup_of_an_earlier_version_of_the_program_is_brought_up_to_date(
    database: Database, tmp_path: Path
) -> None:
    from alembic import command
    from alembic.config import Config

    from ledger.database import MIGRATIONS

    with closing(Database.open(snapshot.url_of(tmp_path / "lama.db"))) as old:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with old.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0005")
    snapshot.shut(tmp_path / "lama.db")
    restore(put_up(tmp_path / "lama.db", tmp_path / "lama.cadangan"), database, at=LATER)
    assert [event["verb"] for event in rows_of(database)["event"]] == ["dipulihkan"]
    assert Office(database).wrong() == []


def test_an_erasure_that_came_after_the_backup_is_applied_to_the_restored_book(
    database: Database, open_book: OpenBook, tmp_path: Path
) -> None:
    source = open_book("sqlite")
    fill(source)
    file = backed_up(source, tmp_path)
    with source.writing() as session:
        (entry,) = session.exec(select(Entry).where(Entry.name == "Budi"))
        erasure.forget(session, erasure.Scope((entry.id or 0,)), reason="permintaan pemilik", actor="admin", at=NOW)
    with source.reading() as session:
        listed = erasure.listed(session)
    assert len(listed) == 1
    done = restore(file, database, at=LATER, reapply=lambda session: erasure.reapply(session, listed, at=LATER))
    assert done.erased == 1
    assert "Budi" not in str(rows_of(database))
    assert Office(database).wrong() == []


# What went out after the backup was made


def test_letters_that_had_not_gone_out_are_looked_for_before_anything_is_sent(
    database: Database, open_book: OpenBook, tmp_path: Path
) -> None:
    source = open_book("sqlite")
    office = Office(source)
    numbers = [office.settle_one(judged(sender=f"{n}@example.org", subject=str(n))).number or "" for n in range(4)]
    with source.writing() as session:
        written = session.get_one(Letter, office.the_letter(numbers[1]).id)
        letters.queue(session, written, Rendered("Perihal", "Isi", ""), at=NOW)
    office.mark_sent(numbers[2])
    office.mark_sent(numbers[3], LetterState.SENDING)
    done = restore(backed_up(source, tmp_path), database, at=LATER)
    states = [Office(database).the_letter(number).state for number in numbers]
    assert states == [LetterState.SENDING, LetterState.SENDING, LetterState.SENT, LetterState.SENDING]
    assert done.bound.letters == 2
    with database.reading() as session:
        assert len(letters.left_sending(session, LATER - timedelta(hours=1))) == 3


def test_letters_of_a_backup_made_while_the_clock_was_wrong_are_looked_for_at_once(
    database: Database, open_book: OpenBook, tmp_path: Path
) -> None:
    source = open_book("sqlite")
    Office(source).settle_one(judged())
    restore(backed_up(source, tmp_path, NOW + timedelta(days=4000)), database, at=LATER)
    with database.reading() as session:
        assert len(letters.left_sending(session, LATER)) == 1


def test_sessions_of_the_desk_end_with_a_restoration(database: Database, open_book: OpenBook, tmp_path: Path) -> None:
    source = open_book("sqlite")
    fill(source)
    with source.noting() as session:
        session.add(StaffSession(digest="d", staff_id=1, started_at=NOW, seen_at=NOW))
    restore(backed_up(source, tmp_path), database, at=LATER)
    assert rows_of(database)["staff_session"] == [] and len(rows_of(database)["staff"]) == 1


def test_a_number_promised_after_the_backup_is_not_given_to_another_without_notice(
    database: Database, open_book: OpenBook, tmp_path: Path
) -> None:
    source = open_book("sqlite")
    fill(source)
    with source.reading() as session:
        last = max(entry.sequence for entry in session.exec(select(Entry).where(Entry.series == Register.PGD)))
    known, next_one, after_it = (f"PGD/2026/{last + n:04}" for n in range(3))
    done = restore(backed_up(source, tmp_path), database, at=LATER, promised=[next_one, known])
    assert done.bound.promised == (next_one,)
    office = Office(database)
    office.clock.now = LATER
    found = [
        office.settle_one(
            judged(sender=f"{n}@example.org", subject=f"Baru {n}", needs_review=n == 1), validity=2
        ).number
        for n in range(2)
    ]
    assert found == [next_one, after_it]
    with database.reading() as session:
        first, second = (by_number(session, number) for number in found)
        assert first is not None and second is not None
        assert (first.needs_review, first.review_reason) == (True, restored.NUMBER_IN_DOUBT)
        assert second.review_reason == "jenis surat belum pasti"
        event = session.exec(select(Event).where(Event.verb == "dipulihkan")).one()
        assert next_one in event.body
    assert office.wrong() == []


def test_a_letter_is_in_doubt_where_its_matter_came_before_the_restoration_and_it_is_owed_after_it(
    database: Database,
) -> None:
    with database.writing() as session:
        session.add(Restoration(made_at=NOW, restored_at=LATER, promised=[]))
        moments = [
            (NOW, LATER + timedelta(seconds=1), True),
            (LATER, LATER + timedelta(seconds=1), True),
            (NOW, LATER, False),
            (LATER + timedelta(seconds=1), LATER + timedelta(seconds=2), False),
        ]
        for received_at, owed_at, doubtful in moments:
            entry = write_entry(session, email="warga@example.org", received_at=received_at)
            letter = session.exec(select(Letter).where(Letter.entry_id == entry.id)).one()
            letter.owed_at = owed_at
            session.flush()
            assert restored.may_have_been_answered(session, entry, letter) is doubtful


def test_a_screened_mail_comes_back_with_its_disposition(
    database: Database, open_book: OpenBook, tmp_path: Path
) -> None:
    source = open_book("sqlite")
    fill(source)
    restore(backed_up(source, tmp_path), database, at=LATER)
    dispositions = {row["disposition"] for row in rows_of(database)["message"]}
    assert {Disposition.AUTOMATIC, Disposition.QUARANTINED, Disposition.BOUNCE} <= dispositions
