"""How often one may ask, and where a request comes from."""

from __future__ import annotations

import pytest

from game.games import Games
from game.limits import NAMES_MAX, Allowance, RateLimit
from game.players import PER_ADDRESS_MAX
from game.records import ROUNDS_OF_ADDRESS
from game.ui.addresses import LOCAL, client_address
from game.ui.page import STEPS
from game.views import Visit
from tests.fakes import FakeOpponent, FakeScoreboard
from tests.unit.game.playing import play, small_source


def test_a_burst_and_then_so_many_a_minute() -> None:
    now_s = [100.0]
    limit = RateLimit(Allowance(burst=3, per_minute=6), lambda: now_s[0])
    assert [limit.wait_s("a") for _ in range(4)] == pytest.approx([0, 0, 0, 10])
    assert limit.wait_s("b") == 0, "others have their own"
    now_s[0] += 10
    assert limit.wait_s("a") == 0
    assert limit.wait_s("a") > 0
    now_s[0] += 3600
    assert [limit.wait_s("a") == 0 for _ in range(4)] == [True, True, True, False]
    assert all(limit.wait_s("") == 0 for _ in range(100))


def test_memory_stays_bounded() -> None:
    limit = RateLimit(Allowance(1, 1), lambda: 0.0)
    for i in range(NAMES_MAX + 50):
        limit.wait_s(f"{i}")
    assert len(limit._left) == NAMES_MAX


@pytest.mark.parametrize(
    ("peer", "forwarded", "behind_proxy", "expected"),
    [
        ("203.0.113.5", [], False, "203.0.113.5"),
        ("127.0.0.1", [], False, LOCAL),
        ("::1", [], False, LOCAL),
        ("192.168.1.7", [], False, "192.168.1.7"),
        ("8.8.8.8", ["1.1.1.1"], False, "8.8.8.8"),
        ("10.0.3.4", ["1.1.1.1"], True, "1.1.1.1"),
        # What stands on the left the client wrote itself.
        ("10.0.3.4", ["9.9.9.9, 1.1.1.1, 10.2.0.1"], True, "1.1.1.1"),
        ("10.0.3.4", ["9.9.9.9", "1.1.1.1"], True, "1.1.1.1"),
        ("10.0.3.4", ["x, <script>, "], True, "10.0.3.4"),
        ("10.0.3.4", ["2606:4700:1:2:3:4:5:6"], True, "2606:4700:1:2::/64"),
        ("::ffff:1.1.1.1", [], False, "1.1.1.1"),
        (None, [], False, LOCAL),
    ],
)
def test_the_address_of_a_request(
    peer: str | None, forwarded: list[str], behind_proxy: bool, expected: str
) -> None:
    assert client_address(peer, forwarded, behind_proxy=behind_proxy) == expected


def test_a_full_class_is_neither_slowed_down_nor_taken_for_bots() -> None:
    """As many pupils as an address may have, each with a round of two steps in half a minute."""
    now_s = [0.0]
    rounds, steps = (RateLimit(one, lambda: now_s[0]) for one in (ROUNDS_OF_ADDRESS, STEPS))
    waits_s = [steps.wait_s("a") for _ in range(PER_ADDRESS_MAX)]  # all come in at once
    for _ in range(20):
        now_s[0] += 30
        for _ in range(PER_ADDRESS_MAX):
            waits_s += [rounds.wait_s("a"), steps.wait_s("a"), steps.wait_s("a")]
    assert max(waits_s) == 0


class Sorting(FakeScoreboard):
    """Notes for each round whether it is a bot's."""

    def __init__(self) -> None:
        super().__init__()
        self.bots: list[bool] = []

    def record(self, *args: object, bot: bool = False, **options: object) -> None:
        self.bots.append(bot)


def test_a_script_does_not_fill_the_tally_of_people() -> None:
    now_s, board = [0.0], Sorting()
    games = Games(small_source(), FakeOpponent(), scoreboard=board, clock_s=lambda: now_s[0])
    for _ in range(20):  # one player, 100 rounds in a minute
        list(play(games, "script"))
        now_s[0] += 3
    assert board.bots.count(False) <= 22
    board.bots.clear()
    now_s[0] += 3600
    for i in range(100):  # as many players as may be, 500 rounds in a minute from one address
        games.open(f"script {i % 50}", Visit("203.0.113.5"))
        list(play(games, f"script {i % 50}"))
        now_s[0] += 0.6
    assert board.bots.count(False) <= ROUNDS_OF_ADDRESS.burst + ROUNDS_OF_ADDRESS.per_minute + 1
    board.bots.clear()
    now_s[0] += 3600
    for _ in range(4):  # a person who is quick
        for view in play(games, "person"):
            now_s[0] += 4 if view.session.phase == "guess" else 2
    assert board.bots == [False] * 20
