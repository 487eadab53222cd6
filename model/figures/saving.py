"""Figures as files."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from model.data.files import replacing
from model.errors import ConfigError

DPI = 120


def check_format(file: Path) -> None:
    """Refuse what :func:`save_figure` could not write, before anything is drawn.

    Raises:
        ConfigError: the suffix names no format that matplotlib draws.
    """
    if _format(file) not in Figure().canvas.get_supported_filetypes():
        raise ConfigError(f"--out {file}: no figure format of that suffix; use .png")


def save_figure(figure: Figure, file: Path) -> None:
    """Write a figure whole or not at all, in the format that its suffix names.

    Raises:
        OutputError: the file cannot be written.
    """
    with replacing(file) as temporary:
        figure.savefig(temporary, format=_format(file), dpi=DPI)


def _format(file: Path) -> str:
    return file.suffix.lower().removeprefix(".")
