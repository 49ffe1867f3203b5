"""What an officer types into "Catat baru": read into the ledger's terms, and what the desk can tell him meanwhile."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from config.settings import Settings
from ledger import broadcasts, callers, files, moments, recording, telephones
from ledger.addresses import is_writable
from ledger.callers import Call
from ledger.desk.forms import Form, FormErrors
from ledger.desk.safety import file_name
from ledger.errors import LedgerError
from ledger.files import Packed
from ledger.messages import storable
from ledger.models import Broadcast
from ledger.moments import Understood, UnreadableMoment
from ledger.ports import Classifier, Judgement, Wording
from ledger.recording import Desk, Told
from ledger.telephones import Telephone
from ledger.words import REGISTER_OF, Channel, Kind

FIELDS = {
    "nama": ("name", 200),
    "telepon": ("phone", 100),
    "instansi": ("organisation", 300),
    "alamat": ("address", 500),
    "surel": ("email", 254),
    "mewakili": ("represents", 300),
    "perihal": ("matter", 300),
}
"""Fields of one line, each with the item of the ledger that it fills and its longest text."""
_FIELD_OF = {item: name for name, (item, _) in FIELDS.items()}
_ASKED = {_FIELD_OF[item]: words for item, words in recording.ASKED.items()}
ACCOUNT = 20_000
OTHERS = ("uraian", "jenis", "layanan", "rahasia", "diterima", "kanal_lain", "jam_siar", "once")
KINDS = tuple(REGISTER_OF)
GENERAL = "umum"
MOST_FORM_BYTES = files.MOST_FILES * files.MOST_BYTES + 1_000_000
CHOOSE_AGAIN = "Pilihlah lagi berkasnya: peramban tidak menyimpannya."

_ONCE = re.compile(r"[0-9a-f]{32}")
_WORTH_JUDGING = 3
"""How many words must stand there before their kind is guessed."""


def new_values(**given: str) -> dict[str, str]:
    """Return the values of an empty form, with a token of its own."""
    empty = dict.fromkeys((*FIELDS, *OTHERS), "")
    return empty | {"jenis": Kind.PENGADUAN.value, "layanan": GENERAL} | new_token() | given


def new_token() -> dict[str, str]:
    """Return the token by which a form sent twice is known, for a form that has not been sent yet."""
    return {"once": secrets.token_hex(16)}


def attached(form: Form) -> list[Packed]:
    """Return the files of a form made ready to be kept. Raises UnfitFile."""
    return files.pack([(file_name(file.name), file.content) for file in form.files if file.field == "berkas"])


def phone_in_words(written: str, local_area: str | None) -> str:
    """Say what was understood of a telephone number, where that is not all that was written; else ""."""
    number = telephones.read(written, local_area=local_area)
    if number is None:
        return "Belum terbaca sebagai nomor; disimpan seperti tertulis." if written else ""
    return "" if number.whole else f"Terbaca: {number.spoken}. Selebihnya disimpan seperti tertulis."


def twins_in_words(count: int) -> str:
    """Say that some files of a form were kept already, or were the same as another one of it; "" where none was."""
    return f"{count} berkas tidak disimpan lagi karena isinya sama dengan berkas lain." if count else ""


def values_of(form: Form) -> dict[str, str]:
    """Return what was typed as it was typed, also where it cannot be taken, so that nothing is lost."""
    typed = {name: storable(form.values.get(name, "")) for name in (*FIELDS, *OTHERS)}
    if not _ONCE.fullmatch(typed["once"]):
        typed |= new_token()
    return new_values() | {name: value for name, value in typed.items() if name in form.values or value}


@dataclass(slots=True)
class _Taking:
    """One form being read: every complaint is remembered beside its field, none stops the rest."""

    form: Form
    errors: dict[str, str]

    def line(self, name: str, limit: int) -> str:
        try:
            return storable(self.form.text(name, limit))
        except FormErrors as wrong:
            self.errors |= wrong.errors
            return ""

    def account(self) -> str:
        try:
            return storable(self.form.lines("uraian", ACCOUNT))
        except FormErrors as wrong:
            self.errors |= wrong.errors
            return ""

    def kind(self) -> Kind:
        written = self.line("jenis", 20) or Kind.PENGADUAN.value
        if written not in KINDS:
            self.errors["jenis"] = "Pilihlah salah satu jenis."
            return Kind.PENGADUAN
        return Kind(written)

    def one_of(self, name: str, known: Mapping[str, str], usual: str, words: str) -> str:
        written = self.line(name, 60) or usual
        if written not in known:
            self.errors[name] = words
        return written

    def received_at(self, now: datetime, settings: Settings) -> datetime:
        try:
            return moments.read_moment(self.line("diterima", moments.LONGEST), now=now, zone=settings.office.zone).at
        except UnreadableMoment as wrong:
            self.errors["diterima"] = str(wrong)
            return now

    def aired_at(self, broadcast: Broadcast, now: datetime, settings: Settings) -> datetime | None:
        try:
            clock = moments.read_clock(self.line("jam_siar", 20))
            return broadcasts.on_air(broadcast, clock, now=now, zone=settings.office.zone)
        except LedgerError as wrong:
            self.errors["jam_siar"] = str(wrong)
            return None


def services_of(settings: Settings) -> dict[str, str]:
    """Return the services that may be chosen, the general one first."""
    return {key: settings.service_title(key) for key in (GENERAL, *settings.services)}


def told_in(
    form: Form, channel: Channel, settings: Settings, *, now: datetime, broadcast: Broadcast | None = None
) -> Told:
    """Return what a form tells; raises FormErrors with everything that cannot be taken, each beside its field."""
    taking = _Taking(form, {})
    lines = {item: taking.line(name, limit) for name, (item, limit) in FIELDS.items()}
    others = dict.fromkeys(settings.office.other_channels, "")
    aired_at = taking.aired_at(broadcast, now, settings) if broadcast else None
    received_at = (
        broadcasts.received(broadcast, aired_at, now=now, zone=settings.office.zone)
        if broadcast
        else taking.received_at(now, settings)
    )
    word = ""
    if channel is Channel.LAINNYA:
        word = taking.one_of("kanal_lain", others, next(iter(others), ""), "Pilihlah jalan masuknya.")
    told = Told(
        channel=channel,
        kind=taking.kind(),
        service=taking.one_of("layanan", services_of(settings), GENERAL, "Pilihlah salah satu layanan."),
        received_at=received_at,
        channel_word=word,
        account=taking.account(),
        secret=form.values.get("rahasia") == "ya",
        aired_at=aired_at,
        broadcast_id=broadcast.id if broadcast else None,
        once=once if _ONCE.fullmatch(once := form.values.get("once", "")) else "",
        **lines,
    )
    if taking.errors:
        raise FormErrors(taking.errors)
    return told


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the words sound like; the officer decides."""

    kind: Kind
    service: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Assistance:
    """What the desk can say while somebody is still talking: what it understood, who called before, what is missing."""

    phone: Telephone | None
    phone_unclear: bool
    email_unclear: bool
    at: Understood | None
    at_unclear: str
    calls: tuple[Call, ...]
    suggestion: Suggestion | None
    missing: tuple[str, ...]

    @property
    def silent(self) -> bool:
        """Say whether there is nothing to tell yet."""
        said = self.phone, self.phone_unclear, self.email_unclear, self.at, self.at_unclear, self.calls, self.suggestion
        return not any(said)


