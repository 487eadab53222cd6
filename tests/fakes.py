"""A source and an opponent without data or net: for tests, and for working on the page.

Everything is seeded: the same arguments give the same pictures, predictions and maps.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from game.rules.rounds import Mode, Reveal
from game.statistics import Statistics, Tally
from model.errors import PictureError
from model.geography import COUNTRY_CODES, LatLon, countries
from model.levels import USUAL, Level
from model.types import Box, Crop, Heatmap, Place, Prediction

GRID = 10
"""Rows and columns of a fake heat map."""


class FakeSource:
    """Painted landscapes: sky, hills, a road; nothing in them tells the country.

    Args:
        per_country: places in each country.
        countries: which countries there are.
        located: whether places have coordinates.
        unreadable: indices whose picture raises :class:`PictureError`.
        size: of a panorama, (width, height) in pixels.
        remote: whether it says that its pictures are far away.

    Attributes:
        prefetched: the indices that were asked for ahead.
    """

    def __init__(
        self,
        per_country: int = 2,
        countries: Sequence[str] = COUNTRY_CODES,
        *,
        located: bool = True,
        unreadable: Sequence[int] = (),
        size: tuple[int, int] = (3050, 561),
        rendered: bool = True,
        remote: bool = False,
    ) -> None:
        self.remote, self.prefetched = remote, list[int]()
        self._size, self._rendered = size, rendered
        self.unreadable = frozenset(unreadable)
        self._places = [
            Place(f"fake-{code}-{i}", code, _near(code, i) if located else None, "fake")
            for code in countries
            for i in range(per_country)
        ]

    @property
    def rendered(self) -> bool:
        """As told."""
        return self._rendered

    @property
    def places(self) -> Sequence[Place]:
        """All places, by country."""
        return self._places

    def prefetch(self, index: int) -> None:
        """Only noted."""
        self.prefetched.append(index)

    def picture(self, index: int) -> Image.Image:
        """A landscape of its own for every index.

        Raises:
            PictureError: it is told to be unreadable.
        """
        if index in self.unreadable:
            raise PictureError(f"fake picture {index} cannot be read")
        width, height = self._size
        rng = Random(index)
        rows = np.linspace(0, 1, height // 2)[:, None, None]
        sky = (1 - rows) * np.array([70, 120, 190 + rng.randrange(40)]) + rows * 225
        ground = np.array([90 + rng.randrange(60), 120 + rng.randrange(40), 60]) - 30 * rows
        halves = [np.broadcast_to(half, (height // 2, width, 3)) for half in (sky, ground)]
        picture = Image.fromarray(np.concatenate(halves).astype(np.uint8)).resize(self._size)
        draw = ImageDraw.Draw(picture)
        for _ in range(60):
            x, y = rng.randrange(width), height // 2 - rng.randrange(30)
            shade = 40 + rng.randrange(70)
            draw.ellipse((x, y - 40, x + 60 + rng.randrange(200), y + 90), (shade // 2, shade, 40))
        for x in range(width // 6, width, width // 3):
            draw.polygon([(x, height // 2), (x - 260, height), (x + 260, height)], (95, 95, 100))
            draw.polygon([(x, height // 2), (x - 8, height), (x + 8, height)], (240, 240, 230))
        return picture

    def worth(self, index: int) -> Callable[[Crop], float]:
        """The same of every crop."""
        return lambda crop: 0.0

    def looked_at(self, index: int, crop: Crop, heatmap: Heatmap) -> FakeFavouredCue | None:
        """The middle line of the road, if the pictures are rendered."""
        if not self._rendered or heatmap.blank:
            return None
        return FakeFavouredCue("road_line", 2.0 + index % 8)


class FakeExample(NamedTuple):
    """A picture of the field guide."""

    picture: Image.Image
    cues: dict[str, NDArray[np.bool_]]


class FakeGuidePictures:
    """Two pictures with a post and a sign, of these countries only.

    Args:
        countries: which countries there are pictures of.
    """

    def __init__(self, countries: Sequence[str] = COUNTRY_CODES) -> None:
        self._countries = frozenset(countries)

    def examples(self, country: str) -> list[FakeExample]:
        """The same scene twice, the second time without the sign."""
        if country not in self._countries:
            return []
        boxes = {"bollard": (60, 80, 70, 130), "sign": (200, 30, 260, 70)}
        cues = {}
        picture = Image.new("RGB", (348, 150), (110, 150, 90))
        for name, (left, top, right, bottom) in boxes.items():
            cues[name] = np.zeros((150, 348), dtype=bool)
            cues[name][top:bottom, left:right] = True
            picture.paste((235, 235, 225), (left, top, right, bottom))
        return [FakeExample(picture, cues), FakeExample(picture, {"bollard": cues["bollard"]})]


class FakeFavouredCue(NamedTuple):
    """A cue for the sentence under a map."""

    name: str
    ratio: float


class FakeOcclusion(NamedTuple):
    """Numbers for the sentence under a map."""

    before: float
    after: float
    random_mean: float


class FakeAnalysis:
    """A seeded prediction with one bump per country for a heat map; one in nine maps is blank."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        rng = np.random.default_rng(seed)
        scores = np.exp(rng.normal(0, 1.6, len(COUNTRY_CODES)))
        self._prediction = Prediction(tuple(float(p) for p in scores / scores.sum()))

    @property
    def prediction(self) -> Prediction:
        """The seeded prediction."""
        return self._prediction

    def heatmap(self, target: str) -> Heatmap:
        """A bump at a place that depends on seed and country, letterboxed above and below."""
        return self._bump(target, target)

    def contrast(self, target: str, other: str) -> Heatmap:
        """A bump at a place that depends on both countries."""
        return self._bump(target, f"{target} rather than {other}")

    def _bump(self, target: str, name: str) -> Heatmap:
        rng = Random(f"{self._seed}:{name}")
        x, y, height = rng.uniform(1, 9), rng.uniform(3.5, 6.5), rng.uniform(0.5, 4)
        if rng.randrange(9) == 0:
            height = 0.0
        row, column = np.mgrid[0:GRID, 0:GRID]
        bump = height * np.exp(-((row - y) ** 2 + (column - x) ** 2) / 3)
        grid = np.maximum(bump - 0.1 * height, 0).astype(np.float32)
        return Heatmap(target, grid, (0.0, 2.85, float(GRID), 7.15))

    def occlude(
        self, heatmap: Heatmap, wait: Callable[[], object] = lambda: None
    ) -> FakeOcclusion | None:
        """Covering takes away two thirds; a random region, a tenth."""
        if heatmap.blank:
            return None
        wait()
        before = self._prediction.of(heatmap.target)
        return FakeOcclusion(before, before / 3, before * 0.9)

    def cover(self, box: Box) -> Prediction:
        """The first guess loses as much of its probability as is covered, to all others alike."""
        share = (box.right - box.left) * (box.bottom - box.top)
        first = self._prediction.country
        lost = share * self._prediction.of(first) / (len(COUNTRY_CODES) - 1)
        return Prediction(
            tuple(
                p * (1 - share) if code == first else p + lost
                for code, p in zip(COUNTRY_CODES, self._prediction.probabilities, strict=True)
            )
        )


