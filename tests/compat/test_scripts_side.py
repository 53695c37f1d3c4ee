"""What a script does and what kerax does meet: tensors in and out, functions handed in, classes derived from."""

import gc
import threading
import weakref

import numpy as np
import pytest

import kerax


def test_layers_give_tensors_for_tensors_and_arrays_for_arrays():
    import kerax.compat.tensorflow as tf

    layer = kerax.layers.Dense(2)
    assert isinstance(layer(tf.ones((1, 3))), tf.Tensor)
    assert not isinstance(layer(np.ones((1, 3), "float32")), tf.Tensor)
    assert isinstance(layer.kernel.shape, tuple) and type(layer.kernel.shape) is tuple


def test_a_script_sees_tensors_everywhere(tf):
    layer = tf.keras.layers.Dense(2, kernel_regularizer="l2")
    assert isinstance(layer(np.ones((1, 3), "float32")), tf.Tensor)
    assert isinstance(layer.losses[0], tf.Tensor)
    assert layer.kernel.shape.as_list() == [3, 2] and layer.kernel.dtype == tf.float32
    assert isinstance(layer.kernel + 1, tf.Tensor) and layer.kernel.name.endswith("kernel:0")
    metric = tf.keras.metrics.Mean()
    metric.update_state([1.0, 3.0])
    assert metric.result().numpy() == 2.0
    assert isinstance(tf.keras.losses.mse([[1.0]], [[2.0]]), tf.Tensor)
    assert isinstance(tf.keras.initializers.Zeros()((2,)), tf.Tensor)


def test_own_layers_losses_and_metrics_are_called_with_tensors(tf):
    seen = []

    class Scale(tf.keras.layers.Layer):
        def build(self, input_shape):
            seen.append(type(input_shape).__name__)
            self.w = self.add_weight(name="w", shape=(input_shape[-1],), initializer="ones")

        def call(self, inputs):
            seen.append(type(inputs).__name__)
            if tf.reduce_sum(inputs) > 0:
                inputs = inputs * 2
            return inputs * self.w

    class Distance(tf.keras.losses.Loss):
        def call(self, y_true, y_pred):
            seen.append(type(y_true).__name__)
            return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)

    class Largest(tf.keras.metrics.Metric):
        def __init__(self):
            super().__init__(name="largest")
            self.value = self.add_weight(name="value", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.value.assign(tf.maximum(self.value, tf.reduce_max(y_pred)))

        def result(self):
            return self.value

    model = tf.keras.Sequential([Scale(), tf.keras.layers.Dense(1, activation=lambda x: tf.nn.relu(x) + 0.0)])
    model.compile("sgd", Distance(), metrics=[Largest(), lambda t, p: tf.reduce_mean(tf.square(t - p))])
    history = model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=4, verbose=0)
    assert set(seen) == {"TensorShape", "Tensor"} and "largest" in history.history
    assert np.isfinite(history.history["loss"][0])
    assert isinstance(model.predict(np.ones((2, 2)), verbose=0), np.ndarray)


def test_train_step_of_a_script(tf):
    class Model(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = tf.keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y = data
            assert isinstance(x, tf.Tensor)
            with tf.GradientTape() as tape:
                loss = self.compiled_loss(y, self(x, training=True), regularization_losses=self.losses)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            self.compiled_metrics.update_state(y, self(x))
            return {m.name: m.result() for m in self.metrics}

    model = Model()
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, batch_size=4, verbose=0)
    assert history.history["loss"][1] < history.history["loss"][0] and "mae" in history.history


