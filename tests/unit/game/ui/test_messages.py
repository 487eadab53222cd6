"""What leaves the server: no truth before the guess, and always JSON."""

from __future__ import annotations

import base64
import io
import json

from PIL import Image

from game.games import Games
from game.ui import messages
from game.ui.handlers import Event, photo_handler
from model.photo_limits import BYTES_MAX
from tests.browser.serve_fakes import read_photo
from tests.fakes import FakeOpponent
from tests.unit.game.hints import hints
from tests.unit.game.playing import play, questions, truth


def test_nothing_of_the_truth_leaves_before_the_guess(games: Games) -> None:
    for view in play(games, "a"):
        if view.session.phase != "guess":
            continue
        message = messages.game_message(view)
        earlier = message.pop("history")
        picture = message.pop("picture")
        assert hints(json.dumps(message, ensure_ascii=False), truth(view)) == []
        assert "heat" not in message
        assert len(earlier) == view.session.number - 1
        raw = base64.b64decode(picture.split(",")[1])
        with Image.open(io.BytesIO(raw)) as opened:
            assert not opened.getexif()
            assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert view.session.current is not None
        assert view.session.current.place.key.encode() not in raw


def test_a_revealed_message_is_json(games: Games) -> None:
    view = games.start("a", "distance")
    message = messages.game_message(games.guess("a", view.ticket, "HU"))
    assert json.loads(json.dumps(message)) == message
    assert message["history"][0]["top"][0][0] == message["history"][0]["model"]["country"]
    assert message["scores"]["human"] == message["history"][0]["human"]["points"]


def test_photo_handler_answers_everything_with_one_message() -> None:
    def ask(data: dict[str, object], *, failing: bool = False) -> messages.Message:
        opponent = FakeOpponent(failing=failing)
        look = photo_handler(opponent, read_photo, lambda _: False, questions(opponent))
        answer = look(Event("a", data=data))
        assert answer is not None
        return answer

    stream = io.BytesIO()
    Image.new("RGB", (64, 40), (10, 200, 90)).save(stream, "PNG")
    good = base64.b64encode(stream.getvalue()).decode()
    answer = ask({"data": good})
    assert len(answer["top"]) == 5
    *maps, contrast = answer["heat"]
    first, second = (country for country, _ in answer["top"][:2])
    assert [layer["roles"] for layer in maps] == [["model"], ["other"], ["other"]]
    assert (contrast["country"], contrast["against"]) == (first, second)
    for nonsense in ({}, {"data": 5}, {"data": ""}, {"data": "ß"}, {"data": "aGVsbG8="}):
        assert ask(nonsense)["problem"] in {"photo_damaged", "photo_empty", "photo_format"}
    assert ask({"data": "A" * (BYTES_MAX * 2)})["problem"] == "photo_bytes"
    assert ask({"data": good}, failing=True)["problem"] == "photo_failed"
