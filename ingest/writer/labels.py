"""Reads labelled blocks of a letter: "Nama : ...", tables pasted from Word, rows of pairs."""

import re
from collections.abc import Iterable, Sequence

from ingest.telephones import find_telephones
from ingest.writer.others import OTHER_PARTY
from ingest.writer.words import (
    ADDRESS_CUE,
    IN_SENTENCES,
    ORG_START,
    Candidate,
    Field,
    checked,
    name_like,
    name_value,
    stripped,
)

_LABELS: tuple[tuple[Field, str], ...] = (
    (
        "lain",
        r"nama\s+(?:ayah|ibu|bapak|orang\s*tua|suami|istri|wali|anak|terlapor|teradu|bank|pemilik rekening|"
        r"atasan|pimpinan|direktur|petugas|pelaku|agen|sponsor|majikan|negara|file|berkas|dokumen|kegiatan|"
        r"jabatan|barang)"
        r"|(?:alamat|no\.?\s*(?:hp|telp)|telepon|telp)\s+(?:terlapor|teradu|majikan|tujuan|kejadian|pelaku)"
        r"|terlapor|teradu|pihak\s+(?:yang\s+)?(?:dilaporkan|diadukan|terlapor|teradu)|yang\s+(?:dilaporkan|"
        r"diadukan)|(?:perusahaan|pt|instansi|nama\s+perusahaan)\s+(?:yang\s+)?(?:dilaporkan|diadukan|terlapor|"
        r"teradu)"
        r"|nik|no\.?\s*nik|(?:no\.?|nomor)\s*(?:ktp|kk|identitas|induk\s+kependudukan|kartu\s+keluarga|rekening|"
        r"surat|npwp|nib|paspor|polisi|registrasi)|npwp|nib|ktp|kk|e-?mail|alamat\s+(?:e-?mail|surel)|surel"
        r"|(?:tempat\s*(?:,|/|dan|&)?\s*)?(?:tanggal|tgl)\.?\s*lahir|ttl|tempat\s+lahir|jenis\s+kelamin|umur|"
        r"usia|agama|status|pendidikan|pekerjaan|profesi|jabatan|bagian|posisi|divisi"
        r"|tanggal\s+kejadian|tempat\s+kejadian|lokasi\s+kejadian|lokasi|waktu\s+kejadian|waktu|tanggal|hari|"
        r"kronologi\w*|kronologis|uraian|isi\s+(?:pengaduan|laporan|aduan)|pengaduan|aduan|keluhan|laporan|"
        r"harapan|tuntutan|permintaan|keperluan"
        r"|maksud|tujuan|negara\s+tujuan|perihal|hal|nomor|no\.?|lampiran|lamp\.?|sifat|kepada|tembusan|cc|"
        r"catatan|nb|subjek|bukti|saksi|dari|dikirim|masa\s+kerja|upah|gaji|website|web|fax|faks|faksimile|"
        r"kode\s+pos|hubungan",
    ),
    (
        "nama",
        r"nama\s+(?:lengkap|pengadu|pelapor|pemohon|saya|sy|sesuai\s+ktp|pengirim|penanggung\s+jawab|pic|"
        r"narahubung|kontak|cpmi|calon|terang|jelas|pekerja|karyawan|warga)(?:\s+(?:saya|sesuai\s+ktp|"
        r"\(?sesuai\s+ktp\)?))?"
        r"|penanggung\s+jawab(?:\s+perusahaan)?|pic(?:\s+kami)?|narahubung|pengurus|nama|nm|nma|name|full\s+name|"
        r"atas\s+nama|a\.?\s?n\.?|a/n|pengirim|pelapor|pengadu|pemohon|identitas\s+(?:pelapor|pengadu)"
        r"|ketua(?:\s+(?:rt|rw|regu|kelompok|panitia|umum))?|koordinator(?:\s+\w+)?"
        r"|(?:petugas\s+lapangan|pl|prcpmi|pendamping|pemilik|pengelola|cp|yang\s+(?:mengurus|menagih|melapor|mengadu)|"
        r"(?:wakil|perwakilan)(?:\s+(?:pekerja|karyawan|buruh|warga|keluarga))?|(?:suami|istri|anak|ibu|bapak|ayah|bibi|paman|"
        r"kakak|adik|keluarga)(?:nya)?)"
        r"(?:\s+kami)?",
    ),
    (
        "instansi",
        r"(?:asal\s+|nama\s+)?(?:instansi|lembaga|organisasi|perusahaan|pt|badan\s+usaha|kantor|sekolah|koperasi|"
        r"yayasan|p3mi|usaha)(?:\s+(?:pemohon|saya|kami|asal|pelapor|pengadu))?"
        r"|instansi\s*/\s*perusahaan|perusahaan\s*/\s*instansi|tempat\s+(?:kerja|bekerja)|(?:be)?kerja\s+di|"
        r"unit\s+kerja|company|organization|organisation|dari\s+(?:perusahaan|instansi)|asal\s+pt",
    ),
    (
        "alamat",
        r"alamat(?:\s+(?:lengkap|rumah|domisili|sekarang|skrg|saya|sy|kami|tinggal|pelapor|pengadu|pemohon|"
        r"kantor|perusahaan|instansi|surat|sesuai\s+ktp|ktp|asal|usaha))*|almt|alamt|almat|domisili|"
        r"tempat\s+tinggal|address|rumah|bertempat\s+tinggal",
    ),
    (
        "telepon",
        r"(?:no\.?|nomor|nomer|nmr)?\s*(?:telp?|telepon|telpon|tlp|tlpn|tilpun|hp|handphone|ponsel|wa|whatsapp|"
        r"whats\s*app|kontak|contact(?:\s+person)?|cp|phone|mobile|tel|seluler)\.?"
        r"(?:\s*(?:/|&|dan|,|atau)\s*(?:no\.?\s*)?(?:telp?|telepon|telpon|tlp|hp|handphone|ponsel|wa|whatsapp|"
        r"kontak)\.?)*(?:\s+(?:saya|sy|kami|yang\s+(?:bisa|dapat)\s+dihubungi|aktif|pelapor|pengadu|pemohon|"
        r"rumah|kantor))*"
        r"|nohp|nowa|notelp|(?:no\.?|nomor)\s+(?:yang\s+(?:bisa|dapat)\s+dihubungi|saya|sy)|yang\s+(?:bisa|"
        r"dapat)\s+dihubungi",
    ),
)
_LABEL_KINDS = [(field, re.compile(rf"(?i)(?:{pattern})\Z")) for field, pattern in _LABELS]
_ANY_LABEL = "|".join(f"(?:{pattern})" for _, pattern in _LABELS)
_LABEL_CHAIN = rf"(?:{_ANY_LABEL})(?:\s*/\s*(?:{_ANY_LABEL}))*"
_LABELLED = re.compile(
    rf"(?i)(?:^|(?<=[,;|.(\t])\s*|(?<=\s)(?<!\w))(?P<label>{_LABEL_CHAIN})\s*(?:\([^()\n]{{0,40}}\))?\s*"
    rf"(?P<sign>[:=])[ \t:=]*"
)
_LABEL_AT_START = re.compile(
    rf"(?i)^(?P<label>{_LABEL_CHAIN})\s*(?:\([^()]{{0,40}}\))?(?:\s*[:=;]+|\s+[-–]\s+|\s*\t+|\s*\|)\s*(?P<value>.*)$"
)
_LABEL_ALONE = re.compile(rf"(?i)^(?P<label>{_LABEL_CHAIN})\s*[:=]?$")
_ACCUSED_HEADING = re.compile(
    r"(?i)^(?:(?:data|identitas|keterangan|profil)\s+)?(?:(?:pihak|perusahaan|pt|orang|instansi|petugas)\s+)?"
    r"(?:yang\s+)?(?:di)?(?:terlapor|teradu|dilaporkan|diadukan|laporkan|adukan)\b[^:]{0,20}:?\s*$"
    r"|^(?:data|identitas)\s+(?:perusahaan|petugas|pelaku|majikan|agen|cpmi|korban)\s*:?\s*$"
)
_OTHER_ROW = re.compile(
    rf"(?i)^(?:(?:data|identitas|nama)\s+)?(?:si\s+|pihak\s+)?(?!petugas(?!\s+loket)|pl\b|pemilik|owner|operator|staf|direktur|"
    rf"pimpinan|hrd|hrga|personalia|pegawai|kabag|pengacara|kuasa)(?:{OTHER_PARTY}|perekrut|tekong)"
    rf"(?:\s*-?nya|\s+(?:saya|kami|itu|tersebut|lapangan|yang\s+\w+))*\s*[:=]\s*(?P<name>.*)$"
    rf"|^nama\s+(?:{OTHER_PARTY}|perekrut|tekong)(?:\s*-?nya|\s+(?:saya|kami|itu|tersebut|lapangan))*\s*(?:[:=\t]|\s-\s)\s*"
    rf"(?P<named>.*)$"
)
"""A row that names somebody else by what he is: "Sponsor: ...", "Nama agen: ..."; the rows below it are of him."""
_NAME_ROW = re.compile(r"(?i)^nama\b(?!\s*(?:perusahaan|pt|instansi|kantor))")
_WRITER_HEADING = re.compile(
    r"(?i)^(?:(?:data|identitas|keterangan|profil)\s+)?(?:diri|saya|(?:pihak\s+)?(?:pe)?lapor|pengadu|pemohon|"
    r"pengirim|kontak)\b[^:]{0,20}:?\s*$|yang bertanda ?tangan"
)


