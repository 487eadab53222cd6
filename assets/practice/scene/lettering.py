"""Boards drawn with Pillow: road signs, place names, shop fronts, number plates.

Text is laid out by Pillow (with raqm), because Arabic, Thai, Khmer and Tibetan need shaping that
Blender's own text objects do not do.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_FOLDERS = [
    Path("/usr/share/fonts/truetype/noto"),
    Path("/usr/share/fonts/opentype/noto"),
    Path.home() / ".local/share/fonts",
]
_FILES = {
    "latin": "NotoSans-Bold.ttf", "greek": "NotoSans-Bold.ttf", "cyrillic": "NotoSans-Bold.ttf",
    "hebrew": "NotoSansHebrew-Bold.ttf", "arabic": "NotoSansArabic-Bold.ttf",
    "bengali": "NotoSansBengali-Bold.ttf",
    "thai": "NotoSansThai-Bold.ttf", "khmer": "NotoSansKhmer-Bold.ttf",
    "tibetan": "NotoSerifTibetan-Bold.ttf", "jp": "NotoSansCJK-Bold.ttc",
    "kr": "NotoSansCJK-Bold.ttc", "tc": "NotoSansCJK-Bold.ttc",
}  # fmt: skip
_FACE_INDEX = {"jp": 0, "kr": 1, "tc": 3}
_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x03FF, "greek"), (0x0400, 0x052F, "cyrillic"), (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"), (0x0980, 0x09FF, "bengali"),
    (0x0E00, 0x0E7F, "thai"), (0x0F00, 0x0FFF, "tibetan"),
    (0x1780, 0x17FF, "khmer"), (0x3040, 0x30FF, "jp"), (0xAC00, 0xD7AF, "kr"),
    (0x4E00, 0x9FFF, "han"),
)  # fmt: skip


def script_of(text: str) -> str:
    """The script of the first letter that is not Latin; 'han' for Chinese characters."""
    for letter in text:
        for low, high, script in _BLOCKS:
            if low <= ord(letter) <= high:
                return script
    return "latin"


@functools.lru_cache(maxsize=256)
def font(script: str, size_px: int) -> ImageFont.FreeTypeFont:
    """The Noto face of a script.

    Raises:
        FileNotFoundError: the font is not installed; says which Debian packages hold it.
    """
    name = _FILES[script]
    for folder in _FOLDERS:
        if (folder / name).exists():
            return ImageFont.truetype(folder / name, size_px, index=_FACE_INDEX.get(script, 0))
    raise FileNotFoundError(
        f"{name}: install the fonts (apt install fonts-noto-core fonts-noto-cjk)"
    )


def _runs(text: str, script: str) -> list[tuple[str, str]]:
    """The text cut into (piece, script): Thai or Hebrew faces have no Latin letters or digits."""
    runs: list[tuple[str, str]] = []
    for word in text.split(" "):
        actual = script_of(word)
        chosen = script if actual == "han" else actual
        if runs and runs[-1][1] == chosen:
            runs[-1] = (f"{runs[-1][0]} {word}", chosen)
        else:
            runs.append((word, chosen))
    return runs


def _width(runs: list[tuple[str, str]], size_px: int) -> float:
    gap = 0.3 * size_px * (len(runs) - 1)
    return gap + sum(font(script, size_px).getlength(piece) for piece, script in runs)


def _fit(runs: list[tuple[str, str]], width_px: float, height_px: float) -> int:
    """The largest size in pixels at which the runs fit the box side by side."""
    size = max(8, int(height_px))
    while size > 8:
        boxes = [font(script, size).getbbox(piece) for piece, script in runs]
        high = max(box[3] - box[1] for box in boxes)
        if _width(runs, size) <= width_px and high <= height_px:
            break
        size = int(size * 0.92)
    return max(8, size)


def _write(
    draw: ImageDraw.ImageDraw,
    text: str,
    script: str,
    box: Sequence[float],
    fill: str,
    anchor: str = "mm",
) -> None:
    left, top, right, bottom = box
    runs = _runs(text, script)
    size = _fit(runs, right - left, bottom - top)
    x = left if anchor == "lm" else (left + right - _width(runs, size)) / 2
    for piece, piece_script in runs:
        face = font(piece_script, size)
        y = (top + bottom) / 2
        if piece_script != "latin":
            # Marks above and below make the middle of these faces differ from that of the word.
            _, high, _, low = face.getbbox(piece, anchor="lm")
            y -= (high + low) / 2
        draw.text((x, y), piece, font=face, fill=fill, anchor="lm")
        x += face.getlength(piece) + 0.3 * size


def direction_board(
    lines: Sequence[str], script: str, colours: tuple[str, str, str], arrow: str = "up"
) -> np.ndarray:
    """Place names one above the other beside an arrow; uint8 RGB 300 x (120 a line)."""
    background, letters, border = colours
    width, height = 420, 110 * len(lines) + 24
    image = Image.new("RGB", (width, height), border)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((7, 7, width - 8, height - 8), 16, fill=background)
    for number, line in enumerate(lines):
        top = 16 + 110 * number
        _write(draw, line, script, (100, top + 8, width - 24, top + 96), letters, "lm")
        x, y = 54, top + 52
        if arrow == "up":
            draw.line((x, y + 34, x, y - 14), fill=letters, width=12)
            draw.polygon([(x - 22, y - 8), (x + 22, y - 8), (x, y - 40)], fill=letters)
        else:
            draw.line((x - 10, y, x + 34, y), fill=letters, width=12)
            draw.polygon([(x - 8, y - 22), (x - 8, y + 22), (x - 38, y)], fill=letters)
    return np.asarray(image)


_PLACE_STYLES = {
    "white_black": ("#f2f2ee", "#111111", "#111111"),
    "white_black_red_border": ("#f2f2ee", "#111111", "#c01822"),
    "yellow_black": ("#f2c600", "#111111", "#111111"),
    "blue_white": ("#1450a0", "#ffffff", "#ffffff"),
    "green_white": ("#00693e", "#ffffff", "#ffffff"),
    "white_silhouette": ("#f2f2ee", "#111111", "#111111"),
}


def place_board(name: str, script: str, style: str, second: str = "") -> np.ndarray:
    """A town's name at its entrance, in two scripts where the country does so."""
    background, letters, border = _PLACE_STYLES[style]
    width, height = 420, 150 if not second else 220
    if style == "white_silhouette":
        height += 60
    image = Image.new("RGB", (width, height), border)
    draw = ImageDraw.Draw(image)
    edge = 14 if style == "white_black_red_border" else 6
    draw.rounded_rectangle((edge, edge, width - edge - 1, height - edge - 1), 10, fill=background)
    top = 20
    if style == "white_silhouette":
        for x, y in ((110, 58), (150, 34), (190, 58), (235, 46), (275, 58)):
            draw.rectangle((x, y, x + 38, 80), fill=letters)
        draw.polygon([(150, 36), (188, 36), (169, 10)], fill=letters)
        top = 88
    middle = height - 22 if not second else top + (height - top) * 0.52
    _write(draw, name, script, (30, top, width - 30, middle), letters)
    if second:
        _write(draw, second, "latin", (50, middle + 6, width - 50, height - 24), letters)
    return np.asarray(image)


