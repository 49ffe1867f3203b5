"""Reads what an officer typed into a form: bounded, cleaned, and every complaint kept beside its field."""

import re
import unicodedata
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from email.message import Message as Header
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

MOST_FIELDS = 500
MOST_FILES = 500
"""So many files are read, so that too many can be refused in words, beside their field, by whoever keeps them."""
_DRAINED = 64_000_000
"""So much of a form that is too big is still read: a browser shows no answer before it has sent its own part."""

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


class FormErrors(Exception):
    """What cannot be taken as typed: the words for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file of a form; name and type are what the browser says, and not to be believed."""

    field: str
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form as they came (the last of each name), and its files."""

    values: Mapping[str, str]
    files: tuple[UploadedFile, ...] = ()

    def text(self, name: str, limit: int = 500) -> str:
        """Return a field on one line; "" where it is absent. Raises FormErrors for one longer than the limit."""
        return _within(name, " ".join(_clean(self.values.get(name, "")).split()), limit)

    def lines(self, name: str, limit: int = 20_000) -> str:
        """Return a field with its line breaks (as \\n); "" where it is absent. Raises FormErrors beyond the limit."""
        whole = _clean(self.values.get(name, "")).replace("\r\n", "\n").replace("\r", "\n")
        return _within(name, "\n".join(line.rstrip() for line in whole.split("\n")).strip("\n"), limit)

    def whole(self, name: str) -> int:
        """Return a field as a whole number from 0 to 2147483647; raises FormErrors where it is none."""
        written = self.text(name, 20)
        if not (written.isascii() and written.isdigit() and int(written) <= 2**31 - 1):
            raise FormErrors({name: "Tulislah sebuah bilangan."})
        return int(written)


def _clean(written: str) -> str:
    return unicodedata.normalize("NFC", _CONTROLS.sub("", written))


def _within(name: str, value: str, limit: int) -> str:
    if len(value) > limit:
        raise FormErrors({name: f"Terlalu panjang: paling banyak {limit} huruf, ini {len(value)}."})
    return value


async def read_form(request: Request, *, max_bytes: int = 1_000_000) -> Form:
    """Read a form sent as urlencoded or multipart; raises HTTPException 413, 415 or 400.

    A request is read once; asked again (by the page for a session that is over) the same form is given.
    """
    known = getattr(request.state, "form", None)
    if isinstance(known, Form):
        return known
    request.state.form = form = await _read(request, max_bytes)
    return form


async def _read(request: Request, max_bytes: int) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _multipart(request, max_bytes)
    if kind not in ("application/x-www-form-urlencoded", ""):
        raise HTTPException(415)
    body = b"".join([part async for part in _bounded(request, max_bytes)])
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as wrong:
        raise HTTPException(400) from wrong
    return Form(dict(pairs))


async def _bounded(request: Request, max_bytes: int) -> AsyncGenerator[bytes, None]:
    """Give the body part by part; one that is too big is read on and thrown away, then refused."""
    taken = 0
    async for part in request.stream():
        taken += len(part)
        if taken <= max_bytes:
            yield part
        elif taken > _DRAINED:
            break
    if taken > max_bytes:
        raise HTTPException(413)


async def _multipart(request: Request, max_bytes: int) -> Form:
    header = Header()
    header["content-type"] = request.headers["content-type"]
    if not header.get_param("boundary"):
        raise HTTPException(400)
    parser = MultiPartParser(
        request.headers,
        _bounded(request, max_bytes),
        max_files=MOST_FILES,
        max_fields=MOST_FIELDS,
        max_part_size=max_bytes,
    )
    try:
        parsed = await parser.parse()
    except (MultiPartException, ValueError) as wrong:
        raise HTTPException(400) from wrong
    try:
        values = {name: value for name, value in parsed.multi_items() if isinstance(value, str)}
        files = [
            UploadedFile(name, file.filename or "", file.content_type or "", await file.read())
            for name, file in parsed.multi_items()
            if isinstance(file, UploadFile)
        ]
    finally:
        await parsed.close()
    # A file field that was left empty comes as a file without a name and without bytes.
    return Form(values, tuple(file for file in files if file.name or file.content))
