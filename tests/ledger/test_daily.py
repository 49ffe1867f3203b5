"""The backup of the day is made once its hour has come, by one process, and the last seven are kept."""

import json
import shutil
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from config.settings import Backup, Settings
from ledger import backup, daily, erasure, erasure_list, snapshot
from ledger.backup import Made
from ledger.database import Database
from ledger.errors import LedgerError
from ledger.holding import alone
from ledger.models import BackupState, Entry
from ledger.restore import restore
from tests.ledger.full_book import fill
from tests.office import NOW, settings, write_entry

WIB = ZoneInfo("Asia/Jakarta")
NOON = time(12, 30)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026 by the office's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=WIB).astimezone(UTC)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (at(23, 12, 30), at(24, 12, 29), False),
        (at(23, 12, 30), at(24, 12, 30), True),
        (at(24, 12, 31), at(24, 23, 59), False),
        (at(24, 9), at(24, 12, 30), True),  # one made by hand in the morning does not stand for the day's
        (at(20, 12, 30), at(24, 7), True),  # the machine was off for days: not only at half past twelve
        (at(23, 12, 30), at(24, 0, 1), False),
        (at(25, 12, 30), at(24, 8), True),  # made while the clock was wrong
        (None, at(24, 3), True),
    ],
)
def test_a_backup_is_due_once_the_hour_has_struck_since_the_last(
    last: datetime | None, now: datetime, due: bool
) -> None:
    state = BackupState(tried_at=last or now, succeeded_at=last)
    assert daily.due(state, NOON, zone=WIB, now=now) is due


def test_the_first_backup_is_due_at_once_and_one_that_failed_after_a_while() -> None:
    assert daily.due(None, NOON, zone=WIB, now=NOW)
    failed = BackupState(tried_at=NOW, trouble="penuh")
    assert not daily.due(failed, NOON, zone=WIB, now=NOW + daily.RETRY - timedelta(seconds=1))
    assert daily.due(failed, NOON, zone=WIB, now=NOW + daily.RETRY)
    assert daily.due(failed, NOON, zone=WIB, now=NOW - timedelta(hours=1))  # the clock was set back


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """The office, with a folder for its backups and a list of erasures of its own."""
    (tmp_path / "stik").mkdir()
    (tmp_path / "kantor" / "config").mkdir(parents=True)
    changed = {"backup": Backup(folder=tmp_path / "stik"), "folder": tmp_path / "kantor" / "config"}
    return settings().model_copy(update=changed)


def run(database: Database, office: Settings, now: datetime) -> Made | None:
    return daily.make_if_due(database, office, now=now)


def kept(office: Settings) -> list[str]:
    assert office.backup.folder is not None
    return sorted(file.name for file in office.backup.folder.iterdir())


def state(database: Database) -> BackupState:
    with database.reading() as session:
        found = daily.state_of(session)
    assert found is not None
    return found


def test_one_backup_a_day_is_made_and_the_last_seven_kept(database: Database, office: Settings) -> None:
    fill(database)
    made = [run(database, office, at(1, 8) + timedelta(hours=6 * tick)) for tick in range(4 * 10)]
    assert [one.file.name[5:18] for one in made if one] == [
        "20261101-0800",
        *(f"202611{day:02}-1400" for day in range(1, 11)),
    ]
    assert [name[5:18] for name in kept(office)] == [f"202611{day:02}-1400" for day in range(4, 11)]
    assert state(database).succeeded_at == at(10, 14)
    assert state(database).place.endswith("buku-20261110-1400.cadangan")


def test_only_files_of_ours_that_hold_this_very_book_give_way(
    database: Database, office: Settings, tmp_path: Path, sqlite_book: Path
) -> None:
    folder = office.backup.folder
    assert folder is not None
    with closing(Database.open(f"sqlite:///{(tmp_path / 'lain.db').as_posix()}")) as other:
        other.upgrade()
        with other.writing() as session:
            write_entry(session)
        strange = backup.make(other, folder, zone=WIB, now=at(1, 8)).file.name
    foreign = ["buku-20200101-1230.cadangan", "buku-20200101-1230.cadangan.lama", "catatan.txt"]
    for name in foreign:
        (folder / name).write_text("milik orang lain")
    fill(database)
    small = office.model_copy(update={"backup": Backup(folder=folder, keep=1)})
    for day in range(2, 6):
        assert run(database, small, at(day, 13)) is not None
    assert kept(office) == sorted([*foreign, strange, "buku-20261105-1300.cadangan"])


