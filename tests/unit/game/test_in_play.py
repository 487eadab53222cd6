"""A photo of a crop that is still to be guessed is known, in many a form; others are not."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from game.in_play import ALIKE, SCALES, edges_of, is_in_play, likeness
from model.data.collection import Collection
from model.types import Crop
from tests.conftest import PRACTICE

CROPS = 4


@pytest.fixture(scope="module")
def crops() -> list[Image.Image]:
    """Of practice panoramas of different places."""
    world, rng = Collection.open([PRACTICE]), Random(4)
    found = []
    for index in rng.sample(range(len(world.places)), CROPS):
        panorama = world.picture(index)
        found.append(panorama.crop(Crop.at(*panorama.size, rng.random()).box))
    return found


def encoded(crop: Image.Image, scale: float, quality: int) -> Image.Image:
    stream = io.BytesIO()
    size = (round(crop.width * scale), round(crop.height * scale))
    crop.resize(size).save(stream, "JPEG", quality=quality)
    return Image.open(stream).convert("RGB")


def cut(crop: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = crop.size
    return crop.crop(
        (round(left * width), round(top * height), round(right * width), round(bottom * height))
    )


def screen(crop: Image.Image, size: tuple[int, int], share: float, at: float) -> Image.Image:
    """A screenshot: the crop somewhere on it, text and a map below."""
    shot = Image.new("RGB", size, (22, 28, 36))
    width = round(size[0] * share)
    height = round(width * crop.height / crop.width)
    top = round(size[1] * at)
    shot.paste(crop.resize((width, height)), (round((size[0] - width) / 2), top))
    draw, rng = ImageDraw.Draw(shot), Random(1)
    for _ in range(40):
        x, y = rng.randrange(size[0]), rng.randrange(top + height, size[1])
        draw.rectangle((x, y, x + rng.randrange(10, 120), y + 9), (200, 200, rng.randrange(256)))
    return shot


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": lambda crop: crop,
    "half as large, badly compressed": lambda crop: encoded(crop, 0.5, 40),
    "margins cut off": lambda crop: cut(crop, 0.08, 0.08, 0.92, 0.92),
    "a third cut off": lambda crop: cut(crop, 0.3, 0, 1, 1),
    "brighter": lambda crop: ImageEnhance.Brightness(crop).enhance(1.3),
    "mirrored": ImageOps.mirror,
    "mirrored, a third cut off": lambda crop: ImageOps.mirror(cut(crop, 0.3, 0, 1, 1)),
    "without colour": lambda crop: crop.convert("L").convert("RGB"),
    "a screen": lambda crop: screen(crop, (1280, 800), 0.82, 0.06),
    "a large screen": lambda crop: screen(crop, (1920, 1080), 0.6, 0.1),
    "a mirrored screen": lambda crop: ImageOps.mirror(screen(crop, (1280, 800), 0.82, 0.06)),
    "a phone": lambda crop: screen(crop, (390, 844), 1.0, 0.05),
}


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_is_known(copy: str, crops: list[Image.Image]) -> None:
    edges = [edges_of(crop) for crop in crops[:3]]
    for number in range(3):
        photo = COPIES[copy](crops[number])
        assert is_in_play(photo, edges[number : number + 1])
        others = edges[:number] + edges[number + 1 :]
        assert not is_in_play(photo, others), "none of the others is taken for it"


def test_other_pictures_are_not_taken_for_copies(crops: list[Image.Image]) -> None:
    edges = [edges_of(crop) for crop in crops[:2]]
    for photo in (*crops[2:], ImageOps.mirror(crops[2])):
        assert max(likeness(photo, edges, scale) for scale in SCALES) < ALIKE
    assert not is_in_play(Image.new("RGB", (300, 200), (90, 120, 200)), edges)
    assert not is_in_play(Image.effect_noise((300, 200), 90).convert("RGB"), edges)


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (3, 700), (5000, 20)])
def test_photos_of_any_shape(size: tuple[int, int], crops: list[Image.Image]) -> None:
    assert not is_in_play(Image.new("RGB", size, (1, 2, 3)), [edges_of(crops[0])])
    assert not is_in_play(Image.new("RGB", size), [])
