"""Data sets on the Hugging Face hub, by the address ``hf://datasets/OWNER/NAME[@REVISION]``.

For training they are downloaded whole, once (:func:`local_directory`). For a few rounds of the
game their shards are read where they are, by ranges of bytes (:func:`shards`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from huggingface_hub import HfApi, HfFileSystem, snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from model.data.listing import is_hidden
from model.errors import DataError, fault

_ADDRESS = re.compile(r"hf://datasets/(?P<repo>[^/@\s]+/[^/@\s]+)(@(?P<revision>[^/\s]+))?/?")

# The first base of the hub's own error is that of its HTTP client: httpx, later httpx2.
_HTTP_ERROR: type[Exception] = HfHubHTTPError.__bases__[0]

FAILURES = (_HTTP_ERROR, HFValidationError, LocalEntryNotFoundError, OSError)
"""What the hub's client raises if the hub cannot be reached, or has no such thing."""

_REMEDY = "check the name and the connection, or give a local directory"


def is_address(data: str) -> bool:
    """Whether ``--data`` or ``--panoramas`` names a data set on the hub."""
    return data.startswith("hf://")


def _parse(data: str) -> tuple[str, str | None]:
    match = _ADDRESS.fullmatch(data)
    if not match:
        raise DataError(f"{data}: not an address of the form hf://datasets/OWNER/NAME")
    return match["repo"], match["revision"]


def local_directory(data: str) -> Path:
    """Where a data directory lies: itself, or the cache into which a hub data set was downloaded.

    Only parquet files are downloaded, once; later calls find them in the cache, also offline.

    Args:
        data: a directory, or an address on the hub.

    Raises:
        DataError: an address of another form, no such data set, or no connection.
    """
    if not is_address(data):
        return Path(data)
    repo, revision = _parse(data)
    try:
        return _download(repo, revision)
    except FAILURES as error:
        raise DataError(fault(data, "cannot be downloaded", _REMEDY, error)) from None


def _download(repo: str, revision: str | None, *, offline: bool = False) -> Path:
    """The folder of a data set's shards in the cache, filled if need be."""
    return Path(
        snapshot_download(
            repo,
            repo_type="dataset",
            revision=revision,
            allow_patterns=["*.parquet", "**/*.parquet"],
            local_files_only=offline,
        )
    )


@dataclass(frozen=True)
class RemoteShard:
    """A parquet file on the hub, read by ranges of bytes.

    Attributes:
        files: the hub's client.
        path: of the file there, with the revision.
        address: what to call it in messages.
    """

    files: HfFileSystem
    path: str
    address: str

    def __str__(self) -> str:
        return self.address

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.address.rsplit("/", 1)[-1]

    def open(self) -> BinaryIO:
        """A stream that fetches what is read of it, and not the 5 MiB behind it as by default."""
        opened: BinaryIO = self.files.open(self.path, "rb", cache_type="none")
        return opened


def shards(data: str) -> Sequence[Path | RemoteShard]:
    """The parquet files of a data set on the hub, to be read where they are.

    Those that were downloaded before, whole and at this revision, are taken from the cache.

    Raises:
        DataError: an address of another form, no such data set, no connection, no parquet files.
    """
    repo, revision = _parse(data)
    try:
        commit = HfApi().dataset_info(repo, revision=revision).sha
        files = HfFileSystem(skip_instance_cache=True)
        found: Any = files.find(f"datasets/{repo}@{commit}")
    except FAILURES as error:
        if downloaded := _downloaded(repo, revision):
            return downloaded
        raise DataError(fault(data, "cannot be read", _REMEDY, error)) from None
    opened: list[Path | RemoteShard] = []
    for path in sorted(found):
        inside = path.split("/", 3)[-1]
        within = PurePosixPath(inside)
        if within.suffix != ".parquet" or len(within.parts) > 2 or is_hidden(within):
            continue  # as in a directory: there, or one level down
        cached = try_to_load_from_cache(repo, inside, revision=commit, repo_type="dataset")
        remote = RemoteShard(files, path, f"hf://datasets/{repo}/{inside}")
        opened.append(Path(cached) if isinstance(cached, str) else remote)
    if not opened:
        raise DataError(f"{data}: holds no parquet files; give a data set that does")
    return opened


def _downloaded(repo: str, revision: str | None) -> list[Path]:
    """The shards in the cache, for somebody without a connection; none if there is nothing."""
    try:
        folder = _download(repo, revision, offline=True)
    except FAILURES:
        return []
    found = [*folder.glob("*.parquet"), *folder.glob("*/*.parquet")]
    return sorted(shard for shard in found if not is_hidden(shard.relative_to(folder)))
