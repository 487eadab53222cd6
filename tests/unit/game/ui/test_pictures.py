"""Pictures of maps: one scale, outlines that close, colours that grow."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.ui.pictures import CONTOURS, contours, heat_layers, outline, overlay
from model.types import Heatmap


def heatmap(target: str, *cells: tuple[int, int, float]) -> Heatmap:
    grid = np.zeros((9, 9), dtype=np.float32)
    for row, column, value in cells:
        grid[row, column] = value
    return Heatmap(target, grid, (0.0, 0.0, 9.0, 9.0))


def test_maps_share_one_scale_and_a_blank_map_is_called_blank() -> None:
    maps = [heatmap("HU", (8, 0, 4.0)), heatmap("SK", (0, 4, 1.0)), heatmap("AD")]
    strong, weak, blank = heat_layers(maps, 1.0)
    assert (strong["country"], strong["strength"], strong["where"]) == ("HU", 1.0, [2, 0])
    assert weak["strength"] == pytest.approx(0.25, abs=0.02)
    assert weak["where"] == [0, 1]
    assert (blank["strength"], blank["uri"], blank["where"]) == (0.0, None, None)
    assert blank["outline"] is blank["contours"] is None


def test_only_what_lies_on_the_picture_sets_the_scale() -> None:
    grid = np.zeros((9, 9), dtype=np.float32)
    grid[0, 0], grid[4, 4] = 100.0, 2.0
    letterboxed = Heatmap("HU", grid, (0.0, 3.0, 9.0, 6.0))
    (layer,) = heat_layers([letterboxed], 3.0)
    assert (layer["strength"], layer["where"]) == (1.0, [1, 1])


def test_the_outline_goes_round_the_region_that_is_covered() -> None:
    # Two cells of four columns and two rows, on a grid with a row of padding above and below.
    grid = np.zeros((4, 4), dtype=np.float32)
    grid[1, 1], grid[1, 2], grid[2, 2] = 3.0, 2.0, 1.0
    picture = Heatmap("HU", grid, (0.0, 1.0, 4.0, 3.0))
    assert picture.strongest().sum() == 2, "a fifth of eight cells"
    path = outline(picture)
    assert sorted(re.findall(r"M[^M]+", path)) == [
        "M250 0H750",
        "M250 0V500",
        "M250 500H750",
        "M750 0V500",
    ]


@given(st.integers(1, 9), st.integers(1, 21), st.integers(0, 1000))
def test_outlines_are_closed_and_as_long_as_the_edge_of_their_region(
    rows: int, columns: int, seed: int
) -> None:
    grid = np.random.default_rng(seed).random((rows, columns), dtype=np.float32)
    picture = Heatmap("HU", grid, (0.0, 0.0, float(columns), float(rows)))
    region = np.pad(picture.strongest(), 1).astype(int)
    ends: Counter[tuple[int, int]] = Counter()
    across = down = 0
    for x, y, kind, end in re.findall(r"M(\d+) (\d+)([HV])(\d+)", outline(picture)):
        far = (int(end), int(y)) if kind == "H" else (int(x), int(end))
        ends.update([(int(x), int(y)), far])
        across += far[0] - int(x)
        down += far[1] - int(y)
    assert all(n % 2 == 0 for n in ends.values()), "where an edge ends another begins"
    assert across == pytest.approx(1000 / columns * np.abs(np.diff(region, axis=0)).sum(), abs=90)
    assert down == pytest.approx(1000 / rows * np.abs(np.diff(region, axis=1)).sum(), abs=90)


def test_contours_lie_within_each_other_round_the_peak() -> None:
    rows, columns = np.mgrid[0:9, 0:9]
    bump = np.exp(-((rows - 3) ** 2 + (columns - 4) ** 2) / 6).astype(np.float32)
    paths = contours(Heatmap("HU", bump, (0.0, 0.0, 9.0, 9.0)), 1.0)
    least = most = np.array([4.5, 3.5]) / 9 * 1000  # the peak
    for fraction, path in zip(CONTOURS, paths, strict=True):
        found = re.fullmatch(r"M(\d+ \d+)l(-?\d+(?: -?\d+)+)Z", path)
        assert found is not None
        start, steps = (np.array(part.split(), dtype=int).reshape(-1, 2) for part in found.groups())
        points = start + np.cumsum(steps, axis=0)
        assert (points[-1] == start).all(), "closed"
        assert (points.min(axis=0) < least).all()
        assert (points.max(axis=0) > most).all()
        least, most = points.min(axis=0), points.max(axis=0)
        radius = np.sqrt(-6 * np.log(fraction)) / 9 * 1000
        assert (least[0], most[0]) == pytest.approx((500 - radius, 500 + radius), abs=10)


def test_colour_and_opacity_grow_with_the_value() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None]
    rgba = np.asarray(overlay(ramp).convert("RGBA")).astype(int)[0]
    assert rgba[0, 3] == 0
    assert (np.diff(rgba[:, 3]) >= 0).all()
    luminance = rgba[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance[::8]) > 0).all()
