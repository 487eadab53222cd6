"""Small copies of a collection's pictures on disk, so that an epoch does not decode large ones.

usage::

    copies = SmallCopies(collection, Path("cache"), short_side_px=288)
    jpeg = copies.read(7)      # made when it is first asked for
"""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

from PIL import Image

from model.data.collection import Collection
from model.data.files import text_digest, write_atomically
from model.data.pictures import open_picture

QUALITY = 92
"""Of the copies' JPEG, without chroma subsampling: about 40 KB for a photo of 288 px."""


class SmallCopies:
    """Reads pictures of a collection whose shorter side is brought to a length; never enlarged.

    Files are named by place, original and length, so that several runs share them.

    Args:
        collection: where the pictures are.
        directory: keeps the copies; made if need be.
        short_side_px: of the copies.
    """

    def __init__(self, collection: Collection, directory: Path, short_side_px: int) -> None:
        self._collection, self._directory = collection, directory
        self._short_side_px = short_side_px

    def read(self, index: int) -> bytes:
        """The copy of a place's picture, as JPEG.

        Raises:
            PictureError: the picture cannot be read.
        """
        file = self._file(index)
        with suppress(OSError):
            return file.read_bytes()
        jpeg = self._copy(index)
        with suppress(OSError):  # without room for copies, originals are read
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, jpeg)
        return jpeg

    def _file(self, index: int) -> Path:
        place, original = self._collection.places[index].key, self._collection.version(index)
        identity = f"{place} {original} {self._short_side_px} {QUALITY}"
        digest = text_digest(identity, 24)
        return self._directory / digest[:2] / f"{digest}.jpg"

    def _copy(self, index: int) -> bytes:
        picture = open_picture(self._collection.read(index), self._collection.name(index))
        scale = min(1.0, self._short_side_px / min(picture.size))
        size = round(picture.width * scale), round(picture.height * scale)
        if scale < 1:
            picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=QUALITY, subsampling=0)
        return stream.getvalue()
