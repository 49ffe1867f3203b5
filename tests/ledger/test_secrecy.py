"""The rule of secrecy: who is hidden, and what of him is left."""

import pytest
from sqlmodel import Session

from ledger import search
from ledger.database import Database
from ledger.models import Entry
from ledger.secrecy import HIDDEN, blackened, is_hidden, masked, matter_in_a_list, says
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
        ("Pengaduan SITI  AMINAH", "Upah belum dibayar.", f"Pengaduan {HIDDEN}"),
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
        ("Pengaduan Siti  Aminah", True, f"Pengaduan {HIDDEN}"),
        ("Upah Budi di Jl. Kenanga", True, f"Upah {HIDDEN} di Jl. {HIDDEN}"),
        ("Pengaduan Siti Aminah", False, "Pengaduan Siti Aminah"),
    ],
)
def test_no_list_tells_by_its_matter_who_stands_behind_a_secret_entry(
    database: Database, matter: str, secret: bool, left: str
) -> None:
    with database.writing() as session:
        told = {"name": "Siti Aminah", "represents": "Budi Utomo", "address": "Jalan Kenanga 4"}
        line = search.line_of(put_entry(session, 1, matter=matter, secret=secret, **told))
    assert matter_in_a_list(line) == left


WHO = Entry(
    name="Siti Aminah Wulandari",
    organisation="PT Maju Jaya Sentosa",
    address="Jalan Mawar No. 9, Kota Probolinggo",
    phone="0812-3456-7890",
    email="wulan.siti88@example.org",
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Pengaduan Bu Siti Aminah 081234567890 dari Maju Jaya", "Pengaduan Bu (dirahasiakan) dari (dirahasiakan)"),
        ("SITI AMINAH WULANDARI, +62 812 3456 7890.", "(dirahasiakan), (dirahasiakan)."),
        ("HP 62812/3456/7890 atau 812-3456-7890", "HP (dirahasiakan) atau (dirahasiakan)"),
        ("rumah saya Jl. Mawar No 9, Kota Lain", "rumah saya Jl. (dirahasiakan) No 9, Kota Lain"),
        ("Jalan Mawar No 9 Kota Probolinggo", "(dirahasiakan)"),
        ("surel Wulan.Siti88@Example.org atau suami@example.net", "surel (dirahasiakan) atau (dirahasiakan)"),
        ("nomor suami (0335) 422121, 0813-1111-2222", "nomor suami (dirahasiakan), (dirahasiakan)"),
        ("NIK 3574012345678901", "NIK (dirahasiakan)"),
    ],
)
def test_names_in_part_numbers_however_written_addresses_and_mail_are_blackened(text: str, left: str) -> None:
    assert blackened(text, WHO) == left


@pytest.mark.parametrize(
    "text",
    [
        "Pengaduan jalan rusak di kota ini",
        "PT lain menahan ijazah No 9",
        "Institusi itu menjayakan sitimewa",
        "Nomor PGD/2026/0001, Rp 12.500.000, tanggal 08-11-2026 09.00 dan 01/12/2026, jam 08.00 - 16.00",
    ],
)
def test_words_that_tell_nobody_are_left_standing(text: str) -> None:
    assert blackened(text, WHO) == text


def test_titles_and_common_words_of_a_name_tell_nobody() -> None:
    who = Entry(name="Bapak Warga", organisation="Serikat Pekerja", address="Jalan Raya", email="pengaduan@example.org")
    assert blackened("Bapak dari serikat pekerja, warga di jalan raya; pengaduan.", who).count(HIDDEN) == 0


@pytest.mark.parametrize(
    ("text", "personal", "held"),
    [
        ("diminta SITI  aminah", "Siti Aminah", True),
        ("diminta 0813 7777 4242", "+6281377774242", True),
        ("diminta siti@example.org", "siti@example.org", True),
        ("permintaan institusi", "Siti", False),
        ("permintaan Ani", "Ani", False),
        ("apa saja", "", False),
    ],
)
def test_a_value_is_said_as_a_whole(text: str, personal: str, held: bool) -> None:
    assert says(text, personal) is held
