"""What waits in *perlu ditinjau*: entries whose kind is not certain, and those that may belong to another one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func
from sqlmodel import Session, col, select

from ledger import entries, messages, search, workflow
from ledger.errors import LedgerError
from ledger.models import Entry, Message, Raw
from ledger.search import Line
from ledger.words import Disposition, Register
from ledger.workflow import Act

EXCERPT = 600
"""How many characters of a letter a tray shows."""

_GLIMPSE = 2_000
_SMALL = 100_000
"""Raw mails up to this size (bytes) are opened for a tray; of a bigger one its own page shows the beginning."""

_NUMBER = re.compile(rf"\b(?:{'|'.join(Register)})/\d{{4}}/\d{{4,6}}\b")


@dataclass(frozen=True, slots=True)
class Doubt:
    """An entry that an officer must look at; `other` is the one that it may continue, None where none is named.

    `message_id` and `reasons` are those of the mail that opened it, if one did.
    """

    line: Line
    version: int
    excerpt: str
    other: Line | None
    message_id: int | None
    reasons: tuple[str, ...]


def doubts(session: Session, *, limit: int) -> list[Doubt]:
    """Return the entries to look at, newest first, those that cannot wait before all others."""
    query = (
        select(Entry, func.substr(Entry.account, 1, EXCERPT))
        .options(search.without_account())
        .where(col(Entry.needs_review).is_(True))
        .order_by(search.urgent_first(), col(Entry.received_at).desc(), col(Entry.id).desc())
        .limit(limit)
    )
    rows = list(session.exec(query))
    others = _numbered(session, [_named(entry.review_reason) for entry, _ in rows])
    openings = _openings(session, [entry.id or 0 for entry, _ in rows])
    return [_doubt(entry, excerpt, others, openings.get(entry.id or 0)) for entry, excerpt in rows]


def _doubt(entry: Entry, excerpt: str, others: dict[str, Line], opening: tuple[int, list[str]] | None) -> Doubt:
    message_id, reasons = opening or (None, [])
    named = _named(entry.review_reason)
    other = others.get(named) if named != entry.number else None
    return Doubt(search.line_of(entry), entry.version, excerpt, other, message_id, tuple(reasons))


def _named(reason: str) -> str:
    found = _NUMBER.search(reason)
    return found.group() if found else ""


def _numbered(session: Session, numbers: list[str]) -> dict[str, Line]:
    query = select(Entry).options(search.without_account()).where(col(Entry.number).in_(set(numbers)))
    return {entry.number: search.line_of(entry) for entry in session.exec(query)}


def _openings(session: Session, ids: list[int]) -> dict[int, tuple[int, list[str]]]:
    query = select(Message.entry_id, Message.id, Message.reasons).where(
        col(Message.entry_id).in_(ids), col(Message.disposition) == Disposition.RECORDED
    )
    return {entry_id or 0: (message_id or 0, list(reasons)) for entry_id, message_id, reasons in session.exec(query)}


def join(session: Session, entry: Entry, act: Act) -> Entry:
    """Say that an entry continues the one that its reason names, and merge it into that; raises LedgerError."""
    number = _named(entry.review_reason)
    other = entries.by_number(session, number) if number else None
    if other is None:
        raise LedgerError(f"Entri {entry.number} tidak lagi menunjuk entri lain.")
    workflow.confirm(session, entry, act)
    workflow.merge(session, entry, replace(act, version=0), into=other)
    return other


def entries_of(session: Session, mails: Sequence[Message]) -> dict[int, Line]:
    """Return the entries of mails as lines of the book, by entry id."""
    ids = {mail.entry_id for mail in mails if mail.entry_id is not None}
    query = select(Entry).options(search.without_account()).where(col(Entry.id).in_(ids))
    return {entry.id or 0: search.line_of(entry) for entry in session.exec(query)}


def glimpses(session: Session, mails: Sequence[Message]) -> dict[int, str]:
    """Return the beginning of mails that nothing could read, as plain text, by message id; big ones are left out."""
    by_digest = {mail.raw_digest: mail.id or 0 for mail in mails}
    query = select(Raw).where(col(Raw.digest).in_(by_digest), col(Raw.size) <= _SMALL)
    return {by_digest[row.digest]: _as_text(messages.unpack(row) or b"") for row in session.exec(query)}


def _as_text(raw: bytes) -> str:
    shown = raw[: 4 * _GLIMPSE].decode("utf-8", "replace").replace("\r\n", "\n")[:_GLIMPSE]
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in shown)
