"""`run.py forget` as an administrator meets it: who may, what is shown and asked, what is done and named."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import load
from ledger import erasure_list, staff
from ledger.database import Database
from ledger.words import Role
from ledger.workshops import workshop
from tests.office import NOW
from tests.wire.office import Box, write_office
from tests.wire.smtp import PROJECT

MARK = "zaitunmerak"
PASSWORD = "hujan turun di Sebaung"
MAIL = (
    f"From: Ibu {MARK} <{MARK}@example.org>\r\nTo: {{to}}\r\nSubject: Pengaduan upah {MARK}\r\n"
    "Date: Mon, 23 Nov 2026 08:00:00 +0700\r\nMessage-ID: <satu@example.org>\r\n\r\n"
    f"Saya mengadukan upah yang belum dibayar selama tiga bulan.\r\nNama: {MARK}\r\n"
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an office whose book holds one mail from a file, an administrator and an officer, to be copied."""
    folder = tmp_path_factory.mktemp("kantor")
    (folder / "cadangan").mkdir()
    config = write_office(folder, [Box()], database_url="sqlite:///book.db", backup={"folder": "cadangan"})
    settings = load(config)
    (folder / "surat.eml").write_bytes(MAIL.format(to=settings.mailboxes[0].address).encode())
    database = Database.open(settings.database_url)
    database.upgrade()
    with database.writing() as session:
        for role in (Role.ADMIN, Role.PETUGAS):
            who, once = staff.add(session, role.value, f"Si {role.value}", role, at=NOW, actor="program")
            staff.change_password(session, who, once, PASSWORD, at=NOW)
        staff.add(session, "baru", "Admin Baru", Role.ADMIN, at=NOW, actor="program")
    database.close()
    assert _import(config)["recorded"] == 1
    return folder


@pytest.fixture
def config(prepared: Path, tmp_path: Path) -> Path:
    """That office, for one test alone; no server answers."""
    return Path(shutil.copytree(prepared, tmp_path / "kantor")) / "config" / "office.toml"


def _run(config: Path, *arguments: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "run.py", "--config", str(config), *arguments]
    return subprocess.run(
        command, cwd=PROJECT, input=said, capture_output=True, text=True, encoding="utf-8", timeout=120
    )


def _import(config: Path) -> dict[str, int]:
    mailbox = load(config).mailboxes[0].address
    done = _run(config, "import", str(config.parent.parent / "surat.eml"), "--mailbox", mailbox, "--acknowledge")
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return counts


def _forget(
    config: Path, *arguments: str, login: str = "admin", password: str = PASSWORD, answer: str = ""
) -> "subprocess.CompletedProcess[str]":
    reason = ("--alasan", "permintaan pemilik data", "--oleh", login)
    return _run(config, "forget", *arguments, *reason, said=f"{password}\n{answer}")


def _bytes(config: Path) -> bytes:
    url = load(config).database_url
    book = Path(url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in sorted(book.parent.glob(f"{book.name}*")))


def test_an_administrator_erases_a_person_and_is_told_where_copies_are_left(config: Path) -> None:
    assert MARK.encode() in _bytes(config)
    backup = load(config).backup.folder
    assert backup is not None
    (backup / "buku-20261122-1230.cadangan").write_bytes(b"")
    done = _forget(config, "--cari", f"{MARK}@example.org", "--ya")
    assert done.returncode == 0, done.stderr
    assert "hapus  PGD/2026/0001" in done.stdout and "1 penghapusan dicatat" in done.stdout
    assert "berkas yang diimpor" in done.stdout and "buku-20261122-1230.cadangan" in done.stdout
    assert "periksa juga salinan" in done.stdout
    assert MARK.encode() not in _bytes(config)
    (line,) = erasure_list.read(erasure_list.place(load(config)))
    assert (line.number, len(line.mails)) == ("PGD/2026/0001", 1)
    verified = _run(config, "verify")
    assert verified.returncode == 0, verified.stdout
    assert "dihapus menurut aturan: 1 entri, 1 surat" in verified.stdout
    assert _import(config) == {"received": 0, "known": 1}
    again = _forget(config, "PGD/2026/0001", "--ya")
    assert again.returncode == 0 and "Tidak ada lagi yang perlu dihapus" in again.stdout


@pytest.mark.parametrize("answer", ["t\n", "Tidak\n", "\n", "barangkali\nT\n"])
def test_without_a_yes_nothing_is_erased(config: Path, answer: str) -> None:
    done = _forget(config, "PGD/2026/0001", answer=answer)
    assert done.returncode == 1 and "Hapus semua itu? Penghapusan tidak dapat diurungkan. [y/T]" in done.stdout
    assert ("Jawablah y (ya) atau t (tidak)" in done.stdout) == answer.startswith("barangkali")
    assert MARK.encode() in _bytes(config)


@pytest.mark.parametrize("answer", ["y\n", "YA\n", "yes\nYa\n"])
def test_a_yes_in_the_language_of_the_office_erases(config: Path, answer: str) -> None:
    done = _forget(config, "PGD/2026/0001", answer=answer)
    assert done.returncode == 0 and "1 penghapusan dicatat" in done.stdout, done.stderr
    assert MARK.encode() not in _bytes(config)


