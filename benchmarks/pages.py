"""How fast each page of the desk answers over a book of 10,000 entries: median, worst, and work."""

import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import uvicorn
from sqlmodel import Session

from ledger.database import Database
from ledger.desk.app import create, warm_up
from ledger.models import Event
from ledger.search import Cursor
from ledger.words import Channel, Disposition, LetterState, Register, Role, Status
from tests.ledger.desk.signed import token_of
from tests.ledger.shelf import FIRST, NOW, SECOND, PreparedReader, put_entry, put_letter, put_mail
from tests.office import settings
from tests.wire.loopback import free_port

ENTRIES = 10_000
ASKED = 30
PROMISED_MS = 100.0

_NAMES = ("Siti Aminah", "Budi Santoso", "Moh. Rofiq", "Sulistyowati Wahyuningtyas", "Hj. Nur Hasanah", "Agus Prayitno")
_MATTERS = ("Upah belum dibayar", "Lembur tidak dihitung", "Pendaftaran perjanjian", "Syarat rekomendasi paspor")
_MIDDLE = Cursor((NOW - timedelta(minutes=ENTRIES // 2)).isoformat(timespec="microseconds"), ENTRIES // 2)

PAGES = {
    "hari ini": "/",
    "buku": "/buku",
    "buku, tengah": f"/buku?sebelum={str(_MIDDLE).replace('+', '%2B')}",
    "buku, cari nama": "/buku?cari=wahyuningtyas",
    "buku, cari yang tidak ada": "/buku?cari=tidakadasamasekali",
    "buku, cari telepon": "/buku?cari=0812345",
    "buku, urut nama": "/buku?urut=nama",
    "buku, urut tenggat": "/buku?urut=tenggat",
    "buku, bagian saya": "/buku?pilih=saya",
    "buku, disaring": "/buku?register=PGD&kanal=radio&keadaan=diproses&dari=2026-11-18&layanan=ppjp",
    "permohonan": "/permohonan",
    "satu entri": "/buku/PGD/2026/8999",
    "satu surat": "/surat/9000",
    "perlu ditinjau": "/tinjau",
    "karantina": "/tinjau/karantina",
    "kotak lain": "/tinjau/kotak-lain",
    "belum tersampaikan": "/belum-tersampaikan",
    "laporan": "/laporan",
    "catat telepon": "/catat/telepon",
    "kesehatan": "/sehat",
}


def _furnish(session: Session) -> None:
    statuses, channels = list(Status), list(Channel)
    for number in range(1, ENTRIES + 1):
        entry = put_entry(
            session,
            number,
            series=Register.REG if number % 3 == 0 else Register.PGD,
            channel=channels[number % len(channels)],
            status=statuses[number % len(statuses)],
            due_on=(NOW + timedelta(days=number % 60 - 20)).date().isoformat(),
            name=f"{_NAMES[number % len(_NAMES)]} {number}",
            email=f"warga{number}@example.org",
            phone=f"0812-{number:04}-{number % 1000:04}",
            phone_e164=f"+62812{number:08}",
            matter=_MATTERS[number % len(_MATTERS)],
            account="Dengan hormat, saya sampaikan hal berikut. " * 20,
            mailbox=FIRST if number % 2 else SECOND,
            officer=("petugas", "ani", "")[number % 3],
            needs_review=number % 100 == 0,
            review_reason=f"mungkin susulan PGD/2026/{number - 2:04}: nomornya disebut" if number % 100 == 0 else "",
        )
        disposition = Disposition.RECORDED if number % 5 else list(Disposition)[number // 5 % len(Disposition)]
        put_mail(session, disposition, entry=entry, text="Dengan hormat. " * 40, raw=b"From: x\n\n%d" % number)
        put_letter(session, entry, LetterState.SENT if number % 50 else list(LetterState)[number // 50 % 7], "sebabnya")
        session.add(Event(id=number, at=NOW, actor="sistem", verb="dicatat", entry_id=entry.id, body='{"set":{}}',
                          previous="0" * 64, hash="0" * 64))  # fmt: skip
        if number % 200 == 0:
            session.expunge_all()


@contextmanager
def _serving(database: Database) -> Iterator[int]:
    port = free_port()
    app = create(database, settings(), PreparedReader(), lambda: NOW, stopping=lambda: server.should_exit)
    warm_up(app)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield port
    finally:
        server.should_exit = True
        thread.join()


def _asked(asking: http.client.HTTPConnection, path: str, cookie: str) -> tuple[list[float], list[float]]:
    """Return what each question took, the first one too: by the clock, and of the processor, in milliseconds.

    On a busy machine the clock counts what others do; the processor's time does not.
    """
    spans, worked = [], []
    for _ in range(ASKED):
        began, before = time.perf_counter(), time.process_time()
        asking.request("GET", path, headers={"Cookie": cookie})
        answer = asking.getresponse()
        answer.read()
        spans.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - before) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    return spans, worked


def _said(values: list[float]) -> str:
    return f"median {statistics.median(values):6.1f}, worst {max(values):6.1f}"


def _verdict(slow: list[str]) -> str:
    return f"over {PROMISED_MS:.0f} ms: {', '.join(slow)}" if slow else f"every page under {PROMISED_MS:.0f} ms"


def main() -> None:
    """Print a line a page, in milliseconds, and name those over what is promised."""
    with (
        tempfile.TemporaryDirectory(prefix="buku-bench-") as folder,
        closing(Database.open(f"sqlite:///{(Path(folder) / 'book.db').as_posix()}")) as database,
    ):
        database.upgrade()
        with database.noting() as session:
            _furnish(session)
        cookie = f"sesi={token_of(database, Role.PETUGAS)}"
        slow: list[str] = []
        heavy: list[str] = []
        with _serving(database) as port, closing(http.client.HTTPConnection("127.0.0.1", port)) as asking:
            for name, path in PAGES.items():
                spans, worked = _asked(asking, path, cookie)
                slow += [name] if max(spans) > PROMISED_MS else []
                heavy += [name] if max(worked) > PROMISED_MS else []
                print(f"{name:28} clock: {_said(spans)}   processor: {_said(worked)}", flush=True)
    print(f"{ENTRIES} entries, {ASKED} times each, in ms. By the clock: {_verdict(slow)}; by work: {_verdict(heavy)}")
