"""What an officer may do with one entry: a small form for each act, the version that was seen in every one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from config.settings import Settings
from ledger import files, labels, messages, search, telephones, workflow
from ledger.addresses import is_writable
from ledger.desk.access import Officer, Permission, needs
from ledger.desk.forms import Form, FormErrors, read_form
from ledger.desk.frame import Frame
from ledger.desk.history import history
from ledger.desk.numbered import PLACE, Numbered, address_of, room_of
from ledger.desk.typed import CHOOSE_AGAIN, KINDS, MOST_FORM_BYTES, attached, phone_in_words, services_of
from ledger.entries import Draft
from ledger.errors import LedgerError
from ledger.files import Packed, UnfitFile
from ledger.models import Entry, Letter, Message
from ledger.ports import LetterPreview
from ledger.recording import Desk
from ledger.words import CLOSED, Channel, Disposition, Status
from ledger.workflow import TRANSITIONS, Act, VersionConflict

SEEN = "versi"
BEFORE = "dulu_"
"""A form tells with each field what stood there before, so that after a conflict only what was typed is kept."""

IDENTITY = {
    "nama": "name",
    "instansi": "organisation",
    "alamat": "address",
    "telepon": "phone",
    "surel": "email",
    "mewakili": "represents",
}
LONGEST = 2000
"""As much as one line may hold; mails told longer ones than anybody would type."""

Values = dict[str, str]


async def _sent(request: Request) -> Form:
    return await read_form(request, max_bytes=400_000)


async def _sent_with_files(request: Request) -> Form:
    return await read_form(request, max_bytes=MOST_FORM_BYTES)


Where = Annotated[Numbered, Depends()]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the acts work with."""

    frame: Frame
    desk: Desk
    preview: LetterPreview | None

    @property
    def settings(self) -> Settings:
        """The configuration of the office."""
        return self.frame.settings


@dataclass(frozen=True, slots=True)
class Asked:
    """One form as it came, and who sent it about which entry."""

    shelf: Shelf
    session: Session
    entry: Entry
    form: Form
    act: Act
    files: Sequence[Packed] = ()

    def one_of(self, name: str, choices: Mapping[str, str]) -> str:
        """Return a field that must be one of the choices. Raises FormErrors."""
        chosen = self.form.text(name, 200)
        if chosen not in choices:
            raise FormErrors({name: "Pilihlah salah satu."})
        return chosen

    def needed(self, name: str, words: str) -> str:
        """Return a field of several lines that may not be empty. Raises FormErrors."""
        if not (typed := self.form.lines(name).strip()):
            raise FormErrors({name: words})
        return typed

    @property
    def note(self) -> str:
        """The note of the form, which may be empty."""
        return self.form.lines("catatan", 5000).strip()


@dataclass(frozen=True, slots=True)
class More:
    """Another look at the same form before anything is done: what it shows beside what was typed."""

    shown: dict[str, object]


@dataclass(frozen=True, slots=True)
class Went:
    """The act was done, and the page of an entry shows it; of the files sent, `twins` were there already."""

    entry: Entry
    twins: int = 0


Done = Went | More | None


@dataclass(frozen=True, slots=True)
class Task:
    """One act: what it is called, who may do it with which entry, what its form holds at first, and what it does.

    `do` returns where to go (None: to the entry), or More for another look at the form. `verb` is that of the newest
    change of the entry to which it goes. Only where it says `with_files` the form may carry some.
    """

    key: str
    title: str
    button: str
    done: str
    verb: str
    do: Callable[[Asked], Done]
    fits: Callable[[Entry], bool] = lambda entry: entry.status is not Status.BATAL
    permission: Permission = Permission.RECORD
    values: Callable[[Shelf, Session, Entry], Values] = lambda *_: {}
    choices: Callable[[Shelf, Session, Entry], dict[str, object]] = lambda *_: {}
    grave: bool = False
    with_files: bool = False


def _open(entry: Entry) -> bool:
    return entry.status not in CLOSED


# Correcting


def _kinds() -> dict[str, str]:
    return {kind.value: labels.KINDS[kind] for kind in KINDS}


