from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data.thinning.quotas import confusion_weights, targets, wanted
from model.geography import COUNTRY_CODES, COUNTRY_INDEX

SHARES = st.floats(0, 1)


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, int], int]:
    numbers = draw(st.lists(st.integers(0, 3000), min_size=1, max_size=20))
    counts = dict(zip(COUNTRY_CODES, numbers, strict=False))
    return counts, draw(st.integers(0, sum(numbers)))


@given(cases(), SHARES, st.none() | st.lists(st.floats(0.01, 10), min_size=20, max_size=20))
def test_targets_sum_to_what_is_kept_and_never_exceed_what_is_there(
    case: tuple[dict[str, int], int], evenness: float, pull: list[float] | None
) -> None:
    counts, keep = case
    weights = dict(zip(COUNTRY_CODES, pull, strict=False)) if pull else None
    result = targets(counts, keep, evenness, weights)
    assert sum(result.values()) == keep
    assert all(0 <= result[c] <= counts[c] for c in counts)
    exact = wanted([counts[c] for c in sorted(counts)], keep, evenness)
    if pull is None:
        assert all(abs(result[c] - e) < 1.001 for c, e in zip(sorted(counts), exact, strict=True))


@given(cases(), SHARES, SHARES)
def test_more_evenness_takes_from_the_largest_and_gives_to_the_smallest(
    case: tuple[dict[str, int], int], one: float, other: float
) -> None:
    counts, keep = case
    numbers = sorted(counts.values())
    less, more = sorted((one, other))
    skewed, even = wanted(numbers, keep, less), wanted(numbers, keep, more)
    close = 1e-6 * max(1, keep)
    assert even[-1] <= skewed[-1] + close
    assert even[0] >= skewed[0] - close
    # The k most frequent together lose too, whatever k is.
    assert (np.cumsum(even[::-1]) <= np.cumsum(skewed[::-1]) + close).all()
    assert (np.diff(even) >= -close).all()


def test_the_ends_of_evenness() -> None:
    counts = {"US": 1000, "FR": 200, "HU": 100, "AD": 10}
    assert targets(counts, 655, 0) == {"US": 500, "FR": 100, "HU": 50, "AD": 5}
    assert targets(counts, 310, 1) == {"US": 100, "FR": 100, "HU": 100, "AD": 10}
    assert targets(counts, 1310, 0.5) == counts
    assert targets(counts, 0, 0.5) == dict.fromkeys(counts, 0)
    assert targets({"AD": 0, "HU": 3}, 2, 1) == {"AD": 0, "HU": 2}


@pytest.mark.parametrize(("keep", "evenness"), [(-1, 0.5), (5, 0.5), (2, -0.1), (2, 1.1)])
def test_impossible_wishes_are_refused(keep: int, evenness: float) -> None:
    with pytest.raises(ValueError, match="with evenness"):
        targets({"HU": 4}, keep, evenness)


def test_countries_that_are_confused_more_keep_more() -> None:
    matrix = np.diag(np.full(len(COUNTRY_CODES), 20))
    hungary, romania, japan = (COUNTRY_INDEX[c] for c in ("HU", "RO", "JP"))
    matrix[hungary, hungary], matrix[hungary, romania] = 5, 15
    weights = confusion_weights(matrix.tolist(), 0.5)
    # The one that is missed and the one that is guessed instead; a country nobody saw is between.
    assert weights["HU"] > weights["RO"] > weights["JP"]
    matrix[japan] = 0
    assert 0 < weights["JP"] < confusion_weights(matrix.tolist(), 0.5)["JP"] < weights["HU"]
    counts = {"HU": 100, "RO": 100, "JP": 100}
    kept = targets(counts, 150, 0.5, weights)
    assert kept["HU"] > kept["RO"] > kept["JP"]
    assert set(confusion_weights(matrix.tolist(), 0).values()) == {1.0}
