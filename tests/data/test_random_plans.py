"""Any chain of transformations: the same elements by columns, by elements, on threads, and after saving and restoring
at any point.
"""

import copy
import os
import tempfile

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerax.data import Dataset, Options, TensorSpec

OPERATIONS = {
    "take": lambda ds, n: ds.take(n * 3),
    "skip": lambda ds, n: ds.skip(n),
    "shard": lambda ds, n: ds.shard(n, n - 1),
    "repeat": lambda ds, n: ds.repeat(n),
    "shuffle": lambda ds, n: ds.shuffle(n * 4, seed=n),
    "fixed": lambda ds, n: ds.shuffle(n * 5, seed=n, reshuffle_each_iteration=False),
    "rebatch": lambda ds, n: ds.batch(n).unbatch(),
    "map": lambda ds, n: ds.map(lambda x, y: (x * n, y)),
    "parallel": lambda ds, n: ds.map(lambda x, y: (x + n, y), num_parallel_calls=2),
    "filter": lambda ds, n: ds.filter(lambda x, y: x[0] % (n + 1) != 0),
    "take_while": lambda ds, n: ds.take_while(lambda x, y: x[0] < 40 * n),
    "concatenate": lambda ds, n: ds.concatenate(ds.take(n)),
    "padded": lambda ds, n: ds.padded_batch(n).unbatch(),
    "window": lambda ds, n: ds.window(n, shift=2, stride=n).flat_map(lambda x, y: Dataset.zip(x, y)),
    "interleave": lambda ds, n: ds.interleave(
        lambda x, y: Dataset.from_tensors((x, y)).repeat(n), cycle_length=2, block_length=n
    ),
    "threads": lambda ds, n: ds.interleave(
        lambda x, y: Dataset.range(n).map(lambda i: (x + np.float32(i), y)), 2, n, num_parallel_calls=2
    ),
    "scan": lambda ds, n: ds.scan(np.float32(n), lambda s, xy: (s + xy[0][0], (xy[0] + s, xy[1]))),
    "unique": lambda ds, n: Dataset.zip(ds.map(lambda x, y: x).take(9), ds.map(lambda x, y: y).unique()),
    "cache": lambda ds, n: ds.cache(),
    "prefetch": lambda ds, n: ds.prefetch(n),
    "zip": lambda ds, n: Dataset.zip(ds, Dataset.range(30 * n)).map(lambda xy, i: (xy[0] + np.float32(i), xy[1])),
    "enumerate": lambda ds, n: ds.enumerate().map(lambda i, xy: (xy[0] - np.float32(i), xy[1])),
}
OPERATIONS |= {
    "rebatched": lambda ds, n: ds.batch(2).rebatch(n).unbatch(),
    "ragged": lambda ds, n: ds.ragged_batch(n).unbatch(),
    "group": lambda ds, n: ds.group_by_window(
        lambda x, y: np.int64(x[0]) % n, lambda key, group: group.take(3), window_size=2
    ),
    "bucket": lambda ds, n: ds.bucket_by_sequence_length(lambda x, y: x[0] % 7, [3], [n, 2]).unbatch(),
    "choose": lambda ds, n: Dataset.choose_from_datasets(
        [ds, ds.take(n)], Dataset.range(2).repeat(), stop_on_empty_dataset=False
    ),
    "sample": lambda ds, n: Dataset.sample_from_datasets([ds, ds.skip(n)], [1.0, n], seed=n),
    "resample": lambda ds, n: ds.rejection_resample(lambda x, y: int(x[0] % 2), [0.5, 0.5], seed=n).map(
        lambda c, xy: xy
    ),
    "ignore": lambda ds, n: ds.ignore_errors(),
    "elementwise": lambda ds, n: ds.map(lambda x, y: (x.astype("float64") / 2, y)).map(
        lambda x, y: (x.astype("float32"), y)
    ),
    "device": lambda ds, n: ds.prefetch_to_device(jax.devices()[0], n).map(lambda x, y: (np.asarray(x), y)),
    "random": lambda ds, n: Dataset.zip(ds, Dataset.random(seed=n)).map(
        lambda xy, r: (xy[0] + np.float32(r % 8), xy[1])
    ),
    "counter": lambda ds, n: Dataset.zip(Dataset.counter(n), ds).map(lambda i, xy: (xy[0] + np.float32(i), xy[1])),
    "options": lambda ds, n: ds.with_options(Options()),
}
# These keep files, each at a place of its own.
STORED = {
    "file": lambda ds, path: ds.cache(path),
    "snapshot": lambda ds, path: ds.snapshot(path),
    "load": lambda ds, path: Dataset.load(path) if os.path.isdir(path) else (ds.save(path), Dataset.load(path))[1],
}
SIZE = 13
X = np.arange(SIZE * 2, dtype="float32").reshape(SIZE, 2)
Y = np.array([f"row {i}" for i in range(SIZE)])
SPEC = (TensorSpec((2,), "float32"), TensorSpec((), "string"))


