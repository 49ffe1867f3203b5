"""Read the raw bytes of a mail, however broken, into a plain value: the only module that knows mail-parser."""

import email.errors
import email.message
import email.utils
import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.feedparser import BytesFeedParser
from email.message import Message
from typing import Any

import mailparser  # type: ignore[import-untyped]  # has no type marker
from mailparser.exceptions import MailParserError  # type: ignore[import-untyped]

from ingest.decoding import (
    compose_form,
    decode_bytes,
    decode_words,
    header_text,
    one_line,
    scrub,
    split_uuencoded,
    undo_transfer,
    wire_bytes,
)
from ingest.markup import html_to_text
from ingest.mending import header_end, is_letter_label, is_mime_note, mended

__all__ = ["Address", "AttachedFile", "ParsedMail", "UnreadableMail", "html_to_text", "parse"]

# mail-parser logs names and fragments of what it stumbles over; letters do not belong into a log.
logging.getLogger("mailparser").setLevel(logging.CRITICAL)

# What mail-parser and the standard library's parser were seen to raise on real mail.
_PARSER_FAILURES = (
    MailParserError,
    email.errors.MessageError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
)
_CHUNK = 64 * 1024
_DEEPEST = 60
_LONGEST_NAME = 120
_LONGEST_MAILBOX = 2000
_LONGEST_FIELD = 20_000
_LETTERS_WITHIN = 5
_FEWEST_WORDS = 3
_LONG_NOTE = 60  # words
_EXTENSIONS = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/vnd.rar": "rar",
    "application/x-rar-compressed": "rar",
    "application/ms-tnef": "dat",
    "application/vnd.ms-tnef": "dat",
    "application/pgp-signature": "asc",
    "application/pgp-encrypted": "asc",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/plain": "txt",
    "text/html": "html",
    "text/csv": "csv",
    "text/calendar": "ics",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/pjpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/tiff": "tif",
    "image/bmp": "bmp",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "message/rfc822": "eml",
    "message/global": "eml",
}
_REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "message/global-headers",
    }
)
_LETTERS = frozenset({"message/rfc822", "message/global"})
_FILES_OF_TEXT = frozenset({"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/csv", "text/rtf"})
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_UNSHOWN = frozenset({"text/x-amp-html", "text/watch-html"})  # second renderings of the same body

_DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)})
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_EXCUSE = re.compile(
    r"\bmime\b|\bhtml\b|\bbrowser\b|\bperamban\b|tampil|\bview|\bdisplay|\bmendukung\b|\bsupport"
    r"|\bmail (?:client|reader|program)\b",
    re.IGNORECASE,
)
_ANGLE = re.compile(r"<([^<>]*)>")
_SPELLED = re.compile(r"[\"'(]?[^\W\d_]{2,25}[\w'’-]{0,10}[.,;:!?)\"']{0,3}$")
_NOT_PROSE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ADDR = re.compile(r"(?<![^\s<>()\[\],;:\"'])[^\s<>()\[\],;:\"'@]+@[^\s<>(),;:\"'@]+")
_MIME_TYPE = re.compile(r"^\s*([a-z0-9!#$&^_.+-]+)\s*/\s*([a-z0-9!#$&^_.+-]+)", re.IGNORECASE)
_PARAMETER = re.compile(r";\s*([^\s=;\"]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)", re.DOTALL)
_BOUNDARY_LINE = re.compile(
    r"^--(?=\S)([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-[a-z-]+[ \t]*:)", re.IGNORECASE | re.MULTILINE
)
_MONTHS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_ENGLISH = {
    "mei": "May",
    "agu": "Aug",
    "agt": "Aug",
    "ags": "Aug",
    "okt": "Oct",
    "nop": "Nov",
    "des": "Dec",
    "peb": "Feb",
}


class _Part(Message):
    """A part that also gives its payload as it came over the wire: get_payload() decodes some octets beforehand."""

    _payload: Any

    def wire(self) -> Any:
        return self._payload


