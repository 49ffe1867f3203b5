"""What officers do with an entry from its page: every act, who may do it, two at once, and what must not happen."""

import html
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from config.settings import Settings
from ingest.judge import FileFacts, rules_of, theme_reader_of
from ledger import events, files, letters, seals, workflow
from ledger.database import Database
from ledger.desk.acts import TASKS
from ledger.desk.app import create
from ledger.entries import Rulebook
from ledger.models import Entry, Letter, Message
from ledger.verify import verify
from ledger.words import Channel, Disposition, Kind, LetterState, Purpose, Role, Status
from replies.compose import Composer
from tests.ledger.desk.conftest import HERE
from tests.ledger.desk.signed import put_account, sign
from tests.ledger.shelf import FIRST, NOW, SECOND, PreparedReader, put_mail
from tests.office import Office, judged, write_entry

RECORDING = (
    "golongkan",
    "identitas",
    "keadaan",
    "catatan",
    "teruskan",
    "gabungkan",
    "pisahkan",
    "jawab",
    "benarkan",
    "berkas",
)
DISPOSING = ("disposisi", "buka-kembali", "batalkan")
XSS = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'"


@dataclass
class Room:
    """The desk with an officer of each role in it, and the book behind."""

    database: Database
    officers: dict[Role, TestClient] = field(default_factory=dict)
    now: object = NOW

    def put(self, **fields: object) -> str:
        """Write an entry and return the path of its page."""
        told = {"name": "Siti Aminah", "email": "siti@example.org", "matter": "Upah belum dibayar"} | fields
        with self.database.writing() as session:
            entry = write_entry(session, at=NOW - timedelta(hours=1), **told)
            return f"/buku/{entry.series.value}/{entry.year}/{entry.sequence}"

    def entry(self, path: str) -> Entry:
        series, year, sequence = path.split("/")[2:5]
        with self.database.reading() as session:
            number = f"{series}/{year}/{int(sequence):04}"
            return session.exec(workflow.select(Entry).where(Entry.number == number)).one()

    def page(self, path: str, role: Role = Role.PETUGAS, *, status: int = 200) -> str:
        answer = self.officers[role].get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:400])
        return answer.text

    def send(
        self,
        path: str,
        task: str,
        role: Role = Role.PETUGAS,
        *,
        status: int = 303,
        version: int | None = None,
        **typed: str,
    ) -> str:
        """Send the form of an act and return what came back, for a redirect the address."""
        values = {"versi": str(version or self.entry(path).version)} | typed
        answer = self.officers[role].post(f"{path}/{task}", data=values)
        assert answer.status_code == status, (task, answer.status_code, answer.text[-3000:])
        return answer.headers["location"] if status == 303 else answer.text

    def wrong(self) -> list[str]:
        with self.database.reading() as session:
            return [one.wrong for one in verify(session) if one.wrong]

    def letters(self, path: str) -> list[Letter]:
        with self.database.reading() as session:
            return letters.of_entry(session, self.entry(path).id or 0)


@pytest.fixture
def room(database: Database, office: Settings) -> Iterator[Room]:
    preview = Composer(office, Rulebook.of(office))
    themes = theme_reader_of(office, rules_of(office))
    app = create(database, office, PreparedReader(), lambda: NOW, preview=preview, themes=themes)
    room = Room(database)
    with ExitStack() as stack:
        for role in Role:
            browser = stack.enter_context(TestClient(app, base_url=HERE, follow_redirects=False))
            sign(browser, app.state.door, role)
            room.officers[role] = browser
        yield room
    assert room.wrong() == []


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
    assert found, name
    return html.unescape(found.group(1))


def field_of(page: str, name: str) -> str:
    found = re.search(rf'<input id="isian-{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return html.unescape(found.group(1))


# The page and its ways


def test_the_likeliest_act_is_a_button_and_the_others_are_links(room: Room) -> None:
    path = room.put()
    page = room.page(path)
    assert re.search(r'<button class="main">Nyatakan terverifikasi</button>', page)
    for key in ("jawab", "keadaan", "teruskan", "catatan", "golongkan", "identitas", "gabungkan", "pisahkan"):
        assert f'<li><a href="{path}/{key}">' in page
    for key in DISPOSING:
        assert f"{path}/{key}" not in page
    of_head = room.page(path, Role.KEPALA)
    assert f'<a class="go" href="{path}/disposisi">Disposisikan</a>' in of_head
    assert f"{path}/batalkan" in of_head and f"{path}/buka-kembali" not in of_head
    assert 'class="ways"' not in room.page(path, Role.PEMBACA)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.DITERIMA, "Nyatakan terverifikasi"),
        (Status.DIVERIFIKASI, "Mulai proses"),
        (Status.DIDISPOSISIKAN, "Mulai proses"),
        (Status.DIPROSES, "Jawab dengan surel"),
        (Status.MENUNGGU_KELENGKAPAN, "Jawab dengan surel"),
        (Status.DIJAWAB, "Selesaikan"),
        (Status.DITERUSKAN, "Beri tahu pelapor"),
    ],
)
def test_what_comes_next_follows_from_where_the_entry_stands(room: Room, status: Status, words: str) -> None:
    path = room.put()
    for step in {
        Status.DITERIMA: [],
        Status.DIVERIFIKASI: ["diverifikasi"],
        Status.DIPROSES: ["diproses"],
        Status.MENUNGGU_KELENGKAPAN: ["menunggu_kelengkapan"],
        Status.DIJAWAB: ["diproses", "dijawab"],
    }.get(status, []):
        room.send(path, "keadaan", keadaan=step)
    if status is Status.DIDISPOSISIKAN:
        room.send(path, "disposisi", Role.KEPALA, bidang="Operator SISKOTKLN")
    if status is Status.DITERUSKAN:
        room.send(path, "teruskan", tujuan="BP3MI Jawa Timur")
    page = room.page(path)
    assert re.search(rf'(<button class="main">|<a class="go" href="[^"]+">){words}<', page)


# Files added later

JPEG, PDF = b"\xff\xd8\xff\xe0foto", b"%PDF-1.7 pindaian"


