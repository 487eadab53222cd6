"""How faithful are the heat maps over a split? Each is tried out against random regions.

usage::

    python -m model.faithfulness --data DIR [--data DIR ...] [--checkpoint DIR] [--split test]
                                 [--limit N] [--regions N] [--seed N] [--layer front] [--json -]

Each place is shown as its middle crop, as in :mod:`model.evaluate`, and the map of the net's own
guess is tried out as :mod:`model.explanation.occlusion` says: its strongest region is covered, then
random regions of equal area and shape; its cells are deleted and inserted, hottest first, and so
are those of the map moved to random places. The intervals are over places, of the mean.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from model import cli
from model.errors import ConfigError
from model.evaluation.map_faithfulness import (
    LAYERS,
    REGIONS,
    faithfulness_document,
    faithfulness_text,
    measure_split,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.faithfulness",
        description="How faithful are the heat maps over a split, against random regions?",
    )
    cli.add_judging(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="a random sample of N places")
    parser.add_argument(
        "--regions", type=int, default=REGIONS, metavar="N", help=f"random ones (default {REGIONS})"
    )
    parser.add_argument(
        "--layer",
        choices=LAYERS,
        default=LAYERS[0],
        help="whose maps: those of the last layer, as the game shows them (back), or finer ones of "
        "what lies before the last blocks (front)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    args = parser.parse_args(argv)
    for option, least, most in (("limit", 1, None), ("regions", 2, 10), ("seed", 0, None)):
        value = getattr(args, option)
        if value is not None and not least <= value <= (most or value):
            upper = f" to {most}" if most else " or more"
            raise ConfigError(f"--{option} {value}: must be {least}{upper}")
    predictor, collection = cli.open_judging(args)
    settings = {"regions": args.regions, "seed": args.seed, "layer": args.layer}
    found = measure_split(predictor, collection, args.split, limit=args.limit, **settings)
    document = {"split": args.split, **settings, **faithfulness_document(found, seed=args.seed)}
    cli.emit(document, args.json, lambda: faithfulness_text(document))


if __name__ == "__main__":
    cli.run(main)
