"""Camera, Cycles, haze, the cue pass, and what is done to the picture afterwards."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
from PIL import Image, ImageFilter

from .chance import Conditions
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
    cycles.seed = seed % 2**31
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
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
    scene.view_settings.look = "AgX - Base Contrast"
    scene.view_settings.exposure = -0.15


def _haze_and_cues(stage: Stage, conditions: Conditions, folder: Path) -> None:
    """Compositor: mix haze in by distance; write the cue numbers to ``cues0001.exr``."""
    scene = stage.scene
    layer = scene.view_layers[0]
    layer.use_pass_mist = layer.use_pass_material_index = True
    mist = scene.world.mist_settings
    mist.start, mist.depth, mist.falloff = 30, 5200 - 3600 * conditions.haze, "LINEAR"
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    layers = tree.nodes.new("CompositorNodeRLayers")
    result = tree.nodes.new("CompositorNodeComposite")
    haze = tree.nodes.new("CompositorNodeMixRGB")
    colour = (0.62, 0.70, 0.80) if conditions.weather != "overcast" else (0.56, 0.58, 0.61)
    haze.inputs[2].default_value = (*colour, 1)
    strength = tree.nodes.new("CompositorNodeMath")
    strength.operation, strength.inputs[1].default_value = "MULTIPLY", 0.9
    not_sky = tree.nodes.new("CompositorNodeMath")
    not_sky.operation, not_sky.inputs[1].default_value = "LESS_THAN", 0.999
    share = tree.nodes.new("CompositorNodeMath")
    share.operation = "MULTIPLY"
    output = tree.nodes.new("CompositorNodeOutputFile")
    output.base_path = str(folder)
    output.format.file_format, output.format.color_mode = "OPEN_EXR", "RGB"
    output.format.color_depth = "32"
    output.file_slots[0].path = "cues"
    for source, target in (
        (layers.outputs["Mist"], strength.inputs[0]),
        (layers.outputs["Mist"], not_sky.inputs[0]),
        (strength.outputs[0], share.inputs[0]),
        (not_sky.outputs[0], share.inputs[1]),
        (share.outputs[0], haze.inputs[0]),
        (layers.outputs["Image"], haze.inputs[1]),
        (haze.outputs[0], result.inputs[0]),
        (layers.outputs["IndexMA"], output.inputs[0]),
    ):
        tree.links.new(source, target)


def render(
    stage: Stage, conditions: Conditions, width_px: int, samples: int, folder: Path, seed: int,
    threads: int = 1,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Render the stage.

    Returns:
        The picture, uint8 [height, width, 3], and each pixel's cue number, int [height, width].
    """
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
    exr = bpy.data.images.load(str(folder / f"cues{scene.frame_current:04d}.exr"))
    exr.colorspace_settings.name = "Non-Color"
    values = np.empty(exr.size[0] * exr.size[1] * exr.channels, dtype=np.float32)
    exr.pixels.foreach_get(values)
    numbers = values.reshape(exr.size[1], exr.size[0], exr.channels)[::-1, :, 0]
    return picture, np.rint(numbers).astype(np.int64)


def _blurred(values: np.ndarray, radius_px: float) -> np.ndarray:
    """A float picture [height, width] in [0, 1], blurred; the seam of the panorama is closed."""
    margin = max(1, int(3 * radius_px))
    wide = np.concatenate([values[:, -margin:], values, values[:, :margin]], axis=1)
    image = Image.fromarray((np.clip(wide, 0, 1) * 255).astype(np.uint8))
    soft = image.filter(ImageFilter.GaussianBlur(radius_px))
    return np.asarray(soft, dtype=np.float32)[:, margin:-margin] / 255


_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def _open_shadows(values: np.ndarray, strength: float) -> np.ndarray:
    """Local tone mapping as street-view cameras do it: dark surroundings up, bright ones down."""
    luma = values @ _LUMA
    around = _blurred(luma, values.shape[1] / 45)
    gain = ((0.42 + 0.10) / (around + 0.10)) ** strength
    # A bright sky keeps most of its light: pulled down it looks like dusk.
    lifted = values * np.maximum(gain, 0.93)[..., None]
    return np.asarray(1 - np.exp(-lifted * 1.55)) / (1 - math.exp(-1.55))


def _balanced(values: np.ndarray) -> np.ndarray:
    """Automatic white balance: the mean colour is brought some of the way to grey."""
    mean = values.mean(axis=(0, 1))
    gains = (mean.mean() / np.maximum(mean, 0.02)) ** 0.25
    return np.asarray(values * np.clip(gains, 0.75, 1.35).astype(np.float32))


def develop(picture: np.ndarray, conditions: Conditions) -> np.ndarray:
    """The camera's own processing: white balance, tone mapping, colour, sharpening, exposure.

    Mean brightness is brought to the drawn target: brightness must not betray the country. Takes
    and returns uint8 [height, width, 3].
    """
    values = picture.astype(np.float32) / 255
    values = _balanced(values)
    red, blue = conditions.white_balance
    values = values * np.array([red, 1.0, blue], dtype=np.float32)
    values = _open_shadows(
        np.clip(values, 0, 1), conditions.shadow_lift + 0.18 * (conditions.weather == "overcast")
    )
    luma = (values @ _LUMA)[..., None]
    values = np.clip(luma + (values - luma) * conditions.saturation, 0, 1)
    values = values + conditions.contrast * (values - 0.45) * values * (1 - values) * 2
    values = np.clip(values, 0, 1)
    for _ in range(3):
        mean = float(np.clip((values @ _LUMA).mean(), 0.05, 0.95))
        gamma = math.log(conditions.target_luminance) / math.log(mean)
        values = values ** float(np.clip(gamma, 0.6, 1.7))
    luma = values @ _LUMA
    detail = luma - _blurred(luma, values.shape[1] / 1400)
    values = np.clip(values + 0.22 * detail[..., None], 0, 1)
    if conditions.blurred_bottom:
        values = _smear_bottom(values)
    return np.rint(values * 255).astype(np.uint8)


def _smear_bottom(values: np.ndarray) -> np.ndarray:
    """The lowest eighth washed out, as where a camera car is blurred away."""
    height = len(values)
    soft = np.stack([_blurred(values[..., c], values.shape[1] / 60) for c in range(3)], axis=-1)
    row = np.arange(height, dtype=np.float32)[:, None, None] / height
    share = np.clip((row - 0.86) / 0.03, 0, 1)
    return np.asarray(values * (1 - share) + soft * share)
