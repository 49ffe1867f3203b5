"""The tables of the book. No relationships: every query is written where it is needed."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Enum, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

from ledger.words import (
    ArrivalState,
    Channel,
    Disposition,
    Kind,
    LetterState,
    Purpose,
    Register,
    Role,
    Status,
)


class Moment(TypeDecorator[datetime]):
    """A point in time, aware and in UTC on both databases; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value if value is None else value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


def _word(kind: type[StrEnum]) -> TypeEngine[Any]:
    values: Callable[[Any], list[str]] = lambda words: [word.value for word in words]  # noqa: E731
    return Enum(kind, native_enum=False, length=32, values_callable=values, validate_strings=True)


_DOUBTFUL: dict[str, Any] = {
    "sqlite_where": text("needs_review IS 1"),
    "postgresql_where": text("needs_review IS true"),
}


class Raw(SQLModel, table=True):
    """The bytes of one mail exactly as fetched, compressed (zlib), once per SHA-256 digest."""

    digest: str = Field(primary_key=True, max_length=64)
    size: int
    packed: bytes = Field(sa_type=LargeBinary)
    kept_at: datetime = Field(sa_type=Moment)


class Arrival(SQLModel, table=True):
    """One UID seen in one folder of one mailbox; `message_id` is empty until the mail is settled.

    `junk` and `outgoing` tell the folder's use (Spam, Sent); `silent` that no letter is wanted (taken from files).
    `received_at` is the server's INTERNALDATE. `attempts` counts failures of the step that comes next: fetching while
    `unfetchable`, reading while `taken`.
    """

    __table_args__ = (
        UniqueConstraint("mailbox", "folder", "uid_validity", "uid", name="one_arrival_a_uid"),
        Index(
            "arrivals_to_settle",
            "id",
            sqlite_where=text("message_id IS NULL AND state = 'taken'"),
            postgresql_where=text("message_id IS NULL AND state = 'taken'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = Field(max_length=320)
    folder: str = Field(max_length=255)
    uid_validity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    junk: bool = False
    outgoing: bool = False
    silent: bool = False
    state: ArrivalState = Field(sa_type=_word(ArrivalState))
    attempts: int = 0
    error: str = Field(default="", sa_type=Text)
    received_at: datetime | None = Field(default=None, sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    raw_digest: str | None = Field(default=None, foreign_key="raw.digest", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)


class Entry(SQLModel, table=True):
    """One line of the book. The number never changes; every other change is an Event of the same transaction.

    `received_at` is when the matter reached the office, `recorded_at` when it was written into the book, `aired_at`
    when it was told on the radio. `sender_name` is what the address of a mail calls itself, kept where the letter names
    nobody: a hint, no identity. `officer` is a login; `merged_into` and `split_from` are numbers of the book; `once`
    is the token of the form that made the entry, so that a second submission finds the first. `version` counts the
    changes. `themes` are keys of themes.toml; `urgent` says why the matter cannot wait (empty: it can); a `restricted`
    one concerns the conduct of officers (berkadar pengawasan). `erased_at` is when its personal values were lawfully
    erased.
    """

    __table_args__ = (
        UniqueConstraint("series", "year", "sequence", name="one_entry_a_number"),
        Index("entries_by_due", "due_on", "status"),
        Index("entries_of_officer", "officer", "status"),
        Index("entries_to_review", "received_at", "id", **_DOUBTFUL),
    )

    id: int | None = Field(default=None, primary_key=True)
    series: Register = Field(sa_type=_word(Register))
    year: int
    sequence: int
    number: str = Field(unique=True, max_length=32)
    channel: Channel = Field(sa_type=_word(Channel), index=True)
    channel_word: str = ""
    mailbox: str = ""
    kind: Kind = Field(sa_type=_word(Kind))
    service: str = Field(max_length=32, index=True)
    status: Status = Field(default=Status.DITERIMA, sa_type=_word(Status), index=True)
    received_at: datetime = Field(sa_type=Moment, index=True)
    recorded_at: datetime = Field(sa_type=Moment, index=True)
    due_on: str | None = Field(default=None, max_length=10)
    due_rule: str = ""
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    name: str = Field(default="", sa_type=Text)
    sender_name: str = Field(default="", sa_type=Text)
    organisation: str = Field(default="", sa_type=Text)
    address: str = Field(default="", sa_type=Text)
    phone: str = ""
    phone_e164: str = Field(default="", index=True, max_length=20)
    email: str = Field(default="", index=True, max_length=320)
    matter: str = Field(default="", sa_type=Text)
    account: str = Field(default="", sa_type=Text)
    needs_review: bool = False
    review_reason: str = Field(default="", sa_type=Text)
    themes: list[str] = Field(default_factory=list, sa_type=JSON)
    urgent: str = Field(default="", sa_type=Text)
    restricted: bool = False
    recorded_by: str = ""
    officer: str = ""
    unit: str = ""
    forwarded_to: str = ""
    secret: bool = False
    represents: str = Field(default="", sa_type=Text)
    merged_into: str = ""
    split_from: str = ""
    aired_at: datetime | None = Field(default=None, sa_type=Moment)
    broadcast_id: int | None = Field(default=None, index=True)
    erased_at: datetime | None = Field(default=None, sa_type=Moment)
    once: str | None = Field(default=None, unique=True, index=True, max_length=64)
    version: int = 1


class Message(SQLModel, table=True):
    """One fetched mail with its one current disposition.

    `rfc_message_id` is the Message-ID header without angle brackets; `sent_at` the sender's Date (it decides nothing);
    `received_at` the INTERNALDATE of the first arrival. `text` is what the writer newly wrote, `quoted` the rest.
    An `outgoing` one is an answer that staff wrote in webmail; a `silent` one came from a file, and wants no letter.
    Of one lawfully erased (`erased_at`) nothing is left but what tells it again when it comes once more.
    """

    __table_args__ = (Index("mails_to_review", "disposition", "id", **_DOUBTFUL),)

    id: int | None = Field(default=None, primary_key=True)
    raw_digest: str = Field(foreign_key="raw.digest", unique=True)
    mailbox: str = Field(max_length=320)
    folder: str = Field(max_length=255)
    junk: bool = False
    outgoing: bool = False
    silent: bool = False
    received_at: datetime = Field(sa_type=Moment)
    rfc_message_id: str | None = Field(default=None, index=True, max_length=512)
    content_key: str | None = Field(default=None, index=True, max_length=64)
    sender_address: str = Field(default="", sa_type=Text)
    sender_name: str = Field(default="", sa_type=Text)
    subject: str = Field(default="", sa_type=Text)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    text: str = Field(default="", sa_type=Text)
    quoted: str = Field(default="", sa_type=Text)
    disposition: Disposition = Field(sa_type=_word(Disposition), index=True)
    reason: str = Field(sa_type=Text)
    reasons: list[str] = Field(default_factory=list, sa_type=JSON)
    no_reply: list[str] = Field(default_factory=list, sa_type=JSON)
    kind: Kind | None = Field(default=None, sa_type=_word(Kind))
    service: str = ""
    confidence: float = 0.0
    needs_review: bool = False
    error: str = Field(default="", sa_type=Text)
    entry_id: int | None = Field(default=None, foreign_key="entry.id", index=True)
    duplicate_of: int | None = Field(default=None, foreign_key="message.id")
    settled_at: datetime = Field(sa_type=Moment)
    erased_at: datetime | None = Field(default=None, sa_type=Moment)


class Attachment(SQLModel, table=True):
    """One file inside a mail: what it is called and where it stands; its bytes stay in the raw mail."""

    __table_args__ = (UniqueConstraint("message_id", "position", name="one_attachment_a_position"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id")
    position: int
    name: str = Field(sa_type=Text)
    content_type: str = ""
    size: int
    digest: str = Field(max_length=64)


class Letter(SQLModel, table=True):
    """One letter that the office owes, from the transaction that made it owed to its end.

    `rfc_message_id` (without angle brackets) is fixed when the letter is owed; `answers` is the Message-ID that it
    answers; `reason` says in plain Indonesian why it was withheld, failed or is uncertain. A `releasable` one was
    withheld by the cap of its address alone; `released` says that an officer let it go. An answer holds the officer's
    `words` as typed, and who wrote them. One whose words were lawfully erased (`erased_at`) is never sent.
    `trying_since` is when the first of its `attempts` was made.
    """

    __table_args__ = (
        Index(
            "one_acknowledgement_an_entry",
            "entry_id",
            unique=True,
            sqlite_where=text("purpose = 'tanda_terima'"),
            postgresql_where=text("purpose = 'tanda_terima'"),
        ),
        Index("letters_by_state", "state", "next_attempt_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entry.id", index=True)
    purpose: Purpose = Field(sa_type=_word(Purpose))
    state: LetterState = Field(default=LetterState.OWED, sa_type=_word(LetterState))
    reason: str = Field(default="", sa_type=Text)
    mailbox: str = Field(max_length=320)
    recipient: str = Field(default="", max_length=320, index=True)
    rfc_message_id: str = Field(unique=True, max_length=255)
    answers: str = Field(default="", sa_type=Text)
    refers_to: list[str] = Field(default_factory=list, sa_type=JSON)
    written_by: str = ""
    words: str = Field(default="", sa_type=Text)
    subject: str = Field(default="", sa_type=Text)
    body_text: str = Field(default="", sa_type=Text)
    body_html: str = Field(default="", sa_type=Text)
    releasable: bool = False
    released: bool = False
    attempts: int = 0
    trying_since: datetime | None = Field(default=None, sa_type=Moment)
    next_attempt_at: datetime | None = Field(default=None, sa_type=Moment)
    sender: str = ""
    owed_at: datetime = Field(sa_type=Moment)
    sending_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    erased_at: datetime | None = Field(default=None, sa_type=Moment)


class Event(SQLModel, table=True):
    """One change of the book, never updated or deleted; `id` is its place in the chain, without gaps.

    `body` is canonical JSON: plain values, and salted digests of personal ones (EventValue).
    """

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=Moment)
    actor: str
    verb: str = Field(max_length=40, index=True)
    entry_id: int | None = Field(default=None, foreign_key="entry.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)
    body: str = Field(sa_type=Text)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class EventValue(SQLModel, table=True):
    """A personal value of an event with the salt of its digest, apart so that it can lawfully be erased."""

    __tablename__ = "event_value"
    __table_args__ = (UniqueConstraint("event_id", "field", name="one_value_a_field"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id")
    field: str = Field(max_length=40)
    salt: str = Field(max_length=32)
    value: str = Field(sa_type=Text)


class Tombstone(SQLModel, table=True):
    """What is left of the bytes of a mail that were lawfully erased, so that the same mail is never taken in again.

    `letter_key` tells the same letter in other bytes (`erasure.letter_key`), None where the mail was never read;
    `event_id` is the event of the erasure, which names both. A mail that this book never held may have one, too: the
    list of erasures was applied to a restored backup.
    """

    digest: str = Field(primary_key=True, max_length=64)
    letter_key: str | None = Field(default=None, index=True, max_length=64)
    event_id: int = Field(foreign_key="event.id", index=True)


class ChainHead(SQLModel, table=True):
    """The head of the chain of events: one row, locked first by every transaction that writes into the book."""

    __tablename__ = "chain_head"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int
    hash: str = Field(max_length=64)


class Series(SQLModel, table=True):
    """The numbers given out in one register and year: from `first` to `last`, without gaps."""

    name: Register = Field(primary_key=True, sa_type=_word(Register))
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    first: int
    last: int


class FolderState(SQLModel, table=True):
    """What is known of one folder: its UIDVALIDITY and, as a hint only, the highest UID seen."""

    __tablename__ = "folder_state"

    mailbox: str = Field(primary_key=True, max_length=320)
    folder: str = Field(primary_key=True, max_length=255)
    uid_validity: int = Field(sa_type=BigInteger)
    highest_uid: int = Field(sa_type=BigInteger)


class MailboxState(SQLModel, table=True):
    """How reading a mailbox last went; `trouble` says in plain Indonesian what is wrong and what to do."""

    __tablename__ = "mailbox_state"

    mailbox: str = Field(primary_key=True, max_length=320)
    tried_at: datetime = Field(sa_type=Moment)
    succeeded_at: datetime | None = Field(default=None, sa_type=Moment)
    failing_since: datetime | None = Field(default=None, sa_type=Moment)
    trouble: str = Field(default="", sa_type=Text)


class Staff(SQLModel, table=True):
    """One account of the desk. `password_hash` is argon2; `locked_until` follows repeated failures."""

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True, max_length=40)
    name: str
    role: Role = Field(sa_type=_word(Role))
    nip: str = ""
    password_hash: str
    must_change: bool = True
    disabled: bool = False
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)


class StaffSession(SQLModel, table=True):
    """One signed-in browser; only the SHA-256 of its token is kept."""

    __tablename__ = "staff_session"

    digest: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    started_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class SignInFailure(SQLModel, table=True):
    """One refused sign-in, kept for a day: what slows down guessing from one client address."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("failures_of_an_address", "address", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(max_length=64)
    at: datetime = Field(sa_type=Moment)


class Broadcast(SQLModel, table=True):
    """One broadcast of the radio programme, which holds a batch of callers."""

    id: int | None = Field(default=None, primary_key=True)
    aired_on: str = Field(max_length=10)
    programme: str
    presenter: str = ""
    opened_by: str
    opened_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)


class EntryFile(SQLModel, table=True):
    """A file that came otherwise than by mail (a photographed complaint): its bytes lie beside the raw mails."""

    __tablename__ = "entry_file"

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entry.id", index=True)
    raw_digest: str = Field(foreign_key="raw.digest")
    name: str = Field(sa_type=Text)
    content_type: str
    size: int
    added_by: str
    added_at: datetime = Field(sa_type=Moment)


class FormDraft(SQLModel, table=True):
    """What an officer has typed into a form and not saved yet, kept so that nothing typed is ever lost."""

    __tablename__ = "form_draft"
    __table_args__ = (UniqueConstraint("staff_id", "form", name="one_draft_a_form"),)

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")
    form: str = Field(max_length=80)
    content: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    saved_at: datetime = Field(sa_type=Moment)


class Recap(SQLModel, table=True):
    """An issued recap: `figures` (canonical JSON) as of its two cuts through the chain, never changed afterwards.

    `opening` and `closing` are the places in the chain up to which its first and its last moment were looked at; the
    event carries the digest of all that is said here. The two texts (kendala, rekomendasi) stand as typed.
    """

    __table_args__ = (UniqueConstraint("event_id", name="one_event_a_recap"),)

    period: str = Field(primary_key=True, max_length=8)
    opens_on: str = Field(max_length=10)
    ends_before: str = Field(max_length=10)
    opening: int
    closing: int
    figures: str = Field(sa_type=Text)
    obstacles: str = Field(default="", sa_type=Text)
    advice: str = Field(default="", sa_type=Text)
    issued_by: str
    issued_at: datetime = Field(sa_type=Moment)
    event_id: int = Field(foreign_key="event.id")


class BackupState(SQLModel, table=True):
    """How backing up last went: one row. `place` is the last good file; `trouble` says what is wrong and what to do."""

    __tablename__ = "backup_state"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    tried_at: datetime = Field(sa_type=Moment)
    succeeded_at: datetime | None = Field(default=None, sa_type=Moment)
    place: str = Field(default="", sa_type=Text)
    trouble: str = Field(default="", sa_type=Text)


class Restoration(SQLModel, table=True):
    """One return of the book from a backup made at `made_at`: what was done between that and `restored_at` is unknown.

    `promised` are numbers that letters of that time told to citizens, as far as the Sent folders showed.
    """

    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = Field(sa_type=Moment)
    restored_at: datetime = Field(sa_type=Moment)
    promised: list[str] = Field(default_factory=list, sa_type=JSON)
