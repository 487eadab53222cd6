"""Files far away, read by ranges of bytes as if they were here. Torch-free."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, BinaryIO, Literal

BLOCK_BYTES = 64 << 10
"""The least that is fetched: the footer of a shard, or the small columns of a row group."""

AHEAD_BLOCKS = 64
"""The most that is fetched ahead (4 MiB) of somebody who reads on and on."""

KEPT_BLOCKS = 512
"""Blocks of a file that stay in memory (32 MiB), the last used ones: as much as a row group of the
hub's shards (25 MB), which is gone through twice to find where its pictures lie."""


class RemoteFile:
    """One file behind a function that fetches ranges of its bytes. Safe for threads.

    Fetches blocks as they are read. Reading on right behind the last fetch doubles the next one,
    so that walking through megabytes takes few requests, and a look here and there few bytes.

    Args:
        address: what to call it in messages.
        size: in bytes.
        fetch: the bytes from a start up to, not including, an end; raises ``OSError``.
    """

    def __init__(self, address: str, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self._address, self.size, self._fetch = address, size, fetch
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._next, self._ahead = -1, 1

    def __str__(self) -> str:
        return self._address

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self._address.rsplit("/", 1)[-1]

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """A stream of its own position over the blocks that all streams share."""
        del mode  # as for a path; nothing else can be done with it
        return io.BufferedReader(_Stream(self))

    def read_at(self, start: int, length: int) -> bytes:
        """At most ``length`` bytes from ``start``, fewer only at the end.

        Raises:
            OSError: they cannot be fetched.
        """
        end = min(start + length, self.size)
        if start >= end:
            return b""
        first, last = start // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        with self._lock:
            data = b"".join(self._blocks(first, last))
        return data[start - first * BLOCK_BYTES : end - first * BLOCK_BYTES]

    def _blocks(self, first: int, last: int) -> list[bytes]:
        found: dict[int, bytes] = {}
        for block in range(first, last + 1):
            if block in self._kept:
                self._kept.move_to_end(block)
                found[block] = self._kept[block]
            elif block not in found:
                found |= self._fetch_from(block, last)
        return [found[block] for block in range(first, last + 1)]

    def _fetch_from(self, block: int, last: int) -> dict[int, bytes]:
        """Fetch the missing blocks from one on, up to the last one wanted or further ahead."""
        self._ahead = min(2 * self._ahead, AHEAD_BLOCKS) if block == self._next else 1
        stop = block + max(self._ahead, last + 1 - block)
        start, end = block * BLOCK_BYTES, min(stop * BLOCK_BYTES, self.size)
        data = self._fetch(start, end)
        if len(data) != end - start:
            raise OSError(f"{len(data)} bytes came for a range of {end - start}")
        self._next = stop
        pieces = range(0, len(data), BLOCK_BYTES)
        fetched = {block + i // BLOCK_BYTES: data[i : i + BLOCK_BYTES] for i in pieces}
        self._kept |= fetched
        while len(self._kept) > KEPT_BLOCKS:
            self._kept.popitem(last=False)
        return fetched

    def __getstate__(self) -> dict[str, Any]:
        return {n: v for n, v in vars(self).items() if n not in ("_lock", "_kept")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.Lock(), _kept=OrderedDict())


class _Stream(io.RawIOBase):
    def __init__(self, file: RemoteFile) -> None:
        self._file, self._position = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._file.size}
        self._position = max(0, base[whence] + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        data = self._file.read_at(self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
