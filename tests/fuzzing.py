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
