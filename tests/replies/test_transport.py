"""What is known of a letter after each way in which an SMTP server can fail."""

import smtplib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.settings import Mailbox
from replies import transport as module
from replies.transport import Accepted, Outcome, Postponed, Refused, Transport, Unknown
from tests.wire.certificate import Certificate, make_certificate
from tests.wire.office import Box, mail, office_of, server, smtp_of
from tests.wire.smtp import SmtpSink
from tests.wire.smtp_sink import Fault

WRITER = "warga@warga.example.org"
LETTER = mail(1)


def box_at(
    folder: Path, smtp: object, *, user: str = "layanan@kantor.example.org", password: str = "rahasia"
) -> Mailbox:
    (box,) = office_of(folder, [Box(user, password, smtp=smtp)]).mailboxes  # type: ignore[arg-type]
    return box


@pytest.fixture
def transport(smtp_sink: SmtpSink, tmp_path: Path) -> Iterator[Transport]:
    with Transport(box_at(tmp_path, smtp_of(smtp_sink)), timeout=0.5) as opened:
        yield opened


FAULTS: list[tuple[Fault, type[Outcome], bool]] = [
    (Fault("connect", code=421), Postponed, True),
    (Fault("connect", code=554), Postponed, True),
    (Fault("connect", "drop"), Postponed, True),
    (Fault("connect", "hang"), Postponed, True),
    (Fault("ehlo", "drop"), Postponed, True),
    (Fault("mail", code=451), Postponed, True),
    (Fault("mail", code=421), Postponed, True),
    (Fault("mail", code=550), Postponed, True),
    (Fault("mail", "drop"), Postponed, True),
    (Fault("rcpt", code=450), Postponed, False),
    (Fault("rcpt", code=421), Postponed, True),
    (Fault("rcpt", code=550), Refused, False),
    (Fault("rcpt", code=550, text="5.4.5 Daily user sending limit exceeded"), Postponed, True),
    (Fault("rcpt", "drop"), Postponed, True),
    (Fault("rcpt", "hang"), Postponed, True),
    (Fault("data", code=451), Postponed, False),
    (Fault("data", code=554), Refused, False),
    (Fault("data", "drop"), Postponed, True),
    (Fault("data", "hang"), Postponed, True),
    (Fault("dot", code=451), Postponed, False),
    (Fault("dot", code=421), Postponed, True),
    (Fault("dot", code=552), Refused, False),
    (Fault("dot", "drop"), Unknown, False),
    (Fault("dot", "drop", kept=True), Unknown, False),
    (Fault("dot", "hang"), Unknown, False),
    (Fault("quit", "drop"), Accepted, False),
    (Fault("quit", code=554), Accepted, False),
]


@pytest.mark.parametrize(
    ("fault", "outcome", "whole_mailbox"),
    FAULTS,
    ids=[f"{fault.stage} {fault.action} {fault.code} {'kept' if fault.kept else ''}" for fault, *_ in FAULTS],
)
def test_each_failure_tells_exactly_what_is_known(
    smtp_sink: SmtpSink, transport: Transport, fault: Fault, outcome: type[Outcome], whole_mailbox: bool
) -> None:
    smtp_sink.fail(fault)
    told = transport.send(WRITER, LETTER)
    transport.close()
    assert type(told) is outcome
    assert getattr(told, "whole_mailbox", False) is whole_mailbox
    assert len(smtp_sink.accepted()) == (1 if outcome is Accepted or fault.kept else 0)
    smtp_sink.fail()
    assert transport.send(WRITER, LETTER) == Accepted()


def test_a_connection_lost_within_the_content_is_never_taken_for_sent(
    smtp_sink: SmtpSink, transport: Transport
) -> None:
    smtp_sink.fail(Fault("content", "drop"))
    assert isinstance(transport.send(WRITER, LETTER + b"x" * 3_000_000), Postponed | Unknown)
    assert smtp_sink.accepted() == []


