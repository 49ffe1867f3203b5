"""What spreadsheets and other readers make of the forms: no formula from any field, one line a record."""

import csv
import re
from io import StringIO

import pytest

from ledger.database import Database
from ledger.documents.forms import harmless
from ledger.words import Channel, Form
from tests.ledger.documents.asking import csv_rows, json_rows, made, pages, sheet
from tests.ledger.shelf import put_entry

FIELDS = (
    "name",
    "organisation",
    "address",
    "phone",
    "email",
    "matter",
    "account",
    "unit",
    "forwarded_to",
    "represents",
)
FORMULAS = ["=1+1", "+62812", "-2", "@SUM(1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "=cmd|' /C calc'!A0"]


def with_everywhere(database: Database, said: str) -> None:
    with database.writing() as session:
        fields = dict.fromkeys(FIELDS, said) | {"channel": Channel.LAINNYA, "channel_word": said, "recorded_by": said}
        put_entry(session, 1, officer=said, merged_into=said, split_from=said, **fields)


@pytest.mark.parametrize("said", FORMULAS)
def test_no_cell_of_the_csv_begins_a_formula_whatever_field_it_came_from(database: Database, said: str) -> None:
    with_everywhere(database, said)
    (row,) = csv_rows(made(database, Form.CSV))
    assert sum("'" in cell for cell in row.values()) >= 9
    assert [cell for cell in row.values() if re.match(r"[ \n]*[=+\-@\t\r＝]", cell)] == []


@pytest.mark.parametrize("said", FORMULAS)
def test_no_cell_of_the_workbook_is_a_formula_whatever_field_it_came_from(database: Database, said: str) -> None:
    with_everywhere(database, said)
    found = made(database, Form.XLSX)
    kinds = {cell.data_type for name in ("Buku", "Keterangan") for row in sheet(found, name) for cell in row}
    assert kinds <= {"s", "n", "d"}


@pytest.mark.parametrize(
    "said", ['a;=1+1;"b', "a\t=1+1", "baris\n=1+1", 'kutip"";=1', "a;  @SUM(1)", ";-1", 'a;"=1+1', 'baris\n""=1']
)
def test_a_program_that_takes_other_separators_sees_no_formula_either(database: Database, said: str) -> None:
    with_everywhere(database, said)
    content = made(database, Form.CSV).decode("utf-8-sig")
    for separator in ";\t":
        for row in csv.reader(StringIO(content, newline=""), delimiter=separator):
            assert [cell for cell in row if re.match(r"\s*[=+\-@]", cell)] == []
    for line in content.splitlines():
        # A program that did not open the quotation marks may take those of the text for the head of a cell.
        assert [cell for cell in re.split(r"[;\t]", line) if re.match(r'["\s]*[=+\-@]', cell)] == []


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Siti - Aminah", "Siti - Aminah"),
        ("siti@example.org", "siti@example.org"),
        ("a=b", "a=b"),
        ("-", "'-"),
        ("=1", "'=1"),
        ("", ""),
        ("baris satu\n- butir", "baris satu\n'- butir"),
    ],
)
def test_only_what_could_begin_a_formula_gets_an_apostrophe(said: str, left: str) -> None:
    assert harmless(said) == left


def test_the_csv_has_a_byte_order_mark_and_the_line_ends_of_its_rule(database: Database) -> None:
    with_everywhere(database, "é")
    content = made(database, Form.CSV)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 2
    assert content.endswith(b"\r\n")


@pytest.mark.parametrize("said", ["a\nb", "a\u2028b", "a\u2029b", "a\x85b", 'a"b\\', "a\x0bb\x0cc"])
def test_a_json_line_is_one_line_to_every_reader(database: Database, said: str) -> None:
    with_everywhere(database, said)
    content = made(database, Form.JSONL)
    assert len(content.decode().splitlines()) == 1
    assert json_rows(content)[0]["nama"] == said.replace("\x0b", "").replace("\x0c", "")


@pytest.mark.parametrize("form", list(Form))
def test_texts_that_would_break_a_format_break_none(database: Database, form: Form) -> None:
    with_everywhere(database, "#set page() ]] <b>&amp; </t> _x0041_ \x1b[0m \ufffe \u202e 🙏 $x$")
    found = made(database, form)
    said = {
        Form.PDF: lambda: " ".join(pages(found)),
        Form.XLSX: lambda: str(sheet(found)["F2"].value),
        Form.CSV: found.decode,
        Form.JSONL: found.decode,
    }[form]()
    assert "#set page() ]] <b>&amp; </t>" in " ".join(said.split())
