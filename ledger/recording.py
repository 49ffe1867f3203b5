"""Takes down what came by telephone, at the counter, on the radio or otherwise: once, and with whatever was told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from config.settings import Settings
from ledger import entries, files, telephones, workflow
from ledger.addresses import is_writable
from ledger.entries import Draft, Rulebook
from ledger.errors import LedgerError
from ledger.files import Packed
from ledger.letters import Answering
from ledger.models import Broadcast, Entry
from ledger.ports import NO_THEME, Themed, ThemeFinder, Wording
from ledger.words import Channel, Kind

TYPED_CHANNELS = (Channel.TELEPON, Channel.PETUGAS, Channel.RADIO, Channel.LAINNYA)
LATER = timedelta(hours=1)
"""What is written into the book this much after it was received is shown as recorded later."""
LONGEST_MATTER = 90

ASKED = {"name": "nama", "organisation": "instansi (kosong bila perorangan)", "address": "alamat", "phone": "telepon"}
"""The items that the published standard asks for, as they are called where they were not told."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n")


class Untakable(LedgerError):
    """Something told cannot be taken down as it is; `field` names it, the text says why in plain Indonesian."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class TakenOtherwise(Untakable):
    """The form has made an entry already, of something else (another window took its draft up): nothing was written."""


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told an officer, as typed. Moments are aware; `once` is the token of the form."""

    channel: Channel
    kind: Kind
    service: str
    received_at: datetime
    channel_word: str = ""
    name: str = ""
    organisation: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    represents: str = ""
    matter: str = ""
    account: str = ""
    secret: bool = False
    aired_at: datetime | None = None
    broadcast_id: int | None = None
    once: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """By which rules the desk writes: the rulebook, the office's area code, the mailbox that answers a service.

    `themes` tells what typed words are about and whether they can wait; without it nothing is said of either.
    """

    rulebook: Rulebook
    local_area: str | None
    mailboxes: tuple[tuple[str, str], ...]
    themes: ThemeFinder | None = None

    @classmethod
    def of(cls, settings: Settings, themes: ThemeFinder | None = None) -> "Desk":
        """Build it from a configuration; the area code is that of the office's own telephone."""
        boxes = tuple((box.service, box.address) for box in settings.mailboxes)
        return cls(Rulebook.of(settings), telephones.area_of(settings.office.telephone), boxes, themes)

    def mailbox_of(self, service: str) -> str:
        """Return the mailbox from which a letter about a service goes out."""
        return next((address for key, address in self.mailboxes if key == service), self.mailboxes[0][1])

    def mailbox_for(self, entry: Entry) -> str:
        """Return the mailbox from which a letter for an entry goes out: the one that it came to, if it did."""
        return entry.mailbox or self.mailbox_of(entry.service)

    def themed(self, matter: str, account: str) -> Themed:
        """Say what typed words are about and whether they can wait."""
        return NO_THEME if self.themes is None else self.themes.read(Wording(matter, account))


def take_down(
    session: Session, told: Told, desk: Desk, *, attached: Sequence[Packed] = (), at: datetime, actor: str
) -> tuple[Entry, bool]:
    """Write one entry with its files; a form sent twice finds the entry it has made. Returns it and whether it is new.

    It is the same form only if it tells the same, else somebody would be lost silently: TakenOtherwise. Files that the
    entry has not yet are kept with it all the same. Only the matter is needed, in whichever of the two fields; an
    acknowledgement is owed where an address was left. The session must come from `Database.writing`. Raises Untakable.
    """
    draft = _draft(told, desk)
    made = workflow.made_by_form(session, told.once) if told.once else None
    if made is not None:
        _check_same(session, made, draft)
        files.attach(session, made, attached, at=at, actor=actor)
        return made, False
    _check(session, told)
    entry = entries.record(
        session,
        draft,
        rulebook=desk.rulebook,
        answering=Answering(desk.mailbox_of(told.service)),
        at=at,
        actor=actor,
    )
    files.attach(session, entry, attached, at=at, actor=actor)
    return entry, True


def _check(session: Session, told: Told) -> None:
    if not (told.matter or told.account):
        raise Untakable("uraian", "Tulislah perihal atau uraiannya: salah satu sudah cukup.")
    if told.channel not in TYPED_CHANNELS:
        raise Untakable("", "Kanal ini tidak dicatat dengan tangan.")
    if told.email and not is_writable(told.email):
        raise Untakable("surel", "Alamat surel ini tidak lengkap atau salah tulis. Contoh: nama@contoh.co.id")
    if told.kind is Kind.LAINNYA:
        raise Untakable("jenis", "Jenis ini tidak mempunyai buku register.")
    if told.broadcast_id is not None:
        broadcast = session.get(Broadcast, told.broadcast_id)
        if broadcast is None or broadcast.closed_at is not None:
            raise Untakable("", "Siaran ini sudah ditutup. Buka kembali siarannya, lalu simpan.")


_TOLD_BY_FORM = (
    *("channel", "channel_word", "kind", "service", "name", "organisation", "address", "phone", "email"),
    *("matter", "account", "represents", "secret", "broadcast_id"),
)
"""What makes one form another one; moments are not among it, because an empty one means now."""


def _check_same(session: Session, made: Entry, draft: Draft) -> None:
    """Compare a form with what its entry was written from, not with what became of that since."""
    written = entries.written(session, made)
    if any((written.get(field) or "") != (getattr(draft, field) or "") for field in _TOLD_BY_FORM):
        raise TakenOtherwise(
            "",
            f"Formulir ini sudah dicatat sebagai {made.number} dari tab lain, dengan isi yang lain. "
            "Isian di bawah ini belum tersimpan: tekan Simpan sekali lagi bila ini memang laporan lain.",
        )


def _draft(told: Told, desk: Desk) -> Draft:
    phone, e164 = telephones.kept(told.phone, local_area=desk.local_area)
    themed = desk.themed(told.matter, told.account)
    return Draft(
        channel=told.channel,
        channel_word=told.channel_word,
        kind=told.kind,
        service=told.service,
        received_at=told.received_at,
        name=told.name,
        organisation=told.organisation,
        address=told.address,
        phone=phone,
        phone_e164=e164,
        email=told.email,
        matter=told.matter or matter_of(told.account),
        account=told.account,
        themes=themed.themes,
        urgent=themed.urgent,
        restricted=themed.restricted,
        secret=told.secret or themed.secret,
        represents=told.represents,
        aired_at=told.aired_at,
        broadcast_id=told.broadcast_id,
        once=told.once or None,
    )


def matter_of(account: str) -> str:
    """Return the first sentence of an account, cut to one line of the book."""
    first = " ".join(_SENTENCE_END.split(account.strip(), maxsplit=1)[0].split())
    if len(first) <= LONGEST_MATTER:
        return first.rstrip(".")
    cut = first[:LONGEST_MATTER]
    return (cut.rpartition(" ")[0] or cut).rstrip(",;") + " …"


def missing(entry: Entry) -> list[str]:
    """Return which of the four items that the published standard asks for were not told, in words."""
    return [words for field, words in ASKED.items() if not getattr(entry, field)]


def recorded_later(channel: Channel, received_at: datetime, recorded_at: datetime) -> bool:
    """Say whether a matter that was typed in stands in the book under an earlier time than that of its typing."""
    return channel is not Channel.EMAIL and recorded_at - received_at >= LATER
