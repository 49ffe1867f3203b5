"""Reads the text of PDF and DOCX files that came with a letter, within limits of size and time, and never fails."""

import io
import logging
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence

import docx
import pypdf
from docx.document import Document
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.oxml.exceptions import InvalidXmlError
from docx.table import Table
from docx.text.paragraph import Paragraph
from pypdf.errors import DependencyError, PyPdfError

from ingest.parse import AttachedFile

MOST_BYTES = 5_000_000
"""A bigger file is left to the officer."""
MOST_PAGES = 20
MOST_LETTERS = 100_000
SECONDS = 5.0
"""All files of one letter together; looked at between two pages or paragraphs."""

_MOST_UNPACKED = 30_000_000
_MOST_OF_A_PAGE = 1_000_000
"""A page that draws more than this (bytes) is a map or an attack, not a letter."""
_DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    DependencyError,
    EOFError,
    InvalidXmlError,
    LookupError,
    MemoryError,
    OpcError,
    OSError,
    PyPdfError,
    PythonDocxError,
    RuntimeError,
    SyntaxError,  # what lxml raises for XML that is none
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
)
"""What the two libraries were seen to raise, or may, on files that are damaged, locked or forged."""

# A damaged file is nothing that the operator of the daemon could do anything about.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def text_of(files: Sequence[AttachedFile], clock: Callable[[], float] = time.monotonic) -> str:
    """Return the text of the files that can be read, in their order; empty where there is none, as in scans.

    `clock` counts seconds. What does not fit into the limits is left out.
    """
    ends = clock() + SECONDS
    pieces: list[str] = []
    room = MOST_LETTERS
    for file in files:
        for piece in _pieces(file):
            tidy = _tidy(piece)[:room]
            pieces.append(tidy)
            room -= len(tidy)
            if room <= 0 or clock() > ends:
                return _joined(pieces)
    return _joined(pieces)


def _joined(pieces: Sequence[str]) -> str:
    return "\n".join(pieces).strip()[:MOST_LETTERS]


def _tidy(text: str) -> str:
    """Take out what no letter holds: control characters and halves of surrogate pairs."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    return "".join(sign for sign in whole if sign in "\n\t" or sign >= " ")


def _pieces(file: AttachedFile) -> Iterator[str]:
    """Yield the text of one file in pieces; the first damage ends it."""
    if len(file.content) > MOST_BYTES:
        return
    try:
        yield from _read(file)
    except _BROKEN:
        return


def _read(file: AttachedFile) -> Iterator[str]:
    name = file.name.lower()
    if b"%PDF" in file.content[:1024]:
        yield from _pages(file.content)
    elif file.content[:2] == b"PK" and (name.endswith((".docx", ".docm")) or file.content_type == _DOCX_TYPE):
        yield from _blocks(file.content)


def _pages(content: bytes) -> Iterator[str]:
    reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return
    for place, page in enumerate(reader.pages):
        if place >= MOST_PAGES:
            return
        drawn = page.get_contents()
        if drawn is not None and len(drawn.get_data()) <= _MOST_OF_A_PAGE:
            yield page.extract_text().strip()


def _blocks(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > _MOST_UNPACKED:
            return
    document = docx.Document(io.BytesIO(content))
    yield from _headings(document)
    for block in document.iter_inner_content():
        yield from _lines_of(block)


def _headings(document: Document) -> Iterator[str]:
    """The letterhead, which Word keeps in the header of the first section."""
    for section in list(document.sections)[:1]:
        header = section.first_page_header if section.different_first_page_header_footer else section.header
        for block in header.iter_inner_content():
            yield from _lines_of(block)


def _lines_of(block: Paragraph | Table) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.text
        return
    for row in block.rows:
        cells: list[str] = []
        for cell in row.cells:
            if not cells or cell.text != cells[-1]:  # cells that were merged come once each
                cells.append(cell.text)
        yield "\t".join(cells)
