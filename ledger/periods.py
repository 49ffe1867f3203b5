"""The periods of a recap: months, quarters (triwulan), half-years (semester) and years of the office's own calendar."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ledger.dates import MONTHS, long_date
from ledger.errors import LedgerError

_WRITTEN = re.compile(r"(?P<year>2\d{3})(?:-(?P<part>0[1-9]|1[0-2]|[Tt][1-4]|[Ss][12]))?", re.ASCII)
_LENGTHS = {"T": 3, "S": 6}
_ROMAN = ("I", "II", "III", "IV")
_WEEK = 7


class NoPeriod(LedgerError):
    """What was written names no period; the text says in plain Indonesian how one is written."""


class NotBegun(LedgerError):
    """What is asked for begins on a day that has not come; the text says so in plain Indonesian."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to the day before `end`, and what they are called."""

    label: str
    first: date
    end: date


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month (1 month long), a quarter (3), a half-year (6) or a year (12), from the first of `month` on."""

    year: int
    month: int
    months: int

    @classmethod
    def read(cls, written: str) -> "Period":
        """Read "2026-11", "2026-T4", "2026-S2" or "2026"; raises NoPeriod."""
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise NoPeriod(f"“{written[:20]}” bukan periode. Contoh: 2026-11, 2026-T4, 2026-S2, 2026.")
        year, part = int(found["year"]), (found["part"] or "").upper()
        if not part:
            return cls(year, 1, 12)
        if part.isdigit():
            return cls(year, int(part), 1)
        months = _LENGTHS[part[0]]
        return cls(year, (int(part[1]) - 1) * months + 1, months)

    @classmethod
    def month_of(cls, day: date) -> "Period":
        """Return the month in which a day lies."""
        return cls(day.year, day.month, 1)

    @classmethod
    def ending(cls, end: date, months: int) -> "Period":
        """Return the period of a length whose first day after it is `end`, the first of a month."""
        last = end - timedelta(days=1)
        return cls(last.year, last.month - months + 1, months)

    @property
    def key(self) -> str:
        """The period as it is written: "2026-11", "2026-T4", "2026-S2", "2026"."""
        if self.months == 12:
            return f"{self.year}"
        if self.months == 1:
            return f"{self.year}-{self.month:02}"
        return f"{self.year}-{'T' if self.months == 3 else 'S'}{self._place + 1}"

    @property
    def label(self) -> str:
        """The period in words: "Bulan November 2026", "Triwulan IV 2026", "Semester II 2026", "Tahun 2026"."""
        if self.months == 12:
            return f"Tahun {self.year}"
        if self.months == 1:
            return f"Bulan {MONTHS[self.month - 1]} {self.year}"
        return f"{'Triwulan' if self.months == 3 else 'Semester'} {_ROMAN[self._place]} {self.year}"

    @property
    def _place(self) -> int:
        return (self.month - 1) // self.months

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """The first day after the period."""
        after = self.month + self.months
        return date(self.year + (after > 12), (after - 1) % 12 + 1, 1)

    def before(self) -> "Period":
        """Return the period of the same length that ends where this one begins."""
        return Period.ending(self.first, self.months)

    def after(self) -> "Period":
        """Return the period of the same length that begins where this one ends."""
        return Period(self.end.year, self.end.month, self.months)

    def parts(self) -> tuple[Span, ...]:
        """Return the spans of days in which the course of the period is shown: months, or the weeks of a month."""
        if self.months == 1:
            return self._weeks()
        months = [Period(self.year, self.month + place, 1) for place in range(self.months)]
        return tuple(Span(MONTHS[each.month - 1], each.first, each.end) for each in months)

    def _weeks(self) -> tuple[Span, ...]:
        length = (self.end - self.first).days
        return tuple(
            Span(
                f"Tanggal {day + 1}–{min(day + _WEEK, length)}" if day + 1 < length else f"Tanggal {length}",
                self.first + timedelta(days=day),
                min(self.first + timedelta(days=day + _WEEK), self.end),
            )
            for day in range(0, length, _WEEK)
        )


def check_begun(first: date | None, today: date) -> None:
    """Raise NotBegun where a document would begin after today: it would be signed, and say nothing that holds."""
    if first is not None and first > today:
        raise NotBegun(f"Masa itu belum tiba: baru dimulai {long_date(first)}.")


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a day begins in the office's zone."""
    return datetime.combine(day, time(), zone)
