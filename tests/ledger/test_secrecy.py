"""The rule of secrecy: who is hidden, and what of him is left."""

import pytest
from sqlmodel import Session

from ledger import search
from ledger.database import Database
from ledger.models import Entry
from ledger.secrecy import HIDDEN, is_hidden, masked, matter_in_a_list
from tests.ledger.shelf import put_entry


@pytest.mark.parametrize(
    ("secret", "restricted", "may_see", "hidden"),
    [
        (False, False, False, False),
        (True, False, False, True),
        (False, True, False, True),
        (True, True, True, False),
    ],
)
def test_what_is_secret_or_concerns_officers_is_hidden_from_those_who_only_read(
    secret: bool, restricted: bool, may_see: bool, hidden: bool
) -> None:
    assert is_hidden(Entry(secret=secret, restricted=restricted), may_see=may_see) is hidden


def test_nothing_is_hidden_where_there_is_no_entry() -> None:
    assert not is_hidden(None, may_see=False)


def test_a_masked_entry_tells_the_matter_and_nobody_and_the_book_keeps_all(database: Database) -> None:
    told = {"name": "Siti", "organisation": "PT", "address": "Jalan", "phone": "0812", "phone_e164": "+62812",
            "email": "s@example.org", "account": "Uraian", "represents": "Budi", "sender_name": "siti",
            "review_reason": "mirip Siti"}  # fmt: skip
    with database.writing() as session:
        entry = put_entry(session, 1, matter="Upah", secret=True, **told)
        copy = masked(entry)
        assert (copy.number, copy.matter, copy.name, copy.account) == ("PGD/2026/0001", "Upah", HIDDEN, HIDDEN)
        left = copy.model_dump()
        assert [field for field in told if left[field] not in ("", HIDDEN)] == []
    with Session(database.engine) as session:
        kept = session.get_one(Entry, 1).model_dump()
        assert {field: kept[field] for field in told} == told


@pytest.mark.parametrize(
    ("matter", "account", "left"),
    [
        ("Upah", "Nama saya Siti Aminah.", "Upah"),
        ("Pengaduan SITI  AMINAH", "Upah belum dibayar.", HIDDEN),
        ("Nama saya Siti dari Kanigaran", "Nama saya Siti dari Kanigaran. Upah belum dibayar.", HIDDEN),
        ("Saya buruh di pabrik …", "Saya buruh di\npabrik kayu", HIDDEN),
        ("", "", ""),
    ],
)
def test_a_matter_that_tells_who_it_is_is_hidden_too(matter: str, account: str, left: str) -> None:
    entry = Entry(name="Siti Aminah", organisation="PT", matter=matter, account=account, secret=True)
    assert masked(entry).matter == left


@pytest.mark.parametrize(
    ("matter", "secret", "left"),
    [
        ("Upah", True, "Upah"),
        ("Pengaduan Siti  Aminah", True, HIDDEN),
        ("Pengaduan Siti Aminah", False, "Pengaduan Siti Aminah"),
    ],
)
def test_no_list_tells_by_its_matter_who_stands_behind_a_secret_entry(
    database: Database, matter: str, secret: bool, left: str
) -> None:
    with database.writing() as session:
        line = search.line_of(put_entry(session, 1, name="Siti Aminah", matter=matter, secret=secret))
    assert matter_in_a_list(line) == left
