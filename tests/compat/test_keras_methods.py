"""What tf.keras 2.15's layers and models have beyond Keras 3's; TensorFlow 2.15 gives the same values."""

import numpy as np
import pytest

import kerax.compat.tensorflow as tf
from kerax.compat.tensorflow._edges import speaking

layers = tf.keras.layers


def test_places_in_a_graph():
    first, second = tf.keras.Input((4,)), tf.keras.Input((4,))
    dense = layers.Dense(3)
    outputs = [dense(first), dense(second)]
    assert dense.get_input_at(1) is second and dense.get_output_at(0) is outputs[0]
    assert dense.get_input_shape_at(0) == (None, 4) and dense.get_output_shape_at(1) == (None, 3)
    assert dense.get_input_mask_at(0) is None and dense.output_mask is None and len(dense.inbound_nodes) == 2
    both = layers.Concatenate()
    both(outputs)
    assert both.get_input_at(0) == outputs and both.get_input_shape_at(0) == [(None, 3), (None, 3)]
    with pytest.raises(ValueError, match="at node 2"):
        dense.get_output_at(2)
    with pytest.raises(RuntimeError, match="never been called"):
        layers.Dense(1).get_output_at(0)
    with pytest.raises(AttributeError):
        _ = layers.Dense(1).input_mask
    masked = layers.LSTM(2)
    masked(layers.Embedding(4, 2, mask_zero=True)(tf.keras.Input((3,))))
    assert masked.input_mask is not None and masked.output_mask is None


def test_attributes_that_layers_may_have_of_their_own():
    class Counter(layers.Layer):
        def __init__(self):
            super().__init__()
            self.updates, self.stateful = ["mine"], True
            self.count = self.add_weight("count", (), initializer="zeros", trainable=False)

        def call(self, x):
            self.add_update(self.count.assign_add(1.0))
            self.add_update([lambda: self.count.assign_add(10.0)])
            return x

    counter = Counter()
    counter(tf.ones([2]))
    assert counter.updates == ["mine"] and counter.stateful and float(counter.count) == 11.0
    dense = layers.Dense(3)
    assert (dense.stateful, dense.dynamic, dense.updates) == (False, False, [])
    assert dense.compute_output_signature(tf.TensorSpec((None, 4))) == tf.TensorSpec((None, 3), tf.float32)
    model = tf.keras.Sequential([layers.LSTM(2, stateful=True, batch_input_shape=(2, 3, 1))])
    assert model.stateful and not tf.keras.Sequential([dense]).stateful


def test_models_take_generators_under_their_old_names():
    def batches():
        while True:
            yield np.ones((2, 4), "float32"), np.zeros((2, 3), "float32")

    model = tf.keras.Sequential([layers.Dense(3, input_shape=(4,), kernel_initializer="ones")])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="Model.fit takes generators"):
        history = model.fit_generator(batches(), 2, 1, verbose=0, validation_data=batches(), validation_steps=1)
    assert sorted(history.history) == ["loss", "val_loss"]
    with pytest.warns(UserWarning, match="Model.predict"):
        assert model.predict_generator(batches(), steps=2).shape == (4, 3)
    with pytest.warns(UserWarning, match="Model.evaluate"):
        before = model.evaluate_generator(batches(), steps=1)
    assert model.make_test_function()(batches())["loss"] == pytest.approx(before)
    assert model.make_train_function()(batches())["loss"] == pytest.approx(before)
    assert model.make_predict_function()(batches()).shape == (2, 3)
    assert model.make_test_function()(batches())["loss"] < before
    assert list(model.get_weight_paths())[0].endswith("kernel")


@pytest.mark.slow
def test_functions_of_keras_keep_float64():
    x, y = tf.constant(np.full((2, 2), 0.25)), np.zeros((2, 2))
    keras = tf.keras
    with speaking():
        made = {
            "float64": [
                keras.losses.mse(y, x), keras.losses.MeanSquaredError()(y, x), keras.metrics.mean_squared_error(y, x),
                keras.losses.sparse_categorical_crossentropy([0, 1], y_pred=x), keras.losses.kld(y, y_pred=x),
                keras.activations.relu(x), keras.activations.softmax(x), keras.backend.mean(x),
            ],
            "float32": [
                keras.losses.mse(y, tf.zeros((2, 2))), keras.losses.huber(y, x), keras.metrics.binary_accuracy(y, x),
                keras.backend.cast(x, "float32"), keras.losses.MeanSquaredError()(y, tf.zeros((2, 2))),
            ],
        }  # fmt: skip
        for kind, tensors in made.items():
            assert [one.dtype.name for one in tensors] == [kind] * len(tensors)
        weight = tf.Variable([[1.0], [2.0]], dtype=tf.float64)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(keras.losses.mse(np.zeros((2, 1)), x @ weight)) + x[0, 0]
        assert loss.dtype == tf.float64 and tape.gradient(loss, weight).numpy().tolist() == [[0.75], [0.75]]


def test_types_and_shapes_in_configurations():
    class Cast(layers.Layer):
        def __init__(self, kind="float32", **kwargs):
            super().__init__(**kwargs)
            self.kind = tf.as_dtype(kind)

        def call(self, x):
            return tf.cast(x, self.kind)

        def get_config(self):
            return {**super().get_config(), "kind": self.kind}

    model = tf.keras.Sequential([tf.keras.Input((2,)), Cast(tf.int32)])
    again = tf.keras.models.model_from_json(model.to_json(), custom_objects={"Cast": Cast})
    assert again.layers[-1].kind == tf.int32
    assert tf.ragged.range(tf.constant([1, 2], tf.int64)).dtype == tf.int64
    assert tf.ragged.range([1, 2]).dtype == tf.int32
