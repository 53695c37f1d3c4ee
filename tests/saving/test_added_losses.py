"""Losses and metrics that are symbolic tensors go with the model: into configurations, files and clones."""

import json

import numpy as np
import pytest

import kerax
from kerax import ops

X = np.array([[1.0, 2.0], [3.0, 5.0]], np.float32)
Y = np.ones((2, 1), np.float32)


def made():
    x = kerax.Input((2,))
    hidden = kerax.layers.Dense(3, kernel_initializer="ones")(x)
    model = kerax.Model(x, kerax.layers.Dense(1, kernel_initializer="ones")(hidden))
    model.add_loss(ops.mean(hidden * hidden))
    model.add_loss(0.5 * ops.sum(kerax.layers.Dense(1, kernel_initializer="ones", name="aside")(x)))
    model.add_metric(ops.mean(x), name="middle")
    model.compile("sgd", "mse")
    return model


def through(kind, model, folder):
    if kind == "config":
        return kerax.Model.from_config(json.loads(json.dumps(model.get_config())))
    if kind == "json":
        return kerax.models.model_from_json(model.to_json())
    if kind == "clone":
        return kerax.models.clone_model(model)
    path = folder / f"m{kind}"
    model.save(path)
    return kerax.models.load_model(path)


@pytest.mark.parametrize("kind", ["config", "json", "clone", ".keras", ".h5"])
def test_added_losses_are_kept(kind, tmp_path):
    model = made()
    copy = through(kind, model, tmp_path)
    assert [layer.name for layer in copy.layers] == [layer.name for layer in model.layers]
    copy.set_weights(model.get_weights())
    model(X), copy(X)
    assert len(model.losses) == 2
    assert [float(loss) for loss in copy.losses] == [float(loss) for loss in model.losses]
    if not copy.compiled:
        copy.compile("sgd", "mse")
    logs = [one.train_on_batch(X, Y, return_dict=True) for one in (model, copy)]
    assert logs[0].keys() == logs[1].keys() and logs[0]["middle"] == 2.75
    assert logs[0] == {name: pytest.approx(value) for name, value in logs[1].items()}
    assert float(logs[0]["loss"]) > float(np.mean((model.predict(X, verbose=0) - Y) ** 2)) / 2
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), copy.get_weights(), strict=True))


def test_a_nested_model_keeps_them():
    inner = made()
    x = kerax.Input((2,))
    outer = kerax.Model(x, inner(x))
    copy = kerax.Model.from_config(outer.get_config())
    copy.set_weights(outer.get_weights())
    outer(X), copy(X)
    assert [float(loss) for loss in copy.losses] == [float(loss) for loss in outer.losses]
    assert len(copy.losses) >= 2


def test_an_unbuilt_model_is_told_what_to_do(tmp_path):
    model = kerax.Sequential([kerax.layers.Dense(2)])
    for name in ("a.weights.h5", "a.h5", "a", "a.safetensors", "a.weights.json"):
        with pytest.raises(ValueError, match=r"no weights yet.*call it on data"):
            model.save_weights(tmp_path / name)
    assert not list(tmp_path.iterdir())
