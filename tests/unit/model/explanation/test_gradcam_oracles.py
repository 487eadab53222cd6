"""Our maps against those of two public libraries, on the same nets."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from captum.attr import LayerGradCam
from torch import Tensor
from torchcam.methods import GradCAM

from model.explanation.gradcam import HookedGradCam, class_evidence, grad_cam
from model.network import Network, NetworkConfig

TARGETS = [0, 25, 55]


@pytest.fixture(scope="module", params=["efficientnet_lite0", "resnet50"])
def network(request: pytest.FixtureRequest) -> Network:
    torch.manual_seed(0)
    lite = request.param == "efficientnet_lite0"
    return Network(NetworkConfig(request.param, head=() if lite else (64,)), pretrained=lite).eval()


@pytest.fixture(scope="module")
def pixels() -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.randint(0, 256, (2, 3, 96, 160), generator=generator, dtype=torch.uint8)


def ours(network: Network, pixels: Tensor, targets: Sequence[int]) -> Tensor:
    with torch.no_grad():
        features = network.features(pixels)
    return grad_cam(class_evidence(network, features), targets)


def same(a: Tensor, b: Tensor) -> bool:
    return bool((a - b).abs().max() <= 1e-5 * b.abs().max().clamp(min=1e-3))


@pytest.mark.parametrize("target", TARGETS)
def test_equal_to_captum(network: Network, pixels: Tensor, target: int) -> None:
    theirs = LayerGradCam(network, network.back).attribute(pixels.float(), target=target)
    expected = theirs.detach().clamp(min=0)[:, 0]
    assert expected.max() > 0
    assert same(ours(network, pixels, [target])[:, 0], expected)
    with HookedGradCam(network, network.back) as cam:
        assert same(cam(pixels, [target])[:, 0], expected)


def test_equal_to_torchcam(network: Network, pixels: Tensor) -> None:
    one = pixels[:1].float().requires_grad_(True)
    maps = ours(network, pixels[:1], TARGETS)[0]
    with GradCAM(network, target_layer=network.back) as extractor:
        for found, target in zip(maps, TARGETS, strict=True):
            theirs = extractor(target, network(one), normalized=False)[0][0]
            # torchcam weighs with mean gradients too, but returns maps before the cut at 0 or
            # after it, depending on its version; the cut makes both alike.
            assert same(found, theirs.detach().clamp(min=0))
