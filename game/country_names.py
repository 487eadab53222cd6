"""Names of the 56 countries in the languages of the page, and what people type for them.

The names of all other territories stand here as well: a player who looks for one of them is told
that it is not in the game.
"""

from __future__ import annotations

from functools import cache

from babel import Locale

from model.geography import COUNTRY_INDEX
from model.languages import LANGUAGES, Language

# CLDR's full names of special regions read like officialese in a game.
_SHORT_NAMES: dict[tuple[str, Language], str] = {
    ("HK", "en"): "Hong Kong",
    ("HK", "hu"): "Hongkong",
    ("MO", "en"): "Macao",
    ("MO", "hu"): "Makaó",
    ("MM", "en"): "Myanmar",
}

# What people type besides the names of all languages and the ISO codes.
_ALIASES: dict[str, str] = {
    "AE": "UAE, Emirates, EAE, Emírségek, Dubai",
    "CH": "Confoederatio Helvetica, Schweiz, Suisse",
    "CZ": "Czech Republic, Cseh Köztársaság",
    "DE": "Deutschland",
    "ES": "España",
    "GB": (
        "UK, Great Britain, Britain, England, Scotland, Wales, Northern Ireland, Nagy-Britannia, "
        "Anglia, Skócia, Észak-Írország"
    ),
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

_ALIASES_ELSEWHERE: dict[str, str] = {
    "BA": "Bosnia, Herzegovina, Bosznia",
    "BY": "Belorussia, Fehéroroszország",
    "CD": "DR Congo, DRC, Democratic Republic of the Congo, Zaire, Kongói Demokratikus Köztársaság",
    "CG": "Republic of the Congo, Kongói Köztársaság",
    "CI": "Ivory Coast",
    "CN": "PRC, People's Republic of China, Mainland China, Népi Kína, Kínai Népköztársaság",
    "CV": "Cabo Verde, Zöld-foki-szigetek",
    "IR": "Persia, Perzsia, Islamic Republic of Iran",
    "KP": "DPRK, KNDK",
    "LA": "Lao",
    "MD": "Moldavia, Moldávia",
    "MK": "Macedonia, Macedónia",
    "MM": "Burma",
    "MO": "Macau",
    "PS": "Palestine, Palesztina, Gaza, West Bank, Ciszjordánia, Gáza",
    "TL": "East Timor",
    "TR": "Turkey",
    "VA": "Holy See, Szentszék",
}

_NO_TERRITORIES = frozenset("EU EZ QO UN XA XB ZZ".split())
"""Two letters in CLDR that are unions, groups or tests."""


@cache
def name(code: str, language: Language) -> str:
    """The country's name in this language, as Unicode's CLDR has it."""
    return _SHORT_NAMES.get((code, language)) or str(Locale(language).territories[code])


@cache
def search_terms(code: str) -> tuple[str, ...]:
    """Every text that the page's search finds this country by: names, code, aliases."""
    names = [name(code, language) for language in LANGUAGES]
    return (*dict.fromkeys(names), code, *_aliases(_ALIASES, code))


@cache
def elsewhere() -> dict[str, tuple[str, ...]]:
    """What the territories outside the game are called.

    Returns:
        For each code its names, one in each of ``LANGUAGES``, and then its aliases.
    """
    territories = map(str, Locale(LANGUAGES[0]).territories)
    codes = [code for code in territories if len(code) == 2 and code.isalpha()]
    outside = [code for code in codes if code not in {*COUNTRY_INDEX, *_NO_TERRITORIES}]
    aliases = {code: _aliases(_ALIASES_ELSEWHERE, code) for code in outside}
    return {code: (*(name(code, one) for one in LANGUAGES), *aliases[code]) for code in outside}


def _aliases(table: dict[str, str], code: str) -> list[str]:
    return table[code].split(", ") if code in table else []
