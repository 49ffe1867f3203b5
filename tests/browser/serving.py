"""Serves a desk on loopback for a real browser, in a thread of the test's own process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from tests.wire.loopback import free_port
from tests.wire.waiting import PATIENCE

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f00030301018dfd1e3d"
    "0000000049454e44ae426082"
)
"""The smallest picture that a browser shows."""
Make = Callable[[Callable[[], bool]], FastAPI]


class Served:
    """A desk at an address of its own that can be stopped, and started again there.

    `make` builds it, and is told how to know that the end has come.
    """

    def __init__(self, make: Make) -> None:
        self._port = free_port()
        self._server: uvicorn.Server
        self._thread: threading.Thread
        self._app = make(lambda: self._server.should_exit)
        self.address = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Serve, and return once it answers."""
        server = uvicorn.Server(uvicorn.Config(self._app, port=self._port, log_config=None, lifespan="off"))
        started = threading.Event()
        startup = server.startup

        async def tell_when_started(sockets: object = None) -> None:
            await startup()
            started.set()

        server.startup = tell_when_started  # type: ignore[method-assign]
        self._server = server
        self._thread = threading.Thread(target=server.run)
        self._thread.start()
        assert started.wait(PATIENCE)

    def stop(self) -> None:
        """Ask it to end and wait until it has; nothing happens where it ended before."""
        self._server.should_exit = True
        self._thread.join()


@contextmanager
def serving(make: Make) -> Iterator[Served]:
    """Serve the desk that `make` builds for as long as the block lasts."""
    desk = Served(make)
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


@contextmanager
def served(make: Make) -> Iterator[str]:
    """Serve the desk that `make` builds and give its address."""
    with serving(make) as desk:
        yield desk.address
