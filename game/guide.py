"""The field guide: what the practice world's table of facts says of each country, in sentences.

usage::

    for fact in facts("HU", "en"):
        print(fact.topic, fact.text)

``assets/practice/country_table.py`` reads the table; what its names mean stands in
``guide_terms.toml``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from babel import Locale
from numpy.typing import NDArray
from PIL import Image

from assets.practice.country_table import Country, load_table
from game.country_names import LANGUAGES, Language

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TERMS = Path(__file__).with_name("guide_terms.toml")

TOPICS = (
    "driving lines road bollards poles rails signs plates writing buildings fences plants land "
    "camera"
).split()

OFTEN = 0.25
"""What makes up so much of a mixture is part of its main thing."""

SELDOM = 0.08
"""What makes up less is left out: nobody can learn everything."""

LOW_CAMERA_M = 2.3

SHARED_BY = 5
"""What so many other countries have as well, at most, still tells a country."""

TELLING = 6
"""How many telling things are named, at most."""

ALIKE = 3
"""How many look-alikes are named."""

_COMPARED = {
    **{name: name for name in ("bollard", "pole")},
    "plate_rear": "plate",
    "scripts": "script",
    "edge_line": "line",
    **{name: name for name in "warning_sign speed_sign place_sign direction_sign".split()},
    **{name: name for name in "kerb form roof wall fence rail tree terrain surface".split()},
}
"""Columns that countries are told apart by, the plainest first, and their section of the terms."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One topic of ``TOPICS``, and what there is to say about it: whole sentences."""

    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class Telling:
    """A thing that few countries have: what it is, how it looks, and which others have it."""

    thing: str
    text: str
    others: tuple[str, ...]


class Example(Protocol):
    """A picture to study."""

    @property
    def picture(self) -> Image.Image:
        """RGB."""
        ...

    @property
    def cues(self) -> Mapping[str, NDArray[np.bool_]]:
        """The pixels of each cue in it: bool [height, width] by name, such as ``bollard``."""
        ...


class GuidePictures(Protocol):
    """Where the pictures of the guide come from; never from places that the game deals."""

    def examples(self, country: str) -> Sequence[Example]:
        """Some pictures of a country that show its cues; none if there are none yet.

        Raises:
            model.types.PictureError: one cannot be read.
        """
        ...


@cache
def table() -> dict[str, Country]:
    """The rows of the table of facts, by code."""
    return load_table()


@cache
def _terms() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(TERMS.read_text(encoding="utf-8"))


def term(section: str, name: str, language: Language) -> str:
    """What a name of the table means, as a phrase without a capital or a full stop."""
    return _terms()[section][name][LANGUAGES.index(language)]


def facts(code: str, language: Language) -> list[Fact]:
    """Everything that the table says of a country, in the order of ``TOPICS``."""
    row = table()[code]
    return [Fact(topic, text) for topic in TOPICS if (text := _text(topic, row, language))]


def _text(topic: str, row: Country, language: Language) -> str:
    """The sentences of one topic; empty if there is nothing to say."""
    parts = dict(_parts(topic, row, language))
    if not all(parts.values()):
        return ""
    differs = topic == "plates" and parts["front"] != parts["rear"]
    sentence = term("sentence", "plates_differ" if differs else topic, language)
    return ". ".join(map(_capital, sentence.format(**parts).split(". ")))