def _classification(shelf: Shelf, session: Session, entry: Entry) -> Values:
    return {"jenis": entry.kind.value, "layanan": entry.service, "perihal": _flat(entry.matter)}


def _classified(shelf: Shelf, session: Session, entry: Entry) -> dict[str, object]:
    return {"kinds": _kinds(), "services": services_of(shelf.settings) | {entry.service: _title(shelf, entry.service)}}


def _title(shelf: Shelf, service: str) -> str:
    return shelf.settings.service_title(service)


def _reclassify(asked: Asked) -> None:
    services = services_of(asked.shelf.settings) | {asked.entry.service: ""}
    values: dict[str, object] = {
        "kind": asked.one_of("jenis", _kinds()),
        "service": asked.one_of("layanan", services),
    }
    if (matter := asked.form.text("perihal", LONGEST)) != _flat(asked.entry.matter):
        values["matter"] = matter
    _correct(asked, values)


def _correct(asked: Asked, values: dict[str, object]) -> None:
    workflow.correct(
        asked.session,
        asked.entry,
        values,
        asked.act,
        rulebook=asked.shelf.desk.rulebook,
        default_mailbox=asked.shelf.desk.mailbox_for(asked.entry),
        note=asked.note,
    )


def _flat(text: str) -> str:
    """Return a value as a field of one line shows it."""
    return " ".join(text.split())


def _identity(shelf: Shelf, session: Session, entry: Entry) -> Values:
    typed = {name: _flat(str(getattr(entry, column))) for name, column in IDENTITY.items()}
    return typed | {"rahasia": "ya" if entry.secret else ""}


def _identify(asked: Asked) -> None:
    told = told_identity(asked.form, asked.shelf)
    if asked.form.text("telepon", LONGEST) == _flat(asked.entry.phone):
        told = {column: value for column, value in told.items() if column not in ("phone", "phone_e164")}
    values = {column: value for column, value in told.items() if value != _flat(str(getattr(asked.entry, column)))}
    values["secret"] = asked.form.text("rahasia", 10) == "ya"
    _correct(asked, values)


def told_identity(form: Form, shelf: Shelf) -> dict[str, object]:
    """Return the identity that a form tells, the telephone number as it was understood. Raises FormErrors."""
    values: dict[str, object] = {column: form.text(name, LONGEST) for name, column in IDENTITY.items()}
    if values["email"] and not is_writable(str(values["email"])):
        raise FormErrors({"surel": "Alamat surel ini tidak lengkap. Tulislah seperti nama@contoh.id."})
    phone, e164 = telephones.kept(str(values["phone"]), local_area=shelf.desk.local_area)
    return values | {"phone": phone, "phone_e164": e164}


def _confirm(asked: Asked) -> None:
    workflow.confirm(asked.session, asked.entry, asked.act)


# Handing on


def _disposed(shelf: Shelf, session: Session, entry: Entry) -> dict[str, object]:
    return {
        "officers": {one.login: one.name for one in workflow.officers(session)},
        "units": {unit: unit for unit in shelf.settings.office.units},
    }


def _dispose(asked: Asked) -> None:
    chosen = _disposed(asked.shelf, asked.session, asked.entry)
    officer = asked.one_of("petugas", {"": ""} | dict(chosen["officers"]))  # type: ignore[call-overload]
    unit = asked.one_of("bidang", {"": "", asked.entry.unit: ""} | dict(chosen["units"]))  # type: ignore[call-overload]
    if not officer + unit:
        raise FormErrors({"petugas": "Pilihlah petugas, bidang, atau keduanya."})
    workflow.dispose(asked.session, asked.entry, asked.act, officer=officer, unit=unit, note=asked.note)


def _offices(shelf: Shelf, session: Session, entry: Entry) -> dict[str, object]:
    return {"offices": {each.name: f"{each.name} ({each.matter})" for each in shelf.settings.office.forward_to}}


def _forward(asked: Asked) -> None:
    office = asked.one_of("tujuan", {each.name: "" for each in asked.shelf.settings.office.forward_to})
    workflow.forward(asked.session, asked.entry, asked.act, office=office, note=asked.note)


