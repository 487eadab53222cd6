"""Forms of buildings: a row of numbers for each name that the table of countries uses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """A building form: ranges in metres, storeys, roof.

    Attributes:
        roof: gable, hip, half_hip, pyramid, flat, skillion or cone.
        pitch: rise over run of the roof.
        ridge: x (along the street), y (gable to the street) or any.
        extras: chimney, porch, balcony, tank, shop, garage, stilts, awning, dormer, bay.
    """

    storeys: tuple[int, int]
    width_m: tuple[float, float]
    depth_m: tuple[float, float]
    roof: str
    pitch: tuple[float, float] = (0.6, 0.8)
    ridge: str = "any"
    eave_m: float = 0.5
    shutters: float = 0.2
    extras: tuple[str, ...] = ()
    storey_m: float = 2.9


FORMS: dict[str, Form] = {
    "gable_house": Form((1, 2), (8, 12), (8, 10), "gable", (0.7, 1.0), extras=("chimney",)),
    "hip_house": Form((1, 2), (9, 13), (8, 10), "hip", (0.5, 0.75), extras=("chimney", "porch")),
    "half_hip_house": Form((1, 2), (9, 12), (8, 10), "half_hip", (0.8, 1.0), extras=("chimney",)),
    "pyramid_cottage": Form(
        (1, 1), (9, 10.5), (9, 10.5), "pyramid", (0.6, 0.75), extras=("chimney",)
    ),
    "bungalow": Form((1, 1), (9, 14), (7, 9), "hip", (0.3, 0.5), "x", 0.7, extras=("porch",)),
    "ranch": Form((1, 1), (13, 18), (8, 10), "gable", (0.35, 0.5), "x", extras=("garage", "porch")),
    "villa_flat_roof": Form((1, 3), (9, 14), (9, 12), "flat", extras=("balcony", "tank")),
    "row_house": Form(
        (2, 3), (5.2, 6.5), (9, 10), "gable", (0.6, 0.9), "x", 0.2, 0.0, ("chimney",)
    ),
    "semi_detached": Form(
        (2, 2), (11, 13), (8, 9), "hip", (0.7, 0.9), "x", 0.4, 0.0, ("chimney", "bay")
    ),
    "apartment_block": Form((3, 5), (16, 26), (11, 13), "flat", shutters=0.0, extras=("balcony",)),
    "tower_block": Form((8, 16), (16, 24), (14, 18), "flat", shutters=0.0, extras=("balcony",)),
    "shop_house": Form((2, 4), (4.5, 6.5), (11, 14), "flat", shutters=0.0, extras=("shop", "tank")),
    "wooden_house": Form(
        (1, 1), (7, 10), (7, 9), "gable", (0.7, 0.95), "y", 0.5, 0.5, ("chimney",)
    ),
    "farmhouse_long": Form(
        (1, 1), (6, 7.5), (14, 19), "gable", (0.8, 1.0), "y", 0.45, 0.2, ("chimney",)
    ),
    "chalet": Form((2, 3), (10, 14), (9, 11), "gable", (0.4, 0.55), "y", 1.3, 0.7, ("balcony",)),
    "jp_house": Form((1, 2), (8, 11), (7, 9), "hip", (0.4, 0.55), "x", 0.8, 0.0, ("porch",)),
    "hanok": Form((1, 1), (9, 13), (6, 7), "hip", (0.5, 0.65), "x", 1.2, 0.0, ()),
    "stilt_house": Form((1, 1), (6, 9), (6, 8), "gable", (0.5, 0.75), "any", 0.7, 0.6, ("stilts",)),
    "block_house": Form((1, 2), (6, 9), (7, 9), "flat", shutters=0.0, extras=("tank",)),
    "walled_compound": Form((2, 2), (12, 17), (11, 14), "flat", shutters=0.0, extras=("balcony",)),
    "town_house": Form(
        (2, 4), (7, 12), (10, 12), "gable", (0.6, 0.9), "x", 0.3, 0.3, ("shop", "dormer")
    ),
    "bhutan_house": Form((2, 3), (9, 13), (9, 11), "gable", (0.3, 0.42), "x", 1.3, 0.0, ("attic",)),
    "rondavel": Form((1, 1), (5, 6.5), (5, 6.5), "cone", (0.9, 1.1), eave_m=0.5, shutters=0.0),
}
