"""Constructors take Keras's arguments, in Keras's order, with Keras's defaults."""

import inspect
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import pytest

import kerax

_MORE_GENEROUS = {"pool_size"}  # tf.keras has a default where Keras 3 asks for the argument
_MODULES = ("layers", "losses", "metrics", "optimizers", "optimizers.schedules", "initializers", "regularizers")


def _module(root, name):
    for part in name.split("."):
        root = getattr(root, part)
    return root


def _positional(cls):
    listed = list(inspect.signature(cls.__init__).parameters.values())[1:]
    passed_on = any(p.kind is p.VAR_POSITIONAL for p in listed)
    return {p.name: p.default for p in listed if p.kind is p.POSITIONAL_OR_KEYWORD}, passed_on


def _same(ours, theirs):
    if ours is theirs or ours == theirs:
        return True
    return type(ours) is type(theirs) and repr(ours).split(" at ")[0] == repr(theirs).split(" at ")[0]


def _differences(cls, own_class):
    theirs, _ = _positional(cls)
    own, passed_on = _positional(own_class)
    expected = [one for one in theirs if one in own]
    if expected != [one for one in own if one in theirs]:
        return "another order"
    missing = set(list(theirs)[: len(expected)]) - set(own) - {"name", "dtype", "trainable"}
    if missing and not passed_on:
        return f"without {missing}"
    return {n: (own[n], theirs[n]) for n in expected if n not in _MORE_GENEROUS and not _same(own[n], theirs[n])}


@pytest.mark.parametrize("name", _MODULES)
def test_constructors_of(name):
    ours, theirs = _module(kerax, name), _module(keras, name)
    classes = {one: cls for one, cls in vars(theirs).items() if inspect.isclass(cls) and not one.startswith("_")}
    assert len(classes) > 5
    found = {one: _differences(cls, getattr(ours, one)) for one, cls in classes.items()}
    assert not {one: difference for one, difference in found.items() if difference}


def test_arguments_that_go_on_to_the_base_class_keep_their_places():
    layers = kerax.layers
    assert layers.LayerNormalization(-1, 1e-6, False).get_config()["center"] is False
    assert layers.GroupNormalization(2, -1, 1e-6).epsilon == 1e-6
    attention = layers.MultiHeadAttention(2, 3, 4, 0.1, False, 5, None, 6, False, "zeros")
    assert attention.get_config()["kernel_initializer"]["class_name"] == "Zeros" and attention.sliding_window == 6
    grouped = layers.GroupQueryAttention(4, 8, 2, 0.1, False)
    assert grouped.get_config()["dropout"] == 0.1 and grouped.get_config()["use_bias"] is False
