"""The post against a real SMTP server: what each outcome makes of a letter, and what an interruption leaves."""

import email
import shutil
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from ledger import letters, workflow
from ledger.database import Database
from ledger.entries import Rulebook
from ledger.letters import VOIDED
from ledger.models import Entry, Letter
from ledger.words import LetterState
from ledger.workflow import Act
from replies import post
from replies.compose import TEMPLATES
from tests.wire.office import NOON, Box, Clock, mail, office_of, server, smtp_of
from tests.wire.outbox import FakeSent, Outbox
from tests.wire.smtp import SmtpSink
from tests.wire.smtp_sink import Fault

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

OFFICE = "layanan@kantor.example.org"
QUICK = {"timeout_seconds": 1, "sure_after_seconds": 120}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(database: Database, smtp_sink: SmtpSink, clock: Clock, tmp_path: Path) -> Callable[..., Outbox]:
    """Make an outbox whose one mailbox sends by the sink; `more` are keys of the mailbox, `letters` settings."""

    def build(
        *,
        smtp: object = None,
        sent: FakeSent | None = None,
        templates: Path = TEMPLATES,
        letters: dict[str, object] | None = None,
        **more: object,
    ) -> Outbox:
        box = Box(OFFICE, smtp=smtp or smtp_of(smtp_sink), more=more)  # type: ignore[arg-type]
        settings = office_of(tmp_path, [box], letters=QUICK | (letters or {}))
        return Outbox(database, settings, clock, sent=sent, templates=templates)

    return build


# Who gets a letter


def test_the_acknowledgement_goes_to_the_sender_alone(smtp_sink: SmtpSink, make: Callable[..., Outbox]) -> None:
    outbox = make()
    raw = mail(
        1,
        Cc="lain@warga.example.org, OFFICE <kepala@kantor.example.org>",
        Reply_To="korban@x.example.org",
        Sender="x@y.example.org",
        Return_Path="<z@y.example.org>",
        Resent_From="r@y.example.org",
    )
    outbox.arrive(raw)
    assert outbox.round().ended == {LetterState.SENT: 1}
    (letter,) = smtp_sink.accepted()
    assert (letter.sender, letter.recipients) == (OFFICE, ("warga1@warga.example.org",))
    head = email.message_from_bytes(letter.raw)
    assert head["To"] == "warga1@warga.example.org"
    assert {"Cc", "Bcc", "Reply-To"}.isdisjoint(head.keys())
    row = outbox.letter()
    assert head["Message-ID"] == f"<{row.rfc_message_id}>"
    assert head["In-Reply-To"] == head["X-Buku-Menjawab"] == "<surat.1@warga.example.org>"
    assert head["X-Buku-Nomor"] == "PGD/2026/0001"
    assert (row.state, row.attempts, row.reason, row.ended_at) == (LetterState.SENT, 1, "", NOON)
    assert outbox.verbs() == ["surat_antre", "surat_terkirim"]
    outbox.nothing_wrong()


WITHHELD = {
    "no sender": (mail(1, sender="tanpa alamat"), "alamat"),
    "not an address": (mail(1, sender="Warga <warga@localhost>"), "bukan alamat surel"),
    "another alphabet": (mail(1, sender="Warga <warga@exämple.org>"), "bukan alamat surel"),
    "our own address": (mail(1, sender=f"Staf <{OFFICE}>"), "kotak surat kantor sendiri"),
    "asks for no answer": (mail(1, X_Auto_Response_Suppress="All"), "tidak boleh dijawab otomatis"),
}


@pytest.mark.parametrize("name", WITHHELD)
def test_a_withheld_letter_says_why_and_is_an_event(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], name: str
) -> None:
    raw, reason = WITHHELD[name]
    outbox = make()
    outbox.arrive(raw)
    assert outbox.round().ended == {LetterState.WITHHELD: 1}
    row = outbox.letter()
    assert row.state is LetterState.WITHHELD
    assert reason in row.reason
    assert outbox.verbs() == ["surat_ditahan"]
    assert smtp_sink.accepted() == []
    outbox.round()
    assert outbox.verbs() == ["surat_ditahan"]
    outbox.nothing_wrong()


def corrected(outbox: Outbox, address: str) -> None:
    rulebook = Rulebook.of(outbox.settings)
    act = Act("siti", outbox.clock())
    with outbox.database.writing() as session:
        (entry,) = session.exec(select(Entry)).all()
        workflow.correct(session, entry, {"email": address}, act, rulebook=rulebook, default_mailbox=OFFICE)


