"""Taking in mail from a real Dovecot: every mail once, whatever else happens to the mailbox."""

import hashlib
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from imap_tools.mailbox import BaseMailBox
from sqlmodel import col, select

from config.settings import Mailbox, Settings
from ingest import mailbox as mailbox_module
from ingest.judge import Judge
from ingest.mailbox import FetchedMail, MailboxConnection, MailboxUnavailable, RejectedCredentials, UnfetchableMail
from ingest.sent import ImapSentFolder
from ingest.settle import Means, settle_pending
from ingest.watch import Taken, Watcher, first_look, run_pass, take_in
from ledger import messages
from ledger.database import Database
from ledger.entries import Rulebook
from ledger.models import Arrival, Entry, FolderState, Letter, MailboxState, Message
from ledger.ports import SentUnreachable
from ledger.verify import verify
from ledger.words import ArrivalState
from tests.wire.certificate import Certificate, make_certificate
from tests.wire.dovecot import Account, Dovecot, running_dovecot
from tests.wire.office import NOON, START, Box, Clock, imap_of, mail, office_of, server
from tests.wire.waiting import wait_until

RECEIVED = NOON - timedelta(hours=1)


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    return dovecot.account()


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Reading:
    """One office that reads its mailboxes into one book."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self.database, self.settings, self.clock = database, settings, clock
        self.means = Means(settings, Rulebook.of(settings), Judge(settings), clock)
        self.stop = threading.Event()

    def connect(self, box: Mailbox | None = None) -> MailboxConnection:
        return MailboxConnection.open(box or self.settings.mailboxes[0], timeout=5)

    def take(self, connection: MailboxConnection | None = None) -> Taken:
        with connection or self.connect() as open_one:
            return take_in(self.database, open_one, intake=self.settings.intake, clock=self.clock, stop=self.stop)

    def run(self) -> list[str]:
        """Do one pass over all mailboxes; returns the dispositions of mails settled for the first time."""
        watchers = [Watcher(self.database, box, self.means, stop=self.stop) for box in self.settings.mailboxes]
        try:
            passed = run_pass(self.database, watchers, self.means)
        finally:
            for watcher in watchers:
                watcher.leave()
        return [one.disposition.value for one in passed.settled if not one.again]

    def watcher(self, elapsed: Callable[[], float]) -> Watcher:
        """Return the watcher of the first mailbox, its rests counted by a test's own seconds."""
        return Watcher(self.database, self.settings.mailboxes[0], self.means, stop=self.stop, elapsed=elapsed)

    def count(self, table: type[Entry] | type[Letter] | type[Message] | type[Arrival]) -> int:
        with self.database.reading() as session:
            return len(session.exec(select(table)).all())

    def states(self) -> dict[int, ArrivalState]:
        with self.database.reading() as session:
            return {one.uid: one.state for one in session.exec(select(Arrival))}

    def raw(self) -> set[bytes]:
        with self.database.reading() as session:
            kept = session.exec(select(Arrival.raw_digest).where(col(Arrival.raw_digest).is_not(None)))
            return {messages.raw_of(session, digest) for digest in kept if digest}

    def trouble(self, address: str) -> str:
        with self.database.reading() as session:
            state = session.get(MailboxState, address)
            return state.trouble if state else "never tried"

    def nothing_wrong(self) -> None:
        with self.database.reading() as session:
            assert [checked for checked in verify(session) if checked.wrong] == []


@pytest.fixture
def office(
    database: Database, dovecot: Dovecot, account: Account, clock: Clock, tmp_path: Path
) -> Callable[..., Reading]:
    """Make an office with one mailbox on Dovecot, or with the boxes given."""

    def make(*boxes: Box, **more: object) -> Reading:
        own = Box(account.address, account.password, imap_of(dovecot), more=more)
        return Reading(database, office_of(tmp_path, boxes or [own], intake={"timeout_seconds": 2}), clock)

    return make


# Flags are never memory


