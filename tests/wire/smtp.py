"""The SMTP sink as a child process: it fails as a test says, and what it accepted can be counted after any crash."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.wire.certificate import Certificate
from tests.wire.loopback import LOOPBACK, free_port
from tests.wire.processes import Owner, Server, ServerProcess, private_folder
from tests.wire.smtp_sink import Accepted, Fault, Security

PROJECT = Path(__file__).resolve().parents[2]


class SmtpSink(Server):
    """A running SMTP server; a context manager. `stop`, `kill` and `start` keep port, faults and record.

    With a password, clients must log in. Between `stop` and `start` connections are refused. `file_into` names for a
    sender the Maildir in which the server files each letter of his before it accepts it.
    """

    host = LOOPBACK

    def __init__(
        self,
        folder: Path,
        *,
        certificate: Certificate | None = None,
        security: Security = "plain",
        user: str | None = None,
        password: str | None = None,
        file_into: Mapping[str, Path] | None = None,
    ) -> None:
        self.port = free_port()
        self.security = security
        self.ca_file = certificate.file if certificate else None
        self.record = folder / "accepted.jsonl"
        self.script = folder / "faults.jsonl"
        self._log = folder / "output.log"
        self._command = self._options(certificate, user, password)
        self._command += [f"--file-into={sender}={maildir}" for sender, maildir in (file_into or {}).items()]
        self.fail()

    def _options(self, certificate: Certificate | None, user: str | None, password: str | None) -> list[str]:
        values = {
            "port": self.port,
            "record": self.record,
            "script": self.script,
            "security": self.security,
            "certificate": certificate.file if certificate else None,
            "key": certificate.key if certificate else None,
            "user": user,
            "password": password,
        }
        return [f"--{name}={value}" for name, value in values.items() if value is not None]

    def start(self) -> None:
        """Start listening; the port is the same each time."""
        self._log.unlink(missing_ok=True)
        self._process = ServerProcess(
            [sys.executable, "-m", "tests.wire.smtp_sink", *self._command],
            owner=Owner(),
            log=self._log,
            folder=PROJECT,
        )
        # Asking the port itself would be a conversation, and use up faults.
        self._process.wait_until(lambda: b"listening" in self._log.read_bytes())

    def fail(self, *faults: Fault) -> None:
        """Put these faults in force, in place of all earlier ones; none means that all goes well again."""
        draft = self.script.with_suffix(".new")
        draft.write_text("".join(fault.line() for fault in faults), encoding="utf-8")
        draft.replace(self.script)

    def accepted(self) -> list[Accepted]:
        """Return every letter accepted so far, in order."""
        if not self.record.exists():
            return []
        # A line without its end is a letter that was being written: it was not accepted yet.
        lines = self.record.read_text(encoding="ascii").splitlines(keepends=True)
        return [Accepted.read(line) for line in lines if line.endswith("\n")]


@contextmanager
def running_sink(
    *,
    certificate: Certificate | None = None,
    security: Security = "plain",
    user: str | None = None,
    password: str | None = None,
    file_into: Mapping[str, Path] | None = None,
) -> Iterator[SmtpSink]:
    """Run an SMTP sink for as long as the block lasts, in a folder of its own."""
    with (
        private_folder(Owner(), "smtp") as folder,
        SmtpSink(
            folder, certificate=certificate, security=security, user=user, password=password, file_into=file_into
        ) as sink,
    ):
        yield sink
