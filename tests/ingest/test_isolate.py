"""What hangs or dies in the reading process takes nothing else down, and nothing stays behind."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from config.settings import Settings, load
from ingest.isolate import Isolated, ReaderDied, ReaderUnavailable


# Not from tests.office: the reading process imports this module, and nothing of the database.
@cache
def settings() -> Settings:
    return load(Path(__file__).resolve().parents[2] / "config" / "office.toml")


INHERITED: list[str] = []
"""What a forked process would inherit as it stands; a spawned one imports this module afresh."""


def make_worker(_: Settings) -> Callable[..., object]:
    """Build, in the other process, a function that does what it is told."""
    calls = 0

    def work(order: str, size: int = 0) -> object:
        nonlocal calls
        calls += 1
        match order:
            case "die":
                os._exit(9)
            case "hang":
                threading.Event().wait()
            case "raise":
                raise RuntimeError("a bug of ours")
            case "unpicklable":
                return lambda: None
            case "size":
                return b"x" * size
            case "pid":
                return os.getpid()
            case "inherited":
                return INHERITED
        return f"{order} {calls}"

    return work


def _isolated(parse_seconds: int) -> Isolated[object]:
    intake = settings().intake.model_copy(update={"parse_seconds": parse_seconds})
    return Isolated(make_worker, settings().model_copy(update={"intake": intake}))


@pytest.fixture
def isolated() -> Iterator[Isolated[object]]:
    with _isolated(60) as isolated:
        yield isolated
    assert multiprocessing.active_children() == []


def test_the_reading_process_is_spawned_and_inherits_no_thread_and_no_lock(isolated: Isolated[object]) -> None:
    INHERITED.append("dari proses induk")
    assert isolated("inherited") == []


def test_work_is_done_in_one_other_process_for_all_calls(isolated: Isolated[object]) -> None:
    assert [isolated("satu"), isolated("dua")] == ["satu 1", "dua 2"]
    assert isolated("pid") == isolated("pid") != os.getpid()


def test_a_worker_that_dies_is_told_and_the_next_call_finds_another(isolated: Isolated[object]) -> None:
    first = isolated("pid")
    with pytest.raises(ReaderDied, match="berhenti mendadak"):
        isolated("die")
    assert isolated("pid") != first


def test_a_worker_that_hangs_is_ended_at_the_limit_and_the_next_call_finds_another() -> None:
    with _isolated(4) as isolated:
        isolated("awal")
        with pytest.raises(ReaderDied, match="batas waktu 4 detik"):
            isolated("hang")
        assert multiprocessing.active_children() == []
        assert isolated("lagi") == "lagi 1"


def test_a_result_that_cannot_be_sent_back_is_a_death_too(isolated: Isolated[object]) -> None:
    with pytest.raises(ReaderDied):
        isolated("unpicklable")
    with pytest.raises(ReaderDied):
        isolated("raise")
    assert isolated("lagi") == "lagi 1"


def test_a_worker_killed_between_two_calls_costs_one_call_at_most(isolated: Isolated[object]) -> None:
    isolated("awal")
    (child,) = multiprocessing.active_children()
    child.terminate()
    child.join()
    with pytest.raises(ReaderDied):
        isolated("lagi")
    assert isolated("lagi") == "lagi 1"


def test_large_mails_and_large_results_pass(isolated: Isolated[object]) -> None:
    assert isolated("size", 30_000_000) == b"x" * 30_000_000
    assert isolated("x" * 30_000_000) == "x" * 30_000_000 + " 2"


def test_calls_of_several_threads_each_get_their_own_answer(isolated: Isolated[object]) -> None:
    answers: dict[int, object] = {}
    threads = [
        threading.Thread(target=lambda n=n: answers.update({n: isolated(f"nomor-{n}")}))  # type: ignore[misc]
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [str(answers[n]).split()[0] for n in range(8)] == [f"nomor-{n}" for n in range(8)]


def test_no_process_is_started_before_the_first_call_and_none_stays_after_closing(isolated: Isolated[object]) -> None:
    assert multiprocessing.active_children() == []
    isolated("satu")
    (child,) = multiprocessing.active_children()
    isolated.close()
    assert not child.is_alive()
    isolated.close()
    assert isolated("lagi") == "lagi 1"


def make_nothing(_: Settings) -> Callable[..., object]:
    """Die before being ready, as where a file of the program cannot be read."""
    os._exit(3)


def test_a_reader_that_cannot_be_started_says_nothing_about_the_mail() -> None:
    with Isolated(make_nothing, settings()) as isolated, pytest.raises(ReaderUnavailable, match="tidak dapat dimulai"):
        isolated("satu")
    assert multiprocessing.active_children() == []
