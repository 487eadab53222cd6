"""One or several data directories as one list of places with splits, and what of it is held out.

usage::

    photos = Collection.open([Path("streetview")])
    test = photos.of_split("test")
    picture = photos.picture(test[0])
"""

from __future__ import annotations

import itertools
import logging
import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from PIL import Image

from model.data import hub
from model.data.cue_maps import CueMap
from model.data.pictures import open_picture
from model.data.sources import (
    ParquetSource,
    Source,
    describe_skipped,
    open_sources,
)
from model.data.split import fingerprint, group_places, split_places
from model.data.tables import read_table
from model.data.thinning.manifest import Manifest, read_manifest
from model.errors import DataError
from model.types import Place, Split

log = logging.getLogger(__name__)

NEAR_DUPLICATES = "near_duplicates.csv"
"""Optional beside the data: columns ``file`` (as Country/photo.jpg) and ``group``."""


class Collection:
    """The union of several sources: places in order, each with its split.

    Args:
        sources: what to join, in order.
        links: pairs of places, as numbers of the union, that must share a split.
        manifest: what thinning decided about these places.

    Attributes:
        left_out: numbers of places of the train split that are not to be trained on.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        links: Sequence[tuple[int, int]] = (),
        manifest: Manifest | None = None,
    ) -> None:
        self.sources = tuple(sources)
        self.places: tuple[Place, ...] = tuple(p for s in sources for p in s.places)
        self._origin = [(s, i) for s in sources for i in range(len(s.places))]
        self._links = tuple(links)
        self._manifest = manifest.fitted(self.places, self.name) if manifest else None
        rows = self._manifest or ()
        self.left_out = frozenset(i for i, row in enumerate(rows) if not row.is_kept)

    @classmethod
    def open(
        cls,
        directories: Sequence[Path],
        *,
        manifest: Path | None = None,
        copy_rows: bool = True,
    ) -> Collection:
        """Open every data set in these directories.

        Args:
            directories: or zips of photos.
            copy_rows: see :class:`~model.data.parquet.ParquetSource`.
            manifest: file that ``model.data.thin`` wrote for these data: its splits hold, and
                what it did not keep is left out of the train split.

        Raises:
            DataError: a directory without usable data, or given twice, a shard with wrong columns,
                a damaged ``near_duplicates.csv``, a manifest that does not fit.
        """
        _check_different(directories)
        sources: list[Source] = []
        links: list[tuple[int, int]] = []
        for directory in directories:
            here = open_sources(directory, copy_rows=copy_rows)
            beside = directory if directory.is_dir() else directory.parent
            before = sum(len(source.places) for source in sources)
            links += _links(here, read_near_duplicates(beside / NEAR_DUPLICATES), before)
            sources += here
        thinned = read_manifest(manifest) if manifest else None
        return cls(sources, links, thinned)

    @classmethod
    def open_for_play(cls, address: str) -> Collection:
        """Open a directory, a zip of photos or a data set on the hub to look at a few places.

        Unlike for training, nothing is copied, and a data set on the hub is not downloaded: its
        pictures are read where they are, as they are asked for.

        Raises:
            DataError: as :meth:`open`, or the hub cannot be reached.
        """
        if not hub.is_address(address):
            return cls.open([Path(address)], copy_rows=False)
        return cls([ParquetSource(hub.shards(address), copy_rows=False)])

    @property
    def skipped(self) -> Counter[str]:
        """What the sources left out, by reason."""
        return describe_skipped(self.sources)

    @cached_property
    def groups(self) -> list[int]:
        """For each place a number that it shares with those that must share its split."""
        return group_places(self.places, self._links)

    @cached_property
    def splits(self) -> list[Split]:
        """The split of each place."""
        if self._manifest is not None:
            return [row.split for row in self._manifest]
        return split_places(self.places, self._links)

    @property
    def uses(self) -> list[str]:
        """The split of each place, or ``left out`` for what thinning took from the train split."""
        return ["left out" if i in self.left_out else s for i, s in enumerate(self.splits)]

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that identify which place is in which split, but for those left out."""
        kept = [i for i in range(len(self.places)) if i not in self.left_out]
        return fingerprint([self.places[i] for i in kept], [self.splits[i] for i in kept])

    @property
    def rendered(self) -> bool:
        """Whether any of its pictures are computer-rendered."""
        return any(source.rendered for source in self.sources)

    def of_split(self, split: str) -> list[int]:
        """The numbers of the places of one split, or of all of them for ``all``."""
        if split == "all":
            return list(range(len(self.places)))
        return [i for i, s in enumerate(self.splits) if s == split and i not in self.left_out]

    def name(self, index: int) -> str:
        """What to call a place in a message: its file, and row where there is one."""
        source, i = self._origin[index]
        return source.name(i)

    def version(self, index: int) -> str:
        """What changes with the picture of a place, so that a cache knows it by that."""
        source, i = self._origin[index]
        return source.version(i)

    def read(self, index: int) -> bytes:
        """The encoded picture of a place."""
        source, i = self._origin[index]
        return source.read(i)

    @property
    def remote(self) -> bool:
        """Whether pictures are read from the hub, so that :meth:`prefetch` is worth calling."""
        return any(isinstance(s, ParquetSource) and s.remote for s in self.sources)

    def prefetch(self, index: int) -> None:
        """See :meth:`~model.data.parquet.ParquetSource.prefetch`; nothing for other sources."""
        source, i = self._origin[index]
        if isinstance(source, ParquetSource):
            source.prefetch(i)

    def cues(self, index: int) -> CueMap | None:
        """Where a place's named cues are; ``None`` for most data sets."""
        source, i = self._origin[index]
        return source.cues(i) if isinstance(source, ParquetSource) else None

    def cue_values(self, index: int) -> dict[str, str]:
        """What a place's named cues are, such as ``white_dashed``; often none."""
        source, i = self._origin[index]
        return source.cue_values(i) if isinstance(source, ParquetSource) else {}

    def picture(self, index: int) -> Image.Image:
        """The picture of a place: RGB, upright, without metadata.

        Raises:
            PictureError: it cannot be read; the message names file and row.
        """
        return open_picture(self.read(index), self.name(index))


