"""The desk says of erased entries and mails that their data were erased, when and why, and breaks nowhere."""

import pytest

from ledger import erasure, files, letters
from ledger.erasure import Scope
from ledger.models import Entry, EntryFile, Letter, Message
from ledger.words import Channel, Disposition, Kind, LetterState, Role
from tests.ledger.desk.conftest import ClientAs, Desk
from tests.ledger.desk.signed import put_account
from tests.office import FIRST, NOW, Office, identity, judged, unread, write_entry

MARK = "zaitunmerak"
SAID = "Data pribadi telah dihapus"
REASON = "permintaan pemilik data"


@pytest.fixture
def erased(desk: Desk) -> Office:
    """A book with one erased entry, a mail without entry, one from quarantine, and one typed in with a photograph."""
    office = Office(desk.database)
    sender = f"{MARK}@example.org"
    office.settle_one(judged(f"Isi {MARK}", sender=sender, subject=MARK, who=identity(name=MARK), needs_review=True))
    office.settle_one(judged("Menyusul PGD/2026/0001", sender=sender, subject=MARK))
    office.settle_one(judged("Promosi", sender=sender, subject=MARK, kind=Kind.LAINNYA))
    office.settle_one(unread(MARK))
    with desk.database.writing() as session:
        put_account(session, Role.ADMIN)
        typed = write_entry(session, channel=Channel.PETUGAS, name=MARK, matter=MARK, account=f"Uraian {MARK}")
        photo = files.pack([(f"{MARK}.png", b"\x89PNG\r\n\x1a\n" + MARK.encode())])
        files.attach(session, typed, photo, at=NOW, actor="petugas")
        letter = session.get_one(Letter, 1)
        letters.end(session, letter, LetterState.FAILED, reason=f"550 {sender}", at=NOW)
        scope = Scope((1, typed.id or 0), (3, 4))
        assert len(erasure.forget(session, scope, reason=REASON, actor="admin", at=NOW)) == 4
    return office


@pytest.mark.parametrize("path", ["/buku/PGD/2026/1", "/buku/PGD/2026/2"])
def test_an_erased_entry_says_so_with_day_and_reason(desk: Desk, erased: Office, path: str) -> None:
    page = desk.text(path)
    assert f"<b>{SAID}</b> pada Senin, 23 November 2026" in page and f"({REASON})" in page
    assert "Data pribadi dihapus" in page and "sidik" not in page


@pytest.mark.parametrize("message_id", [1, 2, 3, 4])
def test_an_erased_mail_says_so_and_offers_nothing_to_open(desk: Desk, erased: Office, message_id: int) -> None:
    page = desk.text(f"/surat/{message_id}")
    assert SAID in page and REASON in page and "asli.eml" not in page
    for piece in ("asli.eml", "tampilan", "lampiran/0"):
        desk.text(f"/surat/{message_id}/{piece}", status=404)


_READ = (
    "/",
    "/buku",
    "/buku?cari=siti",
    "/buku/PGD/2026/1",
    "/buku/PGD/2026/1/tanda-terima",
    "/buku/PGD/2026/2/tanda-terima",
    "/tinjau",
    "/tinjau/karantina",
    "/tinjau/kotak-lain",
    "/belum-tersampaikan",
    "/belum-tersampaikan/gagal",
    "/surat/1",
    "/surat/4",
)
_ACTS = ("identitas", "golongkan", "pisahkan", "gabungkan", "keadaan", "catatan")


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.PEMBACA])
def test_every_page_stands_without_a_word_of_the_person(erased: Office, client_as: ClientAs, role: Role) -> None:
    browser = client_as(role)
    for path in _READ:
        answer = browser.get(path)
        assert (answer.status_code, MARK in answer.text) == (200, False), path


def test_every_form_stands_without_a_word_of_the_person(desk: Desk, erased: Office) -> None:
    for act in _ACTS:
        assert MARK not in desk.text(f"/buku/PGD/2026/1/{act}"), act


def test_a_search_does_not_find_the_person(desk: Desk, erased: Office) -> None:
    assert "PGD/2026/0001" in desk.text("/buku")
    assert "PGD/2026/0001" not in desk.text(f"/buku?cari={MARK}")


def test_erased_mails_wait_for_nobody_and_cannot_be_made_an_entry(desk: Desk, erased: Office) -> None:
    assert {mail.disposition for mail in erased.rows(Message)[2:]} == {Disposition.UNREGISTERED}
    page = desk.text("/tinjau/kotak-lain")
    assert "Jadikan entri" not in page and "Data pribadi telah dihapus." in page
    assert "Gagal" not in desk.text("/belum-tersampaikan")


def test_the_photograph_of_an_erased_entry_is_gone(desk: Desk, erased: Office) -> None:
    (file,) = erased.rows(EntryFile)
    assert "berkas/" not in desk.text("/buku/PGD/2026/2")
    desk.text(f"/buku/PGD/2026/2/berkas/{file.id}", status=404)


def test_an_erased_entry_cannot_be_answered_but_still_be_closed(desk: Desk, erased: Office) -> None:
    page = desk.text("/buku/PGD/2026/1")
    assert "/buku/PGD/2026/1/jawab" not in page and "/buku/PGD/2026/1/keadaan" in page
    assert FIRST in page and [entry.email for entry in erased.rows(Entry)] == ["", ""]
