"""Writes workbooks for Excel and LibreOffice: the one door of XlsxWriter, through which no text becomes a formula."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil
from pathlib import Path
from shutil import copyfileobj
from tempfile import gettempdir
from typing import IO

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ledger.documents.cover import Cover
from ledger.documents.plain import plain, shortened
from ledger.words import Paper
from ledger.workshops import workshop

LONGEST_TEXT = 32_767
"""Characters that a cell can hold; what is longer is cut and ends with …."""

DAY, MOMENT, WHOLE, SHARE = "dd-mm-yyyy", "dd-mm-yyyy hh:mm", "#,##0", "0.0%"
"""The ways of showing a number or a time, for `Column.shown`."""

_PAPERS = {Paper.A4: 9, Paper.F4: 14, Paper.A5: 11, Paper.HALF_F4: 11}
"""Codes of the format for sheets; Folio (14) is the nearest to F4 (SpreadsheetML has none of its own)."""
_INK, _LINE, _SHADE = "#1a1a1a", "#9aa5a8", "#dfe9ea"

_LINE_HEIGHT, _MOST_LINES, _LONGEST_SEEN = 15.0, 16, 2000
"""A row shows at most so many lines of a text; the cell holds all of it."""

_FACT_WIDTH, _LINE_POINTS, _TALLEST = 90, 15, 405
"""Excel knows no row of more than 409 points."""

_SHEET_WIDTH = 230
"""Characters of width that one printed sheet holds in a size that can be read."""

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": DAY,
}

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `width` in characters, `shown` how numbers and times in it are shown."""

    title: str
    width: float
    shown: str = ""


class Table:
    """One sheet with a head that stays in view, filters and widths; its rows are written in order, and then gone."""

    def __init__(self, workbook: "Workbook", sheet: Worksheet, columns: Sequence[Column], *, frozen: int) -> None:
        self._workbook, self._sheet, self._columns = workbook, sheet, tuple(columns)
        self._written = 0
        for place, column in enumerate(self._columns):
            sheet.set_column(place, place, column.width)
        sheet.set_row(0, 32)
        for place, column in enumerate(self._columns):
            sheet.write_string(0, place, plain(column.title), workbook.head)
        sheet.freeze_panes(1, frozen)
        sheet.repeat_rows(0)
        if frozen:
            sheet.repeat_columns(0, frozen - 1)
        workbook.dress(sheet, abreast=ceil(sum(column.width for column in self._columns) / _SHEET_WIDTH))

    def write(self, values: Sequence[Cell], *, struck: bool = False, strong: bool = False) -> None:
        """Write the next row: text, numbers, days and moments (shown in the office's zone) each as what it is."""
        self._written += 1
        self._sheet.set_row(self._written, self._height(values))
        for place, (column, value) in enumerate(zip(self._columns, values, strict=True)):
            self._workbook.put(self._sheet, (self._written, place), value, column.shown, struck=struck, strong=strong)

    def _height(self, values: Sequence[Cell]) -> float:
        """Return the height that the wrapped texts of a row need, in points; LibreOffice does not find it by itself."""
        lines = (
            sum(1 + int(len(line) / column.width) for line in value[:_LONGEST_SEEN].split("\n"))
            for column, value in zip(self._columns, values, strict=True)
            if isinstance(value, str)
        )
        return _LINE_HEIGHT * min(max(lines, default=1), _MOST_LINES)

    def end(self) -> None:
        """Set the filters over what was written."""
        self._sheet.autofilter(0, 0, self._written, len(self._columns) - 1)


