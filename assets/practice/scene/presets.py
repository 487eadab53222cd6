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
ORANGE: Colour = (0.80, 0.22, 0.02)
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

KERBS: dict[str, tuple[Colour, ...]] = {
    "grey": ((0.38, 0.37, 0.35),),
    "granite": ((0.27, 0.27, 0.28),),
    "white": ((0.62, 0.62, 0.59),),
    "yellow": ((0.70, 0.42, 0.04),),
    "black_white": ((0.62, 0.62, 0.59), (0.03, 0.03, 0.03)),
    "red_white": ((0.62, 0.62, 0.59), (0.5, 0.04, 0.03)),
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
    "white_solid": LineStyle("white", "s"),
    "white_wide": LineStyle("white", "s", width_m=0.2),
    "white_double": LineStyle("white", "ss"),
    "white_solid_dashed": LineStyle("white", "sd"),
    "yellow_dashed": LineStyle("yellow", "d", 3.0, 9.0),
    "yellow_short": LineStyle("yellow", "d", 1.5, 1.5),
    "yellow_solid": LineStyle("yellow", "s"),
    "yellow_double": LineStyle("yellow", "ss"),
    "yellow_solid_dashed": LineStyle("yellow", "sd", 3.0, 6.0),
}


@dataclass(frozen=True, slots=True)
class Band:
    """A coloured band round a bollard, from ``low`` to ``high`` (shares of its height)."""

    low: float
    high: float
    colour: Colour
    width: float = 1.0  # share of the post's width; below 1 it is a reflector on both faces
    slant: float = 0.0  # how much higher the right edge is, as a share of the height


@dataclass(frozen=True, slots=True)
class Bollard:
    """A delineator post: heights and widths in metres, and its bands."""

    height_m: float
    width_m: float
    depth_m: float
    body: Colour
    bands: tuple[Band, ...]
    every_m: float = 25.0


def _post(*bands: Band, body: Colour = WHITE, width_m: float = 0.12, **size: float) -> Bollard:
    depth_m = size.get("depth_m", 0.10)
    every_m = size.get("every_m", 25.0)
    return Bollard(size.get("height_m", 1.0), width_m, depth_m, body, bands, every_m)


