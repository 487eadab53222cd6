"""A map over its picture, by the pixels that it must give."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from model.colour_map import colours
from model.data.preprocessing import PADDING
from model.errors import ConfigError
from model.explanation.overlay import mask_boxes, overlay, parse_box, share_inside
from model.types import Heatmap

PICTURE = Image.new("RGB", (40, 20), (10, 60, 200))


def left_half() -> Heatmap:
    """Hot on the left, cold on the right; the content fills the grid."""
    grid = np.zeros((2, 4), np.float32)
    grid[:, :2] = 3.0
    return Heatmap("HU", grid, (0.0, 0.0, 4.0, 2.0))


def test_a_blank_map_leaves_the_picture_and_is_a_copy() -> None:
    blank = Heatmap("HU", np.zeros((2, 4), np.float32), (0.0, 0.0, 4.0, 2.0))
    shown = overlay(PICTURE, blank)
    assert shown is not PICTURE
    assert np.array_equal(np.asarray(shown), np.asarray(PICTURE))


@pytest.mark.parametrize("opacity", [0.0, 0.4, 0.65, 1.0])
def test_the_hottest_spot_has_the_opacity_and_the_coldest_shows_the_picture(opacity: float) -> None:
    shown = np.asarray(overlay(PICTURE, left_half(), opacity)).astype(float)
    hottest = colours(np.ones((1, 1)))[0, 0].astype(float)
    beneath = np.array([10.0, 60.0, 200.0])
    assert shown[10, 2] == pytest.approx(opacity * hottest + (1 - opacity) * beneath, abs=1.5)
    assert shown[10, 37].tolist() == beneath.tolist()
    assert overlay(PICTURE, left_half(), opacity).size == PICTURE.size


def test_the_scale_of_a_map_does_not_matter() -> None:
    weak = Heatmap("HU", left_half().grid / 1000, (0.0, 0.0, 4.0, 2.0))
    strong = np.asarray(overlay(PICTURE, left_half())).astype(int)
    assert np.abs(np.asarray(overlay(PICTURE, weak)).astype(int) - strong).max() <= 1


def test_the_share_of_a_map_in_a_box_and_of_its_area() -> None:
    energy, area = share_inside(left_half(), [(0.0, 0.0, 0.5, 1.0)])
    assert area == pytest.approx(0.5)
    assert energy > 0.85
    other, _ = share_inside(left_half(), [(0.5, 0.0, 1.0, 1.0)])
    assert energy + other == pytest.approx(1.0)
    flat = Heatmap("HU", np.ones((2, 4), np.float32), (0.0, 0.0, 4.0, 2.0))
    overlapping = [(0.0, 0.0, 0.5, 0.5), (0.25, 0.0, 0.5, 1.0)]
    assert share_inside(flat, overlapping) == (pytest.approx(0.375), pytest.approx(0.375))
    blank = Heatmap("HU", np.zeros((2, 4), np.float32), (0.0, 0.0, 4.0, 2.0))
    assert share_inside(blank, [(0.0, 0.0, 0.5, 1.0)]) == (0.0, pytest.approx(0.5))


def test_boxes_become_the_grey_of_the_letterbox_and_nothing_else_changes() -> None:
    tiny = [(0.999, 0.0, 1.0, 0.001), (0.3, 0.999, 0.301, 1.0)]
    masked = np.asarray(mask_boxes(PICTURE, [(0.0, 0.5, 0.25, 1.0), *tiny]))
    expected = np.asarray(PICTURE).copy()
    expected[10:, :10] = PADDING
    expected[0, 39] = expected[19, 12] = PADDING  # a box is at least one pixel
    assert np.array_equal(masked, expected)
    assert mask_boxes(PICTURE, []) == PICTURE


def test_a_box_is_read_or_refused() -> None:
    assert parse_box("0,0.9,0.3,1") == (0.0, 0.9, 0.3, 1.0)
    for text in ("", "0,0,1", "a,b,c,d", ".5,0,.5,1", "0,0,2,1", "0,0,1,2", "0,1,1,0", "nan,0,1,1"):
        with pytest.raises(ConfigError, match=r"--mask-boxes .*: give left,top,right,bottom"):
            parse_box(text)
