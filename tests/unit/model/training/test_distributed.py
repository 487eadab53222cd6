from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor, multiprocessing, nn
from torch.utils.data import Dataset

from model.data.datasets import Item
from model.errors import ConfigError
from model.training import features
from model.training.batches import Batch, BatchLoader, UnreadableItem
from model.training.distributed import Processes, choose_device, join_processes
from model.training.features import FeatureCache
from model.training.fitting import AdjustedLoss, GradientSteps
from tests.unit.model.training.small_runs import ALONE

# Pictures of each batch of each process, step by step; -1 is one that cannot be read.
STEPS: list[tuple[list[list[int]], list[list[int]]]] = [
    ([[0, 1, 2], [3, 4]], [[5]]),
    ([[6, 7]], []),
    ([[-1]], [[8], [9, 10]]),
    ([[-1], [-1]], [[-1]]),
    ([[11], [12], [13]], [[-1], [14, -1], [-1]]),
]


def batch_of(items: Sequence[int]) -> Batch:
    read = [i for i in items if i >= 0]
    pictures = torch.randn(15, 4, generator=torch.Generator().manual_seed(0))
    unreadable = [UnreadableItem(i, "damaged") for i in items if i < 0]
    labels = torch.tensor(read, dtype=torch.long)
    return Batch(pictures[read] if read else None, labels, read, unreadable)


def learn(processes: Processes, steps: Sequence[Sequence[Sequence[int]]]) -> dict[str, Tensor]:
    """The weights after these steps, and the losses."""
    torch.manual_seed(0)
    learner = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 56))
    # Not AdamW, whose steps are the same whatever the scale of the gradients.
    optimizer = torch.optim.SGD(learner.parameters(), momentum=0.9)
    loss = AdjustedLoss(torch.zeros(56))
    gradients = GradientSteps(learner, loss, optimizer, processes)
    found = [gradients.step([batch_of(b) for b in batches], 0.5) for batches in steps]
    return {"losses": torch.tensor(found), **learner.state_dict()}


class Numbers(Dataset[Item]):
    def __getitem__(self, index: int) -> Item:
        return torch.tensor([float(index)]), index


def compute_features(processes: Processes, folder: Path) -> list[int]:
    """Which of eight items this process computed; it gets all of them."""
    computed: list[int] = []

    def frozen(x: Tensor) -> Tensor:
        computed.append(int(x))
        return 2 * x

    features.ITEMS_PER_FILE = 3
    cache = FeatureCache(folder, frozen, "a", lambda items: items)
    cached, kept = cache.features(BatchLoader(Numbers()), [str(i) for i in range(8)], processes)
    assert kept == list(range(8))
    assert [float(cached[i][0]) for i in kept] == [2.0 * i for i in kept]
    return computed


def learn_as(rank: int, port: int, folder: Path) -> None:
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    os.environ |= {"WORLD_SIZE": "2", "RANK": str(rank), "LOCAL_RANK": str(rank)}
    torch.set_num_threads(1)
    with join_processes("cpu") as processes:
        assert processes.union({rank}) == {0, 1}
        assert processes.total(rank + 1) == 3
        computed = compute_features(processes, folder)
        assert computed == ([0, 2, 4, 6], [1, 3, 5, 7])[rank]
        torch.save(learn(processes, [step[rank] for step in STEPS]), folder / f"{rank}.pt")


def test_uneven_parts_of_two_processes_learn_what_one_learns_from_all(tmp_path: Path) -> None:
    if not torch.distributed.is_gloo_available():
        pytest.skip("this PyTorch has no gloo")
    whole = [[[i for part in step for batch in part for i in batch]] for step in STEPS]
    expected = learn(ALONE, whole)
    assert expected["losses"][:, 1].tolist() == [6, 2, 3, 0, 4]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    multiprocessing.spawn(learn_as, (port, tmp_path), nprocs=2)
    for rank in range(2):
        found = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        for name, value in expected.items():
            assert torch.allclose(found[name], value, rtol=1e-5, atol=1e-6), (rank, name)


def test_devices() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    with pytest.raises(ConfigError, match="--device tpu: must be one of auto, cpu, cuda"):
        choose_device("tpu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.cuda, "is_available", lambda: False)
        assert choose_device("auto") == torch.device("cpu")
        with pytest.raises(ConfigError, match="--device cuda: there is no GPU here"):
            choose_device("cuda")
        patch.setattr(torch.cuda, "is_available", lambda: True)
        patch.setattr(torch.cuda, "device_count", lambda: 2)
        assert choose_device("auto", 1) == torch.device("cuda", 1)
        with pytest.raises(ConfigError, match="process 2 of this machine finds 2 GPUs"):
            choose_device("cuda", 2)
