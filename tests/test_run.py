"""The command line as an operator meets it: every verb in a process of its own, its exit code, its lines."""

import fcntl
import json
import os
import re
import signal
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import termios
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import pytest

from ledger.database import Database
from ledger.labels import size
from ledger.words import Channel
from run import Job
from tests.office import write_entry
from tests.wire.certificate import Certificate
from tests.wire.dovecot import Account, Dovecot
from tests.wire.loopback import answers, free_port
from tests.wire.office import Box, imap_of, mail, smtp_of, write_office
from tests.wire.smtp import PROJECT, SmtpSink
from tests.wire.smtp_sink import Fault
from tests.wire.waiting import PATIENCE, wait_until

QUICK = {"intake": {"poll_seconds": 5, "timeout_seconds": 2}, "letters": {"timeout_seconds": 2}}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> dict[str, object]:
        """The last line of what it printed, as JSON."""
        summary: dict[str, object] = json.loads(self.out.splitlines()[-1])
        return summary


def run(*arguments: object, config: Path | None = None) -> Ended:
    command = [sys.executable, "run.py", *(["--config", str(config)] if config else []), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def one_line(ended: Ended, code: int) -> str:
    """Return the only line on stderr, having seen the exit code and no traceback."""
    assert ended.code == code, ended
    assert "Traceback" not in ended.err + ended.out
    (line,) = ended.err.splitlines()
    return line


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    return dovecot.account()


@pytest.fixture
def config(dovecot: Dovecot, smtp_sink: SmtpSink, account: Account, tmp_path: Path) -> Path:
    """An office with one mailbox on real servers, and a desk on a free port."""
    box = Box(account.address, account.password, imap_of(dovecot), smtp_of(smtp_sink))
    return write_office(tmp_path, [box], database_url="sqlite:///book.db", desk={"port": free_port()}, **QUICK)


@pytest.fixture
def dead(tmp_path: Path) -> Path:
    """An office whose servers do not answer."""
    return write_office(tmp_path, [Box()], database_url="sqlite:///book.db", **QUICK)


class Browser:
    """Sends forms to a desk on loopback as a browser would, and keeps its cookie."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def post(self, path: str, **form: str) -> None:
        """Send a form and follow where it leads; raises HTTPError where it is refused."""
        request = urllib.request.Request(
            self._address + path, urllib.parse.urlencode(form).encode(), {"Origin": self._address}
        )
        with self._opener.open(request, timeout=20) as answer:
            answer.read()


def desk_port(config: Path) -> int:
    return int(config.read_text(encoding="utf-8").rpartition("port = ")[2].split()[0])


# Wrong from the start


def test_the_help_names_every_verb() -> None:
    ended = run("--help")
    assert ended.code == 0
    for verb in ("demo", "serve", "daemon", "desk", "poll", "explain", "import", "check", "status", "verify", "staff"):
        assert verb in ended.out
    assert "backup" in ended.out and "restore" in ended.out


HEAVY = ("fastapi", "sqlmodel", "sqlalchemy", "alembic", "pydantic", "jinja2", "sklearn", "typst", "uvicorn")


def test_the_command_line_answers_before_anything_heavy_is_imported() -> None:
    asked = f"import run, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr


def test_a_job_that_fails_goes_on_when_it_is_woken_next() -> None:
    stop, rounds, second = threading.Event(), [], threading.Event()

    def work() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise ZeroDivisionError
        second.set()

    job = Job("uji", work, stop)
    job.start()
    while not second.is_set():
        job.due.set()
        second.wait(0.05)
    stop.set()
    job.due.set()
    job.join(10)
    assert not job.is_alive()
    assert len(rounds) >= 2


VERBS = [("poll",), ("daemon",), ("serve",), ("desk",), ("verify",), ("status",), ("check",), ("explain", "x.eml")]


@pytest.mark.parametrize("verb", VERBS, ids=[verb[0] for verb in VERBS])
def test_a_configuration_that_is_not_there_is_one_line_and_exit_2(tmp_path: Path, verb: tuple[str, ...]) -> None:
    line = one_line(run(*verb, config=tmp_path / "tidak-ada.toml"), 2)
    assert "tidak-ada.toml" in line


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[database]", "[database]\nwarna = 1", "warna"),
        ('security = "plain"', 'security = "kosong"', "security"),
        ("[[mailboxes]]", "[[mailboxes", "TOML"),
    ],
)
def test_a_mistake_in_the_configuration_is_named_in_one_line(dead: Path, old: str, new: str, named: str) -> None:
    text = dead.read_text(encoding="utf-8")
    assert old in text
    dead.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = one_line(run("poll", config=dead), 2)
    assert named in line
    assert "office.toml" in line


@pytest.mark.parametrize("arguments", [("tidak-ada",), ("poll", "--tidak-ada"), ("explain",), ("poll", "lebih")])
def test_a_mistake_on_the_command_line_is_exit_2_in_one_line(arguments: tuple[str, ...]) -> None:
    line = one_line(run(*arguments), 2)
    assert re.search("tidak dikenal|belum disebutkan|berlebih", line)


@pytest.mark.parametrize(
    ("arguments", "verb"),
    [
        (("tidak-ada",), ""),
        (("import", "x.eml"), " import"),
        (("explain", "--warna"), " explain"),
        (("staff", "reset"), " staff reset"),
        (("staff", "ganti"), " staff"),
    ],
)
def test_a_mistake_on_the_command_line_points_to_the_help_of_its_verb(arguments: tuple[str, ...], verb: str) -> None:
    assert one_line(run(*arguments), 2).endswith(f"Lihat `run.py{verb} --help`.")


@pytest.mark.parametrize("content", [b"ini bukan basis data, hanya teks yang cukup panjang" * 100])
def test_a_book_that_is_no_database_is_one_line_and_exit_1(dead: Path, content: bytes) -> None:
    (dead.parents[1] / "book.db").write_bytes(content)
    assert "bukan basis data buku" in one_line(run("verify", config=dead), 1)


def test_a_book_in_a_place_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("bukan folder")
    config = write_office(tmp_path, [Box()], database_url="sqlite:///berkas/book.db")
    assert "sudah dipakai oleh sebuah berkas" in one_line(run("status", config=config), 1)


def test_a_postgresql_that_does_not_answer_is_one_line_and_exit_1(tmp_path: Path) -> None:
    config = write_office(tmp_path, [Box()], database_url="postgresql+psycopg://buku:rahasia@127.0.0.1:1/buku")
    line = one_line(run("poll", config=config), 1)
    assert "menolak sambungan" in line
    assert "rahasia" not in line


def test_a_postgresql_elsewhere_without_verified_tls_is_refused_by_every_verb(tmp_path: Path) -> None:
    config = write_office(tmp_path, [Box()], database_url="postgresql+psycopg://buku:rahasia@db.example.org/buku")
    for verb in ("check", "poll", "verify"):
        line = one_line(run(verb, config=config), 2)
        assert "sslmode=verify-full" in line
        assert "rahasia" not in line


def test_a_book_that_may_not_be_written_is_one_line_and_exit_1(dead: Path) -> None:
    assert run("verify", config=dead).code == 0
    full = (
        "CREATE TRIGGER penuh BEFORE INSERT ON mailbox_state BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
    )
    with sqlite3.connect(dead.parents[1] / "book.db") as book:
        book.execute(full)
    assert "cakram penuh" in one_line(run("poll", config=dead), 1)


def unread(pipe: FileIO) -> int:
    """Return how many bytes of a pipe nobody has read yet."""
    (count,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
    return int(count)


def asleep(pid: int) -> bool:
    """Say whether a process waits for something (Linux)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"


def test_an_interrupted_verb_ends_without_a_traceback(dead: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "tanpa-akhir.eml"
    os.mkfifo(pipe)
    # The pipe opens once the program has opened its other end; with the first byte read, it waits there for the next.
    with running("explain", str(pipe), config=dead) as process, pipe.open("wb", buffering=0) as writing:
        writing.write(b"x")
        wait_until(lambda: unread(writing) == 0 and asleep(process.pid))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    assert "Traceback" not in said(dead)


# One pass


def test_poll_takes_in_answers_and_sums_up_in_the_last_line(
    config: Path, dovecot: Dovecot, smtp_sink: SmtpSink, account: Account
) -> None:
    dovecot.deliver(
        account, [mail(1), mail(2, sender="Warga <warga@localhost>"), mail(3, Auto_Submitted="auto-replied")]
    )
    first = run("poll", config=config)
    assert first.code == 0, first.err
    assert first.last == {"received": 3, "recorded": 2, "acknowledged": 1, "withheld": 1, "quarantined": 0}
    assert "warga1@" not in first.err  # addresses are masked in the log
    assert run("poll", config=config).last == dict.fromkeys(first.last, 0)
    assert len(smtp_sink.accepted()) == 1
    assert run("verify", config=config).code == 0
    # Answered but for one: nothing here needs a person, unless something waits for review.
    status = run("status", config=config)
    assert status.code == (1 if "!" in status.out else 0)
    assert account.address in status.out


def test_a_strangers_subject_cannot_steer_the_operators_terminal(
    config: Path, dovecot: Dovecot, account: Account
) -> None:
    raw = mail(1).replace(b"Subject: Pengaduan", b"Subject: =?utf-8?q?=1B]0;kacau=07=1B[2J=C2=9B31m?= [red]Pengaduan")
    dovecot.deliver(account, raw)
    ended = run("poll", config=config)
    assert "[red]Pengaduan" in ended.out
    assert all(character.isprintable() or character == "\n" for character in ended.out)


def test_poll_says_once_what_is_wrong_with_a_mailbox_also_where_a_letter_is_due(
    config: Path, dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, mail(1))
    text = config.read_text(encoding="utf-8")
    closed = re.sub(r"smtp = \{[^}]*\}", 'smtp = { host = "127.0.0.1", port = 1, security = "plain" }', text)
    config.write_text(closed, encoding="utf-8")
    assert run("poll", config=config).last["recorded"] == 1
    (config.parents[1] / f"{account.address}.sandi").write_text("", encoding="utf-8")
    config.write_text(text, encoding="utf-8")
    ended = run("poll", config=config)
    assert ended.code == 1
    assert ended.err.count("kata sandi belum ada") == 1
    assert ended.err.startswith(f"run.py: {account.address} tidak dapat dibaca: ")


def test_poll_names_a_mailbox_in_trouble_and_exits_1(dead: Path) -> None:
    ended = run("poll", config=dead)
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert any("layanan@kantor.example.org" in line for line in ended.err.splitlines())
    assert ended.last["received"] == 0
    status = run("status", config=dead)
    assert status.code == 1
    assert "menolak sambungan" in status.out


def test_verify_names_what_is_wrong_and_exits_1(config: Path, dovecot: Dovecot, account: Account) -> None:
    dovecot.deliver(account, mail(1))
    run("poll", config=config)
    with sqlite3.connect(config.parents[1] / "book.db") as book:
        book.execute("UPDATE entry SET name = 'Orang Lain'")
    book.close()
    ended = run("verify", config=config)
    assert ended.code == 1
    assert "SALAH" in ended.out
    assert "PGD/2026/0001" in ended.out


def test_check_says_what_is_right_and_what_to_do(config: Path, dead: Path, tmp_path: Path) -> None:
    ended = run("check", config=config)
    assert ended.code == 1 if "PERLU TINDAKAN" in ended.out else ended.code == 0
    assert "masuk ke IMAP" in ended.out


def test_check_names_each_server_that_refuses(dead: Path) -> None:
    ended = run("check", config=dead)
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert ended.out.count("PERLU TINDAKAN") >= 2


def test_check_tells_that_the_port_of_the_desk_is_taken(tmp_path: Path) -> None:
    port = free_port()
    config = write_office(tmp_path, [Box()], database_url="sqlite:///book.db", desk={"port": port}, **QUICK)
    free, taken = f"halaman petugas di http://127.0.0.1:{port}/: benar", f"porta {port} sudah dipakai; bila itu `serve`"
    told = run("check", config=config).out
    assert free in told and taken not in told
    with socket.create_server(("127.0.0.1", port)):
        told = run("check", config=config).out
    assert taken in told and free not in told


# Learning


def test_without_corrections_nothing_is_learned_and_the_model_stays(dead: Path) -> None:
    model = dead.parent / "model.json"
    before = model.read_bytes()
    ended = run("learn", config=dead)
    assert (ended.code, ended.err) == (0, "")
    assert "Belum ada pembetulan petugas" in ended.out and "model yang sekarang tetap dipakai" in ended.out
    assert model.read_bytes() == before


# Accounts


def test_a_book_without_accounts_says_where_the_first_comes_from(dead: Path) -> None:
    assert run("staff", "list", config=dead).out == "Belum ada akun; yang pertama dibuat oleh `serve`.\n"


def test_accounts_are_added_listed_reset_and_disabled(dead: Path) -> None:
    first = run("staff", "add", "kepala", "Bambang Sutrisno", "--role", "admin", config=dead)
    added = run("staff", "add", "siti", "Siti [red]Rahmawati", "--nip", "1985", config=dead)
    assert (first.code, added.code) == (0, 0), added.err
    password = re.search(r"[a-z2-9]{5}(-[a-z2-9]{5}){2}", added.out)
    assert password is not None and "Siti [red]Rahmawati" in added.out
    reset = run("staff", "reset", "SITI", config=dead)
    assert reset.code == 0 and password.group() not in reset.out and "sekali pakai" in reset.out
    assert run("staff", "disable", "siti", config=dead).code == 0
    listed = run("staff", "list", config=dead).out.splitlines()
    assert [line.split("  ")[:3] for line in listed] == [
        ["kepala", "Pengelola sistem", "belum mengganti sandi"],
        ["siti", "Petugas", "nonaktif"],
    ]
    assert run("verify", config=dead).code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "x y", "Siti"), "Nama masuk"),
        (("add", "siti", " "), "Nama petugas"),
        (("reset", "siapa"), "tidak ada"),
        (("disable", "siapa"), "tidak ada"),
    ],
)
def test_an_account_that_cannot_be_changed_is_one_line_and_exit_1(
    dead: Path, arguments: tuple[str, ...], words: str
) -> None:
    assert words in one_line(run("staff", *arguments, config=dead), 1)


