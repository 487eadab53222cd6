"""Settings of one stretch of a training run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from model.errors import ConfigError
from model.network import Freeze

MOST_EPOCHS = 100_000


@dataclass(frozen=True)
class Stage:
    """One stretch of training.

    Attributes:
        freeze: ``trunk`` trains the head on pooled features, ``front`` the head and the last
            blocks on cached activations, ``none`` everything on pixels.
        epochs: how long; fractions are allowed.
        lr_from: learning rate at the start; it falls to ``lr_to`` along a cosine.
        lr_to: learning rate at the end.
        warmup: epochs at the start in which the rate rises from 0.
        head_rate: the head learns this many times as fast as the last layer of the trunk.
        layer_decay: each layer of the trunk learns this many times as fast as the one behind it: a
            block of an EfficientNet, a stage of a ResNet (layer-wise rates as in BERT's and ViTs'
            fine-tuning).
        frozen_layers: that many layers of the trunk, from the picture on, stay as they are.
        keep_norms: batch norms keep the statistics they came with, as they always do where
            anything is frozen: small batches tell little.
        solver: ``adamw`` goes through one view of each place an epoch, in batches; ``lbfgs`` (only
            with ``trunk``) through all views at once, each place weighing the same, for a head
            that is fitted to the end in seconds. It knows no learning rate and no dropout.
        l2: for ``lbfgs``, the weight of the squared weights beside the mean loss.
        cache: whether what frozen parts make of the pictures is computed once and kept; half a
            kilobyte a view for ``trunk``, but megabytes for the ``front`` of a ResNet.
        short_side_px: size of what is shown in a stage on pixels; 0 is that of the preprocessing,
            with which the net is validated and plays. A net judges better somewhat larger than it
            learnt (Touvron et al. 2019, arXiv:1906.06423).
    """

    freeze: Freeze = "trunk"
    epochs: float = 1.0
    lr_from: float = 1e-3
    lr_to: float = 1e-5
    warmup: float = 0.0
    head_rate: float = 1.0
    layer_decay: float = 1.0
    frozen_layers: int = 0
    keep_norms: bool = False
    solver: Literal["adamw", "lbfgs"] = "adamw"
    l2: float = 1e-3
    cache: bool = True
    short_side_px: int = 0

    def __post_init__(self) -> None:
        if not (0 < self.epochs <= MOST_EPOCHS and self.lr_from > 0 and self.lr_to > 0):
            raise ConfigError(
                f"epochs, lr_from and lr_to must be above 0, and epochs at most {MOST_EPOCHS}"
            )
        if not (self.head_rate > 0 and 0 < self.layer_decay <= 1):
            raise ConfigError("head_rate must be above 0, layer_decay in (0, 1]")
        if not 0 <= self.warmup < self.epochs:
            raise ConfigError(f"warmup = {self.warmup}: must be at least 0 and less than epochs")
        if self.l2 < 0:
            raise ConfigError(f"l2 = {self.l2}: must be at least 0")
        if self.frozen_layers < 0 or (self.frozen_layers and self.freeze != "none"):
            raise ConfigError("frozen_layers must be at least 0, and needs freeze = 'none'")
        if self.solver == "lbfgs" and self.freeze != "trunk":
            raise ConfigError("solver = 'lbfgs' needs freeze = 'trunk'")
        if self.solver == "lbfgs" and not self.cache:
            raise ConfigError("solver = 'lbfgs' needs cache = true")
        if self.short_side_px and not self.on_pixels:
            raise ConfigError("short_side_px of a stage needs freeze = 'none' or cache = false")
        if self.short_side_px < 0:
            raise ConfigError(f"short_side_px = {self.short_side_px}: must be at least 0")

    def rate(self, fraction: float) -> float:
        """The learning rate when this fraction, 0..1, of the stage is over."""
        rising = self.warmup / self.epochs
        if fraction < rising:
            return self.lr_from * fraction / rising
        cosine = 0.5 + 0.5 * math.cos(math.pi * (fraction - rising) / (1 - rising))
        return self.lr_to + (self.lr_from - self.lr_to) * cosine

    @property
    def on_pixels(self) -> bool:
        """Whether its steps begin with pictures, not with cached activations."""
        return self.freeze == "none" or not self.cache