def _fields_of(label: str) -> list[Field]:
    """Return what a label asks for, in order; "Nama/Alamat/HP" asks for three things."""
    whole = re.sub(r"\s+", " ", label.strip())
    for field, pattern in _LABEL_KINDS:
        if pattern.match(whole):
            return [field]
    parts = [part.strip() for part in whole.split("/")]
    fields: list[Field] = []
    for part in parts:
        fitting = [field for field, pattern in _LABEL_KINDS if pattern.match(part)][:1]
        fields.extend(field for field in fitting if field not in fields)
    return fields


def writers_own(lines: Sequence[str]) -> list[str]:
    """Leave out the blocks that describe other people: the accused, the agent, the foreman.

    A block ends at a blank line before prose, at the writer's own block, or where a second name is asked for.
    """
    kept: list[str] = []
    others = named = False
    for at, line in enumerate(lines):
        row = _OTHER_ROW.match(line)
        if row or _ACCUSED_HEADING.match(line):
            others, named = True, bool(row and (row["name"] or row["named"]))
        elif others and (_is_writers(line, named) or (line == "" and (named or _prose_follows(lines, at)))):
            others = False
        elif _NAME_ROW.match(line):
            named = True
        kept.append("" if others else line)
    return kept


def _is_writers(line: str, named: bool) -> bool:
    """Say whether a line inside the block of somebody else begins what the writer says of himself.

    `named` tells that the other one has his name already.
    """
    if _WRITER_HEADING.search(line):
        return True
    told = bool(IN_SENTENCES.search(line)) and not _LABEL_AT_START.match(line)
    return named and (told or bool(_NAME_ROW.match(line)))


