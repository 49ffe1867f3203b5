"""The words and shapes by which names, organisations and addresses are known, and how a value is cleaned."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from ingest.telephones import find_telephones
from ingest.writer.places import is_city, is_place, without_place

Field = Literal["nama", "instansi", "alamat", "telepon", "lain"]


def words_of(text: str) -> frozenset[str]:
    """Return the words of a list that is written as running text."""
    return frozenset(text.split())


MOST_LETTERS = 20_000
"""Of a longer text only the beginning and the end are read; the writer names himself there."""


@dataclass(frozen=True, slots=True)
class Candidate:
    field: Field
    value: str
    source: str
    confidence: float


CAP = r"(?:[A-Z][\w'’`.\-]*)"
TITLE = r"(?:(?i:drg?|apt|ir|dra|drs|prof|ns)\.\s+)"
NAME = rf"{TITLE}?{CAP}(?:[ ]+(?:{CAP}|(?:bin|binti|al|el|van|de)\b)){{0,4}}"
DEGREE = (
    r"(?:,?\s*(?:S\.?\s?(?:H|E|T|P|Pd|Sos|Kom|Si|Psi|Farm|Kep|Ag|IP|AP|ST|Hum|Gz|Ked|KM|Tr|Stat|I)|M\.?\s?(?:M|H|T|Si|Pd|"
    r"Kom|Ag|AP|Kn|Sc|Hum|Ak|Farm|Kes|Psi|Kep)|"
    r"A\.?\s?Md|Amd|SH|SE|ST|MM|MH|MT|SPd|SSos|SKom|Ak|CPA|SST|SKM|MARS|MKes|Sp\.\w{1,3}|Ph\.?D|MBA|Dipl)\b(?:\.\w{1,4})*\.?)*"
)
HONORIFIC = re.compile(
    r"(?i)^(?:(?:bapak|bpk|pak|ibu|bu|buk|sdri?|saudara|saudari|sdr/i|mas|mbak|mba|cak|lek|mbah|abah|mbok|guru|advokat|kades|lurah|bang|kang|om|"
    r"tante|cp|tuan|nyonya|ny|tn|mr|mrs|ms|p(?=\.))\b\.?\s+)+"
)
_ORG_WORDS = (
    r"PT|CV|UD|PD|Fa|NV|Perum Bulog|Perum Perhutani|Perum Damri|Perumda|PDAM|BUMD|Bumdes|Koperasi|Kopkar|KSP|Yayasan|"
    r"Toko|Kafe|Cafe|Café|Kedai|Depot|Warung|Resto|Restoran|RM|Rumah Makan|Rumah Sakit|RS|RSUD|RSIA|RSU|"
    r"Klinik|Apotek|Puskesmas|Hotel|Losmen|Bank|BPR|Asosiasi|Serikat|SPSI|FSPMI|KSPSI|KSPI|SBSI|KSBSI|SP|SB|PUK|"
    r"DPC|DPD|PC|APINDO|Kadin|KADIN|HIPMI|Forum|Dinas|Badan|PO|PB|FSP|FSB|SPN|KASBI|GSBI|"
    r"Pemerintah Desa|Pemerintah Kelurahan|Pemerintah Kecamatan|Pemdes|SD|SDN|SMP|SMPN|TK|PAUD|Karaoke|Panitia|"
    r"Pusat Studi|KKP|"
    r"Universitas|Institut|Politeknik|Akademi|STIE|STIKES|LSM|LBH|Ormas|Kantor|Notaris|Firma|Katering|Catering|"
    r"Laundry|Bengkel|Konveksi|Percetakan|Pabrik|Perkumpulan|Paguyuban|Lembaga|LPK|BLK|BKK|"
    r"SMK|SMKN|SMA|SMAN|MA|MAN|Pondok Pesantren|Ponpes|Komunitas|Sanggar|Biro|Swalayan|Minimarket|Supermarket|"
    r"SPBU|Grup|Gapoktan|Kelompok|Aliansi|Karang Taruna|Himpunan|Ikatan|Persatuan|Gabungan|Peternakan|Salon|"
    r"Butik|Studio|Travel|Radio|Event Organizer"
)
ORG_WORD = rf"(?:{_ORG_WORDS}|{_ORG_WORDS.upper()})"
_ORG_TAIL = (
    r"(?:Consulting|Consultant|Consultants|Agency|Associates|Partners|Corp|Corporation|Ltd|Limited|Inc|"
    r"Group|Tbk|Law Firm|Law Office|Company|Association|Foundation|Services|Indonesia|Logistics|Catering|"
    r"Laundry|Konsultan)"
)
_ORG_PART = r"(?:[A-Z0-9&(][\w&'’.\-/]*\)?)"
ORG = rf"{ORG_WORD}\b\.?[ ]+{_ORG_PART}(?:[ ]+(?:{_ORG_PART}|dan(?![ ]+(?:PT|CV|UD)\b)|&|of)){{0,7}}"
ORG_START = re.compile(rf"^{ORG_WORD}\b\.?\s+\S|^{ORG_WORD}$|^P\.?T\.?\s+\S|^C\.?V\.?\s+\S")
ORG_ENDS = re.compile(rf"\b{_ORG_TAIL}\b\.?$|^(?:APINDO|HIPMI|KADIN|SPSI|LSM)\b|^[A-Z][a-z]+[A-Z]\w*$")
ORG_INSIDE = re.compile(rf"(?<!\w){ORG}")
ROLE = re.compile(
    r"(?i)\b(?:manager|manajer|direktur|direktris|director|ketua|wakil|sekretaris|bendahara|koordinator|kepala|"
    r"kabag|kabid|kasi|staf|staff|hrd|hr|hrga|ga|personalia|legal|admin|operator|pengurus|pimpinan|"
    r"pemilik|owner|supervisor|spv|general affairs|procurement|kuasa|kuasa hukum|advokat|pengacara|humas|pic|"
    r"penanggung jawab|petugas lapangan|pl|gm|prcpmi|officer|head|chief|mahasiswa|mahasiswi|karyawan|karyawati|pekerja|"
    r"buruh|"
    r"perwakilan|executive|marketing|sales|representative|technician|korban|wali|warga|cpmi|calon)\b"
)
ADDRESS_CUE = re.compile(
    r"(?i)(?<!\w)(?:d/a\b|jl\b\.?|jln\b\.?|jalan\b|gg\b\.?|gang\b|rt\b[ .:]*\d|rw\b[ .:]*\d|perum\b|perumahan\b|"
    r"perumnas\b|blok\b|ds\b\.?|desa\b|dsn\b\.?|dusun\b|kel\b\.|kelurahan\b|kec\b\.?|kecamatan\b|kab\b\.?|"
    r"kabupaten\b|"
    r"kampung\b|kp\b\.?|lingkungan\b|ling\b\.|komplek\b|kompleks\b|ruko\b|pondok\b|asrama\b|kost?\b|kontrakan\b|"
    r"kavling\b|griya\b|villa\b|apartemen\b|rusun\w*|gedung\b|wisma\b|menara\b|kota\s+[A-Z]|no\.\s*\d+)"
)
HARD_ADDRESS = re.compile(
    r"(?i)(?<!\w)(?:d/a\b|jl\b\.?|jln\b\.?|jalan\b|gg\b\.?|gang\b|rt\b[ .:]*\d|rw\b[ .:]*\d|perum(?:ahan|nas)?\b"
    r"(?!\s+(?:bulog|perhutani|damri))|dsn\b\.?|dusun\b|blok\b|ruko\b|ds\b\.|kel\b\.|kec\b\.)"
)
ADDRESS_SMALL = words_of(
    "gang jalan dusun desa kelurahan kecamatan kabupaten kota blok perum perumahan rt rw no nomor timur barat "
    "utara selatan tengah lor kidul wetan kulon belakang depan dekat "
    "samping utaranya masjid sekolah pasar jl jln gg ds dsn kel kec kab lingkungan kampung indah permai asri kos "
    "kontrakan"
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NOT_NAME = words_of(
    "senin selasa rabu kamis jumat jum'at sabtu minggu ahad januari februari pebruari maret april mei juni juli "
    "agustus september oktober november nopember desember "
    "dengan hormat terima kasih terimakasih terlampir mohon tolong saya kami kita anda bapak ibu pak bu yth "
    "kepada dari untuk dan atau yang ini itu tidak belum sudah akan juga kalau karena supaya agar "
    "assalamualaikum assalamu'alaikum wassalam wassalamualaikum wassalamu'alaikum wr wb wr.wb salam selamat pagi "
    "siang sore malam hormat demikian sekian atas perhatian nb catatan ps lampiran perihal hal nomor no tanggal "
    "dinas kota kabupaten probolinggo indonesia disperinaker pemerintah kantor kepala bidang seksi cpmi pmi tki "
    "tkw prcpmi p3mi hrd ktp kk nik npwp nib skck bpjs thr phk umk rekom paspor kicpmi siskotkln ppjp pks "
    "malaysia taiwan hongkong singapura korea brunei jepang arab saudi jakarta surabaya malang hp wa telp "
    "telepon email alamat nama instansi jabatan matur suwun nuwun sakalangkong regards best sincerely thanks "
    "thank you "
    "dear sir madam hello hi halo sent dikirim terkirim warga korban karyawan buruh pekerja tembusan cc ttd "
    "tertanda mengetahui pengadu pelapor pemohon dibuat di tempat jadi lalu kemudian maka apakah bagaimana kapan "
    "siapa "
    "ada apa mana kenapa mengapa semoga sukses kasihan kecewa keadilan ombudsman wali walikota bupati gubernur "
    "presiden allah tuhan gusti astaghfirullah alhamdulillah insyaallah amin aamiin bukti berkas dokumen surat "
    "monggo nggih pun sampun mboten kulo order pemesanan konfirmasi hubungi info kontak tim team panitia redaksi "
    "orang admin kampus undangan keluarga sekretariat please kindly my your we the and for sekretaris ketua manager "
    "jl jln gg kel kec ds dsn direktur jalan gang perum dusun desa blok pelayanan petugas loket perusahaan pabrik "
    "toko rt rw "
    "trmksh mksh mkasih trimakasih trimksh wass wss maturnuwun matursuwun sukron rgds hub kasubbag "
    "tks trims mks thx tq makasi makasih "
    "makasii suksma jazakumullah jazakallah barakallah kades lurah camat saksi sekian siap hehe wkwk"
)
EVERYDAY = words_of(
    "gaji upah gajinya lembur bagian sejak selama mulai tapi tetapi padahal malah katanya sampai hingga bulan "
    "tahun minggu hari jam kemarin sekarang tadi lagi lalu terus masih cuma hanya "
    "dipotong dibayar telat terlambat tutup pindah minta disuruh ditolak dipaksa dipecat kontrak kerja bekerja "
    "karyawan shift produksi gudang pemilik bos mandor hrdnya thrnya bpjsnya tdk gak ga blm sdh udah yg dgn utk "
    "bisa harus mau ingin bikin buat kok loh sih dong aja saja juga pun nya itu ini sini situ sana ternyata "
    "selalu sering pernah banyak semua seluruh setiap tiap sudah rugi bangkrut kota kab"
)
COMMON = EVERYDAY | words_of(Path(__file__).with_name("everyday.txt").read_text(encoding="utf-8"))
"""Words of everyday letters that are nobody's name."""
_AFFIXES = re.compile(
    r"(?:di|meny|meng|mem|men|me|ber|ter|ke|per|peng|pen|pem|se|ny|nge)?(\w{3,}?)(?:nya|kan|an|i|lah|kah)?"
)


