"""What broke systems like this one, tried on the whole of it: real mailboxes, a real SMTP server, one book."""

import email
import email.policy
import itertools
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel, col, select

from config.base import ConfigError
from config.settings import Settings
from ingest.judge import Judge
from ingest.resettle import Resettler
from ingest.sent import ImapSentFolder
from ingest.settle import Means as Settling
from ingest.watch import Watcher, run_pass
from ledger.database import Database
from ledger.entries import Rulebook
from ledger.models import Arrival, Entry, Event, Letter, MailboxState, Message
from ledger.ports import SentUnreachable, Told
from ledger.search import overview
from ledger.status import lines
from ledger.verify import verify
from ledger.words import ArrivalState, Disposition, Kind, LetterState
from replies.compose import Composer
from replies.post import Means as Posting
from replies.post import deliver
from replies.transport import Transport
from tests.wire.certificate import Certificate
from tests.wire.dovecot import Account, Dovecot, running_dovecot
from tests.wire.office import NOON, NOWHERE, START, WIB, Box, Clock, imap_of, mail, office_of, server, smtp_of
from tests.wire.proxy import ImapProxy, between
from tests.wire.smtp import SmtpSink
from tests.wire.smtp_sink import Accepted, Fault

S = LetterState
RECEIVED = NOON - timedelta(hours=1)


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """SQLite, unless a test says otherwise."""
    return str(request.param)


class Office:
    """The whole program with one book: every round reads all mailboxes, settles, and sends what is due."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, name: str = "uji:1") -> None:
        rulebook = Rulebook.of(settings)
        self.database, self.settings, self.clock = database, settings, clock
        self.means = Settling(settings, rulebook, Judge(settings), clock)
        self._posting = Posting(settings, Composer(settings, rulebook), ImapSentFolder(settings), clock, name)
        self._stop = threading.Event()

    def take_in(self) -> list[str]:
        """Read and settle; returns the dispositions of mails settled for the first time."""
        watchers = [Watcher(self.database, box, self.means, stop=self._stop) for box in self.settings.mailboxes]
        try:
            passed = run_pass(self.database, watchers, self.means)
        finally:
            for watcher in watchers:
                watcher.leave()
        return [one.disposition.value for one in passed.settled if not one.again]

    def round(self) -> list[str]:
        """Read, settle and send."""
        settled = self.take_in()
        deliver(self.database, self._posting, self._stop.is_set)
        return settled

    def rows(self, table: type[SQLModel]) -> list[SQLModel]:
        """Return every row of a table, oldest first."""
        with self.database.reading() as session:
            return list(session.exec(select(table).order_by(table.id)))  # type: ignore[attr-defined]

    def count(self, table: type[SQLModel]) -> int:
        """Count the rows of a table."""
        return len(self.rows(table))

    def letters(self) -> list[Letter]:
        """Return every letter, oldest first."""
        with self.database.reading() as session:
            return list(session.exec(select(Letter).order_by(col(Letter.id))))

    def trouble(self, address: str) -> str:
        """Return what the book says is wrong with a mailbox."""
        with self.database.reading() as session:
            return session.get_one(MailboxState, address).trouble

    def status(self) -> dict[str, bool]:
        """Return the lines of the status, and whether each is urgent."""
        addresses = [box.address for box in self.settings.mailboxes]
        with self.database.reading() as session:
            today = overview(session, addresses, zone=WIB, today=self.clock().astimezone(WIB).date())
        return {line.text: line.urgent for line in lines(today, zone=WIB, now=self.clock())}

    def nothing_wrong(self) -> None:
        """Verify the whole book."""
        with self.database.reading() as session:
            assert [checked for checked in verify(session) if checked.wrong] == []


@dataclass(slots=True)
class Town:
    """What an office is made of in these tests."""

    database: Database
    dovecot: Dovecot
    sink: SmtpSink
    clock: Clock
    folder: Path

    def box(self, account: Account, imap: object = None, **more: object) -> Box:
        """Return the mailbox of an account, read over TLS unless `imap` names another way."""
        reached = imap or imap_of(self.dovecot)
        return Box(account.address, account.password, reached, smtp_of(self.sink), more=more)  # type: ignore[arg-type]

    def office(self, *boxes: Box, database: Database | None = None, name: str = "uji:1", cap: int = 20) -> Office:
        """Make an office with these mailboxes."""
        folder = self.folder / name.replace(":", "-")
        letters = {"timeout_seconds": 5, "sure_after_seconds": 60, "daily_cap": cap}
        settings = office_of(folder, boxes, letters=letters, intake={"timeout_seconds": 5})
        return Office(database or self.database, settings, self.clock, name)

    def receive(self, account: Account, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Deliver mails as if they came an hour ago, or at a moment."""
        moment = at or self.clock() - timedelta(hours=1)
        self.dovecot.deliver(account, mails, folder=folder, received_at=moment)

    def sent(self) -> list[Accepted]:
        """Return the letters that the SMTP server took."""
        return self.sink.accepted()

    def written_to(self) -> Counter[str]:
        """Count the letters that the SMTP server took, by recipient."""
        return Counter(recipient for one in self.sent() for recipient in one.recipients)


