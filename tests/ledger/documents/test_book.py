"""The book as a document: its order, what each column says, NIHIL, void and merged numbers, secrecy, and its event."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlmodel import Session, select

from ledger import events, labels, staff
from ledger.database import Database
from ledger.documents import book
from ledger.documents.book import ERASED, NOT_TOLD, Asked, chosen, period_of, title_of
from ledger.events import Subject
from ledger.models import ChainHead, Entry, Event
from ledger.search import NOBODY, Filter
from ledger.secrecy import HIDDEN
from ledger.verify import verify
from ledger.words import Channel, Form, Register, Role, Status
from ledger.workflow import Act, dispose, forward, merge, set_status, void
from tests.ledger.documents.asking import EVERYTHING, csv_rows, json_rows, made, of, pages, sheet, text
from tests.ledger.shelf import NOW, put_entry
from tests.office import settings, write_entry

ACT = Act("kepala", NOW)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session that writes into the book and keeps what was written when the test asks it to commit."""
    with database.writing() as session:
        yield session


def put(database: Database, *entries: tuple[int, dict[str, object]]) -> None:
    with database.writing() as session:
        for sequence, fields in entries:
            put_entry(session, sequence, **fields)  # type: ignore[arg-type]


def wib(day: int, month: int = 11, hour: int = 8) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=settings().office.zone)


def numbers(content: bytes) -> list[str]:
    return [row["Nomor Register"] for row in csv_rows(content)]


# Which entries, in which order


def test_one_register_is_in_the_order_of_its_numbers(database: Database) -> None:
    put(database, *((number, {"received_at": wib(20 - number)}) for number in (3, 1, 2)))
    assert numbers(made(database, Form.CSV, of(series=Register.PGD))) == [f"PGD/2026/000{n}" for n in (1, 2, 3)]


def test_all_registers_together_are_in_the_order_of_recording(database: Database) -> None:
    put(database, (1, {}), (1, {"series": Register.REG}), (2, {}), (1, {"series": Register.SRN}))
    wanted = ["PGD/2026/0001", "REG/2026/0001", "PGD/2026/0002", "SRN/2026/0001"]
    assert numbers(made(database, Form.CSV)) == wanted


@pytest.mark.parametrize("series", [None, Register.PGD])
def test_more_lines_than_one_reading_takes_come_whole_and_once(database: Database, series: Register | None) -> None:
    put(database, *((number, {"received_at": wib(5)}) for number in range(1, 1203)))
    found = numbers(made(database, Form.CSV, of(series=series)))
    assert found == [f"PGD/2026/{number:04}" for number in range(1, 1203)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), [1, 2, 3]),
        (Filter(channel=Channel.RADIO), [2]),
        (Filter(service="siskotkln"), [3]),
        (Filter(status=Status.SELESAI), [1]),
        (Filter(since=date(2026, 11, 10), until=date(2026, 11, 10)), [2]),
        (Filter(officer=NOBODY), [1, 3]),
        (Filter(officer="ani"), [2]),
        (Filter(text="rofiq"), [3]),
        (Filter(series=Register.REG), []),
    ],
)
def test_a_filter_chooses_the_part_of_the_book(database: Database, wanted: Filter, found: list[int]) -> None:
    put(
        database,
        (1, {"received_at": wib(1), "status": Status.SELESAI}),
        (2, {"received_at": wib(10, hour=23), "channel": Channel.RADIO, "officer": "ani"}),
        (3, {"received_at": wib(11, hour=0), "service": "siskotkln", "name": "Moh. Rofiq"}),
    )
    assert numbers(made(database, Form.CSV, wanted)) == [f"PGD/2026/000{number}" for number in found]


# What the columns say


