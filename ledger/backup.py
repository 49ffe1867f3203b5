"""The backup: one file that holds the whole book as of one moment, made while the book is in use, and verified."""

import errno
import hashlib
import json
import os
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlmodel import Session, SQLModel

from config.mistakes import unopened
from ledger import events, snapshot, workshops
from ledger.database import Database
from ledger.dates import local
from ledger.errors import LedgerError
from ledger.models import ChainHead, Entry, Event, Letter, Message
from ledger.snapshot import Stopping, Unfinished
from ledger.verify import verify

NAME = re.compile(r"buku-\d{8}-\d{4}(-\d+)?\.cadangan")
"""How our files are called, numbered where another book's has the name; no other is ever touched."""
_BOOK, _ABOUT, _FORMAT = "buku.db", "keterangan.json", 1
_PIECE = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, RuntimeError, TypeError, ValueError)
"""What reading a file raises that is no longer what was written."""


class BackupFailed(LedgerError):
    """No backup was made, and nothing half-made is left; the text says what to do."""


class BackupDamaged(LedgerError):
    """A file is no backup, or no longer what it was when it was made; it is not to be used."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: the moment it shows (`made_at`, UTC), how much, and the SHA-256 and size of the book in it.

    `book` tells one book from another: the hash of its first event, empty for a book without any. `head` is the hash of
    its last one, empty also in backups from before they told it.
    """

    made_at: datetime
    book: str
    entries: int
    mails: int
    letters: int
    events: int
    last_event_at: datetime | None
    digest: str = ""
    size: int = 0
    head: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: its file, the bytes that it takes, and what it holds.

    `trouble` says in plain Indonesian what is wrong with the list of erasures that should lie beside it.
    """

    file: Path
    size: int
    contents: Contents
    trouble: str = ""


def make(
    database: Database, folder: Path, *, zone: ZoneInfo, now: datetime, stopping: Stopping = lambda: False
) -> Made:
    """Make one verified backup of the book in a folder that is there, and return it; others may write meanwhile.

    The file is named by the local time in `zone`. Raises BackupFailed; then nothing new lies in the folder.
    """
    if not folder.is_dir():
        raise BackupFailed(_no_folder(folder))
    with workshop(database) as room:
        copy = room / _BOOK
        contents = _copied(database, copy, now, stopping)
        name = f"buku-{local(now, zone):%Y%m%d-%H%M}"
        return _carried(copy, contents, folder, stopping, lambda: _free(database, folder, name))


def trouble_with(folder: Path) -> str:
    """Say why no backup could be written into a folder, and what to do; empty where one could."""
    if not folder.is_dir():
        return _no_folder(folder)
    try:
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"0")
    except OSError as wrong:
        return f"Folder cadangan {folder}: {_advice(wrong)}"
    return ""


def _no_folder(folder: Path) -> str:
    return (
        f"Folder cadangan {folder} tidak ada. Pasang media penyimpanannya (misalnya flash disk), "
        "atau buat folder itu, atau betulkan namanya."
    )


@contextmanager
def workshop(database: Database) -> Iterator[Path]:
    """Give a private folder for a copy of the book; raises BackupFailed where none can be made."""
    beside = place_of_copies(database)
    with ExitStack() as stack:
        try:
            room = stack.enter_context(workshops.workshop(beside))
        except OSError as wrong:
            raise BackupFailed(f"Salinan sementara tidak dapat dibuat di {beside}: {unopened(wrong)}.") from wrong
        yield room


def place_of_copies(database: Database) -> Path:
    """Return where copies of the book are worked on: beside an SQLite book, else where the system keeps such things."""
    return Path(database.engine.url.database or ".").parent if database.is_sqlite else Path(tempfile.gettempdir())


def _copied(database: Database, copy: Path, now: datetime, stopping: Stopping) -> Contents:
    """Copy the book as it is now, and return what the copy, once verified, holds."""
    try:
        snapshot.into_file(database, copy, stopping)
        trouble = snapshot.unsound(copy)
        with closing(Database.open(snapshot.url_of(copy))) as copied, copied.reading() as session:
            trouble = trouble or wrong_with(session)
            contents = _told(session, now)
        snapshot.shut(copy)
    except Unfinished as wrong:
        raise BackupFailed("Pembuatan cadangan dihentikan; cadangan lama tetap ada.") from wrong
    except (*snapshot.FAILURES, OSError) as wrong:
        said = " ".join(str(getattr(wrong, "orig", None) or wrong).split())
        raise BackupFailed(
            f"Salinan buku tidak dapat dibuat di {copy.parent.parent}: {said}. Periksa sisa ruang cakram komputer ini."
        ) from wrong
    if trouble:
        raise BackupFailed(
            f"Salinan buku tidak lolos pemeriksaan: {trouble}. Cadangan lama tetap ada; jalankan `run.py verify`."
        )
    return contents


def wrong_with(session: Session) -> str:
    """Return the first thing that `verify` finds wrong with a book; empty where all is well."""
    return next((f"{one.promise}: {one.wrong}" for one in verify(session) if one.wrong), "")


def _told(session: Session, now: datetime) -> Contents:
    def number(model: type[SQLModel]) -> int:
        return int(session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one())

    return Contents(
        made_at=now.astimezone(UTC),
        book=events.book_of(session),
        entries=number(Entry),
        mails=number(Message),
        letters=number(Letter),
        events=number(Event),
        last_event_at=events.last_moment(session),
        head=session.get_one(ChainHead, 1).hash,
    )


def _carried(copy: Path, contents: Contents, folder: Path, stopping: Stopping, free: Callable[[], Path]) -> Made:
    """Carry the copy into the folder under a name that counts for nothing, and rename it once it reads back whole."""
    half: Path | None = None
    try:
        stream, half = workshops.begun_file(folder)
        with stream:
            _write(stream, copy, contents, stopping)
            _flush(stream)
        written = examine(half)
        file = half.replace(free())
        half = None
        _flush_names(folder)
        return Made(file, file.stat().st_size, written)
    except Unfinished as wrong:
        raise BackupFailed("Pembuatan cadangan dihentikan; cadangan lama tetap ada.") from wrong
    except OSError as wrong:
        raise BackupFailed(
            f"Cadangan tidak dapat ditulis ke {folder}: {_advice(wrong)} Cadangan lama tetap ada."
        ) from wrong
    except BackupDamaged as wrong:
        raise BackupFailed(
            f"Cadangan yang ditulis ke {folder} tidak terbaca kembali sama. Mungkin media itu rusak; gantilah."
        ) from wrong
    finally:
        if half is not None:
            with suppress(OSError):
                half.unlink()


def _free(database: Database, folder: Path, name: str) -> Path:
    """Return a file of this name that is not there, or holds an earlier backup of this book, which gives way."""
    places = (folder / f"{name}{f'-{number}' if number > 1 else ''}.cadangan" for number in count(1))
    with database.reading() as session:
        return next(file for file in places if not file.exists() or is_earlier(session, file))


def is_earlier(session: Session, file: Path) -> bool:
    """Say whether a file is an earlier backup of this book: the chain of the book goes on where that of the file ends.

    A copy restored to try it out begins like the book and goes its own way: its backups are another book's. What cannot
    be read is none.
    """
    try:
        held = contents_of(file)
    except (BackupDamaged, OSError):
        return False
    if held.book != events.book_of(session) or not held.events:
        return held.book == events.book_of(session)
    last = session.get(Event, held.events)
    return last is not None and (last.hash == held.head if held.head else last.at == held.last_event_at)


def _advice(wrong: OSError) -> str:
    if wrong.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "tempatnya penuh. Hapus berkas lain di sana atau pakai media yang lebih besar."
    if wrong.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "folder itu tidak boleh ditulisi. Buka kunci media itu atau betulkan hak aksesnya."
    if wrong.errno in (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ENOTDIR):
        return "media itu terlepas atau rusak. Pasang kembali, atau gantilah."
    return f"{unopened(wrong)}."


def _write(stream: IO[bytes], copy: Path, contents: Contents, stopping: Stopping) -> None:
    digest, size = hashlib.sha256(), 0
    # Level 1: half the size already, and the office's machine is slow. The mails in it are compressed as they are.
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with copy.open("rb") as source, archive.open(_named(_BOOK, contents), "w", force_zip64=True) as target:
            while piece := source.read(_PIECE):
                if stopping():
                    raise Unfinished("dihentikan")
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        about = asdict(contents) | {"format": _FORMAT, "digest": digest.hexdigest(), "size": size}
        archive.writestr(_named(_ABOUT, contents), json.dumps(about, default=datetime.isoformat, indent=1))


def _named(name: str, contents: Contents) -> zipfile.ZipInfo:
    at = contents.made_at
    named = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    named.compress_type, named.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return named


def _flush(stream: IO[bytes]) -> None:
    stream.flush()
    os.fsync(stream.fileno())
    if hasattr(os, "posix_fadvise"):  # so that what is read back comes from the medium, not from memory
        with suppress(OSError):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _flush_names(folder: Path) -> None:
    with suppress(OSError):  # Windows opens no folder, and some media know no such thing
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def contents_of(file: Path) -> Contents:
    """Return what a backup says that it holds, without reading the book in it; raises BackupDamaged."""
    with _readable(file) as archive:
        return _about(archive)


def examine(file: Path) -> Contents:
    """Read a backup through and return what it holds; raises BackupDamaged where one byte is not what was written."""
    return unpack(file, None)


def unpack(file: Path, target: Path | None) -> Contents:
    """Take the book out of a backup into a new SQLite file (or nowhere); raises BackupDamaged and OSError."""
    with _readable(file) as archive:
        contents = _about(archive)
        digest = hashlib.sha256()
        with archive.open(_BOOK) as source, Path(target or os.devnull).open("wb") as book:
            while piece := _piece(source, file):
                digest.update(piece)
                book.write(piece)
        if digest.hexdigest() != contents.digest:
            raise ValueError("the digest differs")
        return contents


def _piece(source: IO[bytes], file: Path) -> bytes:
    try:
        return source.read(_PIECE)
    except OSError as wrong:
        raise BackupDamaged(f"{file} tidak dapat dibaca: {unopened(wrong)}. Pakai cadangan lain.") from wrong


@contextmanager
def _readable(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except OSError as wrong:
        raise BackupDamaged(f"{file} tidak dapat dibuka: {unopened(wrong)}.") from wrong
    except _DAMAGE as wrong:
        raise _damaged(file) from wrong
    with archive:
        try:
            yield archive
        except _DAMAGE as wrong:
            raise _damaged(file) from wrong


def _damaged(file: Path) -> BackupDamaged:
    return BackupDamaged(f"{file} bukan cadangan buku ini, atau sudah rusak. Jangan dipakai; pakai cadangan lain.")


def _about(archive: zipfile.ZipFile) -> Contents:
    said = json.loads(archive.read(_ABOUT))
    if said.pop("format") != _FORMAT:
        raise ValueError("of another format")
    last = said["last_event_at"]
    return Contents(
        **said
        | {
            "made_at": datetime.fromisoformat(said["made_at"]),
            "last_event_at": datetime.fromisoformat(last) if last else None,
        }
    )


def same_disk(url: str, folder: Path) -> bool:
    """Say whether an SQLite book, named by its URL, and a folder lie on one disk, so that both may be lost at once."""
    book = make_url(url)
    try:
        return book.get_backend_name() == "sqlite" and Path(book.database or "").stat().st_dev == folder.stat().st_dev
    except OSError:
        return False
