"""Whatever happens in an office, in any order, its book stays sound: random walks over all that the program offers."""

import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import settings as trying
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import Session, col, select, text

from ingest.judge import FileFacts
from ledger import broadcasts, issuing, recording, review, snapshot, staff, whose, workflow
from ledger.database import Database
from ledger.desk.acts import TASKS
from ledger.entries import Draft
from ledger.erasure import Scope
from ledger.files import Packed
from ledger.issuing import Narrative
from ledger.models import Broadcast, Entry, Letter, Message
from ledger.periods import Period
from ledger.ports import Bounce, Told
from ledger.recording import TYPED_CHANNELS
from ledger.words import REGISTER_OF, Channel, Disposition, Kind, LetterState, Status
from tests import soundness
from tests.fuzzing import WALKS
from tests.office import FIRST, SECOND, identity, rulebook, settings, unread
from tests.soundness import CHEAP, DEAR
from tests.wire.smtp import SmtpSink
from tests.world import FAULTS, Answer, Books, World

WHICH = st.integers(0, 5)
"""Which of those that there are, the newest first."""
PEOPLE = st.sampled_from(["siti@example.org", "budi@example.org", FIRST, ""])
ADDRESSES = st.sampled_from(["siti@example.org", "dewi@example.org", "tanpa domain", ""])
KINDS = st.sampled_from(list(Kind))
REGISTERED = st.sampled_from(list(REGISTER_OF))
SERVICES = st.sampled_from(["ppjp", "siskotkln", "umum"])
MAILBOXES = st.sampled_from([FIRST, SECOND])
FOLDERS = st.sampled_from(["INBOX", "INBOX", "INBOX", "Spam"])
MACHINES = st.sampled_from([Disposition.AUTOMATIC, Disposition.LIST])
DAYS = st.sampled_from([0, 0, 1, 40]).map(lambda days: timedelta(days=days))
SPANS = st.sampled_from([1, 3, 11, 60 * 5, 60 * 25, 60 * 24 * 9, 60 * 24 * 33, -2, -90])
"""How many minutes pass, or how far a clock is set back."""
SEEN = st.sampled_from([0, 0, 0, 1])
"""By how many versions the page is behind on which an officer acts."""

Do = Callable[[Session, Entry, workflow.Act], object]


