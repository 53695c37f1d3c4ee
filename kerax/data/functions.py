"""Transformations as functions to give to ``Dataset.apply``, under the names that tf.data.experimental has for them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.data.dataset import Dataset
from kerax.data.operations.checked import AssertCardinality
from kerax.data.records.parse import parse_example
from kerax.data.validate import integer

Transformation = Callable[[Dataset], Dataset]


def _method(name: str) -> Callable[..., Transformation]:
    signature = inspect.signature(getattr(Dataset, name))
    signature = signature.replace(parameters=list(signature.parameters.values())[1:])

    def make(*args: Any, **kwargs: Any) -> Transformation:
        signature.bind(*args, **kwargs)  # a wrong argument is an error where it stands
        return lambda dataset: getattr(dataset, name)(*args, **kwargs)

    make.__name__ = make.__qualname__ = name
    make.__signature__ = signature.replace(return_annotation=Transformation)  # type: ignore[attr-defined]
    make.__doc__ = f"Returns a function for ``Dataset.apply`` that calls ``Dataset.{name}`` with these arguments."
    return make


bucket_by_sequence_length = _method("bucket_by_sequence_length")
group_by_window = _method("group_by_window")
ignore_errors = _method("ignore_errors")
rejection_resample = _method("rejection_resample")
scan = _method("scan")
snapshot = _method("snapshot")
take_while = _method("take_while")
unbatch = _method("unbatch")
unique = _method("unique")
dense_to_ragged_batch = _method("ragged_batch")
dense_to_sparse_batch = _method("sparse_batch")
enumerate_dataset = _method("enumerate")
prefetch_to_device = _method("prefetch_to_device")


def choose_from_datasets(datasets: Any, choice_dataset: Dataset, stop_on_empty_dataset: bool = False) -> Dataset:
    """Takes each next element from the dataset whose number another dataset gives.

    Args:
      datasets: as for ``Dataset.choose_from_datasets``, like the others.
      choice_dataset: a dataset of int64 numbers.
      stop_on_empty_dataset: here, unlike there, the others go on by default when a chosen dataset has ended.
    """
    return Dataset.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


def copy_to_device(target_device: Any, source_device: str = "/cpu:0") -> Transformation:
    """Returns a function for ``Dataset.apply`` that copies elements to a device as they are asked for."""
    return lambda dataset: dataset.prefetch_to_device(target_device, 1)


def assert_cardinality(expected_cardinality: int) -> Transformation:
    """Returns a function for ``Dataset.apply`` that says, and checks while iterating, how many elements there are.

    Args:
      expected_cardinality: the number, or ``INFINITE_CARDINALITY``.
    """
    count = integer(expected_cardinality, "expected_cardinality", "assert_cardinality")
    return lambda dataset: dataset._then(AssertCardinality(dataset._plan, count))


def map_and_batch(
    map_func: Callable,
    batch_size: int,
    num_parallel_batches: int | None = None,
    drop_remainder: bool = False,
    num_parallel_calls: int | None = None,
) -> Transformation:
    """Returns a function for ``Dataset.apply`` that maps and makes batches."""
    return lambda dataset: dataset.map(map_func, num_parallel_calls).batch(batch_size, drop_remainder)


def shuffle_and_repeat(buffer_size: int, count: int | None = None, seed: int | None = None) -> Transformation:
    """Returns a function for ``Dataset.apply`` that shuffles, every pass anew, and repeats."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def parallel_interleave(
    map_func: Callable,
    cycle_length: int,
    block_length: int = 1,
    sloppy: bool = False,
    buffer_output_elements: int | None = None,
    prefetch_input_elements: int | None = None,
) -> Transformation:
    """Returns a function for ``Dataset.apply`` that interleaves the datasets made of elements, on threads.

    Args:
      map_func: takes an element, returns a Dataset.
      cycle_length: how many datasets take turns.
      block_length: how many elements each gives at its turn.
      sloppy: whether elements may come out as they get ready.
      buffer_output_elements: kept for compatibility.
      prefetch_input_elements: kept for compatibility.
    """
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length, cycle_length, not sloppy)


