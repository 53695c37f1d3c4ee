"""map: what the function sees, when it is compiled for whole columns, threads, errors."""

import collections
import functools
import re
import threading
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerax.data import AUTOTUNE, Dataset, Options, TensorSpec
from kerax.data.convert import stack
from kerax.data.purity import side_effect

N = 300
X = np.random.default_rng(0).normal(size=(N, 4)).astype("float32")
LABELS = np.arange(N)  # int64, which JAX has only if it is told to
NAMES = np.array([f"n{i}" for i in range(N)])
SCALE, TABLE = jnp.float32(3), np.arange(4, dtype="float32")
Pair = collections.namedtuple("Pair", "x y")


def compilation(ds):
    """What became of the map directly below the last step."""
    return ds._plan.input.compilation


VECTORIZED = {
    "operators": lambda x, y: (x * 2 - 1, y),
    "jax functions": lambda x, y: (jnp.tanh(x) @ jnp.ones((4, 2)), y),
    "closed-over arrays": lambda x, y: (x / SCALE + TABLE, y),
    "reductions and indexing": lambda x, y: (x[1:] - x.mean(), y),
    "pass through only": lambda x, y: (y, x),
    "constants": lambda x, y: {"x": -x, "one": 1, "text": "t", "label": y},
    "casts": lambda x, y: (x.astype("int32"), (x > 0)),
    "jax.jit": lambda x, y: jax.jit(jnp.sum)(x),
    "64-bit sums": lambda x, y: ((y * 2).sum(), y * (len(x) + (1 << 40))),
    "labels": lambda x, y: (x, jax.nn.one_hot(y, 10, dtype="float32"), y.astype("int32")),
    "at add": lambda x, y: jnp.zeros(4).at[1].add(x[0]),
    "partial": functools.partial(lambda k, x, y: (x * k, y), 2.0),
}


@pytest.mark.parametrize("name", sorted(VECTORIZED))
def test_compiled_columns_equal_single_calls(name):
    function = VECTORIZED[name]
    one_by_one = Dataset.from_tensor_slices((X, LABELS)).map(function)
    ds = one_by_one.batch(100)
    got = list(ds)
    assert compilation(ds).refused is None and compilation(ds).vectorized is not None
    flat = [
        jax.tree.leaves(x) for x in Dataset.from_tensor_slices((X, LABELS)).map(function).take(60)
    ]  # too few to compile
    batched = [np.concatenate(parts) for parts in zip(*(jax.tree.leaves(batch) for batch in got))]
    for index, column in enumerate(batched):
        singles = stack([row[index] for row in flat])
        assert column.dtype == singles.dtype and len(column) == N
        if singles.dtype == object:
            assert column[:60].tolist() == singles.tolist()
        else:
            np.testing.assert_allclose(column[:60], singles, rtol=1e-5, atol=1e-6)


