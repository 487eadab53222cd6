"""Shapes as arrays: corners, faces and the material slot of each face; metres, z up.

Nothing here knows Blender, and no operator is called: meshes made from data build in
milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Point = Sequence[float] | Floats
WIRE_PX = 1.8
"""Wires are drawn at least this thick, in pixels of the picture: thinner ones break into dots."""
WIRE_RADIUS_M = 0.010


@dataclass(frozen=True, slots=True)
class Shape:
    """A mesh.

    Attributes:
        points: corners, [n, 3], metres.
        loops: indices into ``points``, face after face.
        sizes: corners of each face.
        slots: material slot of each face.
        normals: [n, 3] of each corner where light should fall as if it belonged to something
            rounder, such as a crown; (0, 0, 0) leaves the face's own.
    """

    points: Floats
    loops: Ints
    sizes: Ints
    slots: Ints
    normals: Floats | None = None

    def moved(self, offset: Point) -> Shape:
        """The same shape, shifted."""
        return replace(self, points=self.points + np.asarray(offset))

    def turned(self, yaw_rad: float) -> Shape:
        """The same shape, turned about the z axis."""
        cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
        matrix = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        normals = None if self.normals is None else self.normals @ matrix
        return replace(self, points=self.points @ matrix, normals=normals)

    def painted(self, slot: int) -> Shape:
        """The same shape, all in one material slot."""
        return replace(self, slots=np.full_like(self.slots, slot))

    def bent(self, normals: Floats) -> Shape:
        """The same shape, lit by these normals [n, 3], of any length."""
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        return replace(self, normals=normals / np.maximum(length, 1e-9))


def faces(
    points: Iterable[Point] | Floats, corners: Sequence[Sequence[int]], slot: int = 0
) -> Shape:
    """A shape from corner lists."""
    return Shape(
        np.asarray(points if isinstance(points, np.ndarray) else list(points), dtype=float),
        np.array([i for face in corners for i in face], dtype=np.int64),
        np.array([len(face) for face in corners], dtype=np.int64),
        np.full(len(corners), slot, dtype=np.int64),
    )


def polygons(corners: Floats, slot: int = 0) -> Shape:
    """Faces that share no corner: [n, k, 3] is n faces of k corners."""
    count, size = corners.shape[:2]
    return Shape(
        corners.reshape(-1, 3),
        np.arange(count * size),
        np.full(count, size),
        np.full(count, slot),
    )


def merge(shapes: Iterable[Shape]) -> Shape:
    """One shape of many."""
    parts = list(shapes)
    offsets = np.cumsum([0] + [len(part.points) for part in parts[:-1]])
    normals = None
    if any(part.normals is not None for part in parts):
        normals = np.concatenate(
            [np.zeros_like(p.points) if p.normals is None else p.normals for p in parts]
        )
    return Shape(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.loops + shift for part, shift in zip(parts, offsets, strict=True)]),
        np.concatenate([part.sizes for part in parts]),
        np.concatenate([part.slots for part in parts]),
        normals,
    )


_BOX_FACES = ((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7), (3, 2, 1, 0))


def box(low: Point, high: Point, slot: int = 0) -> Shape:
    """An axis-parallel box between two corners."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    base = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return faces([(x, y, z) for z in (z0, z1) for x, y in base], _BOX_FACES, slot)


def tube(
    start: Point, end: Point, radius_start: float, radius_end: float, sides: int = 8, slot: int = 0
) -> Shape:
    """A truncated cone between two points, open below, capped above."""
    foot, head = np.asarray(start, float), np.asarray(end, float)
    axis = (head - foot) / max(1e-9, float(np.linalg.norm(head - foot)))
    helper = np.array([1.0, 0, 0]) if abs(axis[2]) > 0.7 else np.array([0, 0, 1.0])
    across = np.cross(axis, helper)
    across /= np.linalg.norm(across)
    around = np.cross(axis, across)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[:, None]
    ring = np.cos(angle) * across + np.sin(angle) * around
    points = np.concatenate([foot + ring * radius_start, head + ring * radius_end])
    corners = [(i, (i + 1) % sides, sides + (i + 1) % sides, sides + i) for i in range(sides)]
    cap = tuple(range(sides, 2 * sides))
    return faces(points, [*corners, cap], slot)


