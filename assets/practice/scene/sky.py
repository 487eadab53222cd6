"""Sky, sun and clouds."""

from __future__ import annotations

import math

import bpy

from .chance import Chance, Conditions
from .stage import Stage


def _link(tree: object, *pairs: tuple[object, object]) -> None:
    for source, target in pairs:
        tree.links.new(source, target)  # type: ignore[attr-defined]


def build_sky(stage: Stage, conditions: Conditions, chance: Chance) -> None:
    """A physical sky under a deck of clouds; overcast dims the sun and greys the light."""
    world = bpy.data.worlds.new("sky")
    stage.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    background = tree.nodes["Background"]
    sky = tree.nodes.new("ShaderNodeTexSky")
    sky.sky_type = "NISHITA"
    sky.sun_elevation = math.radians(conditions.sun_elevation_deg)
    sky.sun_rotation = math.radians(conditions.sun_azimuth_deg)
    sky.dust_density = 0.15 + 0.9 * conditions.haze
    sky.air_density = chance.uniform(0.9, 1.4)
    overcast = conditions.weather == "overcast"
    sky.sun_size = math.radians(1.2 if not overcast else 7)
    sky.sun_intensity = 1.0 if not overcast else 0.12

    # Clouds lie on a plane: dividing by the height of the direction draws them out to the horizon.
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    lift = tree.nodes.new("ShaderNodeMath")
    lift.operation, lift.inputs[1].default_value = "ADD", 0.10
    floor = tree.nodes.new("ShaderNodeMath")
    floor.operation, floor.inputs[1].default_value = "MAXIMUM", 0.04
    plane = tree.nodes.new("ShaderNodeVectorMath")
    plane.operation = "DIVIDE"
    spread = tree.nodes.new("ShaderNodeCombineXYZ")
    for axis in ("X", "Y", "Z"):
        tree.links.new(floor.outputs[0], spread.inputs[axis])
    place = tree.nodes.new("ShaderNodeMapping")
    place.inputs["Location"].default_value = (chance.uniform(0, 90), chance.uniform(0, 90), 0)
    place.inputs["Rotation"].default_value = (0, 0, chance.uniform(0, 6.28))
    place.inputs["Scale"].default_value = (0.55, 0.8, 0.25)
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = chance.uniform(0.9, 1.8)
    noise.inputs["Detail"].default_value = 8
    noise.inputs["Roughness"].default_value = 0.58
    cover = tree.nodes.new("ShaderNodeValToRGB")
    low = {"clear": 0.60, "partly": chance.uniform(0.42, 0.52), "overcast": 0.20}[
        conditions.weather
    ]
    cover.color_ramp.elements[0].position = low
    cover.color_ramp.elements[1].position = low + (0.16 if not overcast else 0.2)
    shade = tree.nodes.new("ShaderNodeValToRGB")
    bright, dark = (5.2, 5.3, 5.5), (2.7, 2.85, 3.1)
    if overcast:
        bright, dark = (4.4, 4.5, 4.7), (2.0, 2.1, 2.3)
    shade.color_ramp.elements[0].position, shade.color_ramp.elements[1].position = low, low + 0.4
    shade.color_ramp.elements[0].color = (*bright, 1)
    shade.color_ramp.elements[1].color = (*dark, 1)
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    _link(
        tree,
        (coordinates.outputs["Generated"], split.inputs[0]),
        (split.outputs["Z"], lift.inputs[0]),
        (lift.outputs[0], floor.inputs[0]),
        (coordinates.outputs["Generated"], plane.inputs[0]),
        (spread.outputs[0], plane.inputs[1]),
        (plane.outputs[0], place.inputs["Vector"]),
        (place.outputs["Vector"], noise.inputs["Vector"]),
        (noise.outputs["Fac"], cover.inputs["Fac"]),
        (noise.outputs["Fac"], shade.inputs["Fac"]),
        (cover.outputs["Color"], mix.inputs["Factor"]),
        (sky.outputs["Color"], mix.inputs["A"]),
        (shade.outputs["Color"], mix.inputs["B"]),
        (mix.outputs["Result"], background.inputs["Color"]),
    )
    background.inputs["Strength"].default_value = 0.17
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 512
