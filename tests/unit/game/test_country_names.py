"""Names of the 56; what the page finds by them stands in tests/browser/test_search.py."""

from __future__ import annotations

import pytest

from game import country_names
from model.geography import COUNTRY_CODES
from model.languages import LANGUAGES, Language
from tests.unit.game.hints import without_accents


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_has_a_name_of_its_own(language: Language) -> None:
    names = [country_names.name(code, language) for code in COUNTRY_CODES]
    assert len(set(names)) == 56
    assert all(name and not name.isupper() for name in names)


def test_a_search_term_means_one_country_only() -> None:
    owner: dict[str, str] = {}
    for code in COUNTRY_CODES:
        terms = country_names.search_terms(code)
        assert {code, *(country_names.name(code, language) for language in LANGUAGES)} <= set(terms)
        for term in terms:
            assert term == term.strip() != ""
            assert owner.setdefault(without_accents(term), code) == code, term
