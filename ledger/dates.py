"""Says dates and times in Indonesian, whatever the locale and time zone of the process; reads a written day."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ledger.errors import LedgerError

WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
SHORT_WEEKDAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", re.ASCII)


class UnreadableDate(LedgerError):
    """What was written is no day of the book; the text says so, in plain Indonesian."""


def read_date(written: str) -> date:
    """Read a day of the years 1900 to 2999 written as 2026-11-23 or 23-11-2026; raises UnreadableDate."""
    turned = _DAY_FIRST.fullmatch(written.strip())
    try:
        day = date(*(int(part) for part in turned.group(3, 2, 1))) if turned else date.fromisoformat(written.strip())
    except ValueError:
        raise UnreadableDate("Tanggal ini tidak terbaca. Tulislah seperti 23-11-2026.") from None
    if not 1900 <= day.year <= 2999:
        raise UnreadableDate("Tahun ini di luar buku.")
    return day


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment in the office's zone; raises ValueError for one without a time zone of its own."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(zone)


def local_date(day: date, zone: ZoneInfo | None) -> date:
    """Return the date on which a moment falls in the office's zone; a plain date needs no zone and stays as it is.

    Raises ValueError for a moment where either has no time zone.
    """
    if not isinstance(day, datetime):
        return day
    if zone is None:
        raise ValueError("the date of a moment needs the office's time zone")
    return local(day, zone).date()


def long_date(day: date, zone: ZoneInfo | None = None) -> str:
    """Say a date, or the local date of a moment: "Senin, 23 November 2026"."""
    on = local_date(day, zone)
    return f"{WEEKDAYS[on.weekday()]}, {plain_date(on)}"


def plain_date(day: date, zone: ZoneInfo | None = None) -> str:
    """Say a date, or the local date of a moment, without its weekday: "23 November 2026"."""
    on = local_date(day, zone)
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def dense_date(day: date, zone: ZoneInfo | None = None) -> str:
    """Say a date, or the local date of a moment, where there is little room: "23-11-2026"."""
    return f"{local_date(day, zone):%d-%m-%Y}"


def dense_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Say a moment where there is little room: "23-11-2026 08.15"."""
    at = local(moment, zone)
    return f"{dense_date(at, zone)} {_clock(at)}"


def short_date(day: date, zone: ZoneInfo | None = None) -> str:
    """Say a date, or the local date of a moment, for a table: "Sen, 23 Nov 2026"."""
    on = local_date(day, zone)
    return f"{SHORT_WEEKDAYS[on.weekday()]}, {on.day} {SHORT_MONTHS[on.month - 1]} {on.year}"


def long_moment(moment: datetime, zone: ZoneInfo, label: str | None = None) -> str:
    """Say a moment: "Senin, 23 November 2026 pukul 08.15 WIB"; without a label the zone's own short name is used."""
    at = local(moment, zone)
    return f"{long_date(at, zone)} pukul {_clock(at)} {label or at.tzname()}"


def short_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Say a moment for a table: "Sen, 23 Nov 2026 08.15"."""
    at = local(moment, zone)
    return f"{short_date(at, zone)} {_clock(at)}"


def _clock(at: datetime) -> str:
    return f"{at.hour:02}.{at.minute:02}"
