"""Every kept mail gets its one disposition and what follows from it, and no other mail suffers from it."""

import json
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, text

from ingest.isolate import Isolated, ReaderDied, ReaderUnavailable
from ingest.judge import FileFacts, Judge, Judged, Verdict
from ingest.settle import ATTEMPTS, Means, settle_pending
from ledger import review, search, triggers
from ledger.database import Database
from ledger.entries import Rulebook
from ledger.events import GENESIS
from ledger.messages import change_disposition
from ledger.models import Arrival, Attachment, Entry, Event, EventValue, Letter, Message, Raw
from ledger.ports import Bounce, Themed
from ledger.search import Filter
from ledger.words import Channel, Disposition, Kind, LetterState, Status
from tests.office import FIRST, NOW, SECOND, Office, identity, judged, rulebook, settings, unread, write_entry

UNSTORABLE = FileFacts("rusak.pdf", "application/pdf", size=None, digest="0" * 64)  # type: ignore[arg-type]
"""A file whose row no database takes: what was written for its mail before it must go as well."""


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def _numbers(office: Office) -> list[str]:
    return [entry.number for entry in office.rows(Entry)]


def _verbs(office: Office) -> list[str]:
    return [event.verb for event in office.rows(Event)]


# --- each disposition ----------------------------------------------------------------------------------------------


def test_a_complaint_opens_an_entry_with_all_that_follows(office: Office) -> None:
    who = identity(name="Siti Aminah", organisation="PT Contoh", address="Jalan Mawar 1", phone="0812-0000-1111")
    file = FileFacts("ktp.jpg", "image/jpeg", 10, "a" * 64)
    mail = replace(judged(who=who, files=(file,), service="ppjp"), phone_e164="+6281200001111")
    settled = office.settle_one(mail, received_at=NOW - timedelta(hours=3))
    (entry,), (message,), (letter,), (attachment,) = (
        office.rows(Entry),
        office.rows(Message),
        office.rows(Letter),
        office.rows(Attachment),
    )
    assert (settled.disposition, settled.number, settled.again) == (Disposition.RECORDED, "PGD/2026/0001", False)
    assert (entry.channel, entry.kind, entry.service) == (Channel.EMAIL, Kind.PENGADUAN, "ppjp")
    assert (entry.received_at, entry.recorded_at) == (NOW - timedelta(hours=3), NOW)
    assert (entry.name, entry.organisation, entry.address) == ("Siti Aminah", "PT Contoh", "Jalan Mawar 1")
    assert (entry.phone, entry.phone_e164, entry.email) == ("0812-0000-1111", "+6281200001111", "siti@example.org")
    assert (message.entry_id, message.rfc_message_id, message.text) == (entry.id, mail.rfc_message_id, mail.text)
    assert (letter.state, letter.answers, letter.mailbox) == (LetterState.OWED, mail.rfc_message_id, FIRST)
    assert (attachment.message_id, attachment.name, attachment.size) == (message.id, "ktp.jpg", 10)
    assert office.wrong() == []


@pytest.mark.parametrize(
    ("mail", "disposition"),
    [
        (judged(screened=Disposition.AUTOMATIC), Disposition.AUTOMATIC),
        (judged(screened=Disposition.LIST), Disposition.LIST),
        (judged(screened=Disposition.BOUNCE, bounce=Bounce(None, None)), Disposition.BOUNCE),
        (judged(kind=Kind.LAINNYA), Disposition.UNREGISTERED),
        (unread("tidak ada satu pun kepala surat"), Disposition.QUARANTINED),
    ],
    ids=lambda value: str(value) if isinstance(value, Disposition) else "",
)
def test_what_is_no_letter_of_a_person_gets_its_disposition_and_reason_and_nothing_else(
    office: Office, mail: Verdict, disposition: Disposition
) -> None:
    assert office.settle_one(mail).disposition is disposition
    (message,) = office.rows(Message)
    assert message.reason
    assert [office.rows(table) for table in (Entry, Letter)] == [[], []]
    assert _verbs(office) == ["surat_disimpan"]
    assert office.wrong() == []


def test_a_quarantined_mail_keeps_its_error(office: Office) -> None:
    office.settle_one(unread("rusak \x00 \udcff"))
    assert office.rows(Message)[0].error == "rusak \ufffd \ufffd"


def test_our_own_letter_coming_back_is_known_by_its_message_id(office: Office) -> None:
    number = office.settle_one(judged()).number
    letter = office.the_letter(number)
    settled = office.settle_one(judged("Tanda terima", sender=FIRST, rfc_message_id=letter.rfc_message_id))
    assert (settled.disposition, settled.number) == (Disposition.OWN, number)


