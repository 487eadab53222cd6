"""Where did the net look? A heat map over a street photo, and how faithful it is.

usage::

    python -m model.explain PHOTO [--target HU|predicted] [--contrast RO] [--checkpoint DIR]
                            [--mask-boxes X0,Y0,X1,Y1 ...] --out OVERLAY.png [--json -]

``--mask-boxes`` is for screenshots: boxes of the interface, in fractions of the picture's width and
height. They are greyed out before the net looks, and ``boxes`` in the document says which share of
the map's energy lay inside them before that.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model import cli
from model.checkpoint import load
from model.data.pictures import read_picture
from model.data.preprocessing import PADDING
from model.errors import ConfigError
from model.explanation.occlusion import Occlusion, measure, occlude
from model.geography import COUNTRY_INDEX
from model.predictor import Predictor
from model.types import Heatmap

COLOURS = "inferno"
"""A perceptually uniform colour map, dark to bright."""

OPACITY = 0.65

Box = tuple[float, float, float, float]

REGIONS = 10
"""How many random regions the covered one is compared with."""


def overlay(picture: Image.Image, heatmap: Heatmap, opacity: float = OPACITY) -> Image.Image:
    """Lay a map over its picture.

    Args:
        picture: the RGB picture that was explained.
        heatmap: its map; a blank one leaves the picture as it is.
        opacity: of the hottest spot, in [0, 1]; elsewhere in proportion to the heat.
    """
    if heatmap.blank:
        return picture.copy()
    heat = np.clip(heatmap.over(*picture.size) / heatmap.peak, 0, 1)
    # In bytes: a large photo as floats of several channels would take gigabytes.
    colours = Image.fromarray(mpl.colormaps[COLOURS](heat, bytes=True)[:, :, :3])
    alpha = Image.fromarray((255 * opacity * heat).round().astype(np.uint8))
    return Image.composite(colours, picture, alpha)


def parse_box(text: str) -> Box:
    """Read ``x0,y0,x1,y1``.

    Raises:
        ConfigError: these are not four numbers with 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1.
    """
    try:
        x0, y0, x1, y1 = map(float, text.split(","))
    except ValueError:
        x0 = y0 = x1 = y1 = -1.0
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise ConfigError(
            f"--mask-boxes {text}: give left,top,right,bottom as fractions of the picture, "
            "such as 0,0.9,0.3,1"
        )
    return x0, y0, x1, y1


def _pixels(boxes: Sequence[Box], width: int, height: int) -> NDArray[np.bool_]:
    """Which pixels lie in one of the boxes: bool [height, width]."""
    inside = np.zeros((height, width), dtype=bool)
    for x0, y0, x1, y1 in boxes:
        rows = slice(round(y0 * height), max(round(y0 * height) + 1, round(y1 * height)))
        inside[rows, round(x0 * width) : max(round(x0 * width) + 1, round(x1 * width))] = True
    return inside


def share_inside(heatmap: Heatmap, boxes: Sequence[Box]) -> tuple[float, float]:
    """The share of a map's energy in boxes of its picture, and their share of its area.

    Chance is where both are equal. A blank map has no energy anywhere: 0.
    """
    size = 1000, 500  # of a canvas that is fine enough for any box
    inside = _pixels(boxes, *size)
    heat = heatmap.over(*size).clip(min=0).astype(float)
    return float(heat[inside].sum() / max(heat.sum(), 1e-12)), float(inside.mean())


def mask_boxes(picture: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """The picture with its boxes in the grey of the letterbox, which tells the net nothing."""
    pixels = np.asarray(picture).copy()
    pixels[_pixels(boxes, *picture.size)] = PADDING
    return Image.fromarray(pixels)


def _country(option: str, text: str) -> str:
    if text.upper() not in COUNTRY_INDEX:
        raise ConfigError(f"{option} {text}: no code of the 56 countries; give one like HU")
    return text.upper()


def explain(
    predictor: Predictor,
    picture: Image.Image,
    target: str = "predicted",
    *,
    contrast: str | None = None,
    boxes: Sequence[Box] = (),
) -> tuple[dict[str, Any], Heatmap]:
    """Explain one picture.

    Args:
        predictor: the net.
        picture: RGB, any size.
        target: one of the 56 codes, or ``predicted``.
        contrast: show what speaks for the target rather than for this country.
        boxes: of an interface, (left, top, right, bottom) in fractions of the picture; grey them.

    Returns:
        The document that ``--json`` prints, and the map.

    Raises:
        ConfigError: an unknown target or contrast, or one equal to the other.
    """
    inside = None
    if boxes:
        seen = predictor.analyse(picture)
        country = seen.prediction.country if target == "predicted" else _country("--target", target)
        energy, area = share_inside(seen.heatmap(country), boxes)
        inside = {"energy": energy, "area": area}
        picture = mask_boxes(picture, boxes)
    look = predictor.analyse(picture)
    country = look.prediction.country if target == "predicted" else _country("--target", target)
    other = None if contrast is None else _country("--contrast", contrast)
    if other == country:
        raise ConfigError(f"--contrast {contrast}: is the target itself; give another country")
    heatmap = look.heatmap(country) if other is None else look.contrast(country, other)
    faithfulness = covering = None
    if not heatmap.blank:
        pixels, _ = predictor.checkpoint.preprocessing(picture)
        faithfulness = asdict(measure(predictor.checkpoint, pixels, heatmap))
        before = look.prediction.of(country)
        covering = occlude(predictor.checkpoint, pixels, heatmap, before=before, regions=REGIONS)
    document = {
        "target": country,
        "contrast": other,
        "boxes": inside,
        "probability": look.prediction.of(country),
        "blank": heatmap.blank,
        "faithfulness": faithfulness,
        "covering": covering and _covering(covering),
        "grid": np.round(heatmap.grid.astype(float), 5).tolist(),
        "content": [round(edge, 4) for edge in heatmap.content],
    }
    return document, heatmap


def _covering(covering: Occlusion) -> dict[str, Any]:
    low, high = covering.random_interval
    return {
        "share": covering.share,
        "before": covering.before,
        "after": covering.after,
        "random_mean": covering.random_mean,
        "random_low": low,
        "random_high": high,
    }


def _text(document: dict[str, Any], out: Path) -> str:
    said = f"{document['target']} {document['probability']:.1%}"
    if document["contrast"]:
        said += f" rather than {document['contrast']}"
    if document["boxes"]:
        inside = document["boxes"]
        said += f"; {inside['energy']:.1%} of the energy was in boxes of {inside['area']:.1%}"
    if document["blank"]:
        return f"{said}: blank, nothing in the picture speaks for it; {out}"
    measured, covered = document["faithfulness"], document["covering"]
    return (
        f"{said}: {out}\n"
        f"covering the hottest {covered['share']:.0%} takes it to {covered['after']:.1%}; random "
        f"regions of the same size, to {covered['random_mean']:.1%} "
        f"[{covered['random_low']:.1%}, {covered['random_high']:.1%}]\n"
        f"deletion AUC {measured['deletion_auc']:.3f}, "
        f"random regions {measured['random_auc']:.3f} (lower than random is faithful)\n"
        f"insertion AUC {measured['insertion_auc']:.3f}, "
        f"random regions {measured['random_insertion_auc']:.3f} (higher than random is faithful)"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.explain",
        description="Lay over a street photo where the net looked, and measure how faithful it is.",
    )
    parser.add_argument("photo", type=Path, metavar="PHOTO", help="a street photo")
    parser.add_argument(
        "--target",
        default="predicted",
        metavar="CODE",
        help="explain this country, such as HU, or predicted (default)",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="OVERLAY.png", help="where the overlay goes"
    )
    parser.add_argument(
        "--contrast", metavar="CODE", help="show what speaks for the target rather than this one"
    )
    parser.add_argument(
        "--mask-boxes",
        nargs="+",
        default=[],
        metavar="X0,Y0,X1,Y1",
        help="grey out these boxes of an interface, in fractions of the picture's size",
    )
    cli.add_checkpoint(parser)
    cli.add_json(parser)
    cli.add_threads(parser)
    args = parser.parse_args(argv)
    cli.set_threads(args.threads)
    kind = Image.registered_extensions().get(args.out.suffix.lower())
    if kind is None:
        raise ConfigError(f"--out {args.out}: no picture format of that suffix; use .png")
    picture = read_picture(args.photo)
    boxes = [parse_box(box) for box in args.mask_boxes]
    predictor = Predictor(load(args.checkpoint))
    document, heatmap = explain(
        predictor, picture, args.target, contrast=args.contrast, boxes=boxes
    )
    encoded = io.BytesIO()
    overlay(mask_boxes(picture, boxes), heatmap).save(encoded, kind)
    cli.write_atomically(args.out, encoded.getvalue())
    cli.emit(document, args.json, lambda: _text(document, args.out))


if __name__ == "__main__":
    cli.run(main)
