from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFilter

from model.data.collection import Collection
from model.data.thin import main
from model.data.thinning import measures
from model.data.thinning.manifest import ManifestRow, read_manifest, write_manifest
from model.data.thinning.measures import Measured, measure_all, measure_picture
from model.data.thinning.selection import ThinningSettings, leave_out
from model.errors import ConfigError, DataError, OutputError, PictureError
from model.figures.data import thinning
from model.geography import COUNTRY_CODES
from model.plots import main as plots
from tests.conftest import jpeg, shard
from tests.unit.model.data.thinning.test_duplicates import encoded, scene
from tests.unit.model.test_cli import assert_one_line, call


def plain(numbers: Any) -> Any:
    return numbers


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """140 photos of Japan (20 of them dark), 40 of Hungary, panoramas; a copied scene or two."""
    directory = tmp_path_factory.mktemp("data")
    for first, country, n in ((0, "Japan", 140), (1000, "Hungary", 40)):
        folder = directory / "photos" / country
        folder.mkdir(parents=True)
        for i in range(n):
            picture = scene(first + i, 150, 140)
            if country == "Japan" and i % 7 == 0:
                picture = picture.point(lambda v: v // 12)
            (folder / f"canvas_{i:04}.jpg").write_bytes(encoded(picture))
    # Each copied five times: one group, which a hash of the keys alone would tear apart.
    for i in (3, 8):
        for k in range(5):
            copy = directory / "photos" / "Japan" / f"copy_{i}_{k}.jpg"
            copy.write_bytes(encoded(scene(i, 150, 140), 60 + 5 * k))
    for i in range(22, 28):
        copy = directory / "photos" / "Japan" / f"twin_{i}.jpg"
        copy.write_bytes(encoded(scene(i, 150, 140), 60))
    rows = [
        {"image": {"bytes": encoded(scene(i, 400, 100)), "path": ""}} for i in range(2000, 2012)
    ]
    shard(directory / "parquet" / "a.parquet", rows)
    return directory


@pytest.fixture(scope="module")
def store(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("store") / "measures.sqlite"
    measure_all(Collection.open([data]), store, workers=2, progress=plain)
    return store


def run(data: Path, store: Path, out: Path, *options: str) -> dict[str, Any]:
    result = out.with_suffix(".result.json")
    main(
        [
            "--data", str(data), "--out", str(out), "--measures", str(store),
            "--json", str(result), *options,
        ]
    )  # fmt: skip
    document = json.loads(result.read_text())
    assert document == json.loads(out.with_suffix(".json").read_text())
    return dict(document)


def test_the_train_split_is_thinned_and_the_others_stay_whole(
    data: Path, store: Path, tmp_path: Path
) -> None:
    before = Collection.open([data])
    document = run(data, store, tmp_path / "m.csv", "--keep", "0.6", "--evenness", "1")
    after = Collection.open([data], manifest=tmp_path / "m.csv")
    assert after.places == before.places
    for split in ("val", "test"):
        assert set(before.of_split(split)) <= {
            *after.of_split("val"),
            *after.of_split("test"),
        }
    assert set(before.of_split("test")) <= set(after.of_split("test"))
    kept = Counter(after.places[i].country for i in after.of_split("train"))
    assert kept.total() == document["train_after"]
    n = sum(split == "train" for split in after.splits)
    assert kept.total() == round(0.6 * n)
    assert {c: v["after"] for c, v in document["countries"].items()} == kept
    assert document["evenness_after"] > document["evenness_before"]
    assert after.of_split("all") == before.of_split("all")
    assert Counter(after.uses)["left out"] == n - kept.total() == len(after.left_out)
    assert after.fingerprint != before.fingerprint
    rows = read_manifest(tmp_path / "m.csv").rows
    assert {row.reason for row in rows if not row.is_kept} == {
        "near-duplicate", "low information", "at random",
    }  # fmt: skip
    assert {"photos/Hungary/canvas_0000.jpg", "parquet/a.parquet"} < {row.file for row in rows}
    assert {row.row for row in rows if row.source == "parquet"} == {str(i) for i in range(12)}


def test_near_duplicates_end_on_one_side_and_copies_go_first(
    data: Path, store: Path, tmp_path: Path
) -> None:
    document = run(data, store, tmp_path / "m.csv", "--keep", "0.8")
    groups: dict[str, list[Any]] = {}
    for row in read_manifest(tmp_path / "m.csv").rows:
        if row.group:
            groups.setdefault(row.group, []).append(row)
    copied = [rows for rows in groups.values() if any("copy" in row.file for row in rows)]
    assert sorted(len(rows) for rows in copied) == [6, 6]
    assert document["near_duplicates"]["across_splits"] > 0
    for rows in groups.values():
        assert len({row.split for row in rows}) == 1
        if rows[0].split == "train":
            assert sum(row.is_kept for row in rows) == 1


def test_dark_pictures_go_first(data: Path, store: Path, tmp_path: Path) -> None:
    run(data, store, tmp_path / "m.csv", "--keep", "0.8", "--low-information", "1")
    rows = read_manifest(tmp_path / "m.csv").rows
    dark = [r for r in rows if r.luminance and float(r.luminance) < 0.06 and r.split == "train"]
    assert len(dark) > 10
    gone = [r for r in rows if r.reason == "low information"]
    assert set(dark) <= set(gone)
    run(data, store, tmp_path / "n.csv", "--keep", "0.8", "--low-information", "0")
    assert not any(r.reason == "low information" for r in read_manifest(tmp_path / "n.csv").rows)


def test_the_seed_decides_whatever_the_order_and_the_place(
    data: Path, store: Path, tmp_path: Path
) -> None:
    def decided(folders: list[Path], name: str, *options: str) -> dict[str, str]:
        out = tmp_path / name
        arguments = [a for f in folders for a in ("--data", str(f))]
        main([*arguments, "--out", str(out), "--measures", str(store), *options])
        return {row.key: row.kept for row in read_manifest(out).rows}

    elsewhere = shutil.copytree(data, tmp_path / "elsewhere")
    one = decided([data], "a.csv")
    assert decided([elsewhere / "photos", elsewhere / "parquet"], "b.csv") == one
    assert decided([data], "c.csv", "--seed", "1") != one
    assert (tmp_path / "a.csv").read_text().count("\n") == len(one) + 1
    shuffled = Collection.open(
        [elsewhere / "photos", elsewhere / "parquet"], manifest=tmp_path / "a.csv"
    )
    assert shuffled.fingerprint == Collection.open([data], manifest=tmp_path / "a.csv").fingerprint


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=40),
    st.floats(0, 1),
    st.integers(0, 3),
    st.data(),
)
def test_who_is_left_out(ranks: list[float], share: float, seed: int, drawn: Any) -> None:
    numbers = range(len(ranks))
    copies = {i: drawn.draw(st.integers(0, 2)) for i in numbers if i % 3 == 0}
    n = drawn.draw(st.integers(0, len(ranks)))
    keys = [f"key{i}" for i in numbers]
    settings = ThinningSettings(low_information=share, seed=seed)
    gone = leave_out(numbers, n, np.array(ranks), copies, keys, settings)
    assert len(gone) == n
    assert gone == leave_out(numbers, n, np.array(ranks), copies, keys, settings)
    reasons = Counter(gone.values())
    stays = [i for i in numbers if i not in gone]
    assert reasons["low information"] == round(share * (n - reasons["near-duplicate"]))
    for i, reason in gone.items():
        if reason == "low information":
            assert all(ranks[i] <= ranks[j] for j in stays)
    # While a redundant copy is left, nothing else goes.
    if reasons["low information"] or reasons["at random"]:
        left = Counter(copies[i] for i in copies if gone.get(i) != "near-duplicate")
        assert all(count == 1 for count in left.values())


