"""Operations that TensorFlow 2.15 lists but computes on no CPU: compared with NumPy, or worked out by hand."""

import numpy as np
import pytest

X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")


@pytest.mark.parametrize("module", ["", "signal."])
def test_fourier_transforms_over_some_axes(tf, module):
    def of(name):
        found = tf
        for part in f"{module}{name}".split("."):
            found = getattr(found, part)
        return found

    z = (X + 1j).astype("complex64")
    near = {"rtol": 1e-4, "atol": 1e-4}
    np.testing.assert_allclose(of("fftnd")(tf.constant(z), [2, 3], [0, 1]), np.fft.fftn(z, (2, 3), (0, 1)), **near)
    np.testing.assert_allclose(of("ifftnd")(tf.constant(z), [4, 4], [1, 2]), np.fft.ifftn(z, (4, 4), (1, 2)), **near)
    np.testing.assert_allclose(of("rfftnd")(tf.constant(X), [3, 4], [1, 2]), np.fft.rfftn(X, (3, 4), (1, 2)), **near)
    np.testing.assert_allclose(of("irfftnd")(tf.constant(z), [3, 6], [1, 2]), np.fft.irfftn(z, (3, 6), (1, 2)), **near)
    with pytest.raises(tf.errors.InvalidArgumentError, match="tf.cast"):
        of("fftnd")(tf.constant(X), [2], [0])


def test_gradients_of_convolutions_by_shapes_of_tensors(tf):
    image, kernel, upstream = tf.reshape(tf.range(9.0), [1, 3, 3, 1]), tf.ones([2, 2, 1, 1]), tf.ones([1, 2, 2, 1])
    old = tf.compat.v1.nn
    found = tf.conv2d_backprop_input_v2(image, kernel, upstream, [1, 1, 1, 1], "VALID")
    np.testing.assert_allclose(found, old.conv2d_backprop_input([1, 3, 3, 1], kernel, upstream, [1] * 4, "VALID"))
    found = tf.conv2d_backprop_filter_v2(image, kernel, upstream, [1, 1, 1, 1], "VALID")
    np.testing.assert_allclose(found, old.conv2d_backprop_filter(image, [2, 2, 1, 1], upstream, [1] * 4, "VALID"))


def test_proposals_are_moved_clipped_and_without_those_that_overlap(tf):
    anchors = tf.constant([[[0.0, 0.0, 10.0, 10.0, 1.0, 0.0, 11.0, 10.0, 50.0, 50.0, 70.0, 60.0]]])
    deltas = np.zeros((1, 1, 1, 12), "float32")
    deltas[0, 0, 0, 8:] = [0.5, 0.0, np.log(2.0), 100.0]  # down by half its height, twice as high, as wide as may be
    boxes, scores = tf.image.generate_bounding_box_proposals(
        tf.constant([[[[0.9, 0.8, 0.5]]]]),
        deltas,
        tf.constant([[80.0, 100.0, 1.0, 80.0, 100.0]]),
        anchors,
        0.7,
        3,
        2.0,
        3,
    )
    np.testing.assert_allclose(scores, [[0.9, 0.5, 0.0]])
    np.testing.assert_allclose(boxes, [[[0, 0, 10, 10], [50, 0, 80, 100], [0, 0, 0, 0]]])


def test_quantized_numbers_between_zero_and_a_limit(tf):
    found = tf.compat.v1.nn.quantized_relu_x(tf.constant([0, 50, 100, 255], tf.quint8), 3.0, -1.0, 4.0)
    np.testing.assert_array_equal(found[0], [51, 51, 100, 204])
    assert float(found.min_output) == -1 and float(found.max_output) == 4


def test_the_smallest_numbers(tf):
    values, places = tf.math.approx_min_k(tf.constant([1.0, 5.0, -3.0]), 2)
    np.testing.assert_allclose(values, [-3, 1])
    np.testing.assert_array_equal(places, [2, 0])
