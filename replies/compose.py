"""Writes the words of a letter from its templates, and makes a mail of them that nothing can be smuggled into."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from config.settings import Settings
from ledger.dates import long_date, long_moment
from ledger.deadlines import Promise, limits, promised
from ledger.entries import Rulebook
from ledger.errors import LedgerError
from ledger.labels import KINDS
from ledger.letters import NUMBER_HEADER, Rendered
from ledger.models import Entry, Letter
from ledger.words import Channel, Purpose

TEMPLATES = Path(__file__).parent / "templates"
ANSWERS_HEADER = "X-Buku-Menjawab"

_NEUTRAL = "netral"
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,500}")
_NAME = re.compile(r"[^\W\d_][^\W\d_ .,'’-]*(?:[ .,'’-]+[^\W\d_]+)*[.]?")
_NAME_LENGTH = 60
_CHANNELS = {
    Channel.EMAIL: "surel (e-mail)",
    Channel.TELEPON: "telepon",
    Channel.PETUGAS: "petugas penerima",
    Channel.RADIO: "program radio Laporo Rek",
    Channel.LAINNYA: "saluran lain",
}
_UNITS = {"hari_kerja": "hari kerja", "hari": "hari"}


class _MessageIds(UnstructuredHeader, BaseHeader):
    """Message-IDs, one a line: as plain text, one longer than a line would be encoded beyond recognition."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(self.split()) + policy.linesep


_HEADERS = HeaderRegistry()
for _name in ("in-reply-to", "references", ANSWERS_HEADER.lower()):
    _HEADERS.map_to_type(_name, _MessageIds)
_POLICY = policy.SMTP.clone(header_factory=_HEADERS)


class LetterError(LedgerError):
    """A letter cannot be written: a template is missing or broken. For the operator; the letter is tried again."""


@dataclass(frozen=True, slots=True)
class SpokenPromise:
    """A promise as the templates say it; `due` is empty while its count has not begun."""

    label: str
    due: str
    span: str


