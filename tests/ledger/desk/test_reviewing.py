"""In the trays an officer decides with one button: confirmed, corrected, merged, promoted, released or rejected."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from config.settings import Settings
from ingest.resettle import Resettler
from ledger import letters, workflow
from ledger.database import Database
from ledger.desk.app import create
from ledger.desk.trays import ROWS
from ledger.models import Entry, Event, Letter, Message
from ledger.words import Disposition, Kind, LetterState, Role, Status
from ledger.workflow import Act
from tests.ledger.desk.signed import sign
from tests.ledger.shelf import PreparedReader
from tests.office import FIRST, NOW, Office, identity, judged, rulebook, unread

HERE = "http://127.0.0.1:8025"


@dataclass(frozen=True, slots=True)
class Tray:
    """An office whose kept mails can be taken up again, and an officer at its desk."""

    office: Office
    browser: TestClient

    def text(self, path: str) -> str:
        """Return a page that must be shown."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, answer.text[:500]
        return answer.text

    def press(self, path: str, said: str, *, status: int = 200, **fields: str) -> str:
        """Press a button and return the page that follows."""
        answer = self.browser.post(path, data={"tindakan": said} | fields)
        assert answer.status_code == status, answer.text[:500]
        return answer.text

    @property
    def entry(self) -> Entry:
        """The entry written last."""
        return self.office.rows(Entry)[-1]

    @property
    def mail(self) -> Message:
        """The mail settled last."""
        return self.office.rows(Message)[-1]


@pytest.fixture
def opened(database: Database, office: Settings) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _at(office: Office, settings: Settings, stack: ExitStack, role: Role) -> TestClient:
    app = create(
        office.database,
        settings,
        PreparedReader(),
        office.clock,
        resettling=Resettler(office.database, office.means),
    )
    browser = stack.enter_context(TestClient(app, base_url=HERE))
    sign(browser, app.state.door, role)
    return browser


@pytest.fixture
def tray(database: Database, office: Settings, opened: ExitStack) -> Tray:
    book = Office(database)
    return Tray(book, _at(book, office, opened, Role.PETUGAS))


def _doubtful(tray: Tray) -> str:
    tray.office.settle_one(judged("Kapan diproses?", needs_review=True, who=identity(name="<b>Siti</b>")))
    return f"/tinjau/entri/{tray.entry.id}"


# --- perlu ditinjau ------------------------------------------------------------------------------------------------


def test_an_uncertain_entry_is_confirmed_with_one_button_and_that_can_be_taken_back(tray: Tray) -> None:
    path = _doubtful(tray)
    page = tray.text("/tinjau")
    assert 'data-key="y"' in page and "Benar, pengaduan" in page and "&lt;b&gt;Siti&lt;/b&gt;" in page
    after = tray.press(path, "benar", versi="1")
    assert "Entri PGD/2026/0001 ditetapkan: Pengaduan" in after and "Tidak ada yang perlu ditinjau" in after
    assert "Urungkan" in after
    undone = tray.press(path, "urungkan", versi="2")
    assert "Entri PGD/2026/0001 kembali ke baki ini." in undone and "Benar, pengaduan" in undone
    assert [(event.verb, event.actor) for event in tray.office.rows(Event)][2:] == [
        ("dikonfirmasi", "petugas"),
        ("diurungkan", "petugas"),
    ]
    assert tray.office.wrong() == []


def test_an_uncertain_entry_is_corrected_with_one_button(tray: Tray) -> None:
    after = tray.press(_doubtful(tray), "saran", versi="1", layanan="ppjp")
    assert "ditetapkan: Saran" in after
    assert (tray.entry.kind, tray.entry.service, tray.entry.number) == (Kind.SARAN, "ppjp", "PGD/2026/0001")
    assert tray.office.wrong() == []


