"""Image layers: equal to Keras where nothing is random, and what is random has the properties it should have."""

import keras
import numpy as np
import pytest

import kerax
from kerax.layers.preprocessing.image import BaseImagePreprocessingLayer
from tests.layers.preprocessing.image_cases import FIXED, RANDOM

R = np.random.default_rng(0)
BATCH = R.uniform(0, 255, (3, 8, 10, 3)).astype("float32")
UNIT = (0, 255)


def both(name, *args, **kwargs):
    return getattr(kerax.layers, name)(*args, **kwargs), getattr(keras.layers, name)(*args, **kwargs)


@pytest.mark.parametrize("name, args, kwargs", FIXED, ids=lambda v: str(v) if isinstance(v, str) else "")
def test_equal_to_keras_where_nothing_is_left_to_chance(name, args, kwargs):
    ours, theirs = both(name, *args, **kwargs)
    want = np.asarray(theirs(BATCH))
    got = np.asarray(ours(BATCH, training=True))
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=2e-3)
    if name in ("Resizing", "CenterCrop", "RandomZoom", "RandomSaturation", "Equalization") and len(kwargs) < 2:
        first, _ = both(name, *args, **kwargs, data_format="channels_first")
        turned = np.asarray(first(np.moveaxis(BATCH, -1, 1), training=True))
        np.testing.assert_allclose(np.moveaxis(turned, 1, -1), got, rtol=1e-4, atol=2e-3)
    config = ours.get_config()
    assert set(theirs.get_config()) <= set(config) | {"trainable"}
    assert type(ours).from_config(config).get_config() == config


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in ("AugMix", "RandAugment") else n for n in RANDOM]
)
def test_random_layers(name):
    make = getattr(kerax.layers, name)
    layer = make(*RANDOM[name], seed=7)
    first, second = (np.asarray(layer(BATCH, training=True)) for _ in range(2))
    assert np.array_equal(first, np.asarray(make(*RANDOM[name], seed=7)(BATCH, training=True))), "not made by the seed"
    assert first.dtype == np.float32 and np.isfinite(first).all()
    if name not in ("RandomCrop",):
        assert first.shape == BATCH.shape
        np.testing.assert_array_equal(np.asarray(layer(BATCH, training=False)), BATCH)
    third = np.asarray(layer(BATCH, training=True))
    assert not np.array_equal(first, second) or not np.array_equal(first, third), "never changes"
    assert layer(kerax.Input((None, None, 3))).shape[0] is None
    assert layer(kerax.Input((None, 3), batch_size=5)).shape[0] is not None  # a single image


@pytest.mark.parametrize(("height", "width"), [(4, 5), (3, 8), (9, 12)])
def test_a_random_crop_outside_of_training_resizes_the_largest_part(height, width):
    """As tf.keras's ``smart_resize`` and Keras 3's ``Resizing`` do; a training one cuts."""
    image = np.arange(8 * 10 * 3, dtype="float32").reshape(1, 8, 10, 3)
    expected = kerax.layers.Resizing(height, width, crop_to_aspect_ratio=True)(image)
    np.testing.assert_allclose(kerax.layers.RandomCrop(height, width)(image, training=False), expected, rtol=1e-6)
    cut = np.asarray(kerax.layers.RandomCrop(2, 3, seed=1)(image, training=True))
    assert set(cut.ravel()) <= set(image.ravel())


def test_whole_numbers_become_floats():
    whole = kerax.layers.RandomBrightness(0.2)(BATCH.astype("uint8"), training=True)
    assert whole.dtype == np.float32
    assert kerax.layers.RandomFlip()(BATCH[0].astype("uint8"), training=True).shape == (8, 10, 3)


def test_images_of_a_batch_change_independently():
    same = np.broadcast_to(BATCH[:1], (16, 8, 10, 3))
    for layer in (kerax.layers.RandomRotation(0.3, seed=1), kerax.layers.RandomBrightness(0.3, seed=1)):
        changed = np.asarray(layer(same, training=True))
        assert len({image.tobytes() for image in changed}) > 12


