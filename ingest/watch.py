"""Watches the mailboxes: takes in what is new, keeps it, settles it; a mailbox in trouble delays no other."""

import logging
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from config.settings import Intake, Mailbox
from ingest.mailbox import (
    FetchedMail,
    Folder,
    FolderUnavailable,
    MailboxConnection,
    MailboxUnavailable,
    RejectedCredentials,
    UnfetchableMail,
)
from ingest.sent import sent_folders
from ingest.settle import Clock, Means, Settled, settle_pending
from ledger import letters, messages
from ledger.database import Database
from ledger.holding import MailboxHold
from ledger.messages import PackedRaw, Place
from ledger.words import ArrivalState, Disposition

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
"""The margin of a search by day: the server counts days in a zone of its own."""


_REST = 15.0
_REJECTED_REST = 5 * 60.0
_LONGEST_REST = 60 * 60.0
_PUSH_SECONDS = 20 * 60
_BORNE = 5.0
"""A server that ends the waiting sooner (seconds) offers IDLE and does not bear it: it is asked by the tick alone."""


@dataclass(slots=True)
class Taken:
    """What one look into a mailbox brought: places newly kept, and how many mails were not to be had or too old.

    `closed` says in plain Indonesian which folders could not be opened.
    """

    places: list[Place] = field(default_factory=list)
    unfetchable: int = 0
    before_start: int = 0
    closed: list[str] = field(default_factory=list)


def take_in(
    database: Database, connection: MailboxConnection, *, intake: Intake, clock: Clock, stop: threading.Event
) -> Taken:
    """Keep every mail of the watched folders that is not kept yet: its raw bytes and its arrival, and nothing else.

    Which mails are new is told by comparing UIDs with the arrivals, never by flags. Raises MailboxUnavailable; what
    was kept until then stays kept.
    """
    taken = Taken()
    for folder in _folders(database, connection):
        try:
            _take_folder(database, connection, folder, taken, intake=intake, clock=clock, stop=stop)
        except FolderUnavailable as wrong:
            taken.closed.append(str(wrong))
    return taken


def _folders(database: Database, connection: MailboxConnection) -> Iterator[Folder]:
    """Yield the folders to look into; Sent only once all else is settled, because it is read by what it answers."""
    yield from connection.folders(connection.box.folders)
    with database.reading() as session:
        unsettled = messages.to_settle(session, limit=1)
    if not unsettled:
        yield from sent_folders(connection)


@dataclass(frozen=True, slots=True)
class FirstLook:
    """How many mails a first start would take in from a mailbox, and how many it would leave alone as too old."""

    since_start: int
    before_start: int


def first_look(connection: MailboxConnection) -> FirstLook:
    """Count, without taking anything in, what a first start would find; counted by the server's days."""
    since = before = 0
    for folder in connection.folders(connection.box.folders):
        connection.look(folder.name)
        recent, old = connection.uids_since(connection.box.start.date()), connection.uids()
        since += len(recent)
        before += len(old - recent)
    return FirstLook(since, before)


def _take_folder(
    database: Database,
    connection: MailboxConnection,
    folder: Folder,
    taken: Taken,
    *,
    intake: Intake,
    clock: Clock,
    stop: threading.Event,
) -> None:
    box = connection.box
    validity = connection.look(folder.name)
    with database.reading() as session:
        highest = messages.highest_uid(session, box.address, folder.name, validity)
    recent, old = _candidates(connection, highest, intake=intake, now=clock())
    with database.reading() as session:
        recent |= messages.uids_to_retry(session, box.address, folder.name, validity)
        recent -= messages.uids_done(session, box.address, folder.name, validity, recent)
        old -= messages.uids_done(session, box.address, folder.name, validity, old)

    def place(uid: int) -> Place:
        return Place(box.address, folder.name, validity, uid, folder.junk, folder.outgoing)

    with database.noting() as session:
        messages.note_renumbered(session, box.address, folder.name, validity)
        places = [place(uid) for uid in sorted(old)]
        taken.before_start += messages.note_passed_over(session, places, ArrivalState.BEFORE_START, at=clock())
    for uid in sorted(recent):
        if stop.is_set():
            return
        _take_mail(database, connection, place(uid), taken, clock=clock)
    seen = max(recent | old | {highest or 0})
    with database.noting() as session:
        messages.note_folder(session, box.address, folder.name, validity, seen)