def test_a_possible_follow_up_is_merged_or_stands_alone(tray: Tray) -> None:
    tray.office.settle_one(judged())
    for number in (2, 3):
        tray.office.settle_one(judged(f"Lihat PGD/2026/0001, {number}", sender=f"lain{number}@example.org"))
    _, second, third = tray.office.rows(Entry)
    assert tray.text("/tinjau").count("Gabungkan ke PGD/2026/0001") == 2
    after = tray.press(f"/tinjau/entri/{second.id}", "gabungkan", versi="1")
    assert "Entri PGD/2026/0002 digabungkan ke PGD/2026/0001." in after
    tray.press(f"/tinjau/entri/{third.id}", "bukan", versi="1")
    _, second, third = tray.office.rows(Entry)
    assert (second.status, third.status, third.needs_review) == (Status.DUPLIKAT, Status.DITERIMA, False)
    assert tray.office.wrong() == []


def test_whoever_comes_second_is_told_and_changes_nothing(tray: Tray) -> None:
    path = _doubtful(tray)
    with tray.office.database.writing() as session:
        workflow.add_note(session, session.get_one(Entry, tray.entry.id), Act("budi", NOW), note="x")
    page = tray.press(path, "saran", status=409, versi="1")
    assert "Pilihan Saudara untuk PGD/2026/0001 tidak disimpan: budi sudah lebih dahulu mengubahnya" in page
    assert "masih menunggu di bawah" in page and "simpan kembali" not in page
    assert tray.entry.kind is Kind.PENGADUAN
    tray.press(path, "saran", versi="2")
    page = tray.press(path, "benar", status=409, versi="2")
    assert "Saudara sendiri" in page and "tidak menunggu lagi" in page and "Buka entri</a>" in page


def test_an_old_address_of_the_tray_offers_to_undo_nothing_else(tray: Tray) -> None:
    path = _doubtful(tray)
    tray.press(path, "benar", versi="1")
    old = f"/tinjau?entri={tray.entry.id}&versi=2"
    assert "Urungkan" in tray.text(old)
    with tray.office.database.writing() as session:
        act, row = Act("petugas", tray.office.clock()), session.get_one(Entry, tray.entry.id)
        workflow.correct(session, row, {"name": "Lain"}, act, rulebook=rulebook(), default_mailbox=FIRST)
    assert "Urungkan" not in tray.text(old)


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ("lainnya", {"versi": "1"}),
        ("", {"versi": "1"}),
        ("x" * 1000, {"versi": "1"}),
        ("saran", {}),
        ("saran", {"versi": "-1"}),
        ("saran", {"versi": "9" * 30}),
        ("gabungkan", {"versi": "1"}),
    ],
)
def test_a_forged_form_is_refused_in_plain_words(tray: Tray, said: str, fields: dict[str, str]) -> None:
    page = tray.press(_doubtful(tray), said, status=422, **fields)
    assert 'role="alert"' in page and tray.entry.needs_review


def test_a_service_that_does_not_exist_leaves_the_one_that_was(tray: Tray) -> None:
    tray.press(_doubtful(tray), "saran", versi="1", layanan="../../x")
    assert tray.entry.service == "umum"


def test_what_does_not_exist_is_not_found(tray: Tray) -> None:
    tray.press("/tinjau/entri/99", "benar", status=404, versi="1")
    tray.press("/tinjau/surat/99", "biarkan", status=404)
    tray.press("/tinjau/karantina/99", "tolak", status=404, alasan="x")
    tray.press("/tinjau/entri/0", "benar", status=422, versi="1")
    assert tray.browser.get("/tinjau/karantina/99/catat").status_code == 404
    tray.press("/belum-tersampaikan/surat/99", "ulang", status=404)


