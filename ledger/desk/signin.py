"""Masuk, keluar, ganti sandi: the only pages that somebody without a session can see, and what ends one."""

import unicodedata
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from ledger import staff
from ledger.desk.access import (
    CHANGE_PASSWORD,
    SIGN_IN,
    Anyone,
    Door,
    Officer,
    account_of,
    door_of,
    own_path,
    sign_in_address,
)
from ledger.desk.forms import Form, FormErrors, read_form
from ledger.desk.frame import Frame
from ledger.desk.safety import HARMLESS
from ledger.errors import LedgerError

SIGN_OUT = "/keluar"
CHANGED = "sandi"
"""What the address of the first page says after one's own password was changed."""
_SMALL = 20_000
_MOST_KEPT = 12_000_000


def routes(frame: Frame) -> APIRouter:
    """Return the routes of this room."""
    router = APIRouter()
    staff.make_ready()

    @router.get(SIGN_IN)
    def door(request: Request, ke: str = "/") -> Response:
        who = account_of(request)
        return RedirectResponse(_onward(ke), 303) if who else _asking(frame, going=_onward(ke))

    @router.post(SIGN_IN)
    async def enter(request: Request) -> Response:
        form = await read_form(request, max_bytes=_SMALL)
        return await run_in_threadpool(_enter, frame, request, form)

    @router.post(SIGN_OUT)
    def leave(request: Request, _: Anyone) -> Response:
        _end(door_of(request), request)
        return _forgotten(RedirectResponse(SIGN_IN, 303), door_of(request))

    @router.get(CHANGE_PASSWORD)
    def password(officer: Anyone) -> HTMLResponse:
        return _changing(frame, officer, {})

    @router.post(CHANGE_PASSWORD)
    async def change(request: Request, officer: Anyone) -> Response:
        form = await read_form(request, max_bytes=_SMALL)
        try:
            token = await run_in_threadpool(_change, frame, request, officer.login, form)
        except FormErrors as wrong:
            return _changing(frame, officer, wrong.errors)
        return _remembered(RedirectResponse(f"/?selesai={CHANGED}", 303), door_of(request), token)

    return router


def _onward(asked: str) -> str:
    path = own_path(asked)
    return "/" if path.partition("?")[0] in (SIGN_IN, SIGN_OUT, CHANGE_PASSWORD) else path


def _asking(frame: Frame, *, going: str, login: str = "", wrong: str = "", status: int = 200) -> HTMLResponse:
    return frame.bare("sign_in.html", status=status, going=going, login=login, wrong=wrong)


def _changing(frame: Frame, officer: Officer, errors: dict[str, str]) -> HTMLResponse:
    status = 422 if errors else 200
    return frame.bare("password.html", status=status, officer=officer, errors=errors, shortest=staff.SHORTEST_PASSWORD)


def _enter(frame: Frame, request: Request, form: Form) -> Response:
    door, now = door_of(request), frame.clock()
    going, login, address = _onward(form.values.get("ke", "/")), form.text("masuk", 200), _address(request)
    with frame.database.reading() as session:
        outcome: staff.Tried | staff.Opened | staff.Refused = staff.try_password(
            session, login, _typed(form, "sandi"), address=address, at=now
        )
    if isinstance(outcome, staff.Tried):
        with frame.database.noting() as session:
            outcome = staff.sign_in(session, outcome, address=address, at=now)
    if isinstance(outcome, staff.Refused):
        return _asking(frame, going=going, login=login, wrong=outcome.words, status=429 if outcome.wait else 422)
    # Whatever the browser carried before, it gets a token that nobody else can have seen.
    _end(door, request)
    onward = CHANGE_PASSWORD if outcome.account.must_change else going
    return _remembered(RedirectResponse(onward, 303), door, outcome.token)


def _change(frame: Frame, request: Request, login: str, form: Form) -> str:
    """Change a password and return the token of a new session. Raises FormErrors."""
    now, old, new = frame.clock(), _typed(form, "lama"), _typed(form, "baru")
    if new != _typed(form, "ulang"):
        raise FormErrors({"ulang": "Kata sandi baru dan ulangannya tidak sama."})
    _make_sure(frame, login, old, address=_address(request))
    try:
        with frame.database.writing() as session:
            who = staff.account(session, login)
            staff.change_password(session, who, old, new, at=now)
            return staff.open_session(session, who, at=now)
    except LedgerError as wrong:
        raise FormErrors({"baru": str(wrong)}) from wrong


def _make_sure(frame: Frame, login: str, password: str, *, address: str) -> None:
    """Count a wrong password like one at the sign-in: an open session left alone must not help to guess it."""
    now = frame.clock()
    with frame.database.reading() as session:
        tried = staff.try_password(session, login, password, address=address, at=now)
    with frame.database.noting() as session:
        known = tried if isinstance(tried, staff.Refused) else staff.recognise(session, tried, address=address, at=now)
    if isinstance(known, staff.Refused):
        raise FormErrors({"lama": known.words if known.wait else staff.WRONG_NOW})


def _address(request: Request) -> str:
    return (request.client.host if request.client else "")[:64]


def _typed(form: Form, name: str) -> str:
    """Return a password exactly as typed."""
    return unicodedata.normalize("NFC", form.values.get(name, ""))


def _end(door: Door, request: Request) -> None:
    token = request.cookies.get(door.cookie)
    if token:
        with door.database.noting() as session:
            staff.end(session, token, at=door.clock())


def _remembered(response: Response, door: Door, token: str) -> Response:
    response.set_cookie(door.cookie, token, path="/", secure=door.secure, httponly=True, samesite="lax")
    return response


def _forgotten(response: Response, door: Door) -> Response:
    response.delete_cookie(door.cookie, path="/", secure=door.secure, httponly=True, samesite="lax")
    return response


def lapsed(frame: Frame) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return the answer to a request of nobody: the way to the sign-in page, with what was typed if it was a form."""

    async def answer(request: Request, needed: Exception) -> Response:
        if request.headers.get("sec-fetch-dest") == "empty":
            return Response(status_code=401)
        path = request.url.path
        if request.method in HARMLESS:
            return RedirectResponse(sign_in_address(path, request.url.query), 303)
        if path in (SIGN_OUT, CHANGE_PASSWORD):
            return RedirectResponse(SIGN_IN, 303)
        form = await _kept(request)
        return frame.bare("lapsed.html", status=401, path=own_path(path), form=form)

    return answer


async def _kept(request: Request) -> Form:
    """Return what was typed into a form that cannot be taken now; nothing where it cannot be read either."""
    try:
        return await read_form(request, max_bytes=_MOST_KEPT)
    except HTTPException:
        return Form({})
