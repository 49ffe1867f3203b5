"""The seams of the ledger: what its doors need done by rooms that it does not know, as Protocols and plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.words import Disposition, Kind


@dataclass(frozen=True, slots=True)
class Wording:
    """What a classifier may look at: the newly written words and the plain facts around them.

    `text` holds no quotes and no signature; `attachments` are file names; `mailbox` is the office's address that
    received the letter, None where it came by another channel.
    """

    subject: str
    text: str
    attachments: tuple[str, ...] = ()
    mailbox: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a judgement: the words or fact found, what it speaks for (Indonesian, plain), and its weight."""

    found: str
    says: str
    weight: float

    def __str__(self) -> str:
        return f"{self.says}: “{self.found}” ({self.weight:+.1f})"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a letter is: `service` is a key of config/services or "umum"; `confidence` lies in 0..1."""

    kind: Kind
    service: str
    confidence: float
    needs_review: bool
    reasons: tuple[Reason, ...] = ()


class Classifier(Protocol):
    """Judges what a text is, with reasons."""

    def judge(self, wording: Wording) -> Judgement: ...


@dataclass(frozen=True, slots=True)
class Found:
    """One value of an identity as written, with where it stood (Indonesian, plain) and a confidence in 0..1."""

    value: str
    source: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Identity:
    """What a letter itself says of its writer: the four items that the published standard asks for."""

    name: Found | None = None
    organisation: Found | None = None
    address: Found | None = None
    phone: Found | None = None


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report: whom it names and the RFC 3463 status, as far as they can be read.

    `original_message_id` is the Message-ID (without angle brackets) of the letter that came back, None if not shown.
    """

    recipient: str | None
    status: str | None
    original_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """All that the sending policy may look at before a letter goes out.

    `recipient` is the address it would go to, empty where the mail names none; `no_reply` are the rows of the screening
    table that forbid an automatic answer (RFC 3834) to a mail that was recorded all the same; `sent_lately` counts the
    letters that went to this recipient in the last 24 hours; `released` says that an officer let the letter go all the
    same.
    """

    recipient: str
    no_reply: tuple[str, ...] = ()
    sent_lately: int = 0
    released: bool = False


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """One file that came with a mail, decoded; `name` is safe to show and carries no path."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A mail read again from its raw bytes for display; `html` is untrusted, as it came."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str | None
    files: tuple[OpenedFile, ...]


class MailReader(Protocol):
    """Opens raw mail for display; raises UnreadableRaw where nothing can read it."""

    def open(self, raw: bytes) -> OpenedMail: ...


class SentUnreachable(Exception):
    """The Sent folder cannot be looked into just now; the text says why, in plain Indonesian."""


class SentFolder(Protocol):
    """Looks into the Sent folder of one of the office's mailboxes."""

    def find(self, mailbox: str, rfc_message_id: str) -> bool | None:
        """Say whether a letter stands in Sent; None where there is no such folder. Raises SentUnreachable."""
        ...

    def append(self, mailbox: str, raw: bytes, at: datetime) -> None:
        """File a copy of a letter that went out at `at`, if there is such a folder. Raises SentUnreachable."""
        ...

    def close(self) -> None:
        """End the connections kept between two questions."""
        ...


@dataclass(frozen=True, slots=True)
class ScreeningHit:
    """One row of the screening table that matched: its name, the disposition it argues for, the words that matched."""

    rule: str
    disposition: Disposition
    found: str


@dataclass(frozen=True, slots=True)
class Screening:
    """The outcome of screening: None where the mail is from a person; every hit is kept as a reason.

    `no_reply` lists rows that forbid an automatic answer although the mail may be recorded.
    """

    disposition: Disposition | None
    hits: Sequence[ScreeningHit] = ()
    no_reply: tuple[str, ...] = ()
    bounce: Bounce | None = None
