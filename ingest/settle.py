"""Settles kept mails: each gets its one disposition and what follows from it, a savepoint a mail."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from config.logging import mask
from config.settings import Settings
from ingest.isolate import ReaderDied
from ingest.judge import Judged, Unread, Verdict
from ingest.thread import Match, match
from ledger import entries, letters, messages
from ledger.database import Database
from ledger.entries import Rulebook
from ledger.errors import LedgerError
from ledger.letters import Answering
from ledger.messages import storable, storable_id
from ledger.models import Arrival, Attachment, Entry, Message
from ledger.ports import Bounce, Found
from ledger.words import CLOSED, REGISTER_OF, Channel, Disposition, Kind, LetterState

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a mail may hang or kill its reader before it is quarantined unread."""

_ADDRESS_LENGTH = 320
_ON_ITS_WAY = (LetterState.SENDING, LetterState.SENT, LetterState.UNCERTAIN)
ReadMail = Callable[[bytes, str], Verdict]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one arrival; `again` says that its mail was known already."""

    arrival_id: int
    mailbox: str
    disposition: Disposition
    sender: str
    subject: str
    number: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Means:
    """What settling works with: the configuration, the rulebook, the reader of mails, and the clock."""

    settings: Settings
    rulebook: Rulebook
    read: ReadMail
    clock: Clock


def settle_pending(database: Database, means: Means, tell: Callable[[Settled], None] = lambda _: None) -> list[Settled]:
    """Settle every kept mail that has no disposition yet, in batches, oldest first.

    Reading happens outside any transaction. What the database refuses for the moment (full disk, lost connection)
    leaves as OperationalError, and everything of that batch stays to be settled.
    """
    settled: list[Settled] = []
    put_off: set[int] = set()
    while arrivals := _pending(database, means, put_off):
        judged = [(arrival, verdict) for arrival in arrivals if (verdict := _verdict(database, means, arrival))]
        done = _settle_batch(database, means, judged)
        put_off |= {_key(arrival.id) for arrival in arrivals} - {one.arrival_id for one in done}
        for one in done:
            tell(one)
        settled += done
    return settled


def _pending(database: Database, means: Means, put_off: set[int]) -> list[Arrival]:
    with database.reading() as session:
        return messages.to_settle(session, limit=means.settings.intake.batch, put_off=put_off)


def _key(key: int | None) -> int:
    assert key is not None, "the row was read from the database"
    return key


def _verdict(database: Database, means: Means, arrival: Arrival) -> Verdict | None:
    """Read a mail; None where its reader died and it may be tried again."""
    try:
        with database.reading() as session:
            raw = messages.raw_of(session, arrival.raw_digest or "")
    except LedgerError as wrong:
        return Unread(str(wrong))
    try:
        return means.read(raw, arrival.mailbox)
    except ReaderDied as wrong:
        with database.noting() as session:
            attempts = messages.note_failed_reading(session, _key(arrival.id), str(wrong))
        log.warning("arrival %s: attempt %s: %s", arrival.id, attempts, wrong)
        return Unread(f"{wrong}, {attempts} kali dicoba") if attempts >= ATTEMPTS else None


def _settle_batch(database: Database, means: Means, judged: Sequence[tuple[Arrival, Verdict]]) -> list[Settled]:
    settled: list[Settled] = []
    if not judged:
        return settled
    with database.writing() as session:
        for seen, verdict in judged:
            arrival = session.get_one(Arrival, seen.id)
            if arrival.message_id is None:
                settled.append(_settle_alone(session, means, arrival, verdict))
    for one in settled:
        _log(one)
    return settled


def _settle_alone(session: Session, means: Means, arrival: Arrival, verdict: Verdict) -> Settled:
    try:
        with session.begin_nested():
            return settle(session, means, arrival, verdict)
    except OperationalError:
        raise  # the database itself is in trouble: nothing about this mail
    except Exception as wrong:  # one mail must not take the other 49 down; it is kept, and shown to staff
        log.exception("arrival %s could not be settled", arrival.id)
        with session.begin_nested():
            error = f"kesalahan saat mencatat: {type(wrong).__name__}: {wrong}"
            return settle(session, means, arrival, Unread(error))


def settle(session: Session, means: Means, arrival: Arrival, verdict: Verdict) -> Settled:
    """Give one arrival its message, and a new message its disposition and what follows from it: the recipe.

    The session must come from `Database.writing`; so what is looked up here cannot change before the commit.
    """
    known = messages.of_digest(session, arrival.raw_digest or "")
    if known is None and isinstance(verdict, Judged):
        known = _same_letter_elsewhere(session, arrival, verdict)
    if known is not None:
        return _arrived_again(session, means, arrival, known, verdict)
    message = _new_message(arrival, verdict, means.clock())
    if isinstance(verdict, Unread):
        message.disposition, message.reason = Disposition.QUARANTINED, "surat tidak dapat dibaca"
        message.error = storable(verdict.error)
        return _keep(session, arrival, message)
    _decide(session, means, message, verdict)
    return _keep(session, arrival, message, verdict)


def _decide(session: Session, means: Means, message: Message, mail: Judged) -> None:
    """Choose the disposition of a new message: the first of these that holds."""
    ours = letters.by_rfc_message_ids(session, [message.rfc_message_id] if message.rfc_message_id else [])
    earlier = _earlier_copies(session, mail)
    twin = next((copy for copy in earlier if _same_letter(copy, mail)), None)
    thread = match(session, mail) or _sent_again(session, earlier)
    if message.outgoing:
        _webmail_answer(session, means, message, mail)
    elif ours is not None:
        _dispose(message, Disposition.OWN, "surat kami sendiri", ours.entry_id)
    elif twin is not None:
        _dispose(message, Disposition.DUPLICATE, "surat yang sama sudah diterima", twin.entry_id)
        message.duplicate_of = twin.id
    elif mail.screening.disposition is not None:
        _screened(session, means, message, mail, thread)
    else:
        _from_a_person(session, means, message, mail, thread)


def _from_a_person(session: Session, means: Means, message: Message, mail: Judged, thread: Match | None) -> None:
    if thread is not None and thread.certain:
        _follow_up(session, means, message, thread)
    elif message.junk:
        _dispose(message, Disposition.UNREGISTERED, "masuk ke folder Spam; menunggu keputusan petugas")
        message.needs_review = mail.judgement.kind in (Kind.PENGADUAN, Kind.PERMOHONAN) or mail.judgement.needs_review
    elif on_its_own(mail)[0] is Disposition.UNREGISTERED:
        _dispose(message, *on_its_own(mail))
    else:
        _record(session, means, message, mail, possible=thread)


def _webmail_answer(session: Session, means: Means, message: Message, mail: Judged) -> None:
    """Put an answer that staff wrote in webmail to the entry whose mail or letter it answers."""
    entry_id = messages.entry_answered(session, _references(mail))
    if entry_id is None:
        _dispose(message, Disposition.UNREGISTERED, "surat di folder Terkirim yang tidak menjawab isi buku")
        return
    _dispose(message, Disposition.FOLLOW_UP, "balasan petugas dari webmail", entry_id)
    session.add(message)
    messages.add_follow_up(session, session.get_one(Entry, entry_id), message, at=means.clock())


def on_its_own(mail: Judged) -> tuple[Disposition, str]:
    """Return the disposition that a mail would get if nothing else were known, and its reason (plain Indonesian)."""
    disposition = mail.screening.disposition
    if disposition is not None:
        return disposition, "; ".join(hit.rule for hit in mail.screening.hits if hit.disposition is disposition)
    if mail.judgement.kind not in REGISTER_OF:
        return Disposition.UNREGISTERED, "bukan pengaduan, permohonan, saran, maupun pertanyaan"
    return Disposition.RECORDED, f"dicatat sebagai {mail.judgement.kind.value}"


def _dispose(message: Message, disposition: Disposition, reason: str, entry_id: int | None = None) -> None:
    message.disposition, message.reason, message.entry_id = disposition, reason, entry_id


def _screened(session: Session, means: Means, message: Message, mail: Judged, thread: Match | None) -> None:
    _dispose(message, *on_its_own(mail), thread.entry.id if thread and thread.certain else None)
    if mail.screening.disposition is Disposition.BOUNCE and mail.screening.bounce is not None:
        _returned(session, message, mail.screening.bounce, means.clock())


def _returned(session: Session, message: Message, bounce: Bounce, now: datetime) -> None:
    letter = letters.by_rfc_message_ids(session, [bounce.original_message_id] if bounce.original_message_id else [])
    if letter is None:
        return
    message.entry_id = letter.entry_id
    if (bounce.status or "").startswith("4") or letter.state not in _ON_ITS_WAY:
        return
    session.add(message)
    session.flush()
    reason = f"Surat dikembalikan oleh server penerima (kode {bounce.status or 'tidak disebut'})."
    letters.came_back(session, letter, reason=reason, message_id=_key(message.id), at=now)


def _follow_up(session: Session, means: Means, message: Message, thread: Match) -> None:
    _dispose(message, Disposition.FOLLOW_UP, thread.reason, thread.entry.id)
    if thread.entry.status in CLOSED:
        message.needs_review = True
        message.reason = f"{thread.reason}; perkara itu sudah ditutup"
    session.add(message)
    messages.add_follow_up(session, thread.entry, message, at=means.clock())


def _record(session: Session, means: Means, message: Message, mail: Judged, *, possible: Match | None = None) -> Entry:
    doubt = possible.reason if possible else "jenis surat belum pasti" if mail.judgement.needs_review else ""
    message.needs_review = bool(doubt)
    entry = entries.record(
        session,
        _draft(message, mail, doubt),
        rulebook=means.rulebook,
        answering=Answering(
            message.mailbox,
            message.rfc_message_id or "",
            _references(mail),
            "Diimpor dari berkas, tanpa tanda terima." if message.silent else "",
        ),
        at=means.clock(),
        actor="sistem",
    )
    _dispose(message, *on_its_own(mail), entry.id)
    return entry


def _references(mail: Judged) -> tuple[str, ...]:
    return tuple(known for one in mail.references[-20:] if (known := storable_id(one)))


def _said(found: Found | None) -> str:
    return storable(found.value) if found else ""


def _draft(message: Message, mail: Judged, doubt: str) -> entries.Draft:
    identity = mail.identity
    return entries.Draft(
        channel=Channel.EMAIL,
        kind=mail.judgement.kind,
        service=mail.judgement.service,
        received_at=message.received_at,
        mailbox=message.mailbox,
        name=_said(identity.name),
        organisation=_said(identity.organisation),
        address=_said(identity.address),
        phone=_said(identity.phone),
        phone_e164=mail.phone_e164,
        email=message.sender_address if len(message.sender_address) <= _ADDRESS_LENGTH else "",
        matter=message.subject,
        account=message.text,
        needs_review=bool(doubt),
        review_reason=doubt,
    )


def _earlier_copies(session: Session, mail: Judged) -> list[Message]:
    return messages.with_content(session, mail.content_key)


def _same_letter(earlier: Message, mail: Judged) -> bool:
    """Say whether a mail with the same content key is the same letter, not the same words sent again."""
    rfc_message_id = storable_id(mail.rfc_message_id)
    if rfc_message_id or earlier.rfc_message_id:
        return rfc_message_id == earlier.rfc_message_id
    return mail.sent_at is not None and mail.sent_at == earlier.sent_at


def _same_letter_elsewhere(session: Session, arrival: Arrival, mail: Judged) -> Message | None:
    """Find the message of the same letter that came to the office's other mailbox, or lay in Junk until now."""
    for earlier in _earlier_copies(session, mail):
        elsewhere = arrival.mailbox not in messages.mailboxes_of(session, earlier)
        if _same_letter(earlier, mail) and (elsewhere or _saved_from_junk(earlier, arrival)):
            return earlier
    return None


