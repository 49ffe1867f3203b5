"""The book is found again: by filter, by number, by name, by telephone, page after page."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from ledger import search
from ledger.database import Database
from ledger.models import MailboxState
from ledger.search import Cursor, Filter, Order, WrongCursor
from ledger.words import ArrivalState, Channel, Disposition, LetterState, Register, Status
from tests.ledger.shelf import FIRST, NOW, SECOND, TODAY, WIB, put_arrival, put_entry, put_letter, put_mail


def numbers(session: Session, wanted: Filter, **options: object) -> list[str]:
    page = search.book(session, wanted, zone=WIB, today=TODAY, **options)  # type: ignore[arg-type]
    return [line.number for line in page.lines]


def found(session: Session, text: str) -> list[str]:
    return numbers(session, Filter(text=text))


def test_the_newest_line_stands_first_and_pages_meet_without_gap_or_repetition(database: Database) -> None:
    with database.noting() as session:
        for sequence in range(1, 24):
            # Two at a time were received at the same moment: the id must part them.
            put_entry(session, sequence, received_at=NOW - timedelta(minutes=sequence // 2))
        whole = numbers(session, Filter(), limit=100)
        assert len(whole) == 23 and whole[0] == "PGD/2026/0001"
        for order in Order:
            whole = numbers(session, Filter(), order=order, limit=100)
            page = search.book(session, Filter(), zone=WIB, today=TODAY, order=order, limit=5)
            assert page.newer is None
            seen, pages = [line.number for line in page.lines], [page]
            while page.older:
                page = search.book(session, Filter(), zone=WIB, today=TODAY, order=order, before=page.older, limit=5)
                seen += [line.number for line in page.lines]
                pages.append(page)
            assert seen == whole and page.total == 23
            back = search.book(session, Filter(), zone=WIB, today=TODAY, order=order, after=page.newer, limit=5)
            assert back.lines == pages[-2].lines
            assert back.older == pages[-2].older


def test_a_cursor_survives_its_address_and_a_forged_one_is_refused(database: Database) -> None:
    cursor = Cursor("2026-11-23T03:10:00.000000+00:00", 7)
    assert Cursor.read(str(cursor)) == cursor
    for forged in (
        "",
        "x",
        "2026-11-23~1' OR 1=1",
        "2026-11-23T03:10:00+00:00~",
        "~1",
        "2026-11-23T03:10:00~" + "9" * 40,
    ):
        with pytest.raises(WrongCursor):
            Cursor.read(forged)
    with database.reading() as session:
        for day in ("9999-12-31", "0001-01-01T00:00:00+14:00", "2026-99-99T03:10:00", "2026-11-23T03:10:00"):
            with pytest.raises(WrongCursor):
                search.book(session, Filter(), zone=WIB, today=TODAY, before=Cursor(day, 1))


def test_every_filter_narrows_and_they_narrow_together(database: Database) -> None:
    with database.noting() as session:
        put_entry(session, 1, channel=Channel.RADIO, service="siskotkln", status=Status.DIPROSES)
        put_entry(session, 2, needs_review=True)
        put_entry(session, 3, series=Register.REG)
        assert numbers(session, Filter(series=Register.REG)) == ["REG/2026/0003"]
        assert numbers(session, Filter(channel=Channel.RADIO)) == ["PGD/2026/0001"]
        assert numbers(session, Filter(service="siskotkln")) == ["PGD/2026/0001"]
        assert numbers(session, Filter(status=Status.DIPROSES)) == ["PGD/2026/0001"]
        assert numbers(session, Filter(needs_review=True)) == ["PGD/2026/0002"]
        assert numbers(session, Filter(series=Register.PGD, service="ppjp")) == ["PGD/2026/0002"]
        assert numbers(session, Filter(series=Register.SRN)) == []


def test_a_period_begins_and_ends_at_midnight_of_the_office(database: Database) -> None:
    with database.noting() as session:
        put_entry(session, 1, received_at=datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC))
        put_entry(session, 2, received_at=datetime(2026, 10, 31, 17, 0, tzinfo=UTC))
        put_entry(session, 3, received_at=datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC))
        put_entry(session, 4, received_at=datetime(2026, 11, 30, 17, 0, tzinfo=UTC))
        november = Filter(since=date(2026, 11, 1), until=date(2026, 11, 30))
        assert numbers(session, november) == ["PGD/2026/0003", "PGD/2026/0002"]


def test_new_is_what_was_written_into_the_book_since_a_day_began_whenever_it_was_received(database: Database) -> None:
    midnight = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    with database.noting() as session:
        put_entry(session, 1, received_at=NOW - timedelta(days=9), recorded_at=midnight)
        put_entry(session, 2, received_at=NOW, recorded_at=midnight - timedelta(seconds=1))
        put_entry(session, 3, received_at=NOW - timedelta(days=5), recorded_at=NOW)
        assert numbers(session, Filter(new_since=date(2026, 11, 22))) == ["PGD/2026/0003", "PGD/2026/0001"]
        assert search.overview(session, [], zone=WIB, today=date(2026, 11, 23)).new == 2


def test_only_open_entries_are_late_and_the_last_day_itself_is_not(database: Database) -> None:
    with database.noting() as session:
        put_entry(session, 1, due_on="2026-11-22")
        put_entry(session, 2, due_on="2026-11-23")
        put_entry(session, 3, due_on="2026-11-20", status=Status.SELESAI)
        put_entry(session, 4)
        assert numbers(session, Filter(overdue=True)) == ["PGD/2026/0001"]
        assert numbers(session, Filter(due_today=True)) == ["PGD/2026/0002"]
        by_due = numbers(session, Filter(), order=Order.TENGGAT)
        assert by_due == ["PGD/2026/0001", "PGD/2026/0002", "PGD/2026/0004", "PGD/2026/0003"]


@pytest.mark.parametrize(
    "written",
    ["PGD/2026/0012", "pgd/2026/0012", "PGD 12", "pgd12", "pgd-2026-12", "[PGD/2026/0012]", "12/2026 ", "2026/12"],
)
def test_a_number_is_found_however_it_is_written(database: Database, written: str) -> None:
    with database.noting() as session:
        put_entry(session, 12)
        put_entry(session, 120, phone="0812-1212-1212")
        assert found(session, written) == ["PGD/2026/0012"]


def test_a_bare_number_is_that_line_of_each_register(database: Database) -> None:
    with database.noting() as session:
        put_entry(session, 12)
        put_entry(session, 13, series=Register.REG, received_at=NOW)
        put_entry(session, 12, series=Register.REG, received_at=NOW - timedelta(days=1))
        assert found(session, "12") == ["PGD/2026/0012", "REG/2026/0012"]
        assert found(session, "0012") == ["PGD/2026/0012", "REG/2026/0012"]


@pytest.mark.parametrize(
    "written", ["0812-3456-7890", "+62 812 3456 7890", "081234567890", "34567890", "6281234567890"]
)
def test_a_telephone_number_is_found_however_it_is_written(database: Database, written: str) -> None:
    with database.noting() as session:
        put_entry(session, 1, phone="0812 3456 7890", phone_e164="+6281234567890")
        put_entry(session, 2, phone="0812.3456.7890 (rumah)")
        put_entry(session, 3, phone="0857 1111 2222", phone_e164="+6285711112222")
        assert found(session, written) == ["PGD/2026/0001", "PGD/2026/0002"]


def test_words_are_found_in_name_organisation_and_matter_whatever_their_case(database: Database) -> None:
    with database.noting() as session:
        put_entry(session, 1, name="Siti Aminah", organisation="PT Maju", matter="Gaji belum dibayar")
        put_entry(session, 2, name="Budi", email="siti@example.org")
        assert found(session, "SITI") == ["PGD/2026/0001", "PGD/2026/0002"]
        assert found(session, "gaji siti") == ["PGD/2026/0001"]
        assert found(session, "pt maju") == ["PGD/2026/0001"]
        assert found(session, "siti lembur") == []


def test_wildcards_of_the_database_are_only_letters(database: Database) -> None:
    with database.noting() as session:
        put_entry(session, 1, matter="Potongan 5% tiap bulan")
        put_entry(session, 2, matter="Nama berkas a_b")
        put_entry(session, 3, matter="Biasa saja, 5x, axb, a/b")
        assert found(session, "%") == ["PGD/2026/0001"]
        assert found(session, "5%") == ["PGD/2026/0001"]
        assert found(session, "a_b") == ["PGD/2026/0002"]
        assert found(session, "a/b") == ["PGD/2026/0003"]
        assert found(session, "\\") == []


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", "\x00", "\x00gaji\x00", "x" * 5000, "\ud800", "%" * 300, "９９９", "²"]
)
def test_hostile_words_are_searched_like_others(database: Database, text: str) -> None:
    with database.reading() as session:
        assert found(session, text) == []


def test_the_morning_is_counted(database: Database) -> None:
    with database.noting() as session:
        yesterday = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
        late = put_entry(session, 1, received_at=yesterday, due_on="2026-11-20")
        put_entry(session, 2, received_at=yesterday - timedelta(seconds=1), due_on="2026-11-23", needs_review=True)
        closed = put_entry(session, 3, status=Status.SELESAI, received_at=yesterday - timedelta(days=9))
        put_letter(session, late, LetterState.FAILED, "alamat tidak ditemukan")
        put_letter(session, closed, LetterState.WITHHELD, "alamat tanpa balasan")
        put_mail(session, Disposition.QUARANTINED)
        put_mail(session, Disposition.UNREGISTERED, needs_review=True)
        put_mail(session, Disposition.UNREGISTERED)
        put_arrival(session, FIRST)
        put_arrival(session, FIRST, state=ArrivalState.UNFETCHABLE)
        session.add(MailboxState(mailbox=FIRST, tried_at=NOW, trouble="sandi ditolak", failing_since=NOW))
        session.flush()
        state = search.overview(session, [FIRST, SECOND], zone=WIB, today=TODAY)
        assert (state.new, state.due_today, state.overdue) == (1, 1, 1)
        assert (state.review, state.quarantined, state.unsettled, state.unfetchable) == (2, 1, 1, 1)
        assert state.letters == {LetterState.FAILED: 1}
        assert [(box.address, box.trouble) for box in state.mailboxes] == [(FIRST, "sandi ditolak"), (SECOND, "")]
        waits = search.waiting(session)
        assert waits == search.Waiting(review=2, quarantined=1, undelivered=1)
        assert waits.to_look_at == search.news(session, 0).review == 3


def test_letters_come_with_their_entries_and_those_of_closed_ones_apart(database: Database) -> None:
    with database.noting() as session:
        open_one, closed = put_entry(session, 1), put_entry(session, 2, status=Status.SELESAI)
        put_letter(session, open_one, LetterState.WITHHELD)
        last = put_letter(session, closed, LetterState.WITHHELD)
        states = [LetterState.WITHHELD]
        everything = search.letters(session, states, open_only=False, before=None, limit=9)
        assert [each.line.number for each in everything] == ["PGD/2026/0002", "PGD/2026/0001"]
        assert [x.line.number for x in search.letters(session, states, open_only=True, before=None, limit=9)] == [
            "PGD/2026/0001"
        ]
        older = search.letters(session, states, open_only=False, before=last.id, limit=9)
        assert [each.line.number for each in older] == ["PGD/2026/0001"]


def test_an_entry_knows_the_lines_beside_it(database: Database) -> None:
    with database.noting() as session:
        newest, middle, oldest = (put_entry(session, sequence) for sequence in (1, 2, 3))
        beside = search.neighbours(session, middle)
        assert beside.newer and beside.newer.number == newest.number
        assert beside.older and beside.older.number == oldest.number
        assert search.neighbours(session, newest).newer is None
        assert search.neighbours(session, oldest).older is None


def test_the_book_is_sorted_by_age_and_by_name_whatever_the_case(database: Database) -> None:
    with database.noting() as session:
        for sequence, name in enumerate(["siti", "Budi", "", "ani", "Éka", "Siti"], start=1):
            put_entry(session, sequence, name=name, email="citra@example.org" if not name else "")
        assert numbers(session, Filter(), order=Order.TERLAMA)[0] == "PGD/2026/0006"
        by_name = numbers(session, Filter(), order=Order.NAMA)
        assert [int(number[-1]) for number in by_name if not number.endswith("5")] == [4, 2, 3, 6, 1]
        pages, before = [], None
        for _ in range(3):
            page = search.book(session, Filter(), zone=WIB, today=TODAY, order=Order.NAMA, before=before, limit=2)
            pages += [line.number for line in page.lines]
            before = page.older
        assert pages == by_name and before is None


def test_a_cursor_of_another_order_is_refused_by_name_too(database: Database) -> None:
    with database.reading() as session:
        for order, key in ((Order.NAMA, "2026-11-23"), (Order.TERBARU, "nama"), (Order.TERLAMA, "nama")):
            with pytest.raises(WrongCursor):
                search.book(session, Filter(), zone=WIB, today=TODAY, order=order, before=Cursor(key, 1))


def test_the_book_is_narrowed_to_an_officer_to_nobody_to_a_mailbox_and_to_what_is_open(database: Database) -> None:
    with database.noting() as session:
        put_entry(session, 1, officer="ani", mailbox=FIRST)
        put_entry(session, 2, officer="ani", mailbox=SECOND, status=Status.SELESAI)
        put_entry(session, 3, mailbox=SECOND)
        assert numbers(session, Filter(officer="ani")) == ["PGD/2026/0001", "PGD/2026/0002"]
        assert numbers(session, Filter(officer="ani", open_only=True)) == ["PGD/2026/0001"]
        assert numbers(session, Filter(officer=search.NOBODY)) == ["PGD/2026/0003"]
        assert numbers(session, Filter(mailbox=SECOND)) == ["PGD/2026/0002", "PGD/2026/0003"]
        assert search.count(session, Filter(officer="ani"), zone=WIB, today=TODAY) == 2


def test_news_counts_what_came_since_and_what_waits(database: Database) -> None:
    with database.noting() as session:
        assert search.news(session, 0) == search.News(0, 0, 0, 0) and search.newest_entry(session) == 0
        old = put_entry(session, 1)
        put_entry(session, 2, needs_review=True)
        letter_of = put_entry(session, 3, channel=Channel.TELEPON)
        put_letter(session, letter_of, LetterState.FAILED)
        assert search.news(session, old.id or 0) == search.News(2, 1, 1, 1)
        assert search.newest_entry(session) == letter_of.id
