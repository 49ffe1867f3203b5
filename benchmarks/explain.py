"""How many mails a second are judged (parsed, screened, classified, identified), in this process and in its own."""

import time

from benchmarks.mails import mails
from config.settings import load
from ingest.isolate import Isolated
from ingest.judge import Judge, Verdict
from tests.wire.office import SHIPPED

COUNT = 1000


def main() -> None:
    """Print both speeds."""
    settings = load(SHIPPED / "office.toml")
    some = mails(COUNT)
    judge = Judge(settings)
    judge(some[0], "")
    began = time.perf_counter()
    for raw in some:
        judge(raw, "")
    here = COUNT / (time.perf_counter() - began)
    isolated: Isolated[Verdict]
    with Isolated(Judge, settings) as isolated:
        isolated(some[0], "")
        began = time.perf_counter()
        for raw in some:
            isolated(raw, "")
        apart = COUNT / (time.perf_counter() - began)
    print(f"{COUNT} mails: judged in process {here:.0f}/s, in a process of its own {apart:.0f}/s")