def _candidates(
    connection: MailboxConnection, highest: int | None, *, intake: Intake, now: datetime
) -> tuple[set[int], set[int]]:
    """Return the UIDs to look at, and those that are surely older than the mailbox's start."""
    start = connection.box.start
    since_start = (start - _DAY).date()
    if highest is None:
        everything = connection.uids()  # first: what arrives in between must not look old
        recent = connection.uids_since(since_start)
        return recent, everything - recent
    look_back = (now - timedelta(days=intake.look_back_days)).date()
    return connection.uids_above(highest) | connection.uids_since(max(since_start, look_back)), set()


def _answers_the_book(database: Database, connection: MailboxConnection, place: Place, *, clock: Clock) -> bool:
    """Say whether a mail in Sent is an answer of staff to a mail in the book; all others are left alone, unread."""
    own = connection.header(place.uid, "Message-ID").strip("<>")
    named = f"{connection.header(place.uid, 'In-Reply-To')} {connection.header(place.uid, 'References')}"
    ids = re.findall(r"<([^<>\s]+)>", named)
    with database.reading() as session:
        unknown = letters.by_rfc_message_ids(session, [own]) is None
        answers = unknown and messages.entry_answered(session, ids) is not None
        premature = unknown and not answers and messages.without_entry(session, ids)
    # One that bears our number was sent by the program, though a book restored from a backup does not know it.
    if answers and not connection.header(place.uid, letters.NUMBER_HEADER):
        return True
    if premature:  # the mail that it answers may be recorded yet, by an officer
        return False
    with database.noting() as session:
        messages.note_needless(session, place, ArrivalState.LEFT, at=clock())
    return False


def _take_mail(database: Database, connection: MailboxConnection, place: Place, taken: Taken, *, clock: Clock) -> None:
    try:
        if place.outgoing and not _answers_the_book(database, connection, place, clock=clock):
            return
        mail = connection.fetch(place.uid)
    except UnfetchableMail as wrong:
        taken.unfetchable += 1
        log.warning("%s: UID %s of %s is not given: %s", place.mailbox, place.uid, place.folder, wrong)
        with database.noting() as session:
            messages.note_unfetchable(session, place, str(wrong), at=clock())
        return
    if mail is None:
        with database.noting() as session:
            messages.note_gone(session, place)
        return
    if mail.received_at < connection.box.start:
        taken.before_start += 1
        with database.noting() as session:
            messages.note_needless(session, place, ArrivalState.BEFORE_START, at=clock())
        return
    if _keep(database, place, mail, clock=clock):
        taken.places.append(place)


def _keep(database: Database, place: Place, mail: FetchedMail, *, clock: Clock) -> bool:
    packed = PackedRaw.of(mail.raw)
    for _ in range(2):  # the second time where the other mailbox has just kept the very same bytes
        try:
            with database.noting() as session:
                messages.take(session, place, packed, received_at=mail.received_at, at=clock())
        except IntegrityError as wrong:
            log.info("%s: UID %s: another was quicker: %s", place.mailbox, place.uid, wrong.orig)
        else:
            return True
    return False


@contextmanager
def _noted(database: Database, box: Mailbox, clock: Clock) -> Iterator[list[str]]:
    """Write down how the look into a mailbox went; its trouble joins what is put into the list, and goes no further."""
    trouble: list[str] = []
    try:
        yield trouble
    except MailboxUnavailable as wrong:
        trouble.append(str(wrong))
    with database.noting() as session:
        messages.note_mailbox(session, box.address, trouble=" ".join(trouble), at=clock())


@dataclass(slots=True)
class Passed:
    """What one pass over the mailboxes did."""

    taken: Taken = field(default_factory=Taken)
    settled: list[Settled] = field(default_factory=list)
    troubled: dict[str, str] = field(default_factory=dict)
    """What is wrong with which mailbox, in plain Indonesian."""

    def count(self, disposition: Disposition) -> int:
        """Count the mails settled for the first time with a disposition."""
        return sum(1 for one in self.settled if one.disposition is disposition and not one.again)


