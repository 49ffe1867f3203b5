"""Judges one raw mail: parsed, screened, separated, identified and classified, as a pure function of its bytes."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from ingest.classify import Caution, classifier
from ingest.footers import small_print
from ingest.heard import Heard, Listener
from ingest.identity import identify, phone_e164
from ingest.model import Model, UnusableModel, read_model
from ingest.parse import ParsedMail, UnreadableMail, parse
from ingest.quote import NewText, OlderLetter, separate
from ingest.rules import UMUM, RuleClassifier
from ingest.screen import screen
from ingest.themes import ThemeReader
from ledger.ports import NO_THEME, Classifier, Found, Identity, Judgement, Screening, Themed, Wording
from ledger.words import Kind

_UNWORDED = Wording("", "")


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

    `text` is what the body newly says, with the small print below it, which counts for nothing. `attached_text` is what
    its PDF and DOCX files say, where they speak for the letter: the body names no matter of its own, or it complains
    and so do they. `wording` is all that was judged.
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
    wording: Wording = _UNWORDED


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


_ATTACHED, _HANDED_ON = "lampiran", "surat yang diteruskan"
_FROM_HEADING = 0.6
"""How far the name above a letter that is handed on is believed: it is a display name."""


def _placed(said: Identity, place: str) -> Identity:
    """Say of every value in which part of a mail it stood."""
    return Identity(
        name=_at(place, said.name),
        organisation=_at(place, said.organisation),
        address=_at(place, said.address),
        phone=_at(place, said.phone),
    )


def _at(place: str, found: Found | None) -> Found | None:
    return replace(found, source=f"{place}, {found.source}") if found else None


def _filled(said: Identity, more: Identity) -> Identity:
    """Fill what is not said of the writer from another part."""
    return Identity(
        name=said.name or more.name,
        organisation=said.organisation or more.organisation,
        address=said.address or more.address,
        phone=said.phone or more.phone,
    )


def _writer_of(older: OlderLetter) -> Identity:
    """Find who wrote a letter that is handed on: as it says itself, else as the heading above it says."""
    name, _ = older.writer
    said = _placed(identify(f"{older.text}\n\n{older.signature}".strip(), name), _HANDED_ON)
    return said if said.name or not name else replace(said, name=Found(name, f"kepala {_HANDED_ON}", _FROM_HEADING))


def _identity(mail: ParsedMail, own_words: str, heard: Heard) -> Identity:
    """Find who wrote the letter. Who only hands one on is not its writer; the values of two people are never mixed."""
    said = identify(own_words, mail.sender.name if mail.sender else "")
    if heard.handed_on and (heard.for_another or said.name is None):
        other = _writer_of(heard.handed_on)
        said = other if heard.for_another or other.name else said
    counts = heard.attached and heard.attached in heard.letter
    return _filled(said, _placed(identify(heard.attached), _ATTACHED)) if counts else said


def said_by(mail: ParsedMail) -> NewText:
    """Find what a mail newly says; where it only encloses a letter, as a bare forward does, that letter speaks."""
    body = mail.text or mail.enclosed
    answers = bool(mail.in_reply_to or mail.references)
    return separate(body, mail.subject, answers=answers) if body else NewText(mail.astray, "", "")


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
        self._listener = Listener(self._rules, self._own)

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
        heard, wording, judgement = self._weighed(mail, self._listener.hear(mail, parted), mailbox)
        identity = _identity(mail, text, heard)
        themed = self._themes.read(wording)
        unsure = heard.unclear or bool(mail.astray) or not mail.headers or _too_grave(themed, heard, judgement)
        return Judged(
            rfc_message_id=mail.message_id,
            references=tuple(dict.fromkeys(mail.in_reply_to + mail.references)),
            sender_address=sender.address if sender else "",
            sender_name=sender.name if sender else "",
            subject=mail.subject,
            sent_at=mail.date,
            text="\n\n".join(part for part in (said, small_print(parted.footer)) if part),
            quoted=parted.quoted,
            content_key=mail.content_key,
            files=_facts(mail),
            screening=screen(mail, own_message=False, own_addresses=self._own),
            identity=identity,
            phone_e164=(phone_e164(identity.phone.value) or "") if identity.phone else "",
            judgement=replace(judgement, needs_review=True) if unsure else judgement,
            themed=themed,
            attached_text=heard.attached if heard.attached in heard.letter else "",
            carried=mail.carried,
            wording=wording,
        )

    def _weighed(self, mail: ParsedMail, heard: Heard, mailbox: str) -> tuple[Heard, Wording, Judgement]:
        """Judge a letter by its parts together; a complaint that only one of them shows wins.

        What stands beside the letter never speaks for it, but a complaint there is shown to an officer, and joins a
        letter that is a complaint itself.
        """

        def worded(*parts: str) -> Wording:
            text = "\n\n".join(part for part in parts if part)
            return Wording(mail.subject, text, names, mailbox or self._addressed(mail))

        names = tuple(file.name for file in mail.files)
        astray = _words_astray(mail)
        wording = worded(astray, *heard.letter)
        judgement = self._classifier.judge(wording)
        complaining = [part for part in heard.beside if _surely_complains(self._alone(part, wording))]
        if judgement.kind is Kind.PENGADUAN and heard.attached in complaining:
            heard = replace(heard, letter=(*heard.letter, heard.attached))
            wording = worded(astray, *heard.letter)
        alone = [self._alone(part, wording) for part in heard.letter[1:] if part]
        complaints = [each for each in (judgement, *alone) if each.kind is Kind.PENGADUAN]
        if complaints:
            return heard, wording, max(complaints, key=lambda each: each.confidence)
        return heard, wording, replace(judgement, needs_review=judgement.needs_review or bool(complaining))

    def _alone(self, part: str, whole: Wording) -> Judgement:
        return self._classifier.judge(Wording("", part, (), whole.mailbox))

    def _addressed(self, mail: ParsedMail) -> str | None:
        """Return the first of the office's addresses that a mail is written to."""
        written_to = (address.address.lower() for address in (*mail.to, *mail.cc))
        return next((address for address in written_to if address in self._own), None)


def _surely_complains(judgement: Judgement) -> bool:
    return judgement.kind is Kind.PENGADUAN and not judgement.needs_review


def _too_grave(themed: Themed, heard: Heard, judgement: Judgement) -> bool:
    """Say whether a letter that is no complaint must be looked at all the same."""
    if judgement.kind is Kind.PENGADUAN:
        return False
    return bool(themed.urgent) or themed.restricted or heard.guarded


def _facts(mail: ParsedMail) -> tuple[FileFacts, ...]:
    return tuple(
        FileFacts(file.name, file.content_type, len(file.content), hashlib.sha256(file.content).hexdigest())
        for file in mail.files
    )
