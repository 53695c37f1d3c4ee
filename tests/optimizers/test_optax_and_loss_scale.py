"""optax transformations as optimizers, and dynamic loss scaling."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import pytest

import kerax
from kerax.state import Scope

STEPS = 4


def variables():
    return [
        kerax.Variable(np.arange(6.0).reshape(2, 3) - 2.5, name="kernel"),
        kerax.Variable([1.0, 2.0, 3.0], name="bias"),
    ]


def gradients(seed=0):
    random = np.random.RandomState(seed)
    return [random.normal(size=(2, 3)).astype("float32"), random.normal(size=3).astype("float32")]


def by_hand(tx):
    params = {v.name: v.value for v in variables()}
    state = tx.init(params)
    for seed in range(STEPS):
        grads = dict(zip(("kernel", "bias"), map(jnp.asarray, gradients(seed))))
        updates, state = tx.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    return [params["kernel"], params["bias"]]


TRANSFORMATIONS = {
    "adam": lambda: optax.adam(0.1),
    "chain": lambda: optax.chain(optax.clip_by_global_norm(0.5), optax.adamw(0.1, weight_decay=0.1)),
    "schedule": lambda: optax.sgd(optax.exponential_decay(0.1, 2, 0.5), momentum=0.9),
    "lamb": lambda: optax.lamb(0.1),
    "masked by path": lambda: optax.masked(
        optax.sgd(0.1), lambda params: {name: "bias" not in name for name in params}
    ),
    "partitioned": lambda: optax.multi_transform(
        {"a": optax.adam(0.1), "b": optax.set_to_zero()},
        lambda params: {n: "a" if n == "kernel" else "b" for n in params},
    ),
    "multi steps": lambda: optax.MultiSteps(optax.adam(0.1), 2).gradient_transformation(),
    "noise with a PRNG key": lambda: optax.chain(optax.add_noise(0.1, 0.5, jax.random.key(0)), optax.sgd(0.1)),
}


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_a_transformation_does_what_it_does_by_hand(name):
    optimizer, boxes = kerax.optimizers.from_optax(TRANSFORMATIONS[name]()), variables()
    for seed in range(STEPS):
        optimizer.apply(gradients(seed), boxes)
    for box, expected in zip(boxes, by_hand(TRANSFORMATIONS[name]())):
        np.testing.assert_allclose(box.numpy(), expected, rtol=1e-6, atol=1e-7)
    assert int(optimizer.iterations) == STEPS


def test_state_that_is_no_array_stays_as_it_is():
    def init(params):
        return {"label": "text", "count": jnp.zeros((), jnp.int32)}

    def update(updates, state, params=None):
        assert state["label"] == "text"
        return jax.tree.map(lambda g: -g, updates), {"label": "text", "count": state["count"] + 1}

    optimizer, w = kerax.optimizers.from_optax(optax.GradientTransformation(init, update)), kerax.Variable([1.0])
    for _ in range(2):
        optimizer.apply([[0.25]], [w])
    assert w.numpy() == pytest.approx([0.5]) and int(optimizer.variables[-1]) == 2


def test_learning_rate_given_beside_the_transformation():
    optimizer, boxes = kerax.optimizers.from_optax(optax.scale_by_adam(), learning_rate=0.1), variables()
    for seed in range(STEPS):
        optimizer.apply(gradients(seed), boxes)
    for box, expected in zip(boxes, by_hand(optax.adam(0.1))):
        np.testing.assert_allclose(box.numpy(), expected, rtol=1e-5)
    before = boxes[0].numpy()
    optimizer.learning_rate = 0.0
    optimizer.apply(gradients(), boxes)
    assert np.array_equal(boxes[0].numpy(), before)


def test_injected_learning_rate():
    optimizer, w = (
        kerax.optimizers.from_optax(optax.inject_hyperparams(optax.sgd)(learning_rate=0.5)),
        kerax.Variable([1.0]),
    )
    optimizer.apply([[1.0]], [w])
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate = 0.25
    optimizer.apply([[1.0]], [w])
    assert w.numpy() == pytest.approx([0.25])


def test_a_hidden_learning_rate_is_explained():
    optimizer = kerax.optimizers.from_optax(optax.adam(0.1))
    with pytest.raises(AttributeError, match="inject_hyperparams"):
        _ = optimizer.learning_rate
    with pytest.raises(AttributeError, match="inject_hyperparams"):
        optimizer.learning_rate = 0.1
    with pytest.raises(ValueError, match="no configuration"):
        optimizer.get_config()
    with pytest.raises(TypeError, match="optax transformation"):
        kerax.optimizers.from_optax("adam")


def test_missing_gradients_and_equal_names():
    boxes = [kerax.Variable([1.0]), kerax.Variable([1.0])]  # both are called "variable"
    optimizer = kerax.optimizers.from_optax(optax.adamw(0.1))
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        optimizer.apply([[1.0], None], boxes)
    assert boxes[1].numpy() == [1.0] and boxes[0].numpy() != [1.0]


# ---------------------------------------------------------------- loss scaling


def test_loss_scaling_as_in_keras():
    ours = kerax.optimizers.LossScaleOptimizer(kerax.optimizers.Adam(0.1), initial_scale=64.0, dynamic_growth_steps=2)
    theirs = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.1), initial_scale=64.0, dynamic_growth_steps=2)
    boxes, oracle = variables(), [keras.Variable(v.numpy(), name=v.name) for v in variables()]
    ours.build(boxes)
    theirs.build(oracle)
    state, trained = [v.value for v in theirs.variables], [v.value for v in oracle]
    for seed in range(8):
        grads = gradients(seed)
        if seed in (2, 5, 6):
            grads[1][0] = (np.inf, np.nan, -np.inf)[seed % 3]
        ours.apply(grads, boxes)
        trained, state = theirs.stateless_apply(state, [jnp.asarray(g) for g in grads], trained)
        for actual, expected in zip([*boxes, *ours.variables], [*trained, *state]):
            np.testing.assert_allclose(actual.numpy(), expected, rtol=1e-5, atol=1e-6, err_msg=actual.path)
    assert int(ours.iterations) == 5
    assert float(ours.scale_loss(jnp.array(2.0))) == 2 * float(ours.dynamic_scale)
    assert ours.get_config().keys() == theirs.get_config().keys()


def test_loss_scaling_inside_a_compiled_step():
    optimizer, w = (
        kerax.optimizers.LossScaleOptimizer(kerax.optimizers.SGD(0.5), initial_scale=4.0),
        kerax.Variable([1.0]),
    )
    optimizer.build([w])
    owned = [w, *optimizer.variables]

    @jax.jit
    def step(arrays, gradient):
        with Scope({id(v): a for v, a in zip(owned, arrays)}) as scope:
            optimizer.apply([gradient], [w])
        return [scope.values[id(v)] for v in owned]

    arrays = step([v.value for v in owned], jnp.array([4.0]))
    assert arrays[0] == pytest.approx([0.5])
    arrays = step(arrays, jnp.array([jnp.nan]))
    names = [v.path.rpartition("/")[2] for v in owned]
    assert arrays[0] == pytest.approx([0.5]) and float(arrays[names.index("dynamic_scale")]) == 2.0


def test_loss_scaling_arguments_and_configuration():
    inner = kerax.optimizers.SGD(0.5, momentum=0.5)
    optimizer = kerax.optimizers.LossScaleOptimizer(inner, initial_scale=8.0)
    again = kerax.optimizers.deserialize(kerax.optimizers.serialize(optimizer))
    assert again.inner_optimizer.get_config() == inner.get_config() and again.initial_scale == 8.0
    optimizer.learning_rate = 0.125
    assert float(inner.learning_rate) == 0.125
    with pytest.raises(ValueError, match="clipnorm"):
        kerax.optimizers.LossScaleOptimizer(inner, clipnorm=1.0)
    with pytest.raises(TypeError, match="inner_optimizer"):
        kerax.optimizers.LossScaleOptimizer("adam")
    with pytest.raises(ValueError, match="loss_scale_factor"):
        kerax.optimizers.LossScaleOptimizer(inner, dynamic=False)
