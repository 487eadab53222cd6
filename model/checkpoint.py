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
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes

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
    config = _read_json(directory / _CONFIG, directory)
    if config.get("format") != FORMAT:
        raise CheckpointError(
            f"{directory / _CONFIG}: format {config.get('format')!r}, not {FORMAT}; "
            "train it again with this version"
        )
    if config.get("labels") != list(COUNTRY_CODES):
        raise CheckpointError(
            f"{directory / _CONFIG}: its labels are not the 56 countries; "
            "give a checkpoint of this game with --checkpoint"
        )
    for name, expected in config.get("sha256", {}).items():
        file = directory / Path(name).name
        if not file.is_file():
            raise CheckpointError(f"{file}: missing; restore it or train again")
        if _sha256(file) != expected:
            raise CheckpointError(f"{file}: hash differs from {_CONFIG}; restore it or train again")
    try:
        network_config = config["network"] | {"head": tuple(config["network"]["head"])}
        network = Network(NetworkConfig(**network_config))
        stated = network.mean.clone(), network.scale.clone()
        network.load_state_dict(_weights(directory / _WEIGHTS))
        preprocessing = Preprocessing(**config["preprocessing"])
        temperature = float(config["temperature"])
    except GeoDuelError as error:
        raise CheckpointError(f"{directory / _CONFIG}: {error}") from None
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        what = f"weights and {_CONFIG} do not fit"
        raise CheckpointError(fault(directory, what, "train it again", error)) from None
    if not all(map(torch.allclose, stated, (network.mean, network.scale), (1e-3, 1e-3))):
        raise CheckpointError(
            f"{directory / _CONFIG}: normalise = {network.config.normalise!r}, but the weights "
            "hold another normalisation; write the name of theirs"
        )
    return Checkpoint(
        network.eval(),
        preprocessing,
        temperature,
        _read_trained(directory / _TRAINED, directory),
        str(config.get("split_fingerprint", "")),
        dict(config.get("info", {})),
    )


def read_measured(directory: Path) -> Measured:
    """What was measured of the opponent's levels; nothing, if that was with other weights.

    Args:
        directory: of a checkpoint.
    """
    try:
        document = _read_json(directory / LEVELS_FILE, directory)
        if document["weights_sha256"] != weights_sha256(directory):
            return {}
        return {
            kind: {level: Accuracy(**figures[level]) for level in LEVELS if level in figures}
            for kind, figures in document["accuracy"].items()
        }
    except (CheckpointError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def weights_sha256(directory: Path) -> str:
    """Which weights a checkpoint holds, by its own list of files.

    Raises:
        CheckpointError: it has no such list.
        KeyError: the list does not name the weights.
    """
    return str(_read_json(directory / _CONFIG, directory)["sha256"][_WEIGHTS])


def _weights(file: Path) -> dict[str, torch.Tensor]:
    state = load_file(file)
    return {name: v.float() if v.is_floating_point() else v for name, v in state.items()}


def _read_trained(file: Path, directory: Path) -> Trained:
    places = _read_json(file, directory)
    locations = tuple(LatLon(lat, lon) for lat, lon in places["locations"])
    return Trained(frozenset(places["keys"]), frozenset(places["digests"]), locations)


def _read_json(file: Path, directory: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise CheckpointError(
            f"{directory}: no checkpoint ({file.name} is missing); "
            "give a directory that model.train wrote"
        ) from None
    except (OSError, ValueError) as error:
        remedy = "restore it or train again"
        raise CheckpointError(fault(file, "cannot be read", remedy, error)) from None


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
