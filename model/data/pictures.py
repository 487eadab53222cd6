"""Bytes to pixels: one way to open a picture, for data sets and for players' photos alike."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from model.errors import PictureError

MAX_PIXELS = 50_000_000
"""Larger pictures are refused before they are decoded (a 3050 x 561 panorama has 1.7 million)."""


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
        PictureError: no picture, a damaged one, or one of more than ``MAX_PIXELS`` pixels.
    """
    if not data:
        raise PictureError(f"{name}: empty; put a picture there or remove it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data))
        width_px, height_px = picture.size
        if width_px * height_px > MAX_PIXELS:
            raise PictureError(
                f"{name}: {width_px} x {height_px} pixels are more than "
                f"{MAX_PIXELS // 1_000_000} million; make it smaller"
            )
        picture.seek(0)
        upright = ImageOps.exif_transpose(picture)
        rgb = _to_rgb(upright)
    except UnidentifiedImageError:
        raise PictureError(
            f"{name}: not a picture that can be read; use a JPEG, PNG or WebP"
        ) from None
    except Image.DecompressionBombError:
        raise PictureError(
            f"{name}: more than {MAX_PIXELS // 1_000_000} million pixels; make it smaller"
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise PictureError(f"{name}: damaged ({reason}); replace or remove it") from None
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
        raise PictureError(f"{file}: {error.strerror}; give a picture that exists") from None
    return open_picture(data, str(file))


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        # Pillow's own conversion clips 16 bit greys at 255 instead of scaling them.
        grey = np.asarray(picture, dtype=np.float64)
        top = 65535.0 if grey.max(initial=0) > 255 else 255.0
        scaled = np.clip(grey * (255.0 / top), 0, 255).astype(np.uint8)
        return Image.fromarray(scaled).convert("RGB")
    if picture.has_transparency_data:
        with_alpha = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, with_alpha).convert("RGB")
    return picture.convert("RGB")