def test_every_form_tells_the_same_of_an_entry(database: Database) -> None:
    with database.writing() as session:
        staff.add(session, "siti", "Siti Rahmawati", Role.PETUGAS, nip="1", at=NOW, actor="program")
        entry = put_entry(
            session,
            1,
            received_at=wib(20),
            name="Budi Santoso",
            organisation="PT Maju",
            address="Jalan Melati 3",
            phone="0812-3456-7890",
            email="budi@example.org",
            matter="Upah",
            account="Upah saya belum dibayar.\nMohon bantuan.",
            due_on="2026-11-27",
            recorded_by="siti",
        )
        dispose(session, entry, ACT, officer="siti", unit="Sekretariat")
        forward(session, entry, ACT, office="BP3MI Jawa Timur")
        set_status(session, entry, Status.SELESAI, ACT, note="tuntas")
    (row,) = csv_rows(made(database, Form.CSV))
    assert row == {
        "No.": "1",
        "Nomor Register": "PGD/2026/0001",
        "Tanggal & Jam Terima (WIB)": "2026-11-20 08:00",
        "Media/Kanal": "Surel",
        "Layanan": settings().service_title("ppjp"),
        "Nama Pengadu": "Budi Santoso",
        "Instansi": "PT Maju",
        "Alamat": "Jalan Melati 3",
        "No. Telepon/HP": "0812-3456-7890",
        "Surel": "budi@example.org",
        "Uraian Pengaduan": "Upah\nUpah saya belum dibayar.\nMohon bantuan.",
        "Klasifikasi": "Pengaduan",
        "Disposisi/Diteruskan kepada": "Sekretariat; BP3MI Jawa Timur",
        "Tindak Lanjut & Tanggal": "23-11-2026 Didisposisikan\n23-11-2026 Diteruskan ke instansi lain\n"
        "23-11-2026 Selesai",
        "Batas Waktu": "2026-11-27",
        "Status": "Selesai",
        "Tanggal Selesai": "2026-11-23",
        "Petugas": "Siti Rahmawati",
        "Keterangan": "",
    }
    head, line = sheet(made(database, Form.XLSX)).iter_rows(max_row=2, values_only=True)
    told = dict(zip(head, line, strict=True))
    assert str(told["Tanggal & Jam Terima (WIB)"]) == "2026-11-20 08:00:00"
    assert str(told["Batas Waktu"]) == "2026-11-27 00:00:00"
    same = [title for title in row if title not in ("No.", "Tanggal & Jam Terima (WIB)") and "Tanggal" not in title]
    same.remove("Batas Waktu")
    assert [told[title] or "" for title in same] == [row[title] for title in same]
    (facts,) = json_rows(made(database, Form.JSONL))
    assert facts["diterima"] == "2026-11-20T08:00:00+07:00"
    assert (facts["nama"], facts["uraian"]) == ("Budi Santoso", "Upah saya belum dibayar.\nMohon bantuan.")
    assert (facts["status"], facts["selesai"]) == ("selesai", "2026-11-23T10:10:00+07:00")
    assert facts["tindak_lanjut"][-1] == {"tanggal": "2026-11-23", "tindakan": "Selesai"}  # type: ignore[index]
    printed = text(made(database, Form.PDF))
    for said in ("Budi Santoso PT Maju", "Jalan Melati 3 0812-3456-7890", "20-11-2026 08.00", "Siti Rahmawati"):
        assert said in printed, said


def test_an_entry_typed_in_by_the_desk_comes_out_and_the_book_still_verifies(database: Database) -> None:
    with database.writing() as session:
        write_entry(session, name="Ani", matter="Lembur", account="Lembur tidak dihitung.")
    assert csv_rows(made(database, Form.CSV, Filter()))[0]["Nama Pengadu"] == "Ani"
    with database.reading() as session:
        assert [one.wrong for one in verify(session) if one.wrong] == []


def test_who_gave_no_name_is_said_to_have_given_none(database: Database) -> None:
    put(database, (1, {}), (2, {"erased_at": NOW}))
    rows = csv_rows(made(database, Form.CSV))
    assert [row["Nama Pengadu"] for row in rows] == [NOT_TOLD, ERASED]
    assert "Data pribadi dihapus 23-11-2026" in rows[1]["Keterangan"]


def test_who_is_known_by_the_address_alone_is_shown_as_such_unless_secret(database: Database) -> None:
    put(database, (1, {"sender_name": "Warung Siti"}), (2, {"sender_name": "Toko Budi", "secret": True}))
    rows = csv_rows(made(database, Form.CSV))
    assert [row["Nama Pengadu"] for row in rows] == ["Warung Siti (menurut alamat pengirim)", HIDDEN]
    seen = csv_rows(made(database, Form.CSV, may_see=True))
    assert seen[1]["Nama Pengadu"] == "Toko Budi (menurut alamat pengirim)"


