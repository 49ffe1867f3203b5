"""Stands between a client and a real IMAP server, hears every command, and answers some of them itself."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.wire.loopback import LOOPBACK

Answer = Callable[[bytes], bytes | None]
"""Given a command without its tag, the lines to answer with instead of the server's, `{tag}` for the tag; None to pass
the command on, empty to close the connection."""


class ImapProxy:
    """A plain IMAP server on loopback that passes on to another one; `commands` are those heard, without their tags."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listening = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listening.getsockname()[1]
        self.commands: list[bytes] = []
        self.answer: Answer = lambda _: None
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def heard(self, word: bytes) -> list[bytes]:
        """Return the commands heard so far that hold a word."""
        return [command for command in self.commands if word in command.upper()]

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection((LOOPBACK, self._server))
            self._open += [client, server]
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client.makefile("rb") as lines:
            for line in lines:
                tag, _, command = line.rstrip(b"\r\n").partition(b" ")
                self.commands.append(command)
                said = self.answer(command)
                if said == b"":
                    break
                if said is None:
                    server.sendall(line)
                else:
                    client.sendall(said.replace(b"{tag}", tag))
        _hang_up(client, server)

    def _pump(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                client.sendall(said)
        _hang_up(client, server)

    def close(self) -> None:
        """End every connection and stop listening."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        _hang_up(*self._open)
        for one in self._open:
            one.close()
        self._thread.join(5)


def _hang_up(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def between(port: int) -> Iterator[ImapProxy]:
    """Stand before the IMAP server on a port for as long as the block lasts."""
    proxy = ImapProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
