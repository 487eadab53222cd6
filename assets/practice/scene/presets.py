"""Named looks that the table of countries refers to: colours are linear RGB in [0, 1].

A country is a row of names; what a name looks like stands here once, so neighbours that share a
thing in life share it to the pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """A surface: base colour, what covers it, and how rough it is (0 mirror, 1 chalk)."""

    colour: Colour
    kind: str = "noise"  # noise, tiles, sheet, brick, boards, stone, thatch, leaf, plain, glass
    roughness: float = 0.9


WHITE: Colour = (0.78, 0.78, 0.75)
BLACK: Colour = (0.02, 0.02, 0.022)
RED: Colour = (0.55, 0.03, 0.03)
YELLOW: Colour = (0.80, 0.50, 0.03)
AMBER: Colour = (0.80, 0.34, 0.02)
ORANGE: Colour = (0.80, 0.22, 0.02)
BLUE: Colour = (0.03, 0.10, 0.42)
GREY: Colour = (0.35, 0.35, 0.34)

WALLS: dict[str, Look] = {
    "plaster_white": Look((0.70, 0.68, 0.62)),
    "plaster_cream": Look((0.66, 0.58, 0.40)),
    "plaster_yellow": Look((0.68, 0.48, 0.18)),
    "plaster_ochre": Look((0.55, 0.34, 0.14)),
    "plaster_pink": Look((0.62, 0.36, 0.29)),
    "plaster_green": Look((0.42, 0.50, 0.34)),
    "plaster_blue": Look((0.30, 0.44, 0.56)),
    "plaster_turquoise": Look((0.22, 0.52, 0.50)),
    "plaster_grey": Look((0.42, 0.41, 0.39)),
    "plaster_orange": Look((0.62, 0.28, 0.10)),
    "pebbledash": Look((0.48, 0.43, 0.35), "stone"),
    "sandstone": Look((0.56, 0.42, 0.26), "stone"),
    "limestone": Look((0.60, 0.56, 0.46), "stone"),
    "granite": Look((0.33, 0.32, 0.31), "stone"),
    "concrete": Look((0.42, 0.41, 0.38)),
    "tile_white": Look((0.66, 0.67, 0.66), "brick"),
    "brick_red": Look((0.36, 0.12, 0.07), "brick"),
    "brick_brown": Look((0.24, 0.13, 0.08), "brick"),
    "brick_yellow": Look((0.55, 0.42, 0.25), "brick"),
    "brick_hollow": Look((0.50, 0.20, 0.10), "brick"),
    "wood_red": Look((0.30, 0.05, 0.03), "boards"),
    "wood_white": Look((0.72, 0.71, 0.68), "boards"),
    "wood_yellow": Look((0.64, 0.45, 0.16), "boards"),
    "wood_grey": Look((0.30, 0.29, 0.27), "boards"),
    "wood_brown": Look((0.16, 0.09, 0.05), "boards"),
    "wood_blue": Look((0.15, 0.27, 0.40), "boards"),
    "wood_green": Look((0.13, 0.25, 0.15), "boards"),
    "siding_beige": Look((0.56, 0.50, 0.40), "boards"),
    "siding_grey": Look((0.44, 0.46, 0.47), "boards"),
    "sheet_grey": Look((0.40, 0.42, 0.43), "sheet", 0.5),
    "adobe": Look((0.44, 0.25, 0.14), "stone"),
    "bhutan_white_timber": Look((0.74, 0.72, 0.66)),
}

ROOFS: dict[str, Look] = {
    "tile_orange": Look((0.42, 0.15, 0.06), "tiles"),
    "tile_red": Look((0.34, 0.09, 0.05), "tiles"),
    "tile_brown": Look((0.17, 0.09, 0.06), "tiles"),
    "tile_dark": Look((0.07, 0.07, 0.075), "tiles"),
    "tile_grey_blue": Look((0.13, 0.15, 0.18), "tiles", 0.5),
    "tile_blue": Look((0.06, 0.14, 0.34), "tiles", 0.5),
    "tile_pale": Look((0.50, 0.34, 0.20), "tiles"),
    "slate": Look((0.11, 0.12, 0.13), "tiles", 0.6),
    "shingle_grey": Look((0.16, 0.155, 0.15), "tiles"),
    "shingle_brown": Look((0.19, 0.14, 0.10), "tiles"),
    "eternit_grey": Look((0.36, 0.36, 0.35), "sheet"),
    "sheet_grey": Look((0.46, 0.47, 0.48), "sheet", 0.5),
    "sheet_rust": Look((0.36, 0.17, 0.09), "sheet", 0.7),
    "sheet_red": Look((0.36, 0.06, 0.05), "sheet", 0.5),
    "sheet_green": Look((0.08, 0.22, 0.14), "sheet", 0.5),
    "sheet_blue": Look((0.09, 0.22, 0.42), "sheet", 0.5),
    "sheet_white": Look((0.66, 0.67, 0.67), "sheet", 0.5),
    "thatch": Look((0.26, 0.19, 0.10), "thatch"),
    "flat_concrete": Look((0.40, 0.39, 0.36)),
    "flat_bitumen": Look((0.08, 0.08, 0.08)),
    "turf": Look((0.16, 0.22, 0.06), "thatch"),
}

SURFACES: dict[str, Look] = {
    "asphalt_dark": Look((0.065, 0.065, 0.068), "asphalt"),
    "asphalt_grey": Look((0.125, 0.125, 0.127), "asphalt"),
    "asphalt_pale": Look((0.21, 0.205, 0.195), "asphalt"),
    "asphalt_red": Look((0.20, 0.115, 0.09), "asphalt"),
    "concrete": Look((0.27, 0.265, 0.25), "asphalt"),
    "gravel": Look((0.26, 0.24, 0.205), "stone"),
    "dirt_brown": Look((0.20, 0.145, 0.09), "stone"),
    "dirt_red": Look((0.26, 0.10, 0.045), "stone"),
    "sand": Look((0.40, 0.31, 0.19), "stone"),
}

SOILS: dict[str, Colour] = {
    "brown": (0.168, 0.12, 0.072),
    "dark": (0.08, 0.06, 0.04),
    "red": (0.288, 0.104, 0.048),
    "orange": (0.336, 0.168, 0.072),
    "pale": (0.368, 0.312, 0.224),
    "sand": (0.464, 0.352, 0.216),
    "grey": (0.192, 0.184, 0.168),
    "lava": (0.044, 0.0416, 0.04),
}

_PALE: Colour = (0.62, 0.62, 0.59)
_KERB_RED: Colour = (0.5, 0.04, 0.03)
_KERB_YELLOW: Colour = (0.70, 0.42, 0.04)
KERBS: dict[str, tuple[Colour, ...]] = {
    "grey": ((0.38, 0.37, 0.35),),
    "granite": ((0.27, 0.27, 0.28),),
    "white": (_PALE,),
    "yellow": (_KERB_YELLOW,),
    "red": (_KERB_RED,),
    "black_white": (_PALE, BLACK),
    "red_white": (_PALE, _KERB_RED),
    "blue_white": (_PALE, BLUE),
    "black_yellow": (_KERB_YELLOW, BLACK),
}
"""The colours that follow each other along a kerb, a metre each."""

SHOULDERS: dict[str, tuple[float, Colour]] = {
    # name: (width m, colour)
    "grass": (0.5, (0.20, 0.19, 0.11)),
    "gravel": (1.1, (0.34, 0.31, 0.27)),
    "soil": (1.2, (0.33, 0.23, 0.14)),
    "paved": (1.4, (0.13, 0.13, 0.13)),
}

PAINTS: dict[str, Colour] = {"white": (0.68, 0.68, 0.65), "yellow": (0.66, 0.33, 0.012)}


@dataclass(frozen=True, slots=True)
class LineStyle:
    """Road paint. A pattern is a run of letters, one per parallel stripe: s solid, d dashed.

    Attributes:
        mark_m, gap_m: length of a dash and of the gap after it.
    """

    paint: str
    pattern: str
    mark_m: float = 3.0
    gap_m: float = 6.0
    width_m: float = 0.14


LINES: dict[str, LineStyle | None] = {
    "none": None,
    "white_dashed": LineStyle("white", "d"),
    "white_short": LineStyle("white", "d", 1.5, 1.5),
    "white_long": LineStyle("white", "d", 6.0, 6.0),
    "white_sparse": LineStyle("white", "d", 3.0, 9.0),
    "white_squares": LineStyle("white", "d", 0.3, 0.3, 0.3),
    "white_solid": LineStyle("white", "s"),
    "white_double": LineStyle("white", "ss"),
    "white_triple": LineStyle("white", "sss"),
    "white_solid_dashed": LineStyle("white", "sd"),
    "yellow_dashed": LineStyle("yellow", "d", 3.0, 9.0),
    "yellow_short": LineStyle("yellow", "d", 1.5, 1.5),
    "yellow_solid": LineStyle("yellow", "s"),
    "yellow_double": LineStyle("yellow", "ss"),
    "yellow_solid_dashed": LineStyle("yellow", "sd", 3.0, 6.0),
}


@dataclass(frozen=True, slots=True)
class AcrossLines:
    """What is painted across the road.

    Attributes:
        paints: names of ``PAINTS`` that follow each other from stripe to stripe.
        zebra: Stripes along the road that people cross on; else bars from edge to edge.
    """

    paints: tuple[str, ...]
    zebra: bool = True


ACROSS_LINES: dict[str, AcrossLines] = {
    "white_zebra": AcrossLines(("white",)),
    "yellow_zebra": AcrossLines(("yellow",)),
    "yellow_white_zebra": AcrossLines(("yellow", "white")),
    "yellow_bars": AcrossLines(("yellow",), zebra=False),
}

RAILS = ("none w_beam w_beam_striped thin_b_beam box_beam concrete cable striped_wall").split()
FENCES = (
    "none wire_posts wood_rail wood_planks picket_white chain_link wall_plaster wall_brick "
    "wall_concrete_panel wall_block iron_bars hedge stone_wall bamboo"
).split()
CLIMATES = (
    "continental oceanic boreal subarctic mediterranean semi_arid desert subtropical "
    "tropical_wet tropical_dry highland"
).split()
TERRAINS = "flat rolling hills mountains alpine karst dunes lava".split()
FORMS = (
    "gable_house hip_house half_hip_house pyramid_cottage bungalow ranch villa_flat_roof row_house "
    "semi_detached apartment_block tower_block shop_house wooden_house farmhouse_long chalet "
    "jp_house hanok stilt_house block_house walled_compound town_house bhutan_house rondavel"
).split()
TREES = (
    "broadleaf oak poplar birch spruce pine umbrella_pine cypress olive palm coconut acacia "
    "eucalyptus banana jungle bamboo cactus shrub willow fruit cedar baobab_scrub"
).split()