def test_a_moment_near_midnight_is_that_of_the_office(database: Database) -> None:
    put(database, (1, {"received_at": wib(30, 10, 23)}), (2, {"received_at": wib(1, 11, 0)}))
    assert [row["Tanggal & Jam Terima (WIB)"] for row in csv_rows(made(database, Form.CSV))] == ["2026-11-01 00:00"]


def test_a_void_number_stays_in_its_place_and_says_why(database: Database) -> None:
    put(database, (1, {}), (2, {"matter": "salinan"}), (3, {}))
    with database.writing() as session:
        void(session, session.get_one(Entry, 2), ACT, note="tercatat dua kali")
    rows = csv_rows(made(database, Form.CSV))
    assert [row["Nomor Register"] for row in rows] == ["PGD/2026/0001", "PGD/2026/0002", "PGD/2026/0003"]
    assert (rows[1]["Status"], rows[1]["Keterangan"]) == ("Batal", "BATAL: tercatat dua kali")
    table = sheet(made(database, Form.XLSX))
    assert [bool(table.cell(row, 2).font.strike) for row in (2, 3, 4)] == [False, True, False]
    assert "BATAL: tercatat dua kali" in text(made(database, Form.PDF))
    assert [facts["batal"] for facts in json_rows(made(database, Form.JSONL))] == [False, True, False]


def test_a_merged_number_shows_where_to(database: Database) -> None:
    put(database, (1, {}), (2, {}))
    with database.writing() as session:
        merge(session, session.get_one(Entry, 2), ACT, into=session.get_one(Entry, 1))
    row = csv_rows(made(database, Form.CSV))[1]
    assert (row["Status"], row["Keterangan"]) == ("Duplikat", "Digabungkan ke PGD/2026/0001")
    assert "Digabungkan ke PGD/2026/0001" in text(made(database, Form.PDF))


def test_a_long_text_is_whole_in_tables_and_cut_in_print_with_a_word_about_it(database: Database) -> None:
    long = "Upah belum dibayar. " * 200 + "AKHIR"
    put(database, (1, {"account": long}), (2, {"account": "pendek AKHIR"}))
    assert csv_rows(made(database, Form.CSV))[0]["Uraian Pengaduan"] == long
    assert json_rows(made(database, Form.JSONL))[0]["uraian"] == long
    printed = text(made(database, Form.PDF))
    assert "[selengkapnya di buku digital]" in printed
    assert printed.count("AKHIR") == 1


# NIHIL


def nihil(content: bytes) -> list[str]:
    return [line for page in pages(content) for line in page.splitlines() if "NIHIL" in line]


def test_each_month_without_entries_prints_nihil_where_it_belongs(database: Database) -> None:
    put(database, (1, {"received_at": wib(5, 2)}), (2, {"received_at": wib(5, 5)}), (3, {"received_at": wib(5, 5)}))
    wanted = Filter(series=Register.PGD, since=date(2026, 2, 1), until=date(2026, 12, 31))
    pdf = made(database, Form.PDF, wanted)
    assert nihil(pdf) == [
        f"{month} 2026: NIHIL"
        for month in ("Maret", "April", "Juni", "Juli", "Agustus", "September", "Oktober", "November")
    ]
    whole = text(pdf)
    places = [whole.index(said) for said in ("PGD/2026/0001", "April 2026: NIHIL", "PGD/2026/0002", "Juni 2026")]
    assert places == sorted(places)
    empty = {row[0]: row[1] for row in sheet(made(database, Form.XLSX, wanted), "Keterangan").values}
    assert str(empty["Bulan tanpa entri"]).startswith("Maret 2026: NIHIL\nApril 2026: NIHIL")


def test_months_to_come_are_not_called_empty(database: Database) -> None:
    put(database, (1, {"received_at": wib(5)}))
    assert nihil(made(database, Form.PDF, Filter(since=date(2026, 11, 1), until=date(2027, 6, 30)))) == []


def test_months_before_the_book_began_are_said_to_be_such(database: Database) -> None:
    put(database, (1, {"received_at": wib(5)}))
    found = nihil(made(database, Form.PDF, Filter(since=date(2026, 9, 1))))
    assert found == [f"{month} 2026: NIHIL (buku ini dimulai 5 November 2026)" for month in ("September", "Oktober")]


