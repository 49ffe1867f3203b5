"""Takes up kept mails again because an officer says so: from quarantine, from Junk, from the other box."""

from sqlmodel import Session

from config.logging import mask
from ingest import settle
from ingest.isolate import ReaderDied
from ingest.judge import Judged, Unread, Verdict, rules_of, theme_reader_of
from ingest.settle import Means, log
from ledger import erasure, messages
from ledger.database import Database
from ledger.errors import LedgerError
from ledger.models import Entry, Message
from ledger.ports import Resettled, Told, Wording
from ledger.words import Disposition

PROMOTABLE = frozenset(
    {
        Disposition.UNREGISTERED,
        Disposition.AUTOMATIC,
        Disposition.BOUNCE,
        Disposition.LIST,
        Disposition.QUARANTINED,
    }
)
"""The dispositions of which an officer may make an entry."""


class Resettler:
    """The `Resettling` that the desk is given. Mails are read outside any transaction."""

    def __init__(self, database: Database, means: Means) -> None:
        self._database = database
        self._means = means
        self._themes = theme_reader_of(means.settings, rules_of(means.settings))

    def release(self, message_id: int, actor: str, told: Told | None = None) -> Resettled:
        """Read a mail again and settle it, by itself or as an officer has told; raises LedgerError."""
        verdict = self._verdict(message_id)
        with self._database.writing() as session:
            message = _kept(session, message_id)
            if message.disposition in (Disposition.RECORDED, Disposition.FOLLOW_UP):
                return _outcome(session, message, before=True)
            outcome = self._settled(session, message, verdict, actor, told)
        log.info("message %s: released as %s from %s", message_id, outcome.disposition, mask(message.sender_address))
        return outcome

    def _verdict(self, message_id: int) -> Verdict:
        with self._database.reading() as session:
            message = _kept(session, message_id)
            try:
                raw = messages.raw_of(session, message.raw_digest)
            except LedgerError as gone:
                return Unread(str(gone))
        try:
            return self._means.read(raw, message.mailbox)
        except ReaderDied as wrong:
            return Unread(str(wrong))

    def _settled(
        self, session: Session, message: Message, verdict: Verdict, actor: str, told: Told | None
    ) -> Resettled:
        if erasure.met_unread(session, message, settle.letter_key(verdict), at=self._means.clock()):
            return _outcome(session, message)
        if told is not None:
            _promotable(message)
            mail = verdict if isinstance(verdict, Judged) else None
            themed = self._themes.read(Wording(told.matter, told.account))
            settle.record_as_told(session, self._means, message, mail, told, themed, actor)
            return _outcome(session, message)
        if message.disposition is not Disposition.QUARANTINED:
            raise LedgerError("Surat ini tidak berada di karantina.")
        if isinstance(verdict, Unread):
            message.error = messages.storable(verdict.error)
            return _outcome(session, message, trouble=message.error)
        return _outcome(session, message, trouble=settle.settle_again(session, self._means, message, verdict, actor))


def _kept(session: Session, message_id: int) -> Message:
    message = session.get(Message, message_id)
    if message is None:
        raise LedgerError("Surat ini tidak ada.")
    if message.erased_at is not None:
        raise LedgerError("Data pribadi dalam surat ini telah dihapus, jadi surat ini tidak dapat dicatat lagi.")
    return message


def _promotable(message: Message) -> None:
    if message.outgoing:
        raise LedgerError("Surat ini ditulis oleh kantor sendiri, jadi tidak dicatat sebagai entri.")
    if message.disposition not in PROMOTABLE or message.entry_id is not None:
        raise LedgerError("Surat ini sudah terkait dengan isi buku, jadi tidak dicatat sebagai entri baru.")


def _outcome(session: Session, message: Message, *, trouble: str = "", before: bool = False) -> Resettled:
    entry = session.get(Entry, message.entry_id) if message.entry_id is not None else None
    return Resettled(message.disposition, entry.number if entry else "", trouble, before)
