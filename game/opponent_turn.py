"""The opponent's turn: it plays while the human thinks, and its maps are put to the test.

Safe to call from several threads at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from PIL import Image

from game.low_priority import LowPriorityExecutor
from game.ports import Analysis, FavouredCue, Occlusion, Opponent, PanoramaSource
from game.questions import Questions
from game.refusals import RefusedError
from game.rules.rounds import Guess
from model.cpus import allowance
from model.types import Crop, Heatmap, Prediction

log = logging.getLogger(__name__)

T = TypeVar("T")
MapKey = tuple[str, str | None]
"""The target of a map, and the country that it is a contrast against, if it is one."""

WAITING_MAX = 150
"""So many turns may wait; then nothing is dealt until there are fewer."""

BACKLOG_MAX = 12
"""With so many tests waiting, only the map of the opponent's guess is tested."""

BACKLOG_FULL = 40
"""With so many, none is; each that waits keeps its picture."""


@dataclass(frozen=True, slots=True)
class EvidenceMap:
    """One map, and what is known about it by now.

    Attributes:
        heatmap: what speaks for its target.
        against: the map is a contrast: what speaks for its target rather than for this country.
        occlusion: what covering its strongest region does; ``None`` if that is not known.
        cue: the one that it favours; ``None`` if that is not known, or there is none.
        pending: whether more will be known soon.
    """

    heatmap: Heatmap
    against: str | None = None
    occlusion: Occlusion | None = None
    cue: FavouredCue | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the opponent showed in one round, as far as it is known; nothing at all if it failed.

    ``maps`` are those for its guess, the truth and the human's guess, each country once, then one
    contrast: its guess rather than the truth; or, if it was right, rather than the human's guess;
    or, if both were right or the human passed, rather than its own second choice.
    """

    prediction: Prediction | None = None
    maps: tuple[EvidenceMap, ...] = ()


class PendingEvidence:
    """The evidence of one round in the making: the opponent's analysis, its maps, their tests.

    Until :meth:`finish` it holds the analysis, which may weigh megabytes.

    Args:
        source: where the panorama comes from, and its cues.
        place_index: of the place in the source.
        crop: which part of the panorama is shown.
        tests: does what nobody waits for.
    """

    def __init__(
        self, source: PanoramaSource, place_index: int, crop: Crop, tests: LowPriorityExecutor
    ) -> None:
        self._source, self._place_index, self._crop = source, place_index, crop
        self._truth = source.places[place_index].country
        self._executor = tests
        self._analysis: Future[Analysis] | None = None
        self._prediction: Prediction | None = None
        self._maps: dict[MapKey, Heatmap] = {}
        self._tests: dict[MapKey, tuple[Future[FavouredCue | None], Future[Occlusion | None]]] = {}

    def begin(
        self, executor: ThreadPoolExecutor, opponent: Opponent, looks: Sequence[Image.Image]
    ) -> Future[Analysis]:
        """Let the opponent analyse what it sees, and make the maps that any reveal will show."""
        self._analysis = executor.submit(self._analyse, opponent, looks)
        return self._analysis

    def finish(self, human: str | None, patience_s: float) -> Prediction:
        """Wait for the analysis, and add what only the human's guess makes worth a map.

        Adding is cheap, for the forward pass is kept. Whatever the opponent raised is raised here,
        and ``TimeoutError`` after ``patience_s``; then there is no evidence.
        """
        if self._analysis is None:
            raise ValueError("the turn has not begun, or is finished")
        try:
            analysis = self._analysis.result(patience_s)
        finally:
            self._analysis = None
        prediction = analysis.prediction
        guess = prediction.country
        if human is not None:
            self._add(analysis, human)
        if guess == self._truth:
            second = prediction.top(2)[1][0]
            self._add(analysis, guess, second if human in (None, self._truth) else human)
        self._prediction = prediction
        return prediction

    def guess(self, human: str | None, patience_s: float) -> Guess:
        """The opponent's guess, as :meth:`finish` has it; none if whatever broke over there."""
        try:
            return Guess(*self.finish(human, patience_s).top(1)[0])
        except Exception:
            log.exception("the opponent failed; it scores nothing this round")
            return Guess(None)

    @property
    def turn(self) -> Future[Analysis] | None:
        """The opponent's turn; ``None`` before it has begun and when it is finished."""
        return self._analysis

    def evidence(self) -> Evidence:
        """All of it, as far as it is known by now."""
        if self._prediction is None:
            return Evidence()
        maps = [self._known(key) for key in self._maps]
        contrasts_last = sorted(maps, key=lambda one: one.against is not None)
        return Evidence(self._prediction, tuple(contrasts_last))

    def cancel(self) -> None:
        """Spare the opponent what nobody will see any more."""
        if self._analysis is not None:
            self._analysis.cancel()
        for pair in list(self._tests.values()):  # a copy: the opponent may be adding to it
            for test in pair:
                test.cancel()

    def _analyse(self, opponent: Opponent, looks: Sequence[Image.Image]) -> Analysis:
        analysis = opponent.analyse(*looks)
        guess = analysis.prediction.country
        self._add(analysis, guess)
        if guess != self._truth:
            self._add(analysis, self._truth)
            self._add(analysis, guess, self._truth)
        return analysis

    def _add(self, analysis: Analysis, target: str, against: str | None = None) -> None:
        """One more map and, if there is time for them, its tests; none twice."""
        key = target, against
        if key in self._maps:
            return
        if against is None:
            heatmap = analysis.heatmap(target)
        else:
            heatmap = analysis.contrast(target, against)
        if self._executor.backlog < (BACKLOG_MAX if self._maps else BACKLOG_FULL):
            self._tests[key] = (
                self._executor.submit(self._favoured_cue, heatmap),
                self._executor.submit(analysis.occlude, heatmap),
            )
        self._maps[key] = heatmap

    def _favoured_cue(self, heatmap: Heatmap, wait: Callable[[], None]) -> FavouredCue | None:
        wait()
        return self._source.looked_at(self._place_index, self._crop, heatmap)

    def _known(self, key: MapKey) -> EvidenceMap:
        heatmap, (_, against) = self._maps[key], key
        if key not in self._tests:
            return EvidenceMap(heatmap, against)
        cue, occlusion = self._tests[key]
        # Asked first: a test that ends meanwhile is then asked for once more, never once too few.
        pending = not (cue.done() and occlusion.done())
        return EvidenceMap(heatmap, against, _result(occlusion), _result(cue), pending)


