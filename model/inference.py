"""The trunk as fast as this processor can run it, for play: same activations, less time.

Grad-CAM needs a graph only behind the trunk, so the trunk may run in any engine. The game takes the
fastest one; the commands that judge a whole split keep to float32.

usage::

    predictor = Predictor(checkpoint, fastest(checkpoint.network))
"""

from __future__ import annotations

import copy
import logging
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from model.network import Network

log = logging.getLogger(__name__)

Trunk = Callable[[Tensor], Tensor]
"""Activations float32 [N, channels, H / 32, W / 32] of pixels [N, 3, H, W] in 0..255."""

EXAMPLE_SHAPE = (1, 3, 64, 64)
"""Of the input that the graph is recorded with; every side but the colours is free afterwards.

Small, because recording keeps all that is computed: 540 MB for a crop.
"""

OPSET = 18


def fastest(network: Network) -> Trunk:
    """The fastest trunk that this processor has; see ``make bench``, part ``predict``.

    Bfloat16 where the processor multiplies matrices of it, ONNX Runtime elsewhere, and the network
    itself where neither can be had.
    """
    return _or_network(bfloat16 if multiplies_bfloat16_matrices() else onnx, network)


def in_float32(network: Network) -> Trunk:
    """The fastest trunk that says the same as the network but for rounding, on any processor."""
    return _or_network(onnx, network)


def _or_network(engine: Callable[[Network], Trunk], network: Network) -> Trunk:
    try:
        return engine(network)
    except Exception as error:  # whatever an engine lacks, the network itself can do it
        log.warning("the net runs slower than it could: %s", error)
        return network.features


def multiplies_bfloat16() -> bool:
    """Whether the processor has instructions for products of bfloat16."""
    has = torch.cpu.get_capabilities()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def multiplies_bfloat16_matrices() -> bool:
    """Whether it has units for whole matrices of them (AMX).

    Products of vectors (AVX-512) alone gain nothing on ONNX Runtime in float32: on a Zen 4 one look
    took 57 and 51 ms on one thread, 66 and 36 ms on two.
    """
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


def bfloat16(network: Network) -> Trunk:
    """The trunk in bfloat16 and channels-last; probabilities differ by about 0.01."""
    layers = _layers(network).bfloat16()
    layers.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub

    def trunk(pixels: Tensor) -> Tensor:
        inputs = network.normalise(pixels).to(torch.bfloat16, memory_format=torch.channels_last)
        with torch.no_grad():
            return cast(Tensor, layers(inputs)).float().contiguous()

    return trunk


def onnx(network: Network) -> Trunk:
    """The trunk in ONNX Runtime, float32; activations differ by rounding, at most some 1e-4.

    Raises:
        ImportError: onnxruntime or onnx is not installed.
    """
    # Else its builds keep a name of this machine and report their use to Microsoft.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime  # noqa: PLC0415  not where bfloat16 is taken

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    # Its pool keeps what it once took: 180 MB with 50 players, for a tenth of the time.
    options.enable_cpu_mem_arena = False
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trunk.onnx"
        _record(network, file)
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def trunk(pixels: Tensor) -> Tensor:
        inputs = network.normalise(pixels).numpy()
        (features,) = session.run(None, {"inputs": inputs})
        return torch.from_numpy(features)

    return trunk


def _layers(network: Network) -> nn.Sequential:
    """A copy of the trunk, in eval mode: the network itself is left alone."""
    return nn.Sequential(copy.deepcopy(network.front), copy.deepcopy(network.back)).eval()


def _record(network: Network, file: Path) -> None:
    """Write the trunk as an ONNX model, its batch, height and width free."""
    axes = {0: "batch", 2: "height", 3: "width"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it folds, and of the other exporter
        torch.onnx.export(
            _layers(network),
            (torch.zeros(EXAMPLE_SHAPE),),
            file,
            opset_version=OPSET,
            dynamo=False,  # the other exporter needs another package
            input_names=["inputs"],
            output_names=["features"],
            dynamic_axes={"inputs": axes, "features": axes},
        )