def assist(
    session: Session,
    values: Mapping[str, str],
    settings: Settings,
    desk: Desk,
    classifier: Classifier | None,
    *,
    now: datetime,
) -> Assistance:
    """Say what was understood of what stands in a form so far."""
    told_phone = values.get("telepon", "")[:100].strip()
    phone = telephones.read(told_phone, local_area=desk.local_area) if told_phone else None
    at, unclear = _moment(values.get("diterima", ""), settings, now)
    name = " ".join(values.get("nama", "")[:200].split())
    email = values.get("surel", "").strip()
    return Assistance(
        phone=phone,
        phone_unclear=bool(told_phone) and phone is None,
        email_unclear=bool(email) and not is_writable(email),
        at=at,
        at_unclear=unclear,
        calls=tuple(callers.called_before(session, phone_e164=phone.e164 if phone else "", name=name)),
        suggestion=suggestion_for(values, classifier),
        missing=tuple(words for name, words in _ASKED.items() if not values.get(name, "").strip()),
    )


def _moment(written: str, settings: Settings, now: datetime) -> tuple[Understood | None, str]:
    if not written.strip():
        return None, ""
    try:
        return moments.read_moment(written, now=now, zone=settings.office.zone), ""
    except UnreadableMoment as wrong:
        return None, str(wrong)


def suggestion_for(values: Mapping[str, str], classifier: Classifier | None) -> Suggestion | None:
    """Return what the words sound like, where that differs from what is chosen; None where they say too little."""
    words = Wording(values.get("perihal", "")[:300], values.get("uraian", "")[:ACCOUNT])
    if classifier is None or len(f"{words.subject} {words.text}".split()) < _WORTH_JUDGING:
        return None
    judged: Judgement = classifier.judge(words)
    if judged.kind is Kind.LAINNYA or not judged.reasons:
        return None
    if (judged.kind.value, judged.service) == (values.get("jenis"), values.get("layanan")):
        return None
    return Suggestion(judged.kind, judged.service, judged.confidence)
