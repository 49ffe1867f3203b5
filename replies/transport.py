"""Hands one letter to an SMTP server and tells what is known of it afterwards; the only user of smtplib."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType

from config.base import ConfigError
from config.reach import unreached
from config.settings import Mailbox, Server
from ledger.refusals import meaning_of


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the letter."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """The letter surely did not go, and may go later; `whole_mailbox` says that no other letter will go now either."""

    reason: str
    whole_mailbox: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The server refused this letter for good."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """All of the letter was handed over and no answer came: it may have gone or not."""

    reason: str


Outcome = Accepted | Postponed | Refused | Unknown


class _Phase(Enum):
    BEFORE = auto()
    HANDED_OVER = auto()
    ANSWERED = auto()


class _Told(smtplib.SMTP):
    """An SMTP client that knows how far it came: smtplib raises the same error before and after the final dot."""

    phase = _Phase.BEFORE

    def data(self, msg: object) -> tuple[int, bytes]:
        """Send the content (RFC 5321, section 4.1.1.4), noting when all of it is handed over."""
        assert isinstance(msg, bytes)
        code, said = self.docmd("data")
        if code != 354:
            raise smtplib.SMTPDataError(code, said)
        content = re.sub(rb"(?m)^\.", b"..", msg)
        self.send(content + (b"" if content.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        self.phase = _Phase.HANDED_OVER
        answer = self.getreply()
        self.phase = _Phase.ANSWERED
        return answer


class _ToldTls(_Told, smtplib.SMTP_SSL):
    """The same, over TLS from the first byte."""


def _tls(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)


_HELLO = "[127.0.0.1]"
"""How we greet (RFC 5321, section 4.1.4, an address literal): asking for our own name could hang on a name server."""

_OUR_LIMIT = re.compile(r"5\.4\.5|5\.7\.0 .*limit|rate limit|too many", re.IGNORECASE)
"""What a server says when we have sent too much: the whole mailbox waits, whatever the code."""
_ENHANCED = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
_FULL = re.compile(r"quota", re.IGNORECASE)
"""What it says, with a permanent code, of a recipient whose mailbox is full: that passes."""


class Transport:
    """One connection to the SMTP server of a mailbox, opened when first needed and kept for a batch."""

    def __init__(self, box: Mailbox, *, timeout: float) -> None:
        self._box = box
        self._timeout = timeout
        self._smtp: _Told | None = None

    def __enter__(self) -> "Transport":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; a server that does not say goodbye changes nothing about letters that it took."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._smtp.close()
        self._smtp = None

    def log_in(self) -> str:
        """Connect and log in; returns nothing, or in plain Indonesian what is wrong and what to do."""
        try:
            self._smtp = self._smtp or self._open()
        except ConfigError as wrong:
            return str(wrong)
        except (smtplib.SMTPException, OSError, UnicodeError) as wrong:  # the last: a user name that AUTH cannot carry
            return self._trouble(wrong)
        return ""

    def send(self, recipient: str, mail: bytes) -> Outcome:
        """Hand one mail (CRLF lines) over, from the mailbox's address to one recipient."""
        trouble = self.log_in()
        if trouble:
            return Postponed(trouble, whole_mailbox=True)
        assert self._smtp is not None
        smtp = self._smtp
        smtp.phase = _Phase.BEFORE
        try:
            smtp.sendmail(self._box.address, [recipient], mail)
        except (smtplib.SMTPException, OSError) as wrong:
            outcome = _told_by(wrong, smtp.phase)
            if not isinstance(outcome, Refused):
                self.close()
            return outcome
        return Accepted()

    def _open(self) -> _Told:
        server = self._box.smtp
        if server.security == "tls":
            smtp: _Told = _ToldTls(server.host, server.port, _HELLO, timeout=self._timeout, context=_tls(server))
        else:
            smtp = _Told(server.host, server.port, _HELLO, timeout=self._timeout)
        try:
            if server.security == "starttls":
                smtp.starttls(context=_tls(server))
            smtp.ehlo_or_helo_if_needed()
            if server.security != "plain" or smtp.has_extn("auth"):
                smtp.login(self._box.login, self._box.password())
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _trouble(self, wrong: Exception) -> str:
        where = f"{self._box.smtp.host}:{self._box.smtp.port}"
        if isinstance(wrong, ssl.SSLCertVerificationError):
            return (
                f"Sertifikat server {where} tidak dapat dipercaya ({wrong.verify_message}); kata sandi tidak dikirim."
            )
        if isinstance(wrong, smtplib.SMTPAuthenticationError) and wrong.smtp_code >= 500:
            return f"Server {where} menolak kata sandi {self._box.login}. Buat kata sandi aplikasi baru, lalu isikan."
        if type(wrong) is smtplib.SMTPException:  # what smtplib raises where no way to log in is common to both sides
            return (
                f"Server {where} tidak menawarkan cara masuk dengan kata sandi (XOAUTH2 tidak didukung). "
                "Gunakan kata sandi aplikasi dan server yang menerimanya."
            )
        if isinstance(wrong, smtplib.SMTPNotSupportedError):
            return f"Server {where} tidak menawarkan sambungan aman; kata sandi tidak dikirim."
        if isinstance(wrong, TimeoutError):
            return f"Server {where} tidak menjawab pada waktunya."
        if isinstance(wrong, smtplib.SMTPResponseException):
            return f"Server {where} menolak untuk sementara ({wrong.smtp_code} {_text(wrong.smtp_error)})."
        return f"Server {where} tidak dapat dihubungi ({unreached(wrong)})."


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:300]


