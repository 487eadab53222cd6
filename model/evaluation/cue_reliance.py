"""Which cues the net relies on: its maps over a split against the masks of the practice world."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.data.collection import Collection
from model.errors import DataError
from model.evaluation.metrics import wilson
from model.evaluation.views import walk
from model.explanation.cue_baseline import CueBaseline, cue_baseline
from model.explanation.cue_overlap import LOOKED_RATIO, CueShare, most_looked_at, shares
from model.predictor import Predictor


@dataclass(frozen=True)
class CropOverlap:
    """The cues of one crop under the map of the net's guess.

    Attributes:
        country: the true one.
        right: whether the net guessed it.
        cues: those that can be seen in the crop.
    """

    country: str
    right: bool
    cues: tuple[CueShare, ...]


def overlap_with_cues(
    predictor: Predictor, collection: Collection, split: str
) -> list[CropOverlap]:
    """Look at every place of a split that has masks; blank maps and unreadable pictures are out.

    Raises:
        DataError: no place has any.
    """
    numbers = [number for number in collection.of_split(split) if collection.cue_values(number)]
    found = []
    for view in walk(predictor, collection, numbers, title=split):
        masks = collection.cues(view.number)
        if masks is None:
            continue
        guess, truth = view.analysis.prediction.country, collection.places[view.number].country
        cues = shares(view.analysis.heatmap(guess), masks, view.crop)
        if cues:
            found.append(CropOverlap(truth, guess == truth, tuple(cues)))
    if not found:
        raise DataError(
            f"no place of the split {split} comes with masks of its cues; give the practice world"
        )
    return found


def cue_baselines(collection: Collection) -> dict[str, CueBaseline]:
    """What each cue tells of the country by itself, over all splits of a collection."""
    values: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, place in enumerate(collection.places):
        for name, value in collection.cue_values(number).items():
            values[name].append((place.country, value))
    return {name: cue_baseline(seen) for name, seen in values.items()}


def reliance_document(
    crops: Sequence[CropOverlap], baselines: Mapping[str, CueBaseline]
) -> dict[str, Any]:
    """The document that ``--json`` prints: the cues over all countries, and within each.

    Args:
        crops: those of a split.
        baselines: what each cue tells by itself; every cue of ``crops`` must be there.
    """
    countries = sorted({crop.country for crop in crops})
    by_country = {code: [crop for crop in crops if crop.country == code] for code in countries}
    return {
        **_figures(crops, baselines),
        "looked_ratio": LOOKED_RATIO,
        "per_country": {
            code: _figures(those, baselines, code) for code, those in by_country.items()
        },
    }


def _figures(
    crops: Sequence[CropOverlap],
    baselines: Mapping[str, CueBaseline],
    country: str | None = None,
) -> dict[str, Any]:
    names = sorted({cue.name for crop in crops for cue in crop.cues})
    cues = {
        name: _cue(crops, name) | {"tells": _baseline(baselines[name], country)} for name in names
    }
    favourites = Counter(best.name for crop in crops if (best := most_looked_at(crop.cues)))
    return {
        "n": len(crops),
        "right": sum(crop.right for crop in crops),
        "most_looked_at": dict(favourites.most_common()),
        "cues": dict(sorted(cues.items(), key=lambda item: -item[1]["ratio"])),
    }


def _baseline(baseline: CueBaseline, country: str | None) -> dict[str, Any]:
    """How often the cue alone gives the country away, over all countries or for one."""
    kept = [right for code, right in baseline.right if country in (None, code)]
    return {**_right(kept), "chance": baseline.chance}


def _cue(crops: Sequence[CropOverlap], name: str) -> dict[str, Any]:
    """One cue over the crops in which it can be seen."""
    here = [(crop.right, cue) for crop in crops for cue in crop.cues if cue.name == name]
    energy = float(np.mean([cue.energy for _, cue in here]))
    area = float(np.mean([cue.area for _, cue in here]))
    hits = sum(cue.pointed for _, cue in here)
    low, high = wilson(hits, len(here))
    return {
        "n": len(here),
        "energy": energy,
        "area": area,
        "ratio": energy / area,
        "pointing": {"hits": hits, "share": hits / len(here), "low": low, "high": high},
        "looked": _right([right for right, cue in here if cue.ratio >= LOOKED_RATIO]),
        "not_looked": _right([right for right, cue in here if cue.ratio < LOOKED_RATIO]),
    }


def _right(rights: Sequence[bool]) -> dict[str, Any]:
    low, high = wilson(sum(rights), len(rights))
    return {"n": len(rights), "right": sum(rights), "low": low, "high": high}


def reliance_text(document: dict[str, Any]) -> str:
    """The same for people: a table of cues, and a line for each country."""

    def share(part: dict[str, Any]) -> str:
        return f"{part['right']} of {part['n']}"

    cues = document["cues"]
    lines = [
        f"{document['n']} crops, {document['right']} guessed right",
        f"{'cue':<14}{'n':>5}{'energy':>9}{'area':>8}{'x chance':>10}{'points':>8}"
        f"{'right if looked at':>20}{'otherwise':>12}{'tells by itself':>18}",
    ]
    for name, cue in cues.items():
        lines.append(
            f"{name:<14}{cue['n']:>5}{cue['energy']:>9.1%}{cue['area']:>8.1%}{cue['ratio']:>10.2f}"
            f"{cue['pointing']['share']:>8.0%}{share(cue['looked']):>20}"
            f"{share(cue['not_looked']):>12}{share(cue['tells']):>18}"
        )
    telling = sorted(cues, key=lambda name: -_telling(cues[name]))[:3]
    lines.append(
        f"the net favours {', '.join(list(cues)[:3])}; "
        f"most telling for a player are {', '.join(telling)}"
    )
    for code, figures in document["per_country"].items():
        there = figures["cues"]
        best = [f"{name} {cue['ratio']:.1f} x" for name, cue in list(there.items())[:3]]
        ranked = sorted(there, key=lambda name: -_telling(there[name]))[:2]
        should = [f"{name} ({share(there[name]['tells'])})" for name in ranked]
        lines.append(
            f"{code}: {figures['right']} of {figures['n']} right; looks at {', '.join(best)}; "
            f"should look at {', '.join(should)}"
        )
    return "\n".join(lines)


def _telling(cue: dict[str, Any]) -> float:
    """The share of places that a cue alone gives away; 0 where it was never seen."""
    tells = cue["tells"]
    return float(tells["right"] / max(1, tells["n"]))
