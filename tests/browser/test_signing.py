"""Signing in and out in a real browser: led there and back, by keyboard, with and without scripts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config.settings import load
from ledger import staff
from ledger.database import Database
from ledger.desk.app import create
from ledger.words import Role
from tests.browser.keys import stands_in
from tests.browser.serving import served
from tests.browser.signing import COOKIE, signed_in, type_in
from tests.ledger.shelf import NOW, PreparedReader
from tests.wire.chromium import Viewport

SHIPPED = Path(__file__).parents[2] / "config" / "office.toml"
WIDE, PHONE = Viewport(1366, 768), Viewport(390, 844)
PLAIN = Viewport(1366, 768, scripts=False)
GOOD = "kuda terbang di atas sawah"
LONG_NAME = "Raden Ajeng Kusumawardhani Sulistyowati Wahyuningtyas, S.H., M.Si."


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def moment() -> list[timedelta]:
    """How far the desk's clock has gone since NOW."""
    return [timedelta()]


@pytest.fixture
def address(database: Database, moment: list[timedelta]) -> Iterator[str]:
    """The address of a desk over an empty book."""
    with served(lambda _: create(database, load(SHIPPED), PreparedReader(), lambda: NOW + moment[0])) as here:
        yield here


@pytest.fixture
def password(database: Database) -> str:
    """The one-time password of "siti", who is an administrator."""
    with database.writing() as session:
        return staff.add(session, "siti", LONG_NAME, Role.ADMIN, at=NOW, actor="admin")[1]


@pytest.mark.parametrize("viewport", [WIDE, PHONE, PLAIN], ids=["wide", "phone", "without scripts"])
def test_an_officer_signs_in_changes_the_one_time_password_and_signs_out(
    open_page: Callable[[Viewport], Page], address: str, password: str, viewport: Viewport
) -> None:
    page = open_page(viewport)
    page.goto(address + "/buku?cari=gaji")
    stands_in(page, "masuk")
    page.keyboard.type("siti")
    page.keyboard.press("Tab")
    page.keyboard.type("salah sekali")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("tidak cocok")
    stands_in(page, "sandi")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sandi")
    stands_in(page, "lama")
    for typed in (password, GOOD, GOOD):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(address + "/?selesai=sandi")
    page.locator(".me summary").click()
    expect(page.locator(".me > div")).to_contain_text(LONG_NAME)
    page.locator(".me button").click()
    page.wait_for_url("**/masuk")
    type_in(page, address, "siti", GOOD, going="/buku?cari=gaji")
    assert page.url == address + "/buku?cari=gaji"


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_pages_of_accounts_fit(
    open_page: Callable[[Viewport], Page], address: str, database: Database, password: str, viewport: Viewport
) -> None:
    page = open_page(viewport)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(address + "/masuk")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport.width
    signed_in(page, address, database, Role.ADMIN)
    for path in ("/akun", "/pengaturan", "/sandi"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport.width, path
        heights = page.locator("button:visible").evaluate_all("all => all.map(each => each.offsetHeight)")
        assert min(heights, default=24) >= 24, path
    assert said == []


def test_the_cookie_is_out_of_reach_of_scripts(
    open_page: Callable[[Viewport], Page], address: str, database: Database
) -> None:
    page = open_page(WIDE)
    with database.writing() as session:
        who, password = staff.add(session, "budi", "Budi", Role.PETUGAS, at=NOW, actor="admin")
        who.must_change = False
    type_in(page, address, "budi", password)
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (COOKIE, True, "Lax", "/")
    assert cookie["expires"] == -1
    assert page.evaluate("document.cookie") == ""


def test_a_page_from_elsewhere_cannot_change_anything(
    open_page: Callable[[Viewport], Page], address: str, database: Database
) -> None:
    page = signed_in(open_page(WIDE), address, database, Role.ADMIN)
    page.goto("about:blank")
    with page.expect_response(address + "/keluar") as answer:
        page.evaluate(
            """address => {
                const form = document.createElement("form");
                form.method = "post";
                form.action = address + "/keluar";
                document.body.append(form);
                form.submit();
            }""",
            address,
        )
    assert answer.value.status == 403
    page.wait_for_url(address + "/keluar")  # the refusal is shown: nothing is under way that going on would cut off
    page.goto(address + "/akun")
    expect(page.locator("h1")).to_have_text("Akun petugas")


def test_what_was_typed_survives_the_end_of_the_session(
    open_page: Callable[[Viewport], Page], address: str, database: Database, moment: list[timedelta]
) -> None:
    page = signed_in(open_page(WIDE), address, database, Role.ADMIN)
    page.goto(address + "/akun")
    page.locator("#isian-nama").fill("Budi Santoso")
    page.locator("#isian-masuk").fill("budi")
    moment[0] = timedelta(hours=2)
    page.get_by_role("button", name="Tambah akun").click()
    expect(page.get_by_role("heading")).to_have_text("Sesi Saudara sudah berakhir")
    with database.writing() as session:
        password = staff.reset(session, staff.account(session, "admin"), at=NOW, actor="program")
        staff.account(session, "admin").must_change = False
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Masuk di tab baru").click()
    opened.value.wait_for_load_state()
    opened.value.locator("#isian-masuk").fill("admin")
    opened.value.locator("#isian-sandi").fill(password)
    opened.value.locator("#isian-sandi").press("Enter")
    opened.value.wait_for_url(address + "/")
    page.get_by_role("button", name="Simpan sekarang").click()
    expect(page.locator(".note")).to_contain_text("Budi Santoso")
