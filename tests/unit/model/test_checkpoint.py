from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from model.checkpoint import Checkpoint, load, save
from model.data.preprocessing import Preprocessing
from model.data.trained import Trained
from model.errors import CheckpointError
from model.geography import LatLon
from model.network import Network, NetworkConfig
from model.types import Place


@pytest.fixture(scope="module")
def original() -> Checkpoint:
    torch.manual_seed(0)
    trained = Trained(frozenset({"ab"}), frozenset({"cd"}), (LatLon(47.123456, 19.5),))
    return Checkpoint(
        Network(NetworkConfig(), pretrained=True).eval(),
        Preprocessing(224),
        1.7,
        trained,
        "f00d",
        {"note": "x"},
    )


@pytest.fixture
def saved(original: Checkpoint, tmp_path: Path) -> Path:
    save(original, tmp_path / "c")
    return tmp_path / "c"


def test_what_is_loaded_is_what_was_saved(original: Checkpoint, saved: Path) -> None:
    loaded = load(saved)
    assert loaded.preprocessing == original.preprocessing
    assert (loaded.temperature, loaded.fingerprint, loaded.info) == (1.7, "f00d", {"note": "x"})
    assert loaded.trained.covers(Place("ab", "HU", None, "photos"))
    assert loaded.trained.covers(Place("zz", "HU", LatLon(47.127, 19.5), "parquet"))
    assert not loaded.trained.covers(Place("zz", "HU", LatLon(47.2, 19.5), "parquet"))
    pixels = torch.randint(0, 256, (1, 3, 64, 96))
    with torch.no_grad():
        before, after = original.network(pixels), loaded.network(pixels)
    assert torch.allclose(before, after, atol=0.05)
    assert not loaded.network.training


def test_it_is_small_and_leaves_nothing_half_written(saved: Path) -> None:
    assert sorted(f.name for f in saved.iterdir()) == [
        "config.json",
        "model.safetensors",
        "trained.json",
    ]
    assert (saved / "model.safetensors").stat().st_size < 14 * 2**20


def change(file: Path, **values: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def test_other_labels_are_refused(saved: Path) -> None:
    change(saved / "config.json", labels=["HU", "RO"])
    with pytest.raises(CheckpointError, match=r"config\.json: its labels are not the 56"):
        load(saved)


def test_another_format_is_refused(saved: Path) -> None:
    change(saved / "config.json", format=99)
    with pytest.raises(CheckpointError, match="format 99, not 1"):
        load(saved)


def test_another_normalisation_than_the_weights_hold_is_refused(saved: Path) -> None:
    network = json.loads((saved / "config.json").read_text())["network"]
    change(saved / "config.json", network=network | {"normalise": "minus_one_one"})
    with pytest.raises(CheckpointError, match=r"config\.json: normalise = 'minus_one_one', but"):
        load(saved)


def test_another_network_than_the_weights_is_refused(saved: Path) -> None:
    change(saved / "config.json", network={"backbone": "resnet50", "head": [], "dropout": 0.0})
    with pytest.raises(CheckpointError, match="do not fit") as caught:
        load(saved)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["model.safetensors", "trained.json"])
def test_a_changed_file_is_found_by_its_hash(saved: Path, name: str) -> None:
    data = bytearray((saved / name).read_bytes())
    data[len(data) // 2] ^= 1
    (saved / name).write_bytes(data)
    with pytest.raises(CheckpointError, match=rf"{name}: hash differs"):
        load(saved)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "trained.json"])
def test_a_missing_file_is_named(saved: Path, name: str) -> None:
    (saved / name).unlink()
    with pytest.raises(CheckpointError, match=name):
        load(saved)


def test_a_config_that_is_no_json_is_named(saved: Path) -> None:
    (saved / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"config\.json: cannot be read"):
        load(saved)
