"""Intake of 2,000 mails from a real Dovecot over TLS, beside fetching, judging and committing alone in the same run."""

import time
from collections.abc import Callable

from benchmarks.mails import mails
from benchmarks.stage import Stage, now, running_stage
from ingest.isolate import Isolated
from ingest.judge import Judge, Verdict
from ingest.mailbox import MailboxConnection
from ingest.settle import Means, settle_pending
from ingest.watch import run_pass

COUNT = 2000


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _fetch_alone(stage: Stage) -> None:
    with MailboxConnection.open(stage.settings.mailboxes[0], timeout=30) as connection:
        connection.look("INBOX")
        for uid in sorted(connection.uids()):
            connection.fetch(uid)


def _whole(stage: Stage, read: Isolated[Verdict]) -> None:
    database = stage.fresh_book("whole.db")
    means = Means(stage.settings, stage.rulebook, read, now)
    passed = run_pass(database, [stage.watcher(database, means)], means)
    assert len(passed.settled) == COUNT, f"{len(passed.settled)} mails settled"
    database.close()


def _keep_and_settle(stage: Stage, known: dict[bytes, Verdict]) -> tuple[float, float]:
    """Return the seconds of keeping the fetched mails (one commit a mail) and of settling them, judged beforehand."""
    database = stage.fresh_book("commit.db")
    means = Means(stage.settings, stage.rulebook, lambda raw, _: known[raw], now)
    watcher = stage.watcher(database, means)
    kept = _timed(watcher.look)
    settled = _timed(lambda: settle_pending(database, means))
    watcher.leave()
    database.close()
    return kept, settled


def main() -> None:
    """Print mails a second of each part and of the whole."""
    some = mails(COUNT)
    with running_stage() as stage, Isolated(Judge, stage.settings) as isolated:
        stage.dovecot.deliver(stage.account, some)
        isolated(some[0], "")
        fetch = _timed(lambda: _fetch_alone(stage))
        judge = Judge(stage.settings)
        known: dict[bytes, Verdict] = {}
        address = stage.account.address
        parse = _timed(lambda: known.update({raw: judge(raw, address) for raw in some}))
        kept, settled = _keep_and_settle(
            stage, {raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"): one for raw, one in known.items()} | known
        )
        whole = _timed(lambda: _whole(stage, isolated))
    parts = {
        "fetch alone": fetch,
        "judge alone": parse,
        "fetch and keep (a commit a mail)": kept,
        "settle alone (batches of 50)": settled,
        "the whole": whole,
    }
    for name, seconds in parts.items():
        print(f"{name:34} {COUNT / seconds:8.0f} mails/s  {seconds:6.2f} s  {seconds / whole:5.0%} of the whole")
