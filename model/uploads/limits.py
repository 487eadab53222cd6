"""What a visitor's photo may cost, and what is said when it would cost more."""

from __future__ import annotations

from model.photo_limits import BYTES_MAX, FORMATS, PIXELS_MAX

SCANS_MAX = 50
"""Of a JPEG; encoders write at most a dozen, and every scan goes through all of its pixels."""

SEGMENTS_MAX = 2000
"""Of a JPEG; 20 MB of metadata are 320 of them."""

LONGER_SIDE_PX = 2048
"""What comes back is reduced to this.

The page shows at most 1302 px of width; the net takes 320 px of the shorter side and at most 1760
of the longer one.
"""

MEMORY_BYTES = 1024 * 1024 * 1024
"""Beside what the worker has mapped when it is ready; 50 megapixels of WebP take 0.8 of it."""

CPU_S = 6
"""Processor time for one photo; 50 megapixels take 0.1 to 1.5 s of a core."""

*_OTHERS, _LAST = FORMATS

REASONS = {
    "empty": "empty; choose another file",
    "bytes": f"larger than {BYTES_MAX // 2**20} MB; make it smaller",
    "format": f"no picture of a kind that is taken; use a {', '.join(_OTHERS)} or {_LAST}",
    "pixels": f"more than {PIXELS_MAX // 1_000_000} million pixels; make it smaller",
    "scans": f"a JPEG of more than {SCANS_MAX} scans or {SEGMENTS_MAX} segments, as no camera "
    "writes it; save it anew",
    "damaged": "damaged; use another copy of it",
    "memory": f"takes more than {MEMORY_BYTES // 2**20} MB of memory to read; make it smaller",
    "time": f"takes more than {CPU_S} s to read; make it smaller",
    "crash": "broke the program that reads it; save it anew as a JPEG",
    "busy": "too many photos at once; try again in a moment",
}
"""Why a photo was not read, as one clause for people, without any path or word of a decoder."""
