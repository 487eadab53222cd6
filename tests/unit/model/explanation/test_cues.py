"""Cues: shares of a map's energy on masks, the table over a split, and the masks that ship."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assets.practice.scene.cues import encode_map
from model.cue_table import CUES
from model.data.collection import Collection
from model.data.cue_maps import FOUND, PLAIN, CueMap, worth
from model.data.trained import Trained
from model.errors import DataError
from model.evaluation.cue_reliance import (
    CropOverlap,
    cue_baselines,
    overlap_with_cues,
    reliance_document,
    reliance_text,
)
from model.explanation.cue_baseline import CueBaseline, cue_baseline
from model.explanation.cue_overlap import CueShare, most_looked_at, shares
from model.held_out import HeldOut
from model.types import Crop, Heatmap
from tests.conftest import PRACTICE, shard
from tests.unit.model.figures.test_gallery import Pictures

WIDTH, HEIGHT = 200, 40
CROP = Crop(60, 0, 80, HEIGHT)


def heatmap(grid: NDArray[np.float32] | None = None) -> Heatmap:
    grid = np.ones((4, 8), dtype=np.float32) if grid is None else grid
    return Heatmap("HU", grid, (0.0, 0.0, float(grid.shape[1]), float(grid.shape[0])))


def labels(**columns: tuple[int, int]) -> bytes:
    """A map whose cues are upright bars, numbered from 1 on."""
    numbers = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    for label, (left, right) in enumerate(columns.values(), 1):
        numbers[:, left:right] = label
    return encode_map(numbers)


def cue_map(**columns: tuple[int, int]) -> CueMap:
    return CueMap(labels(**columns), {name: i for i, name in enumerate(columns, 1)})


def test_a_mask_is_cut_like_the_picture() -> None:
    on = cue_map(sign=(60, 80)).masks(CROP)["sign"]
    assert on.shape == (HEIGHT, 80)
    assert on[:, :20].all()
    assert not on[:, 20:].any()


def test_a_flat_map_is_at_chance_on_every_cue() -> None:
    found = shares(heatmap(), cue_map(bollard=(60, 80), sign=(100, 160)), CROP)
    assert [cue.ratio for cue in found] == [pytest.approx(1.0)] * 2
    assert {cue.name: cue.area for cue in found} == {"bollard": 0.25, "sign": 0.5}
    assert most_looked_at(found) is None


def test_heat_on_a_cue_counts_and_points() -> None:
    grid = np.zeros((4, 8), dtype=np.float32)
    grid[:, 0] = 1.0
    found = shares(heatmap(grid), cue_map(sign=(100, 140), bollard=(60, 80)), CROP)
    bollard, sign = found
    assert (bollard.name, bollard.pointed) == ("bollard", True)
    assert bollard.energy == pytest.approx(1.0, abs=0.05)
    assert bollard.ratio == pytest.approx(4.0, abs=0.2)
    assert (sign.name, sign.pointed, sign.energy) == ("sign", False, 0.0)
    assert most_looked_at(found) == bollard


def test_a_map_went_by_what_holds_much_of_it() -> None:
    plate, wall = CueShare("plate", 0.002, 0.008, False), CueShare("wall", 0.2, 0.5, True)
    land = CueShare("terrain", 0.6, 0.45, False)
    assert most_looked_at([plate, wall, land]) == wall
    assert most_looked_at([plate, land]) == plate
    assert most_looked_at([land]) is None


def test_what_is_outside_the_crop_or_too_small_or_dark_is_left_out() -> None:
    assert shares(heatmap(), cue_map(sign=(0, 60)), CROP) == []
    dot = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    dot[3, 70] = 1
    assert shares(heatmap(), CueMap(encode_map(dot), {"sign": 1}), CROP) == []
    dark = heatmap(np.zeros((4, 8), np.float32))
    assert shares(dark, cue_map(sign=(60, 80)), CROP) == []


def test_the_table_counts_cues_and_whether_looking_pays() -> None:
    def seen(country: str, right: bool, ratio: float) -> CropOverlap:
        bollard = CueShare("bollard", 0.1, 0.1 * ratio, ratio > 2)
        return CropOverlap(country, right, (bollard, CueShare("terrain", 0.5, 0.5, False)))

    told = {
        "bollard": CueBaseline((("HU", True), ("HU", False), ("PL", True)), 2 / 3),
        "terrain": CueBaseline((("HU", False), ("PL", False)), 0.5),
    }
    document = reliance_document(
        [seen("HU", True, 4.0), seen("HU", True, 2.0), seen("PL", False, 1.0)], told
    )
    assert (document["n"], document["right"]) == (3, 2)
    assert document["most_looked_at"] == {"bollard": 2}
    assert list(document["cues"]) == ["bollard", "terrain"]
    bollard = document["cues"]["bollard"]
    assert bollard["ratio"] == pytest.approx((4 + 2 + 1) / 3)
    assert (bollard["pointing"]["hits"], bollard["n"]) == (1, 3)
    assert (bollard["looked"]["right"], bollard["looked"]["n"]) == (2, 2)
    assert (bollard["not_looked"]["right"], bollard["not_looked"]["n"]) == (0, 1)
    assert (bollard["tells"]["right"], bollard["tells"]["n"]) == (2, 3)
    assert bollard["tells"]["chance"] == pytest.approx(2 / 3)
    hungarian, polish = (document["per_country"][code]["cues"]["bollard"] for code in ("HU", "PL"))
    assert polish["ratio"] == pytest.approx(1.0)
    assert [(cue["tells"]["right"], cue["tells"]["n"]) for cue in (hungarian, polish)] == [
        (1, 2),
        (1, 1),
    ]
    said, _, first, *_, last = reliance_text(document).splitlines()
    assert said == "3 crops, 2 guessed right"
    assert " ".join(first.split()) == "bollard 3 23.3% 10.0% 2.33 33% 2 of 2 0 of 1 2 of 3"
    assert last.startswith("PL: 0 of 1 right; looks at bollard 1.0 x, terrain 1.0 x; should look ")
    assert last.endswith(" at bollard (1 of 1), terrain (0 of 1)")


class Signs(Pictures):
    """A sign reaches into the middle crops of all pictures but the last; a bollard into none."""

    def cue_values(self, number: int) -> dict[str, str]:
        return {"sign": "yellow", "bollard": "white"}

    def cues(self, number: int) -> CueMap | None:
        last = number == len(self.places) - 1
        return None if last else cue_map(sign=(0, 19), bollard=(75, 80))


def test_the_cues_of_middle_crops_lie_under_the_maps_of_guesses() -> None:
    guesses = ("HU", "HU", 200, 9, False), ("HU", "PL", 200, 9, False)
    blank, without_masks = ("HU", "HU", 200, 0, False), ("HU", "HU", 200, 9, False)
    pictures = Signs(*guesses, blank, without_masks)
    found = overlap_with_cues(pictures.predictor(), pictures, "test")  # type: ignore[arg-type]
    assert [(crop.country, crop.right) for crop in found] == [("HU", True), ("HU", False)]
    for crop in found:
        (sign,) = crop.cues
        assert (sign.name, sign.area) == ("sign", pytest.approx(14 / 70))
    with pytest.raises(DataError, match="no place of the split val comes with masks of its cues"):
        overlap_with_cues(pictures.predictor(), pictures, "val")  # type: ignore[arg-type]


def test_a_cue_tells_what_its_values_tell() -> None:
    own = [(country, f"{country} shape") for country in ("HU", "PL", "RO") for _ in range(4)]
    assert all(right for _, right in cue_baseline(own).right), "each country has its own"
    same = [(country, "grey") for country in ("HU", "PL", "RO") for _ in range(4)]
    assert not any(right for _, right in cue_baseline(same).right), (
        "all have the same: nobody is named"
    )
    assert cue_baseline(same).chance == pytest.approx(1 / 3)
    parts = [("HU", "red, low"), ("HU", "red, high"), ("PL", "blue, low"), ("PL", "blue, high")]
    assert all(right for _, right in cue_baseline(parts).right), "one telling part is enough"
    assert cue_baseline([*own, ("JP", "JP shape")]).right[-1] == ("JP", False), (
        "never seen elsewhere"
    )


def test_the_practice_world_says_what_its_cues_are() -> None:
    collection = Collection.open([PRACTICE])
    number = collection.of_split("test")[0]
    values = collection.cue_values(number)
    cues = collection.cues(number)
    assert cues is not None
    assert set(values) == set(cues.names)
    assert all(isinstance(value, str) and value for value in values.values())
    told = cue_baselines(collection)
    share = {name: np.mean([right for _, right in one.right]) for name, one in told.items()}
    assert share["bollard"] > 2 * share["road_surface"], "bollards are a country's own"


def row(i: int) -> dict[str, object]:
    found = [{"name": "sign", "value": "x", "label": 1}] if i % 2 else []
    return {
        "split": "test",
        "cues": found,
        "cue_map": {"bytes": labels(sign=(i, i + 1)), "path": ""},
        "country_iso_alpha2": "KE" if i == 2 else "HU",
    }


def test_cues_come_from_the_right_row(tmp_path: Path, photo_folder: Callable[..., Path]) -> None:
    shard(tmp_path / "with" / "a.parquet", [row(i) for i in range(9)])
    shard(tmp_path / "without" / "a.parquet", [{}])
    folder = photo_folder(Hungary=1)
    collection = Collection.open([tmp_path / "with", tmp_path / "without", folder])
    expected = [i for i in range(9) if i != 2]
    for number, i in enumerate(expected):
        cues = collection.cues(number)
        assert (cues is not None) == bool(i % 2)
        if cues:
            assert set(cues.masks()["sign"].nonzero()[1]) == {i}
    assert [collection.cues(len(expected) + i) for i in range(2)] == [None, None]
    held_out = HeldOut(Collection.open([tmp_path / "with"]), Trained())
    grid = np.zeros((1, 200), dtype=np.float32)
    grid[0, 1:4] = 1.0
    whole = Crop(0, 0, WIDTH, HEIGHT)
    looked = [held_out.looked_at(i, whole, heatmap(grid)) for i in range(len(held_out.places))]
    assert [cue is not None for cue in looked] == [i in (1, 3) for i in expected]

    of_second = held_out.worth(1)
    assert expected[1] == 1
    assert of_second(Crop(0, 0, 10, HEIGHT)) == CUES["sign"].worth
    assert of_second(Crop(10, 0, 10, HEIGHT)) == 0
    assert held_out.worth(0)(whole) == 0, "this row has no cue map"


def test_a_round_decodes_its_cues_once(tmp_path: Path) -> None:
    shard(tmp_path / "a.parquet", [row(i) for i in range(4)])
    collection, decoded = Collection.open([tmp_path]), []
    cues = collection.cues
    collection.cues = lambda index: decoded.append(index) or cues(index)  # type: ignore[method-assign,func-returns-value]
    held_out = HeldOut(collection, Trained())
    whole = Crop(0, 0, WIDTH, HEIGHT)
    held_out.worth(1)(whole)
    for _ in range(4):
        held_out.looked_at(1, whole, heatmap(np.ones((1, 200), dtype=np.float32)))
    assert len(decoded) == 1


def test_a_crop_is_worth_its_cues_and_what_is_everywhere_nothing() -> None:
    assert worth({"vegetation": 0.5, "terrain": 0.3}) == 0
    assert worth({"sign": PLAIN / 2, "pole": PLAIN * 9}) == pytest.approx(2.5 / 2 + 2.0)
    assert worth({"sign": PLAIN}, {"sign": 2}) == pytest.approx(2.5 * 0.4**2)
    assert worth({"sign": FOUND / 2}, enough=FOUND) == pytest.approx(1.25)
    found = cue_map(sign=(60, 80), roof=(0, 100)).areas(CROP)
    assert found == {"sign": 0, "roof": pytest.approx(0.5)}