def test_the_one_just_made_stays_though_its_name_looks_old(database: Database, office: Settings) -> None:
    fill(database)
    made = [run(database, office, at(20, 13)), run(database, office, at(2, 13))]
    small = office.model_copy(update={"backup": Backup(folder=office.backup.folder, keep=1)})
    assert all(made)
    again = run(database, small, at(3, 13))
    assert again is not None and kept(office) == [again.file.name]


def test_backups_from_a_future_that_never_came_give_way_before_those_of_now(
    database: Database, office: Settings
) -> None:
    fill(database)
    folder = office.backup.folder
    small = office.model_copy(update={"backup": Backup(folder=folder, keep=3)})
    for when in (at(28, 13), at(29, 13), at(2, 13), at(3, 13), at(4, 13)):
        assert run(database, small, when) is not None
    assert [name[5:13] for name in kept(office)] == ["20261102", "20261103", "20261104"]


def test_two_offices_with_one_folder_never_write_over_each_others_backups(
    database: Database, office: Settings, tmp_path: Path
) -> None:
    folder = office.backup.folder
    assert folder is not None
    with closing(Database.open(f"sqlite:///{(tmp_path / 'lain.db').as_posix()}")) as other:
        other.upgrade()
        with other.writing() as session:
            write_entry(session)
        theirs = backup.make(other, folder, zone=WIB, now=at(2, 13))
    fill(database)
    ours = run(database, office, at(2, 13))
    assert ours is not None and ours.file.name == "buku-20261102-1300-2.cadangan"
    assert backup.examine(theirs.file) == theirs.contents
    with database.reading() as session:
        assert daily.rotate(session, replace(ours, file=folder / "buku-20261103-1300.cadangan"), keep=1) == [ours.file]
    assert kept(office) == [theirs.file.name]


def test_a_damaged_list_of_erasures_keeps_no_backup_from_being_made_and_is_told(
    database: Database, office: Settings
) -> None:
    folder = office.backup.folder
    assert folder is not None
    fill(database)
    (folder / erasure_list.place(office).name).write_text("bukan JSON\n")
    made = [run(database, office, at(day, 13)) for day in range(1, 12)]
    assert all(made) and len(list(folder.glob("*.cadangan"))) == 7
    assert "baris 1, rusak" in state(database).trouble and "betulkan" in state(database).trouble
    assert state(database).succeeded_at == at(11, 13)


def test_the_list_of_erasures_makes_no_folder_in_place_of_a_medium_that_was_taken_out(
    database: Database, tmp_path: Path
) -> None:
    fill(database)
    with database.writing() as session:
        entry = session.exec(select(Entry).where(Entry.name == "Siti")).one()
        erasure.forget(session, erasure.Scope((entry.id or 0,)), reason="permintaan", actor="admin", at=NOW)
    with database.reading() as session, pytest.raises(LedgerError, match="tidak ditemukan"):
        erasure_list.complete(session, tmp_path / "stik" / "buku.penghapusan.jsonl")
    assert not (tmp_path / "stik").exists()


def test_a_failure_is_remembered_with_what_to_do_and_tried_again(database: Database, office: Settings) -> None:
    folder = office.backup.folder
    assert folder is not None
    folder.rmdir()
    assert run(database, office, NOW) is None
    assert "Pasang media penyimpanannya" in state(database).trouble
    folder.mkdir()
    assert run(database, office, NOW + timedelta(minutes=14)) is None
    assert run(database, office, NOW + timedelta(minutes=15)) is not None
    after = state(database)
    assert (after.trouble, after.succeeded_at) == ("", NOW + timedelta(minutes=15))


