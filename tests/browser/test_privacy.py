"""What goes over the wire: no truth before the guess, no photo left behind."""

from __future__ import annotations

import base64
import io
import json
import re
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from game import country_names
from model.geography import COUNTRY_CODES
from tests.browser.conftest import Player, serving
from tests.browser.wiretap import Exchange, Wiretap
from tests.unit.game.hints import hints

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]

PICTURE = re.compile(r"data:image/\w+;base64,([A-Za-z0-9+/=]+)")
METADATA = (b"Exif", b"ns.adobe.com", b"Photoshop", b"<x:xmpmeta", b"http")


def code_of(name: str) -> str:
    return next(c for c in COUNTRY_CODES if country_names.name(c, "en") == name)


def is_library(exchange: Exchange) -> bool:
    """Gradio's own files, the icons and the map: the same for everybody, whatever is dealt."""
    return exchange.path.startswith(
        (
            *("/assets/", "/static/", "/svelte/", "/theme.css", "/gradio_api/info"),
            *("/favicon.ico", "/pwa_icon/", "/manifest.json", "/geoduel/map"),
        )
    )


def without_finished_rounds(message: str) -> str:
    """A message with the finished rounds taken out of it: they are no secret."""

    def strip(value: object) -> object:
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in ("history", "evidence")}
        return [strip(v) for v in value] if isinstance(value, list) else value

    try:
        return json.dumps(strip(json.loads(message)), ensure_ascii=False)
    except ValueError:  # not a message
        return message


def leaks(exchanges: list[Exchange], code: str) -> list[str]:
    """Everything in this traffic that gives the country away; texts that name all 56 do not."""
    found = []
    for exchange in exchanges:
        if is_library(exchange):
            continue
        # Of a request only its line: the browser's own headers name its language, such as en-GB.
        request = exchange.request.split(b"\r\n")[0].decode("latin-1")
        answer = exchange.body.decode(errors="replace")
        if all(country_names.name(c, "en") in answer for c in COUNTRY_CODES):
            continue
        for encoded in PICTURE.findall(answer):
            raw = base64.b64decode(encoded)
            found += [f"picture metadata: {mark!r}" for mark in METADATA if mark in raw]
        head = exchange.response.split(b"\r\n\r\n")[0].decode("latin-1")
        for text in (request, head, PICTURE.sub("", without_finished_rounds(answer))):
            found += [f"{exchange.path}: {hint}" for hint in hints(text, code)]
    return found


