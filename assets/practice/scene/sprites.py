"""Road-sign drawings of npm's ``mapillary_sprite_source`` (MIT), fetched once, not committed.

    python -m assets.practice.scene.sprites          # needs npm; unpacks below build/sprites

Where they are missing, ``scene.render`` asks for ``--simple-signs``: ``boards`` then draws simpler
ones, and the notes of a panorama say so.
"""

from __future__ import annotations

import functools
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

PACKAGE = "mapillary_sprite_source@1.8.0"
FOLDER = Path(__file__).resolve().parents[3] / "build" / "sprites"
SIGNS = FOLDER / "package" / "package_signs"
SIZE_PX = 256
SYMBOLS = (
    "curve-left", "curve-right", "children", "other-danger", "crossroads", "wild-animals",
    "pedestrians-crossing", "roadworks", "slippery-road-surface", "double-curve-first-left",
    "double-curve-first-right", "road-narrows", "domestic-animals", "steep-ascent",
    "junction-with-a-side-road-perpendicular-right", "traffic-signals", "roundabout",
)  # fmt: skip
_GROUNDS = {"triangle": "white", "diamond": "yellow"}
"""The ground on which most symbols of a shape are drawn; only the symbol is used."""


def fetch() -> None:
    """Fetch the package with npm and unpack it; it appears whole or not at all.

    Raises:
        OSError: npm is missing, or nothing can be written.
        subprocess.CalledProcessError: npm could not fetch it.
    """
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(Path(folder) / "whole", filter="data")
        shutil.rmtree(FOLDER, ignore_errors=True)
        (Path(folder) / "whole").rename(FOLDER)


def present() -> bool:
    """Whether the drawings can be used here: they are fetched and a rasteriser is installed."""
    try:
        import resvg_py  # noqa: F401, PLC0415  only the renderer's environment has it
    except ModuleNotFoundError:
        return False
    return SIGNS.is_dir()


def _raster(path: Path) -> Image.Image:
    import resvg_py  # noqa: PLC0415

    data = bytes(resvg_py.svg_to_bytes(svg_string=path.read_text(encoding="utf-8"), zoom=8))
    image: Image.Image = Image.open(io.BytesIO(data)).convert("RGBA")
    return image.crop(image.getbbox()).resize((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS)


def _family(image: Image.Image) -> tuple[str, str]:
    """The outline (triangle, diamond or other) and the background of a drawing."""
    pixels = np.asarray(image, dtype=int)
    inside = pixels[..., 3] > 128
    width = inside.mean(1)
    top, middle, low = width[12], width[SIZE_PX // 2], width[-20]
    outline = "other"
    if top < 0.35 and low > 0.8:
        outline = "triangle"
    elif top < 0.35 and low < 0.4 and middle > 0.85:
        outline = "diamond"
    red, green, blue = (pixels[..., channel][inside] for channel in range(3))
    yellow = ((red > 190) & (green > 130) & (blue < 120)).mean()
    white = ((red > 210) & (green > 210) & (blue > 210)).mean()
    return outline, "yellow" if yellow > max(0.25, white) else "white" if white > 0.25 else "other"


@functools.cache
def warnings(shape: str) -> tuple[Path, ...]:
    """The drawings of warning signs of a shape, triangle or diamond, in a fixed order."""
    if not present():
        return ()
    found = []
    for symbol in SYMBOLS:
        for path in sorted(SIGNS.glob(f"warning--{symbol}--g*.svg")):
            if _family(_raster(path)) == (shape, _GROUNDS[shape]):
                found.append(path)
                break
    return tuple(found)


def drawing(path: Path) -> np.ndarray:
    """A warning sign's face, uint8 RGB, on a white ground."""
    image = _raster(path)
    ground = Image.new("RGBA", image.size, "#ffffff")
    ground.alpha_composite(image)
    return np.array(ground.convert("RGB"))


def main() -> int:
    """Fetch them; 0 if they can be used, 2 with one line if not."""
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{PACKAGE} cannot be fetched with npm: {error}", file=sys.stderr)
        return 2
    if not present():
        print("resvg_py is missing: pip install -r requirements-render.txt", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
