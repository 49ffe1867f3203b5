"""Dovecot with a private configuration: IMAPS and plain IMAP on loopback, Maildir, any number of accounts."""

import itertools
import os
import secrets
import shutil
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import imap_tools

from tests.wire.certificate import Certificate
from tests.wire.loopback import LOOPBACK, answers, free_port
from tests.wire.needed import needed
from tests.wire.processes import Owner, Server, ServerProcess, private_folder

CONFIGURATION = """
protocols = imap
listen = {loopback}
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %Lu
auth_failure_delay = 0
mail_max_userip_connections = 100
mailbox_idle_check_interval = 1 secs
mail_fsync = never
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
{extra}
"""


@dataclass(frozen=True, slots=True)
class Account:
    """One user of the server; the address is the login."""

    address: str
    password: str


class Dovecot(Server):
    """A running Dovecot; a context manager. `stop` and `start` keep ports, accounts and mail.

    `extra` is appended to the configuration, for servers that offer less ("imap_capability = ...").
    Accounts can be added while it runs.
    """

    host = LOOPBACK

    def __init__(self, folder: Path, owner: Owner, certificate: Certificate, *, extra: str = "") -> None:
        self.imap_port = free_port()
        self.imaps_port = free_port()
        self.ca_file = folder / "certificate.pem"
        self._binary = needed(shutil.which("dovecot", path=_with_sbin()), "dovecot-imapd")
        self._doveadm = needed(shutil.which("doveadm", path=_with_sbin()), "dovecot-imapd")
        self._folder = folder
        self._owner = owner
        self._names = itertools.count()
        self._write_configuration(certificate, extra)

    def _write_configuration(self, certificate: Certificate, extra: str) -> None:
        for name in ("run", "state", "mail", "users"):
            (self._folder / name).mkdir()
            self._owner.own(self._folder / name)
        shutil.copy(certificate.file, self.ca_file)
        shutil.copy(certificate.key, self._folder / "key.pem")
        user, group, uid, gid = self._owner.identity()
        settings = CONFIGURATION.format(
            folder=self._folder,
            loopback=LOOPBACK,
            user=user,
            group=group,
            uid=uid,
            gid=gid,
            imap_port=self.imap_port,
            imaps_port=self.imaps_port,
            extra=extra,
        )
        (self._folder / "dovecot.conf").write_text(settings, encoding="utf-8")
        for name in ("certificate.pem", "key.pem", "dovecot.conf"):
            self._owner.own(self._folder / name)

    def start(self) -> None:
        """Start the server and return when both ports answer."""
        self._process = ServerProcess(
            [self._binary, "-F", "-c", self._folder / "dovecot.conf"],
            owner=self._owner,
            log=self._folder / "output.log",
        )
        self._process.wait_until(lambda: answers(self.imap_port) and answers(self.imaps_port))

    def log(self) -> str:
        """Return what the server logged."""
        file = self._folder / "dovecot.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def account(self, address: str | None = None, password: str | None = None) -> Account:
        """Add an account, by default with an address of its own, so that tests of one server do not meet."""
        made = Account(
            address=(address or f"layanan{next(self._names)}@kantor.example.org").lower(),
            password=password or secrets.token_hex(8),
        )
        # A file for each: Dovecot looks only once a second whether a file of users has grown.
        entry = self._folder / "users" / made.address
        entry.write_text(f"{made.address}:{{PLAIN}}{made.password}\n", encoding="utf-8")
        self._owner.own(entry)
        return made

    def deliver(
        self,
        account: Account,
        mails: bytes | Sequence[bytes],
        *,
        folder: str = "INBOX",
        received_at: datetime | None = None,
    ) -> None:
        """Put mail into a folder as a delivery agent does; `received_at` becomes the INTERNALDATE (to the second)."""
        target = self.maildir(account, folder)
        for raw in [mails] if isinstance(mails, bytes) else mails:
            self._deliver_one(target, raw, received_at)

    def _deliver_one(self, target: Path, raw: bytes, received_at: datetime | None) -> None:
        # The time in the name keeps the order of delivery: Dovecot gives UIDs to new files by the order of their names.
        name = f"{int(time.time())}.M{next(self._names):09d}P{os.getpid()}.uji"
        draft = target / "tmp" / name
        draft.write_bytes(raw)
        draft.chmod(0o644)
        self._owner.own(draft)
        if received_at is not None:
            os.utime(draft, (received_at.timestamp(), received_at.timestamp()))
        draft.rename(target / "new" / name)

    def maildir(self, account: Account, folder: str = "INBOX") -> Path:
        """Return the Maildir of a folder, made if it is not there; what is moved into its `new` is delivered."""
        home = self._folder / "mail" / account.address
        root = home / "Maildir"
        target = root if folder == "INBOX" else root / ("." + folder.replace("/", "."))
        for made in (home, root, target, target / "tmp", target / "new", target / "cur"):
            if not made.exists():
                made.mkdir()
                self._owner.own(made)
        return target

    @contextmanager
    def client(self, account: Account, folder: str = "INBOX") -> Iterator[imap_tools.MailBox]:
        """Log in over TLS as another client of the mailbox would (webmail, a telephone)."""
        context = ssl.create_default_context(cafile=self.ca_file)
        with imap_tools.MailBox(self.host, self.imaps_port, timeout=20, ssl_context=context).login(
            account.address, account.password, initial_folder=folder
        ) as box:
            yield box

    def flags(self, account: Account, folder: str = "INBOX") -> dict[int, frozenset[str]]:
        """Return the flags that stand on each UID of a folder; Dovecot's \\Recent is left out."""
        with self.client(account, folder) as box:
            mails = box.fetch(mark_seen=False, headers_only=True, bulk=True)
            return {int(mail.uid or 0): frozenset(mail.flags) - {"\\Recent"} for mail in mails}

    def set_flags(self, account: Account, flags: Sequence[str], *, folder: str = "INBOX", value: bool = True) -> None:
        """Set (or clear) flags on every mail of a folder, as staff do in webmail."""
        with self.client(account, folder) as box:
            uids = box.uids()
            if uids:
                box.flag(uids, flags, value)

    def mark_all_seen(self, account: Account, folder: str = "INBOX") -> None:
        """Mark every mail of a folder as read through a client of its own."""
        self.set_flags(account, ["\\Seen"], folder=folder)

    def raw_mails(self, account: Account, folder: str = "INBOX") -> list[bytes]:
        """Return the raw mails of a folder in the order of their UIDs, without changing a flag."""
        with self.client(account, folder) as box:
            uids = box.uids()
            if not uids:
                return []
            answer = box.client.uid("FETCH", ",".join(uids), "(UID BODY.PEEK[])")
            return [part[1] for part in answer[1] if isinstance(part, tuple)]

    def renew_uidvalidity(self, account: Account, folder: str = "INBOX") -> int:
        """Give a folder another UIDVALIDITY, as a server that was rebuilt does; returns it."""
        with self.client(account, folder) as box:
            validity = int(box.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"]) + 1000
        self.doveadm("mailbox", "update", "-u", account.address, "--uid-validity", str(validity), folder)
        return validity

    def doveadm(self, *command: str) -> str:
        """Run Dovecot's administration program on this server and return what it prints."""
        return self._owner.run([self._doveadm, "-c", self._folder / "dovecot.conf", *command])


def _with_sbin() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])


@contextmanager
def running_dovecot(certificate: Certificate, *, extra: str = "") -> Iterator[Dovecot]:
    """Run a Dovecot for as long as the block lasts, in a folder of its own."""
    # A dummy user is as good as any: the server owns nothing outside its folder.
    owner = Owner.unprivileged("nobody")
    with private_folder(owner, "imap") as folder, Dovecot(folder, owner, certificate, extra=extra) as server:
        yield server