class RememberedEvidence:
    """What is left of a round that another process saw: the prediction, and no maps.

    Args:
        prediction: ``None`` where the opponent failed.
    """

    def __init__(self, prediction: Prediction | None) -> None:
        self._prediction = prediction

    def evidence(self) -> Evidence:
        """Without maps; those take another turn of the opponent."""
        return Evidence(self._prediction)

    def guess(self, human: str | None, patience_s: float) -> Guess:
        """None: there was nothing to guess from."""
        return Guess(None)

    def cancel(self) -> None:
        """Nothing is under way."""


class OpponentTurns:
    """Threads for the opponent's turns, and one for tests of its maps in the pauses between them.

    Args:
        source: where the panoramas come from, and their cues.
        opponent: the player on the other side.

    Attributes:
        questions: what players ask it afterwards.
    """

    def __init__(self, source: PanoramaSource, opponent: Opponent) -> None:
        self._source, self._opponent = source, opponent
        # One for each processor: a pass of one thread takes half the work of one spread over two.
        self._executor = ThreadPoolExecutor(allowance(), thread_name_prefix="opponent")
        self._tests = LowPriorityExecutor()
        self._turns: list[Future[Analysis]] = []  # those at work stand first
        self._lock = threading.Lock()
        # A thread apart: players wait for these answers, and nobody for the tests.
        self._answers = LowPriorityExecutor()
        self.questions = Questions(opponent, self._answers)

    def begin(self, looks: Sequence[Image.Image], place_index: int, crop: Crop) -> PendingEvidence:
        """Let the opponent play the crop of a panorama.

        Args:
            looks: the crop as the opponent sees it, then what else it sees of the place.
            place_index: of the place in the source.
            crop: where in the panorama it lies.

        Raises:
            RefusedError: too many turns are waiting.
        """
        pending = PendingEvidence(self._source, place_index, crop, self._tests)
        with self._lock:
            if len(self._turns) >= WAITING_MAX:
                raise RefusedError("problem_busy", 5)
            analysis = pending.begin(self._executor, self._opponent, looks)
            self._turns.append(analysis)
        analysis.add_done_callback(self._done)
        self._tests.yield_to(analysis)
        self._answers.yield_to(analysis)
        return pending

    def ahead(self, rounds: Sequence[PendingEvidence | RememberedEvidence]) -> int:
        """How many turns come before that of the last of these rounds; 0 if it is at work."""
        turn = rounds[-1].turn if rounds and isinstance(rounds[-1], PendingEvidence) else None
        with self._lock:
            place = self._turns.index(turn) if turn in self._turns else 0
        return max(0, place - allowance() + 1)

    def close(self) -> None:
        """Drop all that has not begun, so that the process can end."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._tests.close()
        self._answers.close()

    def _done(self, turn: Future[Analysis]) -> None:
        with self._lock:
            self._turns.remove(turn)


def _result(test: Future[T | None]) -> T | None:
    """What a test has shown by now, if it has."""
    if not test.done() or test.cancelled() or test.exception():
        return None
    return test.result()
