"""Finds the entry to which a mail belongs; a number that anyone can quote is never enough by itself."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from ingest.judge import Judged
from ledger import entries, letters, messages
from ledger.models import Entry
from ledger.words import Register

_NUMBER = re.compile(rf"\b({'|'.join(Register)})\s*[/-]\s*(\d{{4}})\s*[/-]\s*(\d{{1,6}})\b", re.IGNORECASE)
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Match:
    """The entry that a mail belongs to, or may belong to, and why (plain Indonesian)."""

    entry: Entry
    certain: bool
    reason: str


def numbers_in(text: str) -> list[str]:
    """Return the register numbers that a text quotes, as the book writes them, each once."""
    found = (f"{series.upper()}/{year}/{int(sequence):04d}" for series, year, sequence in _NUMBER.findall(text))
    return list(dict.fromkeys(found))


def match(session: Session, mail: Judged, own: Collection[str]) -> Match | None:
    """Match a mail to an entry: by our own Message-ID, by an earlier letter, or by a number it quotes.

    An earlier letter decides where its own sender refers to it, or staff forward it from one of our addresses (`own`,
    lower case); where anybody else attaches it, staff are shown that it may stand in the book already. A quoted number
    is certain only where the sender is the one whom the entry knows (PITFALLS of every peer).
    """
    ids, carried = _known(mail.references), _known(mail.carried)
    return (
        _by_our_letter(session, ids)
        or _by_earlier_letter(session, ids, mail)
        or _forwarded(session, [*ids, *carried], mail, own)
        or _the_likelier(_carried_by_another(session, carried), _by_number(session, mail))
    )


def _known(ids: Sequence[str]) -> list[str]:
    return [known for one in ids[:_LOOKED_AT] if (known := messages.storable_id(one))]


def _forwarded(session: Session, ids: list[str], mail: Judged, own: Collection[str]) -> Match | None:
    """Find the entry of a letter that staff pass on from one of the office's mailboxes to another."""
    if mail.sender_address.lower() not in own:
        return None
    entry_id = messages.entry_answered(session, ids)
    if entry_id is None:
        return None
    return Match(session.get_one(Entry, entry_id), True, "surat yang sudah dicatat, diteruskan dari kotak surat kantor")


def _carried_by_another(session: Session, carried: list[str]) -> Match | None:
    entry_id = messages.entry_answered(session, carried)
    if entry_id is None:
        return None
    entry = session.get_one(Entry, entry_id)
    return Match(entry, False, f"mungkin sudah dicatat sebagai {entry.number}: surat itu terlampir di sini")


def _the_likelier(first: Match | None, second: Match | None) -> Match | None:
    return second if first is None or (second is not None and second.certain) else first


def _by_our_letter(session: Session, ids: list[str]) -> Match | None:
    letter = letters.by_rfc_message_ids(session, ids)
    if letter is None:
        return None
    return Match(session.get_one(Entry, letter.entry_id), True, "membalas surat kami")


def _same(one: str, other: str) -> bool:
    return bool(one) and one.casefold() == other.casefold()


def _by_earlier_letter(session: Session, ids: list[str], mail: Judged) -> Match | None:
    for earlier in messages.with_rfc_ids(session, ids):
        if _same(earlier.sender_address, mail.sender_address):
            entry = session.get_one(Entry, earlier.entry_id)
            return Match(entry, True, "melanjutkan surat terdahulu dari pengirim yang sama")
    return None


def _by_number(session: Session, mail: Judged) -> Match | None:
    possible: Match | None = None
    for number in numbers_in(f"{mail.subject}\n{mail.text}")[:_LOOKED_AT]:
        entry = entries.by_number(session, number)
        if entry is None:
            continue
        if _same(entry.email, mail.sender_address):
            return Match(entry, True, f"pengirim yang sama menyebut nomor {number}")
        possible = possible or Match(entry, False, f"mungkin susulan {number}: nomornya disebut oleh pengirim lain")
    return possible
