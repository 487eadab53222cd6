"""Pack rendered panoramas into parquet shards that the Hugging Face ``datasets`` library reads.

    python -m assets.practice.scene.pack build/practice assets/practice/data --even --budget-mib 44

Needs pyarrow and Pillow, not Blender.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import os
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from model.cue_table import BROAD_CUES, CUE_LABELS

from .cues import MIN_PIXELS, encode_map, halved
from .facts import Country, TableError, load_countries
from .keys import PanoramaKey
from .places import places
from .shards import held, read_rows, row_bytes, write_shards

QUALITIES = (15, 75)
"""What --budget-mib chooses from, for train and val: below, WebP smears; above, it only grows."""
TEST_LEAD = 20
"""How much better test pictures are kept, for those are played: grass and walls smear first."""
SAMPLE_EVERY = 12
FEWEST_CUES = 3
HALVED_FROM_PX = 2000
ADDRESS = "rendered, not a real place"


def find_rendered(
    folder: Path, countries: Iterable[str], train_max: float = math.inf
) -> dict[PanoramaKey, Path]:
    """Every whole panorama under ``folder``: picture, cue numbers and notes.

    Args:
        folder: where ``scene.render`` wrote.
        countries: which to look for.
        train_max: of the train panoramas of a country, only so many, from 0 on.
    """
    found = {}
    for code in countries:
        for split in ("train", "val", "test"):
            limit = train_max if split == "train" else math.inf
            for path in sorted((folder / code / split).glob("[0-9]*.png")):
                whole = (
                    path.with_suffix(".json").exists() and path.with_suffix(".cues.png").exists()
                )
                if path.stem.isdigit() and whole and int(path.stem) < limit:
                    found[PanoramaKey(code, split, int(path.stem))] = path
    return found


def encode(path: Path, quality: int) -> bytes:
    """The picture as WebP, from its pixels alone: no metadata goes along."""
    with Image.open(path) as image:
        clean = Image.fromarray(np.asarray(image.convert("RGB")))
    stream = io.BytesIO()
    clean.save(stream, "WEBP", quality=quality, method=6)
    return stream.getvalue()


def cues_of(path: Path, every: bool) -> tuple[list[dict[str, Any]], bytes]:
    """The cues one can see, as name, the country's own value and label; and the map of labels.

    Unless ``every``, the large cues are left out where at least ``FEWEST_CUES`` others remain.
    What is left out has the label 0 in the map, as everything that is no cue.
    """
    values: dict[str, str] = json.loads(path.with_suffix(".json").read_text())["cues"]
    with Image.open(path.with_suffix(".cues.png")) as image:
        numbers = np.asarray(image)
    # Maps of the large pictures are kept at half their size: a cell of a heat map is far larger.
    factor = 2 if every and numbers.shape[1] >= HALVED_FROM_PX else 1
    if factor > 1:
        numbers = halved(numbers)
    counts = np.bincount(numbers.ravel(), minlength=max(CUE_LABELS.values()) + 1)
    seen = [n for n, i in CUE_LABELS.items() if n in values and counts[i] >= MIN_PIXELS]
    small = [name for name in seen if name not in BROAD_CUES]
    if not every and len(small) >= FEWEST_CUES:
        seen = small
    listed = [{"name": n, "value": values[n], "label": CUE_LABELS[n]} for n in seen]
    shown = np.isin(numbers, [CUE_LABELS[name] for name in seen])
    return listed, encode_map(np.where(shown, numbers, 0).astype(np.uint8), factor)


def level(
    rendered: dict[PanoramaKey, Path], packed: Counter[tuple[str, str]]
) -> dict[PanoramaKey, Path]:
    """As many of each split from every country as the country with the fewest has, from 0 on.

    Args:
        rendered: where the pictures are.
        packed: how many of each (country, split) are packed already, and count as there.

    Raises:
        ValueError: some country lacks a split altogether.
    """
    codes = {key.country for key in rendered} | {code for code, _ in packed}
    kept: dict[PanoramaKey, Path] = {}
    for split in ("train", "val", "test"):
        first = {code: packed[code, split] for code in codes}
        there = {
            code: next(i for i in count(first[code]) if PanoramaKey(code, split, i) not in rendered)
            for code in codes
        }
        fewest = min(there.values())
        if not fewest:
            missing = sorted(code for code in codes if not there[code])
            raise ValueError(f"{' '.join(missing)}: no {split} panorama 0; run scene.render on")
        for code in codes:
            for index in range(first[code], fewest):
                key = PanoramaKey(code, split, index)
                kept[key] = rendered[key]
    return kept


def described(
    rendered: dict[PanoramaKey, Path],
    countries: dict[str, Country],
    packed: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Rows without their pictures; their places keep away from those that are packed.

    One that is packed already stays where it is.
    """
    there = held(packed)
    beyond = [key for key in rendered if key.index >= there[key.country, key.split]]
    taken = [(float(row["latitude"]), float(row["longitude"])) for row in packed]
    points = places(beyond, countries, taken)
    if len(beyond) < len(rendered):
        for key, row in keyed(packed, countries).items():
            points[key] = float(row["latitude"]), float(row["longitude"])
    table_rows = []
    for key, path in rendered.items():
        cues, cue_map = cues_of(path, key.split == "test")
        row = {
            "image": {"bytes": b"", "path": ""},
            "country_iso_alpha2": key.country,
            "latitude": f"{points[key][0]:.5f}",
            "longitude": f"{points[key][1]:.5f}",
            "address": ADDRESS,
            "split": key.split,
            "cues": cues,
            "cue_map": {"bytes": cue_map, "path": ""},
            "source": path,
        }
        table_rows.append(row)
    return table_rows


