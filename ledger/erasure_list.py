"""The list of erasures beside the database: what a backup older than an erasure does not know, and must be told."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlmodel import Session

from config.mistakes import unopened
from config.settings import Settings
from ledger import erasure
from ledger.erasure import Listed
from ledger.errors import LedgerError

SUFFIX = ".penghapusan.jsonl"


def place(settings: Settings) -> Path:
    """Return where the list lies: beside the file of the database, or in var/ where that is a server; makes the folder.

    Nobody else makes it: a medium for backups that was taken out must not be made up for on the disk of the system.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        path = Path(url.database).with_suffix(SUFFIX)
    else:
        path = settings.home / "var" / f"buku{SUFFIX}"
    with suppress(OSError):  # whoever writes the list will say what is wrong
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def beside(settings: Settings, folder: Path) -> Path:
    """Return where the list lies that accompanies the backups of a folder."""
    return folder / place(settings).name


def read(path: Path) -> tuple[Listed, ...]:
    """Return the erasures of a list in their order, none where there is no file; raises LedgerError.

    A last line that a power cut left without its end counts for nothing: `complete` writes it again.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    except (OSError, UnicodeDecodeError) as wrong:
        said = unopened(wrong) if isinstance(wrong, OSError) else "isinya bukan teks; pulihkan dari salinannya"
        raise LedgerError(f"daftar penghapusan {path} tidak dapat dibaca: {said}") from wrong
    return tuple(_erasure(path, number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _erasure(path: Path, number: int, line: str) -> Listed:
    try:
        said = json.loads(line)
        return Listed(
            hash=str(said["hash"]),
            position=int(said["peristiwa"]),
            at=datetime.fromisoformat(said["pada"]),
            number=str(said["nomor"]),
            recorded=str(said["dicatat"]),
            mails=tuple(map(str, said["surat"])),
            book=str(said.get("buku", "")),  # lines written before a list could be shared by two books lack it
        )
    except (ValueError, KeyError, TypeError) as wrong:
        raise LedgerError(
            f"daftar penghapusan {path}, baris {number}, rusak ({wrong}); betulkan atau hapus baris itu, lalu ulangi"
        ) from wrong


def complete(session: Session, path: Path) -> int:
    """Append every erasure of a book that the list lacks or says less of, and return how many; raises LedgerError.

    Whatever ended before this was done is made up for by the next time.
    """
    known, own = erasure.joined(read(path)), erasure.joined(erasure.listed(session))
    lacking = [one for one in own.values() if one.hash not in known or known[one.hash] + one != known[one.hash]]
    if lacking:
        try:
            _append(path, lacking)
        except OSError as wrong:
            raise LedgerError(f"daftar penghapusan {path} tidak dapat ditulis: {unopened(wrong)}") from wrong
    return len(lacking)


def _append(path: Path, erasures: Iterable[Listed]) -> None:
    with path.open("ab+") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)  # what a power cut left of a line
        file.write("".join(f"{_line(one)}\n" for one in erasures).encode())
        file.flush()
        os.fsync(file.fileno())


def _line(one: Listed) -> str:
    return json.dumps(
        {
            "hash": one.hash,
            "peristiwa": one.position,
            "pada": one.at.isoformat(),
            "nomor": one.number,
            "dicatat": one.recorded,
            "surat": one.mails,
            "buku": one.book,
        }
    )
