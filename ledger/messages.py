"""Keeps fetched mail: arrivals and raw bytes first, and of each mail one message with its one disposition."""

import hashlib
import re
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, update
from sqlmodel import Session, col, select

from ledger import events, letters, seals
from ledger.errors import LedgerError
from ledger.models import Arrival, Attachment, Entry, FolderState, MailboxState, Message, Raw, Tombstone
from ledger.words import ArrivalState, Disposition

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ID_LENGTH = 512
FROM_FILES = "impor"
"""The folder that an arrival names whose mail came from a file and not from a server."""


def storable(text: str) -> str:
    """Return a text that both databases can hold: without NUL and lone surrogates (shown as U+FFFD)."""
    return _UNSTORABLE.sub("\ufffd", text)


def storable_id(rfc_message_id: str | None) -> str | None:
    """Return a Message-ID of bounded length; a monstrous one is told apart by its digest."""
    if rfc_message_id is None or len(rfc_message_id) <= _ID_LENGTH:
        return rfc_message_id and storable(rfc_message_id)
    digest = hashlib.sha256(rfc_message_id.encode("utf-8", "surrogatepass")).hexdigest()
    return storable(rfc_message_id[: _ID_LENGTH - 80]) + "…" + digest


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail stands on the server, or, with `folder` "impor", which file it came from.

    `junk` and `outgoing` tell what the folder is for; `silent` says that no acknowledgement is wanted.
    """

    mailbox: str
    folder: str
    uid_validity: int
    uid: int
    junk: bool = False
    outgoing: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class PackedRaw:
    """Raw bytes made ready outside any transaction: their SHA-256, their size, and the compressed bytes."""

    digest: str
    size: int
    packed: bytes

    @classmethod
    def of(cls, raw: bytes) -> "PackedRaw":
        """Digest and compress raw bytes (zlib level 1: nearly as small as 6, and much faster)."""
        return cls(hashlib.sha256(raw).hexdigest(), len(raw), zlib.compress(raw, 1))


def take(session: Session, place: Place, raw: PackedRaw, *, received_at: datetime, at: datetime) -> None:
    """Keep one fetched mail: its raw bytes, once per digest, and its arrival; of one lawfully erased no bytes.

    An arrival that could not be fetched before becomes taken. Raises IntegrityError where another process was first.
    """
    if session.get(Raw, raw.digest) is None:
        packed = raw.packed if session.get(Tombstone, raw.digest) is None else b""
        session.add(Raw(digest=raw.digest, size=raw.size, packed=packed, kept_at=at))
        session.flush()
    arrival = _at(session, place) or _new_arrival(place, ArrivalState.TAKEN, at)
    arrival.state, arrival.attempts, arrival.error = ArrivalState.TAKEN, 0, ""
    arrival.raw_digest, arrival.received_at = raw.digest, received_at
    session.add(arrival)


def _new_arrival(place: Place, state: ArrivalState, at: datetime) -> Arrival:
    return Arrival(
        mailbox=place.mailbox,
        folder=place.folder,
        uid_validity=place.uid_validity,
        uid=place.uid,
        junk=place.junk,
        outgoing=place.outgoing,
        silent=place.silent,
        state=state,
        seen_at=at,
    )


def _at(session: Session, place: Place) -> Arrival | None:
    return session.exec(
        select(Arrival).where(
            col(Arrival.mailbox) == place.mailbox,
            col(Arrival.folder) == place.folder,
            col(Arrival.uid_validity) == place.uid_validity,
            col(Arrival.uid) == place.uid,
        )
    ).first()


def note_unfetchable(session: Session, place: Place, error: str, *, at: datetime) -> None:
    """Remember a mail that the server would not give, so that it is tried again and seen by staff."""
    arrival = _at(session, place) or _new_arrival(place, ArrivalState.UNFETCHABLE, at)
    arrival.attempts += 1
    arrival.error = storable(error)
    session.add(arrival)


def note_gone(session: Session, place: Place) -> None:
    """Remember that a mail which the server would not give is not there any more, so that nobody waits for it."""
    arrival = _at(session, place)
    if arrival is not None and arrival.state is ArrivalState.UNFETCHABLE:
        arrival.state = ArrivalState.GONE
        arrival.error = "Hilang dari server sebelum dapat diambil; mungkin dihapus atau dipindahkan di webmail."
        session.add(arrival)


def note_renumbered(session: Session, mailbox: str, folder: str, uid_validity: int) -> None:
    """Wait no longer for mails of a folder under UIDs that hold no more (RFC 9051, section 2.3.1.1)."""
    session.execute(
        update(Arrival)
        .where(
            col(Arrival.mailbox) == mailbox,
            col(Arrival.folder) == folder,
            col(Arrival.uid_validity) != uid_validity,
            col(Arrival.state) == ArrivalState.UNFETCHABLE,
        )
        .values(state=ArrivalState.RENUMBERED)
    )


def note_passed_over(session: Session, places: Iterable[Place], state: ArrivalState, *, at: datetime) -> int:
    """Remember mails that go no further: before the mailbox's start, or left in Sent. Returns how many there were."""
    rows = [_new_arrival(place, state, at).model_dump(exclude={"id"}) for place in places]
    if rows:
        session.execute(insert(Arrival), rows)
    return len(rows)


