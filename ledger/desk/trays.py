"""Tinjau: what an officer must look at, what could not be read, and the mail that is not in the book."""

from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException

from ledger import dates, labels, messages, review, search, telephones, workflow
from ledger.addresses import is_writable
from ledger.desk.access import Officer, Reader, Recorder, own_path
from ledger.desk.forms import Form, FormErrors, read_form
from ledger.desk.frame import Frame
from ledger.desk.numbered import RowId
from ledger.desk.secrecy import is_hidden
from ledger.desk.typed import phone_in_words
from ledger.errors import LedgerError
from ledger.models import Entry, Message
from ledger.ports import Resettled, Resettling, Told
from ledger.recording import Desk
from ledger.words import REGISTER_OF, Disposition, Kind
from ledger.workflow import Act, VersionConflict

ROWS = 50
OTHER = (
    Disposition.UNREGISTERED,
    Disposition.AUTOMATIC,
    Disposition.BOUNCE,
    Disposition.LIST,
    Disposition.OWN,
)
PROMOTED = {Disposition.UNREGISTERED, Disposition.AUTOMATIC, Disposition.BOUNCE, Disposition.LIST}
"""The mails of the other box of which an entry can be made, where they belong to none yet."""

HERE = "/tinjau"
_TYPED = {"matter": "perihal", "name": "nama", "organisation": "instansi", "address": "alamat", "phone": "telepon"}
Known = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
KindWord = Annotated[str, Query(max_length=20)]


async def _sent(request: Request) -> Form:
    return await read_form(request, max_bytes=300_000)


Sent = Annotated[Form, Depends(_sent)]


@dataclass(frozen=True, slots=True)
class Notice:
    """What has just been done, said above a tray; `undo` is the entry whose change may be taken back."""

    words: str
    entry: Entry | None = None
    undo: Entry | None = None


@dataclass(frozen=True, slots=True)
class Amiss:
    """What could not be done, said above a tray or beside the item that it is about; nothing typed is lost."""

    words: str
    message_id: int = 0
    typed: str = ""
    conflict: bool = False
    entry: Entry | None = None

    @property
    def status(self) -> int:
        """The status of the answer that says so."""
        return 409 if self.conflict else 422


