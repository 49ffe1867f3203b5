"""Starts a server as a child process, waits until it answers, and ends it by its pid."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict

START_SECONDS = 30.0
STOP_SECONDS = 15.0


class ServerFailed(Exception):
    """A server did not start; the text ends with what it last said."""


class Credentials(TypedDict, total=False):
    """The options of subprocess that say whose a child is."""

    user: str
    group: str
    extra_groups: list[str]


@dataclass(frozen=True, slots=True)
class Owner:
    """The user a server runs as; the default is whoever runs the tests."""

    name: str | None = None

    @classmethod
    def unprivileged(cls, name: str) -> "Owner":
        """Return the named user where root runs the tests (servers refuse root), else the present user."""
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        return cls(name) if is_root else cls()

    def identity(self) -> tuple[str, str, int, int]:
        """Return the names of user and group and their numbers (POSIX alone, as the servers are)."""
        import grp
        import pwd

        user = pwd.getpwnam(self.name) if self.name else pwd.getpwuid(os.geteuid())
        return user.pw_name, grp.getgrgid(user.pw_gid).gr_name, user.pw_uid, user.pw_gid

    def credentials(self) -> Credentials:
        """Return the options of subprocess that make a child this user, with no other rights left."""
        if self.name is None:
            return {}
        _, group, _, _ = self.identity()
        return {"user": self.name, "group": group, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or folder to this user."""
        if self.name is not None:
            shutil.chown(path, self.name)

    def run(self, command: Sequence[str | Path], **variables: str) -> str:
        """Run a command to its end as this user and return what it printed; raises ServerFailed on a non-zero exit."""
        done = subprocess.run(
            [str(part) for part in command],
            **self.credentials(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=os.environ | variables,
            timeout=120,
        )
        if done.returncode != 0:
            raise ServerFailed(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}")
        return done.stdout


@contextmanager
def private_folder(owner: Owner, prefix: str) -> Iterator[Path]:
    """Make a temporary folder that the owner of a server can reach, and remove it with all that it holds."""
    # Not below pytest's tmp_path: that is closed to other users, and paths of unix sockets must stay short.
    folder = Path(tempfile.mkdtemp(prefix=f"buku-{prefix}-"))
    owner.own(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _dying_with_us(command: list[str], stop_signal: signal.Signals) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG"), *command] if setpriv else command


class ServerProcess:
    """One server in the foreground, its output in a file."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        owner: Owner,
        log: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        folder: Path = Path("/"),
    ) -> None:
        self.log = log
        self._stop_signal = stop_signal
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                _dying_with_us([str(part) for part in command], stop_signal),
                **owner.credentials(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Return once the server is ready; raises ServerFailed where it ended or took too long."""
        end = time.monotonic() + START_SECONDS
        while not ready():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise ServerFailed(f"did not start: {self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End the server in good order, or by force when it does not follow."""
        if self._process.poll() is None:
            self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        self._process.kill()
        self._process.wait()


class Server(ABC):
    """A server of the tests, and a context manager: running within the block, stopped behind it."""

    _process: ServerProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> None:
        """Start the server and return when it answers; ports and what it keeps are the same each time."""

    def stop(self) -> None:
        """End the server and every connection to it, in good order; what it keeps stays for another `start`."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process = None
