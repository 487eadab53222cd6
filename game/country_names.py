"""Names of the 56 countries in the languages of the page, and what people type for them."""

from __future__ import annotations

from functools import cache

from babel import Locale

from model.languages import LANGUAGES, Language

# CLDR's full names of special regions read like officialese in a game.
_SHORT_NAMES: dict[tuple[str, Language], str] = {
    ("HK", "en"): "Hong Kong",
    ("HK", "hu"): "Hongkong",
}

# What people type besides the names of all languages and the ISO codes.
_ALIASES: dict[str, str] = {
    "AE": "UAE, Emirates, EAE, Emírségek, Dubai",
    "CH": "Confoederatio Helvetica, Schweiz, Suisse",
    "CZ": "Czech Republic, Cseh Köztársaság",
    "DE": "Deutschland",
    "ES": "España",
    "GB": "UK, Great Britain, Britain, England, Scotland, Wales, Nagy-Britannia, Anglia, Skócia",
    "GR": "Hellas",
    "HK": "Hong Kong SAR China, Hongkong KKT",
    "IE": "Eire",
    "KR": "Korea, Republic of Korea, Koreai Köztársaság",
    "NL": "Holland, Németalföld",
    "RU": "Russian Federation, Orosz Föderáció",
    "SK": "Slovak Republic, Szlovák Köztársaság",
    "SZ": "Swaziland, eSwatini",
    "TW": "Formosa",
    "US": "USA, America, United States of America, Amerika, Amerikai Egyesült Államok",
    "ZA": "RSA, Dél-Afrika",
}


@cache
def name(code: str, language: Language) -> str:
    """The country's name in this language, as Unicode's CLDR has it."""
    return _SHORT_NAMES.get((code, language)) or str(Locale(language).territories[code])


@cache
def search_terms(code: str) -> tuple[str, ...]:
    """Every text that the page's search finds this country by: names, code, aliases."""
    names = [name(code, language) for language in LANGUAGES]
    aliases = _ALIASES[code].split(", ") if code in _ALIASES else []
    return (*dict.fromkeys(names), code, *aliases)