def test_a_complaint_forwarded_from_one_of_our_addresses_is_recorded(office: Office) -> None:
    assert office.settle_one(judged(sender=SECOND)).disposition is Disposition.RECORDED
    assert len(office.rows(Letter)) == 1


@pytest.mark.parametrize("way", ["references", "carried"])
def test_a_complaint_in_the_book_that_staff_forward_to_the_other_mailbox_is_not_counted_twice(
    office: Office, way: str
) -> None:
    number = office.settle_one(judged(rfc_message_id="satu@x")).number
    forward = replace(judged("Mohon dicek.", sender=FIRST, subject="Fwd: Upah"), **{way: ("satu@x",)})  # type: ignore[arg-type]
    settled = office.settle_one(forward, mailbox=SECOND)
    assert (settled.disposition, settled.number) == (Disposition.FOLLOW_UP, number)
    assert (len(office.rows(Entry)), len(office.rows(Letter))) == (1, 1)
    assert _verbs(office) == ["dicatat", "surat_disimpan", "surat_susulan", "surat_disimpan"]
    assert office.wrong() == []


def test_a_citizen_who_attaches_a_letter_of_the_book_gets_an_entry_that_staff_look_at(office: Office) -> None:
    number = office.settle_one(judged(rfc_message_id="satu@x")).number
    office.settle_one(judged("Teruskan.", sender="tetangga@example.org", carried=["satu@x"]))
    entry = office.rows(Entry)[1]
    assert entry.needs_review
    assert f"mungkin sudah dicatat sebagai {number}" in entry.review_reason
    assert office.wrong() == []


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [(Kind.PENGADUAN, "PGD"), (Kind.PERMOHONAN, "REG"), (Kind.SARAN, "SRN"), (Kind.INFORMASI, "INF")],
)
def test_each_kind_goes_into_its_register(office: Office, kind: Kind, prefix: str) -> None:
    assert office.settle_one(judged(kind=kind)).number == f"{prefix}/2026/0001"


def test_a_doubtful_kind_is_recorded_and_marked_for_review_with_the_reason(office: Office) -> None:
    office.settle_one(judged(needs_review=True))
    (entry,) = office.rows(Entry)
    assert (entry.needs_review, entry.review_reason) == (True, "jenis surat belum pasti")


# --- junk ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "review"),
    [(Kind.PENGADUAN, True), (Kind.PERMOHONAN, True), (Kind.SARAN, False), (Kind.LAINNYA, False)],
)
def test_a_letter_in_junk_waits_unregistered_and_stands_in_review_if_it_asks_for_something(
    office: Office, kind: Kind, review: bool
) -> None:
    settled = office.settle_one(judged(kind=kind), folder="Spam")
    assert settled.disposition is Disposition.UNREGISTERED
    assert office.rows(Message)[0].needs_review is review
    assert office.rows(Entry) == []


@pytest.mark.parametrize("same_bytes", [True, False], ids=["same bytes", "headers added by the move"])
def test_a_letter_moved_from_junk_to_the_inbox_is_recorded_with_an_event_of_the_change(
    office: Office, same_bytes: bool
) -> None:
    mail = judged()
    raw = office.arrive(mail, folder="Spam")
    office.settle()
    settled = office.settle_one(mail, raw=raw if same_bytes else b"")
    (message,), (entry,) = office.rows(Message), office.rows(Entry)
    assert (settled.disposition, settled.number) == (Disposition.RECORDED, entry.number)
    assert (message.disposition, message.entry_id, message.junk) == (Disposition.RECORDED, entry.id, False)
    assert (message.needs_review, message.folder) == (False, "INBOX")
    assert message.reason.endswith("dipindahkan dari folder Spam")
    assert _verbs(office) == ["surat_disimpan", "dicatat", "disposisi_berubah"]
    assert len(office.rows(Letter)) == 1
    assert office.wrong() == []


def test_a_letter_moved_from_junk_that_belongs_to_an_entry_by_now_does_not_open_another(office: Office) -> None:
    raw = office.arrive(judged(rfc_message_id="satu@x"), folder="Spam")
    office.settle()
    number = office.settle_one(judged(rfc_message_id="dua@x")).number
    settled = office.settle_one(office.mails[raw], raw=raw)
    assert (settled.disposition, settled.number) == (Disposition.FOLLOW_UP, number)
    assert _numbers(office) == [number]


