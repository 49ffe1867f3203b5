"""Settles kept mails: each gets its one disposition and what follows from it, a savepoint a mail."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from config.logging import mask
from config.settings import Settings
from ingest.isolate import ReaderDied, ReaderUnavailable
from ingest.judge import Judged, Unread, Verdict
from ingest.thread import Match, match
from ledger import entries, erasure, letters, messages
from ledger.database import Database
from ledger.entries import Rulebook
from ledger.errors import LedgerError
from ledger.letters import Answering
from ledger.messages import storable, storable_id
from ledger.models import Arrival, Attachment, Entry, Message
from ledger.ports import Bounce, Found, Themed, Told
from ledger.refusals import meaning_of
from ledger.words import CLOSED, REGISTER_OF, Channel, Disposition, Kind, LetterState

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a mail may hang or kill its reader before it is quarantined unread."""

_ADDRESS_LENGTH = 320
_MACHINES = (Disposition.AUTOMATIC, Disposition.BOUNCE, Disposition.LIST)
_ON_ITS_WAY = (LetterState.SENDING, LetterState.SENT, LetterState.UNCERTAIN)
_RETURNS_WITHIN = timedelta(days=7)
"""How long after a letter a report that does not show it may be about it; servers give up after some five days."""
ReadMail = Callable[[bytes, str], Verdict]
Clock = Callable[[], datetime]
ResultT = TypeVar("ResultT")


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