def note_needless(session: Session, place: Place, state: ArrivalState, *, at: datetime) -> None:
    """Remember that one mail goes no further, also where the server did not give it before."""
    arrival = _at(session, place) or _new_arrival(place, state, at)
    arrival.state, arrival.error = state, ""
    session.add(arrival)


_DONE = (ArrivalState.TAKEN, ArrivalState.BEFORE_START, ArrivalState.LEFT)


def uids_done(session: Session, mailbox: str, folder: str, uid_validity: int, uids: Collection[int]) -> set[int]:
    """Return those of `uids` that need no fetching: taken, before the start, or left."""
    if not uids:
        return set()
    query = select(Arrival.uid).where(
        col(Arrival.mailbox) == mailbox,
        col(Arrival.folder) == folder,
        col(Arrival.uid_validity) == uid_validity,
        col(Arrival.uid).between(min(uids), max(uids)),
        col(Arrival.state).in_(_DONE),
    )
    return set(session.exec(query)) & set(uids)


def uids_to_retry(session: Session, mailbox: str, folder: str, uid_validity: int) -> set[int]:
    """Return the UIDs that could not be fetched so far, however old they are."""
    query = select(Arrival.uid).where(
        col(Arrival.mailbox) == mailbox,
        col(Arrival.folder) == folder,
        col(Arrival.uid_validity) == uid_validity,
        col(Arrival.state) == ArrivalState.UNFETCHABLE,
    )
    return set(session.exec(query))


def highest_uid(session: Session, mailbox: str, folder: str, uid_validity: int) -> int | None:
    """Return the highest UID seen under this UIDVALIDITY, None where the folder must be looked through afresh."""
    state = session.get(FolderState, (mailbox, folder))
    return state.highest_uid if state is not None and state.uid_validity == uid_validity else None


def note_folder(session: Session, mailbox: str, folder: str, uid_validity: int, uid: int) -> None:
    """Remember how far a folder was looked through (a hint that saves work, never a memory of what was taken)."""
    session.merge(FolderState(mailbox=mailbox, folder=folder, uid_validity=uid_validity, highest_uid=uid))


def note_mailbox(session: Session, mailbox: str, *, trouble: str, at: datetime) -> None:
    """Remember how reading a mailbox went: no `trouble` is a success."""
    state = session.get(MailboxState, mailbox) or MailboxState(mailbox=mailbox, tried_at=at)
    state.tried_at, state.trouble = at, storable(trouble)
    if trouble:
        state.failing_since = state.failing_since or at
    else:
        state.succeeded_at, state.failing_since = at, None
    session.add(state)