def _steps(shelf: Shelf, session: Session, entry: Entry) -> dict[str, object]:
    permitted = TRANSITIONS.get(entry.status, frozenset())
    return {
        "steps": {each.value: labels.STATUSES[each] for each in Status if each in permitted},
        "closing": ", ".join(labels.STATUSES[each].lower() for each in Status if each in permitted & CLOSED),
    }


def _set_status(asked: Asked) -> None:
    status = Status(asked.one_of("keadaan", {each.value: "" for each in Status}))
    if status in CLOSED and not asked.note:
        raise FormErrors({"catatan": "Tulislah alasan atau hasilnya: keadaan ini menutup entri."})
    workflow.set_status(asked.session, asked.entry, status, asked.act, note=asked.note)


def _note(asked: Asked) -> None:
    note = asked.needed("catatan", "Tulislah catatannya.")
    workflow.add_note(asked.session, asked.entry, asked.act, note=note)


def _files(shelf: Shelf, session: Session, entry: Entry) -> dict[str, object]:
    return {"most_files": files.MOST_FILES, "kept": files.of_entry(session, entry.id or 0)}


def _add_files(asked: Asked) -> Went:
    added = workflow.add_files(asked.session, asked.entry, asked.act, asked.files)
    return Went(asked.entry, twins=len(asked.form.files) - len(added))


# Answering

BECOMES = {
    "dijawab": "Dijawab",
    "menunggu_kelengkapan": "Menunggu kelengkapan dari pelapor",
    "tetap": "Tetap seperti sekarang",
}


FORWARDED = """Perkara yang Saudara sampaikan bukan kewenangan kami, jadi kami teruskan kepada {office}.

Tindak lanjutnya dilakukan oleh {office}. Bila ada yang perlu Saudara tanyakan kepada kami, balaslah surat ini."""
"""What is prepared for a citizen whose matter went to another office; the officer may write otherwise."""


def _prepared(shelf: Shelf, session: Session, entry: Entry) -> Values:
    if entry.status is not Status.DITERUSKAN:
        return {"jawaban": "", "menjadi": "dijawab"}
    return {"jawaban": FORWARDED.format(office=entry.forwarded_to), "menjadi": "tetap"}


def _answering(shelf: Shelf, session: Session, entry: Entry) -> dict[str, object]:
    permitted = TRANSITIONS.get(entry.status, frozenset()) | {Status.DIJAWAB}
    becomes = {key: words for key, words in BECOMES.items() if key == "tetap" or Status(key) in permitted}
    return {"becomes": becomes if _open(entry) else {}, "mailbox": shelf.desk.mailbox_for(entry)}


def _answer(asked: Asked) -> Done:
    step = asked.form.text("langkah", 20)
    if step == "ubah":
        return More({})
    words = asked.needed("jawaban", "Tulislah jawabannya.")
    becomes = asked.form.text("menjadi", 40) or "dijawab"
    if becomes not in BECOMES:
        raise FormErrors({"menjadi": "Pilihlah salah satu."})
    if step != "kirim":
        return _previewed(asked, words, becomes)
    status = None if becomes == "tetap" else Status(becomes)
    mailbox = asked.shelf.desk.mailbox_for(asked.entry)
    workflow.answer(asked.session, asked.entry, asked.act, words=words, default_mailbox=mailbox, becomes=status)
    return None


def _previewed(asked: Asked, words: str, becomes: str) -> More:
    if not is_writable(asked.entry.email):
        raise LedgerError("Alamat surel pelapor bukan alamat yang dapat dikirimi; betulkan alamatnya dahulu.")
    if asked.shelf.preview is None:
        raise LedgerError("Pratinjau surat tidak tersedia di sini.")
    rendered = asked.shelf.preview.answer(asked.entry, words=words, mailbox=asked.shelf.desk.mailbox_for(asked.entry))
    return More({"letter": rendered, "becomes_word": BECOMES[becomes]})


# Duplicates and second matters


