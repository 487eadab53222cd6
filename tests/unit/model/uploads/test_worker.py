"""Decoding as the worker does it, here without the process around it."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.data.pictures import open_picture
from model.photo_limits import PIXELS_MAX
from model.uploads.limits import LONGER_SIDE_PX
from model.uploads.worker import RefusedError, decode
from tests.conftest import ROOT
from tests.exif import ODD_FIELDS, exif, field, with_exif
from tests.uploads import encoded, png, scene, with_scans

pytestmark = pytest.mark.slow

LOSSLESS = {"WEBP": {"lossless": True}, "HEIF": {"quality": 90}, "AVIF": {"quality": 95}}


def reason(data: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        decode(data)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF"])
def test_every_kind_that_is_taken_keeps_its_pixels(kind: str) -> None:
    picture = scene(96, 64)
    read = decode(encoded(picture, kind, **LOSSLESS.get(kind, {})))
    assert (read.mode, read.size) == ("RGB", picture.size)
    off = np.abs(np.asarray(read, dtype=int) - np.asarray(picture, dtype=int))
    assert off.mean() < 4


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_every_mode_is_read_as_data_sets_are(mode: str) -> None:
    picture = scene(96, 64)
    if mode == "I;16":
        data = encoded(Image.fromarray(np.asarray(picture)[:, :, 0].astype(np.uint16) * 257), "PNG")
    else:
        data = encoded(picture.convert(mode), "JPEG" if mode == "CMYK" else "PNG")
    assert decode(data).tobytes() == open_picture(data, "p").tobytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "I;16", "1"])
def test_large_pictures_are_reduced(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.full((1000, 4000), 40_000, np.uint16))
    else:
        picture = scene(4000, 1000).convert(mode)
    read = decode(encoded(picture, "PNG"))
    assert (read.mode, read.size) == ("RGB", (LONGER_SIDE_PX, LONGER_SIDE_PX // 4))


def test_a_line_stays_a_line() -> None:
    assert decode(encoded(Image.new("RGB", (60_000, 1)), "PNG")).size == (LONGER_SIDE_PX, 1)


def test_a_reduced_photo_is_upright() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    read = decode(encoded(scene(4000, 1000), "JPEG", exif=turned))
    assert read.size == (LONGER_SIDE_PX // 4, LONGER_SIDE_PX)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("name", ODD_FIELDS)
def test_an_odd_exif_field_never_costs_the_picture(kind: str, name: str) -> None:
    upright = field(0x0112, 3, 1, struct.pack("<H", 6))
    # AVIF and HEIC have an orientation of their own, and that of EXIF says nothing there.
    size = (64, 32) if kind in ("AVIF", "HEIF") else (32, 64)
    assert decode(with_exif(kind, exif(upright, ODD_FIELDS[name]))).size == size


def test_a_broken_index_of_more_pictures_does_not_cost_the_first() -> None:
    data = encoded(scene(64, 32), "MPO", save_all=True, append_images=[scene(64, 32)])
    start = data.index(b"MPF\0") + 12
    assert decode(data).size == (64, 32)
    assert decode(data[:start] + b"\xff" * 60 + data[start + 60 :]).size == (64, 32)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "AVIF", "PNG"])
def test_of_an_animation_the_first_frame_is_read(kind: str) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    red, _, blue = np.asarray(decode(data))[16, 16]
    assert red > 200 > 50 > blue


@pytest.mark.parametrize("kind", ["BMP", "DDS", "EPS", "ICO", "ICNS", "JPEG2000", "TIFF", "TGA"])
def test_every_other_kind_is_refused(kind: str) -> None:
    assert reason(encoded(scene(64, 64), kind)) == "format"


@pytest.mark.parametrize("data", [b"%PDF-1.4", b"<svg/>", b"qoif", b"text", bytes(100)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert reason(data) == "format"


def test_a_picture_behind_a_foreign_start_is_refused() -> None:
    assert reason(b"%!PS-Adobe-3.0 EPSF-3.0\n" + encoded(scene(8, 8), "JPEG")) == "format"


@pytest.mark.parametrize("size", [(8160, 6144), (12_000, 9000)])
def test_a_jpeg_is_reduced_while_it_is_decoded(size: tuple[int, int]) -> None:
    data = encoded(Image.new("L", size, "grey"), "JPEG", quality=30)
    assert max(decode(data).size) == LONGER_SIDE_PX


@pytest.mark.parametrize("side", [7300, 8000, 40_000])
def test_too_many_pixels_are_refused_before_they_are_decoded(side: int) -> None:
    assert side * side > PIXELS_MAX
    assert reason(png(side, side, depth=16, colour=6, rows=bytes(100))) == "pixels"


def test_a_jpeg_of_too_many_scans_is_refused() -> None:
    assert reason(with_scans(12_000)) == "scans"
    assert decode(with_scans(5)).size == (64, 48)


def confined(code: str) -> subprocess.CompletedProcess[str]:
    begin = "from model.uploads import worker; worker.confine(); "
    return subprocess.run(
        [sys.executable, "-c", begin + code], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_confined_process_writes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "trace"
    ended = confined(f"import pathlib; pathlib.Path({str(file)!r}).write_text('a')")
    assert "File too large" in ended.stderr
    assert not file.exists() or not file.stat().st_size


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps the limit")
def test_a_confined_process_gets_no_more_memory() -> None:
    assert "MemoryError" in confined("bytearray(1100 * 2**20)").stderr
    assert confined("bytearray(900 * 2**20)").returncode == 0


def test_the_worker_loads_neither_torch_nor_gradio() -> None:
    code = "import sys; print({'torch', 'gradio', 'pandas', 'scipy'} & set(sys.modules))"
    assert confined(code).stdout.strip() == "set()"
