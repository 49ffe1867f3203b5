"""Takes mail from files (.eml, mbox, Maildir) into the book, by the same way as mail from a server."""

import email.utils
import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from ledger import messages
from ledger.database import Database
from ledger.messages import FROM_FILES, PackedRaw, Place

_UID_DIGITS = 15
_RECEIVED = re.compile(rb"^Received:[^;]*?;[ \t]*((?:[^\r\n]|\r?\n[ \t])+)", re.IGNORECASE | re.MULTILINE)
_DATE = re.compile(rb"^Date:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_FROM_LINE = re.compile(rb"\AFrom [^\n]*\n")
_SHIELDED = re.compile(rb"^>(>*From )", re.MULTILINE)
"""How an mbox writes a line of a letter that begins like the line between two mails."""


@dataclass(frozen=True, slots=True)
class FiledMail:
    """One mail out of a file; `received_at` is the best that the file tells of when it was received (UTC)."""

    path: Path
    raw: bytes
    received_at: datetime


def mails_in(path: Path) -> Iterator[FiledMail]:
    """Yield the mails of a file or folder, walked in order. Raises OSError for what cannot be read.

    A folder with cur/ and new/ is a Maildir; a file is one mail unless it begins like an mbox ("From ").
    """
    if path.is_dir():
        if (path / "cur").is_dir() and (path / "new").is_dir():
            yield from _maildir(path)
            return
        for inside in sorted(path.iterdir()):
            if inside.is_dir() or inside.suffix.lower() in (".eml", ".mbox"):
                yield from mails_in(inside)
        return
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From " and path.suffix.lower() != ".eml"
    if is_mbox:
        yield from _mbox(path)
    else:
        yield _filed(path, path.read_bytes())


def _maildir(path: Path) -> Iterator[FiledMail]:
    for folder in ("cur", "new"):
        for file in sorted((path / folder).iterdir()):
            if file.is_file():
                yield _filed(file, file.read_bytes())


def _mbox(path: Path) -> Iterator[FiledMail]:
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield _filed(path, _SHIELDED.sub(rb"\1", box.get_bytes(key)))
    finally:
        box.close()


def _filed(path: Path, raw: bytes) -> FiledMail:
    plain = _FROM_LINE.sub(b"", raw)
    return FiledMail(path, plain, _received_at(plain) or datetime.fromtimestamp(path.stat().st_mtime, UTC))


def _received_at(raw: bytes) -> datetime | None:
    """Read when a mail was received from its newest Received header, else from its Date."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    for pattern in (_RECEIVED, _DATE):
        if (found := pattern.search(head)) and (moment := _moment(found[1].decode("ascii", "replace"))):
            return moment
    return None


def _moment(written: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(" ".join(written.split()))
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def take_in_file(database: Database, mail: FiledMail, *, address: str, acknowledge: bool, now: datetime) -> bool:
    """Keep one mail as an arrival of a mailbox; returns whether it was new. It is settled with all others.

    Its UID comes from the digest, so that a file is taken in once.
    Received later than `now` (a lying header) counts as now. No acknowledgement goes out unless `acknowledge`.
    """
    packed = PackedRaw.of(mail.raw)
    uid = int(packed.digest[:_UID_DIGITS], 16)
    place = Place(address, FROM_FILES, 0, uid, silent=not acknowledge)
    with database.noting() as session:
        if _is_known(session, place):
            return False
        messages.take(session, place, packed, received_at=min(mail.received_at, now), at=now)
    return True


def _is_known(session: Session, place: Place) -> bool:
    return bool(messages.uids_done(session, place.mailbox, place.folder, place.uid_validity, {place.uid}))
