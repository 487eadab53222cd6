"""Pure parts of the renderer: thickness of wires, holes in walls, noise, crowns."""

from __future__ import annotations

import math
import re
from itertools import combinations
from unittest.mock import MagicMock

import numpy as np
import pytest

from assets.practice.scene.buildings import FASCIA_LOW_M, build, shop_looks
from assets.practice.scene.chance import Chance, Conditions, draw_conditions
from assets.practice.scene.develop import Frame, develop, land_target
from assets.practice.scene.facades import GOODS, INSIDE, Opening, pierced, shop_front, window_type
from assets.practice.scene.facts import load_countries
from assets.practice.scene.geometry import Floats, cards, smooth_noise, wire_radius_m
from assets.practice.scene.hedges import HALF_M, HIGH_M, VARIANTS, hedge_panel
from assets.practice.scene.keys import PanoramaKey
from assets.practice.scene.road import CLEAR_M, Branch, Pad, Road, _paint_lines
from assets.practice.scene.sign_stands import APART_M, SignStands
from assets.practice.scene.trees import lump


def test_a_wall_keeps_its_area_but_for_its_holes() -> None:
    holes = [Opening(-2.0, -1.0, 1.0, 2.5), Opening(0.5, 1.5, 0.0, 2.0)]
    wall = pierced(8.0, -0.5, 3.0, holes)
    corners = wall.points.reshape(-1, 4, 3)
    flat = corners[(corners[..., 1] == 0).all(1)]
    area = sum(np.ptp(face[:, 0]) * np.ptp(face[:, 2]) for face in flat)
    assert area == pytest.approx(8.0 * 3.5 - 1.5 - 2.0)
    assert len(corners) - len(flat) == 4 * len(holes)


def test_windows_differ_by_country() -> None:
    assert {window_type(code) for code in ("GB", "JP", "MX", "HU")} == {
        "sash", "sliding", "grille", "casement"
    }  # fmt: skip


def test_leaves_look_outwards_and_are_lit_that_way() -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(200, 3))
    outward = centres / np.linalg.norm(centres, axis=1, keepdims=True)
    leaves = cards(centres, 0.1, rng, outward=outward)
    corners = leaves.points.reshape(-1, 4, 3)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0])
    assert ((across * outward).sum(1) > 0).all()
    assert leaves.normals is not None
    assert (np.abs(np.linalg.norm(leaves.normals, axis=1) - 1) < 1e-9).all()


def test_a_lump_is_closed() -> None:
    shape = lump(np.zeros(3), np.ones(3), np.random.default_rng(3))
    edges: dict[tuple[int, int], int] = {}
    start = 0
    for size in shape.sizes:
        face = shape.loops[start : start + size]
        start += size
        for a, b in zip(face, np.roll(face, -1), strict=True):
            edge = (min(a, b), max(a, b))
            edges[edge] = edges.get(edge, 0) + 1
    assert set(edges.values()) == {2}


def test_noise_is_smooth_and_repeatable() -> None:
    x = np.linspace(0, 9, 400)
    values = smooth_noise(x, 0 * x, 5)
    assert (values == smooth_noise(x, 0 * x, 5)).all()
    assert np.abs(np.diff(values)).max() < 0.1
    assert math.isclose(float(np.abs(values).max()), 1, abs_tol=0.6)


def test_wires_are_never_thinner_than_the_pixels_allow() -> None:
    eye, pixel_rad = (0.0, 0.0, 2.5), 2 * math.pi / 2880
    for away_m in (3.0, 30.0, 120.0):
        radius_m = wire_radius_m((0.0, away_m, 2.5), eye, pixel_rad)
        assert 2 * radius_m / (away_m * pixel_rad) >= 1.8 - 1e-9
    assert wire_radius_m((0.0, 1.0, 2.5), eye, pixel_rad) == 0.010


def scene_frame() -> Frame:
    """A pale blue sky over a dark street."""
    picture = np.full((66, 360, 3), 40, dtype=np.uint8)
    picture[:30] = (120, 150, 190)
    sky = np.zeros((66, 360), dtype=np.float32)
    sky[:30] = 1
    return Frame(picture, np.zeros((66, 360), dtype=np.int64), sky)


def test_the_sky_is_the_brighter_and_the_mean_is_as_drawn() -> None:
    countries = load_countries()
    frame = scene_frame()
    for index in range(12):
        conditions = draw_conditions(PanoramaKey("HU", "test", index), countries["HU"])
        developed = develop(frame, conditions).astype(float) @ [0.2126, 0.7152, 0.0722] / 255
        assert developed[:29].mean() > developed[32:].mean() + 0.08
        assert abs(developed[:29].mean() - conditions.sky_luminance) < 0.05
        wanted = land_target(conditions, 30 / 66)
        assert abs(developed[32:].mean() - wanted) < 0.06


def test_far_land_in_fog_has_no_edge_before_the_sky() -> None:
    countries = load_countries()
    conditions = draw_conditions(PanoramaKey("HU", "test", 0), countries["HU"])
    frame = scene_frame()
    picture, sky = frame.picture.copy(), frame.sky.copy()
    picture[20:30, 100:140] = picture[0, 0]  # a house that haze has swallowed but for 3 %
    sky[20:30, 100:140] = 0.97
    developed = developed_luma(Frame(picture, frame.numbers, sky), conditions)
    assert abs(developed[22:28, 110:130].mean() - developed[22:28, 150:170].mean()) < 0.02


