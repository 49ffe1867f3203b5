"""Sets the stage of the demonstration: the real configuration, pointed at the demo's own servers and an empty book."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config.settings import Settings
from demo.letters import Sample, samples
from demo.servers import DemoServers

PAUSE = 1.0
"""Seconds between two letters that arrive one by one."""


@dataclass(frozen=True, slots=True)
class Show:
    """A stage that is set: its configuration, and the letters still to come."""

    settings: Settings
    servers: DemoServers
    letters: tuple[Sample, ...]
    began: datetime

    def deliver(self, sample: Sample) -> None:
        """Put one sample letter into its mailbox, received as long ago as it says."""
        self.servers.deliver(
            sample.mailbox, sample.raw, self.began - timedelta(hours=sample.hours_ago), folder=sample.folder
        )

    def deliver_all(self) -> None:
        """Put every sample letter into its mailbox."""
        for sample in self.letters:
            self.deliver(sample)

    def deliver_slowly(self, stop: threading.Event) -> None:
        """Let the sample letters arrive one after another, until asked to stop."""
        for sample in self.letters:
            self.deliver(sample)
            if stop.wait(PAUSE):
                return


def _pointed_at(servers: DemoServers, settings: Settings, folder: Path, secret: Path, began: datetime) -> Settings:
    """Return the configuration with every server replaced by the demo's, checked like any other."""
    imap = {"host": "127.0.0.1", "port": servers.imap_port, "security": "plain"}
    smtp = {"host": "127.0.0.1", "port": servers.smtp_port, "security": "plain"}
    start = began - timedelta(hours=1 + max(sample.hours_ago for sample in samples()))
    mailboxes = [
        {
            "address": box.address,
            "service": box.service,
            "start": start,
            "imap": imap,
            "smtp": smtp,
            "password_file": secret,
            "folders": ("INBOX", "Junk"),
            "files_sent": False,
        }
        for box in settings.mailboxes
    ]
    whole = {name: getattr(settings, name) for name in type(settings).model_fields}
    return Settings.model_validate(
        whole
        | {
            "database": {"url": f"sqlite:///{(folder / 'peragaan.db').as_posix()}"},
            "mailboxes": mailboxes,
            "intake": {"poll_seconds": 5},
            "letters": {"pause_seconds": 0},
            "backup": {},  # a demonstration has no place among the office's backups
            "desk": {"port": settings.desk.port},
        }
    )


@contextmanager
def running_demo(settings: Settings, folder: Path, began: datetime) -> Iterator[Show]:
    """Start the demo's servers for the office's mailboxes; everything written lies in `folder`. `began` is aware."""
    secret = folder / "sandi"
    secret.write_text(secrets.token_hex(12), encoding="utf-8")
    accounts = {box.address: secret.read_text(encoding="utf-8") for box in settings.mailboxes}
    with DemoServers(accounts) as servers:
        yield Show(_pointed_at(servers, settings, folder, secret, began), servers, samples(), began)
