"""Says what a machine lacks for a test: a skip that names the Debian package, a failure under REQUIRE_ALL=1."""

import os
from typing import TypeVar

import pytest

FoundT = TypeVar("FoundT")


def needed(found: FoundT | None, package: str) -> FoundT:
    """Return what was found, or skip the test naming the Debian package that brings it.

    Where REQUIRE_ALL=1 is set, `tests/conftest.py` makes every skip a failure, this one too.
    """
    if found is None:
        pytest.skip(f"needs the Debian package {package}, which is not installed here")
    return found


def nothing_may_skip() -> bool:
    """Say whether this run forbids skipping (REQUIRE_ALL=1, as .ci/run sets it)."""
    return os.environ.get("REQUIRE_ALL") == "1"
