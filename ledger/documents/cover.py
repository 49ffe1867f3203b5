"""What stands around the content of every document: letterhead, title, period, paper, signatures and seal."""

from dataclasses import dataclass
from datetime import datetime

from config.settings import Office
from ledger import dates
from ledger.models import Event
from ledger.words import Paper

MILLIMETRES: dict[Paper, tuple[int, int]] = {
    Paper.A4: (210, 297),
    Paper.F4: (215, 330),
    Paper.A5: (148, 210),
    Paper.HALF_F4: (165, 215),
}
"""Width and height of each sheet, standing upright."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The head of the chain of events when a document was made: whoever has the book can tell what it held then."""

    position: int
    hash: str

    @classmethod
    def of(cls, event: Event) -> "Seal":
        """Return the seal that an event, being the head of the chain, gives."""
        return cls(event.id, event.hash)

    def __str__(self) -> str:
        return f"peristiwa ke-{self.position} · {self.hash}"


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover of one document.

    `made_at` is aware and shown in the office's zone; `notes` are lines beneath the period. Without `signed` there are
    no signature blocks. What is printed from it never depends on anything but these values.
    """

    office: Office
    title: str
    period: str
    made_at: datetime
    notes: tuple[str, ...] = ()
    seal: Seal | None = None
    paper: Paper = Paper.A4
    landscape: bool = False
    signed: bool = True

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the sheet as it lies, in millimetres."""
        width, height = MILLIMETRES[self.paper]
        return (height, width) if self.landscape else (width, height)

    @property
    def made(self) -> str:
        """When the document was made, in words."""
        return dates.long_moment(self.made_at, self.office.zone, self.office.zone_label)

    @property
    def place_and_date(self) -> str:
        """The line above the officer's signature: "Probolinggo, 23 November 2026"."""
        return f"{self.office.city}, {dates.plain_date(self.made_at, self.office.zone)}"


def template_values(cover: Cover) -> dict[str, object]:
    """Return a cover as the templates read it (templates/kop.typ)."""
    office, width, height = cover.office, *cover.size
    signatories = office.signatories
    return {
        "office": {
            "government": office.government,
            "name": office.name,
            "address": office.address,
            "telephone": office.telephone,
        },
        "title": cover.title,
        "period": cover.period,
        "notes": list(cover.notes),
        "made": cover.made,
        "place": cover.place_and_date,
        "seal": str(cover.seal) if cover.seal else None,
        "width": width,
        "height": height,
        "signatures": {
            "head": signatories.head_title or f"Kepala {office.name}",
            "head_name": signatories.head_name,
            "head_nip": signatories.head_nip,
            "officer": office.signer,
            "officer_name": signatories.officer_name,
            "officer_nip": signatories.officer_nip,
        }
        if cover.signed
        else None,
    }