def warning_board(style: str, symbol: int) -> np.ndarray:
    """A warning sign's face: bend, junction, animal or exclamation mark."""
    border = "#111111" if style == "diamond_yellow" else "#c01822"
    background = "#f2f2ee" if style.endswith("white") else "#f2c600"
    if style == "diamond_white":
        border = "#111111"
    image = Image.new("RGB", (220, 220), border)
    draw = ImageDraw.Draw(image)
    if style.startswith("triangle"):
        inset = 44 if style == "triangle_yellow_thick" else 32
        corners = [
            (inset, 220 - inset * 0.52),
            (220 - inset, 220 - inset * 0.52),
            (110, inset * 1.05),
        ]
        draw.polygon(corners, fill=background)
        middle, size = (110, 145), 30
    else:
        draw.polygon([(110, 12), (208, 110), (110, 208), (12, 110)], fill=background)
        middle, size = (110, 110), 42
    x, y = middle
    if symbol == 0:
        draw.rectangle((x - 7, y - size, x + 7, y + size * 0.4), fill="#111111")
        draw.ellipse((x - 8, y + size * 0.6, x + 8, y + size * 0.6 + 16), fill="#111111")
    elif symbol == 1:
        draw.line(
            [(x - 8, y + size), (x - 8, y), (x + 16, y - size)],
            fill="#111111",
            width=14,
            joint="curve",
        )
    elif symbol == 2:
        draw.rectangle((x - 7, y - size, x + 7, y + size), fill="#111111")
        draw.rectangle((x - size * 0.8, y - 6, x + size * 0.8, y + 6), fill="#111111")
    else:
        draw.ellipse((x - size * 0.8, y - 12, x + size * 0.6, y + 12), fill="#111111")
        for dx in (-0.6, -0.3, 0.2, 0.45):
            draw.line((x + size * dx, y, x + size * dx, y + size * 0.9), fill="#111111", width=6)
        draw.line((x + size * 0.5, y, x + size * 0.9, y - size * 0.8), fill="#111111", width=9)
    return np.asarray(image)


