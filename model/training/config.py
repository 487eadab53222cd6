"""Settings of a training run: one small TOML file per experiment; unknown keys are errors.

usage::

    config = read_config(Path("model/experiments/frozen.toml"), ["batch_size=32"])
"""

from __future__ import annotations

import json
import reprlib
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from model.data.augmentation import Augmentation
from model.data.datasets import Pixels
from model.data.preprocessing import Preprocessing
from model.errors import ConfigError, fault
from model.network import NetworkConfig
from model.training.distillation import Distillation
from model.training.stage import Stage
from model.types import SOURCES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


_AT_LEAST_0 = (
    "seed", "small_copies_px", "workers", "weight_decay", "consistency", "save_minutes",
)  # fmt: skip
_MOST = {
    "seed": 2**63 - 1,
    "crops_per_panorama": 1000,
    "small_copies_px": 2**13,
    "batch_size": 2**20,
    "accumulate": 2**20,
    "workers": 1024,
}
"""What is more than these is a slip of the pen, and no machine has the memory."""


@dataclass(frozen=True)
class TrainConfig:
    """A whole training run.

    Attributes:
        seed: of everything that is drawn by lot.
        network: what to train.
        pretrained: whether the backbone starts from ImageNet weights.
        weights_file: a state dict of the original backbone to start from instead.
        start_from: directories of checkpoints of the same network; the run starts from the mean of
            their weights instead.
        preprocessing: how pictures become inputs.
        pixels: ``exact`` trains on the very pixels of play, ``fast`` on those of
            :mod:`model.data.torch_pixels`, which differ in rounding and take a quarter of the time.
        crops_per_panorama: fixed crop positions, evenly spaced; each epoch takes one at random.
        flip: whether half of what is seen is mirrored; where ``augmentation`` is set, that decides
            for what is learnt on pixels.
        small_copies_px: with ``augmentation``, keep copies of all pictures with this shorter side,
            which an epoch reads instead of the originals; somewhat above the stages' own, since
            views show a part of a picture. 0 is without.
        augmentation: how stages on pixels change what they show; not at all without the section.
        distillation: which earlier nets stages on pixels learn from; none without the section.
        batch_size: pictures at once, of each process.
        accumulate: batches whose gradients make one step.
        sampler: what an epoch shows: ``places`` one view of each place, ``balanced`` as many views,
            each country as often as any other.
        balance: how far ``balanced`` goes: 1 is all countries alike, 0.5 by the square root of
            their places, 0 as they come.
        source_weights: how often a place of a source is shown beside others, such as
            ``practice = 0.5``; 1 where nothing is said. The sources are ``parquet``, ``photos``
            and ``practice``.
        weight_decay: of AdamW; norms and biases do not decay.
        average: decay of the exponential mean of the weights in stages of AdamW, such as 0.998:
            what is validated and kept is the mean. 0 is without.
        keep_start: share of the weights that the run started from in what is validated and kept, so
            that it forgets less of what they knew (Wortsman et al. 2022, arXiv:2109.01903). Needs
            ``start_from`` and ``average``.
        label_smoothing: in [0, 1).
        consistency: weight of what keeps the predictions for two views of a place together, as
            R-Drop does for two dropouts (Liang et al. 2021, arXiv:2106.14448): their divergence
            from the mean of the two. Stages on pixels then show each place of a batch twice. Needs
            ``augmentation`` without mixup and CutMix. 0 is without.
        logit_adjustment: tau of Menon et al. 2021 (arXiv:2007.07314): 0 learns the countries'
            frequencies among what is shown, 1 treats countries alike.
        workers: processes that load pixels where nothing is cached.
        precision: ``float32``, ``bf16`` (automatic mixed), or ``auto``: bf16 where the GPU, or
            without one the processor, computes in it (AVX-512 BF16 or AMX).
        channels_last: keep activations with the channels innermost, which is faster on most GPUs
            and processors.
        compile: compile what learns, with ``torch.compile``.
        tensorboard: write curves for TensorBoard as well.
        save_minutes: how often the state within an epoch is kept for ``--resume``.
        stages: one after the other, with a fresh optimiser each.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False
    )

    seed: int = 1
    network: NetworkConfig = field(default_factory=NetworkConfig)
    pretrained: bool = True
    weights_file: str = ""
    start_from: tuple[str, ...] = ()
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    pixels: Pixels = "exact"
    crops_per_panorama: int = 5
    flip: bool = True
    augmentation: Augmentation | None = None
    distillation: Distillation | None = None
    small_copies_px: int = 0
    batch_size: int = 64
    accumulate: int = 1
    sampler: Literal["places", "balanced"] = "places"
    balance: float = 1.0
    source_weights: dict[str, float] = field(default_factory=dict)
    weight_decay: float = 1e-4
    average: float = 0.0
    keep_start: float = 0.0
    label_smoothing: float = 0.0
    consistency: float = 0.0
    logit_adjustment: float = 0.0
    workers: int = 0
    precision: Literal["auto", "float32", "bf16"] = "auto"
    channels_last: bool = False
    compile: bool = False
    tensorboard: bool = False
    save_minutes: float = 5.0
    stages: tuple[Stage, ...] = (Stage(),)

    def __post_init__(self) -> None:
        if min(self.crops_per_panorama, self.batch_size, self.accumulate, len(self.stages)) < 1:
            raise ConfigError(
                "crops_per_panorama, batch_size, accumulate and the stages: at least one each"
            )
        for name in _AT_LEAST_0:
            if getattr(self, name) < 0:
                raise ConfigError(f"{name} = {getattr(self, name)}: must be at least 0")
        for name, most in _MOST.items():
            if getattr(self, name) > most:
                raise ConfigError(f"{name} = {getattr(self, name)}: must be at most {most}")
        if not 0 <= self.label_smoothing < 1:
            raise ConfigError(f"label_smoothing = {self.label_smoothing}: must lie in [0, 1)")
        if not (0 <= self.average < 1 and 0 <= self.balance <= 1):
            raise ConfigError("average must lie in [0, 1), balance in [0, 1]")
        if not 0 <= self.keep_start < 1:
            raise ConfigError(f"keep_start = {self.keep_start}: must lie in [0, 1)")
        if self.keep_start and not (self.start_from and self.average):
            raise ConfigError("keep_start needs start_from and average")
        changed = self.augmentation
        if self.consistency and (changed is None or changed.mixup or changed.cutmix):
            raise ConfigError("consistency needs augmentation, without mixup and cutmix")
        for stage in self.stages:
            if stage.short_side_px:  # raises on one that is too short
                replace(self.preprocessing, short_side_px=stage.short_side_px)
        self._check_weights()

    def _check_weights(self) -> None:
        """Raise ``ConfigError`` if sources or countries cannot be weighed so."""
        if unknown := sorted(self.source_weights.keys() - SOURCES):
            raise ConfigError(
                f"source_weights: no source {', '.join(unknown)}; there are {', '.join(SOURCES)}"
            )
        if any(weight <= 0 for weight in self.source_weights.values()):
            raise ConfigError(
                "source_weights must be above 0; leave a source out with --data or a manifest"
            )
        if self.sampler == "balanced" and self.logit_adjustment:
            raise ConfigError(
                "sampler = 'balanced' and logit_adjustment both lift rare countries; set one"
            )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"network": self.network.as_dict()}


_SETTINGS = TypeAdapter(TrainConfig)
_TABLES: dict[str, Any] = {
    "": TrainConfig,
    "network": NetworkConfig,
    "augmentation": Augmentation,
    "distillation": Distillation,
    "preprocessing": Preprocessing,
    "stages": Stage,
}
_NO_TOML = (ValueError, RecursionError)
"""Raised by tomllib: its own error and that of the encoding are among the first."""

_EXPECTED = {
    "bool_type": "true or false",
    "dataclass_type": "a table",
    "finite_number": "a finite number",
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
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(fault(file, "cannot be read", "see model/experiments", error)) from None
    except _NO_TOML as error:
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
    except _NO_TOML:
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
    if first["type"] == "missing":
        *above, last = first["loc"]
        what = f"number {last + 1} of its values" if isinstance(last, int) else last
        return f"{'.'.join(map(str, above))}: {what} is missing"
    expected = _EXPECTED.get(first["type"]) or first["msg"].removeprefix("Input should be ")
    if first["type"] == "too_long":
        expected = f"{first['ctx']['max_length']} values"
    if first["type"] == "literal_error":
        expected = first["ctx"]["expected"].replace("'", "").replace(", ", " or ")
    return f"{where} = {reprlib.repr(first['input'])}: must be {expected}"