@pytest.mark.parametrize("name", ["our own address", "not an address", "asks for no answer"])
def test_what_was_withheld_for_its_address_goes_once_to_the_corrected_one(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], name: str
) -> None:
    outbox = make()
    outbox.arrive(WITHHELD[name][0])
    outbox.round()
    corrected(outbox, "lain@warga.example.org")
    assert outbox.round().ended == {LetterState.SENT: 1}
    outbox.round()
    assert [letter.recipients for letter in smtp_sink.accepted()] == [("lain@warga.example.org",)]
    assert len(outbox.letters()) == 1
    outbox.nothing_wrong()


def test_a_corrected_address_of_the_office_itself_gets_no_letter_either(
    smtp_sink: SmtpSink, make: Callable[..., Outbox]
) -> None:
    outbox = make()
    outbox.arrive(WITHHELD["not an address"][0])
    outbox.round()
    corrected(outbox, OFFICE)
    assert outbox.round().ended == {LetterState.WITHHELD: 1}
    assert smtp_sink.accepted() == []
    outbox.nothing_wrong()


@pytest.mark.parametrize("at_once", [True, False], ids=["in one burst", "one by one"])
def test_an_address_gets_no_more_letters_a_day_than_its_cap(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock, at_once: bool
) -> None:
    outbox = make(letters={"daily_cap": 3})
    same = "Warga <warga@warga.example.org>"
    for number in range(5):
        outbox.arrive(mail(number, sender=same))
        if not at_once:
            outbox.round()
            clock.turn(minutes=1)
    outbox.round()
    assert outbox.states() == [LetterState.SENT] * 3 + [LetterState.WITHHELD] * 2
    assert "3 surat dalam 24 jam" in outbox.letters()[4].reason
    clock.turn(hours=25)
    outbox.arrive(mail(9, sender=same))
    outbox.round()
    assert outbox.states()[-1] is LetterState.SENT
    assert len(smtp_sink.accepted()) == 4


def test_the_cap_of_an_address_is_not_evaded_by_the_case_of_its_letters(
    smtp_sink: SmtpSink, make: Callable[..., Outbox]
) -> None:
    outbox = make(letters={"daily_cap": 2})
    for number, name in enumerate(("korban", "Korban", "KORBAN", "koRBan")):
        outbox.arrive(mail(number, sender=f"<{name}@warga.example.org>"))
    outbox.round()
    assert sorted(outbox.states()) == [LetterState.SENT] * 2 + [LetterState.WITHHELD] * 2


# What became of it

S = LetterState
OUTCOMES: list[tuple[str, Fault, LetterState, float | None, str]] = [
    ("refused at MAIL for now", Fault("mail", code=451), S.QUEUED, 60, "menolak pengirim"),
    ("refused at MAIL for good", Fault("mail", code=550), S.QUEUED, 60, "menolak pengirim"),
    ("refused at RCPT for now", Fault("rcpt", code=450), S.QUEUED, 60, "450"),
    ("refused at RCPT for good", Fault("rcpt", code=550), S.FAILED, None, "550"),
    ("421 at RCPT", Fault("rcpt", code=421), S.QUEUED, 60, "421"),
    ("refused at DATA for now", Fault("data", code=452), S.QUEUED, 60, "452"),
    ("refused at DATA for good", Fault("data", code=554), S.FAILED, None, "554"),
    ("refused after the dot for now", Fault("dot", code=451), S.QUEUED, 60, "451"),
    ("refused after the dot for good", Fault("dot", code=554), S.FAILED, None, "554"),
    ("dropped before DATA", Fault("rcpt", "drop"), S.QUEUED, 60, "sebelum surat diserahkan"),
    ("dropped at DATA", Fault("data", "drop"), S.QUEUED, 60, "sebelum surat diserahkan"),
    ("hanging at DATA", Fault("data", "hang"), S.QUEUED, 60, "sebelum surat diserahkan"),
    ("dropped after the dot", Fault("dot", "drop"), S.SENDING, None, ""),
    ("hanging after the dot", Fault("dot", "hang"), S.SENDING, None, ""),
    ("failing QUIT", Fault("quit", "drop"), S.SENT, None, ""),
]


