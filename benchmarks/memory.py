"""Peak memory (Linux) of taking in 2,000 ordinary mails, 20 mails of 15 MB, one of 60 MB: program and reader."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.mails import large_mail, mails
from benchmarks.stage import running_stage
from tests.wire.smtp import PROJECT

_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def peak(pid: int) -> int:
    """Return the peak of a process in MB so far, 0 once it is gone."""
    try:
        found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) // 1024 if found else 0


def children(pid: int) -> list[int]:
    """Return the processes that a process started and that still run."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _poll(file: Path) -> tuple[dict[str, int], int, int]:
    command = [sys.executable, "run.py", "--config", str(file), "poll"]
    output = file.parent / "poll.txt"
    program = reader = 0
    with output.open("w") as to, subprocess.Popen(command, cwd=PROJECT, stdout=to, stderr=to) as process:
        while process.poll() is None:
            program = max(program, peak(process.pid))
            reader = max([reader, *map(peak, children(process.pid))])
            time.sleep(0.02)
    summary: dict[str, int] = json.loads(output.read_text().strip().splitlines()[-1])
    return summary, program, reader


def main() -> None:
    """Print the peaks in MB."""
    loads = (
        ("2,000 ordinary mails", mails(2000)),
        ("20 mails of 15 MB", [large_mail(number, 15_000_000) for number in range(20)]),
        ("one mail of 60 MB", [large_mail(99, 60_000_000)]),
    )
    with running_stage() as stage:
        for name, some in loads:
            stage.dovecot.deliver(stage.account, some)
            summary, program, reader = _poll(stage.file)
            said = f"received {summary['received']}, recorded {summary['recorded']}"
            print(f"{name:22} {said:32} program {program} MB, its reader {reader} MB")