class Workbook:
    """A workbook under way; `workbook()` opens and closes it."""

    def __init__(self, book: xlsxwriter.Workbook, cover: Cover) -> None:
        self._book, self._cover = book, cover
        self._formats: dict[tuple[str, bool, bool], Format] = {}
        self._tables: list[Table] = []
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1}
            | {"bg_color": _SHADE, "border_color": _LINE, "font_color": _INK}
        )

    def table(self, name: str, columns: Sequence[Column], *, frozen: int = 0) -> Table:
        """Add a sheet with a table; the first `frozen` columns stay in view. The name has at most 31 characters."""
        made = Table(self, self._book.add_worksheet(name), columns, frozen=frozen)
        self._tables.append(made)
        return made

    def facts(self, name: str, facts: Iterable[tuple[str, Cell]]) -> None:
        """Add a sheet of two columns: what a thing is called, and what it is."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, _FACT_WIDTH)
        for row, (title, value) in enumerate(facts):
            # LibreOffice gives such a row the height of one line, whatever it holds.
            sheet.set_row(row, min(_LINE_POINTS * _lines(value), _TALLEST))
            self.put(sheet, (row, 0), title, "", strong=True)
            self.put(sheet, (row, 1), value, WHOLE if isinstance(value, int) else "")
        self.dress(sheet)

    def dress(self, sheet: Worksheet, *, abreast: int = 1) -> None:
        """Make a sheet fit to be printed: paper, margins, the title on top, the seal and the page at the foot.

        `abreast` is how many sheets of paper lie side by side.
        """
        cover = self._cover
        sheet.set_paper(_PAPERS[cover.paper])
        if cover.landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(abreast, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.75)
        sheet.set_header(_marked(f"{cover.title.upper()} {cover.office.short}", cover.period))
        seal = f"Segel {cover.seal.position}: {cover.seal.hash[:16]}" if cover.seal else cover.made
        sheet.set_footer(f"&L&8 {_escaped(seal)}&R&8 Halaman &P dari &N")

    def put(
        self,
        sheet: Worksheet,
        at: tuple[int, int],
        value: Cell,
        shown: str,
        *,
        struck: bool = False,
        strong: bool = False,
    ) -> None:
        """Write one cell as what it is; a text never becomes a formula, a link or a number."""
        if isinstance(value, bool):
            value = "ya" if value else "tidak"
        if isinstance(value, str):
            text = shortened(plain(value), LONGEST_TEXT)
            sheet.write_string(*at, text, self._format("@", struck, strong))
        elif isinstance(value, datetime):
            here = value.astimezone(self._cover.office.zone).replace(tzinfo=None)
            sheet.write_datetime(*at, here, self._format(shown or MOMENT, struck, strong))
        elif isinstance(value, date):
            sheet.write_datetime(*at, value, self._format(shown or DAY, struck, strong))
        elif value is None:
            sheet.write_blank(*at, None, self._format("@", struck, strong))
        else:
            sheet.write_number(*at, value, self._format(shown or "General", struck, strong))

    def end(self) -> None:
        """Finish the tables."""
        for table in self._tables:
            table.end()

    def _format(self, shown: str, struck: bool, strong: bool) -> Format:
        key = (shown, struck, strong)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                {"num_format": shown, "font_strikeout": struck, "bold": strong, "text_wrap": True, "valign": "top"}
                | {"border": 1, "border_color": _LINE, "font_color": _INK}
            )
        return self._formats[key]


def _lines(value: Cell) -> int:
    """Return how many lines a text takes in the wide column of facts."""
    paragraphs = value.split("\n") if isinstance(value, str) else [""]
    return sum(len(paragraph) // (_FACT_WIDTH - 5) + 1 for paragraph in paragraphs)


def _escaped(text: str) -> str:
    return plain(text).replace("&", "&&")


def _marked(title: str, period: str) -> str:
    """Return the head of printed pages, at most 255 characters; the spaces keep digits from belonging to the sizes."""
    return f"&L&B&10 {_escaped(shortened(title, 90))}&R&9 {_escaped(shortened(period, 90))}"


@contextmanager
def workbook(out: IO[bytes], cover: Cover) -> Iterator[Workbook]:
    """Write a workbook to `out`, row by row: memory does not grow with it.

    Its temporary files hold what people wrote, so they lie in a folder of their own that goes whatever happens. Raises
    OSError where there is no room for them, or in `out`.
    """
    with workshop(Path(gettempdir())) as folder:
        whole = folder / "buku.xlsx"
        book = xlsxwriter.Workbook(whole, _OPTIONS | {"tmpdir": str(folder)})
        made = cover.made_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": plain(cover.title), "author": plain(cover.office.name), "created": made})
        content = Workbook(book, cover)
        try:
            yield content
            content.end()
            book.close()
        except FileCreateError as wrong:
            raise OSError(*wrong.args[0].args) from wrong
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()
        with whole.open("rb") as written:
            copyfileobj(written, out)
