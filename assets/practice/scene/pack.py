"""Pack rendered panoramas into parquet shards that the Hugging Face ``datasets`` library reads.

    python -m assets.practice.scene.pack build/practice assets/practice/data --even --budget-mib 44

The first five columns are those of ``stochastic/random_streetview_images_pano_v0.0.2``; ``split``
and ``cues`` stand behind them. Needs pyarrow and Pillow, not Blender.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sys
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from .chance import PanoramaKey
from .cues import CUE_INDEX, LARGE_CUES, MIN_PIXELS, mask_png
from .facts import Country, TableError, load_countries
from .places import places

ROWS_A_GROUP = 8
SHARD_BYTES = 9_000_000
QUALITIES = (20, 85)
"""What --budget-mib chooses from: below, WebP smears; above, it only grows."""
SAMPLE_EVERY = 12
FEWEST_CUES = 3
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


def cues_of(path: Path, every: bool) -> list[dict[str, Any]]:
    """The cues one can see: name, the country's own value, mask as 1-bit PNG.

    Unless ``every``, the large cues are left out where at least ``FEWEST_CUES`` others remain.
    """
    values: dict[str, str] = json.loads(path.with_suffix(".json").read_text())["cues"]
    with Image.open(path.with_suffix(".cues.png")) as image:
        numbers = np.asarray(image)
    counts = np.bincount(numbers.ravel(), minlength=max(CUE_INDEX.values()) + 1)
    seen = [n for n, i in CUE_INDEX.items() if n in values and counts[i] >= MIN_PIXELS]
    small = [name for name in seen if name not in LARGE_CUES]
    if not every and len(small) >= FEWEST_CUES:
        seen = small
    return [
        {"name": name, "value": values[name], "mask": mask_png(numbers == CUE_INDEX[name])}
        for name in seen
    ]


def level(rendered: dict[PanoramaKey, Path]) -> dict[PanoramaKey, Path]:
    """As many of each split from every country as the country with the fewest has, from 0 on.

    Raises:
        ValueError: some country lacks a split altogether.
    """
    codes = {key.country for key in rendered}
    kept: dict[PanoramaKey, Path] = {}
    for split in ("train", "val", "test"):
        fewest = min(
            next(i for i in count() if PanoramaKey(code, split, i) not in rendered)
            for code in codes
        )
        if not fewest:
            missing = sorted(c for c in codes if PanoramaKey(c, split, 0) not in rendered)
            raise ValueError(f"{' '.join(missing)}: no {split} panorama 0; run scene.render on")
        for code in codes:
            for index in range(fewest):
                key = PanoramaKey(code, split, index)
                kept[key] = rendered[key]
    return kept


def described(
    rendered: dict[PanoramaKey, Path], countries: dict[str, Country], image_format: str
) -> list[dict[str, Any]]:
    """Rows without their pictures, in an order that tells nothing, numbered in that order."""
    points = places(list(rendered), countries)
    order = sorted(rendered, key=lambda key: hashlib.sha256(str(key).encode()).digest())
    ending = "webp" if image_format == "webp" else "jpg"
    return [
        {
            "image": {"bytes": b"", "path": f"{number:05d}.{ending}"},
            "country_iso_alpha2": key.country,
            "latitude": f"{points[key][0]:.5f}",
            "longitude": f"{points[key][1]:.5f}",
            "address": ADDRESS,
            "split": key.split,
            "cues": cues_of(rendered[key], key.split == "test"),
            "source": rendered[key],
        }
        for number, key in enumerate(order)
    ]


def fill(table_rows: list[dict[str, Any]], quality: int, image_format: str) -> int:
    """Encode every picture into its row; returns the size of all rows in bytes."""
    for row in table_rows:
        row["image"]["bytes"] = encode(row["source"], quality, image_format)
    return sum(_size(row) for row in table_rows)


def _expected_bytes(table_rows: list[dict[str, Any]], quality: int, image_format: str) -> float:
    """What ``fill`` would come to, from every twelfth picture of the small and the large ones."""
    total = float(sum(_size(row) - len(row["image"]["bytes"]) for row in table_rows))
    for large in (False, True):
        group = [row for row in table_rows if (row["split"] == "test") == large]
        sample = group[::SAMPLE_EVERY]
        if sample:
            size = sum(len(encode(row["source"], quality, image_format)) for row in sample)
            total += size * len(group) / len(sample)
    return total


def fill_within(table_rows: list[dict[str, Any]], budget: int, image_format: str) -> int:
    """Encode every picture at the best quality that keeps all rows within ``budget`` bytes.

    Returns:
        The quality.

    Raises:
        ValueError: even the lowest quality is too large.
    """
    low, high = QUALITIES
    while low < high:
        middle = (low + high + 1) // 2
        if _expected_bytes(table_rows, middle, image_format) <= budget:
            low = middle
        else:
            high = middle - 1
    # The sample may have erred: what counts is the sum.
    for quality in range(low, QUALITIES[0] - 1, -1):
        if fill(table_rows, quality, image_format) <= budget:
            return quality
    raise ValueError(
        f"--budget-mib: {budget / 2**20:.2f} MiB is too little for {len(table_rows)} panoramas "
        f"even at quality {QUALITIES[0]}; pack fewer or allow more"
    )


def _size(row: dict[str, Any]) -> int:
    return len(row["image"]["bytes"]) + sum(len(cue["mask"]) for cue in row["cues"]) + 400


def write_shards(table_rows: list[dict[str, Any]], out: Path) -> list[Path]:
    """Shards of even size, each below ``SHARD_BYTES``, in small row groups."""
    table_rows = [{name: row[name] for name in SCHEMA.names} for row in table_rows]
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
    parser.add_argument("--budget-mib", type=float, help="choose the quality by this size instead")
    parser.add_argument("--even", action="store_true", help="as many of every country")
    parser.add_argument("--format", choices=("jpeg", "webp"), default="webp")
    parser.add_argument("--countries", nargs="+", help="default: all that are rendered")
    arguments = parser.parse_args()
    try:
        countries = load_countries()
        wanted = arguments.countries or list(countries)
        rendered = find_rendered(arguments.rendered, wanted)
        if not rendered:
            raise ValueError(f"{arguments.rendered}: no rendered panorama; run scene.render first")
        if arguments.even:
            rendered = level(rendered)
        table_rows = described(rendered, countries, arguments.format)
        quality = arguments.quality
        if arguments.budget_mib:
            budget = int(arguments.budget_mib * 2**20)
            quality = fill_within(table_rows, budget, arguments.format)
        else:
            fill(table_rows, quality, arguments.format)
        paths = write_shards(table_rows, arguments.out)
    except (TableError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    pictures = sum(len(row["image"]["bytes"]) for row in table_rows)
    masks = sum(len(cue["mask"]) for row in table_rows for cue in row["cues"])
    total = len(table_rows)
    shards = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in paths)
    print(
        f"{total} panoramas of {len({row['country_iso_alpha2'] for row in table_rows})} countries, "
        f"quality {quality}"
    )
    print(f"{pictures / total:,.0f} bytes a picture, {masks / total:,.0f} bytes of masks; {shards}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
