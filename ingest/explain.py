"""Tells of one mail what the program makes of it, with nothing but the mail itself."""

from collections.abc import Callable

from ingest.judge import Unread, Verdict
from ingest.settle import on_its_own, reasons_of
from ledger.messages import storable
from ledger.ports import Found
from ledger.words import Disposition

WhyNot = Callable[[str, tuple[str, ...]], str | None]
"""The sending policy: from recipient and forbidding rows, the reason to withhold a letter, or None."""

Line = dict[str, object]


def explained(path: str, verdict: Verdict, why_not: WhyNot) -> Line:
    """Return the line that `explain` prints for a mail (JSON values; texts free of lone surrogates)."""
    if isinstance(verdict, Unread):
        return _unread(path, verdict)
    disposition, reason = on_its_own(verdict)
    judgement = verdict.judgement
    recorded = disposition is Disposition.RECORDED
    withheld = why_not(verdict.sender_address, tuple(verdict.screening.no_reply)) if recorded else reason
    bounce = verdict.screening.bounce if disposition is Disposition.BOUNCE else None
    return {
        "path": path,
        "outcome": disposition.value,
        "kind": judgement.kind.value,
        "service": judgement.service,
        "confidence": round(judgement.confidence, 4),
        "needs_review": judgement.needs_review,
        "reasons": [storable(said) for said in reasons_of(verdict)],
        "subject": storable(verdict.subject),
        "from": storable(verdict.sender_address),
        "text": storable(verdict.text),
        "attachments": [storable(file.name) for file in verdict.files],
        "identity": {
            "nama": _value(verdict.identity.name),
            "instansi": _value(verdict.identity.organisation),
            "alamat": _value(verdict.identity.address),
            "telepon": _value(verdict.identity.phone),
        },
        "acknowledge": recorded and withheld is None,
        "why_not": withheld,
        "bounce": {"recipient": storable(bounce.recipient or "") or None, "status": bounce.status} if bounce else None,
        "error": None,
    }


def _value(found: Found | None) -> str | None:
    return storable(found.value) if found else None


def _unread(path: str, verdict: Unread) -> Line:
    return {
        "path": path,
        "outcome": Disposition.QUARANTINED.value,
        "kind": None,
        "service": None,
        "confidence": 0.0,
        "needs_review": True,
        "reasons": [],
        "subject": "",
        "from": "",
        "text": "",
        "attachments": [],
        "identity": {"nama": None, "instansi": None, "alamat": None, "telepon": None},
        "acknowledge": False,
        "why_not": "surat tidak dapat dibaca",
        "bounce": None,
        "error": storable(verdict.error),
    }
