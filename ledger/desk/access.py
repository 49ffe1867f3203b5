"""Who stands at the desk and what he may do: permissions, roles, and the one dependency that every route names."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from ledger import staff
from ledger.database import Database
from ledger.models import Staff
from ledger.words import Role

SIGN_IN, CHANGE_PASSWORD = "/masuk", "/sandi"


class Permission(StrEnum):
    """What a route asks of an officer."""

    READ = "read"
    RECORD = "record"
    DISPOSE = "dispose"
    ADMIN = "admin"


MAY: dict[Role, frozenset[Permission]] = {
    Role.PEMBACA: frozenset({Permission.READ}),
    Role.PETUGAS: frozenset({Permission.READ, Permission.RECORD}),
    Role.KEPALA: frozenset({Permission.READ, Permission.RECORD, Permission.DISPOSE}),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Officer:
    """The signed-in member of staff; `login` is the actor of every change he makes."""

    id: int
    login: str
    name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Say whether the role allows something."""
        return permission in MAY[self.role]


@dataclass(frozen=True, slots=True)
class Door:
    """What is needed to know a browser again; `cookie` is the name of its cookie, `secure` that only TLS carries it."""

    database: Database
    clock: Callable[[], datetime]
    lifetime: staff.Lifetime
    secure: bool

    @property
    def cookie(self) -> str:
        """The name of the cookie; with its prefix a browser takes it only over TLS, for this very host."""
        return "__Host-sesi" if self.secure else "sesi"

    def who(self, token: str) -> Staff | None:
        """Return the account whose session a token opens, noting now and then that it is in use."""
        now = self.clock()
        with self.database.reading() as session:
            found = staff.signed_in(session, token, lifetime=self.lifetime, at=now)
        if found is None:
            return None
        who, to_note = found
        if to_note:
            with self.database.noting() as session:
                staff.saw(session, token, at=now)
        return who


class SignInNeeded(Exception):
    """Nobody is signed in; the application answers with the way to the sign-in page."""


class PasswordChangeNeeded(Exception):
    """A one-time password must be replaced before anything else."""


def door_of(request: Request) -> Door:
    """Return the door of the application that a request came to."""
    door = request.app.state.door
    assert isinstance(door, Door)
    return door


def account_of(request: Request) -> Staff | None:
    """Return the account signed in by a request's cookie; None for nobody."""
    door = door_of(request)
    token = request.cookies.get(door.cookie, "")
    return door.who(token) if token else None


@dataclass(frozen=True, slots=True)
class Need:
    """The permission of a route; called with a request it gives the officer, or refuses."""

    permission: Permission
    with_one_time: bool = False

    def __call__(self, request: Request) -> Officer:
        """Return the officer; raises SignInNeeded, PasswordChangeNeeded or HTTPException 403."""
        who = account_of(request)
        if who is None or who.id is None:
            raise SignInNeeded
        if who.must_change and not self.with_one_time:
            raise PasswordChangeNeeded
        officer = Officer(who.id, who.login, who.name, who.role)
        if not officer.may(self.permission):
            raise HTTPException(403)
        return officer


def needs(permission: Permission, *, with_one_time: bool = False) -> Any:
    """Return the dependency of a route: `officer: Annotated[Officer, needs(Permission.RECORD)]`.

    Nobody signed in: a page is sent to the sign-in page with `ke=`, a form or a script is answered 401 (the page gives
    back what was typed). A permission that the role lacks: 403. Each route carries exactly one; `with_one_time` lets in
    an officer who still has to change a one-time password.
    """
    return Depends(Need(permission, with_one_time))


Reader = Annotated[Officer, needs(Permission.READ)]
Recorder = Annotated[Officer, needs(Permission.RECORD)]
Disposer = Annotated[Officer, needs(Permission.DISPOSE)]
Administrator = Annotated[Officer, needs(Permission.ADMIN)]
Anyone = Annotated[Officer, needs(Permission.READ, with_one_time=True)]


def own_path(asked: str) -> str:
    """Return a path of this desk to which a browser may be sent; "/" for anything that could lead elsewhere."""
    plain = len(asked) <= 2000 and asked.isascii() and asked.isprintable() and "\\" not in asked and " " not in asked
    return asked if plain and asked.startswith("/") and not asked.startswith("//") else "/"


def sign_in_address(path: str, query: str = "") -> str:
    """Return the address of the sign-in page that leads back to where the browser was going."""
    going = path + (f"?{query}" if query else "")
    return SIGN_IN if going == "/" else f"{SIGN_IN}?ke={quote(going, safe='')}"