class UnreadableMail(Exception):
    """Nothing could read the mail; the text says why, in plain words for an officer."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header: the domain in lower case, the local part as written; '' where there is none."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """One file of a mail, decoded; `name` carries no path and no control character and is never empty."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """All that the pipeline knows of a mail.

    Message-IDs carry no angle brackets. `return_path` is '' for the null path <> and None where it is absent. `date` is
    what the sender wrote, in UTC. `headers` are the top level's, names in lower case, values decoded and unfolded, in
    order. `text` is the whole readable body, quotes included; `html` the raw, untrusted HTML body. `report` is the text
    of the parts of a delivery, disposition or feedback report. `content_key` is the same for a letter sent again.
    `astray` holds lines of a broken header block that may be the letter's words; `enclosed` what a letter attached to
    it says, or, where neither says anything, what stands outside its parts. `carried` are the Message-IDs of the whole
    letters attached to it.
    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    return_path: str | None
    subject: str
    date: datetime | None
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str | None
    files: tuple[AttachedFile, ...]
    content_type: str
    report: str
    content_key: str
    astray: str = ""
    enclosed: str = ""
    carried: tuple[str, ...] = ()


@dataclass(slots=True)
class _Harvest:
    """What the walk over the parts brings in."""

    files: list[AttachedFile] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    html: str | None = None
    is_report: bool = False
    spare_text: str = ""  # the first text that came as a file: the body where there is no other
    aside: str = ""  # what stands above or below all parts, where every reader overlooks it
    letter: bytes = b""  # the first letter that came as a file

    def name_for(self, kind: str) -> str:
        return f"lampiran-{len(self.files) + 1}.{_EXTENSIONS.get(kind, 'bin')}"

    def keep(self, name: str, kind: str, content: bytes) -> None:
        self.files.append(AttachedFile(_safe_name(name) or self.name_for(kind), kind, content))


@dataclass(frozen=True, slots=True)
class _Body:
    """The text of a part and whether it was made from HTML."""

    text: str
    from_html: bool = False


def parse(raw: bytes) -> ParsedMail:
    """Read a mail from its raw bytes.

    mail-parser reads first; where it falls short its own message tree is walked, where it fails the standard library's.
    Raises UnreadableMail only where nothing can be read: no content, or no header at all and no text of words.
    """
    sound = mended(raw)
    if not sound.raw.strip():
        raise UnreadableMail("Surel kosong: tidak ada isi sama sekali.")
    message, reading = _read(sound.raw)
    raw_headers = [
        (name.lower(), value if isinstance(value, str) else str(value)) for name, value in message.raw_items()
    ]
    if not raw_headers and not _is_prose(sound.raw):
        raise UnreadableMail("tidak ada satu pun kepala surat (header)")
    return _assemble(message, reading, raw_headers, _plain_lines(decode_bytes(sound.astray)).strip())


def _is_prose(raw: bytes) -> bool:
    """Say whether bytes without any header are words that somebody wrote."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    words = text.split()
    spelled = sum(bool(_SPELLED.match(word)) for word in words)
    return _NOT_PROSE.search(text) is None and spelled >= _FEWEST_WORDS and spelled * 2 > len(words)


def _assemble(message: Message, reading: Any, raw_headers: list[tuple[str, str]], astray: str) -> ParsedMail:
    first: dict[str, str] = {}
    for name, value in raw_headers:
        first.setdefault(name, value)
    headers = tuple((name, one_line(header_text(value))) for name, value in raw_headers)
    subject = next((value for name, value in headers if name == "subject"), "")
    harvest = _Harvest(is_report=_mime_type(message) == "multipart/report")
    body = _text_of(message, harvest, 0).text.strip("\n")
    text = _plain_lines(body if body.strip() else harvest.spare_text)
    sender = _sender(reading, first)
    return ParsedMail(
        message_id=next(iter(_message_ids(first.get("message-id", ""))), None),
        in_reply_to=_message_ids(first.get("in-reply-to", "")),
        references=_message_ids(first.get("references", "")),
        sender=sender,
        reply_to=_mailboxes_of(reading, "reply_to", [value for name, value in raw_headers if name == "reply-to"]),
        to=_mailboxes_of(reading, "to", [value for name, value in raw_headers if name == "to"]),
        cc=_mailboxes_of(reading, "cc", [value for name, value in raw_headers if name == "cc"]),
        return_path=_return_path(first.get("return-path")),
        subject=subject,
        date=_date(reading, first.get("date", "")),
        headers=headers,
        text=text,
        html=harvest.html,
        files=tuple(harvest.files),
        content_type=_mime_type(message),
        report="\n\n".join(harvest.reports),
        content_key=_content_key(sender, subject, f"{astray}\n{text}", harvest.files),
        astray=astray,
        enclosed="" if harvest.is_report else _enclosed(harvest.letter, 0) or ("" if text.strip() else harvest.aside),
        carried=tuple(harvest.carried),
    )


# --- bytes to a tree ---------------------------------------------------------------------------------------------


def _read(raw: bytes) -> tuple[Message, Any]:
    """Build the tree of parts; beside it mail-parser's own reading of it, None where that failed."""
    try:
        message = _tree(raw)
    except _PARSER_FAILURES:
        return _headers_only(raw), None
    try:
        return message, mailparser.MailParser(message)
    except _PARSER_FAILURES:
        return message, None


