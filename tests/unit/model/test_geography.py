"""The 56: regions, neighbours, centroids, and the map that shows them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from game import country_names
from model import geography
from model.geography import COUNTRY_CODES, REGIONS, LatLon
from tests.conftest import ROOT

MAP = ROOT / "assets" / "map"


def test_every_country_has_a_region() -> None:
    rows = geography.countries()
    assert tuple(rows) == COUNTRY_CODES
    assert {row.region for row in rows.values()} == set(REGIONS)


def test_neighbours_are_mutual_and_known() -> None:
    rows = geography.countries()
    for code, row in rows.items():
        assert all(code in rows[other].neighbours for other in row.neighbours)
    assert set(rows["HU"].neighbours) == {"HR", "RO", "SI", "SK", "UA"}
    assert "BR" not in rows["FR"].neighbours, "overseas borders make no neighbours"
    assert rows["IS"].neighbours == ()


@pytest.mark.parametrize(
    ("code", "expected", "within_km"),
    [
        ("HU", LatLon(47.2, 19.4), 30),
        ("US", LatLon(39.8, -98.6), 120),  # the contiguous states
        ("FR", LatLon(46.5, 2.5), 80),  # without Guiana
        ("NZ", LatLon(-41.8, 172.8), 150),
        ("RU", LatLon(66, 95), 300),
        ("SG", LatLon(1.35, 103.82), 15),
    ],
)
def test_centroids(code: str, expected: LatLon, within_km: float) -> None:
    assert geography.countries()[code].centroid.distance_km(expected) < within_km


@pytest.mark.parametrize("value", [None, 5, "", "  ", "hu", "XX", "Atlantis", ["HU"], {"a": 1}])
def test_only_a_code_is_a_country(value: object) -> None:
    assert not geography.is_country(value)


def test_the_map_shows_each_of_the_56_once() -> None:
    tree = ElementTree.parse(MAP / "world.svg")
    paths = [
        e.get("data-code") for e in tree.iter() if e.tag.endswith("}path") and e.get("data-code")
    ]
    assert sorted(paths) == sorted(COUNTRY_CODES)
    markers = {e.get("data-code") for e in tree.iter() if e.tag.endswith("}circle")}
    assert {"AD", "SG", "HK"} <= markers < set(COUNTRY_CODES)


def test_the_map_knows_the_names_of_all_others_too() -> None:
    tree = ElementTree.parse(MAP / "world.svg")
    others = [e for e in tree.iter() if e.get("class") == "elsewhere"]
    named = [e.get("data-land") for e in others if e.get("data-land")]
    assert len(others) - len(named) <= 1, "specks that belong to nobody"
    assert len(named) > 100
    assert set(named) <= set(country_names.elsewhere())
    assert {"CN", "IN", "TR", "XK"} <= set(named)


def test_map_is_small_and_safe_in_a_template() -> None:
    assert sum(file.stat().st_size for file in MAP.iterdir() if file.is_file()) < 250_000
    svg = (MAP / "world.svg").read_text()
    assert not {"`", "${", "{{", "<script"} & {
        mark for mark in ("`", "${", "{{", "<script") if mark in svg
    }


def test_no_country_crosses_the_map() -> None:
    """A naive projection draws bars across the map where a country crosses the antimeridian."""
    _, _, width, _ = geography.map_boxes()["world"]
    for element in ElementTree.parse(MAP / "world.svg").iter():
        for line in re.findall(r"l([^zM]*)", element.get("d", "")):
            steps = [int(n) for n in re.findall(r"-?\d+", line)]
            assert all(abs(dx) < width / 8 for dx in steps[::2])


def test_regions_zoom_to_boxes_within_the_world() -> None:
    boxes = geography.map_boxes()
    assert set(boxes) == {"world", *REGIONS}
    _, _, width, height = boxes["world"]
    for x, y, w, h in boxes.values():
        assert x >= 0 <= y
        assert x + w <= width + 1
        assert y + h <= height + 1
    for code, row in geography.countries().items():
        x, y, w, h = boxes[row.region]
        if code not in {"RU", "US"}:  # reach beyond their region's box
            assert x <= geography.countries()[code].map_point[0] <= x + w
            assert y <= geography.countries()[code].map_point[1] <= y + h
