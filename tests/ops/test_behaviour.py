"""Operations in models, transformations, layers and configurations; with unknown sizes; their errors."""

import doctest
import json
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax import ops
from kerax.state.operations import OPERATIONS

A = np.arange(6, dtype="float32").reshape(2, 3)


def test_variables_lists_and_numbers_are_arrays():
    v = kerax.Variable([1.0, 2.0])
    assert ops.add(v, [1, 2]).tolist() == [2, 4] and ops.exp(v * 0).tolist() == [1, 1]
    assert ops.stack([v, v]).shape == (2, 2) and ops.sum(v) == 3
    assert ops.concatenate([v, np.ones(1)]).shape == (3,) and ops.convert_to_numpy([v, v]).shape == (2, 2)


def test_integers_become_the_default_float():
    kerax.config.set_floatx("float16")
    try:
        assert ops.exp([1, 2]).dtype == "float16" and ops.zeros(2).dtype == "float16"
        assert ops.average(np.arange(3)).dtype == "float16"
    finally:
        kerax.config.set_floatx("float32")


def test_transformations():
    x = jnp.linspace(-1, 1, 6).reshape(2, 3)
    for f in (ops.tanh, ops.softmax, ops.logsumexp, lambda x: ops.normalize(x, axis=-1)):
        total = lambda x, f=f: ops.sum(ops.square(f(x)))  # noqa: E731
        grad = jax.jit(jax.grad(total))(x)
        assert grad.shape == x.shape and bool(jnp.all(jnp.isfinite(grad)))
    np.testing.assert_allclose(jax.vmap(lambda row: ops.roll(row, 1))(x), np.roll(x, 1, 1))
    assert float(jax.grad(lambda x: ops.divide_no_nan(1.0, x))(0.0)) == 0


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        (lambda x, y: ops.add(x, y), (2, 3)),
        (lambda x, y: ops.matmul(ops.transpose(x), x), (3, 3)),
        (lambda x, y: ops.kron(x, y), (None, None)),
        (lambda x, y: ops.reshape(x, (-1, 1)), (None, 1)),
        (lambda x, y: ops.nonzero(x)[1], (None,)),
        (lambda x, y: ops.unique(x), (None,)),
        (lambda x, y: ops.segment_sum(x, ops.cast(x[:, 0], "int32"), num_segments=4), (4, 3)),
        (lambda x, y: ops.while_loop(lambda a: ops.all(a < 9), lambda a: a + 1, x), (None, 3)),
        (lambda x, y: ops.cond(ops.sum(x) > 0, lambda: x, lambda: -x), (None, 3)),
        (lambda x, y: ops.scan(lambda c, row: (c + row, c), ops.zeros(3), x)[1], (None, 3)),
        (lambda x, y: ops.map(lambda row: row[:2], x), (None, 2)),
        (lambda x, y: ops.size(x), ()),
        (lambda x, y: ops.split(x, 5)[4], (None, 3)),
        (lambda x, y: ops.hsplit(y, 3)[2], (2, None)),
        (lambda x, y: ops.diagonal(x), (None,)),
        (lambda x, y: ops.concatenate([x, x, np.ones((2, 3), "float32")]), (None, 3)),
    ],
)
def test_unknown_sizes(call, shape):
    x, y = kerax.KerasTensor((None, 3)), kerax.KerasTensor((2, None))
    assert call(x, y).shape == shape


def test_a_size_that_fits_none_is_an_error():
    with pytest.raises(ValueError, match=r"add.*\(None, 3\), \(2, 4\)"):
        ops.add(kerax.KerasTensor((None, 3)), kerax.KerasTensor((2, 4)))


