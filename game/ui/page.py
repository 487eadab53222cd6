"""The page: one gr.HTML that is the whole game, with markup, style and behaviour in ``static/``.

Gradio serves it; ``events.py`` takes what it asks to the handlers in ``handlers.py``. What is shown
does not wait for Gradio's frontend: see ``first_paint.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from game import country_names
from game.games import Games
from game.guide import GuidePictures
from game.limits import Allowance
from game.players import PER_ADDRESS_MAX
from game.ports import Opponent
from game.records import ROUNDS_OF_ADDRESS
from game.ui.events import PLACE_PATIENCE_S, EventKind, Events
from game.ui.first_paint import FirstPaint
from game.ui.handlers import GameHandlers, ReadPhoto, guide_handler, photo_handler
from game.ui.question_handlers import QuestionHandlers
from game.ui.texts import TEXTS
from model import colour_map, geography
from model.languages import LANGUAGES
from model.levels import LEVELS, Accuracy, Level
from model.photo_limits import BYTES_MAX, WAIT_S, WALL_S

STATIC = Path(__file__).parent / "static"
WORLD = Path(__file__).resolve().parents[2] / "assets" / "map" / "world.svg"
SCRIPTS = (
    "core connection names search map_labels map_taps map_size map view zoom judge heat why scene "
    "lines level reveal lesson leave end statistics photo field_guide shell first_paint game"
).split()
"""In the order in which the page needs them."""

STYLES = "base connection round map reveal end guide photo".split()
"""One style sheet for each room of the page; later ones may refine earlier ones."""

PHOTOS_AT_ONCE = 2

PHOTO_PATIENCE_S = 2 * PLACE_PATIENCE_S + WAIT_S + WALL_S + 20
"""How long the page waits for the answer to a photo that has arrived: for its turns to be read and
answered, the worst that its reader may take, and time for the net on a busy machine."""

STEPS = Allowance(burst=4 * PER_ADDRESS_MAX, per_minute=3 * ROUNDS_OF_ADDRESS.per_minute)
"""Of one address with as many players as may be, who all begin at once: two steps a round, and as
many again as now and then begin a game, or are asked for again."""

LOOKS = Allowance(burst=200, per_minute=600)
"""What costs next to nothing: the field guide, maps that are still being tested."""

QUESTIONS = Allowance(burst=400, per_minute=1200)
"""What costs a forward pass, behind all others; a player's own pace is in ``question_handlers``."""

PHOTOS = Allowance(burst=10, per_minute=10)


class GamePage(gr.Blocks):
    """A page that knows where its scripts find the game, and what it shows first.

    Args:
        events: what the scripts may ask.
        first_paint: its style, scripts and markup.
    """

    def __init__(self, events: Events, first_paint: FirstPaint) -> None:
        super().__init__(title="GeoDuel", analytics_enabled=False, fill_width=True)
        self.game_events = events
        self.first_paint = first_paint


def build_page(
    games: Games,
    opponent: Opponent,
    *,
    read_photo: ReadPhoto,
    guide_pictures: GuidePictures | None = None,
    measured: Mapping[Level, Accuracy] | None = None,
    behind_proxy: bool = False,
) -> GamePage:
    """The page of the game; ``server.serve`` serves it.

    Args:
        games: all that are being played.
        opponent: looks at visitors' photos; normally the one who plays.
        read_photo: reads a visitor's file.
        guide_pictures: the pictures of the field guide; without one it has facts only.
        measured: how often each level of the opponent is right on such pictures, if that is known.
        behind_proxy: whether visitors come through proxies that name them by ``X-Forwarded-For``.
    """
    handlers = GameHandlers(games)
    asked = QuestionHandlers(games)
    world = WORLD.read_text(encoding="utf-8")
    # A kind more: its handler here, and `G.connection.ask("its name", {...})` in a script.
    kinds = {
        "open": EventKind(handlers.open, STEPS),
        "begin": EventKind(handlers.begin, STEPS),
        "guess": EventKind(handlers.guess, STEPS),
        "next": EventKind(handlers.next, STEPS),
        "replay": EventKind(handlers.replay, STEPS),
        "evidence": EventKind(handlers.evidence, LOOKS),
        "cover": EventKind(asked.cover, QUESTIONS),
        "contrast": EventKind(asked.contrast, QUESTIONS),
        "queue": EventKind(handlers.queue, LOOKS),
        "leave": EventKind(handlers.leave, LOOKS),
        "map": EventKind(lambda _: {"world": world}, LOOKS),
        "guide": EventKind(guide_handler(guide_pictures), LOOKS),
        "photo": EventKind(
            photo_handler(opponent, read_photo, games.in_play, games.questions),
            PHOTOS,
            bytes_max=BYTES_MAX * 4 // 3 + 1000,  # in base64
            at_once=PHOTOS_AT_ONCE,
        ),
    }
    facts = {
        "rendered": games.rendered,
        "counts": games.counts,
        "measured": {
            level: {"top1": one.top1, "n": one.n} for level, one in (measured or {}).items()
        },
    }
    events = Events(kinds, behind_proxy=behind_proxy)
    page = GamePage(events, _first_paint(facts))
    with page:
        gr.HTML(
            html_template="",
            js_on_load="GeoDuel.firstPaint.adopt(element);",
            apply_default_css=False,
            elem_id="geoduel",
        )
    return page


def _first_paint(facts: Mapping[str, Any]) -> FirstPaint:
    heat = f".gd {{ --heat: {colour_map.css_gradient()}; }}\n"
    scripts = _without_comments("\n".join(_static(f"{name}.js") for name in SCRIPTS))
    return FirstPaint(
        style=heat + "\n".join(_static(f"{name}.css") for name in STYLES),
        script=f"window.GeoDuel = {{data: {_page_data(facts)}}};\n{scripts}",
        markup=_static("page.html"),
    )


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _without_comments(scripts: str) -> str:
    """Scripts without indentation and lines of comment: six kilobytes less, compressed."""
    return re.sub(r"(?m)^ *//.*\n|^ +", "", scripts)


def _page_data(facts: Mapping[str, Any]) -> str:
    """The 56 countries, the names of all others, the map's boxes and the texts.

    Args:
        facts: about what is played, such as whether its pictures are rendered.

    Returns:
        JSON that is safe within a script.
    """
    data = {
        "facts": facts,
        "countries": {
            code: {
                **{language: country_names.name(code, language) for language in LANGUAGES},
                "terms": country_names.search_terms(code),
                "map": country.map_point,
                "region": country.region,
            }
            for code, country in geography.countries().items()
        },
        "elsewhere": country_names.elsewhere(),
        "boxes": geography.map_boxes(),
        "levels": LEVELS,
        "photoBytesMax": BYTES_MAX,
        "photoPatienceMs": round(PHOTO_PATIENCE_S * 1000),
        "texts": TEXTS,
    }
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
