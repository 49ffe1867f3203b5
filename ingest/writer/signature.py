"""Reads the signature at the end of a letter and the letterhead at its beginning."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.footers import without_footers
from ingest.telephones import find_telephones
from ingest.writer.endings import without_courtesies
from ingest.writer.places import is_city, is_place, without_place
from ingest.writer.words import (
    ABBREVIATION,
    ADDRESS_CUE,
    ADDRESS_SMALL,
    DEGREE,
    EMAIL,
    EVERYDAY,
    HARD_ADDRESS,
    IN_SENTENCES,
    NOT_NAME,
    ORG_ENDS,
    ORG_INSIDE,
    ORG_START,
    ROLE,
    Candidate,
    Field,
    address_value,
    checked,
    first_sentence,
    is_common,
    is_told,
    name_like,
    small_name_like,
    stripped,
)

_CLOSING = re.compile(
    r"(?i)^(?:(?:salam\s+)?hormat(?:\s+(?:saya|kami|kulo))?|hormatku|wassalam\w*|salam\w*|ttd|tertanda|pengadu|"
    r"pelapor|pemohon|yang\s+(?:mengadu|melapor|membuat\s+\w+)|(?:best|kind|warm)?\s*regards|sincerely|yours\s+\w+|"
    r"rgds|wass|wss|trmksh|mksh|maturnuwun|matur\s+(?:nuwun|suwun)|terima\s*kasih|thanks?|thank\s+you|trims|makasih|suwun)\b[^A-Z\n]{0,30}$"
)
_CLOSING_HEAD = re.compile(
    r"^(?i:(?:salam\s+)?hormat(?:\s+(?:saya|kami|kulo))?|hormatku|wassalam\w*(?:\s+wr\.?\s*wb\.?)?|salam"
    r"(?:\s+hormat)?|ttd|tertanda|(?:best|kind|warm)?\s*regards|sincerely|rgds|wass|wss|trmksh|mksh|maturnuwun|matur\s+(?:nuwun|suwun)|"
    r"terima\s*kasih|"
    r"thanks?|thank\s+you|trims|makasih|suwun|pengadu|pelapor|pemohon|dari|sekretariat)\b\.?\s*[,:!-]\s*(?=[A-Z(]|drg?\.|apt\.)"
)
_IGNORED = re.compile(r"(?i)^(?:nip|nik|nrp|npwp|no\.?\s*ktp|email|e-mail)\b[\s.:]*[\d .\-|]*$")
_SEPARATOR = re.compile(r"\s*[|;•·()\t]\s*|\s+[/\-–—]\s+|,\s*(?!\d)|\s+[-–—](?=[A-Z])")
_DATE_LINE = re.compile(
    r"(?i)^[A-Z][\w. ]{2,30}[,\s]\s*(?:tgl\.?\s*|tanggal\s*)?(?:(?:\d{1,2}\s+)?(?:jan|feb|peb|mar|apr|mei|jun|jul|agu|"
    r"agt|ags|sep|okt|oct|nov|nop|des|dec)[a-z]*\.?\s+\d{4}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\.?$"
)
_OFFICE_HOLDER = re.compile(
    r"(?i)(?:a\.\s?n\.?|u\.\s?b\.?|plt\.?|pj\.?)?\s*(?:kepala|ketua|wakil|sekretaris|sekdes|bendahara|pengurus|"
    r"koordinator|camat|lurah|kades|bupati|wali\s*kota|perangkat|kasi|kaur|carik|humas|anggota|pemuda|tokoh|panitia)\b"
)
"""An office, whatever place it is of, is no address."""
_OF_CITY = re.compile(r"(?P<head>[A-Z][\w .]*?)\s+(?i:kota|kab\.?|kabupaten)\s+(?:[A-Z]\w*)\.?\Z")
_BUILDING_NAME = re.compile(r"(?i:griya|graha|villa|wisma|menara|gedung|pondok)(?:\s+[A-Z][a-z]+)+\Z")
"""Shops and firms are called so; who lives there adds a number, a street or a place."""
_COPIES = re.compile(r"(?i)^(?:tembusan|salinan|cc)\b[^.]{0,40}:?\s*$")
_PHONE_LABEL = re.compile(
    r"(?i)[\s,(/|\-–]*\b(?:(?:no|nomor|nomer)\b\.?\s*)?(?:hp|wa|telp?|telepon|telpon|tlp|phone|mobile|whatsapp|"
    r"kontak|cp|nomor|nomer|no|call|[mtph](?=\s*[.:]))\b\s*(?:saya|sy|kulo|kami|/\s*wa|/\s*hp)?\s*[.:=]*\s*$"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    field: Field
    value: str


def _without_phones(line: str) -> tuple[str, list[str]]:
    numbers = find_telephones(line)
    rest, last = "", 0
    for number in numbers:
        rest += _PHONE_LABEL.sub("", line[last : number.start]) + " | "
        last = number.end
    return (rest + line[last:]).strip(" |,"), [number.raw for number in numbers]


_OCCUPATION = re.compile(
    r"(?i)(?:(?:ibu|bapak|ayah|kakak|adik|anak|suami|istri|bibi|paman|keponakan)nya|bag|bagian|eks|ex|borongan|vendor|kasir|kuli|sopir|supir|driver|satpam|kontraktor|konsultan|pos|line|tki|"
    r"tkw|mantan|gudang|anggota|alumni|pencari|kurir|tukang|penjaga|siswa|guru|perawat|petani|nelayan|istri|suami|"
    r"orang\s+tua|toko)\b"
)


def _kind_of(part: str, sender: frozenset[str]) -> Field | None:
    plain = part.strip(" .,-–—()")
    if not plain:
        return None
    if ORG_START.match(plain) or ORG_ENDS.search(plain):
        return "instansi"
    if is_city(plain) or _OFFICE_HOLDER.match(plain) or _is_office_of_city(plain):
        return "lain"
    if _BUILDING_NAME.match(plain) and not HARD_ADDRESS.search(plain) and not without_place(plain)[1]:
        return "instansi"
    if ADDRESS_CUE.search(plain):
        return None if is_told(plain) or plain.split()[0].casefold() in EVERYDAY else "alamat"
    if is_place(plain):
        return "alamat"
    if ROLE.search(plain) or _OCCUPATION.match(plain):
        return "lain"
    return "nama" if name_like(plain, sender) else None


def _is_office_of_city(plain: str) -> bool:
    """Say whether words name an office by its city, as "Inspektorat Kota Probolinggo" does."""
    named = _OF_CITY.match(plain)
    return named is not None and not (is_place(named["head"]) or ADDRESS_CUE.search(named["head"]))


def _pieces(line: str, sender: frozenset[str]) -> list[_Piece] | None:
    """Read one line of a signature; None where it is no such line."""
    if not line or _CLOSING.match(line) or _IGNORED.match(line) or _DATE_LINE.match(line):
        return []
    rest, numbers = _without_phones(EMAIL.sub(" | ", line))
    rest = _CLOSING_HEAD.sub("", rest.strip(" |,-–—/~")).strip(" |,-–—/~")
    if len(rest) > 110 or IN_SENTENCES.search(rest):
        return None
    pieces = [_Piece("telepon", number) for number in numbers]
    parts = _parts(rest)
    kinds = [_kind_of(part, sender) for part in parts]
    if parts and kinds[0] is None and (numbers or any(kinds[1:])) and small_name_like(parts[0]):
        kinds[0] = "nama"  # a name in small letters, with an address or an organisation behind it
    if any(kind is None for kind in kinds[:1]) or (len(parts) > 1 and sum(kind is None for kind in kinds) > 1):
        return pieces if not rest else None
    return [*_gathered(parts, kinds, bool(numbers)), *pieces]


def _parts(rest: str) -> list[str]:
    """Split a line at its separators, degrees staying with the name before them."""
    parts: list[str] = []
    for part in _SEPARATOR.split(rest):
        piece = (part or "").strip(" ,()").lstrip(".").lstrip()
        if not piece:
            continue
        if parts and re.fullmatch(DEGREE, ", " + piece):
            parts[-1] = f"{parts[-1]}, {piece}"
        else:
            parts.extend(_apart(piece))
    return parts


def _apart(piece: str) -> list[str]:
    """Part a name from what follows it without a comma: an organisation, an address, a place, an occupation."""
    organisation, address = ORG_INSIDE.search(piece), HARD_ADDRESS.search(piece)
    if organisation and organisation.start() and _may_be_name(piece[: organisation.start()]):
        return [*_name_and_role(piece[: organisation.start()].strip()), *_apart(piece[organisation.start() :])]
    if address and address.start():
        head, place = without_place(piece[: address.start()].strip())
        if _may_be_name(head):
            return [head, f"{place} {_one_address(piece[address.start() :])}".strip()]
    if ORG_START.match(piece):
        cut = address.start() if address and address.start() else len(piece)
        return [part for part in (_one_organisation(piece[:cut]), piece[cut:]) if part]
    if ADDRESS_CUE.search(piece):
        return [_one_address(piece)]
    head, place = without_place(piece)
    if place and _may_be_name(head):
        return [head, place]
    occupied = _OCCUPIED.match(piece)
    if occupied and _may_be_name(occupied["name"]):
        return [occupied["name"], occupied["rest"]]
    return _name_and_role(piece)


def _name_and_role(piece: str) -> list[str]:
    """Part a name and a role that stand beside each other, in whatever order."""
    role = ROLE.search(piece)
    if role and piece[: role.start()].endswith(" ") and _surely_name(piece[: role.start()]):
        return [piece[: role.start()].strip(), piece[role.start() :]]
    head = _OFFICE_FIRST.match(piece)
    if head and piece[0].isupper() and _surely_name(head["name"]):
        return [head["role"], head["name"]]
    return [piece]


_OFFICE_FIRST = re.compile(
    r"(?i)(?P<role>(?:ketua|sekretaris|bendahara|koordinator|direktur|pimpinan|pemilik|manajer|pl|petugas\s+lapangan|"
    r"hrd|staf|admin)(?:\s+(?:panitia|umum|kelompok|regu|lapangan|utama))?)\s+(?P<name>\S.*)\Z"
)


def _surely_name(words: str) -> bool:
    """Say whether words have the form of a name, and none of them is an everyday word or a place."""
    plain = words.strip(" ,")
    return (
        _may_be_name(plain)
        and name_like(plain, frozenset())
        and not any(is_common(word) or re.fullmatch(r"[A-Z]{2,4}", word) for word in plain.split())
    )


def _one_organisation(piece: str) -> str:
    """Cut where a sentence goes on in everyday words."""
    words = piece.split()
    joining = ("dan", "of", "untuk", "keluarga")
    goes_on = (at for at, word in enumerate(words) if at and word.islower() and word not in joining and is_common(word))
    return " ".join(words[: next(goes_on, len(words))])


def _one_address(piece: str) -> str:
    """Cut where, behind a full stop, something else begins."""
    first = first_sentence(piece)
    rest = piece[len(first) :]
    return first if HARD_ADDRESS.search(first) and not ADDRESS_CUE.search(rest) else piece


_OCCUPIED = re.compile(
    r"(?P<name>\S+(?:\s+\S+){0,2}?)\s+(?P<rest>(?:bag|bagian|eks|ex|borongan|vendor|kasir|kuli|sopir|supir|driver|satpam|"
    r"kontraktor|konsultan|hrd?|legal|pos|line|cpmi|pmi|tki|tkw|buruh|karyawan|karyawati|operator|staff?|mantan|toko|"
    r"gudang|anggota|alumni|pencari|kurir|tukang|penjaga|pemilik|ketua|warga|wali|istri|suami|orang\s+tua|ibunya|"
    r"bapaknya|anaknya|korban|pelapor|pekerja|admin|mahasiswa|mahasiswi|siswa|guru|perawat|petani|nelayan)\b.{0,30})\Z",
    re.IGNORECASE,
)


def _may_be_name(words: str) -> bool:
    if ADDRESS_CUE.search(words) or is_place(words):
        return False
    plain = words.strip(" ,")
    return small_name_like(plain) or (
        name_like(plain, frozenset()) and not all(is_common(word) for word in plain.split())
    )


def _like_a_village(part: str) -> bool:
    """Say whether words that are no known place may be one: firms bear longer names, villages a side of the sky."""
    words = part.split()
    return len(words) == 1 or (len(words) == 2 and words[1].casefold() in ADDRESS_SMALL)


def _gathered(parts: Sequence[str], kinds: Sequence[Field | None], phone_behind: bool) -> list[_Piece]:
    pieces: list[_Piece] = []
    seen: set[Field] = set()
    for place, (part, kind) in enumerate(zip(parts, kinds, strict=True)):
        if kind == "nama" and seen:
            place_name = phone_behind and place == len(parts) - 1 and "nama" in seen and _like_a_village(part)
            kind = "alamat" if place_name or (pieces and pieces[-1].field == "alamat") else kind
            if kind == "alamat" and all(is_common(word) for word in part.split()):
                kind = "lain"
        if kind is None and "alamat" in seen and not part[0].islower():
            kind = "alamat"
        if is_city(part) and pieces and pieces[-1].field == "alamat":
            kind = "alamat"
        if kind == "alamat" and pieces and pieces[-1].field == "alamat":
            pieces[-1] = _Piece("alamat", f"{pieces[-1].value}, {part}")
        elif kind == "lain":
            organisation = ORG_INSIDE.search(part)
            if organisation:
                pieces.append(_Piece("instansi", organisation.group()))
        elif kind is not None:
            pieces.append(_Piece(kind, part))
            seen.add(kind)
    return pieces


def from_signature(lines: Sequence[str], sender: frozenset[str]) -> Iterable[Candidate]:
    """Read the signature at the end of a letter, and one that stands above closing courtesies or another block."""
    lines = without_footers(lines)
    pieces, top = _block_at_end(lines, sender)
    yield from _of_block(pieces, sender)
    if any(piece.field == "nama" for piece in pieces):
        return
    above = _above_last_paragraph(lines[:top]) if pieces else lines
    for shorter, beside in ((without_courtesies(lines), 1), (without_courtesies(above), 2)):
        if len(shorter) < len(lines):
            earlier, _ = _block_at_end(shorter, sender)
            if _signs_above(earlier, beside):
                yield from (replace(each, confidence=each.confidence - 0.05) for each in _of_block(earlier, sender))


def _signs_above(pieces: Sequence[_Piece], beside: int) -> bool:
    """Say whether what stands above other words is surely a signature: a full name, or one with more beside it."""
    names = [piece.value for piece in pieces if piece.field == "nama"]
    fields = {piece.field for piece in pieces if piece.field != "lain"}
    full = beside == 1 and any(len(name.split()) > 1 and _surely_name(name) for name in names)
    return bool(names) and (full or len(fields) > beside or "telepon" in fields)


def _above_last_paragraph(lines: Sequence[str]) -> Sequence[str]:
    end = len(lines)
    while end and lines[end - 1]:
        end -= 1
    return lines[:end]


def _block_at_end(lines: Sequence[str], sender: frozenset[str]) -> tuple[list[_Piece], int]:
    """Read upwards from the end as long as the lines are those of a signature; tell where it begins."""
    block: list[list[_Piece]] = []
    place = len(lines) - 1
    read = 0
    while place >= 0 and read < 12:
        line = lines[place]
        if line and line not in ("--", "-- ", "---"):
            read += 1
            pieces = _pieces(line, sender)
            if not pieces and block and _small_name(line):
                pieces = [_Piece("nama", line)]
            if pieces is None and any(block) and _may_be_title(line):
                pieces = [_Piece("lain", line)]
            if pieces is None:
                named = any(piece.field == "nama" for row in block for piece in row)
                block.append([] if named else _tail(line, sender))
                break
            block.append(pieces)
        elif block and _blank_ends(lines, place):
            break
        place -= 1
    return [piece for pieces in reversed(block) for piece in pieces], max(place, 0)


def _may_be_title(line: str) -> bool:
    """Say whether a short line inside a signature may name an organisation or office of an unknown sort."""
    return len(line) <= 45 and len(line.split()) <= 6 and line[0].isupper() and not IN_SENTENCES.search(line + " ")


def _small_name(line: str) -> bool:
    """Say whether a line above an address or telephone may be a name written without capitals."""
    words = line.strip(" ,.-").split()
    return (
        2 <= len(words) <= 4
        and all(word.isalpha() and word.islower() and len(word) > 2 for word in words)
        and not (NOT_NAME | EVERYDAY | ADDRESS_SMALL) & set(words)
    )


def _blank_ends(lines: Sequence[str], place: int) -> bool:
    above = next((line for line in reversed(lines[:place]) if line), "")
    return len(above) > 110


def _unknown_sort(below: Sequence[_Piece]) -> Iterable[Candidate]:
    """Between a name and an address stands, as a rule, the organisation, even if nothing marks it as one."""
    if (
        below
        and below[0].field in ("nama", "lain")
        and len(below[0].value.split()) > 1
        and not ROLE.search(below[0].value)
    ):
        yield Candidate("instansi", stripped(below[0].value), "tanda tangan surat, di bawah nama", 0.55)


def _of_block(pieces: Sequence[_Piece], sender: frozenset[str]) -> Iterable[Candidate]:
    fields = [piece.field for piece in pieces]
    anchored = "nama" in fields
    if anchored and "alamat" in fields and "instansi" not in fields:
        yield from _unknown_sort(pieces[fields.index("nama") + 1 :])
    seen: set[Field] = set()
    for piece in pieces:
        value = checked(piece.field, piece.value)
        if value is None or piece.field in seen:
            continue
        if piece.field == "alamat" and not anchored and not (ADDRESS_CUE.match(value) or is_place(value)):
            continue  # the end of a sentence that names a street is no signature
        seen.add(piece.field)
        confidence = 0.85 if anchored else 0.6
        if piece.field == "nama" and sender & set(value.casefold().split()):
            confidence = 0.92
        yield Candidate(piece.field, value, "tanda tangan surat", confidence)


_SENTENCE_END = re.compile(
    r"[.!?…)\"”—\u2600-\u27bf\ufe0f\U0001f300-\U0001faff]\s+[-–—]?\s*(?=\S)|\s[-–—]{1,2}\s*(?=[A-Z])|,\s+(?=[A-Z])"
)


def _tail(line: str, sender: frozenset[str]) -> list[_Piece]:
    """Read a signature that stands behind the last sentence on the same line."""
    without_name: list[_Piece] = []
    for end in _SENTENCE_END.finditer(line):
        rest = line[end.end() :].strip()
        closed = rest.endswith(".")
        rest = rest.rstrip(".") if not re.search(r"\s[A-Z]\.$", rest) else rest
        if not rest or len(rest) > 140 or ABBREVIATION.search(line[: end.start()]):
            continue
        first = rest.split()[0].strip(",").casefold()
        if rest[0].islower() and first not in sender and is_common(first):
            continue
        pieces = _pieces(rest, sender) or []
        if not pieces and line[end.start()] != "," and small_name_like(rest):
            pieces = [_Piece("nama", rest)]
        if pieces and not _lone_word(pieces, sender, after_comma=line[end.start()] == ",", closed=closed):
            if any(piece.field == "nama" for piece in pieces):
                return [*(piece for piece in without_name if piece.field in ("alamat", "telepon")), *pieces]
            without_name = without_name or pieces
        pieces = _pieces(first_sentence(rest), sender) or []
        if len(pieces) > 1 and any(piece.field == "nama" for piece in pieces):
            return pieces
    return without_name


def _lone_word(pieces: Sequence[_Piece], sender: frozenset[str], *, after_comma: bool, closed: bool) -> bool:
    """Say whether one single word is all there is: it may close a sentence as well as sign a letter.

    `closed` tells that a full stop follows: a name that signs has none, as a rule.
    """
    only = pieces[0]
    if len(pieces) > 1 or only.field not in ("instansi", "nama"):
        return False
    if only.field == "instansi" or only.value.casefold() in sender:
        return only.field == "instansi"
    words = only.value.split()
    if after_comma or (closed and len(words) == 1 and only.value[0].islower()):
        return len(words) == 1 or after_comma
    return len(words) == 1 and is_common(words[0])


def from_first_line(lines: Sequence[str], sender: frozenset[str]) -> Iterable[Candidate]:
    """A one-liner at the head of a letter, "Nama, tempat, telepon": it counts only with a name and a number."""
    first = next((line for line in lines if line), "")
    pieces = _pieces(first, sender) or []
    if {"nama", "telepon"} <= {piece.field for piece in pieces} and pieces[0].field == "nama":
        for piece in pieces:
            value = checked(piece.field, piece.value)
            if value:
                yield Candidate(piece.field, value, "baris pertama surat", 0.72)


_ADDRESSEE = re.compile(r"(?i)^(?:kepada\b|yth\b|ykh\b|u\.?p\.?\s|c\.?q\.?\s)(?!.*\b(?:saya|sy|kami|kulo|kaule|aku)\b)")
_STILL_ADDRESSEE = re.compile(
    r"(?i)^(?:di\b|d/a\b|u\.?p\.?\s|c\.?q\.?\s|kepala\b|dinas\b|bapak\b|ibu\b|kota\b|up\b|yth\b)"
)


def without_addressees(lines: Sequence[str]) -> list[str]:
    """Leave out the lines that say whom a letter is for, with his address, and who gets copies of it."""
    kept: list[str] = []
    within = copies = False
    for line in lines:
        copies = bool(_COPIES.match(line)) or (copies and bool(line))
        if copies:
            kept.append("")
            continue
        begins = bool(_ADDRESSEE.match(line)) and len(line) <= 90
        goes_on = within and len(line) <= 70 and bool(_STILL_ADDRESSEE.match(line) or HARD_ADDRESS.match(line))
        within = begins or goes_on
        kept.append("" if within else line)
    return kept


def from_letterhead(lines: Sequence[str]) -> Iterable[Candidate]:
    head: list[str] = []
    filled = [line for line in lines if line][:8]
    for line in filled:
        if re.match(r"(?i)^(?:no\b|nomor|perihal|hal\b|lamp|kepada|yth|dengan\s+hormat|assalam|dear)", line):
            break
        head.append(line)
    else:
        return
    if not head or not ORG_START.match(head[0]) or len(head[0]) > 80:
        return
    yield Candidate("instansi", stripped(head[0]), "kop surat", 0.8)
    for line in head[1:]:
        rest, numbers = _without_phones(EMAIL.sub("", line))
        if HARD_ADDRESS.search(rest):
            address = address_value(re.split(r"\s+[|•]\s+", rest)[0])
            if address:
                yield Candidate("alamat", address, "kop surat", 0.7)
        if numbers:
            yield Candidate("telepon", numbers[0], "kop surat", 0.65)