def numbered(table_rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows in an order that tells nothing, their pictures named by number in that order."""
    ordered = sorted(table_rows, key=lambda row: hashlib.sha256(row["image"]["bytes"]).digest())
    for number, row in enumerate(ordered):
        row["image"]["path"] = f"{number:05d}.webp"
        row["cue_map"]["path"] = f"{number:05d}.cues.webp"
    return ordered


def place_of(row: dict[str, Any]) -> tuple[str, str, str]:
    """What tells a packed row from all others."""
    return row["country_iso_alpha2"], row["latitude"], row["longitude"]


def keyed(
    packed: list[dict[str, Any]], countries: dict[str, Country]
) -> dict[PanoramaKey, dict[str, Any]]:
    """The rows that are packed by their keys, which their places tell.

    Raises:
        ValueError: a row lies elsewhere, so that its key cannot be told.
    """
    keys = [PanoramaKey(*of, index) for of, n in held(packed).items() for index in range(n)]
    at = {place_of(row): row for row in packed}
    points = places(keys, countries)
    try:
        return {k: at[k.country, f"{points[k][0]:.5f}", f"{points[k][1]:.5f}"] for k in keys}
    except KeyError as error:
        raise ValueError(
            f"--replace: no panorama lies at {error}: packed with another table; pack all anew"
        ) from None


def replaced(
    packed: list[dict[str, Any]], table_rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The packed rows, with new pictures, cues and maps where there are such, at their places."""
    anew = {place_of(row): row for row in table_rows}
    return [anew.get(place_of(row), row) for row in packed]


def _encode_all(table_rows: list[dict[str, Any]], quality: int) -> list[bytes]:
    """Pictures as they are packed when those to learn from have this quality."""
    sources = [row["source"] for row in table_rows]
    qualities = [quality + TEST_LEAD * (row["split"] == "test") for row in table_rows]
    # WebP's encoder lets go of the GIL.
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(pool.map(encode, sources, qualities))


def fill(table_rows: list[dict[str, Any]], quality: int) -> int:
    """Encode every picture into its row; returns the size of all rows in bytes."""
    for row, data in zip(table_rows, _encode_all(table_rows, quality), strict=True):
        row["image"]["bytes"] = data
    return sum(row_bytes(row) for row in table_rows)


def _expected_bytes(table_rows: list[dict[str, Any]], quality: int) -> float:
    """What ``fill`` would come to, from every twelfth picture of the small and the large ones."""
    total = float(sum(row_bytes(row) - len(row["image"]["bytes"]) for row in table_rows))
    for large in (False, True):
        group = [row for row in table_rows if (row["split"] == "test") == large]
        sample = group[::SAMPLE_EVERY]
        if sample:
            size = sum(map(len, _encode_all(sample, quality)))
            total += size * len(group) / len(sample)
    return total


def fill_within(table_rows: list[dict[str, Any]], budget: int) -> int:
    """Encode every picture at the best quality that keeps all rows within ``budget`` bytes.

    Returns:
        The quality of those to learn from; test pictures are ``TEST_LEAD`` above it.

    Raises:
        ValueError: even the lowest quality is too large.
    """
    low, high = QUALITIES
    while low < high:
        middle = (low + high + 1) // 2
        if _expected_bytes(table_rows, middle) <= budget:
            low = middle
        else:
            high = middle - 1
    # The sample may have erred: what counts is the sum.
    for quality in range(low, QUALITIES[0] - 1, -1):
        if fill(table_rows, quality) <= budget:
            return quality
    raise ValueError(
        f"--budget-mib: {budget / 2**20:.2f} MiB is too little for {len(table_rows)} panoramas "
        f"even at quality {QUALITIES[0]}; pack fewer or allow more"
    )


def main() -> int:
    """The command line; 0 on success, 2 on bad input."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("rendered", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--quality",
        type=int,
        default=50,
        help=f"of train and val pictures, 1 to {100 - TEST_LEAD}; test ones get {TEST_LEAD} more",
    )
    parser.add_argument("--budget-mib", type=float, help="choose the quality by this size instead")
    parser.add_argument("--even", action="store_true", help="as many of every country")
    parser.add_argument(
        "--train", type=int, default=math.inf, help="no more train panoramas of any country"
    )
    parser.add_argument("--countries", nargs="+", help="default: all that are rendered")
    parser.add_argument(
        "--add",
        action="store_true",
        help="keep what OUT holds as it is; pack what is rendered beyond it",
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="keep what OUT holds, but for what is rendered anew of it; add nothing",
    )
    arguments = parser.parse_args()
    try:
        if arguments.replace and (arguments.add or arguments.even or arguments.budget_mib):
            raise ValueError("--replace goes with --quality only")
        countries = load_countries()
        wanted = arguments.countries or list(countries)
        rendered = find_rendered(arguments.rendered, wanted, arguments.train)
        if not rendered:
            raise ValueError(f"{arguments.rendered}: no rendered panorama; run scene.render first")
        packed = read_rows(arguments.out) if arguments.add or arguments.replace else []
        there = held(packed)
        rendered = {
            key: path
            for key, path in rendered.items()
            if (key.index < there[key.country, key.split]) == arguments.replace
        }
        if arguments.even:
            rendered = level(rendered, there)
        table_rows = described(rendered, countries, packed)
        quality = arguments.quality
        if arguments.budget_mib:
            budget = int(arguments.budget_mib * 2**20) - sum(map(row_bytes, packed))
            quality = fill_within(table_rows, budget)
        else:
            fill(table_rows, quality)
        packed = replaced(packed, table_rows) if arguments.replace else packed + table_rows
        table_rows = numbered(packed)
        paths = write_shards(table_rows, arguments.out)
    except (TableError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    pictures = sum(len(row["image"]["bytes"]) for row in table_rows)
    maps = sum(len(row["cue_map"]["bytes"]) for row in table_rows)
    total = len(table_rows)
    shards = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in paths)
    print(
        f"{total} panoramas of {len({row['country_iso_alpha2'] for row in table_rows})} countries, "
        f"quality {quality}, of test pictures {quality + TEST_LEAD}"
    )
    print(f"{pictures / total:,.0f} bytes a picture, {maps / total:,.0f} a cue map; {shards}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
