"""What officers corrected becomes examples, and tells how often the machine was right."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from config.settings import load
from ledger import corrections, workflow
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
