"""int8 weights, LoRA updates, and the parts they are made of."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import kerax

# Half a minute of compiling: continuous integration runs them in its second step.
pytestmark = pytest.mark.slow

X = np.random.default_rng(0).normal(size=(4, 5, 6)).astype("float32")
IDS = np.array([[1, 2], [6, 0]])
LAYERS = {
    "dense": (lambda k: k.layers.Dense(3, "relu"), X),
    "einsum": (lambda k: k.layers.EinsumDense("abc,cde->abde", (5, 2, 3), bias_axes="e"), X),
    "einsum, two axes": (lambda k: k.layers.EinsumDense("abc,bcd->ad", (3,)), X),
    "embedding": (lambda k: k.layers.Embedding(7, 3), IDS),
}


@pytest.mark.parametrize("name", LAYERS)
def test_int8_layers_are_those_of_keras(name):
    make, x = LAYERS[name]
    theirs, ours = make(keras), make(kerax)
    theirs(x), ours(x)
    ours.set_weights(theirs.get_weights())
    theirs.quantize("int8")
    ours.quantize("int8")
    np.testing.assert_allclose(ours(x), theirs(x), atol=1e-6)
    expected = {w.name: np.asarray(w) for w in theirs.weights}
    assert {w.name for w in ours.weights} == set(expected)
    for weight in ours.weights:
        np.testing.assert_array_equal(weight.numpy(), expected[weight.name])
    assert ours.dtype_policy.name == "int8_from_float32" and ours.quantization_mode == "int8"


def test_a_quantized_model_is_called_saved_and_trained_on(tmp_path):
    model = kerax.Sequential(
        [kerax.Input((6,)), kerax.layers.Dense(8, "relu"), kerax.layers.Dense(2, name="head")], name="net"
    )
    x = X[:, 0]
    before = model.predict(x, verbose=0)
    model.quantize("int8", filters=["dense"])
    assert [layer.kernel.dtype for layer in model.layers] == ["int8", "float32"]
    after = model.predict(x, verbose=0)
    assert 0 < np.abs(after - before).max() < 0.05  # another program, close to the old one
    model.save(tmp_path / "int8.keras")
    again = kerax.models.load_model(tmp_path / "int8.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), after)
    assert again.layers[0].kernel.dtype == "int8"
    theirs = keras.models.load_model(tmp_path / "int8.keras")
    np.testing.assert_allclose(theirs.predict(x, verbose=0), after, atol=1e-6)
    integers = again.layers[0].kernel.numpy()
    again.compile("sgd", "mse")
    again.fit(x, np.ones((4, 2)), verbose=0)
    np.testing.assert_array_equal(again.layers[0].kernel.numpy(), integers)
    assert (again.layers[1].kernel.numpy() != model.layers[1].kernel.numpy()).any()


def test_the_gradient_of_inputs_is_that_of_the_numbers_the_integers_stand_for():
    layer = kerax.layers.Dense(3)
    layer(X)
    layer.quantize(config=kerax.quantizers.Int8QuantizationConfig())
    kernel = layer.kernel.numpy() / layer.kernel_scale.numpy()
    gradient = jax.jit(jax.grad(lambda x: layer(x).sum()))(X)
    np.testing.assert_allclose(gradient, np.broadcast_to(kernel.sum(1), X.shape), rtol=1e-5)


def test_weights_only():
    layer = kerax.layers.Dense(3, use_bias=False)
    layer(X)
    layer.quantize(config=kerax.quantizers.Int8QuantizationConfig(activation_quantizer=None))
    np.testing.assert_allclose(layer(X), X @ (layer.kernel.numpy() / layer.kernel_scale.numpy()), rtol=1e-4, atol=1e-5)
    again = kerax.layers.Dense.from_config(layer.get_config())
    assert again.quantization_config.activation_quantizer is None and again.quantization_mode == "int8"


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("quantized", [False, True], ids=["floats", "int8"])
def test_lora(name, quantized):
    make, x = LAYERS[name]
    theirs, ours = make(keras), make(kerax)
    theirs(x), ours(x)
    ours.set_weights(theirs.get_weights())
    for layer in (theirs, ours):
        if quantized:
            layer.quantize("int8")
        layer.enable_lora(2, lora_alpha=3)
    assert [v.name.split("_")[0] for v in ours.trainable_weights if "lora" in v.name] == ["lora", "lora"]
    values = [np.full(w.shape, 0.1, "float32") for w in ours.trainable_weights if "lora" in w.name]
    for layer in (theirs, ours):
        for weight, value in zip([w for w in layer.trainable_weights if "lora" in w.name], values, strict=True):
            weight.assign(value)
    np.testing.assert_allclose(ours(x), theirs(x), atol=2e-5)
    config = ours.get_config()
    assert (config["lora_rank"], config["lora_alpha"]) == (2, 3)
    with pytest.raises(ValueError, match="already"):
        ours.enable_lora(2)


def test_lora_trains_in_place_of_the_kernel():
    model = kerax.Sequential([kerax.Input((6,)), kerax.layers.Dense(2, lora_rank=2)])
    kernel = model.layers[0].kernel.numpy()
    model.compile(kerax.optimizers.SGD(0.5), "mse")
    losses = model.fit(X[:, 0], np.ones((4, 2)), epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    np.testing.assert_array_equal(model.layers[0].kernel.numpy(), kernel)
    assert model.layers[0].lora_kernel_b.numpy().any()


@settings(max_examples=10, deadline=None)
@given(
    arrays.arrays("int8", arrays.array_shapes(min_dims=1, max_dims=2, max_side=3), elements=st.integers(-8, 7)),
    st.integers(0, 1),
)
def test_packing_loses_nothing(array, axis):
    axis = axis % array.ndim
    packed, shape, length = kerax.quantizers.pack_int4(array, axis)
    assert packed.shape == shape and shape[axis] == (length + 1) // 2
    np.testing.assert_array_equal(kerax.quantizers.unpack_int4(packed, length, axis), array)


def test_parts_are_those_of_keras():
    ours, theirs = kerax.quantizers, keras.quantizers
    odd = np.arange(15, dtype="int8").reshape(3, 5) - 8
    np.testing.assert_array_equal(ours.pack_int4(odd, 1)[0], theirs.pack_int4(odd, 1)[0])
    for bits, narrow, axis, low, high in (
        (8, False, None, -1.0, 2.0),
        (3, True, 2, -np.linspace(0.5, 2, 6), np.linspace(0.1, 3, 6)),
    ):
        low, high = np.float32(low), np.float32(high)
        found, expected = (
            jax.value_and_grad(
                lambda x, a, b, q=q: (q.fake_quant_with_min_max_vars(x, a, b, bits, narrow, axis) ** 2).sum(),  # noqa: B023
                argnums=(0, 1, 2),
            )(X, low, high)
            for q in (ours, theirs)
        )
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6)
    for amax in (0.0, 3.0, np.inf):
        given_ = (np.float32(amax), np.float32(2.0), 448.0, 1)
        assert float(ours.compute_float8_scale(*given_)) == float(theirs.compute_float8_scale(*given_))
    history = np.array([1.0, 2.0, 3.0], "float32")
    np.testing.assert_array_equal(
        ours.compute_float8_amax_history(X, history), theirs.compute_float8_amax_history(X, history)
    )
    given_ = (X, np.float32(0.01), "float8_e4m3fn", "float32")
    np.testing.assert_array_equal(ours.quantize_and_dequantize(*given_), theirs.quantize_and_dequantize(*given_))
    for one, other in zip(ours.AbsMaxQuantizer(axis=1)(X), theirs.AbsMaxQuantizer(axis=1)(X), strict=True):
        np.testing.assert_array_equal(one, other)


def test_errors():
    layer = kerax.layers.Dense(3, name="d")
    with pytest.raises(ValueError, match="'d' has no weights to quantize"):
        layer.quantize("int8")
    with pytest.raises(ValueError, match="'d'.*build it first"):
        layer.enable_lora(2)
    layer(X)
    with pytest.raises(ValueError, match="Unknown quantization mode 'int9'"):
        layer.quantize("int9")
    with pytest.raises(ValueError, match="needs a mode"):
        layer.quantize()
    layer.quantize("int8")
    with pytest.raises(ValueError, match="quantized already"):
        layer.quantize("int8")
    constrained = kerax.layers.Dense(3, kernel_constraint="non_neg")
    constrained(X)
    with pytest.raises(ValueError, match="kernel_constraint"):
        constrained.enable_lora(2)
    with pytest.raises(TypeError, match="quantization_config must be"):
        kerax.layers.Dense(3, quantization_config="int8")
    with pytest.raises(ValueError, match=r"within \[-128, 127\], received \(-300, 300\)"):
        kerax.quantizers.AbsMaxQuantizer(value_range=(-300, 300))
    with pytest.raises(ValueError, match="must be 'int8' or 'uint8'"):
        kerax.quantizers.pack_int4(np.zeros(2, "int8"), dtype="int32")
    with pytest.raises(TypeError, match="takes an array of int8, received int32"):
        kerax.quantizers.pack_int4(np.zeros(2, "int32"))
    with pytest.raises(TypeError, match="filters must be"):
        kerax.Sequential([kerax.Input((6,)), kerax.layers.Dense(2)]).quantize("int8", filters=3)


@pytest.mark.parametrize("name", ["MultiHeadAttention", "GroupQueryAttention"])
def test_projections_of_attention_are_quantized_and_saved(name, tmp_path):
    arguments = (2, 3) if name.startswith("Multi") else (3, 2, 1)

    def model_of(k):
        inputs = k.Input((5, 6))
        return k.Model(inputs, getattr(k.layers, name)(*arguments, name="attend")(inputs, inputs))

    ours, theirs = model_of(kerax), model_of(keras)
    ours.set_weights(theirs.get_weights())
    before = ours.predict(X, verbose=0)
    ours.quantize("int8")
    for part in ("query", "key", "value", "output"):
        getattr(theirs.layers[-1], f"_{part}_dense").quantize("int8")
    after = ours.predict(X, verbose=0)
    np.testing.assert_allclose(after, theirs.predict(X, verbose=0), atol=1e-5)
    assert 0 < np.abs(after - before).max() < 0.1
    assert {w.dtype for w in ours.weights if w.name == "kernel"} == {"int8"}
    ours.save(tmp_path / "int8.keras")
    again = kerax.models.load_model(tmp_path / "int8.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), after)
    copy = type(ours.layers[-1]).from_config(ours.layers[-1].get_config())
    assert copy.dtype_policy.name == "float32"
