"""Sets documents as PDF: puts cover and content together, and has them set by the press (ledger/documents/press.py)."""

import json
import subprocess
import sys
import threading
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO

from ledger.documents.cover import Cover, template_values
from ledger.documents.plain import printable
from ledger.errors import LedgerError

HOME = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 300
"""How long one part of a document may take."""
PART_ROWS = 300
"""Rows set at once: about 200 MB of memory in the press while it lasts."""

_FAILED = "Dokumen tidak dapat disusun:"
_ONE_AT_A_TIME = threading.Semaphore(1)
Row = Mapping[str, object]


class TypesettingFailed(LedgerError):
    """A document could not be set; the text is for whoever asked, the cause holds what typst says."""


def typeset(template: str, cover: Cover, content: Mapping[str, object]) -> bytes:
    """Return a document as PDF.

    `template` is a file of templates/, which finds `cover` and `content` in kop.typ. Texts are printed as they are: no
    markup in them is read. A picture (SVG) is given as bytes. The same values give the same bytes. Raises
    TypesettingFailed.
    """
    return _set(_order(template, cover, content))


def typeset_rows(
    template: str,
    cover: Cover,
    content: Mapping[str, object],
    rows: Iterable[Row],
    out: IO[bytes],
    *,
    part_rows: int = PART_ROWS,
    on_rows: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a document of many rows as PDF.

    The template finds what was given in `content`, and beside it `rows`, `opening` and `closing` (whether the part
    holds the first and the last row). It marks the page on which each row begins with `row-mark` of kop.typ, and lets
    no row break over a page. More than `part_rows` rows are set a part at a time, so that memory does not grow with the
    book; the parts meet at ends of pages. `on_rows` hears how many rows were laid out or set: each row counts twice.
    Raises TypesettingFailed.
    """
    parts = list(_parts(template, cover, content, iter(rows), part_rows, on_rows))
    total, first, sheets = sum(part.pages for part in parts), 1, []
    for part in parts:
        sheets.append(_set(part.order(first, total or None)))
        first += part.pages
        on_rows(part.rows)
    out.write(sheets[0] if len(sheets) == 1 else _joined(sheets, cover, total))


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows of a document with the number of their pages (0: the only part), packed until they are set."""

    template: str
    cover: Cover
    packed: bytes
    rows: int
    pages: int

    def order(self, first: int, total: int | None) -> dict[str, object]:
        """Return what the press is asked for this part."""
        content = json.loads(zlib.decompress(self.packed))
        return _order(self.template, self.cover, content, first=first, total=total, tagged=False)


def _parts(
    template: str,
    cover: Cover,
    content: Mapping[str, object],
    rows: Iterator[Row],
    size: int,
    on_rows: Callable[[int], None],
) -> Iterator[_Part]:
    """Lay the rows out, a part at a time; rows on the last page of a part go over to the next one."""
    held: list[Row] = []
    opened = closing = False
    while not closing:
        fresh = list(islice(rows, size))
        held, closing = held + fresh, len(fresh) < size
        whole = {**content, "rows": held, "opening": not opened, "closing": closing}
        only = closing and not opened
        marks = _Marks((), 0) if only else _marks(_order(template, cover, whole, total=1, tagged=False))
        begun = held if closing else held[: bisect_left(marks.rows, marks.pages)]
        if begun or closing:
            pages = marks.pages if closing else marks.pages - 1
            yield _Part(template, cover, _packed(whole | {"rows": begun}), len(begun), pages)
            on_rows(len(begun))
            held, opened = held[len(begun) :], True


def _packed(content: Mapping[str, object]) -> bytes:
    return zlib.compress(json.dumps(content).encode(), 1)


@dataclass(frozen=True, slots=True)
class _Marks:
    """Where the rows of a part begin (pages from 1), and how many pages the part has."""

    rows: Sequence[int]
    pages: int


def _marks(order: dict[str, object]) -> _Marks:
    found = json.loads(_set(order | {"ask": "<row-mark>"}))
    *rows, last = [each["value"] for each in found]
    return _Marks(rows, last)


def _order(
    template: str,
    cover: Cover,
    content: Mapping[str, object],
    *,
    first: int = 1,
    total: int | None = None,
    tagged: bool = True,
) -> dict[str, object]:
    """Return what the press is asked; `total` None: the part is the whole document."""
    given = {"cover": template_values(cover), "content": content, "part": {"first": first, "total": total}}
    return {
        "template": template,
        "given": json.dumps(_printable(given), ensure_ascii=False),
        "at": int(cover.made_at.timestamp()),
        "tagged": tagged,
    }


def _printable(value: object) -> object:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, Mapping):
        return {key: _printable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(inner) for inner in value]
    return value


def _set(order: dict[str, object]) -> bytes:
    """Have an order set by a press of its own: typst keeps all that it ever set until its process ends."""
    command = [sys.executable, "-m", "ledger.documents.press"]
    try:
        with _ONE_AT_A_TIME:
            done = subprocess.run(
                command,
                input=json.dumps(order).encode(),
                capture_output=True,
                cwd=HOME,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired) as wrong:
        raise TypesettingFailed(f"{_FAILED} {wrong}") from wrong
    if done.returncode:
        raise TypesettingFailed(f"{_FAILED} {done.stderr.decode('utf-8', 'replace').strip()[-500:]}")
    return done.stdout


def _joined(sheets: Sequence[bytes], cover: Cover, expected: int) -> bytes:
    """Join the parts to one document; raises TypesettingFailed where the pages are not those that were counted."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for sheet in sheets:
        writer.append(BytesIO(sheet), import_outline=False)
    if len(writer.pages) != expected:
        raise TypesettingFailed(f"{_FAILED} {len(writer.pages)} halaman, seharusnya {expected}.")
    made = cover.made_at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
    writer.add_metadata({"/Title": cover.title, "/Author": cover.office.name, "/CreationDate": made})
    joined = BytesIO()
    writer.write(joined)
    return joined.getvalue()
