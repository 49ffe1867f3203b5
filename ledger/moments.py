"""Reads a date and a time however an officer types them: "23-11-2026", "23 Nov", "kemarin", "08.15", "jam 8 pagi"."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ledger import dates
from ledger.errors import LedgerError

LONGEST = 60
"""How many characters a moment may have."""
NOON = time(12)
"""The time written for a day of which no time was told."""

_AHEAD = timedelta(minutes=5)
"""By how much two clocks may differ before a moment lies in the future."""
_HOW_TO = "Tulislah seperti 23-11-2026 08.15, 23 Nov, kemarin, atau jam 8 pagi."


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTHS = {name: at for at, names in enumerate((
    ("januari", "jan"), ("februari", "pebruari", "feb", "peb"), ("maret", "mar", "mrt"), ("april", "apr"),
    ("mei", "may"), ("juni", "jun"), ("juli", "jul"), ("agustus", "agu", "agt", "ags", "agust", "aug"),
    ("september", "sept", "sep"), ("oktober", "okt", "oct"), ("november", "nopember", "nov", "nop"),
    ("desember", "des", "dec"),
), 1) for name in names}  # fmt: skip
_WEEKDAYS = {name: at for at, names in enumerate((
    ("senin", "sen"), ("selasa", "sel"), ("rabu", "rab"), ("kamis", "kam"),
    ("jumat", "jum'at", "jum"), ("sabtu", "sab"), ("minggu", "ahad", "min"),
)) for name in names}  # fmt: skip
_NUMBERS = {name: at for at, name in enumerate(
    ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas", "duabelas"),
    1,
)}  # fmt: skip
_PARTS = {
    "dini hari": 2, "subuh": 4, "pagi": 8, "siang": 12, "sore": 16, "petang": 17, "malam": 19,
}  # fmt: skip
"""The parts of the day, each with the hour meant where only the part is told."""

_PART = "|".join(_PARTS)
_AGO = re.compile(r"\b(\d{1,3}|se|setengah)\s*(menit|mnt|jam)\s*(?:yang|yg)?\s*(?:lalu|tadi)\b")
_MARKED_CLOCK = re.compile(
    rf"\b(?:jam|pukul|pkl|pk)\b\.?\s*(setengah\s+)?(\d{{1,2}})(?:\s*[.:,]\s*(\d{{2}}))?(?!\d)"
    rf"(?:\s*(lewat|lebih|kurang)\s+(\d{{1,2}}|seperempat)(?:\s*menit)?)?(?:\s*wib)?(?:\s*({_PART})\b)?"
)
_BARE_CLOCK = re.compile(
    rf"(?<![\d./-])(\d{{1,2}})[.:](\d{{2}})(?:[.:]\d{{2}})?(?![\d./-]*\d)(?:\s*wib)?(?:\s*({_PART})\b)?"
)
_HOUR_AND_PART = re.compile(rf"(?<![\d./-])(setengah\s+)?(\d{{1,2}})\s*({_PART})\b")
_PART_ALONE = re.compile(rf"\b({_PART})\b")
_YEAR_FIRST = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})\s*([-/. ])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})\b")
_NAMED_MONTH = re.compile(rf"\b(\d{{1,2}})[\s\-/.]*({_any(_MONTHS)})\b\.?[\s\-/.]*'?(\d{{4}}|\d{{2}})?\b")
_NO_YEAR = re.compile(r"\b(\d{1,2})[-/](\d{1,2})\b")
_DAY_ALONE = re.compile(r"\b(?:tanggal|tgl)\b\.?\s*(\d{1,2})\b")
_DAYS_AGO = re.compile(r"\b(\d{1,2})\s*(hari|minggu)\s*(?:yang|yg)?\s*lalu\b")
_NEAR_DAYS = re.compile(
    r"\b(kemarin\s+(?:dulu|lusa)|kemarin|kemaren|kmrn|wingi|semalam|tadi\s+malam|hari\s+ini|tadi)\b"
)
_WEEKDAY = re.compile(rf"\b(?:hari\s+)?({_any(_WEEKDAYS)})\b(\s+(?:lalu|kemarin|kmrn))?")
_NOISE = re.compile(r"\b(?:tanggal|tgl|hari|pada|wib|sekitar|kira-kira|pukul|jam|yang|lalu)\b|[\s,;.()\-/]+")
_NOW = frozenset({"", "sekarang", "barusan", "baru saja", "skrg"})


class UnreadableMoment(LedgerError):
    """What was typed is no date and time, or not one that has come; the text says so, in plain Indonesian."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A moment that was understood (UTC); `timed` says whether a time of day was told."""

    at: datetime
    timed: bool


