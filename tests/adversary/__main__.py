"""What an adversary tries on the running program, counted.

usage::

    python -m tests.adversary [--rounds 60] [--kills 3]

One player without a browser plays rounds against ``app.py`` with an SQLite file. Before each guess
everything that may be asked is asked, and all that comes back is searched for the truth and for the
net's guess; now and then the server is killed (SIGKILL) and started again. Exits with 1 if a round
was lost or counted twice, a game was not gone on with, anything told too early, or an event that is
none broke the server.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.served import KEY, Server
from tests.unit.game.hints import hints

PHOTOS = 10
"""Rounds whose crop is handed in as a photo before the guess: an address may hand in so many."""

PICTURE = re.compile(r"data:image/\w+;base64,[A-Za-z0-9+/=]+")

NAMES = "open begin guess next replay evidence cover contrast leave guide photo nothing".split()

ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        1e308,
        10**40,
        float("nan"),
        float("inf"),
        "",
        "HU",
        "\0",
        "../../etc/passwd",
        "ß" * 900,
        "[" * 1500,
    ),
    *([], [[]], [None] * 200, {}, {"a": {}}, ["HU"], "<script>", "' OR 1=1 --", "\ud800"),
)
"""What no page would send, for every field of every event."""

FIELDS = "step country mode round box aspect data server visit".split()


@dataclass
class Count:
    """What was tried, and what came of it."""

    rounds: int = 0
    told: int = 0
    photos: int = 0
    photos_answered: int = 0
    kills: int = 0
    games_lost: int = 0
    events: int = 0
    events_broken: int = 0


def before_the_guess(server: Server, game: dict[str, Any], count: Count) -> list[str]:
    """All that can be had of a running round, as text without pictures and finished rounds."""
    number = game["number"]
    asked: list[tuple[str, dict[str, Any]]] = [
        ("open", {"server": game["server"]}),
        ("evidence", {"round": number}),
        ("replay", {"round": number}),
        ("cover", {"round": number, "box": [0, 0, 0.5, 0.5]}),
        ("contrast", {"round": number, "country": "HU", "aspect": 2}),
        ("next", {"step": game["step"]}),
        ("guess", {"step": "old", "country": "HU"}),
    ]
    if count.photos < PHOTOS:
        asked.append(("photo", {"data": game["picture"].split(",")[1]}))
    texts = []
    for name, data in asked:
        _, text = server.post(name, json.dumps({"key": KEY, **data}).encode())
        head, _, body = text.partition("\n\n")
        answer = json.loads(body)
        if name == "photo":
            count.photos += 1
            count.photos_answered += "top" in answer
        texts.append(head + PICTURE.sub("", json.dumps({**answer, "history": []})))
    return texts


def play(server: Server, game: dict[str, Any], count: Count) -> dict[str, Any]:
    """One round and on to the next; counts what was told before the guess."""
    texts = before_the_guess(server, game, count)
    revealed = server.ask("guess", step=game["step"], country="HU")
    round_ = revealed["history"][-1]
    secrets = {round_["truth"], round_["model"]["country"]} - {None}
    # The one country that the questions themselves name comes back in none of the answers either.
    count.told += any(hints(text, code) for text in texts for code in secrets)
    count.rounds += 1
    return server.ask("next", step=revealed["step"])


def hostile(server: Server, count: Count) -> None:
    """Events that are none: turned away, without a trace of the program in the answer."""
    bodies = [json.dumps(value) for value in ODD] + ["{", "\xff", "NaN", '{"key": 1}']
    for name in NAMES:
        odd = [json.dumps({"key": "cd" * 16, **dict.fromkeys(FIELDS, value)}) for value in ODD]
        for body in bodies + odd:
            status, text = server.post(name, body.encode())
            count.events += 1
            count.events_broken += status >= 500 or "Traceback" in text or str(ROOT) in text


def rows(scores: Path) -> int:
    with closing(sqlite3.connect(scores)) as database:
        return int(database.execute("SELECT count(*) FROM geoduel_rounds").fetchone()[0])


def run(rounds: int, kills: int, folder: Path) -> tuple[Count, int]:
    """Play, kill, play on; what came of it, and the rounds that the database has in the end."""
    count, scores = Count(), folder / "scores.sqlite3"
    server = Server(scores, folder / "log")
    try:
        game = server.ask("open")
        for number in range(1, rounds + 1):
            game = play(server, game, count)
            if game["phase"] == "summary":
                game = server.ask("next", step=game["step"])
            if number * kills // rounds > count.kills:
                server.process.kill()
                server.process.wait()
                count.kills += 1
                server = Server(scores, folder / "log")
                back = server.ask("open", server=game["server"])
                same = (back["step"], back["number"]) == (game["step"], game["number"])
                count.games_lost += not same
                game = back
        hostile(server, count)
    finally:
        server.process.kill()
        server.process.wait()
    return count, rows(scores)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.adversary", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--kills", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        count, kept = run(args.rounds, args.kills, Path(folder))
    print(
        f"rounds whose truth or net's guess was told before the guess: {count.told}/{count.rounds}"
    )
    print(f"crops in play that Your photo answered: {count.photos_answered}/{count.photos}")
    print(f"rounds kept through {count.kills} kills: {kept}/{count.rounds}")
    print(f"games not gone on with after a kill: {count.games_lost}/{count.kills}")
    print(f"events that are none and broke something: {count.events_broken}/{count.events}")
    bad = count.told or count.photos_answered or count.games_lost or count.events_broken
    sys.exit(1 if bad or kept != count.rounds else 0)


if __name__ == "__main__":
    main()
