"""Which places of the train split stay: quotas, copies, what tells least, the rest by lot.

``model.data.thin`` is its command line.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from model.data.collection import Collection
from model.data.documents import Matrix, read_evaluation_part
from model.data.thinning.duplicates import THUMBNAIL_PX, Pair, find, groups
from model.data.thinning.manifest import ManifestRow
from model.data.thinning.measures import Measured
from model.data.thinning.quality import information
from model.data.thinning.quotas import targets
from model.errors import ConfigError, PictureError
from model.types import Split

ORDER: tuple[Split, ...] = ("test", "val", "train")
"""Where near-duplicates of different splits go: to the first of these that one of them is in."""


@dataclass(frozen=True, slots=True)
class ThinningSettings:
    """How to thin.

    Attributes:
        keep: places of the train split that stay: a number, or a share up to 1.
        evenness: between as they come (0) and equally many of each country (1).
        low_information: share of what goes that goes for telling least, the rest at random.
        confusion_weight: how much confusions count, 0 to 1.
        seed: of the lots.
    """

    keep: float = 0.6
    evenness: float = 0.5
    low_information: float = 0.3
    confusion_weight: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("evenness", "low_information", "confusion_weight"):
            if not 0 <= getattr(self, name) <= 1:
                option = name.replace("_", "-")
                raise ConfigError(f"--{option} {getattr(self, name)}: must lie in [0, 1]")
        if not (0 < self.keep <= 1 or (self.keep > 1 and float(self.keep).is_integer())):
            raise ConfigError(f"--keep {self.keep}: must be a share up to 1 or a whole number")

    def places_of(self, n: int) -> int:
        """How many of ``n`` places stay.

        Raises:
            ConfigError: more than there are.
        """
        wanted = round(self.keep * n) if self.keep <= 1 else int(self.keep)
        if wanted > n:
            raise ConfigError(f"--keep {wanted}: the train split has {n} places; keep fewer")
        return wanted


def ranks(
    collection: Collection, measured: Sequence[Measured | PictureError]
) -> NDArray[np.float64]:
    """How much each picture tells, among those of its source, in (0, 1]; 0 if unreadable.

    Sources differ in sharpness and exposure by how they were made; ranked together, one of them
    would be thinned for that.
    """
    members: defaultdict[str, list[int]] = defaultdict(list)
    for i, (place, m) in enumerate(zip(collection.places, measured, strict=True)):
        if isinstance(m, Measured):
            members[place.source].append(i)
    found = np.zeros(len(measured))
    for those in members.values():
        qualities = [m.quality for m in (measured[i] for i in those) if isinstance(m, Measured)]
        found[those] = information(qualities)
    return found


def near_duplicates(
    collection: Collection, measured: Sequence[Measured | PictureError]
) -> list[Pair]:
    """Pairs of places of one country that show the same.

    Places whose data set says which split they are in are left where they are.
    """
    blank = np.zeros((THUMBNAIL_PX, THUMBNAIL_PX), np.uint8)
    thumbnails = [m.thumbnail if isinstance(m, Measured) else blank for m in measured]
    labels = [
        str(i) if place.declared_split or not isinstance(m, Measured) else place.country
        for i, (place, m) in enumerate(zip(collection.places, measured, strict=True))
    ]
    return find(np.stack(thumbnails), labels) if thumbnails else []


def united(collection: Collection, pairs: Iterable[Pair]) -> list[Split]:
    """The split of each place once near-duplicates are on one side.

    With a place go all that must share its split: its neighbours within 1 km, listed duplicates.
    """
    first: dict[int, int] = {}
    same = [Pair(first.setdefault(g, i), i, 0, 1.0) for i, g in enumerate(collection.groups)]
    group_of = groups([*same, *pairs])
    found: defaultdict[int, set[Split]] = defaultdict(set)
    for i, split in enumerate(collection.splits):
        found[group_of[i]].add(split)
    return [
        next(split for split in ORDER if split in found[group_of[i]])
        for i in range(len(collection.places))
    ]


def _lot(seed: int, key: str) -> str:
    return hashlib.sha256(f"thin {seed} {key}".encode()).hexdigest()


def leave_out(
    numbers: Sequence[int],
    n: int,
    rank: Mapping[int, float] | NDArray[np.float64],
    copies: Mapping[int, int],
    keys: Sequence[str],
    settings: ThinningSettings,
) -> dict[int, str]:
    """Choose ``n`` places of one country to leave out.

    Args:
        numbers: the country's places of the train split.
        n: how many go.
        rank: how much each tells.
        copies: the group of each place that has near-duplicates.
        keys: of all places; with the seed they decide the lots, whatever the order of the data.
        settings: the seed, and the share that goes for telling least.

    Returns:
        For each that goes the reason.
    """
    by_rank = sorted(numbers, key=lambda i: (rank[i], keys[i], i))
    best: dict[int, int] = {copies[i]: i for i in by_rank if i in copies}
    redundant = [i for i in by_rank if i in copies and best[copies[i]] != i]
    gone = dict.fromkeys(redundant[:n], "near-duplicate")
    rest = [i for i in by_rank if i not in gone]
    low = round(settings.low_information * (n - len(gone)))
    gone |= dict.fromkeys(rest[:low], "low information")
    by_lot = sorted(rest[low:], key=lambda i: (_lot(settings.seed, keys[i]), i))
    return gone | dict.fromkeys(by_lot[: n - len(gone)], "at random")


@dataclass(frozen=True)
class Thinned:
    """What came of it.

    Attributes:
        rows: of the manifest, in the order of the collection.
        targets: places of the train split wanted of each country.
        pairs: of near-duplicates.
    """

    rows: list[ManifestRow]
    targets: dict[str, int]
    pairs: list[Pair]


def thin(
    collection: Collection,
    measured: Sequence[Measured | PictureError],
    settings: ThinningSettings,
    weights: Mapping[str, float] | None = None,
) -> Thinned:
    """Decide for each place whether it stays.

    Args:
        collection: of the places.
        measured: of each.
        settings: how.
        weights: of the countries; see :func:`model.data.thinning.quotas.confusion_weights`.

    Raises:
        ConfigError: more places are to be kept than there are.
    """
    rank, pairs = ranks(collection, measured), near_duplicates(collection, measured)
    splits, copies = united(collection, pairs), groups(pairs)
    reasons = {
        i: f"moved from {before}: near-duplicate in {after}"
        for i, (before, after) in enumerate(zip(collection.splits, splits, strict=True))
        if before != after
    }
    unreadable = {i for i, m in enumerate(measured) if not isinstance(m, Measured)}
    reasons |= dict.fromkeys(unreadable, "unreadable")
    train: defaultdict[str, list[int]] = defaultdict(list)
    for i, place in enumerate(collection.places):
        if splits[i] == "train" and i not in unreadable:
            train[place.country].append(i)
    counts = {country: len(those) for country, those in train.items()}
    wanted = targets(counts, settings.places_of(sum(counts.values())), settings.evenness, weights)
    gone = dict.fromkeys((i for i in unreadable if splits[i] == "train"), "unreadable")
    keys = [place.key for place in collection.places]
    for country, those in train.items():
        surplus = len(those) - wanted[country]
        gone |= leave_out(those, surplus, rank, copies, keys, settings)
    rows = [
        ManifestRow(
            key=place.key,
            file=(name := collection.name(i).rsplit(", row ", 1))[0],
            row=name[1] if len(name) > 1 else "",
            country=place.country,
            source=place.source,
            split=splits[i],
            kept="0" if i in gone else "1",
            reason=gone.get(i, reasons.get(i, "")),
            group=str(copies[i]) if i in copies else "",
            **_figures(measured[i], rank[i]),
        )
        for i, place in enumerate(collection.places)
    ]
    return Thinned(rows, wanted, pairs)


def _figures(measured: Measured | PictureError, rank: float) -> dict[str, str]:
    if not isinstance(measured, Measured):
        return {}
    figures = {name: f"{value:.6g}" for name, value in asdict(measured.quality).items()}
    return figures | {"information": f"{rank:.4f}"}


@dataclass(frozen=True)
class _Confusions:
    """What is followed of an evaluation."""

    confusion_matrix: Matrix


def read_confusions(file: Path) -> list[list[int]]:
    """The confusion matrix of an evaluation: [56][56] counts, truth by guess.

    Raises:
        DataError: the file is missing, or not what ``model.evaluate --json`` writes.
    """
    return read_evaluation_part(file, TypeAdapter(_Confusions)).confusion_matrix


def below(rows: Iterable[ManifestRow], directories: Sequence[Path]) -> list[ManifestRow]:
    """The rows with their files as they lie below the data directories."""
    bases = sorted((str(d if d.is_dir() else d.parent) + os.sep for d in directories), key=len)
    result = []
    for row in rows:
        base = next((b for b in reversed(bases) if row.file.startswith(b)), "")
        result.append(replace(row, file=row.file[len(base) :].replace(os.sep, "/")))
    return result


def summary(collection: Collection, thinned: Thinned, settings: ThinningSettings) -> dict[str, Any]:
    """What stands beside the manifest: settings, fingerprints, counts before and after."""
    train = [row for row in thinned.rows if row.split == "train"]
    kept = [row for row in train if row.is_kept]
    before = Counter(
        p.country for i in collection.of_split("train") for p in [collection.places[i]]
    )
    after = Counter(row.country for row in kept)
    moved = sum(row.split != s for row, s in zip(thinned.rows, collection.splits, strict=True))
    split_of = collection.splits
    return {
        "settings": asdict(settings),
        "data_fingerprint": collection.fingerprint,
        "places": len(thinned.rows),
        "train_before": before.total(),
        "train_after": len(kept),
        "reasons": dict(sorted(Counter(row.reason for row in train if not row.is_kept).items())),
        "near_duplicates": {
            "pairs": len(thinned.pairs),
            "groups": len(set(groups(thinned.pairs).values())),
            "across_splits": sum(split_of[p.a] != split_of[p.b] for p in thinned.pairs),
            "places_moved": moved,
        },
        "evenness_before": evenness(before),
        "evenness_after": evenness(after),
        "countries": {
            country: {
                "before": n,
                "target": thinned.targets.get(country, 0),
                "after": after[country],
            }
            for country, n in before.most_common()
        },
    }


def evenness(counts: Mapping[str, int]) -> float:
    """Entropy of the countries' shares over that of equal ones: 1 if all are equally frequent."""
    numbers = [n for n in counts.values() if n]
    if len(numbers) < 2:
        return 1.0
    shares = np.array(numbers) / sum(numbers)
    return float(-(shares * np.log(shares)).sum() / math.log(len(numbers)))


def thinning_text(document: dict[str, Any]) -> str:
    """The document of :func:`summary` for people."""
    found = document["near_duplicates"]
    lines = [f"{'':<10} {'before':>7} {'after':>7}"]
    lines += [
        f"{country:<10} {n['before']:>7} {n['after']:>7}"
        for country, n in document["countries"].items()
    ]
    lines.append(f"{'train':<10} {document['train_before']:>7} {document['train_after']:>7}")
    before, after = document["evenness_before"], document["evenness_after"]
    lines.append(f"{'evenness':<10} {before:>7.3f} {after:>7.3f}")
    lines += [f"left out: {n} {reason}" for reason, n in document["reasons"].items()]
    lines.append(
        f"near-duplicates: {found['pairs']} pairs in {found['groups']} groups, "
        f"{found['across_splits']} pairs across splits, {found['places_moved']} places moved"
    )
    return "\n".join(lines)