_DERIVED = re.compile(r"(?:me|di|ber|ter|pe|se|ke|nge)\w{3,}(?:kan|nya|lah|kah)|\w{4,}nya")
"""A word with affixes at both ends is hardly a name."""


_STRETCHED = re.compile(r"(.)\1{2,}")


@lru_cache(maxsize=20_000)
def is_common(word: str) -> bool:
    """Say whether a word, whatever its affixes, is one of everyday letters."""
    plain = _STRETCHED.sub(r"\1", word.strip(".,").casefold())
    if plain in COMMON or plain in NOT_NAME:
        return True
    if _DERIVED.fullmatch(plain):
        return True
    stem = _AFFIXES.fullmatch(plain)
    return bool(stem and len(stem.group(1)) > 3 and stem.group(1) in COMMON)


ABBREVIATION = re.compile(
    r"(?i)(?:^|[\s(])(?:jl|jln|gg|kel|kec|kab|no|rt|rw|ds|dsn|dr|ir|prof|drs|h|hj|kh|k\.h|mt|moh|muh|moch|ach|abd|st|"
    r"pt|cv|ud|prov|perum|lt|km|[A-Z])$"
)


_BULLET = re.compile(r"^\s*(?:[-–—•·▪●○◦*>►✓]+\s+|\(?(?:\d{1,2}|[a-h])[.)]\s+|\d{1,2}[.)]?\s*\t\s*(?=[^\W\d]))")
"""What stands before a row of a list; the number may stand in a cell of its own."""


