"""Does a shortcut give the country away? Two linear probes on what should tell nothing.

    python -m assets.practice.scene.probe assets/practice/data

A softmax regression on 8 x 8 thumbnails and one on a colour histogram are trained on the train
and val panoramas and judged on the test ones; then, since those are few, trained on four fifths of
all panoramas and judged on the rest, five times over. Far above chance means that mean colours,
brightness or layout betray the country, and a net would learn those instead of bollards.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float64]
BINS = 4
FOLDS = 5


def _thumbnail(image: Image.Image) -> Floats:
    small = image.resize((8, 8), Image.Resampling.BOX)
    return np.asarray(small, dtype=float).ravel() / 255


def _histogram(image: Image.Image) -> Floats:
    small = np.asarray(image.resize((256, 48), Image.Resampling.BOX), dtype=int) * BINS // 256
    cells = (small[..., 0] * BINS + small[..., 1]) * BINS + small[..., 2]
    counts = np.bincount(cells.ravel(), minlength=BINS**3)
    return np.asarray(np.sqrt(counts / counts.sum()))


def read(folder: Path) -> tuple[Floats, Floats, list[str], list[str]]:
    """Thumbnails [n, 192], histograms [n, 64], countries and splits of every panorama."""
    thumbnails, histograms, countries, splits = [], [], [], []
    for shard in sorted(folder.glob("*.parquet")):
        file = pq.ParquetFile(shard)
        for group in range(file.num_row_groups):
            columns = ["image", "country_iso_alpha2", "split"]
            for row in file.read_row_group(group, columns=columns).to_pylist():
                with Image.open(io.BytesIO(row["image"]["bytes"])) as image:
                    picture = image.convert("RGB")
                thumbnails.append(_thumbnail(picture))
                histograms.append(_histogram(picture))
                countries.append(row["country_iso_alpha2"])
                splits.append(row["split"])
    return np.array(thumbnails), np.array(histograms), countries, splits


def accuracy(features: Floats, labels: NDArray[np.int64], test: NDArray[np.bool_]) -> float:
    """Share of test rows that a softmax regression (L2, full-batch descent) gets right."""
    mean, deviation = features[~test].mean(0), features[~test].std(0) + 1e-3
    x = np.clip((features - mean) / deviation, -5, 5)
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    classes = int(labels.max()) + 1
    wanted = np.eye(classes)[labels[~test]]
    weights = np.zeros((x.shape[1], classes))
    for _ in range(400):
        logits = x[~test] @ weights
        logits -= logits.max(1, keepdims=True)
        shares = np.exp(logits)
        shares /= shares.sum(1, keepdims=True)
        gradient = x[~test].T @ (shares - wanted) / len(wanted) + 0.02 * weights
        weights -= 0.1 * gradient
    guesses = (x[test] @ weights).argmax(1)
    return float((guesses == labels[test]).mean())


def crossed(features: Floats, labels: NDArray[np.int64]) -> float:
    """The share that is right of all rows, each judged without its fifth (seeded)."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(labels))
    right = [accuracy(features, labels, fold == k) * (fold == k).sum() for k in range(FOLDS)]
    return float(sum(right) / len(labels))


def main() -> int:
    """The command line; 0 on success, 2 on bad input."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    thumbnails, histograms, countries, splits = read(arguments.data)
    if not countries:
        print(f"{arguments.data}: no parquet shard; run scene.pack first", file=sys.stderr)
        return 2
    codes = sorted(set(countries))
    labels = np.array([codes.index(code) for code in countries])
    test = np.array([split == "test" for split in splits])
    chance = 1 / len(codes)
    print(f"{len(codes)} countries, {int(test.sum())} test panoramas, chance {chance:.3f}")
    for name, features in (("8 x 8 thumbnail", thumbnails), ("colour histogram", histograms)):
        share = accuracy(features, labels, test)
        every = crossed(features, labels)
        print(
            f"{name}: {share:.3f}, {share / chance:.1f} x chance on the test panoramas; "
            f"{every:.3f}, {every / chance:.1f} x chance crossed over all {len(labels)}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
