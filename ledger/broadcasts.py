"""Broadcasts of the radio programme, each of which holds a batch of callers."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from ledger import events, seals
from ledger.errors import LedgerError
from ledger.models import Broadcast, Entry
from ledger.moments import NOON

PROGRAMME = "Laporo Rek"
VERB = "siaran"
"""The verb of the events about broadcasts; under it they name the broadcast, and under "tindakan" what was done."""
OPENED = "dibuka"
_AHEAD = timedelta(minutes=5)


def open_broadcast(
    session: Session, *, aired_on: date, programme: str, presenter: str, at: datetime, actor: str
) -> Broadcast:
    """Open a broadcast for its callers; one of the same day and programme that is open already is gone on with.

    Every change of a broadcast is an event: the session comes from `Database.writing`.
    """
    programme = programme.strip() or PROGRAMME
    same = select(Broadcast).where(
        col(Broadcast.aired_on) == aired_on.isoformat(),
        col(Broadcast.programme) == programme,
        col(Broadcast.presenter) == presenter.strip(),
        col(Broadcast.closed_at).is_(None),
    )
    found = session.exec(same).first()
    if found is not None:
        return found
    new = Broadcast(
        aired_on=aired_on.isoformat(),
        programme=programme,
        presenter=presenter.strip(),
        opened_by=actor,
        opened_at=at,
    )
    session.add(new)
    session.flush()
    _tell(session, new, OPENED, at=at, actor=actor)
    return new


def close(session: Session, broadcast: Broadcast, *, at: datetime, actor: str) -> None:
    """Close a broadcast; nothing happens to one that is closed."""
    if broadcast.closed_at is None:
        broadcast.closed_at = at
        _tell(session, broadcast, "ditutup", at=at, actor=actor)


def reopen(session: Session, broadcast: Broadcast, *, at: datetime, actor: str) -> None:
    """Open a closed broadcast again, for a caller who was forgotten; nothing happens to one that is open."""
    if broadcast.closed_at is not None:
        broadcast.closed_at = None
        _tell(session, broadcast, "dibuka kembali", at=at, actor=actor)


def _tell(session: Session, broadcast: Broadcast, act: str, *, at: datetime, actor: str) -> None:
    """Write the event of a change; the presenter's name stands in it by its digest alone."""
    assert broadcast.id is not None, "the row was flushed"
    session.add(broadcast)
    plain: dict[str, events.Plain] = {"tindakan": act, VERB: broadcast.id}
    personal = {seals.ROW: seals.of_broadcast(broadcast)}
    events.append(session, VERB, at=at, actor=actor, about=events.Subject(), plain=plain, personal=personal)


def callers(session: Session, broadcast: Broadcast) -> list[Entry]:
    """Return the entries of a broadcast, oldest first."""
    query = select(Entry).where(col(Entry.broadcast_id) == broadcast.id).order_by(col(Entry.id))
    return list(session.exec(query))


def of_ids(session: Session, ids: Collection[int]) -> list[Broadcast]:
    """Return the broadcasts with these keys."""
    return list(session.exec(select(Broadcast).where(col(Broadcast.id).in_(ids)))) if ids else []


def between(session: Session, since: date | None, until: date) -> list[Broadcast]:
    """Return the broadcasts of some days, both included."""
    query = select(Broadcast).where(col(Broadcast.aired_on) <= until.isoformat())
    if since is not None:
        query = query.where(col(Broadcast.aired_on) >= since.isoformat())
    return list(session.exec(query))


def latest(session: Session, *, limit: int = 10) -> list[Broadcast]:
    """Return broadcasts, those that are open first, then the newest."""
    query = select(Broadcast).order_by(
        col(Broadcast.closed_at).is_not(None), col(Broadcast.aired_on).desc(), col(Broadcast.id).desc()
    )
    return list(session.exec(query.limit(limit)))


def on_air(broadcast: Broadcast, clock: time | None, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when a caller was on the air (UTC); None where nothing was told and the broadcast was another day.

    Raises LedgerError for a time that has not come.
    """
    here = now.astimezone(zone)
    if clock is None:
        return now.astimezone(UTC) if broadcast.aired_on == here.date().isoformat() else None
    at = datetime.combine(date.fromisoformat(broadcast.aired_on), clock, zone)
    if at > here + _AHEAD:
        raise LedgerError(f"Jam siar {clock:%H.%M} belum tiba.")
    return at.astimezone(UTC)


def received(broadcast: Broadcast, aired_at: datetime | None, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the office received a caller's matter: when it was on the air, else at noon of that day."""
    if aired_at is not None:
        return aired_at
    noon = datetime.combine(date.fromisoformat(broadcast.aired_on), NOON, zone).astimezone(UTC)
    return min(noon, now.astimezone(UTC))
