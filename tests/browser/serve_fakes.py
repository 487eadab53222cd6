"""Serve the page with fakes: ``python -m tests.browser.serve_fakes --port 7861 [--photos]``.

For work on the page, and for browser tests that need to know every answer.
"""

from __future__ import annotations

import argparse
import io

import numpy as np
from PIL import Image, ImageOps

from game.games import Games
from game.statistics import Statistics, Tally
from game.ui.page import build_page
from game.ui.server import listen, serve
from model.errors import PictureError
from model.geography import COUNTRY_CODES
from model.levels import Accuracy, Level
from tests.fakes import FakeGuidePictures, FakeOpponent, FakeScoreboard, FakeSource

# What everybody did before: rendered panoramas, and photographs of another time.
BEFORE = Statistics(
    rendered={"JP": Tally(40, 30, 10), "BR": Tally(25, 5, 20), "IS": Tally(19, 19, 0)},
    photographed={"DE": Tally(30, 12, 12), "ZA": Tally(2, 0, 1)},
)

MEASURED: dict[Level, Accuracy] = {
    "short_sighted": Accuracy(200, 0.11, 0.07, 0.16),
    "squinting": Accuracy(200, 0.22, 0.17, 0.28),
    "sharp_eyed": Accuracy(200, 0.33, 0.27, 0.4),
}
"""Not of the last one: the page does without."""


def read_photo(data: bytes, name: str) -> Image.Image:
    """Bare pixels of a small picture; stands in for the reader that app.py hands in."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > 50_000_000:
                raise PictureError(f"{name}: too many pixels", "pixels")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name}: too many pixels", "pixels") from error
    except OSError as error:
        raise PictureError(f"{name}: not a picture", "format" if data else "empty") from error
    return Image.fromarray(np.asarray(upright))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=7861)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--photos", action="store_true", help="say that pictures are photographs")
    parser.add_argument("--failing", action="store_true", help="an opponent that always fails")
    parser.add_argument(
        "--delay", type=float, default=0.1, help="seconds of a turn of the opponent"
    )
    parser.add_argument("--uncounted", action="store_true", help="without a scoreboard")
    parser.add_argument("--unlocated", action="store_true", help="places without coordinates")
    parser.add_argument("--countries", default=",".join(COUNTRY_CODES), help="deal only these")
    chosen = parser.parse_args()
    opponent = FakeOpponent(failing=chosen.failing, delay_s=chosen.delay)
    codes = chosen.countries.split(",")
    source = FakeSource(
        max(2, 10 // len(codes)),
        codes,
        rendered=not chosen.photos,
        located=not chosen.unlocated,
        unreadable=(3,),
    )
    scoreboard = None if chosen.uncounted else FakeScoreboard(BEFORE)
    games = Games(source, opponent, scoreboard=scoreboard, rng_seed=chosen.seed)
    page = build_page(
        games,
        opponent,
        read_photo=read_photo,
        guide_pictures=FakeGuidePictures(["HU"]),
        measured=MEASURED,
    )
    serve(page, listen("127.0.0.1", chosen.port))


if __name__ == "__main__":
    main()