def test_advertising_moved_from_junk_stays_unregistered_and_no_longer_says_that_it_is_in_junk(office: Office) -> None:
    raw = office.arrive(judged(kind=Kind.LAINNYA), folder="Spam")
    office.settle()
    office.settle_one(office.mails[raw], raw=raw)
    (message,) = office.rows(Message)
    assert (message.disposition, message.junk) == (Disposition.UNREGISTERED, False)
    assert "masuk ke folder Spam" not in message.reason


def test_a_letter_moved_into_junk_afterwards_keeps_its_entry(office: Office) -> None:
    raw = office.arrive(judged())
    number = office.settle()[0].number
    settled = office.settle_one(office.mails[raw], raw=raw, folder="Spam")
    assert (settled.again, settled.number, settled.disposition) == (True, number, Disposition.RECORDED)
    assert _verbs(office) == ["dicatat", "surat_disimpan"]


def test_an_answer_that_fell_into_junk_still_belongs_to_its_entry(office: Office) -> None:
    number = office.settle_one(judged()).number
    ours = office.the_letter(number).rfc_message_id
    settled = office.settle_one(judged("Ini KTP saya", references=[ours]), folder="Spam")
    assert (settled.disposition, settled.number) == (Disposition.FOLLOW_UP, number)


# --- the same letter again -----------------------------------------------------------------------------------------


def test_the_same_message_id_and_content_is_a_duplicate(office: Office) -> None:
    mail = judged(rfc_message_id="satu@x")
    number = office.settle_one(mail).number
    settled = office.settle_one(mail)
    first, second = office.rows(Message)
    assert (settled.disposition, settled.number, settled.again) == (Disposition.DUPLICATE, number, False)
    assert second.duplicate_of == first.id
    assert (len(office.rows(Letter)), _verbs(office)) == (1, ["dicatat", "surat_disimpan", "surat_disimpan"])


def test_the_same_message_id_with_other_content_is_an_entry_of_its_own(office: Office) -> None:
    office.settle_one(judged("Upah", rfc_message_id="satu@x"))
    settled = office.settle_one(judged("Pesangon", rfc_message_id="satu@x", sender="budi@example.org"))
    assert settled.number == "PGD/2026/0002"


def test_the_same_words_with_another_message_id_are_a_follow_up(office: Office) -> None:
    number = office.settle_one(judged(rfc_message_id="satu@x")).number
    settled = office.settle_one(judged(rfc_message_id="dua@x"))
    assert (settled.disposition, settled.number) == (Disposition.FOLLOW_UP, number)
    assert len(office.rows(Letter)) == 1
    assert _verbs(office) == ["dicatat", "surat_disimpan", "surat_susulan", "surat_disimpan"]


def test_the_same_words_from_nobody_known_are_an_entry_of_their_own(office: Office) -> None:
    office.settle_one(judged(sender="", rfc_message_id="satu@x"))
    assert office.settle_one(judged(sender="", rfc_message_id="dua@x")).number == "PGD/2026/0002"


@pytest.mark.parametrize(
    ("first", "second", "disposition"),
    [
        (NOW, NOW, Disposition.DUPLICATE),
        (NOW, NOW + timedelta(seconds=1), Disposition.FOLLOW_UP),
        (None, None, Disposition.FOLLOW_UP),
        (NOW, None, Disposition.FOLLOW_UP),
    ],
)
def test_without_message_id_the_date_decides_whether_it_is_the_same_letter(
    office: Office, first: datetime | None, second: datetime | None, disposition: Disposition
) -> None:
    office.settle_one(judged(rfc_message_id=None, sent_at=first))
    assert office.settle_one(judged(rfc_message_id=None, sent_at=second)).disposition is disposition


def test_without_message_id_the_same_words_of_another_sender_are_an_entry_of_their_own(office: Office) -> None:
    office.settle_one(judged(rfc_message_id=None))
    settled = office.settle_one(judged(rfc_message_id=None, sender="budi@example.org"))
    assert settled.number == "PGD/2026/0002"


@pytest.mark.parametrize("same_bytes", [True, False], ids=["same bytes", "other trace headers"])
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
def test_one_letter_to_both_mailboxes_is_one_message_with_two_arrivals_and_one_answer(
    office: Office, same_bytes: bool, together: bool
) -> None:
    mail = judged()
    raw = office.arrive(mail, mailbox=SECOND, received_at=NOW - timedelta(seconds=2))
    if not together:
        office.settle()
    office.arrive(mail, raw=raw if same_bytes else b"", mailbox=FIRST, received_at=NOW)
    office.settle()
    (message,), (entry,), (letter,) = office.rows(Message), office.rows(Entry), office.rows(Letter)
    assert [arrival.message_id for arrival in office.rows(Arrival)] == [message.id, message.id]
    assert {message.mailbox, entry.mailbox, letter.mailbox} == {SECOND}
    assert office.wrong() == []


