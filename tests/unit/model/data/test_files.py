from __future__ import annotations

from pathlib import Path

import pytest

from model.data.files import replacing


def test_a_file_appears_whole(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("old")
    with replacing(file) as temporary:
        temporary.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def _fail(temporary: Path) -> None:
    temporary.write_text("half")
    raise OSError("disk full")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("old")
    with pytest.raises(OSError, match="disk full"), replacing(file) as temporary:
        _fail(temporary)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
