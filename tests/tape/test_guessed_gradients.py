"""Gradients that a loss's program computes in advance, where the same step has come several times."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax.tape import guesses

ROWS = 4


@pytest.fixture
def step():
    """A model with its loss, and how often a loss was computed with gradients."""
    model = kerax.Sequential([kerax.Input((5,)), kerax.layers.Dense(6, "relu"), kerax.layers.Dense(3)])
    loss = kerax.losses.SparseCategoricalCrossentropy(from_logits=True, name=f"own_{id(model)}")
    x = jnp.asarray(np.random.default_rng(0).normal(size=(ROWS, 5)), jnp.float32)
    return model, loss, x, jnp.arange(ROWS) % 3


@pytest.fixture
def counted(monkeypatch):
    used = []
    found = guesses.guessed_gradients

    def count(*args):
        given = found(*args)
        used.append(given is not None)
        return given

    monkeypatch.setattr("kerax.tape.programs.guessed_gradients", count)
    return used


def by_hand(model, loss, x, y):
    def of(params):
        return loss(y, kerax.functional_call(model, params, {}, x)[0])

    found = jax.grad(of)(model.params)
    return [found[v.path] for v in model.trainable_variables]


def taped(model, loss, x, y, sources=None, **options):
    with kerax.GradientTape(**options) as tape:
        value = loss(y, model(x))
    return tape.gradient(value, model.trainable_variables if sources is None else sources), tape, value


def test_gradients_come_with_the_loss_and_are_the_same(step, counted):
    model, loss, x, y = step
    optimizer = kerax.optimizers.SGD(0.1)
    for number in range(8):
        wanted = by_hand(model, loss, x, y) if number == 7 else None  # by then they are guessed
        gradients, _, _ = taped(model, loss, x, y)
        for one, two in zip(gradients, wanted or gradients, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-7)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    assert counted[-1] and not counted[0]


@pytest.mark.slow
def test_other_questions_are_answered_as_well(step, counted):
    model, loss, x, y = step
    for _ in range(8):
        taped(model, loss, x, y)
    assert counted[-1]
    wanted = by_hand(model, loss, x, y)
    only, _, _ = taped(model, loss, x, y, sources=model.trainable_variables[1:2])
    np.testing.assert_allclose(only[0], wanted[1], rtol=1e-5)
    with kerax.GradientTape() as tape:
        value = loss(y, model(x))
    doubled = tape.gradient(value, model.trainable_variables, output_gradients=jnp.asarray(2.0))
    np.testing.assert_allclose(doubled[0], 2 * wanted[0], rtol=1e-5)
    gradients, tape, value = taped(model, loss, x, y, persistent=True)
    np.testing.assert_allclose(tape.gradient(value, model.trainable_variables)[2], wanted[2], rtol=1e-5)
    with kerax.GradientTape() as tape:  # the loss is no longer the last thing that is computed
        value = 3 * loss(y, model(x))
    np.testing.assert_allclose(tape.gradient(value, model.trainable_variables)[3], 3 * wanted[3], rtol=1e-5)


@pytest.mark.slow
def test_another_wiring_is_not_mistaken(step):
    model, loss, x, y = step
    other = kerax.Sequential([kerax.Input((5,)), kerax.layers.Dense(6, "relu"), kerax.layers.Dense(3)])
    for turn in range(8):
        with kerax.GradientTape() as tape:
            outputs = [model(x), other(x)]
            value = loss(y, outputs[turn // 4])
        gradients = tape.gradient(value, model.trainable_variables)
        if turn < 4:
            np.testing.assert_allclose(gradients[0], by_hand(model, loss, x, y)[0], rtol=1e-5)
        else:
            assert gradients == [None] * 4


@pytest.mark.slow
def test_what_is_never_asked_for_is_no_longer_computed(step):
    model, loss, x, y = step
    for _ in range(8):
        taped(model, loss, x, y)
    for _ in range(6):
        with kerax.GradientTape():
            loss(y, model(x))
    (made,) = [g for g in _guesses_of(model, loss, x, y)]
    assert made is None


def _guesses_of(model, loss, x, y):
    with kerax.GradientTape() as tape:
        loss(y, model(x))
    last = tape._recorder.operations[-1]
    return list(last.split.jitted.guesses.values() if last.split is not None else last.key.guesses.values())


@pytest.mark.slow
def test_other_shapes_and_frozen_layers(step):
    model, loss, x, y = step
    for _ in range(8):
        taped(model, loss, x, y)
    gradients, _, _ = taped(model, loss, x[:2], y[:2])
    np.testing.assert_allclose(gradients[0], by_hand(model, loss, x[:2], y[:2])[0], rtol=1e-5)
    model.layers[0].trainable = False
    assert len(model.trainable_variables) == 2
    gradients, _, _ = taped(model, loss, x, y)
    assert len(gradients) == 2 and gradients[0].shape == (6, 3)
    model.layers[0].trainable = True
    model.layers[1].kernel.trainable = False
    assert [v.name for v in model.trainable_variables] == ["kernel", "bias", "bias"]


def test_copies_of_models_list_their_own_weights(step):
    model, loss, x, y = step
    assert len(model.trainable_variables) == 4
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert not {id(v) for v in again.trainable_variables} & {id(v) for v in model.trainable_variables}
        assert len(again.trainable_variables) == 4
    model.extra = kerax.Variable(1.0, name="extra")
    assert len(model.trainable_variables) == 5


def test_arrays_that_somebody_holds_outlive_an_update():
    one = kerax.Variable(jnp.ones(3))
    two = kerax.Variable(one.value)  # perhaps the very same array
    held, seen = one.value, np.asarray(one.value)
    optimizer = kerax.optimizers.Adam(0.5)
    for _ in range(3):
        optimizer.apply([jnp.ones(3), jnp.ones(3)], [one, two])
    np.testing.assert_array_equal(held, np.ones(3))
    np.testing.assert_array_equal(seen, np.ones(3))
    np.testing.assert_allclose(one.value, two.value)
    assert float(one.value[0]) < 0
