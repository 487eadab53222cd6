"""Random changes of training pictures, by ``torchvision.transforms.v2``; the TOML names them.

usage::

    change = Augmentation(brightness=0.3, erasing=0.25)
    view = change.view(pixels, 224)                # one random square view of a picture
    inputs, labels = change.mix(inputs, labels)    # mixup or CutMix of a batch
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchvision.transforms import v2

from model.data import torch_pixels
from model.data.collection import Collection
from model.data.datasets import Item
from model.data.preprocessing import PADDING
from model.errors import ConfigError
from model.geography import COUNTRY_CODES, COUNTRY_INDEX

_SHARES = ("flip", "grayscale", "erasing", "brightness", "contrast", "saturation")


@dataclass(frozen=True)
class Augmentation:
    """What is done to a training picture; all draws are by torch's generator.

    Attributes:
        scale: smallest and largest share of the picture's area in a view. A panorama gives a
            window as wide as ``ratio`` allows first, anywhere in it.
        ratio: smallest and largest width over height of what becomes a square: the one place where
            pictures are stretched.
        flip: chance of mirroring. Script and driving side matter, so none by default.
        brightness: most relative change, in [0, 1].
        contrast: most relative change, in [0, 1].
        saturation: most relative change, in [0, 1].
        hue: most change, in turns of the colour circle, in [0, 0.5]; it takes as long as all else.
        grayscale: chance of losing all colour.
        rand_augment: operations of RandAugment (Cubuk et al. 2019, arXiv:1909.13719) on each view.
        magnitude: how strong they are, 0 to 30.
        erasing: chance that a rectangle is greyed out.
        erasing_scale: smallest and largest share of the view's area in the rectangle.
        mixup: alpha of the Beta distribution of mixup (arXiv:1710.09412); 0 is without.
        cutmix: alpha of CutMix (arXiv:1905.04899); with both, each batch takes one or the other.
    """

    scale: tuple[float, float] = (0.45, 1.0)
    ratio: tuple[float, float] = (0.8, 1.3)
    flip: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0
    grayscale: float = 0.0
    rand_augment: int = 0
    magnitude: int = 9
    erasing: float = 0.0
    erasing_scale: tuple[float, float] = (0.02, 0.15)
    mixup: float = 0.0
    cutmix: float = 0.0

    def __post_init__(self) -> None:
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"augmentation.{name} = {getattr(self, name)}: in [0, 1]")
        for name in ("scale", "erasing_scale"):
            if not 0 < getattr(self, name)[0] <= getattr(self, name)[1] <= 1:
                raise ConfigError(
                    f"augmentation.{name} = {list(getattr(self, name))}: must be two rising shares "
                    "in (0, 1]"
                )
        if not 0 < self.ratio[0] <= self.ratio[1]:
            raise ConfigError(f"augmentation.ratio = {list(self.ratio)}: must be two rising ratios")
        if not 0 <= self.hue <= 0.5:
            raise ConfigError(f"augmentation.hue = {self.hue}: in [0, 0.5]")
        if not (0 <= self.magnitude <= 30 and 0 <= self.rand_augment <= 100):
            raise ConfigError("augmentation: rand_augment in [0, 100], magnitude in [0, 30]")
        if min(self.mixup, self.cutmix) < 0:
            raise ConfigError("augmentation: mixup and cutmix must be at least 0")

    def view(self, pixels: Tensor, side_px: int) -> Tensor:
        """One random view: uint8 [3, side_px, side_px] of pixels uint8 [3, H, W]."""
        height, width = pixels.shape[1:]
        widest = min(width, round(height * self.ratio[1]))
        left = int(torch.randint(width - widest + 1, ()))
        changed: Tensor = _transform(self, side_px)(pixels[..., left : left + widest])
        return changed

    def mix(self, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Mix the pictures of a batch with each other.

        Args:
            inputs: [n, 3, H, W] in 0..255.
            labels: [n] class indices.

        Returns:
            Inputs float32, and labels float32 [n, 56] that sum to 1; both as they were where
            nothing is to be mixed.
        """
        if self._mixer is None:
            return inputs, labels
        mixed, shares = self._mixer(inputs.float(), labels)
        return mixed, shares

    @cached_property
    def _mixer(self) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]] | None:
        kinds = ((v2.MixUp, self.mixup), (v2.CutMix, self.cutmix))
        mixers = [k(alpha=alpha, num_classes=len(COUNTRY_CODES)) for k, alpha in kinds if alpha]
        return v2.RandomChoice(mixers) if mixers else None


@lru_cache(maxsize=8)
def _transform(wanted: Augmentation, side_px: int) -> v2.Compose:
    """The changes of single views, in order; what has no effect is left out."""
    colours = (wanted.brightness, wanted.contrast, wanted.saturation, wanted.hue)
    steps = [
        (True, v2.RandomResizedCrop(side_px, wanted.scale, wanted.ratio, antialias=True)),
        (wanted.flip, v2.RandomHorizontalFlip(wanted.flip)),
        (wanted.rand_augment, v2.RandAugment(wanted.rand_augment, wanted.magnitude, fill=PADDING)),
        (any(colours), v2.ColorJitter(*colours)),
        (wanted.grayscale, v2.RandomGrayscale(wanted.grayscale)),
        (wanted.erasing, v2.RandomErasing(wanted.erasing, wanted.erasing_scale, value=PADDING)),
    ]
    return v2.Compose([step for is_wanted, step in steps if is_wanted])


class AugmentedPictures(Dataset[Item]):
    """One random square view (uint8 [3, side, side]) and the class index of each place.

    Args:
        collection: where the pictures are.
        numbers: which of its places.
        augmentation: what is done to them.
        side_px: of the view.
        read: the encoded picture of a place; that of the collection by default.
    """

    def __init__(
        self,
        collection: Collection,
        numbers: Sequence[int],
        augmentation: Augmentation,
        side_px: int,
        read: Callable[[int], bytes] | None = None,
    ) -> None:
        self._collection, self._numbers = collection, numbers
        self._augmentation, self._side_px = augmentation, side_px
        self._read = read or collection.read

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: int) -> Item:
        number = self._numbers[index]
        pixels = torch_pixels.decode(self._read(number), self._collection.name(number))
        view = self._augmentation.view(pixels, self._side_px)
        return view, COUNTRY_INDEX[self._collection.places[number].country]