def test_taking_in_leaves_every_flag_as_it_was(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, [mail(1), mail(2)], received_at=RECEIVED)
    dovecot.deliver(account, mail(3), folder="Junk", received_at=RECEIVED)
    assert len(office().take().places) == 3
    assert dovecot.flags(account) == {1: frozenset(), 2: frozenset()}
    assert dovecot.flags(account, "Junk") == {1: frozenset()}


def test_mail_that_staff_read_or_marked_in_webmail_first_is_taken_in_once(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, [mail(1), mail(2)], received_at=RECEIVED)
    dovecot.set_flags(account, ["\\Seen", "\\Answered", "\\Flagged"])
    reading = office()
    assert reading.run() == ["recorded", "recorded"]
    dovecot.set_flags(account, ["\\Seen"], value=False)
    assert reading.run() == []
    assert reading.count(Arrival) == reading.count(Entry) == reading.count(Letter) == 2


def test_mail_marked_deleted_is_still_taken_in(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, mail(1), received_at=RECEIVED)
    with dovecot.client(account) as client:
        client.client.uid("STORE", "1", "+FLAGS", "(\\Deleted)")
    reading = office()
    assert reading.run() == ["recorded"]
    assert len(dovecot.raw_mails(account)) == 1


def test_mail_expunged_or_moved_after_it_was_taken_stays_and_the_rest_is_found(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, [mail(number) for number in range(1, 5)], received_at=RECEIVED)
    reading = office()
    assert len(reading.run()) == 4
    with dovecot.client(account) as client:
        client.delete(["1", "3"])
        client.move(["2"], "Junk")
    dovecot.deliver(account, mail(5), received_at=RECEIVED)
    assert reading.run() == ["recorded"]
    assert reading.count(Entry) == reading.count(Letter) == 5
    assert reading.count(Message) == 5
    reading.nothing_wrong()


@pytest.mark.parametrize("mark", [True, False])
def test_mail_is_marked_as_read_only_where_the_office_wants_it(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account, mark: bool
) -> None:
    dovecot.deliver(account, mail(1), received_at=RECEIVED)
    office(mark_seen=mark).run()
    assert dovecot.flags(account) == {1: frozenset({"\\Seen"} if mark else ())}


def test_mail_is_not_marked_as_read_before_it_is_in_the_book(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, [mail(1), mail(2)], received_at=RECEIVED)
    reading = office(mark_seen=True)
    flags_while_settling = []

    def read(raw: bytes, address: str) -> object:
        flags_while_settling.append(dovecot.flags(account))
        return Judge(reading.settings)(raw, address)

    reading.means = Means(reading.settings, reading.means.rulebook, read, reading.clock)  # type: ignore[arg-type]
    reading.run()
    assert flags_while_settling == [{1: frozenset(), 2: frozenset()}] * 2
    assert set(dovecot.flags(account).values()) == {frozenset({"\\Seen"})}


# Bytes and moments


ODDITIES = {
    "eight bits without a charset": b"From: a@b.example.org\r\nSubject: \xff\xfe\xe9\r\n\r\nisi \xe9\x80\xff\r\n",
    "no header at all": b"\r\nhanya isi\r\n",
    "no body, no blank line": b"Subject: tanpa isi\r\n",
    "dots, tabs and long lines": b"Subject: x\r\n\r\n.\r\n..\r\n\t \r\n" + b"y" * 100_000 + b"\r\n",
    "something like a literal": b"Subject: {12}\r\n\r\n) {3}\r\nabc)\r\n* 5 FETCH (UID 9 BODY[] {3}\r\n",
    "a form feed and an escape": b"Subject: x\r\n\r\n\x0c\x1b[31m\x7f\r\n",
    "no line end at the end": b"Subject: x\r\n\r\ntanpa akhir baris",
}


@pytest.mark.parametrize("raw", ODDITIES.values(), ids=ODDITIES.keys())
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_bytes_kept_are_those_of_the_server(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account, raw: bytes
) -> None:
    dovecot.deliver(account, raw, received_at=RECEIVED)
    (on_server,) = dovecot.raw_mails(account)
    reading = office()
    reading.take()
    assert reading.raw() == {on_server}
    assert raw.rstrip() in on_server
    with reading.database.reading() as session:
        (digest,) = session.exec(select(Arrival.raw_digest))
    assert digest == hashlib.sha256(on_server).hexdigest()


