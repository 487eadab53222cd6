"""How many processors this process may use."""

from __future__ import annotations

import os

import joblib


def allowance() -> int:
    """Threads that keep to what was allotted: affinity, a container's quota, OMP_NUM_THREADS."""
    named = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    found = int(joblib.cpu_count())
    return min(int(named), found) if named.isdecimal() and int(named) else found