def test_a_letter_from_junk_is_promoted_with_its_own_kind_or_let_lie(tray: Tray) -> None:
    tray.office.settle_one(judged(subject="Upah <i>"), folder="Spam")
    page = tray.text("/tinjau")
    assert "Catat sebagai pengaduan" in page and "Bukan untuk buku" in page
    after = tray.press(f"/tinjau/surat/{tray.mail.id}", "pengaduan", layanan="ppjp", kembali="/tinjau")
    assert "Surat “Upah &lt;i&gt;” dicatat dengan nomor PGD/2026/0001." in after
    assert (tray.entry.service, tray.entry.recorded_by) == ("ppjp", "petugas")
    tray.office.settle_one(judged("Lain lagi"), folder="Spam")
    tray.press(f"/tinjau/surat/{tray.mail.id}", "biarkan")
    assert not tray.mail.needs_review and len(tray.office.rows(Entry)) == 1
    assert tray.office.wrong() == []


def test_a_letter_to_a_closed_matter_leads_there_and_is_ticked_off(tray: Tray) -> None:
    tray.office.settle_one(judged())
    ours = tray.office.mark_sent("PGD/2026/0001").rfc_message_id
    with tray.office.database.writing() as session:
        workflow.void(session, session.get_one(Entry, tray.entry.id), Act("budi", NOW), note="keliru")
    tray.office.settle_one(judged("Bagaimana?", references=(ours,)))
    page = tray.text("/tinjau")
    assert "Sudah dilihat" in page and "/buku/PGD/2026/1" in page and "Catat sebagai" not in page
    assert "Tidak ada yang perlu ditinjau" in tray.press(f"/tinjau/surat/{tray.mail.id}", "biarkan")


def test_more_mails_than_a_page_holds_are_paged_and_a_button_leads_back_to_the_same_page(tray: Tray) -> None:
    for number in range(ROWS + 2):
        tray.office.arrive(judged(f"Surat {number}", subject=f"Perihal {number}."), folder="Spam")
    tray.office.settle()
    first = tray.text("/tinjau")
    assert first.count("<li data-item>") == ROWS and "Perihal 0." not in first
    onward = re.search(r'href="(/tinjau\?sebelum=\d+)" rel="next"', first)
    assert onward is not None
    second = tray.text(onward[1])
    assert second.count("<li data-item>") == 2 and "Perihal 0." in second and 'rel="next"' not in second
    oldest = tray.office.rows(Message)[0]
    after = tray.press(f"/tinjau/surat/{oldest.id}", "biarkan", kembali=onward[1])
    assert after.count("<li data-item>") == 1 and "Perihal 1." in after
    assert 'rel="prev"' in after


# --- kotak lain ----------------------------------------------------------------------------------------------------


def test_a_mail_of_the_other_box_is_promoted_to_a_chosen_kind_and_the_place_is_kept(tray: Tray) -> None:
    tray.office.settle_one(judged(screened=Disposition.LIST))
    page = tray.text("/tinjau/kotak-lain?jenis=list")
    assert "Jadikan entri" in page and 'value="/tinjau/kotak-lain?jenis=list"' in page
    answer = tray.browser.post(
        f"/tinjau/surat/{tray.mail.id}",
        data={"tindakan": "informasi", "kembali": "/tinjau/kotak-lain?jenis=list"},
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["location"]) == (
        303, f"/tinjau/kotak-lain?jenis=list&surat={tray.mail.id}",
    )  # fmt: skip
    assert (tray.entry.number, tray.mail.disposition) == ("INF/2026/0001", Disposition.RECORDED)


@pytest.mark.parametrize(
    "back", ["https://jahat.example.org", "//jahat.example.org", "/tinjau/../keluar", "/\\jahat", "javascript:1"]
)
def test_nobody_is_led_elsewhere(tray: Tray, back: str) -> None:
    tray.office.settle_one(judged(kind=Kind.LAINNYA))
    answer = tray.browser.post(
        f"/tinjau/surat/{tray.mail.id}", data={"tindakan": "saran", "kembali": back}, follow_redirects=False
    )
    assert answer.headers["location"] == f"/tinjau?surat={tray.mail.id}"


