"""Hari ini says in one look what came, what is due, and what is wrong."""

import re
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from config.settings import Backup, Settings
from ledger.database import Database
from ledger.desk.app import create
from ledger.models import BackupState, MailboxState
from ledger.words import Disposition, LetterState, Role
from tests.ledger.desk.conftest import HERE, Desk
from tests.ledger.desk.signed import sign
from tests.ledger.shelf import FIRST, NOW, SECOND, PreparedReader, put_entry, put_letter, put_mail


def test_an_empty_day_is_calm(desk: Desk) -> None:
    page = desk.text("/")
    assert "<h1>Senin, 23 November 2026</h1>" in page
    assert "Belum ada yang dicatat sejak kemarin" in page
    assert page.count("Belum pernah dibaca") == 2
    assert "chip late" not in page


def test_the_day_names_what_is_late_due_new_and_wrong(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, due_on="2026-11-20", received_at=NOW - timedelta(days=5))
        put_entry(session, 2, due_on="2026-11-23", received_at=NOW - timedelta(days=5))
        new = put_entry(session, 3, received_at=NOW - timedelta(days=4), recorded_at=NOW)
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
    assert '<a href="/buku?pilih=baru"><b>1</b> baru sejak kemarin</a>' in page
    assert re.findall(r"PGD/2026/\d{4}", desk.text("/buku?pilih=baru").partition("<tbody>")[2]) == ["PGD/2026/0003"]
    assert "Sandi ditolak: &lt;buat&gt; sandi aplikasi." in page and "tidak terbaca" in page
    assert 'Belum pasti</span> <span class="chip due">1' in page
    assert 'Karantina</span> <span class="chip late">1' in page


def test_a_backup_that_is_overdue_is_told_and_one_in_time_is_not(
    database: Database, office: Settings, tmp_path: Path
) -> None:
    planned = office.model_copy(update={"backup": Backup(folder=tmp_path)})
    for chosen, last, told in (
        (planned, None, True),
        (planned, NOW - timedelta(days=3), True),
        (planned, NOW - timedelta(hours=20), False),
        (office, NOW - timedelta(days=3), False),
    ):
        with database.noting() as session:
            session.merge(BackupState(tried_at=NOW, succeeded_at=last, place="/stik/<buku>.cadangan"))
        app: FastAPI = create(database, chosen, PreparedReader(), lambda: NOW)
        with TestClient(app, base_url=HERE) as browser:
            sign(browser, app.state.door, Role.PETUGAS)
            page = browser.get("/").text
        assert ("<h2>Cadangan" in page) is told
        assert "<buku>" not in page
