"""Periods are written one way, follow one another without a gap, and begin at the office's own midnight."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.periods import NoPeriod, Period, begin_of
from tests.ledger.shelf import WIB

ALL = st.builds(
    lambda year, month, months: Period(year, (month - 1) // months * months + 1, months),
    st.integers(2001, 2998),
    st.integers(1, 12),
    st.sampled_from([1, 3, 6, 12]),
)


@pytest.mark.parametrize(
    ("written", "label", "first", "end"),
    [
        ("2026-11", "Bulan November 2026", date(2026, 11, 1), date(2026, 12, 1)),
        ("2026-12", "Bulan Desember 2026", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-T1", "Triwulan I 2026", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026-t4", "Triwulan IV 2026", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-S2", "Semester II 2026", date(2026, 7, 1), date(2027, 1, 1)),
        (" 2028 ", "Tahun 2028", date(2028, 1, 1), date(2029, 1, 1)),
    ],
)
def test_a_period_is_read_as_it_is_written(written: str, label: str, first: date, end: date) -> None:
    period = Period.read(written)
    assert (period.label, period.first, period.end) == (label, first, end)


@pytest.mark.parametrize(
    "written", ["", "2026-13", "2026-00", "2026-T5", "2026-S0", "1999", "26-11", "2026-1", "２０２６"]
)
def test_what_names_no_period_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(NoPeriod, match="2026-T4"):
        Period.read(written)


@given(ALL)
def test_a_period_is_written_and_read_again_and_lies_between_its_neighbours(period: Period) -> None:
    assert Period.read(period.key) == period
    assert (period.before().end, period.after().first) == (period.first, period.end)
    assert (period.before().after(), period.after().before()) == (period, period)


@given(ALL)
def test_the_parts_of_a_period_cover_each_of_its_days_once(period: Period) -> None:
    parts = period.parts()
    assert (parts[0].first, parts[-1].end) == (period.first, period.end)
    assert all(one.end == other.first for one, other in pairwise(parts))
    assert all(one.first < one.end for one in parts)


def test_the_weeks_of_a_month_end_with_what_is_left_of_it() -> None:
    assert [part.label for part in Period(2026, 2, 1).parts()][-1] == "Tanggal 22–28"
    assert [part.label for part in Period(2028, 2, 1).parts()][-1] == "Tanggal 29"
    assert [part.label for part in Period(2026, 1, 1).parts()][-1] == "Tanggal 29–31"


def test_a_day_begins_at_midnight_of_the_office() -> None:
    assert begin_of(date(2027, 1, 1), WIB) == datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
