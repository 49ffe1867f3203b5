"""Runs work on hostile bytes in a process of its own: a mail that hangs or kills it takes nothing else down."""

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Generic, TypeVar

from config.settings import Settings

ResultT = TypeVar("ResultT")
Work = Callable[..., ResultT]


class ReaderDied(Exception):
    """The reading process ended, or did not answer in time, while it held this mail; the text says which."""


class ReaderUnavailable(ReaderDied):
    """No reading process could be started: nothing about the mail that waits for it."""


_START_SECONDS = 120.0
"""How long a reading process may take to start, on a small machine under load."""


def _serve(pipe: Connection, make: Callable[[Settings], Work[object]], settings: Settings) -> None:
    work = make(settings)
    pipe.send(None)  # ready: what fails from here on is the mail's doing
    while True:
        try:
            arguments = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        pipe.send(work(*arguments))


class Isolated(Generic[ResultT]):
    """A function in a spawned process, started when first called and again after a death; calls wait for each other.

    `make` builds the function from the configuration, in that process; it, the arguments and the results are pickled.
    """

    def __init__(self, make: Callable[[Settings], Work[ResultT]], settings: Settings) -> None:
        self._make = make
        self._settings = settings
        self._seconds = settings.intake.parse_seconds
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> "Isolated[ResultT]":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __call__(self, *arguments: object) -> ResultT:
        """Call the function there.

        Raises ReaderDied where the process died of it or the time limit passed, ReaderUnavailable where none starts.
        """
        with self._one_at_a_time:
            pipe = self._pipe or self._start()
            try:
                return self._ask(pipe, arguments)
            except (EOFError, OSError) as wrong:
                self.close()
                raise ReaderDied("proses pembaca surat berhenti mendadak") from wrong

    def _ask(self, pipe: Connection, arguments: tuple[object, ...]) -> ResultT:
        pipe.send(arguments)
        if not pipe.poll(self._seconds):
            self.close()
            raise ReaderDied(f"pembacaan surat melewati batas waktu {self._seconds} detik")
        result: ResultT = pipe.recv()
        return result

    def _start(self) -> Connection:
        # Spawn, not fork: the daemon has threads.
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        arguments = (theirs, self._make, self._settings)
        self._process = spawn.Process(target=_serve, args=arguments, daemon=True, name="pembaca surat")
        try:
            self._process.start()
            theirs.close()
            self._pipe = ours
            if not ours.poll(_START_SECONDS):
                raise TimeoutError
            ours.recv()
        except (EOFError, OSError) as wrong:
            self.close()
            raise ReaderUnavailable("proses pembaca surat tidak dapat dimulai") from wrong
        return ours

    def close(self) -> None:
        """End the process, if there is one; the next call starts another."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None and self._process.pid is not None:
            self._process.kill()
            self._process.join()
        self._pipe = self._process = None
