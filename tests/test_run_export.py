"""The verb `export` as an operator meets it: its file, its exit codes, its lines, and the event that it leaves."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import typer
from sqlmodel import Session, select

from ledger.database import Database
from ledger.models import Event
from ledger.words import Channel, Form, Register
from run import _whole
from tests.ledger.documents.asking import csv_rows, json_rows, sheet, text
from tests.ledger.shelf import WIB, put_entry
from tests.test_run import one_line, run
from tests.wire.office import Box, write_office


@contextmanager
def the_book(config: Path) -> Iterator[Session]:
    database = Database.open(f"sqlite:///{(config.parent.parent / 'book.db').as_posix()}")
    with closing(database):
        database.upgrade()
        with database.writing() as session:
            yield session


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An office whose book holds three complaints and a request."""
    config = write_office(tmp_path, [Box()], database_url="sqlite:///book.db")
    with the_book(config) as session:
        put_entry(session, 1, received_at=datetime(2025, 10, 31, 23, 59, tzinfo=WIB), name="Budi")
        put_entry(session, 2, received_at=datetime(2025, 11, 1, tzinfo=WIB), channel=Channel.RADIO, name="Ani")
        put_entry(session, 3, received_at=datetime(2025, 11, 2, tzinfo=WIB), secret=True, name="Tertutup")
        put_entry(session, 1, series=Register.REG, received_at=datetime(2025, 11, 3, tzinfo=WIB), service="siskotkln")
    return config


def exports(config: Path) -> list[Event]:
    with the_book(config) as session:
        return list(session.exec(select(Event).where(Event.verb == "diekspor")))


def numbers(file: Path) -> list[str]:
    return [row["Nomor Register"] for row in csv_rows(file.read_bytes())]


@pytest.mark.parametrize("form", list(Form))
def test_the_name_of_the_file_tells_the_form(config: Path, tmp_path: Path, form: Form) -> None:
    file = tmp_path / f"buku.{form.value}"
    ended = run("export", "--period", "2025-11", "--output", file, config=config)
    assert ended.code == 0, ended
    assert f"3 entri ditulis ke {file}. Segel buku: peristiwa ke-1 · " in ended.out
    content = file.read_bytes()
    first = {
        Form.PDF: lambda: "PGD/2026/0002" in text(content),
        Form.XLSX: lambda: sheet(content)["B2"].value == "PGD/2026/0002",
        Form.CSV: lambda: csv_rows(content)[0]["Nomor Register"] == "PGD/2026/0002",
        Form.JSONL: lambda: json_rows(content)[0]["nomor"] == "PGD/2026/0002",
    }[form]()
    assert first
    (event,) = exports(config)
    assert event.actor == "program"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--dari", "1-11-2025"], ["PGD/2026/0002", "PGD/2026/0003", "REG/2026/0001"]),
        (["--sampai", "2025-10-31"], ["PGD/2026/0001"]),
        (["--dari", "2025-11-01", "--sampai", "01-11-2025"], ["PGD/2026/0002"]),
        (["--period", "2025", "--register", "REG"], ["REG/2026/0001"]),
        (["--kanal", "radio"], ["PGD/2026/0002"]),
        (["--layanan", "siskotkln"], ["REG/2026/0001"]),
        (["--status", "selesai"], []),
    ],
)
def test_options_choose_the_part_of_the_book(
    config: Path, tmp_path: Path, options: list[str], found: list[str]
) -> None:
    file = tmp_path / "buku.csv"
    assert run("export", *options, "--output", file, config=config).code == 0
    assert numbers(file) == found