def settle_pending(
    database: Database,
    means: Means,
    tell: Callable[[Settled], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
) -> list[Settled]:
    """Settle every kept mail that has no disposition yet, in batches, oldest first; `stopping` is asked between two.

    Reading happens outside any transaction. What the database refuses for the moment (full disk, lost connection)
    leaves as OperationalError, and everything of that batch stays to be settled.
    """
    settled: list[Settled] = []
    put_off: set[int] = set()
    while not stopping() and (arrivals := _pending(database, means, put_off)):
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
    except ReaderUnavailable as wrong:
        log.warning("arrival %s waits: %s", arrival.id, wrong)
        return None
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
                settled.append(_settle_or_quarantine(session, means, arrival, verdict))
    for one in settled:
        _log(one)
    return settled


def _settle_alone(
    session: Session, what: str, step: Callable[[], ResultT], otherwise: Callable[[str], ResultT]
) -> ResultT:
    try:
        with session.begin_nested():
            return step()
    except OperationalError:
        raise  # the database itself is in trouble: nothing about this mail
    except Exception as wrong:  # one mail must not take the other 49 down; it is kept, and shown to staff
        log.exception("%s could not be settled", what)
        error = f"kesalahan program saat mencatat; suratnya tersimpan utuh ({type(wrong).__name__}: {wrong})"
        with session.begin_nested():
            return otherwise(error)


def _settle_or_quarantine(session: Session, means: Means, arrival: Arrival, verdict: Verdict) -> Settled:
    return _settle_alone(
        session,
        f"arrival {arrival.id}",
        lambda: settle(session, means, arrival, verdict),
        lambda error: settle(session, means, arrival, Unread(error)),
    )


def settle(session: Session, means: Means, arrival: Arrival, verdict: Verdict) -> Settled:
    """Give one arrival its message, and a new message its disposition and what follows from it: the recipe.

    The session must come from `Database.writing`; so what is looked up here cannot change before the commit.
    """
    erased = erasure.met_again(session, arrival, letter_key(verdict), at=means.clock())
    if erased is not None:
        return _settled(session, arrival, erased, again=True)
    known = messages.of_digest(session, arrival.raw_digest or "")
    if known is None and isinstance(verdict, Judged):
        known = _same_letter_elsewhere(session, arrival, verdict)
    if known is not None:
        return _arrived_again(session, means, arrival, known, verdict)
    message = _new_message(arrival, verdict, means.clock())
    if isinstance(verdict, Unread):
        message.disposition, message.reason = Disposition.QUARANTINED, "surat tidak dapat dibaca"
        message.error = storable(verdict.error)
        return _keep(session, means, arrival, message)
    _decide(session, means, message, verdict)
    return _keep(session, means, arrival, message, verdict)


def letter_key(verdict: Verdict) -> str | None:
    """Return what tells a letter that was lawfully erased (`erasure.letter_key`); None where nothing could read it."""
    if isinstance(verdict, Unread):
        return None
    return erasure.letter_key(verdict.content_key, storable_id(verdict.rfc_message_id), verdict.sent_at)


def _decide(session: Session, means: Means, message: Message, mail: Judged) -> None:
    """Choose the disposition of a new message: the first of these that holds."""
    ours = letters.by_rfc_message_ids(session, [message.rfc_message_id] if message.rfc_message_id else [])
    earlier = [copy for copy in _earlier_copies(session, mail) if copy.id != message.id]
    twin = next((copy for copy in earlier if _same_letter(copy, mail)), None)
    thread = match(session, mail, means.settings.own_addresses) or _sent_again(session, earlier)
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
        _dispose(message, Disposition.UNREGISTERED, "masuk ke folder Spam")
        message.needs_review = mail.judgement.kind in (Kind.PENGADUAN, Kind.PERMOHONAN) or mail.judgement.needs_review
    elif on_its_own(mail)[0] is Disposition.UNREGISTERED:
        _unregistered(message, mail, thread)
    else:
        _record(session, means, message, mail, possible=thread)


def _unregistered(message: Message, mail: Judged, possible: Match | None) -> None:
    """Leave a mail without a number; one that quotes a number is shown to staff, who may know what it belongs to."""
    _dispose(message, *on_its_own(mail))
    if possible is not None:
        message.needs_review = True
        message.reason = f"{message.reason}; {possible.reason}"


def _webmail_answer(session: Session, means: Means, message: Message, mail: Judged) -> None:
    """Put an answer that staff wrote in webmail to the entry whose mail or letter it answers."""
    message.needs_review = False
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
    if mail.judgement.kind not in REGISTER_OF and not mail.judgement.needs_review:
        return Disposition.UNREGISTERED, "bukan pengaduan, permohonan, saran, maupun pertanyaan"
    return Disposition.RECORDED, f"dicatat sebagai {mail.judgement.registered_as.value}"


def _dispose(message: Message, disposition: Disposition, reason: str, entry_id: int | None = None) -> None:
    message.disposition, message.reason, message.entry_id = disposition, reason, entry_id


def _screened(session: Session, means: Means, message: Message, mail: Judged, thread: Match | None) -> None:
    _dispose(message, *on_its_own(mail), thread.entry.id if thread and thread.certain else None)
    if mail.screening.disposition is Disposition.BOUNCE and mail.screening.bounce is not None:
        _returned(session, message, mail.screening.bounce, means.clock())


def _returned(session: Session, message: Message, bounce: Bounce, now: datetime) -> None:
    if bounce.original_message_id:
        letter = letters.by_rfc_message_ids(session, [bounce.original_message_id])
    else:
        letter = letters.last_to(session, message.mailbox, bounce.recipient or "", since=now - _RETURNS_WITHIN)
    if letter is None:
        return
    message.entry_id = letter.entry_id
    if bounce.delayed or letter.state not in _ON_ITS_WAY:
        return
    session.add(message)
    session.flush()
    why = meaning_of(bounce.status or "")
    reason = f"Surat dikembalikan oleh server penerima: {why} (kode {bounce.status or 'tidak disebut'})."
    letters.came_back(session, letter, reason=reason, message_id=_key(message.id), at=now)


def _follow_up(session: Session, means: Means, message: Message, thread: Match) -> None:
    _dispose(message, Disposition.FOLLOW_UP, thread.reason, thread.entry.id)
    message.needs_review = thread.entry.status in CLOSED
    if message.needs_review:
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
        answering=_answering(message, mail),
        at=means.clock(),
        actor="sistem",
    )
    _dispose(message, *on_its_own(mail), entry.id)
    return entry


def _answering(message: Message, mail: Judged | None) -> Answering:
    return Answering(
        message.mailbox,
        message.rfc_message_id or "",
        _references(mail) if mail else (),
        "Diimpor dari berkas, tanpa tanda terima." if message.silent else "",
    )


