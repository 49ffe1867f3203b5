"""Reads what a writer says of himself in sentences."""

import re
from collections.abc import Iterable

from ingest.telephones import find_telephones
from ingest.writer.others import OTHER_PARTY
from ingest.writer.places import PLACE, is_city, is_place
from ingest.writer.words import (
    ADDRESS_CUE,
    ADDRESS_SMALL,
    CAP,
    DEGREE,
    EVERYDAY,
    HONORIFIC,
    IN_SENTENCES,
    NAME,
    NOT_NAME,
    ORG,
    ORG_START,
    ORG_WORD,
    ROLE,
    TITLE,
    Candidate,
    address_value,
    checked,
    first_sentence,
    is_common,
    is_told,
    name_value,
    small_name_like,
    stripped,
    words_of,
)

_I = (
    r"(?i:saya|sy|kulo|kula|kaule|aku|ane|sengko['’`]?|engko['’`]?|gul[aeè]h?|bul[aâ]|abdina|abdi|ni|i\s+am|"
    r"my\s+name\s+is|dengan)"
)
_INTRODUCED = re.compile(
    r"(?i:\b(?:perkenalkan|perkenankan|kenalkan|ijinkan|izinkan)\b,?\s+(?:diri\s+)?(?:nama\s+)?(?:saya|sy|kami|"
    r"kulo)?\s*(?:adalah|bernama)?\s*[:,]?\s*"
    r"|\bnama\s+(?:lengkap\s+)?(?:saya|sy|kulo|kula|kaule|aku)\s*(?:adalah|inggih\s+punika|yaiku)?\s*[:,]?\s*|"
    r"\bmy\s+name\s+is\s+|\bi\s+am\s+|\bi'm\s+)"
    rf"(?P<name>{NAME}{DEGREE})"
)
_INTRODUCED_SMALL = re.compile(
    r"(?i)\b(?:nama\s+(?:lengkap\s+)?(?:saya|sy|kulo|kaule|aku)|perkenalkan,?\s+(?:nama\s+)?(?:saya|sy))\s+"
    r"(?:adalah\s+)?(?P<name>[a-z'’`]{3,}(?:\s+[a-z'’`]{3,}){0,2}?)"
    r"(?=\s*(?:[,.\n]|$|\b(?:dari|asal|alamat|warga|karyawan|pekerja|bagian|umur|usia|tinggal|rumah|hp|no|nomor|"
    r"bekerja|kerja|mau|ingin|dan|sebagai|selaku)\b))"
)
_SELF = re.compile(
    rf"(?:^|[^\w\s'’`]\s*|\n|\b(?i:pak|bu|bapak|ibu|mas|mbak|kak|min|admin|ini|bahwa|maka|hormat|wb|pagi|siang|sore|"
    rf"malam)\s+){_I},?\s+(?:(?i:petugas\s+lapangan|pl|prcpmi|staf|staff|(?:istri|suami|anak|kakak|"
    rf"adik|ibu|bapak|ayah|keponakan)nya)\s+)?"
    rf"(?P<name>(?:(?i:cak|mbah|lek|mbak|bu|pak|buk|abah|bang)\s+)?{NAME}{DEGREE})"
)
_SELF_SMALL = re.compile(
    r"(?i)(?:^|[^\w\s'’`]\s*|\n|\b(?:pak|bu|mas|mbak|kak|min|ini)\s+)(?:saya|sy|aku|kulo|kula|kaule|ni)\s+"
    r"(?P<name>[a-z]{3,}(?:\s+[a-z]{3,}){0,2}?(?=\s+(?:dari|dr|asal|jl|jln|dusun|dsn|desa|ds|rt|gang|gg|umur|"
    rf"usia|alamat|almt|rumah|tinggal|domisili|warga|bapak\s+dari|ibu\s+dari|{PLACE})\b)|[a-z]{{3,}}(?=\s*\.|\s*\n|\s*\Z))"
)
_THIS_IS = re.compile(
    rf"(?:^|[.,!?\n]\s*|\b(?i:pak|bu|min|kak|mbak|mas|disnaker|dinas|admin)\s+)(?i:ini|iki)\s+"
    rf"(?P<name>(?:(?i:cak|mbah|lek|mbak|bu|pak|buk|abah)\s+)?{NAME})(?=\s+(?:{ORG_WORD}\b|(?i:dari|dr|yg|yang|lagi)\b)|"
    rf"\s*[,.\n]|\s*$)"
)
_FROM_ME = re.compile(rf"(?m)^(?i:dari|salam\s+dari)\s+(?P<name>{NAME}{DEGREE})(?=\s*[,(]|\s*$)")
_SELF_REPORTS = re.compile(
    r"(?i)(?:^|[.,!?\n]\s*|\b(?:pak|bu|mas|mbak|kak|min|bapak|ibu)\s+)(?:saya|sy|aku|kulo|kaule)\s+(?P<name>[a-z]{3,}(?:\s+[a-z]{3,})?)"
    r"(?=\s+(?:(?:mau|ingin|izin|ijin|arep|badhe|hendak)\s+(?:lapor|melapor|melaporkan|ngadu|mengadu|mengadukan|tanya|nanya|"
    r"bertanya|tanglet|daftar|mendaftar)|(?:bagian|bag|karyawan|karyawati|pekerja|buruh|operator|kuli|sopir|kasir|satpam)\s|"
    r"(?:be)?kerja\s+di\b))"
    r"|(?i:\bini)\s+(?:(?:pak|bu|mas|mbak|cak)\s+)?(?P<told>[a-z]{3,}(?:\s+[a-z]{3,})?)(?=\s+(?i:pl|prcpmi|petugas\s+lapangan|pt|cv|ud|hrd|"
    r"bagian)\b)"
)
"""A name in small letters, before what its bearer is or comes for."""
_SELF_SENDER = re.compile(
    r"(?i)\b(?:saya|sy|kulo|kula|kaule|aku|dengan)\s+(?P<name>[^\W\d_][\w'’`.]*(?:\s+[^\W\d_][\w'’`.]*){0,3})"
)
_ON_BEHALF = re.compile(
    rf"(?i:\b(?:atas\s+nama|a\.\s?n\.?|an\.|a/n)\s+(?:saya(?:\s+sendiri)?,?\s+)?)(?P<name>{NAME}{DEGREE})"
)
_OWN_ORG = re.compile(
    rf"(?i:\b(?:(?:be)?kerja|magang|karyawan|karyawati|karyawannya|pegawai|pekerja|buruh|staf|staff|operator|"
    rf"satpam|security|sopir|driver|kasir|pramuniaga|barista|mandor|teknisi|helper|admin|technician|employee|"
    rf"bagian\s+\w+|"
    rf"pemilik|owner|pimpinan|direktur|ketua|pengurus|perwakilan|hrd|kuasa\s+dari|kurir|borongan|perawat|dokter|guru|siswa|"
    rf"siswi|waiters?|cs|spg|sales|marketing|legal|staf\s+\w+|dosen|pengajar|satpam\s+dari|mahasiswa|mahasiswi|alumni|anggota|pl|petugas\s+lapangan)(?:\s+(?:tetap|kontrak|harian|lepas))?"
    rf"(?:\s+(?:\w+\s+){{0,3}}(?:di|pada|dari|in|at|of|for))?(?:\s+vendor)?|yang\s+punya|yg\s+punya)\s+(?P<org>{ORG})"
)
_FROM_ORG = re.compile(
    rf"(?i:\b(?:(?:kami|saya)\s+(?:\w+\.?\s+){{0,4}}?dari|kami\s+mewakili|mewakili|kami\s+selaku|selaku|kami|"
    rf"dengan\s+ini|bersama\s+ini)),?\s+(?P<org>{ORG})"
)
_ACTING_ORG = re.compile(
    rf"(?P<org>{ORG})\s+(?i:(?:dengan\s+ini\s+|bermaksud\s+|hendak\s+|akan\s+|selaku\s+|ingin\s+|telah\s+|"
    rf"siap\s+)?(?:mengajukan|bermaksud|memohon|mendaftarkan|menyampaikan|mengirimkan|melampirkan|mohon|mengusulkan|menyarankan|"
    rf"berencana|membuka|menyelenggarakan|memerlukan|sudah\s+sepakat|merencanakan|menyelenggarakan|baru\s+pertama|"
    rf"mengundang|menawarkan|ingin|siap\s+ambil))"
)
_FORMER = re.compile(
    r"(?i)\b(?:mantan|eks|bekas|dulu(?:nya)?\s+(?:be)?kerja|pernah\s+(?:be)?kerja|dipecat|di\s?-?\s?phk|ter-?phk|"
    r"phk|diberhentikan|resign|mengundurkan\s+diri|sudah\s+(?:keluar|berhenti)|tidak\s+diperpanjang|dikeluarkan|"
    r"diputus|sejak\s+keluar|setelah\s+keluar|waktu\s+(?:be)?kerja|selama\s+(?:be)?kerja|dipecati|bekas)\b"
)
_ADDRESS_PROSE = re.compile(
    r"(?i:\b(?:alamat(?:\s+(?:saya|sy|kami|rumah|lengkap|domisili|kulo|tinggal))*"
    r"(?:\s+(?:kantor|toko|usaha|perusahaan|pabrik)(?=\s*:?\s+(?:di\s+)?(?:jl|jalan|jln|dusun|dsn|desa|gang|perum)\b))?"
    r"(?:\s+(?:di|adalah))?|beralamat"
    r"(?:kan)?(?:\s+di)?|bertempat\s+tinggal\s+di|tinggal(?:\s+saya)?\s+di|berdomisili\s+di|domisili(?:\s+di)?|"
    r"rumah(?!\s+(?:sakit|makan|singgah|tangga|ibadah))(?:\s+(?:saya|kulo|sy|kami))?(?:\s+di)?|kantor\s+kami(?:\s+beralamat)?(?:\s+di)?|griy[oa]\s+kul[oa]|griy[oa]|omah(?:\s*ku)?(?:\s+(?:nang|neng|"
    r"di))?|warga|asal|roma(?:na)?\s+(?:kaule|sengko)?\s*(?:e|neng|di)?)\s*[:,]?\s+)"
    r"(?P<address>[A-Za-z0-9][^\n\t;?!]{3,140})"
)
_LIVES = re.compile(r"(?i)(?:alamat|domisili|rumah|omah|tinggal|bertempat|berdomisili|beralamat)")
_PLACE_FIRST = re.compile(rf"(?!(?-i:bantaran)\b){PLACE}(?:,?\s+{PLACE})*(?=\s*\Z|\s*[,.]|\s+[a-z])", re.IGNORECASE)
_ANOTHERS_PLACE = re.compile(rf"(?i)(?:\w+nya\b|{OTHER_PARTY}\b|(?:pelapor|pengadu|pemohon|rumah)\s*$)")
"""Behind "alamat": where somebody or something else is."""
_ADDRESS_STOP = re.compile(
    r"(?i)\s+(?:dan|yang|ingin|mau|bermaksud|dengan|mengadukan|melaporkan|melapor|menyampaikan|mengajukan|saya|"
    r"kami|sudah|telah|adalah|bekerja|mohon|untuk|tidak|mendaftarkan|mengusulkan|menanyakan|selaku|sejak|mewakili|karyawan|pekerja|datang|kulo|badhe|"
    r"bade|arep|ape|nyuwun|terro|rencana|lewat|melalui|hp|wa|telp|telepon|tlp|no\s*hp|nomor|nomer|mbak|pak|bu)\b"
)
_OTHERS_PHONE = re.compile(
    r"(?i)\b(?:petugas|calo|agen|pelaku|oknum|dinas|disnaker|disperinaker|terlapor|mandor|bos|hrd|pimpinan|pemilik|sponsor|"
    r"penipu|pengirim\s+pesan|call\s*center|panitia|hubungi\s+(?:kantor|dinas)|perusahaan)(?:nya)?\b[^.?!\n]{0,30}$"
)


