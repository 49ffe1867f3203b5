"""Recognises what programs and offices put below a letter, and what no signature is made of."""

import re
from collections.abc import Sequence

from ingest.phrases import one_of

_LONGEST_DISCLAIMER = 3000  # characters
_DEVICE = (
    r"\b(?i:iphone|ipad|android|samsung|galaxy|xiaomi|redmi|poco|oppo|vivo|realme|infinix|huawei|nokia|blackberry|lenovo"
    r"|asus|ponsel|hp saya|smartphone|handphone|telepon genggam|tablet|yahoo|outlook|gmail|proton\w*|windows|mail|email"
    r"|surel|perangkat|mobile)\b"
)
_PLAIN = r"[\w \-+()/®™]"
# With its capital letter: the same words in the midst of a sentence are the writer's.
_FOOTER = re.compile(
    r"^[\s*_]*(?:"
    rf"(?:Dik|Terk)irim (?:dari|melalui|lewat|menggunakan) {_PLAIN}{{0,40}}{_DEVICE}{_PLAIN}{{0,40}}"
    rf"|Sent (?:from|via|with|using) {_PLAIN}{{0,40}}{_DEVICE}{_PLAIN}{{0,40}}"
    rf"|Sent from my {_PLAIN}{{1,30}}"
    rf"|(?:Get|Dapatkan|Unduh|Download) Outlook (?:for|untuk) {_PLAIN}{{0,30}}"
    rf"|Powered by {_PLAIN}{{0,20}}BlackBerry{_PLAIN}{{0,20}}"
    r")(?:\s*<https?://\S+>)?(?:[.!]\s*(?:(?i:(?:dapatkan|unduh|download|get|coba|cari tahu|pelajari|learn)\b"
    r"|(?:mohon )?maaf[^.\n]{0,40}(?:salah|ketik|typo)|(?:please )?(?:excuse|pardon|sorry)[^.\n]{0,40}"
    r"(?:typo|brevity|error|mistake))[^.\n]{0,80}(?:<?https?://\S+>?)?))?[.!*_\s]*$"
)

# --- what stands under every letter of an office ---
_FOR_ALL = one_of(
    r"(?:legal )?(?:disclaimer|notice)|penafian|sangkalan|perhatian|penting|peringatan|pemberitahuan|catatan",
    r"kerahasiaan|confidential\w*|privileged?|important|caution|warning|external e-?mail",
    r"(?:segala |seluruh )?(?:isi |informasi )?(?:(?:dalam|pada|di|dari) )?(?:e-?mail|surel|surat elektronik|pesan) ?"
    r"(?:ini|dan|beserta|elektronik)",
    r"informasi (?:yang|dalam|di|pada)|the (?:information|contents?)",
    r"this (?:e-?mail|message|communication|transmission)",
    r"(?:jika|apabila|bila|kalau) (?:anda|saudara)|if you",
    r"(?:(?:please|mohon|harap|tolong) )?(?:consider|think|save|pertimbangkan|pikirkan|hemat|lindungi|jagalah)",
    r"virus[- ]free|bebas virus|(?:segala|semua|setiap) ",
    start=r"^[\W_]*",
    end=r"(?:(?!\w)|(?<= ))",
)
"""How such a paragraph begins; what it says must prove it."""
_TITLED = one_of(
    r"(?:legal )?disclaimer|penafian|sangkalan|confidential\w*(?: notice)?|legal notice|kerahasiaan",
    start=r"^[\W_]*",
    end=r"(?: (?:e-?mail|surel))?[\W_]*(?:[:.\-\u2013]|$)",
)
_PROVES = one_of(
    r"(?:not|other than) (?:\w+ ){0,2}(?:intended|named) (?:recipient|addressee)",
    r"(?:consider|think|save|pertimbangkan|pikirkan|hemat|lindungi|jagalah)\b.{0,80}"
    r"(?:sebelum (?:anda |saudara )?(?:men)?cetak|before (?:you )?print)",
    r"(?:virus[- ]free|bebas virus)\b.{0,10}\b(?:www|http|avast|avg)",
    r"(?:segala|semua|setiap) (?:bentuk )?(?:keluhan|pengaduan|aduan|kritik|saran|masukan|pertanyaan|komplain)\b"
    r"[^.]{0,60}(?:disampaikan|dikirim\w*|dialamatkan|ditujukan|diajukan|hubungi|menghubungi)[^@]{0,60}\S@\S",
)
_PROVES_OF_A_MAIL = one_of(
    r"penerima yang (?:dituju|dimaksud|berhak|tertuju|disebut)",
    r"intended (?:\w+ )?(?:for|recipient)|intended (?:solely|only)",
    r"for the (?:\w+ ){0,2}(?:addressee|recipient)s? (?:only|named)",
    r"(?:receiv\w+|menerima) [^.]{0,50}(?:in error|by mistake|kesalahan|keliru)",
)
_HINTS = (
    one_of(r"bukan (?:\w+ ){0,2}penerima"),
    one_of(r"\b(?:rahasia|konfidensial|confidential|privileged)\b"),
    one_of(r"\b(?:dilarang|tidak diperkenankan|prohibited|unauthori[sz]ed|must not|should not)\b"),
    one_of(r"\b(?:hapus|menghapus|musnahkan|delete|destroy)\b"),
    one_of(r"(?:kepada|hubungi|menghubungi|beri ?tahu\w*|notify|inform|advise|contact) (?:the )?(?:pengirim|sender)"),
    one_of(r"(?:tidak bertanggung ?jawab|no (?:liability|responsibility)|not (?:liable|responsible))"),
)
"""Each alone says little; two of them, of a mail, are enough."""
_ITSELF = one_of(
    r"\b(?:e-?mail|surel|surat elektronik|pesan|message|communication|transmission|lampiran|attachments?)\b"
)
_WRITER = one_of(r"\b(?:saya|sy|aku|kulo|pelapor|identitas)\b|\b(?:my|me)\b")
"""Words of whoever writes himself: a paragraph with one of them is the letter's."""

