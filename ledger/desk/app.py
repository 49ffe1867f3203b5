"""Builds the staff page: an ASGI application whose every route but the sign-in asks who stands there."""

import gc
from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from config.settings import Settings
from ledger import staff
from ledger.database import Database
from ledger.desk import (
    accounts,
    accuracy,
    book,
    entry,
    live,
    mail,
    outbox,
    radio,
    recap,
    receipt,
    record,
    reports,
    signin,
    today,
    trays,
)
from ledger.desk.access import CHANGE_PASSWORD, Door, PasswordChangeNeeded, SignInNeeded
from ledger.desk.acts import Shelf
from ledger.desk.forms import FormErrors
from ledger.desk.frame import STATIC, Frame
from ledger.desk.safety import HEADERS, SafeHeaders, SameOrigin
from ledger.ports import Classifier, LetterPreview, MailReader, Resettling, ThemeFinder
from ledger.recording import Desk

LOOPBACK_NAMES = ["127.0.0.1", "localhost", "::1", "[::1]"]
"""With those of the settings, the only names by which a browser may call this page: any other means DNS rebinding."""

_KEPT_FOR_EVER = "public, max-age=31536000, immutable"
_FOREIGN = (
    "Permintaan ditolak",
    "Permintaan ini tidak berasal dari halaman buku sendiri, atau tidak lewat sambungan aman (https). "
    "Buka kembali halaman buku, lalu ulangi dari sana.",
)
_REFUSALS = {
    400: ("Isian tidak dapat dibaca", "Kiriman dari peramban tidak utuh. Kembali, lalu simpan sekali lagi."),
    403: (
        "Bukan wewenang akun ini",
        "Peran Saudara tidak mencakup tindakan ini. Mintalah kepala atau pengelola melakukannya.",
    ),
    404: (
        "Halaman tidak ditemukan",
        "Alamat ini tidak ada, atau nomornya belum pernah dicatat. Periksa nomor, atau cari di buku.",
    ),
    405: ("Halaman ini hanya untuk dibaca", "Permintaan seperti itu tidak dapat dilakukan di halaman ini."),
    413: ("Kiriman terlalu besar", "Kembali, kecilkan atau kurangi berkasnya, lalu simpan sekali lagi."),
    415: ("Isian tidak dapat dibaca", "Bentuk kirimannya tidak dikenal. Isilah lewat halaman buku."),
    422: (
        "Permintaan tidak dapat dibaca",
        "Ada bagian alamat yang terlalu panjang atau bukan angka. Mulailah lagi dari buku.",
    ),
}
_OTHERWISE = ("Halaman tidak dapat ditampilkan", "Silakan coba lagi. Bila tetap demikian, hubungi pengelola sistem.")


class _Static(StaticFiles):
    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = _KEPT_FOR_EVER
        return response


def create(
    database: Database,
    settings: Settings,
    reader: MailReader,
    clock: Callable[[], datetime],
    classifier: Classifier | None = None,
    *,
    themes: ThemeFinder | None = None,
    resettling: Resettling | None = None,
    preview: LetterPreview | None = None,
    wake_post: Callable[[], None] | None = None,
    stopping: Callable[[], bool] | None = None,
) -> FastAPI:
    """Build the staff page over an opened database; `clock` returns the present moment with its time zone.

    With a classifier the desk suggests the kind and the service of what is being typed in; with `themes` it marks what
    that is about and what cannot wait; with `resettling` kept mails can be released and promoted; with a preview
    letters can be written to citizens; `wake_post` tells the post of this process that one may be owed. Where
    `stopping` tells that the process is about to end, pages are told of new letters (without it an open page would keep
    the process from ending).
    """
    frame = Frame.of(database, settings, reader, clock, wake_post)
    app = FastAPI(title=settings.office.short, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.door, app.state.templates = _door(frame), frame.templates
    for room in (signin, accounts, today, book, mail, outbox, accuracy, recap, reports):
        app.include_router(room.routes(frame))
    desk = Desk.of(settings, themes)
    app.include_router(entry.routes(Shelf(frame, desk, preview)))
    app.include_router(trays.routes(frame, resettling))
    app.include_router(live.routes(frame, stopping or (lambda: False)))
    frame.templates.globals["live"] = stopping is not None
    recording = record.recording_of(frame, desk, classifier)
    for taking in (radio.routes(frame, recording), record.routes(recording), receipt.routes(frame)):
        app.include_router(taking)
    app.add_api_route("/sehat", _well(database), response_class=PlainTextResponse)
    app.mount("/static", _Static(directory=STATIC), name="static")
    app.add_exception_handler(HTTPException, _refusing(frame))
    app.add_exception_handler(RequestValidationError, _refusing(frame))
    app.add_exception_handler(FormErrors, _refusing(frame))
    app.add_exception_handler(SignInNeeded, signin.lapsed(frame))
    app.add_exception_handler(PasswordChangeNeeded, _change_password)
    app.add_exception_handler(500, _broken(frame))
    app.add_middleware(SameOrigin, secure=settings.desk.secure, refuse=lambda: _foreign(frame))
    names = [*LOOPBACK_NAMES, *settings.desk.names]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False)
    app.add_middleware(SafeHeaders)
    return app


def warm_up(app: FastAPI) -> None:
    """Do before the first request what would otherwise fall on somebody's page.

    Templates are compiled, and all that lives as long as the process is taken out of the rounds of Python's garbage
    collector: a full round over it takes more than 100 ms, in the middle of whichever page is being made.
    """
    for name in app.state.templates.list_templates():
        app.state.templates.get_template(name)
    gc.collect()
    gc.freeze()


def _door(frame: Frame) -> Door:
    return Door(frame.database, frame.clock, frame.lifetime, frame.settings.desk.secure)


def _well(database: Database) -> Callable[[], str]:
    def well() -> str:
        with database.reading() as session:
            staff.empty(session)
        return "sehat"

    return well


async def _change_password(request: Request, needed: Exception) -> Response:
    return RedirectResponse(CHANGE_PASSWORD, 303)


def _foreign(frame: Frame) -> Response:
    title, words = _FOREIGN
    return frame.bare("refusal.html", status=403, title=title, words=words)


def _refusing(frame: Frame) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def refuse(request: Request, refused: Exception) -> Response:
        status = refused.status_code if isinstance(refused, HTTPException) else 422
        title, words = _REFUSALS.get(status, _OTHERWISE)
        words = str(refused) if isinstance(refused, FormErrors) else words
        return frame.bare("refusal.html", status=status, title=title, words=words)

    return refuse


def _broken(frame: Frame) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, wrong: Exception) -> Response:
        title, words = _OTHERWISE
        page = frame.bare("refusal.html", status=500, title=title, words=words)
        # This answer is made outside the other middleware, so it carries the strict headers by itself.
        page.headers.update(HEADERS)
        return page

    return answer
