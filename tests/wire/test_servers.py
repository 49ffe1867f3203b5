"""The servers of the tests are what the tests take them for."""

import asyncio
import imaplib
import os
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import imap_tools
import psycopg
import pytest
import sqlalchemy

from ledger.database import Database
from tests.wire.certificate import Certificate
from tests.wire.dovecot import Account, Dovecot
from tests.wire.loopback import Guard, LeftThisMachine
from tests.wire.postgres import Postgres
from tests.wire.smtp import PROJECT, SmtpSink
from tests.wire.smtp_sink import Fault

LETTER = b"Subject: Pengaduan\r\nFrom: warga@example.org\r\n\r\nMohon ditindaklanjuti.\r\n"
RECEIVED = datetime(2026, 11, 23, 1, 15, tzinfo=UTC)


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    return dovecot.account()


def test_imap_over_tls_is_trusted_by_the_certificate_file_alone(dovecot: Dovecot, account: Account) -> None:
    dovecot.deliver(account, LETTER, received_at=RECEIVED)
    context = ssl.create_default_context(cafile=dovecot.ca_file)
    with imap_tools.MailBox(dovecot.host, dovecot.imaps_port, timeout=10, ssl_context=context).login(
        account.address, account.password
    ) as box:
        assert [mail.subject for mail in box.fetch(mark_seen=False)] == ["Pengaduan"]
        assert "IDLE" in box.client.capabilities
    with (
        socket.create_connection((dovecot.host, dovecot.imaps_port), timeout=10) as stranger,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(stranger, server_hostname=dovecot.host)


def test_plain_imap_on_loopback_refuses_a_wrong_password(dovecot: Dovecot, account: Account) -> None:
    with imap_tools.MailBoxUnencrypted(dovecot.host, dovecot.imap_port, timeout=10).login(
        account.address, account.password
    ) as box:
        assert box.folder.status("INBOX")["MESSAGES"] == 0
    refused = imap_tools.MailBoxUnencrypted(dovecot.host, dovecot.imap_port, timeout=10)
    with pytest.raises(imap_tools.MailboxLoginError):
        refused.login(account.address, "salah")
    refused.client.shutdown()


def test_the_folders_for_junk_and_sent_mail_say_what_they_are(dovecot: Dovecot, account: Account) -> None:
    with dovecot.client(account) as box:
        folders = {folder.name: folder.flags for folder in box.folder.list()}
    assert set(folders) == {"INBOX", "Junk", "Sent"}
    assert "\\Junk" in folders["Junk"]
    assert "\\Sent" in folders["Sent"]


def test_delivered_mail_keeps_its_bytes_its_order_and_its_time(dovecot: Dovecot, account: Account) -> None:
    mails = [LETTER + b"%d\r\n" % number for number in range(12)]
    dovecot.deliver(account, mails, folder="Junk", received_at=RECEIVED)
    assert dovecot.raw_mails(account, "Junk") == mails
    with dovecot.client(account, "Junk") as box:
        _, answer = box.client.uid("FETCH", "1", "(INTERNALDATE)")
    assert b'"23-Nov-2026 01:15:00 +0000"' in answer[0]


def test_two_thousand_mails_are_delivered_and_marked_by_another_client(dovecot: Dovecot, account: Account) -> None:
    dovecot.deliver(account, [LETTER] * 2000)
    assert set(dovecot.flags(account).values()) == {frozenset()}
    dovecot.mark_all_seen(account)
    assert list(dovecot.flags(account).values()) == [frozenset({"\\Seen"})] * 2000


def test_idle_is_told_of_new_mail_at_once(dovecot: Dovecot, account: Account) -> None:
    with dovecot.client(account) as box, box.idle as idle:
        dovecot.deliver(account, LETTER)
        assert any(b"EXISTS" in line for line in idle.poll(timeout=10))


def test_a_folder_can_get_another_uidvalidity_and_keeps_its_mail(dovecot: Dovecot, account: Account) -> None:
    dovecot.deliver(account, LETTER)
    with dovecot.client(account) as box:
        before = box.folder.status("INBOX", ["UIDVALIDITY"])["UIDVALIDITY"]
    renewed = dovecot.renew_uidvalidity(account)
    with dovecot.client(account) as box:
        assert box.folder.status("INBOX", ["UIDVALIDITY"])["UIDVALIDITY"] == renewed != before
    assert dovecot.raw_mails(account) == [LETTER]


def test_a_stopped_imap_server_refuses_and_comes_back_with_its_mail(dovecot: Dovecot, account: Account) -> None:
    dovecot.deliver(account, LETTER)
    dovecot.stop()
    try:
        with pytest.raises(ConnectionRefusedError):
            imaplib.IMAP4(dovecot.host, dovecot.imap_port, timeout=5)
    finally:
        dovecot.start()
    assert dovecot.raw_mails(account) == [LETTER]


def send(sink: SmtpSink, recipient: str = "warga@example.org", sender: str = "kantor@kantor.example.org") -> None:
    with smtplib.SMTP(sink.host, sink.port, local_hostname="kantor.example.org", timeout=5) as client:
        client.sendmail(sender, [recipient], LETTER)


def test_the_sink_records_envelope_and_bytes(smtp_sink: SmtpSink) -> None:
    send(smtp_sink)
    send(smtp_sink, sender="")
    first, second = smtp_sink.accepted()
    assert (first.sender, first.recipients, first.raw) == ("kantor@kantor.example.org", ("warga@example.org",), LETTER)
    assert (second.sender, first.login, first.encrypted) == ("", None, False)


def test_what_the_sink_accepted_is_still_counted_after_it_was_killed(smtp_sink: SmtpSink) -> None:
    send(smtp_sink)
    smtp_sink.kill()
    with pytest.raises(ConnectionRefusedError):
        send(smtp_sink)
    smtp_sink.start()
    send(smtp_sink)
    assert len(smtp_sink.accepted()) == 2


def test_the_sink_files_the_letters_of_a_sender_in_his_sent_folder_before_it_accepts_them(
    dovecot: Dovecot, start_sink: Callable[..., SmtpSink]
) -> None:
    account = dovecot.account()
    sink = start_sink(file_into={"kantor@kantor.example.org": dovecot.maildir(account, "Sent")})
    sink.fail(Fault("dot", code=451, times=1))
    with pytest.raises(smtplib.SMTPDataError):
        send(sink)
    assert dovecot.raw_mails(account, "Sent") == []
    send(sink)
    assert dovecot.raw_mails(account, "Sent") == [sink.accepted()[0].raw]


def test_a_line_cut_off_by_a_crash_is_not_an_accepted_letter(smtp_sink: SmtpSink) -> None:
    send(smtp_sink)
    whole = smtp_sink.record.read_text()
    smtp_sink.record.write_text(whole + whole[:40])
    assert len(smtp_sink.accepted()) == 1


REFUSALS = {
    "connect": smtplib.SMTPConnectError,
    "mail": smtplib.SMTPSenderRefused,
    "rcpt": smtplib.SMTPRecipientsRefused,
    "data": smtplib.SMTPDataError,
    "dot": smtplib.SMTPDataError,
}


@pytest.mark.parametrize("code", [421, 451, 554])
@pytest.mark.parametrize("stage", REFUSALS)
def test_the_sink_refuses_at_any_stage_and_then_recovers(smtp_sink: SmtpSink, stage: str, code: int) -> None:
    smtp_sink.fail(Fault(stage, code=code, times=1))  # type: ignore[arg-type]
    with pytest.raises(REFUSALS[stage], match=str(code)):
        send(smtp_sink)
    assert smtp_sink.accepted() == []
    send(smtp_sink)
    assert len(smtp_sink.accepted()) == 1


@pytest.mark.parametrize("stage", ["connect", "ehlo", "mail", "rcpt", "data", "content", "dot"])
def test_the_sink_drops_the_connection_at_any_stage(smtp_sink: SmtpSink, stage: str) -> None:
    smtp_sink.fail(Fault(stage, "drop"))  # type: ignore[arg-type]
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp_sink)
    assert smtp_sink.accepted() == []


