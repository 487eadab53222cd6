"""Tables that went through spreadsheets, editors and other systems."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.data.collection import Collection
from model.data.sources import FolderSource
from model.data.tables import read_table
from model.errors import DataError
from tests.conftest import jpeg

PLAIN = "file,group\nRéunion/café.jpg,a1\n\nx/y.jpg,\n"


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.encode("cp1252"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", ";").encode("cp1252"),
        PLAIN.replace(",", "\t").encode("utf-16"),
        PLAIN.replace("file,group", "  FILE , Group ").encode(),
        ("sep=;\r\n" + PLAIN.replace(",", ";")).encode("utf-8-sig"),
        PLAIN.replace("Réunion/café.jpg", '"Réunion/café.jpg"').encode(),
    ],
)
def test_one_table_however_it_was_saved(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(data)
    rows = read_table(file, ("file", "group"), "make it anew")
    assert [row.values for row in rows] == [
        {"file": "Réunion/café.jpg", "group": "a1"},
        {"file": "x/y.jpg", "group": ""},
    ]
    first = 3 if data.startswith(b"\xef\xbb\xbfsep") else 2
    assert [row.line for row in rows] == [first, first + 2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no column file, group"),
        (b"name,group\na,b\n", "no column file"),
        (b"\xff\xfe\x00", "no CSV table"),
        (jpeg(), r"no (CSV table|column)"),
    ],
)
def test_what_is_no_such_table_is_one_line(data: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(data)
    with pytest.raises(DataError, match=rf"t\.csv: {message}.*; make it anew$") as error:
        read_table(file, ("file", "group"), "make it anew")
    assert "\n" not in str(error.value)


def test_a_short_row_lacks_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("file,group\nonly\na,b,c\n")
    rows = read_table(tmp_path / "t.csv", ("file", "group"), "")
    assert [tuple(row.values.values()) for row in rows] == [("only", ""), ("a", "b")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(
    "listed",
    [
        "file,group\nHungary/Café.jpg,a\nHungary/b.jpg,a\n",
        "File;Group\r\nHungary\\Café.jpg;a\r\nHungary\\b.jpg;a\r\n",
        "FILE,GROUP\nC:\\data\\hungary\\CAFÉ.JPG,a\n./HUNGARY/B.JPG,a\n",
    ],
)
def test_near_duplicates_are_found_whoever_wrote_their_names(
    encoding: str, listed: str, tmp_path: Path
) -> None:
    (tmp_path / "Hungary").mkdir()
    for name in ("b.jpg", "Café.jpg", "z.jpg"):
        (tmp_path / "Hungary" / name).write_bytes(jpeg())
    (tmp_path / "near_duplicates.csv").write_bytes(listed.encode(encoding))
    collection = Collection.open([tmp_path])
    group = {Path(collection.name(i)).name: collection.groups[i] for i in range(3)}
    assert group["b.jpg"] == group["Café.jpg"] != group["z.jpg"]


def test_rows_without_a_group_link_nothing(tmp_path: Path) -> None:
    (tmp_path / "Hungary").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "Hungary" / name).write_bytes(jpeg())
    (tmp_path / "near_duplicates.csv").write_text("file,group\nHungary/a.jpg,\nHungary/b.jpg,\n")
    assert len(set(Collection.open([tmp_path]).groups)) == 2


def test_a_list_that_names_nothing_here_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "Hungary").mkdir()
    (tmp_path / "Hungary" / "a.jpg").write_bytes(jpeg())
    (tmp_path / "near_duplicates.csv").write_text("file,group\nPeru/a.jpg,1\n")
    assert len(FolderSource(tmp_path).places) == 1
    Collection.open([tmp_path])
    assert "names none of the photos" in caplog.text
