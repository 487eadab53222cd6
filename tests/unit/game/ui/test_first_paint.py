from __future__ import annotations

import pytest

from game.ui.first_paint import FirstPaint

GRADIOS = """<html><head><title>x</title>
<script type="module" crossorigin src="./assets/index-a1.js"></script></head>
<body><gradio-app></gradio-app></body></html>"""

OURS = FirstPaint(style=".gd {}", script="window.GeoDuel = {};", markup='<div class="gd"></div>')


def test_the_game_stands_before_gradios_container_and_the_frontend_waits() -> None:
    page = OURS.into(GRADIOS)
    in_order = [
        "<script>window.GeoDuel = {};</script>",
        '<script>GeoDuel.frontend = "./assets/index-a1.js";</script>',
        "</head>",
        '<main><style>.gd {}</style><div class="gd"></div></main><script>GeoDuel.mount();</script>',
        "<gradio-app>",
    ]
    places = [page.index(part) for part in in_order]
    assert places == sorted(places)
    assert "module" not in page


@pytest.mark.parametrize("script", ["", '<script async src="./other.js"></script>'])
def test_a_frontend_that_comes_in_another_way_stays_as_it_is(script: str) -> None:
    page = OURS.into(GRADIOS.replace(GRADIOS.splitlines()[1], f"{script}</head>"))
    assert script in page
    assert "frontend" not in page
    assert '<div class="gd">' in page
