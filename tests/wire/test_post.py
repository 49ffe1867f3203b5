"""The post between a real SMTP server, a real Sent folder, and two processes on one PostgreSQL."""

import threading
from collections import Counter
from pathlib import Path

import pytest

from ingest.sent import ImapSentFolder
from ledger.database import Database
from ledger.words import LetterState
from tests.wire.dovecot import Account, Dovecot
from tests.wire.office import Box, Clock, imap_of, mail, office_of, smtp_of
from tests.wire.outbox import Outbox
from tests.wire.smtp import SmtpSink
from tests.wire.smtp_sink import Fault

S = LetterState
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    return dovecot.account()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def outbox_of(
    database: Database, dovecot: Dovecot, sink: SmtpSink, account: Account, clock: Clock, folder: Path, **more: object
) -> Outbox:
    box = Box(account.address, account.password, imap_of(dovecot), smtp_of(sink), more=more)
    settings = office_of(folder, [box], letters={"timeout_seconds": 2, "sure_after_seconds": 60})
    return Outbox(database, settings, clock, sent=ImapSentFolder(settings))


def test_a_sent_letter_is_filed_in_the_sent_folder_as_it_went_out(
    database: Database, dovecot: Dovecot, smtp_sink: SmtpSink, account: Account, clock: Clock, tmp_path: Path
) -> None:
    outbox = outbox_of(database, dovecot, smtp_sink, account, clock, tmp_path)
    outbox.arrive(mail(1), mail(2))
    outbox.round()
    assert outbox.states() == [S.SENT, S.SENT]
    assert dovecot.raw_mails(account, "Sent") == [letter.raw for letter in smtp_sink.accepted()]
    assert set(dovecot.flags(account, "Sent").values()) == {frozenset({"\\Seen"})}


@SQLITE
@pytest.mark.parametrize(
    ("filed", "files_sent", "state", "letters"),
    [(True, True, S.SENT, 1), (True, False, S.SENT, 1), (False, True, S.SENT, 2), (False, False, S.UNCERTAIN, 1)],
)
def test_a_letter_without_an_answer_is_settled_by_what_lies_in_sent(
    database: Database,
    dovecot: Dovecot,
    smtp_sink: SmtpSink,
    account: Account,
    clock: Clock,
    tmp_path: Path,
    filed: bool,
    files_sent: bool,
    state: LetterState,
    letters: int,
) -> None:
    outbox = outbox_of(database, dovecot, smtp_sink, account, clock, tmp_path, files_sent=files_sent)
    outbox.arrive(mail(1))
    smtp_sink.fail(Fault("dot", "drop", kept=True))
    outbox.round()
    smtp_sink.fail()
    if filed:
        dovecot.deliver(account, smtp_sink.accepted()[0].raw, folder="Sent")
    for _ in range(2):
        clock.turn(minutes=2)
        outbox.round()
    assert outbox.letter().state is state
    assert len(smtp_sink.accepted()) == letters


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_two_posts_side_by_side_never_send_a_letter_twice(
    database: Database, dovecot: Dovecot, smtp_sink: SmtpSink, account: Account, clock: Clock, tmp_path: Path
) -> None:
    box = Box(account.address, account.password, smtp=smtp_of(smtp_sink))
    settings = office_of(tmp_path, [box], letters={"timeout_seconds": 5})
    posts = [Outbox(database, settings, clock, name=f"uji:{number}") for number in range(3)]
    posts[0].arrive(*(mail(number) for number in range(40)))
    together = threading.Barrier(len(posts))

    def work(outbox: Outbox) -> None:
        together.wait(10)
        outbox.round()
        outbox.round()

    threads = [threading.Thread(target=work, args=(outbox,)) for outbox in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert posts[0].states() == [S.SENT] * 40
    sent = Counter(letter.recipients for letter in smtp_sink.accepted())
    assert (len(sent), set(sent.values())) == (40, {1})
    assert len({letter.sender for letter in posts[0].letters()}) > 1  # the work was shared
    posts[0].nothing_wrong()
