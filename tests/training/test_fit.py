"""fit, evaluate and predict: the loop's semantics, by itself and against Keras."""

import gc

import jax
import keras
import numpy as np
import optax
import pytest

import kerax

ROWS, FEATURES, CLASSES = 70, 5, 3


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(ROWS, FEATURES)).astype("float32"), rng.integers(0, CLASSES, ROWS).astype("int32")


def make(library=kerax, **compile_arguments):
    model = library.Sequential(
        [library.Input((FEATURES,)), library.layers.Dense(8, activation="relu"), library.layers.Dense(CLASSES)]
    )
    loss = library.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(library.optimizers.Adam(0.01), loss, metrics=["accuracy"], **compile_arguments)
    return model


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"batch_size": 16, "epochs": 3},
        {"batch_size": 100},
        {"sample_weight": np.linspace(0, 2, ROWS).astype("float32")},
        {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}},
        {"validation_split": 0.2, "epochs": 2},
        {"batch_size": 8, "validation_split": 0.3, "validation_freq": 2, "epochs": 4},
        {"initial_epoch": 2, "epochs": 4},
    ],
    ids=str,
)
def test_history_equals_keras(data, arguments):
    ours, theirs = make(), make(keras)
    ours.set_weights(theirs.get_weights())
    expected = theirs.fit(*data, shuffle=False, verbose=0, **arguments).history
    found = ours.fit(*data, shuffle=False, verbose=0, **arguments).history
    assert list(found)[0] == "loss" and set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-5, atol=1e-6, err_msg=name)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_evaluate_and_predict_equal_keras(data):
    x, y = data
    ours, theirs = make(), make(keras)
    ours.set_weights(theirs.get_weights())
    weights = np.linspace(0, 2, ROWS).astype("float32")
    np.testing.assert_allclose(ours.evaluate(x, y, verbose=0), theirs.evaluate(x, y, verbose=0), rtol=1e-5)
    found = ours.evaluate(x, y, sample_weight=weights, batch_size=16, verbose=0, return_dict=True)
    expected = theirs.evaluate(x, y, sample_weight=weights, batch_size=16, verbose=0, return_dict=True)
    assert found == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
    assert ours.predict(x[:1], verbose=0).shape == (1, CLASSES)
    np.testing.assert_allclose(ours.test_on_batch(x, y), theirs.test_on_batch(x, y), rtol=1e-5)


def test_train_on_batch_is_one_step(data):
    ours, theirs = make(), make(keras)
    ours.set_weights(theirs.get_weights())
    for _ in range(3):
        theirs.reset_metrics()
        np.testing.assert_allclose(ours.train_on_batch(*data), theirs.train_on_batch(*data), rtol=1e-5)
    assert int(ours.optimizer.iterations) == 3


def test_same_seed_gives_the_same_bits(data):
    def run():
        kerax.utils.set_random_seed(5)
        model = kerax.Sequential([kerax.layers.Dense(8), kerax.layers.Dropout(0.3), kerax.layers.Dense(CLASSES)])
        model.compile("adam", kerax.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model.fit(*data, epochs=2, verbose=0).history["loss"], model.get_weights()

    (losses, weights), (losses_again, weights_again) = run(), run()
    assert losses == losses_again
    for a, b in zip(weights, weights_again, strict=True):
        np.testing.assert_array_equal(a, b)


def as_generator(x, y, size):
    while True:
        for i in range(0, len(x), size):
            yield x[i : i + size], y[i : i + size]


class Batches(kerax.utils.PyDataset):
    def __init__(self, x, y, size):
        super().__init__()
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return -(-len(self.x) // self.size)

    def __getitem__(self, index):
        part = slice(index * self.size, (index + 1) * self.size)
        return self.x[part], self.y[part]


class Tensor:
    """What kerax knows of a torch tensor: it can be detached, moved to the host, and read as an array."""

    def __init__(self, array):
        self.array = array

    def detach(self):
        return self

    def cpu(self):
        return self

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.array, dtype)


class Loader:
    """Yields lists of tensors, as torch's DataLoader does."""

    def __init__(self, x, y, size):
        self.batches = Batches(x, y, size)

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        return ([Tensor(part) for part in self.batches[i]] for i in range(len(self)))


def test_torch_loader(data):
    torch = pytest.importorskip("torch", reason="a heavy package that only this test would need")
    x, y = data
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y)), batch_size=16
    )
    start, results = make().get_weights(), []
    for given in ((loader,), (Batches(x, y, 16),)):
        model = make()
        model.set_weights(start)
        results.append(model.fit(*given, epochs=2, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*results, rtol=1e-6)


@pytest.mark.parametrize("arguments", [{}, {"shuffle": "batch"}, {"steps_per_epoch": 1}, {"shuffle": False}], ids=str)
def test_arrays_on_the_device_and_on_the_host_train_alike(data, arguments, monkeypatch):
    x, y = data
    start, results = make().get_weights(), []
    for resident in (False, True):
        for module in ("data_adapter", "plan_source"):
            monkeypatch.setattr(f"kerax.training.{module}.fits_on_device", lambda _, answer=resident: answer)
        kerax.utils.set_random_seed(1)
        model = make()
        model.set_weights(start)
        losses = model.fit(x, y, batch_size=16, epochs=3, verbose=0, **arguments).history["loss"]
        pipeline = kerax.data.Dataset.from_tensor_slices((x, y)).shuffle(ROWS, seed=4).batch(16)
        losses += model.fit(pipeline, epochs=2, verbose=0).history["loss"]
        outputs = model.predict(x, batch_size=16, verbose=0)
        results.append((losses + model.evaluate(x, y, batch_size=16, verbose=0), outputs))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-5)
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-4, atol=1e-5)