def _merge(asked: Asked) -> Done:
    into = search.by_written_number(asked.session, asked.form.text("nomor", 40), like=asked.entry)
    if into is None:
        raise FormErrors({"nomor": "Nomor ini tidak ada di buku. Tulislah seperti PGD/2026/0001."})
    if into.id == asked.entry.id or into.merged_into or into.status is Status.BATAL:
        raise FormErrors({"nomor": _not_into(asked.entry, into)})
    if asked.form.text("langkah", 20) != "gabungkan":
        return More({"into": into, "into_mails": _told_by_mail(asked.session, into)})
    workflow.merge(asked.session, asked.entry, asked.act, into=into)
    return None


def _not_into(entry: Entry, into: Entry) -> str:
    if into.id == entry.id:
        return "Ini nomor entri ini sendiri."
    if into.merged_into:
        return f"{into.number} sudah digabungkan ke {into.merged_into}. Pakailah nomor itu."
    return f"{into.number} sudah batal."


def _told_by_mail(session: Session, entry: Entry) -> list[Message]:
    """Return the mails that told a matter: the one that opened it, and those that came after it."""
    told = (Disposition.RECORDED, Disposition.FOLLOW_UP)
    return [one for one in messages.of_entry(session, entry.id or 0) if one.disposition in told and not one.outgoing]


def _opening_text(session: Session, entry: Entry) -> str:
    mails = messages.of_entry(session, entry.id or 0)
    return next((mail.text for mail in mails if mail.disposition is Disposition.RECORDED), entry.account)


def _second_matter(shelf: Shelf, session: Session, entry: Entry) -> Values:
    typed = _identity(shelf, session, entry) | {"perihal": "", "uraian": _opening_text(session, entry)}
    return typed | {"jenis": entry.kind.value, "layanan": entry.service}


def _both(shelf: Shelf, session: Session, entry: Entry) -> dict[str, object]:
    return _classified(shelf, session, entry) | {"others": workflow.split_off(session, entry)}


def _split(asked: Asked) -> Went:
    entry, form = asked.entry, asked.form
    kind, service = asked.one_of("jenis", _kinds()), asked.one_of("layanan", services_of(asked.shelf.settings))
    matter = form.text("perihal", LONGEST)
    if not matter:
        raise FormErrors({"perihal": "Tulislah perkara keduanya dalam satu baris."})
    told, account = told_identity(form, asked.shelf), form.lines("uraian").strip()
    themed = asked.shelf.desk.themed(matter, account)
    draft = Draft(
        channel=Channel.LAINNYA,  # the ledger takes channel and receipt from the first entry
        kind=next(each for each in KINDS if each.value == kind),
        service=service,
        received_at=entry.received_at,
        matter=matter,
        account=account,
        themes=themed.themes,
        urgent=themed.urgent,
        restricted=themed.restricted,
        secret=form.text("rahasia", 10) == "ya",
        **{column: str(value) for column, value in told.items()},  # type: ignore[arg-type]
    )
    desk = asked.shelf.desk
    mailbox = desk.mailbox_for(entry)
    made = workflow.split(asked.session, entry, draft, asked.act, rulebook=desk.rulebook, default_mailbox=mailbox)
    return Went(made)


# Ending and undoing


def _reopen(asked: Asked) -> None:
    note = asked.needed("catatan", "Tulislah alasannya.")
    workflow.reopen(asked.session, asked.entry, asked.act, note=note)


def _void(asked: Asked) -> None:
    note = asked.needed("catatan", "Tulislah alasan pembatalannya.")
    no_concern = asked.form.text("lainnya", 10) == "ya"
    workflow.void(asked.session, asked.entry, asked.act, note=note, no_concern=no_concern)


def _undo(asked: Asked) -> None:
    workflow.undo(asked.session, asked.entry, asked.act, default_mailbox=asked.shelf.desk.mailbox_for(asked.entry))


