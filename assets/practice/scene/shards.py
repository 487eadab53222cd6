"""The parquet shards of the practice world: their columns, and writing them.

The first five columns are those of ``stochastic/random_streetview_images_pano_v0.0.2``; ``split``,
``cues`` and ``cue_map`` stand behind them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from model.data.files import replacing

ROWS_A_GROUP = 16
SHARD_BYTES = 9_000_000
ROW_BYTES = 720
"""What text and the file's own tables take a row: 709 over a world of 1,624 rows."""

_HUGGINGFACE = {
    "info": {
        "features": {
            "image": {"_type": "Image"},
            **{
                name: {"dtype": "string", "_type": "Value"}
                for name in ("country_iso_alpha2", "latitude", "longitude", "address", "split")
            },
            "cues": [
                {
                    "name": {"dtype": "string", "_type": "Value"},
                    "value": {"dtype": "string", "_type": "Value"},
                    "label": {"dtype": "uint8", "_type": "Value"},
                }
            ],
            "cue_map": {"_type": "Image"},
        }
    }
}
_PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
SCHEMA = pa.schema(
    [
        ("image", _PICTURE),
        ("country_iso_alpha2", pa.string()),
        ("latitude", pa.string()),
        ("longitude", pa.string()),
        ("address", pa.string()),
        ("split", pa.string()),
        (
            "cues",
            pa.list_(
                pa.struct([("name", pa.string()), ("value", pa.string()), ("label", pa.uint8())])
            ),
        ),
        ("cue_map", _PICTURE),
    ],
    # What the reader of model.data.sources looks for, so that the game says "rendered".
    metadata={"huggingface": json.dumps(_HUGGINGFACE), "geoduel": "rendered"},
)


def row_bytes(row: dict[str, Any]) -> int:
    """About what a row takes in a shard."""
    return len(row["image"]["bytes"]) + len(row["cue_map"]["bytes"]) + ROW_BYTES


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of every shard that :func:`write_shards` wrote into a folder; none if it is new."""
    tables = [pq.read_table(path, schema=SCHEMA) for path in sorted(folder.glob("*.parquet"))]
    return [row for table in tables for row in table.to_pylist()]


def held(table_rows: Iterable[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """How many panoramas of each (country, split) there are: those from index 0 on."""
    return Counter((row["country_iso_alpha2"], row["split"]) for row in table_rows)


def write_shards(table_rows: list[dict[str, Any]], out: Path) -> list[Path]:
    """Shards of even size, each of about ``SHARD_BYTES`` at most, in small row groups."""
    table_rows = [{name: row[name] for name in SCHEMA.names} for row in table_rows]
    total = sum(row_bytes(row) for row in table_rows)
    count = max(1, -(-total // SHARD_BYTES))
    ends = np.cumsum([row_bytes(row) for row in table_rows])
    cuts = np.searchsorted(ends, total * np.arange(1, count) / count)
    parts = [table_rows[a:b] for a, b in pairwise([0, *cuts.tolist(), len(table_rows)])]
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"train-{number:05d}-of-{count:05d}.parquet" for number in range(count)]
    with ExitStack() as unfinished:  # no shard takes its name before all are written
        for part, path in zip(parts, paths, strict=True):
            table = pa.Table.from_pylist(part, schema=SCHEMA)
            temporary = unfinished.enter_context(replacing(path))
            # Pictures and maps are compressed already; only text would gain.
            pq.write_table(table, temporary, row_group_size=ROWS_A_GROUP, compression="NONE")
    for old in set(out.glob("*.parquet")) - set(paths):
        old.unlink()
    return paths