@pytest.fixture
def town(database: Database, dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> Town:
    return Town(database, dovecot, smtp_sink, Clock(), tmp_path)


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    return dovecot.account()


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[ImapProxy]:
    with between(dovecot.imap_port) as standing:
        yield standing


def numbered(first: int, last: int) -> list[bytes]:
    return [mail(number) for number in range(first, last + 1)]


# Lost mail


def test_ten_days_of_outage_are_caught_up_and_every_letter_of_them_is_answered(town: Town, account: Account) -> None:
    office = town.office(town.box(account))
    town.receive(account, mail(1))
    office.round()
    for day in range(10):
        for part in range(3):
            moment = NOON + timedelta(days=day, hours=part)
            town.receive(account, mail(2 + 3 * day + part), at=moment)
    town.clock.turn(days=11)
    assert office.round() == ["recorded"] * 30
    assert len(town.sent()) == 31
    assert set(town.written_to().values()) == {1}
    office.nothing_wrong()


def test_another_uidvalidity_of_every_folder_brings_no_second_acknowledgement(town: Town, account: Account) -> None:
    office = town.office(town.box(account))
    town.receive(account, *numbered(1, 5))
    office.round()
    for folder in ("INBOX", "Sent"):
        town.dovecot.renew_uidvalidity(account, folder)
    town.clock.turn(hours=1)
    assert office.round() == office.round() == []
    assert (office.count(Entry), len(town.sent())) == (5, 5)
    office.nothing_wrong()


def test_nothing_is_ever_deleted_moved_or_expunged_on_the_server(
    town: Town, account: Account, proxy: ImapProxy
) -> None:
    office = town.office(town.box(account, server(proxy.port), mark_seen=True))
    town.receive(account, *numbered(1, 3))
    town.receive(account, mail(4), folder="Junk")
    for _ in range(2):
        office.round()
    assert proxy.heard(b"STORE")
    for word in (b"EXPUNGE", b"DELETE", b"MOVE", b"COPY", b"CLOSE", b"RENAME"):
        assert proxy.heard(word) == []
    assert len(town.dovecot.raw_mails(account)) == 3


def test_complaints_alike_in_sender_subject_and_second_are_entries_of_their_own(town: Town, account: Account) -> None:
    texts = ["Upah bulan ini belum dibayar perusahaan.", "Pesangon saya tidak dibayar perusahaan."]
    alike = [mail(1, subject="Pengaduan", text=text, Message_ID="") for text in texts]
    office = town.office(town.box(account))
    town.receive(account, *alike)
    assert office.round() == ["recorded", "recorded"]


@dataclass(slots=True)
class Disk:
    """The room that SQLite has; `full` leaves it none beyond what it has."""

    full: bool = False


@contextmanager
def disk_of(database: Database) -> Iterator[Disk]:
    disk = Disk()

    def limit(connection: object, *_: object) -> None:
        pages = 1 if disk.full else 2**30
        connection.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]

    event.listen(database.engine.pool, "checkout", limit)
    try:
        yield disk
    finally:
        event.remove(database.engine.pool, "checkout", limit)


def test_a_full_disk_loses_no_mail_and_all_is_taken_in_once_there_is_room(town: Town, account: Account) -> None:
    office = town.office(town.box(account))
    with disk_of(town.database) as disk:
        town.receive(account, *numbered(1, 30))
        disk.full = True
        with pytest.raises(OperationalError, match="full"):
            office.round()
        kept = office.count(Arrival)
        assert (kept < 30, office.count(Message), town.sent()) == (True, 0, [])
        disk.full = False
        assert office.round() == ["recorded"] * 30
    assert set(town.written_to().values()) == {1}
    office.nothing_wrong()


def test_a_round_over_mail_that_is_known_fetches_nothing(town: Town, account: Account, proxy: ImapProxy) -> None:
    office = town.office(town.box(account, server(proxy.port)))
    town.receive(account, *numbered(1, 40))
    town.receive(account, *[mail(number, subject="Lama") for number in range(41, 81)], at=START - timedelta(days=9))
    office.round()
    office.round()
    assert len(proxy.heard(b"BODY.PEEK[])")) == 40
    proxy.commands.clear()
    office.round()
    assert proxy.heard(b"FETCH") == []
    assert len(proxy.commands) < 20
    town.receive(account, mail(81))
    office.round()
    assert len(proxy.heard(b"BODY.PEEK[])")) == 1


def test_a_search_that_is_answered_in_several_lines_is_read_whole(
    town: Town, account: Account, proxy: ImapProxy
) -> None:
    def split(command: bytes) -> bytes | None:
        if not command.startswith(b"UID SEARCH ") or b"INBOX" not in proxy.heard(b"EXAMINE")[-1]:
            return None
        return b"* SEARCH 1\r\n* SEARCH 2 3\r\n{tag} OK done\r\n"

    proxy.answer = split
    office = town.office(town.box(account, server(proxy.port)))
    town.receive(account, *numbered(1, 3))
    assert office.take_in() == ["recorded"] * 3


