"""Puts invented rows into a book, for tests that read it: entries, mails with their files, letters."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlmodel import Session

from ledger import messages
from ledger.errors import UnreadableRaw
from ledger.models import Arrival, Attachment, Entry, Letter, Message, Raw
from ledger.ports import OpenedFile, OpenedMail
from ledger.words import ArrivalState, Channel, Disposition, Kind, LetterState, Purpose, Register, Status

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)
"""Senin, 23 November 2026 pukul 10.10 WIB."""
TODAY = date(2026, 11, 23)
FIRST = "hubinsyaker.kotaprob@gmail.com"
SECOND = "pentalasker@yahoo.co.id"

_KINDS = {
    Register.PGD: Kind.PENGADUAN,
    Register.REG: Kind.PERMOHONAN,
    Register.SRN: Kind.SARAN,
    Register.INF: Kind.INFORMASI,
}
_serial = count(1)


def put_entry(
    session: Session,
    sequence: int,
    *,
    series: Register = Register.PGD,
    received_at: datetime | None = None,
    **fields: object,
) -> Entry:
    """Add one entry, received `sequence` minutes before NOW unless said otherwise."""
    received = received_at or NOW - timedelta(minutes=sequence)
    entry = Entry(
        series=series,
        year=2026,
        sequence=sequence,
        number=f"{series.value}/2026/{sequence:04}",
        kind=_KINDS[series],
        **{  # type: ignore[arg-type]
            "channel": Channel.EMAIL,
            "service": "ppjp",
            "received_at": received,
            "recorded_at": received,
            "status": Status.DITERIMA,
            "recorded_by": "sistem",
        }
        | fields,
    )
    session.add(entry)
    session.flush()
    return entry


def put_mail(
    session: Session,
    disposition: Disposition,
    *,
    raw: bytes | None = None,
    entry: Entry | None = None,
    **fields: object,
) -> Message:
    """Add one mail with its raw bytes and its first arrival."""
    number = next(_serial)
    packed = messages.PackedRaw.of(raw if raw is not None else b"surat %d" % number)
    session.add(Raw(digest=packed.digest, size=packed.size, packed=packed.packed, kept_at=NOW))
    session.flush()
    message = Message(
        raw_digest=packed.digest,
        mailbox=FIRST,
        folder="INBOX",
        disposition=disposition,
        entry_id=entry.id if entry else None,
        **{  # type: ignore[arg-type]
            "received_at": NOW,
            "settled_at": NOW,
            "reason": "surat dari seseorang",
            "sender_name": "Siti Aminah",
            "sender_address": "siti@example.org",
        }
        | fields,
    )
    session.add(message)
    session.flush()
    put_arrival(session, FIRST, raw_digest=packed.digest, message_id=message.id)
    return message


def put_arrival(session: Session, mailbox: str, **fields: object) -> None:
    """Add one arrival."""
    session.add(
        Arrival(
            mailbox=mailbox,
            folder="INBOX",
            uid_validity=1,
            uid=next(_serial),
            seen_at=NOW,
            **{"state": ArrivalState.TAKEN, "received_at": NOW} | fields,  # type: ignore[arg-type]
        )
    )
    session.flush()


def put_file(session: Session, message: Message, position: int, name: str, content: bytes) -> None:
    """Add the row of one attachment."""
    assert message.id is not None
    digest = hashlib.sha256(content).hexdigest()
    session.add(Attachment(message_id=message.id, position=position, name=name, size=len(content), digest=digest))
    session.flush()


def put_letter(session: Session, entry: Entry, state: LetterState, reason: str = "") -> Letter:
    """Add the acknowledgement of an entry in some state."""
    assert entry.id is not None
    letter = Letter(
        entry_id=entry.id,
        purpose=Purpose.TANDA_TERIMA,
        state=state,
        reason=reason,
        mailbox=FIRST,
        recipient=entry.email,
        rfc_message_id=f"tt{next(_serial)}@example.org",
        owed_at=NOW,
    )
    session.add(letter)
    session.flush()
    return letter


@dataclass(slots=True)
class PreparedReader:
    """A MailReader that knows some mails by their bytes; every other one it cannot read."""

    known: dict[bytes, OpenedMail] = field(default_factory=dict)

    def open(self, raw: bytes) -> OpenedMail:
        """Return what was prepared; raises UnreadableRaw otherwise."""
        if raw not in self.known:
            raise UnreadableRaw("Surel tidak dapat dibaca.")
        return self.known[raw]

    def knows(self, raw: bytes, *files: OpenedFile, text: str = "", html: str | None = None) -> None:
        """Prepare one mail."""
        self.known[raw] = OpenedMail((("Subject", "perihal"), ("X-Secret", "tidak tampil")), text, html, files)
