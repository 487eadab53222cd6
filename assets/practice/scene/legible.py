"""How well the cues can be read in the crops that are played.

    python -m assets.practice.scene.legible assets/practice/data

Deals crops of every panorama of a split, once any crop and once as the game chooses them, and says
of each cue in what share of the crops it is seen and how high it is in the median, in pixels of a
crop 375 high.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from game.rules import dealer
from model.cue_table import CUE_LABELS, CUES
from model.data.collection import Collection
from model.data.cue_maps import FOUND, CueMap, worth
from model.errors import GeoDuelError

from .cues import MIN_PIXELS
from .facts import load_countries

CROPS = 4
"""Crops that are dealt of each panorama."""

HEIGHT_PX = 375
COUNTED = tuple(name for name, cue in CUES.items() if cue.worth > 0)


def tallest_px(labels: NDArray[np.uint8], label: int) -> float:
    """Height of the tallest connected patch of a cue, as if the crop were ``HEIGHT_PX`` high.

    Args:
        labels: uint8 [height, width], of the crop.
        label: of the cue.

    Returns:
        0 where the cue is not seen.
    """
    on = labels == label
    if on.sum() < MIN_PIXELS:
        return 0
    patches, _ = ndimage.label(on)
    found = ndimage.find_objects(patches)
    tallest = max(int(rows.stop - rows.start) for rows, _ in found)
    return float(tallest * HEIGHT_PX / labels.shape[0])


def deal(cues: CueMap, rng: Random, *, chosen: bool) -> dict[str, float]:
    """Height of each counted cue in one crop, in pixels; 0 where it is not seen.

    Args:
        cues: of a panorama.
        rng: decides which crop.
        chosen: whether the crop is chosen as in the game, or is any crop.
    """
    height, width = cues.labels.shape
    rule = (lambda c: worth(cues.areas(c), enough=FOUND)) if chosen else (lambda c: 0.0)
    crop = dealer.crop(width, height, rng, rule)
    left, top, right, bottom = crop.box
    labels = cues.labels[top:bottom, left:right]
    return {name: tallest_px(labels, CUE_LABELS[name]) for name in COUNTED}


def table(collection: Collection, split: str, *, chosen: bool) -> dict[str, object]:
    """What is seen in ``CROPS`` crops of every panorama of a split.

    A bollard counts only in countries that have any.
    """
    countries = load_countries()
    heights: defaultdict[str, list[float]] = defaultdict(list)
    for number in collection.of_split(split):
        cues = collection.cues(number)
        if cues is None:
            continue
        has_bollards = set(countries[collection.places[number].country].bollard) != {"none"}
        rng = Random(number)
        for _ in range(CROPS):
            seen = deal(cues, rng, chosen=chosen)
            heights["any"].append(max(v for n, v in seen.items() if n != "road_surface"))
            for name, height_px in seen.items():
                if name != "bollard" or has_bollards:
                    heights[name].append(height_px)
    return {
        name: {
            "crops": round(float(np.mean(np.array(found) > 0)), 3),
            "median_px": round(float(np.median([h for h in found if h] or [0])), 1),
        }
        for name, found in heights.items()
    }


def main() -> int:
    """The command line; 0 on success, 2 on bad input."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="shards that scene.pack wrote")
    parser.add_argument("--split", default="test")
    arguments = parser.parse_args()
    try:
        collection = Collection.open([arguments.data], copy_rows=False)
    except GeoDuelError as error:
        print(error, file=sys.stderr)
        return 2
    split = arguments.split
    print(json.dumps({
        "any_crop": table(collection, split, chosen=False),
        "as_dealt": table(collection, split, chosen=True),
    }, indent=1))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
