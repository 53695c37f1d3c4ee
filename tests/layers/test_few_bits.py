"""Weights in 4 bits, products of 8-bit floats, weights rounded for samples: as Keras does it, and in its files."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest

import kerax
from kerax.functional.calibrated_rounding import awq, damped_inverse, gptq

# Half a minute of compiling: continuous integration runs them in its second step.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore:(Layer InputLayer does not have|Invalid quantization mode):UserWarning"
    ),  # Keras
]

rng = np.random.default_rng(0)
X = rng.normal(size=(4, 5, 16)).astype("float32")
IDS = np.array([[1, 2], [6, 0]])
LAYERS = {
    "dense": (lambda k: k.layers.Dense(3, "relu"), X),
    "einsum": (lambda k: k.layers.EinsumDense("abc,cde->abde", (5, 2, 3), bias_axes="e"), X),
    "turned": (lambda k: k.layers.EinsumDense("abc,dc->abd", (5, 3)), X),
    "embedding": (lambda k: k.layers.Embedding(7, 16), IDS),
    "reversible": (lambda k: k.layers.ReversibleEmbedding(7, 16, tie_weights=False), IDS),
}
CONFIGS = {
    "int4": lambda q: q.Int4QuantizationConfig(),
    "groups": lambda q: q.Int4QuantizationConfig(block_size=8),
    "channels": lambda q: q.Int4QuantizationConfig(block_size=None),
    "inputs": lambda q: q.Int4QuantizationConfig(activation_quantizer=q.AbsMaxQuantizer(), block_size=-1),
    "float8": lambda q: q.Float8QuantizationConfig(),
}
CASES = [
    ("dense", "int4"), ("dense", "inputs"), ("dense", "float8"), ("einsum", "groups"), ("einsum", "inputs"),
    ("einsum", "float8"), ("turned", "channels"), ("turned", "groups"), ("embedding", "groups"), ("embedding", "int4"),
    ("reversible", "groups"), ("reversible", "channels"),
]  # fmt: skip


def pair(name):
    keras.utils.set_random_seed(0)  # no group of weights of one sign, which Keras rounds otherwise
    make, x = LAYERS[name]
    theirs, ours = make(keras), make(kerax)
    theirs(x), ours(x)
    ours.set_weights(theirs.get_weights())
    return theirs, ours, x


@pytest.mark.parametrize(("name", "config"), CASES, ids=lambda value: value)
def test_layers_are_those_of_keras(name, config, tmp_path):
    theirs, ours, x = pair(name)
    theirs.quantize(config=CONFIGS[config](keras.quantizers))
    ours.quantize(config=CONFIGS[config](kerax.quantizers))
    expected = np.asarray(theirs(x))
    np.testing.assert_allclose(ours(x), expected, atol=1e-5)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(one.numpy(), np.asarray(other), rtol=1e-6)
        assert one.dtype == keras.backend.standardize_dtype(other.dtype)
    assert ours.dtype_policy.name == theirs.dtype_policy.name
    if name == "reversible":
        vectors = X[:, 0]
        np.testing.assert_allclose(ours(vectors, reverse=True), theirs(vectors, reverse=True), atol=1e-5)
        return
    for library, other, layer in ((keras, kerax, theirs), (kerax, keras, ours)):
        inputs = library.Input(x.shape[1:], dtype="float32" if x is X else "int32")
        library.Model(inputs, layer(inputs)).save(tmp_path / "model.keras")
        again = other.models.load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(again.predict(x, verbose=0), expected, atol=1e-5)


def test_groups_of_one_sign_keep_their_numbers():
    matrix = np.linspace(3, 4, 8, dtype="float32").reshape(8, 1)
    integers, scale, zero = kerax.quantizers.abs_max_quantize_grouped_with_zero_point(matrix, 4)
    zero, scale = (np.repeat(part, 4, 0) for part in (zero, scale))
    np.testing.assert_allclose((integers - zero) * scale, matrix, atol=0.15)


def test_float8_trains_as_in_keras():
    x, y = X[:, 0], X[:, 1, :3]

    def trained(k, weights=None):
        model = k.Sequential([k.Input((16,)), k.layers.Dense(8, "tanh"), k.layers.Dense(3)])
        if weights is not None:
            model.set_weights(weights)
        start = model.get_weights()
        model.quantize("float8")
        model.compile(k.optimizers.SGD(0.1), "mse")
        history = model.fit(x, y, batch_size=4, epochs=4, shuffle=False, verbose=0).history["loss"]
        return start, history, model.get_weights()

    start, expected, theirs = trained(keras)
    _, found, ours = trained(kerax, start)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert found[-1] < found[0]
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)
    assert kerax.dtype_policies.get("float8_from_float32").amax_history_length == 1024


MATRIX = rng.normal(size=(24, 16)).astype("float32")
INPUTS = rng.normal(size=(64, 16))


@pytest.mark.parametrize(
    "options",
    [{}, {"group_size": 8}, {"symmetric": True}, {"activation_order": True}, {"weight_bits": 8}],
    ids=lambda options: " ".join(options) or "defaults",
)
def test_gptq_rounds_as_keras_does(options):
    from keras.src.quantizers.gptq import GPTQQuantizer, gptq_quantize_matrix

    config = keras.quantizers.GPTQConfig(None, None, **{"group_size": -1, **options})
    hessian = 2 * INPUTS.T @ INPUTS / len(INPUTS)
    inverse, diagonal = damped_inverse(hessian, 0.01)
    expected = gptq_quantize_matrix(
        MATRIX,
        inverse.astype("float32"),
        group_size=config.group_size,
        activation_order=config.activation_order,
        order_metric=diagonal.astype("float32"),
        compute_scale_zero=GPTQQuantizer(config).find_params,
    )
    bits, size = config.weight_bits, config.group_size
    found = gptq(
        MATRIX, hessian, bits, group_size=size, symmetric=config.symmetric, by_activation=config.activation_order
    )
    integers, scale, zero, groups = (np.asarray(part) for part in expected)
    np.testing.assert_array_equal(found.integers, integers)
    np.testing.assert_allclose(found.scale, scale, rtol=1e-6)
    np.testing.assert_array_equal(found.zero, zero)
    np.testing.assert_array_equal(found.groups, np.floor(groups))


@pytest.mark.parametrize("group_size", [-1, 8])
def test_awq_rounds_as_keras_does(group_size):
    from keras.src.quantizers.awq import awq_quantize_matrix

    strength = np.abs(INPUTS).max(0).astype("float32")
    expected = awq_quantize_matrix(MATRIX, strength, num_grid_points=5, group_size=group_size)
    found = awq(MATRIX, strength, group_size=group_size, grid_points=5)
    parts = (found.integers, found.scale, found.zero, found.factors, found.groups)
    for one, other in zip(parts, expected, strict=True):
        np.testing.assert_allclose(one, np.asarray(other), rtol=1e-5)


class Letters:
    """A tokenizer."""

    def tokenize(self, text):
        return np.array([ord(letter) % 30 for letter in text])


CALIBRATED = {
    "gptq": lambda q: q.GPTQConfig(["some text"], Letters(), num_samples=2, sequence_length=3, group_size=8),
    "gptq8": lambda q: q.GPTQConfig(
        ["some"], Letters(), weight_bits=8, num_samples=1, sequence_length=3, group_size=-1
    ),
    "awq": lambda q: q.AWQConfig(["some text"], Letters(), num_samples=2, sequence_length=3, group_size=8),
}


@pytest.mark.parametrize("name", CALIBRATED)
def test_files_of_rounded_weights(name, tmp_path):  # Keras's own files of them lack the zero points
    ids = rng.integers(0, 30, (3, 3)).astype("int32")
    embedding, dense = kerax.layers.Embedding(30, 16), kerax.layers.Dense(9, "relu")
    heads = kerax.layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de")
    model = kerax.Sequential([kerax.Input((3,), dtype="int32"), embedding, dense, heads])
    before = model(ids)
    config = CALIBRATED[name](kerax.quantizers)
    config.quantization_layer_structure = {"pre_block_layers": [embedding], "sequential_blocks": [dense, heads]}
    model.quantize(config.mode, config=config)
    expected = model(ids)
    assert 0 < np.abs(expected - before).max() < 0.05
    model.save(tmp_path / "model.keras")
    for library in (kerax, keras):
        again = library.models.load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(again(ids), expected, atol=1e-6)
        assert again.layers[-2].dtype_policy.name == dense.dtype_policy.name
    assert [w.name for w in dense.weights][:4] == ["bias", "kernel", "kernel_scale", "kernel_zero"]


@pytest.mark.parametrize("mode", ["gptq", "awq"])
def test_rounding_for_samples_loses_less_than_rounding_alone(mode):
    x = rng.normal(size=(200, 1, 32)).astype("float32") * np.geomspace(0.05, 5, 32, dtype="float32")
    x[..., ::2] += 0.8 * x[..., 1::2]  # inputs that depend on each other

    class Tokens(kerax.layers.Layer):
        def call(self, inputs):
            return kerax.ops.take(kerax.ops.convert_to_tensor(x[:, 0]), inputs, axis=0)

    def error(config):
        kerax.utils.set_random_seed(1)
        layer = kerax.layers.Dense(8)
        model = kerax.Sequential([kerax.Input((10,), dtype="int32"), Tokens(), layer])
        before = layer(x)
        model.quantize(config=config(model))
        return float(np.abs(layer(x) - before).mean())

    def made(model):
        parts = {"pre_block_layers": [model.layers[0]], "sequential_blocks": [model.layers[1]]}
        cls = {"gptq": kerax.quantizers.GPTQConfig, "awq": kerax.quantizers.AWQConfig}[mode]
        return cls(
            [np.arange(200)],
            None,
            num_samples=20,
            sequence_length=10,
            group_size=-1,
            quantization_layer_structure=parts,
        )

    assert error(made) < error(lambda model: kerax.quantizers.Int4QuantizationConfig(block_size=None))


def test_policies():
    for name in (
        "int4/128_from_float32",
        "int4_from_mixed_bfloat16",
        "gptq/3/-1_from_float32",
        "awq/4/64_from_float16",
    ):
        ours, theirs = kerax.dtype_policies.get(name), keras.dtype_policies.get(name)
        assert type(ours).__name__ == type(theirs).__name__ and ours.get_config() == theirs.get_config()
        assert (ours.name, ours.compute_dtype, ours.quantization_mode) == (
            theirs.name, theirs.compute_dtype, theirs.quantization_mode
        )  # fmt: skip
        assert kerax.dtype_policies.deserialize(kerax.dtype_policies.serialize(ours)) == ours
    long = kerax.dtype_policies.QuantizedFloat8DTypePolicy("float8", "float32", amax_history_length=8)
    assert long != kerax.dtype_policies.get("float8_from_float32")
    layer = kerax.layers.Dense.from_config(kerax.layers.Dense(2, dtype=long).get_config())
    layer.build((None, 3))
    assert layer.inputs_amax_history.shape == (8,)


def test_configurations_round_trip():
    for name, options in {"Int4QuantizationConfig": {"block_size": 32}, "Float8QuantizationConfig": {}}.items():
        made = getattr(kerax.quantizers, name)(**options)
        assert made.get_config() == getattr(keras.quantizers, name)(**options).get_config()
        back = kerax.saving.deserialize_keras_object(kerax.saving.serialize_keras_object(made))
        assert type(back) is type(made) and back.get_config() == made.get_config()
    for name in ("GPTQConfig", "AWQConfig"):
        ours, theirs = (getattr(library.quantizers, name)(None, None) for library in (kerax, keras))
        assert ours.get_config() == theirs.get_config() and ours.dtype_policy_string() == theirs.dtype_policy_string()


def test_lora_over_4_bits_is_trained():
    model = kerax.Sequential([kerax.Input((16,)), kerax.layers.Dense(3)])
    model.quantize("int4")
    model.layers[0].enable_lora(2)
    packed = model.layers[0].kernel.numpy()
    model.compile(kerax.optimizers.SGD(0.1), "mse")
    losses = model.fit(X[:, 0], np.ones((4, 3)), epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    np.testing.assert_array_equal(model.layers[0].kernel.numpy(), packed)


def test_errors():
    q, p = kerax.quantizers, kerax.dtype_policies
    model = kerax.Sequential([kerax.Input((16,)), kerax.layers.Dense(3, name="d")])
    with pytest.raises(ValueError, match="needs config=kerax.quantizers.GPTQConfig"):
        model.quantize("gptq")
    with pytest.raises(ValueError, match="needs the model's blocks.*sequential_blocks"):
        model.quantize(config=q.GPTQConfig([np.arange(9)], None))
    with pytest.raises(ValueError, match=r"'d': 'awq' rounds a weight.*of the model"):
        model.layers[0].quantize(config=q.AWQConfig(None, None))
    with pytest.raises(ValueError, match="contradicts its configuration, whose mode is 'int4'"):
        model.quantize("int8", config=q.Int4QuantizationConfig())
    with pytest.raises(ValueError, match="config must be"):
        model.quantize(config=3)
    parts = {"sequential_blocks": model.layers}
    with pytest.raises(ValueError, match="dataset to calibrate with is empty"):
        model.quantize(config=q.GPTQConfig([], None, quantization_layer_structure=parts))
    with pytest.raises(TypeError, match="needs a tokenizer"):
        model.quantize(config=q.GPTQConfig(["text"], None, quantization_layer_structure=parts))
    embedding = kerax.layers.Embedding(3, 2)
    embedding.build(None)
    with pytest.raises(ValueError, match="Unknown quantization mode of Embedding 'float8'"):
        embedding.quantize("float8")
    model.layers[0].enable_lora(1)
    with pytest.raises(ValueError, match="LoRA update, which float8"):
        model.layers[0].quantize("float8")
    for wrong in (
        lambda: q.Int4QuantizationConfig(block_size=0), lambda: q.Int4QuantizationConfig(q.AbsMaxQuantizer()),
        lambda: q.Int4QuantizationConfig(q.AbsMaxQuantizer(), block_size=-1),
        lambda: q.GPTQConfig(None, None, weight_bits=5), lambda: q.GPTQConfig(None, None, num_samples=0),
        lambda: q.GPTQConfig(None, None, hessian_damping=2), lambda: q.AWQConfig(None, None, weight_bits=8),
        lambda: q.AWQConfig(None, None, group_size=0), lambda: p.Int4DTypePolicy("int4", "float32"),
        lambda: p.Int4DTypePolicy("int4/x", "float32"), lambda: p.GPTQDTypePolicy("gptq/5/1", "float32"),
        lambda: p.AWQDTypePolicy("awq/4/0", "float32"), lambda: p.get("int9_from_float32"),
        lambda: p.QuantizedDTypePolicy("int8", "float16"),
    ):  # fmt: skip
        with pytest.raises(
            ValueError, match=r"block_size|quantizer|weight_bits|num_samples|damping|group_size|mode|groups"
        ):
            wrong()