_STATES = words_of(
    "muslim muslimah islam kristen katolik hindu buddha jawa madura janda duda lajang lulusan alumni rumah tangga "
    "sarjana anak istri suami orang pengguna penyandang difabel tunanetra tunarungu sangat sungguh ingin mau "
    "butuh pl gm mandor juragan"
)
"""What people say they are, or want, behind "saya": no names."""


def _cut_name(raw: str, sender: frozenset[str]) -> str | None:
    """Keep the words of a name up to the first that can be none."""
    plain = HONORIFIC.sub("", raw.strip())
    kept: list[str] = []
    for word in plain.split():
        bare = word.strip(".,").casefold()
        if (
            bare in NOT_NAME
            or bare in _STATES
            or (is_common(word) and (raw.isupper() or _VERB.match(word)))
            or re.fullmatch(ORG_WORD, word.strip(".,"))
            or ROLE.fullmatch(word.strip(".,"))
        ):
            break
        kept.append(word)
        if word.endswith(".") and len(word) > 4:
            break
    return name_value(" ".join(kept)) if kept else None


_OF_RELATIVE = re.compile(
    r"(?i)\b(?:mewakili|untuk|demi|tentang|mengenai|adalah|anak|dari|oleh|nama|istri|suami|bos|atasan)\s+"
    r"(?:ibu|bapak|mas|mbak|kak|kakak|adik|ayah|pak|bu)\s+(?:saya|sy|kami)\s*,?\s+(?:(?:ibu|bapak|pak|bu|mbak|mas)\s+)?$"
    r"|\b(?:ibu|bapak|mas|mbak)\s+(?:saya|sy|kami),\s+(?:(?:ibu|bapak|pak|bu|mbak|mas|alm)\.?\s+)$"
)
"""Before a name: "mewakili ibu saya, Ibu ..." names the mother, though "Bu, saya ..." names the writer."""
_VERB = re.compile(
    r"(?i)(?:ng|ny|nge|mem|men|meng|ber|ter|di(?!ah|an|mas|ka|dik|na|ni|to|ta))[a-z]{4,}|[a-z]+(?:kan|nya)$"
)
"""A verb by its affixes, though nobody knows its stem."""


