"""The optimizers of Keras before 2.11: arguments, weights, configurations, subclasses in the old style."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import kerax

legacy = kerax.optimizers.legacy
NAMES = [name for name in legacy.__all__ if name != "Optimizer"]


def variable(value=(1.0, 2.0), name="w"):
    return kerax.Variable(np.asarray(value, "float32"), name=name)


@pytest.mark.parametrize("name", NAMES)
def test_configuration_round_trip(name):
    optimizer = getattr(legacy, name)(learning_rate=0.25, clipnorm=2.0)
    config = kerax.optimizers.serialize(optimizer)
    assert (config["module"], config["class_name"]) == ("keras.optimizers.legacy", name)
    again = kerax.optimizers.deserialize(config)
    assert type(again) is type(optimizer) and again.get_config() == optimizer.get_config()
    wrapped = kerax.optimizers.LossScaleOptimizer(optimizer)
    again = kerax.optimizers.deserialize(kerax.optimizers.serialize(wrapped))
    assert type(again.inner_optimizer) is type(optimizer)


def test_a_configuration_without_the_legacy_module_is_a_present_optimizer():
    found = kerax.optimizers.deserialize({"class_name": "Adam", "config": {"learning_rate": 0.1, "decay": 0.0}})
    assert type(found) is kerax.optimizers.Adam


@pytest.mark.parametrize("name", NAMES)
def test_fit_and_weights(name):
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1, name="d")])
    optimizer = getattr(legacy, name)(learning_rate=0.01)
    model.compile(optimizer, "mse")
    x = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
    before = model.get_weights()[0]
    model.fit(x, x.sum(1, keepdims=True), batch_size=8, epochs=2, verbose=0)
    assert int(optimizer.iterations) == 4 and not np.allclose(before, model.get_weights()[0])
    assert optimizer.weights == optimizer.variables() and optimizer.weights[0] is optimizer.iterations
    weights = optimizer.get_weights()
    optimizer.set_weights([2 * weight for weight in weights])
    assert int(optimizer.iterations) == 8
    with pytest.raises(ValueError, match=f"has {len(weights)} weights, received {len(weights) + 1} arrays"):
        optimizer.set_weights([*weights, weights[0]])


def test_decay_and_lr():
    w = variable()
    optimizer = legacy.SGD(lr=0.5, decay=1.0)
    for _ in range(3):
        optimizer.apply_gradients([(jnp.ones(2), w)])
    np.testing.assert_allclose(w.numpy(), np.array([1.0, 2.0]) - 0.5 * (1 + 1 / 2 + 1 / 3), rtol=1e-6)
    optimizer.lr = 0.25
    assert float(optimizer.learning_rate) == 0.25
    tx = optimizer.as_optax()
    updates, state = tx.update(jnp.ones(2), tx.init(jnp.ones(2)), jnp.ones(2))
    updates, _ = tx.update(jnp.ones(2), state, optax.apply_updates(jnp.ones(2), updates))
    np.testing.assert_allclose(updates, -0.125 * np.ones(2), rtol=1e-6)


def test_decay_also_lowers_a_schedule():
    w = variable()
    schedule = kerax.optimizers.schedules.PiecewiseConstantDecay([1], [0.5, 0.25])
    optimizer = legacy.SGD(schedule, decay=1.0)
    for _ in range(3):
        optimizer.apply_gradients([(jnp.ones(2), w)])
    np.testing.assert_allclose(w.numpy(), np.array([1.0, 2.0]) - (0.5 + 0.5 / 2 + 0.25 / 3), rtol=1e-6)


def test_clips_value_then_norm():
    w = variable((0.0, 0.0))
    legacy.SGD(1.0, clipvalue=1.0, clipnorm=0.5).apply_gradients([(jnp.array([30.0, 0.5]), w)])
    clipped = np.array([1.0, 0.5])
    np.testing.assert_allclose(w.numpy(), -0.5 * clipped / np.linalg.norm(clipped), rtol=1e-6)


def test_gradient_transformers():
    w = variable()
    optimizer = legacy.SGD(1.0, gradient_transformers=[lambda pairs: [(2 * g, v) for g, v in pairs]])
    optimizer.apply_gradients([(jnp.ones(2), w)])
    np.testing.assert_array_equal(w.numpy(), [-1.0, 0.0])


class Halving(legacy.Optimizer):
    """Written against the old interface."""

    def __init__(self, learning_rate=0.5, name="Halving", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("factor", 0.5)

    def _create_slots(self, var_list):
        for var in var_list:
            self.add_slot(var, "last")

    def _resource_apply_dense(self, grad, var, apply_state=None):
        last = self.get_slot(var, "last")
        var.assign_sub(self._decayed_lr(var.dtype) * (grad + self._get_hyper("factor", var.dtype) * last))
        last.assign(grad)

    def get_config(self):
        return {**super().get_config(), "learning_rate": float(self._get_hyper("learning_rate"))}


def test_subclass_in_the_old_style():
    w = variable()
    optimizer = Halving(decay=1.0)
    for _ in range(2):
        optimizer.apply_gradients([(jnp.ones(2), w)])
    np.testing.assert_allclose(w.numpy(), np.array([1.0, 2.0]) - 0.5 - 0.25 * 1.5)
    assert optimizer.get_slot_names() == ["last"] and optimizer.get_config() == {
        "name": "Halving",
        "learning_rate": 0.5,
    }


def test_mistakes():
    with pytest.raises(TypeError, match="Did you mean 'clipnorm'"):
        legacy.SGD(clipnrm=1.0)
    with pytest.raises(ValueError, match="decay of SGD.. must not be negative"):
        legacy.SGD(decay=-1.0)
    with pytest.raises(ValueError, match="not both"):
        legacy.Adam(clipnorm=1.0, global_clipnorm=1.0)
    with pytest.raises(ValueError, match="takes no learning rate schedule"):
        legacy.Nadam(kerax.optimizers.schedules.CosineDecay(0.1, 5))
    w = variable()
    optimizer = legacy.SGD(momentum=0.5)
    optimizer.build([w])
    with pytest.raises(ValueError, match="Did you mean 'momentum'"):
        optimizer.get_slot(w, "momentun")


def test_nadam_schedule_decay_is_in_its_configuration():
    assert legacy.Nadam(decay=0.1).decay == 0.004  # as tf.keras: only schedule_decay sets it
    again = legacy.Nadam.from_config(legacy.Nadam(schedule_decay=0.1).get_config())
    assert again.decay == 0.1


def test_by_hand_updates():
    w = variable((3.0,))
    optimizer = legacy.SGD(0.25)
    np.testing.assert_allclose(optimizer.get_gradients(lambda: jnp.sum(w * w), [w])[0], [6.0])
    assert optimizer.get_updates(lambda: jnp.sum(w * w), [w]) == [optimizer.iterations]
    np.testing.assert_allclose(w.numpy(), [1.5])


def test_subclasses_read_the_decay_by_its_protected_name():
    assert kerax.optimizers.legacy.SGD(0.1, decay=0.5)._initial_decay == 0.5