def _sent_again(session: Session, earlier: list[Message]) -> Match | None:
    for copy in reversed(earlier):
        of_entry = copy.entry_id is not None and copy.disposition in (Disposition.RECORDED, Disposition.FOLLOW_UP)
        if of_entry and copy.sender_address:
            return Match(
                session.get_one(Entry, copy.entry_id), True, "isi yang sama dikirim lagi oleh pengirim yang sama"
            )
    return None


def _saved_from_junk(earlier: Message, arrival: Arrival) -> bool:
    return earlier.junk and earlier.disposition is Disposition.UNREGISTERED and not arrival.junk


def _arrived_again(session: Session, means: Means, arrival: Arrival, message: Message, verdict: Verdict) -> Settled:
    """Tie a further arrival to the message it brought again; one saved from Junk is taken up after all."""
    arrival.message_id = message.id
    if isinstance(verdict, Judged) and _saved_from_junk(message, arrival):
        _take_up(session, means, arrival, message, verdict)
    session.flush()
    return _settled(session, arrival, message, again=True)


def _take_up(session: Session, means: Means, arrival: Arrival, message: Message, mail: Judged) -> None:
    before = message.disposition
    message.mailbox, message.folder, message.junk = arrival.mailbox, arrival.folder, False
    message.needs_review = mail.judgement.needs_review
    thread = match(session, mail) or _sent_again(session, _earlier_copies(session, mail))
    _from_a_person(session, means, message, mail, thread)
    after, message.disposition = message.disposition, before
    reason = f"{message.reason}; dipindahkan dari folder Spam"
    messages.change_disposition(session, message, after, reason, at=means.clock(), actor="sistem")


