"""Pack rendered panoramas into parquet shards that the Hugging Face ``datasets`` library reads.

    python -m assets.practice.scene.pack build/practice assets/practice/data

The first five columns are those of ``stochastic/random_streetview_images_pano_v0.0.2``; ``split``
and ``cues`` stand behind them. Needs pyarrow and Pillow, not Blender.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from .chance import PanoramaKey
from .cues import CUE_INDEX, MIN_PIXELS, mask_png
from .facts import Country, TableError, load_countries
from .places import places

ROWS_A_GROUP = 8
SHARD_BYTES = 9_000_000
ADDRESS = "rendered, not a real place"

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
                    "mask": {"dtype": "binary", "_type": "Value"},
                }
            ],
        }
    }
}
SCHEMA = pa.schema(
    [
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("country_iso_alpha2", pa.string()),
        ("latitude", pa.string()),
        ("longitude", pa.string()),
        ("address", pa.string()),
        ("split", pa.string()),
        (
            "cues",
            pa.list_(
                pa.struct([("name", pa.string()), ("value", pa.string()), ("mask", pa.binary())])
            ),
        ),
    ],
    # What the reader of model.data.sources looks for, so that the game says "rendered".
    metadata={"huggingface": json.dumps(_HUGGINGFACE), "geoduel": "rendered"},
)


def find_rendered(folder: Path, countries: Iterable[str]) -> dict[PanoramaKey, Path]:
    """Every whole panorama under ``folder``: picture, cue numbers and notes."""
    found = {}
    for code in countries:
        for split in ("train", "val", "test"):
            for path in sorted((folder / code / split).glob("[0-9]*.png")):
                whole = (
                    path.with_suffix(".json").exists() and path.with_suffix(".cues.png").exists()
                )
                if path.stem.isdigit() and whole:
                    found[PanoramaKey(code, split, int(path.stem))] = path
    return found


def encode(path: Path, quality: int, image_format: str) -> bytes:
    """The picture as JPEG or WebP, from its pixels alone: no metadata goes along."""
    with Image.open(path) as image:
        clean = Image.fromarray(np.asarray(image.convert("RGB")))
    stream = io.BytesIO()
    if image_format == "webp":
        clean.save(stream, "WEBP", quality=quality, method=6)
    else:
        clean.save(stream, "JPEG", quality=quality, optimize=True, progressive=True)
    return stream.getvalue()


def cues_of(path: Path) -> list[dict[str, Any]]:
    """The cues one can see: name, the country's own value, mask as 1-bit PNG."""
    values: dict[str, str] = json.loads(path.with_suffix(".json").read_text())["cues"]
    with Image.open(path.with_suffix(".cues.png")) as image:
        numbers = np.asarray(image)
    cues = []
    for name, number in CUE_INDEX.items():
        mask = numbers == number
        if name in values and mask.sum() >= MIN_PIXELS:
            cues.append({"name": name, "value": values[name], "mask": mask_png(mask)})
    return cues


def rows(
    rendered: dict[PanoramaKey, Path],
    countries: dict[str, Country],
    quality: int,
    image_format: str,
) -> Iterator[dict[str, Any]]:
    """Rows in an order that tells nothing, their pictures numbered in that order."""
    points = places(list(rendered), countries)
    order = sorted(rendered, key=lambda key: hashlib.sha256(str(key).encode()).digest())
    for number, key in enumerate(order):
        path = rendered[key]
        yield {
            "image": {
                "bytes": encode(path, quality, image_format),
                "path": f"{number:05d}.{'webp' if image_format == 'webp' else 'jpg'}",
            },
            "country_iso_alpha2": key.country,
            "latitude": f"{points[key][0]:.5f}",
            "longitude": f"{points[key][1]:.5f}",
            "address": ADDRESS,
            "split": key.split,
            "cues": cues_of(path),
        }


def _size(row: dict[str, Any]) -> int:
    return len(row["image"]["bytes"]) + sum(len(cue["mask"]) for cue in row["cues"]) + 400


def write_shards(table_rows: list[dict[str, Any]], out: Path) -> list[Path]:
    """Shards of even size, each below ``SHARD_BYTES``, in small row groups."""
    total = sum(_size(row) for row in table_rows)
    count = max(1, -(-total // SHARD_BYTES))
    per_shard = -(-len(table_rows) // count)
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.parquet"):
        old.unlink()
    paths = []
    for number in range(count):
        part = table_rows[number * per_shard : (number + 1) * per_shard]
        path = out / f"train-{number:05d}-of-{count:05d}.parquet"
        table = pa.Table.from_pylist(part, schema=SCHEMA)
        # Pictures and masks are compressed already; only text would gain.
        pq.write_table(table, path, row_group_size=ROWS_A_GROUP, compression="NONE")
        paths.append(path)
    return paths


def main() -> int:
    """The command line; 0 on success, 2 on bad input."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("rendered", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--quality", type=int, default=72)
    parser.add_argument("--format", choices=("jpeg", "webp"), default="webp")
    parser.add_argument("--countries", nargs="+", help="default: all that are rendered")
    arguments = parser.parse_args()
    try:
        countries = load_countries()
        wanted = arguments.countries or list(countries)
        rendered = find_rendered(arguments.rendered, wanted)
        if not rendered:
            raise ValueError(f"{arguments.rendered}: no rendered panorama; run scene.render first")
        table_rows = list(rows(rendered, countries, arguments.quality, arguments.format))
        paths = write_shards(table_rows, arguments.out)
    except (TableError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    pictures = sum(len(row["image"]["bytes"]) for row in table_rows)
    masks = sum(len(cue["mask"]) for row in table_rows for cue in row["cues"])
    count = len(table_rows)
    shards = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in paths)
    print(
        f"{count} panoramas of {len({row['country_iso_alpha2'] for row in table_rows})} countries"
    )
    print(f"{pictures / count:,.0f} bytes a picture, {masks / count:,.0f} bytes of masks; {shards}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
