"""The opponent's side of a round: it plays while the human thinks, and its maps are tried out.

Safe to call from several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from PIL import Image

from game.low_priority import LowPriorityExecutor
from game.ports import Cue, Occlusion, Opponent, PanoramaSource, Play
from model.types import Crop, Heatmap, Prediction

T = TypeVar("T")

BACKLOG_MAX = 12
"""With so many trials waiting, only the map of the opponent's guess is tried out."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One map, and what is known about it by now.

    Attributes:
        heatmap: what speaks for its target.
        against: the map is a contrast: what speaks for its target rather than for this country.
        covering: what covering its strongest region does; ``None`` if that is not known.
        looked_at: the cue that it favours; ``None`` if that is not known, or there is none.
        pending: whether more will be known soon.
    """

    heatmap: Heatmap
    against: str | None = None
    covering: Occlusion | None = None
    looked_at: Cue | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the opponent showed in one round; nothing at all if it failed.

    ``maps`` are those for its guess, the truth and the human's guess, each country once, then one
    contrast: its guess rather than the truth; or, if it was right, rather than the human's guess;
    or, if both were right or the human passed, rather than its own second choice.
    """

    prediction: Prediction | None = None
    maps: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class _Map:
    """A map and the trials of it, some of them still under way; none if there was no time."""

    heatmap: Heatmap
    against: str | None
    covering: Future[Occlusion | None] | None = None
    looked_at: Future[Cue | None] | None = None

    @property
    def trials(self) -> tuple[Future[Any], ...]:
        return tuple(trial for trial in (self.looked_at, self.covering) if trial is not None)

    def shown(self) -> Shown:
        return Shown(
            self.heatmap,
            self.against,
            _ready(self.covering),
            _ready(self.looked_at),
            pending=not all(trial.done() for trial in self.trials),
        )


@dataclass(frozen=True, slots=True)
class Findings:
    """What the opponent has found in a finished round, and what is still being found out."""

    prediction: Prediction
    maps: tuple[_Map, ...]

    def evidence(self) -> Evidence:
        """All of it, as far as it is known by now."""
        shown = sorted((one.shown() for one in self.maps), key=lambda one: one.against is not None)
        return Evidence(self.prediction, tuple(shown))

    def forget(self) -> None:
        """Spare the opponent the trials that nobody will see any more."""
        for one in self.maps:
            for trial in one.trials:
                trial.cancel()


@dataclass(frozen=True, slots=True)
class Thought:
    """What the opponent made of a crop before the guess; ``play`` may weigh megabytes."""

    play: Play
    index: int
    crop: Crop
    truth: str
    maps: tuple[_Map, ...] = ()


class Thinking:
    """Threads for the opponent's moves, and one for trials in the pauses between them.

    Args:
        source: where the panoramas come from, and their cues.
        opponent: the player on the other side.
    """

    def __init__(self, source: PanoramaSource, opponent: Opponent) -> None:
        self._source, self._opponent = source, opponent
        # Two at a time: the net uses every core by itself, and nobody waits behind a slow one.
        self._executor = ThreadPoolExecutor(2, thread_name_prefix="opponent")
        self._afterthoughts = LowPriorityExecutor()

    def begin(self, picture: Image.Image, index: int, crop: Crop) -> Future[Thought]:
        """Set the opponent thinking about the crop of a panorama.

        Args:
            picture: the crop.
            index: of its place in the source.
            crop: where in the panorama it lies.
        """
        self._afterthoughts.hold()
        future = self._executor.submit(self._think, picture, index, crop)
        future.add_done_callback(lambda _: self._afterthoughts.release())
        return future

    def finish(self, thought: Thought, human: str | None) -> Findings:
        """Add what only the human's guess makes worth a map: cheap, the forward pass is kept."""
        prediction = thought.play.prediction
        guess, truth = prediction.country, thought.truth
        wanted: list[tuple[str, str | None]] = []
        if human is not None:
            wanted.append((human, None))
        if guess == truth:
            second = prediction.top(2)[1][0]
            wanted.append((guess, second if human in (None, truth) else human))
        return Findings(prediction, self._with(thought, wanted).maps)

    def _think(self, picture: Image.Image, index: int, crop: Crop) -> Thought:
        """The opponent's move, with the maps that any reveal will show."""
        play = self._opponent.analyse(picture)
        guess, truth = play.prediction.country, self._source.places[index].country
        wanted: list[tuple[str, str | None]] = [(guess, None)]
        if truth != guess:
            wanted += [(truth, None), (guess, truth)]
        return self._with(Thought(play, index, crop, truth), wanted)

    def _with(self, thought: Thought, wanted: Sequence[tuple[str, str | None]]) -> Thought:
        """The thought with more maps, each being tried out; those that it has stay as they are."""
        maps = list(thought.maps)
        for country, against in wanted:
            if any((one.heatmap.target, one.against) == (country, against) for one in maps):
                continue
            if against is None:
                heatmap = thought.play.heatmap(country)
            else:
                heatmap = thought.play.contrast(country, against)
            shown = _Map(heatmap, against)
            if not maps or self._afterthoughts.backlog < BACKLOG_MAX:
                shown = self._try_out(thought, shown)
            maps.append(shown)
        return replace(thought, maps=tuple(maps))

    def _try_out(self, thought: Thought, shown: _Map) -> _Map:

        def looked_at(wait: Callable[[], None]) -> Cue | None:
            wait()
            return self._source.looked_at(thought.index, thought.crop, shown.heatmap)

        return replace(
            shown,
            looked_at=self._afterthoughts.submit(looked_at),
            covering=self._afterthoughts.submit(thought.play.occlude, shown.heatmap),
        )


def _ready(trial: Future[T | None] | None) -> T | None:
    """What has been found out by now, if it has."""
    if trial is None or not trial.done() or trial.cancelled() or trial.exception():
        return None
    return trial.result()
