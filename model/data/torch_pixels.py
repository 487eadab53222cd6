"""From a picture's bytes straight to the net's canvas, for feeding a training.

The pixels are those of :class:`~model.data.preprocessing.Preprocessing` but for rounding in the
resize: torch's vectorised resize of 8-bit pixels takes a quarter of Pillow's time, and differs
from it in at most 0.3 % of the values of real photographs, by at most 14 of 255. So play and
evaluation keep to ``Preprocessing``, and training may use either.
"""

from __future__ import annotations

import io

import torch
from PIL import ExifTags, Image, UnidentifiedImageError
from torch import Tensor
from torch.nn import functional
from torchvision.io import ImageReadMode, decode_jpeg

from model.data.pictures import MAX_PIXELS, open_picture
from model.data.preprocessing import PADDING, Preprocessing
from model.types import Crop


def decode(data: bytes, name: str) -> Tensor:
    """Decode a picture into uint8 [3, H, W], RGB, upright; the same pixels as ``open_picture``.

    Args:
        data: the bytes of the file.
        name: what to call it in an error.

    Raises:
        PictureError: no picture, a damaged one, or too large a one.
    """
    if _is_plain_jpeg(data):
        try:
            pixels: Tensor = decode_jpeg(_tensor(data), mode=ImageReadMode.RGB)
        except RuntimeError:
            pass  # Pillow knows what is wrong
        else:
            return pixels
    picture = open_picture(data, name)
    pixels = _tensor(picture.tobytes())
    return pixels.view(picture.height, picture.width, 3).permute(2, 0, 1)


def _tensor(data: bytes) -> Tensor:
    return torch.frombuffer(bytearray(data), dtype=torch.uint8)


def _is_plain_jpeg(data: bytes) -> bool:
    """Whether nothing but decoding is to be done: an RGB JPEG, upright, of bearable size."""
    try:
        picture = Image.open(io.BytesIO(data))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    if (picture.format, picture.mode) != ("JPEG", "RGB"):
        return False
    if picture.width * picture.height > MAX_PIXELS:
        return False
    return bool(picture.getexif().get(ExifTags.Base.Orientation, 1) == 1)


def lay_out(
    pixels: Tensor, preprocessing: Preprocessing, where: float = 0.5, *, flip: bool = False
) -> Tensor:
    """Scale a crop of a decoded picture onto the net's canvas.

    Args:
        pixels: uint8 [3, H, W].
        preprocessing: size and form of the canvas.
        where: the crop's position, in [0, 1] from leftmost to rightmost, as ``Crop.at`` has it.
        flip: mirror it left to right.

    Returns:
        uint8 [3, canvas height, canvas width].
    """
    crop = Crop.at(pixels.shape[2], pixels.shape[1], where)
    laid = preprocessing.layout(crop.width_px, crop.height_px)
    left, top, right, bottom = crop.box
    small = functional.interpolate(
        pixels[None, :, top:bottom, left:right],
        (laid.height_px, laid.width_px),
        mode="bilinear",
        antialias=True,
    )[0]
    if flip:
        small = small.flip(2)
    canvas = torch.full(
        (3, laid.canvas_height_px, laid.canvas_width_px), PADDING, dtype=torch.uint8
    )
    rows = slice(laid.top_px, laid.top_px + laid.height_px)
    columns = slice(laid.left_px, laid.left_px + laid.width_px)
    canvas[:, rows, columns] = small
    return canvas