def test_secret_identities_are_masked_unless_the_operator_asks(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "buku.csv"
    run("export", "--output", file, config=config)
    assert "Tertutup" not in file.read_text(encoding="utf-8")
    run("export", "--output", file, "--timpa", "--tampilkan-rahasia", config=config)
    assert "Tertutup" in file.read_text(encoding="utf-8")


def test_an_existing_file_is_kept_unless_the_operator_asks(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "buku.csv"
    file.write_text("jangan hilang", encoding="utf-8")
    assert "sudah ada" in one_line(run("export", "--output", file, config=config), 1)
    assert file.read_text(encoding="utf-8") == "jangan hilang"
    assert exports(config) == []
    assert run("export", "--output", file, "--timpa", config=config).code == 0
    assert len(numbers(file)) == 4


def test_a_file_without_an_ending_and_a_folder_with_one_get_a_pdf(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "usb.2026"
    folder.mkdir()
    for place in (tmp_path / "buku", folder):
        assert run("export", "--output", place, config=config).code == 0
    (made,) = folder.iterdir()
    assert made.suffix == ".pdf"
    assert all(file.read_bytes().startswith(b"%PDF-") for file in (tmp_path / "buku", made))


def test_into_a_folder_the_file_gets_a_name_of_its_own(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    assert run("export", "--register", "REG", "--format", "xlsx", "--output", folder, config=config).code == 0
    assert [file.name for file in folder.iterdir()] == ["buku-permohonan-peristiwa-1.xlsx"]


def test_nothing_half_written_is_left_behind(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "buku.pdf").mkdir()
    said = one_line(run("export", "--output", folder / "tidak-ada" / "x.csv", config=config), 1)
    assert "tidak-ada tidak ada" in said
    assert run("export", "--output", folder / "ada.csv", config=config).code == 0
    assert sorted(file.name for file in folder.iterdir()) == ["ada.csv", "buku.pdf"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--dari", "kemarin"], "Tanggal ini tidak terbaca"),
        (["--sampai", "9999-12-31"], "di luar buku"),
        (["--dari", "2025-11-02", "--sampai", "2025-11-01"], "--sampai mendahului --dari"),
        (["--period", "2099-05"], "Masa itu belum tiba: baru dimulai Jumat, 1 Mei 2099."),
        (["--dari", "2099-05-02"], "Masa itu belum tiba"),
        (["--period", "2025-13"], "bukan periode"),
        (["--period", "2025-11", "--dari", "2025-11-01"], "--period tidak dapat dipakai bersama"),
        (["--register", "XXX"], "--register"),
        (["--layanan", "tidakada"], "bukan layanan kantor ini"),
        (["--format", "docx"], "--format"),
        (["--format", "csv", "--output", "buku.pdf"], "tidak cocok dengan nama berkas"),
        (["--output", "buku.docx"], "akhiran .docx tidak dikenal; yang dikenal: pdf, xlsx, csv, jsonl"),
        (["--output", f"{'a' * 300}.docx"], "akhiran .docx tidak dikenal"),
        (["--kertas", "a5"], "a4 atau f4"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_writes_nothing(config: Path, options: list[str], said: str) -> None:
    assert said in one_line(run("export", *options, config=config), 2)
    assert exports(config) == []


def test_a_recap_of_a_month_that_has_not_come_is_refused_in_words(config: Path, tmp_path: Path) -> None:
    said = one_line(run("recap", "2099-05", "--output", tmp_path / "rekap.pdf", config=config), 2)
    assert "Masa itu belum tiba: baru dimulai Jumat, 1 Mei 2099." in said
    assert not (tmp_path / "rekap.pdf").exists()


def test_a_file_that_cannot_be_made_is_one_line_and_no_event(config: Path, tmp_path: Path) -> None:
    for verb in (["export"], ["recap", "2025-11"]):
        said = one_line(run(*verb, "--output", tmp_path / f"{'a' * 300}.pdf", config=config), 1)
        assert "namanya terlalu panjang" in said
    assert exports(config) == []


def test_a_file_with_personal_values_is_for_its_owner_alone(config: Path, tmp_path: Path) -> None:
    for verb, file in ((["export"], tmp_path / "buku.csv"), (["recap", "2025-11"], tmp_path / "rekap.txt")):
        assert run(*verb, "--output", file, config=config).code == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_medium_that_can_be_written_no_more_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with pytest.raises(typer.Exit) as ended, _whole(tmp_path / "buku.csv", overwrite=False) as draft:
        monkeypatch.setattr(Path, "unlink", refuse)
        draft.out.write(b"x")
        refuse()
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.exit_code == 1 and str(tmp_path / "buku.csv") in line
    monkeypatch.undo()
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(typer.Exit), _whole(tmp_path / "buku.csv", overwrite=False):
        raise AssertionError("no file was made")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(("name", "begins"), [("rekap.pdf", b"%PDF-"), ("rekap.xlsx", b"PK"), ("rekap.txt", b"REKAP")])
def test_the_name_of_the_file_tells_the_form_of_a_recap(config: Path, tmp_path: Path, name: str, begins: bytes) -> None:
    file = tmp_path / name
    assert run("recap", "2025-11", "--output", file, config=config).code == 0
    assert file.read_bytes().startswith(begins)


def test_a_recap_of_an_unknown_ending_is_a_wrong_command(config: Path, tmp_path: Path) -> None:
    for name in ("rekap.docx", "rekap.csv"):
        said = one_line(run("recap", "2025-11", "--output", tmp_path / name, config=config), 2)
        assert "tidak dikenal; yang dikenal: pdf, xlsx, txt" in said
        assert not (tmp_path / name).exists()


def test_a_recap_is_not_written_under_the_name_of_another_form(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "rekap.xlsx"
    said = one_line(run("recap", "2025-11", "--format", "pdf", "--output", file, config=config), 2)
    assert "tidak cocok dengan nama berkas" in said
    assert not file.exists()
