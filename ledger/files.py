"""Keeps files that did not come by mail (a photographed complaint), known by their own bytes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from ledger import events
from ledger.errors import LedgerError
from ledger.messages import PackedRaw, storable
from ledger.models import Attachment, Entry, EntryFile, Message, Raw
from ledger.words import Disposition

MOST_FILES = 6
MOST_BYTES = 10_000_000
LONGEST_NAME = 120
ADDED = "berkas"
"""The verb of the event that says which files were handed in."""

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


class UnfitFile(LedgerError):
    """A file is not kept; the text says which and why, in plain Indonesian."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A file made ready outside any transaction: its name, the type that its bytes show, its bytes packed."""

    name: str
    content_type: str
    raw: PackedRaw


def type_of(content: bytes) -> str | None:
    """Return the type that the bytes themselves show; None for whatever is kept nowhere."""
    return next((kind for mark, kind in _SIGNATURES if content.startswith(mark)), None)


def pack(files: Sequence[tuple[str, bytes]]) -> list[Packed]:
    """Check and compress files (name, bytes); of the same bytes only the first. Raises UnfitFile."""
    if len(files) > MOST_FILES:
        raise UnfitFile(f"Paling banyak {MOST_FILES} berkas; ini {len(files)}.")
    packed: dict[str, Packed] = {}
    for each in (_packed(name, content) for name, content in files):
        packed.setdefault(each.raw.digest, each)
    return list(packed.values())


def _packed(name: str, content: bytes) -> Packed:
    shown = storable(name)[:LONGEST_NAME] or "berkas"
    if len(content) > MOST_BYTES:
        raise UnfitFile(f"{shown} terlalu besar: paling besar {MOST_BYTES // 1_000_000} MB.")
    kind = type_of(content)
    if kind is None:
        raise UnfitFile(f"{shown} bukan foto (JPEG, PNG) atau PDF.")
    return Packed(shown, kind, PackedRaw.of(content))


def attach(session: Session, entry: Entry, files: Sequence[Packed], *, at: datetime, actor: str) -> list[EntryFile]:
    """Keep files with an entry, their bytes once per digest, with the event that says so; that is a version of it.

    A file that the entry has already is not kept twice.
    """
    assert entry.id is not None, "the entry was written"
    known = {file.raw_digest for file in of_entry(session, entry.id)}
    made = [_kept(session, entry.id, file, at, actor) for file in files if file.raw.digest not in known]
    if made:
        entry.version += 1
        session.add(entry)
        events.append(
            session,
            ADDED,
            at=at,
            actor=actor,
            about=events.Subject(entry_id=entry.id),
            plain={"berkas": len(made), "digest": " ".join(file.raw_digest for file in made)},
            personal={"nama_berkas": "; ".join(file.name for file in made)},
        )
    return made


def _kept(session: Session, entry_id: int, file: Packed, at: datetime, actor: str) -> EntryFile:
    raw = file.raw
    row = session.get(Raw, raw.digest) or Raw(digest=raw.digest, size=raw.size, packed=b"", kept_at=at)
    row.packed = row.packed or raw.packed  # one lawfully erased may be handed in anew
    session.add(row)
    session.flush()
    new = EntryFile(
        entry_id=entry_id,
        raw_digest=raw.digest,
        name=file.name,
        content_type=file.content_type,
        size=raw.size,
        added_by=actor,
        added_at=at,
    )
    session.add(new)
    session.flush()
    return new


def of_entry(session: Session, entry_id: int) -> list[EntryFile]:
    """Return the files of an entry, oldest first; those lawfully erased have no name, and are left out."""
    query = select(EntryFile).where(col(EntryFile.entry_id) == entry_id, col(EntryFile.name) != "")
    return list(session.exec(query.order_by(col(EntryFile.id))))


def names_of(session: Session, entry_id: int) -> list[str]:
    """Return the names of all that was handed in with an entry: with the mail that opened it, and otherwise."""
    by_mail = (
        select(Attachment.name)
        .join(Message, col(Message.id) == col(Attachment.message_id))
        .where(col(Message.entry_id) == entry_id, col(Message.disposition) == Disposition.RECORDED)
        .order_by(col(Attachment.position))
    )
    return [
        *(name or "lampiran" for name in session.exec(by_mail)),
        *(file.name for file in of_entry(session, entry_id)),
    ]
