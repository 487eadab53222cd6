"""Photos of every kind through the net's command lines and the game's upload, end to end."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from game.ui.handlers import Event, photo_handler
from model import explain, predict
from model.checkpoint import Checkpoint, load, save
from model.data.pictures import open_picture
from model.data.preprocessing import Preprocessing
from model.network import Network, NetworkConfig
from model.predictor import Predictor
from tests.unit.game.playing import questions

pytestmark = pytest.mark.slow


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be seen upright it must be turned by a quarter
    return encoded(noise(90, 60), "JPEG", exif=exif)


def grey16() -> bytes:
    ramp = np.tile(np.linspace(0, 65535, 90), (60, 1)).astype(np.uint16)
    return encoded(Image.fromarray(ramp), "PNG")


def animated(kind: str) -> bytes:
    frames = [noise(90, 60, seed) for seed in range(3)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=90)


PHOTOS: dict[str, tuple[bytes, tuple[int, int]]] = {
    "one pixel": (encoded(noise(1, 1), "PNG"), (1, 1)),
    "a line": (encoded(noise(700, 3), "PNG"), (700, 3)),
    "a column": (encoded(noise(3, 700), "PNG"), (3, 700)),
    "odd": (encoded(noise(97, 61), "JPEG"), (97, 61)),
    "turned": (turned(), (60, 90)),
    "grey": (encoded(noise(90, 60).convert("L"), "JPEG"), (90, 60)),
    "16 bit": (grey16(), (90, 60)),
    "CMYK": (encoded(noise(90, 60).convert("CMYK"), "JPEG"), (90, 60)),
    "alpha": (encoded(noise(90, 60).convert("RGBA"), "WEBP", lossless=True), (90, 60)),
    "palette": (encoded(noise(90, 60).convert("P"), "PNG", transparency=3), (90, 60)),
    "animated GIF": (animated("GIF"), (90, 60)),
    "animated WebP": (animated("WEBP"), (90, 60)),
}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A net that looks at small pictures, so that a hundred passes take a moment."""
    torch.manual_seed(0)
    directory = tmp_path_factory.mktemp("small")
    network = Network(NetworkConfig(), pretrained=True).eval()
    save(Checkpoint(network, Preprocessing(short_side_px=64)), directory)
    return directory


@pytest.fixture(scope="module")
def predictor(checkpoint: Path) -> Predictor:
    return Predictor(load(checkpoint))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    directory = tmp_path_factory.mktemp("photos")
    for name, (data, _) in PHOTOS.items():
        (directory / name).write_bytes(data)
    return {name: directory / name for name in PHOTOS}


def test_predict_reads_them_all(
    checkpoint: Path, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    photos = [str(file) for file in files.values()]
    predict.main([*photos, "--checkpoint", str(checkpoint), "--threads", "2", "--json", "-"])
    documents = json.loads(capsys.readouterr().out)
    assert [Path(document["file"]).name for document in documents] == list(PHOTOS)
    assert all(len(document["top"]) == 5 for document in documents)


# Each takes a hundred passes: one photo of each thing that could go wrong on the way back.
@pytest.mark.parametrize("name", ["a line", "turned", "16 bit", "CMYK", "alpha", "animated WebP"])
def test_explain_lays_the_map_over_the_upright_picture(
    name: str,
    checkpoint: Path,
    files: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "overlay.png"
    options = ["--checkpoint", str(checkpoint), "--threads", "2", "--json", "-"]
    explain.main([str(files[name]), "--out", str(out), *options])
    document = json.loads(capsys.readouterr().out)
    grid = np.array(document["grid"])
    assert np.isfinite(grid).all()
    assert document["blank"] == (grid.max() == 0)
    assert document["blank"] == (document["covering"] is None)
    with Image.open(out) as overlay:
        assert overlay.size == PHOTOS[name][1]


@pytest.mark.parametrize("name", PHOTOS)
def test_the_game_shows_an_uploaded_photo_upright_with_its_maps(
    name: str, predictor: Predictor
) -> None:
    data, size = PHOTOS[name]
    look = photo_handler(predictor, open_picture, lambda _: False, questions(predictor))
    answer = look(Event("a", data={"data": base64.b64encode(data).decode()}))
    assert len(answer["top"]) == 5
    assert len(answer["heat"]) == 4
    assert [layer["against"] for layer in answer["heat"][:3]] == [None] * 3
    guess = answer["heat"][0]
    assert (guess["uri"] is None) == ("occlusion" not in guess), "a map that is shown is tested"
    first, second = (country for country, _ in answer["top"][:2])
    assert (answer["heat"][3]["country"], answer["heat"][3]["against"]) == (first, second)
    raw = base64.b64decode(answer["picture"].split(",")[1])
    with Image.open(io.BytesIO(raw)) as shown:
        assert shown.size == size
        assert shown.mode == "RGB"


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1)])
def test_a_photo_out_of_all_proportion_costs_no_memory(
    size: tuple[int, int], predictor: Predictor
) -> None:
    look = photo_handler(predictor, open_picture, lambda _: False, questions(predictor))
    data = base64.b64encode(encoded(noise(*size), "PNG")).decode()
    answer = look(Event("a", data={"data": data}))
    for uri in (answer["picture"], *filter(None, (layer["uri"] for layer in answer["heat"]))):
        with Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))) as shown:
            assert max(shown.size) <= 4000


def test_the_first_frame_of_an_animation_is_what_counts(predictor: Predictor) -> None:
    still = open_picture(encoded(noise(90, 60, 0), "WEBP", lossless=True), "still")
    moving = encoded(
        noise(90, 60, 0),
        "WEBP",
        save_all=True,
        append_images=[noise(90, 60, 1)],
        lossless=True,
    )
    alone, first = predictor.analyse(still), predictor.analyse(open_picture(moving, "moving"))
    assert first.prediction.probabilities == pytest.approx(alone.prediction.probabilities)
