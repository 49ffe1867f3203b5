"""Finds all that the book holds of one person by an address or a telephone number, and where else it still lies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from ledger import entries, erasure, labels, letters, messages, search, secrecy, workflow
from ledger.dates import short_moment
from ledger.erasure import Scope
from ledger.errors import LedgerError
from ledger.models import Arrival, Entry, Letter, Message, Raw
from ledger.words import Disposition, LetterState

_LEAST = 5
"""Fewer characters stand everywhere, and would name nobody."""
_RAWS = 3
"""How many raw mails are held at once; one with its files may have 25 MB."""


@dataclass(frozen=True, slots=True)
class Found:
    """Entries and mails without entry that are a person's own, and in words what merely mentions him."""

    entries: tuple[Entry, ...] = ()
    mails: tuple[Message, ...] = ()
    mentions: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """What of it would be erased."""
        return Scope(tuple(one.id or 0 for one in self.entries), tuple(one.id or 0 for one in self.mails))

    def __add__(self, other: "Found") -> "Found":
        mails = {one.id: one for one in (*self.mails, *other.mails)}
        found = {one.id: one for one in (*self.entries, *other.entries)}
        mentions = dict.fromkeys((*self.mentions, *other.mentions))
        return Found(tuple(found.values()), tuple(mails.values()), tuple(mentions))


def named(session: Session, numbers: Sequence[str], mails: Sequence[int]) -> Found:
    """Return the entries of register numbers and the mails of ids; raises LedgerError for one that is not there.

    A mail of an entry is erased with its entry alone, never by itself.
    """
    found = []
    for number in map(messages.storable, numbers):
        entry = entries.by_number(session, number)
        if entry is None:
            raise LedgerError(f"{number} tidak ada di buku")
        found.append(entry)
    return Found(tuple(found), tuple(_mail(session, message_id) for message_id in mails))


def _mail(session: Session, message_id: int) -> Message:
    message = session.get(Message, message_id)
    if message is None:
        raise LedgerError(f"surat {message_id} tidak ada")
    if message.entry_id is not None:
        number = session.get_one(Entry, message.entry_id).number
        raise LedgerError(f"surat {message_id} termasuk entri {number}; sebutkan nomor entrinya")
    return message


def of_person(session: Session, written: str) -> Found:
    """Return all that is of the person with this e-mail address or telephone number; raises LedgerError.

    His own are the entries that bear it, or that his mail opened, and his mails without entry, also delivery reports
    about him and mails in quarantine whose bytes name him. All else that holds it is a mention, also a mail that was
    fetched and not settled yet.
    """
    written = messages.storable(written.strip())
    if len(written) < _LEAST:
        raise LedgerError(f"“{written}” terlalu pendek untuk dicari")
    by_mail = "@" in written
    bears = func.lower(col(Entry.email)) == written.lower() if by_mail else search.phoned(written)
    sent = func.lower(col(Message.sender_address)) == written.lower()
    opened = select(Message.entry_id).where(sent, col(Message.disposition) == Disposition.RECORDED)
    own = or_(bears, col(Entry.id).in_(opened)) if by_mail else bears
    lines = tuple(session.exec(select(Entry).where(own).order_by(col(Entry.id))))
    mails = _own_mails(session, written, sent) if by_mail else ()
    return Found(lines, mails, tuple(_mentions(session, written, lines, mails)))


def _own_mails(session: Session, address: str, sent: ColumnElement[bool]) -> tuple[Message, ...]:
    reported = and_(col(Message.disposition) == Disposition.BOUNCE, _holds(address, Message.text, Message.quoted))
    query = select(Message).where(
        col(Message.entry_id).is_(None), col(Message.erased_at).is_(None), or_(sent, reported)
    )
    found = {mail.id: mail for mail in session.exec(query)}
    found |= {mail.id: mail for mail in _unread(session, address)}
    return tuple(mail for _, mail in sorted(found.items(), key=lambda one: one[0] or 0))


def _unread(session: Session, address: str) -> Iterable[Message]:
    """Yield the mails in quarantine whose bytes hold an address: nothing else is known of them."""
    query = (
        select(Message, Raw)
        .join(Raw, col(Raw.digest) == col(Message.raw_digest))
        .where(col(Message.disposition) == Disposition.QUARANTINED, col(Message.erased_at).is_(None))
    )
    for message, raw in session.exec(query.execution_options(yield_per=_RAWS)):
        if _names(raw, address):
            yield message


def _unsettled(session: Session, written: str) -> Iterable[Arrival]:
    """Yield the arrivals that are fetched and not settled yet, and whose bytes hold an address or a number."""
    query = (
        select(Arrival, Raw)
        .join(Raw, col(Raw.digest) == col(Arrival.raw_digest))
        .where(col(Arrival.message_id).is_(None))
        .order_by(col(Arrival.id))
    )
    for arrival, raw in session.exec(query.execution_options(yield_per=_RAWS)):
        if _names(raw, written):
            yield arrival


