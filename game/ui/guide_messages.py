"""The field guide as it leaves the server: facts of one country, and pictures with outlines."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from game import guide
from game.ui.messages import Message
from game.ui.pictures import picture_uri, png_uri
from model.cue_table import CUES
from model.errors import GeoDuelError
from model.languages import LANGUAGES, Language

log = logging.getLogger(__name__)

KEPT = 60
"""Answers that are kept: all countries, a fifth of a megabyte each."""

RING_PX = 5
"""Side of the square that an outline is drawn with: two pixels around the thing."""

MESH_PX = 9
"""Holes narrower than this count as part of a thing: a fence is one thing, not its wires."""


class GuideMessages:
    """Answers for the page: one message for each country, made once.

    Args:
        guide_pictures: where pictures come from; without one there are facts only.
    """

    def __init__(self, guide_pictures: guide.GuidePictures | None = None) -> None:
        self._guide_pictures = guide_pictures
        self.message = lru_cache(KEPT)(self._message)

    def _message(self, code: str) -> Message:
        """All that the page shows of a country, in all languages."""
        return {
            "country": code,
            "texts": {language: _texts(code, language) for language in LANGUAGES},
            "alike": guide.alike(code),
            **guide.samples(code),
            "why": guide.table()[code].why,
            **_pictures(self._examples(code)),
        }

    def _examples(self, code: str) -> Sequence[guide.Example]:
        try:
            return self._guide_pictures.examples(code) if self._guide_pictures else ()
        except GeoDuelError as error:  # facts without pictures are better than neither
            log.warning("no pictures in the guide: %s", error)
            return ()


def _texts(code: str, language: Language) -> dict[str, Any]:
    return {
        "facts": [[fact.topic, fact.text] for fact in guide.facts(code, language)],
        "telling": [[t.thing, t.text, t.others] for t in guide.telling(code, language)],
        "apart": [[other, guide.apart(code, other, language)] for other in guide.alike(code)],
    }


def _pictures(examples: Sequence[guide.Example]) -> Message:
    """The pictures with their outlines by cue, and all cues in them with their colours.

    What is most worth seeing comes first.
    """
    seen = {name for example in examples for name in example.cues}
    cues = sorted((CUES[name] for name in CUES if name in seen), key=lambda cue: -cue.worth)
    pictures = [
        {
            "uri": picture_uri(example.picture),
            "outlines": {
                cue.name: png_uri(outline(example.cues[cue.name], cue.colour))
                for cue in cues
                if cue.name in example.cues
            },
        }
        for example in examples
    ]
    return {"pictures": pictures, "cues": {cue.name: cue.colour for cue in cues}}


def _grown(mask: NDArray[np.bool_], side_px: int) -> NDArray[np.bool_]:
    """Whether the square of this odd side around a pixel holds any of the mask.

    As ``ImageFilter.MaxFilter``, in a tenth of the time: a mean above 0 costs no sorting.
    """
    picture = Image.fromarray(mask.astype(np.uint8) * 255)
    return np.asarray(picture.filter(ImageFilter.BoxBlur(side_px // 2))) > 0


def outline(mask: NDArray[np.bool_], colour: str) -> Image.Image:
    """A ring around the pixels of a cue, which stay free themselves.

    Args:
        mask: bool [height, width].
        colour: as hex.

    Returns:
        A palette picture of the mask's size: transparent but for the ring.
    """
    whole = ~_grown(~_grown(mask, MESH_PX), MESH_PX)
    ring = _grown(whole, RING_PX) & ~whole & ~mask
    picture = Image.fromarray(ring.astype(np.uint8)).convert("P")
    rgb = bytes.fromhex(colour.removeprefix("#"))
    picture.putpalette(bytes(4) + rgb + b"\xff", "RGBA")
    return picture