def test_flips_keep_the_pixels_and_happen_half_of_the_time():
    same = np.broadcast_to(np.arange(6, dtype="float32").reshape(1, 1, 6, 1), (400, 1, 6, 1))
    flipped = np.asarray(kerax.layers.RandomFlip("horizontal", seed=3)(same, training=True))
    turned = flipped[:, 0, 0, 0] == 5
    assert 150 < turned.sum() < 250
    np.testing.assert_array_equal(np.sort(flipped, axis=2), same)


def test_augmentation_inside_a_model_is_trained_saved_and_left_out_of_predictions():
    kerax.utils.set_random_seed(0)
    model = kerax.Sequential(
        [
            kerax.Input((8, 10, 3)),
            kerax.layers.Rescaling(1 / 255),
            kerax.layers.RandomFlip("horizontal"),
            kerax.layers.RandomRotation(0.1),
            kerax.layers.RandomZoom(0.1),
            kerax.layers.RandomContrast(0.1, value_range=(0, 1)),
            kerax.layers.Flatten(),
            kerax.layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    history = model.fit(BATCH, np.ones((3, 1)), epochs=3, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    np.testing.assert_array_equal(model.predict(BATCH, verbose=0), model.predict(BATCH, verbose=0))
    again = kerax.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again.predict(BATCH, verbose=0), model.predict(BATCH, verbose=0), rtol=1e-6)


def test_in_a_data_set():
    augment = kerax.layers.Pipeline([kerax.layers.RandomFlip(seed=1), kerax.layers.Resizing(4, 4)])
    images = kerax.data.Dataset.from_tensor_slices(BATCH).map(augment)
    assert [np.shape(image) for image in images] == [(4, 4, 3)] * 3
    batches = kerax.data.Dataset.from_tensor_slices(BATCH).batch(2).map(augment)
    assert [np.shape(batch) for batch in batches] == [(2, 4, 4, 3), (1, 4, 4, 3)]


def test_resizing_keeps_whole_numbers_whole():
    ours, theirs = both("Resizing", 5, 7)
    whole = BATCH.astype("uint8")
    got = np.asarray(ours(whole))
    assert got.dtype == np.uint8
    assert np.abs(got.astype(int) - np.asarray(theirs(whole)).astype(int)).max() <= 1  # a half may round either way


def test_what_comes_along_moves_along():
    mask = (BATCH[..., :1] > 100).astype("int32")
    boxes = {"boxes": np.array([[[1, 2, 5, 6]]] * 3, "float32"), "labels": np.array([[4]] * 3)}
    data = {"images": BATCH, "labels": np.arange(3), "segmentation_masks": mask, "bounding_boxes": boxes}
    ours, theirs = both("RandomTranslation", (0.25, 0.25), (0.2, 0.2), bounding_box_format="xyxy", fill_mode="constant")
    got, want = ours(data, training=True), theirs({**data, "bounding_boxes": dict(boxes)}, training=True)
    np.testing.assert_allclose(got["images"], want["images"], atol=1e-3)
    np.testing.assert_array_equal(got["segmentation_masks"], want["segmentation_masks"])
    np.testing.assert_allclose(got["bounding_boxes"]["boxes"], [[[3, 4, 7, 8]]] * 3, atol=1e-5)
    np.testing.assert_allclose(got["bounding_boxes"]["boxes"], want["bounding_boxes"]["boxes"], atol=1e-4)
    np.testing.assert_array_equal(got["labels"], np.arange(3))
    assert data["images"] is BATCH and data["bounding_boxes"] is boxes, "the inputs were written to"


@pytest.mark.parametrize("name", ["Resizing", "CenterCrop"])
@pytest.mark.parametrize("kind", ["xyxy", "rel_xyxy", "center_xywh"])
def test_boxes_as_in_keras(name, kind):
    boxes = {"boxes": np.array([[[0.1, 0.2, 0.5, 0.6], [0.3, 0.3, 0.9, 0.8]]] * 3, "float32")}
    boxes["labels"] = np.array([[1, 2]] * 3)
    boxes["boxes"] *= 1 if kind.startswith("rel") else 8
    ours, theirs = both(name, 4, 6, bounding_box_format=kind)
    got = ours({"images": BATCH, "bounding_boxes": boxes})["bounding_boxes"]
    want = theirs({"images": BATCH, "bounding_boxes": dict(boxes)})["bounding_boxes"]
    np.testing.assert_allclose(got["boxes"], want["boxes"], atol=1e-4)
    np.testing.assert_array_equal(got["labels"], want["labels"])


def test_the_number_of_boxes_is_made_one_number():
    boxes = {"boxes": np.arange(24, dtype="float32").reshape(3, 2, 4), "labels": np.array([[1, 2]] * 3)}
    for most in (1, 4):
        ours, theirs = both("MaxNumBoundingBoxes", max_number=most, bounding_box_format="xyxy")
        data = {"images": BATCH, "labels": np.arange(3)}
        got = ours({**data, "bounding_boxes": dict(boxes)})["bounding_boxes"]
        want = theirs({**data, "bounding_boxes": dict(boxes)})["bounding_boxes"]
        assert np.shape(got["boxes"]) == (3, most, 4)
        for part in ("boxes", "labels"):
            np.testing.assert_array_equal(got[part], want[part])


def test_labels_are_mixed_as_the_images_are():
    data = {"images": np.eye(4, dtype="float32").reshape(4, 2, 2, 1), "labels": np.eye(4, dtype="float32")}
    mixed = kerax.layers.MixUp(1.0, seed=2)(data, training=True)
    np.testing.assert_allclose(np.reshape(mixed["images"], (4, 4)), mixed["labels"], atol=1e-6)


def test_random_sizes_work_eagerly_and_say_why_not_in_a_compiled_step():
    layer = kerax.layers.RandomHeight((0.5, 0.5))
    assert layer(BATCH, training=True).shape == (3, 12, 10, 3)
    assert layer(kerax.Input((8, 10, 3))).shape == (None, None, 10, 3)
    model = kerax.Sequential([kerax.layers.RandomWidth(0.3), kerax.layers.GlobalAveragePooling2D()])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="another size at every call"):
        model.fit(BATCH, np.ones((3, 3)), verbose=0)


MISTAKES = {
    "a factor out of bounds": lambda: kerax.layers.RandomBrightness(1.5),
    "three numbers for a factor": lambda: kerax.layers.RandomTranslation([0.1, 0.2, 0.3], 0.0),
    "an unknown fill mode": lambda: kerax.layers.RandomRotation(0.1, fill_mode="reflekt"),
    "an unknown interpolation": lambda: kerax.layers.Resizing(3, 3, interpolation="bilinar"),
    "no size": lambda: kerax.layers.CenterCrop(0, 3),
    "rank 2": lambda: kerax.layers.RandomFlip()(np.ones((3, 3), "float32"), training=True),
    "boxes without a format": lambda: kerax.layers.RandomFlip()(
        {"images": BATCH, "bounding_boxes": {"boxes": np.ones((3, 1, 4)), "labels": np.ones((3, 1))}}, training=True
    ),
    "two channels": lambda: kerax.layers.RandomHue(0.1)(np.ones((1, 3, 3, 2), "float32"), training=True),
    "an even window": lambda: kerax.layers.RandomGaussianBlur(kernel_size=4),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_named(mistake):
    with pytest.raises(ValueError):
        MISTAKES[mistake]()


def test_the_base_is_for_own_layers():
    class Half(BaseImagePreprocessingLayer):
        def _apply(self, images, transformation, interpolation):
            return images / 2

    np.testing.assert_allclose(Half()(BATCH, training=True), BATCH / 2)
