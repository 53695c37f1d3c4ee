"""The weights of a linear model as a table: one row for each word, bucket or number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax.estimators.explanation import Explanation
from kerax.feature_column.categorical import IdentityCategoricalColumn, VocabularyCategoricalColumn
from kerax.feature_column.crossed import WeightedCategoricalColumn
from kerax.feature_column.embedding import IndicatorColumn
from kerax.feature_column.linear_model import weight_rows
from kerax.feature_column.numeric import BucketizedColumn
from kerax.saving.tensor_bundle import TensorBundle

_ROOT = "linear/linear_model"
_BIAS = f"{_ROOT}/bias_weights"


def explain_linear(bundle: TensorBundle, columns: Sequence[Any]) -> Explanation:
    """The weights of a linear model, the largest first; zeros are left out.

    Args:
      bundle: a checkpoint.
      columns: of the linear part.

    Returns:
      A table. With several outputs, each has rows of its own.

    Raises:
      ValueError: if the checkpoint has no linear model.
    """
    if _BIAS not in bundle:
        raise ValueError(f"The checkpoint {bundle.prefix!r} has no linear model: {_BIAS!r} is missing.")
    bias = np.asarray(bundle[_BIAS])
    rows: list[tuple[str, float]] = []
    for column in columns:
        weights = np.asarray(bundle[f"{_ROOT}/{column.name}/weights"])
        names = names_of_rows(column)
        for row, output in zip(*np.nonzero(weights)):
            rows.append((_named(names[row], output, len(bias)), float(weights[row, output])))
    rows.sort(key=lambda row: -abs(row[1]))
    rows += [(_named("(bias)", output, len(bias)), float(value)) for output, value in enumerate(bias)]
    return Explanation("Weights of the linear model", rows)


def _named(name: str, output: int, outputs: int) -> str:
    return name if outputs == 1 else f"{name} -> {output}"


def names_of_rows(column: Any) -> list[str]:
    """What each weight of a column belongs to.

    Args:
      column: a feature column of a linear model.

    Example:
      >>> import kerax
      >>> from kerax.estimators.linear_weights import names_of_rows
      >>> names_of_rows(kerax.feature_column.categorical_column_with_vocabulary_list("job", ["cook", "pilot"]))
      ['job = cook', 'job = pilot']
    """
    inner = column
    while isinstance(inner, (IndicatorColumn, WeightedCategoricalColumn)):
        inner = inner.categorical_column
    count = weight_rows(column)
    if isinstance(inner, VocabularyCategoricalColumn):
        words = [
            word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word) for word in inner.vocabulary_list
        ]
        words += [f"(other {number})" for number in range(count - len(words))]
        return [f"{inner.key} = {word}" for word in words]
    if isinstance(inner, IdentityCategoricalColumn):
        return [f"{inner.key} = {number}" for number in range(count)]
    if isinstance(inner, BucketizedColumn):
        key, several = inner.source_column.key, math.prod(inner.source_column.shape) > 1
        parts = _ranges(inner.boundaries)
        size = len(parts)
        return [f"{key}{f'[{row // size}]' if several else ''} {parts[row % size]}" for row in range(count)]
    return [column.name] if count == 1 else [f"{column.name}[{number}]" for number in range(count)]


def _ranges(boundaries: Sequence[float]) -> list[str]:
    middle = [f"{low:g} to {high:g}" for low, high in zip(boundaries, boundaries[1:])]
    return [f"below {boundaries[0]:g}", *middle, f"from {boundaries[-1]:g}"]
