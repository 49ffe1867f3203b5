"""Asks the Sent folders of the office's mailboxes whether a letter went out, and files copies there."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from config.settings import Mailbox, Settings
from ingest.mailbox import Folder, MailboxConnection, MailboxUnavailable
from ledger.ports import SentUnreachable

log = logging.getLogger(__name__)


def sent_folders(connection: MailboxConnection) -> list[Folder]:
    """Return the Sent folder of a mailbox, as configured or as the server names it; empty where there is none."""
    return connection.folders([connection.box.sent_folder or "\\Sent"])


class ImapSentFolder:
    """The `SentFolder` of the mailboxes themselves, with a connection of its own to each, kept for a round."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: dict[str, MailboxConnection] = {}

    def find(self, mailbox: str, rfc_message_id: str) -> bool | None:
        """Say whether a letter stands in Sent; None where the mailbox has no such folder. Raises SentUnreachable."""
        with self._connected(mailbox) as connection:
            folders = sent_folders(connection)
            if not folders:
                return None
            return any(connection.find(folder.name, rfc_message_id) for folder in folders)

    def append(self, mailbox: str, raw: bytes, at: datetime) -> None:
        """File a copy of a letter that went out at `at`, if there is such a folder. Raises SentUnreachable."""
        with self._connected(mailbox) as connection:
            for folder in sent_folders(connection)[:1]:
                connection.append(folder.name, raw, at)

    @contextmanager
    def _connected(self, mailbox: str) -> Iterator[MailboxConnection]:
        box: Mailbox = self._settings.mailbox(mailbox)
        try:
            if mailbox not in self._open:
                self._open[mailbox] = MailboxConnection.open(box, timeout=self._settings.intake.timeout_seconds)
            yield self._open[mailbox]
        except MailboxUnavailable as wrong:
            if mailbox in self._open:
                self._open.pop(mailbox).close()
            raise SentUnreachable(str(wrong)) from wrong

    def close(self) -> None:
        """End the connections kept between two questions."""
        while self._open:
            self._open.popitem()[1].close()
