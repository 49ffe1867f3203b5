"""Runs the demonstration's own mail servers: IMAP and SMTP on loopback, all in memory, in one thread."""

import asyncio
import logging
import threading
from argparse import Namespace
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

LOOPBACK = "127.0.0.1"
FOLDERS = ("Junk", "Sent")
START_SECONDS = 10.0

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class AcceptedLetter:
    """One letter that the SMTP server took: its envelope, its bytes as they came, and when (UTC)."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: datetime


class _LoopbackConfig(Config):
    """pymap's settings for a server that only this process uses."""

    @property
    def greeting(self) -> bytes:
        # pymap would ask name servers for this machine's name on each connection.
        return b"Demo server ready"


def _imap_config() -> _LoopbackConfig:
    return _LoopbackConfig(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        host=LOOPBACK,
        port=0,
        demo_data=False,
        demo_user="",
        demo_password="",
        tls_enabled=False,
        reject_dnsbl=False,
        # The passwords live as long as the process; hashing them would cost time and a pool of threads.
        hash_context=Cleartext(),
        cpu_subsystem=Subsystem.for_asyncio(),
    )


class _WholeResponses(asyncio.StreamWriter):
    """Sends each response in one piece; pymap writes it in several, which a client in IDLE takes for broken lines."""

    _pending = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._pending += bytes(data)

    async def drain(self) -> None:
        pending, self._pending = self._pending, b""
        super().write(pending)
        await super().drain()


class _Imap:
    """The IMAP server: one user an address, folders INBOX, Junk and Sent."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self._config = _imap_config()
        self._config.apply_context()
        self._login = Login(self._config)
        self._accounts = accounts
        self._server = IMAPServer(self._login, self._config)

    async def listen(self) -> asyncio.Server:
        """Make the mailboxes and listen on a free port."""
        for address, password in self._accounts.items():
            await self._identity(address).set(UserMetadata(self._config, address, password=password))
            async with self._identity(address).new_session() as session:
                for folder in FOLDERS:
                    await session.create_mailbox(folder)
        return await asyncio.start_server(self._connect, LOOPBACK, 0)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        transport = writer.transport
        whole = _WholeResponses(transport, transport.get_protocol(), reader, asyncio.get_running_loop())
        await self._server(reader, whole, SocketInfo.get(whole, None, unique_id=uuid4().bytes))

    async def append(self, address: str, raw: bytes, received_at: datetime, folder: str) -> None:
        """Put a mail into a folder, which is made where it does not exist."""
        mail = AppendMessage(raw, received_at)
        async with self._identity(address).new_session() as session:
            known = await session.mailbox_set.list_mailboxes()
            if known.get(folder) is None:
                await session.create_mailbox(folder)
            await session.append_messages(folder, [mail])

    def _identity(self, address: str) -> Identity:
        return Identity(address, self._login, None, frozenset())


class _Smtp:
    """The SMTP server's answers (the hooks that aiosmtpd calls): log-in with an account, then everything is taken."""

    def __init__(
        self, accounts: Mapping[str, str], accept: Callable[[AcceptedLetter], Coroutine[Any, Any, None]]
    ) -> None:
        self._accounts = accounts
        self._accept = accept

    async def listen(self) -> asyncio.Server:
        """Listen on a free port."""
        return await asyncio.get_running_loop().create_server(self._conversation, LOOPBACK, 0)

    def _conversation(self) -> SMTP:
        return SMTP(
            self,
            hostname="localhost",
            loop=asyncio.get_running_loop(),
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=self._authenticate,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: Any
    ) -> AuthResult:
        known = (
            isinstance(said, LoginPassword)
            and self._accounts.get(said.login.decode().lower()) == said.password.decode()
        )
        return AuthResult(success=known, handled=False, auth_data=said)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> Any:
        return MISSING if session.authenticated else "530 5.7.0 Authentication required"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        sender = envelope.mail_from or ""
        raw = envelope.original_content
        assert raw is not None
        letter = AcceptedLetter(
            sender="" if sender == "<>" else sender,
            recipients=tuple(envelope.rcpt_tos),
            raw=raw,
            at=datetime.now(UTC),
        )
        await self._accept(letter)
        return "250 2.0.0 OK"


class DemoServers:
    """An IMAP and an SMTP server on free loopback ports, without TLS; a context manager, entered once.

    `accounts` maps the office's addresses to their passwords, for both servers. `on_accepted` is called with each
    letter in the servers' thread, before the SMTP server answers: it must be quick. With `deliver_own`, a letter to
    one of the accounts is put into its INBOX as well. IDLE is offered, but pymap now and then loses a push.
    """

    imap_port: int
    smtp_port: int

    def __init__(
        self,
        accounts: Mapping[str, str],
        *,
        on_accepted: Callable[[AcceptedLetter], None] | None = None,
        deliver_own: bool = False,
    ) -> None:
        self.accepted: list[AcceptedLetter] = []
        self._accounts = {address.lower(): password for address, password in accounts.items()}
        self._on_accepted = on_accepted
        self._deliver_own = deliver_own
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="demo-servers", daemon=True)
        self._imap: _Imap
        self._loop: asyncio.AbstractEventLoop
        self._ending: asyncio.Event

    def __enter__(self) -> Self:
        # aiosmtpd warns in the log at each log-in about an attribute that it uses itself.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self._thread.start()
        self._started.result(START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()

    def deliver(self, mailbox: str, raw: bytes, received_at: datetime, folder: str = "INBOX") -> None:
        """Put a mail into a folder of one of the accounts; `received_at` (with its zone) becomes its INTERNALDATE.

        Raises KeyError for an address that is no account.
        """
        address = mailbox.lower()
        if address not in self._accounts:
            raise KeyError(mailbox)
        self._in_thread(self._imap.append(address, raw, received_at, folder))

    def _in_thread(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as wrong:
            if self._started.done():
                raise
            self._started.set_exception(wrong)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        self._imap = _Imap(self._accounts)
        servers = [await self._imap.listen(), await _Smtp(self._accounts, self._accept).listen()]
        self.imap_port, self.smtp_port = (server.sockets[0].getsockname()[1] for server in servers)
        self._started.set_result(None)
        await self._ending.wait()
        for server in servers:
            server.close()
        await _end_conversations()

    async def _accept(self, letter: AcceptedLetter) -> None:
        self.accepted.append(letter)
        if self._on_accepted is not None:
            self._on_accepted(letter)
        for recipient in letter.recipients:
            if self._deliver_own and recipient.lower() in self._accounts:
                await self._imap.append(recipient.lower(), letter.raw, letter.at, "INBOX")


async def _end_conversations() -> None:
    """End every conversation that clients left open, so that each closes its connection while the loop still runs."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # A closed transport says so to its socket in the loop's next round.
    await asyncio.sleep(0)