def _references(mail: Judged) -> tuple[str, ...]:
    return tuple(known for one in mail.references[-20:] if (known := storable_id(one)))


def _said(found: Found | None) -> str:
    return storable(found.value) if found else ""


def _draft(message: Message, mail: Judged, doubt: str) -> entries.Draft:
    identity = mail.identity
    return entries.Draft(
        channel=Channel.EMAIL,
        kind=mail.judgement.registered_as,
        service=mail.judgement.service,
        received_at=message.received_at,
        mailbox=message.mailbox,
        name=_said(identity.name),
        sender_name="" if identity.name else message.sender_name,
        organisation=_said(identity.organisation),
        address=_said(identity.address),
        phone=_said(identity.phone),
        phone_e164=mail.phone_e164,
        email=_recipient(message),
        matter=message.subject,
        account=message.text,
        needs_review=bool(doubt),
        review_reason=doubt,
        themes=mail.themed.themes,
        urgent=storable(mail.themed.urgent),
        restricted=mail.themed.restricted,
        secret=mail.themed.secret,
    )


def _recipient(message: Message) -> str:
    return message.sender_address if len(message.sender_address) <= _ADDRESS_LENGTH else ""


def _earlier_copies(session: Session, mail: Judged) -> list[Message]:
    return messages.with_content(session, mail.content_key)


def _same_letter(earlier: Message, mail: Judged) -> bool:
    """Say whether a mail with the same content key is the same letter, not the same words sent again.

    A copy that came through a list, or as if from a machine, decides nothing about one that came directly.
    """
    if earlier.disposition in _MACHINES and mail.screening.disposition is not earlier.disposition:
        return False
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
    thread = match(session, mail, means.settings.own_addresses) or _sent_again(session, _earlier_copies(session, mail))
    _from_a_person(session, means, message, mail, thread)
    _changed(session, means, message, before, f"{message.reason}; dipindahkan dari folder Spam", "sistem")


def _changed(session: Session, means: Means, message: Message, before: Disposition, reason: str, actor: str) -> None:
    """Tell the chain of a disposition that was chosen anew."""
    after, message.disposition = message.disposition, before
    messages.change_disposition(session, message, after, reason, at=means.clock(), actor=actor)


def settle_again(session: Session, means: Means, message: Message, mail: Judged, actor: str) -> str:
    """Settle a mail from quarantine that can be read now; returns what is wrong where that fails once more.

    The session must come from `Database.writing`.
    """
    return _settle_alone(
        session,
        f"message {message.id}",
        lambda: _settled_after_all(session, means, message, mail, actor),
        lambda error: _still_quarantined(message, error),
    )


def _settled_after_all(session: Session, means: Means, message: Message, mail: Judged, actor: str) -> str:
    before = message.disposition
    _read_at_last(session, means, message, mail, actor)
    _decide(session, means, message, mail)
    _changed(session, means, message, before, f"{message.reason}; dilepas dari karantina", actor)
    return ""


def _read_at_last(session: Session, means: Means, message: Message, mail: Judged, actor: str) -> None:
    message.error = ""
    _fill(message, mail)
    _attach(session, message, mail)
    messages.seal(session, message, messages.READ_AGAIN, at=means.clock(), actor=actor)


def _still_quarantined(message: Message, error: str) -> str:
    message.error = storable(error)
    return message.error


def record_as_told(
    session: Session, means: Means, message: Message, mail: Judged | None, told: Told, themed: Themed, actor: str
) -> Entry:
    """Open an entry for a mail that had none, because an officer says what it is; his words go before the mail's.

    `themed` says what his own words are about; where he typed none, the mail's are judged. A mail that a machine wrote,
    or that went to a list, gets no automatic answer for all that (RFC 3834). One that can be read and not be kept is
    recorded with his words alone. The session must come from `Database.writing`.
    """

    def recorded(mail: Judged | None, error: str = "") -> Entry:
        message.error = storable(error) or message.error
        return _recorded_as_told(session, means, message, mail, told, themed, actor)

    return _settle_alone(session, f"message {message.id}", lambda: recorded(mail), lambda error: recorded(None, error))


