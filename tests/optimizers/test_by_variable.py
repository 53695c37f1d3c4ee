"""What differs from variable to variable: learning rate multipliers, several optimizers."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import kerax

MULTIPLIERS = {"a": 0.5, "c": 0.0}


def variables():
    return [kerax.Variable(np.array([1.0, -2.0], "float32"), name=name) for name in "abc"]


def moves(optimizer, steps=3):
    """What each variable moved by under gradients of ones."""
    boxes = variables()
    for _ in range(steps):
        optimizer.apply([jnp.array([1.0, 2.0])] * 3, boxes)
    return [box.numpy() - start.numpy() for box, start in zip(boxes, variables())]


def make_all():
    optimizers = kerax.optimizers
    for name in ("SGD", "RMSprop", "Adam", "Adagrad", "Adadelta", "Adamax", "Nadam", "Lion", "Lamb", "Muon"):
        yield name, lambda name=name, **more: getattr(optimizers, name)(learning_rate=0.1, **more)
    yield "legacy.Adam", lambda **more: optimizers.legacy.Adam(learning_rate=0.1, **more)
    yield "legacy.Nadam", lambda **more: optimizers.legacy.Nadam(learning_rate=0.1, **more)
    yield "optax", lambda **more: optimizers.from_optax(optax.sgd(0.1), **more)


@pytest.mark.parametrize(("name", "make"), list(make_all()), ids=lambda value: value if isinstance(value, str) else "")
def test_multiplier_is_another_learning_rate(name, make):
    plain, scaled = moves(make(), 1), moves(make(lr_multipliers=MULTIPLIERS), 1)
    np.testing.assert_allclose(scaled[0], 0.5 * plain[0], rtol=1e-5, atol=3e-7)  # rounded at 2
    np.testing.assert_allclose(scaled[1], plain[1], rtol=1e-6)
    np.testing.assert_array_equal(scaled[2], 0.0)


def test_trajectory_equals_an_optimizer_with_that_rate():
    scaled = moves(kerax.optimizers.AdamW(0.1, weight_decay=0.1, lr_multipliers=MULTIPLIERS), 5)
    np.testing.assert_allclose(scaled[0], moves(kerax.optimizers.AdamW(0.05, weight_decay=0.1), 5)[0], rtol=1e-5)
    np.testing.assert_array_equal(scaled[2], 0.0)


def test_first_pattern_counts_and_the_shared_momentum_advances_once():
    optimizer = kerax.optimizers.Nadam(0.1, lr_multipliers={"^a$": 0.5, "a|b": 0.25})
    plain = kerax.optimizers.Nadam(0.1)
    np.testing.assert_allclose(moves(optimizer)[2], moves(plain)[2], rtol=1e-6)
    np.testing.assert_allclose(
        moves(kerax.optimizers.SGD(0.1, lr_multipliers={"^a$": 0.5, "a|b": 0.25}))[1][0], -0.075, rtol=1e-5
    )
    assert float(optimizer.variables[-1].numpy()) == float(plain.variables[-1].numpy())


def test_multipliers_as_optax_in_fit_and_in_the_configuration():
    optimizer = kerax.optimizers.Adam(0.1, weight_decay=0.1, lr_multipliers={"kernel": 0.0})
    tx = optimizer.as_optax()
    params = {"d": {"kernel": jnp.ones(2), "bias": jnp.ones(2)}}
    updates, _ = tx.update(jax.tree.map(jnp.ones_like, params), tx.init(params), params)
    np.testing.assert_array_equal(updates["d"]["kernel"], 0.0)
    assert np.all(np.asarray(updates["d"]["bias"]) < -0.1)
    again = kerax.optimizers.deserialize(kerax.optimizers.serialize(optimizer))
    assert again.lr_multipliers == {"kernel": 0.0} and "lr_multipliers" not in kerax.optimizers.Adam().get_config()
    model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1, name="d")])
    model.compile(optimizer, "mse")
    kernel, bias = model.get_weights()
    model.fit(np.ones((4, 2), "float32"), np.ones((4, 1), "float32") * 5, verbose=0)
    assert np.array_equal(model.get_weights()[0], kernel) and not np.array_equal(model.get_weights()[1], bias)


def test_multiplier_mistakes():
    with pytest.raises(ValueError, match="'a' in lr_multipliers of SGD.. must be a finite number"):
        kerax.optimizers.SGD(lr_multipliers={"a": -1.0})
    with pytest.raises(TypeError, match="must map patterns"):
        kerax.optimizers.SGD(lr_multipliers=0.5)
    with pytest.raises(ValueError, match="no regular expression"):
        kerax.optimizers.SGD(lr_multipliers={"(": 0.5})


# ---------------------------------------------------------------- several optimizers


def several(**options):
    adam, sgd = kerax.optimizers.Adam(0.1), kerax.optimizers.SGD(0.5, momentum=0.9)
    table = kerax.optimizers.OptimizerMap(kerax.optimizers.RMSprop(0.1), {"a": adam, "b": sgd})
    return kerax.optimizers.MultiOptimizer(table, **options)


def test_every_variable_has_its_optimizer():
    actual = moves(several())
    for i, one in enumerate(
        (kerax.optimizers.Adam(0.1), kerax.optimizers.SGD(0.5, momentum=0.9), kerax.optimizers.RMSprop(0.1))
    ):
        np.testing.assert_allclose(actual[i], moves(one)[i], rtol=1e-6)


def test_several_loss_scale_and_counts():
    optimizer = several(loss_scale_factor=4.0)
    assert optimizer.scale_loss(2.0) == 8.0
    boxes = variables()
    optimizer.apply([jnp.array([4.0, 8.0])] * 3, boxes)
    np.testing.assert_allclose(boxes[1].numpy(), [0.5, -3.0])
    assert [int(one.iterations) for one in (optimizer, *optimizer.optimizers)] == [1, 1, 1, 1]


def test_several_in_fit_and_saved():
    def make():
        model = kerax.Sequential(
            [kerax.Input((3,)), kerax.layers.Dense(4, name="body"), kerax.layers.Dense(1, name="head")]
        )
        table = kerax.optimizers.OptimizerMap(kerax.optimizers.SGD(0.0), {"head/.*": kerax.optimizers.Adam(0.1)})
        model.compile(kerax.optimizers.MultiOptimizer(table), "mse")
        return model

    model = make()
    before = model.get_weights()
    x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    model.fit(x, x[:, :1], epochs=2, batch_size=4, verbose=0)
    after = model.get_weights()
    assert np.array_equal(before[0], after[0]) and not np.array_equal(before[2], after[2])
    assert int(model.optimizer.iterations) == 4 and int(model.optimizer.optimizers[0].iterations) == 4
    with pytest.raises(AttributeError, match="no learning rate of its own"):
        _ = model.optimizer.learning_rate


def test_several_configuration():
    optimizer = several()
    again = kerax.optimizers.deserialize(kerax.optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert [type(one).__name__ for one in again.optimizers] == ["Adam", "SGD", "RMSprop"]
    with pytest.raises(ValueError, match="use an OptimizerMap"):
        kerax.optimizers.MultiOptimizer(lambda variable: kerax.optimizers.SGD()).get_config()


def test_several_as_optax():
    params = {name: jnp.array([1.0, -2.0]) for name in "abc"}
    tx = several().as_optax()
    state = tx.init(params)
    for _ in range(3):
        updates, state = tx.update({name: jnp.array([1.0, 2.0]) for name in "abc"}, state, params)
        params = optax.apply_updates(params, updates)
    for name, move in zip("abc", moves(several())):
        np.testing.assert_allclose(params[name] - jnp.array([1.0, -2.0]), move, rtol=2e-5)


def test_map_mistakes():
    table = kerax.optimizers.OptimizerMap(kerax.optimizers.SGD(), {"a.*": kerax.optimizers.SGD()})
    with pytest.raises(ValueError, match="already"):
        table["a.*"] = kerax.optimizers.SGD()
    with pytest.raises(ValueError, match="plain optimizer"):
        table["x"] = kerax.optimizers.LossScaleOptimizer(kerax.optimizers.SGD())
    table[".*b"] = kerax.optimizers.Adam()
    with pytest.raises(ValueError, match="several patterns"):
        _ = table["ab"]
    with pytest.raises(TypeError, match="default_optimizer"):
        kerax.optimizers.OptimizerMap("sgd")


def test_a_schedule_sets_every_learning_rate():
    model = kerax.Sequential(
        [kerax.Input((2,)), kerax.layers.Dense(2, name="body"), kerax.layers.Dense(1, name="head")]
    )
    table = kerax.optimizers.OptimizerMap(kerax.optimizers.SGD(0.5), {"head/.*": kerax.optimizers.SGD(0.25)})
    model.compile(kerax.optimizers.MultiOptimizer(table), "mse")
    halve = kerax.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = model.fit(np.zeros((4, 2)), np.zeros((4, 1)), epochs=2, verbose=0, callbacks=[halve]).history
    rates = {key: values for key, values in history.items() if key.startswith("learning_rate")}
    assert sorted(rates.values()) == [[0.125, 0.0625], [0.25, 0.125]]
