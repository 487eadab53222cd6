"""Photos as visitors hand them in, of every kind, and files that only look like photos."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def scene(width: int, height: int) -> Image.Image:
    """A smooth picture in colour, which every codec keeps within a few levels."""
    xs, ys = np.linspace(0, 255, width), np.linspace(255, 0, height)
    red, green = np.broadcast_to(xs, (height, width)), np.broadcast_to(ys[:, None], (height, width))
    return Image.fromarray(np.stack([red, green, (red + green) / 2], axis=-1).astype(np.uint8))


def png(width: int, height: int, *, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG of these (filtered) rows, whatever it claims to be."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + body


EMPTY_SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"


def with_scans(count: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A progressive JPEG with this many empty scans more than it needs."""
    data = encoded(scene(*size), "JPEG", progressive=True)
    return data[:-2] + EMPTY_SCAN * count + data[-2:]
