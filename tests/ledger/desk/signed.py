"""Signs a test's browser in without a password: an account of a role, and a session of it."""

from sqlmodel import Session, select
from starlette.testclient import TestClient

from ledger import staff
from ledger.database import Database
from ledger.desk.access import Door
from ledger.models import Staff
from ledger.words import Role
from tests.ledger.shelf import NOW

NAMES = {
    Role.PETUGAS: "Siti Rahmawati",
    Role.KEPALA: "Drs. H. Bambang Sutrisno, M.Si.",
    Role.ADMIN: "Pengelola Sistem",
    Role.PEMBACA: "Ratna Dewi",
}


def put_account(session: Session, role: Role, *, login: str = "", **fields: object) -> Staff:
    """Return the account of a role, made at need; its login is the role's word unless given, no password fits it."""
    login = login or role.value
    known = session.exec(select(Staff).where(Staff.login == login)).first()
    if known is not None:
        return known
    made = Staff(
        login=login,
        name=NAMES[role],
        role=role,
        created_at=NOW,
        **{"password_hash": "tidak ada", "must_change": False} | fields,  # type: ignore[arg-type]
    )
    session.add(made)
    session.flush()
    return made


def token_of(database: Database, role: Role, *, login: str = "") -> str:
    """Open a session of an account of a role and return its token."""
    with database.noting() as session:
        return staff.open_session(session, put_account(session, role, login=login), at=NOW)


def sign(browser: TestClient, door: Door, role: Role) -> None:
    """Sign a browser in, and let it say that its requests come from the desk's own pages."""
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    browser.cookies.set(door.cookie, token_of(door.database, role))
