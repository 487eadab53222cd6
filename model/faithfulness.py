"""How faithful are the heat maps over a split? Each is tried out against random regions.

usage::

    python -m model.faithfulness --data DIR [--data DIR ...] [--checkpoint DIR] [--split test]
                                 [--limit N] [--regions N] [--seed N] [--json -]

Each place is shown as its middle crop, as in :mod:`model.evaluate`, and the map of the net's own
guess is tried out as :mod:`model.explanation.occlusion` says: its strongest region is covered, then
random regions of equal area and shape; its cells are deleted and inserted, hottest first, and so
are those of the map moved to random places. The intervals are over places, of the mean.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from model import cli
from model.checkpoint import load
from model.data.collection import Collection
from model.errors import ConfigError, DataError, PictureError
from model.evaluation.metrics import wilson
from model.explanation.occlusion import Faithfulness, Occlusion, measure, occlude
from model.predictor import Predictor
from model.types import Crop

log = logging.getLogger(__name__)

REGIONS = 2
"""Random regions of each map: the places differ far more than the regions of one place do."""

RESAMPLES = 2000
"""Of the bootstrap, for an interval of 95 %."""


@dataclass(frozen=True)
class Tried:
    """One map tried out: what covering did, and its curves."""

    covering: Occlusion
    curves: Faithfulness


@dataclass
class Trials:
    """The maps of one split: by source, those that were tried out, and how many were blank."""

    tried: dict[str, list[Tried]] = field(default_factory=dict)
    blank: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0


def survey(
    predictor: Predictor,
    collection: Collection,
    split: str,
    *,
    limit: int | None = None,
    regions: int = REGIONS,
    seed: int = 0,
) -> Trials:
    """Try out the map of the net's guess for every place of a split, or for some of them.

    Costs ``14 * (1 + regions)`` forward passes and a few more for each place.

    Args:
        predictor: the net.
        collection: where to take the places from.
        split: of which split.
        limit: take a random sample of so many places; all of them if ``None``.
        regions: how many random ones for each map, 2 to 10.
        seed: of the sample and of the random regions.

    Raises:
        DataError: no map could be tried out.
    """
    numbers = np.array(collection.of_split(split), dtype=int)
    if limit is not None and limit < len(numbers):
        numbers = np.sort(np.random.default_rng(seed).choice(numbers, limit, replace=False))
    trials = Trials()
    for number in tqdm(numbers.tolist(), unit="place", desc=split, disable=None):
        try:
            panorama = collection.picture(number)
        except PictureError as error:
            log.warning("%s", error)
            trials.unreadable += 1
            continue
        crop = Crop.at(*panorama.size, 0.5)
        source = collection.places[number].source
        found = _try_out(predictor, panorama.crop(crop.box), regions, seed + number)
        if found is None:
            trials.blank[source] += 1
        else:
            trials.tried.setdefault(source, []).append(found)
    if not trials.tried:
        raise DataError(
            f"no map of the split {split} of {len(collection.places)} places could be tried out; "
            "give more data, or --split all"
        )
    return trials


def _try_out(predictor: Predictor, picture: Image.Image, regions: int, seed: int) -> Tried | None:
    """The map of the net's guess on one RGB picture; ``None`` if it is blank."""
    look = predictor.analyse(picture)
    guess, probability = look.prediction.top(1)[0]
    heatmap = look.heatmap(guess)
    if heatmap.blank:
        return None
    net, (pixels, _) = predictor.checkpoint, predictor.checkpoint.preprocessing(picture)
    covering = occlude(net, pixels, heatmap, before=probability, regions=regions, seed=seed)
    return Tried(covering, measure(net, pixels, heatmap, regions=regions, seed=seed))


def report(trials: Trials, *, seed: int = 0) -> dict[str, Any]:
    """The document that ``--json`` prints: all sources together, and each of them.

    Every figure but the counts is a mean over places in units of probability, with the ends of its
    95 % interval: ``covering`` (how far the guess falls when the strongest region is covered),
    ``covering_random``, and the ``gain`` of the one over the other; the areas under both kinds of
    curves and their gains, which are above 0 where the map is better than random. ``better`` is
    the share of places where covering the map's region lowers the guess more than random ones do
    in the mean.
    """
    everything = [tried for those in trials.tried.values() for tried in those]
    return {
        **_figures(everything, trials.blank.total(), seed),
        "unreadable": trials.unreadable,
        "per_source": {
            source: _figures(trials.tried[source], trials.blank[source], seed)
            for source in sorted(trials.tried)
        },
    }


