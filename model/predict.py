"""Which country is this street picture from?

usage::

    python -m model.predict PHOTO [PHOTO ...] [--checkpoint DIR] [--json -]

and from Python::

    predictor = Predictor(load(DEFAULT_CHECKPOINT))
    look = predictor.analyse(picture)
    look.prediction.top(5)
    look.heatmap("HU").over(*picture.size)
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model import cli
from model.checkpoint import load
from model.data.pictures import read_picture
from model.errors import PictureError
from model.predictor import Predictor

TOP = 5


def predict(predictor: Predictor, photos: Sequence[Path]) -> list[dict[str, Any]]:
    """Top five countries of each photo, or its error, in order."""
    results: list[dict[str, Any]] = []
    for photo in photos:
        try:
            top = predictor.analyse(read_picture(photo)).prediction.top(TOP)
        except PictureError as error:
            results.append({"file": str(photo), "error": str(error)})
            continue
        ranked = [{"country": country, "probability": p} for country, p in top]
        results.append({"file": str(photo), "top": ranked})
    return results


def _text(results: Sequence[dict[str, Any]]) -> str:
    lines = []
    for result in results:
        if "error" in result:
            lines.append(f"error: {result['error']}")
            continue
        ranked = ", ".join(f"{t['country']} {t['probability']:.1%}" for t in result["top"])
        lines.append(f"{result['file']}: {ranked}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.predict", description="Which country is this street picture from?"
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help="a street photo")
    cli.add_checkpoint(parser)
    cli.add_json(parser)
    cli.add_threads(parser)
    args = parser.parse_args(argv)
    cli.set_threads(args.threads)
    results = predict(Predictor(load(args.checkpoint)), args.photos)
    cli.emit(results, args.json, lambda: _text(results))
    errors = [result["error"] for result in results if "error" in result]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise PictureError(errors[0] + more)


if __name__ == "__main__":
    cli.run(main)
