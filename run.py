"""The command line, and the one place where the rooms of the program are put together."""

import errno
import json
import logging
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from ledger.words import Channel, Form, Ledger, Paper, RecapForm, Register, Role, Status

if TYPE_CHECKING:
    from datetime import date
    from socket import socket

    from sqlmodel import Session

    from config.settings import Mailbox, Settings
    from ingest.examples import Example
    from ingest.judge import Verdict
    from ingest.settle import Settled
    from ingest.watch import Passed, Watcher
    from ledger.backup import Contents
    from ledger.database import Database
    from ledger.documents.book import Asked, OpenBook
    from ledger.models import Letter, Staff
    from ledger.restore import Restored
    from ledger.whose import Found
    from replies import post

HOME = Path(__file__).resolve().parent
DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
ENOUGH_ROOM = 500 * 2**20
"""Free bytes on the disk of the book below which the operator must act."""

app = typer.Typer(
    help="Buku pengaduan digital: surel masuk, dicatat satu kali, dan selalu dijawab.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
people = Console(highlight=False, soft_wrap=True)
log = logging.getLogger("run")


def clock() -> datetime:
    """Return the present moment (UTC); the only clock of the program."""
    return datetime.now(UTC)


def _wrong(said: object) -> typer.Exit:
    print(f"run.py: {said}", file=sys.stderr)
    return typer.Exit(WRONG)


@dataclass(frozen=True)
class Chosen:
    """What stands before the verb on the command line."""

    config: Path


@app.callback()
def choose(
    context: typer.Context,
    config: Annotated[Path, typer.Option(help="Berkas konfigurasi kantor.")] = HOME / "config" / "office.toml",
) -> None:
    """Remember the options that stand before the verb."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    context.obj = Chosen(config)


def _settings(context: typer.Context) -> "Settings":
    from config import logging as office_log
    from config.base import ConfigError
    from config.settings import load

    try:
        settings = load(context.obj.config)
    except ConfigError as wrong:
        raise _wrong(wrong) from wrong
    office_log.set_up(settings.logging.level, settings.office.zone)
    return settings


@contextmanager
def _opened(settings: "Settings") -> Iterator["Database"]:
    """Open the book and bring its tables up to date; what the operator must act on ends the program with one line."""
    from sqlalchemy.exc import DBAPIError

    from ledger.database import Database
    from ledger.errors import LedgerError
    from ledger.unopened import in_plain_words

    try:
        with closing(Database.open(settings.database_url)) as database:
            database.upgrade()
            yield database
    except LedgerError as wrong:
        print(f"run.py: {' '.join(str(wrong).split())}", file=sys.stderr)
        raise typer.Exit(FAILED) from wrong
    except DBAPIError as wrong:
        print(f"run.py: {in_plain_words(wrong)}", file=sys.stderr)
        raise typer.Exit(FAILED) from wrong


def _stop_on_signals() -> threading.Event:
    """Return the event that SIGTERM and Ctrl-C set: everything under way is finished, nothing new is begun."""
    stop = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    return stop


class Job(threading.Thread):
    """Does one job whenever it is woken, until asked to stop.

    `wait` waits for the event that wakes it, or for something better to wake up for.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], None],
        stop: threading.Event,
        *,
        wait: Callable[[threading.Event], object] = threading.Event.wait,
        due: threading.Event | None = None,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._stop_asked = stop
        self._wait_for = wait
        self.due = due or threading.Event()

    def run(self) -> None:
        """Work and wait, by turns."""
        self.due.clear()
        while not self._stop_asked.is_set():
            try:
                self._work()
                self._wait_for(self.due)
            except Exception:  # a full disk, a lost database, a fault of ours: one job must not end in silence
                log.exception("%s: this round failed; the next one tries again", self.name)
                self.due.wait()
            self.due.clear()  # before the request to stop is looked for, because that is made before `due` is set


class Works:
    """The rooms put together for one process: what reads, what settles, what sends.

    Setting `letters_owed` wakes the post of a running daemon.
    """

    def __init__(self, settings: "Settings", database: "Database", stop: threading.Event) -> None:
        from ingest import settle, watch
        from ingest.isolate import Isolated
        from ingest.judge import Judge
        from ingest.sent import ImapSentFolder
        from ledger.entries import Rulebook
        from ledger.holding import own_name
        from replies import post
        from replies.compose import Composer

        rulebook = Rulebook.of(settings)
        self.settings = settings
        self.database = database
        self.stop = stop
        self.letters_owed = threading.Event()
        self._settling = threading.Lock()
        self.judge: Isolated[Verdict] = Isolated(Judge, settings)
        self.settling = settle.Means(settings, rulebook, self.judge, clock)
        self.posting = post.Means(settings, Composer(settings, rulebook), ImapSentFolder(settings), clock, own_name())
        self.watchers = [watch.Watcher(database, box, self.settling, stop=stop) for box in settings.mailboxes]

    def one_pass(
        self, on_settled: "Callable[[Settled], None]", on_letter: "Callable[[Letter, str], None]"
    ) -> "tuple[Passed, post.Delivered]":
        """Fetch, settle and send once."""
        from ingest import watch
        from replies import post

        try:
            passed = watch.run_pass(self.database, self.watchers, self.settling, on_settled)
            delivered = post.deliver(self.database, self.posting, self.stop.is_set, on_letter)
        finally:
            for watcher in self.watchers:
                watcher.leave()
            self.judge.close()
        return passed, delivered

    def daemon(
        self,
        on_settled: "Callable[[Settled], None]" = lambda _: None,
        on_letter: "Callable[[Letter, str], None]" = lambda *_: None,
    ) -> None:
        """Watch, settle and send until asked to stop: a thread a mailbox, one for the post, and the tick here."""
        import schedule

        from replies.post import deliver

        def post() -> None:
            deliver(self.database, self.posting, self.stop.is_set, on_letter)

        post_job = Job("post", post, self.stop, due=self.letters_owed)
        jobs = [post_job, *(self._watching(watcher, on_settled) for watcher in self.watchers)]
        if self.settings.backup.folder is not None:
            jobs.append(Job("backup", self._back_up, self.stop))  # of its own: a slow stick must delay no letter

        ticked = deque([time.monotonic()], maxlen=1)

        def tick() -> None:
            ticked.append(time.monotonic())
            for job in jobs:
                job.due.set()

        scheduler = schedule.Scheduler()
        scheduler.every(self.settings.intake.poll_seconds).seconds.do(tick)
        for job in jobs:
            job.start()
        patience = 2.0 * self.settings.intake.poll_seconds
        while not self.stop.wait(0.5):
            scheduler.run_pending()
            if time.monotonic() - ticked[-1] > patience:
                tick()  # the computer's clock was set back, and the scheduler goes by it
        tick()  # wakes every job, so that it sees the request to stop
        for job in jobs:
            job.join(timeout=self.settings.letters.timeout_seconds + self.settings.intake.timeout_seconds)
        for watcher in self.watchers:
            watcher.leave()
        self.judge.close()

    def _back_up(self) -> None:
        from ledger import daily

        daily.make_if_due(self.database, self.settings, now=clock(), stopping=self.stop.is_set)

    def _watching(self, watcher: "Watcher", on_settled: "Callable[[Settled], None]") -> "Job":
        """Return the job that looks into one mailbox, settles what is kept, and wakes the post."""
        from ingest.settle import settle_pending

        def look_and_settle() -> None:
            taken = watcher.look()
            with self._settling:
                settled = settle_pending(self.database, self.settling)
            if taken is not None:
                watcher.mark_seen(taken)
            for one in settled:
                on_settled(one)
            self.letters_owed.set()

        return Job(f"watch {watcher.box.address}", look_and_settle, self.stop, wait=watcher.wait_for_news)


