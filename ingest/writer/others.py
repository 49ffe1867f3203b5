"""Takes out of a letter what it tells of other people: whom it accuses, who is paid, whose number called."""

import re
from collections.abc import Sequence

from ingest.telephones import Telephone, find_telephones
from ingest.writer.words import ABBREVIATION, NAME, ORG_WORD, first_sentence, is_common

SOMEBODY = "orang"
"""Stands where a name or a number of somebody else stood: an everyday word, which nothing takes for either."""

_ACCUSED = (
    r"(?:pelaku|penipu|tersangka|terlapor|teradu|calo|makelar|agen|agensi|sponsor|oknum(?:\s+\w+)?|rentenir|"
    r"debt\s*collector|penagih(?:\s+hutang)?|penyalur)"
)
"""Whoever is called so is not the writer, whatever stands beside it."""
_SUPERIOR = (
    r"(?:mandor|boss?|juragan|majikan|tauke|toke|hrd|hrga|personalia|atasan|pimpinan|manajer|manager|supervisor|spv|"
    r"pengawas|kepala\s+(?:bagian|regu|produksi|gudang|cabang|toko|shift|pabrik|kebun|proyek)|kabag|direktur|direktris|"
    r"owner|pemilik(?:\s+(?:toko|kos|pabrik|usaha|warung|kapal))?|yang\s+punya|(?:pl|petugas(?:\s+lapangan)?)(?!\s+(?:kami|saya))|petugas\s+loket|"
    r"pegawai|sopir|supir|driver|satpam|staf|operator|pengacara|lawyer|kuasa\s+hukum)"
)
"""Whoever is called so may be the writer himself, unless it says whose he is: "mandor kami", "sopirnya"."""
OTHER_PARTY = rf"(?:{_ACCUSED}|{_SUPERIOR})"
_WHOSE = (
    r"(?:\s*-?nya|\s+(?:saya|kami|kita|sy|itu|tersebut|tadi|ini|di\s+(?:pabrik|toko|kantor|sana|situ|loket)|"
    r"(?:travel|pabrik|toko|perusahaan)nya|travel))"
)
_FORM_OF_ADDRESS = (
    r"(?i:(?:pak|bu|bapak|ibu|bpk|hj?|mr|mrs|ms|koh?|cik?|mas|mbak|cak|sdri?|saudara|abah|haji|nyonya)\b\.?\s+)"
)
_CALLED = (
    r"(?:\s*[,:(]?\s*\b(?:(?:yang|yg)\s+)?(?:bernama|namanya|nama|atas\s+nama|"
    r"a\.?\s?n\.?|adalah|yaitu|yakni|ialah|inisial)"
    r"(?:\s+(?:adalah|itu))?\s*:?)"
)
_NOT_ORG = rf"(?!(?:{ORG_WORD})\b)"
_NAMED = (
    re.compile(
        rf"(?P<before>(?i:\b{OTHER_PARTY}{_WHOSE}+)(?i:{_CALLED}|\s*[,:(])?[ ]*){_FORM_OF_ADDRESS}*"
        rf"(?P<name>{_NOT_ORG}{NAME})"
    ),
    re.compile(rf"(?P<before>(?i:\b{OTHER_PARTY})(?i:{_CALLED})[ ]*){_FORM_OF_ADDRESS}*(?P<name>{_NOT_ORG}{NAME})"),
    re.compile(rf"(?P<before>(?i:\b{OTHER_PARTY})[ ]+){_FORM_OF_ADDRESS}+(?P<name>{_NOT_ORG}{NAME})"),
    re.compile(rf"(?P<before>(?i:\b{_ACCUSED})[ ]+)(?P<name>{_NOT_ORG}{NAME})"),
)
_IS_HIMSELF = re.compile(
    r"(?i)(?:\b(?:saya|sy|aku|kulo|kami)\s*,?\s*(?:ini\s+|adalah\s+|selaku\s+|sebagai\s+|seorang\s+|dari\s+)*|"
    r"\b(?:selaku|sebagai|mantan|bekas|salam|hormat)\s+)$"
)
"""Before a role: it is the writer's own."""
_PAID = (
    r"(?:rekening|rek|norek|transfer\w*|ditransfer\w*|mentransfer|tf|setor\w*|disetor\w*|bca|bri|bni|bsi|btn|mandiri|"
    r"danamon|dana|gopay|ovo|shopeepay|kwitansi|kuitansi)"
)
_APPLICANT = re.compile(
    rf"(?i:\b(?:rekom\w*|paspor|cpmi|pmi|tki|tkw|visa|kicpmi)\b)[^.;?!,\n]{{0,20}}?\b"
    r"(?i:a\.?\s?n\.?|atas\s+nama|a/n)(?:\s*:)?[ ]+"
    rf"(?!(?i:saya)\b){_FORM_OF_ADDRESS}*(?P<name>{NAME})"
)
"""For whom somebody else asks for a paper."""
_PAYEE = re.compile(
    rf"(?i:\b{_PAID}\b(?!\s+(?:saya|kami|sy)\b)[^.;?!\n]{{0,60}}?\b(?:a\.?\s?n\.?|atas\s+nama|a/n|penerima(?:nya)?)"
    rf"(?:\s*:)?[ ]+){_FORM_OF_ADDRESS}*(?P<name>{NAME})"
)

