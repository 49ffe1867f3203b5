"""Lawful erasure: a person's values, words and bytes go; numbers, dates, statistics and a tombstone a mail stay."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlmodel import Session, col, select

from ledger import events, files, letters, messages, secrecy, staff
from ledger.entries import PERSONAL_FIELDS
from ledger.errors import LedgerError
from ledger.models import (
    Arrival,
    Attachment,
    Entry,
    EntryFile,
    Event,
    EventValue,
    FormDraft,
    Letter,
    Message,
    Raw,
    Staff,
    Tombstone,
)
from ledger.words import Disposition, LetterState, Role

VERB = "dihapus_data"
"""The verb of the event that makes an erasure lawful; it names each digest and each event whose values went."""
VALUES, BYTES, FILES = "nilai", "sidik", "sidik_berkas"
"""What such an event names: events, raw mails ("digest" or "digest:letter key"), and files."""
AGAIN, NUMBER, RECORDED = "semula", "nomor", "dicatat"
"""What one that repeats an erasure says of that: its event, and the entry as `Listed` names it."""
COUNTS = ("jumlah_surat", "jumlah_surat_kita", "jumlah_berkas")

GONE = "data pribadi telah dihapus"
WITHHELD = "Data pribadi penerima telah dihapus; surat ini tidak dapat dikirim."
INTERRUPTED = "Data pribadi dihapus ketika surat ini sedang dikirim; apakah sampai tidak diketahui."
CAME_AGAIN = "surat yang sudah dihapus datang lagi; isinya tidak disimpan"
RESTORED = "penghapusan terdahulu, diterapkan kembali setelah buku dipulihkan dari cadangan"

_TELLING = ("name", "sender_name", "represents", "email", "phone", "phone_e164")
"""The fields of an entry that tell who a person is."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be erased, by id: entries with all that belongs to them, and mails that belong to none."""

    entries: tuple[int, ...] = ()
    mails: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """Who erases, when and why; `repeats` is the erasure that is applied again to a restored book."""

    actor: str
    at: datetime
    reason: str
    repeats: "Listed | None" = None


@dataclass(frozen=True, slots=True)
class Belongings:
    """What still holds personal data of one entry, or of mails that have none; nothing is left where all is empty."""

    entry: Entry | None
    mails: tuple[Message, ...] = ()
    posts: tuple[Letter, ...] = ()
    attached: tuple[EntryFile, ...] = ()
    spoken: tuple[int, ...] = ()

    @property
    def nothing(self) -> bool:
        """Say whether there is nothing to erase (any more)."""
        told = self.entry is not None and any(getattr(self.entry, name) for name in PERSONAL_FIELDS)
        return not (told or self.mails or self.posts or self.attached or self.spoken)


@dataclass(frozen=True, slots=True)
class Lawful:
    """What the book's erasures name: events whose values went, digests with their letter keys, digests of files."""

    events: frozenset[int] = frozenset()
    mails: frozenset[tuple[str, str | None]] = frozenset()
    files: frozenset[str] = frozenset()

    @property
    def digests(self) -> frozenset[str]:
        """Return the digests of all the bytes that may be gone."""
        return frozenset(digest for digest, _ in self.mails) | self.files


def letter_key(content_key: str | None, rfc_message_id: str | None, sent_at: datetime | None) -> str | None:
    """Return what tells one letter in whatever bytes: same words, sender and files, and same Message-ID (else Date).

    None where nothing tells it. The same words sent again later are another letter, and have another key.
    """
    mark = rfc_message_id or (sent_at.astimezone(UTC).isoformat() if sent_at else "")
    if not content_key or not mark:
        return None
    return hashlib.sha256(f"{content_key}\0{mark}".encode("utf-8", "surrogatepass")).hexdigest()


def key_of(message: Message) -> str | None:
    """Return the letter key of a message."""
    return letter_key(message.content_key, message.rfc_message_id, message.sent_at)


# What there is


def belongings_of(session: Session, entry: Entry) -> Belongings:
    """Return what still holds personal data of an entry: its mails, letters, files, and the events about them."""
    mails = messages.of_entry(session, entry.id or 0)
    mails += same_letters(session, mails)
    posts = letters.of_entry(session, entry.id or 0)
    return Belongings(
        entry,
        tuple(mail for mail in mails if mail.erased_at is None),
        tuple(post for post in posts if post.erased_at is None),
        tuple(files.of_entry(session, entry.id or 0)),
        _spoken(session, entry.id, [mail.id or 0 for mail in mails], [post.id or 0 for post in posts]),
    )


