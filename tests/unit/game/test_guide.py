"""The field guide: names have words, sentences say what the table holds, pictures are of train."""

from __future__ import annotations

import base64
import copy
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assets.practice.country_table import SCRIPTS
from assets.practice.scene.cues import encode_map
from assets.practice.scene.facts import DRAWN
from game import guide
from game.guide import comparison as guide_comparison
from game.guide import words as guide_words
from game.ui.guide_messages import GuideMessages, outline
from game.ui.texts import TEXTS
from model.cue_table import BROAD_CUES, CUE_LABELS, CUES
from model.data.collection import Collection
from model.data.guide_pictures import PICTURES, GuidePictures
from model.errors import PictureError
from model.geography import COUNTRY_CODES
from model.languages import LANGUAGES, Language
from tests.conftest import PRACTICE, shard


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", COUNTRY_CODES)
def test_every_country_has_its_facts_in_whole_sentences(code: str, language: Language) -> None:
    facts = guide.facts(code, language)
    topics = [fact.topic for fact in facts]
    assert topics == [topic for topic in guide.TOPICS if topic in topics]
    assert set(guide.TOPICS) - set(topics) <= {"camera"}, "only the camera can be like all others"
    for fact in facts:
        assert re.fullmatch(r"[^_{}]+\.", fact.text), fact
        assert all(not sentence[0].islower() for sentence in fact.text.split(". ")), fact
        assert f"guide_{fact.topic}" in TEXTS[language]


def test_what_the_renderer_can_draw_has_words() -> None:
    terms = guide.terms()
    drawn = {guide_words.section_of(column): names for column, names in DRAWN.items()}
    drawn["script"] = SCRIPTS
    for section, names in drawn.items():
        assert set(names) <= set(terms[section]), f"add to [{section}] of {guide.TERMS.name}"
    for section, names_of in terms.items():
        for name, words in names_of.items():
            assert len(words) == len(LANGUAGES), (section, name)
            assert all(word.strip() for word in words), (section, name)


def test_mixtures_in_words() -> None:
    lines = {fact.topic: fact.text for fact in guide.facts("HU", "en")}["lines"]
    row = guide.table()["HU"]
    # By hand, for the row as it stands: dashes 6 of 9, solid 2, mixed 1; edges 6, 3 and 1 of 10.
    assert row.centre_line == {"white_dashed": 6, "white_solid": 2, "white_solid_dashed": 1}
    assert lines == (
        "In the middle: white dashes; sometimes a solid white line or a solid white line beside "
        "dashes. At the edge: a solid white line; sometimes short white dashes; often there is "
        "none."
    )
    assert guide.shares({"a": 1, "b": 3}) == {"b": 0.75, "a": 0.25}
    assert guide.shares("a") == {"a": 1.0}
    britain = {fact.topic: fact.text for fact in guide.facts("GB", "hu")}["plates"]
    assert britain == (
        "Elöl: hosszú, fehér. Hátul: hosszú, sárga. Minta: AA00 AAA. "
        "Az A bármely betűt, a 0 bármely számjegyet jelenti."
    )


def test_what_gives_a_country_away_is_shared_with_those_named() -> None:
    (bollard,) = (t for t in guide.telling("HU", "en") if t.thing == "Bollards")
    assert "black field with a red reflector" in bollard.text
    assert bollard.others == ()
    frames = [
        code for code, row in guide.table().items() if "white_black_red_border" in row.place_sign
    ]
    (frame,) = (t for t in guide.telling(frames[0], "en") if "red frame" in t.text)
    assert sorted((frames[0], *frame.others)) == sorted(frames)
    for code in COUNTRY_CODES:
        telling = guide.telling(code, "en")
        assert 1 <= len(telling) <= guide.TELLING
        rarity = [len(t.others) for t in telling]
        assert rarity == sorted(rarity)
        assert max(rarity) <= guide.SHARED_BY


def test_look_alikes_are_those_of_life() -> None:
    assert set(guide.alike("HU")) & {"SK", "CZ", "HR", "RO", "PL"}
    assert guide.alike("US")[0] == "CA"
    assert guide.alike("AU")[0] == "NZ"
    assert all(code not in guide.alike(code) for code in COUNTRY_CODES)
    for code, others in (("BW", {"SZ", "ZA"}), ("SE", {"FI"}), ("CZ", {"SK"}), ("TW", {"HK"})):
        assert others <= set(guide.alike(code)), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_look_alikes_are_told_apart_by_what_differs(language: Language) -> None:
    for code in COUNTRY_CODES:
        for other in guide.alike(code):
            sentences = guide.apart(code, other, language)
            assert len(sentences) == len(set(sentences)) <= guide.APART
            for sentence in sentences:
                assert re.fullmatch(r"[^_{}]+: [^{}]+\.", sentence), sentence
    bollards, *_ = guide.apart("HU", "SK", "en")
    assert bollards.startswith("Bollards: here a wide white wedge")
    assert "there a white post" in bollards
    # Both have red arrows on white, but in Slovakia that is a guess: it tells nothing.
    assert not any("Chevrons" in each for each in guide.apart("PL", "SK", "en"))


