"""Sky, sun and clouds."""

from __future__ import annotations

import math
from typing import Any

import bpy

from .chance import Chance, Conditions
from .nodes import math_node, mix, ramp
from .presets import Colour
from .stage import Stage

STRENGTH = 0.17
FOG_M = 600
"""Where one sees less far, fog reaches up into the sky."""


def haze_share(conditions: Conditions) -> float:
    """How much of the land haze swallows at the limit of sight, and of the sky at the horizon."""
    return 0.97 if conditions.sight_m < FOG_M else 0.9


def haze_colour(conditions: Conditions) -> Colour:
    """Linear colour of far land and of the lowest sky: one colour, so that no edge shows."""
    if conditions.air.grey:
        return 0.56, 0.58, 0.61
    if conditions.air.warm:
        return 0.82, 0.71, 0.58
    low = max(0.0, 1 - conditions.sun_elevation_deg / 30)
    return 0.66 + 0.08 * low, 0.72 + 0.01 * low, 0.80 - 0.08 * low


def _physical(tree: Any, conditions: Conditions, air: float, disc: bool) -> Any:
    sky = tree.nodes.new("ShaderNodeTexSky")
    sky.sky_type = "NISHITA"
    sky.sun_elevation = math.radians(conditions.sun_elevation_deg)
    sky.sun_rotation = math.radians(conditions.sun_azimuth_deg)
    sky.dust_density = 0.15 + 0.9 * conditions.haze
    sky.air_density = air
    grey = conditions.air.grey
    sky.sun_disc = disc
    sky.sun_size = math.radians(7 if grey else 1.2)
    # Paler than the real one: cameras with local tone mapping open the shadows.
    sky.sun_intensity = 0.12 if grey else 0.6
    return sky.outputs["Color"]


def _glare(tree: Any, direction: Any, conditions: Conditions) -> Any:
    """A soft glow where the sun stands: to a camera it has no edge."""
    up, round_ = (math.radians(a) for a in
                  (conditions.sun_elevation_deg, conditions.sun_azimuth_deg))  # fmt: skip
    dot = tree.nodes.new("ShaderNodeVectorMath")
    dot.operation = "DOT_PRODUCT"
    dot.inputs[1].default_value = (
        math.sin(round_) * math.cos(up), math.cos(round_) * math.cos(up), math.sin(up)
    )  # fmt: skip
    tree.links.new(direction, dot.inputs[0])
    near = math_node(tree, "MAXIMUM", dot.outputs["Value"], 0.0)
    wide = math_node(tree, "MULTIPLY", math_node(tree, "POWER", near, 24.0), 0.30)
    bright = math_node(tree, "MULTIPLY", math_node(tree, "POWER", near, 500.0), 0.9)
    return math_node(tree, "MINIMUM", math_node(tree, "ADD", wide, bright), 1.0)


def _clouds(tree: Any, direction: Any, height: Any, chance: Chance) -> Any:
    """Noise on a plane: dividing by the height of the direction draws it out to the horizon."""
    floor = math_node(tree, "MAXIMUM", math_node(tree, "ADD", height, 0.10), 0.04)
    spread = tree.nodes.new("ShaderNodeCombineXYZ")
    for axis in ("X", "Y", "Z"):
        tree.links.new(floor, spread.inputs[axis])
    plane = tree.nodes.new("ShaderNodeVectorMath")
    plane.operation = "DIVIDE"
    tree.links.new(direction, plane.inputs[0])
    tree.links.new(spread.outputs[0], plane.inputs[1])
    place = tree.nodes.new("ShaderNodeMapping")
    place.inputs["Location"].default_value = (chance.uniform(0, 90), chance.uniform(0, 90), 0)
    place.inputs["Rotation"].default_value = (0, 0, chance.uniform(0, 6.28))
    place.inputs["Scale"].default_value = (0.55, 0.8, 0.25)
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = chance.uniform(0.9, 1.8)
    noise.inputs["Detail"].default_value = 8
    noise.inputs["Roughness"].default_value = 0.58
    tree.links.new(plane.outputs[0], place.inputs["Vector"])
    tree.links.new(place.outputs["Vector"], noise.inputs["Vector"])
    return noise.outputs["Fac"]


def build_sky(stage: Stage, conditions: Conditions, chance: Chance) -> None:
    """A physical sky under a deck of clouds; overcast dims the sun and greys the light."""
    world = bpy.data.worlds.new("sky")
    stage.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    background = tree.nodes["Background"]
    grey, weather = conditions.air.grey, conditions.air
    air = chance.uniform(0.9, 1.4)
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    direction = coordinates.outputs["Generated"]
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(direction, split.inputs[0])
    height = split.outputs["Z"]
    noise = _clouds(tree, direction, height, chance)
    low = chance.uniform(*weather.cover)
    bright, dark = (
        ((4.4, 4.5, 4.7), (2.0, 2.1, 2.3)) if grey else ((5.2, 5.3, 5.5), (3.2, 3.35, 3.6))
    )
    cover = ramp(tree, noise, (0, 0, 0), (1, 1, 1), (low, low + (0.2 if grey else 0.16)))
    shade = ramp(tree, noise, bright, dark, (low, low + 0.4))
    # The sun itself lights the land; the camera sees a glow in its place, and haze at the horizon.
    lit = mix(tree, cover, _physical(tree, conditions, air, disc=True), shade)
    blue = mix(tree, 0.35, _physical(tree, conditions, air, disc=False), _DEEP)
    seen = mix(tree, cover, blue, shade)
    if not grey:
        # The glow only adds: right beside the sun the sky is brighter than it already.
        brighter = tree.nodes.new("ShaderNodeVectorMath")
        brighter.operation = "MAXIMUM"
        glow = mix(tree, _glare(tree, direction, conditions), seen, (6.2, 6.1, 5.8))
        tree.links.new(seen, brighter.inputs[0])
        tree.links.new(glow, brighter.inputs[1])
        seen = brighter.outputs[0]
    thin = -2.0 if conditions.sight_m < FOG_M else -11.0
    horizon = tuple(c / STRENGTH for c in haze_colour(conditions))
    fade = math_node(
        tree,
        "POWER",
        2.718,
        math_node(tree, "MULTIPLY", math_node(tree, "MAXIMUM", height, 0.0), thin),
    )
    seen = mix(tree, math_node(tree, "MULTIPLY", fade, haze_share(conditions)), seen, horizon)
    path = tree.nodes.new("ShaderNodeLightPath")
    both = mix(tree, path.outputs["Is Camera Ray"], lit, seen)
    tree.links.new(both, background.inputs["Color"])
    background.inputs["Strength"].default_value = STRENGTH
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 512


_DEEP: Colour = (1.1, 2.0, 3.9)
"""Blue of the upper sky, mixed in: the physical sky alone is slate between haze and zenith."""
