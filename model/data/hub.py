"""Data sets on the Hugging Face hub, by the address ``hf://datasets/OWNER/NAME[@REVISION]``."""

from __future__ import annotations

import re
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from model.types import DataError

_ADDRESS = re.compile(r"hf://datasets/(?P<repo>[^/@\s]+/[^/@\s]+)(@(?P<revision>[^/\s]+))?/?")


def local_directory(data: str) -> Path:
    """Where a data directory lies: itself, or the cache into which a hub data set was downloaded.

    Only parquet files are downloaded, once; later calls find them in the cache, also offline.

    Args:
        data: a directory, or an address on the hub.

    Raises:
        DataError: an address of another form, no such data set, or no connection.
    """
    if not data.startswith("hf://"):
        return Path(data)
    match = _ADDRESS.fullmatch(data)
    if not match:
        raise DataError(f"{data}: not an address of the form hf://datasets/OWNER/NAME")
    try:
        folder = snapshot_download(
            match["repo"],
            repo_type="dataset",
            revision=match["revision"],
            allow_patterns=["*.parquet", "**/*.parquet"],
        )
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise DataError(
            f"{data}: cannot be downloaded ({reason}); check the name and the connection, "
            "or give a local directory"
        ) from None
    return Path(folder)