def test_looks_are_counted_and_not_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two names with the same words are one look: neither is unique then."""
    words = copy.deepcopy(guide.terms())
    words["pole"]["tw_sleeve"] = words["pole"]["kr_sleeve"]
    monkeypatch.setattr(guide_words, "terms", lambda: words)
    guide_comparison._having.cache_clear()
    try:
        (pole,) = (t for t in guide.telling("TW", "en") if t.thing == "Poles")
        assert pole.others == ("KR",)
    finally:
        guide_comparison._having.cache_clear()


WIDTH, HEIGHT = 400, 60


def row(split: str, bollard_at: int | None, country: str = "HU") -> dict[str, object]:
    """A panorama whose bollard is red; green if it is of train, blue else."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    pixels[..., 1 if split == "train" else 2] = 200
    labels = np.full((HEIGHT, WIDTH), CUE_LABELS["terrain"], dtype=np.uint8)
    names = ["terrain"]
    if bollard_at is not None:
        names.append("bollard")
        labels[20:50, bollard_at : bollard_at + 6] = CUE_LABELS["bollard"]
        pixels[labels == CUE_LABELS["bollard"]] = (255, 0, 0)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    cues = [{"name": name, "value": "x", "label": CUE_LABELS[name]} for name in names]
    return {
        "image": {"bytes": stream.getvalue(), "path": ""},
        "country_iso_alpha2": country,
        "split": split,
        "cues": cues,
        "cue_map": {"bytes": encode_map(labels), "path": ""},
    }


def guide_pictures(folder: Path, *rows: dict[str, object]) -> GuidePictures:
    shard(folder / "a.parquet", rows)
    return GuidePictures(Collection.open([folder]))


def test_only_train_places_are_shown_where_their_cues_are(tmp_path: Path) -> None:
    spots = [0, 90, 180, 270, 390]
    found = guide_pictures(
        tmp_path,
        *(row("test", spot) for spot in spots),
        *(row("train", spot) for spot in spots),
        row("train", None),
        row("train", 5, country="PL"),
    ).examples("HU")
    assert len(found) == PICTURES
    for example in found:
        pixels = np.asarray(example.picture)
        assert pixels[..., 2].max() == 0, "a test place"
        assert set(example.cues) == {"bollard"}, "what is everywhere is not outlined"
        assert ((pixels[..., 0] == 255) == example.cues["bollard"]).all()
        assert example.cues["bollard"].sum() == 6 * 30, "the crop shows all of it"
    first = [example.picture.tobytes() for example in found]
    assert len(set(first)) == PICTURES, "all of different places"


def test_countries_without_pictures_have_facts(tmp_path: Path) -> None:
    desk = GuideMessages(
        guide_pictures(tmp_path, row("train", 9), row("train", None, country="PL"))
    )
    assert len(desk.message("HU")["pictures"]) == 1
    for without in (desk.message("PL"), desk.message("JP"), GuideMessages().message("HU")):
        assert (without["pictures"], without["cues"]) == ([], {})
        assert set(without["texts"]) == set(LANGUAGES)
        assert without["texts"]["hu"]["facts"]


def test_a_picture_that_cannot_be_read_does_not_take_the_facts_away() -> None:
    class Broken:
        def examples(self, country: str) -> list[guide.Example]:
            raise PictureError("a.parquet, row 3: cannot be read")

    assert GuideMessages(Broken()).message("HU")["pictures"] == []


def test_an_outline_lies_around_a_thing_and_not_in_its_meshes() -> None:
    mask = np.zeros((40, 60), dtype=bool)
    mask[10:30, 20:40] = True
    mask[12:28:4, 20:40] = False  # a fence: gaps of one pixel
    drawn = np.asarray(outline(mask, "#ff9f0a").convert("RGBA"))
    ring = drawn[..., 3] > 0
    assert (drawn[ring] == (255, 159, 10, 255)).all()
    box = np.zeros_like(mask)
    box[10:30, 20:40] = True
    around = np.zeros_like(mask)
    around[8:32, 18:42] = True
    assert (ring == (around & ~box)).all()


def test_the_practice_world_shows_its_cues() -> None:
    """The pack that ships: for a country in it four pictures, whose cues all have names."""
    desk = GuideMessages(GuidePictures(Collection.open([PRACTICE])))
    message = desk.message("HU")
    assert len(message["pictures"]) == PICTURES
    assert {"bollard", "pole", "sign"} <= set(message["cues"])
    assert set(message["cues"]) <= set(CUES) - BROAD_CUES
    for language in LANGUAGES:
        assert all(f"cue_{name}" in TEXTS[language] for name in message["cues"])
    for picture in message["pictures"]:
        sizes = set()
        for uri in (picture["uri"], *picture["outlines"].values()):
            with Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))) as shown:
                sizes.add(shown.size)
        assert len(sizes) == 1, "outlines lie on their picture"
    assert desk.message("HU") is message, "made once"
