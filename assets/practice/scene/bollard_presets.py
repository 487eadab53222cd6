"""Named bollards that the table of countries refers to.

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
