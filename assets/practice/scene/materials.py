"""Blender materials from looks: two scales of noise under every colour, and a relief by kind.

A material also carries the cue it belongs to (``pass_index``), so that one mesh can hold a wall,
a roof and windows and each still gets its exact mask; and it writes 1 to the pass ``SOLID``, which
the sky leaves at 0, so that afterwards one knows how much of a pixel is sky.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from model.cue_table import CUE_LABELS

from .nodes import Nodes, bump, coordinates, math_node, mix, multiply, noise, ramp, wave
from .presets import Colour, Look

SOLID = "solid"


@dataclass(frozen=True, slots=True)
class Place:
    """What the surfaces of one panorama share.

    Attributes:
        offset_m: where in the endless pattern it lies: without it all would show the same crack.
        wet: how wet roads are, in [0, 1].
        snow: how much of what lies open is under snow, in [0, 1].
    """

    offset_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    wet: float = 0.0
    snow: float = 0.0


def _new(name: str, cue: str, roughness: float, place: Place = Place()) -> tuple[Any, Nodes, Any]:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    material.pass_index = CUE_LABELS.get(cue, 0)
    tree = material.node_tree
    shader = tree.nodes["Principled BSDF"]
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Specular IOR Level"].default_value = 0.2
    solid = tree.nodes.new("ShaderNodeOutputAOV")
    solid.aov_name = SOLID
    solid.inputs["Value"].default_value = 1.0
    tree["place"] = place.offset_m
    return material, tree, shader


def _scaled(colour: Colour, factor: float) -> Colour:
    return tuple(min(1.0, c * factor) for c in colour)  # type: ignore[return-value]


def _mottled(tree: Nodes, colour: Colour, scale: float, fine: float, dark: float = 0.66) -> Any:
    coarse = math_node(tree, "MULTIPLY", noise(tree, scale), 0.55)
    both = math_node(tree, "ADD", coarse, math_node(tree, "MULTIPLY", noise(tree, fine, 2), 0.45))
    return ramp(tree, both, _scaled(colour, dark), _scaled(colour, 1.15), (0.34, 0.66))


def _streaks(tree: Nodes) -> Any:
    """Rain streaks and dirt: noise stretched along z, darker near the ground."""
    streak = ramp(
        tree, noise(tree, 1.6, 4, (1.3, 1.3, 0.18)), (0.62, 0.60, 0.56), (1, 1, 1), (0.30, 0.56)
    )
    own = tree.nodes.new("ShaderNodeTexCoord")
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(own.outputs["Object"], split.inputs[0])
    rough = math_node(tree, "MULTIPLY", noise(tree, 1.2), 0.9)
    height = math_node(tree, "SUBTRACT", split.outputs["Z"], rough)
    foot = ramp(tree, height, (0.66, 0.62, 0.56), (1, 1, 1), (0.0, 0.55))
    return multiply(tree, streak, foot)


def _plaster(tree: Nodes, shader: Any, look: Look) -> None:
    colour = multiply(tree, _mottled(tree, look.colour, 0.5, 7, 0.86), _streaks(tree), 0.5)
    tree.links.new(colour, shader.inputs["Base Color"])


def _tiles(tree: Nodes, shader: Any, look: Look) -> None:
    # Courses across the slope and columns along the ridge, seen as relief and as darker joints.
    courses, columns = wave(tree, "Z", 1.5), wave(tree, "X", 1.2, "SIN")
    relief = math_node(tree, "ADD", courses, math_node(tree, "MULTIPLY", columns, 0.35))
    joints = ramp(tree, courses, (0.5, 0.5, 0.5), (1, 1, 1), (0.0, 0.30))
    colour = multiply(tree, _mottled(tree, look.colour, 1.4, 14, 0.5), joints, 0.7)
    tree.links.new(colour, shader.inputs["Base Color"])
    bump(tree, shader, relief, 0.7)


def _sheet(tree: Nodes, shader: Any, look: Look) -> None:
    ribs = wave(tree, "X", 1.8, "SIN")
    shade = ramp(tree, ribs, (0.72, 0.72, 0.72), (1, 1, 1), (0.1, 0.6))
    colour = multiply(tree, _mottled(tree, look.colour, 0.7, 5, 0.6), shade, 0.8)
    tree.links.new(colour, shader.inputs["Base Color"])
    bump(tree, shader, ribs, 0.5)


def _brick(tree: Nodes, shader: Any, look: Look) -> None:
    courses = wave(tree, "Z", 3.3)
    joints = ramp(tree, courses, (1.5, 1.4, 1.3), (1, 1, 1), (0.04, 0.16))
    colour = multiply(tree, _mottled(tree, _scaled(look.colour, 1.1), 3, 16, 0.74), joints, 0.8)
    tree.links.new(multiply(tree, colour, _streaks(tree), 0.6), shader.inputs["Base Color"])


def _boards(tree: Nodes, shader: Any, look: Look) -> None:
    courses = wave(tree, "Z", 1.6)
    joints = ramp(tree, courses, (0.45, 0.45, 0.45), (1, 1, 1), (0.0, 0.14))
    colour = multiply(tree, _mottled(tree, look.colour, 0.8, 9, 0.78), joints, 0.9)
    tree.links.new(multiply(tree, colour, _streaks(tree), 0.4), shader.inputs["Base Color"])
    bump(tree, shader, courses, 0.4)


def _stone(tree: Nodes, shader: Any, look: Look) -> None:
    tree.links.new(_mottled(tree, look.colour, 2.2, 11, 0.45), shader.inputs["Base Color"])
    bump(tree, shader, noise(tree, 6), 0.5)


def _thatch(tree: Nodes, shader: Any, look: Look) -> None:
    strands = noise(tree, 9, 3, (3, 3, 0.4))
    colour = ramp(tree, strands, _scaled(look.colour, 0.45), _scaled(look.colour, 1.2), (0.3, 0.7))
    tree.links.new(colour, shader.inputs["Base Color"])
    bump(tree, shader, strands, 0.8)


def _asphalt(tree: Nodes, shader: Any, look: Look) -> None:
    """Grain, worn wheel tracks, patches of newer surface and tarred cracks."""
    grain = _mottled(tree, look.colour, 0.35, 45, 0.74)
    at = coordinates(tree)
    cells = tree.nodes.new("ShaderNodeTexVoronoi")
    cells.feature = "DISTANCE_TO_EDGE"
    cells.inputs["Scale"].default_value = 0.45
    bent = tree.nodes.new("ShaderNodeVectorMath")
    wobble = tree.nodes.new("ShaderNodeTexNoise")
    wobble.inputs["Scale"].default_value = 1.1
    tree.links.new(at, wobble.inputs["Vector"])
    tree.links.new(at, bent.inputs[0])
    tree.links.new(wobble.outputs["Color"], bent.inputs[1])
    tree.links.new(bent.outputs[0], cells.inputs["Vector"])
    # Only parts of a road are cracked: noise widens the distance to the next crack elsewhere.
    sound = math_node(tree, "MULTIPLY", noise(tree, 0.12, 1), 0.10)
    distance = math_node(
        tree, "ADD", cells.outputs["Distance"], math_node(tree, "SUBTRACT", sound, 0.045)
    )
    cracks = ramp(tree, distance, (0.55, 0.55, 0.55), (1, 1, 1), (0.001, 0.009))
    worn = ramp(
        tree, noise(tree, 0.6, 1, (1, 0.03, 1)), (0.8, 0.8, 0.8), (1.12, 1.1, 1.07), (0.4, 0.6)
    )
    patch = ramp(tree, noise(tree, 0.09, 0), (0.68, 0.68, 0.69), (1, 1, 1), (0.36, 0.365))
    colour = multiply(tree, multiply(tree, grain, worn), patch, 0.8)
    tree.links.new(multiply(tree, colour, cracks, 0.65), shader.inputs["Base Color"])


def _bright(tree: Nodes) -> Any:
    colour = tree.nodes.new("ShaderNodeRGB")
    colour.outputs[0].default_value = (1.9, 1.9, 1.2, 1)
    return colour.outputs[0]


def _leaf(tree: Nodes, shader: Any, look: Look) -> None:
    """Leaves: hue and brightness vary from clump to clump and from tree to tree."""
    # One bounce of light only: leaves are as bright as many bounces would make them.
    clumps = _mottled(tree, _scaled(look.colour, 1.75), 1.1, 5, 0.5)
    information = tree.nodes.new("ShaderNodeObjectInfo")
    tint = ramp(tree, information.outputs["Random"], (0.72, 0.80, 0.75), (1.25, 1.1, 0.9), (0, 1))
    colour = multiply(tree, clumps, tint)
    tree.links.new(colour, shader.inputs["Base Color"])
    # Light shines through leaves: without it every tree against the sun is black.
    through = tree.nodes.new("ShaderNodeBsdfTranslucent")
    both = tree.nodes.new("ShaderNodeMixShader")
    both.inputs[0].default_value = 0.42
    tree.links.new(multiply(tree, colour, _bright(tree)), through.inputs["Color"])
    tree.links.new(shader.outputs[0], both.inputs[1])
    tree.links.new(through.outputs[0], both.inputs[2])
    tree.links.new(both.outputs[0], tree.nodes["Material Output"].inputs["Surface"])


def _plain(tree: Nodes, shader: Any, look: Look) -> None:
    shader.inputs["Base Color"].default_value = (*look.colour, 1)


def _glass(tree: Nodes, shader: Any, look: Look) -> None:
    _plain(tree, shader, look)
    shader.inputs["Specular IOR Level"].default_value = 1.0


def _lit(tree: Nodes, shader: Any, look: Look) -> None:
    """A surface in the lamplight of a room."""
    _plain(tree, shader, look)
    shader.inputs["Emission Color"].default_value = (*look.colour, 1)
    shader.inputs["Emission Strength"].default_value = 0.35


def _noise_look(tree: Nodes, shader: Any, look: Look) -> None:
    _plaster(tree, shader, look)


_KINDS: dict[str, Callable[[Nodes, Any, Look], None]] = {
    "noise": _noise_look, "tiles": _tiles, "sheet": _sheet, "brick": _brick, "boards": _boards,
    "stone": _stone, "thatch": _thatch, "asphalt": _asphalt, "leaf": _leaf, "plain": _plain,
    "glass": _glass, "lit": _lit,
}  # fmt: skip


_UNDER_SNOW: dict[str, float] = {
    "tiles": 1.2, "sheet": 1.2, "stone": 0.8, "thatch": 1.2, "leaf": 0.5, "asphalt": 0.35,
}  # fmt: skip
"""Which surfaces snow stays on, and how well."""


def _recoloured(tree: Nodes, shader: Any, change: Callable[[Any], Any]) -> None:
    """Put ``change`` between a material's colour and its shader."""
    socket = shader.inputs["Base Color"]
    colour = socket.links[0].from_socket
    tree.links.new(change(colour), socket)


