"""What would give a country away in a text."""

from __future__ import annotations

import re
import unicodedata

from game import country_names
from model.languages import LANGUAGES


def without_accents(text: str) -> str:
    """In lower case, with what is neither letter nor digit as single spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def hints(text: str, code: str) -> list[str]:
    """The country's code as a word of its own, or its name in any language, as far as it occurs."""
    names = [country_names.name(code, language) for language in LANGUAGES]
    words = dict.fromkeys([code, *names, *map(without_accents, names)])
    return [w for w in words if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text)]
