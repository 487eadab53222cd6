from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.data.collection import Collection
from model.data.split import NearIndex, fingerprint, group_places, split_places
from model.data.trained import Trained, digest
from model.errors import DataError, PictureError
from model.geography import LatLon
from model.held_out import HeldOut
from model.types import Place, Split
from tests.conftest import jpeg, shard

coordinates = st.builds(LatLon, st.floats(-90, 90), st.floats(-180, 180))


def place(key: str, location: LatLon | None = None, declared: Split | None = None) -> Place:
    return Place(key, "HU", location, "parquet", declared)


def moved(point: LatLon, km: float, axis: str) -> LatLon:
    step = km / 111.195
    if axis == "north":
        return LatLon(point.lat_deg + step, point.lon_deg)
    return LatLon(point.lat_deg, point.lon_deg + step)


@settings(max_examples=200)
@given(st.lists(coordinates, min_size=1, max_size=12), st.floats(0.1, 3000))
def test_the_grid_finds_what_a_full_search_finds(points: list[LatLon], radius_km: float) -> None:
    index = NearIndex(points, radius_km=radius_km)
    for point in points:
        expected = [i for i, p in enumerate(points) if p.distance_km(point) <= radius_km]
        assert index.near(point) == expected


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (LatLon(10, 179.9999), LatLon(10, -179.9999)),
        (LatLon(89.9999, 0), LatLon(89.9999, 180)),
        (LatLon(-0.001, 0.001), LatLon(0.001, -0.001)),
    ],
)
def test_neighbours_across_the_seams_of_the_globe_are_found(a: LatLon, b: LatLon) -> None:
    assert NearIndex([a]).near(b) == [0]


def test_a_chain_of_near_places_is_one_group() -> None:
    start = LatLon(47.5, 19.0)
    chain = [place(str(i), moved(start, 0.9 * i, "north")) for i in range(5)]
    far = place("far", moved(start, 9, "east"))
    groups = group_places([*chain, far])
    assert len(set(groups[:5])) == 1
    assert groups[5] != groups[0]


def test_links_join_places_without_coordinates() -> None:
    places = [place(k) for k in "abcd"]
    groups = group_places(places, [(0, 2), (2, 3)])
    assert groups[0] == groups[2] == groups[3] != groups[1]


def scattered(n: int, seed: int = 0) -> list[Place]:
    rng = random.Random(seed)
    near = LatLon(48, 18)
    return [
        place(f"{seed}-{i}", LatLon(near.lat_deg + rng.random(), near.lon_deg + rng.random()))
        for i in range(n)
    ]


def test_no_two_splits_meet_within_a_kilometre() -> None:
    places = scattered(400)
    splits = split_places(places)
    assert set(splits) == {"train", "val", "test"}
    for i, a in enumerate(places):
        for j in range(i):
            b = places[j]
            if a.location and b.location and a.location.distance_km(b.location) <= 1:
                assert splits[i] == splits[j]


def test_the_split_does_not_depend_on_the_order() -> None:
    places = scattered(300)
    shuffled = random.Random(1).sample(places, len(places))
    splits = dict(zip((p.key for p in places), split_places(places), strict=True))
    assert splits == dict(zip((p.key for p in shuffled), split_places(shuffled), strict=True))
    assert fingerprint(places, split_places(places)) == fingerprint(
        shuffled, split_places(shuffled)
    )


def test_the_shares_are_about_as_stated() -> None:
    splits = split_places([place(str(i)) for i in range(5000)])
    assert 0.135 < splits.count("test") / 5000 < 0.165
    assert 0.065 < splits.count("val") / 5000 < 0.095


def test_a_declared_split_holds_for_its_whole_group() -> None:
    start = LatLon(47.5, 19.0)
    near = moved(start, 0.5, "east")
    places = [place("a", start, "train"), place("b", near, "test"), place("c", near)]
    assert split_places(places) == ["test"] * 3


def test_another_split_has_another_fingerprint() -> None:
    places = [place("a"), place("b")]
    one = fingerprint(places, ["train", "test"])
    assert one != fingerprint(places, ["test", "train"])
    assert one != fingerprint(places[:1], ["train"])


def collection(tmp_path: Path, n: int = 40) -> Collection:
    shard(tmp_path / "a.parquet", [{} for _ in range(n)])
    return Collection.open([tmp_path])


def test_only_test_places_away_from_training_are_dealt(tmp_path: Path) -> None:
    data = collection(tmp_path)
    test = data.of_split("test")
    assert len(test) >= 3
    by_key, by_distance = (data.places[i] for i in test[:2])
    assert by_distance.location
    near = moved(by_distance.location, 0.9, "north")
    held_out = HeldOut(data, Trained(frozenset({by_key.key}), frozenset(), (near,)))
    assert {p.key for p in held_out.places} == {data.places[i].key for i in test[2:]}