@pytest.mark.parametrize(
    ("fault", "state", "pause", "reason"), [one[1:] for one in OUTCOMES], ids=[one[0] for one in OUTCOMES]
)
def test_each_answer_of_the_server_leads_to_its_state(
    smtp_sink: SmtpSink,
    make: Callable[..., Outbox],
    fault: Fault,
    state: LetterState,
    pause: float | None,
    reason: str,
) -> None:
    outbox = make()
    outbox.arrive(mail(1))
    smtp_sink.fail(fault)
    outbox.round()
    row = outbox.letter()
    assert (row.state, row.attempts) == (state, 1)
    assert reason in row.reason
    assert row.next_attempt_at == (NOON + timedelta(seconds=pause) if pause else row.next_attempt_at)
    assert (row.ended_at is not None) is (state in (S.FAILED, S.SENT))
    if state in (S.FAILED, S.SENT):
        assert row.next_attempt_at is None
    smtp_sink.fail()
    outbox.round()
    assert outbox.letter().attempts == 1  # not before its time
    outbox.nothing_wrong()


def test_a_letter_refused_for_now_waits_longer_each_time_and_then_goes(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock
) -> None:
    outbox = make()
    outbox.arrive(mail(1))
    smtp_sink.fail(Fault("rcpt", code=450))
    pauses = []
    for _ in range(8):
        outbox.round()
        due = outbox.letter().next_attempt_at
        assert due is not None
        pauses.append(round((due - clock()).total_seconds() / 60))
        clock.moment = due
    assert pauses == [1, 5, 15, 60, 120, 240, 240, 240]
    smtp_sink.fail()
    outbox.round()
    assert (outbox.letter().state, outbox.letter().reason) == (S.SENT, "")
    assert len(smtp_sink.accepted()) == 1


def test_greylisting_costs_a_minute(smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock) -> None:
    outbox = make()
    outbox.arrive(mail(1), mail(2))
    smtp_sink.fail(Fault("rcpt", "greylist", code=450))
    outbox.round()
    assert outbox.states() == [S.QUEUED, S.QUEUED]
    clock.turn(minutes=1)
    outbox.round()
    assert outbox.states() == [S.SENT, S.SENT]


@pytest.mark.parametrize("kind", ["dead", "password"])
def test_a_mailbox_that_cannot_send_is_tried_once_a_round_and_its_letters_wait(
    start_sink: Callable[..., SmtpSink], make: Callable[..., Outbox], clock: Clock, tmp_path: Path, kind: str
) -> None:
    sink = start_sink(security="tls", user=OFFICE, password="lain" if kind == "password" else "rahasia")
    if kind == "dead":
        sink.stop()
    outbox = make(smtp=smtp_of(sink))
    outbox.arrive(mail(1), mail(2), mail(3))
    outbox.round()
    assert outbox.states() == [S.QUEUED] * 3
    assert sorted(letter.attempts for letter in outbox.letters()) == [0, 0, 1]
    reasons = [letter.reason for letter in outbox.letters() if letter.reason]
    assert len(reasons) == 1
    assert ("menolak kata sandi" if kind == "password" else "tidak dapat dihubungi") in reasons[0]


def test_the_other_mailbox_sends_while_one_cannot(
    database: Database, smtp_sink: SmtpSink, clock: Clock, tmp_path: Path
) -> None:
    boxes = [Box(OFFICE, smtp=server(1)), Box("dua@kantor.example.org", smtp=smtp_of(smtp_sink))]
    outbox = Outbox(database, office_of(tmp_path, boxes, letters=QUICK), clock)
    outbox.arrive(mail(1), mail(2))
    outbox.arrive(mail(3), mailbox="dua@kantor.example.org")
    outbox.round()
    assert outbox.states() == [S.QUEUED, S.QUEUED, S.SENT]


def test_a_letter_that_never_goes_is_given_up_and_says_so(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock
) -> None:
    outbox = make(letters={"give_up_hours": 10})
    outbox.arrive(mail(1))
    smtp_sink.fail(Fault("rcpt", code=450))
    while outbox.letter().state in (S.OWED, S.QUEUED):
        clock.moment = outbox.letter().next_attempt_at or clock()
        outbox.round()
        assert clock() < NOON + timedelta(hours=24)
    row = outbox.letter()
    assert row.state is S.FAILED
    assert "Berkali-kali gagal" in row.reason
    assert clock() >= NOON + timedelta(hours=10)
    assert outbox.verbs()[-1] == "surat_gagal"


def test_days_on_which_nobody_could_try_do_not_count_against_a_letter(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock
) -> None:
    outbox = make()
    outbox.arrive(mail(1))
    clock.turn(days=5)  # the computer was off before the first attempt
    smtp_sink.fail(Fault("rcpt", code=450))
    outbox.round()
    clock.turn(days=5)  # and after it
    outbox.round()
    assert (outbox.letter().state, outbox.letter().attempts) == (S.QUEUED, 2)


