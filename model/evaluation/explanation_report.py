"""The document that ``model.explain`` writes on the map of one picture, and its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from model.errors import ConfigError
from model.explanation.occlusion import Occlusion
from model.explanation.overlay import Box, mask_boxes, share_inside
from model.geography import COUNTRY_INDEX
from model.predictor import Analysis, Predictor
from model.types import Heatmap

REGIONS = 10
"""How many random regions the covered one is compared with."""


def explain(
    predictor: Predictor,
    picture: Image.Image,
    target: str = "predicted",
    *,
    contrast: str | None = None,
    boxes: Sequence[Box] = (),
) -> tuple[dict[str, Any], Heatmap]:
    """Explain one picture.

    Args:
        predictor: the net.
        picture: RGB, any size.
        target: one of the 56 codes, or ``predicted``.
        contrast: show what speaks for the target rather than for this country.
        boxes: of an interface, (left, top, right, bottom) in fractions of the picture; grey them.

    Returns:
        The document that ``--json`` prints, and the map.

    Raises:
        ConfigError: an unknown target or contrast, or one equal to the other.
    """
    inside = None
    if boxes:
        unmasked = predictor.analyse(picture)
        energy, area = share_inside(unmasked.heatmap(_target(target, unmasked)), boxes)
        inside = {"energy": energy, "area": area}
        picture = mask_boxes(picture, boxes)
    analysis = predictor.analyse(picture)
    country = _target(target, analysis)
    other = None if contrast is None else _country("--contrast", contrast)
    if other == country:
        raise ConfigError(f"--contrast {contrast}: is the target itself; give another country")
    heatmap = analysis.heatmap(country) if other is None else analysis.contrast(country, other)
    curves = analysis.faithfulness(heatmap)
    occlusion = analysis.occlude(heatmap, regions=REGIONS)
    document = {
        "target": country,
        "contrast": other,
        "boxes": inside,
        "probability": analysis.prediction.of(country),
        "blank": heatmap.blank,
        "faithfulness": curves and asdict(curves),
        "covering": occlusion and _covering(occlusion),
        "grid": np.round(heatmap.grid.astype(float), 5).tolist(),
        "content": [round(edge, 4) for edge in heatmap.content],
    }
    return document, heatmap


def _target(target: str, analysis: Analysis) -> str:
    """The country to explain."""
    return analysis.prediction.country if target == "predicted" else _country("--target", target)


def _country(option: str, text: str) -> str:
    if text.upper() not in COUNTRY_INDEX:
        raise ConfigError(f"{option} {text}: no code of the 56 countries; give one like HU")
    return text.upper()


def _covering(occlusion: Occlusion) -> dict[str, Any]:
    low, high = occlusion.random_interval
    return {
        "share": occlusion.share,
        "before": occlusion.before,
        "after": occlusion.after,
        "random_mean": occlusion.random_mean,
        "random_low": low,
        "random_high": high,
    }


def explanation_text(document: dict[str, Any], out: Path) -> str:
    """The same for people, and where the overlay went."""
    said = f"{document['target']} {document['probability']:.1%}"
    if document["contrast"]:
        said += f" rather than {document['contrast']}"
    if document["boxes"]:
        inside = document["boxes"]
        said += f"; {inside['energy']:.1%} of the energy was in boxes of {inside['area']:.1%}"
    if document["blank"]:
        return f"{said}: blank, nothing in the picture speaks for it; {out}"
    measured, covered = document["faithfulness"], document["covering"]
    return (
        f"{said}: {out}\n"
        f"covering the hottest {covered['share']:.0%} takes it to {covered['after']:.1%}; random "
        f"regions of the same size, to {covered['random_mean']:.1%} "
        f"[{covered['random_low']:.1%}, {covered['random_high']:.1%}]\n"
        f"deletion AUC {measured['deletion_auc']:.3f}, "
        f"random regions {measured['random_auc']:.3f} (lower than random is faithful)\n"
        f"insertion AUC {measured['insertion_auc']:.3f}, "
        f"random regions {measured['random_insertion_auc']:.3f} (higher than random is faithful)"
    )