def _tree(raw: bytes) -> Message:
    """Feed in pieces: parsing the whole at once takes four to six times the memory."""
    feed = BytesFeedParser(_Part)
    view = memoryview(raw)
    for start in range(0, len(raw), _CHUNK):
        feed.feed(bytes(view[start : start + _CHUNK]))
    return feed.close()


def _headers_only(raw: bytes) -> Message:
    end = header_end(raw)
    message = _Part()
    for name, value in _tree(raw[:end].replace(b"multipart", b"x-multipart") + b"\n\n").raw_items():
        message[name] = str(value).replace("x-multipart", "multipart")
    message.set_payload(raw[end:].lstrip(b"\r\n").decode("ascii", "surrogateescape"))
    return message


# --- headers -----------------------------------------------------------------------------------------------------


def _sender(reading: Any, first: dict[str, str]) -> Address | None:
    """Name the writer: the first From, else Sender, else the envelope's return path."""
    nameless: Address | None = None
    for header in ("from", "sender", "return-path"):
        theirs = "from_" if header == "from" else ""
        for found in _mailboxes_of(reading, theirs, [first[header]] if header in first else []):
            if found.address:
                return Address(found.name or (nameless.name if nameless else ""), found.address)
            nameless = nameless or found
    return nameless


def _mailboxes_of(reading: Any, attribute: str, values: list[str]) -> tuple[Address, ...]:
    """Take mail-parser's addresses where it read as many as stand there: it drops what it finds ambiguous."""
    ours = _addresses(", ".join(values))
    theirs = getattr(reading, attribute, None) if attribute else None
    if not isinstance(theirs, list) or len(theirs) != len(ours) or not all(_is_address(one) for _, one in theirs):
        return ours
    return tuple(
        Address(mailbox.name if mailbox.address else _display_name(name), _lower_domain(address))
        for mailbox, (name, address) in zip(ours, theirs, strict=True)
    )


def _is_address(text: str) -> bool:
    return text.isprintable() and text.find("@") > 0 and not re.search(r"^'|[<>\ufffd]|^\S*\s[^\"]*$", text)


def _return_path(value: str | None) -> str | None:
    if value is None:
        return None
    found = _addresses(value)
    return found[0].address if found else ""


def _message_ids(value: str) -> tuple[str, ...]:
    text = decode_words(scrub(value))
    found = ["".join(inner.split()) for inner in _ANGLE.findall(text)]
    if not found:
        found = [word.strip("<>,;\"'") for word in text.split() if "@" in word] or (text.strip("<> \t\r\n").split()[:1])
    return tuple(dict.fromkeys(scrub(one) for one in found if one))[:500]


def _addresses(value: str) -> tuple[Address, ...]:
    """Read the mailboxes of an address header as it stands on the wire, however it is written."""
    text = decode_bytes(wire_bytes(re.sub(r"[\r\n]+", " ", value)))[:100_000]
    if "=?" in text and "@" not in re.sub(r"=\?[^?\s]*\?[bBqQ]\?[^?]*\?=", "", text):
        text = decode_words(text)  # the whole mailbox was put into encoded words, against RFC 2047
    return tuple(filter(None, (_mailbox(piece) for piece in _mailboxes(text))))[:1000]


