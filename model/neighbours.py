"""Which of the 56 countries touch each other, from the table of the map."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from model.types import COUNTRY_CODES

_MAP_TABLE = Path(__file__).resolve().parents[1] / "assets" / "map" / "countries.json"


@cache
def neighbours() -> dict[str, frozenset[str]]:
    """For each of the 56 codes those that share a land border or a bridge with it.

    Computed from Natural Earth 1:50m by ``assets/map/build_map.py``.
    """
    rows = json.loads(_MAP_TABLE.read_text(encoding="utf-8"))["countries"]
    return {code: frozenset(rows[code]["neighbours"]) for code in COUNTRY_CODES}
