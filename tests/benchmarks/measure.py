"""Timing that is fair on a noisy machine: contestants take turns, medians count."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence


def turns(contestants: Mapping[str, Callable[[], object]], repeat: int) -> dict[str, list[float]]:
    """Seconds of every run of each contestant: all warm up once, then take turns.

    Each round begins with the next one, so that nobody always runs behind the same other.
    """
    for contestant in contestants.values():
        contestant()
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(repeat):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            start = time.perf_counter()
            contestants[name]()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def paired_ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """The median over rounds of their time over ours in the same round.

    Steadier than the ratio of medians where the machine is busy now and then.
    """
    return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))


def peak_memory_mb() -> float:
    """The largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
