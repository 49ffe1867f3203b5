"""Asks the Sent folders of the office's mailboxes whether a letter went out."""

from config.settings import Settings
from ingest.mailbox import MailboxConnection, MailboxUnavailable
from ledger.ports import SentUnreachable


class ImapSentFolder:
    """The `SentFolder` of the mailboxes themselves: a connection of its own for each question."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find(self, mailbox: str, rfc_message_id: str) -> bool | None:
        """Say whether a letter stands in Sent; None where the mailbox has no such folder. Raises SentUnreachable."""
        box = self._settings.mailbox(mailbox)
        try:
            with MailboxConnection.open(box, timeout=self._settings.intake.timeout_seconds) as connection:
                folders = connection.folders([box.sent_folder or "\\Sent"])
                if not folders:
                    return None
                return any(connection.find(folder.name, rfc_message_id) for folder in folders)
        except MailboxUnavailable as wrong:
            raise SentUnreachable(str(wrong)) from wrong
