"""An office on disk for tests: a configuration that points at a test's servers, its mail, and a clock to turn."""

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from zoneinfo import ZoneInfo

from config.settings import Settings, load
from tests.wire.dovecot import Dovecot
from tests.wire.loopback import LOOPBACK
from tests.wire.smtp import PROJECT, SmtpSink

SHIPPED = PROJECT / "config"
WIB = ZoneInfo("Asia/Jakarta")
START = datetime(2026, 1, 5, tzinfo=WIB)
NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
"""Monday, 2 March 2026, 12.00 WIB: the moment at which tests with a clock of their own begin."""

Values = Mapping[str, object]


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is turned."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, **span: float) -> None:
        """Let time pass, as timedelta counts it."""
        self.moment += timedelta(**span)


def server(port: int, security: str = "plain", ca_file: Path | None = None) -> dict[str, object]:
    """Return one server of a mailbox as office.toml names it."""
    trusted = {"ca_file": ca_file.as_posix()} if ca_file else {}
    return {"host": LOOPBACK, "port": port, "security": security} | trusted


NOWHERE = server(1)
"""A server that refuses every connection."""


def imap_of(dovecot: Dovecot) -> dict[str, object]:
    """Return the IMAP server of a test, over TLS."""
    return server(dovecot.imaps_port, "tls", dovecot.ca_file)


def smtp_of(sink: SmtpSink) -> dict[str, object]:
    """Return the SMTP server of a test, with the security that it was started with."""
    return server(sink.port, sink.security, sink.ca_file if sink.security != "plain" else None)


@dataclass(frozen=True, slots=True)
class Box:
    """One mailbox of a test's office; `more` are further keys of office.toml."""

    address: str = "layanan@kantor.example.org"
    password: str = "rahasia"
    imap: Values = field(default_factory=lambda: NOWHERE)
    smtp: Values = field(default_factory=lambda: NOWHERE)
    service: str = "ppjp"
    start: datetime = START
    more: Values = field(default_factory=dict)


def _toml(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value)


def _section(name: str, values: Values) -> str:
    return "\n".join([name, *(f"{key} = {_toml(value)}" for key, value in values.items()), ""])


def write_office(folder: Path, boxes: Iterable[Box], *, database_url: str, **sections: Values) -> Path:
    """Write a whole configuration below `folder` and return its office.toml; passwords lie in files beside it."""
    config = folder / "config"
    shutil.copytree(SHIPPED, config, ignore=shutil.ignore_patterns("*.py", "__pycache__"), dirs_exist_ok=True)
    office = (SHIPPED / "office.toml").read_text(encoding="utf-8").partition("[database]")[0]
    written = [office, _section("[database]", {"url": database_url})]
    for box in boxes:
        secret = folder / f"{box.address}.sandi"
        secret.write_text(box.password, encoding="utf-8")
        plain = {"address": box.address, "service": box.service, "start": box.start, "password_file": str(secret)}
        written.append(_section("[[mailboxes]]", plain | {"imap": box.imap, "smtp": box.smtp} | dict(box.more)))
    letters: dict[str, Values] = {"letters": {"pause_seconds": 0}}
    for name, values in (letters | sections).items():
        written.append(_section(f"[{name}]", {**letters.get(name, {}), **values}))
    file = config / "office.toml"
    file.write_text("\n".join(written), encoding="utf-8")
    return file


def office_of(
    folder: Path, boxes: Iterable[Box], *, database_url: str = "sqlite:///book.db", **sections: Values
) -> Settings:
    """Write a configuration and load it."""
    return load(write_office(folder, boxes, database_url=database_url, **sections))


COMPLAINT = (
    "Saya ingin mengadukan perusahaan tempat saya bekerja. Upah lembur bulan ke-{number} belum dibayar sampai hari "
    "ini, padahal sudah beberapa kali saya tanyakan kepada bagian personalia. Mohon ditindaklanjuti."
)


def mail(
    number: int = 1,
    *,
    sender: str | None = None,
    subject: str | None = None,
    text: str | None = None,
    **headers: str,
) -> bytes:
    """Return a mail from a citizen, a complaint unless `text` says otherwise; `_` in header names stands for `-`."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender or f"Warga Contoh <warga{number}@warga.example.org>"
    made["To"] = "layanan@kantor.example.org"
    made["Subject"] = subject or f"Pengaduan upah lembur bulan ke-{number}"
    made["Date"] = "Mon, 02 Mar 2026 11:00:00 +0700"
    for name, value in ({"Message_ID": f"<surat.{number}@warga.example.org>"} | headers).items():
        if value:
            made[name.replace("_", "-")] = value
    made.set_content((text or COMPLAINT.format(number=number)) + "\n")
    return made.as_bytes()
