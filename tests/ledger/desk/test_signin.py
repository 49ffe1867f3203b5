"""Masuk, keluar, ganti sandi as a browser meets them."""

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from ledger import staff
from ledger.database import Database
from ledger.models import SignInFailure, StaffSession
from ledger.words import Role
from tests.ledger.desk.conftest import ClientAs
from tests.ledger.desk.signed import token_of
from tests.ledger.shelf import NOW

GOOD = "kuda terbang di atas sawah"


@pytest.fixture
def browser(client_as: ClientAs) -> TestClient:
    """A browser in which nobody is signed in."""
    nobody = client_as(None)
    nobody.headers["Sec-Fetch-Site"] = "same-origin"
    return nobody


@pytest.fixture
def password(database: Database) -> str:
    """The password of "siti", who need not change it."""
    with database.writing() as session:
        who, secret = staff.add(session, "siti", "Siti Rahmawati", Role.PETUGAS, at=NOW, actor="admin")
        who.must_change = False
    return secret


def test_the_first_page_is_the_sign_in_with_its_two_fields(browser: TestClient) -> None:
    page = browser.get("/masuk").text
    assert '<label for="isian-masuk">Nama masuk</label>' in page and 'autocomplete="username"' in page
    assert 'type="password"' in page and 'autocomplete="current-password"' in page
    assert "Keluar" not in page


