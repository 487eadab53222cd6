"""Camera, Cycles, haze and the cue pass."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from PIL import Image

from .chance import Conditions
from .develop import Floats32, Frame, blurred
from .materials import SOLID
from .sky import haze_colour, haze_share
from .stage import Stage

HALF_HEIGHT_DEG = 33.0
HEIGHT_PER_WIDTH = 2 * HALF_HEIGHT_DEG / 360


def place_camera(
    stage: Stage, at: tuple[float, float, float], yaw_rad: float, pitch_rad: float = 0.0
) -> None:
    """An equirectangular camera: all round, +-33 degrees high; ``yaw_rad`` 0 looks along +y."""
    camera = bpy.data.cameras.new("camera")
    camera.type = "PANO"
    camera.panorama_type = "EQUIRECTANGULAR"
    camera.latitude_min = math.radians(-HALF_HEIGHT_DEG)
    camera.latitude_max = math.radians(HALF_HEIGHT_DEG)
    camera.clip_end = 6000
    thing = bpy.data.objects.new("camera", camera)
    thing.location = at
    thing.rotation_euler = (math.pi / 2 + pitch_rad, 0, yaw_rad)
    stage.scene.collection.objects.link(thing)
    stage.scene.camera = thing


def _set_cycles(stage: Stage, samples: int, threads: int, seed: int) -> None:
    scene = stage.scene
    scene.render.engine = "CYCLES"
    scene.render.threads_mode = "FIXED"
    scene.render.threads = threads
    cycles = scene.cycles
    cycles.samples = samples
    # Cycles looks at the noise at every 16th sample only: below that nothing could adapt.
    cycles.use_adaptive_sampling = False
    cycles.seed = seed % 2**31
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter = "FAST"
    cycles.denoising_quality = "FAST"
    cycles.max_bounces = cycles.diffuse_bounces = 1
    cycles.glossy_bounces = 1
    # After the first bounce the light is approximated by occlusion: cheaper, and shadows keep
    # the open look that street-view pictures get from their tone mapping.
    cycles.use_fast_gi = True
    cycles.fast_gi_method = "REPLACE"
    cycles.ao_bounces_render = 1
    scene.world.light_settings.distance = 3.0
    scene.world.light_settings.ao_factor = 1.0
    cycles.use_light_tree = False  # one sun and a sky: a tree of lights only costs
    cycles.use_auto_tile = False
    cycles.caustics_reflective = cycles.caustics_refractive = False
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium Low Contrast"
    scene.view_settings.exposure = -0.15


def _node(tree: Any, kind: str, *values: float, **settings: Any) -> Any:
    """A compositor node; ``values`` become its first inputs' defaults, from the second on."""
    node = tree.nodes.new(kind)
    for name, value in settings.items():
        setattr(node, name, value)
    for socket, value in zip(node.inputs[1:], values, strict=False):
        socket.default_value = value
    return node


def _file_output(tree: Any, folder: Path, name: str) -> Any:
    output = tree.nodes.new("CompositorNodeOutputFile")
    output.base_path = str(folder)
    output.format.file_format, output.format.color_mode = "OPEN_EXR", "RGB"
    output.format.color_depth = "32"
    output.file_slots[0].path = name
    return output


def _haze_and_cues(stage: Stage, conditions: Conditions, folder: Path) -> None:
    """Compositor: mix haze in by distance; write cue numbers and how solid and veiled pixels are.

    Where a pixel is partly sky its mist is, too: the sky's own share is taken off first, or every
    edge against the sky would be speckled with haze.
    """
    scene = stage.scene
    layer = scene.view_layers[0]
    layer.pass_alpha_threshold = 0.3
    layer.use_pass_mist = layer.use_pass_material_index = True
    solid = layer.aovs.add()
    solid.name, solid.type = SOLID, "VALUE"
    mist = scene.world.mist_settings
    mist.start = min(30.0, conditions.sight_m / 12)
    mist.depth, mist.falloff = conditions.sight_m, "LINEAR"
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    layers = tree.nodes.new("CompositorNodeRLayers")
    result = tree.nodes.new("CompositorNodeComposite")
    haze = tree.nodes.new("CompositorNodeMixRGB")
    haze.inputs[2].default_value = (*haze_colour(conditions), 1)
    # Few samples a pixel leave steps along edges that the denoised picture does not have.
    soft = _node(tree, "CompositorNodeBlur", filter_type="GAUSS", size_x=2, size_y=2)
    both = _node(tree, "CompositorNodeMath", operation="ADD")
    own = _node(tree, "CompositorNodeMath", 1.0, operation="SUBTRACT", use_clamp=True)
    # Towards the limit of sight the veil thickens ever more slowly: there is no edge where it ends.
    clear = _node(tree, "CompositorNodeMath", operation="SUBTRACT", use_clamp=True)
    clear.inputs[0].default_value = 1.0
    left = _node(tree, "CompositorNodeMath", 1.3, operation="POWER")
    veil = _node(tree, "CompositorNodeMath", operation="SUBTRACT", use_clamp=True)
    veil.inputs[0].default_value = 1.0
    share = _node(tree, "CompositorNodeMath", haze_share(conditions), operation="MULTIPLY")
    for source, target in (
        (layers.outputs["Mist"], both.inputs[0]),
        (layers.outputs[SOLID], both.inputs[1]),
        (both.outputs[0], own.inputs[0]),
        (own.outputs[0], clear.inputs[1]),
        (clear.outputs[0], left.inputs[0]),
        (left.outputs[0], veil.inputs[1]),
        (veil.outputs[0], share.inputs[0]),
        (share.outputs[0], soft.inputs[0]),
        (soft.outputs[0], haze.inputs[0]),
        (layers.outputs["Image"], haze.inputs[1]),
        (haze.outputs[0], result.inputs[0]),
        (layers.outputs["IndexMA"], _file_output(tree, folder, "cues").inputs[0]),
        (layers.outputs[SOLID], _file_output(tree, folder, "solid").inputs[0]),
        (soft.outputs[0], _file_output(tree, folder, "veil").inputs[0]),
    ):
        tree.links.new(source, target)


def _read_pass(folder: Path, name: str, frame: int) -> Floats32:
    """The first channel of an EXR file, [height, width], top row first."""
    exr = bpy.data.images.load(str(folder / f"{name}{frame:04d}.exr"))
    exr.colorspace_settings.name = "Non-Color"
    values = np.empty(exr.size[0] * exr.size[1] * exr.channels, dtype=np.float32)
    exr.pixels.foreach_get(values)
    return values.reshape(exr.size[1], exr.size[0], exr.channels)[::-1, :, 0]


def render(
    stage: Stage, conditions: Conditions, width_px: int, samples: int, folder: Path, seed: int,
    threads: int = 1,
) -> Frame:  # fmt: skip
    """Render the stage."""
    _set_cycles(stage, samples, threads, seed)
    _haze_and_cues(stage, conditions, folder)
    scene = stage.scene
    scene.render.resolution_x = width_px
    scene.render.resolution_y = round(width_px * HEIGHT_PER_WIDTH)
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(folder / "picture.png")
    bpy.ops.render.render(write_still=True)
    with Image.open(folder / "picture.png") as image:
        picture = np.asarray(image.convert("RGB"))
    numbers = np.rint(_read_pass(folder, "cues", scene.frame_current)).astype(np.int64)
    sky = 1 - np.clip(_read_pass(folder, "solid", scene.frame_current), 0, 1)
    veil = np.clip(_read_pass(folder, "veil", scene.frame_current), 0, 1)
    return Frame(picture, numbers, 1 - (1 - blurred(sky, 0.7)) * (1 - veil))
