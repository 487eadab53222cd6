"""Small pictures of every format, generated, for the mutations to begin with."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image

from tests.exif import ODD_FIELDS, exif, with_exif
from tests.uploads import encoded, png, scene

SIZE = (48, 32)

TAKEN = {
    "JPEG": "JPEG",
    "progressive JPEG": "JPEG",
    "PNG": "PNG",
    "16-bit PNG": "PNG",
    "WebP": "WebP",
    "AVIF": "AVIF",
    "HEIC": "HEIC",
    "GIF": "GIF",
}
"""Formats that visitors may hand in, with their name in ``model.photo_limits.FORMATS``."""

REFUSED = "ICO QOI DDS TIFF EPS BMP".split()

FORMATS = [*TAKEN, *REFUSED]


@cache
def samples(name: str) -> list[bytes]:
    """Whole files of one of ``FORMATS``, of several modes and with what else it can carry."""
    colour = scene(*SIZE)
    frames = [scene(*SIZE), colour.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    several = {"save_all": True, "append_images": frames[1:], "duration": 90}
    grey, palette, alpha = (colour.convert(mode) for mode in ("L", "P", "RGBA"))
    if name in ("JPEG", "progressive JPEG"):
        options = {"progressive": name != "JPEG"}
        made = [encoded(each, "JPEG", **options) for each in (colour, grey, colour.convert("CMYK"))]
        return [*made, encoded(colour, "JPEG", restart_marker_blocks=1, **options), *_exif("JPEG")]
    if name == "PNG":
        made = [encoded(each, "PNG") for each in (colour, grey, palette, alpha, grey.convert("1"))]
        return [*made, encoded(colour, "PNG", **several), *_exif("PNG")]
    if name == "16-bit PNG":
        deep = np.asarray(grey).astype(np.uint16) * 257
        rows = b"".join(b"\1" + bytes(SIZE[0] * 6) for _ in range(SIZE[1]))
        return [encoded(Image.fromarray(deep), "PNG"), png(*SIZE, depth=16, colour=2, rows=rows)]
    if name == "WebP":
        made = [encoded(alpha, "WEBP"), encoded(colour, "WEBP", lossless=True)]
        return [*made, encoded(colour, "WEBP", **several), *_exif("WEBP")]
    if name == "AVIF":
        made = [encoded(each, "AVIF", speed=9) for each in (colour, alpha, grey)]
        return [*made, encoded(colour, "AVIF", speed=9, **several), *_exif("AVIF")]
    if name == "HEIC":
        return [*(encoded(each, "HEIF") for each in (colour, alpha, grey)), *_exif("HEIF")]
    if name == "GIF":
        return [encoded(palette, "GIF"), encoded(colour, "GIF", interlace=1, **several)]
    if name == "TIFF":
        kinds = ("raw", "tiff_lzw", "JPEG", "tiff_deflate")
        return [encoded(colour, "TIFF", compression=kind) for kind in kinds]
    if name == "DDS":
        return [encoded(alpha, "DDS", pixel_format=kind) for kind in ("DXT1", "DXT5")]
    return [encoded(colour, name)]


def _exif(kind: str) -> list[bytes]:
    """With broken metadata, of two kinds."""
    return [with_exif(kind, exif(field)) for field in list(ODD_FIELDS.values())[:2]]
