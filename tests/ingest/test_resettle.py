"""What an officer releases or promotes becomes one entry with all that follows, and nothing else changes."""

import threading
from dataclasses import replace

import pytest

from ingest.isolate import ReaderDied
from ingest.judge import FileFacts
from ingest.resettle import Resettler
from ledger.database import Database
from ledger.errors import LedgerError
from ledger.models import Attachment, Entry, Event, Letter, Message
from ledger.ports import Bounce, Resettled, Themed, Told
from ledger.words import Channel, Disposition, Kind, LetterState
from tests.office import FIRST, SECOND, Office, identity, judged, unread

UNSTORABLE = FileFacts("rusak.pdf", "application/pdf", size=None, digest="0" * 64)  # type: ignore[arg-type]
COMPLAINT = Told(Kind.PENGADUAN, "ppjp")


KEPT = [("surat_disimpan", "sistem")]
"""What the chain tells of a mail that has no entry."""


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def _release(office: Office, message_id: int = 1, told: Told | None = None) -> Resettled:
    return Resettler(office.database, office.means).release(message_id, "ani", told)


def _told(office: Office) -> list[tuple[str, str]]:
    return [(event.verb, event.actor) for event in office.rows(Event)]


def test_a_mail_from_quarantine_that_can_be_read_now_is_recorded_as_if_it_came_now(office: Office) -> None:
    raw = office.arrive(unread("pembacaan surat melewati batas waktu"))
    office.settle()
    file = FileFacts("ktp.jpg", "image/jpeg", 10, "a" * 64)
    office.mails[raw] = judged(who=identity(name="Siti"), files=(file,))
    released = _release(office)
    (entry,), (message,), (letter,), (attachment,) = (
        office.rows(Entry), office.rows(Message), office.rows(Letter), office.rows(Attachment),
    )  # fmt: skip
    assert released == Resettled(Disposition.RECORDED, "PGD/2026/0001")
    assert (entry.name, entry.email, entry.needs_review) == ("Siti", "siti@example.org", False)
    assert (message.disposition, message.entry_id, message.error) == (Disposition.RECORDED, entry.id, "")
    assert message.reason == "dicatat sebagai pengaduan; dilepas dari karantina"
    assert (letter.state, attachment.message_id) == (LetterState.OWED, message.id)
    assert _told(office) == [
        ("surat_disimpan", "sistem"),
        ("surat_dibaca_ulang", "ani"),
        ("dicatat", "sistem"),
        ("disposisi_berubah", "ani"),
    ]
    assert office.wrong() == []


def test_a_mail_that_still_cannot_be_read_stays_and_says_why(office: Office) -> None:
    raw = office.arrive(unread())
    office.settle()
    office.mails[raw] = ReaderDied("proses pembaca surat berhenti mendadak")
    assert _release(office).trouble == "proses pembaca surat berhenti mendadak"
    (message,) = office.rows(Message)
    assert (message.disposition, message.error) == (
        Disposition.QUARANTINED, "proses pembaca surat berhenti mendadak",
    )  # fmt: skip
    assert (office.rows(Entry), _told(office), office.wrong()) == ([], KEPT, [])


def test_a_mail_that_fails_again_while_it_is_recorded_leaves_nothing_behind(office: Office) -> None:
    office.settle_one(judged(files=(UNSTORABLE,)))
    released = _release(office, office.rows(Message)[0].id or 0)  # PostgreSQL gives no id twice
    assert released.disposition is Disposition.QUARANTINED
    assert released.trouble.startswith("kesalahan program saat mencatat")
    assert (office.rows(Entry), office.rows(Letter), _told(office), office.wrong()) == ([], [], KEPT, [])


@pytest.mark.parametrize("mailbox", [FIRST, SECOND])
def test_a_copy_that_came_meanwhile_makes_the_released_mail_a_duplicate(office: Office, mailbox: str) -> None:
    raw = office.arrive(unread())
    office.settle()
    mail = judged()
    office.settle_one(mail, mailbox=mailbox)
    office.mails[raw] = mail
    assert _release(office) == Resettled(Disposition.DUPLICATE, "PGD/2026/0001")
    assert len(office.rows(Letter)) == 1 and office.wrong() == []


