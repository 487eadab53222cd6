"""What the page's search finds for what people type, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from game import country_names
from model.geography import COUNTRY_CODES
from model.languages import LANGUAGES
from tests.browser.conftest import Player

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]

ANSWERS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("search_answers.json").read_text(encoding="utf-8")
)
"""For each typed text the codes that are found, best first: in English, in Hungarian."""


def find(player: Player, typed: list[str]) -> list[list[str]]:
    found = player.page.evaluate("texts => texts.map((text) => GeoDuel.search.find(text))", typed)
    return [list(codes) for codes in found]


@pytest.fixture(params=LANGUAGES)
def player(request: pytest.FixtureRequest, fakes_port: int, visit: Visit) -> Player:
    """A visitor whose page is in one of the languages."""
    opened = visit(fakes_port)
    opened.page.check(f"#language input[value={request.param}]")
    opened.language = request.param
    return opened


def test_it_finds_what_is_expected(player: Player) -> None:
    found = find(player, list(ANSWERS))
    number = LANGUAGES.index(player.language)
    expected = [answers[number].split() for answers in ANSWERS.values()]
    wrong = {
        text: (codes, wanted)
        for text, codes, wanted in zip(ANSWERS, found, expected, strict=True)
        if codes != wanted
    }
    assert wrong == {}


def test_every_name_and_code_finds_its_country_first(player: Player) -> None:
    for code in COUNTRY_CODES:
        names = [country_names.name(code, language) for language in LANGUAGES]
        firsts = [codes[0] for codes in find(player, [code, code.lower(), *names])]
        assert set(firsts) == {code}


def test_it_takes_anything(player: Player) -> None:
    odd = ["", " ", "\x00", "\ud800", "😀", "(", "\\\\", "a" * 80, "ß", "İ", "-", "\u0301", "Å" * 9]
    for codes in find(player, odd):
        assert len(codes) == len(set(codes)) <= 56
        assert set(codes) <= set(COUNTRY_CODES)
