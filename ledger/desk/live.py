"""Kabar: tells an open page that the book has changed, by server-sent events; no page needs it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from ledger import search
from ledger.desk.access import Reader
from ledger.desk.frame import Frame
from ledger.search import News

EVERY = 1.5
"""Seconds between two looks at the book."""

_GLANCE = 0.25
_QUIET = 10
_LIFE = 300.0
"""Seconds after which a connection ends, so that whoever signed out hears nothing more; browsers come back by
themselves."""

MOST = 60
"""Connections at a time; whoever comes later sees new letters on the next page."""


class Listeners:
    """The connections that are open; all that this process knows of them is how many they are."""

    def __init__(self, frame: Frame, stopping: Callable[[], bool]) -> None:
        self._frame = frame
        self._stopping = stopping
        self._open = 0

    @property
    def full(self) -> bool:
        """Say whether no more may listen."""
        return self._open >= MOST

    async def tell(self, since: int) -> AsyncIterator[str]:
        """Give an event at once and whenever something has changed, until the process stops or time is up."""
        self._open += 1
        try:
            yield f"retry: {int(EVERY * 2000)}\n\n"
            async for said in self._changes(since):
                yield said
        except DBAPIError:
            return  # the browser asks again; by then the database may be back
        finally:
            self._open -= 1

    async def _changes(self, since: int) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        end = loop.time() + _LIFE
        known: News | None = None
        quiet = 0
        while not self._stopping() and loop.time() < end:
            news = await run_in_threadpool(self._look, since)
            quiet = 0 if news != known else quiet + 1
            if news != known:
                known = news
                yield _event(news)
            elif quiet % _QUIET == 0:
                yield ": masih di sini\n\n"  # a connection that nobody holds any more is noticed by writing to it
            await self._rest()

    async def _rest(self) -> None:
        for _ in range(round(EVERY / _GLANCE)):
            if self._stopping():
                return
            await asyncio.sleep(_GLANCE)

    def _look(self, since: int) -> News:
        with self._frame.database.reading() as session:
            return search.news(session, since)


def _event(news: News) -> str:
    said = {
        "baru": news.entries,
        "kata": words_for(news.entries, news.by_mail),
        "tunggu": {"review": news.review, "outbox": news.undelivered},
    }
    return f"event: kabar\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"


def words_for(entries: int, by_mail: int) -> str:
    """Say how much is new: letters, if all of it came by e-mail."""
    return f"{entries} {'surat' if by_mail == entries else 'entri'} baru"


def routes(frame: Frame, stopping: Callable[[], bool]) -> APIRouter:
    """Return the one route of this room; `stopping` says that the process is about to end."""
    router = APIRouter()
    listeners = Listeners(frame, stopping)

    @router.get("/kabar")
    async def news(officer: Reader, sejak: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0) -> Response:
        if listeners.full:
            return PlainTextResponse("Terlalu banyak halaman terbuka.", 503, headers={"Retry-After": "60"})
        return StreamingResponse(listeners.tell(sejak), media_type="text/event-stream")

    return router