def test_greylisting_is_a_request_to_come_again(smtp_sink: SmtpSink, transport: Transport) -> None:
    smtp_sink.fail(Fault("rcpt", "greylist", code=450))
    assert transport.send(WRITER, LETTER) == Postponed(
        "Server meminta dicoba lagi nanti: server penerima mengalami gangguan (450 4.3.0 scripted failure).", False
    )
    assert transport.send(WRITER, LETTER) == Accepted()


def test_a_refusal_and_a_lost_connection_are_told_in_plain_words(smtp_sink: SmtpSink, transport: Transport) -> None:
    smtp_sink.fail(Fault("rcpt", code=550, text="5.1.1 No such user here"))
    assert transport.send(WRITER, LETTER) == Refused(
        "Server penerima menolak surat ini: alamat penerima tidak ada atau salah tulis (550 5.1.1 No such user here)."
    )
    smtp_sink.fail(Fault("rcpt", "drop"))
    assert transport.send(WRITER, LETTER) == Postponed(
        "Sambungan putus sebelum surat diserahkan (diputus oleh server).", True
    )


def test_several_letters_share_a_connection_and_a_refused_one_does_not_harm_the_next(
    smtp_sink: SmtpSink, transport: Transport
) -> None:
    smtp_sink.fail(Fault("rcpt", recipient="tidak.ada@warga.example.org", code=550))
    outcomes = [type(transport.send(to, LETTER)) for to in (WRITER, "tidak.ada@warga.example.org", WRITER)]
    assert outcomes == [Accepted, Refused, Accepted]


def test_the_envelope_names_the_mailbox_and_one_recipient_and_every_byte_arrives(
    smtp_sink: SmtpSink, transport: Transport
) -> None:
    raw = LETTER + b".\r\n..\r\n.x\r\n\r\n.\r\nakhir\r\n"
    assert transport.send(WRITER, raw) == Accepted()
    (letter,) = smtp_sink.accepted()
    assert (letter.sender, letter.recipients, letter.raw) == ("layanan@kantor.example.org", (WRITER,), raw)


def test_a_dead_server_is_told_plainly(tmp_path: Path) -> None:
    with Transport(box_at(tmp_path, server(1)), timeout=1) as transport:
        told = transport.send(WRITER, LETTER)
    assert isinstance(told, Postponed)
    assert told.whole_mailbox
    assert "tidak dapat dihubungi" in told.reason


# TLS and passwords


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_password_goes_over_tls_to_a_trusted_server(
    start_sink: Callable[..., SmtpSink], tmp_path: Path, security: str
) -> None:
    sink = start_sink(security=security, user="layanan@kantor.example.org", password="rahasia")
    with Transport(box_at(tmp_path, smtp_of(sink)), timeout=5) as transport:
        assert transport.send(WRITER, LETTER) == Accepted()
    (letter,) = sink.accepted()
    assert (letter.login, letter.encrypted) == ("layanan@kantor.example.org", True)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_refused_password_holds_the_whole_mailbox_and_says_what_to_do(
    start_sink: Callable[..., SmtpSink], tmp_path: Path, security: str
) -> None:
    sink = start_sink(security=security, user="layanan@kantor.example.org", password="rahasia")
    with Transport(box_at(tmp_path, smtp_of(sink), password="salah"), timeout=5) as transport:
        told = transport.send(WRITER, LETTER)
    assert isinstance(told, Postponed)
    assert told.whole_mailbox
    assert "menolak kata sandi" in told.reason
    assert "salah" not in told.reason.replace("salah satu", "")


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("trusted", ["nobody", "another"])
def test_a_certificate_that_nobody_vouches_for_gets_neither_password_nor_letter(
    start_sink: Callable[..., SmtpSink], tmp_path: Path, security: str, trusted: str
) -> None:
    sink = start_sink(security=security, user="layanan@kantor.example.org", password="rahasia")
    (tmp_path / "other").mkdir()
    ca_file = make_certificate(tmp_path / "other").file if trusted == "another" else None
    with Transport(box_at(tmp_path, server(sink.port, security, ca_file)), timeout=5) as transport:
        told = transport.send(WRITER, LETTER)
    assert isinstance(told, Postponed)
    assert "tidak dapat dipercaya" in told.reason
    assert sink.accepted() == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_for_another_name_is_refused(
    start_sink: Callable[..., SmtpSink], tmp_path: Path, security: str
) -> None:
    (tmp_path / "other").mkdir()
    other: Certificate = make_certificate(tmp_path / "other", address="127.0.0.2", name="lain.example.org")
    sink = start_sink(security=security, certificate=other)
    with Transport(box_at(tmp_path, smtp_of(sink)), timeout=5) as transport:
        told = transport.send(WRITER, LETTER)
    assert isinstance(told, Postponed)
    assert "tidak dapat dipercaya" in told.reason


