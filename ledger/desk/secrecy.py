"""Keeps those who only read from seeing who stands behind an entry that is to be kept secret."""

from starlette.exceptions import HTTPException

from ledger import secrecy
from ledger.desk.access import Officer, Permission
from ledger.models import Entry


def may_see(officer: Officer) -> bool:
    """Say whether an officer may see what is kept secret: who works on entries may."""
    return officer.may(Permission.RECORD)


def is_hidden(entry: Entry | None, officer: Officer) -> bool:
    """Say whether an officer may not see who stands behind an entry, nor what he wrote."""
    return secrecy.is_hidden(entry, may_see=may_see(officer))


def refuse_hidden(entry: Entry | None, officer: Officer) -> None:
    """Raise HTTPException 403 where a paper would tell an officer what he may not see."""
    if is_hidden(entry, officer):
        raise HTTPException(403)
