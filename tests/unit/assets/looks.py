"""What presets draw, boiled down to what a player could tell apart: colours by name, shapes."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable, Iterable
from typing import Any

from assets.practice.scene import (
    bollard_presets,
    plate_presets,
    pole_presets,
    presets,
    sign_presets,
)

ENGLISH = {
    "white": "white", "black": "black", "red": "red", "yellow": "yellow", "orange": "orange",
    "grey": "grey", "blue": "blue", "green": "green", "brown": "brown", "wooden": "brown",
}  # fmt: skip
HUNGARIAN = {
    "fehér": "white", "fekete": "black", "feketé": "black", "piros": "red", "sárg": "yellow",
    "narancs": "orange", "szürke": "grey", "kék": "blue", "zöld": "green", "barn": "brown",
    "fa": "brown",
}  # fmt: skip


def colour_name(colour: str | tuple[float, float, float]) -> str:
    """The plain name of an sRGB hex or a linear RGB colour."""
    if isinstance(colour, str):
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    else:
        red, green, blue = (value ** (1 / 2.2) for value in colour)
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if saturation < 0.16:
        return "white" if value > 0.73 else "black" if value < 0.3 else "grey"
    if hue > 0.95 or hue < 0.03:
        return "red"
    if hue < 0.11:
        return "brown" if value < 0.55 else "orange"
    return "yellow" if hue < 0.2 else "green" if hue < 0.5 else "blue"


def names(colours: Iterable[Any]) -> frozenset[str]:
    return frozenset(colour_name(colour) for colour in colours if colour)


def named(text: str, language: str) -> frozenset[str]:
    """The colours that a text names."""
    if language == "en":
        words = re.findall(r"[a-z]+", text.replace("whitewashed", "white").replace("reddish", ""))
        return frozenset(ENGLISH[word] for word in words if word in ENGLISH)
    words = re.findall(r"\w+", text.replace("meszelt", "fehér"))
    found = set()
    for stem, colour in HUNGARIAN.items():
        for word in words:
            bare = word.removeprefix("sötét")
            if bare.removesuffix("oszlop") == stem if stem == "fa" else bare.startswith(stem):
                found.add(colour)
    return frozenset(found)


def bollard_colours(bollard: bollard_presets.Bollard) -> frozenset[str]:
    parts = (*bollard.bands, *bollard.front, *bollard.back)
    return names([bollard.body, *(part.colour for part in parts)])


def bollard_look(bollard: bollard_presets.Bollard) -> Any:
    def face(reflectors: tuple[bollard_presets.Reflector, ...]) -> Any:
        return tuple(
            (round(each.low, 1), round(each.high, 1), colour_name(each.colour), each.dots,
             round(each.width * 4))
            for each in reflectors
        )  # fmt: skip

    bands = tuple(
        (round(band.low, 1), round(band.high, 1), colour_name(band.colour), band.slant > 0)
        for band in bollard.bands
    )
    height = "low" if bollard.height_m < 0.95 else "tall" if bollard.height_m > 1.15 else ""
    width = "thin" if bollard.width_m <= 0.10 else "thick" if bollard.width_m >= 0.15 else ""
    flat = bollard.form == "box" and bollard.depth_m <= 0.05
    body = colour_name(bollard.body)
    return (bollard.form, flat, height, width, body, bands, face(bollard.front), face(bollard.back))


def pole_look(pole: pole_presets.Pole) -> Any:
    long_arm = pole.arm_m > 2.5
    return (pole.body, round(pole.height_m / 1.5), pole.arms, long_arm, pole.extras)


_EXTRA_COLOURS = {
    "sleeve": ("yellow", "black"), "sleeve_to_ground": ("orange", "black"),
    "white_foot": ("white",), "blue_label": ("blue",), "yellow_sticker": ("yellow",),
    "white_sticker": ("white",),
}  # fmt: skip


def pole_colours(pole: pole_presets.Pole) -> frozenset[str]:
    wooden = {"brown"} if pole.body.startswith(("wood", "a_frame")) else set()
    return frozenset(wooden.union(*(_EXTRA_COLOURS.get(each, ()) for each in pole.extras)))


def plate_look(plate: plate_presets.Plate) -> Any:
    shape = plate.width_m / plate.height_m
    length = "short" if shape < 2.4 else "middling" if shape < 3.4 else "long"
    if plate.width_m < 0.31 and length == "long":
        length = "strip"
    if 0.4 < plate.width_m < 0.5 and plate.left:
        length = "shorter"
    parts = (plate.background, plate.letters, plate.frame, plate.left, plate.right, plate.top)
    return (length, *(colour_name(part) if part else "" for part in (*parts, plate.right_half)))


def plate_colours(plate: plate_presets.Plate) -> frozenset[str]:
    """The colours of a plate that words must name: not those of usual letters."""
    letters = colour_name(plate.letters)
    usual = letters in ("black", "white")
    bands = (plate.frame, plate.left, plate.right, plate.top, plate.right_half)
    return names([plate.background, *bands, "" if usual else plate.letters])


def fields_look(preset: Any) -> Any:
    """Every field of a preset of signs, colours by their names."""
    values = [getattr(preset, name) for name in preset.__slots__]
    return tuple(
        colour_name(value) if isinstance(value, str) and value.startswith("#") else value
        for value in values
    )


def line_colours(style: presets.LineStyle) -> frozenset[str]:
    return frozenset({style.paint})


LOOKS: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "bollard": (bollard_presets.BOLLARDS, bollard_look),
    "pole": (pole_presets.POLES, pole_look),
    "plate": (plate_presets.PLATES, plate_look),
    "chevron": (sign_presets.CHEVRONS, fields_look),
    "stop_sign": (sign_presets.STOP_SIGNS, fields_look),
    "give_way_sign": (sign_presets.GIVE_WAY_SIGNS, fields_look),
    "crossing_sign": (sign_presets.CROSSING_SIGNS, fields_look),
    "warning_sign": (sign_presets.WARNING_SIGNS, fields_look),
    "speed_sign": (sign_presets.SPEED_SIGNS, fields_look),
    "place_sign": (sign_presets.PLACE_SIGNS, fields_look),
    "direction_sign": (sign_presets.DIRECTION_SIGNS, fields_look),
    "sign_post": (sign_presets.SIGN_POSTS, fields_look),
    "kerb": (presets.KERBS, lambda colours: tuple(map(str, colours))),
    "line": (presets.LINES, fields_look),
    "across_line": (presets.ACROSS_LINES, fields_look),
    "wall": (presets.WALLS, fields_look),
    "roof": (presets.ROOFS, fields_look),
}
"""Sections of the guide's terms, the presets that they name, and what each of those looks like."""