_OUTCOMES = {
    "recorded": "[green]dicatat[/]",
    "follow_up": "[cyan]surat susulan[/]",
    "duplicate": "sudah diterima",
    "automatic": "balasan otomatis",
    "bounce": "[yellow]surat kembali[/]",
    "list": "milis",
    "own": "surat kami",
    "unregistered": "kotak lain",
    "quarantined": "[red]karantina[/]",
}


def _shown(text: str) -> str:
    """Return a text that strangers wrote so that it can neither steer the terminal nor be taken for our markup."""
    return escape("".join(character if character.isprintable() else "\ufffd" for character in text))


def _say_settled(one: "Settled") -> None:
    outcome = _OUTCOMES[one.disposition.value]
    number = f" {one.number}" if one.number else ""
    again = " (salinan kedua)" if one.again else ""
    people.print(f"  surat masuk  {outcome}{number}{again}  {_shown(one.subject[:60]) or '(tanpa subjek)'}")


def _say_letter(letter: "Letter", number: str) -> None:
    from ledger.labels import LETTER_STATES, PURPOSES

    why = f": {letter.reason}" if letter.reason else ""
    to = letter.recipient or "(tanpa alamat)"
    said = f"  {PURPOSES[letter.purpose].lower()} {number} untuk {to}: {LETTER_STATES[letter.state]}{why}"
    people.print(_shown(said))


def _summary(passed: "Passed", delivered: "post.Delivered") -> str:
    from ledger.words import Disposition, LetterState

    return json.dumps(
        {
            "received": len(passed.taken.places),
            "recorded": passed.count(Disposition.RECORDED),
            "acknowledged": delivered.ended[LetterState.SENT],
            "withheld": delivered.ended[LetterState.WITHHELD],
            "quarantined": passed.count(Disposition.QUARANTINED),
        }
    )


@app.command()
def poll(context: typer.Context) -> None:
    """Satu putaran: ambil semua kotak surat, catat, kirim yang terutang; ringkasan JSON di baris terakhir."""
    from ledger.holding import holding_the_book

    settings = _settings(context)
    with _opened(settings) as database, holding_the_book(database):
        passed, delivered = Works(settings, database, _stop_on_signals()).one_pass(_say_settled, _say_letter)
    for address, reason in passed.troubled.items():
        print(f"run.py: {address} tidak dapat dibaca: {reason}", file=sys.stderr)
    for address, reason in delivered.troubled.items():
        if reason != passed.troubled.get(address):
            print(f"run.py: {address} tidak dapat mengirim: {reason}", file=sys.stderr)
    print(_summary(passed, delivered), flush=True)
    raise typer.Exit(FAILED if passed.troubled or delivered.troubled else DONE)


@app.command()
def daemon(context: typer.Context) -> None:
    """Baca kotak surat dan kirim surat terus-menerus, sampai dihentikan."""
    from ledger.holding import holding_the_book

    settings = _settings(context)
    with _opened(settings) as database, holding_the_book(database):
        Works(settings, database, _stop_on_signals()).daemon()


@dataclass(frozen=True)
class Tls:
    """The files of the desk's own certificate."""

    certificate: Path
    key: Path


def _tls(settings: "Settings") -> Tls | None:
    """Return the certificate that the desk shows, having read it; one that cannot be read ends the program."""
    desk = settings.desk
    if desk.tls_certificate is None or desk.tls_key is None:
        return None
    if trouble := _certificate_trouble(desk.tls_certificate, desk.tls_key):
        raise _wrong(f"[desk] {trouble}")
    return Tls(desk.tls_certificate, desk.tls_key)


def _certificate_trouble(certificate: Path, key: Path) -> str:
    import ssl

    from config.mistakes import unopened

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as wrong:
        return f"tls_certificate {certificate} dan tls_key {key} tidak dapat dipakai: {wrong.reason or wrong}"
    except OSError as wrong:
        return f"tls_certificate {certificate} atau tls_key {key} tidak dapat dibuka: {unopened(wrong)}"
    return ""


def _desk_address(settings: "Settings", port: int) -> str:
    desk = settings.desk
    if desk.behind_proxy:
        return f"https://{desk.names[0]}/"
    host = desk.names[0] if desk.names else desk.host
    return f"{'https' if desk.secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


def _welcome(database: "Database") -> None:
    """Say how to sign in for the first time, and how to stop."""
    _first_account(database)
    people.print("Tekan Ctrl-C untuk berhenti.")


def _first_account(database: "Database") -> None:
    """Open the first account where nobody has one, and print its one-time password; it is kept nowhere."""
    from ledger import staff

    with database.reading() as session:
        if not staff.empty(session):
            return
    with database.writing() as session:
        made = staff.first_account(session, at=clock())
    if made is not None:
        _say_password(*made)


def _say_password(who: "Staff", password: str) -> None:
    people.print(f"Akun {who.login} ({who.name}), kata sandi sekali pakai: {password}", markup=False)
    people.print("Catat sekarang; kata sandi ini tidak ditampilkan lagi, dan diganti pada saat masuk pertama kali.")


def _taken_port(host: str, port: int, wrong: OSError) -> str:
    """Say why the page cannot listen there, and what to do."""
    if wrong.errno == errno.EADDRINUSE:
        why = "sudah dipakai program lain; hentikan program itu"
    else:
        why = f"tidak dapat dipakai ({wrong.strerror})"
    return f"porta {port} di {host} {why}, atau pilih porta lain: desk.port di office.toml, --port pada demo"


def _listen(settings: "Settings") -> "socket":
    """Take the port of the staff page; raises OSError."""
    from socket import create_server

    return create_server((settings.desk.host, settings.desk.port))


