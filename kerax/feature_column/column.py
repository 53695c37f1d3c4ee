"""The kinds of feature columns: what each promises to the layers and models that read it.

A column works in two stages. On the host it turns raw features (text, sparse values) into arrays of fixed type,
vectorised over the batch; on the device a dense column turns these into its part of the model's input, inside the
compiled step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerax.feature_column.ids import Ids
from kerax.feature_column.inputs import FeatureInputs

HostArrays = dict[str, np.ndarray]


class FeatureColumn:
    """Base of all columns."""

    @property
    def name(self) -> str:
        """The column's name: unique among the columns of a model, and part of its variables' names."""
        raise NotImplementedError

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """Feature key -> what ``parse_example`` has to look for."""
        raise NotImplementedError

    @property
    def parents(self) -> list[Any]:
        """The columns and feature keys it is made of."""
        return []

    @property
    def is_sequence(self) -> bool:
        """Whether it describes sequences, for `SequenceFeatures`."""
        return any(parent.is_sequence for parent in self.parents if isinstance(parent, FeatureColumn))


class CategoricalColumn(FeatureColumn):
    """A column of ids."""

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        raise NotImplementedError

    def ids(self, inputs: FeatureInputs) -> Ids:
        """The ids of a batch; computed once for a batch."""
        return inputs.remember(id(self), lambda: self._ids(inputs))

    def _ids(self, inputs: FeatureInputs) -> Ids:
        raise NotImplementedError


class DenseColumn(FeatureColumn):
    """A column of numbers: a part of a model's input."""

    @property
    def variable_shape(self) -> tuple[int, ...]:
        """The shape of its output without the batch (and, for sequences, the steps)."""
        raise NotImplementedError

    def host(self, inputs: FeatureInputs) -> HostArrays:
        """What goes to the device for a batch; the keys are the column's own."""
        raise NotImplementedError

    def host_spec(self) -> dict[str, tuple[tuple[int | None, ...], str]]:
        """Shape without the batch, and dtype, of each array of ``host``; None for a size that differs."""
        raise NotImplementedError

    def weight_specs(self) -> list[Any]:
        """The variables it needs: `EmbeddingTable` objects."""
        return []

    def device(self, arrays: Mapping[str, jax.Array], tables: Mapping[str, jax.Array]) -> jax.Array:
        """The output, ``[batch, *variable_shape]``.

        Args:
          arrays: those of ``host``.
          tables: table name -> values of the variables of ``weight_specs``.
        """
        raise NotImplementedError


def require(condition: bool, message: str) -> None:
    """Raises ValueError with the message unless a condition holds.

    Example:
      >>> from kerax.feature_column.column import require
      >>> require(True, "never seen")
    """
    if not condition:
        raise ValueError(message)


def check_key(function: str, key: Any) -> str:
    """Returns a feature key after checking it.

    Raises:
      ValueError: for anything but text that is not empty.

    Example:
      >>> from kerax.feature_column.column import check_key
      >>> check_key("numeric_column", "age")
      'age'
    """
    require(isinstance(key, str) and bool(key), f"{function}(key=...) is the name of a feature, received {key!r}.")
    return key
