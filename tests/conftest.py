"""Data that several tests share: generated shards and folders, the packs, the real photographs."""

from __future__ import annotations

import io
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
STREETVIEW = ROOT.parent / "shared" / "streetview"
PRACTICE = ROOT / "assets" / "practice" / "data"


# A shell that puts the tests in the background makes them ignore Ctrl-C, and their children, too.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _two_threads() -> None:
    torch.set_num_threads(2)


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEODUEL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def streetview() -> Path:
    if not STREETVIEW.is_dir():
        pytest.skip("needs the real photographs in ../shared/streetview")
    return STREETVIEW


def jpeg(width: int = 96, height: int = 64, seed: int = 0, **options: Any) -> bytes:
    """A picture with something in it: noise over a gradient."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0, 200, width)[None, :, None] + rng.integers(0, 55, (height, width, 3))
    stream = io.BytesIO()
    Image.fromarray(ramp.astype(np.uint8)).save(stream, "JPEG", **options)
    return stream.getvalue()


def shard(file: Path, rows: Sequence[dict[str, Any]], *, group: int = 4, drop: str = "") -> Path:
    """A parquet shard in the Hugging Face layout; each row overrides the defaults."""
    full = [
        {
            "image": {"bytes": jpeg(300, 64, seed=i), "path": f"{i}.jpg"},
            "country_iso_alpha2": "HU",
            "latitude": str(47 + i / 10),
            "longitude": "19.0",
            "address": "",
        }
        | row
        for i, row in enumerate(rows)
    ]
    for row in full:
        row.pop(drop, None)
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(full), file, row_group_size=group)
    return file


@pytest.fixture
def photo_folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder-per-country directory: ``photo_folder(Hungary=3, Narnia=1)``."""

    def make(**counts: int) -> Path:
        for i, (country, n) in enumerate(counts.items()):
            folder = tmp_path / "photos" / country.replace("_", " ")
            folder.mkdir(parents=True)
            for k in range(n):
                (folder / f"canvas_{i}{k:03}.jpg").write_bytes(jpeg(seed=100 * i + k))
        return tmp_path / "photos"

    return make
