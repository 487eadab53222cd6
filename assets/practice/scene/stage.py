"""The stage: turns shapes into Blender objects, shares materials, and notes the cues in use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np

from . import materials
from .chance import Chance
from .geometry import Point, Shape
from .presets import Colour, Look


class Stage:
    """One scene under construction. Creating it empties Blender.

    Attributes:
        place: what all surfaces share here: an offset of their patterns, rain, snow.
        pixel_rad: how wide a pixel of the picture is, seen from the camera.
        eye: the camera, once it is placed.
        panels: meshes of fences by their kind: all gardens share them.
    """

    def __init__(self, chance: Chance, width_px: int, wet: float = 0.0, snow: float = 0.0) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.scene = bpy.context.scene
        offset_m = (chance.uniform(-400, 400), chance.uniform(-400, 400), 0.0)
        self.place = materials.Place(offset_m, wet, snow)
        self.pixel_rad = 2 * math.pi / width_px
        self.eye = (0.0, 0.0, 2.5)
        self._materials: dict[tuple[Any, ...], Any] = {}
        self.cue_values: dict[str, set[str]] = {}
        self.panels: dict[str, list[Any]] = {}
        self._claimed: list[tuple[float, float, tuple[float, float]]] = []

    def note(self, cue: str, value: str) -> None:
        """Record what this country shows here, such as ``note("bollard", "pl_red_slash")``."""
        self.cue_values.setdefault(cue, set()).add(value)

    def surface(self, look: Look, cue: str = "") -> Any:
        """The material of a look; the same look and cue give the same material."""
        key = (look, cue)
        if key not in self._materials:
            self._materials[key] = materials.from_look(look, cue, self.place)
        return self._materials[key]

    def plain(self, colour: Colour, cue: str = "", roughness: float = 0.6) -> Any:
        """A material of one colour."""
        return self.surface(Look(colour, "plain", roughness), cue)

    def paint(self, colour: Colour, cue: str) -> Any:
        """Worn road paint."""
        key = ("paint", colour, cue)
        if key not in self._materials:
            self._materials[key] = materials.worn_paint(colour, cue, self.place)
        return self._materials[key]

    def wire(self, opacity: float, cue: str) -> Any:
        """A material of wires, by how much they cover of what is drawn."""
        key = ("wire", opacity, cue)
        if key not in self._materials:
            self._materials[key] = materials.wire(opacity, cue)
        return self._materials[key]

    def mesh(self, shape: Shape, surfaces: Sequence[Any], smooth: bool = False) -> Any:
        """A Blender mesh of a shape; slot i of the shape gets ``surfaces[i]``."""
        mesh = bpy.data.meshes.new("shape")
        mesh.vertices.add(len(shape.points))
        mesh.vertices.foreach_set("co", shape.points.astype(np.float32).ravel())
        mesh.loops.add(len(shape.loops))
        mesh.loops.foreach_set("vertex_index", shape.loops.astype(np.int32))
        mesh.polygons.add(len(shape.sizes))
        starts = np.concatenate([[0], np.cumsum(shape.sizes)[:-1]]).astype(np.int32)
        mesh.polygons.foreach_set("loop_start", starts)
        mesh.polygons.foreach_set("material_index", shape.slots.astype(np.int32))
        if smooth:
            mesh.polygons.foreach_set("use_smooth", np.ones(len(shape.sizes), dtype=bool))
        else:
            mesh.shade_flat()
        for surface in surfaces:
            mesh.materials.append(surface)
        mesh.update(calc_edges=True)
        if shape.normals is not None:
            mesh.normals_split_custom_set_from_vertices(shape.normals.tolist())
        return mesh

    def put(
        self,
        mesh: Any,
        at: Point = (0, 0, 0),
        yaw_rad: float = 0.0,
        scale: float | Point = 1.0,
        tilt_rad: float = 0.0,
    ) -> Any:
        """An object that shows a mesh; meshes may be shared by many objects."""
        thing = bpy.data.objects.new("thing", mesh)
        thing.location = tuple(at)
        thing.rotation_euler = (tilt_rad, 0, yaw_rad)
        thing.scale = (scale,) * 3 if isinstance(scale, (int, float)) else tuple(scale)
        self.scene.collection.objects.link(thing)
        return thing

    def add(self, shape: Shape, surfaces: Sequence[Any], **place: Any) -> Any:
        """``mesh`` and ``put`` in one."""
        smooth = place.pop("smooth", False)
        return self.put(self.mesh(shape, surfaces, smooth), **place)

    def scatter(
        self, mesh: Any, points: np.ndarray, yaw_rad: np.ndarray, scale: np.ndarray
    ) -> None:
        """Many instances of a mesh at once: one small face a piece carries place, turn and size.

        Args:
            mesh: what is shown.
            points: [n, 3] metres.
            yaw_rad, scale: [n] each; Blender takes the square root of a face's area as the scale.
        """
        count = len(points)
        if not count:
            return
        corner = yaw_rad[:, None] + np.pi * (np.array([-0.75, -0.25, 0.25, 0.75]))[None, :]
        reach = scale[:, None] * math.sqrt(0.5)
        offsets = np.stack([reach * np.cos(corner), reach * np.sin(corner), 0 * corner], axis=-1)
        corners = (points[:, None, :] + offsets).reshape(-1, 3)
        loops = np.arange(4 * count)
        shape = Shape(corners, loops, np.full(count, 4), np.zeros(count, dtype=np.int64))
        carrier = self.put(self.mesh(shape, []))
        carrier.instance_type = "FACES"
        carrier.use_instance_faces_scale = True
        carrier.show_instancer_for_render = False
        self.put(mesh).parent = carrier

    def sweep(self, x: float, y: float, radius_m: float) -> None:
        """Take away what was put within a disc, such as cars where a roundabout is built."""
        for thing in list(self.scene.collection.objects):
            if math.hypot(thing.location.x - x, thing.location.y - y) < radius_m:
                bpy.data.objects.remove(thing)

    def claim(self, x: float, y: float, yaw_rad: float, half: tuple[float, float]) -> bool:
        """Reserve ground for a vehicle of this half width and half length; False if it is taken."""
        for ox, oy, ohalf in self._claimed:
            dx, dy = x - ox, y - oy
            across = abs(dx * math.cos(yaw_rad) + dy * math.sin(yaw_rad))
            along = abs(dy * math.cos(yaw_rad) - dx * math.sin(yaw_rad))
            if across < half[0] + ohalf[0] and along < half[1] + ohalf[1]:
                return False
        self._claimed.append((x, y, half))
        return True

    def board(
        self, pixels: np.ndarray, outline: Sequence[tuple[float, float]], at: Point,
        yaw_rad: float, cue: str, tilt_rad: float = 0.0,
    ) -> Any:  # fmt: skip
        """A flat picture cut to an outline.

        Args:
            pixels: uint8 RGB, stretched over the bounding box of the outline.
            outline: (x, z) corners in metres, counter-clockwise as seen from the front (-y).
            at: where (0, 0) of the outline stands.
            yaw_rad: 0 faces -y.
            cue: what its pixels count as.
            tilt_rad: leaning back.
        """
        mesh = bpy.data.meshes.new("board")
        mesh.from_pydata([(x, 0.0, z) for x, z in outline], [], [tuple(range(len(outline)))])
        corners = np.array(outline, dtype=float)
        low, high = corners.min(0), corners.max(0)
        layer = mesh.uv_layers.new(name="UVMap")
        layer.data.foreach_set("uv", ((corners - low) / (high - low)).astype(np.float32).ravel())
        mesh.materials.append(materials.picture(pixels, cue))
        return self.put(mesh, at, yaw_rad, tilt_rad=tilt_rad)


def rectangle(width_m: float, height_m: float) -> list[tuple[float, float]]:
    """An upright rectangle round (0, 0)."""
    x, z = width_m / 2, height_m / 2
    return [(-x, -z), (x, -z), (x, z), (-x, z)]


def regular(corners: int, radius_m: float, turn_rad: float) -> list[tuple[float, float]]:
    """A regular polygon round (0, 0), its first corner at ``turn_rad`` from the x axis."""
    angles = [turn_rad + 2 * math.pi * i / corners for i in range(corners)]
    return [(radius_m * math.cos(a), radius_m * math.sin(a)) for a in angles]
