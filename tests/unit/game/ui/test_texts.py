"""The texts of the page: both languages, all keys, careful words."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from game import country_names
from game.ui.texts import TEXTS, read_texts
from model.cue_table import CUES
from model.geography import COUNTRY_CODES
from model.languages import LANGUAGES
from model.photo_limits import BYTES_MAX, FORMATS
from tests.conftest import ROOT


def test_both_languages_say_the_same_things() -> None:
    fields = {
        language: {
            key: {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for key, text in texts.items()
        }
        for language, texts in TEXTS.items()
    }
    assert set(TEXTS) == set(LANGUAGES)
    assert fields["en"] == fields["hu"]
    assert all(text.strip() for texts in TEXTS.values() for text in texts.values())


def test_names_that_want_an_article_have_one_inside_a_sentence() -> None:
    wanted = {"en": r"United |Netherlands", "hu": r"Egyesült |.* Köztársaság"}
    for language, texts in TEXTS.items():
        articles = dict(pair.split() for pair in texts["articles"].split(", "))
        names = {code: country_names.name(code, language) for code in COUNTRY_CODES}
        assert set(articles) == {c for c, name in names.items() if re.match(wanted[language], name)}
        for code, article in articles.items():
            assert article == (
                "the" if language == "en" else "az" if names[code][0] == "E" else "a"
            )
        assert not any(re.search(r"(^|[.!?] )\{the_", text) for text in texts.values())


@pytest.mark.parametrize("hungarian", ["", 'a = "{n}"\nb = "x"', 'a = "{m}"'])
def test_languages_that_say_different_things_are_an_error(hungarian: str, tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('a = "{n} of them"')
    (tmp_path / "hu.toml").write_text(hungarian)
    with pytest.raises(ValueError, match=r"hu\.toml: [ab] must say the same as in en\.toml"):
        read_texts(tmp_path)
    (tmp_path / "hu.toml").write_text('a = "{n} darab"')
    assert read_texts(tmp_path)["hu"]["a"] == "{n} darab"


def test_what_photos_may_be_is_said_in_full() -> None:
    for language, last in (("en", "HEIC or GIF"), ("hu", "HEIC vagy GIF")):
        texts = TEXTS[language]
        for key in ("photo_limits", "photo_format"):
            assert all(name in texts[key] for name in FORMATS)
            assert last in texts[key]
        assert f"{BYTES_MAX // 2**20} MB" in texts["photo_bytes"]
        assert not any("{photo_" in text for text in texts.values())


def test_texts_speak_of_highlights_not_of_causes() -> None:
    for texts in TEXTS.values():
        said = " ".join(texts.values()).lower()
        assert not re.search(r"\bbecause\b|\bmert\b|\bmivel a\b", said)


def test_the_page_tries_again_in_one_word_of_hungarian() -> None:
    said = " ".join(TEXTS["hu"].values())
    assert "jrapróbál" in said
    assert not re.search(r"[Úú]jra próbál(?!d)", said)


def test_every_text_that_the_page_asks_for_exists() -> None:
    static = ROOT / "game" / "ui" / "static"
    asked = set(re.findall(r'data-t(?:-\w+)?="(\w+)"', (static / "page.html").read_text()))
    for script in static.glob("*.js"):
        asked |= set(re.findall(r'G\.(?:text|status)\("(\w+)"', script.read_text()))
    assert len(asked) > 60
    assert asked <= set(TEXTS["en"])


def test_every_cue_of_the_practice_world_has_a_name_in_both_languages() -> None:
    for language in LANGUAGES:
        names = [TEXTS[language][f"cue_{cue}"] for cue in CUES]
        assert len(set(names)) == len(CUES)