def test_a_server_without_starttls_hears_no_password_and_no_letter(tmp_path: Path) -> None:
    heard = b""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        transport = Transport(box_at(tmp_path, server(listening.getsockname()[1], "starttls")), timeout=5)

        def talk() -> bytes:
            client, _ = listening.accept()
            said = b""
            with client:
                client.settimeout(10)
                client.sendall(b"220 smtp.example.org ready\r\n")
                while line := client.recv(4096):
                    said += line
                    client.sendall(b"250-smtp.example.org\r\n250 AUTH PLAIN LOGIN\r\n")
            return said

        with ThreadPoolExecutor(1) as pool:
            talking = pool.submit(talk)
            told = transport.send(WRITER, LETTER)
            transport.close()
            heard = talking.result(20)
    assert isinstance(told, Postponed)
    assert "tidak menawarkan sambungan aman" in told.reason
    assert b"AUTH" not in heard.upper()
    assert b"MAIL" not in heard.upper()
    assert b"EHLO" in heard.upper()


def test_a_missing_password_is_told_by_its_place(
    smtp_sink: SmtpSink, start_sink: Callable[..., SmtpSink], tmp_path: Path
) -> None:
    sink = start_sink(security="tls", user="x", password="y")
    box = box_at(tmp_path, smtp_of(sink))
    assert box.password_file is not None
    box.password_file.unlink()
    with Transport(box, timeout=5) as transport:
        told = transport.send(WRITER, LETTER)
    assert isinstance(told, Postponed)
    assert str(box.password_file) in told.reason


@pytest.mark.parametrize(("user", "password"), [("rahasié", "rahasia"), ("layanan", "“rahasia”")])
def test_what_cannot_be_said_at_the_log_in_holds_the_whole_mailbox(
    start_sink: Callable[..., SmtpSink], tmp_path: Path, user: str, password: str
) -> None:
    sink = start_sink(security="tls", user="layanan", password="rahasia")
    box = box_at(tmp_path, smtp_of(sink), password=password).model_copy(update={"user": user})
    with Transport(box, timeout=5) as transport:
        told = transport.send(WRITER, LETTER)
    assert isinstance(told, Postponed)
    assert told.whole_mailbox
    assert sink.accepted() == []


@pytest.mark.parametrize("code", [-1, 199, 251, 354, 999])
def test_an_answer_to_the_whole_letter_that_says_neither_yes_nor_no_leaves_it_unknown(code: int) -> None:
    wrong = smtplib.SMTPDataError(code, b"aneh")
    assert isinstance(module._told_by(wrong, module._Phase.ANSWERED), Unknown)


def test_an_answer_too_long_to_read_leaves_the_whole_letter_unknown() -> None:
    wrong = smtplib.SMTPResponseException(500, "Line too long.")
    assert isinstance(module._told_by(wrong, module._Phase.HANDED_OVER), Unknown)