# Duplicates


@pytest.mark.parametrize("fault", [b"", b"{tag} NO [UNAVAILABLE] later\r\n"], ids=["cut off", "refused"])
def test_trouble_between_filing_and_flagging_makes_no_second_entry(
    town: Town, account: Account, proxy: ImapProxy, fault: bytes
) -> None:
    proxy.answer = lambda command: fault if b"STORE" in command else None
    office = town.office(town.box(account, server(proxy.port), mark_seen=True))
    town.receive(account, mail(1), mail(2))
    assert office.round() == ["recorded", "recorded"]
    assert proxy.heard(b"STORE")
    assert office.round() == []
    assert (office.count(Entry), len(town.sent())) == (2, 2)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_programs_that_run_at_once_on_one_mailbox_take_each_mail_and_send_each_letter_once(
    town: Town, account: Account
) -> None:
    offices = [town.office(town.box(account), name=f"uji:{number}") for number in range(3)]
    town.receive(account, *numbered(1, 20))
    together = threading.Barrier(len(offices))
    failed: list[BaseException] = []

    def work(office: Office) -> None:
        together.wait(20)
        try:
            for _ in range(3):
                office.round()
        except BaseException as wrong:
            failed.append(wrong)

    threads = [threading.Thread(target=work, args=(office,)) for office in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    inbox = [one for one in offices[0].rows(Arrival) if not one.outgoing]  # type: ignore[attr-defined]
    assert (len(inbox), offices[0].count(Entry)) == (20, 20)
    assert (len(town.sent()), set(town.written_to().values())) == (20, {1})
    offices[0].nothing_wrong()


def test_our_own_letter_that_comes_back_is_known_and_ends_there(town: Town, account: Account) -> None:
    office = town.office(town.box(account))
    town.receive(account, mail(1))
    office.round()
    travelled = b"Received: from mx.example.org by kantor.example.org; Mon, 2 Mar 2026 12:01:00 +0700\r\n"
    town.receive(account, travelled + town.sent()[0].raw)
    assert office.round() == ["own"]
    assert (office.count(Entry), len(town.sent())) == (1, 1)


@pytest.mark.parametrize("first", ["direct", "list"])
def test_a_letter_that_came_directly_and_through_a_list_is_one_entry_with_one_letter(
    town: Town, account: Account, first: str
) -> None:
    copies = {"direct": mail(1), "list": mail(1, List_Id="<warga.example.org>", Precedence="list")}
    office = town.office(town.box(account))
    town.receive(account, copies.pop(first))
    before = office.round()
    town.receive(account, *copies.values())
    after = office.round()
    assert Counter(before + after)["recorded"] == 1
    assert (office.count(Entry), len(town.sent())) == (1, 1)


def test_what_staff_forward_from_one_mailbox_to_the_other_is_recorded_and_not_answered(
    town: Town, account: Account
) -> None:
    other = town.dovecot.account()
    office = town.office(town.box(account), town.box(other))
    forwarded = mail(
        1,
        sender=f"Loket <{account.address}>",
        subject="Fwd: Pengaduan upah",
        Message_ID="<terusan@kantor.example.org>",
    )
    town.receive(other, forwarded)
    town.receive(account, forwarded, folder="Sent")
    assert [*office.round(), *office.round()] == ["recorded"]
    (letter,) = office.letters()
    assert (letter.state, town.sent()) == (S.WITHHELD, [])
    assert "kotak surat kantor sendiri" in letter.reason
    office.nothing_wrong()


@pytest.mark.parametrize("way", ["inline", "attached"])
def test_a_complaint_of_the_book_that_staff_forward_to_the_other_mailbox_is_no_second_entry(
    town: Town, account: Account, way: str
) -> None:
    other = town.dovecot.account()
    office = town.office(town.box(account), town.box(other))
    town.receive(account, mail(1))
    office.round()
    forward = {
        "sender": f"Loket <{account.address}>",
        "subject": "Fwd: Pengaduan",
        "Message_ID": "<terusan@x.example.org>",
    }
    if way == "inline":
        forwarded = mail(2, **forward, References="<surat.1@warga.example.org>")
    else:
        carrier = email.message_from_bytes(mail(2, **forward, text="Mohon dicek."), policy=email.policy.SMTP)
        carrier.add_attachment(email.message_from_bytes(mail(1), policy=email.policy.SMTP))
        forwarded = carrier.as_bytes()
    town.receive(other, forwarded)
    assert office.round() == ["follow_up"]
    assert (office.count(Entry), len(town.sent())) == (1, 1)
    office.nothing_wrong()


# One bad mail, or one bad mailbox


def test_a_mail_of_twenty_five_megabytes_is_taken_in_and_holds_up_no_other(town: Town, account: Account) -> None:
    message = email.message_from_bytes(mail(2))
    head, _, text = mail(2).partition(b"\r\n\r\n")
    assert message["Subject"]
    big = b"\r\n".join(
        [
            *(line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-")),
            b"Content-Type: multipart/mixed; boundary=batas\r\n\r\n--batas\r\n",
            text,
            b"--batas\r\nContent-Type: application/pdf; name=bukti.pdf\r\nContent-Transfer-Encoding: base64\r\n",
            b"\r\n".join([b"QUJD" * 19] * (25_000_000 // 78)),
            b"--batas--\r\n",
        ]
    )
    office = town.office(town.box(account))
    town.receive(account, mail(1), big, mail(3))
    assert office.round() == ["recorded"] * 3
    assert set(town.written_to().values()) == {1}
    assert len(town.sent()) == 3


def test_a_mail_that_the_server_never_gives_is_told_and_tried_and_holds_up_no_other(
    town: Town, account: Account, proxy: ImapProxy
) -> None:
    def withhold(command: bytes) -> bytes | None:
        return b"{tag} NO [UNAVAILABLE] UID FETCH\r\n" if command.startswith(b"UID FETCH 2 ") else None

    proxy.answer = withhold
    office = town.office(town.box(account, server(proxy.port), files_sent=True))
    town.receive(account, *numbered(1, 3))
    assert office.round() == ["recorded", "recorded"]
    for days in (1, 30, 60):
        town.clock.turn(days=days)
        assert office.round() == []
    (noted,) = [one for one in office.rows(Arrival) if one.uid == 2 and not one.outgoing]  # type: ignore[attr-defined]
    assert isinstance(noted, Arrival)
    assert (noted.state, noted.attempts) == (ArrivalState.UNFETCHABLE, 4)
    assert office.status()["surat yang belum diberikan server: 1"] is True
    proxy.answer = lambda _: None
    assert office.round() == ["recorded"]
    assert len(town.sent()) == 3
    office.nothing_wrong()


@pytest.mark.parametrize(("how", "state"), [("deleted", ArrivalState.GONE), ("renumbered", ArrivalState.RENUMBERED)])
def test_nobody_waits_for_a_mail_that_left_the_server_or_was_renumbered_before_it_was_given(
    town: Town, account: Account, proxy: ImapProxy, how: str, state: ArrivalState
) -> None:
    proxy.answer = lambda said: b"{tag} NO [UNAVAILABLE] FETCH\r\n" if said.startswith(b"UID FETCH 1 ") else None
    office = town.office(town.box(account, server(proxy.port), files_sent=True))
    town.receive(account, *numbered(1, 2))
    assert office.round() == ["recorded"]
    proxy.answer = lambda _: None
    if how == "deleted":
        with town.dovecot.client(account) as client:
            client.delete(["1"])
    else:
        town.dovecot.renew_uidvalidity(account)
    office.round()
    assert [one.state for one in office.rows(Arrival)].count(state) == 1  # type: ignore[attr-defined]
    assert office.status()["surat yang belum diberikan server: 0"] is False
    vanished = 1 if how == "deleted" else 0
    assert f"surat yang hilang dari server sebelum dapat diambil: {vanished}" in office.status()
    assert office.count(Entry) == (1 if how == "deleted" else 2)
    office.nothing_wrong()


@pytest.mark.parametrize("folder", [b"JUNK", b"SENT"])
def test_a_folder_that_cannot_be_searched_keeps_no_other_from_being_read(
    town: Town, account: Account, proxy: ImapProxy, folder: bytes
) -> None:
    looked_at = [b""]

    def refuse(said: bytes) -> bytes | None:
        if said.upper().startswith((b"EXAMINE", b"SELECT")):
            looked_at[0] = said.upper()
        searched = said.upper().startswith(b"UID SEARCH") and folder in looked_at[0]
        return b"{tag} NO [UNAVAILABLE] SEARCH Backend error\r\n" if searched else None

    for name in ("Junk", "Sent"):
        town.dovecot.maildir(account, name)
    proxy.answer = refuse
    office = town.office(town.box(account, server(proxy.port), folders=["INBOX", "\\Junk"], files_sent=True))
    for number in range(1, 4):  # one after another, without the pauses of a mailbox in trouble
        town.receive(account, mail(number))
        assert office.round() == ["recorded"]
    assert office.round() == []
    with office.database.reading() as session:
        assert "tidak dapat dibaca" in session.get_one(MailboxState, account.address).trouble


@pytest.mark.parametrize(("lasted", "asked_anew"), [(0.0, False), (10.0, True)])
def test_a_push_that_breaks_off_after_a_while_is_taken_up_at_once(
    town: Town, account: Account, proxy: ImapProxy, lasted: float, asked_anew: bool
) -> None:
    office = town.office(town.box(account, server(proxy.port)))
    passed = itertools.count(0.0, lasted)
    watcher = Watcher(
        office.database,
        office.settings.mailboxes[0],
        office.means,
        stop=threading.Event(),
        elapsed=lambda: next(passed),
    )
    assert watcher.look() is not None
    proxy.answer = lambda said: b"" if said.upper() == b"IDLE" else None
    due = threading.Event()
    waiting = threading.Thread(target=watcher.wait_for_news, args=(due,))
    waiting.start()
    waiting.join(60 if asked_anew else 0.3)
    assert waiting.is_alive() is not asked_anew
    due.set()
    waiting.join()
    watcher.leave()


def test_a_mailbox_that_hangs_is_asked_once_a_round_for_its_sent_folder(town: Town, account: Account) -> None:
    ill = town.dovecot.account()
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        box = Box(ill.address, ill.password, server(hanging.getsockname()[1]), smtp_of(town.sink))
        folder = town.folder / "uji"
        settings = office_of(folder, [box], intake={"timeout_seconds": 1})
        sent = ImapSentFolder(settings)
        for _ in range(5):
            with pytest.raises(SentUnreachable, match="tidak menjawab pada waktunya"):
                sent.append(ill.address, mail(1), NOON)
        hanging.settimeout(0.1)
        hanging.accept()[0].close()
        with pytest.raises(TimeoutError):
            hanging.accept()


def test_an_answer_to_a_mail_without_entry_comes_to_the_entry_that_an_officer_opens_later(
    town: Town, account: Account
) -> None:
    office = town.office(town.box(account))
    offer = mail(1, subject="Penawaran printer", text="Kami menawarkan printer dan tinta dengan harga khusus.")
    town.receive(account, offer)
    assert office.round() == ["unregistered"]
    answer = mail(9, sender=f"Petugas <{account.address}>", text="Baik.", In_Reply_To="<surat.1@warga.example.org>")
    town.receive(account, answer, folder="Sent")
    assert office.round() == office.round() == []
    Resettler(office.database, office.means).release(1, "petugas", Told(Kind.PENGADUAN, "umum"))
    office.round()
    (kept,) = [one for one in office.rows(Message) if one.outgoing]  # type: ignore[attr-defined]
    assert isinstance(kept, Message) and kept.entry_id == 1
    office.nothing_wrong()


def test_an_answer_of_staff_that_the_server_does_not_give_at_first_is_not_lost(
    town: Town, account: Account, proxy: ImapProxy
) -> None:
    office = town.office(town.box(account, server(proxy.port)))
    town.receive(account, mail(1))
    office.round()
    answer = mail(
        9, sender=f"Petugas <{account.address}>", text="Sudah kami periksa.", In_Reply_To="<surat.1@warga.example.org>"
    )
    town.receive(account, answer, folder="Sent")
    proxy.answer = lambda command: b"{tag} NO [UNAVAILABLE] later\r\n" if b"HEADER.FIELDS" in command else None
    assert office.round() == []
    proxy.answer = lambda _: None
    assert office.round() == ["follow_up"]


def test_a_letter_is_not_sent_again_while_the_server_cannot_say_what_lies_in_sent(
    town: Town, account: Account, proxy: ImapProxy
) -> None:
    office = town.office(town.box(account, server(proxy.port), files_sent=True))
    town.receive(account, mail(1))
    town.sink.fail(Fault("dot", "drop", kept=True))
    office.round()
    town.sink.fail()
    town.dovecot.deliver(account, town.sent()[0].raw, folder="Sent")
    proxy.answer = lambda command: b"{tag} NO [UNAVAILABLE] later\r\n" if b"HEADER.FIELDS" in command else None
    for _ in range(3):
        town.clock.turn(hours=2)
        office.round()
    assert [letter.state for letter in office.letters()] == [S.SENDING]
    proxy.answer = lambda _: None
    office.round()
    assert [letter.state for letter in office.letters()] == [S.SENT]
    assert len(town.sent()) == 1


NONSENSE = {
    "a list cut off": (b"LIST", b"* LIST (\\Junk) {9999999}\r\n{tag} OK done\r\n"),
    "a list of bytes": (b"LIST", b'* LIST (\xff\xfe) "/" "\xff&-&"\r\n{tag} OK done\r\n'),
    "a list without names": (b"LIST", b"* LIST\r\n{tag} OK done\r\n"),
    "a uidvalidity in words": (b"EXAMINE", b"* OK [UIDVALIDITY satu] x\r\n* 1 EXISTS\r\n{tag} OK done\r\n"),
    "no uidvalidity": (b"EXAMINE", b"* 1 EXISTS\r\n{tag} OK done\r\n"),
    "a search in words": (b"UID SEARCH", b"* SEARCH satu \xff\r\n{tag} OK done\r\n"),
    "a search refused": (b"UID SEARCH", b"{tag} NO [SERVERBUG] x\r\n"),
    "a fetch in words": (b"UID FETCH", b"* 1 FETCH (UID satu BODY[] {1}\r\nx)\r\n{tag} OK done\r\n"),
    "no imap at all": (b"EXAMINE", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "another tag": (b"LIST", b"zzz9 OK done\r\n"),
}


@pytest.mark.parametrize(("word", "answer"), NONSENSE.values(), ids=NONSENSE.keys())
def test_a_server_that_answers_nonsense_is_told_and_holds_up_no_other_mailbox(
    town: Town, account: Account, proxy: ImapProxy, word: bytes, answer: bytes
) -> None:
    ill = town.dovecot.account()
    proxy.answer = lambda command: answer if command.upper().startswith(word) else None
    office = town.office(town.box(ill, server(proxy.port)), town.box(account))
    town.receive(ill, mail(1))
    town.receive(account, mail(2))
    first = office.round()
    told = office.trouble(ill.address) or office.status().get("surat yang belum diberikan server: 1")
    assert (first, bool(told)) in [(["recorded"], True), (["recorded", "recorded"], False)]
    proxy.answer = lambda _: None
    town.clock.turn(hours=2)
    assert first + office.round() == ["recorded", "recorded"]
    assert set(town.written_to().values()) == {1}


# Loops and letters


MACHINES = {
    "no-reply": mail(1, sender="Toko <no-reply@toko.example.org>", subject="Keluhan Saudara kami terima"),
    "vacation": mail(2, Auto_Submitted="auto-replied", subject="Balasan otomatis: cuti"),
    "list": mail(3, List_Id="<buletin.example.org>"),
    "bulk": mail(4, Precedence="bulk"),
    "null path": b"Return-Path: <>\r\n" + mail(5),
    "service desk": mail(6, X_Zammad_Ticket_Id="12"),
    "daemon": mail(7, sender="MAILER-DAEMON@mx.example.org", subject="Undelivered Mail Returned to Sender"),
}


@pytest.mark.parametrize("raw", MACHINES.values(), ids=MACHINES.keys())
def test_no_machine_gets_an_acknowledgement_and_the_reason_stands_in_the_book(
    town: Town, account: Account, raw: bytes
) -> None:
    office = town.office(town.box(account))
    town.receive(account, raw)
    office.round()
    assert town.sent() == []
    assert all(letter.state is S.WITHHELD and letter.reason for letter in office.letters())
    (message,) = office.rows(Message)
    assert isinstance(message, Message)
    assert message.reason


def test_a_first_start_on_an_old_mailbox_writes_to_nobody(town: Town, account: Account) -> None:
    town.receive(account, *numbered(1, 50), at=START - timedelta(days=30))
    office = town.office(town.box(account))
    assert office.round() == []
    assert (office.count(Entry), office.count(Letter), town.sent()) == (0, 0, [])


def stripped(raw: bytes) -> bytes:
    """Take the marks of an automatic answer from a letter, as a careless server on its way does."""
    marks = (b"auto-submitted:", b"x-auto-response-suppress:", b"x-buku-")
    return b"\r\n".join(line for line in raw.split(b"\r\n") if not line.lower().startswith(marks))


@pytest.mark.parametrize("way", ["marks kept", "marks lost"])
def test_two_offices_that_run_this_program_do_not_answer_each_other_for_ever(
    town: Town, account: Account, way: str
) -> None:
    theirs = town.dovecot.account("pengaduan@dinas.example.org")
    book = Database.open(f"sqlite:///{(town.folder / 'theirs.db').as_posix()}")
    book.upgrade()
    offices = {
        account.address: (account, town.office(town.box(account))),
        theirs.address: (theirs, town.office(town.box(theirs), database=book, name="uji:2")),
    }
    town.receive(account, mail(1, sender=f"Dinas <{theirs.address}>"))
    carried = 0
    for _ in range(8):
        for _, office in offices.values():
            office.round()
        fresh, carried = town.sent()[carried:], len(town.sent())
        for letter in fresh:
            to, _ = offices[letter.recipients[0]]
            town.receive(to, letter.raw if way == "marks kept" else stripped(letter.raw))
        town.clock.turn(minutes=10)
    assert town.sent()[carried:] == []
    for _, office in offices.values():
        assert len(office.letters()) == office.count(Entry) <= 1
        office.nothing_wrong()
    assert len(town.sent()) <= (1 if way == "marks kept" else 2)
    book.close()


def answer_to(letter: Accepted, number: int, **headers: str) -> bytes:
    """Return what a program that answers every mail writes back, its Message-ID new each time."""
    head = email.message_from_bytes(letter.raw)
    subject = f"Re: {head['Subject']}"
    sender = letter.recipients[0]
    text = f"Terima kasih atas surat Saudara. Kami akan segera membalas surat ke-{number}."
    return mail(
        number, sender=sender, subject=subject, text=text, Message_ID=f"<balas.{number}@x.example.org>", **headers
    )


def test_a_vacation_notice_for_our_letter_stands_with_its_entry_and_gets_no_letter(
    town: Town, account: Account
) -> None:
    office = town.office(town.box(account))
    town.receive(account, mail(1))
    office.round()
    (letter,) = town.sent()
    ours = str(email.message_from_bytes(letter.raw)["Message-ID"])
    town.receive(account, answer_to(letter, 2, In_Reply_To=ours, Auto_Submitted="auto-replied"))
    assert office.round() == ["automatic"]
    message = office.rows(Message)[1]
    assert isinstance(message, Message)
    assert message.entry_id == 1
    assert len(town.sent()) == 1


@pytest.mark.parametrize("threaded", [True, False])
def test_a_program_that_answers_everything_without_any_mark_does_not_keep_us_writing(
    town: Town, account: Account, threaded: bool
) -> None:
    office = town.office(town.box(account))
    town.receive(account, mail(1))
    answered = 0
    for _ in range(12):
        office.round()
        fresh, answered = town.sent()[answered:], len(town.sent())
        for letter in fresh:
            ours = str(email.message_from_bytes(letter.raw)["Message-ID"])
            town.receive(account, answer_to(letter, 100 + answered, **({"In_Reply_To": ours} if threaded else {})))
        town.clock.turn(minutes=5)
    assert len(town.sent()) == 1
    assert office.count(Entry) == 1


def test_a_forged_sender_is_written_to_no_more_than_the_cap_and_the_rest_says_why(town: Town, account: Account) -> None:
    office = town.office(town.box(account), cap=3)
    town.receive(account, *(mail(number, sender="Korban <korban@x.example.org>") for number in range(1, 9)))
    assert office.round() == ["recorded"] * 8
    assert town.written_to() == {"korban@x.example.org": 3}
    withheld = [letter for letter in office.letters() if letter.state is S.WITHHELD]
    assert len(withheld) == 5
    assert all("3 surat dalam 24 jam" in letter.reason for letter in withheld)


FORGED = {
    "our own address": "Kepala Kantor <{ours}>",
    "our own address in capitals": "<{OURS}>",
    "nobody": "<>",
    "two writers": "satu@x.example.org, dua@x.example.org",
    "an address inside a name": '"layanan@kantor.example.org" <tiga@x.example.org>',
    "a line end": "=?utf-8?q?a=0D=0ABcc:_empat@x.example.org?= <lima@x.example.org>",
}


@pytest.mark.parametrize("sender", FORGED.values(), ids=FORGED.keys())
def test_a_forged_from_makes_us_write_to_one_writer_at_most_and_never_to_ourselves(
    town: Town, account: Account, sender: str
) -> None:
    head, _, rest = mail(1).partition(b"\r\n")
    assert head.startswith(b"From:")
    forged = sender.format(ours=account.address, OURS=account.address.upper())
    office = town.office(town.box(account))
    town.receive(account, f"From: {forged}\r\n".encode() + rest)
    assert office.round() == ["recorded"]
    assert sum(town.written_to().values()) <= 1
    assert account.address not in {one.lower() for one in town.written_to()}
    assert "empat@x.example.org" not in town.written_to()
    office.nothing_wrong()


def bounce_of(letter: Accepted) -> bytes:
    head, _, _ = letter.raw.partition(b"\r\n\r\n")
    return (
        b"From: Mail Delivery Subsystem <mailer-daemon@mx.example.org>\r\nReturn-Path: <>\r\n"
        b"Subject: Delivery Status Notification (Failure)\r\nAuto-Submitted: auto-replied\r\n"
        b"Message-ID: <dsn.1@mx.example.org>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nThe address was not found.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        b"Final-Recipient: rfc822; warga1@warga.example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n" + head + b"\r\n\r\n--b--\r\n"
    )


def test_the_return_of_our_letter_tells_staff_that_the_citizen_was_never_told(town: Town, account: Account) -> None:
    office = town.office(town.box(account))
    town.receive(account, mail(1))
    office.round()
    town.receive(account, bounce_of(town.sent()[0]))
    assert office.round() == ["bounce"]
    (letter,) = office.letters()
    assert letter.state is S.FAILED
    assert "5.1.1" in letter.reason
    assert "alamat penerima tidak ada" in letter.reason
    assert office.status()["tanda terima belum terkirim: 1"] is True
    assert "surat_kembali" in [one.verb for one in office.rows(Event)]  # type: ignore[attr-defined]
    assert office.round() == []
    assert len(town.sent()) == 1


# Threading


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Upah lembur saya dua bulan tidak dibayar perusahaan. Mohon ditindaklanjuti.", Disposition.RECORDED),
        ("Promo akhir tahun: kami menawarkan printer dan tinta dengan harga khusus.", Disposition.UNREGISTERED),
    ],
)
def test_a_stranger_who_quotes_a_number_gets_into_no_case_and_is_shown_to_staff(
    town: Town, account: Account, text: str, outcome: Disposition
) -> None:
    office = town.office(town.box(account))
    town.receive(account, mail(1))
    office.round()
    town.receive(account, mail(2, subject="Re: PGD/2026/0001", text=text))
    assert office.round() == [outcome.value]
    with town.database.reading() as session:
        strange = session.get_one(Message, 2)
        waiting = [strange.needs_review, *session.exec(select(Entry.needs_review).where(Entry.id == 2))]
    assert strange.entry_id != 1
    assert any(waiting)
    assert all(b"2026/0001" not in one.raw.partition(b"\r\n\r\n")[2] for one in town.sent()[1:])


# Time


def test_a_letter_of_new_years_night_is_counted_and_answered_in_the_offices_time(town: Town, account: Account) -> None:
    night = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
    town.clock.moment = night + timedelta(minutes=5)
    raw = mail(1).replace(b"Mon, 02 Mar 2026 11:00:00 +0700", b"Thu, 01 Jan 2096 00:00:00 +0000")
    office = town.office(town.box(account))
    town.receive(account, raw, at=night)
    office.round()
    with town.database.reading() as session:
        assert session.exec(select(Entry.number)).all() == ["PGD/2027/0001"]
    letter = email.message_from_bytes(town.sent()[0].raw)
    plain = letter.get_payload(0)
    assert isinstance(plain, email.message.Message)
    words = plain.get_payload(decode=True)
    assert isinstance(words, bytes)
    assert "1 Januari 2027 pukul 00.30 WIB" in " ".join(words.decode().split())
    assert str(letter["Date"]).endswith("+0700")


# Accounts


POOR = "imap_capability = IMAP4rev1\nmail_max_userip_connections = 2\n"


def test_a_server_that_offers_nothing_and_allows_two_connections_is_enough(
    town: Town, certificate: Certificate
) -> None:
    with running_dovecot(certificate, extra=POOR) as poor:
        account = poor.account()
        poor.deliver(account, numbered(1, 3), received_at=RECEIVED)
        poor.deliver(account, mail(4), folder="Junk", received_at=RECEIVED)
        box = Box(account.address, account.password, imap_of(poor), smtp_of(town.sink), more={"mark_seen": True})
        office = town.office(box)
        assert Counter(office.round()) == {"recorded": 3, "unregistered": 1}
        assert office.trouble(account.address) == ""
        assert len(poor.raw_mails(account, "Sent")) == 3
        assert set(poor.flags(account).values()) == {frozenset({"\\Seen"})}
    assert len(town.sent()) == 3


def test_the_folder_of_sent_mail_may_be_named_where_the_server_marks_none(town: Town, account: Account) -> None:
    with town.dovecot.client(account) as client:
        client.folder.delete("Sent")
        client.folder.create("Terkirim")
    office = town.office(town.box(account, sent_folder="Terkirim"))
    town.receive(account, mail(1))
    assert office.round() == ["recorded"]
    assert town.dovecot.raw_mails(account, "Terkirim") == [town.sent()[0].raw]


@pytest.mark.parametrize("secret", ["“rahasia”", "rahasié"])
def test_a_password_that_no_server_can_be_told_holds_up_no_other_mailbox(
    town: Town, account: Account, secret: str
) -> None:
    ill = town.dovecot.account()
    office = town.office(town.box(Account(ill.address, secret)), town.box(account))
    town.receive(account, mail(1))
    assert office.round() == ["recorded"]
    assert "ASCII" in office.trouble(ill.address)
    assert len(town.sent()) == 1


def test_a_user_name_that_no_server_can_be_told_holds_up_no_other_mailbox(town: Town, account: Account) -> None:
    ill = town.dovecot.account()
    smtp = town.box(account).smtp
    named = Box(ill.address, ill.password, imap_of(town.dovecot), smtp, more={"user": "rahasié"})
    office = town.office(named, town.box(account))
    town.receive(account, mail(1))
    assert office.round() == ["recorded"]
    assert office.trouble(ill.address)
    assert len(town.sent()) == 1


def test_xoauth2_is_not_offered_by_the_configuration(town: Town) -> None:
    with pytest.raises(ConfigError, match="oauth"):
        office_of(town.folder, [Box(more={"oauth_refresh_token": "x"})])


class OnlyXoauth2(socketserver.StreamRequestHandler):
    """An SMTP server that offers XOAUTH2 and no other way to log in."""

    def handle(self) -> None:
        self.wfile.write(b"220 mx.example.org\r\n")
        for line in self.rfile:
            hello = line.upper().startswith(b"EHLO")
            self.wfile.write(b"250-mx.example.org\r\n250 AUTH XOAUTH2\r\n" if hello else b"221 bye\r\n")


def test_an_smtp_server_that_takes_only_xoauth2_is_told_with_what_to_do(town: Town) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), OnlyXoauth2) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        (box,) = office_of(town.folder, [Box(smtp=server(listening.server_address[1]))]).mailboxes
        with Transport(box, timeout=5) as transport:
            said = transport.log_in()
        listening.shutdown()
        thread.join(5)
    assert "XOAUTH2" in said
    assert "sandi aplikasi" in said


def only_xoauth2(command: bytes) -> bytes | None:
    if command.startswith(b"CAPABILITY"):
        return b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED\r\n{tag} OK done\r\n"
    return b"{tag} NO [AUTHENTICATIONFAILED] LOGIN is disabled\r\n" if command.startswith(b"LOGIN") else None


def test_a_server_that_takes_only_xoauth2_is_told_with_what_to_do(
    town: Town, account: Account, proxy: ImapProxy
) -> None:
    proxy.answer = only_xoauth2
    office = town.office(Box(account.address, account.password, server(proxy.port), NOWHERE))
    office.round()
    assert "sandi aplikasi" in office.trouble(account.address)