@contextmanager
def _desk_at(
    settings: "Settings",
    database: "Database",
    greet: "Callable[[Database], None] | None" = None,
    *,
    wake_post: Callable[[], None] | None = None,
) -> Iterator[Callable[[], None]]:
    """Give a function that serves the staff page until the process is asked to stop; the port is taken at once.

    `greet` says how to sign in, once the port is ours; without it the first account is opened where there is none.
    `wake_post` tells the post of the same process that a letter may be owed.
    """
    import uvicorn

    from ingest.isolate import Isolated
    from ingest.judge import Judge, classifier_of, rules_of, theme_reader_of
    from ingest.reading import IsolatedReader
    from ingest.resettle import Resettler
    from ingest.settle import Means
    from ledger.desk.app import create, warm_up
    from ledger.entries import Rulebook
    from replies.compose import Composer

    tls = _tls(settings)
    try:
        listening = _listen(settings)
    except OSError as wrong:
        raise _wrong(_taken_port(settings.desk.host, settings.desk.port, wrong)) from wrong
    reader = IsolatedReader(settings)
    judge: Isolated[Verdict] = Isolated(Judge, settings)
    page = create(
        database,
        settings,
        reader,
        clock,
        classifier_of(settings),
        themes=theme_reader_of(settings, rules_of(settings)),
        preview=Composer(settings, Rulebook.of(settings)),
        resettling=Resettler(database, Means(settings, Rulebook.of(settings), judge, clock)),
        wake_post=wake_post,
        stopping=lambda: server.should_exit,
    )
    server = uvicorn.Server(
        uvicorn.Config(
            page,
            timeout_graceful_shutdown=5,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            proxy_headers=settings.desk.behind_proxy is not None,
            forwarded_allow_ips=settings.desk.behind_proxy or "",
            ssl_certfile=tls.certificate if tls else None,
            ssl_keyfile=tls.key if tls else None,
        )
    )
    people.print(f"Halaman petugas: {_desk_address(settings, listening.getsockname()[1])}", markup=False)
    (greet or _welcome)(database)
    warm_up(page)
    try:
        yield lambda: server.run(sockets=[listening])
    finally:
        listening.close()
        reader.close()
        judge.close()


@app.command()
def desk(context: typer.Context) -> None:
    """Halaman petugas saja."""
    settings = _settings(context)
    _stop_on_signals()  # the page ends itself, and gives the signal on to what was there before it
    with _opened(settings) as database, _desk_at(settings, database) as run:
        run()


def _serve(
    settings: "Settings",
    database: "Database",
    stop: threading.Event,
    greet: "Callable[[Database], None] | None" = None,
    **tell: Callable[..., None],
) -> None:
    """Run the daemon beside the desk; the end of the desk (Ctrl-C, SIGTERM) ends the daemon too."""
    works = Works(settings, database, stop)
    daemon_thread = threading.Thread(target=works.daemon, kwargs=tell, name="daemon")
    with _desk_at(settings, database, greet, wake_post=works.letters_owed.set) as run:
        daemon_thread.start()
        try:
            run()
        finally:
            stop.set()
            daemon_thread.join()


@app.command()
def serve(context: typer.Context) -> None:
    """Pembaca surat dan halaman petugas dalam satu proses."""
    from ledger.holding import holding_the_book

    settings = _settings(context)
    with _opened(settings) as database, holding_the_book(database):
        _serve(settings, database, _stop_on_signals())


@app.command("import")
def import_mail(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Berkas .eml, mbox, atau folder Maildir.")],
    mailbox: Annotated[str, typer.Option(help="Kotak surat yang menerimanya.")],
    acknowledge: Annotated[bool, typer.Option(help="Kirim tanda terima seperti biasa.")] = False,
) -> None:
    """Masukkan surat dari berkas ke dalam buku; dapat diulang tanpa tercatat dua kali; tanpa tanda terima."""
    from collections import Counter

    from rich.progress import track

    from config.mistakes import unopened
    from ingest.files import mails_in, take_in_file
    from ingest.settle import settle_pending
    from ledger.holding import holding_the_book

    unreadable: list[Path] = []

    def unread(path: Path, wrong: OSError) -> None:
        unreadable.append(path)
        print(f"run.py: {path}: {unopened(wrong)}", file=sys.stderr)

    settings = _settings(context)
    if mailbox.lower() not in settings.own_addresses:
        raise _wrong(f"--mailbox {mailbox}: bukan kotak surat kantor ({', '.join(sorted(settings.own_addresses))})")
    taken: Counter[bool] = Counter()
    with _opened(settings) as database, holding_the_book(database):
        works = Works(settings, database, _stop_on_signals())
        for path in paths:
            mails = mails_in(path, unread)
            for mail in track(mails, description=escape(str(path)), console=people, transient=True):
                new = take_in_file(database, mail, address=mailbox.lower(), acknowledge=acknowledge, now=clock())
                taken[new] += 1
                if works.stop.is_set():
                    break
        settled = settle_pending(database, works.settling, _say_settled, works.stop.is_set)
        outcomes = Counter(one.disposition for one in settled)
        works.judge.close()
    counts = {"received": taken[True], "known": taken[False]} | {key.value: number for key, number in outcomes.items()}
    print(json.dumps(counts), flush=True)
    raise typer.Exit(FAILED if unreadable else DONE)


def _mails_in(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.suffix.lower() == ".eml" and found.is_file())
        else:
            yield path


@app.command()
def explain(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Berkas .eml atau folder.")],
    mailbox: Annotated[str, typer.Option(help="Kotak surat yang menerimanya.")] = "",
) -> None:
    """Tanpa basis data dan jaringan: satu baris JSON untuk tiap surat, beserta alasannya."""
    from config.mistakes import unopened
    from ingest.explain import explained
    from ingest.isolate import Isolated, ReaderDied
    from ingest.judge import Judge, Unread

    settings = _settings(context)
    with Isolated(Judge, settings) as judge:
        for path in _mails_in(paths):
            try:
                verdict = judge(path.read_bytes(), mailbox.lower())
            except ReaderDied as wrong:
                verdict = Unread(str(wrong))
            except OSError as wrong:
                verdict = Unread(f"berkas tidak dapat dibuka: {unopened(wrong)}")
            print(json.dumps(explained(path.as_posix(), verdict, _why_not(settings)), ensure_ascii=False), flush=True)


def _why_not(settings: "Settings") -> "Callable[[str, tuple[str, ...]], str | None]":
    """Return the sending policy as a question: the reason why a mail would get no acknowledgement."""
    from ledger.ports import LetterFacts
    from replies.policy import Withheld, decide

    def why_not(recipient: str, no_reply: tuple[str, ...]) -> str | None:
        decision = decide(LetterFacts(recipient, no_reply), settings)
        return decision.reason if isinstance(decision, Withheld) else None

    return why_not


@app.command()
def learn(context: typer.Context) -> None:
    """Belajar dari pembetulan petugas; model baru dipakai hanya bila tidak lebih buruk daripada yang lama."""
    _learn(_settings(context))


def _told_by_officers(settings: "Settings") -> "list[Example]":
    """Return the office's corrections; each mail is read again, so that all counts that its judgement used."""
    from ingest.isolate import Isolated
    from ingest.judge import Judge
    from ingest.lessons import lessons

    with (
        Isolated(Judge, settings) as judge,
        _opened(settings) as database,
        database.reading() as session,
    ):
        return lessons(session, judge)


