"""Counts a period: what was carried over, came in and went out, row by row, so that it reconciles to the unit.

docs/adr/0007-recaps.md says what each number means.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from zoneinfo import ZoneInfo

from config.settings import Settings
from ledger import dates, labels
from ledger.histories import UNDONE, Cut, History, Standing, Step
from ledger.periods import Period, Span
from ledger.words import CLOSED, REGISTER_OF, Channel, Kind, Status

REOPENED = "dibuka_kembali"

INCREASES = ("carried", "added", "received", "reopened", "lapsed", "moved_in")
DECREASES = ("finished", "refused", "withdrawn", "merged", "void", "moved_out")

_LEAVING: dict[Status, str] = {
    Status.SELESAI: "finished",
    Status.DITOLAK: "refused",
    Status.DICABUT: "withdrawn",
    Status.DUPLIKAT: "merged",
    Status.BATAL: "void",
}
"""Each way out of the book's open matters."""


@dataclass(frozen=True, slots=True)
class Line:
    """The balance of one row: increases − decreases = remaining, always.

    `carried` sisa periode lalu, `added` tambahan periode lalu (received before the period, recorded after its opening
    was frozen), `reopened` dibuka kembali, `lapsed` a closing taken back or replaced by voiding the number, `moved_in`
    and `moved_out` the classification of a carried-over matter corrected.
    """

    key: str
    label: str
    carried: int = 0
    added: int = 0
    received: int = 0
    reopened: int = 0
    lapsed: int = 0
    moved_in: int = 0
    finished: int = 0
    refused: int = 0
    withdrawn: int = 0
    merged: int = 0
    void: int = 0
    moved_out: int = 0
    remaining: int = 0

    @property
    def balance(self) -> int:
        """What must remain."""
        return self.sum_of(INCREASES) - self.sum_of(DECREASES)

    def sum_of(self, columns: Iterable[str]) -> int:
        """Add up some columns."""
        return sum(int(getattr(self, name)) for name in columns)

    @property
    def burden(self) -> int:
        """How many matters there were to handle: all that came in, without those merged or made void."""
        return self.balance + self.finished + self.refused + self.withdrawn


@dataclass(frozen=True, slots=True)
class Table:
    """The balance by one dimension, each row reconciled."""

    key: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class StatusLine:
    """How many matters stood in a status, came into it and left it; of a closed one only who came and left counts."""

    key: str
    label: str
    is_open: bool
    carried: int
    entered: int
    left: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the finishings of the period were, in calendar days from receipt (0: the same day).

    `in_time`, `late` and `unlimited` add up to the finishings; `overdue` are the matters still open after their date.
    """

    in_time: int
    late: int
    unlimited: int
    median: float | None
    longest: int | None
    overdue: int


@dataclass(frozen=True, slots=True)
class Course:
    """One part of the period: what was received and finished in it."""

    label: str
    received: int
    finished: int


@dataclass(frozen=True, slots=True)
class Count:
    """How often something was named."""

    key: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a period, with every word that is printed beside them; no personal value is among them."""

    period: str
    label: str
    first: str
    last: str
    total: Line
    tables: tuple[Table, ...]
    statuses: tuple[StatusLine, ...]
    pace: Pace
    course: tuple[Course, ...]
    themes: tuple[Count, ...]
    without_theme: int
    restricted: int

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was open and nothing happened (NIHIL)."""
        return self.total.sum_of((*INCREASES, *DECREASES)) == 0


@dataclass(frozen=True, slots=True)
class Names:
    """The services and themes of the office, in the order in which they are printed."""

    services: dict[str, str]
    themes: dict[str, str]

    @classmethod
    def of(cls, settings: Settings) -> "Names":
        """Take them from a configuration."""
        services = {key: settings.service_title(key) for key in (*settings.services, "umum")}
        return cls(services, {key: settings.theme_title(key) for key in settings.themes.themes})


@dataclass(frozen=True, slots=True)
class Window:
    """A period between two cuts through the chain; `today` is the office's day on which it is looked at."""

    period: Period
    opening: Cut
    closing: Cut
    zone: ZoneInfo
    today: date


