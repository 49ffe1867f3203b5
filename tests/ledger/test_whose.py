"""All that the book holds of one person is found by his address or his number, and what is somebody else's is not."""

import pytest

from ledger import erasure, whose, workflow
from ledger.erasure import Scope
from ledger.errors import LedgerError
from ledger.models import Entry
from ledger.ports import Bounce
from ledger.whose import Found
from ledger.words import Disposition, Kind, Role
from ledger.workflow import Act
from tests.ledger.desk.signed import put_account
from tests.office import FIRST, NOW, Office, judged, settings, unread, write_entry

SITI = "siti@example.org"


@pytest.fixture
def office(database: object) -> Office:
    office = Office(database)  # type: ignore[arg-type]
    office.settle_one(judged("Upah", sender="Siti@Example.org"))
    office.settle_one(judged("Susulan", sender="teman@example.org", subject=f"PGD/2026/0001 dari {SITI}"))
    office.settle_one(judged("Promosi", sender=SITI, kind=Kind.LAINNYA))
    bounce = Bounce(SITI, "5.1.1")
    office.settle_one(judged(f"gagal: {SITI}", sender="daemon@example.net", screened=Disposition.BOUNCE, bounce=bounce))
    office.settle_one(unread(), raw=b"From: SITI@example.org\r\n\x00rusak")
    office.settle_one(unread(), raw=b"From: lain@example.org\r\n\x00rusak")
    with office.database.writing() as session:
        put_account(session, Role.ADMIN)
        write_entry(session, phone="0812-3456-7890", phone_e164="+6281234567890", matter="Dari telepon")
        write_entry(session, matter="Lain", account="Hubungi saya di 0812-9999-0000")
    return office


def _found(office: Office, written: str) -> Found:
    with office.database.reading() as session:
        return whose.of_person(session, written)


def _told(found: Found) -> tuple[list[str], list[int | None], tuple[str, ...]]:
    return [entry.number for entry in found.entries], [mail.id for mail in found.mails], found.mentions


def test_an_address_finds_entries_mails_reports_and_what_lies_in_quarantine(office: Office) -> None:
    numbers, mails, mentions = _told(_found(office, f" {SITI.upper()} "))
    assert (numbers, mails) == (["PGD/2026/0001"], [3, 4, 5])
    assert mentions == ("entri PGD/2026/0002", "surat 2 pada PGD/2026/0002")


@pytest.mark.parametrize("written", ["081234567890", "+62 812-3456-7890", "0812 3456 7890"])
def test_a_telephone_number_finds_its_entries_however_it_is_written(office: Office, written: str) -> None:
    assert _told(_found(office, written))[0] == ["PGD/2026/0003"]


def test_a_number_that_stands_in_an_account_is_a_mention(office: Office) -> None:
    assert _told(_found(office, "0812-9999-0000")) == ([], [], ("entri PGD/2026/0004",))


@pytest.mark.parametrize("written", [SITI, "0812-7777-6666"])
def test_a_mail_that_was_fetched_and_not_settled_yet_is_a_mention(office: Office, written: str) -> None:
    office.arrive(judged(), raw=b"From: Siti <SITI@example.org>\r\n\r\nHP saya 081277776666.")
    office.arrive(judged(), raw=b"From: lain@example.org\r\n\r\nHP saya 081288886666.")
    assert _found(office, written).mentions[-1] == f"surat yang belum dicatat (UID 7, folder INBOX, {FIRST})"


@pytest.mark.parametrize("written", ["", "a@b", "0812"])
def test_too_little_names_nobody(office: Office, written: str) -> None:
    with pytest.raises(LedgerError, match="terlalu pendek"):
        _found(office, written)


def test_what_is_named_must_be_there_and_a_mail_of_an_entry_goes_with_its_entry(office: Office) -> None:
    with office.database.reading() as session:
        assert whose.named(session, ["pgd/2026/0001"], [3]).scope == Scope((1,), (3,))
        for numbers, mails, said in ((["PGD/2026/9999"], [], "9999"), ([], [99], "99"), ([], [1], "PGD/2026/0001")):
            with pytest.raises(LedgerError, match=said):
                whose.named(session, numbers, mails)


def test_what_a_terminal_passes_on_that_is_no_text_names_nobody(office: Office) -> None:
    with office.database.reading() as session:
        assert whose.of_person(session, "siti\udcff@example.org").entries == ()
        with pytest.raises(LedgerError, match="tidak ada di buku"):
            whose.named(session, ["PGD/2026/\udcff"], [])


def test_what_is_found_twice_counts_once(office: Office) -> None:
    with office.database.reading() as session:
        found = whose.named(session, ["PGD/2026/0001"], [3]) + whose.of_person(session, SITI)
    assert found.scope == Scope((1,), (3, 4, 5))


def test_entries_bound_to_an_erased_one_are_named(office: Office) -> None:
    with office.database.writing() as session:
        one, other = session.get_one(Entry, 1), session.get_one(Entry, 3)
        workflow.merge(session, one, Act("petugas", NOW), into=other)
        found = whose.named(session, [other.number], [])
        assert whose.bound_to(session, found) == ["PGD/2026/0001"]
        assert whose.bound_to(session, whose.named(session, [one.number, other.number], [])) == []


def test_the_lines_tell_what_goes_and_afterwards_that_it_is_gone(office: Office) -> None:
    zone = settings().office.zone
    found = _found(office, SITI)
    lines = whose.lines_of(found, zone)
    assert len(lines) == 4 and "PGD/2026/0001" in lines[0] and "Siti@Example.org" in lines[0]
    with office.database.writing() as session:
        erasure.forget(session, found.scope, reason="permintaan pemilik", actor="admin", at=NOW)
        again = whose.named(session, ["PGD/2026/0001"], [3])
        assert all("sudah dihapus Sen, 23 Nov 2026" in line for line in whose.lines_of(again, zone))
    assert _told(_found(office, SITI))[:2] == ([], [])


def test_what_still_lies_at_the_mail_provider_is_named_with_folder_and_uid(office: Office) -> None:
    office.mark_sent("PGD/2026/0001")
    with office.database.reading() as session:
        places = whose.elsewhere(session, whose.of_person(session, SITI), settings().office.zone)
    assert places[0] == f"{FIRST}, folder INBOX: UID 1, diterima Sen, 23 Nov 2026 10.10"
    assert len(places) == 5
    assert places[-1].startswith(f"{FIRST}, folder Terkirim: Sen, 23 Nov 2026 10.10, Message-ID tt.")