def test_a_backup_made_to_a_folder_named_by_hand_is_named_also_where_that_is_gone(config: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stik"
    stick.mkdir()
    assert _run(config, "backup", str(stick)).returncode == 0
    (made,) = stick.glob("*.cadangan")
    done = _forget(config, "PGD/2026/0001", "--ya")
    assert str(made) in done.stdout and f"{load(config).backup.folder} (sekarang tanpa cadangan)" in done.stdout
    stick.rename(tmp_path / "dicabut")
    assert f"{stick} (folder ini sekarang tidak terpasang)" in _forget(config, "PGD/2026/0001", "--ya").stdout


def test_a_disk_lost_after_an_erasure_brings_nothing_back_from_an_older_backup(config: Path) -> None:
    folder = load(config).backup.folder
    assert folder is not None and _run(config, "backup").returncode == 0
    assert _forget(config, "PGD/2026/0001", "--ya").returncode == 0
    _lose_the_disk(config)
    restored = _run(config, "restore", str(next(folder.glob("*.cadangan"))))
    assert restored.returncode == 0, restored.stderr
    assert "1 penghapusan data pribadi diterapkan lagi" in restored.stdout
    assert "daftar penghapusan tidak ditemukan" not in restored.stdout
    assert MARK.encode() not in _bytes(config)


def test_a_folder_of_backups_that_is_not_there_is_told_and_without_any_list_restore_says_so(
    config: Path, tmp_path: Path
) -> None:
    folder = load(config).backup.folder
    assert folder is not None and _run(config, "backup").returncode == 0
    folder.rename(tmp_path / "lemari")
    done = _forget(config, "PGD/2026/0001", "--ya")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert "1 penghapusan dicatat" in done.stdout and "run.py backup" in done.stderr and str(folder) in done.stderr
    _lose_the_disk(config)
    restored = _run(config, "restore", str(next((tmp_path / "lemari").glob("*.cadangan"))))
    assert restored.returncode == 0 and "daftar penghapusan tidak ditemukan" in restored.stdout, restored.stderr
    assert str(erasure_list.place(load(config))) in restored.stdout.replace("\n", "")
    assert str(tmp_path / "lemari" / "book.penghapusan.jsonl") in restored.stdout


def _lose_the_disk(config: Path) -> None:
    place = erasure_list.place(load(config))
    for left in (place, *place.parent.glob("book.db*")):
        left.unlink(missing_ok=True)


def test_what_killed_programs_left_goes_or_is_named_and_so_are_documents(config: Path) -> None:
    folder = load(config).backup.folder
    assert folder is not None
    home = erasure_list.place(load(config)).parent
    left, half = home / ".buku-salinan-ab12_c_9", folder / ".buku-ab12_c_9.sebagian"
    half.write_bytes(MARK.encode())
    with workshop(home) as room:
        left.mkdir()
        (left / "buku.db").write_bytes(MARK.encode())
        assert _run(config, "export", "--register", "PGD", "--output", str(home / "keluar.csv")).returncode == 0
        done = _forget(config, "PGD/2026/0001", "--ya")
        assert done.returncode == 0 and not left.exists() and room.exists(), done.stderr
        assert f"masih dipakai; ulangi perintah ini nanti: {room}" in done.stdout
    assert f"{half} (belum selesai dibuat" in done.stdout
    assert "  buku (csv, register=PGD), " in done.stdout and "oleh program" in done.stdout


def test_a_reason_that_tells_who_it_is_is_refused_before_anything_is_asked(config: Path) -> None:
    for password, reason, words in [("", " ", "harus diisi"), (PASSWORD, f"diminta {MARK}", "Alasan tidak boleh")]:
        done = _run(config, "forget", "PGD/2026/0001", "--alasan", reason, "--oleh", "admin", said=f"{password}\ny\n")
        assert (done.returncode, len(done.stderr.splitlines()), words in done.stderr) == (1, 1, True), done.stderr
        assert "hapus" not in done.stdout.lower()
    assert MARK.encode() in _bytes(config)


def test_before_the_first_account_is_made_the_operator_is_told_how(tmp_path: Path) -> None:
    done = _forget(write_office(tmp_path, [Box()], database_url="sqlite:///book.db"), "PGD/2026/0001")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert "Belum ada akun; yang pertama dibuat oleh `run.py serve`" in done.stderr


def test_the_help_says_that_the_password_is_always_asked_for(config: Path) -> None:
    assert "kata sandi tetap diminta" in " ".join(_run(config, "forget", "--help").stdout.replace("│", " ").split())


@pytest.mark.parametrize(
    ("login", "password", "code", "said"),
    [
        ("petugas", PASSWORD, 1, "Hanya pengelola sistem"),
        ("tidak-ada", PASSWORD, 1, "Akun tidak-ada belum ada"),
        ("admin", "salah sama sekali", 2, "tidak cocok"),
        ("baru", "", 2, "tidak cocok"),
    ],
)
def test_nobody_else_erases_and_is_told_in_one_line(
    config: Path, login: str, password: str, code: int, said: str
) -> None:
    done = _forget(config, "PGD/2026/0001", "--ya", login=login, password=password)
    assert (done.returncode, len(done.stderr.splitlines())) == (code, 1), done.stderr
    assert said in done.stderr and MARK not in done.stdout
    assert MARK.encode() in _bytes(config)


@pytest.mark.parametrize("named", [("PGD/2026/9999",), ("--surat", "99"), ("--surat", "1"), ("--cari", "a@b")])
def test_what_cannot_be_erased_is_named_in_one_line(config: Path, named: tuple[str, ...]) -> None:
    done = _forget(config, *named, "--ya")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "dua"])
def test_a_mail_of_no_possible_number_is_a_wrong_command(config: Path, number: str) -> None:
    done = _forget(config, "--surat", number, "--ya")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr


def test_finding_nobody_erases_nothing(config: Path) -> None:
    done = _forget(config, "--cari", "tidak.ada@example.org", "--ya")
    assert done.returncode == 1 and "Tidak ada entri atau surat" in done.stdout
