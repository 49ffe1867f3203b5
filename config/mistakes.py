"""Says in plain Indonesian, on one line, what is wrong with a configuration or a command line."""

import errno
import re
import tomllib
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Place = tuple[int | str, ...]

FORMS = {
    "missing": "belum diisi",
    "extra_forbidden": "kunci ini tidak dikenal",
    "string_type": "harus berupa teks di antara tanda kutip",
    "string_too_short": "tidak boleh kosong",
    "int_type": "harus berupa bilangan bulat",
    "int_parsing": "harus berupa bilangan bulat",
    "int_parsing_size": "bilangan ini terlalu besar",
    "int_from_float": "harus berupa bilangan bulat, tanpa pecahan",
    "float_type": "harus berupa bilangan",
    "float_parsing": "harus berupa bilangan",
    "finite_number": "harus berupa bilangan yang terhingga",
    "bool_type": "harus true atau false",
    "bool_parsing": "harus true atau false",
    "path_type": "harus berupa nama berkas di antara tanda kutip",
    "date_type": "harus berupa tanggal, misalnya 2026-11-23",
    "date_parsing": "harus berupa tanggal, misalnya 2026-11-23",
    "date_from_datetime_parsing": "harus berupa tanggal, misalnya 2026-11-23",
    "date_from_datetime_inexact": "harus berupa tanggal saja tanpa jam, misalnya 2026-11-23",
    "time_type": "harus berupa jam, misalnya 07:30:00",
    "time_parsing": "harus berupa jam, misalnya 07:30:00",
    "datetime_type": "harus berupa tanggal dan jam, misalnya 2026-11-23T00:00:00+07:00",
    "datetime_parsing": "harus berupa tanggal dan jam, misalnya 2026-11-23T00:00:00+07:00",
    "datetime_from_date_parsing": "harus berupa tanggal dan jam, misalnya 2026-11-23T00:00:00+07:00",
    "timezone_aware": "harus menyebut selisihnya dari UTC, misalnya 2026-11-23T00:00:00+07:00",
    "tuple_type": "harus berupa daftar di antara kurung siku",
    "dict_type": "harus berupa tabel, yaitu kunci dan isinya",
    "model_type": "harus berupa tabel, yaitu kunci dan isinya",
    "greater_than": "harus lebih dari {gt}",
    "greater_than_equal": "paling sedikit {ge}",
    "less_than": "harus kurang dari {lt}",
    "less_than_equal": "paling banyak {le}",
    "too_short": "paling sedikit {min_length} isian diperlukan",
}
_PATTERNS = {
    r"^[^\r\n]*$": "harus muat pada satu baris",
}
_KEY = "hanya huruf kecil, angka, dan garis bawah, diawali huruf"


def one_line(wrong: ValidationError, model: type[BaseModel]) -> str:
    """Return the likeliest of the mistakes in what `model` should hold; an unknown key before all that follows from it.

    What was written is not repeated, because it may be a password, but by a validator of ours that knows better.
    """
    errors = sorted(wrong.errors(), key=lambda error: error["type"] != "extra_forbidden")
    place, said = _spoken_place(errors[0]["loc"]), _said(errors[0])
    if errors[0]["type"] == "extra_forbidden":
        said += _suggested(errors, model)
    more = f" (dan {len(errors) - 1} kesalahan lain)" if len(errors) > 1 else ""
    return " ".join(f"{place}{': ' if place else ''}{said}{more}".split())


