"""Takes mail from files (.eml, mbox, Maildir) into the book, by the same way as mail from a server."""

import email.utils
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from ledger import messages
from ledger.database import Database
from ledger.messages import FROM_FILES, PackedRaw, Place

_UID_DIGITS = 15
_LONGEST = 1000
"""How much of a file's first line is looked at."""
_RECEIVED = re.compile(rb"^Received:[^;]*?;[ \t]*((?:[^\r\n]|\r?\n[ \t])+)", re.IGNORECASE | re.MULTILINE)
_DATE = re.compile(rb"^Date:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_FROM_LINE = re.compile(rb"\AFrom [^\n]*\n")
_BETWEEN = re.compile(rb"From \S+\s+\w{3}\s+\w{3}\s+\d{1,2}\s+\d\d:\d\d")
"""The line between two mails of an mbox: sender and time; a sentence that begins with "From " has no time there."""
_SHIELDED = re.compile(rb"^>(>*From )", re.MULTILINE)
"""How an mbox writes a line of a letter that begins like the line between two mails."""


@dataclass(frozen=True, slots=True)
class FiledMail:
    """One mail out of a file; `received_at` is the best that the file tells of when it was received (UTC)."""

    path: Path
    raw: bytes
    received_at: datetime


Unread = Callable[[Path, OSError], None]


def mails_in(path: Path, unread: Unread) -> Iterator[FiledMail]:
    """Yield the mails of a file or folder, walked in order; `unread` hears of each that cannot be read.

    A folder with cur/ and new/ is a Maildir, its subfolders begin with a dot (Maildir++). A file is one mail unless it
    begins like an mbox ("From "); inside a folder, files count that end in .eml or .mbox, or have no ending and begin
    so.
    """
    try:
        if not path.is_dir():
            yield from _mails_of_file(path)
            return
        within = list(_parts_of(path))
    except OSError as wrong:
        unread(path, wrong)
        return
    for one in within:
        yield from mails_in(one, unread)


def _parts_of(path: Path) -> Iterator[Path]:
    """Yield what of a folder may hold mails."""
    if (path / "cur").is_dir() and (path / "new").is_dir():
        for folder in ("cur", "new"):
            yield from (file for file in sorted((path / folder).iterdir()) if not file.is_dir())
        yield from (each for each in sorted(path.iterdir()) if each.name.startswith(".") and (each / "cur").is_dir())
        return
    for inside in sorted(path.iterdir()):
        if inside.is_dir() or inside.suffix.lower() in (".eml", ".mbox") or _is_unnamed_mbox(inside):
            yield inside


def _is_unnamed_mbox(path: Path) -> bool:
    if path.suffix or not path.is_file():
        return False
    with path.open("rb") as file:
        return _BETWEEN.match(file.readline(_LONGEST)) is not None


def _mails_of_file(path: Path) -> Iterator[FiledMail]:
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From " and path.suffix.lower() != ".eml"
    if is_mbox:
        yield from _mbox(path)
    else:
        yield _filed(path, path.read_bytes())


def _mbox(path: Path) -> Iterator[FiledMail]:
    """Yield the mails of an mbox; a new one begins at a line with sender and time behind an empty line."""
    lines: list[bytes] = []
    with path.open("rb") as file:
        for line in file:
            if lines and not lines[-1].strip() and _BETWEEN.match(line):
                yield _of_mbox(path, lines)
                lines = []
            lines.append(line)
    yield _of_mbox(path, lines)


def _of_mbox(path: Path, lines: list[bytes]) -> FiledMail:
    end = -1 if not lines[-1].strip() else None  # the empty line before the next mail is none of this one's
    return _filed(path, _SHIELDED.sub(rb"\1", b"".join(lines[:end])))


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
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # the latter: the last hours of the year 9999 west of Greenwich
        return None


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