def test_a_role_that_does_not_exist_is_exit_2(dead: Path) -> None:
    one_line(run("staff", "add", "siti", "Siti", "--role", "raja", config=dead), 2)


def test_the_first_start_prints_a_one_time_password_once(config: Path) -> None:
    port = desk_port(config)
    said_at_starts = []
    for _ in range(2):
        with running("desk", config=config) as process:
            wait_until(lambda: answers(port) or process.poll() is not None)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sehat", timeout=20) as page:
                assert page.read() == b"sehat"
            process.terminate()
            assert process.wait(PATIENCE) == 0, said(config)
        said_at_starts.append(said(config))
    assert re.search(r"Akun admin .*: [a-z2-9]{5}(-[a-z2-9]{5}){2}\n", said_at_starts[0])
    assert "sekali pakai" not in said_at_starts[1]


def test_a_desk_beyond_this_machine_without_tls_is_refused_by_every_verb(dead: Path) -> None:
    with dead.open("a", encoding="utf-8") as writing:
        writing.write('\n[desk]\nhost = "0.0.0.0"\n')
    for verb in ("check", "desk", "serve"):
        assert "tls_certificate" in one_line(run(verb, config=dead), 2)


def test_a_certificate_that_cannot_be_read_is_named(dead: Path) -> None:
    with dead.open("a", encoding="utf-8") as writing:
        writing.write(f'\n[desk]\nport = {free_port()}\ntls_certificate = "tiada.pem"\ntls_key = "tiada.key"\n')
    assert "tiada.pem" in one_line(run("desk", config=dead), 2)
    checked = run("check", config=dead)
    assert checked.code == 1 and "sertifikat halaman petugas: PERLU TINDAKAN" in checked.out


