"""Judges one raw mail: parsed, screened, separated, identified and classified, as a pure function of its bytes."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from ingest.attached import text_of
from ingest.classify import Caution, classifier
from ingest.identity import identify, phone_e164
from ingest.model import Model, UnusableModel, read_model
from ingest.parse import ParsedMail, UnreadableMail, parse
from ingest.quote import NewText, separate
from ingest.rules import MOST_LETTERS, UMUM, RuleClassifier
from ingest.screen import screen
from ingest.themes import ThemeReader
from ledger.ports import NO_THEME, Classifier, Found, Identity, Judgement, Screening, Themed, Wording


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file inside a mail, without its bytes."""

    name: str
    content_type: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Judged:
    """All that the book needs of a mail. `references` holds In-Reply-To and References, `carried` the Message-IDs of
    letters attached to it, all without angle brackets.

    `text` is what the body newly says. `attached_text`, what its PDF and DOCX files say, is read only where the body
    itself says nothing.
    """

    rfc_message_id: str | None
    references: tuple[str, ...]
    sender_address: str
    sender_name: str
    subject: str
    sent_at: datetime | None
    text: str
    quoted: str
    content_key: str
    files: tuple[FileFacts, ...]
    screening: Screening
    identity: Identity
    phone_e164: str
    judgement: Judgement
    themed: Themed = NO_THEME
    attached_text: str = ""
    carried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail that could not be read, and why (plain Indonesian)."""

    error: str


Verdict = Judged | Unread


MODEL = "model.json"
SHIPPED_MODEL = Path(__file__).parents[1] / "config" / MODEL


def rules_of(settings: Settings) -> RuleClassifier:
    """Build the classifier that knows rules.toml alone."""
    return RuleClassifier(
        settings.rules,
        review_below=settings.judging.review_below,
        services=sorted(settings.services),
        mailboxes={box.address: box.service for box in settings.mailboxes},
        titles={key: settings.service_title(key) for key in (*settings.services, UMUM)},
    )


def caution_of(settings: Settings) -> Caution:
    """Return when an officer is asked to look, as configured."""
    return Caution(settings.judging.review_below, settings.judging.complaint_cost)


def model_of(settings: Settings) -> Model | None:
    """Return the model now in use: the office's own, else the one that came along; None where neither can be used."""
    for file in (settings.folder / MODEL, SHIPPED_MODEL):
        try:
            return read_model(file)
        except (UnusableModel, OSError):
            continue
    return None


def classifier_of(settings: Settings) -> Classifier:
    """Build the classifier that the configuration describes: the office's own model, else the one that came along."""
    models = (settings.folder / MODEL, SHIPPED_MODEL)
    return classifier(rules_of(settings), models, caution_of(settings), settings.services.keys())


def theme_reader_of(settings: Settings, rules: RuleClassifier) -> ThemeReader:
    """Build what tells themes and urgency, as configured."""
    return ThemeReader(settings.themes, rules, settings.rules.abbreviations)


_POINTS_AT_FILES = (
    "lampir",
    "terlampir",
    "dilampir",
    "melampir",
    "attach",
    "berkas",
    "dokumen",
    "surat",
    "file",
    "pdf",
    "scan",
    "foto",
    "pindai",
)
_SAYS_NOTHING = frozenset(
    re.findall(
        r"\w+",
        "adalah atas baca bantu bantuan bapak berikut beserta bersama bu cek dan dapat dari dengan detail di diproses "
        "disampaikan ditindaklanjuti hal harap ibu ini isi itu jelas kami kasih kepada kirim kirimkan lengkap lewat "
        "lihat mas maksud mbak mohon nggih pak pada perihal saya sebagaimana selengkapnya sesuai silakan silahkan "
        "sudah sy tanggapan terima tersebut tolong untuk ya yang yth",
    )
)
_FEW_WORDS, _COVER_WORDS = 5, 20


@dataclass(frozen=True, slots=True)
class Say:
    """How much a body says itself: words of its own, greetings and the like apart, and whether it points at files."""

    words: int
    points_at_files: bool

    @property
    def nothing(self) -> bool:
        """Say whether it has no word of its own."""
        return self.words == 0

    @property
    def little(self) -> bool:
        """Say whether what is attached must be read in its place, or beside it."""
        return self.nothing or (self.points_at_files and self.words <= _FEW_WORDS)

    @property
    def cover(self) -> bool:
        """Say whether it may be the note that somebody writes above a letter which he hands on."""
        return self.words <= _COVER_WORDS


