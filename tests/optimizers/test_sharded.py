"""Optimizers and metrics whose arrays are spread over devices: the numbers of one device, and a state that stays so."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import Mesh, NamedSharding, PartitionSpec

import kerax

optimizers = kerax.optimizers
MAKERS = {
    "AdamW": lambda: optimizers.AdamW(0.1, global_clipnorm=1.0, use_ema=True),
    "legacy.Adam": lambda: optimizers.legacy.Adam(0.1, decay=0.1),
    "several": lambda: optimizers.MultiOptimizer(optimizers.OptimizerMap(optimizers.SGD(0.1, momentum=0.9))),
}


def shardings():
    mesh = Mesh(np.array(jax.devices()), ("devices",))
    return NamedSharding(mesh, PartitionSpec("devices")), NamedSharding(mesh, PartitionSpec())


@pytest.mark.devices(2)
@pytest.mark.parametrize("name", MAKERS)
def test_state_stays_spread(name):
    spread, everywhere = shardings()
    ends = []
    for sharded in (False, True):
        optimizer, variable = MAKERS[name](), kerax.Variable(np.arange(8.0, dtype="float32"))
        optimizer.build([variable])
        own, value = [v.value for v in optimizer.variables], variable.value
        if sharded:
            own = [jax.device_put(array, spread if array.shape else everywhere) for array in own]
            value = jax.device_put(value, spread)
        step = jax.jit(lambda own, value, o=optimizer: o.stateless_apply(own, [jnp.sin(value)], [value]))
        for _ in range(3):
            (value,), own = step(own, value)
        if sharded:
            assert all(array.sharding.is_equivalent_to(spread, 1) for array in [value, *own] if array.shape)
        ends.append(np.asarray(value))
    np.testing.assert_allclose(*ends, rtol=1e-6)


@pytest.mark.devices(2)
def test_a_metric_of_spread_data():
    spread, _ = shardings()
    random = np.random.default_rng(0)
    y_true, y_pred = random.integers(0, 2, 64).astype("float32"), random.uniform(size=64).astype("float32")
    init, update, result, _ = kerax.metrics.AUC().pure
    state = jax.jit(update)(init(), jax.device_put(y_true, spread), jax.device_put(y_pred, spread))
    np.testing.assert_allclose(result(state), result(update(init(), y_true, y_pred)), rtol=1e-6)