def to_settle(session: Session, *, limit: int, put_off: Collection[int] = ()) -> list[Arrival]:
    """Return arrivals whose mail is kept but has no message yet, in the order in which the mails were received.

    `put_off` are arrivals not to be tried again now.
    """
    query = (
        select(Arrival)
        .where(
            col(Arrival.state) == ArrivalState.TAKEN,
            col(Arrival.message_id).is_(None),
            col(Arrival.id).not_in(put_off),
        )
        .order_by(col(Arrival.received_at), col(Arrival.id))
        .limit(limit)
    )
    return list(session.exec(query))


def note_failed_reading(session: Session, arrival_id: int, error: str) -> int:
    """Count one more attempt at reading a mail that hung or killed its reader; returns the attempts so far."""
    arrival = session.get_one(Arrival, arrival_id)
    arrival.attempts += 1
    arrival.error = storable(error)
    return arrival.attempts


def raw_of(session: Session, digest: str) -> bytes:
    """Return the raw bytes of a digest; raises LedgerError if they are gone or not what they were."""
    row = session.get(Raw, digest)
    if row is None:
        raise LedgerError(f"surat asli {digest[:12]} tidak ada di basis data")
    if not row.packed:
        raise LedgerError("isinya telah dihapus menurut aturan")
    raw = unpack(row)
    if raw is None:
        raise LedgerError(f"surat asli {digest[:12]} rusak di basis data")
    return raw


def unpack(row: Raw) -> bytes | None:
    """Return the bytes of a raw row if they still have its digest, else None."""
    try:
        raw = zlib.decompress(row.packed)
    except zlib.error:
        return None
    return raw if hashlib.sha256(raw).hexdigest() == row.digest else None


def of_digest(session: Session, digest: str) -> Message | None:
    """Return the message that an arrival of these very bytes belongs to, be it the first arrival or a further one."""
    query = (
        select(Message)
        .join(Arrival, col(Arrival.message_id) == col(Message.id))
        .where(col(Arrival.raw_digest) == digest)
        .order_by(col(Message.id))
    )
    return session.exec(query).first()


def mailboxes_of(session: Session, message: Message) -> set[str]:
    """Return the office's mailboxes in which a message has arrived so far."""
    return set(session.exec(select(Arrival.mailbox).where(col(Arrival.message_id) == message.id)))


def with_content(session: Session, content_key: str) -> list[Message]:
    """Return the messages with the same words and files from the same sender, oldest first."""
    query = select(Message).where(col(Message.content_key) == content_key).order_by(col(Message.id))
    return list(session.exec(query))


def without_entry(session: Session, ids: Sequence[str]) -> bool:
    """Say whether the book keeps a mail with one of these Message-IDs that belongs to no entry (so far)."""
    query = select(Message.id).where(col(Message.rfc_message_id).in_(ids), col(Message.entry_id).is_(None))
    return bool(ids) and session.exec(query.limit(1)).first() is not None


def with_rfc_ids(session: Session, ids: Sequence[str]) -> list[Message]:
    """Return the messages that bear one of these Message-IDs and belong to an entry, newest first."""
    if not ids:
        return []
    query = (
        select(Message)
        .where(col(Message.rfc_message_id).in_(ids), col(Message.entry_id).is_not(None))
        .order_by(col(Message.id).desc())
    )
    return list(session.exec(query))


def entry_answered(session: Session, ids: Sequence[str]) -> int | None:
    """Return the entry whose letter or mail bears one of these Message-IDs, None where the book knows none of them."""
    letter = letters.by_rfc_message_ids(session, ids)
    if letter is not None:
        return letter.entry_id
    return next((message.entry_id for message in with_rfc_ids(session, ids)), None)


def of_entry(session: Session, entry_id: int) -> list[Message]:
    """Return the messages of an entry, oldest first."""
    return list(session.exec(select(Message).where(col(Message.entry_id) == entry_id).order_by(col(Message.id))))


def split_origin(session: Session, entry: Entry) -> Entry | None:
    """Return the entry that another one was split from; None for all others."""
    if not entry.split_from:
        return None
    return session.exec(select(Entry).where(col(Entry.number) == entry.split_from)).first()


