"""The demonstration's servers: what is delivered can be fetched, what is sent is kept, and nothing is left behind."""

import gc
import smtplib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import imap_tools
import pytest

from demo.servers import AcceptedLetter, DemoServers

HUBINSYAKER = "hubinsyaker@kantor.example.org"
PENTA = "penta@kantor.example.org"
ACCOUNTS = {HUBINSYAKER: "rahasia-satu", PENTA: "rahasia-dua"}
LETTER = (
    "Subject: Pengaduan\r\nFrom: Warga <warga@example.org>\r\n\r\nMohon ditindaklanjuti — terima kasih.\r\n".encode()
)
RECEIVED = datetime(2026, 11, 23, 8, 15, tzinfo=timezone(timedelta(hours=7)))


@pytest.fixture
def servers() -> Iterator[DemoServers]:
    with DemoServers(ACCOUNTS) as running:
        yield running


def mailbox(servers: DemoServers, address: str, folder: str = "INBOX") -> imap_tools.BaseMailBox:
    box = imap_tools.MailBoxUnencrypted("127.0.0.1", servers.imap_port, timeout=10)
    return box.login(address, ACCOUNTS[address], initial_folder=folder)


def raw_mails(servers: DemoServers, address: str, folder: str = "INBOX") -> list[tuple[bytes, bytes]]:
    with mailbox(servers, address, folder) as box:
        _, parts = box.client.uid("FETCH", "1:*", "(UID INTERNALDATE BODY.PEEK[])")
    return [part for part in parts if isinstance(part, tuple)]


def send(servers: DemoServers, recipients: list[str], *, sender: str = HUBINSYAKER) -> None:
    with smtplib.SMTP("127.0.0.1", servers.smtp_port, local_hostname="localhost", timeout=10) as client:
        client.login(HUBINSYAKER, ACCOUNTS[HUBINSYAKER])
        client.sendmail(sender, recipients, LETTER)


def test_a_delivered_letter_is_fetched_with_its_bytes_and_its_time(servers: DemoServers) -> None:
    servers.deliver(HUBINSYAKER, LETTER, RECEIVED)
    ((head, raw),) = raw_mails(servers, HUBINSYAKER)
    assert raw == LETTER
    assert b'"23-Nov-2026 08:15:00 +0700"' in head
    assert raw_mails(servers, PENTA) == []


def test_letters_can_be_delivered_into_any_folder(servers: DemoServers) -> None:
    for folder in ("Junk", "Arsip"):
        servers.deliver(PENTA, LETTER, RECEIVED, folder)
        servers.deliver(PENTA, LETTER, RECEIVED, folder)
        assert len(raw_mails(servers, PENTA, folder)) == 2
    with mailbox(servers, PENTA) as box:
        assert {found.name for found in box.folder.list()} == {"INBOX", "Junk", "Sent", "Arsip"}


def test_an_address_that_is_no_account_gets_nothing(servers: DemoServers) -> None:
    with pytest.raises(KeyError, match="lain"):
        servers.deliver("lain@example.org", LETTER, RECEIVED)


def test_both_servers_refuse_a_wrong_password(servers: DemoServers) -> None:
    box = imap_tools.MailBoxUnencrypted("127.0.0.1", servers.imap_port, timeout=10)
    with pytest.raises(imap_tools.MailboxLoginError):
        box.login(HUBINSYAKER, "salah")
    box.client.shutdown()
    with (
        smtplib.SMTP("127.0.0.1", servers.smtp_port, local_hostname="localhost", timeout=10) as client,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        client.login(HUBINSYAKER, "salah")


def test_nobody_sends_without_logging_in(servers: DemoServers) -> None:
    with (
        smtplib.SMTP("127.0.0.1", servers.smtp_port, local_hostname="localhost", timeout=10) as client,
        pytest.raises(smtplib.SMTPSenderRefused, match="530"),
    ):
        client.sendmail(HUBINSYAKER, ["warga@example.org"], LETTER)
    assert servers.accepted == []


def test_an_accepted_letter_is_kept_with_its_envelope(servers: DemoServers) -> None:
    before = datetime.now(UTC)
    send(servers, ["warga@example.org", "lain@example.org"])
    send(servers, ["warga@example.org"], sender="")
    first, second = servers.accepted
    assert first.sender == HUBINSYAKER
    assert first.recipients == ("warga@example.org", "lain@example.org")
    assert first.raw == LETTER
    assert before <= first.at <= datetime.now(UTC)
    assert second.sender == ""


def test_whoever_asks_is_told_of_each_accepted_letter() -> None:
    told: list[AcceptedLetter] = []
    with DemoServers(ACCOUNTS, on_accepted=told.append) as servers:
        send(servers, ["warga@example.org"])
        assert told == servers.accepted
        assert len(told) == 1


@pytest.mark.parametrize(("deliver_own", "arrived"), [(True, [LETTER]), (False, [])])
def test_a_letter_to_the_office_reaches_its_mailbox_where_that_is_wanted(
    deliver_own: bool, arrived: list[bytes]
) -> None:
    with DemoServers(ACCOUNTS, deliver_own=deliver_own) as servers:
        send(servers, [PENTA.upper(), "warga@example.org"])
        assert [raw for _, raw in raw_mails(servers, PENTA)] == arrived
        assert raw_mails(servers, HUBINSYAKER) == []


def test_idle_tells_of_new_letters_in_whole_lines(servers: DemoServers) -> None:
    pushed: list[bytes] = []
    with mailbox(servers, HUBINSYAKER) as box, box.idle as idle:
        # pymap loses a push that falls between two rounds of its own, so that one letter alone proves nothing.
        for _ in range(30):
            servers.deliver(HUBINSYAKER, LETTER, RECEIVED)
            pushed += idle.poll(timeout=0.2)
    assert any(line.endswith(b" EXISTS") for line in pushed)
    assert all(line.startswith(b"* ") for line in pushed)


def test_the_servers_end_cleanly_under_open_connections() -> None:
    threads = threading.active_count()
    with DemoServers(ACCOUNTS) as servers:
        box = mailbox(servers, HUBINSYAKER)
        idling = mailbox(servers, HUBINSYAKER)
        idling.idle.start()  # type: ignore[no-untyped-call]
        client = smtplib.SMTP("127.0.0.1", servers.smtp_port, local_hostname="localhost", timeout=10)
        client.ehlo()
    assert threading.active_count() == threads
    for left in (box, idling):
        left.client.shutdown()
    client.close()
    gc.collect()


def test_the_ports_are_free_again_and_a_second_start_has_empty_mailboxes() -> None:
    with DemoServers(ACCOUNTS) as first:
        first.deliver(HUBINSYAKER, LETTER, RECEIVED)
    with pytest.raises(ConnectionRefusedError):
        imap_tools.MailBoxUnencrypted("127.0.0.1", first.imap_port, timeout=10)
    with DemoServers(ACCOUNTS) as second:
        assert raw_mails(second, HUBINSYAKER) == []
