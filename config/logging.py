"""Sets up the log: one line a record on stderr, in the office's time, without bodies and whole addresses."""

import logging
import re
import sys
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

OUR_ROOMS = ("config", "ledger", "ingest", "replies", "demo", "run", "__main__")
_ADDRESS = re.compile(r"[^\s@<>\"'(),:;\[\]{}]+@[^\s@<>\"'(),:;\[\]{}]+")
_UNSEEN = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {0x2028: " ", 0x2029: " "}


def mask(address: str | None) -> str:
    """Return an address for the log, such as "s***@example.org"; "***" for what is not an address."""
    local, at, domain = (address or "").strip().rpartition("@")
    return f"{local[0]}***@{domain}" if at and local and domain else "***"


class OneLine(logging.Formatter):
    """Writes a record as one line: time, level, place, message, and after " | " each line of a traceback."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """Return the record's time in the office's zone, ISO 8601 to the second."""
        return datetime.fromtimestamp(record.created, self._zone).isoformat(timespec="seconds")

    def formatException(self, ei: "logging._SysExcInfoType") -> str:
        """Return the traceback with every address masked: libraries quote recipients in their errors."""
        return _ADDRESS.sub(lambda found: mask(found.group()), super().formatException(ei))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record on one line; what a stranger wrote can neither start a line nor steer a terminal."""
        record.exc_text = None  # another formatter may have left the traceback there with its addresses whole
        lines = super().format(record).splitlines()
        return " | ".join(line.translate(_UNSEEN) for line in lines)


def set_up(level: str, zone: ZoneInfo, stream: TextIO | None = None) -> None:
    """Send the log to stderr, or to `stream`; calling it again replaces what the last call set up.

    `level` is for this project's own rooms. Libraries speak from WARNING on, because some of them write whole mails and
    forms at DEBUG.
    """
    to = logging.StreamHandler(stream or sys.stderr)
    to.setFormatter(OneLine(zone))
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each.formatter, OneLine)]:
        root.removeHandler(old)
    root.addHandler(to)
    root.setLevel(logging.WARNING)
    for room in OUR_ROOMS:
        logging.getLogger(room).setLevel(level)