def test_a_letter_let_go_days_later_has_all_its_attempts(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock
) -> None:
    outbox = make(letters={"daily_cap": 1})
    outbox.arrive(mail(1, sender="<siti@warga.example.org>"), mail(2, sender="<siti@warga.example.org>"))
    outbox.round()
    assert outbox.states() == [S.SENT, S.WITHHELD]
    clock.turn(days=5)
    with outbox.database.writing() as session:
        letters.release(session, session.get_one(Letter, 2), actor="petugas", at=clock())
    smtp_sink.fail(Fault("rcpt", code=450))
    outbox.round()
    assert outbox.states() == [S.SENT, S.QUEUED]


def test_a_letter_of_a_mailbox_that_was_removed_fails_plainly_and_stops_nothing(
    database: Database, smtp_sink: SmtpSink, clock: Clock, tmp_path: Path
) -> None:
    boxes = [Box(OFFICE, smtp=smtp_of(smtp_sink)), Box("dua@kantor.example.org", smtp=smtp_of(smtp_sink))]
    before = Outbox(database, office_of(tmp_path, boxes, letters=QUICK), clock)
    before.arrive(mail(1), mail(2), mailbox="dua@kantor.example.org")
    before.arrive(mail(3))
    with database.noting() as session:
        left = session.exec(select(Letter)).first()
        assert left is not None
        left.state, left.sending_at = S.SENDING, clock() - timedelta(hours=1)
    after = Outbox(database, office_of(tmp_path, boxes[:1], letters=QUICK), clock)
    after.round()
    assert after.states() == [S.UNCERTAIN, S.FAILED, S.SENT]
    assert "tidak ada lagi di pengaturan" in after.letters()[1].reason


# Templates


def test_a_broken_template_leaves_the_letter_owed_until_it_is_mended(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock, tmp_path: Path
) -> None:
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    template = folder / "tanda_terima_pengaduan" / "body.txt"
    whole = template.read_bytes()
    template.write_bytes(b"{{ number + 1 }}")
    outbox = make(templates=folder)
    outbox.arrive(mail(1), mail(2, subject="Saran", text="Saya mengusulkan agar ruang tunggu diberi kursi tambahan."))
    outbox.round()
    broken, other = outbox.letters()
    assert (broken.state, other.state) == (S.OWED, S.SENT)
    assert "Surat belum dapat ditulis" in broken.reason
    assert "tanda_terima_pengaduan" in broken.reason
    outbox.round()
    template.write_bytes(whole)
    outbox.round()
    assert outbox.states()[0] is S.OWED  # not before its time
    clock.turn(minutes=5)
    outbox.round()
    assert (outbox.letters()[0].state, outbox.letters()[0].reason) == (S.SENT, "")
    outbox.nothing_wrong()


# Interrupted


def test_sending_is_committed_before_the_connection_is_used(database: Database, make: Callable[..., Outbox]) -> None:
    seen: list[tuple[LetterState, int]] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def watch() -> None:
            client, _ = listening.accept()
            with client, database.reading() as session:
                seen.extend((letter.state, letter.attempts) for letter in session.exec(select(Letter)))

        thread = threading.Thread(target=watch)
        thread.start()
        outbox = make(smtp=server(listening.getsockname()[1]))
        outbox.arrive(mail(1))
        outbox.round()
        thread.join(10)
    assert seen == [(S.SENDING, 1)]


def interrupted(make: Callable[..., Outbox], smtp_sink: SmtpSink, *, kept: bool, **options: object) -> Outbox:
    """Return an outbox whose only letter was handed over without an answer."""
    outbox = make(**options)
    outbox.arrive(mail(1))
    smtp_sink.fail(Fault("dot", "drop", kept=kept))
    outbox.round()
    smtp_sink.fail()
    assert outbox.letter().state is S.SENDING
    return outbox


def test_a_letter_of_an_entry_made_void_while_it_was_on_its_way_is_not_sent_again(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock, database: Database
) -> None:
    outbox = interrupted(make, smtp_sink, kept=False, sent=FakeSent(False), files_sent=True)
    with database.writing() as session:
        workflow.void(session, session.exec(select(Entry)).one(), Act("siti", clock()), note="tercatat dua kali")
    for _ in range(3):
        clock.turn(hours=1)
        outbox.round()
    assert (outbox.letter().state, outbox.letter().reason) == (S.WITHHELD, VOIDED)
    assert smtp_sink.accepted() == []
    outbox.nothing_wrong()


