from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from model.data.pictures import open_picture
from model.errors import PictureError
from model.photo_limits import PIXELS_MAX
from tests.conftest import jpeg
from tests.exif import ODD_FIELDS, exif, field, with_exif


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def grey_ramp(top: int, dtype: type) -> np.ndarray:
    return np.tile(np.linspace(0, top, 64), (48, 1)).astype(dtype)


def test_metadata_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken in Hungary"
    opened = open_picture(jpeg(exif=exif, comment=b"Hungary", xmp=b"<x>Hungary</x>"), "p.jpg")
    assert "exif" not in opened.info
    assert not opened.info
    assert b"Hungary" not in encoded(opened, "JPEG")
    assert not opened.getexif()


def test_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees clockwise to see it upright
    assert open_picture(jpeg(96, 64, exif=exif), "p.jpg").size == (64, 96)


UPRIGHT = field(0x0112, 3, 1, struct.pack("<H", 6))  # 64 x 32 becomes 32 x 64


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", ODD_FIELDS)
def test_an_odd_exif_field_costs_neither_the_picture_nor_its_orientation(
    kind: str, name: str
) -> None:
    data = with_exif(kind, exif(UPRIGHT, ODD_FIELDS[name]))
    assert open_picture(data, "p").size == (32, 64)


@pytest.mark.parametrize("name", ODD_FIELDS)
def test_an_odd_exif_field_does_not_cost_an_avif(name: str) -> None:
    data = with_exif("AVIF", exif(UPRIGHT, ODD_FIELDS[name]))
    assert open_picture(data, "p").size == (64, 32)  # AVIF has an orientation of its own


@pytest.mark.parametrize(
    "junk", [b"", b"Exif\0\0", b"II*\0\xff\xff\xff\xff", b"MM\0*" + b"\0" * 9, b"\xff" * 40]
)
def test_exif_that_is_none_is_ignored(junk: bytes) -> None:
    assert open_picture(with_exif("JPEG", junk), "p").size == (64, 32)


def test_a_png_with_a_wrong_checksum_of_its_exif_is_read() -> None:
    data = with_exif("PNG", exif(UPRIGHT))
    broken = data.replace(b"eXIfII", b"eXIfMM")
    assert broken != data
    assert open_picture(broken, "p").size == (64, 32)


def mutated_dds() -> bytes:
    data = encoded(Image.new("RGB", (8, 8)), "DDS")
    return data[:80] + struct.pack("<I4s", 4, b"ABCD") + data[88:]


def mutated_avif() -> bytes:
    data = encoded(Image.fromarray(grey_ramp(255, np.uint8)), "AVIF")
    start = data.index(b"mdat") + 4
    return data[:start] + bytes(byte ^ 0x5A for byte in data[start:])


@pytest.mark.parametrize(
    "data",
    [mutated_dds(), mutated_avif(), b"qoif" + struct.pack(">IIBB", 64, 32, 3, 0)],
    ids=["NotImplementedError", "RuntimeError", "IndexError"],
)
def test_whatever_a_decoder_raises_is_a_damaged_picture(data: bytes) -> None:
    with pytest.raises(PictureError, match="damaged"):
        open_picture(data, "p")


@pytest.mark.parametrize("size", [(8160, 6144), (8192, 6144)])
def test_what_a_phone_of_50_megapixels_makes_is_read(size: tuple[int, int]) -> None:
    assert open_picture(encoded(Image.new("L", size), "JPEG", quality=30), "p").size == size


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "YCbCr", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    if mode == "I;16":
        data = encoded(Image.fromarray(grey_ramp(65535, np.uint16)), "PNG")
    elif mode in ("CMYK", "YCbCr"):
        data = encoded(Image.fromarray(grey_ramp(255, np.uint8)).convert(mode), "JPEG")
    else:
        data = encoded(Image.fromarray(grey_ramp(255, np.uint8)).convert(mode), "PNG")
    opened = open_picture(data, "p")
    assert opened.mode == "RGB"
    assert opened.size == (64, 48)
    pixels = np.asarray(opened).astype(int)
    assert pixels[:, 0].mean() < 40
    assert pixels[:, -1].mean() > 215


def test_16_bit_grey_is_scaled_not_clipped() -> None:
    opened = open_picture(encoded(Image.fromarray(grey_ramp(65535, np.uint16)), "PNG"), "p.png")
    middle = np.asarray(opened)[:, 32].mean()
    assert 110 < middle < 146


@pytest.mark.parametrize("top", [1, 255, 65535, 1e6])
@pytest.mark.parametrize("odd", [0.0, np.nan, np.inf, -np.inf])
def test_floats_are_scaled_by_the_range_that_they_fill(top: float, odd: float) -> None:
    values = np.tile(np.linspace(0, top, 64), (48, 1)).astype(np.float32)
    values[0, 0] = odd
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixels = np.asarray(open_picture(encoded(Image.fromarray(values), "TIFF"), "p"))
    assert pixels[0, 0].tolist() == [255 if odd == np.inf else 0] * 3
    assert pixels[:, 63].min() == 255
    assert abs(int(pixels[5, 32, 0]) - 129) < 3


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    assert np.asarray(open_picture(encoded(clear, "PNG"), "p.png")).min() == 255


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (32, 32), c) for c in ("red", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    red, _, blue = np.asarray(open_picture(data, "p"))[16, 16]
    assert red > 200 > 50 > blue


def huge_png(width: int, height: int) -> bytes:
    """A PNG that only claims its size: nobody has to hold 40,000 x 40,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + body


@pytest.mark.parametrize("side", [40_000, 8_000])
def test_a_huge_picture_is_refused_before_it_is_decoded(side: int) -> None:
    assert side * side > PIXELS_MAX
    with pytest.raises(PictureError, match=r"huge\.png.*million.*smaller"):
        open_picture(huge_png(side, side), "huge.png")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"just text, renamed", "not a picture"),
        (jpeg()[: len(jpeg()) // 2], "damaged"),
        (huge_png(100, 100), "damaged"),
    ],
)
def test_bad_bytes_are_named(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError, match=reason) as caught:
        open_picture(data, "dir/p.jpg")
    assert str(caught.value).startswith("dir/p.jpg: ")
    assert "\n" not in str(caught.value)