COLOURS: dict[str, Callable[[Any], frozenset[str]]] = {
    "bollard": bollard_colours,
    "pole": pole_colours,
    "plate": plate_colours,
    "chevron": lambda sign: names([sign.background, sign.arrow, sign.rim]),
    "give_way_sign": lambda sign: names([sign.background, sign_presets.RED]),
    "crossing_sign": lambda sign: names([sign.background, sign.triangle]),
    "warning_sign": lambda sign: (
        names([sign.background])
        if sign.shape == "diamond"
        else names([sign.background, sign.border])
        | (names([sign.symbol]) - {"black"})
        | ({"white"} if sign.outlined else set())
    ),
    "speed_sign": lambda sign: (
        names([sign.background]) | (set() if sign.words else {"red"})
        | (names([sign.letters]) - {"black"})
    ),
    "place_sign": lambda sign: names(
        [sign.background, sign.letters, sign.bars, sign.border if sign.frame_px > 6 else ""]
    ),
    "direction_sign": lambda sign: names(
        [sign.background, sign.letters, sign.border, sign.second]
    ),
    "sign_post": lambda post: names([*post.colours, post.base]),
    "kerb": names,
    "line": line_colours,
    "across_line": lambda style: frozenset(style.paints),
}  # fmt: skip
"""The colours of each preset that its words must name, and no other."""
