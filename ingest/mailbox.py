"""Talks IMAP with one mailbox: looks, fetches raw bytes untouched, and marks as seen; the only user of imap_tools."""

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from types import TracebackType

from imap_tools import FolderInfo
from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderSelectError,
    MailboxLoginError,
    UnexpectedCommandStatusError,
)
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from config.base import ConfigError
from config.reach import unreached
from config.settings import Mailbox, Server

log = logging.getLogger(__name__)

# The last three are what the libraries raise on answers that are not IMAP: no mailbox may take the others down by them.
_FAULTS = (imaplib.IMAP4.error, ImapToolsError, OSError, ValueError, LookupError, AttributeError)
_INTERNALDATE = re.compile(
    rb'INTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.IGNORECASE
)
_UID = re.compile(rb"\bUID (\d+)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STORE_AT_ONCE = 200
_SLICE = 0.5
"""How long one wait within IDLE lasts, in seconds: so soon a request to stop is heard."""
_IDLE_SECONDS = 20 * 60
"""How long one IDLE lasts (RFC 2177 asks to end it before 29 minutes), in seconds."""


class MailboxUnavailable(Exception):
    """A mailbox cannot be used now; the text says in plain Indonesian what is wrong and what to do."""


class RejectedCredentials(MailboxUnavailable):
    """The server answers, and refuses the user name or password."""


class FolderUnavailable(MailboxUnavailable):
    """The server answers, and does not open one folder; the mailbox's other folders can still be read."""


class UnfetchableMail(Exception):
    """The server lists a mail but does not give it; the text is the server's answer."""


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """One mail as the server gave it: its bytes, and the server's INTERNALDATE (aware, UTC)."""

    uid: int
    raw: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Folder:
    r"""A folder of a mailbox; `junk` and `outgoing` say that the server marks it as \Junk or \Sent."""

    name: str
    junk: bool = False
    outgoing: bool = False


_NAMED_USES = {
    "junk": "\\junk",
    "spam": "\\junk",
    "bulk": "\\junk",
    "bulk mail": "\\junk",
    "junk e-mail": "\\junk",
    "sent": "\\sent",
    "sent items": "\\sent",
    "sent mail": "\\sent",
    "sent messages": "\\sent",
}
"""What a folder is for, by its name, on servers that do not say so (RFC 6154 is optional)."""


def _uses(folder: FolderInfo) -> set[str]:
    flags = {flag.lower() for flag in folder.flags}
    last = folder.name.rpartition(folder.delim)[2] if folder.delim else folder.name
    named = _NAMED_USES.get(last.lower())
    return flags | {named} if named else flags


def _tls(server: Server) -> ssl.SSLContext:
    # imaplib's own default context verifies nothing.
    return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)


def _hang_up(client: imaplib.IMAP4) -> None:
    with suppress(OSError):
        client.shutdown()


class _StartTls(MailBoxStartTls):
    """The same, leaving no open connection behind where the server refuses TLS or shows a wrong certificate."""

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self._host, self._port, self._timeout)
        try:
            client.starttls(self._ssl_context)
        except BaseException:
            _hang_up(client)
            raise
        return client


def _dial(server: Server, timeout: float) -> BaseMailBox:
    match server.security:
        case "tls":
            return MailBox(server.host, server.port, timeout=timeout, ssl_context=_tls(server))
        case "starttls":
            return _StartTls(server.host, server.port, timeout=timeout, ssl_context=_tls(server))
        case "plain":
            return MailBoxUnencrypted(server.host, server.port, timeout=timeout)


_FOR_NOW = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|SERVERBUG|LIMIT|OVERQUOTA|RATELIMIT)\]|too many|exceeded|internal error|temporar|try again"
    r"|rate limit",
    re.IGNORECASE,
)
"""What a server says that lets nobody in for the moment, whatever the password."""
_BY_BROWSER = re.compile(r"web ?login|log ?in via your web browser|\[WEBALERT", re.IGNORECASE)
"""What a provider says that wants the holder of the account to sign in by hand first."""


def in_plain_words(box: Mailbox, wrong: BaseException) -> MailboxUnavailable:
    """Say in plain Indonesian what is wrong with a mailbox and what the operator can do about it."""
    where = f"{box.imap.host}:{box.imap.port}"
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return MailboxUnavailable(
            f"Sertifikat server {where} tidak dapat dipercaya ({wrong.verify_message}). Periksa jam komputer dan nama "
            "server; kata sandi tidak dikirim."
        )
    said = _server_said(wrong)
    if isinstance(wrong, MailboxLoginError) and _BY_BROWSER.search(said):
        return RejectedCredentials(
            f"Server {where} meminta {box.login} masuk lewat peramban dahulu. Masuklah sekali ke akun itu di webmail "
            "dan setujui masuknya; sesudah itu surat diambil lagi dengan sendirinya."
        )
    if isinstance(wrong, MailboxLoginError) and not _FOR_NOW.search(said):
        return RejectedCredentials(
            f"Server {where} menolak nama pengguna atau kata sandi {box.login}. Buat kata sandi aplikasi baru di akun "
            "tersebut dan isikan kembali."
        )
    if isinstance(wrong, TimeoutError):
        return MailboxUnavailable(f"Server {where} tidak menjawab pada waktunya. Akan dicoba lagi dengan sendirinya.")
    if isinstance(wrong, ConnectionRefusedError):
        return MailboxUnavailable(f"Server {where} menolak sambungan. Periksa nama server dan nomor porta.")
    if isinstance(wrong, ssl.SSLError):
        return MailboxUnavailable(f"Server {where} tidak dapat dihubungi dengan aman: {unreached(wrong)}.")
    if isinstance(wrong, OSError):
        return MailboxUnavailable(
            f"Server {where} tidak dapat dihubungi ({unreached(wrong)}). Periksa sambungan internet."
        )
    return MailboxUnavailable(
        f"Server {where} sedang tidak dapat dipakai; jawabannya: “{said}”. Akan dicoba lagi dengan sendirinya."
    )