@dataclass(frozen=True, slots=True)
class Move:
    """One step within the window, with what stood before it (nothing, of a recording)."""

    step: Step
    before: Standing | None

    @property
    def names(self) -> Iterator[str]:
        """The columns of the balance into which this step counts; a recording is left to the caller."""
        after = self.step.standing
        if self.before is not None and not self.before.is_open and self.before.status is not after.status:
            yield "reopened" if after.is_open and self.step.verb == REOPENED else "lapsed"
        if not after.is_open and (self.before is None or self.before.status is not after.status):
            yield _LEAVING[after.status]


@dataclass(frozen=True, slots=True)
class Passage:
    """What one entry did in the window: where it stood at the opening, its moves, where it stood at the closing.

    `columns` are the columns of the balance into which its moves count.
    """

    history: History
    opened: Standing | None
    moves: tuple[Move, ...]
    columns: tuple[str, ...]
    closed: Standing

    @property
    def carried(self) -> Standing | None:
        """What stood at the opening, if the matter was open then."""
        return self.opened if self.opened is not None and self.opened.is_open else None

    @property
    def came(self) -> bool:
        """Say whether the entry came into the book within the window."""
        return self.opened is None


def compute(histories: Iterable[History], window: Window, names: Names) -> Figures:
    """Count a window; `histories` reach at least as far as its closing cut."""
    passages = [passage for history in histories if (passage := _passage(history, window)) is not None]
    period = window.period
    came = [each for each in passages if each.came and each.closed.status not in (Status.BATAL, Status.DUPLIKAT)]
    themes = Counter(theme for each in came for theme in each.closed.themes)
    return Figures(
        period=period.key,
        label=period.label,
        first=period.first.isoformat(),
        last=date.fromordinal(period.end.toordinal() - 1).isoformat(),
        total=_lines(passages, lambda _: "", {"": "Jumlah"})[0],
        tables=(
            Table("kanal", "Menurut kanal", _lines(passages, _channel, _channels(passages))),
            Table("layanan", "Menurut layanan", _lines(passages, lambda it: it.service, names.services)),
            Table("jenis", "Menurut klasifikasi", _lines(passages, lambda it: it.kind.value, _kinds())),
        ),
        statuses=_statuses(passages),
        pace=_pace(passages, window),
        course=_course(passages, window),
        themes=_ranked(themes, names.themes),
        without_theme=sum(not each.closed.themes for each in came),
        restricted=sum(each.closed.restricted for each in came),
    )


def _passage(history: History, window: Window) -> Passage | None:
    seen, upto = history.until(window.opening), history.until(window.closing)
    if upto == 0:
        return None
    opened = history.steps[seen - 1].standing if seen else None
    moves = _moves(history.steps[seen:upto], opened)
    return Passage(history, opened, moves, tuple(_columns(moves, window)), history.steps[upto - 1].standing)


def _moves(steps: Sequence[Step], opened: Standing | None) -> tuple[Move, ...]:
    """Return the moves of a window, without what was undone within it; `workflow` undoes only the step before."""
    kept: list[Step] = []
    for step in steps:
        if step.verb == UNDONE and kept:
            kept.pop()
        else:
            kept.append(step)
    stood = [opened, *(step.standing for step in kept)]
    return tuple(Move(step, before) for step, before in zip(kept, stood, strict=False))


def _lines(passages: Sequence[Passage], key_of: Callable[[Standing], str], names: dict[str, str]) -> tuple[Line, ...]:
    """Return the balance by a key: what happens in the window counts to the key in force at its end."""
    counts: dict[str, Counter[str]] = {key: Counter() for key in names}
    for passage in passages:
        key = key_of(passage.closed)
        here = counts.setdefault(key, Counter())
        if passage.carried is not None and (was := key_of(passage.carried)) != key:
            counts.setdefault(was, Counter()).update(("carried", "moved_out"))
            here["moved_in"] += 1
        elif passage.carried is not None:
            here["carried"] += 1
        here.update(passage.columns)
        here["remaining"] += passage.closed.is_open
    return tuple(Line(key, names.get(key, key), **count) for key, count in counts.items())


