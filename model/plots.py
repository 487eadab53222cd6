"""Figures of data, of training runs, of evaluations, and of heat maps.

usage::

    python -m model.plots distribution --data DIR [--data DIR ...] --out FIGURE.png
    python -m model.plots thinning --manifest MANIFEST.csv --out FIGURE.png
    python -m model.plots curve --run RUN [--run RUN ...] --out FIGURE.png
    python -m model.plots learning RUN RUN RUN [...] [--places 40000 ...] --out FIGURE.png
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
from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from model import cli
from model.figures import saving, sources
from model.figures.data import distribution


def _judged(args: argparse.Namespace) -> Figure:
    files = [file for file in (args.file, args.evaluation) if file]
    cli.set_threads(args.threads)
    data = (lambda: cli.open_data(args.data)) if args.data else None
    return sources.judged_of(args.figure, files, data, args.checkpoint, args.split)


DRAW: dict[str, Callable[[argparse.Namespace], Figure]] = {
    "distribution": lambda args: distribution(cli.open_data(args.data).places),
    "thinning": lambda args: sources.thinning_of(args.manifest),
    "curve": lambda args: sources.curve_of([*args.runs, *args.run]),
    "learning": lambda args: sources.learning_of(args.runs, args.places),
    **dict.fromkeys(sources.JUDGED, _judged),
    "gallery": lambda a: sources.gallery_of(cli.open_data(a.data), a.country, a.checkpoint),
    "sanity": lambda args: sources.sanity_of(args.photo, args.checkpoint),
}


def _parser() -> argparse.ArgumentParser:
    prog = "python -m model.plots"
    parser = argparse.ArgumentParser(
        prog=prog,
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=f"{prog} FIGURE ... --out FILE  (FIGURE --help tells the rest)",
    )
    figures = parser.add_subparsers(dest="figure", required=True, metavar="FIGURE")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command = figures.add_parser(name, help=text, description=text, prog=f"{prog} {name}")
        command.add_argument("--out", type=cli.output_file, required=True, metavar="FIGURE.png")
        return command

    cli.add_data(add("distribution", "places per country of a data set"))
    command = add("thinning", "what model.data.thin kept of each country")
    command.add_argument("--manifest", type=Path, required=True, metavar="MANIFEST.csv")
    command = add("curve", "loss and accuracy over the epochs of training runs")
    command.add_argument("runs", nargs="*", type=Path, metavar="RUN", help="as --run")
    text = "folder of a run; may be given several times"
    command.add_argument("--run", action="append", default=[], type=Path, metavar="RUN", help=text)
    command = add("learning", "val top-1 over the places learnt from, with a fitted power law")
    command.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="folder of a run")
    text = "foretell the figure for so many; may be given several times"
    command.add_argument("--places", action="append", default=[], type=int, help=text)
    for name, shown in sources.JUDGED.items():
        command = add(name, shown)
        text = "what model.evaluate --json FILE.json wrote"
        command.add_argument("file", nargs="?", type=Path, metavar="FILE.json", help=text)
        command.add_argument("--evaluation", type=Path, metavar="FILE.json", help=text)
        cli.add_data(command, required=False)
        cli.add_split(command)
        cli.add_checkpoint(command)
        cli.add_threads(command)
    command = add("gallery", "confident right guesses, and where the net looked")
    cli.add_data(command)
    text = "show this country, such as HU; may be given several times"
    command.add_argument("--country", action="append", required=True, metavar="CODE", help=text)
    cli.add_checkpoint(command)
    command = add("sanity", "the map of a photo while the net forgets")
    command.add_argument("photo", type=Path, metavar="PHOTO", help="a street photo")
    cli.add_checkpoint(command)
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    args = _parser().parse_args(argv)
    saving.check_format(args.out)
    saving.save_figure(DRAW[args.figure](args), args.out)


if __name__ == "__main__":
    cli.run(main)
