"""kerax.function: when it traces, what it threads, what it refuses."""

import gc
import sys
import threading
import warnings
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax.function.side_effects import without_side_effects


@pytest.mark.filterwarnings("ignore:.*were traced and compiled anew")
def test_retraces_by_shape_dtype_and_python_value():
    seen = []

    @kerax.function
    def f(x, scale=1, training=False):
        seen.append(1)
        return x * scale

    def traces(*args, **kwargs):
        before = len(seen)
        f(*args, **kwargs)
        return len(seen) - before

    assert traces(jnp.ones(2)) == 1 and traces(jnp.zeros(2)) == 0 and traces(np.ones(2, "float32")) == 0
    assert traces(jnp.ones(3)) == 1 and traces(jnp.ones(2, "int32")) == 1
    assert traces(jnp.ones(2), 2) == 1 and traces(jnp.ones(2), 2) == 0 and traces(jnp.ones(2), True) == 1
    assert traces(jnp.ones(2), training=True) == 1
    assert traces(jnp.ones(2), float("nan")) == 1 and traces(jnp.ones(2), float("nan")) == 0
    assert f.experimental_get_tracing_count() == len(seen) == 7


def test_side_effects_happen_while_tracing_and_variables_are_threaded():
    counter, traces = kerax.Variable(0), []

    @kerax.function
    def count(x):
        traces.append(1)
        counter.assign_add(1)
        return x + counter.value.astype("float32")

    found = [float(count(jnp.asarray(1.0))) for _ in range(5)]
    assert found == [2.0, 3.0, 4.0, 5.0, 6.0] and int(counter) == 5 and len(traces) == 1
    counter.assign(10)  # from outside
    assert float(count(jnp.asarray(1.0))) == 12.0


def test_arrays_that_somebody_holds_survive_donation():
    v = kerax.Variable(np.arange(3, dtype="float32"))

    @kerax.function
    def add():
        v.assign_add(jnp.ones(3))
        return v.value

    held = v.value
    returned = add()
    add()
    assert held.tolist() == [0.0, 1.0, 2.0] and returned.tolist() == [1.0, 2.0, 3.0]
    before = v._array
    del held, returned
    reference = weakref.ref(before)
    del before
    add()
    assert reference() is None or reference().is_deleted()


def _training():
    model = kerax.Sequential(
        [kerax.Input((4,)), kerax.layers.Dense(8, "relu"), kerax.layers.BatchNormalization(), kerax.layers.Dense(3)]
    )
    loss = kerax.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer, mean = kerax.optimizers.Adam(0.01), kerax.metrics.Mean()
    accuracy = kerax.metrics.SparseCategoricalAccuracy()

    def step(x, y):
        with kerax.GradientTape() as tape:
            predicted = model(x, training=True)
            value = loss(y, predicted)
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean.update_state(value)
        accuracy.update_state(y, predicted)
        return value

    return model, step, optimizer, (mean, accuracy)


@pytest.mark.parametrize("minimize", [False, True])
def test_training_step_by_hand_equals_the_compiled_one(minimize):
    x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    start, results = None, []
    for wrap in (lambda f: f, kerax.function):
        model, step, optimizer, metrics = _training()
        start = start or model.get_weights()
        model.set_weights(start)
        if minimize:
            loss = kerax.losses.SparseCategoricalCrossentropy(from_logits=True)

            def step(x, y, model=model, optimizer=optimizer, loss=loss):
                optimizer.minimize(lambda: loss(y, model(x, training=True)), model.trainable_variables)

        run = wrap(step)
        for _ in range(4):
            run(x, y)
        assert int(optimizer.iterations) == 4
        results.append([*model.get_weights(), *optimizer.get_weights(), *(m.result() for m in metrics)])
    for one, two in zip(*results):
        np.testing.assert_allclose(one, two, rtol=2e-4, atol=2e-5)


def test_noise_is_drawn_anew_and_follows_the_seed():
    layer = kerax.layers.Dropout(0.5)
    f = kerax.function(lambda x: layer(x, training=True))
    kerax.utils.set_random_seed(3)
    first, second = f(jnp.ones(64)), f(jnp.ones(64))
    assert np.any(first != second)
    kerax.utils.set_random_seed(3)
    np.testing.assert_array_equal(f(jnp.ones(64)), first)
    outer = kerax.function(lambda x: f(x) + f(x))
    assert np.any(outer(jnp.ones(64)) != outer(jnp.ones(64)))