def _columns(moves: Iterable[Move], window: Window) -> Iterator[str]:
    for move in moves:
        if move.before is None:
            yield "received" if move.step.at >= window.opening.moment else "added"
        yield from move.names


def _channel(standing: Standing) -> str:
    return f"{standing.channel.value}/{standing.channel_word}" if _has_word(standing) else standing.channel.value


def _has_word(standing: Standing) -> bool:
    return standing.channel is Channel.LAINNYA and bool(standing.channel_word)


def _channels(passages: Iterable[Passage]) -> dict[str, str]:
    stood = [standing for each in passages for standing in (each.opened, each.closed) if standing is not None]
    words = sorted({standing.channel_word for standing in stood if _has_word(standing)})
    known = {channel.value: labels.CHANNELS[channel] for channel in Channel}
    return known | {f"{Channel.LAINNYA.value}/{word}": f"Lainnya: {word}" for word in words}


def _kinds() -> dict[str, str]:
    return {kind.value: labels.KINDS[kind] for kind in Kind if kind in REGISTER_OF}


def _statuses(passages: Sequence[Passage]) -> tuple[StatusLine, ...]:
    carried = Counter(each.carried.status for each in passages if each.carried is not None)
    remaining = Counter(each.closed.status for each in passages if each.closed.is_open)
    entered: Counter[Status] = Counter()
    left: Counter[Status] = Counter()
    for move in (move for each in passages for move in each.moves):
        before = move.before.status if move.before is not None else None
        if before is not move.step.standing.status:
            entered[move.step.standing.status] += 1
            if before is not None:
                left[before] += 1
    return tuple(
        StatusLine(
            status.value,
            labels.STATUSES[status],
            status not in CLOSED,
            carried[status],
            entered[status],
            left[status],
            remaining[status],
        )
        for status in Status
    )


def _finishings(passages: Iterable[Passage]) -> Iterator[tuple[Passage, Step]]:
    for passage in passages:
        if "finished" in passage.columns:
            yield from ((passage, move.step) for move in passage.moves if "finished" in move.names)


def _pace(passages: Sequence[Passage], window: Window) -> Pace:
    days, judged = [], Counter[str]()
    for passage, step in _finishings(passages):
        ended = dates.local_date(step.at, window.zone)
        days.append((ended - dates.local_date(passage.history.received_at, window.zone)).days)
        due = step.standing.due_on
        judged["unlimited" if not due else "in_time" if ended.isoformat() <= due else "late"] += 1
    seen_on = min(window.period.end, window.today).isoformat()
    overdue = sum(each.closed.is_open and "" < each.closed.due_on < seen_on for each in passages)
    return Pace(
        in_time=judged["in_time"],
        late=judged["late"],
        unlimited=judged["unlimited"],
        median=float(median(days)) if days else None,
        longest=max(days, default=None),
        overdue=overdue,
    )


def _course(passages: Sequence[Passage], window: Window) -> tuple[Course, ...]:
    received, finished = Counter[Span](), Counter[Span]()
    spans = window.period.parts()
    for passage in passages:
        if passage.came and passage.history.received_at >= window.opening.moment:
            received[_span(spans, dates.local_date(passage.history.received_at, window.zone))] += 1
    for _, step in _finishings(passages):
        finished[_span(spans, dates.local_date(step.at, window.zone))] += 1
    return tuple(Course(span.label, received[span], finished[span]) for span in spans)


def _span(spans: Sequence[Span], day: date) -> Span:
    """Return the part of the period in which a day lies; what an earlier recap left out counts to the first."""
    return next((span for span in reversed(spans) if span.first <= day), spans[0])


def _ranked(counted: Counter[str], names: dict[str, str]) -> tuple[Count, ...]:
    """Return what was counted, most first, equals in the order of the configuration."""
    order = {key: place for place, key in enumerate(names)}
    keys = sorted(counted, key=lambda key: (-counted[key], order.get(key, len(order)), key))
    return tuple(Count(key, names.get(key, key), counted[key]) for key in keys)