def _opened_by(session: Session, entry_id: int) -> Message | None:
    """Return the mail that opened an entry, for one split off the mail that opened the first."""
    query = select(Message).where(col(Message.entry_id) == entry_id, col(Message.disposition) == Disposition.RECORDED)
    found = session.exec(query.order_by(col(Message.id)).limit(1)).first()
    if found is not None:
        return found
    entry = session.get(Entry, entry_id)
    origin = split_origin(session, entry) if entry is not None else None
    return _opened_by(session, origin.id or 0) if origin is not None else None


def no_reply_of(session: Session, entry_id: int, *, to: str) -> tuple[str, ...]:
    """Return the rows of the screening table that forbid an automatic answer to the mail that opened an entry.

    They forbid answering its sender. Another address, told by an officer (staff had forwarded the letter of a citizen),
    is not what the mail speaks of.
    """
    opening = _opened_by(session, entry_id)
    if opening is None or (to and opening.sender_address.lower() != to.lower()):
        return ()
    return tuple(opening.no_reply)


def is_silent(session: Session, entry_id: int) -> bool:
    """Say whether the mail that opened an entry was taken in from a file, and wants no letter."""
    opening = _opened_by(session, entry_id)
    return opening is not None and opening.silent


def count_files(session: Session, entry_id: int) -> int:
    """Count the files that came with the mail that opened an entry."""
    opening = _opened_by(session, entry_id)
    if opening is None:
        return 0
    return session.exec(select(func.count()).where(col(Attachment.message_id) == opening.id)).one()


KEPT, READ_AGAIN = "surat_disimpan", "surat_dibaca_ulang"
"""The verbs of events that hold the digest of a mail: when it was settled first, and when it was read after all."""


def attachments_of(session: Session, message: Message) -> list[Attachment]:
    """Return what is known of the files inside a mail, in their order."""
    query = select(Attachment).where(col(Attachment.message_id) == message.id).order_by(col(Attachment.position))
    return list(session.exec(query))


def seal(session: Session, message: Message, verb: str, *, at: datetime, actor: str) -> None:
    """Tell the chain what a mail brought (KEPT or READ_AGAIN); the session must come from `Database.writing`."""
    session.flush()
    events.append(
        session,
        verb,
        at=at,
        actor=actor,
        about=events.Subject(message_id=message.id),
        plain={"menjadi": message.disposition.value, "entri": message.entry_id},
        personal={
            seals.MAIL: seals.of_mail(message, attachments_of(session, message)),
            seals.DECISION: seals.of_decision(message),
        },
    )


def change_disposition(
    session: Session, message: Message, disposition: Disposition, reason: str, *, at: datetime, actor: str
) -> None:
    """Give a message another disposition; that is an event, and so is what it was before."""
    before = message.disposition
    message.disposition, message.reason, message.settled_at = disposition, reason, at
    session.add(message)
    session.flush()
    events.append(
        session,
        "disposisi_berubah",
        at=at,
        actor=actor,
        about=events.Subject(entry_id=message.entry_id, message_id=message.id),
        plain={"dari": before.value, "menjadi": disposition.value},
        personal={"alasan": reason, seals.DECISION: seals.of_decision(message)},
    )


def add_follow_up(session: Session, entry: Entry, message: Message, *, at: datetime) -> None:
    """Tell the chain that an entry got a further letter, or an answer that staff wrote in webmail."""
    session.flush()
    events.append(
        session,
        "balasan_webmail" if message.outgoing else "surat_susulan",
        at=at,
        actor="sistem",
        about=events.Subject(entry_id=entry.id, message_id=message.id),
        plain={"alasan": message.reason},
    )


def count_by_disposition(session: Session) -> dict[Disposition, int]:
    """Count the messages of each disposition."""
    query = select(Message.disposition, func.count()).group_by(col(Message.disposition))
    return {Disposition(disposition): number for disposition, number in session.exec(query)}
