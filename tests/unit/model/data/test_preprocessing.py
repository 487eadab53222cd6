from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model.data.preprocessing import PADDING, Preprocessing
from model.errors import ConfigError
from model.types import Heatmap


@given(st.integers(1, 5000), st.integers(1, 3000), st.sampled_from(["tight", "fixed"]))
def test_pictures_are_scaled_not_stretched(width: int, height: int, letterbox: str) -> None:
    pre = Preprocessing(320, letterbox)  # type: ignore[arg-type]
    laid = pre.layout(width, height)
    assert laid.canvas_width_px % 32 == laid.canvas_height_px % 32 == 0
    assert 0 <= laid.left_px <= laid.left_px + laid.width_px <= laid.canvas_width_px
    assert 0 <= laid.top_px <= laid.top_px + laid.height_px <= laid.canvas_height_px
    scale_x, scale_y = laid.width_px / width, laid.height_px / height
    rounding = max(1.01 / width, 1.01 / height)
    assert abs(scale_x - scale_y) <= rounding
    if letterbox == "fixed":
        assert (laid.canvas_width_px, laid.canvas_height_px) == (768, 320)
    else:
        assert laid.canvas_width_px - laid.width_px < 32
        assert laid.canvas_height_px - laid.height_px < 32
        assert max(laid.canvas_width_px, laid.canvas_height_px) <= 1760


def test_padding_is_grey_and_the_picture_is_in_the_middle() -> None:
    pixels, laid = Preprocessing(320, "fixed")(Image.new("RGB", (435, 416), (200, 10, 10)))
    assert pixels.shape == (3, 320, 768)
    assert pixels[:, 160, 0].tolist() == [PADDING] * 3
    assert pixels[:, 160, 384].tolist() == [200, 10, 10]
    assert abs(laid.left_px - (768 - laid.left_px - laid.width_px)) <= 1


def test_flip_mirrors() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, :32] = 255
    plain, _ = Preprocessing(64)(Image.fromarray(picture))
    mirrored, _ = Preprocessing(64)(Image.fromarray(picture), flip=True)
    assert plain[0, 32, 5] == mirrored[0, 32, 58] == 255
    assert plain[0, 32, 58] == mirrored[0, 32, 5] == 0


@pytest.mark.parametrize("size", [(435, 416), (3050, 561), (200, 900), (2048, 375)])
@pytest.mark.parametrize("letterbox", ["tight", "fixed"])
def test_a_spot_is_found_again_where_it_was(size: tuple[int, int], letterbox: str) -> None:
    """Carry a bright spot through scaling and letterbox, make a map of it, and carry it back."""
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    x, y = round(width * 0.7), round(height * 0.3)
    r = min(size) // 8
    picture[y - r : y + r, x - r : x + r] = 255
    pixels, laid = Preprocessing(320, letterbox)(Image.fromarray(picture))  # type: ignore[arg-type]
    on_canvas = (pixels[0].float() - PADDING * (pixels[0] == PADDING)).clamp(min=0)
    rows, columns = on_canvas.shape[0] // 8, on_canvas.shape[1] // 8
    grid = on_canvas.reshape(rows, 8, columns, 8).mean(dim=(1, 3)).numpy()
    back = Heatmap("HU", grid, laid.content_cells(rows, columns)).over(width, height)
    found_y, found_x = (back * np.indices(back.shape)).sum(axis=(1, 2)) / back.sum()
    tolerance = 8 * max(size) / max(laid.width_px, laid.height_px)
    assert abs(found_x - x) < tolerance
    assert abs(found_y - y) < tolerance


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ConfigError, match="letterbox"):
        Preprocessing(letterbox="stretch")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="short_side_px"):
        Preprocessing(short_side_px=8)
