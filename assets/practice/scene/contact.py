"""A contact sheet of the pack: one or more panoramas of each country, each with its code.

python -m assets.practice.scene.contact assets/practice/data assets/figures/practice-contact.jpg
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image, ImageDraw

from model.data.files import replacing

from .lettering import font

LABEL_PX = 46


def pictures(folder: Path, split: str, each: int) -> dict[str, list[bytes]]:
    """The first ``each`` encoded panoramas of every country in a split, by code."""
    found: dict[str, list[bytes]] = {}
    for shard in sorted(folder.glob("*.parquet")):
        table = pq.read_table(shard, columns=["image", "country_iso_alpha2", "split"])
        for row in table.to_pylist():
            kept = found.setdefault(row["country_iso_alpha2"], [])
            if row["split"] == split and len(kept) < each:
                kept.append(row["image"]["bytes"])
    return dict(sorted(found.items()))


def sheet(found: dict[str, list[bytes]], width_px: int, columns: int) -> Image.Image:
    """The panoramas in columns, ``width_px`` wide each."""
    height_px = round(width_px * 66 / 360)
    cells = [(code, data) for code, group in found.items() for data in group]
    rows = -(-len(cells) // columns)
    result = Image.new("RGB", (columns * (width_px + LABEL_PX), rows * (height_px + 4)), "#ffffff")
    draw = ImageDraw.Draw(result)
    for number, (code, data) in enumerate(cells):
        left = number // rows * (width_px + LABEL_PX)
        top = number % rows * (height_px + 4)
        with Image.open(io.BytesIO(data)) as image:
            small = image.convert("RGB").resize((width_px, height_px), Image.Resampling.LANCZOS)
        result.paste(small, (left + LABEL_PX, top))
        middle = (left + LABEL_PX / 2, top + height_px / 2)
        draw.text(middle, code, font=font("latin", 22), fill="#222222", anchor="mm")
    return result


def main() -> int:
    """The command line; 0 on success, 2 on bad input."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", default="test", choices=("train", "val", "test"))
    parser.add_argument("--each", type=int, default=2, help="panoramas of each country")
    parser.add_argument("--width", type=int, default=760, help="of a panorama, in pixels")
    parser.add_argument("--columns", type=int, default=2)
    parser.add_argument("--quality", type=int, default=80)
    arguments = parser.parse_args()
    found = pictures(arguments.data, arguments.split, arguments.each)
    if not found:
        print(f"{arguments.data}: no parquet shard; run scene.pack first", file=sys.stderr)
        return 2
    result = sheet(found, arguments.width, arguments.columns)
    try:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        with replacing(arguments.out) as temporary:
            result.save(temporary, "JPEG", quality=arguments.quality, optimize=True)
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