def _learn(settings: "Settings") -> None:
    from ingest.examples import read_examples
    from ingest.features import FeatureReader
    from ingest.judge import MODEL, caution_of, model_of, rules_of
    from ingest.model import written

    try:
        from ingest.learn import learn as learn_anew
    except ImportError as wrong:
        raise _wrong("belajar memerlukan scikit-learn: pip install --require-hashes -r requirements.txt") from wrong

    old, made = model_of(settings), _told_by_officers(settings)
    # A model that knows a letter since erased is learned anew, also where no correction is left.
    if old is not None and not made and not old.corrections:
        people.print("Belum ada pembetulan petugas, jadi belum ada yang dipelajari; model yang sekarang tetap dipakai.")
        return
    examples = read_examples(HOME / "config" / "examples")
    today = clock().astimezone(settings.office.zone).date()
    report = learn_anew(old, examples, made, FeatureReader(rules_of(settings)), caution_of(settings), today)
    target = settings.folder / MODEL
    if report.keeps_new:
        draft = target.with_suffix(".baru")
        draft.write_text(written(report.model), encoding="utf-8", newline="\n")
        draft.replace(target)
    people.print(f"{len(examples)} contoh bawaan, {len(made)} pembetulan petugas.", markup=False)
    people.print(report.said(target), markup=False)


@app.command()
def forget(
    context: typer.Context,
    reason: Annotated[str, typer.Option("--alasan", help="Alasannya, tanpa nama, alamat, atau nomor telepon.")],
    login: Annotated[str, typer.Option("--oleh", help="Nama masuk pengelola sistem yang menghapus.")],
    numbers: Annotated[list[str] | None, typer.Argument(metavar="NOMOR...", help="Nomor entri.")] = None,
    mails: Annotated[
        list[int] | None, typer.Option("--surat", min=1, max=2**31 - 1, help="Nomor surat yang tidak punya entri.")
    ] = None,
    search: Annotated[str, typer.Option("--cari", help="Alamat surel atau nomor telepon pemilik data.")] = "",
    sure: Annotated[bool, typer.Option("--ya", help="Jangan bertanya lagi; kata sandi tetap diminta.")] = False,
) -> None:
    """Hapus data pribadi menurut aturan: isi surat, nama, alamat; nomor, tanggal, dan rekap tetap ada."""
    from ingest.lessons import known_letters
    from ledger import erasure, erasure_list, whose

    settings = _settings(context)
    with _opened(settings) as database:
        with database.reading() as session:
            erasure.check_reason(session, erasure.Scope(), reason)
        _prove_administrator(database, login)
        with database.reading() as session:
            found = whose.named(session, numbers or [], mails or [])
            found += whose.of_person(session, search) if search else whose.Found()
            erasure.check_reason(session, found.scope, reason)
            _say_found(session, found, settings)
        if not found.entries and not found.mails:
            raise typer.Exit(FAILED)
        if not sure and not _agreed("Hapus semua itu? Penghapusan tidak dapat diurungkan."):
            raise typer.Exit(FAILED)
        with database.writing() as session:
            made = erasure.forget(session, found.scope, reason=reason, actor=login, at=clock())
        people.print(f"{len(made)} penghapusan dicatat dalam buku." if made else "Tidak ada lagi yang perlu dihapus.")
        with database.reading() as session:
            erasure_list.complete(session, erasure_list.place(settings))
            known = known_letters(session)
            folders = _backup_folders(session, settings)
            troubles = [_carry_list(session, settings, folder) for folder in folders]
            _say_elsewhere(whose.elsewhere(session, found, settings.office.zone), folders)
            _say_documents(session, found, settings)
        if trouble := database.scrub():
            troubles.append(f"{trouble}; ulangi perintah ini ketika program lain berhenti")
        _sweep_copies(database)
    _unlearn(settings, known)
    for trouble in filter(None, troubles):
        print(f"run.py: {trouble}", file=sys.stderr)
    raise typer.Exit(FAILED if any(troubles) else DONE)


def _carry_list(session: "Session", settings: "Settings", folder: Path) -> str:
    """Complete the list of erasures beside the backups of a folder; returns what is wrong and what to do, else ""."""
    from ledger import erasure_list
    from ledger.errors import LedgerError

    try:
        erasure_list.complete(session, erasure_list.beside(settings, folder))
    except LedgerError as wrong:
        return (
            f"{wrong}. Cadangan di {folder} belum tahu penghapusan ini: pasang media itu, lalu jalankan "
            f"`run.py backup {folder}`"
        )
    return ""


def _agreed(question: str) -> bool:
    """Ask until the answer is yes or no; nothing typed is no."""
    answers = {"y": True, "ya": True, "": False, "t": False, "tidak": False}
    while True:
        said: str = typer.prompt(f"{question} [y/T]", default="", show_default=False)
        if (answer := said.strip().lower()) in answers:
            return answers[answer]
        people.print("Jawablah y (ya) atau t (tidak).")


def _say_found(session: "Session", found: "Found", settings: "Settings") -> None:
    """Show what would be erased, and what may be the same person's but would stay."""
    from ledger import whose

    for line in whose.lines_of(found, settings.office.zone):
        people.print(f"  hapus  {_shown(line)}")
    if not found.entries and not found.mails:
        people.print("Tidak ada entri atau surat yang dihapus.")
    for number in whose.bound_to(session, found):
        people.print(f"  TETAP  {number} terkait dengan entri di atas; sebutkan nomornya bila ikut dihapus")
    for mention in found.mentions:
        people.print(f"  TETAP  {mention} menyebut alamat atau nomor itu; periksalah sendiri")