def _mailboxes(text: str) -> Iterator[str]:
    """Cut at the commas and semicolons outside of quotes, comments and angle brackets; group names fall away.

    A comma ends a mailbox only once an address was seen: unquoted names hold commas too.
    """
    if text.count('"') % 2:
        text = text.replace('"', "")
    start, quoted, comment, angle, escaped, addressed = 0, False, 0, False, False, False
    for at, letter in enumerate(text):
        if escaped:
            escaped = False
        elif letter == "\\" and (quoted or comment):
            escaped = True
        elif letter == '"' and not comment:
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "()":
            comment = max(0, comment + (1 if letter == "(" else -1))
        elif comment:
            continue
        elif letter in "<>":
            angle = letter == "<"
        elif letter == "@":
            addressed = True
        elif letter == ":" and not angle and not addressed and "=?" not in text[max(start, at - 80) : at]:
            start = at + 1
        elif letter == ";" or (letter == "," and not angle and (addressed or not text[start:at].strip(" ,;"))):
            yield text[start:at]
            start, angle, addressed = at + 1, False, False
    yield text[start:]


def _mailbox(piece: str) -> Address | None:
    piece = piece.strip(" \t,;")[-_LONGEST_MAILBOX:]
    angles = [(found.start(), _cleaned_address(found[1])) for found in _ANGLE.finditer(piece)]
    whole = [(at, address) for at, address in angles if "@" in address]
    if whole:
        at, address = whole[-1]
        return Address(_display_name(piece[:at]), _lower_domain(address))
    bare = _ADDR.search(re.sub(r"(?<=\w)\([^()]*\)", "", re.sub(r"[<>]", " ", piece)))
    if bare is not None:
        name = piece.replace(bare[0], " ").strip(" <>")
        return Address(_display_name(name), _lower_domain(bare[0].rstrip(".]>")))
    name = _display_name(re.sub(r"<[^<>]*>?", " ", piece))
    return Address(name, "") if name else None


def _cleaned_address(text: str) -> str:
    text = "".join(re.sub(r"\([^()]*\)", "", text).split()).strip("\"'")
    text = re.sub(r"^mailto:", "", text, flags=re.IGNORECASE)
    return text.rpartition(":")[2] if text.startswith("@") else text  # an old source route (RFC 5321 F.2)


def _lower_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


def _display_name(text: str) -> str:
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    text = re.sub(r"\\(.)", r"\1", text).replace('"', "")
    return one_line(scrub(decode_words(text))).strip(" '")


def _date(reading: Any, value: str) -> datetime | None:
    """Read the sender's date: mail-parser, else the lenient reader, else with Indonesian names of months."""
    found = getattr(reading, "date", None)
    if isinstance(found, datetime):
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    text = one_line(header_text(value))
    translated = re.sub(r"[A-Za-z]+", lambda word: _ENGLISH.get(word[0][:3].lower(), word[0]), text)
    for candidate in (text, re.sub(r"^\D*?(?=\d)", "", translated).replace(".", ":")):
        moment = _lenient_date(candidate)
        if moment is not None:
            return moment
    return None


