"""What the page brings along."""

from __future__ import annotations

import json

from game.ui.events import PLACE_PATIENCE_S
from game.ui.page import _page_data, _without_comments
from model.geography import COUNTRY_CODES
from model.photo_limits import WAIT_S, WALL_S


def test_the_page_data_is_json_that_cannot_end_its_script() -> None:
    text = _page_data({})
    assert "</" not in text
    assert set(json.loads(text)["countries"]) == set(COUNTRY_CODES)


def test_comments_and_indentation_stay_at_home_and_addresses_do_not() -> None:
    script = '// one\n  // two\n  const a = "http://x"; // three\n    f(a);\n'
    assert _without_comments(script) == 'const a = "http://x"; // three\nf(a);\n'


def test_the_page_outwaits_the_reader_of_photos() -> None:
    page_s = json.loads(_page_data({}))["photoPatienceMs"] / 1000
    net_s = 10
    assert page_s > 2 * PLACE_PATIENCE_S + WAIT_S + WALL_S + net_s
