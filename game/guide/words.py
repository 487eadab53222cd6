"""Names of the table of facts put into words, in every language of the game."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from assets.practice.country_table import Country, load_table
from model.languages import LANGUAGES, Language

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TERMS = Path(__file__).with_name("terms.toml")

OFTEN = 0.25
"""What makes up so much of a mixture is part of its main thing."""

SELDOM = 0.08
"""What makes up less is left out: nobody can learn everything."""

_SECTIONS = {
    "centre_line": "line",
    "edge_line": "line",
    "plate_front": "plate",
    "plate_rear": "plate",
    "scripts": "script",
}
"""Sections of the terms that are not named as their column."""


def section_of(column: str) -> str:
    """The section of the terms that a column's names stand in."""
    return _SECTIONS.get(column, column)


@cache
def table() -> dict[str, Country]:
    """The rows of the table of facts, by code."""
    return load_table()


@cache
def terms() -> dict[str, dict[str, list[str]]]:
    """All words, by section and name, in the order of ``LANGUAGES``."""
    return tomllib.loads(TERMS.read_text(encoding="utf-8"))


def term(section: str, name: str, language: Language) -> str:
    """What a name of the table means, as a phrase without a capital or a full stop."""
    return terms()[section][name][LANGUAGES.index(language)]


def sentence(kind: str, language: Language, **parts: str) -> str:
    """A sentence of the terms, its parts filled in, each sentence in it with a capital."""
    filled = term("sentence", kind, language).format(**parts)
    return ". ".join(_capital(piece) for piece in filled.split(". "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def cell(row: Country, column: str) -> dict[str, float]:
    """What stands in a column of a row, as shares."""
    return shares(getattr(row, column))


def shares(value: str | Sequence[str] | Mapping[str, float]) -> dict[str, float]:
    """A cell of the table as shares that sum to 1, the largest first."""
    if isinstance(value, str):
        return {value: 1.0}
    weights = value if isinstance(value, Mapping) else dict.fromkeys(value, 1.0)
    total = sum(weights.values())
    return {k: w / total for k, w in sorted(weights.items(), key=lambda item: -item[1])}


def mixture(section: str, of: Mapping[str, float], language: Language) -> str:
    """A mixture in words: its main things, what is sometimes seen, and that there may be none."""
    seen = {name: share for name, share in of.items() if name != "none"}
    if not seen:
        return term(section, "none", language)
    names = list(seen)
    main = [name for name in names if of[name] >= OFTEN] or names[:1]
    rest = [name for name in names if name not in main and of[name] >= SELDOM]

    def spoken(those: Sequence[str]) -> str:
        return join([term(section, name, language) for name in those], either(language))

    said = spoken(main)
    if rest:
        said = term("sentence", "mixed", language).format(main=said, rest=spoken(rest))
    none = of.get("none", 0.0)
    if none < SELDOM:
        return said
    kind = "often_none" if none >= OFTEN else "sometimes_none"
    return term("sentence", kind, language).format(seen=said)


def either(language: Language) -> str:
    """The "or" between the last two things of a list."""
    return term("sentence", "or", language)


def join(names: Sequence[str], last: str) -> str:
    """Names with commas between them, and ``last`` before the last one."""
    return last.join(filter(None, (", ".join(names[:-1]), names[-1])))
