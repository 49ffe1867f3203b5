"""Renders what is owed, sends what is due, and finds out about letters whose outcome an interruption left open."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from config.logging import mask
from config.settings import Settings
from ledger import letters, messages, restored
from ledger.database import Database
from ledger.models import Entry, Letter
from ledger.ports import LetterFacts, SentFolder, SentUnreachable
from ledger.words import LetterState, Purpose
from replies.compose import Composer, LetterError, as_mail
from replies.policy import Withheld, decide
from replies.transport import Accepted, Outcome, Postponed, Refused, Transport, Unknown

log = logging.getLogger(__name__)

_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240))
"""How long a letter waits after its first, second, … failure; the last one goes on."""

_LEAST_ATTEMPTS = len(_PAUSES)
"""A letter is not given up before so many attempts: the computer may have been off all the time between two."""

_DAY = timedelta(days=1)
_ANSWERS = 20
"""More than the answers of one sending, from the greeting to the final dot; each has the time-out to itself."""
_NO_MAILBOX = "Kotak surat yang harus mengirimnya tidak ada lagi di pengaturan."


@dataclass(frozen=True, slots=True)
class Means:
    """What the post works with: the configuration, the words, the Sent folders, the clock, and its own name."""

    settings: Settings
    composer: Composer
    sent_folder: SentFolder
    clock: Callable[[], datetime]
    name: str


@dataclass(slots=True)
class Delivered:
    """What one round of the post did: letters by the state they ended in, mailboxes that could not send, and why."""

    ended: Counter[LetterState] = field(default_factory=Counter)
    troubled: dict[str, str] = field(default_factory=dict)


Tell = Callable[[Letter, str], None]


def deliver(database: Database, means: Means, stopping: Callable[[], bool], tell: Tell = lambda *_: None) -> Delivered:
    """Do one round: clear up what was interrupted, render what is owed, send what is due.

    `stopping` is asked between letters; `tell` hears of each letter that ended, with its register number.
    """
    done = Delivered()
    try:
        _clear_up(database, means, done, tell)
        _render_owed(database, means, done, tell)
        _send_due(database, means, done, stopping, tell)
    finally:
        means.sent_folder.close()
    return done


def _render_owed(database: Database, means: Means, done: Delivered, tell: Tell) -> None:
    with database.reading() as session:
        owed = letters.owed_now(session, means.clock())
    for letter_id in owed:
        with database.writing() as session:
            letter = session.get_one(Letter, letter_id)
            if letter.state is not LetterState.OWED:
                continue  # another process was first
            withheld = _render(session, letter, means)
        if withheld:
            _count(done, tell, letter, withheld)


def _render(session: Session, letter: Letter, means: Means) -> str:
    """Queue or withhold an owed letter; returns the number of its entry where it was withheld, else nothing."""
    entry = session.get_one(Entry, letter.entry_id)
    now = means.clock()
    decision = decide(facts_of(session, letter, now), means.settings)
    if isinstance(decision, Withheld):
        letters.end(
            session, letter, LetterState.WITHHELD, reason=decision.reason, releasable=decision.releasable, at=now
        )
        return entry.number
    try:
        letters.queue(session, letter, _rendered(session, entry, letter, means.composer), at=now)
    except LetterError as wrong:
        log.error("%s: %s", entry.number, wrong)
        letters.keep_owed(letter, reason=f"Surat belum dapat ditulis: {wrong}", next_attempt_at=now + _PAUSES[1])
    return ""


def _rendered(session: Session, entry: Entry, letter: Letter, composer: Composer) -> letters.Rendered:
    if letter.purpose is Purpose.JAWABAN:
        return composer.answer(entry, words=letter.words, mailbox=letter.mailbox)
    files = messages.count_files(session, letter.entry_id)
    return composer.render(entry, mailbox=letter.mailbox, files=files)


def facts_of(session: Session, letter: Letter, now: datetime) -> LetterFacts:
    """Collect what the policy may look at for a letter."""
    return LetterFacts(
        recipient=letter.recipient,
        no_reply=messages.no_reply_of(session, letter.entry_id, to=letter.recipient),
        sent_lately=letters.sent_to_since(session, letter.recipient, now - _DAY),
        released=letter.released,
        by_officer=letter.purpose is Purpose.JAWABAN,
        in_doubt=restored.may_have_been_answered(session, session.get_one(Entry, letter.entry_id), letter),
    )


def _send_due(database: Database, means: Means, done: Delivered, stopping: Callable[[], bool], tell: Tell) -> None:
    timeout = means.settings.letters.timeout_seconds
    transports = {box.address: Transport(box, timeout=timeout) for box in means.settings.mailboxes}
    resting = _at_their_limit(database, means)
    try:
        while not stopping() and (taken := _take(database, means, frozenset(resting))) is not None:
            letter, number = taken
            mail = _as_mail(means, letter, number)
            outcome = _hand_over(transports.get(letter.mailbox), letter, mail)
            if isinstance(outcome, Postponed) and outcome.whole_mailbox:
                resting.add(letter.mailbox)
                done.troubled[letter.mailbox] = outcome.reason
            _note(database, means, letter, outcome)
            if isinstance(outcome, Accepted):
                _file_copy(means, letter, mail)
            _count(done, tell, letter, number)
            resting |= _at_their_limit(database, means)
            _pause(means, stopping)
    finally:
        for transport in transports.values():
            transport.close()


def _as_mail(means: Means, letter: Letter, number: str) -> bytes:
    """Build the mail of a letter; empty where its headers cannot be built."""
    try:
        return as_mail(letter, number, means.settings, at=means.clock())
    except ValueError:
        log.exception("%s: letter %s cannot be made a mail", number, letter.id)
        return b""


def _hand_over(transport: Transport | None, letter: Letter, mail: bytes) -> Outcome:
    """Hand one letter to the server of its mailbox."""
    if transport is None:
        return Refused(_NO_MAILBOX)
    if not mail:
        return Refused("Surat ini tidak dapat dibentuk menjadi surel; hubungi pelapor dengan cara lain.")
    return transport.send(letter.recipient, mail)


def _at_their_limit(database: Database, means: Means) -> set[str]:
    """Return the mailboxes that have sent as much as their provider lets them in a day."""
    since = means.clock() - _DAY
    with database.reading() as session:
        return {
            box.address
            for box in means.settings.mailboxes
            if letters.sent_from_since(session, box.address, since) >= box.daily_letters
        }


def _pause(means: Means, stopping: Callable[[], bool]) -> None:
    """Keep the pace that providers bear between two letters."""
    if not stopping():
        time.sleep(means.settings.letters.pause_seconds)


def _file_copy(means: Means, letter: Letter, mail: bytes) -> None:
    """File a copy in Sent where the server does not; the letter is out, so failing only goes to the log."""
    if means.settings.mailbox(letter.mailbox).files_sent:
        return
    try:
        means.sent_folder.append(letter.mailbox, mail, means.clock())
    except SentUnreachable as wrong:
        log.warning("letter %s: no copy in Sent: %s", letter.id, wrong)


def _take(database: Database, means: Means, resting: frozenset[str]) -> tuple[Letter, str] | None:
    """Commit the next due letter as `sending`, before any connection is used."""
    with database.noting() as session:
        letter = letters.take_due(session, now=means.clock(), sender=means.name, leave=resting)
        return (letter, session.get_one(Entry, letter.entry_id).number) if letter is not None else None


def _count(done: Delivered, tell: Tell, letter: Letter, number: str) -> None:
    done.ended[letter.state] += 1
    log.info("%s: %s letter to %s", number, letter.state, mask(letter.recipient))
    tell(letter, number)


def _note(database: Database, means: Means, letter: Letter, outcome: Outcome) -> None:
    """Write down what became of a letter that was handed, or meant to be handed, to the server."""
    now = means.clock()
    match outcome:
        case Accepted():
            _end(database, letter, LetterState.SENT, "", now)
        case Refused(reason):
            _end(database, letter, LetterState.FAILED, reason, now)
        case Postponed(reason):
            _postpone(database, means, letter, reason)
        case Unknown(reason):
            # It stays `sending`: a little later the Sent folder is asked.
            log.warning("letter %s: %s", letter.id, reason)


def _end(database: Database, letter: Letter, state: LetterState, reason: str, now: datetime) -> None:
    with database.writing() as session:
        row = session.get_one(Letter, letter.id)
        if row.state is LetterState.SENDING:  # else its bounce was quicker than we
            letters.end(session, row, state, reason=reason, at=now)
    letter.state = row.state


def _postpone(database: Database, means: Means, letter: Letter, reason: str) -> None:
    now = means.clock()
    tried = now - (letter.trying_since or now)
    if tried >= timedelta(hours=means.settings.letters.give_up_hours) and letter.attempts >= _LEAST_ATTEMPTS:
        _end(database, letter, LetterState.FAILED, f"Berkali-kali gagal dikirim. {reason}", now)
        return
    pause = _PAUSES[min(letter.attempts, len(_PAUSES)) - 1]
    with database.writing() as session:
        row = session.get_one(Letter, letter.id, with_for_update=True)
        if row.state is LetterState.SENDING:  # else somebody else has heard of its outcome meanwhile
            letters.requeue(session, row, reason=reason, next_attempt_at=now + pause, at=now)
    letter.state = row.state


def _clear_up(database: Database, means: Means, done: Delivered, tell: Tell) -> None:
    """Settle letters that an interruption left `sending`: by the Sent folder, or as uncertain; never sent blindly."""
    patience = timedelta(seconds=means.settings.letters.sure_after_seconds)
    if not database.is_sqlite:  # where several processes send, one of them may still be speaking to a slow server
        patience = max(patience, timedelta(seconds=means.settings.letters.timeout_seconds * _ANSWERS))
    before = means.clock() - patience
    with database.reading() as session:
        left = [
            (letter, session.get_one(Entry, letter.entry_id).number) for letter in letters.left_sending(session, before)
        ]
    for letter, number in left:
        try:
            ours = letter.mailbox in means.settings.own_addresses
            found = means.sent_folder.find(letter.mailbox, letter.rfc_message_id) if ours else None
        except SentUnreachable as wrong:
            log.warning("%s: the Sent folder cannot be asked yet: %s", number, wrong)
            continue
        _decide_left(database, means, letter, found)
        _count(done, tell, letter, number)


def _decide_left(database: Database, means: Means, letter: Letter, found: bool | None) -> None:
    now = means.clock()
    if found:
        _end(database, letter, LetterState.SENT, "", now)
    elif found is False and means.settings.mailbox(letter.mailbox).files_sent:
        _postpone(
            database, means, letter, "Pengiriman terputus; surat tidak ada di folder Terkirim, jadi dikirim ulang."
        )
    else:
        reason = "Pengiriman terputus dan tidak ada yang dapat memastikan apakah surat sudah sampai. Hubungi penerima."
        _end(database, letter, LetterState.UNCERTAIN, reason, now)
