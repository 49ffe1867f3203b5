"""Opens kept mail again for the desk, in a process of its own."""

from config.settings import Settings
from ingest.isolate import Isolated, ReaderDied
from ingest.parse import UnreadableMail, parse
from ledger.errors import UnreadableRaw
from ledger.ports import OpenedFile, OpenedMail


class Opener:
    """Opens raw mails; an unreadable one gives the reason in its place (it crosses a process boundary)."""

    def __init__(self, settings: Settings) -> None:
        del settings  # opening depends on nothing; the shape is that of every isolated function

    def __call__(self, raw: bytes) -> OpenedMail | str:
        """Open one mail, or say in plain Indonesian why it cannot be read."""
        try:
            mail = parse(raw)
        except UnreadableMail as wrong:
            return str(wrong)
        files = tuple(OpenedFile(file.name, file.content_type, file.content) for file in mail.files)
        text = f"{mail.astray}\n\n{mail.text}" if mail.astray else mail.text
        return OpenedMail(mail.headers, text, mail.html, files)


class IsolatedReader:
    """The `MailReader` that the desk is given."""

    def __init__(self, settings: Settings) -> None:
        self._open: Isolated[OpenedMail | str] = Isolated(Opener, settings)

    def open(self, raw: bytes) -> OpenedMail:
        """Open raw mail for display; raises UnreadableRaw."""
        try:
            opened = self._open(raw)
        except ReaderDied as wrong:
            raise UnreadableRaw(str(wrong)) from wrong
        if isinstance(opened, str):
            raise UnreadableRaw(opened)
        return opened

    def close(self) -> None:
        """End the reading process."""
        self._open.close()
