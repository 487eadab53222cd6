"""How error falls with data: a power law over training runs of several sizes.

Error = scale * places ** -exponent, a straight line where both axes are logarithmic (Hestness et
al. 2017, arXiv:1712.00409).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import linregress, t

from model.errors import ConfigError


@dataclass(frozen=True)
class PowerLaw:
    """What :func:`fit_power_law` found.

    Attributes:
        scale: the error that it gives for one place.
        exponent: how fast the error falls: -log2 of what doubling the places leaves of it.
        runs: how many it was fitted to.
        exponent_error: standard error of the exponent.
        spread: standard deviation of log error around the line.
        centre: mean of log places.
        scatter: sum of squares of log places around ``centre``.
    """

    scale: float
    exponent: float
    runs: int
    exponent_error: float
    spread: float
    centre: float
    scatter: float

    def error(self, places: float) -> tuple[float, float, float]:
        """The error of one run with so many train places, and its 95 % prediction interval.

        It is a forecast under the assumption that the law holds that far, which no interval covers.
        """
        at = math.log(places) - self.centre
        middle = math.log(self.scale) - self.exponent * math.log(places)
        width = self.spread * math.sqrt(1 + 1 / self.runs + at**2 / self.scatter)
        width *= float(t.ppf(0.975, self.runs - 2))
        low, high = math.exp(middle - width), math.exp(middle + width)
        return min(1.0, math.exp(middle)), min(1.0, low), min(1.0, high)


def fit_power_law(places: Sequence[int], errors: Sequence[float]) -> PowerLaw:
    """Fit by least squares of the logarithms.

    Args:
        places: train places of each run.
        errors: 1 - top-1 of each run, in (0, 1].

    Raises:
        ConfigError: fewer than three runs, all of one size, or one without any error.
    """
    if len(places) < 3 or len(set(places)) < 2:
        raise ConfigError("a learning curve takes three runs or more, of at least two sizes")
    if min(errors) <= 0:
        raise ConfigError("a learning curve takes runs that err: one is right at every val place")
    x, y = np.log(places), np.log(errors)
    line = linregress(x, y)
    residuals = y - (line.intercept + line.slope * x)
    return PowerLaw(
        scale=math.exp(line.intercept),
        exponent=-float(line.slope),
        runs=len(x),
        exponent_error=float(line.stderr),
        spread=math.sqrt(float(residuals @ residuals) / (len(x) - 2)),
        centre=float(x.mean()),
        scatter=float(((x - x.mean()) ** 2).sum()),
    )
