"""What the page's scripts decide: what a text or a tap means, where a picture lies, who is next."""

from __future__ import annotations

import json
from typing import Any

import pytest

from game import country_names
from model.languages import LANGUAGES
from tests.unit.game.ui.scripting import evaluate


def look(*typed: str, language: str = "en") -> dict[str, dict[str, Any]]:
    """What each of these texts finds."""
    texts = json.dumps(typed)
    chosen = f"(G.state.language = '{language}') && "
    found = evaluate(["names"], f"{chosen}{texts}.map((text) => G.names.look(text))")
    return dict(zip(typed, found, strict=True))


def test_a_country_outside_the_game_is_called_so_and_no_other_is_taken() -> None:
    for language in LANGUAGES:
        names = country_names.elsewhere().values()
        found = look(*(name for own in names for name in own), language=language)
        assert len(found) > 250
        for own in names:
            shown = own[LANGUAGES.index(language)]
            for name in own:
                answer = found[name]
                assert (answer["likely"], answer["sure"]) == (None, None), name
                assert shown in answer["elsewhere"], name


@pytest.mark.parametrize(
    ("typed", "likely"),
    {
        "Austr": "AU",
        "Autsria": None,
        "Chin": None,
        "Irna": None,
        "Inda": None,
        "Nor": "NO",
        "Northern Ireland": "GB",
        "Korea": "KR",
        "ireland": "IE",
        "Slovkia": "SK",
        "Swizerland": "CH",
        "guinea": None,
        "hong": "HK",
    }.items(),
)
def test_what_enter_takes(typed: str, likely: str | None) -> None:
    for language in LANGUAGES:
        answer = look(typed, language=language)[typed]
        assert answer["likely"] == likely
        assert likely is not None or answer["elsewhere"]


def test_a_tap_between_countries_offers_them_and_a_plain_one_does_not() -> None:
    near = {
        "[['FR', 0], ['BE', 12]]": ["FR"],
        "[['FR', 0], ['BE', 6], ['NL', 12], ['DE', 30]]": ["FR", "BE", "NL"],
        "[['SZ', 11]]": ["SZ"],
        "[['LV', 10], ['EE', 10], ['LT', 13]]": ["LV", "EE", "LT"],
        "[['NZ', 40]]": [],
        "[]": [],
    }
    for distances, meant in near.items():
        assert evaluate(["map_taps"], f"G.meant({distances}, true)") == meant
        assert evaluate(["map_taps"], f"G.meant({distances}, false)") == meant[:1]


def test_names_on_the_map_never_overlap_and_the_marked_one_comes_first() -> None:
    names = [
        {"code": code, "x": 60 + 9 * i, "y": 40 + 3 * i, "size": 40 + i, "wide": 50}
        for i, code in enumerate(["AT", "BE", "DE", "FR", "NL", "PL"])
    ]
    wanted = json.dumps([*names, {"code": "RU", "x": 5, "y": 5, "size": 999, "wide": 80}])
    for marked in ([], ["BE"]):
        shown = evaluate(["map_labels"], f"G.placeNames({wanted}, [300, 200], {marked})")
        assert shown[0]["code"] == (marked[0] if marked else "PL")
        assert "RU" not in {name["code"] for name in shown}, "it would be cut off"
        for one in shown:
            for other in shown:
                apart = (
                    abs(one["left"] - other["left"]) >= 50 or abs(one["top"] - other["top"]) >= 16
                )
                assert one is other or apart


def test_a_name_outside_the_game_gives_way_to_one_in_it() -> None:
    places = [
        {"code": "CN", "x": 100, "y": 50, "size": 900, "wide": 50, "absent": True},
        {"code": "MN", "x": 110, "y": 52, "size": 30, "wide": 50},
        {"code": "IN", "x": 60, "y": 90, "size": 500, "wide": 50, "absent": True},
    ]
    shown = evaluate(["map_labels"], f"G.placeNames({json.dumps(places)}, [300, 200])")
    assert [(one["code"], one["absent"]) for one in shown] == [("MN", False), ("IN", True)]


