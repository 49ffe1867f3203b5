"""What officers corrected becomes examples, and tells how often the machine was right."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.settings import load
from ledger import corrections, entries, events, messages, workflow
from ledger.database import Database
from ledger.entries import Rulebook
from ledger.models import Entry
from ledger.words import Disposition, Kind
from ledger.workflow import Act
from tests.ledger.shelf import FIRST, NOW, put_entry, put_file, put_mail
from tests.wire.office import SHIPPED

WIB = ZoneInfo("Asia/Jakarta")
NEW_YEAR = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
"""Half past midnight of 1 January 2027 in WIB."""


def _book(database: Database) -> None:
    with database.noting() as session:
        for number, recorded_at in ((1, NOW), (2, NOW), (3, NEW_YEAR)):
            entry = put_entry(session, number, recorded_at=recorded_at)
            mail = put_mail(
                session, Disposition.RECORDED, entry=entry, subject=f"Perihal {number}", text=f"Isi {number}"
            )
            put_file(session, mail, 0, f"{number}.pdf", b"x")


def _act(database: Database, number: int, **values: object) -> None:
    rulebook = Rulebook.of(load(SHIPPED / "office.toml"))
    with database.writing() as session:
        entry = session.get_one(Entry, number)
        act = Act("sri", NOW)
        if values:
            workflow.correct(session, entry, values, act, rulebook=rulebook, default_mailbox=FIRST)
        else:
            entry.needs_review = True
            workflow.confirm(session, entry, act)


def test_corrected_and_confirmed_letters_are_examples_with_what_is_now_in_force(database: Database) -> None:
    _book(database)
    _act(database, 1, kind=Kind.SARAN)
    _act(database, 2)
    with database.reading() as session:
        made = corrections.made(session)
    assert [(one.kind, one.wording.subject, one.wording.attachments) for one in made] == [
        (Kind.SARAN, "Perihal 1", ("1.pdf",)),
        (Kind.PENGADUAN, "Perihal 2", ("2.pdf",)),
    ]


def _made(database: Database) -> list[tuple[Kind, str]]:
    with database.reading() as session:
        return [(one.kind, one.wording.text) for one in corrections.made(session)]


def _months(database: Database) -> list[tuple[int, int, int]]:
    with database.reading() as session:
        return [(one.judged, one.reviewed, one.corrected) for one in corrections.by_month(session, WIB)]


def _void(database: Database, number: int, *, no_concern: bool) -> None:
    with database.writing() as session:
        entry = session.get_one(Entry, number)
        workflow.void(session, entry, Act("sri", NOW), note="bukan urusan kantor", no_concern=no_concern)


def test_a_corrected_telephone_number_says_nothing_of_the_judgement(database: Database) -> None:
    _book(database)
    _act(database, 1, phone="0812 0000 1111", name="Budi")
    assert _made(database) == []
    assert _months(database) == [(2, 0, 0), (1, 0, 0)]


def test_stating_the_same_kind_again_ends_a_review_and_confirms_the_judgement(database: Database) -> None:
    _book(database)
    with database.writing() as session:
        session.get_one(Entry, 1).needs_review = True
    _act(database, 1, kind=Kind.PENGADUAN, name="Budi")
    assert _made(database) == [(Kind.PENGADUAN, "Isi 1")]
    assert _months(database) == [(2, 1, 0), (1, 0, 0)]


def test_a_correction_that_was_taken_back_is_none(database: Database) -> None:
    _book(database)
    with database.writing() as session:
        recorded = {field: entries.plain_value(session.get_one(Entry, 1), field) for field in entries.PLAIN_FIELDS}
        about = events.Subject(entry_id=1)
        events.append(session, "dicatat", at=NOW, actor="sistem", about=about, plain=recorded)
    _act(database, 1, kind=Kind.SARAN)
    assert _made(database) == [(Kind.SARAN, "Isi 1")]
    with database.writing() as session:
        workflow.undo(session, session.get_one(Entry, 1), Act("sri", NOW), default_mailbox=FIRST)
    assert _made(database) == []
    assert _months(database) == [(2, 0, 0), (1, 0, 0)]


def test_a_letter_that_is_none_of_the_offices_concern_is_an_example_of_that(database: Database) -> None:
    _book(database)
    _void(database, 1, no_concern=True)
    _void(database, 2, no_concern=False)
    assert _made(database) == [(Kind.LAINNYA, "Isi 1")]
    assert _months(database) == [(2, 1, 1), (1, 0, 0)]


def _taken_up(database: Database, out_of: Disposition, *, text: str = "Isi") -> None:
    """Let an officer make an entry of a letter that the machine had put elsewhere."""
    with database.writing() as session:
        entry = put_entry(session, 1, recorded_by="sri")
        mail = put_mail(session, out_of, text=text, subject="")
        mail.entry_id = entry.id
        messages.change_disposition(session, mail, Disposition.RECORDED, "dicatat oleh petugas", at=NOW, actor="sri")


@pytest.mark.parametrize("put_aside", [Disposition.UNREGISTERED, Disposition.AUTOMATIC, Disposition.LIST])
def test_a_complaint_out_of_the_other_box_is_an_example_and_was_judged_wrongly(
    database: Database, put_aside: Disposition
) -> None:
    _taken_up(database, put_aside)
    assert _made(database) == [(Kind.PENGADUAN, "Isi")]
    assert _months(database) == [(1, 1, 1)]


def test_a_mail_typed_in_from_quarantine_is_an_example_that_nobody_had_judged(database: Database) -> None:
    _taken_up(database, Disposition.QUARANTINED)
    assert _made(database) == [(Kind.PENGADUAN, "Isi")]
    assert _months(database) == []


def test_a_mail_of_which_nothing_could_be_read_teaches_nothing(database: Database) -> None:
    _taken_up(database, Disposition.QUARANTINED, text="")
    assert _made(database) == []


def test_the_second_matter_of_a_letter_is_no_judgement_of_the_machine(database: Database) -> None:
    with database.noting() as session:
        put_entry(session, 1, recorded_by="sri")
    assert _months(database) == []


def test_months_are_those_of_the_office_and_only_corrected_judgements_count_as_wrong(database: Database) -> None:
    _book(database)
    _act(database, 1, kind=Kind.SARAN)
    _act(database, 2)
    _act(database, 3, name="Budi")
    with database.reading() as session:
        months = corrections.by_month(session, WIB)
    assert [(month.label, month.judged, month.reviewed, month.corrected, month.right) for month in months] == [
        ("2026-11", 2, 2, 1, 0.5),
        ("2027-01", 1, 0, 0, 1.0),
    ]
