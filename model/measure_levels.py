"""How often is each level of the opponent right?

usage::

    python -m model.measure_levels --data DIR [--data DIR ...] [--checkpoint DIR]
                                   [--split all|train|val|test] [--json -]

The figures are written to ``levels.json`` in the checkpoint's directory, from which the page of
the game takes them. Rendered pictures and photographed ones stand apart there; a kind that is not
measured keeps its figures. Places that the net learnt from do not count.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict

from model import cli
from model.checkpoint import LEVELS_FILE, read_measured, weights_sha256
from model.data.files import write_atomically
from model.evaluation.levels import levels_text, measure


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.measure_levels",
        description="How often is each level of the opponent right? Written beside the checkpoint.",
    )
    cli.add_judging(parser)
    args = parser.parse_args(argv)
    predictor, collection = cli.open_judging(args)
    measured = {
        **read_measured(args.checkpoint),
        **measure(predictor, collection, args.split),
    }
    accuracy = {
        name: {level: asdict(one) for level, one in figures.items()}
        for name, figures in sorted(measured.items())
    }
    document = {"weights_sha256": weights_sha256(args.checkpoint), "accuracy": accuracy}
    write_atomically(args.checkpoint / LEVELS_FILE, json.dumps(document, indent=2) + "\n")
    cli.emit(document, args.json, lambda: levels_text(document))


if __name__ == "__main__":
    cli.run(main)