def test_variables_are_created_on_the_first_call_only():
    class Scale:
        def __init__(self):
            self.v, self.more = None, []

        @kerax.function
        def __call__(self, x):
            if self.v is None:
                self.v = kerax.Variable(3.0)
            return x * self.v

        @kerax.function
        def fresh(self, x):
            return x * kerax.Variable(1.0)

        @kerax.function
        def later(self, x):
            if x.shape == (2,):
                self.more.append(kerax.Variable(1.0))
            return x

        @kerax.function
        def listed(self, x):
            if len(self.more) < 1:
                self.more.append(kerax.Variable(2.0))
            return x * self.more[0]

    scale = Scale()
    assert [float(scale(jnp.asarray(x))) for x in (1.0, 2.0)] == [3.0, 6.0]
    assert float(Scale()(jnp.asarray(1.0))) == 3.0  # every object has its own
    with pytest.raises(ValueError, match="anew in every call"):
        scale.fresh(jnp.asarray(1.0))
    scale.later(jnp.ones(1))
    with pytest.raises(ValueError, match="in a later call than its first"):
        scale.later(jnp.ones(2))
    assert float(Scale().listed(jnp.asarray(2.0))) == 4.0


def test_methods_do_not_keep_their_object():
    class Thing:
        @kerax.function
        def run(self, x):
            return x + 1

    thing = Thing()
    assert float(thing.run(jnp.asarray(1.0))) == 2.0 and thing.run is thing.run
    reference = weakref.ref(thing)
    del thing
    gc.collect()
    assert reference() is None


def test_input_signature():
    spec = kerax.data.TensorSpec

    @kerax.function(input_signature=[spec((None, 2), "float32"), spec((), "int32")])
    def f(x, n):
        return x * n.astype("float32")

    assert f([[1, 2]], 3).tolist() == [[3.0, 6.0]]
    assert f(x=jnp.ones((1, 2)), n=2).tolist() == [[2.0, 2.0]] and f.experimental_get_tracing_count() == 1
    with pytest.raises(TypeError, match=r"'x' must have shape \(None, 2\)"):
        f(jnp.ones(3), 1)
    with pytest.raises(TypeError, match="'n' must have dtype int32"):
        f(jnp.ones((1, 2)), jnp.asarray(1.5))
    with pytest.raises(TypeError, match="2 arguments"):
        f(jnp.ones((1, 2)))
    for wrong in ("abc", None):
        with pytest.raises(TypeError, match="argument 'n' must be an array of dtype int32"):
            f(jnp.ones((1, 2)), wrong)
    with pytest.raises(TypeError, match=r"f\(\): missing a required argument"):
        f(y=1)

    @kerax.function(input_signature=[spec(None, "float32")])
    def of_any_rank(x):
        return jnp.sum(x)

    assert [float(of_any_rank(jnp.ones(shape))) for shape in ((), (2,), (2, 3))] == [1.0, 2.0, 6.0]
    assert of_any_rank.experimental_get_tracing_count() == 1


def test_concrete_functions():
    v = kerax.Variable(2.0)
    f = kerax.function(lambda x, k=1: {"y": x * v * k, "name": "n"})
    concrete = f.get_concrete_function(kerax.data.TensorSpec((2,), "float32"))
    assert concrete(jnp.ones(2))["y"].tolist() == [2.0, 2.0] and concrete.variables == [v]
    assert concrete.structured_outputs["y"].shape == (2,) and concrete.structured_outputs["name"] == "n"
    f(jnp.ones(2))
    assert f.experimental_get_tracing_count() == 1
    assert concrete([1.0, 2.0])["y"].tolist() == concrete(x=jnp.asarray([1.0, 2.0]))["y"].tolist() == [2.0, 4.0]
    for arguments, words in [
        ({"x": jnp.ones(3)}, r"traced for arrays of shape \(2,\) here, received \(3,\)"),
        ({"x": jnp.ones(2, "int32")}, "of dtype float32 here, received int32"),
        ({}, "without its argument 'x'"),
        ({"x": jnp.ones(2), "z": 1}, "'z' is none of its arguments"),
    ]:
        with pytest.raises(TypeError, match=words):
            concrete(**arguments)
    power = kerax.function(lambda a, b: a**b).get_concrete_function(kerax.data.TensorSpec((), "float32"), 2)
    assert float(power(jnp.asarray(3.0))) == float(power(3.0, b=2)) == 9.0
    with pytest.raises(TypeError, match="made for b=2, received 3"):
        power(jnp.asarray(3.0), b=3)


def test_functions_in_functions_jit_and_tapes():
    total = kerax.Variable(0.0, trainable=False)
    w = kerax.Variable(3.0)

    @kerax.function
    def inner(x):
        total.assign_add(x)
        return x * w

    outer = kerax.function(lambda x: inner(x) + inner(2 * x))
    assert float(outer(jnp.asarray(1.0))) == 9.0 and float(total) == 3.0
    for _ in range(3):
        with kerax.GradientTape() as tape:
            y = outer(jnp.asarray(1.0)) ** 2
        assert float(tape.gradient(y, w)) == 54.0
    assert float(jax.grad(kerax.function(lambda x: x * w))(jnp.asarray(1.0))) == 3.0


