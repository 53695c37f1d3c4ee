"""Variables that their gradient replaces, and configurations in the form of older Keras."""

import numpy as np
import pytest

import kerax


def pair():
    replaced, trained = kerax.Variable([1.0, 2.0], name="scale"), kerax.Variable([1.0, 2.0], name="kernel")
    replaced.overwrite_with_gradient = True
    return replaced, trained


def test_the_gradient_takes_the_place_of_a_marked_variable():
    replaced, trained = pair()
    optimizer = kerax.optimizers.Adam(0.1, clipnorm=0.1, weight_decay=0.5)
    optimizer.apply_gradients([(np.array([3.0, 4.0]), replaced), (np.array([1.0, 1.0]), trained)])
    np.testing.assert_array_equal(replaced.numpy(), [3.0, 4.0])
    assert (trained.numpy() < [1.0, 2.0]).all()
    assert not [v.path for v in optimizer.variables if "scale" in v.path]


def test_of_accumulated_gradients_the_largest_counts():
    replaced, trained = pair()
    optimizer = kerax.optimizers.SGD(1.0, gradient_accumulation_steps=2)
    for number, expected in ((5.0, [1.0, 2.0]), (2.0, [5.0, 5.0]), (1.0, [5.0, 5.0]), (3.0, [3.0, 3.0])):
        optimizer.apply([np.full(2, number), np.full(2, number)], [replaced, trained])
        np.testing.assert_array_equal(replaced.numpy(), expected)
    np.testing.assert_array_equal(trained.numpy(), [1.0 - 3.5 - 2.0, 2.0 - 3.5 - 2.0])


def test_loss_scaling_leaves_it_as_it_is():
    replaced, trained = pair()
    optimizer = kerax.optimizers.LossScaleOptimizer(kerax.optimizers.SGD(1.0), initial_scale=4.0)
    optimizer.apply([np.array([np.inf, 4.0]), np.array([4.0, 4.0])], [replaced, trained])
    np.testing.assert_array_equal(replaced.numpy(), [np.inf, 4.0])
    np.testing.assert_array_equal(trained.numpy(), [0.0, 1.0])


@pytest.mark.parametrize(
    ("family", "make"),
    [
        ("losses", lambda: kerax.losses.Huber(delta=2.0)),
        ("metrics", lambda: kerax.metrics.Mean(name="m")),
        ("optimizers", lambda: kerax.optimizers.SGD(0.5, momentum=0.25)),
        ("optimizers.schedules", lambda: kerax.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)),
        ("initializers", lambda: kerax.initializers.Constant(2.0)),
        ("constraints", lambda: kerax.constraints.MaxNorm(3)),
        ("regularizers", lambda: kerax.regularizers.L1(0.5)),
        ("layers", lambda: kerax.layers.Dense(3, name="d")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_form_before_keras_3(family, make):
    module = kerax
    for part in family.split("."):
        module = getattr(module, part)
    obj = make()
    old = module.serialize(obj, use_legacy_format=True)
    assert set(old) == {"class_name", "config"} and old["class_name"] == type(obj).__name__
    back = module.deserialize(old, use_legacy_format=True)
    assert type(back) is type(obj) and back.get_config() == obj.get_config()


def test_functions_and_own_classes_in_the_form_before_keras_3():
    assert kerax.activations.serialize(kerax.activations.relu, use_legacy_format=True) == "relu"
    assert kerax.losses.serialize(None, use_legacy_format=True) is None

    @kerax.saving.register_keras_serializable("Mine")
    class Halved(kerax.initializers.Ones):
        pass

    old = kerax.initializers.serialize(Halved(), use_legacy_format=True)
    assert old == {"class_name": "Mine>Halved", "config": {}}
    assert type(kerax.initializers.deserialize(old)) is Halved