FRAME, PICTURE = "[390, 388]", "[1302, 561]"


def test_all_of_a_picture_can_be_reached_and_none_of_the_frame_is_left_free() -> None:
    widths = evaluate(["view"], f"G.view.widths({FRAME}, {PICTURE})")
    assert widths == {"contain": 390, "cover": pytest.approx(388 * 1302 / 561)}
    cover = widths["cover"]
    far = [f"{{width: {cover}, x: {x}, y: 0}}" for x in (-9999, 0, 9999)]
    seen = [
        evaluate(
            ["view"],
            f"G.view.seen(G.view.clamp({view}, {FRAME}, {PICTURE}, {cover}), {FRAME}, {PICTURE})",
        )
        for view in far
    ]
    part = 390 / cover
    assert [left for left, *_ in seen] == pytest.approx([1 - part, 0, 0])
    assert all(shown == pytest.approx([part, 1]) for _, _, *shown in seen)


def test_zooming_keeps_what_lies_under_the_pointer_and_ends_at_four_times() -> None:
    start = "G.view.clamp({width: 1280, x: 0, y: 0}, [1280, 552], [1302, 561], 1280)"
    zoomed = evaluate(
        ["view"], f"G.view.zoomAt({start}, 2, [900, 100], [1280, 552], [1302, 561], 1280)"
    )
    assert zoomed["width"] == 2560
    assert (900 - zoomed["x"]) / 2560 == pytest.approx(900 / 1280)
    assert (100 - zoomed["y"]) / 2 == pytest.approx(100, abs=1)
    most = evaluate(["view"], f"G.view.zoomAt({start}, 99, [0, 0], [1280, 552], [1302, 561], 1280)")
    least = evaluate(
        ["view"], f"G.view.zoomAt({start}, 0.01, [0, 0], [1280, 552], [1302, 561], 1280)"
    )
    assert (most["width"], least["width"]) == (4 * 1280, 1280)


MEASURED = {"short_sighted": 0.26, "squinting": 0.29, "sharp_eyed": 0.24, "looks_around": 0.35}


@pytest.mark.parametrize(
    ("measured", "level", "human", "next_level"),
    [
        (MEASURED, "squinting", 2, "looks_around"),
        (MEASURED, "squinting", 0, "short_sighted"),
        (MEASURED, "sharp_eyed", 2, "looks_around"),
        (MEASURED, "sharp_eyed", 0, None),  # those who see less are right more often
        (MEASURED, "looks_around", 2, None),
        (MEASURED, "looks_around", 0, "sharp_eyed"),
        (MEASURED, "squinting", 1, None),  # a draw: that would be the rematch once more
        ({"squinting": 0.2, "sharp_eyed": 0.3}, "squinting", 2, "sharp_eyed"),
        ({"squinting": 0.2, "sharp_eyed": 0.3}, "sharp_eyed", 2, "looks_around"),
        ({"squinting": 0.2, "sharp_eyed": 0.2}, "squinting", 2, "looks_around"),
        ({"squinting": 0.2, "sharp_eyed": 0.3}, "short_sighted", 2, "squinting"),
        ({}, "squinting", 2, "sharp_eyed"),
        ({}, "squinting", 0, "short_sighted"),
        ({}, "squinting", 1, None),
    ],
)
def test_the_next_opponent_is_measured_to_be_stronger_or_weaker(
    measured: dict[str, float], level: str, human: int, next_level: str | None
) -> None:
    known = json.dumps({name: {"top1": share} for name, share in measured.items()})
    game = json.dumps({"level": level, "scores": {"human": human, "model": 1}})
    script = f"(G.data.facts = {{ measured: {known} }}, G.level.next({game}) ?? null)"
    assert evaluate(["level"], script) == next_level