def _server_said(wrong: BaseException) -> str:
    """Return what the server said, without the libraries' words about it."""
    if isinstance(wrong, UnexpectedCommandStatusError):
        return _said(wrong.command_result[1])
    return re.sub(r"^b(['\"])(?:\* )?(.*)\1$", r"\2", str(wrong))


class MailboxConnection:
    """One open IMAP connection to one mailbox. Every method may raise MailboxUnavailable; then it must be closed."""

    def __init__(self, box: Mailbox, imap: BaseMailBox) -> None:
        self.box = box
        self._imap = imap
        self._folder = ""

    @classmethod
    def open(cls, box: Mailbox, *, timeout: float) -> "MailboxConnection":
        """Connect and log in. `timeout` in seconds holds for every answer of the server.

        Raises MailboxUnavailable, and RejectedCredentials where the server refuses the password.
        """
        try:
            password = box.password()
        except ConfigError as wrong:
            raise RejectedCredentials(str(wrong)) from wrong
        try:
            imap = _dial(box.imap, timeout)
        except _FAULTS as wrong:
            raise in_plain_words(box, wrong) from wrong
        try:
            imap.login(box.login, password, initial_folder=None)
        except _FAULTS as wrong:
            _hang_up(imap.client)
            raise in_plain_words(box, wrong) from wrong
        return cls(box, imap)

    def __enter__(self) -> "MailboxConnection":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Log out if the server still listens; never raises."""
        try:
            self._imap.logout()
        except _FAULTS as wrong:
            log.debug("%s: no clean logout: %s", self.box.address, wrong)
            _hang_up(self._imap.client)

    @contextmanager
    def _speaking(self) -> Iterator[imaplib.IMAP4]:
        try:
            yield self._imap.client
        except _FAULTS as wrong:
            raise in_plain_words(self.box, wrong) from wrong

    def folders(self, wanted: Iterable[str]) -> list[Folder]:
        r"""Resolve folder names: a special use such as \Junk (RFC 6154) becomes the folders that bear it, if any."""
        with self._speaking():
            listed = self._imap.folder.list()
        uses = {info.name: _uses(info) for info in listed}
        resolved: dict[str, Folder] = {}
        for name in wanted:
            used = [folder for folder, flags in uses.items() if name.lower() in flags]
            for folder in used if name.startswith("\\") else [name]:
                use = uses.get(folder, set())
                resolved[folder] = Folder(folder, junk="\\junk" in use, outgoing="\\sent" in use)
        return list(resolved.values())

    def look(self, folder: str, *, writable: bool = False) -> int:
        """Open a folder (EXAMINE unless `writable`) and return its UIDVALIDITY."""
        self._folder = folder
        with self._speaking() as client:
            try:
                self._imap.folder.set(folder, readonly=not writable)
            except MailboxFolderSelectError as wrong:
                raise FolderUnavailable(
                    f"Folder {folder} tidak dapat dibuka: {_said(wrong.command_result[1])}"
                ) from wrong
            _, answer = client.response("UIDVALIDITY")
            if answer and answer[0] is not None:
                return int(answer[0])
        raise MailboxUnavailable(f"Server {self.box.imap.host} tidak memberi UIDVALIDITY untuk folder {folder}.")

    def _search(self, criteria: str) -> set[int]:
        with self._speaking() as client:
            status, answer = client.uid("SEARCH", criteria)
            if status != "OK":
                raise FolderUnavailable(f"Folder {self._folder} tidak dapat dibaca: {_said(answer)}")
            # All lines: a server may answer in several (imap_tools reads the first alone).
            return {int(uid) for line in answer if line for uid in line.split()}

    def uids(self) -> set[int]:
        """Return all UIDs of the folder."""
        return self._search("ALL")

    def uids_above(self, uid: int) -> set[int]:
        """Return the UIDs greater than one."""
        # "n:*" names the last mail even where its UID is smaller than n (RFC 9051, section 6.4.9).
        return {found for found in self._search(f"UID {uid + 1}:*") if found > uid}

    def uids_since(self, day: date) -> set[int]:
        """Return the UIDs of mail received on a day or later, as the server counts days."""
        return self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def fetch(self, uid: int) -> FetchedMail | None:
        r"""Fetch one mail without setting \Seen; None where it has vanished. Raises UnfetchableMail."""
        with self._speaking() as client:
            status, answer = client.uid("FETCH", str(uid), "(UID INTERNALDATE BODY.PEEK[])")
        if status != "OK":
            raise UnfetchableMail(_said(answer))
        fetched = _of_answer(uid, answer)
        if fetched is None and uid in self._search(f"UID {uid}"):
            raise UnfetchableMail("server menyebut surat ini tetapi tidak memberikan isinya")
        return fetched

    def mark_seen(self, folder: str, uids: Iterable[int]) -> None:
        r"""Set \Seen on mails that are safely in the book."""
        wanted = sorted(uids)
        if not wanted:
            return
        self.look(folder, writable=True)
        for start in range(0, len(wanted), _STORE_AT_ONCE):
            some = ",".join(str(uid) for uid in wanted[start : start + _STORE_AT_ONCE])
            with self._speaking() as client:
                client.uid("STORE", some, "+FLAGS.SILENT", r"(\Seen)")

    def find(self, folder: str, message_id: str) -> bool:
        """Say whether a folder holds a mail with just this Message-ID (the server's search matches substrings)."""
        self.look(folder)
        quoted = message_id.replace("\\", "\\\\").replace('"', '\\"')
        found = self._search(f'HEADER Message-ID "{quoted}"')
        try:
            return any(self._message_id(uid) == message_id for uid in found)
        except UnfetchableMail as wrong:  # no answer is not a no: the letter would be sent again
            raise in_plain_words(self.box, wrong) from wrong

    def _message_id(self, uid: int) -> str:
        return self.header(uid, "Message-ID").strip().strip("<>")

    def header(self, uid: int, name: str) -> str:
        """Return the value of one header of a mail, unfolded; empty where it is absent or the mail has vanished.

        Raises UnfetchableMail where the server does not give it.
        """
        with self._speaking() as client:
            status, answer = client.uid("FETCH", str(uid), f"(UID BODY.PEEK[HEADER.FIELDS ({name.upper()})])")
        if status != "OK":
            raise UnfetchableMail(_said(answer))
        for part in answer:
            if isinstance(part, tuple):
                header: bytes = part[1]
                return " ".join(header.decode("ascii", "replace").partition(":")[2].split())
        return ""

    @property
    def pushes(self) -> bool:
        """Say whether the server offers IDLE (RFC 2177)."""
        return "IDLE" in self._imap.client.capabilities

    def wait_for_news(self, folder: str, known: int, asked: Callable[[], bool], *, seconds: float) -> None:
        """Wait until the server tells of something new in a folder, `asked` says so, or `seconds` are over.

        `known` is the highest UID seen, so that what came since the last look ends the waiting at once.
        """
        self.look(folder)
        if self.uids_above(known):
            return
        until = time.monotonic() + min(seconds, _IDLE_SECONDS)
        with self._speaking():
            self._imap.idle.start()  # type: ignore[no-untyped-call]
            try:
                while not asked() and time.monotonic() < until and not self._told_something():
                    pass
            finally:
                self._imap.idle.stop()  # type: ignore[no-untyped-call]

    def _told_something(self) -> bool:
        began = time.monotonic()
        told = self._imap.idle.poll(_SLICE)
        if not told and time.monotonic() - began < _SLICE / 2:
            raise ConnectionError("sambungan diputus oleh server")
        return any(word in line.upper() for line in told for word in (b"EXISTS", b"RECENT", b"FETCH", b"EXPUNGE"))

    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        r"""File a copy of a mail in a folder, marked as \Seen, with `at` as its INTERNALDATE."""
        with self._speaking():
            self._imap.append(raw, folder, dt=at, flag_set=[r"\Seen"])


def _said(answer: object) -> str:
    parts = answer if isinstance(answer, list) else [answer]
    return " ".join(part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)).strip()


def _of_answer(uid: int, answer: list[bytes | tuple[bytes, bytes] | None]) -> FetchedMail | None:
    """Find the mail in a FETCH answer, which may carry unsolicited lines about other mails."""
    for place, part in enumerate(answer):
        if not isinstance(part, tuple):
            continue
        after = answer[place + 1] if place + 1 < len(answer) else b""
        facts = part[0] + b" " + (after if isinstance(after, bytes) else b"")
        named = _UID.search(facts)
        moment = _INTERNALDATE.search(facts)
        if named and int(named[1]) == uid and moment:
            try:
                return FetchedMail(uid, part[1], _moment(moment))
            except (ValueError, OverflowError) as wrong:
                raise UnfetchableMail(f"server memberi waktu terima yang mustahil: {_said(moment[0])}") from wrong
    return None


def _moment(found: re.Match[bytes]) -> datetime:
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = (part.decode() for part in found.groups())
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes)) * (-1 if sign == "-" else 1)
    local = datetime(
        int(year),
        _MONTHS.index(month.title()) + 1,
        int(day),
        int(hour),
        int(minute),
        int(second),
        tzinfo=timezone(offset),
    )
    return local.astimezone(UTC)


Connect = Callable[[Mailbox], MailboxConnection]