def test_a_trained_picture_under_another_name_is_not_shown(tmp_path: Path) -> None:
    data = collection(tmp_path)
    test = data.of_split("test")
    held_out = HeldOut(data, Trained(digests=frozenset({digest(data.read(test[0]))})))
    with pytest.raises(PictureError, match="trained on this picture"):
        held_out.picture(0)
    assert held_out.picture(1).mode == "RGB"


def test_nothing_left_to_deal_is_an_error(tmp_path: Path) -> None:
    data = collection(tmp_path)
    everything = frozenset(p.key for p in data.places)
    with pytest.raises(DataError, match="none of the 40 places is held out"):
        HeldOut(data, Trained(everything))


def test_near_duplicates_listed_beside_the_data_share_a_split(tmp_path: Path) -> None:
    folder = tmp_path / "compressed_dataset" / "Hungary"
    folder.mkdir(parents=True)
    names = [f"canvas_{i:03}.jpg" for i in range(120)]
    for i, name in enumerate(names):
        (folder / name).write_bytes(jpeg(seed=i))
    listed = "file,group\n" + "".join(f"Hungary/{n},g{i // 2}\n" for i, n in enumerate(names))
    (tmp_path / "near_duplicates.csv").write_text(listed)
    splits = Collection.open([tmp_path]).splits
    assert splits[0::2] == splits[1::2]
    assert set(splits) == {"train", "val", "test"}
    (tmp_path / "near_duplicates.csv").write_text("photo,spot\n")
    with pytest.raises(DataError, match="needs the columns file and group"):
        Collection.open([tmp_path])


def test_rendered_places_lie_on_another_globe() -> None:
    here = LatLon(47.5, 19.0)
    real = Place("r", "HU", here, "parquet")
    rendered = Place("p", "HU", here, "practice", "train")
    groups = group_places([real, rendered])
    assert groups[0] != groups[1]
    trained = Trained(frozenset({"x"}), frozenset(), (here,))
    assert trained.covers(real)
    assert not trained.covers(rendered)
    assert Trained(frozenset({"p"})).covers(rendered)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("val", "val"),
        ("VALID", "val"),
        (" validation ", "val"),
        ("dev", "val"),
        ("Test", "test"),
        ("testing", "test"),
        ("hold-out", "test"),
        ("eval", "test"),
    ],
)
def test_a_declared_split_is_understood_by_its_usual_names(
    name: str, split: str, tmp_path: Path
) -> None:
    shard(tmp_path / "a.parquet", [{"split": name, "latitude": str(i)} for i in range(10, 40)])
    collection = Collection.open([tmp_path])
    assert {place.declared_split for place in collection.places} == {split}
    assert set(collection.splits) == {split}


def test_a_split_of_another_name_is_said_once_and_drawn_by_lot(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    places = [{"latitude": str(i)} for i in range(10, 40)]
    shard(tmp_path / "a" / "a.parquet", [row | {"split": "fold 3"} for row in places])
    shard(tmp_path / "b" / "a.parquet", [row | {"split": ""} for row in places])
    odd = Collection.open([tmp_path / "a"])
    assert [r.getMessage() for r in caplog.records] == [
        f"{tmp_path / 'a' / 'a.parquet'}: 30 rows are of a split 'fold 3'; their split is drawn by "
        "lot (or name it train, val or test)"
    ]
    assert odd.splits == Collection.open([tmp_path / "b"]).splits
    assert len(caplog.records) == 1


def test_a_group_of_near_duplicates_is_one_of_its_own_list(tmp_path: Path) -> None:
    for name, country, same in (("a", "Hungary", (0, 1)), ("b", "Peru", (1, 2))):
        folder = tmp_path / name / country
        folder.mkdir(parents=True)
        for i in range(3):
            (folder / f"{i}.jpg").write_bytes(jpeg(seed=i))
        listed = "".join(f"{country}/{i}.jpg,g1\n" for i in same)
        (tmp_path / name / "near_duplicates.csv").write_text(f"file,group\n{listed}")
    found = Collection.open([tmp_path / "a", tmp_path / "b"]).groups
    hungary, peru = found[:3], found[3:]
    assert hungary[0] == hungary[1] != hungary[2]
    assert peru[1] == peru[2] != peru[0]
    assert not set(hungary) & set(peru), "whatever the other list calls g1"


def test_a_picture_under_another_name_was_seen(tmp_path: Path) -> None:
    data = collection(tmp_path)
    seen = Trained(frozenset(), frozenset({digest(data.read(3))}))
    assert [seen.saw(data, i) for i in (2, 3)] == [False, True]
    assert Trained(frozenset({data.places[2].key})).saw(data, 2)
