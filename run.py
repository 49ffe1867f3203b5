"""The command line, and the one place where the rooms of the program are put together."""

import json
import logging
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ledger.words import Role

if TYPE_CHECKING:
    from config.settings import Mailbox, Settings
    from ingest.judge import Verdict
    from ingest.settle import Settled
    from ingest.watch import Passed, Watcher
    from ledger.database import Database
    from ledger.models import Letter, Staff
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
    from ledger.database import Database
    from ledger.errors import LedgerError

    try:
        with closing(Database.open(settings.database_url)) as database:
            database.upgrade()
            yield database
    except LedgerError as wrong:
        print(f"run.py: {' '.join(str(wrong).split())}", file=sys.stderr)
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
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._stop_asked = stop
        self._wait_for = wait
        self.due = threading.Event()

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
    """The rooms put together for one process: what reads, what settles, what sends."""

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

        post_job = Job("post", post, self.stop)
        jobs = [post_job, *(self._watching(watcher, on_settled, post_job.due) for watcher in self.watchers)]

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

    def _watching(
        self, watcher: "Watcher", on_settled: "Callable[[Settled], None]", letters_owed: threading.Event
    ) -> "Job":
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
            letters_owed.set()

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
    for address in passed.troubled:
        print(f"run.py: {address} tidak dapat dibaca; alasannya ada pada `run.py status`", file=sys.stderr)
    for address, reason in delivered.troubled.items():
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

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as wrong:
        return f"tls_certificate {certificate} dan tls_key {key} tidak dapat dipakai: {wrong.reason or wrong}"
    except OSError as wrong:
        return f"tls_certificate {certificate} atau tls_key {key} tidak dapat dibuka: {wrong.strerror}"
    return ""


def _desk_address(settings: "Settings", port: int) -> str:
    desk = settings.desk
    if desk.behind_proxy:
        return f"https://{desk.names[0]}/"
    host = desk.names[0] if desk.names else desk.host
    return f"{'https' if desk.secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


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


