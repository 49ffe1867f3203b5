"""A backup is the whole book as of one moment, in one file that is either whole or not there."""

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger import backup, snapshot, workshops
from ledger.backup import BackupDamaged, BackupFailed, Made
from ledger.database import Database
from tests.ledger.full_book import fill, rows_of
from tests.office import NOW, ROOT, rulebook, write_entry

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "stik"
    folder.mkdir()
    return folder


def make(database: Database, folder: Path, **how: object) -> Made:
    return backup.make(database, folder, zone=rulebook().zone, **{"now": NOW} | how)  # type: ignore[arg-type]


def age(left: Path, *, hours: int) -> None:
    """Make a file or folder look as old as that by the computer's own clock."""
    made = time.time() - hours * 3600
    os.utime(left, (made, made))


def lying_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_holds_every_row_of_the_book(database: Database, folder: Path, tmp_path: Path) -> None:
    fill(database)
    made = make(database, folder)
    assert made.file == folder / "buku-20261123-1010.cadangan"
    assert lying_in(folder) == [made.file.name]
    assert backup.unpack(made.file, tmp_path / "salinan.db") == made.contents == backup.contents_of(made.file)
    with closing(Database.open(snapshot.url_of(tmp_path / "salinan.db"))) as copy:
        assert copy.revision() == database.revision()
        assert rows_of(copy) == rows_of(database)
    held = made.contents
    assert (held.entries, held.made_at, held.last_event_at) == (4, NOW, NOW)
    assert held.mails == len(rows_of(database)["message"]) and held.events == len(rows_of(database)["event"])


@sqlite_only
def test_a_backup_is_for_its_owner_alone_and_any_program_opens_it(database: Database, folder: Path) -> None:
    made = make(database, folder)
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    with zipfile.ZipFile(made.file) as archive:
        assert (archive.namelist(), archive.testzip()) == (["buku.db", "keterangan.json"], None)
        assert archive.read("buku.db").startswith(b"SQLite format 3")


def test_others_go_on_writing_and_every_backup_shows_one_moment(database: Database, folder: Path) -> None:
    fill(database)
    written, enough, failed = [0], threading.Event(), []

    def write() -> None:
        try:
            while not enough.is_set() or written[0] < 5:
                with database.writing() as session:
                    write_entry(session, email="warga@example.org")
                written[0] += 1
        except BaseException as wrong:
            failed.append(wrong)
            raise

    writer = threading.Thread(target=write)
    writer.start()
    try:
        held = [make(database, folder, now=NOW + timedelta(minutes=n)).contents for n in range(4)]
    finally:
        enough.set()
        writer.join()
    assert failed == [] and written[0] >= 5
    assert held[0].entries < held[-1].entries < 4 + written[0] + 1
    assert all(one.letters == one.entries - 1 for one in held)  # one entry of `fill` owes none


_KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from ledger import backup
from ledger.database import Database

folder = Path(sys.argv[2])

def stopping():
    if (sys.argv[3] == "copying") == (not any(folder.iterdir())):
        print("now", flush=True)
        sys.stdin.read()
    return False

backup.make(
    Database.open(sys.argv[1]), folder, zone=ZoneInfo("Asia/Jakarta"), now=datetime.now(UTC), stopping=stopping
)
"""


@pytest.mark.parametrize("phase", ["copying", "writing"])
def test_a_kill_in_the_middle_leaves_no_file_that_looks_good(
    database: Database, database_url: str, folder: Path, phase: str
) -> None:
    fill(database)
    command = [sys.executable, "-c", _KILLED, database_url, str(folder), phase]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGKILL)
    assert len(lying_in(folder)) == (1 if phase == "writing" else 0)
    assert not any(backup.NAME.fullmatch(name) for name in lying_in(folder))
    for left in folder.iterdir():
        with pytest.raises(BackupDamaged):
            backup.examine(left)
    assert backup.examine(make(database, folder).file).entries == 4


@sqlite_only
def test_a_copy_of_the_book_that_a_kill_left_beside_it_goes_at_once_and_one_in_use_stays(
    database: Database, database_url: str, folder: Path
) -> None:
    fill(database)
    command = [sys.executable, "-c", _KILLED, database_url, str(folder), "copying"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        (room,) = workshops.sweep(backup.place_of_copies(database))
        assert make(database, folder).contents.entries == 4 and room.exists()
        process.send_signal(signal.SIGKILL)
    assert room.exists()
    assert workshops.sweep(backup.place_of_copies(database)) == []
    assert [name for name in lying_in(folder.parent) if "salinan" in name] == []


@sqlite_only
def test_what_a_kill_left_goes_with_a_later_backup_and_nothing_else_does(database: Database, folder: Path) -> None:
    names = [".buku-ab12_c_9.sebagian", "laporan.cadangan", "buku-1.cadangan", ".buku-terlalupanjang.sebagian"]
    for name in names:
        (folder / name).write_bytes(b"x")
        age(folder / name, hours=23)
    make(database, folder, now=NOW + timedelta(days=400))  # whatever the clock of the program says
    assert set(names) <= set(lying_in(folder))
    for name in names:
        age(folder / name, hours=25)
    make(database, folder)
    assert set(names) - set(lying_in(folder)) == {names[0]}


@sqlite_only
def test_a_backup_told_to_stop_leaves_nothing(database: Database, folder: Path) -> None:
    with pytest.raises(BackupFailed, match="dihentikan"):
        make(database, folder, stopping=lambda: True)
    with pytest.raises(BackupFailed, match="dihentikan"):
        make(database, folder, stopping=lambda: bool(lying_in(folder)))
    assert lying_in(folder) == []


@sqlite_only
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "penuh"),
        (errno.EROFS, "tidak boleh ditulisi"),
        (errno.EACCES, "tidak boleh ditulisi"),
        (errno.EIO, "terlepas atau rusak"),
    ],
)
def test_a_stick_that_fails_is_told_in_plain_words_and_the_last_backup_stays(
    database: Database, folder: Path, number: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = make(database, folder)

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(BackupFailed, match=words) as refused:
        make(database, folder, now=NOW + timedelta(days=1))
    assert str(folder) in str(refused.value)
    assert lying_in(folder) == [earlier.file.name]


_FULL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from ledger import backup
from ledger.database import Database

folder = Path(sys.argv[2])

def stopping():
    if sys.argv[3] == "here" or any(folder.iterdir()):
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    return False

try:
    backup.make(
        Database.open(sys.argv[1]), folder, zone=ZoneInfo("Asia/Jakarta"), now=datetime.now(UTC), stopping=stopping
    )
except backup.BackupFailed as wrong:
    print(wrong)
"""


