"""Nothing typed is lost while a form is open, and nothing of it is kept once it is an entry or a week old."""

from datetime import timedelta

import pytest

from ledger import drafts
from ledger.database import Database
from ledger.models import FormDraft, Staff
from ledger.words import Role
from tests.office import NOW, Office, write_entry


@pytest.fixture
def officers(database: Database) -> tuple[int, int]:
    with database.noting() as session:
        two = [
            Staff(login=login, name=login, role=Role.PETUGAS, password_hash="-", created_at=NOW)
            for login in ("siti", "agus")
        ]
        session.add_all(two)
        session.flush()
        return two[0].id or 0, two[1].id or 0


def keep(database: Database, officer: int, *, at: timedelta = timedelta(), form: str = "telepon", **said: str) -> bool:
    with database.noting() as session:
        return drafts.keep(session, officer, form, said, at=NOW + at)


def kept(database: Database, officer: int, *, at: timedelta = timedelta(), form: str = "telepon") -> dict[str, str]:
    with database.reading() as session:
        found = drafts.kept(session, officer, form, at=NOW + at)
        return found.content if found else {}


def test_a_form_has_one_draft_an_officer(database: Database, officers: tuple[int, int]) -> None:
    siti, agus = officers
    keep(database, siti, nama="Bu", alamat="")
    keep(database, siti, nama="Budi – “Ali”")
    keep(database, siti, form="radio:1", nama="Rini")
    keep(database, agus, nama="Sari")
    assert kept(database, siti) == {"nama": "Budi – “Ali”"}
    assert kept(database, siti, form="radio:1") == {"nama": "Rini"}
    assert kept(database, agus) == {"nama": "Sari"}
    with database.noting() as session:
        drafts.discard(session, siti, "telepon")
    assert kept(database, siti) == {}
    assert len(Office(database).rows(FormDraft)) == 2


def test_a_draft_is_over_after_seven_days_and_swept_away_by_the_next_one(
    database: Database, officers: tuple[int, int]
) -> None:
    siti, agus = officers
    keep(database, siti, nama="Budi")
    assert kept(database, siti, at=timedelta(days=7)) == {"nama": "Budi"}
    late = timedelta(days=7, seconds=1)
    assert kept(database, siti, at=late) == {}
    keep(database, agus, at=late, nama="Sari")
    assert [row.staff_id for row in Office(database).rows(FormDraft)] == [agus]


def test_a_draft_of_a_form_that_became_an_entry_is_none(database: Database, officers: tuple[int, int]) -> None:
    siti, _ = officers
    keep(database, siti, once="abc", nama="Budi")
    with database.writing() as session:
        write_entry(session, once="abc")
    assert kept(database, siti) == {}
    assert not keep(database, siti, once="abc", nama="Budi, terlambat")
    assert keep(database, siti, once="def", nama="Sari")


def test_an_endless_draft_is_not_kept(database: Database, officers: tuple[int, int]) -> None:
    siti, _ = officers
    assert not keep(database, siti, uraian="x" * (drafts.LONGEST + 1))
    assert kept(database, siti) == {}
