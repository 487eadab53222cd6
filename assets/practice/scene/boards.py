"""Faces of road signs, drawn with Pillow: uint8 RGB pictures that are cut to an outline later."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .lettering import write
from .sign_presets import (
    BLACK,
    RED,
    SIGN_BACKS,
    WHITE,
    Chevron,
    CrossingSign,
    DirectionSign,
    GiveWaySign,
    PlaceSign,
    SpeedSign,
    StopSign,
    WarningSign,
)

Pixels = NDArray[np.uint8]
Line = tuple[str, str, bool]
"""A line of a direction board: text, script, and whether it repeats the one above."""

_LINE_PX = 110
_RIMS = {"thin": 0.87, "usual": 0.76, "broad": 0.62}
"""How large the inner field of a warning sign is, as a share of the sign."""
_OUTLINED = 0.92


def _pixels(image: Image.Image) -> Pixels:
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def direction_board(lines: Sequence[Line], sign: DirectionSign, arrow: str = "up") -> Pixels:
    """Place names one above the other beside an arrow; 420 pixels wide, 110 a line."""
    width, height = 420, _LINE_PX * len(lines) + 24
    image = Image.new("RGB", (width, height), sign.border)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((7, 7, width - 8, height - 8), 16, fill=sign.background)
    for number, (text, script, repeats) in enumerate(lines):
        top = 16 + _LINE_PX * number
        colour = sign.second if repeats and sign.second else sign.letters
        write(draw, text, script, (100, top + 8, width - 24, top + 96), colour, "lm")
    x, y = 54, height // 2
    colour = sign.second or sign.letters
    if arrow == "up":
        draw.line((x, y + 34, x, y - 14), fill=colour, width=12)
        draw.polygon([(x - 22, y - 8), (x + 22, y - 8), (x, y - 40)], fill=colour)
    else:
        draw.line((x - 10, y, x + 34, y), fill=colour, width=12)
        draw.polygon([(x - 8, y - 22), (x - 8, y + 22), (x - 38, y)], fill=colour)
    return _pixels(image)


def place_board(name: str, script: str, sign: PlaceSign, second: str = "") -> Pixels:
    """A town's name at its entrance, in two scripts where the country does so."""
    width, height = 420, 220 if second else 150
    above = 60 if sign.silhouette else 30 if sign.bars else 0
    below = 30 if sign.bars else 0
    height += above + below
    image = Image.new("RGB", (width, height), sign.border)
    draw = ImageDraw.Draw(image)
    edge = sign.frame_px
    draw.rounded_rectangle(
        (edge, edge, width - edge - 1, height - edge - 1), 10, fill=sign.background
    )
    if sign.bars:
        draw.rectangle((edge, edge, width - edge, edge + 30), fill=sign.bars)
        draw.rectangle((edge, height - edge - 30, width - edge, height - edge), fill=sign.bars)
    if sign.silhouette:
        for x, y in ((110, 58), (150, 34), (190, 58), (235, 46), (275, 58)):
            draw.rectangle((x, y, x + 38, 80), fill=sign.letters)
        draw.polygon([(150, 36), (188, 36), (169, 10)], fill=sign.letters)
    top, bottom = above + 22, height - below - 22
    middle = top + (bottom - top) * 0.55 if second else bottom
    write(draw, name, script, (30, top, width - 30, middle), sign.letters)
    if second:
        write(draw, second, "latin", (50, middle + 6, width - 50, bottom), sign.letters)
    return _pixels(image)


def _symbol(draw: ImageDraw.ImageDraw, number: int, at: tuple[int, int], size: int) -> None:
    """A simple symbol where the drawings are missing: exclamation mark, bend, junction, animal."""
    x, y = at
    if number == 0:
        draw.rectangle((x - 7, y - size, x + 7, y + size * 0.4), fill=BLACK)
        draw.ellipse((x - 8, y + size * 0.6, x + 8, y + size * 0.6 + 16), fill=BLACK)
    elif number == 1:
        bend = [(x - 8, y + size), (x - 8, y), (x + 16, y - size)]
        draw.line(bend, fill=BLACK, width=14, joint="curve")
    elif number == 2:
        draw.rectangle((x - 7, y - size, x + 7, y + size), fill=BLACK)
        draw.rectangle((x - size * 0.8, y - 6, x + size * 0.8, y + 6), fill=BLACK)
    else:
        draw.ellipse((x - size * 0.8, y - 12, x + size * 0.6, y + 12), fill=BLACK)
        for dx in (-0.6, -0.3, 0.2, 0.45):
            draw.line((x + size * dx, y, x + size * dx, y + size * 0.9), fill=BLACK, width=6)
        draw.line((x + size * 0.5, y, x + size * 0.9, y - size * 0.8), fill=BLACK, width=9)


