"""Signs a real browser in at a running desk: through the sign-in page, or at once by a session of its own."""

from playwright.sync_api import Page

from ledger import staff
from ledger.database import Database
from ledger.words import Role
from tests.ledger.desk.signed import put_account
from tests.ledger.shelf import NOW

COOKIE = "sesi"


def signed_in(page: Page, address: str, database: Database, role: Role = Role.PETUGAS, *, login: str = "") -> Page:
    """Give a page a session of an account of a role (made at need; its login is the role's word), without typing.

    The session begins at NOW of the shelf: the desk's clock must stand near it.
    """
    with database.noting() as session:
        token = staff.open_session(session, put_account(session, role, login=login), at=NOW)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": address, "httpOnly": True, "sameSite": "Lax"}])
    return page


def type_in(page: Page, address: str, login: str, password: str, *, going: str = "/") -> None:
    """Sign in as an officer does: open a page, be led to the sign-in, type, press Enter."""
    page.goto(address + going)
    page.locator("#isian-masuk").fill(login)
    page.locator("#isian-sandi").fill(password)
    page.locator("#isian-sandi").press("Enter")
    page.wait_for_url(lambda url: "/masuk" not in url)