def _prose_follows(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at + 1 :] if line), "")
    return not (_LABEL_AT_START.match(following) or _LABEL_ALONE.match(following))


def _labelled_pairs(lines: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Yield (label, value) of every labelled line, of tables that came as one cell a line, and of rows of pairs."""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        pairs = _pairs_in(line)
        if not pairs:
            alone = _LABEL_ALONE.match(line)
            if alone:
                value, at = _cell_after(lines, at, line.rstrip().endswith((":", "=")))
                pairs = [(alone["label"], value)] if value else []
        if pairs and not pairs[-1][1] and line:
            value, at = _cell_after(lines, at, True)
            pairs[-1] = (pairs[-1][0], value)
        if pairs:
            label, value = pairs[-1]
            if _fields_of(label) == ["alamat"]:
                value, at = _continued(lines, at, value)
                pairs[-1] = (label, value)
        yield from pairs


def _pairs_in(line: str) -> list[tuple[str, str]]:
    if not line:
        return []
    start = _LABEL_AT_START.match(line)
    marks = list(_LABELLED.finditer(line))
    if start and (not marks or marks[0].start() > 0):
        rest = start["value"]
        inner = _pairs_in(rest) if any(mark.start() >= start.start("value") for mark in marks) else []
        head = rest[: next((m.start() for m in _LABELLED.finditer(rest)), len(rest))] if inner else rest
        return [(start["label"], head.strip()), *inner]
    pairs = []
    following = [*marks[1:], None] if marks else []
    for mark, after in zip(marks, following, strict=True):
        pairs.append((mark["label"], line[mark.end() : after.start() if after else len(line)].strip()))
    return pairs


def _cell_after(lines: Sequence[str], at: int, sure: bool) -> tuple[str, int]:
    """Take the value that stands on the next lines, behind a colon of its own or a label that ended in one."""
    place = at
    while place < len(lines) and place - at < 3:
        line = lines[place]
        place += 1
        if line in (":", "="):
            sure = True
            continue
        if not line:
            continue
        if line.startswith((":", "=")):
            return line.lstrip(":= ").strip(), place
        if sure and not _LABEL_AT_START.match(line) and not _LABEL_ALONE.match(line) and len(line) <= 120:
            return line, place
        break
    return "", at


def _continued(lines: Sequence[str], at: int, value: str) -> tuple[str, int]:
    """Go on with an address on the lines below as long as they look like one."""
    while value and at < len(lines):
        line = lines[at]
        if not line or len(line) > 80 or _LABEL_AT_START.match(line) or _LABELLED.search(line) or find_telephones(line):
            break
        goes_on = value.rstrip().endswith(",") or ADDRESS_CUE.match(line) or re.fullmatch(r".*\b\d{5}\b\.?", line)
        if not goes_on or ORG_START.match(line):
            break
        value = f"{value.rstrip()} {line}"
        at += 1
    return value, at


_OF_FIRM = re.compile(r"(?i)\b(?:kantor|perusahaan|instansi|usaha)\b")
"""Of several addresses the writer's own counts before that of the firm."""
_OF_RELATIVE = re.compile(r"(?i)(?:suami|istri|anak|ibu|bapak|ayah|bibi|paman|kakak|adik|keluarga)(?:nya)?$")
_LESS_SURE = re.compile(
    r"(?i)\ba\.?\s?n\.?\b|atas\s+nama|cpmi|calon|^rumah$|ketua|koordinator|perwakilan|"
    r"petugas|^pl\b|prcpmi|pendamping|pemilik|pengelola|^cp\b|^yang\b|wakil|^(?:suami|istri|anak|ibu|"
    r"bapak|ayah|bibi|paman|kakak|adik|keluarga)"
)


def from_labels(lines: Sequence[str]) -> Iterable[Candidate]:
    for label, value in _labelled_pairs(lines):
        fields = _fields_of(label)
        for field, part in zip(fields, _split_values(value, len(fields)), strict=False):
            if _OF_RELATIVE.match(label) and not name_like(re.split(r"[,(]", part)[0], frozenset()):
                continue  # a dialogue: "Ibu: sudah makan?"
            found = checked(field, part)
            if found and field == "telepon":
                yield from _name_beside(part)
            if found:
                sure = 0.7 if _LESS_SURE.search(label) else 0.95
                if field == "alamat" and _OF_FIRM.search(label):
                    sure = 0.9
                yield Candidate(field, found, f"isian “{label.strip()}”", sure)


def _name_beside(value: str) -> Iterable[Candidate]:
    """The name that stands with a number, as in "Kontak: Nama Orang 08..."."""
    head = stripped(value[: find_telephones(value)[0].start] if find_telephones(value) else "")
    if name_like(head, frozenset()):
        name = name_value(head)
        if name:
            yield Candidate("nama", name, "nama di samping nomor telepon", 0.65)


def _split_values(value: str, count: int) -> list[str]:
    if count <= 1:
        return [value]
    for sign in (r"\s+/\s+", r"\s*\|\s*", r"\s*;\s*", r"\s*/\s*", r"\s*,\s*", r"\s+[-–]\s+"):
        parts = re.split(sign, value)
        if len(parts) == count:
            return parts
    return [value]