def board(page: str) -> str:
    """What the page says around a round; a list to choose from names all 56 and tells nothing."""
    part = page.split('class="gd-stage"')[1].split('id="world-map"', maxsplit=1)[0]
    said = re.sub(r'data:image[^"]*|<(select|svg).*?</\1>', "", part, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", said)


def test_no_truth_before_the_guess(fakes_all_port: int, visit: Visit) -> None:
    tap = Wiretap(fakes_all_port)
    player = visit(tap.url)
    start = pictures = checked = 0
    left = ""  # of the reveal before: what it named, the page may still hold
    for number in range(5):
        player.page.wait_for_timeout(400)
        before_guess = list(tap.exchanges[start:])
        snapshot = [Exchange(e.request, e.response) for e in before_guess]
        pictures += sum(e.body.count(b"data:image/jpeg") for e in snapshot)
        page_now = player.page.content()
        player.page.click("#pass-button")
        player.page.wait_for_selector("#truth strong")
        code = code_of(player.truth)
        assert leaks(snapshot, code) == []
        if not hints(left, code):
            checked += 1
            assert hints(board(page_now), code) == []
        # The reveal itself must be seen, or this test would see nothing at all.
        assert leaks(tap.exchanges[start:], code)
        if number < 4:
            # The guide is asked about this truth, and names those that look alike.
            player.page.wait_for_selector("#lesson:visible")
            left = board(player.page.content())
            start = len(tap.exchanges)
            player.next()
            player.wait_for_deal()
    assert pictures == 5
    assert checked > 1
    tap.close()


def photo(kind: str, **options: object) -> bytes:
    rng = np.random.default_rng(3)
    picture = Image.fromarray(rng.integers(0, 255, (300, 400, 3), dtype=np.uint8))
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def real_port(tmp_path: Path) -> Iterator[int]:
    """The real program, which has ``tmp_path`` for its temporary files."""
    with serving("app.py", log=tmp_path / "log", TMPDIR=str(tmp_path)) as port:
        yield port


def files(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_photo_is_answered_and_nothing_of_it_stays(
    real_port: int, visit: Visit, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a very secret place"
    exif[0x0112] = 6  # turned by a quarter
    tap = Wiretap(real_port)
    player = visit(tap.url)
    left_before = files(tmp_path)
    page = player.page
    page.get_by_text("Your photo").click()
    good = {"name": "Budapest.jpg", "mimeType": "image/jpeg", "buffer": photo("JPEG", exif=exif)}
    page.set_input_files("#upload-photo input[type=file]", good)
    page.wait_for_selector("#upload-result li")
    assert page.locator("#upload-result li").count() == 5
    shown = page.locator("#upload-result img").first
    assert shown.evaluate("e => e.naturalHeight > e.naturalWidth"), "the orientation tag counts"
    player.screenshot("photo")
    answers = b"".join(e.body for e in tap.exchanges)
    for encoded in PICTURE.findall(answers.decode(errors="replace")):
        assert b"secret" not in base64.b64decode(encoded)
    assert b"Budapest.jpg" not in b"".join(e.request for e in tap.exchanges)

    for name, data, said in (
        ("text.jpg", b"this is no picture", "JPEG, PNG, WebP, AVIF, HEIC or GIF"),
        ("bomb.png", huge_png(40_000, 40_000), "more than 50 megapixels"),
        ("empty.png", b"", "is empty"),
    ):
        page.set_input_files(
            "#upload-photo input[type=file]",
            {"name": name, "mimeType": "image/jpeg", "buffer": data},
        )
        page.wait_for_selector("#upload-result [role=alert]")
        assert said in player.text("#upload-result")
        page.set_input_files("#upload-photo input[type=file]", good)
        page.wait_for_selector("#upload-result li")
    page.get_by_text("Magyar", exact=True).click()
    assert "A háló szerint" in player.text("#upload-result")
    big = {"name": "big.jpg", "mimeType": "image/jpeg", "buffer": bytes(21 * 1024 * 1024)}
    page.set_input_files("#upload-photo input[type=file]", big)
    page.wait_for_selector("#upload-result [role=alert]")
    assert "20 MB" in player.text("#upload-result")
    assert files(tmp_path) == left_before
    tap.close()


def huge_png(width: int, height: int) -> bytes:
    """A PNG that says it is this large, with next to nothing in it."""
    stream = io.BytesIO()
    Image.new("L", (1, 1)).save(stream, "PNG")
    data = bytearray(stream.getvalue())
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


def test_the_static_page_is_the_same_for_everybody(fakes_port: int, visit: Visit) -> None:
    """What the page brings along cannot tell one deal from another."""
    tap = Wiretap(fakes_port)
    visit(tap.url)
    visit(tap.url)
    pages = [e.body for e in tap.exchanges if e.path == "/"]
    assert len(pages) == 2
    configs = [
        json.dumps(re.findall(rb"window\.gradio_config = (.*?);</script>", p)[0].decode())
        for p in pages
    ]
    assert re.sub(r"\d{6,}", "", configs[0]) == re.sub(r"\d{6,}", "", configs[1])
    tap.close()


def test_a_shared_link_shows_a_picture_of_the_size_that_it_says(fakes_port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{fakes_port}/", timeout=60) as answer:
        page = answer.read().decode()
    said = dict(re.findall(r'<meta property="og:image(?::(\w+))?" content="([^"]+)"', page))
    with urllib.request.urlopen(said[""], timeout=60) as answer:
        assert answer.headers["content-type"] == "image/jpeg"
        picture = Image.open(io.BytesIO(answer.read()))
    assert picture.size == (int(said["width"]), int(said["height"])) == (1200, 630)
