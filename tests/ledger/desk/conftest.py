"""The desk over an empty book, asked without a network."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from config.settings import Settings, load
from ledger.database import Database
from ledger.desk.app import create
from tests.ledger.shelf import NOW, PreparedReader

SHIPPED = Path(__file__).parents[3] / "config" / "office.toml"


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
def desk(database: Database, office: Settings) -> Iterator[Desk]:
    reader = PreparedReader()
    app = create(database, office, reader, lambda: NOW)
    with TestClient(app, base_url="http://127.0.0.1:8025") as browser:
        yield Desk(database, reader, browser)