def names_in_prose(flow: str, sender: frozenset[str]) -> Iterable[Candidate]:
    for pattern, source, confidence in (
        (_INTRODUCED, "perkenalan", 0.9),
        (_INTRODUCED_SMALL, "perkenalan", 0.75),
        (_SELF, "perkenalan", 0.75),
        (_THIS_IS, "perkenalan", 0.62),
        (_FROM_ME, "perkenalan", 0.6),
        (_BARE_LABEL, "isian “nama”", 0.7),
        (_ON_BEHALF, "“atas nama”", 0.5),
        (_CONTACT_NAME, "nama di samping nomor telepon", 0.65),
    ):
        for match in pattern.finditer(flow):
            raw = match["name"]
            name = _cut_name(raw, sender)
            if pattern is _SELF and _OF_RELATIVE.search(flow[max(0, match.start("name") - 60) : match.start("name")]):
                continue
            if pattern is _INTRODUCED_SMALL and any(is_common(word) for word in raw.split()):
                continue
            if name:
                known = bool(sender & set(name.casefold().split()))
                yield Candidate("nama", name, source, min(0.94, confidence + (0.1 if known else 0.0)))
    for match in _SELF_SMALL.finditer(flow):
        if not any(is_common(word) or _VERB.match(word) for word in match["name"].split()):
            yield Candidate("nama", match["name"], "perkenalan", 0.6)
    for match in _SELF_REPORTS.finditer(flow):
        name = match["name"] or match["told"]
        if all(small_name_like(word) and not _VERB.match(word) for word in name.split()):
            yield Candidate("nama", name, "perkenalan", 0.55)
    for match in _RUN_ON.finditer(flow):
        words = match["name"].casefold().split()
        if not (NOT_NAME | EVERYDAY | ADDRESS_SMALL) & set(words):
            yield Candidate("nama", match["name"], "perkenalan", 0.7 if match["label"][0] in "nN" else 0.5)
    if sender:
        yield from _names_by_sender(flow, sender)