def test_a_released_answer_goes_to_the_entry_that_it_answers(office: Office) -> None:
    office.settle_one(judged())
    ours = office.mark_sent("PGD/2026/0001").rfc_message_id
    raw = office.arrive(unread())
    office.settle()
    office.mails[raw] = judged("Berikut kelengkapannya.", references=(ours,))
    assert _release(office, 2) == Resettled(Disposition.FOLLOW_UP, "PGD/2026/0001")
    assert office.wrong() == []


def test_what_the_officer_types_makes_the_entry_of_a_mail_that_nothing_can_read(office: Office) -> None:
    office.settle_one(unread("bukan surat"))
    told = Told(
        Kind.PERMOHONAN, "ppjp", "Pendaftaran", "Mohon didaftarkan.", "Budi", "PT Contoh", "Jalan Mawar",
        "0812 3456 7890", "budi@example.org", "+6281234567890",
    )  # fmt: skip
    assert _release(office, told=told) == Resettled(Disposition.RECORDED, "REG/2026/0001")
    (entry,), (message,), (letter,) = office.rows(Entry), office.rows(Message), office.rows(Letter)
    assert (entry.channel, entry.mailbox, entry.recorded_by) == (Channel.EMAIL, FIRST, "ani")
    assert (entry.matter, entry.account, entry.name) == ("Pendaftaran", "Mohon didaftarkan.", "Budi")
    assert (entry.phone, entry.phone_e164, entry.address) == ("0812 3456 7890", "+6281234567890", "Jalan Mawar")
    assert (letter.recipient, letter.state) == ("budi@example.org", LetterState.OWED)
    assert message.reason == "dicatat oleh petugas sebagai permohonan" and message.error == "bukan surat"
    assert _told(office) == [("surat_disimpan", "sistem"), ("dicatat", "ani"), ("disposisi_berubah", "ani")]
    assert office.wrong() == []


def test_what_the_officer_types_is_recorded_though_the_mail_can_be_read_and_not_be_kept(office: Office) -> None:
    office.settle_one(judged("Isi asli", files=(UNSTORABLE,)))
    told = replace(COMPLAINT, matter="Upah", account="Upah belum dibayar.", name="Siti")
    assert _release(office, office.rows(Message)[0].id or 0, told=told).number == "PGD/2026/0001"
    (entry,), (message,) = office.rows(Entry), office.rows(Message)
    assert (entry.matter, entry.account, entry.name) == ("Upah", "Upah belum dibayar.", "Siti")
    assert message.error.startswith("kesalahan program saat mencatat") and office.rows(Attachment) == []
    assert _told(office) == [("surat_disimpan", "sistem"), ("dicatat", "ani"), ("disposisi_berubah", "ani")]
    assert office.wrong() == []


def test_the_officers_words_go_before_those_of_the_mail(office: Office) -> None:
    raw = office.arrive(unread())
    office.settle()
    office.mails[raw] = judged("Isi asli", subject="Perihal asli", who=identity(name="Siti", phone="0812-0000-1111"))
    _release(office, told=replace(COMPLAINT, name="Siti Aminah", account="\0rusak"))
    (entry,) = office.rows(Entry)
    assert (entry.name, entry.matter, entry.phone) == ("Siti Aminah", "Perihal asli", "0812-0000-1111")
    assert entry.account == "\ufffdrusak"


def test_an_uncertain_letter_from_junk_is_promoted_with_its_identity_and_its_answer(office: Office) -> None:
    office.settle_one(judged(who=identity(name="Siti"), needs_review=True), folder="Spam")
    assert _release(office, told=Told(Kind.SARAN, "umum")) == Resettled(Disposition.RECORDED, "SRN/2026/0001")
    (entry,), (message,), (letter,) = office.rows(Entry), office.rows(Message), office.rows(Letter)
    assert (entry.name, entry.kind, entry.needs_review) == ("Siti", Kind.SARAN, False)
    assert (message.kind, message.service, message.needs_review) == (Kind.SARAN, "umum", False)
    assert (letter.answers, letter.state) == (message.rfc_message_id, LetterState.OWED)
    assert office.wrong() == []


