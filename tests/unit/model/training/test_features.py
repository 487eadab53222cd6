from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.utils.data import Dataset

from model.errors import PictureError
from model.training.batches import BatchLoader
from model.training.features import FeatureCache
from tests.unit.model.training.small_runs import ALONE

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("workers", [0, 2])
def test_frozen_parts_are_computed_once(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.training.features.ITEMS_PER_FILE", 7)
    seen: list[int] = []
    damaged: list[int] = []

    def frozen(x: Tensor) -> Tensor:
        seen.append(int(x))
        return 2 * x

    def unreadable(item: int, error: PictureError) -> None:
        assert item == 9
        damaged.append(item)

    class Numbers(Dataset[tuple[Tensor, int]]):
        def __getitem__(self, i: int) -> tuple[Tensor, int]:
            if i == 9:
                raise PictureError("x.jpg: damaged")
            return torch.tensor([float(i)])[0], i

    def run(identity: str, n: int, step: int = 1) -> tuple[list[float], list[int]]:
        cache = FeatureCache(tmp_path, frozen, identity, lambda items: items)
        with BatchLoader(Numbers(), workers, unreadable=unreadable) as load:
            names = [str(i) if i % step == 0 else f"other {i}" for i in range(n)]
            dataset, kept = cache.features(load, names, ALONE)
        assert [dataset[k][1] for k in range(len(dataset))] == kept
        return [float(dataset[k][0]) for k in range(len(dataset))], kept

    expected = [i for i in range(20) if i != 9]
    assert run("a", 20) == ([2.0 * i for i in expected], expected)
    assert seen == expected
    assert run("a", 20) == ([2.0 * i for i in expected], expected)
    assert seen == expected, "the second run takes everything from disk"
    assert damaged == [9, 9], "what could not be read is reported in every run"
    run("a", 22)
    assert seen == [*expected, 20, 21], "only what was not there is new"
    run("a", 9, step=2)
    assert seen[-4:] == [1, 3, 5, 7], "every other item is known, whatever stands beside it"
    run("b", 3)
    assert seen[-3:] == [0, 1, 2], "another frozen part"
    assert not list(tmp_path.rglob("*.part"))


def test_a_damaged_cache_is_computed_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Numbers(Dataset[tuple[Tensor, int]]):
        def __getitem__(self, i: int) -> tuple[Tensor, int]:
            return torch.tensor(float(i)), i

    for damage in (b"", b"text", b"PK\x03\x04 half a file"):
        cache = FeatureCache(tmp_path, lambda x: 2 * x, "a", lambda items: items)
        cached, _ = cache.features(BatchLoader(Numbers()), ["0", "1", "2"], ALONE)
        assert [float(cached[i][0]) for i in range(3)] == [0.0, 2.0, 4.0]
        (file,) = tmp_path.rglob("*.pt")
        file.write_bytes(damage)
    caplog.clear()
    cache.features(BatchLoader(Numbers()), ["0", "1", "2"], ALONE)
    assert f"{file}: damaged" in caplog.text
