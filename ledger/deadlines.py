"""Reckons by when a matter is due, from the dated rules of the configuration and the working calendar."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from config.settings import DeadlineRule, Deadlines
from ledger.dates import local_date, long_date
from ledger.words import Kind

_ESTIMATE = re.compile(r"\s*\(perkiraan\)")
_UNIT_WORDS = {"hari_kerja": "hari kerja", "hari": "hari"}


class WorkingCalendar:
    """Knows the working days of one office; years are looked up when first asked for.

    `workdays` are weekdays, 0 = Monday. National holidays and collective leave (cuti bersama) come from the `holidays`
    package; the office's own days go before them.
    """

    def __init__(self, deadlines: Deadlines, workdays: Iterable[int]) -> None:
        self._workdays = frozenset(workdays)
        if not self._workdays:
            raise ValueError("an office without working days can promise nothing")
        self._closed = {named.day: named.name for named in deadlines.extra_holidays}
        self._open = frozenset(named.day for named in deadlines.extra_workdays)
        self._decreed = frozenset(deadlines.decreed_years)
        self._years: dict[int, dict[date, str]] = {}

    def is_working_day(self, day: date) -> bool:
        """Say whether the office works on that local date."""
        if day in self._open:
            return True
        return day.weekday() in self._workdays and self.name_of(day) is None

    def name_of(self, day: date) -> str | None:
        """Return the Indonesian name of a holiday; None for an ordinary day, a weekend, or a day declared working."""
        if day in self._open:
            return None
        return self._closed.get(day) or self._national(day.year).get(day)

    def add_working_days(self, start: date, days: int) -> date:
        """Return the date `days` working days after `start`, which is day 0 whether the office works on it or not."""
        if days < 0:
            raise ValueError("a promise lies ahead: days must not be negative")
        day = start
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day

    def warnings(self, year: int) -> tuple[str, ...]:
        """Return what an officer must know of a year whose holidays no decree has fixed yet, in plain Indonesian."""
        if year in self._decreed or _national_days(year, "government"):
            return ()
        return (
            f"Hari libur dan cuti bersama tahun {year} belum diketahui dari keputusan pemerintah. "
            "Batas waktu yang jatuh pada tahun itu masih perkiraan. "
            "Perbarui paket holidays, atau isikan hari-harinya di deadlines.toml.",
        )

    def _national(self, year: int) -> dict[date, str]:
        if year not in self._years:
            self._years[year] = _national_days(year, "public", "government")
        return self._years[year]


def _national_days(year: int, *categories: str) -> dict[date, str]:
    # the language is given because the package would otherwise follow the locale of the process
    named = holidays.country_holidays("ID", years=year, categories=categories, language="id", expand=False)
    return {day: _ESTIMATE.sub("", name) for day, name in named.items()}


@dataclass(frozen=True, slots=True)
class Promise:
    """One date by which something is due, and why.

    `unit` is "hari_kerja" or "hari"; `source` is for the officer. `conditional`: the count begins when the file is
    complete, which nobody has said yet; `due` then is the date for a file that was complete when it came.
    """

    key: str
    label: str
    due: date
    amount: int
    unit: str
    source: str
    conditional: bool = False
    promised: bool = True
    final: bool = False


def limits(
    deadlines: Deadlines,
    calendar: WorkingCalendar,
    *,
    kind: Kind,
    service: str,
    received_at: datetime,
    zone: ZoneInfo,
    complete_at: datetime | None = None,
) -> tuple[Promise, ...]:
    """Return every limit in force on the local date of receipt, those kept from the writer too, earliest first.

    `complete_at` is the moment from which the file counts as complete, None while nobody has said so. Raises
    ValueError for a moment without a time zone.
    """
    received = local_date(received_at, zone)
    complete = None if complete_at is None else local_date(complete_at, zone)
    found = (_limit(rule, calendar, received, complete) for rule in _rules(deadlines, kind, service, received))
    return tuple(sorted(found, key=lambda limit: limit.due))


def promised(every: Sequence[Promise]) -> tuple[Promise, ...]:
    """Return, of the limits of a matter, those of which its writer is told."""
    return tuple(limit for limit in every if limit.promised)


def final_due(every: Sequence[Promise]) -> Promise | None:
    """Return, of the limits of a matter, the earliest that ends it, told to the writer or not; None where none does.

    Until somebody says when the file was complete it counts as complete on receipt, so that nothing lies unseen.
    """
    return next((limit for limit in every if limit.final), None)


def spoken(promise: Promise) -> str:
    """Say a promise after the words "paling lambat"; no date is named while the count has not begun."""
    span = f"{promise.amount} {_UNIT_WORDS[promise.unit]}"
    if promise.conditional:
        return f"{span} sejak berkas dinyatakan lengkap"
    return f"{long_date(promise.due)} ({span})"


def _rules(deadlines: Deadlines, kind: Kind, service: str, day: date) -> list[DeadlineRule]:
    spoken_for = [rule for rule in deadlines.rules if kind in rule.kinds and rule.in_force(day)]
    special = [rule for rule in spoken_for if service in rule.services]
    replaced = {rule.key for rule in special}
    return special + [rule for rule in spoken_for if not rule.services and rule.key not in replaced]


def _limit(rule: DeadlineRule, calendar: WorkingCalendar, received: date, complete: date | None) -> Promise:
    waits = rule.counts_from == "berkas_lengkap"
    start = complete if waits and complete is not None else received
    working = rule.unit == "hari_kerja"
    return Promise(
        key=rule.key,
        label=rule.label,
        due=calendar.add_working_days(start, rule.amount) if working else start + timedelta(days=rule.amount),
        amount=rule.amount,
        unit=rule.unit,
        source=rule.source,
        conditional=waits and complete is None,
        promised=rule.promised,
        final=rule.final,
    )