TASKS: dict[str, Task] = {
    task.key: task
    for task in (
        Task(
            "jawab",
            "Jawab dengan surel",
            "Lihat pratinjau",
            "Jawaban disusun dan akan dikirim dengan sendirinya.",
            "dijawab",
            _answer,
            fits=lambda entry: bool(entry.email) and entry.status is not Status.BATAL,
            choices=_answering,
            values=_prepared,
        ),
        Task(
            "keadaan",
            "Ubah keadaan",
            "Simpan keadaan",
            "Keadaan sudah diubah.",
            "status",
            _set_status,
            fits=lambda entry: bool(TRANSITIONS.get(entry.status)),
            choices=_steps,
            values=lambda *_: {"keadaan": "", "catatan": ""},
        ),
        Task(
            "disposisi",
            "Disposisikan",
            "Disposisikan",
            "Entri sudah didisposisikan.",
            "didisposisikan",
            _dispose,
            fits=_open,
            permission=Permission.DISPOSE,
            choices=_disposed,
            values=lambda _, __, entry: {"petugas": entry.officer, "bidang": entry.unit, "catatan": ""},
        ),
        Task(
            "teruskan",
            "Teruskan ke instansi lain",
            "Teruskan",
            "Entri dicatat sebagai diteruskan.",
            "diteruskan",
            _forward,
            fits=_open,
            choices=_offices,
            values=lambda _, __, entry: {"tujuan": entry.forwarded_to, "catatan": ""},
        ),
        Task(
            "catatan",
            "Tambah catatan intern",
            "Simpan catatan",
            "Catatan sudah disimpan.",
            "catatan",
            _note,
            fits=lambda _: True,
            values=lambda *_: {"catatan": ""},
        ),
        Task(
            "berkas",
            "Tambah berkas",
            "Simpan berkas",
            "Berkas sudah disimpan.",
            "berkas",
            _add_files,
            choices=_files,
            with_files=True,
        ),
        Task(
            "golongkan",
            "Betulkan jenis atau layanan",
            "Simpan",
            "Penggolongan sudah dibetulkan.",
            "diubah",
            _reclassify,
            choices=_classified,
            values=_classification,
        ),
        Task(
            "identitas",
            "Betulkan identitas",
            "Simpan",
            "Identitas sudah dibetulkan.",
            "diubah",
            _identify,
            choices=lambda _, __, entry: {"closed": not _open(entry)},
            values=_identity,
        ),
        Task(
            "benarkan",
            "Benarkan penggolongan",
            "Benarkan",
            "Penggolongan sudah dibenarkan.",
            "dikonfirmasi",
            _confirm,
            fits=lambda entry: entry.needs_review,
        ),
        Task(
            "gabungkan",
            "Gabungkan duplikat",
            "Cari",
            "Entri digabungkan; nomornya tetap ada sebagai duplikat.",
            "digabungkan",
            _merge,
            fits=_open,
            values=lambda *_: {"nomor": ""},
        ),
        Task(
            "pisahkan",
            "Pisahkan perkara kedua",
            "Buat entri kedua",
            "Perkara kedua sudah mempunyai nomor sendiri.",
            "dicatat",
            _split,
            choices=_both,
            values=_second_matter,
        ),
        Task(
            "buka-kembali",
            "Buka kembali",
            "Buka kembali",
            "Entri sudah dibuka kembali.",
            "dibuka_kembali",
            _reopen,
            fits=lambda entry: entry.status in CLOSED and entry.status is not Status.BATAL,
            permission=Permission.DISPOSE,
            values=lambda *_: {"catatan": ""},
        ),
        Task(
            "batalkan",
            "Batalkan entri",
            "Batalkan entri ini",
            "Entri dibatalkan; nomornya tetap ada di buku.",
            "dibatalkan",
            _void,
            permission=Permission.DISPOSE,
            values=lambda *_: {"catatan": "", "lainnya": ""},
            grave=True,
        ),
        Task(
            "urungkan",
            "Urungkan perubahan terakhir",
            "Urungkan",
            "Perubahan sudah diurungkan.",
            "diurungkan",
            _undo,
            fits=lambda _: True,
        ),
    )
}
LISTED = tuple(key for key in TASKS if key not in ("urungkan", "benarkan"))


def offered(entry: Entry, officer: Officer, *, previews: bool) -> list[Task]:
    """Return the acts that an officer may do with an entry, in the order in which they are shown."""
    tasks = [TASKS[key] for key in LISTED if TASKS[key].fits(entry) and officer.may(TASKS[key].permission)]
    return [task for task in tasks if task.key != "jawab" or previews]


