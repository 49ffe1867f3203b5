"""Kills the program again and again while it takes in mail and answers it, and then checks that the book is whole.

    python -m tests.wire.crash --mails 200 --kills 50 [--database sqlite|postgresql] [--sent] [--seed N]

A fresh Dovecot without a Sent folder, a fresh SMTP sink and a fresh book. The mails (complaints, requests, questions,
suggestions, automatic answers, delivery reports, list mail, the same letter twice, broken ones, ones that nothing can
read) are delivered in waves to two mailboxes. `run.py poll` runs in a process of its own and is killed with SIGKILL: in
turn while it takes mail in, while it settles, and while it sends, at a random moment after the first sign of that
phase. What the book held at each kill is recorded. Then the program runs to the end, and these must hold:

- every mail delivered is one arrival, and every arrival has its message with one disposition;
- `verify` finds nothing wrong; the numbers of each register are without gaps;
- the sink took no acknowledgement twice, counted by X-Buku-Nomor and by recipient;
- each letter marked as sent was taken by the sink exactly once; each withheld one was not, and says why; one that was
  under way at a kill is `uncertain` with its reason, never repeated; nothing else is left;
- no killed process left a child behind.

With --sent the SMTP server files every letter that it accepts into the mailbox's Sent folder before it says so, as
Gmail does, and the office knows it (`files_sent`). Then more must hold: no letter is uncertain, and each that was not
withheld was taken by the sink exactly once.

The exit code is 0 where all this holds, 1 where not. The seed makes the mails and the choice of moments the same again,
not the moments themselves. It needs the Debian packages that the tests of this folder need (dovecot-imapd, openssl, for
PostgreSQL postgresql).
"""

import argparse
import email
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func
from sqlmodel import col, select

from ledger.database import Database
from ledger.models import Arrival, Entry, Letter, Message
from ledger.verify import verify
from ledger.words import ArrivalState, LetterState
from tests.wire.certificate import make_certificate
from tests.wire.dovecot import Account, Dovecot, running_dovecot
from tests.wire.office import Box, imap_of, mail, smtp_of, write_office
from tests.wire.postgres import running_postgres
from tests.wire.processes import Owner, private_folder
from tests.wire.smtp import PROJECT, SmtpSink, running_sink

NO_SENT = "namespace inbox {\n  mailbox Sent {\n    auto = no\n  }\n}\n"
PHASES = ("taking in", "settling", "sending")
PATIENCE = 30.0
ROUNDS = 60
_DELIVERED = col(Arrival.outgoing).is_(False)
"""Not a letter of ours, met in Sent."""
UNDER_WAY = (LetterState.OWED, LetterState.QUEUED, LetterState.SENDING)


