"""Which cues does the net rely on? Its maps against the masks of the practice world.

usage::

    python -m model.cues --data DIR [--data DIR ...] [--checkpoint DIR] [--split test] [--json -]

Each panorama with masks is shown as its middle crop, as in :mod:`model.evaluate`, and the map of
the net's own guess is held against the masks.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from model import cli
from model.checkpoint import load
from model.data.collection import Collection
from model.data.cues import LOOKED_RATIO, CueShare, most_looked_at, shares
from model.metrics import wilson
from model.predict import Predictor
from model.types import Crop, DataError, PictureError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """One crop under the map of the net's guess: the true country, and the cues in it."""

    country: str
    right: bool
    cues: tuple[CueShare, ...]


def survey(predictor: Predictor, collection: Collection, split: str) -> list[Seen]:
    """Look at every place of a split that has masks; blank maps and unreadable pictures are out.

    Raises:
        DataError: no place has any.
    """
    seen = []
    for number in tqdm(collection.of_split(split), unit="place", desc=split, disable=None):
        masks = collection.cues(number)
        if not masks:
            continue
        try:
            panorama = collection.picture(number)
        except PictureError as error:
            log.warning("%s", error)
            continue
        crop = Crop.at(*panorama.size, 0.5)
        look = predictor.play(panorama.crop(crop.box))
        guess, truth = look.prediction.country, collection.places[number].country
        found = shares(look.heatmap(guess), masks, crop)
        if found:
            seen.append(Seen(truth, guess == truth, tuple(found)))
    if not seen:
        raise DataError(
            f"no place of the split {split} comes with masks of its cues; give the practice world"
        )
    return seen


def report(seen: Sequence[Seen]) -> dict[str, Any]:
    """The document that ``--json`` prints: the cues over all countries, and within each."""
    countries = sorted({one.country for one in seen})
    by_country = {code: [one for one in seen if one.country == code] for code in countries}
    return {
        **_figures(seen),
        "looked_ratio": LOOKED_RATIO,
        "per_country": {code: _figures(those) for code, those in by_country.items()},
    }


def _figures(seen: Sequence[Seen]) -> dict[str, Any]:
    names = sorted({cue.name for one in seen for cue in one.cues})
    cues = {name: _cue(seen, name) for name in names}
    favourites = Counter(best.name for one in seen if (best := most_looked_at(one.cues)))
    return {
        "n": len(seen),
        "right": sum(one.right for one in seen),
        "most_looked_at": dict(favourites.most_common()),
        "cues": dict(sorted(cues.items(), key=lambda item: -item[1]["ratio"])),
    }


def _cue(seen: Sequence[Seen], name: str) -> dict[str, Any]:
    """One cue over the crops in which it can be seen."""
    here = [(one.right, cue) for one in seen for cue in one.cues if cue.name == name]
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


def _text(document: dict[str, Any]) -> str:
    def share(part: dict[str, Any]) -> str:
        return f"{part['right']} of {part['n']}"

    lines = [
        f"{document['n']} crops, {document['right']} guessed right",
        f"{'cue':<14}{'n':>5}{'energy':>9}{'area':>8}{'x chance':>10}{'points':>8}"
        f"{'right if looked at':>20}{'otherwise':>12}",
    ]
    for name, cue in document["cues"].items():
        lines.append(
            f"{name:<14}{cue['n']:>5}{cue['energy']:>9.1%}{cue['area']:>8.1%}{cue['ratio']:>10.2f}"
            f"{cue['pointing']['share']:>8.0%}{share(cue['looked']):>20}"
            f"{share(cue['not_looked']):>12}"
        )
    for code, figures in document["per_country"].items():
        best = [f"{name} {cue['ratio']:.1f} x" for name, cue in list(figures["cues"].items())[:3]]
        lines.append(f"{code}: {figures['right']} of {figures['n']} right; {', '.join(best)}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.cues",
        description="Which cues does the net rely on? Its maps against the practice world's masks.",
    )
    cli.add_data(parser)
    cli.add_split(parser)
    cli.add_checkpoint(parser)
    cli.add_json(parser)
    cli.add_threads(parser)
    args = parser.parse_args(argv)
    cli.set_threads(args.threads)
    predictor = Predictor(load(args.checkpoint))
    collection = cli.open_data(args.data)
    document = report(survey(predictor, collection, args.split))
    cli.emit(document, args.json, lambda: _text(document))


if __name__ == "__main__":
    cli.run(main)
