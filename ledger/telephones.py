"""Reads one telephone number however it is written, and says it in E.164 and as people here write it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

_EXTENSION = re.compile(r"(?i)\s*,?\s*(?:ext|psw|pes)\.?\s*\d+\s*$")
_WORD = re.compile(r"[^\W\d_]*[^\W\d_OolI][^\W\d_]*\.?:?")
"""A word that is not merely digits misspelt with letters: "telp.", "wa"."""
_BETWEEN_NUMBERS = re.compile(r"\s*[,;/]\s*")
_AREA_CODE = re.compile(r"0[2-79]\d{1,2}")
_SHORTEST_MOBILE = 9
"""How many digits a mobile number has at least, without its zero."""
_WITHOUT_ZERO = re.compile(r"8[1-9]\d{7,10}")
"""A mobile number whose leading zero nobody wrote: 812-3456-7890."""
_MOST_DIGITS = 15
"""E.164 knows no longer number."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number that was understood: in E.164, and as people here write it; `whole` where nothing else was written."""

    e164: str
    spoken: str
    whole: bool = True


def read(written: str, *, local_area: str | None) -> Telephone | None:
    """Read the first number of what an officer typed; None where nothing in it can be one.

    `local_area` (such as "0335") is put before a number that was told without its area code.
    """
    bare = _WORD.sub("/", without_extension(written.strip()))
    alone = bare == written.strip()
    for piece in _pieces(bare):
        if (e164 := _one(piece, local_area)) is not None:
            return Telephone(e164, spoken(e164), alone and digits_of(piece) == digits_of(bare))
    e164 = _one(bare.replace("/", " "), local_area)
    return None if e164 is None else Telephone(e164, spoken(e164), whole=False)


def kept(written: str, *, local_area: str | None) -> tuple[str, str]:
    """Return what the book keeps of a number: as people here write it, and in E.164 ("" where it cannot be read).

    What was written beside the number (a second one, an extension, whose it is) is kept with it, word for word.
    """
    number = read(written, local_area=local_area)
    if number is None:
        return written, ""
    return number.spoken if number.whole else written, number.e164


def _pieces(written: str) -> Iterator[str]:
    """Give what stands between the marks and words that part numbers; an area code goes with what follows it."""
    area = ""
    for piece in _BETWEEN_NUMBERS.split(written):
        yield area + piece
        area = f"{piece} " if _AREA_CODE.fullmatch(digits_of(piece)) else ""


def _one(piece: str, local_area: str | None) -> str | None:
    return phone_e164(piece, local_area=local_area)


def phone_e164(raw: str, *, local_area: str | None = None) -> str | None:
    """Write one number in E.164 (+62...), or return None where it cannot be one.

    A number without area code is taken only if `local_area` (such as "0335") is given. An extension is left out.
    Only length and shape are checked, not whether the number is in use.
    """
    plain = without_extension(raw.strip())
    plus = plain.lstrip("( ").startswith("+")
    digits = digits_of(plain)
    if digits.startswith("0062"):
        digits, plus = digits[2:], True
    elif digits.startswith("62") and len(digits) >= 10:
        plus = True
    if not plus and _WITHOUT_ZERO.fullmatch(digits):
        digits = "0" + digits
    if not plus and not digits.startswith("0"):
        if local_area is None or not 5 <= len(digits) <= 8:
            return None
        digits = re.sub(r"\D", "", local_area) + digits
    return _as_e164(f"+{digits}" if plus else digits)


def area_of(telephone: str) -> str | None:
    """Return the area code of a number as it is dialled here: "0335" of "(0335) 422121"; None where it has none."""
    e164 = phone_e164(telephone)
    if e164 is None:
        return None
    parsed = phonenumbers.parse(e164, None)
    length = phonenumbers.length_of_geographical_area_code(parsed)
    fixed = phonenumbers.number_type(parsed) is phonenumbers.PhoneNumberType.FIXED_LINE
    return f"0{phonenumbers.national_significant_number(parsed)[:length]}" if fixed and length else None


def spoken(e164: str) -> str:
    """Write a number as people here do: "0812-3456-7890", "(0335) 422121"; one from abroad with its plus sign."""
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    here = parsed.country_code == phonenumbers.country_code_for_region("ID")
    shape = phonenumbers.PhoneNumberFormat.NATIONAL if here else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, shape)


def digits_of(raw: str) -> str:
    """Return the digits of a number, with the letters that stand for digits put right."""
    return re.sub(r"\D", "", raw.translate(str.maketrans("OolI", "0011")))


def core_of(written: str) -> str:
    """Return the digits that stay the same however a number is written: without country code and leading zeros."""
    return re.sub(r"\D", "", written).removeprefix("0062").removeprefix("62").lstrip("0")


def without_extension(raw: str) -> str:
    """Return a number without the extension at its end."""
    return _EXTENSION.sub("", raw)


def _as_e164(number: str) -> str | None:
    if number.startswith("+620"):
        number = "+62" + number[4:]
    try:
        parsed = phonenumbers.parse(number, "ID")
    except phonenumbers.NumberParseException:
        return None
    if not _could_be_dialled(parsed) or len(re.sub(r"\D", "", number)) > _MOST_DIGITS:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _could_be_dialled(number: phonenumbers.PhoneNumber) -> bool:
    """Say whether a number is long enough to be called from anywhere: not a part of one, heard or typed halfway."""
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return False
    here = number.country_code == phonenumbers.country_code_for_region("ID")
    national = phonenumbers.national_significant_number(number)
    short = national.startswith("8") and len(national) < _SHORTEST_MOBILE
    return not (here and (short or national.startswith("0")))
