"""Variables, scopes and functional calls."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import kerax
from kerax.state import RecordingScope, Scope, get_mask, set_mask


def test_value_dtype_shape_and_operators():
    v = kerax.Variable([1.0, 2.0], name="v")
    assert v.shape == (2,) and v.dtype == "float32" and v.trainable and v.path == "v"
    np.testing.assert_array_equal(v + 1, [2, 3])
    np.testing.assert_array_equal(1 - v, [0, -1])
    np.testing.assert_array_equal(np.array([2.0, 2.0], "float32") * v, [2, 4])
    np.testing.assert_array_equal(v @ v, 5)
    np.testing.assert_array_equal(-v, [-1, -2])
    np.testing.assert_array_equal(v > 1, [False, True])
    assert float(v[1]) == 2 and v.sum() == 3 and len(v) == 2


def test_jax_functions_accept_variables():
    v = kerax.Variable([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(jnp.matmul(jnp.ones((1, 2)), v), [[4, 6]])
    np.testing.assert_allclose(jnp.sin(v), np.sin(v.numpy()))
    np.testing.assert_allclose(jax.jit(lambda x: x * 2)(v), v.numpy() * 2)
    np.testing.assert_allclose(jnp.asarray(v), v.numpy())


def test_assign_checks_shape_and_keeps_dtype():
    v = kerax.Variable([1.0, 2.0], name="w")
    v.assign(np.array([3, 4]))
    assert v.numpy().dtype == np.float32
    v.assign_add([1.0, 1.0]).assign_sub(1.0 * np.ones(2))
    np.testing.assert_array_equal(v.numpy(), [3, 4])
    with pytest.raises(ValueError, match=r"'w' of shape \(2,\).*\(3,\)"):
        v.assign([1.0, 2.0, 3.0])


def test_a_box_never_holds_a_tracer():
    v = kerax.Variable(1.0, name="v")

    def leak(x):
        v.assign(x)
        return x

    with pytest.raises(ValueError, match="functional_call"):
        jax.jit(leak)(2.0)
    assert float(v) == 1.0


def test_scope_takes_reads_and_writes():
    v = kerax.Variable(1.0)
    with Scope({id(v): jnp.asarray(5.0)}) as scope:
        v.assign_add(1.0)
        assert float(v) == 6
        with Scope():
            v.assign_add(1.0)
        assert float(scope.values[id(v)]) == 7
    assert float(v) == 1


def test_recording_scope_keeps_writes_out_of_boxes():
    v = kerax.Variable(1.0)
    with RecordingScope({}, None) as scope:
        v.assign(2.0)
        assert float(v) == 2
    assert float(v) == 1 and [w is v for w in scope.written] == [True]


def test_masks_travel_beside_arrays():
    x = jnp.ones((2, 3))
    mask = jnp.ones((2, 3), bool)
    set_mask(x, mask)
    assert get_mask(x) is mask
    assert get_mask(x + 0) is None
    set_mask(x, None)
    assert get_mask(x) is None


class Net(kerax.layers.Layer):
    """Layers in a list, a dict and twice."""

    def __init__(self):
        super().__init__()
        self.blocks = [kerax.layers.Dense(4), kerax.layers.BatchNormalization(), kerax.layers.Dropout(0.5)]
        self.heads = {"y": kerax.layers.Dense(1)}
        self.again = self.blocks[0]

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.heads["y"](x)


def test_paths_follow_attributes_and_shared_layers_count_once():
    net = Net()
    net(jnp.ones((2, 3)))
    assert sorted(net.params) == [
        "blocks/0/bias", "blocks/0/kernel", "blocks/1/beta", "blocks/1/gamma", "heads/y/bias", "heads/y/kernel",
    ]  # fmt: skip
    assert sorted(net.state) == [
        "blocks/1/moving_mean", "blocks/1/moving_variance", "blocks/2/seed_generator/state",
    ]  # fmt: skip


def test_functional_call_is_pure():
    net = Net()
    x = jnp.asarray(np.random.default_rng(0).normal(size=(8, 3)), "float32")
    net(x)
    before = net.get_weights()

    @jax.jit
    def run(params, state, key):
        return kerax.functional_call(net, params, state, x, key=key, training=True)

    _, state, losses = run(net.params, net.state, jax.random.key(0))
    assert not np.allclose(state["blocks/1/moving_mean"], 0) and losses == []
    for old, new in zip(before, net.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    first = run(net.params, net.state, jax.random.key(1))[0]
    np.testing.assert_array_equal(first, run(net.params, net.state, jax.random.key(1))[0])
    assert not np.allclose(first, run(net.params, net.state, jax.random.key(2))[0])


def test_functional_call_names_wrong_paths_and_shapes():
    net = Net()
    net(jnp.ones((2, 3)))
    with pytest.raises(ValueError, match="Did you mean 'heads/y/kernel'"):
        kerax.functional_call(net, {"heads/y/kernal": 0.0}, {}, jnp.ones((2, 3)))
    with pytest.raises(ValueError, match=r"heads/y/bias.*\(1,\).*\(2,\)"):
        kerax.functional_call(net, {"heads/y/bias": jnp.zeros(2)}, {}, jnp.ones((2, 3)))
    with pytest.raises(ValueError, match="given no key"):
        kerax.functional_call(net, {}, {}, jnp.ones((2, 3)), training=True)
    with pytest.raises(ValueError, match="no weights yet"):
        kerax.functional_call(kerax.layers.Dense(1), {}, {}, jnp.ones((2, 3)))


def test_works_under_grad_vmap_and_optax():
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1, name="dense")])
    x, y = jnp.ones((4, 3)), jnp.zeros((4, 1))
    transformation = optax.masked(optax.sgd(0.1), {"dense/kernel": True, "dense/bias": False})

    def loss(params):
        return jnp.mean((kerax.functional_call(model, params, {}, x)[0] - y) ** 2)

    params = model.params
    gradients = jax.grad(loss)(params)
    updates, _ = transformation.update(gradients, transformation.init(params), params)
    assert float(loss(optax.apply_updates(params, {**updates, "dense/bias": jnp.zeros(1)}))) < float(loss(params))
    many = jax.tree.map(lambda a: jnp.stack([a, 2 * a]), params)
    outputs = jax.vmap(lambda p: kerax.functional_call(model, p, {}, x)[0])(many)
    np.testing.assert_allclose(outputs[1], 2 * outputs[0], rtol=1e-5)


def test_value_and_grad_keeps_writes():
    w, count = kerax.Variable(3.0), kerax.Variable(0.0, trainable=False)

    def loss():
        count.assign_add(1.0)
        return w * w

    value, (gradient,) = kerax.value_and_grad(loss, [w])
    assert (float(value), float(gradient), float(count)) == (9, 6, 1)


def test_layer_first_used_in_a_compiled_step_is_refused():
    class Late(kerax.Model):
        def __init__(self):
            super().__init__()
            self.dense = kerax.layers.Dense(1)
            self.calls = 0

        def call(self, x):
            self.calls += 1
            if self.calls > 1:
                self.late = kerax.layers.Dense(1, name="late")
                return self.late(x)
            return self.dense(x)

    model = Late()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="'late'.*first time inside a compiled step"):
        model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)


@pytest.mark.parametrize("value", [2**40, np.int64(-(2**40)), np.array([2**40, 0])[0:1].reshape(()), np.uint64(2**33)])
def test_whole_numbers_that_do_not_fit_are_refused(value):
    number = kerax.Variable(3, dtype="int64", name="number", trainable=False)
    assert (number.dtype, number.declared_dtype) == ("int32", "int64")
    for give in (number.assign, number.assign_add, lambda v: kerax.Variable(v, name="number")):
        with pytest.raises(ValueError, match=r"'number' cannot hold this value: .*out of bounds for u?int32"):
            give(value)
    assert number.numpy() == 3
    number.assign(np.int64(5))
    assert number.numpy() == 5 and kerax.Variable(np.int64(5)).dtype == "int32"
