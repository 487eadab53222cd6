"""Stratified conditions: every axis is covered evenly, and each panorama decides for itself."""

from __future__ import annotations

from collections import Counter

import pytest

from assets.practice.scene.chance import CAMERAS, PIECES, SHARED_SCENES, draw_conditions
from assets.practice.scene.facts import load_countries
from assets.practice.scene.keys import PanoramaKey
from assets.practice.scene.strata import pick_at, quantile, stratum
from assets.practice.scene.weather import SNOWY_CLIMATES, WEATHERS

COUNTRIES = load_countries()


@pytest.mark.parametrize(("split", "size"), [("test", 6), ("val", 3), ("train", 20), ("only", 20)])
def test_a_block_puts_one_panorama_in_every_stratum(split: str, size: int) -> None:
    for block in range(3):
        keys = [PanoramaKey("HU", split, block * size + place) for place in range(size)]
        for axis in ("scene", "weather", "sun"):
            assert sorted(int(stratum(key, axis) * size) for key in keys) == list(range(size))


def test_axes_are_shuffled_independently() -> None:
    keys = [PanoramaKey("PL", "train", index) for index in range(20)]
    orders = {tuple(int(stratum(key, axis) * 20) for key in keys) for axis in ("a", "b", "c")}
    assert len(orders) == 3


def test_a_panorama_depends_on_its_own_key_alone() -> None:
    key = PanoramaKey("JP", "test", 4)
    assert draw_conditions(key, COUNTRIES["JP"]) == draw_conditions(key, COUNTRIES["JP"])
    assert draw_conditions(key, COUNTRIES["JP"]) != draw_conditions(
        PanoramaKey("JP", "test", 5), COUNTRIES["JP"]
    )


def test_picking_follows_the_weights() -> None:
    weights = {"a": 1.0, "b": 3.0}
    assert pick_at(weights, 0.0) == "a"
    assert pick_at(weights, 0.24) == "a"
    assert pick_at(weights, 0.26) == "b"
    assert pick_at(weights, 0.999999) == "b"
    assert quantile([3.0, 1.0, 2.0], 0.5) == pytest.approx(2.0)
    assert quantile([3.0, 1.0, 2.0], 0.75) == pytest.approx(2.5)


def test_six_test_panoramas_differ_in_weather_and_scene() -> None:
    for code, country in COUNTRIES.items():
        drawn = [draw_conditions(PanoramaKey(code, "test", i), country) for i in range(6)]
        assert len({c.weather for c in drawn}) >= 3, code
        assert len({c.scene for c in drawn}) >= 3, code
        assert len({c.camera for c in drawn if c.scene != "mountain"}) >= 2, code


def test_weather_is_shared_but_for_snow() -> None:
    for code, country in COUNTRIES.items():
        keys = [PanoramaKey(code, "train", index) for index in range(200)]
        drawn = Counter(draw_conditions(key, country).weather for key in keys)
        assert (drawn["snow"] > 0) == (country.climate in SNOWY_CLIMATES), code
        for name in ("clear", "overcast", "golden", "wet", "fog"):
            assert abs(drawn[name] / 200 - WEATHERS[name].weight) < 0.03, (code, name)


def test_every_scene_has_set_pieces_and_there_are_eight_of_them() -> None:
    assert set(PIECES) == {*SHARED_SCENES, "coast", "mountain"}
    assert len({name for mix in PIECES.values() for name in mix} - {"none"}) >= 8
    assert set(CAMERAS) == {"lane", "verge", "junction"}
