from __future__ import annotations

import errno
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from model.data.files import replacing, write_atomically
from model.errors import OutputError
from tests.conftest import ROOT


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@contextmanager
def umask(value: int) -> Iterator[None]:
    old = os.umask(value)
    yield
    os.umask(old)


def test_a_file_appears_whole(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("old")
    with replacing(file) as temporary:
        temporary.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def _fail(temporary: Path, error: Exception) -> None:
    temporary.write_text("half")
    raise error


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "disk full"), ValueError("a fault")])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: Exception) -> None:
    file = tmp_path / "x.txt"
    file.write_text("old")
    expected = OutputError if isinstance(error, OSError) else ValueError
    with pytest.raises(expected), replacing(file) as temporary:
        _fail(temporary, error)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_is_one_line_with_a_remedy(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk; the error is of the same family."""
    file, limits = tmp_path / "x.bin", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OutputError) as caught:
            write_atomically(file, b"x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(caught.value) == f"{file}: cannot be written (File too large); make room there"
    assert caught.value.errno == errno.EFBIG
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no/x: .*folder does not exist; make it first"):
        write_atomically(tmp_path / "no" / "x", b"")
    with pytest.raises(OutputError, match="it is a folder"):
        write_atomically(tmp_path, b"")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match="loop: cannot be written"):
        write_atomically(tmp_path / "loop", b"")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["loop"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_or_file_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("old")
    file.chmod(0o444)
    with pytest.raises(OutputError, match="may be written to"):
        write_atomically(file, b"new")
    tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match="may be written to"):
        write_atomically(tmp_path / "y", b"new")
    tmp_path.chmod(0o755)
    assert file.read_text() == "old"


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link, target = tmp_path / "link", tmp_path / "folder" / "target"
    link.symlink_to("folder/target")
    for content in ("first", "second"):  # the target is not there yet, and then it is
        write_atomically(link, content)
        assert link.is_symlink()
        assert target.read_text() == content
    assert list(target.parent.iterdir()) == [target]


def test_new_files_obey_the_umask_and_old_ones_keep_their_mode(tmp_path: Path) -> None:
    private, public = tmp_path / "private", tmp_path / "public"
    with umask(0o077):
        write_atomically(private, b"")
    with umask(0o022):
        write_atomically(public, b"")
        write_atomically(private, b"")
    assert (mode(private), mode(public)) == (0o600, 0o644)
    public.chmod(0o640)
    write_atomically(public, b"")
    assert mode(public) == 0o640


def test_a_long_name_is_no_obstacle(tmp_path: Path) -> None:
    file = tmp_path / ("フ" * 85)  # 255 bytes, all that a name may have
    write_atomically(file, b"x")
    assert file.read_bytes() == b"x"


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    holder = os.open(pipe, os.O_RDWR)  # so that neither side waits
    write_atomically(pipe, "{}")
    assert os.read(holder, 10) == b"{}"
    os.close(holder)
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could replace a device")
def test_a_device_stays_one(tmp_path: Path) -> None:
    null = tmp_path / "null"
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    write_atomically(null, b"{}")
    assert stat.S_ISCHR(null.lstat().st_mode)


WRITE = """
import sys
from pathlib import Path
from model.data.files import write_atomically
print("before", flush=True)
write_atomically(Path(sys.argv[1]), "into it\\n")
print("after")
"""


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_is_written_into(name: str, tmp_path: Path) -> None:
    """Also where it is a plain file, which must neither be replaced nor written over."""
    command, file = [sys.executable, "-c", WRITE, name], tmp_path / "file"
    piped = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert piped.stdout == "before\ninto it\nafter\n"
    with file.open("w") as stream:
        subprocess.run(command, cwd=ROOT, stdout=stream, check=True)
    assert file.read_text() == piped.stdout
    assert list(tmp_path.iterdir()) == [file]


def test_only_one_place_writes_files() -> None:
    """What would write a file of its own goes around the rules above."""
    signs = ("mkstemp", "NamedTemporaryFile", "os.replace", "os.rename", '".part"')
    found = {
        str(file.relative_to(ROOT))
        for room in ("model", "game", "assets")
        for file in (ROOT / room).rglob("*.py")
        if any(sign in file.read_text(encoding="utf-8") for sign in signs)
    }
    assert found == {"model/data/files.py"}
