"""The languages of the page, shared by texts, names of countries and names of cues. Torch-free."""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["en", "hu"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""In the order in which terms of the field guide list their words."""
