"""Time and peak memory (Linux) of exporting a book of 20,000 entries in each form: the verb and the press beside it."""

import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session

from benchmarks.memory import children, peak
from ledger.database import Database
from ledger.words import Channel, Form, Status
from tests.ledger.shelf import NOW, put_entry
from tests.wire.office import Box, write_office
from tests.wire.smtp import PROJECT

ENTRIES = 20_000

_SENTENCE = "Dengan hormat, upah saya bulan September dan Oktober belum dibayar oleh perusahaan. "


def _furnish(session: Session) -> None:
    statuses, channels = list(Status), list(Channel)
    for number in range(1, ENTRIES + 1):
        put_entry(
            session,
            number,
            received_at=NOW - timedelta(minutes=25 * (ENTRIES - number)),
            channel=channels[number % len(channels)],
            status=statuses[number % len(statuses)],
            due_on="2026-11-30",
            name=f"Siti Aminah binti Sulaiman {number}",
            organisation="PT Sumber Makmur Sejahtera" if number % 3 == 0 else "",
            address="Jalan Panglima Sudirman No. 12, Kanigaran, Kota Probolinggo",
            email=f"warga{number}@example.org",
            phone=f"0812-{number:04}-{number % 1000:04}",
            matter="Upah belum dibayar",
            account=_SENTENCE * (1 + number % 12),
        )
        if number % 200 == 0:
            session.expunge_all()


def _export(file: Path, form: Form) -> tuple[float, int, int, int]:
    """Return the seconds, the peaks of the program and of its press in MB, and the size of the file in bytes."""
    output = file.parent / f"buku.{form.value}"
    command = [sys.executable, "run.py", "--config", str(file), "export", "--output", str(output)]
    program = press = 0
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            program = max(program, peak(process.pid))
            press = max([press, *map(peak, children(process.pid))])
            time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"{form.value}: {process.returncode}")
    return time.perf_counter() - began, program, press, output.stat().st_size


def main() -> None:
    """Print a line a form."""
    with tempfile.TemporaryDirectory(prefix="buku-bench-") as folder:
        file = write_office(Path(folder), [Box()], database_url="sqlite:///book.db")
        with closing(Database.open(f"sqlite:///{(file.parent.parent / 'book.db').as_posix()}")) as database:
            database.upgrade()
            with database.noting() as session:
                _furnish(session)
        for form in (Form.CSV, Form.JSONL, Form.XLSX, Form.PDF):
            seconds, program, press, size = _export(file, form)
            memory = f"program {program} MB" + (f", its press {press} MB" if press else "")
            print(f"{form.value:6} {ENTRIES} entries in {seconds:6.1f} s, {size / 1e6:5.1f} MB, {memory}", flush=True)