def _names_by_sender(flow: str, sender: frozenset[str]) -> Iterable[Candidate]:
    """A lower-case or shouted name counts where the sender's display name confirms it."""
    for match in _SELF_SENDER.finditer(flow):
        words = match["name"].split()
        if words[0].casefold() not in sender:
            continue
        kept = [words[0]]
        for word in words[1:]:
            if word.casefold() not in sender:
                break
            kept.append(word)
        yield Candidate("nama", " ".join(kept).strip(".,"), "perkenalan, cocok dengan nama pengirim", 0.78)


_AFTER_NAME = (
    rf"(?:^|[^\w\s'’`]\s*|(?<=\s)){_I},?\s+(?:(?i:cak|mbah|lek|mbak|bu|pak|bapak|ibu|buk|abah)\s+)?"
    rf"(?!(?i:kepala|sekretaris|kades|lurah|camat|perangkat)\b){NAME}{DEGREE}"
)
_FROM = r"(?i:dari|dr|dhari|deri|saking|teko|asal|asli|warga|orang|rumah|nang|di|ndek|yg\s+dari)"
_PLACE_AFTER_NAME = re.compile(
    rf"(?:{_AFTER_NAME}\s*[,.]?\s+(?:{_FROM}\s+)?|\b(?i:ini)\s+(?:(?i:mbak|bu|pak)\s+)?{CAP}\s+(?i:(?:yg\s+)?dari)\s+)"
    rf"(?P<address>(?:(?i:ds|desa|kel|kec|dusun|dsn)\.?\s+)?(?i:{PLACE})(?:,?\s+(?i:{PLACE}))*"
    rf"(?:[,/]?\s*(?i:rt|rw|gg|gang|blok|no)[. ]*\d[\w/]*)*)(?!\w)"
)
_PLACE_AFTER_SMALL_NAME = re.compile(
    rf"(?i)(?:^|[^\w\s'’`]\s*|\n|\b(?:pak|bu|mas|mbak|kak|min|ini)\s+){_I},?\s+(?P<name>[a-z]{{3,}}(?:\s+[a-z]{{3,}})?)\s+"
    rf"(?:{_FROM}\s+)(?P<address>(?:(?:ds|desa|kel|kec|dusun|dsn)\.?\s+)?{PLACE}(?:,?\s+{PLACE})*)(?!\w)"
)
_ADDRESS_AFTER_NAME = re.compile(
    rf"{_AFTER_NAME}\s*[,.]?\s+(?P<address>(?:(?i:{PLACE})\s+)?(?:(?i:jl|jln|jalan|gg|gang|dusun|dsn|perum|perumahan|desa|"
    rf"ds|kel|kampung|blok|rt)\b\.?)\s[^\n;?!]{{2,120}})"
)
_NAME_ALONE = re.compile(
    rf"(?:{_AFTER_NAME}|\b(?i:ini|bu|pak)\s*,?\s+(?P<bearer>{CAP})),?\s+"
    rf"(?P<between>(?:(?!(?i:cpmi|calon|pmi|tki|tkw|proses|daftar|mendaftar|mantan|eks|terhadap)\b)[\w()]+,?\s+){{0,5}}?)"
    rf"(?P<org>{ORG})"
)