@dataclass(frozen=True, slots=True)
class Trays:
    """The three trays: what they show, and what becomes of a button pressed in them."""

    frame: Frame
    desk: Desk
    resettling: Resettling | None

    def review(
        self,
        officer: Officer,
        *,
        before: int | None = None,
        entry_id: int | None = None,
        message_id: int | None = None,
        version: int = 0,
        amiss: Amiss | None = None,
    ) -> HTMLResponse:
        """Show *perlu ditinjau*; further down, `before` a mail, the older mails alone."""
        with self.frame.database.reading() as session:
            found = search.mails_to_review(session, before=before, limit=ROWS + 1)
            mails = found[:ROWS]
            return self._page(
                session,
                "review.html",
                officer,
                amiss,
                tray="review",
                back=f"{HERE}?sebelum={before}" if before else HERE,
                notice=self._notice(session, officer, entry_id, message_id, version),
                doubts=[] if before else review.doubts(session, limit=ROWS),
                mails=mails,
                before=before,
                older=mails[-1].id if len(found) > ROWS else None,
                entries=review.entries_of(session, mails),
            )

    def quarantine(
        self, officer: Officer, *, before: int | None = None, message_id: int | None = None, amiss: Amiss | None = None
    ) -> HTMLResponse:
        """Show *karantina*, and what the servers have not given or the program not settled yet."""
        with self.frame.database.reading() as session:
            found = search.mails(session, [Disposition.QUARANTINED], before=before, limit=ROWS + 1)
            return self._page(
                session,
                "quarantine.html",
                officer,
                amiss,
                tray="quarantine",
                back=f"{HERE}/karantina",
                notice=self._notice(session, officer, None, message_id),
                mails=found[:ROWS],
                glimpses=review.glimpses(session, found[:ROWS]),
                older=found[ROWS - 1].id if len(found) > ROWS else None,
                unfetchable=search.unfetchable(session, limit=ROWS),
                unsettled=messages.to_settle(session, limit=ROWS),
            )

    def other(
        self,
        officer: Officer,
        *,
        kind: str = "",
        before: int | None = None,
        message_id: int | None = None,
        amiss: Amiss | None = None,
    ) -> HTMLResponse:
        """Show *kotak lain*."""
        chosen = [each for each in OTHER if each.value == kind] or list(OTHER)
        one = chosen[0].value if len(chosen) == 1 else ""
        asked = urlencode({name: value for name, value in (("jenis", one), ("sebelum", before)) if value})
        with self.frame.database.reading() as session:
            found = search.mails(session, chosen, before=before, limit=ROWS + 1)
            return self._page(
                session,
                "other.html",
                officer,
                amiss,
                tray="other",
                back=f"{HERE}/kotak-lain?{asked}" if asked else f"{HERE}/kotak-lain",
                notice=self._notice(session, officer, None, message_id),
                mails=found[:ROWS],
                promotable={mail.id for mail in found if _promotable(mail)},
                older=found[ROWS - 1].id if len(found) > ROWS else None,
                chosen=one,
                dispositions={each.value: labels.DISPOSITIONS[each] for each in OTHER},
                total=search.mails_in(session, chosen),
            )

    def _page(
        self, session: Session, template: str, officer: Officer, amiss: Amiss | None, **shown: object
    ) -> HTMLResponse:
        return self.frame.page(
            session,
            template,
            "review",
            officer=officer,
            status=amiss.status if amiss else 200,
            amiss=amiss,
            kinds=KINDS,
            services=_services(self.frame),
            releasing=self.resettling is not None,
            waiting=search.waiting(session),
            **shown,
        )

    def _notice(
        self, session: Session, officer: Officer, entry_id: int | None, message_id: int | None, version: int = 0
    ) -> Notice | None:
        """Say what became of the entry or the mail that an address names: as it is now, whoever did it.

        What made the `version` of the entry that the address names may be taken back, while it is the present one.
        """
        if entry_id is not None:
            entry = session.get(Entry, entry_id)
            return self._about_entry(session, entry, officer, version) if entry else None
        message = session.get(Message, message_id) if message_id is not None else None
        if message is None or is_hidden(session.get(Entry, message.entry_id) if message.entry_id else None, officer):
            return None
        return _about_mail(session, message)

    def _about_entry(self, session: Session, entry: Entry, officer: Officer, version: int) -> Notice:
        undo = entry if entry.version == version and workflow.may_undo(session, entry, self._act(officer)) else None
        if entry.merged_into:
            return Notice(f"Entri {entry.number} digabungkan ke {entry.merged_into}.", entry)
        if entry.needs_review:
            return Notice(f"Entri {entry.number} kembali ke baki ini.", entry)
        kind, service = labels.KINDS[entry.kind], self.frame.settings.service_title(entry.service)
        return Notice(f"Entri {entry.number} ditetapkan: {kind}, {service}.", entry, undo)

    def decide(self, officer: Officer, entry_id: int, form: Form) -> Response:
        """Do what an officer says of an entry: right as it is, of another kind, or the same matter as another."""
        act = self._act(officer, form.whole("versi"))
        try:
            with self.frame.database.writing() as session:
                entry = session.get(Entry, entry_id)
                if entry is None:
                    raise HTTPException(404)
                self._decided(session, entry, form, act)
                version = entry.version
        except VersionConflict:
            return self.review(officer, amiss=self._overtaken(entry_id, act))
        self.frame.wake_post()
        return _gone_to(f"{HERE}?entri={entry_id}&versi={version}")

    def _overtaken(self, entry_id: int, act: Act) -> Amiss:
        """Say who changed an entry before this officer could, what it was, and whether it waits here still."""
        with self.frame.database.reading() as session:
            entry = session.get_one(Entry, entry_id)
            last = workflow.changes_of(session, entry)[-1]
            own = last.actor == act.actor
            who = "Saudara sendiri, di halaman lain," if own else search.officers(session).get(last.actor, last.actor)
            at = dates.short_moment(last.at, self.frame.settings.office.zone)
        waits = "Entri itu masih menunggu di bawah." if entry.needs_review else "Entri itu tidak menunggu lagi."
        words = f"Pilihan Saudara untuk {entry.number} tidak disimpan: {who} sudah lebih dahulu mengubahnya"
        return Amiss(f"{words} ({labels.verb(last.verb).lower()}, {at}). {waits}", conflict=True, entry=entry)

    def _decided(self, session: Session, entry: Entry, form: Form, act: Act) -> None:
        said = form.text("tindakan", 20)
        if said in ("benar", "bukan"):
            workflow.confirm(session, entry, act)
        elif said == "gabungkan":
            review.join(session, entry, act)
        elif said == "urungkan":
            workflow.undo(session, entry, act, default_mailbox=self.desk.mailbox_for(entry))
        else:
            values = {"kind": _kind(said), "service": self._service(form, entry.service)}
            mailbox, rulebook = self.desk.mailbox_for(entry), self.desk.rulebook
            workflow.correct(session, entry, values, act, rulebook=rulebook, default_mailbox=mailbox)

    def promote(self, officer: Officer, message_id: int, form: Form) -> str:
        """Make an entry of a mail that has none, or let it lie; returns where to go."""
        said = form.text("tindakan", 20)
        if said == "biarkan":
            with self.frame.database.writing() as session:
                workflow.set_aside(session, _mail(session, message_id), self._act(officer))
        else:
            told = Told(_kind(said), self._service(form, "umum"))
            self._release(officer, message_id, told)
        return f"surat={message_id}"

    def free(self, officer: Officer, message_id: int, form: Form) -> Response:
        """Release a mail from quarantine, or reject it; one that still cannot be read is to be typed."""
        if form.text("tindakan", 20) == "tolak":
            with self.frame.database.writing() as session:
                note = form.lines("alasan", 500)
                workflow.reject_quarantined(session, _mail(session, message_id), self._act(officer), note=note)
        elif self._release(officer, message_id).trouble:
            return _gone_to(f"{HERE}/karantina/{message_id}/catat")
        return _gone_to(f"{HERE}/karantina?surat={message_id}")

    def typing(
        self, officer: Officer, message_id: int, *, typed: Form | None = None, errors: dict[str, str] | None = None
    ) -> HTMLResponse:
        """Show a mail that nothing can read beside a form for what an officer sees in it."""
        with self.frame.database.reading() as session:
            message = _mail(session, message_id)
            if message.disposition is not Disposition.QUARANTINED:
                raise HTTPException(404)
            return self.frame.page(
                session,
                "transcribe.html",
                "review",
                officer=officer,
                status=422 if errors else 200,
                message=message,
                glimpse=review.glimpses(session, [message]).get(message_id, ""),
                typed=typed.values if typed else {},
                phone_said=phone_in_words(typed.values.get("telepon", "") if typed else "", self.desk.local_area),
                errors=errors or {},
                kinds={kind.value: labels.KINDS[kind] for kind in REGISTER_OF},
                services=_services(self.frame),
            )

    def transcribe(self, officer: Officer, message_id: int, form: Form) -> Response:
        """Record a mail that nothing can read in the officer's own words."""
        try:
            told = self._typed(form)
        except FormErrors as wrong:
            return self.typing(officer, message_id, typed=form, errors=wrong.errors)
        self._release(officer, message_id, told)
        return _gone_to(f"{HERE}/karantina?surat={message_id}")

    def _typed(self, form: Form) -> Told:
        errors: dict[str, str] = {}
        short = {field: _read(form, name, errors) for field, name in _TYPED.items()}
        account, email = form.lines("uraian"), _read(form, "surel", errors)
        if not account:
            errors["uraian"] = "Tulislah isi surat sejauh yang terbaca."
        if email and not is_writable(email):
            errors["surel"] = "Alamat surel ini tidak lengkap. Contoh: nama@contoh.id"
        if form.text("jenis", 20) not in {kind.value for kind in REGISTER_OF}:
            errors["jenis"] = "Pilihlah jenisnya."
        if errors:
            raise FormErrors(errors)
        short["phone"], short["phone_e164"] = telephones.kept(short["phone"], local_area=self.desk.local_area)
        return Told(Kind(form.text("jenis")), self._service(form, "umum"), account=account, email=email, **short)

    def _service(self, form: Form, otherwise: str) -> str:
        written = form.text("layanan", 40)
        return written if written in _services(self.frame) else otherwise

    def _act(self, officer: Officer, version: int = 0) -> Act:
        return Act(officer.login, self.frame.clock(), version)

    def _release(self, officer: Officer, message_id: int, told: Told | None = None) -> Resettled:
        if self.resettling is None:
            raise LedgerError("Surat tidak dapat dilepas dari halaman ini; jalankan program lengkapnya.")
        released = self.resettling.release(message_id, officer.login, told)
        self.frame.wake_post()
        return released