def test_all_mail_again_under_a_new_uidvalidity_adds_arrivals_and_nothing_else(office: Office) -> None:
    mails = [judged(f"Keluhan {n}", sender=f"w{n}@example.org") for n in range(3)]
    raws = [office.arrive(mail) for mail in mails]
    office.settle()
    both = judged("Untuk keduanya", sender="w9@example.org")
    raws += [office.arrive(both), office.arrive(both, mailbox=SECOND)]
    office.settle()
    before = [(office.rows(table)) for table in (Message, Entry, Letter, Event)]
    for raw in raws:
        office.arrive(office.mails[raw], raw=raw, mailbox=SECOND if raw == raws[-1] else FIRST, validity=2)
    settled = office.settle()
    assert all(one.again for one in settled)
    assert [(office.rows(table)) for table in (Message, Entry, Letter, Event)] == before
    assert len(office.rows(Arrival)) == 10
    assert office.wrong() == []


# --- threads -------------------------------------------------------------------------------------------------------


def test_our_message_id_in_the_references_is_enough_whoever_writes(office: Office) -> None:
    number = office.settle_one(judged()).number
    ours = office.the_letter(number).rfc_message_id
    settled = office.settle_one(judged("Ini KTP-nya", sender="suami@example.org", references=["x@y", ours]))
    assert (settled.disposition, settled.number) == (Disposition.FOLLOW_UP, number)


def test_the_same_sender_may_name_the_number(office: Office) -> None:
    number = office.settle_one(judged()).number
    settled = office.settle_one(judged("Bagaimana kabar pgd-2026-1?", sender="SITI@example.org"))
    assert (settled.disposition, settled.number) == (Disposition.FOLLOW_UP, number)


def test_a_stranger_who_names_a_number_gets_an_entry_of_his_own_that_shows_it_to_staff(office: Office) -> None:
    office.settle_one(judged())
    settled = office.settle_one(judged("Menyusul PGD/2026/0001, saya juga.", sender="budi@example.org"))
    entry = office.rows(Entry)[1]
    assert settled.number == "PGD/2026/0002"
    assert entry.needs_review
    assert "PGD/2026/0001" in entry.review_reason


def test_a_number_in_the_quotation_alone_means_nothing(office: Office) -> None:
    office.settle_one(judged())
    mail = replace(judged("Saya ingin mengadu.", sender="budi@example.org"), quoted="> PGD/2026/0001")
    office.settle_one(mail)
    assert not office.rows(Entry)[1].needs_review


def test_a_strangers_answer_to_a_citizens_own_letter_is_no_follow_up(office: Office) -> None:
    office.settle_one(judged(rfc_message_id="satu@x"))
    settled = office.settle_one(judged("Saya juga.", sender="budi@example.org", references=["satu@x"]))
    assert settled.number == "PGD/2026/0002"


def test_a_citizens_answer_to_an_own_earlier_letter_is_a_follow_up(office: Office) -> None:
    number = office.settle_one(judged(rfc_message_id="satu@x")).number
    settled = office.settle_one(judged("Tambahan.", references=["satu@x"]))
    assert (settled.disposition, settled.number) == (Disposition.FOLLOW_UP, number)


def test_an_answer_to_a_closed_entry_is_shown_to_staff(office: Office) -> None:
    number = office.settle_one(judged()).number
    with office.database.writing() as session:
        session.get_one(Entry, 1).status = Status.SELESAI
    office.settle_one(judged("Urusan baru", references=[office.the_letter(number).rfc_message_id]))
    message = office.rows(Message)[1]
    assert (message.disposition, message.needs_review) == (Disposition.FOLLOW_UP, True)
    assert "sudah ditutup" in message.reason


# --- letters that come back ----------------------------------------------------------------------------------------


def _bounced(office: Office, number: str, status: str | None, *, delayed: bool = False, shown: bool = True) -> Letter:
    ours = office.the_letter(number).rfc_message_id if shown else None
    office.settle_one(
        judged(
            f"Undelivered {status}",
            sender="mailer-daemon@example.org",
            screened=Disposition.BOUNCE,
            bounce=Bounce("siti@example.org", status, ours, delayed),
        )
    )
    return office.the_letter(number)


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.UNCERTAIN, LetterState.SENDING])
def test_a_letter_returned_for_good_has_failed_and_that_is_an_event(office: Office, state: LetterState) -> None:
    number = office.settle_one(judged()).number
    office.mark_sent(number, state)
    letter = _bounced(office, number, "5.1.1")
    assert (letter.state, "5.1.1" in letter.reason) == (LetterState.FAILED, True)
    (event,) = [event for event in office.rows(Event) if event.verb == "surat_kembali"]
    bounce = office.rows(Message)[1]
    assert (event.letter_id, event.message_id, bounce.entry_id) == (letter.id, bounce.id, letter.entry_id)
    assert (bounce.disposition, office.wrong()) == (Disposition.BOUNCE, [])