def _prove_administrator(database: "Database", login: str) -> None:
    """Ask for the password of the administrator who erases; it is checked, and guessing slowed down, as at the desk."""
    from ledger import erasure, staff

    where = "baris perintah"
    with database.reading() as session:
        erasure.check_administrator(session, login)
    asked = typer.prompt("Kata sandi", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    with database.reading() as session:
        tried = staff.try_password(session, login, asked, address=where, at=clock())
    if isinstance(tried, staff.Refused):
        raise _wrong(tried.words)
    with database.noting() as session:
        who = staff.recognise(session, tried, address=where, at=clock())
    if isinstance(who, staff.Refused):
        raise _wrong(who.words)
    if who.must_change:
        raise _wrong("kata sandi sekali pakai harus diganti dahulu di halaman petugas")


def _say_elsewhere(places: list[str], folders: list[Path]) -> None:
    """Name what no program here can erase: the mail provider's copies, and the backups."""
    if places:
        people.print("Surat yang sama masih ada di penyedia surel; hapuslah di sana bila itu diminta:")
    for place in places:
        people.print(f"  {_shown(place)}")
    people.print(
        "Cadangan yang dibuat sebelum ini masih memuat datanya; bila dipulihkan, penghapusan diterapkan lagi dari "
        "daftar di samping basis data atau cadangan:"
    )
    for folder in folders:
        for line in _backups_in(folder):
            people.print(f"  {_shown(line)}")
    people.print("  (periksa juga salinan di tempat lain)" if folders else "  (belum pernah dibuat oleh program ini)")


def _say_documents(session: "Session", found: "Found", settings: "Settings") -> None:
    """Name the documents that went out since the first of these entries was recorded: they may hold its data."""
    from ledger.documents import exports

    if printed := exports.made_since(session, found.entries, settings.office.zone):
        people.print("Dokumen yang keluar dari buku ini mungkin memuat datanya; carilah, lalu hapus atau musnahkan:")
    for line in printed:
        people.print(f"  {_shown(line)}")


def _sweep_copies(database: "Database") -> None:
    """Remove the copies that programs which were killed left on this machine, and name those still in use."""
    from tempfile import gettempdir

    from ledger import backup, workshops

    for place in {backup.place_of_copies(database), Path(gettempdir())}:
        for room in workshops.sweep(place):
            people.print(f"Salinan sementara ini masih dipakai; ulangi perintah ini nanti: {_shown(str(room))}")


def _backup_folders(session: "Session", settings: "Settings") -> list[Path]:
    """Return the folder of the daily backup, and that of the last backup, which may have been named by hand."""
    from ledger import daily

    last = daily.state_of(session)
    folders = [settings.backup.folder, Path(last.place).parent if last is not None and last.place else None]
    return list(dict.fromkeys(folder for folder in folders if folder is not None))


def _backups_in(folder: Path) -> list[str]:
    """Return the backups of a folder, also half-made ones, or in words why none is named."""
    from ledger.backup import NAME
    from ledger.workshops import half_made

    if not folder.is_dir():
        return [f"{folder} (folder ini sekarang tidak terpasang)"]
    found = sorted(str(file) for file in folder.iterdir() if NAME.fullmatch(file.name))
    found += [f"{file} (belum selesai dibuat; hapuslah bila bukan yang sedang dibuat)" for file in half_made(folder)]
    return found or [f"{folder} (sekarang tanpa cadangan)"]


def _unlearn(settings: "Settings", known: "set[str]") -> None:
    """Learn anew where the office's own model was made with a letter that is no longer there."""
    from ingest.examples import letter_of
    from ingest.judge import model_of

    model = model_of(settings)
    if model is not None and not known.issuperset(map(letter_of, model.corrections)):
        people.print(
            "Data di buku sudah dihapus. Model penggolongan masih memuat surat itu, jadi belajar ulang: beberapa "
            "menit, jangan dimatikan. Bila terputus, jalankan `run.py learn`.",
            markup=False,
        )
        _learn(settings)


@app.command()
def export(
    context: typer.Context,
    output: Annotated[Path, typer.Option(help="Berkas atau folder hasil.")] = Path(),
    form: Annotated[Form | None, typer.Option("--format", help="Tanpa ini menurut akhiran --output, atau pdf.")] = None,
    period: Annotated[str, typer.Option(help="2026-11, 2026-T4, 2026-S2, atau 2026.")] = "",
    since: Annotated[str, typer.Option("--dari", metavar="TANGGAL", help="Diterima sejak, misalnya 23-11-2026.")] = "",
    until: Annotated[str, typer.Option("--sampai", metavar="TANGGAL", help="Diterima sampai dengan.")] = "",
    register: Annotated[Register | None, typer.Option(help="Satu register saja.")] = None,
    channel: Annotated[Channel | None, typer.Option("--kanal", help="Satu kanal saja.")] = None,
    service: Annotated[str, typer.Option("--layanan", help="Satu layanan saja, dengan kuncinya.")] = "",
    status: Annotated[Status | None, typer.Option(help="Satu keadaan saja.")] = None,
    ledger: Annotated[Ledger | None, typer.Option("--buku", help="Buku dari yang dicatat petugas, satu kanal.")] = None,
    paper: Annotated[Paper, typer.Option("--kertas", help="Kertas untuk cetakan.")] = Paper.A4,
    unmasked: Annotated[bool, typer.Option("--tampilkan-rahasia", help="Tanpa menyamarkan yang dirahasiakan.")] = False,
    overwrite: Annotated[bool, typer.Option("--timpa", help="Timpa berkas yang sudah ada.")] = False,
) -> None:
    """Buku sebagai dokumen untuk suatu masa: pdf, xlsx, csv, atau jsonl; setiap ekspor tercatat sebagai peristiwa."""
    from ledger import staff
    from ledger.documents.book import Asked
    from ledger.search import Filter

    settings = _settings(context)
    first, last = _days(period, since, until)
    _check_begun(first, settings)
    if service and service not in (*settings.services, "umum"):
        raise _wrong(f"--layanan {service}: bukan layanan kantor ini ({', '.join([*settings.services, 'umum'])})")
    if paper not in (Paper.A4, Paper.F4):
        raise _wrong(f"--kertas {paper.value}: buku dicetak pada a4 atau f4")
    if ledger and channel not in (None, ledger.channel):
        raise _wrong(f"--buku {ledger.value} tidak dapat dipakai bersama --kanal {channel.value}")
    wanted = Filter(series=register, channel=channel, service=service or None, status=status, since=first, until=last)
    chosen = _form(form, output, usual=Form.PDF)
    asked = Asked(wanted, chosen, staff.PROGRAM, clock(), may_see=unmasked, paper=paper, ledger=ledger)
    with _opened(settings) as database:
        _export(database, settings, asked, output, overwrite=overwrite)


def _days(period: str, since: str, until: str) -> "tuple[date | None, date | None]":
    """Return the first and the last day that were asked for; what cannot be read ends the program."""
    from ledger.dates import read_date
    from ledger.errors import LedgerError
    from ledger.periods import Period

    if period and (since or until):
        raise _wrong("--period tidak dapat dipakai bersama --dari atau --sampai")
    try:
        if period:
            whole = Period.read(period)
            return whole.first, whole.end - timedelta(days=1)
        first, last = (read_date(day) if day else None for day in (since, until))
    except LedgerError as wrong:
        raise _wrong(wrong) from wrong
    if first and last and first > last:
        raise _wrong("--sampai mendahului --dari")
    return first, last


def _check_begun(first: "date | None", settings: "Settings") -> None:
    """End the program where a document is asked for that begins on a day which has not come."""
    from ledger.dates import local_date
    from ledger.periods import NotBegun, check_begun

    try:
        check_begun(first, local_date(clock(), settings.office.zone))
    except NotBegun as wrong:
        raise _wrong(wrong) from wrong


FormT = TypeVar("FormT", Form, RecapForm)


def _form(form: FormT | None, output: Path, *, usual: FormT) -> FormT:
    """Return the form asked for, or the one that the file's name tells; a name of another form ends the program."""
    ending = output.suffix.lower().removeprefix(".")
    told = "teks" if ending == "txt" else ending
    if form is None:
        if told in set(type(usual)):
            return type(usual)(told)
        if ending and not _is_folder(output):
            known = ", ".join("txt" if each is RecapForm.TEKS else each.value for each in type(usual))
            raise _wrong(f"--output {output.name}: akhiran .{ending} tidak dikenal; yang dikenal: {known}")
        return usual
    if told in {*Form, *RecapForm} and told != form.value:
        raise _wrong(f"--format {form.value} tidak cocok dengan nama berkas {output.name}")
    return form


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except OSError:  # a name that no file can have; writing it tells why
        return False


def _export(database: "Database", settings: "Settings", asked: "Asked", output: Path, *, overwrite: bool) -> None:
    """Write the book to a file; one that cannot be written ends the program, before the export is an event."""
    from ledger.documents import book

    with _whole(output, overwrite=overwrite) as draft, book.opened(database, settings, asked) as opened:
        draft.call(book.file_name(opened.cover, asked))
        _write_book(opened, draft.out)
    people.print(f"{opened.lines} entri ditulis ke {draft.target}. Segel buku: {opened.cover.seal}", markup=False)


@dataclass(slots=True)
class Draft:
    """A file that is being written; `target` is where it goes once it is whole, or the folder for it."""

    target: Path
    out: IO[bytes]
    in_folder: bool

    def call(self, name: str) -> None:
        """Give the file a name where only its folder was named."""
        if self.in_folder:
            self.target = self.target / name


@contextmanager
def _whole(place: Path, *, overwrite: bool) -> Iterator[Draft]:
    """Give a file beside its place, and put it there once it is whole; a failure ends the program."""
    from config.mistakes import unopened
    from ledger.workshops import begun_file

    written = None
    try:
        in_folder = place.is_dir()
        if not in_folder:
            _refuse_to_overwrite(place, overwrite=overwrite)
        out, written = begun_file(place if in_folder else place.parent)
        with out:
            draft = Draft(place, out, in_folder)
            yield draft
        _refuse_to_overwrite(draft.target, overwrite=overwrite)
        written.replace(draft.target)
    except OSError as wrong:
        print(f"run.py: {place}: {unopened(wrong)}", file=sys.stderr)
        raise typer.Exit(FAILED) from wrong
    finally:
        if written is not None:
            with suppress(OSError):  # the medium may have gone
                written.unlink(missing_ok=True)


def _write_book(opened: "OpenBook", out: IO[bytes]) -> None:
    from rich.progress import Progress

    from ledger.documents import forms

    steps = opened.lines * (2 if opened.asked.form is Form.PDF else 1)
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        task = progress.add_task("Menulis buku", total=steps)
        forms.write(opened, out, lambda lines: progress.advance(task, lines))


def _refuse_to_overwrite(target: Path, *, overwrite: bool) -> None:
    """End the program where a file would be lost, or the folder for it is not there; raises OSError."""
    if not target.parent.is_dir():
        print(f"run.py: folder {target.parent} tidak ada", file=sys.stderr)
        raise typer.Exit(FAILED)
    if target.exists() and not overwrite:
        print(f"run.py: {target} sudah ada; pilih nama lain, atau tambahkan --timpa", file=sys.stderr)
        raise typer.Exit(FAILED)


@app.command()
def recap(
    context: typer.Context,
    period: Annotated[str, typer.Argument(metavar="PERIODE", help="2026-11, 2026-T4, 2026-S2, atau 2026.")],
    form: Annotated[
        RecapForm | None, typer.Option("--format", help="Tanpa ini menurut akhiran --output, atau teks.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Berkas atau folder; tanpa ini teks tampil di layar.")] = None,
    overwrite: Annotated[bool, typer.Option("--timpa", help="Timpa berkas yang sudah ada.")] = False,
) -> None:
    """Rekap satu periode: yang sudah diterbitkan kepala dicetak sama selamanya, yang belum berupa angka sementara."""
    from ledger import issuing
    from ledger.documents import recap as document
    from ledger.periods import NoPeriod, Period

    settings = _settings(context)
    chosen = _form(form, output or Path(), usual=RecapForm.TEKS)
    try:
        wanted = Period.read(period)
    except NoPeriod as wrong:
        raise _wrong(wrong) from wrong
    _check_begun(wanted.first, settings)
    with _opened(settings) as database:
        with database.reading() as session:
            report = issuing.report(session, wanted, settings, at=clock())
        if chosen is RecapForm.TEKS and output is None:
            print(document.text(report))
            return
        with _whole(output or Path(), overwrite=overwrite) as draft:
            draft.call(document.file_name(report, chosen))
            document.write(report, chosen, draft.out)
    people.print(f"Rekap {wanted.label} ditulis ke {draft.target}.", markup=False)


@app.command()
def verify(context: typer.Context) -> None:
    """Periksa seluruh buku: rantai peristiwa, nomor urut, surat asli, kedatangan, tanda terima."""
    from ledger.verify import verify as check_book

    settings = _settings(context)
    with _opened(settings) as database, database.reading() as session:
        checked = check_book(session)
    for one in checked:
        state = "[red]SALAH[/]" if one.wrong else "[green]benar[/]"
        people.print(f"{state}  {one.promise} ({one.counted})" + (f": {one.wrong}" if one.wrong else ""))
        if one.note:
            people.print(f"       {one.note}")
    raise typer.Exit(FAILED if any(one.wrong for one in checked) else DONE)


@app.command()
def status(context: typer.Context) -> None:
    """Keadaan kotak surat, antrean, karantina, dan batas waktu; kode 1 bila ada yang memerlukan petugas."""
    from ledger import daily
    from ledger.dates import local_date
    from ledger.search import overview
    from ledger.status import backup_line, lines

    settings = _settings(context)
    zone = settings.office.zone
    addresses = [box.address for box in settings.mailboxes]
    with _opened(settings) as database, database.reading() as session:
        today = overview(session, addresses, zone=zone, today=local_date(clock(), zone))
        backed_up = daily.state_of(session)
    said = lines(today, zone=zone, now=clock())
    said.append(backup_line(backed_up, configured=settings.backup.folder is not None, zone=zone, now=clock()))
    for line in said:
        people.print(("! " if line.urgent else "  ") + line.text, style="red" if line.urgent else "", markup=False)
    raise typer.Exit(FAILED if any(line.urgent for line in said) else DONE)


@app.command("backup")
def back_up(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="FOLDER", help="Misalnya folder di flash disk.")] = None,
) -> None:
    """Cadangan: seluruh buku dalam satu berkas yang sudah diperiksa; boleh saat program lain memakai buku."""
    from ledger import backup, daily
    from ledger.labels import size

    settings = _settings(context)
    chosen = folder.absolute() if folder else settings.backup.folder
    if chosen is None:
        raise _wrong("backup: sebutkan FOLDER, atau isikan [backup] folder di office.toml")
    with _opened(settings) as database:
        stop = _stop_on_signals()
        made = daily.make(database, settings, chosen, now=clock(), stopping=stop.is_set)
    people.print(f"Cadangan: {made.file} ({size(made.size)}), sudah diperiksa.", markup=False)
    _say_contents(settings, made.contents)
    people.print("Berkas ini memuat data pribadi dan tidak disandikan; simpan di tempat terkunci.")
    if backup.same_disk(settings.database_url, chosen):
        people.print("Perhatian: folder itu di cakram yang sama dengan buku; salin juga ke tempat lain.")
    if made.trouble:
        print(f"run.py: {made.trouble}", file=sys.stderr)
        raise typer.Exit(FAILED)


