"""A date and a time are understood however an officer types them, and never guessed into the future."""

from datetime import UTC, date, datetime, time

import pytest

from ledger.moments import UnreadableMoment, read_clock, read_day, read_moment
from tests.ledger.shelf import NOW, TODAY, WIB


def said(written: str, now: datetime = NOW) -> str:
    return read_moment(written, now=now, zone=WIB).at.astimezone(WIB).strftime("%d-%m-%Y %H.%M")


@pytest.mark.parametrize("written", ["", "  ", "sekarang", "Barusan", "tadi", "hari ini", "23-11-2026", "senin"])
def test_nothing_and_today_mean_now(written: str) -> None:
    assert said(written) == "23-11-2026 10.10"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("08.15", "23-11-2026 08.15"),
        ("08:15", "23-11-2026 08.15"),
        ("pukul 08.15 WIB", "23-11-2026 08.15"),
        ("jam 8", "23-11-2026 08.00"),
        ("jam 8 pagi", "23-11-2026 08.00"),
        ("8 pagi", "23-11-2026 08.00"),
        ("jam delapan pagi", "23-11-2026 08.00"),
        ("setengah 9", None),
        ("jam setengah sembilan", "23-11-2026 08.30"),
        ("jam 9 kurang 10", "23-11-2026 08.50"),
        ("jam 8 lewat seperempat", "23-11-2026 08.15"),
        ("10 menit yang lalu", "23-11-2026 10.00"),
        ("sejam lalu", "23-11-2026 09.10"),
        ("setengah jam yang lalu", "23-11-2026 09.40"),
        ("kemarin jam 2 siang", "22-11-2026 14.00"),
        ("kemarin 14:30:59", "22-11-2026 14.30"),
        ("kmrn jam 4 sore", "22-11-2026 16.00"),
        ("tadi malam jam 9", "22-11-2026 21.00"),
        ("kemarin lusa jam 9", "21-11-2026 09.00"),
        ("20/11/26 jam 9", "20-11-2026 09.00"),
        ("20.11.2026 07.05", "20-11-2026 07.05"),
        ("2026-11-20 07:05", "20-11-2026 07.05"),
        ("Jumat, 20 Nopember 2026 pukul 07.05 WIB", "20-11-2026 07.05"),
        ("20 Nov '26, 07.05", "20-11-2026 07.05"),
        ("20 nov 8 pagi", "20-11-2026 08.00"),
        ("jum'at jam 9", "20-11-2026 09.00"),
        ("tgl 20 jam 9", "20-11-2026 09.00"),
        ("tgl 30 jam 9", "30-10-2026 09.00"),
        ("12 malam", "23-11-2026 00.00"),
    ],
)  # fmt: skip
def test_every_ordinary_way_of_writing_is_understood(written: str, moment: str | None) -> None:
    if moment is None:
        with pytest.raises(UnreadableMoment):
            said(written)
        return
    assert said(written) == moment
    assert read_moment(written, now=NOW, zone=WIB).timed


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("kemarin", "22-11-2026 12.00"),
        ("22-11", "22-11-2026 12.00"),
        ("20 Nov", "20-11-2026 12.00"),
        ("senin lalu", "16-11-2026 12.00"),
        ("2 hari lalu", "21-11-2026 12.00"),
        ("2 minggu yang lalu", "09-11-2026 12.00"),
        ("tadi pagi", "23-11-2026 08.00"),
        ("semalam", "22-11-2026 19.00"),
        ("31 Desember", None),
    ],
)
def test_a_day_without_a_time_says_that_none_was_told(written: str, moment: str | None) -> None:
    if moment is None:
        with pytest.raises(UnreadableMoment, match="belum tiba"):
            said(written)
        return
    assert said(written) == moment
    assert not read_moment(written, now=NOW, zone=WIB).timed


def test_a_day_without_a_year_is_the_last_one_of_that_name() -> None:
    january = datetime(2027, 1, 2, 3, tzinfo=UTC)
    assert said("30 Des", january) == "30-12-2026 12.00"
    assert said("29 Feb", datetime(2029, 1, 2, tzinfo=UTC)) == "29-02-2028 12.00"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("24-11-2026", "Sel, 24 Nov 2026 belum tiba"),
        ("jam 4 sore", "pukul 16.00 belum tiba"),
        ("31 feb", "tidak ada dalam kalender"),
        ("29-02-2026", "tidak ada dalam kalender"),
        ("jam 25", "Jam 25.00 tidak ada"),
        ("08.75", "Jam 8.75 tidak ada"),
        ("jam 8 lewat 99", "tidak ada"),
        ("selasa 23-11-2026", "bukan hari Selasa"),
        ("20 Nov 16", "meragukan"),
        ("23-11-1026", "di luar buku"),
        ("minggu lalu", "dapat berarti"),
        ("entah kapan", "tidak terbaca"),
        ("kemarin dia marah", "tidak terbaca"),
        ("12", "tidak terbaca"),
        ("9" * 5000, "tidak terbaca"),
        ("999 hari lalu", "tidak terbaca"),
    ],
)
def test_what_cannot_be_meant_is_said_in_plain_words(written: str, words: str) -> None:
    with pytest.raises(UnreadableMoment, match=words):
        said(written)


def test_two_clocks_may_differ_a_little() -> None:
    assert said("10.14") == "23-11-2026 10.14"


@pytest.mark.parametrize(
    ("written", "day"), [("", TODAY), ("kemarin", date(2026, 11, 22)), ("20 Nov", date(2026, 11, 20))]
)
def test_a_day_is_read_alone(written: str, day: date) -> None:
    assert read_day(written, today=TODAY) == day


@pytest.mark.parametrize("written", ["besok", "24 Nov", "jam 8", "x"])
def test_what_is_no_day_that_has_come_is_refused(written: str) -> None:
    with pytest.raises(UnreadableMoment):
        read_day(written, today=TODAY)


@pytest.mark.parametrize(
    ("written", "clock"),
    [("", None), ("9", time(9)), ("0920", time(9, 20)), ("9.20", time(9, 20)), ("jam 2 siang", time(14))],
)
def test_a_clock_is_read_alone(written: str, clock: time | None) -> None:
    assert read_clock(written) == clock


@pytest.mark.parametrize("written", ["99", "kemarin", "x", "25.00"])
def test_what_is_no_clock_is_refused(written: str) -> None:
    with pytest.raises(UnreadableMoment):
        read_clock(written)
