"""Settings of a training run: one small TOML file per experiment; unknown keys are errors.

usage::

    config = read_config(Path("model/experiments/bundled.toml"), ["batch_size=32"])
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from model.data.datasets import Pixels
from model.data.preprocessing import Preprocessing
from model.errors import ConfigError, fault
from model.network import Freeze, NetworkConfig

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Stage:
    """One stretch of training.

    Attributes:
        freeze: ``trunk`` trains the head on pooled features, ``front`` the head and the last
            blocks on cached activations, ``none`` everything on pixels.
        epochs: how long; fractions are allowed.
        lr_from: learning rate at the start; it falls to ``lr_to`` along a cosine.
        lr_to: learning rate at the end.
        solver: ``adamw`` goes through one view of each place an epoch, in batches; ``lbfgs`` (only
            with ``trunk``) through all views at once, each place weighing the same, for a head
            that is fitted to the end in seconds. It knows no learning rate and no dropout.
        l2: for ``lbfgs``, the weight of the squared weights beside the mean loss.
        cache: whether what frozen parts make of the pictures is computed once and kept; half a
            kilobyte a view for ``trunk``, but megabytes for the ``front`` of a ResNet.
    """

    freeze: Freeze = "trunk"
    epochs: float = 1.0
    lr_from: float = 1e-3
    lr_to: float = 1e-5
    solver: Literal["adamw", "lbfgs"] = "adamw"
    l2: float = 1e-3
    cache: bool = True

    def __post_init__(self) -> None:
        if not (self.epochs > 0 and self.lr_from > 0 and self.lr_to > 0):
            raise ConfigError("epochs, lr_from and lr_to must be above 0")
        if self.solver == "lbfgs" and self.freeze != "trunk":
            raise ConfigError("solver = 'lbfgs' needs freeze = 'trunk'")
        if self.solver == "lbfgs" and not self.cache:
            raise ConfigError("solver = 'lbfgs' needs cache = true")

    def rate(self, fraction: float) -> float:
        """The learning rate when this fraction, 0..1, of the stage is over."""
        cosine = 0.5 + 0.5 * math.cos(math.pi * fraction)
        return self.lr_to + (self.lr_from - self.lr_to) * cosine

    @property
    def on_pixels(self) -> bool:
        """Whether its steps begin with pictures, not with cached activations."""
        return self.freeze == "none" or not self.cache


@dataclass(frozen=True)
class TrainConfig:
    """A whole training run.

    Attributes:
        seed: of everything that is drawn by lot.
        network: what to train.
        pretrained: whether the backbone starts from ImageNet weights.
        weights_file: a state dict of the original backbone to start from instead.
        preprocessing: how pictures become inputs.
        pixels: ``exact`` trains on the very pixels of play, ``fast`` on those of
            :mod:`model.data.torch_pixels`, which differ in rounding and take a quarter of the time.
        crops_per_panorama: fixed crop positions, evenly spaced; each epoch takes one at random.
        flip: whether half of what is seen is mirrored.
        batch_size: pictures at once, of each process.
        accumulate: batches whose gradients make one step.
        sampler: what an epoch shows: ``places`` one view of each place, ``balanced`` as many views,
            each country as often as any other.
        weight_decay: of AdamW.
        label_smoothing: in [0, 1).
        logit_adjustment: tau of Menon et al. 2021 (arXiv:2007.07314): 0 learns the countries'
            frequencies, 1 treats countries alike.
        workers: processes that load pixels where nothing is cached.
        precision: ``float32``, ``bf16`` (automatic mixed), or ``auto``: bf16 on a GPU that has it.
        channels_last: keep activations with the channels innermost, which GPUs are faster with.
        compile: compile what learns, with ``torch.compile``.
        tensorboard: write curves for TensorBoard as well.
        stages: one after the other, with a fresh optimiser each.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    seed: int = 1
    network: NetworkConfig = field(default_factory=NetworkConfig)
    pretrained: bool = True
    weights_file: str = ""
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    pixels: Pixels = "exact"
    crops_per_panorama: int = 5
    flip: bool = True
    batch_size: int = 64
    accumulate: int = 1
    sampler: Literal["places", "balanced"] = "places"
    weight_decay: float = 1e-4
    label_smoothing: float = 0.0
    logit_adjustment: float = 0.0
    workers: int = 0
    precision: Literal["auto", "float32", "bf16"] = "auto"
    channels_last: bool = False
    compile: bool = False
    tensorboard: bool = False
    stages: tuple[Stage, ...] = (Stage(),)

    def __post_init__(self) -> None:
        if min(self.crops_per_panorama, self.batch_size, self.accumulate, len(self.stages)) < 1:
            raise ConfigError(
                "crops_per_panorama, batch_size, accumulate and the stages: at least one each"
            )
        if self.workers < 0:
            raise ConfigError(f"workers = {self.workers}: must be at least 0")
        if not 0 <= self.label_smoothing < 1:
            raise ConfigError(f"label_smoothing = {self.label_smoothing}: must lie in [0, 1)")
        if self.sampler == "balanced" and self.logit_adjustment:
            raise ConfigError(
                "sampler = 'balanced' and logit_adjustment both lift rare countries; set one"
            )
        self._check_letterbox()

    def _check_letterbox(self) -> None:
        if self.preprocessing.letterbox == "fixed" or self.batch_size == 1:
            return
        for stage in self.stages:
            if stage.on_pixels:
                key = "freeze = 'none'" if stage.freeze == "none" else "cache = false"
                raise ConfigError(f"{key} needs preprocessing.letterbox = 'fixed' for batches")

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"network": self.network.as_dict()}


