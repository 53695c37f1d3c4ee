"""Gradients of some rows of a table: as an array of sums, or, by the legacy rules, for the named rows only."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import kerax

RowGradient = kerax.optimizers.RowGradient
SHAPE = (5, 2)
STEPS = [([3, 1, 3], 0), ([0, 0, 1], 1), ([1, 2, 2], 2)]  # rows of each step; row 4 is never named


def rows_at(step):
    rows, seed = STEPS[step]
    return RowGradient(np.random.default_rng(seed).normal(size=(3, 2)).astype("float32"), rows, SHAPE)


def run(optimizer, gradient_of):
    table = kerax.Variable(np.random.default_rng(9).normal(size=SHAPE).astype("float32"), name="table")
    other = kerax.Variable(np.ones(3, "float32"), name="other")
    values = [table.numpy()]
    for step in range(len(STEPS)):
        optimizer.apply([gradient_of(rows_at(step)), jnp.ones(3)], [table, other])
        values.append(table.numpy())
    return values


def makers():
    optimizers, legacy = kerax.optimizers, kerax.optimizers.legacy
    yield "SGD", lambda: optimizers.SGD(0.1, momentum=0.9)
    yield "Adam", lambda: optimizers.Adam(0.1)
    yield "accumulated", lambda: optimizers.Adam(0.1, gradient_accumulation_steps=2)
    yield "scaled", lambda: optimizers.SGD(0.1, loss_scale_factor=4.0)
    yield "loss scale", lambda: optimizers.LossScaleOptimizer(optimizers.SGD(0.1), initial_scale=2.0)
    yield "optax", lambda: optimizers.from_optax(optax.adam(0.1))
    yield "legacy.SGD", lambda: legacy.SGD(0.1)
    yield "legacy.Adam", lambda: legacy.Adam(0.1, amsgrad=True)
    yield "legacy.Adagrad", lambda: legacy.Adagrad(0.1)
    yield "legacy.RMSprop", lambda: legacy.RMSprop(0.1, centered=True)


@pytest.mark.parametrize(("name", "make"), list(makers()), ids=lambda value: value if isinstance(value, str) else "")
def test_as_an_array_of_sums(name, make):
    for actual, expected in zip(run(make(), lambda g: g), run(make(), lambda g: g.dense())):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


ROWS_MOVE = {
    "SGD": {"momentum": 0.9, "nesterov": True},
    "RMSprop": {"momentum": 0.5},
    "Adadelta": {},
    "Adamax": {},
    "Nadam": {},
    "Ftrl": {"l2_shrinkage_regularization_strength": 0.2},
}


@pytest.mark.parametrize("name", ROWS_MOVE)
def test_other_rows_stay(name):
    optimizer = getattr(kerax.optimizers.legacy, name)(learning_rate=0.1, **ROWS_MOVE[name])
    values = run(optimizer, lambda gradient: gradient)
    for step, (rows, _) in enumerate(STEPS):
        for row in range(SHAPE[0]):
            moved = not np.array_equal(values[step][row], values[step + 1][row])
            assert moved == (row in rows), (step, row)
    for slot in optimizer.weights[1:]:
        if slot.shape == SHAPE and name != "Ftrl":
            np.testing.assert_array_equal(slot.numpy()[4], 0.0)


def test_a_row_that_is_always_named_moves_as_with_an_array():
    make = lambda: kerax.optimizers.legacy.Adamax(0.1)  # noqa: E731
    always = [RowGradient(np.full((3, 2), step + 1.0, "float32"), [2, 0, 2], SHAPE) for step in range(3)]
    tables = []
    for convert in (lambda g: g, lambda g: g.dense()):
        optimizer, table = make(), kerax.Variable(np.ones(SHAPE, "float32"))
        for gradient in always:
            optimizer.apply([convert(gradient)], [table])
        tables.append(table.numpy())
    np.testing.assert_allclose(tables[0], tables[1], rtol=1e-6)


def test_under_jit_and_with_clipping():
    optimizer, table = kerax.optimizers.legacy.SGD(1.0, clipnorm=1.0), kerax.Variable(np.zeros(SHAPE, "float32"))
    optimizer.build([table])
    step = jax.jit(lambda own, gradient, value: optimizer.stateless_apply(own, [gradient], [value]))
    gradient = RowGradient(np.array([[3.0, 0.0], [0.0, 4.0]], "float32"), [1, 1], SHAPE)
    (value,), _ = step([v.value for v in optimizer.variables], gradient, table.value)
    np.testing.assert_allclose(value[1], [-0.6, -0.8], rtol=1e-6)


def test_mistakes():
    with pytest.raises(ValueError, match="RowGradient"):
        RowGradient(np.ones((2, 3)), [0, 1], SHAPE)
    with pytest.raises(ValueError, match="shape"):
        kerax.optimizers.SGD().apply([RowGradient(np.ones((1, 2)), [0], (4, 2))], [kerax.Variable(np.ones(SHAPE))])


def test_reads_of_tables_are_told_apart():
    from kerax.optimizers.row_derivatives import value_and_row_grad

    rows, tables = jnp.array([3, 1, 3]), [jnp.ones(SHAPE), jnp.ones(SHAPE), jnp.ones(SHAPE)]

    def loss(arrays):
        picked, both, whole = arrays
        read = jnp.take(picked, rows, axis=0) * jnp.arange(3.0)[:, None]
        return (read**2).sum() + jnp.take(both, rows, axis=0).sum() + (both**2).sum() + (whole**2).sum(), rows

    (value, aux), gradients = jax.jit(value_and_row_grad(loss))(tables)
    (expected, _), dense = jax.value_and_grad(loss, has_aux=True)(tables)
    assert float(value) == float(expected) and aux.tolist() == [3, 1, 3]
    assert [isinstance(one, RowGradient) for one in gradients] == [True, False, False]
    assert gradients[0].indices.tolist() == [3, 1, 3] and gradients[0].values[:, 0].tolist() == [0.0, 2.0, 8.0]
    for one, other in zip(gradients, dense, strict=True):
        np.testing.assert_allclose(one.dense() if isinstance(one, RowGradient) else one, other)
