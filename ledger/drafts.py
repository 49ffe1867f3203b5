"""Keeps what an officer has typed into a form and not saved yet, for seven days."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from ledger.models import Entry, FormDraft

KEPT_FOR = timedelta(days=7)
"""A draft holds what a citizen said of himself: it is not kept longer than it can be of use."""
LONGEST = 40_000
"""How many characters a draft may have in all."""

_ONCE = "once"


def keep(session: Session, staff_id: int, form: str, content: Mapping[str, str], *, at: datetime) -> bool:
    """Keep what stands in a form in place of what stood there before; say whether it was kept.

    Nothing is kept of a form that has made its entry already (its last words may arrive late), or of an endless one.
    Drafts whose time is over are thrown away on the way, whoever typed them.
    """
    session.execute(delete(FormDraft).where(col(FormDraft.saved_at) < at - KEPT_FOR))
    said = {name: value for name, value in content.items() if value}
    if sum(map(len, said.values())) > LONGEST or _used(session, said.get(_ONCE, "")):
        return False
    draft = _of(session, staff_id, form)
    if draft is None:
        draft = _begun(session, staff_id, form, said, at)
    draft.content, draft.saved_at = said, at
    session.add(draft)
    return True


def kept(session: Session, staff_id: int, form: str, *, at: datetime) -> FormDraft | None:
    """Return the draft of a form, if there is one, its time is not over, and it has not become an entry."""
    draft = _of(session, staff_id, form)
    if draft is None or draft.saved_at < at - KEPT_FOR or _used(session, draft.content.get(_ONCE, "")):
        return None
    return draft


def discard(session: Session, staff_id: int, form: str) -> None:
    """Throw a draft away."""
    session.execute(delete(FormDraft).where(col(FormDraft.staff_id) == staff_id, col(FormDraft.form) == form))


def _of(session: Session, staff_id: int, form: str) -> FormDraft | None:
    query = select(FormDraft).where(col(FormDraft.staff_id) == staff_id, col(FormDraft.form) == form)
    return session.exec(query).first()


def _begun(session: Session, staff_id: int, form: str, content: dict[str, str], at: datetime) -> FormDraft:
    """Insert a draft; where another window of the same officer was first, return that one."""
    new = FormDraft(staff_id=staff_id, form=form, content=content, saved_at=at)
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        return session.exec(
            select(FormDraft).where(col(FormDraft.staff_id) == staff_id, col(FormDraft.form) == form)
        ).one()
    return new


def _used(session: Session, once: str) -> bool:
    return bool(once) and session.exec(select(Entry.id).where(col(Entry.once) == once)).first() is not None