def simple_symbol(shape: str, number: int) -> Pixels:
    """A black symbol on white, 220 pixels wide, where a triangle or a diamond leaves room."""
    image = Image.new("RGB", (220, 220), WHITE)
    triangle = shape == "triangle"
    at, size = ((110, 145), 30) if triangle else ((110, 110), 42)
    _symbol(ImageDraw.Draw(image), number, at, size)
    return _pixels(image)


def _corners(shape: str, side_px: int, share: float) -> list[tuple[float, float]]:
    """The corners of a sign that fills a square of pixels, shrunk about its middle."""
    if shape == "triangle":
        points, middle = [(0.0, 1.0), (1.0, 1.0), (0.5, 0.0)], (0.5, 2 / 3)
    else:
        points, middle = [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)], (0.5, 0.5)
    return [
        ((middle[0] + share * (x - middle[0])) * side_px,
         (middle[1] + share * (y - middle[1])) * side_px)
        for x, y in points
    ]  # fmt: skip


def warning_board(sign: WarningSign, drawn: Pixels) -> Pixels:
    """A warning sign's face.

    Args:
        sign: Its shape, colours and rim.
        drawn: A sign of this shape with a dark symbol on a light ground, [side, side, 3]; only
            the symbol is kept.
    """
    side = drawn.shape[0]
    outer = _OUTLINED if sign.outlined else 1.0
    inner = 0.93 if sign.shape == "diamond" else outer * _RIMS[sign.rim]
    image = Image.new("RGB", (side, side), WHITE if sign.outlined else sign.border)
    draw = ImageDraw.Draw(image)
    draw.polygon(_corners(sign.shape, side, outer), fill=sign.border)
    draw.polygon(_corners(sign.shape, side, inner), fill=sign.background)
    # The symbol is what is dark and has no colour; a narrow field takes a smaller one.
    values = drawn.astype(float)
    dark = np.clip((150 - values.max(-1)) / 90, 0, 1)
    field = Image.new("L", (side, side))
    ImageDraw.Draw(field).polygon(_corners(sign.shape, side, 0.72), fill=255)
    mask = Image.fromarray(np.rint(dark * 255).astype(np.uint8))
    mask = Image.composite(mask, Image.new("L", (side, side)), field)
    scale = min(1.0, inner / _RIMS["usual"]) if sign.shape == "triangle" else 1.0
    small = mask.resize((round(side * scale), round(side * scale)), Image.Resampling.LANCZOS)
    left = (side - small.width) // 2
    top = round((2 / 3 if sign.shape == "triangle" else 0.5) * (side - small.height))
    image.paste(Image.new("RGB", small.size, sign.symbol), (left, top), small)
    return _pixels(image)


def speed_board(sign: SpeedSign, number: int) -> Pixels:
    """A speed limit: a ring, a ring on a board, or an upright board with words."""
    if sign.words:
        image = Image.new("RGB", (180, 230), sign.background)
        draw = ImageDraw.Draw(image)
        draw.rounded_rectangle((6, 6, 173, 223), 12, outline=sign.letters, width=6)
        for line, word in enumerate(sign.words):
            top = 18 + 42 * line
            write(draw, word, "latin", (22, top, 158, top + 36), sign.letters)
        write(draw, str(number), "latin", (24, 108, 156, 210), sign.letters)
        return _pixels(image)
    image = Image.new("RGB", (200, 200), WHITE if sign.board else RED)
    draw = ImageDraw.Draw(image)
    if sign.board:
        draw.ellipse((8, 8, 191, 191), fill=RED)
    draw.ellipse((30, 30, 169, 169), fill=sign.background)
    write(draw, str(number), "latin", (48, 56, 152, 144), sign.letters)
    return _pixels(image)


