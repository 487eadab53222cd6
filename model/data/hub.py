"""Data sets on the Hugging Face hub, by the address ``hf://datasets/OWNER/NAME[@REVISION]``.

For training they are downloaded whole, once (:func:`local_directory`). For a few rounds of the
game their shards are read where they are, by ranges of bytes (:func:`shards`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, HfFileSystem, snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from model.data.pages import ShardFile
from model.data.remote import RemoteFile
from model.errors import DataError

_ADDRESS = re.compile(r"hf://datasets/(?P<repo>[^/@\s]+/[^/@\s]+)(@(?P<revision>[^/\s]+))?/?")

# The first base of the hub's own error is that of its HTTP client: httpx, later httpx2.
_HTTP_ERROR: type[Exception] = HfHubHTTPError.__bases__[0]

_FAILURES = (_HTTP_ERROR, HFValidationError, LocalEntryNotFoundError, OSError)


def is_address(data: str) -> bool:
    """Whether ``--data`` or ``--panoramas`` names a data set on the hub."""
    return data.startswith("hf://")


def _parse(data: str) -> tuple[str, str | None]:
    match = _ADDRESS.fullmatch(data)
    if not match:
        raise DataError(f"{data}: not an address of the form hf://datasets/OWNER/NAME")
    return match["repo"], match["revision"]


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


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
    except _FAILURES as error:
        raise DataError(
            f"{data}: cannot be downloaded ({_reason(error)}); check the name and the connection, "
            "or give a local directory"
        ) from None


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


def shards(data: str) -> Sequence[ShardFile]:
    """The parquet files of a data set on the hub, to be read where they are.

    Those that were downloaded before, whole and at this revision, are taken from the cache.

    Raises:
        DataError: an address of another form, no such data set, no connection, no parquet files.
    """
    repo, revision = _parse(data)
    try:
        commit = HfApi().dataset_info(repo, revision=revision).sha
        files = HfFileSystem(skip_instance_cache=True)
        found: Any = files.find(f"datasets/{repo}@{commit}", detail=True)
    except _FAILURES as error:
        if downloaded := _downloaded(repo, revision):
            return downloaded
        raise DataError(
            f"{data}: cannot be read ({_reason(error)}); check the name and the connection, "
            "or give a local directory"
        ) from None
    opened: list[ShardFile] = []
    for path, details in sorted(found.items()):
        inside = path.split("/", 3)[-1]
        if not inside.endswith(".parquet") or inside.count("/") > 1:
            continue  # as in a directory: there, or one level down
        cached = try_to_load_from_cache(repo, inside, revision=commit, repo_type="dataset")
        address = f"hf://datasets/{repo}/{inside}"
        remote = RemoteFile(address, details["size"], partial(_fetch, files, path))
        opened.append(Path(cached) if isinstance(cached, str) else remote)
    if not opened:
        raise DataError(f"{data}: holds no parquet files; give a data set that does")
    return opened


def _downloaded(repo: str, revision: str | None) -> Sequence[ShardFile]:
    """The shards in the cache, for somebody without a connection; none if there is nothing."""
    try:
        folder = _download(repo, revision, offline=True)
    except _FAILURES:
        return []
    return sorted([*folder.glob("*.parquet"), *folder.glob("*/*.parquet")])


def _fetch(files: HfFileSystem, path: str, start: int, end: int) -> bytes:
    try:
        # Without its cache: by default it fetches 5 MiB more than it is asked for.
        return bytes(files.cat_file(path, start, end, cache_type="none"))
    except _FAILURES as error:
        raise OSError(_reason(error)) from None
