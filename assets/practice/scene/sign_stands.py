"""How signs stand: posts, pipes, backs, and which traffic they face."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .boards import Pixels, back_board
from .chance import Chance
from .facts import Country
from .geometry import Shape, box, merge, tube
from .presets import Colour
from .road import Road
from .sign_presets import SIGN_POSTS, SignPost

if TYPE_CHECKING:
    from .stage import Stage  # of Blender; where signs stand needs none

WIDE_M = 0.6
"""Half the width from which a board stands on two posts."""
POST_STEP_M = 0.5
APART_M = 1.8
"""How far signs on the same side of the road keep from each other."""

Outline = list[tuple[float, float]]


def linear(colour: str) -> Colour:
    """An sRGB hex colour as linear RGB in [0, 1]."""
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values
    )
    return red, green, blue


def post_shape(post: SignPost, top_m: float) -> tuple[Shape, list[str]]:
    """A sign post from the ground up to ``top_m``, and the colour of each slot."""
    colours = [*post.colours, post.base or post.colours[0], "#8c8a84"]
    base, block = len(post.colours), len(post.colours) + 1
    parts = []
    for number, low in enumerate(np.arange(0.0, top_m, POST_STEP_M)):
        slot = base if number == 0 and post.base else number % len(post.colours)
        foot, head = (low - 0.3 if number == 0 else low), min(low + POST_STEP_M, top_m)
        if post.square:
            parts.append(box((-0.05, -0.05, foot), (0.05, 0.05, head), slot))
        else:
            parts.append(tube((0, 0, foot), (0, 0, head), 0.035, 0.035, 8, slot))
    if post.block:
        parts.append(box((-0.22, -0.22, -0.3), (0.22, 0.22, 0.35), block))
    return merge(parts), colours


class SignStands:
    """Stands boards beside the road; each faces the traffic that it is for.

    Attributes:
        keep: The side of the road that traffic keeps to, 1 right and -1 left.
        offset_m: From the middle of the road to the near edge of a board.
    """

    def __init__(self, stage: Stage, road: Road, country: Country, chance: Chance) -> None:
        self.stage, self.road, self.chance = stage, road, chance
        self.keep = 1 if country.driving == "right" else -1
        self.offset_m = road.half_width_m + road.shoulder_m + (0.55 if road.pavement_m else 1.5)
        self.post = SIGN_POSTS[chance.pick(country.sign_post)]
        self.back = back_board(country.sign_back)
        self._taken: list[tuple[int, float]] = []

    def _free(self, side: int, along: float) -> float:
        """From ``along`` on, away from the camera: where no other sign and no side road is."""
        for step in range(80):
            at = along + math.copysign(0.5 * step, along)
            apart = all(where != side or abs(at - y) >= APART_M for where, y in self._taken)
            if apart and not self.road.joins(side, at - 1, at + 1):
                along = at
                break
        self._taken.append((side, along))
        return along

    def _posts(self, x: float, y: float, yaw: float, half_m: float, top_m: float) -> None:
        """One post behind a narrow board, two behind a wide one."""
        shape, colours = post_shape(self.post, top_m)
        surfaces = [self.stage.plain(linear(colour), "sign", 0.5) for colour in colours]
        mesh = self.stage.mesh(shape, surfaces)
        for dx in (0.0,) if half_m < WIDE_M else (-half_m * 0.7, half_m * 0.7):
            behind = (dx * math.cos(yaw) - 0.05 * math.sin(yaw),
                      dx * math.sin(yaw) + 0.05 * math.cos(yaw))  # fmt: skip
            self.stage.put(mesh, (x + behind[0], y + behind[1], 0.0), yaw)

    def _pipe(self, x: float, y: float, yaw: float, half_m: float, top_m: float) -> None:
        """A bent pipe round a low board."""
        steel = self.stage.plain((0.36, 0.37, 0.38), "sign", 0.45)
        reach = half_m + 0.08
        ends = [
            ((-reach, 0, -0.3), (-reach, 0, top_m + 0.12)),
            ((reach, 0, -0.3), (reach, 0, top_m + 0.12)),
            ((-reach, 0, top_m + 0.1), (reach, 0, top_m + 0.1)),
        ]
        pipe = merge(tube(low, high, 0.04, 0.04, 8) for low, high in ends)
        self.stage.put(self.stage.mesh(pipe, [steel]), (x, y, 0.0), yaw)

    def _board(
        self, pixels: Pixels, outline: Outline, at: tuple[float, float, float], yaw: float
    ) -> None:
        """A board with its back, facing -y at ``yaw`` 0."""
        x, y, z = at
        face = (0.03 * math.sin(yaw), -0.03 * math.cos(yaw))
        self.stage.board(pixels, outline, (x + face[0], y + face[1], z), yaw, "sign")
        mirrored = [(-corner_x, corner_z) for corner_x, corner_z in reversed(outline)]
        self.stage.board(self.back, mirrored, (x, y, z), yaw + math.pi, "sign")

    def stand(
        self, pixels: Pixels, outline: Outline, along: float, middle_m: float, *,
        ahead: bool, side: int = 0, low: bool = False,
    ) -> None:  # fmt: skip
        """A board on its post (two if wide).

        Args:
            pixels: Its face.
            outline: Its (x, z) corners in metres.
            along: Where along the road.
            middle_m: The height of its middle.
            ahead: It faces the traffic in the camera's direction; else that which comes.
            side: Of the road, 1 right; 0 is the side of the traffic that it faces.
            low: It stands in a bent pipe.
        """
        side = side or (self.keep if ahead else -self.keep)
        along = self._free(side, along)
        yaw = self.road.yaw_rad(along) + (0.0 if ahead else math.pi) + self.chance.gauss(0, 0.06)
        half = (max(x for x, _ in outline) - min(x for x, _ in outline)) / 2
        x, y = self.road.beside(side * (self.offset_m + half), along)
        self._board(pixels, outline, (x, y, middle_m), yaw)
        height = max(z for _, z in outline)
        if low:
            self._pipe(x, y, yaw, half, middle_m + height)
        else:
            self._posts(x, y, yaw, half, middle_m + height * (0.6 if half < WIDE_M else 0.95))

    def at_mouth(
        self, pixels: Pixels, outline: Outline, along: float, side: int, half_m: float
    ) -> None:
        """A sign for the traffic that comes out of a side road."""
        towards = 1 if side * self.keep > 0 else -1
        x, y = self.road.beside(side * self.offset_m, along + towards * (half_m + 1.8))
        yaw = self.road.yaw_rad(along) + side * math.pi / 2
        self._board(pixels, outline, (x, y, 2.2), yaw)
        self._posts(x, y, yaw, 0.4, 2.45)

    def across(self, pixels: Pixels, outline: Outline, along: float, side: int) -> None:
        """A low board on one side (1 right) that faces the other side of the road."""
        x, y = self.road.beside(side * self.offset_m, along)
        yaw = self.road.yaw_rad(along) - side * math.pi / 2
        self._board(pixels, outline, (x, y, 1.35), yaw)
        self._posts(x, y, yaw, 0.3, 1.6)
