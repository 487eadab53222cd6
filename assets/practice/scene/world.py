"""One panorama put together: conditions, road, land, buildings, furniture, planting, sky."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from . import clutter, furniture
from .buildings import Building, build
from .chance import RURAL, Chance, Conditions, draw_conditions
from .crops import place_crops
from .facts import Country
from .film import place_camera
from .forms import FORMS
from .geometry import tube
from .keys import PanoramaKey
from .road import Road, build_road
from .setpieces import LATE_PIECES
from .setpieces import PIECES as SET_PIECES
from .signs import SignPlacer, shop_sign
from .site import Site, plan_piece
from .sky import build_sky
from .stage import Stage
from .terrain import Land, land_for
from .vegetation import WOODED, Planting
from .vehicles import place_traffic, put_car

NEAR_PLATE_M = 3.9
"""How far ahead the near end of the nearest parked car is, at least."""
_CONTIGUOUS = ("row_house", "shop_house", "town_house", "apartment_block")


def place_near_car(
    stage: Stage, road: Road, country: Country, conditions: Conditions, chance: Chance
) -> None:
    """In most panoramas a car parks so near that its plate can be read."""
    if not chance.happens(0.8):
        return
    keep = 1 if country.driving == "right" else -1
    side = keep
    if conditions.camera == "junction":
        side = 1 if stage.eye[0] > float(road.bend(stage.eye[1])) else -1
    ahead = chance.choice((-1, 1))
    along = stage.eye[1] + ahead * (NEAR_PLATE_M + chance.uniform(0.0, 0.9) + 2.1)
    x, y = road.beside(side * (road.half_width_m - (0.9 if road.pavement_m else 0.6)), along)
    turn = 0.0 if side == keep else math.pi
    put_car(stage, country, chance, x, y, road.yaw_rad(along) + turn)


class Settlement:
    """Puts buildings along the road."""

    def __init__(
        self,
        stage: Stage,
        road: Road,
        land: Land,
        country: Country,
        planting: Planting,
        chance: Chance,
        scene: str,
    ) -> None:
        self.stage, self.road, self.land, self.country = stage, road, land, country
        self.planting, self.chance, self.scene = planting, chance, scene
        self.plots: list[tuple[float, float, float]] = []

    def _form(self, allowed: Callable[[str], bool]) -> str:
        weights = {name: w for name, w in self.country.form.items() if allowed(name)}
        return self.chance.pick(weights or self.country.form)

    def _put(self, building: Building, along: float, side: int, back_m: float, turn: float) -> None:
        """Front ``back_m`` behind the built edge of the road."""
        offset = self.road.half_width_m + self.road.built_m + back_m + building.depth_m / 2
        x, y = self.road.beside(side * offset, along)
        yaw = self.road.yaw_rad(along) - side * math.pi / 2 + turn
        z = self.land.level(x, y) - 0.15
        surfaces = [self.stage.surface(look, cue) for look, cue in building.looks]
        self.stage.add(building.shape, surfaces, at=(x, y, z), yaw_rad=yaw)
        self.stage.note("wall", building.wall)
        self.stage.note("roof", building.roof)
        if building.fascia:
            shop_sign(self.stage, self.country, self.chance, building, (x, y, z), yaw)
        self.planting.occupy(x, y, 0.62 * math.hypot(building.width_m, building.depth_m))

    def _farms(self) -> None:
        """Open country: a house or a few, well back from the road."""
        chance = self.chance
        for _ in range(chance.choices((0, 1, 2, 3), (2, 4, 3, 2))[0]):
            name = self._form(lambda n: n not in (*_CONTIGUOUS, "tower_block"))
            building = build(name, self.country, chance)
            along = chance.uniform(-120, 120)
            back = chance.uniform(14, 70) if abs(along) < 25 else chance.uniform(7, 60)
            side = chance.choice((-1, 1))
            if self.scene in ("mountain", "coast"):
                side = -self.land.slope_side  # not in the sea, not in the cut of the slope
            if not self._blocked(side, along, building.width_m):
                self._put(building, along, side, back, chance.uniform(-0.5, 0.5))

    def _blocked(self, side: int, along: float, width_m: float) -> bool:
        """Whether a side road leaves where a house would stand."""
        return self.road.joins(side, along - width_m / 2 - 2.5, along + width_m / 2 + 2.5)

    def _gardens(
        self, gap_m: tuple[float, float], back_m: tuple[float, float], filled: float
    ) -> None:
        """Village and suburb: detached houses behind fences."""
        chance = self.chance
        fences = [chance.pick(self.country.fence) for _ in range(2)]
        shops = 0.03 if self.scene == "village" else 0.06
        for side in (-1, 1):
            along, terrace, name, back = -105 + chance.uniform(0, 15), 0, "", 0.0
            while along < 115:
                # Narrow houses stand in terraces: alone in a garden they look like towers.
                if terrace == 0:
                    name = self._form(lambda n: n not in ("tower_block", "apartment_block"))
                    back = chance.uniform(*back_m)
                    terrace = chance.randint(3, 6) if name in ("row_house", "shop_house") else 1
                terrace -= 1
                building = build(name, self.country, chance, shop=chance.happens(shops))
                reach = building.width_m / 2
                along += reach
                if chance.happens(filled) and not self._blocked(side, along, building.width_m):
                    self._plot(building, along, side, back, fences)
                along += reach + (0.02 if terrace else chance.uniform(*gap_m))
        # Once every house stands: planted before, a tree would grow out of the next one's wall.
        for plot in self.plots:
            self.planting.garden(*plot)

    def _plot(
        self, building: Building, along: float, side: int, back_m: float, fences: list[str]
    ) -> None:
        """A house, its garden, its fence and its driveway."""
        chance = self.chance
        self._put(building, along, side, back_m, chance.gauss(0, 0.03))
        if abs(along) > 75:
            return
        reach = building.width_m / 2
        way = along + chance.choice((-1, 1)) * reach * 0.7
        clutter.driveway(self.stage, self.road, self.land, chance, side, way, back_m)
        edge = self.road.half_width_m + self.road.built_m
        for step in np.arange(0.0, back_m + 2, 2.0):
            self.planting.occupy(*self.road.beside(side * (edge + step), way), 2.2)
        x, y = self.road.beside(side * (edge + back_m + building.depth_m / 2), along)
        self.plots.append((x, y, 0.75 * max(building.width_m, building.depth_m)))
        if building.fascia:
            return
        kind = chance.choice(fences)
        for span in ((along - reach - 3, way - 1.9), (way + 1.9, along + reach + 3)):
            if span[1] - span[0] > 2.4 and not self.road.joins(side, *span):
                furniture.place_fence(self.stage, self.road, self.land, kind, side, span, 0.5)

    def _street(self) -> None:
        """Town: fronts along the pavement, most of them shops."""
        chance = self.chance
        for side in (-1, 1):
            along = -120 + chance.uniform(0, 10)
            while along < 125:
                name = self._form(lambda n: FORMS[n].storeys[1] >= 2)
                shop = abs(along) < 60 and chance.happens(0.6)
                building = build(name, self.country, chance, shop=shop)
                along += building.width_m / 2
                touching = name in _CONTIGUOUS
                back = 0.05 if touching else chance.uniform(0.3, 3.5)
                if chance.happens(0.93) and not self._blocked(side, along, building.width_m):
                    self._put(building, along, side, back, 0.0)
                gap = 0.02 if touching and chance.happens(0.85) else chance.uniform(0.8, 5)
                along += building.width_m / 2 + gap

    def place_all(self) -> None:
        """The buildings of this kind of scene."""
        for branch in self.road.branches:
            edge = self.road.half_width_m + self.road.built_m
            for step in np.arange(0.0, 100.0, 3.0):
                at = self.road.beside(branch.side * (edge + step), branch.along_m)
                self.planting.occupy(*at, branch.half_m + 1.6)
        if self.scene in RURAL:
            if self.scene == "open" or self.chance.happens(0.3):
                self._farms()
        elif self.scene == "village":
            self._gardens((5, 16), (2.5, 9), 0.82)
        elif self.scene == "suburb":
            self._gardens((1.5, 7), (2.5, 6), 0.93)
        else:
            self._street()


MOUTH_M = 2.0
"""How far along the road from its middle the side road lies in whose mouth the camera stands."""


def _eye(road: Road, country: Country, conditions: Conditions) -> tuple[float, float, float]:
    """Where the camera stands: in its lane, on the verge, or in the mouth of a side road."""
    keep = 1 if country.driving == "right" else -1
    offset, along = keep * road.lane_m + conditions.lane_shift_m, 0.0
    if conditions.camera == "verge":
        offset = keep * (road.half_width_m + (0.2 if road.pavement_m else 0.5))
    elif conditions.camera == "junction":
        # A set piece may have taken the place of the side road: then the camera stays in its lane.
        for here in road.branches:
            if abs(here.along_m) <= MOUTH_M:
                offset, along = here.side * (road.half_width_m + 3.0), here.along_m
    x, y = road.beside(offset, along)
    return x, y, country.camera_height_m


def _camera(stage: Stage, country: Country, conditions: Conditions) -> None:
    x, y, _ = stage.eye
    place_camera(
        stage,
        stage.eye,
        math.radians(conditions.yaw_deg),
        math.radians(conditions.pitch_deg),
    )
    dark = stage.plain((0.02, 0.02, 0.02))
    if country.car_seen == "antenna":
        foot = (x - 0.3, y - 1.1, country.camera_height_m - 1.4)
        stage.add(
            tube(foot, (x - 0.3, y - 1.25, country.camera_height_m - 0.62), 0.012, 0.006, 6), [dark]
        )
    elif country.car_seen == "roof_rack":
        for side in (-0.6, 0.6):
            level = country.camera_height_m - 0.72
            stage.add(
                tube((x + side, y - 1.1, level), (x + side, y + 1.1, level), 0.03, 0.03, 6), [dark]
            )


def _roadside(
    stage: Stage, road: Road, land: Land, country: Country, scene: str, key: PanoramaKey
) -> None:
    """Bollards, rails and fences along a road outside of towns."""
    draw = Chance(key, "bollards")
    if draw.happens(country.bollard_share**0.5):
        furniture.place_bollards(stage, road, country, draw)
    draw = Chance(key, "rail")
    share = {"open": 0.33, "main": 0.75, "mountain": 0.85, "coast": 0.5}.get(scene, 0.0)
    if draw.happens(share):
        steep = scene in ("mountain", "coast")
        side = land.slope_side if scene == "coast" else -land.slope_side
        sides = [side] if steep else [-1, 1] if scene == "main" else [draw.choice((-1, 1))]
        furniture.place_rail(stage, road, country, draw, sides, steep or scene == "main")
    elif scene == "open" and draw.happens(0.35):
        kind = "wire_posts" if "wire_posts" in country.fence else draw.pick(country.fence)
        furniture.place_fence(stage, road, land, kind, draw.choice((-1, 1)), (-80, 80), 3.5)


def build_world(key: PanoramaKey, country: Country, width_px: int) -> tuple[Stage, Conditions]:
    """The whole scene of one panorama, ready to render."""
    conditions = draw_conditions(key, country)
    scene = conditions.scene

    def chance(purpose: str) -> Chance:
        return Chance(key, purpose)

    air = conditions.air
    stage = Stage(chance("surfaces"), width_px, air.wet, air.snow)
    road = Road(country, conditions, chance("bend"))
    plan = plan_piece(road, conditions, chance("piece"))
    stage.eye = _eye(road, country, conditions)
    stage.claim(stage.eye[0], stage.eye[1], 0.0, (1.1, 3.0))
    build_road(stage, road, country, chance("road"), scene)
    draw = chance("land")
    terrain, soil = draw.pick(country.terrain), draw.pick(country.soil)
    wooded = WOODED[country.climate]
    land = land_for(terrain, soil, road, conditions, draw, stage, wooded)
    planting = Planting(stage, land, road, country, conditions, chance("plants"))
    planting.occupy(stage.eye[0], stage.eye[1], 4.5)
    Settlement(stage, road, land, country, planting, chance("houses"), scene).place_all()
    site = Site(stage, road, land, country, planting, chance("site"), plan) if plan else None
    if site and site.plan.name not in LATE_PIECES:
        SET_PIECES[site.plan.name](site)
    planting.woods()
    planting.bushes()
    planting.grass()
    place_crops(planting)
    clutter.place_clutter(stage, road, land, conditions, chance("clutter"))
    if scene in ("suburb", "town"):
        planting.street_trees()
        furniture.place_lamps(stage, road, chance("lamps"))
    furniture.place_poles(stage, road, land, country, chance("poles"), scene)
    if scene in (*RURAL, "village"):
        _roadside(stage, road, land, country, scene, key)
    SignPlacer(stage, road, country, chance("signs")).place_all(scene)
    place_near_car(stage, road, country, conditions, chance("near car"))
    place_traffic(stage, road, country, chance("traffic"), scene, conditions.traffic)
    if site and site.plan.name in LATE_PIECES:
        SET_PIECES[site.plan.name](site)
    build_sky(stage, conditions, chance("sky"))
    _camera(stage, country, conditions)
    return stage, conditions