def _say_contents(settings: "Settings", contents: "Contents") -> None:
    from ledger.dates import long_moment

    zone, label = settings.office.zone, settings.office.zone_label
    last = contents.last_event_at
    people.print(
        f"Isinya {contents.entries} entri, {contents.mails} surat masuk, {contents.letters} surat keluar, "
        f"{contents.events} peristiwa" + (f"; yang terakhir {long_moment(last, zone, label)}." if last else "."),
        markup=False,
    )


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Berkas cadangan (.cadangan).")],
) -> None:
    """Pulihkan buku dari cadangan ke basis data yang kosong; diperiksa sebelum dan sesudahnya."""
    from ledger import backup, erasure, erasure_list
    from ledger.holding import holding_everything
    from ledger.restore import refuse_a_book
    from ledger.restore import restore as bring_back

    settings = _settings(context)
    lists = erasure_list.place(settings), erasure_list.beside(settings, file.absolute().parent)
    addresses = [box.address for box in settings.mailboxes]
    with _opened(settings) as database, holding_everything(database, addresses):
        refuse_a_book(database)
        contents = backup.contents_of(file)
        told = any(place.exists() for place in lists)
        listed = [one for place in dict.fromkeys(lists) for one in erasure_list.read(place)]
        promised = _promised_since(settings, contents.made_at)
        now = clock()
        done = bring_back(
            file.absolute(),
            database,
            at=now,
            promised=sorted(promised),
            reapply=lambda session: erasure.reapply(session, listed, at=now),
        )
        with database.reading() as session:
            erasure_list.complete(session, lists[0])
    people.print(f"Buku dipulihkan dari {file} dan sudah diperiksa.", markup=False)
    _say_contents(settings, done.contents)
    if not told:
        _say_without_list(lists)
    _say_in_doubt(settings, done)


