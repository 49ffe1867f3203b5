"""One entry: the letter as a letter, its correspondence, our letters and why one was not sent, facts and history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from ledger import entries, erasure, files, letters, messages, recording, search, workflow
from ledger.desk import acts
from ledger.desk.access import Officer, Permission, Reader
from ledger.desk.acts import TASKS, Shelf, Where, likeliest, offered
from ledger.desk.history import Happening, due_label, history
from ledger.desk.numbered import PLACE, address_of, room_of
from ledger.desk.secrecy import is_hidden
from ledger.desk.typed import phone_in_words, twins_in_words
from ledger.documents import slips
from ledger.models import Arrival, Attachment, Entry, Letter, Message
from ledger.secrecy import masked
from ledger.words import Disposition, Paper, Status
from ledger.workflow import Act


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of an entry with its files and the places where it arrived."""

    message: Message
    files: tuple[Attachment, ...]
    arrivals: tuple[Arrival, ...]

    @property
    def at(self) -> datetime:
        """When it was received."""
        return self.message.received_at


@dataclass(frozen=True, slots=True)
class Post:
    """One letter of ours that stands in the correspondence."""

    letter: Letter

    @property
    def at(self) -> datetime:
        """When it ended, or when it became owed."""
        return self.letter.ended_at or self.letter.owed_at


@dataclass(frozen=True, slots=True)
class Notice:
    """What has just been done, said above the entry; `undoable` where it may be taken back at once."""

    words: str
    undoable: bool = False


