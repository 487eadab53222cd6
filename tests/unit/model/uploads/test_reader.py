"""The processes: what they give back, and that nothing of theirs reaches the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from model.errors import PictureError
from model.photo_limits import BYTES_MAX, FORMATS
from model.uploads.limits import REASONS
from model.uploads.reader import UploadReader
from tests.conftest import ROOT
from tests.uploads import encoded, png, scene, with_scans

pytestmark = pytest.mark.slow

PHOTO = encoded(scene(96, 64), "JPEG")
TAKE_ONE = "import os, sys, time; n = int.from_bytes(sys.stdin.buffer.read(4), 'big'); "
TAKE_ONE += "d = sys.stdin.buffer.read(n); "


@pytest.fixture(scope="module")
def reader() -> Iterator[UploadReader]:
    reader = UploadReader(workers=1)
    yield reader
    reader.close()


def running(code: str, **options: float) -> UploadReader:
    """A reader whose worker runs this instead."""
    return UploadReader(workers=1, command=[sys.executable, "-c", code], **options)


def with_limits(**limits: int) -> UploadReader:
    """A reader whose worker has other limits."""
    changes = "".join(f"worker.{name} = {value}; " for name, value in limits.items())
    return running(f"from model.uploads import worker; {changes} worker.main()")


def pids(reader: UploadReader) -> list[int]:
    return [worker._process.pid for worker in reader._running]


def gone(pid: int) -> bool:
    """Whether a process has ended within a while."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_photo_comes_back_as_pixels(reader: UploadReader) -> None:
    picture = reader.read(PHOTO, "your photo")
    assert (picture.mode, picture.size, picture.info) == ("RGB", (96, 64), {})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (bytes(BYTES_MAX + 1), "bytes"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "format"),
        (png(30_000, 30_000, depth=16, colour=6, rows=bytes(9)), "pixels"),
        (with_scans(12_000), "scans"),
        (PHOTO[: len(PHOTO) // 2], "damaged"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(
    reader: UploadReader, data: bytes, reason: str
) -> None:
    with pytest.raises(PictureError) as caught:
        reader.read(data, "your photo")
    assert str(caught.value) == f"your photo: {REASONS[reason]}"
    assert reader.read(PHOTO, "next").size == (96, 64)


def test_the_message_lists_what_is_taken() -> None:
    assert all(kind in REASONS["format"] for kind in FORMATS)


def test_one_process_reads_photo_after_photo(reader: UploadReader) -> None:
    reader.read(PHOTO, "first")
    first = pids(reader)
    reader.read(PHOTO, "second")
    assert pids(reader) == first
    assert len(first) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_ctrl_c_of_the_server_leaves_the_worker_to_its_photo(reader: UploadReader) -> None:
    reader.read(PHOTO, "first")
    before = pids(reader)
    os.kill(before[0], signal.SIGINT)
    reader.read(PHOTO, "second")
    assert pids(reader) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps the limit")
def test_too_much_memory_is_said_and_harms_nobody() -> None:
    reader = with_limits(MEMORY_BYTES=64 * 2**20)
    # Its 48 million pixels are two thousand bytes of nothing.
    big = png(8000, 6000, depth=8, colour=2, rows=bytes(100))
    assert reader.answer(big).reason == "memory"
    assert reader.answer(PHOTO).picture is not None
    reader.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_too_much_processor_time_ends_the_worker() -> None:
    code = TAKE_ONE + "from model.uploads import worker; worker.CPU_S = 0; worker._allow_cpu()\n"
    reader = running(code + "while True: pass")
    assert reader.answer(PHOTO).reason == "time"
    reader.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is counted otherwise")
def test_a_worker_s_memory_is_its_own() -> None:
    memory_of_the_server = bytearray(b"1") * (300 * 2**20)
    reader = UploadReader(workers=1)
    assert 0 < reader.answer(PHOTO).peak_bytes < len(memory_of_the_server)
    reader.close()


def test_too_much_time_by_the_clock_ends_the_worker() -> None:
    reader = running(TAKE_ONE + "time.sleep(600)", wall_s=0.3)
    assert reader.answer(PHOTO).reason == "time"
    (pid,) = pids(reader)
    assert gone(pid)
    reader.close()


@pytest.mark.parametrize(
    "end",
    [
        "os.kill(os.getpid(), 11)",
        "os.abort()",
        "sys.exit(0)",
        "print('no JSON'); time.sleep(600)",
        "print('[]'); time.sleep(600)",
        "print('{}'); time.sleep(600)",
        "print('1' * 5000); time.sleep(600)",
        'print(\'{"cpu_s": 0, "size": [99999, 1]}\'); time.sleep(600)',
        'print(\'{"cpu_s": 0, "size": [8, 8]}\'); sys.exit(0)',
        "os.close(0); sys.exit(0)",
    ],
)
def test_a_worker_that_breaks_costs_no_more_than_its_photo(end: str) -> None:
    code = TAKE_ONE + "import functools; print = functools.partial(print, flush=True); " + end
    reader = running(code, wall_s=20.0)
    assert reader.answer(PHOTO).reason == "crash"
    reader._command = [sys.executable, "-m", "model.uploads.worker"]
    assert reader.answer(PHOTO).picture is not None
    reader.close()


def test_an_unknown_reason_is_a_damaged_photo() -> None:
    answer = '{"cpu_s": 0, "reason": "/srv/secret"}'
    reader = running(TAKE_ONE + f"print({answer!r}, flush=True); time.sleep(600)")
    assert reader.answer(PHOTO).reason == "damaged"
    reader.close()


def test_what_an_earlier_photo_broke_does_not_cost_the_next() -> None:
    answer = '{"cpu_s": 0, "reason": "format"}'
    # Each process answers one photo and breaks on its second, whichever that is.
    code = TAKE_ONE + f"print({answer!r}, flush=True); sys.stdin.buffer.read(9); os.abort()"
    reader = running(code)
    assert [reader.answer(PHOTO).reason for _ in range(3)] == ["format"] * 3
    reader.close()


def test_an_idle_worker_that_was_killed_is_replaced(reader: UploadReader) -> None:
    reader.read(PHOTO, "first")
    (pid,) = pids(reader)
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert reader.read(PHOTO, "second").size == (96, 64)
    assert pids(reader) != [pid]


def test_many_at_once_take_turns() -> None:
    reader = UploadReader(workers=2)
    photos = [encoded(scene(40 + n, 30), "PNG") for n in range(12)]
    with ThreadPoolExecutor(12) as threads:
        sizes = list(threads.map(lambda data: reader.read(data, "p").size, photos))
    assert sizes == [(40 + n, 30) for n in range(12)]
    assert len(pids(reader)) <= 2
    reader.close()


def test_who_waits_too_long_is_told_so() -> None:
    reader = running(TAKE_ONE + "time.sleep(600)", wall_s=1.5, wait_s=0.1)
    first = threading.Thread(target=reader.answer, args=(PHOTO,))
    first.start()
    time.sleep(0.3)
    assert reader.answer(PHOTO).reason == "busy"
    first.join()
    reader.close()


def test_a_worker_that_cannot_be_started_is_told() -> None:
    reader = UploadReader(workers=1, command=["/no/such/program"])
    assert [reader.answer(PHOTO).reason for _ in range(2)] == ["busy"] * 2


def test_the_server_s_secrets_stay_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret@db/rounds")
    answer = "'{\"cpu_s\": 0, \"reason\": \"%s\"}' % ('scans' if 'DATABASE_URL' in os.environ"
    reader = running(TAKE_ONE + f"print({answer} else 'format'), flush=True)")
    assert reader.answer(PHOTO).reason == "format"
    reader.close()


def test_closing_leaves_no_process_behind() -> None:
    reader = UploadReader(workers=1)
    reader.read(PHOTO, "p")
    workers = list(reader._running)
    reader.close()
    assert [worker._process.returncode is None for worker in workers] == [False]


@pytest.mark.skipif(sys.platform == "win32", reason="processes are looked for by signal 0")
@pytest.mark.parametrize("end", ["sys.exit(0)", "os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_no_worker_outlives_the_server(end: str, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    code = (
        "import os, sys, pathlib; from model.uploads.reader import UploadReader; "
        f"r = UploadReader(); r.read(pathlib.Path({str(tmp_path / 'photo.jpg')!r}).read_bytes(), "
        f"'p'); print(*(w._process.pid for w in r._running), flush=True); {end}"
    )
    server = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert gone(int(server.stdout)), server.stderr