def _upload(room: Room, path: str, *files: tuple[str, bytes], status: int = 303, version: int | None = None) -> str:
    sent = [("berkas", (name, content, "image/svg+xml")) for name, content in files]
    values = {"versi": str(version or room.entry(path).version)}
    answer = room.officers[Role.PETUGAS].post(f"{path}/berkas", data=values, files=sent)
    assert answer.status_code == status, answer.text[-3000:]
    return answer.headers["location"] if status == 303 else answer.text


def _kept(room: Room, path: str) -> list[tuple[str, str]]:
    with room.database.reading() as session:
        return [(file.name, file.content_type) for file in files.of_entry(session, room.entry(path).id or 0)]


def test_files_are_added_to_an_entry_that_was_written_before(room: Room) -> None:
    path = room.put()
    page = room.page(f"{path}/berkas")
    assert 'enctype="multipart/form-data"' in page and "masing-masing 10 MB" in page
    assert _upload(room, path, ("../surat.jpg", JPEG), ("slip gaji.pdf", PDF)) == f"{path}?selesai=berkas&versi=2"
    assert _kept(room, path) == [("surat.jpg", "image/jpeg"), ("slip gaji.pdf", "application/pdf")]
    after = room.page(f"{path}?selesai=berkas&versi=2")
    assert "Berkas sudah disimpan." in after and "slip gaji.pdf" in after and "Urungkan" not in after
    assert room.entry(path).version == 2
    with room.database.reading() as session:
        assert events.of_entry(session, room.entry(path).id or 0)[-1].verb == "berkas"


def test_a_file_that_is_missing_unfit_or_there_already_is_refused_beside_its_field(room: Room) -> None:
    path = room.put()
    _upload(room, path, ("surat.jpg", JPEG))
    for sent, words in (
        ([], "Pilihlah berkasnya."),
        ([("a.svg", b"<svg onload=alert(1)>")], "bukan foto"),
        ([("lagi.jpg", JPEG)], "sudah ada pada entri"),
        ([(f"{n}.jpg", JPEG + bytes([n])) for n in range(7)], "Paling banyak 6 berkas"),
    ):
        assert words in _upload(room, path, *sent, status=422).partition('id="salah-berkas">')[2][:200]
    assert _kept(room, path) == [("surat.jpg", "image/jpeg")] and room.entry(path).version == 2


def test_a_file_added_while_somebody_else_changed_the_entry_is_asked_for_again(room: Room) -> None:
    path = room.put()
    room.send(path, "catatan", Role.KEPALA, catatan="sudah ditelepon")
    page = _upload(room, path, ("surat.jpg", JPEG), status=409, version=1)
    assert "Belum tersimpan" in page and "Pilihlah lagi berkasnya" in page and _kept(room, path) == []
    assert hidden(page, "versi") == "2"


def test_a_button_pressed_twice_is_said_to_be_saved_already_and_not_somebody_elses_change(room: Room) -> None:
    path = room.put()
    room.send(path, "catatan", catatan="sudah ditelepon", version=1)
    again = room.send(path, "catatan", catatan="sudah ditelepon", version=1, status=409)
    assert "Perubahan Saudara yang ini sudah tersimpan" in again and "tertekan dua kali" in again
    room.send(path, "catatan", Role.KEPALA, catatan="baik")
    other = room.send(path, "catatan", catatan="sudah ditelepon", version=1, status=409)
    assert "entri ini baru saja diubah" in other and "tertekan dua kali" not in other
    assert room.entry(path).version == 3


# Forwarding


def test_a_citizen_is_told_of_the_forwarding_by_a_prepared_answer(room: Room) -> None:
    path = room.put()
    room.send(path, "teruskan", tujuan="BP3MI Jawa Timur", catatan="Berkas diantar Budi.")
    page = room.page(path)
    assert "Beri tahu pelapor" in page and "Berkas diantar Budi." in page and "BP3MI Jawa Timur" in page
    form = html.unescape(room.page(f"{path}/jawab"))
    words = form.partition('<textarea id="isian-jawaban"')[2].partition(">")[2].partition("</textarea>")[0].strip()
    assert words.count("BP3MI Jawa Timur") == 2 and 'value="tetap" checked' in form
    assert "BP3MI Jawa Timur" in room.send(path, "jawab", status=200, jawaban=words, menjadi="tetap")
    room.send(path, "jawab", jawaban=words, menjadi="tetap", langkah="kirim")
    assert room.entry(path).status is Status.DITERUSKAN and room.letters(path)[-1].words == words
    assert "Beri tahu pelapor" not in room.page(path)


def test_without_an_address_the_forwarding_is_told_by_telephone(room: Room) -> None:
    path = room.put(email="", phone="0812 3456 7890")
    assert "hubungi melalui telepon" in room.page(f"{path}/teruskan")
    room.send(path, "teruskan", tujuan="BP3MI Jawa Timur")
    assert "Beri tahu pelapor" not in room.page(path)


# The address


def test_an_address_told_later_is_acknowledged_from_the_mailbox_of_the_service(room: Room) -> None:
    path = room.put(email="", service="siskotkln")
    room.send(path, "identitas", nama="Siti Aminah", surel="siti@example.org")
    (letter,) = room.letters(path)
    assert (letter.state, letter.recipient, letter.mailbox) == (LetterState.OWED, "siti@example.org", SECOND)
    room.send(path, "urungkan")
    (letter,) = room.letters(path)
    assert (letter.state, letter.reason) == (LetterState.WITHHELD, letters.NO_ADDRESS_LEFT)


def test_a_letter_already_written_follows_a_corrected_address_and_the_history_says_so(room: Room) -> None:
    path = room.put(email="salah@example.org")
    with room.database.writing() as session:
        (letter,) = letters.of_entry(session, room.entry(path).id or 0)
        letters.queue(session, letter, letters.Rendered("Tanda terima", "Saudara", ""), at=NOW)
        naskah = seals.of_letter(letter)
    room.send(path, "identitas", nama="Siti Aminah", surel="benar@example.org")
    (letter,) = room.letters(path)
    assert (letter.state, letter.recipient) == (LetterState.QUEUED, "benar@example.org")
    page = room.page(path)
    assert "Alamat tujuan surat diganti" in page
    assert naskah not in page and seals.of_letter(letter) not in page


# Forms