@dataclass(frozen=True, slots=True)
class Next:
    """The likeliest next act: the task, the words of its button, and what is sent at once; without that, its form."""

    task: Task
    words: str
    sends: dict[str, str] = field(default_factory=dict)
    at_once: bool = False


_ONWARD = {
    Status.DITERIMA: (Status.DIVERIFIKASI, "Nyatakan terverifikasi"),
    Status.DIVERIFIKASI: (Status.DIPROSES, "Mulai proses"),
    Status.DIDISPOSISIKAN: (Status.DIPROSES, "Mulai proses"),
}


def likeliest(entry: Entry, officer: Officer, tasks: list[Task], answers: Sequence[Letter] = ()) -> Next | None:
    """Return the act that most probably comes next, None where nothing is to be done; `answers` were written so far."""
    keys = {task.key for task in tasks}
    if entry.needs_review and officer.may(Permission.RECORD) and entry.status is not Status.BATAL:
        return Next(TASKS["benarkan"], "Benarkan penggolongan", at_once=True)
    if "disposisi" in keys and entry.status in (Status.DITERIMA, Status.DIVERIFIKASI):
        return Next(TASKS["disposisi"], "Disposisikan")
    if "keadaan" in keys and entry.status in _ONWARD:
        status, words = _ONWARD[entry.status]
        return Next(TASKS["keadaan"], words, {"keadaan": status.value}, at_once=True)
    if "jawab" in keys and entry.status is Status.DITERUSKAN and not _told_of_forwarding(entry, answers):
        return Next(TASKS["jawab"], "Beri tahu pelapor")
    if "jawab" in keys and entry.status in (Status.DIPROSES, Status.MENUNGGU_KELENGKAPAN):
        return Next(TASKS["jawab"], "Jawab dengan surel")
    if "keadaan" in keys:
        return Next(TASKS["keadaan"], "Selesaikan", {"keadaan": Status.SELESAI.value})
    return None


def _told_of_forwarding(entry: Entry, answers: Sequence[Letter]) -> bool:
    return any(entry.forwarded_to in letter.words for letter in answers)


def routes(shelf: Shelf) -> APIRouter:
    """Return the routes of all acts: a page with the form, and what becomes of it when it is sent."""
    router = APIRouter(prefix=PLACE)
    for task in TASKS.values():
        _add(router, shelf, task)
    return router