def test_every_kind_of_input_trains_alike(data):
    import pandas

    x, y = data
    start = make().get_weights()

    def losses(*given, **arguments):
        model = make()
        model.set_weights(start)
        return model.fit(*given, epochs=2, verbose=0, **arguments).history["loss"]

    expected = losses(x, y, batch_size=16, shuffle=False)
    alike = {
        "jax": losses(jax.numpy.asarray(x), jax.numpy.asarray(y), batch_size=16, shuffle=False),
        "pandas": losses(pandas.DataFrame(x), pandas.Series(y), batch_size=16, shuffle=False),
        "lists": losses(x.tolist(), y.tolist(), batch_size=16, shuffle=False),
        "float64": losses(x.astype("float64"), y.astype("int64"), batch_size=16, shuffle=False),
        "generator": losses(as_generator(x, y, 16), steps_per_epoch=5),
        "sequence": losses(Batches(x, y, 16), shuffle=False),
        "dataset": losses(kerax.data.Dataset.from_tensor_slices((x, y)).batch(16)),
        "mapped dataset": losses(
            kerax.data.Dataset.from_tensor_slices((x, y)).batch(16).map(lambda a, b: (a, b)).prefetch(2)
        ),
        "loader of tensors": losses(Loader(x, y, 16)),
        "steps one by one": losses(x, y, batch_size=16, shuffle=False, callbacks=[kerax.callbacks.Callback()]),
    }
    for name, found in alike.items():
        np.testing.assert_allclose(found, expected, rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("steps", [1, 3, 64])
def test_steps_per_execution_changes_nothing(data, steps):
    start = make().get_weights()
    results = []
    for choice in ("auto", steps):
        model = make(steps_per_execution=choice)
        model.set_weights(start)
        results.append(model.fit(*data, batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*results, rtol=1e-6)


@pytest.mark.slow
def test_run_eagerly_equals_compiled(data):
    start = make().get_weights()
    results = []
    for eagerly in (False, True):
        model = make(run_eagerly=eagerly)
        model.set_weights(start)
        results.append(
            model.fit(*data, shuffle=False, verbose=0).history["accuracy"] + model.evaluate(*data, verbose=0)
        )
    np.testing.assert_allclose(*results, rtol=1e-5)


def test_freezing_after_compile_works(data):
    model = make()
    model.fit(*data, verbose=0)
    before = [w.copy() for w in model.get_weights()]
    model.layers[0].trainable = False
    model.fit(*data, verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert not np.allclose(before[2], after[2])
    model.layers[0].trainable = True
    model.fit(*data, verbose=0)
    assert not np.allclose(before[0], model.get_weights()[0])


def test_optax_transformation_as_optimizer(data):
    model = make()
    model.compile(
        optax.chain(optax.clip(1.0), optax.adam(0.01)), kerax.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    losses = model.fit(*data, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_steps_per_epoch_goes_on_where_it_stopped():
    seen = []

    class Watch(kerax.layers.Layer):
        def call(self, x):
            jax.debug.callback(lambda a: seen.append(a[:, 0].tolist()), x, ordered=True)
            return x

    model = kerax.Sequential([kerax.Input((1,)), Watch(), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.arange(10, dtype="float32")[:, None]
    with pytest.warns(UserWarning, match="2 batches were asked for, and the arrays ended after 1: 10 rows make 5"):
        model.fit(x, x, batch_size=2, steps_per_epoch=2, epochs=4, shuffle=False, verbose=0)
    jax.effects_barrier()
    assert [rows[0] for rows in seen] == [0, 2, 4, 6, 8, 0, 2]  # the third epoch ends with the rows, as in Keras 3


def test_more_steps_than_there_are_batches():
    x = np.arange(10, dtype="float32")[:, None]
    model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="9 batches were asked for"):
        assert len(model.predict(x, batch_size=2, steps=9, verbose=0)) == 10
    with pytest.warns(UserWarning, match="9 batches were asked for"):
        loss = model.evaluate(x, x, batch_size=2, steps=9, verbose=0)
    np.testing.assert_allclose(loss, model.evaluate(x, x, batch_size=2, verbose=0))


def test_shuffle_permutes_every_epoch():
    seen = []

    class Watch(kerax.layers.Layer):
        def call(self, x):
            jax.debug.callback(lambda a: seen.extend(a[:, 0].tolist()), x, ordered=True)
            return x

    model = kerax.Sequential([kerax.Input((1,)), Watch(), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.arange(12, dtype="float32")[:, None]
    model.fit(x, x, batch_size=4, epochs=2, verbose=0)
    jax.effects_barrier()
    first, second = seen[:12], seen[12:]
    assert sorted(first) == sorted(second) == x.ravel().tolist() and first != second and first != x.ravel().tolist()


def test_no_recompilation_per_epoch_or_fit(data):
    model = make()
    model.fit(*data, epochs=2, verbose=0)
    count = 0

    def listen(event, *_, **__):
        nonlocal count
        count += event.endswith("backend_compile_duration")

    jax.monitoring.register_event_duration_secs_listener(listen)
    model.fit(*data, epochs=3, verbose=0)
    model.fit(*data, epochs=1, verbose=0)
    assert count == 0


@pytest.mark.slow
def test_a_hundred_fits_leak_nothing(data):
    model = make()
    for _ in range(3):
        model.fit(*data, verbose=0)
    gc.collect()
    arrays, objects = len(jax.live_arrays()), len(gc.get_objects())
    for _ in range(100):
        model.fit(*data, verbose=0)
    gc.collect()
    assert len(jax.live_arrays()) <= arrays + 5
    assert len(gc.get_objects()) <= objects + 500


def test_callbacks_see_and_change_the_model(data):
    model = make()
    weights = []

    class Look(kerax.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            weights.append(self.model.layers[0].kernel.numpy())

        def on_epoch_end(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.0

    model.fit(*data, batch_size=35, epochs=2, verbose=0, callbacks=[Look()])
    assert not np.allclose(weights[0], weights[1])
    np.testing.assert_array_equal(weights[1], weights[3])
    assert float(model.optimizer.learning_rate) == 0.0
    np.testing.assert_array_equal(model.layers[0].kernel.numpy(), weights[-1])


def test_arrays_read_in_a_callback_stay_valid(data):
    kept = []

    class Keep(kerax.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            kept.append(self.model.layers[0].kernel.value)

    model = make()
    model.fit(*data, batch_size=16, verbose=0, callbacks=[Keep()])
    assert len({np.asarray(array).tobytes() for array in kept}) == 5


def test_an_interrupted_fit_leaves_a_working_model(data):
    class Stop(kerax.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    model = make()
    before = model.get_weights()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*data, verbose=0, callbacks=[Stop()])
    assert not np.allclose(before[0], model.get_weights()[0])
    model.fit(*data, verbose=0)


def test_data_that_ends_early_warns_after_how_many_batches(data):
    x, y = data
    batches = ((x[:16], y[:16]) for _ in range(7))
    with pytest.warns(UserWarning, match="7 batches"):
        history = make().fit(batches, steps_per_epoch=5, epochs=3, verbose=0)
    assert len(history.history["loss"]) == 2


def test_mixed_precision_trains(data):
    for policy, tolerance in (("mixed_bfloat16", 0.1), ("mixed_float16", 0.1)):
        full, mixed = make(), None
        kerax.config.set_dtype_policy(policy)
        try:
            mixed = make()
        finally:
            kerax.config.set_dtype_policy(None)
        mixed.set_weights(full.get_weights())
        assert mixed.layers[0].compute_dtype == policy.removeprefix("mixed_") and mixed.weights[0].dtype == "float32"
        expected = full.fit(*data, epochs=5, shuffle=False, verbose=0).history["loss"]
        found = mixed.fit(*data, epochs=5, shuffle=False, verbose=0).history["loss"]
        np.testing.assert_allclose(found, expected, rtol=tolerance)
