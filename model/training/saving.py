"""Writing what a run must not lose: whole files, and one line when the disk is full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from model.data.files import replacing
from model.errors import DataError


@contextmanager
def reporting(target: Path) -> Iterator[None]:
    """Turn whatever a failing write raises into one line; the file's earlier version stays.

    Raises:
        DataError: nothing could be written.
    """
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        raise DataError(
            f"{target}: cannot be written ({_reason(error)}); make room there, then go on with "
            "--resume (the last good checkpoint is still there)"
        ) from None


def _reason(error: BaseException) -> str:
    # torch.save reports a full disk as an error of its archive; the system's words lie behind it.
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__context__
    return next(iter(str(error).splitlines()), type(error).__name__)


def save_tensors(value: Any, file: Path) -> None:
    """``torch.save`` under a temporary name, then rename.

    Raises:
        DataError: nothing could be written.
    """
    with reporting(file), replacing(file) as temporary, temporary.open("wb") as stream:
        torch.save(value, stream)


def save_text(text: str, file: Path) -> None:
    """Write a text file whole or not at all.

    Raises:
        DataError: nothing could be written.
    """
    with reporting(file), replacing(file) as temporary:
        temporary.write_text(text, encoding="utf-8")
