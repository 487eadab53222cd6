"""Figures of data, of training runs, of evaluations, and of heat maps.

usage::

    python -m model.plots distribution --data DIR [--data DIR ...] --out FIGURE.png
    python -m model.plots thinning --manifest MANIFEST.csv --out FIGURE.png
    python -m model.plots curve --run RUN [--run RUN ...] --out FIGURE.png
    python -m model.plots confusion   --evaluation FILE.json --out FIGURE.png
    python -m model.plots recall      --evaluation FILE.json --out FIGURE.png
    python -m model.plots reliability --evaluation FILE.json --out FIGURE.png
    python -m model.plots gallery --data DIR --country HU [--country JP ...] --out FIGURE.jpg
    python -m model.plots sanity PHOTO --out FIGURE.png

FILE.json is what ``python -m model.evaluate --json FILE.json`` writes; ``--data DIR`` instead of it
judges a checkpoint on the spot. RUN is what ``python -m model.train --out RUN`` fills. The suffix
of the figure's name chooses its format (png, svg, pdf, jpg).
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from model import cli
from model.checkpoint import load
from model.data.pictures import read_picture
from model.data.thinning.manifest import read_manifest
from model.errors import ConfigError
from model.evaluation.report import evaluate
from model.explanation.sanity import cascade
from model.figures.data import distribution, thinning
from model.figures.judged import confusion, read_evaluation, recall, reliability
from model.figures.maps import choose_entries, gallery, sanity
from model.figures.runs import curve
from model.predictor import Predictor
from model.training.run_table import read_log

DPI = 120


def _of_runs(args: argparse.Namespace) -> Figure:
    runs = [*args.runs, *args.run]
    if not runs:
        raise ConfigError("curve: no run; give the folder of one with --run RUN")
    return curve({str(run): read_log(run) for run in runs})


def _of_evaluation(args: argparse.Namespace) -> Figure:
    draw = {"confusion": confusion, "recall": recall, "reliability": reliability}[args.figure]
    given = [file for file in (args.file, args.evaluation) if file]
    if len(given) + bool(args.data) != 1:
        raise ConfigError(
            f"{args.figure}: give either one --evaluation FILE.json or --data DIR to judge"
        )
    if given:
        return draw(read_evaluation(given[0]))
    cli.set_threads(args.threads)
    predictor, collection = Predictor(load(args.checkpoint)), cli.open_data(args.data)
    return draw(evaluate(predictor, collection, args.split, "whole"))


def _of_examples(args: argparse.Namespace) -> Figure:
    countries = [country.upper() for country in args.country]
    collection = cli.open_data(args.data)
    return gallery(choose_entries(Predictor(load(args.checkpoint)), collection, countries))


def _of_forgetting(args: argparse.Namespace) -> Figure:
    picture = read_picture(args.photo)
    return sanity(picture, cascade(load(args.checkpoint), picture))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.plots",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="python -m model.plots FIGURE ... --out FILE  (FIGURE --help tells the rest)",
    )
    figures = parser.add_subparsers(dest="figure", required=True, metavar="FIGURE")

    def add(
        name: str, draw: Callable[[argparse.Namespace], Figure], text: str
    ) -> argparse.ArgumentParser:
        command = figures.add_parser(
            name, help=text, description=text, prog=f"python -m model.plots {name}"
        )
        command.set_defaults(draw=draw)
        command.add_argument("--out", type=Path, required=True, metavar="FIGURE.png")
        return command

    command = add(
        "distribution",
        lambda args: distribution(cli.open_data(args.data).places),
        "places per country of a data set",
    )
    cli.add_data(command)
    command = add(
        "thinning",
        lambda args: thinning(read_manifest(args.manifest).rows),
        "what model.data.thin kept of each country",
    )
    command.add_argument("--manifest", type=Path, required=True, metavar="MANIFEST.csv")
    command = add("curve", _of_runs, "loss and accuracy over the epochs of training runs")
    command.add_argument("runs", nargs="*", type=Path, metavar="RUN", help="as --run")
    command.add_argument(
        "--run",
        action="append",
        default=[],
        type=Path,
        metavar="RUN",
        help="folder of a run; may be given several times",
    )
    _add_judged(add("confusion", _of_evaluation, "which country is taken for which, by region"))
    _add_judged(add("recall", _of_evaluation, "recall of each country with its interval"))
    _add_judged(add("reliability", _of_evaluation, "calibration before and after temperature"))
    command = add("gallery", _of_examples, "confident right guesses, and where the net looked")
    cli.add_data(command)
    command.add_argument(
        "--country",
        action="append",
        required=True,
        metavar="CODE",
        help="show this country, such as HU; may be given several times",
    )
    cli.add_checkpoint(command)
    command = add("sanity", _of_forgetting, "the map of a photo while the net forgets")
    command.add_argument("photo", type=Path, metavar="PHOTO", help="a street photo")
    cli.add_checkpoint(command)
    return parser


def _add_judged(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", nargs="?", type=Path, metavar="FILE.json", help="as --evaluation")
    command.add_argument(
        "--evaluation",
        type=Path,
        metavar="FILE.json",
        help="what model.evaluate --json FILE.json wrote",
    )
    cli.add_data(command, required=False)
    cli.add_split(command)
    cli.add_checkpoint(command)
    cli.add_threads(command)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    args = _parser().parse_args(argv)
    kind = args.out.suffix.lower().removeprefix(".")
    if kind not in Figure().canvas.get_supported_filetypes():
        raise ConfigError(f"--out {args.out}: no figure format of that suffix; use .png")
    stream = io.BytesIO()
    args.draw(args).savefig(stream, format=kind, dpi=DPI)
    cli.write_atomically(args.out, stream.getvalue())


if __name__ == "__main__":
    cli.run(main)
