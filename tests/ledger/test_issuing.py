"""A recap is issued once, by the head, after its period; then it stays the same for ever, and the next one joins up."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from config.settings import Settings
from ledger import erasure, issuing, workflow
from ledger.database import Database
from ledger.erasure import Scope
from ledger.errors import LedgerError
from ledger.issuing import Narrative, Report
from ledger.models import Entry, Event, Recap, Staff
from ledger.periods import Period
from ledger.verify import verify
from ledger.words import Kind, Role, Status
from ledger.workflow import Act
from tests.office import FIRST, rulebook, settings, write_entry

OCTOBER, NOVEMBER, DECEMBER = (Period(2026, month, 1) for month in (10, 11, 12))
MIDNIGHT = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
"""Minggu, 1 November 2026 pukul 00.00 WIB."""
DAY = timedelta(days=1)
WORDS = Narrative("Server surel terganggu.", "Tambah satu petugas.")


def wrote(database: Database, at: datetime, **fields: object) -> int:
    with database.writing() as session:
        return write_entry(session, at=at, **({"received_at": at} | fields)).id or 0


def issued(
    database: Database, period: Period, at: datetime, role: Role = Role.KEPALA, words: Narrative = WORDS
) -> Report:
    with database.writing() as session:
        who = session.exec(select(Staff).where(Staff.role == role)).first() or _hired(session, role)
        issuing.issue(session, period, settings(), who, narrative=words, at=at)
    return seen(database, period, at)


def _hired(session: Session, role: Role) -> Staff:
    who = Staff(login=role.value, name="Drs. H. Bambang", role=role, password_hash="-", created_at=MIDNIGHT)
    session.add(who)
    session.flush()
    return who


def seen(database: Database, period: Period, at: datetime, config: Settings | None = None) -> Report:
    with database.reading() as session:
        return issuing.report(session, period, config or settings(), at=at)


def wrong(database: Database) -> list[str]:
    with database.reading() as session:
        return [one.wrong for one in verify(session) if one.wrong]


def test_an_issued_recap_stays_as_it_was_whatever_happens_later(database: Database) -> None:
    key = wrote(database, MIDNIGHT - DAY, kind=Kind.INFORMASI)
    before = issued(database, OCTOBER, MIDNIGHT + DAY)
    wrote(database, MIDNIGHT + 2 * DAY, received_at=MIDNIGHT - DAY)
    with database.writing() as session:
        entry, act = session.get_one(Entry, key), Act("siti", MIDNIGHT + 3 * DAY)
        values = {"kind": Kind.PENGADUAN, "service": "ppjp"}
        workflow.correct(session, entry, values, act, rulebook=rulebook(), default_mailbox=FIRST)
        workflow.void(session, entry, act, note="salah catat")
    assert seen(database, OCTOBER, MIDNIGHT + 30 * DAY) == before
    assert (before.figures.total.received, before.figures.total.remaining) == (1, 1)
    assert before.narrative == WORDS
    assert before.issued == issuing.Issuance("Drs. H. Bambang", Role.KEPALA)
    assert wrong(database) == []


def test_an_issued_recap_keeps_the_names_that_were_in_force(database: Database) -> None:
    before = issued(database, OCTOBER, MIDNIGHT)
    office = settings().office.model_copy(update={"name": "Dinas Tenaga Kerja", "address": "Jalan Lain 1"})
    renamed = settings().model_copy(update={"office": office, "services": {}})
    later = seen(database, OCTOBER, MIDNIGHT + DAY, renamed)
    assert (later.office.name, later.office.address) == (settings().office.name, settings().office.address)
    assert later.figures == before.figures
    assert seen(database, NOVEMBER, MIDNIGHT + DAY, renamed).office.name == "Dinas Tenaga Kerja"


def test_what_is_entered_after_the_issuing_is_an_addition_to_the_next_period(database: Database) -> None:
    wrote(database, MIDNIGHT - DAY)
    before = issued(database, OCTOBER, MIDNIGHT + DAY)
    wrote(database, MIDNIGHT + 2 * DAY, received_at=MIDNIGHT - timedelta(minutes=1))
    wrote(database, MIDNIGHT + 2 * DAY)
    after = issued(database, NOVEMBER, MIDNIGHT + 40 * DAY).figures.total
    assert (after.carried, after.added, after.received, after.remaining) == (1, 1, 1, 3)
    assert after.carried == before.figures.total.remaining


def test_what_is_entered_late_before_the_issuing_counts_to_its_own_month(database: Database) -> None:
    wrote(database, MIDNIGHT + DAY, received_at=MIDNIGHT - DAY)
    report = issued(database, OCTOBER, MIDNIGHT + 2 * DAY).figures.total
    assert (report.received, report.remaining) == (1, 1)
    following = seen(database, NOVEMBER, MIDNIGHT + 3 * DAY).figures.total
    assert (following.carried, following.added) == (1, 0)


def test_recaps_of_every_length_go_by_the_same_cut(database: Database) -> None:
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    wrote(database, new_year - DAY)
    month = issued(database, DECEMBER, new_year + DAY)
    wrote(database, new_year + 2 * DAY, received_at=new_year - DAY)
    quarter = issued(database, Period(2026, 10, 3), new_year + 3 * DAY)
    year = issued(database, Period(2026, 1, 12), new_year + 4 * DAY)
    remaining = {each.figures.total.remaining for each in (month, quarter, year)}
    following = {seen(database, Period(2027, 1, months), new_year + 9 * DAY).figures.total for months in (1, 3, 6, 12)}
    assert remaining == {each.carried for each in following} == {1}
    assert {each.added for each in following} == {1}


def test_a_month_issued_after_the_next_one_still_joins_up(database: Database) -> None:
    wrote(database, MIDNIGHT - DAY)
    november = issued(database, NOVEMBER, MIDNIGHT + 31 * DAY)
    wrote(database, MIDNIGHT + 32 * DAY, received_at=MIDNIGHT - 40 * DAY)
    wrote(database, MIDNIGHT + 32 * DAY, received_at=MIDNIGHT - DAY)
    october = issued(database, OCTOBER, MIDNIGHT + 33 * DAY)
    assert october.figures.total.remaining == november.figures.total.carried == 1
    september = seen(database, OCTOBER.before(), MIDNIGHT + 34 * DAY).figures.total
    assert september.remaining == october.figures.total.carried == 0
    december = issued(database, DECEMBER, MIDNIGHT + 90 * DAY).figures.total
    assert (december.carried, december.added) == (november.figures.total.remaining, 2)


@pytest.mark.parametrize(
    ("role", "at", "said"),
    [
        (Role.PETUGAS, MIDNIGHT, "diterbitkan oleh kepala"),
        (Role.PEMBACA, MIDNIGHT, "diterbitkan oleh kepala"),
        (Role.KEPALA, MIDNIGHT - timedelta(microseconds=1), "setelah periodenya berakhir, Sabtu, 31 Oktober 2026"),
    ],
)
def test_nobody_else_issues_a_recap_and_nobody_too_early(
    database: Database, role: Role, at: datetime, said: str
) -> None:
    with pytest.raises(LedgerError, match=said):
        issued(database, OCTOBER, at, role)
    with database.reading() as session:
        assert (session.exec(select(Recap)).all(), session.exec(select(Event)).all()) == ([], [])


def test_a_recap_is_issued_once(database: Database) -> None:
    before = issued(database, OCTOBER, MIDNIGHT, Role.ADMIN)
    with pytest.raises(LedgerError, match="sudah diterbitkan"):
        issued(database, OCTOBER, MIDNIGHT + DAY)
    assert seen(database, OCTOBER, MIDNIGHT + DAY) == before


def test_endless_words_are_refused(database: Database) -> None:
    with pytest.raises(LedgerError, match="paling banyak 5000"):
        issued(database, OCTOBER, MIDNIGHT, words=Narrative("a" * 5001))


CHANGES = [
    "UPDATE recap SET figures = replace(figures, '1', '2')",
    "UPDATE recap SET obstacles = 'Tidak ada.'",
    "UPDATE recap SET closing = closing + 1",
    "UPDATE recap SET issued_by = 'lain'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_verify_names_an_issued_recap_that_was_changed(database: Database, change: str) -> None:
    wrote(database, MIDNIGHT - DAY)
    issued(database, OCTOBER, MIDNIGHT)
    assert wrong(database) == []
    with database.noting() as session:
        session.execute(text(change))
    assert wrong(database) == ["rekap 2026-10 bukan lagi seperti saat diterbitkan"]


def test_verify_misses_an_issued_recap_that_is_gone(database: Database) -> None:
    place = issued(database, OCTOBER, MIDNIGHT).place
    with database.noting() as session:
        session.execute(text("DELETE FROM recap"))
    assert wrong(database) == [f"rekap yang diterbitkan pada peristiwa {place} hilang"]


def test_the_periods_that_wait_are_those_that_ended_with_the_last_month(database: Database) -> None:
    waiting: Callable[[datetime], list[str]] = lambda at: _waiting(database, at)  # noqa: E731
    assert waiting(MIDNIGHT + DAY) == []
    wrote(database, MIDNIGHT - DAY)
    assert waiting(MIDNIGHT + DAY) == ["2026-10"]
    assert waiting(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == ["2026-12", "2026-T4", "2026-S2", "2026"]
    issued(database, OCTOBER, MIDNIGHT)
    assert waiting(MIDNIGHT + DAY) == []


def _waiting(database: Database, at: datetime) -> list[str]:
    with database.reading() as session:
        return [period.key for period in issuing.waiting(session, settings(), at=at)]


def test_closing_after_the_issuing_counts_to_the_month_in_which_it_was_done(database: Database) -> None:
    key = wrote(database, MIDNIGHT - DAY)
    issued(database, OCTOBER, MIDNIGHT)
    with database.writing() as session:
        act = Act("siti", MIDNIGHT + DAY)
        workflow.set_status(session, session.get_one(Entry, key), Status.DITOLAK, act, note="bukan kewenangan")
    following = seen(database, NOVEMBER, MIDNIGHT + 2 * DAY).figures.total
    assert (following.carried, following.refused, following.remaining) == (1, 1, 0)


def test_erasing_a_person_changes_no_figure(database: Database) -> None:
    key = wrote(database, MIDNIGHT - DAY, name="Siti Aminah", themes=("upah",))
    before = issued(database, OCTOBER, MIDNIGHT, Role.ADMIN)
    live = seen(database, NOVEMBER, MIDNIGHT + DAY).figures
    with database.writing() as session:
        reason = "permintaan pemilik data, surat nomor 5"
        erasure.forget(session, Scope((key,), ()), reason=reason, actor="admin", at=MIDNIGHT + DAY)
    assert seen(database, OCTOBER, MIDNIGHT + DAY) == before
    assert seen(database, NOVEMBER, MIDNIGHT + DAY).figures == live
    assert wrong(database) == []
