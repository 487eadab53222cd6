"""The whole way on real Street View photographs: data, split, checkpoint, explanation."""

from __future__ import annotations

import csv
import itertools
import json
from collections import defaultdict
from pathlib import Path

import pytest

from model.checkpoint import DEFAULT_CHECKPOINT, load
from model.data.collection import Collection, HeldOut, digest
from model.types import Crop
from tests.unit.test_cli import call, json_of

pytestmark = pytest.mark.streetview


@pytest.fixture(scope="module")
def collection(streetview: Path) -> Collection:
    return Collection.open([streetview])


def test_everything_usable_is_found(collection: Collection) -> None:
    sources = [p.source for p in collection.places]
    assert sources.count("parquet") == 1018
    assert sources.count("photos") == 4078
    assert collection.skipped == {"other_country": 204}


def test_panoramas_and_photos_are_cropped_as_they_should(collection: Collection) -> None:
    first = {p.source: i for i, p in reversed(list(enumerate(collection.places)))}
    panorama = collection.picture(first["parquet"])
    assert panorama.size == (1740, 416)
    assert Crop.at(*panorama.size, 1).box == (775, 0, 1740, 416)
    photo = collection.picture(first["photos"])
    assert Crop.at(*photo.size, 0.5).box == (0, 0, *photo.size)


def test_known_near_duplicates_share_a_split(collection: Collection, streetview: Path) -> None:
    split_of = {
        "/".join(Path(collection.name(i)).parts[-2:]): split
        for i, split in enumerate(collection.splits)
    }
    groups = defaultdict(set)
    with (streetview / "near_duplicates.csv").open() as lines:
        for row in csv.DictReader(lines):
            if row["file"] in split_of:
                groups[row["group"]].add(split_of[row["file"]])
    assert len(groups) > 100
    assert all(len(splits) == 1 for splits in groups.values())


def test_panoramas_of_different_splits_are_a_kilometre_apart(collection: Collection) -> None:
    located = [
        (p.location, s)
        for p, s in zip(collection.places, collection.splits, strict=True)
        if p.location
    ]
    assert len(located) > 900
    for (a, split_a), (b, split_b) in itertools.combinations(located, 2):
        if split_a != split_b:
            assert a.distance_km(b) > 1


def test_the_game_deals_nothing_that_the_net_trained_on(streetview: Path) -> None:
    trained = load(DEFAULT_CHECKPOINT).trained
    held_out = HeldOut(Collection.open([streetview / "parquet"]), trained)
    assert len(held_out.places) >= 100
    collection = Collection.open([streetview])
    seen = {digest(collection.read(i)) for i in collection.of_split("train")}
    assert len(seen & trained.digests) == len(seen)
    for index, place in enumerate(held_out.places):
        assert held_out.picture(index).size == (1740, 416)
        assert place.location
        assert all(place.location.distance_km(p) > 1 for p in trained.locations)


def test_the_checkpoint_is_as_good_as_its_card_says(streetview: Path) -> None:
    document = json_of(
        call(
            "-m", "model.evaluate", "--data", streetview, "--split", "test", "--json", "-",
        )
    )  # fmt: skip
    # A little below the figures of MODEL_CARD.md, so that another CPU's rounding does not matter.
    assert document["n"] > 700
    assert document["top1"] >= 0.34
    assert document["macro_recall"] >= 0.20
    assert document["top5"] >= 0.66
    assert document["trained_on"] == 0
    assert set(document["per_source"]) == {"parquet", "photos"}


def test_a_real_photograph_is_explained(streetview: Path, tmp_path: Path) -> None:
    photo = min((streetview / "compressed_dataset" / "Japan").glob("*.jpg"))
    out = tmp_path / "overlay.png"
    result = call("-m", "model.explain", photo, "--target", "JP", "--out", out, "--json", "-")
    document = json.loads(result.stdout)
    assert result.returncode == 0
    assert document["target"] == "JP"
    assert not document["blank"]
    assert out.stat().st_size > 10_000