@dataclass(slots=True)
class _Text:
    """What is left to be understood."""

    rest: str

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Cut the first match out of the text and return it."""
        found = pattern.search(self.rest)
        if found:
            self.rest = f"{self.rest[: found.start()]} {self.rest[found.end() :]}"
        return found


def read_moment(written: str, *, now: datetime, zone: ZoneInfo) -> Understood:
    """Read a moment in the office's zone; nothing typed means now. Raises UnreadableMoment, also for the future."""
    plain = _plain(written)
    if plain in _NOW:
        return Understood(now.astimezone(UTC), True)
    here = now.astimezone(zone)
    text = _Text(plain)
    if ago := text.take(_AGO):
        _nothing_left(text, written)
        return Understood(now.astimezone(UTC) - _how_long(ago), True)
    return _put_together(text, here, written)


def read_day(written: str, *, today: date) -> date:
    """Read a day; nothing typed means today. Raises UnreadableMoment, also for the future."""
    text = _Text(_plain(written))
    if text.rest in _NOW:
        return today
    day, _ = _take_day(text, today)
    _nothing_left(text, written)
    if day is None:
        raise UnreadableMoment(f"“{written.strip()}” tidak terbaca sebagai tanggal. {_HOW_TO}")
    if day > today:
        raise UnreadableMoment(f"{dates.short_date(day)} belum tiba.")
    return day


def read_clock(written: str) -> time | None:
    """Read a time of day; None where nothing is typed. Raises UnreadableMoment."""
    text = _Text(_plain(written))
    if not text.rest:
        return None
    if re.fullmatch(r"\d{1,2}", text.rest):
        text.rest = f"jam {text.rest}"
    elif whole := re.fullmatch(r"(\d{1,2})(\d{2})", text.rest):
        text.rest = f"{whole[1]}.{whole[2]}"
    clock = _take_clock(text)
    _nothing_left(text, written)
    if clock is None:
        raise UnreadableMoment(f"“{written.strip()}” tidak terbaca sebagai jam. Tulislah seperti 08.15.")
    return clock


def _plain(written: str) -> str:
    plain = " ".join(written.lower().replace("’", "'").split())[:LONGEST]
    return re.sub(rf"\b({_any(_NUMBERS)})\b", lambda found: str(_NUMBERS[found[1]]), plain)


def _nothing_left(text: _Text, written: str) -> None:
    if _NOISE.sub("", text.rest):
        raise UnreadableMoment(f"“{written.strip()[:LONGEST]}” tidak terbaca sebagai tanggal dan jam. {_HOW_TO}")


def _how_long(ago: re.Match[str]) -> timedelta:
    amount = {"se": 1.0, "setengah": 0.5}.get(ago[1]) or float(ago[1])
    return timedelta(hours=amount) if ago[2] == "jam" else timedelta(minutes=amount)


def _put_together(text: _Text, here: datetime, written: str) -> Understood:
    day, last_night = _take_day(text, here.date())
    clock = _take_clock(text)
    part = text.take(_PART_ALONE) if clock is None else None
    _nothing_left(text, written)
    if day is None and clock is None and part is None and not last_night:
        raise UnreadableMoment(f"“{written.strip()}” tidak terbaca sebagai tanggal dan jam. {_HOW_TO}")
    if last_night and clock and 5 <= clock.hour < 12:
        clock = clock.replace(hour=clock.hour + 12)
    guessed = time(_PARTS[part[1] if part else "malam"]) if part or last_night else NOON
    today = (day or here.date()) == here.date()
    told = clock or (here.time() if today and not part and not last_night else guessed)
    at = datetime.combine(day or here.date(), told, here.tzinfo)
    if last_night and at > here + _AHEAD:
        at -= timedelta(days=1)
    if today and part and at > here + _AHEAD:
        at = here
    if at > here + _AHEAD:
        clock_said = f" pukul {at:%H.%M}" if clock else ""
        raise UnreadableMoment(f"{dates.short_date(at.date())}{clock_said} belum tiba.")
    return Understood(at.astimezone(UTC), told is not guessed)


def _take_clock(text: _Text) -> time | None:
    if found := text.take(_MARKED_CLOCK):
        return _clock(int(found[2]), int(found[3] or 0), found[6], half=bool(found[1]), shift=_shift(found))
    if found := text.take(_BARE_CLOCK):
        return _clock(int(found[1]), int(found[2]), found[3])
    if found := text.take(_HOUR_AND_PART):
        return _clock(int(found[2]), 0, found[3], half=bool(found[1]))
    return None


