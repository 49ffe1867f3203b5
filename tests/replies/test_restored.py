"""After a book was restored from a backup no letter goes out twice: Sent is asked first, doubt waits for a person."""

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ledger import backup, letters, snapshot
from ledger.database import Database
from ledger.models import Letter
from ledger.restore import restore
from ledger.restored import LETTER_IN_DOUBT
from ledger.words import LetterState
from tests.wire.office import Box, Clock, mail, office_of, smtp_of
from tests.wire.outbox import FakeSent, Outbox
from tests.wire.smtp import SmtpSink

S = LetterState
OFFICE = "layanan@kantor.example.org"
Restore = Callable[..., Outbox]


@pytest.fixture
def restored(database: Database, sqlite_book: Path, smtp_sink: SmtpSink, tmp_path: Path) -> Restore:
    """Let mails come, bring their letters to a state, back up, and restore three hours later into another book."""

    def build(*raws: bytes, sent: bool | None, files_sent: bool = True, written: bool = False) -> Outbox:
        clock = Clock()
        box = Box(OFFICE, smtp=smtp_of(smtp_sink), more={"files_sent": files_sent})
        settings = office_of(tmp_path, [box])
        shutil.copy(sqlite_book, tmp_path / "dahulu.db")
        with closing(Database.open(snapshot.url_of(tmp_path / "dahulu.db"))) as before:
            outbox = Outbox(before, settings, clock)
            outbox.arrive(*raws)
            if written:
                words = letters.Rendered("Perihal", "Isi surat", "<p>Isi surat</p>")
                with before.writing() as session:
                    letters.queue(session, session.get_one(Letter, 1), words, at=clock())
            made = backup.make(before, tmp_path, zone=settings.office.zone, now=clock())
        clock.turn(hours=3)
        restore(made.file, database, at=clock())
        return Outbox(database, settings, clock, sent=FakeSent(sent))

    return build


@pytest.mark.parametrize("written", [False, True], ids=["owed", "queued"])
def test_a_letter_that_went_out_after_the_backup_is_found_in_sent(
    restored: Restore, smtp_sink: SmtpSink, written: bool
) -> None:
    outbox = restored(mail(1), written=written, sent=True)
    for _ in range(3):
        outbox.round()
        outbox.clock.turn(hours=5)
    assert (outbox.states(), smtp_sink.accepted()) == ([S.SENT], [])
    outbox.nothing_wrong()


@pytest.mark.parametrize("written", [False, True], ids=["owed", "queued"])
def test_a_letter_that_is_not_in_a_sent_folder_that_holds_all_goes_out_once_with_its_words(
    restored: Restore, smtp_sink: SmtpSink, written: bool
) -> None:
    outbox = restored(mail(1), written=written, sent=False)
    for _ in range(4):
        outbox.round()
        outbox.clock.turn(hours=5)
    (letter,) = smtp_sink.accepted()
    row = outbox.letter()
    assert (row.state, bool(row.body_text)) == (S.SENT, True)
    assert f"<{row.rfc_message_id}>".encode() in letter.raw and b"PGD/2026/0001" in letter.raw
    outbox.nothing_wrong()


@pytest.mark.parametrize("written", [False, True], ids=["owed", "queued"])
def test_where_nothing_can_tell_a_letter_of_a_restored_book_is_uncertain(
    restored: Restore, smtp_sink: SmtpSink, written: bool
) -> None:
    outbox = restored(mail(1), written=written, sent=False, files_sent=False)
    outbox.round()
    assert (outbox.states(), smtp_sink.accepted()) == ([S.UNCERTAIN], [])
    # An officer who has looked, and sends it again, sends it with its words.
    with outbox.database.writing() as session:
        letters.revive(session, session.get_one(Letter, 1), actor="siti", at=outbox.clock())
    outbox.round()
    (letter,) = smtp_sink.accepted()
    assert outbox.letter().state is S.SENT and outbox.letter().body_text
    assert b"PGD/2026/0001" in letter.raw


def test_a_mail_from_before_the_restoration_is_recorded_and_its_letter_waits_for_an_officer(
    restored: Restore, smtp_sink: SmtpSink
) -> None:
    outbox = restored(sent=False)
    came = outbox.clock()
    outbox.clock.turn(hours=-1)
    outbox.arrive(mail(1))
    with outbox.database.noting() as session:
        session.get_one(Letter, 1).owed_at = came + timedelta(minutes=1)  # fetched once more after the restoration
    outbox.clock.turn(hours=2)
    outbox.round()
    row = outbox.letter()
    assert (row.state, row.reason, row.releasable) == (S.WITHHELD, LETTER_IN_DOUBT, True)
    assert smtp_sink.accepted() == []
    with outbox.database.writing() as session:
        letters.release(session, session.get_one(Letter, 1), actor="siti", at=outbox.clock())
    outbox.round()
    assert (outbox.letter().state, len(smtp_sink.accepted())) == (S.SENT, 1)
    outbox.arrive(mail(2))  # what comes later is answered as ever
    outbox.round()
    assert outbox.states() == [S.SENT, S.SENT]
    outbox.nothing_wrong()
