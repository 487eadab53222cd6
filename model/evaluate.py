"""How good is a checkpoint on a data directory?

usage::

    python -m model.evaluate --data DIR [--data DIR ...] [--checkpoint DIR]
                             [--split all|train|val|test] [--views whole|one|both|all] [--json -]

Every place is judged. A photo is looked at as it is; of a panorama there are four views:

- ``whole``: the panorama at one look;
- ``one_crop``: its middle crop, the like of which a player and the net see in a round;
- ``several_crops``: each of three crops that cover all of it, by itself;
- ``crops_averaged``: those three together, their logits averaged.

The main figures are those of ``whole`` (of ``one_crop`` with ``--views one``); under ``by_view``
the views stand beside each other. ``ece_before`` is the calibration error without the temperature,
which was fitted on the val split of the training run.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from model import cli
from model.evaluation.report import evaluate, evaluation_text
from model.evaluation.views import VIEWS
from model.levels import COVERING


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluate", description="How good is a checkpoint on a data directory?"
    )
    cli.add_judging(parser)
    parser.add_argument(
        "--views",
        choices=VIEWS,
        default="both",
        help="judge panoramas whole, one crop of each as in the game, both (default), or all: "
        f"also {COVERING} crops of each, one by one and averaged",
    )
    args = parser.parse_args(argv)
    predictor, collection = cli.open_judging(args)
    document = evaluate(predictor, collection, args.split, args.views)
    cli.emit(document, args.json, lambda: evaluation_text(document))


if __name__ == "__main__":
    cli.run(main)
