"""The page of the months says how often the classification was right."""

from ledger.models import Event
from tests.ledger.desk.conftest import Desk
from tests.ledger.shelf import NOW, put_entry


def test_each_month_stands_with_its_share(desk: Desk) -> None:
    with desk.database.noting() as session:
        for number in (1, 2, 3, 4):
            put_entry(session, number)
        session.add(
            Event(
                id=1,
                at=NOW,
                actor="sri",
                verb="diubah",
                entry_id=2,
                body='{"set":{"kind":"saran"}}',
                previous="",
                hash="",
            )
        )
    page = " ".join(desk.text("/tinjau/ketepatan").split())
    assert "November 2026" in page and "<td>4</td><td>1</td><td>75,0%</td>" in page


def test_a_month_that_nobody_looked_at_claims_nothing(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1)
    page = " ".join(desk.text("/tinjau/ketepatan").split())
    assert "<td>1</td><td>0</td><td>belum ada yang ditinjau</td>" in page
    with desk.database.noting() as session:
        session.add(Event(id=1, at=NOW, actor="sri", verb="dikonfirmasi", entry_id=1, body="{}", previous="", hash=""))
    assert "<td>1</td><td>0</td><td>100,0%</td>" in " ".join(desk.text("/tinjau/ketepatan").split())


def test_an_empty_book_says_why_there_is_nothing(desk: Desk) -> None:
    assert "Belum ada entri dari surel" in desk.text("/tinjau/ketepatan")
