"""Reads out of a letter what it says of its writer: name, organisation, address, telephone, as written."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.writer.labels import from_labels, writers_own
from ingest.writer.others import without_others
from ingest.writer.prose import (
    addresses_after_names,
    addresses_beside,
    addresses_in_prose,
    names_in_prose,
    only_employer,
    organisation_of_sender,
    organisations_after_names,
    organisations_in_prose,
    phones,
    small_organisations,
)
from ingest.writer.signature import from_first_line, from_letterhead, from_signature, without_addressees
from ingest.writer.words import NOT_NAME, ORG_WORD, Candidate, Field, calmed, joined, read_lines
from ledger.ports import Found, Identity
from ledger.telephones import phone_e164

__all__ = ["identify", "phone_e164"]


def _best(candidates: Sequence[Candidate], field: Field, least: float) -> Found | None:
    fitting = [each for each in candidates if each.field == field and each.confidence >= least]
    if not fitting:
        return None
    best = max(fitting, key=lambda each: each.confidence)
    if field == "alamat":
        best = max(
            (each for each in fitting if _tells_more(each, best)), key=lambda each: len(each.value), default=best
        )
    return Found(best.value, best.source, best.confidence)


def _tells_more(other: Candidate, best: Candidate) -> bool:
    """Say whether another address holds all words of the best one, in their order, and more before them."""
    return other.value != best.value and other.value.casefold().endswith(best.value.casefold())


_QUOTED = re.compile(
    r"^[ \t]{0,3}>(?![ \t>]*(?:\d\.[ \t]*)?(?i:nama|alamat|no\b|nomor|hp|wa|telp|telepon|instansi|perusahaan|"
    r"tempat)[^:=\n]{0,30}[:=]).*$",
    re.MULTILINE,
)
"""A line that somebody else wrote, unless it is a row of a form, filled in where it was asked."""


def _sender_words(sender_name: str) -> frozenset[str]:
    return frozenset(
        word.casefold()
        for word in re.findall(r"[^\W\d_]{3,}", sender_name)
        if word.casefold() not in NOT_NAME and not re.fullmatch(ORG_WORD, word)
    )


def _calmed_lines(flow: str) -> str:
    return "\n".join(map(calmed, flow.split("\n")))


def _as_written(candidate: Candidate, calm: str, text: str) -> Candidate:
    """Give a value the capitals back that it has in the letter."""
    if candidate.value in text or candidate.value not in calm:
        return candidate
    found = re.search(re.escape(candidate.value), text, re.IGNORECASE)
    return replace(candidate, value=found.group()) if found else candidate


def identify(text: str, sender_name: str = "") -> Identity:
    """Return what the letter says of its writer, as written; what it does not say is None.

    `text` holds the writer's own words with the signature and without quotes. `sender_name` (the display name of
    From) is never an answer by itself: it only helps to choose among what the letter says.
    """
    own = without_others("\n".join(writers_own(read_lines(_QUOTED.sub("", text))))).split("\n")
    written = without_addressees(own)
    lines, flow = [calmed(line) for line in written], _calmed_lines(without_others(joined(written)))
    sender = _sender_words(sender_name)
    candidates = [
        *from_labels(written),
        *from_signature(lines, sender),
        *from_first_line(lines, sender),
        *from_letterhead(own),
        *names_in_prose(flow, sender),
        *organisations_in_prose(flow),
        *organisations_after_names(flow),
        *organisation_of_sender(flow, sender_name),
        *small_organisations(flow),
        *only_employer(flow),
        *addresses_in_prose(flow),
        *addresses_beside(flow),
        *addresses_after_names(flow),
        *phones(flow),
    ]
    calm = "\n".join((*lines, flow))
    candidates = [_as_written(each, calm, text) for each in candidates]
    return Identity(
        name=_best(candidates, "nama", 0.5),
        organisation=_best(candidates, "instansi", 0.5),
        address=_best(candidates, "alamat", 0.5),
        phone=_best(candidates, "telepon", 0.5),
    )