def belongings_of_mails(session: Session, mails: Sequence[Message]) -> Belongings:
    """Return what still holds personal data of mails that have no entry, and of the same letters in other bytes."""
    left = tuple(mail for mail in (*mails, *same_letters(session, mails)) if mail.erased_at is None)
    return Belongings(None, left, spoken=_spoken(session, None, [mail.id or 0 for mail in mails], []))


def _spoken(session: Session, entry_id: int | None, mails: Collection[int], posts: Collection[int]) -> tuple[int, ...]:
    """Return the events about these that still have values of their own; the reason of an erasure is none of them."""
    about: list[ColumnElement[bool]] = [col(Event.message_id).in_(mails), col(Event.letter_id).in_(posts)]
    if entry_id is not None:
        about.append(col(Event.entry_id) == entry_id)
    valued = select(EventValue.id).where(col(EventValue.event_id) == col(Event.id)).exists()
    query = select(Event.id).where(or_(*about), col(Event.verb) != VERB, valued).order_by(col(Event.id))
    return tuple(session.exec(query))


def same_letters(session: Session, mails: Sequence[Message]) -> list[Message]:
    """Return the further mails without entry that bring one of these letters again, in other bytes."""
    ids, keys = {mail.id for mail in mails}, {key_of(mail) for mail in mails} - {None}
    words = {mail.content_key for mail in mails} - {None}
    query = select(Message).where(col(Message.content_key).in_(words), col(Message.entry_id).is_(None))
    found = session.exec(query.order_by(col(Message.id)))
    return [mail for mail in found if mail.id not in ids and key_of(mail) in keys]


def digests_of(session: Session, mails: Iterable[Message]) -> dict[str, str | None]:
    """Return the digests of all the bytes in which these mails have arrived, each with the key of its letter."""
    found: dict[str, str | None] = {}
    for mail in mails:
        again = session.exec(select(Arrival.raw_digest).where(col(Arrival.message_id) == mail.id))
        found |= {digest: key_of(mail) for digest in (mail.raw_digest, *again) if digest}
    return found


# Erasing


def forget(session: Session, scope: Scope, *, reason: str, actor: str, at: datetime) -> list[Event]:
    """Erase what a scope names and return the events that say so: one an entry, and one a mail without entry.

    The session must come from `Database.writing`. What was erased already gives no event. `actor` must be the login of
    an administrator; the reason may not tell who the person is. Raises LedgerError.
    """
    check_administrator(session, actor)
    reason = _on_one_line(reason)
    entries = [session.get_one(Entry, entry_id) for entry_id in scope.entries]
    mails = [session.get_one(Message, message_id) for message_id in scope.mails]
    found = [belongings_of(session, entry) for entry in entries]
    _check_reason(reason, entries, [*mails, *(mail for one in found for mail in one.mails)])
    why = Why(actor, at, reason)
    made = [_erase(session, one, why) for one in found if not one.nothing]
    for mail in mails:  # looked at one by one: what brings the same letter goes with the first
        what = belongings_of_mails(session, [mail])
        made += [] if what.nothing else [_erase(session, what, why)]
    return made


def check_administrator(session: Session, login: str) -> Staff:
    """Return the account of an administrator in use; raises LedgerError for anybody else."""
    who = session.exec(select(Staff).where(col(Staff.login) == login)).first()
    if who is None and staff.empty(session):
        raise LedgerError("Belum ada akun; yang pertama dibuat oleh `run.py serve`.")
    if who is None:
        raise LedgerError(f"Akun {login} belum ada; `run.py staff list` menyebut semua akun.")
    if who.disabled or who.role is not Role.ADMIN:
        raise LedgerError("Hanya pengelola sistem (admin) yang boleh menghapus data pribadi.")
    return who


def check_reason(session: Session, scope: Scope, reason: str) -> None:
    """See that a reason is given and tells nobody whose data a scope names; raises LedgerError."""
    entries = [session.get_one(Entry, entry_id) for entry_id in scope.entries]
    mails = [session.get_one(Message, message_id) for message_id in scope.mails]
    mails += [mail for entry in entries for mail in belongings_of(session, entry).mails]
    _check_reason(_on_one_line(reason), entries, mails)


def _on_one_line(reason: str) -> str:
    return messages.storable(" ".join(reason.split()))


