"""The seams of the ledger: what its doors need done by rooms that it does not know, as Protocols and plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ledger.words import REGISTER_OF, Disposition, Kind

if TYPE_CHECKING:  # the reading process imports these seams, and must not load the database for them
    from ledger.letters import Rendered
    from ledger.models import Entry


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
        effect = "menguatkan" if self.weight >= 0 else "melemahkan"
        weight = f"{abs(self.weight):.1f}".replace(".", ",")
        return f"{self.says}: “{self.found}” ({effect} {weight})"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a letter is: `service` is a key of config/services or "umum"; `confidence` lies in 0..1.

    `otherwise` is the likeliest kind that has a register: a doubtful letter that may be none of the book's business
    is recorded as that, and reviewed.
    """

    kind: Kind
    service: str
    confidence: float
    needs_review: bool
    reasons: tuple[Reason, ...] = ()
    otherwise: Kind = Kind.PENGADUAN

    @property
    def registered_as(self) -> Kind:
        """Return the kind under which the letter would stand in the book."""
        return self.kind if self.kind in REGISTER_OF else self.otherwise


class Classifier(Protocol):
    """Judges what a text is, with reasons."""

    def judge(self, wording: Wording) -> Judgement: ...


@dataclass(frozen=True, slots=True)
class Themed:
    """What a letter is about: keys of themes.toml in its order, why it cannot wait, and whether few should read it.

    `urgent` is empty where the letter can wait; `secret` says that its writer asks not to be named. `reasons` are in
    plain Indonesian, with the words found.
    """

    themes: tuple[str, ...] = ()
    urgent: str = ""
    restricted: bool = False
    reasons: tuple[str, ...] = ()
    secret: bool = False


NO_THEME = Themed()


class ThemeFinder(Protocol):
    """Tells what a text is about and whether it can wait, with reasons."""

    def read(self, wording: Wording) -> Themed: ...


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
    One that is only `delayed` is still being tried.
    """

    recipient: str | None
    status: str | None
    original_message_id: str | None = None
    delayed: bool = False


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """All that the sending policy may look at before a letter goes out.

    `recipient` is the address it would go to, empty where the mail names none; `no_reply` are the rows of the screening
    table that forbid an automatic answer (RFC 3834) to a mail that was recorded all the same; `sent_lately` counts the
    letters that went to this recipient in the last 24 hours; `released` says that an officer let the letter go all the
    same; `by_officer` that an officer wrote it, so that it is no automatic letter; `in_doubt` that it may have gone out
    before the book was restored from a backup.
    """

    recipient: str
    no_reply: tuple[str, ...] = ()
    sent_lately: int = 0
    released: bool = False
    by_officer: bool = False
    in_doubt: bool = False


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


class LetterPreview(Protocol):
    """Renders a letter as it would go out, for an officer to look at before it does."""

    def answer(self, entry: "Entry", *, words: str, mailbox: str) -> "Rendered":
        """Render an answer in an officer's words; raises LedgerError where the templates do not let it."""
        ...


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


@dataclass(frozen=True, slots=True)
class Told:
    """What an officer says of a kept mail: its kind and service, and in his own words what the program could not read.

    What is left empty is taken from the mail, as far as that can be read.
    """

    kind: Kind
    service: str
    matter: str = ""
    account: str = ""
    name: str = ""
    organisation: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    phone_e164: str = ""


@dataclass(frozen=True, slots=True)
class Resettled:
    """What became of a mail that was taken up again; `number` names its entry, empty where it has none.

    `trouble` says in plain Indonesian why it still cannot be read; `before` that somebody had taken it up already.
    """

    disposition: Disposition
    number: str = ""
    trouble: str = ""
    before: bool = False


class Resettling(Protocol):
    """Takes up kept mails again because an officer says so."""

    def release(self, message_id: int, actor: str, told: Told | None = None) -> Resettled:
        """Read a mail again and settle it: by itself as if it came now (from quarantine), or as the officer has told.

        A mail released twice is one entry. Raises LedgerError for a mail that is not to be taken up.
        """
        ...