@pytest.mark.parametrize(
    "wanted", [Filter(), EVERYTHING, Filter(since=date(2027, 1, 1)), Filter(series=Register.SRN), Filter(text="x")]
)
def test_a_part_of_the_book_without_entries_says_nihil(database: Database, wanted: Filter) -> None:
    assert len(nihil(made(database, Form.PDF, wanted))) == 1
    assert csv_rows(made(database, Form.CSV, wanted)) == []
    assert made(database, Form.JSONL, wanted) == b""


def test_an_empty_month_is_counted_under_the_filter(database: Database) -> None:
    put(database, (1, {"received_at": wib(5)}), (2, {"received_at": wib(6), "channel": Channel.RADIO}))
    assert nihil(made(database, Form.PDF, of(channel=Channel.RADIO))) == []
    assert nihil(made(database, Form.PDF, of(channel=Channel.TELEPON))) == ["November 2026: NIHIL"]


# Title and period


@pytest.mark.parametrize(
    ("series", "title"),
    [
        (None, "Buku Pengaduan"),
        (Register.PGD, "Buku Pengaduan"),
        (Register.REG, "Buku Permohonan"),
        (Register.SRN, "Buku Saran"),
        (Register.INF, "Buku Permintaan Informasi"),
    ],
)
def test_each_register_has_its_own_title(series: Register | None, title: str) -> None:
    assert title_of(Filter(series=series)) == title


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-11-01", "2026-11-30", "Bulan November 2026"),
        ("2026-10-01", "2026-12-31", "Triwulan IV 2026"),
        ("2026-07-01", "2026-12-31", "Semester II 2026"),
        ("2026-01-01", "2026-12-31", "Tahun 2026"),
        ("2026-02-01", "2026-04-30", "1 Februari 2026 s.d. 30 April 2026"),
        ("2026-11-05", "2026-11-05", "5 November 2026 s.d. 5 November 2026"),
        ("2026-11-05", "", "Sejak 5 November 2026"),
        ("", "2026-11-05", "Sampai dengan 5 November 2026"),
        ("", "", "Sampai dengan 23 November 2026"),
    ],
)
def test_a_period_is_said_as_the_office_says_it(since: str, until: str, words: str) -> None:
    days = [date.fromisoformat(day) if day else None for day in (since, until)]
    assert period_of(Filter(since=days[0], until=days[1]), date(2026, 11, 23)) == words


def test_the_document_says_which_part_of_the_book_it_is(database: Database) -> None:
    wanted = of(channel=Channel.RADIO, status=Status.SELESAI, text="Upah", overdue=True)
    said = text(made(database, Form.PDF, wanted))
    assert "Semua register · Kanal: Radio · Keadaan: Selesai · Terlambat · Memuat kata “Upah”" in said
    assert "Bulan November 2026" in said


# Secrecy


def secrets_of(database: Database) -> None:
    told = {
        "name": "RahasiaNama",
        "organisation": "RahasiaInstansi",
        "address": "RahasiaAlamat",
        "phone": "0899RAHASIA",
        "email": "rahasia@rahasia.example.org",
        "account": "RahasiaUraian",
        "represents": "RahasiaKuasa",
        "matter": "Perihal biasa",
    }
    put(database, (1, {"secret": True} | told), (2, {"restricted": True} | told), (3, {"name": "Terbuka"}))
    with database.writing() as session:
        void(session, session.get_one(Entry, 1), ACT, note="RahasiaAlasan")


@pytest.mark.parametrize("form", list(Form))
def test_secret_identities_are_masked_in_every_form(database: Database, form: Form) -> None:
    secrets_of(database)
    content = made(database, form)
    said = _said(content, form)
    assert "rahasia@" not in said
    assert "Rahasia" not in said.replace("Identitas rahasia", "").replace("Rahasiakan", "")
    assert said.count(HIDDEN) >= 2
    assert "DIRAHASIAKAN" in said
    assert "Terbuka" in said


@pytest.mark.parametrize("form", list(Form))
def test_who_may_see_secret_identities_sees_them_marked(database: Database, form: Form) -> None:
    secrets_of(database)
    said = _said(made(database, form, may_see=True), form)
    assert "RahasiaNama" in said
    assert "RahasiaUraian" in said
    assert "DIRAHASIAKAN" in said


def _said(content: bytes, form: Form) -> str:
    if form is Form.PDF:
        return text(content)
    if form is Form.XLSX:
        return "\n".join(str(value) for row in sheet(content).values for value in row)
    return content.decode()