class Watcher:
    """Keeps one mailbox's connection open and takes in what is new whenever it is woken.

    `elapsed` counts seconds and is never set back, as the clock of the computer is: by it a mailbox in trouble rests.
    """

    def __init__(
        self,
        database: Database,
        box: Mailbox,
        means: Means,
        *,
        stop: threading.Event,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.box = box
        self._database = database
        self._means = means
        self._stop = stop
        self._connection: MailboxConnection | None = None
        self._hold = MailboxHold(database, box.address)
        self._elapsed = elapsed
        self._failures = 0
        self._rest_until = 0.0
        self.trouble = ""

    def look(self, *, quietly: bool = False) -> Taken | None:
        """Take in what is new; None where the mailbox cannot be used now (why is noted in the book, and in `trouble`).

        Nothing is new where another process reads this mailbox. After failures it is left alone for a while.
        `quietly`: the trouble does not go into the log, because whoever asks tells it.
        """
        if not self._hold.held():
            return Taken()
        if self._failures and self._elapsed() < self._rest_until:
            return None
        taken: Taken | None = None
        intake = self._means.settings.intake
        with _noted(self._database, self.box, self._means.clock) as trouble:
            try:
                taken = take_in(
                    self._database, self._connected(), intake=intake, clock=self._means.clock, stop=self._stop
                )
                trouble += taken.closed
                self._failures = 0
            except MailboxUnavailable as wrong:
                self.close()
                self._rest(wrong)
                raise
        self.trouble = " ".join(trouble)
        if self.trouble and not quietly:
            log.warning("%s: %s", self.box.address, self.trouble)
        return taken

    def _rest(self, wrong: MailboxUnavailable) -> None:
        """Leave a mailbox in trouble alone for a while, longer each time; a refused password longest."""
        self._failures += 1
        first = _REJECTED_REST if isinstance(wrong, RejectedCredentials) else _REST
        pause = min(first * 2 ** (self._failures - 1), _LONGEST_REST) * random.uniform(0.8, 1.2)
        self._rest_until = self._elapsed() + pause

    def wait_for_news(self, due: threading.Event) -> None:
        """Wait until `due` is set, or the server pushes that something is new (IDLE: a hint, no promise)."""
        if self._connection is None or not self._connection.pushes:
            due.wait()
            return
        inbox, began = self.box.folders[0], self._elapsed()
        try:
            validity = self._connection.look(inbox)
            with self._database.reading() as session:
                known = messages.highest_uid(session, self.box.address, inbox, validity) or 0
            self._connection.wait_for_news(inbox, known, due.is_set, seconds=_PUSH_SECONDS)
        except (MailboxUnavailable, SQLAlchemyError) as wrong:
            log.info("%s: waiting for news ended: %s", self.box.address, wrong)
            self.close()
            if self._elapsed() - began < _BORNE:
                due.wait()

    def _connected(self) -> MailboxConnection:
        if self._connection is None:
            timeout = self._means.settings.intake.timeout_seconds
            self._connection = MailboxConnection.open(self.box, timeout=timeout)
        return self._connection

    def mark_seen(self, taken: Taken) -> None:
        r"""Set \Seen on what was just taken in, if the mailbox is so configured; failing harms nothing."""
        if not self.box.mark_seen or self._connection is None:
            return
        folders = {place.folder for place in taken.places}
        try:
            for folder in folders:
                self._connection.mark_seen(folder, [place.uid for place in taken.places if place.folder == folder])
        except MailboxUnavailable as wrong:
            log.info("%s: could not mark as seen: %s", self.box.address, wrong)
            self.close()

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def leave(self) -> None:
        """Close the connection and let another process read the mailbox."""
        self.close()
        self._hold.release()


def run_pass(
    database: Database, watchers: list[Watcher], means: Means, tell: Callable[[Settled], None] = lambda _: None
) -> Passed:
    """Look into every mailbox side by side, then settle all that is kept: one pass, as `poll` does it."""
    passed = Passed()
    with ThreadPoolExecutor(max_workers=max(1, len(watchers))) as pool:
        looks = list(zip(watchers, pool.map(lambda watcher: watcher.look(quietly=True), watchers), strict=True))
    for watcher, taken in looks:
        if watcher.trouble:
            passed.troubled[watcher.box.address] = watcher.trouble
        if taken is None:
            continue
        passed.taken.places += taken.places
        passed.taken.unfetchable += taken.unfetchable
        passed.taken.before_start += taken.before_start
    passed.settled = settle_pending(database, means, tell)
    for watcher, taken in looks:
        if taken is not None:
            watcher.mark_seen(taken)
    return passed