def _figures(tried: Sequence[Tried], blank: int, seed: int) -> dict[str, Any]:
    covered, curves = [one.covering for one in tried], [one.curves for one in tried]
    drop = np.array([one.before - one.after for one in covered])
    random = np.array([one.before - one.random_mean for one in covered])
    deletion = np.array([(one.deletion_auc, one.random_auc) for one in curves])
    insertion = np.array([(one.insertion_auc, one.random_insertion_auc) for one in curves])
    columns = {
        "before": np.array([one.before for one in covered]),
        "covering": drop,
        "covering_random": random,
        "covering_gain": drop - random,
        "deletion_auc": deletion[:, 0],
        "deletion_random_auc": deletion[:, 1],
        "deletion_gain": deletion[:, 1] - deletion[:, 0],
        "insertion_auc": insertion[:, 0],
        "insertion_random_auc": insertion[:, 1],
        "insertion_gain": insertion[:, 0] - insertion[:, 1],
    }
    hits = int((drop > random).sum())
    low, high = wilson(hits, len(tried))
    return {
        "n": len(tried),
        "blank": blank,
        "share_covered": float(np.mean([one.share for one in covered])),
        "better": {"n": hits, "share": hits / len(tried), "low": low, "high": high},
        **{name: bootstrap(values, seed) for name, values in columns.items()},
    }


def bootstrap(values: NDArray[np.float64], seed: int = 0) -> dict[str, float]:
    """The mean of some values and its 95 % interval: percentiles of the resampled means.

    Args:
        values: one for each place; at least one.
        seed: of the resampling.
    """
    rng = np.random.default_rng(seed)
    # One resample at a time: a table of all of them would be large for a large split.
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, (0.025, 0.975))
    return {"mean": float(values.mean()), "low": float(low), "high": float(high)}


def _text(document: dict[str, Any]) -> str:
    def points(figure: dict[str, float]) -> str:
        mean, low, high = (100 * figure[key] for key in ("mean", "low", "high"))
        return f"{mean:.1f} [{low:.1f}, {high:.1f}]"

    lines = []
    for name, figures in {"all": document, **document["per_source"]}.items():
        better = figures["better"]
        lines.append(
            f"{name}: {figures['n']} maps, {figures['blank']} more were blank; "
            f"better than random in {better['share']:.0%} [{better['low']:.0%}, "
            f"{better['high']:.0%}]"
        )
        for what in ("covering", "deletion", "insertion"):
            keys = [what, f"{what}_random"] if what == "covering" else []
            keys = keys or [f"{what}_auc", f"{what}_random_auc"]
            ours, theirs, gain = (points(figures[key]) for key in (*keys, f"{what}_gain"))
            unit = "lowers the guess by" if what == "covering" else "area under the curve"
            lines.append(f"  {what}: {unit} {ours} points, random {theirs}, gain {gain}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.faithfulness",
        description="How faithful are the heat maps over a split, against random regions?",
    )
    cli.add_data(parser)
    cli.add_split(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="a random sample of N places")
    parser.add_argument(
        "--regions", type=int, default=REGIONS, metavar="N", help=f"random ones (default {REGIONS})"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    cli.add_checkpoint(parser)
    cli.add_json(parser)
    cli.add_threads(parser)
    args = parser.parse_args(argv)
    cli.set_threads(args.threads)
    for option, least, most in (("limit", 1, None), ("regions", 2, 10), ("seed", 0, None)):
        value = getattr(args, option)
        if value is not None and not least <= value <= (most or value):
            upper = f" to {most}" if most else " or more"
            raise ConfigError(f"--{option} {value}: must be {least}{upper}")
    predictor = Predictor(load(args.checkpoint))
    collection = cli.open_data(args.data)
    trials = survey(
        predictor,
        collection,
        args.split,
        limit=args.limit,
        regions=args.regions,
        seed=args.seed,
    )
    settings = {"split": args.split, "regions": args.regions, "seed": args.seed}
    document = settings | report(trials, seed=args.seed)
    cli.emit(document, args.json, lambda: _text(document))


if __name__ == "__main__":
    cli.run(main)