def from_arrays():
    return Dataset.from_tensor_slices((X, Y))


def one_by_one():
    return Dataset.from_generator(lambda: zip(X, Y), output_signature=SPEC)


def build(source, steps, last, folder=None):
    ds = source()
    for place, (name, n) in enumerate(steps):
        if name in STORED:
            ds = STORED[name](ds, os.path.join(folder, f"{source.__name__}-{place}"))
        else:
            ds = OPERATIONS[name](ds, n)
    return ds.batch(last) if last else ds


def saved(iterator):
    """The position as another program would get it."""
    return iterator.state_bytes()


def same(a, b):
    assert len(a) == len(b)
    for one, two in zip(a, b):
        for left, right in zip(one, two):
            np.testing.assert_array_equal(left, right)
            assert type(left) is type(right)
            assert not isinstance(left, np.ndarray) or left.dtype == right.dtype


plans = st.tuples(
    st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS | STORED)), st.integers(1, 3)), max_size=4),
    st.sampled_from([0, 1, 3, 4]),
)


@settings(max_examples=120, deadline=None)
@given(plans)
def test_columns_and_elements_give_the_same(plan):
    steps, last = plan
    with tempfile.TemporaryDirectory() as folder:
        one, two = build(from_arrays, steps, last, folder), build(one_by_one, steps, last, folder)
        for _ in range(2):  # the second pass reads caches and has other shuffle orders
            same(list(one), list(two))


@settings(max_examples=80, deadline=None)
@given(plans, st.sampled_from([from_arrays, one_by_one]), st.data())
def test_a_restored_iterator_goes_on_with_the_same_elements(plan, source, data):
    with tempfile.TemporaryDirectory() as folder:
        check_restoring(source, plan, data, folder)


def check_restoring(source, plan, data, folder):
    steps, last = plan
    ds = build(source, steps, last, folder)
    iterator = iter(ds)
    elements, states = [], [saved(iterator)]
    for element in iterator:
        elements.append(copy.deepcopy(element))
        states.append(saved(iterator))
        if len(elements) > 60:
            break
    elements += list(iterator)
    at = data.draw(st.integers(0, len(states) - 1))
    again = iter(build(source, steps, last, folder))  # a dataset of its own, as in another process
    again.restore(states[at])
    same(elements[at:], list(again))
    back = iter(ds)
    back.restore(states[at])
    same(elements[at:], list(back))


@pytest.mark.parametrize("name", sorted(OPERATIONS | STORED))
@pytest.mark.parametrize("source", [from_arrays, one_by_one])
def test_break_at_each_element(name, source, tmp_path):
    ds = build(source, [(name, 2), ("repeat", 2)], 3, tmp_path)
    iterator = iter(ds)
    states, elements = [iterator.state()], []
    for element in iterator:
        elements.append(element)
        states.append(iterator.state())
    assert elements
    for at, state in enumerate(states):
        again = iter(build(source, [(name, 2), ("repeat", 2)], 3, tmp_path))
        again.restore(state)
        same(elements[at:], list(again))


def test_following_passes_are_the_same_after_a_restore():
    def make():
        return Dataset.range(10).shuffle(10, seed=3).repeat()

    iterator = iter(make())
    for _ in range(17):
        next(iterator)
    state = iterator.state()
    rest = [int(next(iterator)) for _ in range(40)]
    again = iter(make())
    again.restore(state)
    assert [int(next(again)) for _ in range(40)] == rest
    iterator.restore(state)
    assert [int(next(iterator)) for _ in range(40)] == rest


def test_states_of_other_plans_are_refused():
    state = iter(Dataset.range(3).batch(2)).state()
    with pytest.raises(ValueError, match=r"another pipeline: Batch\(Range\(\)\)"):
        iter(Dataset.range(3).repeat(2)).restore(state)
    with pytest.raises(ValueError, match="what state"):
        iter(Dataset.range(3)).restore(7)


@pytest.mark.parametrize("at", range(0, 19, 3))
def test_what_a_cache_holds_is_found_again_after_a_restore(at):
    """The cache holds the order of the first pass, while the shuffle below it has gone on to other ones."""

    def make():
        return Dataset.range(6).shuffle(6, seed=5).cache().repeat(3)

    whole = [int(x) for x in make()]
    iterator = iter(make())
    for _ in range(at):
        next(iterator)
    again = iter(make())
    again.restore(iterator.state())
    assert [int(x) for x in again] == whole[at:]