# --- sentences: what no signature is made of ---
_SET_IN_SIGNATURES = one_of(
    r"(?:hormat|salam|wassalam\w*|nomor|no|hp|wa|telp|telepon|alamat|rumah|kantor|hubungi|kunjungi|ikuti)"
    r" (?:saya|kami)",
    r"\S{1,80}@\S+|https?://\S+|www\.\S+|kami (?:siap )?melayani",
)
_SENTENCE = one_of(
    r"saya|sy|aku|kulo|kami|kita|mereka|tidak|tdk|gak|nggak|ngga|ga|belum|blm|bukan|sudah|sdh|udah|telah|akan|masih|pernah",
    r"karena|karna|krn|padahal|tetapi|tapi|sehingga|supaya|mohon|tolong|kenapa|mengapa|bagaimana",
    r"(?:i|we) (?:am|are|was|were|have|had|do|did|will|would|can|want|need|work)",
    start=r"\b(?:",
    end=r")\b",
)
_VERB_FORM = re.compile(
    r"(?<![\w.@])(?:di(?!nas|rek|vis|git|str|snaker|sper|stan|mensi)[a-z]{4,}|me(?:m|n|ng|ny)(?!ber\b|ara|ta|te[nr])[a-z]{4,})(?![\w@])"
)


def is_phone_line(line: str) -> bool:
    """Say whether a line is the one that a phone or a mail program puts under every letter."""
    return bool(_FOOTER.match(line))


def may_disclaim(line: str) -> bool:
    """Say whether a line may begin a disclaimer."""
    return bool(_FOR_ALL.match(line))


def is_title(line: str) -> bool:
    """Say whether a line calls what it begins a disclaimer."""
    return bool(_TITLED.match(line))


def disclaims(lines: Sequence[str]) -> bool:
    """Say whether a paragraph stands under every mail of an office, and is not the writer's."""
    said = " ".join(line.strip() for line in lines)
    if len(said) > _LONGEST_DISCLAIMER or _WRITER.search(said):
        return False
    if _PROVES.search(said):
        return True
    signs = sum(1 for hint in _HINTS if hint.search(said)) + is_title(lines[0])
    return bool(_ITSELF.search(said)) and (signs > 1 or bool(_PROVES_OF_A_MAIL.search(said)))


def without_footers(lines: Sequence[str]) -> list[str]:
    """Empty the lines that stand under every letter: those of phones, and the paragraphs of disclaimers."""
    kept: list[str] = []
    while len(kept) < len(lines):
        at = len(kept)
        if may_disclaim(lines[at]):
            end = next((place for place in range(at, len(lines)) if not lines[place].strip()), len(lines))
            if disclaims(lines[at:end]):
                kept += [""] * (end - at)
                continue
        kept.append("" if is_phone_line(lines[at]) else lines[at])
    return kept


def small_print(footer: str) -> str:
    """Return the disclaimers of a footer, without the lines of phones."""
    return "\n".join(line for line in footer.splitlines() if not is_phone_line(line)).strip()


def is_sentence(line: str) -> bool:
    """Say whether a line is the writer's: no signature is made of verbs and of words such as "saya" and "belum"."""
    bare = _SET_IN_SIGNATURES.sub(" ", line)
    return bool(_SENTENCE.search(bare) or _VERB_FORM.search(bare))