@sqlite_only
@pytest.mark.parametrize("where", ["there", "here"])
def test_a_full_disk_there_or_here_leaves_nothing_half_made(
    database: Database, database_url: str, folder: Path, where: str
) -> None:
    fill(database)
    made = subprocess.run(
        [sys.executable, "-c", _FULL, database_url, str(folder), where], cwd=ROOT, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    assert ("tempatnya penuh" if where == "there" else "Periksa sisa ruang cakram komputer ini") in made.stdout
    assert lying_in(folder) == []
    assert [name for name in lying_in(folder.parent) if "salinan" in name] == []


@sqlite_only
@pytest.mark.parametrize("what", ["missing", "a file"])
def test_a_folder_that_is_not_there_is_never_made(database: Database, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "tidak-terpasang"
    if what == "a file":
        folder.write_text("")
    with pytest.raises(BackupFailed, match=r"tidak ada\. Pasang media"):
        make(database, folder)
    assert folder.exists() == (what == "a file")
    assert "tidak ada" in backup.trouble_with(folder)


@sqlite_only
def test_a_folder_that_takes_files_is_told_from_one_on_the_disk_of_the_book(
    database: Database, database_url: str, folder: Path
) -> None:
    assert backup.trouble_with(folder) == ""
    assert backup.same_disk(database_url, folder)
    assert not backup.same_disk(database_url, Path("/proc"))
    assert not backup.same_disk("postgresql+psycopg://buku@127.0.0.1/buku", folder)
    assert lying_in(folder) == []


def test_a_book_that_is_wrong_is_not_backed_up(database: Database, folder: Path) -> None:
    fill(database)
    with database.noting() as session:
        session.execute(text("UPDATE entry SET name = 'Orang Lain' WHERE sequence = 1"))
    with pytest.raises(BackupFailed, match=r"tidak lolos pemeriksaan.*run\.py verify"):
        make(database, folder)
    assert lying_in(folder) == []


def damaged(file: Path, change: Callable[[bytearray], None]) -> Path:
    content = bytearray(file.read_bytes())
    change(content)
    broken = file.with_name("rusak.cadangan")
    broken.write_bytes(content)
    return broken


@sqlite_only
def test_a_damaged_backup_is_recognised_wherever_the_damage_lies(database: Database, folder: Path) -> None:
    fill(database)
    made = make(database, folder)
    chance = random.Random(5)
    unnoticed = 0
    for place in sorted(chance.sample(range(made.size), 300)):

        def flip(content: bytearray, place: int = place) -> None:
            content[place] ^= 1 << chance.randrange(8)

        try:
            # A date in the directory of the archive may change; what it holds may not.
            assert backup.examine(damaged(made.file, flip)) == made.contents
            unnoticed += 1
        except BackupDamaged as wrong:
            assert "pakai cadangan lain" in str(wrong)
    assert unnoticed < 10
    for length in (0, 1, 100, made.size // 2, made.size - 1):
        with pytest.raises(BackupDamaged):
            backup.examine(damaged(made.file, lambda content, length=length: content.__delitem__(slice(length, None))))


def test_a_file_that_is_no_backup_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catatan.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "lain.zip", "w") as archive:
        archive.writestr("buku.db", b"")
    for name, words in (("catatan.zip", "bukan cadangan"), ("lain.zip", "bukan cadangan"), ("x", "tidak ditemukan")):
        with pytest.raises(BackupDamaged, match=words):
            backup.contents_of(tmp_path / name)


@sqlite_only
def test_a_workshop_that_cannot_be_made_is_told(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(BackupFailed, match="Salinan sementara tidak dapat dibuat"):
        make(database, folder)
