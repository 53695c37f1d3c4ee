"""Columns of sequences, for `SequenceFeatures`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from kerax.data.ragged import SparseTensor
from kerax.data.records.features import VarLenFeature
from kerax.feature_column import categorical
from kerax.feature_column.column import CategoricalColumn, DenseColumn, HostArrays, check_key
from kerax.feature_column.ids import Ids
from kerax.feature_column.inputs import FeatureInputs
from kerax.feature_column.numeric import checked_function, checked_number_dtype, checked_shape


@dataclass(frozen=True)
class SequenceCategoricalColumn(CategoricalColumn):
    """Ids of the steps of sequences; made by the ``sequence_categorical_column_with_...`` functions."""

    categorical_column: CategoricalColumn

    @property
    def name(self) -> str:
        return self.categorical_column.name

    @property
    def parents(self) -> list[Any]:
        return [self.categorical_column]

    @property
    def is_sequence(self) -> bool:
        return True

    @property
    def num_buckets(self) -> int:
        return self.categorical_column.num_buckets

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.categorical_column.parse_example_spec

    def _ids(self, inputs: FeatureInputs) -> Ids:
        return self.categorical_column.ids(inputs)


def sequence_categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> SequenceCategoricalColumn:
    """Returns a column of sequences of ids; arguments as for `categorical_column_with_identity`.

    Example:
      >>> import kerax
      >>> kerax.feature_column.sequence_categorical_column_with_identity("watched", 10).is_sequence
      True
    """
    return SequenceCategoricalColumn(categorical.categorical_column_with_identity(key, num_buckets, default_value))


def sequence_categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = "string"
) -> SequenceCategoricalColumn:
    """Returns a column of sequences, hashed; arguments as for `categorical_column_with_hash_bucket`.

    Example:
      >>> import kerax
      >>> kerax.feature_column.sequence_categorical_column_with_hash_bucket("words", 100).num_buckets
      100
    """
    return SequenceCategoricalColumn(categorical.categorical_column_with_hash_bucket(key, hash_bucket_size, dtype))


def sequence_categorical_column_with_vocabulary_list(
    key: str, vocabulary_list: Any, dtype: Any = None, default_value: int | None = -1, num_oov_buckets: int = 0
) -> SequenceCategoricalColumn:
    """Returns a column of sequences of list entries; arguments as for `categorical_column_with_vocabulary_list`.

    Example:
      >>> import kerax
      >>> kerax.feature_column.sequence_categorical_column_with_vocabulary_list("moves", ["up", "down"]).num_buckets
      2
    """
    return SequenceCategoricalColumn(
        categorical.categorical_column_with_vocabulary_list(key, vocabulary_list, dtype, default_value, num_oov_buckets)
    )


def sequence_categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: Any,
    vocabulary_size: int | None = None,
    num_oov_buckets: int = 0,
    default_value: int | None = None,
    dtype: Any = "string",
) -> SequenceCategoricalColumn:
    """Returns a column of sequences of lines of a file; arguments as for `categorical_column_with_vocabulary_file`.

    Example:
      >>> import pathlib, kerax
      >>> _ = pathlib.Path("moves.txt").write_text(chr(10).join(["up", "down"]))
      >>> kerax.feature_column.sequence_categorical_column_with_vocabulary_file("moves", "moves.txt").num_buckets
      2
    """
    return SequenceCategoricalColumn(
        categorical.categorical_column_with_vocabulary_file(
            key, vocabulary_file, vocabulary_size, dtype, default_value, num_oov_buckets
        )
    )


@dataclass(frozen=True)
class SequenceNumericColumn(DenseColumn):
    """Numbers of the steps of sequences; made by `sequence_numeric_column`."""

    key: str
    shape: tuple[int, ...]
    default_value: float
    dtype: str
    normalizer_fn: Callable | None

    @property
    def name(self) -> str:
        return self.key

    @property
    def parents(self) -> list[Any]:
        return [self.key]

    @property
    def is_sequence(self) -> bool:
        return True

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature("int64" if "int" in self.dtype else "float32")}

    @property
    def variable_shape(self) -> tuple[int, ...]:
        return self.shape

    def host(self, inputs: FeatureInputs) -> HostArrays:
        sparse, size = inputs.everything(self.key), math.prod(self.shape)
        batch, width = int(sparse.dense_shape[0]), int(math.prod(sparse.dense_shape[1:]))
        if width % size:
            raise ValueError(
                f"Feature {self.key!r} has {width} values a row; its sequence column has steps of shape {self.shape}, "
                f"so expected a multiple of {size}."
            )
        values = sparse.values
        if values.dtype.kind not in "fiub":
            raise ValueError(f"Feature {self.key!r} of a numeric sequence holds {values.dtype.name}; expected numbers.")
        if self.normalizer_fn is not None:
            values = np.asarray(self.normalizer_fn(values))
        dense = np.full((batch, width), self.default_value, np.float32)
        dense[sparse.indices[:, 0], self._places(sparse)] = values
        return {"values": dense.reshape(batch, width // size, *self.shape)}

    def _places(self, sparse: SparseTensor) -> np.ndarray:
        return np.ravel_multi_index(tuple(sparse.indices[:, 1:].T), tuple(sparse.dense_shape[1:]))

    def lengths(self, inputs: FeatureInputs) -> np.ndarray:
        """For each row, the last step with a value, counted from 1."""
        sparse = inputs.everything(self.key)
        lengths = np.zeros(int(sparse.dense_shape[0]), np.int64)
        np.maximum.at(lengths, sparse.indices[:, 0], self._places(sparse) // math.prod(self.shape) + 1)
        return lengths

    def host_spec(self) -> dict[str, tuple[tuple[int | None, ...], str]]:
        return {"values": ((None, *self.shape), "float32")}

    def device(self, arrays: Mapping[str, jax.Array], tables: Mapping[str, jax.Array]) -> jax.Array:
        return arrays["values"]


def sequence_numeric_column(
    key: str,
    shape: Any = (1,),
    default_value: float = 0.0,
    dtype: Any = "float32",
    normalizer_fn: Callable | None = None,
) -> SequenceNumericColumn:
    """Returns a column of sequences of numbers.

    Args:
      key: name of the feature, sparse or ragged values ``[batch, steps * prod(shape)]``.
      shape: of one step.
      default_value: what shorter sequences are filled up with.
      dtype: of the feature.
      normalizer_fn: applied to the values, not to what sequences are filled up with.

    Raises:
      ValueError: for a shape that is not positive, or a dtype that is no number.

    Example:
      >>> import kerax
      >>> kerax.feature_column.sequence_numeric_column("temperature").variable_shape
      (1,)
    """
    function = "sequence_numeric_column"
    key = check_key(function, key)
    return SequenceNumericColumn(
        key,
        checked_shape(function, key, shape),
        float(default_value),
        checked_number_dtype(function, key, dtype),
        checked_function(function, key, normalizer_fn),
    )


def sequence_lengths(column: Any, inputs: FeatureInputs) -> np.ndarray:
    """The lengths of a batch of sequences as one column sees them.

    Args:
      column: a dense sequence column.
      inputs: the batch.

    Example:
      >>> import numpy as np, kerax
      >>> from kerax.feature_column.inputs import FeatureInputs
      >>> from kerax.feature_column.sequence import sequence_lengths
      >>> column = kerax.feature_column.sequence_numeric_column("t")
      >>> sequence_lengths(column, FeatureInputs({"t": np.ones((2, 3))}))
      array([3, 3])
    """
    if isinstance(column, SequenceNumericColumn):
        return column.lengths(inputs)
    return column.categorical_column.ids(inputs).lengths()