def test_a_search_does_not_find_by_their_words_those_whose_name_is_masked(database: Database) -> None:
    secrets_of(database)
    assert numbers(made(database, Form.CSV, Filter(text="RahasiaNama"))) == []
    assert len(numbers(made(database, Form.CSV, Filter(text="RahasiaNama"), may_see=True))) == 2


# The event, and the moment of the document


def exported(database: Database) -> list[Event]:
    with database.reading() as session:
        return list(session.exec(select(Event).where(Event.verb == "diekspor").order_by(Event.id)))  # type: ignore[arg-type]


def test_each_export_is_an_event_of_its_actor_without_personal_values(database: Database) -> None:
    put(database, (1, {"name": "Siti Aminah"}))
    made(database, Form.CSV, of(series=Register.PGD, channel=Channel.EMAIL, text="Siti Aminah", overdue=False))
    made(database, Form.PDF, Filter(), may_see=True)
    first, second = exported(database)
    assert (first.actor, first.at, first.entry_id) == ("petugas", NOW, None)
    assert json.loads(first.body) == {
        "set": {
            "baris": 1,
            "dokumen": "buku",
            "format": "csv",
            "rahasia": "disamarkan",
            "saringan": ["register=PGD", "kanal=email", "dari=2026-11-01", "sampai=2026-11-30", "kata dicari"],
        }
    }
    assert json.loads(second.body)["set"]["rahasia"] == "tampak"
    with database.reading() as session:
        assert not [one.wrong for one in verify(session) if one.wrong and "rantai" in one.promise]


def test_the_words_of_a_search_never_reach_the_chain() -> None:
    assert chosen(Filter(text="Siti Aminah", needs_review=True)) == ["perlu ditinjau", "kata dicari"]


def test_the_seal_is_the_head_of_the_chain_after_the_event(database: Database) -> None:
    put(database, (1, {}))
    said = text(made(database, Form.PDF))
    with database.reading() as session:
        head = session.get_one(ChainHead, 1)
    assert f"Segel buku: peristiwa ke-{head.position} · {head.hash}" in said
    assert exported(database)[-1].hash == head.hash


def test_what_changes_after_the_event_is_not_in_the_document(database: Database) -> None:
    put(database, (1, {"matter": "semula"}))
    with book.opened(database, settings(), Asked(Filter(), Form.CSV, "petugas", NOW)) as opened:
        put(database, (2, {}))
        with database.writing() as session:
            session.get_one(Entry, 1).matter = "berubah"
        assert [(record.entry.number, record.entry.matter) for record in opened.records()] == [
            ("PGD/2026/0001", "semula")
        ]
        assert opened.lines == 1
    assert len(numbers(made(database, Form.CSV, Filter()))) == 2


def test_the_event_is_written_before_anything_is_handed_out(database: Database) -> None:
    with book.opened(database, settings(), Asked(Filter(), Form.PDF, "petugas", NOW)):
        assert len(exported(database)) == 1


def test_the_file_is_named_after_its_title_period_and_event(database: Database) -> None:
    asked = Asked(of(series=Register.REG), Form.XLSX, "petugas", NOW)
    with book.opened(database, settings(), asked) as opened:
        assert book.file_name(opened.cover, asked) == "buku-permohonan-2026-11-01-2026-11-30-peristiwa-1.xlsx"


def test_an_entry_typed_in_later_says_when(database: Database) -> None:
    late = {"channel": Channel.RADIO, "received_at": wib(5), "recorded_at": wib(5) + timedelta(days=2)}
    put(database, (1, late))
    assert csv_rows(made(database, Form.CSV))[0]["Keterangan"] == "Dicatat 07-11-2026 08.00"


@pytest.mark.parametrize("rows", range(6, 14))
def test_no_sheet_is_signed_without_a_line_of_the_book(database: Database, rows: int) -> None:
    """With a signature of some 40 mm, each of these fills the first page to another height."""
    for number in range(1, rows + 1):
        put(database, (number, {"account": "Upah saya belum dibayar. " * 14}))
    last = pages(made(database, Form.PDF))[-1]
    assert "Mengetahui," in last
    assert f"PGD/2026/{rows:04}" in last
    assert "Nomor" in last
    assert text(made(database, Form.PDF)).count(f"PGD/2026/{rows:04}") == 1


