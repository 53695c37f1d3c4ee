"""Records of many operations of few kinds, of another length each time; arrays that grow piece by piece."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax


def played(w, rounds, pieces):
    """A game of some rounds, each of which goes on from the one before."""
    state = jnp.ones(2)
    for i in range(rounds):
        state = jnp.tanh(state @ w) + 0.1
        pieces = pieces.write(i, state.sum())
    return pieces.stack()


@pytest.mark.parametrize("layer", [False, True])
def test_gradients_of_games_of_any_length(layer):
    w = kerax.Variable(np.array([[0.3, -0.5], [0.7, 0.2]], "float32"))
    dense = kerax.layers.Dense(2, "tanh", use_bias=False)
    dense.build((None, 2))
    dense.kernel.assign(w.value)

    def by_layer(rounds, pieces):
        state = jnp.ones((1, 2))
        for i in range(rounds):
            state = dense(state) + 0.1
            pieces = pieces.write(i, jnp.sum(state))
        return pieces.stack()

    def expected(array, rounds):
        state, found = jnp.ones(2), []
        for _ in range(rounds):
            state = jnp.tanh(state @ array) + 0.1
            found.append(state.sum())
        return jnp.stack(found).std()

    for rounds in (3, 11, 5, 11):  # the way back through each kind of operation is compiled on the way
        with kerax.GradientTape() as tape:
            pieces = kerax.TensorArray("float32", size=0, dynamic_size=True)
            loss = (by_layer(rounds, pieces) if layer else played(w, rounds, pieces)).std()
        found = tape.gradient(loss, dense.kernel if layer else w)
        np.testing.assert_allclose(found, jax.grad(expected)(w.value, rounds), rtol=1e-5, atol=1e-6)


def test_arrays_that_grow_are_values():
    first = kerax.TensorArray("float32", size=0, dynamic_size=True).write(0, 1.0)
    one, other = first.write(1, 2.0), first.write(1, 3.0)
    late, changed = one.write(4, 5.0), one.write(0, 9.0)
    assert first.stack().tolist() == [1.0] and one.stack().tolist() == [1.0, 2.0]
    assert other.stack().tolist() == [1.0, 3.0] and changed.stack().tolist() == [9.0, 2.0]
    assert late.stack().tolist() == [1.0, 2.0, 0.0, 0.0, 5.0] and late.size() == 5
    assert [float(late.read(i)) for i in (1, 3)] == [2.0, 0.0]
    assert late.gather([4, 0]).tolist() == [5.0, 1.0]
    room = kerax.TensorArray("int32", size=3).write(1, 7)
    assert room.stack().tolist() == [0, 7, 0] and jax.jit(lambda array: array.write(2, 1).stack())(room).tolist() == [
        0, 7, 1,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="pieces have shape"):
        room.write(0, [1, 2])
    with pytest.raises(IndexError, match="outside of size 3"):
        room.write(3, 1)


def test_an_array_that_grows_makes_no_program_for_each_size(caplog):
    def grown(count):
        pieces = kerax.TensorArray("float32", size=0, dynamic_size=True)
        for i in range(count):
            pieces = pieces.write(i, jnp.ones(3))
        return pieces

    grown(2)
    with jax.log_compiles():
        pieces = grown(40)
    assert not [one for one in caplog.messages if "Compiling" in one]
    with jax.log_compiles():
        assert pieces.stack().shape == (40, 3)
    assert [one for one in caplog.messages if "Compiling" in one]
