"""LinearModel: a weight for every number and id that columns give, added up."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from kerax.feature_column.column import CategoricalColumn, require
from kerax.feature_column.lookup import COMBINERS, combine
from kerax.feature_column.serialization import deserialize_feature_columns, serialize_feature_columns
from kerax.feature_column.transform import FeatureTransform, arrays_of, sorted_columns
from kerax.layers import Layer


def weight_rows(column: Any) -> int:
    """How many weights a linear model has for a column (for each unit).

    Example:
      >>> import kerax
      >>> from kerax.feature_column.linear_model import weight_rows
      >>> weight_rows(kerax.feature_column.numeric_column("position", shape=2))
      2
    """
    return column.num_buckets if isinstance(column, CategoricalColumn) else math.prod(column.variable_shape)


def weighted_sum(column: Any, arrays: dict[str, jax.Array], weights: jax.Array, combiner: str) -> jax.Array:
    """A column's part of the logits.

    Args:
      column: the column.
      arrays: its arrays from the host.
      weights: ``[weight_rows(column), units]``.
      combiner: how several ids of a row are combined.

    Returns:
      ``[batch, units]``.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> from kerax.feature_column.linear_model import weighted_sum
      >>> age = kerax.feature_column.numeric_column("age")
      >>> weighted_sum(age, {"values": jnp.ones((2, 1))}, jnp.full((1, 1), 3.0), "sum").tolist()
      [[3.0], [3.0]]
    """
    if isinstance(column, CategoricalColumn):
        return combine(weights, arrays["ids"], arrays.get("weights"), combiner)
    values = column.device(arrays, {})
    return values.reshape(values.shape[0], -1) @ weights


class LinearModel(Layer):
    """A linear model over feature columns.

    Args:
      feature_columns: numeric and categorical columns (the latter without indicator or embedding).
      units: numbers of outputs.
      sparse_combiner: how several ids of a row are combined: ``"sum"``, ``"mean"`` or ``"sqrtn"``.
      trainable: whether training changes the weights.
      name: of the layer.
      **kwargs: other arguments of a layer.

    Raises:
      ValueError: for embedding columns, an unknown combiner, or two columns of one name.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.feature_column.LinearModel([kerax.feature_column.numeric_column("age")])
      >>> model({"age": np.array([3.0])}).tolist()
      [[0.0]]
    """

    def __init__(
        self,
        feature_columns: Any,
        units: int = 1,
        sparse_combiner: str = "sum",
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        self._columns = sorted_columns(feature_columns, "LinearModel")
        for column in self._columns:
            require(
                not getattr(column, "weight_specs", list)() and not column.is_sequence,
                f"LinearModel takes numeric and categorical columns, received {column.name!r} "
                f"({type(column).__name__}).",
            )
        require(sparse_combiner in COMBINERS, f"sparse_combiner is one of {COMBINERS}, received {sparse_combiner!r}.")
        self.units, self.sparse_combiner = int(units), sparse_combiner
        categorical = [column.name for column in self._columns if isinstance(column, CategoricalColumn)]
        self.transform = FeatureTransform(self._columns, ids=categorical, name="transform")
        self._weights: dict[str, Any] = {}

    def _keeps_host_arrays(self) -> bool:
        return True  # for the host stage, which comes first

    def build(self, input_shape: Any = None) -> None:
        """Creates a weight for every column, and the bias."""
        for column in self._columns:
            self._weights[column.name] = self.add_weight(
                shape=(weight_rows(column), self.units), initializer="zeros", name=f"{column.name}/weights"
            )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias_weights")
        self.built = True

    def call(self, features: Any) -> jax.Array:
        """Returns ``[batch, units]``."""
        arrays = self.transform(features)
        parts = [
            weighted_sum(column, arrays_of(column, arrays), self._weights[column.name].value, self.sparse_combiner)
            for column in self._columns
        ]
        return jnp.sum(jnp.stack(parts), 0) + self.bias.value

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Returns ``(batch, units)``."""
        batch = next(iter(input_shape.values()))[0] if isinstance(input_shape, dict) and input_shape else None
        return (batch, self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        columns = serialize_feature_columns(self._columns)
        config = {"feature_columns": columns, "units": self.units, "sparse_combiner": self.sparse_combiner}
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> LinearModel:
        """Makes a model from ``get_config()``."""
        config = dict(config)
        return cls(deserialize_feature_columns(config.pop("feature_columns"), custom_objects), **config)
