"""Datasets as single values, and as first values of look-up tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow._dataset import Dataset
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._joining import stack
from kerax.compat.tensorflow._lookup import KeyValueTensorInitializer
from kerax.compat.tensorflow._shape import TensorShape


class DatasetVariant:
    """A dataset as one value without axes; ``from_variant`` gives it back."""

    dtype = as_dtype("variant")
    shape = TensorShape([])

    def __init__(self, dataset: Dataset):
        self.dataset = dataset

    def __repr__(self) -> str:
        return "<tf.Tensor: shape=(), dtype=variant, value=<DatasetVariant>>"


def to_variant(dataset: Dataset) -> DatasetVariant:
    """A dataset as one value.

    Raises:
      TypeError: for something else.
    """
    if not isinstance(dataset, Dataset):
        raise TypeError(f"to_variant takes a dataset, received {dataset!r}.")
    return DatasetVariant(dataset)


def from_variant(variant: Any, structure: Any) -> Dataset:
    """The dataset of a value.

    Args:
      variant: what ``to_variant`` gave.
      structure: the description of an element, which must be the dataset's.

    Raises:
      TypeError: for something else.
      ValueError: for a description of other elements.
    """
    if not isinstance(variant, DatasetVariant):
        raise TypeError(f"from_variant takes what to_variant gave, received {variant!r}.")
    if repr(structure) != repr(variant.dataset.element_spec):
        raise ValueError(f"The dataset has elements {variant.dataset.element_spec!r}, not {structure!r}.")
    return variant.dataset


class DatasetInitializer(KeyValueTensorInitializer):
    """Keys and values of a look-up table from a dataset of pairs.

    Args:
      dataset: of pairs of a key and a value.

    Raises:
      TypeError: for a dataset of something else.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> pairs = tf.data.Dataset.from_tensor_slices((["a", "b"], [1, 2]))
      >>> table = tf.lookup.StaticHashTable(tf.data.experimental.DatasetInitializer(pairs), -1)
      >>> table.lookup(tf.constant(["b", "c"])).numpy().tolist()
      [2, -1]
    """

    def __init__(self, dataset: Any):
        spec = dataset.element_spec
        if not isinstance(spec, tuple) or len(spec) != 2:
            raise TypeError(f"DatasetInitializer takes a dataset of pairs, received one of {spec!r}.")
        pairs = list(dataset)
        if pairs:
            super().__init__(stack([key for key, _ in pairs]), stack([value for _, value in pairs]))
        else:
            super().__init__(*[np.zeros(0, one.dtype.as_numpy_dtype) for one in spec])