_SETTINGS = TypeAdapter(TrainConfig)
_TABLES: dict[str, Any] = {
    "": TrainConfig,
    "network": NetworkConfig,
    "preprocessing": Preprocessing,
    "stages": Stage,
}
_EXPECTED = {
    "bool_type": "true or false",
    "dataclass_type": "a table",
    "float_type": "a number",
    "int_type": "int",
    "string_type": "text",
    "tuple_type": "a list",
}
"""What pydantic's errors say in TOML's words."""


def read_config(file: Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Read a TOML file and change single keys.

    Args:
        file: the experiment.
        overrides: ``key=value`` with a TOML value (a bare word is taken as text); dots go down,
            numbers count stages from 0: ``stages.0.epochs=2``.

    Raises:
        ConfigError: no such file, no TOML, an unknown key, or a value of another type.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(fault(file, "cannot be read", "see model/experiments", error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(fault(file, "not TOML", "see model/experiments", error)) from None
    for override in overrides:
        _set(values, override)
    try:
        # By way of JSON, whose arrays become tuples though types are strict.
        return _SETTINGS.validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        raise ConfigError(f"{file}: {_fault(error)}") from None
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None


def _set(values: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals:
        raise ConfigError(f"--set {override}: must be key=value")
    try:
        value = tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        value = text
    *path, last = key.strip().split(".")
    here: Any = values
    try:
        for step in path:
            here = here[int(step)] if isinstance(here, list) else here.setdefault(step, {})
        here[int(last) if isinstance(here, list) else last] = value
    except (IndexError, ValueError, TypeError, AttributeError):
        raise ConfigError(f"--set {override}: no such key") from None


def _fault(error: ValidationError) -> str:
    """The first thing that is wrong, in one line."""
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"])
    if first["type"] == "unexpected_keyword_argument":
        table = str(first["loc"][0]) if len(first["loc"]) > 1 else ""
        known = ", ".join(sorted(setting.name for setting in fields(_TABLES[table])))
        return f"unknown key {where}; known are {known}"
    expected = _EXPECTED.get(first["type"]) or first["msg"].removeprefix("Input should be ")
    if first["type"] == "literal_error":
        expected = first["ctx"]["expected"].replace("'", "").replace(", ", " or ")
    return f"{where} = {first['input']!r}: must be {expected}"
