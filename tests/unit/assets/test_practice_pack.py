"""The pack that ships: schema, splits, cue maps, and nothing that names a country too soon."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from assets.practice.scene.cues import MIN_PIXELS
from assets.practice.scene.facts import load_countries
from assets.practice.scene.places import distance_km
from model.cue_table import CUE_LABELS
from model.data.cue_maps import CueMap

DATA = Path(__file__).resolve().parents[3] / "assets" / "practice" / "data"
SHARDS = sorted(DATA.glob("*.parquet"))
STRINGS = ("country_iso_alpha2", "latitude", "longitude", "address")
COUNTRIES = load_countries()


def rows(columns: list[str]) -> Iterator[dict[str, Any]]:
    for shard in SHARDS:
        file = pq.ParquetFile(shard)
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group, columns=columns).to_pylist()


def test_shards_are_named_sized_and_cut_for_random_reading() -> None:
    assert SHARDS
    for number, shard in enumerate(SHARDS):
        assert shard.name == f"train-{number:05d}-of-{len(SHARDS):05d}.parquet"
        assert shard.stat().st_size < 10_000_000
        file = pq.ParquetFile(shard)
        assert max(file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)) <= 16
    assert sum(shard.stat().st_size for shard in SHARDS) <= 44 * 2**20


@pytest.mark.parametrize("shard", SHARDS, ids=lambda path: path.name)
def test_the_schema_begins_with_that_of_the_real_data_set(shard: Path) -> None:
    schema = pq.read_schema(shard)
    assert schema.names == ["image", *STRINGS, "split", "cues", "cue_map"]
    for name in ("image", "cue_map"):
        assert schema.field(name).type == pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    assert all(schema.field(name).type == pa.string() for name in (*STRINGS, "split"))
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == features["cue_map"] == {"_type": "Image"}
    assert list(features) == schema.names


def test_every_country_has_all_three_splits_alike() -> None:
    counts = Counter((row["country_iso_alpha2"], row["split"]) for row in rows([*STRINGS, "split"]))
    codes = {code for code, _ in counts}
    assert len(codes) >= 3
    assert codes <= set(COUNTRIES)
    for split in ("train", "val", "test"):
        assert len({counts[code, split] for code in codes}) == 1
        assert all(counts[code, split] for code in codes)


def test_places_are_in_their_country_and_splits_are_apart() -> None:
    points: dict[str, list[tuple[float, float]]] = {"train": [], "val": [], "test": []}
    for row in rows([*STRINGS, "split"]):
        point = float(row["latitude"]), float(row["longitude"])
        boxes = COUNTRIES[row["country_iso_alpha2"]].boxes
        assert any(s <= point[0] <= n and w <= point[1] <= e for s, n, w, e in boxes)
        assert "rendered" in row["address"]
        points[row["split"]].append(point)
    for split, others in (("test", ("train", "val")), ("val", ("train",))):
        for point in points[split]:
            for other in others:
                assert all(distance_km(point, far) > 1.0 for far in points[other])


def test_pictures_are_clean_and_their_names_tell_nothing() -> None:
    names = set()
    for row in rows(["image", "split"]):
        path, data = row["image"]["path"], row["image"]["bytes"]
        assert re.fullmatch(r"\d{5}\.webp", path)
        names.add(path)
        for marker in (b"Exif", b"http", b"XMP ", b"Blender", b"render"):
            assert marker not in data
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == "WEBP"
            assert not {"exif", "xmp", "comment", "icc_profile"} & set(image.info)
            assert image.width / image.height == pytest.approx(360 / 66, rel=0.01)
            assert image.height >= (528 if row["split"] == "test" else 256)
    assert len(names) == sum(1 for _ in rows(["split"]))


def test_the_order_tells_nothing() -> None:
    codes = [row["country_iso_alpha2"] for row in rows(["country_iso_alpha2"])]
    same = sum(a == b for a, b in pairwise(codes)) / (len(codes) - 1)
    assert same < 3 / len(set(codes))


def test_cue_maps_fit_their_pictures_and_hold_what_is_listed() -> None:
    for number, row in enumerate(rows(["image", "cues", "cue_map"])):
        labels = {cue["name"]: cue["label"] for cue in row["cues"]}
        assert len(labels) == len(row["cues"]) >= 3
        assert all(CUE_LABELS[name] == label for name, label in labels.items())
        assert all(cue["value"] for cue in row["cues"])
        assert row["cue_map"]["path"] == row["image"]["path"].replace(".webp", ".cues.webp")
        if number % 5:
            continue  # decoding every map takes long; a fifth of the panoramas stands for all
        cues = CueMap(row["cue_map"]["bytes"], labels)
        with Image.open(io.BytesIO(row["image"]["bytes"])) as image:
            assert cues.labels.shape == (image.height, image.width)
        assert all(mask.sum() >= MIN_PIXELS for mask in cues.masks().values())
        assert set(np.unique(cues.labels)) - {0} == set(labels.values())
