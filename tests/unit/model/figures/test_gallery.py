"""The gallery chooses by its criteria, and the figures of heat maps can be drawn."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from model.errors import ConfigError, DataError
from model.explanation.sanity import Step
from model.figures.maps import ENTRIES, GalleryEntry, choose_entries, gallery, sanity
from model.figures.sources import gallery_of, sanity_of
from model.geography import COUNTRY_CODES
from model.predictor import Predictor
from model.types import Heatmap, Place, Prediction
from tests.conftest import jpeg


class Looks:
    """Sees the country and its own confidence in the colour of a picture."""

    def __init__(self, picture: Image.Image) -> None:
        guess, confidence, self._heat = picture.getpixel((0, 0))
        others = (1 - confidence / 255) / 55
        self.prediction = Prediction(
            tuple(confidence / 255 if i == guess else others for i in range(56))
        )

    def heatmap(self, target: str) -> Heatmap:
        heat = self._heat if target == self.prediction.country else 0
        grid = np.full((2, 4), heat, dtype=np.float32)
        return Heatmap(target, grid, (0.0, 0.0, 4.0, 2.0))


class Pictures:
    """A collection of (truth, guess, confidence, heat, trained on)."""

    def __init__(self, *rows: tuple[str, str, int, int, bool]) -> None:
        self._rows = rows
        self.places = [Place(f"{i}", row[0], None, "fake") for i, row in enumerate(rows)]

    def of_split(self, split: str) -> list[int]:
        return list(range(len(self._rows))) if split == "test" else []

    def picture(self, number: int) -> Image.Image:
        _, guess, confidence, heat, _ = self._rows[number]
        return Image.new("RGB", (80, 30), (COUNTRY_CODES.index(guess), confidence, heat))

    def predictor(self) -> SimpleNamespace:
        trained = SimpleNamespace(saw=lambda _, number: self._rows[number][4])
        return SimpleNamespace(analyse=Looks, checkpoint=SimpleNamespace(trained=trained))


def chosen(pictures: Pictures, *countries: str) -> dict[str, list[GalleryEntry]]:
    return choose_entries(pictures.predictor(), pictures, countries)  # type: ignore[arg-type]


def test_right_confident_held_out_examples_with_a_map() -> None:
    pictures = Pictures(
        ("HU", "HU", 100, 9, False),
        ("HU", "HU", 200, 9, False),
        ("HU", "HU", 150, 9, False),
        ("HU", "PL", 250, 9, False),  # wrong
        ("HU", "HU", 251, 0, False),  # blank
        ("HU", "HU", 252, 9, True),  # trained on
        ("JP", "JP", 90, 9, False),
        ("SK", "SK", 90, 9, False),  # not asked for
        ("PL", "HU", 90, 9, False),
    )
    found = chosen(pictures, "JP", "HU", "PL")
    assert list(found) == ["JP", "HU", "PL"]
    assert [round(255 * example.probability) for example in found["HU"]] == [200, 150]
    assert len(found["HU"]) == ENTRIES
    assert len(found["JP"]) == 1
    assert found["PL"] == []
    assert len(gallery(found).axes) == 2 * 2 * ENTRIES, "Poland has no row"


def test_nothing_to_show_is_said() -> None:
    with pytest.raises(DataError, match=r"no right guess .* HU"):
        gallery(chosen(Pictures(("HU", "PL", 200, 9, False)), "HU"))
    with pytest.raises(ConfigError, match="--country XX"):
        chosen(Pictures(), "XX")


def test_the_gallery_of_a_checkpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pictures = Pictures(("HU", "HU", 204, 9, False), ("JP", "JP", 102, 9, False))
    opened = {tmp_path: pictures.predictor()}
    monkeypatch.setattr(Predictor, "open", opened.__getitem__)
    figure = gallery_of(pictures, ["jp", "HU"], tmp_path)  # type: ignore[arg-type]
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["JP 40%", "", "HU 80%", ""]


def test_a_checkpoint_forgets_part_by_part(small_net: Path, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(jpeg())
    first, *_, curve = sanity_of(tmp_path / "photo.jpg", small_net).axes
    assert first.get_title() == "trained: 1.00"
    assert [tick.get_text() for tick in curve.get_xticklabels()][:2] == ["trained", "head"]


def test_the_figure_of_forgetting(tmp_path: Path) -> None:
    grid = np.eye(4, dtype=np.float32)
    heatmap = Heatmap("HU", grid, (0.0, 0.0, 4.0, 4.0))
    steps = [Step(f"part {i}", heatmap, 1 - i / 4) for i in range(9)]
    figure = sanity(Image.new("RGB", (80, 40)), steps)
    figure.savefig(tmp_path / "sanity.png")
    assert len(figure.axes) == 9
