"""The field guide: what the practice world's table of facts says of each country, in sentences.

usage::

    for fact in facts("HU", "en"):
        print(fact.topic, fact.text)

``assets/practice/country_table.py`` reads the table; what its names mean stands in
``guide_terms.toml``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from babel import Locale
from numpy.typing import NDArray
from PIL import Image

<<<<<<< HEAD
from assets.practice.country_table import NEW_LINE, Country, load_table
from game.country_names import LANGUAGES, Language
=======
from assets.practice.country_table import Country, load_table
from model.cue_table import LANGUAGES, Language
>>>>>>> 0d9a971 (The page's search against a table of expected answers; one list of languages)

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
    "plate_front": "plate",
    "scripts": "script",
    "edge_line": "line",
    **{name: name for name in "chevron stop_sign warning_sign speed_sign place_sign".split()},
    **{name: name for name in "direction_sign direction_stand sign_post sign_back".split()},
    **{name: name for name in "give_way_sign across_line kerb form roof wall fence rail".split()},
    **{name: name for name in "tree terrain surface".split()},
}
"""Columns that countries are told apart by, the plainest first, and their section of the terms."""

_USUAL = {
    "across_line": "white_zebra",
    "give_way_sign": "white",
    "sign_post": "steel",
    "sign_back": "grey",
    "direction_stand": "posts",
}
"""What is so in most countries, and is told only where it is not all that there is."""

_COARSE = frozenset("surface shoulder soil".split())
"""Columns of which nothing but an estimate is to be had; they are not called guesses one by one."""

_SENTENCES: dict[str, tuple[str, ...]] = {
    "driving": ("driving",),
    "lines": ("centre_line", "edge_line", "across_line"),
    "road": ("surface", "shoulder", "kerb"),
    "bollards": ("bollard",),
    "poles": ("pole",),
    "rails": ("rail",),
    "signs": (
        "warning_sign", "speed_sign", "direction_sign", "direction_stand", "place_sign", "chevron",
        "stop_sign", "give_way_sign", "sign_post", "sign_back",
    ),
    "writing": ("languages", "scripts"),
    "buildings": ("form", "wall", "roof"),
    "fences": ("fence",),
    "plants": ("tree",),
    "land": ("terrain", "soil", "climate"),
}  # fmt: skip
"""The columns that a topic tells of, a sentence each."""

_SECTIONS = {"centre_line": "line", "edge_line": "line", "scripts": "script"}
"""Sections of the terms that are not named as their column."""


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
    if topic == "plates":
        sentences = _plate_sentences(row, language)
    elif topic == "camera":
        names = "; ".join(term("camera", name, language) for name in _camera(row))
        sentences = [_sentence("plain", language, said=names)] if names else []
    else:
        sentences = [
            _column_sentence(column, row, language)
            for column in _SENTENCES[topic]
            if set(_cell(row, column)) != {_USUAL.get(column)}
        ]
    return " ".join(sentences)


def _sentence(kind: str, language: Language, **parts: str) -> str:
    """A sentence of the terms, its parts filled in, each sentence in it with a capital."""
    filled = term("sentence", kind, language).format(**parts)
    return ". ".join(_capital(piece) for piece in filled.split(". "))


def _column_sentence(column: str, row: Country, language: Language) -> str:
    """What there is to say of one column."""
    if column == "languages":
        said = ", ".join(_language(name, language) for name in row.languages)
    else:
        said = _mixed(_SECTIONS.get(column, column), _cell(row, column), language)
    if row.is_guess(column) and column not in _COARSE:
        said = term("sentence", "guess", language).format(said=said)
    kind = column if column in _terms()["sentence"] else "plain"
    return _sentence(kind, language, said=said)


def _plate_sentences(row: Country, language: Language) -> list[str]:
    """The kinds of plates, the commonest first, and how a pattern is read."""
    patterns: dict[tuple[str, str, str], list[str]] = {}
    for plate in sorted(row.plates, key=lambda each: (each.on != "any", -each.share)):
        front, rear = (term("plate", name, language) for name in (plate.front, plate.rear))
        text = plate.text.replace(NEW_LINE, f" {NEW_LINE} ")
        patterns.setdefault((front, rear, plate.on), []).append(text)
    sentences: list[str] = []
    for (front, rear, on), texts in patterns.items():
        if on == "van":
            kind = "plate_van"
        else:
            kind = "plate_more" if sentences else "plate"
            if front != rear:
                kind += "_differ"
        text = _join(list(dict.fromkeys(texts)), _or(language))
        sentences.append(_sentence(kind, language, front=front, rear=rear, text=text))
    return [*sentences, _sentence("plate_pattern", language)]


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
    """A mixture in words: its main things, what is sometimes seen, and that there may be none."""
    seen = {name: share for name, share in of.items() if name != "none"}
    if not seen:
        return term(section, "none", language)
    names = list(seen)
    main = [name for name in names if of[name] >= OFTEN] or names[:1]
    rest = [name for name in names if name not in main and of[name] >= SELDOM]

    def spoken(those: Sequence[str]) -> str:
        return _join([term(section, name, language) for name in those], _or(language))

    said = spoken(main)
    if rest:
        said = term("sentence", "mixed", language).format(main=said, rest=spoken(rest))
    none = of.get("none", 0.0)
    if none < SELDOM:
        return said
    kind = "often_none" if none >= OFTEN else "sometimes_none"
    return term("sentence", kind, language).format(seen=said)


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
    names += [name for name in (row.car_seen, row.car_colour) if name != "none"]
    return names


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def telling(code: str, language: Language) -> list[Telling]:
    """What a country shares with no other, or with few: at most ``TELLING``, the rarest first.

    Looks are counted, not names: two names of the table that are put into the same words are one.
    What is a guess tells nothing.
    """
    row, found = table()[code], []
    for column, section in _COMPARED.items():
        if row.is_guess(_sourced(column)):
            continue
        for look, share in _looks(row, column).items():
            others = tuple(sorted(_having(column, look) - {code}))
            if look != "none" and share >= OFTEN and len(others) <= SHARED_BY:
                thing = term("column", column, language)
                name = next(n for n in _cell(row, column) if _look(section, n) == look)
                found.append(Telling(thing, term(section, name, language), others))
    # The same plate at both ends is one thing: the first of the same words stays.
    single = {each.text: each for each in reversed(found)}
    return sorted(single.values(), key=lambda t: (len(t.others), found.index(t)))[:TELLING]


def _sourced(column: str) -> str:
    """The column of the table that a compared column comes from."""
    return "plates" if column.startswith("plate_") else column


def _look(section: str, name: str) -> str:
    """What a name looks like: its words, so that names with the same words are one look."""
    return term(section, name, "en")


def _looks(row: Country, column: str) -> dict[str, float]:
    """The looks in a column of a row, as shares."""
    section = _COMPARED.get(column, _SECTIONS.get(column, column))
    found: dict[str, float] = {}
    for name, share in _cell(row, column).items():
        look = _look(section, name)
        found[look] = found.get(look, 0.0) + share
    return found


@cache
def _having(column: str, look: str) -> frozenset[str]:
    """The countries in which something is at least sometimes seen."""
    return frozenset(
        code for code, row in table().items() if _looks(row, column).get(look, 0.0) >= SELDOM
    )


@cache
def alike(code: str) -> tuple[str, ...]:
    """The countries that look most like this one by the table, the likest first."""

    def overlap(other: str) -> float:
        """How much of all compared columns two countries share, each column up to 1."""
        return sum(
            min(share, _looks(table()[other], column).get(look, 0.0))
            for column in (*_COMPARED, "driving", "centre_line")
            for look, share in _looks(table()[code], column).items()
        )

    others = [other for other in table() if other != code]
    return tuple(sorted(others, key=overlap, reverse=True)[:ALIKE])


def samples(code: str) -> dict[str, Any]:
    """Words of shops and places, and the language that they are in, if it is one."""
    row = table()[code]
    language = row.languages[0] if len(row.languages) == 1 else ""
    return {"words": row.words, "towns": row.towns, "language": language}
