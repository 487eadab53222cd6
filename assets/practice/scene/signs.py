"""Where boards stand: warning, speed, direction and place signs, chevrons, stop signs, shops."""

from __future__ import annotations

import math

import numpy as np

from . import boards, sprites
from .buildings import Building
from .chance import Chance
from .facts import Country
from .geometry import tube
from .lettering import script_of, shop_board, written_in
from .road import Branch, Road
from .sign_presets import (
    CHEVRONS,
    CROSSING_SIGNS,
    DIRECTION_SIGNS,
    DIRECTION_STANDS,
    GIVE_WAY_SIGNS,
    PLACE_SIGNS,
    SPEED_SIGNS,
    STOP_SIGNS,
    WARNING_SIGNS,
)
from .sign_stands import Outline, SignStands
from .stage import Stage, rectangle, regular

_SHOP_COLOURS = (
    ("#b01a1a", "#ffffff"), ("#123f8c", "#ffffff"), ("#0d6b3c", "#ffffff"), ("#f2c600", "#b01a1a"),
    ("#f2f2ee", "#1a1a1a"), ("#1a1a1a", "#f2f2ee"), ("#f2f2ee", "#b01a1a"), ("#7a3b1a", "#f4e6c0"),
    ("#d86a12", "#ffffff"), ("#f2f2ee", "#123f8c"),
)  # fmt: skip
CHEVRON_STEP_M = 7.0
SHARP_BEND_M = 400.0
"""The largest radius of a bend that is marked by chevrons."""
LOOK_AHEAD_M = (9.0, 40.0)
STOP_MARGIN_M = 4.5
MILES = ("US", "GB")

TRIANGLE: Outline = [(-0.5, -0.43), (0.5, -0.43), (0.0, 0.43)]
ON_TIP: Outline = [(-0.45, 0.4), (0.0, -0.4), (0.45, 0.4)]


