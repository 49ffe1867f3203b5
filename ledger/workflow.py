"""What may be done with an entry after it was written: every rule of the desk, each change with its event."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from ledger import entries, events, files, letters, messages
from ledger.addresses import is_writable
from ledger.entries import Draft, Rulebook
from ledger.errors import LedgerError
from ledger.files import Packed, UnfitFile
from ledger.labels import field as field_name
from ledger.letters import Answering
from ledger.models import Entry, EntryFile, Event, Letter, Message, Staff
from ledger.words import CLOSED, Disposition, Kind, LetterState, Purpose, Role, Status

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DITERIMA: frozenset(
        {Status.DIVERIFIKASI, Status.MENUNGGU_KELENGKAPAN, Status.DIPROSES, Status.DITOLAK, Status.DICABUT}
    ),
    Status.DIVERIFIKASI: frozenset(
        {Status.MENUNGGU_KELENGKAPAN, Status.DIPROSES, Status.SELESAI, Status.DITOLAK, Status.DICABUT}
    ),
    Status.MENUNGGU_KELENGKAPAN: frozenset(
        {Status.DIVERIFIKASI, Status.DIPROSES, Status.DITOLAK, Status.DICABUT},
    ),
    Status.DIDISPOSISIKAN: frozenset(
        {Status.DIPROSES, Status.MENUNGGU_KELENGKAPAN, Status.SELESAI, Status.DITOLAK, Status.DICABUT}
    ),
    Status.DIPROSES: frozenset(
        {Status.MENUNGGU_KELENGKAPAN, Status.DIJAWAB, Status.SELESAI, Status.DITOLAK, Status.DICABUT}
    ),
    Status.DITERUSKAN: frozenset({Status.DIPROSES, Status.SELESAI, Status.DICABUT}),
    Status.DIJAWAB: frozenset({Status.DIPROSES, Status.SELESAI, Status.DICABUT}),
}
"""The steps taken by setting the status; disposing, forwarding, merging and voiding set it themselves."""

CORRECTABLE = frozenset(
    {
        "kind",
        "service",
        "name",
        "organisation",
        "address",
        "phone",
        "phone_e164",
        "email",
        "matter",
        "secret",
        "represents",
    }
)


CHANGING = frozenset(
    {
        "dicatat",
        "diubah",
        "dikonfirmasi",
        "status",
        "didisposisikan",
        "diteruskan",
        "catatan",
        "digabungkan",
        "menerima_gabungan",
        "dipisahkan",
        "dibuka_kembali",
        "dibatalkan",
        "dijawab",
        "berkas",
        "diurungkan",
        "dihapus_data",
    }
)
"""The verbs that make a new version of an entry, one each."""

UNDOABLE = frozenset({"diubah", "dikonfirmasi", "status", "didisposisikan", "diteruskan"})
"""The changes that whoever made them may take back at once; the others have told somebody, or made something."""

UNDO_WITHIN = timedelta(minutes=10)
"""Later than this a change is taken back by another change, with its own reason."""

TRUE_KIND = "sebenarnya"
"""What the event of voiding tells of a letter that is none of the office's concern."""

ADDRESS_CAME_LATE = "Entri sudah ditutup ketika alamat surel dicatat; bila perlu, sampaikan lewat jawaban."

_LONGEST = {"email": 320, "phone_e164": 20, "service": 32}


class VersionConflict(LedgerError):
    """Somebody else changed the entry meanwhile; nothing was changed now."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when, and on which version of the entry that he has seen (0: whatever it is now)."""

    actor: str
    at: datetime
    version: int = 0


def _check_seen(entry: Entry, act: Act) -> None:
    """Refuse an act on a version that is no longer the present one; to be asked before anything is written."""
    if act.version and act.version != entry.version:
        raise VersionConflict(
            f"Entri {entry.number} baru saja diubah, oleh petugas lain atau di halaman lain. "
            "Periksa perubahannya, lalu simpan kembali."
        )


def _change(
    session: Session,
    entry: Entry,
    act: Act,
    verb: str,
    values: Mapping[str, object],
    *,
    note: str = "",
    beside: Mapping[str, events.Plain] | None = None,
    default_mailbox: str = "",
) -> None:
    """Set fields of an entry and write the event that says so; the note is a personal value.

    `beside` is what the event tells in plain words that is no field of the entry. Where the address changes, the
    letters follow it, and `default_mailbox` answers for an entry that has no mailbox.
    """
    _check_seen(entry, act)
    note = messages.storable(note)
    for field, value in values.items():
        setattr(entry, field, value)
    entry.version += 1
    session.add(entry)
    session.flush()
    plain = {field: entries.plain_value(entry, field) for field in values if field in entries.PLAIN_FIELDS}
    personal = {field: str(getattr(entry, field)) for field in values if field in entries.PERSONAL_FIELDS}
    events.append(
        session,
        verb,
        at=act.at,
        actor=act.actor,
        about=events.Subject(entry_id=entry.id),
        plain=plain | dict(beside or {}),
        personal=personal | ({"catatan": note} if note else {}),
    )
    if "email" in values:
        _follow_address(session, entry, act, default_mailbox)


