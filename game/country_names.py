"""Names of the 56 countries in the languages of the page, and a forgiving search."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Literal, get_args

from babel import Locale

from model.geography import COUNTRY_CODES, is_country

Language = Literal["en", "hu"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# CLDR's full names of special regions read like officialese in a game.
_SHORT_NAMES: dict[tuple[str, Language], str] = {
    ("HK", "en"): "Hong Kong",
    ("HK", "hu"): "Hongkong",
}

# What people type besides the names of both languages and the ISO codes; folded like every key.
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


def by_name(language: Language) -> list[str]:
    """All codes in the order of their names; accents do not push a name to the end."""
    return sorted(COUNTRY_CODES, key=lambda code: fold(name(code, language)))


def fold(text: str) -> str:
    """Lower case without accents, punctuation or doubled spaces, for comparing what people type."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


@cache
def search_keys(code: str) -> tuple[str, ...]:
    """Every folded text that finds this country: names in all languages, code, aliases."""
    names = [name(code, language) for language in LANGUAGES]
    aliases = _ALIASES.get(code, "").split(",")
    return tuple(dict.fromkeys(filter(None, map(fold, (*names, code, *aliases)))))


def search(text: str, language: Language, limit: int = 8) -> list[str]:
    """The countries that a player may mean, likeliest first; all of them for an empty text.

    Exact keys come before prefixes, prefixes of a name before those of a later word, then any
    part of a word, then keys within a small edit distance. The page's script ranks the same way.
    """
    wanted = fold(text)
    codes = by_name(language)
    if not wanted:
        return codes[:limit]
    ranked = [(rank, i, code) for i, code in enumerate(codes) if (rank := _rank(wanted, code)) < 9]
    ranked.sort()
    if ranked and ranked[0][0] < 4:  # a typo only counts where nothing matches as typed
        ranked = [entry for entry in ranked if entry[0] < 4]
    return [code for _, _, code in ranked[:limit]]


def resolve(text: object, language: Language) -> str | None:
    """The one country meant by a code or by free text; ``None`` if there is none."""
    if not isinstance(text, str) or len(text) > 60:
        return None
    if is_country(text):
        return text
    found = search(text, language, limit=1) if fold(text) else []
    return found[0] if found else None


def _rank(wanted: str, code: str) -> int:
    """0 exact, 1 prefix, 2 prefix of a later word, 3 inside, 4.. 1 + typos, 9 no match."""
    keys = search_keys(code)
    if wanted in keys:
        return 0
    if any(key.startswith(wanted) for key in keys):
        return 1
    if any(f" {wanted}" in key for key in keys):
        return 2
    if len(wanted) >= 3 and any(wanted in key for key in keys):
        return 3
    allowed = 0 if len(wanted) < 4 else 1 if len(wanted) < 7 else 2
    typos = min(edits(wanted, key[: len(wanted) + 1]) for key in keys if len(key) > 3)
    return 3 + typos if typos <= allowed else 9


def edits(a: Sequence[str], b: Sequence[str]) -> int:
    """Edits from ``a`` to ``b``: letters put in, left out, replaced, or swapped with the next.

    The optimal string alignment distance; ``b`` may run one letter past ``a`` for free, so that a
    text still being typed is compared with the beginning of a name.
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        last, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            step = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                step = min(step, last[j - 2] + 1)
            row.append(step)
    return min(row[-2:])
