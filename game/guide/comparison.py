"""What tells countries apart: rare things, look-alikes, and how those differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from assets.practice.country_table import Country
from game.guide.words import OFTEN, SELDOM, cell, section_of, sentence, table, term
from model.languages import Language

SHARED_BY = 5
"""What so many other countries have as well, at most, still tells a country."""

TELLING = 6
"""How many telling things are named, at most."""

ALIKE = 3
"""How many look-alikes are named."""

APART = 3
"""How many things are told that a look-alike has otherwise, at most."""

_COMPARED = (
    "bollard pole plate_rear plate_front scripts edge_line chevron stop_sign warning_sign "
    "speed_sign place_sign direction_sign direction_stand sign_post sign_back give_way_sign "
    "crossing_sign across_line kerb form roof wall fence rail tree terrain surface"
).split()
"""Columns that countries are told apart by, the plainest first."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A thing that few countries have: what it is, how it looks, and which others have it."""

    thing: str
    text: str
    others: tuple[str, ...]


def telling(code: str, language: Language) -> list[Telling]:
    """What a country shares with no other, or with few: at most ``TELLING``, the rarest first.

    Looks are counted, not names: two names of the table that are put into the same words are one.
    What is a guess tells nothing.
    """
    row, found = table()[code], []
    for column in _COMPARED:
        if row.is_guess(_sourced(column)):
            continue
        for look, share in _looks(row, column).items():
            others = tuple(sorted(_having(column, look) - {code}))
            if look != "none" and share >= OFTEN and len(others) <= SHARED_BY:
                thing = term("column", column, language)
                section = section_of(column)
                name = next(n for n in cell(row, column) if _look(section, n) == look)
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
    section = section_of(column)
    found: dict[str, float] = {}
    for name, share in cell(row, column).items():
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

    def likeness(other: str) -> float:
        """What two countries share, the rarer the weightier, as search engines weigh words."""
        columns = (*_COMPARED, "driving", "centre_line", "climate")
        return sum(_likeness(code, other, column) for column in columns)

    others = [other for other in table() if other != code]
    return tuple(sorted(others, key=likeness, reverse=True)[:ALIKE])


def _likeness(code: str, other: str, column: str) -> float:
    """The shares of a column that two countries have in common, weighed by their rarity."""
    common = _common(code, other, column)
    return sum(
        share * math.log(len(table()) / max(1, len(_having(column, look))))
        for look, share in common.items()
    )


def _common(code: str, other: str, column: str) -> dict[str, float]:
    """What two countries have in common of a column: each look and the smaller of its shares."""
    there = _looks(table()[other], column)
    here = _looks(table()[code], column)
    return {look: min(share, there[look]) for look, share in here.items() if look in there}


def apart(code: str, other: str, language: Language) -> list[str]:
    """What tells a country from another, in a sentence each: at most ``APART``, plainest first.

    Guesses tell nothing, and neither does what one of the two has seldom.
    """
    pairs: dict[tuple[str, str], str] = {}
    for column in _COMPARED:
        rows = table()[code], table()[other]
        if any(row.is_guess(_sourced(column)) for row in rows):
            continue
        if sum(_common(code, other, column).values()) > SELDOM:
            continue
        here, there = (_commonest(row, column, language) for row in rows)
        if here and there:  # plates that differ at both ends are told once
            pairs.setdefault((here, there), term("column", column, language))
    return [
        sentence("apart", language, thing=thing, here=here, there=there)
        for (here, there), thing in pairs.items()
    ][:APART]


def _commonest(row: Country, column: str, language: Language) -> str:
    """The main thing of a column in words; empty where there is mostly none."""
    name = next(iter(cell(row, column)))
    return "" if name == "none" else term(section_of(column), name, language)
