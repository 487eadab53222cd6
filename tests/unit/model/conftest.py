from __future__ import annotations

from pathlib import Path

import pytest
import torch

from model.checkpoint import Checkpoint, save
from model.data.preprocessing import Preprocessing
from model.network import Network, NetworkConfig


@pytest.fixture
def small_net(tmp_path: Path) -> Path:
    """The checkpoint of a net whose head knows nothing, for tiny pictures."""
    torch.manual_seed(0)
    network = Network(NetworkConfig(), pretrained=True).eval()
    save(Checkpoint(network, Preprocessing(64)), tmp_path / "small_net")
    return tmp_path / "small_net"