_NUMBER_WORD = r"(?:no(?:mor|mer)?|nmr|hp|wa|telp?|telepon|telpon|tlp|kontak|sms)"
_OWN_NUMBER = re.compile(
    rf"(?i)(?:{_NUMBER_WORD}\W{{0,3}}\s*){{1,3}}(?:saya|sy|kulo|kaule|kami|pribadi)\W{{0,3}}$|hubungi\s+(?:saya|kami)|"
    r"\b(?:kalau|kalo|jika|bila|apabila|agar|supaya|minta|ingin|mau)\s+(?:\w+\s+){0,2}di(?:hubungi|telepon|telpon|telp|wa)\b|"
    r"\b(?:bisa|dapat|dpt|mohon|harap|siap|silakan|silahkan|boleh|untuk)\s+(?:di|meng)?hubungi\b"
)
_OTHERS_NUMBER = re.compile(
    rf"(?i)(?P<role>\b{_ACCUSED}(?:{_WHOSE})*(?:[^,.;?!\n]|,\s*(?={_NUMBER_WORD}|{SOMEBODY}\b)){{0,60}}$"
    rf"|\b{_SUPERIOR}(?:{_WHOSE})+(?:[^,.;?!\n]|,\s*(?={_NUMBER_WORD}|{SOMEBODY}\b)){{0,40}}$"
    rf"|\b{_SUPERIOR}\b[^.;?!\n]{{0,60}}\b{_NUMBER_WORD}\s*-?nya\W{{0,3}}$"
    rf"|\b{_NUMBER_WORD}\W{{0,3}}\s*{_SUPERIOR}(?:{_WHOSE})*\W{{0,3}}$"
    rf"|\b{OTHER_PARTY}\s+{SOMEBODY}\b[^,.;?!\n]{{0,20}}$)"
    rf"|\b(?:yang|yg|orang)\s+(?:(?:me)?nipu|menagih|nagih|meneror|neror|mengancam|ngancam|ngaku|mengaku|minta|meminta)\b(?!\s*:)"
    rf"[^.;?!\n]{{0,60}}$"
    rf"|\b(?:saya|kami|sy)\s+(?:(?:sudah|udah|sdh|coba|pernah|selalu|terus|berkali-kali|lalu)\s+)*"
    rf"(?:meng?hubungi|hubungi|menelepon|menelpon|nelpon|telpon|telepon|telp)(?:\s+(?:ke|{_NUMBER_WORD}))*\W{{0,3}}$"
    rf"|\b(?:transfer|tf|setor|kirim\s+uang|bayar)(?:kan)?\s+ke(?:pada)?\b[^.;?!\n]{{0,40}}$"
    r"|\b(?:di(?:hubungi|telepon|telpon|telp|sms|wa|chat)|di\s+(?:wa|sms|chat)|(?:sms|wa|telepon|telpon|telp|chat|pesan|"
    r"panggilan)(?:\s+masuk)?\s+(?:dari|oleh|sama))(?:\s+(?:oleh|dari|sama|pakai|dengan|lewat))?"
    rf"(?:\s+(?:seseorang|orang))?(?:\s+{_NUMBER_WORD}){{0,2}}\W{{0,3}}$"
)
"""Before a number, in its sentence: it is somebody else's."""
_CALLS = re.compile(
    r"(?i)^\W{0,3}\s*(?:(?:yang|yg)\s+)?(?:ngaku|mengaku|me?minta\s+(?:transfer|uang)|nelpon|menelpon|menelepon|"
    r"saya\s+(?:hubungi|telepon|telpon|telp)\b|(?:sekarang\s+|sudah\s+|udah\s+)*(?:mati\b|(?:tidak|tdk|gak?)\s+(?:pernah\s+)?"
    r"(?:aktif|bisa\s+dihubungi|diangkat)|diblokir))"
)
"""Behind a number: it is one that called, or one that the writer called in vain."""
_THIS_IS_HIS = re.compile(rf"(?i)\b{_NUMBER_WORD}(?:\s+{_NUMBER_WORD})?\s*-?nya\W{{0,3}}$")
_FRAUD = re.compile(
    r"(?i)\b(?:(?:me|ke|di)?n?tipu\w*|penipu\w*|nipu\w*|calo\w*|pelaku\w*|modus|peras|memeras|pemeras\w*)\b"
)
_REACH = 120


