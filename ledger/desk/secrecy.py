"""Keeps those who only read from seeing who stands behind an entry that is to be kept secret."""

from starlette.exceptions import HTTPException

from ledger.desk.access import Officer, Permission
from ledger.models import Entry

HIDDEN = "(dirahasiakan)"
_EMPTY = ("organisation", "address", "phone", "phone_e164", "email", "represents", "review_reason")


def is_hidden(entry: Entry | None, officer: Officer) -> bool:
    """Say whether an officer may not see who stands behind an entry, nor what he wrote.

    That holds for what is to be kept secret, and for complaints about officers (berkadar pengawasan).
    """
    return entry is not None and (entry.secret or entry.restricted) and not officer.may(Permission.RECORD)


def refuse_hidden(entry: Entry | None, officer: Officer) -> None:
    """Raise HTTPException 403 where a paper would tell an officer what he may not see."""
    if is_hidden(entry, officer):
        raise HTTPException(403)


def masked(entry: Entry) -> Entry:
    """Return a copy of an entry, tied to no session, that does not tell whose it is."""
    told = entry.model_dump() | {"name": HIDDEN, "account": HIDDEN} | dict.fromkeys(_EMPTY, "")
    return Entry(**told)