def _lenient_date(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        try:
            moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        except ValueError:
            return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


# --- parts -------------------------------------------------------------------------------------------------------


def _field(part: Message, name: str) -> str:
    return next((str(value) for key, value in part.raw_items() if key.lower() == name), "")


def _wire(part: Message) -> Any:
    """The parts of a multipart, or the payload with its high octets as surrogate escapes."""
    return part.wire() if isinstance(part, _Part) else part.get_payload()


def _mime_type(part: Message) -> str:
    found = _MIME_TYPE.match(_field(part, "content-type").replace("\x00", ""))
    if found is not None:
        return f"{found[1]}/{found[2]}".lower()
    return part.get_default_type()


def _parameter(value: str, name: str) -> str | None:
    """Read a parameter of a MIME header: RFC 2231 in pieces or not, encoded words, raw octets, quotes missing."""
    pieces: dict[int, tuple[str, bool]] = {}
    plain: str | None = None
    for key, content in _PARAMETER.findall(re.sub(r"[\r\n]+", "", value[:_LONGEST_FIELD])):
        base, star, rest = key.lower().partition("*")
        if base != name:
            continue
        content = content.strip()
        if content.startswith('"'):
            content = re.sub(r"\\([\"\\])", r"\1", content[1:].removesuffix('"'))
        if not star:
            plain = content if plain is None else plain
        else:
            number = rest.rstrip("*")
            pieces[int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0] = (
                content,
                key.endswith("*"),
            )
    if pieces:
        return _joined_2231([pieces[at] for at in sorted(pieces)])
    return None if plain is None else header_text(plain)


def _joined_2231(pieces: list[tuple[str, bool]]) -> str:
    charset = None
    first, encoded = pieces[0]
    if encoded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
    octets = b"".join(
        _percent(text) if is_encoded else wire_bytes(text) for text, is_encoded in [(first, encoded), *pieces[1:]]
    )
    text = decode_bytes(octets, charset)
    return decode_words(text) if "=?" in text else text


def _percent(text: str) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), wire_bytes(text))


def _file_name(part: Message) -> str:
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        found = _parameter(_field(part, header), parameter)
        if found and found.strip():
            return found
    return ""


def _safe_name(name: str) -> str:
    """Make a file name that can be shown and stored anywhere: no path, no control character, nothing invisible."""
    name = compose_form(_INVISIBLE.sub(" ", scrub(name)))
    name = " ".join(re.split(r"[/\\]", name.rstrip("/\\ "))[-1].split())
    name = re.sub(r"[<>:\"|?*]", "_", name).lstrip(". ").rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    if len(name) > _LONGEST_NAME:
        name = f"{stem[: _LONGEST_NAME - 12]}{dot}{extension[:10]}" if dot else name[:_LONGEST_NAME]
    return f"_{name}" if name.split(".")[0].lower() in _DEVICES else name


def _text_of(part: Message, harvest: _Harvest, depth: int) -> _Body:
    """Walk a part: its files go to the harvest, its readable text comes back."""
    kind = _mime_type(part)
    payload = _wire(part)
    if kind in _REPORTS or (harvest.is_report and kind.startswith("message/") and kind not in _LETTERS):
        harvest.reports.append(_report_text(part))
        return _Body("")
    if kind in _LETTERS or (kind.startswith("message/") and not harvest.is_report):
        _keep_letter(part, harvest, kind)
        return _Body("")
    if isinstance(payload, list) and depth >= _DEEPEST:
        return _joined([_text_of(leaf, harvest, depth) for leaf in _leaves(part)])
    if isinstance(payload, list):
        bodies = [_text_of(child, harvest, depth + 1) for child in payload if isinstance(child, Message)]
        bodies += _beyond_the_end(part, kind, harvest, depth)
        harvest.aside = harvest.aside or _aside(part.preamble) or _aside(part.epilogue)
        if kind == "multipart/alternative":
            return _best_of(bodies)
        return _joined(bodies)
    if kind.startswith("multipart/"):
        return _text_of_broken(part, harvest, depth)
    return _leaf(part, kind, harvest, is_whole=depth == 0)


def _beyond_the_end(part: Message, kind: str, harvest: _Harvest, depth: int) -> list[_Body]:
    """Read the parts that stand below the closing boundary: two multiparts, one in the other, used the same one."""
    boundary = _parameter(_field(part, "content-type"), "boundary") if part.epilogue else None
    rest = part.epilogue or ""
    if not boundary or f"--{boundary}" not in (line.rstrip() for line in rest.splitlines()):
        return []
    front = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
    try:
        return [_text_of(_tree(wire_bytes(front + rest)), harvest, depth + 1)]
    except _PARSER_FAILURES:
        return [_Body(_plain_lines(decode_bytes(wire_bytes(rest))))]


def _aside(outside: str | None) -> str:
    """Read what stands above or below all parts; the note that mail programs put there says nothing."""
    octets = wire_bytes(outside or "")
    return "" if is_mime_note(octets) else _plain_lines(decode_bytes(octets)).strip()


