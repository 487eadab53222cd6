from __future__ import annotations

import gc
import weakref

import pytest
import torch

from model.explanation.gradcam import HookedGradCam, class_evidence, grad_cam
from model.network import Network, NetworkConfig

TARGETS = [3, 25, 44]


@pytest.fixture(scope="module", params=["efficientnet_lite0", "resnet50"])
def network(request: pytest.FixtureRequest) -> Network:
    torch.manual_seed(0)
    config = NetworkConfig(request.param, head=(32,) if request.param == "resnet50" else ())
    return Network(config, pretrained=request.param == "efficientnet_lite0").eval()


@pytest.fixture(scope="module")
def pixels() -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (2, 3, 96, 160), generator=generator, dtype=torch.uint8)


def test_hooks_and_the_fast_path_agree(network: Network, pixels: torch.Tensor) -> None:
    with HookedGradCam(network, network.back) as cam:
        hooked = cam(pixels, TARGETS)
    with torch.no_grad():
        features = network.features(pixels)
    fast = grad_cam(class_evidence(network, features), TARGETS)
    assert fast.shape == hooked.shape == (2, 3, 3, 5)
    assert (fast - hooked).abs().max() <= 1e-5 * max(1.0, float(fast.max()))
    assert fast.max() > 0


def test_one_picture_gets_the_same_maps_alone_and_in_a_batch(
    network: Network, pixels: torch.Tensor
) -> None:
    with torch.no_grad():
        features = network.features(pixels)
    together = grad_cam(class_evidence(network, features), TARGETS)
    alone = grad_cam(class_evidence(network, features[1:]), TARGETS[1:2])
    assert torch.allclose(together[1:, 1:2], alone, atol=1e-6)


def test_for_a_linear_head_the_map_adds_up_to_the_logit(pixels: torch.Tensor) -> None:
    network = Network(NetworkConfig(), pretrained=True).eval()
    linear = network.head[-1]
    with torch.no_grad():
        linear.weight.abs_()  # so that nothing is cut at 0
        features = network.features(pixels)
        logits = network.classify(features) - linear.bias
    maps = grad_cam(class_evidence(network, features), TARGETS)
    assert torch.allclose(maps.sum(dim=(2, 3)), logits[:, TARGETS], rtol=1e-4)


def test_a_map_is_never_negative_and_blank_when_nothing_speaks_for_it(
    pixels: torch.Tensor,
) -> None:
    network = Network(NetworkConfig(), pretrained=True).eval()
    with torch.no_grad():
        network.head[-1].weight[7] = -1.0
        features = network.features(pixels)
    assert grad_cam(class_evidence(network, features), [7]).max() == 0


def test_the_network_is_left_as_it_was(network: Network, pixels: torch.Tensor) -> None:
    with HookedGradCam(network, network.back) as cam:
        cam(pixels, TARGETS)
    with torch.no_grad():
        features = network.features(pixels)
    grad_cam(class_evidence(network, features), TARGETS)
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not network.back._forward_hooks
    assert not network.back._backward_hooks


def test_nothing_is_kept_after_the_maps(network: Network, pixels: torch.Tensor) -> None:
    with torch.no_grad():
        features = network.features(pixels)
    maps = grad_cam(class_evidence(network, features), TARGETS)
    kept = [weakref.ref(features), weakref.ref(maps)]
    del features, maps
    gc.collect()
    assert [ref() for ref in kept] == [None, None]


def test_hooks_outside_their_context_say_so(network: Network, pixels: torch.Tensor) -> None:
    with pytest.raises(RuntimeError, match="with statement"):
        HookedGradCam(network, network.back)(pixels, [0])
