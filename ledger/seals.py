"""Digests of what a mail said, of what was decided about it, and of our letters, so that a change of them is seen."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from ledger.events import canonical
from ledger.models import Attachment, Letter, Message

MAIL = "isi_surat"
"""The personal value of an event that holds the digest of a mail; it goes with the mail when that is erased."""
DECISION = "putusan"
"""The same for what was decided about a mail."""
LETTER = "naskah"
"""The personal value of an event that holds the digest of a letter of ours."""


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


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at is not None else ""


def _digest(*said: object) -> str:
    return hashlib.sha256(canonical(said).encode("utf-8", "surrogatepass")).hexdigest()
