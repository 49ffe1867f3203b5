"""The rule of secrecy: whose identity is kept from those who only read, on pages and in documents alike."""

import re
from collections.abc import Iterator

from ledger.models import Entry
from ledger.search import Line
from ledger.telephones import core_of

HIDDEN = "(dirahasiakan)"
_LEAST = 4
"""Letters from which on a value, or one word of it, names somebody wherever it stands."""
_LEAST_DIGITS = 6
"""Digits from which on a telephone number is told from any other number."""
_EMPTY = ("sender_name", "organisation", "address", "phone", "phone_e164", "email", "represents", "review_reason")

_TITLES = (
    "almarhum almarhumah bapak binti dokter hajah hajjah haji insinyur kyai nyonya raden saudara saudari tuan ustad "
    "ustadz ustadzah mbak"
)
_PLACES = (
    "barat belakang blok dekat depan desa dusun gang indonesia jalan jawa kabupaten kampung kecamatan kelurahan "
    "komplek kompleks kota lingkungan nomor perum perumahan provinsi raya rumah samping selatan tengah timur utara"
)
_BODIES = (
    "admin badan bagian bidang buruh cabang dinas forum info kantor karyawan karyawati kelompok keluarga kerja "
    "koperasi laporan lembaga masyarakat orang organisasi pabrik pegawai pekerja pelapor pengaduan persero perusahaan "
    "perwakilan sekolah serikat surat surel tenaga toko universitas usaha warga yayasan"
)
_COMMON = frozenset(f"{_TITLES} {_PLACES} {_BODIES}".split())
"""Words of names, addresses and organisations that tell nobody."""

_BEFORE, _AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_WORDS = re.compile(r"[^\W\d_]+(?:['’`][^\W\d_]+)*")
_PIECES = re.compile(r"[^\W_]+")
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_DATE = r"\d{1,2}[-. ]\d{1,2}[-. ]\d{4}"
_TELEPHONE = rf"(?<!\d)(?!{_DATE})\(?(?:\+62|62(?=[ .()-]{{0,2}}8)|0)(?:[ .()-]{{0,2}}\d){{8,12}}(?!\d)"
_IDENTITY_NUMBER = r"(?<!\d)\d{16}(?!\d)"
_SIDE_BY_SIDE = re.compile(rf"{re.escape(HIDDEN)}(?:\s+{re.escape(HIDDEN)})+")


def is_hidden(entry: Entry | None, *, may_see: bool) -> bool:
    """Say whether somebody may not see who stands behind an entry, nor what he wrote.

    That holds for what is to be kept secret, and for complaints about officers (berkadar pengawasan); `may_see` says
    whether the one who asks has a role that works on entries.
    """
    return entry is not None and (entry.secret or entry.restricted) and not may_see


def masked(entry: Entry) -> Entry:
    """Return a copy of an entry, tied to no session, that does not tell whose it is.

    Its matter stays, blackened, but where that is nothing but the beginning of what he said.
    """
    told = entry.model_dump() | {"name": HIDDEN, "account": HIDDEN} | dict.fromkeys(_EMPTY, "")
    return Entry(**told | {"matter": HIDDEN if _matter_is_his_own(entry) else blackened(entry.matter, entry)})


def matter_in_a_list(line: Line) -> str:
    """Return what a list says of a matter: in lists nobody sees who stands behind a secret entry."""
    return blackened(line.matter, line) if line.secret else line.matter


def blackened(text: str, entry: Entry | Line) -> str:
    """Return a text about an entry in which `HIDDEN` stands for all that a machine can tell of whose it is.

    That is his name, whom he speaks for, his organisation and his address, whole and by every word of four letters or
    more that is no title and no common word; his telephone however it is written; and any other telephone number,
    e-mail address or identity number. What else tells him (a nickname, his post) only a person can find.
    """
    telling = (*_digits(entry.phone), _MAIL, _TELEPHONE, _IDENTITY_NUMBER, *_names(entry))
    return _SIDE_BY_SIDE.sub(HIDDEN, re.sub("|".join(telling), HIDDEN, text, flags=re.IGNORECASE))


def says(text: str, personal: str) -> bool:
    """Say whether a text holds a personal value as a whole, a telephone number however it is written."""
    sought = "|".join((*_digits(personal), *_whole(personal)))
    return bool(sought) and re.search(sought, text, flags=re.IGNORECASE) is not None


def _matter_is_his_own(entry: Entry) -> bool:
    opening = _folded(entry.matter).removesuffix(" …")
    return bool(opening) and _folded(entry.account).startswith(opening)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _names(entry: Entry | Line) -> Iterator[str]:
    """Yield what finds each name, the longest first, so that nothing is left of a whole one."""
    values = (entry.name, entry.sender_name, entry.represents, entry.organisation, entry.address)
    login = entry.email.partition("@")[0]
    yield from (pattern for value in sorted((*values, login), key=len, reverse=True) for pattern in _whole(value))
    words = {word.casefold() for value in (*values, login) for word in _WORDS.findall(value) if len(word) >= _LEAST}
    yield from (f"{_BEFORE}{re.escape(word)}{_AFTER}" for word in sorted(words - _COMMON, key=len, reverse=True))


def _whole(value: str) -> Iterator[str]:
    """Yield what finds a whole value, whatever stands between its words, unless it is too short or tells nobody."""
    pieces = _PIECES.findall(value)
    if len("".join(pieces)) >= _LEAST and not _COMMON.issuperset(piece.casefold() for piece in pieces):
        yield _BEFORE + r"[\W_]+".join(map(re.escape, pieces)) + _AFTER


def _digits(value: str) -> Iterator[str]:
    core = core_of(value)
    if len(core) >= _LEAST_DIGITS:
        yield r"(?:(?:\+?62|0)[\W_]{0,3})?" + r"[\W_]{0,3}".join(core)
