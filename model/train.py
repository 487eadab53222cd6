"""Train a country classifier.

usage::

    python -m model.train --config model/experiments/frozen.toml --data DIR [--data DIR ...]
                          --out RUN [--resume] [--set key=value ...] [--skip-unreadable]
                          [--device auto|cpu|cuda] [--manifest FILE.csv]
    torchrun --nproc-per-node 2 -m model.train ...

RUN receives ``config.json`` (the resolved settings, git revision, split fingerprint), ``data.csv``
(the places with their splits), ``log.csv`` (one line an epoch), ``checkpoint/`` (the best epoch by
val loss, written as soon as there is one), ``last.pt`` (to resume) and, at the end, ``last/`` (the
last epoch).
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from model import cli
from model.training import inputs
from model.training.config import read_config
from model.training.distributed import DEVICES, join_processes
from model.training.trainer import Trainer

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    args = _parser().parse_args(argv)
    cli.set_threads(args.threads)
    config = read_config(args.config, args.set)
    with join_processes(args.device) as processes:
        if not processes.leads:
            logging.getLogger().setLevel(logging.ERROR)
            # Each process alone knows which pictures it could not read.
            logging.getLogger(inputs.__name__).setLevel(logging.WARNING)
        collection = cli.open_data(args.data, args.manifest)
        for reason, n in collection.skipped.items():
            log.info("left out: %d %s", n, reason)
        trainer = Trainer(
            config,
            collection,
            args.out,
            processes=processes,
            skip_unreadable=args.skip_unreadable,
            cache_directory=args.cache,
        )
        checkpoint = trainer.run(resume=args.resume)
        log.info("%s: temperature %.3f", args.out / "checkpoint", checkpoint.temperature)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.train", description="Train a country classifier."
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE.toml")
    cli.add_data(parser)
    cli.add_manifest(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="RUN", help="the run's directory"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the run in RUN")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a key of the config, such as batch_size=32 or stages.0.epochs=2.5",
    )
    parser.add_argument(
        "--skip-unreadable",
        action="store_true",
        help="leave out pictures that cannot be read instead of stopping",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="what frozen parts make of the pictures, for several runs (default: RUN/cache)",
    )
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="default: a GPU where there is one"
    )
    cli.add_threads(parser)
    return parser


if __name__ == "__main__":
    cli.run(main, trains=True)