class Walk(RuleBasedStateMachine):
    """One walk through the life of an office."""

    def __init__(self, make: Callable[[], World]) -> None:
        super().__init__()
        self.world = make()
        self.forms: list[recording.Told] = []
        self.seen: tuple[object, ...] = ()

    def teardown(self) -> None:
        try:
            for holds in (*CHEAP, *DEAR):
                holds(self.world)
        finally:
            self.world.close()

    @invariant()
    def the_book_is_sound(self) -> None:
        written = self.world.written_so_far
        if written != self.seen:
            for holds in CHEAP:
                holds(self.world)
        self.seen = written

    # Mails

    @rule(
        sender=PEOPLE, kind=KINDS, service=SERVICES, doubtful=st.booleans(), mailbox=MAILBOXES, folder=FOLDERS,
        silent=st.sampled_from([False, False, True]), lag=DAYS, named=st.booleans(), no_id=st.booleans(),
    )  # fmt: skip
    def a_mail_arrives(
        self, sender: str, kind: Kind, service: str, doubtful: bool, mailbox: str, folder: str, silent: bool,
        lag: timedelta, named: bool, no_id: bool,
    ) -> None:  # fmt: skip
        file = FileFacts("surat.pdf", "application/pdf", 10, "f" * 64)
        more = {"rfc_message_id": None} if no_id else {}
        mail = self.world.mail(sender, kind=kind, service=service, needs_review=doubtful, files=(file,), **more)
        who = identity(name=mail.subject, address=mail.subject) if named else identity()
        self.world.comes(replace(mail, identity=who), mailbox=mailbox, folder=folder, silent=silent, lag=lag)

    @rule(which=WHICH, mailbox=MAILBOXES, folder=FOLDERS, same_bytes=st.booleans())
    def the_same_letter_comes_again(self, which: int, mailbox: str, folder: str, same_bytes: bool) -> None:
        world = self.world
        for before in _one(world.delivered[::-1], which):
            mark, raw = world.written[before.raw], before.raw if same_bytes else b""
            world.comes(world.mails[before.raw], mark=mark, mailbox=mailbox, folder=folder, raw=raw)

    @rule(which=WHICH, mailbox=MAILBOXES)
    def the_same_words_are_sent_again_as_another_letter(self, which: int, mailbox: str) -> None:
        for mail in _one(self.world.readable(), which):
            self.world.comes(replace(mail, rfc_message_id=self.world.new_id()), mailbox=mailbox)

    @rule(which=WHICH, sender=PEOPLE, machine=st.none() | MACHINES)
    def somebody_goes_on_with_an_earlier_letter(self, which: int, sender: str, machine: Disposition | None) -> None:
        for before in _one(self.world.readable(), which):
            told = {"references": [before.rfc_message_id or "entah"], "screened": machine}
            self.world.comes(self.world.mail(sender, **told))

    @rule(
        which=WHICH,
        sender=PEOPLE,
        mailbox=MAILBOXES,
        by_number=st.booleans(),
        folder=st.sampled_from(["INBOX", "Sent"]),
    )
    def somebody_answers_our_letter(self, which: int, sender: str, mailbox: str, by_number: bool, folder: str) -> None:
        for letter in _one(self.letters(*LetterState), which):
            told = (
                {"subject": f"Tentang {self.number_of(letter)}"}
                if by_number
                else {"references": [letter.rfc_message_id]}
            )
            self.world.comes(self.world.mail(sender, **told), mailbox=mailbox, folder=folder)

    def number_of(self, letter: Letter) -> str:
        with self.world.database.reading() as session:
            return session.get_one(Entry, letter.entry_id).number

    @rule(which=WHICH, status=st.sampled_from(["5.1.1", "4.2.2"]))
    def a_letter_of_ours_comes_back(self, which: int, status: str) -> None:
        for letter in _one(self.letters(*LetterState), which):
            bounce = Bounce(letter.recipient, status, letter.rfc_message_id)
            mail = self.world.mail("mailer-daemon@example.org", screened=Disposition.BOUNCE, bounce=bounce)
            self.world.comes(mail, mailbox=letter.mailbox)

    @rule(which=WHICH)
    def a_letter_of_ours_comes_in_as_a_mail(self, which: int) -> None:
        for letter in _one(self.letters(*LetterState), which):
            mail = self.world.mail(letter.mailbox, rfc_message_id=letter.rfc_message_id)
            self.world.comes(mail, mailbox=letter.mailbox)

    @rule(machine=MACHINES, mailbox=MAILBOXES)
    def a_machine_writes(self, machine: Disposition, mailbox: str) -> None:
        mail = self.world.mail("mesin@example.org", screened=machine)
        self.world.comes(mail, mailbox=mailbox)

    @rule(mailbox=MAILBOXES, folder=FOLDERS)
    def a_mail_arrives_that_nothing_can_read(self, mailbox: str, folder: str) -> None:
        self.world.comes(unread(), mailbox=mailbox, folder=folder)

    @rule(which=WHICH, sender=PEOPLE, kind=KINDS, like=st.none() | WHICH)
    def a_new_version_can_read_what_nothing_could(self, which: int, sender: str, kind: Kind, like: int | None) -> None:
        """What it reads may be a letter that came before in other bytes."""
        world = self.world
        for raw in _one(world.unreadable(), which):
            known = [] if like is None else _one(world.readable(), like)
            world.mails[raw] = known[0] if known else world.mail(sender, mark=world.written[raw], kind=kind)

    # Typed in

    @rule(
        channel=st.sampled_from(TYPED_CHANNELS), kind=REGISTERED, service=SERVICES, email=ADDRESSES, ago=DAYS,
        secret=st.booleans(), scanned=st.booleans(),
    )  # fmt: skip
    def an_officer_takes_down(
        self, channel: Channel, kind: Kind, service: str, email: str, ago: timedelta, secret: bool, scanned: bool
    ) -> None:  # fmt: skip
        world, mark = self.world, self.world.mark()
        told = recording.Told(
            channel, kind, service, world.now - ago, name=f"Ibu {mark}", address=f"Jalan {mark}",
            phone="0813-7777-4242", email=email, account=f"Upah belum dibayar, {mark}.", secret=secret,
            once=world.new_id(),
        )  # fmt: skip
        self.forms.append(told)
        self.take_down(told, world.photo(mark) if scanned else ())

    @rule(which=WHICH)
    def a_form_is_sent_once_more(self, which: int) -> None:
        for told in _one(self.forms[::-1], which):
            self.take_down(told)

    def take_down(self, told: recording.Told, scans: Sequence[Packed] = ()) -> None:
        world = self.world

        def do(session: Session) -> None:
            spoken = self.on_air(session, told) if told.channel is Channel.RADIO else told
            recording.take_down(session, spoken, world.desk(), attached=scans, at=world.now, actor="petugas")

        world.at_desk(do)

    def on_air(self, session: Session, told: recording.Told) -> recording.Told:
        zone, now = settings().office.zone, self.world.now
        aired = broadcasts.open_broadcast(
            session, aired_on=now.astimezone(zone).date(), programme="", presenter="", at=now, actor="petugas"
        )
        at = broadcasts.on_air(aired, None, now=now, zone=zone)
        return replace(told, broadcast_id=aired.id, aired_at=at, received_at=at or now)

    @rule()
    def the_broadcasts_end(self) -> None:
        def do(session: Session) -> None:
            for one in session.exec(select(Broadcast)):
                broadcasts.close(session, one, at=self.world.now, actor="petugas")

        self.world.at_desk(do)

    # What an officer does with an entry

    def on_an_entry(self, key: str, which: int, behind: int, do: Do) -> None:
        """Do one of the acts of the desk with one of the entries for which the desk offers it."""
        world = self.world

        def chosen(session: Session) -> None:
            for entry in _one([one for one in self.entries(session) if TASKS[key].fits(one)], which):
                do(session, entry, world.act(max(1, entry.version - behind)))

        world.at_desk(chosen)

    def entries(self, session: Session) -> list[Entry]:
        return list(session.exec(select(Entry).order_by(col(Entry.id).desc())))

    @rule(which=WHICH, behind=SEEN, kind=KINDS, service=SERVICES)
    def correct_the_classification(self, which: int, behind: int, kind: Kind, service: str) -> None:
        self.correct("golongkan", which, behind, kind=kind, service=service)

    @rule(which=WHICH, behind=SEEN, email=ADDRESSES, named=st.booleans())
    def correct_the_identity(self, which: int, behind: int, email: str, named: bool) -> None:
        self.correct("identitas", which, behind, email=email, name=f"Bapak {self.world.mark()}" if named else "")

    def correct(self, key: str, which: int, behind: int, **values: object) -> None:
        def do(session: Session, entry: Entry, act: workflow.Act) -> None:
            mailbox, note = self.world.desk().mailbox_for(entry), f"menurut {self.world.mark()}"
            workflow.correct(session, entry, values, act, rulebook=rulebook(), default_mailbox=mailbox, note=note)

        self.on_an_entry(key, which, behind, do)

    @rule(which=WHICH, behind=SEEN)
    def confirm(self, which: int, behind: int) -> None:
        self.on_an_entry("benarkan", which, behind, workflow.confirm)

    @rule(which=WHICH, behind=SEEN, officer=st.sampled_from(["petugas", "kepala", "bukan siapa-siapa", ""]))
    def dispose(self, which: int, behind: int, officer: str) -> None:
        unit, note = "" if officer else settings().office.units[0], f"catatan {self.world.mark()}"
        self.on_an_entry(
            "disposisi", which, behind, lambda s, e, a: workflow.dispose(s, e, a, officer=officer, unit=unit, note=note)
        )

    @rule(which=WHICH, behind=SEEN)
    def forward(self, which: int, behind: int) -> None:
        office, note = settings().office.forward_to[0].name, f"catatan {self.world.mark()}"
        self.on_an_entry("teruskan", which, behind, lambda s, e, a: workflow.forward(s, e, a, office=office, note=note))

    @rule(which=WHICH, behind=SEEN, status=st.sampled_from(list(Status)))
    def set_the_status(self, which: int, behind: int, status: Status) -> None:
        note = f"hasil {self.world.mark()}"
        self.on_an_entry("keadaan", which, behind, lambda s, e, a: workflow.set_status(s, e, status, a, note=note))

    @rule(which=WHICH, behind=SEEN, becomes=st.sampled_from([Status.DIJAWAB, Status.MENUNGGU_KELENGKAPAN, None]))
    def answer(self, which: int, behind: int, becomes: Status | None) -> None:
        def do(session: Session, entry: Entry, act: workflow.Act) -> None:
            words, mailbox = f"Sudah kami periksa, {self.world.mark()}.", self.world.desk().mailbox_for(entry)
            workflow.answer(session, entry, act, words=words, default_mailbox=mailbox, becomes=becomes)

        self.on_an_entry("jawab", which, behind, do)

    @rule(which=WHICH, behind=SEEN)
    def note(self, which: int, behind: int) -> None:
        note = f"catatan {self.world.mark()}"
        self.on_an_entry("catatan", which, behind, lambda s, e, a: workflow.add_note(s, e, a, note=note))

    @rule(which=WHICH, behind=SEEN, known=st.booleans())
    def add_a_file(self, which: int, behind: int, known: bool) -> None:
        """The same photograph may be handed in for several matters."""
        photo = self.world.photo("foto bersama" if known else self.world.mark())
        self.on_an_entry("berkas", which, behind, lambda s, e, a: workflow.add_files(s, e, a, photo))

    @rule(which=WHICH, other=WHICH, behind=SEEN)
    def merge(self, which: int, other: int, behind: int) -> None:
        def do(session: Session, entry: Entry, act: workflow.Act) -> None:
            for into in _one(self.entries(session), other):
                workflow.merge(session, entry, act, into=into)

        self.on_an_entry("gabungkan", which, behind, do)

    @rule(which=WHICH, behind=SEEN)
    def join_what_continues_another(self, which: int, behind: int) -> None:
        self.on_an_entry("benarkan", which, behind, review.join)

    @rule(which=WHICH, behind=SEEN, kind=REGISTERED, service=SERVICES, email=ADDRESSES)
    def split(self, which: int, behind: int, kind: Kind, service: str, email: str) -> None:
        def do(session: Session, entry: Entry, act: workflow.Act) -> None:
            mark, mailbox = self.world.mark(), self.world.desk().mailbox_for(entry)
            told = {"name": f"Ibu {mark}", "matter": f"Perkara kedua {mark}", "account": f"Lagi pula {mark}"}
            draft = Draft(Channel.LAINNYA, kind, service, entry.received_at, email=email, **told)  # type: ignore[arg-type]
            workflow.split(session, entry, draft, act, rulebook=rulebook(), default_mailbox=mailbox)

        self.on_an_entry("pisahkan", which, behind, do)

    @rule(which=WHICH, behind=SEEN)
    def reopen(self, which: int, behind: int) -> None:
        note = f"belum tuntas, {self.world.mark()}"
        self.on_an_entry("buka-kembali", which, behind, lambda s, e, a: workflow.reopen(s, e, a, note=note))

    @rule(which=WHICH, behind=SEEN)
    def void(self, which: int, behind: int) -> None:
        note = f"salah catat, {self.world.mark()}"
        self.on_an_entry("batalkan", which, behind, lambda s, e, a: workflow.void(s, e, a, note=note))

    @rule(which=WHICH, behind=SEEN)
    def undo(self, which: int, behind: int) -> None:
        def do(session: Session, entry: Entry, act: workflow.Act) -> None:
            workflow.undo(session, entry, act, default_mailbox=self.world.desk().mailbox_for(entry))

        self.on_an_entry("urungkan", which, behind, do)

    # What an officer does with a mail

    @rule(which=WHICH)
    def release_from_quarantine(self, which: int) -> None:
        for mail in _one(self.mails(Disposition.QUARANTINED), which):
            self.world.release(mail.id or 0)

    @rule(which=WHICH, kind=REGISTERED, service=SERVICES, typed=st.booleans(), email=ADDRESSES)
    def make_an_entry_of_a_mail(self, which: int, kind: Kind, service: str, typed: bool, email: str) -> None:
        """An officer types what a mail says where nothing can read it."""
        mark = self.world.mark()
        told = Told(kind, service, account=f"Tertulis {mark}", name=mark, email=email) if typed else Told(kind, service)
        for mail in _one(self.mails(*Disposition), which):
            self.world.release(mail.id or 0, told)

    @rule(which=WHICH)
    def reject_from_quarantine(self, which: int) -> None:
        note = f"iklan {self.world.mark()}"
        self.on_a_mail(which, lambda s, m: workflow.reject_quarantined(s, m, self.world.act(), note=note))

    @rule(which=WHICH)
    def leave_a_mail_where_it_lies(self, which: int) -> None:
        self.on_a_mail(which, lambda s, m: workflow.set_aside(s, m, self.world.act()))

    def on_a_mail(self, which: int, do: Callable[[Session, Message], object]) -> None:
        def chosen(session: Session) -> None:
            for mail in _one(self.mails(Disposition.QUARANTINED, Disposition.UNREGISTERED), which):
                do(session, session.get_one(Message, mail.id))

        self.world.at_desk(chosen)

    # Letters

    @rule(answer=st.sampled_from(list(FAULTS)), in_sent=st.sampled_from([True, False, None, "server mati"]))
    def the_post_goes_round(self, answer: Answer, in_sent: bool | str | None) -> None:
        self.world.round(answer, in_sent)

    @rule(which=WHICH)
    def let_a_withheld_letter_go(self, which: int) -> None:
        self.on_a_letter(LetterState.WITHHELD, which, workflow.let_go)

    @rule(which=WHICH, state=st.sampled_from([LetterState.FAILED, LetterState.UNCERTAIN]))
    def send_a_letter_again(self, which: int, state: LetterState) -> None:
        self.on_a_letter(state, which, workflow.send_again)

    def on_a_letter(self, state: LetterState, which: int, do: Callable[[Session, Letter, workflow.Act], None]) -> None:
        def chosen(session: Session) -> None:
            for letter in _one(self.letters(state), which):
                do(session, session.get_one(Letter, letter.id), self.world.act())

        self.world.at_desk(chosen)

    # The office

    @rule()
    def an_hour_passes(self) -> None:
        self.world.let_pass(timedelta(hours=1))

    @rule(minutes=SPANS)
    def time_passes(self, minutes: int) -> None:
        self.world.let_pass(timedelta(minutes=minutes))

    @rule(months=st.sampled_from([1, 1, 3, 12]), back=st.integers(0, 2))
    def issue_a_recap(self, months: int, back: int) -> None:
        world = self.world
        period = Period.month_of(world.now.astimezone(settings().office.zone).date())
        for _ in range(back + 1):
            period = period.before()
        period = Period(period.year, (period.month - 1) // months * months + 1, months)

        def do(session: Session) -> None:
            who = staff.account(session, "kepala")
            issuing.issue(session, period, settings(), who, narrative=Narrative("kendala"), at=world.now)

        if world.at_desk(do):
            world.issued[period] = world.report(period)
        for holds in DEAR:
            holds(world)

    @rule(which=WHICH, more=st.none() | WHICH)
    def forget_entries(self, which: int, more: int | None) -> None:
        def scope(session: Session) -> Scope:
            found = self.entries(session)
            chosen = {entry.id or 0 for one in (which, more) if one is not None for entry in _one(found, one)}
            return Scope(entries=tuple(sorted(chosen)))

        self.world.forget(scope)

    @rule(which=WHICH)
    def forget_a_mail_without_an_entry(self, which: int) -> None:
        mails = [one for one in self.mails(*Disposition) if one.entry_id is None]
        keys = [mail.id or 0 for mail in _one(mails, which)]
        self.world.forget(lambda session: whose.named(session, [], keys).scope)

    @rule(address=st.sampled_from(["siti@example.org", "0813 7777 4242"]))
    def forget_a_person(self, address: str) -> None:
        self.world.forget(lambda session: whose.of_person(session, address).scope)

    @rule()
    def make_a_backup(self) -> None:
        self.world.back_up()

    @rule(which=WHICH)
    def the_machine_breaks_and_a_backup_is_restored(self, which: int) -> None:
        for file in _one(self.world.backups[::-1], which):
            self.world.bring_back(file)
            self.forms.clear()  # everybody signs in anew, and what he types then he types knowingly

    # What there is

    def mails(self, *dispositions: Disposition) -> list[Message]:
        with self.world.database.reading() as session:
            query = select(Message).where(col(Message.disposition).in_(dispositions))
            return list(session.exec(query.order_by(col(Message.id).desc())))

    def letters(self, *states: LetterState) -> list[Letter]:
        with self.world.database.reading() as session:
            query = select(Letter).where(col(Letter.state).in_(states))
            return list(session.exec(query.order_by(col(Letter.id).desc())))


ThingT = TypeVar("ThingT")


def _one(things: Sequence[ThingT], which: int) -> list[ThingT]:
    """Return the one that is meant; none where there is nothing at all."""
    return [things[which % len(things)]] if things else []


@pytest.fixture
def books(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Books]:
    """Give empty books of one kind, each a new one; all are taken away with the test."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))

        def sqlite() -> Database:
            file = folder / f"{len(list(folder.iterdir()))}.db"
            shutil.copy(request.getfixturevalue("sqlite_book"), file)
            return Database.open(snapshot.url_of(file))

        def postgresql() -> Database:
            server, empty = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_book")
            name = server.create_database(template=empty)
            stack.callback(server.drop_database, name)
            return Database.open(server.url(name))

        yield {"sqlite": sqlite, "postgresql": postgresql}[database_kind]


@pytest.fixture
def new_world(
    books: Books, smtp_sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], World]:
    """Begin the life of an office anew each time it is asked for."""
    for box in settings().mailboxes:
        monkeypatch.setenv(box.password_env or "", "rahasia")

    def made() -> World:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return World(books, smtp_sink, folder)

    return made


@pytest.mark.parametrize(
    ("database_kind", "walks"),
    [("sqlite", WALKS), ("postgresql", trying(WALKS, max_examples=2, stateful_step_count=15))],
    indirect=["database_kind"],
    ids=["sqlite", "postgresql"],
)
def test_whatever_happens_in_the_office_its_book_is_sound(new_world: Callable[[], World], walks: trying) -> None:
    run_state_machine_as_test(lambda: Walk(new_world), settings=walks)  # type: ignore[arg-type]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_letters_end_as_the_mail_server_of_a_walk_answers(new_world: Callable[[], World]) -> None:
    world = new_world()
    answers: dict[Answer, LetterState] = {
        "taken": LetterState.SENT,
        "refused": LetterState.FAILED,
        "later": LetterState.QUEUED,
        "unheard": LetterState.SENDING,
        "unheard but taken": LetterState.SENDING,
    }
    for number, answer in enumerate(answers):
        world.comes(world.mail(f"warga{number}@example.org"))
        world.round(answer, None)
    assert [letter.state for letter in world.office.rows(Letter)] == list(answers.values())
    assert len(world.sink.accepted()) == 2
    world.close()


BROKEN = {
    "a name is changed": (soundness.verify_finds_nothing_wrong, "UPDATE entry SET name = 'Orang Lain'"),
    "a number is skipped": (
        soundness.numbers_have_no_gap,
        "UPDATE entry SET sequence = 9, number = 'PGD/2026/0009' WHERE id = 1",
    ),
    "an acknowledgement is written twice": (
        soundness.nobody_has_two_acknowledgements,
        "DROP INDEX one_acknowledgement_an_entry; UPDATE letter SET entry_id = 1, purpose = 'tanda_terima'",
    ),
    "an acknowledgement is lost": (
        soundness.every_mail_has_its_acknowledgement_or_a_reason,
        "DELETE FROM letter WHERE id = 1",
    ),
    "a reason is lost": (
        soundness.every_mail_has_its_acknowledgement_or_a_reason,
        "UPDATE letter SET state = 'withheld', reason = '' WHERE id = 1",
    ),
    "a mail is forgotten": (soundness.every_mail_is_accounted_for_once, "UPDATE arrival SET message_id = NULL"),
    "a mail never arrived": (soundness.every_mail_is_accounted_for_once, "DELETE FROM arrival WHERE id = 1"),
    "a mail is a copy of nothing": (
        soundness.every_mail_is_accounted_for_once,
        "UPDATE message SET disposition = 'duplicate' WHERE id = 1",
    ),
    "a mail opened no entry": (
        soundness.every_mail_is_accounted_for_once,
        "UPDATE message SET disposition = 'follow_up' WHERE id = 1",
    ),
    "a void entry owes a letter": (
        soundness.nothing_waits_to_be_sent_for_a_void_entry,
        "UPDATE entry SET status = 'batal'",
    ),
    "an entry was closed in silence": (
        soundness.recaps_reconcile_and_follow_one_another,
        "UPDATE entry SET status = 'selesai'",
    ),
    "an issued recap is rewritten": (
        soundness.issued_recaps_print_the_same_for_ever,
        "UPDATE recap SET obstacles = 'tidak ada'",
    ),
    "erased words are typed again": (
        soundness.nothing_erased_comes_back,
        "UPDATE entry SET matter = 'Perkara zaitun0002' WHERE id = 2",
    ),
    "erased bytes are kept again": (
        soundness.nothing_erased_comes_back,
        "UPDATE raw SET packed = :packed WHERE packed = :nothing",
    ),
}
"""How each promise is broken behind the book's back; the book holds two entries, of which the second was erased."""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_each_promise_is_seen_to_be_broken_where_it_is(new_world: Callable[[], World], tmp_path: Path) -> None:
    world = new_world()
    walk = Walk(lambda: world)
    world.comes(world.mail("siti@example.org"))
    world.comes(world.mail("budi@example.org"))
    world.let_pass(timedelta(days=40))
    walk.issue_a_recap(months=1, back=0)
    walk.forget_entries(which=0, more=None)
    walk.teardown()
    assert (len(world.issued), world.gone) == (1, {"zaitun0002"})
    book = Path(world.database.engine.url.database or "")
    for name, (holds, how) in BROKEN.items():
        copy = Path(shutil.copy(book, tmp_path / f"{name}.db"))
        with closing(Database.open(snapshot.url_of(copy))) as world.office.database:
            holds(world)
            _break(world, how)
            with pytest.raises(AssertionError):
                holds(world)
    assert {holds for holds, _ in BROKEN.values()} == {*CHEAP, *DEAR}


def _break(world: World, how: str) -> None:
    bound = {"packed": zlib.compress(b"zaitun0002"), "nothing": b""}
    with world.database.noting() as session:
        for one in how.split("; "):
            session.execute(text(one), bound if ":packed" in one else {})
