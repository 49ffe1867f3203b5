"""What officers said of letters is learned with all the words that the machine had judged."""

from dataclasses import replace

import pytest

from ingest.isolate import ReaderDied
from ingest.lessons import known_letters, lessons
from ingest.resettle import Resettler
from ledger import erasure, workflow
from ledger.database import Database
from ledger.models import Entry
from ledger.ports import Told, Wording
from ledger.words import Kind, Role
from ledger.workflow import Act
from tests.ledger.desk.signed import put_account
from tests.office import FIRST, NOW, Office, judged, rulebook, unread

WHOLE = Wording("Aduan", "Mohon dibaca.\n\nMandor menahan ijazah kami.", ("surat.pdf",), FIRST)
ACT = Act("ani", NOW)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def _corrected(office: Office) -> bytes:
    raw = office.arrive(replace(judged("Mohon dibaca.", subject="Aduan", kind=Kind.SARAN), wording=WHOLE))
    office.settle()
    with office.database.writing() as session:
        entry = session.get_one(Entry, office.rows(Entry)[0].id)
        workflow.correct(session, entry, {"kind": Kind.PENGADUAN}, ACT, rulebook=rulebook(), default_mailbox=FIRST)
    return raw


def test_a_correction_is_learned_with_what_its_files_say(office: Office) -> None:
    _corrected(office)
    with office.database.reading() as session:
        (lesson,) = lessons(session, office.read)
        assert known_letters(session) == {lesson.letter}
    assert (lesson.wording, lesson.kind, lesson.service, lesson.writer) == (WHOLE, Kind.PENGADUAN, "umum", "")


@pytest.mark.parametrize("now", [unread("rusak"), ReaderDied("proses pembaca berhenti")])
def test_a_mail_that_cannot_be_read_again_is_learned_from_the_book(office: Office, now: object) -> None:
    office.mails[_corrected(office)] = now  # type: ignore[assignment]
    with office.database.reading() as session:
        (lesson,) = lessons(session, office.read)
    assert lesson.wording == Wording("Aduan", "Mohon dibaca.", (), FIRST)


def test_a_letter_is_the_same_letter_however_it_is_read(office: Office) -> None:
    raw = _corrected(office)
    with office.database.reading() as session:
        (before,) = lessons(session, office.read)
        office.mails[raw] = replace(judged("Mohon dibaca."), wording=replace(WHOLE, text="Terbaca lain."))
        (after,) = lessons(session, office.read)
    assert before.wording != after.wording and before.letter == after.letter


def test_a_complaint_that_an_officer_takes_out_of_the_other_box_is_a_lesson(office: Office) -> None:
    office.settle_one(replace(judged("Mandor menahan ijazah kami.", kind=Kind.LAINNYA), wording=WHOLE))
    Resettler(office.database, office.means).release(1, "ani", Told(Kind.PENGADUAN, "umum"))
    with office.database.reading() as session:
        assert [(one.kind, one.wording) for one in lessons(session, office.read)] == [(Kind.PENGADUAN, WHOLE)]


def test_an_erased_letter_is_known_to_no_model_any_more(office: Office) -> None:
    _corrected(office)
    with office.database.writing() as session:
        put_account(session, Role.ADMIN)
    scope = erasure.Scope(entries=(office.rows(Entry)[0].id or 0,))
    with office.database.writing() as session:
        erasure.forget(session, scope, reason="atas permintaan", actor="admin", at=NOW)
    with office.database.reading() as session:
        assert (lessons(session, office.read), known_letters(session)) == ([], set())
