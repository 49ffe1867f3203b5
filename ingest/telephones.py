"""Finds telephone numbers in Indonesian letters and writes them in E.164, keeping what was written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers

_GAP = r"[\s.\u00a0\-‐‑–()]*"
_MOBILE = re.compile(
    rf"(?<![\d./-])\(?(?:\+?62|0062|[0Oo]){_GAP}8{_GAP}[1-9lI](?:[ .\u00a0\-‐‑–]{{0,3}}[\dOolI]){{6,10}}"
    rf"(?![\dA-Za-z]|[./-]\d)"
)
_LANDLINE = re.compile(
    r"(?<![\d./-])(?:\(0[2-79]\d{1,2}\)|(?:\+62|0)[ .-]?[2-79]\d{1,2})[ ./\u00a0\-‐‑–]{0,3}\d{5,8}"
    r"(?:\s*,?\s*(?:ext|psw|pes)\.?\s*\d{1,5})?(?![\d/])"
)
_EXTENSION = re.compile(r"(?i)\s*,?\s*(?:ext|psw|pes)\.?\s*\d+\s*$")
_NO_TELEPHONE = re.compile(
    r"(?i)(?:\b(?:nik|no\.?\s*ktp|nomor\s+ktp|ktp|kk|npwp|nib|bpjs|rekening|rek|norek|va|rp|nip|nisn|resi|surat|"
    r"register|kartu)\b)"
    r"[\s.:=\-]*(?:(?:no|nomor|peserta|nya)\b[\s.:=\-]*)?(?:[A-Za-z]{2,8}\s*)?$"
)


@dataclass(frozen=True, slots=True)
class Telephone:
    """A telephone number as written, and where it stands in the text."""

    raw: str
    start: int
    end: int


def _digits(raw: str) -> str:
    spelt = raw.translate(str.maketrans("OolI", "0011"))
    return re.sub(r"\D", "", spelt)


def _plausible(raw: str) -> bool:
    digits = _digits(_EXTENSION.sub("", raw))
    digits = digits.removeprefix("00")
    if digits.startswith("62"):
        digits = "0" + digits[2:]
    return 10 <= len(digits) <= 13 if digits.startswith("08") else 8 <= len(digits) <= 12


def find_telephones(text: str) -> list[Telephone]:
    """Return the telephone numbers in order; NIK, KK, NPWP, accounts, rupiah and letter numbers are none."""
    found: list[Telephone] = []
    for pattern in (_MOBILE, _LANDLINE):
        for match in pattern.finditer(text):
            raw = match.group().strip().rstrip("(-. ")
            raw = raw if ")" in raw else raw.lstrip("(")
            taken = any(match.start() < each.end and each.start < match.end() for each in found)
            if (
                not taken
                and _plausible(raw)
                and not _NO_TELEPHONE.search(text[max(0, match.start() - 40) : match.start()])
            ):
                found.append(Telephone(raw, match.start(), match.start() + len(match.group())))
    found.extend(_foreign(text, found))
    return sorted(found, key=lambda each: each.start)


def _foreign(text: str, found: Iterable[Telephone]) -> Iterable[Telephone]:
    """Numbers of other countries, written with their plus sign: the library knows their shapes."""
    if "+" not in text:
        return
    spans = [(each.start, each.end) for each in found]
    for match in phonenumbers.PhoneNumberMatcher(text, "ID", leniency=phonenumbers.Leniency.POSSIBLE):
        if match.raw_string.lstrip("( ").startswith("+") and not any(
            match.start < end and start < match.end for start, end in spans
        ):
            yield Telephone(match.raw_string, match.start, match.end)


def phone_e164(raw: str, *, local_area: str | None = None) -> str | None:
    """Write one number in E.164 (+62...), or return None where it cannot be one.

    A number without area code is taken only if `local_area` (such as "0335") is given. An extension is left out.
    Only length and shape are checked, not whether the number is in use.
    """
    plain = _EXTENSION.sub("", raw.strip())
    plus = plain.lstrip("( ").startswith("+")
    digits = _digits(plain)
    if digits.startswith("0062"):
        digits, plus = digits[2:], True
    elif digits.startswith("62") and len(digits) >= 10:
        plus = True
    if not plus and not digits.startswith("0"):
        if local_area is None or not 5 <= len(digits) <= 8:
            return None
        digits = re.sub(r"\D", "", local_area) + digits
    return _as_e164(f"+{digits}" if plus else digits)


def _as_e164(number: str) -> str | None:
    if number.startswith("+620"):
        number = "+62" + number[4:]
    try:
        parsed = phonenumbers.parse(number, "ID")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
