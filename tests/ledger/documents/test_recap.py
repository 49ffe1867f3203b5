"""The documents of a recap: the same bytes for ever once issued, typed cells, and plots that any reader can read."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import Session

from ledger import issuing, workflow
from ledger.database import Database
from ledger.documents import plots
from ledger.documents import recap as document
from ledger.issuing import Narrative, Report
from ledger.models import Entry, Staff
from ledger.periods import Period
from ledger.recap import Count, Course
from ledger.words import Channel, RecapForm, Role, Status
from ledger.workflow import Act
from tests.office import settings, write_entry

OCTOBER = Period(2026, 10, 1)
AT = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
ISSUED = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '=HYPERLINK("http://x") #link <b>&'


@pytest.fixture
def database_kind() -> str:
    """Documents are made of figures, which are counted on both databases elsewhere."""
    return "sqlite"


def live(database: Database) -> None:
    with database.writing() as session:
        first = write_entry(session, at=AT, themes=("upah",))
        write_entry(session, at=AT, channel=Channel.LAINNYA, channel_word=HOSTILE)
        workflow.set_status(session, first, Status.DIPROSES, Act("siti", AT), note="")
        workflow.set_status(session, first, Status.SELESAI, Act("siti", AT + timedelta(days=3)), note="Selesai.")


def issue(session: Session) -> None:
    who = Staff(login="kepala", name="Drs. H. Bambang", role=Role.KEPALA, password_hash="-", created_at=AT)
    session.add(who)
    session.flush()
    words = Narrative("Nomor telepon kurang.\nServer #let terganggu.", "")
    issuing.issue(session, OCTOBER, settings(), who, narrative=words, at=ISSUED)


def report(database: Database, at: datetime = ISSUED) -> Report:
    with database.reading() as session:
        return issuing.report(session, OCTOBER, settings(), at=at)


def made(of: Report, form: RecapForm) -> bytes:
    out = BytesIO()
    document.write(of, form, out)
    return out.getvalue()


def words_of(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("form", list(RecapForm))
def test_an_issued_recap_prints_the_same_bytes_after_later_changes(database: Database, form: RecapForm) -> None:
    live(database)
    with database.writing() as session:
        issue(session)
    before = made(report(database), form)
    with database.writing() as session:
        workflow.void(session, session.get_one(Entry, 1), Act("siti", ISSUED + timedelta(days=1)), note="salah")
        write_entry(session, at=ISSUED + timedelta(days=1), received_at=AT)
    assert made(report(database, ISSUED + timedelta(days=400)), form) == before


def test_the_pdf_tells_figures_words_and_who_issued_it(database: Database) -> None:
    live(database)
    with database.writing() as session:
        issue(session)
    words = words_of(made(report(database), RecapForm.PDF))
    for said in (
        "REKAPITULASI BUKU PENGADUAN",
        "Bulan Oktober 2026 (1 Oktober 2026 s.d. 31 Oktober 2026)",
        "Diterbitkan oleh Drs. H. Bambang (Kepala) pada Senin, 2 November 2026 pukul 09.00 WIB.",
        "Jumlah 0 0 2 0 0 0 1 0 0 0 0 0 1",
        "50,0% (1 dari 2 perkara yang ditangani)",
        "3 hari kalender",
        "Server #let terganggu.",
        "Mengetahui",
        "Segel buku: peristiwa ke-",
        HOSTILE,
    ):
        assert said in words
    assert "NIHIL" not in words


def test_a_provisional_recap_says_so_and_an_empty_one_is_nil(database: Database) -> None:
    words = words_of(made(report(database), RecapForm.PDF))
    assert "NIHIL" in words
    assert "Angka sementara menurut buku pada Senin, 2 November 2026 pukul 09.00 WIB" in words


def test_the_workbook_holds_numbers_as_numbers_and_no_formula(database: Database) -> None:
    live(database)
    book = load_workbook(BytesIO(made(report(database), RecapForm.XLSX)))
    assert book.sheetnames == ["Neraca", "Keadaan", "Perjalanan", "Tema", "Waktu", "Keterangan"]
    head, total, *rows = book["Neraca"].iter_rows(values_only=True)
    assert head == ("Menurut", "Baris", *document.COLUMNS.values())
    assert total == ("Semua", "Jumlah", 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1)
    assert ("Menurut kanal", f"Lainnya: {HOSTILE}", 0, 0, 1, *[0] * 9, 1) in rows
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_the_text_adds_up_in_the_order_of_the_columns(database: Database) -> None:
    live(database)
    told = document.text(report(database))
    assert [line.rpartition("  ")[0].strip() for line in told.split("\n\n")[1].splitlines()] == [
        *document.COLUMNS.values()
    ]
    assert "Tema terbanyak\n  Upah" in told


def test_what_came_in_is_one_number_wherever_it_is_told(database: Database) -> None:
    """Two matters of October, typed in after its recap was issued, are an addition of November and nowhere received."""
    live(database)
    later = ISSUED + timedelta(days=2)
    with database.writing() as session:
        issue(session)
        for received in (AT, AT, ISSUED):
            write_entry(session, at=later, received_at=received)
    with database.reading() as session:
        told = issuing.report(session, Period(2026, 11, 1), settings(), at=later)
    total = told.figures.total
    assert (total.carried, total.added, total.received) == (1, 2, 1)
    for each in document.pictures(told.figures):
        if each.key != "tema":
            assert sum(int(row[1]) for row in each.rows) == total.received, each.title
    by_channel = document.text(told).partition("Menurut kanal")[2].partition("Menurut layanan")[0]
    sums = [sum(column) for column in zip(*(map(int, line.split()[-4:]) for line in _rows(by_channel)), strict=True)]
    assert sums == [total.carried + total.added, total.received, total.finished, total.remaining]


def _rows(table: str) -> list[str]:
    return [line for line in table.splitlines()[2:] if line.strip()]


def test_without_any_theme_the_text_has_no_heading_for_them(database: Database) -> None:
    assert "Tema" not in document.text(report(database))
    live(database)
    assert "Tema terbanyak\n  Upah" in document.text(report(database))


def test_every_plot_is_named_for_those_who_do_not_see_it_and_has_its_table(database: Database) -> None:
    live(database)
    found = document.pictures(report(database).figures)
    assert [each.key for each in found] == ["perjalanan", "kanal", "layanan", "jenis", "tema"]
    for each in found:
        drawing = ElementTree.fromstring(each.svg)
        title, told = drawing.find(f"{SVG}title"), drawing.find(f"{SVG}desc")
        assert title is not None and told is not None and title.text == each.title
        assert drawing.attrib["role"] == "img"
        assert drawing.attrib["aria-labelledby"].split() == [title.attrib["id"], told.attrib["id"]]
        assert all(row[0] in (told.text or "") and row[1] in (told.text or "") for row in each.rows)
        assert "style" not in each.svg


@given(st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)), min_size=1, max_size=12))
def test_no_bar_leaves_its_plot(numbers: list[tuple[int, int]]) -> None:
    parts = [Course(f"Bagian {place}", *pair) for place, pair in enumerate(numbers)]
    drawing = ElementTree.fromstring(plots.course(parts, key="a"))
    for bar in drawing.iter(f"{SVG}rect"):
        top, tall = float(bar.attrib["y"]), float(bar.attrib["height"])
        assert top >= 0 and tall >= 0 and top + tall <= 176.2
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= plots.WIDTH
    scale = [text.text for text in drawing.iter(f"{SVG}text") if text.attrib["text-anchor"] == "end"]
    assert int(scale[-1] or 0) >= max(max(pair) for pair in numbers)


@given(st.text(max_size=60), st.integers(0, 10**9))
def test_whatever_a_row_is_called_the_plot_stays_a_drawing(label: str, number: int) -> None:
    ElementTree.fromstring(plots.bars([Count("a", label, number)], key="a", title=label))
