"""Judges one raw mail: parsed, screened, separated, identified and classified, as a pure function of its bytes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from config.settings import Settings
from ingest.classify import RuleClassifier
from ingest.identity import identify, phone_e164
from ingest.parse import ParsedMail, UnreadableMail, parse
from ingest.quote import separate
from ingest.screen import screen
from ledger.ports import Classifier, Identity, Judgement, Screening, Wording


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file inside a mail, without its bytes."""

    name: str
    content_type: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Judged:
    """All that the book needs of a mail. `references` holds In-Reply-To and References, without angle brackets."""

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


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail that could not be read, and why (plain Indonesian)."""

    error: str


Verdict = Judged | Unread


def classifier_of(settings: Settings) -> Classifier:
    """Build the classifier that the configuration describes."""
    return RuleClassifier(
        settings.rules,
        review_below=settings.judging.review_below,
        services=frozenset(settings.services),
        mailboxes={box.address: box.service for box in settings.mailboxes},
    )


class Judge:
    """Judges raw mails by one configuration."""

    def __init__(self, settings: Settings) -> None:
        self._own = settings.own_addresses
        self._classifier = classifier_of(settings)

    def __call__(self, raw: bytes, mailbox: str) -> Verdict:
        """Judge one mail that arrived in a mailbox; an empty `mailbox` is told from the mail's recipients."""
        try:
            mail = parse(raw)
        except UnreadableMail as wrong:
            return Unread(str(wrong))
        parted = separate(mail.text, mail.subject)
        text = "\n\n".join(part for part in (parted.text, parted.signature) if part)
        sender = mail.sender
        identity = identify(text, sender.name if sender else "")
        wording = Wording(
            mail.subject, parted.text, tuple(file.name for file in mail.files), mailbox or self._addressed(mail)
        )
        return Judged(
            rfc_message_id=mail.message_id,
            references=tuple(dict.fromkeys(mail.in_reply_to + mail.references)),
            sender_address=sender.address if sender else "",
            sender_name=sender.name if sender else "",
            subject=mail.subject,
            sent_at=mail.date,
            text=parted.text,
            quoted=parted.quoted,
            content_key=mail.content_key,
            files=_facts(mail),
            screening=screen(mail, own_message=False, own_addresses=self._own),
            identity=identity,
            phone_e164=(phone_e164(identity.phone.value) or "") if identity.phone else "",
            judgement=self._classifier.judge(wording),
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