def _follow_address(session: Session, entry: Entry, act: Act, default_mailbox: str) -> None:
    """Send the letters that reached nobody to a changed address; the first address that an entry has owes it one.

    An entry has one acknowledgement, however often its address changes: what was sent is sent.
    """
    silent = entry.status in CLOSED or messages.is_silent(session, entry.id or 0)
    letters.readdress(session, entry, silent=silent, actor=act.actor, at=act.at)
    if entry.email and letters.acknowledgement_of(session, entry) is None:
        mailbox, answers = _answered(session, entry)
        withheld = ADDRESS_CAME_LATE if entry.status in CLOSED else ""
        letters.owe(session, entry, Answering(mailbox or default_mailbox, answers, (), withheld), at=act.at)


def changes_of(session: Session, entry: Entry) -> list[Event]:
    """Return the events that made the versions of an entry, oldest first."""
    return [event for event in events.of_entry(session, entry.id or 0) if event.verb in CHANGING]


def changes_since(session: Session, entry: Entry, version: int) -> list[Event]:
    """Return the changes that somebody who has seen `version` has not seen, oldest first."""
    missed = entry.version - version
    return changes_of(session, entry)[-missed:] if missed > 0 else []


def _open_only(entry: Entry) -> None:
    if entry.status in CLOSED:
        raise LedgerError(f"Entri {entry.number} sudah ditutup; buka kembali dahulu.")


def _needed(text: str, what: str) -> str:
    if not text.strip():
        raise LedgerError(f"{what} harus diisi.")
    return messages.storable(text.strip())


def _kind(value: object) -> Kind:
    try:
        kind = Kind(str(value))
    except ValueError:
        kind = Kind.LAINNYA
    if kind is Kind.LAINNYA:
        raise LedgerError("Jenis ini tidak mempunyai buku register.")
    return kind


def _corrected(field: str, value: object) -> object:
    """Return a corrected value as both databases can hold it. Raises LedgerError."""
    if field not in CORRECTABLE:
        raise LedgerError("Isian ini tidak dapat dibetulkan di sini.")
    if field == "kind":
        return _kind(value)
    if field == "secret":
        return bool(value)
    text = messages.storable(str(value)).strip()
    if len(text) > _LONGEST.get(field, len(text)):
        raise LedgerError(f"{field_name(field)} terlalu panjang.")
    return text


def correct(
    session: Session,
    entry: Entry,
    values: Mapping[str, object],
    act: Act,
    *,
    rulebook: Rulebook,
    default_mailbox: str,
    note: str = "",
) -> None:
    """Correct the classification or the identity of an entry; the number stays, the deadline follows the kind.

    An e-mail address told later owes the acknowledgement, from `default_mailbox` where the entry came by no mail.

    The old values stay in the chain. Stating the kind or the service, even the same one, ends the review. A telephone
    number without its `phone_e164` loses the old one. Raises LedgerError for a field not to be corrected, or a kind
    without register.
    """
    told = {field: _corrected(field, value) for field, value in values.items()}
    changed = {field: value for field, value in told.items() if getattr(entry, field) != value}
    if "phone" in changed and "phone_e164" not in told:
        changed["phone_e164"] = ""
    if {"kind", "service"} & changed.keys():
        kind = Kind(str(changed.get("kind", entry.kind)))
        due, rule = rulebook.due(kind, str(changed.get("service", entry.service)), entry.received_at)
        changed |= {"due_on": due.isoformat() if due else None, "due_rule": rule}
    if entry.needs_review and {"kind", "service"} & told.keys():
        changed |= {"needs_review": False, "review_reason": ""}
    if changed:
        _change(session, entry, act, "diubah", changed, note=note.strip(), default_mailbox=default_mailbox)
    else:
        _check_seen(entry, act)


def confirm(session: Session, entry: Entry, act: Act) -> None:
    """Say that the classification is right as it stands."""
    _check_seen(entry, act)
    if entry.needs_review:
        _change(session, entry, act, "dikonfirmasi", {"needs_review": False, "review_reason": ""})