@pytest.mark.parametrize("task", sorted(TASKS))
def test_every_form_opens_and_carries_the_version_seen(room: Room, task: str) -> None:
    path = room.put(needs_review=True)
    if task == "buka-kembali":
        room.send(path, "keadaan", keadaan="ditolak", catatan="bukan kewenangan")
    page = room.page(f"{path}/{task}", Role.KEPALA)
    assert hidden(page, "versi") == str(room.entry(path).version)
    assert f'action="{path}/{task}"' in page and "<script>" not in page and " style=" not in page


def test_an_act_that_does_not_fit_leads_back_with_a_word(room: Room) -> None:
    path = room.put()
    answer = room.officers[Role.KEPALA].get(f"{path}/buka-kembali")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?tidak=buka-kembali")
    assert "Buka kembali: hal ini tidak dapat dilakukan" in room.page(answer.headers["location"])
    assert "sekarang, hal ini tidak dapat dilakukan" in room.send(
        path, "buka-kembali", Role.KEPALA, status=422, catatan="x"
    )


# Who may


@pytest.mark.parametrize("task", sorted(TASKS))
@pytest.mark.parametrize("role", list(Role))
def test_each_act_asks_for_its_permission(room: Room, task: str, role: Role) -> None:
    path = room.put(needs_review=True)
    may = role is not Role.PEMBACA and (task not in DISPOSING or role is not Role.PETUGAS)
    opened = room.officers[role].get(f"{path}/{task}").status_code
    sent = room.officers[role].post(f"{path}/{task}", data={"versi": "9"}).status_code
    assert (opened in (200, 303), sent in (409, 422)) == (may, may), (opened, sent)
    if not may:
        assert (opened, sent) == (403, 403)
    assert room.entry(path).version == 1


