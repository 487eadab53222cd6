"""Can the maps be trusted? They depend on the weights, and on nothing that they should not."""

from __future__ import annotations

import gc
import resource
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from model.checkpoint import DEFAULT_CHECKPOINT, load
from model.data.collection import Collection
from model.explanation.gradcam import class_evidence, contrast_cam, grad_cam
from model.explanation.sanity import cascade, rank_correlation
from model.predictor import Predictor
from model.types import Crop
from tests.conftest import PRACTICE


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(load(DEFAULT_CHECKPOINT))


@pytest.fixture(scope="module")
def panorama() -> Image.Image:
    collection = Collection.open([PRACTICE])
    return collection.picture(collection.of_split("test")[0])


@pytest.fixture(scope="module")
def crop(panorama: Image.Image) -> Image.Image:
    return panorama.crop(Crop.at(*panorama.size, 0.5).box)


def map_of(predictor: Predictor, picture: Image.Image) -> NDArray[np.float32]:
    look = predictor.analyse(picture)
    return look.heatmap(look.prediction.country).grid


def test_random_weights_destroy_the_map(predictor: Predictor, crop: Image.Image) -> None:
    before = map_of(predictor, crop)
    steps = cascade(predictor.checkpoint, crop)
    assert steps[0].correlation == pytest.approx(1.0)
    assert abs(np.mean([step.correlation for step in steps[-5:]])) < 0.4
    assert [step.name for step in steps][:2] == ["trained", "head"]
    assert len(steps) > 5
    assert np.array_equal(map_of(predictor, crop), before), "the net itself is left as it was"


def test_an_earlier_layer_has_finer_cells_and_the_last_one_the_usual_map(
    predictor: Predictor, crop: Image.Image
) -> None:
    look = predictor.analyse(crop)
    country = look.prediction.country
    usual, last = look.heatmap(country), look.heatmap_of("back", country)
    np.testing.assert_allclose(last.grid, usual.grid, atol=1e-5)
    assert last.content == usual.content
    finer = look.heatmap_of("front", country)
    assert finer.grid.shape == tuple(2 * side for side in usual.grid.shape)
    assert not finer.blank


def test_rank_correlation() -> None:
    rng = np.random.default_rng(0)
    a = rng.random((9, 21)).astype(np.float32)
    assert rank_correlation(a, 3 * a + 1) == pytest.approx(1.0)
    assert rank_correlation(a, -a) == pytest.approx(-1.0)
    assert abs(rank_correlation(a, rng.random(a.shape).astype(np.float32))) < 0.25
    assert rank_correlation(a, np.zeros_like(a)) == 0.0
    tied = np.array([[0, 0, 1, 2]], dtype=np.float32)
    assert rank_correlation(tied, np.array([[5, 5, 6, 7]], dtype=np.float32)) == pytest.approx(1.0)


def test_maps_are_stable_under_a_one_pixel_shift(predictor: Predictor) -> None:
    collection = Collection.open([PRACTICE])
    alike = []
    for number in collection.of_split("test")[:7]:
        panorama = collection.picture(number)
        box = Crop.at(*panorama.size, 0.5)
        moved = Crop(box.left_px + 1, 0, box.width_px, box.height_px)
        first = predictor.analyse(panorama.crop(box.box))
        second = predictor.analyse(panorama.crop(moved.box))
        country = first.prediction.country
        maps = [look.heatmap(country).over(200, 86).ravel() for look in (first, second)]
        alike.append(float(np.corrcoef(*maps)[0, 1]))
    # Not each: strides alias, and a faint map moves more than a strong one.
    assert np.median(alike) > 0.9


def test_threads_get_the_same_maps(predictor: Predictor, crop: Image.Image) -> None:
    pictures = [crop, crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    alone = [map_of(predictor, picture) for picture in pictures]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda i: map_of(predictor, pictures[i % 2]), range(16)))
    for i, found in enumerate(together):
        assert np.allclose(found, alone[i % 2], atol=1e-5 * float(alone[i % 2].max()))


@pytest.mark.slow
def test_a_thousand_maps_leak_nothing(predictor: Predictor) -> None:
    network = predictor.checkpoint.network
    with torch.no_grad():
        features = network.features(torch.zeros(1, 3, 320, 736, dtype=torch.uint8))

    def tensors() -> int:
        gc.collect()
        return sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())

    for _ in range(50):
        grad_cam(class_evidence(network, features), [3, 25, 44])
    before, peak_kib = tensors(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(1000):
        grad_cam(class_evidence(network, features), [3, 25, 44])
    assert tensors() == before
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak_kib
    # What is differentiated weighs 0.3 MB: a thousand kept ones would be 300 MB.
    assert grown_kib < 64 * 1024


def test_a_contrast_is_the_map_of_the_difference(predictor: Predictor, crop: Image.Image) -> None:
    network = predictor.checkpoint.network
    pixels, _ = predictor.checkpoint.preprocessing(crop)
    with torch.no_grad():
        features = network.features(pixels[None])
    found = contrast_cam(class_evidence(network, features), 25, 44)
    weight = network.head[-1].weight.detach()
    by_hand = torch.einsum("c,nchw->nhw", weight[25] - weight[44], features)
    by_hand = by_hand.clamp(min=0) / (features.shape[2] * features.shape[3])
    assert torch.allclose(found, by_hand, atol=1e-5)
    assert not torch.allclose(found, contrast_cam(class_evidence(network, features), 44, 25))
    assert contrast_cam(class_evidence(network, features), 25, 25).max() == 0


def test_an_analysis_keeps_what_maps_need_and_no_activations(
    predictor: Predictor, crop: Image.Image
) -> None:
    kept = [one for one in vars(predictor.analyse(crop)).values() if isinstance(one, torch.Tensor)]
    picture, _ = predictor.checkpoint.preprocessing(crop)
    # Of every player who thinks there is one; activations are larger than the picture.
    assert sum(one.untyped_storage().nbytes() for one in kept) < 1.2 * picture.nbytes