def _wetted(tree: Nodes, shader: Any, wet: float) -> None:
    """Rain on a road: darker, and a mirror where the water stands."""
    puddles = ramp(tree, noise(tree, 0.35, 3), (0, 0, 0), (1, 1, 1), (0.42, 0.60))
    rough = math_node(tree, "SUBTRACT", 0.55, math_node(tree, "MULTIPLY", puddles, 0.45 * wet))
    tree.links.new(rough, shader.inputs["Roughness"])
    shader.inputs["Specular IOR Level"].default_value = 0.2 + 0.35 * wet
    dark = 1 - 0.45 * wet
    shade = ramp(tree, puddles, (dark, dark, dark), (0.8 * dark,) * 3, (0, 1))
    _recoloured(tree, shader, lambda colour: multiply(tree, colour, shade))


def _snowed(tree: Nodes, shader: Any, share: float) -> None:
    """A thin cover of snow on what looks up, with holes."""
    geometry = tree.nodes.new("ShaderNodeNewGeometry")
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(geometry.outputs["Normal"], split.inputs[0])
    up = ramp(tree, split.outputs["Z"], (0, 0, 0), (1, 1, 1), (0.30, 0.60))
    holes = math_node(
        tree, "ADD", noise(tree, 0.5, 5), math_node(tree, "MULTIPLY", noise(tree, 6, 3), 0.5)
    )
    low = 1.12 - 0.75 * share
    cover = ramp(tree, holes, (0, 0, 0), (1, 1, 1), (min(low, 0.95), min(low + 0.12, 1.0)))
    white = math_node(tree, "MULTIPLY", up, cover)

    _recoloured(tree, shader, lambda colour: mix(tree, white, colour, (0.80, 0.83, 0.88)))