def addresses_after_names(flow: str) -> Iterable[Candidate]:
    """An address that follows the writer's name without any word such as "alamat"."""
    for match in _PLACE_AFTER_NAME.finditer(flow):
        if not is_city(match["address"]):
            yield Candidate("alamat", stripped(match["address"]), "tempat di belakang nama", 0.58)
    for match in _PLACE_AFTER_SMALL_NAME.finditer(flow):
        named = not any(is_common(word) for word in match["name"].split())
        if named and not is_city(match["address"]):
            yield Candidate("alamat", stripped(match["address"]), "tempat di belakang nama", 0.56)
    for match in _ADDRESS_AFTER_NAME.finditer(flow):
        value = first_sentence(match["address"])
        stop = _ADDRESS_STOP.search(value) or _EVERYDAY_GOES_ON.search(value)
        address = address_value(_before_everyday(value[: stop.start()] if stop else value))
        if address and not is_told(address):
            yield Candidate("alamat", address, "alamat di belakang nama", 0.72)


_EVERYDAY_GOES_ON = re.compile(
    r"\s+(?:istri|suami|anak|alumni|umur|usia|kerja|kuli|tukang|buruh|pekerja|ini|mau|ada|pak|bu|sejak|sudah|punya|"
    r"bikin|buat|minta|ingin|tidak|belum)\b"
)