def test_a_letter_only_delayed_has_not_failed(office: Office) -> None:
    number = office.settle_one(judged()).number
    office.mark_sent(number)
    assert _bounced(office, number, "4.4.7", delayed=True).state is LetterState.SENT
    assert "surat_kembali" not in _verbs(office)
    assert _bounced(office, number, "4.4.7").state is LetterState.FAILED  # the server has given up


@pytest.mark.parametrize(("days", "state"), [(6, LetterState.FAILED), (8, LetterState.SENT)])
def test_a_report_that_does_not_show_the_letter_is_about_the_last_one_to_that_address(
    office: Office, days: int, state: LetterState
) -> None:
    number = office.settle_one(judged()).number
    sent = office.mark_sent(number)
    with office.database.noting() as session:
        session.get_one(Letter, sent.id).sending_at = NOW - timedelta(days=days)
    assert _bounced(office, number, "5.1.1", shown=False).state is state
    assert office.wrong() == []


def test_a_return_without_a_code_counts_and_a_second_one_changes_nothing(office: Office) -> None:
    number = office.settle_one(judged()).number
    office.mark_sent(number)
    assert _bounced(office, number, None).state is LetterState.FAILED
    _bounced(office, number, "5.0.0")
    assert _verbs(office).count("surat_kembali") == 1


def test_a_return_of_a_letter_that_is_not_ours_changes_nothing(office: Office) -> None:
    number = office.settle_one(judged()).number
    office.mark_sent(number)
    forged = Bounce("siti@example.org", "5.1.1", "tt.pgd-2026-0001.tebakan@gmail.com")
    office.settle_one(judged("x", sender="x@example.org", screened=Disposition.BOUNCE, bounce=forged))
    assert office.the_letter(number).state is LetterState.SENT


# --- one bad mail --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 3, 49])
def test_a_mail_that_fails_while_it_is_recorded_is_quarantined_alone(office: Office, place: int) -> None:
    for position in range(50):
        files = (UNSTORABLE,) if position == place else ()
        mail = judged(f"Keluhan {position}", sender=f"w{position}@example.org", files=files)
        office.arrive(mail, received_at=NOW + timedelta(seconds=position))
    settled = office.settle()
    assert [one.disposition is Disposition.QUARANTINED for one in settled] == [n == place for n in range(50)]
    assert _numbers(office) == [f"PGD/2026/{n:04}" for n in range(1, 50)]
    failed = next(message for message in office.rows(Message) if message.disposition is Disposition.QUARANTINED)
    assert "kesalahan program saat mencatat" in failed.error
    assert len(office.rows(Letter)) == 49
    assert office.wrong() == []


class _FullDisk(Rulebook):
    """A rulebook that meets a full disk at its third question."""

    asked = 0

    def due(self, *matter: object) -> tuple[None, str]:
        type(self).asked += 1
        if type(self).asked == 3:
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))
        return None, ""


def test_trouble_of_the_database_leaves_all_of_the_batch_to_be_settled(office: Office) -> None:
    for position in range(5):
        office.arrive(judged(f"Keluhan {position}", sender=f"w{position}@example.org"))
    _FullDisk.asked = 0
    whole = rulebook()
    full = _FullDisk(whole.zone, whole.registers, whole.deadlines, whole.calendar)
    with pytest.raises(OperationalError):
        settle_pending(office.database, Means(settings(), full, office.read, office.clock))
    tables = (Message, Entry, Letter, Event, EventValue)
    assert [office.rows(table) for table in tables] == [[]] * len(tables)
    assert {arrival.message_id for arrival in office.rows(Arrival)} == {None}
    assert len(office.settle()) == 5
    assert _numbers(office)[-1] == "PGD/2026/0005"


def test_a_mail_that_kills_its_reader_three_times_is_quarantined_and_the_others_go_on(office: Office) -> None:
    killer = office.arrive(ReaderDied("proses pembaca surat berhenti mendadak"), received_at=NOW - timedelta(hours=1))
    office.arrive(judged("Keluhan"))
    assert [one.disposition for one in office.settle()] == [Disposition.RECORDED]
    for _ in range(ATTEMPTS - 2):
        assert office.settle() == []
    assert [one.disposition for one in office.settle()] == [Disposition.QUARANTINED]
    (message,) = [message for message in office.rows(Message) if message.disposition is Disposition.QUARANTINED]
    assert "3 kali dicoba" in message.error
    office.mails.pop(killer)
    assert office.settle() == []


