"""Asks the book for documents in tests: makes one, and reads it back as another program would."""

import csv
import json
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO, StringIO

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader

from config.settings import Settings
from ledger.database import Database
from ledger.documents import book, forms
from ledger.documents.book import Asked
from ledger.search import Filter
from ledger.words import Form, Paper
from tests.ledger.shelf import NOW
from tests.office import settings

EVERYTHING = Filter(since=date(2026, 11, 1), until=date(2026, 11, 30))


def made(
    database: Database,
    form: Form,
    wanted: Filter = EVERYTHING,
    *,
    may_see: bool = False,
    paper: Paper = Paper.A4,
    at: datetime = NOW,
    office: Settings | None = None,
) -> bytes:
    """Return the document of a part of the book, as the officer "petugas" gets it."""
    asked = Asked(wanted, form, "petugas", at, may_see=may_see, paper=paper)
    out = BytesIO()
    with book.opened(database, office or settings(), asked) as opened:
        forms.write(opened, out)
    return out.getvalue()


def csv_rows(content: bytes) -> list[dict[str, str]]:
    """Read CSV as a program that knows RFC 4180 does."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def json_rows(content: bytes) -> list[dict[str, object]]:
    """Read JSON lines."""
    return [json.loads(line) for line in content.decode().splitlines()]


def sheet(content: bytes, name: str = "Buku") -> Worksheet:
    """Open a sheet of a workbook."""
    found = load_workbook(BytesIO(content))[name]
    assert isinstance(found, Worksheet)
    return found


def pages(content: bytes) -> list[str]:
    """Return the text of each page of a PDF."""
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def text(content: bytes) -> str:
    """Return the text of a PDF on one line."""
    return " ".join(" ".join(pages(content)).split())


def signed_by(**names: str) -> Settings:
    """Return the office with other signatories."""
    office = settings().office
    changed = office.model_copy(update={"signatories": office.signatories.model_copy(update=names)})
    return settings().model_copy(update={"office": changed})


def of(wanted: Filter = EVERYTHING, **more: object) -> Filter:
    """Return a narrower part of the book."""
    return replace(wanted, **more)  # type: ignore[arg-type]