@pytest.mark.parametrize("screened", [Disposition.AUTOMATIC, Disposition.LIST, Disposition.BOUNCE])
def test_a_machines_mail_may_be_promoted_but_is_not_answered_by_a_machine(
    office: Office, screened: Disposition
) -> None:
    office.settle_one(judged(screened=screened, bounce=Bounce(None, None)))
    assert _release(office, told=COMPLAINT).number == "PGD/2026/0001"
    (message,) = office.rows(Message)
    assert message.no_reply == ["tanda mesin"] and len(office.rows(Letter)) == 1
    assert office.wrong() == []


def test_a_machines_mail_in_quarantine_is_not_answered_by_a_machine_either(office: Office) -> None:
    raw = office.arrive(unread())
    office.settle()
    office.mails[raw] = judged(screened=Disposition.LIST)
    _release(office, told=COMPLAINT)
    assert office.rows(Message)[0].no_reply == ["tanda mesin"]


def test_a_mail_promoted_twice_is_one_entry(office: Office) -> None:
    office.settle_one(judged(kind=Kind.LAINNYA))
    first, second = _release(office, told=COMPLAINT), _release(office, told=Told(Kind.SARAN, "umum"))
    assert (first.number, second) == ("PGD/2026/0001", Resettled(Disposition.RECORDED, "PGD/2026/0001", before=True))
    assert len(office.rows(Entry)) == len(office.rows(Letter)) == 1


def test_two_officers_who_promote_the_same_mail_at_once_make_one_entry(office: Office) -> None:
    office.settle_one(judged(kind=Kind.LAINNYA))
    together, found = threading.Barrier(2), []

    def promote() -> None:
        together.wait()
        found.append(_release(office, told=COMPLAINT))

    threads = [threading.Thread(target=promote) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.before for one in found) == [False, True]
    assert {one.number for one in found} == {"PGD/2026/0001"}
    assert len(office.rows(Entry)) == 1 and office.wrong() == []


def test_what_belongs_to_the_book_already_or_to_us_is_not_promoted(office: Office) -> None:
    mail = judged()
    office.settle_one(mail)
    office.settle_one(mail)
    ours = judged(rfc_message_id=office.mark_sent("PGD/2026/0001").rfc_message_id)
    office.settle_one(ours)
    assert [each.disposition for each in office.rows(Message)][1:] == [Disposition.DUPLICATE, Disposition.OWN]
    for message_id in (2, 3):
        with pytest.raises(LedgerError):
            _release(office, message_id, COMPLAINT)
    with pytest.raises(LedgerError):
        _release(office, 99, COMPLAINT)
    assert len(office.rows(Entry)) == 1


def test_only_what_is_in_quarantine_is_read_again_by_itself(office: Office) -> None:
    office.settle_one(judged(kind=Kind.LAINNYA))
    with pytest.raises(LedgerError):
        _release(office)
    assert _told(office) == KEPT


def test_a_kind_without_a_register_is_refused_and_changes_nothing(office: Office) -> None:
    office.settle_one(judged(kind=Kind.SARAN), folder="Spam")
    with pytest.raises(LedgerError):
        _release(office, told=Told(Kind.LAINNYA, "umum"))
    assert office.rows(Message)[0].disposition is Disposition.UNREGISTERED
    assert (office.rows(Entry), _told(office)) == ([], KEPT)


def test_the_words_of_the_officer_are_judged_where_the_mail_could_not_be_read(office: Office) -> None:
    office.settle_one(unread("bukan surat"))
    _release(office, told=replace(COMPLAINT, matter="Kekerasan", account="Pelapor dipukul mandor, upahnya ditahan."))
    (entry,) = office.rows(Entry)
    assert "dipukul" in entry.urgent and "upah" in entry.themes


def test_where_the_officer_types_no_account_the_themes_of_the_mail_stay(office: Office) -> None:
    office.settle_one(replace(judged(kind=Kind.LAINNYA), themed=Themed(("thr",), "anak di bawah umur", True)))
    _release(office, told=COMPLAINT)
    (entry,) = office.rows(Entry)
    assert (entry.themes, entry.urgent, entry.restricted) == (["thr"], "anak di bawah umur", True)
