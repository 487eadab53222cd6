"""The page: one gr.HTML that is the whole game, and the handlers behind its events.

Gradio carries events to the server and messages back; markup, style and behaviour of the page lie
in ``static/``. A seat is a browser tab (``request.session_hash``): nothing of a game is in
``gr.State``, which would be copied, nor in the page before its time.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from game import country_names
from game.games import Table
from game.guide import GuidePictures
from game.ports import Opponent
from game.rules.rounds import MODES, Mode
from game.ui import messages
from game.ui.guide_messages import GuideDesk
from game.ui.texts import TEXTS
from model import geography
from model.errors import DataError, PictureError
from model.geography import COUNTRY_CODES

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
WORLD = Path(__file__).resolve().parents[2] / "assets" / "map" / "world.svg"
SCRIPTS = tuple(
    f"{name}.js" for name in "core search map zoom heat reveal statistics photo guide game".split()
)

PHOTO_BYTES_MAX = 20 * 1024 * 1024
PHOTOS_AT_ONCE = 2

FONTS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")

ReadPhoto = Callable[[bytes, str], Image.Image]
"""Turns the bytes of a file (and a name for messages) into an RGB picture of bare pixels, or raises
:class:`model.types.PictureError`."""


def build_page(
    table: Table,
    opponent: Opponent,
    *,
    read_photo: ReadPhoto,
    guide_pictures: GuidePictures | None = None,
) -> gr.Blocks:
    """The page of the game; launch it with :func:`launch_options`.

    Args:
        table: the games.
        opponent: looks at visitors' photos; normally the one who plays at the table.
        read_photo: reads a visitor's file.
        guide_pictures: the pictures of the field guide; without one it has facts only.
    """
    page = gr.Blocks(title="GeoDuel", analytics_enabled=False, fill_width=True)
    with page:
        game = gr.HTML(
            html_template=_markup(),
            # Gradio offers an event to Python only if its name stands in this text.
            js_on_load="GeoDuel.mount(element, props, watch, trigger);"
            "/* 'begin' 'guess' 'next' 'replay' 'tried' 'photo' 'guide' */",
            apply_default_css=False,
            elem_id="geoduel",
            facts={
                "rendered": table.rendered,
                "places": table.places_count,
                "counts": table.counts,
            },
        )
        photo = gr.HTML(
            html_template="<span></span>",
            js_on_load="GeoDuel.photo.listen(props, watch);",
            visible="hidden",
        )
        tried = gr.HTML(
            html_template="<span></span>",
            js_on_load="GeoDuel.tried.listen(props, watch);",
            visible="hidden",
        )
        study = gr.HTML(
            html_template="<span></span>",
            js_on_load="GeoDuel.guide.listen(props, watch);",
            visible="hidden",
        )
        _wire_game(page, game, table)
        game.guide(
            _guide_handler(GuideDesk(guide_pictures)),
            outputs=study,
            # "once" would drop a country that is chosen while another is on its way.
            trigger_mode="multiple",
            show_progress="hidden",
            concurrency_limit=1,
            api_visibility="private",
        )
        game.tried(
            _tried_handler(table),
            outputs=tried,
            show_progress="hidden",
            concurrency_limit=None,
            api_visibility="private",
        )
        game.photo(
            _photo_handler(opponent, read_photo),
            outputs=photo,
            show_progress="hidden",
            concurrency_limit=PHOTOS_AT_ONCE,
            concurrency_id="photo",
            api_visibility="private",
        )
    return page


def launch_options() -> dict[str, Any]:
    """What ``launch()`` needs besides the address: in Gradio 6 style and scripts belong there."""
    scripts = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return {
        "theme": gr.themes.Base(font=FONTS, font_mono=("ui-monospace", "monospace")),
        "css": (STATIC / "style.css").read_text(encoding="utf-8"),
        "head": f"<script>window.GeoDuel = {{data: {_page_data()}}};\n{scripts}</script>",
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "max_file_size": 1,  # photos come inside events: nobody has a reason to leave a file here
    }


def _markup() -> str:
    page = (STATIC / "page.html").read_text(encoding="utf-8")
    return page.replace("<!-- WORLD -->", WORLD.read_text(encoding="utf-8"))


def _page_data() -> str:
    """All 56 countries, the boxes of the map and the texts, as JSON that is safe in a script."""
    data = {
        "countries": {
            code: {
                **{
                    language: country_names.name(code, language)
                    for language in country_names.LANGUAGES
                },
                "keys": country_names.search_keys(code),
                "map": geography.countries()[code].map_point,
            }
            for code in COUNTRY_CODES
        },
        "boxes": geography.map_boxes(),
        "texts": TEXTS,
    }
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


def _wire_game(page: gr.Blocks, game: gr.HTML, table: Table) -> None:
    """Connect the events of the game with the table."""

    def begin(event: gr.EventData, request: gr.Request) -> messages.Message:
        mode = _field(event, "mode")
        return _start(table, request, mode if mode in MODES else "country")

    def load(request: gr.Request) -> messages.Message:
        return _start(table, request, "country")

    def guess(event: gr.EventData, request: gr.Request) -> messages.Message:
        view = table.guess(_seat(request), _text(event, "step"), _field(event, "country"))
        return messages.game_message(view)

    def following(event: gr.EventData, request: gr.Request) -> messages.Message:
        try:
            view = table.next(_seat(request), _text(event, "step"))
        except DataError as error:
            return messages.problem_message("problem_data", str(error))
        return messages.game_message(view)

    def replay(event: gr.EventData, request: gr.Request) -> messages.Message:
        seat = _seat(request)
        view = table.view(seat)
        try:
            shown = table.replay(seat, _field(event, "round"))
        except PictureError as error:
            log.warning("no replay: %s", error)
            return messages.problem_message("problem_replay")
        if view is None or shown is None:
            return _start(table, request, "country")
        return messages.replay_message(view, shown)

    def leave(request: gr.Request) -> None:
        table.leave(_seat(request))

    # No limit: handlers only wait for the opponent, whose own executor sets the pace.
    options: dict[str, Any] = {
        "outputs": game,
        "show_progress": "hidden",
        "concurrency_limit": None,
        "api_visibility": "private",
    }
    page.load(load, **options)
    for listener, handler in (
        (game.begin, begin),
        (game.guess, guess),
        (game.next, following),
        (game.replay, replay),
    ):
        listener(handler, **options)
    page.unload(leave)


def _start(table: Table, request: gr.Request, mode: Mode) -> messages.Message:
    try:
        return messages.game_message(table.start(_seat(request), mode))
    except DataError as error:
        return messages.problem_message("problem_data", str(error))


def _tried_handler(table: Table) -> Callable[[gr.EventData, gr.Request], messages.Message | None]:
    """The handler of a page that asks for what has been found out since the reveal."""

    def tried(event: gr.EventData, request: gr.Request) -> messages.Message | None:
        view = table.view(_seat(request))
        return None if view is None else messages.tried_message(view, _field(event, "round"))

    return tried


def _photo_handler(
    opponent: Opponent, read_photo: ReadPhoto
) -> Callable[[gr.EventData], messages.Message]:
    """The handler of a visitor's photo, which never touches a disk."""

    def look(event: gr.EventData) -> messages.Message:
        text = _text(event, "data")
        if len(text) > PHOTO_BYTES_MAX * 4 / 3 + 4:
            return messages.problem_message("photo_too_big")
        try:
            picture = read_photo(base64.b64decode(text, validate=True), "your photo")
        except (PictureError, ValueError):  # ValueError: no base64
            return messages.problem_message("photo_unreadable")
        try:
            return messages.photo_message(picture, opponent.analyse(picture))
        except Exception:  # one visitor's picture must not look like a broken page
            log.exception("the opponent failed on a photo")
            return messages.problem_message("photo_failed")

    return look


def _guide_handler(desk: GuideDesk) -> Callable[[gr.EventData], messages.Message]:
    """The handler that answers with one country of the field guide."""

    def study(event: gr.EventData) -> messages.Message:
        country = _field(event, "country")
        return desk.message(country) if geography.is_country(country) else {}

    return study


def _seat(request: gr.Request) -> str:
    """The key of the caller's seat: random, made by the browser's tab, known to it alone."""
    if not request.session_hash:
        raise gr.Error("no session")
    return str(request.session_hash)


def _field(event: gr.EventData, name: str) -> object:
    """What an event carries under this name; events come from outside and may hold anything."""
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _text(event: gr.EventData, name: str) -> str:
    value = _field(event, name)
    return value if isinstance(value, str) else ""
