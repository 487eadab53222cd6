"""The route of the page's events: what comes in, what is turned away, what is said."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any, TypeVar

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from game.games import Games
from game.limits import Allowance
from game.players import Players
from game.refusals import RefusedError
from game.rules.rounds import MODES
from game.ui.events import OURS, SMALL_BYTES_MAX, EventKind, Events
from game.ui.handlers import Event, GameHandlers
from game.ui.messages import Message
from game.ui.page import build_page
from game.ui.texts import TEXTS
from model.errors import DataError
from model.levels import USUAL
from model.uploads.limits import REASONS
from tests.browser.serve_fakes import read_photo
from tests.fakes import FakeOpponent
from tests.unit.game.hints import hints
from tests.unit.game.playing import small_source, truth

KEY = "0123456789abcdef" * 2
T = TypeVar("T")


def client(handler: Any, *, behind_proxy: bool = True, **options: Any) -> TestClient:
    kinds = {"look": EventKind(handler, Allowance(3, 1), **options)}
    events = Events(kinds, behind_proxy=behind_proxy, clock_s=lambda: 0.0)
    return TestClient(Starlette(routes=[events.route]))


def echo(event: Event) -> Message:
    return {"address": event.visit.address, "server": event.visit.server, "said": event.data["a"]}


def test_an_event_comes_through() -> None:
    body = {"key": KEY, "server": "abc", "a": [1]}
    headers = {"x-forwarded-for": "9.9.9.9, 1.1.1.1"}
    answer = client(echo).post("/geoduel/look", json=body, headers=headers)
    assert answer.json() == {"address": "1.1.1.1", "server": "abc", "said": [1]}


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{", b"\xff", b"[" * 4000, b'"x"', b"null"),
        *(b'{"key": 5}', b'{"key": "short"}'),
        b'{"key": ' + b"1" * 32 + b"}",
        b'{"key": ["' + KEY.encode() + b'"]}',
    ],
)
def test_what_is_no_event_is_turned_away(body: bytes) -> None:
    answer = client(echo).post("/geoduel/look", content=body)
    assert (answer.status_code, answer.json()["problem"]) == (400, "problem_request")


def test_every_answer_says_that_it_is_ours() -> None:
    asking = client(lambda _: {"a": 1})
    for name, body in (("look", {"key": KEY}), ("look", {}), ("nothing", {"key": KEY})):
        assert OURS.items() <= dict(asking.post(f"/geoduel/{name}", json=body).headers).items()


def test_unknown_names_and_methods() -> None:
    asking = client(echo)
    assert asking.post("/geoduel/other", json={"key": KEY}).status_code == 404
    assert asking.get("/geoduel/look").status_code == 405


def in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    with ThreadPoolExecutor(1) as pool:  # in this one, Playwright's loop may be running
        return pool.submit(asyncio.run, work).result()


def answer_to(parts: Iterator[dict[str, Any]]) -> tuple[int, bytes]:
    """Status and body, for a request whose body comes in these parts, each when it is asked for."""
    scope = {"type": "http", "method": "POST", "path": "/geoduel/look", "headers": []}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(parts)

    async def send(part: Any) -> None:
        sent.append(part)

    in_a_thread(client(echo).app(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def test_no_more_is_read_than_allowed() -> None:
    parts = repeat({"type": "http.request", "body": b"x" * 1024, "more_body": True}, 1000)
    status, body = answer_to(parts)
    assert (status, json.loads(body)["problem"]) == (413, "problem_too_big")
    assert len(list(parts)) == 1000 - SMALL_BYTES_MAX // 1024 - 1
    good = {"key": KEY, "a": "x" * (SMALL_BYTES_MAX - 100)}
    assert client(echo).post("/geoduel/look", json=good).status_code == 200


def test_who_goes_away_in_the_middle_is_no_failure() -> None:
    part = {"type": "http.request", "body": b"{", "more_body": True}
    assert answer_to(iter([part, {"type": "http.disconnect"}])) == (400, b"")


@pytest.mark.parametrize(
    ("error", "status", "problem"),
    [
        (RefusedError("problem_full", 7), 429, "problem_full"),
        (DataError("/srv/secret/path.parquet: cut off"), 500, "problem_data"),
        (RuntimeError("/srv/secret/path.parquet"), 500, "problem_server"),
        (KeyError("/srv/secret"), 500, "problem_server"),
    ],
)
def test_whatever_breaks_is_one_message_without_a_path(
    error: Exception, status: int, problem: str
) -> None:
    def failing(_: Event) -> Message:
        raise error

    answer = client(failing).post("/geoduel/look", json={"key": KEY})
    assert (answer.status_code, answer.json()["problem"]) == (status, problem)
    assert "secret" not in answer.text
    assert problem in TEXTS["en"]


def refused(requests: int, **options: Any) -> tuple[str, float]:
    """What is said to the one request of so many at once for which there is no place."""
    gate = threading.Event()

    def slow(_: Event) -> Message:
        gate.wait(20)
        return {}

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(client(slow, **options).app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as asking:
            asked = [
                asyncio.create_task(asking.post("/geoduel/look", json={"key": KEY}))
                for _ in range(requests)
            ]
            await asyncio.wait(asked, timeout=20, return_when=asyncio.FIRST_COMPLETED)
            gate.set()
            return await asyncio.gather(*asked)

    answers = in_a_thread(ask())
    assert sorted(one.status_code for one in answers) == [200] * (requests - 1) + [429]
    (said,) = (one.json() for one in answers if one.status_code == 429)
    return said["problem"], said["retry_after_s"]


def test_what_waits_has_a_bound_and_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("game.ui.events.THREADS_MAX", 1)
    monkeypatch.setattr("game.ui.events.WAITING_MAX", 1)
    assert refused(3) == ("problem_busy", 5)


def test_who_waits_too_long_for_others_of_the_kind_is_told_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("game.ui.events.PLACE_PATIENCE_S", 0.05)
    assert refused(2, at_once=1) == ("problem_busy", 0.05)


def playing(games: Games) -> TestClient:
    page = build_page(games, FakeOpponent(), read_photo=read_photo)
    return TestClient(Starlette(routes=[page.game_events.route]))


@pytest.mark.parametrize("odd", [None, 7, "x", ["distance"], {}])
def test_what_is_no_mode_and_no_level_begins_the_usual_game(games: Games, odd: object) -> None:
    begun = GameHandlers(games).begin(Event("a", data={"mode": odd, "level": odd}))
    assert (begun["mode"], begun["level"]) == (MODES[0], USUAL)


@pytest.mark.parametrize("odd", [r'"\ud800"', "NaN", "1e999", '"' + "x" * 900 + '"', "[[]]", "77"])
def test_what_is_no_round_is_not_sent_back(games: Games, odd: str) -> None:
    asking = playing(games)
    asking.post("/geoduel/open", json={"key": KEY})
    answer = asking.post("/geoduel/evidence", content=f'{{"key": "{KEY}", "round": {odd}}}')
    assert answer.status_code == 200
    assert answer.json()["number"] is None
    assert answer.json()["evidence"] == []


def test_one_address_is_slowed_down_and_others_are_not() -> None:
    asking = client(echo)

    def ask(address: str) -> int:
        headers = {"x-forwarded-for": address}
        body = {"key": KEY, "a": 1}
        return int(asking.post("/geoduel/look", json=body, headers=headers).status_code)

    assert [ask("1.1.1.1") for _ in range(5)] == [200, 200, 200, 429, 429]
    assert ask("8.8.8.8") == 200


def test_every_reason_of_the_reader_of_photos_has_its_words() -> None:
    for texts in TEXTS.values():
        assert {f"photo_{reason}" for reason in REASONS} <= set(texts)
        limits = texts["photo_limits"]
        assert all(kind in limits for kind in ("JPEG", "PNG", "WebP", "AVIF", "HEIC", "GIF"))


def test_nothing_that_can_be_asked_tells_the_truth_or_the_nets_guess_before_the_guess() -> None:
    games = Games(small_source(), FakeOpponent(), players=Players(lambda: 0.0))
    asking = playing(games)

    def ask(name: str, **data: Any) -> dict[str, Any]:
        answer = asking.post(f"/geoduel/{name}", json={"key": KEY, **data})
        return dict(answer.json())

    opened = ask("open")
    photo = opened["picture"].split(",")[1]
    view = games.view(KEY)
    assert view is not None
    asked = [opened, ask("open"), ask("evidence", round=1), ask("evidence", round=0)]
    asked += [ask("replay", round=number) for number in (0, 1, 2, -1, True, "1", None)]
    asked += [ask("guess", step="old", country="HU"), ask("next", step=opened["step"])]
    asked += [ask("begin", step="old", mode="distance"), ask("photo", data=photo)]
    assert asked[-1]["problem"] == "photo_in_play"
    for answer in asked:
        assert "heat" not in answer
        assert not answer.get("history")
        assert not answer.get("evidence")
        assert "top" not in answer
        answer.pop("picture", None)
        assert hints(json.dumps(answer, ensure_ascii=False), truth(view)) == []
    now = games.view(KEY)
    assert now is not None
    assert now.session == view.session, "none of it has changed the game"
    assert ask("guess", step=opened["step"], country="HU")["history"][0]["truth"] == truth(view)
    assert "top" in ask("photo", data=photo), "after the guess it is answered"