def _check_reason(reason: str, entries: Sequence[Entry], mails: Sequence[Message]) -> None:
    if not reason:
        raise LedgerError("Alasan penghapusan harus diisi.")
    people = [getattr(entry, field) for entry in entries for field in _TELLING]
    people += [one for mail in mails for one in (mail.sender_name, mail.sender_address)]
    if any(secrecy.says(reason, one) for one in people):
        raise LedgerError("Alasan tidak boleh memuat nama, alamat surel, atau nomor telepon pemilik data itu.")


def _erase(session: Session, what: Belongings, why: Why, elsewhere: Sequence[tuple[str, str | None]] = ()) -> Event:
    """Erase belongings and write the event that says so; `elsewhere` are mails that this book does not hold."""
    _discard_drafts(session, what)
    _stop_posts(session, what.posts, why.at)
    bytes_of_mails = digests_of(session, what.mails) | dict(elsewhere)
    scans = _empty_files(session, what.attached)
    for mail in what.mails:
        _empty_mail(session, mail, why)
    if what.entry is not None:
        _empty_entry(session, what.entry, why.at)
    session.flush()
    _empty_bytes(session, {*bytes_of_mails, *scans})
    spoken = _silenced(session, what)
    event = events.append(
        session,
        VERB,
        at=why.at,
        actor=why.actor,
        about=_about(what),
        plain=_named(what, why, spoken, bytes_of_mails, scans),
        personal={"alasan": why.reason} if why.reason else None,
    )
    _lay_stones(session, bytes_of_mails, event)
    return event


def _silenced(session: Session, what: Belongings) -> list[int]:
    """Delete the values of all events about these, also of those that the erasure itself has just written."""
    mails, posts = [mail.id or 0 for mail in what.mails], [post.id or 0 for post in what.posts]
    new = _spoken(session, what.entry.id if what.entry is not None else None, mails, posts)
    spoken = sorted({*what.spoken, *new})
    session.execute(delete(EventValue).where(col(EventValue.event_id).in_(spoken)))
    return spoken


def _about(what: Belongings) -> events.Subject:
    if what.entry is not None:
        return events.Subject(entry_id=what.entry.id)
    return events.Subject(message_id=what.mails[0].id if what.mails else None)


def _named(
    what: Belongings, why: Why, spoken: Sequence[int], mails: dict[str, str | None], scans: Sequence[str]
) -> dict[str, events.Plain]:
    named: dict[str, events.Plain] = {
        VALUES: [str(event_id) for event_id in spoken],
        BYTES: [f"{digest}:{key}" if key else digest for digest, key in sorted(mails.items())],
        FILES: sorted(scans),
    }
    named |= dict(zip(COUNTS, (len(what.mails), len(what.posts), len(what.attached)), strict=True))
    if what.entry is not None:
        named |= {"erased_at": why.at.astimezone(UTC).isoformat(timespec="microseconds"), "needs_review": False}
    if (first := why.repeats) is not None:
        named |= {AGAIN: first.hash, NUMBER: first.number, RECORDED: first.recorded}
    return named


def _empty_entry(session: Session, entry: Entry, at: datetime) -> None:
    for name in PERSONAL_FIELDS:
        setattr(entry, name, "")
    entry.erased_at, entry.needs_review = at, False
    entry.version += 1  # a form that was opened before must not write back what stands in it
    session.add(entry)


def _empty_mail(session: Session, mail: Message, why: Why) -> None:
    mail.sender_address = mail.sender_name = mail.subject = mail.text = mail.quoted = mail.error = ""
    mail.reasons, mail.needs_review = [], False
    mail.erased_at = why.at
    if mail.disposition is Disposition.QUARANTINED:  # nobody can read it any more, so nobody need look at it
        messages.change_disposition(session, mail, Disposition.UNREGISTERED, GONE, at=why.at, actor=why.actor)
    mail.reason = GONE
    session.add(mail)
    session.execute(update(Attachment).where(col(Attachment.message_id) == mail.id).values(name=""))
    session.execute(update(Arrival).where(col(Arrival.message_id) == mail.id).values(error=""))


def _stop_posts(session: Session, posts: Sequence[Letter], at: datetime) -> None:
    """Empty letters; one that had not gone is withheld, and one that was on its way is uncertain."""
    for post in posts:
        session.refresh(post, with_for_update=True)
        if post.state in (LetterState.OWED, LetterState.QUEUED):
            letters.end(session, post, LetterState.WITHHELD, reason=WITHHELD, at=at)
        elif post.state is LetterState.SENDING:
            letters.end(session, post, LetterState.UNCERTAIN, reason=INTERRUPTED, at=at)
        elif post.reason:
            post.reason = WITHHELD
        post.recipient = post.answers = post.words = post.subject = post.body_text = post.body_html = ""
        post.refers_to, post.releasable, post.erased_at = [], False, at
        session.add(post)


