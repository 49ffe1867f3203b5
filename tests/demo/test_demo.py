"""The demonstration from the outside: one command, nothing else, and a summary that adds up with the sample letters."""

import json
import re
import socket
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from demo.letters import samples
from tests.wire.loopback import answers, free_port
from tests.wire.smtp import PROJECT
from tests.wire.waiting import wait_until


@cache
def demo_once() -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "run.py", "demo", "--once"],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def summary() -> dict[str, int]:
    last: dict[str, int] = json.loads(demo_once().stdout.splitlines()[-1])
    return last


def told(word: str) -> list[str]:
    return [line for line in demo_once().stdout.splitlines() if line.lstrip().startswith(word)]


def test_the_demonstration_ends_well_and_quietly() -> None:
    assert demo_once().returncode == 0, demo_once().stderr
    assert "Traceback" not in demo_once().stderr
    assert "WARNING" not in demo_once().stderr
    assert "ERROR" not in demo_once().stderr


def test_a_port_that_is_taken_is_told_before_anything_else_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "run.py", "demo", "--port", str(port)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"porta {port} di 127.0.0.1 sudah dipakai program lain" in ended.stderr
    assert "--port" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_the_demonstration_opens_its_page_on_the_port_asked_for_and_says_how_to_sign_in(tmp_path: Path) -> None:
    port, told_there = free_port(), tmp_path / "output.log"
    with told_there.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "run.py", "demo", "--port", str(port)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
        )
        try:
            wait_until(lambda: answers(port) or process.poll() is not None)
            wait_until(lambda: "surat masuk" in told_there.read_text(encoding="utf-8") or process.poll() is not None)
            process.terminate()
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()
    lines = told_there.read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"Halaman petugas: http://127.0.0.1:{port}/"
    assert "kata sandi" in lines[1]


def test_the_summary_has_its_five_numbers_in_order(summary: dict[str, int]) -> None:
    assert list(summary) == ["received", "recorded", "acknowledged", "withheld", "quarantined"]


def test_every_sample_letter_is_received_and_told_of(summary: dict[str, int]) -> None:
    assert summary["received"] == len(samples()) == len(told("surat masuk"))


def test_every_recorded_letter_is_acknowledged_or_withheld(summary: dict[str, int]) -> None:
    assert summary["acknowledged"] + summary["withheld"] == summary["recorded"] == len(told("tanda terima"))
    assert summary["acknowledged"] > summary["withheld"] > 0


def test_what_the_lines_say_is_what_the_summary_counts(summary: dict[str, int]) -> None:
    first_time = [line for line in told("surat masuk") if "(salinan kedua)" not in line]
    recorded = [line for line in first_time if line.split()[2] == "dicatat"]
    quarantined = [line for line in first_time if line.split()[2] == "karantina"]
    assert (len(recorded), len(quarantined)) == (summary["recorded"], summary["quarantined"])


def test_the_numbers_given_are_without_gaps_and_each_has_one_acknowledgement() -> None:
    dicatat = [line.split()[3] for line in told("surat masuk") if line.split()[2] == "dicatat"]
    numbers = [number for number in dicatat if "(salinan kedua)" not in number]
    answered = Counter(line.split()[2] for line in told("tanda terima"))
    assert set(answered.values()) == {1}
    assert set(answered) == set(numbers)
    for register in {number[:3] for number in numbers}:
        places = sorted({int(number[-4:]) for number in numbers if number.startswith(register)})
        assert places == list(range(1, len(places) + 1))
        assert all(re.fullmatch(r"[A-Z]{3}/\d{4}/\d{4}", number) for number in numbers)
