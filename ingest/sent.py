"""Asks the Sent folders of the office's mailboxes whether a letter went out, and files copies there."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from config.settings import Mailbox, Settings
from ingest.mailbox import Folder, MailboxConnection, MailboxUnavailable, UnfetchableMail, in_plain_words
from ledger.letters import NUMBER_HEADER
from ledger.ports import SentUnreachable

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
"""The margin of a search by day: the server counts days in a zone of its own."""


def sent_folders(connection: MailboxConnection) -> list[Folder]:
    """Return the Sent folder of a mailbox, as configured or as the server names it; empty where there is none."""
    return connection.folders([connection.box.sent_folder or "\\Sent"])


def numbers_sent_since(box: Mailbox, since: datetime, *, timeout: float) -> set[str]:
    """Return the register numbers in our own letters that stand in Sent since the day of a moment (or the day before).

    Raises MailboxUnavailable.
    """
    numbers = set()
    try:
        with MailboxConnection.open(box, timeout=timeout) as connection:
            for folder in sent_folders(connection):
                connection.look(folder.name)
                for uid in connection.uids_since((since - _DAY).date()):
                    numbers.add(connection.header(uid, NUMBER_HEADER))
    except UnfetchableMail as wrong:
        raise in_plain_words(box, wrong) from wrong
    return numbers - {""}


class ImapSentFolder:
    """The `SentFolder` of the mailboxes themselves, with a connection of its own to each, kept for a round."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: dict[str, MailboxConnection] = {}
        self._unreached: dict[str, str] = {}

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
        if (
            mailbox in self._unreached
        ):  # one that hangs must not delay the letters of the others once for each of its own
            raise SentUnreachable(self._unreached[mailbox])
        try:
            if mailbox not in self._open:
                self._open[mailbox] = MailboxConnection.open(box, timeout=self._settings.intake.timeout_seconds)
            yield self._open[mailbox]
        except MailboxUnavailable as wrong:
            self._unreached[mailbox] = str(wrong)
            if mailbox in self._open:
                self._open.pop(mailbox).close()
            raise SentUnreachable(str(wrong)) from wrong

    def close(self) -> None:
        """End the connections kept between two questions; a mailbox that was not reached is asked anew."""
        self._unreached.clear()
        while self._open:
            self._open.popitem()[1].close()
