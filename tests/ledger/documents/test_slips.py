"""The papers of one entry: the slip for whoever told it, and the sheet that hands it over."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from ledger import files, staff, workflow
from ledger.database import Database
from ledger.documents import slips
from ledger.documents.cover import MILLIMETRES
from ledger.documents.slips import Handed, Made, Ordered
from ledger.errors import LedgerError
from ledger.events import said_in
from ledger.models import Entry, Event
from ledger.words import Channel, Kind, Paper, Role
from ledger.workflow import Act
from tests.office import FIRST, NOW, Office, settings, write_entry

ACT = Act("siti", NOW)


@pytest.fixture
def office(database: Database) -> Office:
    """A book in which Siti took down one call."""
    with database.writing() as session:
        staff.add(
            session, "siti", "Siti Rahmawati", Role.PETUGAS, nip="198503122010012003", at=NOW, actor=staff.PROGRAM
        )
        write_entry(
            session,
            actor="siti",
            received_at=NOW - timedelta(hours=2),
            name="Budi #strong[Santoso]",
            phone="0812-0000-1111",
            address="Jalan Mawar 1",
            matter="Upah lembur",
            account="Upah lembur tiga bulan belum dibayar.",
        )
    return Office(database)


def _slip(office: Office, paper: Paper = Paper.A5) -> Made:
    return slips.slip(office.database, settings(), 1, Ordered("siti", NOW, paper))


def _sheet(office: Office, paper: Paper = Paper.A4) -> Made:
    return slips.hand_over(office.database, settings(), 1, Ordered("siti", NOW, paper))


def _text(made: Made) -> str:
    pages = [page.extract_text() for page in PdfReader(BytesIO(made.content)).pages]
    return " ".join(" ".join(pages).split())


def _dispose(office: Office, note: str = "", unit: str = "Bidang Hubungan Industrial") -> None:
    with office.database.writing() as session:
        workflow.dispose(session, session.get_one(Entry, 1), ACT, officer="siti", unit=unit, note=note)


def _forward(office: Office, to: str = "Dinas Pekerjaan Umum") -> None:
    with office.database.writing() as session:
        workflow.forward(session, session.get_one(Entry, 1), ACT, office=to)


def test_the_slip_tells_number_time_officer_deadline_and_where_to_ask(office: Office) -> None:
    made = _slip(office)
    text = _text(made)
    assert made.name == "slip-pgd-2026-0001.pdf"
    assert "SLIP PENGADUAN" in text and "PGD/2026/0001" in text
    assert "Senin, 23 November 2026 pukul 08.10 WIB" in text
    assert "Siti Rahmawati, NIP 198503122010012003" in text
    assert "Batas waktu" in text and "Desember 2026" in text
    assert settings().office.telephone in text and "tidak dipungut biaya" in text
    assert "Budi #strong[Santoso]" in text  # words of strangers are no markup


@pytest.mark.parametrize("paper", slips.SLIP_PAPERS)
def test_the_slip_is_one_sheet_of_the_paper_asked_for(office: Office, paper: Paper) -> None:
    (page,) = PdfReader(BytesIO(_slip(office, paper).content)).pages
    millimetres = [round(float(side) * 25.4 / 72) for side in (page.mediabox.width, page.mediabox.height)]
    assert tuple(millimetres) == MILLIMETRES[paper]


def test_a_slip_with_the_longest_facts_stays_on_one_sheet(database: Database) -> None:
    with database.writing() as session:
        long = "kata " * 2000
        told = {"name": long, "matter": long, "account": long}
        write_entry(session, channel=Channel.LAINNYA, channel_word="Surat", kind=Kind.PERMOHONAN, **told)
    made = slips.slip(database, settings(), 1, Ordered("siti", NOW, Paper.A5))
    assert len(PdfReader(BytesIO(made.content)).pages) == 1


def test_the_sheet_of_a_disposition_tells_to_whom_what_is_asked_and_by_when(office: Office) -> None:
    _dispose(office, note="Panggil kedua pihak.")
    made = _sheet(office)
    text = _text(made)
    assert made.name == "lembar-disposisi-pgd-2026-0001.pdf"
    assert "LEMBAR DISPOSISI" in text and "Bidang Hubungan Industrial / Siti Rahmawati" in text
    assert "Panggil kedua pihak." in text and "Paling lambat" in text
    assert "0812-0000-1111" in text and "Upah lembur tiga bulan belum dibayar." in text
    for signing in ("Mengetahui,", "Yang menyerahkan", "Yang menerima"):
        assert signing in text
    assert text.count("NIP") == 3


def test_the_sheet_of_a_forwarded_matter_asks_in_the_usual_words_where_none_were_written(office: Office) -> None:
    _dispose(office)
    _forward(office)
    made = _sheet(office, Paper.F4)
    text = _text(made)
    assert made.name == "lembar-penerusan-pgd-2026-0001.pdf"
    assert "LEMBAR PENERUSAN" in text and "Dinas Pekerjaan Umum" in text
    assert "sesuai kewenangan" in text and "0812-0000-1111" in text


@pytest.mark.parametrize("mark", ["secret", "restricted"])
def test_a_secret_identity_never_leaves_the_office_on_a_sheet_and_does_within(office: Office, mark: str) -> None:
    with office.database.writing() as session:
        entry = write_entry(
            session, name="Rahasia Sekali", phone="0812-9999", account="Isi.", actor="siti", **{mark: True}
        )
        workflow.dispose(session, entry, ACT, officer="siti", unit="")
        number = entry.id or 0
    within = slips.hand_over(office.database, settings(), number, Ordered("siti", NOW, Paper.A4))
    assert "Rahasia Sekali" in _text(within) and "DIRAHASIAKAN" in _text(within)
    with office.database.writing() as session:
        workflow.forward(session, session.get_one(Entry, number), ACT, office="Inspektorat Kota Probolinggo")
    outside = _text(slips.hand_over(office.database, settings(), number, Ordered("siti", NOW, Paper.A4)))
    assert "Rahasia Sekali" not in outside and "0812-9999" not in outside
    assert "(dirahasiakan)" in outside and "Isi." in outside and "disimpan pada buku kantor ini" in outside


def test_nothing_on_a_sheet_that_leaves_the_office_tells_whose_matter_it_is(office: Office) -> None:
    with office.database.writing() as session:
        entry = write_entry(
            session,
            name="Siti Aminah Wulandari",
            phone="0812-3456-7890",
            address="Jl. Mawar No 9",
            matter="Pengaduan Bu Aminah",
            account="Saya Siti Aminah, HP 0812 3456 7890, alamat Jl. Mawar No 9. Upah belum dibayar.",
            secret=True,
            actor="siti",
        )
        files.attach(session, entry, files.pack([("ktp-siti-aminah.jpg", b"\xff\xd8\xff foto")]), at=NOW, actor="siti")
        note = "Tanyakan pelapor Siti Aminah 081234567890"
        workflow.forward(session, entry, ACT, office="Inspektorat Kota Probolinggo", note=note)
        number = entry.id or 0
    text = _text(slips.hand_over(office.database, settings(), number, Ordered("siti", NOW, Paper.A4)))
    told = ("siti aminah", "aminah", "wulandari", "0812 3456", "081234567890", "mawar", "ktp")
    assert [word for word in told if word in text.casefold().replace("siti rahmawati", "")] == []
    assert "Upah belum dibayar." in text and "Tanyakan pelapor (dirahasiakan)" in text and "1 berkas" in text


def test_a_matter_that_was_handed_to_nobody_has_no_sheet_and_leaves_no_event(office: Office) -> None:
    before = len(office.rows(Event))
    with pytest.raises(LedgerError, match="belum didisposisikan atau diteruskan"):
        _sheet(office)
    assert len(office.rows(Event)) == before


def test_a_disposition_that_was_taken_back_counts_no_more(office: Office) -> None:
    def taken_back() -> Handed | None:
        with office.database.writing() as session:
            workflow.undo(session, session.get_one(Entry, 1), ACT, default_mailbox=FIRST)
        with office.database.reading() as session:
            return slips.handed_over(session, settings(), session.get_one(Entry, 1))

    _dispose(office, note="Keliru.")
    assert taken_back() is None
    _dispose(office, note="Panggil.")
    _dispose(office, note="Keliru.", unit="Bidang Lain")
    handed = taken_back()
    assert handed is not None
    assert (handed.to, handed.asked) == ("Bidang Hubungan Industrial / Siti Rahmawati", "Panggil.")


def test_a_void_number_gets_no_paper(office: Office) -> None:
    with office.database.writing() as session:
        workflow.void(session, session.get_one(Entry, 1), ACT, note="Salah catat.")
    with pytest.raises(LedgerError, match="batal"):
        _slip(office)


def test_each_paper_is_an_event_with_the_number_and_without_a_name(office: Office) -> None:
    _dispose(office)
    before = len(office.rows(Event))
    _slip(office)
    _sheet(office)
    made = sorted(office.rows(Event), key=lambda one: one.id)[before:]
    assert [said_in(event.body)["dokumen"] for event in made] == ["slip pelapor", "lembar disposisi"]
    assert all(said_in(event.body)["saringan"] == ["nomor=PGD/2026/0001"] for event in made)
    assert all("Budi" not in event.body and event.actor == "siti" for event in made)
    assert office.wrong() == []


def test_the_seal_of_a_paper_is_the_event_of_its_making(office: Office) -> None:
    text = _text(_slip(office))
    event = max(office.rows(Event), key=lambda one: one.id)
    assert f"peristiwa ke-{event.id}" in text
    assert event.hash in text.replace(" ", "")


def test_the_same_paper_asked_for_again_differs_by_nothing_but_its_seal(office: Office) -> None:
    first, second = (_text(_slip(office)).partition("Segel buku") for _ in range(2))
    assert first[0] == second[0]
    assert first[2] != second[2]
