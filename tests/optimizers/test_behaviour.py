"""What optimizers do beside their algorithm: learning rates, missing gradients, constraints, subclasses, errors."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import pytest

import kerax
from kerax.state import Scope

ALGORITHMS = (
    "SGD",
    "RMSprop",
    "Adam",
    "AdamW",
    "Adadelta",
    "Adagrad",
    "Adamax",
    "Adafactor",
    "Nadam",
    "Ftrl",
    "Lion",
    "Lamb",
    "Muon",
)


def variables():
    return [
        kerax.Variable(np.arange(6.0).reshape(2, 3) - 2.5, name="kernel"),
        kerax.Variable([1.0, 2.0, 3.0], name="bias"),
    ]


def gradients(seed=0):
    random = np.random.RandomState(seed)
    return [random.normal(size=(2, 3)).astype("float32"), random.normal(size=3).astype("float32")]


def values(variables):
    return [v.numpy() for v in variables]


# ---------------------------------------------------------------- learning rates


def test_learning_rate_is_assignable_by_number_and_readable():
    optimizer = kerax.optimizers.SGD(0.5)
    (w,) = [kerax.Variable([1.0])]
    optimizer.apply([[1.0]], [w])
    optimizer.learning_rate = 0.25
    optimizer.apply([[1.0]], [w])
    optimizer.learning_rate.assign(0.0)
    optimizer.apply([[1.0]], [w])
    assert w.numpy() == pytest.approx([0.25])
    assert float(optimizer.learning_rate) == 0.0 and float(optimizer.lr) == 0.0
    assert optimizer.iterations.numpy() == 3


@pytest.mark.parametrize(
    "schedule",
    [
        kerax.optimizers.schedules.PiecewiseConstantDecay([0, 1], [0.5, 0.25, 0.125]),
        optax.piecewise_constant_schedule(0.5, {1: 0.5, 2: 0.5}),
        lambda step: 0.5 ** (step + 1.0),
    ],
    ids=["kerax", "optax", "callable"],
)
def test_schedules_follow_the_iterations(schedule):
    optimizer = kerax.optimizers.SGD(schedule)
    w = kerax.Variable([1.0])
    seen = []
    for _ in range(3):
        seen.append(float(optimizer.learning_rate))
        optimizer.apply([[1.0]], [w])
    assert seen == [0.5, 0.25, 0.125] and w.numpy() == pytest.approx([0.125])
    assert [v.path for v in optimizer.variables] == [f"{optimizer.name}/iteration"]


def test_a_callable_without_arguments_is_a_learning_rate():
    assert float(kerax.optimizers.SGD(lambda: 0.25).learning_rate) == 0.25


def test_a_number_does_not_replace_a_schedule():
    optimizer = kerax.optimizers.SGD(kerax.optimizers.schedules.CosineDecay(0.1, 10))
    with pytest.raises(TypeError, match="CosineDecay"):
        optimizer.learning_rate = 0.1
    optimizer.learning_rate = kerax.optimizers.schedules.CosineDecay(0.2, 10)
    assert float(optimizer.learning_rate) == pytest.approx(0.2)


def test_python_control_flow_in_a_learning_rate_is_explained():
    optimizer = kerax.optimizers.SGD(lambda step: 0.1 if step < 10 else 0.01)
    with pytest.raises(TypeError, match="traced array"):
        optimizer.apply([[1.0]], [kerax.Variable([1.0])])


@pytest.mark.parametrize("bad", [-0.1, float("nan"), float("inf")])
def test_bad_learning_rates(bad):
    with pytest.raises(ValueError, match="learning_rate of Adam"):
        kerax.optimizers.Adam(bad)
    with pytest.raises(ValueError, match="learning_rate of Adam"):
        kerax.optimizers.Adam().learning_rate = bad


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"learning_rate": "0.1"}, TypeError, "must be a number, a schedule"),
        ({"learning_rate": True}, TypeError, "must be a number, a schedule"),
        ({"clipnorm": 1.0, "clipvalue": 1.0}, ValueError, "at most one"),
        ({"clipnorm": -1.0}, ValueError, "clipnorm"),
        ({"weight_decay": "a"}, TypeError, "weight_decay"),
        ({"use_ema": True, "ema_momentum": 1.5}, ValueError, "ema_momentum"),
        ({"use_ema": True, "ema_overwrite_frequency": 0}, ValueError, "ema_overwrite_frequency"),
        ({"gradient_accumulation_steps": 1}, ValueError, "gradient_accumulation_steps"),
        ({"decay": 0.1}, ValueError, "InverseTimeDecay"),
        ({"learning_rat": 0.1}, TypeError, "Did you mean 'learning_rate'"),
        ({"beta_1": 1.5}, ValueError, r"beta_1 of Adam\(\) must be a number in \[0, 1\]"),
    ],
)
def test_bad_arguments(options, error, message):
    with pytest.raises(error, match=message):
        kerax.optimizers.Adam(**options)


def test_arguments_of_older_keras():
    optimizer = kerax.optimizers.Adam(lr=0.5, decay=0.0, jit_compile=True)
    assert float(optimizer.learning_rate) == 0.5


# ---------------------------------------------------------------- gradients and variables


def test_a_missing_gradient_leaves_its_variable():
    optimizer, (kernel, bias) = kerax.optimizers.Adam(0.1), variables()
    before = bias.numpy()
    with pytest.warns(UserWarning, match="bias"):
        optimizer.apply([gradients()[0], None], [kernel, bias])
    assert np.array_equal(bias.numpy(), before) and not np.array_equal(kernel.numpy(), variables()[0].numpy())


def test_no_gradient_at_all():
    with pytest.raises(ValueError, match="no variable has a gradient"):
        kerax.optimizers.Adam().apply([None, None], variables())


def test_other_variables_than_it_was_built_on():
    optimizer = kerax.optimizers.SGD()
    optimizer.build(variables())
    with pytest.raises(ValueError, match=r"was built on other variables and does not know 'kernel'"):
        optimizer.apply(gradients(), variables())


def test_wrong_shapes_and_numbers():
    optimizer = kerax.optimizers.SGD()
    with pytest.raises(ValueError, match=r"'kernel' has shape \(3, 2\), the variable \(2, 3\)"):
        optimizer.apply([np.ones((3, 2)), np.ones(3)], variables())
    with pytest.raises(ValueError, match="1 gradients for 2 variables"):
        kerax.optimizers.SGD().apply([np.ones((2, 3))], variables())
    with pytest.raises(ValueError, match="not built"):
        kerax.optimizers.SGD().apply([np.ones((2, 3))])


def test_constraints_are_applied_after_the_update():
    w = kerax.Variable([1.0, 1.0], constraint=lambda x: jnp.maximum(x, 0.0))
    kerax.optimizers.SGD(1.0).apply([[5.0, 0.5]], [w])
    assert w.numpy() == pytest.approx([0.0, 0.5])


def test_exclude_from_weight_decay():
    ours, theirs = kerax.optimizers.AdamW(0.1, weight_decay=0.5), keras.optimizers.AdamW(0.1, weight_decay=0.5)
    boxes, oracle = variables(), [keras.Variable(v.numpy(), name=v.name) for v in variables()]
    for optimizer in (ours, theirs):
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    ours.apply(gradients(), boxes)
    theirs.apply([jnp.asarray(g) for g in gradients()], oracle)
    for actual, expected in zip(boxes, oracle):
        np.testing.assert_allclose(actual.numpy(), np.asarray(expected), rtol=1e-6)
    with pytest.raises(ValueError, match="before the optimizer is built"):
        ours.exclude_from_weight_decay(var_names=["kernel"])


def test_apply_gradients_and_minimize():
    w = kerax.Variable([3.0, -1.0])
    optimizer = kerax.optimizers.SGD(0.25)
    assert optimizer.apply_gradients(zip([[2.0, 2.0]], [w])) is optimizer.iterations
    optimizer.minimize(lambda: jnp.sum(w.value**2), [w])
    assert w.numpy() == pytest.approx([1.25, -0.75])
    with pytest.raises(TypeError, match="callable without arguments"):
        optimizer.minimize(jnp.array(1.0), [w])


def test_minimize_scales_the_loss():
    w = kerax.Variable([3.0])
    optimizer = kerax.optimizers.SGD(0.25, loss_scale_factor=1024.0)
    assert float(optimizer.scale_loss(2.0)) == 2048.0
    optimizer.minimize(lambda: jnp.sum(w.value**2), [w])
    assert w.numpy() == pytest.approx([1.5])


# ---------------------------------------------------------------- the same inside a compiled step


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_step_is_the_same_inside_jit_and_as_optax(name):
    optimizer, boxes = getattr(kerax.optimizers, name)(learning_rate=0.1, name="a"), variables()
    traced, targets = getattr(kerax.optimizers, name)(learning_rate=0.1, name="b"), variables()
    by_hand = getattr(kerax.optimizers, name)(learning_rate=0.1)
    traced.build(targets)
    owned = [*targets, *traced.variables]

    @jax.jit
    def step(arrays, grads):
        with Scope({id(v): a for v, a in zip(owned, arrays)}) as scope:
            traced.apply(grads, targets)
        return [scope.values[id(v)] for v in owned]

    arrays = [v.value for v in owned]
    tx, params = by_hand.as_optax(), {"kernel": variables()[0].value, "bias": variables()[1].value}
    state = tx.init(params)
    for seed in range(4):
        grads = [jnp.asarray(g) for g in gradients(seed)]
        optimizer.apply(grads, boxes)
        arrays = step(arrays, grads)
        updates, state = tx.update({"kernel": grads[0], "bias": grads[1]}, state, params)
        params = optax.apply_updates(params, updates)
    for box, array, leaf in zip(boxes, arrays, (params["kernel"], params["bias"])):
        np.testing.assert_allclose(box.numpy(), array, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(box.numpy(), leaf, rtol=1e-5, atol=1e-6)
    assert np.array_equal(targets[0].numpy(), variables()[0].numpy())  # the boxes were never touched


def test_stateless_apply():
    optimizer, boxes = kerax.optimizers.Adam(0.1), variables()
    optimizer.build(boxes)
    before = values(boxes)
    trained, state = optimizer.stateless_apply(
        [v.value for v in optimizer.variables], gradients(), [v.value for v in boxes]
    )
    assert all(np.array_equal(a, b) for a, b in zip(values(boxes), before))
    optimizer.apply(gradients())
    for box, array in zip([*boxes, *optimizer.variables], [*trained, *state]):
        np.testing.assert_allclose(box.numpy(), array)
    with pytest.raises(ValueError, match="optimizer_variables"):
        optimizer.stateless_apply([], gradients(), trained)


def test_a_changed_hyperparameter_takes_effect():
    optimizer, w = kerax.optimizers.SGD(1.0, momentum=0.5), kerax.Variable([0.0])
    optimizer.apply([[1.0]], [w])
    optimizer.momentum = 0.0
    optimizer.apply([[1.0]], [w])
    assert w.numpy() == pytest.approx([-2.0])


def test_repeated_steps_compile_once():
    traces = []

    class Counting(kerax.optimizers.SGD):
        def _change(self, *args):
            traces.append(1)
            return super()._change(*args)

    optimizer, boxes = Counting(0.1), variables()
    for seed in range(5):
        optimizer.apply(gradients(seed), boxes)
        optimizer.learning_rate = 0.1 / (seed + 1)
    assert len(traces) == len(boxes)


# ---------------------------------------------------------------- subclasses


class KerasStyle(kerax.optimizers.Optimizer):
    def __init__(self, learning_rate=0.1, factor=0.9, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.factor = factor

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums = [self.add_variable_from_reference(v, name="momentum") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, m * self.factor - gradient * learning_rate)
        self.assign_add(variable, m)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def test_a_subclass_in_keras_style():
    ours, theirs = KerasStyle(0.1, clipnorm=0.5), kerax.optimizers.SGD(0.1, momentum=0.9, clipnorm=0.5)
    a, b = variables(), variables()
    for seed in range(3):
        ours.apply(gradients(seed), a)
        theirs.apply(gradients(seed), b)
    for x, y in zip(a, b):
        np.testing.assert_allclose(x.numpy(), y.numpy(), rtol=1e-6)
    assert [v.path for v in ours.variables][2:] == [f"{ours.name}/kernel_momentum", f"{ours.name}/bias_momentum"]
    assert KerasStyle.from_config(ours.get_config()).factor == 0.9


def test_a_subclass_without_a_step():
    class Empty(kerax.optimizers.Optimizer):
        pass

    with pytest.raises(NotImplementedError, match="update_step"):
        Empty(0.1).apply(gradients(), variables())


# ---------------------------------------------------------------- identifiers and saving


def test_get():
    get = kerax.optimizers.get
    assert isinstance(get("adam"), kerax.optimizers.Adam) and isinstance(get("RMSprop"), kerax.optimizers.RMSprop)
    assert isinstance(get(kerax.optimizers.SGD), kerax.optimizers.SGD) and get(None) is None
    assert get({"class_name": "sgd", "config": {"momentum": 0.5}}).momentum == 0.5
    assert isinstance(get(optax.adam(1e-3)), kerax.optimizers.OptaxOptimizer)
    with pytest.raises(ValueError, match="(?i)did you mean 'adam'"):
        get("adamm")
    with pytest.raises(TypeError, match="optimizer"):
        get(3)


def test_a_schedule_survives_the_configuration():
    optimizer = kerax.optimizers.Adam(kerax.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5, staircase=True))
    again = kerax.optimizers.deserialize(kerax.optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert float(again.learning_rate) == pytest.approx(0.1)


def test_weights_go_in_and_out():
    a, b = kerax.optimizers.Adam(0.1), kerax.optimizers.Adam(0.1)
    boxes, others = variables(), variables()
    a.apply(gradients(), boxes)
    with pytest.raises(ValueError, match="build"):
        b.set_weights(a.get_weights())
    b.build(others)
    b.set_weights(a.get_weights())
    store = {}
    a.save_own_variables(store)
    b.load_own_variables(store)
    for x, y in zip(a.variables, b.variables):
        assert np.array_equal(x.numpy(), y.numpy())
    with pytest.raises(ValueError, match="variables"):
        b.set_weights([])
    with pytest.raises(ValueError, match="saved one has 0"):
        b.load_own_variables({})