def test_a_word_wider_than_its_column_is_broken_and_no_other(database: Database) -> None:
    put(database, (1, {"name": "KUSUMANINGRUM Prawirodirdjo", "account": "PEMBERANGKATAN"}))
    (page,) = pages(made(database, Form.PDF))
    assert "KUSUMANINGRUM" not in page
    assert "KUSUMANINGRUM" in "".join(page.split())
    assert "PEMBERANGKATAN" in page
    assert "Mengetahui" in page


@pytest.mark.parametrize(
    ("name", "parts"),
    [("H.M.SUBAGYO,SE", ["H.M.SUBAGYO,", "SE"]), ("Drs.H.SUTRISNO", ["Drs.H.", "SUTRISNO"]), ("=" * 30, ["=" * 10])],
)
def test_a_word_with_signs_stays_within_its_column(database: Database, name: str, parts: list[str]) -> None:
    put(database, (1, {"name": name, "address": "Jalan Melati"}))
    (page,) = pages(made(database, Form.PDF))
    assert name not in page
    assert all(part in page for part in parts)


LABELS = {*labels.STATUSES.values(), *labels.CHANNELS.values(), *settings().office.other_channels}
LABELS |= {labels.verb(verb) for verb in book.FOLLOWED if verb != "status"}  # it is told by its value


def test_no_word_of_the_programs_own_is_broken_nor_any_number_or_date(database: Database) -> None:
    with database.writing() as session:
        for place, status in enumerate(Status, 1):
            entry = put_entry(session, 9000 + place, status=status, due_on="2026-11-28", closed_at=NOW)
            said = {"status": status.value}
            events.append(session, "status", at=NOW, actor="siti", about=Subject(entry_id=entry.id), plain=said)
        for place, verb in enumerate(book.FOLLOWED, 1):
            entry = put_entry(session, 9100 + place)
            events.append(session, verb, at=NOW, actor="siti", about=Subject(entry_id=entry.id))
        for place, word in enumerate(settings().office.other_channels, 1):
            put_entry(session, 9200 + place, channel=Channel.LAINNYA, channel_word=word)
        for place, channel in enumerate(Channel, 1):
            put_entry(session, 9300 + place, channel=channel)
    shown = text(made(database, Form.PDF))
    words = {word for label in LABELS for word in re.findall(r"[^\s-]+", label)}
    assert [word for word in words if word not in shown] == []
    assert "BATAL" in shown and "PGD/2026/9101" in shown and "28-11-2026" in shown


@pytest.mark.parametrize(
    "said",
    [
        *("W" * 40_000, "投訴" * 2000, "TIGA BULAN UPAH BELUM DIBAYAR " * 200, "😀" * 5000),
        *("MENGGAGALKAN MENGUNGKAPKAN " * 100, "a." * 5000, "=" * 5000, "@" * 5000),
    ],
)
def test_no_line_is_taller_than_a_page(database: Database, said: str) -> None:
    put(database, (1, {"account": said}), (2, {"name": "Budi"}))
    content = made(database, Form.PDF)
    assert "selengkapnya di buku digital" in text(content)
    assert min(_heights(content)) > 0


def _heights(content: bytes) -> list[float]:
    """Return how high above the lower edge of its page each piece of text stands, in points."""
    found: list[float] = []

    def seen(words: str, matrix: list[float], place: list[float], *_: object) -> None:
        if words.strip():
            found.append(place[4] * matrix[1] + place[5] * matrix[3] + matrix[5])

    for page in PdfReader(BytesIO(content)).pages:
        page.extract_text(visitor_text=seen)
    return found


def test_the_book_of_a_period_says_why_a_number_may_be_missing(database: Database) -> None:
    """What was received in October and typed in in November bears a number between those of November."""
    with database.writing() as session:
        for received, recorded in ((NOW, NOW), (NOW - timedelta(days=40), NOW), (NOW, NOW)):
            write_entry(session, at=recorded, received_at=received)
    rows = csv_rows(made(database, Form.CSV))
    assert [row["Nomor Register"][-1] for row in rows] == ["1", "3"]
    assert "Memuat entri yang diterima pada masa ini, menurut urutan pencatatan." in text(made(database, Form.PDF))
    assert "menurut urutan pencatatan" not in text(made(database, Form.PDF, Filter()))