def _check_different(directories: Sequence[Path]) -> None:
    """Refuse what would count its places twice: the same data, or a folder of a directory given."""
    paths = [(directory, Path(os.path.realpath(directory))) for directory in directories]
    for (one, path), (other, again) in itertools.permutations(paths, 2):
        if path == again or (path.is_dir() and path.parent == again):
            raise DataError(f"{one}: the same data as {other}, or a folder of it; give it once")


def read_near_duplicates(file: Path) -> dict[str, str]:
    """Read groups of photos of one spot: ``country/photo.jpg`` to group; empty without the file.

    The names are those of :func:`_listed_name`; rows without a group are passed over.

    Raises:
        DataError: the file cannot be read, or lacks the columns ``file`` and ``group``.
    """
    if not file.is_file():
        return {}
    rows = read_table(
        file, ("file", "group"), "it needs the columns file and group, or must be removed"
    )
    named = {_listed_name(row.values["file"]): row.values["group"] for row in rows}
    return {name: group for name, group in named.items() if group}


def _listed_name(file: str) -> str:
    """Folder and name of a photo, the same whichever system or spreadsheet wrote them down."""
    folder_and_name = file.replace("\\", "/").split("/")[-2:]
    return unicodedata.normalize("NFC", "/".join(folder_and_name)).casefold()


def _links(
    sources: Sequence[Source], group_of_file: dict[str, str], number: int
) -> list[tuple[int, int]]:
    """Pairs of places of one group, numbered from ``number`` on."""
    if not group_of_file:
        return []
    members: defaultdict[str, list[int]] = defaultdict(list)
    for source in sources:
        for i in range(len(source.places)):
            group = group_of_file.get(_listed_name(source.name(i)))
            if group is not None:
                members[group].append(number)
            number += 1
    if not members:
        log.warning("%s: names none of the photos beside it; nothing is linked", NEAR_DUPLICATES)
    return [pair for group in members.values() for pair in itertools.pairwise(group)]
