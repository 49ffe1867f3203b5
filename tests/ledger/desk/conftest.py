"""The desk over an empty book, asked without a network, by somebody who is signed in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from config.settings import Settings, load
from ledger.database import Database
from ledger.desk.app import create
from ledger.words import Role
from tests.ledger.desk.signed import sign
from tests.ledger.shelf import NOW, PreparedReader

SHIPPED = Path(__file__).parents[3] / "config" / "office.toml"
HERE = "http://127.0.0.1:8025"

ClientAs = Callable[[Role | None], TestClient]


@dataclass(frozen=True, slots=True)
class Desk:
    """The page and what lies behind it."""

    database: Database
    reader: PreparedReader
    browser: TestClient

    def text(self, path: str, *, status: int = 200) -> str:
        """Return a page that must answer with a status."""
        answer = self.browser.get(path)
        assert answer.status_code == status, answer.text[:500]
        return answer.text


@pytest.fixture(scope="session")
def office() -> Settings:
    return load(SHIPPED)


@pytest.fixture
def database_kind() -> str:
    """The queries are tested on both databases elsewhere; pages need one."""
    return "sqlite"


@pytest.fixture
def reader() -> PreparedReader:
    return PreparedReader()


@pytest.fixture
def page_app(database: Database, office: Settings, reader: PreparedReader) -> FastAPI:
    """The application itself, over the book of this test."""
    return create(database, office, reader, lambda: NOW)


@pytest.fixture
def client_as(page_app: FastAPI) -> Iterator[ClientAs]:
    """Give a browser signed in with a role (None: nobody); redirects are not followed, so that they can be looked at.

    The login of the account is the role's word: "petugas", "kepala", "admin", "pembaca".
    """
    with ExitStack() as stack:

        def signed(role: Role | None) -> TestClient:
            browser = stack.enter_context(TestClient(page_app, base_url=HERE, follow_redirects=False))
            if role is not None:
                sign(browser, page_app.state.door, role)
            return browser

        yield signed


@pytest.fixture
def desk(database: Database, reader: PreparedReader, client_as: ClientAs) -> Desk:
    """The page as an officer (petugas) sees it."""
    browser = client_as(Role.PETUGAS)
    browser.follow_redirects = True
    return Desk(database, reader, browser)
