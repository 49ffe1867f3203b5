"""Reads the chain of events as what became of each entry: one step a change, in the order of the chain."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from ledger.models import Event
from ledger.words import CLOSED, Channel, Kind, Status
from ledger.workflow import CHANGING

UNDONE = "diurungkan"
"""The verb of an event that takes the change before it back."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of an entry after a step; `due_on` is the office's date (ISO), "" where nothing is promised."""

    channel: Channel
    channel_word: str
    kind: Kind
    service: str
    status: Status
    due_on: str
    themes: tuple[str, ...]
    restricted: bool

    @property
    def is_open(self) -> bool:
        """Say whether the matter is still in hand."""
        return self.status not in CLOSED


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an entry: its place in the chain, the moment to which it counts (aware), and what stood then."""

    place: int
    at: datetime
    verb: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Cut:
    """A look at the book: what happened before a moment (aware), as far as the chain said by a place."""

    moment: datetime
    place: int


@dataclass(frozen=True, slots=True)
class History:
    """All steps of one entry, the first of which is its recording.

    The recording counts to the moment of receipt, every other step to its own; none counts to an earlier moment than
    the step before it, so that a clock set back cannot turn the order round.
    """

    steps: tuple[Step, ...]

    @property
    def received_at(self) -> datetime:
        """When the matter reached the office, never later than its recording."""
        return self.steps[0].at

    def until(self, cut: Cut) -> int:
        """Return how many steps a cut sees; what it sees are always the first ones."""
        seen = 0
        for step in self.steps:
            if step.place > cut.place or step.at >= cut.moment:
                break
            seen += 1
        return seen


_READ = frozenset({"channel", "channel_word", "kind", "service", "status", "due_on", "themes", "restricted"})


def read(session: Session, upto: int) -> list[History]:
    """Return the history of every entry as the chain told it up to a place, oldest first."""
    query = (
        sa.select(col(Event.entry_id), col(Event.id), col(Event.at), col(Event.verb), col(Event.body))
        .where(col(Event.entry_id).is_not(None), col(Event.verb).in_(CHANGING), col(Event.id) <= upto)
        .order_by(col(Event.id))
    )
    told: dict[int, _Telling] = {}
    for entry_id, place, at, verb, body in session.execute(query):
        telling = told.setdefault(entry_id, _Telling({}, []))
        telling.go_on(place, at, verb, json.loads(body)["set"])
    return [History(tuple(telling.steps)) for telling in told.values()]


@dataclass(frozen=True, slots=True)
class _Telling:
    """A history while it is being read: what was said of each field so far, and the steps."""

    said: dict[str, object]
    steps: list[Step]

    def go_on(self, place: int, at: datetime, verb: str, news: dict[str, object]) -> None:
        counts = self._moment(at, news)
        if _READ & news.keys():
            self.said.update(news)
            standing = _standing(self.said)
        else:
            standing = self.steps[-1].standing
        self.steps.append(Step(place, counts, verb, standing))

    def _moment(self, at: datetime, news: dict[str, object]) -> datetime:
        if self.steps:
            return max(self.steps[-1].at, at)
        return min(datetime.fromisoformat(str(news["received_at"])), at)


def _standing(said: dict[str, object]) -> Standing:
    themes = said.get("themes")  # the book got them later: older events know nothing of them
    return Standing(
        channel=Channel(str(said["channel"])),
        channel_word=str(said["channel_word"]),
        kind=Kind(str(said["kind"])),
        service=str(said["service"]),
        status=Status(str(said["status"])),
        due_on=str(said["due_on"] or ""),
        themes=tuple(map(str, themes)) if isinstance(themes, list) else (),
        restricted=bool(said.get("restricted")),
    )
