"""An office for tests: the real configuration, a clock set by hand, made-up mails as judged, and a book for them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session, SQLModel, select

from config.settings import Settings, load
from ingest.judge import FileFacts, Judged, Unread, Verdict
from ingest.settle import Means, Settled, settle_pending
from ledger import letters, messages
from ledger.database import Database
from ledger.entries import Draft, Rulebook, record
from ledger.letters import Answering
from ledger.messages import PackedRaw, Place
from ledger.models import Entry, Letter
from ledger.ports import Bounce, Found, Identity, Judgement, Screening, ScreeningHit
from ledger.verify import verify
from ledger.words import Channel, Disposition, Kind, LetterState

ROOT = Path(__file__).resolve().parent.parent
FIRST = "hubinsyaker.kotaprob@gmail.com"
SECOND = "pentalasker@yahoo.co.id"
NOW = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)
"""Senin, 23 November 2026 pukul 10.10 WIB."""

RowT = TypeVar("RowT", bound=SQLModel)


@cache
def settings() -> Settings:
    """Return the office's own configuration."""
    return load(ROOT / "config" / "office.toml")


@cache
def rulebook() -> Rulebook:
    """Return the rulebook of that configuration."""
    return Rulebook.of(settings())


def identity(**said: str) -> Identity:
    """Return what a letter says of its writer: name, organisation, address, phone."""
    return Identity(**{item: Found(value, "tanda tangan", 0.9) for item, value in said.items()})


def judged(
    text: str = "Upah saya belum dibayar selama tiga bulan.",
    *,
    sender: str = "siti@example.org",
    subject: str = "Pengaduan upah",
    rfc_message_id: str | None = "",
    references: Sequence[str] = (),
    carried: Sequence[str] = (),
    sent_at: datetime | None = NOW,
    kind: Kind = Kind.PENGADUAN,
    service: str = "umum",
    needs_review: bool = False,
    screened: Disposition | None = None,
    bounce: Bounce | None = None,
    no_reply: tuple[str, ...] = (),
    files: tuple[FileFacts, ...] = (),
    who: Identity | None = None,
    content_key: str | None = None,
) -> Judged:
    """Return a mail as judged; its Message-ID is one of its own unless given, None for a mail without one."""
    hits = (ScreeningHit("tanda mesin", screened, "x-mesin: ya"),) if screened else ()
    told = "\0".join([sender.lower(), subject, text, *(file.digest for file in files)])
    return Judged(
        rfc_message_id=f"{next(_serial)}@example.org" if rfc_message_id == "" else rfc_message_id,
        references=tuple(references),
        sender_address=sender,
        sender_name="",
        subject=subject,
        sent_at=sent_at,
        text=text,
        quoted="",
        content_key=content_key or hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest(),
        files=files,
        screening=Screening(screened, hits, no_reply, bounce),
        identity=who or Identity(),
        phone_e164="",
        judgement=Judgement(kind, service, 0.9, needs_review),
        carried=tuple(carried),
    )


_serial = count(1)


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    """A book with the means to settle made-up mails in it; `mails` says what reading some raw bytes gives."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    mails: dict[bytes, Verdict | Exception] = field(default_factory=dict)
    uids: dict[tuple[str, str, int], int] = field(default_factory=dict)

    @property
    def means(self) -> Means:
        return Means(settings(), rulebook(), self.read, self.clock)

    def read(self, raw: bytes, mailbox: str) -> Verdict:
        found = self.mails[raw]
        if isinstance(found, Exception):
            raise found
        return found

    def arrive(
        self,
        mail: Verdict | Exception,
        *,
        raw: bytes = b"",
        mailbox: str = FIRST,
        folder: str = "INBOX",
        validity: int = 1,
        received_at: datetime | None = None,
    ) -> bytes:
        """Let a mail arrive and return its raw bytes; `raw` makes it the same bytes as before."""
        raw = raw or f"surat {next(_serial)}".encode()
        self.mails[raw] = mail
        uid = self.uids[(mailbox, folder, validity)] = self.uids.get((mailbox, folder, validity), 0) + 1
        place = Place(mailbox, folder, validity, uid, junk=folder != "INBOX")
        with self.database.noting() as session:
            messages.take(session, place, PackedRaw.of(raw), received_at=received_at or self.clock(), at=self.clock())
        return raw

    def settle(self) -> list[Settled]:
        return settle_pending(self.database, self.means)

    def settle_one(self, mail: Verdict | Exception, **where: object) -> Settled:
        """Let one mail arrive, settle what is kept, and return what became of it."""
        self.arrive(mail, **where)  # type: ignore[arg-type]
        return self.settle()[-1]

    def rows(self, model: type[RowT]) -> list[RowT]:
        """Return all rows of a table in the order of their keys."""
        with self.database.reading() as session:
            return sorted(session.exec(select(model)), key=lambda row: str(getattr(row, "id", "")).zfill(12))

    def the_letter(self, number: str) -> Letter:
        """Return the acknowledgement of an entry."""
        entry = next(entry for entry in self.rows(Entry) if entry.number == number)
        return next(letter for letter in self.rows(Letter) if letter.entry_id == entry.id)

    def mark_sent(self, number: str, state: LetterState = LetterState.SENT) -> Letter:
        """Bring the acknowledgement of an entry to a state in which it has left the office."""
        letter = self.the_letter(number)
        with self.database.writing() as session:
            row = session.get_one(Letter, letter.id)
            if state is LetterState.SENDING:
                row.state, row.sending_at = state, self.clock()
            else:
                letters.end(session, row, state, at=self.clock())
        return self.the_letter(number)

    def wrong(self) -> list[str]:
        """Return what verify finds wrong with the book."""
        with self.database.reading() as session:
            return [f"{one.promise}: {one.wrong}" for one in verify(session) if one.wrong]


def unread(error: str = "bukan surat") -> Unread:
    """Return a mail that nothing can read."""
    return Unread(error)


def write_entry(session: Session, *, at: datetime = NOW, actor: str = "petugas", **fields: object) -> Entry:
    """Record one entry as the desk would; `fields` are those of Draft."""
    told = {
        "channel": Channel.TELEPON,
        "kind": Kind.PENGADUAN,
        "service": "umum",
        "received_at": at - timedelta(hours=1),
    }
    draft = Draft(**(told | fields))  # type: ignore[arg-type]
    return record(session, draft, rulebook=rulebook(), answering=Answering(FIRST), at=at, actor=actor)