def chevron_board(chevron: Chevron, right: bool) -> Pixels:
    """One arrow that fills an upright board, pointing right or left as one sees it."""
    width, height, half = 150, 190, 46
    image = Image.new("RGB", (width, height), chevron.rim or chevron.background)
    draw = ImageDraw.Draw(image)
    if chevron.rim:
        draw.rectangle((7, 7, width - 8, height - 8), fill=chevron.background)
    left, tip, middle = 34, 126, height / 2
    arrow = [
        (left - half / 2, 18), (left + half / 2, 18), (tip + 4, middle), (left + half / 2,
        height - 18), (left - half / 2, height - 18), (tip + 4 - half, middle),
    ]  # fmt: skip
    if not right:
        arrow = [(width - x, y) for x, y in arrow]
    draw.polygon(arrow, fill=chevron.arrow)
    return _pixels(image)


def _hand(draw: ImageDraw.ImageDraw) -> None:
    """A raised palm."""
    draw.rounded_rectangle((84, 100, 148, 176), 20, fill=WHITE)
    for number, top in enumerate((62, 46, 44, 60)):
        left = 84 + 16.5 * number
        draw.rounded_rectangle((left, top, left + 14, 130), 7, fill=WHITE)
    draw.line((88, 150, 66, 108), fill=WHITE, width=16)


def stop_board(sign: StopSign) -> Pixels:
    """A stop sign's face, 220 pixels wide."""
    image = Image.new("RGB", (220, 220), WHITE)
    draw = ImageDraw.Draw(image)
    if sign.triangle:
        draw.polygon([(10, 4), (210, 4), (110, 212)], fill=RED)
        write(draw, sign.word, sign.script, (56, 22, 164, 84), WHITE)
        return _pixels(image)
    draw.regular_polygon((110, 110, 104), 8, rotation=22.5, fill=RED)
    if sign.hand:
        _hand(draw)
    elif sign.second:
        write(draw, sign.word, sign.script, (34, 44, 186, 112), WHITE)
        write(draw, sign.second, "latin", (40, 120, 180, 172), WHITE)
    else:
        write(draw, sign.word, sign.script, (28, 66, 192, 154), WHITE)
    return _pixels(image)


def give_way_board(sign: GiveWaySign) -> Pixels:
    """A give-way sign's face, 220 pixels wide."""
    image = Image.new("RGB", (220, 220), RED)
    draw = ImageDraw.Draw(image)
    draw.polygon([(44, 28), (176, 28), (110, 160)], fill=sign.background)
    for line, word in enumerate(sign.words):
        top = 34 + 28 * line
        script = "latin" if word.isascii() else sign.script
        write(draw, word, script, (66 + 10 * line, top, 154 - 10 * line, top + 24), BLACK)
    return _pixels(image)


def crossing_board(sign: CrossingSign) -> Pixels:
    """The face of a sign beside a crossing, 220 pixels wide."""
    image = Image.new("RGB", (220, 220), sign.background)
    draw = ImageDraw.Draw(image)
    draw.polygon([(26, 186), (194, 186), (110, 30)], fill=sign.triangle)
    draw.ellipse((102, 72, 120, 90), fill=BLACK)
    limbs = [((110, 90), (108, 128)), ((108, 128), (92, 168)), ((108, 128), (126, 166)),
             ((110, 96), (90, 116)), ((110, 96), (128, 116))]  # fmt: skip
    for start, end in limbs:
        draw.line((*start, *end), fill=BLACK, width=10)
    return _pixels(image)


def back_board(name: str) -> Pixels:
    """The grey back of a sign."""
    image = Image.new("RGB", (64, 64), "#787878")
    colour = SIGN_BACKS[name]
    if colour:
        draw = ImageDraw.Draw(image)
        draw.line((4, 4, 60, 60), fill=colour, width=8)
        draw.line((4, 60, 60, 4), fill=colour, width=8)
    return _pixels(image)
