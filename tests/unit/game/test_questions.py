"""Questions about a picture: answered from what is kept, the newest first, forgotten in time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from game.low_priority import LowPriorityExecutor
from game.questions import KEPT_MAX, KEPT_S, Questions
from game.refusals import RefusedError
from model.errors import PictureError
from model.types import Box, Prediction
from tests.fakes import FakeAnalysis, FakeOpponent

PICTURE = Image.new("RGB", (60, 26), (90, 120, 60))
LEFT = Box(0, 0, 0.5, 1)


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class CountingOpponent(FakeOpponent):
    def __init__(self) -> None:
        super().__init__()
        self.looked = 0

    def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
        self.looked += 1
        return super().analyse(picture)


@pytest.fixture
def opponent() -> CountingOpponent:
    return CountingOpponent()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def questions(opponent: CountingOpponent, clock: Clock) -> Questions:
    return Questions(opponent, LowPriorityExecutor(), clock_s=clock)


def read() -> list[Image.Image]:
    return [PICTURE]


def test_a_cover_is_answered_before_and_after(questions: Questions) -> None:
    covered = questions.cover("a", 1, LEFT, read)
    assert covered is not None
    first = covered.before.country
    assert covered.after.of(first) == pytest.approx(covered.before.of(first) / 2)


def test_a_picture_is_analysed_once(questions: Questions, opponent: CountingOpponent) -> None:
    for _ in range(3):
        questions.cover("a", 1, LEFT, read)
        questions.contrast("a", 1, "IS", read)
    assert opponent.looked == 1
    questions.cover("a", 2, LEFT, read)
    questions.cover("b", 1, LEFT, read)
    assert opponent.looked == 3


def test_a_contrast_speaks_for_the_guess(questions: Questions) -> None:
    analysis = FakeOpponent().analyse(PICTURE)
    guess = analysis.prediction.country
    other = next(code for code in ("HU", "IS") if code != guess)
    contrast = questions.contrast("a", 1, other, read)
    assert contrast is not None
    assert contrast.guess.target == contrast.heatmap.target == guess
    assert (contrast.heatmap.grid == analysis.contrast(guess, other).grid).all()
    same = questions.contrast("a", 1, guess, read)
    assert same is not None
    assert same.heatmap is same.guess


def test_what_cannot_be_read_anew_is_answered_as_long_as_it_is_kept(
    questions: Questions, clock: Clock
) -> None:
    assert questions.cover("a", "photo", LEFT) is None
    questions.keep("a", "photo", FakeAnalysis(1))
    assert questions.cover("a", "photo", LEFT) is not None
    assert questions.cover("b", "photo", LEFT) is None, "it is another player's"
    clock.now_s = KEPT_S - 1
    questions.expire()
    assert questions.cover("a", "photo", LEFT) is not None
    clock.now_s = 2 * KEPT_S
    questions.expire()
    assert questions.cover("a", "photo", LEFT) is None
    questions.keep("a", "photo", FakeAnalysis(1))
    questions.forget("a")
    assert questions.cover("a", "photo", LEFT) is None


def test_nothing_is_kept_for_longer_than_said(
    questions: Questions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time the one that was asked about least recently is forgotten when its time is over."""
    waits_s: list[float] = []

    class Timer(threading.Thread):
        def __init__(self, wait_s: float, _: object) -> None:
            super().__init__()
            waits_s.append(wait_s)

    monkeypatch.setattr("game.questions.threading.Timer", Timer)
    questions.keep("a", "photo", FakeAnalysis(1))
    clock.now_s = 0.3 * KEPT_S
    questions.keep("b", "photo", FakeAnalysis(2))
    clock.now_s = KEPT_S
    questions.expire()
    assert questions.cover("a", "photo", LEFT) is None
    assert waits_s == pytest.approx([KEPT_S, 0.3 * KEPT_S])


def test_only_so_many_are_kept(questions: Questions) -> None:
    for number in range(KEPT_MAX + 1):
        questions.keep(f"player {number}", "photo", FakeAnalysis(number))
    assert questions.cover("player 0", "photo", LEFT) is None
    assert questions.cover("player 1", "photo", LEFT) is not None


def test_an_unreadable_picture_is_an_error(questions: Questions) -> None:
    def broken() -> Image.Image:
        raise PictureError("gone")

    with pytest.raises(PictureError):
        questions.cover("a", 1, LEFT, broken)


class SlowAnalysis(FakeAnalysis):
    """Answers one cover when it is told to, and notes which boxes it was asked about."""

    def __init__(self) -> None:
        super().__init__(1)
        self.begun, self.go, self.boxes = threading.Event(), threading.Event(), []

    def cover(self, box: Box) -> Prediction:
        self.boxes.append(box)
        self.begun.set()
        assert self.go.wait(20)
        return super().cover(box)


def test_a_question_that_waits_too_long_is_refused(
    questions: Questions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("game.questions.PATIENCE_S", 0.05)
    analysis = SlowAnalysis()
    questions.keep("a", 1, analysis)
    with pytest.raises(RefusedError) as refused:
        questions.cover("a", 1, LEFT)
    analysis.go.set()
    assert refused.value.problem == "problem_busy"


def test_the_newest_question_takes_the_place_of_one_that_waits(questions: Questions) -> None:
    analysis = SlowAnalysis()
    questions.keep("a", 1, analysis)
    boxes = [Box(0, 0, side, 1) for side in (0.1, 0.2, 0.3)]
    with ThreadPoolExecutor(3) as pages:
        first = pages.submit(questions.cover, "a", 1, boxes[0])
        assert analysis.begun.wait(20)
        second = pages.submit(questions.cover, "a", 1, boxes[1])
        while questions._executor.backlog < 2:
            pass
        third = pages.submit(questions.cover, "a", 1, boxes[2])
        with pytest.raises(RefusedError) as refused:
            second.result(20)
        assert refused.value.problem == "problem_busy", "the picture is not gone"
        analysis.go.set()
        assert first.result(20) is not None
        assert third.result(20) is not None
    assert analysis.boxes == [boxes[0], boxes[2]]
    assert questions._waiting == {}
