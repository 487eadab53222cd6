"""The directory of a run: what it was made with, how it went, and what it needs to go on."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict

import torch
from safetensors import SafetensorError

from model.checkpoint import Checkpoint, is_checkpoint, save
from model.data.collection import Collection
from model.data.files import replacing, write_atomically
from model.errors import ConfigError, DataError, fault, first_line
from model.training.distributed import Processes

_MADE = ("checkpoint", "last", "log.csv")
"""What a run leaves behind besides ``last.pt``, and what a new one would write over."""

_GO_ON = "make room there, then go on with --resume (the last good checkpoint is still there)"


class EpochRecord(TypedDict, total=False):
    """A line of ``log.csv``: where in the training it stands, and the figures of the val split."""

    stage: int
    epoch: int
    lr: float
    train_loss: float
    val_loss: float
    val_top1: float
    val_macro_recall: float
    temperature: float
    seconds: float
    unreadable: int


class RunDirectory:
    """Reads and writes the directory; of several processes only the leading one writes.

    Args:
        path: the directory.
        processes: of the run.
        tensorboard: write curves for TensorBoard as well.

    Raises:
        ConfigError: TensorBoard is wanted but not installed.
    """

    def __init__(self, path: Path, processes: Processes, *, tensorboard: bool = False) -> None:
        self.path, self._processes = path, processes
        self._last = path / "last.pt"
        self._curves = _summary_writer() if tensorboard and processes.leads else None
        self._writer: Any = None

    def begin(self, identity: Mapping[str, Any], about: Mapping[str, Any], data: str) -> None:
        """Start a new run.

        Args:
            identity: what must not change between a run and its resumption.
            about: whatever else is worth knowing.
            data: the places with their splits, as CSV.

        Raises:
            ConfigError: the directory holds a run.
            DataError: nothing can be written there.
        """
        can_resume = self._last.exists()
        holds_one = any((self.path / name).exists() for name in _MADE)
        self._processes.wait()
        if can_resume:
            raise ConfigError(f"{self.path}: holds a run; add --resume, or give another --out")
        if holds_one:
            raise ConfigError(f"{self.path}: holds a run; give another --out")
        if is_checkpoint(self.path):
            raise ConfigError(f"{self.path}: holds a checkpoint; give another --out")
        if not self._processes.leads:
            return
        settings = json.dumps({**identity, **about}, indent=2) + "\n"
        with one_line_errors(self.path, "give another --out"):
            self.path.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path / "config.json", settings)
            write_atomically(self.path / "data.csv", data)

    def resume(self, identity: Mapping[str, Any]) -> dict[str, Any]:
        """What :meth:`save` wrote last.

        Raises:
            ConfigError: there is nothing, it is damaged, or it was made with something else.
        """
        if not self._last.exists():
            raise ConfigError(f"{self._last}: nothing to resume; leave out --resume")
        try:
            saved: dict[str, Any] = torch.load(self._last, map_location="cpu", weights_only=True)
            before = saved["identity"]
        except Exception as error:  # torch raises whatever the unpickler raises
            raise self.damaged(error) from None
        for what, now in json.loads(json.dumps(identity)).items():
            was = json.loads(json.dumps(before.get(what)))
            if was != now:
                raise ConfigError(f"{self._last}: {_difference(what, was, now)}")
        return saved

    def damaged(self, cause: Exception) -> ConfigError:
        """The error for a saved state that lacks something or does not fit."""
        return ConfigError(fault(self._last, "damaged", "start anew", cause))

    def save(self, state: Mapping[str, Any]) -> None:
        """Write what a resumed run needs: tensors and plain values."""
        if self._processes.leads:
            save_tensors(dict(state), self._last)

    def log(self, records: Sequence[EpochRecord], step: int) -> None:
        """Write all epochs so far; the last one goes to TensorBoard too, at this step."""
        if not self._processes.leads:
            return
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, records[-1].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        save_text(stream.getvalue(), self.path / "log.csv")
        for name, value in records[-1].items():
            self.add_to_curve(f"epoch/{name}", value, step)

    def add_to_curve(self, name: str, value: Any, step: int) -> None:
        """A point of a curve for TensorBoard, where that is wanted."""
        if self._curves is None:
            return
        with one_line_errors(self.path / "tensorboard"):
            if self._writer is None:
                # What a killed run wrote behind the point from which it goes on is hidden.
                self._writer = self._curves(self.path / "tensorboard", purge_step=step)
            self._writer.add_scalar(name, value, step)

    def save_checkpoint(self, checkpoint: Checkpoint, name: str) -> None:
        """Write a checkpoint into this sub-directory."""
        if self._processes.leads:
            with one_line_errors(self.path / name):
                save(checkpoint, self.path / name)

    def close(self) -> None:
        """Flush the curves."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def one_line_errors(target: Path, remedy: str = _GO_ON) -> Iterator[None]:
    """Turn whatever a failing write raises into one line; the file's earlier version stays.

    Args:
        target: what is written.
        remedy: what to do if that fails.

    Raises:
        DataError: nothing could be written.
    """
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        raise DataError(f"{target}: cannot be written ({_reason(error)}); {remedy}") from None


def _reason(error: BaseException) -> str:
    # torch.save reports a full disk as an error of its archive; the system's words lie behind it.
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__context__
    return first_line(error)


def save_tensors(value: Any, file: Path) -> None:
    """``torch.save`` under a temporary name, then rename.

    Raises:
        DataError: nothing could be written.
    """
    with one_line_errors(file), replacing(file) as temporary, temporary.open("wb") as stream:
        torch.save(value, stream)


def save_text(text: str, file: Path) -> None:
    """Write a text file whole or not at all.

    Raises:
        DataError: nothing could be written.
    """
    with one_line_errors(file):
        write_atomically(file, text)


def places_csv(collection: Collection) -> str:
    """The places of a collection with their splits, as CSV."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["key", "source", "country", "split", "file"])
    for i, (place, use) in enumerate(zip(collection.places, collection.uses, strict=True)):
        writer.writerow([place.key, place.source, place.country, use, collection.name(i)])
    return stream.getvalue()


def git_revision() -> str:
    """The commit of this source tree, with ``+`` if files differ from it; "unknown" without git."""
    here = Path(__file__).parent
    try:
        commit = ["git", "-C", str(here), "rev-parse", "--short=12", "HEAD"]
        head = subprocess.run(commit, capture_output=True, text=True, check=True).stdout.strip()
        status = ["git", "-C", str(here), "status", "--porcelain", "--untracked-files=no"]
        dirty = subprocess.run(status, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}+" if dirty else head


def _difference(what: str, was: Any, now: Any) -> str:
    if what == "split_fingerprint":
        return (
            f"begun with other data (split {was}, now {now}); give the same --data and --manifest, "
            "or start anew"
        )
    if what != "config":
        return f"begun with {what} {was}, now {now}; resume with the same, or start anew"
    keys = sorted(k for k in {*was, *now} if was.get(k) != now.get(k))
    shown = ", ".join(f"{k} = {was.get(k)!r}, now {now.get(k)!r}" for k in keys)
    return f"begun with {shown}; resume with the same config, or start anew"


def _summary_writer() -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415  an optional package
    except ImportError:
        raise ConfigError(
            "tensorboard = true needs the package tensorboard; pip install tensorboard, or set "
            "tensorboard = false"
        ) from None
    return SummaryWriter