def from_look(look: Look, cue: str, place: Place) -> Any:
    """A material for this look; its pixels belong to ``cue`` ('' for none)."""
    material, tree, shader = _new(look.kind, cue, look.roughness, place)
    _KINDS[look.kind](tree, shader, look)
    if place.wet and look.kind == "asphalt":
        _wetted(tree, shader, place.wet)
    if place.snow and look.kind in _UNDER_SNOW:
        _snowed(tree, shader, place.snow * _UNDER_SNOW[look.kind])
    return material


def worn_paint(colour: Colour, cue: str, place: Place) -> Any:
    """Road paint: rubbed off in places down to the grey beneath."""
    material, tree, shader = _new("paint", cue, 0.7, place)
    wear = noise(tree, 7, 5)
    paint = ramp(tree, wear, _scaled(colour, 0.42), colour, (0.30, 0.48))
    tree.links.new(paint, shader.inputs["Base Color"])
    return material


def ground(cue: str, place: Place) -> Any:
    """The land: colours come from the mesh ('Tone'), broken up by two scales of noise."""
    material, tree, shader = _new("ground", cue, 1.0, place)
    tone = tree.nodes.new("ShaderNodeAttribute")
    tone.attribute_name = "Tone"
    grain = ramp(tree, noise(tree, 0.05, 6), (0.62, 0.62, 0.60), (1.3, 1.3, 1.28), (0.36, 0.64))
    fine = ramp(tree, noise(tree, 3.1, 5), (0.36, 0.36, 0.34), (1.5, 1.5, 1.45), (0.3, 0.7))
    blades = ramp(tree, noise(tree, 17, 2), (0.5, 0.5, 0.48), (1.4, 1.4, 1.35), (0.3, 0.7))
    colour = multiply(tree, multiply(tree, tone.outputs["Color"], grain), fine, 0.9)
    colour = multiply(tree, colour, blades, 0.9)
    tree.links.new(colour, shader.inputs["Base Color"])
    if place.snow:
        _snowed(tree, shader, place.snow)
    return material