def test_a_letter_may_be_accepted_although_the_client_never_hears_of_it(smtp_sink: SmtpSink) -> None:
    smtp_sink.fail(Fault("dot", "drop", kept=True))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp_sink)
    assert len(smtp_sink.accepted()) == 1


def test_a_connection_that_breaks_at_quit_comes_after_the_letter(smtp_sink: SmtpSink) -> None:
    smtp_sink.fail(Fault("quit", "drop"))
    send(smtp_sink)
    assert len(smtp_sink.accepted()) == 1


def test_a_hanging_sink_answers_nothing(smtp_sink: SmtpSink) -> None:
    smtp_sink.fail(Fault("rcpt", "hang"))
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port, local_hostname="kantor.example.org", timeout=5) as client:
        client.ehlo()
        client.mail("kantor@kantor.example.org")
        assert client.sock is not None
        client.sock.settimeout(0.2)
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            client.rcpt("warga@example.org")


def test_greylisting_puts_off_each_recipient_once(smtp_sink: SmtpSink) -> None:
    smtp_sink.fail(Fault("rcpt", "greylist", code=450))
    for recipient in ("satu@example.org", "dua@example.org"):
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="450"):
            send(smtp_sink, recipient)
        send(smtp_sink, recipient)
    assert len(smtp_sink.accepted()) == 2


