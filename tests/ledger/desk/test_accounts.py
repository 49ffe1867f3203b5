"""Akun dan pengaturan: what an administrator does with accounts, and what nobody can read there."""

import re

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from config.settings import FirstNumber, Registers, Settings
from ledger import labels, staff
from ledger.database import Database
from ledger.desk import configured
from ledger.desk.app import create
from ledger.models import Event, Staff
from ledger.words import Role
from tests.ledger.desk.conftest import HERE, ClientAs
from tests.ledger.desk.signed import put_account, sign
from tests.ledger.shelf import NOW, PreparedReader


@pytest.fixture
def admin(client_as: ClientAs) -> TestClient:
    return client_as(Role.ADMIN)


def account(database: Database, login: str) -> Staff:
    with database.reading() as session:
        return staff.account(session, login)


@pytest.fixture
def budi(database: Database) -> int:
    """The number of an account "budi"."""
    with database.noting() as session:
        return put_account(session, Role.PETUGAS, login="budi").id or 0


def test_an_account_is_added_and_its_password_shown_once(admin: TestClient, database: Database) -> None:
    page = admin.post("/akun", data={"nama": "Budi Santoso", "masuk": "Budi", "nip": "1985", "peran": "kepala"})
    assert page.status_code == 200
    shown = re.search(r'class="once">([a-z0-9-]+)<', page.text)
    assert shown is not None
    assert "Budi Santoso" in page.text and "NIP 1985" in page.text
    assert account(database, "budi").role is Role.KEPALA
    assert shown.group(1) not in admin.get("/akun").text
    signed = admin.post("/masuk", data={"masuk": "budi", "sandi": shown.group(1)})
    assert signed.headers["location"] == "/sandi"


def test_the_hint_tells_what_each_role_may_do(admin: TestClient) -> None:
    hint = admin.get("/akun").text.partition("Petugas mencatat dan memproses")[2].partition("</p>")[0]
    assert all(f"{labels.ROLES[role].lower()} " in hint for role in Role if role is not Role.PETUGAS)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"nama": "", "masuk": "budi", "peran": "petugas"}, "nama"),
        ({"nama": "Budi", "masuk": "x y", "peran": "petugas"}, "masuk"),
        ({"nama": "Budi", "masuk": "admin", "peran": "petugas"}, "masuk"),
        ({"nama": "Budi", "masuk": "budi", "peran": "raja"}, "peran"),
        ({"nama": "Budi", "masuk": "budi"}, "peran"),
        ({"nama": "x" * 201, "masuk": "budi", "peran": "petugas"}, "nama"),
    ],
)
def test_what_cannot_be_added_is_said_beside_its_field_and_keeps_what_was_typed(
    admin: TestClient, typed: dict[str, str], field: str
) -> None:
    page = admin.post("/akun", data=typed)
    assert page.status_code == 422
    assert f'href="#isian-{field}"' in page.text and f'id="salah-{field}"' in page.text
    assert all(f'value="{typed[name]}"' in page.text for name in ("nama", "masuk"))


def test_hostile_names_stay_words(admin: TestClient) -> None:
    page = admin.post("/akun", data={"nama": "<script>alert(1)</script>", "masuk": "budi", "peran": "petugas"}).text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def test_a_reset_shows_a_new_password_and_ends_the_sessions(
    admin: TestClient, client_as: ClientAs, database: Database
) -> None:
    clerk = client_as(Role.PETUGAS)
    page = admin.post(f"/akun/{account(database, 'petugas').id}/sandi")
    assert page.status_code == 200 and 'class="once"' in page.text
    assert clerk.get("/").status_code == 303
    assert account(database, "petugas").must_change


def test_a_role_is_changed(admin: TestClient, database: Database, budi: int) -> None:
    changed = admin.post(f"/akun/{budi}/peran", data={"peran": "pembaca"})
    assert f"Peran {account(database, 'budi').name}: Pembaca." in admin.get(changed.headers["location"]).text
    assert account(database, "budi").role is Role.PEMBACA
    assert admin.post(f"/akun/{budi}/peran", data={"peran": "raja"}).status_code == 422


