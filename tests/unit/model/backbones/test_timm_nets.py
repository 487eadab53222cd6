"""Nets of timm, with random weights: nothing is downloaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import timm
import torch

from model.backbones.timm_nets import Features
from model.checkpoint import Checkpoint, load, save
from model.data.preprocessing import Preprocessing
from model.errors import CheckpointError, ConfigError
from model.explanation.gradcam import HookedGradCam, class_evidence, grad_cam
from model.network import Network, NetworkConfig
from model.training.optimization import adamw
from model.training.stage import Stage

VIT = "timm:vit_tiny_patch16_224.augreg_in21k_ft_in1k"


def pixels(stride: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (1, 3, 2 * stride, 3 * stride), generator=generator)


@pytest.mark.parametrize(
    ("name", "stride", "n_layers"),
    [
        ("timm:resnet18", 32, 5),
        ("timm:convnext_atto.d2_in1k", 32, 5),
        ("timm:mobilenetv3_small_050", 32, 7),
        (VIT, 16, 13),
        ("timm:eva02_tiny_patch14_224", 14, 13),
        ("timm:swin_s3_tiny_224", 32, 5),
    ],
)
def test_its_map_lies_as_the_picture_does_and_can_be_explained(
    name: str, stride: int, n_layers: int
) -> None:
    torch.manual_seed(0)
    network = Network(NetworkConfig(name, dropout=0.0)).eval()
    picture = pixels(stride)
    with torch.no_grad():
        features = network.features(picture)
    assert features.shape == (1, network.head[-1].in_features, 2, 3)
    fast = grad_cam(class_evidence(network, features), [3])
    with HookedGradCam(network, network.back) as cam:
        assert torch.allclose(fast, cam(picture, [3]), atol=1e-5)
    assert len(network.layers) == n_layers
    network.train()
    network(picture.expand(2, -1, -1, -1)).sum().backward()
    unused = [n for n, p in network.named_parameters() if p.grad is None]
    assert not unused, "several processes could not train it"
    grouped = sum(len(g["params"]) for g in adamw(network, Stage("none"), 0.1).param_groups)
    assert grouped == len(list(network.parameters()))


def test_the_tokens_of_a_transformer_lie_where_their_patches_are() -> None:
    torch.manual_seed(0)
    network = Network(NetworkConfig(VIT)).eval()
    picture = pixels(16)
    with torch.no_grad():
        before = network.features(picture)
        for row in range(2):
            for column in range(3):
                other = picture.clone()
                other[..., row * 16 : row * 16 + 16, column * 16 : column * 16 + 16] = 0
                change = (network.features(other) - before).abs().sum(dim=1)[0]
                assert int(change.argmax()) == row * 3 + column


def test_frozen_layers_keep_class_token_and_positions_still() -> None:
    network = Network(NetworkConfig(VIT))
    network.set_freeze("none", frozen_layers=3)
    assert isinstance(network.back, Features)
    learns = {name for name, p in network.back.net.named_parameters() if p.requires_grad}
    assert not {"cls_token", "pos_embed"} & learns
    assert not any(name.startswith(("patch_embed", "blocks.0.", "blocks.1.")) for name in learns)
    assert any(name.startswith("blocks.2.") for name in learns)


def test_drop_path_reaches_timms_blocks() -> None:
    torch.manual_seed(0)
    network = Network(NetworkConfig(VIT, dropout=0.0, drop_path=0.5)).train()
    picture = pixels(16)
    with torch.no_grad():
        assert not torch.equal(network(picture), network(picture))


def test_a_checkpoint_knows_its_net_and_what_it_wants_of_its_pixels(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network(NetworkConfig("timm:convnext_atto.d2_in1k")).eval()
    assert network.mean.flatten().tolist() == pytest.approx([123.675, 116.28, 103.53], abs=1e-3)
    save(Checkpoint(network, Preprocessing(96)), tmp_path / "checkpoint")
    loaded = load(tmp_path / "checkpoint")
    assert loaded.network.config.backbone == "timm:convnext_atto.d2_in1k"
    picture = pixels(32)
    with torch.no_grad():
        assert torch.allclose(loaded.network(picture), network(picture), atol=2e-2)


def test_without_timm_one_line_says_what_is_missing_and_only_for_nets_that_need_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(Checkpoint(Network(NetworkConfig(VIT)), Preprocessing(96)), tmp_path / "timm")
    save(Checkpoint(Network(NetworkConfig("resnet18")), Preprocessing(96)), tmp_path / "other")
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(CheckpointError, match=r"needs the package timm; pip install timm") as e:
        load(tmp_path / "timm")
    assert "\n" not in str(e.value)
    assert load(tmp_path / "other").network.config.backbone == "resnet18"


def test_what_timm_does_not_know_is_refused_with_names_near_it() -> None:
    with pytest.raises(ConfigError, match=r"has no such net; it knows convnext"):
        NetworkConfig("timm:convnext_gigantic")
    with pytest.raises(ConfigError, match=r"keep_fc = true: not with a net of timm"):
        NetworkConfig("timm:resnet18", head=(1000,), keep_fc=True)


def test_weights_come_from_a_file_or_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(5)
    original = timm.create_model("convnext_atto")
    file = tmp_path / "weights.pth"
    torch.save(original.state_dict(), file)
    network = Network(NetworkConfig("timm:convnext_atto"), weights_file=str(file))
    assert isinstance(network.back, Features)
    for name, value in network.back.net.state_dict().items():
        assert torch.equal(value, original.state_dict()[name]), name
    with pytest.raises(ConfigError, match=r"weights_file = .*no state dict of timm:resnet18"):
        Network(NetworkConfig("timm:resnet18"), weights_file=str(file))
    with pytest.raises(ConfigError, match=r"weights_file = 'no.pth': .*no such file"):
        Network(NetworkConfig("timm:resnet18"), weights_file="no.pth")

    def from_hub(_id: str, *_args: object, **_options: object) -> dict[str, torch.Tensor]:
        return dict(original.state_dict())

    def unreachable(_id: str, *_args: object, **_options: object) -> None:
        raise OSError("the hub is not reachable\nand so on")

    named = NetworkConfig("timm:convnext_atto.d2_in1k")
    monkeypatch.setattr("timm.models._builder.load_state_dict_from_hf", from_hub)
    fetched = Network(named, pretrained=True)
    assert torch.equal(fetched.back.net.stem[0].weight, original.stem[0].weight)
    monkeypatch.setattr("timm.models._builder.load_state_dict_from_hf", unreachable)
    with pytest.raises(ConfigError, match=r"cannot be had \(.*not reachable.*; set weights_file"):
        Network(named, pretrained=True)
