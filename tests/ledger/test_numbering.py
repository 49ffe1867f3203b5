"""Numbers follow the day of recording in the office's zone, and no number is lost or given twice."""

import random
import threading
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from config.settings import FirstNumber, Registers
from ledger import numbering
from ledger.database import Database
from ledger.models import Entry, Series
from ledger.words import Kind, Register
from tests.office import NOW, Office, write_entry

WIB = ZoneInfo("Asia/Jakarta")
AS_PAPER = Registers(PGD=FirstNumber(year=2026, first=148))


def _give(database: Database, at: datetime, series: Register = Register.PGD, registers: Registers = AS_PAPER) -> str:
    with database.writing() as session:
        return str(numbering.give(session, series, at=at, zone=WIB, registers=registers))


def test_a_register_begins_at_one_and_goes_on(database: Database) -> None:
    given = [_give(database, NOW, registers=Registers()) for _ in range(3)]
    assert given == ["PGD/2026/0001", "PGD/2026/0002", "PGD/2026/0003"]


def test_the_year_ends_at_midnight_of_the_office(database: Database) -> None:
    last_second = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
    assert last_second.astimezone(WIB).isoformat() == "2026-12-31T23:59:59+07:00"
    new_year = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)
    given = [_give(database, at, registers=Registers()) for at in (last_second, new_year, new_year)]
    assert given == ["PGD/2026/0001", "PGD/2027/0001", "PGD/2027/0002"]


def test_the_paper_book_goes_on_in_the_year_named_and_only_there(database: Database) -> None:
    assert [_give(database, NOW), _give(database, NOW)] == ["PGD/2026/0148", "PGD/2026/0149"]
    assert _give(database, NOW.replace(year=2027)) == "PGD/2027/0001"
    assert _give(database, NOW.replace(year=2025)) == "PGD/2025/0001"


def test_registers_count_apart(database: Database) -> None:
    given = [_give(database, NOW, series) for series in (Register.PGD, Register.REG, Register.SRN, Register.INF)]
    assert given == ["PGD/2026/0148", "REG/2026/0001", "SRN/2026/0001", "INF/2026/0001"]


def test_a_first_number_changed_later_does_not_move_a_series_already_begun(database: Database) -> None:
    _give(database, NOW, registers=Registers())
    assert _give(database, NOW) == "PGD/2026/0002"
    with database.reading() as session:
        assert session.exec(select(Series.first)).one() == 1


def test_a_number_of_five_digits_is_written_out(database: Database) -> None:
    paper = Registers(PGD=FirstNumber(year=2026, first=9999))
    assert [_give(database, NOW, registers=paper) for _ in range(2)] == ["PGD/2026/9999", "PGD/2026/10000"]


def test_a_number_taken_back_by_a_rollback_is_given_again(database: Database) -> None:
    with database.writing() as session:
        write_entry(session)
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            write_entry(session)
            _ = 1 / 0
        again = write_entry(session)
    assert again.number == "PGD/2026/0002"


def test_the_first_number_of_a_series_taken_back_is_given_again(database: Database) -> None:
    with database.writing() as session:
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            write_entry(session)
            _ = 1 / 0
        assert write_entry(session).number == "PGD/2026/0001"
    assert Office(database).wrong() == []


def test_four_writers_at_once_leave_no_gap_and_no_deadlock(database: Database) -> None:
    kinds = [Kind.PENGADUAN, Kind.PERMOHONAN, Kind.SARAN, Kind.INFORMASI]
    start, wrong, kept = threading.Barrier(4), [], []

    def write(seed: int) -> None:
        chance = random.Random(seed)
        start.wait()
        try:
            for _ in range(5):
                with database.writing() as session:
                    for _ in range(3):
                        fails = chance.random() < 0.1
                        try:
                            with session.begin_nested():
                                entry = write_entry(session, kind=chance.choice(kinds), email=f"{seed}@example.org")
                                if fails:
                                    raise ZeroDivisionError
                                kept.append(entry.number)
                        except ZeroDivisionError:
                            pass
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert 0 < len(kept) < 60, "some must have failed for this to prove anything"
    with database.reading() as session:
        assert sorted(session.exec(select(Entry.number))) == sorted(kept)
    assert Office(database).wrong() == []
