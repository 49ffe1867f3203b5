"""Turn the bytes of a mail into text: lying charsets, broken encoded words, cut transfer encodings."""

import binascii
import codecs
import quopri
import re
import unicodedata
from collections.abc import Iterator

_ALIASES = {
    "ascii": "ascii",
    "us": "ascii",
    "ansi": "cp1252",
    "ansix3.110-1983": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "windows-949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "utf7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf": "utf-8",
}
# Codecs of Python that are no charset of any mail and may warn, raise or run wild on foreign bytes.
_NOT_CHARSETS = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"})
_WESTERN = frozenset({"ascii", "cp1252", "iso8859-1", "iso8859-15"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ISO2022_SHIFT = re.compile(rb"\x1b(?:\$[@B]|\$\([DGHIOPQ]|\([JI])")
_UNWELCOME = re.compile(r"[\x00\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_FOLD = re.compile(r"\r\n|\r|\n")
_WORD_START = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?")
_Q_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_BASE64_LINE = re.compile(rb"([A-Za-z0-9+/]+(?:={1,2}(?=\s)|(?=[ \t]*\r?\n)))\s*")
_PLAIN_WORDS = re.compile(rb"[A-Za-z]{2}[^\r\n]* [^\r\n]*[A-Za-z]{2}|^[A-Za-z]{2,20}$")
_CONTROL_OCTETS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FEWEST_LETTERS = 12
_LONE_WORD = re.compile(rb"(?!(?:.{4})+$)[A-Za-z]{1,15}$")  # of a length that no base64 has
_UU_BEGIN = re.compile(r"^begin(?:-base64)? [0-7]{3,4} +(\S[^\r\n]{0,200}?)[ \t]*\r?$", re.MULTILINE)


def scrub(text: str) -> str:
    """Take out what no database and no JSON line can hold: NUL and halves of surrogate pairs."""
    return _UNWELCOME.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)


def one_line(text: str) -> str:
    """Make one line of a text: control characters and runs of white space become single spaces."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def wire_bytes(text: str) -> bytes:
    """Give back the octets that the parser of the standard library keeps as surrogate escapes."""
    try:
        return text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def codec_of(charset: str | None) -> str | None:
    """Name the codec for a charset label as mail writes it; None where the label means nothing."""
    label = re.split(r"[;*\s]", (charset or "").strip(" \t\r\n\"'<>").lower(), maxsplit=1)[0].replace("\x00", "")
    name = _ALIASES.get(label, label)
    try:
        found = codecs.lookup(name or "undefined").name
        bytes(4).decode(found)
    except (LookupError, ValueError):  # ValueError: a label that is not ASCII at all, or the codec "undefined"
        return None
    found = found.replace("_", "-") if found.startswith("iso8859") else found
    return None if found.replace("-", "_") in _NOT_CHARSETS else _ALIASES.get(found, found)


def decode_bytes(raw: bytes, charset: str | None = None) -> str:
    """Decode text; the declared charset is believed only as far as the octets bear it out. Never raises."""
    name = codec_of(charset)
    if name is None or name in _WESTERN:
        # Plain UTF-8 under a Western label is the commonest lie, and hardly ever true Western text by chance.
        text = _guess(raw, name if name != "ascii" else None)
    elif name.startswith(("utf-16", "utf-32")):
        text = _decode_wide(raw, name)
    else:
        text = _strict(raw, name) or _salvage(raw, name)
    return scrub(text.removeprefix("\ufeff"))


def _strict(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _guess(raw: bytes, western: str | None = None) -> str:
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    if _ISO2022_SHIFT.search(raw):
        japanese = _strict(raw, "iso2022_jp_ext")
        if japanese is not None:
            return japanese
    if raw.count(b"\x00") * 3 > len(raw):
        return _decode_wide(raw, "utf-16")
    return _strict(raw, "utf-8") or _salvage(raw, western or "utf-8")


def _salvage(raw: bytes, name: str) -> str:
    """Decode what its own charset does not: UTF-8 with a few broken octets stays UTF-8, the rest is read as Western."""
    if name in _WESTERN:
        return _strict(raw, name) or _strict(raw, "cp1252") or raw.decode("latin-1")
    if name != "utf-8":
        utf8 = _strict(raw, "utf-8")
        if utf8 is not None:
            return utf8
        try:
            return raw.decode(name, "replace")
        except (UnicodeError, LookupError, ValueError):
            name = "utf-8"
    lenient = raw.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    sound = sum(1 for letter in lenient if letter > "\x7f") - broken
    return lenient if sound > broken else (_strict(raw, "cp1252") or raw.decode("latin-1"))


def _decode_wide(raw: bytes, name: str) -> str:
    if b"\x00" not in raw and not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        narrow = _strict(raw, "utf-8")
        if narrow is not None and narrow.isascii():
            return narrow
    if name == "utf-16" and not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16-be" if raw[0::2].count(0) >= raw[1::2].count(0) else "utf-16-le"
    return raw.decode(name, "replace")


def header_text(value: str) -> str:
    """Decode a header value as the parser kept it: unfolded, high octets read, encoded words decoded (RFC 2047)."""
    return scrub(decode_words(decode_bytes(wire_bytes(_FOLD.sub("", value)))))


def decode_words(value: str) -> str:
    """Decode the encoded words of a text, also broken ones; what is none stays as it is."""
    if "=?" not in value:
        return value
    runs: list[tuple[str | None, bytes | str]] = []
    for charset, content in _pieces(value):
        if runs and charset is not None and charset == runs[-1][0]:
            # A character may have been cut in two by the border between two words.
            runs[-1] = (charset, _octets(runs[-1][1]) + _octets(content))
        else:
            runs.append((charset, content))
    return "".join(content if isinstance(content, str) else decode_bytes(content, charset) for charset, content in runs)


def _octets(content: bytes | str) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "replace")


def _pieces(value: str) -> Iterator[tuple[str | None, bytes | str]]:
    """Yield (charset, octets) for each encoded word and (None, text) for what stands between."""
    at, after_word = 0, False
    while (start := _WORD_START.search(value, at)) is not None:
        between = value[at : start.start()]
        if between and not (after_word and not between.strip()):  # white space between two words is no text
            yield None, between
        end = value.find("?=", start.end())
        content = value[start.end() : end] if end >= 0 else value[start.end() :]
        decode = _decode_b if start[2] in "bB" else _decode_q
        yield start[1].split("*")[0].lower(), decode(content)
        at, after_word = (end + 2 if end >= 0 else len(value)), True
    if at < len(value):
        yield None, value[at:]


def _decode_b(content: str) -> bytes:
    return decode_base64(content.encode("utf-8", "replace"))


def _decode_q(content: str) -> bytes:
    octets = content.replace("_", " ").encode("utf-8", "replace")
    return _Q_BYTE.sub(lambda found: bytes([int(found[1], 16)]), octets)


def decode_base64(content: bytes) -> bytes:
    """Decode base64 as far as it goes: foreign characters skipped, padding missing or in the midst forgiven."""
    if b"=" not in content.rstrip(b"= \t\r\n"):
        try:
            return binascii.a2b_base64(content)
        except binascii.Error:
            pass  # cut off: decode what is there, below
    letters = _NOT_BASE64.sub(b"", content)
    out = []
    for run in re.split(rb"=+", letters):
        run = run[:-1] if len(run) % 4 == 1 else run
        if run:
            out.append(binascii.a2b_base64(run + b"=" * (-len(run) % 4)))
    return b"".join(out)


def is_base64(content: bytes) -> bool:
    """Say whether content that is declared to be base64 can be that; text under a wrong label is not."""
    sample = b"".join(content[:4000].split())
    foreign = sum(len(run) for run in _NOT_BASE64.findall(sample))
    return b" " not in content[:4000].strip().replace(b" \n", b"\n") and foreign * 20 <= len(sample)


def _above_plain_words(content: bytes) -> bytes | None:
    """Decode base64 that plain words follow, and keep these; None where it is not so."""
    end = _end_of_base64(content)
    letters, below = b"".join(content[:end].split()), content[end:].strip()
    if len(letters) < _FEWEST_LETTERS or len(letters) % 4 or not _PLAIN_WORDS.search(below):
        return None
    text = binascii.a2b_base64(letters)
    return None if _CONTROL_OCTETS.search(text) else text.rstrip() + b"\n\n" + below


def _end_of_base64(content: bytes) -> int:
    """Find where lines of base64 end: padding, a line shorter than the first, or one that is none."""
    at, width = len(content) - len(content.lstrip()), 0
    while (found := _BASE64_LINE.match(content, at)) is not None:
        at, width = found.end(), width or len(found[1])
        if len(found[1]) < width or found[1].endswith(b"="):
            break
    return at


def undo_transfer(payload: str, encoding: str, *, is_text: bool = False) -> bytes:
    """Undo a Content-Transfer-Encoding on a payload as the parser kept it; what is not so encoded stays as it is.

    Of a text also the plain words stay that a mailing list or a scanner put below its base64.
    """
    label = re.sub(r"[^a-z0-9]", "", encoding.partition(";")[0].lower())
    content = wire_bytes(payload)
    if label == "base64":
        footed = _above_plain_words(content) if is_text else None
        if footed is not None:
            return footed
    if label == "base64" and is_base64(content) and not (is_text and _LONE_WORD.match(content.strip())):
        return decode_base64(content)
    if label == "quotedprintable":
        return quopri.decodestring(content)
    if label in ("xuuencode", "uuencode", "xuue", "uue"):
        files = split_uuencoded(payload)[1]
        return files[0][1] if files else content
    return content


def split_uuencoded(text: str) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """Take the uuencoded files out of a text: what remains, and each file's name and content."""
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    at = 0
    while (begin := _UU_BEGIN.search(text, at)) is not None:
        content, end = _uu_content(text, begin.end())
        if content:
            kept.append(text[at : begin.start()])
            files.append((begin[1], content))
        else:
            kept.append(text[at:end])
        at = end
    kept.append(text[at:])
    return "".join(kept), tuple(files)


def _uu_content(text: str, start: int) -> tuple[bytes, int]:
    """Decode uuencoded lines from a position on; empty where the first line is none. Returns also where they end."""
    out = bytearray()
    at = text.find("\n", start) + 1
    while 0 < at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip("\r\n")
        if line.strip() == "end":
            return bytes(out), min(end + 1, len(text))
        chunk = _uu_line(line)
        if chunk is None:
            break
        out += chunk
        at = end + 1
    return bytes(out), (min(at, len(text)) if out else start)


def _uu_line(line: str) -> bytes | None:
    """Decode one uuencoded line; None where it is none (its first character states its length)."""
    if not line.strip(" `"):
        return b""
    length = (ord(line[0]) - 32) & 63
    needed = (length * 4 + 2) // 3
    if not length or not needed - 4 <= len(line) - 1 <= needed + 6 or not all(" " <= c <= "`" for c in line):
        return None
    try:
        return binascii.a2b_uu(line[: 1 + -(-length // 3) * 4].encode("ascii"))
    except (binascii.Error, UnicodeEncodeError):
        return None


def compose_form(text: str) -> str:
    """Bring a text into Unicode normal form C, which names and addresses are compared in."""
    return unicodedata.normalize("NFC", text)
