"""The field guide: what the practice world's table of facts says of each country, in sentences.

usage::

    for fact in facts("HU", "en"):
        print(fact.topic, fact.text)

``assets/practice/country_table.py`` reads the table; what its names mean stands in
``terms.toml``.
"""

from __future__ import annotations

from game.guide.comparison import ALIKE, APART, SHARED_BY, TELLING, Telling, alike, apart, telling
from game.guide.pages import TOPICS, Fact, facts, samples
from game.guide.pictures import Example, GuidePictures
from game.guide.words import TERMS, shares, table, term, terms

__all__ = [
    "ALIKE", "APART", "SHARED_BY", "TELLING", "TERMS", "TOPICS", "Example", "Fact",
    "GuidePictures", "Telling", "alike", "apart", "facts", "samples", "shares", "table", "telling",
    "term", "terms",
]  # fmt: skip
