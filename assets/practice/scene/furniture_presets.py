"""Named bollards and utility poles that the table of countries refers to.

A bollard has two faces: its front is for the traffic beside it, its back is what one sees of it on
the other side of the road.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .presets import BLACK, GREY, ORANGE, RED, WHITE, YELLOW, Colour

SILVER: Colour = (0.52, 0.53, 0.54)
"""A white reflector by day."""
WOOD: Colour = (0.20, 0.13, 0.08)
BROWN: Colour = (0.12, 0.08, 0.06)


@dataclass(frozen=True, slots=True)
class Band:
    """A coloured band all round a bollard.

    Attributes:
        low, high: Shares of the height.
        slant: How much higher its right edge is, as a share of the height.
    """

    low: float
    high: float
    colour: Colour
    slant: float = 0.0


@dataclass(frozen=True, slots=True)
class Reflector:
    """A reflector on one face of a bollard.

    Attributes:
        low, high: Shares of the height.
        width: Share of the post's width.
        dots: Round ones, this many above each other, instead of one rectangle.
    """

    low: float
    high: float
    colour: Colour
    width: float = 0.45
    dots: int = 0


@dataclass(frozen=True, slots=True)
class Bollard:
    """A delineator post.

    Attributes:
        height_m, width_m, depth_m: Its size.
        form: box, round, curved (a thin shell) or wedge (thin on one side).
        every_m: From one to the next.
    """

    body: Colour = WHITE
    bands: tuple[Band, ...] = ()
    front: tuple[Reflector, ...] = ()
    back: tuple[Reflector, ...] = ()
    form: str = "box"
    height_m: float = 1.0
    width_m: float = 0.12
    depth_m: float = 0.10
    every_m: float = 25.0


def _one(low: float, high: float, colour: Colour, width: float = 0.45) -> tuple[Reflector, ...]:
    return (Reflector(low, high, colour, width),)


def _dots(low: float, high: float, colour: Colour = SILVER) -> tuple[Reflector, ...]:
    return (Reflector(low, high, colour, dots=2),)


_SLASH = (Band(0.66, 0.88, BLACK, slant=0.08),)
_ROUND_SLASH = Bollard(
    bands=(Band(0.66, 0.88, BLACK, slant=0.10),), front=_one(0.70, 0.85, SILVER, 0.4),
    back=_dots(0.70, 0.85), form="round", width_m=0.11, depth_m=0.11, height_m=1.1,
)  # fmt: skip
_WEDGE = Bollard(form="wedge", width_m=0.15, depth_m=0.12)

BOLLARDS: dict[str, Bollard | None] = {
    "none": None,
    "de_slash_white": Bollard(
        bands=_SLASH, front=_one(0.69, 0.85, SILVER, 0.35), back=_dots(0.69, 0.85)
    ),
    "si_black_top_red": Bollard(
        bands=(Band(0.66, 1.0, BLACK),), front=_one(0.72, 0.90, RED, 0.5),
        back=_one(0.72, 0.90, SILVER, 0.5),
    ),
    "ch_black_band": Bollard(
        bands=(Band(0.70, 0.93, BLACK),), front=_one(0.74, 0.89, SILVER),
        back=_one(0.74, 0.89, SILVER),
    ),
    "cz_orange_double": Bollard(
        bands=(Band(0.64, 0.90, BLACK, slant=0.08),),
        front=(*_one(0.67, 0.75, ORANGE, 0.5), *_one(0.79, 0.87, ORANGE, 0.5)),
        back=_one(0.70, 0.84, SILVER),
    ),
    "hu_wedge_red": replace(
        _WEDGE, bands=(Band(0.60, 0.86, BLACK),), front=_one(0.64, 0.82, RED),
        back=_one(0.64, 0.82, SILVER),
    ),
    "hr_black_rect_red": replace(
        _WEDGE, bands=(Band(0.74, 0.96, BLACK),), front=_one(0.77, 0.92, RED),
        back=_one(0.77, 0.92, SILVER), width_m=0.10,
    ),
    "bg_red_rect": Bollard(
        bands=(Band(0.68, 0.90, BLACK),), front=_one(0.71, 0.87, RED, 0.3),
        back=_one(0.71, 0.87, SILVER, 0.3),
    ),
    "ro_red_small": Bollard(
        front=_one(0.78, 0.88, RED, 0.5), back=_one(0.78, 0.88, SILVER, 0.5)
    ),
    "pl_red_slash": Bollard(
        bands=(Band(0.64, 0.88, RED, slant=0.10),), front=_one(0.69, 0.83, (0.80, 0.10, 0.08), 0.4),
        back=_one(0.69, 0.83, SILVER, 0.4),
    ),
    "lt_wedge_orange": replace(
        _WEDGE, bands=(Band(0.64, 0.88, BLACK),), front=_one(0.68, 0.84, ORANGE),
        back=_one(0.68, 0.84, SILVER),
    ),
    "lv_curved_slash": replace(_ROUND_SLASH, form="curved", width_m=0.13, depth_m=0.05),
    "round_black_slash": _ROUND_SLASH,
    "ru_black_slash": Bollard(
        bands=(Band(0.62, 0.88, BLACK, slant=0.12),), front=_one(0.70, 0.80, RED, 0.35),
        back=_one(0.70, 0.80, SILVER, 0.35),
    ),
    "gr_wedge_square_red": replace(
        _WEDGE, bands=(Band(0.71, 0.93, BLACK),), front=_one(0.755, 0.885, RED, 0.7),
        back=_one(0.755, 0.885, SILVER, 0.7),
    ),
    "it_black_top_red": Bollard(
        bands=(Band(0.64, 1.0, BLACK, slant=0.08),), front=_one(0.74, 0.90, RED, 0.5),
        back=_one(0.74, 0.90, SILVER, 0.5), width_m=0.13,
    ),
    "es_slash_orange": Bollard(
        bands=_SLASH, front=_one(0.70, 0.84, ORANGE, 0.5), back=_dots(0.70, 0.84), width_m=0.13
    ),
    "pt_black_field": Bollard(
        bands=(Band(0.60, 0.92, BLACK),), front=_one(0.74, 0.88, SILVER, 0.6),
        back=_one(0.74, 0.88, SILVER, 0.6),
    ),
    "fr_red_band": Bollard(
        bands=(Band(0.74, 0.88, RED),), form="round", width_m=0.16, depth_m=0.16, every_m=14.0
    ),
    "be_yellow_rect": Bollard(
        front=_one(0.68, 0.86, YELLOW, 0.5), back=_one(0.68, 0.86, SILVER, 0.5)
    ),
    "be_brown_red": Bollard(
        body=BROWN, bands=(Band(0.70, 0.77, RED), Band(0.84, 0.91, RED)), width_m=0.16
    ),
    "nl_white_red": Bollard(
        front=_one(0.66, 0.84, RED, 0.6), back=_one(0.66, 0.84, SILVER, 0.6), width_m=0.14
    ),
    "dk_orange_stripe": Bollard(
        bands=(Band(0.86, 0.93, ORANGE),), front=_one(0.66, 0.80, YELLOW, 0.5),
        back=_one(0.66, 0.80, SILVER, 0.5),
    ),
    "se_flat_black_band": Bollard(
        bands=(Band(0.72, 0.97, BLACK),), front=_one(0.77, 0.92, SILVER, 0.35),
        back=_one(0.77, 0.92, SILVER, 0.35), depth_m=0.04, width_m=0.14,
    ),
    "no_black_slash": Bollard(
        bands=(Band(0.78, 0.96, BLACK, slant=0.10),), front=_one(0.60, 0.72, YELLOW, 0.5),
        back=_one(0.60, 0.72, SILVER, 0.5),
    ),
    "fi_snow_pole": Bollard(
        body=ORANGE, bands=(Band(0.90, 0.94, WHITE),), form="round", height_m=1.9, width_m=0.05,
        depth_m=0.05, every_m=40.0,
    ),
    "is_yellow": Bollard(
        body=YELLOW, front=_one(0.78, 0.90, SILVER, 0.6), back=_one(0.78, 0.90, SILVER, 0.6),
        width_m=0.10,
    ),
    "gb_black_red": Bollard(
        body=BLACK, bands=(Band(0.62, 0.92, WHITE),), front=_one(0.68, 0.84, RED, 0.5),
        back=_one(0.68, 0.84, SILVER, 0.5), width_m=0.14,
    ),
    "ie_yellow_top": Bollard(
        front=_one(0.76, 0.92, YELLOW, 0.7), back=_one(0.76, 0.92, SILVER, 0.7), width_m=0.14
    ),
    "au_red_dot": Bollard(
        front=(Reflector(0.82, 0.92, RED, dots=1),), back=(Reflector(0.82, 0.92, SILVER, dots=1),),
        width_m=0.10, depth_m=0.04,
    ),
    "nz_red_band": Bollard(bands=(Band(0.74, 0.90, ORANGE),), width_m=0.10, depth_m=0.05),
    "us_thin_grey": Bollard(
        body=GREY, front=_one(0.84, 0.94, SILVER, 0.9), width_m=0.07, depth_m=0.03, height_m=1.2
    ),
    "ca_black_white": Bollard(
        bands=(Band(0.2, 0.36, BLACK), Band(0.52, 0.68, BLACK), Band(0.84, 1.0, BLACK)),
        form="round", width_m=0.13, depth_m=0.13, height_m=1.2, every_m=40.0,
    ),
    "jp_orange_round": Bollard(
        front=_one(0.82, 0.94, ORANGE, 0.9), back=_one(0.82, 0.94, SILVER, 0.9), form="round",
        width_m=0.09, depth_m=0.09, height_m=0.85,
    ),
    "tw_red_white": Bollard(
        bands=(Band(0.2, 0.4, RED), Band(0.6, 0.8, RED)), form="round", depth_m=0.12, height_m=0.9
    ),
    "kr_yellow_band": Bollard(bands=(Band(0.72, 0.84, YELLOW),), form="round", depth_m=0.12),
    "th_black_white": Bollard(
        bands=(Band(0.40, 0.66, BLACK), Band(0.82, 1.0, BLACK)), form="round", width_m=0.17,
        depth_m=0.17, height_m=0.9,
    ),
    "id_red_white": Bollard(
        front=_one(0.55, 0.80, RED, 0.6), back=_one(0.55, 0.80, SILVER, 0.6), width_m=0.18,
        depth_m=0.18, height_m=0.8, every_m=20.0,
    ),
    "za_yellow_marker": Bollard(
        front=_one(0.70, 0.95, YELLOW, 0.9), width_m=0.09, depth_m=0.03, every_m=40.0
    ),
    "il_black_yellow": Bollard(
        bands=(Band(0.68, 0.88, BLACK, slant=0.08),), front=_one(0.72, 0.84, YELLOW, 0.4),
        back=_one(0.72, 0.84, SILVER, 0.4), width_m=0.11,
    ),
    "cl_white_yellow": Bollard(front=_one(0.76, 0.90, YELLOW, 0.6), width_m=0.11, depth_m=0.05),
    "mx_black_base": Bollard(
        bands=(Band(0.0, 0.28, BLACK),), form="round", width_m=0.11, depth_m=0.11, height_m=0.8,
        every_m=35.0,
    ),
    "ae_yellow_black": Bollard(body=YELLOW, bands=(Band(0.55, 0.75, BLACK),)),
    "ad_tall_wood": Bollard(
        body=WOOD, form="round", height_m=1.6, width_m=0.15, depth_m=0.15, every_m=15.0
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pole:
    """A utility pole.

    Attributes:
        body: wood, wood_dark, wood_on_concrete, a_frame, concrete_round, concrete_octagonal,
            concrete_square, holed, holed_upper, holed_wide, holed_square, lattice or steel.
        arms, arm_m: Cross-arms and the length of the lowest.
        extras: transformer, sleeve, sleeve_to_ground (stripes that climb round the pole), steps,
            white_foot, bundle (messy cables), brace (a diagonal leg), hooks (insulators left and
            right by turns), birds (insulators that spread like wings), harp (a bow of two bars on
            top), blue_label, yellow_sticker, white_sticker.
    """

    body: str
    height_m: float = 8.5
    arms: int = 1
    arm_m: float = 1.8
    wires: int = 3
    extras: tuple[str, ...] = ()
    spacing_m: float = 38.0


POLES: dict[str, Pole | None] = {
    "none": None,
    "wood_plain": Pole("wood"),
    "wood_single_wire": Pole("wood", 7.5, 0, 0.0, 2),
    "wood_a_frame": Pole("a_frame", 9.5, 1, 2.6, 3, spacing_m=60.0),
    "wood_us_crossarms": Pole("wood", 10.5, 2, 2.4, 5, ("transformer",), 42.0),
    "wood_us_small": Pole("wood", 9.0, 1, 2.0, 3, ("bundle",), 42.0),
    "wood_au": Pole("wood", 10.0, 1, 3.0, 4, (), 45.0),
    "wood_concrete_foot": Pole("wood_on_concrete", 8.5),
    "gb_wood_sticker": Pole("wood", 7.5, 0, 0.0, 2, ("yellow_sticker",)),
    "gr_dark_harp": Pole("wood_dark", 10.0, 0, 1.2, 3, ("harp",)),
    "lv_hooks": Pole("wood_on_concrete", 8.5, 0, 0.0, 4, ("hooks",)),
    "za_birds": Pole("wood", 9.0, 3, 1.5, 6, ("birds",), 45.0),
    "concrete_round": Pole("concrete_round"),
    "concrete_square": Pole("concrete_square", 9.0, 1, 2.0, 3, ("bundle",)),
    "concrete_white_foot": Pole("concrete_round", 8.5, 1, 1.6, 4, ("white_foot",)),
    "br_concrete_bundle": Pole("concrete_round", 9.5, 2, 2.0, 6, ("bundle",), 34.0),
    "fr_square_label": Pole("concrete_square", 9.0, 1, 1.6, 3, ("blue_label",)),
    "hu_holed_to_ground": Pole("holed", 8.5, 1, 1.7, 4),
    "jp_steps": Pole("concrete_round", 11.0, 3, 1.8, 8, ("steps", "transformer"), 30.0),
    "kr_sleeve": Pole("concrete_round", 10.5, 2, 1.8, 5, ("sleeve", "transformer"), 34.0),
    "lt_square_braced": Pole("concrete_square", 8.5, 1, 1.6, 4, ("brace",)),
    "mx_octagonal": Pole("concrete_octagonal", 10.5, 2, 2.0, 5, ("transformer",)),
    "my_sticker": Pole("concrete_round", 9.0, 1, 1.6, 3, ("white_sticker",)),
    "pl_holed_upper": Pole("holed_upper", 8.5, 1, 1.7, 4),
    "ro_holed_wide": Pole("holed_wide", 8.5, 1, 1.7, 4, ("white_foot",)),
    "steel_lattice": Pole("lattice", 9.0, 1, 1.8, 3),
    "steel_tube": Pole("steel", 8.5, 1, 1.6, 3),
    "th_square_holed": Pole("holed_square", 11.5, 2, 2.4, 6, (), 36.0),
    "tw_sleeve": Pole("concrete_round", 10.0, 2, 1.8, 5, ("sleeve_to_ground",), 32.0),
}