def network():
    x = kerax.Input((4,), name="x")
    h = ops.gelu(kerax.layers.Dense(6)(x)) + kerax.activations.gelu(x[:, :1])
    h = ops.concatenate([ops.mean(h, axis=[1], keepdims=True), h, h * 2], axis=-1)
    h = ops.cast(ops.reshape(h, (-1, 13)), np.float32)
    h = ops.einsum("bi,bj->bij", h, h)
    h = ops.where(h > 0, h, 0.5 * abs(-h))
    totals = ops.sum(h, axis=(1, 2))
    return kerax.Model(x, [totals, ops.top_k(h[:, 0], 2)[0], (totals > 1) & (totals < 3), ops.multiply(x, np.ones(4))])


def test_configuration_of_a_model_of_operations():
    model = network()
    config = json.loads(json.dumps(model.get_config()))
    again = kerax.Model.from_config(config)
    again.set_weights(model.get_weights())
    data = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    for a, b, c in zip(model(data), again(data), again.predict(data, verbose=0), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
        np.testing.assert_allclose(a, c, rtol=1e-5)
    assert json.loads(json.dumps(again.get_config()["layers"])) == config["layers"]
    lines = []
    model.summary(print_fn=lines.append)
    assert "einsum (Einsum)" in "\n".join(map(str, lines))


def test_a_configuration_finds_operations_that_nothing_imported(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(network().get_config()))
    code = f"import json, kerax; kerax.Model.from_config(json.load(open({str(path)!r}))); print('found')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "found", done.stderr


def test_operations_in_configurations_of_keras():
    x = kerax.Input((3,), name="x")
    config = kerax.Model(x, ops.expand_dims(ops.cast(x, "int32"), 1)).get_config()
    for layer, class_name, module, arguments in (
        (config["layers"][1], "Cast", "core", {"dtype": "int32"}),
        (config["layers"][2], "ExpandDims", "numpy", {"axis": 1}),
    ):
        first = layer["inbound_nodes"][0]["args"][0]
        layer |= {"module": f"keras.src.ops.{module}", "class_name": class_name}
        layer["config"] = {"name": layer["name"], **arguments}
        layer["inbound_nodes"] = [{"args": [first], "kwargs": {}}]
    output = kerax.Model.from_config(config).output
    assert output.shape == (None, 1, 3) and output.dtype == "int32"


def test_a_function_in_a_model_has_no_configuration():
    x = kerax.Input((3,))
    model = kerax.Model(x, ops.map(lambda row: row + 1, x))
    assert model(A).shape == (2, 3)
    with pytest.raises(ValueError, match="map.*function"):
        model.get_config()


def test_inside_a_layer():
    class Scaled(kerax.layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")

        def call(self, x):
            rows = ops.shape(x)[0]
            return ops.broadcast_to(ops.expand_dims(ops.mean(ops.multiply(x, self.scale), 0), 0), (rows, x.shape[-1]))

    x = kerax.Input((3,))
    model = kerax.Model(x, Scaled()(x))
    assert model.output_shape == (None, 3)
    model.compile("sgd", "mse")
    model.fit(A, 0 * A, verbose=0)
    assert float(jnp.sum(jnp.abs(model.layers[1].scale.value - 1))) > 0


def test_loops_and_conditions():
    assert int(ops.while_loop(lambda i, j: i < 5, lambda i, j: (i + 1, j * 2), (0, 1))[1]) == 32
    assert int(ops.while_loop(lambda i: i < 5, lambda i: i + 1, 0, maximum_iterations=2)) == 2
    choose = jax.jit(lambda x: ops.cond(x > 0, lambda: x, lambda: -x))
    assert float(choose(-3.0)) == 3 and float(ops.switch(5, [lambda x: x, lambda x: 2 * x], 3.0)) == 6
    assert ops.vectorized_map(lambda row: ops.sum(row), A).tolist() == [3, 12]
    assert ops.associative_scan(ops.add, jnp.arange(4)).tolist() == [0, 1, 3, 6]
    assert ops.vectorize(lambda a, b: ops.dot(a, b), signature="(n),(n)->()")(A, A).tolist() == [5, 50]
    value, slope = ops.jvp(ops.square, [np.float32(3)], [np.float32(1)])
    assert (float(value), float(slope)) == (9, 6)


def test_beam_search_agrees_with_all_paths():
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(2, 4, 3)).astype("float32")
    paths, scores = ops.ctc_decode(logits, [4, 3], strategy="beam_search", beam_width=100, top_paths=3)
    log_p = jax.nn.log_softmax(logits)
    for sample, length in enumerate((4, 3)):
        totals: dict = {}
        for alignment in np.ndindex(*(3,) * length):
            labels = [k for i, k in enumerate(alignment) if k and (i == 0 or alignment[i - 1] != k)]
            p = float(np.exp(sum(log_p[sample, t, k] for t, k in enumerate(alignment))))
            totals[tuple(labels)] = totals.get(tuple(labels), 0) + p
        best = sorted(totals.items(), key=lambda item: -item[1])[:3]
        for rank, (labels, p) in enumerate(best):
            assert [k for k in paths[rank, sample].tolist() if k >= 0] == list(labels)
            assert float(scores[sample, rank]) == pytest.approx(np.log(p), abs=1e-4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ops.get_item(A, 7), ValueError, "out of range"),
        (lambda: kerax.Input((3,))[:, 5], ValueError, "out of range"),
        (lambda: ops.scatter_update(A, [[0.5, 0]], [1.0]), TypeError, "integers"),
        (lambda: ops.scatter_update(A, [[0, 0]], [1.0], reduction="ad"), ValueError, "reduction"),
        (lambda: ops.ldexp(A, 1.5), TypeError, "integer exponents"),
        (lambda: ops.cholesky(-np.eye(2, dtype="float32")), ValueError, "positive definite"),
        (lambda: ops.inv(A), ValueError, "square"),
        (lambda: ops.solve(np.eye(2, dtype="float32"), np.ones(3, "float32")), ValueError, "do not fit"),
        (lambda: ops.stft(A, 4, 2, 2), ValueError, "fft_length"),
        (lambda: ops.stft(A, 2, 2, 2, window="han"), ValueError, "Did you mean 'hann'"),
        (lambda: ops.rearrange(A, "a b -> a c"), ValueError, "same axes"),
        (lambda: ops.conv(np.ones((1, 4, 4)), np.ones((2, 3, 2))), ValueError, "groups of 3"),
        (lambda: ops.ctc_decode(np.zeros((1, 2, 3)), [2], strategy="greed"), ValueError, "greedy"),
        (lambda: ops.one_hot([1], 2, sparse=True), ValueError, "sparse"),
        (lambda: ops.segment_sum(A, [0, 1]), ValueError, "num_segments"),
        (lambda: ops.adaptive_max_pool(np.ones((1, 4, 1)), 0), ValueError, "windows"),
        (lambda: ops.qr(kerax.Input((3,))), ValueError, "last two sizes"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_softmax_over_one_element_warns():
    with pytest.warns(UserWarning, match="size 1"):
        ops.softmax(np.ones((2, 1)))


def test_examples_of_table_rows():
    """Those of other functions run with the examples of their modules."""
    failures: list = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
    rows = [name for name in ops.__all__ if getattr(ops, name).__class__.__name__ == "function"]
    for name in rows:
        function = getattr(ops, name)
        if function.__globals__["__name__"] == "kerax.ops._tables":
            runner.run(doctest.DocTestParser().get_doctest(function.__doc__, {}, name, None, 0), out=failures.append)
    assert runner.tries > 200 and not failures, "".join(failures)


def test_operations_are_known_by_name():
    assert set(ops.image.__all__) | set(ops.__all__) - {"image", "linalg", "nn", "numpy"} <= set(OPERATIONS)
    assert OPERATIONS["gelu"] is kerax.activations.gelu


def test_importing_kerax_does_not_import_operations():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, kerax; print('kerax.ops' in sys.modules, kerax.ops.add(1, 2))"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.split() == ["False", "3"], done.stderr