def _say_without_list(lists: tuple[Path, ...]) -> None:
    people.print(
        "Perhatian: daftar penghapusan tidak ditemukan, jadi data yang dihapus sesudah cadangan ini dibuat ada lagi di "
        "buku. Bila pernah ada penghapusan sejak itu, ulangi dengan `run.py forget`. Yang dicari:"
    )
    for place in dict.fromkeys(lists):
        people.print(f"  {place}", markup=False)


def _promised_since(settings: "Settings", since: datetime) -> set[str]:
    """Return the numbers in our letters sent since a moment; a Sent folder that cannot be read is named."""
    from ingest.mailbox import MailboxUnavailable
    from ingest.sent import numbers_sent_since

    numbers: set[str] = set()
    for box in settings.mailboxes:
        try:
            numbers |= numbers_sent_since(box, since, timeout=settings.intake.timeout_seconds)
        except MailboxUnavailable as wrong:
            print(
                f"run.py: folder Terkirim {box.address} tidak dapat dibaca, jadi nomor yang sudah dijanjikan sesudah "
                f"cadangan tidak diketahui: {wrong}",
                file=sys.stderr,
            )
    return numbers


def _say_in_doubt(settings: "Settings", done: "Restored") -> None:
    """Say what happened after the backup was made and is not in the book, and what the office must do."""
    from ledger.dates import long_moment

    made_at = long_moment(done.contents.made_at, settings.office.zone, settings.office.zone_label)
    said = [
        "- entri yang diketik petugas dan perubahan sesudah itu harus diketik lagi; kata sandi kembali yang dahulu;",
        "- surat masuk diambil lagi dari kotak surat, mungkin dengan nomor lain; tanda terimanya ditahan, karena "
        "mungkin sudah terkirim;",
    ]
    if done.bound.letters:
        said.append(f"- {done.bound.letters} surat yang saat itu belum terkirim dicari dahulu di folder Terkirim;")
    if done.erased:
        said.append(
            f"- {done.erased} penghapusan data pribadi diterapkan lagi; jalankan `run.py learn`, supaya model "
            "penggolongan tidak memuatnya;"
        )
    if done.bound.promised:
        numbers = ", ".join(done.bound.promised)
        said.append(f"- nomor yang sudah dijanjikan: {numbers}; entri yang mendapatnya ditandai perlu ditinjau;")
    people.print(f"Semua yang dikerjakan sesudah {made_at} tidak ada di buku ini:", markup=False)
    people.print("\n".join(said).removesuffix(";") + ".", markup=False)
    people.print("Bandingkan folder Terkirim dengan buku sebelum melanjutkan.")


@app.command()
def check(context: typer.Context) -> None:
    """Periksa pengaturan, basis data, kotak surat, templat, jam, dan cakram: tiap baris benar, atau apa tindakannya."""
    settings = _settings(context)
    wrong = 0
    for subject, trouble in _examined(settings):
        wrong += bool(trouble)
        state = f"[red]PERLU TINDAKAN[/] {escape(trouble)}" if trouble else "[green]benar[/]"
        people.print(f"{escape(subject)}: {state}")
    raise typer.Exit(FAILED if wrong else DONE)


def _examined(settings: "Settings") -> Iterator[tuple[str, str]]:
    """Yield what was examined and, where something is to be done, what."""
    from ledger.deadlines import WorkingCalendar
    from ledger.entries import Rulebook
    from replies.compose import Composer

    yield f"pengaturan di {settings.folder}", ""
    now = clock()
    warnings = WorkingCalendar(settings.deadlines, settings.office.workdays).warnings(
        now.astimezone(settings.office.zone).year
    )
    yield "hari libur", " ".join(warnings)
    yield "templat surat", "; ".join(Composer(settings, Rulebook.of(settings)).check())
    yield from _examined_database(settings, now)
    yield from _examined_desk(settings)
    yield _examined_backup(settings)
    for box in settings.mailboxes:
        yield from _examined_mailbox(settings, box)


def _examined_database(settings: "Settings", now: datetime) -> Iterator[tuple[str, str]]:
    import shutil

    from ledger.database import Database
    from ledger.errors import LedgerError
    from ledger.events import last_moment

    database = Database.open(settings.database_url)
    try:
        database.upgrade()
        with database.reading() as session:
            last = last_moment(session)
    except LedgerError as wrong:
        yield "basis data", str(wrong)
        return
    finally:
        database.close()
    yield f"basis data ({database.engine.dialect.name}) dan tabel-tabelnya", ""
    behind = last is not None and last > now
    yield (
        "jam komputer",
        "Jam komputer lebih lambat daripada catatan terakhir di buku; betulkan jamnya." if behind else "",
    )
    if database.is_sqlite:
        free = shutil.disk_usage(Path(str(database.engine.url.database)).parent).free
        full = f"Sisa ruang tinggal {free // 2**20} MB; kosongkan cakram." if free < ENOUGH_ROOM else ""
        yield f"ruang cakram ({free // 2**30} GB)", full


def _examined_backup(settings: "Settings") -> tuple[str, str]:
    from ledger import backup

    folder = settings.backup.folder
    if folder is None:
        return "cadangan harian belum diatur ([backup] folder di office.toml)", ""
    beside = ", di cakram yang sama dengan buku: salin juga ke tempat lain"
    near = beside if backup.same_disk(settings.database_url, folder) else ""
    return f"folder cadangan harian {folder}{near}", backup.trouble_with(folder)