def _empty_files(session: Session, attached: Sequence[EntryFile]) -> list[str]:
    """Empty the names of files and return the digests of those whose bytes nobody else's matter holds."""
    for file in attached:
        file.name = ""
        session.add(file)
    session.flush()
    digests = {file.raw_digest for file in attached}
    return sorted(digests - _held_as_files(session, digests))


def _empty_bytes(session: Session, digests: Collection[str]) -> None:
    """Empty raw rows; bytes that are a mail or a file of somebody else, too, stay until that is erased."""
    query = select(Message.raw_digest).where(col(Message.raw_digest).in_(digests), col(Message.erased_at).is_(None))
    mails: set[str] = set(session.exec(query))
    free = set(digests) - mails - _held_as_files(session, digests)
    session.execute(update(Raw).where(col(Raw.digest).in_(free)).values(packed=b""))


def _held_as_files(session: Session, digests: Collection[str]) -> set[str]:
    query = select(EntryFile.raw_digest).where(col(EntryFile.raw_digest).in_(digests), col(EntryFile.name) != "")
    return set(session.exec(query))


def _lay_stones(session: Session, digests: dict[str, str | None], event: Event) -> None:
    known = set(session.exec(select(Tombstone.digest).where(col(Tombstone.digest).in_(digests))))
    for digest, key in digests.items():
        if digest not in known:
            session.add(Tombstone(digest=digest, letter_key=key, event_id=event.id))
    session.flush()


def _discard_drafts(session: Session, what: Belongings) -> None:
    """Throw away what officers have typed and not saved yet about the person whose values go."""
    told = [one for mail in what.mails for one in (mail.sender_name, mail.sender_address)]
    if what.entry is not None:
        told += [getattr(what.entry, field) for field in _TELLING]
    short = {one.strip().casefold() for one in told} - {""}
    for draft in session.exec(select(FormDraft)):
        said = [one.strip() for one in draft.content.values()]
        if short & {one.casefold() for one in said} or any(secrecy.says(one, own) for one in said for own in told):
            session.delete(draft)


# What is told of it


@dataclass(frozen=True, slots=True)
class Told:
    """When data were erased and why; the reason is empty where that was erased as well."""

    at: datetime
    reason: str


def of_entry(session: Session, entry: Entry) -> Told | None:
    """Return when and why the data of an entry were erased last; None where they were not."""
    if entry.erased_at is None:
        return None
    about = col(Event.verb) == VERB, col(Event.entry_id) == entry.id
    return _told(session, session.exec(select(Event).where(*about).order_by(col(Event.id).desc())).first())


def of_mail(session: Session, message: Message) -> Told | None:
    """Return when and why the data of a mail were erased; None where they were not."""
    stone = session.get(Tombstone, message.raw_digest) if message.erased_at is not None else None
    return _told(session, session.get(Event, stone.event_id)) if stone is not None else None


def _told(session: Session, event: Event | None) -> Told | None:
    if event is None:
        return None
    return Told(event.at, events.values_of(session, [event]).get(event.id, {}).get("alasan", ""))


# What comes again


def met_again(session: Session, arrival: Arrival, key: str | None, *, at: datetime) -> Message | None:
    """Tie an arrival of a mail that was lawfully erased to what is left of it; None where it is no such mail.

    `key` is the mail's letter key, None where nothing could read it. What the same letter brings in other bytes is
    emptied as well. The session must come from `Database.writing`.
    """
    stone = session.get(Tombstone, arrival.raw_digest)
    if stone is None and key:
        stone = session.exec(select(Tombstone).where(col(Tombstone.letter_key) == key).limit(1)).first()
    if stone is None:
        return None
    message = messages.of_digest(session, arrival.raw_digest or "") or messages.of_digest(session, stone.digest)
    if message is None:
        message = _left_of(arrival, session.get_one(Event, stone.event_id).at, at)
        session.add(message)
        session.flush()
    arrival.message_id = message.id
    session.flush()
    if message.erased_at is None:  # nothing could read it until now
        _erase(session, belongings_of_mails(session, [message]), Why(letters.ACTOR, at, CAME_AGAIN))
    elif session.get(Tombstone, arrival.raw_digest) is None:
        _erase_copy(session, message, arrival.raw_digest or "", key, at)
    return message


