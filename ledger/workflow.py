"""What may be done with an entry after it was written: every rule of the desk, each change with its event."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from ledger import entries, events, letters, messages
from ledger.entries import Draft, Rulebook
from ledger.errors import LedgerError
from ledger.letters import Answering
from ledger.models import Entry, Letter, Message
from ledger.words import CLOSED, Disposition, Kind, LetterState, Purpose, Status

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DITERIMA: frozenset({Status.DIVERIFIKASI, Status.MENUNGGU_KELENGKAPAN, Status.DIPROSES, Status.DITOLAK}),
    Status.DIVERIFIKASI: frozenset({Status.MENUNGGU_KELENGKAPAN, Status.DIPROSES, Status.SELESAI, Status.DITOLAK}),
    Status.MENUNGGU_KELENGKAPAN: frozenset({Status.DIVERIFIKASI, Status.DIPROSES, Status.DICABUT}),
    Status.DIDISPOSISIKAN: frozenset({Status.DIPROSES, Status.MENUNGGU_KELENGKAPAN, Status.SELESAI}),
    Status.DIPROSES: frozenset({Status.MENUNGGU_KELENGKAPAN, Status.DIJAWAB, Status.SELESAI, Status.DITOLAK}),
    Status.DITERUSKAN: frozenset({Status.SELESAI, Status.DIPROSES}),
    Status.DIJAWAB: frozenset({Status.SELESAI, Status.DIPROSES, Status.DICABUT}),
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


class VersionConflict(LedgerError):
    """Somebody else changed the entry meanwhile; nothing was changed now."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when, and on which version of the entry that he has seen (0: whatever it is now)."""

    actor: str
    at: datetime
    version: int = 0


def _change(
    session: Session, entry: Entry, act: Act, verb: str, values: Mapping[str, object], *, note: str = ""
) -> None:
    """Set fields of an entry and write the event that says so; the note is a personal value."""
    if act.version and act.version != entry.version:
        raise VersionConflict(
            f"Entri {entry.number} baru saja diubah oleh petugas lain. Periksa perubahannya, lalu simpan kembali."
        )
    for field, value in values.items():
        setattr(entry, field, value)
    entry.version += 1
    session.add(entry)
    plain = {field: entries.plain_value(entry, field) for field in values if field in entries.PLAIN_FIELDS}
    personal = {field: str(getattr(entry, field)) for field in values if field in entries.PERSONAL_FIELDS}
    events.append(
        session,
        verb,
        at=act.at,
        actor=act.actor,
        about=events.Subject(entry_id=entry.id),
        plain=plain,
        personal=personal | ({"catatan": note} if note else {}),
    )


def _open_only(entry: Entry) -> None:
    if entry.status in CLOSED:
        raise LedgerError(f"Entri {entry.number} sudah ditutup; buka kembali dahulu.")


def _needed(text: str, what: str) -> str:
    if not text.strip():
        raise LedgerError(f"{what} harus diisi.")
    return text.strip()


def correct(
    session: Session, entry: Entry, values: Mapping[str, object], act: Act, *, rulebook: Rulebook, note: str = ""
) -> None:
    """Correct the classification or the identity of an entry; the number stays, the deadline follows the kind.

    The old values stay in the chain. Raises LedgerError for a field not to be corrected, or a kind without register.
    """
    wrong = set(values) - CORRECTABLE
    if wrong or values.get("kind") is Kind.LAINNYA:
        raise LedgerError("Isian ini tidak dapat dibetulkan di sini.")
    changed = {field: value for field, value in values.items() if getattr(entry, field) != value}
    if {"kind", "service"} & changed.keys():
        kind = Kind(str(changed.get("kind", entry.kind)))
        due, rule = rulebook.due(kind, str(changed.get("service", entry.service)), entry.received_at)
        changed |= {"due_on": due.isoformat() if due else None, "due_rule": rule}
    if entry.needs_review:
        changed |= {"needs_review": False, "review_reason": ""}
    if changed:
        _change(session, entry, act, "diubah", changed, note=note)


def confirm(session: Session, entry: Entry, act: Act) -> None:
    """Say that the classification is right as it stands."""
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
    """Hand an entry to an officer (a login) or a unit. Raises LedgerError where neither is named."""
    _open_only(entry)
    _needed(officer + unit, "Petugas atau bidang")
    values = {"officer": officer, "unit": unit.strip(), "status": Status.DIDISPOSISIKAN}
    _change(session, entry, act, "didisposisikan", values, note=note.strip())