def test_a_mail_promoted_twice_is_one_entry_and_both_officers_see_its_number(tray: Tray) -> None:
    tray.office.settle_one(judged(kind=Kind.LAINNYA))
    pages = [tray.press(f"/tinjau/surat/{tray.mail.id}", kind) for kind in ("saran", "pengaduan")]
    assert all("dicatat dengan nomor SRN/2026/0001" in page for page in pages)
    assert len(tray.office.rows(Entry)) == 1


def test_our_own_letters_are_not_offered_as_entries(tray: Tray) -> None:
    tray.office.settle_one(judged())
    ours = tray.office.mark_sent("PGD/2026/0001").rfc_message_id
    tray.office.settle_one(judged(rfc_message_id=ours))
    assert "Jadikan entri" not in tray.text("/tinjau/kotak-lain")
    assert "sudah terkait dengan isi buku" in tray.press(f"/tinjau/surat/{tray.mail.id}", "saran", status=422)


# --- karantina -----------------------------------------------------------------------------------------------------


def test_a_mail_that_can_be_read_now_is_released_with_one_button(tray: Tray) -> None:
    raw = tray.office.arrive(unread("pembacaan surat melewati batas waktu"))
    tray.office.settle()
    assert "pembacaan surat melewati batas waktu" in tray.text("/tinjau/karantina")
    tray.office.mails[raw] = judged()
    after = tray.press(f"/tinjau/karantina/{tray.mail.id}", "lepas")
    assert "dicatat dengan nomor PGD/2026/0001" in after and "Karantina kosong" in after


def test_a_mail_that_still_cannot_be_read_is_typed_by_the_officer(tray: Tray) -> None:
    tray.office.settle_one(unread("tidak berkepala"), raw=b"<script>alert(1)</script> tolong")
    path = f"/tinjau/karantina/{tray.mail.id}"
    page = tray.press(path, "lepas")
    assert "Tuliskan apa yang Saudara lihat" in page and "tidak berkepala" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; tolong" in page and "<script>alert" not in page
    wrong = tray.browser.post(
        f"{path}/catat", data={"jenis": "?", "nama": "Budi", "surel": "budi@", "uraian": "", "telepon": "0812"}
    )
    assert wrong.status_code == 422 and 'value="Budi"' in wrong.text
    assert all(words in wrong.text for words in ("Tulislah isi surat", "tidak lengkap", "Pilihlah jenisnya"))
    assert "Belum terbaca sebagai nomor" in wrong.text
    typed = {
        "jenis": "pengaduan",
        "layanan": "ppjp",
        "uraian": "Upah\nbelum",
        "nama": "Budi",
        "telepon": "422121 psw 12",
    }
    after = tray.browser.post(f"{path}/catat", data=typed)
    assert "dicatat dengan nomor PGD/2026/0001" in after.text
    assert (tray.entry.account, tray.entry.name) == ("Upah\nbelum", "Budi")
    assert (tray.entry.phone, tray.entry.phone_e164) == ("422121 psw 12", "+62335422121")
    assert tray.browser.get(f"{path}/catat").status_code == 404
    assert tray.office.wrong() == []


def test_an_endless_field_is_refused_and_nothing_is_lost(tray: Tray) -> None:
    tray.office.settle_one(unread())
    path = f"/tinjau/karantina/{tray.mail.id}/catat"
    page = tray.browser.post(path, data={"jenis": "saran", "uraian": "isi surat", "nama": "x" * 301})
    assert page.status_code == 422 and "Terlalu panjang" in page.text and "isi surat</textarea>" in page.text
    assert tray.browser.post(path, data={"uraian": "x" * 400_000}).status_code == 413


def test_a_mail_is_rejected_only_with_a_reason(tray: Tray) -> None:
    tray.office.settle_one(unread())
    path = f"/tinjau/karantina/{tray.mail.id}"
    assert "Alasan harus diisi" in tray.press(path, "tolak", status=422, alasan="  ")
    long = tray.press(path, "tolak", status=422, alasan="y" * 501)
    assert "Terlalu panjang" in long and "y" * 500 in long
    after = tray.press(path, "tolak", alasan="Iklan rusak")
    assert "tetap tersimpan di kotak lain" in after
    assert (tray.mail.disposition, tray.mail.reason) == (Disposition.UNREGISTERED, "Iklan rusak")
    assert "tidak berada di karantina" in tray.press(path, "tolak", status=422, alasan="lagi")


