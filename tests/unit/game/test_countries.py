"""The 56: names, regions, neighbours, centroids, search; the texts; the map."""

from __future__ import annotations

import json
import re
import string
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game import country_names
from game.country_names import LANGUAGES, Language
from game.ui.texts import TEXTS
from model import geography
from model.geography import COUNTRY_CODES, REGIONS, LatLon
from tests.conftest import ROOT

MAP = ROOT / "assets" / "map"


def test_every_country_has_all_there_is_to_know() -> None:
    rows = geography.countries()
    assert tuple(rows) == COUNTRY_CODES
    assert {row.region for row in rows.values()} == set(REGIONS)
    for language in LANGUAGES:
        names = [country_names.name(code, language) for code in COUNTRY_CODES]
        assert len(set(names)) == 56
        assert all(name and not name.isupper() for name in names)
        assert sorted(country_names.by_name(language)) == sorted(COUNTRY_CODES)


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


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Hung", "HU"), ("Magyar", "HU"), ("hungary", "HU"), ("MAGYARORSZAG", "HU"), ("hu", "HU"),
        ("UK", "GB"), ("England", "GB"), ("egyesult kiralysag", "GB"), ("Britain", "GB"),
        ("USA", "US"), ("America", "US"), ("Egyesült Államok", "US"), ("Holland", "NL"),
        ("Csehország", "CZ"), ("Czech Republic", "CZ"), ("Swaziland", "SZ"), ("korea", "KR"),
        ("UAE", "AE"), ("Hugnary", "HU"), ("Germny", "DE"), ("Nemetorszagg", "DE"), ("grece", "GR"),
        ("new zeland", "NZ"), ("south afr", "ZA"), ("dél-afrika", "ZA"), ("  Új  Zéland ", "NZ"),
        ("Hong Kong", "HK"), ("thialand", "TH"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_search_forgives(typed: str, code: str, language: Language) -> None:
    assert country_names.search(typed, language)[0] == code
    assert country_names.resolve(typed, language) == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_and_code_finds_its_country_first(language: Language) -> None:
    for code in COUNTRY_CODES:
        for text in (code, code.lower(), *(country_names.name(code, lang) for lang in LANGUAGES)):
            assert country_names.search(text, language)[0] == code


@given(st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_search_takes_anything(text: str, language: Language) -> None:
    found = country_names.search(text, language, limit=56)
    assert len(found) == len(set(found)) <= 56
    assert set(found) <= set(COUNTRY_CODES)
    assert country_names.resolve(text, language) in {None, *COUNTRY_CODES}


@pytest.mark.parametrize("value", [None, 5, "", "  ", "hu", "XX", "Atlantis", ["HU"], {"a": 1}])
def test_only_a_code_is_a_country(value: object) -> None:
    assert not geography.is_country(value)


def test_nonsense_finds_nothing() -> None:
    assert country_names.search("qwxyz", "en") == []
    assert country_names.resolve("", "en") is None


# Texts


def test_both_languages_say_the_same_things() -> None:
    fields = {
        language: {
            key: {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for key, text in texts.items()
        }
        for language, texts in TEXTS.items()
    }
    assert set(TEXTS) == set(LANGUAGES)
    assert fields["en"] == fields["hu"]
    assert all(text.strip() for texts in TEXTS.values() for text in texts.values())


def test_texts_speak_of_highlights_not_of_causes() -> None:
    for texts in TEXTS.values():
        said = " ".join(texts.values()).lower()
        assert not re.search(r"\bbecause\b|\bmert\b|\bmivel a\b", said)


def test_every_text_that_the_page_asks_for_exists() -> None:
    static = ROOT / "game" / "ui" / "static"
    asked = set(re.findall(r'data-t(?:-\w+)?="(\w+)"', (static / "page.html").read_text()))
    for script in static.glob("*.js"):
        asked |= set(re.findall(r'G\.(?:text|status)\("(\w+)"', script.read_text()))
    assert len(asked) > 60
    assert asked <= set(TEXTS["en"])


# The map


def test_the_map_shows_each_of_the_56_once() -> None:
    tree = ElementTree.parse(MAP / "world.svg")
    paths = [
        e.get("data-code") for e in tree.iter() if e.tag.endswith("}path") and e.get("data-code")
    ]
    assert sorted(paths) == sorted(COUNTRY_CODES)
    markers = {e.get("data-code") for e in tree.iter() if e.tag.endswith("}circle")}
    assert {"AD", "SG", "HK"} <= markers < set(COUNTRY_CODES)


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


def test_the_page_data_is_json_that_cannot_end_its_script() -> None:
    from game.ui.page import _page_data

    text = _page_data()
    assert "</" not in text
    assert set(json.loads(text)["countries"]) == set(COUNTRY_CODES)
