"""Pictures whose pixels are whole and whose metadata are broken, large or odd."""

from __future__ import annotations

import io
import os
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps, PngImagePlugin

from model.data import torch_pixels
from model.data.metadata import orientation_of, without_metadata
from model.data.pictures import open_picture, upright_size
from model.uploads.worker import decode
from tests.exif import ODD_FIELDS, exif, field, with_exif
from tests.uploads import encoded, png, scene

WIDE, TALL = (64, 32), (32, 64)

UPRIGHT = field(0x0112, 3, 1, struct.pack("<H", 6))  # 64 x 32 becomes 32 x 64

BEYOND = {
    "maker beyond the end": field(0x010F, 2, 50, struct.pack("<I", 0x7FFFFFFF)),
    "description beyond the end": field(0x010E, 2, 5000, struct.pack("<I", 400)),
}


def sizes(data: bytes) -> set[tuple[int, int] | None]:
    """The size by every way in which a picture is read; without any warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fast = torch_pixels.decode(data, "p").shape
        return {
            open_picture(data, "p").size,
            upright_size(data),
            (fast[2], fast[1]),
            decode(data).size,
        }


def chunk(kind: bytes, body: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + checksum


def png_with(*chunks: bytes) -> bytes:
    data = encoded(scene(*WIDE), "PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def jpeg_with(*segments: tuple[int, bytes], mode: str = "RGB") -> bytes:
    data = encoded(scene(*WIDE).convert(mode), "JPEG", quality=95)
    more = [struct.pack(">BBH", 0xFF, marker, 2 + len(body)) + body for marker, body in segments]
    return data[:2] + b"".join(more) + data[2:]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", [*BEYOND, *ODD_FIELDS])
def test_a_broken_field_before_the_orientation_does_not_cost_it(kind: str, name: str) -> None:
    odd = (BEYOND | ODD_FIELDS)[name]
    assert sizes(with_exif(kind, exif(odd, UPRIGHT))) == {TALL}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(10))
def test_every_orientation_is_followed(orientation: int, kind: str, order: str) -> None:
    head = b"II*\0" if order == "<" else b"MM\0*"
    block = head + struct.pack(f"{order}IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    data = with_exif(kind, block)
    assert sizes(data) == {TALL if 5 <= orientation <= 8 else WIDE}
    turned = Image.open(io.BytesIO(with_exif(kind, exif()))).convert("RGB")
    turned.getexif()[0x0112] = orientation
    wanted = np.asarray(ImageOps.exif_transpose(turned), dtype=int)
    assert np.abs(np.asarray(open_picture(data, "p"), dtype=int) - wanted).max() == 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_has_one_size(orientation: int) -> None:
    data = encoded(scene(*WIDE), "TIFF", tiffinfo={0x0112: orientation})
    size = TALL if orientation >= 5 else WIDE
    assert {open_picture(data, "p").size, upright_size(data)} == {size}


def test_orientation_is_found_where_others_than_cameras_put_it() -> None:
    xmp = b'http://ns.adobe.com/xap/1.0/\0<rdf:Description tiff:Orientation="6"/>'
    assert sizes(jpeg_with((0xE1, xmp))) == {TALL}
    block = (b"Exif\0\0" + exif(UPRIGHT)).hex().encode()
    raw = b"\nexif\n      40\n" + block + b"\n"
    profile = b"Raw profile type exif\0"
    assert sizes(png_with(chunk(b"zTXt", profile + b"\0" + zlib.compress(raw)))) == {TALL}
    assert sizes(png_with(chunk(b"tEXt", profile + raw))) == {TALL}
    assert orientation_of(exif(UPRIGHT), b'tiff:Orientation="3"') == 6


@pytest.mark.parametrize(
    "junk", [b"", b"Exif\0\0", b"II", b"II*\0\xff\xff\xff\xff", b"MM\0*" + b"\xff" * 80]
)
def test_exif_that_is_none_has_no_orientation(junk: bytes) -> None:
    assert orientation_of(junk) == 1


def broken_chunks() -> dict[str, bytes]:
    much = zlib.compress(bytes(2_000_000))
    return {
        "profile without a name": chunk(b"iCCP", b""),
        "profile of an unknown method": chunk(b"iCCP", b"a\0\1" + zlib.compress(b"x")),
        "profile of 2 MB": chunk(b"iCCP", b"a\0\0" + much),
        "gamma": chunk(b"gAMA", b"a"),
        "chromaticities": chunk(b"cHRM", b"abc"),
        "pixels per metre": chunk(b"pHYs", b"abc"),
        "intent": chunk(b"sRGB", b""),
        "text of an unknown method": chunk(b"zTXt", b"k\0\5junk"),
        "text of 2 MB": chunk(b"zTXt", b"k\0\0" + much),
        "XMP of 2 MB": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + much),
        "text of a wrong checksum": chunk(b"tEXt", b"a\0b")[:-4] + bytes(4),
        "EXIF of a wrong checksum": chunk(b"eXIf", exif())[:-4] + bytes(4),
        "animation": chunk(b"acTL", b"a"),
        "frame": chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", b"abc"),
        "EXIF as text": chunk(b"tEXt", b"Raw profile type exif\0\nexif\n9\nzz"),
    }


@pytest.mark.parametrize("name", broken_chunks())
def test_what_a_png_may_lack_does_not_cost_it(name: str) -> None:
    data = png_with(broken_chunks()[name])
    assert sizes(data) == {WIDE}
    assert open_picture(data, "p").tobytes() == scene(*WIDE).tobytes()


def test_the_transparency_of_a_png_is_kept() -> None:
    clear = png(8, 8, depth=8, colour=0, rows=bytes(9) * 8)
    data = clear[:33] + chunk(b"tRNS", b"\0\0") + clear[33:]
    assert np.asarray(open_picture(data, "p")).min() == 255


@pytest.mark.parametrize(
    ("marker", "body"),
    [
        (0xE2, b"ICC_PROFILE\0"),
        (0xE2, b"ICC_PROFILE\0\1\3junk"),
        (0xE2, b"MPF\0junk"),
        (0xE0, b"JFIF"),
        (0xEE, b"Adobe"),
        (0xED, b"Photoshop 3.0\x008BIM\3"),
        (0xE1, b"Exif\0\0junk"),
        (0xE5, b""),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_what_a_jpeg_may_lack_does_not_cost_it(marker: int, body: bytes, mode: str) -> None:
    data = jpeg_with((marker, body), mode=mode)
    assert sizes(data) == {WIDE}
    assert open_picture(data, "p").tobytes() == open_picture(jpeg_with(mode=mode), "p").tobytes()


@pytest.mark.parametrize("keep_rgb", [True, False])
def test_a_jpeg_keeps_what_says_how_its_colours_are_stored(keep_rgb: bool) -> None:
    data = encoded(scene(*WIDE), "JPEG", quality=95, keep_rgb=keep_rgb)
    off = np.asarray(open_picture(data, "p"), int) - np.asarray(scene(*WIDE), int)
    assert np.abs(off).mean() < 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_metadata_are_gone_before_a_decoder_sees_them(kind: str) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("place", "Hungary")
    options = {"pnginfo": text} if kind == "PNG" else {"comment": "Hungary"}
    data = encoded(
        scene(*WIDE), kind, exif=b"Exif\0\0" + exif(UPRIGHT, *BEYOND.values()), **options
    )
    bare = without_metadata(data)
    assert b"Hungary" in data
    assert b"Hungary" not in bare
    assert not Image.open(io.BytesIO(bare)).info.keys() & {"icc_profile", "comment", "place"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "AVIF", "WEBP", "GIF"])
def test_a_file_cut_anywhere_is_cut_no_worse(kind: str) -> None:
    data = encoded(scene(*WIDE), kind)
    for end in range(0, min(len(data), 400)):
        assert len(without_metadata(data[:end])) <= end
    without_metadata(data[:8] + os.urandom(2000))
