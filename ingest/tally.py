"""Counts how well letters were judged."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.words import Kind

BINS = 5
Verdict = tuple[Kind, str, Kind, str, float, bool]
"""The true kind and service, then kind, service, confidence and review as judged."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of letters: right kinds, complaints silently lost, looks asked for, services, calibration."""

    letters: int
    right: int
    complaints: int
    lost: int
    reviewed: int
    right_unreviewed: int
    right_services: int
    served: int
    calibration_error: float

    @property
    def said(self) -> str:
        """Say the figures that a cost is made of, in plain Indonesian."""
        return f"{self.right} dari {self.letters} tepat, {self.lost} pengaduan terlewat, {self.reviewed} perlu ditinjau"


def tally(verdicts: Sequence[Verdict]) -> Tally:
    """Count verdicts; the calibration error is the expected one over five equal bins of confidence."""
    unreviewed = [(true, kind) for true, _, kind, _, _, review in verdicts if not review]
    served = [each for each in verdicts if each[0] in (Kind.PENGADUAN, Kind.PERMOHONAN)]
    return Tally(
        letters=len(verdicts),
        right=sum(each[0] is each[2] for each in verdicts),
        complaints=sum(each[0] is Kind.PENGADUAN for each in verdicts),
        lost=sum(true is Kind.PENGADUAN and kind is not true for true, kind in unreviewed),
        reviewed=len(verdicts) - len(unreviewed),
        right_unreviewed=sum(true is kind for true, kind in unreviewed),
        right_services=sum(each[1] == each[3] for each in served),
        served=len(served),
        calibration_error=_calibration_error([(each[4], each[0] is each[2]) for each in verdicts]),
    )


def cost(verdict: Verdict, complaint_cost: float) -> float:
    """Return what a verdict costs the office: 1 for a look, 1 for a wrong kind, and more for a complaint unseen."""
    true, _, kind, _, _, review = verdict
    unseen = true is Kind.PENGADUAN and kind is not true and not review
    return review + (kind is not true) + complaint_cost * unseen


def _calibration_error(verdicts: Sequence[tuple[float, bool]]) -> float:
    gaps: dict[int, float] = {}
    for confidence, right in verdicts:
        place = min(int(confidence * BINS), BINS - 1)
        gaps[place] = gaps.get(place, 0.0) + confidence - right
    return sum(map(abs, gaps.values())) / max(1, len(verdicts))
