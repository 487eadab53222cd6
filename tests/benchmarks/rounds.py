"""From the guess to the evidence for the reveal, in a real game with the real net.

``ours`` is one player who thinks for a second, as people at least do; peers are the same player
without a net that plays meanwhile (it starts with the guess), and fifty players at once.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app import PRACTICE
from game.games import Games
from game.views import GameView
from model.checkpoint import DEFAULT_CHECKPOINT, load
from model.data.collection import Collection
from model.geography import COUNTRY_CODES
from model.held_out import HeldOut
from model.predictor import Predictor
from tests.benchmarks.measure import peak_memory_mb

PLAYERS = 50
THINKING_S = 1.0


def _play(games: Games, key: str, rounds: int, thinking_s: float) -> list[float]:
    """Seconds from guess to reveal of each round of one player."""
    seconds = []
    view: GameView = games.start(key, "graded")
    for number in range(rounds):
        time.sleep(thinking_s)
        start = time.perf_counter()
        view = games.guess(key, view.ticket, COUNTRY_CODES[number % 56])
        seconds.append(time.perf_counter() - start)
        assert view.evidence[-1].prediction is not None
        view = games.next(key, view.ticket)
        if view.session.phase == "summary":
            view = games.next(key, view.ticket)
    return seconds


def run(repeat: int) -> dict[str, Any]:
    predictor = Predictor(load(DEFAULT_CHECKPOINT))
    source = HeldOut(Collection.open([PRACTICE]), predictor.checkpoint.trained)
    games = Games(source, predictor)
    _play(games, "warm-up", 2, 0)
    alone = _play(games, "alone", repeat, THINKING_S)
    impatient = _play(games, "impatient", repeat, 0)
    with ThreadPoolExecutor(PLAYERS) as players:
        played = list(players.map(lambda i: _play(games, f"player {i}", 5, 15.0), range(PLAYERS)))
    together = [s for game in played for s in game]
    own = statistics.median(alone)
    peers = {
        "the net starts with the guess": statistics.median(impatient),
        "fifty players at once, 15 s a round": statistics.median(together),
    }
    return {
        "name": "rounds: median seconds from the guess to the evidence",
        "ours": round(own, 4),
        "peers": {name: round(value, 4) for name, value in peers.items()},
        "ratios": {name: round(value / own, 2) for name, value in peers.items()},
        "memory_mb": round(peak_memory_mb(), 1),
        "n": repeat + len(together),
        "worst_together_s": round(max(together), 3),
    }
