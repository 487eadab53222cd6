"""Whole games of many players at once, over HTTP, against a server of its own.

usage::

    python -m tests.load [--players 50] [--games 1] [--thought-s 2 5] [--rest-s 60] [--json -]

The server is ``app.py`` with the practice world and a scoreboard on disk, on the loopback address,
which no limit of addresses counts. Exits with 1 if a step failed or a round got lost.
"""

from __future__ import annotations

# Locust first: it makes sockets and threads those of gevent.
from locust.env import Environment  # isort: skip

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import gevent
import psutil

from game.rules.session import ROUNDS_PER_GAME
from tests.browser.conftest import free_port, wait_for_server
from tests.conftest import ROOT
from tests.load.players import Player

STEPS = {"page": "GET", "deal": "POST", "reveal": "POST", "tests": "POST", "next": "POST"}
PLAYERS_MAX, GAMES_MAX = 400, 1000
ARRIVALS_PER_S = 10.0
LIMIT_S = 4 * 3600
MB = 2**20


class Memory:
    """The resident size of a process, looked at twice a second; every look counts for the peak."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.peak = 0
        self.start = self.now()
        self._watch = gevent.spawn(self._look)

    def now(self) -> int:
        size = round(self._process.memory_info().rss / MB)
        self.peak = max(self.peak, size)
        return size

    def stop(self) -> None:
        self._watch.kill()

    def _look(self) -> None:
        while True:
            self.now()
            gevent.sleep(0.5)


def load(players: int, games: int, rest_s: float) -> dict[str, Any]:
    """Let them play, and say how it went; see :func:`report` for what the document holds."""
    with tempfile.TemporaryDirectory() as folder:
        scores, log = Path(folder) / "scores.sqlite3", Path(folder) / "log"
        port = free_port()
        env = {**os.environ, "GEODUEL_SCORES": str(scores), "DATABASE_URL": ""}
        with log.open("w") as stream:
            command = [sys.executable, "app.py", "--panoramas", "practice", "--port", str(port)]
            server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=stream, stderr=stream)
        try:
            wait_for_server(port, server, log)
            document = _played(port, psutil.Process(server.pid), players, games, rest_s)
        finally:
            server.terminate()
            server.wait(60)
        with closing(sqlite3.connect(scores)) as database:
            (document["counted"],) = database.execute(
                "SELECT count(*) FROM geoduel_rounds"
            ).fetchone()
        document["log"] = [line for line in log.read_text().splitlines()[1:] if line][:5]
    return document


def _played(
    port: int, server: psutil.Process, players: int, games: int, rest_s: float
) -> dict[str, Any]:
    environment = Environment(user_classes=[Player], host=f"http://127.0.0.1:{port}")
    Player.games = games
    runner = environment.create_local_runner()
    memory = Memory(server)
    begun_s, cpu_s = time.monotonic(), _cpu_s(server)
    runner.start(players, ARRIVALS_PER_S)
    runner.spawning_greenlet.join()
    while runner.user_count and time.monotonic() - begun_s < LIMIT_S:
        gevent.sleep(0.2)
    took_s, cpu_s = time.monotonic() - begun_s, _cpu_s(server) - cpu_s
    runner.quit()
    gevent.sleep(rest_s)
    memory.stop()
    stats = environment.stats
    return {
        "players": players,
        "games": games,
        "rounds": Player.finished,
        "took_s": round(took_s, 1),
        "cpu_s_per_round": round(cpu_s / max(1, Player.finished), 3),
        "steps": {name: _step(stats.get(name, method)) for name, method in STEPS.items()},
        "errors": {str(one.error): one.occurrences for one in stats.errors.values()},
        "memory_mb": {"start": memory.start, "end": memory.now(), "peak": memory.peak},
    }


def _cpu_s(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def _step(entry: Any) -> dict[str, float]:
    times = {f"p{n}_ms": entry.get_response_time_percentile(n / 100) for n in (50, 95, 99)}
    return {"n": entry.num_requests, "errors": entry.num_failures, **times}


def report(document: dict[str, Any], rest_s: float) -> str:
    """The document in lines."""
    lines = [
        "{players} players, {games} games each: {rounds} rounds in {took_s} s, {counted} counted; "
        "{cpu_s_per_round} s of a processor for each".format(**document),
        f"{'':8}{'n':>7}{'errors':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}",
    ]
    for name, step in document["steps"].items():
        figures = "".join(f"{step[f'p{n}_ms']:9.0f}" for n in (50, 95, 99))
        lines.append(f"{name:8}{step['n']:7}{step['errors']:8}{figures}")
    memory = "memory: {start} MB at the start, {peak} at most, {end}".format(
        **document["memory_mb"]
    )
    lines.append(f"{memory} {rest_s:.0f} s after the last player left")
    lines += [f"{n} x {error}" for error, n in document["errors"].items()] + document["log"]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--players", type=int, default=50, help=f"1 to {PLAYERS_MAX}")
    parser.add_argument("--games", type=int, default=1, help=f"of each player, 1 to {GAMES_MAX}")
    parser.add_argument("--thought-s", type=float, nargs=2, default=Player.thought_s)
    parser.add_argument("--rest-s", type=float, default=60.0, help="before memory is read last")
    parser.add_argument("--json", help="- prints one JSON document, nothing else")
    chosen = parser.parse_args()
    if not (0 < chosen.players <= PLAYERS_MAX and 0 < chosen.games <= GAMES_MAX):
        parser.error(f"--players 1 to {PLAYERS_MAX}, --games 1 to {GAMES_MAX}")
    Player.thought_s = tuple(chosen.thought_s)
    document = load(chosen.players, chosen.games, chosen.rest_s)
    print(json.dumps(document) if chosen.json else report(document, chosen.rest_s))
    due = chosen.players * chosen.games * ROUNDS_PER_GAME
    whole = document["rounds"] == document["counted"] == due
    sys.exit(0 if whole and not document["errors"] else 1)


if __name__ == "__main__":
    main()