def organisations_after_names(flow: str) -> Iterable[Candidate]:
    """The organisation that a writer adds to his name: "saya Nama, bagian umum PT Contoh"."""
    if _FORMER.search(flow):
        return
    for match in _NAME_ALONE.finditer(flow):
        value = _cut_org(match["org"])
        if value and not IN_SENTENCES.search(match["between"]) and not is_common(match["bearer"] or ""):
            yield Candidate("instansi", value, "di belakang nama", 0.6)


_STUDIED_AT = re.compile(r"(?i)(?:universitas|institut|politeknik|akademi|smk|sma|man|sekolah|lbh|lsm|serikat|fsp)")


def organisations_in_prose(flow: str) -> Iterable[Candidate]:
    former = bool(_FORMER.search(flow))
    for pattern, confidence, employer in (
        (_OWN_ORG, 0.75, True),
        (_FROM_ORG, 0.75, False),
        (_ACTING_ORG, 0.7, False),
        (_AT_ORG, 0.65, True),
        (_OWN_EMPLOYER, 0.6, True),
    ):
        for match in pattern.finditer(flow):
            if pattern is _ACTING_ORG and _is_counterparty(flow, match):
                continue
            value = _cut_org(match["org"])
            if value and not (employer and former and not _STUDIED_AT.match(value)):
                yield Candidate("instansi", value, "kalimat surat", confidence)


_OPPOSITE = re.compile(
    r"(?i)\b(?:dengan|antara|bersama|kepada|terhadap|melawan|oleh|untuk|pada|menegur|melaporkan|mengadukan)\s+$"
)


def _is_counterparty(flow: str, match: re.Match[str]) -> bool:
    """Say whether an organisation only seems to act: it is the other side, or its sentence has ended."""
    before = flow[max(0, match.start("org") - 20) : match.start("org")]
    return bool(_OPPOSITE.search(before)) or bool(re.search(r"\w{3,}\.$", match["org"]))


_SMALL_ORG = re.compile(
    r"(?i:\b(?:(?:be)?kerja|karyawan|karyawati|pegawai|pekerja|buruh|staf|operator|satpam|sopir|kasir|"
    r"bagian\s+\w+|saya|kami|pl|prcpmi|petugas\s+lapangan|hrd|hrga)(?:\s+(?:di|pada|dari|nang|neng))?)\s+(?P<org>(?:pt|cv|ud)\b\.?(?:\s+[a-z]{2,}){1,3})"
)
_SHOP = re.compile(
    r"(?i:\b(?:(?:be)?kerja|karyawan|karyawati|pegawai|pekerja|buruh|staf|kasir|pramuniaga|sopir|waiter|waitress|"
    r"pelayan|spg|penjaga|jaga|perawat|guru|saya|kami)(?:\s+(?:di|pada|dari))?)\s+"
    rf"(?P<org>(?:toko|kafe|cafe|kedai|depot|warung|resto|restoran|hotel|pabrik|koperasi|yayasan|bengkel|klinik|"
    rf"apotek|rumah\s+makan|rumah\s+sakit|katering|catering|konveksi|swalayan|minimarket|salon|percetakan|gudang|"
    rf"sekolah|kapal)(?:\s+(?!(?:di|ke|dari|ikan)\b)[a-z]+)?(?:\s+{CAP}){{1,4}})"
)
_WORKER = re.compile(
    r"(?i)\b(?:saya|kami|sy)\b(?:\s+\w+){0,5}\s+(?:kerja|bekerja|karyawan|karyawati|buruh|pekerja|pegawai|lembur|"
    r"shift|digaji|dibayar|dipotong|gajian)\b|\b(?:gaji|upah|thr|lembur|kontrak|bpjs|slip|cuti|jam\s+kerja|hak|"
    r"iuran|potongan)\s+(?:saya|kami|sy|kita)\b|\bkami\s+(?:para\s+)?(?:karyawan|buruh|pekerja|pegawai|"
    r"pramuniaga|operator)\b"
)
_ABROAD = re.compile(
    r"(?i)\b(?:cpmi|pmi|tki|tkw|rekom|paspor|penempatan|majikan|diberangkatkan|p3mi|luar\s+negeri|agensi)\b"
)
_SOMEBODY_ELSE = re.compile(
    r"(?i)\b(?:suami|istri|anak|adik|kakak|keponakan|tetangga|saudara|teman|warga|ibu|bapak|ayah|paman|bibi|"
    r"menantu|mertua)\s+(?:saya|kami|sy|dari)\b"
)
_ANY_ORG = re.compile(rf"(?<!\w)(?P<org>{ORG})")
_AT_ORG = re.compile(
    rf"(?i:\b(?:saya|kami)\s+(?:(?!daftar|mendaftar|proses|ikut|tes|melamar)\w+\s+){{0,2}}di)\s+(?P<org>{ORG})"
)
_OWN_EMPLOYER = re.compile(
    rf"(?P<org>{ORG})(?=\s+(?:\w+\s+){{0,7}}(?i:gaji|upah|thr|lembur|kontrak|bpjs|cuti)\s+(?i:saya|kami))"
)