def test_a_mail_never_suffers_from_a_reader_that_cannot_be_started(office: Office) -> None:
    raw = office.arrive(ReaderUnavailable("proses pembaca surat tidak dapat dimulai"))
    assert [office.settle() for _ in range(ATTEMPTS + 1)] == [[]] * (ATTEMPTS + 1)
    office.mails[raw] = judged()
    assert office.settle()[0].disposition is Disposition.RECORDED


def test_a_mail_that_recovers_before_the_third_attempt_is_recorded(office: Office) -> None:
    raw = office.arrive(ReaderDied("batas waktu"))
    assert [office.settle(), office.settle()] == [[], []]
    office.mails[raw] = judged()
    assert office.settle()[0].disposition is Disposition.RECORDED


def test_a_kept_mail_whose_bytes_are_damaged_is_quarantined(office: Office) -> None:
    office.arrive(judged())
    with office.database.noting() as session:
        session.get_one(Raw, office.rows(Raw)[0].digest).packed = b"rusak"
    assert office.settle()[0].disposition is Disposition.QUARANTINED


@pytest.mark.parametrize(
    "mail",
    [
        judged(rfc_message_id="x" * 20_000 + "\x00\udcff"),
        judged(sender="x" * 5000 + "@example.org"),
        judged(sender="si\x00ti\udcff@example.org"),
        judged(subject="".join(map(chr, range(0x250))) + "\ud800\udfff\U0010ffff" * 1000),
        judged("isi \x00 \udcff" * 50_000),
        judged(references=[f"{n}" * 600 + "\udcff@x" for n in range(100)]),
        judged(files=(FileFacts("\x00\udcff" * 5000, "x/\x00" * 100, 0, "0" * 64),) * 3),
        judged(sent_at=datetime(1, 1, 1, tzinfo=UTC)),
        judged(sent_at=datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        judged(who=identity(name="N\x00\udcff", organisation="x" * 10_000, phone="0" * 500, address="\udcff")),
        judged(no_reply=("\x00\udcff",)),
    ],
    ids=["id", "long sender", "bad sender", "subject", "text", "references", "files", "early", "late", "who", "rows"],
)
def test_a_monstrous_mail_is_recorded_like_any_other(office: Office, mail: Judged) -> None:
    assert office.settle_one(mail).disposition is Disposition.RECORDED
    assert office.wrong() == []
    office.settle_one(mail)
    assert len(office.rows(Letter)) == 1


def test_an_address_too_long_to_write_to_is_kept_with_the_mail_and_not_as_recipient(office: Office) -> None:
    office.settle_one(judged(sender="x" * 5000 + "@example.org"))
    assert (office.rows(Letter)[0].recipient, office.rows(Entry)[0].email) == ("", "")
    assert len(office.rows(Message)[0].sender_address) == 5012


# --- order and company ---------------------------------------------------------------------------------------------


def test_numbers_follow_the_order_of_receipt_and_not_of_fetching(office: Office) -> None:
    order = list(range(60))
    random.Random(7).shuffle(order)
    for minute in order:
        mail = judged(f"Keluhan {minute}", sender=f"w{minute}@example.org")
        office.arrive(mail, mailbox=(FIRST, SECOND)[minute % 2], received_at=NOW + timedelta(minutes=minute))
    office.settle()
    assert [entry.received_at for entry in office.rows(Entry)] == [NOW + timedelta(minutes=n) for n in range(60)]


def test_processes_that_settle_the_same_mails_at_once_settle_each_once(office: Office) -> None:
    for position in range(24):
        office.arrive(judged(f"Keluhan {position}", sender=f"w{position}@example.org"))
    start, settled, wrong = threading.Barrier(3), [], []

    def settle() -> None:
        start.wait()
        try:
            settled.extend(office.settle())
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=settle) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sorted(one.arrival_id for one in settled) == [arrival.id for arrival in office.rows(Arrival)]
    assert len(office.rows(Message)) == len(office.rows(Letter)) == 24
    assert office.wrong() == []


def test_mail_and_desk_writing_at_once_leave_a_sound_book(office: Office) -> None:
    for position in range(12):
        office.arrive(judged(f"Keluhan {position}", sender=f"w{position}@example.org"))
    typing = threading.Thread(target=lambda: [_type_in(office.database) for _ in range(8)])
    typing.start()
    office.settle()
    typing.join()
    assert _numbers(office) == [f"PGD/2026/{n:04}" for n in range(1, 21)]
    assert office.wrong() == []


