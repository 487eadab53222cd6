"""From a picture to what the net takes in, and back: scale, letterbox, never stretch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from model.data import torch_pixels
from model.errors import ConfigError
from model.types import CROP_ASPECT

PADDING = 127
"""The grey, 0..255, around a letterboxed picture; about the mean of a normalised input."""

MAX_SIDE_PX = 16384
"""The longest side of what nets take in; their activations would not fit into memory beyond."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies on the net's canvas, all in pixels of the canvas."""

    canvas_width_px: int
    canvas_height_px: int
    left_px: int
    top_px: int
    width_px: int
    height_px: int

    def content_cells(self, rows: int, columns: int) -> tuple[float, float, float, float]:
        """The picture's (left, top, right, bottom) in cells of a rows x columns feature grid."""
        x_scale, y_scale = columns / self.canvas_width_px, rows / self.canvas_height_px
        return (
            self.left_px * x_scale,
            self.top_px * y_scale,
            (self.left_px + self.width_px) * x_scale,
            (self.top_px + self.height_px) * y_scale,
        )


@dataclass(frozen=True)
class Preprocessing:
    """How pictures become inputs; saved with every checkpoint, the same for training and play.

    Attributes:
        short_side_px: length of the picture's shorter side on the canvas.
        letterbox: ``fixed`` centres every picture on one canvas of ``CROP_ASPECT`` (so that any
            pictures make a batch); ``tight`` takes the smallest canvas that holds the picture.
        stride_px: canvas sides are multiples of this.
        max_aspect: a ``tight`` picture longer than this many short sides is made smaller instead.
    """

    short_side_px: int = 320
    letterbox: Literal["tight", "fixed"] = "tight"
    stride_px: int = 32
    max_aspect: float = 5.5

    def __post_init__(self) -> None:
        if self.letterbox not in ("tight", "fixed"):
            raise ConfigError(f"letterbox = {self.letterbox!r}: must be 'tight' or 'fixed'")
        if self.stride_px < 1 or not self.max_aspect >= 1:
            raise ConfigError("stride_px and max_aspect must be at least 1")
        if self.short_side_px < self.stride_px:
            raise ConfigError(f"short_side_px = {self.short_side_px}: at least {self.stride_px}")
        longest_px = self.short_side_px * max(self.max_aspect, CROP_ASPECT)
        if not longest_px <= MAX_SIDE_PX:
            raise ConfigError(
                f"short_side_px = {self.short_side_px}, max_aspect = {self.max_aspect}: inputs of "
                f"{longest_px:g} px; make one of both smaller, for at most {MAX_SIDE_PX} px"
            )

    def layout(self, width_px: int, height_px: int) -> Letterbox:
        """Where a picture (or crop) of this size lies on its canvas."""
        short_px = self.short_side_px
        if self.letterbox == "fixed":
            canvas_w, canvas_h = self._ceil(short_px * CROP_ASPECT), self._ceil(short_px)
            # The content keeps to the nominal size: the canvas may be up to a stride larger.
            scale = min(round(short_px * CROP_ASPECT) / width_px, short_px / height_px)
        else:
            scale = short_px / min(width_px, height_px)
            scale = min(scale, short_px * self.max_aspect / max(width_px, height_px))
        inner_w, inner_h = max(1, round(width_px * scale)), max(1, round(height_px * scale))
        if self.letterbox == "tight":
            canvas_w, canvas_h = self._ceil(inner_w), self._ceil(inner_h)
        left, top = (canvas_w - inner_w) // 2, (canvas_h - inner_h) // 2
        return Letterbox(canvas_w, canvas_h, left, top, inner_w, inner_h)

    def _ceil(self, length_px: float) -> int:
        return -int(-length_px // self.stride_px) * self.stride_px

    def __call__(
        self, picture: Image.Image | Tensor, *, flip: bool = False
    ) -> tuple[Tensor, Letterbox]:
        """Scale a picture onto its canvas: the one way to the net, for play, tests and training.

        Who wants a part of a picture crops it before, so that nothing beside it is mixed in.

        Args:
            picture: RGB, any size; or its pixels, uint8 [3, H, W], which are scaled by torch (see
                :mod:`model.data.torch_pixels`).
            flip: mirror it left to right.

        Returns:
            uint8 [3, canvas height, canvas width] in 0..255, RGB (the net normalises), and where
            the picture lies on it.
        """
        if isinstance(picture, Image.Image):
            laid = self.layout(*picture.size)
            small = _scaled(picture, laid.width_px, laid.height_px)
        else:
            laid = self.layout(picture.shape[2], picture.shape[1])
            small = torch_pixels.scaled(picture, laid.width_px, laid.height_px)
        canvas = torch.full(
            (3, laid.canvas_height_px, laid.canvas_width_px), PADDING, dtype=torch.uint8
        )
        bottom, right = laid.top_px + laid.height_px, laid.left_px + laid.width_px
        canvas[:, laid.top_px : bottom, laid.left_px : right] = small.flip(2) if flip else small
        return canvas, laid


def _scaled(picture: Image.Image, width_px: int, height_px: int) -> Tensor:
    """The pixels, uint8 [3, height_px, width_px], of a picture scaled to this size."""
    small = picture.resize((width_px, height_px), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return torch.from_numpy(np.array(small)).permute(2, 0, 1)
