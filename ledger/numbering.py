"""Gives out the numbers of the registers: one gap-free series a register and year, by the day of recording."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from config.settings import Registers
from ledger.models import Series
from ledger.words import Register


@dataclass(frozen=True, slots=True)
class Number:
    """A number given out, e.g. PGD/2026/0001."""

    series: Register
    year: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.series.value}/{self.year}/{self.sequence:04d}"


def first_of(series: Register, year: int, registers: Registers) -> int:
    """Return the number with which a register begins in a year: 1, or where the paper book goes on."""
    paper = getattr(registers, series.value)
    return paper.first if paper is not None and paper.year == year else 1


def give(session: Session, series: Register, *, at: datetime, zone: ZoneInfo, registers: Registers) -> Number:
    """Give out the next number of a register for the year of `at` in the office's zone.

    The caller's transaction holds the head of the chain, so that a number taken back by a rollback is given again.
    """
    year = at.astimezone(zone).year
    row = session.get(Series, (series, year))
    if row is None:
        first = first_of(series, year, registers)
        row = Series(name=series, year=year, first=first, last=first - 1)
        session.add(row)
    row.last += 1
    session.flush()
    return Number(series, year, row.last)