# --- belum tersampaikan --------------------------------------------------------------------------------------------


def _withheld(tray: Tray, state: LetterState, *, releasable: bool = False) -> str:
    tray.office.settle_one(judged())
    letter = tray.office.the_letter(tray.entry.number)
    with tray.office.database.writing() as session:
        row = session.get_one(Letter, letter.id)
        row.subject = "Tanda terima"  # it was written before it ended
        letters.end(session, row, state, reason="sebabnya", releasable=releasable, at=NOW)
    return f"/belum-tersampaikan/surat/{letter.id}"


def test_a_letter_beyond_the_cap_is_listed_and_let_go_with_one_button(tray: Tray) -> None:
    path = _withheld(tray, LetterState.WITHHELD, releasable=True)
    assert "Lepas surat ini" in tray.text("/belum-tersampaikan") and 'data-key="l"' in tray.text("/belum-tersampaikan")
    after = tray.press(path, "lepas", kelompok="ditahan")
    assert "akan disusun dan dikirim dengan sendirinya" in after and "← Semua kelompok" in after
    letter = tray.office.rows(Letter)[0]
    assert (letter.state, letter.released) == (LetterState.OWED, True)
    assert "tidak dapat dilepas" in tray.press(path, "lepas", status=422)


def test_a_letter_withheld_for_another_reason_is_not_let_go(tray: Tray) -> None:
    path = _withheld(tray, LetterState.WITHHELD)
    assert "Lepas surat ini" not in tray.text("/belum-tersampaikan")
    assert "tidak dapat dilepas" in tray.press(path, "lepas", status=422)
    assert "Hanya surat yang gagal" in tray.press(path, "ulang", status=422)
    assert "Pilihan ini tidak ada" in tray.press(path, "hapus", status=422)


@pytest.mark.parametrize("state", [LetterState.FAILED, LetterState.UNCERTAIN])
def test_a_letter_is_sent_again_with_one_button_and_a_warning_where_it_may_have_arrived(
    tray: Tray, state: LetterState
) -> None:
    path = _withheld(tray, state)
    page = tray.text("/belum-tersampaikan")
    assert "Kirim ulang" in page and ("menerimanya dua kali" in page) is (state is LetterState.UNCERTAIN)
    assert "masuk antrean" in tray.press(path, "ulang")
    assert tray.office.rows(Letter)[0].state is LetterState.QUEUED
    assert tray.office.rows(Event)[-1].actor == "petugas"


# --- who may -------------------------------------------------------------------------------------------------------


def test_whoever_only_reads_sees_the_trays_without_buttons_and_may_press_none(
    tray: Tray, office: Settings, opened: ExitStack
) -> None:
    path = _doubtful(tray)
    _withheld(tray, LetterState.FAILED)
    tray.office.settle_one(unread())
    reader = _at(tray.office, office, opened, Role.PEMBACA)
    for page in ("/tinjau", "/tinjau/karantina", "/tinjau/kotak-lain", "/belum-tersampaikan"):
        shown = reader.get(page)
        assert shown.status_code == 200 and not re.search(r"<button[^>]*name=\"tindakan\"", shown.text)
    for target in (path, "/tinjau/surat/1", "/tinjau/karantina/1", "/belum-tersampaikan/surat/1"):
        assert reader.post(target, data={"tindakan": "benar", "versi": "1"}).status_code == 403
    assert reader.get(f"/tinjau/karantina/{tray.mail.id}/catat").status_code == 403
    assert tray.office.rows(Entry)[0].needs_review


def test_another_site_presses_no_button(tray: Tray) -> None:
    path = _doubtful(tray)
    answer = tray.browser.post(path, data={"tindakan": "benar", "versi": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and tray.entry.needs_review
