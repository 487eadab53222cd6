"""Work that may take its time: it waits for as long as anything more urgent is under way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

WAIT_S_MAX = 2.0
"""After so long one step goes on all the same, so that a busy table finishes it some day."""


class LowPriorityExecutor:
    """One thread for what nobody waits for; whoever is in a hurry holds it up.

    Safe to call from several threads at once.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="afterthoughts")
        self._calm = threading.Condition()
        self._urgent = 0
        self._backlog = 0

    @property
    def backlog(self) -> int:
        """How many pieces of work are not done yet."""
        return self._backlog

    def hold(self) -> None:
        """Something urgent begins; :meth:`release` must follow."""
        with self._calm:
            self._urgent += 1

    def release(self) -> None:
        """Something urgent is over."""
        with self._calm:
            self._urgent -= 1
            self._calm.notify_all()

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Do some work some day.

        Args:
            work: is called with the arguments and one more: a function to call before each costly
                step, which returns when nothing urgent is under way.
            arguments: of the work.
        """
        with self._calm:
            self._backlog += 1
        future = self._executor.submit(self._run, work, arguments)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: Future[Any]) -> None:
        with self._calm:
            self._backlog -= 1

    def _run(self, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        try:
            return work(*arguments, self._wait)
        except Exception:  # nobody may ever ask for the result
            log.exception("an afterthought failed")
            raise

    def _wait(self) -> None:
        with self._calm:
            self._calm.wait_for(lambda: self._urgent == 0, WAIT_S_MAX)
