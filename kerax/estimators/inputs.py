"""numpy_input_fn and pandas_input_fn: input functions from arrays and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.data import Dataset


def numpy_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
    seed: int | None = None,
) -> Callable[[], Dataset]:
    """Returns an ``input_fn`` over arrays.

    Args:
      x: array, or dict of arrays, of equal length.
      y: labels: array, or dict of arrays; None for features alone.
      batch_size: rows in a batch.
      num_epochs: how often the rows are given; None for ever.
      shuffle: whether to shuffle, which has to be said.
      queue_capacity: how many rows are shuffled at a time, all of them if they fit.
      num_threads: accepted as in TensorFlow.
      seed: of the shuffling.

    Raises:
      ValueError: without ``shuffle``, for arrays of unequal length, or an empty dict.
      TypeError: for arrays of another type.

    Example:
      >>> import numpy as np, kerax
      >>> input_fn = kerax.estimators.inputs.numpy_input_fn({"x": np.arange(4)}, np.arange(4), 2, shuffle=False)
      >>> features, labels = next(iter(input_fn()))
      >>> features["x"], labels
      (array([0, 1]), array([0, 1]))
    """
    _check_shuffle("numpy_input_fn", shuffle)
    if not isinstance(x, (dict, np.ndarray)):
        raise TypeError(f"numpy_input_fn(x=...) is an array or a dict of arrays, received {type(x).__name__}.")
    if isinstance(x, dict) and not x:
        raise ValueError("numpy_input_fn(x=...) is an empty dict.")
    element = x if y is None else (x, y)
    return _input_fn("numpy_input_fn", element, batch_size, num_epochs, bool(shuffle), queue_capacity, seed)


def pandas_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
    target_column: str = "target",
) -> Callable[[], Dataset]:
    """Returns an ``input_fn`` over a table.

    Args:
      x: ``pandas.DataFrame``; every column is a feature.
      y: ``Series``, or ``DataFrame`` with a column for each label, with the index of ``x``; None for features alone.
      batch_size, num_epochs, shuffle, queue_capacity, num_threads: as for `numpy_input_fn`.
      target_column: accepted as in TensorFlow.

    Raises:
      ValueError: without ``shuffle``, or for another index.
      TypeError: for something that is no table.

    Example:
      >>> import pandas, kerax
      >>> table = pandas.DataFrame({"x": [1.0, 2.0]})
      >>> input_fn = kerax.estimators.inputs.pandas_input_fn(table, pandas.Series([0, 1]), 2, shuffle=False)
      >>> next(iter(input_fn()))[1]
      array([0, 1])
    """
    _check_shuffle("pandas_input_fn", shuffle)
    if not hasattr(x, "columns"):
        raise TypeError(f"pandas_input_fn(x=...) is a DataFrame, received {type(x).__name__}.")
    features = {str(name): x[name].to_numpy() for name in x.columns}
    if y is None:
        element: Any = features
    else:
        if not np.array_equal(x.index, y.index):
            raise ValueError("pandas_input_fn: the indices of x and y differ.")
        labels = {str(n): y[n].to_numpy() for n in y.columns} if hasattr(y, "columns") else y.to_numpy()
        element = (features, labels)
    return _input_fn("pandas_input_fn", element, batch_size, num_epochs, bool(shuffle), queue_capacity, None)


def _check_shuffle(function: str, shuffle: Any) -> None:
    if not isinstance(shuffle, (bool, np.bool_)):
        raise ValueError(f"{function}(shuffle=...) has to be True or False, received {shuffle!r}.")


def _input_fn(
    function: str, element: Any, batch_size: int, num_epochs: int | None, shuffle: bool, capacity: int, seed: Any
) -> Callable[[], Dataset]:
    import jax

    lengths = [len(leaf) for leaf in jax.tree.leaves(element)]
    if len(set(lengths)) > 1:
        raise ValueError(f"{function}: features and labels have unequal numbers of rows: {sorted(set(lengths))}.")

    def input_fn() -> Dataset:
        data = Dataset.from_tensor_slices(element)
        if shuffle:
            data = data.shuffle(max(capacity, lengths[0]), seed=seed)
        return data.repeat(num_epochs).batch(batch_size)

    return input_fn