def parse_example_dataset(
    features: dict, num_parallel_calls: int | None = 1, deterministic: bool | None = None
) -> Transformation:
    """Returns a function for ``Dataset.apply`` that parses batches of encoded Examples."""
    return lambda dataset: dataset.map(lambda records: parse_example(records, features))


def pad_to_cardinality(cardinality: int, mask_key: str = "valid") -> Transformation:
    """Returns a function for ``Dataset.apply`` that adds elements of zeros until there are so many.

    Args:
      cardinality: how many elements there shall be.
      mask_key: the key under which elements, which are dictionaries, say whether they are real.
    """

    def pad(dataset: Dataset) -> Dataset:
        def marked(element: dict) -> dict:
            return {**element, mask_key: np.bool_(True)}

        def blank(element: dict) -> dict:
            return {key: np.zeros_like(value) for key, value in element.items()}

        real = dataset.map(marked)
        padding = real.take(1).map(blank).repeat()
        return real.concatenate(padding).take(cardinality).apply(assert_cardinality(cardinality))

    return pad


class Reducer:
    """Three functions that fold the elements of one key into one.

    Args:
      init_func: takes a key, returns the first state.
      reduce_func: takes a state and an element, returns the next state.
      finalize_func: takes the last state, returns an element.

    Example:
      >>> import numpy as np, kerax
      >>> total = kerax.data.experimental.Reducer(lambda key: np.int64(0), lambda a, x: a + x, lambda a: a)
      >>> by_parity = kerax.data.experimental.group_by_reducer(lambda x: x % 2, total)
      >>> [int(x) for x in kerax.data.Dataset.range(5).apply(by_parity)]
      [6, 4]
    """

    def __init__(self, init_func: Callable, reduce_func: Callable, finalize_func: Callable) -> None:
        self.init_func, self.reduce_func, self.finalize_func = init_func, reduce_func, finalize_func


def group_by_reducer(key_func: Callable, reducer: Reducer) -> Transformation:
    """Returns a function for ``Dataset.apply`` that makes one element of all elements of a key.

    Args:
      key_func: takes an element, returns an int64.
      reducer: a ``Reducer``.
    """

    def fold(key: np.int64, group: Dataset) -> Dataset:
        state = group.reduce(reducer.init_func(key), reducer.reduce_func)
        return Dataset.from_tensors(reducer.finalize_func(state))

    return lambda dataset: dataset.group_by_window(key_func, fold, window_size=1 << 62)


def cardinality(dataset: Dataset) -> np.int64:
    """Returns how many elements a dataset has, or one of the two negative constants."""
    return dataset.cardinality()


def get_single_element(dataset: Dataset) -> Any:
    """Returns the element of a dataset that has exactly one."""
    return dataset.get_single_element()


def get_structure(dataset_or_iterator: Any) -> Any:
    """Returns the nested specs of the elements of a dataset or iterator."""
    return dataset_or_iterator.element_spec


def get_next_as_optional(iterator: Any) -> Any:
    """Returns an iterator's next element as an ``Optional``."""
    return iterator.get_next_as_optional()


def at(dataset: Dataset, index: int) -> Any:
    """Returns the element of a dataset with this number.

    Raises:
      IndexError: if there are not so many.
    """
    for element in dataset.skip(index).take(1):
        return element
    raise IndexError(f"There is no element {index}: the dataset has fewer.")


def from_list(elements: list, name: str | None = None) -> Dataset:
    """Returns a dataset of the items of a list, each a component or a nested structure of them."""
    if not isinstance(elements, list) or not elements:
        raise ValueError("from_list(elements=...) expects a list that is not empty.")
    return Dataset.from_iterable(elements)


def save(
    dataset: Dataset, path: Any, compression: str | None = None, shard_func: Any = None, checkpoint_args: Any = None
) -> None:
    """Writes a dataset to a directory, as ``Dataset.save``."""
    dataset.save(path, compression, shard_func)