def _told_by(wrong: Exception, phase: _Phase) -> Outcome:
    """Say what an error means for the letter, given how far it had come."""
    match wrong:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(wrong.recipients.values()))
            return _answered(code, _text(said), whole_mailbox=code == 421)
        case smtplib.SMTPSenderRefused():
            # The mailbox itself is refused (blocked, over its quota): every letter of it waits.
            return Postponed(f"Server menolak pengirim: {wrong.smtp_code} {_text(wrong.smtp_error)}", True)
        case smtplib.SMTPResponseException() if _unintelligible(wrong.smtp_code, phase):
            return Unknown(f"Jawaban server tidak dapat dipahami ({wrong.smtp_code} {_text(wrong.smtp_error)}).")
        case smtplib.SMTPResponseException():
            return _answered(wrong.smtp_code, _text(wrong.smtp_error), whole_mailbox=wrong.smtp_code == 421)
    if phase is _Phase.HANDED_OVER:
        return Unknown(f"Sambungan putus setelah seluruh surat diserahkan ({_cut_off(wrong)}).")
    return Postponed(f"Sambungan putus sebelum surat diserahkan ({_cut_off(wrong)}).", whole_mailbox=True)


def _cut_off(wrong: Exception) -> str:
    if isinstance(wrong, TimeoutError):
        return "server tidak menjawab pada waktunya"
    return "diputus oleh server" if isinstance(wrong, smtplib.SMTPServerDisconnected) else unreached(wrong)


def _unintelligible(code: int, phase: _Phase) -> bool:
    """Say whether an answer to the whole letter cannot be taken for a yes or a no."""
    return phase is _Phase.HANDED_OVER or (phase is _Phase.ANSWERED and not 400 <= code < 600)


def _answered(code: int, said: str, *, whole_mailbox: bool) -> Outcome:
    limited = bool(_OUR_LIMIT.search(said))
    if code >= 500 and not limited and not _FULL.search(said):
        return Refused(f"Server penerima menolak surat ini: {_meaning(said)} ({code} {said}).")
    return Postponed(f"Server meminta dicoba lagi nanti: {_meaning(said)} ({code} {said}).", whole_mailbox or limited)


def _meaning(said: str) -> str:
    found = _ENHANCED.search(said)
    return meaning_of(found[0] if found else "")
