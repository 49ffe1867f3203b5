"""Keeps tests on this machine: free ports on loopback, and a guard that refuses every other address."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest

LOOPBACK = "127.0.0.1"
# Below the range that systems use for outgoing connections, so that none of those takes a port just found free.
PORTS = range(20_000, 32_000)


class LeftThisMachine(RuntimeError):
    """Something under test tried to reach an address outside loopback."""


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens now."""
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise OSError("no free port on 127.0.0.1 among 200 tried")


def answers(port: int) -> bool:
    """Say whether something accepts connections on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def stays_here(host: object) -> bool:
    """Say whether a host, as a socket call is given it, is this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ip_address(str(name).split("%")[0]).is_loopback
    except ValueError:
        return False


class Guard:
    """Refuses what leaves this machine and remembers it, for code that swallows the refusal."""

    def __init__(self) -> None:
        self.refused: list[object] = []
        self._lock = threading.Lock()

    def check(self, host: object) -> None:
        """Raise LeftThisMachine unless the host is this machine."""
        if stays_here(host):
            return
        with self._lock:
            self.refused.append(host)
        raise LeftThisMachine(f"a test may talk to loopback only, not to {host!r}")


class _GuardedCalls:
    """The socket calls that name an address, each behind the guard; unix sockets pass."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def on_address(self, real: Any) -> Any:
        def call(sock: socket.socket, *args: Any) -> Any:
            address = args[-1]
            if isinstance(address, tuple):
                self.guard.check(address[0])
            return real(sock, *args)

        return call

    def on_name(self, real: Any) -> Any:
        def call(host: object, *args: Any, **options: Any) -> Any:
            # A numeric address needs no name server, and listening on 0.0.0.0 is no call to outside.
            if not _is_address(host):
                self.guard.check(host)
            return real(host, *args, **options)

        return call


def _is_address(host: object) -> bool:
    try:
        ip_address(str(host).split("%")[0])
    except ValueError:
        return False
    return True


@contextmanager
def loopback_only() -> Iterator[Guard]:
    """Refuse every connection, datagram and name look-up of Python's sockets that leaves this machine."""
    guard = Guard()
    calls = _GuardedCalls(guard)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, calls.on_address(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", calls.on_name(socket.getaddrinfo))
        yield guard
