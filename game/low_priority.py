"""Work that may take its time: it waits for as long as anything more urgent is under way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

WAIT_S_MAX = 2.0
"""After so long one step goes on all the same, so that a busy server finishes it some day."""


class LowPriorityExecutor:
    """One thread for work that nobody waits for.

    Safe to call from several threads at once.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="low-priority")
        self._changed = threading.Condition()
        self._urgent = 0
        self._backlog = 0
        self._closed = False

    @property
    def backlog(self) -> int:
        """How many pieces of work are not done yet."""
        return self._backlog

    def yield_to(self, urgent: Future[Any]) -> None:
        """Hold all work up until this future is done."""
        with self._changed:
            self._urgent += 1
        urgent.add_done_callback(self._urgent_done)

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Do some work when there is time for it.

        Args:
            work: is called with the arguments and one more: a function to call before each costly
                step, which returns when nothing urgent is under way, and raises
                ``CancelledError`` once the executor is closed.
            arguments: of the work.
        """
        with self._changed:
            self._backlog += 1
        future = self._executor.submit(self._run, work, arguments)
        future.add_done_callback(self._work_done)
        return future

    def close(self) -> None:
        """Drop what has not begun, and break off the rest at its next step: the process ends."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _urgent_done(self, _: Future[Any]) -> None:
        with self._changed:
            self._urgent -= 1
            self._changed.notify_all()

    def _work_done(self, _: Future[Any]) -> None:
        with self._changed:
            self._backlog -= 1

    def _run(self, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        try:
            return work(*arguments, self._wait)
        except CancelledError:
            raise
        except Exception:  # nobody may ever ask for the result
            log.exception("work of low priority failed")
            raise

    def _wait(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._urgent == 0, WAIT_S_MAX)
            if self._closed:
                raise CancelledError
