"""An SMTP server that keeps every letter it accepts in a file before it says so, and fails as it is told to.

Run alone: `python -m tests.wire.smtp_sink --port 0 --record FILE [--script FAULTS] [--file-into SENDER=MAILDIR]`; it
prints the port it listens on.
"""

import argparse
import asyncio
import base64
import itertools
import json
import logging
import os
import ssl
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, AnyStr, Literal, Self

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

LOOPBACK = "127.0.0.1"
FOR_EVER = 24 * 3600.0

Stage = Literal["connect", "ehlo", "auth", "mail", "rcpt", "data", "content", "dot", "quit"]
Action = Literal["reply", "drop", "hang", "greylist"]
Security = Literal["plain", "starttls", "tls"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which the server fails, at one stage of the conversation.

    Stages are the command answered: "data" is the answer to DATA, "content" the time between that answer and the final
    dot, "dot" the answer to the final dot. "reply" answers with `code` (421 also closes), "drop" closes the connection
    without an answer, "hang" never answers, "greylist" answers `code` the first time for each recipient.
    `times` is how often it happens, None for always; the first `after` occasions pass. `recipient` limits the stages
    from "rcpt" on to letters to that address. `kept` at "dot" records the letter all the same: accepted, but the
    client never hears of it.
    """

    stage: Stage
    action: Action = "reply"
    code: int = 451
    text: str = "4.3.0 scripted failure"
    times: int | None = None
    after: int = 0
    recipient: str | None = None
    kept: bool = False

    def line(self) -> str:
        """Return the fault as one line of JSON."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def read(cls, line: str) -> Self:
        """Make a fault from one line of JSON; raises TypeError for an unknown key."""
        return cls(**json.loads(line))


@dataclass(frozen=True, slots=True)
class Accepted:
    """One letter that the server took; `raw` as it came over the wire, `at` in UTC, `login` None without a log-in."""

    at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    login: str | None
    encrypted: bool

    def line(self) -> str:
        """Return the letter as one line of JSON."""
        fields = asdict(self) | {"at": self.at.isoformat(), "raw": base64.b64encode(self.raw).decode("ascii")}
        return json.dumps(fields) + "\n"

    @classmethod
    def read(cls, line: str) -> Self:
        """Make a letter from its line."""
        fields = json.loads(line)
        return cls(
            at=datetime.fromisoformat(fields["at"]),
            sender=fields["sender"],
            recipients=tuple(fields["recipients"]),
            raw=base64.b64decode(fields["raw"]),
            login=fields["login"],
            encrypted=fields["encrypted"],
        )


@dataclass(slots=True)
class _Armed:
    """A fault with the count of its occasions."""

    fault: Fault
    seen: int = 0
    greylisted: set[str] = field(default_factory=set)

    def strikes(self, stage: Stage, recipients: list[str]) -> bool:
        fault = self.fault
        if fault.stage != stage or (fault.recipient is not None and fault.recipient not in recipients):
            return False
        if fault.action == "greylist":
            return self._is_first_try(recipients)
        self.seen += 1
        return self.seen > fault.after and (fault.times is None or self.seen <= fault.after + fault.times)

    def _is_first_try(self, recipients: list[str]) -> bool:
        new = set(recipients) - self.greylisted
        self.greylisted |= new
        return bool(new)


class Script:
    """The faults in force, read again whenever their file was replaced."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._read_at: tuple[int, int] | None = None
        self._armed: list[_Armed] = []

    def fault(self, stage: Stage, recipients: list[str]) -> Fault | None:
        """Return the fault that strikes on this occasion, which counts for every fault of the stage."""
        self._refresh()
        struck = [armed.fault for armed in self._armed if armed.strikes(stage, recipients)]
        return struck[0] if struck else None

    def _refresh(self) -> None:
        if self._file is None or not self._file.exists():
            return
        state = self._file.stat()
        if self._read_at != (state.st_ino, state.st_mtime_ns):
            self._read_at = (state.st_ino, state.st_mtime_ns)
            lines = self._file.read_text(encoding="utf-8").splitlines()
            self._armed = [_Armed(Fault.read(line)) for line in lines if line.strip()]


class Sent:
    """The Maildir into which the server files each letter of one sender, as Gmail does with what it sends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = itertools.count()

    def file(self, raw: bytes) -> None:
        """File one letter; it is on the disk, and seen by the IMAP server, when this returns."""
        name = f"{int(time.time())}.M{next(self._names):09d}P{os.getpid()}.sink"
        draft = self._folder / "tmp" / name
        with draft.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o644)
        owner = self._folder.stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
        draft.rename(self._folder / "new" / name)
        self._commit_folder()

    def _commit_folder(self) -> None:
        folder = os.open(self._folder / "new", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class Sink:
    """What the server does at each stage (the hooks that aiosmtpd calls)."""

    def __init__(self, record: Path, script: Script, filed: Mapping[str, Path] | None = None) -> None:
        self._script = script
        self._file = record.open("a", encoding="ascii")
        self._filed = {sender: Sent(folder) for sender, folder in (filed or {}).items()}

    async def strike(self, server: "SinkServer", stage: Stage, recipients: list[str] | None = None) -> str | None:
        """Fail at a stage if the script says so; returns the answer to give, None to go on as usual."""
        fault = self._script.fault(stage, recipients or [])
        return None if fault is None else await self._fail(server, fault)

    async def _fail(self, server: "SinkServer", fault: Fault) -> str:
        if fault.action == "hang":
            await asyncio.sleep(FOR_EVER)
        if fault.action == "drop":
            await server.leave()
        if fault.code == 421:
            await server.push(f"421 {fault.text}")
            await server.leave()
        return f"{fault.code} {fault.text}"

    async def handle_EHLO(
        self, server: "SinkServer", session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        answer = await self.strike(server, "ehlo")
        if answer is not None:
            return [answer]
        session.host_name = hostname
        return responses

    async def handle_AUTH(self, server: "SinkServer", session: Session, envelope: Envelope, args: list[str]) -> Any:
        return await self.strike(server, "auth") or MISSING

    async def handle_MAIL(
        self, server: "SinkServer", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> Any:
        return await self.strike(server, "mail") or MISSING

    async def handle_RCPT(
        self, server: "SinkServer", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> Any:
        return await self.strike(server, "rcpt", [address]) or MISSING

    async def handle_QUIT(self, server: "SinkServer", session: Session, envelope: Envelope) -> Any:
        return await self.strike(server, "quit") or MISSING

    async def handle_DATA(self, server: "SinkServer", session: Session, envelope: Envelope) -> str:
        fault = self._script.fault("dot", envelope.rcpt_tos)
        if fault is None or fault.kept:
            self._keep(_accepted(server, session, envelope))
        return "250 OK" if fault is None else await self._fail(server, fault)

    def _keep(self, letter: Accepted) -> None:
        if letter.sender in self._filed:
            self._filed[letter.sender].file(letter.raw)
        self._file.write(letter.line())
        self._file.flush()
        os.fsync(self._file.fileno())


def _accepted(server: "SinkServer", session: Session, envelope: Envelope) -> Accepted:
    said = session.auth_data
    raw = envelope.original_content
    assert raw is not None
    sender = envelope.mail_from or ""
    return Accepted(
        at=datetime.now(UTC),
        sender="" if sender == "<>" else sender,
        recipients=tuple(envelope.rcpt_tos),
        raw=raw,
        login=said.login.decode() if isinstance(said, LoginPassword) else None,
        encrypted=server.encrypted,
    )


class SinkServer(SMTP):
    """One conversation, with the two stages for which aiosmtpd has no hook."""

    event_handler: Sink
    _greeted = False

    @property
    def encrypted(self) -> bool:
        """Whether the conversation runs over TLS by now."""
        return self.transport is not None and self.transport.get_extra_info("ssl_object") is not None

    async def leave(self) -> None:
        """Close the connection and end this conversation."""
        assert self.transport is not None
        self.transport.close()
        await asyncio.sleep(FOR_EVER)  # aiosmtpd cancels the conversation once the connection is gone

    async def smtp_DATA(self, arg: str) -> None:
        assert self.envelope is not None
        # Before aiosmtpd's own method: that one reads the letter whatever was answered.
        recipients = self.envelope.rcpt_tos
        answer = await self.event_handler.strike(self, "data", recipients) if recipients else None
        if answer is None:
            await super().smtp_DATA(arg)
        else:
            await self.push(answer)

    async def push(self, status: AnyStr) -> None:
        answer = None
        if not self._greeted:
            self._greeted = True
            answer = await self.event_handler.strike(self, "connect")
        if answer is not None:
            await super().push(answer)
            await self.leave()
        await super().push(status)
        if isinstance(status, str) and status.startswith("354 "):
            assert self.envelope is not None
            await self.event_handler.strike(self, "content", self.envelope.rcpt_tos)


@dataclass(frozen=True, slots=True)
class Options:
    """How the server listens; a password asks for a log-in before MAIL.

    `file_into` names for a sender the Maildir in which its letters are filed before they are accepted.
    """

    port: int
    record: Path
    script: Path | None = None
    security: Security = "plain"
    certificate: Path | None = None
    key: Path | None = None
    user: str | None = None
    password: str | None = None
    file_into: Mapping[str, Path] = field(default_factory=dict)

    def tls(self) -> ssl.SSLContext | None:
        """Return the TLS settings, None for a plain server."""
        if self.security == "plain":
            return None
        assert self.certificate is not None, "TLS needs --certificate and --key"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: Any) -> AuthResult:
        """Judge a log-in; without a password of ours every one is good."""
        known = LoginPassword((self.user or "").encode(), (self.password or "").encode())
        good = self.password is None or said == known
        return AuthResult(success=good, handled=False, auth_data=said)

    def server(self, sink: Sink, tls: ssl.SSLContext | None) -> SinkServer:
        """Make the server's side of one conversation."""
        starttls = self.security == "starttls"
        return SinkServer(
            sink,
            hostname="smtp.example.org",
            loop=asyncio.get_running_loop(),
            enable_SMTPUTF8=True,
            tls_context=tls if starttls else None,
            require_starttls=starttls,
            # aiosmtpd takes only STARTTLS for encrypted, not a connection that was TLS from its start.
            auth_require_tls=starttls,
            auth_required=self.password is not None,
            authenticator=self.authenticate,
        )


async def serve(options: Options) -> None:
    """Listen on 127.0.0.1 until the process ends."""
    tls = options.tls()
    sink = Sink(options.record, Script(options.script), options.file_into)
    server = await asyncio.get_running_loop().create_server(
        lambda: options.server(sink, tls),
        host=LOOPBACK,
        port=options.port,
        ssl=tls if options.security == "tls" else None,
    )
    print(f"listening on port {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def _sender_and_folder(said: str) -> tuple[str, Path]:
    sender, _, folder = said.partition("=")
    return sender, Path(folder)


def _options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m tests.wire.smtp_sink", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--record", type=Path, required=True, help="file that gets a line of JSON for each letter")
    parser.add_argument("--script", type=Path, help="file with a fault in JSON on each line; may be replaced any time")
    parser.add_argument("--security", choices=["plain", "starttls", "tls"], default="plain")
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument(
        "--file-into",
        type=_sender_and_folder,
        action="append",
        default=[],
        metavar="SENDER=MAILDIR",
        help="file each accepted letter of a sender into a Maildir before answering; may be repeated",
    )
    said = vars(parser.parse_args(arguments))
    return Options(**said | {"file_into": dict(said["file_into"])})


if __name__ == "__main__":
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(serve(_options(sys.argv[1:])))
