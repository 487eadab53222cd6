"""What the command lines share: arguments, one-line errors, JSON on stdout."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import torch

from model.checkpoint import DEFAULT_CHECKPOINT
from model.data.command import (
    BAD_INPUT,
    add_data,
    add_json,
    add_manifest,
    emit,
    open_data,
    run,
    write_atomically,
)
from model.types import SPLITS, ConfigError

__all__ = [
    "BAD_INPUT",
    "add_checkpoint",
    "add_data",
    "add_json",
    "add_manifest",
    "add_split",
    "add_threads",
    "emit",
    "open_data",
    "run",
    "set_threads",
    "write_atomically",
]


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    """Add ``--checkpoint DIR``."""
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=DEFAULT_CHECKPOINT,
        metavar="DIR",
        help="directory that model.train wrote (default: the one that ships)",
    )


def add_split(parser: argparse.ArgumentParser) -> None:
    """Add ``--split all|train|val|test``."""
    parser.add_argument("--split", choices=["all", *SPLITS], default="test", help="default: test")


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add ``--threads N``."""
    parser.add_argument(
        "--threads", type=int, metavar="N", help="CPU threads of torch (default: all cores)"
    )


def set_threads(threads: int | None) -> None:
    """Set torch's threads.

    Raises:
        ConfigError: fewer than one.
    """
    if threads is not None and threads < 1:
        raise ConfigError(f"--threads {threads}: must be at least 1")
    torch.set_num_threads(threads or os.cpu_count() or 1)
