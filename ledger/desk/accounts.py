"""Akun dan pengaturan, for the administrator: who may sign in, and what the configuration says, secrets left out."""

from datetime import datetime
from functools import partial
from typing import Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from ledger import labels, staff
from ledger.desk.access import Administrator, Officer
from ledger.desk.forms import Form, FormErrors, read_form
from ledger.desk.frame import Frame
from ledger.desk.numbered import RowId
from ledger.errors import LedgerError
from ledger.models import Staff
from ledger.words import Role

ACCOUNTS = "/akun"
_SMALL = 20_000
_HIDDEN = frozenset({"password", "password_env", "password_file", "url", "tls_key"})
"""Settings that hold a secret or say where one lies; of these only whether they are set is shown."""


class Change(Protocol):
    """Changes an account; raises LedgerError where that may not be."""

    def __call__(self, session: Session, who: Staff, /, *, at: datetime, actor: str) -> None: ...


_AT_ONCE: dict[str, Change] = {
    "nonaktif": staff.disable,
    "aktif": staff.enable,
    "sesi": staff.sign_out_everywhere,
}
"""What is done with an account by a button alone, by the last word of its address."""


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter()

    @router.get(ACCOUNTS)
    def accounts(officer: Administrator) -> HTMLResponse:
        return _listed(frame, officer)

    @router.post(ACCOUNTS)
    async def add(request: Request, officer: Administrator) -> Response:
        form = await read_form(request, max_bytes=_SMALL)
        return await run_in_threadpool(_add, frame, officer, form)

    @router.post(ACCOUNTS + "/{staff_id}/sandi")
    def reset(staff_id: RowId, officer: Administrator) -> Response:
        with frame.database.writing() as session:
            who = _account(session, staff_id)
            password = staff.reset(session, who, at=frame.clock(), actor=officer.login)
        return _listed(frame, officer, made=(who, password))

    @router.post(ACCOUNTS + "/{staff_id}/peran")
    async def role(request: Request, staff_id: RowId, officer: Administrator) -> Response:
        form = await read_form(request, max_bytes=_SMALL)
        chosen = _role(form)
        return await run_in_threadpool(_change, frame, officer, staff_id, partial(staff.set_role, role=chosen))

    for word, change in _AT_ONCE.items():
        _add_change(router, frame, word, change)

    @router.get("/pengaturan")
    def settings(officer: Administrator) -> HTMLResponse:
        with frame.database.reading() as session:
            return frame.page(session, "settings.html", "settings", officer=officer, parts=_parts(frame))

    return router


def _add_change(router: APIRouter, frame: Frame, word: str, change: Change) -> None:
    @router.post(f"{ACCOUNTS}/{{staff_id}}/{word}", name=word)
    def at_once(staff_id: RowId, officer: Administrator) -> Response:
        return _change(frame, officer, staff_id, change)


def _account(session: Session, staff_id: int) -> Staff:
    found = session.get(Staff, staff_id)
    if found is None:
        raise HTTPException(404)
    return found


def _role(form: Form) -> Role:
    try:
        return Role(form.text("peran"))
    except ValueError as wrong:
        raise FormErrors({"peran": "Pilihlah salah satu peran."}) from wrong


def _add(frame: Frame, officer: Officer, form: Form) -> Response:
    try:
        login, name, nip, role = form.text("masuk", 40), form.text("nama", 200), form.text("nip", 40), _role(form)
        with frame.database.writing() as session:
            made = staff.add(session, login, name, role, nip=nip, at=frame.clock(), actor=officer.login)
    except FormErrors as wrong:
        return _listed(frame, officer, typed=form, errors=wrong.errors)
    except LedgerError as wrong:
        field = "nama" if not form.text("nama", 200) else "masuk"
        return _listed(frame, officer, typed=form, errors={field: str(wrong)})
    return _listed(frame, officer, made=made)


def _change(frame: Frame, officer: Officer, staff_id: int, change: Change) -> Response:
    try:
        with frame.database.writing() as session:
            change(session, _account(session, staff_id), at=frame.clock(), actor=officer.login)
    except LedgerError as wrong:
        return _listed(frame, officer, errors={"": str(wrong)})
    return RedirectResponse(ACCOUNTS, 303)


def _listed(
    frame: Frame,
    officer: Officer,
    *,
    typed: Form | None = None,
    errors: dict[str, str] | None = None,
    made: tuple[Staff, str] | None = None,
) -> HTMLResponse:
    """Show the accounts; `made` is an account with its one-time password, which is shown here and never again."""
    with frame.database.reading() as session:
        return frame.page(
            session,
            "accounts.html",
            "accounts",
            status=422 if errors else 200,
            officer=officer,
            accounts=staff.accounts(session),
            alive=staff.alive(session, lifetime=frame.lifetime, at=frame.clock()),
            typed=typed.values if typed else {},
            errors=errors or {},
            made=made,
            roles=labels.ROLES,
        )


def _parts(frame: Frame) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the settings part by part as names and values, without the texts of services and rules."""
    shown = ("office", "database", "registers", "intake", "letters", "judging", "desk", "logging")
    parts = [(name, _rows(getattr(frame.settings, name))) for name in shown]
    boxes = [(f"mailboxes {box.address}", _rows(box)) for box in frame.settings.mailboxes]
    services = [(key, service.title) for key, service in frame.settings.services.items()]
    return [*parts[:2], *boxes, ("services", services), *parts[2:]]


def _rows(part: BaseModel, prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            rows += _rows(value, f"{prefix}{name}.")
        else:
            rows.append((prefix + name, _said(name, value)))
    return rows


def _said(name: str, value: object) -> str:
    if value is None or value == () or value == "":
        return "–"
    if name in _HIDDEN:
        return "(diatur, tidak ditampilkan)"
    if isinstance(value, tuple):
        return "; ".join(_said("", each) for each in value)
    if isinstance(value, BaseModel):
        return ", ".join(said for _, said in _rows(value))
    return ("ya" if value else "tidak") if isinstance(value, bool) else str(value)
