"""Which country is this street picture from?

usage::

    python -m model.predict PHOTO [PHOTO ...] [--checkpoint DIR] [--json -]

and from Python::

    predictor = Predictor(load(DEFAULT_CHECKPOINT))
    look = predictor.play(picture)
    look.prediction.top(5)
    look.heatmap("HU").over(*picture.size)
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from model import cli
from model.checkpoint import Checkpoint, load
from model.data.pictures import open_picture
from model.data.preprocessing import Letterbox
from model.gradcam import contrast_cam, grad_cam
from model.trials import Covering, cover
from model.types import COUNTRY_INDEX, Heatmap, PictureError, Prediction

TOP = 5


@dataclass(frozen=True, eq=False)
class Look:
    """What the net made of one picture; keeps the activations, so that maps cost little."""

    prediction: Prediction
    _checkpoint: Checkpoint
    _pixels: Tensor
    _features: Tensor
    _letterbox: Letterbox

    def heatmap(self, target: str) -> Heatmap:
        """Grad-CAM for the logit of a country, carried back through the letterbox."""
        return self.heatmaps([target])[0]

    def heatmaps(self, targets: Sequence[str]) -> list[Heatmap]:
        """Grad-CAM for several countries at once, comparable with each other."""
        classes = [COUNTRY_INDEX[target] for target in targets]
        maps = grad_cam(self._checkpoint.network, self._features, classes)[0].numpy()
        content = self._letterbox.content_cells(*maps.shape[1:])
        return [Heatmap(t, grid, content) for t, grid in zip(targets, maps, strict=True)]

    def contrast(self, target: str, other: str) -> Heatmap:
        """What speaks for one country rather than another; its target is the former."""
        classes = COUNTRY_INDEX[target], COUNTRY_INDEX[other]
        grid = contrast_cam(self._checkpoint.network, self._features, *classes)[0].numpy()
        return Heatmap(target, grid, self._letterbox.content_cells(*grid.shape))

    def covering(
        self, heatmap: Heatmap, wait: Callable[[], object] = lambda: None
    ) -> Covering | None:
        """What covering the hottest region of a map does, against three random regions.

        Four forward passes, ``wait`` called before each; ``None`` for a blank map.
        """
        if heatmap.blank:
            return None
        before = self.prediction.of(heatmap.target)
        return cover(self._checkpoint, self._pixels, heatmap, before=before, wait=wait)


class Predictor:
    """A facade over a checkpoint: pictures in, calibrated probabilities and heat maps out.

    Safe to share between threads: it holds no state but the weights.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint

    def play(self, picture: Image.Image) -> Look:
        """Look once at an RGB picture of any size, whole."""
        pixels, letterbox = self.checkpoint.preprocessing(picture)
        network = self.checkpoint.network
        # Not inference_mode: its tensors could not be differentiated later.
        with torch.no_grad():
            features = network.features(pixels[None])
            logits = network.classify(features)
        prediction = Prediction(tuple(self.checkpoint.probabilities(logits)[0].tolist()))
        return Look(prediction, self.checkpoint, pixels, features, letterbox)


def read_photo(file: Path) -> Image.Image:
    """Open a photo from disk.

    Raises:
        PictureError: no such file, or no picture in it.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise PictureError(f"{file}: {error.strerror}; give a picture that exists") from None
    return open_picture(data, str(file))


def predict(predictor: Predictor, photos: Sequence[Path]) -> list[dict[str, Any]]:
    """Top five countries of each photo, or its error, in order."""
    results: list[dict[str, Any]] = []
    for photo in photos:
        try:
            top = predictor.play(read_photo(photo)).prediction.top(TOP)
        except PictureError as error:
            results.append({"file": str(photo), "error": str(error)})
            continue
        ranked = [{"country": country, "probability": p} for country, p in top]
        results.append({"file": str(photo), "top": ranked})
    return results


def _text(results: Sequence[dict[str, Any]]) -> str:
    lines = []
    for result in results:
        if "error" in result:
            lines.append(f"error: {result['error']}")
            continue
        ranked = ", ".join(f"{t['country']} {t['probability']:.1%}" for t in result["top"])
        lines.append(f"{result['file']}: {ranked}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.predict", description="Which country is this street picture from?"
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help="a street photo")
    cli.add_checkpoint(parser)
    cli.add_json(parser)
    cli.add_threads(parser)
    args = parser.parse_args(argv)
    cli.set_threads(args.threads)
    results = predict(Predictor(load(args.checkpoint)), args.photos)
    cli.emit(results, args.json, lambda: _text(results))
    errors = [result["error"] for result in results if "error" in result]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise PictureError(errors[0] + more)


if __name__ == "__main__":
    cli.run(main)
