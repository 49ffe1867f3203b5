"""Keeps every answer of the desk harmless: strict headers on all of them, clean mail HTML, honest file downloads."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import nh3
from markupsafe import Markup
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "frame-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
MAIL_POLICY = "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
FILE_POLICY = "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
PDF_POLICY = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
"""Browsers open no PDF inside a sandbox; their viewers run what it holds apart from this page."""

HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}

HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})

MOST_HTML = 1_000_000
MOST_TAGS = 10_000
"""Sanitising deeply nested tags costs the square of their number; this many take a fraction of a second."""

_TAGS = {
    *("a", "b", "blockquote", "br", "caption", "center", "code", "dd", "del", "div", "dl", "dt", "em"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre", "s", "small", "span", "strong"),
    *("sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
_LINK = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_MOST_LINKS = 50


class SafeHeaders:
    """Puts the strict headers on every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_safely)


class SameOrigin:
    """Lets only the desk's own pages change anything, and only TLS reach it where TLS was declared."""

    def __init__(self, app: ASGIApp, *, secure: bool, refuse: Callable[[], Response]) -> None:
        self._app = app
        self._secure = secure
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._passes(Request(scope)):
            await self._app(scope, receive, send)
        else:
            await self._refuse()(scope, receive, send)

    def _passes(self, request: Request) -> bool:
        if self._secure and request.url.scheme != "https":
            return False
        return request.method in HARMLESS or comes_from_here(request)


def comes_from_here(request: Request) -> bool:
    """Say whether a page of the desk itself made a request: by Sec-Fetch-Site and Origin, or else by Referer.

    A browser that says nothing at all is not believed; "none" is what it says when a person repeats a request.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is not None:
        return _origin(origin) == _here(request)
    if site is not None:
        return True
    referer = request.headers.get("referer")
    return referer is not None and _origin(referer) == _here(request)


def _here(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}".lower()


def _origin(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme and parts.netloc else None


@dataclass(frozen=True, slots=True)
class CleanHtml:
    """The harmless part of a mail's HTML, and the addresses its links pointed to, for reading only."""

    body: Markup
    links: tuple[str, ...]


def clean_html(untrusted: str) -> CleanHtml | None:
    """Return a mail's HTML without anything that acts, fetches or leads away; None where it is too big to be cleaned.

    Images, styles, forms and scripts go; links keep their words, and their addresses are handed back as text.
    """
    if len(untrusted) > MOST_HTML or untrusted.count("<") > MOST_TAGS:
        return None
    links: list[str] = []
    body = nh3.clean(
        untrusted,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math"},
        attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        attribute_filter=_without_addresses(links),
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
    )
    return CleanHtml(Markup(body), tuple(dict.fromkeys(links))[:_MOST_LINKS])


def _without_addresses(links: list[str]) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "href":
            if _LINK.match(value.strip()):
                links.append(value.strip()[:500])
            return None
        return value if value.isascii() and value.isdigit() and 0 < int(value[:6]) <= 100 else None

    return keep


_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


def type_of(content: bytes) -> str:
    """Return the type that the bytes themselves show, from a short list; whatever a mail declares is not believed."""
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in _SIGNATURES if content.startswith(mark)), "application/octet-stream")


# Separators, what Windows forbids, controls, and the marks that turn the reading direction ("gnp.exe" for "exe.png").
_UNSAFE_IN_NAME = re.compile(
    '[\x00-\x1f\x7f-\x9f/\\\\:*?"<>|\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]'
)
_LONGEST_NAME = 120


def file_name(written: str) -> str:
    """Return a file name that is safe to save: no path, no control or bidirectional marks, not endless."""
    name = _UNSAFE_IN_NAME.sub("_", written.replace("\\", "/").rpartition("/")[2]).strip(" .")
    if len(name) > _LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        ending = dot + ending if stem and len(ending) <= 10 else ""
        name = name[: _LONGEST_NAME - len(ending)] + ending
    return name or "lampiran"


def disposition(kind: str, name: str) -> str:
    """Return a Content-Disposition (RFC 6266): a plain name for old browsers, the true one in UTF-8."""
    safe = file_name(name)
    plain = re.sub(r"[^A-Za-z0-9 ._()+\-]", "_", safe)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