def test_tensorflows_operations_in_functional_models(tf):
    a = tf.keras.Input((3,))
    b = tf.concat([tf.nn.relu(a), a * 2.0], axis=-1)
    b = tf.reshape(b, [-1, b.shape[1] // 2, 2])
    model = tf.keras.Model(a, tf.reduce_sum(b, axis=1) + tf.constant([1.0, 2.0]))
    x = np.asarray([[1.0, -2.0, 3.0]], "float32")
    both = np.concatenate([np.maximum(x, 0), x * 2], -1).reshape(1, 3, 2).sum(1) + [1, 2]
    np.testing.assert_allclose(model(x).numpy(), both)
    assert model.output_shape == (None, 2) and a.shape.as_list() == [None, 3]


def test_callbacks_call_tensorflow(tf):
    seen = []

    class Watch(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((type(self.model(tf.zeros((1, 2)))).__name__, type(logs["loss"]).__name__, sorted(logs)))

    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    rate = tf.keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * float(tf.constant(0.5).numpy()))
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, callbacks=[rate, Watch()])
    assert seen == [("Tensor", "float", ["loss", "lr"])]


def test_data_sets_are_tensors_for_the_script_and_arrays_for_fit(tf):
    x = np.arange(8, dtype="float32").reshape(8, 1)
    slices = tf.data.Dataset.from_tensor_slices((tf.constant(x), x[:, 0]))
    data = slices.map(lambda a, b: (a / 2, tf.cast(b > 3, tf.int32)))
    a, b = next(iter(data.batch(4)))
    assert isinstance(a, tf.Tensor) and a.shape == (4, 1) and b.dtype == tf.int32
    assert data.element_spec[0] == tf.TensorSpec((1,), tf.float32)
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    assert np.isfinite(model.fit(data.batch(4), verbose=0).history["loss"][0])
    assert [type(e).__name__ for e in data.take(1).as_numpy_iterator()] == ["tuple"]


def test_modules(tf):
    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.layers = [tf.Variable(1.0, name="a"), {"b": tf.Variable([2.0], trainable=False)}]
            self.dense = tf.keras.layers.Dense(2)

        @tf.Module.with_name_scope
        def __call__(self, x):
            return self.dense(x)

    net = Net()
    assert net(tf.ones((1, 3))).shape == (1, 2) and net.name == "net"
    assert len(net.variables) == 4 and len(net.trainable_variables) == 3 and len(net.submodules) == 1


def test_gradients_are_tensors(tf):
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(v * v)
    assert isinstance(tape.gradient(y, v), tf.Tensor) and tape.gradient(y, v).numpy().tolist() == [2.0, 4.0]
    unconnected = tape.gradient(y, tf.Variable(1.0), unconnected_gradients=tf.UnconnectedGradients.ZERO)
    assert unconnected.numpy() == 0
    optimizer = tf.keras.optimizers.SGD(0.5)
    optimizer.apply_gradients([(tape.gradient(y, v), v)])
    assert v.numpy().tolist() == [0.0, 0.0]
    optimizer.minimize(lambda: tf.reduce_sum((v - 1.0) ** 2), [v])
    assert v.numpy().tolist() == [1.0, 1.0]


def test_feature_columns_and_lookup_layers_take_tensors(tf):
    column = tf.feature_column.numeric_column("x", normalizer_fn=lambda x: (x - 1.0) * 2.0)
    assert tf.keras.layers.DenseFeatures([column])({"x": tf.constant([[2.0]])}).numpy().tolist() == [[2.0]]
    lookup = tf.keras.layers.StringLookup(vocabulary=["a", "b"])
    assert lookup(tf.constant([["b"], ["z"]])).numpy().tolist() == [[2], [0]]


def test_what_is_missing_says_so(tf):
    with pytest.raises(AttributeError, match="kerax has no tf.redce_mean. Did you mean 'reduce_mean'?"):
        tf.redce_mean
    with pytest.raises(AttributeError, match="tf.keras.layers.Dens. Did you mean 'Dense'.*kerax.layers"):
        tf.keras.layers.Dens
    with pytest.raises(AttributeError, match="jax.export|StableHLO|export"):
        tf.lite
    with pytest.raises(AttributeError, match=r"numpy\(\)"):
        tf.constant([1]).tolist()


def test_every_name_of_the_tables_is_there():
    from kerax.compat.tensorflow._namespace import Namespace
    from kerax.compat.tensorflow._root import ROOT

    seen, count = set(), 0

    def visit(module):
        nonlocal count
        if id(module) in seen:
            return
        seen.add(id(module))
        for name in module.__dict__["_names"]:
            value = getattr(module, name)
            count += 1
            if isinstance(value, Namespace):
                visit(value)

    visit(ROOT)
    assert count > 1000


def test_pipelines_may_compile_what_has_no_side_effect(tf):
    from kerax.compat.tensorflow._edges import always_leaving
    from kerax.data.purity import side_effect

    def scaled(x):
        return tf.cast(x, tf.float32) / 255.0

    def noisy(x):
        return x + tf.random.normal([2])

    def flipped(x):
        return tf.image.random_flip_left_right(x)

    assert side_effect(always_leaving(scaled)) is None
    assert side_effect(always_leaving(noisy)) == "it calls random"
    assert side_effect(always_leaving(flipped)) == "it calls random_flip_left_right"


def test_a_concrete_function_and_python_functions_of_one_result(tf):
    concrete = tf.function(lambda x: tf.where(x > 0, x, -x)).get_concrete_function(tf.TensorSpec([], tf.int32))
    assert concrete(tf.constant(-3)).numpy() == 3
    (found,) = tf.py_function(lambda x: x.numpy() * 2, [tf.constant([1.0])], [tf.float32])
    assert found.numpy().tolist() == [2.0]


def test_named_objects_of_a_script_are_forgotten_with_their_names(tf):
    known = tf.keras.utils.get_custom_objects()

    def double(x):
        assert isinstance(x, tf.Tensor)
        return x * 2

    known["double"] = double
    assert known["double"] is double and tf.keras.activations.get("double")(tf.constant(1.0)) == 2.0
    gone = weakref.ref(double)
    known["double"] = abs
    assert known["double"] is abs
    del known["double"], double
    gc.collect()
    assert "double" not in known and gone() is None


def test_other_threads_do_not_take_the_names_of_a_trace(tf):
    traced, go_on = threading.Event(), threading.Event()

    @tf.function
    def slow(x):
        traced.set()
        assert go_on.wait(10)
        return (x + 1).name

    found = []
    thread = threading.Thread(target=lambda: found.append(slow(tf.constant(1.0))))
    thread.start()
    assert traced.wait(10)
    other = tf.function(lambda x: (x + 1).name)(tf.constant(1.0))
    assert (tf.constant(1.0) + 1).numpy() == 2.0
    go_on.set()
    thread.join()
    assert found[0] == other
