"""The folder of a run: what it was made with, how it went, and what it needs to go on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from model.checkpoint import Checkpoint, save
from model.data.collection import Collection
from model.errors import ConfigError
from model.training.crew import Crew
from model.training.saving import reporting, save_tensors, save_text

Row = dict[str, Any]


class RunFolder:
    """Reads and writes the folder; of several processes only the leading one writes.

    Args:
        path: the folder.
        crew: the processes of the run.
        tensorboard: write curves for TensorBoard as well.

    Raises:
        ConfigError: TensorBoard is wanted but not installed.
    """

    def __init__(self, path: Path, crew: Crew, *, tensorboard: bool = False) -> None:
        self.path, self._crew = path, crew
        self._last = path / "last.pt"
        self._curves = _summary_writer() if tensorboard and crew.leads else None
        self._writer: Any = None

    def begin(self, identity: Mapping[str, Any], about: Mapping[str, Any], data: str) -> None:
        """Start a new run.

        Args:
            identity: what must not change between a run and its resumption.
            about: whatever else is worth knowing.
            data: the places with their splits, as CSV.

        Raises:
            ConfigError: the folder holds a run.
        """
        holds_one = self._last.exists()
        self._crew.wait()
        if holds_one:
            raise ConfigError(f"{self.path}: holds a run; add --resume, or give another --out")
        if not self._crew.leads:
            return
        with reporting(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / "log.csv").unlink(missing_ok=True)
        save_text(json.dumps({**identity, **about}, indent=2) + "\n", self.path / "config.json")
        save_text(data, self.path / "data.csv")

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
            reason = next(iter(str(error).splitlines()), type(error).__name__)[:80]
            raise ConfigError(f"{self._last}: damaged ({reason}); start anew") from None
        for what, now in json.loads(json.dumps(identity)).items():
            was = json.loads(json.dumps(before.get(what)))
            if was != now:
                raise ConfigError(f"{self._last}: {_difference(what, was, now)}")
        return saved

    def save(self, state: Mapping[str, Any]) -> None:
        """Write what a resumed run needs: tensors and plain values."""
        if self._crew.leads:
            save_tensors(dict(state), self._last)

    def log(self, rows: Sequence[Row]) -> None:
        """Write all epochs so far; the last one goes to TensorBoard too."""
        if not self._crew.leads:
            return
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, rows[-1].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        save_text(stream.getvalue(), self.path / "log.csv")
        for name, value in rows[-1].items():
            self.curve(f"epoch/{name}", value, len(rows))

    def curve(self, name: str, value: float, step: int) -> None:
        """A point of a curve for TensorBoard, where that is wanted."""
        if self._curves is None:
            return
        with reporting(self.path / "tensorboard"):
            if self._writer is None:
                self._writer = self._curves(self.path / "tensorboard")
            self._writer.add_scalar(name, value, step)

    def save_checkpoint(self, checkpoint: Checkpoint, name: str) -> None:
        """Write a checkpoint into this sub-folder."""
        if self._crew.leads:
            with reporting(self.path / name):
                save(checkpoint, self.path / name)

    def close(self) -> None:
        """Flush the curves."""
        if self._writer is not None:
            self._writer.close()


def manifest(collection: Collection) -> str:
    """The places of a collection with their splits, as CSV."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["key", "source", "country", "split", "file"])
    for i, (place, use) in enumerate(zip(collection.places, collection.uses, strict=True)):
        writer.writerow([place.key, place.source, place.country, use, collection.name(i)])
    return stream.getvalue()


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