@contextmanager
def _desk_at(settings: "Settings", database: "Database") -> Iterator[Callable[[], None]]:
    """Give a function that serves the staff page until the process is asked to stop; the port is taken at once."""
    import socket

    import uvicorn

    from ingest.isolate import Isolated
    from ingest.judge import Judge, classifier_of
    from ingest.reading import IsolatedReader
    from ingest.resettle import Resettler
    from ingest.settle import Means
    from ledger.desk.app import create
    from ledger.entries import Rulebook
    from replies.compose import Composer

    tls = _tls(settings)
    try:
        listening = socket.create_server((settings.desk.host, settings.desk.port))
    except OSError as wrong:
        raise _wrong(f"[desk] {settings.desk.host}:{settings.desk.port}: {wrong.strerror}") from wrong
    reader = IsolatedReader(settings)
    judge: Isolated[Verdict] = Isolated(Judge, settings)
    server = uvicorn.Server(
        uvicorn.Config(
            create(
                database,
                settings,
                reader,
                clock,
                classifier_of(settings),
                preview=Composer(settings, Rulebook.of(settings)),
                resettling=Resettler(database, Means(settings, Rulebook.of(settings), judge, clock)),
                stopping=lambda: server.should_exit,
            ),
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
    _first_account(database)
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


def _serve(settings: "Settings", database: "Database", stop: threading.Event, **tell: Callable[..., None]) -> None:
    """Run the daemon beside the desk; the end of the desk (Ctrl-C, SIGTERM) ends the daemon too."""
    works = Works(settings, database, stop)
    daemon_thread = threading.Thread(target=works.daemon, kwargs=tell, name="daemon")
    with _desk_at(settings, database) as run:
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

    from ingest.files import mails_in, take_in_file
    from ingest.settle import settle_pending
    from ledger.holding import holding_the_book

    settings = _settings(context)
    if mailbox.lower() not in settings.own_addresses:
        raise _wrong(f"--mailbox {mailbox}: bukan kotak surat kantor ({', '.join(sorted(settings.own_addresses))})")
    unreadable = 0
    taken: Counter[bool] = Counter()
    with _opened(settings) as database, holding_the_book(database):
        works = Works(settings, database, _stop_on_signals())
        for path in paths:
            try:
                for mail in track(mails_in(path), description=escape(str(path)), console=people, transient=True):
                    new = take_in_file(database, mail, address=mailbox.lower(), acknowledge=acknowledge, now=clock())
                    taken[new] += 1
                    if works.stop.is_set():
                        break
            except OSError as wrong:
                unreadable += 1
                print(f"run.py: {path}: {wrong.strerror}", file=sys.stderr)
        outcomes = Counter(one.disposition for one in settle_pending(database, works.settling, _say_settled))
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
                verdict = Unread(f"berkas tidak dapat dibuka: {wrong.strerror}")
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
    from ingest.examples import Example, read_examples
    from ingest.features import FeatureReader
    from ingest.judge import MODEL, caution_of, model_of, rules_of
    from ingest.model import written
    from ledger import corrections

    try:
        from ingest.learn import learn as learn_anew
    except ImportError as wrong:
        raise _wrong("belajar memerlukan scikit-learn: pip install --require-hashes -r requirements.txt") from wrong

    settings = _settings(context)
    with _opened(settings) as database, database.reading() as session:
        made = [Example(one.wording, one.kind, one.service) for one in corrections.made(session)]
    examples = read_examples(HOME / "config" / "examples")
    today = clock().astimezone(settings.office.zone).date()
    report = learn_anew(
        model_of(settings), examples, made, FeatureReader(rules_of(settings)), caution_of(settings), today
    )
    if report.keeps_new:
        target = settings.folder / MODEL
        draft = target.with_suffix(".baru")
        draft.write_text(written(report.model), encoding="utf-8", newline="\n")
        draft.replace(target)
    people.print(f"{len(examples)} contoh bawaan, {len(made)} pembetulan petugas. {report.why}", markup=False)


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
    raise typer.Exit(FAILED if any(one.wrong for one in checked) else DONE)


@app.command()
def status(context: typer.Context) -> None:
    """Keadaan kotak surat, antrean, karantina, dan batas waktu; kode 1 bila ada yang memerlukan petugas."""
    from ledger.dates import local_date
    from ledger.search import overview
    from ledger.status import lines

    settings = _settings(context)
    zone = settings.office.zone
    addresses = [box.address for box in settings.mailboxes]
    with _opened(settings) as database, database.reading() as session:
        today = overview(session, addresses, zone=zone, today=local_date(clock(), zone))
    said = lines(today, zone=zone, now=clock())
    for line in said:
        people.print(("! " if line.urgent else "  ") + line.text, style="red" if line.urgent else "", markup=False)
    raise typer.Exit(FAILED if any(line.urgent for line in said) else DONE)


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


def _examined_desk(settings: "Settings") -> Iterator[tuple[str, str]]:
    desk = settings.desk
    if desk.tls_certificate is not None and desk.tls_key is not None:
        yield "sertifikat halaman petugas", _certificate_trouble(desk.tls_certificate, desk.tls_key)
    yield f"halaman petugas di {_desk_address(settings, desk.port)}", ""


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
) -> None:
    """Peragaan: server surat tiruan di komputer ini, surat contoh, pencatatan, tanda terima, dan halaman petugas."""
    import tempfile

    from config import logging as office_log
    from demo.office import running_demo

    settings = _settings(context)
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
        _demo_account(database)
        people.print("Surat contoh berdatangan satu per satu; lihat halaman petugas, tekan Ctrl-C untuk selesai.")
        stop = _stop_on_signals()
        arriving = threading.Thread(target=show.deliver_slowly, args=(stop,), name="surat contoh")
        arriving.start()
        try:
            _serve(show.settings, database, stop, on_settled=_say_settled, on_letter=_say_letter)
        finally:
            stop.set()
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


def main() -> int:
    """Run a verb and return the exit code; a mistake on the command line is one line, like any other."""
    try:
        return app(standalone_mode=False) or DONE
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as wrong:
        if said := " ".join(wrong.format_message().split()):
            print(f"run.py: {said} Lihat `run.py --help`.", file=sys.stderr)
        return wrong.exit_code


if __name__ == "__main__":
    sys.exit(main())
