"""What in a directory or archive is data, and what systems leave beside it. Torch-free."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePath


def is_hidden(path: PurePath) -> bool:
    """Whether a part of a path is hidden, or holds what macOS or a NAS keeps beside files."""
    kept_beside = (".", "__MACOSX", "@eaDir")
    return any(part != ".." and part.startswith(kept_beside) for part in path.parts)


def files_in(directory: Path, suffixes: Collection[str]) -> list[Path]:
    """The files in a directory with one of these suffixes (lower case), sorted.

    Companions that systems put there (``._photo.jpg``, ``.DS_Store``) are no data, nor is a folder
    of such a name, nor a pipe, which would never end. A link that leads nowhere stays: what should
    be there is named when it is read.
    """
    return sorted(
        path
        for path in directory.iterdir()
        if path.suffix.lower() in suffixes
        and not is_hidden(Path(path.name))
        and (path.is_file() or not path.exists())
    )


def folders_in(directory: Path) -> list[Path]:
    """The folders in a directory, sorted, without hidden ones."""
    return sorted(p for p in directory.iterdir() if p.is_dir() and not is_hidden(Path(p.name)))
