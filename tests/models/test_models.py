"""Sequential, functional and subclassed models: structure, calls, configurations, weights."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import kerax
from kerax import layers


def test_sequential_unbuilt_add_pop():
    model = kerax.Sequential()
    model.add(layers.Dense(4, name="a"))
    model.add(layers.Dense(3, name="b"))
    assert not model.built and [layer.name for layer in model.layers] == ["a", "b"]
    assert model(np.ones((2, 5), "float32")).shape == (2, 3)
    assert model.built and model.input_shape == (None, 5) and model.output_shape == (None, 3)
    assert model.pop().name == "b"
    assert model.output_shape == (None, 4) and len(model.weights) == 2
    model.add(layers.Dense(2, name="c"))
    assert model(np.ones((2, 5), "float32")).shape == (2, 2)


def test_sequential_knows_its_input_from_the_first_layer():
    for first in (
        layers.Dense(4, input_shape=(5,)),
        layers.Dense(4, input_dim=5),
        layers.Dense(4, batch_input_shape=(None, 5)),
    ):
        model = kerax.Sequential([first, layers.Dense(2)])
        assert model.built and model.count_params() == 5 * 4 + 4 + 4 * 2 + 2


def test_initial_weights_argument():
    kernel = np.arange(6.0, dtype="float32").reshape(2, 3)
    model = kerax.Sequential([layers.Dense(3, input_shape=(2,), weights=[kernel, np.ones(3, "float32")])])
    np.testing.assert_array_equal(model.get_weights()[0], kernel)


def test_nested_and_shared_models():
    encoder = kerax.Sequential([kerax.Input((4,)), layers.Dense(3, activation="tanh")], name="encoder")
    a, b = kerax.Input((4,)), kerax.Input((4,))
    model = kerax.Model([a, b], layers.Subtract()([encoder(a), encoder(b)]))
    assert len(model.weights) == 2 and [v.path for v in model.weights][0].startswith("encoder/")
    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.testing.assert_allclose(model.predict([x, x], verbose=0), 0, atol=1e-6)
    again = kerax.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again.predict([x, 2 * x], verbose=0), model.predict([x, 2 * x], verbose=0), rtol=1e-6)


def test_dicts_in_and_out():
    inputs = {"left": kerax.Input((2,), name="left"), "right": kerax.Input((2,), name="right")}
    outputs = {"sum": inputs["left"] + inputs["right"], "score": layers.Dense(1)(inputs["left"])}
    model = kerax.Model(inputs, outputs)
    x = {"right": np.ones((3, 2), "float32"), "left": np.zeros((3, 2), "float32")}
    found = model.predict(x, verbose=0)
    assert set(found) == {"sum", "score"}
    np.testing.assert_array_equal(found["sum"], np.ones((3, 2)))
    model.compile("sgd", {"sum": "mse", "score": "mae"}, loss_weights={"score": 2.0})
    logs = model.fit(x, {"sum": np.ones((3, 2)), "score": np.ones((3, 1))}, verbose=0).history
    assert list(logs) == ["loss", "sum_loss", "score_loss"] or set(logs) == {"loss", "sum_loss", "score_loss"}
    assert logs["loss"][0] == pytest.approx(logs["sum_loss"][0] + 2 * logs["score_loss"][0], rel=1e-5)


def test_dicts_that_come_out_keep_their_order():
    x = kerax.Input((2,))
    model = kerax.Model(x, {"second": layers.Dense(1)(x), "first": layers.Dense(2)(x)})
    assert list(model.output) == list(model(np.ones((1, 2)))) == ["second", "first"]
    inside = kerax.Model(x, model(x)["first"])  # as a layer of another
    assert inside(np.ones((1, 2))).shape == (1, 2)


def test_multi_output_history_equals_keras():
    rng = np.random.default_rng(1)
    x, y1 = rng.normal(size=(40, 4)).astype("float32"), rng.normal(size=(40, 1)).astype("float32")
    y2 = rng.integers(0, 3, 40).astype("int32")  # the newest JAX warns when Keras asks it for 64 bits

    def build(library):
        inputs = library.Input((4,))
        h = library.layers.Dense(5, activation="relu")(inputs)
        outputs = [library.layers.Dense(1, name="r")(h), library.layers.Dense(3, activation="softmax", name="c")(h)]
        model = library.Model(inputs, outputs)
        model.compile(
            library.optimizers.SGD(0.1), ["mse", "sparse_categorical_crossentropy"], loss_weights=[0.5, 1.0],
            metrics=[["mae"], ["accuracy"]]
        )  # fmt: skip
        return model

    ours, theirs = build(kerax), build(keras)
    ours.set_weights(theirs.get_weights())
    arguments = {"epochs": 2, "batch_size": 16, "shuffle": False, "verbose": 0}
    expected = theirs.fit(x, [y1, y2], **arguments).history
    found = ours.fit(x, [y1, y2], **arguments).history
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-4, err_msg=name)


def test_residual_with_plain_operators_round_trips():
    x = kerax.Input((4,))
    y = layers.Dense(4)(x)
    model = kerax.Model(x, (y + x) * 0.5 - x[:, ::-1] ** 2)
    again = kerax.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    a = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    np.testing.assert_allclose(again.predict(a, verbose=0), model.predict(a, verbose=0), rtol=1e-6)


class Net(kerax.Model):
    def __init__(self, units):
        super().__init__()
        self.units = units
        self.stack = [layers.Dense(units), layers.BatchNormalization(), layers.Dropout(0.5)]
        self.heads = {"out": layers.Dense(1)}

    def call(self, inputs, training=False):
        x = inputs
        for layer in self.stack:
            x = layer(x)
        return self.heads["out"](x)


def test_subclassed_model_builds_lazily_and_by_shape():
    by_call, by_shape = Net(4), Net(4)
    by_call(np.ones((2, 3), "float32"))
    by_shape.build((None, 3))
    assert [v.path for v in by_call.weights] == [v.path for v in by_shape.weights]
    assert by_call.count_params() == 3 * 4 + 4 + 16 + 4 + 1
    assert len(by_call.layers) == 4


def test_subclassed_config_from_plain_constructor_arguments():
    config = Net(4).get_config()
    assert config["units"] == 4 and Net.from_config(config).units == 4


def test_training_call_updates_state_and_draws_noise():
    for model in (Net(4), kerax.Sequential([layers.Dense(4), layers.BatchNormalization(), layers.Dropout(0.5)])):
        x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
        model(x)
        before = [w.copy() for w in model.get_weights()]
        first, second = model(x, training=True), model(x, training=True)
        assert not np.allclose(first, second)
        changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
        assert sum(changed) == 2
        np.testing.assert_array_equal(model(x), model(x))


def test_compiled_call_follows_changes_of_structure_and_weights():
    model = kerax.Sequential([kerax.Input((2,)), layers.Dense(2, use_bias=False, kernel_initializer="ones")])
    x = np.ones((1, 2), "float32")
    np.testing.assert_array_equal(model(x), [[2, 2]])
    model.set_weights([np.zeros((2, 2), "float32")])
    np.testing.assert_array_equal(model(x), [[0, 0]])
    model.add(layers.Lambda(lambda t: t + 1))
    np.testing.assert_array_equal(model(x), [[1, 1]])


def test_model_under_jit_and_grad_by_hand():
    model = kerax.Sequential([kerax.Input((2,)), layers.Dense(1)])
    x = jnp.ones((3, 2))
    np.testing.assert_allclose(jax.jit(model)(x), model(x), rtol=1e-6)
    assert jax.grad(lambda x: model(x).sum())(x).shape == x.shape


def test_losses_of_the_last_call_and_regularizers():
    class Penalty(layers.Layer):
        def call(self, x):
            self.add_loss(0.1 * jnp.sum(x**2))
            return x

    model = kerax.Sequential([kerax.Input((2,)), Penalty(), layers.Dense(1, kernel_regularizer="l2")])
    model(np.ones((3, 2), "float32"))
    model(np.ones((3, 2), "float32"))
    assert len(model.losses) == 2 and float(model.losses[0]) == pytest.approx(0.6)
    model.compile("sgd")
    assert model.fit(np.ones((3, 2)), verbose=0).history["loss"][0] > 0.6


def test_activity_regularizer_and_added_metric_show_up():
    class Watched(layers.Dense):
        def call(self, x):
            y = super().call(x)
            self.add_metric(y, name="mean_output")
            return y

    model = kerax.Sequential([kerax.Input((2,)), Watched(1, activity_regularizer="l2", kernel_initializer="ones")])
    model.compile("sgd", "mse")
    logs = model.evaluate(np.ones((4, 2)), np.full((4, 1), 2.0), verbose=0, return_dict=True)
    assert logs["mean_output"] == pytest.approx(2.0)
    assert logs["loss"] == pytest.approx(0.01 * 4.0)


def test_custom_train_test_and_predict_steps():
    class Custom(kerax.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)
            self.tracker = kerax.metrics.Mean(name="my_loss")

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y, _ = kerax.utils.unpack_x_y_sample_weight(data)
            variables = self.trainable_variables
            value, gradients = kerax.value_and_grad(lambda: jnp.mean((self(x, training=True) - y) ** 2), variables)
            self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
            self.tracker.update_state(value)
            return {"my_loss": self.tracker.result()}

        def test_step(self, data):
            x, y, _ = kerax.utils.unpack_x_y_sample_weight(data)
            self.tracker.update_state(jnp.mean(jnp.abs(self(x) - y)))
            return {"my_loss": self.tracker.result()}

        def predict_step(self, data):
            return {"twice": 2 * self(kerax.utils.unpack_x_y_sample_weight(data)[0])}

    model = Custom()
    model.compile(kerax.optimizers.SGD(0.1))
    x, y = np.ones((16, 2), "float32"), np.ones((16, 1), "float32")
    history = model.fit(x, y, epochs=20, batch_size=8, validation_data=(x, y), verbose=0).history
    assert set(history) == {"my_loss", "val_my_loss"} and history["my_loss"][-1] < 1e-3
    np.testing.assert_allclose(model.predict(x, verbose=0)["twice"], 2 * np.asarray(model(x)), rtol=1e-5)


def test_compute_loss_override_in_either_signature():
    class Keras3(kerax.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return jnp.mean(y_pred) * 0 + 7.0

    class TfKeras(kerax.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return jnp.mean(y_pred) * 0 + 7.0

    for cls in (Keras3, TfKeras):
        model = cls([layers.Dense(1)])
        model.compile("sgd")
        assert model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0).history["loss"] == [7.0]


def test_weights_round_trip_through_a_file(tmp_path):
    for make in (lambda: Net(4), lambda: kerax.Sequential([layers.Dense(3), layers.BatchNormalization()])):
        one, two = make(), make()
        x = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
        one(x, training=True), two(x)
        one.save_weights(tmp_path / "m.weights.h5")
        two.load_weights(tmp_path / "m.weights.h5")
        np.testing.assert_array_equal(one.predict(x, verbose=0), two.predict(x, verbose=0))
    assert [p.name for p in tmp_path.iterdir()] == ["m.weights.h5"]


def test_a_refused_file_changes_nothing(tmp_path):
    model = kerax.Sequential([kerax.Input((3,)), layers.Dense(4), layers.Dense(2)])
    kerax.Sequential([kerax.Input((3,)), layers.Dense(4), layers.Dense(5)]).save_weights(tmp_path / "o.weights.h5")
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"\(4, 2\).*\(4, 5\)"):
        model.load_weights(tmp_path / "o.weights.h5")
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_keras_reads_our_weights(tmp_path):
    ours = kerax.Sequential([kerax.Input((3,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(2)])
    theirs = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4), keras.layers.BatchNormalization(), keras.layers.Dense(2)]
    )
    ours.save_weights(tmp_path / "w.weights.h5")
    theirs.load_weights(tmp_path / "w.weights.h5")
    x = np.ones((2, 3), "float32")
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-5)


def test_get_layer_and_trainable_counts():
    model = kerax.Sequential([kerax.Input((3,)), layers.Dense(4, name="first"), layers.Dense(2, name="second")])
    assert model.get_layer("first") is model.layers[0] is model.get_layer(index=0)
    with pytest.raises(ValueError, match="Did you mean 'second'"):
        model.get_layer("secnd")
    model.get_layer("first").trainable = False
    assert [v.path for v in model.trainable_weights] == ["second/kernel", "second/bias"]
    assert sorted(model.params) == ["second/bias", "second/kernel"]
    model.trainable = False
    assert model.trainable_weights == []


def test_another_structure_in_training_is_an_error_that_names_the_layer():
    class Two(layers.Layer):
        def call(self, x, training=None):
            return x if training else (x, x)

    x = kerax.Input((3,))
    model = kerax.Model(x, Two(name="two")(x))
    match = r"layer 'two' returned another structure.*expected arrays of shapes \(\(None, 3\), \(None, 3\)\), received"
    with pytest.raises(ValueError, match=match):
        model(np.ones((2, 3), "float32"), training=True)


def test_messages_about_symbolic_inputs_show_unknown_sizes_as_none():
    x = kerax.Input((4,))
    model = kerax.Model(x, layers.Dense(3, name="dense")(x))
    with pytest.raises(ValueError, match=r"expects shape \(None, 4\), received \(None, 1, 4\)"):
        model(kerax.Input((1, 4)))
    assert model(kerax.Input((4, 1))).shape == (None, 3)  # a last axis of one goes or comes, as in Keras
