from __future__ import annotations

import io
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance

from model.data.thinning.duplicates import THUMBNAIL_PX, Pair, find, groups
from model.data.thinning.measures import measure_picture


def scene(seed: int, width: int = 435, height: int = 416) -> Image.Image:
    """Sky over ground, as all street scenes, with things of its own in between."""
    rng = random.Random(seed)
    picture = Image.new("RGB", (width, height), (150, 180, 220))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height // 2, width, height), fill=(90, 100, 70))
    for _ in range(40):
        x, y = rng.randrange(width), int(rng.gauss(0.5, 0.12) * height)
        size = rng.randrange(8, 70)
        shade = tuple(rng.randrange(30, 230) for _ in range(3))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape((x, y, x + size, y + rng.randrange(6, 60)), fill=shade)
    return picture


def encoded(picture: Image.Image, quality: int = 85) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def thumbnail(data: bytes) -> np.ndarray:
    return measure_picture(data, "a picture").thumbnail


def cropped(picture: Image.Image, *shares: float) -> Image.Image:
    left, top, right, bottom = shares
    w, h = picture.size
    return picture.crop(
        (round(w * left), round(h * top), round(w * (1 - right)), round(h * (1 - bottom)))
    )


COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "encoded again": lambda p: encoded(p, 40),
    "half the size": lambda p: encoded(p.resize((p.width // 2, p.height // 2))),
    "larger": lambda p: encoded(p.resize((p.width * 3 // 2, p.height * 3 // 2))),
    "cropped all round": lambda p: encoded(cropped(p, 0.04, 0.04, 0.04, 0.04)),
    "cropped at a corner": lambda p: encoded(cropped(p, 0.05, 0.03, 0, 0)),
    "cropped on one side": lambda p: encoded(cropped(p, 0, 0, 0.08, 0)),
    "brighter": lambda p: encoded(ImageEnhance.Brightness(p).enhance(1.25)),
    "darker": lambda p: encoded(ImageEnhance.Brightness(p).enhance(0.7)),
    "all of it": lambda p: encoded(
        ImageEnhance.Brightness(cropped(p, 0.03, 0.02, 0.01, 0.03))
        .enhance(1.15)
        .resize((300, 280)),
        60,
    ),
}


@pytest.mark.parametrize("kind", COPIES)
def test_copies_are_found_and_nothing_else(kind: str) -> None:
    n = 25
    scenes = [scene(i) for i in range(n)]
    thumbnails = [thumbnail(encoded(s)) for s in scenes] + [
        thumbnail(COPIES[kind](s)) for s in scenes
    ]
    pairs = {(p.a, p.b) for p in find(np.stack(thumbnails), ["HU"] * 2 * n)}
    assert pairs == {(i, i + n) for i in range(n)}


def test_views_turned_a_little_are_found() -> None:
    wide = [scene(i, width=700) for i in range(12)]
    views = [encoded(p.crop((x, 0, x + 435, 416))) for x in (0, 65) for p in wide]
    pairs = {(p.a, p.b) for p in find(np.stack([thumbnail(v) for v in views]), ["HU"] * 24)}
    assert pairs <= {(i, i + 12) for i in range(12)}
    assert len(pairs) >= 11


def test_only_pictures_of_one_label_are_compared() -> None:
    one = thumbnail(encoded(scene(1)))
    assert find(np.stack([one, one, one]), ["HU", "RO", "HU"]) == [
        Pair(0, 2, 0, pytest.approx(1.0, abs=1e-4))
    ]


def test_pictures_without_detail_are_not_taken_for_each_other() -> None:
    flat = np.full((3, THUMBNAIL_PX, THUMBNAIL_PX), 80, np.uint8)
    assert find(flat, ["HU"] * 3) == []
    assert find(flat[:0], []) == []


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)).filter(lambda p: p[0] < p[1])))
def test_groups_are_the_connected_parts(edges: list[tuple[int, int]]) -> None:
    found = groups(Pair(a, b, 0, 1.0) for a, b in edges)
    assert set(found) == {i for edge in edges for i in edge}
    for start in found:
        reached = {start}
        for _ in edges:
            reached |= {i for edge in edges if set(edge) & reached for i in edge}
        assert {i for i in found if found[i] == found[start]} == reached
        assert found[start] == min(reached)
