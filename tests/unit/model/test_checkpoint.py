from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

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


@pytest.mark.parametrize("text", ["[1]", "null", "3", "[" * 100_000, '{"a":' * 100_000])
def test_a_config_that_is_no_table_is_named(saved: Path, text: str) -> None:
    (saved / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"config\.json: cannot be read \(.*\); restore it"):
        load(saved)


@pytest.mark.parametrize(
    ("change_to", "message"),
    [
        ({"temperature": 0}, r"temperature: .*greater than 0"),
        ({"temperature": -1.0}, r"temperature: .*greater than 0"),
        ({"temperature": float("nan")}, r"temperature: .*finite number"),
        ({"temperature": float("inf")}, r"temperature: .*finite number"),
        ({"temperature": "1"}, r"temperature: .*valid number"),
        ({"info": None}, "info: "),
        ({"info": [1]}, "info: "),
        ({"info": "x"}, "info: "),
        ({"sha256": None}, "sha256: "),
        ({"sha256": []}, "sha256: "),
        ({"network": {"backbone": 3}}, r"network\.backbone: "),
        ({"network": {"head": [-1]}}, r"head = \[-1\]: widths must be"),
        ({"preprocessing": {"short_side_px": float("nan")}}, r"preprocessing\.short_side_px: "),
        ({"preprocessing": {"stride_px": float("nan")}}, r"preprocessing\.stride_px: "),
        ({"preprocessing": {"stride_px": 10**9}}, r"short_side_px = 320: at least 1000000000"),
        ({"preprocessing": {"short_side_px": 10**9}}, r"at most 16384 px"),
        ({"preprocessing": {"max_aspect": 1e9}}, r"at most 16384 px"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(
    saved: Path, change_to: dict[str, object], message: str
) -> None:
    change(saved / "config.json", **change_to)
    with pytest.raises(CheckpointError, match=rf"config\.json: .*{message}") as caught:
        load(saved)
    assert "\n" not in str(caught.value)


def hashed(directory: Path) -> None:
    """Make the hashes of a checkpoint those of its files."""
    names = ("model.safetensors", "trained.json")
    hashes = {n: hashlib.sha256((directory / n).read_bytes()).hexdigest() for n in names}
    change(directory / "config.json", sha256=hashes)


@pytest.mark.parametrize("name", ["model.safetensors", "trained.json"])
def test_a_file_without_a_hash_is_refused(saved: Path, name: str) -> None:
    hashes = json.loads((saved / "config.json").read_text())["sha256"]
    change(saved / "config.json", sha256={n: h for n, h in hashes.items() if n != name})
    with pytest.raises(CheckpointError, match=rf"{name}: hash differs from config\.json"):
        load(saved)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(saved: Path, value: float) -> None:
    state = load_file(saved / "model.safetensors")
    name = next(name for name in state if name.startswith("head"))
    state[name] = state[name].clone()
    state[name][0] = value
    save_file(state, saved / "model.safetensors")
    hashed(saved)
    with pytest.raises(CheckpointError, match=r"safetensors: not all weights are finite; restore"):
        load(saved)


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({}, "keys: "),
        ([], "object"),
        ({"keys": None, "digests": [], "locations": []}, "keys: "),
        ({"keys": [], "digests": [1], "locations": []}, r"digests\.0: "),
        ({"keys": [], "digests": [], "locations": [1]}, r"locations\.0: "),
        ({"keys": [], "digests": [], "locations": [[1000.0, 0.0]]}, "no latitude"),
    ],
)
def test_damaged_places_are_named_though_their_hash_is_right(
    saved: Path, places: object, message: str
) -> None:
    (saved / "trained.json").write_text(json.dumps(places))
    hashed(saved)
    with pytest.raises(CheckpointError, match=rf"trained\.json: .*{message}.*; restore it or"):
        load(saved)


def test_the_folder_of_a_run_says_where_its_checkpoint_lies(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"config": {}}')
    with pytest.raises(CheckpointError, match=r"a run, not a checkpoint; give .*/checkpoint$"):
        load(tmp_path)