Word = Annotated[str, Query(max_length=40)]
Count = Annotated[int, Query(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Told:
    """What an address says was done just now: the act, the version that it made, and of what it kept only one."""

    selesai: Word = ""
    versi: Count = 0
    kembar: Count = 0
    dicatat: Word = ""
    tidak: Word = ""


def routes(shelf: Shelf) -> APIRouter:
    """Return the routes of this room: the entry, and all that may be done with it."""
    router = APIRouter()

    @router.get(PLACE)
    def entry(where: Where, officer: Reader, told: Annotated[Told, Depends()]) -> HTMLResponse:
        with shelf.frame.database.reading() as session:
            found = where.entry(session)
            said: dict[str, object] = {
                "notice": _notice(shelf, session, found, officer, told),
                "refused": TASKS[told.tidak].title if told.tidak in TASKS else "",
                "taken": told.dicatat,
                "twins": twins_in_words(told.kembar),
            }
            return _shown(shelf, officer, session, found, said)

    router.include_router(acts.routes(shelf))
    return router


def _notice(shelf: Shelf, session: Session, entry: Entry, officer: Officer, told: Told) -> Notice | None:
    """Say what was done, while that is still the newest change and the officer's own: an old address may lie."""
    if told.selesai == acts.UNCHANGED:
        return Notice("Tidak ada yang berubah: isiannya sama dengan yang sudah tercatat.")
    task = TASKS.get(told.selesai)
    newest = workflow.changes_of(session, entry)[-1:]
    if task is None or told.versi != entry.version:
        return None
    if [(change.verb, change.actor) for change in newest] != [(task.verb, officer.login)]:
        return None
    undoable = workflow.may_undo(session, entry, Act(officer.login, shelf.frame.clock()))
    words = " ".join(part for part in (task.done, twins_in_words(told.kembar)) if part)
    return Notice(words, undoable and officer.may(Permission.RECORD))


def _shown(shelf: Shelf, officer: Officer, session: Session, entry: Entry, said: dict[str, object]) -> HTMLResponse:
    frame, hidden = shelf.frame, is_hidden(entry, officer)
    tasks = offered(entry, officer, previews=shelf.preview is not None)
    told = history(frame, session, entry, discreet=hidden)
    return frame.page(
        session,
        "entry.html",
        room_of(entry),
        officer=officer,
        status=200,
        entry=masked(entry) if hidden else entry,
        version=entry.version,
        hidden=hidden,
        here=address_of(entry),
        due=date.fromisoformat(entry.due_on) if entry.due_on else None,
        due_label=due_label(frame, entry.due_rule),
        names=search.officers(session),
        history=told,
        beside=search.neighbours(session, entry),
        is_mail=lambda piece: isinstance(piece, Mail),
        tasks=tasks,
        next=likeliest(entry, officer, tasks, letters.answers_of(session, entry)),
        handed_in=[] if hidden else files.of_entry(session, entry.id or 0),
        not_told=recording.missing(entry),
        phone_said="" if hidden else phone_in_words(entry.phone, shelf.desk.local_area),
        void_reason=_void_reason(told),
        recorded_later=recording.recorded_later,
        linked=_linked(session, entry),
        erased=erasure.of_entry(session, entry),
        sheets=[] if hidden else _sheets(shelf, session, entry, officer),
        **said,
        **_papers(session, entry, hidden=hidden),
    )


def _void_reason(told: list[Happening]) -> str:
    """Return why an entry is void; empty where it is not, or the reason is not for who asks."""
    notes = [detail.value for one in told if one.verb == "dibatalkan" for detail in one.details if detail.is_note]
    return notes[-1] if notes else ""


_SIZES = {Paper.A4: "A4", Paper.F4: "F4", Paper.A5: "A5", Paper.HALF_F4: "setengah F4"}
_BLACKENED = (
    "Kata-kata yang menyebut pelapor pada lembar penerusan ditutup oleh mesin; bacalah dahulu sebelum diserahkan."
)
_WHICH = (
    "Slip dibawa pelapor yang menelepon atau berkunjung, tanpa tanda tangan. Untuk surat yang diserahkan di loket, "
    "cetaklah tanda terima: keduanya menandatangani."
)
Sheet = tuple[str, str, list[tuple[str, str]], str]
"""A paper that can be made of an entry: by which word, its name, on which sheets, and what the officer must know."""


def _sheets(shelf: Shelf, session: Session, entry: Entry, officer: Officer) -> list[Sheet]:
    """Return the papers (PDF) that an officer may have made of an entry."""
    if not officer.may(Permission.RECORD) or entry.status is Status.BATAL:
        return []
    handed = slips.handed_over(session, shelf.settings, entry)
    slip = ("slip", "Slip pelapor", [(paper.value, _SIZES[paper]) for paper in slips.SLIP_PAPERS], _WHICH)
    if handed is None:
        return [slip]
    title = f"Lembar {'penerusan' if handed.outside else 'disposisi'}"
    told = _BLACKENED if slips.is_nameless(entry, handed) else ""
    return [slip, ("lembar", title, [(paper.value, _SIZES[paper]) for paper in slips.SHEET_PAPERS], told)]


def _papers(session: Session, entry: Entry, *, hidden: bool) -> dict[str, object]:
    """Return the mails and letters of an entry; hidden, only that letters went, not to whom nor what they said."""
    posts = [Post(letter) for letter in letters.of_entry(session, entry.id or 0)]
    if hidden:
        return {"opening": None, "correspondence": [], "posts": [Post(_bare(post.letter)) for post in posts]}
    mails = mails_of(session, messages.of_entry(session, entry.id or 0))
    opening = next((mail for mail in mails if mail.message.disposition is Disposition.RECORDED), None)
    rest: list[Mail | Post] = [mail for mail in mails if mail is not opening]
    return {
        "opening": opening,
        "correspondence": sorted([*rest, *posts], key=lambda piece: piece.at),
        "posts": posts,
    }


def _bare(letter: Letter) -> Letter:
    kept = {"entry_id", "purpose", "state", "owed_at", "ended_at", "mailbox", "rfc_message_id"}
    return Letter(**letter.model_dump(include=kept))


def _linked(session: Session, entry: Entry) -> list[tuple[str, Entry]]:
    """Return the other entries that this one is bound to, each with how."""
    into = entries.by_number(session, entry.merged_into) if entry.merged_into else None
    origin = messages.split_origin(session, entry)
    found = [("Digabungkan ke", into), ("Dipisahkan dari", origin)]
    found += [("Duplikatnya", one) for one in workflow.merged_into(session, entry)]
    found += [("Perkara lain dari surat ini", one) for one in workflow.split_off(session, entry)]
    return [(how, one) for how, one in found if one is not None]


def mails_of(session: Session, found: Sequence[Message]) -> list[Mail]:
    """Return messages with their files and arrivals, in three queries however many they are."""
    ids = [message.id for message in found if message.id is not None]
    arrivals = search.arrivals_of(session, ids)
    attached: dict[int, list[Attachment]] = {}
    wanted = select(Attachment).where(col(Attachment.message_id).in_(ids)).order_by(col(Attachment.position))
    for file in session.exec(wanted):
        attached.setdefault(file.message_id, []).append(file)
    return [
        Mail(
            message,
            tuple(attached.get(message.id or 0, ())) if message.erased_at is None else (),
            tuple(arrivals.get(message.id or 0, ())),
        )
        for message in found
    ]
