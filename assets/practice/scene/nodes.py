"""Shader nodes in short: each function adds one to a tree and returns its output."""

from __future__ import annotations

from typing import Any

from .presets import Colour

Nodes = Any


def math_node(tree: Nodes, operation: str, a: Any, b: Any) -> Any:
    """An operation on two sockets or numbers."""
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    for socket, value in zip(node.inputs, (a, b), strict=False):
        if isinstance(value, (int, float)):
            socket.default_value = value
        else:
            tree.links.new(value, socket)
    return node.outputs[0]


def coordinates(tree: Nodes) -> Any:
    """Object coordinates, moved by the place's offset and by one of each object's own."""
    if "Place" not in tree.nodes:
        texture = tree.nodes.new("ShaderNodeTexCoord")
        own = tree.nodes.new("ShaderNodeObjectInfo")
        shift = tree.nodes.new("ShaderNodeVectorMath")
        shift.operation = "MULTIPLY_ADD"
        shift.inputs[1].default_value = (173.0, 131.0, 0.0)
        shift.inputs[2].default_value = tuple(tree["place"])
        moved = tree.nodes.new("ShaderNodeVectorMath")
        moved.name = "Place"
        tree.links.new(own.outputs["Random"], shift.inputs[0])
        tree.links.new(texture.outputs["Object"], moved.inputs[0])
        tree.links.new(shift.outputs[0], moved.inputs[1])
    return tree.nodes["Place"].outputs[0]


def noise(tree: Nodes, scale: float, detail: float = 3.0, stretch: Colour = (1, 1, 1)) -> Any:
    """Fractal noise about 0.5; ``scale`` waves a metre."""
    mapping = tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = stretch
    texture = tree.nodes.new("ShaderNodeTexNoise")
    texture.inputs["Scale"].default_value = scale
    texture.inputs["Detail"].default_value = detail
    tree.links.new(coordinates(tree), mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], texture.inputs["Vector"])
    return texture.outputs["Fac"]


def ramp(tree: Nodes, factor: Any, low: Colour, high: Colour, at: tuple[float, float]) -> Any:
    """From one colour to another as ``factor`` rises from ``at[0]`` to ``at[1]``."""
    node = tree.nodes.new("ShaderNodeValToRGB")
    first, last = node.color_ramp.elements
    first.position, last.position = at
    first.color, last.color = (*low, 1), (*high, 1)
    tree.links.new(factor, node.inputs["Fac"])
    return node.outputs["Color"]


def multiply(tree: Nodes, a: Any, b: Any, share: float = 1.0) -> Any:
    """The product of two colours; ``share`` 0 leaves ``a`` as it is."""
    output = mix(tree, share, a, b)
    output.node.blend_type = "MULTIPLY"
    return output


def bump(tree: Nodes, shader: Any, height: Any, strength: float, distance_m: float = 0.05) -> None:
    """Let ``height`` change the way a shader's surface looks."""
    node = tree.nodes.new("ShaderNodeBump")
    node.inputs["Strength"].default_value = strength
    node.inputs["Distance"].default_value = distance_m
    tree.links.new(height, node.inputs["Height"])
    tree.links.new(node.outputs["Normal"], shader.inputs["Normal"])


def wave(tree: Nodes, direction: str, scale: float, profile: str = "SAW") -> Any:
    """Bands along an axis: ridges, courses, boards."""
    node = tree.nodes.new("ShaderNodeTexWave")
    node.bands_direction, node.wave_profile = direction, profile
    node.inputs["Scale"].default_value = scale
    node.inputs["Distortion"].default_value = 0.35
    node.inputs["Detail Scale"].default_value = 2.0
    tree.links.new(coordinates(tree), node.inputs["Vector"])
    return node.outputs["Fac"]


def mix(tree: Nodes, factor: Any, a: Any, b: Any) -> Any:
    """``a`` where ``factor`` is 0, ``b`` where it is 1; colours, sockets or a number as factor."""
    node = tree.nodes.new("ShaderNodeMix")
    node.data_type = "RGBA"
    colours = [s for s in node.inputs if s.type == "RGBA"]
    for socket, value in zip((node.inputs["Factor"], *colours), (factor, a, b), strict=True):
        if isinstance(value, tuple):
            socket.default_value = (*value, 1)
        elif isinstance(value, (int, float)):
            socket.default_value = value
        else:
            tree.links.new(value, socket)
    return next(s for s in node.outputs if s.type == "RGBA")
