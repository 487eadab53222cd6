"""Players as Locust's users: each opens the page and plays whole games as its scripts do."""

from __future__ import annotations

import random
import secrets
from typing import Any

import gevent
from locust import FastHttpUser, task
from locust.exception import StopUser

FIRST_PAUSE_S, LONGER = 0.6, 1.4
"""How the page asks for the tests of its maps: see ``follow`` in ``game.js``."""

TRIES_MAX = 20


class Player(FastHttpUser):
    """One tab: deal, thought, guess, reveal with its tests, next, and so on, then it closes."""

    games = 1
    thought_s = (2.0, 5.0)
    finished = 0
    """Rounds that all players together saw revealed to the end of their game."""

    def on_start(self) -> None:
        self.key, self.server = secrets.token_hex(16), ""

    @task
    def play(self) -> None:
        self.client.get("/", name="page")
        game = self.step("deal", "open")
        for number in range(self.games):
            if number:
                game = self.step("deal", "next", step=game["step"])
            game = self.finish(game)
        self.step("leave", "leave")
        raise StopUser

    def finish(self, game: dict[str, Any]) -> dict[str, Any]:
        """Play the rounds of a game to its summary, and return that."""
        while game["phase"] != "summary":
            self.think()
            revealed = self.step("reveal", "guess", step=game["step"], country="HU")
            self.think(self.follow(revealed))
            game = self.step("next", "next", step=revealed["step"])
        Player.finished += len(game["history"])
        return game

    def follow(self, revealed: dict[str, Any]) -> float:
        """Ask for tests that are pending, in ever longer pauses; returns the seconds it took."""
        number, pause_s, spent_s = revealed["number"], FIRST_PAUSE_S, 0.0
        pending = [layer["pending"] for layer in revealed["heat"]]
        while any(pending) and spent_s + pause_s < self.thought_s[0]:
            gevent.sleep(pause_s)
            spent_s, pause_s = spent_s + pause_s, pause_s * LONGER
            known = self.step("tests", "evidence", round=number)["evidence"]
            pending = [one["pending"] for one in known]
        return spent_s

    def think(self, already_s: float = 0.0) -> None:
        gevent.sleep(max(0.0, random.uniform(*self.thought_s) - already_s))

    def step(self, name: str, event: str, **data: Any) -> dict[str, Any]:
        """Ask until it is answered; what is refused, breaks or comes wrong counts as an error."""
        body = {"key": self.key, "server": self.server, **data}
        for _ in range(TRIES_MAX):
            # The server closes idle connections; a browser asks again then, this client does not.
            headers = {"connection": "close"}
            with self.client.post(
                f"/geoduel/{event}", json=body, headers=headers, name=name, catch_response=True
            ) as response:
                answer: dict[str, Any] = (response.json() if response.content else None) or {}
                if response.status_code != 200:
                    response.failure(answer.get("problem") or f"{event}: {response.error}")
                elif fault := self.fault(name, answer):
                    response.failure(fault)
            if response.status_code == 200:
                self.server = answer.get("server", self.server)
                return answer
            gevent.sleep(float(answer.get("retry_after_s") or 1))
        raise StopUser

    @staticmethod
    def fault(name: str, answer: dict[str, Any]) -> str:
        """What is wrong with an answer that came; empty if nothing is."""
        if answer.get("lost"):
            return f"lost: {answer['lost']}"
        absent = name == "reveal" and answer["history"][-1]["model"]["country"] is None
        return "the net was absent" if absent else ""
