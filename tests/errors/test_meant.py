"""What looks like a mistake and is none passes without an error or a warning (warnings are errors in these tests)."""

import jax.numpy as jnp
import numpy as np
import pytest

import kerax

from .fit_mistakes import Explodes, with_layer
from .table import (
    binary,
    changed,
    classifier,
    detector,
    fit,
    labels,
    one_hot,
    pair,
    regression,
    targets,
    two_outputs_compiled,
    x,
)

NAN = float("nan")


def mean_of_known(y_true, y_pred):
    known = ~jnp.isnan(y_true)
    return jnp.mean(jnp.where(known, (y_pred - jnp.where(known, y_true, 0)) ** 2, 0), -1)


@pytest.mark.parametrize(
    ("make", "y", "arguments"),
    [
        pytest.param(lambda: regression(loss=mean_of_known), changed(targets(), NAN), {}, id="nan in own loss"),
        pytest.param(
            lambda: classifier(kerax.losses.SparseCategoricalCrossentropy(ignore_class=-1)),
            changed(labels(), -1),
            {},
            id="ignored class",
        ),
        pytest.param(classifier, labels().astype("float32"), {}, id="whole floats as classes"),
        pytest.param(classifier, labels()[:, None], {}, id="column of classes"),
        pytest.param(lambda: classifier("categorical_crossentropy"), one_hot() * 0.9 + 0.1 / 3, {}, id="soft labels"),
        pytest.param(detector, binary().astype(bool), {}, id="bool labels"),
        pytest.param(detector, binary()[:, 0].astype("uint8"), {}, id="byte labels in a vector"),
        pytest.param(detector, binary() * (1 + 1e-6), {}, id="rounding above one"),
        pytest.param(lambda: detector(loss="hinge"), binary() * 2 - 1, {}, id="signs for hinge"),
        pytest.param(regression, targets() * 1e6, {}, id="large targets"),
        pytest.param(regression, targets(), {"sample_weight": -np.ones(12)}, id="negative sample weights"),
        pytest.param(classifier, labels(), {"class_weight": {0: 1, 1: 2, 2: 0}}, id="class without weight"),
        pytest.param(regression, targets(), {"validation_data": (x(5), targets(5))}, id="other validation length"),
        pytest.param(regression, targets(), {"epochs": 0}, id="no epochs"),
        pytest.param(regression, targets(), {"initial_epoch": 5, "epochs": 5}, id="finished before"),
        pytest.param(regression, targets(), {"batch_size": 1000}, id="batch larger than data"),
        pytest.param(regression, targets(), {"callbacks": kerax.callbacks.History()}, id="one callback without list"),
    ],
)
def test_passes(make, y, arguments):
    history = fit(make(), x(), y, **arguments).history
    assert all(np.isfinite(value) for value in history.get("loss", []))


def test_more_inputs_than_needed_pass_by_name():
    left, right = pair()
    data = {"left": left, "right": right, "unused": left}
    losses = fit(two_outputs_compiled(), data, [targets(), labels()]).history
    assert set(losses) == {"loss", "price_loss", "kind_loss"}


def test_weights_lost_in_a_failed_step_say_so_until_they_are_given_again():
    model = with_layer(Explodes(name="reader"))
    with pytest.raises(RuntimeError, match="the disk is gone"):
        fit(model, x(), targets())
    with pytest.raises(RuntimeError, match="head/kernel.*lost.*Load a checkpoint"):
        model.get_weights()
    model.set_weights([np.zeros((4, 1), "float32"), np.zeros(1, "float32")])
    assert [weight.sum() for weight in model.get_weights()] == [0, 0]
    model.compile("sgd", "mse")
    model.inner = kerax.layers.Activation("linear")
    assert fit(model, x(), targets()).history["loss"] == [1.0]


def test_weights_survive_a_failing_callback():
    class Fails(kerax.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyError("callback")

    model = regression()
    before = model.get_weights()[0]
    with pytest.raises(KeyError, match="callback"):
        fit(model, x(), targets(), callbacks=[Fails()])
    after = model.get_weights()[0]
    assert np.isfinite(after).all() and not np.array_equal(before, after)
