"""Every text of the page, a file for each language; ``{name}`` stands for what is filled in.

The limits of photos are filled in here, all else by the page.
"""

from __future__ import annotations

import string
import sys
from pathlib import Path

from babel.lists import format_list

from model.cue_table import CUES
from model.languages import LANGUAGES, Language
from model.photo_limits import BYTES_MAX, FORMATS, PIXELS_MAX

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read_texts(folder: Path) -> dict[Language, dict[str, str]]:
    """The texts by language and key.

    Raises:
        ValueError: the files differ in their keys, or a text in what is to be filled in.
    """
    texts: dict[Language, dict[str, str]] = {}
    for language in LANGUAGES:
        file = folder / f"{language}.toml"
        read = tomllib.loads(file.read_text(encoding="utf-8"))
        cues = {f"cue_{cue.name}": cue.text(language) for cue in CUES.values()}
        the_cues = {f"the_{cue.name}": cue.definite(language) for cue in CUES.values()}
        texts[language] = _with_limits(read, language) | cues | the_cues
        first = texts[LANGUAGES[0]]
        for key in first.keys() | read.keys():
            if _fields(first.get(key)) != _fields(texts[language].get(key)):
                raise ValueError(f"{file}: {key} must say the same as in {LANGUAGES[0]}.toml")
    return texts


def _with_limits(texts: dict[str, str], language: Language) -> dict[str, str]:
    """The texts with what visitors may hand in."""
    locale = "en_GB" if language == "en" else language  # no comma before "or"
    filled = {
        "{photo_formats}": format_list(list(FORMATS), "or", locale),
        "{photo_mb}": str(BYTES_MAX // 2**20),
        "{photo_megapixels}": str(PIXELS_MAX // 2**20),
    }
    for field, value in filled.items():
        texts = {key: text.replace(field, value) for key, text in texts.items()}
    return texts


def _fields(text: str | None) -> set[str] | None:
    """What is to be filled in; ``None`` if there is no text."""
    if text is None:
        return None
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


TEXTS = read_texts(Path(__file__).parent)
