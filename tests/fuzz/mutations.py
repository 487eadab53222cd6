"""What befalls a file: bytes flipped, cut, repeated, other lengths and sizes, foreign headers."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable

from tests.fuzz.samples import FORMATS, SIZE, samples

BYTES_MAX = 1_000_000
"""Mutated files are cut to this; larger ones only take longer to hand over."""

LENGTHS = (0, 1, 2, 7, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF)
"""Numbers that decoders may not have expected, for fields of one, two or four bytes."""

_SCAN = re.compile(rb"\xff\xda(?:[^\xff]|\xff[\x00\xd0-\xd7])*", re.DOTALL)
"""A scan of a JPEG: its header and what is coded up to the next marker."""


def flip_bytes(rng: random.Random, data: bytes) -> bytes:
    """Other values in a few bytes, or in many; half of the time near the beginning."""
    changed = bytearray(data)
    end = len(data) if rng.random() < 0.5 else min(len(data), 100)
    for _ in range(rng.choice((1, 1, 2, 5, 20, 100))):
        changed[rng.randrange(end)] ^= rng.randrange(1, 256)
    return bytes(changed)


def cut(rng: random.Random, data: bytes) -> bytes:
    """Without its end, or without a part in the middle."""
    first, second = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:second] if rng.random() < 0.5 else data[:first] + data[second:]


def repeat_chunk(rng: random.Random, data: bytes) -> bytes:
    """A part comes several times, at its own place or elsewhere."""
    start = rng.randrange(len(data))
    chunk = data[start : start + rng.choice((1, 4, 12, 100, 1000))]
    place = start if rng.random() < 0.5 else rng.randrange(len(data))
    return data[:place] + chunk * rng.choice((1, 2, 10, 300, 5000)) + data[place:]


def change_lengths(rng: random.Random, data: bytes) -> bytes:
    """Numbers of one, two or four bytes, in either order, become very small or very large."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        width = rng.choice((1, 2, 4))
        number = rng.choice(LENGTHS) & (256**width - 1)
        place = rng.randrange(min(len(data), rng.choice((40, 400, 10**9))))
        changed[place : place + width] = number.to_bytes(width, rng.choice(("big", "little")))
    return bytes(changed)


def repeat_scans(rng: random.Random, data: bytes) -> bytes:
    """The scans of a JPEG come again and again; of another format any part does."""
    scans = list(_SCAN.finditer(data)) if data.startswith(b"\xff\xd8") else []
    if not scans:
        return repeat_chunk(rng, data)
    scan = rng.choice(scans)
    body = scan[0] if rng.random() < 0.5 else scan[0][:14]
    return data[: scan.end()] + body * rng.choice((1, 5, 45, 200, 3000)) + data[scan.end() :]


def claim_size(rng: random.Random, data: bytes) -> bytes:
    """Says that it is far larger than it is, wherever its width or height stands."""
    order, width = rng.choice(("big", "little")), rng.choice((2, 4))
    less = rng.choice((0, 1))  # some formats write the side less one
    for side in SIZE:
        said = rng.choice((1, 300, 2000, 7000, 16_000)) - less
        data = data.replace((side - less).to_bytes(width, order), said.to_bytes(width, order))
    return data


def foreign_header(rng: random.Random, data: bytes) -> bytes:
    """The first bytes of another format, in place of its own or before them."""
    head = rng.choice(samples(rng.choice(FORMATS)))[: rng.choice((4, 12, 16, 40, 200))]
    return head + (data[len(head) :] if rng.random() < 0.5 else data)


MUTATIONS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    flip_bytes,
    cut,
    repeat_chunk,
    change_lengths,
    repeat_scans,
    claim_size,
    foreign_header,
)


def mend_checksums(data: bytes) -> bytes:
    """A PNG whose chunks have the checksums of what is in them now: decoders look further then."""
    mended, place = bytearray(data), 8
    while place + 12 <= len(mended):
        end = place + 8 + int.from_bytes(mended[place : place + 4], "big")
        if end + 4 > len(mended):
            break
        mended[end : end + 4] = zlib.crc32(mended[place + 4 : end]).to_bytes(4, "big")
        place = end + 4
    return bytes(mended)


def mutant(name: str, seed: int, number: int) -> bytes:
    """The file of this number of a format: the same for the same seed, on every machine.

    Args:
        name: one of ``samples.FORMATS``.
        seed: of the whole run.
        number: of the file; each has one to three mutations.
    """
    rng = random.Random(f"{seed} {name} {number}")
    data = rng.choice(samples(name))
    for _ in range(rng.choice((1, 1, 2, 3))):
        data = rng.choice(MUTATIONS)(rng, data or b"\0")
    if data.startswith(b"\x89PNG") and rng.random() < 0.7:
        data = mend_checksums(data)
    return data[:BYTES_MAX]