def say_of(rules: RuleClassifier, text: str) -> Say:
    """Count what a body says itself."""
    words = [word for word in rules.words_of(Wording("", text[:MOST_LETTERS])) if word[0].isalnum()]
    pointing = [word for word in words if word.startswith(_POINTS_AT_FILES)]
    own = [word for word in words if word not in _SAYS_NOTHING and word not in pointing]
    return Say(len(own), bool(pointing))


def _with_attached(said: Identity, attached: str) -> Identity:
    """Fill what a body does not say of its writer from the letter attached to it."""
    if not attached:
        return said
    more = identify(attached)
    return Identity(
        name=said.name or _in_attachment(more.name),
        organisation=said.organisation or _in_attachment(more.organisation),
        address=said.address or _in_attachment(more.address),
        phone=said.phone or _in_attachment(more.phone),
    )


def _in_attachment(found: Found | None) -> Found | None:
    return replace(found, source=f"lampiran, {found.source}") if found else None


def _handed_on(mail: ParsedMail, parted: NewText) -> str:
    """Return the letter of somebody else that a mail forwards below a note, or encloses."""
    return parted.forwarded or (separate(mail.enclosed).text if mail.text and mail.enclosed else "")


def said_by(mail: ParsedMail) -> NewText:
    """Find what a mail newly says; where it only encloses a letter, as a bare forward does, that letter speaks."""
    body = mail.text or mail.enclosed
    return separate(body, mail.subject) if body else NewText(mail.astray, "", "")


def _with_astray(mail: ParsedMail, text: str) -> str:
    """Put what may be words of the letter above it: its headers are broken, nobody can tell."""
    return f"{mail.astray}\n\n{text}" if mail.astray and text != mail.astray else text


def _words_astray(mail: ParsedMail) -> str:
    """Of the lines that may be words of the letter, give those that are no headers in form."""
    beside = mail.astray if mail.text or mail.enclosed else ""
    return re.sub(r"^[!-9;-~]+[ \t]*:.*\n?", "", beside, flags=re.MULTILINE).strip()


class Judge:
    """Judges raw mails by one configuration."""

    def __init__(self, settings: Settings) -> None:
        self._own = settings.own_addresses
        self._classifier = classifier_of(settings)
        self._rules = rules_of(settings)
        self._themes = theme_reader_of(settings, self._rules)

    def __call__(self, raw: bytes, mailbox: str) -> Verdict:
        """Judge one mail that arrived in a mailbox; an empty `mailbox` is told from the mail's recipients."""
        try:
            mail = parse(raw)
        except UnreadableMail as wrong:
            return Unread(str(wrong))
        parted = said_by(mail)
        said = _with_astray(mail, parted.text)
        text = "\n\n".join(part for part in (said, parted.signature) if part)
        sender = mail.sender
        handed_on = _handed_on(mail, parted)
        say = say_of(self._rules, parted.text) if mail.files or handed_on else Say(1, False)
        handed_on = handed_on if say.cover else ""
        attached = text_of(mail.files) if say.little else ""
        identity = _with_attached(identify(text, sender.name if sender else ""), attached)
        wording = Wording(
            mail.subject,
            "\n\n".join(part for part in (_words_astray(mail), parted.text, handed_on, attached) if part),
            tuple(file.name for file in mail.files),
            mailbox or self._addressed(mail),
        )
        judgement = self._classifier.judge(wording)
        unsure = (say.nothing and not (attached or handed_on)) or bool(mail.astray) or not mail.headers
        return Judged(
            rfc_message_id=mail.message_id,
            references=tuple(dict.fromkeys(mail.in_reply_to + mail.references)),
            sender_address=sender.address if sender else "",
            sender_name=sender.name if sender else "",
            subject=mail.subject,
            sent_at=mail.date,
            text=said,
            quoted=parted.quoted,
            content_key=mail.content_key,
            files=_facts(mail),
            screening=screen(mail, own_message=False, own_addresses=self._own),
            identity=identity,
            phone_e164=(phone_e164(identity.phone.value) or "") if identity.phone else "",
            judgement=replace(judgement, needs_review=True) if unsure else judgement,
            themed=self._themes.read(wording),
            attached_text=attached,
            carried=mail.carried,
        )

    def _addressed(self, mail: ParsedMail) -> str | None:
        """Return the first of the office's addresses that a mail is written to."""
        written_to = (address.address.lower() for address in (*mail.to, *mail.cc))
        return next((address for address in written_to if address in self._own), None)


def _facts(mail: ParsedMail) -> tuple[FileFacts, ...]:
    return tuple(
        FileFacts(file.name, file.content_type, len(file.content), hashlib.sha256(file.content).hexdigest())
        for file in mail.files
    )