def forward(session: Session, entry: Entry, act: Act, *, office: str, note: str = "") -> None:
    """Forward a matter to the office that is competent for it."""
    _open_only(entry)
    values = {"forwarded_to": _needed(office, "Instansi tujuan"), "status": Status.DITERUSKAN}
    _change(session, entry, act, "diteruskan", values, note=note.strip())


def add_note(session: Session, entry: Entry, act: Act, *, note: str) -> None:
    """Add an internal note; it goes to nobody."""
    _change(session, entry, act, "catatan", {}, note=_needed(note, "Catatan"))


def merge(session: Session, entry: Entry, act: Act, *, into: Entry) -> None:
    """Close an entry as the same matter as another one; both numbers stay."""
    _open_only(entry)
    if into.id == entry.id or into.merged_into:
        raise LedgerError("Entri tujuan harus entri lain yang tidak digabungkan.")
    values = {"merged_into": into.number, "status": Status.DUPLIKAT, **_closing(Status.DUPLIKAT, act)}
    _change(session, entry, act, "digabungkan", values)
    _change(session, into, replace(act, version=0), "menerima_gabungan", {}, note=entry.number)


def split(session: Session, entry: Entry, draft: Draft, act: Act, *, rulebook: Rulebook) -> Entry:
    """Make a second entry for the second matter of a letter; it has its own acknowledgement, naming both numbers."""
    mailbox, answers = _answered(session, entry)
    made = entries.record(
        session,
        replace(draft, split_from=entry.number, email=draft.email or entry.email, mailbox=entry.mailbox),
        rulebook=rulebook,
        answering=Answering(mailbox, answers),
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


def void(session: Session, entry: Entry, act: Act, *, note: str) -> None:
    """Make an entry void with a reason; its number stays in the book, visible as void."""
    if entry.status is Status.BATAL:
        raise LedgerError(f"Entri {entry.number} sudah batal.")
    values = {"status": Status.BATAL, **_closing(Status.BATAL, act)}
    _change(session, entry, act, "dibatalkan", values, note=_needed(note, "Alasan pembatalan"))


def answer(session: Session, entry: Entry, act: Act, *, words: str, default_mailbox: str) -> Letter:
    """Owe the citizen an answer in the officer's own words; it threads to the latest letter of the entry."""
    if not entry.email:
        raise LedgerError("Pelapor tidak meninggalkan alamat surel; hubungi melalui telepon.")
    mailbox, answers = _answered(session, entry)
    letter = letters.owe(
        session,
        entry,
        Answering(mailbox or default_mailbox, answers, tuple(letters.ids_of_entry(session, entry.id or 0))),
        purpose=Purpose.JAWABAN,
        at=act.at,
    )
    letter.words, letter.written_by = _needed(words, "Isi jawaban"), act.actor
    _change(session, entry, act, "dijawab", _answered_status(entry), note=letter.words)
    return letter


def _answered_status(entry: Entry) -> dict[str, object]:
    if entry.status in CLOSED or Status.DIJAWAB not in TRANSITIONS.get(entry.status, frozenset()):
        return {}
    return {"status": Status.DIJAWAB}


def _answered(session: Session, entry: Entry) -> tuple[str, str]:
    """Return the mailbox that answers for an entry and the Message-ID of the citizen's newest mail."""
    mails = [mail for mail in messages.of_entry(session, entry.id or 0) if not mail.outgoing]
    newest = mails[-1].rfc_message_id if mails else None
    return entry.mailbox, newest or ""


def send_again(session: Session, letter: Letter, act: Act) -> None:
    """Queue a letter once more that failed, or whose outcome nothing could tell, because an officer says so."""
    if letter.state not in (LetterState.FAILED, LetterState.UNCERTAIN):
        raise LedgerError("Hanya surat yang gagal atau belum pasti yang dapat dikirim ulang.")
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
    message.needs_review = False
    messages.change_disposition(session, message, message.disposition, "ditinjau petugas", at=act.at, actor=act.actor)


def made_by_form(session: Session, once: str) -> Entry | None:
    """Return the entry that a form has made already (double submission)."""
    return session.exec(select(Entry).where(col(Entry.once) == once)).first()
