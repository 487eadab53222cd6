"""What a picture's file holds beside its pixels: read for which way is up, else left out.

Decoders stumble over a broken colour profile, comment or date, and none of them matters here. So
they are cut out before a picture is opened, and only the orientation is written anew.
"""

from __future__ import annotations

import re
import struct
import zlib
from contextlib import suppress
from typing import Literal

_ORIENTATION = 0x0112

_ORDERS: dict[bytes, Literal["little", "big"]] = {b"II": "little", b"MM": "big"}

_WIDTHS = {1: 1, 3: 2, 4: 4, 6: 1, 8: 2, 9: 4}
"""Bytes of a whole number, by TIFF's number of its type."""

_XMP_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')

_ISO_METADATA = re.compile(rb"(infe[\x02\x03].{7}(?:..)?)(?:Exif|mime)", re.DOTALL)
"""The entry of EXIF or XMP in the table of contents of an AVIF or HEIC."""

_PNG_START = b"\x89PNG\r\n\x1a\n"

_RAW_PROFILE_BYTES = 1 << 20
"""Of EXIF that ImageMagick writes as text, so much is unpacked."""


def orientation_of(exif: bytes, xmp: bytes = b"") -> int:
    """Which way is up, 1 to 8 as EXIF has it: by EXIF, else by XMP, else 1.

    Each field of the EXIF is looked at by itself, so that a broken one costs no other.

    Args:
        exif: the block, with or without ``Exif`` in front, whatever is in it.
        xmp: likewise.
    """
    while exif.startswith(b"Exif\0\0"):
        exif = exif[6:]
    if order := _ORDERS.get(exif[:2]):

        def number(at: int, width: int) -> int:
            return int.from_bytes(exif[at : at + width], order)

        first = number(4, 4) + 2
        for at in range(first, first + 12 * number(first - 2, 2), 12):
            width = _WIDTHS.get(number(at + 2, 2))
            if number(at, 2) == _ORIENTATION and width:
                value = number(at + 8, width)
                return value if 1 <= value <= 8 else 1
    found = _XMP_ORIENTATION.search(xmp)
    return int(found[1]) if found else 1


def without_metadata(data: bytes) -> bytes:
    """The same picture without what its pixels do not need, but for its orientation.

    JPEG, PNG, AVIF and HEIC are known; anything else comes back as it is.
    """
    if data.startswith(b"\xff\xd8"):
        return _bare_jpeg(data)
    if data.startswith(_PNG_START):
        return _bare_png(data)
    if data[4:8] == b"ftyp":  # these have an orientation of their own; nothing may move
        return _ISO_METADATA.sub(rb"\1none", data)
    return data


def _bare_jpeg(data: bytes) -> bytes:
    """Without application segments and comments, but for those that say how colours are stored."""
    kept, exif, xmp = [data[:2]], b"", b""
    at = 2
    while (head := data[at : at + 4])[:1] == b"\xff" and len(head) == 4:
        marker = head[1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker < 0xC0 or 0xD0 <= marker <= 0xDA:  # the scan, or what has no business here
            break
        # The length counts its own two bytes; libjpeg takes a smaller one for an empty segment.
        end = at + 2 + max(2, int.from_bytes(head[2:], "big"))
        body = data[at + 4 : end]
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            exif += body[6:]
        elif marker == 0xE1:
            xmp += body
        is_metadata = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not is_metadata or _says_colours(marker, body):
            kept.append(data[at:end])
        at = end
    if (orientation := orientation_of(exif, xmp)) != 1:
        block = b"Exif\0\0" + _exif(orientation)
        kept.append(b"\xff\xe1" + struct.pack(">H", 2 + len(block)) + block)
    return b"".join([*kept, data[at:]])


def _says_colours(marker: int, body: bytes) -> bool:
    """Whether libjpeg goes by this segment; it passes over shorter ones."""
    is_jfif = marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14
    return is_jfif or (marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12)


def _bare_png(data: bytes) -> bytes:
    """Without chunks that a decoder may pass over, but for transparency."""
    kept: list[bytes] = []
    exif, xmp = b"", b""
    at = len(_PNG_START)
    while (name := data[at + 4 : at + 8]).isalpha() and name != b"IEND":
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        body = data[at + 8 : end - 4]
        if name == b"eXIf":
            exif = body
        elif name == b"iTXt":
            xmp += body
        elif body.startswith(b"Raw profile type exif\0"):
            exif = exif or _raw_profile(name, body)
        if name[:1].isupper() or name == b"tRNS":
            kept.append(data[at:end])
        at = end
    if kept and (orientation := orientation_of(exif, xmp)) != 1:
        chunk = b"eXIf" + _exif(orientation)
        length, checksum = struct.pack(">I", len(chunk) - 4), struct.pack(">I", zlib.crc32(chunk))
        kept.insert(1, length + chunk + checksum)
    return b"".join([_PNG_START, *kept, data[at:]])


def _raw_profile(name: bytes, body: bytes) -> bytes:
    """EXIF as ImageMagick writes it: the bytes in hexadecimal, below a name and a length."""
    text = body.partition(b"\0")[2]
    with suppress(zlib.error, ValueError):
        if name == b"zTXt":
            text = zlib.decompressobj().decompress(text[1:], _RAW_PROFILE_BYTES)
        return bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode("latin-1"))
    return b""


def _exif(orientation: int) -> bytes:
    """A directory with this field alone."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