_BLACK_SLASH = Band(0.66, 0.88, BLACK, slant=0.06)
BOLLARDS: dict[str, Bollard | None] = {
    "none": None,
    "de_slash_grey": _post(_BLACK_SLASH, Band(0.70, 0.86, (0.5, 0.5, 0.5), 0.4)),
    "at_black_top": _post(Band(0.80, 1.0, BLACK), Band(0.62, 0.76, (0.30, 0.03, 0.03), 0.6)),
    "si_black_top_red": _post(Band(0.82, 1.0, BLACK), Band(0.62, 0.78, RED, 0.6)),
    "ch_black_band": _post(Band(0.72, 0.94, BLACK), Band(0.76, 0.90, (0.6, 0.6, 0.58), 0.4)),
    "cz_orange_double": _post(
        Band(0.64, 0.90, BLACK, slant=0.08),
        Band(0.68, 0.76, ORANGE, 0.5),
        Band(0.80, 0.88, ORANGE, 0.5),
    ),
    "hu_wedge_red": _post(Band(0.60, 0.84, BLACK), Band(0.64, 0.80, RED, 0.45), width_m=0.15),
    "hr_black_rect_red": _post(Band(0.70, 0.94, BLACK), Band(0.74, 0.90, RED, 0.45), width_m=0.11),
    "bg_red_rect": _post(Band(0.70, 0.90, BLACK), Band(0.72, 0.88, RED, 0.35), width_m=0.13),
    "ro_red_small": _post(Band(0.76, 0.88, RED, 0.7), width_m=0.13),
    "pl_red_slash": _post(Band(0.66, 0.86, RED, slant=0.10), Band(0.48, 0.58, GREY, 0.5)),
    "lt_orange": _post(Band(0.66, 0.88, BLACK), Band(0.70, 0.84, ORANGE, 0.5)),
    "lv_black_band": _post(Band(0.66, 0.86, BLACK), Band(0.70, 0.82, (0.6, 0.6, 0.58), 0.5)),
    "ru_black_slash": _post(Band(0.62, 0.86, BLACK, slant=0.12), Band(0.70, 0.80, RED, 0.35)),
    "gr_square_red": _post(Band(0.74, 0.90, RED, 0.8), width_m=0.14),
    "it_black_top_red": _post(
        Band(0.72, 1.0, BLACK, slant=0.08), Band(0.60, 0.72, RED, 0.5), width_m=0.13
    ),
    "es_orange": _post(Band(0.74, 0.90, ORANGE, 0.5), width_m=0.13),
    "pt_plain": _post(Band(0.78, 0.90, (0.6, 0.6, 0.6), 0.5), width_m=0.12),
    "fr_red_band": _post(Band(0.74, 0.88, RED), width_m=0.14, depth_m=0.14, every_m=14.0),
    "be_yellow_rect": _post(Band(0.70, 0.86, YELLOW, 0.5)),
    "nl_brown_red": _post(
        Band(0.70, 0.77, RED), Band(0.84, 0.91, RED), body=(0.12, 0.08, 0.06), width_m=0.16
    ),
    "dk_orange_stripe": _post(Band(0.86, 0.93, ORANGE), Band(0.66, 0.80, YELLOW, 0.5)),
    "se_dark_cap": _post(Band(0.78, 1.0, (0.05, 0.05, 0.06)), Band(0.70, 0.78, ORANGE, 0.5)),
    "no_black_slash": _post(Band(0.72, 0.94, BLACK, slant=0.10), Band(0.62, 0.70, YELLOW, 0.5)),
    "fi_dark_half": _post(
        Band(0.70, 0.90, (0.07, 0.08, 0.10)), Band(0.74, 0.86, YELLOW, 0.4), depth_m=0.06
    ),
    "is_yellow": _post(Band(0.78, 0.90, WHITE, 0.6), body=YELLOW, width_m=0.10),
    "gb_black_red": _post(
        Band(0.62, 0.92, WHITE), Band(0.68, 0.84, RED, 0.5), body=BLACK, width_m=0.14
    ),
    "ie_yellow_top": _post(Band(0.76, 0.92, YELLOW, 0.7), width_m=0.14),
    "au_red_round": _post(Band(0.80, 0.90, RED, 0.6), width_m=0.10, depth_m=0.04),
    "nz_red_band": _post(Band(0.74, 0.90, ORANGE), width_m=0.10, depth_m=0.05),
    "us_thin_white": _post(
        Band(0.84, 0.94, WHITE, 0.9), body=GREY, width_m=0.07, depth_m=0.03, height_m=1.2
    ),
    "jp_orange_round": _post(Band(0.82, 0.94, ORANGE, 0.9), width_m=0.09, height_m=0.9),
    "tw_red_white": _post(
        Band(0.2, 0.4, RED), Band(0.6, 0.8, RED), width_m=0.12, depth_m=0.12, height_m=0.9
    ),
    "kr_yellow_band": _post(Band(0.72, 0.84, YELLOW), width_m=0.10, depth_m=0.10),
    "th_black_white": _post(
        Band(0.40, 0.66, BLACK), Band(0.82, 1.0, BLACK), width_m=0.15, depth_m=0.15, height_m=0.9
    ),
    "id_red_white": _post(
        Band(0.55, 0.80, RED, 0.6), width_m=0.18, depth_m=0.18, height_m=0.8, every_m=20.0
    ),
    "za_yellow_marker": _post(
        Band(0.70, 0.95, YELLOW, 0.9), width_m=0.09, depth_m=0.03, every_m=40.0
    ),
    "il_black_yellow": _post(
        Band(0.70, 0.86, BLACK, slant=0.08), Band(0.72, 0.82, YELLOW, 0.4), width_m=0.11
    ),
    "cl_white_yellow": _post(Band(0.76, 0.90, YELLOW, 0.6), width_m=0.11),
    "mx_white_ghost": _post(
        Band(0.78, 0.90, (0.6, 0.6, 0.6), 0.8), width_m=0.13, depth_m=0.13, every_m=35.0
    ),
    "ae_yellow_black": _post(Band(0.55, 0.75, BLACK), body=YELLOW, width_m=0.12),
}


@dataclass(frozen=True, slots=True)
class Pole:
    """A utility pole: what it is made of, its cross-arms and its wires."""

    body: str  # wood, concrete_round, concrete_square, holed, lattice, steel
    height_m: float = 8.5
    arms: int = 1
    arm_m: float = 1.8
    wires: int = 3
    extra: str = ""  # transformer, sleeve (striped foot), white_foot, bundle (messy cables)
    spacing_m: float = 38.0