def met_unread(session: Session, message: Message, key: str | None, *, at: datetime) -> bool:
    """Erase a mail that nothing could read, and that now turns out to be a letter lawfully erased; say whether it is.

    The session must come from `Database.writing`.
    """
    query = select(Tombstone).where(col(Tombstone.letter_key) == key).limit(1)
    if key is None or session.exec(query).first() is None:
        return False
    _erase(session, belongings_of_mails(session, [message]), Why(letters.ACTOR, at, CAME_AGAIN))
    return True


def _left_of(arrival: Arrival, erased_at: datetime, at: datetime) -> Message:
    """Return the message of a mail that was erased before this book (restored from a backup) has seen it."""
    return Message(
        raw_digest=arrival.raw_digest or "",
        mailbox=arrival.mailbox,
        folder=arrival.folder,
        junk=arrival.junk,
        outgoing=arrival.outgoing,
        silent=True,
        received_at=arrival.received_at or arrival.seen_at,
        disposition=Disposition.UNREGISTERED,
        reason=GONE,
        settled_at=at,
        erased_at=erased_at,
    )


def _erase_copy(session: Session, message: Message, digest: str, key: str | None, at: datetime) -> None:
    _empty_bytes(session, [digest])
    event = events.append(
        session,
        VERB,
        at=at,
        actor=letters.ACTOR,
        about=events.Subject(message_id=message.id),
        plain={BYTES: [f"{digest}:{key}" if key else digest]},
        personal={"alasan": CAME_AGAIN},
    )
    _lay_stones(session, {digest: key}, event)


# After a restore


@dataclass(frozen=True, slots=True)
class Listed:
    """One erasure as the list beside the database keeps it; it holds no personal value.

    `hash` is that of its event, `recorded` that of the event that recorded the entry (empty: mails without entry), so
    that a number given anew after a restore is never taken for the old one. `mails` are "digest" or "digest:letter
    key". `book` is the hash of the first event of its book (empty: the line is from before lines told it).
    """

    hash: str
    position: int
    at: datetime
    number: str
    recorded: str
    mails: tuple[str, ...]
    book: str = ""

    def __add__(self, other: "Listed") -> "Listed":
        """Join two lines about one erasure, of which each may say what the other does not."""
        return replace(
            self,
            number=self.number or other.number,
            recorded=self.recorded or other.recorded,
            mails=tuple(dict.fromkeys((*self.mails, *other.mails))),
            book=self.book or other.book,
        )


def joined(erasures: Iterable[Listed]) -> dict[str, Listed]:
    """Return each erasure once, by its hash, with all that its lines say."""
    found: dict[str, Listed] = {}
    for one in erasures:
        found[one.hash] = found[one.hash] + one if one.hash in found else one
    return found


def listed(session: Session) -> list[Listed]:
    """Return all erasures of this book in their order, one that was applied again as it first was."""
    found, book = [], events.book_of(session)
    for event in session.exec(select(Event).where(col(Event.verb) == VERB).order_by(col(Event.id))):
        said = json.loads(event.body)["set"]
        entry = session.get(Entry, event.entry_id) if event.entry_id is not None else None
        recorded = events.of_entry(session, entry.id or 0)[0].hash if entry is not None else ""
        number = entry.number if entry is not None else ""
        first = said.get(AGAIN) or event.hash, said.get(NUMBER) or number, said.get(RECORDED) or recorded
        found.append(Listed(first[0], event.id, event.at, *first[1:], tuple(said.get(BYTES, ())), book))
    return found


def reapply(session: Session, erasures: Iterable[Listed], *, at: datetime) -> int:
    """Erase in a restored book what a list names and the book does not know as erased; returns how many there were.

    Lines of another book that uses the same list are left alone. Mails that the book does not hold get their
    tombstones, so that they are not taken in when they are found again. The session must come from `Database.writing`.
    """
    known, book = {one.hash for one in listed(session)}, events.book_of(session)
    lacking = [
        one
        for one in joined(erasures).values()
        if one.hash not in known and (not one.book or not book or one.book == book)
    ]
    for one in lacking:
        _reapply(session, one, at)
    return len(lacking)


