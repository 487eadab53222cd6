"""Shards whose further columns come from others, or were damaged."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from assets.practice.scene.cues import encode_map
from game.games import Games
from model.data.collection import Collection
from model.data.cue_maps import SMALLER, CueMap
from model.data.parquet import ParquetSource
from model.data.trained import Trained
from model.errors import DataError, PictureError
from model.held_out import HeldOut
from model.types import Crop
from tests.conftest import shard
from tests.fakes import FakeOpponent

CUES = [{"name": "pole", "label": 1, "value": "wood"}]
MAP = {"bytes": encode_map(np.ones((64, 300), np.uint8))}


def png(picture: Image.Image) -> dict[str, bytes]:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return {"bytes": stream.getvalue()}


ODD: dict[str, tuple[Any, Any]] = {
    "junk": (CUES, {"bytes": b"junk"}),
    "no bytes": (CUES, {"bytes": None}),
    "grey": (CUES, png(Image.new("L", (300, 64)))),
    "of no size": (CUES, png(Image.new("RGB", (300, 64), (1, 0, SMALLER)))),
    "of too large a size": (CUES, png(Image.new("RGB", (300, 64), (1, 255, SMALLER)))),
    "not in a struct": (CUES, MAP["bytes"]),
    "text": (["pole"], MAP),
    "one text": ("pole", MAP),
    "without a name": ([{"label": 1, "value": "wood"}], MAP),
    "label of a text": ([{"name": "pole", "label": "a", "value": "wood"}], MAP),
    "label beyond a byte": ([{"name": "pole", "label": 300, "value": "wood"}], MAP),
}


def cue_shard(folder: Path, name: str) -> Path:
    cues, cue_map = ODD[name]
    rows = [
        {"latitude": str(10 + i), "split": "test", "cues": cues, "cue_map": cue_map}
        for i in range(6)
    ]
    return shard(folder / "a.parquet", rows)


@pytest.mark.parametrize("name", ODD)
def test_cues_that_are_none_are_named_with_their_row(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = cue_shard(tmp_path, name)
    collection = Collection.open([tmp_path])
    with pytest.raises(PictureError, match=rf"^{file}, row 3: .* cues and cue_map .*; drop both"):
        collection.cues(3)
    source = HeldOut(collection, Trained())
    assert source.worth(3)(Crop(0, 0, 148, 64)) == 0.0
    assert "row 3: the columns cues" in caplog.text
    view = Games(source, FakeOpponent(), rng_seed=1).start("a", "graded")
    assert view.picture is not None, "a bad map costs no more than its cues"


@pytest.mark.parametrize("name", ["text", "one text", "without a name"])
def test_values_of_cues_that_are_none_are_named_with_their_row(name: str, tmp_path: Path) -> None:
    source = ParquetSource([cue_shard(tmp_path, name)])
    with pytest.raises(PictureError, match=r"a\.parquet, row 2: .* cues"):
        source.cue_values(2)


def test_a_cue_that_this_version_does_not_know_is_passed_over(tmp_path: Path) -> None:
    cues = [*CUES, {"name": "milestone", "label": 9, "value": "stone"}]
    source = ParquetSource([shard(tmp_path / "a.parquet", [{"cues": cues, "cue_map": MAP}])])
    found = source.cues(0)
    assert found is not None
    assert found.names == {"pole": 1}
    assert source.cue_values(0) == {"pole": "wood"}


def test_a_map_smaller_than_its_picture_has_no_cue_beyond() -> None:
    cues = CueMap(MAP["bytes"], {"pole": 1})
    crop = Crop(250, 0, 100, 128)
    assert cues.masks(crop)["pole"].shape == (128, 100)
    assert cues.areas(crop) == {"pole": 0.25}
    assert cues.areas(Crop(400, 0, 100, 64)) == {"pole": 0.0}


def test_cues_of_a_shard_that_goes_are_one_line(tmp_path: Path) -> None:
    file = shard(tmp_path / "a.parquet", [{"cues": CUES, "cue_map": MAP}] * 2)
    source = ParquetSource([file])
    file.unlink()
    with pytest.raises(DataError, match=r"a\.parquet: no readable parquet file \("):
        source.cues(0)


def test_text_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    file = shard(tmp_path / "a.parquet", [{}] * 3)
    table = pq.read_table(file)
    latin = pa.array([b"Stra\xdfe"] * 3, pa.binary())
    address = pa.StringArray.from_buffers(3, *latin.buffers()[1:])
    pq.write_table(
        table.set_column(table.schema.get_field_index("address"), "address", address), file
    )
    with pytest.raises(DataError, match=r"a\.parquet: no readable parquet file \(.*utf-8") as error:
        ParquetSource([file])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["country_iso_alpha2", "image", "split", "cues"])
def test_two_columns_of_one_name_are_named(name: str, tmp_path: Path) -> None:
    row = {"split": "test", "cues": CUES, "cue_map": MAP}
    file = shard(tmp_path / "a.parquet", [row] * 3)
    table = pq.read_table(file)
    pq.write_table(table.append_column(name, table[name]), file)
    with pytest.raises(DataError, match=rf"a\.parquet: two columns {name}; drop or rename"):
        ParquetSource([file])
