"""Hari ini says in one look what came, what is due, and what is wrong."""

from datetime import timedelta

from ledger.models import MailboxState
from ledger.words import Disposition, LetterState
from tests.ledger.desk.conftest import Desk
from tests.ledger.shelf import FIRST, NOW, SECOND, put_entry, put_letter, put_mail


def test_an_empty_day_is_calm(desk: Desk) -> None:
    page = desk.text("/")
    assert "<h1>Senin, 23 November 2026</h1>" in page
    assert "Belum ada yang masuk sejak kemarin" in page
    assert page.count("Belum pernah dibaca") == 2
    assert "chip late" not in page


def test_the_day_names_what_is_late_due_new_and_wrong(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, due_on="2026-11-20", received_at=NOW - timedelta(days=5))
        put_entry(session, 2, due_on="2026-11-23", received_at=NOW - timedelta(days=5))
        new = put_entry(session, 3)
        put_letter(session, new, LetterState.UNCERTAIN)
        put_mail(session, Disposition.QUARANTINED)
        session.add(MailboxState(mailbox=FIRST, tried_at=NOW, succeeded_at=NOW))
        session.add(
            MailboxState(
                mailbox=SECOND, tried_at=NOW, failing_since=NOW, trouble="Sandi ditolak: <buat> sandi aplikasi."
            )
        )
    page = desk.text("/")
    assert page.index("<h2>Terlambat") < page.index("PGD/2026/0001") < page.index("<h2>Tenggat hari ini")
    assert page.index("<h2>Tenggat hari ini") < page.index("PGD/2026/0002") < page.index("<h2>Baru sejak kemarin")
    assert page.index("<h2>Baru sejak kemarin") < page.index("PGD/2026/0003")
    assert "Sandi ditolak: &lt;buat&gt; sandi aplikasi." in page and "tidak terbaca" in page
    assert 'Belum pasti</span> <span class="chip due">1' in page
    assert 'Karantina</span> <span class="chip late">1' in page
