"""Mutated files of every format through the reader of visitors' photos.

usage::

    python -m tests.fuzz [--files 10000] [--seed 1] [--only "WebP 17"]

Prints a line for each format: its files, how many gave a picture, how many were refused with the
one clear error, how many cost their process (time, memory, crash), what escaped, the slowest file
and the most memory of a process. Exits with 1 if anything escaped: an exception, a file without a
clear error, more time or memory than the limits, or a photo afterwards that is not read.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.mutations import mutant
from tests.fuzz.run import Tally, fuzz
from tests.fuzz.samples import FORMATS

AT_ONCE = 2
"""Formats at a time, each with a process of its own."""

HEAD = f"{'':17}{'files':>6} answered refused  time memory crash escaped slowest   peak"


def line(name: str, tally: Tally) -> str:
    """What became of the files of one format, below ``HEAD``."""
    time_, memory, crash = (tally.answers[reason] for reason in ("time", "memory", "crash"))
    return (
        f"{name:17}{tally.answers.total():6} {tally.answers['']:8} {tally.refused:7} {time_:5} "
        f"{memory:6} {crash:5} {len(tally.escaped):7} {tally.slowest_s:5.2f} s "
        f"{tally.peak_bytes / 2**20:3.0f} MB"
    )


def write(name: str, number: int, seed: int) -> None:
    """Put one mutated file under ``build/fuzz``, to be looked at."""
    file = Path("build", "fuzz", f"{name} {number}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(mutant(name, seed, number))
    print(file)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="of all formats together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="writes one file, such as 'WebP 17', instead of reading any")
    args = parser.parse_args()
    if args.only:
        name, _, number = args.only.rpartition(" ")
        write(name, int(number), args.seed)
        return
    began_s = time.monotonic()
    numbers = [range(start, args.files, len(FORMATS)) for start in range(len(FORMATS))]
    escaped = []
    print(HEAD)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        tallies = threads.map(fuzz, FORMATS, numbers, [args.seed] * len(FORMATS))
        for name, tally in zip(FORMATS, tallies, strict=True):
            print(line(name, tally), flush=True)
            escaped += tally.escaped
    print(*escaped, sep="\n", end="\n" if escaped else "")
    print(f"{args.files} files, seed {args.seed}, {time.monotonic() - began_s:.0f} s")
    sys.exit(1 if escaped else 0)


if __name__ == "__main__":
    main()
