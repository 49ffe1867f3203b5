"""Decides whether a letter is sent, or withheld and why: a table read from the top, without side effects."""

from collections.abc import Callable
from dataclasses import dataclass

from config.settings import Settings
from ledger.addresses import is_writable
from ledger.ports import LetterFacts
from ledger.restored import LETTER_IN_DOUBT


@dataclass(frozen=True, slots=True)
class Send:
    """The letter goes out."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """The letter does not go out; the reason is plain Indonesian, for the officer."""

    reason: str
    releasable: bool = False


Decision = Send | Withheld


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what it looks at, and the reason it gives.

    One that `binds_answers` holds also for what an officer wrote himself; the others forbid automatic letters alone.
    """

    name: str
    holds: Callable[[LetterFacts, Settings], bool]
    reason: Callable[[LetterFacts, Settings], str]
    releasable: bool = False
    binds_answers: bool = False


TABLE = (
    Row(
        "no address",
        lambda facts, _: not facts.recipient,
        lambda *_: "Surat tidak menyebut alamat pengirim.",
        binds_answers=True,
    ),
    Row(
        "not writable",
        lambda facts, _: not is_writable(facts.recipient),
        lambda *_: "Alamat pengirim bukan alamat surel yang dapat dikirimi.",
        binds_answers=True,
    ),
    Row(
        "our own address",
        lambda facts, settings: facts.recipient.lower() in settings.own_addresses,
        lambda *_: "Pengirimnya kotak surat kantor sendiri; pelapor aslinya perlu dihubungi petugas.",
        binds_answers=True,
    ),
    Row(
        "forbidden by the mail",
        lambda facts, _: bool(facts.no_reply),
        lambda facts, _: f"Surat ini tidak boleh dijawab otomatis: {'; '.join(facts.no_reply)}.",
    ),
    Row(
        "restored book",
        lambda facts, _: facts.in_doubt and not facts.released,
        lambda *_: LETTER_IN_DOUBT,
        releasable=True,
    ),
    Row(
        "cap of an address",
        lambda facts, settings: not facts.released and facts.sent_lately >= settings.letters.daily_cap,
        lambda _, settings: f"Alamat ini sudah menerima {settings.letters.daily_cap} surat dalam 24 jam terakhir.",
        releasable=True,
    ),
)


def decide(facts: LetterFacts, settings: Settings) -> Decision:
    """Return the first reason to withhold a letter, or Send (RFC 3834, section 2)."""
    for row in TABLE:
        if (row.binds_answers or not facts.by_officer) and row.holds(facts, settings):
            return Withheld(row.reason(facts, settings), row.releasable)
    return Send()
