"""Build the world map of the page from Natural Earth (public domain), as packed by world-atlas.

Usage::

    python assets/map/build_map.py [--atlas countries-50m.json]

Without ``--atlas`` the pinned npm package is fetched with ``npm pack`` into a temporary folder.
The output lies beside this script and is committed; the same input gives the same bytes:

``world.svg``       one path per country of the game (``data-code``), muted ones for all others
                    (``data-land``, the middle of the largest part in ``data-at``), and a marker for
                    each country of the game that is too small to hit.
``countries.json``  per country: centroid (degrees), neighbours, middle on the map; per region: the
                    box of the map to zoom to, in the map's own units.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import heapq
import itertools
import json
import math
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from babel.core import get_global

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from model.data.files import write_atomically  # noqa: E402
from model.geography import (  # noqa: E402
    COUNTRY_CODES,
    CUT_LON_DEG,
    MAP_WIDTH,
    NORTH_DEG,
    LatLon,
    project,
)

PACKAGE = "world-atlas@2.0.2"
INTEGRITY = (  # of the package, as the registry states it
    "sha512-IXfV0qwlKXpckz1FhwXVwKRjiIhOnWttOskm5CtxMsjgE/"
    "MXAYRHWJqgXOpM8IkcPBoXnyTU5lFHcYa5ChG0LQ=="
)

# ISO 3166-1 numeric, the key of Natural Earth's features, in the order of COUNTRY_CODES.
NUMERIC = dict(
    zip(
        (
            "020 784 032 036 050 056 100 076 064 072 124 756 152 170 203 276 208 233 724 246 250 "
            "826 300 344 191 348 360 372 376 352 380 392 116 410 440 428 484 458 528 578 554 604 "
            "616 620 642 643 752 702 705 703 748 764 158 804 840 710"
        ).split(),
        COUNTRY_CODES,
        strict=True,
    )
)
ANTARCTICA = "010"
NAMED_ONLY = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}
"""Features without a number, and the territory whose name they get."""

# Bridges without a border line in the data; Kaliningrad lies beyond OVERSEAS_KM.
LINKED = (("MY", "SG"), ("DK", "SE"), ("LT", "RU"), ("PL", "RU"))

SOUTH_DEG = -56.5
SMALLEST_BEND = 14.0
"""Visvalingam's threshold: a bend that covers less, in square map units, is straightened."""
SMALLEST_ISLAND = {True: 40.0, False: 160.0}
"""Square map units below which an island is left out, in countries of the game and elsewhere."""
SMALLEST_TARGET = 75.0
"""A country whose main part is smaller than this across, in map units, gets a marker."""
OVERSEAS_KM = 2500.0
"""Parts farther than this from the middle of the largest part do not count for the centroid."""

REGION_BOXES_DEG = {  # west, south, east, north
    "world": (CUT_LON_DEG, SOUTH_DEG, CUT_LON_DEG + 360, NORTH_DEG),
    "europe": (-26, 34, 46, 71.5),
    "asia": (32, -11, 150, 56),
    "africa": (-20, -36, 54, 38),
    "north_america": (-168, 7, -50, 74),
    "south_america": (-94, -56.5, -30, 14),
    "oceania": (94, -48, 181, 8),
}

Point = tuple[float, float]


def load_atlas(path: Path | None) -> dict[str, Any]:
    """The TopoJSON topology; fetched and checked by its hash where no path is given."""
    if path is not None:
        return dict(json.loads(path.read_text()))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
        (archive,) = Path(folder).glob("*.tgz")
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if f"sha512-{digest}" != INTEGRITY:
            raise SystemExit(f"{archive.name}: hash differs from the pinned one")
        with tarfile.open(archive) as tar:
            member = tar.extractfile("package/countries-50m.json")
            assert member is not None
            return dict(json.load(member))


def decode_arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """Every arc as (lon, lat) in degrees, unwrapped so that no step jumps over the antimeridian."""
    (scale_x, scale_y), (shift_x, shift_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in deltas:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + shift_x, y * scale_y + shift_y))
        arcs.append(unwrap(points))
    return arcs


def unwrap(points: list[Point]) -> list[Point]:
    """The same line with whole turns added so that neighbouring longitudes are close."""
    out = [points[0]]
    for lon, lat in points[1:]:
        turns = round((out[-1][0] - lon) / 360)
        out.append((lon + 360 * turns, lat))
    return out


