"""Feeding a training: its own loader against a naive one and against the ``datasets`` library.

*Ours* is what ``model.train`` feeds a stage on pixels with, under ``pixels = "fast"``: the same
views, steps and worker processes.

All read the same generated shards (pictures of 3050 x 561, about 250 KB, in Snappy row groups of
100) and give the same: a random crop, mirrored every other time, letterboxed at a short side of
320, normalised to [-1, 1]. Each runs in a process of its own, in turns, with the same workers; an
epoch is timed after a first one. The last decodes as ours does and gives blank pictures, so ours to
it is the share of bare decoding that is reached. Memory is the proportional set size of its process
and workers.

Then a random row of 1,000 and of 11,000: its time against decoding its JPEG, and the memory; the
first time that the shards are opened, their rows are copied.

usage::

    python -m tests.benchmarks loader [--json -] [--repeat N]
    python -m tests.benchmarks.loader [--pictures N] [--workers N] [--rows N,N] [--data DIR]
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from model.data.collection import Collection
from model.data.datasets import Pixels, all_views
from model.data.preprocessing import Preprocessing
from model.data.sources import ParquetSource
from model.geography import COUNTRY_INDEX
from model.training.batches import BatchLoader, steps_of_epoch
from model.types import Crop
from tests.benchmarks.measure import peak_memory_mb

WIDTH, HEIGHT, JPEG_BYTES = 3050, 561, 250_000
BATCH = 16
PREPROCESSING = Preprocessing(320, "fixed")


def noise_jpegs(n: int) -> list[bytes]:
    """Pictures of coarse colour and fine noise, of about ``JPEG_BYTES``."""
    rng = np.random.default_rng(0)
    pictures = []
    for _ in range(n):
        coarse = rng.integers(0, 255, (HEIGHT // 24, WIDTH // 24, 3), dtype=np.uint8)
        ground = np.asarray(Image.fromarray(coarse).resize((WIDTH, HEIGHT)), dtype=float)
        noise = rng.normal(0, 9, (HEIGHT, WIDTH, 1))
        stream = io.BytesIO()
        pixels = np.clip(ground * 0.6 + 50 + noise, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(stream, "JPEG", quality=61)
        pictures.append(stream.getvalue())
    return pictures


def write_shards(folder: Path, rows: int, pictures: list[bytes]) -> None:
    """Shards of 2,200 rows, like the data set's; a comment makes each row's JPEG its own."""
    folder.mkdir(parents=True)
    empty = pa.table({"latitude": [""], "longitude": [""], "address": [""]})
    writer = None
    for first in range(0, rows, 100):
        if first % 2200 == 0:
            if writer:
                writer.close()
            writer = None
        numbers = range(first, min(first + 100, rows))
        images = []
        for i in numbers:
            data = pictures[i % len(pictures)]
            comment = b"\xff\xfe\x00\x0a" + i.to_bytes(8, "big")
            images.append({"bytes": data[:2] + comment + data[2:], "path": f"{i}.jpg"})
        table = pa.table(
            {
                "image": images,
                "country_iso_alpha2": ["HU"] * len(numbers),
                **{name: [""] * len(numbers) for name in empty.column_names},
            }
        )
        if writer is None:
            writer = pq.ParquetWriter(folder / f"train-{first // 2200:05}.parquet", table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def _floats(x: Tensor) -> Tensor:
    """What the network does with 8-bit pixels: [-1, 1]."""
    return torch.sub(x, 127.5).div_(127.5) if x.dtype == torch.uint8 else x


Epochs = Iterator[Iterator[Tensor]]
"""Epoch after epoch, each a stream of batches [n, 3, H, W]."""


def _training(folder: Path, workers: int, *, pixels: Pixels = "fast") -> Epochs:
    """The parts of a :class:`Trainer`'s stage on pixels, put together as it does."""
    collection = Collection.open([folder])
    numbers = range(len(collection.places))
    dataset = all_views(collection, numbers, PREPROCESSING, crops=5, flip=True, pixels=pixels)
    loader = BatchLoader(dataset, workers)
    for epoch in itertools.count():
        steps = steps_of_epoch([draw.place for draw in dataset.draws], None, BATCH, epoch)
        yield (batch.inputs for batch in loader(steps) if batch.inputs is not None)


def _loaded(dataset: Callable[[Path], Dataset[Any]], folder: Path, workers: int) -> Epochs:
    """Any other dataset through torch's loader."""
    loader = DataLoader(
        dataset(folder), BATCH, shuffle=True, num_workers=workers, persistent_workers=workers > 0
    )
    while True:
        yield (x for x, _ in loader)


def _steps(width: int, height: int) -> tuple[tuple[int, int], list[int]]:
    """Size within the canvas, and the padding round it."""
    laid = PREPROCESSING.layout(width, height)
    right = laid.canvas_width_px - laid.left_px - laid.width_px
    bottom = laid.canvas_height_px - laid.top_px - laid.height_px
    return (laid.height_px, laid.width_px), [laid.left_px, laid.top_px, right, bottom]