def _leaves(part: Message) -> Iterator[Message]:
    """Go through the innermost parts without recursion: nesting too deep for any honest mail."""
    waiting = [part]
    while waiting:
        current = waiting.pop()
        payload = _wire(current)
        if isinstance(payload, list) and _mime_type(current).startswith("multipart/"):
            waiting += reversed(payload)
        else:
            yield current


def _joined(bodies: list[_Body]) -> _Body:
    texts = {" ".join(_words(body.text)): body.text.strip("\r\n") for body in reversed(bodies) if body.text.strip()}
    from_html = all(body.from_html for body in bodies if body.text.strip())
    return _Body("\n\n".join(reversed(texts.values())), from_html=from_html)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _best_of(bodies: list[_Body]) -> _Body:
    """Choose among alternatives: plain text, unless it is an excuse for it or only the beginning of what follows.

    Alternatives that say different things are both the letter.
    """
    filled = [body for body in bodies if body.text.strip()]
    plain = next((body for body in filled if not body.from_html), None)
    rich = next((body for body in filled if body.from_html), None)
    if plain is None or rich is None:
        return plain or rich or _Body("")
    plain_words, rich_words = _words(plain.text), set(_words(rich.text))
    shared = sum(word in rich_words for word in plain_words)
    if len(plain_words) < _LONG_NOTE and len(rich_words) > 8 and shared * 10 < len(plain_words) * 4:
        return rich if _EXCUSE.search(plain.text) else _joined([plain, rich])
    is_beginning = shared * 10 >= len(plain_words) * 9 and len(rich_words) > 2 * len(set(plain_words)) + 20
    return rich if is_beginning else plain


def _text_of_broken(part: Message, harvest: _Harvest, depth: int) -> _Body:
    """Read a multipart in which the parser found no part: another boundary stands in it, or it is plain text."""
    content = _wire(part)
    text = content if isinstance(content, str) else ""
    boundary = _BOUNDARY_LINE.search(text)
    if boundary is None or depth >= _DEEPEST:
        decoded = decode_bytes(undo_transfer(text, _field(part, "content-transfer-encoding"), is_text=True))
        return _Body(_plain_lines(decoded))
    front = f'Content-Type: {_mime_type(part)}; boundary="{boundary[1]}"\n\n'
    try:
        mended = _tree(wire_bytes(front + text))
    except _PARSER_FAILURES:
        return _Body(_plain_lines(decode_bytes(wire_bytes(text))))
    if not mended.is_multipart():
        return _Body(_plain_lines(decode_bytes(wire_bytes(text))))
    return _text_of(mended, harvest, depth + 1)


def _leaf(part: Message, kind: str, harvest: _Harvest, *, is_whole: bool) -> _Body:
    payload = _wire(part)
    encoding = _field(part, "content-transfer-encoding")
    content = undo_transfer(payload if isinstance(payload, str) else "", encoding, is_text=kind.startswith("text/"))
    disposition = _field(part, "content-disposition").partition(";")[0].strip().lower()
    name = _file_name(part)
    if kind in _SIGNATURES and not name:
        return _Body("")  # of use only to programs, and nobody's evidence
    if not kind.startswith("text/"):
        harvest.keep(name, kind, content)
        return _Body("")
    body = _text_body(part, kind, content, harvest)
    if disposition == "attachment" or name or body is None:
        harvest.keep(name, kind, content)
        if body is not None and not harvest.spare_text:
            harvest.spare_text = body.text
        return _Body("")
    labelled = "" if is_whole else _labelled(part)
    return _Body(f"{labelled}\n{body.text}", from_html=body.from_html) if labelled else body


def _labelled(part: Message) -> str:
    """Give the first lines of a text that follow the headers of its part without a blank line."""
    lines = (f"{name}: {one_line(header_text(str(value)))}" for name, value in part.raw_items())
    return "\n".join(line for line in lines if is_letter_label(line.encode("utf-8")))


