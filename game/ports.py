"""What the game needs from outside, as protocols; ``app.py`` hands in the real ones.

Implementations must be safe to call from several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from PIL import Image

from game.rules.rounds import Mode, Reveal
from game.statistics import Statistics
from model.levels import USUAL, Level
from model.types import Box, Crop, Heatmap, Place, Prediction


class PanoramaSource(Protocol):
    """Panoramas that may be dealt: only places that the opponent never trained on or near."""

    @property
    def rendered(self) -> bool:
        """Whether the pictures are computer-rendered; the page says so."""
        ...

    @property
    def places(self) -> Sequence[Place]:
        """Every place that may be dealt; the index is the argument of :meth:`picture`."""
        ...

    @property
    def remote(self) -> bool:
        """Whether pictures come over a network, so that :meth:`prefetch` is worth calling."""
        ...

    def prefetch(self, index: int) -> None:
        """Bring ``places[index]`` near, without holding up :meth:`picture`; never fails."""
        ...

    def picture(self, index: int) -> Image.Image:
        """The whole panorama of ``places[index]``: an RGB picture without metadata.

        Raises:
            model.errors.PictureError: it cannot be read, or turns out not to be held out.
        """
        ...

    def worth(self, index: int) -> Callable[[Crop], float]:
        """How much a crop of ``places[index]`` shows to go by, at least 0.

        It gives 0 for every crop where the panoramas do not say where their cues are.
        """
        ...

    def looked_at(self, index: int, crop: Crop, heatmap: Heatmap) -> FavouredCue | None:
        """The cue that a map of this crop of ``places[index]`` most went by.

        ``None`` if it favours none, or the panoramas do not say where their cues are.
        """
        ...


class FavouredCue(Protocol):
    """A telling detail of a panorama, and how much of a map lies on it."""

    @property
    def name(self) -> str:
        """Such as ``bollard``; the page has a text for each name."""
        ...

    @property
    def ratio(self) -> float:
        """Times chance: its share of the map's energy over its share of the crop's area."""
        ...


class Occlusion(Protocol):
    """What covering the hottest region of a map does to the probability of its country."""

    @property
    def before(self) -> float:
        """With nothing covered."""
        ...

    @property
    def after(self) -> float:
        """With the hottest region covered."""
        ...

    @property
    def random_mean(self) -> float:
        """With random regions of equal area and shape covered instead, in the mean."""
        ...


class Analysis(Protocol):
    """What the opponent makes of one picture."""

    @property
    def prediction(self) -> Prediction:
        """Its calibrated probabilities."""
        ...

    def heatmap(self, target: str) -> Heatmap:
        """Grad-CAM for the logit of this country; cheap, the forward pass is kept."""
        ...

    def contrast(self, target: str, other: str) -> Heatmap:
        """What speaks for one country rather than another; cheap too, its target is the former."""
        ...

    def occlude(
        self, heatmap: Heatmap, wait: Callable[[], object] = lambda: None
    ) -> Occlusion | None:
        """Test one of its maps by occlusion; ``None`` if that cannot be done, as with a blank map.

        Costs some forward passes; ``wait`` is called before each and lets more urgent ones go
        first.
        """
        ...

    def cover(self, box: Box) -> Prediction:
        """What it says with a rectangle of the picture blurred; costs one forward pass."""
        ...


class Opponent(Protocol):
    """The player on the other side."""

    def analyse(self, picture: Image.Image, *others: Image.Image) -> Analysis:
        """Look at one RGB picture of any size, and perhaps at others of the same place.

        Args:
            picture: the very crop that the human sees, as sharp as the level's eyes are; maps
                explain it.
            others: what the level sees of the surroundings.
        """
        ...


class Scoreboard(Protocol):
    """How everybody has done so far; it knows rounds, never players."""

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
        """Count a finished round, once for each ``round_id``; must not make the caller wait.

        The rounds of bots are kept apart, and are not among the statistics. Returns a number to ask
        :meth:`settled` about.
        """
        ...

    def settled(self, number: int, patience_s: float) -> bool:
        """Whether what was handed in under this number is written; waits no longer than told."""
        ...

    @property
    def lasting(self) -> bool:
        """Whether what is written outlives the server, as it was meant to."""
        ...

    def statistics(self, level: Level = USUAL) -> Statistics:
        """What is counted so far against a level, as of some seconds ago; answers in a moment."""
        ...


class GameStore(Protocol):
    """Running games, so that they outlive the process; it knows hashes of keys, never players."""

    def save(self, key: str, state: str) -> int:
        """Keep a game as it stands now, over what was kept of it; must not make the caller wait.

        Returns a number to ask :meth:`settled` about.
        """
        ...

    def settled(self, number: int, patience_s: float) -> bool:
        """Whether what was handed in under this number is written; waits no longer than told."""
        ...

    def load(self, key: str) -> str | None:
        """A game as it was saved last; ``None`` if there is none, or an old one.

        Raises:
            OSError: that cannot be known now.
        """
        ...
