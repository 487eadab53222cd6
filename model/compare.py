"""A table over training runs, in the form of the experiment's.

usage::

    python -m model.compare RUN [RUN ...] [--data DIR [--data DIR ...]] [--split test]
                            [--views whole|one] [--json -] [--out TABLE.csv]

RUN is the folder that ``python -m model.train --out RUN`` filled, or a checkpoint. The table is
Markdown; val figures are those of the best epoch in the run's log, and ``--data`` judges each
checkpoint. A head is written as in the experiment: the layers behind the first one, which it
counted to the backbone; C is the number of countries. A run without a checkpoint is shown as far
as it went.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from model import cli
from model.data.files import write_atomically
from model.evaluation.views import VIEWS
from model.training.run_table import csv_table, describe, evaluate_runs, markdown


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.compare", description="A table over training runs."
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="folder of a run")
    cli.add_data(parser, required=False)
    cli.add_split(parser)
    parser.add_argument(
        "--views",
        choices=[name for name, views in VIEWS.items() if len(views) == 1],
        default="whole",
        help="with --data: judge panoramas whole (default), or one crop of each as in the game",
    )
    cli.add_json(parser)
    parser.add_argument(
        "--out",
        type=cli.output_file,
        metavar="TABLE.csv",
        help="write the table to this file as well",
    )
    cli.add_threads(parser)
    args = parser.parse_args(argv)
    cli.set_threads(args.threads)
    rows = [describe(run) for run in args.runs]
    if args.data:
        evaluate_runs(rows, cli.open_data(args.data), args.split, args.views)
    if args.out:
        write_atomically(args.out, csv_table(rows))
    cli.emit(rows, args.json, lambda: markdown(rows))


if __name__ == "__main__":
    cli.run(main)
