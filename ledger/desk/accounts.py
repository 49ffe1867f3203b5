"""Akun dan pengaturan, for the administrator: who may sign in, and what the configuration says, secrets left out."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from ledger import labels, staff
from ledger.desk import configured
from ledger.desk.access import Administrator, Officer
from ledger.desk.forms import Form, FormErrors, read_form
from ledger.desk.frame import Frame
from ledger.desk.numbered import RowId
from ledger.errors import LedgerError
from ledger.models import Staff
from ledger.words import Role

ACCOUNTS = "/akun"
_SMALL = 20_000
Word = Annotated[str, Query(max_length=20)]
Known = Annotated[int, Query(ge=0, le=2**31 - 1)]


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
    def accounts(officer: Administrator, selesai: Word = "", akun: Known = 0) -> HTMLResponse:
        return _listed(frame, officer, done=(selesai, akun))

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
        change = partial(staff.set_role, role=chosen)
        return await run_in_threadpool(_change, frame, officer, staff_id, "peran", change)

    for word, change in _AT_ONCE.items():
        _add_change(router, frame, word, change)

    @router.get("/pengaturan")
    def settings(officer: Administrator) -> HTMLResponse:
        with frame.database.reading() as session:
            return frame.page(
                session, "settings.html", "settings", officer=officer, parts=configured.parts(frame.settings)
            )

    return router


def _add_change(router: APIRouter, frame: Frame, word: str, change: Change) -> None:
    @router.post(f"{ACCOUNTS}/{{staff_id}}/{word}", name=word)
    def at_once(staff_id: RowId, officer: Administrator) -> Response:
        return _change(frame, officer, staff_id, word, change)


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


def _change(frame: Frame, officer: Officer, staff_id: int, word: str, change: Change) -> Response:
    try:
        with frame.database.writing() as session:
            change(session, _account(session, staff_id), at=frame.clock(), actor=officer.login)
    except LedgerError as wrong:
        return _listed(frame, officer, errors={"": str(wrong)})
    return RedirectResponse(f"{ACCOUNTS}?selesai={word}&akun={staff_id}", 303)


def _notice(session: Session, done: tuple[str, int], alive: Mapping[int, int]) -> str:
    """Say what an address says was done with an account, as far as the account still stands so."""
    word, staff_id = done
    who = session.get(Staff, staff_id)
    if who is None:
        return ""
    said = {
        "peran": f"Peran {who.name}: {labels.ROLES[who.role]}.",
        "nonaktif": f"Akun {who.name} nonaktif; semua sesinya berakhir." if who.disabled else "",
        "aktif": "" if who.disabled else f"Akun {who.name} aktif kembali dengan kata sandinya yang lama.",
        "sesi": "" if alive.get(staff_id) else f"Semua sesi {who.name} berakhir.",
    }
    return said.get(word, "")


def _listed(
    frame: Frame,
    officer: Officer,
    *,
    typed: Form | None = None,
    errors: dict[str, str] | None = None,
    made: tuple[Staff, str] | None = None,
    done: tuple[str, int] = ("", 0),
) -> HTMLResponse:
    """Show the accounts; `made` is an account with its one-time password, which is shown here and never again."""
    with frame.database.reading() as session:
        alive = staff.alive(session, lifetime=frame.lifetime, at=frame.clock())
        return frame.page(
            session,
            "accounts.html",
            "accounts",
            status=422 if errors else 200,
            officer=officer,
            accounts=staff.accounts(session),
            alive=alive,
            notice=_notice(session, done, alive),
            typed=typed.values if typed else {},
            errors=errors or {},
            made=made,
            roles=labels.ROLES,
        )
