"""Builds the staff page: an ASGI application for loopback that only reads, until there are accounts."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from config.settings import Settings
from ledger.database import Database
from ledger.desk import book, entry, mail, outbox, today, trays
from ledger.desk.frame import STATIC, Frame
from ledger.desk.safety import HEADERS, SafeHeaders
from ledger.ports import MailReader

LOOPBACK_NAMES = ["127.0.0.1", "localhost", "::1", "[::1]"]
"""The only names by which a browser may call this page: any other means DNS rebinding."""

_KEPT_FOR_EVER = "public, max-age=31536000, immutable"
_REFUSALS = {
    404: (
        "Halaman tidak ditemukan",
        "Alamat ini tidak ada, atau nomornya belum pernah dicatat. Periksa nomor, atau cari di buku.",
    ),
    405: ("Halaman ini hanya untuk dibaca", "Permintaan seperti itu tidak dapat dilakukan di halaman ini."),
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


def create(database: Database, settings: Settings, reader: MailReader, clock: Callable[[], datetime]) -> FastAPI:
    """Build the staff page over an opened database; `clock` returns the present moment with its time zone."""
    frame = Frame.of(database, settings, reader, clock)
    app = FastAPI(title=settings.office.short, docs_url=None, redoc_url=None, openapi_url=None)
    for room in (today, book, entry, mail, trays, outbox):
        app.include_router(room.routes(frame))
    app.mount("/static", _Static(directory=STATIC), name="static")
    app.add_exception_handler(HTTPException, _refusing(frame))
    app.add_exception_handler(RequestValidationError, _refusing(frame))
    app.add_exception_handler(500, _broken(frame))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_NAMES, www_redirect=False)
    app.add_middleware(SafeHeaders)
    return app


def _refusing(frame: Frame) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def refuse(request: Request, refused: Exception) -> Response:
        status = refused.status_code if isinstance(refused, HTTPException) else 422
        title, words = _REFUSALS.get(status, _OTHERWISE)
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