def test_signing_in_leads_on_and_the_name_stands_on_every_page(browser: TestClient, password: str) -> None:
    answer = browser.post("/masuk", data={"masuk": "siti", "sandi": password, "ke": "/buku?cari=gaji"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/buku?cari=gaji")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("sesi=") and {"HttpOnly", "Path=/", "SameSite=lax"} == set(cookie.split("; ")[1:])
    page = browser.get("/buku?cari=gaji").text
    assert "Siti Rahmawati" in page and ">Keluar</button>" in page


@pytest.mark.parametrize(
    "going", ["//evil.example.org", "https://evil.example.org", "/\\evil", "/masuk", "/keluar", "/sandi?x=1", "\x00"]
)
def test_signing_in_never_leads_elsewhere(browser: TestClient, password: str, going: str) -> None:
    answer = browser.post("/masuk", data={"masuk": "siti", "sandi": password, "ke": going})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    again = browser.get("/masuk", params={"ke": going})
    assert (again.status_code, again.headers["location"]) == (303, "/")


def test_the_way_back_is_carried_through_a_refusal_as_words(browser: TestClient) -> None:
    page = browser.get("/masuk", params={"ke": '/buku?cari="><script>'}).text
    assert 'name="ke" value="/buku?cari=&#34;&gt;&lt;script&gt;"' in page
    refused = browser.post("/masuk", data={"masuk": '"><script>', "sandi": "x", "ke": "/buku"})
    assert refused.status_code == 422
    assert 'name="ke" value="/buku"' in refused.text and "<script>" not in refused.text


def test_a_refusal_keeps_the_login_and_never_the_password(browser: TestClient, password: str) -> None:
    answer = browser.post("/masuk", data={"masuk": "siti", "sandi": "bukan-ini-sandinya"})
    assert answer.status_code == 422
    assert 'value="siti"' in answer.text and "bukan-ini-sandinya" not in answer.text
    assert "tidak cocok" in answer.text and 'role="alert"' in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("typed", [{}, {"masuk": "siti"}, {"sandi": "x"}, {"masuk": "\x00", "sandi": "\x00"}])
def test_half_a_form_is_refused_like_any_other(browser: TestClient, password: str, typed: dict[str, str]) -> None:
    assert browser.post("/masuk", data=typed).status_code == 422


def test_guessing_is_slowed_down_and_said_so(browser: TestClient, password: str) -> None:
    for _ in range(staff.FREE_TRIES):
        browser.post("/masuk", data={"masuk": "siti", "sandi": "salah"})
    answer = browser.post("/masuk", data={"masuk": "siti", "sandi": password})
    assert answer.status_code == 429 and "Tunggu" in answer.text


def test_failures_are_counted_under_the_address_of_the_caller(
    browser: TestClient, database: Database, password: str
) -> None:
    browser.post("/masuk", data={"masuk": "x", "sandi": "y"}, headers={"X-Forwarded-For": "192.0.2.1"})
    with database.reading() as session:
        assert session.exec(select(SignInFailure)).one().address == "testclient"


def test_a_form_too_big_for_a_sign_in_is_refused(browser: TestClient) -> None:
    answer = browser.post("/masuk", data={"masuk": "siti", "sandi": "x" * 30_000})
    assert answer.status_code == 413 and "terlalu besar" in answer.text


def test_a_token_given_beforehand_is_worth_nothing_afterwards(
    browser: TestClient, database: Database, password: str
) -> None:
    planted = "token-yang-ditanam-oleh-orang-lain"
    browser.cookies.set("sesi", planted)
    answer = browser.post("/masuk", data={"masuk": "siti", "sandi": password})
    assert planted not in answer.headers["set-cookie"]
    browser.cookies.clear()
    assert browser.get("/", headers={"Cookie": f"sesi={planted}"}).status_code == 303


def test_signing_in_ends_the_session_that_the_browser_had(
    browser: TestClient, database: Database, password: str
) -> None:
    old = token_of(database, Role.ADMIN)
    browser.cookies.set("sesi", old)
    assert browser.get("/akun").status_code == 200
    browser.post("/masuk", data={"masuk": "siti", "sandi": password})
    browser.cookies.clear()
    assert browser.get("/", headers={"Cookie": f"sesi={old}"}).status_code == 303


def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(client_as: ClientAs, database: Database) -> None:
    browser = client_as(Role.PETUGAS)
    token = browser.cookies["sesi"]
    answer = browser.post("/keluar")
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk")
    assert 'sesi=""' in answer.headers["set-cookie"] and "Max-Age=0" in answer.headers["set-cookie"]
    assert browser.get("/", headers={"Cookie": f"sesi={token}"}).status_code == 303
    with database.reading() as session:
        assert session.exec(select(StaffSession)).one().ended_at == NOW


def test_signing_out_is_no_link(client_as: ClientAs) -> None:
    browser = client_as(Role.PETUGAS)
    assert browser.get("/keluar").status_code == 405
    assert browser.get("/").status_code == 200


def test_signing_out_twice_leads_to_the_sign_in(client_as: ClientAs) -> None:
    browser = client_as(Role.PETUGAS)
    token = browser.cookies["sesi"]
    browser.post("/keluar")
    answer = browser.post("/keluar", headers={"Cookie": f"sesi={token}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk")


def test_a_one_time_password_leads_to_its_change_and_then_to_the_desk(browser: TestClient, database: Database) -> None:
    with database.writing() as session:
        made = staff.first_account(session, at=NOW)
    assert made is not None
    first = browser.post("/masuk", data={"masuk": "admin", "sandi": made[1], "ke": "/buku"})
    assert first.headers["location"] == "/sandi"
    old = browser.cookies["sesi"]
    changed = browser.post("/sandi", data={"lama": made[1], "baru": GOOD, "ulang": GOOD})
    assert (changed.status_code, changed.headers["location"]) == (303, "/?selesai=sandi")
    assert browser.cookies["sesi"] != old
    assert browser.get("/akun").status_code == 200
    assert "Kata sandi Saudara sudah diganti." in browser.get(changed.headers["location"]).text
    browser.cookies.clear()
    assert browser.get("/", headers={"Cookie": f"sesi={old}"}).status_code == 303


@pytest.mark.parametrize(
    ("lama", "baru", "ulang", "field", "words"),
    [
        ("salah", GOOD, GOOD, "lama", "tidak cocok"),
        (None, GOOD, GOOD + "!", "ulang", "tidak sama"),
        (None, "pendek", "pendek", "baru", "paling sedikit 10"),
        (None, "", "", "baru", "paling sedikit 10"),
    ],
)
def test_a_change_that_cannot_be_made_says_why_and_shows_no_password(
    browser: TestClient, password: str, lama: str | None, baru: str, ulang: str, field: str, words: str
) -> None:
    browser.post("/masuk", data={"masuk": "siti", "sandi": password})
    answer = browser.post("/sandi", data={"lama": lama or password, "baru": baru, "ulang": ulang})
    assert answer.status_code == 422
    assert words in answer.text.partition(f'id="salah-{field}">')[2].partition("</p>")[0]
    assert GOOD not in answer.text and password not in answer.text
    assert browser.get("/").status_code == 200


def test_guessing_the_present_password_from_an_open_session_is_slowed_down_too(
    browser: TestClient, password: str
) -> None:
    browser.post("/masuk", data={"masuk": "siti", "sandi": password})
    for _ in range(staff.FREE_TRIES):
        browser.post("/sandi", data={"lama": "salah", "baru": GOOD, "ulang": GOOD})
    answer = browser.post("/sandi", data={"lama": password, "baru": GOOD, "ulang": GOOD})
    assert answer.status_code == 422 and "Tunggu" in answer.text
