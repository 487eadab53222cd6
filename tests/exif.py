"""Pictures with EXIF of any kind: each field as bytes, right or odd."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

Field = tuple[int, int, int, bytes]


def field(tag: int, kind: int, count: int, value: bytes) -> Field:
    """One entry of a directory; ``kind`` is TIFF's number of the type."""
    return tag, kind, count, value


ODD_FIELDS: dict[str, Field] = {
    "exposure bias of a half, signed": field(0x9204, 10, 1, struct.pack("<ii", -1, 2)),
    "exposure bias of minus infinity": field(0x9204, 10, 1, struct.pack("<ii", -1, 0)),
    "negative resolution": field(0x011A, 10, 1, struct.pack("<ii", -72, 1)),
    "resolution in letters": field(0x011A, 2, 4, b"300\0"),
    "resolution of one byte": field(0x011A, 1, 1, b"\x60"),
    "resolution of undefined bytes": field(0x011A, 7, 4, b"1/96"),
    "resolution that is no number": field(0x011A, 11, 1, struct.pack("<f", float("nan"))),
    "resolution of an unknown type": field(0x011A, 77, 1, b"1234"),
    "negative width": field(0x0100, 9, 1, struct.pack("<i", -640)),
    "directory before the start": field(0x8769, 9, 1, struct.pack("<i", -12)),
    "directory behind the end": field(0x8769, 4, 1, struct.pack("<I", 0xFFFFFFF0)),
    "directory that is its own": field(0x8769, 4, 1, struct.pack("<I", 8)),
    "location that is a number": field(0x8825, 3, 1, struct.pack("<H", 3)),
    "two thousand million values": field(0x010F, 5, 0x7FFFFFFF, struct.pack("<I", 20)),
}


def exif(*fields: Field) -> bytes:
    """A little-endian directory of these fields, without the ``Exif`` in front."""
    directory, data = struct.pack("<H", len(fields)), b""
    behind = 8 + 2 + 12 * len(fields) + 4
    for tag, kind, count, value in fields:
        directory += struct.pack("<HHI", tag, kind, count)
        if len(value) <= 4:
            directory += value.ljust(4, b"\0")
        else:
            directory += struct.pack("<I", behind + len(data))
            data += value
    return b"II*\0" + struct.pack("<I", 8) + directory + bytes(4) + data


def with_exif(kind: str, block: bytes) -> bytes:
    """A picture of 64 x 32 pixels that holds this EXIF block, whatever is in it.

    The libraries refuse to write odd EXIF: it takes the place of a harmless block as long.
    """
    picture = Image.linear_gradient("L").convert("RGB").resize((64, 32))
    harmless = (exif() + b"~" * len(block))[: max(len(block), len(exif()))]
    stream = io.BytesIO()
    picture.save(stream, kind, exif=b"Exif\0\0" + harmless)
    data = stream.getvalue()
    if data.count(harmless) != 1:
        raise ValueError(f"{kind}: the block cannot be found again")
    data = data.replace(harmless, block.ljust(len(harmless), b"\0"))
    return _with_checksum(data) if kind == "PNG" else data


def _with_checksum(png: bytes) -> bytes:
    start = png.index(b"eXIf")
    end = start + 4 + int.from_bytes(png[start - 4 : start], "big")
    return png[:end] + struct.pack(">I", zlib.crc32(png[start:end])) + png[end + 4 :]
