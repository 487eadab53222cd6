"""What a camera does to a picture after it is taken: exposure, tone mapping, colour, sharpening."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from .chance import Conditions

Floats32 = NDArray[np.float32]
SHARPENING = 0.15


@dataclass(frozen=True, slots=True)
class Frame:
    """What was rendered.

    Attributes:
        picture: uint8 [height, width, 3].
        numbers: each pixel's cue number, int [height, width].
        sky: how much of a pixel is sky or haze before the land, float [height, width] in [0, 1].
            Haze is developed as the sky is: else far land would stand before it with a hard edge.
    """

    picture: NDArray[np.uint8]
    numbers: NDArray[np.int64]
    sky: Floats32


def blurred(values: Floats32, radius_px: float) -> Floats32:
    """A float picture [height, width] in [0, 1], blurred; the seam of the panorama is closed."""
    margin = max(1, int(3 * radius_px))
    wide = np.concatenate([values[:, -margin:], values, values[:, :margin]], axis=1)
    image = Image.fromarray((np.clip(wide, 0, 1) * 255).astype(np.uint8))
    soft = image.filter(ImageFilter.GaussianBlur(radius_px))
    return np.asarray(np.asarray(soft, np.float32)[:, margin:-margin] / 255, dtype=np.float32)


_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def _open_shadows(values: Floats32, land: Floats32, strength: float) -> Floats32:
    """Local tone mapping as street-view cameras do it: dark surroundings up, bright ones down.

    Only land counts as surroundings: the sky behind a tree must not darken it.
    """
    luma = values @ _LUMA
    radius_px = values.shape[1] / 60
    around = blurred(luma * land, radius_px) / np.maximum(blurred(land, radius_px), 0.05)
    gain = ((0.42 + 0.08) / (around + 0.08)) ** strength
    lifted = values * np.maximum(gain, 0.93)[..., None]
    # A toe that lifts what is black, a shoulder that keeps white from clipping.
    lifted = lifted + 0.035 * (1 - lifted) ** 4
    return np.asarray((1 - np.exp(-lifted * 1.55)) / (1 - math.exp(-1.55)), dtype=np.float32)


def _balanced(values: Floats32, land: Floats32) -> Floats32:
    """Automatic white balance: the land's mean colour is brought some of the way to grey."""
    weight = land[..., None] + 0.15
    mean = (values * weight).sum(axis=(0, 1)) / weight.sum()
    gains = (mean.mean() / np.maximum(mean, 0.02)) ** 0.25
    return np.asarray(values * np.clip(gains, 0.75, 1.35)).astype(np.float32)


def _to_mean(values: Floats32, weight: Floats32, target: float) -> Floats32:
    """``values`` under the gamma curve that brings their mean luma, so weighted, to ``target``."""
    total = max(float(weight.sum()), 1.0)
    for _ in range(3):
        mean = float(np.clip(((values @ _LUMA) * weight).sum() / total, 0.05, 0.95))
        gamma = math.log(target) / math.log(mean)
        values = np.asarray(values ** np.clip(gamma, 0.5, 1.8), dtype=np.float32)
    return values


def _coloured(values: Floats32, saturation: float, contrast: float) -> Floats32:
    luma = (values @ _LUMA)[..., None]
    values = np.clip(luma + (values - luma) * saturation, 0, 1)
    values = np.clip(values + contrast * (values - 0.45) * values * (1 - values) * 2, 0, 1)
    return np.asarray(values, dtype=np.float32)


def land_target(conditions: Conditions, sky_share: float) -> float:
    """Mean luma of the land under a sky of its own brightness, for the drawn mean of the whole."""
    rest = conditions.target_luminance - sky_share * conditions.sky_luminance
    return float(np.clip(rest / max(1 - sky_share, 0.05), 0.40, 0.57))


def develop(frame: Frame, conditions: Conditions) -> NDArray[np.uint8]:
    """The camera's own processing: white balance, tone mapping, colour, exposure, sharpening.

    Sky and land are exposed apart, as cameras with local tone mapping do: the sky is the brighter.
    Mean brightness is brought to the drawn target: brightness must not betray the country.

    Returns:
        uint8 [height, width, 3].
    """
    sky = frame.sky
    land = (1 - sky).astype(np.float32)
    values = _balanced(np.asarray(frame.picture / 255.0, dtype=np.float32), land)
    red, blue = conditions.white_balance
    gains = np.array([red, 1.0, blue], dtype=np.float32)
    values = np.asarray(np.clip(values * gains, 0, 1), dtype=np.float32)
    lift = conditions.shadow_lift + 0.18 * (conditions.air.grey)
    ground = _coloured(
        _open_shadows(values, land, lift), conditions.saturation, conditions.contrast
    )
    ground = _to_mean(ground, land, land_target(conditions, float(sky.mean())))
    above = _coloured(values, conditions.saturation * 1.12, 0.0)
    above = _to_mean(above, sky, conditions.sky_luminance)
    values = ground * land[..., None] + above * sky[..., None]
    luma = values @ _LUMA
    detail = luma - blurred(luma, values.shape[1] / 1400)
    values = np.clip(values + SHARPENING * detail[..., None], 0, 1)
    if conditions.blurred_bottom:
        values = _smear_bottom(values)
    return np.rint(values * 255).astype(np.uint8)


def _smear_bottom(values: Floats32) -> Floats32:
    """The lowest eighth washed out, as where a camera car is blurred away."""
    height = len(values)
    soft = np.stack([blurred(values[..., c], values.shape[1] / 60) for c in range(3)], axis=-1)
    row = np.arange(height, dtype=np.float32)[:, None, None] / height
    share = np.clip((row - 0.86) / 0.03, 0, 1)
    return np.asarray(values * (1 - share) + soft * share)
