"""One panorama put together: conditions, road, land, buildings, furniture, planting, sky."""

from __future__ import annotations

import math
from collections.abc import Callable

from . import furniture
from .buildings import FORMS, Building, build
from .chance import Chance, Conditions, PanoramaKey, draw_conditions
from .facts import Country
from .film import place_camera
from .geometry import tube
from .road import Road, build_road
from .signs import SignPlacer, shop_sign
from .sky import build_sky
from .stage import Stage
from .terrain import Land, land_for
from .vegetation import Planting
from .vehicles import place_traffic

_CONTIGUOUS = ("row_house", "shop_house", "town_house", "apartment_block")


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
            name = self._form(lambda n: n not in (*_CONTIGUOUS, "tower_block", "apartment_block"))
            building = build(name, self.country, chance)
            along = chance.uniform(-120, 120)
            back = chance.uniform(14, 70) if abs(along) < 25 else chance.uniform(7, 60)
            self._put(building, along, chance.choice((-1, 1)), back, chance.uniform(-0.5, 0.5))

    def _gardens(
        self, gap_m: tuple[float, float], back_m: tuple[float, float], filled: float
    ) -> None:
        """Village and suburb: detached houses behind fences."""
        chance = self.chance
        fences = [chance.pick(self.country.fence) for _ in range(2)]
        for side in (-1, 1):
            along = -105 + chance.uniform(0, 15)
            while along < 115:
                name = self._form(lambda n: n not in ("tower_block", "apartment_block"))
                building = build(name, self.country, chance, shop=chance.happens(0.10))
                reach = building.width_m / 2
                along += reach
                start, end = along - reach - 3, along + reach + 3
                if chance.happens(filled):
                    back = chance.uniform(*back_m)
                    self._put(building, along, side, back, chance.gauss(0, 0.03))
                    x, y = self.road.beside(
                        side * (self.road.half_width_m + back + building.depth_m / 2), along
                    )
                    if abs(along) < 70:
                        self.planting.garden(x, y, 0.75 * max(building.width_m, building.depth_m))
                    if abs(along) < 75 and not building.fascia:
                        kind = chance.choice(fences)
                        furniture.place_fence(
                            self.stage, self.road, self.land, kind, side, (start, end), 0.5
                        )
                along += reach + chance.uniform(*gap_m)

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
                if chance.happens(0.93):
                    self._put(building, along, side, back, 0.0)
                gap = 0.02 if touching and chance.happens(0.85) else chance.uniform(0.8, 5)
                along += building.width_m / 2 + gap

    def place_all(self) -> None:
        """The buildings of this kind of scene."""
        if self.scene == "open":
            self._farms()
        elif self.scene == "village":
            self._gardens((5, 16), (2.5, 9), 0.82)
        elif self.scene == "suburb":
            self._gardens((1.5, 7), (2.5, 6), 0.93)
        else:
            self._street()


def _camera(stage: Stage, road: Road, country: Country, conditions: Conditions) -> None:
    keep = 1 if country.driving == "right" else -1
    x, y = road.beside(keep * road.half_width_m * 0.5 + conditions.lane_shift_m, 0.0)
    place_camera(stage, (x, y, country.camera_height_m), math.radians(conditions.yaw_deg))
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


def build_world(key: PanoramaKey, country: Country) -> tuple[Stage, Conditions]:
    """The whole scene of one panorama, ready to render."""
    conditions = draw_conditions(key, country)
    scene = conditions.scene

    def chance(purpose: str) -> Chance:
        return Chance(key, purpose)

    stage = Stage()
    road = Road(country, conditions, chance("bend"))
    build_road(stage, road, country, chance("road"), scene)
    draw = chance("land")
    terrain, soil = draw.pick(country.terrain), draw.pick(country.soil)
    land = land_for(terrain, soil, road, conditions, draw, stage)
    planting = Planting(stage, land, road, country, conditions, chance("plants"))
    Settlement(stage, road, land, country, planting, chance("houses"), scene).place_all()
    planting.woods()
    planting.bushes()
    planting.grass()
    if scene in ("suburb", "town"):
        planting.street_trees()
        furniture.place_lamps(stage, road, chance("lamps"))
    furniture.place_poles(stage, road, land, country, chance("poles"), scene)
    if scene in ("open", "village"):
        draw = chance("bollards")
        share = country.bollard_share if scene == "open" else country.bollard_share * 0.45
        if draw.happens(share):
            furniture.place_bollards(stage, road, country, draw)
        draw = chance("rail")
        if scene == "open" and draw.happens(0.33):
            furniture.place_rail(stage, road, country, draw)
        elif scene == "open" and draw.happens(0.35):
            kind = "wire_posts" if "wire_posts" in country.fence else draw.pick(country.fence)
            furniture.place_fence(stage, road, land, kind, draw.choice((-1, 1)), (-80, 80), 3.5)
    SignPlacer(stage, road, country, chance("signs")).place_all(scene)
    place_traffic(stage, road, country, chance("traffic"), scene, conditions.traffic)
    build_sky(stage, conditions, chance("sky"))
    _camera(stage, road, country, conditions)
    return stage, conditions
