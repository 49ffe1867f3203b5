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
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.oxml.exceptions import InvalidXmlError
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
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
_DOCX_BODY = "word/document"
"""How the path of a DOCX file's text begins; a number may follow."""
_PARAGRAPH, _ROW, _CELL, _BOX = qn("w:p"), qn("w:tr"), qn("w:tc"), qn("w:txbxContent")
_SIGNS = {qn("w:t"): "", qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
"""What a run holds that can be read, and how it reads; w:t holds its own text."""
_UNSEEN = frozenset(
    {qn(f"w:{name}") for name in ("del", "moveFrom", "pPr", "tblPr", "sectPr", "sdtPr")}
    | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
"""Deleted words, settings, and what old programs are shown in place of a text box."""
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
    if b"%PDF" in file.content[:1024]:
        yield from _pages(file.content)
    elif file.content[:2] == b"PK":
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
    """Yield the paragraphs and table rows of a DOCX, whatever its name; of any other archive nothing."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        too_big = sum(entry.file_size for entry in packed.infolist()) > _MOST_UNPACKED
        if too_big or not any(name.startswith(_DOCX_BODY) for name in packed.namelist()):
            return
    document = docx.Document(io.BytesIO(content))
    for section in list(document.sections)[:1]:  # the letterhead, which Word keeps in the header of the first section
        header = section.first_page_header if section.different_first_page_header_footer else section.header
        yield from _lines_in(header._element)
    yield from _lines_in(document.element.body)


def _lines_in(element: BaseOxmlElement) -> Iterator[str]:
    """Yield the lines below an element in their order; content controls and insertions are transparent.

    The walk keeps its own stack: how deep elements stand in one another is up to whoever wrote the file.
    """
    ahead = [element]
    while ahead:
        here = ahead.pop()
        if here.tag == _PARAGRAPH:
            yield _said_by(here)
            ahead += reversed(list(_boxes_in(here)))
        elif here.tag == _ROW and (cells := _plain_cells(here)):
            yield "\t".join(cells)
        elif here.tag not in _UNSEEN:
            ahead += reversed(here)


def _said_by(paragraph: BaseOxmlElement) -> str:
    """Return the words of a paragraph, without those of the boxes that are anchored in it."""
    return "".join(_SIGNS[each.tag] or each.text or "" for each in _seen_in(paragraph) if each.tag in _SIGNS)


def _boxes_in(paragraph: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    return (each for each in _seen_in(paragraph) if each.tag == _BOX)


def _seen_in(element: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """Walk through all below an element that a reader of the page sees; boxes are named and not entered."""
    ahead = list(reversed(element))
    while ahead:
        here = ahead.pop()
        if here.tag not in _UNSEEN:
            yield here
            if here.tag != _BOX:
                ahead += reversed(here)


def _plain_cells(row: BaseOxmlElement) -> list[str]:
    """Return the cells of a row, one line of text each; none where the row holds tables or boxes of its own."""
    seen = list(_seen_in(row))
    if any(each.tag in (_ROW, _BOX) for each in seen):
        return []
    cells = [each for each in seen if each.tag == _CELL]
    return ["\n".join(_said_by(each) for each in _seen_in(cell) if each.tag == _PARAGRAPH) for cell in cells]
