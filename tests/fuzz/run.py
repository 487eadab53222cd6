"""Hands mutated files to the reader of visitors' photos, and tells what became of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from game.ui.texts import TEXTS
from model.photo_limits import WALL_S
from model.uploads import limits
from model.uploads.reader import Answer, UploadReader
from tests.fuzz.mutations import mutant
from tests.uploads import encoded, scene

OVER_S = WALL_S + 2
"""No file may take longer: the limit by the clock, and the start of a process."""

GIVEN_UP = ("time", "memory", "crash")
"""Reasons that concern the process, not only the file."""

GOOD = encoded(scene(48, 32), "JPEG")


@dataclass
class Tally:
    """What became of the files of one format.

    Attributes:
        answers: how many were refused, by their key of ``limits.REASONS``; those that gave a
            picture stand under the empty key.
        escaped: what should not have been, a line each.
        slowest_s: the longest time of one file by the clock.
        peak_bytes: the most memory of any process that read them, resident.
    """

    answers: Counter[str] = field(default_factory=Counter)
    escaped: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    peak_bytes: int = 0

    @property
    def refused(self) -> int:
        """Files that got the one clear error while the process stayed as it was."""
        return sum(n for reason, n in self.answers.items() if reason and reason not in GIVEN_UP)


def fuzz(name: str, numbers: Sequence[int], seed: int) -> Tally:
    """Read mutated files of one format, one after the other, in processes of their own.

    Args:
        name: one of ``samples.FORMATS``.
        numbers: of the files, see :func:`mutations.mutant`.
        seed: of the whole run.
    """
    tally = Tally()
    reader = UploadReader(workers=1)
    memory_max = reader.answer(GOOD).peak_bytes + limits.MEMORY_BYTES
    try:
        for number in numbers:
            data = mutant(name, seed, number)
            began_s = time.monotonic()
            try:
                answer = reader.answer(data)
            except Exception as error:
                tally.escaped.append(f"{name} {number}: {type(error).__name__}: {error}")
                continue
            took_s = time.monotonic() - began_s
            tally.answers[answer.reason] += 1
            tally.slowest_s = max(tally.slowest_s, took_s)
            tally.peak_bytes = max(tally.peak_bytes, answer.peak_bytes)
            faults = _faults(answer, took_s, memory_max)
            if answer.reason in GIVEN_UP and reader.answer(GOOD).picture is None:
                faults.append("the next photo is not read")
            tally.escaped += [f"{name} {number}: {fault}" for fault in faults]
    finally:
        reader.close()
    return tally


def _faults(answer: Answer, took_s: float, memory_max: int) -> list[str]:
    """What an answer has that none may have."""
    faults = []
    if took_s > OVER_S:
        faults.append(f"took {took_s:.1f} s")
    if answer.peak_bytes > memory_max:
        faults.append(f"took {answer.peak_bytes / 2**20:.0f} MB")
    if answer.picture is None:
        if any(f"photo_{answer.reason}" not in texts for texts in TEXTS.values()):
            faults.append(f"the page has no words for {answer.reason!r}")
    elif answer.picture.info or max(answer.picture.size) > limits.LONGER_SIDE_PX:
        faults.append(f"a picture of {answer.picture.size} with {list(answer.picture.info)}")
    return faults
