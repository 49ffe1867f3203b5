"""Verify names what is wrong with a book that somebody changed behind its back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from ingest.judge import FileFacts
from ingest.resettle import Resettler
from ledger import broadcasts, events, files, letters, staff, triggers, workflow
from ledger.database import Database
from ledger.entries import PERSONAL_FIELDS, PLAIN_FIELDS
from ledger.erasure import Scope, forget
from ledger.events import Subject
from ledger.letters import Rendered
from ledger.messages import change_disposition
from ledger.models import Broadcast, Entry, Event, Letter, Message, Staff
from ledger.verify import CHECKS, verify
from ledger.words import Channel, Disposition, Kind, LetterState, Role, Status
from ledger.workflow import Act
from tests.office import FIRST, NOW, Office, identity, judged, rulebook, unread, write_entry

CHAIN = "rantai peristiwa tidak terputus"
VALUES = "nilai pribadi sesuai dengan sidiknya"
NUMBERS = "nomor urut tanpa celah"
ENTRIES = "entri sesuai dengan peristiwanya"
RAWS = "surat asli sesuai dengan sidiknya"
ARRIVALS = "setiap surat pernah datang dan setiap kedatangan menyimpan suratnya"
DISPOSITIONS = "setiap surat mempunyai penggolongan dan alasannya"
OPENINGS = "setiap entri dari surel dibuka satu surat dan mempunyai satu tanda terima"
ACKNOWLEDGED = "setiap entri lain yang beralamat surel mempunyai satu tanda terima"
PROTECTED = "peristiwa dilindungi oleh basis data"
REFERENCES = "setiap rujukan menunjuk ke baris yang ada"
LETTERS = "keadaan setiap surat kita sesuai dengan peristiwanya"
MAILS = "isi dan penggolongan setiap surat sesuai dengan sidiknya"
WORDS = "isi setiap surat kita sesuai dengan sidiknya"
ANSWERS = "setiap jawaban ditulis oleh petugas"
FILES = "berkas yang diserahkan sesuai dengan peristiwanya"
BROADCASTS = "siaran sesuai dengan peristiwanya"
ACCOUNTS = "akun petugas sesuai dengan peristiwanya"


@pytest.fixture
def book(database: Database) -> Database:
    """A book with three entries by mail and a follow-up."""
    office = Office(database)
    who = identity(name="Siti Aminah", organisation="PT Contoh", address="Jalan Mawar 1", phone="0812-0000-1111")
    for sender in ("siti", "budi", "tono"):
        office.arrive(judged(sender=f"{sender}@example.org", who=who, needs_review=True))
    office.arrive(judged("Menyusul PGD/2026/0001", sender="siti@example.org"))
    office.settle()
    return database


@contextmanager
def _unguarded(database: Database) -> Iterator[Session]:
    """Give a session in which neither triggers nor foreign keys hold, and of which nothing is kept."""
    with Session(database.engine) as session:
        if database.is_sqlite:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
            for name in triggers.NAMES:
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.rollback()


def _wrong(session: Session, promise: str) -> str:
    session.flush()
    session.expire_all()
    return next(one.wrong for one in verify(session) if one.promise == promise)


def _after(database: Database, promise: str, *statements: str) -> str:
    """Return what verify says of a promise after some statements."""
    with _unguarded(database) as session:
        assert _wrong(session, promise) == "" or promise == PROTECTED
        for statement in statements:
            session.execute(text(statement))
        return _wrong(session, promise)


def test_a_sound_book_is_found_sound_and_everything_is_counted(book: Database) -> None:
    with book.reading() as session:
        checked = verify(session)
        events = len(session.exec(select(Event)).all())
    assert [one.wrong for one in checked] == [""] * len(CHECKS)
    counted = {one.promise: one.counted for one in checked}
    assert (counted[CHAIN], counted[NUMBERS], counted[ENTRIES]) == (events, 1, 3)
    assert (counted[RAWS], counted[ARRIVALS], counted[DISPOSITIONS], counted[OPENINGS]) == (4, 4, 4, 3)


def test_an_empty_book_is_sound(database: Database) -> None:
    assert Office(database).wrong() == []


_CHANGED_EVENTS = {
    "at": "'2020-01-01 00:00:00.000000'",
    "actor": "'orang lain'",
    "verb": "'lain'",
    "entry_id": "3",
    "message_id": "2",
    "letter_id": "1",
    "body": "'{\"set\":{}}'",
    "previous": "'0'",
    "hash": "'0'",
}


def test_a_change_of_any_column_of_an_event_is_named(book: Database) -> None:
    assert {*_CHANGED_EVENTS, "id"} == set(Event.model_fields)
    for column, value in _CHANGED_EVENTS.items():
        said = _after(book, CHAIN, f"UPDATE event SET {column} = {value} WHERE id = 2")
        assert said.startswith("peristiwa 2 "), column


_TAKEN_OUT = {
    "DELETE FROM event WHERE id = 1": "peristiwa 1 hilang",
    "DELETE FROM event WHERE id = 2": "peristiwa 2 hilang",
    "UPDATE event SET id = 99 WHERE id = 2": "peristiwa 2 hilang",
    "DELETE FROM event WHERE id = (SELECT max(id) FROM event)": "kepala rantai berada pada peristiwa 8",
    "DELETE FROM event": "kepala rantai berada pada peristiwa 8, peristiwa terakhir 0",
    "UPDATE chain_head SET position = 3": "kepala rantai berada pada peristiwa 3",
    "UPDATE chain_head SET hash = '0'": "kepala rantai",
    "DELETE FROM chain_head": "kepala rantai hilang",
}


def test_an_event_taken_out_of_the_chain_is_named(book: Database) -> None:
    for statement, said in _TAKEN_OUT.items():
        assert _after(book, CHAIN, statement).startswith(said), statement


def test_a_changed_personal_value_is_named_with_its_event_and_field(book: Database) -> None:
    for column, value in (("value", "'orang lain'"), ("salt", "'00'"), ("field", "'lain'")):
        statement = f"UPDATE event_value SET {column} = {value} WHERE event_id = 3 AND field = 'name'"
        said = _after(book, VALUES, statement)
        assert said == f"nilai {'lain' if column == 'field' else 'name'!r} pada peristiwa 3 telah diubah"


def test_a_personal_value_that_no_event_promised_is_named(book: Database) -> None:
    forged = "INSERT INTO event_value (id, event_id, field, salt, value) VALUES (999, 3, 'nik', '00', '35')"
    assert _after(book, VALUES, forged) == "nilai 'nik' pada peristiwa 3 telah diubah"


def test_a_personal_value_deleted_without_an_erasure_is_named(book: Database) -> None:
    deleted = "DELETE FROM event_value WHERE event_id = 1", "UPDATE entry SET name = '' WHERE id = 1"
    said = _after(book, VALUES, *deleted)
    assert said.startswith("nilai ") and said.endswith(" pada peristiwa 1 hilang tanpa penghapusan yang sah")
    assert _after(book, ENTRIES, *deleted) == "PGD/2026/0001: name tidak sesuai dengan peristiwanya"


def _other(field: str, value: object) -> object:
    """Return another value that the column can hold."""
    words = {"kind": Kind.SARAN, "channel": Channel.RADIO, "status": Status.SELESAI, "series": "SRN"}
    if field in words:
        return words[field]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if field in ("closed_at", "aired_at", "erased_at"):
        return NOW
    if field == "broadcast_id":
        return 1
    return f"{value or ''}!"[-10:]


def test_a_change_of_any_field_of_an_entry_behind_the_books_back_is_named(book: Database) -> None:
    for field in (*PLAIN_FIELDS, *PERSONAL_FIELDS):
        with _unguarded(book) as session:
            entry = session.get_one(Entry, 3)
            setattr(entry, field, _other(field, getattr(entry, field)))
            number = entry.number
            session.flush()
            assert _wrong(session, ENTRIES) == f"{number}: {field} tidak sesuai dengan peristiwanya"


def test_a_personal_field_emptied_behind_the_books_back_is_named(book: Database) -> None:
    assert _after(book, ENTRIES, "UPDATE entry SET name = '' WHERE id = 2") == (
        "PGD/2026/0002: name tidak sesuai dengan peristiwanya"
    )


def test_an_entry_without_the_event_that_recorded_it_is_named(book: Database) -> None:
    said = _after(book, ENTRIES, "DELETE FROM event WHERE entry_id = 2")
    assert said == "PGD/2026/0002 tidak mempunyai peristiwa pencatatan"


_GONE = (
    "DELETE FROM event WHERE entry_id = {0}",
    "DELETE FROM letter WHERE entry_id = {0}",
    "UPDATE message SET entry_id = NULL WHERE entry_id = {0}",
    "DELETE FROM entry WHERE id = {0}",
)


def test_a_gap_in_the_numbers_is_named(book: Database) -> None:
    for entry_id in (1, 2, 3):
        said = _after(book, NUMBERS, *(statement.format(entry_id) for statement in _GONE))
        assert said.startswith("PGD/2026: "), entry_id


_DISAGREEING = (
    "UPDATE entry SET sequence = 77 WHERE id = 3",
    "UPDATE entry SET sequence = 0 WHERE id = 1",
    "UPDATE entry SET year = 2030 WHERE id = 3",
    "UPDATE entry SET series = 'SRN' WHERE id = 3",
    "UPDATE series SET last = 4",
    "UPDATE series SET last = 2",
    "UPDATE series SET first = 2",
)


def test_numbers_that_disagree_with_their_series_are_named(book: Database) -> None:
    for statement in _DISAGREEING:
        assert _after(book, NUMBERS, statement).startswith("PGD/2026: "), statement
    assert _after(book, NUMBERS, "DELETE FROM series") == "PGD/2026: entri tanpa deret nomor"


def test_a_series_that_gave_numbers_to_no_entry_is_named(book: Database) -> None:
    said = _after(book, NUMBERS, "INSERT INTO series (name, year, first, last) VALUES ('SRN', 2026, 1, 2)")
    assert said.startswith("SRN/2026: ")


_DAMAGED = (
    "UPDATE raw SET packed = (SELECT other.packed FROM raw other WHERE other.digest <> raw.digest LIMIT 1)",
    "UPDATE raw SET packed = CAST('rusak' AS {blob})",
    "UPDATE raw SET digest = '{zeros}' WHERE digest = (SELECT min(digest) FROM raw)",
)


def test_a_damaged_raw_mail_is_named(book: Database) -> None:
    blob = "BLOB" if book.is_sqlite else "BYTEA"
    for statement in _DAMAGED:
        said = _after(book, RAWS, statement.format(blob=blob, zeros="0" * 64))
        assert said.startswith(("surat asli ", "surat asli dari surat ")), statement


def test_a_raw_mail_that_is_gone_is_named(book: Database) -> None:
    gone = "DELETE FROM raw WHERE digest = (SELECT raw_digest FROM message WHERE id = 2)"
    assert _after(book, RAWS, gone) == "surat asli dari surat 2 hilang"


_BROKEN = (
    (ARRIVALS, "UPDATE arrival SET message_id = NULL WHERE message_id = 2", "surat 2 tidak mempunyai kedatangan"),
    (ARRIVALS, "UPDATE arrival SET raw_digest = NULL WHERE id = 3", "kedatangan 3 tidak menyimpan suratnya"),
    (
        DISPOSITIONS,
        "UPDATE message SET entry_id = NULL WHERE id = 2",
        "surat 2 digolongkan recorded tetapi tidak terikat pada entri",
    ),
    (
        DISPOSITIONS,
        "UPDATE message SET entry_id = NULL WHERE id = 4",
        "surat 4 digolongkan follow_up tetapi tidak terikat pada entri",
    ),
    (
        DISPOSITIONS,
        "UPDATE message SET entry_id = 3 WHERE id = 4",
        "surat 4 tidak terikat pada entri yang disebut peristiwanya",
    ),
    (DISPOSITIONS, "UPDATE message SET reason = '' WHERE id = 3", "surat 3 tidak mempunyai alasan penggolongan"),
    (OPENINGS, "DELETE FROM letter WHERE entry_id = 2", "PGD/2026/0002: 0 tanda terima"),
    (OPENINGS, "UPDATE letter SET entry_id = 3 WHERE entry_id = 1", "PGD/2026/0001: 0 tanda terima"),
    (OPENINGS, "UPDATE message SET disposition = 'follow_up' WHERE id = 2", "PGD/2026/0002: dibuka oleh 0 surat"),
    (OPENINGS, "UPDATE message SET disposition = 'recorded' WHERE id = 4", "PGD/2026/0001: dibuka oleh 2 surat"),
)


def test_an_entry_typed_in_with_an_address_and_without_acknowledgement_is_named(book: Database) -> None:
    with book.writing() as session:
        write_entry(session, email="warga@example.org")
        write_entry(session)
    gone = "DELETE FROM letter WHERE recipient = 'warga@example.org'"
    assert _after(book, ACKNOWLEDGED, gone) == "PGD/2026/0004: 0 tanda terima"


def test_a_broken_promise_about_mail_is_named(book: Database) -> None:
    for promise, statement, said in _BROKEN:
        assert _after(book, promise, "DROP INDEX one_acknowledgement_an_entry", statement) == said


def test_a_dropped_trigger_is_named(book: Database) -> None:
    for name in triggers.NAMES:
        on = "" if book.is_sqlite else f" ON {'event_value' if 'value' in name else 'event'}"
        with Session(book.engine) as session:
            session.execute(text(f"DROP TRIGGER {name}{on}"))
            assert name in _wrong(session, PROTECTED)
            session.rollback()
            assert _wrong(session, PROTECTED) == ""


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_disabled_trigger_is_named(book: Database) -> None:
    with Session(book.engine) as session:
        session.execute(text("ALTER TABLE event DISABLE TRIGGER event_is_never_deleted"))
        assert "event_is_never_deleted" in _wrong(session, PROTECTED)


_LAST = "(SELECT max(id) FROM entry)"
_WITHOUT_GUARDS = (
    (REFERENCES, ("DELETE FROM message WHERE id = 4",), "arrival 4: message"),
    (REFERENCES, ("DELETE FROM raw WHERE digest = (SELECT raw_digest FROM entry_file)",), "entry_file 1: raw"),
    (REFERENCES, ("DELETE FROM letter WHERE purpose = 'jawaban'",), "event 11: letter"),
    (
        REFERENCES,  # the last line of a register, its letters, and its number given back: only the chain remembers it
        (
            f"DELETE FROM message WHERE entry_id = {_LAST}",
            f"DELETE FROM letter WHERE entry_id = {_LAST}",
            "UPDATE series SET last = last - 1",
            f"DELETE FROM entry WHERE id = {_LAST}",
        ),
        "arrival 3: message",
    ),
    (FILES, ("DELETE FROM entry_file",), "berkas "),
    *(
        (FILES, (f"UPDATE entry_file SET {change}",), "berkas ")
        for change in ("name = ''", "added_by = 'x'", "added_at = '2020-01-01 00:00:00.000000'")
    ),
    (FILES, ("UPDATE entry_file SET raw_digest = (SELECT raw_digest FROM message WHERE id = 1)",), "berkas "),
    (LETTERS, ("UPDATE letter SET state = 'sent' WHERE id = 1",), "surat kita 1 berkeadaan sent"),
    (LETTERS, ("UPDATE letter SET state = 'failed' WHERE purpose = 'jawaban'",), "surat kita 4 berkeadaan failed"),
    (DISPOSITIONS, ("UPDATE message SET disposition = 'list' WHERE id = 4",), "surat 4 digolongkan list"),
    (RAWS, ("UPDATE raw SET size = size + 1",), "surat asli "),
    (RAWS, ("DELETE FROM arrival WHERE message_id IS NULL",), "surat asli "),
    (RAWS, ("UPDATE arrival SET state = 'left' WHERE message_id IS NULL",), "surat asli "),
    (LETTERS, ("UPDATE letter SET entry_id = 2 WHERE purpose = 'jawaban'",), "surat kita 4 bukan surat"),
    (LETTERS, ("UPDATE letter SET rfc_message_id = 'x' WHERE purpose = 'jawaban'",), "surat kita 4 bukan surat"),
    (
        LETTERS,
        ("UPDATE letter SET ended_at = '2020-01-01 00:00:00.000000' WHERE purpose = 'jawaban'",),
        "surat kita 4 berakhir pada waktu lain",
    ),
)


def test_what_was_taken_out_or_moved_with_the_guards_off_is_named(book: Database) -> None:
    picture = files.pack([("ktp.jpg", b"\xff\xd8\xff foto")])
    with book.writing() as session:
        entry = session.get_one(Entry, 1)
        files.attach(session, entry, picture, at=NOW, actor="petugas")
        answer = workflow.answer(session, entry, Act("petugas", NOW), words="Diproses.", default_mailbox=FIRST)
        letters.end(session, answer, LetterState.SENT, at=NOW)
    Office(book).arrive(judged("Masih menunggu."), folder="Arsip")
    for promise, statements, said in _WITHOUT_GUARDS:
        assert _after(book, promise, *statements).startswith(said), statements


_SAID_BY_A_MAIL = {
    "raw_digest": "'0'",
    "rfc_message_id": "'lain@example.org'",
    "content_key": "NULL",
    "sender_address": "'lain@example.org'",
    "sender_name": "'Orang Lain'",
    "received_at": "'2020-01-01 00:00:00.000000'",
    "sent_at": "'2020-01-01 00:00:00.000000'",
    "subject": "'Terima kasih'",
    "text": "'Semuanya baik.'",
    "quoted": "'Dikutip.'",
    "outgoing": "true",
    "silent": "true",
}
_DECIDED_OF_A_MAIL = {
    "mailbox": "'lain@kantor.example.org'",
    "folder": "'Arsip'",
    "junk": "true",
    "reason": "'lain'",
    "reasons": "'[]'",
    "no_reply": "'[\"daftar\"]'",
    "kind": "'saran'",
    "service": "'ppjp'",
    "confidence": "0.5",
    "needs_review": "false",
    "duplicate_of": "1",
}


def test_a_change_of_anything_that_a_mail_said_is_named(book: Database) -> None:
    for column, value in _SAID_BY_A_MAIL.items():
        said = _after(book, MAILS, f"UPDATE message SET {column} = {value} WHERE id = 2")
        assert said == "isi surat 2 tidak sesuai dengan peristiwanya", column


def test_a_change_of_anything_decided_about_a_mail_is_named(database: Database) -> None:
    office = Office(database)
    office.settle_one(judged())
    office.settle_one(judged(kind=Kind.LAINNYA, sender="x@example.org", needs_review=True), folder="Spam")
    with database.writing() as session:
        message = session.get_one(Message, office.rows(Message)[1].id)
        message.needs_review, message.junk, message.reasons = True, False, ["kata"]
        change_disposition(session, message, Disposition.UNREGISTERED, "menunggu", at=NOW, actor="siti")
        key = message.id
    for column, value in _DECIDED_OF_A_MAIL.items():
        said = _after(database, MAILS, f"UPDATE message SET {column} = {value} WHERE id = {key}")
        assert said == f"penggolongan surat {key} tidak sesuai dengan peristiwanya", column


def test_no_row_is_so_low_that_it_is_not_looked_at(book: Database) -> None:
    for promise, statement in (
        (MAILS, "UPDATE message SET id = -1 WHERE id = 4"),
        (WORDS, "UPDATE letter SET id = 0, body_text = 'Ditolak.' WHERE id = 3"),
        (ENTRIES, "UPDATE entry SET id = -1 WHERE id = 3"),
    ):
        assert _after(book, promise, statement) != "", statement


def test_a_mail_put_in_without_its_event_is_named(book: Database) -> None:
    forged = "UPDATE message SET id = 900 WHERE id = 4"
    assert _after(book, MAILS, forged) == "isi surat 900 tidak sesuai dengan peristiwanya"


def test_a_change_of_what_is_known_of_an_attachment_is_named(database: Database) -> None:
    office = Office(database)
    office.settle_one(judged(files=(FileFacts("slip gaji.pdf", "application/pdf", 12, "0" * 64),)))
    for statement in (
        "UPDATE attachment SET name = 'foto.pdf'",
        "UPDATE attachment SET digest = '1'",
        "UPDATE attachment SET size = 13",
        "DELETE FROM attachment",
    ):
        assert _after(database, MAILS, statement) == "isi surat 1 tidak sesuai dengan peristiwanya", statement


def test_a_mail_read_after_all_has_the_digest_of_what_was_read(database: Database) -> None:
    office = Office(database)
    raw = office.arrive(unread())
    office.settle()
    office.mails[raw] = judged("Gaji belum dibayar.")
    assert Resettler(database, office.means).release(1, "siti").number == "PGD/2026/0001"
    assert office.wrong() == []
    assert _after(database, MAILS, "UPDATE message SET text = ''") == "isi surat 1 tidak sesuai dengan peristiwanya"


_SAID_BY_A_LETTER = {
    **dict.fromkeys(["mailbox", "recipient", "answers", "words", "written_by"], "'lain'"),
    **dict.fromkeys(["subject", "body_text", "body_html", "rfc_message_id"], "'lain'"),
    **dict.fromkeys(["releasable", "released"], "true"),
    "refers_to": "'[\"lain\"]'",
}


def test_a_change_of_anything_in_a_letter_of_ours_is_named(book: Database) -> None:
    with book.writing() as session:
        letter = session.get_one(Letter, 2)
        letters.queue(session, letter, Rendered("Tanda terima", "Saudara", "<p>Saudara</p>"), at=NOW)
        letters.end(session, letter, LetterState.SENT, at=NOW)
    for column, value in _SAID_BY_A_LETTER.items():
        said = _after(book, WORDS, f"UPDATE letter SET {column} = {value} WHERE id = 2")
        assert said == "isi surat kita 2 tidak sesuai dengan peristiwanya", column


def test_words_put_into_a_letter_that_was_never_written_are_named(book: Database) -> None:
    for column in ("recipient", "words", "written_by", "subject", "body_text", "body_html"):
        said = _after(book, WORDS, f"UPDATE letter SET {column} = 'Ditolak.' WHERE id = 1")
        assert said == "isi surat kita 1 tidak sesuai dengan peristiwanya", column


def test_words_put_into_an_erased_letter_are_named(book: Database) -> None:
    with book.writing() as session:
        staff.add(session, "admin", "Admin", Role.ADMIN, at=NOW, actor="program")
        forget(session, Scope(entries=(2,)), reason="permintaan sendiri", actor="admin", at=NOW)
    assert Office(book).wrong() == []
    forged = "UPDATE letter SET body_text = 'Ditolak.', owed_at = '2030-01-01 00:00:00.000000' WHERE id = 2"
    assert _after(book, WORDS, forged) == "isi surat kita 2 tidak sesuai dengan peristiwanya"


def test_an_answer_that_no_officer_gave_is_named_and_so_is_one_taken_out_or_changed(book: Database) -> None:
    with book.writing() as session:
        act = Act("siti", NOW)
        workflow.answer(session, session.get_one(Entry, 1), act, words="Sedang kami proses.", default_mailbox=FIRST)
    assert Office(book).wrong() == []
    columns = (
        "purpose, state, reason, mailbox, recipient, answers, refers_to, written_by, subject, body_text, body_html, "
        "releasable, released, attempts, sender, owed_at"
    )
    forged = (
        f"INSERT INTO letter (id, entry_id, rfc_message_id, words, {columns}) "
        f"SELECT 900, 2, 'palsu@example.org', 'Ditolak.', {columns} FROM letter WHERE purpose = 'jawaban'"
    )
    for statement, entry in (
        (forged, 2),
        ("UPDATE letter SET words = 'Ditolak.' WHERE purpose = 'jawaban'", 1),
        ("UPDATE letter SET written_by = 'budi' WHERE purpose = 'jawaban'", 1),
        ("DELETE FROM letter WHERE purpose = 'jawaban'", 1),
    ):
        assert _after(book, ANSWERS, statement).startswith(f"jawaban pada entri {entry} "), statement


@pytest.mark.parametrize("state", [LetterState.OWED, LetterState.QUEUED, LetterState.FAILED])
def test_a_letter_readdressed_by_an_officer_is_sound(book: Database, state: LetterState) -> None:
    with book.writing() as session:
        entry = session.get_one(Entry, 2)
        (letter,) = letters.of_entry(session, 2)
        if state is not LetterState.OWED:
            letters.queue(session, letter, Rendered("Tanda terima", "Saudara", ""), at=NOW)
        if state is LetterState.FAILED:
            letters.end(session, letter, state, reason="Alamat tidak ada.", at=NOW)
        workflow.correct(
            session, entry, {"email": "baru@example.org"}, Act("siti", NOW), rulebook=rulebook(), default_mailbox=FIRST
        )
    assert Office(book).wrong() == []


_REASONED = {
    LetterState.WITHHELD: "Alamat pelapor tidak dapat ditulisi.",
    LetterState.FAILED: "Kotak pelapor penuh.",
    LetterState.UNCERTAIN: "Sambungan terputus.",
}


@pytest.mark.parametrize("state", list(_REASONED))
def test_another_reason_why_a_letter_did_not_go_is_named(book: Database, state: LetterState) -> None:
    with book.writing() as session:
        letters.end(session, session.get_one(Letter, 1), state, reason=_REASONED[state], at=NOW)
    said = "alasan keadaan surat kita 1 tidak sesuai dengan peristiwanya"
    for forged in ("'Pelapor tidak mau dihubungi.'", "''"):
        assert _after(book, LETTERS, f"UPDATE letter SET reason = {forged} WHERE id = 1") == said


def test_the_reasons_of_erased_letters_are_those_that_an_erasure_writes(book: Database) -> None:
    with book.writing() as session:
        staff.add(session, "admin", "Admin", Role.ADMIN, at=NOW, actor="program")
        letters.end(session, session.get_one(Letter, 1), LetterState.FAILED, reason="Kotak siti penuh.", at=NOW)
        letters.end(session, session.get_one(Letter, 2), LetterState.SENT, at=NOW)
        session.get_one(Letter, 3).state = LetterState.SENDING
        forget(session, Scope(entries=(1, 2, 3)), reason="permintaan sendiri", actor="admin", at=NOW)
    assert Office(book).wrong() == []
    said = "alasan keadaan surat kita 1 tidak sesuai dengan peristiwanya"
    assert _after(book, LETTERS, "UPDATE letter SET reason = 'Kotak siti penuh.' WHERE id = 1") == said


_SAID_BY_A_BROADCAST = {
    **dict.fromkeys(["aired_on", "opened_at", "closed_at"], "'2020-01-01 00:00:00.000000'"),
    **dict.fromkeys(["programme", "presenter", "opened_by"], "'lain'"),
    "aired_on": "'2026-01-01'",
}


def test_a_change_of_anything_in_a_broadcast_is_named_and_so_is_one_taken_out_or_put_in(database: Database) -> None:
    with database.writing() as session:
        for day in (20, 21):
            told = {"aired_on": date(2026, 11, day), "programme": "", "presenter": "Cak Rudi"}
            aired = broadcasts.open_broadcast(session, **told, at=NOW, actor="siti")  # type: ignore[arg-type]
        broadcasts.close(session, aired, at=NOW + timedelta(hours=1), actor="siti")
        broadcasts.reopen(session, aired, at=NOW + timedelta(hours=2), actor="siti")
        broadcasts.close(session, aired, at=NOW + timedelta(hours=3), actor="siti")
    assert Office(database).wrong() == []
    for column, value in _SAID_BY_A_BROADCAST.items():
        said = _after(database, BROADCASTS, f"UPDATE broadcast SET {column} = {value} WHERE id = 2")
        assert said == "siaran 2 tidak sesuai dengan peristiwanya", column
    assert _after(database, BROADCASTS, "DELETE FROM broadcast WHERE id = 1") == "siaran 1 hilang"
    columns = "aired_on, programme, presenter, opened_by, opened_at, closed_at"
    forged = f"INSERT INTO broadcast (id, {columns}) SELECT 9, {columns} FROM broadcast WHERE id = 2"
    assert _after(database, BROADCASTS, forged) == "siaran 9 tidak sesuai dengan peristiwanya"


def test_broadcasts_and_accounts_of_before_the_seals_are_left_alone_until_they_are_told(database: Database) -> None:
    with database.writing() as session:
        told = {"programme": "Laporo Rek", "presenter": "Rini", "opened_by": "siti", "opened_at": NOW}
        session.add_all(Broadcast(aired_on=f"2026-11-0{day}", **told) for day in (1, 2))
        session.add(Staff(login="lama", name="Lama", role=Role.PETUGAS, password_hash="-", created_at=NOW))
        session.add(Staff(login="tua", name="Tua", role=Role.PETUGAS, password_hash="-", created_at=NOW))
        session.flush()
        said = {"tindakan": "dibuat", "role": "petugas", "akun": 1}
        events.append(session, "akun", at=NOW, actor="program", about=Subject(), plain=said)
        broadcasts.close(session, session.get_one(Broadcast, 2), at=NOW, actor="siti")
        aired = {"aired_on": date(2026, 11, 3), "programme": "", "presenter": ""}
        broadcasts.open_broadcast(session, **aired, at=NOW, actor="siti")  # type: ignore[arg-type]
        staff.add(session, "baru", "Baru", Role.PETUGAS, at=NOW, actor="program")
    assert Office(database).wrong() == []
    for statement in ("UPDATE broadcast SET presenter = 'Lain' WHERE id = 1", "DELETE FROM broadcast WHERE id = 1"):
        assert _after(database, BROADCASTS, statement) == ""
    forged = _after(database, BROADCASTS, "UPDATE broadcast SET presenter = 'Lain' WHERE id = 2")
    assert forged == "siaran 2 tidak sesuai dengan peristiwanya"
    assert _after(database, ACCOUNTS, "UPDATE staff SET name = 'Lain' WHERE id = 1") == ""
    forged = _after(database, ACCOUNTS, "UPDATE staff SET role = 'admin' WHERE id = 1")
    assert forged == "akun 1 tidak sesuai dengan peristiwanya"
    assert _after(database, ACCOUNTS, "DELETE FROM staff WHERE id = 1") == "akun 1 hilang"
    assert _after(database, ACCOUNTS, "DELETE FROM staff WHERE id = 2") == ""


_SAID_BY_AN_ACCOUNT = {
    **dict.fromkeys(["login", "name", "nip", "password_hash"], "'lain'"),
    "role": "'kepala'",
    "disabled": "true",
    "created_at": "'2020-01-01 00:00:00.000000'",
}


def test_a_change_of_an_account_is_named_and_so_is_one_taken_out_or_put_in(database: Database) -> None:
    with database.writing() as session:
        staff.add(session, "admin", "Pengelola", Role.ADMIN, at=NOW, actor="program")
        who, password = staff.add(session, "siti", "Siti Rahmawati", Role.PETUGAS, at=NOW, actor="admin", nip="1")
        staff.change_password(session, who, password, "kuda terbang di atas sawah", at=NOW)
        staff.set_role(session, who, Role.PEMBACA, at=NOW, actor="admin")
        staff.disable(session, who, at=NOW, actor="admin")
        staff.enable(session, who, at=NOW, actor="admin")
        who.failures, who.locked_until = 3, NOW  # what slows down guessing is no event
    assert Office(database).wrong() == []
    for column, value in _SAID_BY_AN_ACCOUNT.items():
        said = _after(database, ACCOUNTS, f"UPDATE staff SET {column} = {value} WHERE id = 2")
        assert said == "akun 2 tidak sesuai dengan peristiwanya", column
    assert _after(database, ACCOUNTS, "DELETE FROM staff WHERE id = 2") == "akun 2 hilang"
    columns = "name, role, nip, password_hash, must_change, disabled, failures, created_at"
    forged = f"INSERT INTO staff (id, login, {columns}) SELECT 9, 'palsu', {columns} FROM staff WHERE id = 1"
    assert _after(database, ACCOUNTS, forged) == "akun 9 tidak sesuai dengan peristiwanya"


_UNREADABLE = (
    (ENTRIES, "UPDATE entry SET kind = 'keluhan' WHERE id = 2"),
    (ENTRIES, "UPDATE event SET body = 'bukan JSON' WHERE id = 3"),
    (ENTRIES, "UPDATE event SET body = '[]' WHERE id = 3"),
    (ENTRIES, "UPDATE event SET body = '{}' WHERE id = 3"),
    (VALUES, "UPDATE event SET body = 'bukan JSON' WHERE id = 3"),
    (DISPOSITIONS, "UPDATE message SET disposition = 'hilang' WHERE id = 2"),
    (NUMBERS, "UPDATE series SET name = 'XYZ'"),
)


def test_what_cannot_even_be_read_is_named_and_the_other_promises_are_still_checked(book: Database) -> None:
    for promise, statement in _UNREADABLE:
        with _unguarded(book) as session:
            session.execute(text(statement))
            assert "tidak dapat dibaca" in _wrong(session, promise), statement
            assert len(verify(session)) == len(CHECKS)
