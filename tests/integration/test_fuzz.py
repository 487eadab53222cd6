"""A hundred mutated files of every format; ``make fuzz`` reads ten thousand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from model import photo_limits
from model.uploads.contents import kind_of
from model.uploads.reader import Answer, UploadReader
from tests.conftest import ROOT
from tests.fuzz import run
from tests.fuzz.mutations import mend_checksums, mutant
from tests.fuzz.samples import FORMATS, REFUSED, TAKEN, samples

pytestmark = pytest.mark.slow

SEED = 1
FILES = 100


def test_nothing_escapes_the_reader_of_photos() -> None:
    for start, name in enumerate(FORMATS):
        numbers = range(start, FILES, len(FORMATS))
        tally = run.fuzz(name, numbers, SEED)
        assert tally.escaped == []
        assert tally.answers.total() == len(numbers) >= FILES // len(FORMATS)


def test_every_format_that_is_taken_is_among_them_and_whole_files_are_read() -> None:
    assert set(TAKEN.values()) == set(photo_limits.FORMATS)
    reader = UploadReader(workers=1)
    for name, kind in TAKEN.items():
        assert {kind_of(data) for data in samples(name)} == {kind}
        assert all(reader.answer(data).picture is not None for data in samples(name)), name
    for name in REFUSED:
        assert {reader.answer(data).reason for data in samples(name)} == {"format"}, name
    reader.close()


def test_a_file_is_the_same_each_time_and_another_for_another_seed() -> None:
    assert mutant("WebP", 1, 7) == mutant("WebP", 1, 7) != mutant("WebP", 2, 7)
    assert all(mend_checksums(data) == data for data in samples("PNG"))


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Answer("no such reason"), "no words"),
        (Answer("damaged", peak_bytes=2 << 40), "MB"),
        (Answer("time"), "next photo"),
        (ValueError("decoder"), "ValueError: decoder"),
    ],
)
def test_an_escape_is_seen(
    answer: Answer | Exception, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(UploadReader):
        asked = 0

        def answer(self, data: bytes) -> Answer:
            self.asked += 1
            if isinstance(answer, Exception) and self.asked > 1:
                raise answer
            return answer if self.asked > 1 else Answer()  # the first is a whole photo

    monkeypatch.setattr(run, "UploadReader", Broken)
    (escaped,) = run.fuzz("GIF", [3], SEED).escaped
    assert escaped.startswith("GIF 3: ")
    assert fault in escaped


def test_the_command_prints_a_line_for_each_format_and_writes_single_files(tmp_path: Path) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "tests.fuzz", *arguments]
        env = {"PYTHONPATH": str(ROOT), "PATH": ""}
        return subprocess.run(
            line, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        )

    lines = command("--files", "14").stdout.splitlines()
    assert [line[:17].strip() for line in lines[1:-1]] == FORMATS
    assert lines[-1].startswith("14 files, seed 1")
    command("--only", "16-bit PNG 4")
    assert (tmp_path / "build/fuzz/16-bit PNG 4").read_bytes() == mutant("16-bit PNG", 1, 4)
