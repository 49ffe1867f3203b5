"""What waits for an officer's look is found with what he needs to decide, and a follow-up is merged in one step."""

import pytest

from ledger import review, search, workflow
from ledger.database import Database
from ledger.errors import LedgerError
from ledger.models import Entry, Message
from ledger.words import Disposition, Kind, Status
from ledger.workflow import Act, VersionConflict
from tests.ledger.shelf import put_mail
from tests.office import NOW, Office, judged, unread

ACT = Act("ani", NOW)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def _stranger_names(office: Office) -> int:
    """Let a stranger name the number of a citizen's entry; returns the id of his own entry."""
    office.settle_one(judged())
    office.settle_one(judged("Saya saksi perkara PGD/2026/0001.", sender="lain@example.org"))
    return office.rows(Entry)[1].id or 0


def test_a_doubtful_entry_shows_its_words_its_reasons_and_no_other_entry(office: Office) -> None:
    office.settle_one(judged("Gaji saya. " * 200, needs_review=True))
    with office.database.reading() as session:
        (doubt,) = review.doubts(session, limit=10)
    assert (doubt.line.number, doubt.version, doubt.other) == ("PGD/2026/0001", 1, None)
    assert len(doubt.excerpt) == review.EXCERPT and doubt.excerpt.startswith("Gaji saya.")
    assert doubt.message_id == office.rows(Message)[0].id


def test_a_possible_follow_up_names_the_other_entry(office: Office) -> None:
    _stranger_names(office)
    with office.database.reading() as session:
        (doubt,) = review.doubts(session, limit=10)
    assert doubt.other is not None and (doubt.line.number, doubt.other.number) == ("PGD/2026/0002", "PGD/2026/0001")


def test_joining_closes_the_one_as_the_same_matter_as_the_other_and_ends_the_review(office: Office) -> None:
    key = _stranger_names(office)
    with office.database.writing() as session:
        other = review.join(session, session.get_one(Entry, key), Act("ani", NOW, version=1))
    first, second = office.rows(Entry)
    assert other.id == first.id
    assert (second.status, second.merged_into, second.needs_review) == (Status.DUPLIKAT, "PGD/2026/0001", False)
    assert office.wrong() == []


def test_joining_what_somebody_else_has_decided_meanwhile_changes_nothing(office: Office) -> None:
    key = _stranger_names(office)
    with office.database.writing() as session:
        workflow.confirm(session, session.get_one(Entry, key), ACT)
    with pytest.raises(LedgerError), office.database.writing() as session:
        review.join(session, session.get_one(Entry, key), Act("budi", NOW, version=1))
    assert office.rows(Entry)[1].status is Status.DITERIMA


def test_joining_on_an_older_version_says_that_somebody_was_faster(office: Office) -> None:
    key = _stranger_names(office)
    with office.database.writing() as session:
        workflow.add_note(session, session.get_one(Entry, key), ACT, note="dilihat")
    with pytest.raises(VersionConflict), office.database.writing() as session:
        review.join(session, session.get_one(Entry, key), Act("budi", NOW, version=1))
    assert office.rows(Entry)[1].needs_review


def test_a_letter_to_a_closed_matter_waits_for_a_look_and_goes_when_it_was_seen(office: Office) -> None:
    office.settle_one(judged())
    ours = office.mark_sent("PGD/2026/0001").rfc_message_id
    with office.database.writing() as session:
        workflow.void(session, session.get_one(Entry, office.rows(Entry)[0].id), ACT, note="salah")
    office.settle_one(judged("Bagaimana kelanjutannya?", references=(ours,), needs_review=True))
    with office.database.reading() as session:
        (mail,) = search.mails_to_review(session, limit=10)
        assert search.waiting(session).review == 1
        assert review.entries_of(session, [mail])[mail.entry_id or 0].number == "PGD/2026/0001"
    with office.database.writing() as session:
        workflow.set_aside(session, session.get_one(Message, mail.id), ACT)
    with office.database.reading() as session:
        assert search.mails_to_review(session, limit=10) == [] and search.waiting(session).review == 0
    seen = office.rows(Message)[1]
    assert seen.disposition is Disposition.FOLLOW_UP and office.wrong() == []
    assert seen.reason == f"{mail.reason}; ditinjau petugas" and mail.reason
    with office.database.writing() as session:
        workflow.set_aside(session, session.get_one(Message, mail.id), ACT)
    assert office.rows(Message)[1].reason == seen.reason


def test_an_answer_to_an_open_matter_needs_no_look_however_unclear_its_words(office: Office) -> None:
    office.settle_one(judged())
    ours = office.mark_sent("PGD/2026/0001").rfc_message_id
    office.settle_one(judged("Terima kasih", kind=Kind.LAINNYA, references=(ours,), needs_review=True))
    with office.database.reading() as session:
        assert search.waiting(session).review == 0


def test_a_mail_that_nothing_can_read_is_glimpsed_as_harmless_text(office: Office) -> None:
    office.settle_one(unread(), raw=b"Subject: x\r\n\r\nIsi \xff\x00 terbaca")
    with office.database.reading() as session:
        (message,) = search.mails(session, [Disposition.QUARANTINED], before=None, limit=5)
        assert review.glimpses(session, [message]) == {message.id: "Subject: x\n\nIsi \ufffd\ufffd terbaca"}


def test_a_big_mail_is_not_glimpsed(database: Database) -> None:
    with database.noting() as session:
        message = put_mail(session, Disposition.QUARANTINED, raw=b"x" * 100_001)
        assert review.glimpses(session, [message]) == {}
