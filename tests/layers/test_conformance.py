"""What every layer has in common, and that it computes what Keras computes."""

from __future__ import annotations

import functools
import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import kerax
from tests.layers.cases import CASES, double
from tests.layers.preprocessing import image_cases

# Keys of Keras's configurations that kerax leaves out: what it has not got, and an activity regularizer that is None.
UNWRITTEN = {"quantization_config", "activity_regularizer"}
ABSTRACT = {"AbstractRNNCell", "Layer", "PreprocessingLayer"}
# Layers that are called in another way than most, with the tests that are made for them (string_layers.json).
STRING_LAYERS = {"Hashing", "HashedCrossing", "IntegerLookup", "StringLookup", "TextVectorization"}
FUNCTION_LAYERS = {"JaxLayer", "FlaxLayer"}  # test_jax_layer.py
ELSEWHERE = image_cases.NAMES | STRING_LAYERS | FUNCTION_LAYERS | {"TorchModuleWrapper"}  # which may be absent
CALLED = [case for case in CASES if case.how != "input"]
# Scope "module" makes the tests of one case neighbours: they share the programs that the case compiles.
every_case = pytest.mark.parametrize("case", CALLED, ids=lambda case: case.id, scope="module")
every_oracle = pytest.mark.parametrize(
    "case", [case for case in CALLED if case.oracle], ids=lambda case: case.id, scope="module"
)


def leaves(tree):
    return [np.asarray(leaf.astype("float32")) for leaf in jax.tree.leaves(tree)]


def assert_close(ours, theirs, rtol=1e-5, atol=2e-6):
    ours, theirs = leaves(ours), leaves(theirs)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


def symbolic_inputs(case, namespace):
    dtype = "int32" if case.integers else "float32"
    return [namespace.Input(shape, dtype=dtype) for shape in case.shapes]


def compiled(layer, case, inputs, key):
    """One compiled program: outputs and new state for both modes, and the gradients in training."""

    def run(params, state, inputs, training):
        call = functools.partial(kerax.functional_call, layer, params, state, key=key, training=training)
        return case.call(call, inputs)[:2]

    def loss(params, inputs, state):
        outputs, state = run(params, state, inputs, True)
        return sum(jnp.sum(jnp.square(leaf)) for leaf in jax.tree.leaves(outputs)), (outputs, state)

    @jax.jit
    def everything(params, state, inputs):
        wanted = (0,) if case.integers else (0, 1)
        (_, trained), gradients = jax.value_and_grad(loss, argnums=wanted, has_aux=True)(params, inputs, state)
        return run(params, state, inputs, False)[0], trained, gradients

    return everything(layer.params, layer.state, inputs)


def built(case):
    layer = case.make(kerax.layers)
    inputs = case.data()
    outputs = case.call(layer, inputs)
    return layer, inputs, outputs


def written(config):
    """A configuration as text, without what it says of shapes that layers inside were built for."""
    whole = json.loads(
        json.dumps(config, default=str), object_hook=lambda d: {k: d[k] for k in d if k != "build_config"}
    )
    return json.dumps(whole)


def test_every_layer_has_a_case():
    tested = {getattr(kerax.layers, case.layer) for case in CASES}
    layers = {
        item
        for name in kerax.layers.__all__
        if inspect.isclass(item := getattr(kerax.layers, name)) and issubclass(item, kerax.layers.Layer)
    }
    missing = sorted(item.__name__ for item in layers - tested if item.__name__ not in ABSTRACT | ELSEWHERE)
    assert not missing, f"layers without a case in tests/layers/cases.py: {missing}"


@every_case
def test_shapes_are_inferred_exactly(case):
    layer, _, outputs = built(case)
    expected = [(None, *leaf.shape[1:]) for leaf in jax.tree.leaves(outputs)]
    symbolic = case.call(layer, symbolic_inputs(case, kerax))
    found = [t.shape for t in jax.tree.leaves(symbolic, is_leaf=kerax.state.is_symbolic)]
    assert found == expected
    if case.how in ("one", "list") and not case.options:
        shapes = [(None, *shape) for shape in case.shapes]
        fresh = case.make(kerax.layers)
        computed = fresh.compute_output_shape(shapes[0] if case.how == "one" else shapes)
        flat = [computed] if len(expected) == 1 else computed
        assert [tuple(shape) for shape in flat] == expected


@every_case
def test_a_layer_comes_back_from_its_configuration(case):
    layer, inputs, outputs = built(case)
    config = layer.get_config()
    if case.layer not in ("FromFlax",):
        config = json.loads(json.dumps(config))
    with kerax.utils.custom_object_scope({"double": double}):
        copy = type(layer).from_config(config)
    again = copy.get_config()
    assert written(again) == written(layer.get_config())
    case.call(copy, inputs)
    copy.set_weights(layer.get_weights())
    assert_close(case.call(copy, inputs), outputs, rtol=1e-6)


def mixed(case, inputs):
    """The case's layer, built for some inputs under a policy of mixed precision."""
    kerax.dtypes.set_dtype_policy("mixed_bfloat16")
    try:
        layer = case.make(kerax.layers)
        case.call(layer, inputs)
    finally:
        kerax.dtypes.set_dtype_policy(None)
    assert {w.dtype for w in layer.weights} <= {"float32"}
    return layer


