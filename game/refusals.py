"""What the server turns away, and the key of the text that says so."""

from __future__ import annotations


class RefusedError(Exception):
    """A step that is not taken now, though nothing is broken; the game stands as it stood.

    Args:
        problem: key of the text that the player reads.
        retry_after_s: when it is worth asking again, in seconds; ``None`` if only the player knows.
    """

    def __init__(self, problem: str, retry_after_s: float | None = None) -> None:
        super().__init__(problem)
        self.problem, self.retry_after_s = problem, retry_after_s
