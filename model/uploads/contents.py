"""What a file is, by its first bytes, and what a JPEG is made of: nothing is decoded here."""

from __future__ import annotations

import re

_JPEG_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd7])")
"""A marker that begins a segment: no stuffed byte, no padding, no restart."""

_START_OF_IMAGE, _END_OF_IMAGE, _START_OF_SCAN = 0xD8, 0xD9, 0xDA

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def kind_of(data: bytes) -> str | None:
    """What a file is by its content: a key of ``photo_limits.FORMATS``, or ``None``."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        return _kind_of_container(data)
    return None


def _kind_of_container(data: bytes) -> str | None:
    """AVIF or HEIC, by the brands that an ISO media file lists in its first box."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, end, 4)}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIC_BRANDS:
        return "HEIC"
    return None


def jpeg_has_more(data: bytes, *, scans_max: int, segments_max: int) -> bool:
    """Whether a JPEG has more scans or segments than these, up to the end of its first picture.

    Follows the segments as libjpeg does, so that previews inside of metadata, further pictures and
    films behind the end do not count, and empty scans do. One pass, in time linear in the bytes.
    """
    scans = segments = 0
    position = 2
    while match := _JPEG_MARKER.search(data, position):
        marker, position = match[1][0], match.end()
        if marker == _END_OF_IMAGE:
            return False
        if marker == _START_OF_IMAGE:
            continue
        segments += 1
        if marker == _START_OF_SCAN:
            scans += 1
        if scans > scans_max or segments > segments_max:
            return True
        # The length counts its own two bytes; libjpeg takes a smaller one for an empty segment.
        position += max(2, int.from_bytes(data[position : position + 2], "big"))
    return False