def _said(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"harus salah satu dari {str(context['expected']).replace(' or ', ' atau ')}"
        case "string_pattern_mismatch":
            return _PATTERNS.get(context["pattern"], _KEY)
    return FORMS.get(error["type"], "isinya tidak dapat dipakai").format(**context)


def _spoken_place(loc: Place) -> str:
    steps = (f" #{part + 1}" if isinstance(part, int) else f".{part}" for part in loc if part != "[key]")
    return "".join(steps).strip(" .")


def _suggested(errors: list[ErrorDetails], model: type[BaseModel]) -> str:
    """Name the key that was probably meant: one that is missing in the same table, else any that belongs there."""
    table, written = errors[0]["loc"][:-1], str(errors[0]["loc"][-1])
    missing = [str(one["loc"][-1]) for one in errors if one["type"] == "missing" and one["loc"][:-1] == table]
    known = list(_model_at(model, table).model_fields)
    near = get_close_matches(written, missing, 1) or get_close_matches(written, known, 1)
    return f"; mungkin maksudnya {near[0]}" if near else f"; yang dikenal di sini: {', '.join(known)}"


def _model_at(model: type[BaseModel], loc: Place) -> type[BaseModel]:
    kind: object = model
    for part in loc:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = _bare(kind.model_fields[str(part)].annotation)
        else:
            kind = _bare(get_args(kind)[1 if get_origin(kind) is dict else 0])
    assert isinstance(kind, type) and issubclass(kind, BaseModel), "only a table refuses keys"
    return kind


def _bare(kind: object) -> object:
    """Take the annotations and the `| None` off a type."""
    if get_origin(kind) is Annotated or get_origin(kind) in (Union, UnionType):
        return _bare(get_args(kind)[0])
    return kind


_TOML_PLACE = re.compile(r"line (\d+), column (\d+)")
_TOML_FAULTS = {
    "overwrite": "kunci yang sama tertulis dua kali",
    "Duplicate": "kunci yang sama tertulis dua kali",
    "twice": "tabel yang sama tertulis dua kali",
    "Unescaped": "tulis garis miring biasa, bukan garis miring terbalik",
}


def where_toml_breaks(wrong: tomllib.TOMLDecodeError) -> str:
    """Say at which line a file ceases to be TOML, and why where that can be told."""
    found = _TOML_PLACE.search(str(wrong))
    place = f"pada baris {found[1]}, kolom {found[2]}" if found else "pada akhir berkas"
    why = next((said for word, said in _TOML_FAULTS.items() if word in str(wrong)), "periksa tanda kutip dan kurungnya")
    return f"bukan TOML yang benar {place}: {why}"


_UNWRITTEN = {
    errno.ENOSPC: "ruang di cakram habis",
    errno.EFBIG: "berkasnya melampaui batas ukuran",
    errno.EROFS: "cakramnya hanya dapat dibaca",
    errno.ENAMETOOLONG: "namanya terlalu panjang",
}


def unopened(wrong: OSError) -> str:
    """Say why a file or folder cannot be opened."""
    match wrong:
        case FileNotFoundError():
            return "tidak ditemukan"
        case PermissionError():
            return "izin membukanya tidak ada"
        case IsADirectoryError():
            return "ini folder, bukan berkas"
        case NotADirectoryError() | FileExistsError():
            return "nama foldernya sudah dipakai oleh sebuah berkas"
    return _UNWRITTEN.get(wrong.errno or 0) or wrong.strerror or str(wrong)


_COMMAND_LINE = (
    (r"^No such command '(.*?)'\.?", r"perintah '\1' tidak dikenal."),
    (r"^No such option: (\S+)", r"pilihan \1 tidak dikenal."),
    (r"^Missing (?:argument|option) '(.*)'\.", r"\1 belum disebutkan."),
    (r"^Missing command\.", "perintahnya belum disebutkan."),
    (r"^Got unexpected extra arguments?(?:\(s\))? \((.*)\)", r"ada yang berlebih: \1."),
    (r"^Option '(.*)' requires (?:an|\d+) arguments?\.", r"\1 memerlukan isi."),
    (r"^Option '(.*)' does not take a value\.", r"\1 tidak memerlukan isi."),
    (r"^Invalid value for (.*?): (?:Value error, )?", r"isi \1 tidak dapat dipakai: "),
    (r" is not one of ", " bukan salah satu dari "),
    (r" is not in the range ", " di luar batas "),
    (r" is not a valid (?:int|integer)\b", " bukan bilangan bulat"),
    (r" is not a valid \w+", " bukan isi yang benar"),
    (r" does not match the formats? ", " tidak ditulis sebagai "),
    (r"Did you mean (?:one of: )?(.*)\?", r"Mungkin maksudnya \1."),
    (r"\(Possible options: (.*)\)", r"Mungkin maksudnya \1."),
)


def command_line(said: str) -> str:
    """Say in plain Indonesian, on one line, what the library says of a command line in English."""
    said = " ".join(said.split())
    for english, indonesian in _COMMAND_LINE:
        said = re.sub(english, indonesian, said)
    return said