def _tidy(line: str) -> str:
    plain = unicodedata.normalize("NFC", line).replace("\u00a0", " ").replace("\u202f", " ")
    plain = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "", plain)
    plain = re.sub(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", plain)
    plain = plain.strip(" |") if plain.lstrip().startswith("|") else plain
    plain = _BULLET.sub("", plain)
    plain = re.sub(r"(?<=\w) {3,}(?=\w)", "\t", plain)
    return re.sub(r"[ ]{2,}", " ", re.sub(r"\s*\t+\s*", "\t", plain)).strip(" ")


def read_lines(text: str) -> list[str]:
    if len(text) > MOST_LETTERS:
        text = text[: MOST_LETTERS // 2] + "\n\n" + text[-MOST_LETTERS // 2 :]
    text = re.sub(r"(\S{80})\S+", r"\1", text)
    text = re.sub(r"\n\s*\n", "\n\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [_tidy(line) for line in text.split("\n")]


_DANGLING = re.compile(
    r"(?i)(?:^|[\s,])(?:jalan|jl\.?|jln\.?|gang|gg\.?|dusun|desa|kelurahan|kel\.|kecamatan|kec\.|kota|kabupaten|no\.)$"
)
"""A line that ends so is not at its end."""


def joined(lines: Sequence[str]) -> str:
    """Join lines that a mail program broke at its margin; short lines stay lines."""
    out: list[str] = []
    for line in lines:
        if out and line and ((len(out[-1]) >= 60 and line[0].islower()) or _DANGLING.search(out[-1])):
            out[-1] = f"{out[-1]} {line}"
        else:
            out.append(line)
    return "\n".join(out)


def stripped(value: str) -> str:
    return value.strip().strip(" \t,;:|/-–—_*\"“”'").rstrip(".").strip()


_PRIVATE = frozenset(
    {
        "-",
        "--",
        "pribadi",
        "perorangan",
        "perseorangan",
        "umum",
        "warga",
        "masyarakat",
        "tidak ada",
        "perorangan/pribadi",
        "individu",
        "tdk ada",
        "masyarakat umum",
    }
)
_EMPTY = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "...",
        "tidak ada",
        "ada",
        "terlampir",
        "sama",
        "idem",
        "rahasia",
        "dirahasiakan",
        "anonim",
        "hamba allah",
        "nn",
        "n.n",
        "kosong",
        "(kosong)",
        "x",
        "sda",
    }
)


_OFFICE = re.compile(
    r"(?i)^(?:(?:kepala|pimpinan)\s+)?(?:disperinaker|disnaker|dinas\s+(?:perindustrian|tenaga\s+kerja|ketenagakerjaan))"
)
"""The office that is written to, however it is called, is not the writer's own."""


def checked(field: Field, value: str) -> str | None:
    """Return a value that can stand in a field, cleaned, or None."""
    if field == "telepon":
        numbers = find_telephones(value)
        if numbers:
            return numbers[0].raw
        local = re.match(r"^\D{0,3}(\d{3}[\s.\-]?\d{2,5})\D*$", value)
        return local.group(1) if local else None
    if field == "nama":
        return name_value(value)
    if field == "instansi":
        bare = stripped(_first_told(value))
        if _OFFICE.search(bare):
            return None
        if value.strip().casefold() in _PRIVATE or bare.casefold() in _PRIVATE or _is_private(bare):
            return "Perorangan"
        if bare != stripped(value) and not ORG_START.match(bare):
            return None
        return bare if bare.casefold() not in _EMPTY and len(bare) <= 120 and re.search(r"[^\W\d]{2}", bare) else None
    if field == "alamat":
        return address_value(value)
    return None


def _first_told(value: str) -> str:
    """Cut where a sentence follows the name of an organisation; the full stop of "PT." ends none."""
    end = re.search(r"(?<=[^\W\d_]{4})\.\s+(?=[A-Z][a-z]+\s)", value)
    return value[: end.start()] if end else value


_NOBODYS = words_of("warga masyarakat umum biasa sipil pribadi perorangan perseorangan individu sendiri atas nama saya")


def _is_private(value: str) -> bool:
    """Say whether several words say nothing but that somebody belongs to no organisation."""
    words = re.findall(r"[^\W\d_]+", without_place(value)[0].casefold())
    return len(words) > 1 and words[0] in _NOBODYS and all(word in _NOBODYS for word in words)


def name_value(value: str) -> str | None:
    plain = re.split(r"\s*[(\[|;]|\s+[-–—]\s+|\s+/\s+|\t", value)[0]
    numbers = find_telephones(plain)
    if numbers:
        plain = plain[: numbers[0].start]
    plain = HONORIFIC.sub("", stripped(plain))
    kept = re.match(rf"[^,]+{DEGREE}", plain)
    plain = kept.group() if kept else plain
    plain = re.split(r"(?<![Dd]rg)(?<![Aa]pt)(?<![Dd]r[as])(?<![Pp]rof)(?<=[a-z]{3})\.\s", plain)[0].strip()
    plain = without_place(plain)[0]
    if re.fullmatch(DEGREE, f", {plain}"):
        return None
    if plain.casefold() in _EMPTY or not 2 <= len(plain) <= 60 or len(plain.split()) > 7 or ORG_START.match(plain):
        return None
    if re.search(r"\b[A-Z]\.\s?[A-Z][a-z]{0,3}$", plain) and f"{plain}." in value:
        plain += "."
    return plain.rstrip(",") if re.search(r"[^\W\d_]{2}", plain) and not re.search(r"\d{2}|@|https?:", plain) else None


_ELSEWHERE = re.compile(
    r"(?i)(?:(?:sda|s\.d\.a|idem)\b|(?:sama|sesuai|seperti|lihat|tertera|sebagaimana|ada|di|pada|dalam)\b.{0,20}\b"
    r"(?:ktp|kk|atas|lampir\w*|terlampir)\b)"
)
"""What points at another paper in place of an address."""
_STREET_ALONE = re.compile(r"(?:Jalan|Gang|Desa|Kampung)\s+(?P<rest>[^\d]+)")


def _nothing_butwords_of(value: str) -> bool:
    """Say whether a sentence begins with "Jalan" and the like and goes on in small letters: "Jalan gelap"."""
    street = _STREET_ALONE.fullmatch(value)
    return street is not None and street["rest"].islower() and not is_place(street["rest"])


_WORDY = re.compile(r"(?i)[^\W\d_]{3}|^(?:jl|jln|gg|ds)\b\.?\s+[a-z]+\s+(?:no\.?\s*)?\d")
_PERSON = re.compile(r"(?i)(?:kepala|ketua|wali\s*kota|bupati|camat|lurah|kades|pemerintah|dinas|account)\b")


def _all_common(words: str) -> bool:
    return all(is_common(word) for word in re.findall(r"[^\W\d_]+", words))


def address_value(value: str) -> str | None:
    plain = re.split(
        r"(?i)\s*[,.;/|(]?\s*(?:\b(?:no\.?\s*)?(?:hp|wa|telp?|telepon|tlp|email|e-mail|nomer|nomor\s+hp|"
        r"kontak)\b\s*[.:]?)\s*(?=[\d(+]|saya|kulo|sy)",
        value,
    )[0]
    numbers = find_telephones(plain)
    if numbers:
        plain = plain[: numbers[0].start]
    plain = stripped(EMAIL.split(plain)[0])
    if _PERSON.match(plain) or _ELSEWHERE.match(plain) or _nothing_butwords_of(plain) or is_city(plain):
        return None
    if not (re.search(r"[A-Z\d]", plain) or is_place(plain) or not _all_common(plain)):
        return None
    if _DANGLING.search(plain):
        return None
    if plain.casefold() in _EMPTY or not 4 <= len(plain) <= 160 or not _WORDY.search(plain):
        return None
    return plain


IN_SENTENCES = re.compile(
    r"(?i)\b(?:saya|kami|kulo|mohon|tolong|tidak|belum|sudah|yang|adalah|akan|dengan|karena|mengadukan|"
    r"melaporkan|terlampir|untuk|bisa|padahal|tapi|minta|harus|oleh|kepada|apakah|please|we|our)\b|[?!]\s|https?:"
)


def name_like(part: str, sender: frozenset[str]) -> bool:
    plain = HONORIFIC.sub("", part.strip())
    words = re.findall(r"[\w'’`.\-]+", re.sub(rf"(?<=\w){DEGREE}$", "", plain))
    if not 1 <= len(words) <= 6 or re.search(r"[\d@:!?\"“”]", part):
        return False
    if any(word.casefold().strip(".") in NOT_NAME for word in words) or re.fullmatch(r"(?i)\w{4,}nya", words[0]):
        return False
    if ORG_START.match(plain) or ORG_ENDS.search(plain) or HARD_ADDRESS.search(plain):
        return False
    if re.search(r"\w{5,}\.\s", plain) or re.search(r"(?i)([a-z])\1\1", plain):
        return False
    small = {"bin", "binti", "al", "el", "van", "de", "dr.", "drg.", "apt."}
    if words[0].casefold() in sender and len(words) <= 3 and not EVERYDAY & set(words):
        return True
    return all(word[0].isupper() or word in small for word in words)


_PLAIN_WORD = re.compile(r"[^\W\d_][\w'’`\-]*\.?")


def small_name_like(part: str) -> bool:
    """Say whether one to three words, however they are written, may be a name: none of them is an everyday word."""
    words = HONORIFIC.sub("", part.strip()).split()
    return 1 <= len(words) <= 3 and all(
        _PLAIN_WORD.fullmatch(word) and len(word) > 2 and not is_common(word) for word in words
    )


_WORD = re.compile(r"[^\W\d_][^\W_]*")
_SHORT = re.compile(r"[A-Z]{2,4}")
"""Written so in every letter: HRD, THR."""
_FIRM = re.compile(
    r"(?i)(?:pt|cv|ud|pd|toko|kafe|cafe|hotel|koperasi|yayasan|apotek|klinik|rs|rsud|bengkel|warung|depot|katering|catering|"
    r"laundry|swalayan|salon|smk|smkn|smp|sma|sman|universitas|lpk|bank)"
)
_IN_NAMES = words_of(
    "abadi agung anugerah berkah bersama bina cahaya citra damai harapan indah jaya karya karyawan kerja lestari "
    "lima maju makmur mandiri mas mitra mulia murni prima raya rejeki rezeki riyadi sejahtera sejati setia sinar "
    "sukses sumber surya tani tiga tunas untung usaha utama"
)
"""Everyday words that go on in the names of firms and people."""
_TELLS = words_of(
    "saya sy aku kulo kami kita mohon tolong minta tidak tdk ga gak ndak belum blm sudah udah yang yg adalah akan mau "
    "ingin bisa harus karena padahal tapi kalau bilang katanya bekerja digaji dibayar dipotong dipecat disuruh "
    "apa apakah kenapa kapan bagaimana berapa ini itu sangat masih terus malah untuk supaya agar wong gaji upah"
)


def calmed(line: str) -> str:
    """Write the everyday words of a sentence small where most of its words have capitals, as in headlines and shouts.

    Capitals prove nothing there; what is left of them may be names. A line that is no sentence stays as it is; the
    length of a line stays the same in any case.
    """
    if not _capitals_prove_nothing(line):
        return line
    before, in_firm = "", False

    def small(match: re.Match[str]) -> str:
        nonlocal before, in_firm
        word = match.group()
        stays = _stays_great(word, before, in_firm=in_firm, shouted=line.isupper())
        before, in_firm = word if stays else "", stays and (in_firm or _FIRM.fullmatch(word) is not None)
        return word if stays or len(word.lower()) != len(word) else word.lower()

    return _WORD.sub(small, line)


def _stays_great(word: str, before: str, *, in_firm: bool, shouted: bool) -> bool:
    told = word.casefold()
    if not is_common(word) or told in ADDRESS_SMALL or _FIRM.fullmatch(word):
        return True
    if in_firm and not (told in _TELLS or told in EVERYDAY - _IN_NAMES or _DERIVED.fullmatch(told)):
        return True
    return (bool(before) and told in _IN_NAMES) or (not shouted and _SHORT.fullmatch(word) is not None)


def _capitals_prove_nothing(line: str) -> bool:
    """Say whether a line is a sentence of which most everyday words, those that begin a sentence apart, are great."""
    if sum(map(str.isupper, line)) < 2:
        return False
    everyday = [match for match in _WORD.finditer(line) if is_common(match.group())]
    if not any(match.group().casefold() in _TELLS for match in everyday):
        return False
    within = [match.group() for match in everyday if not _begins(line, match.start())]
    within = [word for word in within if word.casefold() not in _PROVE_NOTHING and not _FIRM.fullmatch(word)]
    great = sum(word[0].isupper() for word in within)
    return great > 1 and 4 * great > 3 * len(within)


_PROVE_NOTHING = ADDRESS_SMALL | words_of("di ke dari dan yang yg oleh untuk pada dengan bapak ibu")


def _begins(line: str, place: int) -> bool:
    """Say whether a sentence begins at a place of a line."""
    before = line[max(0, place - 8) : place]
    return bool(re.search(r"[.!?:…]\W*$", before)) or not (place > 8 or re.search(r"\w", before))


def is_told(part: str) -> bool:
    """Say whether words are a sentence rather than an address."""
    small = [word for word in re.findall(r"[^\W\d_]{2,}", part) if word[0].islower()]
    return len([word for word in small if word not in ADDRESS_SMALL]) >= 4 or bool(
        re.search(r"(?!Prof)[^\W\d]{4,}\.\s", part)
    )


def first_sentence(value: str) -> str:
    """Cut at the end of the sentence; the full stop of "Jl." or "Gg." is none."""
    for end in re.finditer(r"\.(?=\s|$)", value):
        if not ABBREVIATION.search(value[: end.start()]):
            return value[: end.start()]
    return value