def _type_in(database: Database) -> None:
    with database.writing() as session:
        write_entry(session)


def test_a_disposition_changed_by_an_officer_is_an_event_that_tells_both(office: Office) -> None:
    office.settle_one(judged(kind=Kind.LAINNYA))
    with office.database.writing() as session:
        message = session.get_one(Message, 1)
        change_disposition(session, message, Disposition.LIST, "milis", at=NOW, actor="petugas")
    _, event = office.rows(Event)
    assert (event.verb, event.actor, event.message_id) == ("disposisi_berubah", "petugas", 1)
    assert '"dari":"unregistered"' in event.body
    assert '"menjadi":"list"' in event.body


# --- the real reader -----------------------------------------------------------------------------------------------

LETTER = (
    b"From: Siti Aminah <siti@example.org>\r\nTo: hubinsyaker.kotaprob@gmail.com\r\n"
    b"Subject: Pengaduan upah\r\nMessage-ID: <%s@example.org>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0700\r\n\r\n"
    b"Yth. Bapak/Ibu,\r\n\r\nSaya mengadukan PT Contoh: upah saya tidak dibayar sejak Agustus. %s\r\n"
)


def _arrive(office: Office, raw: bytes, **where: object) -> None:
    office.arrive(unread("only read by the real reader"), raw=raw, **where)  # type: ignore[arg-type]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_real_bytes_read_in_a_process_of_their_own_run_through_to_the_end(office: Office) -> None:
    _arrive(office, LETTER % (b"satu", b""))
    _arrive(office, b"Received: by mx2\r\n" + LETTER % (b"satu", b""), mailbox=SECOND)
    _arrive(office, LETTER % (b"dua", b""))
    _arrive(office, LETTER % (b"satu", b"Dan THR."))
    _arrive(office, b"\x00\xff" * 100)
    _arrive(office, (LETTER % (b"tiga", b"Lagi.")).replace(b"23 Nov 2026", b"31 Dec 9999"))
    with Isolated[Verdict](Judge, settings()) as judge:
        settled = settle_pending(office.database, replace(office.means, read=judge))
    assert [one.disposition for one in settled[:4]] == [
        Disposition.RECORDED,
        Disposition.RECORDED,
        Disposition.FOLLOW_UP,
        Disposition.RECORDED,
    ]
    assert [one.again for one in settled[:4]] == [False, True, False, False]
    assert settled[5].disposition is Disposition.RECORDED
    assert office.wrong() == []


# --- random histories ----------------------------------------------------------------------------------------------

_SENDERS = ["siti@example.org", "budi@example.org", ""]
_STEPS = ["new", "repeat", "resend", "answer", "quote", "move", "other mailbox", "list", "bad", "killer", "settle"]


def _step(office: Office, step: str, chance: random.Random) -> None:
    raws = list(office.mails)
    earlier = chance.choice(raws) if raws else b""
    sender, mailbox = chance.choice(_SENDERS), chance.choice([FIRST, SECOND])
    new: Callable[..., Judged] = lambda text="", **more: judged(  # noqa: E731
        text or f"Keluhan {len(raws)}", sender=sender, kind=chance.choice(list(Kind)), **more
    )
    letters = office.rows(Letter)
    mail: Verdict | Exception = new()
    match step:
        case "repeat" | "other mailbox" | "move" if earlier:
            folder = "INBOX" if step == "move" else chance.choice(["INBOX", "Spam"])
            validity = 2 if step == "repeat" else 1
            same = earlier if step != "other mailbox" else b""
            office.arrive(office.mails[earlier], raw=same, mailbox=mailbox, folder=folder, validity=validity)
            return
        case "resend" if isinstance(again := office.mails.get(earlier), Judged):
            mail = replace(again, rfc_message_id=f"lagi{len(raws)}@x")
        case "answer" if letters:
            mail = new(references=[chance.choice(letters).rfc_message_id])
        case "quote":
            mail = new(f"Soal PGD/2026/000{chance.randint(1, 9)} yang ke-{len(raws)}")
        case "list":
            mail = new(screened=chance.choice([Disposition.LIST, Disposition.AUTOMATIC]))
        case "bad":
            mail = chance.choice([new(files=(UNSTORABLE,)), unread()])
        case "killer":
            mail = ReaderDied("batas waktu")
    office.arrive(mail, mailbox=mailbox, folder=chance.choice(["INBOX", "INBOX", "Spam"]))