# The mails


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail to be delivered: what kind it is of, its bytes, and which of the two mailboxes get it."""

    kind: str
    raw: bytes
    mailboxes: tuple[int, ...]


def _complaint(number: int) -> bytes:
    return mail(number)


def _request(number: int) -> bytes:
    text = f"Dengan hormat, kami mengajukan permohonan pendaftaran perjanjian alih daya nomor {number}. Mohon diproses."
    return mail(number, subject=f"Permohonan pendaftaran perjanjian {number}", text=text)


def _question(number: int) -> bytes:
    text = f"Selamat pagi, apa saja syarat rekomendasi paspor untuk {number} orang, dan berapa lama prosesnya?"
    return mail(number, subject="Pertanyaan syarat", text=text)


def _suggestion(number: int) -> bytes:
    text = f"Saya mengusulkan agar loket {number} diberi kursi tambahan. Demikian saran saya."
    return mail(number, subject="Saran untuk loket", text=text)


def _automatic(number: int) -> bytes:
    return mail(number, subject="Balasan otomatis: cuti", text="Saya sedang cuti.", Auto_Submitted="auto-replied")


def _list_mail(number: int) -> bytes:
    return mail(number, subject="Buletin", text="Berita pekan ini.", List_Id="<buletin.warta.example.org>")


def _report(number: int) -> bytes:
    return (
        f"From: Mail Delivery System <MAILER-DAEMON@warga.example.org>\r\nSubject: Undelivered Mail\r\n"
        f"Return-Path: <>\r\nMessage-ID: <dsn.{number}@warga.example.org>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\nUser unknown {number}\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; warga.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; hilang{number}@warga.example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode("ascii")


def _broken(number: int) -> bytes:
    return (
        b"From: =?utf-8?b?!!!?= <rusak%d@warga.example.org\r\nSubject: =?x-tidak-ada?q?=ZZ?=\r\n"
        b"Content-Type: multipart/mixed; boundary=\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff\xfe%d\r\n"
        % (number, number)
    )


def _unreadable(number: int) -> bytes:
    return b"\x00\x01\xfe\xff%d\x80\x81\r\n" % number * (1 + number % 3)


SHARES: dict[str, tuple[Callable[[int], bytes], int]] = {
    "complaint": (_complaint, 40),
    "request": (_request, 12),
    "question": (_question, 6),
    "suggestion": (_suggestion, 4),
    "automatic": (_automatic, 8),
    "list": (_list_mail, 6),
    "report": (_report, 6),
    "broken": (_broken, 6),
    "unreadable": (_unreadable, 6),
    "to both": (_complaint, 6),
}
"""How each kind is made, and its weight; a mail to both mailboxes counts twice."""


def samples(mails: int, chance: random.Random) -> list[Sample]:
    """Make as many mails as are to arrive, of every kind."""
    made: list[Sample] = []
    number = arrivals = 0
    kinds = list(SHARES)
    while arrivals < mails:
        number += 1
        room = mails - arrivals
        (kind,) = kinds[number - 1 : number] or chance.choices(kinds, [SHARES[one][1] for one in kinds])
        both = kind == "to both" and room > 1
        boxes = (0, 1) if both else (chance.randrange(2),)
        made.append(Sample(kind, SHARES[kind][0](number), boxes))
        arrivals += len(boxes)
    chance.shuffle(made)
    return made


# The kills


@dataclass(frozen=True, slots=True)
class Counts:
    """What the book holds at one moment."""

    arrivals: int
    messages: int
    sent: int
    unsettled: int
    underway: int
    sending: int


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: the phase that it was meant for, and what the book held then."""

    phase: str
    counts: Counts

    @property
    def hit(self) -> str:
        """What the killed process had begun and not finished, as the book shows it."""
        if self.counts.sending:
            return "a letter under way"
        return "mail kept, not settled" if self.counts.unsettled else "letters waiting" if self.counts.underway else "-"


