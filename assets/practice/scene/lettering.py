"""Text on boards, drawn with Pillow: fonts of every script, sizes that fit, shop fronts.

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
    "kr": "NotoSansCJK-Bold.ttc", "sc": "NotoSansCJK-Bold.ttc", "tc": "NotoSansCJK-Bold.ttc",
}  # fmt: skip
_FACE_INDEX = {"jp": 0, "kr": 1, "sc": 2, "tc": 3}
_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x03FF, "greek"), (0x0400, 0x052F, "cyrillic"), (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"), (0x0980, 0x09FF, "bengali"),
    (0x0E00, 0x0E7F, "thai"), (0x0F00, 0x0FFF, "tibetan"),
    (0x1780, 0x17FF, "khmer"), (0x3040, 0x30FF, "jp"), (0xAC00, 0xD7AF, "kr"),
    (0x4E00, 0x9FFF, "han"),
)  # fmt: skip


HAN: dict[str, tuple[str, ...]] = {
    "jp": ("jp", "han"), "sc": ("han",), "tc": ("han",),
}  # fmt: skip
"""What ``script_of`` says of words of scripts that have Chinese characters."""


def written_in(words: Sequence[str], script: str) -> list[str]:
    """Those of the words that are written in a script; all of them if there are none."""
    found = [word for word in words if script_of(word) in HAN.get(script, (script,))]
    return found or list(words)


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


def write(
    draw: ImageDraw.ImageDraw,
    text: str,
    script: str,
    box: Sequence[float],
    fill: str,
    anchor: str = "mm",
) -> None:
    """Write a text as large as fits into a box of pixels (left, top, right, bottom).

    Args:
        draw: Where to write.
        text: May mix scripts, word by word.
        script: Of the words whose letters do not say it (Chinese characters).
        box: Left, top, right and bottom, in pixels.
        fill: Colour of the letters.
        anchor: "lm" begins at the left edge; anything else is centred.
    """
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


def shop_board(
    text: str, script: str, background: str, letters: str, second: str = ""
) -> np.ndarray:
    """A shop front's fascia, 5 to 1."""
    image = Image.new("RGB", (560, 112), background)
    draw = ImageDraw.Draw(image)
    if second:
        write(draw, text, script, (20, 6, 540, 74), letters)
        write(draw, second, "latin", (60, 78, 500, 106), letters)
    else:
        write(draw, text, script, (20, 10, 540, 100), letters)
    return np.asarray(image)