def set_status(session: Session, entry: Entry, status: Status, act: Act, *, note: str) -> None:
    """Take one permitted step; a step that closes or refuses needs a note. Raises LedgerError."""
    if status not in TRANSITIONS.get(entry.status, frozenset()):
        raise LedgerError(f"Dari keadaan “{entry.status.value}” tidak dapat langsung ke “{status.value}”.")
    if status in CLOSED:
        _needed(note, "Catatan")
    _change(session, entry, act, "status", {"status": status, **_closing(status, act)}, note=note.strip())


def _closing(status: Status, act: Act) -> dict[str, object]:
    return {"closed_at": act.at if status in CLOSED else None}


def dispose(session: Session, entry: Entry, act: Act, *, officer: str, unit: str, note: str = "") -> None:
    """Hand an entry to an officer (a login) or a unit. Raises LedgerError where neither is named, or nobody such."""
    _open_only(entry)
    _needed(officer + unit, "Petugas atau bidang")
    if officer and officer not in {one.login for one in officers(session)}:
        raise LedgerError("Petugas yang dipilih tidak mempunyai akun yang dapat memproses entri.")
    values = {"officer": officer, "unit": messages.storable(unit.strip()), "status": Status.DIDISPOSISIKAN}
    _change(session, entry, act, "didisposisikan", values, note=note.strip())


def officers(session: Session) -> list[Staff]:
    """Return the staff to whom an entry may be disposed, by name: those who may process, and are there."""
    query = select(Staff).where(col(Staff.disabled).is_(False), col(Staff.role) != Role.PEMBACA)
    return list(session.exec(query.order_by(col(Staff.name), col(Staff.id))))


def forward(session: Session, entry: Entry, act: Act, *, office: str, note: str = "") -> None:
    """Forward a matter to the office that is competent for it."""
    _open_only(entry)
    values = {"forwarded_to": _needed(office, "Instansi tujuan"), "status": Status.DITERUSKAN}
    _change(session, entry, act, "diteruskan", values, note=note.strip())


def add_note(session: Session, entry: Entry, act: Act, *, note: str) -> None:
    """Add an internal note; it goes to nobody."""
    _change(session, entry, act, "catatan", {}, note=_needed(note, "Catatan"))


def add_files(session: Session, entry: Entry, act: Act, packed: Sequence[Packed]) -> list[EntryFile]:
    """Keep files with an entry written before, and return those that it had not yet.

    Raises LedgerError, of it UnfitFile without any or with none new.
    """
    _check_seen(entry, act)
    if entry.status is Status.BATAL:
        raise LedgerError(f"Entri {entry.number} sudah batal.")
    if not packed:
        raise UnfitFile("Pilihlah berkasnya.")
    added = files.attach(session, entry, packed, at=act.at, actor=act.actor)
    if not added:
        raise UnfitFile("Berkas ini sudah ada pada entri.")
    return added


def merge(session: Session, entry: Entry, act: Act, *, into: Entry) -> None:
    """Close an entry as the same matter as another one; both numbers stay. Nothing is merged into a void entry."""
    _check_seen(entry, act)
    _open_only(entry)
    if into.id == entry.id or into.merged_into or into.status is Status.BATAL:
        raise LedgerError("Entri tujuan harus entri lain yang tidak batal dan tidak digabungkan.")
    values = {"merged_into": into.number, "status": Status.DUPLIKAT, **_closing(Status.DUPLIKAT, act)}
    _change(session, entry, act, "digabungkan", values)
    _change(session, into, replace(act, version=0), "menerima_gabungan", {}, note=entry.number)


def merged_into(session: Session, entry: Entry) -> list[Entry]:
    """Return the entries that are closed as the same matter as this one, oldest first."""
    query = select(Entry).where(col(Entry.merged_into) == entry.number).order_by(col(Entry.id))
    return list(session.exec(query))


def split_off(session: Session, entry: Entry) -> list[Entry]:
    """Return the entries that were made of second matters of this one, oldest first."""
    return list(session.exec(select(Entry).where(col(Entry.split_from) == entry.number).order_by(col(Entry.id))))