POLES: dict[str, Pole | None] = {
    "none": None,
    "wood_plain": Pole("wood"),
    "wood_single_wire": Pole("wood", 7.5, 0, 0.0, 2),
    "wood_a_frame": Pole("wood", 9.5, 1, 2.6, 3, spacing_m=60.0),
    "wood_us_crossarms": Pole("wood", 10.5, 2, 2.4, 5, "transformer", 42.0),
    "wood_us_small": Pole("wood", 9.0, 1, 2.0, 3, "bundle", 42.0),
    "wood_au": Pole("wood", 10.0, 1, 2.6, 4, "", 45.0),
    "wood_concrete_foot": Pole("wood_on_concrete", 8.5),
    "concrete_round": Pole("concrete_round"),
    "concrete_round_tall": Pole("concrete_round", 10.5, 2, 2.0, 5, "transformer"),
    "concrete_square": Pole("concrete_square", 9.0, 1, 2.0, 3, "bundle"),
    "concrete_square_tall": Pole("concrete_square", 11.0, 2, 2.2, 6, "bundle", 34.0),
    "concrete_white_foot": Pole("concrete_round", 8.5, 1, 1.6, 4, "white_foot"),
    "hu_holed_to_ground": Pole("holed", 8.5, 1, 1.7, 4),
    "pl_holed_upper": Pole("holed_upper", 8.5, 1, 1.7, 4),
    "ro_holed_wide": Pole("holed_wide", 8.5, 1, 1.7, 4, "white_foot"),
    "jp_sleeve_busy": Pole("concrete_round", 11.0, 3, 1.8, 8, "sleeve_transformer", 30.0),
    "tw_sleeve": Pole("concrete_round", 10.0, 2, 1.8, 5, "sleeve", 32.0),
    "kr_sleeve": Pole("concrete_round", 10.5, 2, 1.8, 5, "sleeve_transformer", 34.0),
    "br_concrete_bundle": Pole("concrete_round", 9.5, 2, 2.0, 6, "bundle", 34.0),
    "steel_lattice": Pole("lattice", 9.0, 1, 1.8, 3),
    "steel_tube": Pole("steel", 8.5, 1, 1.6, 3),
    "th_square_insulators": Pole("concrete_square", 11.5, 2, 2.4, 6, "bundle", 36.0),
}

RAILS = ("none", "w_beam", "thin_b_beam", "box_beam", "concrete", "cable", "striped_wall")
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

DIRECTION_SIGNS: dict[str, tuple[str, str, str]] = {
    # name: (background, letters, border), sRGB hex
    "green_white": ("#00693e", "#ffffff", "#ffffff"),
    "blue_white": ("#1450a0", "#ffffff", "#ffffff"),
    "white_black": ("#f2f2ee", "#111111", "#111111"),
    "yellow_black": ("#f2c600", "#111111", "#111111"),
    "white_blue": ("#f2f2ee", "#1450a0", "#1450a0"),
    "white_red": ("#f2f2ee", "#1d4fa0", "#c01822"),
    "brown_white": ("#5a3a22", "#ffffff", "#ffffff"),
    "green_yellow": ("#00693e", "#ffffff", "#f2c600"),
}
PLACE_SIGNS = (
    "white_black white_black_red_border yellow_black blue_white green_white white_silhouette none"
).split()
WARNING_SIGNS = (
    "triangle_white triangle_yellow diamond_yellow diamond_white triangle_yellow_thick"
).split()
SPEED_SIGNS = ("circle_white", "circle_yellow", "us_rectangle", "ca_maximum", "circle_plain")

PLATES: dict[str, tuple[float, float, str, str, str]] = {
    # name: (width m, height m, background, letters, left band or "")
    "eu_white": (0.52, 0.115, "#f4f4f0", "#101010", "#123a9c"),
    "eu_yellow": (0.52, 0.115, "#efc318", "#101010", "#123a9c"),
    "eu_blue_bands": (0.52, 0.115, "#f4f4f0", "#101010", "#123a9c|#123a9c"),
    "long_white": (0.52, 0.115, "#f4f4f0", "#101010", ""),
    "long_yellow": (0.52, 0.115, "#efc318", "#101010", ""),
    "long_black": (0.52, 0.115, "#141414", "#f4f4f0", ""),
    "long_red": (0.52, 0.115, "#a01818", "#f4f4f0", ""),
    "ch_short_white": (0.30, 0.16, "#f4f4f0", "#101010", ""),
    "us_white": (0.305, 0.152, "#f0f2f4", "#1c2c66", ""),
    "jp_white": (0.33, 0.165, "#f4f4f0", "#0d4a2a", ""),
    "jp_yellow": (0.33, 0.165, "#f0c81c", "#101010", ""),
    "mercosur": (0.40, 0.13, "#f4f4f0", "#101010", "top#123a9c"),
    "asia_white": (0.34, 0.15, "#f4f4f0", "#101010", ""),
    "asia_black": (0.34, 0.12, "#141414", "#f4f4f0", ""),
    "co_yellow": (0.33, 0.16, "#efc318", "#101010", ""),
    "au_white": (0.372, 0.134, "#f4f4f0", "#123a9c", ""),
    "za_white": (0.44, 0.12, "#f4f4f0", "#123a9c", ""),
}
