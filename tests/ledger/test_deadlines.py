"""By when a matter is due: the working calendar and the dated rules."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.settings import DeadlineRule, Deadlines, read_toml
from ledger.deadlines import Promise, WorkingCalendar, final_due, limits, promised, spoken
from ledger.words import Kind

ROOT = Path(__file__).parents[2]
WIB = ZoneInfo("Asia/Jakarta")
FIVE_DAYS = (0, 1, 2, 3, 4)


@pytest.fixture(scope="module")
def shipped() -> Deadlines:
    return Deadlines.model_validate(read_toml(ROOT / "config" / "deadlines.toml"))


@pytest.fixture(scope="module")
def calendar(shipped: Deadlines) -> WorkingCalendar:
    return WorkingCalendar(shipped, FIVE_DAYS)


def rule(key: str = "jawaban", **changes: object) -> DeadlineRule:
    written: dict[str, object] = {
        "key": key,
        "label": "Jawaban",
        "kinds": ("pengaduan",),
        "amount": 5,
        "unit": "hari",
        "source": "Contoh",
        "valid_from": date(2026, 1, 1),
    }
    return DeadlineRule.model_validate(written | changes)


def book(*rules: DeadlineRule, **changes: object) -> Deadlines:
    return Deadlines.model_validate({"rule_set": "Contoh", "rules": rules or (rule(),)} | changes)


def at(day: int, month: int, year: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the office, as the server gives it: in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=WIB).astimezone(UTC)


def due(found: tuple[Promise, ...]) -> dict[str, date]:
    return {promise.key: promise.due for promise in found}


# The working calendar


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 3, 17), 3, date(2026, 3, 27)),
        (date(2026, 11, 22), 3, date(2026, 11, 25)),
        (date(2026, 11, 22), 5, date(2026, 11, 27)),
        (date(2026, 11, 22), 14, date(2026, 12, 10)),
        (date(2026, 11, 22), 60, date(2027, 2, 19)),
        (date(2026, 12, 23), 1, date(2026, 12, 28)),
        (date(2026, 12, 23), 3, date(2026, 12, 30)),
        (date(2026, 12, 23), 5, date(2027, 1, 4)),
        (date(2026, 12, 23), 14, date(2027, 1, 18)),
        (date(2027, 3, 5), 1, date(2027, 3, 16)),
        (date(2027, 3, 5), 3, date(2027, 3, 18)),
        (date(2026, 12, 25), 0, date(2026, 12, 25)),
    ],
)
def test_working_days_are_counted_from_the_day_after_receipt(
    calendar: WorkingCalendar, start: date, days: int, end: date
) -> None:
    assert calendar.add_working_days(start, days) == end


@pytest.mark.parametrize(("year", "count"), [(2026, 240), (2027, 242)])
def test_a_year_has_as_many_working_days_as_the_decree_leaves(calendar: WorkingCalendar, year: int, count: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    assert sum(calendar.is_working_day(day) for day in days) == count


def test_collective_leave_is_no_working_day_and_has_its_name(calendar: WorkingCalendar) -> None:
    assert not calendar.is_working_day(date(2026, 12, 24))
    assert calendar.name_of(date(2026, 12, 24)) == "Cuti Bersama Hari Raya Natal"


def test_a_holiday_is_named_without_the_mark_of_an_estimate(calendar: WorkingCalendar) -> None:
    assert calendar.name_of(date(2027, 3, 10)) == "Hari Raya Idul Fitri"
    names = [calendar.name_of(date(2030, 1, 1) + timedelta(days=n)) for n in range(365)]
    assert any(names)
    assert not [name for name in names if name and "perkiraan" in name]


def test_a_weekend_and_an_ordinary_day_have_no_name(calendar: WorkingCalendar) -> None:
    assert calendar.name_of(date(2026, 11, 22)) is None
    assert calendar.name_of(date(2026, 11, 23)) is None
    assert not calendar.is_working_day(date(2026, 11, 22))
    assert calendar.is_working_day(date(2026, 11, 23))


def test_the_days_of_the_office_go_before_the_national_calendar() -> None:
    extra = book(
        extra_holidays=[{"day": date(2026, 11, 24), "name": "Libur daerah"}],
        extra_workdays=[
            {"day": date(2026, 12, 25), "name": "Piket"},
            {"day": date(2026, 11, 22), "name": "Piket"},
        ],
    )
    calendar = WorkingCalendar(extra, FIVE_DAYS)
    assert calendar.name_of(date(2026, 11, 24)) == "Libur daerah"
    assert not calendar.is_working_day(date(2026, 11, 24))
    assert calendar.name_of(date(2026, 12, 25)) is None
    assert calendar.is_working_day(date(2026, 12, 25))
    assert calendar.is_working_day(date(2026, 11, 22))
    assert calendar.add_working_days(date(2026, 11, 23), 1) == date(2026, 11, 25)


def test_an_office_may_work_on_saturdays(shipped: Deadlines) -> None:
    assert WorkingCalendar(shipped, (0, 1, 2, 3, 4, 5)).is_working_day(date(2026, 11, 21))


def test_an_office_without_working_days_and_a_count_backwards_are_refused(
    shipped: Deadlines, calendar: WorkingCalendar
) -> None:
    with pytest.raises(ValueError, match="working days"):
        WorkingCalendar(shipped, ())
    with pytest.raises(ValueError, match="negative"):
        calendar.add_working_days(date(2026, 11, 23), -1)


def test_a_year_without_decree_is_warned_of_until_its_days_were_entered(calendar: WorkingCalendar) -> None:
    assert calendar.warnings(2026) == calendar.warnings(2027) == ()
    (warning,) = calendar.warnings(2030)
    assert "tahun 2030" in warning
    assert "perkiraan" in warning
    assert WorkingCalendar(book(decreed_years=[2030]), FIVE_DAYS).warnings(2030) == ()
    assert WorkingCalendar(book(decreed_years=[2030]), FIVE_DAYS).warnings(2031) != ()


# The shipped rules


def test_a_complaint_is_promised_verification_and_an_end(shipped: Deadlines, calendar: WorkingCalendar) -> None:
    found = promised(
        limits(shipped, calendar, kind=Kind.PENGADUAN, service="ppjp", received_at=at(22, 11, 2026), zone=WIB)
    )
    assert due(found) == {"verifikasi": date(2026, 11, 25), "penyelesaian": date(2026, 12, 10)}
    assert [spoken(promise) for promise in found] == [
        "Rabu, 25 November 2026 (3 hari kerja)",
        "Kamis, 10 Desember 2026 (14 hari kerja)",
    ]


def test_the_staff_sees_the_limits_of_the_law_too_earliest_first(shipped: Deadlines, calendar: WorkingCalendar) -> None:
    found = limits(shipped, calendar, kind=Kind.PENGADUAN, service="umum", received_at=at(22, 11, 2026), zone=WIB)
    assert list(due(found).items()) == [
        ("verifikasi", date(2026, 11, 25)),
        ("tindak_lanjut", date(2026, 11, 27)),
        ("tanggapan_uu", date(2026, 12, 6)),
        ("penyelesaian", date(2026, 12, 10)),
        ("putusan_uu", date(2027, 1, 21)),
    ]


@pytest.mark.parametrize(
    ("kind", "service", "key", "day"),
    [
        (Kind.PENGADUAN, "siskotkln", "penyelesaian", date(2026, 12, 10)),
        (Kind.INFORMASI, "umum", "jawaban", date(2026, 11, 27)),
        (Kind.SARAN, "umum", "tanggapan", date(2026, 12, 10)),
        (Kind.PERMOHONAN, "ppjp", "tanda_bukti", date(2026, 11, 25)),
        (Kind.PERMOHONAN, "siskotkln", "jawaban_permohonan", date(2026, 11, 25)),
        (Kind.PERMOHONAN, "umum", "jawaban_permohonan", date(2026, 11, 25)),
    ],
)
def test_each_numbered_kind_has_a_date_by_which_it_ends(
    shipped: Deadlines, calendar: WorkingCalendar, kind: Kind, service: str, key: str, day: date
) -> None:
    end = final_due(limits(shipped, calendar, kind=kind, service=service, received_at=at(22, 11, 2026), zone=WIB))
    assert end is not None
    assert (end.key, end.due) == (key, day)


def test_what_is_neither_has_no_date(shipped: Deadlines, calendar: WorkingCalendar) -> None:
    when = at(22, 11, 2026)
    assert promised(limits(shipped, calendar, kind=Kind.LAINNYA, service="umum", received_at=when, zone=WIB)) == ()
    assert final_due(limits(shipped, calendar, kind=Kind.LAINNYA, service="umum", received_at=when, zone=WIB)) is None


def test_the_registration_is_counted_from_the_complete_file(shipped: Deadlines, calendar: WorkingCalendar) -> None:
    waiting = promised(
        limits(shipped, calendar, kind=Kind.PERMOHONAN, service="ppjp", received_at=at(22, 11, 2026), zone=WIB)
    )
    assert [promise.label for promise in waiting] == [
        "Pemeriksaan kelengkapan berkas",
        "Penerbitan lembar tanda bukti pendaftaran",
    ]
    assert spoken(waiting[1]) == "3 hari kerja sejak berkas dinyatakan lengkap"
    complete = promised(
        limits(
            shipped,
            calendar,
            kind=Kind.PERMOHONAN,
            service="ppjp",
            received_at=at(22, 11, 2026),
            zone=WIB,
            complete_at=at(23, 12, 2026),
        )
    )
    assert due(complete) == {"jawaban_permohonan": date(2026, 11, 25), "tanda_bukti": date(2026, 12, 30)}
    assert spoken(complete[1]) == "Rabu, 30 Desember 2026 (3 hari kerja)"


def test_for_the_service_at_the_counter_only_an_answer_is_promised(
    shipped: Deadlines, calendar: WorkingCalendar
) -> None:
    (only,) = promised(
        limits(shipped, calendar, kind=Kind.PERMOHONAN, service="siskotkln", received_at=at(22, 11, 2026), zone=WIB)
    )
    assert only.label == "Jawaban atas permohonan"


# Rules in general


def test_the_local_date_of_receipt_counts_at_the_turn_of_the_year() -> None:
    turn = book(
        rule(amount=1, valid_until=date(2026, 12, 31)),
        rule(amount=2, valid_from=date(2027, 1, 1)),
    )
    calendar = WorkingCalendar(turn, FIVE_DAYS)

    def dated(moment: datetime) -> list[tuple[int, date]]:
        found = promised(limits(turn, calendar, kind=Kind.PENGADUAN, service="umum", received_at=moment, zone=WIB))
        return [(promise.amount, promise.due) for promise in found]

    assert dated(at(31, 12, 2026, 23, 59)) == [(1, date(2027, 1, 1))]
    assert dated(at(1, 1, 2027, 0, 0)) == [(2, date(2027, 1, 3))]
    assert dated(at(31, 12, 2025, 23, 59)) == []


def test_the_first_and_the_last_day_of_a_rule_belong_to_it() -> None:
    limited = rule(valid_from=date(2026, 2, 1), valid_until=date(2026, 2, 28))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)]
    assert [limited.in_force(day) for day in days] == [False, True, True, False]


def test_a_rule_for_a_service_takes_the_place_of_the_general_one_with_its_key_alone() -> None:
    general, other = rule("jawaban"), rule("verifikasi", amount=3)
    special = rule("jawaban", amount=9, services=("ppjp",))
    rules = book(general, other, special)
    calendar = WorkingCalendar(rules, FIVE_DAYS)

    def amounts(service: str) -> list[int]:
        found = promised(
            limits(rules, calendar, kind=Kind.PENGADUAN, service=service, received_at=at(2, 2, 2026), zone=WIB)
        )
        return [promise.amount for promise in found]

    assert amounts("ppjp") == [3, 9]
    assert amounts("umum") == [3, 5]


def test_of_two_final_limits_the_earlier_binds_even_if_it_is_not_told() -> None:
    rules = book(
        rule("sp4n", amount=14, unit="hari_kerja", final=True),
        rule("hukum", amount=14, promised=False, final=True),
        rule("verifikasi", amount=1),
    )
    end = final_due(
        limits(
            rules,
            WorkingCalendar(rules, FIVE_DAYS),
            kind=Kind.PENGADUAN,
            service="umum",
            received_at=at(22, 11, 2026),
            zone=WIB,
        )
    )
    assert end is not None
    assert (end.key, end.due) == ("hukum", date(2026, 12, 6))
    assert spoken(end) == "Minggu, 6 Desember 2026 (14 hari)"


def test_a_moment_without_time_zone_is_refused(shipped: Deadlines, calendar: WorkingCalendar) -> None:
    naive = at(22, 11, 2026).replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        promised(limits(shipped, calendar, kind=Kind.PENGADUAN, service="umum", received_at=naive, zone=WIB))


ELSEWHERE = """
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from config.settings import Deadlines, read_toml
from ledger.deadlines import WorkingCalendar, limits, promised, spoken
from ledger.words import Kind

rules = Deadlines.model_validate(read_toml(Path("config/deadlines.toml")))
calendar = WorkingCalendar(rules, range(5))
received = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
for promise in promised(limits(
    rules, calendar, kind=Kind.PENGADUAN, service="umum", received_at=received, zone=ZoneInfo("Asia/Jakarta")
)):
    print(spoken(promise).encode("ascii").decode())
print(calendar.name_of(date(2027, 1, 1)))
"""


@pytest.mark.parametrize(("zone", "language"), [("America/Los_Angeles", "en_US.UTF-8"), ("Pacific/Kiritimati", "C")])
def test_neither_the_time_zone_nor_the_language_of_the_process_changes_a_date(zone: str, language: str) -> None:
    there = os.environ | {"TZ": zone, "LANG": language, "LC_ALL": language, "LANGUAGE": language.partition("_")[0]}
    ran = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], cwd=ROOT, env=there, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.splitlines() == [
        "Kamis, 7 Januari 2027 (3 hari kerja)",
        "Jumat, 22 Januari 2027 (14 hari kerja)",
        "Tahun Baru Masehi",
    ]
