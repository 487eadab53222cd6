"""What the command lines share: arguments, one-line errors, JSON on stdout."""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model import cpus, startup
from model.data.collection import Collection
from model.data.files import check_writable, write_atomically
from model.data.hub import local_directory
from model.errors import ConfigError, GeoDuelError, first_line, one_line
from model.types import SPLITS

if TYPE_CHECKING:
    from model.predictor import Predictor

log = logging.getLogger(__name__)

BAD_INPUT = 2
"""Exit status for input that the user can mend."""

STDOUT = "-"
"""What ``--json`` takes for the standard output."""

MOST_THREADS = 1024
"""Above it torch starts more than any machine has, or takes the number for none."""

BROKEN_PIPE = 141
"""Exit status when nobody reads the output, as shells have it."""


def run(main: Callable[[], None], *, trains: bool = False) -> None:
    """Run a command line: exit 2 with one line on stderr for an error that a user can mend.

    Args:
        main: the command.
        trains: it takes the same large blocks again with every step, so it keeps them.
    """
    startup.ready()
    if not trains:
        # Else a split of a thousand pictures takes ten gigabytes: what is kept of one picture, a
        # kilobyte, lies behind what was taken for it.
        startup.give_memory_back()
    # What was closed must not be taken by a file that is opened later.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the console cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for client in ("httpx", "httpx2"):  # huggingface_hub's, before and since its version 2
        logging.getLogger(client).setLevel(logging.WARNING)
    try:
        try:
            main()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # as after "| head": what is left to write has no reader
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN_PIPE)
    except GeoDuelError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except OSError as error:  # one that nobody foresaw
        name = f"{error.filename}: " if error.filename else ""
        print(f"error: {name}{first_line(error)}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one would break the clearing up
        sys.exit(startup.INTERRUPTED)


class _OneLine(logging.Formatter):
    """A message is one line, whatever file names are in it; a traceback keeps its lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        return one_line(record.getMessage())


def add_data(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add ``--data DIR``, once or several times."""
    parser.add_argument(
        "--data",
        action="append",
        required=required,
        metavar="DIR",
        help="parquet shards, one folder per country with photos (or the zip of it), or "
        "hf://datasets/OWNER/NAME; may be given several times",
    )


def add_manifest(parser: argparse.ArgumentParser) -> None:
    """Add ``--manifest FILE``."""
    parser.add_argument(
        "--manifest",
        type=Path,
        metavar="FILE.csv",
        help="train on what model.data.thin kept of the data, with its splits",
    )


def open_data(addresses: Sequence[str], manifest: Path | None = None) -> Collection:
    """Open what ``--data`` names, directories or data sets on the hub, as one collection.

    Args:
        addresses: what ``--data`` was given.
        manifest: what ``--manifest`` was given.

    Raises:
        DataError: one of them cannot be used, or the manifest does not fit them.
    """
    directories = [local_directory(address) for address in addresses]
    return Collection.open(directories, manifest=manifest)


def output_file(text: str) -> Path:
    """A file that an argument names for a result, for argparse's ``type``.

    Raises:
        OutputError: it cannot be written, which is better said before the result is computed.
    """
    check_writable(Path(text))
    return Path(text)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json FILE``."""
    parser.add_argument(
        "--json",
        type=lambda text: text if text == STDOUT else output_file(text),
        metavar="FILE",
        help="write the result as one JSON document to FILE; - is stdout, and nothing else there",
    )


def emit(result: Any, target: Path | str | None, text: Callable[[], str]) -> None:
    """Print a result: JSON to where ``--json`` says, or text for people without it."""
    if target is None:
        print(text())
        return
    if target == STDOUT:
        print(_json(result, sys.stdout.encoding))
    else:
        write_atomically(Path(target), _json(result, "utf-8") + "\n")


def _json(result: Any, encoding: str) -> str:
    """A JSON document in letters that the encoding has; others, as in odd names, as escapes."""
    document = json.dumps(result, ensure_ascii=False, allow_nan=False)
    try:
        document.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(result, allow_nan=False)
    return document


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    """Add ``--checkpoint DIR``."""
    from model.checkpoint import DEFAULT_CHECKPOINT  # noqa: PLC0415  it imports torch

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


def add_judging(parser: argparse.ArgumentParser) -> None:
    """Add what every command has that judges a checkpoint on a split of some data."""
    add_data(parser)
    add_split(parser)
    add_checkpoint(parser)
    add_json(parser)
    add_threads(parser)


def open_judging(args: argparse.Namespace) -> tuple[Predictor, Collection]:
    """The net and the data that :func:`add_judging` let name, with torch's threads set.

    Raises:
        ConfigError: a number of threads that cannot be.
        CheckpointError: a missing or damaged checkpoint.
        DataError: one of the data cannot be used.
    """
    from model.predictor import Predictor  # noqa: PLC0415  it imports torch

    set_threads(args.threads)
    return Predictor.open(args.checkpoint), open_data(args.data)


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add ``--threads N``."""
    parser.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="CPU threads of torch (default: all that are allowed)",
    )


def set_threads(threads: int | None) -> None:
    """Set torch's threads.

    Raises:
        ConfigError: fewer than one, or more than any machine has.
    """
    if threads is not None and not 1 <= threads <= MOST_THREADS:
        raise ConfigError(f"--threads {threads}: must be from 1 to {MOST_THREADS}")
    import torch  # noqa: PLC0415  seconds of start-up, which not every command needs

    torch.set_num_threads(threads or cpus.allowance())
