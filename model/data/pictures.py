"""Bytes to pixels: one way to open a picture, for data sets and for players' photos alike."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from model.data.metadata import orientation_of, without_metadata
from model.errors import PictureError, fault
from model.photo_limits import PIXELS_MAX

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture upright, by its EXIF orientation; 1 is upright already."""

_LYING = 5
"""From this orientation on width and height change places."""


def open_picture(data: bytes, name: str) -> Image.Image:
    """Decode a picture into plain RGB pixels, upright, without any metadata.

    Takes whatever Pillow reads: greyscale, palette, CMYK, 16 bit (scaled to 8), alpha (laid on
    white), animations (the first frame); applies the EXIF orientation. The result is rebuilt from
    its pixels, so that neither EXIF nor XMP nor comments survive.

    Args:
        data: the bytes of the file.
        name: what to call it in an error: a file, or a file and a row.

    Returns:
        An RGB picture of 8 bits a channel.

    Raises:
        PictureError: no picture, a damaged one, or one of more than ``PIXELS_MAX`` pixels.
    """
    if not data:
        raise PictureError(f"{name}: empty; put a picture there or remove it")
    try:
        picture = identify(data)
        width_px, height_px = picture.size
        if width_px * height_px > PIXELS_MAX:
            raise PictureError(
                f"{name}: {width_px} x {height_px} pixels are more than "
                f"{PIXELS_MAX // 1_000_000} million; make it smaller"
            )
        picture.seek(0)
        picture.load()
        rgb = to_rgb(upright(picture))
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError(
            f"{name}: not a picture that can be read; use a JPEG, PNG or WebP"
        ) from None
    except Image.DecompressionBombError:
        raise PictureError(
            f"{name}: more than {PIXELS_MAX // 1_000_000} million pixels; make it smaller"
        ) from None
    except Exception as error:  # decoders raise what they like: RuntimeError, struct.error, ...
        raise PictureError(fault(name, "damaged", "replace or remove it", error)) from None
    clean = Image.new("RGB", rgb.size, None)
    clean.paste(rgb)
    return clean


def read_picture(file: Path) -> Image.Image:
    """Open a picture file.

    Raises:
        PictureError: no such file, or no picture in it.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise PictureError(
            fault(file, "cannot be read", "give a picture that exists", error)
        ) from None
    return open_picture(data, str(file))


def identify(data: bytes, formats: tuple[str, ...] | None = None) -> Image.Image:
    """Open a picture without decoding it, and without what its file holds beside the pixels.

    Args:
        data: the bytes of the file.
        formats: Pillow's names of those to try; all by default.

    Returns:
        The picture, whose pixels are decoded when they are first asked for.

    Raises:
        Exception: anything that Pillow and its plugins raise.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a size that is refused, of an odd field in a TIFF
        return Image.open(io.BytesIO(without_metadata(data)), formats=formats)


def upright_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture once upright, without decoding it; ``None`` if unreadable."""
    try:
        picture = identify(data)
    except Exception:  # anything that Pillow and its plugins raise
        return None
    width_px, height_px = picture.size
    return (height_px, width_px) if orientation(picture) >= _LYING else (width_px, height_px)


def upright(picture: Image.Image) -> Image.Image:
    """Turn a picture as its orientation says, if that can be read.

    Not ``ImageOps.exif_transpose``: one odd field of the EXIF costs it all others.
    """
    turn = _TURNS.get(orientation(picture))
    return picture if turn is None else picture.transpose(turn)


def orientation(picture: Image.Image) -> int:
    """Which way is up in an opened picture, 1 to 8; a TIFF is turned by Pillow as it is read."""
    if picture.format == "TIFF":
        return 1
    return orientation_of(picture.info.get("exif") or b"", picture.info.get("xmp") or b"")


def to_rgb(picture: Image.Image) -> Image.Image:
    """Bring a picture of any mode to 8-bit RGB: deep ones are scaled, alpha laid on white."""
    if picture.mode.startswith("I;16"):
        # Pillow's own conversion clips 16 bit greys at 255 instead of scaling them.
        deep = np.asarray(picture)
        grey = (deep // 257 if deep.max(initial=0) > 255 else deep).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if picture.mode in ("I", "F"):
        values = np.asarray(picture, dtype=np.float64)
        most = values.max(initial=0, where=np.isfinite(values))
        tops = (255.0, 65535.0, most) if picture.mode == "I" else (1.0, 255.0, 65535.0, most)
        top = next(top for top in tops if most <= top)
        numbers = np.clip(np.nan_to_num(values, nan=0.0), 0, top)
        return Image.fromarray((numbers * (255.0 / top)).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        with_alpha = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, with_alpha).convert("RGB")
    return picture.convert("RGB")
