"""Render panoramas of the practice world.

    python -m assets.practice.scene.render --countries HU PL --splits train val test \
        --counts 20 3 6 --out build/practice
    python -m assets.practice.scene.render --only HU/test/3 --out build/again

Each panorama becomes OUT/HU/test/3.png (lossless), 3.cues.png (the cue number of every pixel) and
3.json. What exists is skipped, so a stopped run goes on where it was.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from model.data.files import replacing, write_atomically

from . import RENDERER_VERSION, sprites
from .develop import develop
from .facts import Country, TableError, load_countries
from .keys import PanoramaKey
from .regions import region_of, regional
from .shards import held, read_rows

SIZES: dict[str, tuple[int, int]] = {"train": (1400, 2), "val": (1400, 2), "test": (2880, 2)}
"""Width in pixels and samples a pixel, by split.

Test pictures are played, so they are large. Once denoised, more than 2 samples only sharpen grass.
"""
SPLIT_ORDER = ("test", "val", "train")


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Blender reports every step on standard output; keep it off the progress bar."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def target(out: Path, key: PanoramaKey) -> Path:
    """Where the picture of this panorama goes."""
    return out / key.country / key.split / f"{key.index}.png"


def render_one(
    key: PanoramaKey, country: Country, out: Path, width_px: int, samples: int, threads: int
) -> float:
    """Render one panorama and write its three files; returns the seconds it took."""
    from .film import render  # noqa: PLC0415  bpy: only where something is rendered
    from .world import build_world  # noqa: PLC0415

    started = time.monotonic()
    with _silence(), tempfile.TemporaryDirectory() as folder:
        stage, conditions = build_world(key, country, width_px)
        built = time.monotonic() - started
        frame = render(
            stage, conditions, width_px, samples, Path(folder), key.seed("film"), threads
        )
    seconds = time.monotonic() - started
    path = target(out, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    notes = {
        "key": str(key),
        "renderer": RENDERER_VERSION,
        "scene": conditions.scene,
        "weather": conditions.weather,
        "camera": conditions.camera,
        "piece": conditions.piece,
        "region": region_of(key),
        "samples": samples,
        "signs": "drawings" if sprites.present() else "simple",
        "seconds": round(seconds, 1),
        "build_seconds": round(built, 1),
        "cues": {cue: ", ".join(sorted(values)) for cue, values in stage.cue_values.items()},
    }
    # The picture comes last and by renaming: a picture that exists is whole.
    write_atomically(path.with_suffix(".json"), json.dumps(notes, ensure_ascii=False, indent=1))
    _save(Image.fromarray(frame.numbers.astype("uint8")), path.with_suffix(".cues.png"))
    _save(Image.fromarray(develop(frame, conditions)), path)
    return seconds


def _attempt(task: tuple[PanoramaKey, Country, Path, int, int, int]) -> str | None:
    """``render_one``, with a fault as text: one broken scene must not stop a night's render."""
    try:
        render_one(*task)
    except Exception as error:
        return f"{task[0]}: {type(error).__name__}: {error}"
    return None


def _save(image: Image.Image, path: Path) -> None:
    with replacing(path) as temporary:
        image.save(temporary, "PNG")


def keys_to_render(
    countries: list[str], splits: list[str], counts: list[int], rounds: int = 1
) -> list[PanoramaKey]:
    """Country by country; within one the test pictures first, for those are played.

    With several rounds every country gets its share of each split before any gets more, so that
    what is there is a smaller whole world at any moment.
    """
    number = dict(zip(splits, counts, strict=True))
    ordered = [split for split in SPLIT_ORDER if split in number]
    return [
        PanoramaKey(country, split, index)
        for turn in range(rounds)
        for country in countries
        for split in ordered
        for index in range(
            -(-number[split] * turn // rounds), -(-number[split] * (turn + 1) // rounds)
        )
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--countries", nargs="+", metavar="CODE", help="default: all 56")
    parser.add_argument("--splits", nargs="+", default=["train", "val", "test"], choices=SIZES)
    parser.add_argument("--counts", nargs="+", type=int, default=[20, 3, 6], help="one per split")
    parser.add_argument("--beyond", type=Path, help="leave out what these shards hold already")
    parser.add_argument("--rounds", type=int, default=1, help="every country some, then more")
    parser.add_argument("--only", nargs="+", metavar="HU/test/3", help="render just these, again")
    parser.add_argument("--out", type=Path, default=Path("build/practice"))
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--width", type=int, help="in pixels, instead of the split's own")
    parser.add_argument("--samples", type=int, help="a pixel, instead of the split's own")
    parser.add_argument(
        "--simple-signs", action="store_true", help="draw them simply if scene.sprites was not run"
    )
    return parser.parse_args()


def _is_current(path: Path) -> bool:
    """Whether a panorama is there, and this renderer drew it."""
    notes = path.with_suffix(".json")
    return path.exists() and json.loads(notes.read_text())["renderer"] == RENDERER_VERSION


def _chosen(arguments: argparse.Namespace, countries: dict[str, Country]) -> list[PanoramaKey]:
    if arguments.only:
        keys = [PanoramaKey.parse(text) for text in arguments.only]
    else:
        if len(arguments.counts) != len(arguments.splits):
            raise ValueError("--counts needs one number for each of --splits")
        codes = arguments.countries or list(countries)
        if arguments.rounds < 1:
            raise ValueError("--rounds must be 1 or more")
        keys = keys_to_render(codes, arguments.splits, arguments.counts, arguments.rounds)
        packed = held(read_rows(arguments.beyond)) if arguments.beyond else Counter()
        if arguments.beyond and not packed:
            raise ValueError(f"--beyond {arguments.beyond}: no shard of panoramas is there")
        keys = [key for key in keys if key.index >= packed[key.country, key.split]]
        keys = [key for key in keys if not _is_current(target(arguments.out, key))]
    for key in keys:
        if key.country not in countries or key.split not in SIZES:
            raise ValueError(f"{key}: no such country in countries.toml, or no such split")
    return keys


def main() -> int:
    """The command line; 0 on success, 2 on bad input."""
    arguments = _arguments()
    try:
        if not (arguments.simple_signs or sprites.present()):
            raise ValueError(
                "the drawings of road signs are missing; run scene.sprites, or give --simple-signs"
            )
        countries = load_countries()
        keys = _chosen(arguments, countries)
    except (TableError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    tasks = []
    for key in keys:
        width_px, samples = SIZES[key.split]
        width_px, samples = arguments.width or width_px, arguments.samples or samples
        country = regional(key, countries[key.country])
        tasks.append((key, country, arguments.out, width_px, samples, arguments.threads))
    # Processes are replaced now and then, because Blender does not give all its memory back.
    with get_context("spawn").Pool(arguments.processes, maxtasksperchild=25) as pool:
        done = pool.imap_unordered(_attempt, tasks)
        faults = [fault for fault in tqdm(done, total=len(tasks), unit="panorama") if fault]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
