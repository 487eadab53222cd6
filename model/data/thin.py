"""Thins the train split: fewer places of frequent countries, those that tell least first.

usage::

    python -m model.data.thin --data DIR [--data DIR ...] --out MANIFEST.csv [--keep 0.6]
                              [--evenness 0.5] [--low-information 0.3] [--seed 0]
                              [--confusions EVALUATION.json] [--confusion-weight 0.5]
    python -m model.plots thinning --manifest MANIFEST.csv --out FIGURE.png
    python -m model.train --data DIR [--data DIR ...] --manifest MANIFEST.csv ...

How many places each country keeps lies between as they come (``--evenness 0``) and equally many
(``1``); with the confusions of an earlier run, countries that are confused more keep more. What
goes: first all but one of near-duplicates, then the stated share of dark, flat and blurred
pictures, then others at random. Near-duplicates in different splits are brought to one: all to
test, else to val. So test and val lose nothing.

MANIFEST.json, beside the table, says how it was made, with the counts before and after. What was
measured of the pictures is kept in ``measures.sqlite`` there, for the next time.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from model import cli, cpus
from model.data.thinning.run import thin_to_files
from model.data.thinning.selection import ThinningSettings, thinning_text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.data.thin", description="Choose which places to train on."
    )
    cli.add_data(parser)
    parser.add_argument("--out", type=cli.output_file, required=True, metavar="MANIFEST.csv")
    defaults = ThinningSettings()
    for option, meaning in {
        "keep": "places of the train split that stay: a number, or a share up to 1",
        "evenness": "0: as they come; 1: equally many of each country",
        "low-information": "share of what goes that is dark, flat or blurred; the rest at random",
        "confusion-weight": "how much --confusions counts, 0 to 1",
        "seed": "of the lots",
    }.items():
        default = getattr(defaults, option.replace("-", "_"))
        parser.add_argument(
            f"--{option}", type=type(default), default=default, help=f"{meaning} ({default})"
        )
    parser.add_argument(
        "--confusions",
        type=Path,
        metavar="EVALUATION.json",
        help="what model.evaluate --json wrote",
    )
    parser.add_argument(
        "--measures", type=Path, metavar="FILE", help="(default: measures.sqlite beside --out)"
    )
    parser.add_argument("--workers", type=int, default=cpus.allowance(), help="threads")
    cli.add_json(parser)
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    args = _parser().parse_args(argv)
    names = ("keep", "evenness", "low_information", "confusion_weight", "seed")
    document = thin_to_files(
        args.data,
        args.out,
        ThinningSettings(**{name: getattr(args, name) for name in names}),
        confusions=args.confusions,
        measures=args.measures,
        workers=args.workers,
    )
    cli.emit(document, args.json, lambda: thinning_text(document))


if __name__ == "__main__":
    cli.run(main)
