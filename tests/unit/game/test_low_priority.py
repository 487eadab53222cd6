"""Work of low priority: it lets others go first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future

import pytest

from game.low_priority import LowPriorityExecutor


def test_work_waits_for_what_is_urgent_and_not_for_ever() -> None:
    executor = LowPriorityExecutor()
    order: list[str] = []

    def work(wait: Callable[[], None]) -> None:
        wait()
        order.append("low priority")

    urgent: Future[None] = Future()
    executor.yield_to(urgent)
    future = executor.submit(work)
    time.sleep(0.1)
    order.append("prediction")
    urgent.set_result(None)
    future.result(5)
    assert order == ["prediction", "low priority"]
    executor.yield_to(Future())
    executor.submit(work).result(10)


def test_what_has_not_begun_is_dropped_at_the_end() -> None:
    executor, begun, go = LowPriorityExecutor(), threading.Event(), threading.Event()

    def work(wait: Callable[[], None]) -> str:
        begun.set()
        go.wait(20)
        return "done"

    running, waiting = executor.submit(work), executor.submit(work)
    assert begun.wait(20)
    executor.close()
    assert waiting.cancelled()
    go.set()
    assert running.result(20) == "done", "a step that has begun is not broken off"


def test_what_has_begun_ends_with_its_step_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    executor, begun = LowPriorityExecutor(), threading.Event()

    def work(wait: Callable[[], None]) -> None:
        for _ in range(2000):
            wait()
            begun.set()
            time.sleep(0.01)

    running = executor.submit(work)
    assert begun.wait(20)
    executor.close()
    with pytest.raises(CancelledError):
        running.result(10)
    assert caplog.records == []