def developed_luma(frame: Frame, conditions: Conditions) -> Floats:
    return develop(frame, conditions).astype(float) @ np.array([0.2126, 0.7152, 0.0722]) / 255


def test_a_shop_shows_goods_in_a_dim_room() -> None:
    chance = Chance(PanoramaKey("FR", "test", 0), "shop")
    shape, looks = shop_front(6.0, chance), shop_looks(chance)
    assert {*GOODS, INSIDE} <= set(shape.slots)
    assert max(looks[1].colour) <= 0.35, "a bright room burns out to a blank white front"
    assert len({look.colour for look in looks[2:]}) == len(GOODS)


def test_a_board_hangs_below_the_eaves_of_a_low_roof() -> None:
    country = load_countries()["FR"]
    chance = Chance(PanoramaKey("FR", "test", 0), "houses")
    for _ in range(30):
        shop = build("hip_house", country, chance, shop=True)
        assert shop.fascia is not None
        eaves = shop.shape.points[:, 2][shop.shape.points[:, 1] < -shop.depth_m / 2 - 0.4]
        low = eaves[eaves > FASCIA_LOW_M].min()
        _, _, level, width = shop.fascia
        assert level - 0.15 + width / 5 <= low + 0.05


def test_hedges_are_leafy_and_never_flat() -> None:
    panels = [hedge_panel(2.5, number) for number in range(VARIANTS)]
    for panel in panels:
        top = panel.points[panel.points[:, 2] > 0.9 * HIGH_M]
        assert np.std(top[:, 2]) > 0.03
        side = panel.points[(panel.points[:, 1] > 0.6 * HALF_M) & (panel.points[:, 2] < HIGH_M / 2)]
        assert np.std(side[:, 1]) > 0.03
    assert not np.array_equal(panels[0].points, panels[1].points)
    assert np.array_equal(panels[0].points, hedge_panel(2.5, 0).points)


def test_no_pole_stands_in_front_of_the_camera() -> None:
    key = PanoramaKey("US", "test", 2)
    country = load_countries()["US"]
    road = Road(country, draw_conditions(key, country), Chance(key, "bend"))
    offset_m, spacing_m = road.half_width_m + 3.0, 38.0
    for along_m in np.arange(-20.0, 20.0, 0.5):
        eye = (*road.beside(offset_m + 0.4, float(along_m)), 2.5)
        first_m = road.clear_row(eye, offset_m, 1.0, spacing_m)
        nearest_m = min(
            math.dist(road.beside(offset_m, first_m + n * spacing_m), eye[:2]) for n in range(-3, 4)
        )
        assert nearest_m >= CLEAR_M
    far = (*road.beside(0.0, 15.0), 2.5)
    assert road.clear_row(far, offset_m, 1.0, spacing_m) == 1.0


def test_posts_stand_beside_side_roads_and_pads_and_fences_are_open_there() -> None:
    key, country = PanoramaKey("HU", "train", 0), load_countries()["HU"]
    road = Road(country, draw_conditions(key, country), Chance(key, "bend"))
    road.branches[:] = [Branch(20.0, 1, 3.0), Branch(-9.0, -1, 2.2, track=True)]
    road.pads[:] = [Pad(40.0, 1, 12.0, 15.0)]
    for side, along, half_m in ((1, 20.0, 3.0), (1, 21.5, 3.0), (-1, -9.0, 2.2), (1, 40.0, 12.0)):
        post = road.beside_joins(side, along)
        assert not road.joins(side, post - 1, post + 1)
        assert abs(post - along) <= half_m + 2
    assert road.beside_joins(-1, 20.0) == 20.0
    assert road.crossed(1, 18.0, 20.5)
    assert road.crossed(-1, -10.0, -7.5)
    assert not road.crossed(1, 39.0, 41.5), "what stands on a pad has its own fence"


@pytest.mark.parametrize("code", ["BR", "NO", "MX", "TW", "HU"])
def test_lines_of_main_roads_are_painted_and_noted_as_the_country_has_them(code: str) -> None:
    country, seen = load_countries()[code], set()
    for index in range(400):
        key = PanoramaKey(code, "train", index)
        conditions = draw_conditions(key, country)
        if conditions.scene != "main":
            continue
        road, stage = Road(country, conditions, Chance(key, "bend")), MagicMock()
        _paint_lines(stage, road, country, Chance(key, "paint"), conditions.scene)
        noted = " ".join(call.args[1] for call in stage.note.call_args_list)
        centre = re.search(r"centre (\w+?)_", noted)
        seen.add((road.lanes, road.median != "none"))
        if road.median != "none":
            assert centre is None
        elif road.lanes == 2:
            assert centre
            assert centre[1] in {name.split("_")[0] for name in country.centre_line}
    assert {(2, True), (2, False)} <= seen


def test_signs_keep_apart_and_out_of_side_roads() -> None:
    key, country = PanoramaKey("HU", "train", 0), load_countries()["HU"]
    road = Road(country, draw_conditions(key, country), Chance(key, "bend"))
    road.branches[:], road.pads[:] = [Branch(20.0, 1, 3.0)], []
    stands = SignStands(MagicMock(), road, country, Chance(key, "signs"))
    along = [stands._free(1, wanted) for wanted in (19.0, 19.5, 26.0, -8.0, -8.2, 500.0)]
    assert not any(road.joins(1, y - 1, y + 1) for y in along)
    assert min(abs(a - b) for a, b in combinations(along, 2)) >= APART_M
    assert stands._free(-1, 26.0) == 26.0, "the other side has its own"