def test_the_desk_speaks_tls_with_its_own_certificate(certificate: Certificate, tmp_path: Path) -> None:
    port = free_port()
    desk = {"port": port, "tls_certificate": certificate.file.as_posix(), "tls_key": certificate.key.as_posix()}
    config = write_office(tmp_path, [Box()], database_url="sqlite:///book.db", desk=desk, **QUICK)
    trusting = ssl.create_default_context(cafile=str(certificate.file))
    with running("desk", config=config) as process:
        wait_until(lambda: answers(port) or process.poll() is not None)
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/", timeout=20, context=trusting) as page:
            assert page.status == 200 and "Masuk" in page.read().decode()
        process.terminate()
        assert process.wait(PATIENCE) == 0, said(config)
    assert f"https://127.0.0.1:{port}/" in said(config)


def test_explain_gives_a_line_of_json_for_every_file_good_or_bad(dead: Path, tmp_path: Path) -> None:
    folder = tmp_path / "surat"
    folder.mkdir()
    (folder / "1.eml").write_bytes(mail(1))
    (folder / "2.eml").write_bytes(b"\x00\xff\xfe")
    (folder / "3.EML").write_bytes(b"")
    ended = run("explain", folder, tmp_path / "tidak-ada.eml", config=dead)
    assert ended.code == 0
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [Path(line["path"]).name for line in lines] == ["1.eml", "2.eml", "3.EML", "tidak-ada.eml"]
    assert (lines[0]["outcome"], lines[0]["acknowledge"]) == ("recorded", True)
    assert lines[3]["error"]
    assert not (tmp_path / "book.db").exists()


