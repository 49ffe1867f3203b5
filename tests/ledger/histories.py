"""Lets a made-up office live for a while: recordings, decisions, corrections, undoing, issued recaps, in any order."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from sqlmodel import Session, col, select

from ledger import issuing, workflow
from ledger.database import Database
from ledger.entries import Draft
from ledger.errors import LedgerError
from ledger.issuing import Narrative, Report
from ledger.models import Entry, Staff
from ledger.periods import Period, begin_of
from ledger.words import Channel, Disposition, Kind, Role, Status
from ledger.workflow import Act
from tests.ledger.shelf import put_mail
from tests.office import FIRST, rulebook, settings, write_entry

BEGAN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
BEFORE_MIDNIGHT = datetime(2026, 10, 31, 16, 59, 30, tzinfo=UTC)
"""Sabtu, 31 Oktober 2026 pukul 23.59 WIB."""
KINDS = [Kind.PENGADUAN, Kind.PERMOHONAN, Kind.SARAN, Kind.INFORMASI]
SERVICES = ["ppjp", "siskotkln", "umum"]
THEMES = [(), ("upah",), ("upah", "thr")]

Step = tuple[str, int, int]

_DEEDS = [
    *("record", "record", "record", "late", "late", "status", "status", "close", "close", "reopen", "void"),
    *("merge", "correct", "correct", "dispose", "forward", "undo", "undo", "split", "note", "issue", "issue"),
    *("issue", "straggler", "straggler"),
]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(_DEEDS),
        st.integers(0, 40),
        st.sampled_from([0, 1, 7, 60, 60 * 9, 60 * 26, 60 * 24 * 12, 60 * 24 * 33, -1]),
    ),
    min_size=1,
    max_size=28,
)
"""What is done, with what, and how many minutes later; −1: at 23.59 WIB on the last day of the month."""


@dataclass
class Life:
    """An office that is lived through step by step; `issued` holds each recap as it was when it was issued."""

    database: Database
    now: datetime = BEGAN
    issued: dict[Period, Report] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.database.noting() as session:
            session.add(Staff(login="kepala", name="Kepala", role=Role.KEPALA, password_hash="-", created_at=BEGAN))

    def take(self, step: Step) -> None:
        """Let time pass and do one thing; what the workflow refuses is left undone."""
        what, which, minutes = step
        self.now = _month_end(self.now) if minutes < 0 else self.now + timedelta(minutes=minutes)
        try:
            with self.database.writing() as session:
                self._do(session, what, which)
        except LedgerError:
            return

    def _do(self, session: Session, what: str, which: int) -> None:
        if what == "record":
            self._record(session, which, timedelta(minutes=which))
        elif what == "late":
            self._record(session, which, timedelta(days=which))
        elif what == "straggler":
            self._record(session, which, self._since_the_last_issued())
        elif what == "issue":
            self._issue(session, which)
        else:
            entries = list(session.exec(select(Entry).order_by(col(Entry.id).desc()).limit(5)))
            if entries:
                one, other = entries[which % len(entries)], entries[which // 7 % len(entries)]
                _act(session, what, which, one, other, Act("kepala", self.now))

    def _record(self, session: Session, which: int, ago: timedelta) -> None:
        entry = write_entry(
            session,
            at=self.now,
            received_at=self.now - ago,
            channel=list(Channel)[which % 5],
            channel_word=["", "WhatsApp"][which % 2] if which % 5 == 4 else "",
            kind=KINDS[which % 4],
            service=SERVICES[which % 3],
            themes=THEMES[which % 3],
            mailbox=FIRST,
        )
        if entry.channel is Channel.EMAIL:
            put_mail(session, Disposition.RECORDED, entry=entry)

    def _since_the_last_issued(self) -> timedelta:
        """Return how long ago the period of the recap issued last was in its last minute."""
        ends = [begin_of(period.end, settings().office.zone) for period in self.issued][-1:]
        return self.now - ends[0] + timedelta(minutes=1) if ends else timedelta()

    def _issue(self, session: Session, which: int) -> None:
        here = self.now.astimezone(settings().office.zone).date()
        period = Period.month_of(here).before()
        for _ in range((0, 0, 0, 1, 2)[which // 5 % 5]):
            period = period.before()
        months = (1, 1, 3, 6, 12)[which % 5]
        period = Period(period.year, (period.month - 1) // months * months + 1, months)
        who = session.exec(select(Staff).where(Staff.login == "kepala")).one()
        issuing.issue(session, period, settings(), who, narrative=Narrative(f"ke-{which}"), at=self.now)
        self.issued[period] = self.report(period, session)

    def report(self, period: Period, session: Session | None = None) -> Report:
        """Return the recap of a period as it stands now."""
        if session is not None:
            return issuing.report(session, period, settings(), at=self.now)
        with self.database.reading() as reading:
            return issuing.report(reading, period, settings(), at=self.now)


def _month_end(now: datetime) -> datetime:
    zone = settings().office.zone
    end = Period.month_of(now.astimezone(zone).date()).end
    before = datetime(end.year, end.month, end.day, tzinfo=zone) - timedelta(seconds=30)
    return max(now, before.astimezone(UTC))


def _act(session: Session, what: str, which: int, entry: Entry, other: Entry, act: Act) -> None:
    match what:
        case "status":
            workflow.set_status(session, entry, list(Status)[which % len(Status)], act, note="catatan")
        case "close":
            workflow.set_status(session, entry, Status.DIPROSES, act, note="")
            workflow.set_status(session, entry, Status.SELESAI, act, note="selesai")
        case "reopen":
            workflow.reopen(session, entry, act, note="belum tuntas")
        case "void":
            workflow.void(session, entry, act, note="salah catat")
        case "merge":
            workflow.merge(session, entry, act, into=other)
        case "correct":
            corrected = {"kind": KINDS[which % 4], "service": SERVICES[which // 4 % 3]}
            workflow.correct(session, entry, corrected, act, rulebook=rulebook(), default_mailbox=FIRST)
        case "dispose":
            workflow.dispose(session, entry, act, officer="", unit="Sekretariat (Tata Usaha)")
        case "forward":
            workflow.forward(session, entry, act, office="BP3MI Jawa Timur")
        case "undo":
            workflow.undo(session, entry, act, default_mailbox=FIRST)
        case "split":
            draft = Draft(entry.channel, KINDS[which % 4], SERVICES[which % 3], entry.received_at)
            workflow.split(session, entry, draft, act, rulebook=rulebook(), default_mailbox=FIRST)
        case "note":
            workflow.add_note(session, entry, act, note="catatan intern")