def split(session: Session, entry: Entry, draft: Draft, act: Act, *, rulebook: Rulebook, default_mailbox: str) -> Entry:
    """Make a second entry for the second matter of a letter; it has its own acknowledgement, naming both numbers.

    Channel, moment of receipt and secrecy are those of the first; the draft says what the second matter is.
    """
    _check_seen(entry, act)
    if entry.status is Status.BATAL:
        raise LedgerError(f"Entri {entry.number} sudah batal.")
    mailbox, answers = _answered(session, entry)
    made = entries.record(
        session,
        replace(
            draft,
            channel=entry.channel,
            channel_word=entry.channel_word,
            received_at=entry.received_at,
            split_from=entry.number,
            email=draft.email or entry.email,
            sender_name=entry.sender_name if draft.email in ("", entry.email) else "",
            mailbox=entry.mailbox,
            secret=draft.secret or entry.secret,
            aired_at=entry.aired_at,
            broadcast_id=entry.broadcast_id,
        ),
        rulebook=rulebook,
        answering=Answering(mailbox or default_mailbox, answers, _referred(session, entry)),
        at=act.at,
        actor=act.actor,
    )
    _change(session, entry, act, "dipisahkan", {}, note=made.number)
    return made


def reopen(session: Session, entry: Entry, act: Act, *, note: str) -> None:
    """Open a closed entry again; a void one stays void."""
    if entry.status not in CLOSED or entry.status is Status.BATAL:
        raise LedgerError(f"Entri {entry.number} tidak dapat dibuka kembali.")
    values = {"status": Status.DIPROSES, "closed_at": None, "merged_into": ""}
    _change(session, entry, act, "dibuka_kembali", values, note=_needed(note, "Alasan"))


def void(session: Session, entry: Entry, act: Act, *, note: str, no_concern: bool = False) -> None:
    """Make an entry void with a reason; its number stays in the book, visible as void. Its letters stay here.

    `no_concern` says that its letter should never have come into the book: it was an advertisement, say.
    """
    _check_seen(entry, act)
    if entry.status is Status.BATAL:
        raise LedgerError(f"Entri {entry.number} sudah batal.")
    if held := merged_into(session, entry):
        raise LedgerError(f"Entri {held[0].number} digabungkan ke sini; buka kembali entri itu dahulu.")
    values = {"status": Status.BATAL, **_closing(Status.BATAL, act)}
    told = {TRUE_KIND: Kind.LAINNYA.value} if no_concern else {}
    _change(session, entry, act, "dibatalkan", values, note=_needed(note, "Alasan pembatalan"), beside=told)
    letters.withhold_waiting(session, entry, reason=letters.VOIDED, at=act.at)


def answer(
    session: Session,
    entry: Entry,
    act: Act,
    *,
    words: str,
    default_mailbox: str,
    becomes: Status | None = Status.DIJAWAB,
) -> Letter:
    """Owe the citizen an answer in the officer's own words; it threads to the latest letter of the entry.

    `becomes` is where the entry stands afterwards, `dijawab` or `menunggu_kelengkapan`; None, or a closed entry: as
    before. Raises LedgerError where there is no address to write to.
    """
    _check_seen(entry, act)
    if not entry.email:
        raise LedgerError("Pelapor tidak meninggalkan alamat surel; hubungi melalui telepon.")
    if not is_writable(entry.email):
        raise LedgerError("Alamat surel pelapor bukan alamat yang dapat dikirimi; betulkan alamatnya dahulu.")
    said, values = _needed(words, "Isi jawaban"), _answered_status(entry, becomes)
    mailbox, answers = _answered(session, entry)
    letter = letters.owe(
        session,
        entry,
        Answering(mailbox or default_mailbox, answers, _referred(session, entry)),
        purpose=Purpose.JAWABAN,
        at=act.at,
    )
    letter.words, letter.written_by = said, act.actor
    _change(session, entry, act, "dijawab", values, note=letter.words)
    return letter


def _answered_status(entry: Entry, becomes: Status | None) -> dict[str, object]:
    if becomes is None or entry.status in CLOSED or entry.status is becomes:
        return {}
    permitted = TRANSITIONS.get(entry.status, frozenset()) & {Status.MENUNGGU_KELENGKAPAN} | {Status.DIJAWAB}
    if becomes not in permitted:
        raise LedgerError(f"Dengan jawaban, keadaan tidak dapat menjadi “{becomes.value}”.")
    return {"status": becomes}


_FROM_CITIZENS = (Disposition.RECORDED, Disposition.FOLLOW_UP, Disposition.DUPLICATE)


def _answered(session: Session, entry: Entry) -> tuple[str, str]:
    """Return the mailbox that answers for an entry and the Message-ID of the citizen's newest mail that has one.

    An entry split off has no mail of its own at first: then it is the mail of the entry that it came from.
    """
    mails = messages.of_entry(session, entry.id or 0)
    named = [
        mail.rfc_message_id
        for mail in mails
        if mail.disposition in _FROM_CITIZENS and not mail.outgoing and mail.rfc_message_id
    ]
    origin = messages.split_origin(session, entry) if not named else None
    return entry.mailbox, named[-1] if named else (_answered(session, origin)[1] if origin else "")


