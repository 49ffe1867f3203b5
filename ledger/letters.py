"""The outbox: letters owed, and every step of theirs until they are sent, withheld, failed or uncertain."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from ledger import events, seals
from ledger.addresses import is_writable
from ledger.errors import LedgerError
from ledger.models import Entry, Letter
from ledger.words import LetterState, Purpose, Status

ACTOR = "sistem"
READDRESSED = "surat_dialamatkan"
"""The verb of the event that a letter goes to another address than before; how it stands is not changed by it."""
NUMBER_HEADER = "X-Buku-Nomor"
"""The header in which every letter of ours bears its register number, so that it is known without the book."""


@dataclass(frozen=True, slots=True)
class Answering:
    """What a letter answers: from which of the office's mailboxes, and the mail's threading (no angle brackets)."""

    mailbox: str
    rfc_message_id: str = ""
    references: tuple[str, ...] = ()
    withheld: str = ""


_PREFIXES = {Purpose.TANDA_TERIMA: "tt", Purpose.JAWABAN: "jw"}


def owe(
    session: Session,
    entry: Entry,
    answering: Answering,
    *,
    at: datetime,
    purpose: Purpose = Purpose.TANDA_TERIMA,
) -> Letter:
    """Write down that a letter is owed for an entry, an acknowledgement in the transaction that made the entry.

    Its Message-ID is fixed here, so that a restart can look for the very letter. One that nobody wants sent
    (`Answering.withheld` says why) is withheld at once.
    """
    domain = answering.mailbox.rpartition("@")[2] or "localhost.localdomain"
    letter = Letter(
        entry_id=_known(entry.id),
        purpose=purpose,
        mailbox=answering.mailbox,
        recipient=entry.email,
        rfc_message_id=f"{_PREFIXES[purpose]}.{entry.number.replace('/', '-').lower()}.{secrets.token_hex(8)}@{domain}",
        answers=answering.rfc_message_id,
        refers_to=list(answering.references),
        owed_at=at,
    )
    session.add(letter)
    session.flush()
    if answering.withheld:
        end(session, letter, LetterState.WITHHELD, reason=answering.withheld, at=at)
    return letter


def _known(key: int | None) -> int:
    assert key is not None, "the row was flushed"
    return key


def owed_now(session: Session, now: datetime) -> list[int]:
    """Return the ids of the letters that are to be written now, oldest first; those put off are not among them."""
    query = (
        select(Letter.id)
        .where(
            col(Letter.state) == LetterState.OWED,
            or_(col(Letter.next_attempt_at).is_(None), col(Letter.next_attempt_at) <= now),
        )
        .order_by(col(Letter.id))
    )
    return [letter_id for letter_id in session.exec(query) if letter_id is not None]


def take_due(session: Session, *, now: datetime, sender: str, leave: frozenset[str] = frozenset()) -> Letter | None:
    """Take the letter whose matter is most urgent and mark it `sending`; None where nothing is due.

    Letters never tried go before those tried again, then the matter that is due first.

    `sender` names the process that sends; `leave` are mailboxes not to be used now. On PostgreSQL another process
    takes another letter (SKIP LOCKED). The caller commits before the connection is used.
    """
    query = (
        select(Letter)
        .join(Entry, col(Entry.id) == col(Letter.entry_id))
        .where(
            col(Letter.state) == LetterState.QUEUED,
            col(Letter.next_attempt_at) <= now,
            col(Letter.mailbox).not_in(leave),
        )
        .order_by(col(Letter.attempts), col(Entry.due_on).is_(None), col(Entry.due_on), col(Letter.id))
        .limit(1)
        .with_for_update(skip_locked=True, of=Letter)
    )
    letter = session.exec(query).first()
    if letter is not None:
        letter.state = LetterState.SENDING
        letter.sending_at = now
        letter.sender = sender
        letter.attempts += 1
        letter.trying_since = letter.trying_since or now
    return letter


@dataclass(frozen=True, slots=True)
class Rendered:
    """The words of a letter, ready to go."""

    subject: str
    text: str
    html: str


def queue(session: Session, letter: Letter, rendered: Rendered, *, at: datetime) -> None:
    """Keep the words of an owed letter and queue it."""
    letter.subject, letter.body_text, letter.body_html = rendered.subject, rendered.text, rendered.html
    letter.state, letter.reason, letter.next_attempt_at = LetterState.QUEUED, "", at
    _tell(session, "surat_antre", letter, at=at)


def keep_owed(letter: Letter, *, reason: str, next_attempt_at: datetime) -> None:
    """Leave a letter owed that could not be written (a broken template), to be tried again; the reason is shown."""
    letter.reason, letter.next_attempt_at = reason, next_attempt_at


VOIDED = "Entri dibatalkan sebelum surat dikirim."


def requeue(session: Session, letter: Letter, *, reason: str, next_attempt_at: datetime, at: datetime) -> None:
    """Put a letter back after a failure that may pass; the reason stays visible until it is sent.

    One whose entry was made void while it was on its way is withheld. The session must come from `Database.writing`.
    """
    if session.get_one(Entry, letter.entry_id).status is Status.BATAL:
        end(session, letter, LetterState.WITHHELD, reason=VOIDED, at=at)
        return
    letter.state, letter.reason, letter.next_attempt_at = _to_go(letter), reason, next_attempt_at


def _to_go(letter: Letter) -> LetterState:
    """Return the state of a letter that is to go out: one without words (of a restored book) is to be written first."""
    return LetterState.QUEUED if letter.subject else LetterState.OWED


_VERBS = {
    LetterState.SENT: "surat_terkirim",
    LetterState.WITHHELD: "surat_ditahan",
    LetterState.FAILED: "surat_gagal",
    LetterState.UNCERTAIN: "surat_tidak_pasti",
}


def end(
    session: Session, letter: Letter, state: LetterState, *, reason: str = "", releasable: bool = False, at: datetime
) -> None:
    """Write down how a letter ended: sent, withheld, failed or uncertain, and why (plain Indonesian).

    A `releasable` one was withheld by a limit alone, and an officer may let it go.
    """
    letter.releasable = releasable
    letter.state, letter.reason, letter.ended_at, letter.next_attempt_at = state, reason, at, None
    _tell(session, _VERBS[state], letter, at=at)


def left_sending(session: Session, before: datetime) -> list[Letter]:
    """Return letters that were taken for sending before a moment and have no outcome, oldest first."""
    query = (
        select(Letter)
        .where(col(Letter.state) == LetterState.SENDING, col(Letter.sending_at) <= before)
        .order_by(col(Letter.id))
    )
    return list(session.exec(query))


def came_back(session: Session, letter: Letter, *, reason: str, message_id: int, at: datetime) -> None:
    """Write down that a letter which had been sent was returned by a mail server."""
    letter.state, letter.reason, letter.ended_at = LetterState.FAILED, reason, at
    _tell(session, "surat_kembali", letter, at=at, message_id=message_id)


def _tell(
    session: Session, verb: str, letter: Letter, *, at: datetime, message_id: int | None = None, actor: str = ACTOR
) -> None:
    personal = {"alasan": letter.reason} if letter.reason else {}
    events.append(
        session,
        verb,
        at=at,
        actor=actor,
        about=events.Subject(entry_id=letter.entry_id, message_id=message_id, letter_id=letter.id),
        plain={"surat": letter.purpose.value, "keadaan": letter.state.value, "message_id": letter.rfc_message_id},
        personal=personal | {seals.LETTER: seals.of_letter(letter)},
    )


def release(session: Session, letter: Letter, *, actor: str, at: datetime) -> None:
    """Let a letter go out after all that the cap of its address had withheld; raises LedgerError for any other."""
    if letter.state is not LetterState.WITHHELD or not letter.releasable:
        raise LedgerError("Surat ini tidak ditahan oleh batas harian, jadi tidak dapat dilepas.")
    letter.released = True
    _let_go(session, letter, actor=actor, at=at)


def _let_go(session: Session, letter: Letter, *, actor: str, at: datetime) -> None:
    """Owe a letter anew that was withheld, or failed: the post looks at it as if for the first time."""
    verb = "surat_dikirim_ulang" if letter.state is LetterState.FAILED else "surat_dilepas"
    letter.state, letter.reason, letter.ended_at = LetterState.OWED, "", None
    letter.attempts, letter.trying_since = 0, None
    _tell(session, verb, letter, at=at, actor=actor)


def revive(session: Session, letter: Letter, *, actor: str, at: datetime) -> None:
    """Queue a letter again that had ended; it keeps its Message-ID and its words, and no limit holds it."""
    letter.state, letter.reason, letter.ended_at, letter.released = _to_go(letter), "", None, True
    letter.attempts, letter.trying_since, letter.next_attempt_at, letter.owed_at = 0, None, at, at
    _tell(session, "surat_dikirim_ulang", letter, at=at, actor=actor)


_GONE = (LetterState.SENT, LetterState.SENDING, LetterState.UNCERTAIN)
_WAITING = (LetterState.OWED, LetterState.QUEUED)
_NOT_GONE = (*_WAITING, LetterState.FAILED, LetterState.WITHHELD)
NO_ADDRESS_LEFT = "Alamat surel pelapor dihapus sebelum surat dikirim."


def readdress(session: Session, entry: Entry, *, silent: bool, actor: str, at: datetime) -> None:
    """Let the letters of an entry that have not reached anybody go to its present address.

    Where that is really another one, what failed or was withheld at the old address is owed anew, and the post decides
    anew whether it may go; not for a `silent` entry, which wants no letters. Without an address those that wait are
    withheld.
    """
    for letter in _locked(session, entry, _NOT_GONE):
        if letter.erased_at is not None:
            continue
        before, letter.recipient = letter.recipient, entry.email
        elsewhere = before.lower() != entry.email.lower() and is_writable(entry.email)
        if elsewhere and not silent and letter.state not in _WAITING:
            _let_go(session, letter, actor=actor, at=at)
        elif letter.state in _WAITING and not entry.email:
            end(session, letter, LetterState.WITHHELD, reason=NO_ADDRESS_LEFT, at=at)
        elif letter.recipient != before:
            _tell(session, READDRESSED, letter, at=at, actor=actor)


def withhold_waiting(session: Session, entry: Entry, *, reason: str, at: datetime) -> None:
    """Withhold the letters of an entry that were not sent yet."""
    for letter in _locked(session, entry, _WAITING):
        end(session, letter, LetterState.WITHHELD, reason=reason, at=at)


def _locked(session: Session, entry: Entry, states: Sequence[LetterState]) -> list[Letter]:
    """Return the letters of an entry in some states, held so that the post cannot take them meanwhile."""
    query = select(Letter).where(col(Letter.entry_id) == entry.id, col(Letter.state).in_(states))
    return list(session.exec(query.order_by(col(Letter.id)).with_for_update()))


def acknowledgement_of(session: Session, entry: Entry) -> Letter | None:
    """Return the acknowledgement of an entry; the database lets none have two."""
    query = select(Letter).where(col(Letter.entry_id) == entry.id, col(Letter.purpose) == Purpose.TANDA_TERIMA)
    return session.exec(query).first()


def answers_of(session: Session, entry: Entry) -> list[Letter]:
    """Return the answers that officers wrote for an entry, oldest first."""
    return [letter for letter in of_entry(session, _known(entry.id)) if letter.purpose is Purpose.JAWABAN]


def ids_of_entry(session: Session, entry_id: int) -> list[str]:
    """Return the Message-IDs of the letters that went out for an entry, oldest first."""
    return [letter.rfc_message_id for letter in of_entry(session, entry_id) if letter.state is LetterState.SENT]


def by_rfc_message_ids(session: Session, ids: Sequence[str]) -> Letter | None:
    """Return the newest of our letters that has one of these Message-IDs."""
    query = select(Letter).where(col(Letter.rfc_message_id).in_(ids)).order_by(col(Letter.id).desc())
    return session.exec(query).first() if ids else None


def last_to(session: Session, mailbox: str, recipient: str, *, since: datetime) -> Letter | None:
    """Return the newest letter that a mailbox sent, or may have sent, to an address since a moment."""
    query = select(Letter).where(
        _goes_to(recipient),
        col(Letter.mailbox) == mailbox,
        col(Letter.sending_at) >= since,
        col(Letter.state).in_(_GONE),
    )
    return session.exec(query.order_by(col(Letter.id).desc())).first()


def _goes_to(recipient: str) -> ColumnElement[bool]:
    return func.lower(col(Letter.recipient)) == recipient.lower()


def sent_from_since(session: Session, mailbox: str, since: datetime) -> int:
    """Count the letters that went, or may have gone, from a mailbox since a moment."""
    return _gone(session, col(Letter.mailbox) == mailbox, since)


def sent_to_since(session: Session, recipient: str, since: datetime) -> int:
    """Count the letters that went, or may have gone, to an address since a moment, and those that wait to go there."""
    there = _goes_to(recipient)  # however it is written, else a forger has one address written to in many ways
    waiting = select(func.count()).where(there, col(Letter.state) == LetterState.QUEUED)
    return _gone(session, there, since) + session.exec(waiting).one()


def _gone(session: Session, whose: ColumnElement[bool], since: datetime) -> int:
    query = select(func.count()).where(
        whose,
        col(Letter.sending_at) >= since,
        col(Letter.state).in_(_GONE),
    )
    return session.exec(query).one()


def of_entry(session: Session, entry_id: int) -> list[Letter]:
    """Return the letters of an entry, oldest first."""
    return list(session.exec(select(Letter).where(col(Letter.entry_id) == entry_id).order_by(col(Letter.id))))
