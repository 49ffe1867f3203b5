"""The recap reconciles to the unit, row by row and from one period to the next, whatever happened in the office."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from sqlmodel import Session, select

from ledger import issuing, workflow
from ledger.database import Database
from ledger.models import Entry
from ledger.periods import Period
from ledger.recap import DECREASES, INCREASES, Count, Figures, Line
from ledger.verify import verify
from ledger.words import CLOSED, Channel, Kind, Status
from ledger.workflow import Act
from tests.ledger.histories import STEPS, Life, Step
from tests.office import FIRST, rulebook, settings, write_entry

PERIODS = [
    *(Period(2026, month, 1) for month in range(9, 13)),
    *(Period(2027, month, 1) for month in range(1, 7)),
    *(Period(year, month, 3) for year in (2026, 2027) for month in (1, 4, 7, 10)),
    *(Period(year, month, 6) for year in (2026, 2027) for month in (1, 7)),
    *(Period(year, 1, 12) for year in (2026, 2027)),
]
LAST = Period(2031, 1, 12)
"""A year that nothing reaches."""


def reconciles(figures: Figures) -> None:
    """Check every sum of a recap against every other."""
    total = figures.total
    for table in figures.tables:
        for line in table.lines:
            assert line.balance == line.remaining, (figures.period, table.key, line)
        for column in ("carried", "added", "received", "reopened", "lapsed", *DECREASES[:-1], "remaining"):
            assert sum(getattr(line, column) for line in table.lines) == getattr(total, column), (table.key, column)
        assert sum(line.moved_in for line in table.lines) == sum(line.moved_out for line in table.lines)
    assert (total.balance, total.moved_in, total.moved_out) == (total.remaining, 0, 0)
    assert all(getattr(total, column) >= 0 for column in (*INCREASES, *DECREASES, "remaining"))
    opened = [status for status in figures.statuses if status.is_open]
    ended = [status for status in figures.statuses if not status.is_open]
    assert all(each.carried + each.entered - each.left == each.remaining for each in opened)
    assert sum(each.carried for each in opened) == total.carried
    assert sum(each.remaining for each in opened) == total.remaining
    assert sum(each.left for each in ended) == total.reopened + total.lapsed
    columns = {
        "selesai": "finished",
        "ditolak": "refused",
        "dicabut": "withdrawn",
        "duplikat": "merged",
        "batal": "void",
    }
    assert {each.key: each.entered for each in ended} == {key: getattr(total, name) for key, name in columns.items()}
    assert figures.pace.in_time + figures.pace.late + figures.pace.unlimited == total.finished
    assert sum(part.finished for part in figures.course) == total.finished
    assert sum(part.received for part in figures.course) == total.received
    assert 0 <= total.finished <= total.burden


def follows(before: Figures, after: Figures) -> None:
    """Check that what remained is what was carried over, in all rows."""
    assert after.total.carried == before.total.remaining
    for earlier, later in zip(before.tables, after.tables, strict=True):
        left = {line.key: line.remaining for line in earlier.lines if line.remaining}
        assert {line.key: line.carried for line in later.lines if line.carried} == left
    left = {status.key: status.remaining for status in before.statuses if status.remaining}
    assert {status.key: status.carried for status in after.statuses if status.carried} == left


@pytest.fixture
def fresh(sqlite_book: Path) -> Iterator[Path]:
    """A folder with an empty book to be copied for each example."""
    with TemporaryDirectory() as folder:
        yield Path(shutil.copy(sqlite_book, Path(folder) / "empty.db"))


@trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_every_recap_reconciles_and_follows_the_one_before(fresh: Path, steps: list[Step]) -> None:
    file = Path(shutil.copy(fresh, fresh.with_name("book.db")))
    with closing(Database.open(f"sqlite:///{file.as_posix()}")) as database:
        life = Life(database)
        for step in steps:
            life.take(step)
        figures = {period: life.report(period).figures for period in PERIODS}
        for period, counted in figures.items():
            reconciles(counted)
            if (following := period.after()) in figures:
                follows(counted, figures[following])
        for period, report in life.issued.items():
            assert life.report(period) == report
        for one in life.issued.values():
            for other in life.issued.values():
                if Period.read(one.figures.period).end == Period.read(other.figures.period).first:
                    follows(one.figures, other.figures)
        with database.reading() as session:
            standing = [entry.status not in CLOSED for entry in session.exec(select(Entry))]
            assert [one.wrong for one in verify(session) if one.wrong] == []
        assert life.report(LAST).figures.total.remaining == sum(standing)


OCTOBER, NOVEMBER, DECEMBER = (Period(2026, month, 1) for month in (10, 11, 12))
MIDNIGHT = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
"""Minggu, 1 November 2026 pukul 00.00 WIB."""
MINUTE = timedelta(minutes=1)


def wrote(database: Database, at: datetime, **fields: object) -> int:
    with database.writing() as session:
        return write_entry(session, at=at, **({"received_at": at} | fields)).id or 0


def did(database: Database, key: int, at: datetime, act: Callable[[Session, Entry, Act], object]) -> None:
    with database.writing() as session:
        act(session, session.get_one(Entry, key), Act("siti", at))


def begins(session: Session, entry: Entry, act: Act) -> None:
    workflow.set_status(session, entry, Status.DIPROSES, act, note="")


def finishes(session: Session, entry: Entry, act: Act) -> None:
    workflow.set_status(session, entry, Status.SELESAI, act, note="Sudah dibayar.")


def figures_of(database: Database, period: Period, at: datetime = datetime(2027, 2, 1, tzinfo=UTC)) -> Figures:
    with database.reading() as session:
        return issuing.report(session, period, settings(), at=at).figures


def line(figures: Figures, table: str, key: str) -> Line:
    return next(each for part in figures.tables if part.key == table for each in part.lines if each.key == key)


def moved(each: Line) -> dict[str, int]:
    """Return the columns of a row in which something stands."""
    return {column: number for column in (*INCREASES, *DECREASES, "remaining") if (number := getattr(each, column))}


def test_a_month_ends_at_midnight_of_the_office(database: Database) -> None:
    wrote(database, MIDNIGHT - timedelta(seconds=1))
    wrote(database, MIDNIGHT)
    assert moved(figures_of(database, OCTOBER).total) == {"received": 1, "remaining": 1}
    assert moved(figures_of(database, NOVEMBER).total) == {"carried": 1, "received": 1, "remaining": 2}


def test_a_matter_is_received_in_one_year_and_finished_in_the_next(database: Database) -> None:
    key = wrote(database, datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC))
    did(database, key, datetime(2026, 12, 31, 17, 0, tzinfo=UTC), begins)
    did(database, key, datetime(2026, 12, 31, 17, 1, tzinfo=UTC), finishes)
    assert moved(figures_of(database, Period(2026, 1, 12)).total) == {"received": 1, "remaining": 1}
    assert moved(figures_of(database, Period(2027, 1, 12)).total) == {"carried": 1, "finished": 1}


def test_every_way_out_and_back_is_a_column(database: Database) -> None:
    finished, refused, withdrawn, merged, void, reopened = (wrote(database, MIDNIGHT) for _ in range(6))
    later = MIDNIGHT + timedelta(days=1)
    for key in (finished, reopened):
        did(database, key, later, begins)
        did(database, key, later, finishes)
    for key, status in ((refused, Status.DITOLAK), (withdrawn, Status.DICABUT)):
        did(database, key, later, lambda s, e, a, to=status: workflow.set_status(s, e, to, a, note="alasan"))
    did(database, merged, later, lambda s, e, a: workflow.merge(s, e, a, into=s.get_one(Entry, finished)))
    did(database, void, later, lambda s, e, a: workflow.void(s, e, a, note="salah catat"))
    did(database, reopened, later, lambda s, e, a: workflow.reopen(s, e, a, note="belum tuntas"))
    assert moved(figures_of(database, NOVEMBER).total) == {
        "received": 6,
        "reopened": 1,
        "finished": 2,
        "refused": 1,
        "withdrawn": 1,
        "merged": 1,
        "void": 1,
        "remaining": 1,
    }


def test_what_is_undone_within_a_period_never_happened(database: Database) -> None:
    key = wrote(database, MIDNIGHT)
    did(database, key, MIDNIGHT, begins)
    did(database, key, MIDNIGHT + MINUTE, finishes)
    did(database, key, MIDNIGHT + 2 * MINUTE, lambda s, e, a: workflow.undo(s, e, a, default_mailbox=FIRST))
    assert moved(figures_of(database, NOVEMBER).total) == {"received": 1, "remaining": 1}


def test_a_finishing_undone_after_midnight_lapses_in_the_next_month(database: Database) -> None:
    key = wrote(database, MIDNIGHT - 3 * MINUTE)
    did(database, key, MIDNIGHT - 2 * MINUTE, begins)
    did(database, key, MIDNIGHT - MINUTE, finishes)
    did(database, key, MIDNIGHT + MINUTE, lambda s, e, a: workflow.undo(s, e, a, default_mailbox=FIRST))
    assert moved(figures_of(database, OCTOBER).total) == {"received": 1, "finished": 1}
    assert moved(figures_of(database, NOVEMBER).total) == {"lapsed": 1, "remaining": 1}


def test_a_finished_number_made_void_counts_as_void_and_changes_nothing_that_is_open(database: Database) -> None:
    key = wrote(database, MIDNIGHT - 3 * MINUTE)
    did(database, key, MIDNIGHT - 2 * MINUTE, begins)
    did(database, key, MIDNIGHT - MINUTE, finishes)
    did(database, key, MIDNIGHT + MINUTE, lambda s, e, a: workflow.void(s, e, a, note="tercatat dua kali"))
    assert moved(figures_of(database, NOVEMBER).total) == {"lapsed": 1, "void": 1}


def test_a_correction_moves_what_was_carried_over_and_nothing_that_is_new(database: Database) -> None:
    for at in (MIDNIGHT - MINUTE, MIDNIGHT):
        key = wrote(database, at, kind=Kind.INFORMASI)
        did(
            database,
            key,
            MIDNIGHT + MINUTE,
            lambda s, e, a: workflow.correct(
                s, e, {"kind": Kind.PENGADUAN}, a, rulebook=rulebook(), default_mailbox=FIRST
            ),
        )
    figures = figures_of(database, NOVEMBER)
    assert moved(line(figures, "jenis", "informasi")) == {"carried": 1, "moved_out": 1}
    assert moved(line(figures, "jenis", "pengaduan")) == {"received": 1, "moved_in": 1, "remaining": 2}


def test_a_channel_of_another_name_has_a_row_of_its_own(database: Database) -> None:
    wrote(database, MIDNIGHT, channel=Channel.LAINNYA, channel_word="SP4N-LAPOR!")
    wrote(database, MIDNIGHT, channel=Channel.LAINNYA)
    figures = figures_of(database, NOVEMBER)
    assert line(figures, "kanal", "lainnya/SP4N-LAPOR!").label == "Lainnya: SP4N-LAPOR!"
    assert [line(figures, "kanal", key).received for key in ("lainnya", "lainnya/SP4N-LAPOR!", "email")] == [1, 1, 0]


def test_time_is_told_in_calendar_days_against_the_date_promised(database: Database) -> None:
    for days in (0, 2, 75):
        key = wrote(database, MIDNIGHT - timedelta(seconds=1), kind=Kind.PENGADUAN)
        did(database, key, MIDNIGHT, begins)
        did(database, key, MIDNIGHT + timedelta(days=days), finishes)
    wrote(database, MIDNIGHT, kind=Kind.PENGADUAN)
    first = figures_of(database, NOVEMBER).pace
    assert (first.in_time, first.late, first.median, first.longest, first.overdue) == (2, 0, 2.0, 3, 2)
    whole = figures_of(database, Period(2027, 1, 12), at=datetime(2027, 12, 31, tzinfo=UTC)).pace
    assert (whole.in_time, whole.late, whole.median, whole.longest, whole.overdue) == (0, 1, 76.0, 76, 1)


def test_themes_are_counted_of_what_came_without_void_and_merged_ones(database: Database) -> None:
    wrote(database, MIDNIGHT, themes=("upah", "thr"))
    wrote(database, MIDNIGHT, themes=("thr",))
    wrote(database, MIDNIGHT)
    void = wrote(database, MIDNIGHT, themes=("upah",), restricted=True)
    did(database, void, MIDNIGHT + MINUTE, lambda s, e, a: workflow.void(s, e, a, note="salah catat"))
    figures = figures_of(database, NOVEMBER)
    assert figures.themes == (Count("thr", "THR", 2), Count("upah", "Upah", 1))
    assert (figures.without_theme, figures.restricted) == (1, 0)


def test_an_empty_month_is_nil_and_has_all_its_rows(database: Database) -> None:
    figures = figures_of(database, DECEMBER)
    assert figures.is_empty
    assert [len(table.lines) for table in figures.tables] == [5, 3, 4]
