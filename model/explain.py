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
from pathlib import Path

from PIL import Image

from model import cli
from model.data.files import write_atomically
from model.data.pictures import read_picture
from model.errors import ConfigError
from model.evaluation.explanation_report import explain, explanation_text
from model.explanation.overlay import mask_boxes, overlay, parse_box
from model.predictor import Predictor


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
        "--out",
        type=cli.output_file,
        required=True,
        metavar="OVERLAY.png",
        help="where the overlay goes",
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
    kind = _format(args.out)
    picture = read_picture(args.photo)
    boxes = [parse_box(box) for box in args.mask_boxes]
    predictor = Predictor.open(args.checkpoint)
    document, heatmap = explain(
        predictor, picture, args.target, contrast=args.contrast, boxes=boxes
    )
    encoded = io.BytesIO()
    overlay(mask_boxes(picture, boxes), heatmap).save(encoded, kind)
    write_atomically(args.out, encoded.getvalue())
    cli.emit(document, args.json, lambda: explanation_text(document, args.out))


def _format(file: Path) -> str:
    """Pillow's name of the format by a file's suffix, if it can write colours in that."""
    kind = Image.registered_extensions().get(file.suffix.lower(), "")
    try:
        Image.new("RGB", (8, 8)).save(io.BytesIO(), kind)
    except (KeyError, OSError, ValueError):
        raise ConfigError(
            f"--out {file}: no picture format of that suffix can be written; use .png"
        ) from None
    return kind


if __name__ == "__main__":
    cli.run(main)