def test_two_mailboxes_that_got_the_very_same_bytes_at_once_keep_two_arrivals_of_one_mail(
    office: Callable[..., Reading], dovecot: Dovecot
) -> None:
    accounts = [dovecot.account(), dovecot.account()]
    both = [mail(number) for number in range(1, 16)]
    for one in accounts:
        dovecot.deliver(one, both, received_at=RECEIVED)
    reading = office(*(Box(one.address, one.password, imap_of(dovecot)) for one in accounts))
    reading.run()
    assert reading.count(Arrival) == 30
    assert reading.count(Message) == reading.count(Entry) == reading.count(Letter) == 15
    reading.nothing_wrong()


MOMENTS = [
    (b'"23-Nov-2026 01:15:00 +0000"', datetime(2026, 11, 23, 1, 15, tzinfo=UTC)),
    (b'" 3-Nov-2026 01:15:00 +0700"', datetime(2026, 11, 2, 18, 15, tzinfo=UTC)),
    (b'"03-nov-2026 23:59:59 -0930"', datetime(2026, 11, 4, 9, 29, 59, tzinfo=UTC)),
    (b'"01-Jan-2027 00:30:00 +1400"', datetime(2026, 12, 31, 10, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("written", "meant"), MOMENTS)
def test_internaldate_is_understood_with_any_offset(written: bytes, meant: datetime) -> None:
    answer: list[bytes | tuple[bytes, bytes] | None] = [
        (b"1 (UID 7 INTERNALDATE " + written + b" BODY[] {3}", b"abc"),
        b")",
    ]
    assert mailbox_module._of_answer(7, answer) == FetchedMail(7, b"abc", meant)


def test_internaldate_after_the_bytes_and_among_unsolicited_lines_is_found() -> None:
    answer: list[bytes | tuple[bytes, bytes] | None] = [
        b"3 (FLAGS (\\Seen) UID 9)",
        (b'4 (UID 8 INTERNALDATE "01-Jan-2026 00:00:00 +0000" BODY[] {5}', b"wrong"),
        b")",
        (b"2 (UID 7 BODY[] {3}", b"abc"),
        b' INTERNALDATE "23-Nov-2026 01:15:00 +0000")',
    ]
    assert mailbox_module._of_answer(7, answer) == FetchedMail(7, b"abc", datetime(2026, 11, 23, 1, 15, tzinfo=UTC))


@pytest.mark.parametrize(
    "written", [b"31-Feb-2026 01:15:00 +0000", b"01-Xyz-2026 01:15:00 +0000", b"01-Jan-0001 00:00:00 +0700"]
)
def test_an_impossible_internaldate_makes_the_mail_unfetchable_and_nothing_worse(written: bytes) -> None:
    answer: list[bytes | tuple[bytes, bytes] | None] = [
        (b'1 (UID 7 INTERNALDATE "' + written + b'" BODY[] {3}', b"abc"),
        b")",
    ]
    with pytest.raises(UnfetchableMail):
        mailbox_module._of_answer(7, answer)


def test_receipt_time_is_what_the_server_says(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, mail(1), received_at=datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC))
    reading = office()
    reading.run()
    with reading.database.reading() as session:
        (entry,) = session.exec(select(Entry))
    assert entry.received_at == datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)


# What is new


def test_another_uidvalidity_is_looked_through_again_without_a_second_entry_or_letter(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, [mail(1), mail(2, text="[kosong]"), b"\x00rusak"], received_at=RECEIVED)
    reading = office()
    reading.run()
    before = [reading.count(table) for table in (Message, Entry, Letter)]
    dovecot.renew_uidvalidity(account)
    dovecot.deliver(account, mail(3), received_at=RECEIVED)
    assert reading.run() == ["recorded"]
    after = [reading.count(table) for table in (Message, Entry, Letter)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1]
    assert reading.count(Arrival) == 7
    reading.nothing_wrong()


