"""Dates in words, in Indonesian and in the office's zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger.dates import (
    MONTHS,
    SHORT_MONTHS,
    WEEKDAYS,
    UnreadableDate,
    dense_date,
    dense_moment,
    local_date,
    long_date,
    long_moment,
    plain_date,
    read_date,
    short_date,
    short_moment,
)

WIB = ZoneInfo("Asia/Jakarta")
MORNING = datetime(2026, 11, 23, 1, 15, 59, tzinfo=UTC)


def test_a_moment_is_said_in_the_time_of_the_office() -> None:
    assert long_moment(MORNING, WIB) == "Senin, 23 November 2026 pukul 08.15 WIB"
    assert short_moment(MORNING, WIB) == "Sen, 23 Nov 2026 08.15"
    assert long_date(MORNING, WIB) == "Senin, 23 November 2026"
    assert short_date(MORNING, WIB) == "Sen, 23 Nov 2026"


def test_another_zone_brings_its_own_name_unless_a_label_is_given() -> None:
    assert long_moment(MORNING, ZoneInfo("Asia/Makassar")) == "Senin, 23 November 2026 pukul 09.15 WITA"
    assert long_moment(MORNING, ZoneInfo("Asia/Jayapura")) == "Senin, 23 November 2026 pukul 10.15 WIT"
    assert long_moment(MORNING, WIB, "Waktu Kantor").endswith("08.15 Waktu Kantor")


def test_a_plain_date_needs_no_zone() -> None:
    assert long_date(date(2027, 1, 1)) == "Jumat, 1 Januari 2027"
    assert short_date(date(2026, 8, 2), WIB) == "Min, 2 Agu 2026"


def test_the_last_minute_of_the_year_belongs_to_the_old_year() -> None:
    last = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    assert long_moment(last, WIB) == "Kamis, 31 Desember 2026 pukul 23.59 WIB"
    assert long_moment(last + timedelta(minutes=1), WIB) == "Jumat, 1 Januari 2027 pukul 00.00 WIB"
    assert local_date(last, WIB).year == 2026


@pytest.mark.parametrize("say", [long_date, long_moment, short_date, short_moment])
def test_a_moment_without_time_zone_is_refused(say: object) -> None:
    assert callable(say)
    with pytest.raises(ValueError, match="time zone"):
        say(MORNING.replace(tzinfo=None), WIB)


def test_the_date_of_a_moment_is_not_said_without_the_zone_of_the_office() -> None:
    with pytest.raises(ValueError, match="time zone"):
        long_date(MORNING)


def test_every_month_and_weekday_has_its_name() -> None:
    assert [long_date(date(2026, month, 1)).split()[2] for month in range(1, 13)] == list(MONTHS)
    assert [name[:3] for name in MONTHS if name[:3] not in SHORT_MONTHS] == []
    assert [long_date(date(2026, 11, 23 + day)).split(",")[0] for day in range(7)] == list(WEEKDAYS)


def test_dates_for_narrow_columns_and_for_letters() -> None:
    assert dense_moment(MORNING, WIB) == "23-11-2026 08.15"
    assert dense_date(MORNING, WIB) == dense_date(date(2026, 11, 23)) == "23-11-2026"
    assert plain_date(MORNING, WIB) == plain_date(date(2026, 11, 23)) == "23 November 2026"


@pytest.mark.parametrize("written", ["2026-11-23", "23-11-2026", "23/11/2026", " 23.11.2026 ", "23 11 2026"])
def test_a_day_is_read_as_officers_and_browsers_write_it(written: str) -> None:
    assert read_date(written) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "tidak terbaca"),
        ("kemarin", "tidak terbaca"),
        ("31-02-2026", "tidak terbaca"),
        ("٢٣-١١-٢٠٢٦", "tidak terbaca"),
        ("9999-12-31", "di luar buku"),
        ("0001-01-01", "di luar buku"),
    ],
)
def test_what_is_no_day_of_the_book_is_said_to_be_none(written: str, said: str) -> None:
    with pytest.raises(UnreadableDate, match=said):
        read_date(written)