def _shift(found: re.Match[str]) -> int:
    if not found[4]:
        return 0
    minutes = 15 if found[5] == "seperempat" else int(found[5])
    return -minutes if found[4] == "kurang" else minutes


def _clock(hour: int, minute: int, part: str | None, *, half: bool = False, shift: int = 0) -> time:
    if hour > 24 or minute > 59 or abs(shift) > 59:
        raise UnreadableMoment(f"Jam {hour}.{minute:02} tidak ada.")
    minutes = (_in_the_day(hour, part) * 60 + minute + shift - (30 if half else 0)) % (24 * 60)
    return time(minutes // 60, minutes % 60)


def _in_the_day(hour: int, part: str | None) -> int:
    """Return the hour on the clock of 24 hours: "jam 2 siang" is 14, "jam 12 malam" is 0."""
    if part == "siang" and hour < 10:
        return hour + 12
    if part in ("sore", "petang") and hour < 12:
        return hour + 12
    if part == "malam":
        return 0 if hour in (12, 24) else hour + 12 if 5 <= hour < 12 else hour
    if part in ("dini hari", "subuh", "pagi") and hour == 12:
        return 0
    return hour


def _take_day(text: _Text, today: date) -> tuple[date | None, bool]:
    """Return the day told, and whether last night was meant, which may be today or yesterday."""
    if ago := text.take(_DAYS_AGO):
        return today - timedelta(days=int(ago[1]) * (7 if ago[2] == "minggu" else 1)), False
    weekday = text.take(_WEEKDAY)
    for pattern, read in _DAYS:
        if found := text.take(pattern):
            day = read(found, today)
            if weekday and day.weekday() != _WEEKDAYS[weekday[1]]:
                raise UnreadableMoment(f"{dates.short_date(day)} bukan hari {weekday[1].capitalize()}.")
            return day, False
    if near := text.take(_NEAR_DAYS):
        return _near_day(" ".join(near[1].split()), today)
    if weekday and weekday[1] == "minggu" and weekday[2]:
        raise UnreadableMoment("“Minggu lalu” dapat berarti hari Minggu atau pekan lalu. Tulislah tanggalnya.")
    if weekday:
        back = (today.weekday() - _WEEKDAYS[weekday[1]]) % 7
        return today - timedelta(days=back or (7 if weekday[2] else 0)), False
    return None, False


def _near_day(word: str, today: date) -> tuple[date | None, bool]:
    if word in ("semalam", "tadi malam"):
        return today, True
    if word in ("hari ini", "tadi"):
        return today, False
    return today - timedelta(days=2 if " " in word else 1), False


def _date(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise UnreadableMoment(f"Tanggal {day}-{month}-{year} tidak ada dalam kalender.") from None
    if not 2000 <= found.year <= 2999:
        raise UnreadableMoment("Tahun ini di luar buku.")
    return found


def _year(written: str, today: date) -> int:
    if len(written) == 4:
        return int(written)
    if not today.year - 2 <= 2000 + int(written) <= today.year + 1:
        raise UnreadableMoment(f"Tahun “{written}” meragukan. Tulislah tahun dengan empat angka, jam seperti 16.00.")
    return 2000 + int(written)


def _latest(month: int, day: int, today: date) -> date:
    """Return the day told without a year: this year's, or last year's where that is much nearer."""
    found = _date(today.year, month, day) if (month, day) != (2, 29) else _leap_day(today)
    return _date(today.year - 1, month, day) if (found - today).days > 183 else found


def _leap_day(today: date) -> date:
    return next(date(year, 2, 29) for year in range(today.year, today.year - 9, -1) if year % 4 == 0)


def _day_alone(found: re.Match[str], today: date) -> date:
    """Return the day of this month, or of the month before where it has not come yet."""
    day = int(found[1])
    if day <= today.day:
        return _date(today.year, today.month, day)
    before = today.replace(day=1) - timedelta(days=1)
    return _date(before.year, before.month, day)


_DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...] = (
    (_YEAR_FIRST, lambda found, today: _date(int(found[1]), int(found[2]), int(found[3]))),
    (_DAY_FIRST, lambda found, today: _date(_year(found[4], today), int(found[3]), int(found[1]))),
    (
        _NAMED_MONTH,
        lambda found, today: (
            _date(_year(found[3], today), _MONTHS[found[2]], int(found[1]))
            if found[3]
            else _latest(_MONTHS[found[2]], int(found[1]), today)
        ),
    ),
    (_NO_YEAR, lambda found, today: _latest(int(found[2]), int(found[1]), today)),
    (_DAY_ALONE, _day_alone),
)
"""Every way of telling a day by its number, the plainest first."""
