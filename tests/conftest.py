"""What all tests share: real servers, a database of each kind, and no skipping under REQUIRE_ALL=1."""

import shutil
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from ledger.database import Database
from tests.wire.needed import nothing_may_skip
from tests.wire.postgres import Postgres

pytest_plugins = ["tests.wire.fixtures"]


def pytest_configure() -> None:
    """Let the programs that tests start be interrupted: what a shell starts in the background ignores SIGINT."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


ReportT = TypeVar("ReportT", pytest.TestReport, pytest.CollectReport)


def _without_skip(report: ReportT) -> ReportT:
    if report.skipped and not hasattr(report, "wasxfail") and nothing_may_skip():
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} may not skip under REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _without_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _without_skip((yield))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on; parametrise it indirectly to run on one alone."""
    return str(request.param)


# A book of its own for each test would cost half a second: PostgreSQL copies a database file by file.
_EMPTY_AGAIN = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
SET session_replication_role = replica;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', name);
    END LOOP;
END $$;
INSERT INTO chain_head (id, position, hash) VALUES (1, 0, repeat('0', 64));
"""


def _sqlite_url(file: Path) -> str:
    return f"sqlite:///{file.as_posix()}"


def _upgrade(url: str) -> None:
    database = Database.open(url)
    try:
        database.upgrade()
    finally:
        database.close()


@pytest.fixture(scope="session")
def sqlite_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty book with all migrations applied, to be copied."""
    file = tmp_path_factory.mktemp("book") / "empty.db"
    _upgrade(_sqlite_url(file))
    return file


@pytest.fixture(scope="session")
def postgres_book(postgres: Postgres) -> str:
    """The name of an empty book with all migrations applied; every test leaves it empty again."""
    name = postgres.create_database()
    _upgrade(postgres.url(name))
    return name


@pytest.fixture
def blank_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if database_kind == "sqlite":
        yield _sqlite_url(tmp_path / "blank.db")
    else:
        yield from _postgres_url(request.getfixturevalue("postgres"), template="template0")


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty book, all migrations applied; a test that changes tables for good takes `blank_url`."""
    if database_kind == "sqlite":
        file = tmp_path / "book.db"
        shutil.copy(request.getfixturevalue("sqlite_book"), file)
        yield _sqlite_url(file)
    else:
        server, name = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_book")
        yield server.url(name)
        server.execute(_EMPTY_AGAIN, database=name)


def _postgres_url(server: Postgres, *, template: str) -> Iterator[str]:
    name = server.create_database(template=template)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty book, opened."""
    database = Database.open(database_url)
    yield database
    database.close()
