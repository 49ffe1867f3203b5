"""What is under way and holds personal values: private folders and half-made files, and what a kill left of them."""

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

_PREFIX, _LOCK = ".buku-salinan-", ".kunci"
_HALF_MADE = re.compile(r"\.buku-[a-z0-9_]{8}\.sebagian")
_DAY_SECONDS = 86_400


@contextmanager
def workshop(place: Path) -> Iterator[Path]:
    """Give a private folder in another one as long as the block lasts; raises OSError where none can be made.

    A lock file beside it is held before the folder is there and until it is gone, and falls with the process: so a
    folder whose lock is free is nobody's any more. Such ones go first.
    """
    sweep(place)
    room = place / f"{_PREFIX}{secrets.token_hex(8)}"
    lock = FileLock(_lock_of(room))
    lock.acquire(timeout=0)
    try:
        room.mkdir(mode=0o700)
        yield room
    finally:
        _clear(room, lock)


def sweep(place: Path) -> list[Path]:
    """Remove what a kill left of such folders; returns those that are still there: in use, or somebody else's."""
    for room in _rooms_in(place):
        lock = FileLock(_lock_of(room))
        with suppress(Timeout, OSError):
            lock.acquire(timeout=0)
            _clear(room, lock)
    return _rooms_in(place)


def begun_file(folder: Path) -> tuple[IO[bytes], Path]:
    """Open a new file, for its owner alone, under a name that counts for nothing until it is renamed; raises OSError.

    Such files that a kill left in the folder go after a day: many a medium knows no locks.
    """
    descriptor, path = tempfile.mkstemp(prefix=".buku-", suffix=".sebagian", dir=folder)
    made = Path(path)
    with suppress(OSError):
        for left in half_made(folder):
            if _is_older(left, made):
                left.unlink(missing_ok=True)
    return os.fdopen(descriptor, "w+b"), made


def half_made(folder: Path) -> list[Path]:
    """Return the half-made files of a folder, those under way among them; raises OSError."""
    return sorted(file for file in folder.iterdir() if _HALF_MADE.fullmatch(file.name))


def _is_older(left: Path, made: Path) -> bool:
    """Say whether something is a day older than what was just made, both by the clock of the medium."""
    return made.stat().st_mtime - left.stat().st_mtime > _DAY_SECONDS


def _rooms_in(place: Path) -> list[Path]:
    return sorted(found for found in place.glob(f"{_PREFIX}*") if found.is_dir())


def _lock_of(room: Path) -> Path:
    return room.with_name(room.name + _LOCK)


def _clear(room: Path, lock: FileLock) -> None:
    shutil.rmtree(room, ignore_errors=True)
    lock.release()
    with suppress(OSError):
        _lock_of(room).unlink()
