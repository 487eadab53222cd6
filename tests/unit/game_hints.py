"""What would give a country away in a text."""

from __future__ import annotations

import re

from game import countries


def hints(text: str, code: str) -> list[str]:
    """The country's code as a word of its own, or its name in any language, as far as it occurs."""
    names = [countries.name(code, language) for language in countries.LANGUAGES]
    words = dict.fromkeys([code, *names, *map(countries.fold, names)])
    return [w for w in words if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text)]