def straighten(points: list[Point]) -> list[Point]:
    """Visvalingam and Whyatt's simplification in map units; both ends stay."""
    flat = [project(*p) for p in points]
    last = len(points) - 1
    before, after = list(range(-1, last)), list(range(1, last + 2))

    def area(i: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = flat[before[i]], flat[i], flat[after[i]]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2

    sizes = {i: area(i) for i in range(1, last)}
    queue = [(size, i) for i, size in sizes.items()]
    heapq.heapify(queue)
    while queue:
        size, i = heapq.heappop(queue)
        if sizes.get(i) != size:
            continue
        if size >= SMALLEST_BEND:
            break
        del sizes[i]
        after[before[i]], before[after[i]] = after[i], before[i]
        for j in (before[i], after[i]):
            if j in sizes:
                sizes[j] = max(area(j), size)
                heapq.heappush(queue, (sizes[j], j))
    return [p for i, p in enumerate(points) if i in (0, last) or i in sizes]


def polygons_of(geometry: dict[str, Any]) -> list[list[list[int]]]:
    """The polygons of a feature: each a list of rings, each a list of arc numbers."""
    kind = geometry.get("type")
    if kind == "Polygon":
        return [geometry["arcs"]]
    return list(geometry["arcs"]) if kind == "MultiPolygon" else []


def ring(arcs: list[list[Point]], numbers: Iterable[int]) -> list[Point]:
    """A closed line, placed whole on the side of the cut where its middle lies."""
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc[1:] if points else arc)
    points = unwrap(points)
    middle = (min(p[0] for p in points) + max(p[0] for p in points)) / 2
    turns = math.floor((middle - CUT_LON_DEG) / 360)
    return [(lon - 360 * turns, lat) for lon, lat in points]


def flat_area(points: list[Point]) -> float:
    """The area of a ring in square map units."""
    flat = [project(*p) for p in points]
    pairs = zip(flat, flat[1:] + flat[:1], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def path_data(rings: Iterable[list[Point]]) -> str:
    """SVG path data with whole, relative coordinates: small, and exact enough to zoom eightfold."""
    parts = []
    for points in rings:
        whole = [(round(x), round(y)) for x, y in (project(*p) for p in points)]
        (x, y), steps = whole[0], []
        for next_x, next_y in whole[1:-1]:
            if (next_x, next_y) != (x, y):
                steps.append(f"{next_x - x} {next_y - y}")
                x, y = next_x, next_y
        parts.append(f"M{whole[0][0]} {whole[0][1]}l{' '.join(steps)}z".replace(" -", "-"))
    return "".join(parts)


def sphere_area(points: list[Point]) -> float:
    """The area of a ring on the unit sphere: a plane sum in the equal-area cylinder projection."""
    flat = [(math.radians(lon), math.sin(math.radians(lat))) for lon, lat in points]
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in itertools.pairwise(flat))) / 2


def sphere_centroid(rings: list[list[Point]]) -> LatLon:
    """The mean direction of an area on the sphere; holes run against their outline.

    By Stokes' theorem the integral of the direction over the area is half the sum over its edges
    of the edge's angle times the unit normal of its great circle.
    """
    total = [0.0, 0.0, 0.0]
    for points in rings:
        for a, b in itertools.pairwise(map(direction, points)):
            normal = (
                a[1] * b[2] - a[2] * b[1],
                a[2] * b[0] - a[0] * b[2],
                a[0] * b[1] - a[1] * b[0],
            )
            sine = math.hypot(*normal)
            if sine > 0:
                total = [
                    t + n * math.asin(min(1.0, sine)) / sine
                    for t, n in zip(total, normal, strict=True)
                ]
    inside = direction(rings[0][0])
    sign = 1 if sum(t * i for t, i in zip(total, inside, strict=True)) > 0 else -1
    x, y, z = (sign * t for t in total)
    return LatLon(math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x)))


def direction(point: Point) -> tuple[float, float, float]:
    """The unit vector of a (lon, lat) in degrees."""
    lon, lat = math.radians(point[0]), math.radians(point[1])
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def home_parts(polygons: list[list[list[Point]]]) -> list[list[list[Point]]]:
    """The polygons that count for the centroid: those not overseas."""
    ranked = sorted(polygons, key=lambda rings: -sphere_area(rings[0]))
    main = sphere_centroid(ranked[0])
    return [p for p in ranked if main.distance_km(sphere_centroid(p[:1])) <= OVERSEAS_KM]


def code_of(geometry: dict[str, Any]) -> str:
    """The ISO code of a feature, as Unicode's CLDR translates its number; empty if it has none."""
    number = str(geometry.get("id"))
    if number in NUMERIC:
        return NUMERIC[number]
    (code, *_) = get_global("territory_aliases").get(number, [""])
    return code or NAMED_ONLY.get(geometry["properties"]["name"], "")