def _names(raw: Raw, written: str) -> bool:
    return secrecy.says((messages.unpack(raw) or b"").decode("latin-1"), written)


def _holds(written: str, *columns: str) -> ColumnElement[bool]:
    return or_(*(col(column).icontains(written, autoescape=True) for column in columns))


def _mentions(session: Session, written: str, lines: Sequence[Entry], mails: Sequence[Message]) -> Iterable[str]:
    own = {entry.id for entry in lines}
    told = _holds(written, Entry.matter, Entry.account, Entry.represents)
    for entry in session.exec(select(Entry).where(told, col(Entry.id).not_in(own)).order_by(col(Entry.id))):
        yield f"entri {entry.number}"
    theirs = {mail.id for mail in mails}
    said = _holds(written, Message.sender_address, Message.subject, Message.text, Message.quoted)
    for mail in session.exec(select(Message).where(said, col(Message.id).not_in(theirs)).order_by(col(Message.id))):
        if mail.entry_id not in own:
            yield f"surat {mail.id}{_of_entry(session, mail.entry_id)}"
    went = func.lower(col(Letter.recipient)) == written.lower()
    for letter in session.exec(select(Letter).where(went, col(Letter.entry_id).not_in(own))):
        yield f"surat kita {letter.id}{_of_entry(session, letter.entry_id)}"
    for arrival in _unsettled(session, written):
        yield f"surat yang belum dicatat (UID {arrival.uid}, folder {arrival.folder}, {arrival.mailbox})"


def _of_entry(session: Session, entry_id: int | None) -> str:
    return f" pada {session.get_one(Entry, entry_id).number}" if entry_id is not None else ""


def bound_to(session: Session, found: Found) -> list[str]:
    """Return the numbers of other entries that are merged with these or split from them: perhaps the same person's."""
    own = {entry.number for entry in found.entries}
    bound = set()
    for entry in found.entries:
        bound |= {entry.merged_into, entry.split_from}
        bound |= {one.number for one in (*workflow.merged_into(session, entry), *workflow.split_off(session, entry))}
    return sorted(bound - own - {""})


def lines_of(found: Found, zone: ZoneInfo) -> list[str]:
    """Return a line for each entry and mail that would be erased, for the administrator who is to say yes."""
    return [_entry_line(one, zone) for one in found.entries] + [_mail_line(one, zone) for one in found.mails]


def _entry_line(entry: Entry, zone: ZoneInfo) -> str:
    who = entry.name or entry.sender_name or entry.email or entry.phone or "(tanpa nama)"
    said = f"{entry.number}  {short_moment(entry.received_at, zone)}  {who}: {entry.matter[:60] or '(tanpa perihal)'}"
    return said + _already(entry.erased_at, zone)


def _mail_line(mail: Message, zone: ZoneInfo) -> str:
    who = mail.sender_name or mail.sender_address or "(pengirim tidak terbaca)"
    kind = labels.DISPOSITIONS[mail.disposition]
    return f"surat {mail.id}  {short_moment(mail.received_at, zone)}  {kind}  {who}{_already(mail.erased_at, zone)}"


def _already(erased_at: datetime | None, zone: ZoneInfo) -> str:
    return f"  (sudah dihapus {short_moment(erased_at, zone)})" if erased_at else ""


def elsewhere(session: Session, found: Found, zone: ZoneInfo) -> list[str]:
    """Return where the same mails still lie at the mail provider: the arrivals, and the letters that were sent."""
    mails = [mail for entry in found.entries for mail in messages.of_entry(session, entry.id or 0)]
    mails += found.mails
    ids = [mail.id or 0 for mail in (*mails, *erasure.same_letters(session, mails))]
    lines = [_place(arrival, zone) for every in search.arrivals_of(session, ids).values() for arrival in every]
    for entry in found.entries:
        for letter in letters.of_entry(session, entry.id or 0):
            if letter.state in (LetterState.SENT, LetterState.UNCERTAIN) and letter.ended_at is not None:
                when = short_moment(letter.ended_at, zone)
                lines.append(f"{letter.mailbox}, folder Terkirim: {when}, Message-ID {letter.rfc_message_id}")
    return lines


def _place(arrival: Arrival, zone: ZoneInfo) -> str:
    when = short_moment(arrival.received_at or arrival.seen_at, zone)
    if arrival.folder == messages.FROM_FILES:
        return f"{arrival.mailbox}: berkas yang diimpor, diterima {when}"
    return f"{arrival.mailbox}, folder {arrival.folder}: UID {arrival.uid}, diterima {when}"
