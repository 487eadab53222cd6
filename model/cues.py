"""Which cues does the net rely on? Its maps against the masks of the practice world.

usage::

    python -m model.cues --data DIR [--data DIR ...] [--checkpoint DIR] [--split test] [--json -]

Each panorama with masks is shown as its middle crop, as in :mod:`model.evaluate`, and the map of
the net's own guess is held against the masks. What a cue tells by itself, and so whether a player
should look at it, is found out from all panoramas with cues, see
:mod:`model.explanation.cue_baseline`.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from model import cli
from model.checkpoint import load
from model.data.collection import Collection
from model.errors import DataError, PictureError
from model.evaluation.metrics import wilson
from model.explanation.cue_baseline import Tell, tell
from model.explanation.cue_overlap import LOOKED_RATIO, CueShare, most_looked_at, shares
from model.predictor import Predictor
from model.types import Crop

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
        cues = collection.cues(number)
        if cues is None:
            continue
        try:
            panorama = collection.picture(number)
        except PictureError as error:
            log.warning("%s", error)
            continue
        crop = Crop.at(*panorama.size, 0.5)
        look = predictor.analyse(panorama.crop(crop.box))
        guess, truth = look.prediction.country, collection.places[number].country
        found = shares(look.heatmap(guess), cues, crop)
        if found:
            seen.append(Seen(truth, guess == truth, tuple(found)))
    if not seen:
        raise DataError(
            f"no place of the split {split} comes with masks of its cues; give the practice world"
        )
    return seen


def tells(collection: Collection) -> dict[str, Tell]:
    """What each cue tells of the country by itself, over all splits of a collection."""
    values: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, place in enumerate(collection.places):
        for name, value in collection.cue_values(number).items():
            values[name].append((place.country, value))
    return {name: tell(seen) for name, seen in values.items()}


def report(seen: Sequence[Seen], told: Mapping[str, Tell]) -> dict[str, Any]:
    """The document that ``--json`` prints: the cues over all countries, and within each.

    Args:
        seen: the crops of a split.
        told: what each cue tells by itself; every cue of ``seen`` must be there.
    """
    countries = sorted({one.country for one in seen})
    by_country = {code: [one for one in seen if one.country == code] for code in countries}
    return {
        **_figures(seen, told),
        "looked_ratio": LOOKED_RATIO,
        "per_country": {code: _figures(those, told, code) for code, those in by_country.items()},
    }


def _figures(
    seen: Sequence[Seen], told: Mapping[str, Tell], country: str | None = None
) -> dict[str, Any]:
    names = sorted({cue.name for one in seen for cue in one.cues})
    cues = {name: _cue(seen, name) | {"tells": _told(told[name], country)} for name in names}
    favourites = Counter(best.name for one in seen if (best := most_looked_at(one.cues)))
    return {
        "n": len(seen),
        "right": sum(one.right for one in seen),
        "most_looked_at": dict(favourites.most_common()),
        "cues": dict(sorted(cues.items(), key=lambda item: -item[1]["ratio"])),
    }


def _told(told: Tell, country: str | None) -> dict[str, Any]:
    """How often the cue alone gives the country away, over all countries or for one."""
    kept = [right for code, right in told.right if country in (None, code)]
    return {**_right(kept), "chance": told.chance}


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
    told = cue["tells"]
    return float(told["right"] / max(1, told["n"]))


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
    document = report(survey(predictor, collection, args.split), tells(collection))
    cli.emit(document, args.json, lambda: _text(document))


if __name__ == "__main__":
    cli.run(main)
