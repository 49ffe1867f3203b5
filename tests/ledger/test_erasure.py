"""Lawful erasure takes a person's data out of the whole book, and leaves one that is sound and remembers the mail."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, inspect, text
from sqlmodel import Session, col, select

from ingest.judge import FileFacts, Judged
from ingest.resettle import Resettler
from ledger import corrections, drafts, erasure, erasure_list, files, letters, whose, workflow
from ledger.database import Database
from ledger.erasure import Scope
from ledger.errors import LedgerError
from ledger.letters import Rendered
from ledger.messages import PackedRaw
from ledger.models import (
    Arrival,
    Attachment,
    Entry,
    EntryFile,
    Event,
    EventValue,
    FormDraft,
    Letter,
    Message,
    Raw,
    Staff,
    Tombstone,
)
from ledger.ports import Told
from ledger.search import overview
from ledger.verify import verify
from ledger.words import Disposition, Kind, LetterState, Role
from ledger.workflow import Act
from tests.ledger.desk.signed import put_account
from tests.office import FIRST, NOW, SECOND, Office, identity, judged, rulebook, settings, unread, write_entry

MARK = "zaitunmerak"
"""A word that stands in every place where a book holds what a person told, and nowhere else."""
SENDER = f"{MARK}@example.org"
PHONE = "0813-7777-4242"
REASON = "permintaan pemilik data, nota dinas 12"
PICTURE = b"\xff\xd8\xff" + b"foto " * 40 + MARK.encode()


@pytest.fixture
def office(database: Database) -> Office:
    office = Office(database)
    with database.writing() as session:
        put_account(session, Role.ADMIN)
        put_account(session, Role.PETUGAS)
    return office


def _mail(words: str = "Upah saya belum dibayar", **told: object) -> Judged:
    who = identity(name=f"Ibu {MARK}", organisation=f"PT {MARK}", address=f"Jalan {MARK} 7", phone=PHONE)
    file = FileFacts(f"{MARK}.pdf", "application/pdf", 10, "f" * 64)
    mail = judged(f"{words}, {MARK}.", sender=SENDER, subject=f"Perkara {MARK}", who=who, files=(file,), **told)  # type: ignore[arg-type]
    return replace(mail, sender_name=f"{MARK} dari ponsel", quoted=f"> {MARK}")


def _raw(number: int) -> bytes:
    return f"From: {SENDER}\r\n\r\n{MARK} {number}".encode()


def _dossier(office: Office) -> str:
    """Let one person write, be answered, and be noted in every way that the book has; returns his number."""
    number = office.settle_one(_mail(rfc_message_id="satu@example.org", needs_review=True), raw=_raw(1)).number
    office.settle_one(_mail("Menyusul", references=["satu@example.org"]), raw=_raw(2))
    office.settle_one(_mail(rfc_message_id="satu@example.org"), raw=_raw(3), mailbox=SECOND)
    with office.database.writing() as session:
        entry = _entry(session, number)
        act = Act("petugas", office.clock())
        letter = session.exec(select(Letter).where(Letter.entry_id == entry.id)).one()
        letters.queue(session, letter, Rendered(f"TT {MARK}", f"Yth. {MARK}", f"<p>{MARK}"), at=NOW)
        letters.end(session, letter, LetterState.FAILED, reason=f"550 {SENDER} tidak dikenal", at=NOW)
        workflow.correct(
            session,
            entry,
            {"name": f"{MARK} binti Contoh", "kind": Kind.SARAN.value},
            act,
            rulebook=rulebook(),
            default_mailbox=FIRST,
            note=f"kata {MARK}",
        )
        workflow.add_note(session, entry, act, note=f"{MARK} menelepon")
        workflow.answer(session, entry, act, words=f"Saudara {MARK}", default_mailbox=FIRST)
        files.attach(session, entry, files.pack([(f"{MARK}.jpg", PICTURE)]), at=NOW, actor="petugas")
        who = session.exec(select(Staff).where(Staff.login == "petugas")).one()
        drafts.keep(session, who.id or 0, "telepon", {"nama": "Ibu", "telepon": "081377774242", "x": MARK}, at=NOW)
    return number


def _entry(session: Session, number: str) -> Entry:
    return session.exec(select(Entry).where(Entry.number == number)).one()


def _forget(office: Office, *numbers: str, mails: tuple[int, ...] = (), actor: str = "admin") -> list[Event]:
    with office.database.writing() as session:
        ids = tuple(_entry(session, number).id or 0 for number in numbers)
        return erasure.forget(session, Scope(ids, mails), reason=REASON, actor=actor, at=office.clock())


def _texts(database: Database) -> Iterator[tuple[str, str]]:
    """Yield every value of every table as text, blobs with their bytes."""
    with database.engine.connect() as connection:
        for table in inspect(database.engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                for column, value in row.items():
                    shown = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value)
                    yield f"{table}.{column}", shown if isinstance(shown, str) else shown.decode("latin-1")


def _places_of(database: Database, word: str) -> set[str]:
    return {place for place, value in _texts(database) if word in value}


def test_the_words_of_an_erased_person_stand_in_no_table(office: Office) -> None:
    number = _dossier(office)
    tables = {place.partition(".")[0] for place in _places_of(office.database, MARK)}
    assert tables == {"entry", "message", "attachment", "letter", "event_value", "entry_file", "form_draft"}
    (said,) = _forget(office, number)
    assert _places_of(office.database, MARK) == set()
    assert _places_of(office.database, "77774242") | _places_of(office.database, "7777-4242") == set()
    assert all(row.packed == b"" for row in office.rows(Raw))
    assert said.verb == erasure.VERB and json.loads(said.body)["set"]["jumlah_surat"] == 2
    assert office.wrong() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_words_of_an_erased_person_stand_nowhere_in_the_bytes_of_the_file(office: Office, tmp_path: Path) -> None:
    for other in range(40):
        office.arrive(judged(f"Perkara lain {other} " * 50, sender=f"lain{other}@example.org"))
    office.settle()
    number = _dossier(office)
    assert any(MARK.encode() in file.read_bytes() for file in tmp_path.glob("book.db*"))
    _forget(office, number)
    assert office.database.scrub() == ""
    found = {file.name: MARK.encode() in file.read_bytes() for file in tmp_path.glob("book.db*")}
    assert found["book.db"] is False and not any(found.values())


def test_either_database_is_scrubbed(office: Office) -> None:
    _forget(office, _dossier(office))
    assert office.database.scrub() == ""
    assert office.wrong() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_that_somebody_reads_meanwhile_is_said_not_to_be_clean_yet(office: Office) -> None:
    _forget(office, _dossier(office))
    office.database.engine.dispose()
    event.listen(office.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=100"))
    with office.database.reading() as session:
        session.exec(select(Entry.id)).all()
        assert "belum" in office.database.scrub()
    assert office.database.scrub() == ""


def test_erasing_leaves_numbers_statistics_and_everybody_elses_matters_as_they_were(office: Office) -> None:
    office.settle_one(judged("Perkara orang lain", sender="lain@example.org"))
    number = _dossier(office)
    kept = ("number", "channel", "kind", "service", "status", "received_at", "recorded_at", "due_on", "themes")

    def counted() -> list[object]:
        with office.database.reading() as session:
            lines = [[getattr(entry, field) for field in kept] for entry in office.rows(Entry)]
            dispositions = [(mail.disposition, mail.entry_id, mail.received_at) for mail in office.rows(Message)]
            return [lines, dispositions, corrections.by_month(session, settings().office.zone)]

    before, others = counted(), _places_of(office.database, "lain@example.org")
    _forget(office, number)
    assert counted() == before
    assert _places_of(office.database, "lain@example.org") == others


def test_what_still_was_owed_is_withheld_with_the_reason_and_nothing_can_send_it_again(office: Office) -> None:
    number = office.settle_one(_mail()).number
    _forget(office, number)
    letter = office.the_letter(number)
    assert (letter.state, letter.reason, letter.recipient) == (LetterState.WITHHELD, erasure.WITHHELD, "")
    office.clock.now += timedelta(hours=1)
    act = Act("petugas", office.clock())
    with office.database.writing() as session:
        entry, row = _entry(session, number), session.get_one(Letter, letter.id)
        with pytest.raises(LedgerError):
            letters.release(session, row, actor="petugas", at=office.clock())
        with pytest.raises(LedgerError, match="tidak meninggalkan alamat"):
            workflow.answer(session, entry, act, words="Halo", default_mailbox=FIRST)
        told = {"email": "baru@example.org"}
        workflow.correct(session, entry, told, act, rulebook=rulebook(), default_mailbox=FIRST)
        assert (row.state, row.recipient) == (LetterState.WITHHELD, "")
    assert office.wrong() == []


@pytest.mark.parametrize("state", [LetterState.FAILED, LetterState.UNCERTAIN, LetterState.SENDING])
def test_a_letter_that_failed_or_was_on_its_way_is_not_sent_again(office: Office, state: LetterState) -> None:
    number = office.settle_one(_mail()).number
    office.mark_sent(number, state)
    _forget(office, number)
    letter = office.the_letter(number)
    assert letter.state is (LetterState.FAILED if state is LetterState.FAILED else LetterState.UNCERTAIN)
    with office.database.writing() as session, pytest.raises(LedgerError, match="telah dihapus"):
        workflow.send_again(session, session.get_one(Letter, letter.id), Act("petugas", NOW))
    with office.database.reading() as session:
        today = overview(session, [FIRST], zone=settings().office.zone, today=NOW.date())
    assert today.letters == {} and today.underway == 0


_AGAIN = {
    "another UIDVALIDITY": {"validity": 2},
    "the other mailbox": {"mailbox": SECOND},
    "the Junk folder": {"folder": "Spam"},
    "a file": {"folder": "impor", "validity": 0},
}


@pytest.mark.parametrize("where", _AGAIN.values(), ids=_AGAIN.keys())
@pytest.mark.parametrize("other_bytes", [False, True], ids=["same bytes", "other bytes"])
def test_a_mail_that_is_found_again_is_not_brought_back(
    office: Office, where: dict[str, object], other_bytes: bool
) -> None:
    mail = _mail()
    number = office.settle_one(mail, raw=_raw(1)).number
    _forget(office, number)
    letters_before = len(office.rows(Letter))
    settled = office.settle_one(mail, raw=_raw(2) if other_bytes else _raw(1), **where)
    assert (settled.number, settled.again) == (number, True)
    assert (len(office.rows(Entry)), len(office.rows(Message)), len(office.rows(Letter))) == (1, 1, letters_before)
    assert all(row.packed == b"" for row in office.rows(Raw))
    assert len(office.rows(Tombstone)) == (2 if other_bytes else 1)
    assert _places_of(office.database, MARK) == set() and office.wrong() == []


def test_the_same_words_sent_anew_are_a_new_matter(office: Office) -> None:
    _forget(office, office.settle_one(_mail()).number)
    settled = office.settle_one(_mail(rfc_message_id="baru@example.org"))
    assert (settled.disposition, settled.number) == (Disposition.RECORDED, "PGD/2026/0002")
    assert office.wrong() == []


def test_a_stranger_without_an_address_is_never_taken_for_an_erased_person(office: Office) -> None:
    number = office.settle_one(_mail(rfc_message_id="satu@example.org")).number
    _forget(office, number)
    settled = office.settle_one(judged(f"Menyusul {number}", sender="", references=["satu@example.org"]))
    assert settled.number == "PGD/2026/0002"


def test_a_mail_in_quarantine_or_without_number_is_erased_by_itself(office: Office) -> None:
    office.settle_one(unread(f"rusak {MARK}"), raw=_raw(1))
    office.settle_one(_mail(kind=Kind.LAINNYA), raw=_raw(2))
    _forget(office, mails=(1, 2))
    first, second = office.rows(Message)
    assert (first.disposition, second.disposition) == (Disposition.UNREGISTERED, Disposition.UNREGISTERED)
    assert first.erased_at == second.erased_at == NOW
    assert _places_of(office.database, MARK) == set() and office.wrong() == []
    with office.database.reading() as session:
        assert overview(session, [FIRST], zone=settings().office.zone, today=NOW.date()).quarantined == 0


def test_the_same_letter_in_other_bytes_goes_with_a_mail_without_number(office: Office) -> None:
    mail = _mail(kind=Kind.LAINNYA, rfc_message_id="satu@example.org")
    office.settle_one(mail, raw=_raw(1))
    assert office.settle_one(mail, raw=_raw(2)).disposition is Disposition.DUPLICATE
    assert len(_forget(office, mails=(2, 1))) == 1
    assert _places_of(office.database, MARK) == set() and office.wrong() == []
    with office.database.reading() as session:
        found = whose.named(session, (), (1,))
        assert len(whose.elsewhere(session, found, settings().office.zone)) == 2


def test_the_same_letter_in_other_bytes_goes_with_an_entry_made_of_its_first_copy(office: Office) -> None:
    mail = _mail(kind=Kind.LAINNYA, rfc_message_id="satu@example.org")
    office.settle_one(mail, raw=_raw(1))
    office.settle_one(mail, raw=_raw(2))
    told = Told(Kind.PENGADUAN, "umum")
    number = Resettler(office.database, office.means).release(1, "petugas", told).number
    _forget(office, number)
    assert _places_of(office.database, MARK) == set() and office.wrong() == []


@pytest.mark.parametrize("told", [None, Told(Kind.PENGADUAN, "umum")], ids=["by itself", "as told"])
def test_a_copy_that_lay_unread_in_quarantine_is_not_brought_back_by_its_release(
    office: Office, told: Told | None
) -> None:
    office.settle_one(unread(), raw=_raw(1), mailbox=SECOND)
    mail = _mail(rfc_message_id="satu@example.org")
    _forget(office, office.settle_one(mail, raw=_raw(2)).number)
    office.mails[_raw(1)] = mail
    released = Resettler(office.database, office.means).release(1, "petugas", told)
    assert (released.disposition, released.number) == (Disposition.UNREGISTERED, "")
    assert len(office.rows(Entry)) == 1
    assert _places_of(office.database, MARK) == set() and office.wrong() == []


def test_a_copy_that_lay_unread_in_quarantine_is_not_brought_back_by_arriving_once_more(office: Office) -> None:
    office.settle_one(unread(), raw=_raw(1), mailbox=SECOND)
    mail = _mail(rfc_message_id="satu@example.org")
    _forget(office, office.settle_one(mail, raw=_raw(2)).number)
    again = office.settle_one(mail, raw=_raw(1), folder="Arsip")
    assert (again.disposition, again.number) == (Disposition.UNREGISTERED, "")
    assert len(office.rows(Entry)) == 1
    assert _places_of(office.database, MARK) == set() and office.wrong() == []


def test_erasing_twice_is_harmless_and_what_came_later_can_be_erased_later(office: Office) -> None:
    number = _dossier(office)
    assert len(_forget(office, number)) == 1
    assert _forget(office, number) == []
    office.clock.now += timedelta(days=1)
    office.settle_one(_mail("Lagi", references=[office.the_letter(number).rfc_message_id]), raw=_raw(9))
    assert "message.text" in _places_of(office.database, MARK)
    assert len(_forget(office, number)) == 1
    assert _places_of(office.database, MARK) == set() and office.wrong() == []


def test_what_is_written_after_an_erasure_is_no_erased_letter_though_the_clock_went_back(office: Office) -> None:
    number = _dossier(office)
    _forget(office, number)
    office.clock.now -= timedelta(hours=3)
    act = Act("petugas", office.clock())
    with office.database.writing() as session:
        entry = _entry(session, number)
        workflow.correct(session, entry, {"email": "baru@example.org"}, act, rulebook=rulebook(), default_mailbox=FIRST)
        workflow.answer(session, entry, act, words="Silakan datang ke kantor.", default_mailbox=FIRST)
        late = session.exec(select(Letter).order_by(col(Letter.id).desc()).limit(1)).one()
        letters.end(session, late, LetterState.FAILED, reason="550 tidak dikenal", at=office.clock())
        with pytest.raises(LedgerError, match="Isi dan alamat surat ini telah dihapus"):
            workflow.send_again(session, session.exec(select(Letter).order_by(col(Letter.id)).limit(1)).one(), act)
        workflow.send_again(session, late, act)
        files.attach(session, entry, files.pack([("baru.jpg", PICTURE)]), at=office.clock(), actor="petugas")
    assert late.recipient == "baru@example.org" and office.wrong() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_letters_erased_before_they_told_so_themselves_tell_it_after_an_upgrade(office: Office) -> None:
    _forget(office, _dossier(office))
    office.settle_one(judged("Perkara orang lain", sender="lain@example.org", who=identity(name="Budi")))
    erased = [(letter.id, letter.erased_at) for letter in office.rows(Letter)]
    assert [at for _, at in erased] == [NOW, NOW, None]
    with office.database.noting() as session:
        for column in ("erased_at", "trying_since"):  # what the letters got since
            session.execute(text(f"ALTER TABLE letter DROP COLUMN {column}"))
        session.execute(text("UPDATE alembic_version SET version_num = '0011'"))
    office.database.upgrade()
    assert [(letter.id, letter.erased_at) for letter in office.rows(Letter)] == erased and office.wrong() == []


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        ("petugas", "Hanya pengelola sistem"),
        ("tidak-ada", "Akun tidak-ada belum ada"),
        ("dulu", "Hanya pengelola sistem"),
    ],
)
def test_nobody_but_an_administrator_in_use_erases(office: Office, actor: str, said: str) -> None:
    number = _dossier(office)
    with office.database.writing() as session:
        put_account(session, Role.ADMIN, login="dulu", disabled=True)
    with pytest.raises(LedgerError, match=said):
        _forget(office, number, actor=actor)
    assert office.rows(Tombstone) == [] and _places_of(office.database, MARK)


@pytest.mark.parametrize("reason", ["", "  ", f"diminta {SENDER.upper()}", "diminta 081377774242", f"Ibu {MARK} minta"])
def test_a_reason_that_is_missing_or_tells_who_the_person_is_is_refused(office: Office, reason: str) -> None:
    number = office.settle_one(_mail()).number
    with office.database.writing() as session, pytest.raises(LedgerError, match="Alasan"):
        scope = Scope((_entry(session, number).id or 0,))
        erasure.forget(session, scope, reason=reason, actor="admin", at=NOW)


def test_a_reason_that_tells_what_the_sender_calls_himself_is_refused(office: Office) -> None:
    mail = replace(judged("Upah belum dibayar."), sender_name="Zaitun Merah")
    number = office.settle_one(mail).number
    with office.database.writing() as session, pytest.raises(LedgerError, match="tidak boleh memuat nama"):
        scope = Scope((_entry(session, number).id or 0,))
        erasure.forget(session, scope, reason="permintaan zaitun merah", actor="admin", at=NOW)


def test_a_photograph_handed_in_with_two_matters_stays_until_both_are_erased_and_can_be_handed_in_anew(
    office: Office,
) -> None:
    with office.database.writing() as session:
        entries = [write_entry(session, name=f"Orang {each}", matter="Foto") for each in range(3)]
        for entry in entries[:2]:
            files.attach(session, entry, files.pack([("foto.jpg", PICTURE)]), at=NOW, actor="petugas")
    _forget(office, entries[0].number)
    assert [bool(row.packed) for row in office.rows(Raw)] == [True]
    _forget(office, entries[1].number)
    assert [bool(row.packed) for row in office.rows(Raw)] == [False]
    assert office.wrong() == []
    with office.database.writing() as session:
        entry = session.get_one(Entry, entries[2].id)
        files.attach(session, entry, files.pack([("lagi.jpg", PICTURE)]), at=NOW, actor="petugas")
    assert [bool(row.packed) for row in office.rows(Raw)] == [True]
    assert office.wrong() == []


def test_a_draft_about_somebody_else_stays(office: Office) -> None:
    number = _dossier(office)
    with office.database.writing() as session:
        who = session.exec(select(Staff).where(Staff.login == "petugas")).one()
        drafts.keep(session, who.id or 0, "radio", {"nama": "Ibu Lain", "telepon": "0812-1"}, at=NOW)
    _forget(office, number)
    assert [draft.form for draft in office.rows(FormDraft)] == ["radio"]


@pytest.mark.parametrize("field", ["name", "sender_name", "represents"])
@pytest.mark.parametrize(
    ("typed", "gone"),
    [
        ("Ibu Siti  Aminah dari Kanigaran menelepon lagi", True),
        ("siti aminah", True),
        ("Institusi sitiaminahan", False),
    ],
)
def test_a_draft_goes_that_names_the_person_within_what_was_typed(
    office: Office, field: str, typed: str, gone: bool
) -> None:
    with office.database.writing() as session:
        number = write_entry(session, matter="Upah", **{field: "Siti Aminah"}).number
        who = session.exec(select(Staff).where(Staff.login == "petugas")).one()
        drafts.keep(session, who.id or 0, "telepon", {"uraian": typed}, at=NOW)
    _forget(office, number)
    assert (office.rows(FormDraft) == []) is gone


def test_letters_of_an_erased_person_are_no_examples_any_more(office: Office) -> None:
    number = _dossier(office)
    with office.database.reading() as session:
        assert len(corrections.made(session)) == 1
    _forget(office, number)
    with office.database.reading() as session:
        assert corrections.made(session) == []


def test_a_form_opened_before_the_erasure_cannot_write_back_what_it_shows(office: Office) -> None:
    number = office.settle_one(_mail()).number
    _forget(office, number)
    with office.database.writing() as session, pytest.raises(workflow.VersionConflict):
        entry, act = _entry(session, number), Act("petugas", NOW, version=1)
        workflow.correct(session, entry, {"name": MARK}, act, rulebook=rulebook(), default_mailbox=FIRST)


def test_verify_says_how_much_was_lawfully_erased(office: Office) -> None:
    _forget(office, _dossier(office))
    with office.database.reading() as session:
        (note,) = (one.note for one in verify(session) if one.note)
    assert note.startswith("dihapus menurut aturan: 1 entri, 2 surat, 2 surat kita, 1 berkas, nilai dari ")


# Whoever deletes without the event


def _tampered(office: Office, change: str, **values: object) -> list[str]:
    """Return what verify finds after one statement, of which nothing is kept."""
    with Session(office.database.engine) as session:
        session.execute(text(change), values)
        found = [one.wrong for one in verify(session) if one.wrong]
        session.rollback()
    return found


def test_any_one_value_deleted_without_an_erasure_is_found(office: Office) -> None:
    _forget(office, _dossier(office))
    office.settle_one(judged("Perkara orang lain", sender="lain@example.org", who=identity(name="Budi")))
    values = office.rows(EventValue)
    assert {value.field for value in values} == {"alasan", "name", "email", "matter", "account", "isi_surat", "putusan"}
    for value in values:
        found = _tampered(office, "DELETE FROM event_value WHERE id = :id", id=value.id)
        assert any(f"peristiwa {value.event_id} hilang" in one for one in found), value


def test_any_one_raw_mail_emptied_without_an_erasure_is_found(office: Office) -> None:
    _forget(office, _dossier(office))
    office.settle_one(judged("Perkara orang lain", sender="lain@example.org"))
    for row in office.rows(Raw):
        if row.packed:
            found = _tampered(
                office, "UPDATE raw SET packed = :none WHERE digest = :digest", none=b"", digest=row.digest
            )
            assert found == [f"surat asli {row.digest[:12]} hilang tanpa penghapusan yang sah"]


_CHANGES = (
    "DELETE FROM tombstone WHERE digest = (SELECT min(digest) FROM tombstone)",
    "UPDATE tombstone SET letter_key = 'x' WHERE digest = (SELECT min(digest) FROM tombstone)",
    "UPDATE tombstone SET letter_key = NULL WHERE digest = (SELECT min(digest) FROM tombstone)",
    "INSERT INTO tombstone (digest, event_id) SELECT 'abc', max(id) FROM event",
    "UPDATE message SET erased_at = NULL WHERE id = 1",
    "UPDATE message SET erased_at = '2026-11-23 03:10:00+00' WHERE sender_address <> ''",
    "UPDATE message SET text = 'kembali' WHERE id = 1",
    "UPDATE message SET sender_name = 'kembali' WHERE id = 2",
    "UPDATE entry SET erased_at = NULL WHERE id = 1",
    "UPDATE entry SET name = 'kembali' WHERE id = 1",
    "UPDATE entry SET matter = 'kembali' WHERE id = 1",
    "UPDATE letter SET recipient = 'kembali@example.org' WHERE entry_id = 1",
    "UPDATE letter SET body_text = 'kembali' WHERE entry_id = 1",
    "UPDATE letter SET body_html = 'kembali' WHERE entry_id = 1",
    "UPDATE letter SET answers = 'kembali' WHERE entry_id = 1",
    "UPDATE letter SET erased_at = '2026-11-23 03:10:00+00' WHERE entry_id = 2",
    "UPDATE message SET error = 'kembali' WHERE id = 1",
    "UPDATE attachment SET name = 'kembali.pdf' WHERE message_id = 1",
    "UPDATE entry_file SET name = 'kembali.jpg'",
    "INSERT INTO event_value (event_id, field, salt, value) SELECT min(event_id), 'nik', '00', '35' FROM event_value",
    "INSERT INTO event_value (event_id, field, salt, value) VALUES (1, 'name', '00', 'kembali')",
)


@pytest.mark.parametrize("change", _CHANGES)
def test_any_change_to_what_an_erasure_left_is_found(office: Office, change: str) -> None:
    _forget(office, _dossier(office))
    office.settle_one(judged("Perkara orang lain", sender="lain@example.org", who=identity(name="Budi")))
    assert office.wrong() == []
    assert _tampered(office, change) != [], change


# The list beside the database


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    return tmp_path / "buku.penghapusan.jsonl"


def _complete(office: Office, list_file: Path) -> int:
    with office.database.reading() as session:
        return erasure_list.complete(session, list_file)


def _reapply(database: Database, list_file: Path) -> int:
    with database.writing() as session:
        return erasure.reapply(session, erasure_list.read(list_file), at=NOW + timedelta(days=2))


def test_the_list_holds_every_erasure_once_and_no_word_of_anybody(office: Office, list_file: Path) -> None:
    _forget(office, _dossier(office))
    office.settle_one(_mail(), raw=_raw(5), validity=2)
    assert (_complete(office, list_file), _complete(office, list_file)) == (1, 0)
    office.settle_one(unread(), raw=_raw(6))
    _forget(office, mails=(office.rows(Message)[-1].id or 0,))
    list_file.write_bytes(list_file.read_bytes() + b'{"hash": "ab')  # a power cut
    assert len(erasure_list.read(list_file)) == 1
    assert _complete(office, list_file) == 1
    one, two = erasure_list.read(list_file)
    assert (one.number, two.number, len(one.mails)) == ("PGD/2026/0001", "", 3)
    assert not any(
        word in list_file.read_text(encoding="utf-8") for word in (MARK, "77774242", "7777-4242", "nota dinas")
    )


def test_a_damaged_list_is_named_with_its_line(list_file: Path) -> None:
    list_file.write_text('{"hash": 1}\n', encoding="utf-8")
    with pytest.raises(LedgerError, match="baris 1"):
        erasure_list.read(list_file)


def test_a_restored_book_that_knows_the_person_erases_him_again_and_once(office: Office, list_file: Path) -> None:
    number = _dossier(office)
    with office.database.writing() as session:
        listed = _as_if_forgotten(session, number)
    assert listed.number == number
    with office.database.writing() as session:
        assert erasure.reapply(session, [listed, listed], at=NOW) == 1
        assert erasure.reapply(session, [listed], at=NOW) == 0
    assert _places_of(office.database, MARK) == set() and office.wrong() == []
    _complete(office, list_file)
    assert [one.hash for one in erasure_list.read(list_file)] == [listed.hash]


def test_an_erasure_applied_to_a_backup_that_lacks_the_entry_still_names_it_afterwards(
    office: Office, list_file: Path
) -> None:
    """A book restored from a backup older than the entry spoils no list for one restored from a younger backup."""
    with office.database.writing() as session:
        known = write_entry(session, name=f"Ibu {MARK}", matter="Upah")
        line = _as_if_forgotten(session, known.number)
        with session.begin_nested() as savepoint:
            erasure.reapply(session, [replace(line, recorded="c" * 64)], at=NOW)  # such a book knows no such entry
            (again,) = erasure.listed(session)
            savepoint.rollback()
        session.expire_all()
    assert (again.hash, again.number, again.recorded) == (line.hash, line.number, "c" * 64)
    poor = replace(line, number="", recorded="", mails=())
    with office.database.writing() as session:
        assert erasure.reapply(session, [poor, line], at=NOW) == 1
    assert _places_of(office.database, MARK) == set() and office.wrong() == []
    list_file.write_text(json.dumps(_OLD_LINE | {"hash": line.hash}) + "\n", encoding="utf-8")
    assert (_complete(office, list_file), _complete(office, list_file)) == (1, 0)
    whole = erasure.joined(erasure_list.read(list_file))[line.hash]
    assert (whole.number, whole.recorded, whole.book) == (line.number, line.recorded, line.book)


_OLD_LINE = {"peristiwa": 7, "pada": NOW.isoformat(), "nomor": "", "dicatat": "", "surat": []}
"""A line as an earlier program wrote it."""


def test_the_erasures_of_another_book_in_the_same_list_are_left_alone_and_old_lines_count(office: Office) -> None:
    number = _dossier(office)
    with office.database.writing() as session:
        line = _as_if_forgotten(session, number)
        assert line.book == session.get_one(Event, 1).hash
        assert erasure.reapply(session, [replace(line, book="d" * 64)], at=NOW) == 0
    assert _places_of(office.database, MARK)
    with office.database.writing() as session:
        assert erasure.reapply(session, [replace(line, book="")], at=NOW) == 1
    assert _places_of(office.database, MARK) == set()


def _as_if_forgotten(session: Session, number: str) -> erasure.Listed:
    """Return the line of an erasure that this book, like an older backup, does not know."""
    with session.begin_nested() as savepoint:
        scope = Scope((_entry(session, number).id or 0,))
        erasure.forget(session, scope, reason=REASON, actor="admin", at=NOW)
        (line,) = erasure.listed(session)
        savepoint.rollback()
    session.expire_all()
    return line


def test_a_restored_book_that_has_not_seen_the_mail_yet_does_not_take_it_in(office: Office) -> None:
    mail = _mail()
    digest, key = PackedRaw.of(_raw(1)).digest, erasure.letter_key(mail.content_key, mail.rfc_message_id, mail.sent_at)
    line = erasure.Listed("a" * 64, 7, NOW, "PGD/2026/0001", "b" * 64, (f"{digest}:{key}",))
    with office.database.writing() as session:
        assert erasure.reapply(session, [line], at=NOW) == 1
    settled = office.settle_one(mail, raw=_raw(1))
    again = office.settle_one(mail, raw=_raw(2), mailbox=SECOND)
    assert (settled.disposition, settled.number) == (Disposition.UNREGISTERED, "")
    assert again.arrival_id != settled.arrival_id
    assert office.rows(Entry) == [] and office.rows(Letter) == []
    assert all(row.packed == b"" for row in office.rows(Raw))
    assert _places_of(office.database, MARK) == set() and office.wrong() == []


def test_a_number_given_anew_after_a_restore_is_not_taken_for_the_erased_one(office: Office) -> None:
    line = erasure.Listed("a" * 64, 7, NOW, "PGD/2026/0001", "b" * 64, ())
    office.settle_one(judged("Perkara orang lain", sender="lain@example.org"))
    with office.database.writing() as session:
        erasure.reapply(session, [line], at=NOW)
    assert "entry.email" in _places_of(office.database, "lain@example.org")
    assert office.wrong() == []


def test_the_chain_stays_whole_over_an_erasure(office: Office) -> None:
    number = _dossier(office)
    before = {one.id: one.hash for one in office.rows(Event)}
    _forget(office, number)
    after = {one.id: one.hash for one in office.rows(Event)}
    assert before.items() <= after.items() and len(after) > len(before)
    assert {row.id for row in office.rows(Arrival)} == {1, 2, 3}
    assert [row.name for row in office.rows(Attachment)] == ["", ""]
    assert [row.name for row in office.rows(EntryFile)] == [""]
    with office.database.reading() as session:
        kept = col(Event.id) == col(EventValue.event_id)
        left = session.exec(select(Event.verb).join(EventValue, kept).order_by(col(Event.id))).all()
    assert left == [erasure.VERB]
