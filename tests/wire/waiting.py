"""Waits for what another process does: asks again and again, up to a limit, never for a fixed length of time."""

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds; far more than a busy machine needs, because a test that fails by chance tells nothing."""


def wait_until(holds: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    """Return as soon as `holds` gives something true; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"did not come true within {seconds} seconds"
        time.sleep(0.03)