def _recorded_as_told(
    session: Session, means: Means, message: Message, mail: Judged | None, told: Told, themed: Themed, actor: str
) -> Entry:
    if mail is not None and message.content_key is None:
        _read_at_last(session, means, message, mail, actor)
    message.no_reply = [*message.no_reply, *_forbidding(message, mail)]
    message.needs_review, message.kind, message.service = False, told.kind, told.service
    entry = entries.record(
        session,
        _told_draft(message, mail, told, themed),
        rulebook=means.rulebook,
        answering=_answering(message, mail),
        at=means.clock(),
        actor=actor,
    )
    message.entry_id = entry.id
    reason = f"dicatat oleh petugas sebagai {told.kind.value}"
    messages.change_disposition(session, message, Disposition.RECORDED, reason, at=means.clock(), actor=actor)
    return entry


def _forbidding(message: Message, mail: Judged | None) -> list[str]:
    if message.disposition in _MACHINES:
        return [message.reason]
    return [storable(on_its_own(mail)[1])] if mail is not None and mail.screening.disposition in _MACHINES else []


def _told_draft(message: Message, mail: Judged | None, told: Told, themed: Themed) -> entries.Draft:
    draft = _draft(message, mail, "") if mail is not None else _bare_draft(message, told)
    if mail is not None and not told.account:
        themed = mail.themed
    return replace(
        draft,
        kind=told.kind,
        service=told.service,
        matter=storable(told.matter) or draft.matter,
        account=storable(told.account) or draft.account,
        name=storable(told.name) or draft.name,
        organisation=storable(told.organisation) or draft.organisation,
        address=storable(told.address) or draft.address,
        email=storable(told.email) or draft.email,
        phone=storable(told.phone) or draft.phone,
        phone_e164=told.phone_e164 if told.phone else draft.phone_e164,
        themes=themed.themes,
        urgent=storable(themed.urgent),
        restricted=themed.restricted,
        secret=themed.secret,
    )


def _bare_draft(message: Message, told: Told) -> entries.Draft:
    return entries.Draft(
        channel=Channel.EMAIL,
        kind=told.kind,
        service=told.service,
        received_at=message.received_at,
        mailbox=message.mailbox,
        sender_name=message.sender_name,
        email=_recipient(message),
        matter=message.subject,
        account=message.text,
    )


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
        _fill(message, verdict)
    return message


def _fill(message: Message, mail: Judged) -> None:
    message.rfc_message_id = storable_id(mail.rfc_message_id)
    message.content_key = mail.content_key
    message.sender_address = storable(mail.sender_address)
    message.sender_name = storable(mail.sender_name)
    message.subject = storable(mail.subject)
    message.sent_at = mail.sent_at
    message.text, message.quoted = storable(mail.text), storable(mail.quoted)
    message.kind, message.service = mail.judgement.kind, mail.judgement.service
    message.confidence, message.needs_review = mail.judgement.confidence, mail.judgement.needs_review
    message.reasons = [storable(reason) for reason in reasons_of(mail)]
    message.no_reply = [storable(rule) for rule in mail.screening.no_reply]


def reasons_of(mail: Judged) -> list[str]:
    """Return in words all that spoke for a judgement: hits of the screening table, the classifier's reasons, themes."""
    hits = [f"{hit.rule}: “{hit.found}”" for hit in mail.screening.hits]
    return [*hits, *(str(reason) for reason in mail.judgement.reasons), *mail.themed.reasons]


def _keep(session: Session, means: Means, arrival: Arrival, message: Message, mail: Judged | None = None) -> Settled:
    session.add(message)
    session.flush()
    arrival.message_id = message.id
    if mail is not None:
        _attach(session, message, mail)
    messages.seal(session, message, messages.KEPT, at=means.clock(), actor=letters.ACTOR)
    return _settled(session, arrival, message)


def _attach(session: Session, message: Message, mail: Judged) -> None:
    for position, file in enumerate(mail.files):
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