# For a long time


@contextmanager
def running(*arguments: str, config: Path) -> Iterator["subprocess.Popen[str]"]:
    log = config.parent / "output.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "run.py", "--config", str(config), *arguments],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def said(config: Path) -> str:
    return (config.parent / "output.log").read_text(encoding="utf-8", errors="replace")


def nobody_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("signal_sent", [signal.SIGTERM, signal.SIGINT])
def test_the_daemon_answers_a_mail_and_ends_in_good_order(
    config: Path, dovecot: Dovecot, smtp_sink: SmtpSink, account: Account, signal_sent: signal.Signals
) -> None:
    with running("daemon", config=config) as process:
        dovecot.deliver(account, mail(1))
        wait_until(lambda: smtp_sink.accepted() or process.poll() is not None)
        assert process.poll() is None, said(config)
        dovecot.deliver(account, mail(2))
        wait_until(lambda: len(smtp_sink.accepted()) == 2)
        process.send_signal(signal_sent)
        assert process.wait(PATIENCE) == 0
        wait_until(lambda: nobody_left(process.pid))
    assert "Traceback" not in said(config)
    assert run("verify", config=config).code == 0


def test_the_daemon_ends_soon_while_a_server_hangs(
    dovecot: Dovecot, smtp_sink: SmtpSink, account: Account, tmp_path: Path
) -> None:
    box = Box(account.address, account.password, imap_of(dovecot), smtp_of(smtp_sink))
    config = write_office(tmp_path, [box], database_url="sqlite:///book.db", **QUICK)
    smtp_sink.fail(Fault("rcpt", "hang"))
    dovecot.deliver(account, mail(1))
    with running("daemon", config=config) as process:
        wait_until(lambda: run("status", config=config).out.count("antrean: 1"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_the_daemon_outlives_a_mail_server_that_goes_away(
    config: Path, dovecot: Dovecot, smtp_sink: SmtpSink, account: Account
) -> None:
    smtp_sink.stop()
    with running("daemon", config=config) as process:
        dovecot.deliver(account, mail(1))
        wait_until(lambda: "tidak dapat dihubungi" in said(config) or "letter to" in said(config))
        assert process.poll() is None
        process.terminate()
        assert process.wait(PATIENCE) == 0
    smtp_sink.start()


def test_a_second_daemon_on_the_same_book_is_told_who_holds_it(config: Path) -> None:
    with running("daemon", config=config) as process:
        holder = config.parents[1] / "book.db.pemegang"
        wait_until(lambda: holder.exists() and holder.read_text(encoding="utf-8"))
        for verb in ("daemon", "poll", "serve"):
            told = one_line(run(verb, config=config), 1)
            assert f"sedang dipakai oleh proses {process.pid} di komputer " in told
        # What only reads is not kept out.
        assert run("verify", config=config).code == 0


def test_a_lock_left_by_a_killed_process_keeps_nobody_out(config: Path) -> None:
    with running("daemon", config=config) as process:
        holder = config.parents[1] / "book.db.pemegang"
        wait_until(lambda: holder.exists() and holder.read_text(encoding="utf-8"))
        process.kill()
        process.wait()
        wait_until(lambda: nobody_left(process.pid))
    assert run("poll", config=config).code == 0


@pytest.mark.parametrize("verb", ["serve", "desk"])
def test_the_staff_page_answers_on_its_port_and_ends_in_good_order(config: Path, verb: str) -> None:
    port = desk_port(config)
    with running(verb, config=config) as process:
        wait_until(lambda: answers(port) or process.poll() is not None)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
            assert page.status == 200
            assert "Disperinaker" in page.read().decode()
        assert "Tekan Ctrl-C untuk berhenti." in said(config)
        process.terminate()
        assert process.wait(PATIENCE) == 0, said(config)
        wait_until(lambda: nobody_left(process.pid))
    assert "Traceback" not in said(config)


def test_serve_reads_mail_beside_the_page(
    config: Path, dovecot: Dovecot, smtp_sink: SmtpSink, account: Account
) -> None:
    dovecot.deliver(account, mail(1))
    with running("serve", config=config) as process:
        wait_until(lambda: smtp_sink.accepted() or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0, said(config)


def test_serve_sends_what_the_desk_owes_at_once(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    account = dovecot.account()
    box = Box(account.address, account.password, imap_of(dovecot), smtp_of(smtp_sink))
    port = free_port()
    config = write_office(
        tmp_path,
        [box],
        database_url="sqlite:///book.db",
        desk={"port": port},
        **QUICK | {"intake": {"poll_seconds": 3600}},
    )
    password = re.search(r"sekali pakai: (\S+)", run("staff", "add", "siti", "Siti", config=config).out)
    assert password is not None
    with running("serve", config=config) as process:
        wait_until(lambda: answers(port) or process.poll() is not None)
        desk = Browser(port)
        desk.post("/masuk", masuk="siti", sandi=password[1])
        desk.post("/sandi", lama=password[1], baru="kuda terbang di sawah", ulang="kuda terbang di sawah")
        for number in (1, 2):
            desk.post("/catat/telepon", perihal=f"Upah {number}", surel=f"warga{number}@example.org")
            wait_until(lambda: len(smtp_sink.accepted()) == number or process.poll() is not None)  # noqa: B023
        process.terminate()
        assert process.wait(PATIENCE) == 0, said(config)
    assert len(smtp_sink.accepted()) == 2


@pytest.mark.parametrize("verb", ["serve", "desk"])
def test_a_port_in_use_is_one_line_and_exit_2(config: Path, verb: str) -> None:
    with socket.create_server(("127.0.0.1", desk_port(config))):
        line = one_line(run(verb, config=config), 2)
    assert f"porta {desk_port(config)} di 127.0.0.1 sudah dipakai program lain" in line


def test_the_program_starts_from_any_folder(dead: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(PROJECT / "run.py"), "--config", str(dead), "verify"],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0


# Import


def test_mail_from_files_is_taken_in_once_and_nobody_is_written_to(
    config: Path, smtp_sink: SmtpSink, account: Account, tmp_path: Path
) -> None:
    (tmp_path / "surat").mkdir()
    for number in (1, 2):
        (tmp_path / "surat" / f"{number}.eml").write_bytes(mail(number))
    first = run("import", tmp_path / "surat", "--mailbox", account.address, config=config)
    assert (first.code, first.last) == (0, {"received": 2, "known": 0, "recorded": 2}), first.err
    again = run("import", tmp_path / "surat", "--mailbox", account.address, config=config)
    assert (again.code, again.last) == (0, {"received": 0, "known": 2})
    assert run("poll", config=config).last["acknowledged"] == 0
    assert smtp_sink.accepted() == []
    assert run("verify", config=config).code == 0


def test_mail_from_files_is_answered_where_that_is_asked_for(
    config: Path, smtp_sink: SmtpSink, account: Account, tmp_path: Path
) -> None:
    (tmp_path / "surat.eml").write_bytes(mail(1))
    run("import", tmp_path / "surat.eml", "--mailbox", account.address, "--acknowledge", config=config)
    assert run("poll", config=config).last["acknowledged"] == 1
    assert len(smtp_sink.accepted()) == 1


def test_importing_for_a_mailbox_that_is_not_ours_is_a_wrong_command(dead: Path, tmp_path: Path) -> None:
    said = one_line(run("import", tmp_path, "--mailbox", "orang@example.org", config=dead), 2)
    assert "orang@example.org" in said


def test_a_file_that_is_not_there_is_named(dead: Path, tmp_path: Path) -> None:
    ended = run("import", tmp_path / "tidak-ada.eml", "--mailbox", Box().address, config=dead)
    assert ended.code == 1
    assert "tidak-ada.eml" in ended.err and "Traceback" not in ended.err


# Backup


def test_a_book_is_backed_up_lost_and_restored_and_nobody_is_written_to_twice(
    config: Path, dovecot: Dovecot, smtp_sink: SmtpSink, account: Account, tmp_path: Path
) -> None:
    stick = tmp_path / "stik"
    stick.mkdir()
    dovecot.deliver(account, mail(1))
    run("poll", config=config)
    made = run("backup", stick, config=config)
    (file,) = stick.iterdir()
    assert (made.code, file.suffix) == (0, ".cadangan"), made.err
    assert "1 entri, 1 surat masuk, 1 surat keluar" in made.out and "data pribadi" in made.out
    assert f"{file} ({size(file.stat().st_size)})" in made.out
    # After the backup another citizen writes and gets a number; then the disk is lost.
    dovecot.deliver(account, mail(2))
    assert run("poll", config=config).last["acknowledged"] == 1
    assert "tidak kosong" in one_line(run("restore", file, config=config), 1)
    for left in tmp_path.glob("book.db*"):
        left.unlink()
    restored = run("restore", file, config=config)
    assert restored.code == 0, restored.err
    assert "nomor yang sudah dijanjikan: PGD/2026/0002;" in restored.out
    assert "ditandai perlu ditinjau.\nBandingkan" in restored.out
    assert run("verify", config=config).code == 0
    again = [run("poll", config=config).last for _ in range(2)]
    assert [(one["recorded"], one["acknowledged"], one["withheld"]) for one in again] == [(1, 0, 1), (0, 0, 0)]
    assert len(smtp_sink.accepted()) == 2
    with closing(sqlite3.connect(tmp_path / "book.db")) as book:
        # The letter in Sent that the book no longer knows is ours, and no answer that staff wrote in webmail.
        assert book.execute("SELECT disposition, count(*) FROM message GROUP BY 1").fetchall() == [("recorded", 2)]
        (doubt,) = book.execute("SELECT review_reason FROM entry WHERE number = 'PGD/2026/0002'").fetchone()
    assert "sudah disebut dalam surat" in doubt
    assert run("verify", config=config).code == 0
    assert "cadangan: terakhir" in run("status", config=config).out


def test_a_restoration_goes_on_where_the_sent_folder_is_out_of_reach_and_says_so(dead: Path, tmp_path: Path) -> None:
    run("staff", "add", "siti", "Siti", config=dead)
    file = tmp_path / run("backup", tmp_path, config=dead).out.partition(" (")[0].rpartition("/")[2]
    (tmp_path / "book.db").rename(tmp_path / "lama.db")
    for left in tmp_path.glob("book.db*"):
        left.unlink()
    restored = run("restore", file, config=dead)
    assert restored.code == 0 and "tidak diketahui" in restored.err
    assert "mungkin sudah terkirim.\nBandingkan" in restored.out
    assert "siti" in run("staff", "list", config=dead).out


def test_a_backup_that_cannot_be_made_or_read_is_one_line_and_exit_1(dead: Path, tmp_path: Path) -> None:
    assert "Pasang media" in one_line(run("backup", tmp_path / "tidak-ada", config=dead), 1)
    (tmp_path / "rusak.cadangan").write_text("rusak")
    assert "rusak" in one_line(run("restore", tmp_path / "rusak.cadangan", config=dead), 1)
    assert "tidak ditemukan" in one_line(run("restore", tmp_path / "x.cadangan", config=dead), 1)
    assert "[backup] folder" in one_line(run("backup", config=dead), 2)


def test_a_book_that_is_held_is_not_restored(config: Path, tmp_path: Path) -> None:
    made = run("backup", tmp_path, config=config)
    assert made.code == 0, made.err
    (file,) = tmp_path.glob("*.cadangan")
    with running("daemon", config=config) as process:
        holder = tmp_path / "book.db.pemegang"
        wait_until(lambda: holder.exists() and holder.read_text(encoding="utf-8"))
        assert f"proses {process.pid} di komputer" in one_line(run("restore", file, config=config), 1)


def test_the_daemon_makes_the_backup_of_the_day_and_status_tells_its_age(config: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stik"
    with config.open("a", encoding="utf-8") as writing:
        writing.write(f'\n[backup]\nfolder = "{stick.as_posix()}"\n')
    missing = run("status", config=config)
    assert missing.code == 1 and "! cadangan: belum pernah dibuat" in missing.out
    assert "Pasang media" in run("check", config=config).out
    stick.mkdir()
    with running("daemon", config=config) as process:
        wait_until(lambda: list(stick.glob("*.cadangan")) or process.poll() is not None)
        process.terminate()
        assert process.wait(PATIENCE) == 0, said(config)
    told = run("status", config=config).out
    assert "  cadangan: terakhir" in told and "0 menit yang lalu" in told and str(stick) in told
    assert f"folder cadangan harian {stick}, di cakram yang sama dengan buku" in run("check", config=config).out


def test_without_a_folder_status_and_check_say_that_no_backup_is_set_up(dead: Path) -> None:
    assert "  cadangan: belum diatur" in run("status", config=dead).out
    assert "cadangan harian belum diatur" in run("check", config=dead).out


# Documents


def test_a_ledger_of_what_staff_typed_in_goes_out_as_a_document_of_its_own(dead: Path, tmp_path: Path) -> None:
    assert run("verify", config=dead).code == 0
    with (
        closing(Database.open(f"sqlite:///{(dead.parents[1] / 'book.db').as_posix()}")) as book,
        book.writing() as session,
    ):
        write_entry(session, channel=Channel.TELEPON, name="Penelepon Satu")
        write_entry(session, channel=Channel.RADIO, name="Penelepon Radio")
    done = run("export", "--buku", "telepon", "--output", tmp_path / "telepon.csv", config=dead)
    assert done.code == 0, done.err
    assert "1 entri ditulis" in done.out
    text = (tmp_path / "telepon.csv").read_text(encoding="utf-8-sig")
    assert "Nama Penelepon" in text and "Penelepon Satu" in text and "Penelepon Radio" not in text
    line = one_line(run("export", "--buku", "telepon", "--kanal", "radio", config=dead), 2)
    assert "--buku telepon tidak dapat dipakai bersama --kanal radio" in line
    assert "tidak dapat dipakai" in one_line(run("export", "--buku", "arisan", config=dead), 2)


def test_a_recap_is_printed_or_written_in_the_form_asked_for(dead: Path, tmp_path: Path) -> None:
    told = run("recap", "2025-11", config=dead)
    assert (told.code, "Bulan November 2025" in told.out, "Sisa akhir" in told.out) == (0, True, True)
    for form, begins in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        assert run("recap", "2025-T4", "--format", form, "--output", tmp_path, config=dead).code == 0
        assert (tmp_path / f"rekap-2025-T4.{form}").read_bytes().startswith(begins)
    again = run("recap", "2025-T4", "--format", "pdf", "--output", tmp_path, config=dead)
    assert "sudah ada" in one_line(again, 1)
    assert sorted(file.name for file in tmp_path.glob("*rekap*")) == ["rekap-2025-T4.pdf", "rekap-2025-T4.xlsx"]


@pytest.mark.parametrize("wrong", [["2025-13"], ["2025-11", "--format", "csv"], []])
def test_a_recap_of_no_period_or_form_is_exit_2(dead: Path, wrong: list[str]) -> None:
    assert one_line(run("recap", *wrong, config=dead), 2)
