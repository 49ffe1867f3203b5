"""Workbooks: every value as what it is, no text as a formula, and the sheet ready to be read and printed."""

import re
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from ledger.documents.cover import Cover, Seal
from ledger.documents.sheets import LONGEST_TEXT, SHARE, WHOLE, Cell, Column, workbook
from tests.ledger.documents.asking import sheet
from tests.office import settings

AT = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)


def table_of(rows: Sequence[Sequence[Cell]], shown: str = "", *, struck: bool = False) -> bytes:
    out = BytesIO()
    cover = Cover(settings().office, "Buku", "1 November 2026", AT, seal=Seal(7, "ab" * 32), landscape=True)
    width = max((len(row) for row in rows), default=2)
    with workbook(out, cover) as book:
        table = book.table("Buku", [Column(f"Kolom {place}", 20, shown) for place in range(width)], frozen=1)
        for row in rows:
            table.write(row, struck=struck)
    return out.getvalue()


def written(value: Cell) -> object:
    return sheet(table_of([[value]]))["A2"].value


FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+62812",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "{=1}",
    "＝1+1",
    '=HYPERLINK("x")',
]


@pytest.mark.parametrize("said", FORMULAS)
def test_no_text_becomes_a_formula(said: str) -> None:
    cell = sheet(table_of([[said]]))["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).strip() == said.replace("\r", "\n").strip()
    assert "<f>" not in zipfile.ZipFile(BytesIO(table_of([[said]]))).read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("said", ["https://example.org", "mailto:siti@example.org", "internal:Buku!A1", "file:///x"])
def test_no_text_becomes_a_link(said: str) -> None:
    made = table_of([[said]])
    assert sheet(made)["A2"].value == said
    assert "hyperlink" not in zipfile.ZipFile(BytesIO(made)).read("xl/worksheets/sheet1.xml").decode()


def test_a_text_of_digits_stays_a_text() -> None:
    assert written("0812345678901234567") == "0812345678901234567"
    assert written("3574000000000001") == "3574000000000001"


def test_signs_that_the_format_forbids_are_left_out() -> None:
    assert written("Siti\x00\x08\x0b\x1f Aminah\ufffe\ud800\r\nbaris") == "Siti Aminah\nbaris"


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    told = str(written("kata " * 10_000))
    assert len(told) <= LONGEST_TEXT
    assert told.endswith("…")


def test_numbers_days_and_moments_are_such_and_moments_are_those_of_the_office() -> None:
    found = sheet(table_of([[12, 0.5, date(2026, 11, 23), AT, True, None, "x"]]))[2]
    assert [found[place].value for place in (0, 1, 4, 5, 6)] == [12, 0.5, "ya", None, "x"]
    assert [str(found[place].value) for place in (2, 3)] == ["2026-11-23 00:00:00", "2026-11-23 10:10:00"]
    assert (found[2].number_format, found[3].number_format) == ("dd-mm-yyyy", "dd-mm-yyyy hh:mm")


@pytest.mark.parametrize("shown", [WHOLE, SHARE])
def test_a_column_says_how_its_numbers_are_shown(shown: str) -> None:
    assert sheet(table_of([[0.25]], shown))["A2"].number_format == shown


def test_the_head_stays_in_view_is_printed_on_every_page_and_carries_filters() -> None:
    found = sheet(table_of([["a", "b"], ["c", "d"]]))
    assert found.freeze_panes == "B2"
    assert found.auto_filter.ref == "A1:B3"
    assert found.print_title_rows == "$1:$1"
    assert [cell.value for cell in found[1]] == ["Kolom 0", "Kolom 1"]
    assert found["A1"].font.bold
    assert found.column_dimensions["A"].width == pytest.approx(20, abs=1)
    assert found["A2"].alignment.wrap_text


def test_a_void_line_is_struck_through() -> None:
    assert sheet(table_of([["batal"]], struck=True))["A2"].font.strike
    assert not sheet(table_of([["tetap"]]))["A2"].font.strike


def test_a_row_is_as_high_as_its_longest_text_needs_but_never_fills_the_screen() -> None:
    heights = [sheet(table_of([[said]])).row_dimensions[2].height or 15 for said in ("x", "kata " * 12, "kata " * 9000)]
    assert heights[0] < heights[1] < heights[2] < 300


def test_the_print_has_title_period_seal_and_pages() -> None:
    found = sheet(table_of([["a"]]))
    assert found.oddHeader.left.text.removeprefix("&B").strip() == "BUKU Disperinaker"
    assert found.oddHeader.right.text.strip() == "1 November 2026"
    assert found.oddFooter.left.text.strip() == f"Segel 7: {'ab' * 8}"
    assert re.sub(r"\s+", " ", found.oddFooter.right.text.strip()) == "Halaman &P dari &N"
    assert found.page_setup.orientation == "landscape"


def test_no_row_of_facts_is_taller_than_excel_allows() -> None:
    out = BytesIO()
    with workbook(out, Cover(settings().office, "Buku", "", AT)) as book:
        book.facts("Waktu", [("Kendala", "kata " * 1000), ("Rekomendasi", "baris\n" * 800)])
    heights = [row.height for row in sheet(out.getvalue(), "Waktu").row_dimensions.values()]
    assert [200 < (height or 0) <= 409 for height in heights] == [True, True]


def test_facts_show_a_count_as_a_whole_number_and_a_day_as_a_day() -> None:
    out = BytesIO()
    with workbook(out, Cover(settings().office, "Buku", "", AT)) as book:
        book.facts("Waktu", [("Jumlah baris", 36), ("Hari", date(2026, 11, 23)), ("Saat", AT), ("Bagian", 0.5)])
    cells = sheet(out.getvalue(), "Waktu")["B"]
    assert [cell.number_format for cell in cells] == [WHOLE, "dd-mm-yyyy", "dd-mm-yyyy hh:mm", "General"]
    assert (cells[0].value, cells[3].value) == (36, 0.5)


def test_a_table_given_up_in_the_middle_leaves_nothing_that_people_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt), workbook(BytesIO(), Cover(settings().office, "Buku", "", AT)) as book:
        book.table("Buku", [Column("Nama", 20)]).write(["Siti Aminah"])
        assert list(tmp_path.iterdir()) != []
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(BytesIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(OSError, match="No space left"), workbook(Full(), Cover(settings().office, "", "", AT)) as book:
        book.table("Buku", [Column("Nama", 20)]).write(["Siti Aminah"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("columns", "abreast"), [(2, 1), (11, 1), (12, 2), (30, 3)])
def test_a_wide_table_is_printed_on_several_sheets_abreast_each_with_its_first_columns(
    columns: int, abreast: int
) -> None:
    found = sheet(table_of([["x"] * columns]))
    assert found.sheet_properties.pageSetUpPr.fitToPage
    # One sheet is what the format means where no number stands.
    assert (int(found.page_setup.fitToWidth or 1), found.page_setup.fitToHeight) == (abreast, 0)
    assert (found.print_title_cols, found.print_title_rows) == ("$A:$A", "$1:$1")
