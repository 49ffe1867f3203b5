"""Brings a book back from a backup into an empty database: verified before and after, and never over another book."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from config.mistakes import unopened
from ledger import backup, daily, restored, snapshot
from ledger.backup import BackupDamaged, Contents
from ledger.database import Database
from ledger.errors import DatabaseUnavailable, LedgerError
from ledger.restored import Bound

Reapply = Callable[[Session], int]
"""Erases in a restored book what was lawfully erased since, in the caller's transaction; returns how much."""


class NotRestored(LedgerError):
    """The book was not brought back, and the database is as it was; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back, how many lawful erasures were applied again, and what is in doubt."""

    contents: Contents
    erased: int
    bound: Bound


def refuse_a_book(database: Database) -> None:
    """Raise NotRestored where a database holds a book already, be it one line."""
    with database.reading() as session:
        if snapshot.holds_anything(session):
            raise NotRestored(
                "Buku yang sekarang tidak kosong, dan tidak akan ditimpa. Hentikan program, pindahkan buku itu ke "
                "tempat lain (atau sebutkan basis data baru pada database.url), lalu ulangi."
            )


def restore(
    file: Path, database: Database, *, at: datetime, promised: Sequence[str] = (), reapply: Reapply = lambda _: 0
) -> Restored:
    """Bring the book of a backup back into an empty database of this program's migration, all of it or nothing.

    `promised` are register numbers seen in letters sent since. Raises BackupDamaged, BackupFailed and NotRestored.
    """
    refuse_a_book(database)
    with backup.workshop(database) as room:
        copy = room / "buku.db"
        contents = _taken_out(file, copy)
        with closing(Database.open(snapshot.url_of(copy))) as prepared:
            _upgrade(prepared, file)
            with prepared.reading() as session:
                _must_be_whole(backup.wrong_with(session), file)
            with prepared.writing() as session:
                erased = reapply(session)
                bound = restored.bind(session, made_at=contents.made_at, promised=promised, at=at)
                daily.note(session, at=contents.made_at, made=file)
            _put_in_place(prepared, database)
    return Restored(contents, erased, bound)


def _taken_out(file: Path, copy: Path) -> Contents:
    try:
        contents = backup.unpack(file, copy)
    except OSError as wrong:
        raise NotRestored(f"Isi cadangan tidak dapat ditulis ke {copy.parent.parent}: {unopened(wrong)}.") from wrong
    _must_be_whole(snapshot.unsound(copy), file)
    return contents


def _upgrade(prepared: Database, file: Path) -> None:
    try:
        prepared.upgrade()
    except DatabaseUnavailable as wrong:
        raise NotRestored(f"Isi {file} tidak dapat disesuaikan dengan program ini: {wrong}") from wrong


def _must_be_whole(trouble: str, file: Path) -> None:
    if trouble:
        raise BackupDamaged(f"Isi {file} tidak lolos pemeriksaan: {trouble}. Pakai cadangan lain.")


def _put_in_place(prepared: Database, database: Database) -> None:
    try:
        with prepared.reading() as source, database.writing() as target:
            if snapshot.holds_anything(target):
                raise NotRestored("Sementara itu ada yang menulis ke buku; hentikan semua program, lalu ulangi.")
            snapshot.pour(source, target)
            if trouble := backup.wrong_with(target):
                raise NotRestored(f"Buku yang dipulihkan tidak lolos pemeriksaan, jadi tidak dipakai: {trouble}")
    except snapshot.FAILURES as wrong:
        said = " ".join(str(getattr(wrong, "orig", None) or wrong).split())
        raise NotRestored(f"Basis data tidak dapat menerima isi cadangan: {said}") from wrong
