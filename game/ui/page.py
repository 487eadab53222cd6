"""The page: one gr.HTML that is the whole game, with markup, style and behaviour in ``static/``.

Gradio carries events to the server and messages back; the handlers lie in ``handlers.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from game import country_names
from game.games import Games
from game.guide import GuidePictures
from game.ports import Opponent
from game.ui.handlers import (
    PHOTO_BYTES_MAX,
    GameHandlers,
    ReadPhoto,
    guide_handler,
    photo_handler,
)
from game.ui.texts import TEXTS
from model import colour_map, geography
from model.languages import LANGUAGES

STATIC = Path(__file__).parent / "static"
WORLD = Path(__file__).resolve().parents[2] / "assets" / "map" / "world.svg"
SCRIPTS = (
    "core names search map_labels map_taps map_size map view zoom heat reveal statistics photo "
    "field_guide shell game"
).split()
"""In the order in which the page needs them."""

STYLES = "base round map reveal end guide photo".split()
"""One style sheet for each room of the page; later ones may refine earlier ones."""

PHOTOS_AT_ONCE = 2

FONTS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")


def build_page(
    games: Games,
    opponent: Opponent,
    *,
    read_photo: ReadPhoto,
    guide_pictures: GuidePictures | None = None,
) -> gr.Blocks:
    """The page of the game; launch it with :func:`launch_options`.

    Args:
        games: all that are being played.
        opponent: looks at visitors' photos; normally the one who plays.
        read_photo: reads a visitor's file.
        guide_pictures: the pictures of the field guide; without one it has facts only.
    """
    page = gr.Blocks(title="GeoDuel", analytics_enabled=False, fill_width=True)
    with page:
        game = gr.HTML(
            html_template=_markup(),
            # Gradio offers an event to Python only if its name stands in this text.
            js_on_load="GeoDuel.mount(element, props, watch, trigger);"
            "/* 'begin' 'guess' 'next' 'replay' 'evidence' 'photo' 'guide' */",
            apply_default_css=False,
            elem_id="geoduel",
            facts={"rendered": games.rendered, "counts": games.counts},
        )
        handlers = GameHandlers(games)
        # No limit: handlers only wait for the opponent, whose own executor sets the pace.
        options: dict[str, Any] = {
            "show_progress": "hidden",
            "concurrency_limit": None,
            "api_visibility": "private",
        }
        page.load(handlers.load, outputs=game, **options)
        for name in ("begin", "guess", "next", "replay"):
            getattr(game, name)(getattr(handlers, name), outputs=game, **options)
        page.unload(handlers.leave)
        game.evidence(handlers.evidence, outputs=_mailbox("evidence"), **options)
        photo_options = {"concurrency_limit": PHOTOS_AT_ONCE, "concurrency_id": "photo"}
        game.photo(
            photo_handler(opponent, read_photo),
            outputs=_mailbox("photo"),
            **options | photo_options,
        )
        game.guide(
            guide_handler(guide_pictures),
            outputs=_mailbox("guide"),
            # "once" would drop a country that is chosen while another is on its way.
            trigger_mode="multiple",
            **options | {"concurrency_limit": 1},
        )
    return page


def _mailbox(part: str) -> gr.HTML:
    """An unseen element whose values go to a part of the page's scripts, past the game itself."""
    return gr.HTML(
        html_template="<span></span>",
        js_on_load=f"GeoDuel.{part}.listen(props, watch);",
        visible="hidden",
    )


def launch_options() -> dict[str, Any]:
    """What ``launch()`` needs besides the address: in Gradio 6 style and scripts belong there."""
    scripts = "\n".join(_static(f"{name}.js") for name in SCRIPTS)
    heat = f".gd {{ --heat: {colour_map.css_gradient()}; }}\n"
    return {
        "theme": gr.themes.Base(font=FONTS, font_mono=("ui-monospace", "monospace")),
        "css": heat + "\n".join(_static(f"{name}.css") for name in STYLES),
        "head": f"<script>window.GeoDuel = {{data: {_page_data()}}};\n{scripts}</script>",
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "max_file_size": 1,  # photos come inside events: nobody has a reason to leave a file here
    }


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _markup() -> str:
    return _static("page.html").replace("<!-- WORLD -->", WORLD.read_text(encoding="utf-8"))


def _page_data() -> str:
    """The 56 countries, the names of all others, the map's boxes and the texts.

    Returns:
        JSON that is safe within a script.
    """
    data = {
        "countries": {
            code: {
                **{language: country_names.name(code, language) for language in LANGUAGES},
                "terms": country_names.search_terms(code),
                "map": country.map_point,
            }
            for code, country in geography.countries().items()
        },
        "elsewhere": country_names.elsewhere(),
        "boxes": geography.map_boxes(),
        "photoBytesMax": PHOTO_BYTES_MAX,
        "texts": TEXTS,
    }
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
