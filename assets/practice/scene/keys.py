"""The key of a panorama: the same key always gives the same picture."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PanoramaKey:
    """Which panorama: the same key always gives the same picture."""

    country: str
    split: str
    index: int

    def __str__(self) -> str:
        return f"{self.country}/{self.split}/{self.index}"

    @classmethod
    def parse(cls, text: str) -> PanoramaKey:
        """From ``HU/test/3``.

        Raises:
            ValueError: the text has another form.
        """
        parts = text.split("/")
        if len(parts) != 3 or not (parts[2].isascii() and parts[2].isdigit()):
            raise ValueError(f"{text!r} is not COUNTRY/SPLIT/INDEX, such as HU/test/3")
        return cls(parts[0], parts[1], int(parts[2]))

    def seed(self, purpose: str = "") -> int:
        """A 48-bit seed; other purposes of the same panorama give other seeds."""
        return int.from_bytes(hashlib.sha256(f"{self}:{purpose}".encode()).digest()[:6], "big")
