"""Every algorithm and option against the same one of Keras 3: trajectories, variables, configurations."""

import keras
import numpy as np
import pytest

import kerax

# Keras reads its own variables in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
STEPS = 7
OPTIONS = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.3}),
    ("SGD", {"learning_rate": 0.1, "clipvalue": 0.2}),
    ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.5}),
    ("SGD", {"learning_rate": 0.1, "loss_scale_factor": 8.0}),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 3}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "gradient_accumulation_steps": 3, "weight_decay": 0.1}),
    ("Adam", {"learning_rate": 0.1, "gradient_accumulation_steps": 2, "use_ema": True, "ema_overwrite_frequency": 2}),
    ("Adam", {"learning_rate": 0.05}),
    ("Adam", {"learning_rate": 0.05, "amsgrad": True, "epsilon": 1e-3}),
    ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.2}),
    ("RMSprop", {"learning_rate": 0.05}),
    ("RMSprop", {"learning_rate": 0.05, "momentum": 0.5, "centered": True}),
    ("Adagrad", {"learning_rate": 0.05}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Adamax", {"learning_rate": 0.05}),
    ("Nadam", {"learning_rate": 0.05}),
    ("Ftrl", {"learning_rate": 0.05, "l1_regularization_strength": 0.1, "beta": 0.1}),
    ("Ftrl", {"learning_rate": 0.05, "learning_rate_power": -0.7, "l2_shrinkage_regularization_strength": 0.1}),
    ("Lion", {"learning_rate": 0.05, "weight_decay": 0.1}),
    ("Lamb", {"learning_rate": 0.05}),
    ("Adafactor", {"learning_rate": 0.05}),
    ("Adafactor", {"learning_rate": 0.5, "relative_step": False}),
    ("Muon", {"learning_rate": 0.05}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.05}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.05, "beta_1": 0.7, "warmup_steps": 4, "weight_decay": 0.1}),
    ("Muon", {"learning_rate": 0.05, "nesterov": False, "rms_rate": None, "adam_lr_ratio": 0.5, "weight_decay": None}),
]
IDS = [f"{name}-{'-'.join(options) or 'default'}" for name, options in OPTIONS]


def start():
    random = np.random.RandomState(3)
    return [random.normal(size=shape).astype("float32") for shape in ((4, 3), (3,), ())]


def gradients():
    random = np.random.RandomState(4)
    return [[random.normal(size=shape).astype("float32") for shape in ((4, 3), (3,), ())] for _ in range(STEPS)]


def run(library, optimizer, finalize=True):
    variables = [library.Variable(value, name=name) for value, name in zip(start(), ("kernel", "bias", "scale"))]
    trajectory = []
    for grads in gradients():
        optimizer.apply_gradients(zip([np.asarray(g) for g in grads], variables))
        trajectory += [np.asarray(v) for v in variables]
    if finalize:
        optimizer.finalize_variable_values(variables)
    return trajectory + [np.asarray(v) for v in variables]


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=IDS)
def test_trajectory_and_slots(name, options):
    theirs, ours = getattr(keras.optimizers, name)(**options), getattr(kerax.optimizers, name)(**options)
    for expected, actual in zip(run(keras, theirs), run(kerax, ours)):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
    assert [tuple(v.shape) for v in ours.variables] == [tuple(v.shape) for v in theirs.variables]
    for actual, expected in zip(ours.variables, theirs.variables):
        np.testing.assert_allclose(actual.numpy(), np.asarray(expected), rtol=2e-5, atol=1e-6, err_msg=actual.path)
    assert int(ours.iterations) == int(theirs.iterations)


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=IDS)
def test_configuration(name, options):
    theirs, ours = getattr(keras.optimizers, name)(**options), getattr(kerax.optimizers, name)(**options)
    expected, actual = theirs.get_config(), ours.get_config()
    assert actual.keys() == expected.keys()
    for key in actual.keys() - {"name"}:
        assert actual[key] == expected[key], key
    again = kerax.optimizers.deserialize(kerax.optimizers.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == actual
    assert kerax.optimizers.deserialize(keras.optimizers.serialize(theirs)).get_config() == {**expected}


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Nadam", "Ftrl"])
def test_slot_names(name):
    options = {"momentum": 0.9} if name == "SGD" else {}
    theirs, ours = (
        getattr(keras.optimizers, name)(name="o", **options),
        getattr(kerax.optimizers, name)(name="o", **options),
    )
    theirs.build([keras.Variable(np.ones((2, 3)), name="kernel"), keras.Variable(np.ones(3), name="bias")])
    ours.build([kerax.Variable(np.ones((2, 3)), name="kernel"), kerax.Variable(np.ones(3), name="bias")])
    paths = [v.path for v in theirs.variables]
    if name == "Nadam":
        assert paths.pop().startswith("variable") and ours.variables[-1].path == "o/u_product"
    assert [v.path for v in ours.variables][: len(paths)] == paths


SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.5, "decay_steps": 7, "decay_rate": 0.6}),
    ("ExponentialDecay", {"initial_learning_rate": 0.5, "decay_steps": 7, "decay_rate": 0.6, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.5, "decay_steps": 7, "decay_rate": 0.6}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.5, "decay_steps": 7, "decay_rate": 0.6, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10], "values": [0.5, 0.2, 0.1]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.5, "decay_steps": 9, "power": 2.0}),
    ("PolynomialDecay", {"initial_learning_rate": 0.5, "decay_steps": 9, "end_learning_rate": 0.1, "cycle": True}),
    ("CosineDecay", {"initial_learning_rate": 0.5, "decay_steps": 9}),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.0, "decay_steps": 9, "alpha": 0.1, "warmup_target": 0.5, "warmup_steps": 4},
    ),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.5, "first_decay_steps": 5}),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.5, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.8, "alpha": 0.1},
    ),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.5, "first_decay_steps": 5, "t_mul": 1.5, "m_mul": 0.8}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), SCHEDULES)
def test_schedule(name, options):
    theirs = getattr(keras.optimizers.schedules, name)(**options)
    ours = getattr(kerax.optimizers.schedules, name)(**options)
    steps = np.arange(40)
    np.testing.assert_allclose(
        [float(ours(step)) for step in steps], [float(theirs(step)) for step in steps], rtol=1e-5, atol=1e-7
    )
    assert ours.get_config() == theirs.get_config()
    assert (
        kerax.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(theirs)).get_config()
        == ours.get_config()
    )