def _reapply(session: Session, one: Listed, at: datetime) -> None:
    why = Why(letters.ACTOR, at, RESTORED, repeats=one)
    elsewhere = [_mail_named(written) for written in one.mails]
    mails = _messages_of(session, [digest for digest, _ in elsewhere])
    entries = {mail.entry_id for mail in mails if mail.entry_id and mail.disposition is Disposition.RECORDED}
    recording = session.exec(select(Event).where(col(Event.hash) == one.recorded)).first()
    if recording is not None and recording.entry_id is not None:
        entries.add(recording.entry_id)
    found = [belongings_of(session, session.get_one(Entry, entry_id)) for entry_id in sorted(filter(None, entries))]
    alone = [mail for mail in mails if mail.entry_id not in entries]
    found += [belongings_of_mails(session, alone)] if alone or not found else []
    for number, what in enumerate(found):
        _erase(session, what, why, elsewhere if number == 0 else ())


def _mail_named(written: str) -> tuple[str, str | None]:
    digest, _, key = written.partition(":")
    return digest, key or None


def _messages_of(session: Session, digests: Sequence[str]) -> list[Message]:
    brought = select(Arrival.message_id).where(col(Arrival.raw_digest).in_(digests))
    query = select(Message).where(or_(col(Message.raw_digest).in_(digests), col(Message.id).in_(brought)))
    return list(session.exec(query.order_by(col(Message.id))))


# What verify asks


def lawful(session: Session) -> Lawful:
    """Collect what the erasures of this book name."""
    values: set[int] = set()
    mails: set[tuple[str, str | None]] = set()
    files: set[str] = set()
    for body in session.exec(select(Event.body).where(col(Event.verb) == VERB)):
        said = json.loads(body)["set"]
        values |= {int(event_id) for event_id in said.get(VALUES, ())}
        mails |= {_mail_named(written) for written in said.get(BYTES, ())}
        files |= set(said.get(FILES, ()))
    return Lawful(frozenset(values), frozenset(mails), frozenset(files))


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of a book was lawfully erased."""

    erasures: int
    entries: int
    mails: int
    letters: int
    files: int
    values: int

    def __str__(self) -> str:
        return (
            f"dihapus menurut aturan: {self.entries} entri, {self.mails} surat, {self.letters} surat kita, "
            f"{self.files} berkas, nilai dari {self.values} peristiwa"
        )


def counted(session: Session) -> Counted:
    """Count what the erasures of this book erased."""
    found = [
        (event.entry_id, json.loads(event.body)["set"])
        for event in session.exec(select(Event).where(col(Event.verb) == VERB))
    ]
    mails, posts, scans = (sum(int(said.get(name, 0)) for _, said in found) for name in COUNTS)
    entries = len({entry_id for entry_id, _ in found if entry_id is not None})
    return Counted(len(found), entries, mails, posts, scans, sum(len(said.get(VALUES, ())) for _, said in found))


def left_behind(session: Session) -> Iterator[str]:
    """Yield in words what an erasure should have emptied and did not, and what is empty without an erasure."""
    stone = select(Tombstone.digest).where(col(Tombstone.digest) == col(Message.raw_digest)).exists()
    erased = col(Message.erased_at).is_not(None)
    unlike = or_(and_(erased, ~stone), and_(~erased, stone))
    for message_id in session.exec(select(Message.id).where(unlike).order_by(col(Message.id))):
        yield f"surat {message_id} tidak sesuai dengan penghapusan datanya"
    columns = (
        Message.sender_address,
        Message.sender_name,
        Message.subject,
        Message.text,
        Message.quoted,
        Message.error,
    )
    filled = or_(*(col(column) != "" for column in columns))
    for message_id in session.exec(select(Message.id).where(erased, filled).order_by(col(Message.id))):
        yield f"surat {message_id} masih berisi data yang telah dihapus"
    named = select(Attachment.message_id).join(Message, col(Message.id) == col(Attachment.message_id))
    for message_id in session.exec(named.where(erased, col(Attachment.name) != "").limit(1)):
        yield f"lampiran surat {message_id} masih menyebut nama berkas yang telah dihapus"
    said = (Letter.recipient, Letter.answers, Letter.subject, Letter.body_text, Letter.body_html, Letter.words)
    filled, gone = or_(*(col(column) != "" for column in said)), col(Letter.erased_at).is_not(None)
    for letter_id in session.exec(select(Letter.id).where(gone, filled).order_by(col(Letter.id))):
        yield f"surat kita {letter_id} masih berisi data yang telah dihapus"
    whole = and_(col(Letter.entry_id) == col(Entry.id), col(Entry.erased_at).is_(None))
    for letter_id in session.exec(select(Letter.id).join(Entry, whole).where(gone).order_by(col(Letter.id))):
        yield f"surat kita {letter_id} bertanda telah dihapus tanpa penghapusan yang sah"