@dataclass(slots=True)
class Report:
    """What a run found; `wrong` is empty where every promise held."""

    kills: list[Kill] = field(default_factory=list)
    delivered: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    at_sink: int = 0
    wrong: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Return the counts as lines to read."""
        rows = [("mails delivered", self.delivered), ("kills", len(self.kills))]
        rows += [(f"  meant for {phase}", sum(kill.phase == phase for kill in self.kills)) for phase in PHASES]
        rows += [(f"  found: {hit}", times) for hit, times in sorted(Counter(k.hit for k in self.kills).items())]
        rows += [(f"disposition {name}", times) for name, times in sorted(self.dispositions.items())]
        rows += [(f"letters {name}", times) for name, times in sorted(self.letters.items())]
        rows += [("letters at the sink", self.at_sink), ("wrong", len(self.wrong))]
        return "\n".join(f"{name:<32}{count:>6}" for name, count in rows)


@dataclass(frozen=True, slots=True)
class Servers:
    """The mail servers of an office, and its two accounts; `files_sent` says that the SMTP server fills Sent."""

    dovecot: Dovecot
    sink: SmtpSink
    accounts: list[Account]
    files_sent: bool


class Stage:
    """One office with its servers, which is killed and started again."""

    def __init__(self, servers: Servers, database: Database, url: str, folder: Path, chance: random.Random) -> None:
        self._dovecot, self._sink, self._accounts = servers.dovecot, servers.sink, servers.accounts
        self._files_sent, self._database, self._chance = servers.files_sent, database, chance
        more = {"files_sent": servers.files_sent}
        boxes = [
            Box(one.address, one.password, imap_of(self._dovecot), smtp_of(self._sink), more=more)
            for one in self._accounts
        ]
        # On PostgreSQL a letter under way counts as left only after many such time-outs.
        letters = {"sure_after_seconds": 2, "timeout_seconds": 5 if database.is_sqlite else 1, "daily_cap": 1000}
        logging: dict[str, object] = {"level": "WARNING"}
        self._office = write_office(folder, boxes, database_url=url, letters=letters, logging=logging)
        self._log = folder / "output.log"
        self.report = Report()

    def deliver(self, some: Sequence[Sample]) -> None:
        """Put mails into the mailboxes."""
        for sample in some:
            for box in sample.mailboxes:
                self._dovecot.deliver(self._accounts[box], sample.raw)
                self.report.delivered += 1

    def mark_everything_read(self) -> None:
        """Mark every mail as read through another client, as staff do in webmail."""
        for account in self._accounts:
            self._dovecot.mark_all_seen(account)

    def counts(self) -> Counts:
        """Count what stands in the book."""
        with self._database.reading() as session:

            def number(table: type[Arrival] | type[Message] | type[Letter], *which: object) -> int:
                query = select(func.count()).select_from(table).where(*which)  # type: ignore[arg-type]
                return session.exec(query).one()

            state = col(Letter.state)
            return Counts(
                arrivals=number(Arrival, _DELIVERED),
                messages=number(Message),
                sent=number(Letter, state == LetterState.SENT),
                unsettled=number(Arrival, col(Arrival.message_id).is_(None), col(Arrival.state) == ArrivalState.TAKEN),
                underway=number(Letter, state.in_(UNDER_WAY)),
                sending=number(Letter, state == LetterState.SENDING),
            )

    @contextmanager
    def _running(self) -> Iterator["subprocess.Popen[bytes]"]:
        with self._log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "run.py", "--config", str(self._office), "poll"],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()

    def kill_within(self, phase: str) -> bool:
        """Run a pass and kill it within a phase; False where the pass was over before that phase showed itself."""
        before = self.counts()
        ahead = {
            "taking in": self.report.delivered - before.arrivals,
            "settling": self.report.delivered - before.arrivals,  # it begins when all is kept
            "sending": before.underway or 1,
        }[phase]
        steps = ahead if phase == "settling" else self._chance.randint(1, max(1, min(4, ahead)))
        delay = self._chance.uniform(0, 1.2 if phase == "settling" else 0.03)

        def begun() -> bool:
            now = self.counts()
            sent = now.sent - before.sent + now.sending - before.sending
            return (sent if phase == "sending" else now.arrivals - before.arrivals) >= steps

        with self._running() as process:
            end = time.monotonic() + PATIENCE
            while not begun():
                if process.poll() is not None or time.monotonic() > end:
                    return False
                time.sleep(0.002)
            time.sleep(delay)
            if process.poll() is not None:
                return False
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.report.kills.append(Kill(phase, self.counts()))
        self._nobody_left(process.pid)
        return True

    def _nobody_left(self, group: int) -> None:
        end = time.monotonic() + PATIENCE  # a reader killed in the midst of its imports ends when it first listens
        while time.monotonic() < end:
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            time.sleep(0.01)
        self.report.wrong.append(f"process group {group} was still there {PATIENCE:.0f} seconds after the kill")

    def run_to_the_end(self) -> None:
        """Run whole passes until nothing is left to be done."""
        for _ in range(ROUNDS):
            with self._running() as process:
                code = process.wait(120)
            said = self._log.read_text(errors="replace")
            if code != 0 or "Traceback" in said:
                self.report.wrong.append(f"a whole pass ended with {code}: {said[-1500:]}")
            now = self.counts()
            if not now.unsettled and not now.underway and now.arrivals >= self.report.delivered:
                return
        self.report.wrong.append(f"not finished after {ROUNDS} passes: {self.counts()}")

    def judge(self) -> None:
        """Check every promise; what is broken stands in the report."""
        with self._database.reading() as session:
            self._judge_book(
                verify(session),
                list(session.exec(select(Arrival).where(_DELIVERED))),
                list(session.exec(select(Message))),
            )
            rows = session.exec(select(Letter, Entry).join(Entry, col(Entry.id) == col(Letter.entry_id)))
            pairs = [(letter, entry) for letter, entry in rows]
            entries = list(session.exec(select(Entry)))
        self._judge_numbers(entries)
        self._judge_letters(pairs, len(entries))

    def _expect(self, holds: bool, else_wrong: str) -> None:
        if not holds:
            self.report.wrong.append(else_wrong)

    def _judge_book(self, checked: Sequence[object], arrivals: list[Arrival], mails: list[Message]) -> None:
        self.report.wrong += [f"verify: {one}" for one in checked if getattr(one, "wrong", "")]
        of_message = {message.id: message.disposition.value for message in mails}
        bare = sum(arrival.message_id is None for arrival in arrivals)
        self._expect(bare == 0, f"{bare} arrivals without a message")
        self._expect(
            len(arrivals) == self.report.delivered, f"{len(arrivals)} arrivals of {self.report.delivered} mails"
        )
        first: set[int] = set()
        for arrival in arrivals:
            again = arrival.message_id in first
            first.add(arrival.message_id or 0)
            name = of_message.get(arrival.message_id, "none")
            self.report.dispositions["further arrival" if again else name] += 1

    def _judge_numbers(self, entries: list[Entry]) -> None:
        for series in {entry.series for entry in entries}:
            numbers = sorted(entry.sequence for entry in entries if entry.series is series)
            self._expect(numbers == list(range(1, len(numbers) + 1)), f"{series}: {numbers}")

    def _judge_letters(self, pairs: list[tuple[Letter, Entry]], entries: int) -> None:
        accepted = self._sink.accepted()
        self.report.at_sink = len(accepted)
        numbers = Counter(str(email.message_from_bytes(one.raw)["X-Buku-Nomor"]) for one in accepted)
        recipients = Counter(recipient for one in accepted for recipient in one.recipients)
        twice = [name for name, times in (numbers + recipients).items() if times > 1]
        self._expect(not twice, f"acknowledged twice: {twice}")
        self._expect(len(pairs) == entries, f"{len(pairs)} letters for {entries} entries")
        for letter, entry in pairs:
            self.report.letters[letter.state.value] += 1
            times = numbers.pop(entry.number, 0)
            unsure = () if self._files_sent else (0, 1)
            allowed = {LetterState.SENT: (1,), LetterState.WITHHELD: (0,), LetterState.UNCERTAIN: unsure}
            self._expect(
                times in allowed.get(letter.state, ()), f"{entry.number} is {letter.state}, {times} times at the sink"
            )
            self._expect(letter.state is LetterState.SENT or bool(letter.reason), f"{entry.number}: no reason")
        self._expect(not numbers, f"letters of no entry: {list(numbers)}")


@contextmanager
def _book(kind: str, folder: Path) -> Iterator[tuple[Database, str]]:
    if kind == "sqlite":
        url = f"sqlite:///{(folder / 'book.db').as_posix()}"
        yield from _opened(url)
        return
    with running_postgres() as server:
        yield from _opened(server.url(server.create_database()))


def _opened(url: str) -> Iterator[tuple[Database, str]]:
    database = Database.open(url)
    try:
        database.upgrade()
        yield database, url
    finally:
        database.close()


@contextmanager
def _servers(folder: Path, *, sent: bool) -> Iterator[Servers]:
    with running_dovecot(make_certificate(folder), extra="" if sent else NO_SENT) as dovecot:
        accounts = [dovecot.account(), dovecot.account()]
        filed = {one.address: dovecot.maildir(one, "Sent") for one in accounts} if sent else None
        with running_sink(file_into=filed) as sink:
            yield Servers(dovecot, sink, accounts, sent)


@contextmanager
def stage(kind: str, chance: random.Random, *, sent: bool) -> Iterator[Stage]:
    """Set up fresh servers and a fresh book."""
    with (
        private_folder(Owner(), "crash") as folder,
        _servers(folder, sent=sent) as servers,
        _book(kind, folder) as (database, url),
    ):
        yield Stage(servers, database, url, folder, chance)


def crash(
    mails: int,
    kills: int,
    *,
    database: str,
    seed: int,
    sent: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Do the whole experiment and return what was found."""
    chance = random.Random(seed)
    left = samples(mails, chance)
    with stage(database, chance, sent=sent) as show:
        tries = 0
        while len(show.report.kills) < kills and tries < kills * 2:
            done = len(show.report.kills)
            phase = PHASES[done % len(PHASES)]
            tries += 1
            if phase != "sending" or not show.counts().underway:
                wave = -(-len(left) // max(1, kills - done))
                show.deliver(left[:wave])
                left = left[wave:]
            if show.kill_within(phase):
                tell(f"kill {len(show.report.kills):>3} {phase:<10} {show.report.kills[-1].counts}")
        show.deliver(left)
        show.run_to_the_end()
        show.judge()
        if len(show.report.kills) < kills:
            show.report.wrong.append(f"only {len(show.report.kills)} of {kills} kills came off in {tries} tries")
        return show.report


def main() -> int:
    """Read the command line, run, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.wire.crash", description=__doc__.split("\n")[0])
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--sent", action="store_true", help="the SMTP server files what it accepts in Sent")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    print(f"{options.database}, seed {options.seed}{', filed in Sent' if options.sent else ''}")
    report = crash(
        options.mails, options.kills, database=options.database, seed=options.seed, sent=options.sent, tell=print
    )
    print(report.table())
    for wrong in report.wrong:
        print(f"WRONG {wrong}")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
