"""The command line as an operator meets it: every verb in a process of its own, its exit code, its lines."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.wire.certificate import Certificate
from tests.wire.dovecot import Account, Dovecot
from tests.wire.loopback import answers, free_port
from tests.wire.office import Box, imap_of, mail, smtp_of, write_office
from tests.wire.smtp import PROJECT, SmtpSink
from tests.wire.smtp_sink import Fault
from tests.wire.waiting import wait_until

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


def desk_port(config: Path) -> int:
    return int(config.read_text(encoding="utf-8").rpartition("port = ")[2].split()[0])


# Wrong from the start


def test_the_help_names_every_verb() -> None:
    ended = run("--help")
    assert ended.code == 0
    for verb in ("demo", "serve", "daemon", "desk", "poll", "explain", "import", "check", "status", "verify", "staff"):
        assert verb in ended.out


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
    one_line(run(*arguments), 2)


@pytest.mark.parametrize("content", [b"ini bukan basis data, hanya teks yang cukup panjang" * 100])
def test_a_book_that_is_no_database_is_one_line_and_exit_1(dead: Path, content: bytes) -> None:
    (dead.parents[1] / "book.db").write_bytes(content)
    assert "database" in one_line(run("verify", config=dead), 1)


def test_a_book_in_a_place_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("bukan folder")
    config = write_office(tmp_path, [Box()], database_url="sqlite:///berkas/book.db")
    one_line(run("status", config=config), 1)


def test_a_postgresql_that_does_not_answer_is_one_line_and_exit_1(tmp_path: Path) -> None:
    config = write_office(tmp_path, [Box()], database_url="postgresql+psycopg://buku:rahasia@127.0.0.1:1/buku")
    line = one_line(run("poll", config=config), 1)
    assert "rahasia" not in line


def test_an_interrupted_verb_ends_without_a_traceback(dead: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "tanpa-akhir.eml"
    os.mkfifo(pipe)
    # The pipe opens once the program has opened its other end and waits there.
    with running("explain", str(pipe), config=dead) as process, pipe.open("wb"):
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
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
    import sqlite3

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


# Accounts


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
            assert process.wait(15) == 0, said(config)
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
        assert process.wait(15) == 0, said(config)
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
        assert process.wait(8) == 0
        wait_until(lambda: nobody_left(process.pid), seconds=5)
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
        assert process.wait(10) == 0


def test_the_daemon_outlives_a_mail_server_that_goes_away(
    config: Path, dovecot: Dovecot, smtp_sink: SmtpSink, account: Account
) -> None:
    smtp_sink.stop()
    with running("daemon", config=config) as process:
        dovecot.deliver(account, mail(1))
        wait_until(lambda: "tidak dapat dihubungi" in said(config) or "letter to" in said(config))
        assert process.poll() is None
        process.terminate()
        assert process.wait(8) == 0
    smtp_sink.start()


def test_a_second_daemon_on_the_same_book_is_told_who_holds_it(config: Path) -> None:
    with running("daemon", config=config) as process:
        holder = config.parents[1] / "book.db.pemegang"
        wait_until(lambda: holder.exists() and holder.read_text(encoding="utf-8"))
        for verb in ("daemon", "poll", "serve"):
            assert f":{process.pid}" in one_line(run(verb, config=config), 1)
        # What only reads is not kept out.
        assert run("verify", config=config).code == 0


def test_a_lock_left_by_a_killed_process_keeps_nobody_out(config: Path) -> None:
    with running("daemon", config=config) as process:
        holder = config.parents[1] / "book.db.pemegang"
        wait_until(lambda: holder.exists() and holder.read_text(encoding="utf-8"))
        process.kill()
        process.wait()
        wait_until(lambda: nobody_left(process.pid), seconds=5)
    assert run("poll", config=config).code == 0


@pytest.mark.parametrize("verb", ["serve", "desk"])
def test_the_staff_page_answers_on_its_port_and_ends_in_good_order(config: Path, verb: str) -> None:
    port = desk_port(config)
    with running(verb, config=config) as process:
        wait_until(lambda: answers(port) or process.poll() is not None)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
            assert page.status == 200
            assert "Disperinaker" in page.read().decode()
        process.terminate()
        assert process.wait(15) == 0, said(config)
        wait_until(lambda: nobody_left(process.pid), seconds=5)
    assert "Traceback" not in said(config)


def test_serve_reads_mail_beside_the_page(
    config: Path, dovecot: Dovecot, smtp_sink: SmtpSink, account: Account
) -> None:
    dovecot.deliver(account, mail(1))
    with running("serve", config=config) as process:
        wait_until(lambda: smtp_sink.accepted() or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0, said(config)


@pytest.mark.parametrize("verb", ["serve", "desk"])
def test_a_port_in_use_is_one_line_and_exit_2(config: Path, verb: str) -> None:
    with socket.create_server(("127.0.0.1", desk_port(config))):
        line = one_line(run(verb, config=config), 2)
    assert str(desk_port(config)) in line


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