def test_an_account_is_disabled_and_enabled_again(admin: TestClient, database: Database, budi: int) -> None:
    shut = admin.post(f"/akun/{budi}/nonaktif").headers["location"]
    assert "nonaktif; semua sesinya berakhir." in admin.get(shut).text
    assert account(database, "budi").disabled and "nonaktif" in admin.get("/akun").text
    opened = admin.post(f"/akun/{budi}/aktif").headers["location"]
    assert "aktif kembali" in admin.get(opened).text and "nonaktif; semua" not in admin.get(shut).text
    assert not account(database, "budi").disabled


def test_open_sessions_are_shown_and_ended(admin: TestClient, client_as: ClientAs, database: Database) -> None:
    clerk = client_as(Role.PETUGAS)
    assert "1 sesi terbuka" in admin.get("/akun").text
    ended = admin.post(f"/akun/{account(database, 'petugas').id}/sesi").headers["location"]
    assert "Semua sesi " in admin.get(ended).text
    assert clerk.get("/").status_code == 303


def test_the_last_administrator_cannot_shut_himself_out(admin: TestClient, database: Database) -> None:
    own = account(database, "admin").id
    for path, typed in (("nonaktif", {}), ("peran", {"peran": "petugas"})):
        page = admin.post(f"/akun/{own}/{path}", data=typed)
        assert page.status_code == 422 and "terakhir" in page.text and "peran Pengelola sistem" in page.text
    assert admin.get("/akun").status_code == 200


@pytest.mark.parametrize("act", ["sandi", "peran", "nonaktif", "aktif", "sesi"])
@pytest.mark.parametrize(("who", "status"), [("999", 404), ("0", 422), ("x", 422), ("99999999999999", 422)])
def test_an_account_that_does_not_exist_is_said_so(admin: TestClient, act: str, who: str, status: int) -> None:
    assert admin.post(f"/akun/{who}/{act}", data={"peran": "petugas"}).status_code == status


def test_changes_are_written_under_the_name_of_who_made_them(admin: TestClient, database: Database, budi: int) -> None:
    admin.post(f"/akun/{budi}/nonaktif")
    with database.reading() as session:
        event = session.exec(select(Event)).one()
    assert (event.verb, event.actor) == ("akun", "admin")
    assert "budi" not in event.body


def test_the_settings_are_shown_without_secrets(database: Database, office: Settings) -> None:
    url = "postgresql+psycopg://buku:sangat-rahasia@127.0.0.1/buku"
    changed = office.model_copy(update={"database": office.database.model_copy(update={"url": url})})
    app: FastAPI = create(database, changed, PreparedReader(), lambda: NOW)
    with TestClient(app, base_url=HERE) as browser:
        sign(browser, app.state.door, Role.ADMIN)
        page = browser.get("/pengaturan").text
    assert office.office.name in page and "8025" in page
    assert "sangat-rahasia" not in page
    for box in office.mailboxes:
        assert box.address in page
        assert not box.password_env or box.password_env not in page
        assert not box.password_file or str(box.password_file) not in page
    for told in (
        "Surat paling banyak sehari",
        "Senin; Selasa; Rabu; Kamis; Jumat",
        "Senin, 23 November 2026 pukul 00.00 WIB",
    ):
        assert told in page, told


def test_every_setting_is_called_in_the_words_of_the_office(office: Settings) -> None:
    number, box = FirstNumber(year=2026, first=12), office.mailboxes[0].model_copy(update={"user": "buku"})
    filled = office.model_copy(update={"registers": Registers(PGD=number), "mailboxes": (box,)})
    told = configured.parts(filled)
    assert set(type(office).model_fields) - {"folder", "services", "deadlines", "rules", "themes", "mailboxes"} == set(
        configured.PARTS
    )
    assert ("Pengaduan (PGD)", "12 pada tahun 2026") in dict(told)["Nomor pertama register"]
    assert [name for _, rows in told for name, _ in rows if "_" in name] == []


def test_a_new_password_is_made_only_after_its_consequence_was_told(admin: TestClient, budi: int) -> None:
    page = admin.get("/akun").text
    before, _, _ = page.partition(f'action="/akun/{budi}/sandi"')
    assert before.rpartition("<summary>")[2].startswith("Buat sandi baru")
    assert "langsung tidak berlaku dan semua sesinya berakhir" in before.rpartition("<summary>")[2]


def test_the_way_to_the_accounts_is_shown_to_administrators_alone(client_as: ClientAs) -> None:
    assert 'href="/akun"' in client_as(Role.ADMIN).get("/").text
    assert 'href="/akun"' not in client_as(Role.KEPALA).get("/").text
