"""Flags as the page gets them, out of ``assets/flags``."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

FLAGS = Path(__file__).resolve().parents[2] / "assets" / "flags"


@cache
def flag_uri(code: str) -> str:
    """The round flag of one of the 56 countries as the data URI of an SVG picture."""
    svg = (FLAGS / f"{code.lower()}.svg").read_bytes()
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