def speed_board(style: str, number: int) -> np.ndarray:
    """A speed limit: a red ring, or North America's rectangle."""
    if style in ("us_rectangle", "ca_maximum"):
        image = Image.new("RGB", (180, 230), "#f2f2ee")
        draw = ImageDraw.Draw(image)
        draw.rounded_rectangle((6, 6, 173, 223), 12, outline="#111111", width=6)
        words = ("SPEED", "LIMIT") if style == "us_rectangle" else ("MAXIMUM", "")
        for line, word in enumerate(words):
            _write(draw, word or " ", "latin", (22, 18 + 42 * line, 158, 54 + 42 * line), "#111111")
        _write(draw, str(number), "latin", (24, 108, 156, 210), "#111111")
        return np.asarray(image)
    image = Image.new("RGB", (200, 200), "#c01822")
    draw = ImageDraw.Draw(image)
    fill = "#f2c600" if style == "circle_yellow" else "#f2f2ee"
    draw.ellipse((26, 26, 173, 173), fill=fill)
    _write(draw, str(number), "latin", (48, 56, 152, 144), "#111111")
    return np.asarray(image)


def shop_board(
    text: str, script: str, background: str, letters: str, second: str = ""
) -> np.ndarray:
    """A shop front's fascia, 5 to 1."""
    image = Image.new("RGB", (560, 112), background)
    draw = ImageDraw.Draw(image)
    if second:
        _write(draw, text, script, (20, 6, 540, 74), letters)
        _write(draw, second, "latin", (60, 78, 500, 106), letters)
    else:
        _write(draw, text, script, (20, 10, 540, 100), letters)
    return np.asarray(image)


def plate_board(text: str, script: str, preset: tuple[float, float, str, str, str]) -> np.ndarray:
    """A number plate: band colours after '|' stand on the right, 'top' lies across the top."""
    width_m, height_m, background, letters, band = preset
    height = 60
    width = int(height * width_m / height_m)
    image = Image.new("RGB", (width, height), "#101010")
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, width - 3, height - 3), fill=background)
    left, right, top = 8, width - 8, 6
    if band.startswith("top"):
        draw.rectangle((2, 2, width - 3, 16), fill=band[3:])
        top = 18
    elif band:
        sides = band.split("|")
        draw.rectangle((2, 2, 24, height - 3), fill=sides[0])
        left = 28
        if len(sides) > 1:
            draw.rectangle((width - 25, 2, width - 3, height - 3), fill=sides[1])
            right = width - 28
    _write(draw, text, script, (left, top, right, height - 6), letters)
    return np.asarray(image)
