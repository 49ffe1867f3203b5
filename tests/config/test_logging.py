"""The log: one line a record, the office's time, no whole address."""

import io
import logging
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from config.logging import OUR_ROOMS, OneLine, mask, set_up

WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """The log as it is written at level INFO; everything is put back afterwards."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    stream = io.StringIO()
    set_up("INFO", WIB, stream)
    yield stream
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for room in OUR_ROOMS:
        logging.getLogger(room).setLevel(logging.NOTSET)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("siti.aminah@example.org", "s***@example.org"),
        ("s@example.org", "s***@example.org"),
        (" Siti@example.org ", "S***@example.org"),
        ('"a@b"@example.org', '"***@example.org'),
        ("@example.org", "***"),
        ("siti", "***"),
        ("siti@", "***"),
        ("", "***"),
        (None, "***"),
    ],
)
def test_an_address_is_shown_by_its_first_letter_and_domain(address: str | None, shown: str) -> None:
    assert mask(address) == shown


def test_a_record_is_one_line_in_the_time_of_the_office() -> None:
    record = logging.makeLogRecord({"name": "ingest.settle", "levelname": "INFO", "msg": "%s mails", "args": (3,)})
    record.created = 1795365240.9  # 2026-11-22 16:34:00.9 UTC
    assert OneLine(WIB).format(record) == "2026-11-22T23:34:00+07:00 INFO ingest.settle: 3 mails"


def test_what_a_stranger_wrote_neither_starts_a_line_nor_steers_a_terminal(told: io.StringIO) -> None:
    logging.getLogger("ingest.settle").info("subject %s", "a\r\nb\x1b[2Jc\x00d\u2028e\x85f")
    assert told.getvalue().endswith("INFO ingest.settle: subject a | b\\x1b[2Jc\\x00d | e | f\n")
    assert told.getvalue().count("\n") == 1


def test_a_traceback_is_one_line_with_its_addresses_masked(told: io.StringIO) -> None:
    answer = "550 {'siti@example.org': (550, b'<siti@example.org> unknown')}"
    try:
        raise OSError(answer)
    except OSError:
        logging.getLogger("replies.post").exception("not sent")
    assert told.getvalue().count("\n") == 1
    assert "siti@" not in told.getvalue()
    assert told.getvalue().count("s***@example.org") == 2
    assert " | Traceback (most recent call last): | " in told.getvalue()


def test_our_rooms_speak_at_the_level_set_and_libraries_only_to_warn(told: io.StringIO) -> None:
    logging.getLogger("ledger.entries").debug("no")
    logging.getLogger("ledger.entries").info("ours")
    logging.getLogger("python_multipart.multipart").info("theirs")
    logging.getLogger("python_multipart.multipart").warning("their warning")
    assert [line.rpartition(": ")[2] for line in told.getvalue().splitlines()] == ["ours", "their warning"]


def test_setting_up_again_replaces_and_does_not_double(told: io.StringIO) -> None:
    again = io.StringIO()
    set_up("ERROR", WIB, again)
    logging.getLogger("ledger").warning("no")
    logging.getLogger("ledger").error("once")
    assert told.getvalue() == ""
    assert again.getvalue().count("once") == 1
    assert "no\n" not in again.getvalue()
