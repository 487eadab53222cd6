"""Reads visitors' photos in worker processes, so that no photo can hurt the server.

usage::

    read_photo = UploadReader().read
    picture = read_photo(data, "your photo")     # RGB, upright, at most LONGER_SIDE_PX

A worker that crashes, or takes too long, is replaced. On Linux the system keeps its memory and
processor time within limits; where it cannot (macOS: memory; Windows: both), the limits on bytes,
pixels, scans and time by the clock remain.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from model.errors import PictureError, first_line
from model.photo_limits import BYTES_MAX, WAIT_S, WALL_S
from model.uploads.limits import LONGER_SIDE_PX, REASONS

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]

WORKERS = 2
"""Processes at most; each is started when a photo finds no idle one, and takes 40 MB of its own."""

HEAD_BYTES_MAX = 1000

_PASSED_ON = (
    "PATH LANG LC_ALL PYTHONHOME PYTHONPATH LD_LIBRARY_PATH DYLD_LIBRARY_PATH SYSTEMROOT"
).split()
"""Of the server's environment; passwords and tokens are none of a decoder's business."""

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
"""Threads and arenas take address space, which is limited, and decoding gains nothing by them."""


@dataclass(frozen=True)
class Answer:
    """What a worker made of a photo.

    Attributes:
        reason: why there is no picture, a key of ``limits.REASONS``; empty if there is one.
        picture: RGB.
        cpu_s: processor time that it took.
        peak_bytes: the most memory that the worker ever had, resident.
    """

    reason: str = ""
    picture: Image.Image | None = None
    cpu_s: float = 0.0
    peak_bytes: int = 0


class _Worker:
    """One process, and what goes to and fro."""

    def __init__(self, command: list[str]) -> None:
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self.answered = 0
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=passed_on | _ONE_THREAD,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, data: bytes, wall_s: float) -> Answer:
        """Hand over a photo and wait; after a crash or too long a time the worker is dead."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(wall_s, stop)
        timer.start()
        try:
            answer = self._exchange(data)
        except Exception:  # it is gone, or what it says makes no sense: it came from outside
            answer = None
        finally:
            timer.cancel()
            timer.join()  # else it might still kill the worker, in the middle of the next photo
        self.answered += 1
        if answer is not None and not late.is_set():
            return answer
        status = self.end()
        out_of_time = late.is_set() or status == -getattr(signal, "SIGXCPU", 0)
        return Answer("time" if out_of_time else "crash")

    def _exchange(self, data: bytes) -> Answer:
        """Raises any exception if what comes back is no answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(len(data).to_bytes(4, "big"))
        self._process.stdin.write(data)
        self._process.stdin.flush()
        head: dict[str, Any] = dict(json.loads(self._process.stdout.readline(HEAD_BYTES_MAX)))
        costs = float(head["cpu_s"]), int(head.get("peak_bytes", 0))
        if "size" not in head:
            reason = head.get("reason")
            return Answer(reason if reason in REASONS else "damaged", None, *costs)
        width_px, height_px = head["size"]
        if not (0 < width_px <= LONGER_SIDE_PX and 0 < height_px <= LONGER_SIDE_PX):
            raise ValueError("a picture of impossible size")
        pixels = self._process.stdout.read(width_px * height_px * 3)
        return Answer("", Image.frombytes("RGB", (width_px, height_px), pixels), *costs)

    def end(self) -> int:
        """Kill the process, so that no zombie stays; returns its exit status."""
        self._process.kill()
        status = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what is still to be written has no reader
                    pipe.close()
        return status


class UploadReader:
    """Reads visitors' photos in worker processes; safe to share between threads."""

    def __init__(
        self,
        workers: int = WORKERS,
        *,
        wall_s: float = WALL_S,
        wait_s: float = WAIT_S,
        command: Iterable[str] = (sys.executable, "-m", "model.uploads.worker"),
    ) -> None:
        """Start nothing yet.

        Args:
            workers: processes at most.
            wall_s: time for one photo by the clock, in seconds.
            wait_s: how long a photo waits for a free worker, in seconds.
            command: what a worker runs; tests put broken ones there.
        """
        self._wall_s, self._wait_s = wall_s, wait_s
        self._command = list(command)
        # Last in, first out: a second process is only started when two photos come at once.
        self._places: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._places.put(None)
        self._running: set[_Worker] = set()
        self.close = weakref.finalize(self, _end_all, self._running)
        """Ends all processes; happens by itself when the reader goes and when the server stops."""

    def read(self, data: bytes, name: str) -> Image.Image:
        """Decode a photo into plain RGB pixels, upright, without any metadata.

        Args:
            data: the bytes of the file, at most ``photo_limits.BYTES_MAX``.
            name: what to call it in an error.

        Returns:
            An RGB picture of 8 bits a channel, its longer side at most ``limits.LONGER_SIDE_PX``.

        Raises:
            PictureError: whatever went wrong; the message begins with the name.
        """
        answer = self.answer(data)
        if answer.picture is None:
            raise PictureError(f"{name}: {REASONS[answer.reason]}", answer.reason)
        return answer.picture

    def answer(self, data: bytes) -> Answer:
        """The same as :meth:`read`, with what it took and without an exception."""
        if not data:
            return Answer("empty")
        if len(data) > BYTES_MAX:
            return Answer("bytes")
        try:
            worker = self._places.get(timeout=self._wait_s)
        except queue.Empty:
            return Answer("busy")
        try:
            worker = worker if worker is not None and worker.alive else self._replace(worker)
            used, began_s = worker.answered > 0, time.monotonic()
            answer = worker.ask(data, self._wall_s)
            left_s = self._wall_s - (time.monotonic() - began_s)
            if answer.reason == "crash" and used and left_s > 0:
                # An earlier photo may have done the harm: this one gets a fresh worker, and what is
                # left of its time.
                worker = self._replace(worker)
                answer = worker.ask(data, left_s)
        except OSError as error:  # no process can be started
            log.warning("no process to read a photo: %s", first_line(error))
            answer = Answer("busy")
        finally:
            self._places.put(worker)
        if answer.reason in ("time", "memory", "crash"):
            log.warning("a photo of %d bytes was given up: %s", len(data), answer.reason)
        return answer

    def _replace(self, old: _Worker | None) -> _Worker:
        if old is not None:
            self._running.discard(old)
            old.end()
        worker = _Worker(self._command)
        self._running.add(worker)
        return worker


def _end_all(running: set[_Worker]) -> None:
    while running:
        running.pop().end()