KINDS = {kind.value: labels.KINDS[kind] for kind in REGISTER_OF}
"""The kinds that have a register, in the order of their keys."""


def routes(frame: Frame, resettling: Resettling | None = None) -> APIRouter:
    """Return the routes of this room; without `resettling` no mail can be taken up again."""
    router = APIRouter(prefix=HERE)
    trays = Trays(frame, Desk.of(frame.settings), resettling)

    @router.get("")
    def review_tray(
        officer: Reader, sebelum: Known = None, entri: Known = None, surat: Known = None, versi: Known = None
    ) -> HTMLResponse:
        return trays.review(officer, before=sebelum, entry_id=entri, message_id=surat, version=versi or 0)

    @router.post("/entri/{entry_id}")
    def decide(officer: Recorder, entry_id: RowId, form: Sent) -> Response:
        try:
            return trays.decide(officer, entry_id, form)
        except (LedgerError, FormErrors) as wrong:
            return trays.review(officer, amiss=_amiss(wrong))

    @router.post("/surat/{message_id}")
    def promote(officer: Recorder, message_id: RowId, form: Sent) -> Response:
        back = _back(form)
        try:
            done = trays.promote(officer, message_id, form)
        except (LedgerError, FormErrors) as wrong:
            amiss = _amiss(wrong, message_id)
            shown = trays.other if back.startswith(f"{HERE}/kotak-lain") else trays.review
            return shown(officer, amiss=amiss)
        return _gone_to(f"{back}{'&' if '?' in back else '?'}{done}")

    @router.get("/karantina")
    def quarantine(officer: Reader, sebelum: Known = None, surat: Known = None) -> HTMLResponse:
        return trays.quarantine(officer, before=sebelum, message_id=surat)

    @router.post("/karantina/{message_id}")
    def free(officer: Recorder, message_id: RowId, form: Sent) -> Response:
        try:
            return trays.free(officer, message_id, form)
        except (LedgerError, FormErrors) as wrong:
            typed = form.values.get("alasan", "")[:500]
            return trays.quarantine(officer, amiss=_amiss(wrong, message_id, typed))

    @router.get("/karantina/{message_id}/catat")
    def typing(officer: Recorder, message_id: RowId) -> HTMLResponse:
        return trays.typing(officer, message_id)

    @router.post("/karantina/{message_id}/catat")
    def transcribe(officer: Recorder, message_id: RowId, form: Sent) -> Response:
        try:
            return trays.transcribe(officer, message_id, form)
        except LedgerError as wrong:
            return trays.typing(officer, message_id, typed=form, errors={"": str(wrong)})

    @router.get("/kotak-lain")
    def other(officer: Reader, jenis: KindWord = "", sebelum: Known = None, surat: Known = None) -> HTMLResponse:
        return trays.other(officer, kind=jenis, before=sebelum, message_id=surat)

    return router


