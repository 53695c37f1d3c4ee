"""Turning what users pass as x, y and sample_weight into plain structures of NumPy or JAX arrays, and checking them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerax.dtypes import device_dtype


def as_arrays(tree: Any, argument: str) -> Any:
    """Turns array-likes in a structure into arrays of the dtypes that the device has; strings stay NumPy objects.

    Args:
      tree: arrays, pandas objects, lists of numbers, anything with ``__array__``; nested in dicts, lists and tuples.
      argument: name for messages ("x", "y", "sample_weight").

    Returns:
      The same structure with NumPy arrays (JAX arrays are left where they are).

    Raises:
      TypeError: for what is no array.
    """
    if tree is None:
        return None
    if isinstance(tree, Mapping):
        return {key: as_arrays(value, f"{argument}[{key!r}]") for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        if _is_number_list(tree):
            return as_array(_from_lists(tree, argument), argument)
        parts = [as_arrays(value, f"{argument}[{i}]") for i, value in enumerate(tree)]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return as_array(tree, argument)


def as_array(value: Any, argument: str) -> Any:
    """One array-like as an array of the dtype that the device has."""
    if isinstance(value, jax.Array):
        return value
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu()
    if hasattr(value, "to_numpy") and not isinstance(value, np.ndarray):  # pandas, polars
        _check_columns(value, argument)
        value = value.to_numpy()
    if hasattr(value, "toarray") and hasattr(value, "tocsr"):  # scipy.sparse
        value = value.toarray()
    try:
        array = np.asarray(value)
    except Exception as error:
        raise TypeError(
            f"Argument {argument} must be arrays or lists of numbers, received {type(value).__name__}: {error}"
        ) from error
    if array.dtype == object:
        array = _from_objects(array, argument)
    if array.dtype.kind in "OUS":
        return array
    if array.dtype.kind in "mMV":
        raise TypeError(f"Argument {argument} has dtype {array.dtype}, which is no number: convert it first.")
    target = device_dtype("float32" if array.dtype == np.float64 else array.dtype)
    if array.dtype.kind in "iu" and target.itemsize < array.dtype.itemsize and array.size:
        _check_fits(array, target, argument)
    return array if array.dtype == target else array.astype(target)


def _from_objects(array: np.ndarray, argument: str) -> np.ndarray:
    """Object arrays: strings stay, numbers become numbers, rows of unequal length are refused."""
    first = next((item for item in array.flat if item is not None), None)
    if isinstance(first, (str, bytes)):
        return array
    missing = np.array([item is None for item in array.flat])
    if missing.any():
        row = int(np.unravel_index(int(missing.argmax()), array.shape)[0])
        raise TypeError(
            f"Argument {argument} holds None in row {row}, which is no number: fill or drop missing values."
        )
    try:
        stacked = np.stack([np.asarray(item) for item in array.flat]).reshape(array.shape + np.shape(first))
    except (ValueError, TypeError):
        stacked = array
    if stacked.dtype == object:
        raise TypeError(
            f"Argument {argument} is an array of Python objects ({type(first).__name__}) that does not form a "
            "rectangular array of "
            "numbers: pad the rows to one length, or pass one array per input."
        )
    return stacked


def _from_lists(lists: Any, argument: str) -> np.ndarray:
    try:
        return np.asarray(lists)
    except ValueError:
        raise ValueError(
            f"Argument {argument} is a list of rows of unequal length, which forms no rectangular array: pad them to "
            "one length."
        ) from None


def _check_columns(frame: Any, argument: str) -> None:
    """Names the columns of a data frame that hold text among others that hold numbers."""
    if not hasattr(frame, "columns") or not hasattr(frame, "dtypes") or not hasattr(frame, "iloc"):
        return
    text = [
        str(name)
        for i, name in enumerate(frame.columns)
        if any(isinstance(item, str) for item in frame.iloc[:1, i].tolist())
    ]
    if text and len(text) < len(frame.columns):
        raise TypeError(
            f"Argument {argument} is a DataFrame whose column(s) {text[:5]} hold strings beside columns of numbers: "
            "encode them, or pass a dict "
            "with one array per column."
        )


def _check_fits(array: np.ndarray, target: np.dtype, argument: str) -> None:
    low, high, bounds = int(array.min()), int(array.max()), np.iinfo(target)
    if low < bounds.min or high > bounds.max:
        raise ValueError(
            f"Argument {argument} holds {high if high > bounds.max else low}, which does not fit into {target.name}, "
            "the widest integers that are "
            "computed with: turn quantities into floats, number identifiers anew, or set "
            "jax.config.update('jax_enable_x64', True)."
        )


def check_numbers(x: Any, y: Any, sample_weight: Any, where: str) -> None:
    """Refuses strings: programs compute with numbers.

    Raises:
      TypeError: naming the array and a string in it.
    """
    named = leaves_with_names(x, "x") + leaves_with_names(y, "y") + leaves_with_names(sample_weight, "sample_weight")
    for name, leaf in named:
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "OUS":
            example = f", such as {leaf.flat[0]!r}" if leaf.size else ""
            advice = (
                "turn labels into class numbers: np.unique(y, return_inverse=True)[1]"
                if name.startswith("y")
                else "models compute with numbers: convert numerals by astype('float32'), map words "
                "to numbers first, for example with kerax.layers.StringLookup"
            )
            raise TypeError(f"{where}: {name} holds strings{example}; {advice}.")


def _is_number_list(value: Any) -> bool:
    """Whether nested lists hold numbers rather than arrays."""
    while isinstance(value, (list, tuple)):
        if not value:
            return False
        value = value[0]
    return isinstance(value, (bool, int, float, complex, str, np.number))


def leaves_with_names(tree: Any, name: str) -> list[tuple[str, Any]]:
    """Arrays of a structure with names such as ``x['a']`` for messages."""
    flat, _ = jax.tree_util.tree_flatten_with_path(tree)
    return [(name + jax.tree_util.keystr(path), leaf) for path, leaf in flat]


def check_lengths(x: Any, y: Any, sample_weight: Any, where: str) -> int:
    """Checks that all arrays have the same number of rows and returns it.

    Raises:
      ValueError: naming the arrays that differ; also for no rows and for scalars.
      TypeError: for a single string.
    """
    named = leaves_with_names(x, "x") + leaves_with_names(y, "y") + leaves_with_names(sample_weight, "sample_weight")
    if not named:
        raise ValueError(f"{where} needs data: x is {x!r}.")
    for name, leaf in named:
        if np.ndim(leaf) == 0:
            if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "OUS":
                raise TypeError(
                    f"{where}: {name} is a single string, {leaf.item()!r}; it must have one row per sample."
                )
            raise ValueError(f"{where}: {name} is a single number; it must have one row per sample.")
    lengths = {name: int(leaf.shape[0]) for name, leaf in named}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise ValueError(f"{where}: all arrays must have the same number of samples (rows), received {listed}.")
    rows = next(iter(lengths.values()))
    if rows == 0:
        raise ValueError(f"{where} was given no data: {', '.join(lengths)} have 0 rows.")
    return rows


def class_weights_to_sample_weights(y: Any, class_weight: Any, sample_weight: Any, where: str) -> np.ndarray:
    """Multiplies each row's weight by the weight of its class.

    Args:
      y: labels, shape (n,), (n, 1) of integers or (n, classes) one-hot.
      class_weight: class index to weight.
      sample_weight: weights so far, shape (n,), or None.
      where: for messages.

    Returns:
      Weights, shape (n,), float32.

    Raises:
      ValueError: for several outputs, or a class without weight.
    """
    if isinstance(y, (dict, list, tuple)):
        raise ValueError(
            f"{where}: class_weight works for models with one output; give sample_weight per output instead."
        )
    labels = np.asarray(y)
    if labels.ndim > 2 or (labels.ndim == 2 and labels.shape[1] > 1 and labels.max() > 1):
        raise ValueError(
            f"{where}: class_weight needs labels of shape (n,) or (n, 1) with class numbers, or (n, classes) one-hot; "
            f"y has shape {labels.shape}. "
            "Give sample_weight instead."
        )
    if labels.ndim > 1 and labels.shape[-1] > 1:
        labels = labels.argmax(-1)
    labels = labels.reshape(labels.shape[0], -1)[:, 0].astype(np.int64)
    try:
        table = {int(key): float(value) for key, value in class_weight.items()}
    except (AttributeError, TypeError, ValueError):
        raise ValueError(
            f"{where}: class_weight must be a dict from class index to weight, received {class_weight!r}."
        ) from None
    for key, value in table.items():
        if key < 0 or not 0 <= value < math.inf:
            raise ValueError(
                f"{where}: class_weight must map class numbers from 0 to finite weights that are not negative, "
                f"received {{{key}: {value}}}."
            )
    missing = sorted(set(np.unique(labels).tolist()) - set(table))
    if missing:
        raise ValueError(
            f"{where}: class_weight has no weight for class(es) {missing[:10]} found in y; it has {sorted(table)[:10]}."
        )
    size = int(max(max(table), labels.max())) + 1
    lookup = np.ones(size, np.float32)
    for key, value in table.items():
        lookup[key] = value
    weights = lookup[labels]
    return weights if sample_weight is None else weights * np.asarray(sample_weight, np.float32).reshape(labels.shape)