def test_a_fault_can_wait_and_can_be_meant_for_one_recipient(smtp_sink: SmtpSink) -> None:
    smtp_sink.fail(Fault("rcpt", recipient="dua@example.org", code=550), Fault("dot", after=1, times=1))
    send(smtp_sink, "satu@example.org")
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
        send(smtp_sink, "dua@example.org")
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        send(smtp_sink, "satu@example.org")
    send(smtp_sink, "satu@example.org")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_sink_speaks_tls_and_checks_the_password(
    start_sink: Callable[..., SmtpSink], certificate: Certificate, security: str
) -> None:
    sink = start_sink(security=security, user="kantor", password="rahasia")

    def attempt(password: str | None) -> None:
        context = certificate.client_context()
        if security == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(sink.host, sink.port, "kantor.example.org", context=context)
        else:
            client = smtplib.SMTP(sink.host, sink.port, "kantor.example.org")
            client.starttls(context=context)
        with client:
            if password is not None:
                client.login("kantor", password)
            client.sendmail("kantor@kantor.example.org", ["warga@example.org"], LETTER)

    with pytest.raises(smtplib.SMTPAuthenticationError):
        attempt("salah")
    with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
        attempt(None)
    attempt("rahasia")
    (letter,) = sink.accepted()
    assert (letter.login, letter.encrypted) == ("kantor", True)


def test_postgresql_answers_and_each_database_is_empty_and_alone(postgres: Postgres) -> None:
    first, second = postgres.create_database(), postgres.create_database()
    postgres.execute("CREATE TABLE book (number int)", database=first)
    engine = sqlalchemy.create_engine(postgres.url(second))
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("select 1")).scalar_one() == 1
        assert sqlalchemy.inspect(connection).get_table_names() == []
    engine.dispose()
    postgres.drop_database(first)
    postgres.drop_database(second)


def test_postgresql_listens_on_loopback_alone_and_wants_the_password(postgres: Postgres) -> None:
    name = postgres.create_database()
    with psycopg.connect(postgres.url(name).replace("+psycopg", "")) as connection:
        settings = set(
            connection.execute(
                "select name, setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories')"
            ).fetchall()
        )
    assert settings == {("listen_addresses", "127.0.0.1"), ("unix_socket_directories", "")}
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"host={postgres.host} port={postgres.port} user=buku password=salah dbname={name}")
    postgres.drop_database(name)


def test_the_database_fixture_is_a_book_of_its_own_on_each_kind(database: Database, database_kind: str) -> None:
    assert database.is_sqlite is (database_kind == "sqlite")
    current, expected = database.revision()
    assert current == expected is not None


def test_the_blank_database_has_no_table(blank_url: str) -> None:
    database = Database.open(blank_url)
    assert sqlalchemy.inspect(database.engine).get_table_names() == []
    database.close()


def test_a_connection_that_leaves_this_machine_is_refused(stay_on_this_machine: Guard) -> None:
    with socket.socket() as outside, pytest.raises(LeftThisMachine):
        outside.connect(("192.0.2.1", 80))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside, pytest.raises(LeftThisMachine):
        outside.sendto(b"?", ("192.0.2.53", 53))
    with pytest.raises(LeftThisMachine):
        socket.create_connection(("mail.example.org", 993), timeout=1)
    assert stay_on_this_machine.refused == ["192.0.2.1", "192.0.2.53", "mail.example.org"]
    stay_on_this_machine.refused.clear()


def test_loopback_stays_open_to_sockets_and_asyncio(stay_on_this_machine: Guard) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"di sini")
        writer.close()

    async def ask() -> bytes:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection("localhost", server.sockets[0].getsockname()[1])
            said = await reader.read()
            writer.close()
            await writer.wait_closed()
        return said

    assert asyncio.run(ask()) == b"di sini"
    assert stay_on_this_machine.refused == []


SKIPPING = """
import pytest
from tests.wire.needed import needed

def test_lacks_its_server():
    needed(None, "dovecot-imapd")
"""


@pytest.mark.parametrize(("required", "outcome"), [("0", "1 skipped"), ("1", "1 failed")])
def test_a_missing_server_skips_by_name_and_fails_where_all_is_required(
    tmp_path: Path, required: str, outcome: str
) -> None:
    probe = tmp_path / "test_probe.py"
    probe.write_text(SKIPPING)
    options = ["-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", str(PROJECT / "pyproject.toml")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(probe)],
        capture_output=True,
        text=True,
        env=os.environ | {"REQUIRE_ALL": required},
        cwd=PROJECT,
    )
    assert outcome in done.stdout
    assert "dovecot-imapd" in done.stdout
    assert done.returncode == int(required)