@seed(20261123)
@given_settings(
    max_examples=12, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(st.sampled_from(_STEPS), min_size=5, max_size=30),
    chance=st.randoms(use_true_random=False),
    batch=st.integers(1, 7),
)
def test_any_history_leaves_a_sound_book_in_which_every_count_agrees(
    office: Office, steps: list[str], chance: random.Random, batch: int
) -> None:
    _empty(office)
    intake = settings().intake.model_copy(update={"batch": batch})
    means = replace(office.means, settings=settings().model_copy(update={"intake": intake}))
    for step in steps:
        if step == "settle":
            settle_pending(office.database, means)
        else:
            _step(office, step, chance)
    for _ in range(ATTEMPTS):
        settle_pending(office.database, means)
    messages, arrivals = office.rows(Message), office.rows(Arrival)
    entries, letters = office.rows(Entry), office.rows(Letter)
    assert office.wrong() == []
    assert all(arrival.message_id for arrival in arrivals)
    assert {arrival.message_id for arrival in arrivals} == {message.id for message in messages}
    recorded = [message.entry_id for message in messages if message.disposition is Disposition.RECORDED]
    assert sorted(recorded) == [entry.id for entry in entries] == sorted(letter.entry_id for letter in letters)
    assert _verbs(office).count("dicatat") == len(entries)


def _empty(office: Office) -> None:
    """Bring the book back to its beginning between two histories."""
    office.mails.clear()
    office.uids.clear()
    with Session(office.database.engine) as session:
        if office.database.is_sqlite:
            for name in triggers.NAMES:
                session.execute(text(f"DROP TRIGGER {name}"))
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        for table in SQLModel.metadata.tables.values():
            session.execute(table.delete())
        session.execute(text(f"INSERT INTO chain_head (id, position, hash) VALUES (1, 0, '{GENESIS}')"))
        if office.database.is_sqlite:
            triggers.create(session.connection())
        session.commit()


# --- themes and urgency ---------------------------------------------------------------------------------------------


def test_themes_urgency_and_restriction_stand_on_the_entry_and_in_its_event(office: Office) -> None:
    themed = Themed(
        ("upah", "pengawasan"), "kekerasan atau ancaman (“dipukul”)", True, ("tema Upah: “gaji”",), secret=True
    )
    office.settle_one(replace(judged(), themed=themed))
    (entry,) = office.rows(Entry)
    (message,) = office.rows(Message)
    assert (entry.themes, entry.urgent, entry.restricted) == (["upah", "pengawasan"], themed.urgent, True)
    assert entry.secret
    assert message.reasons == ["tema Upah: “gaji”"]
    told = json.loads(next(event.body for event in office.rows(Event) if event.verb == "dicatat"))
    assert (told["set"]["themes"], told["set"]["restricted"]) == (["upah", "pengawasan"], True)
    assert "urgent" in told["digests"] and "dipukul" not in json.dumps(told)
    assert office.wrong() == []


def test_what_cannot_wait_stands_first_among_the_new_and_among_the_doubtful(office: Office) -> None:
    for number, urgent in enumerate(["", "berangkat dalam beberapa hari (“terbang besok”)", ""]):
        mail = replace(judged(f"surat ke-{number}", needs_review=True), themed=Themed(urgent=urgent))
        office.settle_one(mail, received_at=NOW + timedelta(minutes=number))
    with office.database.reading() as session:
        lines = search.top(session, Filter(), zone=ZoneInfo("Asia/Jakarta"), today=NOW.date(), limit=9)
        doubtful = [doubt.line.number for doubt in review.doubts(session, limit=9)]
    expected = ["PGD/2026/0002", "PGD/2026/0003", "PGD/2026/0001"]
    assert [line.number for line in lines] == doubtful == expected
    assert [bool(line.urgent) for line in lines] == [True, False, False]


# --- who writes, where the letter does not say it -------------------------------------------------------------------


def test_the_name_on_the_address_is_kept_apart_and_only_where_the_letter_names_nobody(office: Office) -> None:
    office.settle_one(replace(judged("pertama"), sender_name="Bu Siti <script>"))
    office.settle_one(replace(judged("kedua", who=identity(name="Siti Aminah")), sender_name="Toko Berkah"))
    nameless, named = office.rows(Entry)
    assert (nameless.name, nameless.sender_name) == ("", "Bu Siti <script>")
    assert (named.name, named.sender_name) == ("Siti Aminah", "")
    told = json.loads(next(event.body for event in office.rows(Event) if event.verb == "dicatat"))
    assert "sender_name" in told["digests"] and "Bu Siti" not in json.dumps(told)
    assert office.wrong() == []
