"""Where boards stand: warning, speed, direction and place signs, shop fascias."""

from __future__ import annotations

import math

import numpy as np

from . import sprites
from .buildings import Building
from .chance import Chance
from .facts import Country
from .geometry import tube
from .lettering import (
    direction_board,
    place_board,
    script_of,
    shop_board,
    speed_board,
    warning_board,
)
from .presets import DIRECTION_SIGNS
from .road import Road
from .stage import Stage, rectangle, regular

_SHOP_COLOURS = (
    ("#b01a1a", "#ffffff"), ("#123f8c", "#ffffff"), ("#0d6b3c", "#ffffff"), ("#f2c600", "#b01a1a"),
    ("#f2f2ee", "#1a1a1a"), ("#1a1a1a", "#f2f2ee"), ("#f2f2ee", "#b01a1a"), ("#7a3b1a", "#f4e6c0"),
    ("#d86a12", "#ffffff"), ("#f2f2ee", "#123f8c"),
)  # fmt: skip


class SignPlacer:
    """Stands signs beside the road; each faces the traffic that it is for."""

    def __init__(self, stage: Stage, road: Road, country: Country, chance: Chance) -> None:
        self.stage, self.road, self.country, self.chance = stage, road, country, chance
        self.keep = 1 if country.driving == "right" else -1
        self.offset_m = road.half_width_m + road.shoulder_m + (0.55 if road.pavement_m else 1.5)

    def _words(self, words: tuple[str, ...], script: str) -> list[str]:
        """The words written in this script (Chinese characters count as jp and tc)."""
        han = {"jp": ("jp", "han"), "tc": ("han",), "kr": ("kr",)}.get(script, (script,))
        chosen = [word for word in words if script_of(word) in han]
        return chosen or list(words)

    def _stand(
        self,
        pixels: np.ndarray,
        outline: list[tuple[float, float]],
        along: float,
        middle_m: float,
        ahead: bool,
    ) -> None:
        """A board on its post (two if wide), with a grey back."""
        side = self.keep if ahead else -self.keep
        yaw = self.road.yaw_rad(along) + (0.0 if ahead else math.pi) + self.chance.gauss(0, 0.06)
        x_values = [x for x, _ in outline]
        half = (max(x_values) - min(x_values)) / 2
        x, y = self.road.beside(side * (self.offset_m + half), along)
        face = (0.03 * math.sin(yaw), -0.03 * math.cos(yaw))
        self.stage.board(pixels, outline, (x + face[0], y + face[1], middle_m), yaw, "sign")
        back = np.full((4, 4, 3), 120, dtype=np.uint8)
        self.stage.board(back, outline, (x, y, middle_m), yaw, "sign")
        steel = self.stage.plain((0.36, 0.37, 0.38), "sign", 0.45)
        top = middle_m + max(z for _, z in outline) * (0.6 if half < 0.5 else 0.95)
        for dx in (0.0,) if half < 0.6 else (-half * 0.7, half * 0.7):
            px, py = x + dx * math.cos(yaw), y + dx * math.sin(yaw)
            behind = (px - 1.2 * face[0], py - 1.2 * face[1])
            self.stage.add(tube((*behind, -0.3), (*behind, top), 0.035, 0.035, 8), [steel])

    def warning(self, along: float, ahead: bool) -> None:
        """A triangle or a diamond."""
        style = self.country.warning_sign
        drawings = sprites.warnings(style)
        number = self.chance.randrange(1 << 30)
        if drawings:
            border = "#c01822" if style.startswith("triangle") else "#111111"
            pixels = sprites.warning(drawings[number % len(drawings)], style, border)
        else:
            pixels = warning_board(style, number % 4)
        if style.startswith("triangle"):
            outline = [(-0.5, -0.43), (0.5, -0.43), (0.0, 0.43)]
        else:
            outline = regular(4, 0.55, -math.pi / 2)
        self._stand(pixels, outline, along, 2.25, ahead)
        self.stage.note("sign", f"warning {style}")

    def speed(self, along: float, ahead: bool) -> None:
        """A speed limit."""
        style = self.country.speed_sign
        miles = self.country.code in ("US", "GB")
        number = self.chance.choice((30, 40, 50, 60) if miles else (40, 50, 60, 70, 80))
        outline = rectangle(0.62, 0.78)
        if style.startswith("circle"):
            outline = regular(24, 0.36, 0)
        self._stand(speed_board(style, number), outline, along, 2.3, ahead)
        self.stage.note("sign", f"speed {style}")

    def _directions(self) -> np.ndarray:
        """A direction board, in the country's script, Latin beside it where it has both."""
        name = self.chance.pick(self.country.direction_sign)
        script = self.country.scripts[0]
        towns = self._words(self.country.towns, script)
        lines = self.chance.sample(towns, min(2, len(towns)))
        latin = self._words(self.country.towns, "latin")
        if script != "latin" and script_of(latin[0]) == "latin":
            lines = [lines[0], self.chance.choice(latin)]
        lines = [f"{line} {self.chance.randint(2, 88)}" for line in lines]
        self.stage.note("sign", f"direction {name}")
        return direction_board(
            lines, script, DIRECTION_SIGNS[name], self.chance.choice(("up", "left"))
        )

    def direction(self, along: float, ahead: bool) -> None:
        """Two places and an arrow."""
        pixels = self._directions()
        width = 2.1 if self.road.lanes == 1 else 3.6
        height = width * pixels.shape[0] / pixels.shape[1]
        self._stand(pixels, rectangle(width, height), along, 2.0 + height / 2, ahead)

    def place(self, along: float, ahead: bool) -> None:
        """The town's name."""
        style = self.country.place_sign
        if style == "none":
            return
        script = self.country.scripts[0]
        name = self.chance.choice(self._words(self.country.towns, script))
        second = ""
        if script != "latin":
            latin = [t for t in self.country.towns if script_of(t) == "latin"]
            second = self.chance.choice(latin) if latin else ""
        pixels = place_board(name, script, style, second)
        width = 1.7
        height = width * pixels.shape[0] / pixels.shape[1]
        self._stand(pixels, rectangle(width, height), along, 2.1, ahead)
        self.stage.note("sign", f"place {style}")

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
            x, y = self.road.beside(self.keep * lane * self.road.half_width_m, along - 0.25)
            width = 0.42 * self.road.half_width_m
            outline = rectangle(width, width * board.shape[0] / board.shape[1])
            self.stage.board(board, outline, (x, y, 6.8), yaw, "sign")

    def place_all(self, scene: str) -> None:
        """The signs of one panorama: near enough to be read, at most one of a kind each way."""
        chance = self.chance
        if scene == "main" and chance.happens(0.4):
            self.gantry()
        spots = [9.0, 17.0, 30.0, -10.0, -19.0, -33.0]
        chance.shuffle(spots)
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
                maker(along, along > 0)


def shop_sign(
    stage: Stage, country: Country, chance: Chance, building: Building,
    at: tuple[float, float, float], yaw_rad: float,
) -> None:  # fmt: skip
    """The fascia over a shop window, in one of the country's scripts."""
    if building.fascia is None:
        return
    x, y, z, width = building.fascia
    script = chance.choice(country.scripts)
    han = {"jp": ("jp", "han"), "tc": ("han",)}.get(script, (script,))
    words = [word for word in country.words if script_of(word) in han] or list(country.words)
    text = chance.choice(words)
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
