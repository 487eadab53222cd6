"""What the page concludes: trust in a map, what it went by, strengths, the newest of many."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from tests.unit.game.ui.scripting import evaluate


def judge(expression: str) -> Any:
    return evaluate(["judge"], f"G.judge.{expression}")


@pytest.mark.parametrize(
    ("before", "after", "random", "trusted"),
    [
        (0.5, 0.1, 0.45, True),
        (0.5, 0.1, 0.6, True),  # a random part makes it even surer
        (0.5, 0.2, 0.2, False),  # a random part does as much
        (0.5, 0.4, 0.1, False),
        (0.5, 0.5, 0.5, False),  # covering it changes nothing
        (0.5, 0.7, 0.9, False),
    ],
)
def test_a_map_is_trusted_where_its_region_matters_more_than_a_random_one(
    before: float, after: float, random: float, trusted: bool
) -> None:
    values = {"before": before, "after": after, "random": random}
    assert judge(f"trusted({json.dumps(values)})") is trusted


def test_a_map_went_by_a_cue_where_that_is_known_and_by_a_part_elsewhere() -> None:
    part = {"uri": "x", "where": [2, 0]}
    assert judge(f"wentBy({json.dumps(part | {'cue': {'name': 'roof'}})})") == "the_roof"
    assert judge(f"wentBy({json.dumps(part)})") == "where_2_0"
    assert judge("wentBy({ uri: null, where: null })") is None


def rounds(*of: tuple[str, int, int]) -> str:
    played = [
        {"truth": code, "human": {"correct": bool(human)}, "model": {"correct": bool(model)}}
        for code, human, model in of
    ]
    return json.dumps(played)


def test_strengths_are_counted_where_there_are_enough_rounds() -> None:
    of = [("HU", 1, 0), ("SK", 1, 0), ("DE", 0, 0), ("JP", 0, 1), ("KR", 0, 1)]
    by = "(round) => G.data.countries[round.truth].region"
    assert judge(f"strengths({rounds(*of)}, {by})") == [
        {"name": "europe", "rounds": 3, "human": 2, "model": 0}
    ]
    more = [*of, ("TW", 0, 1)]
    assert [one["name"] for one in judge(f"strengths({rounds(*more)}, {by})")] == ["asia", "europe"]
    assert judge(f"strengths({rounds(*more)}, () => null)") == []


def test_what_is_shared_tells_no_country() -> None:
    game = {"scores": {"human": 1400, "model": 800}, "squares": {"human": "🟩🟨", "model": "🟥🟧"}}
    text = judge(f"shared({json.dumps(game)}, 'GeoDuel 1400 : 800', 'https://example.org/')")
    assert text.splitlines() == [
        "GeoDuel 1400 : 800", "🙂 🟩🟨 1400", "🤖 🟥🟧 800", "https://example.org/",
    ]  # fmt: skip


def test_only_the_newest_is_sent_one_at_a_time_and_four_a_second() -> None:
    """A clock of our own: values come every 20 ms, and each answer takes 300 ms, then 10 ms."""
    script = """(async () => {
      let now = 0;
      const due = [];
      const later = (act, ms) => due.push([now + ms, act]);
      const sent = [], at = [];
      let open = 0, most = 0;
      const send = (value) => new Promise((done) => {
        sent.push(value); at.push(now); most = Math.max(most, open += 1);
        later(() => { open -= 1; done(); }, sent.length === 1 ? 300 : 10);
      });
      const pass = G.judge.newest(send, 250, () => now, later);
      for (let i = 0; i < 60; i += 1) later(() => pass(i), i * 20);
      while (due.length) {
        due.sort((a, b) => a[0] - b[0]);
        const [when, act] = due.shift();
        now = when;
        act();
        for (let i = 0; i < 10; i += 1) await null;
      }
      return { sent, at, most };
    })()"""
    found = evaluate(["judge"], script)
    assert found["most"] == 1
    assert found["sent"][0] == 0
    assert found["sent"][-1] == 59, "the last value is never lost"
    gaps = [b - a for a, b in itertools.pairwise(found["at"])]
    assert min(gaps) >= 250
    assert max(gaps) <= 310
    assert found["sent"] == sorted(set(found["sent"]))
