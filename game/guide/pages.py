"""Everything that the table says of a country, topic by topic, in whole sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel import Locale

from assets.practice.country_table import NEW_LINE, Country
from game.guide.words import (
    cell,
    either,
    join,
    mixture,
    section_of,
    sentence,
    table,
    term,
    terms,
)
from model.languages import Language

TOPICS = (
    "driving lines road bollards poles rails signs plates writing buildings fences plants land "
    "camera"
).split()

LOW_CAMERA_M = 2.3

_USUAL = {
    "across_line": "white_zebra",
    "give_way_sign": "white",
    "crossing_sign": "none",
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
        "stop_sign", "give_way_sign", "crossing_sign", "sign_post", "sign_back",
    ),
    "writing": ("languages", "scripts"),
    "buildings": ("form", "wall", "roof"),
    "fences": ("fence",),
    "plants": ("tree",),
    "land": ("terrain", "soil", "climate"),
}  # fmt: skip
"""The columns that a topic tells of, a sentence each."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One topic of ``TOPICS``, and what there is to say about it: whole sentences."""

    topic: str
    text: str


def facts(code: str, language: Language) -> list[Fact]:
    """Everything that the table says of a country, in the order of ``TOPICS``."""
    row = table()[code]
    return [Fact(topic, text) for topic in TOPICS if (text := _text(topic, row, language))]


def _text(topic: str, row: Country, language: Language) -> str:
    """The sentences of one topic; empty if there is nothing to say."""
    if topic == "plates":
        sentences = _plate_sentences(row, language)
    elif topic == "camera":
        said = "; ".join(_camera(row, language))
        sentences = [sentence("plain", language, said=said)] if said else []
    else:
        sentences = [
            _column_sentence(column, row, language)
            for column in _SENTENCES[topic]
            if set(cell(row, column)) != {_USUAL.get(column)}
        ]
    return " ".join(sentences)


def _column_sentence(column: str, row: Country, language: Language) -> str:
    """What there is to say of one column."""
    if column == "languages":
        said = ", ".join(_language(name, language) for name in row.languages)
    else:
        said = mixture(section_of(column), cell(row, column), language)
    said = _guessed(said, column, row, language)
    kind = column if column in terms()["sentence"] else "plain"
    return sentence(kind, language, said=said)


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
        text = join(list(dict.fromkeys(texts)), either(language))
        sentences.append(sentence(kind, language, front=front, rear=rear, text=text))
    return [*sentences, sentence("plate_pattern", language)]


def _language(name: str, language: Language) -> str:
    return str(Locale(language).languages[name.replace("-", "_")])


def _guessed(said: str, column: str, row: Country, language: Language) -> str:
    """What is said of a column, marked if it is a guess."""
    if not row.is_guess(column) or column in _COARSE:
        return said
    return term("sentence", "guess", language).format(said=said)


def _camera(row: Country, language: Language) -> list[str]:
    """What the street-view camera and its car have that others have not."""
    names = {}
    if row.camera_height_m < LOW_CAMERA_M:
        names["camera_height_m"] = "low"
    if row.blurred_bottom:
        names["blurred_bottom"] = "blurred_bottom"
    for column in ("car_seen", "car_colour"):
        if getattr(row, column) != "none":
            names[column] = getattr(row, column)
    return [
        _guessed(term("camera", name, language), column, row, language)
        for column, name in names.items()
    ]


def samples(code: str) -> dict[str, Any]:
    """Words of shops and places, and the language that they are in, if it is one."""
    row = table()[code]
    language = row.languages[0] if len(row.languages) == 1 else ""
    seconds = row.second_names
    towns = [f"{town} ({seconds[town]})" if town in seconds else town for town in row.towns]
    return {"words": row.words, "towns": towns, "language": language}
