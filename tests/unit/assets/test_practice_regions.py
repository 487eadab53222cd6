"""Regions within a country: every one can be drawn, and each is drawn as often as it says."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from assets.practice.country_table import TableError
from assets.practice.scene import presets
from assets.practice.scene.facts import load_countries
from assets.practice.scene.keys import PanoramaKey
from assets.practice.scene.regions import load_regions, parse_region, region_of, regional, within

COUNTRIES = load_countries()
REGIONS = load_regions()


def test_at_least_twenty_countries_have_two_to_four_regions() -> None:
    assert len(REGIONS) >= 20
    assert all(2 <= len(own) <= 4 for own in REGIONS.values())
    assert set(REGIONS) <= set(COUNTRIES)


@pytest.mark.parametrize("code", sorted(REGIONS))
def test_every_region_can_be_drawn_and_all_boxes_are_used(code: str) -> None:
    country = COUNTRIES[code]
    used = set()
    for region in REGIONS[code].values():
        changed = within(country, region)
        assert changed.climate in presets.CLIMATES
        assert set(changed.boxes) <= set(country.boxes)
        used |= set(changed.boxes)
    assert used == set(country.boxes)


def test_regions_are_drawn_by_weight_and_always_the_same() -> None:
    keys = [PanoramaKey("NO", "train", index) for index in range(200)]
    drawn = Counter(region_of(key) for key in keys)
    assert {name: round(count / 200, 1) for name, count in drawn.items()} == {
        "east": 0.4, "fjords": 0.4, "north": 0.2
    }  # fmt: skip
    assert regional(keys[0], COUNTRIES["NO"]) == regional(keys[0], COUNTRIES["NO"])
    assert region_of(PanoramaKey("HU", "train", 0)) == ""
    assert regional(PanoramaKey("HU", "train", 0), COUNTRIES["HU"]) is COUNTRIES["HU"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"weight": 1, "colour": "red"}, "unknown key 'colour'"),
        ({"weight": 0}, "weight: must be a number from 0.01"),
        ({"weight": float("nan")}, "weight: must be a number from 0.01"),
        (
            {"weight": 1, "boxes": [-1]},
            "boxes: must be a list of numbers of the country's boxes, from 0",
        ),
        ({"weight": 1, "boxes": [True]}, "boxes: must be a list"),
        ({"weight": 1, "tree": {"pine": "x"}}, "tree.pine: must be a number"),
        ({"weight": 1, "climate": 3}, "climate: must be text"),
        ({"weight": 1, "boxes": 0}, "boxes: must be a list"),
        ({"weight": 1, "coast": 0.9}, "from 0.0 to 0.5"),
        ({"weight": 1, "tree": {}}, "tree: must be a name"),
        (3, "must be a table"),
    ],
)
def test_a_wrong_region_is_one_line_that_names_file_and_key(row: Any, said: str) -> None:
    with pytest.raises(TableError) as caught:
        parse_region(row, "regions.toml: [HU.east]")
    assert "regions.toml: [HU.east]" in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_boxes_and_names_that_a_country_lacks_are_refused() -> None:
    with pytest.raises(TableError, match="boxes"):
        within(COUNTRIES["HU"], parse_region({"weight": 1, "boxes": [9]}, "x"))
    with pytest.raises(TableError, match="purple"):
        within(COUNTRIES["HU"], parse_region({"weight": 1, "tree": "purple"}, "x"))