REFUSED = {
    "numpy functions": (lambda x, y: np.sqrt(np.abs(x)), "trace"),
    "Python conditions": (lambda x, y: x if x[0] > 0 else -x, "trace"),
    "text": (lambda x, y: str(y), "trace|str|text"),
    "other dtypes under JAX": (lambda x, y: x[::-1].astype("int32") / 2, "float64"),
    "whole numbers of another width": (lambda x, y: jnp.asarray(y) + jnp.arange(2), "int64|int32"),
    "random": (lambda x, y: x + np.random.default_rng().normal(), "random|normal|default_rng"),
    "integer division": (lambda x, y: x.astype("int32") // 2, "divides integers"),
    "printing": (lambda x, y: print(x) or x, "print"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_functions_that_stay_single_calls(name, capsys):
    function, reason = REFUSED[name]
    ds = Dataset.from_tensor_slices((X, LABELS)).map(function).batch(100)
    list(ds)
    assert compilation(ds).vectorized is None
    assert re.search(reason, compilation(ds).refused), compilation(ds).refused


COLUMNWISE = {
    "pictures": lambda x, y: (np.uint8(7) * x.astype("uint8") / 255.0, y),
    "whole numbers": lambda x, y: (y * 2 + 1, -y),
    "double precision": lambda x, y: (x.astype("float64") * 1.5, x),
    "shapes of arrays at hand": lambda x, y: (x.astype("int32") / 2, y > 7),
}


@pytest.mark.parametrize("name", sorted(COLUMNWISE))
def test_elementwise_functions_get_columns_by_numpys_rules(name):
    function = COLUMNWISE[name]
    ds = Dataset.from_tensor_slices((np.abs(X), LABELS)).map(function).batch(100)
    got = [np.concatenate(parts) for parts in zip(*ds)]
    if name != "pictures":  # NumPy scalars around arrays are not known to be harmless
        assert type(compilation(ds).vectorized).__name__ == "Columnwise", compilation(ds).refused
    for one, wanted in zip(got, zip(*(function(x, y) for x, y in zip(np.abs(X), LABELS)))):
        np.testing.assert_array_equal(one, stack(list(wanted)), strict=True)


def test_shapes_are_no_elementwise_matter():
    zeros = np.zeros((300, 4), "uint8")  # the values cannot tell: 0 * 4 is 0 * 300
    zeros[-1] = 1
    ds = Dataset.from_tensor_slices(zeros).map(lambda x: x * x.size / 2.0).batch(300)
    np.testing.assert_array_equal(next(iter(ds))[-1], [2.0] * 4)


def test_rows_of_another_shape_are_not_run_by_the_compiled_function():
    arrays = [np.ones((100, 2), "float32"), np.ones((100, 3), "float32")]
    spec = TensorSpec((100, None), "float32")
    ds = (
        Dataset.from_generator(lambda: iter(arrays), output_signature=spec)
        .unbatch()
        .map(lambda x: x.sum() * x.shape[0])
    )
    batches = list(ds.batch(100))
    assert ds._plan.compilation.vectorized is not None
    assert [float(b[0]) for b in batches] == [4.0, 9.0]


def test_side_effects_happen_once_for_each_element():
    seen, count = [], 0

    def counted(x):
        nonlocal count
        count += 1
        return x

    def noted(x):
        seen.append(float(x[0]))
        return x

    list(Dataset.from_tensor_slices(X).map(counted).map(noted).batch(50))
    assert count == N and seen == X[:, 0].tolist()


@pytest.mark.parametrize(
    "function",
    [
        lambda x: open(x),
        lambda x: x.fill(0),
        lambda x: setattr(x, "a", 1),
        lambda x: time.time(),
        lambda x: (yield x),
        lambda x: exec("1"),
    ],
)
def test_impure(function):
    assert side_effect(function)


def test_pure():
    assert side_effect(lambda x: jnp.where(x > 0, x, SCALE) + len(TABLE)) is None
    assert side_effect(lambda x: Pair(x, abs(x))) is None
    assert side_effect(lambda x: jax.random.normal(jax.random.key(0), x.shape) + x) is None


def test_what_the_function_sees():
    kinds = []
    list(
        Dataset.from_tensor_slices((X[:1], LABELS[:1], NAMES[:1])).map(
            lambda *parts: kinds.extend(type(p) for p in parts) or parts[1]
        )
    )
    assert kinds == [np.ndarray, np.int64, bytes]
    point = Dataset.from_tensor_slices(Pair([1, 2], [3, 4])).map(lambda p: p.x + p.y)
    assert [int(v) for v in point] == [4, 6]


def test_a_shorter_chunk_uses_the_compiled_program():
    ds = Dataset.from_tensor_slices(X).map(lambda x: x[::-1] + 1).batch(70)
    for _ in range(2):
        np.testing.assert_array_equal(np.concatenate(list(ds)), X[:, ::-1] + 1)
    assert compilation(ds).vectorized._compiled._cache_size() == 1


@pytest.mark.parametrize("calls", [None, 1, 3, AUTOTUNE])
@pytest.mark.parametrize("batch", [1, 7])
def test_threads_keep_the_order(calls, batch):
    def slow_first(x):
        time.sleep(0.002 if x % 5 == 0 else 0)
        return x * 10

    got = list(Dataset.range(40).map(slow_first, num_parallel_calls=calls).batch(batch))
    np.testing.assert_array_equal(np.concatenate(got), np.arange(40) * 10)


def test_threads_run_at_the_same_time_and_may_come_out_of_order():
    meeting = threading.Barrier(2, timeout=10)
    assert len(list(Dataset.range(4).map(lambda x: (meeting.wait(), x)[1], num_parallel_calls=2))) == 4


NOT_IN_ORDER = Options()
NOT_IN_ORDER.deterministic = False


@pytest.mark.parametrize("chosen", [False, None])
@pytest.mark.parametrize("kind", ["map", "interleave"])
def test_unordered_elements_do_not_wait_for_each_other(kind, chosen):
    released = threading.Event()

    def first_waits(x):
        assert x != 0 or released.wait(10)
        return x

    if kind == "map":
        ds = Dataset.range(6).map(first_waits, num_parallel_calls=2, deterministic=chosen)
    else:
        part = lambda i: Dataset.range(i, i + 3).map(first_waits)  # noqa: E731
        ds = Dataset.range(0, 6, 3).interleave(part, 2, num_parallel_calls=2, deterministic=chosen)
    if chosen is None:  # then the options decide, wherever they stand
        ds = ds.with_options(NOT_IN_ORDER).take(6)
    iterator = iter(ds)
    out = [int(next(iterator))]
    state = iterator.state_bytes() if kind == "map" else None
    released.set()
    rest = sorted(int(x) for x in iterator)
    assert out[0] != 0 and sorted(out + rest) == list(range(6))
    if state is not None:
        iterator.restore(state)  # the same elements, in any order
        assert sorted(int(x) for x in iterator) == rest
    assert "as they" in str(ds.explain())


def test_unordered_interleave_goes_on_after_a_restore():
    ds = Dataset.range(4).interleave(
        lambda i: Dataset.range(5).map(lambda x: x + 10 * i), 2, 2, AUTOTUNE, deterministic=False
    )
    wanted = sorted(10 * i + x for i in range(4) for x in range(5))
    iterator = iter(ds)
    out = [int(next(iterator)) for _ in range(7)]
    state = iterator.state_bytes()
    for again in (iterator, iter(ds)):
        again.restore(state)
        assert sorted(out + [int(x) for x in again]) == wanted


@pytest.mark.parametrize("calls", [None, 2])
def test_an_error_keeps_its_type_and_says_where(calls):
    def fails(x):
        if x == 3:
            raise KeyError("no such word")
        return x

    iterator = iter(Dataset.range(6).repeat(2).map(fails, num_parallel_calls=calls))
    got = []
    with pytest.raises(KeyError, match="no such word") as caught:
        for x in iterator:
            got.append(int(x))
    assert got == [0, 1, 2]
    assert caught.value.__notes__ == ["raised by the function fails of map #2 of the pipeline, at element 3"]
    assert any(entry.name == "fails" for entry in caught.traceback)


def test_elements_before_an_error_come_first_also_in_batches():
    ds = Dataset.from_tensor_slices([4, 2, 0, 1]).map(lambda x: 8 // x).batch(2)
    iterator = iter(ds)
    assert next(iterator).tolist() == [2, 4]
    with pytest.raises(ZeroDivisionError):
        next(iterator)


def test_bad_arguments():
    with pytest.raises(ValueError, match="expects a function, received 5"):
        Dataset.range(3).map(5)
    with pytest.raises(ValueError, match="num_parallel_calls"):
        Dataset.range(3).map(lambda x: x, num_parallel_calls=0)
    with pytest.raises(ValueError, match="map #1 of the pipeline returned None"):
        list(Dataset.range(3).map(lambda x: None))


def test_specs_behind_functions():
    ds = Dataset.range(5)
    assert repr(ds.map(lambda x: x / 2).element_spec) == "TensorSpec(shape=(), dtype=float64, name=None)"
    assert ds.map(lambda x: np.arange(x)).element_spec.shape == (None,)
    assert ds.map(lambda x: 10 // x).element_spec.dtype == "int64"  # refuses the made-up zero
    words = Dataset.from_tensor_slices(["a", "b"]).map({b"a": 1, b"b": 2}.__getitem__)
    assert words.element_spec.dtype == "int32"  # refuses everything made up
    assert ds.batch(2).map(lambda x: x.sum()).element_spec.shape == ()


def test_large_results_are_not_computed_far_ahead():
    ds = Dataset.from_tensor_slices(np.arange(20_000, dtype="int32")).map(lambda i: jnp.zeros((64, 64)) + i)
    iterator = iter(ds)
    most = 0
    for number in range(3000):
        assert next(iterator)[0, 0] == number
        most = max(most, len(iterator.state()["ready"].get("elements", ())) if number % 500 == 499 else 0)
    assert most * 64 * 64 * 4 <= 1 << 24


def test_lists_inside_an_answer_are_arrays():  # as in TensorFlow 2.15
    for parts in (Dataset.range(2), Dataset.range(200)):  # the second is long enough to be compiled
        ds = parts.map(lambda x: {"a": x, "b": [x, x + 1]})
        assert ds.element_spec == {"a": TensorSpec((), "int64"), "b": TensorSpec((2,), "int64")}
        assert [e["b"].tolist() for e in ds] == [[i, i + 1] for i in range(len(parts))]
    one, two = next(iter(Dataset.range(2).map(lambda x: [x, x])))
    assert one == two == 0


LABEL = 0


def test_functions_keep_the_numbers_they_were_given_with():
    global LABEL
    factor = 1
    sets = []
    for i in range(3):  # as the text tutorial of TensorFlow labels its files
        LABEL = factor = i
        sets.append(Dataset.range(2).map(lambda x: (x * 0 + i, LABEL, factor)))  # noqa: B023
    LABEL = factor = 7
    assert [tuple(map(int, e)) for ds in sets for e in ds] == [(i, i, i) for i in range(3) for _ in range(2)]

    calls = 0

    def counts(x):
        nonlocal calls
        calls += 1
        return later(x)

    ds = Dataset.range(2).map(counts)
    later = lambda x: x + LABEL  # noqa: E731

    assert [int(x) for x in ds] == [7, 8] and calls == 2
    floats = np.arange(100, dtype="float32")
    ds = Dataset.from_tensor_slices(floats).map(lambda x: jnp.sin(x) * LABEL).batch(10)
    assert len(list(ds)) == 10 and "compiled" in str(ds.explain())