class Composer:
    """Renders letters by one configuration."""

    def __init__(self, settings: Settings, rulebook: Rulebook, templates: Path = TEMPLATES) -> None:
        self._settings = settings
        self._rulebook = rulebook
        self._jinja = Environment(
            loader=FileSystemLoader(templates),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html"),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )

    def render(self, entry: Entry, *, mailbox: str, files: int) -> Rendered:
        """Render the acknowledgement of an entry; what is in doubt gets neutral words. Raises LetterError."""
        words = _NEUTRAL if entry.needs_review else entry.kind.value
        return self._rendered(f"{Purpose.TANDA_TERIMA}_{words}", self._context(entry, mailbox, files))

    def answer(self, entry: Entry, *, words: str, mailbox: str) -> Rendered:
        """Render an answer in an officer's own words, inside the frame of every letter. Raises LetterError."""
        said = {"paragraphs": paragraphs_of(words), "in_doubt": entry.needs_review}
        return self._rendered(Purpose.JAWABAN, self._context(entry, mailbox, files=0) | said)

    def _rendered(self, folder: str, context: dict[str, object]) -> Rendered:
        try:
            subject, text, html = (
                self._jinja.get_template(f"{folder}/{part}").render(context)
                for part in ("subject.txt", "body.txt", "body.html")
            )
        except Exception as wrong:  # a template is a program, and one broken letter must not take the others down
            raise LetterError(f"templat {folder}: {type(wrong).__name__}: {wrong}") from wrong
        return Rendered(" ".join(subject.split()), text.strip() + "\n", html.strip() + "\n")

    def check(self) -> list[str]:
        """Return what is wrong with the templates: nothing, if every letter can be compiled."""
        wrong: list[str] = []
        for name in self._jinja.list_templates():
            try:
                self._jinja.get_template(name)
            except (TemplateError, ValueError, OSError) as error:
                wrong.append(f"{name}: {error}")
        return wrong

    def _context(self, entry: Entry, mailbox: str, files: int) -> dict[str, object]:
        zone = self._rulebook.zone
        return {
            "office": self._settings.office,
            "number": entry.number,
            "greeting_name": greeting_name(entry.name),
            "kind_label": KINDS[entry.kind].lower(),
            "service": self._settings.services.get(entry.service),
            "received": long_moment(entry.received_at, zone),
            "channel_label": entry.channel_word or _CHANNELS[entry.channel],
            "mailbox": mailbox,
            "files": files,
            "missing": missing_from(entry),
            "promises": self._promises(entry),
            "received_by_mail": entry.channel is Channel.EMAIL,
            "split_from": entry.split_from,
        }

    def _promises(self, entry: Entry) -> tuple[SpokenPromise, ...]:
        made = promised(
            limits(
                self._rulebook.deadlines,
                self._rulebook.calendar,
                kind=entry.kind,
                service=entry.service,
                received_at=entry.received_at,
                zone=self._rulebook.zone,
            )
        )
        return tuple(_spoken(promise) for promise in made)


def _spoken(promise: Promise) -> SpokenPromise:
    span = f"{promise.amount} {_UNITS[promise.unit]}"
    if promise.conditional:
        return SpokenPromise(promise.label, "", f"{span} sejak berkas dinyatakan lengkap")
    return SpokenPromise(promise.label, long_date(promise.due), span)


def paragraphs_of(words: str) -> tuple[tuple[str, ...], ...]:
    """Return typed words as paragraphs (an empty line stands between two) of lines, without needless spaces."""
    blocks = re.split(r"\n[^\S\n]*\n\s*", words.replace("\r\n", "\n").strip())
    return tuple(tuple(" ".join(line.split()) for line in block.split("\n") if line.strip()) for block in blocks)


def greeting_name(name: str) -> str:
    """Return a name that may stand in a greeting, or nothing: a stranger chose it, and letters carry our name."""
    plain = " ".join(name.split())
    return plain if len(plain) <= _NAME_LENGTH and _NAME.fullmatch(plain) else ""


def missing_from(entry: Entry) -> tuple[str, ...]:
    """Return which of the four items that the standard asks for are lacking, in the words of the letter."""
    items = (
        (entry.name, "nama lengkap"),
        (entry.organisation, "instansi atau tempat bekerja (bila ada)"),
        (entry.address, "alamat"),
        (entry.phone, "nomor telepon yang dapat dihubungi"),
    )
    return tuple(label for value, label in items if not value)


def as_mail(letter: Letter, number: str, settings: Settings, *, at: datetime) -> bytes:
    """Build the mail of a letter (RFC 5322): to its recipient alone, threaded, an acknowledgement marked as automatic.

    `at` is aware and becomes the Date. Raises ValueError where a header would hold a line break.
    """
    mail = EmailMessage(policy=_POLICY)
    local, _, domain = letter.mailbox.rpartition("@")
    mail["From"] = Address(display_name=settings.office.short, username=local, domain=domain)
    to_local, _, to_domain = letter.recipient.rpartition("@")
    mail["To"] = Address(username=to_local, domain=to_domain)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(at.astimezone(settings.office.zone))
    mail["Message-ID"] = f"<{letter.rfc_message_id}>"
    threading = [one for one in (*letter.refers_to, letter.answers) if _MESSAGE_ID.fullmatch(one)]
    if _MESSAGE_ID.fullmatch(letter.answers):
        mail["In-Reply-To"] = f"<{letter.answers}>"
        mail[ANSWERS_HEADER] = f"<{letter.answers}>"
    if threading:
        mail["References"] = " ".join(f"<{one}>" for one in dict.fromkeys(threading))
    if letter.purpose is Purpose.TANDA_TERIMA:  # RFC 3834; a person writes an answer
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
    mail[NUMBER_HEADER] = number
    mail.set_content(letter.body_text, cte="quoted-printable")
    mail.add_alternative(letter.body_html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()