def _referred(session: Session, entry: Entry) -> tuple[str, ...]:
    return tuple(letters.ids_of_entry(session, entry.id or 0))


def may_undo(session: Session, entry: Entry, act: Act) -> bool:
    """Say whether the newest change is one that this actor made just now and may take back."""
    changes = changes_of(session, entry)
    return bool(changes) and _undoable(changes[-1], act)


def _undoable(change: Event, act: Act) -> bool:
    return change.verb in UNDOABLE and change.actor == act.actor and act.at - change.at <= UNDO_WITHIN


def undo(session: Session, entry: Entry, act: Act, *, default_mailbox: str) -> None:
    """Give an entry the values back that it had before the newest change. Raises LedgerError where that is too late.

    What a letter has told meanwhile stays told; one that still waits follows the address that is in force again.
    """
    _check_seen(entry, act)
    changes = changes_of(session, entry)
    if not changes or not _undoable(changes[-1], act):
        raise LedgerError("Perubahan ini tidak dapat diurungkan lagi.")
    *before, last = (_Said.of(event, events.values_of(session, [event]).get(event.id, {})) for event in changes)
    values = {field: _value_after(before, field) for field in last.plain.keys() | last.personal.keys()}
    _change(session, entry, act, "diurungkan", values, default_mailbox=default_mailbox)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one event says of fields; a personal value that was erased is None."""

    plain: dict[str, object]
    personal: dict[str, str | None]

    @classmethod
    def of(cls, event: Event, kept: Mapping[str, str]) -> "_Said":
        body = json.loads(event.body)
        named = (field for field in body.get("digests", {}) if field in entries.PERSONAL_FIELDS)
        return cls(body["set"], {field: kept.get(field) for field in named})


_FROM_PLAIN: dict[str, Callable[[str], object]] = {"kind": Kind, "status": Status, "closed_at": datetime.fromisoformat}


def _value_after(said: list[_Said], field: str) -> object:
    for one in reversed(said):
        if field in one.plain:
            plain = one.plain[field]
            return _FROM_PLAIN[field](plain) if field in _FROM_PLAIN and isinstance(plain, str) else plain
        if field in one.personal:
            if (value := one.personal[field]) is None:
                raise LedgerError(
                    "Nilai semula sudah dihapus menurut aturan, jadi perubahan ini tidak dapat diurungkan."
                )
            return value
    return ""


def let_go(session: Session, letter: Letter, act: Act) -> None:
    """Let a letter go out after all that the cap of its address had withheld. Raises LedgerError for any other."""
    _not_void(session, letter)
    letters.release(session, letter, actor=act.actor, at=act.at)


def _not_void(session: Session, letter: Letter) -> None:
    entry = session.get_one(Entry, letter.entry_id)
    if entry.status is Status.BATAL:
        raise LedgerError(f"Entri {entry.number} sudah batal, jadi suratnya tidak dikirim lagi.")


def send_again(session: Session, letter: Letter, act: Act) -> None:
    """Queue a letter once more that failed, or whose outcome nothing could tell, because an officer says so."""
    if letter.state not in (LetterState.FAILED, LetterState.UNCERTAIN):
        raise LedgerError("Hanya surat yang gagal atau belum pasti yang dapat dikirim ulang.")
    _not_void(session, letter)
    if letter.erased_at is not None:
        raise LedgerError("Isi dan alamat surat ini telah dihapus, jadi surat ini tidak dapat dikirim ulang.")
    letters.revive(session, letter, actor=act.actor, at=act.at)


def reject_quarantined(session: Session, message: Message, act: Act, *, note: str) -> None:
    """Say of a mail in quarantine that it is none of the book's business, with the reason."""
    if message.disposition is not Disposition.QUARANTINED:
        raise LedgerError("Surat ini tidak berada di karantina.")
    messages.change_disposition(
        session, message, Disposition.UNREGISTERED, _needed(note, "Alasan"), at=act.at, actor=act.actor
    )


def set_aside(session: Session, message: Message, act: Act) -> None:
    """Say of a mail without an entry that it needs no further review and stays where it is."""
    if not message.needs_review:
        return
    message.needs_review = False
    reason = "; ".join(part for part in (message.reason, "ditinjau petugas") if part)
    messages.change_disposition(session, message, message.disposition, reason, at=act.at, actor=act.actor)


def made_by_form(session: Session, once: str) -> Entry | None:
    """Return the entry that a form has made already (double submission)."""
    return session.exec(select(Entry).where(col(Entry.once) == once)).first()
