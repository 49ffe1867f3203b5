"""From delivery at an IMAP server with IDLE to the acknowledgement at the SMTP server: median and worst of 20."""

import statistics
import subprocess
import sys
import time

from benchmarks.mails import mails
from benchmarks.stage import Stage, running_stage
from tests.wire.smtp import PROJECT

COUNT = 20
_PATIENCE = 90.0


def _until_accepted(stage: Stage, count: int) -> float:
    began = time.perf_counter()
    while len(stage.sink.accepted()) < count:
        if time.perf_counter() - began > _PATIENCE:
            raise TimeoutError(f"letter {count} did not come")
        time.sleep(0.005)
    return time.perf_counter() - began


def main() -> None:
    """Print the latency in seconds; the tick is set to an hour, so that the push alone is measured."""
    with running_stage() as stage:
        text = stage.file.read_text(encoding="utf-8")
        stage.file.write_text(text + "\n[intake]\npoll_seconds = 3600\n", encoding="utf-8")
        command = [sys.executable, "run.py", "--config", str(stage.file), "daemon"]
        daemon = subprocess.Popen(command, cwd=PROJECT)
        try:
            complaint = next(raw for raw in mails(1))
            stage.dovecot.deliver(stage.account, complaint)
            _until_accepted(stage, 1)
            spans = []
            for number in range(COUNT):
                time.sleep(0.3)
                raw = complaint.replace(b"<0.bench@", f"<{number}.push@".encode()).replace(
                    b"<warga0@", f"<cepat{number}@".encode()
                )
                stage.dovecot.deliver(stage.account, raw)
                spans.append(_until_accepted(stage, number + 2))
        finally:
            daemon.terminate()
            daemon.wait(60)
    print(f"{COUNT} letters: median {statistics.median(spans):.2f} s, worst {max(spans):.2f} s")
