"""Where did the net look? A heat map over a street photo, and how faithful it is.

usage::

    python -m model.explain PHOTO [--target HU|predicted] [--checkpoint DIR]
                            --out OVERLAY.png [--json -]
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
from PIL import Image

from model import cli
from model.checkpoint import load
from model.faithfulness import Covering, cover, measure
from model.predict import Predictor, read_photo
from model.types import COUNTRY_INDEX, ConfigError, Heatmap

COLOURS = "inferno"
"""A perceptually uniform colour map, dark to bright."""

OPACITY = 0.65

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
    colours = mpl.colormaps[COLOURS](heat)[:, :, :3] * 255
    alpha = (opacity * heat)[:, :, None]
    mixed = np.asarray(picture) * (1 - alpha) + colours * alpha
    return Image.fromarray(mixed.round().astype(np.uint8))


def explain(
    predictor: Predictor, picture: Image.Image, target: str = "predicted"
) -> tuple[dict[str, Any], Heatmap]:
    """Explain one picture.

    Args:
        predictor: the net.
        picture: RGB, any size.
        target: one of the 56 codes, or ``predicted``.

    Returns:
        The document that ``--json`` prints, and the map.

    Raises:
        ConfigError: an unknown target.
    """
    look = predictor.play(picture)
    country = look.prediction.country if target == "predicted" else target.upper()
    if country not in COUNTRY_INDEX:
        raise ConfigError(
            f"--target {target}: no code of the 56 countries; give one like HU, or predicted"
        )
    heatmap = look.heatmap(country)
    faithfulness = covering = None
    if not heatmap.blank:
        pixels, _ = predictor.checkpoint.preprocessing(picture)
        faithfulness = asdict(measure(predictor.checkpoint, pixels, heatmap))
        before = look.prediction.of(country)
        covering = cover(predictor.checkpoint, pixels, heatmap, before=before, regions=REGIONS)
    document = {
        "target": country,
        "probability": look.prediction.of(country),
        "blank": heatmap.blank,
        "faithfulness": faithfulness,
        "covering": covering and _covering(covering),
        "grid": np.round(heatmap.grid.astype(float), 5).tolist(),
        "content": [round(edge, 4) for edge in heatmap.content],
    }
    return document, heatmap


def _covering(covering: Covering) -> dict[str, Any]:
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
    cli.add_checkpoint(parser)
    cli.add_json(parser)
    cli.add_threads(parser)
    args = parser.parse_args(argv)
    cli.set_threads(args.threads)
    kind = Image.registered_extensions().get(args.out.suffix.lower())
    if kind is None:
        raise ConfigError(f"--out {args.out}: no picture format of that suffix; use .png")
    picture = read_photo(args.photo)
    document, heatmap = explain(Predictor(load(args.checkpoint)), picture, args.target)
    encoded = io.BytesIO()
    overlay(picture, heatmap).save(encoded, kind)
    cli.write_atomically(args.out, encoded.getvalue())
    cli.emit(document, args.json, lambda: _text(document, args.out))


if __name__ == "__main__":
    cli.run(main)
