"""Number plates: patterns filled with letters and digits, and the plates they stand on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from assets.practice.country_table import LETTER, NEW_LINE, PLATE_DIGITS, PLATE_LETTERS

from .chance import Chance
from .facts import Country
from .lettering import write
from .plate_presets import INK, Plate

HEIGHT_PX = 60
BAND_PX = 24
DIGIT = "0"


def plate_number(pattern: str, country: Country, chance: Chance) -> str:
    """A number of this pattern: every A a letter and every 0 a digit that the country uses."""
    letters = country.plate_letters or PLATE_LETTERS
    digits = country.plate_digits or PLATE_DIGITS
    drawn = {LETTER: letters, DIGIT: digits}
    return "".join(chance.choice(drawn[sign]) if sign in drawn else sign for sign in pattern)


def plate_board(text: str, script: str, plate: Plate) -> NDArray[np.uint8]:
    """A number plate, uint8 RGB; a new line in the text makes the first line small."""
    height, width = HEIGHT_PX, int(HEIGHT_PX * plate.width_m / plate.height_m)
    image = Image.new("RGB", (width, height), plate.frame or INK)
    draw = ImageDraw.Draw(image)
    rim = 4 if plate.frame else 2
    inner = (rim, rim, width - rim - 1, height - rim - 1)
    draw.rectangle(inner, fill=plate.background)
    left, top, right = 8, 6, width - 8
    if plate.right_half:
        draw.rectangle((width // 2, rim, width - rim - 1, height - rim - 1), fill=plate.right_half)
    if plate.top:
        draw.rectangle((rim, rim, width - rim - 1, 16), fill=plate.top)
        top = 18
    if plate.left:
        draw.rectangle((rim, rim, BAND_PX, height - rim - 1), fill=plate.left)
        left = BAND_PX + 4
    if plate.right:
        draw.rectangle((width - BAND_PX, rim, width - rim - 1, height - rim - 1), fill=plate.right)
        right = width - BAND_PX - 4
    lines = text.split(NEW_LINE)
    bottom = height - 6
    if len(lines) > 1:
        write(draw, lines[0], script, (left, top, right, top + 14), plate.letters)
        top += 16
    write(draw, lines[-1], script, (left, top, right, bottom), plate.letters)
    return np.asarray(image, dtype=np.uint8)
