"""What a trained net is on disk: weights, configuration, labels, preprocessing, and its past.

A directory with

- ``model.safetensors``: the weights in half precision;
- ``config.json``: network, preprocessing, temperature, labels, split fingerprint, git revision,
  figures of the validation split, and the hashes of the two other files;
- ``trained.json``: which places the net was trained or tuned on (keys, digests of the pictures,
  coordinates), so that the game can keep them out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import torch
from pydantic import ConfigDict, TypeAdapter
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes

from model.data.documents import EXACT, Positive, T, parse_document
from model.data.files import replacing
from model.data.preprocessing import Preprocessing
from model.data.trained import Trained
from model.errors import CheckpointError, GeoDuelError, fault
from model.geography import COUNTRY_CODES, LatLon
from model.levels import LEVELS, Accuracy, Measured
from model.network import Network, NetworkConfig

FORMAT = 1
DEFAULT_CHECKPOINT = Path(__file__).resolve().parent.parent / "assets" / "models" / "bundled"

LEVELS_FILE = "levels.json"
"""What ``model.measure_levels`` writes beside a checkpoint; it is no part of it."""

_WEIGHTS, _CONFIG, _TRAINED = "model.safetensors", "config.json", "trained.json"

_RESTORE = "restore it or train again"


@dataclass(frozen=True)
class Checkpoint:
    """A network with all that belongs to it.

    Attributes:
        network: in eval mode, float32, on the CPU.
        preprocessing: how it wants its pictures.
        temperature: logits are divided by this before the softmax; fitted on val.
        trained: what it must not be tested on.
        fingerprint: of the split it was trained with.
        info: whatever else is worth knowing: revision, recipe, validation figures.
    """

    network: Network
    preprocessing: Preprocessing
    temperature: float = 1.0
    trained: Trained = field(default_factory=Trained)
    fingerprint: str = ""
    info: dict[str, Any] = field(default_factory=dict)

    def probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        """Calibrated probabilities, float64 [N, 56], of logits [N, 56]."""
        return (logits.double() / self.temperature).softmax(dim=1)


@dataclass(frozen=True)
class _Config:
    """What ``config.json`` holds."""

    __pydantic_config__: ClassVar[ConfigDict] = EXACT

    format: int
    network: NetworkConfig
    preprocessing: Preprocessing
    temperature: Positive
    labels: list[str]
    sha256: dict[str, str]
    split_fingerprint: str = ""
    info: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Places:
    """What ``trained.json`` holds."""

    __pydantic_config__: ClassVar[ConfigDict] = EXACT

    keys: frozenset[str]
    digests: frozenset[str]
    locations: list[tuple[float, float]]


@dataclass(frozen=True)
class _Levels:
    """What ``levels.json`` holds."""

    weights_sha256: str
    accuracy: dict[str, dict[str, Accuracy]]


_ANY = TypeAdapter(dict[str, Any])
_CONFIGS, _PLACES, _LEVELS = TypeAdapter(_Config), TypeAdapter(_Places), TypeAdapter(_Levels)


def is_checkpoint(directory: Path) -> bool:
    """Whether a checkpoint lies there, by itself."""
    return (directory / _WEIGHTS).exists()


def save(checkpoint: Checkpoint, directory: Path) -> None:
    """Write a checkpoint; each file appears whole or not at all.

    Args:
        checkpoint: what to save; its weights are stored in half precision.
        directory: made if need be; files of an earlier checkpoint in it are replaced.
    """
    directory.mkdir(parents=True, exist_ok=True)
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in checkpoint.network.state_dict().items()
    }
    trained = checkpoint.trained
    places = {
        "keys": sorted(trained.keys),
        "digests": sorted(trained.digests),
        "locations": sorted([round(p.lat_deg, 5), round(p.lon_deg, 5)] for p in trained.locations),
    }
    # All three are written before the first takes its name: an earlier checkpoint stays whole.
    with (
        replacing(directory / _WEIGHTS) as weights,
        replacing(directory / _TRAINED) as trained_file,
        replacing(directory / _CONFIG) as config_file,
    ):
        weights.write_bytes(to_bytes(state))  # save_file hides the reason why it cannot write
        trained_file.write_text(json.dumps(places, separators=(",", ":")) + "\n")
        config = {
            "format": FORMAT,
            "network": checkpoint.network.config.as_dict(),
            "preprocessing": asdict(checkpoint.preprocessing),
            "temperature": checkpoint.temperature,
            "labels": list(COUNTRY_CODES),
            "split_fingerprint": checkpoint.fingerprint,
            "sha256": {_WEIGHTS: _sha256(weights), _TRAINED: _sha256(trained_file)},
            "info": checkpoint.info,
        }
        config_file.write_text(json.dumps(config, indent=2) + "\n")


def load(directory: Path) -> Checkpoint:
    """Read a checkpoint and check that it is whole and that it fits this program.

    Raises:
        CheckpointError: a missing or damaged file, other labels, or another format.
    """
    config = _read_config(directory)
    for name in (_WEIGHTS, _TRAINED):
        file = directory / name
        if not file.is_file():
            raise CheckpointError(f"{file}: missing; {_RESTORE}")
        if _sha256(file) != config.sha256.get(name):
            raise CheckpointError(f"{file}: hash differs from {_CONFIG}; {_RESTORE}")
    return Checkpoint(
        _read_network(directory, config.network),
        config.preprocessing,
        config.temperature,
        _read_trained(directory / _TRAINED),
        config.split_fingerprint,
        config.info,
    )


def _read_config(directory: Path) -> _Config:
    file = directory / _CONFIG
    given = _read(file, _ANY)
    if "config" in given:
        raise CheckpointError(
            f"{directory}: a run, not a checkpoint; give {directory / 'checkpoint'}"
        )
    if given.get("format") != FORMAT:
        raise CheckpointError(
            f"{file}: format {given.get('format')!r}, not {FORMAT}; "
            "train it again with this version"
        )
    if given.get("labels") != list(COUNTRY_CODES):
        raise CheckpointError(
            f"{file}: its labels are not the 56 countries; "
            "give a checkpoint of this game with --checkpoint"
        )
    return _read(file, _CONFIGS)


def _read_network(directory: Path, config: NetworkConfig) -> Network:
    try:
        network = Network(config)
        stated = network.mean.clone(), network.scale.clone()
        network.load_state_dict(_weights(directory / _WEIGHTS))
    except GeoDuelError as error:
        raise CheckpointError(f"{directory / _CONFIG}: {error}") from None
    except (TypeError, ValueError, RuntimeError, SafetensorError) as error:
        what = f"weights and {_CONFIG} do not fit"
        raise CheckpointError(fault(directory, what, "train it again", error)) from None
    if not all(value.isfinite().all() for value in network.state_dict().values()):
        raise CheckpointError(f"{directory / _WEIGHTS}: not all weights are finite; {_RESTORE}")
    if not all(map(torch.allclose, stated, (network.mean, network.scale), (1e-3, 1e-3))):
        raise CheckpointError(
            f"{directory / _CONFIG}: normalise = {config.normalise!r}, but the weights "
            "hold another normalisation; write the name of theirs"
        )
    return network.eval()


def read_measured(directory: Path) -> Measured:
    """What was measured of the opponent's levels; nothing, if that was with other weights.

    Args:
        directory: of a checkpoint.
    """
    try:
        document = _read(directory / LEVELS_FILE, _LEVELS)
        if document.weights_sha256 != weights_sha256(directory):
            return {}
    except CheckpointError:
        return {}
    return {
        kind: {level: figures[level] for level in LEVELS if level in figures}
        for kind, figures in document.accuracy.items()
    }


def weights_sha256(directory: Path) -> str:
    """Which weights a checkpoint holds, by its own list of files.

    Raises:
        CheckpointError: it has no such list.
    """
    return _read_config(directory).sha256.get(_WEIGHTS, "")


def _weights(file: Path) -> dict[str, torch.Tensor]:
    state = load_file(file)
    return {name: v.float() if v.is_floating_point() else v for name, v in state.items()}


def _read_trained(file: Path) -> Trained:
    places = _read(file, _PLACES)
    try:
        locations = tuple(LatLon(lat, lon) for lat, lon in places.locations)
    except ValueError as error:
        raise CheckpointError(fault(file, "damaged", _RESTORE, error)) from None
    return Trained(places.keys, places.digests, locations)


def _read(file: Path, shape: TypeAdapter[T]) -> T:
    try:
        return parse_document(file.read_bytes(), shape)
    except FileNotFoundError:
        raise CheckpointError(
            f"{file.parent}: no checkpoint ({file.name} is missing); "
            "give a directory that model.train wrote"
        ) from None
    except (OSError, ValueError) as error:
        raise CheckpointError(fault(file, "cannot be read", _RESTORE, error)) from None
    except GeoDuelError as error:
        raise CheckpointError(f"{file}: {error}") from None


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