def assert_mixed(case, layer, outputs):
    for leaf in jax.tree.leaves(outputs):
        assert leaf.dtype == jnp.bfloat16 or case.layer in OWN_DTYPES
    assert {w.dtype for w in layer.weights} <= {"float32"}


@every_case
def test_mixed_precision(case):
    layer = mixed(case, symbolic_inputs(case, kerax))
    for training in (False, True):
        call = functools.partial(
            kerax.functional_call, layer, layer.params, layer.state, key=jax.random.key(1), training=training
        )
        outputs, _ = jax.eval_shape(lambda inputs, call=call: case.call(call, inputs)[:2], case.data())
        assert_mixed(case, layer, outputs)


@pytest.mark.slow
@every_case
def test_mixed_precision_computes(case):
    inputs = case.data()
    layer = mixed(case, inputs)
    for training in (False, True):
        assert_mixed(case, layer, case.call(layer, inputs, training=training))


@every_case
def test_compiled_equals_eager_and_gradients_are_finite(case):
    layer, inputs, outputs = built(case)
    before = layer.get_weights()
    inferred, (trained, new_state), gradients = compiled(layer, case, inputs, jax.random.key(1))
    assert_close(inferred, outputs)
    for weight, array in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), array)  # a functional call leaves the layer as it is
    gradients = jax.tree.leaves(gradients)
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    assert not gradients or any(np.abs(gradient).max() > 0 for gradient in gradients)
    if case.noisy:
        return
    assert_close(trained, case.call(layer, inputs, training=True), rtol=case.rtol)
    for path, array in layer.state.items():
        np.testing.assert_allclose(new_state[path], array, rtol=1e-5, atol=1e-6)


@every_case
def test_inside_a_functional_model(case):
    layer, inputs, symbolic = case.make(kerax.layers), case.data(), symbolic_inputs(case, kerax)
    model = kerax.Model(symbolic, case.call(layer, symbolic))
    assert_close(model(inputs if len(inputs) > 1 else inputs[0]), case.call(layer, inputs))


# ---- against Keras ------------------------------------------------------------------------------------------------


@every_oracle
def test_weights_and_configuration_are_those_of_keras(case):
    ours, theirs = case.make(kerax.layers), case.make(keras.layers)
    case.call(ours, symbolic_inputs(case, kerax))  # symbols: weights are made, nothing is computed
    case.call(theirs, symbolic_inputs(case, keras))
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, tuple(w.shape)) for w in theirs.weights]
    assert [w.name for w in ours.trainable_weights] == [w.name for w in theirs.trainable_weights]
    config, ours = case.make(keras.layers).get_config(), case.make(kerax.layers)
    missing = set(config) - set(ours.get_config()) - UNWRITTEN
    assert not missing
    with kerax.utils.custom_object_scope({"double": double}):
        again = type(ours).from_config(json.loads(json.dumps(config)))
    expected, found = ours.get_config(), again.get_config()
    for key in ("name", "layer", "layers", "backward_layer", "cell", "cells"):  # these hold names that are counted
        expected.pop(key, None), found.pop(key, None)
    assert written(found) == written(expected)


@every_oracle
def test_outputs_are_those_of_keras(case):
    ours, inputs, _ = built(case)
    theirs = case.make(keras.layers)
    case.call(theirs, inputs)
    rng = np.random.default_rng(2)
    weights = [np.abs(rng.normal(0.5, 0.3, w.shape)).astype("float32") for w in theirs.weights]
    for layer in (ours, theirs):
        layer.set_weights(weights)
    assert_close(case.call(ours, inputs), case.call(theirs, inputs), rtol=case.rtol, atol=5e-6)
    if case.noisy:
        return
    assert_close(
        case.call(ours, inputs, training=True),
        call_training(case, theirs, inputs),
        rtol=max(case.rtol, 2e-5),
        atol=5e-6,
    )
    for ours_after, theirs_after in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours_after, theirs_after, rtol=1e-4, atol=2e-6)


def call_training(case, layer, inputs):
    """Calls a Keras layer in training mode, which some of its layers have no argument for."""
    takes = inspect.signature(layer.call).parameters
    options = {"training": True} if "training" in takes or case.layer in ("Bidirectional", "TimeDistributed") else {}
    return case.call(layer, inputs, **options)


OWN_DTYPES = (
    "FromFlax",
    "RandomFourierFeatures",
)  # a Flax module chooses its own; cosines of large numbers need float32


@pytest.mark.parametrize("case", [case for case in CALLED if case.steps], ids=lambda case: case.id)
def test_masks_pass_through(case):
    x = case.data()[0]
    x[0, 2:] = x[1, 0] = 9.0
    expected = np.any(x != 9.0, axis=-1)
    masking = kerax.layers.Masking(mask_value=9.0)
    layer = case.make(kerax.layers)
    outputs = layer(masking(x))
    np.testing.assert_array_equal(kerax.state.get_mask(outputs), expected)
    if not case.oracle or case.layer == "RMSNormalization":  # Keras drops the mask there, with a warning
        return
    theirs = keras.Sequential([keras.layers.Masking(mask_value=9.0), case.make(keras.layers)])
    theirs(x)
    theirs.set_weights(layer.get_weights())
    np.testing.assert_allclose(outputs, theirs(x), rtol=1e-5, atol=2e-6)
    if not case.noisy:
        np.testing.assert_allclose(layer(masking(x), training=True), theirs(x, training=True), rtol=2e-5, atol=5e-6)
