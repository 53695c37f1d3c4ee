"""A round trip of every optimizer in every format that keeps its state: training goes on with the same losses."""

import inspect

import numpy as np
import pytest

import kerax
from kerax import optimizers

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X.sum(1, keepdims=True)
WHOLE = ("m.keras", "m.h5", "folder")
WEIGHTS = ("w.weights.h5", "prefix", "w.orbax")
ABSTRACT = {"Optimizer", "OptimizerMap", "RowGradient"}
CODE = {"OptaxOptimizer"}  # wraps a function of optax, which no file can hold


def slow_start():
    return optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)


MADE = {
    "LossScaleOptimizer": lambda: optimizers.LossScaleOptimizer(optimizers.Adam(0.1)),
    "MultiOptimizer": lambda: optimizers.MultiOptimizer(
        optimizers.OptimizerMap(optimizers.SGD(0.1, momentum=0.9), {".*kernel": optimizers.Adam(0.1)})
    ),
    "SGD": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipnorm=1.0),
    "RMSprop": lambda: optimizers.RMSprop(slow_start(), momentum=0.5, centered=True),
    "Adam": lambda: optimizers.Adam(slow_start(), amsgrad=True, use_ema=True, ema_overwrite_frequency=2),
    "AdamW": lambda: optimizers.AdamW(0.1, weight_decay=0.1, gradient_accumulation_steps=2),
    "legacy.SGD": lambda: optimizers.legacy.SGD(0.1, momentum=0.9),
    "legacy.RMSprop": lambda: optimizers.legacy.RMSprop(0.1, momentum=0.5, centered=True),
    "legacy.Adam": lambda: optimizers.legacy.Adam(0.1, amsgrad=True, decay=0.1),
}


def names():
    for prefix, place in (("", optimizers), ("legacy.", optimizers.legacy)):
        for name, value in vars(place).items():
            if inspect.isclass(value) and issubclass(value, optimizers.Optimizer) and name not in ABSTRACT | CODE:
                yield prefix + name


def new(name):
    if name in MADE:
        return MADE[name]()
    return getattr(optimizers.legacy if name.startswith("legacy.") else optimizers, name.rpartition(".")[2])(0.1)


def trained(name, steps):
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(4), kerax.layers.Dense(1)])
    model.compile(new(name), "mse")
    for _ in range(steps):
        model.train_on_batch(X, Y)
    return model


def losses(model):
    return [float(model.train_on_batch(X, Y)) for _ in range(3)]


def settings(optimizer):
    """What it was made with, but for names, which are counted up and written in another case by tf.keras's formats.

    Checkpoints hold the numbers of legacy optimizers with 32 bits.
    """

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items() if key != "name"}
        return float(np.float32(value)) if isinstance(value, float) else value

    return plain(optimizer.get_config())


def check(name, folder):
    """What did not come back, as texts."""
    model, faults = trained(name, 3), []
    for target in WHOLE:
        model.save(folder / target, zipped=target != "folder")
    for target in WEIGHTS:
        model.save_weights(folder / target)
    state = [np.asarray(variable) for variable in model.optimizer.variables]
    expected = losses(model)
    for target in (*WHOLE, *WEIGHTS):
        if target in WHOLE:
            again = kerax.models.load_model(folder / target)
        else:
            again = trained(name, 1)
            again.load_weights(folder / target)
        if settings(again.optimizer) != settings(model.optimizer):
            faults.append(f"{name}: {target}: {settings(again.optimizer)} for {settings(model.optimizer)}")
        found = [np.asarray(variable) for variable in again.optimizer.variables]
        if not all(np.array_equal(a, b) for a, b in zip(found, state, strict=True)):
            faults.append(f"{name}: {target}: state")
        if (found := losses(again)) != expected:
            faults.append(f"{name}: {target}: losses {found} instead of {expected}")
    return faults


@pytest.mark.filterwarnings("ignore")  # Orbax speaks
def test_adam_with_all_of_its_state(tmp_path):
    assert not (faults := check("Adam", tmp_path)), "\n".join(faults)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(names()))
def test_every_optimizer(name, tmp_path):
    assert not (faults := check(name, tmp_path)), "\n".join(faults)