def cards(
    centres: Floats, size_m: float, rng: np.random.Generator, slot: int = 0, droop: float = 0.0,
    outward: Floats | None = None,
) -> Shape:  # fmt: skip
    """Leaves: rhombic faces at ``centres`` [n, 3], each turned its own way.

    Args:
        centres: middles of the leaves, [n, 3] metres.
        size_m: half their length.
        rng: draws how each is turned.
        slot: material slot.
        droop: above 0 lets them hang: it stretches the long axis downwards.
        outward: [n, 3]: which way the crown's surface looks there; leaves turn their upper sides
            that way and are lit as if they lay in that surface.
    """
    count = len(centres)
    long_axis = rng.normal(size=(count, 3)) + np.array([0, 0, -2.0 * droop])
    long_axis /= np.linalg.norm(long_axis, axis=1, keepdims=True)
    short_axis = np.cross(long_axis, rng.normal(size=(count, 3)))
    short_axis /= np.linalg.norm(short_axis, axis=1, keepdims=True)
    half = size_m * rng.uniform(0.6, 1.3, (count, 1))
    corners = np.stack(
        [
            centres - long_axis * half,
            centres + short_axis * half * 0.5,
            centres + long_axis * half,
            centres - short_axis * half * 0.5,
        ],
        axis=1,
    )
    if outward is None:
        return polygons(corners, slot)
    inside = (np.cross(long_axis, short_axis) * outward).sum(1) > 0
    corners[inside] = corners[inside, ::-1]
    # Some of each leaf's own tilt stays: crowns lit by one smooth body look like balloons.
    own = np.cross(corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0])
    own /= np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-9)
    return polygons(corners, slot).bent(np.repeat(0.62 * outward + 0.38 * own, 4, axis=0))


def extruded(
    outline: Sequence[tuple[float, float]], low_x: float, high_x: float, slot: int = 0
) -> Shape:
    """A (y, z) outline, counter-clockwise, drawn out along x."""
    count = len(outline)
    points = [(x, y, z) for x in (low_x, high_x) for y, z in outline]
    sides = [(i, count + i, count + (i + 1) % count, (i + 1) % count) for i in range(count)]
    ends = [tuple(range(count)), tuple(range(2 * count - 1, count - 1, -1))]
    return faces(points, [*sides, *ends], slot)


def ribbon(path: Floats, profile: Sequence[tuple[float, float]], slot: int = 0) -> Shape:
    """A cross-section drawn along a path.

    Args:
        path: [n, 4]: x, y and the unit vector across (to the right) of each station.
        profile: (offset across, height) of each corner of the open cross-section, left to right.
        slot: material slot of all faces.
    """
    width, length = len(profile), len(path)
    offset = np.array([p[0] for p in profile])
    height = np.array([p[1] for p in profile])
    x = path[:, 0:1] + path[:, 2:3] * offset
    y = path[:, 1:2] + path[:, 3:4] * offset
    z = np.broadcast_to(height, x.shape)
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    row, column = np.meshgrid(np.arange(length - 1), np.arange(width - 1), indexing="ij")
    first = (row * width + column).ravel()
    corners = np.stack([first, first + 1, first + width + 1, first + width], axis=1)
    count = len(corners)
    return Shape(points, corners.ravel(), np.full(count, 4), np.full(count, slot))


def grid(x: Floats, y: Floats, z: Floats) -> Shape:
    """A surface over the lattice of ``x`` [n] and ``y`` [m], heights ``z`` [n, m]."""
    rows, columns = z.shape
    points = np.stack([np.repeat(x, columns), np.tile(y, rows), z.ravel()], axis=1)
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    first = (row * columns + column).ravel()
    corners = np.stack([first, first + columns, first + columns + 1, first + 1], axis=1)
    count = len(corners)
    return Shape(points, corners.ravel(), np.full(count, 4), np.zeros(count, dtype=np.int64))


def smooth_noise(x: Floats, y: Floats, seed: int) -> Floats:
    """Value noise on the unit lattice, about -1 to 1, smooth, repeatable."""
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    cell_x, cell_y = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    u, v = x - cell_x, y - cell_y
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)

    def corner(i: int, j: int) -> Floats:
        mixed = (cell_x + i) * 374761393 + (cell_y + j) * 668265263 + (seed % 100003) * 144269
        mixed = (mixed ^ (mixed >> 13)) * 1274126177
        return ((mixed ^ (mixed >> 16)) & 0xFFFF) / 32767.5 - 1.0

    low = corner(0, 0) * (1 - u) + corner(1, 0) * u
    high = corner(0, 1) * (1 - u) + corner(1, 1) * u
    return low * (1 - v) + high * v


def wire_radius_m(at: Point, eye: Point, pixel_rad: float) -> float:
    """Half the thickness of a wire at a point, so that the camera sees ``WIRE_PX`` of it."""
    away_m = float(np.linalg.norm(np.asarray(at, float) - np.asarray(eye, float)))
    return max(WIRE_RADIUS_M, 0.5 * WIRE_PX * pixel_rad * away_m)