def _text_body(part: Message, kind: str, content: bytes, harvest: _Harvest) -> _Body | None:
    """Read a text part; None where its type is no body (a calendar, a card)."""
    if kind in _FILES_OF_TEXT:
        return None
    if kind in _UNSHOWN:
        return _Body("")
    text = decode_bytes(content, _parameter(_field(part, "content-type"), "charset"))
    if kind == "text/html":
        harvest.html = harvest.html or text
        return _Body(html_to_text(text), from_html=True)
    text = _plain_lines(text)
    if "\nbegin" in f"\n{text}":
        text, inside = split_uuencoded(text)
        for name, file in inside:
            harvest.keep(name, "application/octet-stream", file)
    return _Body(html_to_text(text) if kind in ("text/enriched", "text/richtext") else text)


def _plain_lines(text: str) -> str:
    """Give every line one kind of ending."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _keep_letter(part: Message, harvest: _Harvest, kind: str) -> None:
    """Keep a letter inside the letter as one file, named after its subject where it has no name of its own."""
    payload = _wire(part)
    inner = payload[0] if isinstance(payload, list) and payload else None
    content = _flat(inner) if isinstance(inner, Message) else wire_bytes(str(payload or ""))
    encoding = _field(part, "content-transfer-encoding")
    if "base64" in encoding.lower() or "quoted" in encoding.lower():
        content = undo_transfer(content.decode("ascii", "surrogateescape"), encoding)
    if isinstance(inner, Message) and harvest.is_report:
        harvest.reports.append(_header_lines(inner))
    if kind in _LETTERS:
        harvest.letter = harvest.letter or content
        harvest.carried += _message_id_of(content)
    harvest.keep(_file_name(part) or _named_after(inner), kind, content)


def _named_after(letter: object) -> str:
    """Make a file name of a letter's subject; a stroke in it ("upah 10/2026") is no path."""
    subject = one_line(header_text(_field(letter, "subject"))) if isinstance(letter, Message) else ""
    name = _safe_name(re.sub(r"\s*[/\\]+\s*", "-", subject)[:80])
    return f"{name}.eml" if name else ""


def _message_id_of(letter: bytes) -> tuple[str, ...]:
    try:
        head = _tree(letter[: header_end(letter)])
    except _PARSER_FAILURES:
        return ()
    return _message_ids(_field(head, "message-id"))[:1]


def _enclosed(letter: bytes, depth: int) -> str:
    """Read the words of a letter that came as a file, also where it does nothing but enclose another."""
    if not letter.strip() or depth >= _LETTERS_WITHIN:
        return ""
    harvest = _Harvest()
    try:
        body = _text_of(_tree(mended(letter).raw), harvest, 0).text
    except _PARSER_FAILURES:
        return ""
    text = _plain_lines(body if body.strip() else harvest.spare_text).strip("\n")
    return text or _enclosed(harvest.letter, depth + 1) or harvest.aside


def _flat(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except _PARSER_FAILURES:  # the generator of the standard library trips over its own parser's trees
        payload = _wire(message)
        return wire_bytes(f"{_header_lines(message)}\n\n{payload if isinstance(payload, str) else ''}")


def _header_lines(message: Message) -> str:
    return "\n".join(f"{name}: {one_line(header_text(str(value)))}" for name, value in message.raw_items())


def _report_text(part: Message) -> str:
    """Render a part of a report: the parser makes a list of header blocks of some, a plain text of others."""
    payload = _wire(part)
    encoding = _field(part, "content-transfer-encoding")
    blocks = payload if isinstance(payload, list) else [payload]
    texts = []
    for block in blocks:
        if isinstance(block, Message):
            rest = _wire(block)
            texts.append(_header_lines(block) + ("\n\n" + rest if isinstance(rest, str) and rest.strip() else ""))
        else:
            texts.append(str(block or ""))
    text = "\n\n".join(texts).strip()
    return _plain_lines(decode_bytes(undo_transfer(text, encoding)))


def _content_key(sender: Address | None, subject: str, text: str, files: list[AttachedFile]) -> str:
    """Digest what makes a letter the same letter: writer, subject, words, files; nothing that travel changes."""
    digest = hashlib.sha256()
    for item in (sender.address.lower() if sender else "", " ".join(subject.split()), " ".join(text.split())):
        digest.update(compose_form(item).encode("utf-8") + b"\x00")
    for file_digest in sorted(hashlib.sha256(file.content).hexdigest() for file in files):
        digest.update(file_digest.encode("ascii") + b"\x00")
    return digest.hexdigest()
