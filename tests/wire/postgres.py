"""PostgreSQL with a private cluster: one server for a test run, an empty database for each test."""

import itertools
import os
import re
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.wire.loopback import LOOPBACK, answers, free_port
from tests.wire.needed import needed
from tests.wire.processes import Owner, Server, ServerProcess, private_folder

INSTALLED = Path("/usr/lib/postgresql")
USER = "buku"
# Nothing here outlives the run, so nothing needs to reach the disk.
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "32MB",
}


def find_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL server installed here."""
    found = [path.parent for path in INSTALLED.glob("*/bin/postgres")]
    path = shutil.which("postgres")
    if path is not None:
        found.append(Path(path).resolve().parent)
    return max(found, key=_version, default=None)


def _version(binaries: Path) -> int:
    number = re.search(r"/(\d+)(?:/|$)", binaries.as_posix())
    return int(number[1]) if number else 0


class Postgres(Server):
    """A running PostgreSQL; a context manager. `stop`, `kill` and `start` keep port and databases."""

    host = LOOPBACK

    def __init__(self, folder: Path, owner: Owner, binaries: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._owner = owner
        self._binaries = binaries
        self._password = secrets.token_hex(16)
        self._names = itertools.count()
        self._initialise()

    def _initialise(self) -> None:
        secret = self._folder / "password"
        secret.write_text(self._password + "\n", encoding="ascii")
        self._owner.own(secret)
        options = ["--username", USER, "--pwfile", str(secret), "--auth", "scram-sha-256"]
        options += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        self._owner.run([self._binaries / "initdb", "-D", self._folder / "cluster", *options])

    def start(self) -> None:
        """Start the server and return when it takes connections."""
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._process = ServerProcess(
            [self._binaries / "postgres", "-D", self._folder / "cluster", "-p", str(self.port), *settings],
            owner=self._owner,
            log=self._folder / "output.log",
            stop_signal=signal.SIGINT,  # PostgreSQL's "fast" shutdown: does not wait for clients to leave
        )
        self._process.wait_until(self._takes_connections)

    def _takes_connections(self) -> bool:
        if not answers(self.port):
            return False
        try:
            psycopg.connect(self._conninfo("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _conninfo(self, database: str) -> str:
        return f"host={self.host} port={self.port} user={USER} password={self._password} dbname={database}"

    def url(self, database: str) -> str:
        """Return the URL of a database, as the setting `database.url` takes it."""
        return f"postgresql+psycopg://{USER}:{self._password}@{self.host}:{self.port}/{database}"

    def create_database(self, *, template: str = "template0") -> str:
        """Create a database, empty or as a copy of one to which nobody is connected, and return its name."""
        name = f"uji_{os.getpid()}_{next(self._names)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, throwing out whoever is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement as the server's superuser, outside a transaction."""
        with psycopg.connect(self._conninfo(database), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL server for as long as the block lasts, in a folder of its own."""
    binaries = needed(find_binaries(), "postgresql")
    owner = Owner.unprivileged("postgres")
    with private_folder(owner, "pg") as folder, Postgres(folder, owner, binaries) as server:
        yield server
