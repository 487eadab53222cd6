"""The table of countries: complete, consistent, and strict about what it does not know."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assets.practice import country_table
from assets.practice.country_table import Country, TableError, parse_country
from assets.practice.scene import presets
from assets.practice.scene.chance import SHARED_SCENES, draw_conditions
from assets.practice.scene.facts import check_names, load_countries
from assets.practice.scene.forms import FORMS
from assets.practice.scene.keys import PanoramaKey
from assets.practice.scene.lettering import script_of
from assets.practice.scene.places import distance_km, places
from assets.practice.scene.trees import SPECIES
from model.geography import COUNTRY_CODES

COUNTRIES = load_countries()
LEFT = {"AU", "BD", "BT", "BW", "GB", "HK", "ID", "IE", "JP", "MY", "NZ", "SG", "SZ", "TH", "ZA"}


def rows() -> dict[str, Any]:
    text = country_table.TABLE.read_text(encoding="utf-8")
    return country_table.tomllib.loads(text)


def test_every_country_of_the_label_set_is_there_once() -> None:
    assert sorted(COUNTRIES) == list(COUNTRY_CODES)


def test_who_drives_on_the_left() -> None:
    assert {code for code, row in COUNTRIES.items() if row.driving == "left"} == LEFT


def test_forms_and_trees_of_the_presets_can_be_built() -> None:
    assert set(presets.FORMS) == set(FORMS)
    assert set(presets.TREES) == set(SPECIES)


@pytest.mark.parametrize("code", COUNTRY_CODES)
def test_words_are_written_in_the_countrys_scripts(code: str) -> None:
    country = COUNTRIES[code]
    same = {"jp": {"jp", "han"}, "sc": {"han"}, "tc": {"han"}}
    allowed = {"latin"}.union(*(same.get(s, {s}) for s in country.scripts))
    for word in (*country.words, *country.towns):
        assert script_of(word) in allowed, f"{code}: {word}"
    first = same.get(country.scripts[0], {country.scripts[0]})
    assert sum(script_of(word) in first for word in country.words) >= 10
    assert sum(script_of(town) in first for town in country.towns) >= 7
    assert len(country.words) >= 10
    assert len(country.towns) >= 10


@pytest.mark.parametrize("code", COUNTRY_CODES)
def test_the_sun_and_the_boxes_fit_the_country(code: str) -> None:
    country = COUNTRIES[code]
    south = {"AR", "AU", "BW", "CL", "ID", "NZ", "PE", "SZ", "ZA", "BR"}
    assert (country.latitude_deg < 0) == (code in south)
    for index in range(20):
        conditions = draw_conditions(PanoramaKey(code, "train", index), country)
        assert 14 <= conditions.sun_elevation_deg <= 90


def scenes(code: str, number: int = 600) -> Counter[str]:
    keys = (PanoramaKey(code, "train", index) for index in range(number))
    return Counter(draw_conditions(key, COUNTRIES[code]).scene for key in keys)


@pytest.mark.parametrize("code", ["HU", "SK", "CZ", "CH", "AD", "BT", "BW", "SZ"])
def test_a_country_without_a_coast_shows_no_sea(code: str) -> None:
    assert COUNTRIES[code].coast == 0
    assert scenes(code)["coast"] == 0


@pytest.mark.parametrize("code", ["NL", "BD", "DK", "EE"])
def test_a_flat_country_has_no_mountain_roads(code: str) -> None:
    assert scenes(code)["mountain"] == 0


def test_other_scenes_are_drawn_alike() -> None:
    for code in ("HU", "NO", "TH", "BW"):
        drawn = scenes(code)
        shared = {name: drawn[name] for name in SHARED_SCENES}
        for name, weight in SHARED_SCENES.items():
            expected = weight / sum(SHARED_SCENES.values())
            assert abs(shared[name] / sum(shared.values()) - expected) < 0.07, (code, name)
    assert scenes("NO")["mountain"] > 20
    assert scenes("NO")["coast"] > 20


def test_only_the_low_cameras_blur_the_bottom() -> None:
    low = {code for code, row in COUNTRIES.items() if row.camera_height_m < 2.3}
    assert {code for code, row in COUNTRIES.items() if row.blurred_bottom} == low == {"JP", "CH"}


def test_neighbours_share_what_they_share() -> None:
    assert COUNTRIES["CZ"].bollard == COUNTRIES["SK"].bollard
    assert COUNTRIES["CZ"].rail == COUNTRIES["SK"].rail
    yellow = {code for code, row in COUNTRIES.items() if "triangle_yellow" in row.warning_sign}
    assert yellow == {"FI", "GR", "IS", "PL", "SE"}


def test_no_two_countries_are_the_same_row() -> None:
    seen: dict[str, str] = {}
    for code, row in rows().items():
        facts_only = {key: row[key] for key in row if key not in ("name", "why", "boxes")}
        assert seen.setdefault(repr(facts_only), code) == code


def change(row: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    row = copy.deepcopy(row)
    if value is None:
        del row[key]
    else:
        row[key] = value
    return row


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("colour", "red", "unknown key 'colour'"),
        ("bollard", "purple", "unknown name 'purple'"),
        ("bollard", {"none": 0}, "bollard.none"),
        ("driving", "middle", "unknown name 'middle'"),
        ("words", ["one"], "at least 10"),
        ("boxes", [[50, 40, 0, 1]], "no box of degrees"),
        ("camera_height_m", 9, "from 1.2 to 3.2"),
        ("coast", 0.9, "from 0.0 to 0.5"),
        ("blurred_bottom", 1, "must be true or false"),
        ("why", None, "lacks the key 'why'"),
        ("name", 3, "must be text"),
    ],
)
def test_a_wrong_row_is_one_line_that_names_file_and_key(key: str, value: Any, said: str) -> None:
    with pytest.raises(TableError) as caught:
        check_names(parse_country("HU", change(rows()["HU"], key, value)))
    message = str(caught.value)
    assert "countries.toml: [HU]" in message
    assert said in message
    assert "\n" not in message


def test_a_missing_or_broken_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"nowhere\.toml"):
        load_countries(tmp_path / "nowhere.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[HU\n")
    with pytest.raises(TableError, match=r"broken\.toml"):
        load_countries(broken)


def test_a_country_is_frozen() -> None:
    country: Country = COUNTRIES["HU"]
    with pytest.raises(AttributeError):
        country.driving = "left"  # type: ignore[misc]


def test_keys_are_parsed_and_seeds_differ() -> None:
    key = PanoramaKey.parse("HU/test/3")
    assert key == PanoramaKey("HU", "test", 3)
    assert str(key) == "HU/test/3"
    assert key.seed() == PanoramaKey("HU", "test", 3).seed()
    assert len({key.seed("a"), key.seed("b"), PanoramaKey("HU", "test", 4).seed("a")}) == 3
    with pytest.raises(ValueError, match="HU-test"):
        PanoramaKey.parse("HU-test")


def test_places_of_the_finished_world_stay_apart() -> None:
    counts = {"train": 20, "val": 3, "test": 6}
    keys = [
        PanoramaKey(c, s, i) for c in COUNTRY_CODES for s, n in counts.items() for i in range(n)
    ]
    points = places(keys, COUNTRIES)
    assert points == places(keys, COUNTRIES)
    for code in COUNTRY_CODES:
        own = [(key, point) for key, point in points.items() if key.country == code]
        for number, (key, point) in enumerate(own):
            boxes = COUNTRIES[code].boxes
            assert any(s <= point[0] <= n and w <= point[1] <= e for s, n, w, e in boxes)
            for _, other in own[number + 1 :]:
                assert distance_km(point, other) >= 1.2, str(key)
