"""How hard the fuzz tests try: FUZZ_EXAMPLES inputs each (200 by default), none of which may take five seconds.

All of them, and more thoroughly: `FUZZ_EXAMPLES=7000 python -m pytest tests/ingest -m hypothesis`.
"""

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings

FUZZ = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "200")),
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.too_slow],
)

LONG_LETTERS = settings(FUZZ, max_examples=max(1, FUZZ.max_examples // 10))
"""The same for letters as long as any is read, of which each takes a fifth of a second."""

WALKS = settings(
    max_examples=max(1, FUZZ.max_examples // 40),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
"""How hard the random walks try: one walk of up to 30 acts for every 40 inputs of the others.

At length: `FUZZ_EXAMPLES=7000 python -m pytest tests/test_walks.py`.
"""