def _sentence_before(text: str, end: int) -> str:
    """Return what stands before a place in its own sentence; the full stop of "Jl." ends none."""
    before = text[max(0, end - _REACH) : end]
    for stop in reversed(list(re.finditer(r"[.!?](?=\s)|\n", before))):
        if not (stop.group() == "." and ABBREVIATION.search(before[: stop.start()])):
            return before[stop.end() :]
    return before


def is_others_number(text: str, number: Telephone) -> bool:
    """Say whether a sentence tells that a number in it belongs to somebody else than its writer."""
    before = _sentence_before(text, number.start)
    if _OWN_NUMBER.search(before):
        return False
    claim = _OTHERS_NUMBER.search(before)
    if claim and not (claim["role"] and _IS_HIMSELF.search(before[: claim.start()])):
        return True
    if _THIS_IS_HIS.search(before) and _FRAUD.search(text[: number.start]):
        return True
    return bool(_CALLS.match(text[number.end : number.end + 60]))


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{SOMEBODY}{text[end:]}"
    return text


def _span(match: re.Match[str]) -> tuple[int, int]:
    """Tell where a name stands; the next sentence is none of it."""
    start, end = match.span("name")
    return start, start + len(first_sentence(match["name"])) if "." in match["name"] else end


def _signs(text: str, match: re.Match[str]) -> bool:
    """Say whether a role and a name are a line of a signature: they begin a sentence, and nothing is told of them."""
    before = text[max(0, match.start() - 8) : match.start()]
    if not (match.start() == 0 or _SENTENCE_ENDED.search(before)) or _NEVER_SIGNS.search(match["before"]):
        return False
    rest = text[match.end() :].split("\n", 1)[0]
    return not any(word.islower() and is_common(word) for word in re.findall(r"[^\W\d_]+", rest.split(". ", 1)[0]))


_SENTENCE_ENDED = re.compile(r"[.!?\n,)]\s*$")
_NEVER_SIGNS = re.compile(rf"(?i)^{_ACCUSED}\b|{_WHOSE}|{_CALLED}")


def _names(text: str) -> list[tuple[int, int]]:
    spans = [_span(match) for pattern in (_PAYEE, _APPLICANT) for match in pattern.finditer(text)]
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            start, end = _span(match)
            himself = _IS_HIMSELF.search(text[max(0, match.start() - 60) : match.start()]) or _signs(text, match)
            if not himself and not any(start < taken_to and taken_from < end for taken_from, taken_to in spans):
                spans.append((start, end))
    return spans


def without_others(text: str) -> str:
    """Put a word for anybody in place of the names and numbers that sentences give to other people."""
    text = _without(text, _names(text))
    claimed = [number for number in find_telephones(text) if is_others_number(text, number)]
    return _without(text, [(number.start, number.end) for number in claimed])