def _add(router: APIRouter, shelf: Shelf, task: Task) -> None:
    def show(where: Where, request: Request, officer: Officer = needs(task.permission)) -> Response:
        with shelf.frame.database.reading() as session:
            entry = where.entry(session)
            if not task.fits(entry):
                return RedirectResponse(f"{address_of(entry)}?tidak={task.key}", 303)
            values = task.values(shelf, session, entry)
            asked = {name: request.query_params.get(name, "")[:100] for name in values}
            shown = values | {name: value for name, value in asked.items() if value and not values[name]}
            return _page(shelf, session, officer, task, entry, _Filled(shown, values))

    read = Depends(_sent_with_files if task.with_files else _sent)

    def send(where: Where, *, officer: Officer = needs(task.permission), form: Annotated[Form, read]) -> Response:
        return _send(shelf, task, where, form, officer)

    router.add_api_route(f"/{task.key}", show, methods=["GET"], response_class=HTMLResponse)
    router.add_api_route(f"/{task.key}", send, methods=["POST"], response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class _Filled:
    """A form as it is shown: what stands in it, what stood there before, and what is said about it."""

    values: Mapping[str, str]
    before: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    more: dict[str, object] = field(default_factory=dict)
    missed_since: int = 0

    @property
    def status(self) -> int:
        """The status of the answer that shows it."""
        return 409 if self.missed_since else 422 if self.errors else 200


def _send(shelf: Shelf, task: Task, where: Numbered, form: Form, officer: Officer) -> Response:
    seen = 0
    try:
        seen = _seen(form)
        packed = attached(form) if task.with_files else []
        with shelf.frame.database.writing() as session:
            entry = where.entry(session)
            act = Act(officer.login, shelf.frame.clock(), seen)
            done = _do(Asked(shelf, session, entry, form, act, packed), task)
            address = "" if isinstance(done, More) else _told_at(done or Went(entry), task, seen)
        if not isinstance(done, More):
            shelf.frame.wake_post()
            return RedirectResponse(address, 303)
    except VersionConflict:
        lost = {"berkas": CHOOSE_AGAIN} if form.files else {}
        return _again(shelf, task, where, form, officer, missed_since=seen, errors=lost)
    except FormErrors as wrong:
        return _again(shelf, task, where, form, officer, errors=wrong.errors)
    except UnfitFile as wrong:
        return _again(shelf, task, where, form, officer, errors={"berkas": str(wrong)})
    except LedgerError as wrong:
        return _again(shelf, task, where, form, officer, errors={"": str(wrong)})
    return _again(shelf, task, where, form, officer, more=done.shown)


UNCHANGED = "tetap"
"""What an address says of an act that changed nothing."""


def _told_at(went: Went, task: Task, seen: int) -> str:
    """Return the address at which an entry tells what was done: with the version that it made, and no later one."""
    key = UNCHANGED if went.entry.version == seen and task.verb != "dicatat" else task.key
    twins = f"&kembar={went.twins}" if went.twins else ""
    return f"{address_of(went.entry)}?selesai={key}&versi={went.entry.version}{twins}"


def _seen(form: Form) -> int:
    """Return the version that the form was opened on; 0 would mean any. Raises FormErrors."""
    if (seen := form.whole(SEEN)) < 1:
        raise FormErrors({"": "Formulir ini tidak utuh. Buka kembali dari halaman entri."})
    return seen


def _do(asked: Asked, task: Task) -> Done:
    if asked.act.version != asked.entry.version:
        raise VersionConflict(asked.entry.number)
    if task.fits(asked.entry):
        return task.do(asked)
    raise LedgerError(f"Dengan keadaan entri {asked.entry.number} sekarang, hal ini tidak dapat dilakukan.")


def _again(
    shelf: Shelf,
    task: Task,
    where: Numbered,
    form: Form,
    officer: Officer,
    *,
    errors: dict[str, str] | None = None,
    more: dict[str, object] | None = None,
    missed_since: int = 0,
) -> HTMLResponse:
    """Show a form once more with all that was typed; after a conflict beside what stands in the book by now."""
    with shelf.frame.database.reading() as session:
        entry = where.entry(session)
        current = task.values(shelf, session, entry)
        typed = {name: form.values.get(name, "") for name in current}
        before = {name: form.values.get(BEFORE + name, value) for name, value in current.items()}
        if missed_since:
            typed = {name: current[name] if _same(typed[name], before[name]) else typed[name] for name in current}
            before = current
        filled = _Filled(typed, before, errors or {}, more or {}, missed_since)
        return _page(shelf, session, officer, task, entry, filled, form.values.get(SEEN, ""))


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _page(
    shelf: Shelf, session: Session, officer: Officer, task: Task, entry: Entry, filled: _Filled, seen: str = ""
) -> HTMLResponse:
    missed = workflow.changes_since(session, entry, filled.missed_since) if filled.missed_since else []
    ids = {event.id for event in missed}
    return shelf.frame.page(
        session,
        "act.html",
        room_of(entry),
        officer=officer,
        status=filled.status,
        task=task,
        entry=entry,
        mails=_told_by_mail(session, entry),
        here=address_of(entry),
        values=filled.values,
        before=filled.before,
        errors=filled.errors,
        phone_said=phone_in_words(filled.values.get("telepon", ""), shelf.desk.local_area),
        version=entry.version if filled.missed_since or not seen.isdigit() else seen,
        missed_own=all(event.actor == officer.login for event in missed),
        missed=[one for one in history(shelf.frame, session, entry, discreet=False) if one.event_id in ids],
        **{"letter": None, "into": None, "becomes_word": ""} | task.choices(shelf, session, entry) | filled.more,
    )