def only_employer(flow: str) -> Iterable[Candidate]:
    """A worker who writes of his own pay and names one single company names his employer."""
    if not _WORKER.search(flow) or _FORMER.search(flow) or _ABROAD.search(flow) or _SOMEBODY_ELSE.search(flow):
        return
    named = {value.casefold(): value for match in _ANY_ORG.finditer(flow) if (value := _cut_org(match["org"]))}
    if len(named) == 1:
        yield Candidate("instansi", next(iter(named.values())), "satu-satunya tempat kerja yang disebut", 0.55)


def small_organisations(flow: str) -> Iterable[Candidate]:
    """Company names in letters without capitals: the words up to the first everyday word."""
    if _FORMER.search(flow):
        return
    for match in _SHOP.finditer(flow):
        value = _cut_org(match["org"])
        if value:
            yield Candidate("instansi", value, "kalimat surat", 0.65)
    for match in _SMALL_ORG.finditer(flow):
        kept = match["org"].split()[:1]
        for word in match["org"].split()[1:]:
            if word in NOT_NAME or word in EVERYDAY:
                break
            kept.append(word)
        if len(kept) > 1:
            yield Candidate("instansi", " ".join(kept), "kalimat surat", 0.55)


def organisation_of_sender(flow: str, sender_name: str) -> Iterable[Candidate]:
    """Among the organisations that the letter names, the one that the sender's display name names too."""
    shown = set(re.findall(r"\w{3,}", sender_name.casefold()))
    for match in _ANY_ORG.finditer(flow):
        value = _cut_org(match["org"])
        words = [word for word in re.findall(r"\w{3,}", (value or "").casefold()) if not ORG_START.match(word)]
        if value and words and all(word in shown for word in words):
            yield Candidate("instansi", value, "kalimat surat, cocok dengan nama pengirim", 0.72)


def _cut_org(raw: str) -> str | None:
    raw = raw[: cut.start()] if (cut := re.search(r"\s\(|\s(?i:jl|jln|jalan|gg)\b\.?", raw)) else raw
    words: list[str] = []
    for word in raw.split():
        if len(words) > 1 and raw.isupper() and is_common(word):
            break
        words.append(word)
        if re.search(r"\w{3,}[.,]$", word):
            break
    while words and (words[-1] in ("dan", "of", "untuk", "&") or re.fullmatch(r"\d{2,}", words[-1])):
        words.pop()
    return checked("instansi", " ".join(words).rstrip(".,)" if "(" not in raw else ".,")) if len(words) > 1 else None


