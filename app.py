"""GeoDuel: guess the country of a street panorama, against a neural network.

usage::

    python app.py [--panoramas practice|DIR|hf://datasets/OWNER/NAME] [--checkpoint DIR]
                  [--port N] [--host H]

Finished rounds are counted in the SQLite file that GEODUEL_SCORES names (``off``: not at all), or
in the PostgreSQL database of DATABASE_URL.

The composition root: reads the settings, builds panoramas, opponent, scoreboard and page.
``app.demo`` is the page with the default settings, for :func:`game.ui.server.serve`, which adds the
way of its events and what it shows first: launched by Gradio itself it stays empty.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model import startup

if __name__ == "__main__":
    startup.prepare()  # before the imports below, which take seconds and read the environment

from game.games import Games
from game.scoreboard import SqlScoreboard, open_scoreboard
from game.ui.page import GamePage, build_page
from game.ui.server import listen, serve
from model import cli
from model.checkpoint import load, read_measured
from model.data.collection import Collection
from model.data.guide_pictures import GuidePictures
from model.errors import ConfigError
from model.held_out import HeldOut
from model.inference import fastest
from model.levels import PHOTOGRAPHED, RENDERED
from model.predictor import Predictor
from model.uploads.reader import UploadReader

PRACTICE = Path(__file__).resolve().parent / "assets" / "practice" / "data"


@dataclass(frozen=True)
class Settings:
    """What the game runs with; each has an environment variable, for hosts without arguments."""

    panoramas: str
    checkpoint: Path
    host: str
    port: int
    behind_proxy: bool = False
    scores: str = ""
    database_url: str = field(default="", repr=False)  # it may hold a password


def read_settings(argv: Sequence[str]) -> Settings:
    """Settings from the command line, else from the environment, else the defaults.

    Raises:
        ConfigError: a port that is none, or a variable that says neither yes nor no.
    """
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="Guess the country of a street panorama, against a neural network.",
        epilog="Finished rounds are counted in the SQLite file that GEODUEL_SCORES names (off: not "
        "at all), or in the PostgreSQL database of DATABASE_URL. Behind a proxy of yours, set "
        "GEODUEL_BEHIND_PROXY=1.",
    )
    parser.add_argument(
        "--panoramas",
        default=os.environ.get("GEODUEL_PANORAMAS") or "practice",
        metavar="practice|DIR|hf://datasets/OWNER/NAME",
        help="what to deal: the rendered practice world (default), a directory of parquet shards "
        "or country folders, or a data set on the hub (GEODUEL_PANORAMAS)",
    )
    cli.add_checkpoint(parser)
    parser.add_argument("--port", default=os.environ.get("PORT") or "7860", help="(PORT, 7860)")
    # A Space is reached from outside its container; at home nobody else shall reach the game.
    host = "0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1"
    parser.add_argument("--host", default=host, help=f"(default: {host})")
    args = parser.parse_args(argv)
    if not re.fullmatch("[0-9]{1,5}", args.port) or not 0 < int(args.port) < 65536:
        raise ConfigError(f"--port {args.port}: must be a number from 1 to 65535")
    return Settings(
        panoramas=args.panoramas,
        checkpoint=args.checkpoint,
        host=args.host,
        port=int(args.port),
        behind_proxy=_behind_proxy(),
        scores=os.environ.get("GEODUEL_SCORES", ""),
        database_url=os.environ.get("DATABASE_URL", ""),
    )


def _behind_proxy() -> bool:
    """Whether proxies name the visitors; those of a Space do, and nobody needs to say so."""
    said = os.environ.get("GEODUEL_BEHIND_PROXY", "")
    if said not in ("", "0", "1"):
        raise ConfigError(f"GEODUEL_BEHIND_PROXY={said}: must be 1 (behind a proxy) or 0")
    return said == "1" or bool(os.environ.get("SPACE_ID"))


def build(settings: Settings) -> GamePage:
    """Put the game together, ready for its first round.

    Raises:
        GeoDuelError: panoramas, checkpoint or database cannot be used.
    """
    return assemble(settings)[0]


def assemble(settings: Settings) -> tuple[GamePage, Games, SqlScoreboard | None]:
    """The same as :func:`build`, with what whoever serves the page closes afterwards."""
    scoreboard = open_scoreboard(settings.database_url, settings.scores)
    checkpoint = load(settings.checkpoint)
    predictor = Predictor(checkpoint, fastest(checkpoint.network))
    practice = settings.panoramas == "practice"
    panoramas = Collection.open_for_play(str(PRACTICE) if practice else settings.panoramas)
    source = HeldOut(panoramas, checkpoint.trained)
    # The first pass through the net is the slowest; no player shall wait for it.
    predictor.analyse(source.any_picture())
    games = Games(source, predictor, scoreboard=scoreboard, store=scoreboard)
    world = panoramas if practice else Collection.open([PRACTICE])
    guide_pictures = GuidePictures(world)
    read_photo = UploadReader().read
    kind = RENDERED if source.rendered else PHOTOGRAPHED
    page = build_page(
        games,
        predictor,
        read_photo=read_photo,
        guide_pictures=guide_pictures,
        measured=read_measured(settings.checkpoint).get(kind),
        behind_proxy=settings.behind_proxy,
    )
    return page, games, scoreboard


def __getattr__(name: str) -> Any:
    """Build ``demo`` when it is first asked for, so that importing this module costs nothing."""
    if name != "demo":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["demo"] = build(read_settings([]))
    return globals()["demo"]


def main() -> None:
    """Serve the game until interrupted, and leave nothing unwritten."""
    settings = read_settings(sys.argv[1:])
    cli.set_threads(1)  # as many turns of the net as there are processors run beside each other
    with listen(settings.host, settings.port) as listener:
        page, games, scoreboard = assemble(settings)
        # A million objects that stay: to look through them all at the end takes seconds.
        gc.freeze()
        try:
            serve(page, listener)
        finally:
            games.close()
            if scoreboard is not None:
                scoreboard.close()


if __name__ == "__main__":
    cli.run(main)
