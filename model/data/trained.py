"""What a net was trained or tuned on, so that it is never tested or played there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from model.data.collection import Collection
from model.data.split import NearIndex
from model.errors import PictureError
from model.geography import LatLon
from model.types import PRACTICE_SOURCE, Place


def digest(data: bytes) -> str:
    """Identify a picture by its bytes: 16 hex digits."""
    return hashlib.sha256(data).hexdigest()[:16]


@dataclass(frozen=True)
class Trained:
    """What a net was trained or tuned on: the proof that a dealt place is not among it.

    Attributes:
        keys: of all places of the train and val splits.
        digests: of the bytes of their pictures.
        locations: where the real ones are, as far as known.
    """

    keys: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()
    locations: tuple[LatLon, ...] = ()
    _near: NearIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_near", NearIndex(self.locations))

    @classmethod
    def union(cls, several: Iterable[Trained]) -> Trained:
        """What any of several nets was trained on."""
        parts = list(several)
        return cls(
            frozenset[str]().union(*(part.keys for part in parts)),
            frozenset[str]().union(*(part.digests for part in parts)),
            tuple(dict.fromkeys(location for part in parts for location in part.locations)),
        )

    def covers(self, place: Place) -> bool:
        """Whether the net trained on this place or, for a real one, within 1 km of it."""
        if place.key in self.keys or place.source == PRACTICE_SOURCE:
            return place.key in self.keys
        return place.location is not None and bool(self._near.near(place.location))

    def saw(self, collection: Collection, number: int) -> bool:
        """Whether it covers a place, or the net trained on its very picture under another name."""
        if self.covers(collection.places[number]):
            return True
        try:
            return bool(self.digests) and digest(collection.read(number)) in self.digests
        except PictureError:
            return False