def test_mail_from_before_the_start_gets_no_number_and_no_letter(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    for days, number in ((-400, 1), (-2, 2), (-0.01, 3), (0, 4), (5, 5)):
        dovecot.deliver(account, mail(number), received_at=START + timedelta(days=days))
    reading = office()
    with reading.connect() as connection:
        look = first_look(connection)
    assert look.since_start + look.before_start == 5
    assert look.since_start in range(1, 4)  # by the server's days, in a zone of its own
    assert len(reading.run()) == 2
    assert [reading.states()[uid] for uid in range(1, 6)] == [ArrivalState.BEFORE_START] * 3 + [ArrivalState.TAKEN] * 2
    assert reading.count(Entry) == reading.count(Letter) == reading.count(Message) == 2
    reading.run()
    assert reading.count(Arrival) == 5


class _Scripted(MailboxConnection):
    """A real connection to Dovecot that does something at a chosen step."""

    def __init__(self, box: Mailbox, imap: BaseMailBox) -> None:
        super().__init__(box, imap)
        self.before_since: Callable[[], None] = lambda: None
        self.before_all: Callable[[], None] = lambda: None
        self.refused: Collection[int] = ()
        self.broken_at: int | None = None
        self.before_fetch: Callable[[int], None] = lambda _: None

    def uids_since(self, day: date) -> set[int]:
        self.before_since()
        return super().uids_since(day)

    def uids(self) -> set[int]:
        self.before_all()
        return super().uids()

    def fetch(self, uid: int) -> FetchedMail | None:
        self.before_fetch(uid)
        if uid == self.broken_at:
            self._imap.client.socket().shutdown(socket.SHUT_RDWR)
        if uid in self.refused:
            raise UnfetchableMail("[UNAVAILABLE] UID FETCH")
        return super().fetch(uid)


def scripted(reading: Reading) -> _Scripted:
    connection = _Scripted.open(reading.settings.mailboxes[0], timeout=5)
    assert isinstance(connection, _Scripted)
    return connection


@pytest.mark.parametrize("step", ["before_since", "before_all"])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_mail_that_arrives_during_the_first_look_is_not_taken_for_an_old_one(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account, step: str
) -> None:
    dovecot.deliver(account, mail(1), received_at=RECEIVED)
    reading = office(folders=["INBOX"])
    connection = scripted(reading)
    late = iter([mail(2)])
    setattr(connection, step, lambda: dovecot.deliver(account, list(late), received_at=RECEIVED))
    reading.take(connection)
    reading.take()
    assert reading.states() == {1: ArrivalState.TAKEN, 2: ArrivalState.TAKEN}


def test_a_gap_below_the_highest_uid_is_found_again_within_the_days_looked_back(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, [mail(1), mail(2)], received_at=RECEIVED)
    dovecot.deliver(account, mail(3), received_at=NOON - timedelta(days=20))
    reading = office(folders=["INBOX"])
    reading.take()
    # A book restored from a backup, or a hint written by a process that died between: the hint is ahead of the book.
    with reading.database.noting() as session:
        for arrival in session.exec(select(Arrival).where(col(Arrival.uid).in_([1, 3]))):
            session.delete(arrival)
    assert [place.uid for place in reading.take().places] == [1]
    with reading.database.reading() as session:
        assert session.get_one(FolderState, (account.address, "INBOX")).highest_uid == 3


def test_an_outage_of_months_is_caught_up(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account, clock: Clock
) -> None:
    reading = office()
    reading.take()
    for number in range(1, 4):
        dovecot.deliver(account, mail(number), received_at=NOON + timedelta(days=number))
    clock.turn(days=100)
    assert len(reading.take().places) == 3


def test_a_mail_that_the_server_does_not_give_is_noted_and_tried_until_it_comes(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account, clock: Clock
) -> None:
    dovecot.deliver(account, [mail(1), mail(2), mail(3)], received_at=RECEIVED)
    reading = office()
    for _ in range(2):
        connection = scripted(reading)
        connection.refused = [2]
        assert reading.take(connection).unfetchable == 1
        settle_pending(reading.database, reading.means)
    assert reading.states() == {1: ArrivalState.TAKEN, 2: ArrivalState.UNFETCHABLE, 3: ArrivalState.TAKEN}
    with reading.database.reading() as session:
        (noted,) = session.exec(select(Arrival).where(col(Arrival.uid) == 2))
    assert (noted.attempts, noted.error) == (2, "[UNAVAILABLE] UID FETCH")
    assert reading.count(Entry) == 2
    clock.turn(days=60)  # far beyond the days looked back
    assert reading.run() == ["recorded"]
    assert reading.count(Arrival) == 3
    reading.nothing_wrong()


def test_a_mail_not_given_at_first_that_proves_older_than_the_start_is_left_alone(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, mail(1), received_at=START - timedelta(minutes=5))
    reading = office(folders=["INBOX"])
    connection = scripted(reading)
    connection.refused = [1]
    reading.take(connection)
    reading.take()
    assert reading.states() == {1: ArrivalState.BEFORE_START}


def test_a_mail_that_vanishes_between_search_and_fetch_is_skipped(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, [mail(1), mail(2), mail(3)], received_at=RECEIVED)
    reading = office()
    connection = scripted(reading)

    def vanish(uid: int) -> None:
        if uid == 1:
            with dovecot.client(account) as client:
                client.delete(["2"])

    connection.before_fetch = vanish
    taken = reading.take(connection)
    assert (len(taken.places), taken.unfetchable) == (2, 0)
    assert set(reading.states()) == {1, 3}


def test_a_connection_lost_midway_keeps_what_was_kept_and_the_rest_comes_next_time(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, [mail(number) for number in range(1, 6)], received_at=RECEIVED)
    reading = office()
    connection = scripted(reading)
    connection.broken_at = 3
    with pytest.raises(MailboxUnavailable):
        reading.take(connection)
    assert set(reading.states()) == {1, 2}
    assert len(reading.run()) == 5
    assert reading.count(Arrival) == 5


def test_a_request_to_stop_is_obeyed_between_two_mails_and_loses_nothing(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, [mail(1), mail(2)], received_at=RECEIVED)
    reading = office()
    connection = scripted(reading)
    connection.before_fetch = lambda _: reading.stop.set()
    reading.take(connection)
    assert set(reading.states()) == {1}
    reading.stop.clear()
    assert len(reading.run()) == 2


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_server_that_was_restarted_is_read_again_over_a_new_connection(
    database: Database, certificate: Certificate, clock: Clock, tmp_path: Path
) -> None:
    with running_dovecot(certificate) as server_of_its_own:
        account = server_of_its_own.account()
        server_of_its_own.deliver(account, mail(1), received_at=RECEIVED)
        box = Box(account.address, account.password, imap_of(server_of_its_own))
        reading = Reading(database, office_of(tmp_path, [box], intake={"timeout_seconds": 2}), clock)
        watcher = reading.watcher(lambda: clock().timestamp())
        assert watcher.look() is not None
        server_of_its_own.doveadm("kick", account.address)  # its session would outlive the server by half a minute
        server_of_its_own.stop()
        wait_until(lambda: watcher.look() is None)
        assert reading.trouble(account.address)
        server_of_its_own.start()
        server_of_its_own.deliver(account, mail(2), received_at=RECEIVED)
        clock.turn(hours=2)  # a mailbox in trouble rests before it is tried again
        again = watcher.look()
        assert again is not None
        assert len(again.places) == 1
        assert reading.trouble(account.address) == ""
        watcher.leave()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_mailbox_in_trouble_rests_by_seconds_gone_by_whatever_the_computers_clock_says(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    reading = Reading(database, office_of(tmp_path, [Box()]), clock)
    gone_by = [0.0]
    watcher = reading.watcher(lambda: gone_by[0])

    def tried_now() -> bool:
        assert watcher.look() is None
        with database.reading() as session:
            return session.get_one(MailboxState, Box().address).tried_at == clock()

    assert tried_now()
    gone_by[0] = 5
    clock.turn(hours=9)
    assert not tried_now()
    gone_by[0] = 60
    clock.turn(hours=-18)
    assert tried_now()
    watcher.leave()


# Folders


def test_junk_is_found_by_its_special_use_and_marked_so(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, mail(1), folder="Junk", received_at=RECEIVED)
    reading = office()
    assert reading.run() == ["unregistered"]
    with reading.database.reading() as session:
        (arrival,) = session.exec(select(Arrival))
    assert (arrival.folder, arrival.junk) == ("Junk", True)


@pytest.mark.parametrize("name", ["Spam", "Bulk", "Bulk Mail", "Junk E-mail"])
def test_junk_is_found_by_its_name_where_the_server_does_not_say_so(
    dovecot: Dovecot, account: Account, tmp_path: Path, name: str
) -> None:
    with dovecot.client(account) as client:
        client.folder.delete("Junk")
        client.folder.create(name)
    settings = office_of(tmp_path, [Box(account.address, account.password, imap_of(dovecot))])
    with MailboxConnection.open(settings.mailboxes[0], timeout=5) as connection:
        folders = connection.folders(["INBOX", "\\Junk"])
    assert (name, True) in [(folder.name, folder.junk) for folder in folders]


def test_a_folder_that_does_not_exist_hides_no_other_and_is_named(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, mail(1), received_at=RECEIVED)
    reading = office(folders=["Laporan Lama", "INBOX"])
    assert reading.run() == ["recorded"]
    assert "Laporan Lama" in reading.trouble(account.address)


def test_a_mail_saved_from_junk_by_staff_is_recorded_then(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, mail(1), folder="Junk", received_at=RECEIVED)
    reading = office()
    reading.run()
    with dovecot.client(account, "Junk") as client:
        client.move(["1"], "INBOX")
    reading.run()
    assert reading.count(Message) == reading.count(Entry) == reading.count(Letter) == 1
    reading.nothing_wrong()


# Trouble


@contextmanager
def silent_server(
    greeting: bytes = b"", answer: Callable[[bytes], bytes] | None = None
) -> Iterator[tuple[int, list[bytes]]]:
    """A socket that accepts, says its greeting, answers lines if told how, and keeps what it heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        open_ones: list[socket.socket] = []

        def listen() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                open_ones.append(client)
                client.settimeout(20)
                threading.Thread(target=talk, args=(client,), daemon=True).start()

        def talk(client: socket.socket) -> None:
            try:
                client.sendall(greeting)
                while said := client.recv(4096):
                    heard.append(said)
                    if answer is not None:
                        client.sendall(answer(said))
            except OSError:
                return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1], heard
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for client in open_ones:
                client.close()
            thread.join(5)


def without_starttls(said: bytes) -> bytes:
    tag, command = said.split()[:2]
    if command.upper() == b"CAPABILITY":
        return b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n"
    return tag + b" OK done\r\n"


@pytest.mark.parametrize("kind", ["password", "dead", "hang", "certificate", "name", "no password file"])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_one_mailbox_in_trouble_is_told_plainly_and_the_other_is_read(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account, tmp_path: Path, kind: str
) -> None:
    dovecot.deliver(account, mail(1), received_at=RECEIVED)
    good = Box(account.address, account.password, imap_of(dovecot))
    ill = dovecot.account()
    dovecot.deliver(ill, mail(2), received_at=RECEIVED)
    (tmp_path / "other").mkdir()
    stranger = make_certificate(tmp_path / "other")
    with silent_server() as (hanging, _):
        boxes = {
            "password": (Box(ill.address, "salah", imap_of(dovecot)), "menolak nama pengguna atau kata sandi"),
            "dead": (Box(ill.address, ill.password, server(1)), "menolak sambungan"),
            "hang": (Box(ill.address, ill.password, server(hanging)), "tidak menjawab pada waktunya"),
            "certificate": (
                Box(ill.address, ill.password, server(dovecot.imaps_port, "tls", stranger.file)),
                "tidak dapat dipercaya",
            ),
            "name": (
                Box(ill.address, ill.password, server(dovecot.imaps_port, "tls")),
                "tidak dapat dipercaya",
            ),
            "no password file": (Box(ill.address, ill.password, imap_of(dovecot)), "sandi"),
        }
        bad, said = boxes[kind]
        reading = office(bad, good)
        if kind == "no password file":
            (tmp_path / f"{ill.address}.sandi").unlink()
        assert reading.run() == ["recorded"]
        assert said in reading.trouble(ill.address)
        assert "Errno" not in reading.trouble(ill.address)
        assert reading.trouble(good.address) == ""
        with reading.database.reading() as session:
            state = session.get_one(MailboxState, ill.address)
        assert (state.failing_since, state.succeeded_at) == (NOON, None)


def test_a_wrong_password_is_told_from_a_passing_refusal(tmp_path: Path) -> None:
    def refuse(text: bytes) -> Callable[[bytes], bytes]:
        def answer(said: bytes) -> bytes:
            tag, command = said.split()[:2]
            return tag + (b" NO " + text if command == b"LOGIN" else b" OK done") + b"\r\n"

        return answer

    seen: dict[bytes, type[BaseException]] = {}
    passing = (
        b"[UNAVAILABLE] try later",
        b"Too many connections",
        b"[ALERT] Account exceeded command or bandwidth limits. (Failure)",
        b"[OVERQUOTA] Not now",
        b"Internal error occurred. Refer to server log for more information.",
        b"Login temporarily unavailable",
    )
    for text in (b"[AUTHENTICATIONFAILED] Invalid credentials", *passing):
        with silent_server(b"* OK [CAPABILITY IMAP4rev1] ready\r\n", refuse(text)) as (port, _):
            (box,) = office_of(tmp_path, [Box(imap=server(port))]).mailboxes
            with pytest.raises(MailboxUnavailable) as wrong:
                MailboxConnection.open(box, timeout=2)
            seen[text] = wrong.type
            assert text == b"[AUTHENTICATIONFAILED] Invalid credentials" or f"“{text.decode()}”" in str(wrong.value)
    assert list(seen.values()) == [RejectedCredentials, *[MailboxUnavailable] * len(passing)]


def test_a_provider_that_wants_a_browser_first_is_told_from_a_wrong_password(tmp_path: Path) -> None:
    def answer(said: bytes) -> bytes:
        tag, command = said.split()[:2]
        alert = b" NO [ALERT] Please log in via your web browser: https://support.example.org/ (Failure)"
        return tag + (alert if command == b"LOGIN" else b" OK done") + b"\r\n"

    with silent_server(b"* OK [CAPABILITY IMAP4rev1] ready\r\n", answer) as (port, _):
        (box,) = office_of(tmp_path, [Box(imap=server(port))]).mailboxes
        with pytest.raises(RejectedCredentials, match="masuk lewat peramban"):
            MailboxConnection.open(box, timeout=2)


@pytest.mark.parametrize(
    ("security", "greeting", "said"),
    [("plain", b"* BYE too many users\r\n", "“BYE too many users”"), ("tls", b"* OK ready\r\n", "tidak memakai TLS")],
)
def test_a_server_that_hangs_up_or_speaks_no_tls_is_told_in_plain_words(
    tmp_path: Path, security: str, greeting: bytes, said: str
) -> None:
    with silent_server(greeting, lambda _: b"") as (port, _):
        (box,) = office_of(tmp_path, [Box(imap=server(port, security))]).mailboxes
        with pytest.raises(MailboxUnavailable) as wrong:
            MailboxConnection.open(box, timeout=2)
    assert said in str(wrong.value)
    assert "b'" not in str(wrong.value) and "_ssl" not in str(wrong.value)


# TLS never fails open


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_server_without_starttls_hears_no_password(office: Callable[..., Reading]) -> None:
    with silent_server(b"* OK ready\r\n", without_starttls) as (port, heard):
        reading = office(Box(password="sangat-rahasia", imap=server(port, "starttls")))
        assert reading.run() == []
    assert reading.trouble("layanan@kantor.example.org")
    assert not any(b"LOGIN" in said.upper() or b"rahasia" in said for said in heard)
    assert heard


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_starttls_with_a_certificate_that_nobody_vouches_for_is_refused(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    reading = office(Box(account.address, account.password, server(dovecot.imap_port, "starttls")))
    reading.run()
    assert "tidak dapat dipercaya" in reading.trouble(account.address)
    assert account.address not in dovecot.log()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_starttls_with_a_trusted_certificate_reads_the_mailbox(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, mail(1), received_at=RECEIVED)
    reading = office(Box(account.address, account.password, server(dovecot.imap_port, "starttls", dovecot.ca_file)))
    assert reading.run() == ["recorded"]
    assert f"user=<{account.address}>, method=" in dovecot.log()
    (line,) = [one for one in dovecot.log().splitlines() if f"Login: user=<{account.address}>" in one]
    assert "TLS" in line


# The Sent folder


# The server of all tests creates Sent anew whenever it is gone.
NO_SENT = """
namespace inbox {
  mailbox Sent {
    auto = no
  }
}
"""


@pytest.fixture
def sent_folder(dovecot: Dovecot, account: Account, tmp_path: Path) -> Iterator[ImapSentFolder]:
    asked = ImapSentFolder(office_of(tmp_path, [Box(account.address, account.password, imap_of(dovecot))]))
    yield asked
    asked.close()


def answer_from_webmail() -> bytes:
    return mail(
        9,
        sender="Petugas <layanan@kantor.example.org>",
        subject="Re: Pengaduan upah lembur bulan ke-1",
        text="Pengaduan Saudara sudah kami periksa.",
        In_Reply_To="<surat.1@warga.example.org>",
    )


def test_an_answer_that_staff_wrote_before_the_mail_was_taken_in_stands_on_its_entry(
    office: Callable[..., Reading], dovecot: Dovecot, account: Account
) -> None:
    dovecot.deliver(account, mail(1), received_at=RECEIVED)
    dovecot.deliver(account, answer_from_webmail(), folder="Sent", received_at=RECEIVED)
    dovecot.deliver(account, mail(8, subject="Makan siang"), folder="Sent", received_at=RECEIVED)
    reading = office()
    assert [*reading.run(), *reading.run(), *reading.run()] == ["recorded", "follow_up"]
    assert reading.count(Entry) == reading.count(Letter) == 1
    reading.nothing_wrong()


def test_a_letter_is_found_in_sent_by_its_whole_message_id_alone(
    dovecot: Dovecot, account: Account, sent_folder: ImapSentFolder
) -> None:
    dovecot.deliver(account, mail(1, Message_ID="<tt.pgd-2026-0001.abcdef@kantor.example.org>"), folder="Sent")
    assert sent_folder.find(account.address, "tt.pgd-2026-0001.abcdef@kantor.example.org") is True
    assert sent_folder.find(account.address, "pgd-2026-0001.abcdef@kantor.example.org") is False
    assert sent_folder.find(account.address, "tt.pgd-2026-0001.abcdef@kantor.example.or") is False


def test_without_a_sent_folder_nothing_can_be_told(certificate: Certificate, tmp_path: Path) -> None:
    with running_dovecot(certificate, extra=NO_SENT) as plain_server:
        account = plain_server.account()
        asked = ImapSentFolder(office_of(tmp_path, [Box(account.address, account.password, imap_of(plain_server))]))
        assert asked.find(account.address, "x@kantor.example.org") is None
        asked.close()


def test_a_sent_folder_out_of_reach_is_not_an_answer(tmp_path: Path) -> None:
    asked = ImapSentFolder(office_of(tmp_path, [Box()]))
    with pytest.raises(SentUnreachable, match="menolak sambungan"):
        asked.find("layanan@kantor.example.org", "x@kantor.example.org")