def _table(folder: Path) -> Any:
    """All rows of the shards, in memory."""
    import pandas as pd

    return pd.concat([pd.read_parquet(f) for f in sorted(folder.glob("*.parquet"))])


def _naive(folder: Path, *, crop_first: bool = False) -> Dataset[Any]:
    from torchvision import transforms

    table = _table(folder)

    class Naive(Dataset[Any]):
        def __len__(self) -> int:
            return len(table)

        def __getitem__(self, index: int) -> tuple[Tensor, int]:
            row = table.iloc[index]
            picture = Image.open(io.BytesIO(row["image"]["bytes"])).convert("RGB")
            if crop_first:
                picture = picture.crop(Crop.at(*picture.size, random.random()).box)
            size, padding = _steps(*Crop.at(*picture.size, 0).box[2:])
            transform = transforms.Compose(
                [
                    transforms.Resize(size if crop_first else size[0]),
                    transforms.RandomCrop(size),
                    transforms.RandomHorizontalFlip(),
                    transforms.Pad(padding, fill=127),
                    transforms.ToTensor(),
                    transforms.Normalize([0.5] * 3, [0.5] * 3),
                ]
            )
            return transform(picture), COUNTRY_INDEX[row["country_iso_alpha2"]]

    return Naive()


def _datasets(folder: Path) -> Dataset[Any]:
    import datasets
    from torchvision.transforms import v2

    datasets.disable_progress_bars()
    files = [str(f) for f in sorted(folder.glob("*.parquet"))]
    rows = datasets.load_dataset(
        "parquet", data_files=files, split="train", cache_dir=str(folder / "cache")
    ).cast_column("image", datasets.Image())

    def transform(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        pixels = []
        for picture in batch["image"]:
            x = v2.functional.to_image(picture.convert("RGB"))
            crop = Crop.at(x.shape[2], x.shape[1], random.random())
            left, top, right, bottom = crop.box
            size, padding = _steps(crop.width_px, crop.height_px)
            steps = v2.Compose(
                [
                    v2.Resize(size, antialias=True),
                    v2.RandomHorizontalFlip(),
                    v2.Pad(padding, fill=127),
                    v2.ToDtype(torch.float32, scale=True),
                    v2.Normalize([0.5] * 3, [0.5] * 3),
                ]
            )
            pixels.append(steps(x[:, top:bottom, left:right]))
        return {"x": pixels, "y": [COUNTRY_INDEX[c] for c in batch["country_iso_alpha2"]]}

    rows.set_transform(transform)

    class Pairs(Dataset[Any]):
        def __len__(self) -> int:
            return len(rows)

        def __getitem__(self, index: int) -> tuple[Tensor, int]:
            row = rows[index]
            return row["x"], row["y"]

    return Pairs()


def _decoding(folder: Path) -> Dataset[Any]:
    from torchvision.io import decode_jpeg

    table = _table(folder)

    class Decoding(Dataset[Any]):
        def __len__(self) -> int:
            return len(table)

        def __getitem__(self, index: int) -> tuple[Tensor, int]:
            data = np.frombuffer(bytearray(table.iloc[index]["image"]["bytes"]), np.uint8)
            _, height, width = decode_jpeg(torch.from_numpy(data)).shape
            laid = PREPROCESSING.layout(*Crop.at(width, height, 0).box[2:])
            return torch.zeros(3, laid.canvas_height_px, laid.canvas_width_px, dtype=torch.uint8), 0

    return Decoding()


CONTESTANTS: dict[str, Callable[[Path, int], Epochs]] = {
    "ours": _training,
    "naive: pandas, PIL, transforms one by one": partial(_loaded, _naive),
    "naive, cropped before it is resized": partial(_loaded, partial(_naive, crop_first=True)),
    "datasets library, torchvision v2": partial(_loaded, _datasets),
    "ours with the pixels of play": partial(_training, pixels="exact"),
    "decoding alone, blank pictures": partial(_loaded, _decoding),
}


def feed(name: str, folder: Path, workers: int) -> dict[str, Any]:
    """One contestant, in this process: time a second epoch in random order."""
    start = time.perf_counter()
    torch.manual_seed(0)
    epochs = CONTESTANTS[name](folder, workers)
    batches = next(epochs)
    shape = list(_floats(next(batches)).shape)
    first_batch_s = time.perf_counter() - start
    for x in batches:
        _floats(x)
    start, n = time.perf_counter(), 0
    for x in next(epochs):
        n += len(_floats(x))
    seconds = time.perf_counter() - start
    return {"pictures_per_s": n / seconds, "first_batch_s": first_batch_s, "n": n, "shape": shape}


def random_rows(folder: Path, reads: int = 200) -> dict[str, Any]:
    """Read rows of a source at random, and decode them, in this process."""
    Image.open(io.BytesIO(noise_jpegs(1)[0])).load()
    files = sorted(folder.glob("*.parquet"))
    start = time.perf_counter()
    ParquetSource(files)
    first_open_s = time.perf_counter() - start
    before_mb, start = _resident_mb(), time.perf_counter()
    source = ParquetSource(files)
    open_s = time.perf_counter() - start
    n = len(source.places)
    reading, decoding = [], []
    for i in random.Random(0).choices(range(n), k=reads):
        start = time.perf_counter()
        data = source.read(i)
        middle = time.perf_counter()
        Image.open(io.BytesIO(data)).load()
        reading.append(middle - start)
        decoding.append(time.perf_counter() - middle)
    return {
        "rows": n,
        "first_open_s": round(first_open_s, 3),
        "open_s": round(open_s, 3),
        "read_ms": round(1e3 * statistics.median(reading), 3),
        "read_mean_ms": round(1e3 * statistics.fmean(reading), 3),
        "decode_ms": round(1e3 * statistics.median(decoding), 3),
        "read_and_decode_to_decode": round(1 + sum(reading) / sum(decoding), 3),
        "grown_mb": round(_resident_mb() - before_mb, 1),
    }


def _resident_mb() -> float:
    """What this process holds now; its peak where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return peak_memory_mb()
    return next(int(s.split()[1]) for s in status.splitlines() if s.startswith("VmRSS")) / 1024


def _child(*arguments: str) -> dict[str, Any]:
    """Run this module in a process of its own; adds ``peak_mb`` of it and its workers."""
    command = [sys.executable, "-m", "tests.benchmarks.loader", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak_mb = 0.0
        while process.poll() is None:
            peak_mb = max(peak_mb, _tree_mb(process.pid))
            time.sleep(0.2)
        assert process.stdout
        out = process.stdout.read()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}")
    return {**json.loads(out.splitlines()[-1]), "peak_mb": round(peak_mb, 1)}


def _tree_mb(pid: int) -> float:
    """Proportional set size of a process and its descendants; 0 where the system has none."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        own = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        children = " ".join(p.read_text() for p in Path(f"/proc/{pid}/task").glob("*/children"))
    except (OSError, StopIteration):
        return 0.0
    return own + sum(_tree_mb(int(child)) for child in children.split())


def run(
    repeat: int,
    pictures: int = 128,
    workers: int = 2,
    rows: tuple[int, ...] = (1000, 11000),
    data: Path | None = None,
) -> dict[str, Any]:
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTESTANTS}
    with tempfile.TemporaryDirectory() as temporary:
        # Copies of rows go when the shards go.
        os.environ["GEODUEL_CACHE"] = str(Path(temporary, "cache"))
        distinct = noise_jpegs(24)
        folder = data or Path(temporary, "pictures")
        if data is None:
            write_shards(folder, pictures, distinct)
        turns = min(repeat, 2)
        for _ in range(turns):
            for name in CONTESTANTS:
                results[name].append(_child("--feed", name, str(folder), str(workers)))
        flat = []
        for n in rows:
            write_shards(Path(temporary, str(n)), n, distinct)
            flat.append(_child("--random-rows", str(Path(temporary, str(n)))))
    speed = {
        name: statistics.median(r["pictures_per_s"] for r in runs) for name, runs in results.items()
    }
    assert len({str(runs[0]["shape"]) for runs in results.values()}) == 1
    own = speed.pop("ours")
    return {
        "name": "loader: pictures per second",
        "ours": round(own, 1),
        "peers": {name: round(value, 1) for name, value in speed.items()},
        "ratios": {name: round(own / value, 2) for name, value in speed.items()},
        "memory_mb": max(r["peak_mb"] for r in results["ours"]),
        "peers_memory_mb": {n: max(r["peak_mb"] for r in results[n]) for n in speed},
        "first_batch_s": {
            n: round(statistics.median(r["first_batch_s"] for r in runs), 2)
            for n, runs in results.items()
        },
        "workers": workers,
        "n": results["ours"][0]["n"] * turns,
        "random_rows": flat,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.loader", description=__doc__)
    parser.add_argument("--pictures", type=int, default=128, help="of an epoch")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rows", default="1000,11000", help="sizes for the random rows")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--data", type=Path, help="feed from the parquet files in this directory")
    parser.add_argument("--feed", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--random-rows", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.feed:
        name, folder, workers = args.feed
        document = feed(name, Path(folder), int(workers))
    elif args.random_rows:
        document = random_rows(args.random_rows)
    else:
        rows = tuple(int(n) for n in args.rows.split(",") if n)
        document = run(args.repeat, args.pictures, args.workers, rows, args.data)
    print(json.dumps(document))


if __name__ == "__main__":
    main()
