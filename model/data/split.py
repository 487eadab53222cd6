"""Train, val and test by place: what lies together stays together.

Places are grouped (coordinates within 1 km, the same key, or a link given from outside, such as
near-duplicate photos); a hash of the group decides its split. So the split is the same on every
machine and in every order of the data, and several crops of one place never part.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from model.geography import EARTH_RADIUS_KM, LatLon
from model.types import PRACTICE_SOURCE, Place, Split

PLACE_RADIUS_KM = 1.0
"""Places nearer than this count as one: the distance OSV-5M keeps between train and test."""

_DECLARED: dict[str, Split] = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val", "development": "val",
    "test": "test", "testing": "test", "eval": "test", "evaluation": "test", "holdout": "test",
}  # fmt: skip
"""What data sets call their splits. What may be either of the last two is never trained on."""

VAL_SHARE = 0.08
TEST_SHARE = 0.15


def declared_split(name: object) -> Split | None:
    """The split that a data set means by a name, in any case; ``None`` if it is no such name."""
    if not isinstance(name, str):
        return None
    return _DECLARED.get(name.strip().casefold().replace("-", "").replace("_", ""))


class _Groups:
    """Disjoint sets of the integers 0..n-1."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))

    def root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        self._parent[self.root(i)] = self.root(j)


class NearIndex:
    """Finds points within a radius of a point, by a grid of cubes round the unit sphere.

    Cubes, not degrees: they know neither poles nor an antimeridian.

    Args:
        points: where to search; their order gives the numbers that :meth:`near` returns.
        radius_km: the radius of the search.
    """

    def __init__(
        self, points: Iterable[LatLon] = (), *, radius_km: float = PLACE_RADIUS_KM
    ) -> None:
        self._radius_km = radius_km
        # The straight line through the globe that spans the radius, a little lengthened against
        # rounding: two points within the radius lie in the same cube or in neighbouring ones.
        self._side = 2.001 * math.sin(min(math.pi, radius_km / EARTH_RADIUS_KM) / 2)
        self._points: list[LatLon] = []
        self._cubes: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for point in points:
            self.add(point)

    def add(self, point: LatLon) -> None:
        """Add one point."""
        self._cubes[self._cube(point)].append(len(self._points))
        self._points.append(point)

    def _cube(self, point: LatLon) -> tuple[int, ...]:
        lat, lon = math.radians(point.lat_deg), math.radians(point.lon_deg)
        x, y, z = math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)
        return tuple(math.floor(c / self._side) for c in (x, y, z))

    def near(self, point: LatLon) -> list[int]:
        """Numbers of all points within the radius, in the order they were added."""
        around = itertools.product(*((c - 1, c, c + 1) for c in self._cube(point)))
        found = sorted(i for cube in around for i in self._cubes.get(cube, ()))
        return [i for i in found if self._points[i].distance_km(point) <= self._radius_km]


def group_places(places: Sequence[Place], links: Iterable[tuple[int, int]] = ()) -> list[int]:
    """Number the groups of places that must share a split.

    Args:
        places: all places of a collection.
        links: pairs of positions known to show the same spot.

    Returns:
        For each place the position of its group's representative.
    """
    groups = _Groups(len(places))
    first_of_key: dict[str, int] = {}
    # The rendered world lies on another globe: its places are near no real one.
    globes = {rendered: (NearIndex(), list[int]()) for rendered in (False, True)}
    for i, place in enumerate(places):
        groups.join(i, first_of_key.setdefault(place.key, i))
        if place.location is None:
            continue
        index, members = globes[place.source == PRACTICE_SOURCE]
        for j in index.near(place.location):
            groups.join(i, members[j])
        index.add(place.location)
        members.append(i)
    for i, j in links:
        groups.join(i, j)
    return [groups.root(i) for i in range(len(places))]


def _drawn_split(key: str) -> Split:
    """A split by lot: the hash of the key, as a fraction of 1, against the shares."""
    lot = int.from_bytes(hashlib.sha256(b"split" + key.encode()).digest()[:8], "big") / 2**64
    if lot < TEST_SHARE:
        return "test"
    return "val" if lot < TEST_SHARE + VAL_SHARE else "train"


def split_places(places: Sequence[Place], links: Iterable[tuple[int, int]] = ()) -> list[Split]:
    """Give each place its split.

    A split that the data declares holds for the whole group of the place (test before val before
    train, should members disagree); otherwise the smallest key of the group is hashed.
    """
    groups = group_places(places, links)
    smallest: dict[int, str] = {}
    declared: defaultdict[int, set[Split]] = defaultdict(set)
    for place, group in zip(places, groups, strict=True):
        smallest[group] = min(place.key, smallest.get(group, place.key))
        if place.declared_split:
            declared[group].add(place.declared_split)
    of_group: dict[int, Split] = {}
    order: tuple[Split, ...] = ("test", "val", "train")
    for group, key in smallest.items():
        of_group[group] = next((s for s in order if s in declared[group]), _drawn_split(key))
    return [of_group[group] for group in groups]


def fingerprint(places: Sequence[Place], splits: Sequence[Split]) -> str:
    """Identify a split: 16 hex digits over the sorted pairs of key and split."""
    counted = Counter(f"{p.key} {s}" for p, s in zip(places, splits, strict=True))
    lines = "\n".join(f"{line} {n}" for line, n in sorted(counted.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]
