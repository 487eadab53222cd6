"""The power law of a learning curve, on points whose law is known."""

from __future__ import annotations

import numpy as np
import pytest

from model.errors import ConfigError
from model.evaluation.learning_curve import fit_power_law


def test_points_on_a_law_give_that_law_and_no_width() -> None:
    law = fit_power_law([100, 200, 400, 800], [2.0 * n**-0.25 for n in (100, 200, 400, 800)])
    assert (law.scale, law.exponent) == pytest.approx((2.0, 0.25))
    assert law.error(10_000) == pytest.approx((0.2, 0.2, 0.2))


def test_an_error_never_exceeds_one() -> None:
    law = fit_power_law([100, 200, 400], [0.9, 0.8, 0.7])
    error, low, high = law.error(1)
    assert low <= error == high == 1.0


def test_the_interval_holds_what_it_promises() -> None:
    """Of runs drawn from a law, nineteen in twenty fall into the interval of others'."""
    random = np.random.default_rng(0)
    places = [500, 500, 1000, 1000, 2000, 2000, 4000, 4000]

    def draw(n: float) -> float:
        return float(1.5 * n**-0.1 * np.exp(random.normal(0, 0.03)))

    inside = 0
    for _ in range(1000):
        _, low, high = fit_power_law(places, [draw(n) for n in places]).error(40_000)
        inside += low <= draw(40_000) <= high
    assert 0.93 < inside / 1000 < 0.97


def test_too_few_runs() -> None:
    for places in ([100, 200], [100, 100, 100]):
        with pytest.raises(ConfigError, match="three runs or more, of at least two sizes"):
            fit_power_law(places, [0.5] * len(places))


def test_a_run_without_errors_has_no_place_on_a_logarithmic_axis() -> None:
    with pytest.raises(ConfigError, match="one is right at every val place"):
        fit_power_law([100, 200, 400], [0.2, 0.1, 0.0])