def water(depth: float, place: Place) -> Any:
    """The sea: dark, with small waves that break the mirror of the sky."""
    material, tree, shader = _new("water", "", 0.22, place)
    shader.inputs["Base Color"].default_value = (0.02 * depth, 0.075 * depth, 0.11 * depth, 1)
    shader.inputs["Specular IOR Level"].default_value = 0.5
    waves = math_node(tree, "ADD", noise(tree, 0.35, 2, (1, 0.4, 1)), noise(tree, 0.05, 2))
    bump(tree, shader, waves, 0.4, 0.7)
    # Far waves are smaller than a pixel: there the water is a rough sheet without any relief.
    camera = tree.nodes.new("ShaderNodeCameraData")
    near = math_node(
        tree, "DIVIDE", 40.0, math_node(tree, "ADD", camera.outputs["View Distance"], 40.0)
    )
    tree.links.new(math_node(tree, "MULTIPLY", near, 0.45), tree.nodes["Bump"].inputs["Strength"])
    rough = math_node(tree, "SUBTRACT", 0.62, math_node(tree, "MULTIPLY", near, 0.42))
    tree.links.new(rough, shader.inputs["Roughness"])
    return material


def wire(opacity: float, cue: str) -> Any:
    """What is drawn thicker than it is: so much of it as there is to be seen."""
    material, tree, shader = _new("wire", cue, 0.6)
    shader.inputs["Base Color"].default_value = (0.03, 0.03, 0.032, 1)
    shader.inputs["Alpha"].default_value = opacity
    tree.nodes["AOV Output"].inputs["Value"].default_value = opacity
    return material


def picture(pixels: np.ndarray, cue: str) -> Any:
    """A material that shows an RGB picture, uint8 [height, width, 3], by the mesh's UV map."""
    material, tree, shader = _new("picture", cue, 0.55)
    height_px, width_px = pixels.shape[:2]
    image = bpy.data.images.new("board", width_px, height_px)
    rgba = np.ones((height_px, width_px, 4), dtype=np.float32)
    rgba[..., :3] = pixels[::-1] / 255.0
    image.pixels.foreach_set(rgba.ravel())
    image.update()
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = image
    tree.links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    return material
