"""Issues recaps: once a period, frozen at a place of the chain, so that they print the same for ever and join up."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from config.settings import Office, Settings
from ledger import dates, events, histories, recap
from ledger.errors import LedgerError
from ledger.histories import Cut
from ledger.messages import storable
from ledger.models import ChainHead, Event, Recap, Staff
from ledger.periods import Period, begin_of
from ledger.recap import Figures, Names, Window
from ledger.words import Role

ISSUED = "rekap_terbit"
"""The verb of the event that a recap was issued."""
ISSUERS = frozenset({Role.KEPALA, Role.ADMIN})
LONGEST_TEXT = 5000

_FIGURES = TypeAdapter(Figures)
_PRINTED = {"government", "name", "address", "telephone", "city", "signer", "signatories", "timezone", "zone_label"}
"""What a document shows of the office; it is frozen with the figures."""


@dataclass(frozen=True, slots=True)
class Issuance:
    """By whom a recap was issued."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Narrative:
    """What figures do not say: kendala and rekomendasi, as typed."""

    obstacles: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A recap as it is shown and printed.

    `place` and `hash` are those of the event that vouches for an issued one; without `issued` the figures are
    provisional, as of `seen_at` (aware) and of the head of the chain.
    """

    figures: Figures
    office: Office
    narrative: Narrative
    issued: Issuance | None
    seen_at: datetime
    place: int
    hash: str


def report(session: Session, period: Period, settings: Settings, *, at: datetime) -> Report:
    """Return the recap of a period: as it was issued, or as the book stands now."""
    frozen = session.get(Recap, period.key)
    if frozen is not None:
        return _read(session, frozen, settings.office)
    head = session.get_one(ChainHead, 1)
    window = _window(session, period, settings.office, at)
    figures = recap.compute(histories.read(session, window.closing.place), window, Names.of(settings))
    return Report(figures, settings.office, Narrative(), None, at, head.position, head.hash)


def waiting(session: Session, settings: Settings, *, at: datetime) -> list[Period]:
    """Return the periods that ended with the last month and are not issued yet; none before the book had an entry."""
    zone = settings.office.zone
    end = Period.month_of(dates.local_date(at, zone)).first
    began = session.exec(select(Event.at).where(col(Event.verb) == "dicatat").order_by(col(Event.id)).limit(1)).first()
    if began is None or began >= begin_of(end, zone):
        return []
    periods = (Period.ending(end, months) for months in (1, 3, 6, 12) if (end.month - 1) % months == 0)
    return [period for period in periods if session.get(Recap, period.key) is None]


def why_not(session: Session, period: Period, office: Office, *, at: datetime) -> str:
    """Say why a recap of a period cannot be issued now; "" where it can."""
    if session.get(Recap, period.key) is not None:
        return f"Rekap {period.label} sudah diterbitkan."
    if at < begin_of(period.end, office.zone):
        last = date.fromordinal(period.end.toordinal() - 1)
        return f"Rekap baru dapat diterbitkan setelah periodenya berakhir, {dates.long_date(last)}."
    return ""


def issue(
    session: Session, period: Period, settings: Settings, who: Staff, *, narrative: Narrative, at: datetime
) -> Recap:
    """Issue the recap of a period that is over; it is never changed afterwards.

    The session must come from `Database.writing`. Raises LedgerError where the period is not over, the recap has been
    issued already, the texts are too long, or `who` is neither the head nor the administrator.
    """
    if who.role not in ISSUERS:
        raise LedgerError("Rekap diterbitkan oleh kepala atau pengelola sistem.")
    if refusal := why_not(session, period, settings.office, at=at):
        raise LedgerError(refusal)
    said = Narrative(_text(narrative.obstacles), _text(narrative.advice))
    window = _window(session, period, settings.office, at)
    figures = recap.compute(histories.read(session, window.closing.place), window, Names.of(settings))
    made = Recap(
        period=period.key,
        opens_on=period.first.isoformat(),
        ends_before=period.end.isoformat(),
        opening=window.opening.place,
        closing=window.closing.place,
        figures=_frozen(figures, settings.office, who),
        obstacles=said.obstacles,
        advice=said.advice,
        issued_by=who.login,
        issued_at=at,
        event_id=0,
    )
    event = events.append(
        session,
        ISSUED,
        at=at,
        actor=who.login,
        about=events.Subject(),
        plain={"periode": period.key, "posisi": made.closing, "sidik": digest_of(made)},
    )
    made.event_id = event.id
    session.add(made)
    session.flush()
    return made


def digest_of(made: Recap) -> str:
    """Return the SHA-256, in hex, over all that an issued recap says; its event holds it."""
    at = made.issued_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [made.period, made.opens_on, made.ends_before, made.opening, made.closing]
    whole = events.canonical([*said, made.figures, made.obstacles, made.advice, made.issued_by, at])
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _text(written: str) -> str:
    text = storable(written).strip()
    if len(text) > LONGEST_TEXT:
        raise LedgerError(f"Kendala dan rekomendasi masing-masing paling banyak {LONGEST_TEXT} huruf.")
    return text


def _frozen(figures: Figures, office: Office, who: Staff) -> str:
    printed = office.model_dump(mode="json", include=_PRINTED)
    return events.canonical({"figures": asdict(figures), "office": printed, "issuer": [who.name, who.role.value]})


def _read(session: Session, made: Recap, office: Office) -> Report:
    said = json.loads(made.figures)
    known = {key: value for key, value in said["office"].items() if key in Office.model_fields}
    event = session.get_one(Event, made.event_id)
    name, role = said["issuer"]
    return Report(
        figures=_FIGURES.validate_python(said["figures"]),
        office=Office.model_validate(office.model_dump() | known),
        narrative=Narrative(made.obstacles, made.advice),
        issued=Issuance(name, Role(role)),
        seen_at=made.issued_at,
        place=event.id,
        hash=event.hash,
    )


def _window(session: Session, period: Period, office: Office, at: datetime) -> Window:
    head = session.get_one(ChainHead, 1).position
    frozen = _cuts(session)
    opening, closing = (
        Cut(begin_of(day, office.zone), _place(frozen, day.isoformat(), head)) for day in (period.first, period.end)
    )
    return Window(period, opening, closing, office.zone, dates.local_date(at, office.zone))


def _cuts(session: Session) -> dict[str, int]:
    """Return the days at whose beginning an issued recap has cut the book, each with its place in the chain.

    Every recap that begins or ends there, whatever its length, goes by the same place: that is why they join up.
    """
    query = select(Recap.opens_on, Recap.opening, Recap.ends_before, Recap.closing)
    return {day: place for one in session.exec(query) for day, place in ((one[0], one[1]), (one[2], one[3]))}


def _place(frozen: dict[str, int], day: str, head: int) -> int:
    """Return up to where in the chain a cut looks: never further than one that was frozen for a later day."""
    return frozen.get(day, min([head, *(place for later, place in frozen.items() if later > day)]))
