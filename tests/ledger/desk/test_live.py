"""An open page hears of what is new and of what waits, as long as it may, and keeps no process from ending."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from config.settings import Settings
from ledger.database import Database
from ledger.desk import live
from ledger.desk.app import create
from ledger.desk.frame import Frame
from ledger.words import Channel, Role
from tests.ledger.desk.signed import sign
from tests.ledger.shelf import NOW, PreparedReader, put_entry

Told = list[dict[str, object]]


class Glances:
    """Says that the process is about to end after so many questions; each question may do something first."""

    def __init__(self, most: int, act: Callable[[int], None] = lambda _: None) -> None:
        self._left = most
        self._act = act
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        self._act(self.asked)
        return self.asked > self._left


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _browser(database: Database, office: Settings, stack: ExitStack, stopping: Callable[[], bool]) -> TestClient:
    app = create(database, office, PreparedReader(), lambda: NOW, stopping=stopping)
    browser = stack.enter_context(TestClient(app, base_url="http://127.0.0.1:8025", follow_redirects=False))
    sign(browser, app.state.door, Role.PEMBACA)
    return browser


def _events(said: str) -> Told:
    return [json.loads(line.removeprefix("data: ")) for line in said.splitlines() if line.startswith("data: ")]


def test_a_page_is_told_at_once_and_again_only_when_something_has_changed(
    database: Database, office: Settings, stack: ExitStack
) -> None:
    def write(asked: int) -> None:
        if asked in (3, 10):
            with database.noting() as session:
                channel = Channel.EMAIL if asked == 3 else Channel.TELEPON
                put_entry(session, asked, channel=channel, needs_review=asked == 10)

    browser = _browser(database, office, stack, Glances(20, write))
    answer = browser.get("/kabar?sejak=0")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert _events(answer.text) == [
        {"baru": 0, "kata": "0 surat baru", "tunggu": {"review": 0, "outbox": 0}},
        {"baru": 1, "kata": "1 surat baru", "tunggu": {"review": 0, "outbox": 0}},
        {"baru": 2, "kata": "2 entri baru", "tunggu": {"review": 1, "outbox": 0}},
    ]


def test_what_the_page_shows_already_is_not_new(database: Database, office: Settings, stack: ExitStack) -> None:
    with database.noting() as session:
        shown = put_entry(session, 1)
    browser = _browser(database, office, stack, Glances(1))
    assert f'data-since="{shown.id}"' in browser.get("/buku").text
    assert _events(browser.get(f"/kabar?sejak={shown.id}").text)[0]["baru"] == 0


def test_a_process_about_to_end_lets_go_of_every_page(database: Database, office: Settings, stack: ExitStack) -> None:
    stopping = Glances(0)
    answer = _browser(database, office, stack, stopping).get("/kabar")
    assert answer.text.startswith("retry:") and _events(answer.text) == [] and stopping.asked == 1


def test_nobody_hears_anything_without_signing_in(database: Database, office: Settings, stack: ExitStack) -> None:
    browser = _browser(database, office, stack, Glances(1))
    browser.cookies.clear()
    assert browser.get("/kabar").status_code in (303, 401)


@pytest.mark.parametrize("since", ["-1", "x", "9" * 30])
def test_a_forged_place_is_refused(database: Database, office: Settings, stack: ExitStack, since: str) -> None:
    assert _browser(database, office, stack, Glances(1)).get(f"/kabar?sejak={since}").status_code == 422


def test_no_more_pages_listen_than_the_process_can_bear(database: Database, office: Settings) -> None:
    frame = Frame.of(database, office, PreparedReader(), lambda: NOW)
    listeners = live.Listeners(frame, lambda: False)

    async def crowd() -> tuple[bool, bool, bool]:
        streams = [listeners.tell(0) for _ in range(live.MOST)]
        empty = listeners.full
        for stream in streams:
            await anext(stream)
        crowded = listeners.full
        await streams[0].aclose()  # type: ignore[attr-defined]
        left = listeners.full
        for stream in streams[1:]:
            await stream.aclose()  # type: ignore[attr-defined]
        return empty, crowded, left

    assert asyncio.run(crowd()) == (False, True, False)


def test_a_desk_that_cannot_tell_when_it_ends_offers_no_live_page(database: Database, office: Settings) -> None:
    app = create(database, office, PreparedReader(), lambda: NOW)
    with TestClient(app, base_url="http://127.0.0.1:8025") as browser:
        sign(browser, app.state.door, Role.PETUGAS)
        page = browser.get("/buku").text
    assert "live.js" not in page and "data-news" not in page
