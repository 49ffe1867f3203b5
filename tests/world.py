"""A whole office at work: citizens write, servers take or refuse, officers act, clocks slip, books come back."""

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from sqlmodel import Session, col, select

from config.settings import Server, Settings
from ingest.judge import Judged, Verdict
from ingest.resettle import Resettler
from ledger import backup, erasure, erasure_list, issuing, messages
from ledger.database import Database
from ledger.erasure import Scope
from ledger.errors import LedgerError
from ledger.files import Packed, pack
from ledger.issuing import Report
from ledger.messages import PackedRaw, Place
from ledger.models import Arrival, ChainHead, Entry, Event, EventValue, Letter, Message, Recap
from ledger.periods import Period
from ledger.ports import Told
from ledger.recording import Desk
from ledger.restore import restore
from ledger.words import LetterState, Role
from ledger.workflow import Act
from replies import post
from replies.compose import Composer
from tests.ledger.desk.signed import put_account
from tests.office import FIRST, Clock, Office, judged, rulebook, settings
from tests.wire.outbox import FakeSent
from tests.wire.smtp import SmtpSink
from tests.wire.smtp_sink import Fault

Books = Callable[[], Database]
"""Gives an empty book, each time another one."""

Answer = Literal["taken", "refused", "later", "unheard", "unheard but taken"]
FAULTS: dict[Answer, tuple[Fault, ...]] = {
    "taken": (),
    "refused": (Fault("rcpt", code=550, text="5.1.1 tidak dikenal"),),
    "later": (Fault("rcpt", code=451),),
    "unheard": (Fault("dot", "drop"),),
    "unheard but taken": (Fault("dot", "drop", kept=True),),
}
"""What the mail server answers to a letter."""

REASON = "permintaan pemilik data, nota dinas 12"
_MARK = re.compile(r"zaitun\d{4}")
_LIST = f"buku{erasure_list.SUFFIX}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """One mail as it lies on the server, whatever the book knows of it."""

    place: Place
    raw: bytes
    received_at: datetime


@cache
def settings_for(port: int) -> Settings:
    """Return the office's configuration with a server of ours, little patience and a small daily cap."""
    ours, server = settings(), Server(host="127.0.0.1", port=port, security="plain")
    boxes = tuple(box.model_copy(update={"smtp": server, "files_sent": box.address == FIRST}) for box in ours.mailboxes)
    few = ours.letters.model_copy(update={"pause_seconds": 0, "timeout_seconds": 5, "daily_cap": 3})
    return ours.model_copy(update={"mailboxes": boxes, "letters": few})


@cache
def _composer(port: int) -> Composer:
    return Composer(settings_for(port), rulebook())


