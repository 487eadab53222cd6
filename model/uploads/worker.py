"""The process that decodes visitors' photos: bytes in, reduced RGB pixels or a reason out.

Started by :class:`model.uploads.reader.UploadReader` as ``python -m model.uploads.worker``. On its
standard input come photos, each behind its length in 4 bytes (big-endian); for each it writes one
line of JSON, and after it width x height x 3 bytes of RGB if there are pixels. It ends when its
input does, so it never outlives the server.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from typing import BinaryIO

import pillow_heif
from PIL import AvifImagePlugin, Image

from model.data.pictures import identify, to_rgb, upright
from model.photo_limits import FORMATS, PIXELS_MAX
from model.uploads.contents import jpeg_has_more, kind_of
from model.uploads.limits import (
    CPU_S,
    LONGER_SIDE_PX,
    MEMORY_BYTES,
    SCANS_MAX,
    SEGMENTS_MAX,
)

try:
    import resource
except ImportError:  # Windows: the limits on bytes, pixels, scans and time by the clock remain
    resource = None  # type: ignore[assignment]


class RefusedError(Exception):
    """A photo that is not read; its argument is a key of ``limits.REASONS``."""


def decode(data: bytes) -> Image.Image:
    """Decode a photo into upright RGB pixels, reduced to ``LONGER_SIDE_PX``.

    Raises:
        RefusedError: it is none, or goes beyond a limit.
        MemoryError: it takes more memory than the process may have.
        Exception: anything that a decoder raises on a damaged file.
    """
    kind = kind_of(data)
    if kind is None:
        raise RefusedError("format")
    if kind == "JPEG" and jpeg_has_more(data, scans_max=SCANS_MAX, segments_max=SEGMENTS_MAX):
        raise RefusedError("scans")
    try:
        picture = identify(data, (FORMATS[kind],))
    except Image.DecompressionBombError:
        raise RefusedError("pixels") from None
    if kind == "JPEG":
        # The decoder leaves out what would be averaged away: 50 megapixels become 12.
        picture.draft(None, _reduced(picture.size))
    if picture.width * picture.height > PIXELS_MAX:
        raise RefusedError("pixels")
    picture.load()
    if picture.mode in ("RGB", "L", "RGBA", "CMYK", "YCbCr"):
        return to_rgb(_shrink(upright(picture)))
    return _shrink(to_rgb(upright(picture)))  # palettes and 16 bits cannot be averaged as they are


def _reduced(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, LONGER_SIDE_PX / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _shrink(picture: Image.Image) -> Image.Image:
    size = _reduced(picture.size)
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def confine() -> None:
    """Give up what decoding does not need: more memory, files, core dumps, the first turn."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, which ends this
    pillow_heif.register_heif_opener(
        decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
    )
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.preinit()
    if resource is None:
        return
    os.nice(5)  # the game goes first
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":  # macOS takes the limit and does not keep it
        with open("/proc/self/statm", encoding="ascii") as statm:
            mapped = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY_BYTES, mapped + MEMORY_BYTES))


def _allow_cpu() -> None:
    """Allow the next photo its processor time: the system ends the process that takes more."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_S + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _peak_bytes() -> int:
    """The most memory that this process ever had, resident; 0 where nobody knows."""
    if sys.platform == "linux":  # where getrusage counts what the server had that started this
        with open("/proc/self/status", encoding="ascii") as status:
            if match := re.search(r"VmHWM:\s+(\d+) kB", status.read()):
                return int(match[1]) * 1024
    if resource is None:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _answer(data: bytes, out: BinaryIO) -> None:
    head: dict[str, object] = {}
    pixels = b""
    began_s = time.process_time()
    try:
        picture = decode(data)
        pixels = picture.tobytes()
        head["size"] = picture.size
    except RefusedError as refused:
        head["reason"] = str(refused)
    except MemoryError:
        head["reason"] = "memory"
    except Exception:
        head["reason"] = "damaged"
    head["cpu_s"] = round(time.process_time() - began_s, 3)
    head["peak_bytes"] = _peak_bytes()
    out.write(json.dumps(head).encode() + b"\n" + pixels)
    out.flush()


def main() -> None:
    """Answer until the input ends."""
    # What a decoder prints must not get between the answers.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    confine()
    photos = sys.stdin.buffer
    while len(head := photos.read(4)) == 4:
        length = int.from_bytes(head, "big")
        _allow_cpu()
        data = photos.read(length)
        if len(data) < length:
            return
        _answer(data, out)


if __name__ == "__main__":
    main()
