"""Photos in one folder per country: a directory, or the zip that it came in. Torch-free."""

from __future__ import annotations

import logging
import os
import threading
import zipfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from model.data.files import Version, text_digest
from model.data.labels import CODE_OF_FOLDER, OTHER_FOLDERS
from model.data.listing import files_in, folders_in, is_hidden
from model.errors import DataError, PictureError, fault
from model.types import PHOTO_SOURCE, Place

log = logging.getLogger(__name__)

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})

MAX_ENTRY_BYTES = 200 << 20
"""A zip's entry above this is refused: no photo is that large, but a bomb is."""


def key_of(*parts: str) -> str:
    """Identify a place by what its data set says of it: 16 hex digits."""
    return text_digest("\x1f".join(parts))


class _Photos:
    """Places of photos, by the names of their folders."""

    def __init__(self) -> None:
        self._skipped: Counter[str] = Counter()
        self._places: list[Place] = []

    def _admits(self, folder: Path | str, photos: Sequence[str]) -> bool:
        """Take in a folder of the 56 countries; count the photos of another, name an unknown."""
        name = PurePosixPath(folder).name.casefold()
        code = CODE_OF_FOLDER.get(name)
        if code is not None:
            keys = (key_of("photo", code, photo) for photo in photos)
            self._places += [Place(key, code, None, PHOTO_SOURCE) for key in keys]
            return True
        reason = "other_country" if name in OTHER_FOLDERS else "unknown_folder"
        self._skipped[reason] += len(photos)
        if photos and reason == "unknown_folder":
            log.warning(
                "%s", fault(folder, "no country of that name", "skipped; rename or remove it")
            )
        return False

    @property
    def places(self) -> Sequence[Place]:
        """The photos in folders of the 56 countries, sorted by folder and name."""
        return self._places

    @property
    def skipped(self) -> Counter[str]:
        """Photos in folders of other countries, and in folders that are no country."""
        return self._skipped

    @property
    def rendered(self) -> bool:
        """Photos are never rendered."""
        return False


class FolderSource(_Photos):
    """Photos in one folder per country; the folder name is the only label.

    A folder of photos whose name is no country is named in a warning.

    Args:
        directory: holds ``<Country>/<photo>.jpg`` with usual English country names, in any case.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._files: list[Path] = []
        for folder in folders_in(directory):
            photos = files_in(folder, PHOTO_SUFFIXES)
            if self._admits(folder, [photo.name for photo in photos]):
                self._files += photos

    def read(self, index: int) -> bytes:
        """One photo's bytes.

        Raises:
            PictureError: the file is gone or may not be read.
        """
        try:
            return self._files[index].read_bytes()
        except OSError as error:
            name, remedy = self._files[index], "restore or remove it"
            raise PictureError(fault(name, "cannot be read", remedy, error)) from None

    def name(self, index: int) -> str:
        """The file."""
        return str(self._files[index])

    def version(self, index: int) -> str:
        """The file, its size and time; the file alone where it is gone."""
        with suppress(OSError):
            return f"{self.name(index)} {Version.of(self._files[index])}"
        return self.name(index)


class ZippedPhotos(_Photos):
    """Photos in one folder per country inside a zip, read where they are.

    The folders may lie in others, such as ``compressed_dataset/Hungary/canvas_1.jpg``.

    Args:
        file: the zip.

    Raises:
        DataError: it is none, or damaged.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._entries: list[PurePosixPath] = []
        self._lock = threading.Lock()
        self._opened: tuple[int, zipfile.ZipFile] | None = None
        try:
            entries = self._archive().infolist()
        except Exception as error:  # OSError, BadZipFile, UnicodeDecodeError, struct.error, ...
            raise DataError(fault(file, "no readable zip", "download it again", error)) from None
        # Archives hold names such as ./a, a//b or a\\b; they are opened by them as they stand.
        self._stored = {_path_of(e.filename): e.filename for e in entries if not _is_folder(e)}
        photos: defaultdict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
        for path in sorted(self._stored):
            is_photo = path.suffix.lower() in PHOTO_SUFFIXES and not is_hidden(path)
            if is_photo and len(path.parts) > 1:
                photos[path.parent].append(path)
        known = {f.parent for f in photos if f.name.casefold() in CODE_OF_FOLDER}
        for folder, inside in photos.items():
            if folder.parent in known and self._admits(
                f"{file}/{folder}", [photo.name for photo in inside]
            ):
                self._entries += inside

    def _archive(self) -> zipfile.ZipFile:
        """The open zip. A fork must not share it: its position in the file is one for all."""
        with self._lock:
            if self._opened is None or self._opened[0] != os.getpid():
                self._opened = os.getpid(), zipfile.ZipFile(self._file)
            return self._opened[1]

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_lock": None, "_opened": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.Lock())

    def read(self, index: int) -> bytes:
        """One photo's bytes.

        Raises:
            PictureError: the zip is gone, damaged there, or locked by a password.
        """
        try:
            archive = self._archive()
            stored = self._stored[self._entries[index]]
            size = archive.getinfo(stored).file_size
            if size > MAX_ENTRY_BYTES:
                raise PictureError(f"{self.name(index)}: {size >> 20} MiB is no photo; remove it")
            return archive.read(stored)
        except PictureError:
            raise
        except Exception as error:  # each way to compress has errors of its own
            remedy = "download the zip again, or unpack it and give the folder"
            raise PictureError(fault(self.name(index), "cannot be read", remedy, error)) from None

    def name(self, index: int) -> str:
        """The zip, and the path in it."""
        return f"{self._file}/{self._entries[index]}"

    def version(self, index: int) -> str:
        """The zip, the path in it, and the checksum that the zip has of it."""
        entry = self._archive().getinfo(self._stored[self._entries[index]])
        return f"{self.name(index)} {entry.CRC}"


def _path_of(entry: str) -> PurePosixPath:
    """Where an entry of a zip lies, whichever program wrote its name."""
    return PurePosixPath(entry.replace("\\", "/"))


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.endswith(("/", "\\"))
