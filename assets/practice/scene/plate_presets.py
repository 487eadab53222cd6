"""Named number plates that the table of countries refers to; colours are sRGB hex."""

from __future__ import annotations

from dataclasses import dataclass

WHITE, YELLOW, BLACK, INK = "#f4f4f0", "#efc318", "#141414", "#111111"
BLUE, RED, GREEN, RIM_RED = "#123a9c", "#a01818", "#0d6b3c", "#c01822"


@dataclass(frozen=True, slots=True)
class Plate:
    """A number plate.

    Attributes:
        width_m, height_m: Its size.
        frame: Colour of the rim; black if empty.
        left, right, top, right_half: Colours of a band there; none if empty.
    """

    width_m: float
    height_m: float
    background: str
    letters: str = INK
    frame: str = ""
    left: str = ""
    right: str = ""
    top: str = ""
    right_half: str = ""


def _eu(background: str = WHITE, letters: str = INK, **more: str) -> Plate:
    return Plate(0.52, 0.115, background, letters, left=BLUE, **more)


PLATES: dict[str, Plate | None] = {
    "none": None,
    "eu_white": _eu(),
    "eu_green": _eu("#3fa45b"),
    "eu_yellow": _eu(YELLOW),
    "eu_blue_bands": _eu(right=BLUE),
    "eu_yellow_strip": _eu(right=YELLOW),
    "eu_red_letters": _eu(letters="#8c1420", frame="#8c1420"),
    "eu_red_rim": _eu(frame=RIM_RED),
    "eu_green_rim": _eu(frame=GREEN),
    "eu_blue_letters": _eu(letters=BLUE, frame=BLUE),
    "dk_yellow": _eu(YELLOW, frame=RIM_RED),
    "dk_half_yellow": _eu(right_half=YELLOW, frame=RIM_RED),
    "fi_short_white": Plate(0.44, 0.118, WHITE, left=BLUE),
    "long_white": Plate(0.52, 0.115, WHITE),
    "long_yellow": Plate(0.52, 0.115, YELLOW),
    "long_black": Plate(0.52, 0.115, BLACK, WHITE),
    "long_red": Plate(0.52, 0.115, RED, WHITE),
    "ch_strip": Plate(0.30, 0.08, WHITE),
    "jp_white": Plate(0.33, 0.165, WHITE, "#0d4a2a"),
    "mercosur": Plate(0.40, 0.13, WHITE, top=BLUE),
    "ar_black": Plate(0.40, 0.13, BLACK, WHITE, frame=WHITE),
    "br_grey": Plate(0.40, 0.13, "#b4b6b6"),
    "br_red": Plate(0.40, 0.13, RED, WHITE),
    "short_white": Plate(0.34, 0.15, WHITE),
    "short_white_blue": Plate(0.31, 0.152, WHITE, "#1c2c66"),
    "short_black": Plate(0.34, 0.15, BLACK, WHITE),
    "short_green": Plate(0.34, 0.15, GREEN, WHITE),
    "short_yellow": Plate(0.34, 0.15, YELLOW),
    "middling_white_blue": Plate(0.372, 0.134, WHITE, BLUE),
    "middling_white": Plate(0.372, 0.134, WHITE),
    "za_white": Plate(0.44, 0.12, WHITE, BLUE),
}
