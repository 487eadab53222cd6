"""Thinning from data directories to the manifest and the document beside it."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from model.data.collection import Collection
from model.data.files import replacing
from model.data.hub import local_directory
from model.data.thinning.manifest import write_manifest
from model.data.thinning.measures import measure_all
from model.data.thinning.quotas import confusion_weights
from model.data.thinning.selection import (
    ThinningSettings,
    below,
    read_confusions,
    summary,
    thin,
)
from model.errors import ConfigError, PictureError

log = logging.getLogger(__name__)


def thin_to_files(
    data: Sequence[str],
    out: Path,
    settings: ThinningSettings,
    *,
    confusions: Path | None = None,
    measures: Path | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Measure the pictures, choose which places stay, and write both files.

    Pictures that cannot be read are named in warnings.

    Args:
        data: directories, or addresses on the hub.
        out: of the manifest, a ``.csv``; the document lies beside it as ``.json``.
        settings: how to thin.
        confusions: what ``model.evaluate --json`` wrote of an earlier run.
        measures: keeps what was measured; by default ``measures.sqlite`` beside the manifest.
        workers: threads that measure.

    Returns:
        The document: :func:`model.data.thinning.selection.summary`, the data, the confusions.

    Raises:
        ConfigError: fewer than one worker, an impossible name for the manifest, more places to
            keep than there are.
        DataError: data or confusions cannot be used.
    """
    if workers < 1:
        raise ConfigError(f"--workers {workers}: must be at least 1")
    if out.suffix != ".csv" or not out.parent.is_dir():
        raise ConfigError(f"--out {out}: give the name of a .csv in a folder that exists")
    weights = None
    if confusions:
        weights = confusion_weights(read_confusions(confusions), settings.confusion_weight)
    directories = [local_directory(address) for address in data]
    collection = Collection.open(directories)
    measured = measure_all(
        collection,
        measures or out.parent / "measures.sqlite",
        workers=workers,
        progress=lambda numbers: tqdm(numbers, unit="picture", desc="measured", disable=None),
    )
    for failure in (m for m in measured if isinstance(m, PictureError)):
        log.warning("%s", failure)
    thinned = thin(collection, measured, settings, weights)
    document = summary(collection, thinned, settings)
    document |= {"data": list(data), "confusions": confusions and str(confusions)}
    # Both are written before the first takes its name: no manifest without its document.
    with replacing(out.with_suffix(".json")) as beside:
        beside.write_text(json.dumps(document, indent=1) + "\n")
        write_manifest(out, below(thinned.rows, directories))
    return document