class Atlas:
    """The topology sorted by country, those of the game first."""

    def __init__(self, topology: dict[str, Any]) -> None:
        self.exact = decode_arcs(topology)
        self.simple = [straighten(arc) for arc in self.exact]
        self.polygons: dict[str, list[list[list[int]]]] = {c: [] for c in COUNTRY_CODES}
        for geometry in topology["objects"]["countries"]["geometries"]:
            if geometry.get("id") == ANTARCTICA:
                continue
            code = code_of(geometry)
            for polygon in polygons_of(geometry):
                self.polygons.setdefault(self._recognised(code, polygon), []).append(polygon)

    def _recognised(self, code: str, polygon: list[list[int]]) -> str:
        """Natural Earth draws who holds Crimea; the map follows UN resolution 68/262."""
        if code == "RU":
            middle = sphere_centroid([ring(self.exact, polygon[0])])
            if 44 < middle.lat_deg < 46.3 and 32.4 < middle.lon_deg < 36.7:
                return "UA"
        return code

    def rings(self, code: str, *, exact: bool) -> list[list[list[Point]]]:
        """The polygons of a country as rings of (lon, lat)."""
        arcs = self.exact if exact else self.simple
        return [[ring(arcs, numbers) for numbers in polygon] for polygon in self.polygons[code]]

    def drawn(self, code: str) -> list[list[Point]]:
        """The rings worth drawing, the largest first: that of a country of the game in any case."""
        rings = [r for polygon in self.rings(code, exact=False) for r in polygon]
        rings = sorted((r for r in rings if len(r) > 3), key=flat_area, reverse=True)
        in_game = code in COUNTRY_CODES
        least, first = SMALLEST_ISLAND[in_game], int(in_game)
        return rings[:first] + [r for r in rings[first:] if flat_area(r) >= least]

    def neighbours(self) -> dict[str, list[str]]:
        """Countries that share a border line near home, and those joined by a bridge."""
        owners: dict[int, set[str]] = {}
        for code in COUNTRY_CODES:
            rings = self.rings(code, exact=True)
            home = home_parts(rings)
            for polygon, drawn in zip(self.polygons[code], rings, strict=True):
                if drawn in home:
                    for number in (n for numbers in polygon for n in numbers):
                        owners.setdefault(max(number, ~number), set()).add(code)
        pairs = {tuple(sorted(pair)) for pair in owners.values() if len(pair) == 2}
        pairs |= {tuple(sorted(pair)) for pair in LINKED}
        return {c: sorted({o for p in pairs if c in p for o in p} - {c}) for c in COUNTRY_CODES}


def target_of(outline: list[Point]) -> tuple[int, int, bool]:
    """Where a country's main part lies on the map, and whether it is too small to hit."""
    flat = [project(*p) for p in outline]
    xs, ys = [x for x, _ in flat], [y for _, y in flat]
    small = max(max(xs) - min(xs), max(ys) - min(ys)) < SMALLEST_TARGET
    return round((min(xs) + max(xs)) / 2), round((min(ys) + max(ys)) / 2), small


def elsewhere(atlas: Atlas) -> list[str]:
    """A path for each country outside the game of which anything is drawn."""
    paths = []
    for code in sorted(atlas.polygons.keys() - set(COUNTRY_CODES)):
        if drawn := atlas.drawn(code):
            x, y, _ = target_of(drawn[0])
            named = f' data-land="{code}" data-at="{x} {y}"' if code else ""
            paths.append(f'<path class="elsewhere"{named} d="{path_data(drawn)}"/>')
    return paths


def build(topology: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The SVG text and the table of the countries."""
    atlas = Atlas(topology)
    neighbours = atlas.neighbours()
    countries: dict[str, Any] = {}
    paths, markers = [], []
    for code in COUNTRY_CODES:
        drawn = atlas.drawn(code)
        x, y, small = target_of(drawn[0])
        home = home_parts(atlas.rings(code, exact=True))
        centroid = sphere_centroid([r for polygon in home for r in polygon])
        countries[code] = {
            "lat": round(centroid.lat_deg, 2),
            "lon": round(centroid.lon_deg, 2),
            "neighbours": neighbours[code],
            "map": [x, y],
        }
        paths.append(f'<path class="country" data-code="{code}" d="{path_data(drawn)}"/>')
        if small:
            dot = f'<circle class="country marker" data-code="{code}" cx="{x}" cy="{y}" r="45"/>'
            markers.append(dot)
    boxes = {}
    for region, (west, south, east, north) in REGION_BOXES_DEG.items():
        (left, top), (right, bottom) = project(west, north), project(east, south)
        boxes[region] = [round(v) for v in (left, top, right - left, bottom - top)]
    height = boxes["world"][3]
    svg = "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {MAP_WIDTH} {height}">',
            *elsewhere(atlas),
            *paths,
            *markers,
            "</svg>\n",
        ]
    )
    return svg, {"countries": countries, "boxes": boxes}


def main() -> None:
    """Read the arguments, build, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atlas", type=Path, help="countries-50m.json of " + PACKAGE)
    svg, table = build(load_atlas(parser.parse_args().atlas))
    here = Path(__file__).resolve().parent
    write_atomically(here / "world.svg", svg)
    rows = ",\n".join(f'"{c}": {json.dumps(row)}' for c, row in table["countries"].items())
    boxes = json.dumps(table["boxes"])
    document = f'{{"boxes": {boxes},\n"countries": {{\n{rows}\n}}}}\n'
    write_atomically(here / "countries.json", document)
    print(f"world.svg: {len(svg) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
