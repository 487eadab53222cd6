from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.geography import COUNTRY_CODES, REGION_OF, REGIONS, SUBREGIONS, LatLon
from model.types import CROP_ASPECT, Crop, Heatmap, Prediction


def test_there_are_56_sorted_codes() -> None:
    assert len(set(COUNTRY_CODES)) == 56
    assert list(COUNTRY_CODES) == sorted(COUNTRY_CODES)


def test_every_country_lies_in_one_subregion() -> None:
    members = [country for subregion in SUBREGIONS for country in subregion.countries]
    assert sorted(members) == list(COUNTRY_CODES)
    assert tuple(dict.fromkeys(subregion.region for subregion in SUBREGIONS)) == REGIONS
    assert REGION_OF["RU"] == "europe"
    assert REGION_OF["MX"] == "north_america"


def test_distance_budapest_vienna() -> None:
    # 214 km by the haversine formula of the movable-type calculator on a 6371 km sphere.
    budapest, vienna = LatLon(47.4979, 19.0402), LatLon(48.2082, 16.3738)
    assert budapest.distance_km(vienna) == pytest.approx(213.5, abs=1.5)


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_distance_is_symmetric_and_within_half_the_globe(
    lat_a: float, lon_a: float, lat_b: float, lon_b: float
) -> None:
    a, b = LatLon(lat_a, lon_a), LatLon(lat_b, lon_b)
    assert 0 <= a.distance_km(b) <= 20016
    assert a.distance_km(b) == pytest.approx(b.distance_km(a), abs=1e-6)
    assert a.distance_km(a) == 0


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (0, 181), (float("nan"), 0), (float("inf"), 0)])
def test_impossible_coordinates_are_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="no latitude"):
        LatLon(lat, lon)


@given(st.integers(1, 4000), st.integers(1, 2000), st.floats(0, 1))
def test_a_crop_lies_in_its_picture_and_has_the_aspect(w: int, h: int, where: float) -> None:
    crop = Crop.at(w, h, where)
    left, top, right, bottom = crop.box
    assert 0 <= left < right <= w
    assert (top, bottom) == (0, h)
    assert crop.width_px == min(w, round(h * CROP_ASPECT))


def test_crops_of_the_data_sets() -> None:
    assert Crop.at(3050, 561, 0).box == (0, 0, 1302, 561)
    assert Crop.at(3050, 561, 1).box == (1748, 0, 3050, 561)
    assert Crop.at(1536, 662, 0.3).box == (0, 0, 1536, 662)
    assert Crop.at(435, 416, 0.7).box == (0, 0, 435, 416)


def test_a_prediction_ranks_its_countries() -> None:
    p = [0.0] * 56
    p[COUNTRY_CODES.index("HU")], p[COUNTRY_CODES.index("RO")] = 0.6, 0.4
    prediction = Prediction(tuple(p))
    assert prediction.country == "HU"
    assert prediction.top(2) == (("HU", 0.6), ("RO", 0.4))
    assert prediction.of("RO") == 0.4
    with pytest.raises(ValueError, match="56"):
        Prediction((1.0,))


def test_what_is_shared_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Crop(0, 0, 1, 1).left_px = 3  # type: ignore[misc]


def test_a_heatmap_is_laid_over_its_picture_through_the_letterbox() -> None:
    grid = np.zeros((4, 6), np.float32)
    grid[:, 1] = 1  # the leftmost column of cells that lies on the picture
    laid = Heatmap("HU", grid, (1, 0, 5, 4)).over(400, 400)
    assert laid.shape == (400, 400)
    hottest = laid[200].argmax()
    assert hottest <= 50
    assert laid[200, 399] == 0


def test_an_all_zero_map_is_blank_and_stays_zero() -> None:
    blank = Heatmap("HU", np.zeros((3, 3), np.float32), (0, 0, 3, 3))
    assert blank.blank
    assert blank.over(10, 10).max() == 0