@dataclass
class World:
    """An office with its citizens, its mail server and its clock; the book is what it is today, after any restoring.

    Every mail and every word typed bears a mark of its own: `written` tells the mark of a mail by its bytes, `gone` the
    marks that were lawfully erased. `issued` holds each recap as it was issued.
    """

    books: Books
    sink: SmtpSink
    folder: Path
    office: Office = field(init=False)
    sent: FakeSent = field(default_factory=FakeSent)
    delivered: list[Delivered] = field(default_factory=list)
    written: dict[bytes, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    issued: dict[Period, Report] = field(default_factory=dict)
    backups: list[Path] = field(default_factory=list)
    marks: int = 0
    ids: int = 0
    rounds: int = 0

    def __post_init__(self) -> None:
        self.office = Office(self.books())
        with self.database.writing() as session:
            for role in (Role.PETUGAS, Role.KEPALA, Role.ADMIN):
                put_account(session, role)

    @property
    def database(self) -> Database:
        """The book of today."""
        return self.office.database

    @property
    def mails(self) -> dict[bytes, Verdict | Exception]:
        """What reading the bytes of each mail gives."""
        return self.office.mails

    @property
    def now(self) -> datetime:
        """What the clock of the office shows."""
        return self.office.clock()

    @property
    def written_so_far(self) -> tuple[object, ...]:
        """Return what changes with everything that is written into the book."""
        with self.database.reading() as session:
            return self.database, session.get_one(ChainHead, 1).hash, len(self.delivered), self.rounds

    def let_pass(self, span: timedelta) -> None:
        """Turn the clock, also back."""
        self.office.clock.now += span

    def mark(self) -> str:
        """Return a word that stands nowhere else."""
        self.marks += 1
        return f"zaitun{self.marks:04d}"

    def new_id(self) -> str:
        """Return a Message-ID, or the token of a form, that nothing else bears; it tells nothing of anybody."""
        self.ids += 1
        return f"surat.{self.ids}@warga.example.org"

    def close(self) -> None:
        """Give the book back."""
        self.database.close()

    # Citizens write

    def mail(self, sender: str, **told: object) -> Judged:
        """Return a new letter; its mark, one of its own unless `mark` is told, stands in its words."""
        mark = told.pop("mark", "") or self.mark()
        given = {"subject": f"Perkara {mark}", "rfc_message_id": self.new_id()} | told
        return replace(judged(f"Upah saya belum dibayar, {mark}.", sender=sender, **given), quoted=f"> {mark}")  # type: ignore[arg-type]

    def comes(
        self,
        verdict: Verdict | Exception,
        *,
        mark: str = "",
        mailbox: str = FIRST,
        folder: str = "INBOX",
        raw: bytes = b"",
        silent: bool = False,
        lag: timedelta = timedelta(),
    ) -> bytes:
        """Let a mail come to a mailbox, fetch it and settle it; the same `raw` are the same bytes once more.

        `lag` is how long it lay on the server.
        """
        mark = mark or self._mark_of(verdict)
        raw = raw or f"{mark} {len(self.delivered)}".encode()
        self.mails[raw], self.written[raw] = verdict, mark
        place = Place(mailbox, folder, 1, len(self.delivered) + 1, folder == "Spam", folder == "Sent", silent)
        self.delivered.append(Delivered(place, raw, self.now - lag))
        self.fetch(self.delivered[-1:])
        return raw

    def _mark_of(self, verdict: Verdict | Exception) -> str:
        found = _MARK.search(verdict.text) if isinstance(verdict, Judged) else None
        return found.group() if found else self.mark()

    def fetch(self, mails: Iterable[Delivered]) -> None:
        """Take mails from the server and settle them, as a tick of the daemon does."""
        for one in mails:
            raw = PackedRaw.of(one.raw)
            with self.database.noting() as session:
                messages.take(session, one.place, raw, received_at=one.received_at, at=self.now)
        self.office.settle()

    def readable(self) -> list[Judged]:
        """Return the mails that can be read, newest first."""
        read = (self.mails[one.raw] for one in reversed(self.delivered))
        return [mail for mail in read if isinstance(mail, Judged)]

    def unreadable(self) -> list[bytes]:
        """Return the bytes of the mails that nothing can read."""
        return [raw for raw, verdict in self.mails.items() if not isinstance(verdict, Judged)]

    # Officers act

    def act(self, version: int = 0) -> Act:
        """Return who acts, when, and on which version that was seen."""
        return Act("petugas", self.now, version)

    def at_desk(self, do: Callable[[Session], object]) -> bool:
        """Do one thing at the desk and say whether it was done; what the ledger refuses leaves the book as it was."""
        with suppress(LedgerError), self.database.writing() as session:
            do(session)
            return True
        return False

    def release(self, message_id: int, told: Told | None = None) -> bool:
        """Take a kept mail up again."""
        with suppress(LedgerError):
            Resettler(self.database, self.office.means).release(message_id, "petugas", told)
            return True
        return False

    def desk(self) -> Desk:
        """Return by which rules the desk writes."""
        return Desk.of(settings())

    def photo(self, mark: str) -> Sequence[Packed]:
        """Return a picture as handed in at the counter."""
        return pack([(f"{mark}.jpg", b"\xff\xd8\xff" + mark.encode())])

    # Letters go out

    def round(self, answer: Answer, in_sent: bool | str | None) -> None:
        """Do one round of the post; `in_sent` is what the Sent folder tells of letters whose outcome nobody heard."""
        self.rounds += 1
        self.sink.fail(*FAULTS[answer])
        self.sent.answer = in_sent
        port = self.sink.port
        means = post.Means(settings_for(port), _composer(port), self.sent, self.office.clock, "uji:1")
        post.deliver(self.database, means, lambda: False)

    # Recaps, erasure, backups

    def report(self, period: Period) -> Report:
        """Return the recap of a period as it stands now."""
        with self.database.reading() as session:
            return issuing.report(session, period, settings(), at=self.now)

    def forget(self, choose: Callable[[Session], Scope]) -> bool:
        """Erase what is chosen, as `run.py forget` does; what told of it may never be seen again."""
        with suppress(LedgerError):
            with self.database.writing() as session:
                scope = choose(session)
                told = self._marks_in(session, scope)
                erasure.forget(session, scope, reason=REASON, actor=Role.ADMIN, at=self.now)
            with self.database.reading() as session:
                erasure_list.complete(session, self.folder / _LIST)
            self.gone |= told
            return True
        return False

    def _marks_in(self, session: Session, scope: Scope) -> set[str]:
        mails = [session.get_one(Message, key) for key in scope.mails]
        said: list[str] = []
        for key in scope.entries:
            entry = session.get_one(Entry, key)
            said += [entry.name, entry.address, entry.matter, entry.account]
            values = select(EventValue.value).join(Event, col(Event.id) == col(EventValue.event_id))
            said += session.exec(values.where(col(Event.entry_id) == key))
            said += session.exec(select(Letter.words).where(col(Letter.entry_id) == key))
            mails += messages.of_entry(session, key)
        by_digest = {PackedRaw.of(raw).digest: mark for raw, mark in self.written.items()}
        return {by_digest[mail.raw_digest] for mail in mails} | set(_MARK.findall("\n".join(said)))

    def back_up(self) -> None:
        """Make a backup of the book as it is."""
        made = backup.make(self.database, self.folder, zone=settings().office.zone, now=self.now)
        self.backups.append(Path(shutil.copy(made.file, self.folder / f"{len(self.backups)}.cadangan")))

    def bring_back(self, file: Path) -> None:
        """Lose the book, go on with one of its backups, and fetch anew what it does not know, as `restore` does."""
        promised, listed = self._promised(), erasure_list.read(self.folder / _LIST)
        fresh, now = self.books(), self.now
        restore(
            file, fresh, at=now, promised=promised, reapply=lambda session: erasure.reapply(session, listed, at=now)
        )
        self.close()
        self.office = Office(fresh, Clock(now), self.office.mails)
        with self.database.reading() as session:
            erasure_list.complete(session, self.folder / _LIST)
            known = set(session.exec(select(Arrival.uid)))
            issued = set(session.exec(select(Recap.period)))
        self.issued = {period: report for period, report in self.issued.items() if period.key in issued}
        self.fetch([one for one in self.delivered if one.place.uid not in known])

    def _promised(self) -> list[str]:
        gone = select(Entry.number).join(Letter, col(Letter.entry_id) == col(Entry.id))
        with self.database.reading() as session:
            return list(session.exec(gone.where(col(Letter.state) == LetterState.SENT).distinct()))
