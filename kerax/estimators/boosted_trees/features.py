"""TreeFeatures: the features that trees look at, made of feature columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.feature_column.categorical import CategoricalColumn
from kerax.feature_column.embedding import IndicatorColumn
from kerax.feature_column.inputs import FeatureInputs
from kerax.feature_column.numeric import BucketizedColumn, NumericColumn
from kerax.feature_column.transform import sorted_columns


@dataclass(frozen=True)
class TreeFeature:
    """One number of an example that a split may look at.

    Attributes:
      name: of the column in importances and explanations; several features may share it.
      size: number of buckets; None for numbers whose boundaries are found in the data.
      categorical: whether splits ask for one bucket.
      position: of a number among the numbers, else None.
    """

    name: str
    size: int | None
    categorical: bool = False
    position: int | None = None


class TreeFeatures:
    """The features of a list of columns, numbered in the order of the columns' sorted names.

    Args:
      columns: numeric, bucketized and indicator columns, and bare categorical ones.

    Raises:
      ValueError: for columns that trees cannot look at.

    Example:
      >>> import kerax
      >>> from kerax.estimators.boosted_trees.features import TreeFeatures
      >>> age = kerax.feature_column.numeric_column("age")
      >>> [f.name for f in TreeFeatures([age, kerax.feature_column.bucketized_column(age, [30.0])])]
      ['age', 'age_bucketized']
    """

    def __init__(self, columns: Any) -> None:
        self.columns = sorted_columns(columns, "A boosted trees estimator (feature_columns=...)")
        self.features: list[TreeFeature] = []
        self.num_numeric = 0
        for column in self.columns:
            self.features += self._features_of(column)

    def __iter__(self) -> Any:
        return iter(self.features)

    def __len__(self) -> int:
        return len(self.features)

    def _features_of(self, column: Any) -> list[TreeFeature]:
        if isinstance(column, BucketizedColumn):
            count = math.prod(column.source_column.shape)
            return [TreeFeature(column.name, len(column.boundaries) + 1)] * count
        if isinstance(column, NumericColumn):
            first, count = self.num_numeric, math.prod(column.shape)
            self.num_numeric += count
            return [TreeFeature(column.name, None, position=first + i) for i in range(count)]
        if isinstance(column, IndicatorColumn):
            inner = column.categorical_column
            return [TreeFeature(inner.name, 2)] * inner.num_buckets
        if isinstance(column, CategoricalColumn) and not column.is_sequence:
            return [TreeFeature(column.name, column.num_buckets, categorical=True)]
        raise ValueError(
            f"Boosted trees cannot use column {column.name!r} ({type(column).__name__}): they take numeric, bucketized,"
            " indicator and categorical columns. Wrap a categorical column in indicator_column instead of an embedding."
        )

    def read(self, features: Mapping[str, Any]) -> TreeBatch:
        """What trees see of a batch of raw features."""
        inputs = FeatureInputs(features)
        numbers: list[np.ndarray] = []
        parts: list[np.ndarray] = []
        for column in self.columns:
            if isinstance(column, BucketizedColumn):
                found = column.host(inputs)["buckets"]
                parts.append(found.reshape(len(found), -1))
            elif isinstance(column, NumericColumn):
                found = column.host(inputs)["values"]
                numbers.append(found.reshape(len(found), -1))
                parts.append(np.zeros(numbers[-1].shape, np.int32))
            elif isinstance(column, IndicatorColumn):
                parts.append(_present(column.categorical_column, inputs))
            else:
                parts.append(_single(column, inputs))
        sizes = {part.shape[0] for part in parts}
        if len(sizes) != 1:
            raise ValueError(f"The features of a batch have different lengths: {sorted(sizes)}.")
        values = np.concatenate(numbers, axis=1) if numbers else np.zeros((len(parts[0]), 0), np.float32)
        return TreeBatch(np.concatenate(parts, axis=1).astype(np.int32), values)

    def bucketize(self, batch: TreeBatch, boundaries: Sequence[np.ndarray]) -> np.ndarray:
        """The bucket of every feature, ``int32 [batch, features]``.

        Args:
          batch: what `read` has returned.
          boundaries: of the numeric features; bucket b holds what is above boundary b - 1 and not above b.
        """
        buckets = batch.buckets
        if self.num_numeric:
            buckets = buckets.copy()
        for number, feature in enumerate(self.features):
            if feature.position is not None:
                edges, values = boundaries[feature.position], batch.values[:, feature.position]
                found = np.searchsorted(edges, values, side="left")
                buckets[:, number] = np.minimum(np.where(np.isnan(values), len(edges), found), max(len(edges) - 1, 0))
        return buckets

    def sizes(self, boundaries: Sequence[np.ndarray]) -> list[int]:
        """The number of buckets of each feature."""
        return [
            max(1, len(boundaries[feature.position])) if feature.size is None else feature.size  # type: ignore[index]
            for feature in self.features
        ]

    def categorical(self) -> list[bool]:
        """For each feature, whether splits ask for one bucket."""
        return [feature.categorical for feature in self.features]


@dataclass(frozen=True, eq=False)
class TreeBatch:
    """A batch as trees see it before numbers are put into buckets.

    Attributes:
      buckets: ``int32 [batch, features]``, 0 for numbers.
      values: ``float32 [batch, numbers]``.
    """

    buckets: np.ndarray
    values: np.ndarray


def _present(column: CategoricalColumn, inputs: FeatureInputs) -> np.ndarray:
    """Whether each id occurs in each row, ``int32 [batch, num_buckets]``."""
    ids, _ = column.ids(inputs).padded(column.num_buckets)
    found = np.zeros((len(ids), column.num_buckets), np.int32)
    rows, places = np.nonzero(ids >= 0)
    found[rows, ids[rows, places]] = 1
    return found


def _single(column: CategoricalColumn, inputs: FeatureInputs) -> np.ndarray:
    """The one id of each row, ``int32 [batch, 1]``, -1 where there is none."""
    ids, _ = column.ids(inputs).padded(column.num_buckets)
    if ids.shape[1] > 1 and (np.sort(ids, axis=1)[:, -2] >= 0).any():
        raise ValueError(
            f"Column {column.name!r} has rows with several values; a bare categorical column in boosted trees has one "
            "value a row. Wrap it in indicator_column."
        )
    return ids.max(axis=1, keepdims=True)
