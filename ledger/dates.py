"""Says dates and times in Indonesian, whatever the locale and time zone of the process."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

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
    return f"{WEEKDAYS[on.weekday()]}, {on.day} {MONTHS[on.month - 1]} {on.year}"


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