def _parts(topic: str, row: Country, language: Language) -> Iterator[tuple[str, str]]:
    """What a topic's sentence is filled with."""

    def mixed(section: str, column: str = "") -> str:
        return _mixed(section, _cell(row, column or section), language)

    if topic == "driving":
        yield "side", mixed("driving")
    elif topic == "lines":
        yield from (("centre", mixed("line", "centre_line")), ("edge", mixed("line", "edge_line")))
    elif topic == "signs":
        yield from (
            (kind, mixed(f"{kind}_sign")) for kind in "warning speed direction place".split()
        )
    elif topic == "plates":
        yield from ((end, mixed("plate", f"plate_{end}")) for end in ("front", "rear"))
        yield "text", row.plate_text
    elif topic == "writing":
        yield "languages", ", ".join(_language(name, language) for name in row.languages)
        yield "scripts", _join([term("script", name, language) for name in row.scripts], ", ")
    elif topic == "camera":
        yield "names", "; ".join(term("camera", name, language) for name in _camera(row))
    elif topic in ("road", "buildings", "land"):
        columns = {"road": "surface shoulder kerb", "buildings": "form wall roof"}
        for column in columns.get(topic, "terrain soil climate").split():
            yield column, mixed(column)
    else:
        column = {"plants": "tree"}.get(topic, topic.removesuffix("s"))
        yield "names", mixed(column)


def _cell(row: Country, column: str) -> dict[str, float]:
    """What stands in a column of a row, as shares."""
    return shares(getattr(row, column))


def shares(value: str | Sequence[str] | Mapping[str, float]) -> dict[str, float]:
    """A cell of the table as shares that sum to 1, the largest first."""
    if isinstance(value, str):
        return {value: 1.0}
    weights = value if isinstance(value, Mapping) else dict.fromkeys(value, 1.0)
    total = sum(weights.values())
    return {k: w / total for k, w in sorted(weights.items(), key=lambda item: -item[1])}


def _mixed(section: str, of: Mapping[str, float], language: Language) -> str:
    """A mixture in words: its main things, and what is sometimes seen."""
    names = list(of)
    main = [name for name in names if of[name] >= OFTEN] or names[:1]
    rest = [name for name in names if name not in main and of[name] >= SELDOM]

    def spoken(those: Sequence[str]) -> str:
        return _join([term(section, name, language) for name in those], _or(language))

    if not rest:
        return spoken(main)
    return term("sentence", "mixed", language).format(main=spoken(main), rest=spoken(rest))


def _or(language: Language) -> str:
    return term("sentence", "or", language)


def _join(names: Sequence[str], last: str) -> str:
    return last.join(filter(None, (", ".join(names[:-1]), names[-1])))


def _language(name: str, language: Language) -> str:
    return str(Locale(language).languages[name.replace("-", "_")])


def _camera(row: Country) -> list[str]:
    names = []
    if row.camera_height_m < LOW_CAMERA_M:
        names.append("low")
    if row.blurred_bottom:
        names.append("blurred_bottom")
    if row.car_seen != "none":
        names.append(row.car_seen)
    return names


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def telling(code: str, language: Language) -> list[Telling]:
    """What a country shares with no other, or with few: at most ``TELLING``, the rarest first."""
    found = []
    for column, section in _COMPARED.items():
        for name, share in _cell(table()[code], column).items():
            others = tuple(sorted(_having(column, name) - {code}))
            if name != "none" and share >= OFTEN and len(others) <= SHARED_BY:
                thing = term("column", column, language)
                found.append(Telling(thing, term(section, name, language), others))
    return sorted(found, key=lambda t: len(t.others))[:TELLING]


@cache
def _having(column: str, name: str) -> frozenset[str]:
    """The countries in which something is at least sometimes seen."""
    return frozenset(
        code for code, row in table().items() if _cell(row, column).get(name, 0) >= SELDOM
    )


@cache
def alike(code: str) -> tuple[str, ...]:
    """The countries that look most like this one by the table, the likest first."""

    def overlap(other: str) -> float:
        """How much of all compared columns two countries share, each column up to 1."""
        return sum(
            min(share, _cell(table()[other], column).get(name, 0))
            for column in (*_COMPARED, "driving", "centre_line")
            for name, share in _cell(table()[code], column).items()
        )

    others = [other for other in table() if other != code]
    return tuple(sorted(others, key=overlap, reverse=True)[:ALIKE])


def samples(code: str) -> dict[str, Any]:
    """Words of shops and places, and the language that they are in, if it is one."""
    row = table()[code]
    language = row.languages[0] if len(row.languages) == 1 else ""
    return {"words": row.words, "towns": row.towns, "language": language}
