"""Which cues does the net rely on? Its maps against the masks of the practice world.

usage::

    python -m model.cues --data DIR [--data DIR ...] [--checkpoint DIR] [--split test] [--json -]

Each panorama with masks is shown as its middle crop, as in :mod:`model.evaluate`, and the map of
the net's own guess is held against the masks. What a cue tells by itself, and so whether a player
should look at it, is found out from all panoramas with cues, see
:mod:`model.explanation.cue_baseline`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from model import cli
from model.evaluation.cue_reliance import (
    cue_baselines,
    overlap_with_cues,
    reliance_document,
    reliance_text,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.cues",
        description="Which cues does the net rely on? Its maps against the practice world's masks.",
    )
    cli.add_judging(parser)
    args = parser.parse_args(argv)
    predictor, collection = cli.open_judging(args)
    crops = overlap_with_cues(predictor, collection, args.split)
    document = reliance_document(crops, cue_baselines(collection))
    cli.emit(document, args.json, lambda: reliance_text(document))


if __name__ == "__main__":
    cli.run(main)
