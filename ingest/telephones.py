"""Finds telephone numbers in Indonesian letters, as they were written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers

from ledger.telephones import digits_of, without_extension

_GAP = r"[\s.\u00a0\-‐‑–()]*"
_MOBILE = re.compile(
    rf"(?:(?<=wa\.me/)|(?<![\d./-]))\(?(?:\+?62|0062|[0Oo]){_GAP}8{_GAP}[1-9lI]"
    rf"(?:[ .\u00a0\-‐‑–]{{0,3}}[\dOolI]){{6,10}}"
    rf"(?![\dA-Za-z]|[./-]\d)"
)
_NO_ZERO = re.compile(
    r"(?i)\b(?:hp|wa|telp?|telepon|tlp|whatsapp|handphone|ponsel)\b[\s.:=+(']{0,4}"
    r"(?P<number>8[1-9](?:[ .\u00a0\-‐‑–]{0,3}\d){7,10})"
    r"(?![\dA-Za-z]|[./-]\d)"
)
"""A mobile number whose leading zero nobody wrote: only what a word names a telephone is one."""
_LANDLINE = re.compile(
    r"(?<![\d./-])(?:\(0[2-79]\d{1,2}\)|(?:\+62|0)[ .-]?[2-79]\d{1,2})[ ./\u00a0\-‐‑–]{0,3}"
    r"(?:\d{5,8}|\d{3,4}[ \u00a0\-‐‑–]\d{2,4}(?:[ \u00a0\-‐‑–]\d{2,3})?)"
    r"(?:\s*,?\s*(?:ext|psw|pes)\.?\s*\d{1,5})?(?![\d/])"
)
_NO_TELEPHONE = re.compile(
    r"(?i)(?:\b(?:nik|no\.?\s*ktp|nomor\s+ktp|ktp|kk|npwp|nib|bpjs|rekening|rek|norek|va|rp|nip|nisn|resi|surat|"
    r"register|kartu)\b)"
    r"(?:[ \t.:=\-]*(?:no|nomor|peserta|nya)\b)?[\s.:=\-]*(?:[A-Za-z]{2,8}\s*)?$"
)


@dataclass(frozen=True, slots=True)
class Telephone:
    """A telephone number as written, and where it stands in the text."""

    raw: str
    start: int
    end: int


def _plausible(raw: str) -> bool:
    digits = digits_of(without_extension(raw))
    digits = digits.removeprefix("00")
    if digits.startswith("62"):
        digits = "0" + digits[2:]
    return 10 <= len(digits) <= 13 if digits.startswith("08") else 8 <= len(digits) <= 12


def find_telephones(text: str) -> list[Telephone]:
    """Return the telephone numbers in order; NIK, KK, NPWP, accounts, rupiah and letter numbers are none."""
    found: list[Telephone] = []
    for pattern in (_MOBILE, _LANDLINE, _NO_ZERO):
        for match in pattern.finditer(text):
            group = "number" if pattern is _NO_ZERO else 0
            raw = match.group(group).strip().rstrip("(-. ")
            raw = raw if ")" in raw else raw.lstrip("(")
            start, end = match.span(group)
            taken = any(start < each.end and each.start < end for each in found)
            if not taken and _plausible(raw) and not _NO_TELEPHONE.search(text[max(0, start - 40) : start]):
                found.append(Telephone(raw, start, end))
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
