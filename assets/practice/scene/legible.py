"""How well the cues can be read in the crops that are played.

    python -m assets.practice.scene.legible build/practice

Cuts the crops that the game could deal out of rendered panoramas and says, of each cue, in what
share of the crops it is seen and how high it is in the median, in pixels of a crop 375 high.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from model.cue_table import CUE_LABELS
from model.types import Crop

from .cues import MIN_PIXELS
from .facts import load_countries

CROPS = 16
HEIGHT_PX = 375
SMALL_CUES = ("bollard", "pole", "sign", "shop_text", "plate", "road_line", "fence", "kerb")


def tallest_px(numbers: NDArray[np.uint8], label: int) -> int:
    """Height of the tallest connected patch of a cue in a map [height, width]; 0 if unseen."""
    on = numbers == label
    if on.sum() < MIN_PIXELS:
        return 0
    patches, _ = ndimage.label(on)
    found = ndimage.find_objects(patches)
    return max(int(rows.stop - rows.start) for rows, _ in found)


def read(folder: Path, split: str) -> dict[str, list[int]]:
    """Of each small cue its height in every crop, for the countries that have it."""
    heights: dict[str, list[int]] = {name: [] for name in SMALL_CUES}
    countries = load_countries()
    for path in sorted(folder.glob(f"*/{split}/*.cues.png")):
        country = countries[path.parts[-3]]
        with Image.open(path) as image:
            width_px = round(image.width * HEIGHT_PX / image.height)
            scaled = image.resize((width_px, HEIGHT_PX), Image.Resampling.NEAREST)
        numbers = np.asarray(scaled)
        has_bollards = set(country.bollard) != {"none"}
        for where in np.linspace(0, 1, CROPS):
            left, top, right, bottom = Crop.at(width_px, HEIGHT_PX, float(where)).box
            part = numbers[top:bottom, left:right]
            for name in SMALL_CUES:
                if name != "bollard" or has_bollards:
                    heights[name].append(tallest_px(part, CUE_LABELS[name]))
    return heights


def main() -> int:
    """The command line; 0 on success, 2 on bad input."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("rendered", type=Path, help="where scene.render wrote")
    parser.add_argument("--split", default="test")
    arguments = parser.parse_args()
    heights = read(arguments.rendered, arguments.split)
    if not any(heights.values()):
        print(f"{arguments.rendered}: no cue maps; run scene.render first", file=sys.stderr)
        return 2
    table = {}
    for name, found in heights.items():
        seen = [height for height in found if height]
        table[name] = {
            "crops": round(len(seen) / max(len(found), 1), 3),
            "median_px": float(np.median(seen)) if seen else 0.0,
        }
    print(json.dumps(table, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
