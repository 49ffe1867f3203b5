"""Serves a desk on loopback for a real browser, in a thread of the test's own process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from tests.wire.loopback import free_port


@contextmanager
def served(make: Callable[[Callable[[], bool]], FastAPI]) -> Iterator[str]:
    """Serve the desk that `make` builds and give its address; `make` is told how to know that the end has come."""
    port = free_port()
    app = make(lambda: server.should_exit)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="off"))
    started = threading.Event()
    startup = server.startup

    async def tell_when_started(sockets: object = None) -> None:
        await startup()
        started.set()

    server.startup = tell_when_started  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert started.wait(10)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