def test_the_sent_folder_is_not_asked_too_early(smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock) -> None:
    sent = FakeSent(True)
    outbox = interrupted(make, smtp_sink, kept=True, sent=sent)
    clock.turn(seconds=119)
    outbox.round()
    assert (sent.asked, outbox.letter().state) == ([], S.SENDING)
    clock.turn(seconds=1)
    outbox.round()
    assert (sent.asked, outbox.letter().state) == ([outbox.letter().rfc_message_id], S.SENT)
    assert len(smtp_sink.accepted()) == 1


def test_a_letter_absent_where_the_server_files_all_is_sent_again_under_its_own_message_id(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock
) -> None:
    outbox = interrupted(make, smtp_sink, kept=False, sent=FakeSent(False), files_sent=True)
    clock.turn(minutes=3)
    outbox.round()
    assert outbox.letter().state is S.QUEUED
    assert "dikirim ulang" in outbox.letter().reason
    clock.turn(minutes=1)
    outbox.round()
    assert (outbox.letter().state, outbox.letter().attempts) == (S.SENT, 2)
    (letter,) = smtp_sink.accepted()
    assert f"<{outbox.letter().rfc_message_id}>".encode() in letter.raw


@pytest.mark.parametrize(("answer", "files_sent"), [(None, True), (None, False), (False, False)])
def test_where_nothing_can_tell_the_letter_is_uncertain_and_never_repeated(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock, answer: bool | None, files_sent: bool
) -> None:
    outbox = interrupted(make, smtp_sink, kept=True, sent=FakeSent(answer), files_sent=files_sent)
    for _ in range(5):
        clock.turn(hours=30)
        outbox.round()
    row = outbox.letter()
    assert (row.state, row.attempts) == (S.UNCERTAIN, 1)
    assert "tidak ada yang dapat memastikan" in row.reason
    assert outbox.verbs() == ["surat_antre", "surat_tidak_pasti"]
    assert len(smtp_sink.accepted()) == 1


def test_while_the_sent_folder_is_out_of_reach_the_letter_stays_and_is_asked_for_again(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock
) -> None:
    sent = FakeSent("server mati")
    outbox = interrupted(make, smtp_sink, kept=True, sent=sent)
    for _ in range(3):
        clock.turn(hours=1)
        outbox.round()
        assert outbox.letter().state is S.SENDING
    assert len(sent.asked) == 3
    sent.answer = True
    outbox.round()
    assert outbox.letter().state is S.SENT
    assert len(smtp_sink.accepted()) == 1


def test_an_outcome_heard_while_the_sent_folder_was_asked_is_not_overruled(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock, database: Database
) -> None:
    class Slow(FakeSent):
        def find(self, mailbox: str, rfc_message_id: str) -> bool | None:
            with database.writing() as session:  # the process that sends hears the answer just now
                letter = session.exec(select(Letter)).one()
                post.letters.end(session, letter, S.SENT, at=clock())
            return False

    outbox = interrupted(make, smtp_sink, kept=True, sent=Slow(), files_sent=True)
    for _ in range(3):
        clock.turn(minutes=10)
        outbox.round()
    assert (outbox.letter().state, len(smtp_sink.accepted())) == (S.SENT, 1)
    assert outbox.verbs() == ["surat_antre", "surat_terkirim"]


# Copies


@pytest.mark.parametrize(("files_sent", "copies"), [(True, 0), (False, 1)])
def test_a_copy_is_filed_only_where_the_server_does_not(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], files_sent: bool, copies: int
) -> None:
    sent = FakeSent()
    outbox = make(sent=sent, files_sent=files_sent)
    outbox.arrive(mail(1))
    outbox.round()
    assert [one.replace(b"\r\n", b"\n") for one in sent.filed] == [
        one.raw.replace(b"\r\n", b"\n") for one in smtp_sink.accepted()
    ][:copies]


def test_a_copy_that_cannot_be_filed_changes_nothing_about_the_letter(
    smtp_sink: SmtpSink, make: Callable[..., Outbox]
) -> None:
    outbox = make(sent=FakeSent("penuh"))
    outbox.arrive(mail(1))
    outbox.round()
    assert outbox.states() == [S.SENT]


def test_a_mailbox_sends_no_more_in_a_day_than_its_provider_bears(
    smtp_sink: SmtpSink, make: Callable[..., Outbox], clock: Clock
) -> None:
    outbox = make(daily_letters=2)
    outbox.arrive(*(mail(number) for number in range(4)))
    outbox.round()
    assert sorted(outbox.states()) == [S.QUEUED, S.QUEUED, S.SENT, S.SENT]
    clock.turn(hours=25)
    outbox.round()
    assert outbox.states() == [S.SENT] * 4
    assert len(smtp_sink.accepted()) == 4
