"""Sources, batches, shuffles, caches, threads, plans for the training loop, messages."""

import gc
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerax
from kerax.data import AUTOTUNE, Dataset, OutOfRangeError, TensorSpec
from kerax.data.lowering import array_plan
from kerax.functional.host_memory import empty


def values(ds):
    return [int(x) for x in ds]


# ---------------------------------------------------------------- properties


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.integers(1, 50), st.integers(0, 3))
def test_shuffle_is_a_permutation_with_bounded_displacement(n, buffer, seed):
    order = values(Dataset.range(n).shuffle(buffer, seed=seed))
    assert sorted(order) == list(range(n))
    assert all(element - place <= buffer - 1 for place, element in enumerate(order))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(1, 9))
def test_batch_then_unbatch_changes_nothing(n, size):
    assert values(Dataset.range(n).batch(size).unbatch()) == list(range(n))
    assert [len(b) for b in Dataset.range(n).batch(size, drop_remainder=True)] == [size] * (n // size)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(0, 35))
def test_take_and_skip_split(n, k):
    ds = Dataset.range(n)
    assert values(ds.take(k)) + values(ds.skip(k)) == list(range(n)) == values(ds.take(k).concatenate(ds.skip(k)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(1, 6))
def test_shards_together_are_the_whole(n, k):
    shards = [values(Dataset.range(n).shard(k, index)) for index in range(k)]
    assert sorted(sum(shards, [])) == list(range(n))
    assert [len(shard) for shard in shards] == [len(Dataset.range(n).shard(k, index)) for index in range(k)]


CHAINS = [
    lambda ds: ds.batch(3),
    lambda ds: ds.batch(3, drop_remainder=True),
    lambda ds: ds.repeat(2).batch(4),
    lambda ds: ds.skip(2).take(5).enumerate(),
    lambda ds: ds.shard(3, 1).shuffle(2),
    lambda ds: ds.batch(5, drop_remainder=True).unbatch(),
    lambda ds: Dataset.zip(ds, ds.skip(3)),
    lambda ds: ds.concatenate(ds).cache().prefetch(1),
    lambda ds: ds.take(-1).skip(-1),
    lambda ds: ds.repeat(0),
]


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("n", [0, 1, 11])
def test_cardinality_is_the_number_of_elements(chain, n):
    ds = chain(Dataset.range(n))
    assert len(ds) == ds.cardinality() == len(list(ds))


def test_uniform_orders():
    orders = np.array(values(Dataset.range(4).shuffle(4, seed=0).repeat(4800))).reshape(-1, 4)
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 24
    # Pearson's statistic with 23 degrees of freedom exceeds 60 with probability 4e-5.
    assert ((counts - 200.0) ** 2 / 200).sum() < 60


# ---------------------------------------------------------------- sources


def test_frames_series_and_jax_arrays():
    frame = pd.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"], "c": [1, 2]})
    rows = list(Dataset.from_tensor_slices((dict(frame), frame["c"])))
    assert rows[1] == ({"a": 2.5, "b": b"y", "c": 2}, 2)
    assert rows[0][0]["a"].dtype == np.float64 and rows[0][0]["c"].dtype == np.int64
    assert [x.tolist() for x in Dataset.from_tensor_slices(frame[["a", "c"]])] == [[1.5, 1.0], [2.5, 2.0]]
    assert next(iter(Dataset.from_tensor_slices(jnp.ones((2, 3), "bfloat16")))).dtype == jnp.bfloat16
    with pytest.raises(TypeError, match="dictionary of arrays"):
        Dataset.from_tensor_slices(pd.DataFrame({"a": [1, None], "b": ["x", None]}))


def test_dtypes():
    spec = Dataset.from_tensors((1, 1.5, True, "t", 2**40, [np.float64(1)], np.int8(3), None)).element_spec
    assert [s if s is None else s.dtype for s in spec] == [
        "int32",
        "float32",
        "bool",
        "string",
        "int64",
        "float64",
        "int8",
        None,
    ]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dataset.from_tensor_slices({"x": [1, 2], "y": [1]}), r"\['x'\] has 2 rows and \['y'\] has 1"),
        (lambda: Dataset.from_tensor_slices({"x": [1, 2], "y": 3}), r"component \['y'\] is a single value"),
        (lambda: Dataset.from_tensor_slices([[1, 2], [3]]), "not rectangular"),
        (lambda: Dataset.range(1, 5, 0), "non-zero"),
        (lambda: Dataset.range(3).batch(0), "greater than zero, received 0"),
        (lambda: Dataset.range(3).batch(2.5), "expects an integer, received 2.5"),
        (lambda: Dataset.range(3).shuffle(0), "buffer_size"),
        (lambda: Dataset.range(3).take("3"), "expects an integer"),
        (lambda: Dataset.range(3).prefetch(-2), "AUTOTUNE"),
        (lambda: Dataset.zip([Dataset.range(3)]), "use a tuple"),
        (lambda: Dataset.range(3).concatenate([1]), "expects a Dataset"),
        (lambda: Dataset.range(3).concatenate(Dataset.range(3, output_type="int32")), "elements of one kind"),
        (lambda: Dataset.range(3).apply(lambda ds: 5), "must return a Dataset"),
        (lambda: Dataset.range(3).unbatch(), "scalar components"),
        (lambda: Dataset.range(3).reduce(0, lambda a, x: a + x), "from int32 to int64"),
        (lambda: Dataset.range(2).get_single_element(), "more than one"),
        (lambda: Dataset.range(0).get_single_element(), "no element"),
        (lambda: len(Dataset.range(2).repeat()), "infinite"),
        (lambda: Dataset("x"), "from_tensor_slices"),
        (lambda: TensorSpec((-1,), "int32"), "negative size"),
        (lambda: TensorSpec((), "int33"), "not a data type"),
        (
            lambda: list(Dataset.range(3).filter(lambda x: x)),
            "filter #1 of the pipeline must return one boolean, it returned int64",
        ),
    ],
)
def test_messages(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_batching_different_shapes_names_step_batch_and_component():
    spec = {"a": TensorSpec((None,), "int32")}
    ds = Dataset.from_generator(lambda: ({"a": [1] * n} for n in [1, 1, 2, 3]), output_signature=spec).take(9).batch(2)
    iterator = iter(ds)
    next(iterator)
    message = r"in batch #2 of the pipeline, batch 1, component \['a'\]: .* shape \(2,\), element 1 .* \(3,\)"
    with pytest.raises(ValueError, match=message):
        next(iterator)


def test_generators_are_asked_for_no_more_than_needed():
    asked = []

    def numbers():
        for i in range(100):
            asked.append(i)
            yield i

    ds = Dataset.from_generator(numbers, output_signature=TensorSpec((), "int64"))
    assert values(ds.map(lambda x: x + 1).take(3)) == [1, 2, 3] and asked == [0, 1, 2]
    asked.clear()
    next(iter(ds.batch(4)))
    assert asked == [0, 1, 2, 3]


def test_generator_errors_say_which_element():
    ds = Dataset.from_generator(lambda: iter([1, 2, "x"]), output_signature=TensorSpec((), "int32"))
    got = []
    with pytest.raises(TypeError, match="'x' where int32 was expected .*from_generator.* element 2"):
        for x in ds:
            got.append(int(x))
    assert got == [1, 2]


# ---------------------------------------------------------------- caches and memory


def test_cache_computes_once():
    calls = []
    ds = Dataset.range(5).map(lambda x: calls.append(x) or x).cache()
    list(ds.take(2))  # an unfinished pass is not a cache
    assert len(calls) == 2
    assert values(ds) == values(ds) == list(range(5)) and len(calls) == 7
    assert values(ds.repeat(2).batch(5).unbatch()) == [*range(5)] * 2 and len(calls) == 7


def test_what_users_do_to_elements_stays_with_them():
    x = np.arange(6.0).reshape(3, 2)
    ds = Dataset.from_tensor_slices(x)
    for row in ds:
        row += 100
    for batch in ds.shuffle(3).batch(2):
        batch += 100
    assert x.tolist() == [[0, 1], [2, 3], [4, 5]]
    cached = Dataset.from_tensors(x).map(lambda v: v.copy()).cache()
    for value in cached:
        value += 100
    assert next(iter(cached)).tolist() == x.tolist()
    with pytest.raises(ValueError, match="read-only"):
        next(iter(cached))[0] = 1


# ---------------------------------------------------------------- threads


def prefetching():
    return [thread for thread in threading.enumerate() if thread.name == "kerax-prefetch"]


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_prefetch_works_ahead_by_its_buffer():
    made = []
    iterator = iter(Dataset.range(50).map(lambda x: made.append(x) or x).prefetch(3))
    next(iterator)
    assert wait_until(lambda: len(made) == 4)
    time.sleep(0.05)
    assert len(made) == 4
    iterator.close()


@pytest.mark.parametrize("end", ["exhausted", "forgotten", "closed"])
def test_the_thread_ends_with_its_iterator(end):
    before = len(prefetching())
    iterator = iter(Dataset.range(5 if end == "exhausted" else 10**9).filter(lambda x: True).prefetch(2))
    next(iterator)
    assert len(prefetching()) >= before
    if end == "exhausted":
        list(iterator)
    elif end == "closed":
        iterator.close()
    else:
        reference = weakref.ref(iterator)
        del iterator
        gc.collect()
        assert reference() is None
    assert wait_until(lambda: len(prefetching()) == before)


def test_an_error_arrives_after_the_elements_before_it():
    ds = Dataset.from_tensor_slices([2, 1, 0]).map(lambda x: 2 // x).prefetch(AUTOTUNE)
    got = []
    with pytest.raises(ZeroDivisionError):
        for x in ds:
            got.append(int(x))
    assert got == [1, 2]


def test_a_process_ends_although_a_thread_works():
    code = (
        "from kerax.data import Dataset\n"
        "it = iter(Dataset.range(10**9).filter(lambda x: True).prefetch(2))\n"
        "print(next(it))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=Path(kerax.__file__).parents[1]
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "0", "")


# ---------------------------------------------------------------- the training loop's view


def expand(plan, passes=1):
    """What a training loop makes of a plan."""
    count = passes if plan.repeat < 0 else plan.repeat
    orders = [plan.order(plan.epochs.take() if plan.epochs else 0) for _ in range(count)]
    runs = [np.concatenate(orders)] if plan.repeat_before_batch else orders
    size = plan.batch_size
    return [
        rows[i : i + size]
        for rows in runs
        for i in range(0, len(rows), size)
        if not plan.drop_remainder or i + size <= len(rows)
    ]


@pytest.mark.parametrize(
    "chain",
    [
        lambda ds: ds.batch(3),
        lambda ds: ds.cache().shuffle(100, seed=1).batch(3, drop_remainder=True).prefetch(AUTOTUNE),
        lambda ds: ds.shuffle(10, seed=2).repeat(3).batch(4).prefetch(1),
        lambda ds: ds.shuffle(10, seed=2).batch(4).repeat(3),
        lambda ds: ds.shuffle(10, seed=2, reshuffle_each_iteration=False).batch(4).repeat(2),
        lambda ds: ds.prefetch(2).repeat(2).batch(7),
    ],
)
def test_array_plan_has_the_order_of_iteration(chain):
    x = np.arange(10) * 11
    one, two = (chain(Dataset.from_tensor_slices((x, x + 1))) for _ in range(2))
    for _ in range(2):
        plan = array_plan(one)
        assert plan.arrays[0] is x
        batches = list(two)
        rows = expand(plan)
        assert len(rows) == len(batches)
        for order, (a, b) in zip(rows, batches):
            np.testing.assert_array_equal(x[order], a)
            np.testing.assert_array_equal(x[order] + 1, b)


@pytest.mark.parametrize(
    "chain",
    [
        lambda ds: ds.shuffle(3).batch(2),
        lambda ds: ds.batch(2).shuffle(10),
        lambda ds: ds.repeat(2).shuffle(20),
        lambda ds: ds.shuffle(10).cache().batch(2),
        lambda ds: ds.map(lambda x: x).batch(2),
        lambda ds: ds.take(3),
        lambda ds: ds.batch(2).batch(2),
        lambda ds: Dataset.zip(ds, ds),
    ],
)
def test_other_plans_have_to_be_iterated(chain):
    assert array_plan(chain(Dataset.from_tensor_slices(np.arange(10)))) is None


# ---------------------------------------------------------------- iterators, display, names


def test_iterators():
    iterator = iter(Dataset.range(2))
    assert iterator.get_next() == 0 and iterator.get_next_as_optional().get_value() == 1
    assert not iterator.get_next_as_optional().has_value()
    with pytest.raises(OutOfRangeError):
        iterator.get_next()
    with pytest.raises(StopIteration):
        next(iterator)
    with pytest.raises(ValueError, match="no element"):
        iterator.get_next_as_optional().get_value()
    assert list(iterator) == []


def test_representations():
    ds = Dataset.from_tensor_slices({"a<b": [1]}).map(lambda d: d).batch(2)
    line, *plan = repr(ds).splitlines()
    assert line == "<BatchDataset element_spec={'a<b': TensorSpec(shape=(None,), dtype=int32, name=None)}>"
    assert plan[0] == "Plan:" and "Runs as:" in plan and "  from_tensor_slices()  [1]" in plan
    assert "once there are enough" in plan[-2] and plan[-1] == "  batch(size=2, drop_remainder=False)  [1]"
    page = ds._repr_html_()
    assert "a&lt;b" in page and "from_tensor_slices → map → batch" in page
    assert "batch(size=2" in page and "once there are enough" in page and "arrays in memory, not copied" in page
    assert bool(Dataset.range(0))


def test_the_link_at_the_root_is_not_a_package():
    root = Path(kerax.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", "import data"], capture_output=True, text=True, timeout=60, cwd=root)
    assert "import kerax.data" in done.stderr and done.returncode


# ---------------------------------------------------------------- windows, padding, datasets of datasets


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda ds: ds.window(0), "size"),
        (lambda ds: ds.window(2, shift=0), "shift"),
        (
            lambda ds: ds.flat_map(lambda x: int(x)),
            "flat_map #1 of the pipeline must return a Dataset, it returned int",
        ),
        (lambda ds: ds.interleave(lambda x: ds, cycle_length=0), "cycle_length"),
        (lambda ds: ds.scan(np.int64(0), lambda s, x: s), "scan #1 of the pipeline must return a pair"),
        (lambda ds: ds.scan(0, lambda s, x: (s + x, x)), "from int32 to int64"),
        (lambda ds: Dataset.zip(ds, ds).unique(), "single component"),
        (lambda ds: ds.map(lambda x: x / 2).unique(), "not on float64"),
        (lambda ds: ds.padded_batch(2, padded_shapes=[3]), r"padded shape \(3,\) does not fit elements of shape \(\)"),
        (
            lambda ds: ds.batch(3).padded_batch(2, padded_shapes=[2]),
            r"shape \(3,\) is larger than .* \(2,\) .* batch 0",
        ),
        (lambda ds: ds.batch(3).padded_batch(2, padding_values=-1), "holds int32 where the elements are int64"),
        (lambda ds: ds.window(2).as_numpy_iterator(), "flat_map"),
    ],
)
def test_messages_of_grouping(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        list(make(Dataset.range(5)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 15), st.integers(1, 4), st.integers(1, 5), st.integers(1, 3), st.booleans())
def test_windows(n, size, shift, stride, drop):
    ds = Dataset.range(n).window(size, shift, stride, drop)
    starts = [s for s in range(0, n, shift) if not drop or s + (size - 1) * stride < n]
    assert [values(w) for w in ds] == [list(range(s, min(n, s + (size - 1) * stride + 1), stride)) for s in starts]
    assert len(ds) == len(starts)


# ---------------------------------------------------------------- large arrays


def test_large_elements_are_put_into_their_batch():
    def large(i):
        (lambda: None)()  # what cannot be traced runs element by element
        return np.full((128, 130), i, "float32"), i

    ds = Dataset.range(70).map(large).batch(16)
    batches = list(ds)  # all alive at once: none may be written to again
    assert [len(x) for x, _ in batches] == [16, 16, 16, 16, 6]
    for x, i in batches:
        assert x.shape[1:] == (128, 130) and x.dtype == np.float32 and x.flags.writeable
        assert (x == i[:, None, None]).all()
    ragged = Dataset.range(8).map(lambda i: np.zeros((128, 130 + int(i == 5)), "float32"))
    with pytest.raises(ValueError, match=r"shape \(128, 130\), element 1 of the batch has shape \(128, 131\)"):
        list(ragged.batch(4))


def test_memory_is_used_again_only_when_nobody_has_it():
    first = empty((256, 256), "float32")
    place = first.ctypes.data
    first[:] = 7
    row = first[3]
    del first
    assert empty((256, 256), "float32").ctypes.data != place and (row == 7).all()
    del row
    assert any(empty((256, 256), "float32").ctypes.data == place for _ in range(3))


# ---------------------------------------------------------------- devices


@pytest.mark.slow
@pytest.mark.devices(4)
def test_elements_are_spread_over_devices():
    mesh = jax.sharding.Mesh(np.array(jax.devices()[:4]), ("batch",))
    rows = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("batch"))
    arrays = {"x": np.arange(20.0).reshape(10, 2), "name": ["text"] * 10}
    iterator = iter(Dataset.from_tensor_slices(arrays).batch(4).prefetch_to_device(rows))
    batches = [next(iterator), next(iterator)]
    assert [batch["x"].sharding for batch in batches] == [rows, rows]
    assert batches[1]["x"].tolist() == arrays["x"][4:8].tolist()
    assert batches[0]["name"].tolist() == [b"text"] * 4
    with pytest.raises(ValueError, match=r"#3 .*\(2, 2\).*drop_remainder"):
        next(iterator)


def test_a_device_that_is_not_there():
    assert next(iter(Dataset.range(2).prefetch_to_device("/cpu:0"))).device.platform == "cpu"
    for name in ("/gpx:0", "/cpu:99", "cpu:x"):
        with pytest.raises(ValueError, match=f"no device {name!r}"):
            Dataset.range(2).prefetch_to_device(name)
