"""What would give a country away in a text."""

from __future__ import annotations

import re

from game import country_names


def hints(text: str, code: str) -> list[str]:
    """The country's code as a word of its own, or its name in any language, as far as it occurs."""
    names = [country_names.name(code, language) for language in country_names.LANGUAGES]
    words = dict.fromkeys([code, *names, *map(country_names.fold, names)])
    return [w for w in words if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text)]