def _examined_desk(settings: "Settings") -> Iterator[tuple[str, str]]:
    desk = settings.desk
    if desk.tls_certificate is not None and desk.tls_key is not None:
        yield "sertifikat halaman petugas", _certificate_trouble(desk.tls_certificate, desk.tls_key)
    page = f"halaman petugas di {_desk_address(settings, desk.port)}"
    try:
        _listen(settings).close()
    except OSError as wrong:
        if wrong.errno == errno.EADDRINUSE:  # nothing tells whose it is: a `serve` that runs is no trouble
            yield f"{page}, porta {desk.port} sudah dipakai; bila itu `serve` yang sedang berjalan, ini", ""
        else:
            yield page, _taken_port(desk.host, desk.port, wrong)
    else:
        yield page, ""


def _examined_mailbox(settings: "Settings", box: "Mailbox") -> Iterator[tuple[str, str]]:
    from ingest.mailbox import MailboxConnection, MailboxUnavailable
    from ingest.watch import first_look
    from replies.transport import Transport

    try:
        with MailboxConnection.open(box, timeout=settings.intake.timeout_seconds) as connection:
            look = first_look(connection)
        seen = (
            f"{look.since_start} surat sejak tanggal mulai akan dicatat, {look.before_start} yang lebih lama dibiarkan"
        )
        yield f"{box.address}: masuk ke IMAP; {seen}", ""
    except MailboxUnavailable as wrong:
        yield f"{box.address}: masuk ke IMAP", str(wrong)
    with Transport(box, timeout=settings.letters.timeout_seconds) as transport:
        yield f"{box.address}: masuk ke SMTP", transport.log_in()


@app.command()
def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option(help="Sekali jalan, ringkasan JSON di baris terakhir, lalu selesai.")] = False,
    port: Annotated[int, typer.Option(help="Porta halaman petugas; 0: seperti di office.toml.", min=0, max=65535)] = 0,
) -> None:
    """Peragaan: server surat tiruan di komputer ini, surat contoh, pencatatan, tanda terima, dan halaman petugas."""
    import tempfile

    from config import logging as office_log
    from demo.office import running_demo

    settings = _settings(context)
    if port:
        settings = settings.model_copy(update={"desk": settings.desk.model_copy(update={"port": port})})
    office_log.set_up("WARNING", settings.office.zone)
    with (
        tempfile.TemporaryDirectory(prefix="buku-", ignore_cleanup_errors=True) as folder,
        running_demo(settings, Path(folder), clock()) as show,
        _opened(show.settings) as database,
    ):
        if once:
            show.deliver_all()
            works = Works(show.settings, database, _stop_on_signals())
            print(_summary(*works.one_pass(_say_settled, _say_letter)), flush=True)
            return
        stop = _stop_on_signals()
        arriving = threading.Thread(target=show.deliver_slowly, args=(stop,), name="surat contoh")

        def greet(book: "Database") -> None:
            _demo_account(book)
            people.print("Surat contoh berdatangan satu per satu; lihat halaman petugas, tekan Ctrl-C untuk selesai.")
            arriving.start()

        try:
            _serve(show.settings, database, stop, greet, on_settled=_say_settled, on_letter=_say_letter)
        finally:
            stop.set()
            if arriving.ident is not None:
                arriving.join()


def _demo_account(database: "Database") -> None:
    """Open the account of the demonstration, and print how to sign in; it may be used at once."""
    from ledger import staff

    with database.writing() as session:
        made = staff.first_account(session, at=clock())
        if made is not None:
            made[0].must_change = False
    if made is not None:
        people.print(f"Masuk dengan nama [b]{made[0].login}[/] dan kata sandi [b]{made[1]}[/]")


accounts = typer.Typer(help="Akun petugas.", no_args_is_help=True)
app.add_typer(accounts, name="staff")
Login = Annotated[str, typer.Argument(metavar="NAMA_MASUK", help="Nama masuk, misalnya siti.rahmawati.")]


@accounts.command("add")
def staff_add(
    context: typer.Context,
    login: Login,
    name: Annotated[str, typer.Argument(metavar="NAMA", help="Nama lengkap petugas.")],
    role: Annotated[Role, typer.Option(help="Perannya.")] = Role.PETUGAS,
    nip: Annotated[str, typer.Option(help="NIP, bila ada.")] = "",
) -> None:
    """Buat akun; kata sandi sekali pakai ditampilkan satu kali."""
    from ledger import staff

    with _opened(_settings(context)) as database:
        with database.writing() as session:
            made = staff.add(session, login, name, role, nip=nip, at=clock(), actor=staff.PROGRAM)
        _say_password(*made)


@accounts.command("list")
def staff_list(context: typer.Context) -> None:
    """Semua akun, satu baris tiap akun: nama masuk, peran, keadaan, nama."""
    from ledger import labels, staff

    with _opened(_settings(context)) as database, database.reading() as session:
        if staff.empty(session):
            people.print("Belum ada akun; yang pertama dibuat oleh `serve`.")
        for who in staff.accounts(session):
            state = "nonaktif" if who.disabled else "belum mengganti sandi" if who.must_change else "aktif"
            people.print(f"{who.login}  {labels.ROLES[who.role]}  {state}  {who.name}", markup=False)


@accounts.command("reset")
def staff_reset(context: typer.Context, login: Login) -> None:
    """Buat kata sandi sekali pakai yang baru, dan akhiri semua sesi akun itu."""
    from ledger import staff

    with _opened(_settings(context)) as database:
        with database.writing() as session:
            who = staff.account(session, login)
            password = staff.reset(session, who, at=clock(), actor=staff.PROGRAM)
        _say_password(who, password)


@accounts.command("disable")
def staff_disable(context: typer.Context, login: Login) -> None:
    """Nonaktifkan akun, dan akhiri semua sesinya."""
    from ledger import staff

    with _opened(_settings(context)) as database, database.writing() as session:
        who = staff.account(session, login)
        staff.disable(session, who, at=clock(), actor=staff.PROGRAM)
    people.print(f"Akun {who.login} dinonaktifkan; sesinya berakhir.", markup=False)


def _verb(wrong: typer.TyperException) -> str:
    """Return the program with the verb that was under way when a mistake on the command line was found."""
    steps, context = [], getattr(wrong, "ctx", None)
    while context is not None and context.parent is not None:
        steps.append(context.info_name)
        context = context.parent
    return " ".join(["run.py", *reversed(steps)])


def main() -> int:
    """Run a verb and return the exit code; a mistake on the command line is one line, like any other."""
    try:
        return app(standalone_mode=False) or DONE
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as wrong:
        from config.mistakes import command_line

        if said := command_line(wrong.format_message()):
            print(f"run.py: {said} Lihat `{_verb(wrong)} --help`.", file=sys.stderr)
        return wrong.exit_code


if __name__ == "__main__":
    sys.exit(main())