class FakeOpponent:
    """Guesses from the picture's colours; as slow, or as broken, as told."""

    def __init__(self, *, delay_s: float = 0.0, failing: bool = False) -> None:
        self._delay_s, self._failing = delay_s, failing

    def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
        """An analysis seeded by the picture."""
        time.sleep(self._delay_s)
        if self._failing:
            raise RuntimeError("told to fail")
        small = np.asarray(picture.resize((8, 8)), dtype=np.uint64)
        return FakeAnalysis(int((small * np.arange(1, small.size + 1).reshape(small.shape)).sum()))


class FakeScoreboard:
    """Counts in memory, at once, on top of the statistics that it is given."""

    def __init__(self, statistics: Statistics | None = None) -> None:
        self._statistics = statistics or Statistics()
        self._seen: set[UUID] = set()
        self._lock = threading.Lock()

    def settled(self, number: int, patience_s: float) -> bool:
        """Always: it counts at once."""
        return True

    @property
    def lasting(self) -> bool:
        """As far as anybody is told."""
        return True

    def record(
        self,
        round_id: UUID,
        mode: Mode,
        reveal: Reveal,
        *,
        level: Level = USUAL,
        rendered: bool,
        bot: bool = False,
    ) -> int:
        """Count the round."""
        with self._lock:
            if round_id in self._seen:
                return len(self._seen)
            self._seen.add(round_id)
            kinds = [dict(self._statistics.rendered), dict(self._statistics.photographed)]
            right = (reveal.human_verdict.correct, reveal.model_verdict.correct)
            code, counted = reveal.round.place.country, kinds[0 if rendered else 1]
            counted[code] = counted.get(code, Tally()) + Tally(1, *map(int, right))
            self._statistics = Statistics(*kinds)
            return len(self._seen)

    def statistics(self, level: Level = USUAL) -> Statistics:
        """All that was counted, whatever the level."""
        return self._statistics


def _near(code: str, step: int) -> LatLon:
    centroid = countries()[code].centroid
    return LatLon(centroid.lat_deg + 0.3 * step, centroid.lon_deg - 0.2 * step)