_ADDRESS_BESIDE = re.compile(
    r"(?P<before>[^\n]{0,160}?),\s+(?P<address>(?:(?:ketua|warga)\s+)?(?:Jl|Jln|Jalan|Gg|Gang|Perum|Perumahan|"
    r"Dusun|Dsn|Desa|Blok|RT|Kampung|Kelurahan|Kel)\b\.?\s[^\n;?!]{3,120})"
)
_NAMES_HIMSELF = re.compile(rf"\b{_I}\s+{TITLE}?{CAP}|(?i:sendiri|atas\s+nama)")
_RUN_ON = re.compile(
    r"(?i)\b(?P<label>nama|nm|an|a\.n\.?|atas\s+nama)\s+(?:(?:saya|sy)\s+)?(?P<name>[a-z'’]{2,}"
    r"(?:\s+[a-z'’]{2,}){0,3}?)\s*,?\s+(?=(?:alamat|almt|rumah|dusun|desa|jl|jln|gang|rt|hp|wa|no\s*hp|telp|tlp|"
    r"umur|usia|dari|asal)\b)"
)
_BARE_LABEL = re.compile(rf"(?m)^(?i:nama(?:\s+(?:lengkap|pelapor|pengadu|pemohon))?)\s+(?P<name>{NAME}{DEGREE})\s*$")
_CONTACT_NAME = re.compile(
    rf"(?i:\b(?:hubungi|konfirmasi(?:\s+kehadiran)?|narahubung|contact\s+person|cp|kontak|call|pic)(?:\s+(?:kami|"
    rf"saya|ke|kepada|melalui|bapak|ibu|sdri?\.?|saudara))*)\s*[:,]?\s+(?P<name>{NAME}{DEGREE})\s*[,:(\-–]?\s*"
    rf"(?=[(+0])"
)


def _before_everyday(value: str) -> str:
    """Cut where, behind a comma, the sentence goes on in small letters."""
    for comma in re.finditer(r",\s+([a-z]+)", value):
        if comma.group(1) not in ADDRESS_SMALL:
            return value[: comma.start()]
    return value


def addresses_beside(flow: str) -> Iterable[Candidate]:
    """An address that follows the writer's name, or stands right before his telephone number."""
    for match in _ADDRESS_BESIDE.finditer(flow):
        value = re.sub(r"(?i)^(?:ketua|warga)\s+", "", first_sentence(match["address"]))
        numbers = find_telephones(value)
        beside_phone = bool(numbers) and len(value[: numbers[0].start]) < 90
        if beside_phone or _NAMES_HIMSELF.search(match["before"]):
            address = address_value(_before_everyday(value))
            if address and not is_told(address):
                yield Candidate("alamat", address, "kalimat surat", 0.7)


def addresses_in_prose(flow: str) -> Iterable[Candidate]:
    for match in _ADDRESS_PROSE.finditer(flow):
        value = first_sentence(match["address"])
        asked = value == match["address"] and flow[match.end("address") : match.end("address") + 1] == "?"
        if asked or _ANOTHERS_PLACE.match(value):
            continue
        stop = _ADDRESS_STOP.search(value)
        if stop:
            value = value[: stop.start()]
        numbers = find_telephones(value)
        if numbers:
            value = value[: numbers[0].start]
        address = address_value(_before_everyday(value))
        cued = bool(address and ADDRESS_CUE.search(address))
        place = _PLACE_FIRST.match(value) if _LIVES.match(match.group()) else None
        if not cued and place and is_place(place.group()) and not is_city(place.group()):
            yield Candidate("alamat", stripped(place.group()), "kalimat surat", 0.65)
            continue
        if not cued and not value[:1].isupper():
            continue
        if address and not cued and all(is_common(word) for word in address.split()):
            continue
        loose = re.match(r"(?i)(?:warga|asal|rumah|roma)", match.group())
        if (
            address
            and len(address) <= 110
            and (
                cued
                or (not loose)
                or (len(address.split()) <= 3 and loose and not match.group().lower().startswith(("asal", "warga")))
            )
        ):
            yield Candidate("alamat", address, "kalimat surat", 0.8 if cued else 0.65)


def phones(flow: str) -> Iterable[Candidate]:
    for number in find_telephones(flow):
        before = flow[max(0, number.start - 50) : number.start]
        own = re.search(
            r"(?i)(?:hp|wa|nomor|nomer|telp?|telepon|no)\W{0,3}\s*(?:saya|sy|kulo|kaule|kami|pribadi)\W{0,3}$|"
            r"hubungi\s+(?:saya|kami)",
            before,
        )
        if own:
            yield Candidate("telepon", number.raw, "kalimat surat", 0.85)
        elif _OTHERS_PHONE.search(before):
            yield Candidate("telepon", number.raw, "kalimat surat, mungkin milik orang lain", 0.3)
        else:
            yield Candidate("telepon", number.raw, "kalimat surat", 0.7)