def test_confusions_of_an_earlier_run_are_followed(data: Path, store: Path, tmp_path: Path) -> None:
    matrix = np.diag(np.full(len(COUNTRY_CODES), 50))
    japan, korea = COUNTRY_CODES.index("JP"), COUNTRY_CODES.index("KR")
    matrix[japan, japan], matrix[japan, korea] = 5, 45
    evaluation = tmp_path / "e.json"
    evaluation.write_text(json.dumps({"confusion_matrix": matrix.tolist()}))
    without = run(data, store, tmp_path / "a.csv", "--keep", "0.4", "--evenness", "1")
    informed = run(
        data, store, tmp_path / "b.csv", "--keep", "0.4", "--evenness", "1",
        "--confusions", str(evaluation),
    )  # fmt: skip
    assert informed["countries"]["JP"]["after"] > without["countries"]["JP"]["after"]
    assert informed["train_after"] == without["train_after"]


def test_a_manifest_that_does_not_fit_is_refused_by_its_first_row(
    data: Path, store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "m.csv"
    run(data, store, out)
    changed = shutil.copytree(data, tmp_path / "changed")
    gone = changed / "photos" / "Japan" / "canvas_0005.jpg"
    gone.unlink()
    with pytest.raises(
        DataError, match=r"m\.csv: line \d+ \(photos/Japan/canvas_0005\.jpg\) does n"
    ):
        Collection.open([changed], manifest=out)
    (changed / "photos" / "Japan" / "canvas_9.jpg").write_bytes(jpeg())
    gone.write_bytes(jpeg())
    with pytest.raises(
        DataError, match=r"m\.csv: does not fit: .*canvas_9\.jpg of the data is not"
    ):
        Collection.open([changed], manifest=out)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("key,file", "kee,file", r"m\.csv: no column key"),
        (",train,1,", ",nowhere,1,", r"m\.csv: line \d+: split nowhere with kept 1"),
        (",test,1,", ",test,0,", r"m\.csv: line \d+: split test with kept 0"),
        (",train,1,", ",train,yes,", r"m\.csv: line \d+: split train with kept yes"),
    ],
)
def test_a_damaged_manifest_is_named(
    data: Path, store: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    out = tmp_path / "m.csv"
    run(data, store, out)
    out.write_text(out.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        Collection.open([data], manifest=out)
    out.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"m\.csv: no CSV table"):
        Collection.open([data], manifest=out)
    with pytest.raises(DataError, match=r"none\.csv: cannot be read \(No such file"):
        Collection.open([data], manifest=tmp_path / "none.csv")


def test_what_was_measured_is_not_measured_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection, store = Collection.open([data]), tmp_path / "m.sqlite"
    calls: list[str] = []

    def until_killed(picture: bytes, name: str) -> Measured:
        calls.append(name)
        if len(calls) > 130:
            raise KeyboardInterrupt
        return measure_picture(picture, name)

    monkeypatch.setattr(measures, "measure_picture", until_killed)
    with pytest.raises(KeyboardInterrupt):
        measure_all(collection, store, workers=1, progress=plain)
    calls.clear()
    monkeypatch.setattr(measures, "CHUNK", 10)
    monkeypatch.setattr(
        measures, "measure_picture", lambda d, n: calls.append(n) or measure_picture(d, n)
    )
    found = measure_all(collection, store, workers=1, progress=plain)
    assert len(calls) == len(collection.places) - 100
    again = measure_all(collection, store, workers=2, progress=plain)
    assert len(calls) == len(collection.places) - 100
    for i, (a, b) in enumerate(zip(found, again, strict=True)):
        fresh = measure_picture(collection.read(i), "fresh")
        for m in (a, b):
            assert isinstance(m, Measured)
            assert m.quality == fresh.quality
            assert (m.thumbnail == fresh.thumbnail).all()


def test_a_manifest_is_not_left_without_its_document(
    photo_folder: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "m.json").mkdir()
    with pytest.raises(OutputError, match=r"m\.json: cannot be written \(Is a directory\)"):
        main(["--data", str(photo_folder(Hungary=4)), "--out", str(tmp_path / "m.csv")])
    assert sorted(file.name for file in tmp_path.glob("m.*")) == ["m.json"]


def test_odd_bytes_of_names_are_escaped(tmp_path: Path) -> None:
    row = ManifestRow("ab", os.fsdecode(b"Hungary/caf\xe9.jpg"), "", "HU", "photos", "train")
    write_manifest(tmp_path / "m.csv", [row])
    assert r"ab,Hungary/caf\udce9.jpg," in (tmp_path / "m.csv").read_text(encoding="utf-8")


def test_several_runs_may_share_a_store(data: Path, tmp_path: Path) -> None:
    collection, store = Collection.open([data / "photos"]), tmp_path / "m.sqlite"
    results: list[list[Any]] = []

    def measure() -> None:
        results.append(measure_all(collection, store, workers=2, progress=plain))

    threads = [threading.Thread(target=measure) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qualities = [[m.quality for m in result] for result in results]
    assert len(qualities) == 3
    assert qualities[0] == qualities[1] == qualities[2]


def test_unreadable_pictures_are_named_and_left_out(
    photo_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = photo_folder(Hungary=30)
    broken = [folder / "Hungary" / f"canvas_00{k:02}.jpg" for k in range(10)]
    for file in broken:
        file.write_text("text")
    out = tmp_path / "m.csv"
    result = call("-m", "model.data.thin", "--data", folder, "--out", out, "--keep", "1.0")
    assert result.returncode == 0, result.stderr
    assert all(f"{file.name}: not a picture" in result.stderr for file in broken)
    rows = {Path(row.file).name: row for row in read_manifest(out).rows}
    assert all(rows[file.name].reason == "unreadable" for file in broken)
    assert all(rows[file.name].is_kept == (rows[file.name].split != "train") for file in broken)
    assert sum(not row.is_kept for row in rows.values()) == sum(
        rows[file.name].split == "train" for file in broken
    )


def test_bad_input_is_one_line(photo_folder: Callable[..., Path], tmp_path: Path) -> None:
    folder, out = photo_folder(Hungary=4), tmp_path / "m.csv"
    program = ("-m", "model.data.thin", "--data", folder, "--out")
    assert_one_line(call(*program, tmp_path / "m.txt"), "m.txt", ".csv")
    assert_one_line(call(*program, out, "--keep", "9999"), "--keep 9999", "keep fewer")
    assert not out.exists()
    (tmp_path / "text").write_text("hello" * 300)
    assert_one_line(
        call(*program, out, "--measures", tmp_path / "text"), "text: no store", "remove"
    )


def test_other_bad_input_is_one_line_as_well(
    photo_folder: Callable[..., Path], tmp_path: Path
) -> None:
    arguments = ["--data", str(photo_folder(Hungary=4)), "--out", str(tmp_path / "m.csv")]
    evaluation = tmp_path / "e.json"
    for options, message in (
        (["--evenness", "1.5"], "--evenness 1.5: must lie in"),
        (["--low-information", "-1"], "--low-information -1.0: must"),
        (["--keep", "0"], "--keep 0.0: must be a share"),
        (["--keep", "2.5"], "--keep 2.5: must be a share"),
        (["--workers", "0"], "--workers 0: must be at least 1"),
    ):
        with pytest.raises(ConfigError, match=message):
            main([*arguments, *options])
    huge = json.dumps({"confusion_matrix": [[10**30] * 56] * 56})
    for text in ("{}", "text", '{"confusion_matrix": [[1]]}', "[]", huge, "[" * 100_000):
        evaluation.write_text(text)
        with pytest.raises(DataError, match=r"e\.json: not what model\.evaluate"):
            main([*arguments, "--confusions", str(evaluation)])
    with pytest.raises(DataError, match=r"none\.json: cannot be read \(No such file"):
        main([*arguments, "--confusions", str(tmp_path / "none.json")])
    with pytest.raises(DataError, match="does not exist"):
        main([*arguments, "--measures", str(tmp_path / "no" / "m.sqlite")])


def test_pictures_of_every_kind_are_measured() -> None:
    sharp = scene(5, 435, 416)
    for kind, mode in (
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("WEBP", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
    ):
        stream = io.BytesIO()
        sharp.convert(mode).save(stream, kind)
        m = measure_picture(stream.getvalue(), "a picture")
        assert m.quality.luminance == pytest.approx(0.5, abs=0.15)
    blurred = measure_picture(encoded(sharp.filter(ImageFilter.GaussianBlur(8))), "x").quality
    assert blurred.sharpness < 0.2 * measure_picture(encoded(sharp), "x").quality.sharpness
    # Not the number of pixels but what is on them: the same picture twice as large.
    large = measure_picture(encoded(sharp.resize((870, 832))), "x").quality
    assert large.luminance == pytest.approx(
        measure_picture(encoded(sharp), "x").quality.luminance, abs=0.01
    )
    with pytest.raises(PictureError, match="x: not a picture"):
        measure_picture(b"text", "x")
    whole = encoded(sharp)
    with pytest.raises(PictureError, match="x: damaged"):
        measure_picture(whole[: len(whole) // 2], "x")


def test_the_table_can_be_read_by_others(data: Path, store: Path, tmp_path: Path) -> None:
    run(data, store, tmp_path / "m.csv")
    with (tmp_path / "m.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [r["key"] for r in rows] == [p.key for p in Collection.open([data]).places]
    assert {f.name for f in dataclasses.fields(ManifestRow)} == set(rows[0])
    for row in rows:
        assert 0 < float(row["information"]) <= 1
        assert 0 <= float(row["luminance"]) <= 1


def test_places_with_a_declared_split_stay_where_they_are(tmp_path: Path) -> None:
    picture = {"bytes": encoded(scene(1, 300, 100)), "path": ""}
    rows = [
        {"image": picture, "split": s, "latitude": str(40 + i)}
        for i, s in enumerate(("train", "test"))
    ]
    shard(tmp_path / "data" / "a.parquet", rows)
    main(["--data", str(tmp_path / "data"), "--out", str(tmp_path / "m.csv"), "--keep", "1.0"])
    assert [row.split for row in read_manifest(tmp_path / "m.csv").rows] == ["train", "test"]


def test_the_figure_shows_what_went(data: Path, store: Path, tmp_path: Path) -> None:
    run(data, store, tmp_path / "m.csv", "--keep", "0.5")
    rows = read_manifest(tmp_path / "m.csv").rows
    (axes,) = thinning(rows).axes
    bars = [bar.get_height() for stack in axes.containers for bar in stack]
    train = [row for row in rows if row.split == "train"]
    assert sum(bars) == len(train)
    assert sum(bar.get_height() for bar in axes.containers[0]) == sum(r.is_kept for r in train)
    assert axes.get_xticklabels()[0].get_text() == "JP"
    plots(["thinning", "--manifest", str(tmp_path / "m.csv"), "--out", str(tmp_path / "f.png")])
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