def _services(frame: Frame) -> dict[str, str]:
    return {key: frame.settings.service_title(key) for key in (*frame.settings.services, "umum")}


def _mail(session: Session, message_id: int) -> Message:
    found = session.get(Message, message_id)
    if found is None:
        raise HTTPException(404)
    return found


def _promotable(mail: Message) -> bool:
    return mail.disposition in PROMOTED and mail.entry_id is None and not mail.outgoing and mail.erased_at is None


def _kind(written: str) -> Kind:
    if written not in KINDS:
        raise LedgerError("Pilihan ini tidak ada. Pilihlah salah satu tombol.")
    return Kind(written)


def _read(form: Form, name: str, errors: dict[str, str]) -> str:
    try:
        return form.text(name, 300)
    except FormErrors as wrong:
        errors.update(wrong.errors)
        return ""


def _amiss(wrong: Exception, message_id: int = 0, typed: str = "") -> Amiss:
    return Amiss(str(wrong), message_id, typed, conflict=isinstance(wrong, VersionConflict))


def _about_mail(session: Session, message: Message) -> Notice:
    named = f"Surat “{message.subject[:80] or '(tanpa perihal)'}”"
    entry = session.get(Entry, message.entry_id) if message.entry_id is not None else None
    if message.disposition is Disposition.QUARANTINED:
        return Notice(f"{named} masih di karantina.")
    if entry is None:
        return Notice(f"{named} tidak dicatat; surat itu tetap tersimpan di kotak lain.")
    if message.disposition is Disposition.RECORDED:
        return Notice(f"{named} dicatat dengan nomor {entry.number}.", entry)
    return Notice(f"{named}: {labels.DISPOSITIONS[message.disposition].lower()} pada {entry.number}.", entry)


def _back(form: Form) -> str:
    asked = own_path(form.values.get("kembali", HERE))
    return asked if asked == HERE or asked.startswith((f"{HERE}?sebelum=", f"{HERE}/kotak-lain")) else HERE


def _gone_to(address: str) -> Response:
    return cast("Response", RedirectResponse(address, status_code=303))
