"""Packing: the size budget, the cues that stay, and even countries."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from assets.practice.scene import RENDERER_VERSION, pack, render, shards, sprites
from assets.practice.scene.cues import encode_map, halved
from assets.practice.scene.facts import load_countries
from assets.practice.scene.keys import PanoramaKey
from assets.practice.scene.places import places
from assets.practice.scene.render import keys_to_render
from assets.practice.scene.shards import held, read_rows, write_shards
from model.cue_table import BROAD_CUES, CUE_LABELS
from model.data.cue_maps import CueMap

CUES = {
    name: f"some {name}" for name in ("pole", "sign", "roof", "vegetation", "terrain", "bollard")
}


def panorama(folder: Path, key: PanoramaKey, shown: dict[str, str]) -> None:
    """A noisy picture of 200 x 36 whose rows of three belong to one cue after the other."""
    path = folder / key.country / key.split / f"{key.index}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(key.seed())
    Image.fromarray(rng.integers(0, 255, (36, 200, 3), dtype=np.uint8)).save(path)
    numbers = np.zeros((36, 200), dtype=np.uint8)
    for row, name in enumerate(shown):
        numbers[3 * row : 3 * row + 3] = CUE_LABELS[name]
    Image.fromarray(numbers).save(path.with_suffix(".cues.png"))
    path.with_suffix(".json").write_text(json.dumps({"cues": shown}))


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    folder = tmp_path / "rendered"
    for code in ("HU", "PL"):
        for split, number in (("train", 3), ("val", 1), ("test", 2)):
            for index in range(number):
                panorama(folder, PanoramaKey(code, split, index), CUES)
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["pack", *words])
    return pack.main()


def refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> str:
    """What packing with these words says when it refuses: one line."""
    assert run(monkeypatch, *words) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_large_cues_are_mapped_in_test_pictures_only(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, str(rendered), str(tmp_path / "out")) == 0
    (shard,) = sorted((tmp_path / "out").glob("*.parquet"))
    for row in pq.read_table(shard).to_pylist():
        names = {cue["name"] for cue in row["cues"]}
        assert names == (set(CUES) if row["split"] == "test" else set(CUES) - set(BROAD_CUES))
        cues = CueMap(row["cue_map"]["bytes"], {c["name"]: c["label"] for c in row["cues"]})
        assert {name: mask.sum() for name, mask in cues.masks().items()} == dict.fromkeys(
            names, 600
        )
        assert (cues.labels > 0).sum() == 600 * len(names), "nothing else is in the map"


def test_a_picture_with_few_other_cues_keeps_the_large_ones(tmp_path: Path) -> None:
    few = {name: CUES[name] for name in ("pole", "vegetation", "terrain")}
    key = PanoramaKey("HU", "train", 0)
    panorama(tmp_path, key, few)
    path = tmp_path / "HU" / "train" / "0.png"
    assert {cue["name"] for cue in pack.cues_of(path, every=False)[0]} == set(few)


def test_the_budget_is_kept_and_used(rendered: Path) -> None:
    countries = load_countries()
    rows = pack.described(pack.find_rendered(rendered, ["HU", "PL"]), countries, [])
    best = pack.fill(rows, pack.QUALITIES[1])
    worst = pack.fill(rows, pack.QUALITIES[0])
    budget = (best + worst) // 2
    quality = pack.fill_within(rows, budget)
    assert pack.QUALITIES[0] < quality < pack.QUALITIES[1]
    size = sum(len(r["image"]["bytes"]) + len(r["cue_map"]["bytes"]) for r in rows)
    assert size <= budget
    # Noise grows steadily with quality: the chosen one cannot be far from the best that fits.
    assert pack.fill(rows, quality + 8) > budget
    sizes = {r["split"]: len(r["image"]["bytes"]) for r in rows}
    assert sizes["test"] > 1.1 * sizes["train"], "of equal pictures those to play are better kept"


def test_packing_again_replaces_the_shards(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "train-00001-of-00002.parquet").write_bytes(b"of another pack")
    assert run(monkeypatch, str(rendered), str(out), "--quality", "30") == 0
    assert [path.name for path in out.iterdir()] == ["train-00000-of-00001.parquet"]


def test_what_is_packed_stays_and_what_is_rendered_beyond_it_is_added(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    words = (str(rendered), str(out), "--quality", "30", "--even")
    assert run(monkeypatch, *words) == 0
    before = read_rows(out)
    # Of what is packed the renders may be gone; only PL has a fourth train panorama, both have
    # a third test one.
    for path in rendered.glob("*/*/0.png"):
        path.unlink()
    panorama(rendered, PanoramaKey("PL", "train", 3), CUES)
    for code in ("HU", "PL"):
        panorama(rendered, PanoramaKey(code, "test", 2), CUES)
    assert run(monkeypatch, *words, "--add") == 0
    after = read_rows(out)
    assert held(after) == {**held(before), ("HU", "test"): 3, ("PL", "test"): 3}

    def facts(row: dict[str, Any]) -> tuple[object, ...]:
        return row["image"]["bytes"], row["cue_map"]["bytes"], row["latitude"], row["longitude"]

    assert set(map(facts, before)) < set(map(facts, after))
    assert len({(row["latitude"], row["longitude"]) for row in after}) == len(after) == 14
    names = [row["image"]["path"] for row in after]
    assert names == sorted(set(names))
    assert run(monkeypatch, *words, "--add") == 0
    assert read_rows(out) == after, "nothing beyond it: nothing changes"


def test_what_is_rendered_anew_takes_its_own_place(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, anew = tmp_path / "out", tmp_path / "anew"
    assert run(monkeypatch, str(rendered), str(out), "--quality", "30") == 0
    before = {(row["latitude"], row["longitude"]): row for row in read_rows(out)}
    mended = PanoramaKey("PL", "test", 1)
    panorama(anew, mended, {"roof": "mended"})
    panorama(anew, PanoramaKey("PL", "test", 9), CUES)  # not packed: stays out
    assert run(monkeypatch, str(anew), str(out), "--quality", "30", "--replace") == 0
    after = {(row["latitude"], row["longitude"]): row for row in read_rows(out)}
    assert after.keys() == before.keys()
    lat, lon = places(list(pack.find_rendered(rendered, ["HU", "PL"])), load_countries())[mended]
    for place, row in after.items():
        changed = row["cues"] == [{"name": "roof", "value": "mended", "label": CUE_LABELS["roof"]}]
        assert changed == (place == (f"{lat:.5f}", f"{lon:.5f}"))
        if not changed:
            assert row["image"]["bytes"] == before[place]["image"]["bytes"]


def test_rows_that_another_table_placed_are_not_replaced(
    rendered: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    assert run(monkeypatch, str(rendered), str(out), "--quality", "30") == 0
    table_rows = read_rows(out)
    table_rows[0]["latitude"] = "1.00000"
    write_shards(table_rows, out)
    words = str(rendered), str(out), "--replace"
    assert "packed with another table" in refusal(monkeypatch, capsys, *words)
    assert "--replace goes with --quality" in refusal(monkeypatch, capsys, *words, "--add")


def test_shards_are_cut_by_their_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_BYTES", 100_000)
    text = dict.fromkeys(("latitude", "longitude", "address", "split"), "x")
    # A large one after many small ones: by number of rows the last shard would hold half of all.
    sizes = [1_000] * 60 + [20_000] * 12
    table_rows = [
        {
            "image": {"bytes": bytes(size), "path": str(n)},
            "country_iso_alpha2": "HU",
            **text,
            "cues": [],
            "cue_map": {"bytes": b"", "path": ""},
        }
        for n, size in enumerate(sizes)
    ]
    paths = write_shards(table_rows, tmp_path)
    assert [row["image"]["path"] for row in read_rows(tmp_path)] == [str(n) for n in range(72)]
    assert max(path.stat().st_size for path in paths) < 100_000 + 20_000 + 5_000


def test_without_the_drawings_of_signs_nothing_is_rendered_by_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sprites, "present", lambda: False)
    monkeypatch.setattr(sys, "argv", ["render", "--out", str(tmp_path)])
    assert render.main() == 2
    assert "run scene.sprites, or give --simple-signs" in capsys.readouterr().err
    monkeypatch.setattr(sprites, "present", lambda: True)
    for beyond in ("nowhere", str(tmp_path)):
        monkeypatch.setattr(sys, "argv", ["render", "--out", str(tmp_path), "--beyond", beyond])
        assert render.main() == 2
        assert f"--beyond {beyond}: no shard" in capsys.readouterr().err


def test_what_another_renderer_drew_is_drawn_again(tmp_path: Path) -> None:
    path = tmp_path / "0.png"
    assert not render._is_current(path)
    path.write_bytes(b"")
    path.with_suffix(".json").write_text(json.dumps({"renderer": "5"}))
    assert not render._is_current(path)
    path.with_suffix(".json").write_text(json.dumps({"renderer": RENDERER_VERSION}))
    assert render._is_current(path)


def test_drawings_that_cannot_be_fetched_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sprites, "FOLDER", tmp_path / "build" / "sprites")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sprites.main() == 2
    assert "cannot be fetched with npm" in capsys.readouterr().err
    assert not list((tmp_path / "build").iterdir())


def test_a_budget_that_is_too_small_is_one_line(
    rendered: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    words = str(rendered), str(out), "--budget-mib", "0.001"
    assert "--budget-mib" in refusal(monkeypatch, capsys, *words)
    assert not list(out.glob("*.parquet"))


def test_even_leaves_out_what_not_every_country_has(rendered: Path) -> None:
    panorama(rendered, PanoramaKey("HU", "train", 3), CUES)
    panorama(rendered, PanoramaKey("HU", "train", 7), CUES)
    found = pack.find_rendered(rendered, ["HU", "PL"])
    assert len(found) == 14
    kept = pack.level(found, Counter())
    assert len(kept) == 12
    assert PanoramaKey("HU", "train", 3) not in kept
    panorama(rendered, PanoramaKey("SK", "train", 0), CUES)
    with pytest.raises(ValueError, match=r"SK: no val panorama"):
        pack.level(pack.find_rendered(rendered, ["HU", "PL", "SK"]), Counter())


def test_what_is_learnt_from_alone_can_be_left_out(rendered: Path) -> None:
    everything = pack.find_rendered(rendered, ["HU", "PL"])
    found = pack.find_rendered(rendered, ["HU", "PL"], 1)
    assert (
        set(everything) - set(found)
        == {key for key in everything if key.split == "train" and key.index >= 1}
        != set()
    )


def test_cue_maps_come_back_exactly() -> None:
    numbers = np.random.default_rng(1).integers(0, 15, (37, 203), dtype=np.uint8)
    assert (CueMap(encode_map(numbers), {}).labels == numbers).all()


def test_rounds_give_every_country_some_before_any_gets_more() -> None:
    codes = ["HU", "PL", "JP"]
    keys = keys_to_render(codes, ["train", "val", "test"], [20, 3, 6], rounds=5)
    assert len(set(keys)) == len(keys) == 3 * 29
    first = keys[: 3 * 7]
    for code in codes:
        for split, number in (("train", 4), ("val", 1), ("test", 2)):
            indices = [k.index for k in first if (k.country, k.split) == (code, split)]
            assert indices == list(range(number))
    assert set(keys) == set(keys_to_render(codes, ["train", "val", "test"], [20, 3, 6]))


def test_a_smaller_map_comes_back_at_the_pictures_size() -> None:
    numbers = np.random.default_rng(2).integers(0, 15, (36, 202), dtype=np.uint8)
    small = halved(numbers)
    assert small.shape == (18, 101)
    labels = CueMap(encode_map(small, factor=2), {}).labels
    assert labels.shape == numbers.shape
    assert (labels[::2, ::2] == small).all()
    assert (labels[1::2, 1::2] == small).all()


def test_halving_keeps_thin_and_rare_cues() -> None:
    numbers = np.full((40, 60), 5, dtype=np.uint8)
    numbers[:20] = 0
    numbers[:, 31] = 7
    small = halved(numbers)
    assert (small[:, 15] == 7).all()
    assert (small[:10, :15] == 0).all()
    assert (small[10:, :15] == 5).all()
    with pytest.raises(ValueError, match="61 x 40"):
        halved(np.zeros((40, 61), dtype=np.uint8))


def test_what_is_played_is_rendered_before_what_is_learnt_from() -> None:
    keys = keys_to_render(["HU", "PL"], ["train", "test"], [2, 1])
    assert [str(key) for key in keys] == [
        "HU/test/0", "HU/train/0", "HU/train/1", "PL/test/0", "PL/train/0", "PL/train/1",
    ]  # fmt: skip