def test_nobody_does_anything_without_signing_in_or_from_another_page(room: Room) -> None:
    path = room.put()
    browser = room.officers[Role.PETUGAS]
    foreign = browser.post(
        f"{path}/catatan", data={"versi": "1", "catatan": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403
    browser.cookies.clear()
    assert browser.post(f"{path}/catatan", data={"versi": "1", "catatan": "x"}).status_code == 401
    assert browser.get(f"{path}/catatan").headers["location"].startswith("/masuk?ke=")
    assert room.entry(path).version == 1


# Correcting


def test_the_kind_is_corrected_and_the_history_tells_both_values(room: Room) -> None:
    path = room.put(needs_review=True, review_reason="Ragu antara pengaduan dan saran.")
    room.send(path, "golongkan", jenis="saran", layanan="ppjp", perihal="Upah belum dibayar")
    entry = room.entry(path)
    assert (entry.kind, entry.service, entry.number.split("/")[0]) == (Kind.SARAN, "ppjp", "PGD")
    assert not entry.needs_review
    page = room.page(path)
    assert "semula “Pengaduan” menjadi “Saran”" in page
    assert "semula “Umum” menjadi" in page
    assert "perlu ditinjau" not in page
    assert "Siti Rahmawati</p>" in page


def test_the_identity_is_corrected_and_only_what_changed_is_told(room: Room) -> None:
    path = room.put(address="Jalan Mawar 1\nKanigaran", phone="0812-3456-7890", phone_e164="+6281234567890")
    form = room.page(f"{path}/identitas")
    typed = {name: field_of(form, name) for name in ("nama", "instansi", "alamat", "telepon", "surel", "mewakili")}
    assert typed["alamat"] == "Jalan Mawar 1 Kanigaran"
    room.send(path, "identitas", **typed | {"nama": "Siti Aminah binti Salim", "instansi": "PT Contoh"})
    entry = room.entry(path)
    assert (entry.name, entry.organisation, entry.address) == (
        "Siti Aminah binti Salim",
        "PT Contoh",
        "Jalan Mawar 1\nKanigaran",
    )
    assert entry.phone_e164 == "+6281234567890"
    page = room.page(path)
    assert "semula “Siti Aminah” menjadi “Siti Aminah binti Salim”" in page
    assert "semula “(kosong)” menjadi “PT Contoh”" in page
    assert '<dt>Alamat</dt><dd class="breaking">semula' not in page
    room.send(path, "identitas", **typed | {"nama": "", "telepon": "0335 422121"})
    assert room.entry(path).phone_e164 == "+62335422121"
    assert "menjadi “(kosong)”" in room.page(path)


@pytest.mark.parametrize(
    ("written", "kept", "said"),
    [
        ("081234567890", "0812-3456-7890", ""),
        ("0812 3456 7890 / 0857 1234 5678", "0812 3456 7890 / 0857 1234 5678", "Terbaca: 0812-3456-7890."),
        ("0812 3456", "0812 3456", "Belum terbaca sebagai nomor"),
    ],
)
def test_a_corrected_telephone_number_is_understood_and_nothing_beside_it_lost(
    room: Room, written: str, kept: str, said: str
) -> None:
    path = room.put()
    typed = {"nama": "Siti Aminah", "surel": "siti@example.org", "telepon": written}
    page = room.page(room.send(path, "identitas", **typed))
    assert room.entry(path).phone == kept and kept in page and said in page
    assert field_of(room.page(f"{path}/identitas"), "telepon") == kept
    assert said in room.page(f"{path}/identitas") and said in room.page(f"{path}/pisahkan")


def test_a_wrong_address_is_told_beside_its_field_and_nothing_typed_is_lost(room: Room) -> None:
    path = room.put()
    page = room.send(path, "identitas", status=422, nama="Nama Baru", surel="siti@", telepon="0812")
    assert 'href="#isian-surel"' in page and 'id="salah-surel"' in page
    assert field_of(page, "nama") == "Nama Baru" and field_of(page, "surel") == "siti@"
    assert room.entry(path).name == "Siti Aminah"


def test_a_doubtful_entry_is_confirmed_by_one_button(room: Room) -> None:
    path = room.put(needs_review=True, review_reason="Ragu.")
    assert re.search(rf'action="{path}/benarkan">.*?<button class="main">Benarkan penggolongan', room.page(path), re.S)
    back = room.send(path, "benarkan")
    assert not room.entry(path).needs_review
    assert "Penggolongan sudah dibenarkan." in room.page(back)


@pytest.mark.parametrize(
    ("task", "typed", "wrong"),
    [
        ("golongkan", {"jenis": "lainnya", "layanan": "umum"}, "jenis"),
        ("golongkan", {"jenis": "pengaduan", "layanan": "../../etc"}, "layanan"),
        ("keadaan", {"keadaan": "batal", "catatan": "x"}, ""),
        ("keadaan", {"keadaan": "hilang"}, "keadaan"),
        ("keadaan", {"keadaan": "ditolak", "catatan": "  "}, "catatan"),
        ("teruskan", {"tujuan": "Kantor Saya Sendiri"}, "tujuan"),
        ("catatan", {"catatan": " \r\n "}, "catatan"),
        ("catatan", {"catatan": "x" * 20_001}, "catatan"),
        ("jawab", {"jawaban": ""}, "jawaban"),
        ("jawab", {"jawaban": "isi", "menjadi": "selesai"}, "menjadi"),
        ("gabungkan", {"nomor": "PGD/2026/9999"}, "nomor"),
        ("gabungkan", {"nomor": "'; DROP TABLE entry"}, "nomor"),
        ("pisahkan", {"jenis": "saran", "layanan": "umum", "perihal": ""}, "perihal"),
        ("identitas", {"nama": "x" * 2001}, "nama"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    room: Room, task: str, typed: dict[str, str], wrong: str
) -> None:
    path = room.put()
    page = room.send(path, task, status=422, **typed)
    assert 'role="alert"' in page and "Belum tersimpan" in page
    if wrong:
        assert f'id="salah-{wrong}"' in page
    assert room.entry(path).version == 1 and len(room.letters(path)) == 1


@pytest.mark.parametrize("version", ["", "0", "-1", "satu", "99999999999999", "1 OR 1=1"])
def test_a_form_without_the_version_it_was_opened_on_does_nothing(room: Room, version: str) -> None:
    path = room.put()
    answer = room.officers[Role.PETUGAS].post(f"{path}/catatan", data={"versi": version, "catatan": "x"})
    assert answer.status_code == 422 and room.entry(path).version == 1


def test_forms_too_big_or_of_another_kind_are_refused(room: Room) -> None:
    path = room.put()
    browser = room.officers[Role.PETUGAS]
    assert browser.post(f"{path}/catatan", data={"catatan": "x" * 500_000}).status_code == 413
    assert browser.post(f"{path}/catatan", json={"catatan": "x"}).status_code == 415
    assert browser.post("/buku/PGD/2026/99/catatan", data={"versi": "1", "catatan": "x"}).status_code == 404
    assert browser.post("/buku/XYZ/2026/1/catatan", data={"versi": "1", "catatan": "x"}).status_code == 404
    assert browser.get("/buku/PGD/99999/1/catatan").status_code == 422


# Status, disposing, forwarding, undoing


def test_a_step_is_taken_by_one_press_and_taken_back_by_another(room: Room) -> None:
    path = room.put()
    back = room.send(path, "keadaan", keadaan="diverifikasi")
    assert room.entry(path).status is Status.DIVERIFIKASI
    page = room.page(back)
    assert f'action="{path}/urungkan"' in page and "Keadaan sudah diubah." in page
    assert f"{path}/urungkan" not in room.page(back, Role.KEPALA)
    room.send(path, "urungkan", version=int(hidden(page, "versi")))
    assert room.entry(path).status is Status.DITERIMA
    assert "Perubahan diurungkan" in room.page(path)


def test_a_notice_is_shown_only_while_it_is_true_and_its_undoing_undoes_just_that(room: Room) -> None:
    path = room.put()
    back = room.send(path, "keadaan", keadaan="diverifikasi")
    assert "Keadaan sudah diubah." in room.page(back)
    assert "Keadaan sudah diubah." not in room.page(back, Role.KEPALA), "not what he has done"
    room.send(path, "identitas", nama="Siti Aminah binti Ahmad", surel="siti@example.org")
    stale = room.page(back)
    assert "Keadaan sudah diubah." not in stale and f'action="{path}/urungkan"' not in stale


@pytest.mark.parametrize("told", ["selesai=batalkan", "selesai=batalkan&versi=1", "selesai=jawab&versi=1", "versi=1"])
def test_a_forged_address_tells_of_nothing_that_was_not_done(room: Room, told: str) -> None:
    page = room.page(f"{room.put()}?{told}")
    assert 'class="note done"' not in page and "Urungkan" not in page


def test_an_act_that_changed_nothing_says_so(room: Room) -> None:
    path = room.put()
    back = room.send(path, "identitas", nama="Siti Aminah", surel="siti@example.org")
    page = room.page(back)
    assert room.entry(path).version == 1 and "Tidak ada yang berubah" in page and "Urungkan" not in page


def test_only_permitted_steps_stand_in_the_form(room: Room) -> None:
    path = room.put()
    offered = set(re.findall(r'type="radio" value="([a-z_]+)"', room.page(f"{path}/keadaan")))
    assert offered == {"diverifikasi", "menunggu_kelengkapan", "diproses", "ditolak", "dicabut"}
    assert "tidak dapat langsung" in room.send(path, "keadaan", status=422, keadaan="selesai", catatan="beres")


def test_a_closing_step_keeps_its_note(room: Room) -> None:
    path = room.put()
    room.send(path, "keadaan", keadaan="ditolak", catatan="Bukan kewenangan.\r\nSudah diberi tahu.")
    assert room.entry(path).status is Status.DITOLAK
    assert "Bukan kewenangan.\nSudah diberi tahu." in room.page(path)


def test_an_entry_is_disposed_to_an_officer_and_a_unit(room: Room) -> None:
    path = room.put()
    with room.database.noting() as session:
        put_account(session, Role.PETUGAS, login="lama", disabled=True)
    form = room.page(f"{path}/disposisi", Role.KEPALA)
    assert '<option value="petugas">Siti Rahmawati</option>' in form and 'value="lama"' not in form
    assert 'value="pembaca"' not in form and "Operator SISKOTKLN" in form
    assert 'id="salah-petugas"' in room.send(path, "disposisi", Role.KEPALA, status=422, petugas="", bidang="")
    assert 'id="salah-petugas"' in room.send(path, "disposisi", Role.KEPALA, status=422, petugas="lama")
    assert 'id="salah-bidang"' in room.send(path, "disposisi", Role.KEPALA, status=422, bidang="Kantin")
    back = room.send(path, "disposisi", Role.KEPALA, petugas="petugas", bidang="Operator SISKOTKLN", catatan="Segera.")
    entry = room.entry(path)
    assert (entry.officer, entry.unit, entry.status) == ("petugas", "Operator SISKOTKLN", Status.DIDISPOSISIKAN)
    page = room.page(back, Role.KEPALA)
    assert "Segera." in page and "Siti Rahmawati" in page and f"{path}/urungkan" in page
    room.send(path, "urungkan", Role.KEPALA)
    assert (room.entry(path).officer, room.entry(path).status) == ("", Status.DITERIMA)


def test_a_matter_is_forwarded_to_an_office_of_the_configuration(room: Room) -> None:
    path = room.put()
    room.send(path, "teruskan", tujuan="BP3MI Jawa Timur", catatan="Ranah mereka.")
    assert (room.entry(path).forwarded_to, room.entry(path).status) == ("BP3MI Jawa Timur", Status.DITERUSKAN)
    assert "<dt>Diteruskan kepada</dt>" in room.page(path)


# Two officers at once


def test_the_second_of_two_officers_sees_what_the_first_changed_and_loses_nothing(room: Room) -> None:
    path = room.put(phone="0812-1111-2222", phone_e164="+6281211112222")
    form = room.page(f"{path}/identitas")
    names = ("nama", "instansi", "alamat", "telepon", "surel", "mewakili")
    typed = {name: field_of(form, name) for name in names}
    before = {f"dulu_{name}": hidden(form, f"dulu_{name}") for name in (*names, "rahasia")}
    room.send(path, "identitas", Role.KEPALA, **typed | {"telepon": "0857-3333-4444"})
    mine = typed | before | {"alamat": "Jalan Baru 5"}
    page = room.send(path, "identitas", status=409, version=1, **mine)
    assert "Belum tersimpan: entri ini baru saja diubah" in page
    assert "semula “0812-1111-2222” menjadi “0857-3333-4444”" in page and "Drs. H. Bambang Sutrisno" in page
    assert field_of(page, "alamat") == "Jalan Baru 5"
    assert field_of(page, "telepon") == "0857-3333-4444", "what I had not touched is what stands in the book now"
    assert room.entry(path).address == ""
    again = {name: field_of(page, name) for name in names}
    room.send(path, "identitas", version=int(hidden(page, "versi")), **again)
    assert (room.entry(path).address, room.entry(path).phone) == ("Jalan Baru 5", "0857-3333-4444")


@pytest.mark.parametrize(
    ("task", "typed", "kept"),
    [
        ("catatan", {"catatan": "Catatan panjang saya"}, "Catatan panjang saya"),
        ("keadaan", {"keadaan": "ditolak", "catatan": "Alasan saya"}, "Alasan saya"),
        ("disposisi", {"bidang": "Operator SISKOTKLN", "catatan": "Isi disposisi saya"}, "Isi disposisi saya"),
        ("teruskan", {"tujuan": "BP3MI Jawa Timur", "catatan": "Sebab saya"}, "Sebab saya"),
        (
            "jawab",
            {"jawaban": "Jawaban panjang saya", "langkah": "kirim", "menjadi": "dijawab"},
            "Jawaban panjang saya",
        ),
        ("pisahkan", {"perihal": "Perkara saya", "jenis": "saran", "layanan": "umum"}, "Perkara saya"),
        ("golongkan", {"jenis": "saran", "layanan": "umum", "perihal": "Perihal saya"}, "Perihal saya"),
        ("batalkan", {"catatan": "Alasan batal saya"}, "Alasan batal saya"),
        ("benarkan", {}, "Benarkan"),
        ("urungkan", {}, "Urungkan"),
    ],
)
def test_every_act_on_a_passed_version_is_stopped_with_all_that_was_typed(
    room: Room, task: str, typed: dict[str, str], kept: str
) -> None:
    path = room.put(needs_review=True)
    room.send(path, "catatan", Role.ADMIN, catatan="Yang lain lebih dulu")
    page = room.send(path, task, Role.KEPALA, status=409, version=1, **typed)
    assert "Yang lain lebih dulu" in page and "Pengelola Sistem" in page and kept in page
    assert room.entry(path).version == 2 and len(room.letters(path)) == 1


def test_a_form_sent_twice_acts_once(room: Room) -> None:
    path = room.put()
    typed = {"perihal": "Perkara kedua", "jenis": "saran", "layanan": "umum", "surel": "siti@example.org"}
    room.send(path, "pisahkan", version=1, **typed)
    assert "Dipisahkan menjadi dua entri" in room.send(path, "pisahkan", status=409, version=1, **typed)
    with room.database.reading() as session:
        assert len(session.exec(workflow.select(Entry)).all()) == 2


def test_an_act_that_the_others_change_made_impossible_says_so_and_keeps_the_words(room: Room) -> None:
    path = room.put()
    room.send(path, "batalkan", Role.KEPALA, catatan="Salah catat")
    page = room.send(path, "jawab", status=409, version=1, jawaban="Jawaban saya", langkah="kirim")
    assert "Dibatalkan" in page and "Jawaban saya" in page
    page = room.send(path, "jawab", status=422, jawaban="Jawaban saya", langkah="kirim")
    assert "tidak dapat dilakukan" in page and "Jawaban saya" in page


# Answering


def test_an_answer_is_looked_at_before_it_is_sent(room: Room) -> None:
    path = room.put()
    words = "Upah Saudara sudah kami tanyakan.\r\n\r\nMohon menunggu <b>sampai</b> Jumat."
    preview = room.send(path, "jawab", status=200, jawaban=words, menjadi="menunggu_kelengkapan")
    shown = html.unescape(preview)
    assert "[PGD/2026/0001] Jawaban atas pengaduan Saudara" in shown
    assert "Yth. Bapak/Ibu/Saudara Siti Aminah" in shown and "Demikian disampaikan" in shown
    assert "&lt;b&gt;sampai&lt;/b&gt;" in preview and "<b>sampai" not in preview
    assert f"Dari {FIRST} kepada siti@example.org" in shown
    assert "Keadaan sesudahnya: menunggu kelengkapan" in shown
    assert len(room.letters(path)) == 1 and room.entry(path).version == 1
    kept = re.search(r'<textarea name="jawaban" hidden>\n(.*?)</textarea>', preview, re.S)
    assert kept is not None
    version, becomes = hidden(preview, "versi"), hidden(preview, "menjadi")
    again = room.send(path, "jawab", status=200, jawaban=html.unescape(kept.group(1)), menjadi=becomes, langkah="ubah")
    assert 'id="isian-jawaban"' in again and "Mohon menunggu &lt;b&gt;sampai" in again
    back = room.send(
        path,
        "jawab",
        version=int(version),
        jawaban=html.unescape(kept.group(1)),
        menjadi=becomes,
        langkah="kirim",
    )
    (_, letter) = room.letters(path)
    assert (letter.purpose, letter.state, letter.written_by) == (Purpose.JAWABAN, LetterState.OWED, "petugas")
    assert letter.words == "Upah Saudara sudah kami tanyakan.\n\nMohon menunggu <b>sampai</b> Jumat."
    assert room.entry(path).status is Status.MENUNGGU_KELENGKAPAN
    assert "Jawaban disusun dan akan dikirim" in room.page(back)


@pytest.mark.parametrize("step", ["", "ubah", "kirim"])
def test_an_answer_to_a_passed_version_is_stopped_at_every_step(room: Room, step: str) -> None:
    path = room.put()
    room.send(path, "catatan", Role.KEPALA, catatan="Pelapor sudah ditelepon")
    page = room.send(path, "jawab", status=409, version=1, jawaban="Isi", langkah=step)
    assert "Pelapor sudah ditelepon" in page and "Isi</textarea>" in page and len(room.letters(path)) == 1


def test_a_change_of_somebody_else_is_told_before_any_complaint_about_what_was_typed(room: Room) -> None:
    path = room.put()
    room.send(path, "disposisi", Role.KEPALA, bidang="Operator SISKOTKLN")
    page = room.send(path, "keadaan", status=409, version=1, keadaan="diverifikasi")
    assert "Belum tersimpan: entri ini baru saja diubah" in page and "Didisposisikan" in page
    assert "tidak dapat langsung" not in page and "Periksa isian berikut" not in page
    page = room.send(path, "identitas", status=409, version=1, surel="salah@")
    assert "entri ini baru saja diubah" in page and "Periksa isian berikut" not in page


def test_whoever_left_no_address_is_not_offered_an_answer(room: Room) -> None:
    path = room.put(email="")
    assert f"{path}/jawab" not in room.page(path)
    assert room.officers[Role.PETUGAS].get(f"{path}/jawab").status_code == 303
    assert "tidak dapat dilakukan" in room.send(path, "jawab", status=422, jawaban="Isi", langkah="kirim")
    strange = room.put(email="bukan alamat")
    assert "bukan alamat yang dapat dikirimi" in room.send(strange, "jawab", status=422, jawaban="Isi")


def test_without_a_preview_nobody_answers_blindly(database: Database, office: Settings) -> None:
    app = create(database, office, PreparedReader(), lambda: NOW)
    with TestClient(app, base_url=HERE, follow_redirects=False) as browser:
        sign(browser, app.state.door, Role.PETUGAS)
        room = Room(database, {Role.PETUGAS: browser})
        path = room.put()
        assert f"{path}/jawab" not in room.page(path)
        assert "Pratinjau surat tidak tersedia" in room.send(path, "jawab", status=422, jawaban="Isi")


# Duplicates, second matters, reopening, voiding


@pytest.mark.parametrize("written", ["PGD/2026/0002", "pgd 2026 2", "[PGD/2026/0002]", "2", "0002", "2026/2"])
def test_a_duplicate_is_merged_after_both_were_looked_at(room: Room, written: str) -> None:
    path, other = room.put(), room.put(name="Budi Santoso", account="Upah bulan Mei", matter="Upah")
    page = room.send(path, "gabungkan", status=200, nomor=written)
    for shown in ("PGD/2026/0001 (ditutup)", "(dilanjutkan)", "Budi Santoso", "Upah bulan Mei", "Siti Aminah"):
        assert shown in page
    assert room.entry(path).version == 1
    room.send(path, "gabungkan", nomor=hidden(page, "nomor"), langkah="gabungkan", version=int(hidden(page, "versi")))
    assert (room.entry(path).status, room.entry(path).merged_into) == (Status.DUPLIKAT, "PGD/2026/0002")
    assert "Digabungkan ke <a" in room.page(path) and "Duplikatnya <a" in room.page(other)


def test_an_entry_is_not_merged_where_it_would_be_lost(room: Room) -> None:
    path, void, merged = room.put(), room.put(), room.put()
    room.send(void, "batalkan", Role.KEPALA, catatan="Salah catat")
    room.send(merged, "gabungkan", nomor="1", langkah="gabungkan")
    for number, words in (("1", "nomor entri ini sendiri"), ("2", "sudah batal"), ("3", "sudah digabungkan ke")):
        assert words in room.send(path, "gabungkan", status=422, nomor=number, langkah="gabungkan")


def test_a_letter_with_two_matters_becomes_two_entries(room: Room) -> None:
    office = Office(room.database)
    settled = office.settle_one(judged("Upah belum dibayar.\nSelain itu mohon rekom paspor."))
    path = "/buku/" + str(settled.number).replace("/000", "/")
    form = room.page(f"{path}/pisahkan")
    assert "Selain itu mohon rekom paspor." in form and field_of(form, "surel") == "siti@example.org"
    typed = {"perihal": "Rekom paspor", "jenis": "permohonan", "layanan": "siskotkln", "surel": "siti@example.org"}
    back = room.send(path, "pisahkan", **typed, uraian="Mohon rekom paspor.")
    assert back == "/buku/REG/2026/1?selesai=pisahkan&versi=1"
    assert "Perkara kedua sudah mempunyai nomor sendiri." in room.page(back)
    second = room.entry("/buku/REG/2026/1")
    assert (second.split_from, second.channel, second.account) == (settled.number, Channel.EMAIL, "Mohon rekom paspor.")
    assert [letter.purpose for letter in room.letters("/buku/REG/2026/1")] == [Purpose.TANDA_TERIMA]
    page = room.page(back)
    assert f'Dipisahkan dari <a href="{path}">' in page and "Mohon rekom paspor." in page
    assert "Perkara lain dari surat ini <a" in room.page(path)
    assert "sudah dipisahkan: <a" in room.page(f"{path}/pisahkan")


def test_a_second_matter_is_judged_like_any_other_text(room: Room) -> None:
    path = room.put()
    typed = {"perihal": "Ancaman", "jenis": "pengaduan", "layanan": "umum", "uraian": "Saya dipukul mandor kemarin."}
    room.send(path, "pisahkan", **typed)
    assert "dipukul" in room.entry("/buku/PGD/2026/2").urgent and room.entry(path).urgent == ""


def test_a_closed_entry_is_reopened_by_the_head_with_a_reason(room: Room) -> None:
    path = room.put()
    room.send(path, "keadaan", keadaan="ditolak", catatan="Bukan kewenangan")
    assert f"{path}/buka-kembali" in room.page(path, Role.KEPALA) and f"{path}/buka-kembali" not in room.page(path)
    assert 'id="salah-catatan"' in room.send(path, "buka-kembali", Role.KEPALA, status=422, catatan="")
    room.send(path, "buka-kembali", Role.KEPALA, catatan="Ada bukti baru")
    assert (room.entry(path).status, room.entry(path).closed_at) == (Status.DIPROSES, None)


def test_a_void_number_stays_visible_in_the_book_and_on_its_page(room: Room) -> None:
    path = room.put()
    assert "Tidak dapat diurungkan" in room.page(f"{path}/batalkan", Role.KEPALA)
    back = room.send(path, "batalkan", Role.KEPALA, catatan="Tercatat dua kali")
    page = room.page(back, Role.KEPALA)
    assert "<s>PGD/2026/0001</s>" in page and "Alasan: Tercatat dua kali." in page and f"{path}/urungkan" not in page
    assert [letter.state for letter in room.letters(path)] == [LetterState.WITHHELD]
    book = room.page("/buku")
    assert '<tr class="void">' in book and "PGD/2026/0001" in book and "Batal" in book
    assert set(re.findall(rf'href="{path}/([a-z-]+)"', page)) == {"catatan"}
    refused = room.page(f"{path}/tanda-terima", status=409)
    assert "sudah batal" in refused and "Petugas Penerima" not in refused


def test_whoever_makes_an_entry_void_may_say_that_its_letter_was_none_of_the_offices_concern(room: Room) -> None:
    called = room.put(channel=Channel.TELEPON)
    assert 'name="lainnya"' not in room.page(f"{called}/batalkan", Role.KEPALA)
    Office(room.database).settle_one(judged("Cat tembok murah, kirim hari ini."))
    path = "/buku/PGD/2026/2"
    assert 'name="lainnya"' in room.page(f"{path}/batalkan", Role.KEPALA)
    back = room.send(path, "batalkan", Role.KEPALA, catatan="Iklan cat tembok", lainnya="ya")
    page = room.page(back, Role.KEPALA)
    assert re.search(r"Sebenarnya.{0,80}lainnya", page, re.DOTALL | re.IGNORECASE)
    assert room.entry(path).kind is Kind.PENGADUAN


# Secret entries


def test_a_secret_entry_tells_a_reader_nothing_of_its_writer(room: Room) -> None:
    office = Office(room.database)
    photo = FileFacts("foto siti.jpg", "image/jpeg", 10, "a" * 64)
    office.settle_one(judged("Saya dipukul mandor Joko di gudang.", files=(photo,)))
    path = "/buku/PGD/2026/1"
    (message,) = office.rows(Message)
    number = message.id
    typed = {"nama": "Siti Aminah", "surel": "siti@example.org", "telepon": "0812-3456-7890", "alamat": "Jalan Mawar 1"}
    room.send(path, "identitas", **typed, rahasia="ya")
    room.send(path, "catatan", catatan="Ibu Siti minta ditelepon")
    page = room.page(path, Role.PEMBACA)
    for told in (
        "Siti Aminah",
        "siti@example.org",
        "0812-3456",
        "Mawar",
        "mandor",
        "foto",
        "minta ditelepon",
        "/surat/",
    ):
        assert told not in page, told
    assert "DIRAHASIAKAN" in page and "(dirahasiakan)" in page and "PGD/2026/0001" in page
    assert "Telepon" in page and "(tidak menyebutkan telepon)" not in page and "data-copy" not in page
    seen = room.page(path)
    assert "DIRAHASIAKAN" in seen and "Siti Aminah" in seen and "mandor" in seen and "Ibu Siti minta" in seen
    for paper in ("", "/asli.eml", "/tampilan", "/lampiran/0", "/lampiran/0/gambar", "/lampiran/0/pdf"):
        assert room.officers[Role.PEMBACA].get(f"/surat/{number}{paper}").status_code in (403, 404)
    assert room.officers[Role.PEMBACA].get(f"/surat/{number}").status_code == 403
    assert room.officers[Role.PEMBACA].get(f"{path}/tanda-terima").status_code == 403


def test_a_reader_is_not_told_that_the_reason_of_a_doubt_or_of_a_voiding_was_never_given(room: Room) -> None:
    path = room.put(secret=True, needs_review=True, review_reason="Nama di surat meragukan")
    page = room.page(path, Role.PEMBACA)
    assert "Alasannya hanya untuk petugas yang memproses." in page and "Alasannya tidak tercatat" not in page
    room.send(path, "batalkan", Role.KEPALA, catatan="Mandor Joko mencabutnya")
    page = room.page(path, Role.PEMBACA)
    assert "Alasannya hanya untuk petugas yang memproses." in page and "Joko" not in page


def test_the_book_masks_the_name_of_a_secret_entry_and_no_search_betrays_it(room: Room) -> None:
    room.put(secret=True, phone="0812-3456-7890", phone_e164="+6281234567890")
    for role in (Role.PETUGAS, Role.PEMBACA):
        book = room.page("/buku", role)
        assert "(dirahasiakan)" in book and "Siti Aminah" not in book
    row = "data-row title="
    for words in ("Siti", "siti@example.org", "0812-3456-7890", "Upah"):
        assert row in room.page(f"/buku?cari={words}") and row not in room.page(f"/buku?cari={words}", Role.PEMBACA)
    assert row in room.page("/buku?cari=0001", Role.PEMBACA)


def test_no_other_room_betrays_a_secret_entry_to_a_reader(room: Room) -> None:
    office = Office(room.database)
    office.settle_one(judged("Saya dipukul mandor Joko.", needs_review=True))
    path = "/buku/PGD/2026/1"
    room.send(path, "identitas", nama="Siti Aminah", surel="siti@example.org", telepon="0812-3456-7890", rahasia="ya")
    with room.database.writing() as session:
        (letter,) = letters.of_entry(session, room.entry(path).id or 0)
        reason = "550 siti@example.org tidak dikenal"
        letters.end(session, letter, LetterState.FAILED, reason=reason, at=NOW)
    for place in ("/", "/tinjau", "/belum-tersampaikan", "/buku"):
        page = room.page(place, Role.PEMBACA)
        for told in ("Siti Aminah", "siti@", "0812-3456", "mandor"):
            assert told not in page, (place, told)
    assert "mandor" in room.page("/tinjau") and "0812-3456" in room.page("/belum-tersampaikan")


# Hostile words


@pytest.mark.parametrize("task", ["golongkan", "identitas", "catatan", "keadaan", "jawab", "gabungkan", "pisahkan"])
def test_hostile_words_come_back_as_words(room: Room, task: str) -> None:
    path = room.put(name=XSS, matter=XSS, account=XSS, organisation=XSS, address=XSS, represents=XSS)
    names = (
        "nama",
        "alamat",
        "perihal",
        "uraian",
        "catatan",
        "jawaban",
        "nomor",
        "surel",
        "jenis",
        "dulu_nama",
        "keadaan",
    )
    typed = dict.fromkeys(names, XSS)
    for page in (room.page(path), room.page(f"{path}/{task}"), room.page(f"{path}/{task}?catatan={XSS}&keadaan={XSS}")):
        assert "<script>alert" not in page and "<img src=x" not in page
    answer = room.officers[Role.PETUGAS].post(f"{path}/{task}", data={"versi": "1"} | typed)
    answer = room.officers[Role.PETUGAS].get(path) if answer.status_code == 303 else answer
    assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_every_done_word_in_an_address_is_one_of_ours(room: Room) -> None:
    path = room.put()
    page = room.page(f"{path}?selesai={XSS[:40]}&tidak={XSS[:40]}&dicatat={XSS[:40]}")
    assert "alert(1)" not in page and 'class="note done"' not in page


def test_every_change_names_who_made_it(room: Room) -> None:
    path = room.put()
    room.send(path, "catatan", catatan="satu")
    room.send(path, "disposisi", Role.KEPALA, bidang="Operator SISKOTKLN")
    with room.database.reading() as session:
        told = [(event.verb, event.actor) for event in events.of_entry(session, room.entry(path).id or 0)]
    assert told[-2:] == [("catatan", "petugas"), ("didisposisikan", "kepala")]


# Waking the post


def test_the_post_is_woken_after_the_commit_of_what_may_owe_a_letter_and_by_no_look(
    database: Database, office: Settings
) -> None:
    owed: list[int] = []

    def wake() -> None:
        with database.reading() as session:
            owed.append(len(letters.owed_now(session, NOW)))

    app = create(database, office, PreparedReader(), lambda: NOW, wake_post=wake)
    with TestClient(app, base_url=HERE, follow_redirects=False) as browser:
        sign(browser, app.state.door, Role.PETUGAS)
        browser.post("/catat/telepon", data={"perihal": "Upah", "surel": "siti@example.org"})
        assert owed == [1]
        browser.post("/catat/telepon", data={"perihal": "Lembur"})
        browser.post("/buku/PGD/2026/2/identitas", data={"versi": "1", "surel": "budi@example.org"})
        assert owed == [1, 1, 2]
        for path in ("/", "/buku/PGD/2026/1", "/catat/telepon"):
            assert browser.get(path).status_code == 200
        assert browser.post("/buku/PGD/2026/2/identitas", data={"versi": "1"}).status_code == 409
        assert browser.post("/catat/telepon", data={}).status_code == 422
        assert browser.post("/catat/telepon/draf", data={"nama": "Siti"}).status_code == 200
    assert owed == [1, 1, 2]


@pytest.mark.parametrize("act", ["jawab", "keadaan", "teruskan", "golongkan"])
def test_the_letter_stands_beside_the_form_in_which_it_is_acted_on(room: Room, act: str) -> None:
    path = room.put(account="Uraian yang diketik petugas.")
    assert "Uraian yang diketik petugas." in room.page(f"{path}/{act}").partition("<aside")[2]
    with room.database.noting() as session:
        entry = session.get_one(Entry, room.entry(path).id)
        put_mail(session, Disposition.RECORDED, raw=b"satu", entry=entry, text="Upah saya tiga bulan.")
        put_mail(session, Disposition.FOLLOW_UP, raw=b"dua", entry=entry, text="Ini tambahannya.")
        put_mail(session, Disposition.AUTOMATIC, raw=b"tiga", entry=entry, text="Saya sedang cuti.")
    aside = room.page(f"{path}/{act}").partition("<aside")[2]
    assert "Upah saya tiga bulan." in aside and "Ini tambahannya." in aside and "sedang cuti" not in aside


def test_both_entries_are_read_before_they_become_one(room: Room) -> None:
    first, second = room.put(account="Yang pertama menulis begini."), room.put(account="Yang kedua begitu.")
    page = room.send(second, "gabungkan", status=200, nomor=room.entry(first).number)
    panes = page.partition('class="pair-of"')[2].partition("<form")[0]
    assert "Yang pertama menulis begini." in panes and "Yang kedua begitu." in panes


def test_the_history_tells_no_marks_of_programs(room: Room) -> None:
    path = room.put()
    with room.database.writing() as session:
        entry = session.get_one(Entry, room.entry(path).id)
        about = events.Subject(entry_id=entry.id)
        plain: dict[str, events.Plain] = {"digest": "abcdef0123", "message_id": "tanda@x", "berkas": 2}
        events.append(session, "catatan", at=NOW, actor="petugas", about=about, plain=plain)
    page = room.page(path)
    assert "Jumlah berkas" in page and "abcdef0123" not in page and "tanda@x" not in page