class SignPlacer:
    """Puts up the signs of one panorama."""

    def __init__(self, stage: Stage, road: Road, country: Country, chance: Chance) -> None:
        self.stage, self.road, self.country, self.chance = stage, road, country, chance
        self.stands = SignStands(stage, road, country, chance)

    def warning(self, along: float, *, ahead: bool) -> None:
        """A triangle or a diamond."""
        name = self.chance.pick(self.country.warning_sign)
        sign = WARNING_SIGNS[name]
        drawings = sprites.warnings(sign.shape)
        number = self.chance.randrange(1 << 30)
        if drawings:
            drawn = sprites.drawing(drawings[number % len(drawings)])
        else:
            drawn = boards.simple_symbol(sign.shape, number % 4)
        outline = TRIANGLE if sign.shape == "triangle" else regular(4, 0.55, -math.pi / 2)
        self.stands.stand(boards.warning_board(sign, drawn), outline, along, 2.25, ahead=ahead)
        self.stage.note("sign", f"warning {name}")

    def speed(self, along: float, *, ahead: bool) -> None:
        """A speed limit."""
        name = self.chance.pick(self.country.speed_sign)
        sign = SPEED_SIGNS[name]
        miles = self.country.code in MILES
        number = self.chance.choice((30, 40, 50, 60) if miles else (40, 50, 60, 70, 80))
        outline = regular(24, 0.36, 0)
        if sign.words:
            outline = rectangle(0.62, 0.78)
        elif sign.board:
            outline = rectangle(0.66, 0.66)
        self.stands.stand(boards.speed_board(sign, number), outline, along, 2.3, ahead=ahead)
        self.stage.note("sign", f"speed {name}")

    def _lines(self) -> list[boards.Line]:
        """What a direction board says: two places, or one in both scripts of the country."""
        script = self.country.scripts[0]
        towns = written_in(self.country.towns, script)
        first, other = self.chance.sample(towns, 2)
        distances = [self.chance.randint(2, 88) for _ in range(2)]
        second = self.country.second_names.get(first, "")
        if second:
            return [(f"{first} {distances[0]}", script, False), (second, "latin", True)]
        return [(f"{town} {distance}", script, False)
                for town, distance in zip((first, other), distances, strict=True)]  # fmt: skip

    def _directions(self) -> boards.Pixels:
        name = self.chance.pick(self.country.direction_sign)
        self.stage.note("sign", f"direction {name}")
        arrow = self.chance.choice(("up", "left"))
        return boards.direction_board(self._lines(), DIRECTION_SIGNS[name], arrow)

    def direction(self, along: float, *, ahead: bool) -> None:
        """Where the road goes."""
        pixels = self._directions()
        width = 2.8 if self.road.lanes == 1 else 3.6
        height = width * pixels.shape[0] / pixels.shape[1]
        foot = DIRECTION_STANDS[self.country.direction_stand]
        middle = height / 2 + (2.0 if foot is None else foot)
        outline = rectangle(width, height)
        self.stands.stand(pixels, outline, along, middle, ahead=ahead, low=foot is not None)

    def place(self, along: float, *, ahead: bool) -> None:
        """The town's name, in both scripts where the country has two."""
        style = self.chance.pick(self.country.place_sign)
        sign = PLACE_SIGNS[style]
        if sign is None:
            return
        script = self.country.scripts[0]
        name = self.chance.choice(written_in(self.country.towns, script))
        second = self.country.second_names.get(name, "")
        pixels = boards.place_board(name, script, sign, second)
        width = 1.7
        height = width * pixels.shape[0] / pixels.shape[1]
        self.stands.stand(pixels, rectangle(width, height), along, 2.1, ahead=ahead)
        self.stage.note("sign", f"place {style}")

    def chevrons(self) -> None:
        """Boards along the outside of the sharpest bend near the camera, each way."""
        name = self.chance.pick(self.country.chevron)
        for ahead in (True, False):
            spots = np.linspace(*LOOK_AHEAD_M, 15) * (1 if ahead else -1)
            bends = [self.road.curvature(float(y)) for y in spots]
            sharpest = max(range(len(spots)), key=lambda i: abs(bends[i]))
            if abs(bends[sharpest]) < 1 / SHARP_BEND_M:
                continue
            to_right = bends[sharpest] > 0
            side = -1 if to_right else 1
            pixels = boards.chevron_board(CHEVRONS[name], to_right == ahead)
            for step in range(-1, 3):
                along = float(spots[sharpest]) + step * CHEVRON_STEP_M * (1 if ahead else -1)
                if not self.road.joins(side, along - 1, along + 1):
                    outline = rectangle(0.6, 0.76)
                    self.stands.stand(pixels, outline, along, 1.35, ahead=ahead, side=side)
            self.stage.note("sign", f"chevron {name}")
        for branch in self.road.branches:
            if not self.road.joins(-branch.side, branch.along_m - 4, branch.along_m + 4):
                self._head(name, branch)

    def _head(self, name: str, branch: Branch) -> None:
        """Both arrows side by side across from a side road that ends at this one."""
        if not self.chance.happens(0.4):
            return
        for step, right in ((-0.35, branch.side < 0), (0.35, branch.side > 0)):
            pixels = boards.chevron_board(CHEVRONS[name], right=right)
            along = branch.along_m + step
            self.stands.across(pixels, rectangle(0.6, 0.76), along, -branch.side)
        self.stage.note("sign", f"chevron {name}")

    def stop(self) -> None:
        """Stop or give way: for a side road, seen from behind, or for the camera's own road."""
        chance = self.chance
        for branch in self.road.branches:
            if branch.track:
                continue
            if chance.happens(0.5):
                pixels, outline, note = self._priority()
                self.stands.at_mouth(pixels, outline, branch.along_m, branch.side, branch.half_m)
                self.stage.note("sign", note)
            if chance.happens(0.3):
                pixels, outline, note = self._priority()
                ahead = branch.along_m > 0
                along = branch.along_m - (1 if ahead else -1) * (branch.half_m + STOP_MARGIN_M)
                self.stands.stand(pixels, outline, along, 2.2, ahead=ahead)
                self.stage.note("sign", note)

    def _priority(self) -> tuple[boards.Pixels, Outline, str]:
        """The face and the outline of a stop or give-way sign, and what to note of it."""
        if self.chance.happens(0.6):
            name = self.chance.pick(self.country.stop_sign)
            sign = STOP_SIGNS[name]
            outline = ON_TIP if sign.triangle else regular(8, 0.42, math.pi / 8)
            return boards.stop_board(sign), outline, f"stop {name}"
        name = self.chance.pick(self.country.give_way_sign)
        return boards.give_way_board(GIVE_WAY_SIGNS[name]), ON_TIP, f"give way {name}"

    def crossing(self) -> None:
        """On both sides of a crossing, each for the traffic that comes to it on that side."""
        name = self.chance.pick(self.country.crossing_sign)
        sign, start = CROSSING_SIGNS[name], self.road.crossing_m
        if sign is None or start is None:
            return
        pixels, outline = boards.crossing_board(sign), rectangle(0.62, 0.62)
        for ahead, along in ((True, start - 0.6), (False, start + 4.1)):
            self.stands.stand(pixels, outline, along, 2.3, ahead=ahead)
        self.stage.note("sign", f"crossing {name}")

    def gantry(self) -> None:
        """Boards over the carriageway of a main road."""
        along = self.chance.uniform(16, 45)
        half = self.road.half_width_m + self.road.shoulder_m + 0.6
        steel = self.stage.plain((0.36, 0.37, 0.38), "sign", 0.45)
        ends = [self.road.beside(side * half, along) for side in (-1, 1)]
        parts = [tube((x, y, -0.3), (x, y, 7.4), 0.16, 0.14, 8) for x, y in ends]
        parts += [tube((*ends[0], z), (*ends[1], z), 0.09, 0.09, 6) for z in (6.4, 7.3)]
        for part in parts:
            self.stage.add(part, [steel])
        yaw = self.road.yaw_rad(along)
        for lane in (0.3, 0.74):
            board = self._directions()
            x, y = self.road.beside(self.stands.keep * lane * self.road.half_width_m, along - 0.25)
            width = 0.42 * self.road.half_width_m
            outline = rectangle(width, width * board.shape[0] / board.shape[1])
            self.stage.board(board, outline, (x, y, 6.8), yaw, "sign")

    def place_all(self, scene: str) -> None:
        """The signs of one panorama: near enough to be read, at most one of a kind each way."""
        chance = self.chance
        if scene == "main" and chance.happens(0.4):
            self.gantry()
        near = chance.choice((8.0, -8.0))
        spots = [-near * 1.2, 17.0, 30.0, -19.0, -33.0]
        chance.shuffle(spots)
        spots.append(near)  # the first sign stands where it can be read
        shares = {
            "open": (0.75, 0.4, 0.75, 0.25), "village": (0.45, 0.5, 0.5, 0.75),
            "main": (0.5, 0.6, 0.8, 0.2), "mountain": (0.85, 0.45, 0.4, 0.15),
            "coast": (0.6, 0.4, 0.6, 0.3), "suburb": (0.4, 0.6, 0.35, 0.2),
            "town": (0.3, 0.5, 0.5, 0.1),
        }[scene]  # fmt: skip
        makers = (self.warning, self.speed, self.direction, self.place)
        for share, maker in zip(shares, makers, strict=True):
            if chance.happens(share):
                along = spots.pop() + chance.uniform(-2, 3)
                maker(along, ahead=along > 0)
        if scene not in ("suburb", "town") and chance.happens(0.85):
            self.chevrons()
        self.stop()
        self.crossing()


def shop_sign(
    stage: Stage, country: Country, chance: Chance, building: Building,
    at: tuple[float, float, float], yaw_rad: float,
) -> None:  # fmt: skip
    """The fascia over a shop window, in one of the country's scripts."""
    if building.fascia is None:
        return
    x, y, z, width = building.fascia
    script = chance.choice(country.scripts)
    text = chance.choice(written_in(country.words, script))
    latin = [word for word in country.words if script_of(word) == "latin"]
    second = chance.choice(latin) if script != "latin" and latin and chance.happens(0.5) else ""
    colours = chance.choice(_SHOP_COLOURS)
    pixels = shop_board(text, script, *colours, second)
    height = width / 5
    world_x = at[0] + x * math.cos(yaw_rad) - y * math.sin(yaw_rad)
    world_y = at[1] + x * math.sin(yaw_rad) + y * math.cos(yaw_rad)
    centre = (world_x, world_y, at[2] + z + height / 2 - 0.15)
    stage.board(pixels, rectangle(width, height), centre, yaw_rad, "shop_text")
    stage.note("shop_text", script)
