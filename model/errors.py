"""The errors that a user can mend; one tree, so that one `except` catches them all."""

from __future__ import annotations

import unicodedata

_UNSHOWN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Letters that break a line, turn it round or have no shape, by Unicode's categories."""


class GeoDuelError(Exception):
    """Base of every error that a user can mend; its one line names file, row and remedy."""

    def __str__(self) -> str:
        return one_line(super().__str__())


class DataError(GeoDuelError):
    """A data directory, shard or table that cannot be used."""


class PictureError(DataError):
    """One picture that cannot be read, or must not be (too large, not a picture).

    Args:
        message: the one line that a user reads.
        reason: in a word, for those who say it in another language; a key of
            ``model.uploads.limits.REASONS``.
    """

    def __init__(self, message: str, reason: str = "damaged") -> None:
        super().__init__(message)
        self.reason = reason


class ConfigError(GeoDuelError):
    """An unknown or impossible setting."""


class CheckpointError(GeoDuelError):
    """A checkpoint that is missing, damaged or does not fit."""


class OutputError(GeoDuelError, OSError):
    """A file that cannot be written; ``errno`` says why."""


def one_line(text: str) -> str:
    r"""A text whose control characters and odd bytes of file names are escaped, such as ``\n``."""
    return "".join(
        letter.encode("unicode_escape").decode()
        if unicodedata.category(letter) in _UNSHOWN
        else letter
        for letter in text
    )


def first_line(error: BaseException) -> str:
    """What an error says, on one line; its type if it says nothing.

    Of the system's errors only the reason: who quotes them names the file.
    """
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    return next((line for line in str(error).strip().splitlines()), type(error).__name__)


def fault(name: object, what: str, remedy: str, cause: BaseException | None = None) -> str:
    """The one line that a user reads: ``NAME: WHAT (CAUSE); REMEDY``.

    Args:
        name: the file, and the row where there is one.
        what: is wrong with it.
        remedy: what to do about it.
        cause: the error behind it; its first line is quoted.
    """
    reason = f" ({first_line(cause)})" if cause is not None else ""
    return one_line(f"{name}: {what}{reason}; {remedy}")