def _new_message(arrival: Arrival, verdict: Verdict, now: datetime) -> Message:
    message = Message(
        raw_digest=arrival.raw_digest or "",
        mailbox=arrival.mailbox,
        folder=arrival.folder,
        junk=arrival.junk,
        outgoing=arrival.outgoing,
        silent=arrival.silent,
        received_at=arrival.received_at or arrival.seen_at,
        disposition=Disposition.QUARANTINED,
        reason="",
        settled_at=now,
    )
    if isinstance(verdict, Judged):
        message.rfc_message_id = storable_id(verdict.rfc_message_id)
        message.content_key = verdict.content_key
        message.sender_address = storable(verdict.sender_address)
        message.sender_name = storable(verdict.sender_name)
        message.subject = storable(verdict.subject)
        message.sent_at = verdict.sent_at
        message.text, message.quoted = storable(verdict.text), storable(verdict.quoted)
        message.kind, message.service = verdict.judgement.kind, verdict.judgement.service
        message.confidence, message.needs_review = verdict.judgement.confidence, verdict.judgement.needs_review
        message.reasons = [storable(reason) for reason in reasons_of(verdict)]
        message.no_reply = [storable(rule) for rule in verdict.screening.no_reply]
    return message


def reasons_of(mail: Judged) -> list[str]:
    """Return in words all that spoke for a judgement: hits of the screening table, then the classifier's reasons."""
    hits = [f"{hit.rule}: “{hit.found}”" for hit in mail.screening.hits]
    return hits + [str(reason) for reason in mail.judgement.reasons]


def _keep(session: Session, arrival: Arrival, message: Message, mail: Judged | None = None) -> Settled:
    session.add(message)
    session.flush()
    arrival.message_id = message.id
    for position, file in enumerate(mail.files if mail else ()):
        session.add(
            Attachment(
                message_id=_key(message.id),
                position=position,
                name=storable(file.name),
                content_type=storable(file.content_type),
                size=file.size,
                digest=file.digest,
            )
        )
    session.flush()
    return _settled(session, arrival, message)


def _settled(session: Session, arrival: Arrival, message: Message, *, again: bool = False) -> Settled:
    entry = session.get(Entry, message.entry_id) if message.entry_id is not None else None
    return Settled(
        arrival_id=_key(arrival.id),
        mailbox=arrival.mailbox,
        disposition=message.disposition,
        sender=message.sender_address,
        subject=message.subject,
        number=entry.number if entry else "",
        again=again,
    )


def _log(one: Settled) -> None:
    number = one.number or "-"
    log.info(
        "%s: %s %s from %s%s", one.mailbox, one.disposition, number, mask(one.sender), " again" if one.again else ""
    )
