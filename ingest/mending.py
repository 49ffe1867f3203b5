"""Mend the beginning of a raw mail, and say which of its header lines may be words of the letter."""

import re
from dataclasses import dataclass

_HEADER_BLOCK = 512 * 1024
_HEADER_LINE = re.compile(rb"^[!-9;-~]+[ \t]*:")
_KNOWN_HEADER = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|return-path|reply-to|sender)"
    rb"[ \t]*:",
    re.IGNORECASE,
)
_LETTER_LABEL = re.compile(
    rb"^(?:nama|alamat|telepon|telp|hp|nik|perihal|hal|isi|keluhan|pengaduan|laporan|aduan|kepada|yth|dari|tanggal"
    rb"|lampiran|pesan)[ \t]*:",
    re.IGNORECASE,
)
_MIME_NOTE = re.compile(rb"\bMIME\b|multi-?part message", re.IGNORECASE)
_LOST_PARAMETER = re.compile(rb"^(?:boundary|charset|name|filename|report-type)\*?=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mended:
    """The bytes to be read, and `astray`: lines read as headers that may just as well be the letter's words."""

    raw: bytes
    astray: bytes = b""


def mended(raw: bytes) -> Mended:
    """Take away what stands before the first header, and mend the header block where one bad line would end it.

    An ordinary reader takes everything from such a line on for the letter. So do we, beside reading the headers in it:
    a letter that follows its headers without a blank line has its first words there.
    """
    return _with_sound_headers(_without_front_matter(raw))


def is_mime_note(text: bytes) -> bool:
    """Say whether a text is the note to old readers that mail programs put above the first part."""
    return _MIME_NOTE.search(text) is not None


def is_letter_label(line: bytes) -> bool:
    """Say whether a line in the form of a header begins with a label that letters have and headers have not."""
    return _LETTER_LABEL.match(line) is not None


def header_end(raw: bytes) -> int:
    """Return where the header block ends."""
    found = re.search(rb"\r?\n\r?\n|\r\r", raw[:_HEADER_BLOCK])
    return found.end() if found else min(len(raw), _HEADER_BLOCK)


def _without_front_matter(raw: bytes) -> bytes:
    """Take away a byte order mark, blank lines and an mbox "From " line."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raw = raw.decode("utf-16", "replace").encode("utf-8")
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while start < len(raw):
        line_end = min((end for end in (raw.find(b"\n", start), raw.find(b"\r", start)) if end >= 0), default=len(raw))
        line = raw[start:line_end]
        if line.strip() and not re.match(rb">?From (?![ \t]*:)", line):
            break
        start = line_end + 1
    return raw[start:] if start else raw


def _with_sound_headers(raw: bytes) -> Mended:
    end = header_end(raw)
    block = raw[:end]
    if b"\r\r\n" in block or (block.endswith(b"\r\r") and raw[end : end + 1] == b"\n"):
        return _with_sound_headers(re.sub(rb"(?<!\r)\r{2,}+\n", b"\r\n", raw))
    lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", block.replace(b"\x00", b""))
    last_known = max((at for at, line in enumerate(lines) if _KNOWN_HEADER.match(line)), default=-1)
    sound = [_mended_line(line, at, known_follows=at < last_known) for at, line in enumerate(lines)]
    whole = b"".join(sound)
    astray = _astray(lines, sound)
    return Mended(raw if whole == block else whole + raw[end:], astray)


def _mended_line(line: bytes, at: int, *, known_follows: bool) -> bytes:
    if line[:1] in (b" ", b"\t") or not line.strip():
        return line
    if _HEADER_LINE.match(line):
        name, colon, value = line.partition(b":")
        # RFC 5322, 4.5; but "Nama : Siti" below the last header is how a letter begins.
        return name.rstrip() + colon + value if known_follows or _KNOWN_HEADER.match(line) else line
    if at == 0:
        return b"X-Unreadable: " + line if known_follows else line
    if line.startswith(b"--"):
        return line  # a boundary: the blank line above it is what is missing
    return b" " + line if known_follows or _LOST_PARAMETER.match(line) else line


def _astray(lines: list[bytes], sound: list[bytes]) -> bytes:
    """Give the lines of a header block that a letter's own words may be: from the first broken one on.

    A broken line above all headers is alone in doubt.
    """
    above = lines[0] if sound[0] != lines[0] and not _HEADER_LINE.match(lines[0]) else b""
    for at in range(1, len(lines)):
        line = lines[at]
        if _is_made_a_header(line, sound[at]) or (is_letter_label(line) and not _ends_headers(sound[at])):
            return above + b"".join(_until_the_letter(lines[at:], sound[at:]))
    return above


def _is_made_a_header(line: bytes, sound: bytes) -> bool:
    is_technical = _HEADER_LINE.match(line) or _LOST_PARAMETER.match(line) or is_mime_note(line)
    return line != sound and not is_technical


def _until_the_letter(lines: list[bytes], sound: list[bytes]) -> list[bytes]:
    """Leave off what the parser will take for the letter anyhow."""
    end = next((at for at, line in enumerate(sound) if _ends_headers(line)), len(sound))
    return lines[:end]


def _ends_headers(line: bytes) -> bool:
    return not line.strip() or not re.match(rb"[ \t]|[!-9;-~]+:", line)
