"""Digests of mails, of what was decided about them, of our letters, of broadcasts and accounts: a change is seen."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from ledger.events import canonical
from ledger.models import Attachment, Broadcast, Letter, Message, Staff

MAIL = "isi_surat"
"""The personal value of an event that holds the digest of a mail; it goes with the mail when that is erased."""
DECISION = "putusan"
"""The same for what was decided about a mail."""
LETTER = "naskah"
"""The personal value of an event that holds the digest of a letter of ours."""
ROW = "baris_buku"
"""The same for a broadcast or an account; what it digests is no citizen's, so it outlasts every erasure."""


def of_mail(message: Message, attached: Sequence[Attachment]) -> str:
    """Return the SHA-256 (hex) of all that a mail brought: who wrote, when, the words, and what its files are called.

    What is decided about it (its mailbox, disposition, kind, entry) is no part of it: that changes, by events.
    """
    files = sorted([one.position, one.name, one.content_type, one.size, one.digest] for one in attached)
    return _digest(
        message.raw_digest,
        message.rfc_message_id,
        message.content_key,
        message.sender_address,
        message.sender_name,
        _moment(message.received_at),
        _moment(message.sent_at),
        message.subject,
        message.text,
        message.quoted,
        message.outgoing,
        message.silent,
        files,
    )


def of_decision(message: Message) -> str:
    """Return the SHA-256 (hex) of what was decided about a mail: what it is, why, whether somebody is to look at it."""
    return _digest(
        message.mailbox,
        message.folder,
        message.junk,
        message.disposition,
        message.reason,
        message.reasons,
        message.no_reply,
        message.kind,
        message.service,
        message.confidence,
        message.needs_review,
        message.entry_id,
        message.duplicate_of,
    )


def of_letter(letter: Letter) -> str:
    """Return the SHA-256 (hex) of a letter: to whom it goes, from which mailbox, what it answers, and its words."""
    return _digest(
        letter.mailbox,
        letter.recipient,
        letter.rfc_message_id,
        letter.answers,
        letter.refers_to,
        letter.written_by,
        letter.words,
        letter.subject,
        letter.body_text,
        letter.body_html,
        letter.releasable,
        letter.released,
    )


def of_broadcast(broadcast: Broadcast) -> str:
    """Return the SHA-256 (hex) of all that stands of a broadcast."""
    return _digest(
        broadcast.aired_on,
        broadcast.programme,
        broadcast.presenter,
        broadcast.opened_by,
        _moment(broadcast.opened_at),
        _moment(broadcast.closed_at),
    )


def of_account(who: Staff) -> str:
    """Return the SHA-256 (hex) of an account: who it is, what it may do, and by which password (its hash)."""
    return _digest(who.login, who.name, who.nip, who.role, who.disabled, who.password_hash, _moment(who.created_at))


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at is not None else ""


def _digest(*said: object) -> str:
    return hashlib.sha256(canonical(said).encode("utf-8", "surrogatepass")).hexdigest()
