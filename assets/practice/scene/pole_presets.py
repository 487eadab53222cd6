"""Named utility poles that the table of countries refers to."""

from __future__ import annotations

from dataclasses import dataclass


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
