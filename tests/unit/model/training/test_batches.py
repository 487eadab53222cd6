from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from model.training.batches import (
    balanced_weights,
    batches_of_process,
    steps_of_epoch,
    view_weights,
)


def test_an_epoch_takes_one_view_of_each_place_and_steps_of_one_shape() -> None:
    places = [0, 0, 0, 1, 1, 2, 3, 3, 4]
    shapes = [(1, 2)] * 6 + [(2, 2)] * 3
    for seed in range(20):
        steps = steps_of_epoch(places, shapes, 2, seed)
        items = [i for step in steps for i in step]
        assert sorted(places[i] for i in items) == [0, 1, 2, 3, 4]
        assert all(len({shapes[i] for i in step}) == 1 for step in steps)
        assert max(len(step) for step in steps) <= 2
    views = Counter(i for s in range(300) for b in steps_of_epoch(places, shapes, 2, s) for i in b)
    assert min(views[i] for i in (0, 1, 2)) > 60
    assert steps_of_epoch(places, shapes, 2, 7) == steps_of_epoch(places, shapes, 2, 7)


def test_a_balanced_epoch_shows_countries_alike() -> None:
    places = [p for p in range(40) for _ in range(2)]
    countries = ["US"] * 36 + ["HU"] * 4
    weights = balanced_weights(countries)
    seen: Counter[str] = Counter()
    for seed in range(50):
        steps = steps_of_epoch(places, None, 8, seed, weights)
        assert sum(len(step) for step in steps) == 40
        seen.update(countries[places[i]] for step in steps for i in step)
    assert 0.45 < seen["HU"] / seen.total() < 0.55


def test_half_a_balance_goes_by_the_square_root() -> None:
    weights = balanced_weights(["US"] * 16 + ["HU"] * 4, power=0.5)
    assert weights[:16].sum() / weights[16:].sum() == pytest.approx(2)


def test_in_proportion_no_place_is_shown_more_than_one_view_off_its_part() -> None:
    places = list(range(60))
    weights = np.array([1.0] * 40 + [0.5] * 10 + [3.0] * 10)
    parts = weights / weights.sum() * 60
    for seed in range(30):
        steps = steps_of_epoch(places, None, 7, seed, weights)
        shown = Counter(i for step in steps for i in step)
        assert shown.total() == 60
        assert all(abs(shown[i] - parts[i]) < 1 for i in places)


def test_all_views_together_weigh_as_single_ones_would() -> None:
    places = [0, 0, 0, 1, 2, 2]
    assert view_weights(places) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1, 1 / 2, 1 / 2])
    weights = view_weights(places, balanced_weights(["US", "US", "HU"]))
    assert weights == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2, 1 / 2, 1 / 2])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_processes_share_out_a_step(size: int) -> None:
    step = list(range(11))
    parts = [batches_of_process(step, 2, rank, size) for rank in range(size)]
    assert sorted(i for part in parts for batch in part for i in batch) == step
    assert all(1 <= len(batch) <= 2 for part in parts for batch in part)
    assert batches_of_process([5], 2, 1, 2) == [], "a process may have nothing to do"
    assert batches_of_process(step[:3], 2, 0, 1, looks=2) == [[0, 0, 1, 1], [2, 2]]