def test_without_a_folder_nothing_is_made_or_noted(database: Database) -> None:
    assert settings().backup.folder is None
    assert daily.make_if_due(database, settings(), now=NOW) is None
    with database.reading() as session:
        assert daily.state_of(session) is None


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_while_one_process_makes_the_backup_no_other_does(
    database: Database, database_url: str, office: Settings
) -> None:
    with closing(Database.open(database_url)) as other:
        with alone(other, "cadangan harian") as mine:
            assert mine
            assert run(database, office, NOW) is None
        assert run(database, office, NOW) is not None
        assert run(other, office, NOW + timedelta(minutes=1)) is None


def test_the_list_of_erasures_lies_beside_the_backups_and_only_grows(database: Database, office: Settings) -> None:
    folder = office.backup.folder
    assert folder is not None
    fill(database)
    beside = folder / erasure_list.place(office).name
    assert run(database, office, at(1, 13)) is not None
    assert not beside.exists()
    for day, name in ((2, "Siti"), (3, "Budi")):
        with database.writing() as session:
            entry = session.exec(select(Entry).where(Entry.name == name)).one()
            erasure.forget(session, erasure.Scope((entry.id or 0,)), reason="permintaan", actor="admin", at=NOW)
        assert run(database, office, at(day, 13)) is not None
        assert len(erasure_list.read(beside)) == day - 1
    assert kept(office)[-1].endswith(".jsonl")
    made = sorted(folder.glob("*.cadangan"))[-1]
    with zipfile.ZipFile(made) as archive:
        assert b"Budi" not in archive.read("buku.db")


def test_rotation_reads_what_is_in_a_file_and_not_only_its_name(
    database: Database, office: Settings, tmp_path: Path, sqlite_book: Path
) -> None:
    fill(database)
    made = [one for day in range(1, 4) if (one := run(database, office, at(day, 13)))]
    shutil.copy(sqlite_book, tmp_path / "lain.db")
    with closing(Database.open(snapshot.url_of(tmp_path / "lain.db"))) as other:
        with other.writing() as session:
            write_entry(session)
        with other.reading() as session:
            assert daily.rotate(session, made[-1], keep=1) == []
    with database.reading() as session:
        assert daily.rotate(session, made[-1], keep=1) == [made[1].file, made[0].file]


def test_a_copy_that_was_restored_to_try_it_out_pushes_out_no_backup_of_the_book_and_the_book_none_of_its_own(
    database: Database, office: Settings, tmp_path: Path, sqlite_book: Path
) -> None:
    fill(database)
    folder = office.backup.folder
    assert folder is not None
    first = run(database, office, at(1, 13))
    assert first is not None
    shutil.copy(sqlite_book, tmp_path / "coba.db")
    with closing(Database.open(snapshot.url_of(tmp_path / "coba.db"))) as trial:
        restore(first.file, trial, at=at(1, 14))
        with database.writing() as session:
            write_entry(session, name="Sesudah itu")
        ours = run(database, office, at(2, 13))
        theirs = backup.make(trial, folder, zone=WIB, now=at(2, 13))
        assert ours is not None and ours.contents.book == theirs.contents.book
        assert theirs.file.name == "buku-20261102-1300-2.cadangan"
        assert backup.examine(ours.file) == ours.contents
        with trial.reading() as session:
            assert not backup.is_earlier(session, ours.file) and backup.is_earlier(session, theirs.file)
    small = office.model_copy(update={"backup": Backup(folder=folder, keep=1)})
    assert run(database, small, at(3, 13)) is not None
    assert kept(office) == [theirs.file.name, "buku-20261103-1300.cadangan"]


def test_backups_from_before_they_told_their_last_event_give_way_too(database: Database, office: Settings) -> None:
    fill(database)
    made = run(database, office, at(1, 13))
    assert made is not None
    with zipfile.ZipFile(made.file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(parts["keterangan.json"])
    del about["head"]
    with zipfile.ZipFile(made.file, "w") as archive:
        archive.writestr("buku.db", parts["buku.db"])
        archive.writestr("keterangan.json", json.dumps(about))
    with database.reading() as session:
        assert backup.is_earlier(session, made.file)