def test_run_eagerly():
    seen = []
    f = kerax.function(lambda x: seen.append(float(x)) or x)
    kerax.config.run_functions_eagerly(True)
    try:
        f(jnp.asarray(2.0))
    finally:
        kerax.config.run_functions_eagerly(False)
    assert seen == [2.0] and not kerax.config.functions_run_eagerly()


def test_a_retrace_storm_names_the_argument():
    f = kerax.function(lambda x, count: x * count)
    with pytest.warns(UserWarning, match=r"Argument 'count' changed last: int \d, then int \d") as caught:
        for i in range(12):
            f(jnp.ones(2), i)
    assert len(caught) == 1
    g = kerax.function(lambda batch: batch["x"])
    with pytest.warns(UserWarning, match=r"Argument \"batch\['x'\]\" changed last: float32\[\d\], then"):
        for i in range(6):
            g({"x": jnp.ones(i + 1)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        h = kerax.function(lambda x: x)
        for i in range(12):
            h(jnp.ones(2 + i % 4))


def test_functions_made_in_a_loop_are_noticed():
    def double(x):
        return 2 * x

    x = jnp.ones(2)
    with pytest.warns(
        UserWarning, match=r"each was of another function made of the same code \(.*test_function.py"
    ) as caught:
        for _ in range(7):
            kerax.function(double)(x)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(7):  # one for each model, say, and each used
            f = kerax.function(lambda x: x)
            f(x), f(x)


LEAKED = []


def test_leaks_are_named():
    def leak(x):
        LEAKED.append(x * 2)
        return x

    with pytest.warns(UserWarning, match="left a traced value in global 'LEAKED'"):
        kerax.function(leak)(jnp.asarray(1.0))
    with pytest.raises(ValueError, match="value from an earlier trace"):
        kerax.function(lambda x: x + LEAKED[0])(jnp.asarray(1.0))


def test_unknown_argument():
    with pytest.raises(TypeError, match="no argument 'jit'"):
        kerax.function(lambda x: x, jit=True)
    assert float(kerax.function(jit_compile=True, reduce_retracing=True)(lambda x: x)(jnp.asarray(1.0))) == 1.0


def test_dicts_keep_their_order():
    seen = []

    @kerax.function
    def step(batch):
        seen.append(list(batch))
        return {"z": batch["w"], "a": [{"y": batch["b"], "c": 1}]}

    for _ in range(2):
        found = step({"w": jnp.ones(1), "b": jnp.ones(2)})
        assert list(found) == ["z", "a"] and list(found["a"][0]) == ["y", "c"] and found["a"][0]["y"].shape == (2,)
    assert seen == [["w", "b"]]


def test_a_program_does_not_keep_the_arrays_that_it_was_traced_with():
    big = jnp.ones((1000,))
    alive = weakref.ref(big)
    double = kerax.function(lambda x: x * 2)
    double(big)
    del big
    gc.collect()
    assert alive() is None


def test_threads_that_trace_again_at_the_same_time_leave_printing_as_it_was(capsys):
    started, go_on = threading.Event(), threading.Event()

    def first():
        started.set()
        assert go_on.wait(10)

    def run():
        with without_side_effects(first):
            first()

    stream = sys.stdout
    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(10)
    with without_side_effects(run):
        print("dropped")
        go_on.set()
        thread.join()
    print("shown")
    assert capsys.readouterr().out == "shown\n" and sys.stdout is stream


def test_who_holds_the_variables_of_a_trace_is_asked_once(monkeypatch):
    asked, kept = [], []
    plain = gc.get_referrers
    monkeypatch.setattr(gc, "get_referrers", lambda *objects: asked.append(len(objects)) or plain(*objects))

    @kerax.function
    def first(x):
        if not kept:
            kept.extend(kerax.Variable(jnp.ones(2)) for _ in range(20))
        return x + kept[0]

    first(jnp.ones(2))
    assert asked == [20]
    monkeypatch.undo()

    @kerax.function
    def second(x):
        return x + kerax.Variable(jnp.ones(2), name="lost")

    with pytest.raises(ValueError, match="lost"):
        second(jnp.ones(2))


@pytest.mark.filterwarnings("ignore:.*were traced and compiled anew")
def test_programs_go_with_the_objects_they_were_traced_for():
    class Settings:
        factor = 2

    @kerax.function
    def scaled(x, settings):
        return x * settings.factor

    settings = Settings()
    assert scaled(jnp.ones(()), settings) == 2 and scaled(jnp.ones(()), settings) == 2
    assert scaled.experimental_get_tracing_count() == 1 and len(scaled._programs) == 1
    gone = weakref.ref(settings)
    del settings
    gc.collect()
    assert gone() is None and not scaled._programs and not scaled._references
    for factor in range(20):  # identities come again
        settings = Settings()
        settings.factor = factor
        assert scaled(jnp.ones(()), settings) == factor
    assert scaled.experimental_get_tracing_count() == 21
